// A box that scrolls sideways must be reachable by keyboard; one that does not scroll must not cost
// a stop of the Tab key.
// Which is which depends on the width of the window, so it is decided here and not at build time.
(() => {
  "use strict";
  const BOXES = [
    ["div.highlight pre", "Code"],
    ["div.math > .equation, span.math.wide", "Formula"],
    [".pst-scrollable-table-container, .cell_output .text_html, .bd-article .table-scroll", "Table"],
  ];
  const names = new Map();
  const settle = (box) => {
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
    }
  }
})();
