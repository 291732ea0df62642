"""Short forms of the deltas of outputs: the error y - t, or p - t, where p are the probabilities of a softmax.

These forms are found by interpolation in a prime field, from the numbers of the graph alone, in whatever way the loss
was written.
"""

from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.errors import AlgebraError
from autograd.formulas.expressions import (
    MINUS_ONE,
    ONE,
    Call,
    Number,
    Partial,
    Power,
    Symbol,
    plus,
    symbols,
    times,
    walk,
)
from autograd.formulas.field import PRIME, Unprovable
from autograd.formulas.fitting import fit_fractions, residue
from autograd.formulas.folding import fold

__all__ = ["has_delta", "simplify_outputs"]


def simplify_outputs(formulas):
    """Write the deltas of output neurons as c (y - t) or c (p - t) if they have that form, as with a cross-entropy.

    Args:
        formulas: the :class:`autograd.formulas.formulas.Formulas` of the network. Its deltas are replaced.
    """
    network = formulas.network
    last = network.depth
    outputs = [n for n in network.neurons if n.layer == last]
    todo = [n for n in outputs if _is_long(formulas.delta[n])]
    if not todo or any(has_delta(formulas.delta[n]) for n in todo):
        return
    try:
        samples = formulas.fitting_samples()
    except (Unprovable, AlgebraError):
        return
    groups: dict = {}
    for neuron in outputs:
        groups.setdefault((neuron.sample, neuron.step), []).append(neuron)
    found: dict = {}
    for group in groups.values():
        for short in (_as_error, _as_softmax, _as_logistic):
            result = short(formulas, group, samples)
            if result is not None:
                found.update(result)
                break
        else:
            return
    for neuron, (e, facts) in found.items():
        formulas.facts.update(facts)
        formulas.delta[neuron] = times(Number(formulas.factor), e)
        formulas.simplified.add(neuron)


def has_delta(e):
    """Return True if an expression contains a delta."""
    return any(s.role == "delta" for s in symbols(e))


def _is_long(e):
    """Return True if a delta is not a plain product of errors and activations."""
    for x in walk(e):
        match x:
            case Symbol(role="v" | "adjoint"):
                return True
            case Call(primitive=p) | Partial(primitive=p) if p is not primitives.step:
                return True
            case Power(exponent=Number(value=n)) if n < 0:
                return True
    return False


def _as_error(formulas, group, samples):
    """Return the deltas of one sample as c (y - t), or None if they do not have that form."""
    return _as_difference(formulas, group, samples, lambda sample, y: sample.symbol(y), lambda y: y)


def _as_logistic(formulas, group, samples):
    """Return the deltas of one sample as c (sigma(y) - t), or None. Then each output is a logit of its own."""

    def of_sample(sample, y):
        e = sample.exp(sample.symbol(y))
        return e / (1 + e)

    return _as_difference(formulas, group, samples, of_sample, primitives.sigmoid)


def _as_difference(formulas, group, samples, of_sample, of_symbol):
    """Return the deltas of one sample as c (f(y) - t), or None if they do not have that form.

    Args:
        formulas: the formulas of the network.
        group: the output neurons of the sample.
        samples: random points of a prime field.
        of_sample: f over the numbers of a point: a function of the point and the symbol y.
        of_symbol: f over symbols.
    """
    found = {}
    for neuron in group:
        y = formulas.network.symbol_of[neuron.a]
        t = _target_of(neuron)
        has_target = t in samples[0].quantities

        def row(sample, neuron=neuron, y=y, t=t, has_target=has_target):
            return [of_sample(sample, y), sample.symbol(t) if has_target else 1], sample.gradient(neuron.s)

        fit = formulas.fit(row, samples)
        if fit is None or not fit[0] or (has_target and fit[1] != -fit[0]):
            return None
        facts = {} if has_target else {t: Number(-fit[1] / fit[0])}
        found[neuron] = times(Number(fit[0]), plus(of_symbol(y), times(MINUS_ONE, t))), facts
    return found


