"""Names of weights: with two indices, one index, a consecutive number, or no index."""

from autograd.grading.meaning.place import Item, Misfit, OutOfRange, Place, Unclear
from autograd.grading.reading.nodes import show, walk

_LAYER_OF = {"x": 0, "i": 0, "u": 0, "h": 1, "s": 1, "a": 1, "z": 1, "y": -1, "o": -1, "v": -1, "q": -1}


def place_of_weight(places, node, marks, reading, roles):
    """Return the place of a weight, or of a matrix of weights."""
    model = places.model
    index = list(marks.index)
    base = node.data[0]
    if marks.sample is not None and marks.step is None:
        raise Misfit(f"{show(node)}: a weight is the same for all samples.", node.at)
    if marks.arrow is not None:
        index = index if marks.arrow == "to" else index[::-1]
    elif places.to_from and len(index) == 2:
        index = index[::-1]
    layer = marks.layer
    if marks.words:
        return named_weight(places, node, marks)
    if layer is not None:
        if reading.weights_out:
            layer += 1
        if marks.is_numbered:
            layer -= reading.base
    recorded = places.recorded_layer(base, "w") if layer is None else None
    if recorded is not None:
        layer = recorded[1]
    origin = index[0][1] if index else None
    if len(index) == 2 and origin == Item(None, 0) and model.has_biases:  # w_{0k} is the bias of k
        return bias_of(model, layer, index[1])
    if reading.through and len(index) == 2 and all(item.letter is None for _, item in index):
        index = between_counted(model, index)
    if len(index) == 1:
        return single_weight(places, node, index[0], layer, marks, reading, roles, recorded)
    if len(index) > 2:
        raise Misfit(f"{show(node)}: a weight has two indices, found {len(index)}.", node.at)
    is_loop = model.steps > 1 and _has_one_letter_twice(node)
    pairs = [
        w for w in model.weights
        if (layer is None or w[1] == layer) and (w[0] == w[1] or not is_loop) and recorded in (None, w)
        and all(axis is None or axis == k for (axis, _), k in zip(index, w, strict=False))
    ]  # fmt: skip
    if layer is not None and not any(w[1] == layer for w in model.weights):
        raise OutOfRange(f"{show(node)}: there is no such layer of weights.", node.at)
    if len(pairs) > 1 and base in reading.layers:
        k = reading.layers[base]
        pairs = [w for w in pairs if k < len(model.weights) and w == model.weights[k]]
    if not pairs and recorded is not None:
        words = (
            f"the graph records {base} from layer {recorded[0]} to layer {recorded[1]}, and its indices count others"
        )
        raise Misfit(f"{show(node)}: {words}.", node.at)
    if not pairs:
        raise Misfit(f"{show(node)}: its indices fit no weight here.", node.at)
    if len(pairs) > 1:
        raise Unclear(f"which layer {show(node)} is in is not clear: write w^{{(2)}}_{{...}}.", node.at)
    pair = pairs[0]
    if not index:
        sizes = [model.size(pair[0]), model.size(pair[1])]
        items = (Item(None, 1), Item(None, 1)) if sizes == [1, 1] else None
        return Place("quantity", "w", pair, items, power=marks.power)
    for (_, item), k in zip(index, pair, strict=True):
        if item.letter is None and not 1 <= item.offset <= model.size(k):
            raise OutOfRange(f"{show(node)}: an index {item.offset}, where there are 1 to {model.size(k)}.", node.at)
    return Place("quantity", "w", pair, tuple([item for _, item in index]), power=marks.power)


def _has_one_letter_twice(node):
    """Return True for a matrix from a layer to itself, such as ``W_{hh}``."""
    letters = [show(p) for script in node.parts if script.kind == "sub" for p in script.parts]
    return len(letters) == 2 and letters[0] == letters[1] and letters[0].isalpha()


def bias_of(model, layer, index):
    """Return the bias of a neuron in a given layer, or in the layer that its index counts."""
    axis, item = index
    layer = axis if layer is None else layer
    if not isinstance(layer, int):
        raise Unclear("which layer this bias is in is not clear.")
    return Place("quantity", "b", layer, item)


def counted_through(model, item):
    """Return the layer and the index of a neuron with a consecutive number, which also counts all layers before."""
    n = item.offset
    for layer in range(1, model.depth + 1):
        if n <= model.size(layer):
            return layer, Item(None, n)
        n -= model.size(layer)
    raise OutOfRange(f"there is no neuron {item.offset} here.")


def between_counted(model, index):
    """Return the layers and indices of a weight whose neurons have consecutive numbers. Inputs have their own."""
    (_, start), (_, end) = index
    layer, to = counted_through(model, end)
    before, origin = (0, start) if layer == 1 else counted_through(model, start)
    return [(before, origin), (layer, to)]


