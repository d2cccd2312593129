"""What counts as input: every array is checked here, once, before any arithmetic.

Each check raises one `ValueError` that names the argument and says what was expected and
what came, so that a mistake is found where it was made and not three functions later.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from operator import index
from typing import Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
# Numbers summed in one go: few enough that the BLAS wakes no other thread for them, which would
# go on waiting busily for the next such sum.
STRETCH = 2**12


class RowSource(Protocol):
    """Rows that are not in memory: they are read by slices, ``source[i:j]``."""

    @property
    def shape(self) -> tuple[int, ...]: ...  # noqa: D102

    @property
    def dtype(self) -> Any: ...  # noqa: D102

    def __getitem__(self, rows: slice, /) -> Any: ...


def as_array(name: str, data: ArrayLike) -> Array:
    """Return `data` as a NumPy array, refusing what would lose information on the way.

    Lists and frames of values that have no common type in NumPy (2⁵³ + 1 beside 0.5, 1 beside
    "a") become an array of objects, for the caller to keep or to refuse.

    Raises
    ------
    ValueError
        For sparse or masked data, for nested sequences of unequal length, and with whatever
        `data` itself raises when it is read as its cause.
    """
    if type(data) is np.ndarray and data.dtype.kind != "O":
        return data
    if hasattr(data, "toarray") and hasattr(data, "nnz"):
        raise ValueError(f"{name} is sparse; pass a dense array, for example {name}.toarray()")
    masked = holds_masked(data)
    if not masked:
        try:
            array = converted(at_hand(data))
        except MemoryError:
            raise
        except Exception as error:
            raise ValueError(f"{name} cannot be read as an array: {error}") from error
        masked = holds_masked(array.ravel().tolist() if array.dtype.kind == "O" else array)
    if masked:
        raise ValueError(f"{name} is a masked array; fill or drop its masked entries first")
    return np.asarray(array)


def at_hand(data: Any) -> Any:
    """Return what a lazy array of Dask holds, whose own conversion to an array drops a mask."""
    return data.compute() if hasattr(data, "__dask_graph__") else data


def holds_masked(data: Any) -> bool:
    """Return whether data are masked, or nested lists hold what is; NumPy would drop the mask."""
    level = [data]
    for _ in range(64):  # NumPy's arrays have no more axes; a list may hold itself
        kinds = set(map(type, level))
        if any(issubclass(kind, np.ma.MaskedArray) for kind in kinds):
            return True
        if not any(issubclass(kind, list | tuple) for kind in kinds):
            return False
        level = list(chain.from_iterable(x for x in level if isinstance(x, list | tuple)))
    return False


def converted(data: Any) -> Array:
    """Return `data` as an array of NumPy's choice, or of objects if that would change a value."""
    if hasattr(data, "iloc") and data.ndim == 2:
        return frame_array(data)
    if hasattr(data, "isna") and not isinstance(data.dtype, np.dtype) and np.any(data.isna()):
        return np.fromiter(data, object, len(data))  # integers beside NaN would become floats
    array: Array = np.asanyarray(data)
    if isinstance(data, list | tuple):
        return unless_changed(array, lambda: np.array(data, dtype=object))
    return array


def frame_array(frame: Any) -> Array:
    """Return a frame of pandas as an array: numbers of several types in one that holds them all."""
    if all(isinstance(dtype, np.dtype) for dtype in frame.dtypes) and len(set(frame.dtypes)) < 2:
        return np.asarray(frame)
    series = [frame.iloc[:, j] for j in range(frame.shape[1])]
    columns = [converted(column) for column in series]
    if any(column.dtype.kind not in "biuf" for column in columns):
        return np.stack([np.fromiter(column, object, len(column)) for column in series], axis=1)
    common = np.result_type(*(column.dtype for column in columns))
    array = np.stack([column.astype(common) for column in columns], axis=1)
    return unless_changed(
        array, lambda: np.stack([column.astype(object) for column in columns], axis=1)
    )


