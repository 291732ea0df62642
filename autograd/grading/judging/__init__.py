"""Is it so? Both sides are compared at random points of a prime field and with 50 digits."""
