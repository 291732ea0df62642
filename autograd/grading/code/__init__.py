"""Hand-written backpropagation code, read and graded."""
