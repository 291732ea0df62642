"""The command ``python -m autograd code``, which grades programs in files, folders and notebooks."""

import json
import sys
from pathlib import Path

from autograd.engine.texts import printable
from autograd.grading.code import page, report
from autograd.grading.code.grade import CodeGrade
from autograd.grading.code.grading import grade_code
from autograd.grading.text_files import decoded

__all__ = ["add_command", "grade_paths", "joined", "sources"]

MAX_BYTES = 1_000_000


def add_command(commands):
    """Add this command to the commands of ``python -m autograd``."""
    code = commands.add_parser(
        "code",
        help="grade programs that compute gradients by hand",
        description="Grade programs with hand-written backpropagation: which update is not the gradient of the loss, "
        "which line is wrong, and why. Nothing of a program is executed. "
        "Exit status: 0 all right, 1 something wrong, 2 something that cannot be read or has no loss.",
    )
    code.add_argument("files", nargs="+", metavar="FILE", help="a program, a notebook, or a folder of these")
    code.add_argument("--loss", metavar="EXPR", help="the loss, over the program's own variables")
    code.add_argument(
        "--call", metavar="EXPR", help="what to call, such as 'train(X, y)', where the file calls nothing"
    )
    code.add_argument("--json", action="store_true", help="print the grades as JSON")
    code.add_argument("--html", metavar="FILE", help="write the sources with notes in their margins to a page")
    code.set_defaults(run=run)


def joined(arguments):
    """Return arguments in which each expression is joined to its option, since it can start with a minus."""
    found, waiting = [], list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument in ("--loss", "--call") and waiting:
            argument += "=" + waiting.pop(0)
        found.append(argument)
    return found


def run(options):
    """Run the command, and return its exit status."""
    grades = grade_paths(options.files, loss=options.loss, call=options.call)
    if options.json:
        text = json.dumps([_finite(grade.as_data()) for grade in grades], indent=2)
    else:
        shown = [str(grade) for grade in grades]
        text = "\n\n".join([*shown, report.table(grades)] if len(grades) > 1 else shown)
        text = "\n".join([printable(line.expandtabs(4)) for line in text.split("\n")])
    written = options.say(text)
    if options.html is not None:
        try:
            Path(options.html).write_text(page.page(grades), encoding="utf-8")
        except OSError as error:
            print(f"the page was not written: {error}", file=sys.stderr)
            written = False
    return report.status(grades) if written else 2


def grade_paths(paths, *, loss=None, call=None):
    """Return the grades of files, of notebooks, and of all programs in folders, in order.

    Args:
        paths: The names of files and folders.
        loss: The loss for all of them, or None.
        call: The call for all of them, or None.
    """
    return [
        found if isinstance(found, CodeGrade) else grade_code(found, loss=loss, call=call, file=name)
        for path in paths
        for name, found in sources(Path(path))
    ]


def sources(path):
    """Return pairs of a name and a program for a file or a folder. A file that cannot be opened has a grade instead."""
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.suffix in (".py", ".ipynb") and p.is_file())
        return [pair for p in inside for pair in sources(p)] or [
            _not_opened(path, "it has no .py or .ipynb file in it")
        ]
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ValueError("it is not a file but a device or a pipe, which may never end; give a file")
        if size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes; give the part with the network")
        text = decoded(path.read_bytes())
        if path.suffix == ".ipynb":
            text = _notebook(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [_not_opened(path, error)]
    return [(str(path), text)]


def _not_opened(path, why):
    what = "folder" if path.is_dir() else "file"
    said = (
        f"the {what} cannot be opened: {why}" if what == "file" else f"there is nothing to grade in the folder: {why}"
    )
    return str(path), CodeGrade("unreadable", unreadable=[(0, said)], file=str(path))


def _notebook(text):
    """Return the code cells of a notebook as one program. Magic commands become comments."""
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = []
    for cell in cells:
        source = cell["source"]
        for line in ("".join(source) if isinstance(source, list) else source).splitlines():
            lines.append("# " + line if line.lstrip().startswith(("%", "!", "?")) else line)
    return "\n".join(lines) + "\n"


def _finite(data):
    """Return data in which infinities and NaN are replaced by None, because JSON does not have them."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and data - data != 0 else data
