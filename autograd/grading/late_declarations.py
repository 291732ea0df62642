"""Declarations of a sheet that stand below its formulas, and texts that are no sheets."""

from autograd.engine.errors import SheetError
from autograd.grading.setting import KEYS, Declaration, declared_setting

__all__ = ["is_prose", "refuse_late"]


def is_prose(found):
    """Return True if a document has text in addition to formulas and declarations."""
    return len(found.prose.split()) > 6 * sum(len(item.written.split()) for item in found.items) + 40 or any(
        sign in found.prose for sign in ("$", "\\[", "```")
    )


def refuse_late(found, early, name):
    """Raise SheetError for a declaration below a formula of a sheet, because it would change earlier grades."""
    for each in found.declared if found.format == "sheet" else ():
        if each not in early and each.key in KEYS and each.key != "name" and _makes_sense(each):
            first = found.items[0]
            if first.line < each.line and (first.target or "").isalpha() and len(first.target) > 1:
                raise SheetError(
                    f"{name}, line {first.line}: {first.target!r} is not a declaration: use one of {', '.join(KEYS)}. "
                    "Begin a remark with #."
                )
            raise SheetError(
                f"{name}, line {each.line}: {each.key} is declared below line {first.line}, which was read as a "
                f"formula ({first.formula[:40]!r}): declare it above all formulas."
            )


def _makes_sense(declaration):
    """Return True if a line is a declaration and not a sentence with a colon."""
    before = [] if declaration.key == "network" else [Declaration(0, "network", "2-3-2")]
    try:
        return declaration.key in declared_setting([*before, declaration], "").declared
    except SheetError:
        return False
