// The theme's header has two buttons that name what they do in an attribute, which the page's policy refuses
// (policy.py); repairs.py takes it from them. The link "Hide Search Matches", which Sphinx writes in the
// page, runs a script by its address, which the policy refuses as well.
(() => {
  "use strict";
  const ACTIONS = {
    ".btn-fullscreen-button": () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    },
    ".btn-download-pdf-button": () => print(),
  };
  for (const [selector, action] of Object.entries(ACTIONS)) {
    document.querySelector(selector)?.addEventListener("click", action);
  }
  // The link goes, by a click or by Escape; if it had the focus, the page's title takes that.
  const { hideSearchWords } = SphinxHighlight;
  SphinxHighlight.hideSearchWords = () => {
    const had = document.activeElement?.closest(".highlight-link");
    hideSearchWords();
    if (!had) return;
    /** @type {HTMLElement} */
    const title = document.querySelector(".bd-article h1");
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest(".highlight-link a")) return;
    event.preventDefault();
    SphinxHighlight.hideSearchWords();
  });
})();
