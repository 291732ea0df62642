"""``export``: writes a recorded loss as a function in C or JavaScript that returns its value and its gradient.

The rules are those of the table. They are executed once over *texts*, a kind of number whose operations write
expressions. So this module contains no derivatives. A rule with Python branches is executed once along each of its
paths, and becomes a function of its own with the same branches.
"""

import re
from collections.abc import Sequence

from autograd.compiler.operands import check_leaves
from autograd.compiler.text_rules import Rebinding
from autograd.compiler.texts import Paths, Text, Unwritable, Writer
from autograd.engine import primitives
from autograd.engine.algebra import Primitive, register
from autograd.engine.errors import AlgebraError
from autograd.engine.graph import depending, is_end, postorder
from autograd.engine.other_engines import refuse_given
from autograd.engine.sweep import order
from autograd.engine.value import Value

__all__ = ["LANGUAGES", "Export", "export"]

LANGUAGES = ("c", "javascript")
_LONGEST = 160  # characters of a derivative that is written inline; a longer one becomes a function
_RAISED = (ZeroDivisionError, OverflowError, ValueError)

_BEFORE = {
    "c": """#include <math.h>
#include <stddef.h>

/* Products and sums are rounded one by one, as the engine does. GCC does so with -std=c99. */
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
""",
    "javascript": """"use strict";
const copysign = (x, y) => (Math.abs(x) * (y < 0 || Object.is(y, -0) ? -1 : 1));
const isinf = x => x === Infinity || x === -Infinity;
function rint(x) {
  const low = Math.floor(x), over = x - low;
  return copysign(over < 0.5 || (over === 0.5 && low % 2 === 0) || over === 0 ? low : low + 1, x);
}
const pow = (x, n) => (x === 1 || (x === -1 && isinf(n)) ? 1 : Math.pow(x, n)); // as in C
function bell(x) { // exp(-x^2), with an exact square in the exponent
  const high = Math.floor(x * 4096) / 4096;
  return Math.abs(x) < 40 ? Math.exp(-high * high) * Math.exp(-(x - high) * (x + high)) : Math.exp(-x * x);
}
function erf(x) { // Abramowitz and Stegun 7.1.6
  if (!(Math.abs(x) < 1)) return x > 0 ? 1 - erfc(x) : x < 0 ? erfc(-x) - 1 : x;
  let term = x, sum = x;
  for (let k = 1; k < 40; k++) sum += term *= 2 * x * x / (2 * k + 1);
  return 2 / Math.sqrt(Math.PI) * bell(x) * sum;
}
function erfc(x) { // Abramowitz and Stegun 7.1.14
  if (x < -1) return 2 - erfc(-x);
  if (!(x >= 1)) return 1 - erf(x);
  if (x === Infinity) return 0;
  let rest = x;
  for (let k = 200; k > 0; k--) rest = x + k / 2 / rest;
  return bell(x) / (rest * Math.sqrt(Math.PI));
}
""",
}


def export(loss: Value, inputs: Sequence[Value], language: str = "c") -> str:
    """Return a recorded loss as source text: one function that computes its value and its gradient.

    In C, it is ``double loss(const double *x, double *gradient)``, to be compiled with ``cc -std=c99 ... -lm``. If
    ``gradient`` is NULL, it is not written. In JavaScript, ``loss(x)`` returns ``[value, gradient]``. If the engine
    would raise, the function follows IEEE 754: ``log(-1)`` is NaN. Otherwise, results differ from the engine's only in
    the last digits, as far as the language's mathematical functions differ from Python's.

    Args:
        loss: the node in which the graph ends.
        inputs: n leaves, in the order of ``x`` and ``gradient``. All other leaves are constants with their present
            numbers.
        language: ``"c"`` or ``"javascript"``.

    Returns:
        The text of the file.

    Raises:
        TypeError: ``loss`` is not a Value.
        ValueError: the language is a different one.
        GraphError: an input is not a leaf, or is listed twice.
        AlgebraError: a primitive cannot be written in the language; the message names the primitive.
        StaleGraphError: a leaf was changed after it was recorded.

    Example:
        >>> from autograd import Value, export, tanh
        >>> w, x = Value(0.5, "w"), Value(2.0, "x")
        >>> text = export(tanh(w * x), inputs=[w], language="javascript")
        >>> "function loss(x)" in text, "Math.tanh(" in text
        (True, True)
    """
    return Export(loss, inputs, language).text()


