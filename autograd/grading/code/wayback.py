"""The expressions in the backward pass of a program, and their meanings."""

import ast
import functools
from dataclasses import dataclass, field

from autograd.engine.value import Value
from autograd.grading.code.factors import proportion
from autograd.grading.code.matrix_class import matrices_of
from autograd.grading.code.moments import is_recurrent
from autograd.grading.code.objects import Frame, Function, Instance
from autograd.grading.code.passes import backward_expressions, forward_values
from autograd.grading.code.signs import is_complement
from autograd.grading.code.slopes import slopes_of
from autograd.grading.code.standing import Standing
from autograd.grading.code.trace import key_of, numbers_of
from autograd.grading.code.vocabulary import Vocabulary

__all__ = ["Lack", "WayBack", "same"]

MAX_NODES = 300
MOVING = (
    "t",
    "transpose",
    "reshape",
    "view",
    "ravel",
    "flatten",
    "copy",
    "clone",
    "squeeze",
)  # methods that keep numbers


@dataclass
class Lack:
    """The difference between the gradient of a wrong update and the true one.

    Attributes:
        parameter: The numbers of the parameter.
        missing: The numbers that must be added to the program's gradient.
        shape: The shape of both.
        below: The numbers from which the update is computed.
        gradient: The true gradient.
    """

    parameter: list
    missing: list
    shape: tuple
    below: set
    gradient: list


