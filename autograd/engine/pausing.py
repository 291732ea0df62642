"""``no_grad``: blocks of code that record nothing.

A block affects only the code that runs in it. If a generator or a coroutine is suspended inside of a block, its caller
still records. If an asyncio task waits inside of a block, the other tasks still record. Other threads still record,
too.
"""

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, TypeVar, overload

from autograd.engine.paused import innermost_pause, pause, resume
from autograd.engine.value import witnessed

__all__ = ["no_grad"]

F = TypeVar("F", bound=Callable[..., Any])

_GENERATORS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR | inspect.CO_COROUTINE  # they can be suspended
_ENTERING = ("__enter__", "__exit__", "__aenter__", "__aexit__")


class no_grad:
    """A block or a decorator in which nothing is recorded. Results are leaves.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.op is None
    True
    >>> @no_grad
    ... def predict(x):
    ...     return 2 * x
    >>> predict(x).op is None
    True

    The block applies to the code in it and to all functions that this code calls. It does not apply to the caller of a
    generator that yields inside of it, to the caller of a coroutine that waits inside of it, to other tasks of an event
    loop, or to other threads. A task that is made inside of the block inherits it for as long as the block is open. In
    a function made by ``contextlib.contextmanager``, the block applies to the ``with`` statement that uses the
    function.

    As a decorator, with or without brackets, it accepts functions, generator functions and ``async`` functions. It
    applies while their bodies run.

    Args:
        function: a function to decorate; None for a block.

    Raises:
        TypeError: the decorated object is not a function.
    """

    _entered: list

    @overload
    def __new__(cls, function: None = None) -> "no_grad": ...
    @overload
    def __new__(cls, function: F) -> F: ...  # type: ignore[misc]  # given a function, it decorates
    def __new__(cls, function: Any = None) -> Any:
        """Return a block, or, if a function is given, the decorated function."""
        block = super().__new__(cls)
        block._entered = []
        return block if function is None else block(function)

    def __enter__(self) -> "no_grad":
        witnessed("no_grad", None)
        owner = _owner(sys._getframe(1))
        self._entered.append(pause(self, owner if owner.f_code.co_flags & _GENERATORS else None))
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the block that the caller entered last. If it entered none (another thread did), leave the last."""
        owner = _owner(sys._getframe(1))
        mine = [block for block in self._entered if block.frame is owner]
        if not mine:
            block = innermost_pause()
            while block is not None and not (block.is_open and block.maker is self):
                block = block.outer
            mine = [block] if block is not None else self._entered[-1:]
        for block in mine[-1:]:
            self._entered.remove(block)
            resume(block)

    def __call__(self, function: F) -> F:
        """Return a decorated function whose body records nothing."""
        if not callable(function) or isinstance(function, (type, staticmethod, classmethod)):
            raise TypeError(
                f"no_grad decorates functions, found {type(function).__name__} {function!r}: "
                "write it above the function itself, below @staticmethod or @classmethod, or use it as a block."
            )
        return functools.wraps(function)(self._around(function))  # type: ignore[return-value]  # of the same kind

    def _around(self, function):
        if inspect.isasyncgenfunction(function):

            async def paused_steps(*args, **kwargs):
                with self:
                    generator = function(*args, **kwargs)
                    advance, argument = generator.asend, None
                    try:
                        while True:
                            try:
                                item = await advance(argument)
                            except StopAsyncIteration:
                                return
                            try:
                                advance, argument = generator.asend, (yield item)
                            except GeneratorExit:
                                raise
                            except BaseException as error:
                                advance, argument = generator.athrow, error
                    finally:
                        await generator.aclose()

            return paused_steps
        if inspect.iscoroutinefunction(function):

            async def paused_task(*args, **kwargs):
                with self:
                    return await function(*args, **kwargs)

            return paused_task
        if inspect.isgeneratorfunction(function):
            # "yield from" would not work here: on close, Python closes the inner generator without running this frame,
            # to which the block belongs.
            def paused_generator(*args, **kwargs):
                with self:
                    generator = function(*args, **kwargs)
                    advance, argument = generator.send, None
                    try:
                        while True:
                            try:
                                item = advance(argument)
                            except StopIteration as end:
                                return end.value
                            try:
                                advance, argument = generator.send, (yield item)
                            except GeneratorExit:
                                raise
                            except BaseException as error:
                                advance, argument = generator.throw, error
                    finally:
                        generator.close()

            return paused_generator

        def paused(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return paused


def _owner(frame):
    """Return the frame whose ``with`` statement a block belongs to, given the frame that entered the block.

    These differ in two cases. ``ExitStack`` enters blocks on behalf of its caller. A generator function that is
    decorated with ``contextmanager`` enters blocks on behalf of the ``with`` statement that uses it.
    """
    while frame.f_back is not None:
        back = frame.f_back
        stands_in = (
            frame.f_code.co_flags & _GENERATORS
            and back.f_globals.get("__name__") == "contextlib"
            and back.f_code.co_name in _ENTERING
        )
        if not stands_in and frame.f_globals.get("__name__") != "contextlib":
            return frame
        frame = back
    return frame
