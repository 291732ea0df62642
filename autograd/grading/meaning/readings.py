"""All readings of a claim: what its letters count, and the meaning of its numbers and vectors.

The readings are the combinations that all names allow. A name that fits no combination of the others leaves none.
"""

import itertools
import operator
from fractions import Fraction

from autograd.formulas.expressions import Letter
from autograd.grading.meaning.arithmetic import given_letters
from autograd.grading.meaning.derivatives import names_no_loss
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import Letters, check_same, head, heads
from autograd.grading.meaning.place import GENERAL, Misfit, Reading, Unclear
from autograd.grading.meaning.products import is_alternating
from autograd.grading.reading.nodes import Limits, is_name, walk

__all__ = ["Readings"]

# The attributes of a reading, except for letters, that decide whether a name has a place.
_of_places = operator.attrgetter(
    "layer", "weights_out", "base", "delta_base", "above", "below", "first_step", "flat", "through"
)

_MAX_ASSIGNMENTS, _MAX_READINGS = 160, 400
_MAX_TRIED = 2_000  # the number of ways to count the letters of a name, over all options


class Readings:
    """The readings of the sides of a claim.

    Args:
        model: the network.
        places: the meanings of letters.
        sides: the trees. Their sums have different letters.
        conditions: ``cmp`` nodes after the claim.
        point: an :class:`~autograd.grading.meaning.quantities.At`, used only for the places of calls.
        vectors: ``"columns"`` or ``"rows"`` if the convention says so, or None.
        batch: the batch layout of the convention, or None.
        definitions: a dict from names to trees, or None.
    """

    def __init__(self, model, places, sides, conditions, point, vectors=None, batch=None, definitions=None):
        self.model, self.places, self.sides, self.conditions = model, places, sides, conditions
        self.point, self.vectors, self.batch = point, vectors, batch
        self.definitions = definitions or {}
        self.letters = Letters(model, places, sides, conditions)
        self.nodes = [x for side in sides for x in walk(side)]
        self.names = self._names()
        self.failure = None
        self._mentioned = {name: list({x.data[0]: None for x in walk(name) if x.kind == "name"}) for name in self.names}
        self._failures = {name: places.failures.setdefault((name, point), {}) for name in self.names}
        self._tried = 0

    def _names(self):
        """Return the names that need a place, without duplicates and functions. Names with most letters come first."""
        functions = {id(x.parts[0]) for x in self.nodes if x.kind == "call"}
        inside = set()
        for x in self.nodes:
            if x.kind == "name":
                for s in x.parts:
                    inside |= {id(y) for y in walk(s)}
            elif x.kind == "entry":
                for p in x.parts[1:]:
                    inside |= {id(y) for y in walk(p)}
            elif isinstance(x.data, Limits):
                for y in (x.data.lower, x.data.upper, x.data.domain, *x.data.conditions):
                    if y is not None:
                        inside |= {id(z) for z in walk(y)}
            elif x.kind == "cmp" and not self._is_threshold(x):
                for p in x.parts:
                    if p.kind == "name" and not p.parts:
                        inside.add(id(p))
            elif x.kind == "call":  # the arguments of a quantity only state its dependencies
                for a in x.parts[1:]:
                    if a.kind == "name" and self._is_quantity(x):
                        inside |= {id(y) for y in walk(a)}
        found: dict = {}
        for x in self.nodes:
            if id(x) in inside or id(x) in functions:
                continue
            if (x.kind == "name" and x not in self.definitions) or (x.kind == "call" and self._is_quantity(x)):
                found.setdefault(x, x)
        return sorted(found.values(), key=lambda x: -len(self._letters_of(x)))

    def _is_threshold(self, comparison):
        """Return True if a quantity is compared with a number, as in a > 0, where a letter alone is a vector."""
        letters = [p.data[0] for p in comparison.parts if p.kind == "name"]
        others = [p.kind for p in comparison.parts if p.kind != "name"]
        return (
            comparison.data in ("<", ">", "<=", ">=") and others == ["num"] and bool(self.places.roles.get(letters[0]))
        )

    def _is_quantity(self, call):
        base, primes = call.parts[0].data
        is_matrix = base[-1].isupper() and "w" in self.places.roles_of(base)
        return not primes and (bool(self.places.roles.get(base)) or is_matrix or base in self.places.losses)

    def _letters_of(self, node):
        names = [node] if node.kind == "name" else [x for x in walk(node) if x.kind == "name"]
        found: dict = {}
        for name in names:
            name = self.places.normal(name)
            for s in name.parts:
                for p in s.parts:
                    for letter in heads(p):
                        if letter in self.letters.where:
                            found.setdefault(letter)
        return list(found)

    # --- Options other than letters.

    def features(self):
        """Return the readings that this claim can have, without letters."""
        base = [Reading()]

        def vary(**options):
            nonlocal base
            ((key, values),) = options.items()
            base = [r.changed(**{key: v}) for r in base for v in values]

        names = [self.places.normal(x) for x in self.nodes if x.kind == "name"]
        marks = [(n, s, p) for n in names for s in n.parts for p in s.parts]
        above = [n for n, s, p in marks if s.kind == "sup" and p.kind == "num" and s.data == ""]
        bracketed = [n for n, s, p in marks if s.kind == "sup" and p.kind == "num" and s.data in ("(", "[")]
        below = [n for n, s, p in marks if s.kind == "sub" and p.kind == "num"]
        last = [n for n, s, p in marks if p.kind == "add" and head(p) == "L" and self._is_weight(n)]
        has_layers = bool(bracketed or last) or any("layer" in self.letters.candidates(x) for x in self.letters.where)
        if above or (bracketed and self.model.steps > 1):
            left = [self.places.normal(x) for x in walk(self.sides[0]) if x.kind == "name"]
            plain = [s for n in left for s in n.parts if s.kind == "sup" and s.data == ""]
            is_left = any(p.kind == "num" for s in plain for p in s.parts)
            marked = is_left or any({"delta", "w", "b"} & set(self.places.roles_of(n.data[0])) for n in above)
            kinds = ["step", "layer"] if self.model.steps > 1 else ["layer"]
            if not above:
                pass  # a number in brackets is no power
            elif not marked and self.model.steps > 1 and all(_has_step_below(n) for n in above):
                kinds = ["power"]
            elif not marked:
                in_marks = {id(y) for x in self.nodes if x.kind == "name" for s in x.parts for y in walk(s)}
                outside = [self.places.normal(x) for x in self.nodes if x.kind == "name" and id(x) not in in_marks]
                unmarked = {n.data[0] for n in outside if not any(x.kind == "sup" for x in n.parts)}
                is_power = unmarked & {n.data[0] for n in above}  # a_o^2 beside a_o is no mark of a layer
                is_power = is_power or (self.model.steps > 1 and all(n in below for n in above))  # h_2^2 of step 2
                kinds = ["power"] if is_power else ["power", *kinds]
            elif self.model.steps > 1:  # a recurrent weight occurs once for each step between
                kinds = [*kinds, "power"]
            vary(above=kinds)
            has_layers = True
        elif bracketed and self.model.samples > 1 and any(_is_named_with_its_layer(n) for n in bracketed):
            vary(above=["sample", "layer"])
        if below:
            kinds = ["layer"] if self._numbers_are_layers(below) else ["index", "layer"]
            if self.model.steps > 1:
                kinds = ["step", *[x for x in kinds if x != "layer" or above or bracketed]]
            vary(below=kinds)
            if any(len(n.parts) == 1 for n in below):
                has_layers = True
        if has_layers:
            choices = [{}, {"weights_out": True}]
            if below and not (above or bracketed):
                choices = [{}, {"delta_base": 1}, {"base": 1, "delta_base": 1}]
                letters = self.places.convention.letters
                # Deltas may be numbered on their own, but not beside Theta: Theta_2 leads from layer 2 to layer 3.
                of_deltas = [n for n in below if self.places.roles_of(n.data[0]) == ["delta"]]
                of_deltas = [] if "Theta" in str(letters["w"]) else of_deltas
                is_base_one = any(
                    p.data == self.model.depth + 1
                    for n, _, p in marks
                    if n in below and n not in of_deltas and not self._is_weight(n)
                )
                if letters["x"] == letters["a"] or is_base_one:  # inputs are a_1, and W_1 leads from there to a_2
                    choices.append({"base": 1, "delta_base": 1, "weights_out": True})
            elif above or bracketed:
                choices = [{}, {"base": 1, "delta_base": 1, "weights_out": True}, {"base": 1, "delta_base": 1},
                           {"weights_out": True}]  # fmt: skip
            marks_above = {s.data for n in names for s in n.parts if s.kind == "sup"}
            numbers = [p.data for n, s, p in marks if s.kind == "sup" and p.kind == "num"]
            letters = self.places.convention.letters
            may_count_inputs = letters["x"] == letters["a"] and bool(numbers) and 0 not in numbers
            is_ng = marks_above == {"["} and not may_count_inputs
            if is_ng or ("[" in marks_above and self.model.samples > 1):
                choices = [{}]  # Ng's notation: layers count from 0, and W^{[l]} leads into layer l
            if not any(self._is_weight(n) for n in names):
                choices = [c for c in choices if "weights_out" not in c or "base" in c]
            only_below = bool(below) and not (above or bracketed)
            base = [r.changed(**c) for r in base for c in choices if not c or not only_below or r.below != "index"]
        has_probabilities = any(self.places.roles_of(n.data[0]) == ["p"] for n in names)
        if self.places.is_probable() and not has_probabilities:
            vary(probable=[True, False])
        if any(self._is_bare(n) for n in names) or any(x.kind in ("transpose", "diag") for x in self.nodes):
            vary(vectors=[self.vectors] if self.vectors else ["columns", "rows"])
            derivatives = [x for x in self.nodes if x.kind == "deriv"]
            if any(self._is_vector(x.parts[1]) for x in derivatives):
                if any(self._is_vector(x.parts[0]) for x in derivatives):
                    vary(transposed_jacobian=[False, True])
                    base += [r.changed(gradient_row=True) for r in base if r.vectors == "columns"]
                elif any(x.kind in ("transpose", "diag") or _is_product(x) for x in self.nodes):
                    base += [r.changed(gradient_row=True) for r in base if r.vectors == "columns"]
            plain_products = not any(
                x.kind in ("transpose", "diag", "matrix", "entry")
                or (x.kind == "prod" and {"had", "out"} & set(x.data))
                for x in self.nodes
            )
            has_batches = self.model.samples > 1 and any(n.data[0][-1].isupper() and self._is_bare(n) for n in names)
            if plain_products and not has_batches and not any(self._is_weight(n) for n in names):
                base += [r.changed(single=True) for r in base if r.vectors == base[0].vectors and not r.gradient_row]
        if any(_is_product(x) or (x.kind == "prod" and is_alternating(x.data)) for x in self.nodes):
            vary(from_right=[False, True])
        weights = [n for n in names if "w" in self.places.roles_of(n.data[0])]
        if self.model.depth > 1:  # a small letter without an index is the vector of the weights of the only output
            weights = [n for n in weights if n.data[0].islower() and self._is_bare(n)]
        if weights and self.model.size(self.model.depth) == 1 and all(n.data[0].islower() for n in weights):
            vary(turned=[False, True])
        if any(x.kind == "prod" and "out" in x.data for x in self.nodes):
            vary(hadamard=[False, True])
        if self.model.samples > 1 and any(self._is_bare(n) for n in names):
            is_upper = any(
                n.data[0].split()[-1][0].isupper() and self._is_bare(n) and not self._is_weight(n) for n in names
            )
            vary(stacked=[True, False] if is_upper else [False, True])
            is_own = self.places.declares_own_loss
            derivatives = [x for x in self.nodes if x.kind == "deriv" and (names_no_loss(x) or is_own)]
            if all(self._is_weight(x.parts[1]) for x in derivatives if is_name(x.parts[1]) and x.data != "name"):
                derivatives = [x for x in derivatives if x.data == "name"]
            if derivatives or (self.places.model.formulas.factor == 1 and any(n.data[0] == "Delta" for n in names)):
                is_sure = is_own and all(x.data == "name" for x in derivatives)  # dZ is then that of delta
                vary(own_loss=[True] if is_sure else [True, False])
        has_deltas = any("delta" in self.places.roles_of(n.data[0]) for n in names)
        has_deltas = has_deltas and self.model.scale != 1 and not self.places.declares_own_loss
        if has_deltas and all(r.own_loss == base[0].own_loss for r in base):
            vary(own_loss=[False, True])  # if the loss is a mean, a delta often belongs to a sample's own loss
        for x in self.nodes:
            if x.kind == "given" and x.data.indices and set(x.data.indices) <= {*map(_letter, x.data.indices)}:
                vary(whole_target=[False, True])
        if self.model.steps > 1:
            numbered = [x for x in self.nodes if x.kind == "call" and [y.kind for y in x.parts[1:]] == ["num"]]
            has_numbers = bool(numbered) or any(p.kind == "num" for _, _, p in marks)
            if has_numbers:
                vary(first_step=[1, 0])
            sums = any(y.kind == "deriv" for x in self.nodes if x.kind == "sum" for y in walk(x))
            left = self.sides[0]
            of_loss = left.kind == "deriv" and (left.parts[0].kind == "loss" or self.places.is_loss(left.parts[0]))
            if sums or (has_numbers and of_loss and any(x.kind == "add" for x in self.nodes)):
                vary(direct=[False, True])
        of_neurons = [n for n, s, p in marks if s.kind == "sub" and p.kind == "name" and p.parts]  # as in w_{h_1}
        if self.model.depth > 1 and any(
            self._is_weight(n) and len([p for s in n.parts for p in s.parts]) == 1 for n in [*below, *of_neurons]
        ):
            out = ["out"] if self.model.size(self.model.depth) == 1 < self.model.size(self.model.depth - 1) else []
            base = [r.changed(flat=f) for r in base for f in (["to", "from", *out] if r.below == "index" else ["to"])]
        if below and self._counts_neurons_through(below):
            vary(through=[False, True])
        if below and any(_has_index_below(n) for n in names) and not any(_has_layer_and_index(n) for n in names):
            # beside a_j, z_1 is no neuron j of layer 1
            base = [r for r in base if not (r.single and r.below == "layer")]
        if self.batch is not None and self.model.samples > 1:
            base = [
                self._in_declared_batch(r) for r in base if not r.stacked or r.vectors in (self.batch, self.vectors)
            ]
        return base

    def _in_declared_batch(self, reading):
        """Return a reading in which the samples of whole batches are in the declared place, whatever vectors are."""
        if not reading.stacked or reading.vectors == self.batch:
            return reading
        return reading.changed(vectors=self.batch, gradient_row=False)

    def _numbers_are_layers(self, names):
        """Return True if numbers below letters are layers: each layer has one neuron, or the letters are vectors.

        Names that are transposed or next to a circle are vectors. If a name has a mark in brackets above, that is its
        layer.
        """
        if self.model.samples == 1:
            names = [n for n in names if not any(s.kind == "sup" and s.data in ("(", "[") for s in n.parts)]
        sizes = {self.model.size(k) for k in range(self.model.depth + 1)}
        if (
            sizes == {1}
            and self.model.depth > 1
            and any(self.places.roles_of(n.data[0]) not in (["x"], ["t"]) for n in names)
        ):
            return True
        if any(x.kind == "transpose" for x in self.nodes) and any(
            "w" in self.places.roles_of(n.data[0]) for n in names
        ):
            return True
        beside = [p for x in self.nodes if x.kind == "prod" and "had" in x.data for p in x.parts]
        for x in [*beside, *[x.parts[0] for x in self.nodes if x.kind == "transpose"]]:
            while x.kind in ("group", "transpose"):
                x = x.parts[0]
            if x.kind == "call" and len(x.parts) == 2 and x.parts[0].data[1]:
                x = x.parts[1]  # such as the z_1 of a derivative f'(z_1) entry by entry
            if x.kind == "name":
                scripts = [s for s in self.places.normal(x).parts if s.kind == "sub"]
                if len(scripts) == 1 and [p.kind for p in scripts[0].parts] == ["num"]:
                    return True
        return False

    def _counts_neurons_through(self, names):
        """Return True if a number below a letter exceeds all layer sizes. Neurons are then numbered consecutively."""
        largest = max([self.model.size(k) for k in range(self.model.depth + 1)])
        numbers = [p.data for n in names if not self._is_weight(n) for s in n.parts if s.kind == "sub" for p in s.parts]
        return any(isinstance(x, Fraction) and x > largest for x in numbers)

    def _is_vector(self, node):
        """Return True if a tree is a name without an index."""
        while node.kind in ("group", "transpose"):
            node = node.parts[0]
        if node.kind == "none":
            return True
        return node.kind == "name" and self._is_bare(node) and node.data[0] not in self.places.losses

    def _is_weight(self, name):
        return bool({"w", "b"} & set(self.places.roles_of(name.data[0])))

    def _is_bare(self, name):
        """Return True if a quantity has no index, so that it is a vector or a matrix."""
        if name.data[0] in self.places.losses or not self.places.roles_of(name.data[0]):
            return False
        return not any(
            s.kind == "sub"
            and any(p.kind != "text" and not self._is_step(p) for p in s.parts)
            and not (len(s.parts) == 1 and s.parts[0].kind == "num")
            for s in name.parts
        )

    def _is_step(self, part):
        """Return True if an index may be a step of a recurrent network, as in h_t, which is a vector."""
        letter = head(part)
        return self.model.steps > 1 and letter in self.letters.where and "step" in self.letters.candidates(letter)

    # --- Letters.

    @property
    def is_cut(self):
        """True if there were too many combinations to try, so that a reading may be missing."""
        return self._tried > _MAX_TRIED

    def all(self):
        """Return all readings, most likely first."""
        found: list = []
        layer_letters = any("layer" in self.letters.candidates(x) for x in self.letters.where)
        for option in self.features():
            for layer in range(self.model.depth + 1) if layer_letters else [None]:
                for reading in self._joined(option.changed(layer=layer)):
                    uses = any(v == "layer" for v in reading.axes.values())
                    if layer_letters and not uses and layer != 0:
                        continue  # no name uses the layer
                    found.append(reading)
                    if len(found) >= _MAX_READINGS:
                        return found
        return found

    def _joined(self, option):
        """Return the readings that all names allow."""
        fixed = {x: k for node in self.nodes if node.kind == "given" for x, k in given_letters(node.data).items()}
        partial = [(fixed, {})]
        for name in self.names:
            letters = self._letters_of(name)
            new: list = []
            for axes, layers in partial:
                free = [x for x in letters if x not in axes]
                for choice in itertools.product(*[self.letters.candidates(x) for x in free]):
                    more = {**axes, **dict(zip(free, choice, strict=True))}
                    self._tried += 1
                    if self.is_cut:
                        return []
                    if option.layer is None and "layer" in more.values():
                        continue
                    new += self._placed(name, option, more, layers)
                if len(new) > _MAX_ASSIGNMENTS:
                    break
            partial = new
            if not partial:
                return []
        found = []
        for axes, layers in partial:
            rest = [x for x in self.letters.where if x not in axes]
            for choice in itertools.islice(
                itertools.product(*[self.letters.candidates(x) or ["ignored"] for x in rest]), 24
            ):
                whole = {**axes, **dict(zip(rest, choice, strict=True))}
                if self._compared(whole):
                    found.append(option.changed(axes=whole, layers=layers))
        return found

    def _placed(self, name, option, axes, layers):
        """Return the axes and layers for which a name has a place. If its letter needs a layer, each one is tried."""
        mentioned = self._mentioned[name]
        failures, key = self._failures[name], (_of_places(option), *[(axes.get(x), layers.get(x)) for x in mentioned])
        if key not in failures:
            failures[key] = self._failure_of(name, option.changed(axes=axes, layers=layers))
        error = failures[key]
        if error is None:
            return [(axes, layers)]
        base = (name if name.kind == "name" else name.parts[0]).data[0]
        if isinstance(error, Unclear) and base not in layers:
            found = []
            for layer in range(max(self.model.depth, len(self.model.weights) - 1), -1, -1):
                found += self._placed(name, option, axes, {**layers, base: layer})
            if option.layer is not None and not {"w", "b"} & set(self.places.roles_of(base)):
                found += self._placed(name, option, axes, {**layers, base: GENERAL})
            return found
        self.failure = self.failure or error
        return []

    def _failure_of(self, name, reading):
        """Return the error of a name without a place under a reading, or None if it has one."""
        try:
            evaluator(self.point, self.places, reading, {}).place(name)
        except (Unclear, Misfit) as error:
            return error
        return None

    def _compared(self, axes):
        """Return True if letters that are compared count the same."""
        try:
            for c in [x for x in self.conditions if x.kind == "cmp"]:
                check_same(axes, head(c.parts[0]), head(c.parts[1]))
            for x in self.nodes:
                if isinstance(x.data, Limits):
                    for c in x.data.conditions:
                        check_same(axes, head(c.parts[0]), head(c.parts[1]))
                elif x.kind == "cmp" and head(x.parts[0]) in axes and head(x.parts[1]) in axes:
                    check_same(axes, head(x.parts[0]), head(x.parts[1]))
        except Misfit:
            return False
        return True


def _has_step_below(name):
    """Return True if a name has a letter below it, as in h_t^2. In a recurrent network, it counts steps."""
    return any(s.kind == "sub" and any(head(p) for p in s.parts) for s in name.parts)


def _is_product(node):
    """Return True if a node is a product over an index."""
    return isinstance(node.data, Limits) and node.data.is_product


def _is_named_with_its_layer(name):
    """Return True if the neuron of a name is a letter with a number, as in o_1. A number above it is then a sample."""
    return any(p.kind == "name" and p.parts for s in name.parts if s.kind == "sub" for p in s.parts)


def _has_index_below(name):
    """Return True if i, j or k is the only mark below a name."""
    letters = [head(s.parts[0]) for s in name.parts if s.kind == "sub" and len(s.parts) == 1]
    return any(x is not None and x.split("#")[0] in ("i", "j", "k") for x in letters)


def _has_layer_and_index(name):
    """Return True if a number and a letter are below a name, as in z_{1,j}, which may be a layer and an index."""
    return any([p.kind for p in s.parts] == ["num", "name"] for s in name.parts if s.kind == "sub")


def _letter(index):
    """Return an index if it is a letter, or else None."""
    return index if isinstance(index, Letter) else None
