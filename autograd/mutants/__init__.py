"""Wrong engines, to see whether tests of an engine can fail.

    python -m autograd mutants tests/          # run a suite against each wrong engine
    pytest -p autograd.mutants.plugin --mutants tests/              # the same, after the suite has passed
    pytest -p autograd.mutants.plugin --mutant overwrite tests/     # the suite with one wrong engine

``MUTANTS`` holds the wrong engines by name. Each has a description of its fault, a description of a test that catches
it, and a class that stands in for ``Value``. ``run(paths)`` runs a suite against them.
"""

from autograd.mutants.faults import MUTANTS, Mutant
from autograd.mutants.suites import Outcome, Report, run, selected

__all__ = ["MUTANTS", "Mutant", "Outcome", "Report", "run", "selected"]
