"""How far what a widget shows stands out from its ground, as WCAG measures it.

axe looks at text on plain grounds only. Text needs 4.5:1, and a shape that carries meaning 3:1
(WCAG 1.4.11).
"""

from __future__ import annotations

from playwright.sync_api import Locator

RATIO = """const parse = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (color) => color
    .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };"""
FROM_GROUND = f"""(box, wanted) => {{
  {RATIO}
  const ground = parse(getComputedStyle(box).backgroundColor);
  return wanted.flatMap(([selector, property]) => [...box.querySelectorAll(selector)]
    .map((node) => ratio(parse(getComputedStyle(node)[property]), ground)));
}}"""


def contrasts(box: Locator, *wanted: tuple[str, str]) -> list[float]:
    """Return the contrast to the widget's ground of all that the selectors find.

    With each selector goes the CSS property that holds the color.
    """
    found: list[float] = box.evaluate(FROM_GROUND, [list(pair) for pair in wanted])
    return found
