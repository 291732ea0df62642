"""Timing programs in turn, so that a machine that gets slower or faster does so for all of them."""

import gc
import statistics
import time

__all__ = ["in_turn", "medians", "print_table"]


TURN = 0.25  # seconds at least


def in_turn(programs, rounds, kept=False):
    """Run programs A B C, A B C, ... and time each.

    Args:
        programs: a dict from name to a function without arguments.
        rounds: how many times to go round. In each turn a program is called again and again, as a training loop would,
            for TURN seconds and at least three times (or ten times TURN): what one call leaves to the collector, the
            next ones pay for.
        kept: whether to call a program once a turn and to free its result after the clock has stopped.

    Returns:
        A dict from name to the list of seconds per call, one entry per round. The first round is not counted. Garbage
        is collected before each turn and not timed; what the collector does during a turn is.
    """
    seconds = {name: [] for name in programs}
    gc.collect()
    gc.freeze()  # what was made before is not walked again: no program pays for another's data
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
