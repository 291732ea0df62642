"""Other readings of a whole claim: a rewriting of its tree, and the verdicts under it that count.

A person would read some claims in another way than letter by letter: the t of ``W_2^t`` is a transpose, and the v of a
sum is a weight. Such a reading is tried if the claim is not right as it stands. It counts if the claim is then right.
Some readings also count if they are the only ones under which the claim has a meaning.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd.grading.judging.array_notations import with_called_softmax
from autograd.grading.judging.claim_notations import (
    with_loss_of_batch,
    with_named_layers,
    with_powers_of_functions,
    with_small_transposes,
)
from autograd.grading.judging.data_loss import with_data_loss
from autograd.grading.judging.derivative_notations import (
    OPEN_ORDER,
    with_orders_of_derivatives,
    with_slopes_of_brackets,
)
from autograd.grading.judging.error_notations import with_error_signal, with_turned_error
from autograd.grading.judging.jacobian_notations import with_gradients_of_products
from autograd.grading.judging.lettered_deltas import with_lettered_deltas
from autograd.grading.judging.named_notations import with_called_activation, with_named_matrices, without_word
from autograd.grading.judging.names_of_layers import with_functions_without_layers, with_neurons_beside
from autograd.grading.judging.own_letters import with_greek_weights, with_own_deltas
from autograd.grading.judging.rare_notations import (
    with_layer_of_left_side,
    with_primes_as_transposes,
    with_slopes_of_vectors,
    with_steps_of_inputs,
)
from autograd.grading.judging.sample_notations import with_loss_of_sample
from autograd.grading.judging.spelled_claims import with_weights, with_weights_of_output
from autograd.grading.judging.step_notations import with_samples_of_others, with_steps_of_others
from autograd.grading.judging.task import joined
from autograd.grading.meaning.place import Misfit
from autograd.grading.reading.trees import ReadingError

__all__ = ["IN_LAYERS", "IN_LETTERS", "IN_WEIGHTS", "OF_ACTIVATIONS", "OF_CLAIMS", "ClaimReading", "first_right"]

OF_ACTIVATIONS = (
    "it is right if this delta is the derivative of the loss with respect to the activations, and wrong if it is that "
    "with respect to the pre-activations: write it as \\partial L/\\partial a"
)
_OF_BOTH_LAYERS = (
    "it is right if alpha and beta are weights of any layer, and wrong if alpha leads to hidden neurons and beta to "
    "outputs: declare the letter of weights, or write their layer"
)
_RIGHT = ("equal", "unproved")


class ClaimReading(NamedTuple):
    """A reading that is tried if a claim is not right as it stands.

    Fields:
        change: a function of a claim and the meanings of letters. It returns the other claim, or None, and what is
            known about it: a condition under which it is meant, or how sure the reading is.
        taken: a function of the verdict as it stands or its ReadingError, the verdict under this reading, the meanings
            of letters, and what ``change`` said. It returns the verdict that counts, or None.
        is_sure: True if a claim that cannot be read in this way cannot be read at all, if ``change`` said something.
    """

    change: Callable
    taken: Callable
    is_sure: bool = False


def first_right(judge, claim, places, readings) -> Any:
    """Return the verdict on a claim as it stands, or under the first reading that counts if it is not right.

    Args:
        judge: a function of a claim that returns its verdict.
        claim: the claim.
        places: the meanings of letters.
        readings: the other readings, in the order in which they are tried.

    Raises:
        ReadingError: the claim can be read in no way.
    """
    found = _verdict_or_error(judge, claim)
    if _is_right(found):
        return found
    for reading in readings:
        other, said = reading.change(claim, places)
        if other is None or other == claim:
            continue
        verdict = _verdict_or_error(judge, other)
        if reading.is_sure and said and isinstance(verdict, ReadingError):
            raise verdict
        taken = None if isinstance(verdict, ReadingError) else reading.taken(found, verdict, places, said)
        if taken is not None:
            return taken
    if isinstance(found, ReadingError):
        raise found
    return found


def _verdict_or_error(judge, claim):
    try:
        return judge(claim)
    except ReadingError as error:
        return error


def _is_right(found):
    return not isinstance(found, ReadingError) and found.judged.verdict in _RIGHT


def _if_equal(found, other, places, condition):
    """Take a claim that is right in this way, under its condition, and any verdict on one without another reading."""
    if other.judged.verdict == "equal":
        return other._replace(condition=joined(other.condition, condition))
    return other if isinstance(found, ReadingError) else None


def _only_if_equal(found, other, places, condition):
    """Take a claim that is right in this way, under its condition."""
    if other.judged.verdict == "equal":
        return other._replace(condition=joined(other.condition, condition))
    return None


def _if_right(found, other, places, said):
    """Take a claim that is right with the weights of two layers in two letters."""
    return other if other.judged.verdict == "equal" else None


def _if_unread(found, other, places, said):
    """Take a verdict on a claim that cannot be read as it stands. With two layers, a right one is in doubt."""
    if not isinstance(found, ReadingError):
        return None
    if other.judged.verdict == "equal" and places.model.depth == 2:
        return other._replace(judged=other.judged._replace(verdict="ambiguous", reason=_OF_BOTH_LAYERS))
    return other


def _if_right_or_declared(found, other, places, said):
    """Take a claim that may be right. If pre-activations have a declared letter, a v is no pre-activation anyway."""
    return other if other.judged.verdict in (*_RIGHT, "ambiguous") or places.is_declared("s") else None


def _if_sure(found, other, places, certainty):
    r"""Take a claim that is right with ``\delta^a`` as dL/da, and leave it open if this is not likely."""
    if other.judged.verdict != "equal":
        return other if certainty and isinstance(found, ReadingError) else None
    if certainty:
        return other
    return other._replace(judged=other.judged._replace(verdict="ambiguous", reason=OF_ACTIVATIONS))


def _if_fits(found, other, places, said):
    """Take a claim that is right in this way, or whose letters only fit in this way."""
    is_misfit = isinstance(found, ReadingError) or isinstance(found.judged.error, Misfit)
    return (
        other if other.judged.verdict == "equal" or (is_misfit and not isinstance(other.judged.error, Misfit)) else None
    )


def _unless_transposed(found, other, places, is_number):
    """Take a claim that is right with the derivative of a bracket, and any verdict on that of a number."""
    return other if other.judged.verdict == "equal" or is_number or isinstance(found, ReadingError) else None


def _if_no_layer(found, other, places, words):
    """Take a claim that is right with a first derivative. It is ambiguous if the number may be a layer."""
    if other.judged.verdict != "equal":
        return None
    if words:
        return other._replace(judged=other.judged._replace(verdict="ambiguous", reason=OPEN_ORDER.format(words)))
    return other


def _doubted_if_equal(found, other, places, reason):
    """Take a claim that is right in this way as ambiguous: it is wrong in a likelier way."""
    if other.judged.verdict != "equal":
        return None
    return other._replace(judged=other.judged._replace(verdict="ambiguous", reason=reason))


def _alone(change):
    """Return a change with nothing more to say of it."""
    return lambda claim, places: (change(claim, places), "")


OF_CLAIMS = (
    ClaimReading(with_slopes_of_brackets, _unless_transposed, is_sure=True),
    ClaimReading(with_orders_of_derivatives, _if_no_layer),
    *[
        ClaimReading(change, _if_equal)
        for change in (
            with_data_loss,
            with_gradients_of_products,
            with_called_softmax,
            with_own_deltas,
            with_small_transposes,
            with_loss_of_batch,
            with_powers_of_functions,
            with_loss_of_sample,
            with_slopes_of_vectors,
            with_primes_as_transposes,
            with_steps_of_inputs,
            with_layer_of_left_side,
            with_steps_of_others,
            with_samples_of_others,
            with_named_matrices,
            with_called_activation,
        )
    ],
    ClaimReading(with_error_signal, _only_if_equal),
    ClaimReading(with_turned_error, _doubted_if_equal),
    ClaimReading(with_error_signal, _if_equal),
    ClaimReading(without_word, _only_if_equal),
    ClaimReading(with_neurons_beside, _only_if_equal),
    ClaimReading(with_functions_without_layers, _only_if_equal),
)
IN_WEIGHTS = (
    ClaimReading(lambda claim, places: (with_greek_weights(claim, places, has_layers=True), ""), _if_right),
    ClaimReading(_alone(with_greek_weights), _if_unread),
    ClaimReading(_alone(with_weights), _if_right_or_declared),
    ClaimReading(_alone(with_weights_of_output), _if_right_or_declared),
)
IN_LETTERS = (ClaimReading(with_lettered_deltas, _if_sure),)
IN_LAYERS = (ClaimReading(_alone(with_named_layers), _if_fits),)
