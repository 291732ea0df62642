"""``train_live``: a page that trains a network while you watch.

You can run and pause the training, make one step, and change the rate and the batch size. The page trains by itself,
with the loss exported as JavaScript. A film (``fit(..., film=n)``) is a recording of the same pictures.
"""

import os
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.compiler.source import Export
from autograd.drawing.page import correspondence_html, player, static
from autograd.drawing.widgets import PAGES
from autograd.engine.algebra import is_real
from nn.data import samples
from nn.film import Film
from nn.film_page import canvases, film_aliases, film_lines
from nn.losses import cross_entropy, half_sse
from nn.objectives import base_of
from nn.protocols import Data, Loss, Model

__all__ = ["LiveTraining", "train_live"]

_MAX_SAMPLES, _MAX_PARAMETERS = 500, 2000


class LiveTraining:
    """A training that runs on a page. A notebook shows the page.

    Attributes:
        model: the model. The page starts with its parameters and does not change them.
        X, Y: the samples: rows of inputs, and rows of targets.

    Example:
        >>> from nn import MLP, train_live
        >>> train_live(MLP(2, [3, 1], seed=0), [[0, 0], [1, 1]], [0, 1])
        <live training of MLP(2-3-1, relu, linear) on 2 samples>
    """

    def __init__(
        self, model: Model, loss: Loss, X: Any, Y: Any, rate: float, batch_size: int | None, seed: int
    ) -> None:
        self.model, self.X, self.Y = model, X, [_row(y, model, X[0], loss) for y in Y]
        self._loss, self._film = loss, Film(model, loss, X, Y, 1)
        self._rate, self._batch_size, self._seed = rate, batch_size, seed
        self._film.take(0)

    def __repr__(self):
        return f"<live training of {self.model!r} on {len(self.X)} samples>"

    def html(self) -> str:
        """Return the page, which needs no other files.

        Raises:
            DrawingError: no program that can render the network's picture is installed.
            AlgebraError: a primitive of the model or the loss cannot be exported. The message names it.

        Example:
            >>> from nn import MLP, train_live
            >>> train_live(MLP(2, [3, 1], seed=0), [[0, 0], [1, 1]], [0, 1]).html()[:15]
            '<!DOCTYPE html>'
        """
        parameters = list(self.model.parameters())
        x = [Value(number, f"x[{k}]") for k, number in enumerate(self.X[0], 1)]
        y = [Value(number, f"t[{k}]") for k, number in enumerate(self.Y[0], 1)]
        out = self.model(x)
        outputs = list(out) if isinstance(out, (list, tuple)) else [out]
        one = len(y) == 1 and base_of(self._loss) is not cross_entropy
        export = Export(self._loss(out, y[0] if one else y), [*parameters, *x, *y], "javascript", every=True)
        place = {node: k for k, node in enumerate(export.nodes)}
        svg, lines, owned = film_lines(self._film)
        neurons = {
            f"n{node.label.layer}_{node.label.neuron}": place[node]
            for node in export.nodes
            if node.op is not None and str(node.label).startswith("s") and hasattr(node.label, "layer")
        }
        plane = self._film.plane
        names = {box: f"a{box[1:].replace('_', '[')}]" if "_" in box else box for box in owned}
        data = {
            "unit": "update",
            "pace": 100,
            "steps": [],
            "texts": [],
            "strokes": [],
            "start": "",
            "names": names,
            "aliases": film_aliases(self._film, names, owned),
            "training": {
                "at": [p.data for p in parameters],
                "places": [place[p] for p in parameters],
                "X": [list(row) for row in self.X],
                "Y": self.Y,
                "outputs": [place[node] for node in outputs],
                "neurons": [[box, k] for box, k in neurons.items() if box in owned],
                "lines": lines,
                "own": owned,
                "names": self._film.names,
                "seed": self._seed,
                "plane": None if plane is None else [[axis[0], axis[-1]] for axis in plane],
            },
        }
        script = f"const compute = (() => {{\n{export.text()}return loss;\n}})();\n"
        script += (PAGES / "training.js").read_text(encoding="utf-8")
        panel = canvases(plane) + correspondence_html(self._film.correspondence)
        return player("Training, live", data, svg, self._aside(), script, "train", panel)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file that ends in .html, and return its path.

        Raises:
            ValueError: the file has another ending.

        Example:
            >>> from nn import MLP, train_live
            >>> train_live(MLP(2, [3, 1], seed=0), [[0, 0], [1, 1]], [0, 1]).save("training.html").name
            'training.html'
        """
        path = Path(path)
        if path.suffix != ".html":
            raise ValueError(f"a live training is saved as .html, found {path.name!r}: choose that.")
        path.write_text(self.html(), encoding="utf-8")
        return path

    def _repr_html_(self):
        try:
            return static("", [], self.html(), height=860)
        except Exception as error:  # a repr must not raise
            return static("", [], None, str(error))

    def _aside(self):
        size = len(self.X) if self._batch_size is None else self._batch_size
        return (
            '<div class="controls"><button id="train">run</button><button id="one">one step</button>'
            '<button id="again">start again</button>'
            f'<label>rate <input id="rate" type="number" min="0" step="any" value="{self._rate!r}"></label>'
            f'<label>batch <input id="batch" type="number" min="1" max="{len(self.X)}" value="{size}"></label></div>'
        )


def _row(y, model, x, loss):
    """Return the target of a sample as a list of numbers. A class becomes a one-hot row."""
    if not is_real(y):
        return [float(t) for t in y]
    if base_of(loss) is cross_entropy:
        return [1.0 if k == y else 0.0 for k in range(len(model(x)))]
    return [float(y)]


def train_live(
    model: Model,
    X: Data,
    Y: Data,
    *,
    loss: Loss = half_sse,
    rate: float = 0.1,
    batch_size: int | None = 1,
    seed: int = 0,
) -> LiveTraining:
    """Return a page that trains a model by gradient descent while you watch and change the rate.

    The page works with a copy of the parameters, so the model does not change. It shows the network with its weights
    and deltas, the mean loss, and for two inputs the outputs over the plane.

    Args:
        model: a model with at most 2,000 parameters, as for :func:`nn.fit`.
        X, Y: at most 500 samples and their targets.
        loss: a function of a sample's outputs and target.
        rate: the learning rate at the start.
        batch_size: the number of samples in an update; None for all samples.
        seed: the seed of the shuffling before each epoch.

    Returns:
        A :class:`LiveTraining`; ``save("training.html")`` writes it to a file that needs no network.

    Raises:
        ValueError: there are too many samples or parameters, or X and Y do not fit each other.

    Example:
        >>> from nn import MLP, train_live
        >>> model = MLP(2, [3, 1], activation="tanh", seed=0)
        >>> train_live(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
        <live training of MLP(2-3-1, tanh, linear) on 4 samples>
    """
    rows: Any
    targets: Any
    rows, targets = samples(X, Y)
    if len(rows) > _MAX_SAMPLES:
        raise ValueError(f"{len(rows)} samples are more than the {_MAX_SAMPLES} that a page trains on: choose some.")
    count = len(list(model.parameters()))
    if count > _MAX_PARAMETERS:
        raise ValueError(f"{count:,} parameters are more than the {_MAX_PARAMETERS:,} that a page trains: use fit.")
    return LiveTraining(model, loss, rows, targets, rate, batch_size, seed)
