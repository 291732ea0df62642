"""Saved models come back bit for bit, or are refused and the model is unchanged."""

import functools
import hashlib
import json
import math
import os
import random
import stat
import subprocess
import sys
import threading
import tracemalloc

import pytest

from autograd import primitive
from autograd.engine import functions
from nn import MLP, SavedModelError, load, save, saving

EDGES = [0.0, -0.0, 5e-324, -1.7976931348623157e308, math.inf, -math.inf, math.nan, 0.1, 1 / 3]


def model(seed=0):
    return MLP(2, [2, 1], seed=seed)


def bits(m):
    return [p.data.hex() for p in m.parameters()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.json"


def test_every_bit_comes_back(path):
    saved = model()
    for p, x in zip(saved.parameters(), EDGES, strict=True):
        p.data = x
    save(saved, path)
    loaded = model(seed=1)
    load(loaded, str(path))
    assert bits(loaded) == bits(saved)


def test_gradients_are_not_touched(path):
    saved, loaded = model(), model(1)
    save(saved, path)
    for p in loaded.parameters():
        p.grad = 2.0
    load(loaded, path)
    assert all(p.grad == 2.0 for p in loaded.parameters())


def refused(path, message=None, m=None):
    m = m or model(seed=1)
    before = bits(m)
    with pytest.raises(SavedModelError, match=message):
        load(m, path)
    assert bits(m) == before


def test_a_truncated_file_is_refused_at_every_length(path):
    save(model(), path)
    whole = path.read_bytes()
    for n in range(len(whole)):
        path.write_bytes(whole[:n])
        refused(path)


def test_a_flipped_bit_is_refused_wherever_it_is(path):
    save(model(), path)
    whole = path.read_bytes()
    generator = random.Random(0)
    for i in range(len(whole)):
        damaged = bytearray(whole)
        damaged[i] ^= 1 << generator.randrange(8)
        path.write_bytes(bytes(damaged))
        try:
            same = json.loads(bytes(damaged)) == json.loads(
                whole
            )  # white space, or the case of a digit of the checksum
        except ValueError:
            same = False
        if not same:
            refused(path)


def write(path, **changes):
    """Write a file with a right checksum and wrong content."""
    save(model(), path)
    body = json.loads(path.read_text())
    del body["sha256"]
    body.update(changes)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    path.write_text(json.dumps({**body, "sha256": hashlib.sha256(text.encode()).hexdigest()}))


PAIRS = [[f"w{k}", "0x1.0p+0"] for k in range(9)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "something else"}, "another kind of file"),
        ({"version": 3}, "version 3 of the format, this is 2"),
        ({"version": True}, "version True"),
        ({"extra": 1}, "checksum"),
        ({"parameters": {}}, "does not list parameters"),
        ({"parameters": [1, 2]}, "does not list parameters"),
        ({"parameters": []}, "0 parameters and the model has 9"),
        ({"parameters": [["w", "0x1p0"]] * 10**5}, "100000 parameters and the model has 9"),
        ({"parameters": PAIRS}, "'w0' where the model has"),
        ({"parameters": [["w1[1,1]", "one"], *PAIRS[1:]]}, "which is not a number"),
        ({"parameters": [["w1[1,1]", 1], *PAIRS[1:]]}, "which is not a number"),
        ({"parameters": [["w1[1,1]", "0x1p99999"], *PAIRS[1:]]}, "which is not a number"),
        ({"parameters": [["w1[1,1]", None], *PAIRS[1:]]}, "which is not a number"),
    ],
)
def test_foreign_content_is_refused(path, changes, message):
    write(path, **changes)
    refused(path, message)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"\xff\xfe", b"[]", b"3", b"null", b"{}", b"[" * 100_000, b"\x80\x04N."]
)
def test_another_kind_of_file_is_refused(path, content):
    path.write_bytes(content)
    refused(path)


@pytest.mark.parametrize("other", [MLP(2, [1], seed=0), MLP(3, [2, 1], seed=0), MLP(2, [2, 1], bias=False, seed=0)])
def test_a_model_of_another_shape_is_refused(path, other):
    save(model(), path)
    refused(path, "another shape", other)


