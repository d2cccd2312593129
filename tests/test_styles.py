"""The one style sheet: what is cut out of it, what stays, and that it says the same in one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from rendering import styles

PAGE = """<div class="card wide" id="top" style="--own: 1px"></div>
<script>place.className = "late"; place.classList.add(`side-${end}`);</script>"""
KNOWN = styles.vocabulary([PAGE], ['e.classList.add("later")'])


@pytest.mark.parametrize(
    ("selector", "stays"),
    [
        ("article > p:first-child", True),
        (".card.wide:hover::before", True),
        ("#top .late", True),
        (".later", True),
        (".side-left", True),
        (".card .absent", False),
        ("#absent", False),
        (".card:not(.absent)", True),
        (".card:is(.absent, .wide)", True),
        (".card:is(.absent, .lost)", False),
        ("[data-of='.absent'] p", True),
    ],
)
def test_a_rule_stays_if_something_may_match_it(selector: str, stays: bool) -> None:
    cut = styles.cut(f"{selector} {{ color: red }}", KNOWN)
    assert bool(cut) == stays
    assert ("color: red" in cut) == stays


def test_of_a_list_of_selectors_those_stay_that_may_match() -> None:
    css = "@media (width > 1px) { .absent, .card, p { margin: 0 } .lost { margin: 1px } }"
    assert styles.cut(css, KNOWN) == "@media (width > 1px){.card,p{margin: 0}\n}\n"
    assert styles.cut("@media print { .lost { margin: 1px } }", KNOWN) == ""


def test_a_property_that_nothing_reads_goes_and_so_does_one_that_only_it_reads() -> None:
    css = """:root { --a: 1px; --b: var(--a); --c: url("data:;{}"); --own: 2px }
    p { margin: var(--c); /* not var(--b) */ padding: 0 }"""
    cut = styles.cut(css, KNOWN)
    assert "--a" not in cut
    assert "--b" not in cut
    assert '--c: url("data:;{}")' in cut
    assert "--own" in cut  # a page sets it
    assert "padding: 0" in cut


def test_what_is_no_css_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        styles.cut("p { margin: 0 } } q", KNOWN)


def test_sheets_are_joined_in_their_order_and_asked_for_once(tmp_path: Path) -> None:
    for name, css in {
        "styles/theme.css": "p { background: url(../pictures/a.png) }",
        "own.css": "@charset 'utf-8'; .card { background: url('b.png'); content: '×' }",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(css, encoding="utf-8")
    links = "".join(
        f'\n<link {attributes} rel="stylesheet" href="../_static/{name}?v=1" />'
        for name, attributes in [
            ("styles/theme.css", ""),
            ("own.css", 'type="text/css"'),
            ("pad.css", ""),
            ("print.css", 'media="print"'),
        ]
    )
    names = ["styles/theme.css", "own.css"]
    assert styles.asked_for(links) == [*names, "pad.css"]
    address = styles.join(tmp_path, names, KNOWN)
    text = (tmp_path / styles.SHEET).read_text(encoding="utf-8")
    assert text.startswith('@charset "utf-8";\np{')
    assert text.count("charset") == 1
    assert text.index("url(../pictures/a.png)") < text.index('url("../b.png")') < text.index("×")
    assert not (tmp_path / "own.css").exists()
    page = styles.with_sheet(links, names, address)
    assert styles.asked_for(page) == [styles.SHEET, "pad.css"]
    assert f'href="../_static/{address}"' in page
    assert "print.css" in page
    # A page of an earlier build asks for the one sheet already, by its earlier sum.
    assert styles.with_sheet(page, names, f"{styles.SHEET}?v=2").count("v=2") == 1
