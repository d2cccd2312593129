"""The nearest neighbor classifier out of hard thresholds: half-planes, ANDs and ORs.

A hard threshold unit fires (1) if w·x + b ≥ 0 and is silent (0) otherwise; a perceptron is a net
of them. Three layers are enough for 1-nearest-neighbor, with all weights copied from the data:

    layer 1   h_ij = [2(t_i − t_j)·x + ‖t_j‖² − ‖t_i‖² ≥ 0], i < j    is t_i as near as t_j?
    layer 2   a_i  = every h_ij fires and no h_ji does                t_i wins its comparisons
    layer 3   o_c  = some a_i with y_i = c fires                      a class owns the query

The sum in layer 1 is ‖x − t_j‖² − ‖x − t_i‖², zero on the bisector of t_i and t_j. Of two equally
near rows the earlier one wins, since its index is i and the unit fires at zero.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.distances import check_norms
from nnlib.request import MEMORY_LIMIT
from nnlib.tiles import slices
from nnlib.validation import (
    Array,
    as_array,
    as_labels,
    as_rows,
    as_training_rows,
    check_choice,
    check_count,
    distinct_labels,
)

BISECTORS = ("other classes", "all")
# A factor below this share of the largest is taken for rounding by the least squares.
NEGLIGIBLE = 1e-9
# The weight of the column for δ: large, so that the least squares take it in first.
EAGER = 1e3


def class_codes(y_train: ArrayLike, n_rows: int) -> tuple[Array, Array]:
    """Return (classes, codes): the distinct labels in order, and each row's place among them."""
    labels = as_labels("y_train", y_train, n_rows, "X_train")
    if labels.ndim != 1:
        raise ValueError(f"y_train must be one label a row; its shape is {labels.shape}")
    return distinct_labels("y_train", labels)


