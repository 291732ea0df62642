"""Programs that are started, and pipes that are closed before everything is written."""

import subprocess
import sys

import pytest

NOTHING_STARTED = """
import os, subprocess

def refuse(*args, **kwargs):
    raise RuntimeError(f"started {args}")

subprocess.Popen = os.system = os.popen = os.posix_spawn = refuse
import autograd
from autograd import atan2, cos, exp, gelu, lgamma, sin, tanh
for f in (sin, cos, exp, tanh, gelu, lgamma, lambda x: atan2(x, 2.0)):
    autograd.compile(f)([1.0])
print("nothing")
"""


def test_compiling_starts_no_program():
    done = subprocess.run([sys.executable, "-c", NOTHING_STARTED], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("nothing", "")


@pytest.mark.parametrize("arguments", [["mutants", "--list"], ["grade", "--help"], ["--help"]])
def test_a_closed_pipe_is_no_traceback(arguments):
    command = subprocess.Popen(
        [sys.executable, "-u", "-m", "autograd", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    command.stdout.close()
    error = command.stderr.read()
    command.stderr.close()
    command.wait()
    assert "Traceback" not in error
    assert "BrokenPipe" not in error
