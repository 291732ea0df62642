"""From LLVM text to machine code in this process."""

import ctypes
import functools
import os

import llvmlite
from llvmlite import binding

try:
    from llvmlite.binding import newpassmanagers
except ImportError:
    raise ImportError(
        f"machine code needs llvmlite 0.44 or later, found {llvmlite.__version__}: pip install 'deltagrad[native]'.",
        name="llvmlite",
    ) from None

__all__ = ["Code", "lane_width"]


def _library_lock():
    """The lock that llvmlite takes around each call of LLVM."""
    return binding.ffi.lib._lock


# A child forked while another thread is within LLVM would find LLVM's own locks taken for ever: wait for that thread.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _library_lock().__enter__(),
        after_in_parent=lambda: _library_lock().__exit__(None, None, None),
        after_in_child=lambda: _library_lock().__exit__(None, None, None),
    )


@functools.cache
def _ready():
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.Target.from_default_triple()


@functools.cache
def _features():
    return binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()


@functools.cache
def lane_width() -> int:
    """How many doubles one register of this processor holds: 8, 4 or 2."""
    features = binding.get_host_cpu_features()
    return 8 if features.get("avx512f") else 4 if features.get("avx") else 2


def _free(manager):
    """Free a pass manager, and with it what its passes noted of a module.

    Up to llvmlite 0.50 its class finds the empty method of its first base, and what should be freed stays.
    """
    if type(manager)._dispose is binding.ffi.ObjectRef._dispose:
        newpassmanagers.NewPassManager._dispose(manager)
        manager.detach()
    else:
        manager.close()


class Code:
    """A module compiled for this processor. It lives as long as this object.

    Args:
        module: an llvmlite ``ir.Module``.
        level: how hard LLVM tries, 0 to 3.
        vectorize: whether LLVM may turn scalar loops into vectors; code over lanes has them already.
        pack: whether it may do so with straight code, too.

    Attributes:
        text: the LLVM text, before optimization.
        size: the bytes of machine code, data included.
    """

    def __init__(self, module, level=2, vectorize=True, pack=True):
        target = _ready()
        module.triple = binding.get_default_triple()
        self.text = str(module)
        code = binding.parse_assembly(self.text)
        code.verify()
        cpu, features = _features()
        machine = target.create_target_machine(cpu=cpu, features=features, opt=min(level, 2), jit=True)
        tuning = binding.create_pipeline_tuning_options(speed_level=level)
        tuning.loop_vectorization, tuning.slp_vectorization = vectorize, vectorize and pack
        passes = binding.create_pass_builder(machine, tuning)
        manager = passes.getModulePassManager()
        manager.run(code, passes)
        _free(manager)
        self._engine = binding.create_mcjit_compiler(code, machine)
        self.size = 0
        self._engine.set_object_cache(notify_func=self._measure)
        self._engine.finalize_object()

    def __reduce__(self):
        raise TypeError("machine code belongs to its process: copy the graph, and compile that again.")

    def _measure(self, _module, compiled):
        self.size = len(compiled)

    def function(self, name: str, *arguments, result=None):
        """A function of the module, to be called without the interpreter's lock, while this object lives."""
        return ctypes.CFUNCTYPE(result, *arguments)(self._engine.get_function_address(name))
