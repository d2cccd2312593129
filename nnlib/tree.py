"""A k-d tree as a filter: SciPy's `cKDTree` names a few rows, and a bound proves that they suffice.

A tree visits a small part of the rows when the features are few. What it returns was compared in
floating point, with ties in an arbitrary order, so nothing is taken from it but candidates: ask
for the m > k nearest, prove that every row it left out is truly farther than the kth of them, and
settle the order of the m as `nnlib.settle` does. Where the proof fails, ask again for more; where
it fails again, the query goes back to the search over all rows.

**What the tree does**, SciPy 1.14 to 1.18, `ckdtree/src/query.cxx` and `build.cxx`, for p = 2,
eps = 0, no periodic box and no given upper bound. A node is a cell, an interval in each
coordinate; of its two children one holds its rows with t_j < split, the other those with
t_j ≥ split. For the query x a node carries a side distance for each coordinate and M, which stands
for their sum: at the root the squares of the distances to the bounding box; then the child on the
side of x inherits everything, and for the other one

    side ← (split − x_j)²,   M ← M + (side − the former side).

Let v be the mth smallest squared distance computed so far, ∞ while there are fewer. A node is left
out only if M > v at that time (it is not pushed, or the loop ends at it while nothing in the queue
has a smaller M); a row of a visited leaf only if its computed distance is at least v, then or when
another row displaces it. v only decreases. `query` returns fl(√v) for its last value, V.

*Theorem.* Let u = 2⁻⁵³, γ_n = n u / (1 − n u), N = d + the number of inner nodes,
D = 7N + d + 8 and S = fl(fl(√V)²). If no square overflows, every row t that is not among the m has

    S ≤ (1 + γ_{D+2}) ‖x − t‖² + D · 2⁻¹⁰⁷⁴,

and the truth of each row among them is tied to its own S by the same inequality and its converse,
‖x − t‖² (1 − γ_{D+2}) ≤ S + D · 2⁻¹⁰⁷⁴.

*Proof.* A row compared itself: its distance is a sum of d squares in some order, fused or not, so
it is the true one up to γ_{d+2} and d · 2⁻¹⁰⁷⁵ for underflow; it was at least V. S is V within
three more roundings, and one 2⁻¹⁰⁷⁵ if S itself underflows. That is the converse, too.

A row of a node left out: V < M, so we need M ≤ (1 + γ_{7N+1}) ‖x − t‖² + 2N · 2⁻¹⁰⁷⁴, up to these
roundings of S. On the way down M was updated at most N times, once a coordinate at the root and
once an inner node. Let a_i and b_i be the exact squares that the new and the former side of the ith
update stand for. The split lies in the cell, so b_i ≤ a_i; each later side in a coordinate
continues the former one, so Σ (a_i − b_i) = F, the sum over the coordinates of their last sides;
and F ≤ ‖x − t‖² for all rows t of the cell, coordinate by coordinate. The computed sides, stored
or kept unrounded in a fused operation, are a_i and b_i up to γ_3 and 2⁻¹⁰⁷⁵; the update adds a
term of at most

    (1 + u) ((a_i − b_i) + γ_3 (a_i + b_i) + 2⁻¹⁰⁷⁴),

and M is at most (1 + u)^N times the sum of these. With a_i, b_i ≤ F and (1 + γ_{N+1})(1 + 2N γ_3)
≤ 1 + γ_{7N+1} that is the claim. ∎

`certify.cutoff` rests on these two inequalities alone, with its d in the place of D. So a row left
out is truly farther than the kth candidate if S_m > cutoff(S_k, D); the same comparison of
neighbors in the list proves their order. N is small beside 1/u: for a million rows γ_D < 10⁻¹⁰.

Another SciPy might leave out more, so none but those that were read is asked: with any other,
`algorithm="auto"` compares all rows, and `algorithm="tree"` does too and warns of it.

**What hostile data cost.** Rows are split at medians. A child is larger than half of its parent
only if it has the copies of the median; of any two splits of a path in the same coordinate, one
therefore halves what is left or leaves that coordinate constant. So no path has more than
(d + 1)(log₂ n + d) nodes, and building takes no more passes over the rows than that, in place of
log₂ n. Rows that are all equal are one leaf. Queries are taken in blocks, the first one small;
once more than half of them could not be proved, the rest does without the tree.

References
----------
J. H. Friedman, J. L. Bentley and R. A. Finkel, "An algorithm for finding best matches in
logarithmic expected time", ACM Transactions on Mathematical Software 3(3), 209–226, 1977,
doi 10.1145/355744.355745, for the tree and the expected number of leaves.
N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., SIAM, 2002, section 3.1.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import cutoff, largest_entry
from nnlib.problem import Problem
from nnlib.settle import settled_pairs
from nnlib.tiles import Advance, Indices
from nnlib.validation import Array

# The first and the last SciPy whose source was read for the theorem.
READ = ((1, 14), (1, 18))
# Rows in a leaf, at most; and bytes of a node, twice for the room its vector keeps.
LEAF = 24
NODE_BYTES = 2 * 72
# No square of a difference overflows, nor a sum of them, while all |v| are at most this.
LARGEST = 2**500
# Queries in the first block, from which the later ones grow; and at most.
BLOCK = (64, 4096)


def bound_was_read() -> bool:
    """Return whether there is a SciPy, and one that the theorem speaks of."""
    try:
        from scipy import __version__  # not before it is needed
    except ImportError:
        return False
    major, minor = __version__.split(".")[:2]
    return READ[0] <= (int(major), int(minor)) <= READ[1]


def tree_bytes(rows: Array) -> int:
    """Return about how many bytes a tree of these rows takes, and a copy of them if it needs one.

    A node for every LEAF / 4 rows, an index and a check for each row. Only rows in float64, one
    after the other in memory, serve as they are.
    """
    n, d = rows.shape
    shared = rows.dtype == np.float64 and rows.flags.c_contiguous
    return int(n * (4 * NODE_BYTES // LEAF + 8 + d + (0 if shared else 8 * d)) + 4096)


def tree_fits(*arrays: Array) -> bool:
    """Return whether the theorem allows these numbers, in at least one coordinate, and this SciPy.

    Warns if it is the SciPy that is at fault.
    """
    if not (arrays[0].shape[1] > 0 and all(largest_entry(a) <= LARGEST for a in arrays)):
        return False
    if bound_was_read():
        return True
    (first, last) = (".".join(map(str, version)) for version in READ)
    warnings.warn(
        f"there is no SciPy whose k-d tree was read, those of {first} to {last}: "
        "all rows are compared instead, with the same answer",
        RuntimeWarning,
        stacklevel=2,
    )
    return False


def how_many(k: int, n_train: int) -> tuple[int, ...]:
    """Return for how many rows to ask, first of all queries and then of those left over."""
    first, again = min(k + 1, n_train), min(4 * (k + 8), n_train)
    return (first, again) if first < again else (first,)


class Tree:
    """A k-d tree over training rows (n_train, d), d ≥ 1, with no |v| above `LARGEST`."""

    def __init__(self, rows: Array) -> None:
        from scipy.spatial import cKDTree  # not before it is needed: its import takes a while

        self.rows = rows
        self.bytes = tree_bytes(rows)
        self._tree = cKDTree(rows, leafsize=LEAF)
        d, inner = rows.shape[1], self._tree.size // 2
        self.terms = 7 * (d + inner) + d + 8  # D of the theorem

    def query(self, queries: Array, m: int) -> tuple[NDArray[np.float64], Indices]:
        """Return S and the indices of the m rows that the tree calls nearest, (q, m)."""
        distances, indices = self._tree.query(queries, k=np.arange(1, m + 1))
        return distances * distances, indices

    def count(self, queries: Array, radius: float) -> Indices:
        """Return about how many rows are within a radius of each query, (q,): a hint, no proof."""
        counts = self._tree.query_ball_point(queries, radius, return_length=True)
        return np.asarray(counts, np.intp)

    def farther(self, squares: Array, error: float) -> NDArray[np.float64]:
        """Return c for each S: rows whose S exceeds c, or exceeded it, are truly farther."""
        return cutoff(squares, self.terms, error)

    def search(
        self, problem: Problem, advance: Advance
    ) -> tuple[Array, Indices, NDArray[np.bool_]]:
        """Return (squared distances, indices) of the truly k nearest, and who is left over.

        A query is left over, (n_test,), if the tree's answer cannot be proved; what the first two
        hold for it means nothing.
        """
        n_test, n_train = len(problem.queries), len(problem.rows)
        distances, indices = problem.blank()
        left = np.ones(n_test, np.bool_)
        asked = how_many(problem.k, n_train)
        most = max(1, min(BLOCK[1], problem.memory // (200 * asked[-1] + 32 * problem.d)))
        start, size = 0, min(BLOCK[0], most)
        while start < n_test:
            some = np.arange(start, min(start + size, n_test))
            for m in asked:
                found = self._settled(problem.only(some), m)
                done = some[found[2]]
                distances[done], indices[done], left[done] = found[0], found[1], False
                some = some[~found[2]]
                if not len(some):
                    break
            stop = min(start + size, n_test)
            advance((stop - start - len(some)) * n_train)
            if 2 * np.count_nonzero(left[:stop]) > stop:
                break
            start, size = stop, min(4 * size, most)
        return distances, indices, left

    def _settled(self, problem: Problem, m: int) -> tuple[Array, Indices, NDArray[np.bool_]]:
        """Return (squared distances, indices) of those queries for which m candidates suffice."""
        k = problem.k
        squares, found = self.query(problem.queries, m)
        limit = self.farther(squares[:, :k], problem.error)
        complete = np.full(len(squares), m == len(problem.rows))
        if m > k:
            complete |= squares[:, -1] > limit[:, -1]
        ordered = complete & (squares[:, 1:k] > limit[:, :-1]).all(axis=1)
        if m > k:
            ordered &= squares[:, k] > limit[:, -1]
        distances, indices = np.full((len(squares), k), np.nan), found[:, :k]
        tied = np.flatnonzero(complete & ~ordered)
        if len(tied):
            some, rivals = problem.only(tied), found[tied]
            owner = np.repeat(np.arange(len(tied)), m)
            distances[tied], indices[tied] = settled_pairs(some, owner, rivals.ravel())
        return distances[complete], indices[complete], complete
