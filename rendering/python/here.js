// The Python of this page: one runner for all that runs here, or none if the book was built without.

import { Runner } from "./runner.js";

/** @type {any} Written in when the book is built: the packs with their sizes, or null. */
const FILES = "FILES";

const script = /** @type {HTMLScriptElement} */ (document.currentScript);

export const BASE = new URL("python/", script.src).href;
export const life = new AbortController().signal; // what stands in a page lives as long as the page
export const runner = FILES && new Runner(BASE, FILES);
export const WITHOUT = "This book was built without Python, so its pages run nothing. JupyterLab does.";

const MEGABYTE = 1e6;

export const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(1);

/** The packs beyond the core that these sources use, in the order of the list. */
export function extrasFor(sources) {
  const used = ([, { uses }]) => uses && sources.some((source) => RegExp(uses).test(source));
  return Object.entries(FILES).filter(used).map(([name]) => name);
}

/** What the page calls a pack, if its size is worth a word. */
export const titleOf = (name) => (FILES[name].bytes > MEGABYTE ? FILES[name].title : "");
