"""Samples in structures train a user's model like the same samples in rows, in both engines."""

import collections
import dataclasses

import numpy as np
import pytest

from autograd import Value
from nn import MLP, SGD, Adam, EarlyStopping, Module, fit, half_sse, minimize, sse
from nn.structured import is_structured

Pair = collections.namedtuple("Pair", "a b")


@dataclasses.dataclass
class House:
    area: float
    rooms: list
    scale: float = 2.0


class Linear(Module):
    """A model of two numbers, which it reads from a sample in any form."""

    def __init__(self, read=lambda x: x):
        self.w, self.v, self.read = Value(0.5, "w1"), Value(-0.25, "w2"), read

    def parameters(self):
        return [self.w, self.v]

    def __call__(self, x):
        a, b = self.read(x)
        return self.w * a + self.v * b


ROWS, Y = [(1.0, 2.0), (0.5, -1.0), (2.0, 0.25), (-1.0, 1.5)], [1.0, 0.5, -0.5, 2.0]
FORMS = {
    "dict": (lambda a, b: {"a": a, "b": [b]}, lambda x: (x["a"], x["b"][0])),
    "dataclass": (lambda a, b: House(a, [b]), lambda x: (x.area * x.scale / 2, x.rooms[0])),
    "named tuple in a dict": (lambda a, b: {"p": Pair(a, b)}, lambda x: x["p"]),
    "nested lists": (lambda a, b: [[a], [b]], lambda x: (x[0][0], x[1][0])),
    "array": (lambda a, b: np.array([[a, b]]), lambda x: (x[0][0], x[0][1])),
}


def numbers(model):
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize("name", FORMS)
def test_a_model_learns_the_same_as_from_rows(name, engine):
    make, read = FORMS[name]
    options = {"loss": sse, "epochs": 3, "batch_size": 2, "shuffle": False, "progress": False, "engine": engine}
    options |= {"l2": 0.01, "clip_norm": 1.0, "sample_weights": [1.0, 2.0, 0.5, 1.0]}
    of_rows, of_structures = Linear(), Linear(read)
    expected = fit(of_rows, ROWS, Y, optimizer=Adam(0.1), **options)
    found = fit(of_structures, [make(*row) for row in ROWS], Y, optimizer=Adam(0.1), **options)
    assert numbers(of_structures) == pytest.approx(numbers(of_rows), rel=1e-13)
    assert found.loss == pytest.approx(expected.loss, rel=1e-13)


def test_validation_and_callbacks():
    make, read = FORMS["dict"]
    samples = [make(*row) for row in ROWS]
    early = EarlyStopping(patience=1)
    history = fit(
        Linear(read), samples[:2], Y[:2], optimizer=SGD(0.1), validation=(samples[2:], Y[2:]), callbacks=early, seed=0,
        epochs=50, progress=False,
    )  # fmt: skip
    assert len(history.validation_loss) == len(history.loss) < 50
    assert early.best == min(history.validation_loss)


@pytest.mark.parametrize("engine", ["eager", "native"])
def test_minimize_reads_dataclasses_and_named_tuples(engine):
    for samples in ([House(1.0, [2.0]), House(3.0, [0.5])], [Pair(2.0, 2.0), Pair(6.0, 0.5)]):
        w = Value(0.5)

        def loss(sample, w=w):
            a, b = (sample.area * sample.scale, sample.rooms[0]) if isinstance(sample, House) else sample
            return (w * a - b) ** 2

        minimize(loss, [w], samples, optimizer=SGD(0.01), epochs=2, shuffle=False, progress=False, engine=engine)
        expected = 0.5
        for _ in range(2):
            for a, b in ((2.0, 2.0), (6.0, 0.5)):
                expected -= 0.01 * 2 * (expected * a - b) * a
        assert w.data == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("X", "options", "message"),
    [
        ([{"a": 1.0}], {}, "X has 1 samples and Y 4"),
        ([{"a": 1.0}] * 4, {"sample_weights": [1.0]}, "sample_weights has 1 numbers for 4 samples"),
        ([{"a": 1.0}] * 4, {"class_weights": [1.0, 2.0]}, "class_weights needs samples that are rows"),
        ([{"a": 1.0}] * 4, {"film": 1}, "film needs samples that are rows"),
    ],
)
def test_options_that_do_not_fit(X, options, message):
    with pytest.raises(ValueError, match=message):
        fit(Linear(), X, Y, progress=False, **options)


def test_models_of_nn_read_rows():
    with pytest.raises(ValueError, match="samples are made of plain numbers"):
        fit(MLP(2, [1]), [{"a": 1.0, "b": 2.0}], [1.0], loss=half_sse, progress=False)


@pytest.mark.parametrize(
    "X", [[], "rows", {"a": 1.0}, iter([{}]), [1.0, 2.0], [[1.0]], np.ones((2, 2)), ROWS, [Pair(1.0, 2.0)]]
)
def test_rows_are_no_structures(X):
    assert not is_structured(Linear(), X)
