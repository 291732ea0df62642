"""The grade of a PyTorch ``autograd.Function``: its ``backward`` is compared with the gradient of its ``forward``."""

import ast
import math
import re
from fractions import Fraction

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.grade import CodeGrade, Mistake, UpdateGrade
from autograd.grading.code.limits import Unreadable
from autograd.grading.code.objects import Class, Function, Kind
from autograd.grading.code.plain_arguments import numbers_for, plain_arguments
from autograd.grading.code.reading import FAILURES
from autograd.grading.code.torch_names import Base, Context

__all__ = ["grade_functions"]

_TARGET = re.compile(r"(t|y|target|label|one_?hot|truth)s?(_|$)|y_?(true|target)", re.I)
SHAPES = (
    ((4, 3), (3, 2), (2,)),
    ((4, 3), (2, 3), (2,)),
    ((4, 3), (3,), (3,)),
    ((4, 3), (4, 3), (4, 3)),
    ((3,), (3,), (3,)),
    ((4, 3), (), ()),
    ((3, 3), (3, 3), (3, 3)),  # a factor that lacks its transpose can be read with square matrices only
)


def grade_functions(reading, base, explained):
    """Return the grade of the classes that derive from ``torch.autograd.Function``, or None if there are none.

    Args:
        reading: The program, as it was read.
        base: The arguments that all grades of the program have in common.
        explained: A function that returns the mistakes in the first lines of a program. Its arguments are the text,
            the number of these lines, and the number of updates after them.
    """
    classes = [
        value
        for value in reading.machine.globals.names.values()
        if isinstance(value, Class) and isinstance(value.foreign, Base) and value.find("backward") is not None
    ]
    if not classes:
        return None
    grade = CodeGrade("right", factor=1.0, **base)
    grade.loss = "the sum of the outputs, each with a weight of its own"
    for cls in classes:
        _grade_class(reading, cls, grade, explained)
    if not grade.updates and not grade.unreadable:
        grade.unreadable.append((0, "no gradient of an autograd.Function could be compared"))
    if grade.unreadable:
        grade.verdict, grade.factor = "unreadable", None
    elif any(update.verdict == "wrong" for update in grade.updates):
        grade.verdict, grade.factor = "wrong", None
    return grade


def _grade_class(reading, cls, grade, explained):
    forward, backward = [_function(cls, name) for name in ("forward", "backward")]
    if forward is None or backward is None:
        grade.unreadable.append((0, f"{cls.name} lacks forward or backward"))
        return
    names = [part.arg for part in forward.node.args.args][1:]
    required = names[: len(names) - len(forward.defaults)]
    returned = [part for part in ast.walk(backward.node) if isinstance(part, ast.Return)]
    line = returned[-1].lineno if returned else backward.node.lineno
    trouble, compared = None, []
    for given in _made_arguments(reading.machine.tree, cls.name, required, backward.node):
        try:
            found, output, several, unfit = _compared(reading.machine, forward, backward, given)
        except (Unreadable, *FAILURES) as error:
            trouble = error
            continue
        compared.append((unfit, given, found, output, several))
        if not unfit:
            break
    if not compared:
        grade.unreadable.append((forward.node.lineno, f"{cls.name}.forward cannot be read on made inputs: {trouble}"))
        return
    # An input that is broadcast can be read with many shapes. Its gradient has the shape that it should have.
    _, given, found, output, several = min(compared, key=lambda one: one[0])
    targets = _with_distributions(given, found)
    has_targets = any(isinstance(shape, _Distribution) for _, shape, _ in targets)
    if has_targets and not all(_is_right(factor) for *_, factor in found):
        try:  # softmax(z) - t is the gradient of a cross-entropy only where the targets add up to 1
            found, output, several, _ = _compared(reading.machine, forward, backward, targets)
            given = targets
            grade.loss += f"; the targets of {cls.name} add up to 1"
        except (Unreadable, *FAILURES):
            pass
    wrong = []
    for name, shape, factor in found:
        right = _is_right(factor)
        wrong += [] if right else [name]
        verdict = "right" if right else "wrong"
        grade.updates.append(UpdateGrade(f"{cls.name}: {name}", shape, line, verdict, factor, None))
    if wrong:
        changed = [k for k, name in enumerate(required) if any(name == one for one, *_ in found)]
        step = _step(grade.text, reading.machine.tree, cls.name, given, changed, several, output)
        named = explained(step, len(grade.text.splitlines()), len(changed))
        message = "what backward returns for {} is not the gradient of forward"
        grade.mistakes.extend(named or [Mistake(line, "other", message.format(name)) for name in wrong])


class _Distribution(tuple):
    """The shape of targets whose rows are probabilities: they are positive and add up to 1."""


def _with_distributions(given, found):
    """Return arguments with probabilities for those without a gradient that are called targets or labels."""
    learned = {name for name, *_ in found}
    return [
        (name, _Distribution(shape), value)
        if name not in learned and value is None and shape and _TARGET.match(name)
        else (name, shape, value)
        for name, shape, value in given
    ]


def _is_right(factor):
    return factor is not None and close(factor, 1.0)


def _made_arguments(tree, name, required, backward):
    """Yield the arguments with which a function may be called: lists of the name, the shape and the plain value.

    The value of a tensor is None. The program's own numbers are given if there are any, such as an epsilon, because a
    tensor in its place would be broadcast.
    """
    plain = plain_arguments(tree, name, required, backward)
    unknown = numbers_for(required, plain, backward)
    for values in (plain, {**plain, **unknown}) if unknown else (plain,):
        for k in range(max((len(found) for found in values.values()), default=1)):
            own = {argument: found[min(k, len(found) - 1)] for argument, found in values.items()}
            for shapes in SHAPES:
                tensors = iter(shapes * len(required))
                yield [(n, (), own[n]) if n in own else (n, next(tensors), None) for n in required]


