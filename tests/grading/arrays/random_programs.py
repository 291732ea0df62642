"""Random programs over arrays. They run with NumPy and with the arrays of this package, and every result is compared.

As a script, it runs a given number of programs: ``python tests/grading/arrays/random_programs.py 20000 --seed 7``.
"""

import argparse
import math
import random
import re
import time
import types
import warnings

import numpy

from autograd.grading.code.arrays import Array, Bool, Float64, Int64, numpy_names

ours = types.SimpleNamespace(**numpy_names())
NAMES = "abcdef"

# The possible replacements of <name>. Parts of a string that are separated by blanks are alternatives.
WORDS = {
    "binary": "+ - * / // % ** < <= > >= == != & | ^",
    "arithmetic": "+ - * /",
    "in_place": "+= -= *= /= //= %= **= &= |=",
    "number": "0 1 2 -1 3 0.5 -1.5 2.0 0.0 1e-3 True np.inf np.float64(0.25) np.int64(2)",
    "unary": "exp log log1p expm1 log2 log10 sqrt tanh sinh cosh sin cos tan arctan abs sign square negative floor "
    "ceil rint isnan isfinite isinf cbrt exp2 logical_not arcsin arccos arcsinh arccosh arctanh trunc positive invert "
    "nan_to_num",
    "two": "add subtract multiply divide power maximum minimum heaviside logaddexp hypot arctan2 logical_and "
    "logical_or logical_xor equal less greater_equal fmax fmin copysign",
    "reduction": "sum mean max min prod std var any all argmax argmin cumsum cumprod ptp",
    "keeping": "sum mean max min std any argmax median",
    "reducing": "sum mean max min prod std var any all argmax argmin cumsum",
    "product": "outer inner vdot matmul tensordot kron",
    "function": "ones_like zeros_like ravel transpose squeeze atleast_2d copy atleast_1d atleast_3d flip sort unique "
    "triu tril diag diagflat trace flatnonzero argwhere nonzero count_nonzero median diff",
    "joining": "concatenate vstack hstack stack column_stack",
    "method": "flatten ravel tolist item copy squeeze transpose nonzero",
    "viewing": "T reshape(-1) ravel() reshape(3,-1) squeeze() transpose() swapaxes(0,1)",
    "axis": "0 1 -1 None None 0 2 (0,1) -2",
    "one_axis": "0 1 -1",
    "shape": "-1 (-1,1) (1,-1) (2,3) (3,2) (6,) (3,1) (2,-1) (3,3) (1,3) (2,2) (1,1,-1)",
    "part": "0 1 -1 : : 1: :-1 ::2 ::-1 None ... [0,1] [1,0,1] np.array([0,-1]) np.arange(2) [[0],[1]] range(2) <v>>0 "
    "2 [True,False] [] 5: -2: 1:3 <v> np.int64(1)",
    "index": "<part> <part> <part> <part>,<part> <part>,<part> <part>,<part>,<part>",
    "value": "<x> <number>",
    "along": ", ,axis=0 ,axis=1",
    "sums": "'ij,jk->ik' 'ij,ij->i' 'ij,ij' 'i,j->ij' 'ij,kj->ik' '...j,...j->...'",
    "sum": "'ij->ji' 'ii' 'ij->j' 'i->'",
}
EXPRESSIONS = """
(<e> <binary> <e>)
(<e> <arithmetic> <number>)
(<number> <binary> <e>)
(<e> <arithmetic> <e>)
np.<unary>(<e> * 1)
np.<two>(<e>, <value>)
np.<reduction>(<e>, axis=<axis>)
np.<keeping>(<e>, axis=<axis>, keepdims=True)
<v>.<reducing>(<axis>)
np.dot(<e>, <e>)
(<e> @ <e>)
<v>.T
<v>[<index>]
<v>.reshape(<shape>)
np.<product>(<e>, <e>)
np.where(<v> > 0, <e>, <value>)
np.<joining>((<e>, <e>))
np.concatenate([<e>, <e>], axis=<one_axis>)
np.stack([<e>, <e>], axis=<one_axis>)
np.concatenate([<e>, <e>], axis=None)
np.c_[<e>, <e>]
np.r_[<e>, <e>]
np.<function>(<e>)
np.clip(<e>, -1, 2)
np.clip(<e>, None, 0.5)
<e>.astype(int)
<e>.astype(float)
<e>.astype(bool)
np.expand_dims(<e>, <one_axis>)
np.expand_dims(<e>, (0, 1))
np.repeat(<e>, 2)
np.tile(<e>, 2)
np.tile(<e>, (2, 1))
np.repeat(<e>, 2, axis=<axis>)
np.insert(<e>, <one_axis>, <value>)
np.insert(<e>, 0, <value>, axis=<one_axis>)
np.insert(<e>, [0, 1], <value>, axis=0)
np.delete(<e>, <one_axis>, axis=<one_axis>)
np.delete(<e>, [0, 1])
np.delete(<e>, slice(1), axis=0)
np.append(<e>, <e>)
np.append(<e>, <e>, axis=<one_axis>)
np.einsum(<sums>, <e>, <e>)
np.einsum(<sum>, <e>)
np.linalg.norm(<e>)
np.linalg.norm(<e>, axis=<one_axis>, keepdims=True)
np.linalg.norm(<e>, 1)
np.linalg.norm(<e>, np.inf)
np.round(<e>, 1)
np.round(<e>, -1)
np.round(<e>)
np.reciprocal(<e> * 1.0 + 1e-3)
np.eye(3)
np.arange(4)
np.arange(1, 4)
np.arange(0, 1, 0.25)
np.arange(5, 0, -2)
np.linspace(-1, 1, 4)
np.linspace(0, 2, 3, False)
np.linspace(0, 1, 1)
np.full(3, <value>)
np.full((2, 3), <value>)
np.ones((3, 1))
np.zeros((2,), dtype=int)
np.zeros(<v>.shape)
np.swapaxes(<e>, 0, <one_axis>)
np.pad(<e>, 1)
np.pad(<e>, ((0, 1), (1, 0)))
np.roll(<e>, <one_axis>)
np.roll(<e>, 1, axis=<one_axis>)
np.array_split(<e>, 3)[0]
np.array_split(<e>, [1])[1]
np.add.reduce(<e>)
np.maximum.reduce(<e>, axis=<one_axis>)
np.logical_or.reduce(<e>)
np.multiply.accumulate(<e>)
np.maximum.outer(<e>, <e>)
np.subtract.outer(<e>, <e>)
np.isclose(<e>, <e>)
np.allclose(<e>, <e>)
np.array_equal(<e>, <e>)
(np.broadcast_to(<e>, (3, 3)) + 0)
np.meshgrid(<e>, <e>)[0]
np.meshgrid(<e>, <e>)[1]
np.array([<e>, <e>])
(-<e>)
(~<e>)
sum(<v>)
np.cumsum(<e>, axis=<axis>)
np.take(<e>, 0, axis=<axis>)
np.take(<e>, [0, 1], axis=<axis>)
np.average(<e>, axis=<axis>)
np.moveaxis(<e>, 0, -1)
np.vectorize(lambda x: x * x)(<e>)
np.vectorize(lambda x: max(x, 0))(<e>)
np.vectorize(lambda x: x > 0)(<e>)
np.apply_along_axis(np.sum, <one_axis>, <e>)
np.apply_along_axis(np.sort, <one_axis>, <e>)
<v>.<method>()
float(np.sum(<e>))
int(np.sum(<e>))
bool(np.sum(<e>))
len(<e>)
abs(<e>)
list(<e>)
np.argsort(<e>, axis=<one_axis>, kind='stable')
np.flipud(<e>)
np.fliplr(<e>)
np.dstack((<e>, <e>))
np.setdiff1d(np.clip(<e>, -1, 2), [1, 2])
np.intersect1d(np.clip(<e>, -1, 2), [1, 0.5, 2])
np.union1d(np.clip(<e>, -1, 2), [1, 2])
(np.broadcast_arrays(<e>, <e>)[0] + 0)
np.percentile(np.clip(<e>, -1, 2), 30)
np.quantile(np.clip(<e>, -1, 2), 0.3, axis=<axis>)
np.quantile(np.clip(<e>, -1, 2), [0.25, 1], axis=<one_axis>, keepdims=True)
np.ediff1d(<e>)
np.extract(<e> > 0, <e>)
np.deg2rad(<e>)
np.tril_indices(3, <one_axis>)[0]
np.triu_indices(2, <one_axis>, 3)[1]
np.ix_([0, 1], [1])[1]
np.unravel_index(np.arange(4), (2, 3))[1]
np.ravel_multi_index(([0, 1], [1, 2]), (2, 3))
(np.lib.stride_tricks.sliding_window_view(<e>, 2, axis=<one_axis>) + 0)
np.select([<v> > 0, <v> < -1], [<v>, -1])
<e>.shape
<e>.size
""".strip().splitlines()
STATEMENTS = """
8 <v> = <e>
4 <v> <in_place> <value>
4 <v>[<index>] = <value>
2 <v>[<index>] <arithmetic>= <value>
2 <v> = <v>.<viewing>
1 <v> = <v>[<index>]
1 <v> = <literal>
1 <v>.fill(<number>)
1 <v>.sort()
1 np.add.at(<v>, [0, 0], <number>)
1 np.negative(<v>, out=<v>)
1 np.clip(<v>, -1, 1, out=<v>)
1 <v>.shape = <shape>
1 np.fill_diagonal(<v>, <number>)
1 np.multiply(<v>, <v>, <v>)
1 np.divide(<v>, <v>, out=<v>, where=<v> != 0)
""".strip().splitlines()

