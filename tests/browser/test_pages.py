"""Every page of the built book, as a reader's browser finds it."""

from __future__ import annotations

import gzip
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

import pytest
from axe import RULES, found_by_axe
from fontTools.ttLib import TTFont
from heights import too_tall, wrongly_kept
from playwright.sync_api import Browser, Page, expect
from shifts import shift
from visits import BOOK, settle

from rendering import styles
from rendering.redirects import MOVED

PAGES_LAST = True  # see open_page
OPEN = Callable[..., Page]
ICONS = "_static/vendor/fontawesome/webfonts/icons.woff"
# Jupyter Book's own, to the first page, and the old addresses of chapters.
REDIRECTS = {"index.html", *(f"chapters/{old}.html" for old in MOVED)}


def built(suffix: str) -> list[str]:
    """List the built files of one kind; without a book, one name that makes the tests fail."""
    found = sorted(path.relative_to(BOOK).as_posix() for path in BOOK.rglob(f"*{suffix}"))
    return [name for name in found if not name.startswith("_s")] or [f"no-book-built{suffix}"]


PAGES = [name for name in built(".html") if name not in REDIRECTS]


CODE = ".bd-article :is(.highlight, .text_html) pre"
# The first words of code whose end lies outside its box, and a reader would have to scroll.
CLIPPED = """all => all
    .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.slice(0, 60))"""


def unfold(page: Page) -> None:
    """Open all that is folded away on a page."""
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")


def assert_sound(page: Page) -> None:
    """Assert what must hold of every page however it was opened."""
    settle(page)
    states = page.locator(".widget-place").evaluate_all("all => all.map((e) => e.dataset.widget)")
    assert set(states) <= {"running"}
    broken = page.locator("img").evaluate_all(
        """all => Promise.all(all.map((e) => {
            e.loading = "eager";  // and not only once it is scrolled near
            return e.decode().then(() => [], () => [e.src]);
        })).then((found) => found.flat())"""
    )
    assert broken == []


# On paper: folds whose content does not show, widgets of which nothing stands there, what is wider
# than its box or the sheet, buttons that nobody can press,
# and tabs and titles that do not show.
ON_PAPER = """() => {
  const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().height > 0;
  const aside = ".widget-place > :not(.widget-still) *, .pad-place *, .nn-pad *";
  const all = (selector) => [...document.querySelectorAll(`article ${selector}`)];
  return {
    folds: all("details").filter((e) => !e.matches(aside)
        && ![...e.children].slice(1).some(shown))
      .map((e) => e.textContent.slice(0, 60)),
    blank: all(".widget-place").filter((e) => !shown(e) || !e.innerText.trim()).length,
    clipped: all(":is(pre, .equation, span.math.wide, table)")
      .filter((e) => shown(e) && (e.scrollWidth > e.clientWidth + 1
        || e.getBoundingClientRect().right > innerWidth + 1))
      .map((e) => e.textContent.trim().slice(0, 60)),
    dead: all(":is(button, input, select, textarea, progress)").filter(shown)
      .map((e) => e.outerHTML.slice(0, 60)),
    tabs: all(".sd-tab-content").filter((e) => !shown(e)).length,
    titles: [...document.querySelectorAll("main h1")].filter(shown).length,
  };
}"""
SOUND = {"folds": [], "blank": 0, "clipped": [], "dead": [], "tabs": 0, "titles": 1}


def assert_sound_on_paper(page: Page) -> None:
    """Assert that a sheet of A4 shows all of a page; leave the page as it was."""
    size = page.viewport_size
    page.set_viewport_size({"width": 718, "height": 1000})  # 210 mm less margins of 10 mm
    page.emulate_media(media="print")
    assert page.evaluate(ON_PAPER) == SOUND
    page.emulate_media(media="screen")
    page.set_viewport_size(size)


def nameless_or_alike(page: Page) -> list[str]:
    """Return the names of folds that a page has more than once, or that are empty."""
    names = page.locator("article summary.admonition-title").evaluate_all(
        "all => all.map((e) => e.textContent.trim())"
    )
    return [name for name in names if not name or names.count(name) > 1]


@pytest.fixture(scope="module")
def judged() -> set[str]:
    """Return the looks of text, on all pages so far, of which axe says that they stand out."""
    return set()