def compared(codes: Array, bisectors: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows (i, j), i < j, that get a bisector, in the order of i, then j."""
    partners = [
        i + 1 + np.flatnonzero((codes[i + 1 :] != code) | (bisectors == "all"))
        for i, code in enumerate(codes)
    ]
    first = np.repeat(np.arange(len(codes)), [len(found) for found in partners])
    return first, np.concatenate(partners)


def sums_in_order(X: Array, W: Array, b: Array) -> NDArray[np.float64]:
    """Return X Wᵀ + b, added up feature by feature: the same bits on every machine."""
    total = np.zeros((len(X), len(W)))
    for x_f, w_f in zip(X.T, W.T, strict=True):
        total += x_f[:, None] * w_f
    total += b
    return total


def exact_combination(
    columns: list[list[Fraction]], target: list[Fraction]
) -> list[Fraction] | None:
    """Return the one λ with Σ_k λ_k column_k = target, unrounded, or None if there is not one.

    Gauss–Jordan elimination in fractions.
    """
    rows = [list(row) for row in zip(*columns, target, strict=True)]
    width = len(columns)
    for k in range(width):
        pivot = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        lead = rows[k][k]
        rows[k] = [value / lead for value in rows[k]]
        for r, row in enumerate(rows):
            if r != k and row[k]:
                factor = row[k]
                rows[r] = [a - factor * p for a, p in zip(row, rows[k], strict=True)]
    if any(row[-1] for row in rows[width:]):
        return None
    return [row[-1] for row in rows[:width]]


def implies(face: int, used: list[int], w: Array, c: Array, strict: Array) -> bool:
    """Return whether λ_k ≥ 0 and δ ≥ 0 of `follows`, with λ_k = 0 but for `used`, are proved.

    Solved and checked in fractions, so that True is a proof.
    """
    columns = [[Fraction(v) for v in w[k].tolist()] for k in used]
    found = exact_combination(columns, [Fraction(v) for v in w[face].tolist()])
    if found is None or any(value < 0 for value in found):
        return False
    reached = (value * Fraction(float(c[k])) for value, k in zip(found, used, strict=True))
    left = Fraction(float(c[face])) - sum(reached, Fraction(0))
    if left != 0:
        return left > 0
    sharp = any(value > 0 and strict[k] for value, k in zip(found, used, strict=True))
    return bool(sharp or not strict[face])


def follows(
    face: int, others: NDArray[np.intp], w: Array, c: Array, strict: Array, center: Array
) -> bool:
    """Return whether one face of a cell is proved to follow from `others`.

    A cell is {x : g_k(x) ≥ 0, or > 0 where `strict`}, g_k(x) = w_k·x + c_k. If

        g_face = Σ_k λ_k g_k + δ,   λ_k ≥ 0,  δ ≥ 0,

    then g_face ≥ 0 wherever the others hold, and > 0 if δ > 0 or some λ_k > 0 is of a strict one
    (the easy half of Farkas' lemma). Non-negative least squares proposes which λ_k are not
    zero, and `implies` has the last word. False says that no proof was found.

    Around `center`, a point inside of the cell, g_k / g_k(center) = 1 + p_k·(x − center): the
    face follows where p_face is in the convex hull of 0 and the other p_k.
    """
    from scipy.optimize import nnls

    if not w[face].any():  # the constant c, from two rows in the same place
        return bool(c[face] > 0 or (c[face] == 0 and not strict[face]))
    others = others[w[others].any(axis=1)]
    inside = w @ center + c
    if not len(others) or inside[face] <= 0 or (inside[others] <= 0).any():
        return False  # nothing to follow from, or rounding has moved the center out of the cell
    columns = np.ones((len(center) + 1, len(others) + 1))
    with np.errstate(all="ignore"):
        columns[:-1, :-1] = (w[others] / inside[others, None]).T
        columns[:, -1] = np.append(np.zeros(len(center)), EAGER)  # δ
        target = np.append(w[face] / inside[face], 1.0)
        scale = np.abs(columns[:-1]).max()
        columns[:-1] /= scale
        target[:-1] /= scale
    if not (np.isfinite(scale) and np.isfinite(target).all()):
        return False
    try:
        factors, residual = nnls(columns, target)
    except RuntimeError:  # it did not converge: nothing is proved
        return False
    if residual > 1e-6:
        return False
    used = others[factors[:-1] > NEGLIGIBLE * factors[:-1].max()].tolist()
    if len(used) <= len(center):
        return implies(face, used, w, c, strict)
    # One too many, and δ = 0: p_face is inside of the simplex of the used p_k. Seen from 0 it
    # is before the simplex' far side, whose d corners will do.
    return any(implies(face, [k for k in used if k != one], w, c, strict) for one in used)


class PerceptronNet:
    """1-nearest-neighbor as a three-layer perceptron of hard threshold units.

    Made by `from_data`; all weights are copied or computed from the training rows.

    Attributes
    ----------
    W1 : ndarray, shape (n_planes, d)
        2(t_i − t_j), a row for each bisector.
    b1 : ndarray, shape (n_planes,)
        ‖t_j‖² − ‖t_i‖².
    pairs : ndarray, shape (n_planes, 2)
        The rows i < j of each bisector.
    plane, cell, sign : ndarray, shape (n_links,)
        Layer 2, link by link: half-plane `plane` goes to AND `cell` with weight `sign`, +1 if
        it must fire and −1 if it must not. In the order of the cells.
    codes : ndarray, shape (n_cells,)
        Layer 3: the OR that each AND goes to.
    classes : ndarray
        The distinct labels in sorted order.
    templates : ndarray, shape (n_cells, d)
        The training rows, in float64.
    bisectors : {"other classes", "all"}

    Notes
    -----
    *Why bisectors against other classes are enough.* Let t be the nearest row, the earliest of
    equals. It wins all comparisons, so its AND fires. A row of another class loses at least
    that against t, so its AND is silent. Hence exactly the class of t fires, though perhaps by
    several ANDs.

    *Rounding.* Sums are computed in float64, feature by feature. For integers v with
    5 d max|v|² ≤ 2⁵³ nothing rounds. Otherwise a unit may be wrong about a query within rounding
    of its bisector. As the two rows of a pair share one unit, two classes never fire at once
    (before pruning); but it may happen that none does.

    References
    ----------
    O. J. Murphy, "Nearest neighbor pattern classification perceptrons", Proceedings of the IEEE
    78(10), 1595–1598, 1990, doi 10.1109/5.58344, for the idea; tie rules, counts and pruning are
    this library's.
    """

    def __init__(
        self,
        W1: Array,
        b1: Array,
        pairs: Array,
        plane: Array,
        cell: Array,
        sign: Array,
        *,
        codes: Array,
        classes: Array,
        templates: Array,
        bisectors: str,
        memory_limit: int,
    ) -> None:
        self.W1, self.b1, self.pairs = W1, b1, pairs
        self.plane, self.cell, self.sign = plane, cell, sign
        self.codes, self.classes = codes, classes
        self.templates, self.bisectors = templates, bisectors
        self.memory_limit = memory_limit

    @staticmethod
    def count_units(y_train: ArrayLike, bisectors: str = "other classes") -> tuple[int, int, int]:
        """Return how many (half-planes, ANDs, ORs) the net would have, without making it.

        n(n − 1)/2 half-planes for all bisectors, less n_c(n_c − 1)/2 for each class c where
        those within a class are left out: (n² − Σ n_c²)/2.
        """
        check_choice("bisectors", bisectors, BISECTORS)
        labels = as_array("y_train", y_train)
        classes, codes = class_codes(labels, len(labels) if labels.ndim else 0)
        n = len(codes)
        within = sum(m * (m - 1) // 2 for m in np.bincount(codes).tolist())
        return n * (n - 1) // 2 - (within if bisectors != "all" else 0), n, len(classes)

    @classmethod
    def from_data(
        cls,
        X_train: ArrayLike,
        y_train: ArrayLike,
        *,
        bisectors: str = "other classes",
        memory_limit: int = MEMORY_LIMIT,
    ) -> "PerceptronNet":
        """Write the perceptron's weights down from the training rows.

        Parameters
        ----------
        X_train : array_like, shape (n_train, d)
        y_train : array_like, shape (n_train,)
            Labels; rows in the same place may have different ones.
        bisectors : {"other classes", "all"}
            Which pairs of rows get a half-plane. With "all", exactly one AND fires, that of the
            nearest row; with "other classes" perhaps several, all of its class.
        memory_limit : int
            Bytes that the weights may take, and that a pass over queries may take besides.

        Raises
        ------
        ValueError
            Naming the argument, for input that `nnlib.nearest` would refuse, for a `y_train` of
            another length, and, before anything is made, for too many half-planes.
        """
        rows = as_training_rows("X_train", X_train)
        classes, codes = class_codes(y_train, len(rows))
        n_planes = cls.count_units(codes, bisectors)[0]
        memory_limit = check_count("memory_limit", memory_limit, 1, None, "bytes")
        d = rows.shape[1]
        needed = n_planes * (8 * (d + 1) + 2 * 8 + 2 * (8 + 8 + 1))
        if needed > memory_limit:
            raise ValueError(
                f"the net would have {n_planes:,} half-planes for {len(rows):,} rows and take "
                f"{needed:,} bytes; memory_limit is {memory_limit:,}. Take fewer rows or raise it"
            )
        T = rows.astype(np.float64)
        with np.errstate(all="ignore"):
            norms = sums_in_order(np.ones((1, d)), T * T, np.zeros(len(T)))[0]
        check_norms(np.zeros(1), norms)
        i, j = compared(codes, bisectors)
        cell = np.concatenate([i, j])
        order = np.argsort(cell, kind="stable")
        return cls(
            2 * (T[i] - T[j]),
            norms[j] - norms[i],
            np.stack([i, j], axis=1),
            np.tile(np.arange(n_planes), 2)[order],
            cell[order],
            np.repeat(np.array([1, -1], np.int8), n_planes)[order],
            codes=codes,
            classes=classes,
            templates=T,
            bisectors=bisectors,
            memory_limit=memory_limit,
        )

    @property
    def units(self) -> tuple[int, int, int]:
        """The number of half-planes, of ANDs and of ORs."""
        return len(self.b1), len(self.codes), len(self.classes)

    def __repr__(self) -> str:
        planes, cells, classes = self.units
        return (
            f"PerceptronNet of three layers: {planes:,} half-planes, {cells:,} ANDs with "
            f"{len(self.cell):,} inputs, {classes:,} ORs (bisectors: {self.bisectors})"
        )

    def layers(self) -> tuple[tuple[Array, Array], ...]:
        """Return ((W1, b1), (W2, b2), (W3, b3)) as dense matrices: each layer is [W z + b ≥ 0].

        W2 is ±1 or 0, and b2 minus the number of +1 in its row: the sum reaches zero when all
        inputs are as they must be. W3 is 0 or 1 and b3 = −1: one firing AND is enough.
        """
        planes, cells, classes = self.units
        W2 = np.zeros((cells, planes), np.int8)
        W2[self.cell, self.plane] = self.sign
        W3 = (np.arange(classes)[:, None] == self.codes).astype(np.int8)
        b2 = -(W2 > 0).sum(axis=1)
        return (self.W1, self.b1), (W2, b2), (W3, np.full(classes, -1))

    def half_planes(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Return layer 1: whether each half-plane holds each query, shape (n_test, n_planes)."""
        return np.asarray(sums_in_order(self._queries(X), self.W1, self.b1) >= 0)

    def _queries(self, X: ArrayLike) -> NDArray[np.float64]:
        rows = as_rows("X", X)
        if rows.shape[1] != self.W1.shape[1]:
            raise ValueError(
                f"X and W1 must have the same number of columns; X has shape {rows.shape}, "
                f"W1 has shape {self.W1.shape}"
            )
        queries = rows.astype(np.float64)
        with np.errstate(all="ignore"):
            norms = np.array([(queries * queries).sum(axis=1).max(initial=0)])
            largest = np.array([(self.templates**2).sum(axis=1).max(initial=0)])
        check_norms(norms, largest)
        return queries

    def and_sums(self, X: ArrayLike) -> NDArray[np.intp]:
        """Return W2 h + b2 of layer 2: zero where an AND fires, minus its wrong inputs elsewhere.

        Shape (n_test, n_cells).
        """
        queries = self._queries(X)
        sums = np.zeros((len(queries), len(self.codes)), np.intp)
        if not len(self.cell):
            return sums
        starts = np.flatnonzero(np.diff(self.cell, prepend=-1))
        # A pair (query, half-plane) takes two floats, and two links of three flags each.
        step = max(1, self.memory_limit // (22 * len(self.b1)))
        for part in slices(len(queries), step):
            fires = sums_in_order(queries[part], self.W1, self.b1) >= 0
            wrong = fires[:, self.plane] != (self.sign > 0)
            sums[part, self.cell[starts]] = -np.add.reduceat(wrong, starts, axis=1, dtype=np.intp)
        return sums

    def ands(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Return layer 2: whether each row's AND fires, shape (n_test, n_cells)."""
        return np.asarray(self.and_sums(X) == 0)

    def forward(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Return layer 3: whether each class fires, shape (n_test, n_classes).

        One True a query, unless rounding has made the half-planes disagree.
        """
        fires = self.ands(X)
        outputs = np.zeros((len(fires), len(self.classes)), np.bool_)
        for code in range(len(self.classes)):
            outputs[:, code] = fires[:, self.codes == code].any(axis=1)
        return outputs

    def predict(self, X: ArrayLike) -> Array:
        """Return a label for each query, shape (n_test,).

        That of the first AND with the fewest wrong inputs: of the class that fires, and where
        rounding has silenced all classes, of the row that came closest to firing.
        """
        return np.asarray(self.classes[self.codes[self.and_sums(X).argmax(axis=1)]])

    def pruned(self) -> "PerceptronNet":
        """Return the net without the AND inputs, and half-planes, that are proved not to matter.

        An input of an AND is cut if it follows from those that the AND keeps: see `follows`.
        Every cut is proved in exact arithmetic on the stored weights, so that in exact
        arithmetic both nets have the same outputs for *every* query, ties included. That what
        is left is necessary is not claimed. The farthest rows are tried first. The work
        grows with the cube of d at least; it pays for few features.
        """
        keep = np.zeros(len(self.cell), np.bool_)
        bounds = np.searchsorted(self.cell, np.arange(len(self.codes) + 1))
        for i, center in enumerate(self.templates):
            links = np.arange(bounds[i], bounds[i + 1])
            planes, signs = self.plane[links], self.sign[links]
            w, c, strict = signs[:, None] * self.W1[planes], signs * self.b1[planes], signs < 0
            never = ~w.any(axis=1) & (c == 0) & strict  # an earlier row in the same place
            if never.any():
                keep[links[never.argmax()]] = True
                continue
            alive = np.ones(len(links), np.bool_)
            for face in np.argsort(-(w @ center + c), kind="stable"):
                alive[face] = False
                alive[face] = not follows(face, np.flatnonzero(alive), w, c, strict, center)
            keep[links[alive]] = True
        kept, plane = np.unique(self.plane[keep], return_inverse=True)
        return PerceptronNet(
            self.W1[kept],
            self.b1[kept],
            self.pairs[kept],
            plane,
            self.cell[keep],
            self.sign[keep],
            codes=self.codes,
            classes=self.classes,
            templates=self.templates,
            bisectors=self.bisectors,
            memory_limit=self.memory_limit,
        )
