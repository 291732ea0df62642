"""The value of a written formula at a point, under one reading: a number, or an array of numbers."""

from fractions import Fraction
from itertools import pairwise

from autograd.engine import primitives
from autograd.engine.algebra import TABLE
from autograd.formulas.expressions import Letter
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import Array, ShapeError, is_array, shape
from autograd.grading.meaning.places import Item, Misfit, OutOfRange, Place
from autograd.grading.meaning.quantities import Quantity
from autograd.grading.reading.nodes import Node, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["Evaluation", "given_letters", "is_alternating"]

_PRIMITIVES = {
    "exp": "exp", "log": "log", "ln": "log", "tanh": "tanh", "relu": "relu", "ReLU": "relu", "sigmoid": "sigmoid",
    "logistic": "sigmoid", "sig": "sigmoid", "sgn": "sign", "abs": "abs", "sqrt": "sqrt", "step": "step",
}  # fmt: skip
_SIGMOIDS = ("sigma", "varsigma")
_ROLE_ORDER = ("s", "b", "w", "a", "p", "t")
_MOST_STEPS = 60_000


class Evaluation:
    """Evaluates trees at one point under one reading.

    Args:
        at: the numbers: :class:`autograd.grading.meaning.quantities.At`.
        places: what names stand for.
        reading: how they are read.
        cache: the places found for this reading, from the identity of a node.
    """

    def __init__(self, at, places, reading, cache, definitions=None):
        self.at, self.places, self.reading, self.cache = at, places, reading, cache
        self.model = at.model
        self.definitions = definitions or {}
        self.steps = 0

    # --- Places.

    def place(self, node):
        """The place of a name, or of a quantity with what it depends on."""
        key = id(node)
        found = self.cache.get(key)
        if found is None:
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
        if node.kind == "call":  # h(x^{(i)}): the output on that sample
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
            raise ReadingError(f"a derivative is taken in one quantity of the network, found {show(node)}.", node.at)
        return self.places.place(node, self.reading)

    def _marked(self, argument):
        """The sample among the marks of a letter that takes no index: x_i, where i counts samples."""
        for script in argument.parts:
            for part in script.parts:
                if part.kind == "name" and self.reading.axes.get(part.data[0]) == "sample":
                    return Place("index", sample=Item(part.data[0], 0))
        return None

    def _step_argument(self, argument):
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

    # --- Quantities.

    def quantity(self, place, env, index=None):
        """The quantity at a place, with the letters' numbers."""
        found = place.index if index is None else index
        if isinstance(found, Item):
            found = found.at(env)
        elif isinstance(found, tuple):
            found = tuple([x.at(env) if isinstance(x, Item) else x for x in found])
        sample = place.sample.at(env) if place.sample is not None else None
        step = place.step.at(env) if place.step is not None else None
        if place.role == "parameter":
            return self.parameters()[found - 1]
        return Quantity(place.role, place.layer, found, sample, step)

    def parameters(self):
        """Every weight, in order."""
        return sorted([q for q in self.model.node_of if q.role == "w"])

    def number_of(self, place, env, index=None, stacked=None):
        """The number of a place with an index."""
        q = self.quantity(place, env, index)
        if stacked is not None:
            q = q._replace(sample=stacked)
        if place.role in ("loss", "parameter") or self.model.exists(q):
            y = self.at.value(q)
            return y * self.own() if place.own else y
        return self.missing(q)

    def own(self):
        """The factor between the derivative of the loss and that of a sample's own loss."""
        return self.at.number(1 / self.model.scale)

    def missing(self, q):
        """0 for the state before the first step; everything else that is not there is an error."""
        if q.step is not None and q.step == 0 and q.role in ("a", "s", "delta") and q.layer:
            return self.at.zero
        if q.step is not None and q.role == "delta" and q.step == self.model.steps + 1:
            return self.at.zero
        raise OutOfRange("there is no such quantity in this network.")

    def whole(self, place, env, number):
        """The vector or matrix of a place, each entry given by ``number(index, sample)``."""
        if place.role == "w":
            n, m = self.model.size(place.layer[0]), self.model.size(place.layer[1])
            rows = [[number((i, j), None) for i in range(1, n + 1)] for j in range(1, m + 1)]
            x = Array(rows)
            return x if self.places.to_from != self.reading.turned else arrays.transpose(x)
        size = self.model.size(place.layer)
        if place.stacked:
            samples = range(1, self.model.samples + 1)
            x = Array([[number(k, n) for n in samples] for k in range(1, size + 1)], "columns")
            return x if self.reading.vectors == "columns" else arrays.transpose(x)
        x = Array([[number(k, None)] for k in range(1, size + 1)])
        return x if self.reading.vectors == "columns" else arrays.transpose(x)

    def check_missing(self, q):
        """Nothing depends on a state behind the last step; there is none before the first one."""
        if q.step is None or q.step != self.model.steps + 1:
            raise OutOfRange("there is no such quantity in this network.")

    def is_whole(self, place):
        """Whether a place is a vector or matrix."""
        return place.kind == "quantity" and place.index is None and place.role not in ("loss", "other", "parameter")

    # --- Trees.

    def value(self, node, env):
        """The value of a tree: a number or an array.

        Raises:
            Misfit: a name cannot be meant as the reading says.
            ShapeError: shapes do not fit.
            ReadingError: something means nothing.
        """
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise ReadingError("the formula expands to too many terms: write it with fewer sums.", node.at)
        return getattr(self, f"_{node.kind}")(node, env)

    def _num(self, node, env):
        return self.at.number(node.data)

    def _name(self, node, env):
        if node in self.definitions:
            return self.value(self.definitions[node], env)
        place = self.place(node)
        if place.kind == "rate":
            return self.at.rate
        if place.kind == "count":
            return self.at.number(Fraction(place.index))
        if place.kind == "index":
            return self.at.number(Fraction(place.index.at(env)))
        if place.kind == "kronecker":
            first, second = (item.at(env) for item in place.index)
            return self.at.one if first == second else self.at.zero
        if place.kind == "ones":
            return self.at.one
        x = self.named(place, env)
        if place.power is not None:
            return arrays.mapped(lambda y: y**place.power, x)
        return x

    def named(self, place, env):
        """The number or array of a quantity."""
        if self.is_whole(place):
            return self.whole(place, env, lambda k, n: self.number_of(place, env, k, n))
        return self.number_of(place, env)

    def _group(self, node, env):
        return self.value(node.parts[0], env)

    def _neg(self, node, env):
        return arrays.negative(self.value(node.parts[0], env))

    def _add(self, node, env):
        total = self.value(node.parts[0], env)
        plain = is_literal(node.parts[0])
        for x in node.parts[1:]:
            literal = is_literal(x)
            total = self.placed(arrays.add, node, total, self.value(x, env), plain or literal)
            plain = plain and literal
        return total

    def placed(self, operation, node, *operands):
        """The result of an operation on arrays; a shape error says where."""
        try:
            return operation(*operands)
        except ShapeError as error:
            error.position = node.at
            raise

    def _prod(self, node, env):
        ones = [k for k, x in enumerate(node.parts) if is_ones(x)]
        if ones and len(node.parts) > 1:
            x = self._with_ones(node, ones, env)
            if x is not None:
                return x
        if any(x.kind in ("deriv", "name") for x in node.parts):
            x = self._chain(node, env)
            if x is not None:
                return x
        values = [self.value(x, env) for x in node.parts]
        try:
            return self.product(values, node.data, node)
        except ShapeError:
            if not any(s in ("had", "*", "out") for s in node.data):
                raise
            first, x = True, values[0]
            try:
                for sign, y in zip(node.data, values[1:], strict=True):
                    x = self.times(x, y, sign)
                return x
            except ShapeError:
                first = False
            if not first:
                raise

    def product(self, values, signs, node):
        """Factors side by side bind more tightly than elementwise products, or all is taken from right to left."""
        if self.reading.from_right and is_alternating(signs):
            x = values[-1]
            for sign, y in zip(signs[::-1], values[-2::-1], strict=True):
                x = self.placed(self.times, node, y, x, sign)
            return x
        groups, between = [values[0]], []
        for sign, y in zip(signs, values[1:], strict=True):
            if sign in ("", "."):
                groups[-1] = self.placed(self.times, node, groups[-1], y, sign)
            else:
                groups.append(y)
                between.append(sign)
        x = groups[0]
        for sign, y in zip(between, groups[1:], strict=True):
            x = self.placed(self.times, node, x, y, sign)
        return x

    def times(self, a, b, sign):
        """The product of two values by the sign between them."""
        if not is_array(a) or not is_array(b):
            return arrays.matmul(a, b)
        if sign == "had" or (sign == "out" and self.reading.hadamard):
            return arrays.elementwise(a, b)
        if sign == "out":
            return arrays.outer(a, b)
        if sign == "*" and a.shape == b.shape:
            return arrays.elementwise(a, b)
        if a.shape[1] != b.shape[0] and sign in (".", "*") and a.shape == b.shape:
            return arrays.elementwise(a, b)
        return arrays.matmul(a, b)

    def _with_ones(self, node, ones, env):
        """A product with a vector of ones, which has the size that fits; None where it is a plain 1."""
        k = ones[0]
        if len(ones) != 1 or len(node.parts) < 2 or node.data[k - 1 if k else 0] not in ("", "."):
            return None
        rest = [x for i, x in enumerate(node.parts) if i != k]
        signs = [s for i, s in enumerate(node.data) if i != (k - 1 if k else 0)]
        x = self.value(rest[0] if len(rest) == 1 else Node("prod", rest, tuple(signs), node.at), env)
        if not is_array(x):
            return x
        if k == len(node.parts) - 1:
            return Array([[_total(row)] for row in x.rows])
        if k == 0:
            return Array([[_total(column) for column in zip(*x.rows, strict=True)]])
        before = [self.value(y, env) for y in node.parts[:k]]
        if not any(is_array(y) for y in before):  # numbers in front of it change nothing of its place
            return Array([[_total(column) for column in zip(*x.rows, strict=True)]])
        return None

    def _div(self, node, env):
        below = self.value(node.parts[1], env)
        return self.placed(arrays.divide, node, self.value(node.parts[0], env), below)

    def _pow(self, node, env):
        base, exponent = node.parts
        if exponent.kind in ("num", "neg", "add", "div", "group") and is_literal(exponent):
            q = fraction_of(exponent)
            if q is None:
                raise ReadingError("this exponent cannot be read.", exponent.at)
            if abs(q) > 12:
                raise ReadingError("an exponent is at most 12.", exponent.at)
            if base.kind == "norm":
                x = self.value(base.parts[0], env)
                if q != 2:
                    raise ReadingError("a norm is read in a square only.", node.at)
                return _total([y * y for y in arrays.entries(x)])
            power = int(q) if q.denominator == 1 else self.at.number(q)
            x = self.value(base, env)
            if isinstance(power, int) and power < 0:
                return arrays.mapped(lambda y: self.at.one / y**-power, x)
            return arrays.mapped(lambda y: primitives.pow_(y, power) if not isinstance(power, int) else y**power, x)
        x, y = self.value(base, env), self.value(exponent, env)
        if is_array(x) or is_array(y):
            raise ReadingError("a power of an array by an array cannot be read.", node.at)
        self.guard([x, y])
        return primitives.pow_(x, y)

    def guard(self, numbers):
        """No function is asked for at a number so large that its digits alone would fill the memory."""
        for x in numbers:
            if not hasattr(x, "v") and abs(x) > 100_000:
                raise OverflowError("a number beyond all bounds")

    def _norm(self, node, env):
        raise ReadingError("a norm is read in a square only.", node.at)

    def _transpose(self, node, env):
        return arrays.transpose(self.value(node.parts[0], env))

    def _diag(self, node, env):
        return self.placed(arrays.diagonal, node, self.value(node.parts[0], env))

    def _entry(self, node, env):
        x = self.value(node.parts[0], env)
        indices = [self.index(part, env) for part in node.parts[1:]]
        if not is_array(x):
            raise ShapeError("a number", "an index", "has not")
        flat = arrays.entries(x)
        if len(indices) == 1 and 1 in x.shape:
            if not 1 <= indices[0] <= len(flat):
                raise OutOfRange("there is no such entry.", node.at)
            return flat[indices[0] - 1]
        if len(indices) == 2:
            i, j = indices
            if not (1 <= i <= x.shape[0] and 1 <= j <= x.shape[1]):
                raise OutOfRange("there is no such entry.", node.at)
            return x.rows[i - 1][j - 1]
        raise ShapeError(shape(x), f"{len(indices)} indices", "has not")

    def index(self, part, env):
        """The number of an index."""
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

    def _at(self, node, env):
        """``d sigma / d z | z_1``: the derivative of a function, there."""
        inner, point = node.parts
        if inner.kind == "deriv" and inner.parts[0].kind == "name" and self.is_function(inner.parts[0]):
            name = inner.parts[0]
            call = Node("call", (Node("name", name.parts, (name.data[0], 1), name.at), point), None, node.at)
            return self.value(call, env)
        return self.value(inner, env)

    def is_function(self, node):
        """Whether a name is a function, and no quantity."""
        base = node.data[0]
        letter = self.places.function_letter
        return not self.places.roles.get(base) and (
            base in ("sigma", "f", "g", "phi", "Phi", "psi", "varphi", "tanh", "relu", "sigmoid", "F", "G")
            or base == letter
        )

    # --- Sums, cases and conditions.

    def _sum(self, node, env):
        limits = node.data
        total = None
        for inner in self.assignments(limits, env):
            x = self.value(node.parts[0], inner)
            total = x if total is None else arrays.add(total, x)
        return self.at.zero if total is None else total

    def assignments(self, limits, env):
        """The numbers that the letters of a sum take."""
        found = [dict(env)]
        for letter in limits.letters:
            values = self.range_of(letter, limits, env)
            found = [{**inner, letter: n} for inner in found for n in values]
        return [inner for inner in found if all(self.holds(c, inner) for c in limits.conditions)]

    def range_of(self, letter, limits, env):
        """The numbers that the letter of a sum takes."""
        axis = self.reading.axes.get(letter)
        if axis is None:
            raise Misfit(f"what {letter.split('#')[0]} counts is not clear.")
        if axis in ("layer", "ignored"):
            raise Misfit("a sum over layers is not in these formulas.")
        if axis == "parameter":
            return range(1, len(self.parameters()) + 1)
        high = {"sample": self.model.samples, "step": self.model.steps}.get(axis)
        low = 1
        if high is None:
            high = self.model.size(axis)
        full = high
        shift = 1 - self.reading.first_step if axis == "step" else 0
        low = self.bound(limits.lower, env, low, axis, shift)
        high = self.bound(limits.upper, env, high, axis, shift)
        if axis not in ("step",) and (low > 1 or high > full):
            raise OutOfRange(f"{letter.split('#')[0]} counts from 1 to {full} here, not from {low} to {high}.")
        return range(max(low, 1), min(high, full) + 1)

    def bound(self, node, env, usual, axis, shift):
        """The number of a sum's first or last value; the usual one where it is a letter of its own."""
        if node is None:
            return usual
        if node.kind == "num":
            n = int(node.data) + shift
            return 1 if n == 0 and usual == 1 and axis != "step" else n
        try:
            return self.index(node, env)
        except ReadingError:
            return usual

    def holds(self, condition, env):
        """Whether a condition on indices holds."""
        left, right = (self.index(x, env) for x in condition.parts)
        return {
            "=": left == right, "!=": left != right, ">": left > right, "<": left < right, ">=": left >= right,
            "<=": left <= right,
        }[condition.data]  # fmt: skip

    def is_of_indices(self, condition, env):
        """Whether both sides of a condition are indices."""
        try:
            self.holds(condition, env)
        except (ReadingError, KeyError):
            return False
        return True

    def _cases(self, node, env):
        for value, condition in zip(node.parts[::2], node.parts[1::2], strict=True):
            if condition.kind == "else":
                return self.value(value, env)
            if self.is_of_indices(condition, env):
                if self.holds(condition, env):
                    return self.value(value, env)
                continue
            gate = self.gate(condition, env)
            rest = Node("cases", node.parts[node.parts.index(value) + 2 :], None, node.at)
            otherwise = self.value(rest, env) if rest.parts else self.at.zero
            return gate * self.value(value, env) + (self.at.one - gate) * otherwise
        return self.at.zero

    def _test(self, node, env):
        condition = node.parts[0]
        if self.is_of_indices(condition, env):
            return self.at.one if self.holds(condition, env) else self.at.zero
        return self.gate(condition, env)

    def gate(self, condition, env):
        """1 where one number is larger than another, else 0."""
        left, right = condition.parts
        if condition.data in ("<", "<="):
            left, right = right, left
        elif condition.data not in (">", ">="):
            raise ReadingError("a condition compares indices, or numbers by < and >.", condition.at)
        x, y = self.value(left, env), self.value(right, env)
        difference = arrays.add(x, arrays.negative(y), True)
        y = arrays.mapped(primitives.step, difference)
        self.at.has_kinks = True
        return y

    def _matrix(self, node, env):
        if any(x.kind in ("dots", "none") for row in node.parts for x in row.parts):
            raise ReadingError("a matrix with dots cannot be graded.", node.at)
        rows = [[self.value(x, env) for x in row.parts] for row in node.parts]
        if any(is_array(x) for row in rows for x in row):
            raise ReadingError("a matrix of matrices cannot be graded.", node.at)
        if len({len(row) for row in rows}) != 1:
            raise ShapeError("a matrix", "rows of one length", "needs")
        if len(rows) == len(rows[0]) == 1:
            return rows[0][0]
        return Array(rows)

    def _given(self, node, env):
        place = given_place(node.data)
        if self.reading.whole_target:
            return self.whole_target(place._replace(index=None), env)
        q = self.quantity(place, env)
        if not self.model.exists(q):
            raise OutOfRange("there is no such quantity in this network.")
        return self.at.value(q) if place.role == "delta" else self.at.ratio(Quantity("loss"), q)

    def whole_target(self, place, env):
        """A target with letters as a vector or matrix."""
        if place.role == "delta":
            return self.whole(place, env, lambda k, n: self.number_of(place, env, k, n))
        return self.whole(place, env, lambda k, n: self.at.ratio(Quantity("loss"), self.quantity(place, env, k)))

    def _made(self, node, env):
        place, kind = node.data
        if kind == "value":
            return self.named(place, env)
        x = self.named(place, env)
        if kind == "slope":
            return arrays.mapped(lambda y: self.at.activation(place.layer, y, 1), x)
        rest = arrays.add(self.at.one, arrays.negative(x), True)
        return rest if kind == "one minus" else arrays.elementwise(x, rest)

    def _count(self, node, env):
        return self.at.number(Fraction(self.model.samples))

    def _dots(self, node, env):
        raise ReadingError("three dots leave open what stands there: write a sum.", node.at)

    def _none(self, node, env):
        raise ReadingError("something is missing here.", node.at)

    def _step(self, node, env):
        raise ReadingError("a step such as \\Delta w belongs on the left side.", node.at)

    def _loss(self, node, env):
        return self.at.value(Quantity("loss"))

    # --- Functions.

    def _call(self, node, env):
        name, *arguments = node.parts
        base, primes = name.data
        places = self.places
        if places.roles.get(base) and not primes:
            return self.named(self.place(node), env)
        if primes and places.is_loss(Node("name", name.parts, (base, 0), name.at)):
            return self.derivative(Node("loss", (), None, node.at), arguments[0], env)
        if primes and places.roles.get(base) and base != places.function_letter:
            # a'(z): the derivative of an activation
            return self.activated(base, name, arguments[0], primes, env)
        if base in places.losses and not primes:
            return self.at.value(self.quantity(self.place(node), env))
        if base in ("max", "min") and len(arguments) == 2:
            x, y = (self.value(a, env) for a in arguments)
            chosen = primitives.maximum if base == "max" else primitives.minimum
            if is_array(x) or is_array(y):
                if is_array(x) == is_array(y):
                    raise ReadingError("a maximum of two arrays cannot be read.", node.at)
                return (
                    arrays.mapped(lambda e: chosen(e, y), x)
                    if is_array(x)
                    else arrays.mapped(lambda e: chosen(x, e), y)
                )
            return chosen(x, y)
        if primes > 1:
            raise ReadingError("second derivatives are not in these formulas.", node.at)
        if base in ("dsigma", "dtanh") and not primes:
            base, primes = base[1:], 1
        if base == "softmax":
            return self.softmax(node, arguments[0], primes, env)
        if len(arguments) != 1:
            arguments = [a for a in arguments if not self.is_parameter(a)][:1] or arguments[:1]
        if base in _PRIMITIVES and not (base in ("sig",) and places.roles.get(base)):
            return self.applied(_PRIMITIVES[base], arguments[0], primes, env)
        if self.is_function(name) or primes:
            return self.activated(base, name, arguments[0], primes, env)
        if not places.roles_of(base):
            if self.model.has_softmax and not primes:
                return self.softmax(node, arguments[0], primes, env)
            raise ReadingError(f"no function is called {base}.", node.at)
        return self.named(self.place(node), env)

    def is_parameter(self, node):
        """Whether a name is a weight or bias."""
        return node.kind == "name" and bool({"w", "b"} & set(self.places.roles_of(node.data[0])))

    def applied(self, name, argument, primes, env):
        """A function of the table."""
        entry = next((e for e in TABLE if e is not None and e.name == name and e.arity == 1), None)
        if entry is None:
            raise ReadingError(f"no function is called {name}.", argument.at)

        def f(x):
            self.guard([x])
            y = entry(x)
            return entry.gradient(y, [x])[0] if primes else y

        return arrays.mapped(f, self.value(argument, env))

    def activated(self, base, name, argument, primes, env):
        """The activation function of the neurons that the argument belongs to."""
        layer = self.layer_of(name, argument)
        x = self.value(argument, env)
        if layer is None:
            if base in _SIGMOIDS or base == self.places.function_letter:
                return self.applied("sigmoid", argument, primes, env)
            raise ReadingError(f"which layer's activation {base} is, is not clear.", argument.at)
        if layer == 0:
            raise Misfit("inputs have no activation function.", argument.at)
        if layer == self.model.depth and self.model.has_softmax and self.is_linear(layer):
            return self.softmax(name, argument, primes, env)
        y = arrays.mapped(lambda e: self.at.activation(layer, e, primes), x)
        if primes and base in ("F", "G", "Sigma") and is_array(y):
            return arrays.diagonal(y)
        return y

    def is_linear(self, layer):
        """Whether a layer has no activation function."""
        neuron = next(n for n in self.model.network.neurons if n.layer == layer)
        return neuron.a is neuron.s

    def layer_of(self, name, argument):
        """The layer of what a function is applied to."""
        marks = [s for s in name.parts if s.kind == "sup"]
        if marks:
            probe = Node("name", marks, (self.places.pre_activation, 0), name.at)
            try:
                place = self.places.place(probe, self.reading)
                return place.layer
            except ReadingError:
                pass
        found = {}
        for x in walk(argument):
            if x.kind == "name":
                try:
                    place = self.place(x)
                except ReadingError:
                    continue
                if place.kind == "quantity" and place.layer is not None:
                    layer = place.layer[1] if isinstance(place.layer, tuple) else place.layer
                    role = (
                        "s"
                        if place.role == "a" and place.layer == self.model.depth and self.is_linear(place.layer)
                        else place.role
                    )
                    found.setdefault(role, layer)
        for role in _ROLE_ORDER:
            if role in found:
                return found[role]
        return None

    def softmax(self, node, argument, primes, env):
        """The softmax of the outputs: all of them, or the one whose pre-activation is the argument."""
        if primes:
            raise ReadingError("the derivative of a softmax has two indices: write it as a quotient.", node.at)
        place = self.place(argument)
        if place.kind != "quantity" or place.layer != self.model.depth or place.role not in ("a", "s", "p"):
            raise Misfit("a softmax is taken of the outputs.", node.at)
        return self.named(place._replace(role="p"), env)

    # --- Derivatives.

    def _deriv(self, node, env):
        of, by = node.parts
        if by.kind == "none":
            by = self.outputs(node)
        return self.derivative(of, by, env, node)

    def outputs(self, node):
        """The outputs as a vector: what a gradient without a subscript is taken in."""
        letter = self.places.output_letter
        top = Node("sup", (Node("name", (), ("L", 0), node.at),), "", node.at)
        key = ("outputs", letter)
        if key not in self.cache:
            self.cache[key] = Node("name", (top,), (letter, 0), node.at)
        return self.cache[key]

    def by_place(self, by):
        """The place of what a derivative is taken in; a bare vector in a gradient is the output."""
        while by.kind == "group":
            by = by.parts[0]
        if by.kind == "transpose":
            by = by.parts[0]
        return self.place(by)

    def derivative(self, of, by, env, node=None):
        """The derivative of a tree in a quantity: a number, the array of a gradient, or a Jacobian."""
        place = self.by_place(by)
        if place.kind != "quantity":
            raise ReadingError(f"{show(by)} is no quantity of the network to differentiate in.", by.at)
        if of.kind == "none":
            raise ReadingError("this derivative is of nothing: write what is differentiated behind it.", of.at)
        own = node is not None and node.data == "name" and self.reading.own_loss and place.role not in ("w", "b")
        while of.kind == "group":
            of = of.parts[0]
        if (
            of.kind == "name"
            and of not in self.definitions
            and not self.is_function(of)
            and not self.places.is_loss(of)
        ):
            self.check_order(self.place(of), place)
        if not self.is_whole(place):
            q = self.quantity(place, env)
            if not (self.model.exists(q) or q.role == "parameter"):
                self.check_missing(q)
                return self.at.zero
            x = self.tangent(of, q, env)
            return arrays.scaled(self.own(), x) if own else x

        def entry(k, n):
            q = self.quantity(place, env, k)
            if n is not None:
                q = q._replace(sample=n)
            if not self.model.exists(q):
                self.check_missing(q)
                return self.at.zero
            y = self.tangent(of, q, env)
            if is_array(y):
                raise _Jacobian
            return y * self.own() if own else y

        try:
            x = self.whole(place, env, entry)
        except _Jacobian:
            return self.jacobian(of, place, env)
        if by.kind == "transpose" or (self.reading.gradient_row and place.role != "w" and not place.stacked):
            return arrays.transpose(x)
        return x

    def jacobian(self, of, place, env):
        """The derivative of a vector in a vector."""
        if place.role == "w" or place.stacked:
            raise ShapeError("a vector", "a matrix", "is differentiated in")
        columns = []
        for k in range(1, self.model.size(place.layer) + 1):
            columns.append(arrays.entries(self.tangent(of, self.quantity(place, env, k), env)))
        x = Array([list(row) for row in zip(*columns, strict=True)])
        return arrays.transpose(x) if self.reading.transposed_jacobian else x

    def tangent(self, node, q, env):
        """The derivative of a tree in a quantity, by the rules of calculus, over its own names' true derivatives."""
        kind, parts = node.kind, node.parts
        at = self.at
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise ReadingError("the formula expands to too many terms: write it with fewer sums.", node.at)
        if kind == "loss":
            return at.ratio(Quantity("loss"), q)
        if kind in ("num", "dots"):
            return at.zero
        if kind == "name":
            return self.tangent_of_name(node, q, env)
        if kind == "group":
            return self.tangent(parts[0], q, env)
        if kind == "neg":
            return arrays.negative(self.tangent(parts[0], q, env))
        if kind == "transpose":
            return arrays.transpose(self.tangent(parts[0], q, env))
        if kind == "add":
            total = self.tangent(parts[0], q, env)
            for x in parts[1:]:
                total = arrays.add(total, self.tangent(x, q, env), True)
            return total
        if kind == "prod":
            values = [self.value(x, env) for x in parts]
            total = None
            for k, x in enumerate(parts):
                one = self.product([*values[:k], self.tangent(x, q, env), *values[k + 1 :]], node.data, node)
                total = one if total is None else arrays.add(total, one, True)
            return total
        if kind == "div":
            u, v = (self.value(x, env) for x in parts)
            du, dv = (self.tangent(x, q, env) for x in parts)
            if any(is_array(x) for x in (u, v, du, dv)):
                raise ReadingError("a derivative of a quotient of arrays cannot be read.", node.at)
            return (du * v - u * dv) / (v * v)
        if kind == "pow":
            n = fraction_of(parts[1])
            if n is None or n.denominator != 1:
                raise ReadingError("the derivative of this power is not in these formulas.", node.at)
            if parts[0].kind == "norm":
                x = self.value(parts[0].parts[0], env)
                d = self.tangent(parts[0].parts[0], q, env)
                pairs = zip(arrays.entries(x), arrays.entries(d), strict=True)
                return self.at.number(Fraction(2)) * _total([a * b for a, b in pairs])
            x, d = self.value(parts[0], env), self.tangent(parts[0], q, env)
            if n == 0:
                return at.zero
            power = Node("pow", (parts[0], Node("num", (), n - 1, node.at)), None, node.at)
            return (
                arrays.elementwise(arrays.scaled(at.number(n), self.value(power, env)), d)
                if is_array(x)
                else (at.number(n) * self.value(power, env) * d)
            )
        if kind == "sum":
            total = at.zero
            for inner in self.assignments(node.data, env):
                total = arrays.add(total, self.tangent(parts[0], q, inner), True)
            return total
        if kind == "call":
            return self.tangent_of_call(node, q, env)
        if kind == "cases":
            for value, condition in zip(parts[::2], parts[1::2], strict=True):
                if condition.kind == "else" or (self.is_of_indices(condition, env) and self.holds(condition, env)):
                    return self.tangent(value, q, env)
        raise ReadingError(f"the derivative of {show(node)} cannot be read.", node.at)

    def tangent_of_name(self, node, q, env):
        """The derivative of a name in a quantity."""
        if node in self.definitions:
            return self.tangent(self.definitions[node], q, env)
        is_function = self.is_function(node) and not node.data[1] and not self.places.roles_of(node.data[0])
        if is_function and q.role in ("s", "a") and q.layer:  # d sigma / d z: of the activation of the neuron
            return self.at.activation(q.layer, self.at.value(q._replace(role="s")), 1)
        place = self.place(node)
        if place.kind != "quantity":
            return self.at.zero
        if place.power is not None:
            n = place.power
            x = self.named(place, env)
            d = self.tangent_of_place(place, q, env)
            return arrays.elementwise(arrays.mapped(lambda y: self.at.number(Fraction(n)) * y ** (n - 1), x), d)
        return self.tangent_of_place(place, q, env)

    def check_order(self, place, q):
        """A derivative that is 0 because nothing leads from one layer to the other is not what is meant."""
        if self.model.steps > 1 or place.role not in ("s", "a", "p") or q.role not in ("s", "a", "p", "w", "b"):
            return
        order = {"w": 0, "b": 0, "s": 1, "a": 2, "p": 3}
        layer = q.layer[1] if isinstance(q.layer, tuple) else q.layer
        below = self.places_rank(layer, order[q.role])
        if below > self.places_rank(place.layer, order[place.role]):
            raise Misfit(f"a quantity of layer {place.layer} does not depend on one of layer {layer}.")

    def places_rank(self, layer, kind):
        """How far behind the inputs a quantity is."""
        if kind == 1 and layer and self.is_linear(layer):
            kind = 2
        return 4 * layer + kind

    def tangent_of_place(self, place, q, env):
        """The derivative of what is at a place in a quantity."""

        def of(k, n):
            x = self.quantity(place, env, k)
            is_summed = place.step is not None and place.step.letter is not None and "#" in place.step.letter
            return self.ratio(x if n is None else x._replace(sample=n), q, is_summed)

        if self.is_whole(place):
            return self.whole(place, env, of)
        return of(None, None)

    def ratio(self, of, by, is_summed=False):
        """The derivative of one quantity in another: total, or the direct one of a step that is summed over."""
        if of.step is not None and of.step == 0:
            self.missing(of)
            return self.at.zero
        if of.role not in ("loss", "parameter") and not self.model.exists(of):
            raise OutOfRange("there is no such quantity in this network.")
        if of.role == "parameter":
            of = self.parameters()[of.index - 1]
        if (
            self.reading.direct
            and is_summed
            and by.role in ("w", "b")
            and of.step is not None
            and of.role in ("s", "a", "p")
        ):
            return self.direct(of, by)
        return self.at.ratio(of, by)

    def direct(self, of, by):
        """The derivative of a state in a parameter, the states of the steps before held fixed."""
        layer = by.layer[1] if by.role == "w" else by.layer
        total = self.at.zero
        for k in range(1, self.model.size(layer) + 1):
            s = Quantity("s", layer, k, of.sample, of.step)
            if not self.model.exists(s):
                continue
            inner = self.at.zero
            if by.role == "b" and by.index == k:
                inner = self.at.one
            elif by.role == "w" and by.index[1] == k:
                step = of.step - 1 if by.layer[0] == by.layer[1] else of.step
                source = Quantity("a", by.layer[0], by.index[0], of.sample, step)
                if self.model.exists(source):
                    inner = self.at.value(source)
            total = total + self.at.ratio(of, s) * inner
        return total

    def tangent_of_call(self, node, q, env):
        """The derivative of a function's value in a quantity."""
        name, *arguments = node.parts
        base, primes = name.data
        if primes:
            raise ReadingError("second derivatives are not in these formulas.", node.at)
        places = self.places
        if places.roles.get(base) or base in places.losses:
            return self.tangent_of_place(self.place(node), q, env)
        if base in ("exp", "log", "ln", "tanh", "sigmoid", "relu", "ReLU", "sqrt") or self.is_function(name):
            argument = arguments[0]
            inner = self.tangent(argument, q, env)
            if self.is_softmax_call(name, argument):
                return self.tangent_of_place(self.place(argument)._replace(role="p"), q, env)
            outer = self.value(
                Node("call", (Node("name", name.parts, (base, 1), name.at), argument), None, node.at), env
            )
            return arrays.elementwise(outer, inner)
        if not places.roles_of(base) or base == "softmax":
            place = self.place(arguments[0])
            if self.model.has_softmax and place.layer == self.model.depth:
                return self.tangent_of_place(place._replace(role="p"), q, env)
        return self.tangent_of_place(self.place(node), q, env)

    def is_softmax_call(self, name, argument):
        """Whether a function of an output is the softmax."""
        if name.data[0] in _PRIMITIVES or not self.model.has_softmax:
            return False
        layer = self.layer_of(name, argument)
        return layer == self.model.depth and self.is_linear(layer)

    # --- Chains of derivatives in vectors.

    def _chain(self, node, env):
        """A product of derivatives of vectors in vectors and matrices, by the chain rule; None for another product.

        ``dL/da da/dz dz/dW``: the inner quantities cancel, from left to right or from right to left.
        """
        links = []
        for x in node.parts:
            while x.kind == "group":
                x = x.parts[0]
            if (x.kind == "deriv" and x.parts[0].kind in ("name", "loss") and x.parts[1].kind == "name") or (
                x.kind == "name" and x is node.parts[0] and len(node.parts) > 1
            ):
                links.append(x)
            else:
                return None
        if len(links) < 2 or not any(s in ("", ".", "*") for s in node.data):
            return None
        try:
            pairs = [self._ends(x) for x in links]
        except ReadingError:
            return None
        if any(p is None for p in pairs) or not any(self.is_whole(p[1]) for p in pairs):
            return None
        if not any(self.is_whole(p[1]) and p[1].role == "w" for p in pairs):
            return None
        for order in (pairs, pairs[::-1]):
            if all(a[1] == b[0] for a, b in pairwise(order)) and order[0][0].role in ("loss",):
                return self._contracted(order, env)
        return None

    def _ends(self, link):
        """What a link is of, and what it is taken in; a delta is the derivative of the loss in its pre-activation."""
        if link.kind == "name":
            place = self.place(link)
            if place.role != "delta":
                return None
            loss = Place("quantity", "loss")
            return loss, place._replace(role="s", own=False), self.model.formulas.factor
        of, by = link.parts
        loss = Place("quantity", "loss")
        start = loss if of.kind == "loss" else self.place(of)
        return (start, self.place(by), Fraction(1))

    def _contracted(self, order, env):
        def expand(place):
            if not self.is_whole(place):
                return [self.quantity(place, env)]
            if place.role == "w":
                n, m = self.model.size(place.layer[0]), self.model.size(place.layer[1])
                return [self.quantity(place, env, (i, j)) for j in range(1, m + 1) for i in range(1, n + 1)]
            return [self.quantity(place, env, k) for k in range(1, self.model.size(place.layer) + 1)]

        row = [self.at.one]
        for of, by, factor in order:
            is_summed = of.step is not None and of.step.letter is not None and "#" in of.step.letter
            sources, ends = expand(of), expand(by)
            c = self.at.number(factor)
            row = [
                _total([r * c * self.ratio(s, e, is_summed) for r, s in zip(row, sources, strict=True)]) for e in ends
            ]
        last = order[-1][1]
        numbers = dict(zip(expand(last), row, strict=True))
        if not self.is_whole(last):
            return row[0]
        return self.whole(last, env, lambda k, n: numbers[self.quantity(last, env, k)])


