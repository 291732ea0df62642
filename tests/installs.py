"""Install this package, alone and with each extra, and run what the README promises: ``make test-installs``.

Each is installed from a wheel, from the source distribution and from the sources, each time into a new environment in a
temporary folder. The Python blocks of the README run in every environment. A block that needs a missing extra must say
which one. The notebooks run in the environments whose extra promises them. From the base install, libraries are removed
one by one, and the error must name the missing library once. At the end come HIPS autograd, which has our import name,
and JAX, whose code is tested as the documentation says.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
PAGE = (ROOT / "docs" / "guide" / "testing.md").read_text(encoding="utf-8")
RECIPE = re.findall(r"```py(?:thon)?\n(.*?)```", PAGE, re.DOTALL)
CHECK = """
from autograd import *
import deltagrad
from autograd import draw
x = Value(2.0)
(x * x).backward()
assert x.grad == 4.0
assert draw(x * x).svg().lstrip().startswith("<")
"""
# The files that an extra promises to run, in addition to the blocks.
PROMISES = {
    "": [],
    "draw": ["import pygraphviz"],
    "plots": ["import matplotlib; matplotlib.use('agg')\nfrom nn import History; History().plot()"],
    "pages": ["import latex2mathml"],
    "native": ["from nn import MLP, fit; fit(MLP(2, [1]), [[0, 1], [1, 0]], [0, 1], engine='native', progress=False)"],
    "cluster": ["import distributed"],
    "demo": ["import sklearn.datasets; assert sklearn.datasets.load_iris().data.shape == (150, 4)"],
    "notebooks": [],
    "all": ["import anywidget, distributed, llvmlite, matplotlib, sklearn"],
}
WITH_NOTEBOOKS = ("notebooks", "all")
FORMS = ("wheel", "sdist", "source")

NETWORK = """
from autograd import compile, derive, draw, play, steps
from nn import History, MLP, fit, half_sse
loss = half_sse(MLP(1, [1], activation="sigmoid", output="sigmoid", seed=0)([1.0]), [0.0])
"""
# The library that is missing, the code that needs it, and the name in the error; None if the code works without it.
WITHOUT = [
    (["numpy", "llvmlite"], "compile(lambda x: x * x)", r"pip install 'deltagrad\[native\]'"),
    (["numpy", "llvmlite"], "fit(MLP(1, [1]), [[0]], [0], engine='native')", r"pip install 'deltagrad\[native\]'"),
    (["matplotlib"], "History().plot()", r"pip install 'deltagrad\[plots\]'"),
    (["distributed"], "fit(MLP(1, [1]), [[0]], [0], cluster=2)", r"pip install 'deltagrad\[cluster\]'"),
    (["anywidget"], "play(loss).widget()", r"pip install 'deltagrad\[notebooks\]'"),
    (["latex2mathml"], "derive(loss).report('without.html')", None),
    (["numpy", "llvmlite"], "fit(MLP(1, [1]), [[0]], [0], epochs=2, seed=0)", None),
    (["pygraphviz"], "draw(loss).svg()", "install Graphviz .* or pip install pygraphviz"),
]


def run(*command, **options):
    """Run a command. Return its exit status and the end of its output."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DELTAGRAD_INTERPRETED")}
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean, **options)
    return done.returncode, (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]


