"""Explanations of wrong formulas: the smallest edit that makes the formula right, and a counterexample."""
