"""Machine code kept on disk for later processes, if the environment variable ``DELTAGRAD_CACHE`` names a folder.

Code is found by the LLVM text from which it was made, the processor, and the version and options of the compiler. It is
executed without further checks. So the folder and its files must belong to the user and be accessible to nobody else,
and each file has a checksum. A file that fails a check is not used, and the code is compiled again.
"""

import hashlib
import os
import secrets
import stat
import warnings
from pathlib import Path

__all__ = ["Shelf", "shelf"]

VARIABLE = "DELTAGRAD_CACHE"
MAX_BYTES = 1 << 28  # of all files together; with more, the oldest are deleted
_SUFFIX = ".o"
_CHECKSUM = hashlib.sha256().digest_size


class Shelf:
    """A folder with files of machine code.

    Args:
        folder: the path of the folder. It is made if it does not exist.

    Raises:
        OSError: the folder cannot be made or read, is not a folder, belongs to another user, or is open to others.
    """

    def __init__(self, folder):
        self._folder = Path(folder).expanduser()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = os.lstat(self._folder)
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(f"{self._folder} is not a folder")
        if not _is_private(found):
            raise PermissionError(f"{self._folder} belongs to another user or is open to others: chmod 700 it, or name "
                                  "another folder")  # fmt: skip

    @staticmethod
    def key(*parts: str) -> str:
        """Return the name of the file for the code that is made from these texts."""
        digest = hashlib.sha256()
        for part in parts:
            data = part.encode()
            digest.update(len(data).to_bytes(8, "little") + data)
        return digest.hexdigest()

    def find(self, key: str) -> bytes | None:
        """Return the machine code for a key, or None if there is no valid file for it."""
        try:
            descriptor = os.open(self._folder / (key + _SUFFIX), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            found = os.fstat(descriptor)
            if not (stat.S_ISREG(found.st_mode) and _is_private(found) and found.st_size <= MAX_BYTES):
                return None
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read()
        finally:
            os.close(descriptor)
        checksum, code = data[:_CHECKSUM], data[_CHECKSUM:]
        return code if secrets.compare_digest(checksum, _checksum(key, code)) else None

    def keep(self, key: str, code: bytes) -> None:
        """Write machine code. Other processes see either all of it or nothing. A full disk is not an error."""
        temporary = self._folder / f"{secrets.token_hex(8)}.new"
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
                file.write(_checksum(key, code) + code)
            os.replace(temporary, self._folder / (key + _SUFFIX))
            self._make_room()
        except OSError:
            temporary.unlink(missing_ok=True)

    def _make_room(self):
        files = [(found.st_mtime, found.st_size, file) for file in self._folder.glob("*" + _SUFFIX)
                 if (found := os.lstat(file)).st_size]  # fmt: skip
        left = sum([size for _, size, _ in files])
        for _, size, file in sorted(files):
            if left <= MAX_BYTES:
                break
            file.unlink(missing_ok=True)
            left -= size


def shelf() -> Shelf | None:
    """Return the shelf for machine code, or None if code is not kept.

    It warns if the folder in ``DELTAGRAD_CACHE`` cannot be used, and on systems whose files have no owners.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    try:
        if not hasattr(os, "getuid"):
            raise PermissionError("files have no owner on this system, so it cannot be checked who wrote them")
        return Shelf(folder)
    except OSError as error:
        warnings.warn(f"{VARIABLE}: {error}. No machine code is kept or taken from there.", stacklevel=2)
        return None


def _is_private(found):
    return found.st_uid == os.getuid() and not found.st_mode & 0o077


def _checksum(key, code):
    return hashlib.sha256(key.encode() + code).digest()
