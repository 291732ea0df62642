"""Every function of arrays gives NumPy's results: values, shapes and kinds. Its errors have NumPy's words."""

import math
import warnings

import numpy
import pytest
from grading.arrays.random_programs import difference, ours

A = [[1.5, -2.0, 0.25], [3.0, 0.0, -1.0]]
INTS = [[3, -1, 2], [0, 4, -5]]
VARIABLES = {
    "a": A,
    "n": INTS,
    "v": [0.5, -1.5, 2.0],
    "w": [1, 2, 3, 3, 0],
    "m": [[True, False, True], [False, False, True]],
    "t": [[[float(9 * i + 3 * j + k) for k in range(3)] for j in range(3)] for i in range(2)],
}

EXPRESSIONS = """
np.unpackbits(np.abs(n).astype(np.uint8)).astype(int)
np.unpackbits(np.abs(n).astype(np.uint8), axis=1)[:, -3:].astype(int)
np.unpackbits(np.abs(n).astype(np.uint8), axis=0, count=6).astype(int)
np.unpackbits(np.abs(n).astype(np.uint8), axis=-1, count=-2, bitorder='little').astype(int)
np.packbits(m).astype(int)
np.packbits(n > 0, axis=0).astype(int)
np.packbits(n > 0, axis=1, bitorder='little').astype(int)
np.eye(2, 3, k=1)
np.eye(3, k=-1, dtype=int)
np.identity(2)
np.arange(3, dtype=float)
np.arange(1.0, 2.0, 0.25)
np.linspace(0, 1, 5, retstep=True)
np.linspace(1, 4, 4, dtype=int)
np.logspace(0, 2, 3)
np.full((2, 2), 7)
np.full_like(a, 2)
np.empty_like(n).shape
np.ones_like(n, dtype=float)
np.zeros_like(a, shape=(2,))
np.ones_like(a, shape=(2,))
np.array(a, ndmin=3)
np.array(a, copy=False) is a
np.asarray(a) is a
np.array([1, 2.5, True])
np.array([True, 2])
np.array([[1, 2], [3, 4]], dtype='float32').sum()
np.array([], dtype=int)
np.array(a, dtype=object)[0, 0]
np.array([a, a]).shape
np.array(range(4))
np.array([(1, 2), (3, 4)])
np.array(5).item()
np.tri(3)
np.tri(2, 3, 1, dtype=int)
np.tril(a, -1)
np.triu(t, 1)
np.triu(v)
np.vander(v)
np.vander(v, 2)
np.vander(v, 5, increasing=True)
np.vander([1, 2, 3])
np.vander(v, 0).shape
np.diag(v, 1)
np.diag(a, 1)
np.diag(a, -1)
np.diagonal(a)
np.diagflat(a, -1)
np.indices((2, 3))
np.meshgrid(v, w, indexing='ij')
np.meshgrid(v, w, sparse=True)
np.meshgrid(v, w, [1, 2])[2]
np.bincount(w)
np.bincount(w, minlength=6)
np.bincount(w, weights=[1.0, 2.0, 3.0, 4.0, 0.5])
np.digitize(v, [-1, 0, 1])
np.digitize([1.0, 2.0], [1.0, 2.0], right=True)
np.searchsorted([0, 1, 2], [0.5, 1], side='right')
np.searchsorted([0, 1, 2], 1)
np.take_along_axis(a, np.argsort(a, axis=1), axis=1)
list(np.ndindex(2, 3))
list(np.ndindex((2,)))
list(np.ndenumerate(n))
np.convolve(v, [1.0, 0.5])
np.convolve(v, w)
np.convolve(v, w, mode='same')
np.convolve(w, [1, 2], 'valid')
np.correlate(v, [1.0, 0.5])
np.correlate(w, v, 'full')
np.correlate(v, w, 'same')
np.cov(a)
np.cov(a, rowvar=False)
np.cov(v)
np.linalg.det([[2.0, 1.0], [0.5, 3.0]])
np.linalg.inv([[0.0, 1.0, 2.0], [1.0, 0.5, 0.0], [3.0, 1.0, 1.0]])
np.linalg.solve([[2.0, 1.0], [0.5, 3.0]], [1.0, -1.0])
np.linalg.solve([[0.0, 1.0], [0.5, 3.0]], a[:, :2])
np.linalg.qr(a)[0]
np.linalg.qr(a)[1]
np.linalg.qr(a.T)[0]
np.linalg.qr(a.T)[1]
np.linalg.qr([[1.0, 2.0], [0.0, 3.0]])[0]
np.diag_indices(3)[0]
np.unravel_index(4, (2, 3))
np.rad2deg(v)
np.lib.stride_tricks.sliding_window_view(t, (2, 2), axis=(1, 2)).shape
np.nansum([1.0, np.nan])
np.nanmean([[1.0, np.nan], [2.0, 3.0]], axis=0)
np.nanmax([1.0, np.nan, 3.0])
np.nanmin([1.0, np.nan, 3.0])
np.nanstd([1.0, np.nan, 3.0])
np.nanvar([1.0, np.nan, 3.0])
np.hsplit(a, 3)[1]
np.hsplit(v, 3)[2]
np.vsplit(a, 2)[0]
np.split(v, [1, 2])
np.array_split(v, 2)
np.cross([1, 2, 3], [0.5, 1, 2])
np.linalg.multi_dot([a, a.T, a])
np.average(a, weights=np.abs(a))
np.average(a, axis=1, weights=[1, 2, 3])
np.average(v)
np.rot90(n)
np.rot90(n, -1)
np.moveaxis(t, [0, 1], [1, 0])
np.moveaxis(t, 0, 2)
np.transpose(t, (1, 0, 2))
t.transpose(2, 0, 1).shape
t.transpose((2, 0, 1)).shape
t.swapaxes(0, 2)
np.atleast_1d(3, v)
np.atleast_2d(v, 2)
np.atleast_3d(v, a)
np.cumprod(a, axis=1)
np.cumsum(m)
np.prod(n)
np.prod(m, axis=0)
a.sum(axis=(0, 1))
t.sum(axis=(0, 2))
t.mean(axis=(0, 2), keepdims=True)
a.sum(initial=10)
a.max(initial=100)
a.min(initial=-100)
a.std(ddof=1)
np.var(a, axis=0, ddof=1)
a.std(axis=1, keepdims=True)
np.ptp(a, axis=0)
np.median(a, axis=1)
np.median(w)
np.count_nonzero(n, axis=0)
np.argmax(a, axis=1, keepdims=True)
np.argmin(n)
np.any(m, axis=0, keepdims=True)
np.all(a)
np.unique(w, return_counts=True)
np.unique(w, return_inverse=True)
np.unique(w, return_index=True)
np.unique([[1, 2], [2, 1]])
np.sort(n, axis=None)
np.sort(a, axis=0)
np.argsort([3.0, np.nan, 1.0])
np.argwhere(n > 0)
np.flatnonzero(n)
np.where(n > 0)
np.where(n > 0, n, 0.5)
np.where(True, 1, 2)
np.isclose(1.0, 1.0 + 1e-9)
np.isclose([np.nan, 1.0], [np.nan, 2.0], equal_nan=True)
np.allclose(a, a + 1e-10)
np.array_equal(a, n)
np.isin(w, [1, 3])
np.diff(v, n=2)
np.diff(m)
np.nan_to_num([np.nan, np.inf, -np.inf, 1.0])
np.nan_to_num([np.nan, np.inf], nan=1.0, posinf=2.0)
np.nan_to_num(w)
np.clip(a, [-1, 0, 0], 1)
np.clip(w, 1, 2)
a.clip(min=0)
a.clip(max=0)
a.round(1)
np.around(12.345, 2)
np.round(15, -1)
np.round(np.array([15, 25]), -1)
np.floor(w)
np.trunc(a)
np.rint([0.5, 1.5, 2.5])
np.heaviside(a, 0.5)
np.sign(n)
np.square(m)
np.power(2, w)
np.power(w, 2.0)
np.float_power(w, 2)
np.fmax([np.nan, 1.0], [2.0, np.nan])
np.fmin([np.nan, 1.0], [2.0, np.nan])
np.copysign(v, -1)
np.signbit(v)
np.logaddexp(v, 1000)
np.logaddexp(1.0, 1.0)
np.logaddexp(np.nan, 1.0)
np.left_shift(w, 2)
np.right_shift(8, w)
w << 1
w >> 1
divmod(w, 2)
divmod(v, 0.5)
2 ** w
w // 0
w % 0
v // 0
v % 0
v / 0
np.float64(1) / 0
np.int64(1) / 0
np.int64(7) // 0
np.float64(-1) // 0
1.0 / np.int64(0)
2.5 * np.int64(3)
np.int64(3) * 2.5
np.float64(2) ** 0.5
np.int64(2) ** 3
-np.int64(3)
abs(np.float64(-2))
np.bool_(True) & np.bool_(False)
np.bool_(True) + np.bool_(True)
~np.bool_(True)
np.float64(3) > 2
np.int64(3) == 3.0
np.float64([1, 2])
np.int64([1.5, 2.5])
np.bool_([0, 1])
round(np.float64(2.567), 2)
round(np.int64(5))
int(np.float64(2.9))
[10, 20, 30][np.int64(1)]
'ab' * np.int64(2)
[0] * np.int64(3)
np.float64(1.5).item()
np.float64(1.5).shape
np.float64(1.5).sum()
np.float64(1.5).T
np.float64(2.5).astype(int)
np.int64(3).reshape(1, 1)
np.float64(1.5)[None]
np.float64(1.5)[...].shape
np.array(2.5)[()]
hash(np.int64(3)) == hash(3)
f"{np.float64(1.5):.2f} {np.int64(3):4d} {np.int64(3)} {np.float64(0.1)} {np.bool_(True)}"
repr([np.float64(0.1), np.int64(3), np.bool_(True)])
np.add.outer(v, v)
np.multiply.reduce(a)
np.add.reduce(a, axis=None)
np.maximum.accumulate(v)
np.subtract.reduce(a, axis=1)
np.logical_and.reduce(m, axis=1)
np.add(v, 1, dtype=float)
np.maximum(v, 0, out=v)
np.exp(v, v)
np.divide(v, [1, 0, 2], out=np.zeros(3), where=np.array([True, False, True]))
np.add(w, 1, where=w > 1)[2]
np.einsum('ij,jk', a, a.T)
np.einsum('ij,jk,kl->il', a, a.T, a)
np.einsum('ii->i', t[0])
np.einsum('bij,bjk->bik', t, t)
np.einsum('...ij->...ji', t)
np.einsum('i,i', v, v)
np.einsum('ij->', a)
np.tensordot(t, t, axes=([1, 2], [2, 1]))
np.tensordot(a, a.T, axes=1)
np.tensordot(v, v, axes=0)
np.tensordot(a, a, axes=([0], [0]))
np.inner(a, v)
np.inner(2, v)
np.vdot(a, a)
np.kron(v, [1, 2])
np.kron(np.eye(2), n)
np.dot(t, v)
np.dot(v, t)
np.dot(2, v)
np.matmul(t, v)
np.matmul(v, t)
np.matmul(t, t)
np.matmul(a, t[0])
t @ np.ones((3, 2))
v @ v
m @ m.T
np.trace(a)
np.trace(a, 1)
np.trace(a, -1)
np.trace(t)
np.linalg.norm(a)
np.linalg.norm(a, 'fro')
np.linalg.norm(v, 1)
np.linalg.norm(v, 3)
np.linalg.norm(v, 0)
np.linalg.norm(v, -np.inf)
np.linalg.norm(a, -1)
np.linalg.norm(a, -np.inf)
np.linalg.norm(a, axis=1)
np.linalg.norm(a, ord=1, axis=0, keepdims=True)
np.concatenate([a, a], axis=1)
np.concatenate([v, w], axis=None)
np.concatenate([v, v], out=np.zeros(6))
np.stack([v, v], axis=1)
np.vstack([v, a])
np.hstack([a, n])
np.column_stack([v, v])
np.c_[v, v]
np.c_[a, np.ones(2)]
np.r_[1:4, 0, v]
np.r_[0:4:2]
np.append(a, [[1, 2, 3]], axis=0)
np.append(v, 4)
np.insert(v, 1, 9)
np.insert(a, 0, 1, axis=1)
np.insert(a, [0, 2], [[8], [9]], axis=1)
np.insert(v, slice(0, 2), 7)
np.insert(w, 0, [7, 8])
np.insert(a, 1, [7, 8], axis=1)
np.delete(a, [0, -1], axis=1)
np.delete(v, np.array([True, False, False]))
np.delete(v, slice(None, None, 2))
np.tile(a, (2, 1, 2))
np.tile(v, 0)
np.repeat(a, [1, 2], axis=0)
np.repeat(v, 2)
np.pad(a, ((1, 0), (0, 2)), constant_values=5)
np.pad(v, 1, mode='constant')
np.pad(v, (1,))
np.roll(a, 1, axis=1)
np.roll(v, -1)
np.flip(a, axis=1)
np.flip(a, (0, 1))
np.take(a, [[0, 1], [2, 0]])
a.take(1)
np.expand_dims(v, (0, 2)).shape
np.squeeze(np.ones((1, 2, 1)), axis=0).shape
np.broadcast_to(v, (2, 3))
np.reshape(a, (3, 2), order='F')
a.ravel(order='F')
a.flatten('F')
np.apply_along_axis(lambda x: x.sum(), 0, a)
np.apply_along_axis(lambda x: x[::-1], 1, t)
np.vectorize(lambda x, y: x * y)(a, v)
np.vectorize(lambda x: (x, 2 * x))(v)[1]
np.vectorize(lambda x, k: x + k, excluded=['k'])(v, k=2)
np.vectorize(lambda x: x, otypes=[float])(w)
np.vectorize(math.exp)(v)
np.shape([[1, 2]])
np.size(a), np.size(a, 1), np.ndim(a)
np.isscalar(2.0), np.isscalar(v), np.isscalar('a')
np.finfo(float).eps
np.iinfo(int).max
np.dtype('float64') == np.float64, a.dtype == float, n.dtype == 'int64', a.dtype == None, a.dtype == 'nothing'
str(a.dtype), repr(a.dtype), a.dtype.name, a.dtype.itemsize, m.dtype.itemsize
a.dtype.type(3)
isinstance(a, np.ndarray), isinstance(a[0, 0], np.floating), isinstance(n[0, 0], np.integer)
2.0 in a, 7 in n
a.tolist()
a.T.tolist(), t.T.tolist()[0]
np.zeros((2, 0)).tolist(), np.zeros((0, 2)).tolist()
a.item(4), a.item(1, 2), a.item((0, 1))
a.strides
[float(x) for x in v], [list(row) for row in n]
bool(np.array([True])), float(np.array(2.5)), int(np.array(2.7))
[1, 2, 3][np.array(1)]
f"{np.array(2.5):.1f}"
np.random.RandomState(3).rand(2, 2)
np.random.RandomState(3).randn(3)
np.random.RandomState(3).uniform(-1, 1, (2, 2))
np.random.RandomState(3).normal(0, 0.5, size=4)
np.random.RandomState(3).randint(0, 10, 5)
np.random.RandomState(3).randint(5)
np.random.RandomState(3).permutation(6)
np.random.RandomState(3).choice(5, 3, replace=False)
np.random.RandomState(3).choice([1.5, 2.5], 3, p=[0.25, 0.75])
np.random.RandomState(3).choice(4)
np.random.RandomState(3).random_sample((2,))
np.random.RandomState(3).standard_normal(2)
np.random.RandomState(3).binomial(5, 0.5, 4)
np.random.default_rng(3).random(3)
np.random.default_rng(3).normal(0, 1, (2, 2))
np.random.default_rng(3).integers(0, 10, 4)
np.random.default_rng(3).integers(0, 3, 6, endpoint=True)
np.random.default_rng(3).standard_normal((2, 1))
np.random.default_rng(3).uniform(-1, 1, 3)
np.random.default_rng(3).choice(5, 2)
np.random.default_rng(3).permutation(5)
""".strip().splitlines()


