"""Rolled programs: unrolled they are the program again, and what is repeated in a network becomes loops."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.native.rolling import Loop, roll, size, unroll
from autograd.primitives import dot
from autograd.sweep import order
from nn import MLP, cross_entropy, half_sse


def recorded(root, leaves):
    """A graph as instructions: the given leaves have the first slots, every node the next, dot is written out."""
    slots = {leaf: k for k, leaf in enumerate(leaves)}
    program: list = []

    def slot_of(x):
        if not isinstance(x, Value):
            return ("constant", float(x))
        return slots.setdefault(x, len(slots))

    def emit(operation, *operands):
        constants = tuple([x[1] for x in operands if isinstance(x, tuple)])
        shape = "".join(["c" if isinstance(x, tuple) else "s" for x in operands])
        out = len(slots)
        slots[object()] = out
        program.append(((operation, shape, *constants), (out, *[x for x in operands if not isinstance(x, tuple)])))
        return out

    for node in order(root):
        if node.op is None:
            slot_of(node)
            continue
        operands = [slot_of(x) for x in node.operands]
        if node.op is dot:
            n = len(operands) // 2
            out = emit("mul", operands[0], operands[n])
            for w, x in zip(operands[1:n], operands[n + 1 : 2 * n], strict=True):
                out = emit("add", out, emit("mul", w, x))
            if len(operands) % 2:
                out = emit("add", out, operands[-1])
            slots[node] = out
        else:
            slots[node] = emit(str(node.op), *operands)
    return program


def adjoint(program):
    """A program that looks like the reverse sweep of another: each operand's adjoint grows by something."""
    last = 1 + max([max(slots) for _, slots in program])
    found = []
    for operation, (out, *operands) in reversed(program):
        for place, x in enumerate(operands):
            found.append((("adjoint", operation, place), (last + x, last + out, *operands)))
    return found


def network(sizes, samples=1, loss=half_sse, target=None):
    model = MLP(sizes[0], list(sizes[1:]), activation="tanh", seed=1)
    generator = random.Random(0)
    inputs = [[Value(generator.uniform(-1, 1)) for _ in range(sizes[0])] for _ in range(samples)]
    target = [0.5] * sizes[-1] if target is None else target
    total = sum([loss(model(x), target) for x in inputs])
    return recorded(total, [*model.parameters(), *[x for row in inputs for x in row]])


PROGRAMS = {
    "2-16-16-1": (lambda: network((2, 16, 16, 1)), 40),
    "64-32-10": (lambda: network((64, 32, 10)), 40),
    "2-16-16-1, 100 samples": (lambda: network((2, 16, 16, 1), 100), 60),
    "8-6-4 softmax, 20 samples": (lambda: network((8, 6, 4), 20, cross_entropy, 2), 120),
    "8-8-8-8-8": (lambda: network((8, 8, 8, 8, 8)), 40),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("kind", ["forward", "adjoint"])
def test_a_network_becomes_loops_and_comes_back(name, kind):
    make, most = PROGRAMS[name]
    program = make() if kind == "forward" else adjoint(make())
    items = roll(program)
    assert unroll(items) == program
    assert size(items) <= (most if kind == "forward" else 4 * most)
    assert len(program) > 5 * size(items)


def test_samples_become_one_loop_around_all_others():
    items = roll(network((2, 16, 16, 1), 100))
    longest = max([item for item in items if isinstance(item, Loop)], key=lambda loop: loop.count)
    assert longest.count >= 98  # the first sample is read by sum() in another way
    assert any(isinstance(item, Loop) for item in longest.body)


def test_a_loop_says_how_its_slots_advance():
    program = [("mul", (100 + k, k, 50 + 2 * k)) for k in range(10)]
    assert roll(program) == [Loop(10, (("mul", (100, 0, 50)),), (1, 1, 2))]


def test_a_first_turn_that_differs_is_peeled():
    program = [("mul", (0, 1, 2))] + [x for k in range(1, 9) for x in (("mul", (9, k, 20 + k)), ("add", (0, 0, 9)))]
    items = roll(program)
    assert unroll(items) == program
    assert size(items) <= 5


def test_constants_that_differ_only_in_their_sign_or_type_are_two():
    program = [(("mul", c), (k, k)) for k, c in enumerate([0.0, -0.0, 0.0, -0.0, 0.0, 0, True, 1])]
    back = unroll(roll(program))
    assert [repr(operation) for operation, _ in back] == [repr(operation) for operation, _ in program]


@pytest.mark.parametrize("n", range(8))
def test_short_programs(n):
    program = [("add", (7, 7, 7))] * n
    assert unroll(roll(program)) == program
    assert roll([]) == []


INSTRUCTION = st.tuples(st.sampled_from(["a", "b", "c"]), st.tuples(st.integers(0, 3), st.integers(-2, 2)))


@st.composite
def repetitive(draw, depth=3):
    """A program of blocks that are repeated with constant steps, nested, and some without any order."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.lists(INSTRUCTION, max_size=5))
    block = draw(repetitive(depth=depth - 1)) + draw(st.lists(INSTRUCTION, max_size=2))
    steps = draw(st.lists(st.integers(-3, 3), min_size=2 * len(block), max_size=2 * len(block)))
    turns = []
    for k in range(draw(st.integers(0, 6))):
        for i, (operation, (x, y)) in enumerate(block):
            turns.append((operation, (x + k * steps[2 * i], y + k * steps[2 * i + 1])))
    return turns + draw(st.lists(INSTRUCTION, max_size=3))


@settings(max_examples=400, deadline=None)
@given(repetitive())
def test_unrolling_gives_the_program_back(program):
    items = roll(program)
    assert unroll(items) == program
    assert size(items) <= 2 * len(program)


@pytest.mark.parametrize("seed", range(5))
def test_a_program_without_order_comes_back(seed):
    r = random.Random(seed)
    program = [(r.choice("abcd"), tuple([r.randrange(9) for _ in range(r.randrange(4))])) for _ in range(3000)]
    assert unroll(roll(program)) == program


def test_long_bodies_are_found():
    r = random.Random(1)
    block = [(r.choice("abcdefgh"), (r.randrange(1000), r.randrange(1000))) for _ in range(700)]
    steps = [(r.randrange(5), r.randrange(5)) for _ in block]
    program = [
        (operation, (x + k * i, y + k * j))
        for k in range(12)
        for (operation, (x, y)), (i, j) in zip(block, steps, strict=True)
    ]
    items = roll(program)
    assert unroll(items) == program
    assert [item.count for item in items if isinstance(item, Loop)] == [12]


@pytest.mark.parametrize("bad", ["add", ("add",), ("add", [1, 2]), ("add", (1, 2), 3)])
def test_what_is_no_instruction_is_refused(bad):
    with pytest.raises(TypeError, match="instruction 1"):
        roll([("add", (0, 1, 2)), bad])


def test_a_loop_begins_where_its_turns_share_nothing():
    """Of two layers, the last activation of the first could as well begin the loop of the second."""
    program = []
    for layer in range(2):
        for j in range(5):
            s, a = 100 + 5 * layer + j, 200 + 5 * layer + j
            program.append(("copy", (s, 40 * layer + 8 * j)))
            program += [("add", (s, 1000 + 40 * layer + 8 * j + k, 300 + k)) for k in range(4 - layer)]
            program.append(("tanh", (a, s)))
    assert [item.body[0][0] for item in roll(program)] == ["copy", "copy"]
    assert unroll(roll(program)) == program