def unless_changed(array: Array, exact: Callable[[], Array]) -> Array:
    """Return `array` if its entries equal those of exact(), objects; else integers, or those.

    NumPy makes text of numbers beside text, and floats of integers beside floats and of int64
    beside uint64; floats change an integer only beyond 2⁵³.
    """
    kind = array.dtype.kind
    if kind not in "fcSU" or (kind in "fc" and not (np.abs(array) >= 2.0**53).any()):
        return array
    objects = exact()
    values = [v.item() if isinstance(v, np.generic) else v for v in objects.ravel().tolist()]
    given = array.ravel().tolist()
    if all(a == b or a != a for a, b in zip(given, values, strict=True)):
        return array
    objects = np.fromiter(values, object, len(values)).reshape(array.shape)
    if all(isinstance(value, int) for value in values):
        for dtype in (np.int64, np.uint64):
            with suppress(OverflowError):
                return objects.astype(dtype)
    return objects


def is_missing(value: Any) -> bool:
    """Return whether a value is NaN, NaT or pandas' NA, whose comparisons have no truth."""
    try:
        return bool(value != value)
    except TypeError:
        return True


def first_missing(array: Array) -> int | None:
    """Return the first row of an array of objects or variable text with a missing value."""
    if array.dtype.kind == "T":  # whatever it is, it is not text
        lacks = [not isinstance(value, str) for value in array.ravel().tolist()]
    elif array.dtype.kind == "O":
        lacks = [is_missing(value) for value in array.ravel().tolist()]
    else:
        return None
    return lacks.index(True) * (array.shape or (1,))[0] // array.size if any(lacks) else None


def all_finite(array: Array) -> bool:
    """Return whether no entry is NaN or infinite, without a temporary array.

    A sum of squares is finite only if every number is, and takes one pass. Where it overflows,
    the minimum and the maximum decide, which pass NaN on.
    """
    if not array.size:
        return True
    if array.itemsize > 2 and array.flags.forc and array.dtype.isnative:
        flat = array.ravel(order="K")
        whole = len(flat) - len(flat) % STRETCH
        stretches, rest = flat[:whole].reshape(-1, STRETCH), flat[whole:]
        with np.errstate(all="ignore"):
            if np.isfinite(np.vecdot(stretches, stretches).sum() + rest @ rest):
                return True
    return bool(np.isfinite(array.min()) and np.isfinite(array.max()))


def as_numbers(name: str, data: ArrayLike, start: int = 0, native: bool = True) -> Array:
    """Return `data` as a finite array of integers or of float16, float32 or float64.

    Booleans count as the integers 0 and 1. The first row is row `start` of `name`. Bytes in another
    order than the machine's are put in that, in a copy, unless the caller does without `native`.

    Raises
    ------
    ValueError
        For complex, string, object, date and longdouble data, and for NaN or infinity; the
        message then names the first offending row.
    """
    array = as_array(name, data)
    if native:
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind == "b":
        return array.view(np.uint8)
    if array.dtype.kind in "iu":
        return array
    if array.dtype.kind != "f" or array.dtype.itemsize > 8:
        raise ValueError(
            f"{name} must hold integers or float16, float32 or float64 numbers; "
            f"its dtype is {array.dtype}{objection(array)}"
        )
    if not all_finite(array):
        first = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        where = f"row {start + first[0]} holds" if first else "it is"
        column = f" (column {first[1]})" if len(first) > 1 else ""
        raise ValueError(f"{name} must be finite; {where} {array[first]}{column}")
    return array


def objection(array: Array) -> str:
    """Say what keeps an array of objects from being one of numbers, where it is not plain."""
    row = first_missing(array)
    if row is not None:
        return f": row {row} has a missing value"
    if array.dtype.kind == "O" and array.ndim:
        for (row, *_), value in np.ndenumerate(array):
            if isinstance(value, int) and abs(value) > 2**53:
                return f": row {row} holds {value}, which no type of all its numbers keeps"
    return ""


def as_rows(name: str, data: ArrayLike, start: int = 0, native: bool = True) -> Array:
    """Return `data` as a finite (n, d) array, one example a row, the first being row `start`.

    Raises
    ------
    ValueError
        If `data` is not two-dimensional, or as `as_numbers` says.
    """
    array = as_numbers(name, data, start, native)
    check_two_dimensional(name, array.shape)
    return array


def check_two_dimensional(name: str, shape: tuple[int, ...] | None) -> None:
    """Raise unless the shape is that of rows with features; HDF5's null dataset has none."""
    if shape is None or len(shape) != 2:
        hint = f"; for a single row write {name}[None, :]" if shape and len(shape) == 1 else ""
        raise ValueError(
            f"{name} must be two-dimensional (rows, features); its shape is {shape}{hint}"
        )


