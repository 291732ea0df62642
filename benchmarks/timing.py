"""Timing programs in turn, so that a machine that gets slower or faster does so for all of them."""

import gc
import statistics
import time

__all__ = ["in_turn", "medians", "print_table"]


def in_turn(programs, rounds, repeats=1):
    """Run programs A B C, A B C, ... and time each.

    Args:
        programs: a dict from name to a function without arguments, or to a pair of it and its own number of repeats.
        rounds: how many times to go round.
        repeats: how many times to call a function before the next has its turn.

    Returns:
        A dict from name to the list of seconds per call, one entry per round. The first round is not counted. Garbage
        is collected before each turn and not timed; what the collector does during a turn is. The last result of a turn
        is freed after it.
    """
    seconds = {name: [] for name in programs}
    for k in range(rounds + 1):
        for name, program in programs.items():
            run, n = program if isinstance(program, tuple) else (program, repeats)
            gc.collect()
            start = time.perf_counter()
            for _ in range(n):
                result = run()
            elapsed = time.perf_counter() - start
            del result
            if k:
                seconds[name].append(elapsed / n)
    return seconds


def medians(seconds):
    """The median of each list."""
    return {name: statistics.median(times) for name, times in seconds.items()}


def print_table(title, head, rows):
    """Print rows of strings under a title, columns aligned."""
    lines = [head, *rows]
    widths = [max(len(line[c]) for line in lines) for c in range(len(head))]
    print(f"\n{title}\n")
    for k, line in enumerate(lines):
        print(
            "  "
            + "  ".join(
                [
                    text.ljust(w) if c == 0 else text.rjust(w)
                    for c, (text, w) in enumerate(zip(line, widths, strict=True))
                ]
            )
        )
        if k == 0:
            print("  " + "  ".join(["-" * w for w in widths]))
