r"""Optimizers compute the new data of the parameters from their gradients.

An update changes all parameters or none. All new numbers are computed before the first is written, and if an interrupt
comes, the old numbers are restored. With ``weight_decay`` $\lambda$, the gradient $g$ is replaced by $g + \lambda w$
(an L2 penalty of $\frac{\lambda}{2} w^2$). A ``rate`` is a positive number, or a schedule: a function of the number of
the update, counted from 0, that returns a number, 0 or more.
"""

import inspect
import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

from autograd import Value, sqrt
from autograd.engine import tape, updates
from autograd.engine.absent import Absent, Renamed, listed
from autograd.engine.algebra import is_real, select
from autograd.engine.texts import printable
from nn.advice import unknown_setting
from nn.data import finite

__all__ = ["SGD", "Adam", "Momentum", "Optimizer", "check_setting", "normal", "normal_square"]


# A positive number, or a function of the number of the update.
Rate = float | Callable[[int], float]

# The smallest number with all its digits. Numbers below it are called subnormal.
_LEAST = sys.float_info.min

_MISSING: Any = None  # the argument of step() without parameters, as PyTorch's optimizers, which know them, are called


class Optimizer:
    """The base class of all optimizers.

    A subclass writes the update of one parameter in ``_change``, with arithmetic and the functions of autograd. The
    same code, run with registers in place of numbers, becomes machine code.

    Args:
        rate: the step size, or a function of the number of the update.
        weight_decay: the factor of the L2 penalty, 0 or more.
    """

    zero_grad = Absent("the gradients are the model's: call model.zero_grad()")
    lr = Renamed("write optimizer.rate, a number or a function of the update's number")
    learning_rate = Renamed("write optimizer.rate, a number or a function of the update's number")
    get_lr = Absent("write optimizer.rate")
    set_lr = Absent("write optimizer.rate = 0.01")
    param_groups = Absent("the rate is optimizer.rate, and parameters are given at each step")
    parameters = Absent("parameters are given at each step: optimizer.step(model.parameters())")
    state_dict = Absent("save it beside the model: save(model, 'model.json', optimizer=optimizer)")
    load_state_dict = Absent("it is loaded beside its model: load(model, 'model.json', optimizer=optimizer)")
    minimize = Absent("call loss.backward(), then optimizer.step(model.parameters())")
    apply_gradients = Absent("call loss.backward(), then optimizer.step(model.parameters())")
    update = Absent("call optimizer.step(model.parameters())")
    init = Absent("leave it out: an optimizer begins with its first step")

    _start: tuple[float, ...] = ()  # the memory of a parameter before its first update
    _setting_names: tuple[str, ...] = ("weight_decay",)  # all settings except the rate, in the order of printing
    _decoupled = False  # True if weight decay changes the parameter directly, and not through the gradient

    def __new__(cls, *arguments, **options):
        """Raise TypeError for the settings of other libraries, and say what to write."""
        if cls.__module__.partition(".")[0] == "nn":  # a user's subclass has arguments of its own
            unknown_setting(cls.__name__, options, inspect.signature(cls.__init__).parameters)
        return super().__new__(cls)

    def __dir__(self):
        """Return the names of all attributes, without those that only raise an error with advice."""
        return listed(self, super().__dir__())

    def __init__(self, rate: Rate, weight_decay: float = 0.0) -> None:
        if hasattr(rate, "__iter__") and not isinstance(rate, str):
            raise ValueError(
                f"rate is a number above 0.0, found a {type(rate).__name__}: write {type(self).__name__}(0.1), and "
                "give the parameters to each step(model.parameters())."
            )
        if not callable(rate):
            check_setting("rate", rate, above=0.0)
        check_setting("weight_decay", weight_decay, least=0.0)
        self.rate = rate
        self.weight_decay = weight_decay
        self.updates = 0
        self._remembered: dict = {}
        self._arrays: Any = None  # the memory in C, while it is newer than _remembered
        self._of: list = []  # the parameters that _arrays belong to

    @property
    def _memory(self):
        """The memory of each parameter, a dict. After reading this, the memory is kept in Python and not in C."""
        update, self._arrays = self._arrays, None
        if update is not None and update.commits and update.slots:
            n, memory = len(self._of), update.memory.tolist()
            columns = [memory[k * n : (k + 1) * n] for k in range(update.slots)]
            self._remembered.update(zip(self._of, zip(*columns, strict=True), strict=True))
        return self._remembered

    @_memory.setter
    def _memory(self, memory):
        self._remembered, self._arrays = memory, None

    def arrays_for(self, parameters):
        """Return the step in C for these parameters, a :class:`autograd.engine.updates.Update`; None if there is none.

        Example:
            >>> from autograd import Value
            >>> from nn import SGD
            >>> class Mine(SGD):
            ...     pass
            >>> Mine(0.1).arrays_for([Value(1.0)]) is None
            True
        """
        kind = type(self)  # a user's subclass has a rule of its own
        if not tape.compiled or kind.__module__.partition(".")[0] != "nn" or kind.__name__ not in updates.RULES:
            return None
        if self._arrays is None or self._arrays.settings != self._in_c() or self._of != parameters:
            update = updates.Update(*self._in_c())
            update.remember(self._columns(parameters))
            self._arrays, self._of = update, list(parameters)
        self._arrays.bound(0.0, 0.0)
        return self._arrays

    def _columns(self, parameters):
        """Return the memory as a list: the first numbers of all parameters, then the second numbers, and so on."""
        memory = self._memory
        if not memory or not self._start:  # nothing to look up, which for many parameters would take long
            return [x for x in self._start for _ in parameters]
        rows = [memory.get(p, self._start) for p in parameters]
        return [x for column in zip(*rows, strict=True) for x in column]

    def _in_c(self):
        """Return the name and the settings of the optimizer as arguments of :class:`autograd.engine.updates.Update`."""
        settings = self._settings()
        return type(self).__name__, float(settings.pop("weight_decay")), *map(float, settings.values())

    def __getstate__(self):
        """Return the state without the objects in C."""
        memory = dict(self._memory)
        return {**self.__dict__, "_remembered": memory, "_arrays": None, "_of": []}

    def __setattr__(self, name, value):
        # With NumPy's float32 or a Fraction, Python would compute other updates than machine code.
        if is_real(value) and not isinstance(value, int):
            value = float(value)
        super().__setattr__(name, value)

    def step(self, parameters: Iterable[Value] = _MISSING) -> None:
        """Update the data of every parameter from its ``grad``.

        Args:
            parameters: leaves. The optimizer keeps a memory for each of them. A leaf that is listed twice is updated
                once.

        Raises:
            FloatingPointError: a gradient is NaN or infinite, or a parameter would become NaN or infinite. Nothing was
                changed.
            GraphError: a parameter was computed, so it is not a leaf. Nothing was changed.
            TypeError: an object is not a parameter.
            ValueError: the schedule did not return a rate. Nothing was changed.

        Example:
            >>> from autograd import Value
            >>> from nn import SGD
            >>> w = Value(1.0)
            >>> (w * w).backward()
            >>> SGD(0.25).step([w])
            >>> w.data  # 1 - 0.25 * 2
            0.5
        """
        if not hasattr(parameters, "__iter__"):
            found = "nothing" if parameters is _MISSING else type(parameters).__name__
            raise TypeError(f"step takes a list of parameters, found {found}: write step(model.parameters()).")
        parameters = list(parameters)
        if self._of != parameters:
            parameters = list(dict.fromkeys(parameters))
        rate = self.rate
        if callable(rate):
            rate = rate(self.updates)
            check_setting(f"the scheduled rate of update {self.updates + 1}", rate, least=0.0)
            rate = float(rate)
        update = self.arrays_for(parameters)
        if update is not None and update.step(parameters, float(rate), self.__dict__):
            return
        gradients = self._gradients(parameters)  # Python makes the update, and its errors explain the problem
        changes, memory = self._changes(parameters, gradients, rate)
        old = [p.data for p in parameters]
        data = [self._shrunk(x, rate) - change for x, change in zip(old, changes, strict=True)]
        if not all(map(math.isfinite, data)):
            p, new = next((p, x) for p, x in zip(parameters, data, strict=True) if not math.isfinite(x))
            raise FloatingPointError(
                f"{_name(p)} is {p.data} and would become {new} at update {self.updates + 1}, and "
                "nothing was changed: lower the rate."
            )
        before = self._memory, self.updates
        try:
            self._memory, self.updates = memory, self.updates + 1
            for p, new in zip(parameters, data, strict=True):
                p.data = new
        except BaseException:
            self._memory, self.updates = before
            for p, x in zip(parameters, old, strict=True):
                p.data = x
            raise

    def _gradients(self, parameters):
        """Return the gradient of each parameter, including weight decay. All of them are finite numbers."""
        found = []
        for p in parameters:
            gradient = getattr(p, "grad", None)
            if gradient is None:
                raise TypeError(f"a parameter is a Value, found {type(p).__name__} {p!r}: write model.parameters().")
            found.append(gradient)
        if not all(map(math.isfinite, found)):
            p, gradient = next((p, g) for p, g in zip(parameters, found, strict=True) if not math.isfinite(g))
            raise FloatingPointError(
                f"the gradient of {_name(p)} is {gradient} at update {self.updates + 1}, and "
                "nothing was changed: lower the rate, or look for numbers in the data that are too large."
            )
        if self.weight_decay and not self._decoupled:
            found = [g + self.weight_decay * p.data for p, g in zip(parameters, found, strict=True)]
        return found

    def _changes(self, parameters, gradients, rate):
        """Return the numbers to subtract from the parameters, a list, and the memory for the next update, a dict."""
        changes, memory = [], dict(self._memory)
        for p, gradient in zip(parameters, gradients, strict=True):
            change, memory[p] = self._change(gradient, rate, memory.get(p, self._start))
            if not all(map(math.isfinite, memory[p])):  # the parameter would never change again
                raise FloatingPointError(
                    f"the memory of {type(self).__name__} for {_name(p)} would be {max(memory[p])} with the gradient "
                    f"{gradient}, too large for a float, and nothing was changed: scale the loss."
                )
            changes.append(change)
        return changes, memory

    def _change(self, gradient, rate, memory):
        """Return the number to subtract from a parameter, and the memory for the next update, over any kind of number.

        Args:
            gradient, rate: numbers.
            memory: the memory from the update before, a tuple of numbers; at first ``_start``.
        """
        raise TypeError("use SGD, Momentum, Adam or another optimizer of nn, or write _change in a subclass.")

    def _change_decayed(self, w, gradient, rate, memory):
        """Return the new number of a parameter and its new memory: the whole update, over any kind of number."""
        if self.weight_decay and not self._decoupled:
            gradient = gradient + self.weight_decay * w
        change, memory = self._change(gradient, rate, memory)
        return self._shrunk(w, rate) - change, memory

    def _shrunk(self, w, rate):
        """Return the number of a parameter after decoupled weight decay."""
        return w * (1 - rate * self.weight_decay) if self.weight_decay and self._decoupled else w

    def _settings(self):
        """Return the settings except the rate, a dict by name."""
        return {name: getattr(self, name) for name in self._setting_names}

    def __repr__(self):
        rest = "".join([f", {name}={value!r}" for name, value in self._settings().items() if value])
        return f"{type(self).__name__}({self.rate!r}{rest})"


