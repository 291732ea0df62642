"""The parser: from LaTeX or typed text to a tree of the written formula. Names have no meaning yet."""
