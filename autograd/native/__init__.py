"""A recorded graph compiled to machine code."""
