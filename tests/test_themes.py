"""The chapters beside other themes: what the peers are given, and that the stored figures hold."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import themes

STORED = json.loads(themes.STORED.read_text(encoding="utf-8"))
CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"


def test_a_chapter_becomes_markdown_that_any_theme_reads() -> None:
    words = ":::{admonition} A *question*\n:class: question\n\nSee {cite}`a1967`, {doc}`b`.\n:::\n"
    cells = [
        {"cell_type": "markdown", "source": [words, "\n$$\nx^2\n$$ (square)\n"]},
        {
            "cell_type": "code",
            "source": ["1 + 1"],
            "outputs": [{"text": ["2\n", "3\n"]}, {"data": {"image/png": "…"}}],
        },
    ]
    text = themes.plain({"cells": cells})
    assert "See a1967, b." in text
    assert "\n$$\nx^2\n$$\n" in text
    assert "```python\n1 + 1\n```\n\n```text\n2\n3\n```" in text
    for mark in (":::", "{", "image/png", ":class:"):
        assert mark not in text


def test_every_chapter_was_measured_with_the_versions_that_are_named() -> None:
    assert set(STORED["bytes"]) == {path.stem for path in CHAPTERS.glob("*.ipynb")}
    assert {**themes.VERSIONS, themes.MATHJAX[0]: themes.MATHJAX[1]} == STORED["versions"]


def test_the_book_is_as_light_beside_its_peers_as_was_promised() -> None:
    sent = STORED["bytes"].values()
    for who, most in themes.LIMITS.items():
        ratio = statistics.median(one[themes.OURS] / one[who] for one in sent)
        assert round(ratio, 3) == STORED["median ratio"][who] <= most
        # MathJax alone is 200 kB: a peer that weighs less was not there, or showed no formula.
        assert all(one[who] > 200_000 for one in sent)