def _step(text, tree, name, given, changed, several, output):
    """Return a program that makes one step with the gradients from ``backward``: the definitions, followed by the step.

    Args:
        text: The program. All statements but its definitions and imports are removed; these stay in their lines.
        tree: The tree of the program.
        name: The name of the class.
        given: The names, shapes and plain values of the arguments of ``forward``.
        changed: The positions of the arguments that have a gradient.
        several: True if ``backward`` returns several gradients.
        output: The shape of the result of ``forward``.
    """
    lines = text.splitlines()
    for statement in tree.body:
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            for k in range(statement.lineno - 1, statement.end_lineno):
                lines[k] = ""
    torch = _alias(tree)
    names = [f"_{k}" for k in range(len(given))]  # names that nobody writes, because no correction may mention them
    lines += [
        f"import torch as {torch}",
        "class _Kept:",
        "    def __init__(self):",
        "        self.needs_input_grad = (True,) * 8",
        "    def save_for_backward(self, *tensors):",
        "        self.saved_tensors = tensors",
        *[
            f"{part} = {_written(torch, shape, k) if value is None else repr(value)}"
            for k, (part, (_, shape, value)) in enumerate(zip(names, given, strict=True))
        ],
        f"_weights = {_written(torch, output, len(given), _weights)}",
        "_kept = _Kept()",
        f"_out = {name}.forward(_kept, {', '.join(names)})",
        f"_loss = {torch}.sum(_weights * (_out + 0.7) ** 2)",  # its gradient depends on the inputs, as in a network
        f"_slopes = {name}.backward(_kept, 2 * _weights * (_out + 0.7))",
        *[f"{names[k]} = {names[k]} - _slopes{f'[{k}]' if several else ''}" for k in changed],
    ]
    return "\n".join(lines) + "\n"


def _alias(tree):
    """Return the program's name for PyTorch."""
    parts = [part for node in tree.body if isinstance(node, ast.Import) for part in node.names]
    return next((part.asname or part.name for part in parts if part.name == "torch"), "torch")


def _written(torch, shape, k, numbers=None):
    if not isinstance(shape, tuple):
        return repr(shape)
    count = math.prod(shape)
    data = [round(x, 6) for x in (numbers(count) if numbers else _numbers(shape, k))]
    return f"{torch}.tensor({data}).reshape({tuple(shape)})" if shape else f"{data[0]}"


def _function(cls, name):
    found = cls.find(name)
    found = found.function if isinstance(found, Kind) else found
    return found if isinstance(found, Function) else None


def _compared(machine, forward, backward, arguments):
    """Return what backward returns beside the true gradients, with made inputs.

    Returns:
        A triple for each input: its name, its shape, and the factor between its gradient and the true one. Then the
        shape of the output, True if there are several gradients, and the number of gradients of another size.
    """
    made = [_made(machine, shape, k) if value is None else value for k, (_, shape, value) in enumerate(arguments)]
    context = Context()
    output = forward(context, *made)
    elements = machine.elements(output)
    weights = _weights(len(elements))
    numbers = [e * w for e, w in zip(elements, weights, strict=True) if isinstance(e, Value)]
    if not numbers:
        raise ValueError("forward does not depend on its inputs")
    total = numbers[0]
    for number in numbers[1:]:
        total = total + number
    gradients = adjoints(total)
    outer = output.shape if isinstance(output, Array) else ()
    shape = outer
    grown = machine.library.numpy["array"](weights).reshape(shape) if shape else weights[0]
    returned = backward(context, machine.track(grown))
    returned = returned if isinstance(returned, tuple) else (returned,)
    found, unfit = [], 0
    for (name, shape, value), given, own in zip(arguments, made, returned, strict=False):
        if own is None or value is not None:
            continue
        exact = [gradients.get(e, 0.0) for e in machine.elements(given)]
        data = [float(e.data) if isinstance(e, Value) else float(e) for e in machine.elements(own)]
        fits = len(data) == len(exact)
        unfit += not fits
        found.append((name, shape, proportion(data, exact) if fits else None))
    return found, outer, len(returned) > 1, unfit


def _weights(count):
    """Return weights of both signs for the outputs, because a mask may be made of the gradient by mistake."""
    return [0.21 * ((7 * i) % 5) - 0.11 * (i % 3) - 0.15 for i in range(count)]


def _numbers(shape, k):
    """Return numbers of both signs for an argument of ``forward``, or probabilities for targets."""
    if not isinstance(shape, _Distribution):
        return [((5 * i + 3 * k) % 13 - 6.3) / 7 for i in range(math.prod(shape))]
    classes = shape[-1]
    row = [Fraction(2 * (i % classes) + 1, 1 << 5) for i in range(classes - 1)]  # so that they add up to 1 in floats
    rows = [[*row, 1 - sum(row)][::-1] if n % 2 else [*row, 1 - sum(row)] for n in range(math.prod(shape[:-1]))]
    return [float(x) for each in rows for x in each]


def _made(machine, shape, k):
    if not isinstance(shape, tuple):  # a plain number
        return shape
    numbers = _numbers(shape, k)
    made = machine.library.numpy["array"](numbers).reshape(shape) if shape else numbers[0]
    return machine.track(made)
