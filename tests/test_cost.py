"""Counts of Python's own events: the same on every Python, and blind to what is no row loop."""

import sys
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.practice.cost import ROW_LOOP, Tally, counted, growth, is_library, line_of, peak_memory
from nnlib.practice.events import GiveUp, Watch, sleep_for_good

ROWS = 128
T = np.arange(12.0).reshape(6, 2)


def row_loop(X):
    out = []
    for x in X:
        out.append(((x - T) ** 2).sum())
    return out


def while_loop(X):
    i = 0
    while i < len(X):
        i += 1
    return i


def comprehension(X):
    return [((x - T) ** 2).sum() for x in X]


def generator(X):
    return sum(x[0] for x in X)


def mapped(X):
    return list(map(lambda x: x[0], X))  # noqa: C417 -- the map is the point


def mapped_numpy(X):
    return list(map(np.argmin, X))


def mapped_method(X):
    return list(map(np.ndarray.argmin, X))


def vectorized(X):
    return np.vectorize(lambda a: a + 1)(X[:, 0])


def vectorized_rows(X):
    return np.vectorize(lambda x: x.sum(), signature="(d)->()")(X)


def along_axis(X):
    return np.apply_along_axis(lambda x: x.sum(), 1, X)


def along_axis_numpy(X):
    return np.apply_along_axis(np.argmin, 1, X)


def from_function(X):
    return np.frompyfunc(lambda a: a, 1, 1)(X[:, 0])


def sorted_rows(X):
    return sorted(X, key=lambda x: x[0])


def unpacked(X):
    return list(map(min, np.asarray(X).tolist()))


def unpacked_by_name(X):
    return list(map(min, np.ndarray.tolist(np.asarray(X))))


def unpacked_later(X):
    unpack = np.asarray(X).T.tolist
    return list(map(min, zip(*unpack(), strict=True)))


def unpacked_in_blocks(X):
    return [min(map(min, np.asarray(X[i : i + 32]).tolist())) for i in range(0, len(X), 32)]


def recursion(X):
    return 0 if len(X) == 0 else 1 + recursion(X[1:])


