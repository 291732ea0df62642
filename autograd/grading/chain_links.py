"""The links of a chain of equations: the first wrong one, and the claim that it makes."""

from collections.abc import Callable

from autograd.grading.latex_text import sides

__all__ = ["at_link", "first_wrong_link"]


def at_link(text, link: int | None) -> str:
    """Return the left side of a chain and the side at one of its links, to be diagnosed.

    >>> at_link("a = b = c", 2), at_link("a = b", None)
    ('a = c', 'a = b')
    """
    if link is None or link < 2:
        return text
    parts = [part.text.strip() for part in sides(text)]
    return f"{parts[0]} = {parts[link]}"


def first_wrong_link(text, verdict_of: Callable[[str], str]) -> int | None:
    """Return the number of the first equals sign of a chain after which a side is wrong, or None.

    Args:
        text: the chain.
        verdict_of: a function of an equation that returns its verdict.

    >>> first_wrong_link("a = b = c", lambda text: "wrong" if text.endswith("c") else "equal")
    2
    """
    parts = [part.text.strip() for part in sides(text)]
    if len(parts) < 3:
        return None
    links = [f"{parts[0]} = {part}" for part in parts[1:]]
    for k, link in enumerate(links, 1):
        verdict = verdict_of(link)
        if verdict == "wrong" or (k > 1 and verdict in ("ambiguous", "ill-formed")):
            return k
        if verdict != "equal":
            break
    return next((k for k, link in enumerate(links, 1) if verdict_of(link) == "wrong"), None)
