"""The Sphinx extension that renders the book: formulas, glyphs, places, repairs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from fontTools.ttLib import TTFont
from PIL import Image
from sphinx.domains.python import PythonDomain

# The extension and the sample book, whichever way pytest imports this file.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from sample_book import build, write_notebook  # noqa: E402

from rendering import repairs, scripts, styles, weight  # noqa: E402
from rendering.finish import remove_former  # noqa: E402
from rendering.formulas import display_tex, lean  # noqa: E402
from rendering.glyphs import share  # noqa: E402
from rendering.heights import HEIGHTS, with_heights  # noqa: E402
from rendering.places import first_words  # noqa: E402
from rendering.typesetter import FormulaError, Typesetter  # noqa: E402


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    typesetter = Typesetter({"R": r"\mathbb{R}"})
    yield typesetter
    typesetter.close()


def test_a_formula_becomes_svg_and_mathml(typesetter: Typesetter) -> None:
    soup = BeautifulSoup(typesetter.svg(r"\|x-t\|^2", display=False), "html.parser")
    assert soup.svg is not None
    assert soup.svg["aria-hidden"] == "true"
    assert soup.math is not None
    assert soup.math.text == "∥x−t∥2"
    assert 'fill="currentColor"' in str(soup)  # the ink of the text around it, in both themes


def test_paper_is_told_what_a_widget_of_the_book_is() -> None:
    told = first_words("nnlib.widgets.envelope.EnvelopeExplorer")
    assert told.startswith(" <em>Templates on a line, ")
    assert told.endswith(".</em>")
    assert first_words("__main__.Own") == ""
    assert first_words("") == ""


def test_each_formula_is_set_once(typesetter: Typesetter) -> None:
    first = typesetter.svg("a+b", display=True)
    assert typesetter.svg("a+b", display=True) is first
    assert typesetter.svg("a+b", display=False) != first


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\frac{1", "Missing close brace"),
        (r"\argmn x", r"Undefined control sequence \argmn"),
        (r"x}", "Extra close brace"),
        (r"\newcommand{\a}{b}", "newcommand"),  # would leak into later formulas
    ],
)
def test_what_tex_refuses_is_an_error(typesetter: Typesetter, tex: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=re.escape(reason)):
        typesetter.svg(tex, display=False)
    assert typesetter.svg("x", display=False)  # the conversation goes on


def test_macros_and_labels_do_not_pile_up(typesetter: Typesetter) -> None:
    assert 'mathvariant="double-struck">R<' in typesetter.svg(r"\R^d", display=False)
    for rest in "ab":
        equation = rf"\begin{{equation}}\label{{same}} {rest}\end{{equation}}"
        assert typesetter.svg(equation, display=True)


def test_a_typesetter_that_was_never_asked_has_nothing_to_end() -> None:
    Typesetter().close()


@pytest.mark.parametrize(
    ("source", "tex"),
    [
        ("a = b", "a = b"),
        (r"a \\ b", r"\begin{split}a \\ b\end{split}"),
        (r"\begin{align}a \\ b\end{align}", r"\begin{align}a \\ b\end{align}"),
        ("a\n\nb\n", r"\begin{gathered}a \\ b\end{gathered}"),
    ],
)
def test_display_is_read_as_authors_mean_it(source: str, tex: str) -> None:
    assert display_tex(source) == tex


def test_glyphs_are_shared_and_the_drawing_stays_the_same(typesetter: Typesetter) -> None:
    body = "".join(lean(typesetter.svg(tex, display=False)) for tex in ["x+t", "t+x", "10+t"])
    definitions, _, rest = share(body).partition("</defs></svg>")
    outlines = dict(re.findall(r'<path id="([^"]+)" d="([^"]+)"></path>', definitions))
    assert len(outlines) == len(set(outlines.values())) < rest.count("<use")
    drawn_out = re.sub(
        r'<use href="#([^"]+)"([^>]*)></use>',
        lambda use: f'<path d="{outlines[use[1]]}"{use[2]}></path>',
        rest,
    )
    assert drawn_out == re.sub(r' data-c="[^"]+"', "", body)


def test_a_page_without_formulas_is_left_alone() -> None:
    assert share("<p>text</p>") == "<p>text</p>"


MATH = r"""# Expanding $\|x-t\|^2$

Inline $x$ and a wide one $a_1+a_2+a_3+a_4+a_5+a_6+a_7+a_8+a_9+a_{10}+a_{11}+a_{12}+a_{13}+a_{14}$.

