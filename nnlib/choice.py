"""Which way to the candidates: all rows, or a tree, whatever is expected to take less time."""

import time

import numpy as np

from nnlib.exact import SMALL_WORK
from nnlib.problem import Problem, Solve
from nnlib.tiles import Advance, Tiles, Winners
from nnlib.training import TrainingSet
from nnlib.tree import COSTS, Tree, tree_bytes, tree_fits, tree_pays

# A tree is no use for training rows of fewer numbers, however often they are asked.
FEW_NUMBERS = 2**16
# So many queries try a tree. It is slow if they take so many times what all rows are to take.
TRIAL, SLOW = 8, 4


def choose_tree(training: TrainingSet, problem: Problem, algorithm: str) -> Tree | None:
    """Return the tree to search with, or None if all rows are to be compared.

    A training set that is asked again and again plants its tree, as soon as a search is faster with
    it, once all that was spent without it would have paid for it.
    """
    n_test, n_train, d, k = len(problem.queries), len(problem.rows), problem.d, problem.k
    if not n_test or algorithm == "brute":
        return None
    built = training.tree(plant=False) is not None
    if algorithm == "auto":
        small = problem.products <= SMALL_WORK
        if small and n_train * d < FEW_NUMBERS:
            return None
        paid = built or training.spent >= COSTS.build_seconds(n_train, d)
        pays = (paid or not small) and tree_pays(n_test, n_train, d, k, paid)
        if not pays or problem.error:
            training.spent += COSTS.brute_seconds(n_test, n_train, d, k)
            return None
    # Of rows that have a tree it is known.
    if not tree_fits(problem.queries, *([] if built else [problem.rows])):
        return None
    needed = tree_bytes(problem.rows)
    if needed + max(needed // 3, Tiles(d, k, True).bytes()) > problem.memory:
        if algorithm == "tree":
            raise ValueError(
                f"memory_limit = {problem.memory} is too small for algorithm='tree': the tree "
                f"takes about {needed} bytes, and the search a third of that or more"
            )
        return None
    return training.tree()


def by_tree(tree: Tree, problem: Problem, other: Solve, trial: bool, advance: Advance) -> Winners:
    """Return the truly k nearest rows, by the tree as far as it can prove it, else `other`.

    On `trial` the tree is left if it takes far longer for the first queries than all rows are
    expected to take, and all rows then take less: who asks from the center of a sphere is
    equally near to every leaf.
    """
    problem = problem._replace(memory=problem.memory - tree.bytes)

    def with_tree(some: Problem) -> Winners:
        distances, indices, left = tree.search(some, advance)
        if left.any():
            distances[left], indices[left] = other(some.only(left))
        return distances, indices

    if not trial or len(problem.queries) < 8 * TRIAL:
        return with_tree(problem)
    expected = COSTS.brute_seconds(TRIAL, len(problem.rows), problem.d, problem.k)
    return tried(with_tree, other, problem, SLOW * expected)


def tried(first: Solve, other: Solve, problem: Problem, slow: float) -> Winners:
    """Return what either search does: the first, unless it is slow and the other one faster.

    It is slow if it takes more than so many seconds for `TRIAL` queries.
    """
    found: list[Winners] = []
    seconds: list[float] = []
    for ask in (first, other):
        some = slice(TRIAL * len(found), TRIAL * (len(found) + 1))
        began = time.perf_counter()
        found.append(ask(problem.only(some)))
        seconds.append(time.perf_counter() - began)
        if seconds[0] <= slow:
            break
    search = other if len(found) > 1 and seconds[1] <= seconds[0] else first
    found.append(search(problem.only(slice(TRIAL * len(found), None))))
    distances, indices = map(np.concatenate, zip(*found, strict=True))
    return distances, indices
