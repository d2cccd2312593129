"""A source that is read in stretches gives what its rows in memory give, bit for bit."""

import tracemalloc
from unittest import mock

import dask.array
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import example, given
from hypothesis import strategies as st
from row_files import FILES, Reader
from sklearn.datasets import load_digits
from strategies import Problem, oracle_distances, oracle_k_nearest, problems

from nnlib import k_nearest, nearest, predict_1nn
from nnlib import stream as stream_module
from nnlib.request import METHODS, Request
from nnlib.stream import MAPPED, Shares, search_source, share_out
from nnlib.tiles import Tiles
from nnlib.validation import is_source

BITWISE = ("exact", "direct")
WHOLE = ("bits", "small integers", "signed integers")
# Beyond memory_limit: what `k_nearest` says, for the exact search and for merging.
CONSTANT = 2**21
RNG = np.random.default_rng(7)


class Recycling(Reader):
    """A reader that gives out one buffer again and again."""

    _buffer = None

    def __getitem__(self, part):
        rows = super().__getitem__(part)
        if self._buffer is None or len(rows) > len(self._buffer):
            self._buffer = rows
        self._buffer[: len(rows)] = rows
        return self._buffer[: len(rows)]


class Lists(Reader):
    """A reader that gives nested lists."""

    def __getitem__(self, part):
        return super().__getitem__(part).tolist()


def cut(queries, rows):
    """Let every streamed search work on so many queries and rows at once."""

    def shares(source, n_test, request):
        return Shares(queries, rows, request.memory_limit)

    return mock.patch.object(stream_module, "share_out", shares)


def answer(T, X, k, method, **options):
    """Return (distances, indices), or the words of the error."""
    try:
        return k_nearest(T, X, k, method=method, return_distance=True, **options)
    except ValueError as error:
        return str(error)


def assert_same(found, expected):
    if isinstance(expected, str):
        assert found == expected
        return
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert a.tobytes() == b.tobytes()


def memmap(path, rows, dtype=None, order="C"):
    """Return the rows in a file, mapped read-only."""
    dtype = rows.dtype if dtype is None else dtype
    mapped = np.memmap(path, dtype, "w+", shape=rows.shape, order=order)
    mapped[:] = rows
    mapped.flush()
    return np.memmap(path, dtype, "r", shape=rows.shape, order=order)


# --- The same as in memory --------------------------------------------------------------------


