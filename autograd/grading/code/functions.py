"""A PyTorch ``autograd.Function``: what ``backward`` returns is compared with the gradient of ``forward``."""

import ast

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.grade import CodeGrade, Mistake, UpdateGrade
from autograd.grading.code.limits import Unreadable
from autograd.grading.code.objects import Class, Function, Kind
from autograd.grading.code.reading import FAILURES
from autograd.grading.code.torch_names import Base, Context

__all__ = ["grade_functions"]

SHAPES = (
    ((4, 3), (3, 2), (2,)),
    ((4, 3), (2, 3), (2,)),
    ((4, 3), (4, 3), (4, 3)),
    ((3,), (3,), (3,)),
    ((4, 3), (), ()),
)


def grade_functions(reading, base):
    """Return the grade of the classes that derive from ``torch.autograd.Function``; None if there are none.

    Args:
        reading: The program, run.
        base: What every grade of the program has.
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
        _grade_class(reading.machine, cls, grade)
    if not grade.updates and not grade.unreadable:
        grade.unreadable.append((0, "no gradient of an autograd.Function could be compared"))
    if grade.unreadable:
        grade.verdict, grade.factor = "unreadable", None
    elif any(update.verdict == "wrong" for update in grade.updates):
        grade.verdict, grade.factor = "wrong", None
    return grade


def _grade_class(machine, cls, grade):
    forward, backward = [_function(cls, name) for name in ("forward", "backward")]
    if forward is None or backward is None:
        grade.unreadable.append((0, f"{cls.name} lacks forward or backward"))
        return
    names = [part.arg for part in forward.node.args.args][1:]
    required = names[: len(names) - len(forward.defaults)]
    returned = [part for part in ast.walk(backward.node) if isinstance(part, ast.Return)]
    line = returned[-1].lineno if returned else backward.node.lineno
    trouble = None
    for shapes in SHAPES:
        try:
            found = _compared(machine, forward, backward, [(name, shapes[i % 3]) for i, name in enumerate(required)])
        except (Unreadable, *FAILURES) as error:
            trouble = error
            continue
        for name, shape, factor in found:
            right = factor is not None and close(factor, 1.0)
            grade.updates.append(
                UpdateGrade(f"{cls.name}: {name}", shape, line, "right" if right else "wrong", factor, None)
            )
            if not right:
                message = f"what backward returns for {name} is not the gradient of forward"
                grade.mistakes.append(Mistake(line, "other", message))
        return
    grade.unreadable.append((forward.node.lineno, f"{cls.name}.forward cannot be read on made inputs: {trouble}"))


def _function(cls, name):
    found = cls.find(name)
    found = found.function if isinstance(found, Kind) else found
    return found if isinstance(found, Function) else None


def _compared(machine, forward, backward, arguments):
    """Return the name, the shape and the factor of each input's gradient."""
    made = [_made(machine, shape, k) for k, (_, shape) in enumerate(arguments)]
    context = Context()
    output = forward(context, *made)
    elements = machine.elements(output)
    weights = [0.3 + 0.21 * ((7 * i) % 5) - 0.11 * (i % 3) for i in range(len(elements))]
    numbers = [e * w for e, w in zip(elements, weights, strict=True) if isinstance(e, Value)]
    if not numbers:
        raise ValueError("forward does not depend on its inputs")
    total = numbers[0]
    for number in numbers[1:]:
        total = total + number
    gradients = adjoints(total)
    shape = output.shape if isinstance(output, Array) else ()
    grown = machine.library.numpy["array"](weights).reshape(shape) if shape else weights[0]
    returned = backward(context, machine.track(grown))
    returned = returned if isinstance(returned, tuple) else (returned,)
    found = []
    for (name, shape), given, own in zip(arguments, made, returned, strict=False):
        if own is None:
            continue
        exact = [gradients.get(e, 0.0) for e in machine.elements(given)]
        data = [float(e.data) if isinstance(e, Value) else float(e) for e in machine.elements(own)]
        fits = len(data) == len(exact)
        found.append((name, shape, proportion(data, exact) if fits else None))
    return found


def _made(machine, shape, k):
    count = 1
    for n in shape:
        count *= n
    numbers = [((5 * i + 3 * k) % 13 - 6.3) / 7 for i in range(count)]
    made = machine.library.numpy["array"](numbers).reshape(shape) if shape else numbers[0]
    return machine.track(made)