def given_place(symbol):
    """The place of a target: a delta, a weight or a bias, with letters."""

    def item(x):
        return None if x is None else Item(x.name, x.offset) if isinstance(x, Letter) else Item(None, x)

    items = tuple([item(x) for x in symbol.indices])
    if symbol.role == "free":
        return Place("quantity", "other", None, symbol.name)
    weight = symbol.role == "w"
    role = "a" if symbol.role == "x" else symbol.role
    layer, index = (symbol.layers, items) if weight else (symbol.layers[0], items[0])
    return Place("quantity", role, layer, index, item(symbol.sample), item(symbol.step))


def given_letters(symbol):
    """From each letter of a target to what it counts."""
    found = {x.name: k for x, k in zip(symbol.indices, symbol.layers, strict=True) if isinstance(x, Letter)}
    if isinstance(symbol.sample, Letter):
        found[symbol.sample.name] = "sample"
    if isinstance(symbol.step, Letter):
        found[symbol.step.name] = "step"
    return found


class _Jacobian(Exception):
    """What is differentiated is a vector."""


def _total(numbers):
    total = None
    for x in numbers:
        total = x if total is None else total + x
    return total


def is_alternating(signs):
    """Whether a product of matrices stands between elementwise ones: a o B c o d."""
    circles = [k for k, sign in enumerate(signs) if sign == "had"]
    return bool(circles) and any(sign in ("", ".") for sign in signs[circles[0] : circles[-1]])


def is_ones(node):
    while node.kind in ("transpose", "group"):
        node = node.parts[0]
    return node.kind == "name" and node.data[0] == "ones"


def is_literal(node):
    """Whether a tree has numbers only, or the 1 that is meant for every entry."""
    return all(x.kind != "name" or x.data[0] == "ones" for x in walk(node)) and not any(
        x.kind in ("deriv", "loss") for x in walk(node)
    )


def fraction_of(node):
    """The fraction that a tree of numbers is; None where it is none."""
    kind, parts = node.kind, node.parts
    if kind == "num":
        return node.data
    if kind in ("neg", "group"):
        q = fraction_of(parts[0])
        return None if q is None else (-q if kind == "neg" else q)
    if kind in ("add", "prod", "div"):
        found = [fraction_of(x) for x in parts]
        if None in found:
            return None
        if kind == "add":
            return sum(found)
        if kind == "div":
            return None if found[1] == 0 else found[0] / found[1]
        product = Fraction(1)
        for q in found:
            product *= q
        return product
    return None
