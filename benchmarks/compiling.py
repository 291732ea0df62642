"""The time of compiling, and the gain for a compiled transformer: ``python -m benchmarks.compiling [--quick]``.

A network is written scalar by scalar, ``sum(w * x)``, so that each product and each sum is a node. The time starts
before the first node is recorded, and ends when the machine code of value and gradient has run once.
"""

import argparse
import random
import time

import numpy as np

import autograd
from autograd import Value, dot, softmax
from autograd.compiler.loops import size
from autograd.compiler.lowering import lower
from autograd.compiler.rolling import roll
from autograd.compiler.training import Descent
from benchmarks import peak, slots_value, transformer
from benchmarks.timing import in_turn, medians, print_table
from nn import SGD

__all__ = ["main"]

NETWORKS = {1_000: (8, 16, 8, 8), 10_000: (40, 64, 32, 10), 100_000: (120, 240, 64, 10), 1_000_000: (400, 1100, 50, 10)}
NAME, STEPS, RATE = "katherine", 50, 0.05
EPOCHS = f"ours, compiled, epochs of {STEPS} steps"


def main():
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compiling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 10^5 nodes, fewer rounds")
    quick = parser.parse_args().quick
    growth(list(NETWORKS)[: 3 if quick else 4])
    transformers(2 if quick else 5)


def network(sizes):
    """Return the loss of one sample, its inputs and the weights, all as Values."""
    draw = random.Random(1)

    def leaves(n):
        return [Value(draw.uniform(-1, 1)) for _ in range(n)]

    x = inputs = leaves(sizes[0])
    parameters = []
    for n, m in zip(sizes, sizes[1:], strict=False):
        rows = [leaves(n) for _ in range(m)]
        parameters += [w for row in rows for w in row]
        x = [sum(w * v for w, v in zip(row, x, strict=True)).tanh() for row in rows]
    return sum((y - 0.5) ** 2 for y in x), inputs, parameters


def growth(sizes):
    """Measure the compile time of growing networks."""
    rows = []
    for goal in sizes:
        start = time.perf_counter()
        loss, inputs, parameters = network(NETWORKS[goal])
        recorded = time.perf_counter()
        program = autograd.compile(loss, inputs=inputs, parameters=parameters)
        program.gradient(np.array([[x.data for x in inputs]]))
        done = time.perf_counter()
        nodes = program.stats.nodes
        lowered = lower([loss], parameters, inputs)
        instructions = len(lowered.forward) + len(lowered.adjoint)
        before = time.perf_counter()
        rolled = size(roll(lowered.forward)) + size(roll(lowered.adjoint))
        rolling = time.perf_counter() - before
        rows.append(
            (f"{nodes:,}", f"{recorded - start:.2f}", f"{done - recorded:.2f}", f"{(done - start) / nodes * 1e6:.1f}",
             f"{instructions:,}", str(rolled), f"{rolling / instructions * 1e6:.1f}")
        )  # fmt: skip
    head = ("nodes", "recorded, s", "compiled, s", "us a node", "instructions", "rolled", "us to roll one")
    print_table("compile time, recording to machine code", head, rows)


