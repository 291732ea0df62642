"""Random losses of samples, trained on tapes and by the engine: ``python programs_of_samples.py 2000 [SEED]``.

A program uses a sample's tokens, numbers and target as people do: it looks up rows, computes with integers, compares
them, and runs loops over them. ``minimize`` in C must agree with the engine, or refuse the program.
"""

import random
import sys
from collections import Counter

import autograd
import nn
from autograd import Value

ROWS, WIDTH = 5, 3
NAMES = {
    name: getattr(autograd, name) for name in ("dot", "maximum", "softmax", "tanh", "take", "total", "where", "sigmoid")
} | {"Value": Value, "cross_entropy": nn.cross_entropy, "half_sse": nn.half_sse}
BETWEEN = ("+", "-", "*")
UNARY = ("tanh", "sigmoid")


class Program:
    """A random program.

    Args:
        seed: two programs with the same seed are the same.

    Attributes:
        source: its text, a function ``loss(sample)`` over ``W``, ``TABLE`` and ``D``.
    """

    def __init__(self, seed):
        self._draw = random.Random(seed)
        self._depth = 0
        self.source = self._text()

    def samples(self, n=14):
        """Return samples: pairs of tokens and numbers, of any length, and a target."""
        draw, made = self._draw, []
        for _ in range(n):
            length = draw.randint(1, 4)
            tokens = [draw.randrange(ROWS) for _ in range(length)]
            made.append((tokens, [round(draw.uniform(-1, 1), 2) for _ in tokens], draw.randrange(WIDTH)))
        return made

    def _pick(self, *choices):
        return self._draw.choice(choices)

    def _integer(self, names, depth=2):
        """Return an expression that is an integer.

        If it may be negative, its remainder is taken before it selects a row.
        """
        pick = self._pick
        if depth == 0 or self._draw.random() < 0.4:
            return pick(*names, *names, str(self._draw.randint(0, 3)))
        one = self._integer(names, depth - 1)
        return pick(
            f"({one} + {self._integer(names, 0)})", f"({one} * {self._draw.randint(0, 3)})", f"({one} - 1)",
            f"({one} % 2)", f"({one} // 2)", f"min({one}, 2)", f"max({one}, 1)", f"abs({one})", f"int({one})",
            f"({one} == {self._integer(names, 0)})", f"({one} & 1)", f"(-{one})", f"len(tokens[:{one}])",
        )  # fmt: skip

    def _place(self, names, n):
        """Return an expression that is an index below n, or in rare cases one that may be out of range."""
        one = self._integer(names)
        return one if self._draw.random() < 0.25 else f"{one} % {n}"

    def _number(self, names, floats):
        one = self._integer(names, 1)
        two = self._pick(*floats)
        return self._pick(*floats, *floats, f"{one} / 2", f"float({one})", f"({two} + {one})", "0.5", one)

    def _condition(self, names):
        one, other = self._integer(names, 1), self._integer(names, 1)
        return self._pick(
            f"{one} < {other}", f"{one} == {other}", f"{one} != {other}", f"{one} >= {self._draw.randint(0, 3)}",
            f"{one} in (1, 2)", f"not {one}", f"{one} and {other}", f"{one} % 2",
        )  # fmt: skip

    def _value(self, names, floats, depth=2):
        pick, draw = self._pick, self._draw
        if depth == 0 or draw.random() < 0.25:
            return pick(
                f"W[{self._place(names, 6)}]", f"TABLE[{self._place(names, ROWS)}][{self._place(names, WIDTH)}]",
                f"take(W, {self._integer(names)} % 6)", f"h[{draw.randrange(WIDTH)}]", f"D[{self._integer(names)} % 3]",
                f"h[{self._place(names, WIDTH)}]", f"W[{draw.randrange(6)}]", "acc",
            )  # fmt: skip
        one, other = (self._value(names, floats, depth - 1) for _ in range(2))
        return pick(
            f"({one} {pick(*BETWEEN)} {other})", f"({one} * {self._number(names, floats)})",
            f"{pick(*UNARY)}({one} + {self._number(names, floats)})",
            f"({one} if {self._condition(names)} else {other})", f"where({one} > {other}, {one}, {other})",
            f"maximum({one}, {other})", f"dot(TABLE[{self._place(names, ROWS)}], h)",
            f"sum(h[:{self._integer(names, 1)}], {one})",
            f"({one} - {other}.data)", f"({one} - max(v.data for v in h))", f"softmax(h)[{self._place(names, WIDTH)}]",
            f"total([{one}, {other}])",
        )  # fmt: skip

    def _text(self):
        draw, pick = self._draw, self._pick
        names, floats = ["target", "tokens[0]", "tokens[-1]", "len(tokens)"], ["numbers[0]", "numbers[-1]"]
        lines = ["def loss(sample):", "    tokens, numbers, target = sample"]
        lines += [f"    h = list(TABLE[{self._place(names, ROWS)}])", f"    acc = W[{draw.randrange(6)}] * 1.0"]
        for _ in range(draw.randint(1, 2)):
            inner, more = [*names, "t", "i"], [*floats, "x"]
            count = pick("len(tokens)", "len(tokens)", "min(len(tokens), 2)")
            head = pick(
                "    for i, (t, x) in enumerate(zip(tokens, numbers)):",
                f"    for i, t, x in [(k, tokens[k], numbers[k]) for k in range({count})]:",
                f"    for i, t, x in [(k, k + 1, 0.5 * k) for k in range({self._integer(names, 1)})]:",
            )
            lines.append(head)
            lines += [
                pick(
                    f"        acc = tanh(acc + {self._value(inner, more)})",
                    f"        h = [tanh(v + {self._value(inner, more, 1)}) for v in h]",
                    f"        h[{self._place(inner, WIDTH)}] = {self._value(inner, more)}",
                    f"        if {self._condition(inner)}:\n            acc = acc + {self._value(inner, more, 1)}",
                    f"        h = [dot(row, h) for row in TABLE[:{WIDTH}]]",
                )
                for _ in range(draw.randint(1, 2))
            ]
        names.append("tokens[len(tokens) // 2]")
        last = pick(
            "cross_entropy(h, target)", f"(acc - {self._number(names, floats)}) ** 2",
            f"(softmax(h)[target] - {self._value(names, floats)}) ** 2",
            f"half_sse([acc], [{self._number(names, floats)}])",
        )  # fmt: skip
        lines.append(f"    return {last} + 0.01 * {self._value(names, floats)}")
        return "\n".join(lines) + "\n"

    def trained(self, engine, samples):
        """Return the losses of all updates and the numbers at the end, or the error if there is one."""
        draw = random.Random(3)
        parameters = [Value(draw.uniform(-1, 1)) for _ in range(6 + ROWS * WIDTH)]
        table = [parameters[6 + WIDTH * k : 6 + WIDTH * (k + 1)] for k in range(ROWS)]
        scope = {**NAMES, "W": parameters[:6], "TABLE": table, "D": {k: parameters[k] for k in range(3)}}
        exec(compile(self.source, "<program>", "exec"), scope)
        try:
            history = nn.minimize(scope["loss"], parameters, samples, optimizer=nn.SGD(0.05), epochs=2, seed=2,
                                  progress=False, record="update", engine=engine)  # fmt: skip
        except Exception as error:
            return error
        return [*history.update_loss, *[p.data for p in parameters]]


