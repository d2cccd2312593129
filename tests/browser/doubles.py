"""Doubles between a page and Python: as hexadecimal, so that no bit and no NaN is lost."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

from playwright.sync_api import Page

CALL = """async ([source, given]) => {
  const hex = (value) => {
    if (value === null) return null;
    if (typeof value !== "number") return Array.from(value, hex);
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return Number.isNaN(value) ? "nan" : view.getBigUint64(0).toString(16).padStart(16, "0");
  };
  const double = (digits) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt("0x" + digits));
    return view.getFloat64(0);
  };
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  return JSON.stringify((%s)(module, ...JSON.parse(given)));
}"""


def answer(page: Page, source: str, question: str, *given: Any) -> Any:
    """Return what a function in JavaScript answers, given a widget's module and these values.

    It may call `hex` on its numbers, also nested in lists, and `double` on what `bits` made.
    """
    return json.loads(page.evaluate(CALL % question, [source, json.dumps(given)]))


def bits(value: Any) -> Any:
    """Return a double's 64 bits as hexadecimal digits, within lists and arrays as well."""
    if value is None:
        return None
    if hasattr(value, "__iter__"):
        return [bits(one) for one in value]
    return "nan" if math.isnan(value) else struct.pack(">d", value).hex()


def double(digits: str) -> float:
    """Return the double that has these bits."""
    value: float = math.nan if digits == "nan" else struct.unpack(">d", bytes.fromhex(digits))[0]
    return value
