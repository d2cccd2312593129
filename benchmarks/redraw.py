"""How soon a widget starts, how long its redraw keeps the page busy, and what its module weighs.

All in headless Chromium. The start is measured on a fresh page, from a jump that brings the widget,
far down, into view, until it has been painted with its text line. For the redraws, each widget
stands alone on a static page, as a chapter shows it, and a real mouse drags its main slider from
end to end, or a point across its plot. A redraw is measured from the first callback of a frame
until the browser has laid out and painted it, plus what the event handlers before it took; a frame
of 60 Hz is 16.7 ms. Widgets that refine their picture when idle are measured while moving, and
those that take so many units with 1,000 of them, too.
Run: python benchmarks/redraw.py [CLASS …]
"""

import gzip
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Locator, Page

from nnlib import ThreeLayerNet, widgets
from nnlib.widgets.base import Widget, read
from nnlib.widgets.joining import EXPORT

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / folder) for folder in ("browser", "")]

from visits import ask_for_all, chromium, document  # noqa: E402

STEPS = 200
QUERY = "Query: move with the arrow keys"
POINTS = {"NetworkDiagram": QUERY, "VoronoiExplorer": QUERY}
"""Widgets whose reader drags a point, by the name of its handle; of others, the first slider."""
UNITS = 1000

# Frames in which the page's own callbacks ran. A message sent from the first of them arrives when
# the frame has been painted.
STOPWATCH = """() => {
  window.redraws = [];
  const next = window.requestAnimationFrame.bind(window);
  window.untouched = next;
  let handling = 0;
  let handled = 0;
  for (const type of ["pointermove", "mousemove", "input"]) {
    addEventListener(type, () => { handling = performance.now(); }, true);
    addEventListener(type, () => { handled += performance.now() - handling; });
  }
  const painted = new MessageChannel();
  let began = 0;
  painted.port1.onmessage = () => {
    redraws.push(handled + performance.now() - began);
    began = handled = 0;
  };
  window.requestAnimationFrame = (draw) => next((time) => {
    if (!began) {
      began = performance.now();
      painted.port2.postMessage(null);
    }
    draw(time);
  });
}"""
START = """async () => {
  const place = document.querySelector(".widget-place");
  const began = performance.now();
  place.scrollIntoView();
  while (!place.querySelector(".nn-said")?.textContent) await new Promise(requestAnimationFrame);
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  return performance.now() - began;
}"""
STARTS = 7
ARRIVAL = 500
"""Milliseconds after which a drag begins: what a page does on arrival is another matter."""
NEXT_FRAME = "() => new Promise((done) => untouched(() => untouched(() => done())))"


def compressed(text: str) -> int:
    """Return how many bytes the text takes when it travels."""
    return len(gzip.compress(text.encode(), mtime=0))


def figures() -> list[str]:
    """Return the names of the widgets that draw: the others hold questions, and nothing to drag."""
    return [name for name in widgets.__all__ if hasattr(getattr(widgets, name), "figure")]


def net(rows: np.ndarray, labels: np.ndarray) -> Widget:
    """Return a diagram of a network, whose reader moves the temperature."""
    units = ThreeLayerNet.from_data(rows, labels, temperature=1.0)
    return widgets.NetworkDiagram(units, rows[0], controls=["temperature"])


LARGE: dict[str, Callable[[np.ndarray, np.ndarray], Widget]] = {
    "NetworkDiagram": net,
    "TemperatureExplorer": lambda rows, labels: widgets.TemperatureExplorer(rows, labels, rows[0]),
    "VoronoiExplorer": lambda rows, labels: widgets.VoronoiExplorer(rows, labels, rows[0]),
}
"""The widgets that take a thousand units; an algorithm to step through has 16 rows at most."""


def cases(chosen: list[str]) -> list[tuple[str, Widget]]:
    """Return what is measured: each widget as it is, then the same with many units."""
    rng = np.random.default_rng(2026)
    rows, labels = rng.normal(size=(UNITS, 2)), np.arange(UNITS) % 3
    found = [(name, getattr(widgets, name)()) for name in chosen]
    return found + [
        (f"{name}, {UNITS}", LARGE[name](rows, labels)) for name in chosen if name in LARGE
    ]


def fewest(page: Page, name: str) -> float:
    """Return how many redraws show that the mouse has met what it should drag."""
    if has_point(page, name):
        return STEPS / 4
    stops = page.locator("input[type=range]").first.evaluate("(e) => (e.max - e.min) / e.step")
    return float(min(STEPS, stops)) / 4


