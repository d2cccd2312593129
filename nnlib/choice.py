"""Which way to the candidates: all rows, a tree or lists, whichever should take the least time."""

import time
from math import lgamma, log2
from typing import NamedTuple

import numpy as np

from nnlib.exact import SMALL_WORK, threads_for
from nnlib.partition import Partition, expected_share, list_count, partition_bytes, worth_reading
from nnlib.problem import Problem, Solve
from nnlib.shortlist import Filter, choose_filter
from nnlib.tiles import Advance, Tiles, Winners
from nnlib.training import TrainingSet
from nnlib.tree import LEAF, Tree, bound_was_read, tree_bytes, tree_fits

# A tree is no use for training rows of fewer numbers, however often they are asked.
FEW_NUMBERS = 2**16
# Rows of a leaf, about; bytes that stay near a processor, while leaves of more come from afar.
LEAF_ROWS, CACHE_BYTES = 0.75 * LEAF, 2**23
# So many queries try a tree. It is slow if they take so many times what all rows are to take.
TRIAL, SLOW = 8, 4
# Lists are tried for so many rows or more, once as much was spent on them as so many times the
# comparing of all rows with the centers; and made if at most such a share of the pairs is left.
# Lists that stand are left if visits would be more than such a share of the work of all rows.
MANY_ROWS, LISTS_PRICE, SMALL_SHARE, LARGE_SHARE = 2**17, 3, 0.1, 0.5


class Costs(NamedTuple):
    """Seconds that `benchmarks/algorithms.py` fitted, and what they say of a search."""

    brute_call: float = 0.000265
    brute_row: float = 2.29e-08  # a query, or a training row
    brute_entry: float = 2.53e-09  # a number of these
    brute_pair: float = 4.25e-10  # a pair (query, row)
    brute_term: float = 1.99e-11  # a pair, and each of its features
    brute_near: float = 6.19e-06  # a pair that the filter cannot rule out, and that is settled
    brute_neighbor: float = 3.23e-09  # a neighbor of a query beyond its first, times √n_train
    build_call: float = 5.67e-05
    build_row: float = 1.62e-08  # a row and level of the tree
    build_entry: float = 1.07e-09  # a number and level
    tree_call: float = 0.000241
    tree_level: float = 9.51e-08  # a query and level
    tree_leaf: float = 9.14e-08  # a leaf that a query visits
    tree_entry: float = 5.99e-09  # and a feature of it
    tree_far: float = 4.16e-08  # more for such a feature, where no cache holds the rows
    tree_neighbor: float = 2.12e-07
    spread: float = 0.4  # how many leaves wide a ball is in each coordinate, over the theory

    def brute_seconds(self, n_test: int, n_train: int, d: int, k: int = 1) -> float:
        """Return about how long the search over all rows takes."""
        return total(self[:7], brute_terms(n_test, n_train, d, k))

    def build_seconds(self, n_train: int, d: int) -> float:
        """Return about how long building the tree takes."""
        return total(self[7:10], build_terms(n_train, d))

    def tree_seconds(self, n_test: int, n_train: int, d: int, k: int, built: bool) -> float:
        """Return about how long the tree takes; to build, too, if it is not `built`."""
        asked = total(self[10:16], tree_terms(n_test, n_train, d, k, self.spread))
        return asked if built else asked + self.build_seconds(n_train, d)


COSTS = Costs()


def levels(n_train: int) -> float:
    """Return about how many inner nodes stand above a leaf."""
    return log2(1 + n_train / LEAF)


def leaves_visited(n_train: int, d: int, k: int, spread: float) -> float:
    """Return about how many leaves a query visits among rows spread evenly over a cube.

    The ball around x with k of the rows is as wide as (k/b)^{1/d} G leaves of b rows, where
    G = 2 Γ(d/2 + 1)^{1/d} / √π relates a cube to its ball; it touches one leaf more than that in
    each coordinate, and no more than there are (Friedman et al., section 5; see `nnlib.tree`).
    """
    width = (k / LEAF_ROWS) ** (1 / d) * 2 * np.exp(lgamma(d / 2 + 1) / d) / np.pi**0.5
    return float(min(1 + spread * width, max(n_train / LEAF_ROWS, 1) ** (1 / d)) ** d)


def brute_terms(n_test: int, n_train: int, d: int, k: int) -> list[float]:
    """Return what the seven `brute_…` costs are multiplied with.

    Rounding, 2⁻²⁴ in a squared distance, hides a share of about 2⁻¹²ᵈ of the rows of a cube.
    """
    rows, pairs, more = n_test + n_train, n_test * n_train, n_test * (k - 1) * n_train**0.5
    return [1, rows, rows * d, pairs, pairs * d, pairs * 2.0 ** (-12 * d), more]


def build_terms(n_train: int, d: int) -> list[float]:
    """Return what the three `build_…` costs are multiplied with."""
    return [1, n_train * levels(n_train), n_train * d * levels(n_train)]


