// A box that scrolls sideways must be reachable by keyboard, and show on which side there is more; one that
// does not scroll must not cost a stop of the Tab key.
// Which is which depends on the width of the window, so it is decided here and not at build time.
(() => {
  "use strict";
  const BOXES = [
    ["div.highlight pre", "Code"],
    ["div.math > .equation, span.math.wide", "Formula"],
    [".pst-scrollable-table-container, .cell_output .text_html, .bd-article .table-scroll", "Table"],
  ];
  const names = new Map();
  /** On which sides a box goes on: style.css fades it there. */
  const tell = (box) => {
    const after = box.scrollWidth - box.clientWidth - box.scrollLeft; // whole, but for the last
    const more = [box.scrollLeft >= 1 && "left", after >= 1 && "right"].filter(Boolean).join(" ");
    if (more) box.dataset.more = more;
    else delete box.dataset.more;
  };
  const settle = (box) => {
    tell(box);
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (scrolls === (box.tabIndex === 0)) return;
    if (scrolls) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${names.get(box)}, scrolls sideways`);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  // The observer reports each box once when it starts watching, and again whenever its size changes.
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => settle(entry.target)));
  for (const [selector, name] of BOXES) {
    for (const box of document.querySelectorAll(selector)) {
      names.set(box, name);
      observer.observe(box);
      box.addEventListener("scroll", () => tell(box), { passive: true });
    }
  }
})();