# Errors at which a program ends without a comparison. Since version 2.4, NumPy refuses to convert an array with one
# element to a number, which programs still do. A power raises its error when some elements are already changed. Some
# views are read-only, and the shape of a result can only be set if its memory layout allows it. A median of no elements
# fails.
TAKEN_OTHERWISE = (
    "only 0-dimensional arrays", "setting an array element with a sequence.", "negative integer powers", "read-only",
    "Incompatible shape", "newaxis",
)  # fmt: skip


def literal(rng):
    """Return an array as a program writes it."""
    shape = [
        rng.choice([1, 2, 3, 3, 0] if rng.random() < 0.05 else [1, 2, 3, 3])
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3]))
    ]
    kind = rng.choice(["float", "float", "float", "int", "int", "bool"])
    special = rng.random() < 0.1

    def fill(axes):
        if axes:
            return [fill(axes[1:]) for _ in range(axes[0])]
        if kind == "bool":
            return rng.random() < 0.5
        if kind == "int":
            return rng.randint(-3, 4)
        if special and rng.random() < 0.3:
            return rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan])
        return rng.uniform(-3, 3)

    return re.sub("inf|nan", r"np.\g<0>", f"np.array({fill(shape)!r}, dtype={kind})")


def written(rng, template, depth=0):
    """Return a template in which each <word> is replaced by a random alternative."""

    def replace(found):
        word = found[1]
        if word == "v":
            return rng.choice(NAMES)
        if word == "literal":
            return literal(rng)
        if word in ("e", "x"):
            simple = depth > 2 or rng.random() < 0.3
            return rng.choice(NAMES) if simple else written(rng, rng.choice(EXPRESSIONS), depth + 1)
        return written(rng, rng.choice(WORDS[word].split()), depth)

    return re.sub("<([a-z_]+)>", replace, template)


