"""The tool that changes the sources: it finds all changes, each changes only its place, and verdicts are right."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from changes import changes
from server import replacements

SPEC = importlib.util.spec_from_file_location("mutation", Path(__file__).parent / "__main__.py")
mutation = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(mutation)

CASES = [
    ("y = a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
    ("y = a is not b", ["a is not b -> a is b"]),
    ("x += 1", ["x += 1 -> x = 1", "x += 1 -> x -= 1", "1 -> 2"]),
    ("y = a * b", ["a * b -> a / b"]),
    ("y = -a", ["-a -> a"]),
    ("y = a if b else c", ["b -> not b"]),
    ("y = a and not b", ["a and (not b) -> a or not b", "not b -> b"]),
    ("y = 0.0, 0.5, True", ["0.0 -> 1.0", "0.5 -> 1.0", "True -> False"]),
    ("for x in reversed(y):\n    continue", ["reversed(y) -> list(y)", "continue -> pass"]),
    ("y = max(a, all(b))", ["max(a, all(b)) -> min(a, all(b))", "all(b) -> any(b)"]),
    ("f(x)", ["f(x) -> pass"]),
    ("raise E(f'{1 + 2}', 3)", ["raise E(f'{1 + 2}', 3) -> pass"]),
    ("'text'\nx: 'int' = 1", ["1 -> 2"]),
    ("if cython.compiled:\n    x = 1\nelse:\n    x = 2", ["2 -> 3"]),
    ("x = 1 if cython.compiled else 2", ["2 -> 3"]),
    ("__all__ = [1]", []),
    ("def __dealloc__(self):\n    x = 1", []),
    ("y = zip(a, b, strict=True)", []),
    ("y = 1, 1", ["1 -> 2", "1 -> 2 #2"]),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_what_is_changed(source, expected):
    assert sorted(change.what for change in changes(source)) == sorted(expected)


def test_a_change_touches_its_place_only():
    source = 'class A:\n    def f(self, é=1):\n        "δ"; return g(é < 2, lambda: é - 3)  # why\n\n\nB = 4\n'
    found = {change.what: change for change in changes(source)}
    assert set(found) == {
        "1 -> 2",
        "é < 2 -> é <= 2",
        "é < 2 -> é >= 2",
        "2 -> 3",
        "é - 3 -> é + 3",
        "3 -> 4",
        "4 -> 5",
    }
    assert found["é - 3 -> é + 3"].apply(source) == source.replace("é - 3", "(é + 3)")
    assert found["4 -> 5"].apply(source) == source.replace("B = 4", "B = (5)")
    assert {what: change.where for what, change in found.items() if what in ("4 -> 5", "2 -> 3")} == {
        "4 -> 5": "B", "2 -> 3": "A.f",
    }  # fmt: skip
    assert [found[what].deferred for what in ("1 -> 2", "2 -> 3", "4 -> 5")] == [False, True, False]
    assert found["2 -> 3"].lines == (3, 3)


@pytest.mark.long
@pytest.mark.untraced
@pytest.mark.parametrize("file", mutation.FILES)
def test_every_change_of_the_sources_is_python_and_another_program(file):
    source = (mutation.ROOT / file).read_text(encoding="utf-8")
    tree = ast.dump(ast.parse(source))
    found = changes(source)
    assert len({(change.where, change.what) for change in found}) == len(found) > 10
    for change in found[::7]:
        assert ast.dump(ast.parse(change.apply(source))) != tree


def test_every_accepted_survivor_is_a_change_of_the_sources_and_has_a_reason():
    known = {(f, c.where, c.what) for f in mutation.FILES for c in changes((mutation.ROOT / f).read_text("utf-8"))}
    accepted = mutation.equivalents()
    assert set(accepted) <= known
    assert all(len(why) > 20 for why in accepted.values())


def test_a_survivor_without_a_reason_fails_and_so_does_a_killed_one_with_a_reason(capsys):
    first, second = changes("x = 1\ny = 2")
    assert mutation.report([("f", first)], [], {}) == 0
    assert mutation.report([("f", first)], [("f", first, "survived")], {}) == 1
    assert mutation.report([("f", first)], [("f", first, "survived")], {("f", "x", "1 -> 2"): "why"}) == 0
    assert mutation.report([("f", second)], [], {("f", "y", "2 -> 3"): "why"}) == 1
    text = capsys.readouterr().out
    assert "NO EXPLANATION" in text
    assert "killed, but listed as equivalent: f y: 2 -> 3" in text


def test_the_quick_tests_that_run_the_lines_come_first():
    record = mutation.Record({"f": {"1": [0, 1, 2], "2": [0, 2]}}, {"slow": 9.0, "never": 1.0, "quick": 0.5})
    source = "x = 1\nf = lambda: x + 2\ny = 3"
    x, plus, two, y = changes(source)
    assert record.tests_of("f", two, source) == record.tests_of("f", plus, source) == ["quick", "slow"]
    assert record.tests_of("f", x, source) == ["quick", "never", "slow"]  # these run a line with its name
    # no test does, so these are all tests that run the file
    assert record.tests_of("f", y, source) == ["quick", "never", "slow"]
    (unseen,) = changes("\n\nf = lambda: -x")
    assert record.tests_of("f", unseen, "") == ["quick", "never", "slow"]
    elsewhere = mutation.UNSEEN[0] + "_here"
    record = mutation.Record(record.lines, record.seconds | {elsewhere: 2.0})
    assert record.tests_of("f", unseen, "") == [elsewhere, "quick", "never", "slow"]
    assert mutation.portion(["quick", "never", "slow"], record.seconds, 1.2) == (["quick", "never"], ["slow"])
    assert mutation.portion(["quick"], record.seconds, 1.2) == (["quick"], [])


SOURCE = """
def f(x):
    return [x + 1 for x in
        range(2)]
