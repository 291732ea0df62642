"""Computed edits of sums: the missing term, or the right term in place of a wrong one."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.norm_edits import is_computed
from autograd.grading.code.wayback import same

__all__ = ["solved", "solved_terms", "terms_of"]

MAX_NAMES = 40
MAX_TERMS = 6
LATER, ALONE, LONGER = 0.05, 0.5, 0.002  # added costs: a later statement, no sum, a longer text
MAX_LENGTH = 20  # of the name of a number
SLACK = 1e-7
FORMS = ("T", "t", "transpose", "reshape", "shape", "dot", "view")  # attributes that are no other variable
FOUND = 0.2  # the value itself gives the factor
FACTORS = {"2 * ": 2.0, "0.5 * ": 0.5, "-": -1.0, "-2 * ": -2.0, "-0.5 * ": -0.5}


def solved_terms(way, source, local):
    """Yield edits that write the term with which a sum or product becomes a derivative of the loss.

    Args:
        way: The facts about the backward pass.
        source: The program.
        local: The statements whose values are not derivatives, with possible right values.
    """
    for rank, moment in enumerate(sorted(local.moments.values(), key=lambda moment: moment.place.order)):
        value, cost = moment.statement.value, 1.0 + LATER * min(rank, 4)
        terms = [(term, sign) for term, sign in terms_of(value) if way.by_place(term)]
        forms = None
        for wanted in moment.wanted:
            if moment.exact and not isinstance(value, ast.Constant):
                yield from _scaled(source, value, proportion(wanted, moment.place.data), cost)
            lack = [a - b for a, b in zip(wanted, moment.place.data, strict=True)]
            if len(lack) < 2 or not any(lack) or isinstance(value, ast.Constant):
                continue
            forms = forms or _Forms(way, moment)
            if not (isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div))):
                yield from _missing(way, source, value, forms.equal_to(lack), cost + ALONE * (len(terms) < 2))
            for term, sign in terms:
                place = _value_at(way, term, moment)
                if place is not None and place.shape == moment.place.shape:
                    needed = [x + sign * y for x, y in zip(place.data, lack, strict=True)]
                    yield from _wrong(way, source, term, forms.equal_to(needed), cost)
                    if len(terms) > 1:
                        yield from _scaled_term(way, source, moment, term, proportion(needed, place.data), cost)
                    yield from _wrong_factors(way, source, (term, place), needed, moment, forms, cost)


def solved(way, source, term, moment, wanted, cost, last):
    """Yield edits that give a term of a longer sum one of the values that the sum needs.

    Args:
        way: The facts about the backward pass.
        source: The program.
        term: The term.
        moment: The term's value, and the variables that can be written there.
        wanted: The values that the sum needs.
        cost: The cost of these edits.
        last: True to write a missing term behind this one.
    """
    forms, place = _Forms(way, moment), moment.place
    for needed in wanted:
        yield from _wrong(way, source, term, forms.equal_to(needed), cost)
        yield from _scaled_term(way, source, moment, term, proportion(needed, place.data), cost)
        yield from _wrong_factors(way, source, (term, place), needed, moment, forms, cost)
        if last:
            lack = [a - b for a, b in zip(needed, place.data, strict=True)]
            yield from _missing(way, source, term, forms.equal_to(lack), cost)


def _scaled(source, value, factor, cost):
    """Yield the edit that multiplies a value, which is added to a sum, by a small number."""
    for text, number in FACTORS.items():
        if factor is not None and close(factor, number):
            old = source.operand_text(value, tight=text == "-")
            message = f"{source.text_of(value)} lacks the factor {'-1' if text == '-' else text.split()[0]}"
            edit = source.replacing(value, text + old)
            yield Candidate(cost - FOUND, "constant factor", value.lineno, message, (edit,))


def _scaled_term(way, source, moment, term, factor, cost):
    """Yield edits that multiply or divide a term of a sum by a plain number, such as the number of samples."""
    if factor is None or factor != factor or close(factor, 1.0) or not factor:
        return
    old, counts = source.operand_text(term, tight=False), []
    for text, (its, data) in moment.known.items():
        if its == () and len(text) < MAX_LENGTH and way.is_count(text) and data[0] > 1:
            counts.append((text, data[0]))
    counts += [(f"{number:g}", number) for number in (2.0, 4.0, 3.0)]
    for text, number in sorted(counts, key=lambda one: len(one[0])):
        if close(abs(factor) * number, 1.0):
            new, message = f"{old} / {text}", f"the term {source.text_of(term)} is not divided by {text}"
        elif close(abs(factor), number):
            new, message = f"{text} * {old}", f"the term {source.text_of(term)} lacks the factor {text}"
        else:
            continue
        if factor > 0:
            edit = source.replacing(term, new)
            yield Candidate(cost - FOUND + LONGER * len(text), "constant factor", term.lineno, message, (edit,))


def _missing(way, source, value, texts, cost):
    """Yield edits that add a term to a sum."""
    for text in texts:
        kind = "order in time" if way.recurrent else "wrong factor"
        message = f"the term {text} is missing in this sum"
        edits = (source.replacing(value, f"{source.text_of(value)} + {text}"),)
        yield Candidate(cost + LONGER * len(text), kind, value.lineno, message, edits)


def _wrong(way, source, term, texts, cost):
    """Yield edits that replace a term by another term."""
    old = source.text_of(term)
    for text in texts:
        if _plain(text) == _plain(old):
            continue
        names = _names(text), _names(old) - set(way.modules)
        kind = "transpose" if "@" in text and names[0] == names[1] else "wrong factor"
        parts = [part for part in (*ast.walk(ast.parse(text)), *ast.walk(term)) if isinstance(part, ast.BinOp)]
        products = len([part for part in parts if isinstance(part.op, ast.MatMult)]) == 2
        if products and kind == "wrong factor" and len(names[0] ^ names[1]) == 2:
            kind = "raw error for delta"  # propagated through the same weights
        around = source.parents.get(term)
        new = f"({text})" if " " in text and isinstance(around, ast.BinOp) else text
        message = f"{old} stands where {text} belongs"
        yield Candidate(cost + LONGER * len(text), kind, term.lineno, message, (source.replacing(term, new),))


def _wrong_factors(way, source, term, needed, moment, forms, cost):
    """Yield edits that replace a factor of a product by a difference of two variables."""
    node, product = term
    if not all(product.data):
        return
    for factor in _factors(node):
        place = _value_at(way, factor, moment)
        if place is None or place.shape != product.shape or way.is_back(place):
            continue
        wanted = [f * x / p for f, x, p in zip(place.data, needed, product.data, strict=True)]
        old = source.text_of(factor)
        for text in forms.differences(wanted):
            if old in text:
                message = f"the factor {old} stands where {text} belongs"
                edits = (source.replacing(factor, text),)
                yield Candidate(cost + LONGER * len(text), "wrong factor", factor.lineno, message, edits)


def _factors(node):
    """Yield the factors of an elementwise product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for part in (node.left, node.right):
            yield from _factors(part) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) else [part]


