"""Products of matrices: this package's own if the processor has AVX-512, and those of SciPy's BLAS."""

import ctypes
import threading

import numpy as np
import pytest

import nn
from autograd.compiler import layers
from autograd.compiler.blas import load_blas
from autograd.engine.batches import own_gemm

INT, DOUBLE, ANY = ctypes.c_int, ctypes.c_double, ctypes.c_void_p
FUNCTIONS = {"own": own_gemm(), "BLAS": load_blas().gemm}
FUNCTIONS = {name: capsule for name, capsule in FUNCTIONS.items() if capsule is not None}


def multiply(capsule, a, b, c, add, rows=None, columns=None):
    """Compute c = a b or c += a b, for the given rows and columns of c. Arrays may be views with one long stride."""
    python = ctypes.pythonapi
    python.PyCapsule_GetName.argtypes, python.PyCapsule_GetName.restype = [ctypes.py_object], ctypes.c_char_p
    python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    python.PyCapsule_GetPointer.restype = ANY
    at = python.PyCapsule_GetPointer(capsule, python.PyCapsule_GetName(capsule))
    gemm = ctypes.CFUNCTYPE(None, *[ANY] * 13)(at)
    rows, columns = rows or slice(0, c.shape[0]), columns or slice(0, c.shape[1])
    a, b, c = a[rows], b[:, columns], c[rows, columns]

    def described(x):
        """Return whether a matrix lies row by row, and the distance from one row or column to the next."""
        across = x.strides[1] == 8 and x.strides[0] != 8
        return (b"T" if across else b"N"), x.strides[0 if across else 1] // 8

    (ta, lda), (tb, ldb), (_, ldc) = map(described, (a, b, c))
    sizes = [ctypes.byref(INT(n)) for n in (c.shape[0], c.shape[1], a.shape[1])]
    one, beta = ctypes.byref(DOUBLE(1.0)), ctypes.byref(DOUBLE(float(add)))
    gemm(ta, tb, *sizes, one, a.ctypes.data, ctypes.byref(INT(lda)), b.ctypes.data, ctypes.byref(INT(ldb)), beta,
         c.ctypes.data, ctypes.byref(INT(ldc)))  # fmt: skip


def matrix(draw, rows, columns, across):
    """Return a matrix in a larger array, row by row or column by column."""
    if across:
        return draw.standard_normal((rows, columns + 3))[:, :columns]
    return draw.standard_normal((columns, rows + 3)).T[:rows]


SIZES = [1, 2, 7, 8, 9, 16, 23, 24, 25, 47, 49, 64, 100]
LARGE = [(3, 5, 400), (3, 5, 401), (25, 9, 1203), (167, 8, 50), (168, 8, 50), (169, 8, 50), (340, 17, 30), (5, 512, 9),
         (5, 513, 9), (30, 1030, 12), (169, 513, 401)]  # at and around the sizes of the blocks  # fmt: skip


def sizes(k):
    draw = np.random.default_rng(k)
    return LARGE[k] if k < len(LARGE) else tuple(draw.choice(SIZES, 3).tolist())


