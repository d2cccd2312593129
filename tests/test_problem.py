"""A problem knows its numbers, and what is known of all queries holds for some of them."""

import numpy as np
import pytest

from nnlib.problem import Candidates, Problem

RNG = np.random.default_rng(0)


def problem(rows, queries, k=1, memory=2**20):
    return Problem(np.asarray(rows), np.asarray(queries), k, memory).examined()


def test_what_its_numbers_tell_of_rounding():
    whole = problem(RNG.integers(0, 9, (5, 3)), RNG.integers(0, 9, (4, 3)) * 0.5)
    assert whole.whole
    assert whole.error == 0
    tenths = problem(RNG.integers(0, 9, (5, 3)) * 0.1, RNG.random((4, 3)))
    assert not tenths.whole
    assert tenths.error == 0
    beyond = problem([[2**60 + 1]], [[3]])
    assert not beyond.whole
    assert beyond.error >= 1
    assert beyond.only(slice(0)).error == beyond.error


def test_its_measures():
    asked = problem(RNG.random((50, 3)), RNG.random((20, 3)), 4)
    assert (asked.d, asked.products) == (3, 50 * 20 * 3)
    assert asked.tile(exact=True) == (20, 50)
    with pytest.raises(ValueError, match=r"at least \d+ bytes for d = 3 and k = 4; got 9"):
        asked._replace(memory=9).tile(exact=False)
    some = asked.only(np.arange(20) % 2 == 0)
    assert np.array_equal(some.queries, asked.queries[::2])
    assert some.rows is asked.rows


@pytest.mark.parametrize("step", [1, 3, 20, 99])
def test_parts_come_together_in_order(step):
    asked = problem(RNG.random((50, 3)), RNG.random((20, 3)), 2)
    sizes = []

    def solve(some):
        sizes.append(len(some.queries))
        return some.queries[:, :2], np.floor(some.queries[:, :2] * 100).astype(np.intp)

    distances, indices = asked.in_parts(step, solve)
    assert np.array_equal(distances, asked.queries[:, :2])
    assert indices.tolist() == np.floor(distances * 100).tolist()
    assert sum(sizes) == 20
    assert max(sizes) == min(step, 20)
    assert asked.in_parts(step, solve, np.float32)[0].dtype == np.float32


def test_candidates_stay_side_by_side():
    pairs = Candidates(
        np.array([0, 0, 1, 1]), np.array([7, 5, 3, 1]), np.array([1.0, 2.0, 3.0, 4.0])
    )
    assert pairs.only([2, 0]).row.tolist() == [3, 7]
    both = pairs.only(slice(2)).beside(pairs.only(slice(2, None)))
    assert all(np.array_equal(a, b) for a, b in zip(both, pairs, strict=True))
    distances, indices = pairs.table(2)
    assert distances.tolist() == [[1, 2], [3, 4]]
    assert indices.tolist() == [[7, 5], [3, 1]]
