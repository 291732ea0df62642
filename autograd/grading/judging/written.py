"""The grading of printed formulas: read a formula, find the claim of each line, and judge it.

This path is for LaTeX and for typed formulas with letters of their own. A formula that cannot be read on this path
raises a :class:`~autograd.grading.reading.trees.ReadingError`, and :mod:`autograd.grading.grading` tries the network's
own vocabulary.
"""

import contextlib
import re
from typing import NamedTuple

from autograd.formulas.conventions import plain
from autograd.formulas.letters import with_commands
from autograd.grading.judging.array_notations import with_entries_of_names, without_arguments_of_loss
from autograd.grading.judging.claim_notations import (
    with_layers_above,
    with_small_loss,
    with_transposed_entries,
    without_points,
)
from autograd.grading.judging.claim_readings import (
    IN_LAYERS,
    IN_LETTERS,
    IN_WEIGHTS,
    OF_ACTIVATIONS,
    OF_CLAIMS,
    first_right,
)
from autograd.grading.judging.comparing import needed_of_targets
from autograd.grading.judging.data_loss import with_data_loss
from autograd.grading.judging.defined_deltas import defines_delta, with_defined_deltas
from autograd.grading.judging.derivative_notations import with_operators_in_letters, with_spelled_variables
from autograd.grading.judging.instances import indices_in, instances
from autograd.grading.judging.jacobian_notations import with_jacobians_in_letters
from autograd.grading.judging.judge import Judge
from autograd.grading.judging.layer_products import without_products_of_layers
from autograd.grading.judging.lettered_deltas import with_defined_names, with_lettered_deltas
from autograd.grading.judging.loss_labels import PART_OF_LOSS, without_loss_labels
from autograd.grading.judging.memories import without_memories
from autograd.grading.judging.momentum import refuse_memories, without_momentum
from autograd.grading.judging.one_meaning import with_one_meaning
from autograd.grading.judging.open_d import has_open_d, is_claimed_d, with_deltas, with_derivatives
from autograd.grading.judging.other_readings import OtherReadings
from autograd.grading.judging.rare_notations import (
    with_gradients_in_weights,
    with_gradients_of_steps,
    with_layers_as_usual,
    with_lettered_derivatives,
    with_spelled_slopes,
    with_variables_of_gradients,
)
from autograd.grading.judging.sample_notations import with_sums_over_inputs
from autograd.grading.judging.short_notations import (
    with_entry_of_gradient,
    with_jacobian_of_softmax,
    with_loss_of_operator,
    with_own_names_of_others,
    with_sizes_of_outputs,
    without_own_name,
)
from autograd.grading.judging.spelled_claims import (
    by_kind,
    plain_names,
    with_single_indices,
    with_step_named,
    without_iteration,
)
from autograd.grading.judging.taken import Result
from autograd.grading.judging.task import Judged, Task, joined, rank
from autograd.grading.judging.tasks_of_claims import TasksOfClaims
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.place import OutOfRange
from autograd.grading.meaning.places import Places, letter_of
from autograd.grading.reading.braces import labels_of_braces
from autograd.grading.reading.claims import read_claims
from autograd.grading.reading.latex_names import BOLD, LETTER
from autograd.grading.reading.nodes import is_name, show, walk
from autograd.grading.reading.tokens import is_typed
from autograd.grading.reading.trees import ReadingError

_LABEL = (
    "the formula is right, but the label {} is not equal to {} above it: leave it out, or write it as a link of its own"
)
_DEFINED = "if {} stands for {} throughout, as the formula defines it"
_OPEN_COUNT = "{} has no meaning here: there is one sample, and as the number of outputs it makes the formula wrong"

_GUESSED = (
    "it is wrong if {0} stands for what it usually does, but another letter was declared for that: declare {0}, too"
)

