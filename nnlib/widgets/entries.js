// What the browser keeps for a reader, entry by entry: the form of each, how a file holds them, and how
// what a file holds joins what is here.

import { isRecord, same } from "./shared.js";
import { isCard } from "./boxes.js";
import { PROGRESS, SITTING } from "./words.js";

const isText = (value) => typeof value === "string";
const COUNTS = ["number", "minutes", "covered", "of"];
const isPast = (value) => isRecord(value) && COUNTS.every((name) => Number.isInteger(value[name]))
  && isText(value.date);
const isAnswer = (value) => isRecord(value) && Number.isInteger(value.tries) && isText(value.mark);
const isCode = (value) => isRecord(value) && isText(value.code) && isText(value.stub)
  && isText(value.other ?? "");

// Of which form the parts of an entry are, by what its name begins with.
const PARTS = { quiz: isAnswer, report: isRecord, cards: isCard, derivation: isText, drills: isText,
  mocks: isPast, sittings: isRecord };
const LISTS = ["mocks", "sittings"];
// Entries that count as a whole.
const WHOLES = { pad: isCode, cell: isCode,
  ninety: (value) => isRecord(value) && Number.isFinite(value.spent),
  mock: (value) => isRecord(value) && Number.isInteger(value.number) };

const NAMED = [/^(quiz|pad|report):\w{1,40}$/, /^cell:\w{1,40}:[\w-]{1,40}$/,
  /^(cards|derivation|drills|mocks?|ninety|sittings)$/];

/** Whether this book keeps something under a name. */
export const isKnown = (name) => NAMED.some((form) => form.test(name));

/** What of an entry has its form; undefined if nothing has. */
export function wellFormed(name, value) {
  const [what] = name.split(":");
  if (WHOLES[what]) return WHOLES[what](value) ? value : undefined;
  const fits = PARTS[what];
  if (LISTS.includes(what)) return Array.isArray(value) ? value.filter(fits) : undefined;
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([id, part]) => fits(part, id)));
}

const REFUSED = "This file holds no exported progress";

/** The entries of an exported file, and how many it has that are none; throws a reader's sentence. */
export function entriesOf(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${REFUSED}: it is not JSON.`);
  }
  const { format, version, session, record } = isRecord(content) ? content : {};
  const sitting = { sittings: [session], ...(record ? { mocks: [record] } : {}) };
  const entries = format === SITTING ? sitting : format === PROGRESS ? content.entries : null;
  if (version !== 1 || !isRecord(entries)) throw new Error(`${REFUSED} of this book.`);
  const all = Object.entries(entries);
  const known = all.filter(([name]) => isKnown(name));
  const broken = known.find(([name, value]) => !same(wellFormed(name, value), value));
  if (broken) throw new Error(`This file is damaged: what it holds as ${broken[0]} is not of that form.`);
  return { entries: Object.fromEntries(known), left: all.length - known.length };
}

const dateOf = ({ date, began }) => String(date ?? began ?? "");

/** What is kept here and what a file holds, as one. Where both have the same thing, the file's counts. */
export function together(name, here, theirs) {
  const own = wellFormed(name, here);
  if (own === undefined) return theirs;
  const [what] = name.split(":");
  if (LISTS.includes(what)) {
    const isHere = (one) => own.some((old) => same(old, one) || (one.at && old.at === one.at));
    return [...own, ...theirs.filter((one) => !isHere(one))]
      .toSorted((a, b) => (dateOf(a) < dateOf(b) ? -1 : Number(dateOf(a) > dateOf(b))));
  }
  if (PARTS[what]) return { ...own, ...theirs };
  if (WHOLES[what] === isCode) { // both stay, and the page offers the other; a third is in the file only
    const both = own.code === theirs.code || own.other !== undefined;
    return both ? { ...theirs, ...own } : { ...theirs, other: own.code };
  }
  // An interview under way here goes on.
  return what === "mock" && own.phase !== "done" ? own : theirs;
}
