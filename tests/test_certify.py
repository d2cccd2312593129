"""The rounding bound is a theorem: what it calls farther, is farther."""

import ctypes
import os
import platform
import struct
import subprocess
import sys
import tracemalloc
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import Problem, oracle_distance, oracle_distances, oracle_k_nearest, problems

from nnlib import k_nearest, nearest, squared_distances
from nnlib.certify import (
    FAR,
    REMEMBERED,
    choose_frame,
    conversion_error,
    cutoff,
    exact_squared_distance,
    gap,
    in_integers,
    near_zero,
    nothing_rounds,
    padded,
    query_side,
    row_side,
)
from nnlib.distances import direct_tile
from nnlib.validation import as_rows


def computed_and_true(problem):
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    with np.errstate(over="ignore"):
        computed = direct_tile(X.astype(np.float64), T.astype(np.float64))
    return T, X, computed, oracle_distances(X, T)


# One row is truly no farther than the other, yet computed farther.
ROUNDED = Problem(np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1)
UNDERFLOWING = Problem(np.array([[1.6e-162] * 4, [0.0, 0.0, 0.0, 3.3e-162]]), np.zeros((1, 4)))
CONVERTED = Problem(np.array([[2**60 - 129], [2**60 + 65]]), np.array([[2**60 - 32]]))
OVERFLOWING = Problem(np.array([[1.7e308], [1.6e308]]), np.array([[-1e300]]))


def rounding_matters(problem):
    """Return whether computed and true order differ for some pair of rows."""
    _, _, computed, truth = computed_and_true(problem)
    return any(
        computed[0, b] > computed[0, a] and truth[0][b] <= truth[0][a]
        for a in range(len(problem.T))
        for b in range(len(problem.T))
    )


@example(ROUNDED)
@example(UNDERFLOWING)
@example(CONVERTED)
@example(OVERFLOWING)
@given(problems(max_d=6))
def test_rows_beyond_the_cutoff_are_truly_farther(problem):
    T, X, computed, truth = computed_and_true(problem)
    limits = cutoff(computed, T.shape[1], conversion_error(X, T))
    assert not np.isnan(limits).any()
    assert (limits >= computed).all()
    for values, reach, true in zip(computed, limits, truth, strict=True):
        for a in range(len(T)):
            for b in np.flatnonzero(values > reach[a]):
                assert true[b] > true[a]


@pytest.mark.parametrize("problem", [ROUNDED, UNDERFLOWING, CONVERTED])
def test_the_examples_need_the_bound(problem):
    assert rounding_matters(problem)


@given(st.integers(0, 10_000), st.floats(0, 1e300), st.floats(0, 1e300))
def test_cutoff_is_monotone_and_close(d, a, b):
    low, high = cutoff(np.array(sorted([a, b])), d)
    assert low <= high
    excess = Fraction(float(low)) - Fraction(min(a, b))
    assert excess <= Fraction(min(a, b)) * (2 * d + 20) / 2**53 + Fraction(4 * d + 2, 2**1074)


def test_cutoff_of_zero_and_infinity():
    assert cutoff(np.zeros(1), 0) == 0
    assert cutoff(np.zeros(1), 5) > 0  # the squares may have vanished
    assert cutoff(np.array([np.inf]), 5) == np.inf
    assert cutoff(np.array([np.finfo(np.float64).max]), 5) == np.inf
    assert cutoff(np.array([np.inf]), 5, input_error=1.0) == np.inf


@given(problems())
def test_exact_squared_distance_is_exact(problem):
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    for x in X:
        for t in T:
            exact = exact_squared_distance(x, t)
            assert isinstance(exact, Fraction)
            assert exact == oracle_distance(x, t)


@given(problems(), st.data())
def test_in_integers(problem, data):
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    some = data.draw(st.lists(st.integers(0, len(T) - 1), min_size=1, unique=True))
    k = data.draw(st.integers(1, len(some)))
    indices = np.array(some, dtype=np.intp)
    for x in X:
        places = in_integers(x, T, indices, k)
        full = oracle_k_nearest(T, x[None, :], len(T))[0].tolist()
        assert indices[places].tolist() == [i for i in full if i in some][:k]


def test_in_integers_with_more_distinct_rows_than_it_remembers():
    n = 3 * REMEMBERED
    T = np.arange(n, 0, -1)[:, None] * 0.1
    assert in_integers(np.zeros(1), T, np.arange(n), 3) == [n - 1, n - 2, n - 3]


@given(problems())
def test_nothing_rounds_only_when_nothing_does(problem):
    T, X, computed, truth = computed_and_true(problem)
    if nothing_rounds(X, T):
        assert [[Fraction(v) for v in row] for row in computed.tolist()] == truth
        expanded = squared_distances(X.astype(np.float64), T.astype(np.float64))
        assert [[Fraction(v) for v in row] for row in expanded.tolist()] == truth


