"""``deltagrad playground FOLDER``: pages from a folder, served to browsers on this machine alone."""

import http.server
from functools import partial
from pathlib import Path

__all__ = ["server"]


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Sends the files of one folder, with the types that browsers insist on for modules and machine code."""

    extensions_map = {  # noqa: RUF012 - the base class has it as a dict, too
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }

    def log_message(self, format, *args):
        """Say nothing of each request."""


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server for the files of a folder; ``serve_forever()`` runs it.

    Args:
        folder: the folder.
        port: where it listens, on the loopback address 127.0.0.1; 0 for any port that is free.

    Raises:
        OSError: the port is taken.

    Example:
        >>> with server(Path("docs")) as found:
        ...     found.server_address[0]
        '127.0.0.1'
    """
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(folder)))
