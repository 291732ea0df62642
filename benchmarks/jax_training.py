"""The work of :mod:`benchmarks.training` in JAX: compiled functions of the weights, with matrix products.

The fastest way depends on the shapes, so there are several. For single samples, it is a ``lax.scan`` over the samples,
also with several steps in each iteration of the loop (``unroll``), and with a product and a sum in place of a matrix
product, which XLA fuses with other operations. For batches, it is a call for each update, and a scan over the updates.
The times include waiting for all results. JAX may use as many threads as it likes.
"""

import functools

from benchmarks.training import Program, columns
from benchmarks.weights import matrices, row

__all__ = ["programs"]

UNROLL = 3  # the best of 1, 2, 3, 4, 6, 8 and 16 for single samples; for batches, the best is 1


def programs(work):
    """Return a dict from the name of each way to its :class:`~benchmarks.training.Program`."""
    if work.batch > 1:
        return {"JAX, jit, a call an update": _calls(work), "JAX, jit, scan over updates": _scan(work)}
    return {
        "JAX, scan over samples": _scan(work),
        f"JAX, scan, {UNROLL} steps an iteration": _scan(work, unroll=UNROLL),
        f"JAX, scan, {UNROLL} steps an iteration, sums": _scan(work, unroll=UNROLL, sums=True),
    }


def _jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def _start(work):
    """Return the weights, (inputs, neurons), and the biases of each layer."""
    jnp = _jax().numpy
    return [(jnp.array(w.T), jnp.array(b)) for w, b in matrices(work.start, work.sizes)]


def _program(step, work):
    """Return a Program, given a function from weights to the next weights and the mean loss."""
    jax = _jax()
    state = [_start(work)]

    def run():
        state[0], value = step(state[0])
        jax.block_until_ready(state[0])
        return float(value)

    return Program(run, lambda: row([(w.T, b) for w, b in state[0]]))


def _update(work, sums):
    """Return the function from weights and a batch to the next weights and the loss. It is not compiled yet."""
    jax = _jax()
    jnp = jax.numpy
    functions = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "linear": lambda s: s}
    activations = [functions[work.activation]] * (len(work.sizes) - 2) + [functions[work.output]]

    def loss(weights, x, t):
        for (w, b), activation in zip(weights, activations, strict=True):
            x = activation((x[:, None] * w).sum(0) + b if sums else x @ w + b)
        if work.loss == "cross_entropy":
            return (jax.nn.logsumexp(x, axis=-1) - (x * t).sum(-1)).mean()
        return ((x - t) ** 2 / 2).sum(-1).mean()

    def update(weights, batch):
        value, gradient = jax.value_and_grad(loss)(weights, *batch)
        return jax.tree.map(lambda p, g: p - work.rate * g, weights, gradient), value

    return update


def _data(work, sums=False):
    """Return inputs and targets, (updates of an epoch, samples, numbers); for sums, without the axis of samples."""
    jnp = _jax().numpy
    shape = (-1,) if sums else (-1, work.batch)
    return tuple([jnp.array(side.reshape(*shape, side.shape[-1])) for side in (work.X, columns(work))])


def _scan(work, unroll=1, sums=False):
    """Return the epochs as one compiled function. The data are arguments, so nothing can be computed in advance."""
    jax = _jax()
    update, data = _update(work, sums), _data(work, sums)

    @functools.partial(jax.jit, donate_argnums=0)
    def epochs(weights, X, T):
        def epoch(weights, _):
            return jax.lax.scan(update, weights, (X, T), unroll=unroll)

        weights, losses = jax.lax.scan(epoch, weights, length=work.epochs)
        return weights, losses.mean()

    return _program(lambda weights: epochs(weights, *data), work)


def _calls(work):
    """Return a run with one compiled update, called for each batch without waiting for the call before."""
    jax = _jax()
    update = jax.jit(_update(work, sums=False), donate_argnums=0)
    batches = list(zip(*_data(work), strict=True)) * work.epochs

    def run(weights):
        losses = []
        for batch in batches:
            weights, value = update(weights, batch)
            losses.append(value)
        return weights, sum([float(value) for value in losses]) / len(losses)

    return _program(run, work)
