// Words of the practice widgets: a little markup, links to chapters, files to save.

import { button, el } from "./shared.js";

/** Text with `code` in backticks and *stress* in asterisks, as nodes; nothing else is markup. */
export function prose(text) {
  return text.split(/(`[^`]+`|\*\S(?:[^*]*\S)?\*)/).map((part, i) => {
    if (i % 2 === 0) return part;
    return el(part[0] === "`" ? "code" : "em", {}, part.slice(1, -1));
  });
}

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** Minutes and seconds, as a clock shows them. */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * A question that is asked before something is lost, and its two answers; hidden until then. Whoever
 * hears where the focus goes hears the question.
 */
export function sureOf(words, ...names) {
  const [sure, not] = names.map(button);
  const node = el("div", { class: "nn-row", role: "group", "aria-label": words, hidden: true },
    el("span", {}, words), sure, not);
  return { node, sure, not };
}

/** A listing, if there is one. */
export const listing = (text) =>
  (text ? [el("pre", { tabindex: 0 }, el("code", {}, text.trimEnd()))] : []);

/** Whether this is the rendered book, where pages link to pages; a notebook has other addresses. */
export const inBook = () =>
  Boolean(document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]'));

/** A link to a page of the book, where there is one; else its title. */
export const pageLink = (title, page, base) =>
  (page && inBook() ? el("a", { href: `${base}${page}` }, title) : title);

// What is written in the files that readers save and bring back.
export const PROGRESS = "progress in The Nearest Neighbor Network";
export const SITTING = "a mock interview of The Nearest Neighbor Network";

/** The text of such a file. */
export const fileOf = (what, content) =>
  `${JSON.stringify({ format: what, version: 1, ...content }, null, 1)}\n`;

/** Hand the reader a file that is made here, with no server. */
export function save(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
