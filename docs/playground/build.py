"""Build the playground: ``python docs/playground/build.py OUT MODULES WHEELS``.

OUT becomes a static folder that any server can serve. MODULES is the folder ``node_modules`` that npm filled from
``package.json``. WHEELS is a folder with the wheels of ``requirements.txt``. Nothing is downloaded here. Node compiles
the Python files in advance (``bytecode.mjs``), which halves the time until the page is ready.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGES = ("index.html", "playground.css", "playground.js", "examples.js", "worker.mjs", "session.py")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
KEPT = {".py", ".toml", ".html", ".css", ".js", ".typed"}
LATEST = (1980, 1, 1, 0, 0, 0)  # one date for all, so that the same sources give the same file


def pure_wheel(folder, version):
    """Write a wheel of the packages without their compiled parts, and return its name."""
    name = f"deltagrad-{version}-py3-none-any.whl"
    files = {path: path.read_bytes() for package in ("autograd", "nn") for path in sorted((ROOT / package).rglob("*"))
             if path.suffix in KEPT and "__pycache__" not in path.parts}  # fmt: skip
    files[ROOT / "deltagrad.py"] = (ROOT / "deltagrad.py").read_bytes()
    files[ROOT / "LICENSE"] = (ROOT / "LICENSE").read_bytes()
    info = f"deltagrad-{version}.dist-info"
    entries = {str(path.relative_to(ROOT)): data for path, data in files.items()}
    entries[f"{info}/licenses/LICENSE"] = entries.pop("LICENSE")
    entries[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: deltagrad\nVersion: {version}\n".encode()
    entries[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: deltagrad\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = [f"{place},sha256={_digest(data)},{len(data)}" for place, data in entries.items()]
    entries[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for place, data in entries.items():
            wheel.writestr(zipfile.ZipInfo(place, LATEST), data, zipfile.ZIP_DEFLATED)
    return name


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def version_of():
    """Return the version of the package, read from its source."""
    line = next(x for x in (ROOT / "autograd" / "__init__.py").read_text().splitlines() if x.startswith("__version__"))
    return line.split('"')[1]


def compiled(out):
    """Compile the Python files of the folder with the Python that will run them."""
    subprocess.run(["node", HERE / "bytecode.mjs", out], check=True)


def build(out, modules, wheels, compiled=compiled):
    """Delete the folder ``out``, and build it again."""
    shutil.rmtree(out, ignore_errors=True)
    for folder in ("pyodide", "viz", "wheels"):
        (out / folder).mkdir(parents=True)
    for name in PYODIDE:
        shutil.copy(modules / "pyodide" / name, out / "pyodide" / name)
    shutil.copy(modules / "@viz-js" / "viz" / "dist" / "viz.js", out / "viz" / "viz.js")
    names = [pure_wheel(out / "wheels", version_of())]
    for wheel in sorted(wheels.glob("*-none-any.whl")):
        shutil.copy(wheel, out / "wheels" / wheel.name)
        names.append(wheel.name)
    (out / "wheels.json").write_text(json.dumps(names), encoding="utf-8")
    for name in PAGES:
        shutil.copy(HERE / name, out / name)
    compiled(out)
    digest, files = hashlib.sha256(), [path for path in sorted(out.rglob("*")) if path.is_file()]
    for path in files:
        digest.update(path.read_bytes())
    offline = (HERE / "offline.js").read_text(encoding="utf-8")
    offline = offline.replace("{{version}}", f"deltagrad-{digest.hexdigest()[:16]}")
    offline = offline.replace('["{{files}}"]', json.dumps([path.relative_to(out).as_posix() for path in files]))
    (out / "offline.js").write_text(offline, encoding="utf-8")


if __name__ == "__main__":
    build(*[Path(given) for given in sys.argv[1:4]])
