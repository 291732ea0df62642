"""A program as a user would write it. Both type checkers accept every line in the strictest mode. Nothing runs it."""

from fractions import Fraction

import autograd
from autograd import (
    Value,
    check_gradients,
    derive,
    draw,
    exp,
    grad,
    grade_code,
    grade_document,
    hessian,
    jacobian,
    replay,
    steps,
    tanh,
    total,
    value_and_grad,
)
from nn import MLP, SGD, Adam, History, Module, Trainer, cross_entropy, deltas, fit, half_sse, load, minimize, save


def parabola(x: float) -> float:
    return x * x + 1.0


def paraboloid(x: float, y: float) -> float:
    return x * x * y


def squashed(weights: list[Value], inputs: list[float]) -> Value:
    return tanh(sum(w * x for w, x in zip(weights, inputs, strict=True)))


class Scale(Module):
    def __init__(self) -> None:
        self.factor = Value(2.0, "factor")

    def __call__(self, x: list[float]) -> list[Value]:
        return [self.factor * each for each in x]

    def parameters(self) -> list[Value]:
        return [self.factor]


def slopes(at: float) -> tuple[float, float, float]:
    value, slope = value_and_grad(parabola)(at)
    curvature: float = hessian(parabola)(at)
    along_x, along_y = grad(paraboloid)(at, 2.0)
    worst: float = check_gradients(parabola, at)
    return grad(parabola)(at) + slope + value, curvature + worst, along_x + along_y


def train(path: str) -> History:
    X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    history = fit(model, X, Y, optimizer=SGD(lambda k: 0.1 / (1 + k)), epochs=10, progress=False, film=5)
    fit(Scale(), X, X, loss=half_sse, optimizer=Adam(), batch_size=None, validation=0.25)
    fit(MLP(2, (3, 2)), X, Y, loss=cross_entropy, engine="native")
    save(model, path)
    load(model, path)
    print(f"{history.loss[-1]:.3g}, {history.updates} updates, {model(X[0]).data}, {len(model.parameters())}")
    if history.film is not None:
        history.film.save("film.html")
    return history


def look(model: MLP) -> list[str]:
    loss = half_sse(model([1.0, 0.5]), [1.0])
    found = [f"{row.layer}: {row.delta:.3f}" for row in deltas(loss)]
    derivation = derive(loss).convention("nielsen", letters={"t": "y"})
    grade = derivation.grade("w_ho[1,1]", "d_o[1]*a[1]")
    claims = grade_document("network: 2-3-1\n\n$$\\delta = y - t$$").claims
    program_grade = grade_code("w -= 0.1 * x")
    found += [derivation.formula("w_ho[1,1]").text, grade.verdict, program_grade.verdict, *[c.verdict for c in claims]]
    draw(loss, detail="neurons", deltas=True).save("loss.svg")
    return [*found, *[str(step) for step in steps(loss, forward=True)]]


def run(rows: list[list[float]]) -> float:
    x, w = Value(1.0, label="x"), Value(3.0, label="w")
    loss = exp(total([w * x, 1.0])) * squashed([w, x], [1.0, 2.0])
    loss.backward()
    exact: Fraction = replay(w * x, Fraction).gradients()[w]
    again: float = replay(loss, at={x: 2.0}).value
    program = autograd.compile(loss, inputs=[x])
    values, gradient = program.value_and_gradient(rows)

    @autograd.compile
    def price(spot: Value, rate: Value) -> Value:
        return spot * exp(-rate)

    @autograd.compile(on_other_branch="record")
    def payoff(spot: Value) -> Value:
        return spot if spot > 1 else 0 * spot

    prices = price(rows) + price.gradient(rows).inputs.sum() + payoff.value([2.0])
    trainer = Trainer(lambda sample: (w * sample[0] - sample[1]) ** 2, [w], optimizer=SGD(0.1))
    minimize(lambda sample: (w * sample) ** 2, [w], [1.0, 2.0], record="update")
    table = jacobian(squashed)([w], [1.0])
    print(values.mean(), gradient.parameters, program.stats.flops, prices, table)
    return float(exact) + again + trainer.step([1.0, 2.0]) + w.grad + x.data
