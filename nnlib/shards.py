"""The merge of shards small enough to watch: who is taken, and who decides at a tie.

Each shard finds the k nearest of its rows. Two lists in order merge by taking, k times, the
smaller of their two heads by (distance, index); the merges form a tree. `nnlib.merge` and
`nnlib.distributed` do it at scale. Rows are whole numbers here, so that a tie is a tie.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from nnlib.validation import as_numbers, check_count
from nnlib.watched import places, whole_distance, whole_point, whole_rows


@dataclass(frozen=True)
class Step:
    """One step: a shard has searched its rows, or a merge takes one row.

    Attributes
    ----------
    kind : {"search", "take"}
    node : int
        The shard, by its place in the order of arrival, or the merge: see `tree`.
    row : int
        The row that is taken, or −1.
    tie : bool
        Whether the heads of both lists were equally near, so that the index decided.
    kept : tuple of int
        What the node holds after the step, nearest first.
    """

    kind: str
    node: int
    row: int
    tie: bool
    kept: tuple[int, ...]


def tree(count: int) -> list[tuple[int, int]]:
    """Return the two sides of every merge over so many shards, each side a shard or a merge.

    Shards are 0, 1, …, count − 1, merges count, count + 1, … in their order. Neighbors merge,
    level by level; who has no neighbor waits.

    Raises
    ------
    ValueError
        For a count that is not a whole number, at least 1.
    """
    count = check_count("count", count, 1, None, "shards")
    merges: list[tuple[int, int]] = []
    level = list(range(count))
    while len(level) > 1:
        above = []
        for i in range(0, len(level) - 1, 2):
            above.append(count + len(merges))
            merges.append((level[i], level[i + 1]))
        level = above + level[len(level) - len(level) % 2 :]
    return merges


def trace(
    X_train: ArrayLike, shard: Sequence[int], x: ArrayLike, k: int, arrival: Sequence[int]
) -> list[Step]:
    """Return the steps of the search for the k nearest of all rows.

    The last step's `kept` is the answer, in whichever order the shards arrive.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
        Whole numbers within ±1000.
    shard : list of int, n_train of them
        Where each row is kept.
    x : array_like, shape (d,)
        Whole numbers within ±1000.
    k : int
    arrival : list of int
        All shards, in the order in which they answer; some may be empty.

    Raises
    ------
    ValueError
        Naming the argument, for numbers that are not small and whole, for shapes that do not
        fit, and for a row in none of the shards.
    """
    T = whole_rows("X_train", X_train)
    query = whole_point("x", x, len(T[0]))
    k = check_count("k", k, 1, len(T), f"n_train = {len(T)}")
    order = places("arrival", arrival, as_numbers("arrival", arrival).size)
    if not order or sorted(order) != list(range(len(order))):
        raise ValueError(f"arrival must name each shard once; got {order}")
    home = places("shard", shard, len(order))
    if len(home) != len(T):
        raise ValueError(f"shard must name one of {len(order)} for each of {len(T)} rows")
    rank = [(whole_distance(query, t), i) for i, t in enumerate(T)]
    lists = [
        [i for _, i in sorted(rank[i] for i, s in enumerate(home) if s == one)[:k]] for one in order
    ]
    steps = [Step("search", node, -1, False, tuple(kept)) for node, kept in enumerate(lists)]
    for node, (first, second) in enumerate(tree(len(order)), len(order)):
        lists.append(merged(lists[first], lists[second], rank, k, node, steps))
    return steps


def merged(
    first: list[int],
    second: list[int],
    rank: list[tuple[int, int]],
    k: int,
    node: int,
    steps: list[Step],
) -> list[int]:
    """Return the k smallest of two lists in order, and append a step for each."""
    kept: list[int] = []
    sides = list(first), list(second)
    while len(kept) < k and any(sides):
        heads = [side[0] for side in sides if side]
        row = min(heads, key=lambda i: rank[i])
        tie = len(heads) == 2 and rank[heads[0]][0] == rank[heads[1]][0]
        next(side for side in sides if side[:1] == [row]).pop(0)
        kept.append(row)
        steps.append(Step("take", node, row, tie, tuple(kept)))
    return kept
