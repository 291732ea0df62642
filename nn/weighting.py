"""Weights of samples and of classes in a loss. The weight of a sample is stored as the last number of its target."""

from autograd import Value, no_grad
from autograd.engine.algebra import is_real
from nn.data import finite, listed, split, width
from nn.losses import cross_entropy
from nn.objectives import Weighted, base_of

__all__ = ["checked_weights", "split_weighted", "weighted", "with_class_weights"]


def checked_weights(weights, n):
    """Return the weights of ``n`` samples as floats, or None if there are no weights.

    Raises:
        TypeError: the weights are not a sequence.
        ValueError: their number is not ``n``, one of them is not a finite number of 0 or more, or all are 0.
    """
    if weights is None:
        return None
    found = listed("sample_weights", weights)
    if len(found) != n:
        raise ValueError(f"sample_weights has {len(found)} numbers for {n} samples: give one for each.")
    for i, weight in enumerate(found):
        _check(f"sample_weights[{i}]", weight)
    if not any(found):
        raise ValueError("sample_weights are all 0: nothing would be learned.")
    return [float(weight) for weight in found]


def split_weighted(X, Y, weights, validation, generator):
    """Return the samples to train on and to validate with, as :func:`nn.data.split` does, and the former's weights."""
    if weights is None or isinstance(validation, (tuple, list)):
        return *split(X, Y, validation, generator), weights
    both, Y, held_out = split(list(zip(X, weights, strict=True)), Y, validation, generator)
    X, weights = (list(column) for column in zip(*both, strict=True))
    return X, Y, held_out and ([x for x, _ in held_out[0]], held_out[1]), weights


def with_class_weights(weights, class_weights, Y):
    """Return the weights of samples times the weights of their classes, or None if there are no weights at all.

    Raises:
        TypeError: the class weights are neither a dict nor a sequence.
        ValueError: a class has no weight, a weight is out of range, or the weights of all samples are 0.
    """
    if class_weights is None:
        return weights
    if not isinstance(class_weights, dict):
        class_weights = dict(enumerate(listed("class_weights", class_weights)))
    for name, weight in class_weights.items():
        _check(f"the weight of class {name!r}", weight)
    found = []
    for y in Y:
        name = _class_of(y)
        if name not in class_weights:
            raise ValueError(
                f"the target {y!r} has no weight, class_weights has {list(class_weights)}: give one for each class, in "
                "a list by the index of the class, or in a dict by the target."
            )
        found.append(float(class_weights[name]))
    if not any(found):
        raise ValueError("the class weights of all samples are 0: nothing would be learned.")
    return found if weights is None else [a * b for a, b in zip(found, weights, strict=True)]


def _class_of(y):
    """Return the class of a target: the index of the 1 in a one-hot row, or the number itself."""
    if is_real(y):
        return y
    return list(y).index(1) if len(y) > 1 and sorted(y) == [0] * (len(y) - 1) + [1] else y[0] if len(y) == 1 else y


def weighted(model, loss, X, Y, held_out, classes, weights):
    """Return the loss, the targets, the validation samples and the function of classes for samples with weights.

    Validation samples have the weight 1. Classes become one-hot rows, as in machine code.
    """
    every = [*Y, *held_out[1]] if held_out else Y
    if base_of(loss) is cross_entropy and width(Y[0]) is None:
        with no_grad():
            outputs = model(X[0])
            blank = [Value(0.0) for _ in outputs] if isinstance(outputs, (list, tuple)) else outputs
            for y in dict.fromkeys(every):
                loss(blank, y)  # raises for a target that is not a class
        rows = {y: tuple([float(k == y) for k in range(len(blank))]) for y in every}
        Y, held_out = [rows[y] for y in Y], held_out and (held_out[0], [rows[y] for y in held_out[1]])
        classes = classes and (lambda y: list(y).index(1))
    is_row = not is_real(Y[0])

    def marked(targets, weights):
        return [(*(y if is_row else (y,)), w) for y, w in zip(targets, weights, strict=True)]

    held_out = held_out and (held_out[0], marked(held_out[1], [1.0] * len(held_out[1])))
    made = Weighted(loss, is_row)
    return made, marked(Y, weights), held_out, classes and (lambda y: classes(made.target(y)))


def _check(what, weight):
    if isinstance(weight, Value) or not is_real(weight) or not finite(weight) or weight < 0:
        raise ValueError(f"{what} is {weight!r}: a weight is a finite number, 0 or more.")
