"""The letters of a formula: those that a sum binds, and the candidates for what each letter counts."""

from collections import Counter

from autograd.grading.meaning.place import Misfit
from autograd.grading.reading.nodes import Limits, Node, walk

__all__ = ["LAST_STEPS", "Letters", "head", "renamed_apart", "variables"]

LAST_STEPS = ("T", "tau")  # the number of the last step, unless it counts steps

_LAYERS = ("l", "ell", "lambda")
_PATTERNS = ("p", "mu", "nu", "n", "q")  # these count samples, and nothing if there is one sample
_ITERATIONS = (*_PATTERNS, "t", "tau", "r", "s")  # these may count the updates of weights, too
_LAYER_NAMES = {"": ("h", "o", "y", "x"), "(": ("h", "o")}  # from the bracket of a superscript to these letters
_LAST_LAYERS = ("m", "N", "M", "K", "H")


def head(part):
    """Return the first letter of an index, or None."""
    if part.kind == "name" and not part.parts:
        return part.data[0]
    if part.kind == "add" and part.parts[0].kind == "name" and not part.parts[0].parts:
        return part.parts[0].data[0]
    if part.kind == "cmp":
        return head(part.parts[0])
    return None


def heads(part):
    """Return all letters of an index, including those of n_l."""
    if part.kind == "name" and part.parts:
        return [h for s in part.parts for p in s.parts for h in heads(p)]
    letter = head(part)
    return [] if letter is None else [letter]


def renamed_apart(node, count):
    """Return the tree with a new letter for each sum: ``k#1`` for k. ``count``, a list of one number, is increased."""
    if node.kind == "sum":
        limits = node.data
        new = {}
        for letter in limits.letters:
            count[0] += 1
            new[letter] = letter if letter == "@n" else f"{letter}#{count[0]}"
        body = _with_letters(node.parts[0], new)
        conditions = tuple([_with_letters(c, new) for c in limits.conditions])
        data = limits._replace(letters=tuple([new[x] for x in limits.letters]), conditions=conditions)
        return Node("sum", (renamed_apart(body, count),), data, node.at)
    parts = [renamed_apart(x, count) for x in node.parts]
    return Node(node.kind, parts, node.data, node.at)


def _with_letters(node, new):
    """Return the tree with the letters in its indices renamed."""
    if node.kind == "name" and not node.parts and node.data[0] in new:
        return Node("name", (), (new[node.data[0]], 0), node.at)
    parts = node.parts
    if node.kind == "name":
        parts = [Node(s.kind, [_index_with(p, new) for p in s.parts], s.data, s.at) for s in node.parts]
        return Node("name", parts, node.data, node.at)
    if node.kind == "entry":
        parts = [_with_letters(node.parts[0], new), *[_index_with(p, new) for p in node.parts[1:]]]
        return node.with_parts(parts)
    data = node.data
    if node.kind == "sum":
        inner = {a: b for a, b in new.items() if a not in data.letters}
        data = data._replace(
            lower=None if data.lower is None else _with_letters(data.lower, inner),
            upper=None if data.upper is None else _with_letters(data.upper, inner),
            conditions=tuple([_with_letters(c, inner) for c in data.conditions]),
        )
        new = inner
    return Node(node.kind, [_with_letters(x, new) for x in parts], data, node.at)


def _index_with(part, new):
    if part.kind == "name" and part.parts:
        scripts = [Node(s.kind, [_index_with(p, new) for p in s.parts], s.data, s.at) for s in part.parts]
        return Node("name", scripts, part.data, part.at)
    if part.kind == "name" and part.data[0] in new:
        return Node("name", (), (new[part.data[0]], 0), part.at)
    if part.parts:
        return part.with_parts([_index_with(x, new) for x in part.parts])
    return part


def variables(tree):
    """Return the letters in the indices of a tree, including those of its sums."""
    found: dict = {}
    for x in walk(tree):
        if x.kind == "name":
            for s in x.parts:
                for p in s.parts:
                    for letter in heads(p):
                        found.setdefault(letter)
        elif x.kind == "entry":
            for p in x.parts[1:]:
                if head(p):
                    found.setdefault(head(p))
        elif isinstance(x.data, Limits):
            for letter in x.data.letters:
                found.setdefault(letter)
    return list(found)


