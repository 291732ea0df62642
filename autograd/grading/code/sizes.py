"""Other sizes of a program, because sizes that happen to be equal hide mistakes."""

import ast
from dataclasses import replace

from autograd.engine.value import Value
from autograd.grading.code.case import Case, has_steps, judge_afresh, judgement
from autograd.grading.code.limits import Limits, Work
from autograd.grading.code.prepared import smaller_sizes
from autograd.grading.code.reading import read

__all__ = ["at_other_sizes", "at_smaller_sizes", "places_of_sizes"]

SIZES_WORK = 600_000
LARGEST, LARGEST_OF_ALL = 64, 5000
MAX_PLACES = 8
LEAST = 4  # the smallest size that replaces a larger one
SMALL = 12_000  # operations of a reading that is small enough for a search
MANY_COLUMNS, FEW_COLUMNS = 13, 5  # of made data
ENOUGH = 2  # other sizes at which a program is judged
SHAPED = {
    "rand", "randn", "random", "random_sample", "normal", "uniform", "standard_normal", "zeros", "ones", "empty",
    "full", "eye", "range",
}  # fmt: skip
SPACED = {"linspace", "logspace", "geomspace"}  # their third argument is a size
DRAWN = {"randint", "integers", "choice"}


def at_other_sizes(case):
    """Return a case of the program at other sizes at which a mistake shows, or None, and the sizes that were tried.

    Args:
        case: The program. All of its updates are right at its own sizes.

    Returns:
        A pair: the case, or None if the program is right at every size that could be read, and a list of texts.
    """
    work, tried = Work(SIZES_WORK), []
    if case.prepared.sizes or case.prepared.order or case.own.library.made:
        return None, tried
    for resized in variants(case.tree):
        if not work.left() or len(tried) == ENOUGH:
            break
        prepared = replace(case.prepared, resized=resized)
        tree, limits = prepared.of(ast.parse(case.text)), Limits()
        own = read(tree, loss=case.loss, call=case.call, steps=1, limits=limits)
        work.spend(limits, own.operations)
        if own.trouble is not None or not has_steps(own):
            continue
        judged = judgement(own, case.loss is not None, tree, like=case.judged)
        if judged is None or not _is_comparable(judged, case.judged):
            continue
        other = Case(case.text, tree, case.loss, case.call, own, judged, prepared=prepared, at_own_sizes=[case])
        judge_afresh(other, [])
        if other.final.right:
            tried.append(_described(case.text, resized))
        elif _is_always_wrong(other):
            return other, [*tried, _described(case.text, resized)]
    return None, tried


def at_smaller_sizes(case):
    """Return a case of a wrong program at smaller sizes with the same wrong updates, or None.

    A search reads the program hundreds of times, and mistakes seldom depend on large sizes.
    """
    if case.own.operations < SMALL or case.prepared.sizes or case.prepared.resized or case.prepared.order:
        return None
    resized = [_reduced(places_of_sizes(case.tree, every)) for every in (True, False)]
    found = [replace(case.prepared, resized=changes) for changes in dict.fromkeys(resized) if changes]
    if case.own.library.made and smaller_sizes(case.tree):
        found.insert(0, replace(case.prepared, sizes=smaller_sizes(case.tree)))  # made data has the same small sizes
    columns = sorted(n for n in case.own.library.columns if n >= MANY_COLUMNS)
    if columns:
        sizes = smaller_sizes(case.tree, batches=True)
        sizes.update({n: sizes.get(n, FEW_COLUMNS + i) for i, n in enumerate(columns)})
        found.insert(0, replace(case.prepared, sizes=sizes, rows=2 * max(sizes.values())))
    for prepared in found:
        other = _at_sizes(case, prepared)
        if other is not None:
            return other
    return None


def _reduced(places):
    """Return smaller numbers for sizes: pairs of a place and a number. Different sizes stay different."""
    kept = {value for _, value in places if value <= LEAST}
    free = [n for n in range(LEAST, LARGEST) if n not in kept]
    sizes = dict(zip(sorted({value for _, value in places if value > LEAST}), free, strict=False))
    return tuple((place, sizes[value]) for place, value in places if sizes.get(value, value) < value)


def _at_sizes(case, prepared):
    """Return the case at other sizes if it is read faster there and has the same wrong updates, and None otherwise."""
    tree = prepared.of(ast.parse(case.text))
    own = read(tree, loss=case.loss, call=case.call)
    if own.trouble is not None or not has_steps(own) or own.operations > case.own.operations / 2:
        return None
    judged = judgement(own, case.loss is not None, tree)
    if judged is None or not _is_comparable(judged, case.judged):
        return None
    other = Case(case.text, tree, case.loss, case.call, own, judged, prepared=prepared, at_own_sizes=[case])
    judge_afresh(other, [])
    both = [{update.group.name for update in one.final.updates if not update.right} for one in (case, other)]
    return other if both[0] == both[1] else None


