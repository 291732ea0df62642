r"""Losses of one sample. :func:`nn.fit` averages them over the samples of a batch.

Each function takes the outputs of a model, $y_o$, and the targets, $t_o$, and returns a Value. Outputs are a Value or a
sequence of Values. Targets are a number or a sequence of as many numbers.

The targets of every sample are checked, also in compiled functions and in training with any engine. There is one
exception: targets that a compiled function computes itself, such as ``1 - t``, are checked for its first sample only.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any, NoReturn

from autograd import Value, log, logsumexp, relu, softplus, take, total, where
from autograd.engine.algebra import is_real
from autograd.engine.value import is_watched, witnessed
from nn.advice import unknown_of_loss
from nn.optimizers import check_setting

__all__ = ["absolute", "binary_cross_entropy", "cross_entropy", "half_sse", "hinge", "huber", "mse", "sse"]

# A single one, or a sequence of them: a list or an array.
Outputs = Value | Sequence[Any]
Targets = Value | float | Sequence[Any] | Any


def sse(outputs: Outputs, targets: Targets, **unknown: NoReturn) -> Value:
    r"""Return the sum of squared errors, $\sum_o (t_o - y_o)^2$, without a factor and without averaging.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs.

    Example:
        >>> from autograd import Value
        >>> sse([Value(1.0), Value(5.0)], [3.0, 4.0]).data
        5.0
    """
    if unknown:
        unknown_of_loss("sse", unknown)
    return _sum([(t - y) ** 2 for y, t in pairs(outputs, targets, "sse")])


def half_sse(outputs: Outputs, targets: Targets, **unknown: NoReturn) -> Value:
    r"""Return half the sum of squared errors, $\frac{1}{2} \sum_o (t_o - y_o)^2$.

    Its derivative with respect to $y_o$ is $-(t_o - y_o)$.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs.

    Example:
        >>> from autograd import Value
        >>> half_sse([Value(1.0), Value(5.0)], [3.0, 4.0]).data
        2.5
    """
    if unknown:
        unknown_of_loss("half_sse", unknown)
    return 0.5 * _sum([(t - y) ** 2 for y, t in pairs(outputs, targets, "half_sse")])


def mse(outputs: Outputs, targets: Targets, **unknown: NoReturn) -> Value:
    r"""Return the mean squared error over the $n$ outputs, $\frac{1}{n} \sum_o (t_o - y_o)^2$.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs.

    Example:
        >>> from autograd import Value
        >>> mse([Value(1.0), Value(5.0)], [3.0, 4.0]).data
        2.5
    """
    if unknown:
        unknown_of_loss("mse", unknown)
    found = pairs(outputs, targets, "mse")
    return _sum([(t - y) ** 2 for y, t in found]) / len(found)


def absolute(outputs: Outputs, targets: Targets, **unknown: NoReturn) -> Value:
    r"""Return the sum of absolute errors, $\sum_o |t_o - y_o|$, without a factor and without averaging.

    Its derivative with respect to $y_o$ is the sign of $y_o - t_o$, and 0 if they are equal. It is the same as
    PyTorch's ``L1Loss`` with ``reduction="sum"``.

    Args:
        outputs: a Value or a sequence of Values.
        targets: a number or a sequence of as many numbers.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs.

    >>> from autograd import Value
    >>> absolute([Value(1.0), Value(5.0)], [3.0, 4.0]).data
    3.0
    """
    if unknown:
        unknown_of_loss("absolute", unknown)
    return _sum([abs(t - y) for y, t in pairs(outputs, targets, "absolute")])


def huber(outputs: Outputs, targets: Targets, *, delta: float = 1.0, **unknown: NoReturn) -> Value:
    r"""Return the Huber loss, a sum over the outputs without averaging.

    With $d = t_o - y_o$, the term of an output is $\frac{1}{2} d^2$ if $|d| \le \delta$, and
    $\delta (|d| - \frac{\delta}{2})$ otherwise. It is the same as PyTorch's ``HuberLoss`` with ``reduction="sum"``. To
    train with another delta, pass ``loss=functools.partial(huber, delta=2.0)`` to :func:`nn.fit`.

    Args:
        outputs: a Value or a sequence of Values.
        targets: a number or a sequence of as many numbers.
        delta: the error at which the square becomes a straight line, above 0.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs, or delta is out of range.

    >>> from autograd import Value
    >>> huber([Value(1.0), Value(5.0)], [3.0, 4.5]).data  # 1.5 and 0.125
    1.625
    """
    if unknown:
        unknown_of_loss("huber", unknown)
    check_setting("delta", delta, above=0.0)
    errors = [t - y for y, t in pairs(outputs, targets, "huber")]
    return _sum([where(abs(d) <= delta, 0.5 * (d * d), delta * (abs(d) - 0.5 * delta)) for d in errors])


def hinge(outputs: Outputs, targets: Targets, **unknown: NoReturn) -> Value:
    r"""Return the hinge loss, $\sum_o \max(0, 1 - t_o y_o)$, for targets -1 and 1, without averaging.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs, or a target is neither -1 nor 1.

    Example:
        >>> from autograd import Value
        >>> hinge([Value(0.25), Value(-3.0)], [1, -1]).data
        0.75
    """
    if unknown:
        unknown_of_loss("hinge", unknown)
    found = pairs(outputs, targets, "hinge")
    for _, t in found:
        _checked(_check_label, t)
    return _sum([relu(1 + -t * y) for y, t in found])


def _check_label(t):
    if t not in (-1, 1):
        raise ValueError(f"hinge takes targets -1 and 1, found {t!r}: map your classes to them.")


def binary_cross_entropy(outputs: Outputs, targets: Targets, *, logits: bool = False, **unknown: NoReturn) -> Value:
    r"""Return the binary cross-entropy, $-\sum_o t_o \log y_o + (1 - t_o) \log(1 - y_o)$, in nats.

    It is not averaged over the outputs, like PyTorch's ``BCELoss`` and ``BCEWithLogitsLoss`` with ``reduction="sum"``.
    Its derivative with respect to the pre-activation of a sigmoid output is $y_o - t_o$.

    Args:
        outputs: a Value or a sequence of Values: the probabilities $y_o$ that the answer is yes.
        targets: 1 for yes and 0 for no, or a probability; as many as outputs.
        logits: True if the outputs are logits $z_o$, with $y_o = \sigma(z_o)$. Then the loss is computed as
            $\log(1 + e^{z_o}) - t_o z_o$, which neither overflows nor underflows.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs, or a target or an output is not a probability
            from 0 to 1.

    >>> from autograd import Value, grad, sigmoid
    >>> round(binary_cross_entropy(Value(0.75), 1).data, 6)
    0.287682
    >>> round(grad(lambda z: binary_cross_entropy(z, 1, logits=True))(0.0), 6)
    -0.5
    """
    if unknown:
        unknown_of_loss("binary_cross_entropy", unknown)
    found = pairs(outputs, targets, "binary_cross_entropy")
    for y, t in found:
        _checked(_check_probability, t)
        probability = y.data if isinstance(y, Value) else y
        if not logits and (probability < 0 or probability > 1):  # NaN passes, and gives a loss of NaN
            raise ValueError(
                f"binary_cross_entropy takes probabilities, found an output of {probability!r}: end the model in a "
                "sigmoid, or pass logits=True."
            )
    if logits:
        return _sum([softplus(z) - t * z for z, t in found])
    return _sum([-_likelihood(y, t) for y, t in found])


def _check_probability(t):
    if not 0 <= t <= 1:
        raise ValueError(f"binary_cross_entropy takes targets from 0 to 1, found {t!r}: map your classes to them.")


def _likelihood(y, t):
    """Return the logarithm of the probability of a target. A term with the factor 0 is left out, because of log(0)."""
    if not isinstance(t, Value) and t in (0, 1):
        if isinstance(y, Value) and is_watched():  # NaN if the output of another sample is invalid
            y = where((y >= 0) & (y <= 1), y, math.nan)
        return log(y) if t == 1 else log(1 - y)
    return t * log(y) + (1 - t) * log(1 - y)


def cross_entropy(logits: Outputs, target: Targets, *, label_smoothing: float = 0.0, **unknown: NoReturn) -> Value:
    r"""Return the cross-entropy of the softmax of the outputs, $-\sum_o t_o \log \mathrm{softmax}(z)_o$, in nats.

    It is computed with logsumexp, so it neither overflows nor underflows. It is not averaged.

    Args:
        logits: a sequence of two or more Values $z_o$, the outputs before the softmax.
        target: the index of the true class, counted from 0, a number or a Value; or a probability for each class. The
            probabilities add up to 1.
        label_smoothing: $\epsilon$, from 0 to 1. With $n$ classes, each target becomes
            $(1 - \epsilon) t_o + \epsilon / n$, as in PyTorch's ``CrossEntropyLoss``. To train with it, pass
            ``loss=functools.partial(cross_entropy, label_smoothing=0.1)`` to :func:`nn.fit`.

    Raises:
        TypeError: the target is neither a number nor a sequence of numbers.
        ValueError: the class does not exist, the number of probabilities is not the number of logits, they are not
            probabilities, or the smoothing is out of range.

    >>> from autograd import Value
    >>> logits = [Value(2.0), Value(0.0)]
    >>> round(cross_entropy(logits, 0).data, 6), round(cross_entropy(logits, 0, label_smoothing=0.1).data, 6)
    (0.126928, 0.226928)
    """
    if unknown:
        unknown_of_loss("cross_entropy", unknown)
    if isinstance(logits, Value) or len(logits) < 2:
        raise ValueError(
            "cross_entropy takes the logits of two or more classes: give the last layer two neurons or more."
        )
    normalizer = logsumexp(logits)
    if not label_smoothing:
        return _of_target(logits, target, normalizer)
    check_setting("label_smoothing", label_smoothing, least=0.0)
    if label_smoothing > 1:
        raise ValueError(f"label_smoothing is from 0 to 1, found {label_smoothing!r}.")
    uniform = normalizer - total(logits) / len(logits)  # the cross-entropy for equal probabilities
    return (1 - label_smoothing) * _of_target(logits, target, normalizer) + label_smoothing * uniform


def _of_target(logits, target, normalizer):
    """Return the cross-entropy for a class or for probabilities, given the logsumexp of the logits."""
    if _is_sequence(target):
        found = pairs(logits, target, "cross_entropy")
        numbers = [t for _, t in found]
        is_recorded = any(isinstance(t, Value) for t in numbers)
        _checked(
            _check_probabilities if is_recorded else functools.partial(_check_probabilities, shown=target), *numbers
        )
        return _sum([t * (normalizer - z) for z, t in found if isinstance(t, Value) or t != 0])
    target = _plain(target)
    if isinstance(target, Value):  # a recorded class, which differs from sample to sample
        return normalizer - _entry(logits, target)
    if not is_real(target) and hasattr(type(target), "__index__"):  # a recorded integer of a sample
        return normalizer - take(logits, target)
    if not is_real(target):
        raise TypeError(f"cross_entropy takes a class or probabilities, found {type(target).__name__} {target!r}.")
    _check_class(target, len(logits))
    return normalizer - logits[int(target)]


def _check_probabilities(*numbers, shown=None):
    # each float32 probability has an error of about 1e-7
    if not (all(t >= 0 for t in numbers) and abs(math.fsum(numbers) - 1) < 1e-4):
        found = list(numbers) if shown is None else shown
        raise ValueError(
            f"cross_entropy takes the probability of each class, 0 or more and adding up to 1, found {found!r}: "
            "divide them by their sum, or give the index of the true class."
        )


def _checked(check, *targets):
    """Call ``check`` with the numbers of the targets. In a recording, make it run for every other sample, too.

    Args:
        check: a function that raises for bad numbers. It must support pickle.
        targets: numbers and Values.
    """
    check(*[t.data if isinstance(t, Value) else t for t in targets])
    if is_watched() and any(isinstance(t, Value) for t in targets):
        witnessed("check", check, targets)


def _check_class(target, n):
    if isinstance(target, bool) or target not in range(n):
        raise ValueError(f"no class {target!r} among {n}: classes are integers from 0 to {n - 1}.")


def _entry(logits, target):
    """Return the logit of a class that is a Value. If a replay gives it a number that is not a class, it is NaN."""
    _checked(functools.partial(_check_class, n=len(logits)), target)
    found = math.nan
    for k, z in enumerate(logits):
        found = where((target >= k) & (target <= k), z, found)
    return found


def pairs(outputs, targets, name):
    """Return a list of pairs of an output and its target.

    Args:
        outputs: a Value or a sequence of Values.
        targets: a number or a Value, or a sequence of as many.
        name: the name of the loss, for messages.

    Raises:
        TypeError: a target is not a number.
        ValueError: the number of targets is not the number of outputs, or there are none.
    """
    outputs = list(outputs) if _is_sequence(outputs) else [outputs]
    targets = [_plain(t) for t in (targets if _is_sequence(targets) else [targets])]
    if len(outputs) != len(targets) or not outputs:
        advice = "give one target for each output"
        if name == "cross_entropy" and len(targets) == 1:
            advice = "give the class itself, not a row of it (Y.ravel() makes classes of a column), or a probability "
            advice += "for each output"
        raise ValueError(f"{name} of {len(outputs)} outputs and {len(targets)} targets: {advice}.")
    for t in targets:
        # A recorded integer of a sample has an __index__. It computes and compares like an integer.
        if not (isinstance(t, Value) or is_real(t) or hasattr(type(t), "__index__")):
            raise TypeError(f"{name} takes numbers as targets, found {type(t).__name__} {t!r}: convert it first.")
    return list(zip(outputs, targets, strict=True))


def _is_sequence(x):
    return hasattr(x, "__len__") and not isinstance(x, str) and not (hasattr(x, "ndim") and x.ndim == 0)


def _plain(t):
    """Return the number in a NumPy array without dimensions; any other object is returned itself."""
    return t.item() if getattr(t, "ndim", None) == 0 else t


def _sum(terms):
    return terms[0] if len(terms) == 1 else total(terms)
