"""What the playground's worker runs: programs of learners, and what is shown of the graph that they record."""

import contextlib
import io
import json
import linecache
import re
import traceback
import warnings

import latex2mathml.converter

import autograd
from autograd import Value, derive, draw, grade_code, grade_document, play, steps
from autograd.drawing.rendering import render_with

MOST = 20_000  # characters of what a program prints

space: dict = {}
kept: dict = {}


def use(svg_of):
    """Draw by a function from DOT to SVG.

    It measures texts by a narrow font. Where the browser has a wider one, they would leave their boxes.
    """
    smaller = re.compile(r'font-size="([\d.]+)"')
    render_with(lambda source: smaller.sub(lambda m: f'font-size="{0.86 * float(m[1]):.2f}"', str(svg_of(source))))


def answer(what, given):
    """Return the answer to a request, both as JSON."""
    warnings.simplefilter("ignore")  # of tqdm, which can start no thread here
    try:
        return json.dumps(ANSWERS[what](**json.loads(given)))
    except (autograd.AutogradError, ValueError, TypeError, ModuleNotFoundError) as error:
        return json.dumps({"error": str(error)})


def run(program):
    """Run a program; its ``loss`` is what is looked at."""
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
    if len(text) > MOST:
        text = text[:MOST] + "\n... and more"
    return {"said": text, "error": error, "loss": isinstance(space.get("loss"), Value) and not error}


def made(name, make):
    """What is made of the loss once, and kept until another program runs."""
    if name not in kept:
        kept[name] = make(space["loss"])
    return kept[name]


def derivation():
    """The derivation of the loss."""
    return made("derivation", derive)


def picture():
    """The graph: a network by its neurons, anything else by its values."""
    try:
        derivation()
        drawing = draw(space["loss"], detail="neurons", deltas=True)
    except autograd.AutogradError:
        drawing = draw(space["loss"])
    return {"svg": drawing.svg(), "alt": "the graph of loss, with the gradients that flow through it"}


def sliders():
    """The page of sliders: of a large network, for its inputs and first weights."""
    loss = space["loss"]
    leaves = [x for x in steps(loss).nodes if x.op is None]
    few = {str(x.label): (x.data - 3, x.data + 3) for x in leaves[:24] if x.label is not None}
    return {"html": made("play", lambda loss: (play(loss) if len(leaves) <= 24 else play(loss, **few)).html())}


def stepped():
    """The page that plays the backward sweep."""
    return {"html": made("steps", lambda loss: steps(loss).html())}


def formulas():
    """The formulas of backpropagation, as text and MathML."""
    return {"formulas": [[str(e), latex2mathml.converter.convert(e.latex, "block")] for e in derivation().equations]}


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


ANSWERS = {
    "run": run,
    "picture": picture,
    "sliders": sliders,
    "steps": stepped,
    "formulas": formulas,
    "grade": grade,
}
