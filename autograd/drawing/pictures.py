"""Pictures of a recorded graph in DOT: value by value, neuron by neuron with the weights listed, or layer by layer."""

from itertools import pairwise

import graphviz

from autograd.drawing.marks import NEUTRAL, cell, colour, number, operation, place_of, sign_colour, text, width
from autograd.engine.graph import adjoints
from autograd.engine.primitives import add, where
from autograd.engine.sweep import order, partials_of
from autograd.engine.value import Value
from autograd.formulas.naming import names_of
from autograd.formulas.network import sum_of

__all__ = ["Flow", "layers_picture", "neurons_picture", "too_large", "values_picture"]

_FONT = "Helvetica"
# If the edges together span more than _LONG ranks, Graphviz makes a rougher layout, which takes less time. A picture
# with longer edges than _LONGEST, or with more values, is not readable and would take more than a few seconds.
_LONG, _LONGEST, _MAX_VALUES = 1000, 30_000, 1500
_MANY_LINES = 100  # between two layers; with more, lines are straight because curves would tangle
_WIDE = 78  # points: leaves room for a gradient that becomes longer while steps are played
_MAX_ROWS = 40  # the weights of a larger layer are not listed


def _sheet(rankdir):
    sheet = graphviz.Digraph("deltagrad")
    sheet.attr(
        rankdir=rankdir,
        newrank="true",
        fontname=_FONT,
        ranksep="0.45",
        nodesep="0.18",
        outputorder="edgesfirst",
        bgcolor="white",
    )
    sheet.attr("node", shape="plain", fontname=_FONT, fontsize="10")
    sheet.attr("edge", fontname=_FONT, fontsize="8", arrowsize="0.6", color=NEUTRAL)
    return sheet


def _table(rows, fill="white", border=NEUTRAL, least=0):
    """Return a box of rows as an HTML-like label of DOT, at least ``least`` points wide."""
    size = f'WIDTH="{least}" CELLPADDING="3" ' if least else 'CELLPADDING="2" '
    return (
        f'<<TABLE BORDER="1" COLOR="{border}" CELLBORDER="0" CELLSPACING="0" STYLE="ROUNDED" {size}'
        f'BGCOLOR="{fill}">{"".join([f"<TR>{row}</TR>" for row in rows])}</TABLE>>'
    )


class Flow:
    """The flow of gradients through a graph: the adjoint of each node, and the contribution along each edge.

    Attributes:
        adjoint: a dict from each node to its adjoint.
        nodes: the nodes of the graph.
        largest: the largest finite absolute adjoint of all nodes but the root, or 1.
        called: a dict from each node to its name.
    """

    def __init__(self, root, nodes):
        self.adjoint = adjoints(root)
        self.nodes = nodes
        finite = [abs(g) for node, g in self.adjoint.items() if node is not root and abs(g) < float("inf")]
        self.largest = max(finite, default=0.0) or 1.0
        self.called = names_of(order(root))

    def of(self, node):
        """Return the adjoint of a node, or 0 if no gradient flows to it."""
        return self.adjoint.get(node, 0.0)

    def unlabelled(self, nodes):
        """Return the names of those nodes that have no label, such as ``v3 to v5``. Only steps use these names."""
        found = sorted([int(name[1:]) for x in nodes if x.label is None and (name := self.called.get(x, "L")) != "L"])
        runs: list = []
        for k in found:
            if runs and k == runs[-1][1] + 1:
                runs[-1][1] = k
            else:
                runs.append([k, k])
        return ", ".join([f"v{a}" if a == b else f"v{a} to v{b}" for a, b in runs])

    def edges(self, node):
        """Return the operands of a node, each with the local derivative and the contribution to its adjoint."""
        if node not in self.adjoint:  # it is in the branch of a where that was not chosen
            return [(x, 0.0, 0.0) for x in node.operands]
        partials = partials_of(node)
        g = self.of(node)
        return [(x, d, g * d) for x, d in zip(node.operands, partials, strict=True)]


def _value_rows(node, flow, label):
    head = []
    if label is not None:
        head.append(text(label))
    if node.op is not None:
        head.append(text(operation(node)))
    g = flow.of(node)
    title = " = ".join(head) or "value"
    return [cell(title, bold=True), cell(number(node.data)), cell(f"\u2202 {number(g)}", sign_colour(g))]


def too_large(nodes) -> bool:
    """Return True if a picture of all these values would be too large to read and to draw."""
    return len(nodes) > _MAX_VALUES or _length_of_edges(nodes) > _LONGEST


