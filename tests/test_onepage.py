"""The whole book as one page: names are the only ones of their kind, links stay in it."""

import re

import pytest
from bs4 import BeautifulSoup
from onepage import Chapter, address, chapters, headings, join, with_sheets

CONTENTS = """\
format: jb-book
root: chapters/intro
parts:
  - caption: Build
    chapters:
      - file: chapters/first
  - caption: Practice
    chapters:
      - file: chapters/practice/drills
        sections:
          - file: chapters/practice/one
"""
HEAD = '<head><link rel="stylesheet" href="../_static/s.css?v=1"></head>'
PAGE = """<html>{head}<body><article class="bd-article">
<section id="top"><h1>{title}<a class="headerlink" href="#top">#</a></h1>{body}</section>
</article></body></html>"""
BODIES = {
    "chapters/intro": '<p>See <a href="first.html#again">it</a>, '
    '<a href="practice/one.html">one</a>, '
    '<a href="../genindex.html">the index</a>, <a href="https://example.org/x">a site</a>.</p>',
    "chapters/first": """<section id="again"><h2>Again</h2>
<p><a href="#top">up</a> <img src="../_images/a.png" loading="lazy" alt="A"></p>
<svg><path id="glyph-0"></path><use href="#glyph-0"></use></svg>
<details class="dropdown admonition">
<summary>Answer<span class="visually-hidden">: First</span></summary>
<p id="said">Yes, <a href="#again">again</a>.</p></details>
<details class="hide above-input admonition"><summary>Code</summary><pre>x = 1</pre></details>
<div class="pad-place"><button>Run</button></div></section>""",
    "chapters/practice/drills": '<p><a href="one.html#hints">hints</a></p>',
    "chapters/practice/one": """<section id="hints"><h2>Hints</h2>
<details><summary>Hint 1</summary><p>Think.</p></details>
<details><summary>Hint 2</summary><p><a href="../first.html">Look.</a></p></details></section>""",
}


@pytest.fixture
def joined(tmp_path):
    contents = tmp_path / "_toc.yml"
    contents.write_text(CONTENTS)
    for name, body in BODIES.items():
        path = tmp_path / "html" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(head=HEAD, title=f"On {name} & more", body=body))
    return join(tmp_path / "html", contents, "The Book", "1.2", "Free.")


def test_chapters_come_in_the_order_of_the_contents(tmp_path):
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    found = chapters(tmp_path / "_toc.yml")
    assert [(one.key, one.part) for one in found] == [
        ("intro", ""),
        ("first", "Build"),
        ("practice-drills", "Practice"),
        ("practice-one", ""),
    ]


@pytest.mark.parametrize(
    ("href", "there"),
    [
        ("#a", "#practice-one--a"),
        ("../first.html#a", "#first--a"),
        ("drills.html", "#practice-drills"),
        ("../../_sources/x.ipynb", None),
        ("../../genindex.html", None),
        ("https://example.org/first.html#a", "https://example.org/first.html#a"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_where_a_link_leads(href, there):
    here, first = Chapter("chapters/practice/one", ""), Chapter("chapters/first", "")
    drills = Chapter("chapters/practice/drills", "")
    known = {one.name: one for one in (here, first, drills)}
    assert address(href, here, known) == there


def test_names_are_unique_and_every_link_inside_finds_one(joined):
    page = BeautifulSoup(joined, "html.parser")
    names = [tag["id"] for tag in page.select("[id]")]
    assert len(names) == len(set(names))
    inside = [tag["href"][1:] for tag in page.select("[href^='#']")]
    assert "first--again" in inside
    assert set(inside) <= set(names)
    others = {tag["href"] for tag in page.select("a[href]:not([href^='#'])")}
    assert others == {"https://example.org/x"}
    assert "the index" in page.get_text()  # without its link


def test_what_is_for_hands_is_gone_and_pictures_come_at_once(joined, tmp_path):
    page = BeautifulSoup(joined, "html.parser")
    assert not page.select("button, script, .headerlink, .pad-place")
    (picture,) = page.select("img")
    assert picture["src"] == (tmp_path.resolve() / "html/_images/a.png").as_uri()
    assert "loading" not in picture.attrs
    (style,) = page.select("link")
    assert style["href"] == (tmp_path.resolve() / "html/_static/s.css").as_uri()


def test_what_is_folded_stands_at_the_end_of_its_chapter_and_is_linked_both_ways(joined):
    page = BeautifulSoup(joined, "html.parser")
    first = page.select_one("#first")
    ends = [tag.get("id") for tag in first.find_all(True, recursive=False)][-2:]
    assert ends == ["first--end-answer", "first--end-code"]
    answer, code = first.select(".fold")
    assert re.sub(r"\s+", " ", answer.get_text()).strip() == "Answer → 1, p."
    assert re.sub(r"\s+", " ", code.get_text()).strip() == "Code → 1, p."
    assert answer.a["href"] == "#first--answer-1"
    there = first.select_one("#first--answer-1")
    assert there.select_one(".fold-title").get_text() == "1 Answer: First"
    assert there.a["href"] == f"#{answer['id']}"
    assert there.select_one("#first--said")
    assert first.select_one("#first--code-1 pre")
    assert len(page.select("#practice-one .folded")) == 2
    assert not page.select("#intro .folded")


def test_headings_nest_under_parts(joined):
    page = BeautifulSoup(joined, "html.parser")
    found = [(tag.name, tag.get_text()) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert found == [
        ("h1", "Contents"),
        ("h1", "On chapters/intro & more"),
        ("h1", "Build"),
        ("h2", "On chapters/first & more"),
        ("h3", "Again"),
        ("h3", "Answers"),
        ("h3", "Code"),
        ("h1", "Practice"),
        ("h2", "On chapters/practice/drills & more"),
        ("h2", "On chapters/practice/one & more"),
        ("h3", "Hints"),
        ("h3", "Answers"),
    ]


def test_words_of_headings_are_found(joined):
    found = headings(joined)
    assert found[:4] == [
        "Contents",
        "On chapters/intro & more",
        "Build",
        "On chapters/first & more",
    ]
    assert len(found) == 12


def test_numbers_of_sheets_take_the_places_of_their_marks(joined):
    marks = re.findall(r'data-of="([^"]+)"', joined)
    assert "practice-one" in marks
    assert "practice-one--answer-2" in marks
    numbered = with_sheets(joined, dict.fromkeys(marks, 7))
    assert "data-of" not in numbered
    assert numbered.count('<span class="sheet">7</span>') == len(marks)
