"""The judge: right verdicts, clear words, and no way for an answer to break it."""

import html.parser
import importlib
import re
import subprocess
import sys
import time
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.practice import drill, drills, judge
from nnlib.practice.__main__ import main
from nnlib.practice.changes import difference
from nnlib.practice.checks import REASONS
from nnlib.practice.compare import all_of, close, same_labels, same_values
from nnlib.practice.cost import EVENT_LIMIT, Tally
from nnlib.practice.guard import STEP_LIMIT, call
from nnlib.practice.inputs import Unordered
from nnlib.practice.show import shown, size
from nnlib.practice.verdict import judged

SUBMISSIONS = Path(__file__).parent / "submissions" / "one_nn"


@cache
def judged_once(answer):
    """Return the report on an answer to `one_nn`, for all tests that only read it."""
    return judge("one_nn", answer)


def right(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]


# ── What is a loop, and what is not ──


def loop(X_train, y_train, X_test):
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for i in range(len(X_test)):
        out[i] = right(X_train, y_train, X_test[i : i + 1])[0]
    return out


def comprehension(X_train, y_train, X_test):
    T = X_train.astype(float)
    rows = [((x - T) ** 2).sum(axis=1).argmin() for x in X_test.astype(float)]
    return y_train[np.array(rows, dtype=int)]


def over_training_rows(X_train, y_train, X_test):
    X = X_test.astype(float)
    d2 = np.stack([((X - t) ** 2).sum(axis=1) for t in X_train.astype(float)], axis=1)
    return y_train[d2.argmin(axis=1)]


