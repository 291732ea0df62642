"""Changes of a claim's trees that make its meaning explicit: labels, cases, parameters without indices."""

from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, show, walk

__all__ = [
    "by_kind",
    "in_and_out",
    "indexed",
    "of_label",
    "of_one_weight",
    "outside_derivatives",
    "plain_names",
    "regrouped",
    "with_chains_over_samples",
    "with_single_indices",
    "with_step_named",
    "with_two_indices",
    "with_weights",
    "without_iteration",
]


def of_label(node, places, bound):
    r"""Return the target for ``1[y = k]`` or ``\delta_{ky}``, where y is a label, or None for another node.

    It is the target of output k. ``1[y_i = k]`` is that of sample i. The letters in ``bound`` are indices of sums.
    """
    node = _compared_label(node, places)
    if node.kind != "test" or node.parts[0].data != "=":
        return None
    for label, index in (node.parts[0].parts, node.parts[0].parts[::-1]):
        if is_name(label) and label.data[0] in bound and not label.parts:
            continue  # an index that is compared, as in \mathbb{1}_{d=k}
        if is_name(label) and "t" in places.roles_of(label.data[0]) and is_name(index) and not index.parts:
            marks = [s for s in label.parts if s.kind == "sup"]
            below = [p for s in label.parts if s.kind == "sub" for p in s.parts if p.kind in ("name", "num")]
            if index in below:
                return None  # y_k is the target of output k, not a label
            if len(below) == 1 and places.model.samples > 1 and not marks:
                marks = [Node("sup", below, "(", index.at)]  # y_i is the label of sample i
            return Node("name", (*marks, Node("sub", (index,), "", index.at)), (label.data[0], 0), node.at)
    return None


def _compared_label(node, places):
    r"""Return a Kronecker delta of an index and a label, ``\delta_{ky}``, as ``1[k = y]``, or else the node itself."""
    if not is_name(node, "delta") or [(s.kind, s.data, len(s.parts)) for s in node.parts] != [("sub", "", 2)]:
        return node
    pair = node.parts[0].parts
    labels = [x for x in pair if is_name(x) and places.roles.get(x.data[0]) == ["t"]]
    if len(labels) != 1 or not all(is_name(x) for x in pair):
        return node
    return Node("test", (Node("cmp", pair, "=", node.at),), None, node.at)


def with_weights(claim, places):
    """Return a claim with its undeclared ``v_j`` and ``u_j`` as weights.

    In a recurrent network whose pre-activations have another letter, u and v alone are weights, too.
    """
    is_recurrent = places.model.steps > 1 and places.is_declared("s")

    def replace(node):
        kinds = [x.kind for x in node.parts]
        if not is_name(node, "u", "v") or (kinds != ["sub"] and (kinds or not is_recurrent)):
            return None
        if places.roles.get(node.data[0]) or node.data[0] in places.model.labels:
            return None
        return Node("name", node.parts, (node.data[0].upper(), node.data[1]), node.at)

    return claim.rewritten(replace)


def with_weights_of_output(claim, places):
    """Return a claim with an undeclared v without an index as the weights of the only output, a vector w.

    A u is the weighted sum of the output as often, so it is left alone.
    """
    names = [x for side in claim.sides if side is not None for x in walk(side) if is_name(x)]
    letter = next((x for x in ("w", "omega") if not any(y.data[0] == x for y in names)), None)
    if letter is None or places.model.size(places.model.depth) != 1 or places.model.depth < 2:
        return claim

    def replace(node):
        if not is_name(node, "v") or any(s.kind == "sub" for s in node.parts):
            return None
        if places.roles.get(node.data[0]) or node.data[0] in places.model.labels:
            return None
        return Node("name", node.parts, (letter, node.data[1]), node.at)

    return claim.rewritten(replace)


def without_iteration(claim, places):
    """Return a claim with ``y_i`` for ``y_i(n)``, where n only counts the iterations of a training."""
    model = places.model
    if model.samples > 1 or model.steps > 1:
        return claim

    def replace(node):
        if node.kind != "call" or len(node.parts) != 2 or not is_name(node.parts[1], "n", "t", "k"):
            return None
        letter, name = node.parts[1].data[0], node.parts[0]
        is_free = not node.parts[1].parts and not places.roles_of(letter) and not name.data[1]
        return name if is_free and places.roles_of(name.data[0]) and name.data[0] not in places.losses else None

    return claim.rewritten(replace)


def with_single_indices(claim):
    """Return a claim with ``y_l`` for ``y_{k=l}``."""

    def single(mark):
        is_equation = mark.kind == "cmp" and mark.data == "=" and all(is_name(x) and not x.parts for x in mark.parts)
        return mark.parts[1] if is_equation else mark

    def replace(node):
        if node.kind != "name" or not any(p.kind == "cmp" for s in node.parts for p in s.parts):
            return None
        return node.with_parts([s.with_parts([single(p) for p in s.parts]) for s in node.parts])

    return claim.rewritten(replace)


