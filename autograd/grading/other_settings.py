r"""Other settings of a document that declares none, as far as its own definitions leave them open.

A network that was found is a guess. A claim that is wrong in it may be right in another network that the document's
definitions allow. This is not a mistake, and the answer says what to declare.
"""

import re
from dataclasses import replace

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import convention, plain
from autograd.grading.clock import Allowance
from autograd.grading.defined_letters import computed_letter, defines_activation, defines_loss
from autograd.grading.judging.error_notations import doubts_error
from autograd.grading.mean_loss import joined_losses
from autograd.grading.own_letters import names_in

__all__ = ["OtherSettings"]

_SECONDS = 2.0  # the work for one document
_OF_FUNCTION = re.compile(r"\s*\\?[A-Za-z]+\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)\s*(?:\\left)?\(")  # f'(z)
_MEAN = re.compile(  # 1/N, 1/(2m), / N
    r"(?:\\[dt]?frac\s*\{?\s*-?\s*1\s*\}?\s*\{?|/\s*\(?)\s*(?:2\s*)?[mnNMB](?![A-Za-z])"
)
_ENOUGH = 6  # the number of readable claims from which the share of right ones is meaningful
_MAX_TELLING = 4  # the number of right claims that are checked for the letter of the output
_EXCHANGED = "the letters of outputs and targets exchanged"
_LOSSES = ("half_sse", "sse", "mse", "cross_entropy", "binary_cross_entropy")


class OtherSettings:
    """The settings, other than the one that was found, of which one may be meant.

    Args:
        setting: the setting that was found.
        formulas: pairs of a target and a formula, of the whole document.
        judge: a function of a setting, a target and a formula that returns a grade.
    """

    def __init__(self, setting, formulas, judge):
        self._judge, self._allowance = judge, Allowance(_SECONDS, of_own=True)
        grades = [judge(setting, target, text) for target, text in formulas]
        verdicts = [grade.verdict for grade in grades]
        unsaid = verdicts.count("unreadable") + sum(map(doubts_error, grades))  # the document defines its own letters
        self._equal, self._read = verdicts.count("equal"), len(verdicts) - unsaid
        right = [text for (_, text), verdict in zip(formulas, verdicts, strict=True) if verdict == "equal"]
        equal = [text for text in right if _says_what_is(text)]
        losses = [verdict for (_, text), verdict in zip(formulas, verdicts, strict=True) if defines_loss(text)]
        others = [verdict for verdict in losses if verdict not in ("equal", "unreadable")]
        self.has_loss = "equal" in losses and not others  # one loss and no other
        output = plain(convention(**setting.options).letters["y"])
        self.has_activation = any(defines_activation(text) or computed_letter(text) == output for text in right)
        has_sums = any(sign in text for sign in (r"\sum", "|", "Vert") for text in equal if defines_loss(text))
        loss = convention(**setting.options).letters["loss"]
        target = re.escape(convention(**setting.options).letters["t"])
        has_sums |= any(re.search(rf"(?<![A-Za-z]){target}\s*_\s*\{{?\s*(?:[a-z]_?)?[2-9]", text) for text in right)
        is_mean = any(_MEAN.search(text) for text in equal if defines_loss(text))
        is_mean |= any(joined_losses(text, loss) == "mean" for _, text in formulas)
        self._others = _others(setting, self.has_loss, self.has_activation, has_sums, is_mean)
        self._functions = _functions(setting)
        exchanged = _exchanged(setting)
        if exchanged is not None and self._is_open(exchanged, formulas, verdicts):
            self._others.insert(0, (_EXCHANGED, exchanged))
        if any(r"\lambda" in text for _, text in formulas) and dict(setting.network)["penalty"] is None:
            more = {**dict(setting.network), "penalty": "lambda"}
            self._others.append((r"penalty: l2 \lambda", setting.with_network(**more)))

    @property
    def is_clear(self) -> bool:
        """True if the document defines its loss and its activations."""
        return self.has_loss and self.has_activation

    @property
    def is_unlikely(self) -> bool:
        """True if most of the document's readable claims are not right in the setting that was found."""
        return self._equal * 2 < self._read >= _ENOUGH

    def where_right(self, target, text) -> str:
        """Return another setting in which a formula is right, in words, or "" if there is none."""
        with self._allowance:
            for words, setting in [*self._others, *(self._functions if _OF_FUNCTION.match(text) else [])]:
                if self._allowance.is_used_up():
                    break
                if self._is_equal(setting, target, text):
                    return words
        return ""

    def _is_open(self, exchanged, formulas, verdicts):
        """Return True if no right claim shows which letter is the output and which one the target."""
        letters = convention(**exchanged.options).letters
        pair = {plain(letters["t"]), plain(letters["y"])}
        telling = [
            (target, text)
            for (target, text), verdict in zip(formulas, verdicts, strict=True)
            if verdict == "equal" and len(pair & names_in(text)) == 1
        ]
        return all(self._is_equal(exchanged, target, text) for target, text in telling[:_MAX_TELLING])

    def _is_equal(self, setting, target, text):
        try:
            return self._judge(setting, target, text).verdict == "equal"
        except SheetError:  # there is no such network
            return False