def test_a_missing_file_is_an_os_error(path):
    with pytest.raises(FileNotFoundError):
        load(model(), path)


def test_a_file_is_replaced_as_a_whole(path, monkeypatch):
    save(model(), path)
    before = path.read_bytes()

    def fails(*_):
        raise OSError("disk full")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fails)
            with pytest.raises(OSError, match="disk full"):
                save(model(seed=1), path)
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == [path.name]
    save(model(seed=1), path)
    assert path.read_bytes() != before


def test_a_folder_that_does_not_exist_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        save(model(), tmp_path / "no" / "model.json")


def test_permissions_are_those_of_any_new_file_and_are_kept(path):
    save(model(), path)
    plain = path.parent / "plain"
    plain.write_text("")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o600)
    save(model(), path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_interrupt_while_numbers_are_written_undoes_the_load(path):
    save(model(), path)
    loaded = model(seed=1)
    before = bits(loaded)

    class Stubborn:
        label, data_ = "b2[1]", 0.0

        @property
        def data(self):
            return self.data_

        @data.setter
        def data(self, data):
            if data != self.data_ or not loaded_once:
                loaded_once.append(1)
                raise KeyboardInterrupt

    loaded_once: list = []

    class Wrapper:
        def parameters(self):
            return [*loaded.parameters()[:-1], Stubborn()]

    with pytest.raises(KeyboardInterrupt):
        load(Wrapper(), path)
    assert bits(loaded) == before


def power(x, n=2):
    return x**n


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * x

    def half(self, x):
        return self.factor * x / 2


def scaling(factor):
    return lambda x: factor * x


ALIKE_BY_NAME = {
    "lambdas": (lambda x: x * x, lambda x: x * x * x),
    "closures": (scaling(2.0), scaling(3.0)),
    "objects": (Scaled(2.0), Scaled(3.0)),
    "methods": (Scaled(2.0).half, Scaled(3.0).half),
    "partials": (functools.partial(power, n=2), functools.partial(power, n=3)),
    "defaults": (lambda x, k=2.0: x * k, lambda x, k=3.0: x * k),
    "functions that raise": (lambda x: x.sqrt(), lambda x: x.log()),
    "in some layers": (["tanh", scaling(2.0), "linear"], ["tanh", scaling(4.0), "linear"]),
}


@pytest.mark.parametrize("how", ALIKE_BY_NAME)
def test_users_activations_are_distinguished_by_what_they_compute(how, path):
    mine, other = ALIKE_BY_NAME[how]
    saved = MLP(2, [3, 2, 1], activation=mine, seed=0)
    save(saved, path)
    again = MLP(2, [3, 2, 1], activation=mine, seed=1)
    load(again, path)
    assert [p.data for p in again.parameters()] == [p.data for p in saved.parameters()]
    model = MLP(2, [3, 2, 1], activation=other, seed=1)
    before = [p.data for p in model.parameters()]
    with pytest.raises(SavedModelError, match="other activations"):
        load(model, path)
    assert [p.data for p in model.parameters()] == before


def test_names_and_the_functions_that_they_stand_for_are_alike(path):
    save(MLP(2, [3, 1], activation=functions.tanh, seed=0), path)
    assert "activations" not in json.loads(path.read_text())
    load(MLP(2, [3, 1], activation="tanh"), path)


@pytest.mark.parametrize("content", [[], None, [[3, 1]], [[3, [1.0]]], "all", [[3, ["x", 1.0, 2.0]]]])
def test_what_a_file_says_of_activations_is_checked(content, path):
    save(MLP(2, [3], activation=[scaling(2.0)], seed=0), path)
    body = json.loads(path.read_text())
    del body["sha256"]
    body["activations"] = content
    path.write_text(json.dumps({**body, "sha256": saving._checksum(body)}))
    if content is None:
        load(MLP(2, [3], activation=[scaling(5.0)]), path)  # files of earlier versions have it like this
        return
    with pytest.raises(SavedModelError, match="other activations"):
        load(MLP(2, [3], activation=[scaling(2.0)]), path)


def test_a_model_with_other_activations_is_refused(path):
    save(MLP(2, [2, 1], activation="sigmoid", seed=0), path)
    other = MLP(2, [2, 1], activation="tanh", seed=1)
    refused(path, r"is of MLP\(2-2-1, sigmoid, linear\) and the model is MLP\(2-2-1, tanh, linear\)", other)


def test_an_object_of_your_own_needs_only_parameters(path):
    class Own:
        def __init__(self, seed):
            self.inner = model(seed)

        def parameters(self):
            return self.inner.parameters()

    save(Own(0), path)
    loaded = Own(1)
    load(loaded, path)
    assert bits(loaded) == bits(Own(0))


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
def test_a_file_without_end_is_refused():
    refused("/dev/zero", "may never end")


def test_an_interrupt_just_after_the_replacement_is_not_hidden(path, monkeypatch):
    replace = os.replace

    def interrupted(*names):
        replace(*names)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(model(), path)
    loaded = model(seed=1)
    load(loaded, path)
    assert bits(loaded) == bits(model())


@pytest.mark.parametrize("depth", [900, 960, 975, 980, 985, 990, 995])
@pytest.mark.parametrize("key", ["parameters", "model", "version", "extra"])
def test_nesting_that_is_just_read_is_refused_as_well(path, depth, key):
    """The checksum requires writing, which allows some levels of nesting less than reading."""
    save(model(), path)
    body = json.loads(path.read_text())
    del body[key if key in body else "model"]
    path.write_text(f'{json.dumps(body)[:-1]}, "{key}": {"[" * depth}{"]" * depth}}}')
    refused(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "9" * 10**5},
        {"model": "MLP(" + "9" * 10**5},
        {"parameters": [["w" * 10**5, "0x1p0"], *PAIRS[1:]]},
        {"parameters": [["w1[1,1]", "x" * 10**5], *PAIRS[1:]]},
        {"parameters": [[["w"] * 10**5, "0x1p0"], *PAIRS[1:]]},
    ],
    ids=str,
)
def test_a_message_does_not_quote_a_whole_file(path, changes):
    write(path, **changes)
    with pytest.raises(SavedModelError) as caught:
        load(model(), path)
    assert len(str(caught.value)) < 600


