"""Gradients that a loop adds up, as ``dW += np.outer(dz, h)`` at each time step: the sum shows which edit is right."""

import ast

from autograd.grading.code.factors import proportion
from autograd.grading.code.trace import MAX_EVALUATIONS

__all__ = ["Accumulated"]

MAX_VALUES = 1500  # of edited terms


class Accumulated:
    """The terms of gradients that are added up in several evaluations of one statement.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """

    def __init__(self, way, source):
        self.way, self.source, self.scopes, self.left = way, source, {}, MAX_VALUES
        self.terms = []  # triples: an expression, its values, and the right sum of its values
        for statement, node, places in way.nodes:
            added = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add)
            if not added or statement.value is not node or statement.lineno in way.update_lines:
                continue
            places = [place for place in places if way.is_on_way(place)]
            alike = all(place.shape == places[0].shape != () for place in places)
            if 1 < len(places) <= MAX_EVALUATIONS and alike:
                for gradient in self._gradients(places):
                    self.terms += [(node, places, gradient), *self._sources(node, places, gradient)]

    def _gradients(self, places):
        """Yield the gradients of the parameters whose wrong gradients in the program are the sum of some values."""
        total = _total(place.data for place in places)
        for lack in self.way.lacks:
            if lack.shape == places[0].shape:
                given = [true - missing for true, missing in zip(lack.gradient, lack.missing, strict=True)]
                if proportion(total, given) is not None:
                    yield lack.gradient

    def _sources(self, term, places, gradient):
        """Yield the expressions in other functions that computed the same values, such as ``self.dW = ...``."""
        first = [place.elements[0] for place in places]
        for statement, node, others in self.way.nodes:
            whole = getattr(statement, "value", None) is node and isinstance(node, (ast.Call, ast.BinOp))
            others = [place for place in others if place.shape == places[0].shape] if whole and node is not term else []
            others = [place for place in others if self.way.is_on_way(place)]
            if [place.elements[0] for place in others] == first:
                yield node, others, gradient

    def makes_gradient(self, evaluated, edits, start, end):
        """Return True if the sum of the edited terms is the gradient of a parameter, up to a factor.

        Args:
            evaluated: A function that returns the shape and the numbers of a text at a place, or None.
            edits: A function that returns the text of an expression after the edit.
            start: The start of the edit.
            end: The end of the edit.
        """
        for node, places, gradient in self.terms:
            if not self.source.holds(node, start, end) or self.left < len(places):
                continue
            self.left -= len(places)
            text, values = edits(node), []
            for place in places:
                if place.order not in self.scopes:
                    self.scopes[place.order] = self.way.scope(place.frame, place.order)
                found = evaluated(text, place, self.scopes[place.order])
                if found is None or found[0] != place.shape:
                    break
                values.append(found[1])
            else:
                factor = proportion(_total(values), gradient)
                if factor is not None and factor == factor:
                    return True
        return False


def _total(values):
    return [sum(numbers) for numbers in zip(*values, strict=True)]
