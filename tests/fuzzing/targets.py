"""The targets of fuzzing, and the properties that must hold for every input.

A target makes its input from a seeded generator and passes it to a function. The function may answer or raise the
documented errors. Any other exception, a wrong answer, or too much time or memory is a finding.
"""

import contextlib
import copy
import functools
import hashlib
import json
import os
import tempfile
from pathlib import Path

from corpus import document, formulas, mutated, respelt, sheet, spoilt_bytes

from autograd import derive, sigmoid
from autograd.engine.errors import GraphError, SheetError
from autograd.grading import claims_in_sequence, grade_documents, report_html, report_table, sheets
from autograd.grading.document import VERDICTS
from autograd.grading.reading.readers import read
from autograd.grading.reading.trees import ReadingError, show
from nn import MLP, SavedModelError, half_sse, load, save

__all__ = ["TARGETS", "Broken"]


class Broken(Exception):
    """The error of an answer that is wrong."""


def _insist(condition, words):
    if not condition:
        raise Broken(words)


# --- Formulas


def formula_text(draw):
    """Return a mutated formula."""
    return mutated(draw.choice(formulas()), draw)


def read_formula(text):
    """Read a formula.

    It is refused with a place in the text, or read as the same tree each time, which can be printed.
    """
    try:
        tree = read(text)
    except ReadingError as error:
        _insist(0 <= error.position <= len(text), f"position {error.position} in {len(text)} characters")
        _insist(len(str(error)) < 1000, "a message longer than a screen")
        return "refused"
    _insist(read(text) == tree and isinstance(show(tree), str), "two readings give two trees")
    return "read"


@functools.cache
def _derivation(k):
    if k == 6:  # an activation that reads its argument twice
        return derive(half_sse(MLP(2, [2, 1], activation=lambda s: s * sigmoid(s), seed=0)([0.1, 0.2]), 1.0))
    sizes, activations, loss, samples, convention = [
        ((2, 3, 2), ("sigmoid", "sigmoid"), "half_sse", 1, "standard"),
        ((2, 3, 2), ("tanh", "linear"), "sse", 3, "003"),
        ((2, 3, 2), ("relu", "sigmoid"), "mse", 1, "000"),
        ((3, 2), ("linear",), "cross_entropy", 1, "001"),
        ((2, 2, 3, 2), ("softplus", "silu", "sigmoid"), "half_sse", 2, "004"),
        ((1, 1, 1), ("sin", "exp"), "half_sse", 1, "002"),
    ][k]
    return derive(sheets.build(list(sizes), list(activations), True, loss, samples)).convention(convention)


def formula_to_grade(draw):
    """Return the number of a network, a target or None, and a formula. The target is sometimes mutated."""
    target = draw.choice((*[None] * 5, "w_ho[h,o]", "w_ho[1,1]", "d_h[h]", "b_o[1]", "a[1]", "s_o[1]"))
    if target is not None and draw.random() < 0.1:
        target = mutated(target, draw)
    return (
        draw.choice((0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6)),
        target,
        respelt(draw) if draw.random() < 0.6 else formula_text(draw),
    )


def grade_formula(given):
    """Grade a formula. The verdict is one of six and can be shown in every form, or the target is refused."""
    k, target, text = given
    try:
        grade = _derivation(k).grade(target, text)
    except GraphError:
        _insist(target is not None, "a target is refused, and none was given")
        return "no such target"
    verdicts = ("equal", "wrong", "unproved", "ambiguous", "ill-formed", "unreadable")
    _insist(grade.verdict in verdicts, grade.verdict)
    _shown([sheets.Graded("a sheet", [(1, text, grade)])])
    return grade.verdict


def _shown(graded):
    """Make every output of grades, and check that none contains scripts or control characters for a terminal."""
    page = sheets.html(graded)
    _insist("<script" not in page and "<img" not in page, "markup in the page")
    page.encode("utf-8")
    plain = sheets.table(graded) + sheets.details(graded)
    _insist(all(c.isprintable() or c == "\n" for c in plain), "control characters on the terminal")
    plain.encode("utf-8")
    json.dumps(sheets.as_data(graded), allow_nan=True)
    sheets.status(graded)


# --- Sheets


def sheet_text(draw):
    """Return a mutated sheet."""
    return mutated(sheet(draw), draw)


def read_a_sheet(text):
    """Read a sheet. It is refused as a sheet, or read as declarations and formulas with their line numbers."""
    try:
        found = sheets.read_sheet(text)
    except SheetError:
        return "refused"
    lines = len(text.splitlines())
    _insist(
        all(1 <= line <= lines and formula for line, _, formula in found.formulas),
        "a line number that the sheet does not have",
    )
    return "read"


def sheet_file(draw):
    """Return the bytes of a sheet. Some are not UTF-8."""
    data = sheet_text(draw).encode("utf-8", "surrogatepass")
    return spoilt_bytes(data, draw) if draw.random() < 0.3 else data


def grade_a_file(data, folder):
    """Do what the command line does with a file. It must not raise."""
    path = Path(folder) / "sheet.txt"
    path.write_bytes(data)
    graded = sheets.grade_files([path])
    _shown(graded)
    return "refused" if graded[0].error else "graded"


# --- Documents


def document_file(draw):
    """Return the ending of a file's name, and its bytes. Some are not UTF-8."""
    ending, text = document(draw)
    data = text.encode("utf-8", "surrogatepass")
    return ending, spoilt_bytes(data, draw) if draw.random() < 0.1 else data


