"""Writing a file as a whole: if anything goes wrong, the old file is still there."""

import contextlib
import errno
import os
import secrets
import stat

__all__ = ["write_whole"]


def write_whole(path, data) -> None:
    """Write a file, or replace its content.

    A link stays a link, and the file that it leads to is written. A file with several names (hard links) keeps them.
    A device or a pipe stays what it is, and receives the data.

    Args:
        path: the path of the file, text or bytes. Its folder must exist.
        data: the new content, bytes.

    Raises:
        OSError: the file cannot be written. An old file is unchanged. The error names the path as it was given.
    """
    try:
        if _is_special(path):
            _send(path, data)
        else:
            _write(os.path.realpath(os.fsdecode(path)), data)
    except OSError as error:
        if error.errno is None:
            raise
        # the error would name the temporary file, which the user does not know
        raise OSError(error.errno, error.strerror, os.fsdecode(path)) from error


def _is_special(path):
    """Return True for a device or a pipe. A pipe of this process, ``/dev/fd/4``, has no other path than this one."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _write(path, data):
    try:
        found = os.stat(path)
    except FileNotFoundError:
        _replace(path, data, None)
        return
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if found.st_nlink > 1:
        _overwrite(path, data)
    else:
        _replace(path, data, found.st_mode & 0o777)


def _replace(path, data, mode):
    """Write a temporary file beside ``path``, and move it to ``path``."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        if not _write_unnamed(folder, temporary, data):
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            with os.fdopen(descriptor, "wb") as file:
                _fill(file, data)
        if mode is None:
            mode = os.stat(temporary).st_mode & 0o777
        os.chmod(temporary, mode | 0o600)  # with a mask of 0o777, as in some browsers, nobody could read the file
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):  # it was not made yet, or the interrupt came after the replacement
            os.unlink(temporary)
        raise


def _write_unnamed(folder, name, data) -> bool:
    """Write a file that gets its name only when it is complete. Return False if the system does not support this.

    If the process ends before that, the file disappears by itself.
    """
    try:
        descriptor = os.open(folder, os.O_WRONLY | os.O_TMPFILE, 0o666)
    except (AttributeError, OSError):
        return False
    with os.fdopen(descriptor, "wb") as file:
        _fill(file, data)
        try:
            # Python follows the link only if src_dir_fd is given
            os.link(f"/proc/self/fd/{descriptor}", name, src_dir_fd=descriptor)
        except OSError:
            return False
    return True


def _overwrite(path, data):
    """Write into a file that has several names. If this fails, write the old content back."""
    with open(path, "r+b") as file:
        old = file.read()
        try:
            _fill(file, data)
        except BaseException:
            _fill(file, old)
            raise


def _fill(file, data):
    file.seek(0)
    file.write(data)
    file.flush()
    file.truncate()
    os.fsync(file.fileno())


def _send(path, data):
    """Write to a device or a pipe. A pipe that nobody reads raises an error, so there is no endless wait."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "wb") as file:
        if hasattr(os, "set_blocking"):
            os.set_blocking(descriptor, True)
        file.write(data)
