"""The expanded and the direct form, whose values decide as they are computed."""

from typing import Any

from nnlib.distances import check_norms, direct_tile, squared_norms, with_ones
from nnlib.problem import Problem
from nnlib.tiles import Advance, Winners, keep_best, slices
from nnlib.training import TrainingSet
from nnlib.validation import Array


def expanded(training: TrainingSet, queries: Array, dtype: Any) -> tuple[Any, Any]:
    """Return a function of a stretch that gives ‖t‖² − 2x·t, and ‖x‖², which changes no ranking."""
    X = queries.astype(dtype, copy=False)
    x_norms = squared_norms(X)
    check_norms(x_norms, training.norms(dtype))
    X = with_ones(X)
    return lambda part: X @ training.weights(dtype, part).T, x_norms[:, None]


def direct(training: TrainingSet, queries: Array, dtype: Any) -> tuple[Any, Any]:
    """Return a function of a stretch that subtracts, squares and adds, and 0."""
    X, rows = queries.astype(dtype, copy=False), training.rows
    return lambda part: direct_tile(X, rows[part].astype(dtype, copy=False)), 0


FORMS = {"expanded": expanded, "direct": direct}


def compute(
    training: TrainingSet, problem: Problem, method: str, dtype: Any, advance: Advance
) -> Winners:
    """Return the k nearest by the values that a form has in that precision."""
    queries, step = problem.tile(exact=False)

    def nearest_computed(some: Problem) -> Winners:
        values, rest = FORMS[method](training, some.queries, dtype)
        best: Winners | None = None
        for stretch in slices(len(some.rows), step):
            best = keep_best(best, values(stretch), stretch.start, some.k)
        assert best is not None
        advance(len(some.queries) * len(some.rows))
        return best[0] + rest, best[1]

    return problem.in_parts(queries, nearest_computed, dtype)
