# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""The reverse sweep: it propagates adjoints from the last node of a graph to the leaves, once.

First, the nodes are put in order. Second, the partial derivatives of nodes that need a rule of the table are evaluated.
This is Python code, which may be interrupted. Third, the adjoints are propagated, and the adjoint of each node is added
to its gradient. The partials of + - * / neg, dot and total are written into the third step, because nearly all nodes
are of these kinds.
"""

import os
import threading

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.algebra import TABLE, Ieee
from autograd.engine.errors import StaleGraphError

if cython.compiled:
    from cython.cimports.autograd.engine.algebra import Primitive
    from cython.cimports.autograd.engine.value import Value
else:
    from autograd.engine.algebra import Primitive
    from autograd.engine.value import Value

from autograd.engine.value import sweep_with

__all__ = ["adjoints", "adjoints_of", "listed_after_operands", "order", "partials_of", "reaches_others"]

# The codes of the operations whose partials are written into the sweep, as C integers, in the order of the table. For
# all other codes, the sweep uses the rules of the table.
LEAF = cython.declare(cython.int, 0)
ADD = cython.declare(cython.int, primitives.add.code)
SUB = cython.declare(cython.int, primitives.sub.code)
MUL = cython.declare(cython.int, primitives.mul.code)
DIV = cython.declare(cython.int, primitives.div.code)
NEG = cython.declare(cython.int, primitives.neg.code)
DOT = cython.declare(cython.int, primitives.dot.code)
TOTAL = cython.declare(cython.int, primitives.total.code)
WHERE = cython.declare(cython.int, primitives.where.code)
# Comparisons. Their operands are checked for changes, but not swept. Not even a NaN flows through a comparison.
GREATER = cython.declare(cython.int, primitives.greater.code)
AT_LEAST = cython.declare(cython.int, primitives.at_least.code)

# A sweep marks nodes with two numbers that no other sweep uses. So no sweep has to remove its marks.
_last_mark = cython.declare(cython.longlong, 0)

# Two sweeps must not mark a node at the same time. In compiled code, a sweep runs no Python code while it marks. In
# interpreted code, another thread could run in between.
# In Python 3.13.0, a with block does not see an interrupt at the end of a loop whose body ends in an if, and would keep
# the lock. So inside of a with block, such a loop is in a function that the block calls.
_marking = threading.RLock()

# So a forked child process never finds a half-finished sweep, or a lock that is held by a thread of the parent.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_marking.acquire, after_in_parent=_marking.release, after_in_child=_marking.release)


def _backward(root, seed):
    """Add the adjoint of every node under ``root`` to its ``grad``."""
    _differentiate(root, seed, None, [])


def adjoints(root, seed=1.0) -> dict:
    """Return the adjoints of ``root`` and every node under it, without changing the gradients.

    Args:
        root: a Value.
        seed: the adjoint of ``root``.

    Returns:
        A dict from node to float, ``root`` first, every node before its operands.

    Raises:
        StaleGraphError: a leaf was changed after it was recorded.
        TypeError: ``root`` is not a Value.
    """
    kept: list = []
    unswept: list = []
    nodes = _differentiate(_checked(root), float(seed), kept, unswept)
    nodes.reverse()
    found = dict(zip(nodes, kept, strict=True))
    found.update(dict.fromkeys(reversed(unswept), 0.0))
    return found


def adjoints_of(root, seed, leaves) -> tuple:
    """Return the adjoints of some leaves, and whether there are other leaves under ``root``.

    Args:
        root: a Value.
        seed: the adjoint of ``root``, a float.
        leaves: a list of leaves.

    Returns:
        ``(adjoints, others)``: a list with a float for each of ``leaves``, and a bool. Leaves that stand for plain
        numbers (:func:`autograd.engine.nodes.mark_as_plain`) do not count as other leaves.

    Raises:
        StaleGraphError: a leaf was changed after it was recorded.
    """
    node: Value
    k: cython.Py_ssize_t
    kept: list = []
    nodes: list = _differentiate(root, seed, kept, [])
    places: dict = {leaf: place for place, leaf in enumerate(leaves)}
    found: list = [0.0] * len(leaves)
    others: bool = False
    kept.reverse()
    for k in range(len(nodes)):
        node = cython.cast(Value, nodes[k])
        if node._code == LEAF:
            place = places.get(node)
            if place is None:
                others = others or node._a_data == 0.0
            else:
                found[place] = kept[k]
    return found, others


def reaches_others(roots, inputs) -> bool:
    """Return True if ``roots`` depend on a leaf other than through ``inputs``.

    For a ``where`` node, only the branch that was taken is entered. Changed leaves do not raise. Leaves that stand for
    plain numbers do not count.
    """
    with _marking:  # the loop is in a function of its own: see the note on _marking
        return _reaches_others(roots, inputs)


def _reaches_others(roots, inputs):
    global _last_mark
    node: Value
    i: cython.Py_ssize_t
    items: tuple
    _last_mark += 2
    mark: cython.longlong = _last_mark
    for item in inputs:
        node = item
        node._mark = mark
    stack: list = list(roots)
    while stack:
        node = cython.cast(Value, stack.pop())
        if node._mark == mark:
            continue
        node._mark = mark
        if node._code == LEAF:
            if node._a_data == 0.0:
                return True
            continue
        if node._code == GREATER or node._code == AT_LEAST:
            continue
        if node._seen:
            items = cython.cast(tuple, node._a)
            for i in range(len(items)):
                if type(items[i]) is not float and not (node._code == WHERE and i > 0 and _untaken(node, i)):
                    stack.append(items[i])
            if node._code == DOT:
                stack.extend([x for x in node._b if type(x) is not float])
            continue
        if node._a is not None:
            stack.append(node._a)
        if node._b is not None:
            stack.append(node._b)
    return False


@cython.cfunc
def _differentiate(root: Value, seed: cython.double, kept: list | None, unswept: list) -> list:
    nodes: list
    by_rule: list = []
    with _marking:
        nodes = _order(root, by_rule, unswept)
    partials: list = _partials(by_rule)
    with _marking:
        before = None if cython.compiled else _gradients(nodes)
        try:
            _sweep(root, nodes, partials, seed, kept)
        except BaseException:  # compiled code raises only if memory runs out; interpreted code may be interrupted
            _take_back(nodes, before)
            raise
    return nodes


def _gradients(nodes):
    return [node.grad for node in nodes]


@cython.cfunc
def _take_back(nodes: list, before: list | None):
    """Undo a sweep that was not finished. ``before`` are the gradients, or None if it has not changed them."""
    node: Value
    for k, item in enumerate(nodes):
        node = cython.cast(Value, item)
        node._adjoint = 0.0
        if before is not None:
            node._grad = before[k]


def order(root) -> list:
    """Return ``root`` and every node under it, operands before the nodes that read them, without recursion.

    For a ``where`` node, only the branch that was taken is entered.

    Raises:
        StaleGraphError: a leaf was changed after it was recorded.
        TypeError: ``root`` is not a Value.
    """
    with _marking:
        return _order(_checked(root), [], None)


def listed_after_operands(roots, operands_of, stop) -> list:
    """Return the nodes for ``graph.postorder``, which explains them. The function is here so that it is compiled.

    A stack replaces recursion, because recursion would fail on long chains.
    """
    nodes: list = []
    seen: set = set()
    for root in roots:
        stack: list = [root]
        while stack:
            node = stack.pop()
            if node is None:  # a mark above a node whose operands are all in the list
                nodes.append(stack.pop())
            elif node not in seen:
                seen.add(node)
                operands = () if node in stop else operands_of(node)
                if operands:
                    stack.append(node)
                    stack.append(None)
                    stack.extend([x for x in operands if x not in seen])
                else:
                    nodes.append(node)
    return nodes


def _checked(root):
    if not isinstance(root, Value):
        raise TypeError(f"a graph ends in a Value, found {type(root).__name__}: record it with Values first.")
    return root


@cython.cfunc
def _order(root: Value, by_rule: list, unswept: list | None) -> list:
    """Return ``root`` and every node under it, operands before the nodes that read them, by a depth-first search.

    It raises StaleGraphError if a leaf has changed since it was read. For ``where``, only the branch that was taken is
    entered.

    Args:
        root: the node to start from.
        by_rule: a list to which the nodes are appended whose partial derivatives come from a rule, in the same order.
        unswept: a list for the nodes that only comparisons read, which are then not in the result; or None.
    """
    global _last_mark
    _last_mark += 2
    nodes: list = []
    if unswept is None:
        _enter([root], nodes, by_rule, None, _last_mark)
        return nodes
    compared: list = []
    _enter([root], nodes, by_rule, compared, _last_mark)
    while compared:  # the nodes that are left are read by comparisons only
        stack: list = compared
        compared = []
        _enter(stack, unswept, [], compared, _last_mark)
    return nodes


@cython.cfunc
@cython.exceptval(-1)
def _enter(stack: list, found: list, by_rule: list, compared: list | None, entered: cython.longlong) -> cython.int:
    """Append the nodes under those in ``stack`` to ``found``, operands first.

    Args:
        stack: the nodes to start from. The list is emptied.
        found: the list for the nodes.
        by_rule: a list for those nodes whose partial derivatives come from a rule.
        compared: a list for the operands of comparisons, which are then not entered; or None to enter them, too.
        entered: the mark of nodes that were entered. Nodes in ``found`` have the next number as their mark.
    """
    node: Value
    i: cython.Py_ssize_t
    m: cython.Py_ssize_t
    done: cython.longlong = entered + 1
    onto: list
    items: tuple
    while stack:
        node = cython.cast(Value, stack.pop())
        if node._mark == done:
            continue
        if node._mark == entered or node._code == LEAF:
            node._mark = done
            found.append(node)
            if node._code > TOTAL:
                by_rule.append(node)
            continue
        node._mark = entered
        stack.append(node)
        if node._seen:
            items = cython.cast(tuple, node._a)
            m = len(items)
            for i in range(m):
                if type(items[i]) is not float and not (node._code == WHERE and i > 0 and _untaken(node, i)):
                    _visit(cython.cast(Value, items[i]), node._seen[i], entered, stack)
            if node._code == DOT:
                items = cython.cast(tuple, node._b)
                for i in range(len(items)):
                    if type(items[i]) is not float:
                        _visit(cython.cast(Value, items[i]), node._seen[m + i], entered, stack)
            continue
        onto = stack
        if node._code > TOTAL and compared is not None and (node._code == GREATER or node._code == AT_LEAST):
            onto = compared
        if node._a is not None:
            _visit(cython.cast(Value, node._a), node._a_data, entered, onto)
        if node._b is not None:
            _visit(cython.cast(Value, node._b), node._b_data, entered, onto)
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _visit(operand: Value, recorded: cython.double, entered: cython.longlong, stack: list) -> cython.int:
    # A NaN is not equal to itself.
    if operand._data != recorded and (operand._data == operand._data or recorded == recorded):
        raise _stale(operand, recorded)
    if operand._mark < entered:
        stack.append(operand)
    return 0


@cython.cfunc
@cython.inline
def _untaken(node: Value, i: cython.Py_ssize_t) -> cython.bint:
    """Return True if no derivative flows from a ``where`` node to operand ``i``.

    This is true for the branch that was not taken, and for a condition that is a comparison. If the condition is NaN, a
    derivative flows to both branches, and both get a NaN.
    """
    condition: cython.double = node._seen[0]
    if i == 0:
        code: cython.int = cython.cast(Value, cython.cast(tuple, node._a)[0])._code
        return code in (GREATER, AT_LEAST)
    return condition == 0.0 if i == 1 else condition < 0.0 or condition > 0.0


def _stale(leaf, recorded):
    return StaleGraphError(
        f"{leaf!r} was changed after the graph was recorded (recorded {recorded!r}, now {leaf.data!r}): "
        "its gradient would mix two points. Compute the result again before differentiating it."
    )


@cython.cfunc
def _partials(by_rule: list) -> list:
    """Return the partial derivatives of the nodes in ``by_rule``: a float for a node with one operand, else a list.

    This is Python code, which may be interrupted. So it runs before the sweep.
    """
    node: Value
    primitive: Primitive
    partials: list = []
    table: list = TABLE
    for item in by_rule:
        node = cython.cast(Value, item)
        primitive = table[node._code]
        if primitive.arity != 1:
            partials.append(partials_of(node))
            continue
        rule = primitive.partials[0]
        try:
            if isinstance(rule, Primitive):
                p = cython.cast(Primitive, rule).floats(node._a_data)
            else:
                p = rule(node._data, node._a_data) if callable(rule) else rule
        except (ZeroDivisionError, OverflowError, ValueError):
            p = _ieee_partials(node)[0]
        partials.append(p if type(p) is float else float(p))
    return partials


def partials_of(node) -> list:
    """Return the partial derivatives of a node with respect to its operands, as floats. For constants they are 0.0."""
    value: Value = node
    y = value._data  # not .data, because transforms count how often programs read .data
    primitive, floats = node.op, node.recorded
    try:
        if primitive.arity is None:
            return [float(p) for p in primitive.gradient(y, floats)]
        return [
            float(primitive.partial(i, y, floats)) if isinstance(x, Value) else 0.0 for i, x in enumerate(node.operands)
        ]
    except (ZeroDivisionError, OverflowError, ValueError):
        return _ieee_partials(node)


def _ieee_partials(node):
    """Return the partial derivatives over IEEE 754 numbers, where a derivative can be infinite, or NaN if missing."""
    value: Value = node
    return [float(p) for p in node.op.gradient(Ieee(value._data), [Ieee(x) for x in node.recorded])]


@cython.cfunc
def _sweep(root: Value, nodes: list, by_rule: list, seed: cython.double, kept: list | None):
    """Propagate the adjoint of each node to its operands, and add it to the node's gradient, last node first.

    Adjoints are 0 outside of a sweep. In compiled code, this function runs no Python code, so no interrupt and no other
    thread can come in between: either all gradients change or none.

    Args:
        root: the last node.
        nodes: the nodes, operands before the nodes that read them.
        by_rule: the partial derivatives that :func:`_partials` returns.
        seed: the adjoint of ``root``.
        kept: a list to which the adjoints are appended in the order of the sweep, while the gradients do not change; or
            None.
    """
    node: Value
    a: Value
    b: Value
    g: cython.double
    i: cython.Py_ssize_t
    n: cython.Py_ssize_t
    m: cython.Py_ssize_t
    k: cython.Py_ssize_t
    code: cython.int
    row: tuple
    items: tuple
    partials: list
    next_rule: cython.Py_ssize_t = len(by_rule)
    root._adjoint = seed
    for k in range(len(nodes) - 1, -1, -1):
        node = cython.cast(Value, nodes[k])
        g = node._adjoint
        node._adjoint = 0.0
        if kept is None:
            node._grad += g
        else:
            kept.append(g)
        code = node._code
        if code == LEAF:
            continue
        if code < DOT:
            a = cython.cast(Value, node._a)
            b = cython.cast(Value, node._b)
            if code == MUL:
                if a is not None:
                    a._adjoint += g * node._b_data
                if b is not None:
                    b._adjoint += g * node._a_data
            elif code == ADD:
                if a is not None:
                    a._adjoint += g
                if b is not None:
                    b._adjoint += g
            elif code == SUB:
                if a is not None:
                    a._adjoint += g
                if b is not None:
                    b._adjoint += -g
            elif code == DIV:
                if a is not None:
                    a._adjoint += g * (1.0 / node._b_data)
                if b is not None:
                    b._adjoint += g * (-node._data / node._b_data)
            else:
                a._adjoint += -g
        elif code == DOT:
            row = cython.cast(tuple, node._a)
            items = cython.cast(tuple, node._b)
            n = len(items)
            m = len(row)
            for i in range(n):
                if type(row[i]) is not float:
                    cython.cast(Value, row[i])._adjoint += g * node._seen[m + i]
                if type(items[i]) is not float:
                    cython.cast(Value, items[i])._adjoint += g * node._seen[i]
            if m > n and type(row[n]) is not float:
                cython.cast(Value, row[n])._adjoint += g
        elif code == TOTAL:
            items = cython.cast(tuple, node._a)
            for i in range(len(items)):
                if type(items[i]) is not float:
                    cython.cast(Value, items[i])._adjoint += g
        else:
            next_rule -= 1
            if type(by_rule[next_rule]) is float:
                cython.cast(Value, node._a)._adjoint += g * cython.cast(cython.double, by_rule[next_rule])
                continue
            partials = cython.cast(list, by_rule[next_rule])
            if node._seen:
                items = cython.cast(tuple, node._a)
                for i in range(len(items)):
                    if type(items[i]) is not float and not (code == WHERE and _untaken(node, i)):
                        cython.cast(Value, items[i])._adjoint += g * cython.cast(cython.double, partials[i])
            else:
                if node._a is not None:
                    cython.cast(Value, node._a)._adjoint += g * cython.cast(cython.double, partials[0])
                if node._b is not None:
                    cython.cast(Value, node._b)._adjoint += g * cython.cast(cython.double, partials[1])


def _local_gradients(node):
    """Return the partial derivatives of a node with respect to all operands, including constants."""
    try:
        return [float(p) for p in node.op.gradient(node.data, node.recorded)]
    except (ZeroDivisionError, OverflowError, ValueError):
        return _ieee_partials(node)


sweep_with(_backward, _local_gradients)
