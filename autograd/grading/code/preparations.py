"""Statements that prepare the data, such as ``X = X - X.mean(axis=0)``, which look like updates of a parameter."""

import ast

from autograd.grading.code.steps import ancestors

__all__ = ["preparations"]


def preparations(reading, tree):
    """Return the places of statements that change data before the training, and are no updates of a parameter.

    Such a statement is in no loop, comes before all updates, and computes the new numbers from the old ones alone.
    Nothing else changes these numbers. A program whose only update has this form is a descent on a function of its
    parameters alone, so the result is empty without other updates.

    Args:
        reading: The reading of the program.
        tree: The program.

    Returns:
        A frozenset of places (line, column).
    """
    steps = [change for change in reading.recorder.changes if change.step]
    loops = [range(n.lineno, n.end_lineno + 1) for n in ast.walk(tree) if isinstance(n, (ast.For, ast.While))]
    written = reading.recorder.literal_lines
    found = []
    for change in steps:
        later = {old for other in steps if other is not change for old in other.old}
        leaves = {node for node in ancestors(change.new) if node.op is None and node not in written}
        alone = leaves <= {node for node in ancestors(change.old) if node.op is None}
        if any(change.line in loop for loop in loops) or not alone or not later.isdisjoint(change.new):
            break
        found.append(change.site)
    return (
        frozenset(found) - {change.site for change in steps[len(found) :]} if len(found) < len(steps) else frozenset()
    )