def environment(folder, what):
    """Make an environment and install into it. Return its Python, or raise with pip's output."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    status, said = run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)
    if status:
        raise RuntimeError(f"it cannot be installed: {said}")
    return python


def built(folder):
    """Build the source distribution, and a wheel from it. Return what pip installs for each form."""
    python = environment(folder / "builder", ["build>=1"])
    status, said = run(python, "-m", "build", "--outdir", folder / "dist", ROOT)
    if status:
        raise RuntimeError(f"it cannot be built: {said}")
    (wheel,), (sdist,) = (list((folder / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
    return {"wheel": wheel, "sdist": sdist, "source": ROOT}


def tried(what, extra, folder):
    """Install with one extra and run everything.

    Return the faults, and the numbers of blocks and notebooks that ran.
    """
    try:
        python = environment(folder, [f"{what}[{extra}]" if extra else what])
    except RuntimeError as error:
        return [str(error)], 0, 0, 0
    faults, ran, advised = [], 0, 0
    for code in [CHECK, *PROMISES[extra], *BLOCKS]:
        status, said = run(python, "-c", code, cwd=folder)
        if status == 0:
            ran += code in BLOCKS
        elif code in BLOCKS and said and re.search(r"pip install 'deltagrad\[\w+\]'", said[0]):
            advised += 1
        else:
            faults.append(f"{code.strip().splitlines()[0]}: {said}")
    done = 0
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")) if extra in WITH_NOTEBOOKS else []:
        jupyter = [folder / "bin" / "jupyter", "nbconvert", "--to", "notebook", "--execute"]
        status, said = run(*jupyter, "--output-dir", folder / "out", notebook, cwd=ROOT / "notebooks")
        done += status == 0
        faults += [f"{notebook.name}: {said}"] if status else []
    return faults + ([] if extra else lacking(python, folder)), ran, advised, done


def lacking(python, folder):
    """Remove libraries from a base install. Return the faults in its errors."""
    faults = []
    for libraries, code, advice in WITHOUT:
        run(python, "-m", "pip", "uninstall", "--quiet", "--yes", *libraries)
        alone = {"PATH": str(folder / "bin"), "HOME": str(folder)}  # without a dot from the system
        command = [str(python), "-c", NETWORK + code]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=alone)
        # the lines of the error, without lines of the program
        said = [line for line in done.stderr.splitlines() if not line.startswith(" ")]
        advised = sum([len(re.findall(advice, line)) for line in said]) if advice else 0
        right = done.returncode == 0 if advice is None else (done.returncode, advised) == (1, 1)
        faults += [] if right else [f"without {', '.join(libraries)}, {code}: {said[-1:]}"]
    return faults


def beside(wheel, folder):
    """Install with other libraries. Return the faults.

    HIPS autograd has our import name, and it must be noticed whichever of the two is installed last. The recipe for
    tests of JAX code runs if JAX is installed.
    """
    faults = []
    advice = "pip uninstall autograd deltagrad"
    for name, order, codes in (
        ("HIPS autograd before", ["autograd", wheel], ["import autograd", "import nn", "import deltagrad"]),
        ("HIPS autograd after", [wheel, "autograd"], ["import nn", "import deltagrad"]),
    ):
        python = environment(folder / name.split()[-1], order[:1])
        run(python, "-m", "pip", "install", "--quiet", order[1])
        for command in [*[[python, "-c", code] for code in codes], [python, "-m", "autograd", "--version"]]:
            status, said = run(*command, cwd=folder)
            faults += [] if status and said and advice in said[0] else [f"{name}, {command[-1]}: {said}"]
    python = environment(folder / "jax", [wheel, "jax", "numpy"])
    recipe = "\n".join([block for block in RECIPE if "import torch" not in block])
    status, said = run(python, "-c", recipe, cwd=folder)
    return faults + ([f"the recipe for JAX: {said}"] if status else [])


def main():
    """Try the extras and forms that are asked for, or all. Return the number of those with a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="*", help="'base' or extras; by default all, and then other libraries")
    parser.add_argument("--of", nargs="+", choices=FORMS, default=FORMS, help="the forms to install; all by default")
    asked = parser.parse_args()
    chosen = ["" if name == "base" else name for name in asked.extras] or list(PROMISES)
    bad = 0
    with tempfile.TemporaryDirectory() as made:
        packages = built(Path(made))
        for form, extra in [(form, extra) for form in asked.of for extra in chosen]:
            with tempfile.TemporaryDirectory() as folder:
                faults, ran, advised, notebooks = tried(packages[form], extra, Path(folder))
            print(
                f"{form}, {extra or 'base'}: {ran} of {len(BLOCKS)} blocks ran, {advised} said what to install, "
                f"{notebooks} notebooks ran, {len(faults)} faults",
                flush=True,
            )
            for fault in faults:
                print(f"    {fault}", flush=True)
            bad += bool(faults)
        if not asked.extras:
            faults = beside(packages["wheel"], Path(made))
            print("\n    ".join([f"beside HIPS autograd, and JAX: {len(faults)} faults", *faults]), flush=True)
            bad += bool(faults)
    return bad


if __name__ == "__main__":
    sys.exit(main())
