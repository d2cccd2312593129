"""Addresses that lead on: that of the book, and those of chapters that began with a number once."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

# By the folder that holds both: today's name for each that was.
MOVED = {
    "00_warmup": "warmup",
    "01_nearest": "nearest",
    "02_expansion": "expansion",
    "03_edges": "edges",
    "04_argmax": "argmax",
    "05_temperature": "temperature",
    "06_scale": "scale",
    "07_iris": "iris",
    "08_cancellation": "cancellation",
    "09_exact": "exact",
    "10_neighbors": "neighbors",
    "11_millions": "millions",
    "11_approximate": "approximate",
    "11_shards": "shards",
    "12_thresholds": "thresholds",
    "13_clocked": "clocked",
    "14_attention": "attention",
    "15_universal": "universal",
    "16_learning": "learning",
    "17_slips": "slips",
}
# Sections that live on another page today: by the page where they were, where they are.
SECTIONS = {
    "00_warmup": {"what-an-ulp-is": "floats.html#what-an-ulp-is"},
    "01_nearest": {
        "ties-are-not-rare": "edges.html#three-kinds-of-ties",
        "what-can-go-wrong-equal-rows-unequal-scores": "floats.html#equal-rows-unequal-scores",
        "how-good-can-it-be": "neighbors.html#how-good-can-it-be",
    },
    "06_scale": {
        "correlated-features-mahalanobis": "metric.html#correlated-features-mahalanobis",
        "cosine-normalize-and-b-vanishes": "metric.html#cosine-normalize-and-b-vanishes",
        "any-bowl-will-do": "metric.html#any-bowl-will-do",
        "l1-does-not-fit": "metric.html#l1-does-not-fit",
    },
    "11_approximate": {"a-graph-to-walk-on": "graphs.html"},
}
# The script keeps what stands behind the address, such as a section; without it the header leads.
PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>{title}</title>
{robots}<link rel="canonical" href="{name}.html">
<noscript><meta http-equiv="refresh" content="0; url={name}.html"></noscript>
<script>
const moved = {sections}[location.hash.slice(1)];
location.replace(moved || "{name}.html" + location.search + location.hash);
</script>
<p>This page is now <a href="{name}.html">{title}</a>.</p>
</html>
"""
# What has moved is found where it is now.
UNLISTED = '<meta name="robots" content="noindex">\n'


def write_redirects(folder: Path, titles: dict[str, str]) -> None:
    """Write a page at each old address that leads to the new one.

    Parameters
    ----------
    folder : Path
        The built pages.
    titles : dict of str to str
        Of the pages that there are, by their names.
    """
    for old, name in MOVED.items():
        if title := titles.get(f"chapters/{name}"):
            sections = json.dumps(SECTIONS.get(old, {}), sort_keys=True)
            page = PAGE.format(name=name, title=escape(title), sections=sections, robots=UNLISTED)
            (folder / "chapters" / f"{old}.html").write_text(page, encoding="utf-8")


def write_first_page(folder: Path, root: str, title: str) -> None:
    """Write the page that leads to the first one, in place of one without a head.

    Parameters
    ----------
    folder : Path
        The built pages.
    root, title : str
        The name of the first page, and its title.
    """
    if root != "index":
        page = PAGE.format(name=root, title=escape(title), sections="{}", robots="")
        (folder / "index.html").write_text(page, encoding="utf-8")
