"""How far a page moves by itself while it loads and is scrolled: the web vitals' layout shift."""

from __future__ import annotations

from playwright.sync_api import Page

# A page that begins again where it was left would shift by that.
WATCH = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      window.shifts.push([value, sources.map((one) => one.node?.className ?? "")]);
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""
# One screen after the other, with time to draw what comes into view.
SCROLL = """async () => {
  const pause = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)));
  for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
    scrollTo({ top, behavior: "instant" });
    await pause();
  }
  await pause();
}"""


def shift(page: Page) -> float:
    """Scroll a page, which has just been opened, to its end; return how far it has moved."""
    page.evaluate(WATCH)
    page.evaluate(SCROLL)
    moved: float = page.evaluate("window.shifts.reduce((sum, [value]) => sum + value, 0)")
    return moved
