"""Edits of one name or one factor in a statement after which its value is a derivative of the loss.

Every variable that can be written there is tried, also one of another shape that broadcasting allows. Only the
statement is evaluated again, so these are many values and few readings of the program.
"""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.trace import numbers_of
from autograd.grading.code.wayback import same

__all__ = ["locally_right"]

MAX_MOMENTS = 4
MAX_VALUES = 500  # that are computed for one statement
MAX_NUMBERS = 100_000  # that are computed in all, where each evaluation counts as many more as FIRST
FIRST = 40
MAX_TEXTS = 40
MAX_COUNTS = 8
POWERS = (2, 3)
LATER = 0.05  # what an edit of a later statement costs more
LONGEST = 30  # letters of a text that is written


def locally_right(way, source, local):
    """Return edits within a statement of the backward pass that make its value a derivative of the loss.

    Args:
        way: The facts about the backward pass.
        source: The program.
        local: The statements whose values are not derivatives, with possible right values.
    """
    found, left = [], MAX_NUMBERS
    moments = sorted(local.moments.values(), key=lambda moment: moment.place.order)[:MAX_MOMENTS]
    for rank, moment in enumerate(moments):  # the first value that is wrong is the likeliest place
        cost = FIRST + len(moment.place.data)
        for tried, (kind, message, node, new) in enumerate(_edits(way, source, moment)):
            left -= cost
            if tried == MAX_VALUES or left < 0:
                break
            edits = (source.replacing(node, new),)
            longer = max(len(new) - len(source.text_of(node)), 0)
            candidate = Candidate(1.2 + 0.001 * longer + LATER * rank, kind, node.lineno, message, edits)
            if local.makes_derivative(candidate, always=True):
                found.append(candidate)
    return found


def _edits(way, source, moment):
    """Yield edits of a statement: their kind, a message, the node that is replaced, and its new text."""
    value, known = moment.statement.value, {}
    counts = [text for text, (its, data) in moment.known.items() if its == () and data[0] > 1 and way.is_count(text)]
    for node, around in _inside(source, value):
        old, shape = source.text_of(node), way.shape_of(node) or ()
        if shape not in known:
            known[shape] = [*_entries(way, source, moment, shape), *_texts(way, moment, shape)]
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            for new in known[shape]:
                if new != old and not (isinstance(around, ast.Attribute) and not _is_name(new)):
                    at_slope = isinstance(around, ast.BinOp) and isinstance(around.op, (ast.Sub, ast.Pow))
                    kind = "derivative at the wrong argument" if at_slope else "wrong factor"
                    yield kind, f"{old} stands where {new} belongs", node, new
        turned = isinstance(around, ast.Attribute) and around.attr == "T"
        turned = turned or (isinstance(around, ast.Subscript) and around.value is node)
        if turned or not isinstance(around, (ast.Attribute, ast.Subscript)):
            for new in known[shape]:
                slope = new in moment.known and any(same(moment.known[new][1], one.data) for one in way.slopes)
                kind = "derivative missing" if slope else "wrong factor"
                written = f"{source.operand_text(node, tight=False)} * {new}"
                powers = POWERS if node is value and "[" not in new and way.is_learned_text(new) else ()
                for power in powers:  # as in the derivative of a root
                    yield "wrong factor", f"the factor {new} ** {power} is missing", node, f"{written} ** {power}"
                tight = isinstance(around, ast.BinOp) and isinstance(around.op, (ast.Pow, ast.MatMult, ast.Div))
                yield kind, f"the factor {new} is missing", node, f"({written})" if tight or turned else written
            for new in known[shape] if node is value else ():
                if new in moment.known and min(moment.known[new][1]) > 0 and way.is_learned_text(new):
                    message = f"this is not divided by {new}, as the forward pass is"
                    yield "derivative missing", message, node, f"{source.operand_text(node, tight=False)} / {new}"
        if isinstance(around, ast.BinOp) and isinstance(around.op, (ast.Add, ast.Sub)):
            for count in counts[:MAX_COUNTS]:
                new = f"{source.operand_text(node, tight=False)} / {count}"
                yield "constant factor", f"{old} is not divided by {count}, as the loss is", node, new
        for new in _windows(way, source, node):
            yield "wrong factor", f"{old} stands where {new} belongs", node, new
    for product in _products(way, moment):
        yield (
            "wrong factor",
            f"the term {product} is missing in this sum",
            value,
            f"{source.text_of(value)} + {product}",
        )


