"""``np.random``: NumPy's own generators if NumPy is installed, else numbers with the same distributions.

This module does not need NumPy. If NumPy is installed, a program gets the same numbers as in a normal run.
Otherwise ``RandomState`` and the functions of the module use Python's generator.
"""

import importlib
import math
import random
from collections.abc import Callable
from typing import Any

from autograd.grading.code.arrays.array import Array, as_array, from_nested, new_array
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.kinds import FLOAT, INT, DType, float_of
from autograd.grading.code.arrays.layout import Shape, broadcast_shapes, shape_of, size_of

__all__ = ["PythonSource", "RandomNumbers", "numpy_source", "random_names"]

LARGEST_MEAN = 500.0  # of a Poisson distribution


class PythonSource:
    """A source of random numbers that uses Python's generator and returns one number at a time."""

    def __init__(self, seed: Any = None) -> None:
        self._random = random.Random(seed)

    def uniform(self) -> float:
        """Return a number from [0, 1)."""
        return self._random.random()

    def normal(self) -> float:
        """Return a number with the standard normal distribution."""
        return self._random.gauss(0.0, 1.0)

    def integer(self, low: int, high: int) -> int:
        """Return an integer from [low, high)."""
        return self._random.randrange(low, high)


def numpy_source() -> Any:
    """Return the module ``numpy.random``, or None if NumPy is not installed."""
    try:
        return importlib.import_module("numpy.random")
    except ImportError:
        return None


