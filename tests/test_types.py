"""The public API for a type checker: a user's program, the documents and the notebooks, and mistakes that it finds."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn

FOLDER = Path(__file__).parent / "typing"
_spec = importlib.util.spec_from_file_location("blocks", FOLDER / "blocks.py")
blocks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(blocks)

pytestmark = [pytest.mark.package, pytest.mark.untraced]

# Errors that a document shows on purpose, or that types cannot express: the document, and the message.
MEANT = {
    ("grading", 'Item "None" of "GradedClaim | None" has no attribute "diagnosis"'),
    ("notebook_4_train_a_network", 'Need type annotation for "sizes"'),
    ("notebook_4_train_a_network", 'Argument 1 to "deltas" has incompatible type "Value | Literal[0]"'),
    ("notebook_6_machine_speed", 'Need type annotation for "found"'),
    ("notebook_6_machine_speed", 'has no attribute "stats"'),
    ("notebook_6_machine_speed", 'Item "int" of "Value | Literal[0]" has no attribute "backward"'),
}


@pytest.fixture(scope="module")
def mypy(tmp_path_factory):
    """Return a function that checks files in the strictest mode and returns triples of file, line and message."""
    cache = tmp_path_factory.mktemp("cache")

    def check(*paths):
        options = ["--config-file=", "--strict", "--allow-redefinition", "--follow-imports=silent"]
        options += ["--ignore-missing-imports", f"--cache-dir={cache}", "--no-error-summary", "--hide-error-context"]
        environment = {**os.environ, "MYPYPATH": str(blocks.ROOT)}
        command = [sys.executable, "-m", "mypy", *options, *map(str, paths)]
        run = subprocess.run(command, cwd=cache, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode in (0, 1), run.stdout + run.stderr
        found = re.findall(r"^(.+?):(\d+): error: (.*)$", run.stdout, re.MULTILINE)
        return [(Path(path).stem, int(line), message) for path, line, message in found]

    return check


def test_a_users_program_is_accepted(mypy):
    assert mypy(FOLDER / "user_program.py", FOLDER / "public_api.py") == []


def test_each_wrong_call_is_refused(mypy):
    path = FOLDER / "refused.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = [k for k, line in enumerate(lines, 1) if "  # " in line]
    assert sorted({line for _, line, _ in mypy(path)}) == wrong


def test_nothing_public_is_untyped(mypy, tmp_path):
    """In strict mode, a call of a function without types is an error for any arguments."""
    lines = ["import autograd, nn", "from typing import Any", "def anything() -> Any: ..."]
    for package, name in [*[(p, n) for p in (autograd, nn) for n in p.__all__], (autograd, "compile")]:
        found = getattr(package, name)
        of = f"{package.__name__}.{name}"
        if callable(found):
            lines.append(f"{of}(*anything())")
        if isinstance(found, type):
            methods = [k for k, v in vars(found).items() if callable(v) and (k == "__call__" or not k.startswith("_"))]
            lines += [f"def use_{name}_{method}(x: {of}) -> None: x.{method}(*anything())" for method in methods]
    lines += [f"nn.schedules.{name}(*anything())" for name in nn.schedules.__all__]
    program = tmp_path / "every_call.py"
    program.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [f"{lines[line - 1]}: {said}" for _, line, said in mypy(program) if "untyped" in said] == []
    assert len(lines) > 200


def test_documents_and_notebooks_are_accepted(mypy, tmp_path):
    own = {name: blocks.own_functions(source) for name, source in blocks.modules().items()}

    def is_own(name, message):
        """Return True if the error is about a function of the document without types, or of a library without types."""
        if "[no-untyped-def]" in message:
            return True
        called = re.search(r'Call to untyped function (?:"(\w+)"|\(unknown\))', message)
        return called is not None and (called[1] is None or called[1] in own[name] or called[1] == "Markdown")

    found = [(name, line, message) for name, line, message in mypy(*blocks.write(tmp_path).values())]
    unexpected = [
        (name, line, message)
        for name, line, message in found
        if not is_own(name, message) and not any(n == name and part in message for n, part in MEANT)
    ]
    assert unexpected == []
