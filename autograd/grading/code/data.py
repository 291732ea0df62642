"""Made data in place of data that cannot be read, such as files and the data sets of libraries."""

import ast
import math

from autograd.grading.code.objects import MISSING, Instance, Namespace

__all__ = ["ROWS", "OneHot", "made_matrix", "made_numbers", "namespace", "scale_of", "table", "vector"]

ROWS, IMAGES, COLUMNS, CLASSES = 6, 5, 4, 3
PIXELS = 784
PIXEL_RANGES, DIGITS = {127.5, 128.0, 255.0, 256.0}, 16.0
SIZES = {
    "load_iris": (4, 3), "load_digits": (64, 10), "load_breast_cancer": (30, 2), "load_wine": (13, 3),
    "load_diabetes": (10, 0), "load_boston": (13, 0), "fetch_openml": (784, 10), "make_moons": (2, 2),
    "make_circles": (2, 2), "make_blobs": (2, 3), "make_classification": (20, 2), "make_regression": (4, 0),
    "fetch_california_housing": (8, 0),
}  # fmt: skip


def table(library, name, keywords):
    """Return a small table in place of a file of numbers."""
    pixels = library.sizes.get(PIXELS)
    columns = COLUMNS if pixels is None else pixels + 1
    columns = columns if library.layout is None else library.layout.columns
    library.made.append(f"{name} is a made table of {library.rows} rows and {columns} columns")
    scale = scale_of(library)
    numbers = [[scale * x for x in row] for row in made_numbers(library.rows, columns)]
    classes = CLASSES if pixels is None else 10
    classes = classes if library.layout is None else library.layout.classes
    if scale > 1:  # pixels are whole numbers, and so are their labels
        numbers = [[round(x) for x in row] for row in numbers]
    kind = int if scale > 1 else float
    for i, row in enumerate(numbers):  # the labels are in the first or the last column
        row[0], row[-1] = kind((i + 2) % classes), kind((2 * i + 1) % classes)
        if pixels is not None and i % 3:
            row[0] = kind(9)  # one of three rows has the largest label, so that there are ten classes
    return library.machine.track(library.numpy["array"](numbers))


def vector(library, name, whole=True):
    """Return a vector in place of a file with one number a line: a class for each sample, or any numbers."""
    library.made.append(f"{name} is a made vector of {library.rows} {'classes' if whole else 'numbers'}")
    classes = CLASSES if library.layout is None else library.layout.classes
    numbers = [float((2 * i + 1) % classes) for i in range(library.rows)]
    if not whole:
        numbers = [scale_of(library) * row[0] for row in made_numbers(library.rows, 1)]
    return library.machine.track(library.numpy["array"](numbers))


def made_matrix(library, rows, columns, largest=1.0):
    """Return a matrix of different numbers between 0 and 1, or as large as the program expects them."""
    scale = scale_of(library, largest)
    numbers = [[scale * x for x in row] for row in made_numbers(rows, columns)]
    return library.machine.track(library.numpy["array"](numbers))


def scale_of(library, largest=1.0):
    """Return the number by which a program divides pixels, or 1 if it does not.

    With pixels between 0 and 1, divided by 255, every activation would be linear, which hides mistakes.

    Args:
        library: The modules of the program.
        largest: The largest number in the real data; 1 if it is unknown.
    """
    divided = {
        float(part.value)
        for node in ast.walk(library.machine.tree)
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div)
        for part in [node.right if isinstance(node, ast.BinOp) else node.value]
        if isinstance(part, ast.Constant) and type(part.value) in (int, float)
    }
    ranges = PIXEL_RANGES | ({largest, largest - 1} if largest > 1 else set())
    return max(divided & ranges, default=1.0)


def made_numbers(rows, columns):
    """Return rows of different numbers between 0 and 1."""
    return [[((7 * i + 3 * j) % 17 + 0.5 + 0.01 * i * j) / 18 for j in range(columns)] for i in range(rows)]


