"""No control character of a label reaches a terminal, wherever the label is printed.

Labels may come from a loaded file.
"""

import numpy as np
import pytest

import autograd
from autograd import GuardError, StaleGraphError, Value, derive, draw, explain, log, replay, steps, where
from nn import SGD, Adam, Momentum, deltas, half_sse

NASTY = "w\x1b[31m\nFORGED\r\x07\u202e\x9b"


def leaves():
    return Value(0.5, NASTY + "x"), Value(2.0, NASTY + "w"), Value(1.0, NASTY + "t")


def graph():
    x, w, t = leaves()
    y = w * x
    y.label = NASTY + "y"
    loss = (y - t) ** 2
    loss.label = NASTY
    loss.backward()
    return loss, x, w, t


def message(call, kind):
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def program():
    loss, x, _, _ = graph()
    return autograd.compile(loss, inputs=[x])


def guard():
    w = Value(1.0, NASTY)
    compiled = autograd.compile(lambda x: x * w if x * w > 0 else -x)
    compiled([[1.0]])
    return message(lambda: compiled([[-1.0]]), GuardError)


def not_finite(optimizer, grad):
    parameter = Value(1.0, NASTY)
    parameter.grad = grad
    return message(lambda: optimizer.step([parameter]), FloatingPointError)


def stale():
    loss, x, _, _ = graph()
    x.data = 7.0
    return message(loss.backward, StaleGraphError)


def trouble():
    x = Value(1.0, NASTY)
    y = log(x)
    y.label = NASTY
    return str(autograd.compile(y, inputs=[x]).diagnose(np.array([[-1.0]])))


PRINTED = {
    "repr": lambda: repr(graph()[0]),
    "format": lambda: f"{graph()[1]}",
    "data cannot be set": lambda: message(lambda: setattr(graph()[0], "data", 1.0), autograd.GraphError),
    "bool": lambda: message(lambda: bool(graph()[0]), TypeError),
    "a stale graph": stale,
    "no leaf of the graph": lambda: message(
        lambda: replay(graph()[0], at={Value(1.0, NASTY): 2.0}), autograd.GraphError
    ),
    "== inside of grad": lambda: message(
        lambda: autograd.grad(lambda x: [setattr(x, "label", NASTY), x == 0.0])(1.0), TypeError
    ),
    "a condition": lambda: message(
        lambda: (lambda x: (c := x > 0, setattr(x, "data", -1.0), where(c, 1.0, 2.0)))(Value(1.0, NASTY)),
        StaleGraphError,
    ),
    "explain": lambda: str((lambda g: explain(g[0], g[1]))(graph())),
    "steps": lambda: str(steps(graph()[0])),
    "steps forward": lambda: str(steps(graph()[0], forward=True)),
    "derive": lambda: str(derive(graph()[0])) + "".join(map(str, derive(graph()[0]).equations)),
    "draw": lambda: repr(draw(graph()[0])),
    "listing": lambda: program().listing(),
    "stats": lambda: str(program().stats) + repr(program()),
    "guard": guard,
    "diagnose": trouble,
    "SGD": lambda: not_finite(SGD(0.1), float("nan")),
    "Momentum": lambda: not_finite(Momentum(0.1), float("inf")),
    "Adam": lambda: not_finite(Adam(0.1), float("nan")),
    "an update beyond the floats": lambda: not_finite(SGD(1e300), 1e300),
    "deltas": lambda: message(lambda: deltas(graph()[0]), autograd.GraphError),
    "a loss of lists": lambda: str(half_sse([Value(1.0, NASTY)], [0.0])),
}


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED)
def test_no_control_character_of_a_label_is_printed(printed):
    text = printed()
    assert text
    assert [c for c in text if not (c.isprintable() or c == "\n")] == []
    assert not any(line.startswith("FORGED") for line in text.split("\n"))  # the text after the label's own line break