# Pages that come from a file: test_reach.py.
@pytest.mark.parametrize("name", PAGES)
def test_over_http(name: str, book_url: str, judged: set[str], open_page: OPEN) -> None:
    page = open_page(f"{book_url}/{name}", viewport={"width": 1280, "height": 900})
    assert_sound(page)
    assert page.evaluate(SPILLED_IN_LARGE_LETTERS) == []
    assert too_tall(page, 1280) == []
    # If not, and the page is as it should be: python commands/reserve.py
    assert wrongly_kept(page, "wide") == []
    nameless = page.locator("img").evaluate_all(
        "all => all.filter((e) => !e.alt.trim()).map((e) => e.src)"
    )
    assert nameless == []
    assert nameless_or_alike(page) == []
    assert_sound_on_paper(page)
    unfold(page)
    assert page.locator(CODE).evaluate_all(CLIPPED) == []
    page.evaluate(ONE_OF_A_KIND)
    # The theme's sidebars are there at this width only.
    assert violations(page, judged=judged) == []


# What lies outside the window when the page is as wide as a phone and nothing scrolls it into view.
SPILLED = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")]
    .filter((e) => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}"""

# The same with letters of twice the size, after what watches sizes has had its turn.
SPILLED_IN_LARGE_LETTERS = f"""async () => {{
  const {{ style }} = document.documentElement;
  style.fontSize = "200%";
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const spilled = ({SPILLED})();
  style.fontSize = "";
  return spilled;
}}"""


def has_formula(page: Page, selector: str) -> bool:
    return bool(page.locator(selector).locator("math").count())


# Of words in equal spans, in equal elements all the way up, the first stands for all: code is
# colored by class, and has thousands of them. The text of the others stays, without its color.
ONE_OF_A_KIND = """() => {
  const seen = new Set();
  const kind = (e) => `${e.tagName} ${e.className}`;
  for (const e of document.querySelectorAll(".bd-article span[class]")) {
    const bare = !e.children.length && e.attributes.length === 1;
    if (!bare || e.closest("mjx-container, .nn-widget")) continue;
    const chain = [];
    for (let one = e; !one.matches(".bd-article"); one = one.parentElement) chain.push(kind(one));
    const key = chain.join("|");
    if (seen.has(key)) e.replaceWith(e.textContent);
    else seen.add(key);
  }
}"""


def violations(page: Page, *rules: str, judged: set[str] | None = None) -> list[str]:
    """Run axe, all of it or some rules; return one line per element that it finds fault with."""
    # What fades in is judged when it has.
    page.evaluate(
        """() => new Promise(requestAnimationFrame).then(() => Promise.all(
            document.getAnimations().map((one) => one.finished.catch(() => null))))"""
    )
    # The drawings of formulas are hidden from screen readers, and have thousands of parts.
    page.evaluate(
        "document.querySelectorAll('mjx-container > svg').forEach((e) => e.replaceChildren())"
    )
    lines = []
    for violation in found_by_axe(page, *rules, judged=judged):
        for node in violation["nodes"]:
            selector = node["target"][0]
            # axe 4.12 takes a formula for no text. A screen reader reads its MathML.
            if violation["id"] == "empty-table-header" and has_formula(page, selector):
                continue
            lines.append(f"{violation['id']}: {selector}: {node['failureSummary']}")
    return lines


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone(name: str, book_url: str, judged: set[str], open_page: OPEN) -> None:
    """Nothing sticks out, and axe finds nothing, in either theme.

    A phone is the harder case for axe, too: every box that can scroll does, and must be
    reachable by keyboard.
    """
    page = open_page(
        f"{book_url}/{name}", color_scheme="light", viewport={"width": 390, "height": 844}
    )
    settle(page)
    scroll_width = page.evaluate("document.documentElement.scrollWidth")
    assert scroll_width <= 390, page.evaluate(SPILLED)
    assert too_tall(page, 390) == []
    assert wrongly_kept(page, "narrow") == []
    # What is folded away is judged too, once it is opened.
    unfold(page)
    assert page.locator(f"{CODE}:not(.in-columns pre)").evaluate_all(CLIPPED) == []
    tables = page.locator(".in-columns pre").evaluate_all(CLIPPED)
    assert len(tables) <= 4  # printed columns stay columns, and scroll
    page.evaluate(ONE_OF_A_KIND)
    for theme, rules in RULES.items():
        page.emulate_media(color_scheme=cast("Literal['light', 'dark']", theme))
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        assert violations(page, *rules, judged=judged) == []


@pytest.mark.parametrize("name", ["intro", "cancellation", "practice/mock"])
def test_nothing_moves_by_itself(name: str, book: Path, open_page: OPEN) -> None:
    url = f"{book.as_uri()}/chapters/{name}.html"
    page = open_page(url, viewport={"width": 390, "height": 844})
    assert shift(page) <= 0.02, page.evaluate("window.shifts")


def test_the_skip_link_shows_and_leads_past_the_sidebar(book: Path, open_page: OPEN) -> None:
    page = open_page(f"{book.as_uri()}/chapters/glossary.html")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to main content")
    expect(link).to_be_focused()
    page.wait_for_function("e => e.getBoundingClientRect().top >= 0", arg=link.element_handle())
    link.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_who_goes_by_keyboard_sees_where(book: Path, open_page: OPEN) -> None:
    page = open_page(f"{book.as_uri()}/chapters/glossary.html")
    page.keyboard.press("Tab")  # what is focused from here on, is by keyboard
    bare = page.locator(
        ":is(.bd-sidebar-primary, .bd-header-article) :is(button, summary, a)"
    ).evaluate_all(
        """all => all.filter((e) => e.checkVisibility()).filter((e) => {
            e.focus();
            const marked = [e, ...e.children].some((one) => {
              const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
              return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2)
                || / [23]px$/.test(boxShadow.split(", rgb")[0]) || / [23]px/.test(boxShadow);
            });
            return document.activeElement === e && !marked;
        }).map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert bare == []


