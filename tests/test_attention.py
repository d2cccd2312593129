"""Attention to watch: dot products at one end, distances at the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nearest, softmax
from nnlib.attention import trace

point = st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.integers(-4, 4))


@given(st.lists(point, min_size=1, max_size=6), point)
def test_it_begins_with_dot_products_and_ends_with_distances(keys, q):
    K, query = np.array(keys), np.array(q)
    first, *_, last = trace(keys, q)
    assert np.allclose(first.weights, softmax(K @ query / np.sqrt(3)))
    far = ((K - query) ** 2).sum(axis=1)
    assert np.allclose(last.weights, softmax(-far, 2 * np.sqrt(3)))
    assert first.leader == (K @ query).argmax()
    assert last.leader == nearest(keys, [q])[0]


def test_a_key_inside_the_others_leads_only_when_its_norm_counts():
    keys = [[1, 1], [4, 2], [2, 5], [3, 3]]
    assert [step.leader for step in trace(keys, [3, 3])] == [2] * 6 + [3] * 5
    assert [step.share for step in trace(keys, [3, 3], 2)] == [0, 0.5, 1]


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1e100])
def test_the_smallest_and_the_largest_numbers_make_weights(size):
    for step in trace([[size, -size], [-size, size], [0, 0]], [size, size]):
        assert sum(step.weights) == pytest.approx(1)
        assert np.isfinite(step.scores).all()


@pytest.mark.parametrize(
    ("keys", "q", "steps", "message"),
    [
        ([[1, 2]], [1], 10, r"q must be 2 numbers; its shape is \(1,\)"),
        ([[1, np.inf]], [1, 2], 10, "K must be finite"),
        (np.ones((2, 0)), [], 10, r"K must have a feature; its shape is \(2, 0\)"),
        (np.ones((0, 2)), [1, 2], 10, "K has no rows"),
        ([[1, 1e200]], [1, 2], 10, r"K must stay within ±1e\+100; got 1e\+200"),
        ([[1, 2]], [-1e200, 2], 10, "q must stay within"),
        ([[1, 2]], [1, 2], 1.5, "steps must be a whole number; got 1.5"),
        ([[1, 2]], [1, 2], 0, "steps must be at least 1"),
    ],
)
def test_bad_input_is_refused_by_name(keys, q, steps, message):
    with pytest.raises(ValueError, match=message):
        trace(keys, q, steps)
