"""Three whole documents in different notations, also with a mistake and its consequences, and without declarations."""

import re
from pathlib import Path

import pytest

from autograd import grade_document
from autograd.grading.grade_documents import grade_files

FOLDER = Path(__file__).parents[2] / "docs" / "derivations"
EXPECTED = {
    "nielsen.md": ["equal"] * 12,
    "bishop.tex": [
        "equal", "equal", "equal", "definition", "equal", "wrong", "follows", "follows", "equal", "equal",
    ],
    "softmax_rows.ipynb": ["equal"] * 8,
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_every_claim_has_its_verdict(name):
    (found,) = grade_files([FOLDER / name])
    assert [claim.verdict for claim in found.claims] == EXPECTED[name], str(found)
    assert (found.error, found.confirm) == ("", "")


def test_the_mistake_and_what_follows_from_it():
    (found,) = grade_files([FOLDER / "bishop.tex"])
    assert found.first_mistake.line == 23
    assert [(claim.line, claim.follows) for claim in found.claims if claim.follows] == [(27, 23), (28, 23)]


@pytest.mark.parametrize("name", ["nielsen.md", "bishop.tex"])
def test_the_same_is_found_where_nothing_is_declared(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    bare = re.sub(r"^---$.*?^---$", "", text, count=1, flags=re.DOTALL | re.MULTILINE)
    bare = re.sub(r"^% (?:network|loss|convention):.*$", "", bare, flags=re.MULTILINE)
    found = grade_document(bare)
    assert [claim.verdict for claim in found.claims] == EXPECTED[name], str(found)
    assert "found, not declared" in found.confirm
