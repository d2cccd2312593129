"""Learning the templates, small enough to watch: one step of the gradient after the other.

The net has a few templates with fixed labels. Its loss is the mean surprise at the labels of the
data rows, L = −(1/N) Σ_i ln P_i, where P_i is what softmax(s/τ) gives to the templates that have
the label of row i. With a_ik the softmax weights, and r_ik the same weights shared out among the
templates of the right label only,

    ∂L/∂t_k = (2 / (N τ)) Σ_i (a_ik − r_ik) (x_i − t_k):

a step downhill moves a template toward the rows of its label and away from the others (soft
learning vector quantization; Seo and Obermayer, 2003). Sums run from the first row on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from nnlib.validation import check_count
from nnlib.watched import FARTHEST, float_rows, label_list, one_point, positive


@dataclass(frozen=True)
class State:
    """The templates after some steps.

    Attributes
    ----------
    templates : tuple of tuple of float
    loss : float
        Mean surprise at the rows' labels, in nats.
    right : int
        How many rows have the label of their nearest template, the earliest of equals.
    """

    templates: tuple[tuple[float, ...], ...]
    loss: float
    right: int


def scores(x: Sequence[float], T: Sequence[Sequence[float]], tau: float) -> list[float]:
    """Return (2 t·x − ‖t‖²) / τ of every template."""
    found = []
    for t in T:
        product = norm = 0.0
        for v, w in zip(x, t, strict=True):
            product += v * w
            norm += w * w
        found.append((2 * product - norm) / tau)
    return found


def shares(z: Sequence[float], among: Sequence[int]) -> tuple[list[float], float]:
    """Return the softmax over some entries, 0 elsewhere, and the log of the sum of their exp."""
    most = max(z[k] for k in among)
    parts = [math.exp(v - most) if k in among else 0.0 for k, v in enumerate(z)]
    total = 0.0
    for part in parts:
        total += part
    return [part / total for part in parts], most + math.log(total)


def gradient(
    X: Sequence[Sequence[float]],
    y: Sequence[int],
    T: Sequence[Sequence[float]],
    code: Sequence[int],
    tau: float,
) -> tuple[list[list[float]], float, int]:
    """Return the gradient of the loss with respect to the templates, the loss, and `right`."""
    G = [[0.0] * len(t) for t in T]
    loss, right = 0.0, 0
    for x, label in zip(X, y, strict=True):
        z = scores(x, T, tau)
        own = [k for k, c in enumerate(code) if c == label]
        a, everyone = shares(z, range(len(T)))
        r, mine = shares(z, own)
        loss += everyone - mine
        right += code[z.index(max(z))] == label
        for k, t in enumerate(T):
            weight = 2 * (a[k] - r[k]) / (len(X) * tau)
            for j, v in enumerate(x):
                G[k][j] += weight * (v - t[j])
    return G, loss / len(X), right


def trace(
    X_train: ArrayLike,
    y_train: Sequence[int],
    templates: ArrayLike,
    code: Sequence[int],
    *,
    tau: float,
    rate: float,
    steps: int,
) -> list[State]:
    """Return the templates before the first step and after each, with the loss of each.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
        The rows to learn from.
    y_train : list of int
        Their labels, each that of a template.
    templates : array_like, shape (m, d)
        Where the templates begin.
    code : list of int
        Their labels.
    tau, rate : float
        The temperature, and the length of a step in gradients, both > 0.
    steps : int

    Raises
    ------
    ValueError
        Naming the argument, for shapes that do not fit, numbers that are not finite or beyond
        ±1e100, a `tau` or a `rate` that is not positive, and for a row whose label no template
        has; and for a `tau` so small, or a `rate` so large, that a loss overflows or a template
        leaves ±1e100.
    """
    X, T = float_rows("X_train", X_train), float_rows("templates", templates)
    for t in T:
        one_point("templates", t, len(X[0]))
    y = label_list("y_train", y_train, len(X), "X_train")
    own = label_list("code", code, len(T), "templates")
    if not set(y) <= set(own):
        raise ValueError("y_train must hold labels of templates only")
    tau, rate = positive("tau", tau), positive("rate", rate)
    states = []
    for step in range(1 + check_count("steps", steps, 0, None, "steps")):
        if not all(abs(v) <= FARTHEST for t in T for v in t):
            raise ValueError(
                f"rate must be smaller, or tau larger: in step {step} templates leave "
                f"±{FARTHEST:g}; got rate = {rate:g}, tau = {tau:g}"
            )
        G, loss, right = gradient(X, y, T, own, tau)
        if not math.isfinite(loss):
            raise ValueError(f"tau must be larger: the loss overflows; got {tau:g}")
        states.append(State(tuple(map(tuple, T)), loss, right))
        T = [
            [v - rate * g for v, g in zip(t, row, strict=True)] for t, row in zip(T, G, strict=True)
        ]
    return states
