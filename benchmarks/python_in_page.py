"""Python in the book's pages beside JupyterLite and the stock Pyodide: time, bytes and verdicts.

In headless Chromium, with nothing in its cache: from the click on Judge to the first verdict on a
drill's page, over http and as a file; from the click to the first output of a page that starts the
stock Pyodide; and from the address to the first output of JupyterLite's console, which is what a
button on a page would open. All run the same Pyodide from this machine and take turns. Then what
travels, from a server that compresses and from one that does not, and over a slow line; what the
built book grows by; what a page loads whose reader never clicks; and whether verdicts are the same
in a browser that stands still for five sixths of the time. The result, with machine and date, goes
to python_in_page.json. Takes about ten minutes; the first run gets the sites and builds them.
Run: make book && python benchmarks/python_in_page.py [--quick] [--output FILE]
"""

import gzip
import statistics
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from conditions import circumstances, interleaved, load, ratio
from frame import program, say, store
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / folder) for folder in ("browser", ""))]

from judging import computed, judged, measured, opened  # noqa: E402
from sites import ANSWER, JUPYTERLITE, SOURCE, sites  # noqa: E402
from visits import BOOK, chromium  # noqa: E402
from wire import Wire, serving  # noqa: E402

from nnlib.practice import drills  # noqa: E402
from nnlib.practice.solutions import source_of  # noqa: E402
from rendering.python.obtain import BYTES  # noqa: E402
from rendering.python.pads import SCRIPTS, STYLE  # noqa: E402

STORED = Path(__file__).with_name("python_in_page.json")
SUBMISSIONS = ROOT / "tests" / "submissions"
BOOK_HTTP, BOOK_FILE, STOCK, LITE = "book", "book from a file", "stock Pyodide", "JupyterLite"
PAGE = "chapters/practice/{}.html"
SLOW = 10.0  # megabits a second
RATE = 6  # times slower, to judge once more
BEAT = 0.01  # seconds that a slowed browser runs in one piece
IDLE = 2000  # ms in which a page that nobody clicks could still ask for something
LIMITS = {
    "first verdict over JupyterLite's first output": 0.5,
    "first verdict over the stock Pyodide's first output": 0.6,
    "first verdict from a file over http": 1.5,
    "second judging, seconds, median over the drills": 0.5,
    "megabytes from a server that compresses": 9.5,
    "megabytes from a server that compresses nothing": 13.0,
    "bytes over JupyterLite's, from such a server": 0.4,
    "bytes over JupyterLite's, from a server that compresses": 0.4,
    "megabytes that the built book grows by": 65.0,
    "kilobytes of a page whose reader never clicks": 15.0,
    "requests for Python by such a page": 0,
    "verdicts that differ in a slow browser": 0,
}

