"""Names of the quantities of neurons: inputs, activations, deltas, targets, biases. Also Kronecker deltas."""

from autograd.grading.meaning.place import GENERAL, Item, Misfit, OutOfRange, Place, Unclear
from autograd.grading.meaning.weights import counted_through, place_of_weight
from autograd.grading.reading.nodes import show
from autograd.grading.reading.trees import ReadingError


def place_as(places, node, role, roles, marks, reading):
    """Return the place of a name in one of its roles."""
    model = places.model
    base = node.data[0]
    if role == "other":
        if node.parts and marks.power is None:
            raise Misfit(f"{show(node)}: {base} has no index.", node.at)
        return Place("quantity", "other", None, model.labels[base].index, power=marks.power)
    if role == "w":
        return place_of_weight(places, node, marks, reading, roles)
    index = list(marks.index)
    if role == "delta" and len(index) == 2 and marks.layer is None:
        axes = {axis for axis, _ in index if axis is not None}
        if len(axes) > 1:
            raise Misfit(f"{show(node)}: its letters count different layers.", node.at)
        return Place("kronecker", index=tuple([item for _, item in index]))
    if role == "x" and len(index) == 2 and roles == ["x"]:
        # x_ji is the output of i that is an input of j
        first, second = index if places.to_from else index[::-1]
        if first[0] is not None and second[0] is not None and first[0] == second[0] + 1:
            return place_in_layer(places, node, "a", second[0], second[1], marks, reading)
        raise Misfit(f"{show(node)}: these indices fit no weight.", node.at)
    if len(index) > 1:
        raise Misfit(f"{base} has one index here, found {len(index)}.", node.at)
    axis, item = index[0] if index else (None, None)
    if isinstance(axis, str):
        raise Misfit(f"{show(node)}: its index counts no neurons.", node.at)
    if reading.through and role in ("s", "a", "delta", "b") and item is not None and item.letter is None:
        axis, item = counted_through(model, item)
    layer = layer_of_name(places, node, role, roles, marks, axis, reading)
    if axis is not None and axis != layer:
        raise Misfit(f"{show(node)}: its index counts layer {axis}, and it is in layer {layer}.", node.at)
    found = {"x": "a", "y": "a"}.get(role, role)
    letters = places.convention.letters
    is_activation = "a" in roles and letters["y"] == letters["s"] != base  # logits have a letter of their own
    is_probable = "p" in roles or is_activation or (reading.probable and "y" in roles)
    if role in ("a", "x", "y") and layer == model.depth and model.has_softmax and is_probable:
        found = "p"
    if role == "s" and layer == 0:
        raise OutOfRange(f"{show(node)}: inputs have no pre-activation.", node.at)
    return place_in_layer(places, node, found, layer, item, marks, reading)


def layer_of_name(places, node, role, roles, marks, axis, reading):
    """Return the layer of a name: from its marks, from its index, or because there is only one."""
    depth = places.model.depth
    base = node.data[0]
    layer = marks.layer
    if layer is not None:
        if role == "delta":
            layer -= reading.delta_base if marks.is_numbered else 0
        elif role == "b" and reading.weights_out:
            layer += 1 - (reading.base if marks.is_numbered else 0)
        else:
            layer -= reading.base if marks.is_numbered else 0
    wide = {"x", "a", "y"} & set(roles)
    if layer is None and role == "b":
        layer = places.recorded_layer(base, "b")
    if layer is None:
        layer = axis
        if layer is None:
            layer = only_layer(places, role, roles)
        if layer is None:
            layer = reading.layers.get(base)
            layer = reading.layer if layer == GENERAL else layer
        if layer is None:
            raise Unclear(
                f"which layer {show(node)} is in is not clear: give it a layer, such as {base}^{{(1)}}.", node.at
            )
        if role == "x" and layer != 0 and not {"a", "y"} & wide:
            raise Misfit(f"{show(node)} is an input.", node.at)
        if role == "y" and layer != depth and not {"a", "x"} & wide:
            raise Misfit(f"{show(node)} is an output.", node.at)
        if role == "a":
            allowed = (layer != 0 or "x" in roles or axis is not None) and (
                layer != depth or "y" in roles or not places.is_declared("y")
            )
            if depth > 1 and layer == depth and roles == ["a"]:
                allowed = False
            if not allowed and not (layer == depth and places.is_wide):
                raise Misfit(f"{show(node)} is an activation of a hidden layer.", node.at)
    if role == "y" and layer != depth and "s" in roles:
        raise Misfit(f"{show(node)} is an output, or a pre-activation.", node.at)
    if role in ("t", "p") and layer != depth:
        raise Misfit(f"{show(node)} belongs to the outputs.", node.at)
    low = 0 if role in ("x", "a", "y") else 1
    if not low <= layer <= depth:
        raise OutOfRange(f"{show(node)}: there is no such layer: layers count from {low} to {depth}.", node.at)
    return layer


def only_layer(places, role, roles):
    """Return the layer of a quantity without marks if there is only one possible layer, or else None."""
    depth = places.model.depth
    if role in ("t", "p") or (role == "y" and not {"a", "x", "s"} & set(roles)):
        return depth
    if role == "x" and not {"a", "y"} & set(roles):
        return 0
    if role in ("s", "delta", "b") and depth == 1:
        return 1
    return None


def letter_of_layer(reading, layer):
    """Return the letter for the index of a name without one: the only letter of its layer, or a new one."""
    letters = [x for x, axis in reading.axes.items() if axis == layer and "#" not in x]
    return letters[0] if len(letters) == 1 else f"@{layer}"


def place_in_layer(places, node, role, layer, item, marks, reading):
    """Return the place of a quantity in a known layer, after checking its index, sample and step."""
    model = places.model
    size = model.size(layer)
    if item is not None and item.letter is None and not 1 <= item.offset <= size:
        raise OutOfRange(f"{show(node)}: an index {item.offset}, where there are 1 to {size}.", node.at)
    if role == "p" and not model.has_softmax:
        raise ReadingError(f"{show(node)}: there is no softmax in this network.", node.at)
    if role == "b" and not model.has_biases:
        raise ReadingError(f"{show(node)}: there are no biases in this network.", node.at)
    base = node.data[0]
    sample, step, stacked = marks.sample, marks.step, False
    if model.takes_sample(role, layer):
        if sample is None:
            if item is None and reading.stacked and not marks.is_of_one_sample:
                stacked = True
            else:
                sample = Item("@n", 0)
    elif model.samples > 1 and sample is not None:
        raise Misfit(f"{show(node)} is the same for all samples.", node.at)
    if model.takes_step(role, layer):
        if step is None:
            step = Item("@t", 0)
    elif model.steps > 1 and step is not None and (role in ("w", "b") or layer != model.depth):
        raise Misfit(f"{show(node)} is the same at all steps.", node.at)
    if item is None and reading.single and size > 1:
        return Place(
            "quantity",
            role,
            layer,
            Item(letter_of_layer(reading, layer), 0),
            Item("@n", 0) if stacked else sample,
            step,
            marks.power,
        )
    if item is None and size == 1 and not stacked:
        item = Item(None, 1)
    is_of_one_sample = stacked or (sample is not None and (base != "Delta" or sample.letter != "@n"))
    if role == "delta" and reading.own_loss and is_of_one_sample and not places.declares_own_loss:
        return Place("quantity", role, layer, item, sample, step, marks.power, stacked, True)
    return Place("quantity", role, layer, item, sample, step, marks.power, stacked)