def test_the_search_stays_in_view(book: Path, open_page: OPEN) -> None:
    page = open_page(f"{book.as_uri()}/chapters/glossary.html")
    page.locator(".bd-sidebar-primary .toctree-l1 a").last.scroll_into_view_if_needed()
    expect(page.locator(".bd-sidebar-primary .search-button-field")).to_be_in_viewport(ratio=1)


def test_the_list_of_pages_shows_the_page_that_is_open(book: Path, open_page: OPEN) -> None:
    """The theme keeps the list where it was, on whatever page that was."""
    page = open_page(f"{book.as_uri()}/chapters/intro.html")
    name_of_it = page.locator(".bd-docs-nav .active > a").last  # not the pages below it
    for scrolled, name in ((9999, "nearest"), (0, "references"), (1300, "practice/drills")):
        page.locator(".bd-sidebar").evaluate(f"e => {{ e.scrollTop = {scrolled}; }}")
        page.goto(f"{book.as_uri()}/chapters/{name}.html")
        expect(name_of_it).to_be_in_viewport(ratio=1)
        search = page.locator(".bd-sidebar-primary .search-button-field").bounding_box()
        assert name_of_it.bounding_box()["y"] >= search["y"] + search["height"]
    assert page.locator(".bd-sidebar").evaluate("e => e.scrollTop") == 1300  # it was in view
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator(".primary-toggle").click()
    expect(name_of_it).to_be_in_viewport(ratio=1)


def test_what_goes_on_sideways_shows_it(book: Path, open_page: OPEN) -> None:
    page = open_page(
        f"{book.as_uri()}/chapters/temperature.html", viewport={"width": 390, "height": 844}
    )
    formula = page.locator("#equation-jacobian .equation")
    for left, more in ((0, "right"), (40, "left right"), (9999, "left")):
        formula.evaluate(f"e => {{ e.scrollLeft = {left}; }}")
        expect(formula).to_have_attribute("data-more", more)
        assert "gradient" in formula.evaluate("e => getComputedStyle(e).maskImage")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(formula).not_to_have_attribute("data-more", re.compile(""))


def test_the_way_back_to_the_top_covers_nothing_on_a_phone(book: Path, open_page: OPEN) -> None:
    page = open_page(
        f"{book.as_uri()}/chapters/glossary.html", viewport={"width": 700, "height": 600}
    )
    back = page.locator("#pst-back-to-top")
    page.mouse.wheel(0, 2000)
    page.wait_for_function("scrollY > 1900")
    page.mouse.wheel(0, -200)
    expect(back).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 600})
    expect(back).to_be_hidden()


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_a_phones_menus_give_the_focus_back(side: str, book: Path, open_page: OPEN) -> None:
    page = open_page(
        f"{book.as_uri()}/chapters/cancellation.html", viewport={"width": 390, "height": 844}
    )
    opener = page.locator(f".{side}-toggle")
    dialog = page.locator(f"#pst-{side}-sidebar-modal")
    opener.press("Enter")
    expect(dialog).to_be_visible()
    assert dialog.get_attribute("aria-label")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    if side == "secondary":
        opener.click()
        dialog.get_by_role("link").nth(2).click()
        expect(dialog).to_be_hidden()
        assert "#" in page.url


