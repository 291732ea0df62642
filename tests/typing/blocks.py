"""The Python of the documents and the notebooks as modules for a type checker, one for each document."""

import ast
import json
import re
from pathlib import Path

__all__ = ["modules", "own_functions", "write"]

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def modules():
    """Return the source of each document and notebook by name, with its blocks in their order."""
    found = {}
    for page in [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]:
        blocks = [block for _, block in _BLOCK.findall(page.read_text(encoding="utf-8"))]
        if page.stem == "README":  # each block is a program of its own
            found |= {f"README_{k}": block for k, block in enumerate(blocks, 1)}
        else:
            found[page.stem.replace("-", "_")] = "\n".join(blocks)
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        found[f"notebook_{notebook.stem}"] = "\n\n".join([_without_magics(text) for text in code])
    return {name: source for name, source in found.items() if source.strip()}


def _without_magics(cell):
    if cell.startswith("%%"):
        return ""
    return re.sub(r"^(\s*)[%!].*", r"\1pass", cell, flags=re.MULTILINE)


def own_functions(source):
    """Return the names of the functions and classes that a source defines, mostly without types."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)}


def write(folder):
    """Write the modules into a folder, and return their paths by name."""
    paths = {name: folder / f"{name}.py" for name in modules()}
    for name, source in modules().items():
        paths[name].write_text(source + "\n", encoding="utf-8")
    return paths
