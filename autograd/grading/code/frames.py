"""The tables of pandas: made numbers whose columns get the names by which a program reads them."""

import re

from autograd.grading.code import data
from autograd.grading.code.arrays import Array
from autograd.grading.code.objects import Absorber, Namespace

__all__ = ["Table", "column_method", "namespace"]

LABELS = re.compile(
    r"label|target|class|species|diagnosis|outcome|output|result|survived|quality|price|purchased|churn|exited|^y$|kind",
    re.I,
)


def namespace(library):
    """Return the module ``pandas``."""

    def read(*_args, **keywords):
        return Table(library, data.table(library, "pandas.read_csv", keywords))

    def frame(content=None, columns=None, *_args, **_keywords):
        if isinstance(content, Table):
            return content
        if isinstance(content, dict) and content:
            parts = [library.numpy["asarray"](x).reshape(-1) for x in content.values()]
            return Table(library, library.numpy["column_stack"](parts), list(content))
        if content is None or isinstance(content, (dict, Absorber)):
            return Absorber("DataFrame")
        values = library.numpy["asarray"](content)
        values = values if values.ndim == 2 else values.reshape((-1, 1))
        return Table(library, library.machine.track(values), list(columns) if columns is not None else None)

    names = {"DataFrame": frame, "concat": lambda parts, axis=0, **_k: _joined(library, parts, axis)}
    for name in ("read_csv", "read_excel", "read_table", "read_json", "read_pickle", "read_parquet"):
        names[name] = read
    names["Series"] = lambda content=(), *_a, **_k: library.machine.track(library.numpy["array"](content))
    names["get_dummies"] = lambda x, *_a, **_k: _dummies(library, x)
    names["factorize"] = lambda x, *_a, **_k: (_whole(library, x), [])
    names["Categorical"] = lambda x, *_a, **_k: Absorber("Categorical", {"codes": _whole(library, x)})
    names["isnull"] = names["isna"] = lambda x: x != x
    names["to_numeric"] = lambda x, *_a, **_k: x
    names["cut"] = lambda x, *_a, **_k: x
    return Namespace("pandas", names)


def _values(x):
    return x.values if isinstance(x, Table) else x


def _whole(library, x):
    """Return the labels of a column as integers from 0 on."""
    return _values(x).reshape(-1).astype(int)


def _dummies(library, x):
    if isinstance(x, Table) and x.shape[1] > 1:
        return x
    rows = data.OneHot(library).fit_transform(_values(x).reshape(-1))
    return Table(library, rows)


def _joined(library, parts, axis):
    tables = [part.values if isinstance(part, Table) else part.reshape((-1, 1)) for part in parts]
    names = [name for part in parts if isinstance(part, Table) for name in part.names]
    values = library.numpy["concatenate"](tables, axis=1 if axis in (1, "columns") else 0)
    return Table(library, values, names if axis in (1, "columns") and len(names) == values.shape[1] else None)