def test_without_javascript_a_quiz_is_written_out(book: Path, open_page: OPEN) -> None:
    page = open_page(
        f"{book.as_uri()}/chapters/cancellation.html",
        java_script_enabled=False,
        color_scheme="dark",
    )
    quiz = page.locator(".widget-still.written")
    expect(quiz).to_be_visible()
    expect(quiz.get_by_text("How many decimal digits of the squared distance")).to_be_visible()
    fold = quiz.get_by_text("Answer to question 1")
    fold.click()
    expect(quiz.get_by_text("6 digits.")).to_be_visible()
    # A widget points to a figure where there is one.
    told = page.locator(".widget-words", has_text="tells the same story").get_by_role("link")
    assert page.locator(f"figure{told.first.get_attribute('href')}").count() == 1
    page.complaints.clear()  # type: ignore[attr-defined]  # of scripts loaded early, for nothing


def test_first_page(book_url: str, open_page: OPEN) -> None:
    page = open_page(f"{book_url}/index.html")
    page.wait_for_url(re.compile(r"/chapters/"))
    assert page.locator("article h1").count() == 1


@pytest.mark.parametrize("way", ["http", "file"])
def test_an_old_address_leads_on(way: str, book: Path, book_url: str, open_page: OPEN) -> None:
    start = book_url if way == "http" else book.as_uri()
    page = open_page(f"{start}/chapters/04_argmax.html?why=old#summary")
    # Not as a pattern, in which a question mark stands for any character.
    page.wait_for_url(lambda url: url == f"{start}/chapters/argmax.html?why=old#summary")
    assert page.locator("article h1").count() == 1


def test_every_old_address_has_its_page() -> None:
    for old, name in MOVED.items():
        text = (BOOK / "chapters" / f"{old}.html").read_text(encoding="utf-8")
        assert text.count(f"{name}.html") == 4
        assert (BOOK / "chapters" / f"{name}.html").exists()


@pytest.mark.parametrize("way", ["http", "file"])
def test_search(way: str, book: Path, book_url: str, open_page: OPEN) -> None:
    start = book_url if way == "http" else book.as_uri()
    page = open_page(f"{start}/search.html?q=neighbor")
    page.locator("#search-results li").first.wait_for()
    page.wait_for_load_state("networkidle")
    # What was sought before is marked on the pages that were found, not on this one.
    page.evaluate("localStorage.sphinx_highlight_terms = 'network'")
    page.reload(wait_until="networkidle")
    page.locator("#search-results li").first.wait_for()
    assert page.locator(".highlighted").count() > 0
    assert page.locator(".highlighted", has_text=re.compile("network", re.IGNORECASE)).count() == 0


def test_a_chapter_is_found_before_the_functions_it_is_about(book: Path, open_page: OPEN) -> None:
    page = open_page(f"{book.as_uri()}/search.html?q=softmax")
    links = page.locator("#search-results li > a")
    links.first.wait_for()
    found = links.all_inner_texts()
    assert found.index("Softmax and temperature") < found.index("nnlib.softmax")


def test_the_icon_stands_beside_what_is_sought(book: Path, open_page: OPEN) -> None:
    page = open_page(f"{book.as_uri()}/search.html?q=softmax")
    box = page.locator("article form.bd-search, main form.bd-search").first
    icon = box.locator(".fa-magnifying-glass").bounding_box()
    words = box.locator("input").bounding_box()
    assert icon
    assert words
    assert icon["x"] + icon["width"] <= words["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_there_before_the_themes_scripts(
    scheme: Literal["light", "dark"], book: Path, browser: Browser
) -> None:
    page = browser.new_context(color_scheme=scheme).new_page()
    page.route("**/scripts/*.js*", lambda route: route.abort())
    page.goto(f"{book.as_uri()}/chapters/glossary.html")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert page.locator('meta[name="viewport"]').count() == 1
    page.context.close()


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_what_was_searched_is_marked_until_one_hides_it(
    key: str, book: Path, open_page: OPEN
) -> None:
    page = open_page(f"{book.as_uri()}/chapters/glossary.html?highlight=softmax")
    page.locator("article .highlighted").first.wait_for()
    page.get_by_role("link", name="Hide Search Matches").press(key)
    expect(page.locator(".highlighted, .highlight-link")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_every_icon_of_the_style_sheet_is_in_the_font() -> None:
    css = (BOOK / "_static" / styles.SHEET).read_text(encoding="utf-8")
    letters = re.sub(r"\\(f[0-9a-f]{3})", lambda found: chr(int(found[1], 16)), css)
    drawn = {ord(one) for one in re.findall("[\ue000-\uf8ff]", letters)}
    assert 0xF010 in drawn  # beside "Hide Search Matches", which a script writes
    assert drawn <= set(TTFont(BOOK / ICONS).getBestCmap())


def weight(page: Path) -> int:
    """Return the bytes of a page and of all that it loads by itself, compressed."""
    files = {page, BOOK / ICONS}
    for address in re.findall(
        r'(?:src|href)="([^"#?:]+\.(?:js|css|png|svg))[?"]', page.read_text("utf-8")
    ):
        files.add((page.parent / address).resolve())
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files if file.is_file())