class A:
    def g(self):
        return lambda: 3
table = {"h": (lambda x: 4, lambda x: 5)}
"""


@pytest.mark.parametrize(
    ("before", "after", "replaced"),
    [
        ("range(2)]", "range(3)]", ["f"]),
        # The lines after this one move, which is no change of theirs.
        ("[x + 1 for x in\n        range(2)]", "0", ["f"]),
        ("3", "6", ["g"]),
        ("5", "6", ["<lambda>"]),
        ("table", "other", []),
        ("lambda x: 5", "0", None),
    ],
)
def test_what_is_replaced_in_a_process_that_has_imported_the_sources(before, after, replaced):
    old, new = (compile(text, "name", "exec") for text in (SOURCE, SOURCE.replace(before, after)))
    found = replacements(old, new)
    assert found is replaced if replaced is None else [code.co_name for code in found.values()] == replaced
    if replaced == ["<lambda>"]:
        assert [code.co_consts for code in found.values()] == [(None, 6)]


def test_a_change_in_a_function_is_noticed_without_importing_the_sources_again(tmp_path):
    (tmp_path / "one.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "test_one.py").write_text(
        "from one import double\n\ndef test_zero():\n    assert double(0) == 0\n\n"
        "def test_one():\n    assert double(1) == 2\n"
    )
    tests = ["test_one.py::test_zero", "test_one.py::test_one"]
    old = (tmp_path / "one.py").read_text()
    server = mutation.Server(tmp_path, "warm")
    try:
        for new, status in [(old, 0), (old.replace("2", "3"), 1), (old + "double(2)\n", 0), (old + "# 3", 0)]:
            assert server.run(tests, 60, file="one.py", old=old, new=new) == status
        assert server.run(tests[:1], 60, file="one.py", old=old, new=old.replace("2", "3")) == 0
        assert server.run(["test_one.py::test_two"], 60, file="one.py", old=old, new=old) == "unknown"
        endless = old.replace("return", "while True: 0\n    return")
        assert server.run(tests, 0.5, file="one.py", old=old, new=endless) == "time-out"
    finally:
        server.close()
