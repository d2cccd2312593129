"""The search of rows in memory: by values as computed, or exactly; decided here alone."""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from nnlib.certify import check_underflow, near_zero, nothing_rounds
from nnlib.choice import by_lists, by_tree, choose_lists, choose_tree
from nnlib.computed import compute
from nnlib.exact import certified
from nnlib.others import without_itself
from nnlib.problem import Problem
from nnlib.request import Request
from nnlib.similarity import search_similar
from nnlib.tiles import Advance, Indices, Tiles, Winners, idle, progress_bar
from nnlib.training import TrainingSet
from nnlib.validation import Array, as_rows, check_same_width


@np.errstate(all="ignore")  # what over- and underflows here is told by values, not by warnings
def search(
    training: TrainingSet, X_test: ArrayLike, request: Request
) -> tuple[Array, Array, Indices]:
    """Return the queries as rows, and (squared distances, indices), both (n_test, k).

    A distance that was not needed is missing (NaN), until it is `filled`.
    """
    queries = as_rows("X_test", X_test, native=False)
    check_same_width("X_train", training.rows, "X_test", queries)
    request = request.among(len(training), len(queries))
    check_underflow()
    with progress_bar(len(queries) * len(training), request.progress) as advance:
        distances, indices = solve(training, queries, request, advance)
    if request.exclude_self:
        distances, indices = without_itself(distances, indices)
    request.check_told_apart(distances)
    return queries, distances, indices


@np.errstate(all="ignore")
def solve(training: TrainingSet, queries: Array, request: Request, advance: Advance) -> Winners:
    """Return (squared distances, indices) as `search` does, of arguments that were checked."""
    problem = Problem(training.rows, queries, request.sought, request.memory_limit)
    if request.order != request.method:
        return search_similar(training, problem, request.metric, advance)
    if not request.exact:
        dtype = request.dtype(queries, training.rows)
        return compute(training, problem, request.method, dtype, advance)
    problem = problem.examined()
    over_all, trial = partial(compare, training, advance=advance), request.algorithm == "auto"
    tree = choose_tree(training, problem, request.algorithm)
    if tree is None:
        chosen = choose_lists(training, problem, request.algorithm)
        if chosen is None:
            return over_all(problem)
        return by_lists(chosen, problem, partial(compare, training, advance=idle), trial, advance)
    return by_tree(tree, problem, over_all, trial, advance)


def compare(training: TrainingSet, problem: Problem, advance: Advance) -> Winners:
    """Return the truly k nearest rows by comparing all rows, in the fastest form that is exact."""
    if problem.whole:
        fits = nothing_rounds(problem.queries, problem.rows, bits=24)
        dtype = np.float32 if fits else np.float64
        distances, indices = compute(training, problem, "expanded", dtype, advance)
        return distances.astype(np.float64, copy=False), indices
    taken = 8 * (problem.queries.size + problem.rows.size)
    least = max(taken, Tiles(problem.d, problem.k, True).bytes())
    if problem.error and taken + least <= problem.memory:  # `least` is for the copies' search
        moved = near_zero(problem.queries, problem.rows)
        if moved:
            near = TrainingSet(moved[1])
            rest = Problem(near.rows, moved[0], problem.k, problem.memory - taken)
            _, indices = compare(near, rest.examined(), advance)
            return np.full(indices.shape, np.nan), indices
    return certified(problem, advance)