@example(Problem(np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1), 0, 1, 1)
@example(Problem(np.array([[2**60 - 129], [2**60 + 65]]), np.array([[2**60 - 32]])), 0, 1, 1)
@example(Problem(np.array([[1.7e308], [1.6e308], [1e300]]), np.array([[-1e300]])), 2, 1, 1)
@given(problems(), st.integers(0, 8), st.integers(1, 4), st.integers(1, 3))
def test_a_source_gives_what_its_rows_in_memory_give(problem, k, rows, queries):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    for method in BITWISE:
        source = Reader(T)
        with cut(queries, rows):
            found = answer(source, X, k, method)
        assert_same(found, answer(T, X, k, method))
        if method == "exact":
            assert np.array_equal(found[1], oracle_k_nearest(T, X, k))
        once = [(i, min(i + rows, len(T))) for i in range(0, len(T), rows)]
        assert source.read == once * -(-len(X) // queries)


@given(
    problems(("bits", "small integers", "signed integers")), st.integers(0, 8), st.integers(1, 4)
)
def test_expanded_is_exact_where_nothing_rounds(problem, k, rows):
    k = 1 + k % len(problem.T)
    with cut(2, rows):
        found = answer(Reader(problem.T), problem.X, k, "expanded")
    assert np.array_equal(found[1], oracle_k_nearest(problem.T, problem.X, k))
    assert found[0].dtype == answer(problem.T, problem.X, k, "expanded")[0].dtype


@given(problems(("lattice", "offset lattice", "iris-like")), st.integers(1, 4))
def test_expanded_is_wrong_by_no_more_than_its_rounding(problem, rows):
    T, X = problem.T, problem.X
    with cut(2, rows):
        found = nearest(Reader(T), X, method="expanded")
    u = 2.0 ** -(24 if T.dtype == X.dtype == np.float32 else 53)
    largest = max((abs(float(v)) for a in (T, X) for v in a.flat), default=0.0)
    bound = 2 * (2 * T.shape[1] + 8) * u * 4 * T.shape[1] * largest**2
    for row, i in zip(oracle_distances(X, T), found, strict=True):
        assert row[i] - min(row) <= bound


@pytest.mark.parametrize("reader", [Reader, Recycling, Lists])
@pytest.mark.parametrize("scale", [1, 0.1])
def test_ties_and_copies_across_the_cuts(reader, scale):
    T = RNG.integers(0, 4, (500, 2)) * scale
    X = RNG.integers(0, 4, (40, 2)) * scale
    for k in (1, 7, 60, 500):
        with cut(17, 23):
            assert_same(answer(reader(T), X, k, "exact"), answer(T, X, k, "exact"))


def test_the_filter_runs_in_every_stretch():
    T, X = RNG.standard_normal((9000, 16)), RNG.standard_normal((300, 16))
    for method in BITWISE:
        with cut(200, 4000):
            assert_same(answer(Reader(T), X, 3, method), answer(T, X, 3, method))


@pytest.mark.parametrize("method", BITWISE)
@pytest.mark.parametrize(
    "dtype", ["float16", "float32", ">f4", ">f8", "bool", "uint8", ">i2", "int64", ">u8"]
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_memory_map_of_any_type_and_layout(tmp_path, method, dtype, order):
    rows = RNG.integers(0, 200, (300, 5)) % 2 if dtype == "bool" else RNG.integers(0, 90, (300, 5))
    rows = (rows * 0.37).astype(dtype) if np.dtype(dtype).kind == "f" else rows.astype(dtype)
    X = rows[::20].astype(float) + 0.3
    mapped = memmap(tmp_path / "rows", rows, dtype, order)
    expected = answer(rows, X, 4, method)
    assert_same(answer(mapped, X, 4, method), expected)
    with cut(4, 70):
        assert_same(answer(mapped, X, 4, method), expected)
        assert_same(answer(mapped[::3], X, 4, method), answer(rows[::3], X, 4, method))


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("dtype", ["float32", ">f8", "float16", "uint8", "bool", ">i4"])
def test_rows_in_a_file_that_gives_slices_only(tmp_path, dtype, kind):
    digits = load_digits()
    rows = (digits.data > 7 if dtype == "bool" else digits.data).astype(dtype)
    X = digits.data[::60]
    for chunks in (None, (100, 7)):
        source = kind(tmp_path, rows, chunks=chunks)
        refusal = mock.patch.object(
            type(source), "__array__", side_effect=AssertionError("read as a whole")
        )
        with source.file, refusal, cut(20, 500):
            found = answer(source, X, 3, "exact")
            labels = predict_1nn(source, digits.target, X)
        assert_same(found, answer(rows, X, 3, "exact"))
        assert np.array_equal(labels, digits.target[found[1][:, 0]])


def test_a_dask_array_is_computed_a_stretch_at_a_time():
    rows = RNG.standard_normal((400, 3))
    with cut(10, 150):
        found = answer(dask.array.from_array(rows, chunks=(90, 2)), rows[:20], 3, "exact")
    assert_same(found, answer(rows, rows[:20], 3, "exact"))


@pytest.mark.parametrize("method", BITWISE)
def test_distant_rows_in_one_stretch_and_near_ones_in_another(method):
    """A stretch may overflow float32 where the k nearest of all do not."""
    T = np.full((20, 2), 3e38, np.float32)
    T[15:] = 1
    X = np.zeros((2, 2), np.float32)
    with cut(2, 5):
        assert_same(answer(Reader(T), X, 5, method), answer(T, X, 5, method))
        assert_same(answer(Reader(T), X, 6, method), answer(T, X, 6, method))
    assert isinstance(answer(T, X, 6, method), str) is (method == "direct")


# --- What counts as a source ------------------------------------------------------------------


class Buffer(bytearray):
    shape, dtype = (2, 3), np.dtype("uint8")


class Capsule(Reader):
    def __dlpack__(self):
        raise AssertionError


def test_what_is_read_by_slices(tmp_path):
    rows = np.ones((2, 3))
    mapped = memmap(tmp_path / "rows", rows)
    for source in (mapped, mapped[:1], Reader(rows), dask.array.ones((2, 3)), Reader(rows[0])):
        assert is_source(source)
    arrays = [
        rows, rows.tolist(), pd.DataFrame(rows), np.float64(1), np.ma.array(rows), mapped + 1,
        scipy.sparse.csr_array(rows), Buffer(6), Capsule(rows), memoryview(rows), 3, None, "rows",
    ]  # fmt: skip
    for array in arrays:
        assert not is_source(array)


def test_nothing_is_read_without_queries():
    source = Reader(np.ones((9, 3), np.float32))
    distances, indices = answer(source, np.empty((0, 3), np.float32), 2, "direct")
    assert distances.dtype == np.float32
    assert distances.shape == indices.shape == (0, 2)
    assert source.read == []


@pytest.mark.parametrize(
    ("rows", "queries", "message"),
    [
        (np.ones((0, 3)), np.ones((1, 3)), r"X_train has no rows \(shape \(0, 3\)\)"),
        (np.ones((4, 3)), np.ones((1, 2)), r"X_train has shape \(4, 3\), X_test has shape"),
        (np.ones(4), np.ones((1, 2)), r"X_train must be two-dim.*\(4,\); .*X_train\[None, :\]"),
        (np.ones((4, 1, 2)), np.ones((1, 2)), r"X_train must be two-dimensional"),
        (np.ones((4, 3), complex), np.ones((1, 3)), "X_train must hold integers or .*complex128"),
        (np.ones((4, 3), np.longdouble), np.ones((1, 3)), "X_train must hold integers or"),
        (np.full((4, 3), "a"), np.ones((1, 3)), "X_train must hold integers or .*<U1"),
        (np.ones((4, 3)), [[np.nan] * 3], "X_test must be finite; row 0"),
    ],
)
def test_what_the_source_says_of_itself_is_checked_before_anything_is_read(rows, queries, message):
    source = Reader(rows)
    for search in (nearest, lambda T, X: predict_1nn(T, np.zeros(4), X)):
        if len(rows) or search is nearest:
            with pytest.raises(ValueError, match=message):
                search(source, queries)
    assert source.read == []


def test_an_unknown_number_of_rows_is_an_error():
    rows = dask.array.ones((9, 2), chunks=3)
    rows = rows[rows[:, 0] > 0]
    with pytest.raises(ValueError, match=r"X_train must say how many rows.*\(nan, 2\)"):
        nearest(rows, np.ones((1, 2)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 10}, r"k must be between 1 and 9 \(X_train has 9 rows\)"),
        ({"k": 1, "method": "tree"}, "method must be one of"),
        ({"k": 1, "memory_limit": 0}, "memory_limit must be at least 1"),
    ],
)
def test_options_are_checked_before_anything_is_read(options, message):
    source = Reader(np.ones((9, 3)))
    with pytest.raises(ValueError, match=message):
        k_nearest(source, np.ones((1, 3)), **options)
    assert source.read == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_row_that_is_not_finite_is_named_in_the_whole_source(tmp_path, bad):
    rows = np.ones((50, 3), np.float32)
    rows[[37, 41], [2, 0]] = bad
    for source in (Reader(rows), memmap(tmp_path / "rows", rows)):
        with (
            cut(5, 10),
            pytest.raises(ValueError, match=rf"X_train must be.*row 37 holds {bad} \(column 2\)"),
        ):
            nearest(source, np.ones((1, 3)))


