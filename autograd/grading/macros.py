r"""The commands that a LaTeX document defines: ``\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}``.

No code is run: a command is a text with places for arguments. The number of commands, the depth of their references and
the length of a formula are limited.
"""

import itertools
import re

__all__ = ["Macros"]

_MAX_COMMANDS, _MAX_ROUNDS, _LONGEST = 200, 8, 8000
_DEFINITION = re.compile(
    r"\\(?P<how>newcommand|renewcommand|providecommand|def|DeclareMathOperator)\*?\s*"
    r"(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))\s*(?:\[(?P<count>\d)\]\s*|(?P<marks>(?:#\d)+))?"
    r"(?:\[(?P<default>[^\[\]{}]*)\]\s*)?(?=\{)"
)
_PLACE = re.compile(r"#([1-9])")


class Macros:
    r"""The commands that a document defines.

    >>> macros = Macros(r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} \def\W{\mathbf{W}}")
    >>> macros.expanded(r"\pd{E}{\W}")
    '\\frac{\\partial E}{\\partial \\mathbf{W} }'
    """

    def __init__(self, text):
        self._commands: dict = {}
        for match in itertools.islice(_DEFINITION.finditer(text), _MAX_COMMANDS):
            end = _closing(text, match.end())
            if end is None:
                continue
            body = text[match.end() + 1 : end]
            if match["how"] == "DeclareMathOperator":
                body = rf"\operatorname{{{body}}}"
            count = int(match["count"] or 0) or len(match["marks"] or "") // 2
            self._commands[match["braced"] or match["bare"]] = count, match["default"], body
        names = "|".join(sorted(map(re.escape, self._commands), key=len, reverse=True))
        self._use = re.compile(rf"\\({names})(?![A-Za-z])\s*") if names else None

    def expanded(self, formula) -> str:
        """Return a formula with these commands written out, or unchanged if it would become too long."""
        if self._use is None:
            return formula
        text = formula
        for _ in range(_MAX_ROUNDS):
            new = self._once(text)
            if new == text:
                return text
            if len(new) > _LONGEST:
                return formula
            text = new
        return formula

    def _once(self, text):
        out, at = [], 0
        while True:
            match = self._use.search(text, at)
            if match is None:
                return "".join([*out, text[at:]])
            out.append(text[at : match.start()])
            count, default, body = self._commands[match[1]]
            at = match.end()
            arguments = []
            if default is not None and count:
                arguments.append(default)
                if text[at : at + 1] == "[" and (end := text.find("]", at)) > 0:
                    arguments[0], at = text[at + 1 : end], end + 1
            while len(arguments) < count:
                argument, at = _argument(text, at)
                arguments.append(argument)
            filled = _PLACE.sub(lambda place, found=arguments: "".join(found[int(place[1]) - 1 : int(place[1])]), body)
            out.append(filled if count else f"{filled} ")


def _closing(text, start):
    """Return the offset of the brace that closes the one at ``start``, or None."""
    depth = 0
    for k in range(start, min(len(text), start + _LONGEST)):
        if text[k] == "\\":
            continue
        if text[k] in "{}" and text[k - 1 : k] != "\\":
            depth += 1 if text[k] == "{" else -1
            if depth == 0:
                return k
    return None


def _argument(text, at):
    """Return the next argument of a command (a group, a command or one character), and the offset of its end."""
    while text[at : at + 1].isspace():
        at += 1
    if text[at : at + 1] == "{":
        end = _closing(text, at)
        if end is not None:
            return text[at + 1 : end], end + 1
    match = re.compile(r"\\[A-Za-z]+|\\?.", re.DOTALL).match(text, at)
    return (match[0], match.end()) if match else ("", at)