# From the click to the output, in the stock page.
RUN = """(answer) => new Promise((resolve) => {
  const began = performance.now();
  const output = document.querySelector("pre");
  new MutationObserver(() => {
    if (output.textContent.includes(answer)) resolve((performance.now() - began) / 1000);
  }).observe(output, { childList: true, characterData: true, subtree: true });
  document.querySelector("button").click();
})"""
# JupyterLite runs the code of its address by itself.
CAME = """(answer) => new Promise((resolve) => {
  const look = () => {
    const outputs = [...document.querySelectorAll(".jp-OutputArea-output")];
    if (!outputs.some((one) => one.textContent.includes(answer))) return false;
    resolve(performance.now() / 1000);
    return true;
  };
  if (look()) return;
  const observer = new MutationObserver(() => { if (look()) observer.disconnect(); });
  observer.observe(document, { childList: true, characterData: true, subtree: true });
})"""
# What the pad says of a source, once it is ready for the next.
JUDGED = """([source, task]) => new Promise((resolve) => {
  const pad = document.querySelector(".nn-pad");
  const judge = [...pad.querySelectorAll("button")].find((one) => one.textContent === "Judge");
  const area = pad.querySelector("textarea");
  area.value = source;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  pad.querySelector("select").value = task;
  const began = performance.now();
  judge.click();
  new MutationObserver((_, observer) => {
    if (judge.ariaDisabled === "true") return;
    observer.disconnect();
    const seconds = (performance.now() - began) / 1000;
    resolve([pad.querySelector(".nn-result").textContent, seconds]);
  }).observe(judge, { attributeFilter: ["aria-disabled"] });
})"""


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Second are the drills that are judged twice, and in a slow browser; all submissions of those
    that are submitted are judged in a slow browser, too.
    """

    rounds: int = 5  # of first verdicts and outputs
    drill: str = "one_nn"  # whose page is measured beside the sites
    chapter: str = "chapters/nearest.html"  # a page with cells
    second: tuple[str, ...] = field(default_factory=lambda: tuple(one.name for one in drills()))
    submitted: tuple[str, ...] = ("soft_nn_gradient",)
    most: int | None = None  # submissions of each


def of_book(browser: Browser, address: str, name: str) -> tuple[float, float]:
    """Return the seconds from the click to the first verdict, and those computed meanwhile."""
    page = opened(browser, address, name)
    found = judged(page)
    page.context.close()
    return found


def of_site(browser: Browser, address: str, script: str) -> tuple[float, float]:
    """Return the seconds to the first output of a page, and those computed meanwhile."""
    page = browser.new_context().new_page()
    page.set_default_timeout(600_000)
    before = computed()
    page.goto(address, wait_until="commit" if script == CAME else "load")
    seconds = page.evaluate(script, ANSWER)
    spent = computed() - before
    page.context.close()
    return seconds, spent


@dataclass(frozen=True)
class Rivals:
    """Who is measured: the book and the two sites, each in its folder."""

    browser: Browser
    book: Path
    sites: Path
    drill: str

    def visit(self, name: str, address: str) -> tuple[float, float]:
        """Go to one of them with nothing in the cache; return seconds, and those computed."""
        if name in (BOOK_HTTP, BOOK_FILE):
            return of_book(self.browser, address, self.drill)
        if name == STOCK:
            return of_site(self.browser, f"{address}/index.html", RUN)
        asked = f"kernel=python&execute=1&code={quote(SOURCE)}"
        return of_site(self.browser, f"{address}/repl/index.html?{asked}", CAME)

    def folder(self, name: str) -> Path:
        """Return what is served."""
        kept = {STOCK: self.sites / "stock", LITE: self.sites / "jupyterlite"}
        return kept.get(name, self.book)

    def through(self, name: str, wire: Wire) -> tuple[float, float]:
        """Visit one of them through a wire, or as a file."""
        if name == BOOK_FILE:
            return self.visit(name, self.book.as_uri())
        with serving(self.folder(name), wire) as address:
            return self.visit(name, address)


def first(rivals: Rivals, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return the seconds to the first verdict or output of all, in turns, and those computed."""
    spent: dict[str, list[float]] = {name: [] for name in (BOOK_HTTP, BOOK_FILE, STOCK, LITE)}

    def timed(name: str) -> Callable[[], float]:
        def call() -> float:
            seconds, processor = rivals.through(name, Wire())
            spent[name].append(round(processor, 2))
            say(f"{name:>20}: {seconds:6.2f} s ({processor:.2f} computed)")
            return seconds

        return call

    seconds = interleaved({name: timed(name) for name in spent}, 0.0, rounds, rounds)
    return {"seconds": seconds, "computed": spent}


def travels(rivals: Rivals) -> dict[str, Any]:
    """Return the bytes sent by servers of both kinds, page included, and the time over a line."""
    found: dict[str, Any] = {"plain": {}, "compressed": {}, "slow": {}}
    for name in (BOOK_HTTP, STOCK, LITE):
        for kind in ("plain", "compressed"):
            wire = Wire(compresses=kind == "compressed")
            rivals.through(name, wire)
            found[kind][name] = wire.sent
        found["slow"][name] = round(rivals.through(name, Wire(compresses=True, rate=SLOW))[0], 1)
        say(f"{name:>20}: {[found[kind][name] for kind in found]} bytes, seconds")
    return found


def second(browser: Browser, address: str, names: tuple[str, ...]) -> dict[str, list[float]]:
    """Return for each drill the seconds of the second judging, and those computed meanwhile."""
    found = {}
    for name in names:
        found[name] = [round(value, 3) for value in measured(browser, address, name, again=1)[1]]
        say(f"{name:>20}: {found[name]}")
    return found


def weight(path: Path) -> int:
    """Return how many bytes a file takes when it travels."""
    return len(gzip.compress(path.read_bytes(), mtime=0))


def unclicked(browser: Browser, book: Path, address: str, pages: list[str]) -> dict[str, Any]:
    """Return, for pages whose reader never clicks, what they load for Python's sake."""
    found = {}
    for name in pages:
        page = browser.new_context().new_page()
        asked: list[str] = []
        page.on("request", lambda request, to=asked: to.append(request.url.split("?")[0]))
        page.goto(f"{address}/{name}")
        page.wait_for_timeout(IDLE)
        page.context.close()
        own = [one for one in (*SCRIPTS.values(), STYLE) if f"{address}/_static/{one}" in asked]
        found[name] = {
            "gzipped": {one: weight(book / "_static" / one) for one in own},
            "packs": [one for one in asked if "/_static/python/" in one],
        }
    return found


def grown(book: Path) -> int:
    """Return by how many bytes the built book is larger than one without Python."""
    static = book / "_static"
    own = [*(static / "python").rglob("*"), static / STYLE, *map(static.joinpath, SCRIPTS.values())]
    return sum(path.stat().st_size for path in own if path.is_file())


