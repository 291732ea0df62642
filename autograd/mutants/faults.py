"""The wrong engines. Each is the right engine of ``plain.py`` with one mistake that people make in their engines."""

import ctypes
import sys
from collections import Counter
from dataclasses import dataclass

from autograd.engine import primitives
from autograd.engine.plain import Engine

__all__ = ["MUTANTS", "Mutant"]


@dataclass(frozen=True)
class Mutant:
    """A wrong engine.

    Attributes:
        name: the name of the engine.
        topic: the kind of fault: ``"sweep"``, ``"rule"``, ``"constant"`` or ``"promise"``. A promise is one of
            ``Value`` that micrograd does not make.
        fault: a sentence that says what is wrong.
        caught_by: a sentence that says which test catches it.
        value: the class to use in place of ``Value``.
    """

    name: str
    topic: str
    fault: str
    caught_by: str
    value: type


MUTANTS: dict[str, Mutant] = {}
"""The wrong engines by name."""


def _wrong(topic, fault, caught_by):
    def add(cls):
        MUTANTS[cls.__name__] = Mutant(cls.__name__, topic, fault, caught_by, cls)
        return cls

    return add


# --- The sweep


@_wrong(
    "sweep",
    "A node that is read twice keeps only the last contribution: = in place of +=.",
    "The gradient of a leaf with two uses, such as a * b + a.",
)
class overwrite(Engine):
    def propagate(self, adjoints, operand, partial):
        adjoints[operand] = adjoints.get(self, 0.0) * partial


@_wrong(
    "sweep",
    "A node that is read twice keeps only the first contribution: nothing accumulates.",
    "The gradient of a leaf with two uses, such as a * b + a.",
)
class first_use_only(Engine):
    def propagate(self, adjoints, operand, partial):
        adjoints.setdefault(operand, adjoints.get(self, 0.0) * partial)


@_wrong(
    "sweep",
    "Operands are kept as a set, so an operation that reads one node twice propagates only one contribution to it.",
    "The gradient of a * a or a + a.",
)
class operands_as_set(Engine):
    def edges(self):
        return list(dict(super().edges()).items())


@_wrong(
    "sweep",
    "Nodes are swept breadth first from the result: a node may come before one of its readers.",
    "An inner node read by the result and again further down, such as b + (b * 2) * 3 with b = a * a.",
)
class breadth_first(Engine):
    def order(self):
        met = {self: None}
        nodes = [self]
        for node in nodes:
            node.check_operands()
            nodes.extend([x for x in dict.fromkeys(node.parents) if x not in met])
            met.update(dict.fromkeys(node.parents))
        return nodes[::-1]


@_wrong(
    "sweep",
    "Nodes are swept depth first in the order of discovery, so all nodes under one operand come before the next.",
    "An inner node read by both operands, such as b * 2 + b * 3 with b = a * a.",
)
class depth_first(Engine):
    def order(self):
        nodes, stack, seen = [], [self], set()
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                node.check_operands()
                nodes.append(node)
                stack.extend(reversed(node.parents))
        return nodes[::-1]


@_wrong(
    "sweep",
    "A node is swept once for each of its readers, and propagates its whole adjoint every time.",
    "The gradient under an inner node with two readers, such as b * 2 + b * 3 with b = a * a.",
)
class swept_per_reader(Engine):
    def sweep(self, nodes, seed):
        adjoints = {self: seed}
        readers = Counter([x for node in nodes for x in node.parents])
        for node in reversed(nodes):
            for operand, partial in node.edges():
                node.propagate(adjoints, operand, partial * max(1, readers[node]))
        return adjoints


@_wrong(
    "sweep",
    "Nodes are compared by their data, so one of two nodes with equal numbers is left out.",
    "The gradients of two leaves that hold the same number, such as a * b with both 3.",
)
class equal_numbers_merged(Engine):
    def key(self):
        return self.data


@_wrong(
    "sweep",
    "The order is found by recursion, so a deep graph raises RecursionError.",
    "backward() through a chain of several thousand operations.",
)
class recursive(Engine):
    def order(self):
        nodes, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                node.check_operands()
                for x in node.parents:
                    visit(x)
                nodes.append(node)

        visit(self)
        return nodes


@_wrong(
    "sweep",
    "A RecursionError is swallowed: nodes deeper than the recursion limit get no gradient.",
    "The gradient of the leaf at the far end of a chain of several thousand operations.",
)
class cut_off(Engine):
    def order(self):
        nodes, level, depth = [self], [self], 0
        while level and depth < sys.getrecursionlimit() // 2:
            level = list(dict.fromkeys([x for node in level for x in node.parents]))
            nodes.extend(level)
            depth += 1
        kept = set(nodes)
        return [node for node in super().order() if node in kept]


@_wrong(
    "sweep",
    "Only the first operand of an operation gets its contribution.",
    "The gradients with respect to both operands of an operation.",
)
class first_operand_only(Engine):
    def edges(self):
        return [pair for pair in super().edges() if pair[0] is self.operands[0]]