def _as_softmax(formulas, group, samples):
    """Return the deltas of one sample as c (p - t), where p is the softmax of the pre-activations, or None."""
    network = formulas.network
    targets = [_target_of(neuron) for neuron in group]
    has_targets = all(t in samples[0].quantities for t in targets)
    fits = []
    for k, neuron in enumerate(group):

        def row(sample, k=k, neuron=neuron):
            exps = [sample.exp(sample.values[n.s]) for n in group]
            weight = sum([sample.symbol(t) for t in targets]) if has_targets else 1
            p = exps[k] / sum(exps)
            return [p * weight, sample.symbol(targets[k]) if has_targets else 1], sample.gradient(neuron.s)

        fit, wanted = formulas.fit(row, samples), targets[k]
        if fit is None or not fit[0] or (has_targets and fit[1] != -fit[0]):
            if not (has_targets and network.distributions):
                return None
            rows = [([residue(x) for x in basis], residue(y)) for basis, y in map(row, samples)]
            fit, wanted = _smoothed(network, samples, rows, targets[k], len(group))
            if fit is None:
                return None
        fits.append((fit, wanted))
    found = {}
    total = fold(targets, formulas.alphabet) if has_targets and not network.distributions else ONE
    scale = None if has_targets else _scale_of_probabilities([fit for fit, _ in fits])
    if scale is not None:
        total = fold(targets, formulas.alphabet)
    logits = [network.symbol_of[n.s] for n in group]
    exps = [primitives.exp(z) for z in logits]
    for k, (neuron, t, (fit, wanted)) in enumerate(zip(group, targets, fits, strict=True)):
        p = Symbol("p", (neuron.layer,), (neuron.index,), neuron.sample, neuron.step)
        factor = fit[0] if scale is None else scale
        facts: dict = {p: times(exps[k], fold(exps, formulas.alphabet) ** -1)}
        if not has_targets:
            facts[t] = Number(-fit[1] / factor)
        formulas.stable[p] = primitives.exp(logits[k] - primitives.logsumexp(*logits))
        found[neuron] = times(Number(factor), plus(times(p, total), times(MINUS_ONE, wanted))), facts
    return found


def _smoothed(network, samples, rows, t, classes):
    """Return the factor of a delta c (p - t') and t', where t' are smoothed labels, or a pair of None.

    With a number or a free quantity e, t' = (1 - e) t + e / classes.

    Args:
        network: the network.
        samples: random points of a prime field.
        rows: for each point, the softmax and the target, and the derivative of the loss.
        t: the symbol of the target.
        classes: the number of outputs.
    """
    for e in [None, *dict.fromkeys([s for s in network.symbol_of.values() if s.role == "free"])]:
        wider = []
        for sample, ((p, target), slope) in zip(samples, rows, strict=True):
            more = residue(sample.symbol(e)) if e is not None else 1
            wider.append(([p, target, *([target * more % PRIME] if e is not None else []), more], slope))
        fit = fit_fractions(wider)
        if fit is None or not fit[0]:
            continue
        _, kept, *mixed, constant = [x / fit[0] for x in fit]
        share = Number(-constant * classes) if e is None else e
        if (mixed and (kept, mixed[0], constant) == (-1, 1, Fraction(-1, classes))) or (
            not mixed and -kept == 1 + constant * classes
        ):
            spread = times(share, Number(Fraction(1, classes)))
            return fit, plus(times(plus(ONE, times(MINUS_ONE, share)), t), spread)
    return None, None


def _target_of(neuron):
    return Symbol("t", (neuron.layer,), (neuron.index,), neuron.sample, neuron.step)


def _scale_of_probabilities(fits):
    """Return a short c with deltas c (p sum(t) - t) if the targets almost add up to 1, or None."""
    (first, *_) = fits[0]
    scale = first.limit_denominator(1000)
    if scale == first or not scale or any(a != first for a, _ in fits) or -sum([b for _, b in fits]) != first:
        return None
    return scale if abs(first / scale - 1) < Fraction(1, 1000) else None
