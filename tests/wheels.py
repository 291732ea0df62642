"""Install each wheel and source distribution into a new environment, and try it: ``make wheels``.

A wheel for any platform must run interpreted, and every other one compiled.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["tried"]

SMOKE = Path(__file__).with_name("smoke.py")


def tried(package: Path) -> str:
    """Install a wheel or a source distribution into a new environment. Return the output of ``smoke.py`` there.

    Raises:
        CalledProcessError: it cannot be installed, or does not work.
    """
    expected = "interpreted" if package.name.endswith("-none-any.whl") else "compiled"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", package.resolve()], check=True)
        done = subprocess.run(
            [python, "-W", "error", SMOKE, expected], cwd=folder, stdout=subprocess.PIPE, text=True, check=True
        )
    return done.stdout.strip()


def main() -> int:
    """Try the files that the command line names. Return the number of those that do not work."""
    bad = 0
    for name in sys.argv[1:]:
        try:
            said = tried(Path(name))
        except subprocess.CalledProcessError as error:
            said, bad = f"does not work: {error}", bad + 1
        print(f"{Path(name).name}: {said}", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
