"""The requirements, which depend on the platform. Everything else is in ``pyproject.toml``.

With ``DELTAGRAD_PURE=1`` in the environment, a wheel for every platform is built, without compiled files.

pygraphviz lays out graphs without another program, and is compiled. On platforms for which it has no wheel, requiring
it would make the install of this package fail. So it is not required there, and drawing raises an error that says what
to install.
"""

import os
import platform
import shutil
import sys
import sysconfig

from setuptools import Distribution, setup

REQUIRED = ["graphviz>=0.20", "latex2mathml>=3.77", "mpmath>=1.3", "tqdm>=4.60"]
DRAWS = "pygraphviz>=2"  # its wheels are for the stable ABI of CPython, from 3.10 on


def has_wheel() -> bool:
    """Return True if pygraphviz has a wheel for this interpreter on this platform."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED") or sys.maxsize < 2**32:
        return False
    system, machine = platform.system(), platform.machine().lower()
    if system == "Windows":
        return machine in ("amd64", "x86_64")
    if system == "Darwin":
        return machine in ("arm64", "x86_64") and _version(platform.mac_ver()[0]) >= (11,)
    library, version = platform.libc_ver()
    return (
        system == "Linux"
        and machine in ("aarch64", "x86_64")
        and library == "glibc"  # and not musl, as on Alpine
        and _version(version) >= (2, 28)
    )


def _version(text):
    return tuple([int(part) for part in text.split(".")[:2] if part.isdigit()])


def requirements() -> list[str]:
    """Return the requirements on this platform. A wheel for every platform has only those of all platforms."""
    return [*REQUIRED, DRAWS] if has_wheel() and not is_pure() else REQUIRED


def is_pure() -> bool:
    """Return True if nothing should be compiled."""
    return os.environ.get("DELTAGRAD_PURE", "") not in ("", "0")


class PurePython(Distribution):
    """The package without its extension modules, so that its wheel is for every platform."""

    def parse_config_files(self, *arguments, **options):
        """Read ``pyproject.toml``, and leave out the extension modules that it names."""
        super().parse_config_files(*arguments, **options)
        self.ext_modules = []


if __name__ == "__main__":
    if (
        "bdist_wheel" in sys.argv
    ):  # files of an earlier build would be installed in place of those that fail to compile now
        shutil.rmtree("build", ignore_errors=True)
    setup(install_requires=requirements(), distclass=PurePython if is_pure() else Distribution)