def tree_terms(n_test: int, n_train: int, d: int, k: int, spread: float) -> list[float]:
    """Return what the six `tree_…` costs are multiplied with."""
    leaves = n_test * leaves_visited(n_train, d, k, spread)
    far = leaves * d * (8 * n_train * d > CACHE_BYTES)
    return [1, n_test * levels(n_train), leaves, leaves * d, far, n_test * (k - 1)]


def total(costs: tuple[float, ...], terms: list[float]) -> float:
    """Return Σ cost · term."""
    return sum(c * t for c, t in zip(costs, terms, strict=True))


def costs_of(problem: Problem) -> Costs:
    """Return the costs: whole numbers go through no filter, and none of them is nearly tied."""
    return COSTS._replace(brute_near=0.0) if problem.whole else COSTS


def tree_pays(problem: Problem, built: bool) -> bool:
    """Return whether the tree is expected to take less time than the search over all rows."""
    if problem.d == 0 or not bound_was_read():
        return False
    costs = costs_of(problem)
    sizes = len(problem.queries), len(problem.rows), problem.d, problem.k
    return costs.tree_seconds(*sizes, built) < costs.brute_seconds(*sizes)


def choose_tree(training: TrainingSet, problem: Problem, algorithm: str) -> Tree | None:
    """Return the tree to search with, or None if all rows are to be compared.

    A training set that is asked again and again plants its tree, as soon as a search is faster with
    it, once all that was spent without it would have paid for it.
    """
    n_test, n_train, d, k = len(problem.queries), len(problem.rows), problem.d, problem.k
    if not n_test or algorithm in ("brute", "partition"):
        return None
    built = training.tree(plant=False) is not None
    if algorithm == "auto":
        small = problem.products <= SMALL_WORK
        if small and n_train * d < FEW_NUMBERS:
            return None
        paid = built or training.spent >= COSTS.build_seconds(n_train, d)
        pays = (paid or not small) and tree_pays(problem, paid)
        if not pays or problem.error:
            training.spent += costs_of(problem).brute_seconds(n_test, n_train, d, k)
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

    On `trial`, with 8 `TRIAL` queries or more, the tree is left if it takes far longer for the
    first of them than all rows are expected to take, and all rows then take less: who asks from
    the center of a sphere is equally near to every leaf.
    """
    problem = problem._replace(memory=problem.memory - tree.bytes)

    def with_tree(some: Problem) -> Winners:
        distances, indices, left = tree.search(some, advance)
        if left.any():
            distances[left], indices[left] = other(some.only(left))
        return distances, indices

    if not trial or len(problem.queries) < 8 * TRIAL:
        return with_tree(problem)
    expected = costs_of(problem).brute_seconds(TRIAL, len(problem.rows), problem.d, problem.k)
    return tried(with_tree, other, problem, SLOW * expected)


def choose_lists(
    training: TrainingSet, problem: Problem, algorithm: str
) -> tuple[Partition, Filter] | None:
    """Return the lists to search and the filter of their rows, None if all are to be compared."""
    if algorithm in ("brute", "tree") or problem.error or not problem.products:
        return None
    needed = partition_bytes(len(problem.rows))
    fits = 2 * needed <= problem.memory
    if algorithm == "auto" and not (fits and lists_wanted(training, problem)):
        return None
    if not fits:
        raise ValueError(
            f"memory_limit = {problem.memory} is too small for algorithm='partition': the lists "
            f"take about {needed} bytes, and the search as much"
        )
    threads = threads_for(problem.products)
    by = choose_filter(problem._replace(memory=problem.memory - needed), threads)
    if by is None or (algorithm == "auto" and not lists_pay(training, problem, by)):
        return None
    lists = training.lists(problem.memory, threads)
    return (lists, by) if lists else None


def lists_wanted(training: TrainingSet, problem: Problem) -> bool:
    """Return whether there are lists, or as much was spent without as making them is worth."""
    made, (n_train, d) = training.lists() is not None, problem.rows.shape
    if made or n_train < MANY_ROWS:
        return made
    count = list_count(n_train, d, problem.memory)
    return training.spent >= LISTS_PRICE * COSTS.brute_seconds(count, n_train, d)


def lists_pay(training: TrainingSet, problem: Problem, by: Filter) -> bool:
    """Return whether lists are expected to take less time than all rows, from now on.

    They do not where a call has so few queries that reading a list takes longer than it saves.
    Otherwise a sample tells, once for a training set.
    """
    if training.lists() is None:
        count = list_count(len(problem.rows), problem.d, problem.memory)
        if not worth_reading(problem, by, count, LARGE_SHARE):
            return False
        training.share = training.share or (expected_share(problem, count), len(problem.rows))
        return training.share[0] <= SMALL_SHARE
    return True


def by_lists(
    chosen: tuple[Partition, Filter], problem: Problem, other: Solve, trial: bool, advance: Advance
) -> Winners:
    """Return the truly k nearest rows, by lists, or by `other` for queries that these leave over.

    On `trial` the lists are left where they do not pay.
    """
    lists, by = chosen
    distances, indices, left = lists.search(problem, by, advance, LARGE_SHARE if trial else np.inf)
    if left.any():
        distances[left], indices[left] = other(problem.only(left))
    return distances, indices


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
