"""The book without a network: what was read, what was not, the whole of it, and an update."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from test_pages import violations
from visits import PatientServer, QuietHandler, server_of, settle

from rendering.offline import LIST, WORKER

KEEP = re.compile(r"Keep the whole book offline: \d+\.\d MB, \d+\.\d MB of it Python")
UPDATE = re.compile(r"Bring this edition, at most: \d")


@pytest.fixture
def edition(book: Path, tmp_path: Path) -> Path:
    """Return a copy of the built book, of which a test may make another edition."""

    def for_files(folder: str, names: list[str]) -> list[str]:
        """Name the packs as scripts, which no server is asked for."""
        return [name for name in names if folder.endswith("python") and name.endswith(".js")]

    return shutil.copytree(book, tmp_path / "book", ignore=for_files)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page in a browser that may have service workers."""
    context = browser.new_context(service_workers="allow", viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def address(server: PatientServer, name: str) -> str:
    return f"http://127.0.0.1:{server.server_port}/chapters/{name}.html"


def foot(page: Page) -> Locator:
    """Return the line that says what is available offline."""
    return page.locator(".offline [role=status]")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.locator(".offline").get_by_role("button", name=name).click()


def test_what_was_read_opens_again(book: Path, page: Page) -> None:
    complaints: list[str] = []
    # Not by `watch`: where Playwright routes requests, the browser's memory is off.
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with server_of(book) as server:
        page.goto(address(server, "cancellation"))
        settle(page)
        expect(foot(page)).to_contain_text("Available offline: this page")
        # Nothing was asked for twice, nor what the page does not load by itself.
        counted = Counter(server.asked)
        assert [path for path in counted if counted[path] > 1] == []
        listed = {f"/{name}" for name, _ in json.loads((book / LIST).read_text("utf-8"))["files"]}
        assert set(counted) <= {*listed, f"/{WORKER}"}
        others = [path for path in counted if path.endswith((".html", ".pack", ".ipynb"))]
        assert others == ["/chapters/cancellation.html"]
        rules = ("target-size", "button-name", "color-contrast", "region", "aria-allowed-role")
        assert violations(page, *rules) == []
    page.reload()
    settle(page)
    running = page.locator(".widget-place").evaluate_all("all => all.map((e) => e.dataset.widget)")
    assert running
    assert set(running) == {"running"}
    expect(foot(page)).to_contain_text("Available offline: this page")
    assert complaints == []
    page.goto(address(server, "cancellation").removesuffix(".html"))
    expect(foot(page)).to_contain_text("Available offline: this page")
    page.goto(address(server, "iris"))
    expect(page.get_by_role("heading")).to_have_text("This page is not kept")


KEPT = """async ([address, texts]) => {
  const cache = await caches.open((await caches.keys())[0]);
  for (const [sum, text] of texts) await cache.put(`${address}${sum}`, new Response(text));
  return (await cache.keys()).map(({ url }) => new URL(url).pathname);
}"""
FETCHED = """([address, headers]) => fetch(address, { headers })
  .then((answer) => answer.text(), () => null)"""


def test_without_a_network_the_newest_script_runs_and_none_is_kept_anew(
    book: Path, page: Page
) -> None:
    with server_of(book) as server:
        page.goto(address(server, "glossary"))
        expect(foot(page)).to_contain_text("Available offline: this page")
        # As the search does it.
        assert "<html" in page.evaluate(FETCHED, [address(server, "iris"), {}])
        script = address(server, "script").replace(".html", ".js?v=")
        names = page.evaluate(KEPT, [script, [["1", "earlier"], ["2", "later"]]])
    assert "/chapters/glossary.html" in names
    assert "/chapters/iris.html" not in names
    assert page.evaluate(FETCHED, [f"{script}3", {}]) == "later"
    assert page.evaluate(FETCHED, [f"{script}3", {"X-Keep": "1"}]) is None


class ForgottenHandler(QuietHandler):
    """Serves what a browser may keep in no memory of its own; what is there later the book kept."""

    def end_headers(self) -> None:
        """Say so."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def another(edition: Path) -> None:
    """Make of a book its next edition, in which one page says something else and one is gone."""
    page = edition / "chapters" / "iris.html"
    text = page.read_text(encoding="utf-8")
    assert "Three layers on iris<" in text
    page.write_text(text.replace("<h1>Three layers on iris<", "<h1>Four layers on iris<"), "utf-8")
    (edition / "chapters" / "slips.html").unlink()
    files = json.loads((edition / LIST).read_text(encoding="utf-8"))["files"]
    left = [pair for pair in files if pair[0] != "chapters/slips.html"]
    assert len(left) == len(files) - 1
    (edition / LIST).write_text(json.dumps({"edition": "next", "files": left}), "utf-8")
    for path in edition.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r'data-edition="\w+"', 'data-edition="next"', text), encoding="utf-8"
        )


def test_the_whole_book_is_kept_on_one_click_and_updated_on_another(
    edition: Path, page: Page, tmp_path: Path
) -> None:
    with server_of(edition, by=ForgottenHandler) as server:
        page.goto(address(server, "glossary"))
        press(page, KEEP)
        expect(foot(page)).to_have_text("Available offline: the whole book, with its Python.")
    # What comes while an import waits, the page's worker asks for itself.
    page.goto(address(server, "practice/one_nn"))
    page.get_by_label("Your code").fill("import statistics\nstatistics.mode([7])")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_label("Output")).to_have_text("7\n")
    page.goto(address(server, "iris"))
    expect(page.locator("article h1")).to_contain_text("Three layers")
    page.get_by_role("button", name="Run cell 1", exact=True).click()
    expect(page.locator(".nn-said").first).to_contain_text("Ran")

    another(edition)
    with server_of(edition, server.server_port):
        page.reload()
        expect(page.locator("article h1")).to_contain_text("Four layers")
        expect(foot(page)).to_contain_text("the whole book, in an earlier edition")
        away = (edition / "chapters" / "argmax.html").rename(tmp_path / "away.html")
        press(page, UPDATE)
        expect(foot(page)).to_contain_text("argmax.html cannot be loaded (status 404)")
        page.reload()
        expect(foot(page)).to_contain_text("the whole book, in an earlier edition")
        away.rename(edition / "chapters" / "argmax.html")
        press(page, UPDATE)
        expect(foot(page)).to_have_text("Available offline: the whole book, with its Python.")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "status"
    page.reload()
    expect(page.locator("article h1")).to_contain_text("Four layers")
    # The browser's memory may still have what is gone; what the book keeps has not.
    kept = page.evaluate(
        "caches.keys().then(([name]) => caches.open(name)).then((e) => e.keys())"
        ".then((all) => all.map(({ url }) => new URL(url).pathname))"
    )
    assert "/chapters/glossary.html" in kept
    assert "/chapters/slips.html" not in kept
    press(page, "Remove it")
    expect(foot(page)).to_contain_text("Nothing is kept any more")
    assert page.evaluate("caches.keys()") == []


HERE = """caches.keys().then(([name]) => caches.open(name)).then((e) => e.keys())
  .then((all) => all.map(({ url }) => new URL(url).pathname))"""


def cut_list(edition: Path, *names: str) -> None:
    """Leave of the list of all files these pages, what they load, and none of Python."""
    listed = json.loads((edition / LIST).read_text(encoding="utf-8"))
    loaded = [pair for pair in listed["files"] if not pair[0].endswith((".html", ".pack"))]
    listed["files"] = [*([name, 1] for name in names), *loaded]
    (edition / LIST).write_text(json.dumps(listed), encoding="utf-8")


def test_a_file_that_is_missing_keeps_none_of_the_others_away(edition: Path, page: Page) -> None:
    cut_list(edition, "chapters/argmax.html", "chapters/lost.html", "chapters/scale.html")
    with server_of(edition) as server:
        page.goto(address(server, "glossary"))
        press(page, KEEP)
        expect(foot(page)).to_contain_text("lost.html cannot be loaded (status 404)")
        assert {"/chapters/argmax.html", "/chapters/scale.html"} <= set(page.evaluate(HERE))
        page.reload()
        expect(foot(page)).to_contain_text("Available offline: this page")
    page.goto(address(server, "scale"))
    expect(page.locator("article h1")).to_contain_text("Units and scale")


def test_a_browser_without_room_shows_the_book_and_says_so(book: Path, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with server_of(book) as server:
        page.goto(address(server, "glossary"))
        expect(foot(page)).to_contain_text("Available offline: this page")
        origin = f"http://127.0.0.1:{server.server_port}"
        session = page.context.new_cdp_session(page)
        session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1000})
        press(page, KEEP)
        expect(foot(page)).to_contain_text("The book could not be kept whole (")
        expect(foot(page)).to_contain_text("uota")
        page.goto(address(server, "cancellation"))
        settle(page)
        states = page.locator(".widget-place").evaluate_all("a => a.map((e) => e.dataset.widget)")
        assert set(states) == {"running"}
        assert "/chapters/cancellation.html" not in page.evaluate(HERE)
        # What was kept before is there still.
    page.goto(address(server, "glossary"))
    expect(page.locator("article h1")).to_contain_text("Notation and glossary")
    assert errors == []


class ShorteningHandler(QuietHandler):
    """Serves a page at its address without .html, and leads there from the other, as hosts do."""

    def do_GET(self) -> None:  # noqa: N802, its name there
        """Answer a request."""
        path, mark, query = self.path.partition("?")
        if path.endswith(".html"):
            self.send_response(308)
            self.send_header(
                "Location", path.removesuffix(".html").removesuffix("index") + mark + query
            )
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if not Path(self.translate_path(path)).exists():
            self.path = f"{path}.html{mark}{query}"
        super().do_GET()


def test_a_host_that_drops_the_ends_of_addresses(edition: Path, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    cut_list(edition, "index.html", "chapters/intro.html", "chapters/warmup.html")
    with server_of(edition, by=ShorteningHandler) as server:
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_url("**/chapters/intro")
        expect(foot(page)).to_contain_text("Available offline: this page")
        page.locator('article a[href="warmup.html"]').first.click()
        expect(foot(page)).to_contain_text("Available offline: this page")
        page.wait_for_url("**/chapters/warmup")
        page.goto(address(server, "04_argmax") + "?why=old#summary")
        page.wait_for_url("**/chapters/argmax?why=old#summary")
        page.goto(address(server, "search").replace("chapters/", "") + "?q=neighbor")
        page.locator("#search-results li .context").first.wait_for()
        page.goto(address(server, "glossary"))
        press(page, KEEP)
        expect(foot(page)).to_have_text("Available offline: the whole book, with its Python.")
    for name in ("warmup", "warmup.html", "intro"):
        page.goto(f"http://127.0.0.1:{server.server_port}/chapters/{name}")
        assert page.locator("article h1").count() == 1
    page.locator('article a[href="warmup.html"]').first.click()
    expect(page.locator("article h1")).to_contain_text("Warm-up")
    assert complaints == []
