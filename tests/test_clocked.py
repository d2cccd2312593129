"""The clocked network: parity with the search, its clock, its units; and lateral inhibition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_iris
from strategies import TAME, oracle_k_nearest, problems
from test_house import CORE, ROOT, imported

import nnlib
from nnlib import ClockedKNN, NearestNeighborClassifier, k_nearest
from nnlib.clocked import lateral_inhibition
from nnlib.practice import break_it

IRIS = load_iris()
DIGITS = load_digits()
# In these families nothing rounds.
EXACT = ("bits", "small integers", "signed integers")
T = np.array([[1, 1], [4, 2], [2, 5]])
Y = np.array(["A", "B", "B"])


@st.composite
def elections(draw, families=EXACT, **sizes):
    """Draw (Problem, labels, k)."""
    problem = draw(problems(families, **sizes))
    n = len(problem.T)
    labels = draw(st.lists(st.sampled_from("pqrs"), min_size=n, max_size=n))
    return problem, np.array(labels), draw(st.integers(1, n))


# --- parity -----------------------------------------------------------------------------------


@given(elections())
def test_the_selected_rows_are_the_k_nearest_in_order(drawn):
    problem, labels, k = drawn
    net = ClockedKNN.from_data(problem.T, labels)
    found = net.k_nearest(problem.X, k)
    assert found.dtype == np.intp
    assert found.tolist() == oracle_k_nearest(problem.T, problem.X, k).tolist()


@given(elections(min_d=1))
def test_the_vote_is_that_of_the_classifier(drawn):
    problem, labels, k = drawn
    net = ClockedKNN.from_data(problem.T, labels)
    if len(problem.X):
        estimator = NearestNeighborClassifier(n_neighbors=k).fit(problem.T, labels)
        assert net.predict(problem.X, k).tolist() == estimator.predict(problem.X).tolist()
    assert net.predict(problem.X, k).dtype == labels.dtype


@given(elections(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_matters_at_ties_only(drawn, random):
    problem, labels, k = drawn
    order = np.array(random.sample(range(len(labels)), len(labels)))
    net = ClockedKNN.from_data(problem.T[order], labels[order])
    expected = oracle_k_nearest(problem.T[order], problem.X, k)
    assert net.k_nearest(problem.X, k).tolist() == expected.tolist()


def test_iris_in_millimeters_and_digits():
    for rows, labels, half in (
        (np.rint(IRIS.data * 10), IRIS.target, 75),
        (DIGITS.data, DIGITS.target, 1700),
    ):
        order = np.random.default_rng(0).permutation(len(rows))
        train, test = order[:half], order[half : half + 40]
        net = ClockedKNN.from_data(rows[train], labels[train])
        for k in (1, 5):
            expected = k_nearest(rows[train], rows[test], k)
            assert net.k_nearest(rows[test], k).tolist() == expected.tolist()


# --- the clock --------------------------------------------------------------------------------


@given(elections(TAME))
def test_two_k_minus_one_cycles_whatever_rounding_did(drawn):
    problem, labels, k = drawn
    net = ClockedKNN.from_data(problem.T, labels)
    for x in problem.X:
        trace = net.run(x, k)
        assert len(trace.cycles) == 2 * k - 1
        assert [c.number for c in trace.cycles] == list(range(1, 2 * k))
        assert len(set(trace.neighbors)) == k
        order = np.lexsort((np.arange(len(labels)), -trace.scores))[:k]
        assert trace.neighbors == order.tolist()


@given(elections(TAME))
def test_one_selector_fires_in_a_select_cycle_and_its_latch_is_set_in_the_next(drawn):
    problem, labels, k = drawn
    net = ClockedKNN.from_data(problem.T, labels)
    for x in problem.X:
        before = ()
        for cycle in net.run(x, k).cycles:
            if cycle.number % 2:
                assert cycle.phase == "select"
                assert np.flatnonzero(cycle.sums >= 0).tolist() == [cycle.unit]
                assert cycle.taken == before
            else:
                assert cycle.phase == "feedback"
                assert cycle.taken == (*before, cycle.unit)
                assert (cycle.sums[list(cycle.taken)] < 0).all()
            before = cycle.taken


@given(elections())
def test_k_is_only_how_long_the_clock_runs(drawn):
    problem, labels, k = drawn
    net = ClockedKNN.from_data(problem.T, labels)
    for x in problem.X:
        whole = net.run(x, len(labels)).neighbors
        assert net.run(x, k).neighbors == whole[:k]


def test_steps_by_hand():
    net = ClockedKNN.from_data(T, Y)
    assert net.start([2, 2]) is net
    assert net.trace.scores.tolist() == [6, 4, -1]
    first, second, third = net.step(), net.step(), net.step()
    assert first.sums.tolist() == [0, -1, -2]
    assert second.sums.tolist() == [-3, 0, -1]
    assert (first.unit, second.unit, third.unit) == (0, 0, 1)
    assert net.trace.neighbors == [0, 1]
    assert net.trace.votes.tolist() == [1, 1]
    assert net.trace.label == "A"  # one vote each; A came first
    net.step()
    net.step()
    assert net.trace.label == "B"
    assert repr(net.trace).splitlines()[:4] == [
        "cycle  phase     unit  label  votes",
        "    1  select       0  A      A: 1, B: 0",
        "    2  feedback     0  A      A: 1, B: 0",
        "    3  select       1  B      A: 1, B: 1",
    ]
    with pytest.raises(ValueError, match="all 3 rows are selected"):
        net.step()
    net.start([2, 2])
    assert net.trace.cycles == []


def test_before_the_start_there_is_nothing_to_see():
    net = ClockedKNN.from_data(T, Y)
    with pytest.raises(ValueError, match="no query"):
        net.step()
    with pytest.raises(ValueError, match="no query"):
        _ = net.trace
    with pytest.raises(ValueError, match="no neighbor is selected"):
        _ = net.start([0, 0]).trace.label


# --- units ------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(1, 9))
def test_the_number_of_units_is_quadratic_in_n(n, c):
    c = min(c, n)
    counts = ClockedKNN.count_units(n, c)
    assert counts["comparators"] == sum(1 for i in range(n) for j in range(i + 1, n))
    assert sum(counts.values()) == n * (n - 1) // 2 + 3 * n + c * (c - 1) + 2 * c
    net = ClockedKNN.from_data(np.zeros((n, 1)), np.arange(n) % c)
    assert net.units == counts
    assert f"{sum(counts.values()):,} units" in repr(net)


def test_too_many_comparators_are_refused_before_any_is_made():
    with pytest.raises(ValueError, match=r"12,497,500 comparators for 5,000 rows.*memory_limit"):
        ClockedKNN.from_data(np.zeros((5000, 1)), np.zeros(5000))


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        ([[1.0], [np.nan]], [0, 1], {}, "X_train must be finite; row 1"),
        (np.empty((0, 2)), [], {}, "X_train has no rows"),
        ([[1], [2]], [0], {}, "y_train must have one entry for each of the 2 rows"),
        ([[1], [2]], [[0], [1]], {}, "y_train must be one label a row"),
        ([[1], [2]], [0, 1], {"memory_limit": 1}, "1 comparators for 2 rows"),
        ([[1], [2]], [0, 1], {"memory_limit": -1}, "memory_limit must be at least 1"),
        ([[1e200], [2]], [0, 1], {}, "overflow"),
    ],
)
def test_bad_training_data(X, y, options, message):
    with pytest.raises(ValueError, match=message):
        ClockedKNN.from_data(X, y, **options)


@pytest.mark.parametrize(
    ("x", "k", "message"),
    [
        ([1, 2, 3], 1, "x must be one query of 2 features"),
        ([[1, 2]], 1, "x must be one query of 2 features"),
        ([1, np.nan], 1, "x must be finite"),
        ([1e200, 0], 1, "overflow"),
        ([1, 2], 0, "k must be between 1 and 3"),
        ([1, 2], 4, "k must be between 1 and 3"),
        ([1, 2], 1.5, "k must be a whole number"),
    ],
)
def test_bad_queries(x, k, message):
    with pytest.raises(ValueError, match=message):
        ClockedKNN.from_data(T, Y).run(x, k)


def test_bad_batches():
    net = ClockedKNN.from_data(T, Y)
    for method in (net.k_nearest, net.predict):
        with pytest.raises(ValueError, match="X must be two-dimensional"):
            method([1, 2], 1)
        with pytest.raises(ValueError, match="k must be between"):
            method([[1, 2]], 4)
    assert net.k_nearest(np.empty((0, 2)), 2).shape == (0, 2)
    assert net.predict(np.empty((0, 2)), 2).shape == (0,)
    with pytest.raises(ValueError, match="n_classes must be between 1 and 2"):
        ClockedKNN.count_units(2, 3)


# --- lateral inhibition -----------------------------------------------------------------------

INPUTS = st.lists(st.integers(0, 60), min_size=1, max_size=8)


@given(INPUTS)
def test_a_unique_largest_input_wins_and_a_tie_never_ends(inputs):
    run = lateral_inhibition(inputs, max_steps=2000)
    best = max(inputs)
    if best == 0:
        assert run.winner is None
        assert run.steps == 0
    elif inputs.count(best) == 1:
        assert run.winner == inputs.index(best)
    else:
        assert run.winner is None
        assert run.steps == 2000
        left = run.activations[-1]
        assert (left > 0).tolist() == [value == best for value in inputs]
        assert len(set(left[left > 0].tolist())) == 1


@given(INPUTS)
def test_the_order_never_changes_and_differences_grow_by_the_stated_factor(inputs):
    run = lateral_inhibition(inputs, max_steps=50)
    for before, after in zip(run.activations, run.activations[1:], strict=False):
        order = np.argsort(before, kind="stable")
        assert (np.diff(after[order]) >= 0).all()
        active = np.flatnonzero(after)
        gaps = (before[active, None] - before[active]) * (1 + run.inhibition)
        assert np.allclose(after[active, None] - after[active], gaps, rtol=1e-9, atol=1e-12)


@given(INPUTS, st.integers(-20, 20))
def test_only_ratios_matter(inputs, power):
    run = lateral_inhibition(inputs, max_steps=50)
    scaled = lateral_inhibition(np.array(inputs) * 2.0**power, max_steps=50)
    assert np.array_equal(scaled.activations, run.activations * 2.0**power)


def test_a_closer_race_and_a_common_offset_take_longer():
    steps = [lateral_inhibition([1 + 2.0**-p, 1, 0.5]).steps for p in (2, 8, 20, 50)]
    assert steps == sorted(set(steps))
    assert lateral_inhibition([103, 102, 101]).steps > lateral_inhibition([3, 2, 1]).steps


def test_an_inhibition_that_overflows_silences_everybody():
    run = lateral_inhibition([3, 2, 1], 1e308)
    assert (run.steps, run.winner, run.activations[-1].max()) == (1, None, 0)


def test_the_smallest_numbers_underflow_without_a_word():
    with np.errstate(all="raise"):
        assert lateral_inhibition([5e-324, 1e-323], 0.5, max_steps=5).winner == 1


def test_too_strong_an_inhibition_silences_everybody():
    run = lateral_inhibition([5, 4, 4], 0.7)
    assert run.winner is None
    assert not run.activations[-1].any()
    assert repr(run) == "Inhibition: no winner after 1 steps, 0 units active"
    assert repr(lateral_inhibition([5, 4, 4], 0.2)).startswith("Inhibition: unit 0 wins after")


def test_the_cards():
    assert [int(v) for v in break_it("tied_inhibition").run().values()] == [1, 2]
    assert [int(v) for v in break_it("strong_inhibition").run().values()] == [1, 0]


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        ([], {}, "inputs must be at least one number and none negative"),
        ([1, -1], {}, "inputs must be at least one number and none negative"),
        ([[1, 2]], {}, "inputs must be at least one number and none negative"),
        ([1, np.inf], {}, "inputs must be finite"),
        ([1e308, 1e308], {}, r"inputs must have a finite sum; the largest is 1e\+308"),
        ([1, 2], {"inhibition": 0}, "inhibition must be one number > 0"),
        ([1, 2], {"inhibition": [0.1]}, "inhibition must be one number > 0"),
        ([1, 2], {"max_steps": -1}, "max_steps must be at least 0"),
    ],
)
def test_bad_inhibition(inputs, options, message):
    with pytest.raises(ValueError, match=message):
        lateral_inhibition(inputs, **options)


def test_the_room_opens_to_the_core_only():
    assert nnlib.ClockedKNN is ClockedKNN
    assert imported(ROOT / "nnlib" / "clocked.py") <= {"numpy", *(f"nnlib.{n}" for n in CORE)}
