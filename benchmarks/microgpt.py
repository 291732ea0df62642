"""A program like microgpt: a transformer over names, written in scalars, trained with Adam name by name.

The model is that of :mod:`benchmarks.transformer`, over tokens. It is trained in five ways: by the program's own loop
with ``backward()``, by ``nn.minimize``, by a loop around ``nn.Trainer.step``, with a pure Python ``Value``, and by a C
program that was written by hand for this benchmark. Times are processor times, because the machine may be shared.

Run ``python -m benchmarks.microgpt``, optionally with a number of steps.
"""

import os
import random
import subprocess
import sys
import tempfile
import time

from autograd import Value
from autograd.compiler.loops import size
from autograd.compiler.lowering import lower
from autograd.compiler.rolling import roll
from autograd.compiler.tracing import Tapes
from benchmarks.slots_value import Value as Slots
from benchmarks.timing import print_table
from benchmarks.transformer import CONTEXT, DIM, END, HEADS, Transformer, linear, normalized, softmax
from nn import Adam, Trainer, minimize

SYLLABLES = "an be co da el fi ga hu is jo ka li mo ne or pa ra su ta vi".split()


def names(n, seed=5):
    """Return invented names of 2 to 9 letters, as lists of tokens that begin and end with END."""
    draw = random.Random(seed)
    made = [
        "".join([draw.choice(SYLLABLES) for _ in range(draw.randrange(1, 5))]) + draw.choice(["", "n"])
        for _ in range(n)
    ]
    return [[END, *[ord(c) - ord("a") for c in name], END][: CONTEXT + 1] for name in made]


