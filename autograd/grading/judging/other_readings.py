"""Other readings of a claim that is not right as it stands: in each, the claim is judged once more.

A person would read some claims in another way than the first one: an update without indices is that of one weight, and
h1 below a weight has two indices. A claim that is right under such a reading is equal, or ambiguous if the reading is
unusual.
"""

import contextlib
from itertools import pairwise

from autograd.grading.judging.instances import indices_in
from autograd.grading.judging.spelled_claims import of_one_weight as update_of_one_weight
from autograd.grading.judging.spelled_claims import outside_derivatives, regrouped, with_chains_over_samples
from autograd.grading.judging.spelled_claims import with_two_indices as node_with_two_indices
from autograd.grading.judging.task import joined
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.products import is_rest_of
from autograd.grading.meaning.weights import states_order
from autograd.grading.reading.nodes import Node, is_name, rewrite, show, walk
from autograd.grading.reading.trees import ReadingError

_OTHER_ORDER = (
    "it is right if a row of the matrix has the weights into one neuron, and wrong if it has those out of one: declare "
    "order: to-from, or write weights with indices, such as w_{jk}"
)
TWO_TARGETS = "two letters would both be targets, {}: declare which of them is an output"
_RECORDED = (
    "it is right if {0} stands for the parameters of any layer, and wrong if {0} names what the graph records with it: "
    "write the letters of the graph, or declare the letter"
)
_DEFINED = (
    "it is right if {0} is a new name for {1}, and wrong if its number is that of a layer: number it as its layer, or "
    "give it another letter"
)
_LOGISTIC = "if sigma is the logistic function where outputs are linear"
_GROUPED = (
    "it is right if the elementwise product is taken first, and wrong if products side by side bind more tightly, as "
    "they usually do: set it in brackets"
)

__all__ = ["TWO_TARGETS", "OtherReadings"]


