"""A film shows the training as it was, and does not change it."""

import json
import math
import re

import pytest

from autograd import Value
from nn import MLP, SGD, Adam, cross_entropy, fit, half_sse, hinge

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [-1.0, 1.0, 1.0, -1.0]


def model(outputs=1, seed=3):
    return MLP(2, [3, outputs], activation="tanh", seed=seed)


def numbers(m):
    return tuple([p.data for p in m.parameters()])


def test_it_changes_nothing():
    plain, filmed = model(), model()
    a = fit(plain, X, Y, epochs=7, seed=5, optimizer=Adam(0.05), progress=False)
    b = fit(filmed, X, Y, epochs=7, seed=5, optimizer=Adam(0.05), progress=False, film=3)
    assert numbers(plain) == numbers(filmed)
    assert [p.grad for p in plain.parameters()] == [p.grad for p in filmed.parameters()]
    assert (a.loss, a.film, a.updates) == (b.loss, None, b.updates)


def test_the_frames_are_the_model_at_their_updates():
    m = model()
    film = fit(m, X, Y, epochs=4, shuffle=False, optimizer=SGD(0.2), progress=False, film=6).film
    assert [frame.update for frame in film] == [0, 6, 12, 16]  # the last one is included
    again = model()
    seen = {0: numbers(again)}
    for update in range(1, 17):
        i = (update - 1) % 4
        fit(again, [X[i]], [Y[i]], epochs=1, optimizer=SGD(0.2), progress=False)
        seen[update] = numbers(again)
    assert [frame.parameters for frame in film] == [seen[frame.update] for frame in film]
    assert film.names[:3] == ["w1[1,1]", "w1[2,1]", "b1[1]"]


def test_losses_deltas_and_answers():
    m = model()
    film = fit(m, X, Y, epochs=5, seed=0, progress=False, film=20).film
    last = film[-1]
    weights = m.parameters()
    w1, b1 = [weights[k : k + 2] for k in (0, 3, 6)], weights[2:9:3]
    w2, b2 = weights[9:12], weights[12]
    squares: dict = {}
    losses = []
    for x, t in zip(X, Y, strict=True):  # by hand
        a = [math.tanh(w[0].data * x[0] + w[1].data * x[1] + b.data) for w, b in zip(w1, b1, strict=True)]
        y = b2.data + sum([w.data * ai for w, ai in zip(w2, a, strict=True)])
        losses.append((y - t) ** 2 / 2)
        squares.setdefault((2, 1), []).append((y - t) ** 2)
        for k in range(3):
            squares.setdefault((1, k + 1), []).append(((y - t) * w2[k].data * (1 - a[k] ** 2)) ** 2)
    assert last.loss == pytest.approx(sum(losses) / 4, rel=1e-12)
    assert last.deltas.keys() == squares.keys()
    for place, found in squares.items():
        assert last.deltas[place] == pytest.approx(math.sqrt(sum(found) / 4), rel=1e-12)
    u, v = film.plane
    assert u[0] < 0
    assert u[-1] > 1
    for i, j in ((0, 0), (3, 17), (31, 31)):
        assert last.answers[i][j] == (m([u[j], v[i]]).data,)


def test_the_page_holds_what_the_frames_say():
    film = fit(model(), X, Y, epochs=3, seed=0, loss=hinge, progress=False, film=2).film
    page = film.html()
    told = json.loads(re.search(r'<script id="steps" type="application/json">(.*?)</script>', page, re.S).group(1))
    assert [told["start"], *[step["text"] for step in told["steps"]]] == [str(frame) for frame in film]
    rows = told["parameters"]["frames"]
    for row, frame in zip(rows, film, strict=True):
        assert row == pytest.approx(frame.parameters, rel=1e-3)
    assert len(told["plane"]["frames"]) == len(film)
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", page)


@pytest.mark.parametrize(
    ("sizes", "loss", "targets"),
    [
        pytest.param([40, 20, 3], cross_entropy, [0, 1, 2, 0], marks=pytest.mark.untraced),  # drawn by layers
        ([3, 3], half_sse, [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]),
    ],
)
def test_other_models(sizes, loss, targets):
    film = fit(MLP(2, sizes, seed=1), X, targets, epochs=2, seed=0, loss=loss, progress=False, film=4).film
    assert "<svg" in film.html()
    assert len(film) == 3


def test_more_inputs_have_no_plane():
    film = fit(MLP(3, [2, 1], seed=1), [[1, 2, 3], [0, 1, 0]], [0, 1], epochs=1, progress=False, film=1).film
    assert film.plane is None
    assert film[0].answers is None
    assert 'id="plane"' not in film.html()


class Line:
    """A model without neurons of nn, with a hostile label at one parameter."""

    def __init__(self):
        self.slope, self.shift = Value(1.0, "</script><script>alert(1)</script>"), Value(0.0)

    def __call__(self, x):
        return self.slope * x[0] + self.shift

    def parameters(self):
        return [self.slope, self.shift]


def test_a_model_of_ones_own():
    film = fit(Line(), [[1.0], [2.0]], [2.0, 4.0], epochs=2, seed=0, progress=False, film=1).film
    assert film.names == ["</script><script>alert(1)</script>", "p1"]
    assert film[0].deltas == {}
    assert film.html().count("<script") == 2
    assert film._repr_html_().count("<script") == 0


def test_an_interrupt_leaves_whole_frames():
    m = model()
    calls = []

    def interrupting(out, y):
        calls.append(1)
        if len(calls) == 30:
            raise KeyboardInterrupt
        return half_sse(out, y)

    history = fit(m, X, Y, epochs=50, loss=interrupting, progress=False, film=1)
    assert history.interrupted
    assert [frame.update for frame in history.film] == list(range(len(history.film)))
    assert 1 <= len(history.film) <= history.updates + 1


def test_it_is_shown_and_saved(tmp_path):
    film = fit(model(), X, Y, epochs=2, seed=0, progress=False, film=4).film
    assert film.save(tmp_path / "film.html").read_text(encoding="utf-8") == film.html()
    lines = film.save(tmp_path / "film.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [*[str(f) for f in film], film.correspondence]
    shown = film._repr_html_()
    assert "<iframe" in shown
    for frame in film:
        assert str(frame) in shown
    with pytest.raises(ValueError, match=r"\.html or \.txt"):
        film.save(tmp_path / "film.gif")


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2", True])
def test_bad_film(bad):
    m = model()
    before = numbers(m)
    with pytest.raises(ValueError, match="film is 1 or more"):
        fit(m, X, Y, epochs=1, film=bad, progress=False)
    assert numbers(m) == before
