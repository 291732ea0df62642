"""The command line: ``deltagrad grade FILE...``, ``code``, ``mutants TESTS...`` and ``playground FOLDER``.

``python -m autograd`` is the same command.
"""

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path

import autograd
from autograd import mutants, serving
from autograd.engine.errors import SheetError, SuiteError
from autograd.grading import grade_documents, report_html, report_table, setting
from autograd.grading.code import command as code

__all__ = ["main"]


def main(arguments=None) -> int:
    """Run a command, and return the exit status.

    - ``grade`` returns 0 if every claim is equal. It returns 1 if a claim is wrong, follows from a mistake or is
      unproved. It returns 2 if a claim cannot be graded, a file cannot be read, or the page of ``--html`` cannot be
      written. All grades are printed in any case.
    - ``code`` returns 0 if every program is right, 1 if a program is wrong, and 2 if one cannot be read or has no loss.
    - ``mutants`` returns 0 if the tests notice every wrong engine, 1 if they miss one, and 2 if they cannot be run.
    - ``playground`` returns 0 after an interrupt, and 2 if there is nothing to serve or the port is taken.

    Args:
        arguments: the arguments of the command line, a list of strings; by default those of the process.
    """
    if not hasattr(autograd, "derive"):  # the __init__.py of HIPS autograd has replaced ours
        print(
            "deltagrad: HIPS autograd, which has the same import name as deltagrad, was installed over it. Uninstall "
            "both with 'pip uninstall autograd deltagrad', and install the one you want. To use both, make two virtual "
            "environments.",
            file=sys.stderr,
        )
        return 2
    parser = _Parser(
        prog=_called(), description="Grade hand derivations and hand-written backpropagation, and tests of an engine."
    )
    parser.add_argument("--version", action="version", version=f"deltagrad {autograd.__version__}")
    commands = parser.add_subparsers(dest="command")
    _add_grade(commands)
    code.add_command(commands)
    _add_mutants(commands)
    _add_playground(commands)
    _never_fail_to_print()
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        cut = given.index("--") if given[:1] == ["mutants"] and "--" in given else len(given)
        options = parser.parse_args(code.joined(given[:cut]))
        options.further = given[cut + 1 :]  # the options for pytest after "mutants ... --"
        options.say = _say
        if options.command is None:
            parser.print_help()
            return 2
        return options.run(options)
    finally:
        _say("", end="")  # to flush the output of argparse


def _called() -> str:
    """Return the name of the command as the user typed it, for usage texts and errors."""
    return "deltagrad" if Path(sys.argv[0]).stem == "deltagrad" else "python -m autograd"


class _Parser(argparse.ArgumentParser):
    """A parser whose help can be cut off, for example by ``| head``. Python 3.10 would raise an error."""

    def _print_message(self, message, file=None):
        with contextlib.suppress(OSError):
            super()._print_message(message, file)