class OtherReadings:
    """The other readings of claims about one network.

    The methods take a task, the meaning of letters, the declared ``vectors`` and ``batch``, and what is wanted, as
    :meth:`~autograd.grading.judging.judge.Judge.judge` does.

    Args:
        judge: the judge of the network.
        convention: the letters, the order of a weight's indices, and the meaning of a delta.
    """

    def __init__(self, judge, convention):
        self._judge, self._convention = judge, convention
        self._model = judge.model

    def with_one_letter_of_targets(self, judged, places):
        """Return the verdict, but ambiguous if a claim is only right because two of its letters are read as targets."""
        if judged.verdict not in ("equal", "unproved") or judged.reading is None:
            return judged
        evaluation = evaluator(self._judge.points.first(), places, judged.reading, {})
        names = [
            x for side in judged.task.sides for x in _marked_names(side, places) if "t" in places.roles_of(x.data[0])
        ]
        indices = {x for side in judged.task.sides for x in indices_in(side)}
        names = [x for x in names if id(x) not in indices]
        found: dict = {}
        for name in names:
            with contextlib.suppress(ReadingError):
                if evaluation.place(name).role == "t":
                    found.setdefault(name.data[0].lower(), name.data[0])
        if len(found) < 2:
            return judged
        return judged._replace(verdict="ambiguous", reason=TWO_TARGETS.format(" and ".join(found.values())))

    def with_logistic(self, task, places, vectors, batch, wanted):
        r"""Return the verdict with ``\sigma`` as the logistic function if the claim is then right, or None.

        Usually it is the activation of the neuron in its argument. The derivative of softplus is printed as
        ``\sigma(s)``, and that of silu has it, too. Nobody applies the activation of linear outputs to them: the
        ``\sigma(z) - y`` of a loss on logits has the logistic function, even if ``\sigma`` is declared for the others.
        """
        is_declared = places.is_declared("function")
        if is_declared and not self._has_linear_outputs():
            return None

        calls = [x for side in task.sides for x in walk(side) if _is_of_sigma(x)]
        arguments = {x.parts[1:] for x in calls if not x.parts[0].data[1]}

        def logistic(node):
            if not _is_of_sigma(node) or node.parts[1:] not in arguments:
                return None
            name = Node("name", (), ("logistic", node.parts[0].data[1]), node.at)
            return Node("call", (name, *node.parts[1:]), node.data, node.at)

        other = task._replace(sides=tuple([rewrite(x, logistic) for x in task.sides]))
        if other == task:
            return None
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(other, places, vectors, batch, wanted)
            if found.verdict == "equal":
                condition = joined(found.condition, _LOGISTIC) if is_declared else found.condition
                return found._replace(condition=condition)
        return None

    def _has_linear_outputs(self):
        """Return True if the outputs are pre-activations."""
        return all(n.a is n.s for n in self._model.outputs)

    def grouped(self, task, places, vectors, batch, wanted):
        """Return an ambiguous verdict if the claim is right with circles binding more tightly, or else None."""
        other = regrouped(task)
        if other is None:
            return None
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(other, places, vectors, batch, wanted)
            if found.verdict == "equal":
                return found._replace(verdict="ambiguous", reason=_GROUPED)
        return None

    def with_two_indices(self, task, places, vectors, batch, wanted):
        """Return the verdict with h and 1 as the indices of w_{h1} if the formula is then right, or else None."""
        two = task._replace(
            sides=tuple([rewrite(x, lambda node: node_with_two_indices(node, places)) for x in task.sides])
        )
        if two == task:
            return None
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(two, places, vectors, batch, wanted)
            if found.verdict in ("equal", "unproved"):
                return found
        return None

    def over_samples(self, task, places, vectors, batch, wanted):
        """Return the verdict on chains of derivatives summed over the samples if they are then right, or None."""
        other = with_chains_over_samples(task) if self._model.samples > 1 else None
        if other is None:
            return None
        rest = [x for x, y in zip(task.sides[1:], other.sides[1:], strict=True) if x == y]
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(other, places, vectors, batch, wanted)
            if found.verdict == "equal":
                return found
            chains = tuple([x for x in other.sides[1:] if x not in rest])
            found = self._judge.judge(other._replace(sides=(task.sides[0], *chains)), places, vectors, batch, wanted)
            if rest and found.verdict == "equal":  # batches are matrices in the other sides
                found = self._judge.judge(task._replace(sides=(task.sides[0], *rest)), places, vectors, batch, wanted)
                return found if found.verdict in ("equal", "ambiguous") else None
        return None

    def of_one_weight(self, task, places, vectors, batch, wanted, judged):
        """Return the verdict on an update without indices as that of one weight, unless its matrices decide."""
        one = update_of_one_weight(task, places)
        if one is None:
            return judged
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(one, places, vectors, batch, wanted)
            is_shapeless = judged is None or isinstance(judged.error, ShapeError)
            if is_shapeless or found.verdict in ("equal", "unproved"):
                return found
        return judged

    def off_diagonal(self, task, places, vectors, batch, wanted, judged):
        r"""Return the verdict on the derivative of a softmax for different indices, and its task, if it is then right.

        The text around ``\partial p_j/\partial z_i = -p_j p_i`` often says that j and i differ. Then this is a
        condition. Otherwise, return ``judged`` and ``task``.
        """
        left = task.sides[0]
        if task.conditions or task.kind != "value" or left.kind != "deriv" or judged.reading is None:
            return judged, task
        indices = [_single_index(x) for x in left.parts]
        if not all(indices) or indices[0] == indices[1] or not self._model.has_softmax:
            return judged, task
        evaluation = evaluator(self._judge.points.first(), places, judged.reading, {})
        with contextlib.suppress(ReadingError):
            of, by = (evaluation.place(x) for x in left.parts)
            is_logit = by.role == "s" or (by.role == "a" and by.layer and evaluation.is_linear(by.layer))
            if of.role != "p" or not is_logit:
                return judged, task
            differ = Node("cmp", tuple([Node("name", (), (x, 0), left.at) for x in indices]), "!=", left.at)
            other = task._replace(conditions=(differ,))
            found = self._judge.judge(other, places, vectors, batch, wanted)
            if found.verdict == "equal":
                return found, other
        return judged, task

    def defining_a_delta(self, task, places, vectors, batch, wanted, judged):
        r"""Return an ambiguous verdict if the first or last side of a right chain may be a new name, or else None.

        In ``\partial J/\partial z_2 = \hat y - y = \delta_1``, the number may count layers from the outputs.
        """
        if len(task.sides) < 3:
            return None
        for k, link, other, rest in (
            (-1, len(task.sides) - 1, 0, task.sides[:-1]),
            (0, 1, 1, task.sides[1:]),
        ):
            name, meant = task.sides[k], task.sides[other]
            if judged.link != link or meant.kind != "deriv" or not _is_numbered_delta(name, places):
                continue
            with contextlib.suppress(ReadingError):
                found = self._judge.judge(task._replace(sides=rest), places, vectors, batch, wanted)
                if found.verdict in ("equal", "unproved"):
                    return found._replace(verdict="ambiguous", reason=_DEFINED.format(show(name), show(meant)))
        return None

    def of_any_layer(self, task, places, vectors, batch, wanted, judged):
        """Return an ambiguous verdict for a claim that is right if w or b are parameters of any layer.

        A letter names what the graph records with it, but many authors write w for all weights and b for all biases. In
        a recurrent network, no one does. A claim that is wrong in this way, too, is wrong if its indices fit no other.
        """
        if judged is None or self._model.steps > 1:
            return judged
        is_unread = judged.verdict == "ambiguous" and judged.reading is None
        sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
        letters = {x.data[0].lower() for side in sides for x in walk(side) if x.kind == "name"}
        used = {x for role in ("w", "b") for x in letters if places.recorded_layer(x, role) is not None}
        if not used or not (is_unread or (judged.verdict == "wrong" and used <= {"w", "b"})):
            return judged
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(task, places.without_recorded_names(), vectors, batch, wanted)
            if found.verdict == "equal":
                return found._replace(verdict="ambiguous", reason=_RECORDED.format(" or ".join(sorted(used))))
            if is_unread and found.verdict == "wrong":
                return found
        return judged

    def of_other_order(self, task, places, vectors, batch, wanted, judged):
        """Return an ambiguous verdict for a wrong claim with matrices of weights that is right if these are transposed.

        This only applies if nothing states whether the rows of a matrix are inputs or outputs. The indices of a weight
        state it.
        """
        if judged is None or judged.verdict != "wrong" or self._convention.says_order:
            return judged
        sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
        names = [x for side in sides for x in walk(side) if x.kind == "name" and places.roles_of(x.data[0]) == ["w"]]
        if not names or any(states_order(x, places) for x in names):
            return judged
        with contextlib.suppress(ReadingError):
            found = self._judge.judge(task, places.with_order("to-from"), vectors, batch, wanted)
            if found.verdict == "equal" and not found.reading.weights_out:
                return found._replace(verdict="ambiguous", reason=_OTHER_ORDER)
        return judged

    def with_outputs(self, task, places, vectors, batch, wanted):
        """Return the verdict with hidden activations and outputs in one letter if the claim is then right, or None."""
        letters = {x.data[0] for side in task.sides for x in walk(side) if x.kind == "name"}
        hidden = [x for x in letters if places.roles_of(x) == ["a"]]
        if not hidden or self._model.depth == 1 or not (places.is_declared("a") or places.is_declared("y")):
            return None
        wide = places.widened()
        try:
            judged = self._judge.judge(task, wide, vectors, batch, wanted)
        except ReadingError:
            return None
        if judged.verdict not in ("equal", "unproved"):
            return None
        evaluation = evaluator(self._judge.points.first(), wide, judged.reading, {})
        if any(x in judged.reading.layers for x in hidden) and not self._is_about_outputs(judged.task, evaluation):
            return None

        def outputs(names):
            return [x for x in names if x.data[0] in hidden and evaluation.place(x).layer == self._model.depth]

        def has_both(side):
            slopes = {id(x) for y in walk(side) if y.kind == "prod" for x in slope_names(y)}
            names = [x for x in walk(side) if x.kind == "name" and id(x) not in slopes]
            return bool(outputs(names)) and any("y" in places.roles_of(x.data[0]) for x in names)

        if any(has_both(side) for side in judged.task.sides):
            return None
        slopes = {id(x) for side in judged.task.sides for y in walk(side) if y.kind == "prod" for x in slope_names(y)}
        plain = [x for side in judged.task.sides for x in outside_derivatives(side) if x.kind == "name"]
        plain = [x for x in plain if id(x) not in slopes]
        if outputs(plain) and any("y" in places.roles_of(x) for x in letters):
            words = f"it is right if {hidden[0]} stands for outputs, too: write outputs with one letter"
            return judged._replace(verdict="ambiguous", reason=words)
        return judged

    def _is_about_outputs(self, task, evaluation):
        r"""Return True if deltas or pre-activations have marks of the last layer and all other names are in it, too.

        An example is ``\delta^L = \nabla_a C \odot f'(z^L)``.
        """
        names = [x for side in task.sides for x in walk(side) if x.kind == "name"]
        names = [x for x in names if evaluation.places.roles_of(x.data[0]) and not evaluation.is_function(x)]
        marked = [x for x in names if x.parts and {"delta", "s"} & set(evaluation.places.roles_of(x.data[0]))]
        is_last = all(evaluation.place(x).layer == self._model.depth for x in names)
        return bool(marked) and is_last and self._model.steps == 1


