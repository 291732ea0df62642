"""Speed and memory beside other libraries, each comparison in one run: ``make bench`` or ``python -m benchmarks``."""
