"""Places as polynomials of iterations: they lead to every slot of the program, and their texts are right."""

import random

import pytest
from hypothesis import given, settings
from test_rolling import attention, growing, repetitive, triangle

from autograd.compiler.loops import numbers_of, repeated, size
from autograd.compiler.places import Line, Loops, Polynomial, fixed, symbolic
from autograd.compiler.rolling import roll


def carried_out(items):
    """Return the instructions to which places lead, iteration by iteration. With many operands, only known places."""
    loops, out = Loops(), []

    def run(part, iterations):
        if isinstance(part, Line):
            out.append([None if place is None else place.at(iterations) for place in part.places])
            return
        for k in range(part.count.at(iterations)):
            for one in part.body:
                run(one, {**iterations, part.loop: k})

    for item in items:
        run(symbolic(item, iter(map(fixed, numbers_of([item]))), loops), {})
    return out


def agrees(found, program):
    assert len(found) == len(program)
    for places, (operation, slots) in zip(found, program, strict=True):
        if None not in places:
            assert places == list(slots)
        else:  # only the first and the last are shown
            gap = places.index(None)
            assert repeated(operation)
            assert places[:gap] == list(slots[:gap])
            assert places[-1] == slots[-1]


@pytest.mark.untraced
@settings(max_examples=300, deadline=None)
@given(growing())
def test_places_of_a_growing_program(program):
    agrees(carried_out(roll(program)), program)


@pytest.mark.untraced
@settings(max_examples=100, deadline=None)
@given(repetitive())
def test_places_of_loops(program):
    agrees(carried_out(roll(program)), program)


@pytest.mark.untraced
@pytest.mark.parametrize("kind", ["forward", "adjoint"])
def test_places_of_attention(kind):
    program = getattr(attention(11), kind)
    items = roll(program)
    assert size(items) < len(program) / 5
    agrees(carried_out(items), program)


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({}, "0"),
        ({(): 7}, "7"),
        ({(): 3, ((0, 1),): 2}, "2j+1"),
        ({(): 9, ((0, 1),): -1}, "10-j"),
        ({((1, 1),): 1, (): 1}, "i"),
        ({((0, 2),): 1, ((0, 1),): 1}, "j(j-1)/2"),  # the sum of the iterations before
        ({((0, 2),): 4, ((0, 1),): 4, (): 1}, "2j(j-1)+1"),
        ({((0, 1), (1, 1)): 3, ((0, 1),): 3, ((1, 1),): 3, (): 3}, "3ji"),
        ({((0, 1),): 1, ((1, 1),): 1, (): 5}, "j+i+3"),
    ],
)
def test_how_a_place_is_read(terms, text):
    assert Polynomial(terms).text("ji") == text


@pytest.mark.parametrize("seed", range(20))
def test_what_is_read_is_the_number(seed):
    r = random.Random(seed)
    keys = [(), ((0, 1),), ((0, 2),), ((1, 1),), ((0, 1), (1, 1)), ((0, 2), (1, 1)), ((0, 2), (1, 2))]
    place = Polynomial({key: r.randint(-5, 5) for key in r.sample(keys, 4)})
    text = place.text("ji").replace("ji", "j*i")
    for old, new in (("j(", "j*("), ("i(", "i*("), (")i", ")*i"), (")j", ")*j")):
        text = text.replace(old, new)
    for digit in "0123456789":
        text = text.replace(f"{digit}j", f"{digit}*j").replace(f"{digit}i", f"{digit}*i")
    for j in range(1, 6):
        for i in range(1, 6):
            assert eval(text, {"i": i, "j": j}) == place.at({0: j - 1, 1: i - 1})


def test_arithmetic_of_places():
    j, i = fixed(1).along(0), fixed(1).along(1)
    place = (j + 2) * (i + 3) - 4
    for iterations in ({0: 0, 1: 0}, {0: 3, 1: 5}):
        assert place.at(iterations) == (iterations[0] + 2) * (iterations[1] + 3) - 4
    assert place.first == 2
    assert place.moves
    assert not fixed(2).moves
    assert not (place + place * -1).terms


def test_every_number_of_a_place_in_a_triangle():
    loops = Loops()
    outer = loops.new(fixed(4))
    inner = loops.new(fixed(1) + fixed(1).along(outer))
    place = fixed(0) + fixed(1).along(outer) + fixed(1).along(outer, 2) + fixed(1).along(inner)
    assert loops.every(place) == list(range(10))
    assert loops.every(fixed(3)) == [3]


def test_a_fit_is_found_where_there_is_one():
    loops = Loops()
    outer = loops.new(fixed(9))
    loops.new(fixed(5) + fixed(2).along(outer))
    place = Polynomial({(): 10, ((0, 1),): 30, ((1, 1),): 1})
    assert loops.fit(place, lambda slot: slot * 2 - 5).terms == {(): 15, ((0, 1),): 60, ((1, 1),): 2}
    assert loops.fit(place, lambda slot: 4).terms == {(): 4}
    assert loops.fit(place, lambda slot: (slot - 10) % 30).terms == {((1, 1),): 1}
    assert loops.fit(place, lambda slot: None) is None
    assert loops.fit(place, lambda slot: slot * slot) is None
    assert loops.fit(fixed(3), lambda slot: 8).terms == {(): 8}


def test_the_rows_of_a_triangle_are_read_as_such():
    loops = Loops()
    (item,) = [item for item in roll(triangle(12)) if size([item]) == 3]
    block = symbolic(item, iter(map(fixed, numbers_of([item]))), loops)
    peeled = 12 - item.count
    assert block.body[0].count.text("ji") == f"j{peeled:+d}"
    assert block.body[0].body[0].places[0].text("ji") == f"j{999 + peeled:+d}"
