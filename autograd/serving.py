"""The server of ``deltagrad playground FOLDER``. Only browsers on this machine can reach its pages."""

import http.server
from functools import partial
from pathlib import Path

__all__ = ["server"]


class _Handler(http.server.SimpleHTTPRequestHandler):
    """The handler that sends the files of a folder, with the types that browsers require for modules and WASM."""

    extensions_map = {  # noqa: RUF012 - the base class has it as a dict, too
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
    }

    def log_message(self, format, *args):
        """Print nothing for a request."""


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server for the files of a folder. ``serve_forever()`` runs it.

    Args:
        folder: the folder.
        port: the port, on the loopback address 127.0.0.1; 0 for any free port.

    Raises:
        OSError: the port is taken.
        OverflowError: the port is below 0 or above 65535.

    Example:
        >>> with server(Path("docs")) as found:
        ...     found.server_address[0]
        '127.0.0.1'
    """
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(folder)))
