// The list of pages shows the page that is open. The theme scrolls it to where it was on the page before,
// wherever this one's name is; and the dialog that has it on a phone opens at its top.
(() => {
  "use strict";
  const SEARCH = 64; // px: the field that stays above the list
  const own = [...document.querySelectorAll(".bd-docs-nav .active > a")].at(-1);
  if (!own) return;
  const show = () => {
    const list = own.closest("dialog[open], div.bd-sidebar");
    const [all, one] = [list, own].map((node) => node.getBoundingClientRect());
    const hidden = one.top < all.top + SEARCH || one.bottom > all.bottom;
    if (hidden) list.scrollTop += one.top - all.top - all.height / 4;
  };
  document.addEventListener("DOMContentLoaded", show); // the theme has scrolled by then
  // Once the theme has moved the list into the dialog.
  document.querySelector(".primary-toggle")?.addEventListener("click", () => setTimeout(show));
})();