_LETTER = rf"\\(?:{BOLD})(?:\s*\{{\s*{LETTER}\s*\}}|\s+[A-Za-z]|\s*\\[A-Za-z]+)|{LETTER}"
_INDEX_AFTER = re.compile(rf"(\\[a-zA-Z]+|(?<![A-Za-z\\])[A-Za-z])\(\s*({_LETTER})\s*\)_(\{{[^{{}}]*\}}|\w)")
_TYPED_NAME = re.compile(r"(?<![A-Za-z_])([A-Z]{2,4})(?=_\w)")  # the EA of EA_j = ∂E/∂y_j
_IN_BRACKETS = re.compile(rf"\[\s*((?:\\[a-zA-Z]+|[A-Za-z])\(\s*(?:{_LETTER})\s*\))\s*\](?=_)")


__all__ = ["Verdict", "Written", "has_left_side", "has_matrix_signs"]


def has_left_side(formula):
    """Return True if a formula is an equation, judging by its signs."""
    return any(sign in formula for sign in ("=", "arrow", "\\gets", "\\to", "propto", "←", "→", "equiv", "∝", "≡"))


def has_matrix_signs(formula):
    """Return True if a formula has a sign that only vectors and matrices have."""
    signs = ("odot", "circ", "otimes", "bullet", "oslash", "⊘", "^T", "top", "nabla", "diag", "⊙", "intercal")
    return any(sign in formula for sign in signs)


class Verdict(NamedTuple):
    """The verdict on one claim of a formula.

    Fields:
        judged: the :class:`~autograd.grading.judging.task.Judged`.
        task: the compared task.
        places: the meanings of letters.
        condition: the condition under which the claim holds, or "".
        text: the left side of the claim as text.
    """

    judged: Judged
    task: Task | None
    places: Places
    condition: str = ""
    text: str = ""


