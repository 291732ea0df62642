r"""The choice of a reading for a document that declares none: the candidate under which most claims are right.

Letters are taken from the document's own definitions. The named conventions, both signs of a delta, and both orders of
a weight's indices are tried as well.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from autograd.engine.errors import SheetError
from autograd.formulas.conventions import NAMES, convention, plain
from autograd.grading.clock import Allowance
from autograd.grading.defined_letters import LOGARITHM, SQUARED, defined_letters, defines_loss, says_output, swapped
from autograd.grading.own_letters import definition, names_in, written_out
from autograd.grading.reading.latex_names import BOLD
from autograd.grading.setting import Setting

__all__ = ["Chosen", "choose", "free_letters", "known_letters"]

_MAX_TRIED = 12  # the number of claims by which candidates are compared
_MAX_NETWORKS = 10
_MAX_CONVENTIONS = 4  # the number of conventions that are tried, most likely first
_SECONDS = 2.5  # the work for the whole choice
_WEIGHED_OR_DELTA = re.compile(r"\\delta|\\[Dd]elta|(?<![A-Za-z\\])[Ww]\s*(?:[_^₀-₉]|\b)|\\theta|\\omega")
# A delta may be its letter in all spellings, an error in words, or the d of d_k and d_h[h].
_DELTA = re.compile(r"[Dd]elta|[δΔ]|[Ee]rr|(?<![A-Za-z])d\s*[_\[^]")
_SIZES = re.compile(
    r"(?<![\d-])([1-9]\d?(?:(?:-[1-9]\d?){2,5}(?=[^\d-].{0,40}(?:network|sigmoid|tanh|relu))"
    r"|-[1-9]\d?(?=\s+(?:\w+\s+){0,2}(?:network|sigmoid|tanh|relu))))(?![\d-])",
    re.DOTALL,
)
_HALF = re.compile(r"\\[td]?frac\s*\{?\s*1\s*\}?\s*\{?\s*2|1/2|0\.5")
_LAYER = re.compile(r"(?<![A-Za-z])W\s*\}?\s*(?:\^\s*\{?\s*[\[(]\s*([1-9])\s*[\])]|_\s*\{?\s*([1-9])\s*(?![\d,]))")
_LIMITS = re.compile(r"\\sum(?:\s*[_^]\s*(?:\{[^{}]*\}|\w))*")
_SOFTMAX = re.compile(
    r"\\[td]?frac\s*\{\s*(?:e\s*\^|\\exp(?![a-z]))[^=]*?\}\s*\{\s*\\sum(?![a-z])[^=]*?(?:e\s*\^|\\exp(?![a-z]))"
)
# An output that is a pre-activation, as in \hat y = W_2 h + b_2, and one that is said to be linear.
_IS_LINEAR = re.compile(
    r"^\s*(?:\\hat\s*\{?\s*[yY]\s*\}?|[yo])\s*=\s*(?:z_\{?\d\}?|W_?\{?\d\}?\s*[a-z])\s*(?:$|[+\s.,])"
)
_SAYS_LINEAR = re.compile(r"linear out|outputs? (?:units? )?(?:is|are) linear|output layer is linear")
_BATCH = re.compile(r"\^\s*\{?\s*[(\[]\s*[in]\s*[)\]]|\bd[WZ]\b|[XAZ]\s*\^\s*\{?\s*(?:\[\w[^\]]*\]|\\?top|T)")
_RECURRENT = re.compile(r"[_^]\s*\{?\s*[(\[<]?\s*t\s*[-+]\s*1")
# The forward pass with a matrix in front of a column, as in W_1 x, or behind a row, as in X W_1.
_SCRIPT = r"(?:\s*[_^]\s*(?:\{[^{}]*\}|\w)|[₀-₉])*\s*\}?"
_VECTOR = rf"(?:\\(?:{BOLD})\s*\{{?\s*)?[xahzXAHZ](?![A-Za-z]){_SCRIPT}"
_MATRIX = rf"(?:\\(?:{BOLD})\s*\{{?\s*)?W(?![A-Za-z]){_SCRIPT}"
_COLUMNS, _ROWS = re.compile(rf"{_MATRIX}\s*{_VECTOR}"), re.compile(rf"{_VECTOR}\s*{_MATRIX}")
_DERIVATIVE = re.compile(r"\\partial|\\nabla|[∂∇]")
_NO_BIAS = re.compile(r"\b(?:no|without|omit\w*|leave out|ignor\w*|neglect\w*)\s+(?:the\s+|any\s+)?bias")
# Letters that have a meaning in every vocabulary.
_ALWAYS = {
    "delta", "hat y", "omega", "t", "z", "s", "W", "w", "b",
    "L", "J", "E", "C", "Loss", "loss", "epsilon", "SSE", "MSE",
}  # fmt: skip


class Chosen(NamedTuple):
    """The reading of a document: its setting, and the parts of it that were found and not declared, in words."""

    setting: Setting
    found: str


def known_letters(options) -> set:
    """Return the letters that have a meaning in a convention without any declaration."""
    letters = {role: plain(latex) for role, latex in convention(**options).letters.items() if role != "function"}
    return set(letters.values()) | (_ALWAYS - free_letters(options))


def free_letters(options) -> set:
    """Return the letters that are free for the writer: their roles have other letters, and no other role has them.

    >>> sorted(free_letters({"letters": {"s": "z", "t": "y", "y": "a"}}))
    ['S', 'T', 's', 't']
    """
    usual, letters = convention().letters, convention(**options).letters
    changed = {plain(usual[role]) for role in options.get("letters", {}) if role in ("s", "t", "a", "loss")}
    changed |= {letter.upper() for letter in changed}  # of a batch
    return changed - {plain(latex) for latex in letters.values()}


def choose(setting, found, judge) -> Chosen:
    """Return the reading under which most claims of a document can be read and are right.

    Args:
        setting: the declared setting.
        found: the :class:`~autograd.grading.extract.Extract` of the document.
        judge: a function of a setting, a target and a formula that returns a grade. It raises a SheetError if the
            setting has no meaning.
    """
    allowance = Allowance(_SECONDS)
    formulas = _spread([(item.target, item.formula) for item in found.items])
    marked = _spread([(item.target, item.formula) for item in found.items if _WEIGHED_OR_DELTA.search(item.formula)])
    networks = [setting] if setting.network is not None or setting.recorded else _networks(setting, found)
    best, score = networks[0], None
    for network in networks:
        letters = _letterings(network, [item.formula for item in found.items])
        base, reached = _best(letters, formulas, judge, allowance)
        variants = _variants(base) if marked else []
        if variants and not allowance.is_used_up():
            judge_variant = _without_deltas(base, judge)
            base, _ = _best(variants, marked, judge_variant, allowance, (base, _score(base, marked, judge, None)))
            reached = _score(base, formulas, judge, None)
        if score is None or reached > score:
            best, score = base, reached
        if score[0] == _most(formulas) or allowance.is_used_up():
            break
    is_open = setting.network is None and not setting.recorded
    said = "found, not declared: check it" if is_open or best.options != setting.options else ""
    if said:
        said = f"{'the network, the loss and the convention were' if is_open else 'the convention was'} {said}"
    return Chosen(best, said)


def _spread(formulas):
    """Return the formulas of a document by which candidates are compared, evenly spread over it."""
    if len(formulas) <= _MAX_TRIED:
        return formulas
    return [formulas[k * (len(formulas) - 1) // (_MAX_TRIED - 1)] for k in range(_MAX_TRIED)]


def _best(candidates, formulas, judge, allowance, start=None):
    """Return the candidate with the highest score and this score. The first of equal ones is returned."""
    best, score = start if start is not None else (candidates[0], None)
    for candidate in candidates:
        if score is not None and (allowance.is_used_up() or score[0] == _most(formulas)):
            break
        reached = _score(candidate, formulas, judge, score)
        if score is None or reached > score:
            best, score = candidate, reached
    return best, score


def _score(setting, formulas, judge, best):
    """Return the number of equal claims, the number of readable claims, and the affinity of the letters.

    The search stops if a candidate can no longer exceed ``best``, the score of another candidate.
    """
    known, own = known_letters(setting.options), {}
    equal = read = 0
    compared = formulas[:_MAX_TRIED]
    for k, (target, formula) in enumerate(compared):
        if best is not None and equal + _most(compared[k:]) < best[0]:
            break
        text = written_out(formula, own)
        try:
            verdict = judge(setting, target, text).verdict
        except SheetError:
            return (-1, -1, 0)
        if verdict == "unreadable":
            said = definition(text)
            if said is not None and said.name not in known:
                own[said.name] = said
            continue
        equal += _weight(formula) * (verdict in ("equal", "unproved"))
        read += 1
    used = set().union(*[names_in(formula) for _, formula in formulas])
    return equal, read, _affinity(convention(**setting.options), used)


def _weight(formula):
    """Return the weight of a claim.

    A definition of the loss counts most, because it distinguishes outputs from targets.
    """
    return 6 if defines_loss(formula) else 1


def _most(formulas):
    """Return the score of formulas that are all equal."""
    return sum([_weight(formula) for _, formula in formulas[:_MAX_TRIED]])


def _variants(setting):
    """Return the other signs of delta and orders of indices that are not declared.

    A declared convention determines the delta.
    """
    now = convention(**setting.options)
    is_said = {"delta", "convention"} & set(setting.declared)
    deltas = [now.delta] if is_said else list(dict.fromkeys([now.delta, -now.delta, 1, -1]))
    orders = [now.order] if "order" in setting.declared else ["from-to", "to-from"]
    found = []
    for delta in deltas:
        for order in orders:
            if (delta, order) != (now.delta, now.order):
                found.append(replace(setting, options={**setting.options, "delta": delta, "order": order}))
    return found


def _without_deltas(base, judge):
    """Return a judge of variants of a setting that judges a formula without a delta in one of its meanings only."""

    def judge_variant(setting, target, text):
        is_open = _DELTA.search(text) or plain(convention(**setting.options).letters["delta"]) in names_in(text)
        if target is None and not is_open:
            options = {key: value for key, value in setting.options.items() if key != "delta"}
            if "delta" in base.options:
                options["delta"] = base.options["delta"]
            setting = replace(setting, options=options)
        return judge(setting, target, text)

    return judge_variant


def _letterings(setting, formulas):
    """Return the settings to try, with the letters as declared, as defined in the document, or of other authors."""
    if "convention" in setting.declared:
        return [setting]
    forward = [formula for formula in formulas if not _DERIVATIVE.search(formula)]
    columns, rows = (sum(sign.search(formula) is not None for formula in forward) for sign in (_COLUMNS, _ROWS))
    if columns > rows and "order" not in {*setting.declared, *setting.options}:
        setting = replace(setting, options={**setting.options, "order": "to-from"})
    found = [setting]
    letters = defined_letters(formulas, dict(setting.network or ()).get("loss") == "cross_entropy")
    used = set().union(*[names_in(formula) for formula in formulas])
    if letters:
        tried = [letters, swapped(letters)]
        if "a" not in letters and not {"a", "h"} & used:  # hidden neurons have the letter of the outputs
            tried[:0] = [{**each, "a": each["y"]} for each in tried if "y" in each]
        for each in filter(None, tried):
            given = {**each, **setting.options.get("letters", {})}
            found.append(replace(setting, options={**setting.options, "letters": given}))
    if "letters" not in setting.declared:
        likely = sorted(NAMES, key=lambda name: -_affinity(NAMES[name], used))[:_MAX_CONVENTIONS]
        found += [
            replace(setting, options={"preset": name, **setting.options}) for name in likely if name != "standard"
        ]
    return [each for each in found if _is_sound(each.options)]


def _affinity(how, used):
    """Return the number of letters of a convention that a document has, minus the number that it lacks."""
    letters = {plain(how.letters[role]) for role in ("a", "y", "t", "s", "delta", "loss")}
    return len(letters & used) - len(letters - used)


def _is_sound(options):
    try:
        convention(**options)
    except ValueError:
        return False
    return True


def _networks(setting, found):
    """Return settings with the networks that a document may be about, most likely first."""
    text = found.prose
    low = text.lower()
    acts = [name for name, sign in _ACTIVATIONS.items() if re.search(sign, text)]
    sizes = _SIZES.search(low)
    formulas = " ".join([item.formula for item in found.items])
    is_softmax = "softmax" in low or _SOFTMAX.search(formulas) is not None
    said = [bool(SQUARED.search(item.formula)) for item in found.items if defines_loss(item.formula)]
    squares = any(said)
    logs = LOGARITHM.search(formulas) is not None or ("entropy" in low and not squares)
    losses = _losses(formulas, said, logs or is_softmax, is_softmax)
    if sizes:
        shapes = [[int(n) for n in sizes[1].split("-")]]
    elif re.search(r"w_\{?[a-z]\b", formulas) and not re.search(r"w_\{[^{}]*[a-z]\s*[, ]?\s*[a-z]", formulas):
        shapes = [[3, 1], [2, 3, 1]]  # weights with one index lead into one neuron
        if "hidden" in low:
            shapes = [[2, 3, 2], [2, 3, 1], [3, 1]]
    else:
        last = 3 if is_softmax else 2
        shapes = [[2, 3, last], [3, last]]
        if not is_softmax and any(_is_of_one_output(item.formula) for item in found.items):
            shapes = [[2, 3, 1], [3, 1], *shapes] if "hidden" in low else [[3, 1], [2, 3, 1], *shapes]
        if re.search(r"w_i\b(?!\s*,)", formulas) and "hidden" not in low:  # first one unit, then a layer of several
            shapes = [[3, 1], *shapes]
    layers = max([int(above or below) for above, below in _LAYER.findall(formulas)], default=0)
    if layers > 2 and not sizes:
        shapes = [[2, *[3] * (layers - 1), shape[-1]] for shape in shapes if len(shape) == 3][:2] + shapes
    if losses[0] == "cross_entropy" and all(shape[-1] == 1 for shape in shapes):  # it needs several outputs
        if sizes:
            losses = ["binary_cross_entropy", *losses[1:]]
        else:
            shapes = [*shapes, [3, 3], [2, 3, 3]]
    if "hidden" not in low and not sizes and re.search(r"(?:logistic|linear) regression", low):
        shapes = [[3, 1], [1, 1], *shapes]
        if re.search(r"\\theta\s*_\s*\{?\s*1\s*\}?\s*x(?!\s*_)", formulas):  # one feature: \theta_0 + \theta_1 x
            shapes = [[1, 1], [3, 1], *shapes[2:]]
    batches = [1]
    if re.search(r"\\[td]?frac\s*\{?\s*1\s*\}?\s*\{?\s*[mnN](?![\w^])|\\sum_\{?n|mini-?batch", formulas + low):
        batches = [3, 1] if _BATCH.search(formulas) else [1, 3]
    has_biases = bool(re.search(r"(?<![A-Za-z\\])[bB](?![A-Za-z])|\\theta|bias", formulas + _NO_BIAS.sub("", low)))
    is_said = bool(acts) and says_output([item.formula for item in found.items])
    is_linear = bool(_SAYS_LINEAR.search(low)) or any(_IS_LINEAR.match(item.formula) for item in found.items)
    tried = []
    for at_shape, shape in enumerate(shapes):
        for at_act, act in enumerate((acts or ["sigmoid"])[:2]):
            for at_last, last in enumerate(_outputs(is_linear, act, losses[0], is_said)):
                for at_loss, loss in enumerate(losses):
                    for at_samples, samples in enumerate(batches):
                        if loss == "cross_entropy" and shape[-1] == 1:
                            continue
                        names = [*[act] * (len(shape) - 2), last]
                        tried.append((
                            at_shape + at_act + at_last + at_loss + at_samples,
                            {"sizes": shape, "activations": names, "loss": loss, "samples": samples},
                        ))  # fmt: skip
    networks = [network for _, network in sorted(tried, key=lambda each: each[0])]
    over_time = sum(_RECURRENT.search(item.formula) is not None for item in found.items)
    if over_time * 6 >= len(found.items):
        steps = {"samples": 1, "reduction": "sum", "recurrent": (1, 3)}
        ends = sorted([x for x in networks if len(x["sizes"]) == 3], key=lambda x: x["activations"][-1] != "linear")
        networks = [{**network, **steps} for network in ends[:2]] + networks
    return [setting.with_network(bias=has_biases, **network) for network in networks[:_MAX_NETWORKS]]


def _losses(formulas, said, has_logs, is_softmax):
    """Return the losses that a document may be about, most likely first.

    Args:
        formulas: all formulas in one text.
        said: for each definition of a loss, True if it has squares.
        has_logs: True if there is a logarithm or a softmax.
        is_softmax: True if there is a softmax.
    """
    squares = ["half_sse", "sse"]
    if not _HALF.search(formulas) and re.search(r"\^\s*\{?2", formulas):
        squares = ["sse", "mse"]
    if not has_logs:
        return squares
    entropies = ["cross_entropy"] if is_softmax else ["binary_cross_entropy", "cross_entropy"]
    if said.count(True) > said.count(False):
        return [*squares, *entropies[:1]] if False in said else squares
    return [*entropies, *squares[:1]] if True in said else entropies


def _is_of_one_output(formula):
    """Return True if a formula defines the loss as the error of one output, without an index and a sum over outputs."""
    if defines_loss(formula) and LOGARITHM.search(formula) and re.search(r"1\s*-\s*", formula):
        return "_" not in _LIMITS.sub("", formula.partition("=")[2])
    match = SQUARED.search(formula)
    if match is None or not defines_loss(formula) or r"\sum" in formula or "|" in formula or "Vert" in formula:
        return False
    return not re.search(r"[_^]", formula[match.start() : match.start() + match[0].rindex("^")])


def _outputs(is_linear, activation, loss, is_said):
    """Return the activations that outputs may have, most likely first."""
    if loss == "cross_entropy":
        return ["linear"]
    if loss == "binary_cross_entropy":
        return ["sigmoid"]
    if activation == "relu" or is_linear:
        return ["linear"]
    return [activation] if is_said else [activation, "linear"]


_ACTIVATIONS = {
    "sigmoid": r"\\sigma|[Ss]igmoid|[Ll]ogistic", "tanh": r"tanh|hyperbolic", "relu": r"ReLU|[Rr]elu|rectified",
}  # fmt: skip
