"""Wrong engines, to see whether tests of an engine can fail.

    python -m autograd mutants tests/          # run a suite against each; what it failed to notice
    pytest -p autograd.mutants.plugin --mutants tests/              # the same, at the end of a run
    pytest -p autograd.mutants.plugin --mutant overwrite tests/     # the suite with one wrong engine

``MUTANTS`` holds the wrong engines by name, each with what is wrong, which test catches it, and a class that stands in
for ``Value``; ``run(paths)`` runs a suite against them.
"""

from autograd.mutants.faults import MUTANTS, Mutant
from autograd.mutants.suites import Outcome, Report, run, selected

__all__ = ["MUTANTS", "Mutant", "Outcome", "Report", "run", "selected"]
