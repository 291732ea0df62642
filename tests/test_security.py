"""The limits that SECURITY.md states are those of the code."""

import re
from pathlib import Path

import pytest

from autograd.grading import claim_judge, claims_in_sequence, declared_network, extract, macros, sheets
from autograd.grading.code import command, limits, machine, reading
from autograd.grading.explaining import diagnosis, explain
from autograd.grading.judging import judge
from autograd.grading.meaning import vocabulary
from autograd.grading.reading import lexing
from autograd.mutants import suites
from nn import saving

TEXT = " ".join((Path(__file__).parent.parent / "SECURITY.md").read_text(encoding="utf-8").split())

# A sentence, and the numbers in it, in order.
STATED = [
    (r"A formula has at most (\S+) characters, (\S+) symbols, about (\S+) levels of brackets \((\S+) in LaTeX\), "
     r"(\S+) parts and, written out, (\S+) terms\.",
     (lexing.MAX_CHARACTERS, lexing.MAX_TOKENS, lexing.MAX_DEPTH, lexing.MAX_DEPTH * 3 // 2, lexing.MAX_NODES,
      vocabulary._MAX_TERMS)),
    (r"The readings of one claim may take as many steps as an idle processor of 2024 does in about (\S+) seconds, and "
     r"each of the two ways to a diagnosis as many as in (\S+) and in (\S+) seconds\.",
     (judge.MAX_SECONDS, diagnosis._SECONDS, explain._SECONDS)),
    (r"A document has at most (\S+) characters \(a notebook (\S+)\) and (\S+) formulas, and its network at most (\S+) "
     r"weights times samples\.",
     (extract._MAX_CHARACTERS, extract._MAX_NOTEBOOK, extract._MAX_CLAIMS, declared_network._MAX_PRODUCTS)),
    (r"A document has at most (\S+) characters \(a notebook \S+\) and (\S+) formulas",
     (sheets._MAX_BYTES, sheets._MAX_FORMULAS)),
    (r"all diagnoses of a document together may take the steps of about (\S+) seconds, and all verdicts those of about "
     r"(\S+) seconds\. After that, there are no more diagnoses, and each further verdict may take the steps of (\S+) "
     r"seconds\.",
     (claims_in_sequence.DIAGNOSES, claim_judge.VERDICTS, claim_judge.SHORT)),
    (r"at most (\S+) LaTeX commands\. They are replaced by their text, up to (\S+) characters\.",
     (macros._MAX_COMMANDS, macros._LONGEST)),
    (r"A program has at most (\S+) bytes on the command line\.", (command.MAX_BYTES,)),
    (r"at most (\S+) numbers that it writes or creates, and (\S+) elements of arrays in one reading",
     (machine.MAX_LEAVES, reading.MAX_CREATED)),
    (r"reading a program ends after (\S+) seconds\.", (limits.MAX_SECONDS,)),
    (r"too large for the model: (\S+) MiB, and for each parameter (\S+) bytes",
     (saving._ROOM >> 20, saving._ROOM_EACH)),
    (r"A run with the right engine ends after (\S+) s\.", (suites._LIMIT,)),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "numbers"), STATED, ids=[sentence[:40] for sentence, _ in STATED])
def test_a_stated_limit_is_that_of_the_code(sentence, numbers):
    found = re.search(sentence, TEXT)
    assert found, sentence
    assert [float(x.replace(",", "")) for x in found.groups()] == list(map(float, numbers))


def test_the_variables_that_a_suite_gets_are_listed():
    listed = re.search(r"variables that begin with (.*?)\. So they", TEXT).group(1)
    # variables for the language begin with LC_
    assert {*re.findall(r"`(\w+)`", listed), "LC_"} == set(suites._KEPT_BEGINNINGS)
    named = {"PATH", "HOME", "LANG", "LANGUAGE", "TERM", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}
    temporary, windows = {"TEMP", "TMP", "TMPDIR"}, {"APPDATA", "COMSPEC", "LOCALAPPDATA", "PATHEXT", "SYSTEMDRIVE",
                                                     "SYSTEMROOT", "USERPROFILE", "WINDIR"}  # fmt: skip
    assert named | temporary | windows == suites._KEPT
