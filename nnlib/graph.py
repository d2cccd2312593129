"""A walk on a navigable graph, small enough to watch, and to see it miss.

Rows are inserted one after another, each linked both ways to the M nearest so far (Malkov and
others, 2014). A search looks at a first row, then always leaves the nearest row that it has seen
and not yet left, looking at all its neighbors; it keeps the ef best rows seen, and stops when the
next one to leave is farther than all of these. With ef = 1 it is greedy: it stops where all
neighbors are farther. Rows are whole numbers here, so that a tie is a tie; of equals the earlier
comes first.

References
----------
Y. Malkov, A. Ponomarenko, A. Logvinov and V. Krylov, "Approximate nearest neighbor algorithm based
on navigable small world graphs", Information Systems 45, 61–68, 2014, doi 10.1016/j.is.2013.10.006.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from nnlib.validation import check_count
from nnlib.watched import places, whole_distance, whole_point, whole_rows


@dataclass(frozen=True)
class Step:
    """One step: a row is left for its neighbors, or the walk is over.

    Attributes
    ----------
    kind : {"start", "leave", "stop"}
    row : int
        The row that is looked at first or left; of "stop" the row that is found.
    new : tuple of int
        The rows that are looked at for the first time.
    waiting : tuple of int
        The rows seen and not left, nearest first.
    best : tuple of int
        The ef best rows seen, nearest first.
    """

    kind: str
    row: int
    new: tuple[int, ...]
    waiting: tuple[int, ...]
    best: tuple[int, ...]


def link(X_train: ArrayLike, M: int) -> list[list[int]]:
    """Return for every row the rows that it is linked to, in the order in which they came.

    Raises
    ------
    ValueError
        For rows that are not whole numbers within ±1000, or M below 1.
    """
    T = whole_rows("X_train", X_train)
    M = check_count("M", M, 1, None, "links")
    links: list[list[int]] = [[] for _ in T]
    for i in range(1, len(T)):
        near = sorted(range(i), key=lambda j: (whole_distance(T[i], T[j]), j))
        for j in near[:M]:
            links[i].append(j)
            links[j].append(i)
    return links


def trace(
    X_train: ArrayLike, links: Sequence[Sequence[int]], x: ArrayLike, ef: int, start: int = 0
) -> list[Step]:
    """Return the steps of the walk to a row near the query `x` (d,).

    The last step's `row` is what it finds: the nearest row that it has looked at, and perhaps not
    the nearest of all.

    Raises
    ------
    ValueError
        Naming the argument, for numbers that are not small and whole, for links of other rows,
        and for `ef` or `start` out of range.
    """
    T = whole_rows("X_train", X_train)
    query = whole_point("x", x, len(T[0]))
    ef = check_count("ef", ef, 1, None, "rows kept")
    start = check_count("start", start, 0, len(T) - 1, "a row")
    try:
        ways = [places("links", row, len(T)) for row in links]
    except TypeError:
        ways = []
    if len(ways) != len(T):
        raise ValueError(f"links must be a list for each of {len(T)} rows")
    rank = [(whole_distance(query, t), i) for i, t in enumerate(T)]
    seen, waiting, best = {start}, [start], [start]
    steps = [Step("start", start, (start,), (start,), (start,))]
    while waiting and (len(best) < ef or rank[waiting[0]][0] <= rank[best[-1]][0]):
        row = waiting.pop(0)
        new = [j for j in dict.fromkeys(ways[row]) if j not in seen]
        seen.update(new)
        waiting = sorted([*waiting, *new], key=lambda i: rank[i])
        best = sorted([*best, *new], key=lambda i: rank[i])[:ef]
        steps.append(Step("leave", row, tuple(new), tuple(waiting), tuple(best)))
    steps.append(Step("stop", best[0], (), tuple(waiting), tuple(best)))
    return steps
