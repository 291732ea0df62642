"""The five documents as whole documents, compared with the truth of each formula in them.

The truth is in the data files and does not depend on the grader: tests/grading/test_documents.py recomputes it from
central differences. Here, each document is put together from its formulas and graded as people would grade it: without
declarations, and with its network and its convention declared.
"""

from collections import Counter
from pathlib import Path

import pytest

from autograd import grade_document
from autograd.grading import claims_in_sequence

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

FOLDER = Path(__file__).parents[2] / "autograd" / "grading" / "documents"
DOCUMENTS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
PROSE = {
    "000": "Stochastic gradient descent, for a neuron in the output layer and one in a hidden layer; then averaged.",
    "001": "Batch gradient descent with mean squared error, for the output and the hidden layers of a network.",
    "002": "Sensitivities in matrix form, propagated back.",
    "003": "Gradient descent: one unit, later several output units, with the activation function f.",
    "004": "Gradient descent for networks with sigmoid activation functions, a hidden layer and squared errors.",
}
DECLARED = {
    "000": "network: 2-3-2 sigmoid\nbias: no\nconvention: 000",
    "001": "network: 2-2-2 sigmoid\nbias: no\nloss: sse\nsamples: 3 mean\nconvention: 001",
    "002": "network: 2-3-2 sigmoid\nloss: sse\nconvention: 002",
    "003": "network: 3-1 sigmoid\nbias: no\nconvention: 003",
    "004": "network: 2-3-2 sigmoid\nbias: no\nloss: sse\nconvention: 004",
}
# An index or a mark is used twice or is missing, but a reader still knows the meaning.
READ_KINDLY = {"001-01", "003-09", "003-22"}
# At least this many right and wrong claims are called right and wrong. The others are left open or cannot be read.
ENOUGH = {"001": (0, 2), "003": (20, 1)}
ENOUGH_DECLARED = {"000": (8, 1), "001": (0, 0), "002": (35, 3), "003": (20, 1), "004": (39, 1)}


def graded(name, setting):
    """Return pairs of the truth of a formula and its grade."""
    lines, entries = [PROSE[name]], {}
    for entry in DOCUMENTS[name]["formula"]:
        entries[len(lines) + 1] = entry
        formula = " ".join(entry["latex"].split()).lstrip("& ")
        lines.append(f"$${formula}$$")
    found = grade_document("\n".join(lines), format="markdown", setting=setting)
    return [(entries[claim.line], claim) for claim in found.claims]


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "setting", "enough"),
    [pytest.param(name, None, enough, marks=pytest.mark.long) for name, enough in ENOUGH.items()]
    + [(name, DECLARED[name], enough) for name, enough in ENOUGH_DECLARED.items()],
)
def test_no_verdict_on_a_document_is_false(name, setting, enough, monkeypatch):
    if setting is not None:
        monkeypatch.setattr(claims_in_sequence, "DIAGNOSES", 0.0)  # no slip has to be named
    false, counts = [], Counter()
    for entry, claim in graded(name, setting):
        truth = entry["verdict"] if entry["verdict"] in ("wrong", "ill-formed") else "right"
        verdict = {"follows": "wrong", "definition": "equal"}.get(claim.verdict, claim.verdict)
        counts[truth, verdict] += 1
        if (truth, verdict) in (("right", "wrong"), ("wrong", "equal"), ("ill-formed", "equal")):
            false.append((entry["id"], str(claim)))
    assert [row for row in false if row[0] not in READ_KINDLY] == []
    assert counts["right", "equal"] >= enough[0]
    assert counts["wrong", "wrong"] >= enough[1]
