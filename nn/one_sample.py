"""The recording of one sample of a training, which stands for all samples."""

import contextlib
import hashlib

from autograd import DomainError, Value
from autograd.compiler.rebinding import spares_comparisons, with_recorded_extremes
from autograd.compiler.recording import watched
from autograd.compiler.refusals import Unrecordable
from autograd.engine import primitives, recordings, tape
from autograd.engine.algebra import is_real
from autograd.engine.errors import GraphError
from autograd.engine.graph import postorder
from autograd.engine.value import list_no_nodes, list_nodes
from nn import losses
from nn.firstlook import diverged
from nn.objectives import base_of
from nn.setups import NotNative, checked_value

__all__ = ["Sample", "first_sample", "one_sample"]

_KNOWN_LOSSES = {getattr(losses, name) for name in losses.__all__}


class Sample:
    """One recorded sample. All other samples compute the same with other numbers.

    Attributes:
        loss: the loss, a Value.
        outputs: the outputs of the model, a list of Values.
        inputs: the leaves for a row of numbers: the inputs, then the targets.
        made: the same as an :class:`autograd.engine.recordings.Recording`; None if there is none.
    """

    def __init__(self, loss, outputs, inputs, nodes, parameters):
        self.loss, self.outputs, self.inputs, self.made = loss, outputs, inputs, None
        if tape.compiled:
            with contextlib.suppress(GraphError):  # a part of the graph was computed before
                self.made = recordings.recording(nodes, parameters, inputs, loss, outputs)

    @property
    def key(self):
        """A digest that is equal for all samples that compute the same; None if there is no recording."""
        made = self.made
        if made is None:
            return None
        columns = made.codes, made.offsets, made.references, made.constants, made.outputs
        digest = hashlib.sha256(repr((made.root, made.parameters, made.inputs, *map(len, columns))).encode())
        for column in columns:
            digest.update(column)
        return digest.digest()

    def computes_as(self, other):
        """Return True if this sample computes the same as another one with the same numbers."""
        if self.made is not None and other.made is not None:
            return self.made.moved(other.made) == []
        return _form(self) == _form(other)


def one_sample(model, loss, x, y, parameters=()) -> Sample:
    """Record a model and its loss, with Values in place of a sample's inputs and targets.

    Raises:
        NotNative: other samples might compute something else.
    """
    unique = list(dict.fromkeys(parameters))
    first = _recorded(model, loss, x, y, unique)
    if not first.computes_as(_recorded(model, loss, x, y, unique)):
        raise NotNative(
            "the model or the loss does not compute the same a second time: it draws random numbers, or keeps "
            "something from one call to the next"
        )
    return first


def _recorded(model, loss, x, y, parameters):
    nodes: list = []
    inputs = [Value(number) for number in x]
    targets = [Value(number) for number in (y if _is_row(y) else (y,))]
    outputs, watch = _called("the model", model, inputs, nodes, tuple(inputs))
    listed = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    if not all(isinstance(each, Value) for each in listed):
        raise NotNative(f"the model returned {outputs!r}, which is not a Value or a list of Values")
    _check(watch, "the model")
    if base_of(loss) is losses.cross_entropy and not _is_row(y):  # a class becomes the probabilities that it stands for
        targets = [Value(float(k == y)) for k in range(len(listed))]
        y = targets
    value, watch = _called("the loss", loss, [*inputs, *targets], nodes, outputs, targets if _is_row(y) else targets[0])
    if base_of(loss) not in _KNOWN_LOSSES:
        _check(watch, "the loss")
    checked_value(value)
    return Sample(value, listed, [*inputs, *targets], nodes, parameters)


def first_sample(setup) -> Sample:
    """Record the first sample whose loss has a value that is not too large for a float, and check all targets.

    Args:
        setup: the setup of a model's training, :class:`nn.setups.Setup`.

    Raises:
        DomainError: the loss of no sample has a value.
        FloatingPointError: the numbers of every sample are too large.
        NotNative: other samples might compute something else.
    """
    model, loss, look = setup.loss.model, setup.loss.loss, setup.loss.look
    for x, y in setup.samples:
        try:
            outputs = model(x)
            if isinstance(outputs, (Value, list, tuple)):
                look.targets(outputs)
            value = loss(outputs, y)
            checked_value(value)  # before recording, because there arithmetic with .data gives Values
            look(value)
            return one_sample(model, loss, x, y, setup.parameters)
        except (OverflowError, DomainError) as error:
            failure = error
    if isinstance(failure, DomainError):
        raise failure
    raise FloatingPointError(diverged(f"the loss is too large for a float ({failure})", 0)) from failure


def _called(what, function, inputs, nodes, *arguments):
    """Call a function and watch it. Return its result and the :class:`Watch`, and append its nodes to ``nodes``."""
    try:
        result, watch, recorded = _listed(function, inputs, arguments)
    except Unrecordable as error:
        raise NotNative(f"{what} cannot be recorded: {str(error).rstrip('.')}") from None
    except (TypeError, ValueError, AttributeError, LookupError) as error:  # with plain numbers it worked
        raise NotNative(
            f"{what} raises {type(error).__name__} if the numbers of a sample are Values, which stand for the numbers "
            f"of every sample ({error})"
        ) from error
    copy = with_recorded_extremes(function) if watch.guards else function
    if copy is not function:
        with contextlib.suppress(Exception):
            again, spared, others = _listed(copy, inputs, arguments)
            if spares_comparisons(again, spared, result, watch):
                result, watch, recorded = again, spared, others
    nodes += recorded
    return result, watch


def _listed(function, inputs, arguments):
    """Call a function and watch it. Return its result, the :class:`Watch`, and the nodes that it recorded."""
    recorded: list = []
    with watched(inputs) as watch:
        listed = list_nodes()
        try:
            result = function(*arguments)
        finally:
            list_no_nodes()
            recorded += listed
    return result, watch, recorded


def _form(sample):
    """Return the computation of a recorded sample. It is equal for recordings that differ only in their objects."""
    places: dict = {leaf: ("input", k) for k, leaf in enumerate(sample.inputs)}
    lines: list = []
    for root in (sample.loss, *sample.outputs):
        for node in postorder([root]):
            if node not in places:
                places[node] = len(lines)
                read = [places[x] if isinstance(x, Value) else float(x).hex() for x in node.operands]
                lines.append((node.op, read) if node.op else node.data.hex())
    return lines, [places[y] for y in (sample.loss, *sample.outputs)]


def _is_row(y):
    return not is_real(y) and not isinstance(y, Value)


def _check(watch, what):
    """Raise NotNative if the function compared numbers, because it may act differently for another sample."""
    if watch.guards:
        sign, a, b, _ = watch.guards[0]
        read = any(isinstance(x, Value) and x.op is primitives.detached for x in (a, b))
        does = "reads the data of Values and compares them" if read else "compares Values"
        raise NotNative(f"{what} {does} ({a!r} {sign} {b!r}): write the choice with autograd.where")
