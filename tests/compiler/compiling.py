"""Code over registers, compiled and called on columns of numbers, for the tests of lanes."""

import ctypes

import numpy as np
from llvmlite import binding, ir

from autograd.compiler import forms  # its import makes registers a kind of number
from autograd.compiler.registers import Lanes, Register

__all__ = ["compiled", "forms", "module_of"]

binding.initialize_native_target()
binding.initialize_native_asmprinter()
_INDEX = ir.IntType(64)


def module_of(function, arity, count, **options):
    """Return a module with ``run(columns, results, n)``, and its number of results.

    It applies ``function`` to n rows, ``count`` at once.
    """
    module = ir.Module()
    module.triple = binding.get_default_triple()
    b = ir.IRBuilder()
    lanes = Lanes(b, count, **options)
    run = ir.Function(module, ir.FunctionType(ir.VoidType(), [lanes.element.as_pointer()] * 2 + [_INDEX]), name="run")
    columns, results, n = run.args
    entry, loop, end = [run.append_basic_block(name) for name in ("entry", "loop", "end")]
    b.position_at_end(entry)
    b.branch(loop)
    b.position_at_end(loop)
    i = b.phi(_INDEX)
    i.add_incoming(ir.Constant(_INDEX, 0), entry)

    def place(block, k):
        return b.bitcast(b.gep(block, [b.add(i, b.mul(n, ir.Constant(_INDEX, k)))]), lanes.type.as_pointer())

    def load(k):
        x = b.load(place(columns, k))
        x.align = 4
        return Register(x, lanes)

    ys = function(*[load(k) for k in range(arity)])
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    for k, y in enumerate(ys):
        b.store(lanes.lift(y).value, place(results, k)).align = 4
    following = b.add(i, ir.Constant(_INDEX, count))
    i.add_incoming(following, b.block)
    b.cbranch(b.icmp_signed("<", following, n), loop, end)
    b.position_at_end(end)
    b.ret_void()
    return module, len(ys)


def compiled(function, arity, count=1, *, plain=False, optimize=2, **options):
    """Compile ``function`` over registers. Return a function of a list of rows of ``arity`` floats, which returns rows.

    Args:
        function: a function of registers. It returns a register, a number, or a sequence of them.
        arity: the number of registers.
        count: the number of lanes.
        plain: True for the plainest processor of this machine's kind, without fused multiply-add.
        optimize: LLVM's level of optimization.
        **options: the options of :class:`Lanes`.
    """
    module, outs = module_of(function, arity, count, **options)
    code = binding.parse_assembly(str(module))
    code.verify()
    cpu, features = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    target = binding.Target.from_default_triple()
    machine = target.create_target_machine(cpu="" if plain else cpu, features="" if plain else features, opt=optimize)
    tuning = binding.create_pipeline_tuning_options(speed_level=optimize)
    binding.create_pass_builder(machine, tuning).getModulePassManager().run(
        code, binding.create_pass_builder(machine, tuning)
    )
    engine = binding.create_mcjit_compiler(code, machine)
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
    address = kind(engine.get_function_address("run"))
    dtype = np.float32 if options.get("single") else np.float64

    def run(rows):
        n = -(-len(rows) // count) * count
        columns = np.full((arity, n), 0.5, dtype)
        columns[:, : len(rows)] = np.array(rows, dtype).reshape(len(rows), arity).T
        results = np.empty((outs, n), dtype)
        address(columns.ctypes.data, results.ctypes.data, n)
        return results[:, : len(rows)].T.tolist()

    run.engine = engine  # keeps the code alive
    return run