$$s = 2x\cdot t$$ (eq-score)

See {eq}`eq-score`.

\begin{align}
W &= 2T \\ b &= -1
\end{align}

:::{admonition} Card $\tau$
:class: break-it
$$\sum_i w_i$$
:::

| $d$ | b |
|---|---|
| $\sqrt{2}$ | c |

## Scores $s$
"""


# What the line of a folded cell says, what its author wrote for it, and the cell's tags.
FOLDED = [
    ("Code", "", "hide-input"),
    ("Code", "", "hide-cell"),
    ("Output", "", "hide-output"),
    ("Output", "", "remove-input, hide-output"),
    ("The smallest case", "Show the smallest case", "hide-cell"),
    ("Where it is", "Where it is", "remove-input, hide-output"),
]


REPOSITORY = "https://github.com/owner/name"


def folding(words: str, tags: str, value: int) -> str:
    """Return a cell that prints a value and is folded."""
    own = f"mystnb:\n  code_prompt_show: {words}\n" if words else ""
    return f"```{{code-cell}} ipython3\n---\ntags: [{tags}]\n{own}---\nprint({value})\n```\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formulas")
    write_notebook(folder, "math", MATH, ["from IPython.display import Math", "Math('y_i')"])
    (folder / "words.md").write_text("# Words\n\nNo formula of its own.\n", encoding="utf-8")
    table = "import pandas as pd\npd.DataFrame({'a': [1]})"
    write_notebook(folder, "table", "# Table", [table])
    head = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# Folds\n\n"
    cells = "\n".join(folding(*own, value) for value, (_, *own) in enumerate(FOLDED))
    (folder / "folds.md").write_text(head + cells, encoding="utf-8")
    result = build(folder, ["words", "math", "table", "folds"], REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "No version information" not in result.stdout + result.stderr
    return folder / "_build" / "html"


def test_a_book_is_built_again_whether_a_page_has_changed_or_none(book: Path) -> None:
    names, folder = ["words", "math", "table", "folds"], book.parents[1]
    made = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    result = build(folder, names, REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr
    assert [path for path, content in made.items() if path.read_bytes() != content] == []
    new = {path.name.partition(".")[0] for path in book.rglob("*.*")} - {
        p.name.partition(".")[0] for p in made
    }
    assert new <= {"mystnb", "pygments"}  # which others write before a build begins
    folds = folder / "folds.md"
    folds.write_text(folds.read_text(encoding="utf-8") + "\nBut for this word.\n", encoding="utf-8")
    result = build(folder, names, REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr
    for path in book.glob("*.html"):
        assert ("But for this word" in path.read_text(encoding="utf-8")) == (path.stem == "folds")
        for part in page(book, path.name).select("link[rel=stylesheet], script[src]"):
            address = part.get("href") or part["src"]
            assert (path.parent / address.partition("?")[0]).is_file(), (path, address)


def test_a_page_that_is_no_longer_in_the_book_is_removed(tmp_path: Path) -> None:
    pages = ("chapters/a", "chapters/former", "search", "genindex", "py-modindex", "_static/b")
    for name in pages:
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    app = Mock(outdir=str(tmp_path))
    app.env.found_docs = {"chapters/a"}
    app.env.domains = {"py": PythonDomain}
    remove_former(app)
    left = {path.relative_to(tmp_path).with_suffix("").as_posix() for path in tmp_path.rglob("*.*")}
    assert left == {*pages} - {"chapters/former"}


def page(book: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((book / name).read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize(
    "place",
    [
        "h1",
        "h2",
        "p",
        "div.math",
        ".admonition-title",
        ".admonition div.math",
        "th",
        "td",
        ".cell_output div.math",
        ".bd-sidebar-primary li",
        ".page-toc",
    ],
)
def test_formulas_are_set_wherever_they_stand(book: Path, place: str) -> None:
    elements = page(book, "math.html").select(place)
    assert any(element.select("mjx-container svg") for element in elements)


def test_every_glyph_that_is_used_is_defined(book: Path) -> None:
    for name in ["math.html", "words.html"]:
        soup = page(book, name)
        used = {use["href"] for use in soup.select("mjx-container use")}
        assert used <= {f"#{path['id']}" for path in soup.select("svg.glyphs path")}
    # Another page's title, in the sidebar of this one, brings its own.
    assert page(book, "words.html").select(".bd-sidebar-primary mjx-container path[d]")


def test_equations_have_numbers_and_references_find_them(book: Path) -> None:
    soup = page(book, "math.html")
    references = [link.text for link in soup.find_all("a", href="#equation-eq-score")]
    assert "(1)" in references
    equation = soup.find(id="equation-eq-score")
    assert equation is not None
    assert equation.select_one(".eqno").text.startswith("(1)")  # type: ignore[union-attr]


def test_a_wide_inline_formula_may_scroll(book: Path) -> None:
    wide = page(book, "math.html").select("span.math.wide")
    assert len(wide) == 1


def test_no_page_asks_for_math_scripts(book: Path) -> None:
    for name in ["math.html", "words.html"]:
        sources = [script["src"] for script in page(book, name).find_all("script", src=True)]
        assert sources
        assert not [source for source in sources if "mathjax" in source.lower() or "//" in source]
        assert not [source for source in sources if "host.js" in source]


def test_a_misspelled_formula_fails_the_build_and_says_where(tmp_path: Path) -> None:
    write_notebook(tmp_path, "wrong", "# Wrong\n\nText with $\\argmn_j d_j$ in it.\n")
    result = build(tmp_path, ["wrong"])
    assert result.returncode != 0
    warning = next(line for line in result.stderr.splitlines() if "argmn" in line)
    assert "wrong" in warning
    assert r"Undefined control sequence \argmn" in warning


def test_a_failing_cell_fails_the_build(tmp_path: Path) -> None:
    write_notebook(tmp_path, "raises", "# Raises", ["1 / 0"])
    assert build(tmp_path, ["raises"]).returncode != 0


def test_a_folded_cell_has_its_authors_words_or_says_what_it_hides(book: Path) -> None:
    folds = page(book, "folds.html").select("article details")
    for value, (fold, (said, _, tags)) in enumerate(zip(folds, FOLDED, strict=True)):
        # The rest of the name is for the ear.
        (heard,) = fold.select("summary .visually-hidden")
        assert heard.extract().text == (f": {value}" if "remove" in tags else f": print({value})")
        (line,) = fold.select("summary")
        assert line.text == said


def test_a_page_says_what_it_is_about(book: Path) -> None:
    head = page(book, "words.html").head
    assert head is not None
    said = {
        tag.get("property", tag.get("name")): tag["content"] for tag in head.select("meta[content]")
    }
    assert said["description"] == said["og:description"] == "No formula of its own."
    assert said["og:title"] == "Words"
    assert said["og:site_name"] == "The Nearest Neighbor Network"
    assert (book / said["og:image"]).is_file()
    assert len(head.select("meta[name=viewport]")) == 1
    for name in ("search", "genindex"):
        assert page(book, f"{name}.html").select_one("meta[name=description]")
    first = page(book, "index.html")
    assert first.html is not None
    assert first.html["lang"] == "en"
    assert len(first.select("title, meta[name=viewport], a[href='words.html']")) == 3


def test_a_page_says_what_it_may_run_and_fetches_no_other(book: Path) -> None:
    for name in ("words.html", "index.html", "search.html"):
        soup = page(book, name)
        (policy,) = soup.select("meta[http-equiv=Content-Security-Policy]")
        for script in soup.select("script:not([src], [type])"):
            digest = hashlib.sha256((script.string or "").encode()).digest()
            assert base64.b64encode(digest).decode() in str(policy["content"])
        assert not soup.select("[onclick], link[rel=next]")  # Firefox fetches what is next


def test_a_place_is_as_high_as_its_widget_was_when_it_was_measured() -> None:
    name, ((narrow, wide), *rest) = next(iter(json.loads(HEIGHTS.read_text("utf-8")).items()))
    place = '<div class="widget-place">'
    kept = with_heights(f"{place}</div>" * (1 + len(rest)), name)
    assert f'{place[:-1]} style="--narrow: {narrow}px; --wide: {wide}px"></div>' in kept
    assert kept.count("style=") == 1 + len(rest)
    assert with_heights(kept, name) == kept
    # What was measured of another page, or before there was one widget more, says nothing.
    for other, number in (("none", 1), (name, 2 + len(rest))):
        assert with_heights(place * number, other) == place * number


def test_no_paragraph_is_in_another() -> None:
    text = nodes.paragraph("", "rows – ")
    inner = nodes.paragraph("", "Templates.")
    listed = nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "a")))
    first, second = repairs.unnested(nodes.paragraph("", "", *text.children, inner, listed))
    assert first.astext() == "rows – Templates."
    assert second is listed


def test_with_a_repository_a_page_leads_to_its_source_its_issues_and_binder(book: Path) -> None:
    soup = page(book, "math.html")
    led = {link["href"] for link in soup.select(".article-header-buttons a")}
    assert REPOSITORY in led
    assert f"{REPOSITORY}/edit/main/math.ipynb" in led
    assert "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/math.ipynb" in led
    assert [one for one in led if one.startswith(f"{REPOSITORY}/issues/new?title=")]
    # One's mark is in the font of icons, the other a picture of the theme's.
    assert not soup.select(".article-header-buttons .fab")


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("of ", ", and", "{},"), ("of (", "), and", "({}),"), ("the ", "th row", "{}th"),
        ("a ", "-nearest row", "{}-"), ("of ", " rows", None), ("of ", "</em>,", None),
    ],
)  # fmt: skip
def test_a_formula_keeps_what_it_touches(before: str, after: str, kept: str | None) -> None:
    formula = '<span class="math notranslate nohighlight"><mjx-container></mjx-container></span>'
    page = repairs.with_unbroken_formulas(f"<p>{before}{formula}{after}</p>")
    assert ("unbroken" in page) == (kept is not None)
    if kept:
        assert f'<span class="unbroken">{kept.format(formula)}</span>' in page
    assert (
        BeautifulSoup(page, "html.parser").text == BeautifulSoup(before + after, "html.parser").text
    )


def test_the_corner_of_a_table_is_no_header(book: Path) -> None:
    soup = page(book, "table.html")
    assert soup.select("table.dataframe")
    assert not [header for header in soup.select("table.dataframe thead th") if not header.text]


def test_a_page_carries_the_icons_that_it_uses_and_no_more(book: Path) -> None:
    static = book / "_static"
    css = (static / styles.SHEET).read_text(encoding="utf-8")
    font = TTFont(static / "vendor" / "fontawesome" / "webfonts" / "icons.woff")
    named: set[str] = set()
    for path in book.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "fontawesome.js" not in text
        assert ("searchtools.js" in text) == (path.name == "search.html")
        soup = BeautifulSoup(text, "html.parser")
        named.update(name for icon in soup.select("i[class*=fa-]") for name in icon["class"])
    icons = {name for name in named if name.startswith("fa-")} - {"fa-solid", "fa-lg"}
    assert len(icons) > 8
    for icon in icons:
        (letter,) = re.findall(rf'\.{icon}:before[^{{}}]*{{content:"(.)"}}', css)
        assert ord(letter) in font.getBestCmap()
    assert len(font.getBestCmap()) < 60
    assert css.count(":before{content:") < 60
    assert "icons.woff" in css
    assert not list(static.rglob("fontawesome.js*"))
    digest = hashlib.sha256(css.encode()).hexdigest()
    text = (book / "words.html").read_text(encoding="utf-8")
    assert styles.asked_for(text) == [styles.SHEET]
    assert f'{styles.SHEET}?v={digest[:8]}"' in text  # of what is left of it


def test_no_script_keeps_a_page_from_being_painted(book: Path) -> None:
    for path in book.rglob("*.html"):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        asked = soup.select("script[src]")
        assert [str(script) for script in asked if not script.has_attr("defer")] == []
        assert not soup.select('link[rel="preload"]')
        names = [script["src"].partition("_static/")[2].partition("?")[0] for script in asked]
        assert not {*names} & {*scripts.JOINED}
        if asked:
            assert names.count(scripts.SCRIPT) == 1
        if "DOCUMENTATION_OPTIONS" in path.read_text(encoding="utf-8"):
            inline = "".join(script.text for script in soup.select("script:not([src])"))
            assert inline.index("const DOCUMENTATION_OPTIONS") < inline.index("OPTIONS.pagename")


def test_a_figure_has_a_palette_and_says_its_size(tmp_path: Path) -> None:
    (tmp_path / "_images").mkdir()
    figure = tmp_path / "_images" / "a.png"
    rng = np.random.default_rng(0)
    shades = rng.integers(0, 6, (90, 120, 4)) * 40 + rng.integers(0, 8, (90, 120, 4))
    Image.fromarray(shades.astype(np.uint8)).save(figure)
    heavy = figure.stat().st_size
    assert weight.with_palette(figure) == (120, 90)
    light = figure.read_bytes()
    assert len(light) < heavy / 3
    assert weight.with_palette(figure) == (120, 90)
    assert figure.read_bytes() == light  # nothing is lost twice
    with Image.open(figure) as picture:
        shown = np.asarray(picture.convert("RGBA")).astype(int)
    assert np.abs(shown - shades).mean() < 20
