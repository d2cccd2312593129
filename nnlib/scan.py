"""The loop over the rows, step by step: one squared distance after the other, and the best so far.

A row displaces the best only if it is strictly nearer, so of equally near rows the first that is
met wins. Each squared distance is a sum of terms: in the direct form (x_j − t_j)², one a feature,
in the expanded form ‖x‖², −2x·t and ‖t‖². On whole numbers both are the same number.
"""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from nnlib.watched import whole_distance, whole_point, whole_rows


@dataclass(frozen=True)
class Step:
    """A row that is measured, and what that changes.

    Attributes
    ----------
    row : int
        The row.
    terms : tuple of int
        What adds up to its squared distance.
    distance : int
        ‖x − t‖².
    verdict : {"first", "nearer", "tie", "farther"}
        Against the best so far; "tie" and "farther" leave it what it was.
    best : int
        The best so far, this row included.
    """

    row: int
    terms: tuple[int, ...]
    distance: int
    verdict: str
    best: int


def trace(
    T: ArrayLike, x: ArrayLike, *, expanded: bool = False, turned: bool = False
) -> list[Step]:
    """Return one step a row of `T` (n, d) for a query `x` (d,), the last row first if `turned`.

    Raises
    ------
    ValueError
        Naming the argument, for rows that are no (n, d) matrix of whole numbers within ±1000, and
        for a query that is not d such numbers.
    """
    rows = whole_rows("T", T)
    query = whole_point("x", x, len(rows[0]))
    zero = [0] * len(query)
    found: list[Step] = []
    best, least = -1, 0
    for row in range(len(rows))[:: -1 if turned else 1]:
        t = rows[row]
        if expanded:
            dot = sum(a * b for a, b in zip(query, t, strict=True))
            terms = [whole_distance(query, zero), -2 * dot, whole_distance(t, zero)]
        else:
            terms = [(a - b) ** 2 for a, b in zip(query, t, strict=True)]
        distance = sum(terms)
        if best < 0:
            verdict = "first"
        elif distance == least:
            verdict = "tie"
        else:
            verdict = "nearer" if distance < least else "farther"
        if verdict in ("first", "nearer"):
            best, least = row, distance
        found.append(Step(row, tuple(terms), distance, verdict, best))
    return found