SIZES = ["MLP(999999999-999999999, tanh, linear)", "MLP(2-2-1)", 10**18, -1, [2] * 1000, {"sizes": [2, 10**9]}, True]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size)[:20])
def test_a_file_that_lies_about_its_sizes_is_refused_in_no_room(path, size):
    """Memory is allocated for the model that is there, and never for the sizes that a file claims."""
    write(path, model=size)
    tracemalloc.start()
    refused(path, "make one like it|not a number|where the model has")
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


def test_a_file_far_larger_than_its_model_is_not_read_to_its_end(path):
    with open(path, "wb") as file:
        file.write(b"[" + b"[]," * 1000)
        file.truncate(1 << 30)
    tracemalloc.start()
    refused(path, "far more than this model's 9 parameters need")
    assert tracemalloc.get_traced_memory()[1] < 64e6
    tracemalloc.stop()


# --- Links, devices and pipes, and files that must not remain


def linked(folder, kind):
    """Return the path to save to, and the file in which the model must be afterwards."""
    target, link = folder / "target.json", folder / "link.json"
    target.write_text("old")
    if kind == "hard":
        os.link(target, link)
    elif kind == "chain":
        (folder / "between").symlink_to(target)
        link.symlink_to("between")
    elif kind == "dangling":
        target.unlink()
        link.symlink_to(target)
    else:
        (folder / "folder").symlink_to(folder, target_is_directory=True)
        link = folder / "folder" / "target.json"
    return link, target


