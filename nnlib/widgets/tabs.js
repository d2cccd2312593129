// A value that several tabs of the book may write. A tab knows what it last saw kept. What another tab,
// or another widget of its page, has kept since then it takes over before it writes: nothing is replaced
// unseen, and what was kept last counts everywhere.

import { same } from "./shared.js";
import { keep, kept, onKept } from "./keeping.js";

/**
 * Follow what is kept under a name: `take` gets what another has kept there.
 * @param {string} name
 * @param {(value: any) => void} take
 * @param {AbortSignal} life
 */
export function followed(name, take, life) {
  let seen = kept(name);
  /** Take over what another has kept; return whether there was anything. */
  function look() {
    const now = kept(name);
    if (same(now, seen)) return false;
    seen = now;
    take(now);
    return true;
  }
  onKept((one) => { if (one === name || !one) look(); }, life);
  return {
    look,
    /** Keep a value, or forget it, unless another has gone on; return whether what counts is kept. */
    put(value) {
      if (look()) return true;
      const before = seen;
      seen = structuredClone(value); // at once, for this page hears of it, too
      const works = keep(name, value);
      if (!works) seen = before;
      return works;
    },
  };
}

/** Keep one more of those past, and of them the last few; return whether that worked. */
export function append(name, one, most) {
  const past = kept(name);
  return keep(name, [...(Array.isArray(past) ? past : []), one].slice(-most));
}
