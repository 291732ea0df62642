"""A module imports only from floors below its own. CONTRIBUTING.md explains the rooms; this holds them to it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = [
    ["autograd.errors", "autograd._uncompiled"],
    ["autograd.algebra"],
    ["autograd.primitives"],
    ["autograd.value"],
    ["autograd.sums", "autograd.sweep"],
    ["autograd.graph", "autograd.functions", "autograd.copying"],
    ["autograd.transforms"],
    ["autograd.checking"],
    *[
        [f"autograd.derivation.{room}" if room else "autograd.derivation" for room in floor.split(",")]
        for floor in (
            "conventions,expressions,trees",
            "field,folding,lexing,network",
            "fitting,from_latex,from_text,numbering,printing",
            "readers,sampling,structure",
            "formulas,names",
            "equations",
            "matrices,report,steps,vocabulary",
            "claims,edits,proof",
            "diagnosis",
            "grading",
            "derivation",
            ",sheets",
        )
    ],
    ["autograd.drawing.marks", "autograd.drawing.rendering"],
    ["autograd.drawing.page", "autograd.drawing.pictures"],
    ["autograd.drawing.drawing", "autograd.drawing.stepping"],
    ["autograd.drawing"],
    [
        "autograd.native.loops",
        "autograd.native.machine",
        "autograd.native.recording",
        "autograd.native.registers",
        "autograd.native.samples",
    ],
    ["autograd.native.calls", "autograd.native.elementary", "autograd.native.places", "autograd.native.rolling"],
    ["autograd.native.forms"],
    ["autograd.native.lowering"],
    ["autograd.native.emitting", "autograd.native.listing", "autograd.native.trouble"],
    ["autograd.native.kernels"],
    ["autograd.native.programs"],
    [
        "autograd.native.compiling",
        "autograd.native.halves",
        "autograd.native.shuffling",
        "autograd.native.splitting",
        "autograd.native.totals",
    ],
    ["autograd.native.training"],
    ["autograd.native"],
    ["autograd.mutants.engine"],
    ["autograd.mutants.faults"],
    ["autograd.mutants.suites"],
    ["autograd.mutants.plugin"],
    ["autograd.mutants"],
    ["autograd"],
    ["autograd.__main__", "nn.layers", "nn.losses", "nn.optimizers"],
    ["nn.deltas", "nn.saving"],
    ["nn.film_page", "nn.native", "nn.plots"],
    ["nn.cluster", "nn.film"],
    ["nn.training"],
    ["nn"],
]
FLOOR = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}
HEADERS = {"autograd.slab"}  # C declarations, which Python never imports


def project_imports(source):
    """The modules of this project that a source imports, wherever in it; ``from package import module`` included."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = (node.module or "").removeprefix("cython.cimports.")
            names = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in FLOOR else base for alias in node.names]
        found |= {name for name in names if name.split(".")[0] in ("autograd", "nn")}
    return found


def climbs(module, source):
    found = project_imports(source) - HEADERS
    return sorted(name for name in found if FLOOR.get(name, len(FLOORS)) >= FLOOR[module])


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for package in ("autograd", "nn") for path in sorted((ROOT / package).rglob("*.py"))}


def test_every_module_has_a_floor_and_every_floor_its_modules():
    assert set(MODULES) == set(FLOOR)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_below(module):
    assert climbs(module, MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", MODULES)
def test_no_import_of_the_project_hides_in_a_function(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    # these import what few programs use when it is asked for, so that importing the packages stays quick
    allowed = {"autograd": ["__getattr__"], "nn.training": ["_film", "_native", "_spread"]}
    functions = [f for f in functions if f.name not in allowed.get(module, ())]
    assert [name for f in functions for name in project_imports(ast.unparse(f))] == []


def test_the_contributors_table_is_this_one():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ") and "`autograd/" in line]
    written = {
        room.strip("` ").removesuffix(".py").replace("/", "."): int(n) for n, rooms in rows for room in rooms.split(",")
    }
    written = {name.removesuffix(".__init__"): floor for name, floor in written.items()}
    assert written == {name: floor for name, floor in FLOOR.items() if name.startswith("autograd")}


@pytest.mark.parametrize(
    "source",
    [
        "from autograd.value import Value",
        "from autograd import value",
        "import autograd.graph",
        "import nn",
        "from autograd import something_new",
        "def f():\n    from autograd import sweep",
        "if compiled:\n    from cython.cimports.autograd.value import Value",
    ],
)
def test_the_check_sees_a_climb(source):
    assert climbs("autograd.primitives", source)


def test_the_check_allows_what_is_below():
    assert (
        climbs("autograd.value", "import math\nfrom autograd import primitives\nfrom autograd.errors import GraphError")
        == []
    )