def _names(text):
    """Return the names in an expression, and its attributes other than a transpose or a shape."""
    parts = list(ast.walk(ast.parse(f"({text})")))
    parts = [p for p in parts if isinstance(p, ast.Name) or (isinstance(p, ast.Attribute) and p.attr not in FORMS)]
    owners = {id(part.value) for part in parts if isinstance(part, ast.Attribute)}
    return {ast.unparse(part) for part in parts if id(part) not in owners}


def _plain(text):
    return text.replace(" ", "")


def terms_of(node, sign=1):
    """Yield the terms of a sum, each with its sign."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield from terms_of(node.left, sign)
        yield from terms_of(node.right, sign if isinstance(node.op, ast.Add) else -sign)
    else:
        yield node, sign


def _value_at(way, term, moment):
    """Return the last value of a term before its sum was computed."""
    before = [place for place in way.by_place(term) if place.order <= moment.place.order]
    return max(before, key=lambda place: place.order) if before else None


class _Forms:
    """Products that can be written at a moment: of a gradient with a variable, a difference, or weights.

    Args:
        way: The facts about the backward pass.
        moment: The moment.
    """

    def __init__(self, way, moment):
        shape = moment.place.shape
        known = [(text, its, data) for text, (its, data) in moment.known.items() if len(text) < 30 and data]
        same_shape = [(text, data) for text, its, data in known if its == shape]
        self.back = [(t, d) for t, d in same_shape if way.is_back_text(t, moment.place)][-MAX_NAMES:]
        self.forward = [(t, d) for t, d in same_shape if way.is_forward_text(t)][-MAX_NAMES:]
        self.propagated = [*_propagated(way, moment, known, shape), *_spread(way, moment, known, shape)]

    def equal_to(self, wanted):
        """Return the products that are equal to the given numbers, the shortest first."""
        found = [text for text, data in [*self.back, *self.propagated] if same(data, wanted)]
        k = max(range(len(wanted)), key=lambda i: abs(wanted[i]))
        for text, data in self.back:
            if not data[k]:
                continue
            ratio = wanted[k] / data[k]
            for other, values in self.forward:
                for form, value in ((other, values[k]), (f"(1 - {other})", 1 - values[k])):
                    if abs(value - ratio) <= SLACK * abs(ratio) and _is_product(wanted, data, values, form != other):
                        found.append(f"{text} * {form}")
                for third, more in self.forward:
                    if abs(values[k] - more[k] - ratio) <= SLACK * abs(ratio) and third != other:
                        pairs = zip(wanted, data, values, more, strict=True)
                        if all(abs(w - d * (a - b)) <= SLACK * abs(wanted[k]) for w, d, a, b in pairs):
                            found.append(f"{text} * ({other} - {third})")
        return sorted(found, key=len)[:MAX_TERMS]

    def differences(self, wanted):
        """Yield the differences of two variables of the forward pass that are equal to the given numbers."""
        k = max(range(len(wanted)), key=lambda i: abs(wanted[i]))
        for text, data in self.forward:
            for other, more in self.forward:
                near = text != other and abs(data[k] - more[k] - wanted[k]) <= SLACK * abs(wanted[k])
                if near and same([a - b for a, b in zip(data, more, strict=True)], wanted):
                    yield f"({text} - {other})"


def _is_product(wanted, data, values, rest):
    """Return True if numbers are the product of ``data`` and ``values``, or of ``data`` and 1 minus ``values``."""
    return same([d * ((1 - v) if rest else v) for d, v in zip(data, values, strict=True)], wanted)


def _propagated(way, moment, known, shape):
    """Yield the gradients after propagation through weights: texts, each with its numbers."""
    weights = [(t, s, d) for t, s, d in known if len(s) == 2 and way.is_parameter_data(d)]
    gradients = [(t, s, d) for t, s, d in known if s and way.is_back_text(t, moment.place)][-MAX_NAMES:]
    for weight, (rows, columns), matrix in weights:
        for text, its, data in gradients:
            if len(its) == 1 and shape == (columns,) and its == (rows,):
                yield (
                    f"{weight}.T @ {text}",
                    [sum(matrix[i * columns + j] * data[i] for i in range(rows)) for j in range(columns)],
                )
            if len(its) == 1 and shape == (rows,) and its == (columns,):
                yield (
                    f"{weight} @ {text}",
                    [sum(matrix[i * columns + j] * data[j] for j in range(columns)) for i in range(rows)],
                )
            if len(its) == 2 and its[1] == columns and shape == (its[0], rows):
                yield (
                    f"{text} @ {weight}.T",
                    [
                        sum(data[n * columns + j] * matrix[i * columns + j] for j in range(columns))
                        for n in range(its[0])
                        for i in range(rows)
                    ],
                )
            if len(its) == 2 and its[0] == rows and shape == (columns, its[1]):
                yield (
                    f"{weight}.T @ {text}",
                    [
                        sum(matrix[i * columns + j] * data[i * its[1] + n] for i in range(rows))
                        for j in range(columns)
                        for n in range(its[1])
                    ],
                )


def _spread(way, moment, known, shape):
    """Yield the gradients with one number for each column, spread over the samples, as a whole or divided by them."""
    if len(shape) != 2:
        return
    samples, columns = shape
    counts = [text for text, its, data in known if its == () and data[0] == samples and way.is_count(text)]
    for text, its, data in known:
        places = way.texts.get(text.replace(" ", ""), [])
        unread = not places  # a gradient that was computed and is not used
        if its in ((columns,), (1, columns)) and (unread or any(is_computed(way, place) for place in places[:2])):
            yield text, list(data) * samples
            for count in counts[:1] or [f"{text}.shape[0]"] * (samples == 1):
                yield f"{text} / {count}", [x / samples for x in data] * samples
