"""Programs in Python 2 are read as such: print statements, old names, and quotients of whole numbers."""

import pytest

from autograd import grade_code
from autograd.grading.code.older_python import in_python_3

TEXT = """import numpy as np
x, y = np.array([0.5, -1.0]), 0.3
w = np.array([0.4, 0.2])
for i in xrange(100):
    out = np.dot(w, x)
    loss = (out - y) ** 2
    if i % 10 == 0:
        print "step", i, \\
            "loss: %s" % loss
    w -= 0.1 * STEP
print "done",
""".replace("    ", "\t")


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        ("2 * (out - y) * x", "right"),
        ("(5 / 2) * (out - y) * x", "right"),  # 5 / 2 is 2
        ("(y - out) * x", "wrong"),
        ("2 * (out - y)", "wrong"),
    ],
)
def test_a_program_in_python_2_is_judged(step, verdict):
    grade = grade_code(TEXT.replace("STEP", step))
    assert grade.verdict == verdict
    assert "this is Python 2: read as that" in grade.said
    assert [update.line for update in grade.updates] == [10]


def test_a_quotient_is_exact_with_the_division_of_python_3():
    text = "from __future__ import division\n" + TEXT.replace("STEP", "(5 / 2) * (out - y) * x")
    assert grade_code(text).factor == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a', b", "print('a', b)"),
        ("if x: print x # all", "if x: print(x) # all"),
        ("print >>sys.stderr, 'a'", "print('a')"),
        (
            "print 'a'\ntry:\n    f()\nexcept E, e:\n    raise E, 'b'",
            "print('a')\ntry:\n    f()\nexcept E as e:\n    raise E('b')",
        ),
        ("print 5L <> 4", "print(5 != 4)"),
    ],
)
def test_each_line_stays_where_it_is(old, new):
    assert [line.split(" #")[0] for line in in_python_3(old).splitlines()[:-1]] == [
        line.split(" #")[0] for line in new.splitlines()
    ]


def test_what_is_no_python_at_all_is_not_changed():
    assert in_python_3("print 'a'\nx = = 2") is None
