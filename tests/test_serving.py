"""``deltagrad playground FOLDER``: pages for a browser on this machine."""

import http.client
import http.server
import re
import threading

import pytest

from autograd.__main__ import main
from autograd.serving import server


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>hello", encoding="utf-8")
    (tmp_path / "site" / "engine.wasm").write_bytes(b"\0asm")
    (tmp_path / "site" / "page.mjs").write_text("export {}", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return tmp_path / "site"


PAGES = [
    ("/", 200, "text/html"),
    ("/engine.wasm", 200, "application/wasm"),
    ("/page.mjs", 200, "text/javascript"),
    ("/nothing.html", 404, "text/html"),
    ("/../secret.txt", 404, "text/html"),
    ("/%2e%2e/secret.txt", 404, "text/html"),
]


def test_the_files_of_the_folder_are_served_on_the_loopback_address(folder, capfd):
    with server(folder) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        try:
            assert serving.server_address[0] == "127.0.0.1"
            for path, status, kind in PAGES:
                connection = http.client.HTTPConnection(*serving.server_address)
                connection.request("GET", path)
                answer = connection.getresponse()
                assert (path, answer.status, answer.headers.get_content_type()) == (path, status, kind)
                answer.read()
                connection.close()
        finally:
            serving.shutdown()
            thread.join()
    assert capfd.readouterr().err == ""


def test_the_command_says_where_and_ends_with_ctrl_c(folder, capsys, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(http.server.ThreadingHTTPServer, "serve_forever", interrupted)
    assert main(["playground", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("http://127.0.0.1:")
    assert str(folder) in said


def test_without_a_command_the_commands_are_listed(capsys):
    assert main([]) == 2
    said = capsys.readouterr().out
    for command in ("grade", "code", "mutants", "playground"):
        assert re.search(rf"^ +{command} ", said, flags=re.MULTILINE)


def test_what_cannot_be_served_is_an_error(folder, capsys):
    assert main(["playground", str(folder.parent)]) == 2
    assert re.search("there is no index.html in .*'make playground' builds", capsys.readouterr().err)
    with server(folder) as taken:
        port = str(taken.server_address[1])
        assert main(["playground", str(folder), "--port", port]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err
    assert main(["playground", str(folder), "--port", "70000"]) == 2
