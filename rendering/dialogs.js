// On a narrow screen the theme shows its sidebars as dialogs. It loses the focus when one closes, and
// leaves the page's contents open over the section that was chosen.
(() => {
  "use strict";
  for (const side of ["primary", "secondary"]) {
    /** @type {HTMLDialogElement} */
    const dialog = document.querySelector(`#pst-${side}-sidebar-modal`);
    /** @type {HTMLElement} */
    const opener = document.querySelector(`.${side}-toggle`);
    if (!dialog || !opener) continue;
    let chosen = false; // then the focus belongs to the section
    dialog.addEventListener("click", (event) => {
      chosen = event.target instanceof Element && Boolean(event.target.closest("a[href^='#']"));
      if (chosen) dialog.close();
    });
    // Once the theme has moved the sidebar back, and the focus is nowhere.
    dialog.addEventListener("close", () => {
      if (!chosen) setTimeout(() => opener.focus({ preventScroll: true }));
      chosen = false;
    });
  }
})();
