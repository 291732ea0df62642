"""Edits of loops over layers or samples: the input of each layer, and the forward pass of each sample."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.context import Candidate
from autograd.grading.code.objects import Instance
from autograd.grading.code.source import Edit
from autograd.grading.code.trace import numbers_of

__all__ = ["forward_again", "inputs_of_layers", "outputs_of_layers"]

MAX_TEXTS = 8
MAX_COUNTERS = 3


# --- The input of each layer


def inputs_of_layers(c):
    """Yield edits that take the outputs of the layer before, where a loop takes the network's input for every layer."""
    node, parent = c.node, c.parent()
    if (
        c.is_stored()
        or len(c.seen.shape) not in (1, 2)
        or not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
    ):
        return
    read = isinstance(parent, (ast.Assign, ast.BinOp, ast.Call)) or (
        isinstance(parent, (ast.Subscript, ast.Attribute)) and parent.value is node
    )
    if not read or any(isinstance(e, Value) and e.op is not None for seen in c.places for e in seen.elements):
        return
    if c.way.is_parameter(c.seen) or (isinstance(parent, ast.Call) and parent.func is node):
        return
    counters = [name for name in c.source.counters(node) if _is_counter(c, name)]
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    if isinstance(node, ast.Subscript) and isinstance(parent, ast.Subscript):
        return
    for counter in [name for name in dict.fromkeys(counters) if name not in names][:MAX_COUNTERS]:
        for text in c.known(("layers", counter), lambda: list(_layers(c)))[:MAX_TEXTS]:
            new = f"({c.text} if {counter} == 0 else {text.replace('%', counter)})"
            message = (
                f"{c.text} is the input of the first layer only; layer {counter} takes {text.replace('%', counter)}"
            )
            written = new[1:-1] if isinstance(parent, ast.Assign) else new
            yield Candidate(1.345, "wrong factor", c.line, message, c.replaced(written), firm=True)


def outputs_of_layers(c):
    """Yield edits that pass the outputs of each layer on, where a loop takes the network's input for every layer."""
    node = c.node
    if not isinstance(node, ast.Name) or c.is_stored() or len(c.seen.shape) not in (1, 2) or c.way.is_parameter(c.seen):
        return
    if any(isinstance(e, Value) and e.op is not None for seen in c.places for e in seen.elements):
        return
    for loop in [loop for loop in c.source.loops_around(node) if isinstance(loop, ast.For)]:
        inside = [part for part in ast.walk(loop) if isinstance(part, ast.Name)]
        if any(part.id == node.id and isinstance(part.ctx, ast.Store) for part in inside):
            continue
        for target in [part for part in ast.walk(loop.target) if isinstance(part, ast.Name)]:
            for text in _outputs(c, target.id, c.seen.frame.names.get(target.id)):
                place = c.source.starts[min(loop.end_lineno, len(c.source.lines))]
                lead = "" if c.source.text[place - 1 : place] == "\n" else "\n"
                line = f"{lead}{c.source.indent(loop.body[-1])}{node.id} = {text}\n"
                message = f"{node.id} is the input of the first layer only: the next layer takes {text}"
                edits = (Edit(place, place, line),)
                yield Candidate(1.346, "wrong factor", loop.end_lineno, message, edits, firm=True)


def _outputs(c, name, layer):
    """Yield the texts of the outputs of a layer, the variable of a loop."""
    units, suffix = layer, ""
    if isinstance(layer, Instance):
        yield from (f"{name}{field}" for field in _fields(c, layer))
        suffix, units = next(((f".{k}", v) for k, v in layer.names.items() if isinstance(v, list) and v), ("", []))
    elif isinstance(layer, dict):
        yield from (f"{name}{field}" for field in _fields(c, layer))
    if isinstance(units, list) and units:
        yield from (f"[unit{field} for unit in {name}{suffix}]" for field in _fields(c, units[0]))


def _is_counter(c, name):
    value = c.seen.frame.names.get(name)
    return isinstance(value, int) and not isinstance(value, bool)


def _layers(c):
    """Yield the texts of the outputs of the layer before, with ``%`` for the number of the layer."""
    known = dict(c.seen.frame.names)
    for name, owner in c.seen.frame.names.items():
        if isinstance(owner, Instance):
            known.update({f"{name}.{key}": part for key, part in owner.names.items()})
    known.update({key: part for key, part in c.seen.frame.module.names.items() if key not in known})
    for name, value in known.items():
        if not isinstance(value, list) or len(value) < 2:
            continue
        first, last = value[0], value[-1]
        if _is_of_forward(c, last):
            yield f"{name}[% - 1]" if _is_of_forward(c, first) else f"{name}[%]"
        for field in _fields(c, last):
            yield f"{name}[% - 1]{field}"
        units, suffix = last, ""
        if isinstance(last, Instance):
            suffix, units = next(((f".{k}", v) for k, v in last.names.items() if isinstance(v, list) and v), ("", []))
        if isinstance(units, list) and units:
            for field in _fields(c, units[0]):
                yield f"[unit{field} for unit in {name}[% - 1]{suffix}]"


def _fields(c, owner):
    """Yield the texts that read an output of the forward pass from a dict or an object, such as ``['output']``."""
    if isinstance(owner, dict):
        yield from (f"[{key!r}]" for key, part in owner.items() if isinstance(key, str) and _is_of_forward(c, part))
    elif isinstance(owner, Instance):
        yield from (f".{key}" for key, part in owner.names.items() if _is_of_forward(c, part))


