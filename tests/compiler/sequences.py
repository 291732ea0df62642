"""Compiled functions with branches against the engine, in sequences of batches: ``python sequences.py 2000``.

Hypothesis draws some batches of any sizes and a function. The function chooses by comparisons, sorting, maxima and
``where``, and reads numbers out of the graph. With ``on_other_branch="record"``, its values and derivatives must be
those of the engine, row by row, whatever batches came before.
"""

import sys
from collections import Counter

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import autograd
from autograd import Value


def detached(x):
    """Return a number without its graph."""
    return x.detach() if isinstance(x, Value) else x


def data(x):
    """Return the number in a Value."""
    return x.data if isinstance(x, Value) else x


OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 1.0),
    "tanh": lambda a, b: autograd.tanh(a + b),
    "sin": lambda a, b: autograd.sin(a) * b,
    "abs": lambda a, b: abs(a) + b,
    "dot": lambda a, b: autograd.dot([a, b, 2.0], [b, a, b], a),
    "maximum": lambda a, b: autograd.maximum(a, b),
    "step": lambda a, b: autograd.where(autograd.step(a), a * b, b),
    "where": lambda a, b: autograd.where(a > b, a * b, a - b) + autograd.where((a <= 0.5) | (b < a), b, a),
    "where and if": lambda a, b: autograd.where(a >= b, a, b) if a >= b else a * autograd.where(b > 1.0, 2.0, b),
    "detach": lambda a, b: a * detached(b) + b,
    "data": lambda a, b: a * data(b) - data(a * b),
    "largest data": lambda a, b: a - max(data(a), data(b), 0.25),
    "data that decide": lambda a, b: a * b if data(a) == data(b) or data(a) > 0 else b,
}
COMPARISONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
INPUTS, PARAMETERS = 3, 2
LEAVES = st.one_of(
    st.tuples(st.just("x"), st.integers(0, INPUTS - 1)),
    st.tuples(st.just("x"), st.integers(0, INPUTS - 1)),
    st.tuples(st.just("w"), st.integers(0, PARAMETERS - 1)),
    st.tuples(st.just("number"), st.sampled_from([0.0, 0.5, 1.0, -2.0, 0.1])),
)


def _larger(part):
    several = st.lists(part, min_size=2, max_size=4)
    return st.one_of(
        st.tuples(st.sampled_from(list(OPERATIONS)), part, part),
        st.tuples(st.just("if"), st.sampled_from(list(COMPARISONS)), part, part, part, part),
        st.tuples(st.just("sorted"), st.integers(0, 3), several),
        st.tuples(st.sampled_from(["max", "min"]), several),
    )


FUNCTIONS = st.recursive(LEAVES, _larger, max_leaves=9)
NUMBERS = st.one_of(st.sampled_from([-2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0]), st.floats(-3.0, 3.0, width=32))
BATCHES = st.lists(st.lists(st.lists(NUMBERS, min_size=INPUTS, max_size=INPUTS), min_size=1, max_size=6),
                   min_size=1, max_size=4)  # fmt: skip


def evaluated(tree, x, w):
    """Return the number that a drawn function has at inputs x, with parameters w."""
    kind, *rest = tree
    if kind == "x":
        return x[rest[0]]
    if kind == "w":
        return w[rest[0]]
    if kind == "number":
        return rest[0]
    if kind in OPERATIONS:
        return OPERATIONS[kind](*[evaluated(part, x, w) for part in rest])
    if kind == "if":
        a, b = [evaluated(part, x, w) for part in rest[1:3]]
        return evaluated(rest[3] if COMPARISONS[rest[0]](a, b) else rest[4], x, w)
    parts = [evaluated(part, x, w) for part in rest[-1]]
    if kind == "sorted":
        return sorted(parts)[rest[0] % len(parts)]
    return max(parts) if kind == "max" else min(parts)


def function_of(tree, w):
    """Return the function of the inputs. It returns two numbers: the drawn one, and one that depends on all leaves."""

    def function(*x):
        return evaluated(tree, x, w) + 0.0 * x[0], sum([*x, *w])

    return function


def of_the_engine(function, w, batch, seeds):
    """Return values and derivatives, row by row."""
    for p in w:
        p.grad = 0.0
    values, of_inputs = [], []
    for row, seed_ in zip(batch, seeds, strict=True):
        x = [Value(number) for number in row]
        y = function(*x)
        values.append([each.data for each in y])
        autograd.dot(seed_, y).backward()
        of_inputs.append([each.grad for each in x])
    return np.array(values), np.array(of_inputs), np.array([p.grad for p in w])


def check(tree, batches, strict, one_seed):
    """Assert that a drawn function is the same when compiled, in every batch. Return the number of its programs."""
    w = [Value(0.75), Value(-1.5)]
    function = function_of(tree, w)
    compiled = autograd.compile(function, parameters=w, strict=strict, on_other_branch="record")
    for k, batch in enumerate(batches):
        w[0].data = 0.75 - 0.5 * k
        row = [1.0, -2.0]
        seeds = [row if one_seed else [1.0 + n, -2.0 * n] for n in range(len(batch))]
        values, of_inputs, of_parameters = of_the_engine(function, w, batch, seeds)
        given_ = row if one_seed else seeds
        found, gradient = compiled.value_and_gradient(batch if k % 2 else np.array(batch), seed=given_)
        close = {"rtol": 0.0, "atol": 0.0} if strict else {"rtol": 1e-12, "atol": 1e-12}
        np.testing.assert_allclose(found, values, **close)
        # The last digits of a derivative depend on the output that is swept first.
        np.testing.assert_allclose(gradient.inputs, of_inputs, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(gradient.parameters, of_parameters, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(compiled(*np.array(batch).T), compiled(batch))
    return len(compiled.programs)


def checked(count, seed_, derandomize=False):
    """Check ``n`` drawn functions. Return the counts of the numbers of programs."""
    counts: Counter = Counter()

    @settings(max_examples=count, deadline=None, database=None, derandomize=derandomize,
              phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(FUNCTIONS, BATCHES, st.booleans(), st.booleans())
    def run(tree, batches, strict, one_seed):
        counts[check(tree, batches, strict, one_seed)] += 1

    (run if derandomize else seed(seed_)(run))()
    return counts


def main():
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    counts = checked(count, first)
    shown = ", ".join([f"{n} with {k}" for k, n in sorted(counts.items())])
    print(f"{sum(counts.values())} functions in sequences of batches agree; programs: {shown}")


if __name__ == "__main__":
    main()
