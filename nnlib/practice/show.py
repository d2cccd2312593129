"""A value in one plain line: what the reader can paste, or its shape where that is too long."""

from typing import Any

import numpy as np

from nnlib.practice.inputs import Stream

LONGEST = 160  # characters


def shown(value: Any) -> str:
    """Return a value as text: small arrays as nested lists with a dtype, large ones by shape."""
    if isinstance(value, np.ndarray):
        text = repr(value.tolist()) if value.size <= LONGEST else ""
        if not text or len(text) > LONGEST:
            return f"an array of shape {value.shape}, dtype {value.dtype}"
        empty = f", shape {value.shape}" if value.size == 0 else ""
        return f"{text} ({value.dtype}{empty})"
    if isinstance(value, np.generic):
        return f"{value.item()!r} ({value.dtype})"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(shown, value)) + ("," if len(value) == 1 else "") + ")"
    text = " ".join(repr(value).split())
    if " at 0x" in text:  # an address differs from run to run
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def arguments(names: tuple[str, ...], args: tuple[Any, ...]) -> str:
    """Return a call's arguments, on one line if they are short, else a line each."""
    parts = [f"{name} = {shown(value)}" for name, value in zip(names, args, strict=False)]
    line = ", ".join(parts)
    return line if len(line) <= LONGEST else "\n".join(parts)


def size(args: tuple[Any, ...]) -> int:
    """Return how many numbers the arguments hold, to find the smallest input of several."""
    total = 0
    for value in args:
        if isinstance(value, list | tuple):
            total += size(tuple(value)) + 1
        elif isinstance(value, Stream):
            total += value.numbers
        elif isinstance(value, dict):
            total += size(tuple(value.values())) + 1
        else:
            total += int(np.size(value)) + np.ndim(value)
    return total
