"""The LaTeX parser for formulas of a network. The result is a tree of :mod:`autograd.grading.reading.trees`."""
