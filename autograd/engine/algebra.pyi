# The types of algebra.py for its users, because a compiled module has none.
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, overload

__all__ = [
    "TABLE",
    "Ieee",
    "Primitive",
    "Traits",
    "call_for_new_primitives",
    "engine_defines",
    "is_real",
    "out_of_domain",
    "pi_like",
    "primitive",
    "register",
    "select",
]

_Rule = Callable[..., Any] | float

TABLE: list[Primitive | None]
held: dict[str, Any]

class Traits(NamedTuple):
    linear: bool = False
    written_out: bool = False
    cheap: bool = False
    c: str = ""
    activation: bool | None = None
    is_end: bool = False
    branches: dict[int, Callable[..., Any]] | None = None

PLAIN: Traits

class Primitive:
    name: str
    arity: int | None
    forward: Callable[..., Any] | None
    partials: tuple[_Rule, ...] | Callable[..., Any]
    floats: Callable[..., float]
    limit: Callable[..., float] | None
    text: str
    latex: str
    domain: str
    kinks: str
    traits: Traits
    code: int
    def __call__(self, *operands: Any) -> Any: ...
    def partial(self, i: int, y: Any, operands: Sequence[Any]) -> Any: ...
    def gradient(self, y: Any, operands: Sequence[Any]) -> tuple[Any, ...]: ...
    def reaches(self, i: int, operands: Sequence[Any]) -> Any: ...

class Ieee:
    x: float
    def __init__(self, x: Any) -> None: ...
    def __float__(self) -> float: ...

def register(kind: type, apply: Callable[[Primitive, Sequence[Any]], Any]) -> None: ...
def engine_defines(yes: bool) -> None: ...
def is_real(x: object) -> bool: ...
def call_for_new_primitives(function: Callable[[Primitive], object]) -> None: ...
def pi_like(x: Any) -> Any: ...
def select(condition: Any, a: Any, b: Any) -> Any: ...
def out_of_domain(primitive: Primitive, operands: Sequence[float], error: Exception) -> Exception: ...
@overload
def primitive(
    name: str,
    forward: Callable[..., Any] | None = None,
    *,
    partials: _Rule | Sequence[_Rule],
    arity: int | None = None,
    floats: Callable[..., float] | None = None,
    limit: Callable[..., float] | None = None,
    text: str | None = None,
    latex: str | None = None,
    domain: str = "",
    kinks: str = "",
    traits: Traits = ...,
) -> Primitive: ...
@overload
def primitive(
    *,
    partials: _Rule | Sequence[_Rule],
    arity: int | None = None,
    floats: Callable[..., float] | None = None,
    limit: Callable[..., float] | None = None,
    text: str | None = None,
    latex: str | None = None,
    domain: str = "",
    kinks: str = "",
    traits: Traits = ...,
) -> Callable[[Callable[..., Any]], Primitive]: ...