def vectorize(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    find = np.vectorize(lambda i: ((X[i] - T) ** 2).sum(axis=1).argmin(), otypes=[int])
    return y_train[find(np.arange(len(X)))] if len(X) else y_train[:0]


def apply_along_axis(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    if not len(X):
        return y_train[:0]
    return y_train[np.apply_along_axis(lambda x: ((x - T) ** 2).sum(axis=1).argmin(), 1, X)]


def mapped(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    rows = list(map(lambda x: ((x - T) ** 2).sum(axis=1).argmin(), X))  # noqa: C417
    return y_train[np.array(rows, dtype=int)]


def mapped_argmin(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    d2 = (T * T).sum(axis=1) - 2 * X @ T.T
    return y_train[np.array(list(map(np.ndarray.argmin, d2)), dtype=int)]


def unpacked(X_train, y_train, X_test):
    T, X = np.asarray(X_train, float), np.asarray(X_test, float)
    d2 = ((T * T).sum(axis=1) - 2 * X @ T.T).tolist()
    return y_train[np.fromiter(map(list.index, d2, map(min, d2)), int, len(d2))]


def three_dimensional(X_train, y_train, X_test):
    d2 = ((X_test.astype(float)[:, None] - X_train.astype(float)) ** 2).sum(axis=2)
    return y_train[d2.argmin(axis=1)]


def batched(X_train, y_train, X_test):
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for i in range(0, len(X_test), 32):
        out[i : i + 32] = right(X_train, y_train, X_test[i : i + 32])
    return out


def batched_cube(X_train, y_train, X_test):
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for i in range(0, len(X_test), 64):
        out[i : i + 64] = three_dimensional(X_train, y_train, X_test[i : i + 64])
    return out


def by_features(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    d2 = sum((X[:, j, None] - T[:, j]) ** 2 for j in range(T.shape[1]))
    return y_train[np.argmin(d2, axis=1)]


@pytest.mark.parametrize(
    ("answer", "vectorized", "memory"),
    [
        (loop, False, True),
        (comprehension, False, True),
        (over_training_rows, False, True),
        (vectorize, False, True),
        (apply_along_axis, False, True),
        (mapped, False, True),
        (mapped_argmin, False, True),
        (unpacked, False, True),
        (three_dimensional, True, False),
        (batched, True, True),
        (batched_cube, True, True),
        (by_features, True, True),
        (right, True, True),
    ],
)
def test_the_verdict_on_every_way_to_write_it(answer, vectorized, memory):
    report = judged_once(answer)
    expected = dict.fromkeys(["correct", "dtypes"], True)
    expected |= {"vectorized": vectorized, "memory": memory, "robust": None}
    assert report.tiers == expected
    assert report.passed == vectorized
    assert report.failures == ([] if vectorized else ["no_loop_over_rows"])
    assert report.weak == ([] if memory else ["no_cube"])


# ── Guards ──


def endless(X_train, y_train, X_test):
    while True:
        pass


def endless_and_stubborn(X_train, y_train, X_test):
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def endless_in_numpy(X_train, y_train, X_test):
    while X_train.sum() < np.inf:
        X_train = X_train + 0
    return y_train


def chatty(X_train, y_train, X_test):
    while True:
        print("still looking")


def chatty_on_stderr(X_train, y_train, X_test):
    while True:
        sys.stderr.write("x" * 1000)


def raises(X_train, y_train, X_test):
    raise IndexError("list index out of range")


def exits(X_train, y_train, X_test):
    sys.exit("good bye")


def interrupts(X_train, y_train, X_test):
    raise KeyboardInterrupt


def recurses(X_train, y_train, X_test):
    return recurses(X_train, y_train, X_test)


def mutates(X_train, y_train, X_test):
    answer = right(X_train, y_train, X_test)
    X_test *= 2
    return answer


def mutates_labels(X_train, y_train, X_test):
    answer = right(X_train, y_train, X_test)
    y_train.sort()
    y_train[:] = y_train[0]
    return answer


def returns_a_list(X_train, y_train, X_test):
    return right(X_train, y_train, X_test).tolist()


def returns_nothing(X_train, y_train, X_test):
    right(X_train, y_train, X_test)


def returns_a_column(X_train, y_train, X_test):
    return right(X_train, y_train, X_test)[:, None]


def too_few_arguments(X_train, X_test):
    return X_test


def other_order(X_test, X_train, y_train):
    return right(X_train, y_train, X_test)


class Odd:
    """A value that cannot be compared, shown or counted."""

    def __eq__(self, other):
        raise RuntimeError

    def __array__(self, *args, **kwargs):
        raise RuntimeError

    __hash__ = None


def returns_something_odd(X_train, y_train, X_test):
    return Odd()


@pytest.mark.parametrize(
    ("answer", "name", "line"),
    [
        (endless, "ends", "it did not end; look for a loop whose condition never becomes false"),
        (endless_and_stubborn, "ends", "it did not end"),
        (endless_in_numpy, "ends", "it did not end"),
        (chatty, "quiet", "it printed more than 20,000 characters and was stopped"),
        (chatty_on_stderr, "quiet", "it printed more than"),
        (raises, "small_example", "it raised IndexError: list index out of range"),
        (exits, "small_example", "it raised SystemExit: good bye"),
        (interrupts, "small_example", "it raised KeyboardInterrupt"),
        (recurses, "small_example", "it raised RecursionError: it calls itself without end"),
        (mutates, "inputs_unmodified", "it changed X_test[0, 0] from "),
        (mutates_labels, "inputs_unmodified", "it changed y_train["),
        (returns_a_list, "small_example", "it returned a list, not a NumPy array"),
        (returns_nothing, "small_example", "it returned None; is a return missing?"),
        (returns_a_column, "small_example", "the shape should be (2,), and is (2, 1)"),
        (returns_something_odd, "small_example", "it returned an Odd, not a NumPy array"),
        (
            too_few_arguments,
            "takes_its_arguments",
            "the judge calls one_nn(X_train, y_train, X_test); "
            "your function takes (X_train, X_test)",
        ),
        (
            other_order,
            "takes_its_arguments",
            "the judge calls one_nn(X_train, y_train, X_test); "
            "your function takes (X_test, X_train, y_train)",
        ),
        (7, "is_a_function", "pass the function itself, such as one_nn; this is a int"),
    ],
)
def test_whatever_goes_wrong_is_one_clear_line(answer, name, line, capfd):
    report = judge("one_nn", answer)
    assert report.attempted
    assert not report.passed
    assert report.failures[0] == name
    assert report.found[0].line.startswith(line)
    assert "\n" not in report.found[0].line
    text = str(report)
    assert line in text
    assert "Traceback" not in text
    assert capfd.readouterr() == ("", "")


def test_what_an_answer_prints_is_shown_once_and_not_judged(capsys):
    def prints(X_train, y_train, X_test):
        print("shapes", X_train.shape)
        return X_test

    report = judge("one_nn", prints)
    assert "printed:        shapes (3, 2)" in str(report)

    def prints_and_is_right(X_train, y_train, X_test):
        print("shapes", X_train.shape)
        return right(X_train, y_train, X_test)

    assert judge("one_nn", prints_and_is_right).passed
    assert capsys.readouterr().out == ""


def test_streams_warnings_and_threads_are_as_before():
    streams, filters = (sys.stdout, sys.stderr), list(warnings.filters)
    judge("one_nn", chatty)
    assert (sys.stdout, sys.stderr) == streams
    assert warnings.filters == filters


def test_no_clock_decides_about_what_ends():
    def slow():
        time.sleep(0.3)
        return 5

    assert call(slow, (), tally=Tally()).value == 5


def test_an_import_inside_an_answer_is_not_taken_for_a_loop(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)

    def imports(name):
        return importlib.import_module(name).step

    for name, tally, limit in (
        ("long_to_load", Tally(), EVENT_LIMIT),
        ("longer_to_load", None, STEP_LIMIT),
    ):
        text = f"for step in range({limit + 1}):\n    pass\n"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        assert call(imports, (name,), tally=tally).value == limit
        assert tally is None or tally.total < 10
        del sys.modules[name]


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=5), st.integers(0, 4))
def test_a_changed_entry_is_noticed(values, place):
    before = (np.array(values), [np.array(values, dtype=float)], {"a": (1, "b")})
    after = (np.array(values), [np.array(values, dtype=float)], {"a": (1, "b")})
    assert not difference(before, after)
    after[1][0][place % len(values)] += 1
    assert difference(before, after)


def test_what_else_counts_as_changed():
    a = np.array([1.0, np.nan])
    assert not difference(a, a.copy())
    assert difference(a, a.astype(np.float32))
    assert difference(a, a.reshape(2, 1))
    assert difference(np.array([0.0]), np.array([-0.0]))
    assert difference([1], (1,))
    assert difference({"a": 1}, {"b": 1})


# ── Not attempted ──


def stub(X_train, y_train, X_test):
    """Do it."""
    raise NotImplementedError


def only_a_docstring(X_train, y_train, X_test):
    """Do it."""


def dots(X_train, y_train, X_test): ...


@pytest.mark.parametrize("answer", [stub, only_a_docstring, dots, None, ...])
def test_a_stub_is_not_attempted(answer):
    report = judge("one_nn", answer)
    assert not report.attempted
    assert not report.passed
    assert report.failures == []
    assert set(report.tiers.values()) == {None}
    assert str(report) == (
        "one_nn, 1-nearest neighbor, vectorized: not attempted\n"
        "  Write the function, then run the judge again."
    )


def test_a_function_that_returns_a_constant_is_an_attempt():
    assert judge("one_nn", lambda X_train, y_train, X_test: 5).attempted
    assert judge("stable_softmax", lambda z, temperature=1.0: z).attempted


def test_not_implemented_later_on_is_an_error():
    def half(X_train, y_train, X_test):
        if len(X_test) == 0:
            raise NotImplementedError("empty")
        return right(X_train, y_train, X_test)

    report = judge("one_nn", half)
    assert report.attempted
    assert report.failures == ["empty_test_set"]


def test_not_implemented_with_a_word_is_an_attempt_and_its_word_is_told():
    def half(X_train, y_train, X_test):
        raise NotImplementedError("todo: uint8")

    report = judge("one_nn", half)
    assert report.attempted
    assert report.found[0].line == "it raised NotImplementedError: todo: uint8"


# ── Words ──


def last_wins(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    reduced = (T * T).sum(axis=1) - 2 * X @ T.T
    return y_train[len(T) - 1 - reduced[:, ::-1].argmin(axis=1)]


def test_a_failure_shows_the_smallest_input_and_why_it_matters():
    (check,) = [c for c in drill("one_nn").checks if c.name == "first_of_equals"]
    aloud = drill("one_nn").aloud
    assert str(judge("one_nn", last_wins)) == (
        "one_nn, 1-nearest neighbor, vectorized: not passed\n"
        "  correct     essential  failed: first_of_equals\n"
        "  dtypes      well done  small types and wide ones gave the same labels\n"
        "  vectorized  well done  no place in it ran once more for every further row\n"
        "  memory      well done  at its peak it held what the statement allows\n"
        "\n"
        "first_of_equals (correct, essential)\n"
        "  what:           entry 0 should be 3, and is 10\n"
        "  input:          X_train = [[0.0], [2.0]] (float64), y_train = [3, 10] (int64), "
        "X_test = [[1.0]] (float64)\n"
        "  exactly:        squared distances of the query: 1 to row 0, 1 to row 1\n"
        "  expected:       [3] (int64)\n"
        "  got:            [10] (int64)\n"
        "  asked:          Of several equally close training rows the one with the smallest index "
        "counts.\n"
        f"  why it matters: {check.why}\n"
        "\n"
        "Worth saying aloud, if it is how yours works:\n"
        f"  “{aloud['dtypes']}”\n"
        f"  “{aloud['vectorized']}”\n"
        f"  “{aloud['memory']}”"
    )


def test_a_pass_says_what_was_seen_and_what_may_be_said():
    aloud = drill("one_nn").aloud
    assert str(judge("one_nn", right)) == (
        "one_nn, 1-nearest neighbor, vectorized: passed\n"
        "  correct     well done  every value was the one that was wanted\n"
        "  dtypes      well done  small types and wide ones gave the same labels\n"
        "  vectorized  well done  no place in it ran once more for every further row\n"
        "  memory      well done  at its peak it held what the statement allows\n"
        "\n"
        "Worth saying aloud, if it is how yours works:\n"
        f"  “{aloud['correct']}”\n"
        f"  “{aloud['dtypes']}”\n"
        f"  “{aloud['vectorized']}”\n"
        f"  “{aloud['memory']}”\n"
        "\n"
        "Next, the twists: and_the_distance, leave_one_out, float16_arrives"
    )


def textbook(X_train, y_train, X_test):
    d2 = ((X_test[:, None] - X_train) ** 2).sum(axis=2)
    return y_train[d2.argmin(axis=1)]


def test_the_textbook_answer_passes_with_two_remarks():
    report = judge("one_nn", textbook)
    assert report.passed
    assert report.verdict == "passed, with remarks"
    assert report.weak == ["small_integer_types", "no_cube"]
    assert report.tiers["vectorized"] is True
    text = str(report)
    meant = "not demanded, worth"
    assert f"  dtypes      actionable   small_integer_types; {meant} mending\n" in text
    assert f"  memory      informative  no_cube; {meant} knowing\n" in text
    assert text.index("small_integer_types (dtypes, actionable)") < text.index("no_cube (memory")
    assert "uint8 arithmetic is modulo 256" in text
    robust = judge(
        "one_nn_robust",
        lambda X_train, y_train, X_test: textbook(*map(np.asarray, (X_train, y_train, X_test))),
    )
    assert "small_integer_types" in robust.failures


def unstable(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    d2 = ((X[:, None] - T) ** 2).sum(axis=2)
    return y_train[d2.argsort(axis=1)[:, 0]]


def test_what_fails_only_among_many_rows_is_told_by_the_two_that_tie():
    report = judge("one_nn", unstable)
    (failure,) = [f for f in report.found if f.demand == "earliest"]
    assert re.fullmatch(
        r"among \d+ rows, (\d+) and (\d+) are the nearest to the query (\[.*\]): "
        r"(\[.*\]) at the squared distance (\d+), (\[.*\]) at \5",
        failure.facts,
    ), failure.facts


def partitioned(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    reduced = (T * T).sum(axis=1) - 2 * X @ T.T
    return y_train[np.argpartition(reduced, 0, axis=1)[:, 0]]


def test_what_a_sort_does_with_equals_depends_on_no_processor():
    (failure,) = judge("one_nn", partitioned).found
    assert failure.demand == "earliest"
    values = np.array([1.0] * 20).view(Unordered)
    assert values.argsort()[0] == values.argpartition(0)[0] == 19
    assert values.argsort(kind="stable")[0] == np.argsort(values, stable=True)[0] == 0
    assert values[:16].argsort()[0] == 0


def test_a_failing_case_is_shrunk_to_one_query_and_two_rows():
    def sums_of_absolutes(X_train, y_train, X_test):
        d = np.abs(X_test[:, None].astype(float) - X_train).sum(axis=2)
        return y_train[d.argmin(axis=1)]

    (failure,) = judge("one_nn", sums_of_absolutes).found
    assert failure.demand == "nearest"
    assert len(failure.input.splitlines()) == len(failure.facts.splitlines()) == 1
    assert failure.facts.startswith("squared distances of the query: ")
    assert failure.facts.count(" to row ") == 2


def wrong(name, answer, twist=None):
    task = drill(name).twist(twist) if twist else drill(name)
    (found,) = [one.answer for one in task.wrong if one.answer.__name__ == answer]
    return judged(task, found).found[0]


@pytest.mark.parametrize(
    ("answer", "input", "facts"),
    [
        (
            ("cosine_nn", "dot_product"),
            "X_train = [[4.0, 2.0], [2.0, 5.0]] (float64), y_train = [10, 17] (int64), "
            "X_test = [[5.0, 4.0]] (float64)",
            "cos² of the query, with the sign of cos: 196/205 ≈ 0.956097560976 to row 0, "
            "900/1189 ≈ 0.756938603869 to row 1",
        ),
        (
            ("knn_vote", "skips_the_first"),
            "X_train = [[1.0, 1.0], [2.0, 5.0]] (float64), y_train = [0, 1] (int64), "
            "X_test = [[2.0, 2.0]] (float64), k = 1",
            "in the order of squared distance: row 0 at 2 says 0, row 1 at 9 says 1",
        ),
        (
            ("entropy_and_1nn", "of_the_predictions"),
            "X_train = [[1.0, 1.0], [4.0, 2.0]] (float64), y_train = [0, 1] (int64), "
            "X_test = [[2.0, 2.0]] (float64)",
            "counts: 1 of label 0, 1 of label 1",
        ),
        (
            ("merge_shards", "by_index_first"),
            "a = ([[0.0]] (float64), [[3]] (int64)), b = ([[2.0]] (float64), [[2]] (int64))",
            "2 rows compete, the best first: row 3 at 0.0, row 2 at 2.0",
        ),
        (
            ("one_nn_batched", "last_block_only", "one_nn_streamed"),
            "train_blocks = a stream of 2 blocks: ([[-6.0]], [7]), ([[7.0]], [4]), "
            "X_test = [[-2.0]] (float64)",
            "squared distances of the query: 16 to row 0, 81 to row 1",
        ),
    ],
)
def test_cases_of_other_drills_are_shrunk_and_tell_what_decides(answer, input, facts):
    failure = wrong(*answer)
    assert (failure.input, failure.facts) == (input, facts)


def test_a_smaller_case_asks_for_no_more_than_the_one_that_failed():
    # With fewer rows k would be all of them, or votes would tie, which other demands are about.
    failure = wrong("knn_vote", "mean_label")
    assert failure.input.endswith("X_test = [[2.0, 2.0]] (float64), k = 3")
    assert failure.facts.count("row ") == 4
    assert "inf" in wrong("merge_shards", "zeros_for_nothing").input


def quadratic(X, y):
    Z, winners = X.tolist(), []
    for i, a in enumerate(Z):
        best = None
        for j, b in enumerate(Z):
            d2 = sum((p - q) ** 2 for p, q in zip(a, b, strict=True))
            if i != j and (best is None or d2 < best[0]):
                best = d2, j
        winners.append(best[1])
    return y[np.array(winners)]


def test_a_quadratic_answer_that_ends_is_told_by_two_counts():
    report = judge("one_nn", quadratic, twist="leave_one_out")
    (failure,) = report.found
    assert failure.name == "no_loop_over_rows"
    assert failure.line == "it takes four times the steps for twice the rows"
    assert re.fullmatch(r"[\d,]+ steps for 32 rows, [\d,]+ for 64", failure.got)


def test_a_transposed_matrix_is_told_the_shape_that_was_meant():
    def transposed(X_train):
        T = X_train.astype(float)
        return 2 * T.T, -(T * T).sum(axis=1)

    (failure,) = judge("nn_layer", transposed).found
    assert failure.line == "W: the shape should be (3, 2), and is (2, 3)"
    assert failure.why == REASONS["form"]


def test_why_it_matters_belongs_to_the_kind_of_complaint():
    def whys(answer):
        return [failure.why for failure in judge("one_nn", answer).found]

    assert whys(returns_a_column) == [REASONS["form"]]
    assert whys(raises) == [REASONS["raised"]]
    assert whys(mutates) == [REASONS["mutated"]]
    assert whys(endless) == [REASONS["endless"]]


def squared_norms(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    norms = np.linalg.norm(T, axis=1) ** 2
    return y_train[(norms - 2 * X @ T.T).argmin(axis=1)]


def test_a_root_that_is_squared_again_is_not_blamed_on_sorting_alone():
    (failure,) = judge("one_nn", squared_norms).found
    assert failure.demand == "earliest"
    assert "a root that is squared again" in " ".join(failure.why.split())


def test_a_loop_is_told_in_counts_and_a_cube_in_bytes():
    text = str(judged_once(loop))
    assert "it loops: with every further row, one place in it runs about once more" in text
    assert "at most one round for 4 rows (blocks are welcome)" in text
    number = loop.__code__.co_firstlineno + 2
    where = f"1.00 rounds for every row, in line {number}: for i in range(len(X_test)):"
    assert where in text
    text = str(judged_once(three_dimensional))
    assert "memory      informative  no_cube" in text
    assert "an intermediate array grows as n_test × n_train × d" in text
    assert "n_test × n_train × d numbers are d times the distance matrix" in text


def test_more_than_three_failures_are_named_only():
    report = judge("one_nn", lambda X_train, y_train, X_test: y_train[np.zeros(len(X_test), int)])
    assert len(report.found) == 1  # the small example fails, and nothing else is asked
    report = judge("one_nn_robust", textbook)
    assert len(report.found) > 3
    assert "Also: " + ", ".join(f.name for f in report.found[3:]) in str(report)


@pytest.mark.parametrize("answer", [right, loop, last_wins, three_dimensional, stub, raises])
def test_two_runs_say_the_same(answer):
    first, second = judged_once(answer), judge("one_nn", answer)
    assert str(first) == str(second) == repr(first)
    assert first._repr_html_() == second._repr_html_()


class Outline(html.parser.HTMLParser):
    """Checks that every element is closed in turn, and collects the text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.words = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            assert name in {"class", "scope", "open", "aria-label"} or value == "text-align: left"
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("answer", [right, loop, last_wins, three_dimensional, stub, raises])
def test_the_notebook_report_is_sound_and_says_the_same(answer):
    report = judged_once(answer)
    words = "".join(Outline(report._repr_html_()).words)
    assert report.verdict in words
    for failure in report.found:
        assert failure.name in words
        assert failure.line in words
        assert failure.why in words


def test_what_an_answer_says_cannot_become_markup():
    def shouts(X_train, y_train, X_test):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in judge("one_nn", shouts)._repr_html_()


def test_no_address_and_no_numpy_scalar_in_a_report():
    def strange(X_train, y_train, X_test):
        return object()

    text = str(judge("one_nn", strange))
    assert " at 0x" not in text
    assert "an object of type object" in text
    assert shown(np.float64(1.5)) == "1.5 (float64)"
    assert shown((np.int64(1), [2])) == "(1 (int64), [2])"
    assert shown(np.zeros((0, 2))) == "[] (float64, shape (0, 2))"
    assert shown(np.zeros(1000)) == "an array of shape (1000,), dtype float64"
    assert size((np.zeros((2, 3)), [np.zeros(2)], {"a": 1})) == 6 + 2 + (2 + 1 + 1) + (1 + 1)


# ── Comparisons ──


def test_comparisons_say_the_first_difference():
    want = np.array([[1, 2], [3, 4]])
    assert same_values(want.copy(), want) == ""
    assert same_values(np.array([[1, 2], [0, 4]]), want) == "entry (1, 0) should be 3, and is 0"
    assert same_values(want.astype(float), want) == ""
    assert same_labels(want.astype(float), want) == "the dtype should be int64, and is float64"
    assert same_values(np.array([["a", "b"], ["c", "d"]]), want) != ""
    assert close()(np.array([1.0 + 1e-12]), np.array([1.0])) == ""
    assert close()(np.array([np.nan]), np.array([1.0])) == "entry 0 should be 1.0, and is nan"
    assert close()(np.array(["x"]), np.array([1.0])).startswith("the values should be real")
    pair = all_of(same_values, same_labels)
    assert pair((want, want), (want, want)) == ""
    assert pair([want], (want, want)).startswith("it should return 2 values")
    assert pair((want, want + 1), (want, want)).startswith("value 2 of 2: entry (0, 0)")
    assert pair(None, (want, want)) == "it returned None; is a return missing?"


# ── Names, and the terminal ──


def test_unknown_names_are_refused_with_those_that_exist():
    with pytest.raises(ValueError, match=r"no drill 'nonsense'; there are one_nn, nn_layer"):
        judge("nonsense", right)
    with pytest.raises(ValueError, match=r"no twist 'x' of one_nn; there are and_the_distance"):
        judge("one_nn", right, twist="x")


def test_drills_lists_them():
    lines = repr(drills()).splitlines()
    assert len(lines) == len(drills()) >= 13
    assert lines[0] == "one_nn                15 min  medium  1-nearest neighbor, vectorized"


def test_the_terminal_judges_a_file(capsys):
    assert main(["one_nn", str(SUBMISSIONS / "right_01_expanded.py")]) == 0
    assert "one_nn, 1-nearest neighbor, vectorized: passed" in capsys.readouterr().out
    assert main(["one_nn", str(SUBMISSIONS / "wrong_01_row_loop.py")]) == 1
    assert "no_loop_over_rows" in capsys.readouterr().out


def test_the_terminal_shows_a_statement_and_the_list(capsys):
    assert main([]) == 0
    assert "tiny_backprop" in capsys.readouterr().out
    assert main(["one_nn"]) == 0
    shown_text = capsys.readouterr().out
    assert "Write `one_nn(X_train, y_train, X_test)`." in shown_text
    assert "raise NotImplementedError" in shown_text
    assert main(["one_nn", "--twist", "leave_one_out"]) == 0
    assert "leave_one_out(X, y)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("def one_nn(:\n", "answer.py, line 1: "),
        ("x = 1\n", "answer.py defines no one_nn"),
        ("1 / 0\n", "answer.py could not be run: it raised ZeroDivisionError"),
        ("import sys\nsys.exit()\n", "answer.py could not be run: it raised SystemExit"),
    ],
)
def test_the_terminal_says_why_a_file_cannot_be_judged(content, message, tmp_path, capsys):
    path = tmp_path / "answer.py"
    path.write_text(content)
    assert main(["one_nn", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_the_terminal_refuses_names_that_do_not_exist(capsys):
    assert main(["nonsense"]) == 2
    assert "no drill 'nonsense'" in capsys.readouterr().err
    assert main(["one_nn", "no_such_file.py"]) == 2
    assert "there is no file no_such_file.py" in capsys.readouterr().err


def test_a_twist_with_the_same_signature_keeps_the_drills_name(tmp_path, capsys):
    path = tmp_path / "answer.py"
    path.write_text(
        "import numpy as np\n"
        "def one_nn(X_train, y_train, X_test):\n"
        "    T, X = X_train.astype(float), X_test.astype(float)\n"
        "    return y_train[((T * T).sum(1) - 2 * X @ T.T).argmin(1)]\n"
    )
    assert main(["one_nn", str(path), "--twist", "float16_arrives"]) == 0
    assert "float16_arrives, float16 arrives: passed" in capsys.readouterr().out


def test_the_command_line_itself():
    command = [sys.executable, "-m", "nnlib.practice", "one_nn"]
    path = str(SUBMISSIONS / "wrong_04_last_on_ties.py")
    done = subprocess.run([*command, path], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"first_of_equals" in done.stdout
    assert done.stderr == b""


def test_judging_imports_neither_scikit_learn_nor_widgets():
    code = (
        "import sys, nnlib.practice; "
        "sys.exit(any(m in sys.modules for m in ('sklearn', 'anywidget', 'yaml', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
