"""A demonstration: train on Fisher's iris data, look at the deltas, and read, follow and grade their formulas.

Run it with ``make demo``. It prints the results and writes two pictures to ``out/``.
"""

import math
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.datasets import load_iris

from autograd import derive, no_grad
from nn import MLP, SGD, deltas, fit, half_sse

OUT = Path("out")
EPOCHS = 60
COLORS = ["#4477aa", "#ccbb44", "#ee6677"]


def load():
    """Load Fisher's iris data: 150 flowers with 4 measurements each. Every third flower is held out.

    Returns:
        The data, a mask of the held-out flowers, and the mean and the deviation of the others. These scale all flowers,
        so that nothing is learned from the held-out ones.
    """
    data = load_iris()
    held_out = np.arange(len(data.data)) % 3 == 2
    mean, deviation = data.data[~held_out].mean(axis=0), data.data[~held_out].std(axis=0)
    return data, held_out, mean, deviation


def accuracy(model, X, classes):
    """Return the share of samples whose largest output is the right one."""
    with no_grad():
        outputs = [[y.data for y in model(x)] for x in X.tolist()]
    return float(np.mean(np.argmax(outputs, axis=1) == classes))


def train(training, held_out):
    """Train the same network twice: with an update after every sample, and with one update per epoch."""
    print("Fisher's iris data: 100 flowers to learn from, 50 held out. A 4-5-3 sigmoid network, half squared error.\n")
    runs = {}
    for name, batch_size, rate, epochs in (("stochastic", 1, 0.5, EPOCHS), ("batch", None, 4.0, 5 * EPOCHS)):
        print(f"{name} gradient descent: {epochs} epochs, rate {rate}")
        model = MLP(4, [5, 3], activation="sigmoid", output="sigmoid", seed=1)
        history = fit(
            model, *training, loss=half_sse, optimizer=SGD(rate), epochs=epochs, batch_size=batch_size, seed=1
        )
        print(
            f"  {history.updates} updates, mean loss {history.loss[0]:.4f} -> {history.loss[-1]:.4f}, "
            f"held-out accuracy {accuracy(model, *held_out):.1%}\n"
        )
        runs[name] = model, history
    return runs


def show_deltas(model, x, t):
    """Print the deltas of one sample, and the gradient of every weight beside the result of backpropagation by hand."""
    loss = half_sse(model(x), t)
    table = deltas(loss)
    print(f"The deltas of one flower, dL/ds for every neuron (loss {loss.data:.4g}):\n\n{table}\n")

    model.zero_grad()
    loss.backward()
    hidden, output = model.layers
    delta = {(row.layer, row.neuron): row for row in table}
    by_hand = {}
    for o in range(1, 4):
        row = delta[2, o]
        by_hand[2, o] = -(t[o - 1] - row.a) * row.a * (1 - row.a)
    for h in range(1, 6):
        a = delta[1, h].a
        downstream = math.fsum([by_hand[2, o] * output.neurons[o - 1].w[h - 1].data for o in range(1, 4)])
        by_hand[1, h] = a * (1 - a) * downstream

    print("Every weight's gradient, three ways: by the engine; delta times input, delta from the graph;")
    print("and delta times input, delta from the recursion delta_h = a_h (1 - a_h) sum_o delta_o w_ho:\n")
    print("  weight     engine        delta * input   recursion * input")
    products = recursion = 0.0
    for number, layer in enumerate((hidden, output), start=1):
        for k, neuron in enumerate(layer.neurons, start=1):
            row = delta[number, k]
            for w, x_j in zip((*neuron.w, neuron.b), (*row.inputs, 1.0), strict=True):
                product, by_recursion = row.delta * x_j, by_hand[number, k] * x_j
                print(f"  {w.label:<8} {w.grad: .6e}  {product: .6e}   {by_recursion: .6e}")
                products = max(products, abs(w.grad - product))
                recursion = max(recursion, abs(w.grad - by_recursion))
    print(f"\n  largest difference: {products:.1e} to delta * input, {recursion:.1e} to the recursion\n")