@pytest.mark.parametrize("across", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_products_are_those_of_numpy_and_nothing_else_is_written(name, across):
    for k in range(120):
        m, n, depth = sizes(k)
        draw = np.random.default_rng(1000 + k)
        a, b = matrix(draw, m, depth, across[0]), matrix(draw, depth, n, across[1])
        whole = draw.standard_normal((n + 1, m + 5))
        before, c = whole.copy(), whole[:n, 2 : m + 2].T
        add = k % 2
        expected = a @ b + add * c
        multiply(FUNCTIONS[name], a, b, c, add)
        bound = 1e-15 * depth * (np.abs(a).max() * np.abs(b).max() + 1)
        np.testing.assert_allclose(c, expected, rtol=1e-14, atol=bound, err_msg=str((m, n, depth)))
        whole[:n, 2 : m + 2] = before[:n, 2 : m + 2]
        assert (whole == before).all()


@pytest.mark.skipif("own" not in FUNCTIONS, reason="a processor without AVX-512 has no products of this package")
def test_the_bits_do_not_depend_on_the_division():
    draw = np.random.default_rng(5)
    a, b = matrix(draw, 200, 450, True), matrix(draw, 450, 60, False)
    whole, parts = np.zeros((60, 200)).T, np.zeros((60, 200)).T
    multiply(FUNCTIONS["own"], a, b, whole, 0)
    for rows in (slice(0, 8), slice(8, 104), slice(104, 200)):
        for columns in (slice(0, 3), slice(3, 40), slice(40, 60)):
            multiply(FUNCTIONS["own"], a, b, parts, 0, rows, columns)
    assert (whole == parts).all()


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize(("m", "n"), [(9, 9), (30, 9), (9, 30)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_infinities_and_nan_stay_in_their_rows(name, m, n, order):
    """Rows are padded with zeros, which must not meet an infinity."""
    a, b = np.ones((m, 3)), np.ones((3, n))
    a[8, 1], b[0, 8] = np.inf, np.nan
    c = np.zeros((n, m)).T
    multiply(FUNCTIONS[name], np.asarray(a, order=order), np.asfortranarray(b), c, 0)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(c, a @ b)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_threads_multiply_at_once(name):
    draw = np.random.default_rng(7)
    a, b = matrix(draw, 90, 120, False), matrix(draw, 120, 70, False)
    found = [np.zeros((70, 90)).T for _ in range(24)]
    threads = [threading.Thread(target=multiply, args=(FUNCTIONS[name], a, b, c, 0)) for c in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for c in found:
        np.testing.assert_allclose(c, a @ b, rtol=1e-12, atol=1e-12)
        assert (c == found[0]).all()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_large_layers_train_with_either(name, monkeypatch):
    monkeypatch.setattr(layers, "own_gemm", lambda: FUNCTIONS[name])
    draw = np.random.default_rng(0)
    X, Y = draw.standard_normal((60, 150)), draw.integers(0, 3, 60)
    found = []
    for engine in ("native", "eager"):
        model = nn.MLP(150, [80, 3], activation="relu", output="linear", seed=1)
        nn.fit(model, X, Y, loss=nn.cross_entropy, optimizer=nn.SGD(0.05), epochs=2, batch_size=20, seed=3,
               progress=False, engine=engine)  # fmt: skip
        found.append([p.data for p in model.parameters()])
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


class Training:
    """A training by products of matrices, and the gradient that it stores."""

    def __init__(self, sizes, batch_size, samples=None, rate=0.05, decay=0.0, **options):
        draw = np.random.default_rng(4)
        samples = samples or 2 * batch_size + 3
        X, Y = draw.standard_normal((samples, sizes[0])), draw.integers(0, sizes[-1], samples)
        self.model = nn.MLP(sizes[0], sizes[1:], activation="relu", output="linear", seed=1, init="he")
        self.start = self.numbers()
        self.batches = []
        whole = layers._batches

        def kept(*arguments):
            self.batches.append(whole(*arguments))
            return self.batches[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(layers, "_batches", kept)
            nn.fit(self.model, X, Y, loss=nn.cross_entropy, optimizer=nn.SGD(rate, weight_decay=decay), epochs=2,
                   batch_size=batch_size, shuffle=False, progress=False, engine="native", **options)  # fmt: skip

    def numbers(self):
        return np.array([p.data for p in self.model.parameters()])

    def stored(self):
        """Return which numbers of the gradient were stored, of the weights and the biases of the first layer."""
        first = self.model.layers[0]
        n, m = len(first.neurons[0].w), len(first.neurons)
        rows = np.array(self.batches[0].gradient)[: m * (n + 1)].reshape(m, n + 1) != 0
        return rows[:, :n].any(), rows[:, n].any()


@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize(
    ("sizes", "batch_size"),
    [((150, 100, 10), 1), ((150, 100, 10), 32), ((784, 64, 10), 50), ((150, 100, 77, 5), 400), ((150, 100, 10), 401),
     ((100, 333, 3), 40)],
)  # fmt: skip
def test_a_step_that_is_made_with_its_gradient_has_the_bits_of_one_that_is_made_later(sizes, batch_size, decay):
    # Clipping needs all gradients before the update. This bound changes none of them.
    at_once = Training(sizes, batch_size, decay=decay)
    later = Training(sizes, batch_size, decay=decay, clip_norm=1e300)
    assert (at_once.numbers() == later.numbers()).all()
    assert (at_once.numbers() != at_once.start).any()
    assert later.stored() == (True, True)
    made_at_once = "own" in FUNCTIONS and 15_000 * batch_size >= 20_000 and batch_size <= 400
    assert at_once.stored() == (not made_at_once, True)


def test_a_step_is_made_later_if_the_loss_has_a_penalty():
    found = Training((150, 100, 10), 32, l2=0.01)
    assert found.stored() == (True, True)
    eager = nn.MLP(150, [100, 10], activation="relu", output="linear", seed=1, init="he")
    draw = np.random.default_rng(4)
    X, Y = draw.standard_normal((67, 150)), draw.integers(0, 10, 67)
    nn.fit(eager, X, Y, loss=nn.cross_entropy, optimizer=nn.SGD(0.05), epochs=2, batch_size=32, shuffle=False, l2=0.01,
           progress=False, engine="eager")  # fmt: skip
    np.testing.assert_allclose(found.numbers(), [p.data for p in eager.parameters()], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rate", [1e306, 1e308])
def test_a_step_to_infinity_is_not_made(rate):
    with pytest.raises(FloatingPointError, match="lower the rate"):
        Training((150, 100, 10), 32, rate=rate)