class Compiled(transformer.Transformer):
    """The transformer as a program for names of one length. A letter is a one-hot row of 27 numbers."""

    def recorded(self, length):
        """Return the loss of a name, a Value, and the inputs: the letter at each position and the next letter."""
        inputs, keys, contents, losses = [], [], [], []
        width = transformer.DIM // transformer.HEADS
        for place in range(length):
            letter, following = [
                [Value(float(k == transformer.END)) for k in range(transformer.VOCABULARY)] for _ in range(2)
            ]
            inputs += letter + following
            x = [dot(letter, column) + p for column, p in zip(zip(*self.letters, strict=True), self.places[place],
                                                              strict=True)]  # fmt: skip
            h = transformer.normalized(x)
            q = transformer.linear(self.query, h)
            keys.append(transformer.linear(self.key, h))
            contents.append(transformer.linear(self.content, h))
            mixed = []
            for start in range(0, transformer.DIM, width):
                part = slice(start, start + width)
                scores = [sum(a * b for a, b in zip(q[part], k[part], strict=True)) * width**-0.5 for k in keys]
                weights = softmax(scores)
                mixed += [
                    sum(w * c[j] for w, c in zip(weights, contents, strict=True)) for j in range(start, start + width)
                ]
            x = [a + b for a, b in zip(x, transformer.linear(self.mix, mixed), strict=True)]
            hidden = [v.relu() for v in transformer.linear(self.up, transformer.normalized(x))]
            x = [a + b for a, b in zip(x, transformer.linear(self.down, hidden), strict=True)]
            answers = softmax(transformer.linear(self.out, transformer.normalized(x)))
            losses.append(-dot(following, answers).log())
        return sum(losses) * (1.0 / length), inputs

    def row(self, name):
        """Return the inputs of a name as an array."""
        tokens = [transformer.END, *[ord(c) - ord("a") for c in name], transformer.END]
        pairs = zip(tokens, tokens[1:], strict=False)
        return np.concatenate([np.eye(transformer.VOCABULARY)[k] for pair in pairs for k in pair])

    def stepper(self, name):
        """Return a function that makes a step of gradient descent on a name by calling a program, and its flops."""
        loss, inputs = self.recorded(len(name) + 1)
        program, row = autograd.compile(loss, inputs=inputs, parameters=self.parameters), self.row(name)

        def step():
            gradient = program.value_and_gradient(row)[1].parameters
            for p, g in zip(self.parameters, gradient.tolist(), strict=True):
                p.data -= RATE * g

        return step, program.stats.flops

    def trainer(self, name, count):
        """Return a function that makes ``count`` steps, like an epoch of ``nn.fit``, and one that returns numbers."""
        loss, inputs = self.recorded(len(name) + 1)
        rows, change = np.tile(self.row(name), (count, 1)), SGD(RATE)._change_decayed
        descent = Descent(loss, [], self.parameters, inputs, rows, None, 1, change, key="gradient descent")
        descent.numbers[:] = [p.data for p in self.parameters]
        return lambda: descent.run(1, count, RATE), lambda: descent.numbers


def transformers(rounds):
    """Time a compiled step on a name, and compare it with the same step number by number."""
    called, eager, slots = Compiled(Value), transformer.Transformer(Value), transformer.Transformer(slots_value.Value)
    start = time.perf_counter()
    epoch, numbers = Compiled(Value).trainer(NAME, STEPS)
    epoch()
    seconds = time.perf_counter() - start
    step, flops = called.stepper(NAME)
    for _ in range(STEPS):
        eager.step(NAME, RATE)
        step()
    expected = np.array([p.data for p in eager.parameters])
    for found in (numbers(), np.array([p.data for p in called.parameters])):
        apart = np.max(np.abs(found - expected))
        if not apart <= 1e-9:
            raise SystemExit(
                f"after {STEPS} steps the compiled transformer's parameters are {apart} from the engine's."
            )
    programs = {
        EPOCHS: epoch,
        "ours, compiled, a call a step": step,
        "ours, eager": lambda: eager.step(NAME, RATE),
        "slots": lambda: slots.step(NAME, RATE),
    }
    times = medians(in_turn(programs, rounds))
    times[EPOCHS] /= STEPS
    tokens, first = len(NAME) + 1, times[EPOCHS]
    rows = [(name, f"{t * 1e6 / tokens:.1f}", f"{t / first:.1f}") for name, t in times.items()]
    print_table(f"character transformer, a step on {NAME!r}, a token", ("", "us", "/ compiled"), rows)
    limit = flops / tokens / peak.peak_flops()
    share = limit * tokens / first
    print(f"\n  {flops / tokens:,.0f} flops a token: at the peak {limit * 1e6:.3g} us. ours: {share:.1%} of the peak.")
    for tokens in (9, 16):
        loss, inputs = called.recorded(tokens)
        lowered = lower([loss], called.parameters, inputs, gather_adjoints=True)
        rolled = size(roll(lowered.forward)) + size(roll(lowered.adjoint))
        print(
            f"  {len(lowered.forward) + len(lowered.adjoint):,} operations for {tokens} tokens are {rolled:,} in loops"
        )
    names, own = [seconds / (times[other] - first) for other in ("slots", "ours, eager")]
    print(
        f"  recorded, compiled and run once in {seconds:.1f} s, which {names:.0f} names of this length make up for "
        f"beside slots, and {own:.0f} beside our eager engine"
    )


if __name__ == "__main__":
    main()