def test_nothing_rounds_at_the_edge():
    """d (2 max |v|)² = 2⁵³ − 4d: opposite corners, where every partial sum is largest."""
    v, d = 2**25 - 1, 2
    X = np.array([[v, -v], [-v, v]])
    assert nothing_rounds(X, X)
    for method in ("direct", "expanded"):
        D = squared_distances(X, X, method=method)
        assert [[int(value) for value in row] for row in D] == [
            [0, 4 * d * v**2],
            [4 * d * v**2, 0],
        ]


@pytest.mark.parametrize("large", [60, 150, 420, 500])
@pytest.mark.parametrize("small", [-160, -700, -1000, -1074])
def test_what_vanishes_beside_a_large_number_is_no_multiple_of_it(large, small):
    T = np.array([[2.0**large, 0.0], [2.0**small, 0.0], [0.0, 0.0]])
    assert not nothing_rounds(T[2:], T)
    assert nearest(T, T[2:]).tolist() == [2]


def test_looking_for_fractions_takes_little_memory():
    whole = np.ones((3000, 100))
    tracemalloc.start()
    try:
        assert nothing_rounds(whole, whole)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**17 < whole.nbytes


@pytest.mark.parametrize("dtype", ["u1", "i8", "f2", "f4", "f8"])
def test_nothing_rounds_for_small_integers_of_any_type(dtype):
    T = np.arange(12).reshape(4, 3).astype(dtype)
    assert nothing_rounds(T, T)
    assert nothing_rounds(T[:0], T)
    assert nothing_rounds(T[:, :0], T[:, :0])


def test_something_rounds_for_fractions_or_large_integers():
    ones = np.ones((2000, 1000))
    assert nothing_rounds(ones, ones)
    for array in (ones[:1], ones):
        late = array.copy()
        late[-1, -1] = 0.1
        assert not nothing_rounds(late, ones)
        assert not nothing_rounds(ones, late)
    # 4 d v² reaches 2⁵³ at v = 2²⁵ with d = 2; but −2⁶³ has one bit only
    for v, exact in ((2**25, True), (2**25 + 1, False), (-(2**25) - 1, False), (-(2**63), True)):
        assert nothing_rounds(np.array([[v, 0]]), np.zeros((1, 2), np.int64)) is exact
    assert not nothing_rounds(np.array([[1e300]]), np.array([[0]]))


@pytest.mark.parametrize("w", [-520, -60, -4, 7, 300])
@pytest.mark.parametrize("bits", [24, 53])
def test_nothing_rounds_for_multiples_of_a_power_of_two(w, bits):
    """Sixteenths are as good as integers, as long as no square leaves the range."""
    rng = np.random.default_rng(0)
    T, X = (rng.integers(-200, 200, (n, 5)) * 2.0**w for n in (9, 4))
    fits = -60 <= w <= 7 if bits == 24 else -500 <= w <= 300
    assert nothing_rounds(X, T, bits) is fits
    if fits:
        dtype = np.float32 if bits == 24 else np.float64
        for method in ("direct", "expanded"):
            D = squared_distances(X.astype(dtype), T.astype(dtype), method=method)
            truth = oracle_distances(X, T)
            assert [[Fraction(float(value)) for value in row] for row in D] == truth


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 63).map(lambda i: 2**i - 2**63)))
def test_a_conversion_is_exact_where_there_is_no_error(values):
    array = np.array(values, np.int64)[:, None]
    exact = all(int(float(v)) == v for v in values)
    assert (conversion_error(array) == 0) == exact
    assert near_zero(array, array) is None or max(values) - min(values) <= 2**53


@given(problems(families=("integers beyond 2**53", "integers beyond 2**63", "signed integers")))
def test_moving_integers_changes_no_difference(problem):
    T, X = problem.T, problem.X
    moved = near_zero(X, T)
    if T.dtype.kind not in "iu" or X.dtype.kind not in "iu" or not T.size or not X.size:
        assert moved is None
    elif moved:
        assert conversion_error(*moved) == 0
        assert oracle_distances(*moved) == oracle_distances(X, T)
    else:
        assert max(T.max(), X.max()) - int(min(T.min(), X.min())) > 2**53


def test_conversion_error():
    small = np.array([[2**53, -(2**53)]])
    assert conversion_error(small, np.array([[1e300]]), np.array([[1.5]], np.float32)) == 0
    assert conversion_error(np.empty((0, 2), np.int64)) == 0
    for values in ([2**53 + 1], [-(2**53) - 1], [2**63 - 1], [-(2**63)], [2**60 + 129, 0]):
        array = np.array([values])
        error = max(abs(int(float(v)) - v) for v in values)
        assert error <= conversion_error(small, array) < 2.0**12
    top = np.array([[2**64 - 1, 0]], np.uint64)
    assert 1 <= conversion_error(top) <= 4096


