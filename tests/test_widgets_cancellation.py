import json
import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from traitlets import TraitError

from nnlib import nearest
from nnlib.widgets import CancellationExplorer
from nnlib.widgets.cancellation import (
    OFFSETS,
    PRECISIONS,
    center,
    cloud,
    direct_form,
    error_bound,
    error_in_ulps,
    exact,
    expanded_form,
    forms,
    stored,
    ulp,
)

# The reference against scalars, Fraction and nnlib.


def test_the_precisions_are_those_of_numpy():
    for name, (bits, lowest) in PRECISIONS.items():
        info = np.finfo(name)
        assert bits == info.nmant + 1
        assert 2.0**lowest == info.smallest_normal
        assert PRECISIONS[name].roundoff == info.eps / 2
        assert PRECISIONS[name].smallest == info.smallest_subnormal


def clouds(size=1000.0):
    """Return a strategy for templates and queries with as many features as each other."""
    number = st.floats(-size, size) | st.integers(-3, 3).map(float) | st.floats(-1e-160, 1e-160)

    def rows(width):
        row = st.lists(number, min_size=width, max_size=width)
        return st.tuples(
            st.lists(row, min_size=1, max_size=6), st.lists(row, min_size=1, max_size=3)
        )

    return st.integers(1, 5).flatmap(rows)


precisions = st.sampled_from(list(PRECISIONS))
offsets = st.sampled_from(OFFSETS) | st.floats(1, 1e16)


def one_by_one(x, t, scalar):
    """Return both forms of one pair in scalar arithmetic: an independent spelling of the order."""
    norm = other = dot = direct = scalar(0)
    for a, b in zip(x, t, strict=True):
        norm += a * a
        other += b * b
        dot += a * b
        direct += (a - b) * (a - b)
    return (norm - scalar(2) * dot) + other, direct


@given(clouds(), offsets, precisions, st.booleans())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_both_forms_round_every_operation_in_the_stated_order(points, offset, precision, centered):
    templates, queries = points
    found = forms(templates, queries, offset, precision, centered)
    assert found.expanded.dtype == found.direct.dtype == found.X.dtype == precision
    X, T = center(found.X, found.T) if centered else (found.X, found.T)
    scalar = np.dtype(precision).type
    for k, i in product(range(len(X)), range(len(T))):
        expected = one_by_one(list(X[k]), list(T[i]), scalar)
        got = (found.expanded[k, i], found.direct[k, i])
        np.testing.assert_array_equal(got, expected)  # NaN at NaN


@given(clouds(), offsets, precisions, st.booleans())
def test_the_bound_is_never_exceeded(points, offset, precision, centered):
    templates, queries = points
    found = forms(templates, queries, offset, precision, centered)
    for k, i in product(range(len(queries)), range(len(templates))):
        computed = float(found.expanded[k, i])
        assert math.isfinite(found.bound[k, i]) == math.isfinite(computed)
        if math.isfinite(computed):
            value = exact(found.X[k].tolist(), found.T[i].tolist())
            assert abs(Fraction(computed) - value) <= Fraction(float(found.bound[k, i]))


def test_the_bound_is_not_idle():
    """Somewhere the error comes within a factor of 10 of the bound: it is no empty promise."""
    worst = 0.0
    for seed in range(40):
        found = forms(*cloud(seed=seed, d=1), 30000.0, "float32")
        for k, i in product(range(8), range(24)):
            error = abs(
                Fraction(float(found.expanded[k, i]))
                - exact(found.X[k].tolist(), found.T[i].tolist())
            )
            worst = max(worst, float(error / Fraction(float(found.bound[k, i]))))
    assert 0.1 < worst <= 1


@given(st.integers(1, 16), precisions, st.booleans())
def test_the_constant_covers_what_the_proof_adds_up(d, precision, centered):
    u = Fraction(PRECISIONS[precision].roundoff)
    gamma = (d + 2) * u / (1 - (d + 2) * u)
    # Rounded centered numbers stand for S, and S itself is computed in double: d + 4 roundings.
    needed = gamma + (2 * u + u * u) / (1 - u) ** 2 if centered else gamma
    double = Fraction(2) ** -53
    assert needed <= (d + (8 if centered else 4)) * u * (1 - (d + 4) * double)
    assert 2 * d * (1 + u) ** (d + 1) + 1 <= 4 * d


