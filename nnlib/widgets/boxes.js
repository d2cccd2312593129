// Leitner's boxes: when a card of the deck comes back, and what is kept of it.

import { isRecord } from "./shared.js";
import { kept, names } from "./keeping.js";

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

/** Whether what is kept of the judge's verdicts on a drill tells of a miss; an empty pad is none. */
export const isMiss = (one) => one?.missed === true
  || (one?.passed === false && one.words !== "not attempted");

/** The drill of a card, as its name stands there. */
export const drillOf = (id) => /^card-drill-(.+)-\w+$/.exec(id)?.[1];

/**
 * Whether a card tells of something that the reader once missed in a quiz, an interview or a pad. What
 * went well later takes no card away: by its boxes a card shows that it is known.
 */
export function missedElsewhere(entries) {
  const asked = new Set();
  const drills = new Set();
  const steps = new Set();
  for (const [name, value] of Object.entries(entries)) {
    const [what, which] = name.split(":");
    const parts = Object.entries(isRecord(value) ? value : {});
    if (what === "quiz") {
      for (const [id, one] of parts) if (one?.first === false) asked.add(`card-quiz-${which}-${id}`);
    } else if (what === "report") {
      for (const [drill, one] of parts) if (isMiss(one)) drills.add(drill.replaceAll("_", "-"));
    }
  }
  for (const session of Array.isArray(entries.sittings) ? entries.sittings : []) {
    for (const [id, one] of Object.entries(isRecord(session?.steps) ? session.steps : {})) {
      const good = isRecord(one?.rated) && Object.values(one.rated).includes(1);
      if (one?.marked === true && !good) steps.add(id);
    }
  }
  return (id) => asked.has(id) || drills.has(drillOf(id))
    || (/^card-mock-\d+-/.test(id) && steps.has(id.replace(/^card-mock-\d+-/, "")));
}

/** Of these cards those that are taken up, those of them that are due, and those that are new. */
export function sorted(cards, known, day) {
  const missed = missedElsewhere(Object.fromEntries(names().map((name) => [name, kept(name)])));
  const isTaken = ({ id }) => Boolean(known[id]) || missed(id);
  const taken = cards.filter(isTaken);
  return { taken, due: taken.filter(({ id }) => (known[id]?.due ?? day) <= day),
    fresh: cards.filter((card) => !isTaken(card)) };
}