@contextmanager
def slowed(rate: int) -> Iterator[list[psutil.Process]]:
    """Let the processes of all pages run for one part in `rate` of the time; give them."""
    children = psutil.Process().children(recursive=True)
    pages = [one for one in children if "--type=renderer" in one.cmdline()]
    ended = threading.Event()

    def beat() -> None:
        while not ended.is_set():
            for page in pages:
                page.suspend()
            ended.wait((rate - 1) * BEAT)
            for page in pages:
                page.resume()
            ended.wait(BEAT)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield pages
    finally:
        ended.set()
        thread.join()


def submissions(name: str, most: int | None) -> list[tuple[str, str, int]]:
    """Return the reference of a drill and its submissions: title, source, number of the task."""
    (drill,) = drills([name])
    found = [(name, source_of(drill.solution), 0)]
    twists = ["", *(twist.name for twist in drill.twists)]
    if most == 0:
        return found
    for path in sorted((SUBMISSIONS / name).rglob("*.py"))[:most]:
        twist = path.parent.name if path.parent.name != name else ""
        title = path.relative_to(SUBMISSIONS).with_suffix("").as_posix()
        found.append((title, path.read_text(encoding="utf-8"), twists.index(twist)))
    return found


def told(page: Page, given: list[tuple[str, str, int]]) -> dict[str, tuple[str, float]]:
    """Return what the pad says of each, and how long it took."""
    return {
        title: tuple(page.evaluate(JUDGED, [source, str(task)])) for title, source, task in given
    }


def verdicts(browser: Browser, address: str, plan: Plan) -> dict[str, Any]:
    """Judge in a browser as it is, and in a slow one; return how many, and what differs."""
    count, seconds, differing = 0, [0.0, 0.0], []
    for name in dict.fromkeys([*plan.second, *plan.submitted]):
        given = submissions(name, plan.most if name in plan.submitted else 0)
        page = opened(browser, address, name)
        fast = told(page, given)
        with slowed(RATE):
            slow = told(page, given)
        page.context.close()
        count += len(given)
        differing += [title for title in fast if fast[title][0] != slow[title][0]]
        # The first judging starts Python.
        for i, side in enumerate((fast, slow)):
            seconds[i] += sum(took for title, (_, took) in side.items() if title != name)
        say(f"{name:>20}: {len(given)} judged twice, {differing or 'none'} differ")
    return {
        "rate": RATE,
        "judged": count,
        "differing": differing,
        "seconds": [round(value, 1) for value in seconds],
    }


def measure(browser: Browser, book: Path, folder: Path, plan: Plan) -> dict[str, Any]:
    """Return everything in the stored form."""
    rivals = Rivals(browser, book, folder, plan.drill)
    loads = [load()]
    result: dict[str, Any] = {**first(rivals, plan.rounds), "bytes": travels(rivals)}
    with serving(book, Wire()) as address:
        result["second"] = second(browser, address, plan.second)
        pages = [PAGE.format(plan.drill), plan.chapter]
        result["unclicked"] = unclicked(browser, book, address, pages)
        loads.append(load())
        result["slowed"] = verdicts(browser, address, plan)
    about = circumstances(1, "date", "machine")
    about["versions"] = {"chromium": browser.version, "pyodide": BYTES["version"], **JUPYTERLITE}
    return {**about, "load": loads, **result, "grown": grown(book)}


def figures(result: dict[str, Any]) -> dict[str, float]:
    """Return what is held against the limits, under the same names, in the same order."""
    sent, pages = result["bytes"], result["unclicked"].values()
    values = [
        *(ratio(result, BOOK_HTTP, other) for other in (LITE, STOCK)),
        ratio(result, BOOK_FILE, BOOK_HTTP),
        statistics.median(wall for wall, _ in result["second"].values()),
        *(sent[kind][BOOK_HTTP] / 1e6 for kind in ("compressed", "plain")),
        *(sent[kind][BOOK_HTTP] / sent[kind][LITE] for kind in ("plain", "compressed")),
        result["grown"] / 1e6,
        max(sum(page["gzipped"].values()) for page in pages) / 1e3,
        sum(len(page["packs"]) for page in pages),
        len(result["slowed"]["differing"]),
    ]
    return dict(zip(LIMITS, values, strict=True))


@program(STORED, __doc__, quick="try it out")
def main(options: Namespace) -> int:
    """Measure, store and print; return whether a limit is missed."""
    plan = Plan(rounds=1, second=("one_nn",), submitted=(), most=1) if options.quick else Plan()
    with chromium() as browser:
        result = measure(browser, BOOK, sites(), plan)
    held = {name: [round(value, 3), LIMITS[name]] for name, value in figures(result).items()}
    for name, (value, limit) in held.items():
        print(f"{name:>52}: {value:7.3f}, at most {limit}")
    store(options, result | {"held": held})
    return int(any(value > limit for value, limit in held.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
