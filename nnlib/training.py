"""The training side of a search: rows checked once, and what does not depend on queries."""

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.certify import converts
from nnlib.distances import squared_norms, with_bias
from nnlib.inner import normalized
from nnlib.partition import Partition
from nnlib.tiles import slices
from nnlib.tree import Tree
from nnlib.validation import Array, as_training_rows


def joined(name: str, before: Array, more: Array) -> Array:
    """Return an array and then another; raise a ValueError if no dtype keeps the values of both.

    It is their common dtype, or one of integers if both hold such.
    """
    parts, told = (before, more), f"{name} holds {more.dtype} and is to follow {before.dtype}, but "
    try:
        common = np.result_type(*parts)
    except (TypeError, OverflowError) as error:  # years and days, or a unit too fine
        raise ValueError(f"{told}{error}") from error
    for dtype in (common, np.dtype(np.int64), np.dtype(np.uint64)):
        if all(keeps(dtype, part) for part in parts):
            return np.concatenate(parts, dtype=dtype, casting="unsafe")
    raise ValueError(f"{told}{common}, their common dtype, does not hold all these values")


def keeps(dtype: np.dtype[Any], part: Array) -> bool:
    """Return whether a dtype keeps all values: a common one of this part and another, or integers.

    NumPy rounds integers to floats, and dates and time spans wrap around in a finer unit.
    """
    kind, safe = part.dtype.kind, np.can_cast(part.dtype, dtype)
    if kind in "iu" and dtype.kind == "f":
        return converts(part.reshape(len(part), -1))
    if kind == dtype.kind and kind in "mM":
        with suppress(OverflowError):  # NumPy 2.5 raises it where others wrap around
            return np.array_equal(part.astype(dtype).astype(part.dtype), part, equal_nan=True)
        return False
    return safe or (kind in "iu" and np.array_equal(part.astype(dtype), part))


class TrainingSet:
    """Training rows, with their norms, weights, tree and lists as soon as somebody asks.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
    keep_weights : bool
        Keep the augmented weights [−2t, ‖t‖²] between searches (as large as the rows) instead
        of making them tile by tile. An estimator that is fitted once and asked often does.
    start : int
        Where these rows begin in the whole training set; errors name rows in the whole.
    """

    def __init__(self, X_train: ArrayLike, keep_weights: bool = False, start: int = 0) -> None:
        # In whatever order of bytes: a copy of all rows might not fit, one of a tile does.
        self.rows = as_training_rows("X_train", X_train, start, native=False)
        self.keep_weights, self.start = keep_weights, start
        self._norms: dict[Any, Array] = {}
        self._weights: dict[Any, Array] = {}
        self._tree: Tree | None = None
        self._unit: TrainingSet | None = None
        self._lists: Partition | None = None
        self.lists_path: Any = None  # a pathlib.Path: of a file that keeps them
        # About which share of the pairs lists leave, and of how many rows; unknown before a trial.
        self.share: tuple[float, int] | None = None
        # What comparing all rows has cost so far, by the model: it counts pairs, no clock.
        self.spent = 0.0

    def __len__(self) -> int:
        return len(self.rows)

    def followed_by(self, rows: Array) -> "TrainingSet":
        """Return the set of these rows and then others; lists are extended, a tree is not.

        Lists whose rows have doubled since they were made are made anew, when they are wanted; so
        is what was tried of them.

        Raises
        ------
        ValueError
            If no dtype keeps all numbers.
        """
        both = TrainingSet(joined("X", self.rows, rows), self.keep_weights, self.start)
        both.spent, same = self.spent, both.rows.dtype == self.rows.dtype
        if same and self.share is not None and len(both) <= 2 * self.share[1]:
            both.share = self.share
        if same and self._lists is not None and len(both) <= 2 * self._lists.made_for:
            both._lists = self._lists.extended(both.rows)
        return both

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle keeps: not what is made again from the rows when it is wanted."""
        made = dict.fromkeys(("_tree", "_unit", "_lists"))
        return self.__dict__ | made | {"_norms": {}, "_weights": {}}

    def unit(self) -> "TrainingSet":
        """Return the rows normalized in floating point, kept between searches."""
        if self._unit is None:
            self._unit = TrainingSet(normalized(self.rows, "X"), self.keep_weights)
        return self._unit

    def norms(self, dtype: Any) -> Array:
        """Return ‖t‖² for every training row, in the working precision: (n_train,)."""
        if dtype not in self._norms:
            with np.errstate(all="ignore"):
                if self.rows.dtype == dtype:
                    norms = squared_norms(self.rows)
                else:  # Convert a stretch at a time: a wider copy of all rows may not fit.
                    norms = np.empty(len(self), dtype)
                    for part in slices(len(self), 1 + 2**14 // (1 + self.rows.shape[1])):
                        norms[part] = squared_norms(self.rows[part].astype(dtype))
            self._norms[dtype] = norms
        return self._norms[dtype]

    def tree(self, plant: bool = True) -> Tree | None:
        """Return the tree of the rows, kept between searches; None if there is none to be yet."""
        if self._tree is None and plant:
            self._tree = Tree(self.rows)
        return self._tree

    def lists(self, memory: int = 0, threads: int = 1) -> Partition | None:
        """Return the rows in lists, kept between searches; None if there is no memory to make them.

        `memory` and `threads` are what making them may take.
        """
        if self._lists is None and memory:
            if self.lists_path is not None and self.lists_path.exists():
                self._lists = Partition.load(self.lists_path, self.rows)
            else:
                self._lists = Partition(self.rows, memory, threads)
                if self.lists_path is not None:
                    self._lists.save(self.lists_path)
        return self._lists

    def weights(self, dtype: Any, part: slice) -> Array:
        """Return [−2t, ‖t‖²] for a stretch of the rows: one dense layer, bias inside."""
        if not self.keep_weights:
            rows = self.rows[part].astype(dtype, copy=False)
            return with_bias(-2 * rows, self.norms(dtype)[part])
        if dtype not in self._weights:
            rows = self.rows.astype(dtype, copy=False)
            self._weights[dtype] = with_bias(-2 * rows, self.norms(dtype))
        return self._weights[dtype][part]
