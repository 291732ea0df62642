"""Made images in place of those that a program reads with PIL, OpenCV and the like, and made sets of images."""

import ast

from autograd.grading.code import data
from autograd.grading.code.files import PROSE
from autograd.grading.code.objects import Absorber, Namespace

__all__ = ["MadeImage", "namespace"]

SIDE, SMALL_SIDE = 28, 6


def namespace(library, name):
    """Return a module that reads images or a set of images, or None for another name."""
    makers = {
        "PIL": _pil, "cv2": _cv2, "imageio": _readers, "skimage": _readers, "mlxtend": _mlxtend, "idx2numpy": _idx,
        "mnist": _mnist, "mnist_loader": _loader, "dataset": _dataset, "torchvision": _torchvision, "emnist": _mnist,
        "datasets": _hub, "urllib": _network, "requests": _network,
    }  # fmt: skip
    top = name.split(".")[0]
    return makers[top](library) if top in makers else None


# --- Single images


def made_image(library, width=None, height=None, colors=0):
    """Return an image as an array of whole numbers from 0 to 255, all different from each other where possible.

    Args:
        library: The modules of the program.
        width: The width, or None for the one that a program with 28 by 28 images expects, and a small one else.
        height: The height.
        colors: The number of colors, or 0 for a gray image without an axis of colors.
    """
    pixels = library.sizes.get(SIDE * SIDE)
    height = height or (1 if pixels else _side(library))
    width = width or pixels or _side(library)
    library.seen_images = getattr(library, "seen_images", 0) + 1
    shift = 31 * library.seen_images
    shape = (height, width, colors) if colors else (height, width)
    count = height * width * (colors or 1)
    library.made.append(f"an image is a made one of {' by '.join(map(str, shape))} numbers")
    return library.numpy["array"]([(53 * i + shift + i * i % 7) % 256 for i in range(count)]).reshape(shape)


def _side(library):
    whole = {n.value for n in ast.walk(library.machine.tree) if isinstance(n, ast.Constant) and type(n.value) is int}
    return SIDE if whole & {SIDE, SIDE * SIDE} else SMALL_SIDE


class MadeImage:
    """An image of PIL."""

    readable = frozenset((
        "convert", "resize", "size", "mode", "getdata", "crop", "rotate", "transpose", "show", "save", "width",
        "height", "thumbnail", "close", "copy", "load", "getpixel", "filter", "point",
    ))  # fmt: skip

    is_made_array = True

    def __init__(self, library, width=None, height=None, colors=0):
        self.library = library
        self.values = made_image(library, width, height, colors)
        self.mode = "RGB" if colors else "L"

    @property
    def size(self):
        """The width and the height."""
        return self.values.shape[1], self.values.shape[0]

    @property
    def width(self):
        """The width."""
        return self.values.shape[1]

    @property
    def height(self):
        """The height."""
        return self.values.shape[0]

    def convert(self, mode="L", *_args, **_keywords):
        """Return the image in gray or in colors."""
        width, height = self.size
        return MadeImage(self.library, width, height, 3 if mode in ("RGB", "YCbCr", "HSV") else 0)

    def resize(self, size, *_args, **_keywords):
        """Return the image with another size."""
        width, height = [int(n) for n in size]
        return MadeImage(self.library, width, height, 3 if self.mode == "RGB" else 0)

    def copy(self, *_args, **_keywords):
        """Return the image."""
        return self

    rotate = transpose = crop = filter = point = copy

    def getdata(self, *_args):
        """Return all pixels in a row."""
        return self.values.reshape(-1)

    def getpixel(self, place):
        """Return one pixel."""
        column, row = [int(n) for n in place]
        return self.values[row, column]

    def show(self, *_args, **_keywords):
        """Do nothing."""

    save = thumbnail = close = load = show


def _pil(library):
    image = {"open": lambda *_a, **_k: MadeImage(library), "fromarray": lambda x, *_a, **_k: Absorber("image")}
    image |= {"new": lambda mode="L", size=(6, 6), *_a: MadeImage(library, *map(int, size))}
    space = Absorber("PIL.Image", image)
    return Absorber(
        "PIL", {"Image": space, "ImageOps": Absorber("ImageOps", {"invert": lambda x: x, "grayscale": lambda x: x})}
    )