# --- the filter -------------------------------------------------------------------------------


def broken_bounds(T, X, frame, extra=0, pairs=None):
    """Return how many lower and upper bounds the truth breaks, and how many were looked at.

    The values are those that the filter computes; the truth is ρ = s² (‖x − t‖² − ‖x − m‖²).
    """
    with np.errstate(all="ignore"):
        weights = np.zeros((len(T) + extra, padded(T.shape[1])), np.float32)
        c = row_side(frame, T, weights)
        features, g = query_side(frame, X)
        lower = features @ weights.T
        upper = lower + np.array([gap(frame, float(c_i), g) for c_i in c]).T
    assert not np.isnan(lower).any()
    assert (lower[:, len(T) :] >= FAR**2 / 5).all() or not np.isfinite(g).all()
    s = Fraction(frame.scale)
    broken = [0, 0, 0]
    for i in np.flatnonzero(np.isfinite(g)):
        origin = oracle_distance(X[i], frame.center)
        for j in range(len(T)) if pairs is None else pairs:
            rho = s**2 * (oracle_distance(X[i], T[j]) - origin)
            broken[0] += Fraction(float(lower[i, j])) > rho
            broken[1] += np.isfinite(upper[i, j]) and Fraction(float(upper[i, j])) < rho
            broken[2] += 1
    return broken


@example(ROUNDED)
@example(UNDERFLOWING)
@example(CONVERTED)
@example(OVERFLOWING)
@example(Problem(np.array([[0.0], [1e-30], [1.0], [1e300]]), np.array([[1.0], [2e-30], [1e250]])))
@example(Problem(np.array([[0.1, 2**60]], np.float32), np.array([[3e38, -3e38]], np.float32)))
@given(problems(max_d=6))
def test_the_filters_bounds_hold(problem):
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    with np.errstate(all="ignore"):
        frame = choose_frame(T, X, conversion_error(T, X))
    if frame:
        assert broken_bounds(T, X, frame, extra=2)[:2] == [0, 0]


def cloud(d, dtype, seed=0, offset=0.0, spread=1.0):
    """Return rows and queries of few bits, far from or near to each other."""
    rng = np.random.default_rng(seed)
    T, X = rng.standard_normal((40, d)) * spread, rng.standard_normal((5, d))
    return (T + offset).astype(dtype), (X + offset).astype(dtype)


CLOUDS = [
    (d, dtype, offset, spread)
    for d in (1, 7, 130, 800)
    for dtype in ("f4", "f8")
    for offset in (0.0, 1e4)
    for spread in (1.0, 1e-6, 1e6)
]


@pytest.mark.parametrize(("d", "dtype", "offset", "spread"), CLOUDS)
def test_the_filters_bounds_hold_and_are_close_on_clouds(d, dtype, offset, spread):
    T, X = cloud(d, dtype, offset=offset, spread=spread)
    frame = choose_frame(T, X, 0.0)
    assert broken_bounds(T, X, frame, pairs=range(0, 40, 13))[:2] == [0, 0]
    weights = np.zeros((len(T), padded(d)), np.float32)
    c = row_side(frame, T, weights)
    assert (gap(frame, float(c.max()), np.float32([0.0])) <= 10 * frame.theta * c.max() ** 2).all()
    if len(np.unique(T)) > 1:  # in float32 the offset may swallow the spread
        assert 0.1 < np.median(c) < 10  # the frame fits, whatever the offset and the spread
    assert np.isfinite(weights).all()


def test_a_filter_bound_that_is_too_small_is_caught():
    """With θ below what the product rounds by, both bounds break; with the proved one, neither."""
    T, X = cloud(800, "f4")
    frame = choose_frame(T, X, 0.0)
    some = range(0, 40, 5)
    assert broken_bounds(T, X, frame, pairs=some)[:2] == [0, 0]
    small = frame._replace(theta=frame.theta * 2.0**-20, kappa=0.0)
    lower, upper, pairs = broken_bounds(T, X, small, pairs=some)
    assert lower > pairs / 20
    assert upper > pairs / 20


def test_a_filter_bound_without_its_input_error_is_caught():
    """Integers beyond 2**53 are rounded on the way in: without κ, the lower bounds break."""
    T, X = CONVERTED.T, CONVERTED.X
    T = np.concatenate([T, T + 300, T - 1000])
    error = conversion_error(T, X)
    assert choose_frame(T, X, error) is None  # so near to each other that the product is no help
    assert sum(broken_bounds(T, X, choose_frame(T, X, 0.0))[:2]) > 0


