"""The Content-Security-Policy of a page: what it may run, show and fetch, and nothing else.

It stands in a ``<meta>`` of every page, for the book has no server of its own to send a header, and
is opened as a file, too. What is allowed beyond the book's own files, and why:

``script-src``
    The inline scripts of this very page, by their sums: the theme's, which comes before the first
    paint, and Sphinx's name of the page. ``blob:``, because a page opened from a file can import a
    widget's module in no other way. ``wasm-unsafe-eval``, because Python is WebAssembly. No
    ``unsafe-inline`` and no ``unsafe-eval``: text that gets into a page is never run.
``worker-src``
    ``blob:`` again: Python's thread starts from bytes that the page has unpacked. It has this
    policy, too, and asks the book for one more pack when an import needs it. The service worker is
    a file.
``style-src-elem``
    Style sheets of the book, and inline ones by their sums. ``style-src-attr`` must allow
    attributes, which docutils, MathJax and widgets write. ``style-src`` is for browsers that know
    neither.
``img-src``, ``media-src``
    ``data:`` for the theme's icons and for figures that cells draw; ``blob:`` to hear a recording.

A frame, a plugin, a base address or another host is never needed. A ``<meta>`` cannot say who may
frame the page (``frame-ancestors``); a host that sends headers can.
"""

from __future__ import annotations

import base64
import hashlib
import re

# Only what is run: JSON in a script element is data, which no policy looks at.
INLINE = {
    "script": re.compile(r"<script(?![^>]*\b(?:src|type)=)[^>]*>(.*?)</script>", re.DOTALL),
    "style": re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL),
}
GIVEN = re.compile(r'\n?<meta http-equiv="Content-Security-Policy"[^>]*>')
CHARSET = re.compile(r'<meta charset="utf-8"[^>]*>')
DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self' blob: 'wasm-unsafe-eval' {script}",
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "style-src-elem 'self' {style}",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
)


def sums(page: str, element: str) -> str:
    """Return the sums of a page's inline scripts or styles, as a policy names them."""
    texts = dict.fromkeys(INLINE[element].findall(page))
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def policy(page: str) -> str:
    """Return the policy of a page that is as it will be read."""
    filled = (
        one.format(script=sums(page, "script"), style=sums(page, "style")) for one in DIRECTIVES
    )
    return "; ".join(one.strip() for one in filled)


def with_policy(page: str) -> str:
    """Return a page with its policy, which comes before anything that it rules."""
    page = GIVEN.sub("", page)  # that of an earlier build
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}">'
    return CHARSET.sub(lambda found: f"{found[0]}\n{tag}", page, count=1)
