"""The judge: it compares both sides of a claim at random points of a prime field and with 50 digits."""
