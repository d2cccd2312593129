// Leitner's boxes: when a card of the deck comes back, and what is kept of it.

import { isRecord } from "./shared.js";

export const BOXES = "cards"; // the name under which they are kept
const DAYS = [1, 3, 7, 21]; // until a card of box 1, 2, 3, 4 comes back

/** A day some days after another, both as 2026-12-31. */
export const after = (day, days) =>
  new Date(Date.parse(`${day}T00:00Z`) + days * 864e5).toISOString().slice(0, 10);

/** The reader's own day. */
export const dayOf = (now) =>
  new Date(now.getTime() - 6e4 * now.getTimezoneOffset()).toISOString().slice(0, 10);

/** What is kept of a card after it was known well, hardly, or not: "good", "hard", "missed". */
export function graded(record, grade, today) {
  const next = { good: Math.min(record.box + 1, DAYS.length), hard: Math.max(record.box, 1), missed: 0 };
  const box = next[grade];
  return { box, due: box ? after(today, DAYS[box - 1]) : today };
}

/** What is kept of a card that was not answered yet. */
export const untried = (today) => ({ box: 0, due: today });

/** Whether something can be what is kept of a card. */
export const isCard = (one, id) => /^card-[\w-]{1,120}$/.test(id) && isRecord(one)
  && Number.isInteger(one.box) && one.box >= 0 && one.box <= DAYS.length
  && typeof one.due === "string" && /^\d{4}-\d\d-\d\d$/.test(one.due);

/** The records that are well formed. */
export const recordsOf = (value) => Object.fromEntries(
  Object.entries(isRecord(value) ? value : {}).filter(([id, one]) => isCard(one, id)));
