"""Data frames, series and arrays of other libraries are read by their values, however they iterate."""

import numpy as np
import pandas
import polars
import pytest
import scipy.sparse
import torch

from nn import MLP, cross_entropy, fit, half_sse, plot_decision

ROWS = [[0.0, 0.5], [0.25, 1.0], [1.0, 0.0], [1.0, 1.0]]
CLASSES = [0, 1, 2, 1]
ONE_HOT = np.eye(3)[CLASSES]


class Sequence:
    """An object that has only ``__array__``, and iterates over something else."""

    def __init__(self, data):
        self.data = np.array(data)

    def __iter__(self):
        return iter("abc")

    def __array__(self, dtype=None, copy=None):
        return self.data


KINDS = {
    "pandas, names": lambda rows: pandas.DataFrame(rows, columns=list("abc")[: len(rows[0])]),
    "pandas, numbers": pandas.DataFrame,
    "pandas, other index": lambda rows: pandas.DataFrame(rows, index=range(9, 9 - len(rows), -1)),
    "pandas, nullable": lambda rows: pandas.DataFrame(rows).convert_dtypes(),
    "polars": lambda rows: polars.DataFrame(np.array(rows), schema=list("abc")[: len(rows[0])]),
    "numpy": np.array,
    "numpy, float32": lambda rows: np.array(rows, dtype=np.float32),
    "numpy, Fortran": lambda rows: np.asfortranarray(rows),
    "torch": torch.tensor,
    "array": Sequence,
    "rows of series": lambda rows: [pandas.Series(row) for row in rows],
    "rows of tensors": lambda rows: [torch.tensor(row) for row in rows],
    "masked, nothing hidden": np.ma.masked_array,
    "scipy, sparse matrix": scipy.sparse.csr_matrix,
    "scipy, sparse array": scipy.sparse.csc_array,
    "scipy, coordinates": lambda rows: scipy.sparse.coo_matrix(np.array(rows)),
    "torch, sparse": lambda rows: torch.tensor(rows).to_sparse(),
    "torch, gradients": lambda rows: torch.tensor(rows, requires_grad=True),
    "pandas, sparse": lambda rows: pandas.DataFrame(rows).astype(pandas.SparseDtype(float)),
    "objects": lambda rows: np.array(rows, dtype=object),
}


def trained(X, Y, loss=half_sse, outputs=3):
    model = MLP(2, [4, outputs], activation="tanh", seed=1)
    history = fit(model, X, Y, loss=loss, epochs=3, seed=0, progress=False)
    return [p.data for p in model.parameters()], history.accuracy


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_rows(kind):
    expected = trained(ROWS, ONE_HOT.tolist())
    assert trained(KINDS[kind](ROWS), KINDS[kind](ONE_HOT.tolist())) == expected


@pytest.mark.parametrize(
    "column",
    [
        pandas.Series(CLASSES), pandas.Series(CLASSES, index=[5, 3, 9, 1]), polars.Series(CLASSES), np.array(CLASSES),
        pandas.DataFrame(CLASSES), polars.DataFrame({"class": CLASSES}), np.array(CLASSES)[:, None],
        torch.tensor(CLASSES), Sequence(CLASSES), pandas.array(CLASSES), range(4),
    ],
    ids=lambda column: f"{type(column).__module__.split('.')[0]} {type(column).__name__}",
)  # fmt: skip
def test_columns_are_classes(column):
    classes = [0, 1, 2, 3] if isinstance(column, range) else CLASSES
    expected = trained(ROWS, classes, cross_entropy, 4)
    assert trained(pandas.DataFrame(ROWS), column, cross_entropy, 4) == expected


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pandas.DataFrame({"a": [1.0, None], "b": [2.0, 3.0]}), r"X\[1\] holds nan"),
        (pandas.DataFrame({"a": [1, None], "b": [2, 3]}).convert_dtypes(), r"X\[1\] holds (<NA>|nan)"),
        (pandas.DataFrame({"a": ["x", "y"], "b": [2.0, 3.0]}), r"X\[0\] holds 'x'"),
        (pandas.DataFrame({"a": pandas.to_datetime(["2020-01-01", "2020-01-02"])}), "X holds dates or times"),
        (polars.DataFrame({"a": [1.0, None], "b": [2.0, 3.0]}), r"X\[1\] holds nan"),
        (polars.DataFrame({"a": ["x", "y"], "b": ["2", "3"]}), r"X\[0\] holds 'x'"),
        (pandas.DataFrame({"a": pandas.Categorical(["u", "v"]), "b": [2.0, 3.0]}), r"X\[0\] holds 'u'"),
        (pandas.DataFrame({"a": pandas.array([True, None], dtype="boolean"), "b": [1, 2]}), r"X\[1\] holds (<NA>|nan)"),
        (polars.DataFrame({"a": [[1, 2], [3, 4]]}), r"X\[0\] holds array"),
    ],
)
def test_what_is_missing_or_no_number_is_named(frame, message):
    with pytest.raises(ValueError, match=message):
        trained(frame, [[1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("kind", ["pandas, names", "pandas, numbers", "polars", "array"])
def test_a_model_given_a_table_says_that_it_reads_one_sample(kind):
    with pytest.raises(ValueError, match="a model reads one sample, a row of numbers, found 2 rows"):
        MLP(2, [1], seed=0)(KINDS[kind](ROWS[:2]))


@pytest.mark.parametrize("kind", [pandas.Series, polars.Series, np.array, torch.tensor, Sequence])
def test_a_model_reads_a_row_of_any_kind(kind):
    model = MLP(2, [1], seed=0)
    assert model(kind(ROWS[1])).data == model(ROWS[1]).data


def test_plots_read_tables():
    import matplotlib.pyplot as plt

    ax = plot_decision(MLP(2, [2, 1], seed=0), pandas.DataFrame(ROWS), pandas.DataFrame([0, 1, 1, 0]), steps=5)
    assert len(ax.collections) > 0
    plt.close("all")
