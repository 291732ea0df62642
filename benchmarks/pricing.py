r"""A scalar function that is not a network: the price of an option along a path of fifty steps, over any number.

The variance follows Heston's model by the Milstein scheme of Gatheral (*The Volatility Surface*, 2006, chapter 2),
$v \leftarrow (\sqrt v + \frac{\xi}{2} \sqrt{dt}\, z)^2 + \kappa (\theta - v)\, dt - \frac{\xi^2}{4} dt$, which stays
positive for the constants here, and the spot $s \leftarrow s\, e^{(r - v/2) dt + \sqrt v \sqrt{dt}\, z'}$. The shocks
are fixed. The payoff $\max(s - K, 0)$ is smoothed to $\frac{1}{2}(u + \sqrt{u^2 + \epsilon^2})$, $u = s - K$, and
discounted.

The five inputs of a sample are the spot, the strike, the interest rate (per year), the volatility (per square root of a
year) and the maturity (in years). The task is the price and its gradient with respect to all five, for 100,000 samples.
"""

import dataclasses
import functools
import importlib.util
import math
import os
import random
from collections.abc import Callable

import numpy as np

import autograd

__all__ = ["SAMPLES", "Prices", "check", "eager", "ours", "price", "programs", "samples"]

STEPS, SAMPLES = 50, 100_000
CHUNK = 1_000  # for JAX, as fast as 250 and faster than 4,000
SPEED, LONG_RUN, NOISE, CORRELATION = 2.0, 0.04, 0.3, -0.7
ROUNDING = 1.0
TOLERANCE = 1e-9


def _shocks(seed=6):
    generator = random.Random(seed)
    found = []
    for _ in range(STEPS):
        a, b = generator.gauss(0, 1), generator.gauss(0, 1)
        found.append((a, CORRELATION * a + math.sqrt(1 - CORRELATION**2) * b))
    return found


SHOCKS = _shocks()


def step(state, shock, rate, years, root, functions):
    """Return the next spot and variance. A step has 20 operations, one root and one exponential."""
    spot, variance = state
    first, second = shock
    volatility = functions.sqrt(variance)
    spot = spot * functions.exp((rate - 0.5 * variance) * years + volatility * root * second)
    moved = volatility + (0.5 * NOISE * first) * root
    variance = moved * moved + (SPEED * (LONG_RUN - variance) - 0.25 * NOISE * NOISE) * years
    return spot, variance


def price(spot, strike, rate, volatility, maturity, functions, walk=None):
    """Return the price of one sample.

    Args:
        spot, strike, rate, volatility, maturity: numbers of any kind.
        functions: the module that has ``exp`` and ``sqrt`` for this kind, such as ``math`` or ``autograd``.
        walk: a function that returns the last state, given the step function and the first state; by default a Python
            loop over the shocks.
    """
    years = maturity / STEPS
    root = functions.sqrt(years)
    state = spot, volatility * volatility

    def forward(state, shock):
        return step(state, shock, rate, years, root, functions)

    spot, _ = functools.reduce(forward, SHOCKS, state) if walk is None else walk(forward, state)
    above = spot - strike
    payoff = 0.5 * (above + functions.sqrt(above * above + ROUNDING * ROUNDING))
    return payoff * functions.exp(-rate * maturity)


def samples(count=SAMPLES, seed=13):
    """Return the inputs as an array (5, count). Each row has one input of all samples."""
    generator = np.random.default_rng(seed)
    ranges = [(80.0, 120.0), (80.0, 120.0), (0.0, 0.08), (0.1, 0.4), (0.25, 2.0)]
    return np.array([generator.uniform(low, high, count) for low, high in ranges])


@dataclasses.dataclass(frozen=True)
class Prices:
    """One library's way to the prices and gradients of all samples.

    Attributes:
        run: a function that computes them, waits for them, and returns them in the form of the library.
        arrays: a function that converts the result of ``run`` to a pair of arrays: prices, (samples,), and gradients,
            (5, samples).
    """

    run: Callable
    arrays: Callable


def eager(inputs):
    """Return the prices, (samples,), and the gradients, (5, samples), computed by our engine sample by sample."""
    found = [autograd.value_and_grad(lambda x: price(*x, autograd))(column) for column in inputs.T.tolist()]
    return np.array([value for value, _ in found]), np.array([gradient for _, gradient in found]).T