@given(clouds(size=3.0), offsets, precisions, st.booleans())
def test_a_trusted_answer_is_the_exact_one(points, offset, precision, centered):
    templates, queries = points
    found = forms(templates, queries, offset, precision, centered)
    for k, trusted in enumerate(found.trusted):
        if trusted:
            assert found.nearest is not None
            assert found.chosen[k] == found.nearest[k]


@pytest.mark.parametrize("precision", list(PRECISIONS))
def test_answers_near_the_origin_are_trusted_and_far_ones_are_not(precision):
    templates, queries = [[0.0, 0.0], [4.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [4.0, 0.0]]
    for centered in (False, True):
        assert forms(templates, queries, 0.0, precision, centered).trusted == [True, True]
    far = {"float16": 120.0, "float32": 1e4, "float64": 1e8}[precision]
    assert forms(templates, queries, far, precision).trusted == [False, False]
    assert forms(templates, queries, far, precision, True).trusted == [True, True]


@given(clouds(), offsets, precisions)
def test_nearest_is_the_first_smallest_exact_distance(points, offset, precision):
    templates, queries = points
    found = forms(templates, queries, offset, precision)
    intended = [[exact(x, t) for t in templates] for x in queries]
    assert found.intended == [row.index(min(row)) for row in intended]
    if not np.isfinite(found.X).all() or not np.isfinite(found.T).all():
        assert found.nearest is None
        assert found.moved == found.flips() == len(queries)
        return
    values = [[exact(x, t) for t in found.T.tolist()] for x in found.X.tolist()]
    assert found.nearest == [row.index(min(row)) for row in values]
    assert found.nearest == nearest(found.T, found.X).tolist()


def test_chosen_is_what_argmin_returns_and_a_nan_is_no_answer():
    found = forms(*cloud(), 300.0, "float16")
    assert found.overflows == 192
    assert np.isnan(found.expanded).all()
    assert found.chosen == [0] * 8
    assert found.negatives == 0
    assert found.flips() == 8
    one = forms([[300.0]], [[300.0]], 0.0, "float16")
    assert (one.chosen, one.nearest, one.flips(), one.flips("direct")) == ([0], [0], 1, 0)
    assert one.trusted == [False]


def test_minus_infinity_is_an_overflow_and_not_a_negative_distance():
    found = forms([[200.0]], [[200.0]], 0.0, "float16")  # 40000 − ∞ + 40000
    assert found.expanded[0, 0] == -math.inf
    assert (found.negatives, found.overflows) == (0, 1)


@given(clouds(size=3.0), offsets, precisions)
def test_centering_moves_both_by_the_same_vector_in_their_own_precision(points, offset, precision):
    T, X = (stored(rows, offset, precision) for rows in points)
    assume(np.isfinite(T).all() and np.isfinite(X).all())
    x, t = center(X, T)
    assert x.dtype == t.dtype == precision
    # A single template is its own mean, without any rounding.
    alone = center(X, T[:1])
    assert not alone[1].any()
    np.testing.assert_array_equal(alone[0], X - T[0])


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4),
    st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4),
)
def test_exact_is_the_sum_of_squares(x, t):
    t = t[: len(x)]
    rounded = sum((a - b) ** 2 for a, b in zip(x, t, strict=True))
    assert float(exact(x, t)) == pytest.approx(rounded, rel=1e-14, abs=1e-300)


@given(st.floats(0, 1e300), precisions)
def test_ulp_is_numpy_spacing(value, precision):
    with np.errstate(over="ignore", under="ignore"):
        rounded = np.dtype(precision).type(value)
    assume(np.isfinite(rounded))
    # Spacing looks away from zero, also at the top of the format.
    if rounded < np.finfo(precision).max:
        assert float(ulp(Fraction(float(rounded)), precision)) == np.spacing(rounded)
    assert error_in_ulps(float(rounded), Fraction(value), precision) <= 1


def test_error_in_ulps_of_what_is_not_finite():
    assert error_in_ulps(math.nan, Fraction(1), "float32") == math.inf
    assert error_in_ulps(-math.inf, Fraction(1), "float32") == math.inf
    assert error_in_ulps(1e30, Fraction(0), "float64") == math.inf
    assert error_in_ulps(1 + 3 * 2.0**-23, Fraction(1), "float32") == 3


def test_storing_is_numpys_astype():
    points = [[0.1, -2.0], [65519.0, 65520.0]]
    for precision in PRECISIONS:
        with np.errstate(over="ignore"):
            expected = (np.array(points) + 3.0).astype(precision)
        np.testing.assert_array_equal(stored(points, 3.0, precision), expected)