def _windows(way, source, node):
    """Yield the other slices of an array with as many entries, such as ``d[3:]`` and ``d[-2:]`` for ``d[:2]``."""
    if not isinstance(node, ast.Subscript) or way.shape_of(node) is None or way.shape_of(node.value) is None:
        return
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    whole, own = way.shape_of(node.value), way.shape_of(node)
    if len(parts) > len(whole) or len(own) != len(whole):
        return
    for axis, part in enumerate(parts):
        rest = whole[axis] - own[axis]
        if isinstance(part, ast.Slice) and part.step is None and rest > 0:
            ends = [source.text_of(end) for end in (part.lower, part.upper) if end is not None]
            for window in dict.fromkeys([f"{end}:" for end in ends] + [f":{end}" for end in ends]
                                        + [f"{rest}:", f":{own[axis]}", f"-{own[axis]}:"]):  # fmt: skip
                texts = [window if other is part else source.text_of(other) for other in parts]
                new = f"{source.text_of(node.value)}[{', '.join(texts)}]"
                if new != source.text_of(node):
                    yield new


def _entries(way, source, moment, shape):
    """Return the texts of entries of lists at the counters of loops, at their neighbours, and at the ends."""
    counters = [name for name in source.counters(moment.statement) if moment.known.get(name, (None,))[0] == ()]
    found = []
    for name, value in moment.place.frame.names.items():
        if isinstance(value, (list, dict)) and value and isinstance(name, str):
            sample = value[-1] if isinstance(value, list) else next(iter(value.values()))
            if numbers_of(sample)[0] == shape and shape:
                for counter in counters[:2]:
                    found += [f"{name}[{counter}]", f"{name}[{counter} - 1]", f"{name}[{counter} + 1]"]
                found += [f"{name}[-1]"] if isinstance(value, list) else []
    return found


def _products(way, moment):
    """Yield the products over the samples of a gradient with a value of the forward pass that have the right shape."""
    shape, known = moment.place.shape, moment.known.items()
    matrices = [(text, its) for text, (its, _) in known if len(its) == 2 and len(text) < LONGEST and text[-2:] != ".T"]
    backs = [one for one in matrices if way.is_back_text(one[0], moment.place)]
    data = [one for one in matrices if not way.is_back_text(one[0], moment.place) and _is_data(way, one[0])]
    values = [*data, *(one for one in matrices if way.is_forward_text(one[0]))]
    for gradient, (n, a) in backs[-MAX_COUNTS:]:
        for text, (m, b) in values[-MAX_COUNTS:]:
            if n == m and (a, b) == shape:
                yield f"{gradient}.T @ {text}"
            if n == m and (b, a) == shape:
                yield f"{text}.T @ {gradient}"


def _is_data(way, text):
    """Return True if a text has plain numbers, such as the inputs of a second branch."""
    places = way.texts.get(text.replace(" ", ""), [])[:1]
    return bool(places) and all(getattr(e, "op", None) is None and e not in way.roots for e in places[0].elements)


def _is_name(text):
    return text.replace("_", "").replace(".", "").isalnum()


def _inside(source, value):
    """Yield the parts of an expression that can be edited, each with the node around it."""
    waiting = [value]
    while waiting:
        node = waiting.pop(0)
        around = source.parents.get(node)
        if isinstance(node, ast.Constant):
            continue
        yield node, around
        spread = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)  # perhaps with a new axis
        if spread or (isinstance(node, ast.Attribute) and node.attr == "T"):
            waiting.append(node.value)
        elif isinstance(node, ast.BinOp):
            waiting += [node.left, node.right]
        elif isinstance(node, ast.UnaryOp):
            waiting.append(node.operand)
        elif isinstance(node, ast.Call):
            waiting += node.args
            if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name):
                waiting.append(node.func.value)


def _texts(way, moment, shape):
    """Return what can be written beside an array: variables, and parts of the forward pass that have no name."""
    target = ast.unparse(moment.statement.targets[0]) if isinstance(moment.statement, ast.Assign) else ""
    found = []
    for text, (its, data) in moment.known.items():
        if its and len(text) < LONGEST and text != target and _fits(its, shape) and any(x != data[0] for x in data):
            found.append(text)
    for seen in way.forward:
        if isinstance(seen.node, ast.Call) and seen.shape and _fits(seen.shape, shape):
            names = {p.id for p in ast.walk(seen.node) if isinstance(p, ast.Name)} - set(way.modules)
            text = ast.unparse(seen.node)
            if names and names <= moment.known.keys() and len(text) < LONGEST:
                found.append(text)
    return list(dict.fromkeys(found))[-MAX_TEXTS:]


def _fits(its, shape):
    """Return True if an array of the first shape can be a factor of an array of the second one, or of one summed up."""
    if len(its) > 2 or len(shape) > 2:
        return its == shape
    ends = zip(its[::-1], shape[::-1], strict=False)
    return all(a in (b, 1) or b == 1 for a, b in ends)
