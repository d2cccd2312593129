"""Every kind of bad input gets one `ValueError` that names the argument and the offense."""

import dask.array
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from row_files import NULL

from nnlib import (
    ClockedKNN,
    PerceptronNet,
    ThreeLayerNet,
    k_nearest,
    nearest,
    predict_1nn,
    softmax,
    squared_distances,
)
from nnlib.validation import as_numbers, as_rows, check_choice, check_count, working_dtype

GOOD = np.arange(12.0).reshape(4, 3)


def with_entry(value, row, column):
    rows = GOOD.copy()
    rows[row, column] = value
    return rows


# What is wrong with a (rows, features) argument, and what the message must say.
BAD_ROWS = {
    "NaN": (with_entry(np.nan, 2, 1), r"NAME must be finite; row 2 holds nan \(column 1\)"),
    "infinity": (with_entry(np.inf, 3, 0), r"NAME must be finite; row 3 holds inf \(column 0\)"),
    "minus infinity": (with_entry(-np.inf, 1, 2), r"NAME must be finite; row 1 holds -inf"),
    "first of two": (
        np.where(np.arange(12).reshape(4, 3) >= 7, np.nan, GOOD),
        r"NAME must be finite; row 2 holds nan \(column 1\)",
    ),
    "float16 infinity": (
        with_entry(np.inf, 3, 0).astype(np.float16),
        r"NAME must be finite; row 3 holds inf",
    ),
    "complex": (GOOD + 0j, "NAME must hold integers or .*; its dtype is complex128"),
    "strings": ([["a", "b", "c"]], "NAME must hold integers or .*; its dtype is <U1"),
    "bytes": (GOOD.astype("S"), "NAME must hold integers or .*; its dtype is [|]S"),
    "dates": (GOOD.astype("M8[D]"), "NAME must hold integers or .*; its dtype is datetime64"),
    "objects": (GOOD.astype(object), "NAME must hold integers or .*; its dtype is object"),
    "integers too large": ([[2**70, 0, 0]], "NAME must hold integers or .*; its dtype is object"),
    "missing": (pd.NA, "NAME must hold integers or .*: row 0 has a missing value"),
    "None": (None, "NAME must hold integers or .*; its dtype is object"),
    "records": (np.zeros(2, dtype="f8,f8"), "NAME must hold integers or .*; its dtype is "),
    "long double": (
        GOOD.astype(np.longdouble),
        "NAME must hold integers or .*; its dtype is (float128|float96)",
    ),
    "mixed frame": (
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1, 2]}),
        "NAME must hold integers or .*; its dtype is object",
    ),
    "sparse matrix": (scipy.sparse.csr_matrix(GOOD), r"NAME is sparse; .*NAME\.toarray\(\)"),
    "sparse array": (scipy.sparse.coo_array(GOOD), r"NAME is sparse; .*NAME\.toarray\(\)"),
    "masked": (np.ma.masked_less(GOOD, 3), "NAME is a masked array"),
    "ragged": ([[1, 2, 3], [4, 5]], "NAME cannot be read as an array: .*inhomogeneous"),
    "one row": (GOOD[0], r"NAME must be two-dimensional .* is \(3,\); .* NAME\[None, :\]"),
    "number": (3.0, r"NAME must be two-dimensional \(rows, features\); its shape is \(\)$"),
    "lone NaN": (np.nan, "NAME must be finite; it is nan$"),
    "cube": (GOOD[None], r"NAME must be two-dimensional .* its shape is \(1, 4, 3\)$"),
}
# Every function that takes rows, and under which name.
TAKES_ROWS = {
    "X_train of nearest": ("X_train", lambda bad: nearest(bad, GOOD)),
    "X_test of nearest": ("X_test", lambda bad: nearest(GOOD, bad)),
    "X_train of k_nearest": ("X_train", lambda bad: k_nearest(bad, GOOD, 2, method="expanded")),
    "X_test of k_nearest": ("X_test", lambda bad: k_nearest(GOOD, bad, 2, method="direct")),
    "X_train of predict_1nn": ("X_train", lambda bad: predict_1nn(bad, [0, 1, 2, 3], GOOD)),
    "X_test of predict_1nn": ("X_test", lambda bad: predict_1nn(GOOD, [0, 1, 2, 3], bad)),
    "X of squared_distances": ("X", lambda bad: squared_distances(bad, GOOD)),
    "T of squared_distances": ("T", lambda bad: squared_distances(GOOD, bad, method="direct")),
    "X_train of from_data": ("X_train", lambda bad: ThreeLayerNet.from_data(bad, [0, 1, 2, 3])),
    "X of scores": ("X", lambda bad: ThreeLayerNet.from_data(GOOD, [0, 1, 2, 3]).scores(bad)),
    "X of predict": ("X", lambda bad: ThreeLayerNet.from_data(GOOD, [0, 1, 2, 3], 1).predict(bad)),
}


