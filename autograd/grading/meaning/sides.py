"""The sides of an equation: updates and steps on the left, and free letters."""

from autograd.formulas.expressions import Letter, Sum, Symbol, parts
from autograd.grading.reading import trees
from autograd.grading.reading.trees import ReadingError

__all__ = [
    "free_letters", "free_names", "is_step", "is_updated", "sides_of", "with_rate_named", "without_delta",
    "without_marks",
]  # fmt: skip


def sides_of(tree):
    """Return the left side or None, the right sides, and the operator."""
    if isinstance(tree, trees.Rows):
        left, rights, operator = None, [], "="
        for k, row in enumerate(tree.rows):
            row = row[0] if isinstance(row, tuple) and len(row) == 1 else row
            one, more, sign = sides_of(row)
            if k == 0:
                left, operator = one, sign
            rights += more
        return left, rights, operator
    if isinstance(tree, trees.Relation):
        sides = list(tree.sides)
        for sign in tree.operators:
            if sign not in ("=", "<-"):
                words = {"~": "an approximation or a proportion", "in": "a membership", "->": "an arrow"}
                raise ReadingError(f"{words.get(sign, sign)} cannot be proved: write =.", tree.at)
        operator = "<-" if "<-" in tree.operators else "="
        left = None if type(sides[0]).__name__ == "Empty" else sides[0]
        return left, sides[1:], operator
    return None, [tree], "="


def free_names(left):
    """Return the variables of an identity: the names without an index on its left side."""
    if not isinstance(left, (trees.Call, trees.Derivative)):
        return frozenset()
    names = [x for x in trees.walk(left) if isinstance(x, trees.Name) and not x.indices]
    return frozenset([x.base for x in names if x.base in ("z", "u", "v", "x", "t")])


def is_updated(tree):
    """Return True if a name is a weight after the step: w' or w(k+1)."""
    if not isinstance(tree, trees.Name):
        return False
    later = any(isinstance(x, trees.Time) and isinstance(x.value, trees.Add) for x in tree.superscripts)
    return later or tree.primes > 0


def without_marks(tree):
    """Return a name without primes and iterations."""
    if not isinstance(tree, trees.Name):
        return tree
    return tree._replace(primes=0, superscripts=tuple([x for x in tree.superscripts if not isinstance(x, trees.Time)]))


def is_step(tree):
    r"""Return True if a tree is a step, \Delta w."""
    if isinstance(tree, trees.Multiply):
        first = tree.factors[0]
        return len(tree.factors) == 2 and isinstance(first, trees.Name) and first.base == "Delta" and not first.indices
    return isinstance(tree, trees.Name) and tree.base.startswith("Delta ")


def without_delta(tree):
    """Return the parameter of a step."""
    if isinstance(tree, trees.Multiply):
        return tree.factors[1]
    return tree._replace(base=tree.base.removeprefix("Delta "))


def with_rate_named(tree, rate):
    """Return the tree with the user's name of the learning rate replaced by ``eta``."""
    if isinstance(tree, trees.Name) and tree.base == rate and not tree.indices:
        return tree._replace(base="eta")
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[with_rate_named(x, rate) for x in tree])
    if isinstance(tree, tuple):
        return tuple([with_rate_named(x, rate) for x in tree])
    return tree


def free_letters(e, bound=frozenset()):
    """Yield the letters of an expression that no sum binds."""
    if isinstance(e, Sum):
        yield from free_letters(e.body, bound | {e.letter})
        return
    if isinstance(e, Symbol):
        inner = [e.name] if isinstance(e.name, Symbol) else list(e.name) if isinstance(e.name, tuple) else []
        for i in (*e.indices, e.sample, e.step):
            if isinstance(i, Letter) and i.name not in bound:
                yield i
        for x in inner:
            yield from free_letters(x, bound)
        return
    for x in parts(e):
        yield from free_letters(x, bound)
