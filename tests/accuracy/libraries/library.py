"""What the adapters share: read the points, have a library differentiate at them, write what it found.

An adapter is a script of one library, ``python <adapter>.py points.json found.json``, so that each may run in an
environment of its own. Numbers are written as ``float.hex`` has them. Only the standard library is used here.
"""

import json
import sys

__all__ = ["run"]


def run(functions, derivatives):
    """Differentiate ``functions`` at the points of the file named first and write the numbers to the second.

    Args:
        functions: a dict from a primitive's name to the library's own function of that name, of an array or a number.
        derivatives: a function of ``(function, points)``, with the points a list of floats, that returns a list for
            each of the four orders of ``truths.ORDERS``: floats, or None where the library raised or has no such mode.
    """
    points_file, found_file = sys.argv[1:]
    with open(points_file, encoding="utf-8") as file:
        points = {name: [float.fromhex(x) for x in xs] for name, xs in json.load(file).items()}
    found = {
        name: [[None if y is None else float(y).hex() for y in ys] for ys in derivatives(functions[name], xs)]
        for name, xs in points.items()
        if name in functions
    }
    with open(found_file, "w", encoding="utf-8") as file:
        json.dump(found, file)
