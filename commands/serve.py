"""Serve the built book on localhost, and rebuild it when a source changes."""

import functools
import http.server
import sys
import threading
import time

import book

FIRST_PORT = 8000


def start_server() -> http.server.ThreadingHTTPServer:
    """Return a running server for _build/html on the first free port from `FIRST_PORT`."""
    handler = functools.partial(QuietHandler, directory=str(book.BUILD / "html"))
    for port in range(FIRST_PORT, FIRST_PORT + 50):
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            continue
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
    sys.exit(f"no free port between {FIRST_PORT} and {FIRST_PORT + 49}")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """A file server that reports errors only, and lets no browser keep an old page."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of requests that succeed."""

    def end_headers(self) -> None:
        """Add the header that keeps browsers from showing an old page."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def main() -> None:
    """Serve until interrupted; look for changes once a second."""
    server = start_server()
    print(f"Serving http://127.0.0.1:{server.server_port}/ (stop with Ctrl-C)", flush=True)
    seen = book.fingerprint([*book.shared_files(), *book.page_files()])
    try:
        while True:
            time.sleep(1)
            try:
                now = book.fingerprint([*book.shared_files(), *book.page_files()])
            except FileNotFoundError:  # a file vanished between listing and reading: look again
                continue
            if now != seen:
                seen = now
                book.build()
    except KeyboardInterrupt:
        server.shutdown()


if __name__ == "__main__":
    main()