@pytest.mark.parametrize(
    ("slices_of", "message"),
    [
        (lambda rows: rows[:3], r"X_train\[0:5\] must have the shape \(5, 3\).*is \(3, 3\)"),
        (
            lambda rows: rows[:, :2],
            r"must have the shape \(5, 3\), as X_train.shape \(9, 3\)",
        ),
        (lambda rows: rows[:, :, None], r"must have the shape \(5, 3\).*is \(5, 3, 1\)"),
        (lambda rows: rows[0], r"must have the shape \(5, 3\).*is \(3,\)"),
        (lambda rows: rows * 2.0, r"X_train\[0:5\] must hold int64, .*its dtype is float64"),
        (lambda rows: [[1], [1, 2]], r"X_train\[0:5\] cannot be read as an array"),
        (lambda rows: np.ma.array(rows), r"X_train\[0:5\] is a masked array"),
        (
            lambda rows: dask.array.from_array(np.ma.array(rows)),
            r"X_train\[0:5\] is a masked array",
        ),
        (lambda rows: scipy.sparse.csr_array(rows), r"X_train\[0:5\] is sparse"),
        (lambda rows: None, r"must have the shape \(5, 3\).*is \(\)"),
    ],
)
def test_slices_must_be_what_the_source_says(slices_of, message):
    class Strange(Reader):
        def __getitem__(self, part):
            return slices_of(super().__getitem__(part))

    with cut(5, 5), pytest.raises(ValueError, match=message):
        nearest(Strange(np.ones((9, 3), np.int64)), np.ones((1, 3)))


