"""What an answer changed of what it was given: which argument, where, from what to what."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np


def snapshot(value: Any) -> Any:
    """Return a copy to compare with later; what cannot be copied or is used up, as it is."""
    if type(value) in (list, tuple):
        return type(value)(map(snapshot, value))
    if type(value) is dict:
        return {key: snapshot(item) for key, item in value.items()}
    if isinstance(value, Iterator):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def difference(before: Any, after: Any, name: str = "it") -> str:
    """Return the first difference of types, shapes, entries or bits; "" if there is none."""
    if before is after:
        return ""
    if type(before) is not type(after):
        return f"{name} from a {type(before).__name__} to a {type(after).__name__}"
    if isinstance(before, np.ndarray):
        return _of_arrays(before, after, name)
    if isinstance(before, list | tuple):
        if len(before) != len(after):
            return f"the length of {name} from {len(before)} to {len(after)}"
        pairs = enumerate(zip(before, after, strict=True))
        return _first(difference(a, b, f"{name}[{i}]") for i, (a, b) in pairs)
    if isinstance(before, dict):
        if list(before) != list(after):
            return f"the keys of {name} from {list(before)} to {list(after)}"
        return _first(difference(before[key], after[key], f"{name}[{key!r}]") for key in before)
    if type(before).__eq__ is object.__eq__ or bool(before == after):  # type: ignore[comparison-overlap]
        return ""  # of what has no equality of its own nothing can be said
    return f"{name} from {before!r} to {after!r}"


def _of_arrays(before: Any, after: Any, name: str) -> str:
    for what in ("dtype", "shape"):
        was, now = getattr(before, what), getattr(after, what)
        if was != now:
            return f"the {what} of {name} from {was} to {now}"
    if before.dtype.hasobject:
        return difference(before.tolist(), after.tolist(), name)
    if before.tobytes() == after.tobytes():
        return ""
    for index in np.ndindex(before.shape):  # entry by entry, since NaN differs from itself
        was, now = before[index], after[index]
        if was.tobytes() != now.tobytes():
            where = f"{name}[{', '.join(map(str, index))}]" if index else name
            return f"{where} from {_shown(was)} to {_shown(now)}"
    return ""


def _shown(value: Any) -> str:
    return repr(str(value)) if isinstance(value, str) else str(value)


def _first(found: Iterator[str]) -> str:
    return next(filter(None, found), "")