@pytest.mark.parametrize("taker", TAKES_ROWS)
@pytest.mark.parametrize("kind", BAD_ROWS)
def test_bad_rows(kind, taker):
    bad, message = BAD_ROWS[kind]
    name, call = TAKES_ROWS[taker]
    with pytest.raises(ValueError, match="^" + message.replace("NAME", name)):
        call(bad)


@pytest.mark.parametrize(
    ("call", "message"),
    {
        "nearest": (
            lambda: nearest(GOOD, GOOD[:2, :2]),
            r"^X_train and X_test must .* columns; X_train has shape \(4, 3\), X_test has shape "
            r"\(2, 2\)$",
        ),
        "no columns against some": (
            lambda: nearest(GOOD, GOOD[:, :0]),
            r"^X_train and X_test must .* \(4, 3\), X_test has shape \(4, 0\)$",
        ),
        "distances": (
            lambda: squared_distances(GOOD, GOOD[:2, :2]),
            r"^X and T must .* columns; X has shape \(4, 3\), T has shape \(2, 2\)$",
        ),
        "net": (
            lambda: ThreeLayerNet.from_data(GOOD, [0, 1, 2, 3]).predict(GOOD[:, :1]),
            r"^X and W1 must .* columns; X has shape \(4, 1\), W1 has shape \(4, 3\)$",
        ),
        "empty training set": (
            lambda: nearest(GOOD[:0], GOOD),
            r"^X_train has no rows \(shape \(0, 3\)\)",
        ),
        "empty training set, empty queries": (
            lambda: k_nearest(GOOD[:0], GOOD[:0], 1),
            r"^X_train has no rows",
        ),
        "empty training set of a net": (
            lambda: ThreeLayerNet.from_data(GOOD[:0], []),
            r"^X_train has no rows",
        ),
        "k = 0": (
            lambda: k_nearest(GOOD, GOOD, 0),
            r"^k must be between 1 and 4 .*4 rows.* got 0$",
        ),
        "k > n": (lambda: k_nearest(GOOD, GOOD, 5), r"^k must be between 1 and 4 .*; got 5$"),
        "k < 0": (lambda: k_nearest(GOOD, GOOD, -1), r"^k must be between 1 and 4 .*; got -1$"),
        "k > n, no queries": (lambda: k_nearest(GOOD, GOOD[:0], 5), r"^k must be between"),
        "k = 2.0": (lambda: k_nearest(GOOD, GOOD, 2.0), r"^k must be a whole number; got 2\.0$"),
        "k = True": (lambda: k_nearest(GOOD, GOOD, True), r"^k must be a whole number; got True$"),
        "k = None": (lambda: k_nearest(GOOD, GOOD, None), r"^k must be a whole number; got None$"),
        "method": (
            lambda: nearest(GOOD, GOOD, method="fast"),
            r"^method must be one of 'exact', 'expanded', 'direct'; got 'fast'$",
        ),
        "method of distances": (
            lambda: squared_distances(GOOD, GOOD, method="exact"),
            r"^method must be one of 'expanded', 'direct'; got 'exact'$",
        ),
        "method = None": (lambda: nearest(GOOD, GOOD, method=None), r"^method must be one of"),
        "memory too small": (
            lambda: nearest(GOOD, GOOD, memory_limit=10),
            r"^memory_limit must be at least \d+ bytes for d = 3 and k = 1; got 10$",
        ),
        "memory zero": (
            lambda: nearest(GOOD, GOOD, memory_limit=0),
            r"^memory_limit must be at least 1 \(bytes\); got 0$",
        ),
        "memory 1e6": (
            lambda: nearest(GOOD, GOOD, memory_limit=1e6),
            r"^memory_limit must be a whole number; got 1000000\.0$",
        ),
        "too few labels": (
            lambda: predict_1nn(GOOD, [0, 1, 2], GOOD),
            r"^y_train must have one entry for each of the 4 rows of X_train; its shape is \(3,\)$",
        ),
        "one label": (lambda: predict_1nn(GOOD, "a", GOOD), r"^y_train must .* its shape is \(\)$"),
        "sparse labels": (
            lambda: predict_1nn(GOOD, scipy.sparse.csr_matrix(GOOD), GOOD),
            "^y_train is sparse",
        ),
        "ragged labels": (
            lambda: predict_1nn(GOOD, [[1], [1, 2], [3], [4]], GOOD),
            "^y_train cannot be read as an array",
        ),
    }.values(),
)
def test_bad_call(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("method", ["exact", "expanded", "direct"])
def test_unknown_option(method):
    with pytest.raises(TypeError, match="n_jobs"):
        predict_1nn(GOOD, [0, 1, 2, 3], GOOD, method=method, n_jobs=2)


@pytest.mark.parametrize("bad", [[np.nan, 1], [[1, 2], [np.inf, 3]]])
def test_bad_scores(bad):
    with pytest.raises(ValueError, match=r"^z must be finite; row \d holds (nan|inf)"):
        softmax(bad)


def test_row_of_one_dimensional_data_is_named_without_a_column():
    with pytest.raises(ValueError, match=r"^y must be finite; row 1 holds nan$"):
        as_numbers("y", [1.0, np.nan])


def test_bool_counts_as_integer():
    array = as_numbers("X", [True, False])
    assert array.dtype.kind in "iu"
    assert array.tolist() == [1, 0]


@pytest.mark.parametrize("code", "bBhHiIlLqQefd")
def test_accepted_types_keep_their_values(code):
    array = np.array([[0, 1, 100]], dtype=code)
    assert as_rows("X", array) is array  # and cost no copy
    swapped = array.astype(array.dtype.newbyteorder())
    assert as_rows("X", swapped).dtype == array.dtype
    assert as_rows("X", swapped).tolist() == [[0, 1, 100]]


def test_working_dtype_is_float32_iff_both_are():
    codes = ["?", "u1", "i8", "u8", "f2", "f4", "f8"]
    for a in codes:
        for b in codes:
            expected = np.float32 if a == b == "f4" else np.float64
            assert working_dtype(np.zeros(1, a), np.zeros(1, b)) is expected


def test_check_count_and_choice_pass_good_values_on():
    assert check_count("k", np.int8(3), 1, 3, "") == 3
    assert type(check_count("k", np.int8(3), 1, None, "")) is int
    assert check_choice("method", "b", ("a", "b")) == "b"


# --- nothing is rounded, unmasked or renamed on the way in --------------------------------------

ODD = 2**53 + 1


@pytest.mark.parametrize(
    ("rows", "dtype"),
    [
        ([[2**63], [2**63 + 2], [0]], np.uint64),
        ([np.array([2**63 + 1], np.uint64), np.array([1], np.int64)], np.uint64),
        (pd.DataFrame({"a": np.uint64([ODD]), "b": np.int64([-1])}), np.int64),
        (pd.DataFrame({"a": pd.array([ODD, 2], "Int64"), "b": [True, False]}), np.int64),
        (pd.DataFrame({"a": [1, 2], "b": [0.5, 1]}), np.float64),
        ([[1e300, 1], [2**60, 0.5]], np.float64),
    ],
)
def test_numbers_of_several_types_are_kept_exactly(rows, dtype):
    array = as_rows("X", rows)
    assert array.dtype == dtype
    given = rows.to_numpy(object) if isinstance(rows, pd.DataFrame) else rows
    assert array.tolist() == [[int(v) if dtype != np.float64 else v for v in r] for r in given]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[2**53, 0.5], [ODD, 0.5]], rf"^X must hold .*object: row 1 holds {ODD}"),
        ([[2**63 + 1], [-1]], rf"^X must hold .*object: row 0 holds {2**63 + 1}"),
        (pd.DataFrame({"a": [2, ODD], "b": [1, 0.5]}), rf"^X must hold .*: row 1 holds {ODD}"),
        (pd.DataFrame({"a": pd.array([1, None], "Int64")}), "^X must hold .*: row 1 has a missing"),
        ([np.ma.masked_less([1.0, 2], 2), [3, 4]], "^X is a masked array"),
        ([[1, np.ma.masked], [3, 4]], "^X is a masked array"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(rows, message):
    with pytest.raises(ValueError, match=message):
        as_rows("X", rows)


@pytest.mark.parametrize(
    "labels",
    [
        [1, "a", 2],
        [b"x", "y", "x"],
        ["a", "a\0", "b"],
        [ODD, 0.5, 2**53],
        [2**63, 2**63 + 2, 0],
        pd.Series([ODD, 2**53, 1], dtype="Int64"),
        pd.Series([True, False, True], dtype="boolean"),
        pd.Series(["a", "b", "a"], dtype="string"),
        np.array(["a", "b", "a"], np.dtypes.StringDType()),
    ],
)
def test_labels_keep_their_type_and_value(labels):
    found = predict_1nn(GOOD[:3], labels, GOOD[:3]).tolist()
    assert found == list(labels)
    assert [isinstance(v, str) for v in found] == [isinstance(v, str) for v in labels]


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series([1, None], dtype="Int64"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(["a", None], dtype="string"),
        np.array(["a", np.nan], np.dtypes.StringDType(na_object=np.nan)),
        np.array(["a", None], np.dtypes.StringDType(na_object=None)),
        [1, "a"],
        [1, np.ma.masked],
        np.array([1, np.ma.masked], object),
    ],
)
@pytest.mark.parametrize("net", [ThreeLayerNet, PerceptronNet, ClockedKNN])
def test_labels_that_are_no_classes_get_one_error(net, labels):
    pattern = "^y_train (holds labels that cannot be sorted|must not hold|is a masked array)"
    with pytest.raises(ValueError, match=pattern):
        net.from_data(GOOD[:2], labels)


