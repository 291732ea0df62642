"""The README's examples give what it shows."""

import contextlib
import importlib.util
import io
import re
from pathlib import Path

import pytest

import autograd
import nn
from autograd.grading.sheets import grade_sheet, read_sheet

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def printed(code):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    return out.getvalue()


def test_the_first_example_prints_what_its_comment_says():
    expected = re.search(r"print\(.*\)\s+# (.*)", BLOCKS[0]).group(1)
    assert printed(BLOCKS[0]) == expected + "\n"


def test_the_formulas_are_printed_as_shown():
    shown = re.search(r"```\n(d_o\[o\] = .*?)```", TEXT, re.DOTALL).group(1).splitlines()
    assert printed(BLOCKS[2]).splitlines() == shown


def test_the_sheet_is_graded_equal():
    sheet = re.search(r"```\n(name: Ada.*?)```", TEXT, re.DOTALL).group(1)
    assert {grade.verdict for _, _, grade in grade_sheet(read_sheet(sheet)).rows} == {"equal"}


def test_the_second_example_trains_and_prints_the_deltas():
    history, *table = printed(BLOCKS[1]).splitlines()
    shown = re.search(r"print\(history\)\s+# (.*)", BLOCKS[1]).group(1)
    assert history.split(", loss")[0] == shown.split(", loss")[0]
    final, shown_final = [float(text.rstrip(">").split("-> ")[1]) for text in (history, shown)]
    assert final == pytest.approx(shown_final, rel=1e-3)  # the last digits depend on the machine's math library
    expected = re.search(r"```\n(layer.*?)```", TEXT, re.DOTALL).group(1).splitlines()
    assert table[0] == expected[0]
    assert [line.split()[:3] for line in table] == [line.split()[:3] for line in expected]


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`(\w+)\(", TEXT)) - {"f", "zero_grad", "parameters", "backward", "log", "sum"})
)
def test_every_function_it_names_exists(name):
    assert hasattr(autograd, name) or hasattr(nn, name), name


def test_links_lead_to_files():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_its_commands_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^make (\w+)|`make (\w+)`", TEXT, re.MULTILINE))
    assert targets >= {("demo", ""), ("test", ""), ("", "bench")}
    for target in targets:
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target


def test_no_placeholder_is_left():
    assert "@" not in re.sub(r"`[^`]*`|```.*?```", "", TEXT, flags=re.DOTALL)


def test_its_pictures_are_made_by_the_script(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "notebooks" / "pictures.py")
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    monkeypatch.setattr(pictures, "OUT", tmp_path)
    pictures.graphs()
    pictures.derivation()
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {path.name for path in (ROOT / "notebooks" / "pictures").iterdir()}
    assert {Path(target).name for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT)} <= made
    assert "d_h[1]" in (tmp_path / "neurons.svg").read_text(encoding="utf-8")


def test_the_listing_is_printed_as_shown():
    text = (ROOT / "docs" / "guide" / "compile.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n((?:(?!```).)*?program\.listing\(\).*?)```", text, re.DOTALL)
    shown = re.search(r"```\n(# forward\n.*?)```", text, re.DOTALL).group(1)
    assert printed(code) == shown