class Table:
    """A table of pandas.

    Args:
        library: The modules of the program.
        values: The numbers, an array with two axes.
        names: The names of the columns, or None if the program has not named them yet. Then a name that it uses is the
            label, which is in the first and in the last column, or the next column.
    """

    is_made_array = True
    SAME = frozenset((
        "sample", "dropna", "copy", "fillna", "reset_index", "sort_values", "replace", "set_index", "infer_objects",
        "drop_duplicates", "round", "interpolate", "convert_dtypes", "rename", "sort_index", "select_dtypes", "shift",
        "applymap", "ffill", "bfill", "reindex",
    ))  # fmt: skip
    REDUCED = frozenset(("mean", "std", "min", "max", "sum", "var", "median", "any", "all"))

    def __init__(self, library, values, names=None):
        self.library = library
        self.values = values
        self.names = names if names is not None else [None] * values.shape[1]

    @property
    def shape(self):
        """The numbers of rows and columns."""
        return self.values.shape

    def place(self, name):
        """Return the column with a name. A new name gets the column of labels, or the next one without a name."""
        if name in self.names:
            return self.names.index(name)
        if isinstance(name, int) and 0 <= name < self.shape[1]:
            return name
        free = [j for j, own in enumerate(self.names) if own is None]
        if not free:
            raise KeyError(name)
        label = isinstance(name, str) and LABELS.search(name)
        found = (0 if free[0] == 0 else free[-1]) if label or len(free) == 1 else free[1] if free[0] == 0 else free[0]
        self.names[found] = name
        return found

    def chosen(self, places):
        """Return the table of some columns."""
        return Table(self.library, self.values[:, list(places)], [self.names[j] for j in places])

    def drop(self, labels=None, axis=0, columns=None, inplace=False, **_keywords):
        """Return the table without some columns."""
        names = labels if columns is None else columns
        if columns is None and axis not in (1, "columns"):
            return self
        names = [names] if isinstance(names, (str, int)) else [n for n in names if n is not None]
        gone = {self.place(name) for name in names if name in self.names or None in self.names}
        gone = gone if len(gone) < self.shape[1] else set()
        rest = self.chosen([j for j in range(self.shape[1]) if j not in gone])
        if inplace:
            self.values, self.names = rest.values, rest.names
            return None
        return rest

    def read_attribute(self, name):
        """Return an attribute of the table, or a column for any other name."""
        if name in ("values", "shape", "drop"):
            return getattr(self, name)
        if name in ("iloc", "loc", "iat", "at"):
            return _Rows(self)
        if name in ("to_numpy", "as_matrix", "to_records"):
            return lambda *_a, **_k: self.values
        if name in self.SAME:
            return lambda *_a, **_k: self
        if name in ("head", "tail", "nlargest"):
            return lambda n=5, *_a: self._cut(slice(0, int(n)) if name == "head" else slice(-int(n), None))
        if name in self.REDUCED:
            return lambda *_a, axis=0, **_k: getattr(self.values, name, self._median)(axis=0 if axis is None else axis)
        if name == "astype":
            return lambda kind=None, *_a, **_k: (
                self if isinstance(kind, (str, dict)) else Table(self.library, self.values.astype(kind), self.names)
            )
        if name == "columns":
            return Columns([own if own is not None else j for j, own in enumerate(self.names)])
        if name == "index":
            return list(range(self.shape[0]))
        if name == "T":
            return Table(self.library, self.values.T)
        if name in ("size", "ndim"):
            return getattr(self.values, name)
        if name == "empty":
            return False
        if name in ("iterrows", "itertuples"):
            return lambda *_a, **_k: [(i, self.values[i]) for i in range(self.shape[0])]
        if name == "pop":
            return self._popped
        if name in ("apply", "transform"):
            return self._applied
        if name in ("isnull", "isna", "duplicated"):
            return lambda *_a: Table(self.library, self.values != self.values, self.names)
        if name in ("describe", "info", "corr", "hist", "plot", "groupby", "dtypes", "to_csv", "memory_usage", "style"):
            return Absorber(name)
        return self.values[:, self.place(name)]

    def _median(self, axis=0):
        return self.library.numpy["median"](self.values, axis=axis)

    def _cut(self, rows):
        return Table(self.library, self.values[rows], self.names)

    def _popped(self, name):
        column = self[name]
        self.drop(name, axis=1, inplace=True)
        return column

    def _applied(self, function, axis=0, **_keywords):
        if axis in (1, "columns"):
            return self.library.numpy["array"]([function(self.values[i]) for i in range(self.shape[0])])
        parts = [function(self.values[:, j]) for j in range(self.shape[1])]
        if not all(isinstance(part, Array) and part.shape == (self.shape[0],) for part in parts):
            return self
        return Table(self.library, self.library.numpy["stack"](parts, axis=1), self.names)

    def __getitem__(self, key):
        if isinstance(key, (str, int)) and not isinstance(key, bool):
            return self.values[:, self.place(key)]
        if isinstance(key, list) and key and not all(isinstance(k, bool) for k in key):
            return self.chosen([self.place(k) for k in key])
        if isinstance(key, (Array, slice)):
            return self._cut(key)
        return self

    def __setitem__(self, key, value):
        names = key if isinstance(key, list) else [key]
        for i, name in enumerate(names):
            value = _values(value)
            whole = isinstance(value, Array) and value.ndim == 2
            column = value[:, i] if whole else value
            if name not in self.names and None not in self.names:
                if not isinstance(column, Array):
                    column = self.library.numpy["full"](self.shape[0], column)
                self.values = self.library.numpy["concatenate"]([self.values, column.reshape((-1, 1))], axis=1)
                self.names = [*self.names, name]
                continue
            place = self.place(name)
            parts = [self.values[:, j] if j != place else column for j in range(self.shape[1])]
            parts = [p if isinstance(p, Array) else self.library.numpy["full"](self.shape[0], p) for p in parts]
            self.values = self.library.numpy["stack"](parts, axis=1)

    def __len__(self):
        return self.shape[0]

    def __iter__(self):
        return iter(self.read_attribute("columns"))