def with_kernel(kernel, code):
    """Return what came of the code in a process whose matrix products take that kernel."""
    here = Path(__file__).resolve().parent
    path = os.pathsep.join([str(here), str(here.parent)])
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "PYTHONPATH": path}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)


def test_the_filters_bounds_hold_on_other_kernels():
    """Each sums in another order, with or without fused multiply-add.

    A processor without the instructions of a kernel ends its first product, so it cannot round.
    """
    product = "import numpy as np; np.ones((99, 99)) @ np.ones((99, 99))"
    known = ("Nehalem", "Haswell", "SkylakeX")
    kernels = [name for name in known if with_kernel(name, product).returncode == 0]
    assert "Nehalem" in kernels
    code = (
        "from test_certify import cloud, broken_bounds, choose_frame\n"
        "for d in (3, 130, 800):\n"
        "    T, X = cloud(d, 'f4')\n"
        "    assert broken_bounds(T, X, choose_frame(T, X, 0.0), pairs=range(5))[:2] == [0, 0]\n"
        "    T, X = cloud(d, 'f8', offset=1e3)\n"
        "    assert broken_bounds(T, X, choose_frame(T, X, 0.0), pairs=range(5))[:2] == [0, 0]\n"
    )
    for kernel in kernels:
        done = with_kernel(kernel, code)
        assert done.returncode == 0, (kernel, done.stderr.decode())


def test_rows_and_queries_too_far_out_are_set_aside():
    T = np.array([[1.0], [2.0], [3.0], [1e200]])
    X = np.array([[1.5], [1e200], [1e250]])
    frame = choose_frame(T, X, 0.0)
    with np.errstate(all="ignore"):
        weights = np.zeros((5, padded(1)), np.float32)
        c = row_side(frame, T, weights)
        features, g = query_side(frame, X)
    assert np.isinf(c).tolist() == [False, False, False, True, False]
    assert np.isinf(g).tolist() == [False, True, True]
    assert np.isfinite(weights).all()
    assert np.isfinite(features).all()
    assert (features @ weights.T)[0, 3:].tolist() == [FAR**2 / 4] * 2


def test_no_frame_where_the_bound_would_be_no_use():
    wide = np.zeros((1, 2**23), np.float16)
    assert choose_frame(wide, wide, 0.0) is None
    assert choose_frame(np.array([[1], [2]]), np.array([[1]]), 2.0**10) is None


def test_nothing_rounds_in_float32():
    """d (2 max |v|)² = 2²⁴ at v = 2¹⁰ with d = 4."""
    for v, exact in ((2**10, True), (2**10 + 1, False)):
        array = np.array([[v, -v, v, v], [-v, v, 0, -v]])
        assert nothing_rounds(array, array, bits=24) is exact
        if exact:
            D = squared_distances(array.astype(np.float32), array.astype(np.float32))
            assert D.dtype == np.float32
            truth = oracle_distances(array, array)
            assert [[Fraction(float(value)) for value in row] for row in D] == truth


@contextmanager
def flushing():
    """Let this thread flush subnormal numbers to zero, as a library built for speed may.

    glibc keeps the control word of SSE at byte 28 of `fenv_t`; elsewhere the probe is a zero.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        with mock.patch("nnlib.certify.TINY", np.zeros(1)):
            yield
        return
    libm = ctypes.CDLL("libm.so.6")
    usual, changed = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)
    libm.fegetenv(usual)
    changed.raw = usual.raw
    (word,) = struct.unpack_from("=I", usual, 28)
    struct.pack_into("=I", changed, 28, word | 0x8040)
    libm.fesetenv(changed)
    try:
        yield
    finally:
        libm.fesetenv(usual)


def test_a_thread_that_flushes_to_zero_is_told():
    T, X = np.array([[1.4e-154, 1.4e-154], [1.5e-154, 0.0]]), np.zeros((1, 2))
    assert nearest(T, X).tolist() == [1]
    with flushing(), pytest.warns(RuntimeWarning, match="flushes tiny numbers"):
        nearest(T, X)
    assert nearest(T, X).tolist() == [1]


def test_the_warning_names_the_line_that_asked(tmp_path):
    T, X = np.eye(2), np.zeros((1, 2))
    mapped = np.memmap(tmp_path / "rows", T.dtype, "w+", shape=T.shape)
    mapped[:] = T
    for rows in (T, mapped):
        with mock.patch("nnlib.certify.TINY", np.zeros(1)), pytest.warns(RuntimeWarning) as told:
            k_nearest(rows, X, 1)
        assert [warning.filename for warning in told] == [__file__]
