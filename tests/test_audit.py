"""The code that reads, grades, loads and draws uses no pickle, runs no code of others, and starts only ``dot``.

This is checked twice: for every name in the sources, and for every audit event (PEP 578) of an interpreter that
processes hostile input.
"""

import ast
import sys
from pathlib import Path

import pytest
from test_rooms import MODULES, project_imports

ROOT = Path(__file__).parents[1]

# Names that run code, read objects that are code, start programs, or use a network.
CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
LIBRARIES = {
    "pickle", "_pickle", "cPickle", "marshal", "shelve", "dbm", "dill", "cloudpickle", "joblib", "yaml", "subprocess",
    "pty", "runpy", "code", "codeop", "imp", "importlib", "pkgutil", "zipimport", "ctypes", "cffi", "multiprocessing",
    "concurrent", "asyncio", "socket", "socketserver", "ssl", "http", "urllib", "ftplib", "smtplib", "webbrowser",
    "xml", "builtins", "inspect", "types", "torch",
}  # fmt: skip
OF_OS = ("system", "popen", "exec", "spawn", "posix_spawn", "fork", "startfile", "kill")

# Each exception, and the reason why reading, grading, loading and drawing do not reach it.
ALLOWED = {
    ("autograd", "importlib"): "modules of the project under the names they had before",
    ("autograd._absent_imports", "importlib"): "advice on names that are imported and do not exist",
    ("autograd._moved", "importlib"): "modules of the project under the names they had before",
    ("autograd._moved", "types"): "the same",
    ("autograd.engine.forks", "concurrent"): "imported so that its lock is taken in the right order, and not used",
    ("autograd.engine", "importlib"): "DELTAGRAD_INTERPRETED=1: the engine's own files, from beside this one",
    ("autograd.formulas.derivation", "importlib"): "the grading room, by its name, when a formula is graded",
    ("autograd.compiler", "ctypes"): "machine code for a graph that the program itself recorded",
    ("autograd.compiler", "concurrent"): "two threads for a large batch",
    ("autograd.compiler", "inspect"): "how many arguments a function takes that is to be compiled",
    ("autograd.serving", "http"): "the command playground serves a folder on the loopback address",
    ("autograd.mutants", "importlib"): "a suite is run because its owner asks for that: a command of its own",
    ("autograd.mutants", "types"): "the same",
    ("autograd.mutants", "subprocess"): "the same",
    ("autograd.mutants", "concurrent"): "the same",
    ("autograd.mutants", "os.killpg"): "a run ends with all the processes that it started",
    ("autograd.mutants.forking", "os.fork"): "runs of a suite share the import of its libraries",
    ("autograd.mutants.forking", "os.kill"): "a run ends with all the processes that it started",
    ("autograd.mutants.forking", "runpy"): "a fork is what python -m pytest would be",
    ("autograd.mutants", "ctypes"): "a number narrowed to single precision, which is what one wrong engine does",
    ("autograd.compiler", "importlib"): "its own modules, when they are asked for",
    ("autograd.compiler.text_rules", "builtins"): "max and min choose among texts while a rule is exported",
    ("autograd.compiler.text_rules", "__code__"): "the same rule, with another math",
    ("autograd.compiler.text_rules", "__globals__"): "the same",
    ("autograd.compiler.text_rules", "types"): "the rule of a primitive that is exported, with another math",
    ("autograd.compiler.rebinding", "builtins"): "max and min of a copy, which record what they choose",
    ("autograd.compiler.rebinding", "__code__"): "a copy of the program's own function, to be recorded",
    ("autograd.compiler.rebinding", "__globals__"): "the same",
    ("autograd.compiler.rebinding", "types"): "the same",
    ("autograd.engine.value", "inspect"): "the signature that help shows",
    ("autograd.engine.paused", "inspect"): "the flag that tells the code of a coroutine",
    ("autograd.engine.pausing", "inspect"): "to see whether a decorated function is a generator or a coroutine",
    ("autograd.grading.code.arrays.random_numbers", "importlib"): "NumPy's generators, where NumPy is installed",
    ("autograd.grading.grade_documents", "concurrent"): "documents graded side by side, by --jobs",
    ("autograd.grading.grade_documents", "multiprocessing"): "the same",
    ("autograd.grading.typesetting", "xml"): "the MathML that was made here is checked before it goes into a page",
    (
        "autograd.grading.setting",
        "importlib",
    ): "the teacher's own function, named in the file of --setting alone",
    ("nn.optimizers", "inspect"): "which settings an optimizer has, for advice",
    ("nn.choosing", "importlib"): "to see whether llvmlite is installed",
    ("nn.cluster", "importlib"): "primitives of one's own are looked up in their module by the workers",
    ("nn.cluster", "pickle"): "between the client and the workers of a cluster of one's own",
    ("nn.cluster", "pickle.loads"): "the same",
    ("nn.cluster", "asyncio"): "the same",
    ("nn.cluster", "concurrent"): "the same",
}
# Only this module starts another program: Graphviz's dot, by graphviz.Digraph.pipe, if dot is on the PATH.
STARTS_DOT = "autograd.drawing.rendering"
THIRD_PARTY = {
    "anywidget", "cython", "dask", "distributed", "graphviz", "latex2mathml", "llvmlite", "matplotlib", "mpmath",
    "numpy", "pygraphviz", "pytest", "scipy", "tqdm", "traitlets",
}  # fmt: skip
# The functions that receive the input of others.
DOORS = [
    "autograd.grading.reading.readers", "autograd.grading.grading", "autograd.grading.sheets", "autograd.__main__",
    "autograd.drawing.drawing", "autograd.drawing.stepping", "autograd.formulas.report", "nn.saving", "nn.film",
]  # fmt: skip