def _operator(name):
    def operate(self, other=None):
        other = _values(other)
        found = getattr(self.values, name)(*(() if name == "__neg__" else (other,)))
        return Table(self.library, found, self.names)

    return operate


for _name in [
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "pow",
    "neg",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
]:
    setattr(Table, f"__{_name}__", _operator(f"__{_name}__"))
Table.__hash__ = object.__hash__  # type: ignore[method-assign]  # __eq__ above took it away


class Columns(list):
    """The names of columns, a list with the methods of an index of pandas."""

    readable = frozenset(("values", "tolist", "to_list", "drop", "difference", "size"))

    @property
    def values(self):
        """The names."""
        return self

    @property
    def size(self):
        """The number of names."""
        return len(self)

    def tolist(self):
        """Return the names as a list."""
        return list(self)

    to_list = tolist

    def drop(self, names):
        """Return the names without some of them."""
        gone = [names] if isinstance(names, str) else list(names)
        return Columns([name for name in self if name not in gone])

    difference = drop


class _Rows:
    """The rows and columns of a table, as ``iloc`` and ``loc`` give them."""

    readable: frozenset[str] = frozenset()

    def __init__(self, table):
        self.table = table

    def read_attribute(self, name):
        """Return nothing: this object has no attributes that are read."""
        raise AttributeError(name)

    def __getitem__(self, key):
        table = self.table
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(columns, str):
            return table.values[rows, table.place(columns)]
        if isinstance(columns, list):
            columns = [table.place(c) for c in columns]
        if isinstance(columns, slice) and any(isinstance(x, str) for x in (columns.start, columns.stop)):
            first = 0 if columns.start is None else table.place(columns.start)
            last = table.shape[1] - 1 if columns.stop is None else table.place(columns.stop)
            columns = slice(first, last + 1)
        if isinstance(rows, list) and isinstance(columns, list):
            rows, found = slice(None), table.values[rows]
        else:
            found = table.values
        found = found[rows, columns]
        if not isinstance(found, Array) or found.ndim < 2:
            return found
        whole = list(range(table.shape[1]))
        names = [table.names[j] for j in (columns if isinstance(columns, list) else whole[columns])]
        return Table(table.library, found, names if len(names) == found.shape[1] else None)

    def __setitem__(self, key, value):
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        self.table.values[rows, self.table.place(columns) if isinstance(columns, str) else columns] = _values(value)


def column_method(library, column, name):
    """Return a method of pandas for a column, which is an array here, or None for any other name.

    Words in a column are replaced by the numbers of their classes, from 0 on.
    """
    numpy = library.numpy
    if name == "values":
        return column
    if name in ("to_numpy", "sample", "dropna", "fillna", "reset_index", "sort_values", "infer_objects"):
        return lambda *_a, **_k: column.copy()
    if name in ("to_list", "tolist"):
        return lambda: column.tolist()
    if name in ("map", "replace", "apply", "transform"):
        return lambda what=None, *more, **_k: _mapped(library, column, what)
    if name == "where":
        return lambda condition, other=0.0: numpy["where"](condition, column, other)
    if name == "unique":
        return lambda: numpy["unique"](column)
    if name == "nunique":
        return lambda *_a: int(numpy["unique"](column).size)
    if name == "head":
        return lambda n=5: column[: int(n)]
    if name in ("iloc", "loc", "str"):
        return column
    if name == "index":
        return list(range(column.shape[0]))
    if name in ("isnull", "isna"):
        return lambda: column != column
    if name == "cat":
        return Absorber("cat", {"codes": column.astype(int)})
    if name in ("value_counts", "describe", "plot", "hist", "name", "dtypes"):
        return Absorber(name)
    return None


def _mapped(library, column, what):
    """Return a column whose entries are replaced by a function, or by the values of a dict in their order."""
    numpy = library.numpy
    if isinstance(what, dict):
        values, labels = list(what.values()), [int(getattr(x, "data", x)) for x in column.elements()]
        if not values:
            return column
        return library.machine.track(numpy["array"]([values[label % len(values)] for label in labels]))
    if callable(what):
        return numpy["array"]([what(x) for x in column.elements()])
    return column
