"""Timing of programs in turn, so that changes in the speed of the machine affect all of them."""

import gc
import statistics
import time

__all__ = ["in_turn", "medians", "print_table"]


TURN = 0.25  # the least seconds of a turn


def in_turn(programs, rounds, kept=False):
    """Run programs A B C, A B C, ... and time each.

    In each turn, a program is called again and again, as in a training loop, for TURN seconds and at least three times
    (or ten times TURN). So the garbage of one call costs time in the next calls.

    Args:
        programs: a dict from name to a function without arguments.
        rounds: the number of rounds.
        kept: True to call a program once in a turn, and to free its result after the time is taken.

    Returns:
        A dict from name to the list of seconds per call, with one entry for each round. The first round does not count.
        Garbage is collected before each turn, which is not timed. The work of the collector during a turn is timed.
    """
    seconds = {name: [] for name in programs}
    gc.collect()
    gc.freeze()  # the collector ignores older objects, so that no program pays for the data of another
    for k in range(rounds + 1):
        for name, run in programs.items():
            gc.collect()
            calls, start = 0, time.perf_counter()
            while True:
                result = run()
                calls += 1
                elapsed = time.perf_counter() - start
                if kept or (elapsed >= TURN and calls >= 3) or elapsed >= 10 * TURN:
                    break
            del result
            if k:
                seconds[name].append(elapsed / calls)
    gc.unfreeze()
    return seconds


def medians(seconds):
    """Return the median of each list."""
    return {name: statistics.median(times) for name, times in seconds.items()}


def print_table(title, head, rows):
    """Print rows of strings under a title, in aligned columns."""
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
