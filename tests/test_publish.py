"""The book as a site: what a static host needs, and what says where the pages stand."""

import re
import zipfile
from xml.etree import ElementTree

import publish
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_doctree

from rendering.metadata import description
from rendering.repository import corrected, source

ADDRESS = "https://example.org/my%20book/"
PAGE = '<html><head><title>A</title>\n<meta property="og:image" content="../_static/page.png" />'
PAGE += "</head><body></body></html>"
FILES = {
    "index.html": '<html><title>A</title>\n<link rel="canonical" href="chapters/a&b.html"></html>',
    "search.html": PAGE,
    "chapters/a&b.html": PAGE,
    "chapters/01_a.html": f"{publish.ROBOTS}<title>A</title>",
    "_static/style.css": "p {}",
    "_static/python/numpy-12.js": "for file:// alone",
    "_static/python/numpy-12.pack": "for a server",
    ".buildinfo": "Sphinx's own",
}


@pytest.fixture
def built(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "html" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "html"


def test_a_site_says_where_its_pages_stand(built, tmp_path):
    archive = publish.make(built, tmp_path / "site", ADDRESS)
    page = BeautifulSoup((tmp_path / "site/chapters/a&b.html").read_text(), "html.parser")
    here = f"{ADDRESS}chapters/a&b.html"
    assert page.select_one("link[rel=canonical]")["href"] == here
    assert page.select_one("meta[property='og:url']")["content"] == here
    picture = page.select_one("meta[property='og:image']")["content"]
    assert picture == f"{ADDRESS}_static/page.png"
    first = BeautifulSoup((tmp_path / "site/index.html").read_text(), "html.parser")
    assert first.select_one("meta[property='og:image']")["content"] == picture
    assert first.select_one("meta[property='og:url']")["content"] == here
    tree = ElementTree.parse(tmp_path / "site" / "sitemap.xml")
    assert [place.text for place in tree.iter() if place.tag.endswith("}loc")] == [here]
    with zipfile.ZipFile(archive) as packed:
        names = set(packed.namelist())
    assert names == {*FILES, ".nojekyll", "sitemap.xml"} - {
        ".buildinfo",
        "_static/python/numpy-12.js",
    }


def test_a_site_is_the_same_each_time(built, tmp_path):
    first = publish.make(built, tmp_path / "site", "").read_bytes()
    (tmp_path / "site" / "left.html").touch()
    assert publish.make(built, tmp_path / "site", "").read_bytes() == first


def test_without_an_address_nothing_is_made_up(built, tmp_path):
    publish.make(built, tmp_path / "site", "")
    assert (tmp_path / "site/chapters/a&b.html").read_text() == PAGE
    assert not (tmp_path / "site" / "sitemap.xml").exists()


@pytest.mark.parametrize("address", ["example.org/", "https://example.org", "ftp://a.org/"])
def test_what_is_no_address_of_a_folder_is_refused(address):
    with pytest.raises(SystemExit, match="is no address of a folder"):
        publish.address_of_book(address)


def test_the_configuration_has_an_address_or_none():
    assert publish.address_of_book() == "" or publish.address_of_book().endswith("/")


def test_a_page_is_described_by_the_words_that_it_begins_with():
    text = "Title\n=====\n\n- no sentence\n\nWords :math:`x^2` and TeX.\n\n*A promise.*\n\n"
    document = publish_doctree(text + "word " * 60)
    found = description(document, "Title", "The Book")
    assert found.startswith("A promise. word word")
    assert found.endswith("word …")
    assert 140 < len(found) <= 155
    assert description(publish_doctree("- none"), "Index", "The Book") == "Index: The Book"
    assert description(None, "Index", "The Book") == "Index: The Book"
    assert isinstance(document, nodes.document)


def test_a_page_that_is_made_leads_to_what_it_is_made_from():
    assert source("chapters/practice/one_nn") == "nnlib/practice/catalog/one_nn.py"
    assert source("chapters/nearest") == ""
    for made in (source("chapters/practice/drills"), source("chapters/practice/questions")):
        assert (publish.ROOT / made).is_file()
    assert corrected({"label": "launch-buttons"}, "a.py") is None
    address = "https://github.com/o/n/edit/main/chapters/a.ipynb"
    buttons = [{"label": "source-edit-button", "url": address}]
    group = corrected({"label": "source-buttons", "buttons": buttons}, "nnlib/a.py")
    assert re.sub(".*/edit/", "", group["buttons"][0]["url"]) == "main/nnlib/a.py"
