"""The tasks that claims set: which sides have to be equal, and whether they are the steps of a parameter."""

from autograd.grading.judging.spelled_claims import in_and_out, indexed, of_label, outside_derivatives
from autograd.grading.judging.task import Task
from autograd.grading.meaning.arithmetic import is_literal
from autograd.grading.meaning.letters import head
from autograd.grading.meaning.spelled import spelled_out
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, show, walk
from autograd.grading.reading.trees import ReadingError

_COUNTS = frozenset({"m", "n", "N", "M", "B", "P", "K", "T", "tau", "pi", "i", "j", "k", "ones", "I"})

__all__ = ["TasksOfClaims"]


class TasksOfClaims:
    """The tasks of the claims about one network.

    Args:
        model: the :class:`~autograd.grading.meaning.quantities.Model` of the network.
    """

    def __init__(self, model):
        self.model = model

    def task(self, claim, places, target):
        """Return the task of a claim, and the quantities of the target or None if the left side is none of them.

        Args:
            claim: the claim.
            places: the meanings of letters.
            target: the symbol that is graded, with letters, or None.

        Raises:
            ReadingError: the claim states nothing that could be proved.
        """
        sides = [None if x is None else rewrite(x, places.with_declared_marks) for x in claim.sides]
        sides, signs = in_and_out(sides, places), list(claim.signs)
        sums = [node for x in sides if x is not None for node in walk(x) if node.kind == "sum"]
        bound = frozenset([letter for node in sums for letter in node.data.letters])
        sides = [None if x is None else rewrite(x, lambda node: of_label(node, places, bound)) for x in sides]
        sides = [None if x is None else spelled_out(x, places) for x in sides]
        if any(s == "approx" for s in signs):
            raise ReadingError("an approximation cannot be proved: write =.", claim.at)
        if len(sides) == 1 or sides[0] is None:
            if target is None:
                raise ReadingError(
                    "give the formula a left side, such as dL/dw = ... or \\delta_o = ..., or pass a target.", claim.at
                )
            rights = [x for x in sides if x is not None]
            return Task((_given(target), *rights), "value", None, claim.conditions), None
        if len(sides) > 2 and self._is_new(sides[0], sides[1], places):
            sides, signs = sides[1:], signs[1:]  # a name for the following sides
        while len(sides) > 2 and self._is_unknown(sides[-1], places):
            sides, signs = sides[:-1], signs[:-1]  # a name for the sides before it
        left = sides[0]
        while left.kind == "group":
            left = left.parts[0]
        if left.kind == "deriv" and left.data == "name" and places.is_loss(left.parts[1]):
            raise ReadingError("a differential of the loss cannot be graded: write a derivative, dL/dz.", left.at)
        rights = sides[1:]
        if left.kind == "deriv" and left.parts[1].kind == "none" and any(x.data == "tuple" for x in rights):
            raise ReadingError("a gradient by all parameters is no vector here: write an entry of it.", left.at)
        if any(x.data == "tuple" and all(is_literal(y) for row in x.parts for y in row.parts) for x in rights):
            raise ReadingError("the numbers of an example cannot be graded: write letters.", left.at)
        wanted = self._wanted(target)
        if left.kind == "step":
            parameter = left.parts[0]
            if not self._is_parameter(parameter, places):
                raise ReadingError(f"{show(left)} is no step of a weight.", left.at)
            return Task(tuple(rights), "step", parameter, claim.conditions), wanted
        if signs[0] == "+=" and left.kind == "deriv" and len(rights) == 1 and self.model.steps > 1:
            steps = {head(p) for x in walk(rights[0]) if is_name(x) for s in x.parts for p in s.parts} & {"t", "tau"}
            if len(steps) == 1:  # the terms of all steps are added
                rights = [Node("sum", tuple(rights), Limits(tuple(steps)), left.at)]
                return Task((left, *rights), "value", None, claim.conditions), wanted
        if signs[0] in ("+=", "-="):
            rights = [Node("neg", (x,), None, x.at) if signs[0] == "-=" else x for x in rights]
            return Task(tuple(rights), "step", left, claim.conditions), wanted
        if self._is_parameter(left, places) and (signs[0] in ("<-", "->") or self._is_update(left, rights, places)):
            bare, rights = indexed(_without_update(left), rights)
            rights = [rewrite(x, lambda node: self._taken_step(node, places)) for x in rights]
            rights = [Node("add", (x, Node("neg", (bare,), None, x.at)), None, x.at) for x in rights]
            return Task(tuple(rights), "step", bare, claim.conditions), wanted
        if signs[0] == "~":
            raise ReadingError("a proportion cannot be proved, except of a step: write =.", claim.at)
        if wanted is not None and not self._is_of_target(left, places):
            wanted = None
        return Task((left, *rights), "value", None, claim.conditions), wanted

    def _taken_step(self, node, places):
        """Return a step that is added to a parameter as a step of gradient descent, or None for another node."""
        if node.kind == "neg" and node.parts[0].kind == "step":
            raise ReadingError(
                "a step is added, since it is minus the rate times the gradient: write w + Delta w.", node.at
            )
        if node.kind != "step":
            return None
        rate = Node("name", (), (min(places.rates), 0), node.at)
        gradient = Node("deriv", (Node("loss", (), None, node.at), node.parts[0]), None, node.at)
        return Node("neg", (Node("prod", (rate, gradient), ("",), node.at),), None, node.at)

    def _is_new(self, left, right, places):
        """Return True if a side is a letter without a meaning so far, such as the J of a Jacobian beside a loss L."""
        if not is_name(left) or places.roles_of(left.data[0]):
            return False
        if left.parts:  # J_{ij} is an entry of a Jacobian
            of_loss = right.kind != "deriv" or right.parts[0].kind != "name" or places.is_loss(right.parts[0])
            return left.data in (("J", 0), ("D", 0)) and left.data[0] != places.loss_letter and not of_loss
        return not places.is_loss(left) or (left.data[0] != places.loss_letter and right.kind == "deriv")

    def _is_unknown(self, side, places):
        """Return True if a side is a letter without a meaning, such as the e of an error that a chain names."""
        if not is_name(side) or side.parts or side.data[1] or places.is_loss(side) or places.roles_of(side.data[0]):
            return False
        base = side.data[0]
        return base not in places.rates and base not in self.model.labels and base not in _COUNTS

    def _is_of_target(self, left, places):
        """Return True if a left side can be a target: the derivative of the loss, a delta or a parameter."""
        if left.kind == "deriv":
            return (
                left.parts[0].kind == "loss"
                or places.is_loss(left.parts[0])
                or (left.parts[0].kind == "call" and left.parts[0].parts[0].data[0] in places.losses)
            )
        return left.kind == "name" and bool({"delta", "w", "b"} & set(places.roles_of(left.data[0])))

    def _is_parameter(self, node, places):
        while node.kind == "group":
            node = node.parts[0]
        if node.kind == "call":
            node = node.parts[0]
        if node.kind != "name":
            return False
        if node.data[0] in self.model.labels and not places.roles.get(node.data[0]):
            return self.model.labels[node.data[0]].role in ("w", "b", "other")
        return bool({"w", "b"} & set(places.roles_of(places.normal(node).data[0])))

    def _is_update(self, left, rights, places):
        """Return True if the claim is an update such as ``w' = w - ...``, with the new weight on the left."""
        name = left.parts[0] if left.kind == "call" else left
        base = name.data[0]
        again = any(x.kind == "name" and x.data[0] == base for side in rights for x in outside_derivatives(side))
        has_rate = any(
            x.kind == "step" or (is_name(x) and x.data[0] in places.rates) for side in rights for x in walk(side)
        )
        return again and has_rate

    def _wanted(self, target):
        """Return the quantities of a target."""
        if target is None:
            return None
        role = {"x": "a"}.get(target.role, target.role)
        layer = target.layers if role == "w" else target.layers[0] if target.layers else None
        roles = {"delta": ("delta", "s")}.get(role, (role,))
        found = set()
        for q in self.model.node_of:
            index = q.index if isinstance(q.index, tuple) else (q.index,)
            is_in_place = q.role == ("s" if "s" in roles else role) and q.layer == layer
            if is_in_place and target.stands_for(index, q.sample, q.step):
                found |= {q._replace(role=r) for r in roles}
                if role == "delta" and self.model.node_of.get(q) is self.model.node_of.get(q._replace(role="a")):
                    found.add(q._replace(role="a"))
        if target.role == "free":
            found = {q for q in self.model.node_of if q.role == "other" and q.index == target.name}
        return found


def _given(target):
    """Return the left side for a target."""
    return Node("given", (), target)


def _without_update(node):
    """Return a parameter without the mark of a new value."""
    if node.kind == "call":
        node = node.parts[0]
    if node.kind == "name":
        return Node("name", node.parts, (node.data[0], 0), node.at)
    return node