# The numbers the book states, on the default cloud.


def first(precision, condition, centered=False):
    return next((at for at in OFFSETS if condition(forms(*cloud(), at, precision, centered))), None)


@pytest.mark.parametrize(
    ("precision", "flips", "negative", "moved", "merged", "overflow"),
    [
        ("float16", 2.5, 2.0, 20.0, 150.0, 150.0),
        ("float32", 200.0, 800.0, 150000.0, 1200000.0, None),
        ("float64", 6e6, 1.2e7, 8e13, 6e14, None),
    ],
)
def test_where_each_effect_begins(precision, flips, negative, moved, merged, overflow):
    assert first(precision, lambda found: found.flips()) == flips
    assert first(precision, lambda found: found.negatives) == negative
    assert first(precision, lambda found: found.moved) == moved
    assert first(precision, lambda found: found.distinct < 24) == merged
    assert first(precision, lambda found: found.overflows) == overflow


@pytest.mark.parametrize(
    ("precision", "offset", "flips", "negatives", "trusted"),
    [
        ("float32", 1e3, 2, 1, 0),
        ("float32", 1e4, 8, 46, 0),
        ("float32", 1e8, 0, 0, 8),  # all points are stored as one: nothing is left to confuse
        ("float64", 1e4, 0, 0, 8),
        ("float64", 1e8, 7, 0, 0),
        ("float64", 1e9, 8, 51, 0),
        ("float64", 1e16, 8, 89, 0),
    ],
)
def test_shares_at_round_offsets(precision, offset, flips, negatives, trusted):
    found = forms(*cloud(), offset, precision)
    assert (found.flips(), found.negatives, sum(found.trusted)) == (flips, negatives, trusted)
    assert found.flips("direct") == 0


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_centering_repairs_the_form_and_not_the_input(precision):
    assert first(precision, lambda found: found.flips(), centered=True) is None
    assert first(precision, lambda found: found.negatives, centered=True) is None
    assert first(precision, lambda found: found.moved, centered=True) is not None


# Traits: what they take, and what they refuse.

SYNCED = ["templates", "queries", "offset", "precision", "centered", "query", "template"]


def state_of(widget):
    return {name: getattr(widget, name) for name in SYNCED}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"templates": [[1.0, 2.0]]}, "template must be None or from 0 to 0"),
        ({"templates": [1.0, 2.0]}, "templates must be two-dimensional"),
        ({"templates": []}, "templates"),
        (
            {"templates": [[1.0], [2.0]]},
            r"queries has shape \(2, 2\), templates has shape \(2, 1\)",
        ),
        ({"templates": [[0, 0], [math.nan, 0]]}, "templates must be finite; row 1"),
        ({"templates": [[0, 0], [1001.0, 0]]}, "templates must lie around the origin, within 1000"),
        ({"templates": np.zeros((65, 2))}, r"templates must have at most 64 rows .* \(65, 2\)"),
        ({"templates": [["a", "b"]] * 3}, "templates must hold"),
        ({"queries": [[1.0, 2.0, 3.0]] * 2}, r"queries has shape \(2, 3\)"),
        ({"queries": [[1.0, 2.0]]}, "query must be from 0 to 0, a row of queries; got 1"),
        ({"queries": np.zeros((33, 2))}, r"queries must have at most 32 rows"),
        ({"queries": [[0, 0], [0, -math.inf]]}, "queries must be finite; row 1"),
        ({"queries": [[0, 0], [0, -2000]]}, "queries must lie around the origin"),
        ({"offset": -1.0}, "offset must be 0, or from 1 to 1e[+]16; got -1"),
        ({"offset": 0.5}, "offset must be 0, or from 1"),
        ({"offset": 1.1e16}, "offset must be 0, or from 1"),
        ({"offset": math.nan}, "offset must be 0, or from 1 to 1e[+]16; got nan"),
        ({"offset": "far"}, "offset"),
        ({"precision": "float8"}, "precision"),
        ({"centered": "yes"}, "centered"),
        ({"query": 2}, "query must be from 0 to 1"),
        ({"query": -1}, "query must be from 0 to 1"),
        ({"query": 0.5}, "query"),
        ({"template": 3}, "template must be None or from 0 to 2"),
        ({"template": -1}, "template must be None or from 0 to 2"),
    ],
)
def test_a_bad_value_gets_one_clear_error_and_changes_nothing(change, message):
    widget = CancellationExplorer(
        [[0, 0], [1, 0], [0, 2]], [[1, 1], [2, 2]], offset=7, query=1, template=2
    )
    before = state_of(widget)
    ((name, value),) = change.items()
    with pytest.raises(TraitError, match=message):
        setattr(widget, name, value)
    assert state_of(widget) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"templates": [[1.0]]}, "give templates and queries together"),
        ({"queries": [[1.0]]}, "give templates and queries together"),
        ({"templates": [[1.0]], "queries": [[1.0, 2.0]]}, "as many columns"),
        ({"templates": [[]], "queries": [[]]}, "1 to 16 features"),
        ({"templates": np.zeros((2, 17)), "queries": np.zeros((1, 17))}, "1 to 16 features"),
        ({"query": 8}, "query must be from 0 to 7"),
        ({"offset": 2e16}, "offset must be"),
    ],
)
def test_the_constructor_refuses(arguments, message):
    with pytest.raises(TraitError, match=message):
        CancellationExplorer(**arguments)


