"""Compile the playground's Python in advance, so that browsers need not do it.

``bytecode.mjs`` runs this in the Python of browsers, because each version of Python reads only its own bytecode.
``bytecode.zip`` has the folders ``__pycache__`` that belong beside the sources of the wheels. In the archive of the
standard library, bytecode replaces the sources of those modules that the playground has imported. All others stay
sources, because bytecode takes twice as long to download.
"""

import py_compile
import sys
import tempfile
import zipfile
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)


def bytecode(source, place):
    """Return the bytecode of a source, which Python reads without a check of the source; None if it is not Python 3."""
    with tempfile.TemporaryDirectory() as folder:
        path, compiled = Path(folder, "source.py"), Path(folder, "source.pyc")
        path.write_bytes(source)
        try:
            py_compile.compile(
                path, compiled, place, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
            )
        except py_compile.PyCompileError:
            return None
        return compiled.read_bytes()


def beside_wheels(folder, site):
    """Write ``bytecode.zip`` for the wheels in the folder ``wheels``, which are unpacked to ``site``."""
    tag = sys.implementation.cache_tag
    with zipfile.ZipFile(Path(folder, "bytecode.zip"), "w", zipfile.ZIP_DEFLATED) as out:
        for wheel in sorted(Path(folder, "wheels").glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    wanted = name.endswith(".py") and "/tests/" not in name
                    made = bytecode(archive.read(name), f"{site}/{name}") if wanted else None
                    if made is not None:
                        path = Path(name)
                        entry = zipfile.ZipInfo(f"{path.parent}/__pycache__/{path.stem}.{tag}.pyc", DATE)
                        out.writestr(entry, made, zipfile.ZIP_DEFLATED)


def in_place(archive):
    """In the archive of the standard library, replace the sources of all modules that are imported now by bytecode."""
    used = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    library = next(path for path in sys.path if path.endswith(".zip"))
    with zipfile.ZipFile(archive) as found:
        entries = [(name, found.read(name)) for name in found.namelist() if not name.endswith("/")]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in entries:
            place = f"{library}/{name}"
            made = bytecode(data, place) if name.endswith(".py") and place in used else None
            kept = (name, data) if made is None else (name + "c", made)
            out.writestr(zipfile.ZipInfo(kept[0], DATE), kept[1], zipfile.ZIP_DEFLATED)