def run(expression, np, array):
    variables = {name: array(value) for name, value in VARIABLES.items()}
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return eval(expression, {"np": np, "math": math, **variables})


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_gives_what_it_gives_with_numpy(expression):
    assert difference(run(expression, numpy, numpy.array), run(expression, ours, ours.array)) == ""


REFUSED = """
a + np.ones((2, 2))
a += np.ones((3, 2, 3))
n += 0.5
n /= 2
m += 1
m - m
-m
a & a
~a
n ** -1
a[5]
a[0, 3]
a[0, 0, 0]
a[..., ...]
a[0.5]
a[[0.5]]
a['x']
a[np.ones((2, 2), dtype=bool)]
a[[0, 1], [0, 1, 2]]
a[0] = [1, 2]
a[a > 0] = [1, 2]
a[0] = np.ones((2, 2))
np.dot(a, a)
np.dot(v, a)
a @ a
v @ a
2 @ a
np.inner(a, [1, 2])
np.concatenate([v, a])
np.concatenate([a, np.ones((2, 2))])
np.concatenate([])
np.concatenate([1, 2])
np.stack([v, w])
np.stack([])
a.reshape(4)
a.reshape(-1, -1)
a.reshape(4, -1)
a.sum(axis=2)
a.mean(axis=-3)
a.sum(axis=(0, 0))
np.argmax(np.zeros(0))
np.zeros(0).max()
np.maximum.reduce(np.zeros(0))
np.array([[1, 2], [3]])
np.array([[1, 2], 3])
np.array([[[1], [2]], [[3], [4, 5]]])
np.zeros(-1)
np.zeros(2.5)
np.zeros((2, 2.5))
np.ones('x')
len(np.array(1))
list(np.array(1))
bool(v)
if_a = 1 if a else 0
bool(np.zeros(0))
float(v)
v.item()
[1, 2][v]
[1, 2][np.array(1.0)]
a.squeeze(axis=0)
np.transpose(a, (0,))
np.transpose(a, (0, 0))
np.expand_dims(a, 5)
np.swapaxes(a, 0, 2)
np.sum(a, axis='x')
np.split(v, 2)
np.array_split(v, 0)
np.delete(v, 5)
np.insert(v, 5, 1)
np.repeat(v, [1, 2])
np.repeat(v, -1)
np.broadcast_to(a, (3, 3))
np.einsum('ij,jk->ik', a, a)
np.einsum('ij', a, a)
np.einsum('ijk', a)
np.einsum('ii', a)
np.where(m, 1)
np.add(1)
np.add(a, a, out=np.zeros((3, 3)))
np.add(a, 0.5, out=n)
np.exp(a, out=[1])
np.bincount([-1])
np.bincount(v)
np.diag(t)
np.arange()
np.arange(0, 1, 0)
np.cross([1, 2, 3], [1, 2, 3, 4])
np.average(a, weights=[1, 2, 3])
np.vectorize(lambda x: x)([])
np.nonzero(5)
a.astype('nothing')
a.nothing
np.float64(1).nothing
np.float64(1)[0]
np.nothing
hash(a)
n[:] = np.inf
np.tensordot(a, a)[0]
np.tensordot(a, v)
np.linalg.norm(t, 1)
np.random.RandomState(0).randint(0)
np.random.RandomState(0).randint(3, 2)
np.random.RandomState(0).choice(3, 5, replace=False)
np.random.RandomState(0).choice(3, 2, p=[0.5, 0.4, 0.3])
np.random.RandomState(0).choice([], 2)
np.random.RandomState(0).normal(0, -1)
""".strip().splitlines()


