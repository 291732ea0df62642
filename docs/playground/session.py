"""The Python side of the playground's worker: it runs the learner's program, and makes the views of its graph."""

import contextlib
import importlib
import io
import json
import linecache
import re
import traceback
import warnings

import autograd
from autograd import Value, derive, draw, grade_code, grade_document, play, steps
from autograd.drawing.rendering import render_with
from nn import MLP, half_sse

MAX_PRINTED = 20_000  # the largest number of characters that are shown of a program's output

space: dict = {}
kept: dict = {}


def use(svg_of):
    """Draw with a function that converts DOT to SVG.

    The function measures texts with a narrow font. With a wider font of the browser, they would leave their boxes. So
    they are made smaller.
    """
    smaller = re.compile(r'font-size="([\d.]+)"')
    render_with(lambda source: smaller.sub(lambda m: f'font-size="{0.86 * float(m[1]):.2f}"', str(svg_of(source))))


def answer(what, given):
    """Return the answer to a request, both as JSON."""
    warnings.simplefilter("ignore")  # tqdm warns that it cannot start a thread here
    try:
        return json.dumps(ANSWERS[what](**json.loads(given)))
    except (autograd.AutogradError, ValueError, TypeError, ModuleNotFoundError) as error:
        return json.dumps({"error": str(error)})


def run(program):
    """Run a program. The views show its variable ``loss``."""
    kept.clear()
    space.clear()
    space["__name__"] = "__main__"
    linecache.cache["program"] = len(program), None, program.splitlines(keepends=True), "program"
    said, error = io.StringIO(), ""
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            exec(compile(program, "program", "exec"), space)
        except BaseException as raised:
            found = traceback.TracebackException.from_exception(raised)
            found.stack = traceback.StackSummary.from_list([f for f in found.stack if f.filename == "program"])
            error = "".join(found.format()).rstrip()
    text = said.getvalue()
    if len(text) > MAX_PRINTED:
        text = text[:MAX_PRINTED] + "\n... and more"
    return {"said": text, "error": error, "loss": isinstance(space.get("loss"), Value) and not error}


def made(name, make):
    """Return ``make(loss)``. It is computed once, and kept until another program runs."""
    if name not in kept:
        kept[name] = make(space["loss"])
    return kept[name]


def derivation():
    """Return the derivation of the loss."""
    return made("derivation", derive)


def picture():
    """Return the picture of the graph: of its neurons if it is a network, else of its values."""
    try:
        derivation()
        drawing = draw(space["loss"], detail="neurons", deltas=True)
    except autograd.AutogradError:
        drawing = draw(space["loss"])
    return {"svg": drawing.svg(), "alt": "the graph of loss, with the gradients that flow through it"}


def sliders():
    """Return the page of sliders. If there are many leaves, it has sliders for the first 24 only."""
    loss = space["loss"]
    leaves = [x for x in steps(loss).nodes if x.op is None]
    few = {str(x.label): (x.data - 3, x.data + 3) for x in leaves[:24] if x.label is not None}
    return {"html": made("play", lambda loss: (play(loss) if len(leaves) <= 24 else play(loss, **few)).html())}


def stepped():
    """Return the page that plays the backward sweep."""
    return {"html": made("steps", lambda loss: steps(loss).html())}


def formulas():
    """Return the formulas of backpropagation, as text and MathML."""
    mathml = importlib.import_module("latex2mathml.converter")  # on first use, so that the page is ready sooner
    return {"formulas": [[str(e), mathml.convert(e.latex, "block")] for e in derivation().equations]}


def grade(kind, answer, loss):
    """Grade a formula about the program's network, a document or a program."""
    if kind == "document":
        setting = space.get("loss")
        try:
            return {"verdict": str(grade_document(answer))}
        except autograd.SheetError:
            if not isinstance(setting, Value):
                raise
            return {"verdict": str(grade_document(answer, setting=setting))}
    if kind == "code":
        return {"verdict": str(grade_code(answer, loss=loss.strip() or None))}
    if not isinstance(space.get("loss"), Value):
        return {"error": "Run a program first: the formula is graded against the network under its loss."}
    return {"verdict": str(derivation().grade(None, answer))}


def warm(k):
    """Import and compute piece ``k`` of the things that first answers need. Return True if another piece follows.

    The worker does this while it is idle, so that the first answers do not take longer than later ones.
    """
    warnings.simplefilter("ignore")
    PIECES[k]()
    return k + 1 < len(PIECES)


def small():
    """Return the loss of a small network, for :func:`warm`."""
    return half_sse(MLP(2, [2, 1], activation="sigmoid", seed=0)([1.0, 2.0]), 1.0)


SLIP = "import numpy as np\nx, w = np.ones(2), np.ones(2)\nh = np.tanh(w @ x)\nloss = h**2\nw -= 2 * h * (1 - h) * x\n"
PIECES = [
    lambda: importlib.import_module("latex2mathml.converter"),
    lambda: [e.latex for e in derive(small()).equations],
    lambda: importlib.import_module("mpmath"),
    lambda: derive(small()).grade(None, "d_o[o] = t[o] - y[o]"),
    lambda: derive(small()).grade(None, r"\delta_h = a_h \sum_o \delta_o w_{ho}"),
    lambda: steps(small()).html(),
    lambda: play(small()).html(),
    lambda: str(grade_code(SLIP)),
    lambda: str(grade_document("network: 2-2-1 sigmoid\n\n$$\\delta_o = y_o - t_o$$")),
]

ANSWERS = {
    "run": run,
    "picture": picture,
    "sliders": sliders,
    "steps": stepped,
    "formulas": formulas,
    "grade": grade,
}
