"""A visit to pages: where the book is, how it is served, and what a page complains about."""

from __future__ import annotations

import functools
import gzip
import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ipywidgets import Widget
from ipywidgets.embed import dependency_state, embed_data
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright
from provision import CHROMIUM, find

from rendering.policy import with_policy

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("NN_BOOK_HTML", ROOT / "_build" / "html"))
# Chromium's sandbox needs rights that a container does not give; the rest keeps it from calling
# home and from filling a small /dev/shm.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
THEMES = {"light": ("#222832", "#ffffff"), "dark": ("#ced6dd", "#14181e")}
ELSEWHERE = re.compile(r"^(https?|wss?)://(?!127\.0\.0\.1[:/])")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the usual Chromium, which measures and prints; stop with advice if there is none."""
    executable = find(CHROMIUM)
    if executable is None:
        raise SystemExit(CHROMIUM.advice)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass

    def log_request(self, code: object = "", size: object = "") -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]

    def end_headers(self) -> None:
        self.send_header("LinkChecker", "welcome")  # it need not wait between its requests
        super().end_headers()


# What hosts compress on the way; packs, wheels, fonts and pictures are compressed already.
COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".svg", ".wasm"}


@functools.cache
def gzipped(path: Path) -> bytes:
    """Return what a host sends of a file that it compresses, at the usual level."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


def send_gzipped(handler: SimpleHTTPRequestHandler, path: Path) -> None:
    """Answer a request with a file, compressed."""
    content = gzipped(path)
    handler.send_response(200)
    handler.send_header("Content-Type", handler.guess_type(path))
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


class PatientServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *args: Any, **options: Any) -> None:
        self.asked: list[str] = []
        """The paths of all requests so far."""
        super().__init__(*args, **options)

    def handle_error(self, request: object, client_address: object) -> None:
        # A browser that leaves a page breaks off what it was still loading.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of localhost."""
    with server_of(folder) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def server_of(
    folder: Path, port: int = 0, by: type[QuietHandler] = QuietHandler
) -> Iterator[PatientServer]:
    """Serve a folder on a port of localhost, 0 for one that is free."""
    handler = functools.partial(by, directory=str(folder))
    with PatientServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def watch(page: Page) -> list[str]:
    """Collect what goes wrong in a page; requests to other hosts are refused, and count."""
    complaints: list[str] = []

    def refuse(route: Route) -> None:
        complaints.append(f"asked another host: {route.request.url}")
        route.abort()

    page.context.route(ELSEWHERE, refuse)
    page.on(
        "console",
        lambda message: (
            complaints.append(f"console {message.type}: {message.text}")
            if message.type in {"error", "warning"}
            # JupyterLab measures itself; how busy this machine is, is no fault of the page.
            and "too long to activate" not in message.text
            and "ms to activate" not in message.text
            # So says Playwright where a test wants none: see open_page.
            and "Service Worker registration blocked" not in message.text
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    page.on(
        "requestfailed",
        lambda request: (
            # A request that the browser itself broke off, to go to another page, did not fail.
            complaints.append(f"failed: {request.url} ({request.failure})")
            if request.failure != "net::ERR_ABORTED"
            else None
        ),
    )
    page.on(
        "response",
        lambda response: (
            complaints.append(f"status {response.status}: {response.url}")
            if response.status >= 400
            else None
        ),
    )
    return complaints


def painted(page: Page) -> None:
    """Wait until what was asked for is painted: widgets draw once a frame, after they heard."""
    page.evaluate("() => new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)))")


# Two frames at each: in the first the page learns what is in view.
TO_EVERY_WIDGET = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  for (const place of document.querySelectorAll(".widget-place")) {
    place.scrollIntoView({ block: "center", behavior: "instant" });
    await frame();
    await frame();
  }
}"""


def settle(page: Page) -> None:
    """Scroll to every widget and wait until each has started, or has said that it cannot."""
    page.wait_for_load_state("load")
    page.evaluate(TO_EVERY_WIDGET)
    page.wait_for_function(
        """() => [...document.querySelectorAll(".widget-place")]
            .every((place) => ["running", "failed"].includes(place.dataset.widget))"""
    )
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")


def document(widgets: list[Widget], theme: str = "light") -> str:
    """Return a page that carries the widgets as a built chapter does."""
    # Only these and what they refer to: by default every widget of the process would come along.
    state = dependency_state(widgets, drop_defaults=False)
    data = embed_data(views=widgets, drop_defaults=False, state=state)
    text_of_state = json.dumps(data["manager_state"]).replace("</", "<\\/")
    views = [
        '<div class="widget-place"><script type="application/vnd.jupyter.widget-view+json">'
        f"{json.dumps(spec)}</script></div>"
        for spec in data["view_specs"]
    ]
    text, ground = THEMES[theme]
    host = (ROOT / "rendering" / "host.js").read_text(encoding="utf-8")
    page = f"""<!doctype html>
<html lang="en" data-theme="{theme}"
  style="--pst-color-text-base: {text}; --pst-color-background: {ground}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Widgets</title>
<script type="application/vnd.jupyter.widget-state+json">{text_of_state}</script></head>
<body style="margin: 16px; background: {ground}; color: {text}">
<main><h1>Widgets</h1>{"".join(views)}</main>
<script>{host}</script></body></html>"""
    return with_policy(page)


def with_clock(page: Page) -> Page:
    """Open a page with widgets again under a clock that a test can turn, for all of its tabs."""
    page.clock.install()
    page.reload()
    drawn(page)
    return page


def drawn(page: Page) -> None:
    """Wait until every widget of such a page runs, says something and has drawn all of itself."""
    painted(page)
    page.wait_for_function(
        """() => [...document.querySelectorAll(".widget-place")].every((place) =>
            place.dataset.widget === "running" && place.querySelector(".nn-said")?.textContent
            && !place.querySelector("canvas:not([data-drawn=fine])")
            && (!place.querySelector(".nn-cancellation")
              || place.querySelector("svg[data-complete=true]")))"""
    )
    # Drawings take the width they are given one frame after they learn it.
    page.evaluate("() => new Promise((d) => requestAnimationFrame(() => setTimeout(d, 50)))")


def ask_for_all(page: Page) -> None:
    """Open what the widgets of such a page fold away, and wait until all is drawn."""
    drawn(page)
    any_folded = page.evaluate(
        """() => {
            const all = [...document.querySelectorAll(".nn-folded")];
            for (const fold of all) fold.open = true;
            return all.length > 0;
        }"""
    )
    if any_folded:
        drawn(page)


def turn(page: Page, theme: str) -> None:
    """Change the theme of such a page, as the theme's button does, and wait until all is drawn."""
    page.evaluate(
        """([theme, text, ground]) => {
            const { style, dataset } = document.documentElement;
            style.setProperty("--pst-color-text-base", text);
            style.setProperty("--pst-color-background", ground);
            Object.assign(document.body.style, { background: ground, color: text });
            dataset.theme = theme;
            return new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)));
        }""",
        [theme, *THEMES[theme]],
    )
    drawn(page)


def said(page: Page | Locator) -> Locator:
    """Return a widget's text line, as it is seen."""
    return page.locator(".nn-said").first


def heard(page: Page | Locator) -> Locator:
    """Return the copy of a widget's text line that a screen reader announces."""
    return page.locator(".nn-heard").first


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press the mouse at one place and let go at another."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


# Large pieces each for itself, for a piece that grows is written anew; a small one fills the rest.
FILL = """() => {
  for (let size = 2 ** 22; size >= 2 ** 11; size /= 2) {
    try { localStorage.setItem(`filling ${size}`, "x".repeat(size)); } catch {}
  }
  let filling = "";
  for (let size = 2 ** 11; size >= 1; size /= 2) {
    try {
      localStorage.setItem("filling", filling + "x".repeat(size));
      filling += "x".repeat(size);
    } catch {}
  }
}"""
EMPTY = """() => {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("filling")) localStorage.removeItem(name);
  }
}"""


def dress(page: Page, css: str) -> None:
    """Give a page one more style sheet, as the host of widgets does: its policy allows no other."""
    page.evaluate(
        """(css) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            document.adoptedStyleSheets.push(sheet);
        }""",
        css,
    )


def fill_storage(page: Page) -> None:
    """Leave no room in the browser's storage."""
    page.evaluate(FILL)


def make_room(page: Page) -> None:
    """Take out of the browser's storage what has filled it."""
    page.evaluate(EMPTY)