class Model(Transformer):
    """The transformer as a function of a list of tokens."""

    def __call__(self, tokens):
        keys, contents, losses = [], [], []
        for place, (token, following) in enumerate(zip(tokens, tokens[1:], strict=False)):
            x = [a + b for a, b in zip(self.letters[token], self.places[place], strict=True)]
            h = normalized(x)
            q = linear(self.query, h)
            keys.append(linear(self.key, h))
            contents.append(linear(self.content, h))
            mixed = []
            for start in range(0, DIM, DIM // HEADS):
                part = slice(start, start + DIM // HEADS)
                weights = softmax([sum(a * b for a, b in zip(q[part], k[part], strict=True)) * 0.5 for k in keys])
                mixed += [
                    sum(w * c[j] for w, c in zip(weights, contents, strict=True)) for j in range(part.start, part.stop)
                ]
            x = [a + b for a, b in zip(x, linear(self.mix, mixed), strict=True)]
            hidden = [v.relu() for v in linear(self.up, normalized(x))]
            x = [a + b for a, b in zip(x, linear(self.down, hidden), strict=True)]
            losses.append(-softmax(linear(self.out, normalized(x)))[following].log())
        return sum(losses) * (1.0 / len(losses))


def optimizer(steps):
    return Adam(lambda k: 0.01 * max(0.0, 1 - k / steps), beta1=0.85, beta2=0.99)


def by_hand(value, samples, steps, measured):
    """Run the program's own loop with Adam in Python. Return the seconds per step and the losses of the steps."""
    model, losses = Model(value), []
    m, v = [0.0] * len(model.parameters), [0.0] * len(model.parameters)
    start = time.process_time()
    for step in range(measured):
        loss = model(samples[step])
        for p in model.parameters:
            p.grad = 0.0
        loss.backward()
        rate = 0.01 * (1 - step / steps)
        for i, p in enumerate(model.parameters):
            m[i] = 0.85 * m[i] + 0.15 * p.grad
            v[i] = 0.99 * v[i] + 0.01 * p.grad**2
            p.data -= rate * (m[i] / (1 - 0.85 ** (step + 1))) / ((v[i] / (1 - 0.99 ** (step + 1))) ** 0.5 + 1e-8)
        losses.append(loss.data)
    return (time.process_time() - start) / measured, losses


def by_c(samples, steps):
    """Run the C program. Return the seconds per step and the last loss; None if there is no C compiler."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "microgpt")
        source = os.path.join(os.path.dirname(__file__), "microgpt.c")
        try:
            subprocess.run(["cc", "-O3", "-march=native", "-o", program, source, "-lm"], check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        numbers = [repr(p.data) for p in Model(Value).parameters]
        lines = [" ".join(map(str, [len(s), *s])) for s in samples[:steps]]
        text = "\n".join([*numbers, str(len(lines)), *lines])
        done = subprocess.run([program, str(steps)], input=text, capture_output=True, text=True, check=True)
        loss, seconds = map(float, done.stdout.split())
        return seconds / steps, loss


def lengths(samples):
    """Compare, for each length, the time until its tape is ready with that of folding its instructions into loops."""
    model, rows = Model(Value), []
    tapes = Tapes(model, model.parameters)
    first = {len(sample): sample for sample in reversed(samples)}
    for length, sample in sorted(first.items()):
        start = time.process_time()
        tapes.tape(*tapes.see(sample))
        taped = time.process_time()
        program = lower([model(sample)], model.parameters, [])
        lowered = time.process_time()
        rolled = size(roll(program.forward)) + size(roll(program.adjoint))
        seconds = taped - start, lowered - taped, time.process_time() - lowered
        rows.append((str(length), *[f"{1e3 * s:,.0f}" for s in seconds],
                     f"{len(program.forward) + len(program.adjoint):,}", f"{rolled:,}"))  # fmt: skip
    head = ("length", "tape, ms", "lowering, ms", "rolling, ms", "instructions", "rolled")
    print_table("Each length, recorded as a tape, and folded into loops", head, rows)


def main(steps=1000):
    samples = names(steps)
    tokens = sum([len(s) - 1 for s in samples]) / steps
    rows, us = [], 1e6 / tokens

    start = time.process_time()
    model, adam = Model(Value), optimizer(steps)
    history = minimize(model, model.parameters, samples, optimizer=adam, epochs=1, shuffle=False, record="update",
                       progress=False, engine="native")  # fmt: skip
    whole = time.process_time() - start
    rows.append(("minimize, whole call", whole / steps))
    model = Model(Value)
    trainer = Trainer(model, model.parameters, optimizer=optimizer(steps), engine="native")
    start = time.process_time()
    first = [trainer.step(s) for s in samples]
    ready = time.process_time() - start
    start = time.process_time()
    for s in samples:
        trainer.step(s)
    rows.append(("trainer.step, forms known", (time.process_time() - start) / steps))
    eager, losses = by_hand(Value, samples, steps, min(50, steps))
    rows.append(("its own loop, Value", eager))
    slots, _ = by_hand(Slots, samples, steps, min(5, steps))
    rows.append(("its own loop, a pure Python Value", slots))
    in_c = by_c(samples, steps)
    if in_c is not None:
        rows.append(("C, by hand", in_c[0]))
    unit = rows[1][1]
    table = [(name, f"{s * us:,.1f}", f"{s / unit:,.2f}", f"{s * steps:,.2f} s") for name, s in rows]
    print_table(f"A transformer over names, {steps} steps, {tokens:.1f} tokens a step",
                ("", "us a token", "beside trainer.step", f"{steps} steps"), table)  # fmt: skip
    apart = max(abs(a - b) / abs(b) for a, b in zip(history.update_loss, losses, strict=False))
    same = max(abs(a - b) for a, b in zip(first, history.update_loss, strict=True))
    different = len({len(s) for s in samples})
    print(f"\n  {different} lengths; minimize took {whole:.2f} s in all, the trainer's first pass {ready:.2f} s.")
    print(f"  Losses of the first {len(losses)} steps differ from the engine's by {apart:.1e} at most,")
    print(f"  and the trainer's from minimize's by {same:.1e}.")
    if in_c is not None:
        print(f"  The last loss: minimize {history.update_loss[-1]!r}, C {in_c[1]!r}")
    lengths(samples)
    print(f"  Load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
