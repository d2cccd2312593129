"""Every stage of the certified search at work on problems of a few rows."""

import contextlib
from unittest import mock

from nnlib import choice, exact, settle, shortlist


@contextlib.contextmanager
def small_scale(group=2, room=(4, 2), tile=(8, 3), odd=3, threads=1, counted=()):
    """Let tiny problems run through every stage; count the calls of some functions."""
    settings = {
        exact: {
            "SMALL_WORK": -1, "MOST_ODD": odd, "FAIR": 0, "threads_for": lambda products: threads,
        },
        choice: {"SMALL_WORK": -1, "tree_pays": lambda *asked: False},
        shortlist: {
            "GROUP": group, "GROUPS": 1, "ROOM": room, "FILTER_TILE": tile, "WIDE_TILE": tile,
            "THREAD_BYTES": 1, "FEWEST_ROWS": 1,
        },
    }  # fmt: skip
    with contextlib.ExitStack() as stack:
        for module, values in settings.items():
            for name, value in values.items():
                stack.enter_context(mock.patch.object(module, name, value))
        yield {
            name: stack.enter_context(mock.patch.object(home, name, wraps=getattr(home, name)))
            for name in counted
            for home in [settle if name == "in_integers" else exact]
        }