def _cv2(library):
    numpy = library.numpy

    def read(_name="", flag=1, *_args):
        return made_image(library, colors=0 if flag == 0 else 3)

    def resize(image, size=None, *_args, **_keywords):
        width, height = [int(n) for n in size]
        return made_image(library, width, height, image.shape[2] if len(image.shape) == 3 else 0)

    def gray(image, *_args):
        return made_image(library, image.shape[1], image.shape[0]) if len(image.shape) == 3 else image

    def threshold(image, level, largest, *_args):
        return level, numpy["where"](image > level, int(largest), 0)

    known = {
        "imread": read, "resize": resize, "cvtColor": gray, "threshold": threshold, "IMREAD_GRAYSCALE": 0,
        "IMREAD_COLOR": 1, "GaussianBlur": lambda x, *_a, **_k: x, "bitwise_not": lambda x: 255 - x,
        "flip": lambda x, *_a: x, "THRESH_BINARY": 0, "COLOR_BGR2GRAY": 6, "COLOR_RGB2GRAY": 7,
    }  # fmt: skip
    return Absorber("cv2", known)


def _readers(library):
    def read(*_args, **keywords):
        gray = keywords.get("as_gray") or keywords.get("mode") or keywords.get("flatten")
        return made_image(library, colors=0 if gray or _side(library) == SIDE else 3)

    def resize(_image, size, *_args, **_keywords):
        sides = [int(n) for n in size]
        return made_image(library, sides[1], sides[0], sides[2] if len(sides) > 2 else 0)

    names = {"imread": read, "resize": resize, "rgb2gray": lambda x: made_image(library, x.shape[1], x.shape[0])}
    known = {part: Absorber(part, names) for part in ("io", "transform", "color", "v2", "v3")}
    return Absorber("images", names | known)


# --- Sets of images


def _pair(library, name="train", flat=False):
    files = library.files
    images, labels = files.images(name), files.labels(name)
    height, width = files.sides()
    return (images if flat else images.reshape((images.shape[0], height, width))), labels


def _mlxtend(library):
    names = {"loadlocal_mnist": lambda *_a, **_k: _pair(library, _k.get("images_path", "train"), flat=True)}
    names |= {"mnist_data": lambda: _pair(library, flat=True)}
    names |= {"iris_data": lambda: data.namespace(library, "sklearn").names["load_iris"](return_X_y=True)}
    return Absorber("mlxtend", {**names, "data": Absorber("mlxtend.data", names)})


def _idx(library):
    def read(name="", *_args):
        name = getattr(name, "name", name)
        images, labels = _pair(library, str(name))
        return labels if "label" in str(name) else images

    return Absorber("idx2numpy", {"convert_from_file": read, "convert_from_string": read})


class Reader:
    """The reader of the package ``python-mnist``, whose images are lists."""

    readable = frozenset(("load_training", "load_testing", "gz", "train_images", "train_labels", "display"))
    gz = False

    def __init__(self, library):
        self.library = library

    def _lists(self, name):
        images, labels = _pair(self.library, name, flat=True)
        return images.tolist(), labels

    def load_training(self):
        """Return the images as lists, and their labels."""
        return self._lists("train")

    def load_testing(self):
        """Return images of a test as lists, and their labels."""
        return self._lists("t10k")

    def display(self, *_args):
        """Return a text."""
        return ""

    def write_attribute(self, _name, _value):
        """Set an attribute, which changes nothing."""


def _mnist(library):
    names = data.namespace(library, "keras").names
    names |= {
        "MNIST": lambda *_a, **_k: Reader(library), "EMNIST": lambda *_a, **_k: Reader(library),
        "train_images": lambda *_a: _pair(library)[0], "train_labels": lambda *_a: _pair(library)[1],
        "test_images": lambda *_a: _pair(library, "t10k")[0], "test_labels": lambda *_a: _pair(library, "t10k")[1],
        "extract_training_samples": lambda *_a: _pair(library), "extract_test_samples": lambda *_a: _pair(library),
        "load_mnist": lambda *_a, **k: _flat_sets(library, **k), "init": lambda *_a: None,
        "load": lambda *_a: (*_pair(library, flat=True), *_pair(library, "t10k", flat=True)),
    }  # fmt: skip
    names["loader"] = Namespace("mnist.loader", names)
    return Namespace("mnist", names)


