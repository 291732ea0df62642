"""The notebooks run from top to bottom in a kernel of their own, and were committed with their outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def outputs(notebook):
    """What each cell shows, as plain text; what differs from run to run is not compared."""
    shown = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown.append((output.output_type, str(output.get("data", {}).get("text/latex", ""))))
    return shown


@pytest.mark.filterwarnings("ignore")  # of the kernel's machinery
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_what_was_committed(path):
    notebook = nbformat.read(path, as_version=4)
    committed = outputs(notebook)
    assert all(cell.outputs for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())
    fresh = nbformat.read(path, as_version=4)
    NotebookClient(fresh, timeout=120, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert outputs(fresh) == committed
    for cell in fresh.cells:
        assert not [o for o in cell.get("outputs", []) if o.output_type == "error"]
