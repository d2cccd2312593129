"""A k-d tree small enough to watch: its steps, one after the other, on the way to the nearest row.

A node is a box around some rows. Cut at the median of the box's longest side, it has two halves; a
leaf has a few rows and no halves. No row is nearer to a query than its box is. So the search goes
down to the half whose box is nearer, compares the rows of the leaf, and on the way back opens the
other half only if its box is not farther than the best row so far. `nnlib.tree` does it at scale,
by SciPy.

**Nothing is lost to rounding.** A box's bound and a row's squared distance are computed in the same
order: differences, squares, a sum from the first feature on. Each of these roundings is monotone,
and a box leaves no coordinate farther than its rows do; so the *computed* bound is never above the
*computed* distance of a row inside, and the row found is the one that comparing all rows in this
order would find, the earliest of equals.

References
----------
J. H. Friedman, J. L. Bentley and R. A. Finkel, "An algorithm for finding best matches in
logarithmic expected time", ACM Transactions on Mathematical Software 3(3), 209–226, 1977,
doi 10.1145/355744.355745.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from nnlib.validation import check_count
from nnlib.watched import float_rows, one_point

Point = Sequence[float]


@dataclass(frozen=True)
class Node:
    """A box of the tree.

    Attributes
    ----------
    low, high : tuple of float
        Two opposite corners of the box.
    rows : tuple of int
        The rows inside, in their order.
    halves : tuple of int
        The places of its two halves in the list of nodes; empty for a leaf.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    rows: tuple[int, ...]
    halves: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """One step of a search, with the best row after it.

    Attributes
    ----------
    kind : {"open", "compare", "skip"}
        A box is opened; a row is compared; a box is left out, with all that it holds.
    node : int
        The box, or the leaf of the row.
    row : int
        The row that is compared, or −1.
    value : float
        The squared distance of the query to the box or to the row.
    best : int
        The nearest row so far, −1 before the first.
    least : float
        Its squared distance, infinite before the first.
    """

    kind: str
    node: int
    row: int
    value: float
    best: int
    least: float


def build(X_train: ArrayLike, leaf: int = 2) -> list[Node]:
    """Return the nodes of a tree over the rows, each before its halves, the root first.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d), d ≥ 1
    leaf : int
        Rows in a leaf, at most.

    Raises
    ------
    ValueError
        Naming the argument, for input that `nnlib.nearest` would refuse, without a feature, or
        beyond ±1e100, where squares overflow.
    """
    return grown(float_rows("X_train", X_train, least=1), leaf)


def grown(T: Sequence[Point], leaf: int) -> list[Node]:
    """Return the nodes of a tree over rows that are known to be such."""
    leaf = check_count("leaf", leaf, 1, None, "rows")
    nodes: list[Node] = []
    grow(T, list(range(len(T))), leaf, nodes)
    return nodes


def grow(T: Sequence[Point], rows: list[int], leaf: int, nodes: list[Node]) -> int:
    """Append the node of these rows and all below it; return its place."""
    low = tuple(min(T[i][j] for i in rows) for j in range(len(T[0])))
    high = tuple(max(T[i][j] for i in rows) for j in range(len(T[0])))
    place = len(nodes)
    nodes.append(Node(low, high, tuple(rows), ()))
    if len(rows) > leaf:
        sides = [b - a for a, b in zip(low, high, strict=True)]
        longest = sides.index(max(sides))
        ordered = sorted(rows, key=lambda i: T[i][longest])  # stable: equals keep their order
        half = len(rows) // 2
        parts = (sorted(ordered[:half]), sorted(ordered[half:]))
        halves = tuple(grow(T, part, leaf, nodes) for part in parts)
        nodes[place] = Node(low, high, tuple(rows), halves)
    return place


def distance(x: Point, t: Point) -> float:
    """Return ‖x − t‖², summed from the first feature on."""
    total = 0.0
    for v, w in zip(x, t, strict=True):
        total += (v - w) * (v - w)
    return total


def bound(x: Point, node: Node) -> float:
    """Return the squared distance from x to the box: 0 inside it."""
    total = 0.0
    for v, a, b in zip(x, node.low, node.high, strict=True):
        outside = max(a - v, v - b, 0.0)
        total += outside * outside
    return total


def trace(X_train: ArrayLike, x: ArrayLike, leaf: int = 2) -> list[Step]:
    """Return the steps of the search for the row nearest to the query `x` (d,).

    The last step's `best` is the answer.

    Raises
    ------
    ValueError
        As `build`, and for a query that is not d such numbers.
    """
    T = float_rows("X_train", X_train, least=1)
    nodes = grown(T, leaf)
    query = one_point("x", x, len(T[0]))
    steps: list[Step] = []
    visit(T, nodes, 0, query, steps)
    return steps


def visit(T: Sequence[Point], nodes: list[Node], place: int, x: Point, steps: list[Step]) -> None:
    """Append the steps of the search in one box, opened or left out."""
    best, least = (steps[-1].best, steps[-1].least) if steps else (-1, math.inf)
    node, value = nodes[place], bound(x, nodes[place])
    if value > least:  # not ≥: a row at the same distance may have an earlier index
        steps.append(Step("skip", place, -1, value, best, least))
        return
    steps.append(Step("open", place, -1, value, best, least))
    if not node.halves:
        for row in node.rows:
            value = distance(x, T[row])
            if best < 0 or (value, row) < (least, best):
                best, least = row, value
            steps.append(Step("compare", place, row, value, best, least))
    for half in sorted(node.halves, key=lambda half: bound(x, nodes[half])):
        visit(T, nodes, half, x, steps)