@pytest.mark.parametrize("error", [OSError("disk"), ValueError("broken file"), KeyboardInterrupt()])
def test_what_a_source_raises_passes_through(error):
    class Failing(Reader):
        def __getitem__(self, part):
            if part.stop > 6:
                raise error
            return super().__getitem__(part)

    class Lazy(Reader):
        def __getitem__(self, part):
            return LazyRows()

    class LazyRows:
        def __array__(self, dtype=None, copy=None):
            raise error

    for reader in (Failing, Lazy):
        with cut(5, 3), pytest.raises(type(error)) as caught:
            nearest(reader(np.ones((9, 3))), np.ones((1, 3)))
        assert caught.value is error


# --- Memory, reads and the bar ----------------------------------------------------------------


def mapped_rows(folder, rows):
    return memmap(folder / "rows", rows)


def swapped_rows(folder, rows):
    return memmap(folder / "rows", rows, rows.dtype.newbyteorder(">"))


def own_reader(folder, rows):
    return Reader(rows)


@pytest.mark.parametrize("maker", [mapped_rows, swapped_rows, *FILES, own_reader])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("k", [1, 5])
def test_peak_memory_stays_under_the_limit(tmp_path, maker, method, k):
    rng = np.random.default_rng(0)
    T = rng.standard_normal((16_000, 64), dtype=np.float32)
    X = rng.standard_normal((40, 64), dtype=np.float32)
    source = maker(tmp_path, T)
    expected = k_nearest(T, X[::9], k)
    nearest(Reader(T[:9]), X[:1])  # imports what is imported on demand
    for limit in (2**19, 2**20, 3 * 2**19):
        assert limit + CONSTANT < T.nbytes
        tracemalloc.start()
        try:
            found = k_nearest(source, X, k, method=method, memory_limit=limit)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak <= limit + 2 * found.nbytes + CONSTANT
        assert np.array_equal(found[::9], expected)
    if maker in FILES:
        source.file.close()


@given(
    st.integers(0, 900),
    st.sampled_from(["f2", "f4", ">f8", "u1", "?"]),
    st.integers(1, 200),
    st.sampled_from(METHODS),
    st.integers(0, 2**30),
)
def test_the_limit_is_shared_out(d, dtype, k, method, more):
    source = mock.Mock(spec=["shape", "dtype"], shape=(10**7, d), dtype=np.dtype(dtype))
    with pytest.raises(ValueError, match="memory_limit must be at least") as caught:
        share_out(source, 1000, Request(k, method, memory_limit=1))
    least = int(str(caught.value).split("at least ")[1].split()[0])
    with pytest.raises(ValueError, match=f"for d = {d} and k = {k}; got {least - 1}"):
        share_out(source, 1000, Request(k, method, memory_limit=least - 1))
    limit = least + more
    shares = share_out(source, 1000, Request(k, method, memory_limit=limit))
    assert 1 <= shares.queries <= 1000
    assert shares.rows >= 1
    assert shares.search >= Tiles(d, k, method == "exact").bytes()
    row = d * np.dtype(dtype).itemsize
    known = 3 * (shares.queries + 2) * k * (16 + row)
    assert shares.rows * row + known + shares.search <= limit
    if shares.queries < 1000:
        assert 3 * (shares.queries + 3) * k * (16 + row) > limit // 4


