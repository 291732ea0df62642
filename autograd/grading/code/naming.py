"""The names of parameters: the program's variables in which the changed numbers are."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.arrays import Array
from autograd.grading.code.objects import Instance

__all__ = ["Places", "merged"]

MAX_NESTING = 7


class Places:
    """The places of numbers after a reading, in the variables of the module and of the calls that have not ended.

    Args:
        reading: The reading.
    """

    def __init__(self, reading):
        self.found = {}
        self.shapes = {}
        self.next = {}
        for change in reading.recorder.updates():
            for old, new in zip(change.old, change.new, strict=True):
                self.next[old] = new
        machine = reading.machine
        frames = [machine.globals, *[frame for frame in machine.stack if frame is not machine.globals]]
        for frame in frames:
            for name, value in list(frame.names.items()):
                if isinstance(name, str) and not name.startswith("__"):  # ``vars()`` can have keys of any type
                    self._walk(value, (name,), 0, set())

    def _walk(self, value, path, depth, open_objects):
        if isinstance(value, Value):
            self.found.setdefault(value, (path, None))
        elif isinstance(value, Array):
            self.shapes.setdefault(path, value.shape)
            for i, element in enumerate(value.elements()[:20_000]):
                if isinstance(element, Value):
                    self.found.setdefault(element, (path, i))
        elif depth < MAX_NESTING and id(value) not in open_objects:
            inside = open_objects | {id(value)}
            if isinstance(value, (list, tuple)):
                for i, part in enumerate(value[:500]):
                    self._walk(part, (*path, i), depth + 1, inside)
            elif isinstance(value, dict):
                for key, part in list(value.items())[:500]:
                    self._walk(part, (*path, ("key", key)), depth + 1, inside)
            elif isinstance(value, Instance):
                for name, part in list(value.names.items()):
                    self._walk(part, (*path, ("attribute", name)), depth + 1, inside)

    def of(self, number):
        """Return the path to the current value of a parameter's number, with its index in an array, or None."""
        for _ in range(100_000):
            later = self.next.get(number)
            if later is None:
                break
            number = later
        return self.found.get(number)


def written(path):
    """Return a path as Python code.

    >>> written(("net", ("attribute", "weights"), 0)), written(("model", ("key", "W1"))), written(("layers", 1, ..., 2))
    ('net.weights[0]', "model['W1']", 'layers[1][:][2]')
    """
    text = ""
    for part in path:
        if isinstance(part, str):
            text += part
        elif part is ...:
            text += "[:]"
        elif isinstance(part, tuple):
            text += f".{part[1]}" if part[0] == "attribute" else f"[{part[1]!r}]"
        else:
            text += f"[{part}]"
    return text


def merged(groups, places):
    """Return the groups with their names. Single numbers from the same list become one parameter.

    Args:
        groups: The numbers that the step changed.
        places: The places of the numbers.
    """
    result, lists = [], {}
    for group in groups:
        place = places.of(group.new[0])
        if place is None:
            group.name = _target_text(group)
            key = (group.line, group.name) if len(group.old) == 1 and group.name else None
        else:
            path, index = place
            group.name = written(path)
            key = None
            if index is None and len(group.old) == 1 and any(isinstance(part, int) for part in path):
                key = _key(group, path)
            elif index is not None and len(group.old) == 1:
                key = (group.line, group.name)
        if key is not None and key in lists:
            _join(lists[key], group, places)
            continue
        if key is not None:
            lists[key] = group
            group.paths = [place[0]] if place else []
        group.shape = places.shapes.get(place[0]) if place else None
        result.append(group)
    for group in lists.values():
        _name_list(group)
    return _distinct(result)


def _key(group, path):
    wholes = [i for i, part in enumerate(path) if isinstance(part, int)]
    named = any(not isinstance(part, int) for part in path[wholes[0] :])
    fixed = path[: wholes[0] + 1] if len(wholes) + named > 2 else path[: wholes[0]]
    return (group.line, fixed, tuple([... if isinstance(part, int) else part for part in path]))


def _join(group, other, places):
    group.old += other.old
    group.new += other.new
    group.lines |= other.lines
    group.widened = group.widened or other.widened
    place = places.of(other.new[0])
    if place is not None:
        group.paths.append(place[0])


def _name_list(group):
    if not group.paths:
        return
    first = group.paths[0]
    name, differs = [], False
    for i, part in enumerate(first):
        same = all(len(path) == len(first) and path[i] == part for path in group.paths)
        differs = differs or not same
        name.append(part if same else ...)
    while name and name[-1] is ...:
        name.pop()
    group.name = written(tuple(name)) or group.name
    if group.shape is None and len(group.old) > 1:
        ranges = [len({path[i] for path in group.paths}) for i, part in enumerate(first) if isinstance(part, int)]
        group.shape = tuple([n for n in ranges if n > 1])


def _target_text(group):
    if group.target is None:
        return ""
    return ast.unparse(group.target)


def _distinct(groups):
    """Number the parameters that have the same name, for example because a loop runs over layers."""
    names = [group.name for group in groups]
    for i, group in enumerate(groups):
        if not group.name:
            group.name = f"parameter {i + 1}"
        elif names.count(group.name) > 1:
            group.name = f"{group.name} ({names[: i + 1].count(group.name)})"
        if group.shape is None:
            group.shape = () if len(group.old) == 1 else (len(group.old),)
    return groups