def program(seed, length=12):
    """Return the statements of a random program."""
    rng = random.Random(seed)
    weights, templates = zip(*[line.split(" ", 1) for line in STATEMENTS], strict=True)
    chosen = rng.choices(templates, [int(w) for w in weights], k=length)
    return [f"{name} = {literal(rng)}" for name in NAMES] + [written(rng, template) for template in chosen]


def difference(theirs, mine):
    """Return the difference between a result of NumPy and a result of this package, or "" if they agree."""
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
    """Run a random program both ways. Return the first statement after which they differ, and how, or None."""
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
            try:
                wrong = difference(theirs[name], mine[name])
            except RecursionError:
                return None  # a list that contains itself
            if wrong and "dot(" in statement and not finite(theirs[name], mine[name]):
                return None  # the library for linear algebra skips zeros, so 0 times infinity is 0 there, not NaN
            if wrong:
                return f"{statement}: {name}: {wrong}"
        if any(zero_signs(theirs[name]) != zero_signs(mine[name]) for name in theirs):
            return None  # the sign of a zero depends on the last rounding, and a division by the zero reveals it
    return None


def finite(*arrays):
    return all(math.isfinite(x) for a in arrays for x in numpy.ravel(a.tolist()))


def zero_signs(x):
    """Return the signs of the zeros in an array or a number of either package."""
    if not isinstance(x, (numpy.ndarray, Array, float)) or (isinstance(x, Array) and x.dtype.kind != "f"):
        return []
    values = x.elements() if isinstance(x, Array) else numpy.ravel(x).tolist()
    return [math.copysign(1, v) for v in values if isinstance(v, float) and v == 0]


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
