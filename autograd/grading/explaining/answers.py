"""The answer for a printed formula: its reading, the mistakes, the right formula, and a counterexample."""

from autograd.engine.errors import AutogradError
from autograd.formulas.expressions import Letter, Symbol
from autograd.grading.explaining.counterexamples import counterexample
from autograd.grading.explaining.explain import explain
from autograd.grading.judging.instances import indices_in, instances
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.place import Place
from autograd.grading.reading.nodes import show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["meant_symbol", "names_of", "reading_of", "refutation", "slips_of", "words_of", "worst"]

_ORDER = {"unreadable": 0, "ill-formed": 1, "wrong": 2, "ambiguous": 3, "unproved": 4, "equal": 5}
_NAMES = {
    "s": "pre-activation", "a": "activation", "t": "target", "p": "softmax output", "w": "weight", "b": "bias",
    "delta": "delta", "loss": "loss", "parameter": "weight",
}  # fmt: skip


def worst(verdicts):
    """Return the verdict that counts for a formula with several claims: the first of the worst ones."""
    return min(verdicts, key=lambda v: (max(_ORDER[v.judged.verdict], 2), not v.condition))


def meant_symbol(written, verdict):
    """Return the symbol on the left side of a claim and the numbers of its letters, or None."""
    judged, task = verdict.judged, verdict.judged.task or verdict.task
    reading = judged.meant or judged.reading
    if reading is None:
        return None
    left = task.parameter or task.sides[0]
    if left.kind == "given":
        return None
    of_loss = True
    if left.kind == "deriv":
        of_loss = left.parts[0].kind == "loss" or verdict.places.is_loss(left.parts[0])
        left = left.parts[1]
    elif task.kind == "value" and not (left.kind == "name" and "delta" in verdict.places.roles_of(left.data[0])):
        return None
    if not of_loss or left.kind == "none":
        return None
    try:
        place = evaluator(written.judge.points.first(), verdict.places, reading, {}).by_place(left)
        envs = instances(written.judge, task, verdict.places, reading, None)
    except ReadingError:
        return None
    if place.kind != "quantity" or place.role not in ("w", "b", "delta", "s", "a"):
        return None
    return _symbol(place), envs


def names_of(written, verdict, symbols, text):
    """Return the names of the parameters and deltas to which a claim refers.

    Args:
        written: the :class:`~autograd.grading.judging.written.Written` that judged the claim.
        verdict: the verdict on the claim.
        symbols: all symbols of the network.
        text: a function that returns the name of a symbol.
    """
    meant = meant_symbol(written, verdict)
    if meant is None or meant[0].role not in ("w", "b", "delta", "s"):
        return []
    symbol, envs = meant
    if symbol.role == "s":  # the derivative with respect to a pre-activation is its delta
        symbol = Symbol("delta", symbol.layers, symbol.indices, symbol.sample, symbol.step)
    bound = [symbol.bound(env) for env in envs or [{}]]
    found = [x for one in bound for x in symbols if _is_one_of(x, one)]
    is_general = "layer" in verdict.judged.reading.axes.values()  # the claim is about several layers
    if is_general and verdict.judged.verdict in ("equal", "unproved"):
        own, held = _role_and_layer(symbol), verdict.judged.layers
        found += [x for x in symbols if _role_and_layer(x) != own and _role_and_layer(x) in held]
    return list(dict.fromkeys([text(x) for x in found]))


def _is_one_of(symbol, general):
    """Return True if a symbol is an instance of a general one."""
    same = (symbol.role, symbol.layers) == (general.role, general.layers)
    return same and general.stands_for(symbol.indices, symbol.sample, symbol.step)


def _role_and_layer(symbol):
    """Return the role of a symbol and its layer, or both layers of a weight."""
    return symbol.role, symbol.layers if symbol.role == "w" else (*symbol.layers, None)[0]