class SGD(Optimizer):
    r"""Gradient descent, $w \leftarrow w - \eta g$. The gradient may be of a sample, a mini-batch or all samples.

    Args:
        rate: the step size $\eta$, or a function of the number of the update.
        weight_decay: the factor of the L2 penalty.

    Example:
        >>> from autograd import Value
        >>> from nn import SGD
        >>> w = Value(1.0)
        >>> (w * w).backward()
        >>> optimizer = SGD(0.1)
        >>> optimizer.step([w])
        >>> round(w.data, 6)
        0.8
    """

    def __init__(self, rate: Rate, weight_decay: float = 0.0) -> None:
        super().__init__(rate, weight_decay)

    def _changes(self, parameters, gradients, rate):
        return [rate * gradient for gradient in gradients], self._memory  # faster than calling _change

    def _change(self, gradient, rate, memory):
        return rate * gradient, memory


class Momentum(Optimizer):
    r"""Gradient descent with momentum $\mu$ (Polyak 1964): $v \leftarrow \mu v + g$, $w \leftarrow w - \eta v$.

    Args:
        rate: the step size $\eta$, or a function of the number of the update.
        momentum: $\mu$, from 0 to below 1.
        weight_decay: the factor of the L2 penalty.
        nesterov: True to look ahead (Sutskever and others 2013): $w \leftarrow w - \eta (g + \mu v)$.

    Example:
        >>> from autograd import Value
        >>> from nn import Momentum
        >>> w = Value(1.0)
        >>> (w * w).backward()
        >>> optimizer = Momentum(0.1)
        >>> optimizer.step([w])
        >>> round(w.data, 6)
        0.8
    """

    _start = (0.0,)
    _setting_names = ("momentum", "weight_decay", "nesterov")

    def __init__(self, rate: Rate, momentum: float = 0.9, weight_decay: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(rate, weight_decay)
        check_setting("momentum", momentum, least=0.0, below=1.0)
        self.momentum = momentum
        self.nesterov = nesterov

    def _change(self, gradient, rate, memory):
        velocity = normal(self.momentum * memory[0] + gradient)
        return rate * (gradient + self.momentum * velocity if self.nesterov else velocity), (velocity,)


class Adam(Optimizer):
    r"""Adam (Kingma and Ba 2015).

    The averages are $m \leftarrow \beta_1 m + (1 - \beta_1) g$ and $v \leftarrow \beta_2 v + (1 - \beta_2) g^2$. At the
    $k$-th update of the parameter, $\hat m = m / (1 - \beta_1^k)$ and $\hat v = v / (1 - \beta_2^k)$. The update is
    $w \leftarrow w - \eta \hat m / (\sqrt{\hat v} + \epsilon)$.

    Args:
        rate: the step size $\eta$, or a function of the number of the update.
        beta1, beta2: $\beta_1$ and $\beta_2$, from 0 to below 1.
        epsilon: $\epsilon$, above 0.
        weight_decay: the factor of the L2 penalty.

    Example:
        >>> from autograd import Value
        >>> from nn import Adam
        >>> w = Value(1.0)
        >>> (w * w).backward()
        >>> optimizer = Adam(0.1)
        >>> optimizer.step([w])
        >>> round(w.data, 6)
        0.9
    """

    _start = (1.0, 1.0, 0.0, 0.0)
    _setting_names = ("beta1", "beta2", "epsilon", "weight_decay")

    def __init__(
        self,
        rate: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(rate, weight_decay)
        check_setting("beta1", beta1, least=0.0, below=1.0)
        check_setting("beta2", beta2, least=0.0, below=1.0)
        check_setting("epsilon", epsilon, above=0.0)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def _change(self, gradient, rate, memory):
        power1, power2, m, v = memory  # the powers of beta1 and beta2, and the two averages
        power1, power2 = normal(power1 * self.beta1), normal(power2 * self.beta2)
        m = normal(self.beta1 * m + (1 - self.beta1) * gradient)
        v = normal_square(self.beta2 * v + (1 - self.beta2) * gradient * gradient, self.epsilon)
        return rate * (m / (1 - power1)) / (sqrt(v / (1 - power2)) + self.epsilon), (power1, power2, m, v)


def normal(x: Any) -> Any:
    """Return 0 for a subnormal number, and any other number as it is.

    An average that decays becomes subnormal after some thousand updates without a gradient: 0.9 to the power of 7,000
    is a subnormal number. It stays one for ever, since 0.9 times the smallest of them is rounded up to it again, and
    processors take many times longer for such numbers. An update is far too coarse to show the difference.

    Args:
        x: a number of any kind, a register included.

    Example:
        >>> normal(1e-310), normal(-1e-300)
        (0.0, -1e-300)
    """
    return select(abs(x) < _LEAST, 0.0, x)


def normal_square(x: Any, epsilon: float) -> Any:
    """Return 0 for a subnormal average of squares if epsilon is so large that the update stays the same to the bit.

    Args:
        x: the average, a number of any kind, a register included.
        epsilon: the number that the update adds to the root of the average.

    Example:
        >>> normal_square(1e-310, 1e-8), normal_square(1e-310, 1e-150)
        (0.0, 1e-310)
    """
    return normal(x) if epsilon >= 1e-100 else x


def _name(parameter):
    """Return the label of a parameter without control characters that a terminal would obey."""
    return printable(parameter.label or "a parameter")


def check_setting(name, value, above=None, least=None, below=None) -> None:
    """Check that a setting is a finite number in its range.

    Args:
        name: the name of the setting, for the message.
        value: the setting.
        above: a number that the setting must be above; None for no bound.
        least: the smallest allowed number; None for no bound.
        below: a number that the setting must be below; None for no bound.

    Raises:
        ValueError: the setting is not a finite number, or out of range.
    """
    bounds = [f"above {above}"] * (above is not None) + [f"{least} or more"] * (least is not None)
    bounds += [f"below {below}"] * (below is not None)
    fits = not isinstance(value, Value) and is_real(value) and finite(value)
    fits = fits and (above is None or value > above) and (least is None or value >= least)
    if not (fits and (below is None or value < below)):
        raise ValueError(f"{name} is a number {' and '.join(bounds)}, found {value!r}.")