def with_step_named(claim, places):
    r"""Return a claim about ``\Delta_{kj}`` with the rate on its right as one about ``\Delta w_{kj}``."""
    left = claim.sides[0]
    if left is None or not is_name(left, "Delta") or [(s.kind, len(s.parts)) for s in left.parts] != [("sub", 2)]:
        return claim
    names = [x for side in claim.sides[1:] for x in walk(side) if is_name(x)]
    if "Delta" in places.roles or not any(x.data[0] in places.rates and not x.parts for x in names):
        return claim
    weight = Node("name", left.parts, ("w", 0), left.at)
    return claim._replace(sides=(Node("step", (weight,), None, left.at), *claim.sides[1:]))


def regrouped(task):
    """Return a task with ``A B o C`` replaced by ``A (B o C)``, or None if it has no such product."""

    def replace(node):
        if node.kind != "prod" or "had" not in node.data[1:]:
            return None
        k = node.data.index("had")
        if node.data[k - 1] not in ("", "."):
            return None
        parts = [rewrite(x, replace) for x in node.parts]
        inner = Node("prod", parts[k:], node.data[k:], node.at)
        return Node("prod", (*parts[:k], Node("group", (inner,), "(", node.at)), node.data[:k], node.at)

    sides = (task.sides[0], *[rewrite(x, replace) for x in task.sides[1:]])
    return None if sides == task.sides else task._replace(sides=sides)


def with_chains_over_samples(task):
    """Return a task with chains of derivatives on its right as sums over the samples, or None for other tasks."""
    if task.kind != "value" or task.sides[0].kind != "deriv":
        return None
    summed = [Node("sum", (x,), Limits(("@n",)), x.at) if _is_chain(x) else x for x in task.sides[1:]]
    return None if summed == list(task.sides[1:]) else task._replace(sides=(task.sides[0], *summed))


def _is_chain(side):
    """Return True for a product of derivatives between quantities without an index."""
    links = side.parts if side.kind == "prod" else ()
    scripts = [s for x in links for y in x.parts for s in y.parts if y.kind == "name"]
    return len(links) > 1 and all(x.kind == "deriv" for x in links) and all(s.data == "[" for s in scripts)


def by_kind(claim):
    """Return the separate claims of cases for output and hidden neurons, or a list of the claim itself."""
    kinds = [side for side in claim.sides if side is not None and side.kind == "cases" and _kind_of(side.parts[1])]
    if len(kinds) != 1:
        return [claim]
    (cases,) = kinds
    found = []
    for value, condition in zip(cases.parts[::2], cases.parts[1::2], strict=True):
        kind = _kind_of(condition) or "hidden"
        sides = tuple([value if side is cases else side for side in claim.sides])
        limit = Node("kind", (), kind, condition.at)
        found.append(claim._replace(sides=sides, conditions=(*claim.conditions, limit)))
    return found


def _kind_of(condition):
    """Return the kind of neuron of a case, or None. In the case ``l = L``, the layer l is the output layer."""
    if condition.kind == "kind":
        return condition.data
    if condition.kind != "cmp" or not all(is_name(x) and not x.parts for x in condition.parts):
        return None
    if [x.data[0] for x in condition.parts] not in (["l", "L"], ["ell", "L"]):
        return None
    return {"=": "output", "!=": "hidden", "<": "hidden"}.get(condition.data)


def indexed(bare, rights):
    """Return a parameter and the sides with ``w_new`` and ``w_old`` replaced by the weight of ``dE/dw_ji``."""

    def is_word(mark):
        return mark.kind == "text" or (mark.kind == "name" and (len(mark.data[0]) > 1 or mark.data[0] in "oldnew"))

    def has_none(x):
        return is_name(x, bare.data[0]) and all(is_word(p) for s in x.parts for p in s.parts)

    if bare.kind != "name" or not has_none(bare):
        return bare, rights
    marked = {x for side in rights for x in walk(side) if is_name(x, bare.data[0]) and not has_none(x)}
    if len(marked) != 1 or [len(s.parts) for s in min(marked, key=show).parts if s.kind == "sub"] != [2]:
        return bare, rights
    one = marked.pop()
    return one, [rewrite(x, lambda node: one if has_none(node) else None) for x in rights]