def _length_of_edges(nodes):
    """Return the number of ranks that the edges between these nodes span, added up. Graphviz's time grows with it.

    A node stands one rank after its last operand. A leaf stands one rank before the first node that reads it.
    """
    rank: dict = {}
    for node in nodes:
        if node.op is not None:
            rank[node] = 1 + max([rank.get(x, 0) for x in node.parents], default=0)
    first: dict = {}
    for node, r in rank.items():
        for x in node.parents:
            if x not in rank:
                first[x] = min(first.get(x, r), r)
    return sum([r - (rank[x] if x in rank else first[x] - 1) for node, r in rank.items() for x in node.parents])


def values_picture(root, nodes, rankdir="LR", edges=False, names=None):
    """Return a picture with one node for each value. It shows the operation, label, data and gradient of the value.

    The edges are coloured by the gradient that flows back along them.

    Args:
        root: the node in which the graph ends.
        nodes: all nodes, operands first.
        rankdir: the direction of the picture.
        edges: True to label each edge with the local derivative.
        names: a dict from each node to the name to show. With it, node k has the id ``vk`` in an SVG, and an edge from
            j to k has the id ``e_vj_vk``. By default, nodes show their labels, or their names in steps.
    """
    has_ids, called = names is not None, names or names_of(nodes)
    sheet = _sheet(rankdir)
    if _length_of_edges(nodes) > _LONG:
        sheet.attr(nslimit="1", nslimit1="1", mclimit="0.1", splines="line")
    flow = Flow(root, nodes)
    key_of = {node: f"v{k}" for k, node in enumerate(nodes)}
    left_out = {} if has_ids else _beginnings_of_sums(root, nodes)
    also = {x: called[node] for node, x in left_out.items()}
    for node in nodes:
        if node in left_out:
            continue
        label = node.label if not has_ids and node.label is not None else called[node]
        label = f"{also[node]} = {label}" if node in also else label
        fill = "#e8f3e4" if node.op is None else "white"
        more = {"id": key_of[node]} if has_ids else {}
        rows = _value_rows(node, flow, label)
        sheet.node(key_of[node], label=_table(rows, fill, least=_WIDE if has_ids else 0), **more)
    for node in nodes:
        if node.op is None or node in left_out:
            continue
        constants = 0
        for k, (x, d, part) in enumerate(flow.edges(node)):
            mark = place_of(node, k)
            if isinstance(x, Value):
                x = left_out.get(x, x)
                if x in key_of:
                    _edge(sheet, key_of[x], key_of[node], d, part, flow, edges, has_id=has_ids, mark=mark)
            elif node.op is not where or constants == 0:
                constants += 1
                name = f"{key_of[node]}c{constants}"
                sheet.node(name, label=_table([cell(number(x), NEUTRAL)], border="#d5d8dd"))
                sheet.edge(name, key_of[node], **_mark(mark))
    return sheet


def _beginnings_of_sums(root, nodes):
    """Return the nodes ``0 + v`` with which Python's ``sum`` begins. A picture shows ``v`` in place of each."""
    found: dict = {}
    for node in nodes:
        is_unnamed = node.label is None or node is root
        if node.op is add and is_unnamed and type(node.operands[0]) is float and node.operands[0] == 0.0:
            found[node] = found.get(node.operands[1], node.operands[1])
    return found


def _mark(mark):
    """Return the attributes of an edge that show the mark of its operand near the arrow, if it has one."""
    return (
        {"headlabel": f" {mark} ", "labeldistance": "1.4", "labelfontcolor": NEUTRAL, "labelfontsize": "10"}
        if mark
        else {}
    )


def _edge(sheet, tail, head, d, part, flow, labelled, port=None, has_id=False, mark=""):
    attributes = {"color": colour(part, flow.largest), "penwidth": width(part, flow.largest), **_mark(mark)}
    if has_id:
        attributes["id"] = f"e_{tail}_{head}"
    if labelled:
        attributes["label"] = f"<{text(number(d))}>"
    sheet.edge(tail, f"{head}:{port}" if port else head, **attributes)