def _symbol(place):
    """Return the symbol of a place, with letters for its free indices."""

    def index(item, letter):
        if item is None:
            return Letter(letter)
        return item.offset if item.letter is None else Letter(item.letter, item.offset)

    layers = place.layer if place.role == "w" else (place.layer,)
    given = place.index if place.role == "w" and place.index is not None else (place.index,) * len(layers)
    indices = tuple([index(x, f"@{k}") for k, x in enumerate(given)])
    sample = None if place.sample is None else index(place.sample, "@n")
    step = None if place.step is None else index(place.step, "@t")
    role = "x" if place.role == "a" and place.layer == 0 else place.role
    return Symbol(role, layers, indices, sample, step)


def reading_of(written, verdict):
    """Return the meaning that the letters of a claim have in its reading, in words."""
    judged, task, places = verdict.judged, verdict.judged.task or verdict.task, verdict.places
    option = judged.meant or judged.reading
    if option is None:
        return ""
    evaluation = evaluator(written.judge.points.first(), places, option, {})
    found: dict = {}
    for side in (*task.sides, *([task.parameter] if task.parameter is not None else [])):
        functions = {id(x.parts[0]) for x in walk(side) if x.kind == "call"}
        marks = indices_in(side)
        for x in walk(side):
            if x.kind == "name" and id(x) not in functions and id(x) not in marks:
                try:
                    place = evaluation.place(x)
                except ReadingError:
                    continue
                if place.kind == "quantity" and place.role in _NAMES:
                    found.setdefault(show(x), _described(place))
                elif place.kind == "kronecker":
                    found.setdefault(show(x), "1 where the indices are equal, else 0")
    words = [f"{name} is {what}" for name, what in list(found.items())[:8]]
    whole = any(" all " in w or "vector" in w or "matrix" in w for w in words)
    if whole:
        words.append(f"vectors are {option.vectors}")
    if option.weights_out:
        words.append("the weights of a layer lead out of it")
    if option.base:
        words.append("the input layer has the number 1")
    if judged.layers and "layer" in option.axes.values():
        layers = sorted({x[1] if isinstance(x, tuple) else x for *_, x in judged.layers if x is not None}, key=str)
        if layers:
            words.append(f"it holds for layer {', '.join([str(x) for x in layers])}")
    elif len(judged.layers) == 1 and option.layers:
        words.append("one layer is meant")
    return "; ".join(words)


def _described(place: Place):
    if place.role == "loss":
        part = " of one sample" if place.sample else " at one step" if place.step else ""
        return f"the loss{part or (' of one output' if place.index else '')}"
    name = "input" if place.role == "a" and place.layer == 0 else _NAMES[place.role]
    if place.role == "parameter":
        return "any weight"
    if place.role == "w":
        kind = "the matrix of weights" if place.index is None else "a weight"
        return f"{kind} from layer {place.layer[0]} to layer {place.layer[1]}"
    names = f"{name}es" if name.endswith("s") else f"{name}s"
    kind = f"the vector of {names}" if place.index is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    return f"{kind} of layer {place.layer}"


def slips_of(written, verdict):
    """Return the mistakes in a claim, and the verdict under the reading to which they refer."""
    return explain(written.judge, verdict, getattr(written.convention, "vectors", None))


def refutation(written, verdict, oracle, names):
    """Return the numbers of a counterexample, or None."""
    try:
        return counterexample(written.judge, verdict, oracle.candidates(), names)
    except AutogradError:
        return None


def words_of(verdict, mistakes, several):
    """Return the diagnosis in words."""
    judged = verdict.judged
    words = "; and ".join([m.text for m in mistakes])
    reason = judged.reason
    if judged.error is not None and reason and not reason.endswith("differ"):
        words = f"{reason.rstrip('.')}: {words}" if words else reason
    elif judged.verdict == "ill-formed":
        words = f"{words} ({reason})" if words else reason
    elif not words:
        words = "no slip that is known explains it: compare it with the right formula term by term"
        if reason.startswith("it has no value"):
            words = "it has no value: it divides by 0, or a function is evaluated outside of its domain"
    if several and verdict.text:
        words = f"in the line {verdict.text[:80]} = ...: {words}"
    return words
