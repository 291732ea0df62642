r"""The layout of a network in the explorer: inputs, layers, outputs and loss in columns, each column in natural order.

Each neuron is one box. The box stands for its weights and for the values between its pre-activation and its activation
as well; a click lists them. Every other value, such as a step from the outputs to the loss, has a box of its own.
"""

from html import escape

from autograd.drawing.marks import NEUTRAL, colour, number, operation, width
from autograd.engine.value import Value
from autograd.formulas.network import sum_of
from autograd.formulas.printing import printable

__all__ = ["MAX_BOXES", "NetworkLayout"]

MAX_BOXES = 1500  # with more, the picture is not readable and does not move smoothly
_MAX_LINES, _MAX_COLUMNS, _MAX_ROWS = 6000, 60, 160
_CHARACTER, _HEIGHT, _GAP, _BETWEEN = 7.3, 38, 8, 90  # in pixels, of texts, boxes and columns


class _Box:
    """A rectangle with two lines of text.

    ``values`` are the nodes that the box stands for; the first of a neuron is its pre-activation. ``shown`` is the node
    whose number the box shows; for a neuron it is the activation.
    """

    def __init__(self, key, kind, title, values, shown=None):
        self.key, self.kind, self.title, self.values = key, kind, title, values
        self.shown = values[0] if shown is None else shown
        self.x = self.y = self.width = 0.0