def neurons_picture(network, derivation, sample, rankdir="LR", edges=False, deltas=False, formulas=False, expand=()):
    """Return a picture with one node for each neuron, which lists its weights and gradients, and one for the loss."""
    sheet = _sheet(rankdir)
    flow = Flow(network.root, network.order)
    chosen = [n for n in network.neurons if n.sample in (None, sample)]
    chosen.sort(key=lambda n: (n.layer, n.index, n.step or 0))  # Graphviz uses this order as a hint
    names: dict = {}
    rows: dict = {}
    for n in chosen:
        rows[n.layer] = rows.get(n.layer, 0) + len(n.terms)
    listed = {n: rows[n.layer] <= _MAX_ROWS or _is_meant(n, network, derivation, expand) for n in chosen}
    for n in chosen:
        key = f"n{n.layer}_{n.index}_{n.step or 0}"
        names[n.s] = names[n.a] = key
    _draw_inputs(sheet, network, listed, flow, names)
    for layer in range(1, network.depth + 1):
        mine = [n for n in chosen if n.layer == layer]
        for n in mine:
            _draw_neuron(sheet, network, derivation, n, flow, names, deltas, formulas, listed[n])
        title = f"layer{layer}"
        sheet.node(title, label=f"layer {layer}", shape="plaintext", fontsize="12")
        # The neurons stand below each other, in order. Graphviz would not keep that order in a frame (a cluster), so
        # the layer has a title above its neurons and no frame.
        with sheet.subgraph(graph_attr={"rank": "same"}) as column:
            for above, below in pairwise([title, *[names[n.s] for n in mine if n.step in (None, 1)]]):
                column.edge(above, below, style="invis")
    straight = max(rows.values()) > _MANY_LINES
    if straight:
        sheet.attr(splines="line", ranksep="1.2", nodesep="0.08")
    for n in chosen:
        for k, term in enumerate(n.terms):
            if isinstance(term.source, Value) and term.source in names:
                d = term.weight.data * term.sign
                port = f"w{k}" if listed[n] else "w" if straight else None
                tail = names[term.source] + (":e" if straight else "")
                _edge(sheet, tail, names[n.s], d, flow.of(n.s) * d, flow, edges, port)
    _draw_loss(sheet, network, chosen, flow, names)
    return sheet


def _is_meant(n, network, derivation, expand):
    """Return True if ``expand`` names a neuron by its activation, its nodes or its layer."""
    name = derivation._printer.symbol_text(network.symbol_of[n.a])
    return name in expand or n.layer in expand or n.s in expand or n.a in expand


def _draw_inputs(sheet, network, listed, flow, names):
    """Draw the inputs of the sample, both Values and plain numbers, by their names in the formulas."""
    drawn: dict = {}
    for n, in_full in listed.items():
        for k, term in enumerate(n.terms):
            x = term.source
            symbol = network.symbol_of.get(x)
            if x is None or symbol is None or symbol.role != "x":
                continue
            if symbol not in drawn:
                drawn[symbol] = f"x{len(drawn)}"
                label = getattr(x, "label", None) or f"x[{symbol.indices[0]}]"
                rows = [cell(text(label), bold=True), cell(number(x.data))]
                sheet.node(drawn[symbol], label=_table(rows, "#e8f3e4"))
            if isinstance(x, Value):
                names[x] = drawn[symbol]
            else:
                d = term.weight.data * term.sign
                port = f"w{k}" if in_full else None
                _edge(sheet, drawn[symbol], names[n.s], d, flow.of(n.s) * d, flow, False, port)


def _draw_neuron(cluster, network, derivation, n, flow, names, deltas, formulas, in_full):
    printer = derivation._printer
    name = printer.symbol_text(network.symbol_of[n.a])
    delta = printer.symbol_text(network.delta_of(n))
    value = flow.of(n.s) * float(derivation._formulas.factor)
    shown = cell(f"{text(delta)} = {number(value)}", sign_colour(value), bold=True, span=3)
    first = cell(text(f"{name} = {number(n.a.data)}"), bold=True, span=3)
    brief = deltas and not formulas and not in_full  # in one line, because a layer that is not listed is large
    rows = [first + shown if brief else first]
    for k, term in enumerate(n.terms if in_full else ()):
        g = flow.of(term.weight)
        rows.append(
            cell(text(printer.symbol_text(network.symbol_of[term.weight])), port=f"w{k}", align="LEFT")
            + cell(number(term.weight.data), align="LEFT")
            + cell(f"\u2202 {number(g)}", sign_colour(g), align="LEFT")
        )
    if not in_full:
        g = max([flow.of(term.weight) for term in n.terms], key=abs)
        words = f"{len(n.terms)} parameters, \u2202 up to {number(g)}"
        rows.append(cell(words, sign_colour(g), span=6 if brief else 3, size=8))
    activation = _activation_name(n)
    if in_full:
        rows.append(cell(f"s = {number(n.s.data)}{', ' + text(activation) if activation else ''}", span=3))
        unlabelled = flow.unlabelled(dict.fromkeys([*sum_of(n), n.s, *n.inside, n.a, *[t.weight for t in n.terms]]))
        if unlabelled:
            rows.append(cell(f"values {unlabelled}", NEUTRAL, span=3, size=8))
    g = flow.of(n.s)
    if (deltas or formulas) and not brief:
        rows.append(shown)
    if formulas:
        rows.append(cell(text(printer.text(derivation._formulas.delta[n])), "#2f5577", span=3, size=8))
    cluster.node(names[n.s], label=_table(rows, border=colour(g, flow.largest)))