@_wrong(
    "sweep",
    "A function such as tanh propagates its own derivative, without the factor of its adjoint.",
    "A function inside another operation, such as (x.tanh() * 3).backward().",
)
class chain_factor_forgotten(Engine):
    def propagate(self, adjoints, operand, partial):
        if self.op.arity == 1 and self.op is not primitives.neg:
            adjoints[operand] = adjoints.get(operand, 0.0) + partial
        else:
            super().propagate(adjoints, operand, partial)


@_wrong(
    "sweep",
    "The result itself gets no gradient.",
    "loss.grad == 1 after loss.backward().",
)
class result_left_out(Engine):
    def backward(self, seed=1.0):
        before = self._grad
        super().backward(seed)
        self._grad = before


@_wrong(
    "sweep",
    "Only leaves get gradients.",
    "The gradient of an inner node.",
)
class inner_left_out(Engine):
    def accumulate(self, adjoint):
        if self.op is None:
            super().accumulate(adjoint)


@_wrong(
    "sweep",
    "The sweep skips the nodes that an earlier sweep visited, because they stay marked as visited.",
    "Two results that share a node, each with its backward().",
)
class visited_kept(Engine):
    visited = False

    def order(self):
        nodes = [node for node in super().order() if node is self or not node.visited]
        for node in nodes:
            node.visited = True
        return nodes


@_wrong(
    "sweep",
    "Setting grad to 0 clears only the number that is shown, not the running total, so old gradients come back.",
    "A second step of training: backward(), grad = 0, backward() again.",
)
class zeroing_undone(Engine):
    total = 0.0

    def accumulate(self, adjoint):
        self.total += adjoint
        self._grad = self.total


@_wrong(
    "sweep",
    "Gradients are kept in single precision.",
    "A gradient compared to a reference in more than seven digits.",
)
class single_precision(Engine):
    def accumulate(self, adjoint):
        try:
            self._grad = ctypes.c_float(self._grad + adjoint).value
        except OverflowError:
            super().accumulate(adjoint)


# --- Promises that Value makes and micrograd does not


@_wrong(
    "promise",
    "Adjoints are kept on the nodes as their gradients: a second backward() propagates those of the first one again.",
    "backward() twice through an inner node, which adds twice.",
)
class adjoints_kept(Engine):
    def backward(self, seed=1.0):
        self._grad = float(seed)
        for node in reversed(self.order()):
            for operand, partial in node.edges():
                operand.grad += node.grad * partial


@_wrong(
    "promise",
    "backward() sets gradients instead of adding to them.",
    "Two results that depend on one leaf, each with its backward(): the gradients add up.",
)
class gradient_replaced(Engine):
    def accumulate(self, adjoint):
        self._grad = adjoint


@_wrong(
    "promise",
    "backward() ignores its seed.",
    "loss.backward(2.0), which doubles every gradient.",
)
class seed_ignored(Engine):
    def backward(self, seed=1.0):
        super().backward()


@_wrong(
    "promise",
    "A leaf that was changed after it was recorded goes unnoticed.",
    "backward() after a change of leaf.data, which raises StaleGraphError.",
)
class changed_leaf_unnoticed(Engine):
    def check_operands(self):
        pass


# --- Plain numbers among the operands


@_wrong("constant", "2 - a is computed as a - 2.", "A number on the left of a minus.")
class left_minus_swapped(Engine):
    def __rsub__(self, other):
        return self - other


@_wrong("constant", "2 / a is computed as a / 2.", "A number on the left of a division.")
class left_division_swapped(Engine):
    def __rtruediv__(self, other):
        return self / other


@_wrong("constant", "2 ** a is computed as a ** 2.", "A number as the base of a power.")
class left_power_swapped(Engine):
    def __rpow__(self, other):
        return self**other


@_wrong(
    "constant",
    "The derivative of a * 3 and of a / 3 is 1: the number on the right is missing.",
    "The gradient of a product or a quotient with a number on the right.",
)
class right_number_lost(Engine):
    def partial(self, i):
        lost = self.op in (primitives.mul, primitives.div) and not isinstance(self.operands[1], Engine)
        return 1.0 if lost else super().partial(i)


@_wrong(
    "constant",
    "The derivative of 3 * a is 1: the number on the left is missing.",
    "The gradient of a product with a number on the left.",
)
class left_number_lost(Engine):
    def partial(self, i):
        lost = self.op is primitives.mul and not isinstance(self.operands[0], Engine)
        return 1.0 if lost else super().partial(i)


