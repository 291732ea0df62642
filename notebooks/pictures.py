"""Make the pictures of the README: ``make pictures``. They are drawings of graphs, and a derivation.

They go to ``notebooks/pictures/``. Nothing in them is drawn by hand. If a picture differs from the committed one, the
program has changed.
"""

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt

from autograd import Value, derive, draw
from nn import MLP, half_sse

OUT = Path(__file__).parent / "pictures"


def graphs():
    """Draw an expression by its values, a network by its neurons, and a larger one by its layers."""
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    loss = (a * b + 10) ** 2 / 4
    loss.label = "L"
    draw(loss, edges=True).save(OUT / "values.svg")
    net = MLP(2, [3, 1], activation="sigmoid", output="sigmoid", seed=2)
    draw(half_sse(net([0.5, -1.0]), 1.0), detail="neurons", deltas=True).save(OUT / "neurons.svg")
    digits = MLP(64, [32, 10], activation="tanh", seed=1)
    draw(half_sse(digits([0.1] * 64), [1.0] + [0.0] * 9), detail="layers").save(OUT / "layers.svg")


def derivation():
    """Draw the derivation of one hidden weight, each line with its reason."""
    net = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=2)
    steps = derive(half_sse(net([0.5, -1.0]), [0.0, 1.0])).steps("w_ih[1,2]")
    matplotlib.rcParams.update({"mathtext.fontset": "cm", "svg.hashsalt": "deltagrad"})
    figure = plt.figure(figsize=(10.5, 0.62 * len(steps) + 0.2))
    for k, step in enumerate(steps):
        height = 1 - (k + 0.5) / len(steps)
        latex = step.latex.replace(r"\frac", r"\dfrac")  # as on a line of its own
        figure.text(0.01, height, f"${latex}$", fontsize=13, va="center")
        figure.text(0.46, height, step.reason, fontsize=10, va="center", color="#2f5577")
    figure.savefig(OUT / "derivation.svg", metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    graphs()
    derivation()
    print(f"Pictures: {', '.join(sorted(p.name for p in OUT.glob('*.svg')))} in notebooks/pictures/")