def _flat_sets(library, normalize=True, flatten=True, one_hot_label=False, **_keywords):
    """Return both sets of the book "Deep Learning from Scratch", whose module ``dataset.mnist`` gives numbers to 1."""
    found = []
    for name in ("train", "t10k"):
        images, labels = _pair(library, name, flat=True)
        images = images if not normalize or data.scale_of(library) == 1 else images / 255.0
        if not flatten:
            images = images.reshape((images.shape[0], 1, *library.files.sides()))
        found.append((images, data.OneHot(library, 10).fit_transform(labels) if one_hot_label else labels))
    return tuple(found)


def _dataset(library):
    names = {"load_mnist": lambda *_a, **k: _flat_sets(library, **k)}
    return Absorber("dataset", {"mnist": Namespace("dataset.mnist", names), **names})


def _loader(library):
    """Return the module ``mnist_loader`` of the book "Neural Networks and Deep Learning"."""
    array = library.numpy["array"]

    def wrapped(name, one_hot):
        images, labels = _pair(library, name, flat=True)
        rows = [images[i].reshape((images.shape[1], 1)) for i in range(images.shape[0])]
        whole = [int(x) for x in labels.elements()]
        goals = [array([[float(k == n)] for k in range(10)]) for n in whole] if one_hot else whole
        return [(x, library.machine.track(t) if one_hot else t) for x, t in zip(rows, goals, strict=True)]

    names = {
        "load_data_wrapper": lambda *_a: (wrapped("train", True), wrapped("t10k", False), wrapped("t10k", False)),
        "load_data": lambda *_a: tuple(_pair(library, name, flat=True) for name in ("train", "t10k", "t10k")),
    }
    return Namespace("mnist_loader", names)


class ImageSet:
    """A set of images of ``torchvision``: pairs of an image and its label."""

    readable = frozenset(("data", "targets", "train_data", "train_labels", "test_data", "test_labels", "classes"))
    classes = tuple(str(k) for k in range(10))

    def __init__(self, library, train=True):
        self.data, self.targets = _pair(library, "train" if train else "t10k")
        self.train_data = self.test_data = self.data
        self.train_labels = self.test_labels = self.targets

    def __len__(self):
        return self.data.shape[0]

    def __getitem__(self, i):
        image = self.data[int(i)]
        return (image / 255.0).reshape((1, *image.shape)), self.targets[int(i)]

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def read_attribute(self, name):
        """Return an attribute."""
        if name not in self.readable:
            raise AttributeError(name)
        return getattr(self, name)


def _torchvision(library):
    sets = dict.fromkeys(
        ("MNIST", "FashionMNIST", "KMNIST", "EMNIST"), lambda *_a, train=True, **_k: ImageSet(library, bool(train))
    )
    return Absorber("torchvision", {"datasets": Absorber("torchvision.datasets", sets)})


def _hub(library):
    """Return the module ``datasets``, whose texts are made ones."""

    def load(*_args, **_keywords):
        library.made.append("the texts of a data set are made ones")
        columns = {"text": PROSE.splitlines(), "label": [0, 1, 0]}
        return columns if "split" in _keywords else dict.fromkeys(("train", "test", "validation"), columns)

    return Absorber("datasets", {"load_dataset": load})


def _network(library):
    """Return a module that reads pages, whose content is that of a made file."""

    def get(*_args, **_keywords):
        file = library.files.open("page", "r")
        return Absorber("response", {"text": file.text or file.files.text(), "status_code": 200, "ok": True})

    def open_page(*_args, **_keywords):
        return library.files.open("page", "r")

    request = Absorber(
        "urllib.request", {"urlopen": open_page, "urlretrieve": lambda url, name=None, *_a: (name, None)}
    )
    return Absorber("network", {"get": get, "request": request, "urlopen": open_page})
