r"""A film of a training: a frame for every n-th update of :func:`nn.fit`, and a page that plays the frames.

A frame shows the weights, the size of the deltas, and, for a model of two inputs, its outputs over the plane. Recording
a film does not change the training.
"""

import math
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from autograd import Value, no_grad
from autograd.drawing.page import static
from autograd.engine.errors import GraphError
from autograd.formulas.naming import correspondence, formula_names, labels_under, network_under
from autograd.formulas.printing import printable
from nn.deltas import deltas
from nn.film_page import film_page, film_picture
from nn.protocols import Data, Loss, Model

__all__ = ["Film", "Frame"]

# The most samples that are measured and shown, and the number of points of the plane along each axis.
_MAX_SAMPLES, _GRID = 100, 32


class Frame(NamedTuple):
    r"""The state of a training after an update.

    Fields:
        update: the number of updates so far; 0 before the first.
        loss: the mean loss over the film's samples.
        parameters: the numbers of the parameters, in the order of ``model.parameters()``.
        deltas: a dict from layer and neuron to the root mean square of $\delta_k = \partial L_n / \partial s_k$ over
            the film's samples; empty for a model without neurons of :mod:`nn`.
        answers: for a model of two inputs, its outputs over the plane, as rows of points. The rows are in ascending
            order of the second input, and the points of a row in ascending order of the first input. For other models
            None.
    """

    update: int
    loss: float
    parameters: tuple[float, ...]
    deltas: dict[tuple[int, int], float]
    answers: tuple[tuple[tuple[float, ...], ...], ...] | None

    def __str__(self):
        return f"update {self.update}: loss {self.loss:.6g}"


class Film(Sequence[Frame]):
    """The frames of a training: a sequence that prints as text, plays in a notebook, and can be saved as a page.

    Attributes:
        names: the names of the parameters: their labels, or p and a number if they have none.
        labels: the labels of the parameters.
        correspondence: a sentence that maps these names to the names in formulas; empty if they agree.
        aliases: a dict from labels to names in formulas, for labels that have another name there.
        X, Y: the film's samples: at most 100 samples of the training, evenly chosen.
        plane: for a model of two inputs, the two sequences of coordinates of ``answers``; else None.
    """

    def __init__(self, model: Model, loss: Loss, X: Data, Y: Data, every: int) -> None:
        self._model, self._loss, self._every = model, loss, every
        chosen = range(0, len(X), -(-len(X) // _MAX_SAMPLES))
        self.X, self.Y = [X[i] for i in chosen], [Y[i] for i in chosen]
        parameters = list(model.parameters())
        self.labels = [p.label for p in parameters]
        self.names = [printable(p.label) if p.label is not None else f"p{k}" for k, p in enumerate(parameters)]
        self.plane = _plane(X) if len(X[0]) == 2 else None
        self._frames: list[Frame] = []
        self.correspondence = ""
        self.aliases: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, k: Any) -> Any:
        return self._frames[k]

    def __str__(self):
        return "\n".join([*[str(frame) for frame in self._frames], *filter(None, [self.correspondence])])

    def __repr__(self):
        return f"<film of {len(self)} frames>"

    def take(self, update: int, last: bool = False) -> None:
        """Record a frame if ``update`` is a multiple of ``every``, or if it is the last one and has no frame yet."""
        taken = bool(self._frames) and self._frames[-1].update == update
        if taken or (update % self._every and not last):
            return
        losses = [self._loss(self._model(x), y) for x, y in zip(self.X, self.Y, strict=True)]
        if not self._frames:
            self._find_names(losses[0])
        total = sum(losses[1:], losses[0])
        sizes: dict = {}
        try:
            for row in deltas(total):
                sizes.setdefault((row.layer, row.neuron), []).append(row.delta)
        except GraphError:  # the model has no neurons of nn
            sizes = {}
        rms = {place: math.sqrt(math.fsum([d * d for d in found]) / len(found)) for place, found in sizes.items()}
        answers = None
        if self.plane is not None:
            with no_grad():
                u, v = self.plane
                answers = tuple([tuple([_numbers(self._model((a, b))) for a in u]) for b in v])
        numbers = tuple([p.data for p in self._model.parameters()])
        self._frames.append(Frame(update, total.data / len(self.X), numbers, rms, answers))

    def _find_names(self, loss):
        """Find the names in formulas of the labels in a sample's graph."""
        network = network_under(loss) if isinstance(loss, Value) else None
        if network is not None:
            labels = labels_under(loss)
            self.correspondence = correspondence(loss, labels, network)
            self.aliases = {labels[node]: name for node, (name, _) in formula_names(network).items() if node in labels}

    def html(self) -> str:
        """Return a self-contained page that plays the film.

        It has the buttons previous, next and play and a slider, and obeys the arrow keys. A click on a neuron shows its
        weights.

        Raises:
            ValueError: no frame is recorded.
            DrawingError: no program that can render a picture is installed.
        """
        if not self._frames:
            raise ValueError("no frame is recorded: train with fit(..., film=n), for one update or more.")
        return film_page(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file that ends in .html, or the frames as text to a file that ends in .txt.

        Raises:
            ValueError: the file has another ending.
        """
        path = Path(path)
        if path.suffix not in (".html", ".txt"):
            raise ValueError(f"a film is saved as .html or .txt, found {path.name!r}: choose one of these.")
        path.write_text(self.html() if path.suffix == ".html" else f"{self}\n", encoding="utf-8")
        return path

    def _repr_html_(self):
        rows = [(str(frame), escape(self._listed(frame))) for frame in self]
        try:
            return static(film_picture(self), rows, self.html(), height=860)
        except Exception as error:  # a repr must not raise: show the frames as text
            return static("", rows, None, str(error))

    def _listed(self, frame):
        pairs = zip(self.names, frame.parameters, strict=True)
        return ", ".join([f"{name} = {x:.4g}" for name, x in list(pairs)[:_MAX_SAMPLES]])


def _numbers(out):
    return tuple([y.data for y in (out if isinstance(out, (list, tuple)) else [out])])


def _plane(X):
    """Return the coordinates of a grid around the samples, with a margin."""
    axes = []
    for column in zip(*X, strict=True):
        low, high = min(column), max(column)
        margin = 0.15 * (high - low) or 1.0
        step = (high - low + 2 * margin) / (_GRID - 1)
        axes.append(tuple([low - margin + k * step for k in range(_GRID)]))
    return tuple(axes)