def ours(inputs):
    """Return our engine in machine code. The function is recorded once, at the first call."""
    compiled = autograd.compile(lambda *x: price(*x, autograd))
    rows = np.ascontiguousarray(inputs.T)
    return Prices(lambda: compiled.value_and_gradient(rows), lambda found: (found[0], found[1].inputs.T))


def flops_of_a_sample():
    """Return the number of operations of the compiled program for value and gradient."""
    leaves = [autograd.Value(x) for x in samples()[:, 0].tolist()]
    return autograd.compile(price(*leaves, autograd), inputs=leaves).stats.flops


def check(inputs, programs, count=20):
    """Run each program once, and compare the first and the last samples with our engine.

    Raises:
        SystemExit: a price or a gradient differs by more than 1e-9 of the largest in its row.
    """
    some = np.r_[0:count, inputs.shape[1] - count : inputs.shape[1]]
    value, gradient = eager(inputs[:, some])
    expected = np.vstack([value, gradient])
    for name, program in programs.items():
        prices, gradients = program.arrays(program.run())
        found = np.vstack([np.asarray(prices)[None], np.asarray(gradients)])[:, some]
        apart = np.max(np.abs(found - expected) / np.max(np.abs(expected), axis=1, keepdims=True))
        if not apart <= TOLERANCE:
            raise SystemExit(f"option prices: {name} is up to {apart:.1e} from our engine, so that nothing is timed.")


def programs(inputs):
    """Return a dict from the name of each way of the installed libraries to its :class:`Prices`."""
    found = {}
    if importlib.util.find_spec("jax") is not None:
        found["JAX, jit, unrolled"] = _jax(inputs)
        found["JAX, jit, scan over steps"] = _jax(inputs, scan=True)
        found[f"JAX, jit, scan, {CHUNK:,} samples at a time"] = _jax(inputs, scan=True, chunk=CHUNK)
    if importlib.util.find_spec("torch") is not None:
        found |= _torch(inputs)
    if importlib.util.find_spec("casadi") is not None:
        from benchmarks import tape_training  # lazy: needed only with CasADi

        for name, options in tape_training.casadi_ways().items():
            found[name] = _casadi(inputs, options)
    return found


def _jax(inputs, scan=False, chunk=None):
    """Return value and gradient, mapped over samples with vmap. The steps are unrolled, or run by a ``lax.scan``.

    The intermediate values stay in the cache, because the samples are computed in chunks, and the backward pass
    computes the results of a step again.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    shocks = jnp.array(SHOCKS)

    def walk(forward, state):
        def body(state, shock):
            return forward(state, shock), None

        return jax.lax.scan(jax.checkpoint(body) if chunk else body, state, shocks)[0]

    def one(*x):
        return price(*x, jnp, walk if scan else None)

    some = jax.vmap(jax.value_and_grad(one, argnums=tuple(range(5))))
    if chunk is None:
        compiled, shape = jax.jit(some), (-1,)
    else:
        compiled, shape = jax.jit(lambda *rows: jax.lax.map(lambda x: some(*x), rows)), (-1, chunk)
    rows = [jnp.array(x.reshape(shape)) for x in inputs]

    def arrays(found):
        return np.ravel(found[0]), np.array([np.ravel(g) for g in found[1]])

    return Prices(lambda: jax.block_until_ready(compiled(*rows)), arrays)


def _torch(inputs):
    """Return programs over whole columns as tensors, on one thread and on all threads."""
    import torch

    rows = [torch.tensor(x, requires_grad=True) for x in inputs]

    def run(threads):
        torch.set_num_threads(threads)
        prices = price(*rows, torch)
        return prices.detach(), torch.autograd.grad(prices.sum(), rows)

    def arrays(found):
        return found[0].numpy(), np.array([g.numpy() for g in found[1]])

    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {"PyTorch, eager": Prices(lambda: run(1), arrays)}
    if most > 1:
        found[f"PyTorch, eager, {most} threads"] = Prices(lambda: run(most), arrays)
    return found


def _casadi(inputs, options):
    """Return the gradient of one sample, mapped over all samples."""
    import casadi

    from benchmarks.tape_training import casadi_mapped

    x = casadi.SX.sym("x", 5)
    value = price(*casadi.vertsplit(x), casadi)
    sample = casadi.Function("sample", [x], [value, casadi.gradient(value, x)])
    mapped = casadi_mapped(sample, inputs.shape[1], [], [], options)
    columns = casadi.DM(inputs)
    return Prices(lambda: mapped(columns), lambda found: (found[0].full().ravel(), found[1].full()))