class NetworkLayout:
    """The positions of all boxes and lines of a picture.

    Args:
        network: the network that was found in the graph.
        names: a dict from each node to its name.
        flow: a ``Flow``, which has the adjoint of each node.

    Attributes:
        box_of: a dict from each node to the id of its box.
        text_of: a dict from each node whose gradient is shown to the id of that text and its sign, such as ∂.
        data_of: a dict from each node whose number is shown to the id of its box and the place of the text in the box,
            counted from the last text.
        plain: the lines from inputs that are plain numbers. Each has the ids of both boxes, the pre-activation, the
            weight and the sign of the term.
        boxes: a dict from ids to boxes.
        lines: a dict from the ids of two boxes to the gradient that flows back between them.
    """

    def __init__(self, network, names, flow):
        self.network, self.names, self.flow = network, names, flow
        self.box_of: dict = {}
        self.text_of: dict = {}
        self.data_of: dict = {}
        self.plain: list = []
        self.boxes: dict[str, _Box] = {}
        self._columns: list[list[_Box]] = []
        self._fill_columns()
        self.lines = self._found_lines()
        self._place()

    @property
    def too_large(self):
        """True if the picture has too many boxes or lines to be readable."""
        many = len(self.boxes) > MAX_BOXES or len(self.lines) > _MAX_LINES or len(self._columns) > _MAX_COLUMNS
        return many or max(map(len, self._columns)) > _MAX_ROWS

    # --- The columns of boxes.

    def _fill_columns(self):
        network = self.network
        neurons = sorted(network.neurons, key=lambda n: (n.layer, n.sample or 0, n.step or 0, n.index))
        owner: dict = {}
        for n in neurons:
            for node in (n.s, *n.inside, n.a):
                owner[node] = n
            for node in sum_of(n):
                owner.setdefault(node, n)
        parameters = set(network.parameters)
        self._columns = [[] for _ in range(network.depth + 1)]
        self._add_inputs(neurons, parameters)
        for n in neurons:
            values = list(dict.fromkeys([n.s, n.a, *[node for node, of in owner.items() if of is n]]))
            values += [t.weight for t in n.terms if isinstance(t.weight, Value) and t.weight not in self.box_of]
            where = f" (sample {n.sample})" if n.sample is not None else ""
            where += f" (step {n.step})" if n.step is not None else ""
            self._add(n.layer, _Box(f"n{len(self.boxes)}", "neuron", self.names[n.a] + where, values, n.a))
        depth = dict.fromkeys(owner, network.depth)
        for node in network.order:
            if node in self.box_of or node in parameters:
                continue
            if node.op is None:
                continue  # a leaf stands one column before the first node that reads it; see below
            depth[node] = 1 + max([depth.get(x, network.depth) for x in node.parents], default=network.depth)
            kind = "end" if node is network.root else "value"
            title = f"{self.names[node]} = {operation(node)}"
            self._add(depth[node], _Box(f"v{len(self.boxes)}", kind, title, [node]))
        for node in network.order:
            if node.op is None and node not in self.box_of:
                first = min([depth.get(r, 1) for r in network.readers.get(node, ())], default=1)
                self._add(max(0, first - 1), _Box(f"v{len(self.boxes)}", "leaf", self.names[node], [node]))

    def _add_inputs(self, neurons, parameters):
        drawn: dict = {}
        for n in neurons:
            for term in n.terms:
                x = term.source
                if x is None or x in drawn or x in parameters or (isinstance(x, Value) and x.op is not None):
                    continue
                symbol = self.network.symbol_of.get(x)
                if not isinstance(x, Value) and symbol is None:
                    continue
                title = self.names.get(x) or f"x[{symbol.indices[0]}]"
                same = next((b for y, b in drawn.items() if not isinstance(x, Value) and symbol == y), None)
                if same is None:
                    same = _Box(f"x{len(self.boxes)}", "leaf", title, [x])
                    self._add(0, same)
                drawn[symbol if not isinstance(x, Value) else x] = same
                self.box_of[x] = same.key

    def _add(self, column, box):
        while len(self._columns) <= column:
            self._columns.append([])
        self._columns[column].append(box)
        self.boxes[box.key] = box
        for node in box.values:
            self.box_of.setdefault(node, box.key)

    def _found_lines(self):
        """Return a dict from pairs of box ids to the gradient that flows back from the second box to the first."""
        lines: dict = {}
        for n in self.network.neurons:
            for term in n.terms:
                tail, head = self.box_of.get(term.source), self.box_of[n.s]
                if tail is not None and tail != head and isinstance(term.weight, Value):
                    lines[tail, head] = lines.get((tail, head), 0.0) + self.flow.of(n.s) * term.sign * term.weight.data
                    if not isinstance(term.source, Value):
                        self.plain.append((tail, head, n.s, term.weight, term.sign))
        for node in self.network.order:
            if node.op is None or self.box_of[node] not in self.boxes:
                continue
            for x, _, part in self.flow.edges(node):
                if isinstance(x, Value):
                    tail, head = self.box_of.get(x), self.box_of[node]
                    if tail is not None and tail != head:
                        lines.setdefault((tail, head), part)
        return lines

    # --- The positions.

    def _place(self):
        tallest = max([len(column) for column in self._columns], default=1)
        x = 0.0
        for column in self._columns:
            wide = max([self._wide(box) for box in column], default=0.0)
            top = (tallest - len(column)) * (_HEIGHT + _GAP) / 2
            for k, box in enumerate(column):
                box.x, box.y, box.width = x, top + k * (_HEIGHT + _GAP), wide
            many = any(box.kind == "neuron" for box in column)
            gap = (_BETWEEN if many or not x else _BETWEEN / 2) if wide else 0
            x += wide + gap
        self._size = max(1.0, x - gap), tallest * (_HEIGHT + _GAP) - _GAP

    def _wide(self, box):
        return 16 + _CHARACTER * max(len(box.title) + 11, 26 if self._two(box) else 13)

    def _two(self, box):
        """Return True if the activation of a neuron is a different value from its pre-activation."""
        return box.shown is not box.values[0]

    # --- The picture.

    def svg(self) -> str:
        """Return the picture as SVG. Boxes, lines, and texts that change while steps are played have ids."""
        wide, high = self._size
        largest = max([abs(x) for x in self.lines.values()], default=0.0)
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 {wide + 20:.0f} {high + 20:.0f}">']
        for (tail, head), part in self.lines.items():
            a, b = self.boxes[tail], self.boxes[head]
            x, y, u, v = a.x + a.width, a.y + _HEIGHT / 2, b.x, b.y + _HEIGHT / 2
            bend = abs(u - x) / 2
            parts.append(
                f'<g class="edge" id="e_{tail}_{head}"><path fill="none" stroke="{colour(part, largest)}" '
                f'stroke-width="{width(part, largest)}" d="M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {u - bend:.0f} '
                f'{v:.0f} {u:.0f} {v:.0f}"/></g>'
            )
        parts += [self._drawn(box) for box in self.boxes.values()]
        return "".join([*parts, "</svg>"])

    def _drawn(self, box):
        first = box.values[0]
        shown = box.shown
        texts = [f'<text x="8" y="15" font-weight="bold">{escape(printable(box.title))}</text>']
        texts.append(
            f'<text x="{box.width - 8:.0f}" y="15" text-anchor="end">{number(float(getattr(shown, "data", 0)))}</text>'
        )
        if isinstance(first, Value):
            pairs = [("\u03b4" if box.kind == "neuron" else "\u2202", first, box.width - 8, "end")]
            if self._two(box):
                pairs.append(("\u2202a", shown, 8.0, "start"))
            if isinstance(shown, Value):
                self.data_of[shown] = box.key, len(pairs) + 1
            for sign, node, at, anchor in pairs:
                key = f"t{len(self.text_of)}"
                self.text_of[node] = key, sign
                texts.append(f'<text id="{key}" x="{at:.0f}" y="31" text-anchor="{anchor}" fill="{NEUTRAL}"></text>')
        kind = "node" if box.kind in ("neuron", "value") else f"node {box.kind}"
        return (
            f'<g class="{kind}" id="{box.key}" transform="translate({box.x:.0f} {box.y:.0f})" font-size="12" '
            f'font-family="ui-monospace, Menlo, Consolas, monospace"><rect width="{box.width:.0f}" height="{_HEIGHT}" '
            f'rx="6"/>{"".join(texts)}</g>'
        )
