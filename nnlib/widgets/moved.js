// Chapters were renamed and parted, and with them went questions and cells. What a reader kept before
// is moved, once, to where the pages look for it today; nothing that is kept there is replaced.

import { isRecord } from "./shared.js";
import { keep, kept, names } from "./keeping.js";

// Names of chapters, and so of quizzes, began with a number.
const NUMBERED = /^quiz:\d\d_(?=[a-z])/;
// From one chapter to another, by the id of a question or the label of a cell.
const QUESTIONS = [
  ["warmup", "floats", ["equal-sums", "first-lost-integer"]],
  ["nearest", "neighbors", ["error-in-the-limit"]],
  ["scale", "metric", ["cosine-layer", "which-metrics-fit"]],
  ["approximate", "graphs", ["bytes-of-links", "what-removing-does"]],
];
const CELLS = [
  ["warmup:tenths", "floats:tenths"],
  ["expansion:center", "cancellation:center"],
  ["scale:another-metric", "metric:another-metric"],
  ["approximate:start", "graphs:start"],
];

/**
 * Move the answers of a quiz, all or those to some questions.
 * @param {string} then
 * @param {string} today
 * @param {(id: string) => boolean} [isOne]
 */
function moveAnswers(then, today, isOne = () => true) {
  const [old, now] = [kept(then), kept(today) ?? {}];
  if (!isRecord(old) || !isRecord(now)) return;
  const part = (chosen) => Object.fromEntries(Object.entries(old).filter(([id]) => isOne(id) === chosen));
  const [gone, left] = [part(true), part(false)];
  if (!Object.keys(gone).length || !keep(today, { ...gone, ...now })) return;
  keep(then, Object.keys(left).length ? left : undefined);
}

/** Move the code of a cell; beside newer code it becomes the other version, which the page offers. */
function moveCode(then, today) {
  const [old, now] = [kept(then), kept(today)];
  if (!isRecord(old) || (now !== undefined && (!isRecord(now) || now.other !== undefined))) return;
  if (keep(today, now ? { ...now, other: old.code } : old)) keep(then);
}

/** Move all that is kept elsewhere than today. */
export function follow() {
  for (const name of names()) if (NUMBERED.test(name)) moveAnswers(name, name.replace(NUMBERED, "quiz:"));
  for (const [then, today] of CELLS) moveCode(`cell:${then}`, `cell:${today}`);
  for (const [then, today, ids] of QUESTIONS) {
    moveAnswers(`quiz:${then}`, `quiz:${today}`, (id) => ids.includes(id));
  }
}
