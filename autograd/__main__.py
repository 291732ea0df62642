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
    """Run a command; returns the exit status.

    ``grade`` returns 0 where every claim is equal, 1 where one is wrong, follows from a mistake or is unproved, 2 where
    one cannot be graded, a file cannot be read or the page of ``--html`` could not be written; all grades are printed
    in any case.
    ``code`` returns 0 where every program is right, 1 where one is wrong, 2 where one cannot be read or has no loss.
    ``mutants`` returns 0 where the tests notice every wrong engine, 1 where they miss one, 2 where they cannot be run.
    ``playground`` returns 0 when it is interrupted, and 2 where there is nothing to serve or the port is
    taken.
    """
    if not hasattr(autograd, "derive"):  # its __init__.py is in place of ours
        print(
            "deltagrad: HIPS autograd, which has the import name that deltagrad has, was installed over it. Uninstall "
            "both, 'pip uninstall autograd deltagrad', and install the one you want; for both, use two virtual "
            "environments.",
            file=sys.stderr,
        )
        return 2
    parser = _Parser(prog=_called(), description="Grade hand derivations of backpropagation, and tests of an engine.")
    parser.add_argument("--version", action="version", version=f"deltagrad {autograd.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_grade(commands)
    code.add_command(commands)
    _add_mutants(commands)
    _add_playground(commands)
    _never_fail_to_print()
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        cut = given.index("--") if given[:1] == ["mutants"] and "--" in given else len(given)
        options = parser.parse_args(code.joined(given[:cut]))
        options.further = given[cut + 1 :]  # of mutants, for pytest
        options.say = _say
        return options.run(options)
    finally:
        _say("", end="")  # what argparse printed


def _called() -> str:
    """Return the command as it was typed, for usages and errors."""
    return "deltagrad" if Path(sys.argv[0]).stem == "deltagrad" else "python -m autograd"


class _Parser(argparse.ArgumentParser):
    """A parser whose help may be cut off, as by ``| head``: Python 3.10 raises there."""

    def _print_message(self, message, file=None):
        with contextlib.suppress(OSError):
            super()._print_message(message, file)


def _never_fail_to_print():
    """Have the console show letters that it does not have as escapes, such as ``\\u010c``."""
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) == "strict" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _say(text, end="\n") -> bool:
    """Print a text; returns False where the output takes no more, as on a full disk.

    Where nobody reads any more, as after ``| head``, that is no fault.
    """
    try:
        print(text, end=end, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that Python's last flush does not fail, too
        if not isinstance(error, BrokenPipeError):
            print(f"{_called()}: the output cannot be written: {error}", file=sys.stderr)
            return False
    return True


def _add_grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade hand derivations: documents and sheets of formulas",
        description="Grade derivations in Markdown, LaTeX, notebooks and sheets, which are text files with a formula a "
        "line. Exit status: 2 where anything is unreadable, ill-formed or ambiguous, cannot be opened or could not be "
        "written; else 1 where anything is wrong, follows from a mistake or is unproved; else 0.",
        epilog="Declarations, above the first formula or in the file of --setting:\n"
        + setting.__doc__.partition("\n")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grade.add_argument(
        "files", nargs="+", metavar="FILE", help="a document, a folder of documents, or - for standard input"
    )
    grade.add_argument("--setting", metavar="FILE", help="declarations that hold for all documents")
    grade.add_argument("--jobs", type=int, default=1, metavar="N", help="how many documents are graded at a time (1)")
    grade.add_argument("--json", action="store_true", help="print the grades as JSON")
    grade.add_argument("--csv", action="store_true", help="print the grades as CSV, a row for each claim")
    grade.add_argument("--html", metavar="FILE", help="write the grades to a page as well")
    grade.add_argument("--brief", action="store_true", help="print the table only")
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
        description="Run a test suite with a right engine, and then with each of a set of wrong ones in place of "
        "Value, and report which it failed to notice. This runs the code of the suite: in processes of its own, with "
        "what programs need of the environment and no more, and with a limit of time; but it can read and write your "
        "files. What stands after -- goes to pytest, such as -- -k 'not slow'. "
        "Exit status: 0 all noticed, 1 some missed, 2 the suite cannot be run.",
    )
    kit.add_argument("tests", nargs="*", metavar="TESTS", help="files or folders that pytest runs")
    kit.add_argument("--list", action="store_true", help="list the wrong engines and run nothing")
    kit.add_argument("--only", action="append", metavar="NAME", help="a wrong engine, or a topic of them; repeatable")
    kit.add_argument(
        "--module", default="autograd", help="where the tests import Value from, such as micrograd.engine (autograd)"
    )
    kit.add_argument("--class", dest="name", default="Value", metavar="NAME", help="what it is called there (Value)")
    kit.add_argument("--timeout", type=float, metavar="SECONDS", help="how long the suite may take with one engine")
    kit.add_argument("--jobs", type=int, metavar="N", help="how many run at a time (one per processor)")
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
        description="Serve the pages of a folder, such as the playground or the documentation, at an address of this "
        "machine alone, until Ctrl-C. Browsers do not run such pages from files.",
    )
    playground.add_argument("folder", metavar="FOLDER", help="a folder with an index.html")
    playground.add_argument("--port", type=int, default=0, metavar="N", help="the port (any that is free)")
    playground.set_defaults(run=_playground)


def _playground(options):
    folder = Path(options.folder)
    if not (folder / "index.html").is_file():
        print(
            f"{_called()} playground: there is no index.html in {options.folder!r}: give the folder that the "
            "pages were built in.",
            file=sys.stderr,
        )
        return 2
    try:
        server = serving.server(folder, options.port)
    except (OSError, OverflowError) as error:
        print(
            f"{_called()} playground: port {options.port} cannot be used: {error}. Leave --port out for one "
            "that is free.",
            file=sys.stderr,
        )
        return 2
    with server:
        _say(f"http://127.0.0.1:{server.server_address[1]}/ shows {folder}; Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