class Written:
    """A grader of printed formulas for one derivation.

    Args:
        formulas: the formulas of the network.
        convention: the letters, the order of a weight's indices, and the meaning of a delta.
        results: earlier results of the writer, which are assumed to be right.
    """

    def __init__(self, formulas, convention, results=()):
        self.formulas, self.convention = formulas, convention
        self.judge = Judge(formulas, results)
        self.model = self.judge.model
        self._tasks = TasksOfClaims(self.model)
        self._others = OtherReadings(self.judge, convention)
        self.reads_own_names = True  # False in a document, which keeps the definitions of names itself

    def verdicts(self, formula, target=None, rate=None):
        """Return the verdict on each claim of a formula.

        Args:
            formula: the printed formula.
            target: the symbol of the expected left side, with letters, or None.
            rate: the name of the learning rate, or None.

        Raises:
            ReadingError: the formula cannot be read.
        """
        places = Places(self.model, self.convention, rate)
        latex = [x for role, x in self.convention.letters.items() if role != "loss"] + ([rate] if rate else [])
        letters = [plain(x) for x in [*latex, self.convention.letters["loss"]]]
        words = {part for x in letters for part in [x.split(" ")[-1]] if len(part) > 1} - {"prime", "star", "ast"}
        words |= {part for x in words if x.replace("_", "").isalpha() for part in x.split("_") if len(part) > 1}
        words |= {x for x in _TYPED_NAME.findall(formula) if is_typed(formula)}
        function = letter_of(self.convention.letters["function"])
        quantities = frozenset(places.roles)
        functions = frozenset([function]) | (places.losses - quantities)
        text = _with_index_first(formula, quantities)
        declared = tuple([(letter_of(x), with_commands(x)) for x in dict.fromkeys(latex)])
        letters_of = words, functions, quantities, self._dependencies(), declared
        found = self._verdicts_of(text, letters_of, places, target)
        if "\\bullet" in text and any(isinstance(v.judged.error, ShapeError) for v in found):
            with contextlib.suppress(ReadingError):  # a bullet between matrices may be their product
                other = self._verdicts_of(text.replace("\\bullet", "\\cdot"), letters_of, places, target)
                if all(v.judged.verdict == "equal" for v in other):
                    found = other
        if not found:
            raise ReadingError("there is no formula here.", 0)
        if len(found) > 1 and self.model.scale != 1:
            found = with_one_meaning(self.judge, found)
        if all(v.judged.verdict in ("equal", "unproved") for v in found):
            label = self._wrong_label(text, places, letters_of)
            if label is not None:
                doubted = found[0].judged._replace(verdict="ambiguous", reason=_LABEL.format(*label))
                found[0] = found[0]._replace(judged=doubted)
        return found

    def _verdicts_of(self, text, letters_of, places, target):
        claims = [one for claim in read_claims(text, *letters_of) for one in by_kind(claim)]
        if self.reads_own_names:
            claims = with_own_names_of_others(claims, places)
        first = None
        for remembered, condition in without_memories(claims, places):
            found = [self._of_defined(one, places, target) for one in with_defined_names(remembered, places)]
            is_right = all(v.judged.verdict in ("equal", "unproved") for v in found)
            if is_right and condition:
                found[-1] = found[-1]._replace(condition=joined(found[-1].condition, condition))
            if is_right:
                return found
            first = found if first is None else first
        return first

    def _of_defined(self, defined, places, target):
        """Return the verdict on a claim whose deltas may be defined by the formula."""
        found = self._graded(defined.claim, places, target)
        if not defined.condition:
            if defined.plain is not None and found.judged.verdict not in ("equal", "unproved"):
                with contextlib.suppress(ReadingError):  # the h of another delta may be the name of a layer
                    other = self._graded(defined.plain, places, target)
                    return other if other.judged.verdict == "equal" else found
            return found
        if found.judged.verdict in ("equal", "unproved"):
            return found._replace(condition=joined(found.condition, defined.condition))
        if defined.plain is not None:
            with contextlib.suppress(ReadingError):
                other = self._graded(defined.plain, places, target)
                if other.judged.verdict == "equal":
                    return other._replace(judged=other.judged._replace(verdict="ambiguous", reason=OF_ACTIVATIONS))
        return found

    def _wrong_label(self, text, places, letters_of):
        """Return a part of a formula with a label under its brace that is not equal to it, and the label, or None.

        Labels that are a name or a number are no claims: a name may be defined by them.
        """
        for part, label in labels_of_braces(text):
            with contextlib.suppress(ReadingError):
                (claim,) = read_claims(f"{part} = {label}", *letters_of)
                if len(claim.sides) != 2 or claim.sides[1].kind in ("name", "num"):
                    continue
                judged = self._graded(claim, places, None).judged
                if judged.verdict == "wrong" and judged.env is not None:
                    return label, part
        return None

    def _dependencies(self):
        """Return the pairs of letters of activations and of the pre-activations or inputs on which they depend.

        In a recurrent network, all quantities depend on the numbers of steps, too, as in ``h(3)``.
        """
        letters = {role: letter_of(letter) for role, letter in self.convention.letters.items()}
        on = {letters["s"], letters["x"]} | ({letters["y"]} if self.model.has_softmax else set())
        steps = range(self.model.steps + 1 if self.model.steps > 1 else 0)
        marked = [letters[role] for role in ("s", "a", "x", "y", "p", "t", "delta", "loss")]
        numbered = [(letter, str(n)) for letter in marked for n in steps]
        return frozenset([*numbered, *[(letters[r], x) for r in ("a", "y", "p") for x in on if letters[r] != x]])

    def results(self, verdicts):
        """Return the derivatives that wrong claims state, for :class:`~autograd.grading.judging.judge.Judge`."""
        found = []
        for v in verdicts:
            task, reading = v.judged.task, v.judged.meant or v.judged.reading
            if v.judged.verdict != "wrong" or task is None or reading is None or task.kind != "value":
                continue
            left = task.sides[0]
            if left.kind == "deriv" or (left.kind == "name" and "delta" in v.places.roles_of(left.data[0])):
                envs = instances(self.judge, task, v.places, reading, None)
                found.append(Result(task, v.places, reading, envs))
        return found

    def _graded(self, claim, places, target):
        """Return the verdict on a claim, as it stands or under another reading."""
        claim = with_entries_of_names(claim.rewritten(places.with_declared_loss), places)
        claim = with_entry_of_gradient(without_arguments_of_loss(claim, places))
        claim = with_jacobian_of_softmax(with_loss_of_operator(with_sizes_of_outputs(claim, places), places), places)
        claim, defined = without_own_name(claim, places) if self.reads_own_names else (claim, "")
        claim = with_variables_of_gradients(with_sums_over_inputs(claim, places), places)
        claim = with_gradients_of_steps(with_gradients_in_weights(claim, places), places)
        claim = with_layers_as_usual(claim, places)
        claim = with_spelled_variables(claim, places)
        claim = with_operators_in_letters(with_jacobians_in_letters(claim, places), places)
        claim = with_spelled_slopes(with_lettered_derivatives(claim, places), places)
        claim = with_transposed_entries(without_points(claim, places))
        claim = with_small_loss(with_layers_above(claim, places), places)
        try:
            found = first_right(lambda x: self._of_whole_loss(x, places, target), claim, places, OF_CLAIMS)
        except ReadingError:
            of_layers = self._of_layers(claim, places, target)
            if of_layers is not None and of_layers.judged.verdict in ("equal", "unproved"):
                return of_layers
            if places.has_hidden_outputs:
                with contextlib.suppress(ReadingError):  # the z of a hidden layer, whose letter is also that of logits
                    return self._of_whole_loss(claim, places.without_outputs(), target)
            raise
        if found.judged.verdict not in ("equal", "unproved"):
            of_layers = self._of_layers(claim, places, target)
            is_sure = of_layers is not None and of_layers.judged.verdict in ("equal", "unproved")
            is_open = found.judged.verdict in ("wrong", "ambiguous")
            found = of_layers if of_layers and (is_sure or is_open) else found
        guessed = [x for x in _quantities(found.judged, places) if places.is_guessed(x)]
        if guessed and found.judged.verdict == "wrong":
            words = _GUESSED.format(guessed[0])
            return found._replace(judged=found.judged._replace(verdict="ambiguous", reason=words))
        if defined and found.judged.verdict in ("equal", "unproved"):
            return found._replace(condition=joined(found.condition, defined))
        return found

    def _of_layers(self, claim, places, target):
        """Return the verdict on a claim with a product over layers, written out, or None for another claim."""
        tried = []
        for is_descending in (False, True):
            claims = without_products_of_layers(claim, places, is_descending)
            with contextlib.suppress(ReadingError):
                found = [self._of_whole_loss(x, places, target) for x in claims]
                inside = [x for x in found if not isinstance(x.judged.error, OutOfRange)]  # no layer 0 has deltas
                found = sorted(inside or found, key=lambda x: rank(x.judged))
                tried += found[:1]
                if found and found[0].judged.verdict in ("equal", "unproved"):
                    break
        return max(tried, key=lambda x: rank(x.judged)) if tried else None

    def _of_whole_loss(self, claim, places, target):
        """Return the verdict on a claim without the labels of its loss, and with a condition that states its momentum.

        A label may name a part of the loss. A wrong claim about a loss with a label is then ambiguous.
        """
        refuse_memories(claim, places)
        plain_claim, momentum = without_momentum(with_single_indices(claim))
        unlabelled, part = without_loss_labels(without_iteration(plain_claim, places), places)
        found = self._with_v(unlabelled, places, target)
        if part is not None and self.model.has_penalty and found.judged.verdict == "wrong":
            of_data, condition = with_data_loss(plain_claim, places)
            if of_data is not None:  # the penalty is written out, so the label names the loss without it
                found = self._with_v(without_iteration(of_data, places), places, target)
                is_right = found.judged.verdict in ("equal", "unproved")
                return found._replace(condition=joined(found.condition, condition)) if is_right else found
            words = PART_OF_LOSS.format(show(part))
            return found._replace(judged=found.judged._replace(verdict="ambiguous", reason=words))
        if not momentum or found.judged.verdict not in ("equal", "unproved"):
            return found
        return found._replace(condition=joined(found.condition, momentum))

    def _with_v(self, claim, places, target):
        """Return the verdict on a claim. A ``v_j`` that is not declared is a pre-activation or else a weight."""
        return first_right(lambda x: self._with_d(x, places, target), claim, places, IN_WEIGHTS)

    def _with_d(self, claim, places, target):
        """Return the verdict on a claim. An undeclared ``d_k`` is a target, a delta, or the derivative dL/dk."""
        if not has_open_d(claim, places):
            return self._verdict(claim, places, target)
        named = with_derivatives(claim, places)
        if len(claim.sides) > 1 and is_claimed_d(claim.sides[0]):
            return self._verdict(with_deltas(claim) if named == claim else named, places, target)
        tried: list = []
        for each in (claim, with_deltas(claim), *([named] if named != claim else [])):
            try:
                tried.append(self._verdict(each, places, target))
            except ReadingError as error:
                tried.append(error)
        return _chosen(tried, claim)

    def _verdict(self, claim, places, target):
        """Return the verdict on a claim. A delta may be defined by a chain, or have a letter for its quantity."""
        claim = with_step_named(claim, places)
        defined = with_defined_deltas(claim, places) if self.convention.delta == 1 else None
        if defined is not None:
            with contextlib.suppress(ReadingError):
                found = self._verdict_on(defined[0], places, target)
                if found.judged.verdict == "equal":
                    words = _DEFINED.format(show(claim.sides[0]), show(claim.sides[1]))
                    return found._replace(condition=joined(found.condition, words))
        if self.convention.delta == 1 and defines_delta(claim, places):
            found = self._verdict_on(claim, places, target)
            if found.judged.verdict == "wrong":
                with contextlib.suppress(ReadingError):
                    defined = claim._replace(sides=(claim.sides[1], *claim.sides[1:]))
                    other = self._verdict_on(defined, places, target)
                    if other.judged.verdict == "equal":
                        return other._replace(judged=other.judged._replace(verdict="ambiguous", reason=OF_ACTIVATIONS))
                    if other.judged.verdict == "wrong" and other.judged.link:
                        return other
            return found
        lettered, certainty = with_lettered_deltas(claim, places)
        if certainty == "sure":
            return self._with_named_layers(lettered, places, target)
        return first_right(lambda x: self._with_named_layers(x, places, target), claim, places, IN_LETTERS)

    def _with_named_layers(self, claim, places, target):
        r"""Return the verdict on a claim. The h of ``\delta_{h,t}`` is the name of a layer if it counts nothing."""
        return first_right(lambda x: self._verdict_on(x, places, target), claim, places, IN_LAYERS)

    def _verdict_on(self, claim, places, target):
        """Return the verdict on a claim whose notations are written out."""
        task, wanted = self._tasks.task(claim, places, target)
        vectors, batch = getattr(self.convention, "vectors", None), getattr(self.convention, "batch", None)
        judged = failure = None
        try:
            judged = self.judge.judge(task, places, vectors, batch, wanted)
        except ReadingError as error:
            failure = error
        if judged is None or judged.verdict not in ("equal", "unproved"):
            judged = self._others.with_outputs(task, places, vectors, batch, wanted) or judged
        if judged is None or judged.verdict not in ("equal", "unproved"):
            judged = self._others.with_two_indices(task, places, vectors, batch, wanted) or judged
        if judged is None or judged.verdict not in ("equal", "unproved"):
            judged = self._others.of_one_weight(task, places, vectors, batch, wanted, judged)
            judged = self._others.of_other_order(task, places, vectors, batch, wanted, judged)
            judged = self._others.of_any_layer(task, places, vectors, batch, wanted, judged)
        if judged is not None and judged.verdict == "wrong":
            judged = self._others.with_logistic(task, places, vectors, batch, wanted) or judged
        if judged is not None and judged.verdict == "wrong":
            judged, task = self._others.off_diagonal(task, places, vectors, batch, wanted, judged)
            judged = self._others.grouped(task, places, vectors, batch, wanted) or judged
            judged = self._others.over_samples(task, places, vectors, batch, wanted) or judged
            judged = self._others.defining_a_delta(task, places, vectors, batch, wanted, judged) or judged
        if judged is None:
            if wanted is None:
                raise failure
            judged = self.judge.judge(task, places, vectors, batch, None)  # it is about another quantity, and wrong
            if judged.verdict not in ("wrong", "ill-formed") or judged.env is None:
                raise failure
            judged = judged._replace(verdict="wrong", reason="the left side names something other than what is graded")
        if judged.verdict not in ("equal", "unproved"):
            names = [x for side in task.sides for x in plain_names(side)]
            open_counts = [x for x in names if places.counts_outputs(x.data[0])]
            if open_counts:
                raise ReadingError(_OPEN_COUNT.format(open_counts[0].data[0]), open_counts[0].at)
        is_given = task.sides[0].kind == "given" and judged.verdict not in ("equal", "unproved")
        if is_given and not any(_is_of_matrices(x) for side in task.sides for x in walk(side)):
            raise ReadingError(judged.reason or "it is another quantity.", claim.at)  # the older vocabulary decides
        judged = self._others.with_one_letter_of_targets(judged, places)
        condition = judged.condition
        if judged.verdict in ("equal", "unproved"):
            more = [show(c) for c in task.conditions if c.data in ("=", "!=")]
            if more:
                condition = joined(condition, f"for {' and '.join(more)}")
            condition = joined(condition, needed_of_targets(self.judge, task, places, judged))
        return Verdict(judged, task, places, condition, show(claim.sides[0]) if claim.sides[0] is not None else "")


