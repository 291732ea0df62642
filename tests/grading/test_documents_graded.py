"""The five documents, graded: the verdict of the grader on each formula is the one that was worked out by hand.

The data files state the meaning of each formula. Here, its claims are graded as text and with the derivative operators
in place. The LaTeX is graded as it is printed, in the letters of the document, if it can be read by itself.
"""

import importlib.util
import re
from collections import Counter
from pathlib import Path

import pytest

from autograd.grading.explaining import diagnosis, explain
from autograd.grading.reading.readers import read

pytestmark = pytest.mark.sampled(4)

PATH = Path(__file__).parents[2] / "notebooks" / "five_documents.py"
SPEC = importlib.util.spec_from_file_location("five_documents", PATH)
five = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(five)

DOCUMENTS = five.documents()
FORMULAS = [(data["document"], entry) for data in DOCUMENTS.values() for entry in data["formula"]]


CLAIMS = [
    pytest.param(document, claim, way, "wrong" if part == "claims" and entry["verdict"] == "wrong" else "equal",
                 id=f"{entry['id']}-{part}-{k}-{way}")
    for document, entry in FORMULAS
    for part in ("claims", "mended", "correct")
    for k, claim in enumerate(entry.get(part, []) if part == "claims" else entry.get(part, {}).get("claims", []))
    for way in ("text", "chain")
    if way in claim
]  # fmt: skip


@pytest.fixture(autouse=True)
def _short_diagnoses(monkeypatch):
    """Let the search for slips end soon: here, verdicts and counterexamples matter, and not the names of mistakes."""
    for module in (diagnosis, explain):
        monkeypatch.setattr(module, "_SECONDS", 0.05)


@pytest.mark.untraced
@pytest.mark.parametrize(("document", "claim", "way", "verdict"), CLAIMS)
def test_every_claim_gets_the_verdict_worked_out_by_hand(document, claim, way, verdict):
    for activation in five.activations(document, claim):
        grade = five.derivation(document, claim, activation).grade(None, f"{claim['left']} = {claim[way]}")
        assert grade.verdict == verdict, str(grade)
        if verdict == "wrong":
            assert grade.counterexample is not None


def test_equal_if_states_its_condition():
    for document, entry in FORMULAS:
        if entry["id"] in ("003-24", "004-31", "004-52"):
            claim = entry["claims"][0]
            grade = five.derivation(document, claim, "sigmoid").grade(None, f"{claim['left']} = {claim['text']}")
            assert grade.condition, entry["id"]


def test_every_formula_is_read():
    for _, entry in FORMULAS:
        read(entry["latex"])
        if "latex" in entry.get("mended", {}):
            read(entry["mended"]["latex"])


# Read literally, 004-50 is true only for h = h_1, but the document means any h.
TO_THE_LETTER = {"004-50"}
TARGET = re.compile(r"(dL/d)?(w|b|d)_\w+\[.*\]'?$")


def printed_verdicts():
    found = {}
    for document, entry in FORMULAS:
        if entry["verdict"] == "ill-formed" or not entry.get("claims"):
            continue
        claim = entry["claims"][0]
        left = claim["left"].rstrip("'")
        target = left if TARGET.fullmatch(left) and "/ds" not in left else None
        how = five.derivation(document, claim, five.activations(document, claim)[0], document["id"])
        verdict = how.grade(target, entry["latex"]).verdict
        found[entry["id"]] = ("wrong" if entry["verdict"] == "wrong" else "equal", verdict)
    return found


def test_the_printed_latex_is_never_graded_otherwise():
    verdicts = printed_verdicts()
    other = {k for k, (expected, given) in verdicts.items() if given not in (expected, "unreadable")}
    assert other <= TO_THE_LETTER
    # these cannot be read by themselves: matrices, prose, continued lines, letters that the prose explains
    read_by_itself = Counter(k[:3] for k, (_, given) in verdicts.items() if given != "unreadable")
    assert read_by_itself["000"] >= 4
    assert read_by_itself["002"] >= 15
    assert read_by_itself["003"] >= 18
    assert read_by_itself["004"] >= 29


def test_the_counts_of_the_verdicts():
    counts = {
        name: dict(sorted(Counter(e["verdict"] for e in data["formula"]).items())) for name, data in DOCUMENTS.items()
    }
    assert counts == {
        "000": {"definition": 4, "equal": 4, "ill-formed": 6, "wrong": 3},
        "001": {"ill-formed": 4, "wrong": 3},
        "002": {"definition": 11, "equal": 21, "equal-if": 5, "ill-formed": 1, "prose": 3, "wrong": 3},
        "003": {"definition": 16, "equal": 10, "equal-if": 2, "ill-formed": 2, "wrong": 1},
        "004": {"definition": 7, "equal": 40, "equal-if": 2, "ill-formed": 1, "wrong": 2},
    }


@pytest.mark.untraced
def test_the_notebook_shows_each_formula_with_its_verdict():  # of the others, the notebook itself is compared
    text = five.markdown("001")
    for entry in five.entries("001"):
        assert f"**{entry.id}** &nbsp; *{entry.verdict}*" in text
        assert {grade.verdict for grade in entry.grades} <= ({"wrong"} if entry.verdict == "wrong" else {"equal"})
        assert {grade.verdict for grade in entry.better_grades} <= {"equal"}


def test_what_is_wrong_and_what_is_right_is_said_of_each_mistake():
    for _, entry in FORMULAS:
        if entry["verdict"] in ("wrong", "ill-formed"):
            assert entry["why"]
            assert (entry.get("mended") or entry["correct"])["latex"]
    assert "| all | 75 | 9 | 14 | 12 | 38 | 3 | 151 |" in five.counts()
