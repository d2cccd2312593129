"""The program that times redraws meets every widget that draws. No time is asserted."""

from __future__ import annotations

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
    monkeypatch.setattr(redraw, "STEPS", 40)
    _, widget = next(iter(redraw.cases([name])))
    begin, times = redraw.measure(browser, widget, tmp_path)
    assert len(begin) == 1
    assert all(value > 0 for value in begin + times)