def _is_numbered_delta(node, places):
    r"""Return True for ``\\delta_1``, a delta whose number below it may count something other than layers."""
    if not is_name(node) or places.roles_of(node.data[0]) != ["delta"]:
        return False
    return [(s.kind, s.data, [p.kind for p in s.parts]) for s in node.parts] == [("sub", "", ["num"])]


def _is_of_sigma(node):
    """Return True for ``\\sigma(z)`` and ``\\sigma'(z)``."""
    return node.kind == "call" and is_name(node.parts[0], "sigma") and not node.parts[0].parts


def _single_index(node):
    """Return the letter of a name with one index, or None for another node."""
    below = [p for script in node.parts if script.kind == "sub" for p in script.parts] if is_name(node) else []
    return below[0].data[0] if len(below) == 1 and is_name(below[0]) and not below[0].parts else None


def _marked_names(tree, places):
    """Return the names in a tree with their marks. Names in indices and in the arguments of quantities are left out."""
    if tree.kind == "name":
        return [tree]
    is_of_quantity = tree.kind == "call" and bool(places.roles_of(tree.parts[0].data[0]))
    return [name for x in (tree.parts[:1] if is_of_quantity else tree.parts) for name in _marked_names(x, places)]


def slope_names(product):
    """Yield the names in the factors a(1 - a) of a product."""
    for x, y in pairwise(product.parts):
        if is_rest_of(y, x):
            yield from [z for factor in (x, y) for z in walk(factor) if z.kind == "name"]
