"""Samples of many lengths: short ones are known by longer ones, and only if they do the same.

The truth is the engine, which computes each sample by itself.
"""

import itertools
import random
from array import array

import pytest

from autograd import Value, take
from autograd.compiler.tracing import Tapes
from autograd.engine.recordings import recording, unpacked
from autograd.engine.value import list_no_nodes, list_nodes

SIZE, DIM = 7, 3


def table(seed, rows=SIZE, columns=DIM):
    draw = random.Random(seed)
    return [[Value(draw.uniform(-1, 1)) for _ in range(columns)] for _ in range(rows)]


FIRST, SECOND, MIX = table(1), table(2), table(3, DIM)
PARAMETERS = [p for rows in (FIRST, SECOND, MIX) for row in rows for p in row]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def loop(word, begin=0.1):
    """Return the states of a recurrent loop over a word."""
    h, states = [begin] * DIM, []
    for letter in word:
        h = [(a + dot(row, h)).tanh() for a, row in zip(FIRST[letter], MIX, strict=True)]
        states.append(h)
    return states


def recurrent(word):
    return sum(dot(SECOND[following], h) for h, following in zip(loop(word[:-1]), word[1:], strict=True)) / len(word)


def next_letters(word):
    h, losses = [0.1] * DIM, []
    for letter, following in itertools.pairwise(word):
        h = [(a + dot(row, h)).tanh() for a, row in zip(FIRST[letter], MIX, strict=True)]
        losses.append(dot(SECOND[following], h))
    return sum(losses) / len(losses)


def taken(word):
    return sum(dot(take(SECOND, b), take(FIRST, a)).tanh() for a, b in itertools.pairwise(word))


def attention(word):
    seen, losses = [], []
    for letter in word:
        seen.append(FIRST[letter])
        powers = [dot(SECOND[letter], x).exp() for x in seen]
        losses.append(sum(p * x[0] for p, x in zip(powers, seen, strict=True)) / sum(powers))
    return sum(losses)


def backwards(word):
    return dot(loop(word[::-1])[-1], SECOND[word[0]])


def first_again_at_the_end(word):
    return dot(loop(word)[-1], SECOND[word[0]])


def last_in_another_table(word):
    return dot(loop(word[:-1])[-1], SECOND[word[-1]])


def another_table_if_short(word):
    return sum(dot(FIRST[a], (SECOND if len(word) < 5 else FIRST)[b]) for a, b in itertools.pairwise(word))


def another_tail_if_short(word):
    h = loop(word)[-1]
    return dot(h, SECOND[word[1]]) if len(word) < 6 else dot(h, SECOND[word[-1]])


def a_look_up_less_if_short(word):
    return sum(dot(h, SECOND[k]) for h, k in zip(loop(word), word, strict=True) if len(word) > 4 or h is not word) + (
        0.0 if len(word) < 5 else dot(FIRST[word[2]], MIX[1])
    )


