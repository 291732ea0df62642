"""Made files in place of those that a program opens: tables of numbers, prose, images, and collections of arrays."""

import ast
import re

from autograd.grading.code import data
from autograd.grading.code.access import HostError
from autograd.grading.code.layouts import Layout, ends_of, is_table, labels_of, layouts, separator_of
from autograd.grading.code.limits import Unreadable
from autograd.grading.code.objects import Absorber, Namespace
from autograd.grading.code.statements import Raised

__all__ = ["SAVED", "Collection", "Files", "MadeBytes", "MadeFile"]

LABELS = re.compile(r"label|idx1|target|class|(^|_)[yt](_|$)|set_y", re.I)
SAVED = re.compile(r"weight|model|param|checkpoint|ckpt|saved|trained|bias", re.I)
PROSE = (
    "the river runs to the sea and the rain fills the river again.\n"
    "a small boat waits near the old bridge, and nobody asks whose it is.\n"
    "in the evening the lamps are lit one by one along the quay.\n"
)
SIDE = 28
IMAGES_IN_FILE = {"train": 60_000, "test": 10_000}


class Files:
    """The files of one program. Their content is made, with the layout that the program expects.

    Args:
        library: The modules of the program.
    """

    def __init__(self, library):
        self.library = library
        self.known = None

    @property
    def layout(self):
        """The layout of tables: the one that is tried, or the likeliest one."""
        if self.known is None:
            self.known = self.library.layout or (layouts(self.library.machine.tree) or [Layout()])[0]
        return self.known

    def open(self, name="", mode="r", *_args, **_keywords):
        """Return a made file."""
        if any(letter in str(mode) for letter in "wax+"):
            return Absorber("file")
        self.check_saved(name)
        return MadeFile(self, str(name), "b" in str(mode))

    def check_saved(self, name):
        """Raise FileNotFoundError for a file of trained weights that a program tries to read: it was not saved yet."""
        line, tries = self.library.machine.line, ast.walk(self.library.machine.tree)
        tried = any(isinstance(n, ast.Try) and n.body[0].lineno <= line <= n.body[-1].end_lineno for n in tries)
        if tried and SAVED.search(str(name)):
            raise Raised("FileNotFoundError", HostError("FileNotFoundError"))

    def open_packed(self, name="", mode="rb", *_args, **_keywords):
        """Return a made file, which is read as bytes unless its mode says text."""
        return self.open(name, mode if "t" in str(mode) else f"{mode}b")

    def modules(self):
        """Return the modules that read files, by their names."""
        load = {"load": self.unpickled, "loads": self.unpickled, "dump": _nothing, "dumps": _nothing}
        collection = {"File": lambda *_a, **_k: Collection(self), "loadmat": lambda *_a, **_k: Collection(self)}
        return {
            "csv": {"reader": self._rows, "DictReader": self._records, "writer": Absorber("csv")},
            "pickle": {**load, "Unpickler": self._unpickler, "_Unpickler": self._unpickler},
            "json": load,
            "joblib": load,
            "gzip": {"open": self.open_packed, "GzipFile": self.open_packed},
            "bz2": {"open": self.open_packed, "BZ2File": self.open_packed},
            "io": {"open": self.open, "StringIO": self._of_text, "BytesIO": Absorber("io")},
            "codecs": {"open": self.open},
            "struct": {"unpack": _unpacked, "calcsize": lambda _f: 0},
            "array": {"array": lambda _kind, content=(): self.numbers(content)},
            "h5py": collection,
            "mat73": collection,
        }  # fmt: skip

    def _unpickler(self, *_args, **_keywords):
        return _Unpickler(self)

    def _of_text(self, text="", *_args):
        return MadeFile(self, "", False, str(text))

    def namespace(self, name):
        """Return a module that reads files, or None for another name."""
        top = name.split(".")[0]
        names = self.modules().get({"cPickle": "pickle", "_pickle": "pickle", "dill": "pickle"}.get(top, top))
        return Namespace(top, names) if names is not None else None

    # --- Content

    def table(self):
        """Return the rows of a table, as texts."""
        library, layout = self.library, self.layout
        tree = library.machine.tree
        scale = data.scale_of(library)
        words, column = labels_of(tree)
        rows, ends = [], ends_of(tree)
        for i, numbers in enumerate(data.made_numbers(library.rows, layout.columns)):
            row = [str(round(scale * x)) if scale > 1 or layout.whole else f"{scale * x:.4f}" for x in numbers]
            for end in ends:  # the largest label comes first, so that there are as many classes as expected
                row[end] = str((2 * i + layout.classes - 1) % layout.classes)
            if words:
                where = column if column is not None and -len(row) <= column < len(row) else -1
                row[0], row[-1] = f"{numbers[0]:.4f}", f"{numbers[-1]:.4f}"
                row[where] = words[i % len(words)]
            rows.append(row)
        library.made.append(f"a file is a made table of {len(rows)} rows and {layout.columns} columns")
        return rows

    def text(self):
        """Return the text of a file: a table, or prose."""
        tree = self.library.machine.tree
        if is_table(tree):
            separator = separator_of(tree)
            return "".join(separator.join(row) + "\n" for row in self.table())
        self.library.made.append(f"a file is a made text of {len(PROSE)} letters")
        return PROSE

    def images(self, name=""):
        """Return a matrix of images, of which each is a row of pixels."""
        rows, (height, width) = self.count(name), self.sides()
        self.library.made.append(f"the images of a file are {rows} made ones of {height} by {width} numbers")
        scale = data.scale_of(self.library)
        numbers = [
            [round(scale * x) if scale > 1 else x for x in row] for row in data.made_numbers(rows, height * width)
        ]
        return self.library.machine.track(self.library.numpy["array"]([[float(x) for x in row] for row in numbers]))

    def has_colors(self, key):
        """Return True if the images of a file have an axis of colors, because a program reads its length."""
        text = ast.unparse(self.library.machine.tree)
        return "set_x" in key or ".shape[3]" in text

    def colored(self, name=""):
        """Return small images with three colors."""
        rows = self.count(name)
        self.library.made.append(f"the images of a file are {rows} made ones of 2 by 2 numbers in 3 colors")
        numbers = data.made_numbers(rows, 12)
        whole = self.library.numpy["array"]([[round(255 * x) for x in row] for row in numbers])
        return whole.reshape((rows, 2, 2, 3))

    def labels(self, name="", first=0, rows=None):
        """Return labels as integers from ``first`` on."""
        rows, classes = rows or self.count(name), self.layout.classes
        return self.library.numpy["array"]([(2 * i + i // 3 + classes - 1) % classes + first for i in range(rows)])

    def count(self, name):
        """Return the number of images in a file."""
        library, real = self.library, IMAGES_IN_FILE["test" if re.search("t10k|test", str(name)) else "train"]
        return library.sizes.get(real, library.rows)

    def sides(self):
        """Return the height and the width of an image. Smaller sizes of a program are those of a single row."""
        pixels = self.library.sizes.get(SIDE * SIDE)
        return (1, pixels) if pixels else (SIDE, SIDE)

    def numbers(self, content):
        """Return the numbers of made bytes or of a file as an array, and anything else as an array."""
        if isinstance(content, MadeFile):
            content = content.read()
        if isinstance(content, MadeBytes):
            return content.numbers()
        return self.library.numpy["array"](content)

    def parts(self, name=""):
        """Return a set of samples: a matrix and its labels."""
        images = self.images(name)
        return images, self.labels(name)

    def unpickled(self, *_args, **_keywords):
        """Return the collection of arrays in a file."""
        return Collection(self)

    def _rows(self, source=None, *_args, **_keywords):
        lines = source if isinstance(source, list) else None
        separator = separator_of(self.library.machine.tree)
        if lines is None:
            return iter(self.table())
        return iter([line.strip().split(separator) for line in lines])

    def _records(self, *_args, **_keywords):
        return iter([_Record(row) for row in self.table()])


class _Record(dict):
    """A row of a table whose columns have names. Each new name gets the next column."""

    def __init__(self, row):
        super().__init__()
        self.row = row

    def __missing__(self, key):
        self[key] = found = self.row[len(self) % len(self.row)]
        return found


class _Unpickler:
    """A reader of a pickled file."""

    readable = frozenset(("load", "encoding"))

    def __init__(self, files):
        self.files = files
        self.encoding = ""

    def load(self):
        """Return the content of the file."""
        return self.files.unpickled()

    def write_attribute(self, name, value):
        """Set an attribute, which changes nothing."""
        self.encoding = value


class Collection:
    """Arrays of samples by name, as in pickled files and those of MATLAB. Iterated, it is three sets of samples."""

    readable = frozenset(("keys", "get", "close", "files", "items"))
    files = ()

    def __init__(self, files):
        self.files_of_program = files

    def get(self, key, *_default):
        """Return an array."""
        return self[key]

    def keys(self):
        """Return no names."""
        return []

    items = keys

    def close(self):
        """Do nothing."""

    def __getitem__(self, key):
        files = self.files_of_program
        if not isinstance(key, str):
            return files.parts() if isinstance(key, int) else self
        if LABELS.search(key):
            if files.library.ranks.labels == 2:
                return files.library.numpy["array"]([[x] for x in files.labels(key).elements()])
            matlab = "scipy" in files.library.spaces or any(n.startswith("scipy") for n in files.library.spaces)
            found = files.labels(key, first=int(matlab))
            return found.reshape((-1, 1)) if matlab else found
        columns = files.layout.columns - 1
        images = files.library.sizes.get(SIDE * SIDE, SIDE * SIDE) == columns or "image" in key
        if files.has_colors(key):
            return files.colored(key)
        rows = files.count(key)
        if images or files.library.ranks.inputs == 3:
            found = files.images(key)
            return found.reshape((rows, *files.sides())) if files.library.ranks.inputs == 3 else found
        files.library.made.append(f"{key} of a file is a made table of {rows} rows and {columns} columns")
        return data.made_matrix(files.library, rows, columns)

    def read_attribute(self, name):
        """Return a method."""
        if name not in self.readable:
            raise AttributeError(name)
        return getattr(self, name)

    def __iter__(self):
        return iter([self.files_of_program.parts() for _ in range(3)])


class MadeBytes:
    """Bytes of a made file of images or labels, of which a header was read or not."""

    readable: frozenset[str] = frozenset()

    def __init__(self, file):
        self.file = file

    def numbers(self, offset=0):
        """Return the numbers in the bytes, without the header."""
        files, name = self.file.files, self.file.name
        labels = LABELS.search(name) if re.search("image|label|idx", name) else offset == 8 or self.file.header == 2
        array = files.labels(name) if labels else files.images(name).reshape(-1)
        header = self.file.read_header or offset
        if header:
            return array
        front = files.library.numpy["array"]([0] * (8 if labels else 16))
        return files.library.numpy["concatenate"]([front, array])

    def whole(self):
        """Return the number that four bytes of the header stand for."""
        return self.file.field()

    def __iter__(self):
        return iter(self.numbers())

    def __len__(self):
        return self.numbers().size

    def __getitem__(self, key):
        return self

    def read_attribute(self, name):
        """Return nothing: bytes have no attributes that are read."""
        raise AttributeError(name)


class MadeFile:
    """A file that is open for reading."""

    readable = frozenset(("read", "readline", "readlines", "close", "seek", "name", "closed", "__enter__", "readable"))
    closed = False

    def __init__(self, files, name, is_bytes, text=None):
        self.files = files
        self.name = name
        self.is_bytes = is_bytes
        self.text = text
        self.lines = None
        self.header, self.read_header = 0, False

    def read(self, count=-1):
        """Return the rest of the file."""
        if self.is_bytes:
            return MadeBytes(self)
        rest = "".join(self._left())
        self.lines = []
        if count is not None and count >= 0:
            self.lines, rest = [rest[count:]], rest[:count]
        return rest

    def _left(self):
        if self.lines is None:
            self.lines = (self.text if self.text is not None else self.files.text()).splitlines(keepends=True)
        return self.lines

    def readlines(self, *_args):
        """Return the lines that are left."""
        found, self.lines = self._left(), []
        return found

    def readline(self, *_args):
        """Return the next line."""
        return self._left().pop(0) if self._left() else ""

    def __iter__(self):
        while self._left():
            yield self.lines.pop(0)

    def __next__(self):
        if not self._left():
            raise StopIteration
        return self.lines.pop(0)

    def seek(self, *_args):
        """Return to the beginning."""
        self.lines = None

    def close(self):
        """Do nothing."""

    def field(self):
        """Return the next number of the header: the magic number, the count, the height and the width."""
        labels = LABELS.search(self.name) is not None
        fields = [2049 if labels else 2051, self.files.count(self.name), *self.files.sides()]
        self.header, self.read_header = self.header + 1, True
        return fields[min(self.header, 4) - 1]


def _unpacked(form, content, *_offset):
    """Return the numbers of a header, or those of the content."""
    if not isinstance(content, MadeBytes):
        raise Unreadable("bytes that are not the content of a file are not read")
    count = sum(int(n or 1) for n, _ in re.findall(r"(\d*)([a-zA-Z])", str(form)))
    if count <= 4:
        return tuple(content.file.field() for _ in range(count))
    return tuple(content.numbers().elements())


def _nothing(*_args, **_keywords):
    return None
