"""The tree of a program as it is read: with its samples in another order, or with smaller sizes."""

import ast
import difflib
from dataclasses import dataclass, field, replace

from autograd.grading.code.ranks import Ranks
from autograd.grading.code.samples import arranged

__all__ = ["Prepared", "batch_sizes", "first_rows", "smaller_sizes"]

LARGE, FIRST_SMALL = 32, 6
MIDDLE = 3  # the row at which slices divide made data, which has six rows
NOT_SIZES = {"range", "arange", "seed", "RandomState", "default_rng", "manual_seed", "print", "linspace", "Random"}


@dataclass(frozen=True)
class Prepared:
    """Changes of the tree of a program before it is read. No line moves.

    Attributes:
        order: The order of the samples; None for the program's own order.
        sizes: The replacement of each large number that is a size.
        starts_only: True if only numbers that are little changed from leaves can be parameters.
        spared: The places of statements, such as ``carry += W.T @ delta``, that change no parameters.
        unclipped: The calls that clip gradients. They are replaced by their argument.
        rows: The number of samples of made data; 0 for the usual number.
        resized: Other numbers for constants that are sizes: pairs of a place (line, column) and a number.
        layout: The layout of tables in files; None for the likeliest one.
        ranks: The numbers of axes of the arrays in files.
        repeats: The number of times that a step may change the same numbers again after a loss. None for any number.

    >>> ast.unparse(Prepared(sizes={1000: 6}).of(ast.parse("w = np.zeros((1000, 10)); a = w[800:] / 1000")))
    'w = np.zeros((6, 10))\\na = w[3:] / 1000'
    """

    order: list | None = None
    sizes: dict = field(default_factory=dict)
    starts_only: bool = False
    spared: frozenset = frozenset()
    unclipped: frozenset = frozenset()
    resized: tuple = ()
    rows: int = 0
    layout: object = None
    ranks: Ranks = field(default_factory=Ranks)
    repeats: int | None = None

    def moved(self, text, edited):
        """Return the same changes for an edited text, in which other lines have the sizes.

        >>> sizes = Prepared(resized=(((2, 4), 5),))
        >>> sizes.moved("a = 1\\nb = 3\\n", "a = 1\\na += 1\\nb = 3\\n").resized
        (((3, 4), 5),)
        """
        lines, others = text.splitlines(), edited.splitlines()
        if not (self.resized or self.spared) or len(lines) == len(others):
            return self
        shifts = {}
        for block in difflib.SequenceMatcher(None, lines, others, autojunk=False).get_matching_blocks():
            shifts.update({block.a + i + 1: block.b - block.a for i in range(block.size)})
        return replace(
            self,
            resized=tuple(((line + shifts.get(line, 0), column), n) for (line, column), n in self.resized),
            spared=frozenset((line + shifts.get(line, 0), column) for line, column in self.spared),
        )

    def of(self, tree):
        """Return the tree with these changes. The tree itself is changed."""
        tree.starts_only, tree.spared = self.starts_only, self.spared
        tree.rows, tree.repeats = self.rows, self.repeats
        tree.layout, tree.ranks = self.layout, self.ranks
        if self.sizes and not getattr(tree, "is_smaller", False):
            for node in [*_sizes(tree), *batch_sizes(tree)]:
                node.value = self.sizes.get(node.value, node.value)
            for node in ast.walk(tree):
                if isinstance(node, ast.Slice):
                    _cut(node, self.sizes if self.rows else {})
                elif _product(node):
                    _shorten(node, self.sizes)
            tree.is_smaller, tree.sizes = True, self.sizes
        if self.resized:
            others = dict(self.resized)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and type(node.value) is int:
                    node.value = others.get((node.lineno, node.col_offset), node.value)
        if self.unclipped:
            tree = _Unclipped(self.unclipped).visit(tree)
        return arranged(tree, self.order)


class _Unclipped(ast.NodeTransformer):
    """A transformer that replaces some calls by the array that they clip.

    >>> tree = ast.parse("np.clip(d, -1, 1, out=d); g = dW.clip(-1, 1)")
    >>> ast.unparse(_Unclipped({"np.clip(d, -1, 1, out=d)", "dW.clip(-1, 1)"}).visit(tree))
    'd\\ng = dW'
    """

    def __init__(self, calls):
        self.calls = calls

    def visit_Call(self, node):
        if ast.unparse(node) in self.calls:
            positional = len(node.args) + any(part.arg in ("a_min", "a_max", "min", "max") for part in node.keywords)
            return node.args[0] if positional > 2 else node.func.value
        return self.generic_visit(node)


