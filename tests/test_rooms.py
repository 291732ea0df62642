"""A module imports from its own room and from the rooms before it, without circles; see CONTRIBUTING.md."""

import ast
import functools
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ["engine", "formulas", "grading", "compiler", "drawing", "mutants", "autograd", "nn"]


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for package in ("autograd", "nn") for path in sorted((ROOT / package).rglob("*.py"))}

# C declarations without a Python module, which Python never imports.
HEADERS = {name_of(path) for path in (ROOT / "autograd" / "engine").glob("*.pxd")} - set(MODULES)


def room(module):
    """Return the room of a module. Modules beside the rooms, such as the command line, are in the room ``autograd``."""
    parts = module.split(".")
    return parts[1] if parts[0] == "autograd" and len(parts) > 1 and parts[1] in ROOMS[:6] else parts[0]


def project_imports(source):
    """Return the modules of this project that a source imports anywhere, including ``from package import module``.

    Imports for type checkers alone are left out, because a method may return an object of a later room.
    """
    return imports_in(ast.parse(source))


def imports_in(tree):
    """Return the same for a syntax tree."""
    found, nodes = set(), [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            nodes += node.orelse
            continue
        if isinstance(node, ast.expr):
            continue
        nodes += ast.iter_child_nodes(node)
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = (node.module or "").removeprefix("cython.cimports.")
            names = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names]
        found |= {name for name in names if name.split(".")[0] in ("autograd", "nn")}
    return found - HEADERS


@functools.cache
def imports_of(module):
    return project_imports(MODULES[module].read_text(encoding="utf-8"))


def against_the_order(module, found):
    """Return the imports of a module that lead to a later room, or to no module at all."""
    last = ROOMS.index(room(module))
    return sorted(name for name in found if name not in MODULES or ROOMS.index(room(name)) > last)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_room_and_the_rooms_before(module):
    assert against_the_order(module, imports_of(module)) == []


def test_no_imports_go_in_circles():
    faces = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    graph = {
        # A compiled module may import its own declarations.
        module: {name for name in imports_of(module) - {module} if name not in faces or room(name) != room(module)}
        for module in MODULES
    }
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", MODULES)
def test_no_import_of_the_project_hides_in_a_function(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    # These import at first use what few programs use, so that importing the packages stays quick.
    allowed = {"autograd": ["__getattr__"], "nn": ["__getattr__"]}
    allowed["nn.on_tapes"] = ["_as_product"]
    allowed["autograd.compiler.known_tapes"], allowed["autograd.compiler.programs"] = ["bounded_tape"], ["listing"]
    allowed["nn.training"], allowed["nn.choosing"] = ["_film"], ["_native", "_on_cluster", "for_function"]
    functions = [f for f in functions if f.name not in allowed.get(module, ())]
    assert [name for f in functions for name in imports_in(f)] == []


def test_the_contributors_table_has_every_room_in_order():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip("` ") for line in text.splitlines() if line.startswith(("| `autograd/", "| `nn/"))]
    folders = [f"autograd/{name}/" for name in ROOMS[:6]]
    assert [row for row in rows if row.endswith("/")] == [*folders, "nn/"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("autograd.engine.primitives", "from autograd.formulas.field import Residue"),
        ("autograd.engine.primitives", "from autograd.formulas import field"),
        ("autograd.engine.graph", "from autograd import Value"),
        ("autograd.formulas.derivation", "import autograd.grading.grading"),
        ("autograd.drawing.drawing", "import nn"),
        ("autograd.engine.value", "from autograd.engine import something_new_entirely\nimport autograd.nowhere"),
        ("autograd.formulas.field", "def f():\n    from autograd.compiler import compile"),
        ("autograd.engine.sums", "if compiled:\n    from cython.cimports.autograd.grading.reading.trees import Tree"),
    ],
)
def test_the_check_sees_an_import_against_the_order(module, source):
    assert against_the_order(module, project_imports(source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("autograd.engine.value", "import math\nfrom autograd.engine import primitives"),
        ("autograd.grading.grading", "from autograd.formulas.field import Residue"),
        ("nn.training", "from autograd import Value"),
        ("autograd.engine.sums", "if compiled:\n    from cython.cimports.autograd.engine.value import Value"),
    ],
)
def test_the_check_allows_what_is_in_order(module, source):
    assert against_the_order(module, project_imports(source)) == []
