"""The bytes of the page's Python: any source will do, and only the sums are trusted."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rendering.python import obtain

CONTENT = {"a.js": b"first", "b.wasm": b"second"}


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """Want two small files; keep them in a cache of the test's own."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(obtain, "FILES", sums)
    monkeypatch.setattr(obtain, "CACHE", tmp_path / "cache")
    obtain.python_folder.cache_clear()
    yield
    obtain.python_folder.cache_clear()


@pytest.fixture
def source(tmp_path):
    """Return a folder with the two files, and one that nobody asked for."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name, content in {**CONTENT, "other": b""}.items():
        (folder / name).write_bytes(content)
    return folder


class Silent(SimpleHTTPRequestHandler):
    """A server that writes no log."""

    def log_message(self, *args):
        pass


def held(folder):
    """Return what a folder holds besides the lock."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != obtain.LOCK}


def test_from_a_folder_then_from_the_cache(monkeypatch, source):
    monkeypatch.setenv(obtain.SOURCE, str(source))
    folder = obtain.python_folder()
    assert held(folder) == CONTENT
    for path in source.iterdir():
        path.unlink()
    obtain.python_folder.cache_clear()
    assert held(obtain.python_folder()) == CONTENT


def test_from_an_address(monkeypatch, source):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(source)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        monkeypatch.setenv(obtain.SOURCE, f"http://127.0.0.1:{server.server_port}/")
        assert held(obtain.python_folder()) == CONTENT
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_none_is_wanted(monkeypatch):
    monkeypatch.setenv(obtain.SOURCE, "none")
    with pytest.raises(obtain.MissingError, match="PYODIDE_FROM is none"):
        obtain.python_folder()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"tampered"), "b.wasm is not the file of Pyodide"),
        (lambda path: path.unlink(), "there is no b.wasm"),
    ],
    ids=["another sum", "missing"],
)
def test_nothing_is_kept_of_a_source_that_is_not_whole(monkeypatch, source, spoil, words):
    spoil(source / "b.wasm")
    monkeypatch.setenv(obtain.SOURCE, str(source))
    with pytest.raises(obtain.MissingError, match=words):
        obtain.python_folder()
    assert list(obtain.CACHE.iterdir()) == []


def test_a_spoiled_cache_is_filled_anew(monkeypatch, source):
    monkeypatch.setenv(obtain.SOURCE, str(source))
    folder = obtain.python_folder()
    (folder / "a.js").write_bytes(b"tampered")
    obtain.python_folder.cache_clear()
    assert held(obtain.python_folder()) == CONTENT


def test_a_failed_address_says_what_is_not_there(monkeypatch, source):
    (source / "a.js").unlink()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(source)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        monkeypatch.setenv(obtain.SOURCE, f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(obtain.MissingError, match=r"there is no a\.js \(HTTP Error 404"):
            obtain.python_folder()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