def _is_of_forward(c, value):
    """Return True if a value has computed numbers of the forward pass only, of this step or already of the next one."""
    numbers = numbers_of(value)[1] if isinstance(value, (Array, Value, list)) else []
    return bool(numbers) and all(
        isinstance(e, Value)
        and e.op is not None
        and e not in c.way.successors
        and (e in c.way.gradients or (e not in c.way.wrong and e not in c.way.right))
        for e in numbers
    )


# --- The forward pass of each sample


def forward_again(way, source):
    """Yield edits that compute the forward pass of each sample before its backward pass.

    If all samples are propagated first, the layers keep the values of the last one, and the backward pass of every
    sample reads these.
    """
    lines = {source.function_of(statement) for statement, _, _ in way.nodes}
    forward = {source.statements.get(seen.node) for seen in way.forward}
    homes = {source.function_of(s).name for s in forward if isinstance(source.function_of(s), ast.FunctionDef)}
    for call in [node for node in source.parents if isinstance(node, ast.Call)]:
        if getattr(call.func, "attr", getattr(call.func, "id", "")) not in homes or not call.args:
            continue
        around = source.loops_around(call)
        if len(around) == 0 or source.function_of(call) not in lines:
            continue
        inner = around[0]
        names = {part.id for part in ast.walk(inner.target) if isinstance(part, ast.Name)}
        if not isinstance(call.args[0], ast.Name) or call.args[0].id not in names:
            continue
        statement = source.statements[call] if isinstance(inner, ast.comprehension) else inner
        block, i, _ = source.blocks[statement]
        for loop in [s for s in block[i + 1 :] if isinstance(s, ast.For)][:1]:
            inside = [part for part in ast.walk(loop) if isinstance(part, ast.Call)]
            again = any(getattr(part.func, "attr", getattr(part.func, "id", "")) in homes for part in inside)
            if again and ast.unparse(call.func) in {ast.unparse(part.func) for part in inside}:
                continue
            yield from _forward_in(source, call, inner, statement, loop)


def _forward_in(source, call, inner, statement, loop):
    """Yield the edits that repeat the call for one sample at the start of a loop."""
    data = source.text_of(inner.iter)
    target = source.text_of(inner.target)
    start = source.starts[loop.body[0].lineno - 1]
    indent = source.indent(loop.body[0])
    stored = _result(source, call, statement)
    given, names = loop.iter, loop.target
    made = source.text_of(call)
    message = (
        f"{made} runs for all samples before the first backward pass, which then reads the values of the last sample: "
        "propagate each sample again before its backward pass"
    )
    name = getattr(given.func, "id", "") if isinstance(given, ast.Call) else ""
    parts = list(names.elts) if isinstance(names, ast.Tuple) else [names]
    lead, edits = "", []
    around = source.parents.get(call)
    kept = around.targets[0] if isinstance(around, ast.Assign) else None
    if isinstance(kept, ast.Name) and any(isinstance(p, ast.Name) and p.id == kept.id for p in ast.walk(loop)):
        lead = f"{kept.id} = "
    if name in ("enumerate", "range") and isinstance(parts[0], ast.Name):
        value = f"{data}[{parts[0].id}]" if data.isidentifier() or "." in data else f"list({data})[{parts[0].id}]"
        result = parts[1] if name == "enumerate" and len(parts) == 2 else None
        inside = isinstance(result, ast.Name) and name == "enumerate" and source.text_of(given.args[0]) == stored
        lead = f"{result.id} = " if inside else lead
        if target.isidentifier():
            text = made.replace(f"({target}", f"({value}", 1)
        else:
            lead, text = f"{target} = {value}\n{indent}{lead}", made
    elif name == "zip":
        texts = [source.text_of(part) for part in given.args]
        lead = f"{source.text_of(parts[texts.index(stored)])} = " if stored in texts else lead
        text = made
        if data not in texts:
            edits.append(source.replacing(given, source.text_of(given)[:-1] + f", {data})"))
            edits.append(source.replacing(names, f"{source.text_of(names)}, {target}"))
        else:
            text = made.replace(f"({target}", f"({source.text_of(parts[texts.index(data)])}", 1)
    elif source.text_of(given) == data:
        text = made if source.text_of(names) == target else made.replace(f"({target}", f"({source.text_of(names)}", 1)
    else:
        edits.append(source.replacing(given, f"zip({source.text_of(given)}, {data})"))
        edits.append(source.replacing(names, f"({source.text_of(names)}), {target}"))
        lead, text = (f"{source.text_of(names)} = " if source.text_of(given) == stored else lead), made
    edits.append(Edit(start, start, f"{indent}{lead}{text}\n"))
    yield Candidate(0.8, "stale forward pass", statement.lineno, message, tuple(edits), firm=True)


def _result(source, call, statement):
    """Return the text of the list in which the results of a call are stored, or an empty string."""
    if isinstance(statement, ast.Assign):
        return source.text_of(statement.targets[0])
    around = source.parents.get(call)
    if isinstance(around, ast.Call) and getattr(around.func, "attr", "") == "append":
        return source.text_of(around.func.value)
    name = around.targets[0].id if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name) else ""
    for part in ast.walk(statement):
        appends = isinstance(part, ast.Call) and getattr(part.func, "attr", "") == "append" and part.args
        if appends and getattr(part.args[0], "id", "") == name:
            return source.text_of(part.func.value)
    return ""
