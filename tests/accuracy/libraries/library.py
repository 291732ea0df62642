"""The common part of the adapters: read points, let a library differentiate there, and write the results.

An adapter is a script for one library, ``python <adapter>.py points.json found.json``, so that each can run in an
environment of its own. Numbers are written by ``float.hex``. This file uses only the standard library.
"""

import json
import sys

__all__ = ["run"]


def run(functions, derivatives):
    """Differentiate ``functions`` at the points in the first file, and write the results to the second file.

    Args:
        functions: a dict from a primitive's name to the library's function of that name, of an array or a number.
        derivatives: a function of ``(function, points)``, where the points are a list of floats. It returns a list for
            each of the four orders of ``truths.ORDERS``: floats, or None if the library raised or lacks that mode.
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
