"""Tiles keep within the limit, and what is kept of them does not depend on their cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Problem, smallest_limit

from nnlib.request import METHODS
from nnlib.tiles import TILE_BYTES, Tiles, keep_best, slices, smallest_k


@pytest.mark.parametrize("method", METHODS)
def test_tile_shapes_keep_within_the_limit(method):
    for n_test, n_train, d, k in [
        (1, 1, 0, 1),
        (7, 13, 3, 5),
        (1000, 777, 1, 1),
        (3, 10**6, 50, 9),
    ]:
        least = smallest_limit(Problem(np.zeros((n_train, d)), np.zeros((n_test, d))), k, method)
        tiles = Tiles(d, k, method == "exact")
        for limit in (least, least + 1, 2 * least, 10 * least, 2**26, 2**40):
            q, n = tiles.shape(n_test, n_train, limit)
            assert 1 <= q <= n_test
            assert 1 <= n <= n_train
            assert 8 * q * n <= max(limit, 8)
            assert 8 * q * n <= TILE_BYTES
        with pytest.raises(ValueError, match=rf"at least {least} bytes for d = {d} and k = {k}"):
            tiles.shape(n_test, n_train, least - 1)


def test_slices_cover_everything_once():
    for length in (0, 1, 5, 12):
        for step in (1, 4, 5, 100):
            covered = [i for part in slices(length, step) for i in range(length)[part]]
            assert covered == list(range(length))
            assert all(part.stop - part.start <= step for part in slices(length, step))
            assert all(part.start < length for part in slices(length, step))


TABLES = st.integers(0, 12).flatmap(
    lambda n: st.lists(
        st.lists(
            st.sampled_from([0.0, -0.0, 1.0, 2.0, 2.5, -3.0, np.inf]),
            min_size=n + 1,
            max_size=n + 1,
        ),
        min_size=1,
        max_size=4,
    )
)


@given(TABLES, st.data())
def test_smallest_k_is_a_stable_sort(table, data):
    values = np.array(table)
    k = data.draw(st.integers(1, values.shape[1]))
    expected = values.argsort(axis=1, kind="stable")[:, :k]
    assert np.array_equal(smallest_k(values, k), expected)


@given(TABLES, st.integers(1, 13), st.integers(1, 13))
def test_keep_best_does_not_depend_on_the_tiles(table, k, step):
    values = np.array(table)
    k = min(k, values.shape[1])
    best = None
    for part in slices(values.shape[1], step):
        best = keep_best(best, values[:, part], part.start, k)
    expected = values.argsort(axis=1, kind="stable")[:, :k]
    assert np.array_equal(best[1], expected)
    assert np.array_equal(best[0], np.take_along_axis(values, expected, axis=1))
