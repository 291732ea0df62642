"""The evaluator: it finds the quantity of the network for each name, and the array that a formula denotes."""
