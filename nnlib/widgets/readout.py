"""The softmax readout in plain Python, one operation after the other.

The widgets compute in the browser, in IEEE double precision. This module does the same
operations in the same order, so that a test can hold one against the other bit for bit: sums
run over the features, then over the templates, from first to last, and nothing is fused or
reordered as a matrix product may do. It is the reference, not the fast way; for that there is
`nnlib.ThreeLayerNet`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Row = Sequence[float]


@dataclass(frozen=True)
class Readout:
    """What the three-layer net makes of one query.

    Attributes
    ----------
    scores : list of float
        s_i = 2x·t_i − ‖t_i‖², one a template.
    weights : list of float
        w = softmax(s/τ); NaN where the naive form breaks down.
    probabilities : list of float
        The sum of the weights of each class.
    entropy : float
        H = −Σ w_i ln w_i, in nats.
    effective : float
        exp(H), the effective number of neighbors: k for k equal weights.
    nearest : int
        The template of the largest score, the earliest at a tie: what 1NN answers with.
    winners : list of int
        The classes of the largest probability: more than one at an exact tie, none at NaN.
    """

    scores: list[float]
    weights: list[float]
    probabilities: list[float]
    entropy: float
    effective: float
    nearest: int
    winners: list[int]


def standardize(rows: Sequence[Row], query: Row) -> tuple[list[list[float]], list[float]]:
    """Return `rows` and `query` in units of the rows' mean and standard deviation.

    z = (x − μ)/σ with μ = Σ x/n and σ² = Σ (x − μ)²/n over `rows` for each feature; the query
    is not among them. A constant feature is only centered (σ = 1), as scikit-learn does; the
    mean is taken from the first row on, so that rounding cannot give a constant a deviation.
    """
    n = len(rows)
    means, deviations = [], []
    for j in range(len(query)):
        total = 0.0
        for row in rows:
            total += row[j] - rows[0][j]
        mean = rows[0][j] + total / n
        squares = 0.0
        for row in rows:
            squares += (row[j] - mean) * (row[j] - mean)
        means.append(mean)
        deviations.append(math.sqrt(squares / n) or 1.0)

    def scaled(row: Row) -> list[float]:
        return [(x - m) / s for x, m, s in zip(row, means, deviations, strict=True)]

    return [scaled(row) for row in rows], scaled(query)


def scores(templates: Sequence[Row], query: Row) -> list[float]:
    """Return s_i = 2x·t_i − ‖t_i‖² = ‖x‖² − ‖x − t_i‖² for every template."""
    result = []
    for template in templates:
        norm = dot = 0.0
        for x, t in zip(query, template, strict=True):
            norm += t * t
            dot += x * t
        result.append(2.0 * dot - norm)
    return result


def naive_exp(z: float) -> float:
    """Return exp(z), infinite where it overflows, as IEEE arithmetic has it."""
    try:
        return math.exp(z)
    except OverflowError:
        return math.inf


def softmax(scores: Sequence[float], temperature: float, form: str = "stable") -> list[float]:
    """Return the weights w_i = exp(s_i/τ) / Σ exp(s_j/τ).

    ``form="stable"`` shifts by the largest score first, exp((s_i − max s)/τ), so that no
    exponential overflows and the sum is at least 1. ``form="naive"`` does not: from
    s/τ > 709.78 on, exp is infinite and ∞/∞ is NaN; where every exp underflows, 0/0 is NaN.
    """
    shift = max(scores) if form == "stable" else 0.0
    parts = [naive_exp((s - shift) / temperature) for s in scores]
    total = 0.0
    for part in parts:
        total += part
    return [part / total if total else math.nan for part in parts]


def readout(
    templates: Sequence[Row],
    labels: Sequence[int],
    query: Row,
    temperature: float,
    n_classes: int,
    form: str = "stable",
) -> Readout:
    """Return scores, weights, class probabilities and both decisions for one query."""
    s = scores(templates, query)
    weights = softmax(s, temperature, form)
    probabilities = [0.0] * n_classes
    total = 0.0
    for weight, label in zip(weights, labels, strict=True):
        probabilities[label] += weight
        total += 0.0 if weight == 0 else weight * math.log(weight)
    entropy = 0.0 - total
    broken = any(math.isnan(p) for p in probabilities)
    top = max(probabilities)
    return Readout(
        scores=s,
        weights=weights,
        probabilities=probabilities,
        entropy=entropy,
        effective=math.exp(entropy),
        nearest=s.index(max(s)),
        winners=[] if broken else [c for c, p in enumerate(probabilities) if p == top],
    )