@pytest.mark.parametrize("kind", ["chain", "dangling", "folder", "hard"])
def test_a_link_stays_a_link_and_its_file_is_written(kind, tmp_path):
    link, target = linked(tmp_path, kind)
    before = sorted(os.listdir(tmp_path))
    save(model(), link)
    assert sorted(os.listdir(tmp_path)) == sorted({*before, "target.json"})
    assert link.is_symlink() == (kind in ("chain", "dangling"))
    assert not target.is_symlink()
    loaded = model(seed=1)
    load(loaded, target)
    assert bits(loaded) == bits(model())
    if kind == "hard":
        assert os.stat(link).st_ino == os.stat(target).st_ino


def test_links_that_lead_nowhere_are_refused(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError):  # noqa: PT011 - the system's own message
        save(model(), tmp_path / "a")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_a_device_is_written_to_and_stays_one():
    before = os.stat(os.devnull)
    save(model(), os.devnull)
    after = os.stat(os.devnull)
    assert stat.S_ISCHR(after.st_mode)
    assert after.st_ino == before.st_ino


def test_a_pipe_is_written_to_and_stays_one(tmp_path, path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="No such device"):  # nobody reads the pipe, and saving does not wait for a reader
        save(model(), pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    while not read:
        try:
            save(MLP(20, [100, 1], seed=0), pipe)  # more than a pipe can hold
            break
        except OSError:  # there is no reader yet
            continue
    reader.join()
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    save(MLP(20, [100, 1], seed=0), path)
    assert read == [path.read_bytes()]


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="this system has no paths for open files")
def test_a_pipe_of_this_process_is_written_to(path):
    reading, writing = os.pipe()
    save(model(), f"/dev/fd/{writing}")
    save(model(), path)
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == path.read_bytes()


@pytest.mark.parametrize("how", ["folder", "missing folder", "full"])
def test_what_cannot_be_written_leaves_nothing_behind(how, tmp_path, path, monkeypatch):
    save(model(), path)
    old, before = path.read_bytes(), sorted(os.listdir(tmp_path))
    place = {"folder": tmp_path, "missing folder": tmp_path / "no" / "m.json", "full": path}[how]
    if how == "full":

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):  # noqa: PT011 - there are several messages
        save(model(seed=1), place)
    assert sorted(os.listdir(tmp_path)) == before
    assert path.read_bytes() == old


def test_a_file_with_two_names_keeps_what_was_in_it_where_writing_fails(tmp_path, monkeypatch):
    link, target = linked(tmp_path, "hard")
    failures = [OSError(28, "No space left on device")]
    fsync = os.fsync

    def full_once(descriptor):
        if failures:
            raise failures.pop()
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full_once)
    with pytest.raises(OSError, match="No space left"):
        save(model(), link)
    assert target.read_text() == link.read_text() == "old"


