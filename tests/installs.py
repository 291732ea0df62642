"""Install this package afresh, alone and with each extra, and run what the README promises: ``make test-installs``.

Every environment is a new one, in a temporary folder. In each of them run the Python blocks of the README; a block that
needs an extra that is not there must say which. The notebooks run where ``notebooks`` is installed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
CHECK = """
from autograd import *
import deltagrad
from autograd import draw
x = Value(2.0)
(x * x).backward()
assert x.grad == 4.0
assert draw(x * x).svg().lstrip().startswith("<")
"""
# what an extra brings beyond the blocks
PROMISES = {
    "": [],
    "draw": ["import pygraphviz"],
    "plots": ["import matplotlib; matplotlib.use('agg')\nfrom nn import History; History().plot()"],
    "pages": ["import latex2mathml"],
    "native": ["from nn import MLP, fit; fit(MLP(2, [1]), [[0, 1], [1, 0]], [0, 1], engine='native', progress=False)"],
    "cluster": ["import distributed"],
    "demo": ["import sklearn.datasets; assert sklearn.datasets.load_iris().data.shape == (150, 4)"],
    "notebooks": [],
}


def run(*command, **options):
    """Run a command; returns its exit status and what it said last."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    return done.returncode, (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]


def tried(extra, folder):
    """Install with one extra and run everything; returns the faults, and how many blocks and notebooks ran."""
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    what = f"{ROOT}[{extra}]" if extra else str(ROOT)
    status, said = run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what)
    if status:
        return [f"it cannot be installed: {said}"], 0, 0, 0
    faults, ran, advised = [], 0, 0
    for code in [CHECK, *PROMISES[extra], *BLOCKS]:
        status, said = run(python, "-c", code, cwd=folder)
        if status == 0:
            ran += code in BLOCKS
        elif code in BLOCKS and said and re.search(r"pip install 'deltagrad\[\w+\]'", said[0]):
            advised += 1
        else:
            faults.append(f"{code.strip().splitlines()[0]}: {said}")
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb")) if extra == "notebooks" else []
    done = 0
    for notebook in notebooks:
        command = [
            folder / "bin" / "jupyter",
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--output-dir",
            folder / "out",
        ]
        status, said = run(*command, notebook, cwd=ROOT / "notebooks")
        done += status == 0
        faults += [f"{notebook.name}: {said}"] if status else []
    return faults, ran, advised, done


def main():
    """Try the extras that are asked for, or all; returns how many have a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*", help="'base' or extras; all of them by default")
    chosen = ["" if name == "base" else name for name in parser.parse_args().extras] or list(PROMISES)
    bad = 0
    for extra in chosen:
        with tempfile.TemporaryDirectory() as folder:
            faults, ran, advised, notebooks = tried(extra, Path(folder))
        print(
            f"{extra or 'base'}: {ran} of {len(BLOCKS)} blocks ran, {advised} said what to install, "
            f"{notebooks} notebooks ran, {len(faults)} faults",
            flush=True,
        )
        for fault in faults:
            print(f"    {fault}", flush=True)
        bad += bool(faults)
    return bad


if __name__ == "__main__":
    sys.exit(main())
