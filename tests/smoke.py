"""A quick test of an installed package: ``python smoke.py [compiled|interpreted]``. It needs only the base install.

It prints the version that it found, and raises if something is wrong. Do not run it from the folder of the sources.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]

SHEET = "network: 2-3-2 sigmoid\nloss: half_sse\nconvention: standard\n\nw_ho[h,o]: d_o[o]*a[h]\n"
PROGRAM = """import numpy as np
x, t, w = np.array([[0.5, -1.0]]), np.array([[1.0]]), np.array([[0.3], [0.7]])
y = 1 / (1 + np.exp(-(x @ w)))
w -= 0.1 * x.T @ ("""
# A file, the exit status, and a word of the command's output for it.
FILES = [
    ("grade", "right.txt", SHEET + r"\delta_o = -(t_o - y_o) y_o (1 - y_o)", 0, "equal"),
    ("grade", "wrong.txt", SHEET + r"\delta_o = (t_o - y_o) y_o (1 - y_o)", 1, "wrong"),
    ("code", "right.py", PROGRAM + "(y - t) * y * (1 - y))", 0, "right"),
    ("code", "wrong.py", PROGRAM + "(y - t) * y * (1 + y))", 1, "wrong"),
]

_SLOW = "deltagrad runs without its compiled engine"  # the beginning of the advice that every process prints once


def main(expected: str) -> str:
    """Use what users use. Return a line with the results.

    Args:
        expected: ``"compiled"`` or ``"interpreted"``, or nothing if either is right.
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
    with tempfile.TemporaryDirectory() as folder:
        for kind, name, text, status, word in FILES:
            path = Path(folder, name)
            path.write_text(text + "\n", encoding="utf-8")
            loss = ["--loss", "np.sum((t - y)**2) / 2"] if kind == "code" else []
            done = subprocess.run([command, kind, path, *loss], capture_output=True, text=True, check=False)
            stray = [line for line in done.stderr.splitlines() if found == "compiled" or not line.startswith(_SLOW)]
            if (done.returncode, word in done.stdout, stray) != (status, True, []):
                raise AssertionError((kind, name, done))
    return f"{said}, {found}, Python {sys.version.split()[0]}"


if __name__ == "__main__":
    print(main(*sys.argv[1:] or [""]))