def named_weight(places, node, marks):
    """Return the place of ``W_{hy}`` or ``W_{xh}``, the weights between two layers, or of ``W_o``, those into one."""
    layers = [_LAYER_OF.get(x.split("#")[0]) for x in marks.words]
    layers = [places.model.depth if k == -1 else k for k in layers]
    pairs: list = []
    if len(layers) == 2:
        pairs = [(a, b) for a, b in (layers[:2], layers[1::-1]) if (a, b) in places.model.weights]
    elif marks.words[0] in ("h", "o") and places.model.depth == 2:
        pairs = [(a, b) for a, b in places.model.weights if b == layers[0]]
    if not pairs or marks.index:
        raise Misfit(f"{show(node)} is no matrix of weights here.", node.at)
    return Place("quantity", "w", pairs[0], None, power=marks.power)


def _is_named_matrix(node, places):
    """Return True if a weight of a recurrent network is a matrix with the names of both layers, such as ``W_{hy}``."""
    marks = [show(p) for s in node.parts if s.kind == "sub" for p in s.parts]
    is_capital = node.data[0][-1:].isupper()
    return places.model.steps > 1 and is_capital and len(marks) == 2 and set(marks) <= set(_LAYER_OF)


def has_named_matrices(sides, places):
    """Return True if all weights are matrices that are named by both of their layers, such as ``W_{hy}``."""
    weights = [x for side in sides for x in walk(side) if x.kind == "name" and "w" in places.roles_of(x.data[0])]
    return bool(weights) and all(_is_named_matrix(x, places) for x in weights)


def states_order(node, places):
    """Return True if a weight has two indices, whose order says which one is that of its input."""
    below = [p for s in node.parts if s.kind == "sub" for p in s.parts]
    return len(below) > 1 and not _is_named_matrix(node, places)


def single_weight(places, node, index, layer, marks, reading, roles, recorded=None):
    """Return a weight with one index: that of a neuron, a consecutive number, or the bias theta_0."""
    model = places.model
    axis, item = index
    is_only = len([p for s in node.parts if s.kind == "sub" for p in s.parts]) == 1
    if axis == "parameter":
        if not is_only:
            raise Misfit(f"{show(node)} has two indices, and cannot be any weight.", node.at)
        return Place("quantity", "parameter", None, item)
    is_theta = node.data[0] in ("theta", "Theta") and len(model.weights) == 1 and model.has_biases
    if item == Item(None, 0) and ("b" in roles or is_theta):
        return Place("quantity", "b", model.depth, Item(None, 1))
    pairs = [w for w in model.weights if layer in (None, w[1]) and recorded in (None, w)]
    if item.letter is None and layer is None and len(model.weights) > 1 and reading.flat != "out":
        return counted_weight(places, node, item.offset, reading)
    if reading.flat == "out":
        pairs = pairs[-1:]
    for pair in pairs:
        if model.size(pair[1]) == 1 and axis in (None, pair[0]):
            if item.letter is None and not 1 <= item.offset <= model.size(pair[0]):
                break
            return Place("quantity", "w", pair, (item, Item(None, 1)), power=marks.power)
        if model.size(pair[0]) == 1 and axis in (None, pair[1]):
            return Place("quantity", "w", pair, (Item(None, 1), item), power=marks.power)
    if is_only and isinstance(axis, int):
        pairs = [pair for pair in pairs if pair[1] == axis]
    if is_only and len(pairs) == 1 and axis in (None, pairs[0][1]):  # all weights into one neuron
        return Place("quantity", "w", pairs[0], (None, item), power=marks.power)
    raise Misfit(f"{show(node)} needs two indices: from and to.", node.at)


def says_weights_of_output(task):
    """Return True if weights with one number have their own letter, or other weights have two indices."""
    counts = {}
    for side in (*task.sides, *([task.parameter] if task.parameter is not None else [])):
        for x in walk(side):
            if x.kind == "name" and x.data[0] in ("w", "W", "V", "U", "v", "u"):
                counts.setdefault(len([p for s in x.parts if s.kind == "sub" for p in s.parts]), set()).add(x.data[0])
    return bool(counts.get(2)) or counts.get(1, {"w"}) <= {"V", "U", "v", "u"}


def counted_weight(places, node, number, reading):
    """Return the weight with a consecutive number, which counts the weights layer by layer."""
    model = places.model
    count = 0
    for pair in model.weights:
        n, m = model.size(pair[0]), model.size(pair[1])
        weights = [(i, j) for j in range(1, m + 1) for i in range(1, n + 1)]
        if reading.flat == "from":
            weights.sort()
        if number <= count + n * m:
            i, j = weights[number - count - 1]
            return Place("quantity", "w", pair, (Item(None, i), Item(None, j)))
        count += n * m
    raise OutOfRange(f"{show(node)}: there are {count} weights.", node.at)
