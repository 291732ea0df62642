# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""The open ``no_grad`` blocks of all contexts, threads and generators.

Recording first checks ``open_blocks``. While it is 0, nothing else needs to be checked. ``pausing.py`` has the blocks
that users write.
"""

import sys
from contextvars import ContextVar
from inspect import CO_COROUTINE

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

if cython.compiled:
    from cython.cimports.cpython.contextvars import get_value

__all__ = ["Pause", "innermost_pause", "pause", "resume", "unpaused"]

# The context variable has the innermost block of a context: of a thread or an asyncio task. The list has the blocks of
# generators.
open_blocks = 0
_innermost = cython.declare(object, ContextVar("innermost_no_grad", default=None))
_of_generators = cython.declare(list, [])
_here = cython.declare(object, ContextVar("context_of_no_grad", default=None))  # its tokens identify contexts


@cython.final
@cython.cclass
class Pause:
    """One entered ``no_grad`` block.

    Attributes:
        maker: the ``no_grad`` that was entered.
        frame: the frame of the generator or coroutine that contains the block; else None.
        token: for a block in a coroutine, a token of the context in which it was entered; else None.
        outer: the next outer block of the same context, or None.
        is_open: True until the block is left.
    """

    maker = cython.declare(object, visibility="readonly")
    frame = cython.declare(object, visibility="readonly")
    token = cython.declare(object, visibility="public")
    outer = cython.declare(object, visibility="readonly")
    is_open = cython.declare(cython.bint, visibility="readonly")

    def __init__(self, maker, frame):
        self.maker = maker
        self.frame = frame
        self.token = None
        self.outer = None
        self.is_open = False


def pause(maker, frame=None):
    """Stop recording in this context; with a ``frame``, while that generator or coroutine runs.

    Contexts that are made inside of a coroutine's block, such as those of new tasks, inherit it. The coroutine's own
    context does not have the block while the coroutine waits, because code that runs the coroutine by hand shares this
    context.

    Returns:
        The :class:`Pause`, for :func:`resume`.
    """
    global open_blocks
    block: Pause = Pause(maker, frame)
    if frame is not None:
        _of_generators.append(block)
        if frame.f_code.co_flags & CO_COROUTINE:
            block.token = _here.set(None)
    if frame is None or block.token is not None:
        block.outer = _innermost.get()
        _innermost.set(block)
    block.is_open = True
    open_blocks += 1
    return block


def resume(block: Pause):
    """End a pause. It may have begun in another thread. Ending it twice changes nothing."""
    global open_blocks
    if not block.is_open:
        return
    block.is_open = False
    open_blocks -= 1
    if block.frame is None or block.token is not None:
        _innermost.set(innermost_pause())
    if block.frame is not None:
        _of_generators.remove(block)


def innermost_pause():
    """Return the innermost open :class:`Pause` of this context, or None."""
    block = _innermost.get()
    while block is not None and not block.is_open:
        block = block.outer
    return block


@cython.cfunc
def is_paused_here() -> cython.bint:
    """Return True inside of an open block. Call it only if ``open_blocks`` is not 0."""
    block: object = get_value(_innermost) if cython.compiled else _innermost.get()
    while block is not None:
        if cython.cast(Pause, block).is_open and (cython.cast(Pause, block).token is None or _was_inherited(block)):
            return True
        block = cython.cast(Pause, block).outer
    return len(_of_generators) != 0 and _in_paused_generator()


def _was_inherited(block):
    """Return True if a block was entered in another context, of which this context is a copy."""
    try:
        _here.reset(block.token)
    except ValueError:  # the token was made in another context
        return True
    block.token = _here.set(None)  # a token can be used only once
    return False


def _in_paused_generator():
    """Return True if a generator that is inside of a block called the running code."""
    running = [block.frame for block in _of_generators if block.frame.f_back is not None]  # others are suspended
    frame = sys._getframe() if running else None
    while frame is not None:
        if frame in running:
            return True
        frame = frame.f_back
    return False


def unpaused():
    """Make this context record again in spite of its open blocks, until the returned function is called."""
    token = _innermost.set(None)
    return lambda: _innermost.reset(token)
