"""Every link in the documents and notebooks leads to something."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "notebooks").glob("*.ipynb"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def text_of(page):
    if page.suffix == ".md":
        return page.read_text(encoding="utf-8")
    cells = nbformat.read(page, as_version=4).cells
    return "\n\n".join([cell.source for cell in cells if cell.cell_type == "markdown"])


def without_code(text):
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)


def anchors(text):
    titles = re.findall(r"^#+ (.+)$", without_code(text), flags=re.M)
    everywhere = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return everywhere | {title.replace(" ", "-") for title in titles}  # as JupyterLab writes them


def broken(page, text):
    found = []
    for target in LINK.findall(without_code(text)):
        if re.match(r"https://[a-z0-9.-]+\.[a-z]+(/|$)", target):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        if not there.exists() or (anchor and anchor not in anchors(text_of(there))):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    assert broken(page, text_of(page)) == []


def test_the_check_sees_what_is_broken():
    text = "[a](missing.md) [b](README.md) [c](README.md#nowhere) [d](http://x.y) [e](#title)\n# Title\n`[f](no)`"
    assert broken(ROOT / "page.md", text.replace("[e](#title)", "")) == [
        "missing.md",
        "README.md#nowhere",
        "http://x.y",
    ]
