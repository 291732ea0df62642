"""The command line: ``python -m autograd grade SHEET...``."""

import argparse
import json
import sys
from pathlib import Path

from autograd.derivation import sheets

__all__ = ["main"]


def main(arguments=None) -> int:
    """Run a command; returns the exit status.

    ``grade`` returns 0 where every formula is equal, 1 where one is wrong or unproved, 2 where one is unreadable.
    """
    parser = argparse.ArgumentParser(
        prog="python -m autograd", description="Grade hand derivations of backpropagation."
    )
    commands = parser.add_subparsers(dest="command", required=True)
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
    options = parser.parse_args(arguments)
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


if __name__ == "__main__":
    sys.exit(main())
