"""When the scripts of a page run, and that what all pages run is one file.

No script keeps a page from being painted: those that Sphinx has a browser wait for wait for the
page, and its options, which are shorter than a request for them, stand in the page. Nor is one
asked for ahead of the style sheet. What all pages run is one file, for over a slow network each
request takes longer than its script. The state of the widgets, up to half of a page, comes after
what is read.
"""

from __future__ import annotations

import re
from pathlib import Path

from rendering.together import asked_once, put_together

WAITED_FOR = re.compile(r'<script (?![^>]*\bdefer\b)(?=[^>]*\bsrc=")')
AHEAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')
OPTIONS = "documentation_options.js"
OPTIONS_SCRIPT = re.compile(rf'<script src="[^"]*{re.escape(OPTIONS)}[^"]*"></script>')
# In their order. Those that are told something by their element stay by themselves, but for
# design-tabs.js, which is told its default.
JOINED = (
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
    "scrolling.js",
    "page_list.js",
    "dialogs.js",
    "buttons.js",
    "design-tabs.js",
    "scripts/bootstrap.js",
    "scripts/pydata-sphinx-theme.js",
)
# Its callbacks are to wait for the scripts that follow, as they did before it was itself made to
# wait: on the page that searches, one of them tells that nothing is to be marked.
READY, LATER = 'document.readyState !== "loading"', 'document.readyState === "complete"'
SCRIPT = "scripts/book.js"
JOINED_SCRIPT = re.compile(
    rf'\s*<script [^>]*\bsrc="([^"]*?)_static/(?:{"|".join(map(re.escape, (*JOINED, SCRIPT)))})'
    r'[?"][^>]*></script>'
)
STATE = re.compile(
    r'\s*(<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>)', re.DOTALL
)


def with_late_scripts(page: str, options: str) -> str:
    """Return a page whose scripts wait until it is there.

    Parameters
    ----------
    page : str
    options : str
        Sphinx's, as JavaScript; inline scripts change them, so they cannot wait.
    """
    page = OPTIONS_SCRIPT.sub(lambda _: f"<script>{options}</script>", AHEAD.sub("", page))
    page = WAITED_FOR.sub("<script defer ", page)
    head, mark, rest = page.partition("</head>")
    states = STATE.findall(head)
    body, end, last = rest.rpartition("</body>")
    return STATE.sub("", head) + mark + "".join([body, *(f"{one}\n" for one in states), end, last])


def scripts_of(static: Path) -> list[Path]:
    """Return the scripts that write into pages; Python and its packs do not."""
    return [path for path in static.rglob("*.js") if path.parent.name != "python"]


def join_scripts(static: Path) -> str:
    """Write what all pages run into one file; return the address by which pages ask for it."""
    texts = [(static / name).read_text(encoding="utf-8") for name in JOINED]
    if READY not in texts[0]:
        raise ValueError(f"{JOINED[0]} does not ask {READY}: look at what its callbacks wait for")
    texts[0] = texts[0].replace(READY, LATER)
    # None begins the file, for the strictness of the first would then be that of all.
    return put_together(static, "".join(f";\n{one}\n" for one in texts), SCRIPT, JOINED)


def with_script(page: str, address: str) -> str:
    """Return a page that asks for this one script where it asked for the first that it holds."""
    return asked_once(page, JOINED_SCRIPT, f'<script defer src="{{}}_static/{address}"></script>')