def of_one_weight(task, places):
    r"""Return an update without indices as the update of one weight, or None for another claim.

    ``w' = w - \eta \delta a`` describes each weight: delta is that of the neuron into which it leads, and a is the
    activation that is its input. They may say so, as in ``\eta \delta_{out} a_{in}``.
    """
    if task.kind != "step" or not is_name(task.parameter) or task.parameter.parts:
        return None
    task = task._replace(sides=tuple([rewrite(x, lambda node: _without_end(node, places)) for x in task.sides]))
    names = [x for side in task.sides for x in walk(side) if x.kind == "name"]
    plain = {"name", "add", "neg", "prod", "group", "num"}
    if any(x.kind not in plain for side in task.sides for x in walk(side)) or any(x.parts for x in names):
        return None
    if any({"had", "out"} & set(x.data) for side in task.sides for x in walk(side) if x.kind == "prod"):
        return None
    weight = task.parameter.data[0]
    if "w" not in places.roles_of(weight):
        return None
    indices = {weight: ("j", "i") if places.to_from else ("i", "j")}
    for letter in {x.data[0] for x in names if x.data[0] != weight and x.data[0] not in places.rates}:
        roles = set(places.roles_of(letter))
        if roles and roles <= {"delta"}:
            indices[letter] = ("j",)
        elif roles and roles <= {"a", "x"}:
            indices[letter] = ("i",)
        else:
            return None
    if sorted(map(len, indices.values())) != [1, 1, 2] or len(set(indices.values())) != 3:
        return None

    def replace(node):
        if node.kind != "name" or node.data[0] not in indices:
            return None
        letters = [Node("name", (), (letter, 0), node.at) for letter in indices[node.data[0]]]
        return Node("name", (Node("sub", letters, "", node.at),), node.data, node.at)

    return task._replace(
        sides=tuple([rewrite(x, replace) for x in task.sides]), parameter=rewrite(task.parameter, replace)
    )


def _without_end(node, places):
    """Return ``a_{in}`` without "in" and ``\\delta_{out}`` without "out", and None for other nodes."""
    if node.kind != "name" or len(node.parts) != 1 or len(node.parts[0].parts) != 1:
        return None
    (mark,) = node.parts[0].parts
    word = str(mark.data[0] if mark.kind == "name" else mark.data) if mark.kind in ("name", "text") else ""
    roles = set(places.roles_of(node.data[0]))
    of_end = {"in": {"a", "x"}, "out": {"delta"}}.get(word.strip(), set())
    return node.with_parts(()) if node.parts[0].kind == "sub" and roles and roles <= of_end else None


def in_and_out(sides, places):
    """Return the sides with i for "in" and j for "out", as in ``dC/dw = a_in delta_out``, which is about one weight."""
    marks = {
        p.data[0]
        for x in sides
        if x
        for y in walk(x)
        if y.kind == "name"
        for s in y.parts
        for p in s.parts
        if p.kind == "name"
    }
    if not {"in", "out"} <= marks:
        return list(sides)
    letter = {"in": "i", "out": "j"}

    def index(name):
        return Node("name", (), (name, 0))

    def replace(node):
        if node.kind != "name":
            return None
        if not node.parts and "w" in places.roles_of(node.data[0]):
            both = ("j", "i") if places.to_from else ("i", "j")
            return Node("name", (Node("sub", [index(x) for x in both], ""),), node.data, node.at)
        parts = [
            Node(s.kind, [index(letter[p.data[0]]) if is_name(p, "in", "out") else p for p in s.parts], s.data, s.at)
            for s in node.parts
        ]
        return Node("name", parts, node.data, node.at)

    return [None if x is None else rewrite(x, replace) for x in sides]


def plain_names(tree):
    """Yield the names without marks, except for those in indices, in the bounds of sums, and alone as an argument."""
    stack = [tree]
    while stack:
        x = stack.pop()
        if x.kind == "call":
            stack.extend([y for k, y in enumerate(x.parts) if k == 0 or y.kind != "name"])
        elif x.kind != "name":
            stack.extend(x.parts)
        elif not x.parts:
            yield x


def outside_derivatives(tree):
    """Yield the nodes of a tree that are not inside a derivative."""
    stack = [tree]
    while stack:
        x = stack.pop()
        yield x
        if x.kind != "deriv":
            stack.extend(x.parts)


def with_two_indices(node, places):
    """Return ``w_{h1}``, a weight whose only index is a letter with a number, with two indices, or None."""
    if node.kind != "name" or "w" not in places.roles_of(node.data[0]) or [s.kind for s in node.parts] != ["sub"]:
        return None
    (script,) = node.parts
    index = script.parts[0]
    if len(script.parts) > 1 or index.kind != "name" or [s.kind for s in index.parts] != ["sub"]:
        return None
    (below,) = index.parts
    if [x.kind for x in below.parts] != ["num"]:
        return None
    bare = Node("name", (), index.data, index.at)
    return Node("name", (Node("sub", (bare, *below.parts), script.data, script.at),), node.data, node.at)