def compare(seed):
    """Return the result for a program: ``"agrees"``, ``"refused"``, or ``"raises"`` if the engine raises.

    Raises:
        AssertionError: the tapes computed something else. The error has the program.
    """
    program = Program(seed)
    samples = program.samples()
    theirs, ours = program.trained("eager", samples), program.trained("native", samples)
    if isinstance(theirs, Exception):
        if not isinstance(ours, Exception):
            raise AssertionError(f"the engine raises {theirs!r}, and the tapes do not\n{program.source}{samples}")
        return "raises"
    if isinstance(ours, Exception):
        if not isinstance(ours, ValueError) or "cannot compile this loss" not in str(ours):
            raise AssertionError(f"{ours!r}\n{program.source}{samples}") from ours
        return "refused"
    far = [k for k, (a, b) in enumerate(zip(ours, theirs, strict=True)) if not abs(a - b) <= 1e-9 * max(1.0, abs(b))]
    if far:
        raise AssertionError(f"number {far[0]}: {ours[far[0]]!r} and {theirs[far[0]]!r}\n{program.source}{samples}")
    return "agrees"


def main():
    """Compare as many programs as the command line says."""
    n, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found = Counter()
    for seed in range(first, first + n):
        found[compare(seed)] += 1
    print(f"{n} random losses of samples: " + ", ".join(f"{count} {what}" for what, count in found.most_common()))


if __name__ == "__main__":
    main()
