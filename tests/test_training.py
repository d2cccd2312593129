"""The prepared training side: the same as made on the fly, also from several threads."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits
from together import at_once

from nnlib.memory import search
from nnlib.request import Request
from nnlib.training import TrainingSet, joined

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


@pytest.mark.parametrize("turned", [False, True])
def test_integers_are_joined_in_a_type_that_holds_all(turned):
    odd, most = np.array([[2**53 + 1]]), np.iinfo(np.int64).max
    for more, dtype in (([[7]], np.int64), ([[most + 1]], np.uint64), ([[2**64 - 1]], np.uint64)):
        parts = (odd, np.array(more, np.uint64))[:: -1 if turned else 1]
        both = TrainingSet(parts[0]).followed_by(parts[1]).rows
        assert both.dtype == dtype
        assert both.tolist() == [part[0].tolist() for part in parts]
    assert TrainingSet(np.array([[-8]])).followed_by(np.array([[9]], np.uint64)).rows.dtype == float
    for less in (np.array([[-1]]), np.array([[0.5]])):
        parts = (less, np.array([[2**64 - 1]], np.uint64))[:: -1 if turned else 1]
        with pytest.raises(ValueError, match="their common dtype, does not hold all these values"):
            TrainingSet(parts[0]).followed_by(parts[1])


def test_dates_are_joined_in_a_unit_that_holds_all():
    far, fine = np.array(["3000-01-01"], "M8[s]"), np.array(["2020-01-01T00:00:00.5"], "M8[ns]")
    long, short = np.array([2**62], "m8[s]"), np.array([1], "m8[ns]")
    for before, more in ((far, fine), (fine, far), (long, short), (short, long)):
        with pytest.raises(ValueError, match=r"y holds .* common dtype, does not hold all these"):
            joined("y", before, more)
        assert len(joined("y", before, before)) == 2
    near = np.array(["2021-05-01", "NaT"], "M8[D]")
    both = joined("y", near, fine)
    assert both.dtype == "M8[ns]"
    assert np.array_equal(both[:2].astype("M8[D]"), near, equal_nan=True)
    assert both[2:] == fine
    with pytest.raises(ValueError, match=r"y holds timedelta64.D. and is to follow timedelta64.Y."):
        joined("y", np.array([1], "m8[Y]"), np.array([1], "m8[D]"))


def test_what_was_tried_of_lists_is_dropped_as_lists_are():
    rows = np.random.default_rng(0).standard_normal((900, 3)).astype(np.float32)
    kept = TrainingSet(rows[:400])
    kept.share = 0.9, 400
    longer = kept.followed_by(rows[400:600]).followed_by(rows[600:800])
    assert longer.share == (0.9, 400)
    assert longer.followed_by(rows[800:]).share is None
    assert kept.followed_by(rows[400:].astype(np.float64) / 3).share is None


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
