"""The program that times redraws meets every widget that draws. No time is asserted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import redraw
from playwright.sync_api import Browser
from test_every_widget import KINDS


def test_every_widget_that_draws_is_timed() -> None:
    kinds = [type(kind.make()).__name__ for kind in KINDS]
    assert sorted(redraw.figures()) == sorted(kinds)


@pytest.mark.parametrize("name", redraw.figures())
def test_the_mouse_meets_what_it_drags(
    name: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redraw, "STARTS", 1)
    monkeypatch.setattr(redraw, "STEPS", 12)
    monkeypatch.setattr(redraw, "ARRIVAL", 0)
    _, widget = next(iter(redraw.cases([name])))
    line = redraw.line(browser, name, widget, tmp_path)
    numbers = [float(word.strip("()")) for word in re.findall(r"[\d.]+\)?", line)]
    assert len(numbers) == 6
    assert all(number > 0 for number in numbers)
