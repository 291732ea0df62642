"""A minute with an installed package: ``python smoke.py [compiled|interpreted]``, with nothing but its base installed.

It says which version it found, and raises where something is wrong. It must not be run from the folder of the sources.
"""

import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]


def main(expected: str) -> str:
    """Use what a user uses; return a line that says what was found.

    Args:
        expected: ``"compiled"`` or ``"interpreted"``, or nothing where either will do.
    """
    import autograd
    import deltagrad
    from autograd import Value, derive
    from nn import MLP, fit, half_sse

    found = "compiled" if autograd.compiled else "interpreted"
    if expected not in ("", found):
        raise AssertionError(f"the engine is {found}, and should be {expected}")
    a, b = Value(2.0), Value(-3.0)
    loss = (a * b + 10) ** 2 / 4
    loss.backward()
    if (loss.data, a.grad, b.grad) != (4.0, -6.0, 4.0):
        raise AssertionError((loss.data, a.grad, b.grad))
    model = MLP(2, [2, 1], activation="sigmoid", output="sigmoid", seed=0)
    fit(model, [[0, 1], [1, 0]], [0, 1], loss=half_sse, epochs=2, seed=0, progress=False)
    derivation = derive(half_sse(model([0.5, -1.0]), [1]))
    verdicts = [
        derivation.grade(None, formula).verdict
        for formula in (r"\delta_o = -(t_o - y_o) y_o (1 - y_o)", r"\delta_o = (t_o - y_o) y_o (1 - y_o)")
    ]
    if verdicts != ["equal", "wrong"]:
        raise AssertionError(verdicts)
    beside = Path(sys.executable).parent
    command = shutil.which("deltagrad", path=str(beside))
    if command is None:
        raise AssertionError(f"there is no command deltagrad in {beside}")
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if said != f"deltagrad {deltagrad.__version__}":
        raise AssertionError(said)
    return f"{said}, {found}, Python {sys.version.split()[0]}"


if __name__ == "__main__":
    print(main(*sys.argv[1:] or [""]))
