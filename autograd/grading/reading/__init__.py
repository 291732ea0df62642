"""From text to the tree that was written: LaTeX and typed formulas. Nothing has a meaning yet."""