def test_a_mapped_stretch_takes_no_memory_but_has_an_end(tmp_path):
    path = tmp_path / "rows"
    for dtype, known in (("<f4", MAPPED // (64 * 4)), (">f4", (2**28 // 4) // (64 * 4 + 8))):
        path.touch()
        with path.open("r+b") as file:
            file.truncate(2**24 * 64 * 4)  # a hole: no byte is written
        mapped = np.memmap(path, dtype, "r", shape=(2**24, 64))
        shares = share_out(mapped, 1000, Request(1, memory_limit=2**28))
        assert abs(shares.rows - known) < 20_000


def test_a_limit_too_small_is_told_with_the_one_that_suffices():
    T, X = RNG.standard_normal((100, 6)), RNG.standard_normal((9, 6))
    source = Reader(T)
    for method in METHODS:
        with pytest.raises(ValueError, match=r"memory_limit must be at least .* in stretches") as e:
            k_nearest(source, X, 3, method=method, memory_limit=100)
        assert source.read == []
        least = int(str(e.value).split("at least ")[1].split()[0])
        with pytest.raises(ValueError, match="at least"):
            k_nearest(source, X, 3, method=method, memory_limit=least - 1)
        found = k_nearest(Reader(T), X, 3, method=method, memory_limit=least)
        assert np.array_equal(found, k_nearest(T, X, 3))


def test_each_row_is_read_once_for_every_block_of_queries():
    T, X = RNG.standard_normal((3000, 40)), RNG.standard_normal((500, 40))
    for limit, k in ((2**24, 5), (2**19, 5), (2**20, 50)):
        source = Reader(T)
        shares = share_out(source, len(X), Request(k, memory_limit=limit))
        assert_same(answer(source, X, k, "exact", memory_limit=limit), answer(T, X, k, "exact"))
        blocks = -(-len(X) // shares.queries)
        starts = [start for start, _ in source.read]
        assert starts == list(range(0, len(T), shares.rows)) * blocks
        assert sum(stop - start for start, stop in source.read) == blocks * len(T)
    assert blocks > 3
    assert shares.rows < 1000


@pytest.mark.parametrize("method", METHODS)
def test_one_bar_covers_the_whole_search(method, capsys):
    T, X = RNG.standard_normal((4000, 8)), RNG.standard_normal((90, 8))
    steps = []
    inside = stream_module.progress_bar

    def recording(total, show):
        steps.append(total)
        return inside(total, show)

    with mock.patch.object(stream_module, "progress_bar", recording), cut(40, 900):
        found = k_nearest(Reader(T), X, 2, method=method, progress=True)
    assert steps == [len(T) * len(X)]
    shown = capsys.readouterr().err
    assert "queries × rows: 100%" in shown
    assert "360k/360k" in shown
    assert np.array_equal(found, k_nearest(T, X, 2))
    with cut(40, 900):
        nearest(Reader(T), X, method=method)
    assert capsys.readouterr().err == ""


def test_the_bar_advances_by_every_pair_once():
    T, X = RNG.standard_normal((4000, 8)), RNG.standard_normal((90, 8))
    for method in METHODS:
        bar = mock.MagicMock()
        with mock.patch.object(stream_module, "progress_bar", bar), cut(40, 900):
            search_source(Reader(T), X, Request(2, method))
        advance = bar.return_value.__enter__.return_value
        assert sum(call.args[0] for call in advance.call_args_list) == len(T) * len(X)