def suspicious(source):
    """Return the names in a source that could run something, as a set."""
    found = set()
    tree = ast.parse(source)
    own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    own |= {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("autograd", "nn")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} & LIBRARIES
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0]} & LIBRARIES
        elif isinstance(node, ast.Name):
            found |= {node.id} & ((CALLS - own) | {"__builtins__", "__loader__"})
        elif isinstance(node, ast.Attribute) and node.attr in ("__globals__", "__subclasses__", "__code__", "gi_frame"):
            found.add(node.attr)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "os" and node.attr.startswith(OF_OS):
                found.add(f"os.{node.attr}")
            if node.attr in ("loads", "load") and node.value.id in ("np", "numpy", "pickle", "marshal"):
                found.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
            found.add(node.arg)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_no_source_names_what_runs_code(module):
    allowed = {name for (room, name) in ALLOWED if module == room or (room != "autograd" and module.startswith(room))}
    assert suspicious(MODULES[module].read_text(encoding="utf-8")) <= allowed


@pytest.mark.parametrize("module", MODULES)
def test_no_other_library_is_used(module):
    standard = set(sys.stdlib_module_names)
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    assert found - standard - {"autograd", "nn"} <= THIRD_PARTY


def reachable(module):
    """Return the modules of this project that a module imports, directly or indirectly.

    The packages collect the names of all their modules. So names that are taken from a package are followed one by one.
    """
    found, pending = set(), [module]
    while pending:
        name = pending.pop()
        if name in MODULES and name not in found and name not in ("autograd", "nn"):
            found.add(name)
            pending += project_imports(MODULES[name].read_text(encoding="utf-8")) & set(MODULES)
    return found


@pytest.mark.sampled(3)
@pytest.mark.untraced
@pytest.mark.parametrize("door", DOORS)
def test_what_a_door_imports_runs_nothing(door):
    rooms = reachable(door)
    assert not [name for name in rooms if name.startswith("autograd.compiler")]
    starts = {name for name in rooms if {"graphviz", "pygraphviz"} & _called(name)}
    assert starts <= {STARTS_DOT}
    if not door.startswith(("autograd.drawing", "nn.film")):
        assert not starts
        assert not {name for room in rooms for name in _taken(room)} & {"draw", "steps", "compile", "drawing", "native"}


def _taken(module):
    """Return the names that a module imports from the packages themselves."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in ("autograd", "nn")]
    return {alias.name for node in taken for alias in node.names}


def _called(module):
    """Return the libraries whose renderers a module uses. Making a Digraph only writes text."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    if not imported & {"graphviz", "pygraphviz"}:
        return set()
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return {library for library, does in (("graphviz", "pipe"), ("pygraphviz", "AGraph")) if does in names} | {
        "graphviz" for does in ("render", "view", "unflatten", "pipe_lines") if does in names
    }


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("def f(x):\n    return eval(x)", "eval"),
        ("run = exec", "exec"),
        ("code = compile(text, '', 'eval')", "compile"),
        ("import os\nos.system('ls')", "os.system"),
        ("import os\nos.execvp('ls', [])", "os.execvp"),
        ("import subprocess as s", "subprocess"),
        ("import urllib.request", "urllib"),
        ("popen(command, shell=True)", "shell"),
        ("x = f.__globals__", "__globals__"),
        ("np.load(path)", "np.load"),
        ("__import__('os')", "__import__"),
    ],
)
def test_the_audit_of_sources_sees(source, name):
    assert name in suspicious(source)


