"""What is kept offline: each file that a page of the book loads, by the address it is asked by."""

import json

import pytest

from rendering.offline import LIST, SCRIPT, WORKER, files, loaded, write_offline

PAGE = """<html><head><link rel="stylesheet" href="../_static/a.css?v=1&amp;b=2" />
<link rel="canonical" href="https://example.org/a.html"><link rel="next" href="other.html">
<script defer="defer" src="../_static/offline.js?v=3"></script></head>
<body><img alt="" src="../_images/b.png" loading="lazy" /><img src="data:image/png;base64,AA">
<a href="../_sources/c.ipynb">the notebook</a></body></html>"""


@pytest.fixture
def book(tmp_path):
    contents = {
        "chapters/a.html": PAGE,
        "_static/a.css": "p { background: url('img/d%20e.svg#x') } @import url(b.css);",
        "_static/b.css": '@import "c.css"; p { background: url(data:,) }',
        "_static/c.css": "",
        "_static/img/d e.svg": "<svg/>",
        f"_static/{SCRIPT}": "",
        "_static/unused.js": "no page loads it",
        "_static/python/numpy-12.pack": "12345",
        "_static/python/numpy-12.js": "for file:// alone",
        "_images/b.png": "png",
        "_sources/c.ipynb": "{}",
    }
    for name, text in contents.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_page_loads_styles_scripts_and_pictures_and_follows_no_link():
    assert loaded(PAGE, "chapters/a.html") == {
        "_static/a.css?v=1&b=2",
        "_static/offline.js?v=3",
        "_images/b.png",
    }


def test_the_list_holds_what_pages_load_and_what_that_loads(book):
    assert set(files(book)) == {
        "chapters/a.html",
        "_static/a.css?v=1&b=2",
        "_static/b.css",
        "_static/c.css",
        "_static/img/d%20e.svg",
        "_static/offline.js?v=3",
        "_static/python/numpy-12.pack",
        "_images/b.png",
    }


def test_each_page_knows_the_edition_and_its_size(book):
    write_offline(book)
    listed = json.loads((book / LIST).read_text())
    page = (book / "chapters" / "a.html").read_text()
    assert f'data-bytes="{sum(size for _, size in listed["files"])}" data-python="5">' in page
    assert f' data-edition="{listed["edition"]}" ' in page
    assert (book / WORKER).is_file()
    write_offline(book)
    assert (book / "chapters" / "a.html").read_text() == page
    (book / "_static" / "b.css").write_text("p {}")
    write_offline(book)
    other = (book / "chapters" / "a.html").read_text()
    assert other != page
    assert other.count("data-edition") == 1
