"""The notebooks run from top to bottom in kernels of their own, and were committed with their outputs."""

import contextlib
import html
import io
import math
import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import deltagrad
from autograd.drawing.widgets import PAGES

pytestmark = pytest.mark.notebook

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def formulas(notebook):
    """Return the LaTeX that the cells show."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data["text/latex"] for output in outputs if "text/latex" in output.get("data", {})]


def drawings(notebook):
    """Return the texts of each drawing, in order. Their places depend on the fonts and the version of Graphviz."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [output.data["image/svg+xml"] for output in outputs if "image/svg+xml" in output.get("data", {})]
    return ["\n".join(re.findall(r"<text[^>]*>([^<]*)</text>", "".join(drawing))) for drawing in found]


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
TIMES = {"6_machine_speed"}  # its output differs from run to run


def texts(notebook):
    """Return what each cell prints, and its result as plain text. A kernel may send printed text in several parts."""
    found = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        found.append("".join([o.text for o in outputs if o.output_type == "stream"]))
        found += [o.data.get("text/plain", "") for o in outputs if "data" in o]
    return found


def differences(ours, theirs, numbers=True):
    """Return the places at which two lists of texts differ in a word, or in a number by more than rounding."""
    if len(ours) != len(theirs):
        return [f"{len(ours)} outputs and {len(theirs)}"]
    found = []
    for a, b in zip(ours, theirs, strict=True):
        pairs = zip(NUMBER.findall(a), NUMBER.findall(b), strict=False)
        close = all(math.isclose(float(x), float(y), rel_tol=1e-5, abs_tol=1e-9) for x, y in pairs)
        if NUMBER.sub("#", a) != NUMBER.sub("#", b) or (numbers and not close):
            found.append(f"{a!r} and {b!r}")
    return found


def test_the_comparison_sees_a_word_and_a_number_but_no_rounding():
    assert differences(["loss 0.25 of 3"], ["loss 0.2500000001 of 3"]) == []
    assert differences(["1.2e-14"], ["3e-15"]) == []
    for other in ("loss 0.26 of 3", "loss 0.25 of 4", "cost 0.25 of 3", "loss 0.25 of 3 4"):
        assert differences(["loss 0.25 of 3"], [other]) != []
    assert differences(["7.1 ms"], ["9 ms"], numbers=False) == []
    assert differences(["a"], []) != []


def test_the_tour_is_complete():
    assert [path.stem[0] for path in NOTEBOOKS] == list("123456")


