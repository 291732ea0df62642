"""The time of each stage from a recorded graph to its printed formulas: ``python -m benchmarks.formulas``.

This includes the check of every formula against reverse mode. Times are in milliseconds, the median of several runs. A
neuron is one ``dot``.
"""

import itertools
import statistics
import time

from autograd import derive
from autograd.formulas.conventions import convention
from autograd.formulas.equations import Recorded, checked, definitions, delta_equations, gradient_equations
from autograd.formulas.formulas import Formulas
from autograd.formulas.printing import Printer
from autograd.formulas.structure import find_network
from autograd.grading.reading.readers import read
from autograd.grading.sheets import build
from benchmarks.timing import print_table

GOALS = {"2-3-2": 10, "4-8-8-3": 150, "64-32-10": 5000}


def stages(loss):
    """Return the milliseconds of each stage."""
    marks = [time.perf_counter()]
    how = convention()
    network = find_network(loss)
    marks.append(time.perf_counter())
    formulas = Formulas(network, how.delta)
    marks.append(time.perf_counter())
    printer = Printer(formulas.alphabet, how)
    equations = delta_equations(formulas, printer) + gradient_equations(formulas, printer)
    equations = definitions(formulas, printer, equations) + equations
    marks.append(time.perf_counter())
    checked(equations, formulas, Recorded(formulas))
    marks.append(time.perf_counter())
    for equation in equations:
        _ = equation.text, equation.latex
    marks.append(time.perf_counter())
    return [1e3 * (b - a) for a, b in itertools.pairwise(marks)]


def main():
    rows = []
    for name, goal in GOALS.items():
        sizes = [int(n) for n in name.split("-")]
        loss = build(sizes, ["sigmoid"] * (len(sizes) - 1))
        stages(loss)
        runs = [stages(loss) for _ in range(3 if sizes[0] > 10 else 15)]
        medians = [statistics.median(column) for column in zip(*runs, strict=True)]
        total = sum(medians)
        rows.append(
            [name, *[f"{x:.2f}" for x in medians], f"{total:.2f}", f"< {goal}", "met" if total < goal else "MISSED"]
        )
    head = ("network", "structure", "formulas", "folding", "checking", "printing", "all, ms", "goal, ms", "")
    print_table("From a graph to its formulas", head, rows)

    derivation = derive(build([2, 3, 2], ["sigmoid"] * 2))
    latex = r"\delta_h = a_h (1 - a_h) \sum_{o=1}^{2} \delta_o w_{ho}"
    wrong = r"\delta_h = (1 - a_h^2) \sum_{o=1}^{2} \delta_o w_{ho}"
    derivation.grade(None, latex)  # before timing, because the points of the field are drawn only once
    rows = []
    for what, run in (
        ("read a formula", lambda: read(latex)),
        ("read and prove it", lambda: derivation.grade(None, latex)),
        ("refute a wrong one and say why", lambda: derivation.grade(None, wrong)),
        ("the steps of one weight", lambda: derivation.steps("w_ih[1,1]")),
        ("the matrix form", derivation.matrix),
    ):
        times = []
        for _ in range(15):
            start = time.perf_counter()
            run()
            times.append(1e3 * (time.perf_counter() - start))
        rows.append([what, f"{statistics.median(times):.2f}"])
    print_table("One formula of 2-3-2", ("what", "ms"), rows)


if __name__ == "__main__":
    main()
