"""Random programs over arrays, run with NumPy and with arrays of this package, and compared statement by statement.

As a script it runs as many as you like: ``python tests/grading/arrays/random_programs.py 20000 --seed 7``.
"""

import argparse
import math
import random
import time
import warnings

import numpy

from autograd.grading.code.arrays import Array, Bool, Float64, Int64, numpy_names

ours = type("ours", (), {"__getattr__": lambda self, name: self.names[name], "names": numpy_names()})()
NAMES = "abcdef"
BINARY = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "&", "|", "^"]
IN_PLACE = ["+=", "-=", "*=", "/=", "//=", "%=", "**=", "&=", "|="]
UNARY = [
    "exp", "log", "log1p", "expm1", "log2", "log10", "sqrt", "tanh", "sinh", "cosh", "sin", "cos", "tan", "arctan", "abs",
    "sign", "square", "negative", "floor", "ceil", "rint", "isnan", "isfinite", "isinf", "cbrt", "exp2", "logical_not",
    "reciprocal", "arcsin", "arccos", "arcsinh", "arccosh", "arctanh", "trunc", "positive", "invert", "nan_to_num",
]  # fmt: skip
TWO = [
    "add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "heaviside", "logaddexp", "hypot", "arctan2",
    "logical_and", "logical_or", "logical_xor", "equal", "less", "greater_equal", "fmax", "fmin", "copysign",
]  # fmt: skip
REDUCTIONS = [
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "std",
    "var",
    "any",
    "all",
    "argmax",
    "argmin",
    "cumsum",
    "cumprod",
    "ptp",
]
METHODS = ["sum", "mean", "max", "min", "prod", "std", "var", "any", "all", "argmax", "argmin", "cumsum"]


# What NumPy refuses since version 2.4 and programs still do: a number from an array of one element. And where it raises
# for a power half-way through, with some elements changed.
TAKEN_OTHERWISE = ("only 0-dimensional arrays", "setting an array element with a sequence.", "negative integer powers")


