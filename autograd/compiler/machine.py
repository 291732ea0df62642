"""Compilation of LLVM text to machine code in this process."""

import ctypes
import functools
import mmap
import re
import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar

import llvmlite
from llvmlite import binding
from tqdm import tqdm

from autograd.compiler.disk import shelf
from autograd.engine.forks import take_for_forks

try:
    from llvmlite.binding import newpassmanagers
except ImportError:
    raise ImportError(
        f"machine code needs llvmlite 0.44 or later, found {llvmlite.__version__}: pip install 'deltagrad[native]'.",
        name="llvmlite",
    ) from None

__all__ = ["Code", "lane_width", "parts_of", "progress_shown", "shown"]

MAX_TEXT = 400_000  # characters of a module, for which LLVM takes about a second
_PATIENCE = 2.0  # seconds
_OVERHEAD = 500_000  # bytes that LLVM keeps for any module
_ROOM = 32 << 20  # bytes that LLVM may need for any module, half of them as a reserve
_ROOM_OF_A_CHARACTER = 100  # bytes that LLVM may need for each character of text; 80 were measured
_ANONYMOUS = {"flags": mmap.MAP_PRIVATE} if hasattr(mmap, "MAP_PRIVATE") else {}  # Windows has no such flags
_NAME = re.compile(r'@"([^"]+)"')
_progress: ContextVar[bool] = ContextVar("progress_of_compiling", default=True)


def _library_lock():
    """Return the lock that llvmlite holds during each call of LLVM."""
    return binding.ffi.lib._lock


take_for_forks(_library_lock)


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
    """Return the number of doubles that one register of this processor holds: 8, 4 or 2."""
    features = binding.get_host_cpu_features()
    return 8 if features.get("avx512f") else 4 if features.get("avx") else 2


def _free(manager):
    """Free a pass manager and the data that its passes keep for a module.

    Up to llvmlite 0.50, its class inherits an empty method from its first base, so the memory would not be freed.
    """
    if type(manager)._dispose is binding.ffi.ObjectRef._dispose:
        newpassmanagers.NewPassManager._dispose(manager)
        manager.detach()
    else:
        manager.close()


def check_room(length) -> None:
    """Raise a MemoryError if this process has too little memory for LLVM to compile a text of this length.

    LLVM ends the process if it finds no memory. So the memory is requested first, and released at once.
    """
    size = _ROOM + _ROOM_OF_A_CHARACTER * length
    try:
        mmap.mmap(-1, size, **_ANONYMOUS).close()
    except (OSError, OverflowError):
        raise MemoryError(
            f"machine code needs about {size >> 20} MB for the compiler, but this process has less left: compile a "
            "smaller function, or raise the memory limit of the process."
        ) from None


def parts_of(module, text) -> list[str]:
    """Return a module as several texts, each short enough for LLVM to compile it in about a second.

    Args:
        module: an llvmlite ``ir.Module``. If it is split, all parts know its functions by their names.
        text: the text of the module.
    """
    if len(text) <= MAX_TEXT:
        return [text]
    defined = [function for function in module.functions if function.blocks]
    for function in defined:
        function.linkage = ""
    texts = {function.name: str(function) for function in module.functions}
    head = "".join([f'target triple = "{module.triple}"\n', *map(_type_of, module.get_identified_types().values())])
    parts: list[list[str]] = []
    part: list[str] = []
    length = 0
    for function in defined:
        if part and length + len(texts[function.name]) > MAX_TEXT:
            parts.append(part)
            part, length = [], 0
        part.append(function.name)
        length += len(texts[function.name])
    parts.append(part)
    return [head + _with_declarations(part, texts) for part in parts]


def _type_of(identified):
    return f"{identified.get_declaration()}\n"


def _with_declarations(names, texts):
    """Return the text of some functions, and declarations of the functions that they call."""
    body = "\n".join([texts[name] for name in names])
    called = [name for name in dict.fromkeys(_NAME.findall(body)) if name in texts and name not in set(names)]
    return "\n".join([*[_declaration(texts[name]) for name in called], body])


def _declaration(text):
    head = text.partition("\n{")[0]
    return head.replace("define", "declare", 1)


@contextmanager
def progress_shown(wanted):
    """Return a context manager: in its block, a long compilation shows its progress on standard error if ``wanted``."""
    token = _progress.set(wanted)
    try:
        yield
    finally:
        _progress.reset(token)


def shown(parts):
    """Yield the parts one by one. After two seconds, show a progress bar for the others on standard error."""
    start, bar = time.monotonic(), None
    try:
        for k, part in enumerate(parts):
            yield part
            if bar is not None:
                bar.update()
            elif time.monotonic() - start > _PATIENCE and len(parts) > k + 1 and _progress.get() and sys.stderr:
                bar = tqdm(total=len(parts), initial=k + 1, desc="compiling", leave=False)
    finally:
        if bar is not None:
            bar.close()


def _compiled(text, machine, tuning):
    """Return the machine code for LLVM text."""
    check_room(len(text))
    code = binding.parse_assembly(text)
    code.verify()
    passes = binding.create_pass_builder(machine, tuning)
    manager = passes.getModulePassManager()
    manager.run(code, passes)
    _free(manager)
    compiled = machine.emit_object(code)
    code.close()
    return compiled


class Code:
    """A module compiled for this processor. The machine code lives as long as this object.

    Args:
        module: an llvmlite ``ir.Module``.
        level: LLVM's level of optimization, 0 to 3.
        vectorize: True if LLVM may turn scalar loops into vectors; code over lanes already has vectors.
        pack: True if LLVM may do the same with code without loops.

    Attributes:
        text: the LLVM text, before optimization.
        size: the number of bytes of machine code, including data.
        taken: the approximate number of bytes of memory, including what LLVM keeps.

    Raises:
        MemoryError: this process has too little memory left for LLVM.
    """

    def __init__(self, module, level=2, vectorize=True, pack=True):
        check_room(0)
        target = _ready()
        module.triple = binding.get_default_triple()
        self.text = str(module)
        cpu, features = _features()
        machine = target.create_target_machine(cpu=cpu, features=features, opt=min(level, 2), jit=True)
        tuning = binding.create_pipeline_tuning_options(speed_level=level)
        tuning.loop_vectorization, tuning.slp_vectorization = vectorize, vectorize and pack
        self._engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
        self.size = 0
        kept = shelf()
        versions = llvmlite.__version__, ".".join(map(str, binding.llvm_version_info))
        # An interrupt takes effect between two calls of LLVM. It is never lost, because LLVM calls no Python code.
        for text in shown(parts_of(module, self.text)):
            if kept is None:
                compiled = _compiled(text, machine, tuning)
            else:
                key = kept.key(text, cpu, features, *versions, f"{level} {vectorize} {pack}")
                compiled = kept.find(key)
                if compiled is None:
                    compiled = _compiled(text, machine, tuning)
                    kept.keep(key, compiled)
            self.size += len(compiled)
            self._engine.add_object_file(binding.ObjectFileRef.from_data(compiled))
        check_room(self.size // _ROOM_OF_A_CHARACTER)
        self._engine.finalize_object()
        self.taken = _OVERHEAD + 2 * self.size + len(self.text)

    def __reduce__(self):
        raise TypeError("machine code belongs to its process: copy the graph, and compile that again.")

    def address(self, name: str) -> int:
        """Return the address of a function of the module. It is valid while this object lives."""
        return self._engine.get_function_address(name)

    def function(self, name: str, *arguments, result=None):
        """Return a function of the module, which runs without the interpreter's lock while this object lives."""
        return ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
