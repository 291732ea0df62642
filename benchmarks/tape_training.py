"""The work of :mod:`benchmarks.training` in libraries that differentiate scalar programs: CasADi and xad.

Both get sums over products, number by number. CasADi records the loss of one sample once, differentiates it, and maps
the gradient over the samples of a batch, adding up. Its virtual machine runs the map, or CasADi writes it as C and has
it compiled. xad records every batch again.
"""

import itertools
import os
import shutil
import tempfile

import numpy as np

from benchmarks.training import Program, columns

__all__ = ["casadi_mapped", "casadi_programs", "casadi_ways", "xad_programs"]


def casadi_programs(work):
    """Return a dict from the name of each way to its :class:`~benchmarks.training.Program`; C only with a compiler."""
    return {name: _casadi(work, options) for name, options in casadi_ways().items()}


def casadi_ways():
    """Return a dict from the name of each way to run a function to CasADi's options."""
    compiler = {"flags": ["-O3", "-march=native"], "directory": os.path.join(tempfile.gettempdir(), "")}
    as_c = {"jit": True, "compiler": "shell", "jit_options": compiler}
    return {"CasADi": {}} | ({"CasADi, as C": as_c} if shutil.which("gcc") else {})


def casadi_mapped(sample, batch, reduce_in, reduce_out, options):
    """Return a CasADi function over the columns of a batch, as one function to which options for C apply.

    Args:
        sample: the function of one sample.
        batch: the number of samples.
        reduce_in: the indices of the inputs that all samples share.
        reduce_out: the indices of the results that are summed.
        options: the options from :func:`casadi_ways`.
    """
    import casadi

    mapped = sample.map("mapped", "serial", batch, reduce_in, reduce_out)
    inputs = [casadi.MX.sym(f"x{k}", *mapped.size_in(k)) for k in range(mapped.n_in())]
    return casadi.Function("batch", inputs, mapped.call(inputs), options)


def xad_programs(work):
    """Return a dict from the name of xad's way to its :class:`~benchmarks.training.Program`."""
    return {"xad": _xad(work)}


def _layers(numbers, sizes):
    """Return rows of weights with a bias, layer by layer, from numbers in the order of ``nn.MLP.parameters``."""
    each = iter(numbers)
    return [[([next(each) for _ in range(n)], next(each)) for _ in range(m)] for n, m in itertools.pairwise(sizes)]


def _sample_loss(layers, x, t, activate):
    """Return half the squared error of one sample, for a network whose last layer is linear."""
    for k, layer in enumerate(layers):
        x = [sum((w * v for w, v in zip(weights, x, strict=True)), bias) for weights, bias in layer]
        if k < len(layers) - 1:
            x = [activate(s) for s in x]
    return sum([(y - goal) * (y - goal) for y, goal in zip(x, t, strict=True)]) / 2


def _check_kind(work):
    if (work.activation, work.output, work.loss) != ("relu", "linear", "half_sse"):
        raise ValueError(f"{work.title}: here only relu inside, linear outside and half_sse are written for scalars.")


def _casadi(work, options):
    import casadi

    _check_kind(work)
    n, m = work.sizes[0], work.sizes[-1]
    p, x, t = casadi.SX.sym("p", len(work.start)), casadi.SX.sym("x", n), casadi.SX.sym("t", m)
    layers = _layers(casadi.vertsplit(p), work.sizes)
    loss = _sample_loss(layers, casadi.vertsplit(x), casadi.vertsplit(t), lambda s: casadi.if_else(s > 0, s, 0))
    sample = casadi.Function("sample", [p, x, t], [loss, casadi.gradient(loss, p)])
    batch = casadi_mapped(sample, work.batch, [0], [0, 1], options)
    shape = (-1, work.batch)
    sides = [side.reshape(*shape, side.shape[-1]).swapaxes(1, 2) for side in (work.X, columns(work))]
    batches = [tuple([casadi.DM(side) for side in pair]) for pair in zip(*sides, strict=True)] * work.epochs
    state = [np.array(work.start)]

    def run():
        losses = 0.0
        for inputs, targets in batches:
            loss, gradient = batch(state[0], inputs, targets)
            state[0] = state[0] - work.rate / work.batch * gradient.full().ravel()
            losses += float(loss)
        return losses / len(work.X) / work.epochs

    return Program(run, lambda: state[0].tolist())


def _xad(work):
    from xad.adj_1st import Real, Tape

    _check_kind(work)
    tape, numbers = Tape(), list(work.start)
    samples = list(zip(work.X.tolist(), columns(work).tolist(), strict=True))
    batches = [samples[k : k + work.batch] for k in range(0, len(samples), work.batch)] * work.epochs

    def update(batch):
        tape.activate()
        try:
            parameters = [Real(x) for x in numbers]
            for p in parameters:
                tape.registerInput(p)
            tape.newRecording()
            layers = _layers(parameters, work.sizes)
            losses = [_sample_loss(layers, x, t, lambda s: s if s > 0.0 else Real(0.0)) for x, t in batch]
            loss = sum(losses) / len(batch)
            tape.registerOutput(loss)
            loss.setDerivative(1.0)
            tape.computeAdjoints()
            for k, p in enumerate(parameters):
                numbers[k] -= work.rate * p.getDerivative()
            return loss.getValue()
        finally:
            tape.deactivate()
            tape.clearAll()

    return Program(lambda: sum([update(batch) for batch in batches]) / len(batches), lambda: list(numbers))
