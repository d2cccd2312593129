// The theme's header has two buttons that name what they do in an attribute, which the page's policy refuses
// (policy.py); repairs.py takes it from them.
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
})();