def test_a_page_is_light() -> None:
    weights = {
        page.name: weight(page)
        for page in sorted(BOOK.rglob("*.html"))
        if page.relative_to(BOOK).as_posix() in PAGES
    }
    assert len(weights) > 40
    assert statistics.median(weights.values()) <= 132_000
    assert max(weights.values()) <= 265_000, max(weights, key=weights.__getitem__)


def test_a_page_is_painted_before_scripts_and_widgets_are_there() -> None:
    for name in PAGES:
        head, _, body = (BOOK / name).read_text("utf-8").partition("</head>")
        sheets = re.findall(r'<link (?![^>]*media="print")[^>]*rel="stylesheet"', head)
        assert 1 <= len(sheets) <= 2, name  # one of all pages, and that of code pads
        assert "widget-state+json" not in head
        assert len(re.findall(r"<script [^>]*\bsrc=", head + body)) <= 7, name
        assert re.findall(r'<script (?![^>]*\bdefer\b)[^>]*\bsrc="[^"]*"', head + body) == []


WIDGETS = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-(?:state|view)\+json">(.*?)</script>', re.S
)


def test_the_widgets_of_a_page_are_light() -> None:
    """What runs them, their modules, which the page's state holds, and the rest of that state."""
    host = (BOOK / "_static" / "host.js").read_text("utf-8")
    states = {page: WIDGETS.findall(page.read_text("utf-8")) for page in BOOK.rglob("*.html")}
    weights = {
        page.name: len(gzip.compress("".join([host, *parts]).encode()))
        for page, parts in states.items()
        if parts
    }
    assert len(weights) > 20
    assert max(weights.values()) <= 60_000, max(weights, key=weights.__getitem__)


def test_figures_say_their_size_and_come_when_they_are_near() -> None:
    figures = re.compile(r"<img [^>]*_images/[^>]*\.png[^>]*>")
    found = [
        tag for page in BOOK.rglob("*.html") for tag in figures.findall(page.read_text("utf-8"))
    ]
    assert len(found) > 30
    assert all('width="' in tag and 'height="' in tag and 'loading="lazy"' in tag for tag in found)


# What a browser fetches by itself, each element with the attribute that names it.
FETCHED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "use": "href",
}


class Tags(HTMLParser):
    """Keeps, of a page, what it fetches, its links, and the ids that these may lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.named: list[str] = []  # the tags that name other hosts
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        address = given.get(FETCHED[tag], "") if tag in FETCHED else ""
        if urlsplit(address).netloc or (tag in FETCHED and "//" in given.get("srcset", "")):
            self.named.append(str(self.get_starttag_text())[:200])


tags = cache(Tags)


@pytest.mark.parametrize("name", built(".html"))
def test_names_no_other_host(name: str, book: Path) -> None:
    assert tags(book / name).named == []


def test_styles_name_no_other_host(book: Path) -> None:
    elsewhere = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//[^)"']*""")
    named = {
        path.name: found
        for path in book.rglob("*.css")
        if (found := elsewhere.findall(path.read_text(encoding="utf-8")))
    }
    assert named == {}


@pytest.mark.parametrize("name", PAGES)
def test_internal_links_and_anchors(name: str, book: Path) -> None:
    page = book / name
    dead = []
    for address in tags(page).links:
        link = urlsplit(address)
        if link.scheme or link.netloc:
            continue
        target = (page.parent / unquote(link.path)).resolve() if link.path else page
        anchor = unquote(link.fragment) if target.suffix == ".html" else ""
        if not target.is_file() or (anchor and anchor not in tags(target).anchors):
            dead.append(address)
    assert tags(page).links
    assert dead == []


def test_linkchecker(book_url: str, tmp_path: Path) -> None:
    settings = tmp_path / "linkcheckerrc"
    # It spares hosts unless both sides agree not to: this, and a header that our server sends.
    settings.write_text("[checking]\nthreads=0\nmaxrequestspersecond=1000\n", encoding="utf-8")
    command = [sys.executable, "-m", "linkcheck", "--config", str(settings), "--no-status"]
    result = subprocess.run(
        [*command, f"{book_url}/index.html"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    # It must have looked at more than the page it started from.
    counted = re.search(r"(\d+) links", result.stdout)
    assert counted, result.stdout
    assert int(counted[1]) > len(PAGES)
