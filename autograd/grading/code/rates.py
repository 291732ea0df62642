"""The rate of an update: the factors of the gradient that depend on no number from which the loss is computed."""

import ast
import math
from dataclasses import dataclass, field

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.factors import close
from autograd.grading.code.scaling import RATE
from autograd.grading.code.steps import is_multiple, linear_terms, name_of

__all__ = ["MODES", "Front", "front_of", "literals_of", "rate_lines_of", "same_plain_numbers", "share_leaves"]

MODES = 5  # ways to divide the factor of a gradient into a rate and the rest
STATE = 4  # the mode in which the factor within a state belongs to the rate


@dataclass
class Front:
    """The factor of a gradient in an update, in parts.

    Attributes:
        numbers: The product of the factors that do not depend on data, such as rates and a momentum.
        leaves: The same product without plain numbers, such as the number of samples in ``rate / n``.
        decimals: The product of the decimal numbers in the statement of the update.
        wholes: The product of the integers in the statement of the update.
        apart: The product of the whole numbers, such as 2.0, in the statement beside a rate that all updates share.
        sign: The sign of the whole factor.
        peeled: The leaves in the factor.
        kept: The product of the factors with which a gradient is added to a state, such as ``1 - beta`` of a mean.
    """

    numbers: float = 1.0
    leaves: float = 1.0
    decimals: float = 1.0
    wholes: float = 1.0
    apart: float = 1.0
    sign: int = 1
    peeled: set = field(default_factory=set)
    kept: float = 1.0

    def rates(self):
        """Return the possible values of the rate, because a plain number may belong to the rate or to the gradient."""
        found = [
            self.leaves * self.decimals,
            self.numbers * self.decimals,
            self.leaves * self.decimals * self.wholes,
            self.numbers * self.decimals * self.wholes,
            self.leaves * self.decimals * self.kept,
        ]
        return found + [rate * self.apart for rate in found]


def front_of(group, gradients, memory):
    """Return the factor of the gradient in an update, or None if the change is not a single term."""
    pairs = zip(group.old, group.new, strict=True)
    old, new = next(((a, b) for a, b in pairs if b.data != a.data), (group.old[0], group.new[0]))
    starts = [old, *new.parents]
    before = next((p for p in starts if any(s > 0 and is_multiple(t, p) for t, s in linear_terms(new, p))), old)
    terms = [(term, sign) for term, sign in linear_terms(new, before) if not (sign > 0 and is_multiple(term, before))]
    literals, every = group.literals, len(terms)
    terms = [(term, sign) for term, sign in terms if term.data or not is_free(term, gradients, memory)] or terms
    state = len(terms) < every  # a state, which is 0 before the first step, is added to the gradient
    fronts = [_front(term, sign, literals, gradients, memory, state) for term, sign in terms[:6]]
    if len(fronts) == 1:
        return fronts[0]
    if fronts and all(f.sign == fronts[0].sign and close(f.numbers, fronts[0].numbers) for f in fronts):
        return Front(fronts[0].numbers, fronts[0].leaves, sign=fronts[0].sign)  # weight decay: the rate of both
    return None


def share_leaves(truth, fronts, recorder):
    """Put the rates into the fronts. They are the leaves to which the changes are proportional.

    A rate is common to all updates, or it is in the statement of an update, or each update has one rate of its own. An
    integer, or a divisor of a change, may be a number of samples. A whole number beside the common rate, such as 2.0 in
    ``b -= eta * 2.0 * error``, may be the factor of a square or a part of the rate.
    """
    known = [leaf_powers(group, truth.adjoints, recorder) for group in truth.groups]
    powers = [own for own, _ in known]
    shared = {leaf: power for own in reversed(powers) for leaf, power in own.items()}
    common = [leaf for leaf in shared if all(leaf in own or leaf in met for own, met in known)]
    literal = {leaf for leaf in shared if isinstance(leaf, tuple) and len(leaf) == 2}
    plain = literal | recorder.wholes
    singles = not common and (
        all(len(own) <= 1 for own in powers) or all(len(own.keys() - plain) == 1 for own in powers)
    )
    named = any(leaf not in literal for leaf in (shared if singles else common))
    for i, (front, own, group) in enumerate(zip(fronts, powers, truth.groups, strict=True)):
        if front is None:
            front = fronts[i] = Front()
        plain = front.numbers / front.leaves
        front.leaves = front.numbers = front.decimals = 1.0
        for leaf in {*common, *own}:
            # An update that is not proportional to a common rate, or divides by the count twice, has the same rate.
            power, size = own.get(leaf, shared[leaf]), abs(leaf[-1] if isinstance(leaf, tuple) else leaf.data)
            line = leaf[0] if isinstance(leaf, tuple) and len(leaf) == 2 else None
            if line is not None:
                if line in group.rate_lines and named and float(size).is_integer():
                    front.apart *= size**power
                elif line in group.rate_lines:
                    front.decimals *= size**power
            elif leaf in recorder.wholes:
                if power > 0 and leaf in common:
                    front.wholes *= size
            elif leaf in common or singles:
                front.numbers *= size**power
                front.leaves *= size if power > 0 else 1.0
        front.numbers *= plain