def _says_what_is(text):
    return defines_loss(text) or defines_activation(text)


def _others(setting, has_loss, has_activation, has_sums, is_mean):
    """Return pairs of a difference in words and a setting, smallest differences first.

    Args:
        setting: the setting that was found.
        has_loss: True if the document defines its loss.
        has_activation: True if it defines its activations.
        has_sums: True if its loss is a sum or a norm, or if it has a second target.
        is_mean: True if its loss is written as a mean over samples.
    """
    now = dict(setting.network)
    if now["recurrent"]:
        return []
    sizes, acts = list(now["sizes"]), list(now["activations"])
    changes = []
    counts = [(n, how) for n, how in ((1, "mean"), (3, "mean"), (3, "sum")) if _is_other(now, n, how)]
    if is_mean and now["samples"] > 1:
        counts = [(n, how) for n, how in counts if how != "sum"]
    changes += [(_samples(n, how), {"samples": n, "reduction": how}) for n, how in counts]
    linear = {"activations": [*acts[:-1], "linear"]}
    shapes = [([*sizes[:-1], 1], acts), ([sizes[0], 1], acts[-1:]), ([1, 1], acts[-1:]), ([1] * len(sizes), acts)]
    shapes = [(shape, of) for shape, of in shapes if shape != sizes and not has_sums]
    changes += [(f"network: {_sizes(shape)}", {"sizes": shape, "activations": of}) for shape, of in shapes]
    if not has_activation and acts[-1] != "linear":
        changes.append(("linear outputs", linear))
        changes += [
            (f"network: {_sizes(shape)} with linear outputs", {"sizes": shape, "activations": [*of[:-1], "linear"]})
            for shape, of in shapes
        ]
    for loss in () if has_loss else _LOSSES:
        more = {"loss": loss}
        if loss == "cross_entropy":
            more |= linear
        elif acts[-1] == "linear" and not has_activation:
            changes.append((f"loss: {loss}, sigmoid outputs", {**more, "activations": [*acts[:-1], "sigmoid"]}))
        if loss != now["loss"]:
            changes.append((f"loss: {loss}", more))
            if now["samples"] > 1:
                changes.append((f"loss: {loss}, one sample", {**more, "samples": 1}))
    return [(words, setting.with_network(**{**now, **more})) for words, more in changes]


def _exchanged(setting):
    """Return the setting with the letters of outputs and targets exchanged, or None if this is not a convention."""
    letters = convention(**setting.options).letters
    given = {**setting.options.get("letters", {}), "t": letters["y"], "y": letters["t"]}
    if letters["a"] == letters["y"]:
        given["a"] = letters["t"]
    if "letters" in setting.declared or letters["t"] == letters["y"]:
        return None
    found = replace(setting, options={**setting.options, "letters": given})
    try:
        convention(**found.options)
    except ValueError:
        return None
    return found


def _functions(setting):
    """Return pairs of another activation in words and a setting with it in all layers that are not linear."""
    now = dict(setting.network)
    acts = list(now["activations"])
    return [
        (f"the activation {name}", setting.with_network(**{**now, "activations": changed}))
        for name in ("relu", "tanh", "sigmoid")
        if (changed := [act if act == "linear" else name for act in acts]) != acts
    ]


def _is_other(now, samples, how):
    return (samples, how if samples > 1 else "") != (now["samples"], now["reduction"] if now["samples"] > 1 else "")


def _samples(n, how):
    return "one sample" if n == 1 else f"samples: {n} {how}"


def _sizes(shape):
    return "-".join(map(str, shape))
