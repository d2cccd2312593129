"""Is this value the one that was wanted? The answer is "" for yes, or a line that says why not."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.practice.show import shown

Agree = Callable[[Any, Any], str]


class Form(str):
    """A complaint of a type or a shape, not of a value."""

    __slots__ = ()


def within(where: str, complaint: str) -> str:
    """Return a complaint about a part, of the same kind; "" for none."""
    return type(complaint)(f"{where}: {complaint}") if complaint else ""


def form(got: Any, want: np.ndarray[Any, Any]) -> str:
    """Complain of a type or a shape that is not that of `want`."""
    if got is None:
        return Form("it returned None; is a return missing?")
    if not isinstance(got, np.ndarray):
        return Form(f"it returned {article(type(got).__name__)}, not a NumPy array")
    if got.shape != want.shape:
        return Form(f"the shape should be {want.shape}, and is {got.shape}")
    return ""


def wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return a type of entries, with 64 bits for the default integer, which in a page has 32."""
    return np.dtype(np.int64) if dtype == np.dtype(int) else dtype


def article(noun: str) -> str:
    """Return a noun with a or an before it."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def same_values(got: Any, want: Any) -> str:
    """Ask for an array of the same shape and equal values; any dtype that holds them."""
    complaint = form(got, want)
    if complaint:
        return complaint
    equal = np.asarray(got == want)
    if equal.shape != want.shape or not equal.all():
        return difference(got, want, equal)
    return ""


def same_labels(got: Any, want: Any) -> str:
    """Ask for an array of the same shape, dtype and values."""
    complaint = same_values(got, want)
    if complaint:
        return complaint
    if wide(got.dtype) != wide(want.dtype):
        return Form(f"the dtype should be {want.dtype}, and is {got.dtype}")
    return ""


def close(rtol: float = 1e-9, atol: float = 1e-12) -> Agree:
    """Return a comparison that allows |got − want| ≤ atol + rtol·|want|, for finite values."""

    def agree(got: Any, want: Any) -> str:
        complaint = form(got, want)
        if complaint:
            return complaint
        if got.dtype.kind not in "fiu":
            return Form(f"the values should be real numbers; the dtype is {got.dtype}")
        equal = np.isclose(got, want, rtol=rtol, atol=atol)
        return "" if equal.all() else difference(got, want, equal)

    return agree


def difference(got: Any, want: Any, equal: np.ndarray[Any, Any]) -> str:
    """Name the first place at which two arrays differ."""
    if equal.shape != want.shape or want.ndim == 0:
        return "the values differ"
    place = tuple(np.argwhere(~equal)[0].tolist())
    where = f"entry {place[0]}" if len(place) == 1 else f"entry {place}"
    return f"{where} should be {shown(want[place].item())}, and is {shown(got[place].item())}"


def all_of(*kinds: Agree) -> Agree:
    """Return a comparison of tuples, part by part."""

    def agree(got: Any, want: Any) -> str:
        if got is None:
            return Form("it returned None; is a return missing?")
        if not isinstance(got, tuple | list) or len(got) != len(kinds):
            return Form(f"it should return {len(kinds)} values, and returned {shown(got)}")
        for number, (kind, g, w) in enumerate(zip(kinds, got, want, strict=True), 1):
            complaint = kind(g, w)
            if complaint:
                return within(f"value {number} of {len(kinds)}", complaint)
        return ""

    return agree