class Letters:
    """The letters of some trees, and the candidates for what each may count where it occurs.

    Args:
        model: the network.
        places: the meanings of letters.
        trees: the sides of a claim. Their sums have different letters.
        conditions: ``cmp`` nodes.
    """

    def __init__(self, model, places, trees, conditions):
        self.model, self.places = model, places
        self.where: dict = {}
        self.bound: dict = {}
        self.offsets: set = set()
        self.counting: set = set()  # letters to which a number is added in the marks of neurons
        self.of_entries: set = set()
        self.has_matrices = False
        self.of_matrices: set = set()  # letters that are the only mark of a capital letter, such as that of W_o
        self.of_batches: set = set()  # letters that are the only mark of a capital letter, such as that of A_o
        self.rising = _with_a_layer_after(trees)
        first = trees[0] if trees else None
        self.is_update = first is not None and first.kind == "name" and places.is_parameter(first)
        self.of_weights: dict = {}  # from a letter to the numbers added to it in the marks of weights, by tree
        self.of_deltas: dict = {}  # from the letters of quantities that mark deltas, as in \delta_z, to their places
        self.is_first: dict = {}
        for k, tree in enumerate(trees):
            for x in walk(tree):
                if x.kind == "name":
                    self._look_at(x, k)
                elif x.kind == "entry":
                    for p in x.parts[1:]:
                        if head(p):
                            self.where.setdefault(head(p), set()).add("entry")
                elif isinstance(x.data, Limits):
                    for letter in x.data.letters:
                        self.bound[letter] = x.data
                        self.where.setdefault(letter, set())
        for letter, marks in self.of_deltas.items():
            if letter in self.where:  # it is an index elsewhere
                self.where[letter].update(marks)
        for c in conditions:
            for p in c.parts:
                if head(p) and head(p) in self.where:
                    self.where[head(p)].add("condition")

    def _look_at(self, name, tree):
        is_loss = self.places.is_loss(name)
        weight = self.places.is_parameter(name) or name.data[0] in self.model.labels
        name = self.places.normal(name)
        below = [p for s in name.parts if s.kind == "sub" for p in s.parts]
        is_capital = name.data[0].isupper()
        is_named = len(below) == 1 and head(below[0]) in ("o", "h")  # W_o
        self.has_matrices |= bool(weight) and is_capital and (is_named or all(p.kind == "num" for p in below))
        if is_capital and len(below) == 1 == len(name.parts):
            self.of_matrices.add(head(below[0]))
            if not weight and self.model.samples > 1:
                self.of_batches.add(head(below[0]))
        for s in name.parts:
            for p in s.parts:
                if p.kind == "name" and p.parts:
                    for letter in heads(p):
                        self.where.setdefault(letter, set()).add("size")
                    continue
                letter = head(p)
                if letter is None or self._is_word(letter, name) or self._is_of_model(letter, s, name):
                    continue
                if s.kind == "sup" and p.kind == "name" and letter in _LAYER_NAMES.get(s.data, ()):
                    continue  # the name of a layer, as in z_t^y
                if p.kind == "name" and letter and self.places.is_delta_of(name, letter):
                    self.of_deltas.setdefault(letter, []).append(f"{s.kind}{s.data}")
                    continue
                if weight:
                    self.of_weights.setdefault(letter, Counter())[tree, _added(p)] += 1
                place = "loss" if is_loss and s.kind == "sub" else f"{s.kind}{s.data}" + ("w" if weight else "")
                self.where.setdefault(letter, set()).add(place)
                if not (weight and name.data[0].isupper()):
                    self.of_entries.add(letter)
                is_first = s.kind == "sub" and p is s.parts[0] and len(s.parts) == 2 and not weight
                self.is_first[letter] = self.is_first.get(letter, True) and (is_first or is_loss)
                if p.kind == "add":
                    self.offsets.add(letter)
                    if not weight:
                        self.counting.add(letter)

    def _is_word(self, letter, name):
        """Return True if a mark counts nothing: it is a word or the parameters of a model."""
        plain = letter.split("#")[0].rstrip("'")
        if len(plain) > 1 and plain not in ("ell", "mu", "tau", "alpha", "beta", "nu", "kappa"):
            return True
        roles = self.places.roles_of(plain)
        if plain == "L" and letter not in self.bound:
            return letter not in self.rising
        return bool({"w"} & set(roles)) and plain in ("w", "W") and not {"w"} & set(self.places.roles_of(name.data[0]))

    def _is_of_model(self, letter, script, name):
        """Return True if a mark is the b of h_{W,b}, the function of a model with these parameters."""
        marks = [head(p) for p in script.parts]
        is_of_bias = self.places.roles_of(letter) == ["b"]
        return is_of_bias and any(x not in (None, letter) and self._is_word(x, name) for x in marks)

    def candidates(self, letter):
        """Return what a letter may count, most likely first."""
        model = self.model
        where = {w.rstrip("w") for w in self.where[letter]}
        plain = letter.split("#")[0]
        neurons = self.layers_of(plain)
        if letter in self.bound:
            return self._of_sum(letter, plain, neurons)
        above = {w for w in where if w.startswith("sup")}
        below = {w for w in where if w.startswith("sub")} | ({"sub"} if where & {"entry", "loss"} else set())
        found: list = []
        if "size" in where or "sup[" in above:
            found.append("layer")
        if above:
            if model.steps > 1 and plain in LAST_STEPS:
                found.append("last step")
            if model.steps > 1:
                found.append("step")
            if model.samples > 1 and "sup[" not in above and plain not in _LAYERS and letter not in self.rising:
                found.append("sample")
            if model.steps == 1 or plain not in ("i", "j", "k"):  # these count neurons of a recurrent network
                found.append("layer")
            if model.samples == 1 and above <= {"sup("} and plain not in ("l", "ell", "m") and not below:
                found = [x for x in found if x != "layer"]
                found += ["layer", "ignored"] if letter in self.counting else ["ignored", "layer"]
            if all(w.endswith("w") for w in self.where[letter] if w.startswith("sup")) and model.steps == 1:
                found.append("ignored")
            if model.samples == 1 and letter not in self.offsets and plain in _PATTERNS:
                found.append("ignored")
            if letter not in self.offsets and plain in _LAST_LAYERS and above == {"sup"}:
                found.append("last layer")
            if below and above <= {"sup("} and plain not in _LAYERS:
                found += [x for x in (["sample"] if model.samples > 1 else ["ignored"]) if x not in found]
        if below and not above and model.steps > 1 and plain in ("t", "tau", "T") and "subw" not in self.where[letter]:
            found += ["last step", "step"] if plain in LAST_STEPS else ["step"]
        elif below and not above:
            if plain in _LAYERS and letter in self.offsets:
                found.insert(0, "layer")
            if model.steps > 1 and plain in LAST_STEPS:
                found.append("last step")
            if model.steps > 1 and plain in ("t", "tau"):
                found.append("step")
            found += neurons
            if model.samples > 1:
                found.append("sample")
            if model.steps > 1 and plain not in ("t", "tau"):
                found.append("step")
            if plain in _LAYERS or (letter in self.offsets and model.steps == 1):
                found.append("layer")
            if self.where[letter] == {"loss"} and model.samples == 1:
                found.append("ignored")
            if all(w == "subw" for w in self.where[letter]):
                if model.steps > 1 and plain in ("x", "h", "y", "o", "s", "z", "i", "q", "a"):
                    found = ["named", *[x for x in found if x != "step"]]
                    is_name = letter not in self.of_entries or plain in self.places.roles
                    if plain in ("x", "h", "y", "o", "s") and is_name:
                        return ["named"]
                found.append("parameter")
                if plain in ("t", "k", "n") or letter in self.offsets:
                    found.append("ignored")
            is_pattern = plain in ("p", "n", "mu") and self.is_first.get(letter, False)
            if "sub(" in below or (is_pattern and model.samples == 1):  # in o_pj, j is the neuron and p the pattern
                found.append("ignored")
            if self.places.roles_of(plain)[:1] == ["w"] and "subw" not in self.where[letter]:
                found.insert(0, "ignored")
        is_index = "subw" in self.where[letter] and letter not in self.of_matrices
        is_name = plain in ("o", "h") and below and not above and not is_index
        has_matrices = self.has_matrices or letter in self.of_batches
        if is_name and has_matrices and letter not in self.offsets and model.steps == 1:
            found.append("named")  # the name of a layer, next to whole matrices or at one, such as A_o
        if below and above:
            found += [x for x in neurons if x not in found]
        if model.depth == 1 and plain not in _LAYERS:  # nobody counts a single layer
            found = [x for x in found if x != "layer"] or found
        return list(dict.fromkeys(found))

    def _is_layer_of_weights(self, letter):
        """Return True if a mark of weights must be their layer, as the k of ``W^{(k)} a^{(k-1)}``.

        Weights do not belong to a sample. If a mark counts updates, the new weight has k + 1, and the others have k.
        """
        if {"sup(", "sup(w"} <= self.where[letter] and not (self.is_update and letter in (*_ITERATIONS, *self.offsets)):
            return True
        marks = self.of_weights.get(letter, Counter())
        new = {n for k, n in marks if k == 0}
        # a step is the right side less the new weight, which thus occurs once more than it was written
        old = {n for (k, n), times in marks.items() if k > 0 and times > (self.is_update and n in new)}
        is_one_update_on = len(new) == len(old) == 1 and max(old) == min(new) - 1
        counts_updates = self.is_update and letter not in _LAYERS and is_one_update_on
        return len(new | old) > 1 and not counts_updates

    def ignores_a_layer(self, axes):
        """Return True if a mark that must count layers counts nothing, such as the (k + 1) of a neuron.

        Such a reading may refute a formula, but proves none: nobody counts patterns by k + 1.
        """
        ignored = [x for x, axis in axes.items() if axis == "ignored" and x in self.where]
        return any(x in self.counting or self._is_layer_of_weights(x) for x in ignored)

    def layers_of(self, letter):
        """Return the layers whose neurons a letter may count.

        The letter o always counts outputs, and h hidden neurons.
        """
        depth = self.model.depth
        if letter.rstrip("'") == "o":
            return [depth]
        if letter.rstrip("'") == "h" and depth > 1:
            return list(range(depth - 1, 0, -1))
        return list(range(depth, -1, -1))

    def _counts_steps(self, limits, plain):
        """Return True if a sum counts the steps of a recurrent network: up to T, from k + 1 to t, or over t."""
        ends = _ends(limits)
        if any(x in ("T", "t", "tau") for x in ends) or (limits.is_product and ends):
            return True
        return not ends and limits.upper is None and plain in ("t", "tau")

    def _of_sum(self, letter, plain, neurons):
        model, limits = self.model, self.bound[letter]
        if letter == "@n" and model.samples > 1:
            return ["sample"]
        if model.steps > 1 and self._counts_steps(limits, plain):
            return ["step"]
        found: list = []
        upper = head(limits.upper) if limits.upper is not None else None
        domain = limits.domain.data[0] if limits.domain is not None else ""
        if model.samples > 1:
            is_count = upper in ("m", "N", "M", "P") or domain in ("D", "S") or plain in ("n", "d", "mu")
            if is_count:
                found.append("sample")
        if model.steps > 1 and (plain in ("t", "tau", "k", "s", "i", "j") or upper in ("T", "t", "tau")):
            found.append("step")
        found += neurons
        if model.samples > 1:
            found.append("sample")
        if model.steps > 1:
            found.append("step")
        if domain.startswith("output") or domain in ("outputs", "Outputs"):
            found = [model.depth]
        return list(dict.fromkeys(found))


def _added(part):
    """Return the number that is added to the letter of an index."""
    if part.kind != "add":
        return 0
    total = 0
    for x in part.parts[1:]:
        inner, sign = (x.parts[0], -1) if x.kind == "neg" else (x, 1)
        total += sign * inner.data if inner.kind == "num" else 0
    return total


def _ends(limits):
    """Return the first letters of the bounds of a sum, without the numbers of their sums."""
    return [head(x).split("#")[0] for x in (limits.lower, limits.upper) if x is not None and head(x)]


def _with_a_layer_after(trees):
    """Return {"L"} if L + 1 occurs, or else the empty set. L is then any layer and not the last one."""
    marks = [p for tree in trees for x in walk(tree) if x.kind == "name" for s in x.parts for p in s.parts]
    sums = [p for p in marks if p.kind == "add" and head(p) == "L" and p.parts[1].kind == "num"]
    return {"L"} if sums else set()


def check_same(axes, first, second):
    """Raise Misfit if two letters are compared that count different things."""
    a, b = axes.get(first), axes.get(second)
    if a is not None and b is not None and a != b:
        raise Misfit("letters of different layers are compared.")
