"""Patterns of LaTeX names: the commands that set a letter in another font, and those that put an accent on it."""

__all__ = ["ACCENTS", "BOLD", "FONTS", "LETTER"]

BOLD = "mathbf|boldsymbol|bm|vec"  # of vectors and matrices
FONTS = f"{BOLD}|mathrm|mathcal|mathsf|text|operatorname|underline"  # a letter in another font is the same letter
ACCENTS = "hat|widehat|bar|overline|tilde|dot"  # a letter with an accent is another letter
LETTER = r"\\?[A-Za-z]+"
