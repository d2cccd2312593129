"""The perceptron of hard thresholds: parity, counts, pruning, rounding and refusals."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Voronoi
from sklearn.datasets import load_digits, load_iris
from strategies import TAME, Problem, oracle_distances, oracle_k_nearest, problems
from test_house import CORE, ROOT, imported

import nnlib
from nnlib import PerceptronNet, nearest, predict_1nn
from nnlib.practice import break_it
from nnlib.threshold import BISECTORS, exact_combination

IRIS = load_iris()
DIGITS = load_digits()
# In these families 5 d max|v|² stays below 2⁵³: nothing rounds.
EXACT = ("bits", "small integers", "signed integers")
T = np.array([[1, 1], [4, 2], [2, 5]])
Y = np.array(["A", "B", "B"])


@st.composite
def labelled(draw, families=EXACT, **sizes):
    """Draw (Problem, labels)."""
    problem = draw(problems(families, **sizes))
    n = len(problem.T)
    return problem, np.array(draw(st.lists(st.sampled_from("pqr"), min_size=n, max_size=n)))


def oracle(problem):
    return oracle_k_nearest(problem.T, problem.X, 1)[:, 0]


def both(problem, labels):
    return [PerceptronNet.from_data(problem.T, labels, bisectors=name) for name in BISECTORS]


# --- parity with 1NN --------------------------------------------------------------------------


@given(labelled())
def test_exactly_the_class_of_the_nearest_row_fires(drawn):
    problem, labels = drawn
    for net in both(problem, labels):
        outputs = net.forward(problem.X)
        assert outputs.shape == (len(problem.X), len(net.classes))
        assert (outputs.sum(axis=1) == 1).all()
        assert net.classes[outputs.argmax(axis=1)].tolist() == labels[oracle(problem)].tolist()
        assert net.predict(problem.X).tolist() == labels[oracle(problem)].tolist()
        assert net.predict(problem.X).dtype == labels.dtype


@given(labelled())
def test_with_all_bisectors_one_and_fires_that_of_the_earliest_nearest_row(drawn):
    problem, labels = drawn
    other, every = both(problem, labels)
    fires = every.ands(problem.X)
    assert (fires.sum(axis=1) == 1).all()
    assert fires.argmax(axis=1).tolist() == oracle(problem).tolist()
    # Fewer conditions: what fires there fires here, and whatever else does is of its class.
    more = other.ands(problem.X)
    assert (more >= fires).all()
    for row, winner in zip(more, oracle(problem), strict=True):
        assert (labels[row] == labels[winner]).all()


@given(labelled())
def test_the_dense_layers_are_three_steps_of_thresholds(drawn):
    problem, labels = drawn
    for net in both(problem, labels):
        (W1, b1), (W2, b2), (W3, b3) = net.layers()
        assert (len(b1), len(b2), len(b3)) == net.units
        h = problem.X.astype(float) @ W1.T + b1 >= 0
        assert np.array_equal(h, net.half_planes(problem.X))
        sums = h.astype(int) @ W2.T + b2
        assert np.array_equal(sums, net.and_sums(problem.X))
        assert np.array_equal((sums >= 0).astype(int) @ W3.T + b3 >= 0, net.forward(problem.X))


@given(labelled(), st.integers(-50, 50), st.integers(-8, 8), st.randoms(use_true_random=False))
def test_a_motion_of_the_data_changes_nothing(drawn, shift, power, random):
    problem, labels = drawn
    d = problem.T.shape[1]
    signs = np.array([random.choice((-1, 1)) for _ in range(d)])
    order = random.sample(range(d), d)
    before = PerceptronNet.from_data(problem.T, labels).ands(problem.X)
    moved = [
        (side.astype(float)[:, order] * signs + shift) * 2.0**power
        for side in (problem.T, problem.X)
    ]
    assert np.array_equal(PerceptronNet.from_data(moved[0], labels).ands(moved[1]), before)


@given(labelled(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_matters_at_ties_only(drawn, random):
    problem, labels = drawn
    order = np.array(random.sample(range(len(labels)), len(labels)))
    net = PerceptronNet.from_data(problem.T[order], labels[order])
    rows = order[oracle(Problem(problem.T[order], problem.X))]
    assert net.predict(problem.X).tolist() == labels[rows].tolist()


def test_on_the_bisector_the_earlier_row_wins():
    middle = np.array([[2.5, 1.5]])  # halfway between rows 0 and 1
    for order in ([0, 1, 2], [1, 0, 2]):
        net = PerceptronNet.from_data(T[order], Y[order])
        assert net.predict(middle).tolist() == [Y[order][0]]
        assert net.forward(middle).sum() == 1


def test_rows_in_one_place_with_different_labels_make_a_constant_unit():
    net = PerceptronNet.from_data([[1, 1], [1, 1], [5, 5]], ["x", "y", "x"])
    assert net.W1[0].tolist() == [0, 0]
    assert net.b1[0] == 0
    X = np.array([[1, 1], [-9, 4], [5, 4], [3, 3]])
    assert net.half_planes(X)[:, 0].all()  # 0 ≥ 0
    assert not net.ands(X)[:, 1].any()
    assert net.predict(X).tolist() == ["x"] * 4
    assert not net.pruned().ands(X)[:, 1].any()


def test_one_class_needs_no_half_plane():
    net = PerceptronNet.from_data(T, ["only"] * 3)
    assert net.units == (0, 3, 1)
    assert net.forward([[0, 0]]).tolist() == [[True]]
    assert net.pruned().predict([[7, 7]]).tolist() == ["only"]


# --- counts -----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_the_number_of_units(labels):
    n = len(labels)
    unequal = sum(labels[i] != labels[j] for i in range(n) for j in range(i + 1, n))
    n_classes = len(set(labels))
    assert PerceptronNet.count_units(labels) == (unequal, n, n_classes)
    assert PerceptronNet.count_units(labels, "all") == (n * (n - 1) // 2, n, n_classes)
    assert unequal == (n * n - sum(labels.count(c) ** 2 for c in set(labels))) // 2
    for name in BISECTORS:
        net = PerceptronNet.from_data(np.zeros((n, 1)), labels, bisectors=name)
        assert net.units == PerceptronNet.count_units(labels, name)
        assert len(net.cell) == 2 * net.units[0]


def test_repr_counts():
    net = PerceptronNet.from_data(IRIS.data, IRIS.target, bisectors="all")
    assert repr(net) == (
        "PerceptronNet of three layers: 11,175 half-planes, 150 ANDs with 22,350 inputs, "
        "3 ORs (bisectors: all)"
    )


# --- iris and digits --------------------------------------------------------------------------


@pytest.mark.parametrize("bisectors", BISECTORS)
def test_iris_in_millimeters(bisectors):
    rows = np.rint(IRIS.data * 10)
    net = PerceptronNet.from_data(rows[0::2], IRIS.target[0::2], bisectors=bisectors)
    assert (net.forward(rows).sum(axis=1) == 1).all()
    expected = predict_1nn(rows[0::2], IRIS.target[0::2], rows)
    assert net.predict(rows).tolist() == expected.tolist()


def test_a_subset_of_digits():
    assert PerceptronNet.count_units(DIGITS.target[:200])[0] <= 18_000
    net = PerceptronNet.from_data(DIGITS.data[:200], DIGITS.target[:200])
    X = DIGITS.data[200:400]
    assert (net.forward(X).sum(axis=1) == 1).all()
    expected = predict_1nn(DIGITS.data[:200], DIGITS.target[:200], X)
    assert net.predict(X).tolist() == expected.tolist()


# --- pruning ----------------------------------------------------------------------------------


@settings(deadline=None)
@given(labelled(max_rows=8, max_d=3))
def test_the_pruned_net_equals_the_full_net(drawn):
    problem, labels = drawn
    middles = np.concatenate([(problem.T.astype(float) + t) / 2 for t in problem.T])
    X = np.concatenate([problem.X, problem.T, middles])  # ties among them
    for net in both(problem, labels):
        pruned = net.pruned()
        assert np.array_equal(pruned.ands(X), net.ands(X))
        assert np.array_equal(pruned.forward(X), net.forward(X))
        assert pruned.units[0] <= net.units[0]
        assert len(pruned.cell) <= len(net.cell)


def fires_exactly(net, x):
    """Return which ANDs fire, the stored weights taken as the fractions that they are."""
    query = [Fraction(v) for v in x.tolist()]
    sums = [
        sum((Fraction(w) * v for w, v in zip(row, query, strict=True)), Fraction(b))
        for row, b in zip(net.W1.tolist(), net.b1.tolist(), strict=True)
    ]
    wrong = np.zeros(len(net.codes), int)
    for plane, cell, sign in zip(net.plane, net.cell, net.sign, strict=True):
        wrong[cell] += (sums[plane] >= 0) != (sign > 0)
    return (wrong == 0).tolist()


@settings(deadline=None)
@given(labelled(TAME, max_rows=6, max_d=3))
def test_pruning_is_exact_on_rounded_weights_too(drawn):
    problem, labels = drawn
    net = PerceptronNet.from_data(problem.T, labels)
    pruned = net.pruned()
    for x in np.concatenate([problem.X.astype(float), problem.T.astype(float)]):
        assert fires_exactly(pruned, x) == fires_exactly(net, x)


@given(labelled(min_d=1, max_d=1))
def test_on_a_line_a_cell_needs_two_faces_at_most(drawn):
    problem, labels = drawn
    for net in both(problem, labels):
        assert np.bincount(net.pruned().cell, minlength=1).max() <= 2


def test_in_the_plane_what_is_left_are_the_edges_of_the_voronoi_diagram():
    rows = np.random.default_rng(0).integers(0, 10**5, (25, 2))
    net = PerceptronNet.from_data(rows, np.arange(25) % 2, bisectors="all").pruned()
    edges = {tuple(sorted(pair)) for pair in Voronoi(rows).ridge_points.tolist()}
    assert {tuple(pair) for pair in net.pairs.tolist()} == edges
    assert len(net.cell) == 2 * len(edges)  # a border is a face of the cells on both of its sides
    assert net.units[0] == len(edges)
    assert len(edges) <= 3 * 25 - 6


def test_a_failed_search_for_a_proof_cuts_nothing(monkeypatch):
    def fails(*_):
        raise RuntimeError("too many iterations")

    net = PerceptronNet.from_data(np.arange(6)[:, None], list("ababab"))
    assert len(net.pruned().cell) < len(net.cell)
    monkeypatch.setattr(scipy.optimize, "nnls", fails)
    assert len(net.pruned().cell) == len(net.cell)


def test_a_false_proposal_is_not_believed(monkeypatch):
    """Whatever the least squares say, the fractions decide."""
    net = PerceptronNet.from_data(np.arange(6)[:, None], list("ababab"))
    X = np.arange(-4, 24)[:, None] / 4
    rng = np.random.default_rng(0)
    monkeypatch.setattr(scipy.optimize, "nnls", lambda A, b: (rng.random(A.shape[1]), 0.0))
    assert np.array_equal(net.pruned().ands(X), net.ands(X))


def test_centers_that_rounding_has_moved_out_of_their_cells_cut_nothing_wrong():
    rows = 1e8 + np.array([[0.1, 0.2], [0.3, 0.1], [0.2, 0.2], [0.1, 0.4], [0.4, 0.4]])
    net = PerceptronNet.from_data(rows, [0, 1, 0, 1, 0])
    for x in rows:
        assert fires_exactly(net.pruned(), x) == fires_exactly(net, x)


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=3))
def test_an_exact_combination_is_one(columns):
    columns = [[Fraction(v) for v in column] for column in columns]
    factors = [Fraction(k + 1, 3) for k in range(len(columns))]
    target = [sum(f * c[r] for f, c in zip(factors, columns, strict=True)) for r in range(3)]
    found = exact_combination(columns, target)
    independent = np.linalg.matrix_rank(np.array(columns, float)) == len(columns)
    assert found == (factors if independent else None)


def test_no_combination_is_none():
    one, two = Fraction(1), Fraction(2)
    assert exact_combination([[one, one]], [one, two]) is None


# --- rounding ---------------------------------------------------------------------------------


@given(labelled(TAME))
def test_two_classes_never_fire_at_once(drawn):
    problem, labels = drawn
    for net in both(problem, labels):
        assert (net.forward(problem.X).sum(axis=1) <= 1).all()


@given(labelled(TAME, min_d=1))
def test_beyond_rounding_from_every_bisector_the_label_is_right(drawn):
    problem, labels = drawn
    net = PerceptronNet.from_data(problem.T, labels)
    size = [np.sqrt((side.astype(float) ** 2).sum(axis=1)) for side in (problem.T, problem.X)]
    for x_norm, x, row, i in zip(
        size[1], problem.X, oracle_distances(problem.X, problem.T), oracle(problem), strict=True
    ):
        bound = (2 * problem.T.shape[1] + 10) * 2.0**-53 * (x_norm + size[0].max()) ** 2
        rivals = [row[j] for j in range(len(row)) if labels[j] != labels[i]]
        if not rivals or min(rivals) - row[i] > bound:
            assert net.predict(x[None]).tolist() == [labels[i]]
            assert net.forward(x[None]).sum() == 1


def test_the_card_of_the_silent_perceptron():
    assert [int(v) for v in break_it("silent_perceptron").run().values()] == [1, 0]
    rows = [[0.3, 0.0], [0.3, 0.2], [0.2, 0.1]]
    net = PerceptronNet.from_data(rows, list("ABC"))
    assert net.forward([[0.3, 0.1]]).tolist() == [[False, False, False]]
    assert net.predict([[0.3, 0.1]]).tolist() == ["A"]


def test_the_card_of_the_closed_half_planes():
    values = break_it("closed_on_both_sides").run()
    assert [np.asarray(v).tolist() for v in values.values()] == [[1, 0], [1, 1]]


# --- input and memory -------------------------------------------------------------------------


def test_too_many_half_planes_are_refused_before_any_is_made():
    planes = PerceptronNet.count_units(DIGITS.target)[0]
    with pytest.raises(ValueError, match=rf"{planes:,} half-planes for 1,797 rows.*memory_limit"):
        PerceptronNet.from_data(DIGITS.data, DIGITS.target)


@given(labelled())
def test_the_memory_limit_changes_nothing_but_the_size_of_a_pass(drawn):
    problem, labels = drawn
    net = PerceptronNet.from_data(problem.T, labels)
    whole = net.and_sums(problem.X)
    net.memory_limit = 1
    assert np.array_equal(net.and_sums(problem.X), whole)


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        ([[1.0], [np.nan]], [0, 1], {}, "X_train must be finite; row 1"),
        ([1, 2], [0, 1], {}, "X_train must be two-dimensional"),
        (np.empty((0, 2)), [], {}, "X_train has no rows"),
        ([[1], [2]], [0], {}, "y_train must have one entry for each of the 2 rows"),
        ([[1], [2]], [[0], [1]], {}, "y_train must be one label a row"),
        ([[1], [2]], [0, np.nan], {}, "y_train must not hold nan"),
        ([[1], [2]], [0, 1], {"bisectors": "some"}, "bisectors must be one of"),
        ([[1], [2]], [0, 1], {"memory_limit": 0}, "memory_limit must be at least 1"),
        ([[1], [2]], [0, 1], {"memory_limit": 8}, "1 half-planes for 2 rows"),
        ([[1e200], [2]], [0, 1], {}, "overflow"),
    ],
)
def test_bad_training_data(X, y, options, message):
    with pytest.raises(ValueError, match=message):
        PerceptronNet.from_data(X, y, **options)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1, 2, 3]], "X and W1 must have the same number of columns"),
        ([1, 2], "X must be two-dimensional"),
        ([[1, np.inf]], "X must be finite; row 0"),
        ([[1e200, 0]], "overflow"),
    ],
)
def test_bad_queries(X, message):
    net = PerceptronNet.from_data(T, Y)
    for method in (net.half_planes, net.and_sums, net.forward, net.predict):
        with pytest.raises(ValueError, match=message):
            method(X)


def test_counting_checks_its_arguments():
    with pytest.raises(ValueError, match="bisectors must be one of"):
        PerceptronNet.count_units([0, 1], "none")
    with pytest.raises(ValueError, match="y_train must be one label a row"):
        PerceptronNet.count_units([[0, 1], [1, 0]])


def test_no_query_gives_empty_answers():
    net = PerceptronNet.from_data(T, Y)
    assert net.predict(np.empty((0, 2))).shape == (0,)
    assert net.predict(np.empty((0, 2))).dtype == Y.dtype
    assert net.forward(np.empty((0, 2))).shape == (0, 2)


def test_small_integers_do_not_wrap():
    rows = np.array([[200], [100]], dtype=np.uint8)
    net = PerceptronNet.from_data(rows, [0, 1])
    assert net.predict(np.array([[255], [0]], dtype=np.uint8)).tolist() == [0, 1]
    assert nearest(rows, rows).tolist() == [0, 1]


def test_the_room_opens_to_the_core_only():
    assert nnlib.PerceptronNet is PerceptronNet
    allowed = {"numpy", "scipy", *(f"nnlib.{name}" for name in CORE)}
    assert imported(ROOT / "nnlib" / "threshold.py") <= allowed