def leaf_powers(group, gradients, recorder):
    """Return the leaves to which a change is proportional, with their powers, and all leaves that it reads.

    Leaves on which the loss depends are left out. A number in the program is a leaf at each evaluation, so it is
    represented by its line and its value. So is one that each object gets, such as ``self.rate = 0.1``, by its place.
    """
    found, met = None, set()
    pairs = [(old, new) for old, new in zip(group.old, group.new, strict=True) if new.data != old.data]
    for old, new in pairs[:1] + pairs[-1:]:
        change = new.data - old.data
        powers = {}
        for node, adjoint in recorder.slopes_of_leaves(new):
            if node not in gradients and node.data:
                line = recorder.literal_lines.get(node)
                key = recorder.origins.get(node, node) if line is None else (line, node.data)
                met.add(key)
                power = adjoint * node.data / change
                if math.isfinite(power) and abs(power - round(power)) < 1e-6 and round(power) in (1, -1):
                    powers[key] = round(power)
        found = powers if found is None else {k: v for k, v in found.items() if powers.get(k) == v}
    return found or {}, met


def rate_lines_of(tree):
    """Return the lines with numbers of rates: of updates, and of variables with a rate's name."""
    lines = getattr(tree, "rate_lines", None)
    if lines is not None:
        return lines
    lines = tree.rate_lines = set()  # kept on the tree, because many candidates for the loss are judged
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, (ast.Name, ast.Attribute)) and RATE.search(ast.unparse(target)):
            lines.update(range(node.lineno, node.end_lineno + 1))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            for side in (node.left, node.right):
                if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mult) and literals_of(side):
                    lines.add(side.lineno)
    return lines


def literals_of(node):
    """Return the numbers that are factors or divisors in a statement."""
    found = getattr(node, "literals", None)
    if found is not None:
        return found
    found = node.literals = []
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div)):
            for side in (part.left, part.right):
                inner = side.operand if isinstance(side, ast.UnaryOp) else side
                if isinstance(inner, ast.Constant) and isinstance(inner.value, (int, float)):
                    found.append(abs(float(inner.value)))
    return found


def _front(term, sign, literals, gradients, memory, state=False):
    """Return the front of one term: the factors that depend on no number from which the loss is computed."""
    front, left = Front(sign=sign), list(literals)
    waiting = [(term, 1, 0, int(state))]  # the last entry is 1 for a term of a state, and 2 for a factor of one
    while waiting:
        node, power, depth, state = waiting.pop()
        name = name_of(node) if isinstance(node, Value) else ""
        if not isinstance(node, Value):
            if abs(node) in left and node:
                left.remove(abs(node))
                _multiply(front, node, power)
            elif state and node and not float(node).is_integer():
                front.sign *= -1 if node < 0 else 1
                front.kept *= abs(node) ** power
        elif is_free(node, gradients, memory):
            if node.data and math.isfinite(node.data):
                front.sign *= -1 if node.data < 0 else 1
                front.peeled |= {leaf for leaf in adjoints(node) if leaf.op is None}
                front.numbers *= abs(node.data) ** power
                front.leaves *= abs(_leaf_product(node)) ** power
                front.kept *= abs(node.data) ** power if state and not float(node.data).is_integer() else 1.0
        elif name in ("mul", "div", "neg") and depth < 12:
            front.sign *= -1 if name == "neg" else 1
            for i, part in enumerate(node.operands):
                waiting.append((part, -power if name == "div" and i == 1 else power, depth + 1, 2 * (state == 1)))
        elif name in ("add", "sub") and len(node.parents) == 2:
            a, b = node.parents
            if a.data == 0 and is_free(a, gradients, memory):
                front.sign *= -1 if name == "sub" else 1
                waiting.append((b, power, depth + 1, 1))
            elif b.data == 0 and is_free(b, gradients, memory):
                waiting.append((a, power, depth + 1, 1))
    return front


def _multiply(front, number, power):
    front.sign *= -1 if number < 0 else 1
    if float(number).is_integer():
        front.wholes *= abs(number) ** power
    else:
        front.decimals *= abs(number) ** power


def _leaf_product(node):
    """Return the product of the leaves in a product, without plain numbers."""
    name = name_of(node)
    if name in ("mul", "div"):
        parts = [_leaf_product(part) if isinstance(part, Value) else 1.0 for part in node.operands]
        return parts[0] * parts[1] if name == "mul" or not parts[1] else parts[0] / parts[1]
    return node.data or 1.0


def is_free(node, gradients, memory):
    """Return True if a number depends on no number from which the loss is computed, like a rate or a momentum."""
    known = memory.get(node)
    if known is None:
        waiting, seen, known = [node], set(), True
        while waiting and known:
            part = waiting.pop()
            if part in seen:
                continue
            seen.add(part)
            known = part not in gradients and memory.get(part, True)
            waiting.extend(part.parents)
        memory[node] = known
    return known


def same_plain_numbers(fronts, mode):
    """Return True if the plain numbers that a mode adds to the rates are the same in all updates."""
    if mode == STATE:
        return all(f and f.kept != 1.0 and close(f.kept, fronts[0].kept) for f in fronts)
    parts = [(f.numbers / f.leaves if mode in (1, 3) else 1.0) * (f.wholes if mode > 1 else 1.0) for f in fronts if f]
    return all(close(part, parts[0]) for part in parts)