def test_the_audit_of_sources_lets_by_what_is_no_such_thing():
    assert (
        suspicious("import re\nre.compile('a')\ndef compile(f): ...\ncompile(2)\nimport os\nos.replace(a, b)") == set()
    )


# --- At run time

_SCRIPT = """
import os, pathlib, random, sys, tempfile
sys.path.insert(0, {fuzzing!r})
import corpus, targets
from autograd import Value, derive, draw, explain, steps, tanh
from autograd.grading import sheets
from autograd.__main__ import main
from nn import MLP, SGD, fit, half_sse, load, save
folder = tempfile.mkdtemp()

def work(first, count):
    for k in range(first, first + count):
        r = random.Random(k)
        targets.read_formula(targets.formula_text(r))
        targets.grade_formula(targets.formula_to_grade(r))
        targets.read_a_sheet(targets.sheet_text(r))
        targets.grade_a_file(targets.sheet_file(r), folder)
        if k % 4 == 0:  # documents take longest
            targets.grade_a_document(targets.document_file(r), folder)
        targets.load_weights(targets.weight_file(r), folder)
        if k % 10 == 0:
            label = corpus.mutated("w[1]", r)
            w, x, t = Value(0.5, "w" + label), Value(0.3, "x" + label), Value(0.2, label)
            loss = (t - tanh(w * x)) ** 2
            for kind in ("svg", "png", "pdf", "dot"):
                draw(loss, detail=("values", "neurons")[k % 20 // 10]).save(os.path.join(folder, "picture." + kind))
            steps(loss).save(os.path.join(folder, "steps.html"))
            str(explain(loss, w))
            for kind in ("html", "md", "tex"):
                derive(loss).report(os.path.join(folder, "report." + kind))
            model = MLP(1, [2, 1], seed=k)
            film = fit(model, [[0.1], [0.2]], [0.3, 0.4], optimizer=SGD(0.1), epochs=2, film=1, progress=False).film
            film.save(os.path.join(folder, "film.html"))

work(0, 20)  # what is loaded late, is loaded
seen = []
quiet = ("object.__", "sys._getframe", "sys.excepthook", "builtins.id", "gc.", "time.sleep", "signal.")
quiet += ("sys.setprofile", "array.__new__")  # calls of a function that is recorded; the cells of a tape
inside = ("open", "os.remove", "os.rename", "os.chmod", "os.truncate", "os.listdir", "os.scandir", "tempfile.")

def hook(event, args):
    if event.startswith(quiet):
        return
    known = isinstance(args[0], int) or str(args[0]).startswith((os.environ["TMPDIR"], os.devnull))
    if event.startswith(inside) and known:
        return
    seen.append((event, [repr(a) for a in args]))

sys.addaudithook(hook)
work(100, {count})
for event, args in seen:
    print(event, *args)
"""


def _watched(run_python, count, path):
    fuzzing = str(ROOT / "tests" / "fuzzing")
    script = _SCRIPT.format(fuzzing=fuzzing, count=count)
    return run_python(
        script, environment={"PATH": str(path), "HOME": str(path), "TMPDIR": str(path)}
    ).stdout.splitlines()


@pytest.mark.long
def test_hostile_input_causes_no_event_but_files_in_their_folder(run_python, tmp_path):
    """Without dot on the PATH, a library in this process lays out pictures, and no program is started."""
    assert _watched(run_python, 100, tmp_path) == []


_DOT = """#!{python} -S
import sys
sys.stdin.read()
sys.stdout.write('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + "<g/>" * 3 + "</svg>")
"""


def test_dot_is_the_one_program_and_no_label_is_on_its_command_line(run_python, tmp_path):
    dot = tmp_path / "dot"
    dot.write_text(_DOT.format(python=sys.executable))
    dot.chmod(0o755)
    events = _watched(run_python, 20, tmp_path)
    started = {line for line in events if line.startswith(("subprocess", "os."))}
    commands = {
        f"subprocess.Popen PosixPath('dot') [PosixPath('dot'), '-Kdot', '-T{kind}'] None None"
        for kind in ("svg", "png", "pdf")
    }
    assert {line for line in started if line.startswith("subprocess")} == commands
    assert {line.split()[0] for line in events} <= {"subprocess.Popen", "os.posix_spawn", "os.putenv", "os.fork_exec"}
