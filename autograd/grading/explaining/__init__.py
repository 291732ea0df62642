"""Explain a wrong formula by the smallest edit of what was written that makes it right, and a point that refutes it."""
