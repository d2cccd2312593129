// A value that several tabs of the book may write. A tab knows what it last saw kept. What another tab,
// or another widget of its page, has kept since then it takes over before it writes: nothing is replaced
// unseen, and what was kept last counts everywhere.

import { same } from "./shared.js";
import { keep, kept, onKept } from "./keeping.js";

const held = new Set(); // the names under which this page has known something to be kept

/**
 * Follow what is kept under a name: `take` gets what another has kept there. `erased` says that it was
 * forgotten while the page was left: then what the page itself remembers of it does not count either.
 * @param {string} name
 * @param {(value: any) => void} take
 * @param {AbortSignal} life
 */
export function followed(name, take, life) {
  let seen = kept(name);
  const erased = held.has(name) && seen === undefined;
  if (seen !== undefined) held.add(name);
  /** Take over what another has kept; return whether there was anything. */
  function look() {
    const now = kept(name);
    if (same(now, seen)) return false;
    seen = now;
    if (now !== undefined) held.add(name);
    take(now);
    return true;
  }
  onKept((one) => { if (one === name || !one) look(); }, life);
  return {
    erased,
    look,
    /** Keep a value, or forget it, unless another has gone on; return whether what counts is kept. */
    put(value) {
      if (look()) return true;
      const before = seen;
      seen = structuredClone(value); // at once, for this page hears of it, too
      const works = keep(name, value);
      if (!works) seen = before;
      if (seen === undefined) held.delete(name);
      else held.add(name);
      return works;
    },
  };
}

/**
 * Keep one more of those past, and of them the last `most`, or as many as there were: a file may have
 * brought more. Return whether that worked.
 */
export function append(name, one, most) {
  const found = kept(name);
  const past = Array.isArray(found) ? found : [];
  return keep(name, [...past, one].slice(-Math.max(most, past.length)));
}
