"""The merge of shards to watch: the answer of one search, in any order of arrival."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import k_nearest
from nnlib.shards import trace, tree

point = st.tuples(st.integers(0, 4), st.integers(0, 4))
kept = st.lists(st.tuples(point, st.integers(0, 3)), min_size=1, max_size=12)


@given(kept, point, st.integers(1, 4), st.permutations(range(4)))
def test_the_last_step_holds_the_nearest_of_all_ties_included(sharded, x, k, arrival):
    rows, shard, k = [t for t, _ in sharded], [s for _, s in sharded], min(k, len(sharded))
    last = trace(rows, shard, x, k, arrival)[-1]
    assert list(last.kept) == k_nearest(rows, [x], k)[0].tolist()


@given(kept, point)
def test_who_decides_at_a_tie_is_the_index(sharded, x):
    rows, shard = [t for t, _ in sharded], [s for _, s in sharded]
    far = ((np.array(rows) - x) ** 2).sum(axis=1)
    for step in trace(rows, shard, x, min(2, len(rows)), range(4)):
        if step.tie:
            others = set(np.flatnonzero(far == far[step.row]).tolist()) - set(step.kept)
            assert any(other > step.row for other in others)


def test_the_tree_joins_neighbors_level_by_level():
    assert tree(1) == []
    assert tree(3) == [(0, 1), (3, 2)]
    assert tree(4) == [(0, 1), (2, 3), (4, 5)]
    assert tree(5) == [(0, 1), (2, 3), (5, 6), (7, 4)]


def test_every_order_of_arrival_ends_alike_though_four_rows_tie():
    rows = [[1, 1], [4, 2], [2, 5], [5, 4], [3, 0], [1, 4], [5, 1], [2, 3]]
    rows = [[2 * v for v in t] for t in rows]
    answers = set()
    for arrival in permutations(range(4)):
        steps = trace(rows, [0, 3, 1, 1, 2, 2, 3, 0], [5, 3], 2, arrival)
        assert any(step.tie for step in steps)
        answers.add(steps[-1].kept)
    assert answers == {(0, 1)}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [1]}, r"x must be 2 numbers; its shape is \(1,\)"),
        ({"X_train": [[0.5, 1], [1, 2]]}, "X_train must be whole numbers"),
        ({"k": 3}, "k must be between 1 and 2"),
        ({"k": 1.5}, "k must be a whole number; got 1.5"),
        ({"arrival": [0, 0]}, "arrival must name each shard once"),
        ({"arrival": [0, 2]}, "arrival must be a list of whole numbers from 0 to 1"),
        ({"arrival": []}, "arrival must name each shard once"),
        ({"arrival": [[0], [1, 2]]}, "arrival cannot be read as an array"),
        ({"arrival": 2}, "arrival must be a list of whole numbers"),
        ({"shard": [0, 5]}, "shard must be a list of whole numbers from 0 to 1"),
        ({"shard": [0, 0.5]}, "shard must be a list of whole numbers from 0 to 1"),
        ({"shard": 0}, "shard must be a list of whole numbers from 0 to 1"),
        ({"shard": [0]}, "shard must name one of 2 for each of 2 rows"),
    ],
)
def test_bad_input_is_refused_by_name(given, message):
    right = {"X_train": [[1, 2], [3, 4]], "shard": [0, 1], "x": [1, 2], "k": 1, "arrival": [0, 1]}
    with pytest.raises(ValueError, match=message):
        trace(**{**right, **given})


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_a_tree_over_no_shard_is_refused(count):
    with pytest.raises(ValueError, match="count must be"):
        tree(count)
