"""How long a drill's page takes from the click on Judge to the verdict: at first, and again.

The reference solution of each drill is judged in its page of the built book, in headless Chromium,
over http from this machine: once with nothing loaded, then so many times more. Beside the time
stands what the browser computed meanwhile, in all its processes: where other programs keep the
machine busy, that is nearer to the time on an idle one.
Run: make book && python benchmarks/judging.py [DRILL …]
"""

import statistics
import sys
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

from nnlib.practice import drills
from nnlib.practice.solutions import source_of

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / folder) for folder in ("browser", "")]

from visits import BOOK, chromium, serving  # noqa: E402

AGAIN = 3
# From the click to the moment at which the verdict stands in the page.
JUDGE = """() => {
  const pad = document.querySelector(".nn-pad");
  const said = pad.querySelector(".nn-said");
  return new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
      if (!said.textContent.startsWith("Verdict: ")) return;
      observer.disconnect();
      resolve([(performance.now() - began) / 1000, said.textContent]);
    }).observe(said, { childList: true, characterData: true, subtree: true });
    [...pad.querySelectorAll("button")].find((one) => one.textContent === "Judge").click();
  });
}"""


def computed() -> float:
    """Return the seconds that all processes started from here have computed so far."""
    spent = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return sum(times.user + times.system for times in spent)


def judged(page: Page) -> tuple[float, float]:
    """Return how long a judging took, and how much was computed meanwhile."""
    before = computed()
    seconds, said = page.evaluate(JUDGE)
    if not said.startswith("Verdict: pass"):
        raise SystemExit(f"{page.url}: {said}")
    return seconds, computed() - before


def opened(browser: Browser, address: str, name: str) -> Page:
    """Return a drill's page with its reference in the pad, in a browser that has kept nothing."""
    (drill,) = drills([name])
    page = browser.new_context().new_page()
    page.set_default_timeout(600_000)
    page.goto(f"{address}/chapters/practice/{name}.html")
    page.get_by_label("Your code").fill(source_of(drill.solution))
    page.wait_for_timeout(500)  # what a page does on arrival is another matter
    return page


def measured(
    browser: Browser, address: str, name: str, again: int = AGAIN
) -> list[tuple[float, float]]:
    """Return the times of all judgings of one drill, each with what was computed."""
    page = opened(browser, address, name)
    times = [judged(page) for _ in range(1 + again)]
    page.context.close()
    return times


def main(chosen: list[str]) -> None:
    """Print the times of each drill, and the median over all."""
    print(
        f"{'seconds (computed)':>22}  first          second         again, median of {AGAIN}",
        flush=True,
    )
    second, again = [], []
    with chromium() as browser, serving(BOOK) as address:
        for name in chosen or [drill.name for drill in drills()]:
            first, *later = measured(browser, address, name)
            middle = tuple(statistics.median(column) for column in zip(*later, strict=True))
            second.append(later[0])
            again.append(middle)
            print(f"{name:>22}", *map(shown, (first, later[0], middle)), sep="  ", flush=True)
    for title, rows in (("median of the second", second), ("median of again", again)):
        middle = tuple(statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{title:>22}", shown(middle), sep="  ")


def shown(pair: tuple[float, ...]) -> str:
    """Return a time and what was computed, in columns."""
    return f"{pair[0]:5.2f} ({pair[1]:5.2f})"


if __name__ == "__main__":
    main(sys.argv[1:])