def halves(X):
    return X[0, 0] if len(X) == 1 else halves(X[: len(X) // 2]) + halves(X[len(X) // 2 :])


ROW_BY_ROW = [
    row_loop,
    while_loop,
    comprehension,
    generator,
    mapped,
    mapped_numpy,
    mapped_method,
    vectorized,
    vectorized_rows,
    along_axis,
    along_axis_numpy,
    from_function,
    sorted_rows,
    unpacked,
    unpacked_by_name,
    unpacked_later,
    unpacked_in_blocks,
]


def product(X):
    return X @ T.T


def cube(X):
    return ((X[:, None] - T) ** 2).sum(axis=2)


def features(X):
    total = 0
    for j in range(X.shape[1]):
        total = total + (X[:, j, None] - T[:, j]) ** 2
    return total


def blocks_of_32(X):
    parts = []
    for start in range(0, len(X), 32):
        parts.append((X[start : start + 32] @ T.T).argmin(axis=1))
    return np.concatenate(parts)


def blocks_in_a_comprehension(X):
    return np.concatenate([features(X[i : i + 32]).argmin(axis=1) for i in range(0, len(X), 32)])


def blocks_with_many_calls(X):
    for start in range(0, len(X), 32):
        block = X[start : start + 32]
        a = np.sum(np.square(block), axis=1)
        b = np.sum(np.square(block), axis=1) + np.sum(block, axis=1) + np.mean(block)
        for j in range(2):
            a = a + np.sum(block * j, axis=1) - b
    return a


def split(X):
    return [part.sum() for part in np.array_split(X, len(X) // 32)]


def unpacks_a_row(X):
    return np.array((X @ T.T).argmin(axis=1).tolist())


def unpacks_a_small_matrix(X):
    return (X.T @ X).tolist()


def einsum_in_blocks(X):
    return [np.einsum("ij,ij->i", X[i : i + 32], X[i : i + 32]) for i in range(0, len(X), 32)]


def printed(X):
    return len(str(X)) + len(repr(X[:, 0])) + len(f"{X @ T.T}")


BY_ARRAYS = [
    product,
    cube,
    features,
    blocks_of_32,
    blocks_in_a_comprehension,
    blocks_with_many_calls,
    split,
    unpacks_a_row,
    unpacks_a_small_matrix,
    einsum_in_blocks,
    printed,
]


def run(function, X):
    tally = Tally()
    watch = Watch(tally, sleep_for_good)
    with watch, watch.here():
        function(X)
    return tally


def rounds(function, wrap=counted):
    small, large = (
        run(function, wrap(np.random.default_rng(0).normal(size=(n, 2)))) for n in (ROWS, 2 * ROWS)
    )
    return growth(small, large, ROWS)[0]


@pytest.mark.parametrize("function", ROW_BY_ROW)
def test_a_row_by_row_function_turns_or_starts_once_a_row(function):
    assert rounds(function) >= 1


@pytest.mark.parametrize("function", [f for f in ROW_BY_ROW if f is not mapped_method])
def test_plain_arrays_show_it_as_well(function):
    assert rounds(function, wrap=np.asarray) >= 1


@pytest.mark.parametrize("function", [row_loop, comprehension, mapped, vectorized, along_axis])
def test_one_round_is_one_count(function):
    assert rounds(function, wrap=np.asarray) == 1


@pytest.mark.parametrize("function", BY_ARRAYS)
@pytest.mark.parametrize("wrap", [counted, np.asarray])
def test_blocks_and_features_are_no_row_loop(function, wrap):
    assert rounds(function, wrap) < ROW_LOOP


# The line that holds the loop, whatever way it is written and counted.
LINES = {
    row_loop: "for x in X:",
    while_loop: "while i < len(X):",
    comprehension: "return [((x - T) ** 2).sum() for x in X]",
    generator: "return sum(x[0] for x in X)",
    mapped: "return list(map(lambda x: x[0], X))  # noqa: C417 -- the map is the point",
    mapped_numpy: "return list(map(np.argmin, X))",
    along_axis: "return np.apply_along_axis(lambda x: x.sum(), 1, X)",
    unpacked: "return list(map(min, np.asarray(X).tolist()))",
}


@pytest.mark.parametrize("function", LINES)
def test_the_line_that_loops_is_named(function):
    small, large = run(function, np.ones((40, 2))), run(function, np.ones((80, 2)))
    _, place = growth(small, large, 40)
    number, text = line_of(large, place).split(": ", 1)
    assert text == LINES[function]
    first = function.__code__.co_firstlineno
    assert first < int(number.removeprefix("line ")) <= first + 4


def test_a_line_that_is_nowhere_or_long_is_told_shortly():
    def compiled(source):
        names = {}
        exec(compile(source, "<nowhere>", "exec"), names)
        return run(names["f"], np.ones((8, 2)))

    tally = compiled("def f(X):\n\n    for x in X:\n        pass")
    assert line_of(tally, growth(Tally(), tally, 8)[1]) == "line 3"
    assert line_of(tally, None) == ""
    assert line_of(Tally(), ("a.py", "f", 1, 0, "turn")) == ""

    def long(X):
        for _first, _second in zip(X.tolist(), X.tolist()[::1], strict=bool(len(X) == len(X) >= 0)):
            pass

    tally = run(long, np.ones((8, 2)))
    line = line_of(tally, growth(Tally(), tally, 8)[1])
    assert len(line.split(": ", 1)[1]) == 80
    assert line.endswith("…")


def test_recursion_is_a_loop():
    assert rounds(recursion) >= 1
    assert rounds(halves) >= 1


@given(block=st.integers(1, 64), n=st.integers(64, 200))
def test_blocks_turn_once_a_block(block, n):
    def by_blocks(X):
        for start in range(0, len(X), block):
            X[start : start + block].sum()

    small, large = run(by_blocks, np.zeros((n, 2))), run(by_blocks, np.zeros((2 * n, 2)))
    found, _ = growth(small, large, n)
    assert found == (-(-2 * n // block) - -(-n // block)) / n
    assert (found >= ROW_LOOP) == (found * n >= n / 4)


def test_the_counts_are_the_same_every_time():
    X = np.ones((40, 2))
    assert run(row_loop, X).places == run(row_loop, X).places


def test_a_counted_array_is_an_ordinary_array():
    X = counted(np.arange(6.0).reshape(3, 2))
    assert isinstance(X, np.ndarray)
    assert (np.asarray(X) @ T.T == X @ T.T).all()
    assert counted("name") == "name"


def test_at_the_limit_the_listener_gives_up():
    tally = Tally(limit=3)
    frame = sys._getframe()
    for _ in range(3):
        tally.start(frame)
    with pytest.raises(GiveUp):
        tally.start(frame)
    assert tally.total == tally.limit + 1


def test_libraries_do_not_use_the_limit_up():
    def prints(X):
        for _ in range(20):
            np.array2string(X)

    tally = run(prints, np.arange(30.0))
    assert 20 <= tally.total <= 25


def test_watching_leaves_nothing_behind():
    before = sys.gettrace()
    run(product, np.ones((4, 2)))
    assert sys.gettrace() is before
    assert sys.getprofile() is None
    if sys.version_info >= (3, 12):
        assert "nnlib.practice" not in [sys.monitoring.get_tool(i) for i in range(6)]


def test_other_threads_are_not_counted():
    stop, started = threading.Event(), threading.Event()

    def busy():
        while not stop.is_set():
            started.set()

    other = threading.Thread(target=busy)
    other.start()
    started.wait()
    try:
        tally = run(product, np.ones((4, 2)))
    finally:
        stop.set()
        other.join()
    assert not any("busy" in place[1] for place in tally.places)


def test_what_is_a_library():
    assert is_library(np.__file__)
    assert is_library(threading.__file__)
    assert is_library("<frozen importlib._bootstrap>")
    assert not is_library(__file__)
    assert not is_library("/somewhere/ipykernel_1/2.py")
    assert not is_library("<stdin>")


def test_judged_answers_are_the_readers_even_inside_nnlib():
    from nnlib import search
    from nnlib.practice.catalog import one_nn

    assert not is_library(one_nn.__file__)
    assert is_library(search.__file__)


@pytest.mark.parametrize("n", [10_000, 100_000])
def test_peak_memory_sees_temporaries_and_results(n):
    def keeps_two():
        a = np.ones(n)
        return a + 1

    assert peak_memory(lambda: np.ones(n)) == pytest.approx(8 * n, rel=0.05)
    assert peak_memory(keeps_two) == pytest.approx(16 * n, rel=0.05)


def test_peak_memory_leaves_tracing_as_it_was():
    peak_memory(lambda: np.ones(10))
    assert not tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        peak_memory(lambda: np.ones(10))
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