def refusal(statement, np, array):
    variables = {name: array(value) for name, value in VARIABLES.items()}
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            exec(statement, {"np": np}, variables)
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize("statement", REFUSED)
def test_what_numpy_refuses_is_refused_with_an_error_of_its_kind(statement):
    expected, found = refusal(statement, numpy, numpy.array), refusal(statement, ours, ours.array)
    kinds = (ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError, OverflowError)
    assert [isinstance(found, k) for k in kinds] == [isinstance(expected, k) for k in kinds]


WORDED = """
a + np.ones((2, 2))
a + np.ones(2)
a += np.ones((3, 2, 3))
n += 0.5
n /= 2
m - m
-m
a & a
n ** -1
a[5]
a[0, 3]
a[0, 0, 0]
a[0.5]
a[np.ones((2, 2), dtype=bool)]
a[[0, 1], [0, 1, 2]]
a[a > 0] = [1, 2]
a[0] = np.ones((2, 2))
np.dot(a, a)
np.dot(v, a)
a @ a
2 @ a
np.inner(a, [1, 2])
np.concatenate([v, a])
np.concatenate([a, np.ones((2, 2))])
np.concatenate([1, 2])
np.stack([v, w])
a.reshape(4)
a.reshape(-1, -1)
a.sum(axis=2)
np.zeros(0).max()
np.argmax(np.zeros(0))
np.array([[1, 2], [3]])
np.array([[[1], [2]], [[3], [4, 5]]])
np.zeros(-1)
len(np.array(1))
list(np.array(1))
bool(v)
v.item()
[1, 2][v]
np.split(v, 2)
np.delete(v, 5)
np.where(m, 1)
hash(a)
""".strip().splitlines()


@pytest.mark.parametrize("statement", WORDED)
def test_the_errors_that_people_know_have_the_words_they_know(statement):
    expected, found = refusal(statement, numpy, numpy.array), refusal(statement, ours, ours.array)
    assert str(found).replace("'Array'", "'numpy.ndarray'") == str(expected)
