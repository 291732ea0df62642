"""Rolled programs: unrolled, they are the same program, and the repetition in a network becomes loops."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, softmax
from autograd.compiler.loops import Loop, TriangularLoop, expanded, numbers_of, size, slots_of, unroll
from autograd.compiler.lowering import lower
from autograd.compiler.rolling import roll
from autograd.engine.primitives import dot
from autograd.engine.sweep import order
from nn import MLP, cross_entropy, half_sse


def recorded(root, leaves):
    """Return a graph as instructions.

    The given leaves have the first slots, each node has the next one, and dots are written out.
    """
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
    """Return a program like the reverse sweep of another: each operand's adjoint is increased."""
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


@pytest.mark.untraced
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
    assert longest.count >= 98  # sum() reads the first sample in another way
    assert any(isinstance(item, Loop) for item in longest.body)


def test_a_loop_says_how_its_slots_advance():
    program = [("mul", (100 + k, k, 50 + 2 * k)) for k in range(10)]
    assert roll(program) == [Loop(10, (("mul", (100, 0, 50)),), (1, 1, 2))]


def test_a_first_iteration_that_differs_is_peeled():
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
    """Return a program of blocks that are repeated with constant steps, nested, and some in random order."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.lists(INSTRUCTION, max_size=5))
    block = draw(repetitive(depth=depth - 1)) + draw(st.lists(INSTRUCTION, max_size=2))
    steps = draw(st.lists(st.integers(-3, 3), min_size=2 * len(block), max_size=2 * len(block)))
    iterations = []
    for k in range(draw(st.integers(0, 6))):
        for i, (operation, (x, y)) in enumerate(block):
            iterations.append((operation, (x + k * steps[2 * i], y + k * steps[2 * i + 1])))
    return iterations + draw(st.lists(INSTRUCTION, max_size=3))


@pytest.mark.untraced
@pytest.mark.long
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


def test_a_loop_begins_where_its_iterations_share_nothing():
    """For two layers, the last activation of the first one could also begin the loop of the second one."""
    program = []
    for layer in range(2):
        for j in range(5):
            s, a = 100 + 5 * layer + j, 200 + 5 * layer + j
            program.append(("copy", (s, 40 * layer + 8 * j)))
            program += [("add", (s, 1000 + 40 * layer + 8 * j + k, 300 + k)) for k in range(4 - layer)]
            program.append(("tanh", (a, s)))
    assert [item.body[0][0] for item in roll(program)] == ["copy", "copy"]
    assert unroll(roll(program)) == program


# --- Growing loops


def triangle(n, first=0):
    """Return a program that adds up row k of a triangle of numbers in slot k. The numbers are stored row after row."""
    return [("add", (1000 + k, k * (k + 1) // 2 + j)) for k in range(first, n) for j in range(k + 1)]


def test_rows_of_a_triangle_become_a_loop_that_grows():
    program = triangle(12)
    *peeled, growing = roll(program)
    assert len(peeled) <= 3  # the first rows are not loops
    start = 12 - growing.count
    assert (
        growing
        == TriangularLoop(
            12 - start,
            (Loop(start + 1, (("add", (1000 + start, start * (start + 1) // 2)),), (0, 1)),),
            ((1, 0), (0, 0), (0, 0), (1, 0), (0, 0), (start + 1, 1))[: len(growing.changes)],
        )
        or size([growing]) == 3
    )
    assert unroll([*peeled, growing]) == program
    assert growing.iteration(5) == tuple(roll(triangle(start + 6, start + 5)))


def test_a_loop_that_shrinks():
    program = triangle(12)[::-1]
    items = roll(program)
    assert unroll(items) == program
    assert isinstance(items[0], TriangularLoop)
    assert size(items) <= 6


def test_loops_that_grow_in_loops_that_grow():
    program = [("add", (5000 + i, 100 * i + j, 200 + k)) for i in range(14) for j in range(i) for k in range(j)]
    items = roll(program)
    assert unroll(items) == unroll(expanded(items)) == program
    assert size(items) < size(expanded(items)) / 3
    assert max([depth(item) for item in items]) == 3


def depth(item):
    return 0 if isinstance(item, tuple) else 1 + max(map(depth, item.body))


def test_an_operation_of_a_growing_number_of_operands():
    program = [(("=", "largest", (None,) * k), (900 + k, *range(50, 50 + 2 * k, 2))) for k in range(1, 20)]
    items = roll(program)
    assert unroll(items) == program
    assert [type(item) for item in items] == [tuple] * 3 + [TriangularLoop]
    assert items[3].iteration(2) == (program[5],)


def test_operands_that_do_not_lie_evenly_are_left_alone():
    r = random.Random(3)
    program = [(("=", "largest", (None,) * k), (900 + k, *[r.randrange(999) for _ in range(k)])) for k in range(1, 20)]
    assert roll(program) == program


def test_three_iterations_are_not_enough_to_tell():
    program = [("mul", (1, 7)), ("mul", (5, 8)), ("mul", (3, 11))]
    assert roll(program) == program
    assert roll(triangle(5, 2)) == [item for k in range(2, 5) for item in roll(triangle(k + 1, k))]


def test_loops_that_grow_in_a_loop_over_samples():
    program = [
        (operation, tuple([10_000 * sample + slot for slot in slots]))
        for sample in range(5)
        for operation, slots in [*triangle(9), ("tanh", (3, 1008)), ("exp", (4, 1003)), ("exp", (4, 3))]
    ]
    items = roll(program)
    assert unroll(items) == unroll(expanded(items)) == program
    assert not any(isinstance(item, TriangularLoop) for item in expanded(items))
    (loop,) = items
    assert loop.count == 5
    assert any(isinstance(item, TriangularLoop) for item in loop.body)


def attention(tokens, heads=3, width=2):
    """Return the instructions of attention: each token reads those before it and itself."""
    r = random.Random(tokens)
    dim = heads * width
    query, key, content = [[[Value(r.gauss(0, 1)) for _ in range(dim)] for _ in range(dim)] for _ in range(3)]
    inputs = [[Value(r.gauss(0, 1)) for _ in range(dim)] for _ in range(tokens)]
    keys, contents, out = [], [], []
    for x in inputs:
        q, k, c = [[sum(w * v for w, v in zip(row, x, strict=True)) for row in m] for m in (query, key, content)]
        keys.append(k)
        contents.append(c)
        for h in range(0, dim, width):
            scores = [sum(a * b for a, b in zip(q[h : h + width], k[h : h + width], strict=True)) * 0.7 for k in keys]
            weights = softmax(scores)
            out += [sum(w * c[j] for w, c in zip(weights, contents, strict=True)) for j in range(h, h + width)]
    parameters = [w for m in (query, key, content) for row in m for w in row]
    return lower([sum(y * y for y in out)], parameters, [x for row in inputs for x in row])


@pytest.mark.untraced
@pytest.mark.parametrize("kind", ["forward", "adjoint"])
def test_attention_has_the_same_loops_for_any_number_of_tokens(kind):
    sizes = []
    for tokens in (12, 17, 24):
        program = getattr(attention(tokens), kind)
        items = roll(program)
        assert unroll(items) == unroll(expanded(items)) == program
        assert max([item.count for item in items if isinstance(item, TriangularLoop)]) > tokens - 7
        sizes.append(size(items))
    assert sizes[0] == sizes[1] == sizes[2]


@st.composite
def growing(draw, depth=2):
    """Return a program of blocks that follow each other and grow.

    Some have an operation of many operands or are nested.
    """
    iterations = draw(st.integers(0, 8))
    count = draw(st.integers(0, 4)), draw(st.integers(0, 2))
    many = draw(st.booleans())
    numbers = [tuple(draw(st.lists(st.integers(-3, 3), min_size=3, max_size=3))) for _ in range(6)]
    inner = draw(growing(depth=depth - 1)) if depth else []
    program = []
    for k in range(iterations):
        now = [a + b * k + c * k * k for a, b, c in numbers]
        for j in range(count[0] + count[1] * k):
            program.append(("mul", (now[0] + j * (now[1] % 3), now[2])))
            program += [("add", (x + now[3], y + j)) for _, (x, y, *_) in inner[:6]]
        if many:
            n = count[0] + k * count[1]
            program.append((("max", (None,) * n), (now[4], *[1000 + now[5] + 2 * j for j in range(n)])))
    return [(name, slots if len(slots) > 1 else (*slots, 0)) for name, slots in program]


@pytest.mark.untraced
@pytest.mark.long
@settings(max_examples=400, deadline=None)
@given(growing())
def test_unrolling_gives_a_growing_program_back(program):
    items = roll(program)
    assert unroll(items) == program
    assert unroll(expanded(items)) == program
    assert len(slots_of(expanded(items))) <= sum([len(slots) for _, slots in program])


def test_the_numbers_of_items():
    many = ("=", "largest", (None,) * 5), (9, 1, 3, 5, 7, 9)
    assert numbers_of([many]) == [5, 9, 0, 1, 1, 2, 5]
    assert numbers_of([("mul", (4, 5))]) == [4, 5]
    loop = Loop(3, (("mul", (4, 5)), many), (1, 0, 7, 2, 2, 2, 2, 2))
    assert numbers_of([loop]) == [3, 1, 0, 4, 5, 7, 0, 1, 2, 0, 5, 5, 9, 0, 1, 1, 2, 5]
    assert numbers_of([TriangularLoop(4, (("mul", (4, 5)),), ((1, 0), (2, 3)))]) == [4, 1, 0, 2, 3, 4, 5]
