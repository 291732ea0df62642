"""Edits that add missing parts: the gradient of a penalty, a term of a sum, a division, or the order of a loop."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate, function_name
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.form_edits import shifted
from autograd.grading.code.penalty_edits import coefficients
from autograd.grading.code.scaling import SIMPLE, kind_of, numbers, scaled
from autograd.grading.code.source import Edit
from autograd.grading.code.wayback import same

__all__ = [
    "accumulations", "loop_bounds", "loop_orders", "missing_products", "missing_terms", "replacements", "sample_counts",
    "scaled_terms", "spared_biases", "spared_names", "wrong_penalties",
]  # fmt: skip

# --- The gradient of a penalty


def wrong_penalties(c):
    """Yield edits that replace a wrong term of parameters by the gradient of a penalty."""
    parent = c.parent()
    inside = isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Sub))
    added = isinstance(parent, ast.AugAssign) and isinstance(parent.op, (ast.Add, ast.Sub))
    if not (inside or added) or not c.way.mentions_parameter(c.node) or c.way.is_parameter(c.seen):
        return
    sign = -1.0 if isinstance(parent.op, ast.Sub) and (added or parent.right is c.node) else 1.0
    for lack in c.way.lacks:
        own = c.seen.data if c.seen.shape == lack.shape else c.seen.data * len(lack.missing)
        if len(own) != len(lack.missing) or not any(e in lack.below for e in c.seen.elements):
            continue
        factor = proportion([x + sign * y for x, y in zip(lack.missing, own, strict=True)], lack.parameter)
        if factor is None or factor != factor:
            continue
        scope = c.scope().items()
        names = [text for text, (shape, data) in scope if shape == lack.shape and same(data, lack.parameter)]
        for weights in sorted(names, key=len)[:2]:
            for rank, text in enumerate(coefficients(c, factor * sign)[:3]):
                message = f"the gradient of the penalty is {text} * {weights}, not {c.text}"
                yield Candidate(1.24 + 0.01 * rank, "penalty", c.line, message, c.replaced(f"{text} * {weights}"))


def scaled_terms(c):
    """Yield edits that scale the other term beside the gradient of a penalty, if this makes the sum the gradient."""
    parent = c.parent()
    if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Sub)) and c.is_back()):
        return
    other = parent.right if parent.left is c.node else parent.left
    if not c.way.mentions_parameter(other) or c.way.mentions_parameter(c.node):
        return
    sign = -1.0 if isinstance(parent.op, ast.Sub) and parent.right is c.node else 1.0
    for lack in c.way.lacks:
        fits = lack.shape == c.seen.shape and len(lack.missing) == len(c.seen.elements)
        if not fits or not any(e in lack.below for e in c.seen.elements):
            continue
        more = proportion(lack.missing, [sign * x for x in c.seen.data])
        if more is None or more != more:
            continue
        for text, value in numbers(c):
            if close(value, 1.0 + more):
                kind, message = kind_of(c, text, 1.0 / value)
                cost = 1.17 + 0.001 * len(text) + 0.02 * (text not in SIMPLE.values())
                yield Candidate(cost, kind, c.line, message, c.replaced(scaled(c, text)))


def spared_biases(way, source):
    """Yield edits that exclude the biases from a penalty, if they are the first column or entry of a parameter."""
    for statement in ast.walk(source.tree):
        if not isinstance(statement, (ast.Assign, ast.AugAssign)) or statement.lineno in way.update_lines:
            continue
        if isinstance(statement, ast.Assign):
            yield from _spared_in_sums(way, source, statement)
            continue
        if not way.mentions_parameter(statement.value) or isinstance(statement.target, ast.Subscript):
            continue
        yield from _spared_in(way, source, statement, statement.value, [statement.target])


def _spared_in_sums(way, source, statement):
    """Yield the edits of ``grad = grad + lam * weights`` that exclude the first column or entry."""
    value, target = statement.value, statement.targets[0]
    added = isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub))
    if not added or not isinstance(target, (ast.Name, ast.Attribute)) or not way.mentions_parameter(value.right):
        return
    if ast.unparse(value.left) != ast.unparse(target) or len(statement.targets) > 1:
        return
    yield from _spared_in(way, source, statement, value.right, [target, value.left])


def _spared_in(way, source, statement, term, sums):
    """Yield the edit that leaves the first column or entry out of a term with parameters, and of the sums it is in."""
    parts = [
        part
        for part in ast.walk(term)
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))
        and any(way.is_parameter(place) for place in way.by_place(part))
        and not isinstance(source.parents.get(part), ast.Subscript)
    ]
    shape = way.shape_of(parts[0]) if parts else None
    if shape:
        index = "[:, 1:]" if len(shape) == 2 else "[1:]"
        edits = [source.replacing(part, source.text_of(part) + index) for part in [*sums, *parts]]
        message = "the biases are part of this penalty, and not of that in the loss"
        yield Candidate(1.3, "penalty", statement.lineno, message, tuple(edits))


# --- Missing terms of a sum


def missing_terms(c):
    """Yield edits that add an unread variable of the function, such as the gradient from the next time step."""
    given = isinstance(c.parent(), ast.Call) and not c.seen.frame.module.names.keys().isdisjoint(_called(c.parent()))
    if not c.is_back() or not c.seen.shape or not (given or isinstance(c.parent(), ast.Assign)) or c.is_stored():
        return
    own = ast.unparse(c.statement.targets[0]) if isinstance(c.statement, ast.Assign) else ""
    for name in [*c.source.unread(c.statement), *c.source.carried(c.statement)]:
        known = c.scope().get(name)
        if name != own and known is not None and known[0] == c.seen.shape:
            kind = "order in time" if c.way.recurrent else "wrong factor"
            message = f"{name} is computed and never used: it belongs to this sum"
            text = c.source.operand_text(c.node, tight=False)
            yield Candidate(0.97, kind, c.line, message, c.replaced(f"{text} + {name}"))
        elif name != own and known is not None and _is_row_sum(known[0], c.seen.shape):
            # The derivative of a softmax has a sum over each row, which is added to all of its entries.
            soft = any(shape == c.seen.shape for _, shape, _ in c.way.softmaxes(c.scope()))
            message = f"{name} is computed and never used: it belongs to this sum"
            text = c.source.operand_text(c.node, tight=False)
            edits = c.replaced(f"{text} + {name}")
            yield Candidate(0.98, "softmax diagonal" if soft else "wrong factor", c.line, message, edits)


def _is_row_sum(shape, whole):
    """Return True if an array has one number for each row or column of a larger array."""
    return len(shape) == len(whole) and shape != whole and all(a in (1, b) for a, b in zip(shape, whole, strict=True))


def missing_products(c):
    """Yield edits that add the product of weights and a gradient which a sum of such products lacks."""
    parent = c.parent()
    if not isinstance(parent, ast.Assign) or parent.value is not c.node or not c.is_back() or len(c.seen.shape) == 0:
        return
    terms, waiting = [], [c.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            waiting += [node.left, node.right]
        else:
            terms.append(node)
    if len(terms) < 2 or not all(isinstance(t, ast.BinOp) and isinstance(t.op, ast.MatMult) for t in terms):
        return
    last = max(terms, key=lambda term: (term.lineno, term.col_offset))
    names = {
        ast.unparse(part) for part in ast.walk(c.node) if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))
    }
    scope = c.scope()
    for weights, gradient in ((last.left, last.right), (last.right, last.left)):
        bare = weights.value if isinstance(weights, ast.Attribute) and weights.attr == "T" else weights
        own = [scope.get(ast.unparse(part)) for part in (bare, gradient)]
        if None in own or not c.way.is_parameter_data(own[0][1]):
            continue
        others = [t for t, (s, d) in scope.items() if s == own[0][0] and t not in names and c.way.is_parameter_data(d)]
        deltas = [
            t for t, (s, _) in scope.items() if s == own[1][0] and t not in names and c.way.is_back_text(t, c.seen)
        ]
        for other in others[:2]:
            for delta in sorted(deltas, key=lambda text: text[-1:] != other[-1:])[:6]:
                texts = {weights: other + (".T" if bare is not weights else ""), gradient: delta}
                new = f"{texts[last.left]} @ {texts[last.right]}"
                kind = "order in time" if c.way.recurrent and not c.source.loops_around(c.node) else "wrong factor"
                edits = c.replaced(f"{c.text} + {new}")
                yield Candidate(0.96, kind, c.line, f"the term {new} is missing in this sum", edits)


def _called(call):
    return {call.func.id} if isinstance(call.func, ast.Name) else set()


# --- Sums over samples or over time steps


def accumulations(way, source):
    """Yield edits that accumulate the values which a loop assigns."""
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            continue
        # A method may be called once for each sample, or for each use of a number.
        repeated = source.loops_around(statement) or isinstance(target, ast.Attribute)
        if not repeated and not _is_argument(source, statement, target):
            continue
        places = way.by_place(statement.value)
        if len(places) < 2 or not (any(way.is_back(place) for place in places) or _is_lost(way, source, statement)):
            continue
        start, end = source.span(target)[1], source.span(statement.value)[0]
        text = source.text[start:end]
        if text.strip(" (") == "=":
            name = source.text_of(target)
            message, kind, cost = f"{name} keeps the last one only: add them up", "batch sum missing", 1.3
            if way.recurrent and _is_carried(source, statement, name):
                message, kind = f"{name} comes from the next time step, and this replaces it: add both", "order in time"
                cost = 0.93 if name not in source.text_of(statement.value) else cost
            elif _is_overwritten(source, statement):
                cost = 0.95
            edit = Edit(start, end, text.replace("=", "+=", 1))
            yield Candidate(cost, kind, statement.lineno, message, (edit,))


def _is_lost(way, source, statement):
    """Return True if a loop overwrites its values: the last one, which an update reads, may not have been recorded."""
    first = way.by_place(statement.value)[0].elements
    computed = any(isinstance(e, Value) and e.op is not None and e not in way.gradients for e in first)
    return computed and _is_overwritten(source, statement)


def _is_overwritten(source, statement):
    """Return True if a loop stores each of its values in the same entry of an array that starts from zeros.

    In ``for i in rows: for f in range(n): d[f] = g[i, f] * x[i]``, the entry does not depend on ``i``.
    """
    target = statement.targets[0]
    if not isinstance(target, ast.Subscript):
        return False
    base, own, read = ast.unparse(target.value), _names(target.slice), _names(statement.value)
    started = any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and "zeros" in ast.unparse(node.value.func)
        and any(ast.unparse(part) == base for part in node.targets)
        for node in ast.walk(source.function_of(statement))
    )
    loops = [_names(loop.target) for loop in source.loops_around(statement) if isinstance(loop, ast.For)]
    return started and any(names & read and not names & own for names in loops)


def _names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def replacements(way, source):
    """Yield edits that replace a value of the backward pass by the next one, where the program adds them up."""
    for statement, node, places in way.nodes:
        added = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and statement.value is node
        if not added or not way.is_back(places[0]) or statement.lineno in way.update_lines:
            continue
        start, end = source.span(statement.target)[1], source.span(node)[0]
        edit = Edit(start, end, source.text[start:end].replace("+=", "=", 1))
        name = source.text_of(statement.target)
        kind = "order in time" if way.recurrent else "wrong factor"
        message = f"{name} still has what was added before: this value replaces it"
        yield Candidate(1.24, kind, statement.lineno, message, (edit,), firm=True)


def _is_carried(source, statement, name):
    """Return True if the loop around a statement also assigns its target elsewhere, for the next time step."""
    loop = next((node for node in source.loops_around(statement) if isinstance(node, ast.For)), None)
    stored = [part for part in ast.walk(loop) if isinstance(part, (ast.Assign, ast.AugAssign))] if loop else []
    targets = [target for part in stored for target in getattr(part, "targets", [getattr(part, "target", None)])]
    return sum(source.text_of(target) == name for target in targets) > 1


def spared_names(c):
    """Yield edits that add an unread variable of a comprehension, such as the previous sum."""
    around = c.parent()
    if not isinstance(around, ast.ListComp) or around.elt is not c.node or not c.is_back():
        return
    read = {part.id for part in ast.walk(around.elt) if isinstance(part, ast.Name)}
    bound = [part.id for one in around.generators for part in ast.walk(one.target) if isinstance(part, ast.Name)]
    for name in bound:
        if name not in read:
            message = f"{name} is not added: only the last sample counts"
            new = f"{name} + {c.source.operand_text(c.node, tight=False)}"
            yield Candidate(0.9, "batch sum missing", c.line, message, c.replaced(new))


def _is_argument(source, statement, target):
    """Return True if a name is an argument of the function around a statement, such as the sum to which it adds."""
    around = source.function_of(statement)
    arguments = around.args.args if isinstance(around, ast.FunctionDef) else []
    return isinstance(target, ast.Name) and target.id in {part.arg for part in arguments}


def loop_orders(way, source):
    """Yield edits that reverse a loop of the backward pass."""
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.For):
            continue
        inside = set(ast.walk(statement))
        if not any(node in inside for node, _, places in way.nodes if way.is_back(places[0])):
            continue
        node = statement.iter
        text = source.text_of(node)
        turned = f"reversed({text})"
        if isinstance(node, ast.Call) and function_name(node) == "reversed" and node.args:
            turned = source.text_of(node.args[0])
        kind = "order in time" if way.recurrent else "wrong factor"
        message = "this loop runs through them in the wrong order"
        yield Candidate(1.34, kind, statement.lineno, message, (source.replacing(node, turned),))


def loop_bounds(way, source):
    """Yield edits that let a loop of the backward pass begin or end one step earlier or later.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    back = {node for node, _, places in way.nodes if way.is_back(places[0])}
    for loop in ast.walk(source.tree):
        if not isinstance(loop, ast.For) or back.isdisjoint(ast.walk(loop)):
            continue
        for call in ast.walk(loop.iter):
            if not isinstance(call, ast.Call) or function_name(call) not in ("range", "arange"):
                continue
            for bound in call.args[:2]:
                for step in (1, -1):
                    text = shifted(source.text_of(bound), bound, step)
                    if text is None and isinstance(bound, (ast.Name, ast.Call, ast.Attribute)):
                        text = f"{source.text_of(bound)} {'+' if step > 0 else '-'} 1"
                    if text is not None:
                        kind = "order in time" if way.recurrent else "wrong factor"
                        old = source.text_of(bound)
                        message = f"this loop misses a step, or has one too many: the bound {old} should be {text}"
                        edits = (source.replacing(bound, text),)
                        yield Candidate(1.36, kind, loop.lineno, message, edits)


# --- Divisions by the number of samples


def sample_counts(c):
    """Yield edits that divide by the number of samples after a change in place, such as of probabilities."""
    place, node = c.parent(), c.node
    if not (isinstance(place, ast.Subscript) and place.value is node and isinstance(c.statement, ast.AugAssign)):
        return
    if c.statement.target is not place or not c.seen.shape or c.line in c.way.update_lines:
        return
    end = c.source.starts[min(c.statement.end_lineno, len(c.source.lines))]
    for text, (shape, data) in c.scope().items():
        if shape == () and c.way.is_count(text) and data[0] > 1 and len(text) < 20 and data[0] in c.way.counts:
            line = f"{c.source.indent(c.statement)}{c.text} /= {text}\n"
            message = f"{c.text} is not divided by the number of samples, {text}, as the loss is"
            yield Candidate(1.2, "constant factor", c.line, message, (Edit(end, end, line),))