def _quantities(judged, places):
    """Return the letters of a wrong link, except those in marks, of functions and of what quantities depend on."""
    if judged.task is None:
        return []
    found: list = []
    waiting = list(judged.task.sides if not judged.link else judged.task.sides[judged.link : judged.link + 1])
    left = judged.task.sides[0]
    waiting += [left.parts[1]] if left.kind == "deriv" else []  # the variable of the derivative
    indices = {x for side in waiting for x in indices_in(side)}
    while waiting:
        x = waiting.pop()
        if x.kind == "name":
            found += [x.data[0]] if id(x) not in indices else []
        elif x.kind != "call":
            waiting += x.parts
        elif not places.roles_of(x.parts[0].data[0]) and not places.is_loss(x.parts[0]):
            waiting += x.parts[1:]
    return found


def _with_index_first(formula, quantities):
    r"""Return a formula with ``\phi(z)_i`` and ``[\phi(z)]_i`` as ``\phi_i(z)`` if the letter is that of a quantity."""

    def moved(match):
        if plain(match[1]) not in quantities:
            return match[0]
        argument = "" if formula[match.end() :].lstrip().startswith("^") else f"({match[2]})"  # of a power, left out
        return f"{match[1]}_{match[3]}{argument}"

    return _INDEX_AFTER.sub(moved, _IN_BRACKETS.sub(r"\1", formula))


def _chosen(tried, claim):
    """Return the verdict on a claim whose d may be a target or a delta, under the reading in which it is right.

    Args:
        tried: the verdicts under both readings, or the errors that they raised.
        claim: the claim.

    Raises:
        ReadingError: the claim can be read in neither way.
    """
    read = [each for each in tried if isinstance(each, Verdict)]
    for verdict in ("equal", "unproved"):
        for each in read:
            if each.judged.verdict == verdict:
                return each
    if not read:
        raise tried[0]
    sums = [x for side in claim.sides if side is not None for x in walk(side) if x.kind == "add"]
    terms = [term.parts[0] if term.kind == "neg" else term for x in sums for term in x.parts]
    return read[0] if any(is_name(x, "d") for x in terms) else read[-1]  # in y_k - d_k, d is a target


def _is_of_matrices(node):
    """Return True if a node is of a kind that only vectors and matrices have."""
    return node.kind in ("transpose", "diag", "matrix") or (
        node.kind == "prod" and bool({"had", "out"} & set(node.data))
    )
