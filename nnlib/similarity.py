"""The search by inner product or cosine over all rows: the filter of the distances, without norms.

The float32 product that bounds ρ = ‖t′‖² − 2x′·t′ from below (see `nnlib.certify`) bounds −2x′·t′,
if the bias is left out:

    P = fl([x̂, 1, −g] · [−2t̂, 0, c]),    P ≤ −2x′·t′ ≤ P + c (3g + 8θc).

The proof is the same, with fewer terms: what depends on the row alone, ‖t̂‖² and its rounding, is
not there. Points enter around the origin; each query without its power of two and all rows without
one that they share, or, for the cosine, every point as a unit vector, normalized in float64, which
is right to far less than the u that the theorem leaves for it. A row too far out for float32 is a
candidate of every query. Candidates are settled by `nnlib.inner`; queries to which a crowd is left
go through the filter with more room, and then to products in float64 with their error bounds.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import Frame, row_side
from nnlib.exact import SMALL_WORK, threads_for
from nnlib.inner import check_directions, entered, error, norms, scaled, settled_similar
from nnlib.problem import Problem
from nnlib.shortlist import Filter, choose_filter, filter_rows
from nnlib.tiles import Advance, Indices, Winners, idle, keep_best, slices
from nnlib.training import TrainingSet
from nnlib.validation import Array

# The bias of a row too far out for float32: below all lower bounds of the others.
LOWEST = -(2.0**126)


def search_similar(
    training: TrainingSet, problem: Problem, metric: str, advance: Advance
) -> Winners:
    """Return (distances, indices), both (n_test, k), by truly the largest product or cosine."""
    if metric == "cosine":
        check_directions("X_train", training.rows, training.start)
        check_directions("X_test", problem.queries)
    problem = problem.examined()._replace(error=0.0)  # a product is off by as little for integers
    by = None
    if problem.products > SMALL_WORK:
        by = choose_filter(problem, threads_for(problem.products))
    queries, _ = problem.tile(exact=True)
    if not by:
        return problem.in_parts(queries, partial(by_products, metric=metric, advance=advance))
    frame = by.frame._replace(center=np.zeros(problem.d), scale=1.0)
    power = typical_power(problem.rows) if metric == "ip" else 0
    by = by._replace(frame=frame, side=partial(similar_side, metric, power))
    return problem.in_parts(by.queries, partial(by_filter, metric=metric, by=by, advance=advance))


def typical_power(rows: Array) -> int:
    """Return the power of two of a typical row."""
    powers = scaled(rows[:: 1 + len(rows) // 64])[1]
    return int(np.sort(powers)[len(powers) // 2])


def similar_side(
    metric: str, power: int, frame: Frame, rows: Array, weights: Array
) -> NDArray[np.float32]:
    """Write [−2t̂, 0, c] of the rows to `weights`; return c, as `nnlib.certify.row_side` does."""
    d = rows.shape[1]
    points = rows.astype(np.float64)
    points = np.ldexp(points, -power) if metric == "ip" else entered(points, metric)
    c = row_side(frame, points, weights)
    weights[: len(rows), d] = np.where(np.isinf(c[: len(rows)]), LOWEST, 0)
    return c


def by_filter(problem: Problem, metric: str, by: Filter, advance: Advance) -> Winners:
    """Return the first k rows of each query, from the candidates that the filter leaves."""
    points = entered(problem.queries, metric).astype(np.float32)
    crowd, *pairs = filter_rows(problem._replace(queries=points), by, advance)
    distances, indices = problem.blank()
    kept = np.flatnonzero(~crowd)
    owner = (np.cumsum(~crowd) - 1)[pairs[0]]
    found = settled_similar(problem.only(kept), owner, pairs[1], metric)
    distances[kept], indices[kept] = found
    crowded, again = np.flatnonzero(crowd), by.with_room(16 * by.fair)
    if again and 8 * again.fair > len(problem.rows):
        again = None
    step = again.queries if again else problem.tile(exact=True)[0]
    for part in slices(len(crowded), step):
        some = problem.only(crowded[part])
        winners = by_filter(some, metric, again, idle) if again else by_products(some, metric, idle)
        distances[crowded[part]], indices[crowded[part]] = winners
    return distances, indices


def by_products(problem: Problem, metric: str, advance: Advance) -> Winners:
    """Return the first k rows of each query, by products in float64 with bounds on their errors."""
    rows, k, d = problem.rows, problem.k, problem.d
    _, step = problem.tile(exact=True)
    x = entered(problem.queries, metric)
    lengths = norms(x)[:, None]
    power = largest_power(rows, step) if metric == "ip" else 0
    best: Winners | None = None
    owner, row, upper = np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    most = len(x) * (k + step // 4)
    for part in slices(len(rows), step):
        t = rows[part].astype(np.float64)
        t = np.ldexp(t, -power) if metric == "ip" else entered(t, metric)
        value = x @ t.T
        slack = 2 * error(d) * lengths * norms(t) + (d + 2) * 2.0**-1000
        best = keep_best(best, slack - value, part.start, k)  # minus the lower bounds
        limit = -best[0][:, -1]
        value += slack
        near = value >= limit[:, None]
        keep = upper >= limit[owner]
        i, j = near.nonzero()
        owner, row = np.append(owner[keep], i), np.append(row[keep], j + part.start)
        upper = np.append(upper[keep], value[i, j])
        if len(owner) > most and part.stop < len(rows):
            owner, row, upper = fewer(problem, owner, row, upper, metric)
    advance(len(x) * len(rows))
    return settled_similar(problem, owner, row, metric)


def fewer(
    problem: Problem, owner: Indices, row: Indices, upper: Array, metric: str
) -> tuple[Indices, Indices, Array]:
    """Return the pairs of the first k rows of each query so far, which no later one brings back."""
    k = min(problem.k, int(np.bincount(owner).min()))
    _, found = settled_similar(problem._replace(k=k), owner, row, metric)
    bounds = dict(zip(zip(owner.tolist(), row.tolist(), strict=True), upper.tolist(), strict=True))
    owner, row = np.repeat(np.arange(len(found)), k), found.ravel()
    kept = [bounds[pair] for pair in zip(owner.tolist(), row.tolist(), strict=True)]
    return owner, row, np.array(kept)


def largest_power(rows: Array, step: int) -> int:
    """Return a power of two that no number exceeds."""
    largest = max(
        float(np.abs(rows[p].astype(float)).max(initial=0)) for p in slices(len(rows), step)
    )
    return int(np.frexp(largest)[1])