def labels(library, rows, classes):
    """Return integers below the number of classes, or floats if the number of classes is 0."""
    if classes:
        return library.numpy["array"]([(2 * i + i // 3) % classes for i in range(rows)])
    return library.machine.track(library.numpy["array"]([((5 * i) % 7) / 7 for i in range(rows)]))


def namespace(library, name):
    """Return a namespace that replaces a module of data, or None if the module is unknown."""
    top = name.split(".")[0]
    if top == "sklearn":
        return Namespace("sklearn", _sklearn(library))
    if top in ("tensorflow", "keras"):
        return Namespace(top, _images(library))
    if top == "nnfs":
        names = {
            "spiral_data": lambda *_a, **_k: _spirals(library),
            "vertical_data": lambda *_a, **_k: _spirals(library),
        }
        return Namespace(
            "nnfs", {"init": lambda *_a, **_k: None, "datasets": Namespace("nnfs.datasets", names), **names}
        )
    return None


def _sklearn(library):
    names = {}
    for name, (columns, classes) in SIZES.items():
        names[name] = _loader(library, name, columns, classes)
    names["train_test_split"] = lambda *arrays, **_k: [part for a in arrays for part in (a[:-2], a[-2:])]
    names["OneHotEncoder"] = names["LabelBinarizer"] = lambda **_k: OneHot(library)
    names["StandardScaler"] = names["MinMaxScaler"] = lambda **_k: Scaler()
    names["shuffle"] = lambda *arrays, **_k: list(arrays)
    names["accuracy_score"] = names["confusion_matrix"] = lambda *_a, **_k: 0.0
    for module in ("datasets", "model_selection", "preprocessing", "metrics", "utils"):
        names[module] = Namespace(f"sklearn.{module}", names)
    return names


def _loader(library, name, columns, classes):
    def load(*_args, return_X_y=False, n_features=columns, **_keywords):
        library.columns.add(int(n_features))
        rows, own = library.rows, library.sizes.get(int(n_features), int(n_features))
        library.made.append(f"{name} is made data: {rows} samples of {own} numbers")
        pair = made_matrix(library, rows, own, DIGITS if name == "load_digits" else 1.0), labels(library, rows, classes)
        if return_X_y or name.startswith("make"):
            return pair
        bunch = Bunch(_Bunch)
        side = math.isqrt(own)
        images = pair[0].reshape((rows, side, side) if side * side == own else (rows, 1, own))
        bunch.names.update(data=pair[0], target=pair[1], images=images, feature_names=[], target_names=[])
        return bunch

    return load


class _Bunch:
    """The class of the objects that loaders of data return."""

    name, order, foreign = "Bunch", (), None

    @staticmethod
    def find(_name, after=None):
        return MISSING


class Bunch(Instance):
    """A collection whose members are both attributes and items, like scikit-learn's data sets."""

    def __getitem__(self, key):
        return self.names[key]


def _spirals(library):
    library.made.append(f"the samples of nnfs are made data: {library.rows} samples of 2 numbers")
    return made_matrix(library, library.rows, 2), labels(library, library.rows, CLASSES)


def _images(library):
    def load(*_args, **_keywords):
        least = IMAGES if library.rows == ROWS else library.rows
        library.made.append(f"the images are made data: {least} samples of 28 by 28 numbers")
        pixels, pairs = library.sizes.get(PIXELS), []
        for rows in (max(library.sizes.get(count, least), least) for count in (60_000, 10_000)):
            images = made_matrix(library, rows, pixels or PIXELS)
            pairs.append((images.reshape((rows, 1, pixels) if pixels else (rows, 28, 28)), labels(library, rows, 10)))
        return tuple(pairs)

    names = {
        "load_data": load,
        "to_categorical": lambda y, n=10, **_k: OneHot(library, n).fit_transform(y),
    }
    for name in ("mnist", "fashion_mnist", "datasets", "keras", "utils", "np_utils"):
        names[name] = Namespace(name, names)
    return names


class OneHot:
    """An encoder that turns each label into a row with a single 1."""

    readable = frozenset(("fit", "transform", "fit_transform"))

    def __init__(self, library, classes=None):
        self.library = library
        self.classes = classes

    def fit(self, *_args):
        """Return the encoder."""
        return self

    def fit_transform(self, y, *_args):
        """Return a row for each label."""
        numbers = [int(getattr(x, "data", x)) for x in self.library.numpy["asarray"](y).elements()]
        n = int(self.classes or max(numbers) + 1)
        rows = [[float(k == number) for k in range(n)] for number in numbers]
        return self.library.machine.track(self.library.numpy["array"](rows))

    transform = fit_transform


class Scaler:
    """A scaler that leaves made data unchanged."""

    readable = frozenset(("fit", "transform", "fit_transform", "inverse_transform"))

    def fit(self, *_args):
        """Return the scaler."""
        return self

    def transform(self, x, *_args):
        """Return the numbers."""
        return x

    fit_transform = inverse_transform = transform