@pytest.mark.parametrize("without", ["O_TMPFILE", "link"])
def test_where_files_without_a_name_cannot_be_made(without, path, tmp_path, monkeypatch):
    if without == "O_TMPFILE":
        monkeypatch.delattr(os, "O_TMPFILE")
    else:

        def refuse(*names, **options):
            raise OSError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    save(model(), path)
    loaded = model(seed=1)
    load(loaded, path)
    assert bits(loaded) == bits(model())
    assert os.listdir(tmp_path) == ["model.json"]


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o777])
def test_permissions_are_those_of_a_new_file_and_its_owner_can_read_it(mask, path):
    before = os.umask(mask)
    try:
        save(model(), path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == (0o666 & ~mask) | 0o600


@pytest.mark.parametrize("kind", [os.fsencode, str, lambda path: path])
def test_paths_of_every_kind(kind, path):
    save(model(), kind(path))
    loaded = model(seed=1)
    load(loaded, kind(path))
    assert bits(loaded) == bits(model())


def test_a_process_that_is_killed_leaves_nothing_behind(tmp_path):
    """The process is killed after the data are written and before they are moved to their place."""
    program = (
        "import os, signal, nn\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"nn.save(nn.MLP(2, [2, 1], seed=0), {str(tmp_path / 'model.json')!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=60)
    assert done.returncode == -9
    assert os.listdir(tmp_path) == []


# --- The activations that a file names


@primitive(partials=lambda y, x: 2 * x)
def saved_square(x):
    return x * x


@primitive(partials=lambda y, x: 3 * x * x)
def saved_cube(x):
    return x * x * x


def test_users_primitives_are_distinguished(path):
    save(MLP(2, [2, 1], activation=saved_square, seed=0), path)
    load(MLP(2, [2, 1], activation=saved_square, seed=1), path)
    with pytest.raises(SavedModelError, match=r"saved_square, linear.* and the model is .*saved_cube, linear"):
        load(MLP(2, [2, 1], activation=saved_cube, seed=1), path)


def test_neurons_of_a_layer_may_differ(path):
    def mixed():
        made = model()
        made.layers[0].neurons[1].activation = "tanh"
        return made

    save(mixed(), path)
    load(mixed(), path)
    with pytest.raises(SavedModelError, match=r"\[relu, tanh\], linear.* and the model is .*2-2-1, relu, linear"):
        load(model(), path)


def test_files_of_earlier_releases_are_read(path):
    """They wrote "custom" for every activation without a ``__name__``."""
    save(MLP(2, [2, 1], activation=saved_square, seed=0), path)
    body = json.loads(path.read_text())
    del body["sha256"]
    body["model"] = "MLP(2-2-1, custom, linear)"
    body.pop("activations", None)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    path.write_text(json.dumps({**body, "sha256": hashlib.sha256(text.encode()).hexdigest()}))
    loaded = MLP(2, [2, 1], activation=saved_cube, seed=1)
    load(loaded, path)
    assert bits(loaded) == bits(model())
    with pytest.raises(SavedModelError, match="custom, linear"):
        load(model(), path)


# --- The text of a file


def test_a_file_can_be_read_by_people(path):
    m = MLP(1, [1], seed=0)
    m.parameters()[0].data, m.parameters()[1].data = 0.1, -0.0
    save(m, path)
    lines = path.read_text().splitlines()
    assert lines[:7] == [
        "{", '  "format": "deltagrad parameters",', '  "version": 2,', '  "model": "MLP(1-1, linear)",',
        '  "parameters": [',
        '    ["w1[1,1]", 0.1],', '    ["b1[1]", -0.0]',
    ]  # fmt: skip
    assert lines[7] == "  ],"
    assert lines[8].startswith('  "sha256": "')


AWKWARD = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 0.30000000000000004, math.pi, math.inf, -math.inf, math.nan]


def test_every_bit_of_every_number_comes_back(path):
    m, again = model(), model()
    for p, number in zip(m.parameters(), AWKWARD, strict=True):
        p.data = number
    save(m, path)
    load(again, path)
    assert bits(again) == bits(m) == [float(x).hex() for x in AWKWARD]


def test_files_with_hexadecimal_numbers_are_read_bit_for_bit(path):
    write(
        path,
        version=1,
        parameters=[[p.label, float(x).hex()] for p, x in zip(model().parameters(), AWKWARD, strict=True)],
    )
    m = model()
    load(m, path)
    assert bits(m) == [float(x).hex() for x in AWKWARD]


@pytest.mark.parametrize("number", [1, True, None, [0.5], {"a": 0.5}, "one", "0x1p99999"])
def test_what_is_no_number_in_a_file_is_refused(path, number):
    parameters = [[p.label, 0.5] for p in model().parameters()]
    parameters[3][1] = number
    write(path, parameters=parameters)
    m = model()
    before = bits(m)
    with pytest.raises(SavedModelError, match="which is not a number"):
        load(m, path)
    assert bits(m) == before


@pytest.mark.parametrize(("beside", "kind"), [("missing", FileNotFoundError), ("file", NotADirectoryError)])
def test_an_error_names_the_path_that_was_given(tmp_path, beside, kind):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / beside)
    for path in (tmp_path / beside / "model.json", tmp_path / "link" / "model.json"):
        with pytest.raises(kind) as raised:
            save(model(), path)
        assert raised.value.filename == str(path)
        assert ".tmp" not in str(raised.value)