def smaller_sizes(tree, batches=False):
    """Return small numbers for the large sizes in a program. They are different, and in the same order.

    Args:
        tree: The tree of the program.
        batches: True to replace the sizes of batches as well, by the smallest numbers.

    >>> smaller_sizes(ast.parse("n, d, h, c = 64, 1000, 100, 10"))
    {64: 6, 100: 7, 1000: 8}
    >>> smaller_sizes(ast.parse("n, batch_size = 1000, 20"), batches=True)
    {20: 3, 1000: 6}
    """
    found = sorted({node.value for node in _sizes(tree)} | {_product(node) for node in ast.walk(tree)} - {0})
    small = {value: FIRST_SMALL + i for i, value in enumerate(found)}
    if batches:
        own = sorted({node.value for node in batch_sizes(tree)})
        small = {value: MIDDLE + i for i, value in enumerate(own)} | {n: x for n, x in small.items() if n not in own}
    return small


def batch_sizes(tree):
    """Yield the numbers larger than 6 that variables and arguments with "batch" in their names get."""
    for node in ast.walk(tree):
        pairs = []
        if isinstance(node, ast.Assign):
            for target in node.targets:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs += zip(target.elts, node.value.elts, strict=False) if several else [(target, node.value)]
            pairs = [(getattr(target, "id", getattr(target, "attr", "")), value) for target, value in pairs]
        elif isinstance(node, ast.AnnAssign):
            pairs = [(getattr(node.target, "id", ""), node.value)]
        elif isinstance(node, ast.keyword):
            pairs = [(node.arg or "", node.value)]
        elif isinstance(node, ast.arguments):
            given = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
            pairs = [(part.arg, value) for part, value in zip(given, node.defaults, strict=False)]
            pairs += [(part.arg, value) for part, value in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        for name, value in pairs:
            whole = isinstance(value, ast.Constant) and type(value.value) is int and value.value > FIRST_SMALL
            if whole and "batch" in name.lower():
                yield value


def first_rows(tree):
    """Return the numbers at which slices of rows begin or end, if they are behind the end of made data, but no sizes.

    >>> first_rows(ast.parse("a, b, c, d = x[0:30], x[30:m], x[:, 9:], x[100:]"))
    [30, 30]
    """
    slices = [node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    rows = [part.elts[0] if isinstance(part, ast.Tuple) and part.elts else part for part in slices]
    bounds = [bound for part in rows if isinstance(part, ast.Slice) for bound in (part.lower, part.upper)]
    whole = [x.value for x in bounds if isinstance(x, ast.Constant) and type(x.value) is int]
    return [n for n in whole if FIRST_SMALL <= n < LARGE]


def _sizes(tree):
    """Yield the constants that may be sizes: values, items of tuples and lists, arguments and their defaults."""
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.keyword)):
            parts = [node.value]
        elif isinstance(node, (ast.Tuple, ast.List)):
            # A list of numbers is data, unless it is short, like the sizes of layers.
            parts = node.elts if len(node.elts) <= 6 else []
        elif isinstance(node, ast.Dict):
            parts = node.values
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            parts = [] if name in NOT_SIZES else node.args
        elif isinstance(node, ast.arguments):
            parts = [*node.defaults, *node.kw_defaults]
        for part in parts:
            if isinstance(part, ast.Constant) and type(part.value) is int and part.value >= LARGE:
                yield part


def _shorten(node, sizes):
    """Replace a product of two plain numbers that is a size, such as 28 * 28, by another product."""
    size = sizes.get(_product(node))
    if size:
        node.left.value, node.right.value = 1, size


def _product(node):
    """Return the product of two integer constants if it is large, and 0 for anything else."""
    parts = [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else []
    if not parts or not all(isinstance(part, ast.Constant) and type(part.value) is int for part in parts):
        return 0
    return parts[0].value * parts[1].value if parts[0].value * parts[1].value >= LARGE else 0


def _cut(node, sizes):
    for bound in (node.lower, node.upper):
        if isinstance(bound, ast.Constant) and type(bound.value) is int and bound.value >= LARGE:
            bound.value = sizes.get(bound.value, MIDDLE)