def show_formulas(model, x, t):
    """Print the formulas read off a graph, one of them step by step, and the grades of three hand derivations."""
    loss = half_sse(model(x), t)
    derivation = derive(loss)
    print(f"The formulas of backpropagation, read off the graph of one sample:\n\n{derivation}\n")
    print(f"One hidden weight, step by step:\n\n{derivation.steps('w_ih[1,1]')}\n")
    print("Three hand derivations, graded against the graph:\n")
    for target, formula in (
        (None, r"\delta_o = (y_o - t_o)\, y_o (1 - y_o)"),
        ("w_ho[h,o]", "d_o[o]*a[h]"),
        (None, r"\delta_h = (1 - a_h^2) \sum_o \delta_o w_{ho}"),
    ):
        print(f"{derivation.grade(target, formula)}\n")


def draw_losses(runs):
    """Draw the two loss curves, over epochs and over updates."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharey=True)
    for (name, (_, history)), color in zip(runs.items(), (COLORS[0], COLORS[2]), strict=True):
        history.plot(axes[0], label=name)
        axes[0].lines[-1].set_color(color)
        updates = np.linspace(0, history.updates, len(history.loss) + 1)[1:]
        axes[1].plot(updates, history.loss, color=color, label=name)
    for ax in axes:
        ax.grid(alpha=0.3)
        ax.legend()
    axes[0].set_title("by epochs")
    axes[1].set(title="by updates", xlabel="update", xscale="log")
    axes[1].tick_params(labelleft=True)
    figure.suptitle("Iris: loss of stochastic and batch gradient descent")
    figure.savefig(OUT / "loss_curves.png", dpi=120)
    plt.close(figure)


def draw_regions(runs, data, held_out, mean, deviation):
    """Draw the answers of each network over petal length and width, with the sepal's measurements at their mean."""
    length, width = np.meshgrid(np.linspace(0.5, 7.5, 120), np.linspace(-0.1, 2.8, 90))
    figure, axes = plt.subplots(1, len(runs), figsize=(10, 4.4), layout="constrained", sharey=True)
    for ax, (name, (model, _)) in zip(axes, runs.items(), strict=True):
        points = np.zeros((length.size, 4))
        points[:, 2] = (length.ravel() - mean[2]) / deviation[2]
        points[:, 3] = (width.ravel() - mean[3]) / deviation[3]
        with no_grad():
            answers = np.argmax([[y.data for y in model(p)] for p in points.tolist()], axis=1)
        ax.pcolormesh(
            length, width, answers.reshape(length.shape), cmap=ListedColormap(COLORS), alpha=0.25, vmin=0, vmax=2
        )
        for k, species in enumerate(data.target_names):
            for chosen, marker, label in ((~held_out, "o", species), (held_out, "^", f"{species}, held out")):
                flowers = data.data[chosen & (data.target == k), 2:]
                ax.scatter(
                    *flowers.T, s=20, marker=marker, color=COLORS[k], edgecolor="black", linewidth=0.4, label=label
                )
        ax.set(title=f"{name} gradient descent", xlabel="petal length in cm")
    axes[0].set_ylabel("petal width in cm")
    axes[0].legend(loc="upper left", title="Iris")
    figure.suptitle("Iris: decision regions, with the sepal's length and width at their mean")
    figure.savefig(OUT / "decision_regions.png", dpi=120)
    plt.close(figure)


def main():
    """Run the whole demonstration."""
    matplotlib.use("Agg")
    OUT.mkdir(exist_ok=True)
    data, held_out, mean, deviation = load()
    X, one_hot = (data.data - mean) / deviation, np.eye(3)[data.target]
    training = X[~held_out], one_hot[~held_out]
    runs = train(training, (X[held_out], data.target[held_out]))
    show_deltas(runs["stochastic"][0], training[0][60].tolist(), training[1][60].tolist())
    show_formulas(runs["stochastic"][0], training[0][60].tolist(), training[1][60].tolist())
    draw_losses(runs)
    draw_regions(runs, data, held_out, mean, deviation)
    print(f"Pictures: {OUT / 'loss_curves.png'}, {OUT / 'decision_regions.png'}")


if __name__ == "__main__":
    main()