def grade_a_document(given, folder):
    """Do what the command line does with a document. It must not raise, and every output can be made."""
    ending, data = given
    path = Path(folder) / f"document{ending}"
    path.write_bytes(data)
    (found,) = grade_documents.grade_files([path])
    _insist("failed with" not in str(found), str(found))
    lines = max(data.count(b"\n") + data.count(b"\r"), data.count(b"\\n")) + 2
    for claim in found.claims:
        _insist(claim.verdict in VERDICTS, claim.verdict)
        _insist(1 <= claim.line <= lines or ending == ".txt", f"line {claim.line} of {lines}")
    _insist(sum(claim.is_first_mistake for claim in found.claims) <= 1, "two first mistakes")
    _insist(0 <= found.points[0] <= found.points[1], f"points {found.points}")
    page = report_html.page([found])
    _insist("<script" not in page and "<img" not in page, "markup in the page")
    page.encode("utf-8")
    plain = report_table.table([found]) + report_table.details([found])
    _insist(all(c.isprintable() or c == "\n" for c in plain), "control characters on the terminal")
    json.loads(report_table.as_json([found]))
    report_table.as_csv([found]).encode("utf-8", "replace")
    claims_in_sequence.forget()
    return "refused" if found.error else "graded"


# --- Weight files

_SHAPES = [(2, [2, 1]), (1, [1]), (3, [4, 2])]


@functools.cache
def _saved(k):
    """Return the bytes of a saved model, and its numbers."""
    model = MLP(*_SHAPES[k], seed=k)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "whole.json")
        save(model, path)
        return path.read_bytes(), _bits(model)


def _bits(model):
    return [p.data.hex() for p in model.parameters()]


_ODD = [
    None, True, False, 0, -1, 1, 1.5, 1e308, float("inf"), float("nan"), 10**4000, "", "0x1p99999", "0x1p-99999",
    "nan", "-inf", " 0x1p0 ", "0x1.8", "1", "0x", "x" * 10_000, "0x" + "f" * 5000 + "p0", "\ud800", "\x00", [], {},
    [[]], [None] * 1000, {"format": "deltagrad parameters"}, [["w1[1,1]", "0x1p0"]] * 10_000,
    "MLP(999999999-999999999, tanh)",
]  # fmt: skip


class Damaged:
    """The bytes of a file of model ``k`` after damage, or with other content and a checksum that fits."""

    def __init__(self, k, lies, data):
        self.k, self.lies, self.data = k, lies, data

    def __repr__(self):
        return f"<model {self.k}, {'a lie' if self.lies else 'damage'}, {len(self.data)} bytes: {self.data[:400]!r}>"


def weight_file(draw):
    """Return a damaged file."""
    k, lies = draw.randrange(len(_SHAPES)), draw.random() < 0.5
    whole, _ = _saved(k)
    return Damaged(k, lies, _lying(whole, draw) if lies else spoilt_bytes(whole, draw))


def _lying(whole, draw):
    body = json.loads(whole)
    del body["sha256"]
    body = _lie(body, draw)
    with contextlib.suppress(RecursionError):
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        body["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    try:
        return json.dumps(body).encode()
    except RecursionError:
        return b"[" * 100_000


def _lie(body, draw):
    """Return well-formed JSON that says something else than what was saved."""

    def odd():
        return copy.deepcopy(draw.choice(_ODD))  # a copy, because it may be changed later

    keys = list(body)
    for _ in range(draw.choice((1, 1, 2, 3))):
        kind, pairs = draw.randrange(9), body.get("parameters")
        if kind == 0 or not isinstance(pairs, list) or not pairs or not all(isinstance(p, list) for p in pairs):
            body[draw.choice(keys)] = odd()
        elif kind == 1:
            del pairs[draw.randrange(len(pairs)) :]
        elif kind == 2:
            pairs += pairs[: draw.randrange(len(pairs) + 1)]
        elif kind == 3:
            pairs[draw.randrange(len(pairs))] = odd()
        elif kind == 4:
            pairs[draw.randrange(len(pairs))][0:1] = [odd()]
        elif kind == 5:
            pairs[draw.randrange(len(pairs))][1:] = [odd()]
        elif kind == 6:
            draw.shuffle(pairs)
        elif kind == 7:
            body[draw.choice(["model", "extra", "sha256", "__class__"])] = odd()
        else:
            nested: list = []
            for _ in range(draw.choice((10, 300, 900, 985, 990, 995))):
                nested = [nested]
            body[draw.choice(keys)] = nested
    return body


def load_weights(given, folder):
    """Load a file. It is refused and the model is unchanged, or the model has the numbers in the file, bit for bit."""
    path, (_, bits) = os.path.join(folder, "damaged.json"), _saved(given.k)
    Path(path).write_bytes(given.data)
    model = MLP(*_SHAPES[given.k], seed=99)
    before = _bits(model)
    try:
        load(model, path)
    except SavedModelError as error:
        _insist(_bits(model) == before, "refused, and the model has changed")
        _insist(len(str(error)) < 1000, "a message longer than a screen")
        return "refused"
    if given.lies:
        numbers = [number for _, number in json.loads(given.data)["parameters"]]
        bits = [(x if isinstance(x, float) else float.fromhex(x)).hex() for x in numbers]
    _insist(_bits(model) == bits, "loaded, and the model holds something else")
    return "loaded"


# For each target: a function that makes an input, one that takes it, whether it needs a folder, and the bound in
# seconds.
TARGETS = {
    "formulas read": (formula_text, read_formula, False, 1.0),
    "sheets read": (sheet_text, read_a_sheet, False, 1.0),
    "formulas graded": (formula_to_grade, grade_formula, False, 10.0),
    "sheet files graded": (sheet_file, grade_a_file, True, 30.0),
    "documents graded": (document_file, grade_a_document, True, 30.0),
    "weight files loaded": (weight_file, load_weights, True, 2.0),
}