class Broken:
    def __array__(self, dtype=None, copy=None):
        raise KeyError("gone")


class Masking:
    def __array__(self, dtype=None, copy=None):
        return np.ma.masked_less(GOOD, 3)


@pytest.mark.parametrize("taker", TAKES_ROWS)
def test_what_raises_or_masks_when_it_is_read_is_named(taker):
    name, call = TAKES_ROWS[taker]
    with pytest.raises(ValueError, match=rf"^{name} cannot be read as an array: 'gone'") as caught:
        call(Broken())
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(ValueError, match=f"^{name} is a masked array"):
        call(Masking())


@pytest.mark.parametrize("taker", TAKES_ROWS)
def test_a_lazy_array_keeps_its_mask(taker):
    name, call = TAKES_ROWS[taker]
    masked = np.ma.masked_less(GOOD, 3)
    for lazy in (
        dask.array.from_array(masked, chunks=2),
        dask.array.from_array(GOOD, chunks=2).map_blocks(lambda rows: np.ma.masked_less(rows, 3)),
    ):
        with pytest.raises(ValueError, match=rf"^{name}(\[0:4\])? is a masked array"):
            call(lazy)


@pytest.mark.parametrize("null", NULL.values(), ids=NULL)
@pytest.mark.parametrize("taker", TAKES_ROWS)
def test_a_null_dataset_is_named(taker, null):
    name, call = TAKES_ROWS[taker]
    with pytest.raises(ValueError, match=f"^{name} (cannot be read|must be two-dim)"):
        call(null())
