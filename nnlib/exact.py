"""The certified search over all rows: a filter, the direct form, arithmetic that does not round.

The filter, one float32 product, rules out nearly all rows (`nnlib.shortlist`); the direct form in
float64 orders what is left, and integers what it cannot tell apart (`nnlib.settle`). Queries to
which the filter leaves a crowd go through it again with more room, then to the direct form for all
rows, and in masses of ties to products that do not round (`nnlib.errorfree`).
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import Frame, cutoff, leading_bit
from nnlib.distances import direct_tile
from nnlib.errorfree import SLICES, cut, digits, first_k, reversed_rows, slice_bits
from nnlib.problem import Candidates, Problem
from nnlib.settle import settled, settled_pairs
from nnlib.shortlist import Filter, choose_filter, filter_rows
from nnlib.threads import blas_threads, others_run, single_products
from nnlib.tiles import Advance, Indices, Winners, idle, keep_best, slices

# Below so many products, the direct form is done before the filter is set up.
SMALL_WORK = 2**19
# From so many products on, several threads are worth calling; from so many on, even where others
# are at work or wait busily, which OpenBLAS's do for a tenth of a second.
THREADED_WORK, LONG_WORK = 2**27, 2**35
# In a tile of exact products, so many rows may have numbers that no slices hold.
MOST_ODD = 16
# Rows beside 2k that a query may have left by the direct form before exact products take over.
FAIR = 64


def certified(problem: Problem, advance: Advance) -> Winners:
    """Return the truly k nearest rows by comparing all rows: by the filter if that pays."""
    by = None
    if problem.products > SMALL_WORK:
        by = choose_filter(problem, threads_for(problem.products))
    queries, step = problem.tile(exact=True)
    if by:
        return problem.in_parts(by.queries, partial(by_filter, by=by, advance=advance))
    return problem.in_parts(queries, partial(by_direct_form, step=step, advance=advance))


def threads_for(products: int) -> int:
    """Return in how many threads to do so many products of two numbers."""
    if products < THREADED_WORK or (products < LONG_WORK and others_run()):
        return 1
    return blas_threads()


def by_filter(problem: Problem, by: Filter, advance: Advance) -> Winners:
    """Return the truly k nearest rows, ordered by (truth, index).

    The float32 filter leaves few rows to most queries, and the direct form and integers settle
    those. Crowded queries go through the filter again, fewer at a time and with more room for
    each, and in the end to `by_digits`.
    """
    crowd, *pairs = filter_rows(problem, by, advance)
    distances, indices = problem.blank()
    distances[~crowd], indices[~crowd] = settled_pairs(problem, *pairs)
    del pairs
    crowded = np.flatnonzero(crowd)
    again = by.with_room(16 * by.fair)
    for part in slices(len(crowded), (again or by).queries):
        some = problem.only(crowded[part])
        if again and 8 * again.fair <= len(problem.rows):
            winners = by_filter(some, again, idle)
        else:
            winners = by_digits(some, by)
        distances[crowded[part]], indices[crowded[part]] = winners
    return distances, indices


def direct_pass(problem: Problem, step: int, fair: int = 0) -> tuple[Candidates, NDArray[np.bool_]]:
    """Return the pairs that the direct form does not rule out, and who is crowded, (n_test,).

    For every query these are the rows that the kth best so far does not prove to be farther. A
    mass of ties is settled on the way, before it fills the memory; or, if a `fair` share is given,
    queries with more rows than that are left without any, crowded. `step` rows go in one tile.
    """
    X, k = problem.queries.astype(np.float64, copy=False), problem.k
    best: Winners | None = None
    found = Candidates(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
    crowded = np.zeros(len(X), np.bool_)
    most = len(X) * (k + step // 4)
    for part in slices(len(problem.rows), step):
        values = direct_tile(X, problem.rows[part].astype(np.float64, copy=False))
        best = keep_best(best, values, part.start, k)
        limit = cutoff(best[0][:, -1], problem.d, problem.error)
        near = ~(values > limit[:, None])  # a NaN keeps its row
        if fair:
            left = found.owner[~(found.computed > limit[found.owner])]
            counts = np.bincount(left, minlength=len(X))
            crowded |= counts + np.count_nonzero(near, axis=1) > fair
            if crowded.all():
                return found.only(slice(0)), crowded
            limit[crowded], near[crowded] = -np.inf, False
        i, j = near.nonzero()
        found = found.only(~(found.computed > limit[found.owner]))
        found = found.beside(Candidates(i, j + part.start, values[i, j]))
        if len(found.owner) > most:
            found = settled(problem, found)
    return found, crowded


def by_direct_form(problem: Problem, step: int, advance: Advance = idle) -> Winners:
    """Return the truly k nearest rows: one pass, then integers for what it leaves unproved."""
    found, _ = direct_pass(problem, step)
    advance(len(problem.queries) * len(problem.rows))
    return settled(problem, found).table(problem.k)


def by_digits(problem: Problem, by: Filter) -> Winners:
    """Return what `by_direct_form` does, masses of ties by exact products if numbers allow it."""
    n_train, d, k, memory = len(problem.rows), problem.d, problem.k, problem.memory
    queries, rows = problem.tile(exact=True)
    distances, indices = problem.blank()
    tied = np.ones(len(indices), np.bool_)
    if problem.error == 0:
        for part in slices(len(indices), queries):
            some = problem.only(part)
            found, crowded = direct_pass(some, rows, FAIR + 2 * k)
            tied[part] = crowded
            if not crowded.all():
                done = part.start + np.flatnonzero(~crowded)
                distances[done], indices[done] = settled(some, found).table(k)
    step = 1 + min(2047, memory // (1000 * (1 + d)))  # rows in a tile of exact products
    several = max(1, min(64, memory // (400 * step)))  # queries, for whose digits a quarter is kept
    room = 1 + memory // (600 * (d + k * (1 + n_train // step)))  # queries, for their candidates
    left = np.flatnonzero(tied)
    for part in slices(len(left), room if problem.error == 0 else queries):
        some, pairs = problem.only(left[part]), None
        if problem.error == 0:
            with single_products():
                pairs = exact_winners(some, by.frame, step, several)
        if pairs is None:
            winners = some.in_parts(queries, partial(by_direct_form, step=rows))
        elif pairs[2]:
            winners = np.array(np.nan), pairs[1].reshape(-1, k)
        else:
            winners = settled_pairs(some, *pairs[:2])
        distances[left[part]], indices[left[part]] = winners
    return distances, indices


def exact_winners(
    problem: Problem, frame: Frame, step: int, several: int
) -> tuple[Indices, Indices, bool] | None:
    """Return (owner, index) of the k nearest rows, by products that do not round, and True.

    `step` rows and `several` queries are multiplied in one go. Rows with numbers that the slices
    cannot hold become candidates of every query, and then the order is not told: False. Where they
    are many, or where it is a query, there is no result.
    """
    rows, k = problem.rows, problem.k
    bits, top = slice_bits(problem.d), leading_bit(frame)
    x, fits = cut(problem.queries, top, bits)
    if not fits.all():
        return None
    every = np.arange(len(problem.queries))
    pairs, others = [], []
    for tile in slices(len(rows), step):
        t, fits = cut(rows[tile], top, bits)
        ready, odd = np.flatnonzero(fits), np.flatnonzero(~fits) + tile.start
        if len(odd) > MOST_ODD:
            return None
        others.append((np.repeat(every, len(odd)), np.tile(odd, len(every))))
        if not len(ready):
            continue
        used = 1 + max((i for i in range(len(x)) if x[i].any() or t[i][ready].any()), default=0)
        sides = reversed_rows([part[ready] for part in t[:used]])
        for some in slices(len(every), several):
            numbers = digits([part[some] for part in x[:used]], sides, bits)
            for place, i in enumerate(every[some]):
                best = first_k([digit[place] for digit in numbers], min(k, len(ready)))
                number = np.zeros((len(best), 2 * SLICES - 1))
                for column, digit in enumerate(numbers):
                    number[:, column] = digit[place, best]
                pairs.append((np.full(len(best), i), ready[best] + tile.start, number))
    owner, index = (np.concatenate(column) for column in zip(*others, strict=True))
    sure = not len(owner)
    if pairs:
        whose, found, number = (np.concatenate(column) for column in zip(*pairs, strict=True))
        order = np.lexsort((found, *number.T[::-1], whose))
        start = np.searchsorted(whose[order], every)
        order = order[np.arange(len(order)) - start[whose[order]] < k]
        owner, index = np.concatenate([owner, whose[order]]), np.concatenate([index, found[order]])
    return owner, index, sure