def has_point(page: Page, name: str) -> bool:
    """Return whether the reader of the widget on this page drags a point."""
    return name in POINTS and page.get_by_role("button", name=POINTS[name]).count() > 0


def path_of(name: str, page: Page) -> tuple[Locator, list[tuple[float, float]]]:
    """Return what the mouse drags on a widget's page, and the points it passes."""
    dragged = has_point(page, name)
    if dragged:
        part = page.get_by_role("button", name=POINTS[name])
        ground = part.locator("xpath=..").bounding_box()
    else:
        part = page.locator("input[type=range]").first
        ground = part.bounding_box()
    box = part.bounding_box()
    if box is None or ground is None:
        raise RuntimeError(f"{name} shows nothing to drag")
    inset = box["width"] / 2 if dragged else 8
    left, width = ground["x"] + inset, ground["width"] - 2 * inset
    across = [left + width * step / (STEPS - 1) for step in range(STEPS)]
    # A point comes from where it stands and crosses the plot on a slope, so that it meets more.
    tall = 0.6 * ground["height"] if dragged else 0.0
    middle = ground["y"] + ground["height"] / 2
    down = [middle + tall * (step / (STEPS - 1) - 0.5) for step in range(STEPS)]
    return part, list(zip(across, down, strict=True))


def redraws(page: Page, name: str) -> list[float]:
    """Drag through the widget and return the milliseconds of each redraw."""
    part, points = path_of(name, page)
    box = part.bounding_box()
    assert box is not None
    if has_point(page, name):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    else:
        page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[0])
    page.evaluate(NEXT_FRAME)
    page.evaluate("redraws.length = 0")
    for point in points:
        page.mouse.move(*point)
        page.evaluate(NEXT_FRAME)
    page.mouse.up()
    found: list[float] = page.evaluate("redraws")
    return found


def starts(browser: Browser, path: Path) -> list[float]:
    """Return the milliseconds of a few starts, each on a page of its own, far from the widget."""
    far = path.with_suffix(".far.html")
    text = path.read_text(encoding="utf-8")
    far.write_text(text.replace("<main>", '<main style="padding-top: 9000px">'), encoding="utf-8")
    found = []
    for _ in range(STARTS):
        page = browser.new_page(viewport={"width": 820, "height": 900})
        page.goto(far.as_uri())
        page.locator(".widget-place[data-widget=waiting]").wait_for(state="attached")
        found.append(page.evaluate(START))
        page.close()
    return found


def measure(browser: Browser, widget: Widget, folder: Path) -> tuple[list[float], list[float]]:
    """Return the milliseconds of a widget's starts and of its redraws."""
    name = type(widget).__name__
    path = folder / f"{name}.html"
    path.write_text(document([widget]), encoding="utf-8")
    begin = starts(browser, path)
    page = browser.new_page(viewport={"width": 820, "height": 1600})
    page.add_init_script(f"({STOPWATCH})()")
    page.goto(path.as_uri())
    page.locator(".widget-place[data-widget=running] .nn-said:not(:empty)").wait_for()
    ask_for_all(page)  # what is folded away is drawn, too, and the slider may be there
    page.wait_for_timeout(ARRIVAL)
    times, enough = redraws(page, name), fewest(page, name)
    page.close()
    if len(times) < enough:
        raise SystemExit(f"{name}: only {len(times)} redraws; did the mouse miss?")
    return begin, times


def line(browser: Browser, name: str, widget: Widget, folder: Path) -> str:
    """Return what is measured of a widget, as a line of the table."""
    begin, times = measure(browser, widget, folder)
    median, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    return (
        f"{name:>25}  {statistics.median(begin):8.0f} ({max(begin):7.0f})"
        f"  {len(times):7}  {median:9.1f}  {high:7.1f}  {compressed(widget._esm) / 1000:9.1f}"
    )


def main(chosen: list[str]) -> None:
    """Print start, median and 95th percentile of the redraws, and size, of each widget."""
    print(f"{'':>25}  start ms (slowest)  redraws  median ms  95 % ms  module kB")
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for name, widget in cases(chosen or figures()):
            print(line(browser, name, widget, Path(folder)), flush=True)
    shared = compressed(EXPORT.sub("", read("shared.js")))
    print(f"Of each module at most {shared / 1000:.1f} kB are shared.")


if __name__ == "__main__":
    main(sys.argv[1:])