def _activation_name(n):
    if n.a is n.s:
        return ""
    return str(n.inside[0].op) if len(n.inside) == 1 else "activation"


def _draw_loss(sheet, network, chosen, flow, names):
    root = network.root
    rest = [node for node in network.order if node.op is not None and node not in names]
    inner = {x for n in network.neurons for x in n.inside}
    inner |= {node for n in network.neurons for node in sum_of(n)}
    count = len([node for node in rest if node not in inner])
    if root in names:
        return
    rows = [cell(f"{text(flow.called[root])} = {number(root.data)}", bold=True)]
    if count > 1:
        rows.append(cell(f"{count} values", NEUTRAL, size=8))
        if unlabelled := flow.unlabelled([node for node in rest if node not in inner]):
            rows.append(cell(unlabelled, NEUTRAL, size=8))
    sheet.node("loss", label=_table(rows, "#fff4d6"))
    last = [n for n in chosen if n.layer == network.depth]
    for n in last:
        _edge(sheet, names[n.a], "loss", flow.of(n.a), flow.of(n.a), flow, False)


def layers_picture(network, derivation, sample, rankdir="LR", deltas=False, formulas=False, expand=()):
    """Return a picture with one node for each layer: its number of neurons, its activation and its largest gradients.

    A layer that is named in ``expand``, or has a neuron that is, becomes a cluster of its neurons for one sample.
    """
    sheet = _sheet(rankdir)
    flow = Flow(network.root, network.order)
    sheet.node("layer0", label=_table([cell(f"{network.sizes[0]} inputs", bold=True)], "#e8f3e4"))
    groups = {layer: [n for n in network.neurons if n.layer == layer] for layer in range(1, network.depth + 1)}
    strengths = {layer: max([abs(flow.of(n.s)) for n in group], default=0.0) for layer, group in groups.items()}
    ends = {0: [("layer0", None)]}  # for each layer, the nodes in the picture, and the neuron if a node is one
    for layer, group in groups.items():
        own = sorted([n for n in group if n.sample in (None, sample)], key=lambda n: (n.index, n.step or 0))
        if any(_is_meant(n, network, derivation, expand) for n in own):
            ends[layer] = _draw_expanded(sheet, network, derivation, layer, own, flow, deltas, formulas, expand)
        else:
            sheet.node(f"layer{layer}", label=_table(_layer_rows(network, layer, group, flow, strengths[layer])))
            ends[layer] = [(f"layer{layer}", None)]
    for tail, head in sorted({(s.layers[0], s.layers[1]) for s in network.symbol_of.values() if s.role == "w"}):
        _connect(sheet, ends[tail], ends[head], flow, strengths[head], max(strengths.values()))
    label = text(flow.called[network.root])
    sheet.node("loss", label=_table([cell(f"{label} = {number(network.root.data)}", bold=True)], "#fff4d6"))
    for name, _ in ends[network.depth]:
        sheet.edge(name, "loss")
    return sheet


def _layer_rows(network, layer, group, flow, strength):
    weights = dict.fromkeys([t.weight for n in group for t in n.terms])
    names = sorted({_activation_name(n) or "linear" for n in group})
    return [
        cell(f"layer {layer}: {network.sizes[layer]} neurons", bold=True),
        cell(text(", ".join(names))),
        cell(f"{len(weights)} parameters, largest |\u2202| {number(max([abs(flow.of(w)) for w in weights]))}"),
        cell(f"largest |\u03b4| {number(strength)}"),
    ]


def _draw_expanded(sheet, network, derivation, layer, own, flow, deltas, formulas, expand):
    """Draw the neurons of a layer as a cluster, and list the weights of those that are named in ``expand``."""
    names = {n.s: f"n{layer}_{n.index}_{n.step or 0}" for n in own}
    with sheet.subgraph(name=f"cluster_{layer}") as cluster:
        cluster.attr(label=f"layer {layer}", style="rounded", color="#c9ccd2", bgcolor="#fafafa", fontsize="12")
        for n in own:
            in_full = _is_meant(n, network, derivation, [x for x in expand if x != layer])
            _draw_neuron(cluster, network, derivation, n, flow, names, deltas, formulas, in_full)
    return [(names[n.s], n) for n in own]


def _connect(sheet, tails, heads, flow, strength, largest):
    """Draw the edges between two layers. Each layer is either one node or the nodes of its neurons."""
    for tail, above in tails:
        for head, below in heads:
            if below is None:
                x = strength if above is None else flow.of(above.a)
            elif above is None:
                x = flow.of(below.s)
            else:
                terms = [t for t in below.terms if t.source is above.a]
                if not terms:
                    continue
                x = sum([flow.of(below.s) * t.weight.data * t.sign for t in terms])
            sheet.edge(tail, head, color=colour(x, largest), penwidth=width(x, largest))