def _never_fail_to_print():
    """Make the console print letters that it does not support as escapes, such as ``\\u010c``."""
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) in ("strict", "surrogateescape") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _say(text, end="\n") -> bool:
    """Print a text. Return False if the output cannot be written, for example on a full disk.

    It is not a failure if the reader has closed the pipe, for example after ``| head``.
    """
    try:
        print(text, end=end, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's flush at exit
        if not isinstance(error, BrokenPipeError):
            print(f"{_called()}: the output cannot be written: {error}", file=sys.stderr)
            return False
    return True


def _add_grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade hand derivations: documents and sheets of formulas",
        description="Grade derivations in Markdown, LaTeX, notebooks and sheets. Sheets are text files with a formula "
        "on each line. Exit status: 2 if a claim is unreadable, ill-formed or ambiguous, or if a file cannot be opened "
        "or written; else 1 if a claim is wrong, follows from a mistake or is unproved; else 0.",
        epilog="Declarations, above the first formula or in the file of --setting:\n"
        + setting.__doc__.partition("\n")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grade.add_argument(
        "files", nargs="+", metavar="FILE", help="a document, a folder of documents, or - for standard input"
    )
    grade.add_argument("--setting", metavar="FILE", help="declarations that hold for all documents")
    grade.add_argument("--jobs", type=int, default=1, metavar="N", help="grade N documents at a time (default 1)")
    grade.add_argument("--json", action="store_true", help="print the grades as JSON")
    grade.add_argument("--csv", action="store_true", help="print the grades as CSV, a row for each claim")
    grade.add_argument("--html", metavar="FILE", help="also write the grades to a page")
    grade.add_argument("--brief", action="store_true", help="print only the table")
    grade.set_defaults(run=_grade)


def _grade(options):
    try:
        declared = None if options.setting is None else setting.read_setting(options.setting)
    except (OSError, UnicodeDecodeError, SheetError) as error:
        print(f"{_called()} grade: {error}", file=sys.stderr)
        return 2
    graded = grade_documents.grade_files(options.files, setting=declared, jobs=options.jobs)
    if options.json:
        text = report_table.as_json(graded)
    elif options.csv:
        text = report_table.as_csv(graded).rstrip("\n")
    else:
        parts = [report_table.table(graded)]
        if not options.brief:
            parts = [report_table.details(graded), *parts, report_table.summary(graded)]
        text = "\n".join([part for part in parts if part])
    written = _say(text)
    if options.html is not None:
        try:
            Path(options.html).write_text(report_html.page(graded), encoding="utf-8")
        except OSError as error:
            print(f"{_called()} grade: the page was not written: {error}", file=sys.stderr)
            written = False
    return grade_documents.status(graded) if written else 2


def _add_mutants(commands):
    kit = commands.add_parser(
        "mutants",
        help="run a test suite against wrong engines",
        description="Run a test suite with a right engine in place of Value, and then with each of a set of wrong "
        "engines, and report the wrong engines that the suite does not notice. This runs the code of the suite in "
        "separate processes, with only the necessary environment variables and with a time limit. That code can still "
        "read and write your files. Arguments after -- go to pytest, such as -- -k 'not slow'. "
        "Exit status: 0 if all are noticed, 1 if some are missed, 2 if the suite cannot be run.",
    )
    kit.add_argument("tests", nargs="*", metavar="TESTS", help="files or folders that pytest runs")
    kit.add_argument("--list", action="store_true", help="list the wrong engines and run nothing")
    kit.add_argument(
        "--only", action="append", metavar="NAME", help="use only this wrong engine or topic; may be repeated"
    )
    kit.add_argument("--module", default="autograd", help="the module that has Value in the tests (default autograd)")
    kit.add_argument(
        "--class", dest="name", default="Value", metavar="NAME", help="the name of Value in that module (default Value)"
    )
    kit.add_argument("--timeout", type=float, metavar="SECONDS", help="the time limit of the suite with one engine")
    kit.add_argument("--jobs", type=int, metavar="N", help="run N engines at a time (default: one per processor)")
    kit.add_argument("--json", action="store_true", help="print the report as JSON")
    kit.set_defaults(run=_mutants)


def _mutants(options):
    try:
        if options.list:
            for mutant in mutants.selected(options.only):
                _say(f"{mutant.name} ({mutant.topic}): {mutant.fault}\n    What catches it: {mutant.caught_by}")
            return 0
        report = mutants.run(
            options.tests,
            only=options.only,
            module=options.module,
            name=options.name,
            timeout=options.timeout,
            jobs=options.jobs,
            options=options.further,
        )
    except SuiteError as error:
        print(f"{_called()} mutants: {error}", file=sys.stderr)
        return 2
    if not _say(json.dumps(report.as_data(), indent=2) if options.json else report):
        return 2
    return 1 if report.missed else 0


def _add_playground(commands):
    playground = commands.add_parser(
        "playground",
        help="serve a folder of pages to a browser on this machine",
        description="Serve the pages of a folder, such as the playground or the documentation, until Ctrl-C. Only this "
        "machine can reach them. A server is needed, because browsers do not run such pages from files.",
    )
    playground.add_argument("folder", metavar="FOLDER", help="a folder with an index.html")
    playground.add_argument("--port", type=int, default=0, metavar="N", help="the port (default: any free port)")
    playground.set_defaults(run=_playground)


def _playground(options):
    folder = Path(options.folder)
    if not (folder / "index.html").is_file():
        print(
            f"{_called()} playground: there is no index.html in {options.folder!r}: give the folder in which the "
            "pages were built, such as out/playground, which 'make playground' builds.",
            file=sys.stderr,
        )
        return 2
    try:
        server = serving.server(folder, options.port)
    except (OSError, OverflowError) as error:
        print(
            f"{_called()} playground: port {options.port} cannot be used: {error}. Leave --port out to use a free "
            "port.",
            file=sys.stderr,
        )
        return 2
    with server:
        _say(f"http://127.0.0.1:{server.server_address[1]}/ shows {folder}. Press Ctrl-C to stop.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
