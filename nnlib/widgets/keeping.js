// What the browser keeps for the reader, in localStorage and nowhere else. Storage may be missing,
// blocked, full, or hold what no page of this book wrote: nothing here throws, and one entry that
// cannot be read loses no other.

import { el, write } from "./shared.js";

const TRIAL = "trial"; // whether anything can be kept is tried under this name
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

/**
 * Call back with the name when something is kept or forgotten: by this page, or by another tab, which
 * is then said, too. A tab that forgets all at once, as the browser's own settings do, gives no name.
 * @param {(name: string, elsewhere: boolean) => void} heard
 * @param {AbortSignal} life
 */
export function onKept(heard, life) {
  const hear = (name, elsewhere) => name !== TRIAL && heard(name, elsewhere);
  /** @param {CustomEvent<string>} event */
  const own = ({ detail }) => hear(detail, false);
  window.addEventListener(CHANGED, own, { signal: life });
  window.addEventListener("storage", ({ key }) => {
    if ((key ?? PREFIX).startsWith(PREFIX)) hear((key ?? PREFIX).slice(PREFIX.length), true);
  }, { signal: life });
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
  const note = el("span", { class: "nn-muted", role: "status" });
  const full = () => (names().length
    ? "There is no room left in this browser: what was kept before stays, and "
    : "This browser keeps nothing for this page: ");
  const tell = (works) => write(note, works ? "Kept in this browser only."
    : `${full()}what you do here lasts until you leave it.`);
  tell(keep(TRIAL, 0) && keep(TRIAL));
  return { note, tell };
}
