"""The arithmetic limit: the measured peak of the processors, and the counted operations of a training step.

One floating-point operation is an addition, subtraction, multiplication, division, comparison with a choice, or a call
of an elementary function; a fused multiply-add is two.
"""

import ctypes
import itertools
import time
from concurrent.futures import ThreadPoolExecutor

from llvmlite import binding, ir

__all__ = ["flops_of_a_sample", "peak_flops"]

DOUBLE, INT = ir.DoubleType(), ir.IntType(64)
ITERATIONS = 2_000_000


def peak_flops(seconds=1.0, threads=1):
    """Return the largest number of operations per second that some threads do together in double precision.

    Two processors may be two threads of one core, which together do no more than one. The kernel has independent chains
    of fused multiply-adds in registers. The best shape depends on the processor, so a few shapes are tried. Each shape
    runs for its share of ``seconds``, and the fastest run counts.
    """
    shapes = [(chains, lanes) for lanes in (2, 4, 8) for chains in (8, 12, 16, 24)]
    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for chains, lanes in shapes:
            engine, run = _kernel(chains, lanes)
            end = time.perf_counter() + seconds / len(shapes)
            # With threads, a run is long enough that the time to start them does not matter.
            iterations = ITERATIONS // (chains * lanes) * (50 if threads > 1 else 1)
            while time.perf_counter() < end:
                start = time.perf_counter()
                list(pool.map(run, [iterations] * threads, [1e-9] * threads))
                best = max(best, 2.0 * threads * chains * lanes * iterations / (time.perf_counter() - start))
            del engine
    return best


def _kernel(chains, lanes):
    """Return a loop of ``chains`` fused multiply-adds over ``lanes``. It returns the sum, so none can be left out."""
    vector = ir.VectorType(DOUBLE, lanes)
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(DOUBLE, [INT, DOUBLE]), "run")
    iterations, x = function.args
    entry, loop, end = [function.append_basic_block(name) for name in ("entry", "loop", "end")]
    builder = ir.IRBuilder(entry)
    factor = ir.Constant(vector, ir.Undefined)
    for k in range(lanes):
        factor = builder.insert_element(factor, x, ir.IntType(32)(k))
    builder.branch(loop)
    builder.position_at_end(loop)
    iteration = builder.phi(INT)
    iteration.add_incoming(INT(0), entry)
    sums = [builder.phi(vector) for _ in range(chains)]
    fma = ir.Function(module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f64")
    following = [builder.call(fma, [s, factor, factor]) for s in sums]
    for k, (s, new) in enumerate(zip(sums, following, strict=True)):
        s.add_incoming(ir.Constant(vector, [float(k)] * lanes), entry)
        s.add_incoming(new, loop)
    after = builder.add(iteration, INT(1))
    iteration.add_incoming(after, loop)
    builder.cbranch(builder.icmp_signed("<", after, iterations), loop, end)
    builder.position_at_end(end)
    total = DOUBLE(0.0)
    for new in following:
        for k in range(lanes):
            total = builder.fadd(total, builder.extract_element(new, ir.IntType(32)(k)))
    builder.ret(total)

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=3
    )
    engine = binding.create_mcjit_compiler(binding.parse_assembly(str(module)), machine)
    engine.finalize_object()
    address = engine.get_function_address("run")
    return engine, ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int64, ctypes.c_double)(address)


# The operations of an activation, and of its derivative computed from its value: max(s, 0), and a choice; tanh, and
# 1 - a*a; 1/(1 + exp(-s)), and a*(1 - a). The product with the derivative is counted with the delta.
ACTIVATIONS = {"linear": (0, 0), "relu": (1, 1), "tanh": (1, 2), "sigmoid": (4, 2)}


def flops_of_a_sample(work):
    """Return the number of operations that a :class:`~benchmarks.training.Work` needs for one sample.

    These are the forward pass, the backward pass as in handwritten backpropagation (without a gradient of the inputs),
    the sum of the gradients over the batch, and the sample's share of the update, with two operations per parameter.
    """
    counted = 0.0
    layers = list(itertools.pairwise(work.sizes))
    for k, (n, m) in enumerate(layers):
        last = k == len(layers) - 1
        forward, derivative = ACTIVATIONS[work.output if last else work.activation]
        counted += 2 * n * m + m * forward  # the bias starts the sum
        counted += m * (derivative + 1 if derivative else 0)  # the delta
        counted += n * m  # the gradient of the weights; the gradient of the biases is the delta
        if k > 0:
            counted += m * n + (m - 1) * n  # back through the weights
        parameters = (n + 1) * m
        counted += parameters * (work.batch - 1) / work.batch  # the sum over samples
        counted += 2 * parameters / work.batch
    outputs = work.sizes[-1]
    if work.loss == "half_sse":
        counted += 4 * outputs  # differences, squares, their sum, a half
    else:  # the largest, differences, exponentials, their sum; a logarithm; probabilities minus targets
        counted += 4 * outputs + 3 + 2 * outputs
    return counted
