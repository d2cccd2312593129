"""Axe's complaints about a page; of text that looks alike, the first piece stands for all.

So it does on pages that come after it, for whoever remembers what has been judged.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
# preload fetches style sheets a second time, which file:// refuses; nothing here needs it.
OPTIONS = {"preload": False, "resultTypes": ["violations"]}

# The rules to check by theme, () for all: a theme changes colors and nothing else.
RULES: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}

# Mark the first element of every look. Two look alike if their own text has the same color, size
# and weight, and if the same grounds lie below it: all that an element puts between its text and
# the page, itself and every one around it. What axe passes over is no sample for what it judges.
# Nor are words within a drawing a sample of anything: axe takes a drawing for a picture, and cannot
# say how words stand out from one, but looks at all of the page first.
SAMPLES = """(judged) => {
  const GROUND = { "background-color": "rgba(0, 0, 0, 0)", "background-image": "none",
    opacity: "1", filter: "none", "mix-blend-mode": "normal", position: "static",
    clip: "auto", "clip-path": "none", "overflow-x": "visible", "overflow-y": "visible" };
  const TEXT = ["color", "font-size", "font-weight", "text-shadow", "text-indent"];
  const WORDS = /[\\p{L}\\p{N}]{2}/u;
  const grounds = new Map([[null, ""]]);
  const seen = new Set(judged);
  window.looks = new Map();
  for (const e of document.querySelectorAll("*")) {  // those around it come before it
    const style = getComputedStyle(e);
    const own = Object.entries(GROUND).map(([name, idle]) => {
      const value = style.getPropertyValue(name);
      return value === idle ? "" : `${name} ${value}`;
    }).join("");
    const below = grounds.get(e.parentElement);
    const ground = own ? `${below}/${own}` : below;
    grounds.set(e, ground);
    const words = [...e.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data);
    const box = e.getBoundingClientRect();
    const frame = e.ownerSVGElement?.getBoundingClientRect();
    const within = frame && box.left >= frame.left && box.right <= frame.right
      && box.top >= frame.top && box.bottom <= frame.bottom;
    const look = [ground, ...TEXT.map((name) => style.getPropertyValue(name)),
      e.tagName, e.type, WORDS.test(words.join("")),
      e.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
      box.width > 1 && box.height > 1, box.right > 0 && box.bottom + scrollY > 0,
      Boolean(e.closest(":disabled, [aria-disabled=true], [inert]") || e.control?.disabled),
    ].join("|");
    const sample = !within && !seen.has(look);
    e.toggleAttribute("data-sample", sample);
    if (!sample) continue;
    seen.add(look);
    looks.set(e, look);
  }
}"""
# What stands out is told by element, as that costs no selectors; what does not, is told in full.
# Of what is placed freely, no look tells the ground.
RUN = """async (options) => {
  const PLACED = /position (absolute|fixed|sticky)/;
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-sample]" }] });
  const all = { resultTypes: ["violations", "passes"], elementRef: true, selectors: false };
  const { violations, passes } = await axe.run({ ...options, ...all });
  const readable = passes.find(({ id }) => id === "color-contrast")?.nodes ?? [];
  const again = violations.length ? (await axe.run(options)).violations : [];
  const told = again.length ? again : violations.map(({ id, nodes }) => ({ id,  // it did not last
    nodes: nodes.map(({ html, failureSummary }) => ({ target: [html], failureSummary })) }));
  return [told,
    readable.filter(({ any }) => any.some(({ data }) => data?.fgColor))  // others are out of sight
      .map(({ element }) => looks.get(element)).filter((look) => !PLACED.test(look))];
}"""


def found_by_axe(page: Page, *rules: str, judged: set[str] | None = None) -> list[dict[str, Any]]:
    """Run axe, all of it or some rules, on a page; return its violations.

    How text stands out takes nine tenths of its time, a look at every element below every piece of
    text. Of pieces that look alike one says it. Looks in ``judged`` are passed over; those found to
    stand out are added to it.
    """
    options = {**OPTIONS, "runOnly": list(rules)} if rules else OPTIONS
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    page.evaluate(SAMPLES, sorted(judged or ()))
    found: list[dict[str, Any]]
    found, readable = page.evaluate(RUN, options)
    if judged is not None:
        judged.update(readable)
    return found
