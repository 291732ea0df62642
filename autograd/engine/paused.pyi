# The types of paused.py for its users, because a compiled module has none.
from collections.abc import Callable
from types import FrameType

__all__ = ["Pause", "innermost_pause", "pause", "resume", "unpaused"]

open_blocks: int

class Pause:
    maker: object
    frame: FrameType | None
    token: object
    outer: Pause | None
    is_open: bool

def pause(maker: object, frame: FrameType | None = None) -> Pause: ...
def resume(block: Pause) -> None: ...
def innermost_pause() -> Pause | None: ...
def is_paused_here() -> bool: ...
def unpaused() -> Callable[[], None]: ...