class Writer:
    """Writes random statements over the variables that a program has."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, *choices):
        return self.rng.choice(choices)

    def number(self):
        return self.pick(
            "0",
            "1",
            "2",
            "-1",
            "3",
            "0.5",
            "-1.5",
            "2.0",
            "0.0",
            "1e-3",
            "True",
            "np.inf",
            "np.float64(0.25)",
            "np.int64(2)",
        )

    def literal(self):
        ndim = self.rng.choice([0, 1, 1, 2, 2, 2, 3])
        shape = [
            self.rng.choice([1, 2, 2, 3, 3, 4, 0] if self.rng.random() < 0.1 else [1, 2, 3, 3]) for _ in range(ndim)
        ]
        kind = self.rng.choice(["float", "float", "float", "int", "int", "bool"])
        special = self.rng.random() < 0.1

        def fill(axes):
            if axes:
                return [fill(axes[1:]) for _ in range(axes[0])]
            if kind == "bool":
                return self.rng.random() < 0.5
            if kind == "int":
                return self.rng.randint(-3, 4)
            if special and self.rng.random() < 0.3:
                return self.rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan])
            return round(self.rng.uniform(-3, 3), 2)

        return f"np.array({fill(shape)!r}, dtype={kind})".replace("inf", "np.inf").replace("nan", "np.nan")

    def variable(self):
        return self.rng.choice(NAMES)

    def axis(self):
        return self.pick("0", "1", "-1", "None", "None", "0", "2", "(0, 1)", "-2")

    def index(self, depth=0):
        parts = [
            self.pick(
                "0", "1", "-1", ":", ":", "1:", ":-1", "::2", "::-1", "None", "...", "[0, 1]", "[1, 0, 1]", "np.array([0, -1])",
                "np.arange(2)", "[[0], [1]]", "range(2)", f"{self.variable()} > 0", "2", "[True, False]", "[]", "5:", "-2:", "1:3",
                f"{self.variable()}", "np.int64(1)",
            )
            for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3]))
        ]  # fmt: skip
        return ", ".join(parts)

    def shape(self):
        return self.pick(
            "-1",
            "(-1, 1)",
            "(1, -1)",
            "(2, 3)",
            "(3, 2)",
            "(6,)",
            "(3, 1)",
            "(2, -1)",
            "(3, 3)",
            "(1, 3)",
            "(2, 2)",
            "(1, 1, -1)",
        )

    def expression(self, depth=0):
        if depth > 2 or self.rng.random() < 0.3:
            return self.variable()
        e = lambda: self.expression(depth + 1)
        return self.rng.choice(
            [
                lambda: f"({e()} {self.pick(*BINARY)} {e()})",
                lambda: f"({e()} {self.pick(*BINARY[:7])} {self.number()})",
                lambda: f"({self.number()} {self.pick(*BINARY)} {e()})",
                lambda: f"({e()} {self.pick(*BINARY[:4])} {e()})",
                lambda: f"np.{self.pick(*UNARY)}({e()})",
                lambda: f"np.{self.pick(*TWO)}({e()}, {self.pick(e(), self.number())})",
                lambda: f"np.{self.pick(*REDUCTIONS)}({e()}, axis={self.axis()})",
                lambda: f"np.{self.pick('sum', 'mean', 'max', 'min', 'std', 'any', 'argmax', 'median')}({e()}, axis={self.axis()}, keepdims=True)",
                lambda: f"{self.variable()}.{self.pick(*METHODS)}({self.axis()})",
                lambda: f"np.dot({e()}, {e()})",
                lambda: f"({e()} @ {e()})",
                lambda: f"{self.variable()}.T",
                lambda: f"{self.variable()}[{self.index()}]",
                lambda: f"{self.variable()}.reshape({self.shape()})",
                lambda: f"np.{self.pick('outer', 'inner', 'vdot', 'matmul', 'tensordot', 'kron')}({e()}, {e()})",
                lambda: f"np.where({self.variable()} > 0, {e()}, {self.pick(e(), '0', '0.5')})",
                lambda: f"np.{self.pick('concatenate', 'vstack', 'hstack', 'stack', 'column_stack')}(({e()}, {e()}))",
                lambda: f"np.{self.pick('concatenate', 'stack')}([{e()}, {e()}], axis={self.pick('0', '1', '-1', 'None')})",
                lambda: f"np.{self.pick('c_', 'r_')}[{e()}, {e()}]",
                lambda: f"np.{self.pick('ones_like', 'zeros_like', 'ravel', 'transpose', 'squeeze', 'atleast_2d', 'copy', 'atleast_1d', 'atleast_3d', 'flip', 'sort', 'unique', 'triu', 'tril', 'diag', 'diagflat', 'trace', 'flatnonzero', 'argwhere', 'nonzero', 'count_nonzero', 'median', 'diff')}({e()})",
                lambda: f"np.clip({e()}, {self.pick('-1', '0', '-0.5', 'None')}, {self.pick('1', '2', '0.5')})",
                lambda: f"{e()}.astype({self.pick('int', 'float', 'bool')})",
                lambda: f"np.expand_dims({e()}, {self.pick('0', '1', '-1', '(0, 1)')})",
                lambda: f"np.{self.pick('repeat', 'tile')}({e()}, {self.pick('2', '3', '1')})",
                lambda: f"np.tile({e()}, (2, 1))",
                lambda: f"np.repeat({e()}, 2, axis={self.axis()})",
                lambda: f"np.insert({e()}, {self.pick('0', '1', '-1', '2', '[0, 1]')}, {self.pick('1', '0.5', e())}{self.pick('', ', axis=0', ', axis=1')})",
                lambda: f"np.delete({e()}, {self.pick('0', '-1', '[0, 1]', 'slice(1)')}{self.pick('', ', axis=0', ', axis=1')})",
                lambda: f"np.append({e()}, {e()}{self.pick('', ', axis=0', ', axis=1')})",
                lambda: f"np.einsum({self.pick(repr('ij,jk->ik'), repr('ij,ij->i'), repr('ij,ij'), repr('i,j->ij'), repr('ij,kj->ik'), repr('...j,...j->...'))}, {e()}, {e()})",
                lambda: f"np.einsum({self.pick(repr('ij->ji'), repr('ii'), repr('ij->j'), repr('i->'))}, {e()})",
                lambda: f"np.linalg.norm({e()}{self.pick('', ', axis=0', ', 1', ', axis=1', ', axis=1, keepdims=True', ', np.inf')})",
                lambda: f"np.round({e()}, {self.pick('0', '1', '2', '-1')})",
                lambda: f"np.{self.pick('eye', 'identity')}({self.pick('2', '3')})",
                lambda: f"np.arange({self.pick('3', '4', '1, 4', '0, 1, 0.25', '5, 0, -2', '3.0')})",
                lambda: f"np.linspace({self.pick('0, 1, 3', '-1, 1, 4', '0, 1, 1', '0, 2, 3, False')})",
                lambda: f"np.full({self.pick('3', '(2, 3)')}, {self.pick(self.number(), e())})",
                lambda: f"np.{self.pick('ones', 'zeros')}({self.pick('3', '(2, 3)', '(3, 1)', '()', '(2,), dtype=int', e() + '.shape')})",
                lambda: f"np.swapaxes({e()}, 0, {self.pick('1', '-1')})",
                lambda: f"np.pad({e()}, {self.pick('1', '((0, 1), (1, 0))', '(1, 0)')})",
                lambda: f"np.roll({e()}, {self.pick('1', '-1')}{self.pick('', ', axis=0', ', axis=1')})",
                lambda: f"np.array_split({e()}, {self.pick('2', '3', '[1]')})[0]",
                lambda: f"np.{self.pick('add', 'multiply', 'maximum', 'logical_or')}.{self.pick('reduce', 'accumulate')}({e()}{self.pick('', ', axis=1')})",
                lambda: f"np.{self.pick('add', 'subtract', 'maximum')}.outer({e()}, {e()})",
                lambda: f"np.{self.pick('isclose', 'allclose', 'array_equal')}({e()}, {e()})",
                lambda: f"(np.broadcast_to({e()}, {self.pick('(2, 3)', '(3, 3)', '(2, 2, 3)')}) + 0)",
                lambda: f"np.meshgrid({e()}, {e()})[{self.pick('0', '1')}]",
                lambda: f"np.array([{e()}, {e()}])",
                lambda: f"(-{e()})",
                lambda: f"sum({self.variable()})",
                lambda: f"np.cumsum({e()}, axis={self.axis()})",
                lambda: f"np.take({e()}, {self.pick('0', '[0, 1]')}, axis={self.axis()})",
                lambda: f"np.average({e()}, axis={self.axis()})",
                lambda: f"np.moveaxis({e()}, 0, -1)",
                lambda: f"np.vectorize(lambda x: {self.pick('x * x', 'max(x, 0)', 'x > 0', 'x / 2')})({e()})",
                lambda: f"np.apply_along_axis(np.{self.pick('sum', 'sort', 'argmax')}, {self.pick('0', '1')}, {e()})",
                lambda: f"{self.variable()}.{self.pick('flatten', 'ravel', 'tolist', 'item', 'copy', 'squeeze', 'transpose', 'nonzero')}()",
                lambda: f"{self.pick('float', 'int', 'bool', 'abs')}(np.sum({e()}))",
                lambda: f"np.argsort({e()}, axis={self.pick('0', '-1', '1')}, kind='stable')",
                lambda: f"{self.pick('len', 'abs', 'list')}({e()})",
                lambda: f"{e()}.{self.pick('shape', 'size', 'ndim')}",
            ]
        )()  # fmt: skip

    def statement(self):
        r = self.rng.random()
        v = self.variable()
        if r < 0.35:
            return f"{v} = {self.expression()}"
        if r < 0.55:
            return f"{v} {self.pick(*IN_PLACE)} {self.pick(self.expression(1), self.number())}"
        if r < 0.72:
            return f"{v}[{self.index()}] = {self.pick(self.expression(1), self.number())}"
        if r < 0.82:
            return f"{v}[{self.index()}] {self.pick(*IN_PLACE[:4])} {self.pick(self.expression(2), self.number())}"
        if r < 0.88:
            return f"{v} = {self.variable()}.{self.pick('T', 'reshape(-1)', 'ravel()', 'reshape(3, -1)', 'squeeze()', 'transpose()', 'swapaxes(0, 1)')}"
        if r < 0.92:
            return f"{v} = {self.variable()}[{self.index()}]"
        return self.pick(
            f"{v}.fill({self.number()})", f"{v}.sort()", f"np.add.at({v}, {self.pick('[0, 0]', '0', '(0, [1, 1])')}, {self.number()})",
            f"np.{self.pick('negative', 'square', 'abs')}({self.variable()}, out={v})", f"np.clip({v}, -1, 1, out={v})",
            f"{v}.shape = {self.shape()}", f"np.multiply({self.variable()}, {self.variable()}, {v})", f"{v} = {self.literal()}",
            f"np.divide({self.variable()}, {self.variable()}, out={v}, where={self.variable()} != 0)",
        )  # fmt: skip


def program(seed, length=12):
    """Return the statements of a random program."""
    writer = Writer(random.Random(seed))
    return [f"{name} = {writer.literal()}" for name in NAMES] + [writer.statement() for _ in range(length)]


def difference(theirs, mine):
    """Return what differs between a result of NumPy and one of this package; "" if nothing does."""
    if isinstance(theirs, numpy.ndarray):
        if not isinstance(mine, Array):
            return f"array {theirs!r} is {type(mine).__name__} {mine!r}"
        if theirs.shape != mine.shape or _kind(theirs.dtype.kind) != mine.dtype.kind:
            return f"{theirs!r} of {theirs.dtype}{theirs.shape} is {mine!r} of {mine.dtype}{mine.shape}"
        tolerance = 1e-2 if theirs.dtype.itemsize == 2 else 1e-12
        pairs = zip(theirs.ravel().tolist(), mine.elements(), strict=True)
        wrong = [(x, y) for x, y in pairs if not close(x, y, tolerance)]
        return f"{theirs!r} is {mine!r}" if wrong else ""
    if isinstance(theirs, numpy.generic):
        kinds = {"f": Float64, "i": Int64, "u": Int64, "b": Bool}
        tolerance = 1e-2 if theirs.dtype.itemsize == 2 else 1e-12
        same = isinstance(mine, kinds[theirs.dtype.kind]) and close(theirs.item(), mine.item(), tolerance)
        return "" if same else f"{theirs!r} is {type(mine).__name__} {mine!r}"
    if isinstance(theirs, (list, tuple)):
        if type(mine) is not type(theirs) or len(mine) != len(theirs):
            return f"{theirs!r} is {mine!r}"
        return next((d for d in map(difference, theirs, mine) if d), "")
    same = type(theirs) is type(mine) and (
        close(theirs, mine, 1e-12) if isinstance(theirs, (int, float)) else theirs == mine
    )
    return "" if same else f"{type(theirs).__name__} {theirs!r} is {type(mine).__name__} {mine!r}"


def _kind(kind):
    return "i" if kind == "u" else kind


def close(x, y, tolerance):
    if x != x or y != y:
        return x != x and y != y
    return x == y or abs(x - y) <= tolerance * max(1.0, abs(x), abs(y)) < math.inf


def run(statement, np, variables):
    try:
        exec(statement, {"np": np}, variables)
    except (ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError, OverflowError, KeyError) as error:
        return error
    return None


def first_difference(seed, length=12, counts=None):
    """Run a random program both ways; return the first statement after which they differ, and how; None if none."""
    theirs, mine = {}, {}
    for statement in program(seed, length):
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            expected = run(statement, numpy, theirs)
        found = run(statement, ours, mine)
        if counts is not None:
            counts["raised" if expected else "ran"] = counts.get("raised" if expected else "ran", 0) + 1
        if too_large(theirs) or any(text in str(expected) for text in TAKEN_OTHERWISE):
            return None
        if (expected is None) != (found is None):
            return f"{statement}: NumPy {expected!r}, here {found!r}"
        for name in theirs:
            wrong = difference(theirs[name], mine[name])
            if wrong:
                return f"{statement}: {name}: {wrong}"
    return None


def too_large(variables):
    return any(isinstance(x, numpy.ndarray) and x.size > 3000 for x in variables.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=20)
    arguments = parser.parse_args()
    counts, shown, start = {}, 0, time.perf_counter()
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        wrong = first_difference(seed, counts=counts)
        if wrong:
            shown += 1
            if shown <= arguments.show:
                print(seed, wrong[:400])
    print(f"{arguments.count} programs, {shown} differ; statements {counts}; {time.perf_counter() - start:.1f} s")
    raise SystemExit(bool(shown))
