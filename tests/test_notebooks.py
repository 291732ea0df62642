"""The notebooks run from top to bottom in a kernel of their own, and were committed with their outputs."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def formulas(notebook):
    """The LaTeX that the cells show."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data["text/latex"] for output in outputs if "text/latex" in output.get("data", {})]


def printed(notebook):
    """What each cell prints, without its numbers: times, and the last digits of a sum, differ from run to run."""
    streams = [[o.text for o in cell.get("outputs", []) if o.output_type == "stream"] for cell in notebook.cells]
    return [re.sub(r"-?\d+(\.\d+)?(e[-+]?\d+)?", "#", "".join(texts)) for texts in streams]


def test_the_tour_is_complete():
    assert [path.stem[0] for path in NOTEBOOKS] == list("123456")


@pytest.mark.filterwarnings("ignore")  # of the kernel's machinery
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_what_was_committed(path, tmp_path, monkeypatch):
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    room = tmp_path / "notebooks"  # a copy: what a notebook writes is seen, and does not stay
    shutil.copytree(FOLDER, room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))  # for the kernel
    there = {p.relative_to(tmp_path) for p in tmp_path.rglob("*")}
    NotebookClient(fresh, timeout=120, resources={"metadata": {"path": str(room)}}).execute()
    assert formulas(fresh) == formulas(committed)
    assert printed(fresh) == printed(committed)
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
