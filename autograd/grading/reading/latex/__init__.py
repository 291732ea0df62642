"""LaTeX in the vocabulary of a network, read into the trees of :mod:`autograd.grading.reading.trees`."""
