// What the browser keeps for the reader, in localStorage and nowhere else. Storage may be missing,
// blocked, full, or hold what no page of this book wrote: nothing here throws, and one entry that
// cannot be read loses no other.

import { el } from "./shared.js";

const PREFIX = "nearest-neighbor-network:";
// The browser tells other pages of a change in storage, never the page that made it: JupyterLab is
// one page, with a quiz in one notebook and the progress in another.
const CHANGED = "nearest-neighbor-network-kept";

/** The value kept under a name; undefined if there is none, null if it cannot be read. */
export function kept(name) {
  let text;
  try {
    text = window.localStorage.getItem(PREFIX + name);
  } catch {
    return undefined;
  }
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Keep a value, or with undefined forget the name; return whether that worked. */
export function keep(name, value) {
  try {
    if (value === undefined) window.localStorage.removeItem(PREFIX + name);
    else window.localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    return false;
  }
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: name }));
  return true;
}

/** Call back with the name whenever this page keeps or forgets something. */
export function onKept(heard, life) {
  const hear = (/** @type {CustomEvent<string>} */ { detail }) => heard(detail);
  window.addEventListener(CHANGED, hear, { signal: life });
}

/** The names under which something is kept. */
export function names() {
  try {
    const own = Object.keys(window.localStorage).filter((key) => key.startsWith(PREFIX));
    return own.map((key) => key.slice(PREFIX.length)).sort();
  } catch {
    return [];
  }
}

/** A line that says where answers are kept, or that they are not. */
export function keepingNote() {
  const note = el("span", { class: "nn-muted" });
  const tell = (works) => {
    note.textContent = works
      ? "Kept in this browser only."
      : "This browser keeps nothing for this page: what you do here lasts until you leave it.";
  };
  tell(keep("trial", 0) && keep("trial"));
  return { note, tell };
}