class RandomNumbers:
    """A generator of random arrays: ``RandomState(seed)``, ``default_rng(seed)`` and the functions of ``np.random``.

    Args:
        seed: an integer, or None for different numbers in each run.
        generator: NumPy's generator of the same name, which draws the numbers; or None for Python's generator.
    """

    def __init__(self, seed: Any = None, generator: Any = None) -> None:
        self._numpy = generator
        self._source = PythonSource(None if seed is None else int(as_array(seed).elements()[0]))

    def _draw(self, name: str, shape: Any, draw: Callable[[], Any], kind: DType, *arguments: Any, **named: Any) -> Any:
        size = None if shape is None else shape_of(shape)
        spend(size_of(size or ()))
        if self._numpy is not None:
            return _ours(
                getattr(self._numpy, name)(*arguments, **({"size": size} if size is not None else {}), **named)
            )
        return new_array([draw() for _ in range(size_of(size or ()))], kind, size or ())

    # --- Uniform numbers

    def random(self, size: Any = None, **_more: Any) -> Any:
        """Return numbers from [0, 1)."""
        name = "random" if hasattr(self._numpy, "random") else "random_sample"
        return self._draw(name, size, self._source.uniform, FLOAT)

    random_sample = ranf = sample = random

    def rand(self, *shape: int) -> Any:
        """Return numbers from [0, 1). The lengths of the axes are separate arguments."""
        return self.random(shape or None)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Return numbers from [low, high)."""
        if _single(low, high):
            a, b = float_of(low), float_of(high)
            return self._draw("uniform", size, lambda: a + (b - a) * self._source.uniform(), FLOAT, a, b)
        start: Any = as_array(low)
        return start + (as_array(high) - start) * self.random(_joint(size, low, high))

    # --- Normal numbers

    def standard_normal(self, size: Any = None, **_more: Any) -> Any:
        """Return numbers with the standard normal distribution."""
        return self._draw("standard_normal", size, self._source.normal, FLOAT)

    def randn(self, *shape: int) -> Any:
        """Return numbers with the standard normal distribution. The lengths of the axes are separate arguments."""
        return self.standard_normal(shape or None)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """Return numbers with a normal distribution."""
        if _single(loc, scale):
            middle, width = float_of(loc), float_of(scale)
            if width < 0:
                raise ValueError("scale < 0")
            return self._draw("normal", size, lambda: middle + width * self._source.normal(), FLOAT, middle, width)
        middles: Any = as_array(loc)
        return middles + as_array(scale) * self.standard_normal(_joint(size, loc, scale))

    # --- Integers and choices

    def randint(self, low: Any, high: Any = None, size: Any = None, dtype: Any = None) -> Any:
        """Return integers from [low, high), or from [0, low)."""
        return self._integers("randint", low, high, size)

    def integers(self, low: Any, high: Any = None, size: Any = None, dtype: Any = None, endpoint: bool = False) -> Any:
        """Return integers from [low, high), or from [0, low)."""
        start, stop = (0, low) if high is None else (low, high)
        return self._integers("integers", start, int(stop) + endpoint, size)

    def random_integers(self, low: Any, high: Any = None, size: Any = None) -> Any:
        """Return integers from [low, high], or from [1, low]."""
        start, stop = (1, low) if high is None else (low, high)
        return self._integers("randint", start, int(stop) + 1, size)

    def _integers(self, name: str, low: Any, high: Any, size: Any) -> Any:
        start, stop = (0, int(low)) if high is None else (int(low), int(high))
        if start >= stop:
            raise ValueError("high <= 0" if high is None else "low >= high")
        result = self._draw(name, size, lambda: self._source.integer(start, stop), INT, start, stop)
        return result if size is not None else int(result)

    def binomial(self, n: Any, p: Any, size: Any = None) -> Any:
        """Return the number of successes in ``n`` trials, each with probability ``p``."""
        tries, chance = int(n), float_of(p)
        draw = lambda: sum(self._source.uniform() < chance for _ in range(tries))  # noqa: E731 - as the others are
        spend(tries)
        return self._draw("binomial", size, draw, INT, tries, chance)

    def poisson(self, lam: Any = 1.0, size: Any = None) -> Any:
        """Return counts with a Poisson distribution."""
        return self._one_by_one("poisson", self._count, INT, lam, size)

    def exponential(self, scale: Any = 1.0, size: Any = None) -> Any:
        """Return numbers with an exponential distribution."""
        return self._one_by_one("exponential", self._waiting, FLOAT, scale, size)

    def _one_by_one(self, name: str, draw: Callable[[float], Any], kind: DType, mean: Any, size: Any) -> Any:
        """Return numbers of a distribution with one parameter, which may be another one for each number."""
        if _single(mean):
            only = float_of(mean)
            result = self._draw(name, size, lambda: draw(only), kind, only)
            return int(result) if size is None and kind is INT else result
        shape = _joint(size, mean)
        means: Any = as_array(mean)
        zeros: Any = as_array([0.0] * size_of(shape))
        means = means + zeros.reshape(shape)
        numbers = [self._one_by_one(name, draw, kind, x, None) for x in means.elements()]
        return new_array(numbers, kind, shape)

    def _count(self, mean: float) -> int:
        if not 0 <= mean <= LARGEST_MEAN:
            raise ValueError(f"the mean of a Poisson distribution is between 0 and {LARGEST_MEAN:g}, found {mean:g}")
        bound, product, count = math.exp(-mean), self._source.uniform(), 0
        while product > bound:
            product, count = product * self._source.uniform(), count + 1
        return count

    def _waiting(self, mean: float) -> float:
        return -mean * math.log(1.0 - self._source.uniform())

    def permutation(self, x: Any) -> Any:
        """Return the integers below ``x``, or the rows of an array, in random order."""
        a = as_array(list(range(int(x)))) if not isinstance(x, (Array, list, tuple, range)) else from_nested(x)
        order = self._order(len(a))
        return a[Array(order, INT, (len(order),))]

    def shuffle(self, x: Any) -> None:
        """Shuffle the items of a list, or the rows of an array, in place."""
        order = self._order(len(x))
        if isinstance(x, Array):
            x[...] = x[Array(order, INT, (len(order),))]
        else:
            x[:] = [x[i] for i in order]

    def _order(self, n: int) -> list[int]:
        spend(n)
        if self._numpy is not None:
            return [int(i) for i in self._numpy.permutation(n)]
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self._source.integer(0, i + 1)
            order[i], order[j] = order[j], order[i]
        return order

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
        """Return random items of ``a``, or random integers below ``a``, with or without replacement."""
        items = as_array(list(range(int(a)))) if not isinstance(a, (Array, list, tuple, range)) else as_array(a)
        n = len(items)
        shape = () if size is None else shape_of(size)
        chances = None if p is None else [float_of(x) for x in as_array(p).elements()]
        spend(size_of(shape))
        if not n:
            raise ValueError("a cannot be empty unless no samples are taken")
        if chances is not None and abs(sum(chances) - 1) > 1e-8:
            raise ValueError("probabilities do not sum to 1")
        if not replace and size_of(shape) > n:
            raise ValueError("Cannot take a larger sample than population when replace is False")
        if self._numpy is not None:
            picked = [
                int(i) for i in self._numpy.choice(n, size=size_of(shape) if shape else 1, replace=replace, p=chances)
            ]
        else:
            picked = self._picked(n, size_of(shape), replace, chances)
        if size is None:
            return items[picked[0]] if isinstance(a, (Array, list, tuple, range)) else picked[0]
        return items[Array(picked, INT, shape)]

    def _picked(self, n: int, count: int, replace: bool, chances: list[float] | None) -> list[int]:
        if not replace and chances is None:
            return self._order(n)[:count]
        weights = list(chances or [1.0 / n] * n)
        picked = []
        for _ in range(count):
            target, i = self._source.uniform() * math.fsum(weights), 0
            while i < n - 1 and target >= weights[i]:
                target -= weights[i]
                i += 1
            picked.append(i)
            if not replace:
                weights[i] = 0.0
        return picked

    def seed(self, seed: Any = None) -> None:
        """Restart the generator from a seed."""
        source = numpy_source()
        if self._numpy is not None and source is not None:
            self._numpy = source.RandomState(None if seed is None else int(as_array(seed).elements()[0]))
        self._source = PythonSource(seed)


def _single(*numbers: Any) -> bool:
    return all(not as_array(x).shape for x in numbers)


def _joint(size: Any, *numbers: Any) -> Shape:
    return shape_of(size) if size is not None else broadcast_shapes(*[as_array(x).shape for x in numbers])


def _ours(result: Any) -> Any:
    """Return NumPy's random numbers as an array, or a scalar, of this package."""
    if getattr(result, "shape", ()) == ():
        return new_array(
            [int(result) if isinstance(result, int) or "int" in type(result).__name__ else float(result)],
            INT if "int" in type(result).__name__ else FLOAT,
            (),
        )
    values = result.ravel().tolist()
    return Array(values, INT if values and isinstance(values[0], int) else FLOAT, result.shape)


def random_names(use_numpy: bool = True) -> dict[str, Any]:
    """Return the names of ``np.random`` for one program. Its functions share one generator, which ``seed`` restarts.

    Args:
        use_numpy: if True, NumPy's generators are used if NumPy is installed.
    """
    source = numpy_source() if use_numpy else None

    def random_state(seed: Any = None) -> RandomNumbers:
        return RandomNumbers(
            seed, source and source.RandomState(None if seed is None else int(as_array(seed).elements()[0]))
        )

    def default_rng(seed: Any = None) -> RandomNumbers:
        return RandomNumbers(
            seed, source and source.default_rng(None if seed is None else int(as_array(seed).elements()[0]))
        )

    shared = random_state()
    return {
        **{name: getattr(shared, name) for name in _SHARED_NAMES},
        "RandomState": random_state,
        "default_rng": default_rng,
        "Generator": RandomNumbers,
    }


_SHARED_NAMES = [name for name in dir(RandomNumbers) if not name.startswith("_") and name != "integers"]