def more_turns_for_each(word):
    return sum(dot(h, FIRST[k]) for k in word for h in loop(word)[: len(word) // 2 + 1])


def the_middle(word):
    return dot(loop(word)[-1], FIRST[word[len(word) // 2]])


def mean_first(word):
    n = len(word)
    return sum(dot(FIRST[k], SECOND[k]) * (1 / n) for k in word)


def with_a_label(sample):
    word, label = sample["word"], sample["label"]
    return dot(loop(word)[-1], SECOND[label])


def label_before(sample):
    label, word = sample
    return dot(loop(word)[-1], SECOND[label]) + FIRST[label][0]


def with_numbers(sample):
    return sum(x * dot(FIRST[k], SECOND[k]) for k, x in sample)


def two_words(sample):
    one, other = sample
    return dot(loop(one)[-1], loop(other)[-1]) + dot(FIRST[one[0]], SECOND[other[-1]])


def compared(word):
    return sum((SECOND if k == 2 else FIRST)[k][1] * FIRST[k][0] for k in word)


def as_words(word):
    return list(word)


FORMS = {
    with_a_label: lambda word: {"word": word[:-1], "label": word[-1]},
    label_before: lambda word: (word[-1], word[:-1]),
    with_numbers: lambda word: [(k, 0.5 * k + 0.25) for k in word],
    two_words: lambda word: (word[: len(word) // 2], word[len(word) // 2 :]),
}
FUNCTIONS = [
    recurrent, next_letters, taken, attention, backwards, first_again_at_the_end, last_in_another_table,
    another_table_if_short, another_tail_if_short, a_look_up_less_if_short, more_turns_for_each, the_middle, mean_first,
    with_a_label, label_before, with_numbers, two_words, compared,
]  # fmt: skip


def words(function, order, count=60):
    draw = random.Random(5)
    made = [[draw.randrange(SIZE) for _ in range(draw.randint(3, 9))] for _ in range(count)]
    if order != "any":
        made.sort(key=len, reverse=order == "longest first")
    return [FORMS.get(function, as_words)(word) for word in made]


def computed(tapes, sample):
    form, row = tapes.see(sample)
    tapes.machine.read(PARAMETERS)
    value = tapes.machine.batch([(tapes.tape(form, row), array("d", [*row, 0.0]))])
    tapes.machine.write_gradient(PARAMETERS)
    return value, [p.grad for p in PARAMETERS]


def expected(function, sample):
    for p in PARAMETERS:
        p.grad = 0.0
    value = function(sample)
    value.backward()
    return value.data, [p.grad for p in PARAMETERS]


@pytest.mark.parametrize("order", ["longest first", "shortest first", "any"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_lengths_agree_with_the_engine(function, order):
    tapes = Tapes(function, PARAMETERS)
    for sample in words(function, order):
        value, gradient = computed(tapes, sample)
        true_value, true_gradient = expected(function, sample)
        assert value == pytest.approx(true_value, rel=1e-12, abs=1e-13)
        assert gradient == pytest.approx(true_gradient, rel=1e-10, abs=1e-12)


def pointer(sample):
    word, k = sample
    return dot(loop(word)[k], MIX[0])


def pointer_into_numbers(sample):
    numbers, k = sample
    return sum(w * x for w, x in zip(FIRST[0], numbers, strict=False)) + MIX[0][0] * numbers[k]


def computed_table(sample):
    rows = [[x * MIX[0][0] for x in row] for row in FIRST[: len(sample)]]
    return sum(dot(rows[k], MIX[1]) for k in sample)


OUT_OF_RANGE = {
    pointer: [([draw.randrange(SIZE) for _ in range(n)], k) for draw in [random.Random(4)]
              for n in [6] * 20 + [3] * 12 + [5] * 5 for k in [draw.randrange(n)]],
    pointer_into_numbers: [([draw.random() for _ in range(n)], k) for draw in [random.Random(4)]
                           for n in [6] * 20 + [3] * 12 + [5] * 5 for k in [draw.randrange(n)]],
    computed_table: [[draw.randrange(n) for _ in range(n)] for draw in [random.Random(4)] for n in [6] * 20 + [3] * 12],
}  # fmt: skip
WRONG = {
    pointer: [([1, 2, 3], k) for k in (3, 4, 5, 7, 100)],
    pointer_into_numbers: [([0.5, 0.25, 0.125], k) for k in (3, 4, 5, 6, 9, 1000)],
    computed_table: [[0, 1, k] for k in (3, 4, 5, 6)],
}


@pytest.mark.parametrize("function", OUT_OF_RANGE)
def test_an_index_out_of_range_is_never_trusted(function):
    tapes = Tapes(function, PARAMETERS)
    for sample in OUT_OF_RANGE[function]:
        value, gradient = computed(tapes, sample)
        true_value, true_gradient = expected(function, sample)
        assert value == pytest.approx(true_value, rel=1e-12, abs=1e-13)
        assert gradient == pytest.approx(true_gradient, rel=1e-10, abs=1e-12)
    for sample in WRONG[function]:
        with pytest.raises(IndexError):
            function(sample)
        with pytest.raises(IndexError):
            computed(tapes, sample)


@pytest.mark.parametrize("function", [next_letters, taken, attention, mean_first, label_before, first_again_at_the_end])
def test_a_shorter_sample_takes_two_recordings(function):
    tapes = Tapes(function, PARAMETERS)
    seen = [tapes.see(sample) for sample in words(function, "longest first")]
    one_of_each = list({form.key: (form, row) for form, row in seen}.values())
    assert len(one_of_each) == 7
    counts = []
    for pair in one_of_each:
        tapes.learn([pair])
        counts.append(tapes.recordings)
    assert [after - before for before, after in itertools.pairwise(counts)] == [2] * 6


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_packed_recording_is_the_same(function):
    for sample in words(function, "any", count=6):
        nodes = list_nodes()
        try:
            result = function(sample)
        finally:
            list_no_nodes()
        made = recording(nodes, PARAMETERS, [], result)
        again = unpacked(made.packed())
        for name in type(made).__slots__:
            assert getattr(again, name) == getattr(made, name)
        assert made.offsets[-1] == len(made.references)


def test_samples_in_use_are_kept_in_little_memory():
    """A sample of 200 numbers with 1,400 operations keeps less than a tenth of its recording."""
    word = [random.Random(1).randrange(SIZE) for _ in range(200)]
    nodes = list_nodes()
    try:
        result = recurrent(word)
    finally:
        list_no_nodes()
    made = recording(nodes, PARAMETERS, [], result)
    size = sum(len(getattr(made, name).tobytes()) for name in ("codes", "offsets", "references", "constants"))
    arrays, _ = made.packed()
    assert sum(len(text) for _, text in arrays) < size / 10
