"""The network: three layers that compute 1-nearest-neighbor, with weights that are the data.

    layer 1   s = W₁x + b₁,  W₁ = 2T,  b₁ = −‖t‖²      scores; s_i = ‖x‖² − ‖x − t_i‖²
    layer 2   w = softmax(s / τ)                       weights over the training rows
    layer 3   o = w W₃,  W₃ = one-hot labels           class probabilities (or ŷ, for regression)

Nothing is trained: every number is copied or computed from the training rows.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.distances import check_norms, squared_norms, with_bias, with_ones
from nnlib.validation import (
    Array,
    as_labels,
    as_numbers,
    as_rows,
    as_training_rows,
    check_choice,
    check_count,
    distinct_labels,
    working_dtype,
)


def check_temperature(temperature: Any) -> float:
    """Return `temperature` as a float: finite and not negative."""
    value = as_numbers("temperature", temperature)
    if value.ndim or value < 0:
        raise ValueError(f"temperature must be one number ≥ 0; got {temperature!r}")
    return float(value)


def softmax(z: ArrayLike, temperature: float = 1.0, axis: int = -1) -> Array:
    """Return softmax(z / τ), computed so that nothing overflows.

    w_i = exp(z_i / τ) / Σ_j exp(z_j / τ) = exp((z_i − m) / τ) / Σ_j exp((z_j − m) / τ), m = max z

    The second form has every exponent ≤ 0 and one term equal to 1: it cannot overflow, and its
    sum cannot be zero. As τ → 0 the weights tend to 1/c on each of the c entries equal to the
    maximum, and to 0 elsewhere; that limit is what `temperature=0` returns. Where c > 1 it is
    *not* the 1-nearest-neighbor rule, which takes the first.

    Parameters
    ----------
    z : array_like
        Scores: integers, float16, float32 or float64.
    temperature : float
        τ ≥ 0, in the unit of `z`.
    axis : int
        The axis over which the weights sum to 1.

    Returns
    -------
    w : ndarray, shape of `z`
        float32 if `z` is, else float64.

    Raises
    ------
    ValueError
        For NaN, infinite, complex or non-numeric scores, an empty axis, or a temperature that
        is negative or not finite.

    References
    ----------
    P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and
    softmax functions", IMA Journal of Numerical Analysis 41(4), 2311–2330, 2021,
    doi 10.1093/imanum/draa038.
    """
    tau = check_temperature(temperature)
    scores = as_numbers("z", z)
    if scores.ndim == 0:
        raise ValueError("z must have at least one axis; it is a single number")
    axis = check_count("axis", axis, -scores.ndim, scores.ndim - 1, f"z has shape {scores.shape}")
    if scores.shape[axis] == 0:
        raise ValueError(f"z must have entries along axis {axis}; its shape is {scores.shape}")
    dtype = working_dtype(scores, scores)
    # In float64, whatever z is: a τ such as 1e-50 is zero in float32.
    scores = scores.astype(np.float64, copy=False)
    with np.errstate(over="ignore", under="ignore"):  # −inf and 0 are the right limits
        largest = scores.max(axis=axis, keepdims=True)
        below = scores - largest
        if tau == 0:
            weights = (below == 0) * 1.0
        else:
            exponents = below / tau
            far = np.isinf(below)  # a difference that overflows; that of the halves does not
            if far.any():
                exponents = np.where(far, (scores / 2 - largest / 2) / tau * 2, exponents)
            weights = np.exp(exponents)
        total: Array = weights.sum(axis=axis, keepdims=True)
        return np.asarray(weights / total).astype(dtype, copy=False)


class ThreeLayerNet:
    """The nearest neighbor classifier (or regressor) as three layers of fixed weights.

    Made by `from_data`; the attributes below are the whole network.

    Attributes
    ----------
    W1 : ndarray, shape (n_train, d)
        2T, twice the training rows.
    b1 : ndarray, shape (n_train,)
        −‖t‖² for every training row.
    temperature : float
        τ of the softmax; 0 is the hard readout.
    W3 : ndarray, shape (n_train, n_outputs)
        One-hot labels, a column for each class in sorted order; for regression y itself.
    task : {"classification", "regression"}
    classes : ndarray or None
        The distinct labels in sorted order; None for regression.

    References
    ----------
    "K Nearest Neighbor as a Neural Network", ogunlao.github.io, 2020, gives the construction,
    with slips that the book's chapter on iris mends.
    """

    def __init__(
        self,
        W1: Array,
        b1: Array,
        W3: Array,
        *,
        temperature: float = 0.0,
        classes: Array | None = None,
        flat_output: bool = False,
    ) -> None:
        self.W1, self.b1, self.W3 = W1, b1, W3
        self.temperature = check_temperature(temperature)
        self.classes = classes
        self.task = "regression" if classes is None else "classification"
        self._flat_output = flat_output

    @classmethod
    def from_data(
        cls,
        X_train: ArrayLike,
        y_train: ArrayLike,
        temperature: float = 0.0,
        task: str | None = None,
    ) -> "ThreeLayerNet":
        """Write the network's weights down from the training rows.

        Parameters
        ----------
        X_train : array_like, shape (n_train, d)
        y_train : array_like, shape (n_train,), or (n_train, n_outputs) for regression
        temperature : float
            τ ≥ 0 in the squared unit of the features; λ = 1/τ. Default 0: exactly 1NN, up to
            the rounding of the scores.
        task : {"classification", "regression"}, optional
            None decides by the dtype of `y_train`: floats are regressed, all else classified.

        Raises
        ------
        ValueError
            Naming the argument, for input that `nnlib.nearest` would refuse, a `y_train` of
            another length, targets that are not finite numbers, a negative temperature, or rows
            whose squared norm overflows.
        """
        check_temperature(temperature)
        rows = as_training_rows("X_train", X_train)
        labels = as_labels("y_train", y_train, len(rows), "X_train")
        if task is None:
            task = "regression" if labels.dtype.kind == "f" else "classification"
        check_choice("task", task, ("classification", "regression"))
        T = rows.astype(working_dtype(rows, rows), copy=False)
        with np.errstate(all="ignore"):
            norms = squared_norms(T)
        check_norms(np.zeros(1, T.dtype), norms)
        if task == "regression":
            targets = as_numbers("y_train", labels)
            if targets.ndim > 2:
                raise ValueError(f"y_train must have one or two axes; its shape is {labels.shape}")
            W3 = targets.reshape(len(rows), -1).astype(np.float64)
            return cls(2 * T, -norms, W3, temperature=temperature, flat_output=targets.ndim == 1)
        if labels.ndim != 1:
            raise ValueError(f"y_train must be one label a row; its shape is {labels.shape}")
        classes, code = distinct_labels("y_train", labels)
        W3 = np.eye(len(classes))[code]
        return cls(2 * T, -norms, W3, temperature=temperature, classes=classes)

    def __repr__(self) -> str:
        n, d = self.W1.shape
        outputs = self.W3.shape[1]
        third = "one-hot labels" if self.task == "classification" else "targets"
        second = f"softmax at τ = {self.temperature:g}" if self.temperature else "first maximum"
        return (
            f"ThreeLayerNet of [affine {d} → {n} ({n * d + n:,} weights: 2T and −‖t‖²), "
            f"{second}, {third} {n} → {outputs}]"
        )

    def scores(self, X: ArrayLike) -> Array:
        """Return layer 1: s = X W₁ᵀ + b₁ = ‖x‖² − ‖x − t‖², shape (n_test, n_train).

        Raises
        ------
        ValueError
            As `nnlib.nearest` for `X_test`.
        """
        queries = as_rows("X", X)
        if queries.shape[1] != self.W1.shape[1]:
            raise ValueError(
                f"X and W1 must have the same number of columns; X has shape {queries.shape}, "
                f"W1 has shape {self.W1.shape}"
            )
        queries = queries.astype(working_dtype(queries, self.W1), copy=False)
        with np.errstate(all="ignore"):
            norms = squared_norms(queries)
        check_norms(norms, -self.b1)
        return np.asarray(with_ones(queries) @ with_bias(self.W1, self.b1).T)

    def weights(self, X: ArrayLike) -> Array:
        """Return layer 2: how much each training row counts, shape (n_test, n_train).

        softmax(s / τ) = softmax(−λ‖x − t‖²), since ‖x‖² is one constant a query. At τ = 0, one
        at the first largest score and zero elsewhere.
        """
        scores = self.scores(X)
        if self.temperature:
            return softmax(scores, self.temperature, axis=1)
        hard = np.zeros_like(scores)
        hard[np.arange(len(scores)), scores.argmax(axis=1)] = 1
        return hard

    def forward(self, X: ArrayLike) -> Array:
        """Return layer 3: weights · W₃, shape (n_test, n_outputs)."""
        return np.asarray(self.weights(X) @ self.W3)

    def predict(self, X: ArrayLike) -> Array:
        """Return a label for each query (the class of largest output; first of equals), or ŷ.

        Shape (n_test,), or (n_test, n_outputs) for regression on several targets.
        """
        outputs = self.forward(X)
        if self.classes is not None:
            return np.asarray(self.classes[outputs.argmax(axis=1)])
        return outputs[:, 0] if self._flat_output else outputs
