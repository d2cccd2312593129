"""Squared Euclidean distances ‖x − t‖², in two forms that differ only by rounding.

The *direct* form subtracts, squares and adds. The *expanded* form multiplies the square out,

    ‖x − t‖² = ‖x‖² − 2 x·t + ‖t‖²,

which turns nearly all of the work into one matrix product. In real arithmetic the two are
equal. In floating point the direct form has a small relative error, and the expanded form a
small error relative to ‖x‖² + ‖t‖², which can be larger than the distance itself.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.validation import Array, as_rows, check_choice, check_same_width, working_dtype


def direct_tile(X: Array, T: Array) -> NDArray[np.floating]:
    """Return ‖x − t‖² for every pair by subtract, square, add: sum over j of (x_j − t_j)².

    `X` (q, d) and `T` (n, d) share one float dtype; the result (q, n) has it too. The loop runs
    over features, not examples: no (q, n, d) cube is made, and the sum is taken in the order of
    the features, elementwise, so that every machine computes the same bits.
    """
    total = np.zeros((len(X), len(T)), dtype=X.dtype)
    difference = np.empty_like(total)
    for x_j, t_j in zip(X.T, np.ascontiguousarray(T.T), strict=True):
        np.subtract(x_j[:, None], t_j[None, :], out=difference)
        np.multiply(difference, difference, out=difference)
        total += difference
    return total


def squared_norms(rows: Array) -> NDArray[np.floating]:
    """Return ‖t‖² for every row of `rows` (n, d), shape (n,)."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def with_ones(X: Array) -> NDArray[np.floating]:
    """Return [x, 1], the queries with a constant feature for a bias to act on: (q, d + 1)."""
    return np.concatenate([X, np.ones((len(X), 1), dtype=X.dtype)], axis=1)


def with_bias(W: Array, b: Array) -> NDArray[np.floating]:
    """Return [w, b], the weights with the bias as a last column: (n, d + 1).

    ``with_ones(X) @ with_bias(W, b).T`` is X Wᵀ + b in one matrix product.
    """
    return np.concatenate([W, b[:, None]], axis=1)


def check_norms(x_norms: Array, t_norms: Array) -> None:
    """Raise if ‖x‖² − 2x·t + ‖t‖² could overflow, which would turn differences into NaN.

    Every partial sum of the expanded form is at most 2(‖x‖² + ‖t‖²) in absolute value; twice
    that leaves room for rounding.
    """
    with np.errstate(all="ignore"):
        largest = 4 * (x_norms.max(initial=0) + t_norms.max(initial=0))
    if not np.isfinite(largest):
        raise ValueError(
            f"the squared norms overflow {t_norms.dtype}: the expanded form would be NaN; "
            "rescale the data or search with method='exact'"
        )


@np.errstate(all="ignore")
def squared_distances(X: ArrayLike, T: ArrayLike, method: str = "expanded") -> Array:
    """Return the matrix of squared Euclidean distances between queries and templates.

    D[i, j] = ‖x_i − t_j‖² = Σ_f (x_if − t_jf)² = ‖x_i‖² − 2 x_i·t_j + ‖t_j‖²

    Parameters
    ----------
    X : array_like, shape (n_test, d)
        Queries.
    T : array_like, shape (n_train, d)
        Templates (training rows).
    method : {"expanded", "direct"}
        Which side of the equation to compute. "expanded" costs one matrix product and is off
        by at most about (2d + 1) u (‖x‖ + ‖t‖)², u the unit roundoff, in whatever order the
        product sums; it may be *negative*, and negatives are not clipped. "direct" has
        relative error at most about (d + 2) u.

    Returns
    -------
    D : ndarray, shape (n_test, n_train)
        In the squared unit of the features; float32 if both inputs are, else float64.

    Raises
    ------
    ValueError
        Naming the argument, for input that is not a finite dense (rows, features) array of
        integers or float16/32/64, for unequal numbers of columns, for an unknown `method`, and
        if the squares overflow.

    References
    ----------
    N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., SIAM, 2002,
    section 3.1 for the error of an inner product.
    """
    check_choice("method", method, ("expanded", "direct"))
    queries, templates = as_rows("X", X), as_rows("T", T)
    check_same_width("X", queries, "T", templates)
    dtype = working_dtype(queries, templates)
    queries, templates = queries.astype(dtype, copy=False), templates.astype(dtype, copy=False)
    with np.errstate(all="ignore"):
        if method == "direct":
            distances = direct_tile(queries, templates)
            if not np.isfinite(distances.max(initial=0)):
                raise ValueError(f"a squared distance overflows {np.dtype(dtype)}; rescale")
            return distances
        x_norms, t_norms = squared_norms(queries), squared_norms(templates)
    check_norms(x_norms, t_norms)
    distances = with_ones(queries) @ with_bias(-2 * templates, t_norms).T
    distances += x_norms[:, None]
    return distances
