"""The clock that searches are limited by: of this thread, so that a verdict does not depend on what else is running."""

import time

__all__ = ["thread_time"]

# Pyodide has one thread and no clock of its own for it.
thread_time = getattr(time, "thread_time", time.perf_counter)