def test_show_changes_all_or_nothing():
    widget = CancellationExplorer(query=5, template=20)
    before = state_of(widget)
    for arguments in [([[1.0]], [[1.0, 2.0]]), ([[1.0]], [[math.nan]]), ([[1.0]], [["x"]])]:
        with pytest.raises(TraitError):
            widget.show(*arguments)
        assert state_of(widget) == before
    widget.show(np.array([[1], [2]], dtype=np.uint8), [[1.5]])
    assert widget.templates == [[1.0], [2.0]]
    assert (widget.queries, widget.query, widget.template) == ([[1.5]], 0, None)
    widget.reset()
    assert state_of(widget) == before


def test_an_update_from_the_page_is_observed():
    widget = CancellationExplorer()
    heard = []
    widget.observe(lambda change: heard.append((change["name"], change["new"])), "offset")
    widget.set_state({"offset": 1e16, "precision": "float16", "template": 3})
    assert (widget.offset, widget.precision, widget.template) == (1e16, "float16", 3)
    assert heard == [("offset", 1e16)]
    assert math.copysign(1, CancellationExplorer(offset=-0.0).offset) == 1


def test_the_widget_answers_with_the_reference():
    widget = CancellationExplorer(offset=1e4)
    found, expected = widget.forms(), forms(*cloud(), 1e4, "float32")
    np.testing.assert_array_equal(found.expanded, expected.expanded)
    assert (found.chosen, found.nearest) == (expected.chosen, expected.nearest)


def test_the_representation_is_the_same_on_every_run():
    assert repr(CancellationExplorer()) == (
        "CancellationExplorer(offset=1000.0, precision='float32', centered=False, query=0, "
        "template=None)"
    )


def test_the_state_is_strict_json():
    own = {*SYNCED, "name", "home", "_esm", "_css"}
    state = CancellationExplorer(offset=1e16).get_state(own)
    assert set(state) == own
    assert json.loads(json.dumps(state, allow_nan=False)) == state


def test_the_figure_shows_both_forms_in_all_precisions(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt

    figure = CancellationExplorer().figure()
    assert figure.get_figwidth() == 6.4
    assert figure.patch.get_alpha() == 0
    expanded, direct = figure.axes
    assert [line.get_label() for line in expanded.lines] == list(PRECISIONS)
    assert len({str(line._dash_pattern) for line in expanded.lines}) == 3
    for wrong, right, lost in zip(
        expanded.lines, direct.lines[::2], direct.lines[1::2], strict=True
    ):
        assert max(wrong.get_ydata()) == 100
        assert max(lost.get_ydata()) >= 87.5
        assert max(right.get_ydata()) == 0
        assert lost.get_linewidth() < right.get_linewidth()
    assert max(expanded.lines[0].get_xdata()) == 60000
    assert max(expanded.lines[1].get_xdata()) == 1e16
    plt.close(figure)


def test_the_parts_are_usable_on_their_own():
    X, T = np.float32([[3, 4]]), np.float32([[0, 0], [3, 0]])
    assert expanded_form(X, T).tolist() == direct_form(X, T).tolist() == [[25, 16]]
    bound = error_bound(X, T, "float32", False)
    assert bound.tolist() == [
        [6 * 2.0**-24 * 25 + 8 * 2.0**-149, 6 * 2.0**-24 * 52 + 8 * 2.0**-149]
    ]
