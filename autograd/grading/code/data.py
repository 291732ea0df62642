"""Made data in place of data that cannot be read: files, and the data sets of libraries."""

__all__ = ["namespace", "table"]


def table(library, name, keywords):
    """Return a small table in place of a file of numbers."""
    library.made.append(f"{name} by a table of 6 rows and 4 columns")
    return library.machine.track(
        library.numpy["array"]([[((7 * i + 3 * j) % 10) / 10 for j in range(4)] for i in range(6)])
    )


def namespace(library, name):
    """Return a stand-in for a module of data, or None."""
    return None
