"""The prepared training side: the same as made on the fly, also from several threads."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits
from together import at_once

from nnlib.memory import search
from nnlib.request import Request
from nnlib.training import TrainingSet

DIGITS = load_digits()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kept_weights_are_those_made_on_the_fly(dtype):
    rows = DIGITS.data[:100].astype(np.float32)
    fresh, kept = TrainingSet(rows), TrainingSet(rows, keep_weights=True)
    for part in (slice(0, 30), slice(30, 100)):
        for training in (fresh, kept):
            weights = training.weights(dtype, part)
            assert weights.dtype == dtype
            assert np.array_equal(weights[:, :-1], -2 * rows[part])
            assert np.array_equal(weights[:, -1], (rows[part] ** 2).sum(axis=1))
    whole = slice(0, 100)
    assert kept.weights(dtype, whole).base is kept.weights(dtype, whole).base
    assert fresh.weights(dtype, whole) is not fresh.weights(dtype, whole)


def test_norms_of_wide_and_converted_rows():
    for shape in ((5000, 3), (3, 50000), (4, 0)):
        rows = np.arange(np.prod(shape)).reshape(shape) % 7
        expected = (rows * rows).sum(axis=1)
        assert np.array_equal(TrainingSet(rows).norms(np.float64), expected)
        assert np.array_equal(TrainingSet(rows * 1.0).norms(np.float64), expected)


def test_a_training_set_may_be_shared_between_threads():
    training = TrainingSet(DIGITS.data[:500], keep_weights=True)
    queries = DIGITS.data[500:700]
    _, *expected = search(TrainingSet(training.rows), queries, Request(3, "expanded"))
    found = at_once(lambda: search(training, queries, Request(3, "expanded")))
    for _, distances, indices in found:
        assert np.array_equal(indices, expected[1])
        assert np.array_equal(distances, expected[0])


def test_a_pickle_keeps_the_rows_and_nothing_that_is_made_from_them():
    training = TrainingSet(DIGITS.data[:400] + 1.5, keep_weights=True)
    bare = len(pickle.dumps(training))
    training.weights(np.float64, slice(0, 400))
    training.tree()
    training.lists(2**26, 1)
    training.unit().weights(np.float32, slice(0, 400))
    training.spent = 3.0
    again = pickle.loads(pickle.dumps(training))
    assert len(pickle.dumps(training)) <= bare + 16
    assert again.tree(plant=False) is again.lists() is None
    assert (again.spent, again.keep_weights) == (3.0, True)
    assert None not in (
        training.tree(plant=False),
        training.lists(),
    )  # of the one that was pickled nothing is lost
    request = Request(3, "expanded")
    for ours, theirs in zip(
        search(again, DIGITS.data[:9], request),
        search(training, DIGITS.data[:9], request),
        strict=True,
    ):
        assert np.array_equal(ours, theirs)


def test_rows_are_added_without_rounding_any():
    kept = TrainingSet(np.array([[2**53 + 1]]))
    both = kept.followed_by(np.array([[3]], np.int8))
    assert both.rows.tolist() == [[2**53 + 1], [3]]
    assert TrainingSet(np.array([[2**53]])).followed_by(np.array([[0.5]])).rows.dtype == float
    with pytest.raises(
        ValueError, match=r"holds float64 and is to follow int64, but float64, .* does not"
    ):
        kept.followed_by(np.array([[0.5]]))
    with pytest.raises(ValueError, match="holds int64 and is to follow float32"):
        TrainingSet(np.zeros((1, 1), np.float32)).followed_by(kept.rows)
    with pytest.raises(ValueError, match="must be finite"):
        TrainingSet(np.zeros((1, 1))).followed_by(np.array([[np.inf]]))


def test_added_rows_join_lists_that_stand_until_they_have_doubled():
    rows = np.random.default_rng(0).standard_normal((900, 3))
    kept = TrainingSet(rows[:400])
    assert kept.followed_by(rows[400:]).lists() is None
    lists = kept.lists(2**26, 1)
    longer = kept.followed_by(rows[400:600]).followed_by(rows[600:800])
    assert np.array_equal(longer.lists().centers, lists.centers)
    assert sorted(longer.lists().order.tolist()) == list(range(800))
    assert (longer.lists().radius >= lists.radius).all()
    assert len(lists.order) == 400  # which another search may hold
    assert longer.followed_by(rows[800:]).lists() is None
    assert kept.followed_by(rows[:9].astype(np.float32)).lists() is not None  # no other dtype
    assert TrainingSet(rows[:9].astype(np.float32)).followed_by(rows).lists() is None