class Export:
    """The source text of a graph while it is written.

    Attributes:
        nodes: all nodes, operands first.
        language: the language in which it is written.
        edges: with ``every``, pairs of the places of a node and of an operand, in the order of the sweep.
    """

    def __init__(self, loss, inputs, language, every=False):
        """Write the graph under ``loss``.

        With ``every``, the JavaScript function returns three lists: the numbers of ``nodes``, the gradients of
        ``nodes``, and the local derivatives of ``edges``.
        """
        if language not in LANGUAGES:
            raise ValueError(f"export writes 'c' or 'javascript', found {language!r}: choose one of these.")
        self.nodes = order(loss)
        if any(node.op is not None and node.op.traits.branches for node in self.nodes):
            self.nodes = postorder([loss])  # at another point, the other branch may be taken
        refuse_given(self.nodes)
        self.language, self._loss, self._every = language, loss, every
        self.edges: list = []
        self._inputs = list(inputs)
        check_leaves([], self._inputs)
        self._place = {node: k for k, node in enumerate(self.nodes)}
        self._functions: dict = {}
        self._rebound = Rebinding()
        self._definitions: list = []
        self._body: list = []
        self._active = set(self.nodes) if every else self._reaching()
        self._conditional = set(self.nodes) - self._always()
        self._values()
        self._sweep()

    def text(self) -> str:
        """Return the whole file."""
        head = {
            "c": "double loss(const double *x, double *gradient) {",
            "javascript": "function loss(x) {",
        }[self.language]
        parts = [_BEFORE[self.language], *self._definitions, f"// The loss and its gradient.\n{head}"]
        return "\n".join([*parts, *["  " + line for line in self._body + self._results()], "}", ""])

    # --- The graph

    def _reaching(self):
        return depending([node for node in self.nodes if not is_end(node.op)], self._inputs)

    def _always(self):
        """Return the nodes that a derivative reaches whichever branches are taken."""

        def always_read(node):
            if is_end(node.op):
                return []
            branches = (node.op is not None and node.op.traits.branches) or ()
            return [x for i, x in enumerate(node.operands) if isinstance(x, Value) and i not in branches]

        return set(postorder([self._loss], always_read))

    # --- The statements

    def _number(self, x):
        """Return an operand as a text, or as a float if it is a constant."""
        if not isinstance(x, Value):
            return float(x)
        return x.data if x.op is None and x not in self._inputs else Text(self._writer, f"v{self._place[x]}")

    def _declaration(self, names, keyword="const"):
        """Return the declaration of variables that are constants, or with "let" may change."""
        if self.language == "c":
            keyword = "const double" if keyword == "const" else "double"
        return f"{keyword} {names};"

    def _values(self):
        self._writer = Writer(self, self._body, inline=True)
        for k, leaf in enumerate(self._inputs):
            if leaf in self._place:
                shown = re.sub(r"[^\w .,()\[\]-]", "_", leaf.label or "")
                note = f" // {shown}" if shown else ""
                self._body.append(self._declaration(f"v{self._place[leaf]} = x[{k}]") + note)
        for node in self.nodes:
            if node.op is not None:
                operands = [self._number(x) for x in node.operands]
                found = self._applied(node.op, operands)
                self._body.append(self._declaration(f"v{self._place[node]} = {self._writer.text(found)}"))

    def _applied(self, primitive, operands):
        if not any(isinstance(x, Text) for x in operands):
            operands = [Text(self._writer, self._writer.text(x)) for x in operands]
        return _over_texts(primitive, operands)

    def _sweep(self):
        active = [(k, node) for k, node in enumerate(self.nodes) if node in self._active]
        starts = [f"g{k} = {'1.0' if node is self._loss else '0.0'}" for k, node in active]
        starts += [f"a{k} = 0.0" for k, node in active if node in self._conditional and node.op is not None]
        if self._every:
            self._body.append("const p = [];")
        else:
            starts += [f"g{len(self.nodes) + k} = 0.0" for k, x in enumerate(self._inputs) if x not in self._place]
        for k in range(0, len(starts), 8):
            self._body.append(self._declaration(", ".join(starts[k : k + 8]), "let"))
        for k, node in reversed(active):
            if node.op is None or is_end(node.op):
                continue
            lines: list = []
            self._writer = Writer(self, lines, inline=True)
            self._contributions(k, node, lines)
            if node in self._conditional:
                lines = [f"if (a{k} != 0.0) {{", *["  " + line for line in lines], "}"]
            self._body += lines

    def _contributions(self, k, node, lines):
        operands = [self._number(x) for x in node.operands]
        y = Text(self._writer, f"v{k}")
        together = None
        if node.op.arity is None and node.op not in (primitives.dot, primitives.total):
            self._writer.inline = False
            together = self._together(node.op, y, operands)
        for i in self._in_order(node):
            x = node.operands[i]
            if not isinstance(x, Value) or x not in self._active:
                continue
            if node.op is primitives.dot or node.op is primitives.total:
                partial = node.op.partials(y, *operands)[i]
            else:
                partial = together[i] if together else self._partial(node.op, i, y, operands)
            j = self._place[x]
            if self._every:
                local = f"p[{len(self.edges)}]"
                self.edges.append((k, j))
                added = [f"{local} = {self._writer.text(partial)};", f"g{j} += g{k} * {local};"]
            else:
                added = [_contribution(f"g{j}", f"g{k}", self._writer, partial)]
            if x in self._conditional and x.op is not None:
                added.append(f"a{j} = 1.0;")
            reached = node.op.reaches(i, operands)
            if reached is False:  # the operand is in a branch that is never taken
                continue
            if reached is not True:
                added = [f"if {reached.text} {{ {' '.join(added)} }}"]
            lines += added
        if together:  # the derivatives have local names
            lines[:] = ["{", *["  " + line for line in lines], "}"]

    def _in_order(self, node):
        """Return the places of the operands in the order in which the sweep propagates to them."""
        places = range(len(node.operands))
        if node.op is not primitives.dot:
            return places
        weights, inputs, bias = primitives.dot_operands(places)
        return [i for pair in zip(weights, inputs, strict=True) for i in pair] + list(bias)

    def _results(self):
        value = f"v{self._place[self._loss]}" if self._loss.op is not None or self._loss in self._inputs else None
        value = value or self._writer.text(self._loss.data)
        if self._every:
            numbers = ", ".join([self._writer.text(self._number(node)) for node in self.nodes])
            gradients = ", ".join([f"g{k}" for k in range(len(self.nodes))])
            return [f"return [[{numbers}], [{gradients}], p];"]
        n = len(self.nodes)
        found = [f"g{self._place.get(x, n + k)}" for k, x in enumerate(self._inputs)]
        if self.language == "javascript":
            return [f"return [{value}, [{', '.join(found)}]];"]
        given = [f"  gradient[{k}] = {g};" for k, g in enumerate(found)]
        return ["if (gradient != NULL) {", *given, "}", f"return {value};"]

    # --- The rules

    def _together(self, primitive, y, operands):
        try:
            return list(self._rebound(primitive.partials)(y, *operands))
        except (Unwritable, TypeError, AttributeError, *_RAISED) as error:
            raise self._refused(primitive, error) from error

    def _partial(self, primitive, i, y, operands):
        rule = primitive.partials[i]
        if type(rule) is Primitive:
            return self._applied(rule, operands)
        if not callable(rule):
            return rule
        try:
            found = self._rebound(rule)(y, *operands)
            if len(self._writer.text(found)) <= _LONGEST:
                return found
        except (Unwritable, *_RAISED):
            pass  # it branches, or is not defined for a constant, so it becomes a function
        return self._call(primitive, f"d{i}_", rule, None, [y, *operands])

    def applied(self, primitive, operands, writer):
        """Return a call of a primitive with texts as operands."""
        name = primitive.traits.c and writer.function(primitive.traits.c)
        if name:
            return writer.put(f"{name}({', '.join([writer.text(x) for x in operands])})")
        return self._call(primitive, "", primitive.floats, primitive.limit, operands, writer)

    def _call(self, primitive, prefix, rule, limit, operands, writer=None):
        writer = writer or self._writer
        fixed = tuple([None if isinstance(x, Text) else repr(float(x)) for x in operands])
        key = primitive.code, prefix, fixed
        if key not in self._functions:
            self._functions[key] = None
            try:
                self._define(key, primitive, rule, limit, operands)
            except (Unwritable, TypeError, AttributeError, RecursionError, *_RAISED) as error:
                if prefix or primitive.forward is None or rule is primitive.forward:
                    raise self._refused(primitive, error) from error
                self._define(key, primitive, primitive.forward, limit, operands)
        if self._functions[key] is None:
            raise self._refused(primitive, "its rule calls itself")
        name, used = self._functions[key]
        return writer.put(f"{name}({', '.join([writer.text(operands[i]) for i in used])})")

    def _define(self, key, primitive, rule, limit, operands):
        _, prefix, fixed = key

        def value(*numbers):
            try:
                return self._rebound(rule)(*numbers)
            except _RAISED:
                if limit is None:
                    return float("nan")
                return self._rebound(limit)(*numbers)

        paths = Paths(self, value, [float(f) if f is not None else None for f in fixed], raises=limit is not None)
        body = paths.lines()
        used = [i for i in range(len(operands)) if fixed[i] is None and re.search(rf"\bx{i}\b", "\n".join(body))]
        shown = re.sub(r"\W", "_", primitive.name, flags=re.ASCII)
        name = f"{prefix or 'op'}{len(self._definitions) + 1}_{shown}"
        if self.language == "c":
            head = f"static double {name}({', '.join([f'double x{i}' for i in used]) or 'void'}) {{"
        else:
            head = f"function {name}({', '.join([f'x{i}' for i in used])}) {{"
        self._definitions.append("\n".join([head, *["  " + line for line in body], "}"]))
        self._functions[key] = name, used

    def _refused(self, primitive, why):
        return AlgebraError(
            f"{primitive.name} cannot be exported as {'C' if self.language == 'c' else 'JavaScript'}: {why}. Write its "
            "rule with arithmetic, select and the functions of this package, or compute it outside of the loss."
        )


def _contribution(target, g, writer, partial):
    if isinstance(partial, Text):
        return f"{target} += {g} * {writer.factor(partial)};"
    if abs(partial) == 1:
        return f"{target} {'+' if partial > 0 else '-'}= {g};"
    return f"{target} += {g} * {writer.factor(partial)};"


def _over_texts(primitive, operands):
    writer = next(x.writer for x in operands if isinstance(x, Text))
    if primitive.code <= primitives.identity.code:  # arithmetic is written inline
        return primitive.forward(*operands)
    return writer.export.applied(primitive, operands, writer)


register(Text, _over_texts)
