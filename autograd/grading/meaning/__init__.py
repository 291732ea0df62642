"""From a tree to numbers: which quantity of the network each name is, and the array that a formula denotes."""
