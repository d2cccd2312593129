// The theme's header has two buttons that name what they do in an attribute, which the page's policy refuses
// (policy.py); repairs.py takes it from them. So does the link that Sphinx writes above a page on which what
// was sought is marked.
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
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest(".highlight-link a")) return;
    event.preventDefault();
    for (const link of document.querySelectorAll(".highlight-link")) link.remove();
    for (const mark of document.querySelectorAll("span.highlighted")) mark.classList.remove("highlighted");
  });
})();