def as_training_rows(name: str, data: ArrayLike, start: int = 0, native: bool = True) -> Array:
    """Return `data` as rows of which there is at least one: an empty set has no neighbor."""
    array = as_rows(name, data, start, native)
    check_not_empty(name, array.shape)
    return array


def check_not_empty(name: str, shape: tuple[int, ...]) -> None:
    """Raise if there are no rows."""
    if shape[0] == 0:
        raise ValueError(f"{name} has no rows (shape {shape}); there is no neighbor to find")


def is_source(data: Any) -> TypeGuard[RowSource]:
    """Return whether `data` is to be read by slices: a memory map, or no array but array-shaped.

    What shares its memory (by the array interface, DLPack or a buffer) is an array, and what has
    no NumPy dtype (lists, frames, tensors) becomes one. A dataset in a file has `shape` and
    `dtype`, too, and even `__array__`, which would read all of it.
    """
    if isinstance(data, np.ndarray):
        return isinstance(data, np.memmap)
    protocols = ("__array_interface__", "__array_struct__", "__dlpack__", "nnz")
    if any(hasattr(data, name) for name in protocols) or not hasattr(data, "__getitem__"):
        return False
    if not isinstance(getattr(data, "dtype", None), np.dtype) or not hasattr(data, "shape"):
        return False
    try:
        memoryview(data).release()
    except TypeError:
        return True
    return False


def check_source(name: str, source: RowSource) -> RowSource:
    """Return `source` if its shape and dtype are those of training rows; nothing is read."""
    check_two_dimensional(name, source.shape)
    try:
        _ = [index(length) for length in source.shape]
    except TypeError:
        raise ValueError(
            f"{name} must say how many rows and features it has; its shape is {source.shape}"
        ) from None
    as_numbers(name, np.empty(0, source.dtype))
    check_not_empty(name, source.shape)
    return source


def as_labels(name: str, data: ArrayLike, n_rows: int, rows_name: str) -> Array:
    """Return `data` as an array with one entry for each training row."""
    array = as_array(name, data)
    if array.ndim == 0 or len(array) != n_rows:
        raise ValueError(
            f"{name} must have one entry for each of the {n_rows} rows of {rows_name}; "
            f"its shape is {array.shape}"
        )
    return array


def distinct_labels(name: str, labels: Array) -> tuple[Array, Array]:
    """Return the distinct labels in sorted order, and for every label its place among them.

    Raises
    ------
    ValueError
        For NaN and the like, which equal nothing, and for labels that have no common order.
    """
    row = first_missing(labels) if labels.dtype.kind == "T" else None
    try:
        strange = np.flatnonzero(labels != labels) if row is None else [row]
        if len(strange):
            row = int(strange[0])
            raise ValueError(f"{name} must not hold {labels[row]} as a label; row {row} does")
        classes, places = np.unique(labels, return_inverse=True)
    except TypeError as error:
        row = first_missing(labels)
        why = error if row is None else f"row {row} has a missing value"
        raise ValueError(f"{name} holds labels that cannot be sorted: {why}") from error
    return classes, places


def check_same_width(name_a: str, a: Array | RowSource, name_b: str, b: Array) -> None:
    """Raise unless both have the same number of features."""
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"{name_a} and {name_b} must have the same number of columns; "
            f"{name_a} has shape {a.shape}, {name_b} has shape {b.shape}"
        )


def check_count(name: str, value: Any, low: int, high: int | None, meaning: str) -> int:
    """Return `value` as an int between `low` and `high`, both included."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        number = index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number; got {value!r}") from None
    if number < low or (high is not None and number > high):
        span = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{name} must be {span} ({meaning}); got {number}")
    return number


def check_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return `value` if it is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}; got {value!r}")
    return value


def working_dtype(a: Array, b: Array) -> type[np.float32] | type[np.float64]:
    """Return float32 if both arrays are float32, else float64.

    Small integers and float16 are widened: uint8 would wrap (200 + 100 = 44) and float16 would
    overflow above 65504, both in silence.
    """
    single = all(side.dtype.newbyteorder("=") == np.float32 for side in (a, b))
    return np.float32 if single else np.float64
