"""The comparison of a diagnosis with the mistakes that were made: does it name them?"""

import itertools
import re

from benchmarks.mistakes import MAKERS, WITHOUT_SYMBOL, Slip, _set, apart, applied
from benchmarks.right_formulas import close, neg, walk

__all__ = ["is_named"]


def mentions(said, symbols):
    """Return True if a text contains one of the symbols. The letter of a sum may be another letter or a number."""
    for _, base, indices in symbols:
        inner = r"\s*,\s*".join([str(i) if isinstance(i, int) else r"\w+" for i in indices])
        if re.search(rf"(?<!\w){base}\[\s*{inner}\s*\]", said):
            return True
    return False


def matches(slip, mistake):
    """Return True if a reported mistake names a slip."""
    if mistake.kind not in slip.kinds():
        return False
    return slip.kind in WITHOUT_SYMBOL or mentions(mistake.text, slip.symbols)


def _unlikely(case):
    """Yield slips that are not drawn, but that may be the result of two drawn slips."""
    net = case.network
    written = {x for _, x, _ in walk(case.wrong) if x[0] == "sym"}
    in_calls = {(*path, 0) for path, x, _ in walk(case.right) if x[0] == "call"}
    for path, x, scope in walk(case.right):
        if x[0] == "add":
            yield Slip("sign", (((*path, 0), neg, True),))  # -t-y for t-y
        elif x[0] == "sym" and path not in in_calls:  # a missing and an extra factor can replace any quantity
            for other in sorted(written, key=str):
                if other[1] != x[1] and net.fits(other, scope):
                    yield Slip("wrong quantity", (_set(path, other),), (other,))


def explanations(case):
    """Return the single slips that change the value of the right formula to the value of the wrong one."""
    net, wrong = case.network, case.network.numbers(case.wrong)
    found = []
    drawn = [slip for maker in MAKERS.values() for slip in maker(net, case.target, case.right)]
    for slip in [*drawn, *_unlikely(case)]:
        e = applied(case.right, slip.changes)
        if e is not None and close(net.numbers(e), wrong):
            found.append(slip)
    ratios = [g / t for g, t in zip(wrong, net.truth(case.target), strict=True) if abs(t) > 1e-9]
    if ratios and close(ratios, ratios[:1] * len(ratios)):  # two wrong constants are one
        if abs(abs(ratios[0]) - 1) > 1e-9:
            # For a factor of -2, the sign and the 2 must both be reported.
            found += [Slip("constant factor", ())] if ratios[0] > 0 else []
        elif ratios[0] < 0:
            found.append(Slip("sign", ()))
    return found


def is_named(case, reported):
    """Return True if the reported mistakes name the slips of a case.

    At most two mistakes may be reported, because a longer list could name a slip by chance. One slip is named if a
    reported mistake matches it, or another single slip with the same effect, and all other reported mistakes are of
    kinds that are acceptable for it. Two slips are named in four cases:

    - each of them is matched by a different reported mistake;
    - both are of the same kind, and one reported mistake mentions the symbols of both;
    - one mistake is reported, and a single slip that matches it has the same effect as the two; or the two slips
      exchange two symbols, and the exchange is reported;
    - two mistakes are reported, of kinds that are acceptable for the two slips, and two slips that match them have the
      same effect.
    """
    reported = list(reported)
    if not 1 <= len(reported) <= 2:
        return False
    kinds = set().union(*[slip.kinds() for slip in case.slips])
    if len(case.slips) == 1:
        same = [*case.slips] if any(matches(case.slips[0], m) for m in reported) else explanations(case)
        kinds |= set().union(*[slip.kinds() for slip in same])
        return any(matches(s, m) for s in same for m in reported) and all(m.kind in kinds for m in reported)
    a, b = case.slips
    if len(reported) == 1:
        only = reported[0]
        if a.kind == b.kind and a.kind not in WITHOUT_SYMBOL and matches(a, only) and matches(b, only):
            distinct = {s for s in a.symbols if s not in b.symbols}, {s for s in b.symbols if s not in a.symbols}
            if all(mentions(only.text, symbols) for symbols in distinct):
                return True
        if (
            len(a.symbols) == 2
            and a.symbols == b.symbols[::-1]
            and only.kind in ("swapped indices", "transposed weight")
        ):
            return all(mentions(only.text, [x]) for x in a.symbols)
        return any(matches(slip, only) for slip in explanations(case))
    first, second = reported
    if (matches(a, first) and matches(b, second)) or (matches(a, second) and matches(b, first)):
        return True
    return first.kind in kinds and second.kind in kinds and _pair_does(case, first, second)


def _pair_does(case, first, second):
    """Return True if two slips that match two reported mistakes have the same effect as the injected ones."""
    net, wrong = case.network, case.network.numbers(case.wrong)
    every = [s for maker in MAKERS.values() for s in maker(net, case.target, case.right)]
    pools = [[s for s in every if matches(s, m)] for m in (first, second)]
    for a, b in itertools.product(*pools):
        if apart(a, b):
            e = applied(case.right, [*a.changes, *b.changes])
            if e is not None and close(net.numbers(e), wrong):
                return True
    return False
