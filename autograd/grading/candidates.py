r"""The choice of a reading for a document that declares none: the candidate under which most claims are right.

Letters are taken from the document's own definitions. The named conventions, both signs of a delta, and both orders of
a weight's indices are tried as well.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import NAMES, convention, plain
from autograd.grading.clock import Allowance
from autograd.grading.defined_letters import defined_letters, defines_loss, more_letters, swapped
from autograd.grading.found_networks import networks_of
from autograd.grading.own_letters import definition, names_in, written_out
from autograd.grading.reading.latex_names import BOLD
from autograd.grading.setting import Setting
from autograd.grading.shapes_in_formulas import has_one_input

__all__ = ["Chosen", "choose", "free_letters", "known_letters"]

_MAX_TRIED = 12  # the number of claims by which candidates are compared
_MAX_CONVENTIONS = 4  # the number of conventions that are tried, most likely first
_SECONDS = 2.5  # the work for the whole choice
_WEIGHED_OR_DELTA = re.compile(r"\\delta|\\[Dd]elta|(?<![A-Za-z\\])[Ww]\s*(?:[_^₀-₉]|\b)|\\theta|\\omega")
# A delta may be its letter in all spellings, an error in words, or the d of d_k and d_h[h].
_DELTA = re.compile(r"[Dd]elta|[δΔ]|[Ee]rr|(?<![A-Za-z])d\s*[_\[^]")
# The forward pass with a matrix in front of a column, as in W_1 x, or behind a row, as in X W_1.
_SCRIPT = r"(?:\s*[_^]\s*(?:\{[^{}]*\}|\w)|[₀-₉])*\s*\}?"
_VECTOR = rf"(?:\\(?:{BOLD})\s*\{{?\s*)?[xahzXAHZ](?![A-Za-z]){_SCRIPT}"
_MATRIX = rf"(?:\\(?:{BOLD})\s*\{{?\s*)?W(?![A-Za-z]){_SCRIPT}"
_COLUMNS, _ROWS = re.compile(rf"{_MATRIX}\s*{_VECTOR}"), re.compile(rf"{_VECTOR}\s*{_MATRIX}")
_BACKWARD = re.compile(r"\\partial|\\nabla|\\delta|\\Delta|[∂∇δ]|\\leftarrow|(?<![A-Za-z])d[A-ZWZbz]")
_MIN_DEFINITIONS = 3
_DERIVATIVE = re.compile(r"\\partial|\\nabla|[∂∇]")
# Letters that have a meaning in every vocabulary.
_ALWAYS = {
    "delta", "hat y", "omega", "t", "z", "s", "W", "w", "b",
    "L", "J", "E", "C", "Loss", "loss", "epsilon", "SSE", "MSE",
}  # fmt: skip


class Chosen(NamedTuple):
    """The reading of a document: its setting, and the parts of it that were found and not declared, in words."""

    setting: Setting
    found: str


def known_letters(options) -> set:
    """Return the letters that have a meaning in a convention without any declaration."""
    letters = {role: plain(latex) for role, latex in convention(**options).letters.items() if role != "function"}
    more = {plain(latex) for latex in options.get("more", ())}
    return set(letters.values()) | more | (_ALWAYS - free_letters(options))


def free_letters(options) -> set:
    """Return the letters that are free for the writer: their roles have other letters, and no other role has them.

    >>> sorted(free_letters({"letters": {"s": "z", "t": "y", "y": "a"}}))
    ['S', 'T', 's', 't']
    """
    usual, letters = convention().letters, convention(**options).letters
    changed = {plain(usual[role]) for role in options.get("letters", {}) if role in ("s", "t", "a", "loss")}
    changed |= {letter.upper() for letter in changed}  # of a batch
    return changed - {plain(latex) for latex in letters.values()}


def choose(setting, found, judge) -> Chosen:
    """Return the reading under which most claims of a document can be read and are right.

    Args:
        setting: the declared setting.
        found: the :class:`~autograd.grading.extract.Extract` of the document.
        judge: a function of a setting, a target and a formula that returns a grade. It raises a SheetError if the
            setting has no meaning.
    """
    allowance = Allowance(_SECONDS)
    formulas = _spread([(item.target, item.formula) for item in found.items])
    marked = _spread([(item.target, item.formula) for item in found.items if _WEIGHED_OR_DELTA.search(item.formula)])
    networks = [setting] if setting.network is not None or setting.recorded else networks_of(setting, found)
    best, score = _best(_letterings(networks[0], _texts(found)), formulas, judge, allowance)
    # The letters that fit one network best are likely in the others, too. Other letters are only tried after them.
    alike = [replace(network, options=best.options) for network in networks[1:] if _is_alike(network, best)]
    best, score = _best(alike, formulas, judge, allowance, (best, score))
    best, score = _with_variant(best, score, formulas, marked, judge, allowance)
    for network in networks[1:]:
        if score[0] == _most(formulas) or allowance.is_used_up() or _has_all_letters(best, formulas, judge):
            break
        other, reached = _best(_letterings(network, _texts(found)), formulas, judge, allowance, (best, score))
        if other is not best:
            best, score = _with_variant(other, reached, formulas, marked, judge, allowance)
    is_open = setting.network is None and not setting.recorded
    said = "found, not declared: check it" if is_open or best.options != setting.options else ""
    if said:
        said = f"{'the network, the loss and the convention were' if is_open else 'the convention was'} {said}"
    return Chosen(best, said)


def _with_variant(best, score, formulas, marked, judge, allowance):
    """Return the best sign of deltas and order of indices in a setting, and the score with them.

    Args:
        best, score: the setting and its score.
        formulas: the formulas by which settings are compared.
        marked: those of them in which a sign or an order can be seen.
        judge, allowance: as in :func:`choose`, and the work that remains.
    """
    variants = _variants(best) if marked else []
    if not variants or allowance.is_used_up():
        return best, score
    judge_variant = _without_deltas(best, judge)
    found, _ = _best(variants, marked, judge_variant, allowance, (best, _score(best, marked, judge, None)))
    return found, _score(found, formulas, judge, None)


def _has_all_letters(setting, formulas, judge):
    """Return True if all definitions of a document are right, so that other letters are not worth a trial."""
    said = [(target, text) for target, text in formulas if not _BACKWARD.search(text)]
    is_whole = len(said) >= _MIN_DEFINITIONS and any(defines_loss(text) for _, text in said)
    return is_whole and all(judge(setting, target, text).verdict == "equal" for target, text in said)


def _texts(found):
    """Return the formulas of a document."""
    return [item.formula for item in found.items]


def _is_alike(network, other):
    """Return True if the letters of two networks have the same roles: both have a softmax, or none."""
    losses = [dict(each.network or ()).get("loss") for each in (network, other)]
    return len({loss == "cross_entropy" for loss in losses}) == 1


def _spread(formulas):
    """Return the formulas of a document by which candidates are compared, evenly spread over it."""
    if len(formulas) <= _MAX_TRIED:
        return formulas
    return [formulas[k * (len(formulas) - 1) // (_MAX_TRIED - 1)] for k in range(_MAX_TRIED)]


def _best(candidates, formulas, judge, allowance, start=None):
    """Return the candidate with the highest score and this score. The first of equal ones is returned."""
    best, score = start if start is not None else (candidates[0], None)
    for candidate in candidates:
        if score is not None and (allowance.is_used_up() or score[0] == _most(formulas)):
            break
        is_preset = score is not None and "preset" in candidate.options and "preset" not in best.options
        if is_preset and best.network == candidate.network and _has_all_letters(best, formulas, judge):
            break  # the document's own letters are better than those of a preset, which come last
        reached = _score(candidate, formulas, judge, score)
        if score is None or reached > score:
            best, score = candidate, reached
    return best, score


def _score(setting, formulas, judge, best):
    """Return the number of equal claims, the number of readable claims, and the affinity of the letters.

    The search stops if a candidate can no longer exceed ``best``, the score of another candidate.
    """
    known, own = known_letters(setting.options), {}
    equal = read = 0
    compared = formulas[:_MAX_TRIED]
    for k, (target, formula) in enumerate(compared):
        if best is not None and equal + _most(compared[k:]) < best[0]:
            break
        text = written_out(formula, own)
        try:
            verdict = judge(setting, target, text).verdict
        except SheetError:
            return (-1, -1, 0)
        if verdict == "unreadable":
            said = definition(text)
            if said is not None and said.name not in known:
                own[said.name] = said
            continue
        equal += _weight(formula) * (verdict in ("equal", "unproved"))
        read += 1
    used = set().union(*[names_in(formula) for _, formula in formulas])
    return equal, read, _affinity(convention(**setting.options), used)


def _weight(formula):
    """Return the weight of a claim.

    A definition of the loss counts most, because it distinguishes outputs from targets.
    """
    return 6 if defines_loss(formula) else 1


def _most(formulas):
    """Return the score of formulas that are all equal."""
    return sum([_weight(formula) for _, formula in formulas[:_MAX_TRIED]])


def _variants(setting):
    """Return the other signs of delta and orders of indices that are not declared.

    A declared convention determines the delta.
    """
    now = convention(**setting.options)
    is_said = {"delta", "convention"} & set(setting.declared)
    deltas = [now.delta] if is_said else list(dict.fromkeys([now.delta, -now.delta, 1, -1]))
    orders = [now.order] if "order" in setting.declared else ["from-to", "to-from"]
    found = []
    for delta in deltas:
        for order in orders:
            if (delta, order) != (now.delta, now.order):
                found.append(replace(setting, options={**setting.options, "delta": delta, "order": order}))
    return found


def _without_deltas(base, judge):
    """Return a judge of variants of a setting that judges a formula without a delta in one of its meanings only."""

    def judge_variant(setting, target, text):
        is_open = _DELTA.search(text) or plain(convention(**setting.options).letters["delta"]) in names_in(text)
        if target is None and not is_open:
            options = {key: value for key, value in setting.options.items() if key != "delta"}
            if "delta" in base.options:
                options["delta"] = base.options["delta"]
            setting = replace(setting, options=options)
        return judge(setting, target, text)

    return judge_variant


def _letterings(setting, formulas):
    """Return the settings to try, with the letters as declared, as defined in the document, or of other authors."""
    if "convention" in setting.declared:
        return [setting]
    forward = [formula for formula in formulas if not _DERIVATIVE.search(formula)]
    columns, rows = (sum(sign.search(formula) is not None for formula in forward) for sign in (_COLUMNS, _ROWS))
    if columns > rows and "order" not in {*setting.declared, *setting.options}:
        setting = replace(setting, options={**setting.options, "order": "to-from"})
    more = more_letters(formulas)
    for formula in formulas:
        more |= has_one_input(formula)
    if more:
        setting = replace(setting, options={**setting.options, "more": more})
    found = [setting]
    letters = defined_letters(formulas, dict(setting.network or ()).get("loss") == "cross_entropy")
    used = set().union(*[names_in(formula) for formula in formulas])
    if letters:
        tried = [letters, swapped(letters)]
        if "a" not in letters and not {"a", "h"} & used:  # hidden neurons have the letter of the outputs
            tried[:0] = [{**each, "a": each["y"]} for each in tried if "y" in each]
        for each in filter(None, tried):
            given = {**each, **setting.options.get("letters", {})}
            found.append(replace(setting, options={**setting.options, "letters": given}))
    if "letters" not in setting.declared:
        likely = sorted(NAMES, key=lambda name: -_affinity(NAMES[name], used))[:_MAX_CONVENTIONS]
        found += [
            replace(setting, options={"preset": name, **setting.options}) for name in likely if name != "standard"
        ]
    return [each for each in found if _is_sound(each.options)]


def _affinity(how, used):
    """Return the number of letters of a convention that a document has, minus the number that it lacks."""
    letters = {plain(how.letters[role]) for role in ("a", "y", "t", "s", "delta", "loss")}
    return len(letters & used) - len(letters - used)


def _is_sound(options):
    try:
        convention(**options)
    except ValueError:
        return False
    return True
