"""The command line: ``python -m autograd grade SHEET...`` and ``python -m autograd mutants TESTS...``."""

import argparse
import json
import sys
from pathlib import Path

from autograd import mutants
from autograd.derivation import sheets
from autograd.errors import SuiteError

__all__ = ["main"]


def main(arguments=None) -> int:
    """Run a command; returns the exit status.

    ``grade`` returns 0 where every formula is equal, 1 where one is wrong or unproved, 2 where one is unreadable.
    ``mutants`` returns 0 where the tests notice every wrong engine, 1 where they miss one, 2 where they cannot be run.
    """
    parser = argparse.ArgumentParser(
        prog="python -m autograd", description="Grade hand derivations of backpropagation, and tests of an engine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_grade(commands)
    _add_mutants(commands)
    options = parser.parse_args(arguments)
    return options.run(options)


def _add_grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade sheets of formulas",
        description="Grade sheets: text files that declare a network, a loss and a convention, and list formulas. "
        "Exit status: 0 all equal, 1 some wrong or unproved, 2 some unreadable.",
        epilog=sheets.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grade.add_argument("sheets", nargs="+", metavar="SHEET", help="a text file")
    grade.add_argument("--json", action="store_true", help="print the grades as JSON")
    grade.add_argument("--html", metavar="FILE", help="write the grades to a page as well")
    grade.add_argument("--brief", action="store_true", help="print the table only")
    grade.set_defaults(run=_grade)


def _grade(options):
    graded = sheets.grade_files(options.sheets)
    if options.html:
        Path(options.html).write_text(sheets.html(graded), encoding="utf-8")
    if options.json:
        print(json.dumps(sheets.as_data(graded), indent=2))
    else:
        if not options.brief:
            print(sheets.details(graded))
        print(sheets.table(graded))
    return sheets.status(graded)


def _add_mutants(commands):
    kit = commands.add_parser(
        "mutants",
        help="run a test suite against wrong engines",
        description="Run a test suite with a right engine, and then with each of a set of wrong ones in place of "
        "Value, and report which it failed to notice. "
        "Exit status: 0 all noticed, 1 some missed, 2 the suite cannot be run.",
    )
    kit.add_argument("tests", nargs="*", metavar="TESTS", help="files or folders that pytest runs")
    kit.add_argument("--list", action="store_true", help="list the wrong engines and run nothing")
    kit.add_argument("--only", action="append", metavar="NAME", help="a wrong engine, or a topic of them; repeatable")
    kit.add_argument(
        "--module", default="autograd", help="where the tests import Value from, such as micrograd.engine (autograd)"
    )
    kit.add_argument("--timeout", type=float, metavar="SECONDS", help="how long the suite may take with one engine")
    kit.add_argument("--jobs", type=int, metavar="N", help="how many run at a time (one per processor)")
    kit.add_argument("--json", action="store_true", help="print the report as JSON")
    kit.set_defaults(run=_mutants)


def _mutants(options):
    try:
        if options.list:
            for mutant in mutants.selected(options.only):
                print(f"{mutant.name} ({mutant.topic}): {mutant.fault}\n    What catches it: {mutant.caught_by}")
            return 0
        report = mutants.run(
            options.tests, only=options.only, module=options.module, timeout=options.timeout, jobs=options.jobs
        )
    except SuiteError as error:
        print(f"python -m autograd mutants: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report.as_data(), indent=2) if options.json else report)
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