@dataclass
class WayBack:
    """The facts about the backward pass of a program.

    Attributes:
        source: The program.
        trace: The values of every expression.
        gradients: The derivative of the loss with respect to every number of the forward pass.
        wrong: The numbers from which wrong updates are computed.
        right: The numbers from which right updates are computed.
        lacks: The differences between the gradients of wrong updates and the true gradients.
        roots: The numbers of the parameters, with their names.
        optimizers: The numbers that adaptive optimizers compute from the gradients.
        machine: The machine that read the program.
        update_lines: The lines of all updates.
        right_lines: The lines of the right updates.
        shown: The numbers from which right updates are computed whose gradient is not 0.
        penalties: True if a term of parameters may be the gradient of a penalty. The inputs of a layer have no penalty.
    """

    source: object
    trace: object
    gradients: dict
    wrong: set
    right: set
    roots: dict
    machine: object
    nodes: list = field(default_factory=list)
    slopes: list = field(default_factory=list)
    forward: list = field(default_factory=list)
    successors: set = field(default_factory=set)
    update_lines: set = field(default_factory=set)
    right_lines: set = field(default_factory=set)
    known_slopes: dict = field(default_factory=dict)
    lacks: list = field(default_factory=list)
    optimizers: set = field(default_factory=set)
    shown: set = field(default_factory=set)
    penalties: bool = True

    def __post_init__(self):
        self.texts, self.known_adjoints = {}, {}
        self.known_back_texts, self.known_forward_texts = {}, {}
        self._put_step_first()
        for places in self.trace.seen.values():
            for place in places[:1]:
                if isinstance(place.node, (ast.Name, ast.Attribute, ast.Subscript)):
                    self.texts.setdefault(ast.unparse(place.node).replace(" ", ""), []).extend(places)
        ordered = self.trace.everything()
        self.forward, made_in, started = forward_values(ordered, self.gradients)
        made_in = [node for node in made_in if not self._computes_gradient(self.source.statements.get(node))]
        self.nodes = backward_expressions(self.source, self.trace, made_in, started)
        self.standing = Standing(self.trace, ordered)
        # A layer without a network gets its input as a parameter, and its activation is a function of this input.
        given = [] if self.penalties else [s for s in ordered if s.shape and self.is_parameter(s)]
        self.slopes = slopes_of([*given, *self.forward], self.gradients, self.roots)
        self.vocabulary = Vocabulary(self.machine, self.source.tree)
        self.numpy = self.vocabulary.numpy
        self.modules = self.vocabulary.modules
        self.sigmoid = self.vocabulary.sigmoid
        self.helper_lines = {lines for lines in self.vocabulary.helper_lines() if not self._takes_gradients(*lines)}
        self.counts = self._counts()
        self.recurrent = self._recurrent()
        self.masks = [node for _, node, _ in self.nodes if isinstance(node, ast.Compare)]
        self.complements = [node for _, node, _ in self.nodes if is_complement(self, node)]

    def _computes_gradient(self, statement):
        """Return True if a statement computes a gradient, perhaps from an activation that it computes again."""
        back = self.wrong | self.right
        places = self.by_place(getattr(statement, "value", None))
        return any(
            isinstance(e, Value)
            and e.op is not None
            and e in back
            and e not in self.gradients
            and e not in self.successors
            for place in places
            for e in place.elements
        )

    def _put_step_first(self):
        """Sort the values of each expression so that those of the judged step come first.

        Where each step changes other rows of a parameter, several iterations are read before the same row changes.
        """
        numbers = self.wrong | self.right
        orders = [
            seen.order
            for places in self.trace.seen.values()
            for seen in places
            for e in seen.elements[:1]
            if isinstance(e, Value)
            and e.op is not None
            and e not in self.roots
            and (e in numbers or e in self.gradients)
        ]
        first, last = min(orders, default=0), max(orders, default=0)
        for places in self.trace.seen.values():
            places.sort(key=lambda seen: not first <= seen.order <= last)

    def helpers(self):
        """Return the program's own functions of one number, each with the text after the argument."""
        return [(helper, helper.suffix) for helper in self.vocabulary.helpers]

    def library(self, shape):
        """Return the name of the module whose functions accept numbers of this shape: NumPy's, or else ``math``."""
        return self.numpy if shape or self.numpy in self.modules else "math"

    def is_helper(self, node, frame=None):
        """Return True if a call calls a helper, by its name or by the value of the name in a frame."""
        if self.vocabulary.name_of(node.func) in {helper.name for helper in self.vocabulary.helpers}:
            return True
        known = self.called(node, frame)
        nodes = {id(helper.function_node) for helper in self.vocabulary.helpers}
        return known is not None and id(known.node) in nodes

    def called(self, node, frame):
        """Return the program's own function that a call calls in a frame, or None."""
        called = node.func
        if frame is None or not isinstance(called, (ast.Name, ast.Attribute)):
            return None
        owner = frame
        if isinstance(called, ast.Attribute):
            owner = frame.names.get(called.value.id) if isinstance(called.value, ast.Name) else None
        if not isinstance(owner, (Frame, Instance)):
            return None
        known = owner.names.get(self.vocabulary.name_of(called))
        if known is None and owner is frame:
            known = frame.module.names.get(self.vocabulary.name_of(called))
        return known if isinstance(known, Function) else None

    def is_given_to_helper(self, name):
        """Return True if a variable with this name is the argument of a helper."""
        return any(
            isinstance(node, ast.Call) and self.is_helper(node) and node.args and self.single_name(node.args[0]) == name
            for node in self.source.parents
        )

    def inlined(self, node):
        """Yield the result of a call of a small function, written out without its square."""
        return self.vocabulary.unsquared(node, self.source)

    def softmaxes(self, scope):
        """Return the expressions in a scope that may be probabilities, and softmax functions of variables in it."""
        found = []
        for text, (shape, data) in scope.items():
            if shape and len(data) > 1 and all(0 < x < 1 for x in data):
                found.append((text, shape, data))
        for helper in self.vocabulary.softmaxes:
            for text, (shape, _data) in list(scope.items()):
                if shape and self.is_forward_text(text):
                    values = helper.array(shape, _data)
                    if values is not None and all(0 < x < 1 for x in values):
                        found.append((f"{helper.text}({text})", shape, values))
        return found

    def _counts(self):
        """Return the possible numbers of samples of the program."""
        return {
            place.shape[axis]
            for places in self.trace.seen.values()
            for place in places[:1]
            for axis in range(len(place.shape))
        }

    def _recurrent(self):
        """Return True if the program is recurrent: it reads values of the previous time step."""
        back_steps = [
            node
            for node in ast.walk(self.source.tree)
            if isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Sub)
            and isinstance(node.right, ast.Constant)
            and isinstance(self.source.parents.get(node), ast.Subscript)
        ]
        dicts = [node for node in ast.walk(self.source.tree) if isinstance(node, ast.Dict)]
        return (bool(back_steps) and bool(dicts)) or is_recurrent(self.trace.seen.values(), self.gradients, self.roots)

    # --- The kinds of values

    def is_back(self, seen):
        """Return True if a value is of the backward pass: a wrong update is computed from it, and the loss is not."""
        return any(isinstance(e, Value) and e not in self.gradients and e in self.wrong for e in seen.elements)

    def is_forward_again(self, shape, data):
        """Return True if numbers are those of a value in the forward pass, which the program may compute again."""
        return any(seen.shape == shape and same(data, seen.data) for seen in self.forward)

    def below(self, parameter):
        """Return the numbers from which the wrong update of a parameter is computed."""
        numbers = {number.data for number, name in self.roots.items() if name == parameter}
        return set().union(*[lack.below for lack in self.lacks if numbers.issuperset(lack.parameter)])

    def is_fixed(self, part):
        """Return True if a right update is computed from an expression, so that an edit would make it wrong."""
        node = part
        while isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)):
            node = self.source.parents.get(node)  # the variable is read here: an edit only changes this use
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in MOVING:
                node = self.source.parents.get(node)
        while isinstance(node, ast.expr):
            places = self.trace.seen.get(key_of(node), [])
            back = [
                e
                for s in places
                for e in s.elements
                if isinstance(e, Value) and e not in self.gradients and e.op is not None
            ]
            if back:  # a loop also computes values that no update reads, such as the deltas of inactive units
                used = [[e in self.shown for e in s.elements if e in self.right or e in self.wrong] for s in places]
                return any(e in self.shown for e in back) and all(any(own) for own in used if own)
            node = self.source.parents.get(node)
        return False

    def is_machinery(self, part):
        """Return True if an expression belongs to the optimizer, such as Adam's square of the gradient."""
        node = part
        while self.optimizers and isinstance(node, ast.expr):
            numbers = [e for place in self.by_place(node)[:1] for e in place.elements if isinstance(e, Value)]
            if any(e.op is not None and e not in self.gradients for e in numbers):
                return any(e in self.optimizers for e in numbers)
            node = self.source.parents.get(node)
        return False

    def is_parameter(self, seen):
        """Return True if all numbers of a value are parameters."""
        numbers = [e for e in seen.elements if isinstance(e, Value)]
        return bool(numbers) and all(e in self.roots for e in numbers)

    def is_parameter_data(self, data):
        """Return True if all these numbers are numbers of parameters."""
        return all(x in self.parameter_data for x in data)

    @functools.cached_property
    def parameter_data(self):
        """The numbers of all parameters."""
        return {number.data for number in self.roots}

    def is_slope(self, node):
        """Return True if an expression is the derivative of an activation."""
        if isinstance(node, ast.Call) and self.is_helper(node):
            return True
        known = self.known_slopes.get(id(node))
        if known is None:
            known = self.known_slopes[id(node)] = any(
                same(data, slope.data)
                for shape, data in [(place.shape, place.data) for place in self.by_place(node)]
                for slope in self.slopes
                if slope.shape == shape
            )
        return known

    def is_count(self, text):
        """Return True if a name is a plain number, such as a number of samples."""
        for places in self.texts.get(text.replace(" ", ""), [])[:1]:
            return not isinstance(places.elements[0], Value)
        return False

    # --- The values of expressions

    def name_of(self, seen, frame):
        """Return a short text for a value: a variable with this value, or else the expression."""
        found = [
            (place.frame is not frame, len(text), text)
            for text, places in self.texts.items()
            for place in places[:3]
            if place.elements[0] is seen.elements[0] and place.shape == seen.shape and text[0] != "_"
        ]
        return min(found)[2] if found else ast.unparse(seen.node)

    def by_place(self, node):
        """Return the values of an expression."""
        return self.trace.seen.get(key_of(node), []) if isinstance(node, ast.expr) else []

    def single(self, node):
        """Return the number of an expression, or None if it is an array or has several values."""
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return float(node.value)
        values = {place.data[0] for place in self.by_place(node) if place.shape == ()}
        free = all(
            not (isinstance(e, Value) and (e in self.gradients or (e in self.wrong and e.op is not None)))
            for place in self.by_place(node)
            for e in place.elements
        )
        return values.pop() if len(values) == 1 and free else None

    def data_of(self, node):
        """Return the numbers of an expression's first value, or None."""
        places = self.by_place(node)
        return places[0].data if places else None

    def shape_of(self, node):
        """Return the shape of an expression's first value, or None."""
        places = self.by_place(node)
        return places[0].shape if places else None

    def single_name(self, node):
        """Return the name if the node is a name, and an empty string otherwise."""
        return node.id if isinstance(node, ast.Name) else ""

    @functools.cached_property
    def matrices(self):
        """The program's own class of matrices, or None."""
        return matrices_of(self)

    @functools.cached_property
    def has_mean(self):
        """True if the forward pass subtracts means of rows or columns, as normalizations do."""
        calls = [seen for seen in self.forward if isinstance(seen.node, ast.Call) and seen.shape]
        names = {getattr(seen.node.func, "attr", getattr(seen.node.func, "id", "")) for seen in calls}
        roots = any(word in self.source.text for word in ("sqrt", "** 0.5", "** -0.5", "**0.5", "**-0.5", "std("))
        return "mean" in names or ("sum" in names and roots)

    def is_back_text(self, text, seen):
        """Return True if a text has a backward value in the same function. An attribute may have another owner."""
        key = text, id(seen.frame.function)
        if key not in self.known_back_texts:
            self.known_back_texts[key] = self._is_back_text(text, seen)
        return self.known_back_texts[key]

    def _is_back_text(self, text, seen):
        places = self.texts.get(text.replace(" ", ""), [])
        if not places and "." in text:
            tail = "." + text.rpartition(".")[2]
            places = [place for other, found in self.texts.items() if other.endswith(tail) for place in found[:2]]
        return any(place.frame.function == seen.frame.function and self.is_on_way(place) for place in places)

    def is_on_way(self, seen):
        """Return True if an update, right or wrong, is computed from a value, and the loss is not."""
        return self.is_back(seen) or any(
            isinstance(e, Value) and e.op is not None and e not in self.gradients and e in self.right
            for e in seen.elements
        )

    def is_forward_text(self, text):
        """Return True if a text has a value of the forward pass."""
        if text not in self.known_forward_texts:
            self.known_forward_texts[text] = self._is_forward_text(text)
        return self.known_forward_texts[text]

    def _is_forward_text(self, text):
        return any(
            any(isinstance(e, Value) and e in self.gradients and e.op is not None for e in place.elements)
            for place in self.texts.get(text.replace(" ", ""), [])
        )

    def is_learned_text(self, text):
        """Return True if a text has a value of the forward pass that depends on parameters."""
        if not self.is_forward_text(text):
            return False
        waiting = [e for place in self.texts.get(text.replace(" ", ""), []) for e in place.elements[:1]]
        seen = set()
        while waiting and len(seen) < MAX_NODES:
            node = waiting.pop()
            if node in self.roots:
                return True
            if isinstance(node, Value) and node not in seen:
                seen.add(node)
                waiting.extend(node.parents)
        return bool(waiting)

    def mentions_parameter(self, node):
        """Return True if an expression has only parameters and plain numbers, like the gradient of a penalty."""
        parts = [part for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))]
        whole = {part.value for part in parts if isinstance(part, ast.Subscript)}  # of which a row is read
        parts = [part for part in parts if part not in whole] if self.penalties else []
        met = False
        for part in parts:
            for place in self.by_place(part):
                if self.is_parameter(place):
                    met = True
                elif any(isinstance(e, Value) and e in self.successors for e in place.elements):
                    continue  # the parameter after its update
                elif any(self._is_no_constant(e, len(place.elements)) for e in place.elements):
                    return False  # a value of either pass, or the data
        return met

    def _is_no_constant(self, element, size):
        """Return True if an element of an array of some size was computed in either pass, or is data of the loss."""
        if not isinstance(element, Value):
            return False
        if element in self.gradients:
            return element.op is not None or size > 1
        return element.op is not None and (element in self.wrong or element in self.right)

    def has_parameter_term(self, node):
        """Return True if one of the two terms of a sum looks like the gradient of a penalty."""
        return self.mentions_parameter(node.left) or self.mentions_parameter(node.right)

    @functools.cached_property
    def has_penalty(self):
        """True if a statement of the backward pass has a term that looks like the gradient of a penalty."""
        for _, node, _ in self.nodes:
            around = self.source.parents.get(node)
            added = isinstance(around, (ast.BinOp, ast.AugAssign)) and isinstance(around.op, (ast.Add, ast.Sub))
            update = node.lineno in self.update_lines
            if added and not update and isinstance(node, ast.BinOp) and self.mentions_parameter(node):
                return True
        return False

    def is_forward_value(self, value):
        """Return True if a value has numbers of the forward pass. A gradient has none."""
        return any(isinstance(e, Value) and e in self.gradients for e in numbers_of(value)[1])

    def _takes_gradients(self, first, last):
        """Return True if the function between two lines is given a gradient, like ``backward``."""
        own = {
            part.id
            for part in self.source.parents
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and first < part.lineno <= last
        }
        return any(
            first < node.lineno <= last
            and isinstance(node, ast.Name)
            and node.id not in own
            and self.is_back(places[0])
            for _, node, places in self.nodes
            if not self.is_forward_value(places[0].elements)
        )

    def fields(self, statement, seen, back=False):
        """Return the texts of computed items and attributes of loop variables, such as ``neuron['output']``.

        Args:
            statement: The statement in the loop.
            seen: A value in the call that runs the loop.
            back: True for the items of the backward pass, False for all others.
        """
        names = set(self.source.counters(statement))
        block = self.source.blocks.get(statement, ([], 0, ""))[0]
        names |= {
            part.id for s in block if isinstance(s, ast.Assign) for part in s.targets if isinstance(part, ast.Name)
        }
        found = []
        for name, value in seen.frame.names.items():
            parts = value if isinstance(value, dict) else value.names if isinstance(value, Instance) else {}
            if name in names:
                found.extend(
                    f"{name}[{key!r}]" if isinstance(value, dict) else f"{name}.{key}"
                    for key, part in parts.items()
                    if isinstance(part, Value) and part.op is not None and isinstance(key, str)
                )
        return [text for text in found if self._is_back_field(text) == back]

    def _is_back_field(self, text):
        """Return True if an item, or the same item of another owner, has a value of the backward pass."""
        places = self.texts.get(text, [])
        if not places:
            tail = text[min(i for i in (text.find("["), text.find(".")) if i >= 0) :]
            places = [place for other, found in self.texts.items() if other.endswith(tail) for place in found[:2]]
        return any(map(self.is_on_way, places))

    def is_activation(self, node):
        """Return True if an expression is a number of the forward pass, and not an output error."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return False
        places = self.by_place(node)[:1]
        return bool(places) and self.is_forward_value(places[0].elements) and not self.is_error(places[0])

    def parameter_texts(self, lack, frame):
        """Return the texts by which a call reads a parameter, also those that it reads later, in the next iteration."""
        return [
            text
            for text, places in self.texts.items()
            if any(p.frame is frame and p.shape == lack.shape and same(p.data, lack.parameter) for p in places)
        ]

    def is_hidden(self, place):
        """Return True if the forward pass reads parameters after a value: it belongs to a hidden layer."""
        return any(place.order < order for order in self.parameter_reads)

    @functools.cached_property
    def parameter_reads(self):
        """The moments at which the forward pass reads parameters."""
        back = [s for _, _, places in self.nodes for s in places if self.is_back(s)]
        start = min((s.order for s in back if any(isinstance(e, Value) and e.op for e in s.elements)), default=0)
        found = [s for places in self.texts.values() for s in places if s.order < start]
        return [place.order for place in found if self.is_parameter(place)]

    def is_error(self, seen):
        """Return True if a value is an output error: the loss depends on its square alone."""
        numbers = [e for e in seen.elements if isinstance(e, Value)]
        if len(numbers) != len(seen.elements) or not all(e in self.gradients and e.op is not None for e in numbers):
            return False
        return (
            bool(numbers) and any(seen.data) and proportion([self.gradients[e] for e in numbers], seen.data) is not None
        )

    def entries(self, statement, seen):
        """Return the texts of computed entries of lists at the counters of loops, such as ``self.outputs[j]``."""
        counters = [
            name
            for name in self.source.counters(statement)
            if isinstance(seen.frame.names.get(name), int) and not isinstance(seen.frame.names[name], bool)
        ]
        lists = {name: value for name, value in seen.frame.names.items() if isinstance(value, list)}
        for name, owner in seen.frame.names.items():
            if isinstance(owner, Instance):
                lists.update({f"{name}.{key}": part for key, part in owner.names.items() if isinstance(part, list)})
        # A later forward pass may have filled the lists again, with numbers that this loss does not depend on.
        found = [
            text
            for text, value in lists.items()
            if value
            and all(isinstance(e, Value) and e.op is not None for e in value[:1])
            and not any(e in self.wrong or e in self.right for e in value[:1] if e not in self.gradients)
        ]
        return [f"{text}[{counter}]" for text in found for counter in counters[:2]]

    def is_recurrent(self, node):
        """Return True if the index of a list or a dict counts time steps that use the same parameters."""
        container = self.by_place(node)
        return len(container) > 2 and self.recurrent

    def scope(self, frame, order):
        """Return the variables that can be written in a call: a dict from each text to its shape and its numbers."""
        return self.standing.scope(frame, order)


def same(a, b):
    """Return True if two lists of numbers are equal up to rounding."""
    if len(a) != len(b):
        return False
    if len(a) == 1:
        return abs(a[0] - b[0]) <= 1e-7 * abs(b[0])
    slack = 1e-7 * max(map(abs, b), default=0.0)
    return all(abs(x - y) <= slack for x, y in zip(a, b, strict=True))