@_wrong("constant", "Whole numbers are divided with //.", "The data of a quotient such as Value(7.0) / 2.")
class whole_division(Engine):
    def __truediv__(self, other):
        quotient = super().__truediv__(other)
        if quotient is not NotImplemented and all(x.is_integer() for x in quotient.recorded):
            quotient._data = float(quotient._data // 1)
        return quotient


@_wrong("constant", "An exponent is truncated to an integer.", "A power with a fractional exponent, such as a ** 0.5.")
class integer_exponents(Engine):
    def __pow__(self, other):
        return super().__pow__(other if isinstance(other, Engine) else int(other))


# --- The rules. Each row has a name, the rules to replace by (primitive, operand), and two sentences: fault, caught by.

_RULES = [
    (
        "minus_as_plus",
        {("sub", 1): lambda y, a, b: 1.0},
        "The derivative of a - b with respect to b is +1.",
        "The gradient with respect to b.",
    ),
    ("negation_lost", {("neg", 0): lambda y, a: 1.0}, "The derivative of -a is +1.", "The gradient of -a."),
    (
        "product_own_operand",
        {("mul", 0): lambda y, a, b: a, ("mul", 1): lambda y, a, b: b},
        "The derivative of a * b with respect to a is a, and with respect to b it is b.",
        "The gradients of a product of two different numbers.",
    ),
    (
        "division_swapped",
        {("div", 0): lambda y, a, b: -y / b, ("div", 1): lambda y, a, b: 1 / b},
        "The derivatives of a / b with respect to a and b are swapped.",
        "The gradients of a quotient of two Values.",
    ),
    (
        "division_sign",
        {("div", 1): lambda y, a, b: y / b},
        "The derivative of a / b with respect to b is +a / b**2: the minus is lost.",
        "The gradient with respect to a denominator.",
    ),
    (
        "division_not_squared",
        {("div", 1): lambda y, a, b: -y},
        "The derivative of a / b with respect to b is -a / b: the square is lost.",
        "The gradient with respect to a denominator other than 1.",
    ),
    (
        "division_numerator_lost",
        {("div", 1): lambda y, a, b: -1 / (b * b)},
        "The derivative of a / b with respect to b is -1 / b**2: the numerator is lost.",
        "The gradient with respect to a denominator, under a numerator other than 1.",
    ),
    (
        "power_factor_lost",
        {("pow", 0): lambda y, a, n: a ** (n - 1)},
        "The derivative of a ** n is a ** (n - 1): the factor n is lost.",
        "The gradient of a power.",
    ),
    (
        "power_not_lowered",
        {("pow", 0): lambda y, a, n: n * y},
        "The derivative of a ** n is n * a ** n: the exponent is not reduced by 1.",
        "The gradient of a power of a number other than 1.",
    ),
    (
        "power_as_square",
        {("pow", 0): lambda y, a, n: 2 * a},
        "The derivative of every power is that of the square.",
        "The gradient of a ** 3, or of any power but the second.",
    ),
    (
        "power_sign_lost",
        {("pow", 0): lambda y, a, n: abs(n) * a ** (n - 1)},
        "The derivative of a ** n has the wrong sign for a negative n.",
        "The gradient of a ** -1 or another negative power.",
    ),
    (
        "exponent_without_gradient",
        {("pow", 1): lambda y, a, n: 0.0},
        "A Value in an exponent gets no gradient.",
        "The gradient of b in a ** b, or in 2 ** b.",
    ),
    (
        "exp_by_power_rule",
        {("exp", 0): lambda y, a: a * y},
        "The derivative of exp(a) has a factor a, as in the power rule.",
        "The gradient of exp at a point other than 1.",
    ),
    (
        "log_of_output",
        {("log", 0): lambda y, a: 1 / y},
        "The derivative of log is 1 / log(a): it is taken at the output.",
        "The gradient of log.",
    ),
    (
        "tanh_at_input",
        {("tanh", 0): lambda y, a: 1 - a * a},
        "The derivative of tanh is 1 - a**2: it is taken at the input.",
        "The gradient of tanh at a point other than 0.",
    ),
    (
        "tanh_not_squared",
        {("tanh", 0): lambda y, a: 1 - y},
        "The derivative of tanh is 1 - tanh(a): the square is lost.",
        "The gradient of tanh at a point other than 0.",
    ),
    (
        "sigmoid_at_input",
        {("sigmoid", 0): lambda y, a: a * (1 - a)},
        "The derivative of sigmoid is a * (1 - a): it is taken at the input.",
        "The gradient of sigmoid.",
    ),
    (
        "relu_open",
        {("relu", 0): lambda y, a: 1.0},
        "The derivative of relu is 1 everywhere.",
        "The gradient of relu of a negative number.",
    ),
    (
        "relu_at_zero",
        {("relu", 0): lambda y, a: 1.0 if a >= 0 else 0.0},
        "The derivative of relu at 0 is 1.",
        "The gradient of relu at 0, where it is 0 by convention.",
    ),
    (
        "relu_as_output",
        {("relu", 0): lambda y, a: y},
        "The derivative of relu is its output instead of 1 or 0.",
        "The gradient of relu of a positive number other than 1.",
    ),
]  # fmt: skip

for _name, _rules, _fault, _caught_by in _RULES:
    _wrong("rule", _fault, _caught_by)(type(_name, (Engine,), {"rules": _rules, "__module__": __name__}))
