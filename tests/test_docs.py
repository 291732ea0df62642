"""The documentation: its Python runs and prints what its comments say, and the reference has every public name."""

import contextlib
import io
import re
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).parents[1]
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name in ("docs", "guide", "api")]
SAYS = re.compile(r"print\((.*)\)\s+# (.+)$")


def blocks(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.stem)
def test_the_code_of_a_page_prints_what_its_comments_say(page):
    code = "\n".join(blocks(page))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, page.name, "exec"), {"__name__": "page"})
    said = [match[2].strip() for line in code.splitlines() if (match := SAYS.match(line.strip()))]
    printed = iter(out.getvalue().splitlines())
    missing = [text for text in said if not any(text == line.strip() for line in printed)]
    assert missing == []


@pytest.mark.parametrize("name", sorted({*autograd.__all__, *nn.__all__}))
def test_every_public_name_is_in_the_reference(name):
    text = "".join([page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "api").glob("*.md")])
    whole = re.findall(r"automodule:: (\S+)", text)
    found = getattr(autograd, name, None) or getattr(nn, name)
    assert re.search(rf"\b{name}\b", text) or getattr(found, "__module__", "") in whole


def test_a_glossary_of_at_least_25_terms():
    text = (ROOT / "docs" / "guide" / "glossary.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^: ", text, re.MULTILINE)) >= 25


def test_every_page_is_in_the_contents():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    names = [str(page.relative_to(ROOT / "docs").with_suffix("")) for page in PAGES]
    assert [name for name in names if name != "index" and not re.search(rf"^{name}$", index, re.MULTILINE)] == []
