"""A server of a folder that counts what it sends, compresses it or not, and may be a slow line."""

import functools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

from visits import COMPRESSED, PatientServer, send_gzipped

PIECE = 16_384  # bytes that a slow line takes at a time


class Wire:
    """What a server's answers pass through, all connections together.

    Parameters
    ----------
    compresses : bool
        Whether to compress what is not compressed yet.
    rate : float, optional
        Megabits that it carries a second; without one, as many as it can.

    Attributes
    ----------
    sent : int
        Bytes so far, headers included.
    """

    def __init__(self, compresses: bool = False, rate: float | None = None) -> None:
        self.compresses = compresses
        self.rate = rate
        self.sent = 0
        self._free = 0.0  # the moment from which on the line is free
        self._lock = threading.Lock()

    def carry(self, length: int) -> None:
        """Count so many bytes, and wait for as long as they take."""
        with self._lock:
            self.sent += length
            if not self.rate:
                return
            self._free = max(self._free, time.perf_counter()) + 8 * length / (1e6 * self.rate)
            wait = self._free - time.perf_counter()
        time.sleep(max(wait, 0.0))


class Outlet:
    """The stream of one connection, through a wire."""

    closed = False

    def __init__(self, stream: Any, wire: Wire) -> None:
        self._stream, self._wire = stream, wire

    def write(self, data: bytes) -> int:
        """Send the bytes, piece by piece."""
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            self._wire.carry(len(piece))
            self._stream.write(piece)
        return len(data)

    def flush(self) -> None:
        """Send what waits."""
        self._stream.flush()

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


class Handler(SimpleHTTPRequestHandler):
    """Sends files through the wire of its class."""

    wire: Wire
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """Put the wire between."""
        super().setup()
        self.wfile: Any = Outlet(self.wfile, self.wire)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file, compressed where that is asked for."""
        path = Path(self.translate_path(self.path))
        if self.wire.compresses and path.suffix in COMPRESSED and path.is_file():
            send_gzipped(self, path)
        else:
            super().do_GET()


@contextmanager
def serving(folder: Path, wire: Wire) -> Iterator[str]:
    """Serve a folder through a wire, on a free port of localhost."""
    handler = type("WiredHandler", (Handler,), {"wire": wire})
    with PatientServer(("127.0.0.1", 0), functools.partial(handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
