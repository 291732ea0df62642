"""Programs with the corrections that a grade proposes."""

__all__ = ["corrected"]


def corrected(text, mistakes):
    """Return a program with the corrected lines of the mistakes."""
    lines = text.splitlines()
    for fix in sorted([fix for mistake in mistakes for fix in mistake.fix], key=lambda fix: -fix.first):
        lines[fix.first - 1 : fix.last] = fix.text.splitlines()
    return "\n".join(lines) + "\n"
