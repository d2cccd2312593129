"""Pages that carry the page's Python, with pads or cells, as a small folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from visits import THEMES

from rendering.policy import with_policy
from rendering.python import pads
from rendering.python.obtain import ADVICE, MissingError, python_folder


def page_of(title: str, content: str, script: str, style: str = "") -> str:
    """Return a page with its content as the book's pages have it, light until one turns it."""
    text, ground = THEMES["light"]
    page = f"""<!doctype html>
<html lang="en" data-theme="light"
  style="--pst-color-text-base: {text}; --pst-color-background: {ground}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="_static/pad.css">{style}</head>
<body style="margin: 16px; background: {ground}; color: {text}">
<main><h1>{title}</h1>{content}</main>
<script defer src="_static/{script}"></script></body></html>"""
    return with_policy(page)


def fill(folder: Path, page: str) -> Path:
    """Write a page, and all that its Python needs."""
    try:
        python_folder()
    except MissingError as error:
        pytest.fail(f"There is no Python for the pages: {error}. {ADVICE}")
    pads.write_files(folder / "_static")
    (folder / "page.html").write_text(page, encoding="utf-8")
    return folder
