// A mock interview as data. A session is drawn from its number, so that the number is enough to draw
// it again; what the reader did is kept beside it, by the names of the steps.

import { isRecord } from "./shared.js";

export const MOST = 9999;
export const COST = 0.5; // points that a hint costs

/** Random numbers from a seed: mulberry32. */
function chance(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

/** @type {[number, string][]} */
const UNITS = [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"]];

/** A number of bytes, to two digits. */
export function bytesOf(count) {
  const [size, unit] = UNITS.find(([least]) => count >= least) ?? UNITS.at(-1);
  return `${Number((count / size).toPrecision(2))} ${unit}`;
}

/** What a scene says of each {field}, its sizes drawn. */
function drawScene(scenes, pick) {
  const scene = scenes[pick(scenes.length)];
  const [queries, rows] = [scene.n_test, scene.n_train].map((sizes) => sizes[pick(sizes.length)]);
  const matrix = queries * rows * scene.bytes;
  const grouped = (n) => n.toLocaleString("en-US");
  return { ...scene, n_test: grouped(queries), n_train: grouped(rows),
    matrix: bytesOf(matrix), cube: bytesOf(matrix * scene.d) };
}

/** A step with what the scene says in it; the listings have braces of their own. */
function fillStep(step, scene, unlisted) {
  const fill = (text) => text.replace(/\{([a-z_]+)\}/g, (_, word) => scene[word]);
  const filled = (line) => (typeof line === "string" ? { say: fill(line) }
    : { ...line, say: fill(line.say), covers: fill(line.covers), chapter: fill(line.chapter) });
  return { ...step, ask: fill(step.ask), answer: step.answer.map(filled),
    probes: [...step.probes, unlisted] };
}

/** The parts of one session: one scene, of every `one_of` one step, and what a screen asks. */
export function drawSession({ screens, scenes, parts, unlisted }, number, screen) {
  const pick = chance(number);
  const scene = drawScene(scenes, pick);
  return parts.map(({ title, minutes, steps }) => {
    const drawn = steps.map((entry) => entry.one_of?.[pick(entry.one_of.length)] ?? entry);
    const asked = drawn.filter((step) => step.screen <= screen);
    const own = minutes[screens.indexOf(screen)];
    return { title, minutes: own, steps: asked.map((step) => fillStep(step, scene, unlisted)) };
  });
}

/** Every line of the session's answers that earns something. */
export const lines = (parts) => parts.flatMap(({ title, steps }, part) => steps.flatMap((step) =>
  step.answer.flatMap((line, k) => (line.covers ? [{ ...line, part, title, id: step.id, k }] : []))));

/** What is kept of a step: the hints taken, the probe met, notes, and how lines were rated. */
export const blank = () => ({ hints: 0, probe: null, notes: "", marked: false, rated: {} });

const PHASES = ["asking", "choosing", "probing", "marking", "done"];

function stepOf(value) {
  if (!isRecord(value)) return blank();
  const { hints, probe, notes, marked, rated } = value;
  const shares = Object.entries(isRecord(rated) ? rated : {});
  const good = shares.filter(([, share]) => [0, 0.5, 1].includes(share));
  return { hints: Number.isInteger(hints) && hints > 0 ? hints : 0,
    probe: Number.isInteger(probe) ? probe : null, notes: typeof notes === "string" ? notes : "",
    marked: marked === true, rated: Object.fromEntries(good) };
}

const codeOf = (value) => (isRecord(value) && typeof value.code === "string"
  ? { code: value.code, report: typeof value.report === "string" ? value.report : "" } : null);

/** When a session began, by which it is known; what an earlier edition kept has its day and number. */
const atOf = ({ at, began, number }) => (Number.isInteger(at) ? at : Date.parse(began) + number);

/** The same of all sessions that are kept. */
export const timesOf = (...kept) => kept.flat().filter(isRecord).map(atOf);

/**
 * When a session began: day and time, or the day alone, where an earlier edition kept no more.
 * @param {{ at?: any, began?: any, date?: any }} session
 */
export function whenOf({ at, began, date = began }) {
  const then = new Date(at);
  const two = (n) => String(n).padStart(2, "0");
  if (!(at - Date.parse(date) > MOST)) return date;
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} `
    + `${two(then.getHours())}:${two(then.getMinutes())}`;
}

/** A stored session, if it can be one of this interview; else none. */
export function sessionOf(value, interview) {
  if (!isRecord(value) || value.mark !== interview.mark) return null;
  const { mark, number, screen, part, step, phase, spent, began, work } = value;
  if (!Number.isInteger(number) || number < 1 || number > MOST) return null;
  if (!interview.screens.includes(screen)) return null;
  const parts = drawSession(interview, number, screen);
  const fits = Number.isInteger(part) && Number.isInteger(step) && Boolean(parts[part]?.steps[step])
    && PHASES.includes(phase) && isRecord(value.steps)
    && Array.isArray(spent) && spent.length === parts.length
    && spent.every((ms) => Number.isFinite(ms) && ms >= 0)
    && typeof began === "string" && /^\d{4}-\d\d-\d\d$/.test(began);
  if (!fits) return null;
  const all = parts.flatMap(({ steps }) => steps.map(({ id }) => [id, stepOf(value.steps[id])]));
  return { mark, number, screen, part, step, phase, spent: [...spent], began,
    at: atOf(value),
    steps: Object.fromEntries(all), work: codeOf(work) };
}

export const sum = (values) => values.reduce((a, b) => a + b, 0);
export const planned = (parts) => sum(parts.map(({ minutes }) => minutes));

/** A number of points for reading, halves as they are written. */
export const halves = (value) => (value % 1 ? `${Math.floor(value) || ""}½` : String(value));

const NAMES = new Map([[1, "good"], [0.5, "half"], [0, "missed"]]);
export const STATUSES = ["good", "half", "missed", "not reached"];

/** What is told at the end: by part, by line, by item of the rubric. */
export function summaryOf(interview, session) {
  const parts = drawSession(interview, session.number, session.screen);
  const all = lines(parts).map((line) => {
    const { marked, rated } = session.steps[line.id];
    const share = rated[line.k] ?? 0;
    return { ...line, share, status: marked ? NAMES.get(share) : "not reached" };
  });
  const reached = all.filter(({ status }) => status !== "not reached");
  // Of each question what its lines earn, and what hints take of that.
  const scores = Object.fromEntries(Object.entries(session.steps).map(([id, { hints }]) => {
    const own = all.filter((line) => line.id === id);
    const got = sum(own.map(({ share }) => share));
    return [id, { got, off: Math.min(COST * hints, got), of: own.length }];
  }));
  const pointsOf = (ids) => sum(ids.map((id) => scores[id].got - scores[id].off));
  /** @type {[string, number][]} */
  const items = Object.keys(interview.items).flatMap((item) => {
    const own = reached.filter((line) => line.item === item);
    return own.length ? [[item, sum(own.map(({ share }) => share)) / own.length]] : [];
  });
  const [weakest] = [...items].sort((a, b) => a[1] - b[1]);
  return {
    rows: parts.map(({ title, minutes, steps }, p) => {
      const ids = steps.map(({ id }) => id);
      return { title, minutes, spent: session.spent[p], points: pointsOf(ids),
        of: sum(ids.map((id) => scores[id].of)) };
    }),
    all, scores, points: pointsOf(Object.keys(scores)), items: Object.fromEntries(items),
    counts: STATUSES.map((status) => [status, all.filter((line) => line.status === status).length]),
    habit: weakest && weakest[1] < 1 ? interview.items[weakest[0]].habit : "",
  };
}

/** A finished session as one entry of those past. */
export function recordOf(interview, session) {
  const { all, points, items } = summaryOf(interview, session);
  return { number: session.number, screen: session.screen, date: session.began, at: session.at,
    minutes: Math.max(Math.round(sum(session.spent) / 60000), 1),
    covered: all.filter(({ status }) => status === "good").length, of: all.length, points, items };
}
