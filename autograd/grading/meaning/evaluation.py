"""The context on which the value of a formula depends: a point, a reading, and the names of a network."""

from collections.abc import Callable
from typing import NamedTuple

from autograd.grading.clock import WORK
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import Array, ShapeError
from autograd.grading.meaning.place import Item, NotRecorded, OfLastStep, OutOfRange, Place
from autograd.grading.meaning.quantities import Quantity, describe
from autograd.grading.reading.nodes import Node, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["Evaluation", "Rules"]

MAX_STEPS = 60_000
_WORK_OF_PLACE = 2  # steps: finding a place takes as long as evaluating two nodes


class Rules(NamedTuple):
    """The functions that evaluate each kind of node.

    Fields:
        values: from a kind to a function of an evaluation, a node and the numbers of letters.
        tangent: the derivative of a node with respect to a quantity.
        derivative: the derivative of a node with respect to the quantity that another node names.
    """

    values: dict[str, Callable]
    tangent: Callable
    derivative: Callable


def is_into_neuron(place):
    """Return True if a place is the vector of all weights into one neuron."""
    return place.role == "w" and isinstance(place.index, tuple) and place.index[0] is None


class Evaluation:
    """An evaluator of trees at one point under one reading.

    Args:
        at: the numbers: :class:`autograd.grading.meaning.quantities.At`.
        places: the meanings of names.
        reading: the reading of the formula.
        cache: the places that were found under this reading, by the identity of a node.
        definitions: a dict from names to trees.
        rules: the values and derivatives of each kind of node.

    Attributes:
        is_after_last: True if a derivative at the step after the last one was evaluated. It is 0.
        is_before_last: True if a derivative by an output before the last step was evaluated, and only that has outputs.
    """

    def __init__(self, at, places, reading, cache, definitions=None, *, rules):
        self.at, self.places, self.reading, self.cache = at, places, reading, cache
        self.model = at.model
        self.definitions = definitions or {}
        self.rules, self.steps, self.cost = rules, 0, at.cost
        self.is_after_last = self.is_before_last = False

    def place(self, node):
        """Return the place of a name, or of a quantity with its dependencies."""
        key = id(node)
        found = self.cache.get(key)
        if found is None:
            WORK.done += _WORK_OF_PLACE
            try:
                found = self._place(node), node
            except ReadingError as error:
                found = error, node
            self.cache[key] = found
        if isinstance(found[0], ReadingError):
            raise found[0]
        return found[0]

    def _place(self, node):
        if node.kind == "group":
            return self._place(node.parts[0])
        if node.kind == "call":  # h(x^{(i)}) is the output on that sample
            sample = step = None
            for argument in node.parts[1:]:
                if argument.kind == "name" and argument.parts:
                    try:
                        inner = self.places.place(argument, self.reading)
                    except ReadingError:
                        inner = self._marked(argument)
                    if inner is not None:
                        sample = sample or (inner.sample if inner.sample and inner.sample.letter != "@n" else None)
                        step = step or (inner.step if inner.step and inner.step.letter != "@t" else None)
                elif self.model.steps > 1:
                    step = step or self._step_argument(argument)
            name = node.parts[0]
            found = self.places.place(Node("name", name.parts, (name.data[0], 0), name.at), self.reading, sample, step)
            if found.role == "loss" and sample is None and self.model.samples > 1 and self._mentions_data(node):
                found = found._replace(sample=Item("@n", 0))
            return found
        if node.kind != "name":
            raise ReadingError(
                f"a derivative is taken with respect to one quantity of the network, found {show(node)}.", node.at
            )
        return self.places.place(node, self.reading)

    def _marked(self, argument):
        """Return the sample among the marks of a letter without an index, as in x_i if i counts samples, or None."""
        for script in argument.parts:
            for part in script.parts:
                if part.kind == "name" and self.reading.axes.get(part.data[0]) == "sample":
                    return Place("index", sample=Item(part.data[0], 0))
        return None

    def _step_argument(self, argument):
        """Return the step in the argument of a quantity, such as the t + 1 of h(t + 1) and the 3 of h(3), or None."""
        if argument.kind == "num" and argument.data.denominator == 1:
            return Item(None, int(argument.data) + 1 - self.reading.first_step)
        if argument.kind == "name" and self.reading.axes.get(argument.data[0]) == "step":
            return Item(argument.data[0], 0)
        if argument.kind == "add" and argument.parts[0].kind == "name":
            letter = argument.parts[0].data[0]
            if self.reading.axes.get(letter) == "step":
                x = argument.parts[1]
                n = x.parts[0] if x.kind == "neg" else x
                return Item(letter, int(n.data) * (-1 if x.kind == "neg" else 1))
        return None

    def _mentions_data(self, node):
        for argument in node.parts[1:]:
            for x in walk(argument):
                if x.kind == "name" and {"x", "t", "y"} & set(self.places.roles_of(x.data[0])):
                    return True
        return False

    def quantity(self, place, env, index=None):
        """Return the quantity at a place for the given numbers of letters."""
        found = place.index if index is None else index
        if isinstance(found, Item):
            found = found.at(env)
        elif isinstance(found, tuple):
            found = tuple([x.at(env) if isinstance(x, Item) else x for x in found])
        sample = place.sample.at(env) if place.sample is not None else None
        step = place.step.at(env) if place.step is not None else None
        if place.role == "parameter":
            return self.parameters()[found - 1]
        is_last = step == self.model.steps > 1 and place.layer == self.model.depth
        if is_last and not self.model.takes_step(place.role, place.layer):
            step = None  # only the last step has outputs
        return Quantity(place.role, place.layer, found, sample, step)

    def parameters(self):
        """Return all weights in order."""
        return sorted([q for q in self.model.node_of if q.role == "w"])

    def number_of(self, place, env, index=None, stacked=None):
        """Return the number of a place with an index."""
        q = self.quantity(place, env, index)
        if stacked is not None:
            q = q._replace(sample=stacked)
        if place.role in ("loss", "parameter") or self.model.exists(q):
            y = self.at.value(q)
            return y * self.own() if place.own else y
        return self.missing(q)

    def own(self):
        """Return the factor from the derivative of the loss to that of a sample's own loss."""
        return self.at.number(1 / self.model.scale)

    def missing(self, q):
        """Return 0 for the state before the first step and the delta after the last one.

        Raise an error for all others.
        """
        if q.step is not None and q.step == 0 and q.role in ("a", "s") and q.layer:
            return self.at.zero
        if q.step is not None and q.role == "delta" and q.step == self.model.steps + 1:
            self.is_after_last = True
            return self.at.zero
        if self.is_before_outputs(q):
            self.is_before_last = True
            if q.role == "delta":
                return self.at.zero
            raise OfLastStep(
                f"the graph has no {describe(q)}: only the last step has a loss. Write T for the last step, or record "
                "a loss of all steps."
            )
        if q.role == "t" and self.model.steps == 1 and self.model.exists(q._replace(role="a")):
            raise NotRecorded(
                f"the graph has no {describe(q)}: a loss may leave out a target that is a plain number. "
                "Record the targets as Values with labels, such as Value(1.0, 't[1]')."
            )
        raise OutOfRange("there is no such quantity in this network.")

    def whole(self, place, env, number):
        """Return the vector or matrix of a place. Its entries are ``number(index, sample)``."""
        if place.role == "w" and place.index is not None:  # the weights into one neuron
            to = place.index[1]
            x = Array([[number((i, to), None)] for i in range(1, self.model.size(place.layer[0]) + 1)])
            return x if self.reading.vectors == "columns" else arrays.transpose(x)
        if place.role == "w":
            n, m = self.model.size(place.layer[0]), self.model.size(place.layer[1])
            rows = [[number((i, j), None) for i in range(1, n + 1)] for j in range(1, m + 1)]
            x = Array(rows)
            is_turned = self.reading.turned and place.layer[1] == self.model.depth
            return x if self.places.to_from != is_turned else arrays.transpose(x)
        size = self.model.size(place.layer)
        if place.stacked:
            samples = range(1, self.model.samples + 1)
            x = Array([[number(k, n) for n in samples] for k in range(1, size + 1)], "columns")
            return x if self.reading.vectors == "columns" else arrays.transpose(x)
        x = Array([[number(k, None)] for k in range(1, size + 1)])
        return x if self.reading.vectors == "columns" else arrays.transpose(x)

    def check_missing(self, q):
        """Raise OutOfRange unless the loss cannot depend on a quantity, because it has no loss at that step."""
        if self.is_before_outputs(q):
            self.is_before_last = True
            return
        if q.step is None or q.step != self.model.steps + 1:
            raise OutOfRange("there is no such quantity in this network.")
        self.is_after_last = True

    def is_before_outputs(self, q):
        """Return True for an output of a recurrent network before the last step, if only the last one has outputs."""
        if q.step is None or not 1 <= q.step < self.model.steps or q.layer != self.model.depth:
            return False
        return not self.model.takes_step(q.role, q.layer)

    def is_whole(self, place):
        """Return True if a place is a vector or matrix."""
        if place.kind != "quantity" or place.role in ("loss", "other", "parameter"):
            return False
        return place.index is None or is_into_neuron(place)

    def value(self, node, env):
        """Return the value of a tree: a number or an array.

        Raises:
            Misfit: a name cannot have the meaning that the reading gives it.
            ShapeError: shapes do not fit.
            ReadingError: a part has no meaning.
        """
        self.steps += 1
        WORK.done += self.cost
        if self.steps > MAX_STEPS:
            raise ReadingError("the formula expands to too many terms: write it with fewer sums.", node.at)
        rule = self.rules.values.get(node.kind)
        if rule is None:
            raise ReadingError(f"{show(node)} has no value.", node.at)
        return rule(self, node, env)

    def named(self, place, env):
        """Return the number or the array of a quantity."""
        if self.is_whole(place):
            return self.whole(place, env, lambda k, n: self.number_of(place, env, k, n))
        return self.number_of(place, env)

    def placed(self, operation, node, *operands):
        """Return the result of an operation on arrays. A ShapeError gets the position of the node."""
        try:
            return operation(*operands)
        except ShapeError as error:
            error.position = node.at
            raise

    def guard(self, numbers):
        """Raise OverflowError for numbers that are so large that the digits of a result could fill the memory."""
        for x in numbers:
            if not hasattr(x, "v") and abs(x) > 100_000:
                raise OverflowError("a number beyond all bounds")

    def is_function(self, node):
        """Return True if a name is a function and not a quantity."""
        base = node.data[0]
        letter = self.places.function_letter
        return not self.places.roles.get(base) and (
            base in ("sigma", "f", "g", "phi", "Phi", "psi", "varphi", "tanh", "relu", "sigmoid", "F", "G")
            or base == letter
        )

    def index(self, part, env):
        """Return the number of an index."""
        if part.kind == "num":
            return int(part.data)
        letter, offset = (part.data[0], 0) if part.kind == "name" else (None, 0)
        if part.kind == "add" and part.parts[0].kind == "name":
            letter = part.parts[0].data[0]
            for x in part.parts[1:]:
                offset += -int(x.parts[0].data) if x.kind == "neg" else int(x.data)
        if letter in env:
            return env[letter] + offset
        raise ReadingError(f"the index {show(part)} is not bound.", part.at)

    def by_place(self, by):
        """Return the place of the variable of a derivative, without brackets and transposes."""
        while by.kind == "group":
            by = by.parts[0]
        if by.kind == "transpose":
            by = by.parts[0]
        return self.place(by)

    def is_linear(self, layer):
        """Return True if a layer has no activation function."""
        neuron = next(n for n in self.model.network.neurons if n.layer == layer)
        return neuron.a is neuron.s

    def tangent(self, node, q, env):
        """Return the derivative of a tree with respect to a quantity."""
        return self.rules.tangent(self, node, q, env)

    def derivative(self, of, by, env, node=None):
        """Return the derivative of a tree with respect to the quantity that another tree names."""
        return self.rules.derivative(self, of, by, env, node)