def variants(tree):
    """Yield changes of sizes, each as pairs of a place in the text and another number.

    In the first one, every size is different. In the others, equal numbers stay equal, or only one or two differ. A
    number over which a ``range`` runs does not differ alone: the loop would leave out the last samples.

    >>> list(variants(ast.parse("n = 4; W = np.zeros((n, 4))")))[:2]
    [(((1, 4), 5), ((1, 24), 6)), (((1, 4), 5), ((1, 24), 5))]
    """
    below = _counted_down(tree)
    places = [(place, value) for place, value in places_of_sizes(tree) if value - 1 not in below]
    if not places:
        return
    seen, apart = {}, []
    counted = _counted(tree)
    for place, value in places:
        seen[value] = seen.get(value, 0) + (value not in counted or value not in seen)
        apart.append((place, value + seen[value]))
    yield tuple(apart)
    if any(count > 1 for count in seen.values()) or counted:
        yield tuple((place, value + 1) for place, value in places)
        alone = [(place, value) for place, value in places if value not in counted][:MAX_PLACES]
        for i, (place, value) in enumerate(alone):
            yield ((place, value + 1),)
            for other, number in alone[i + 1 :]:
                if number == value:
                    yield ((place, value + 1), (other, value + 1))


def _counted(tree):
    """Return the numbers to which a ``range`` counts, as in ``range(8)``."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range"]
    return {part.value for call in calls for part in call.args[:2] if isinstance(part, ast.Constant)}


def _counted_down(tree):
    """Return the numbers from which a ``range`` counts down, as in ``range(7, -1, -1)``. A size of 8 stays the same."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range"]
    starts = [call.args[0] for call in calls if len(call.args) == 3]
    return {part.value for part in starts if isinstance(part, ast.Constant)}


def places_of_sizes(tree, every=False):
    """Return the numbers in a program that are sizes: pairs of a place (line, column) and the number.

    A number that is also the length of a written list, or that is used in any other way, is left out.

    Args:
        tree: The syntax tree of the program.
        every: True to return also numbers that are probably sizes: larger ones, the arguments of the program's own
            functions, and numbers that also count the iterations between two prints.
    """
    found = {}
    largest = LARGEST_OF_ALL if every else LARGEST
    functions = {node.name for node in ast.walk(tree) if every and isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and not isinstance(
            getattr(node, "targets", [0])[0], ast.Subscript
        ):
            value = node.value
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
        elif isinstance(node, ast.arguments):
            parts = [*node.defaults, *node.kw_defaults]
        elif isinstance(node, ast.Call):
            parts = _sizes_of_call(node, every, functions)
        else:
            continue
        for part in parts:
            if isinstance(part, ast.Constant) and type(part.value) is int and 1 < part.value <= largest:
                found[part.lineno, part.col_offset] = part.value
    lengths = {len(node.elts) for node in ast.walk(tree) if isinstance(node, (ast.List, ast.Tuple)) and _is_data(node)}
    harmless = {
        id(node.right) for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    }
    harmless |= {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.Subscript) for part in ast.walk(node.slice)
    }
    periods = {
        id(node.right)
        for node in ast.walk(tree)
        if every and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)
    }
    harmless |= periods
    used = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) is int and (node.lineno, node.col_offset) not in found
        if id(node) not in (harmless if node.value == 2 else periods)
    }
    return [(place, value) for place, value in sorted(found.items()) if value not in lengths | used]


def _sizes_of_call(node, every, functions):
    """Return the arguments of a call that may be sizes. All arguments of some functions may be.

    If ``every``, numbers of points are sizes, too.
    """
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in SPACED:
        return node.args[2:3] if every else []
    if name in functions:
        return [*node.args, *[keyword.value for keyword in node.keywords]]
    if name in DRAWN:
        return [part for k in node.keywords if k.arg == "size" for part in getattr(k.value, "elts", [k.value])]
    if name not in SHAPED and not name[:1].isupper():
        return []
    positional = node.args[-1:] if name == "range" and len(node.args) < 3 else [] if name == "range" else node.args
    parts = [*positional, *[keyword.value for keyword in node.keywords if keyword.arg in ("size", "shape")]]
    return [part for arg in parts for part in (arg.elts if isinstance(arg, (ast.Tuple, ast.List)) else [arg])]


def _is_data(node):
    """Return True if a list holds more than sizes: a float, a negative number, or other lists."""
    return any(
        isinstance(part, (ast.List, ast.Tuple, ast.UnaryOp))
        or (isinstance(part, ast.Constant) and isinstance(part.value, (float, str)))
        or (isinstance(part, ast.Constant) and part.value in (0, 1))
        for part in node.elts
    )


def _is_comparable(judged, own):
    """Return True if the same updates were read at another size, with the same loss, and the size is another one."""
    if [update.group.name for update in judged.updates] != [update.group.name for update in own.updates]:
        return False
    if any(update.group.widened for update in judged.updates):
        return False
    if (judged.truth.source, judged.truth.line) != (own.truth.source, own.truth.line):
        return False
    return _counts(judged) != _counts(own)


def _is_always_wrong(case):
    """Return True if the same updates are wrong with all weights. A wrong count does not depend on the weights."""
    judgements = [case.judged, *[judged for judged, _ in case.others]]
    wrong = {update.group.name for update in case.final.updates if not update.right}
    return all({u.group.name for u in judged.updates if not u.right} == wrong for judged in judgements)


def _counts(judged):
    leaves = sum(isinstance(node, Value) and node.op is None for node in judged.truth.adjoints)
    return [len(update.group.old) for update in judged.updates], leaves


def _described(text, resized):
    """Return the numbers of other sizes in words: each with its line."""
    lines = text.splitlines()
    parts = {}
    for (line, column), number in resized:
        old = lines[line - 1].encode()[column:].decode()
        digits = old[: len(old) - len(old.lstrip("0123456789"))]
        parts.setdefault(f"{number} in place of {digits}", []).append(str(line))
    return ", ".join(f"{part} in line {' and '.join(dict.fromkeys(lines))}" for part, lines in parts.items())
