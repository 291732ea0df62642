"""The rate of one update that has a plain number beside the rate which all other updates share."""

import ast

from autograd.grading.code.case import has_steps, judgement
from autograd.grading.code.factors import close
from autograd.grading.code.grade import Mistake
from autograd.grading.code.optimizers import has_optimizer
from autograd.grading.code.rates import leaf_powers
from autograd.grading.code.reading import read
from autograd.grading.code.scaling import RATE
from autograd.grading.code.second_step import SecondStep
from autograd.grading.code.source import Edit, Source

__all__ = ["own_rate", "plain_factors"]

MAX_NUMBERS = 6  # of a statement that are tried


def own_rate(case):
    """Return the result for updates that multiply the common rate by a number of their own, or None.

    In ``b -= 0.5 * lr * db`` beside ``W -= lr * dW``, the 0.5 is a factor at one parameter only. A whole rate of its
    own, as in ``b -= 0.02 * db``, may be meant.

    Args:
        case: The program. All of its updates are right.
    """
    updates = case.judged.updates
    if has_optimizer(case.judged) or any(u.factor is None or not u.rate for u in updates):
        return None
    rates = [update.rate for update in updates if not update.empty]
    if len(rates) < 2 or all(close(rate, rates[0]) for rate in rates):
        return None
    source = Source(case.text)
    for common in sorted(dict.fromkeys(rates), key=lambda rate: -sum(close(rate, other) for other in rates)):
        others = [u for u in updates if not u.empty and not close(u.rate, common)]
        if 2 * len(others) > len(rates):
            continue
        usual = [_leaves(case, u) for u in updates if not u.empty and close(u.rate, common)]
        found = [
            _surplus(source, u, common, set.intersection(_leaves(case, u), *usual))
            or _without_rate(source, u, common, [u for u in updates if not u.empty and close(u.rate, common)])
            for u in others
        ]
        if None in found or not _is_uniform(case, source.edited(dict.fromkeys(edit for _, edit in found))):
            continue
        mistakes = {
            edit: Mistake(u.group.line, "constant factor", message, source.fixes([edit]))
            for u, (message, edit) in zip(others, found, strict=True)
        }
        for update in others:
            update.factor, update.rate = update.rate / common, common
        return SecondStep([update.group.name for update in others], list(mistakes.values()))
    return None


def _leaves(case, update):
    """Return the leaves to which a change is proportional. A number in a formula is represented by itself."""
    known, _ = leaf_powers(update.group, case.judged.truth.adjoints, case.own.recorder)
    return {leaf[-1] if isinstance(leaf, tuple) and len(leaf) == 2 else leaf for leaf in known}


def _surplus(source, update, target, shared):
    """Return the message and the edit for a number in an update's statement that makes its rate another one.

    Args:
        source: The program.
        update: The update.
        target: The rate of the others.
        shared: The rates, or their factors, that this update and all others have in common.
    """
    for statement in source.blocks if shared else ():
        if statement.lineno != update.group.node.lineno or not isinstance(statement, (ast.Assign, ast.AugAssign)):
            continue
        for power, number, edit in plain_factors(source, statement.value)[:MAX_NUMBERS]:
            if close(update.rate, target * number**power) and shared - {number}:
                factor = f"{'' if power > 0 else '1 / '}{number:g}"
                return f"the factor {factor} is in this update only: the others have the same rate without it", edit
    return None


def _without_rate(source, update, target, usual):
    """Return the message and the edit for an update by the whole gradient beside updates with a rate.

    Args:
        source: The program.
        update: The update.
        target: The rate of the others.
        usual: The updates that have it.
    """
    if not close(update.rate, 1.0) or close(target, 1.0):
        return None
    lines = {line for other in usual for line in other.group.lines}
    texts = [
        source.text_of(node)
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.Name, ast.Attribute)) and node.lineno in lines and RATE.search(source.text_of(node))
    ]
    for statement in source.blocks if texts else ():
        if statement.lineno != update.group.node.lineno:
            continue
        sums = isinstance(statement, ast.AugAssign) and isinstance(statement.op, (ast.Add, ast.Sub))
        value = getattr(statement, "value", None)
        if not sums and isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
            value = value.right
        elif not sums:
            continue
        edit = source.replacing(value, f"{texts[0]} * {source.operand_text(value, tight=False)}")
        return f"the rate {texts[0]}, which the other updates have, is missing", edit
    return None


def plain_factors(source, expression):
    """Return the numbers that are factors beside other factors: the power, the number and the edit that removes it."""
    found = []
    for node in ast.walk(expression):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Mult, ast.Div)):
            continue
        start, end = source.span(node)
        for side, other in ((node.left, node.right), (node.right, node.left)):
            number = side.value if isinstance(side, ast.Constant) else None
            if type(number) not in (int, float) or number in (0, 1):
                continue
            if side is node.left and isinstance(node.op, ast.Mult):
                found.append((1, number, Edit(start, _start(source, other, node), "")))
            elif side is node.right:
                power = 1 if isinstance(node.op, ast.Mult) else -1
                found.append((power, number, Edit(_end(source, other, node), end, "")))
    return found


def _start(source, operand, node):
    """Return the start of the right operand with its parentheses."""
    left, start = source.span(node.left)[1], source.span(operand)[0]
    between = source.text[left:start]
    return left + between.index("*") + 1 + (len(between.split("*", 1)[1]) - len(between.split("*", 1)[1].lstrip()))


def _end(source, operand, node):
    """Return the end of the left operand with its parentheses."""
    end, right = source.span(operand)[1], source.span(node.right)[0]
    between = source.text[end:right]
    return end + len(between[: max(between.rfind("*"), between.rfind("/"))].rstrip())


def _is_uniform(case, text):
    """Return True if all updates of an edited program are right and have one rate."""
    tree = case.prepared.moved(case.text, text).of(ast.parse(text))
    own = read(tree, loss=case.loss, call=case.call)
    judged = judgement(own, case.loss is not None, tree) if has_steps(own) else None
    if judged is None or not judged.right or len(judged.updates) != len(case.judged.updates):
        return False
    rates = [update.rate for update in judged.updates if not update.empty]
    return all(rate is not None and close(rate, rates[0]) for rate in rates)