@pytest.mark.filterwarnings("ignore")  # the kernel's libraries warn
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_what_was_committed(path, tmp_path, monkeypatch, capsys):
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    room = tmp_path / "notebooks"  # a copy, so that the files that a notebook writes do not stay
    shutil.copytree(FOLDER, room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))  # for the kernel
    there = {p.relative_to(tmp_path) for p in tmp_path.rglob("*")}
    start = time.perf_counter()
    NotebookClient(fresh, timeout=120, resources={"metadata": {"path": str(room)}}).execute()
    with capsys.disabled():
        print(f"\n{path.stem}: {time.perf_counter() - start:.1f} s")
    assert formulas(fresh) == formulas(committed)
    assert differences(drawings(fresh), drawings(committed)) == []
    assert differences(texts(fresh), texts(committed), numbers=path.stem not in TIMES) == []
    for cell in fresh.cells:
        assert not [o for o in cell.get("outputs", []) if o.output_type == "error"]
    left = {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if "__pycache__" not in p.parts}
    assert left - there == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_was_run_in_order_and_says_nothing_of_the_machine(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|usr|Users)/|site-packages| at 0x[0-9a-f]+>", text)
    assert not [o for cell in cells for o in cell.outputs if o.get("name") == "stderr"]
    assert path.stat().st_size < 1_500_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_players_are_those_of_today(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    shown = [o.data["text/html"] for cell in cells for o in cell.outputs if "text/html" in o.get("data", {})]
    players = [html.unescape(text) for text in shown if "<iframe srcdoc=" in text]
    assert len(players) == {"2": 1, "4": 1}.get(path.stem[0], 0)
    for player in players:
        for name in ("explorer.js", "explorer.css"):
            assert (PAGES / name).read_text(encoding="utf-8").strip() in player


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_contents_lead_to_its_headings(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    heads = [head for c in cells for head in re.findall(r"^## (.+)$", c.source, flags=re.MULTILINE)]
    first = cells[0].source
    assert first.startswith(f"# {path.stem[0]}. ")
    assert re.search(r"\*About \d+ minutes\.\*", first)
    assert re.findall(r"\]\(#(.+?)\)(?= ·|\n)", first) == [head.replace(" ", "-") for head in heads]
    assert re.search(r"\*\*(Next|Back to the start):\*\*", cells[-1].source)


def exercises(notebook):
    """Return pairs of an exercise that grades itself and the cell with its solution."""
    cells = notebook.cells
    start = next(k for k, c in enumerate(cells) if c.source.startswith("## An exercise that grades itself"))
    return [
        (cell.source, after.source)
        for cell, after in zip(cells[start:], cells[start + 1 :], strict=False)
        if cell.cell_type == "code" and after.source.startswith("<details><summary>Solution</summary>")
    ]


TEST_OF_TANH = """

def test_tanh():
    x = Value(0.5)
    y = x.tanh()
    y.backward()
    assert abs(x.grad - (1 - y.data**2)) < 1e-12
"""

# For each solution: the numbers of the notebook and the exercise, the mistake, and the text that it replaces.
MENDED = [
    ("1", 0, "lambda y, x: 2 * x", "lambda y, x: 3 * x * x"),
    ("2", 0, "dL/db_h[h] = d_h[h]*a[h]", "dL/db_h[h] = d_h[h]"),
    ("2", 0, "= sum(d_o[o]*w_ho[h,o] for o in O)", "= a[h]*(1 - a[h])*sum(d_o[o]*w_ho[h,o] for o in O)"),
    ("3", 0, "-(t_o - y_o) y_o (1 - y_o)", r"(t_o - y_o)\, y_o (1 - y_o)"),
    ("3", 0, r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h", r"\partial L/\partial w_{ho} = -\delta_o a_h"),
    ("4", 0, r"\delta_o = (p_o - t_o)\, p_o (1 - p_o)", r"\delta_o = p_o - t_o"),
    ("4", 0, r"\delta_h = \sum_o \delta_o w_{ho}", r"\delta_h = (1 - a_h^2) \sum_o \delta_o w_{ho}"),
    ("4", 0, r"w_{ih} + \eta\, \delta_h x_i", r"w_{ih} - \eta\, \delta_h x_i"),
    ("5", 0, "lambda loss, y, t: tanh(y - t),  # an attempt: correct it", "lambda loss, y, t: -tanh(y - t)"),
    ("5", 1, "a, b = Value(1.0), Value(1.0)", "a, b = Value(3.0), Value(2.0)"),
    ("5", 1, "== (1.0, -1.0)", "== (0.5, -0.75)\n" + TEST_OF_TANH),
    ("6", 0, "(1 - H)", "(1 - H**2)"),
    ("6", 0, "D2.mean(axis=0)", "D2.sum(axis=0)"),
]  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_exercises_turn_right_by_their_solutions(path):
    def graded(source, names):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(source, names)
        return re.search(r"^(wrong|not yet|missed)", said.getvalue(), flags=re.MULTILINE) is None

    loss = deltagrad.half_sse(deltagrad.MLP(2, [3, 2], activation="sigmoid", output="sigmoid")([0.5, -1.0]), [0.0, 1.0])
    names = {name: getattr(deltagrad, name) for name in deltagrad.__all__}
    names |= {"derivation": deltagrad.derive(loss), "scaled": [[0.5, -1.0, 0.25, 2.0]]}
    found = exercises(nbformat.read(path, as_version=4))
    assert found
    for k, (source, solution) in enumerate(found):
        assert not graded(source, dict(names))
        for number, exercise, slip, right in MENDED:
            if (number, exercise) == (path.stem[0], k):
                assert source.count(slip) == 1
                assert right in solution
                source = source.replace(slip, right)
        assert graded(source, dict(names))
