"""The same work in several threads at once."""

import threading
from concurrent.futures import ThreadPoolExecutor


def at_once(work, times=4):
    """Return what so many threads return from `work`, all of which begin together."""
    start = threading.Barrier(times)

    def begun(_):
        start.wait()
        return work()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(begun, range(times)))
