import { announcer, begin, button, el, folded, isRecord, listen, write } from "./shared.js";
import { halves, whenOf } from "./sitting.js";
import { keep, keepingNote, kept, names, onKept } from "./keeping.js";
import { follow } from "./moved.js";
import { PROGRESS, fileOf, inBook, pageLink, plural, save, sureOf } from "./words.js";
import { BOXES, dayOf, recordsOf, sorted } from "./boxes.js";
import { entriesOf, isKnown, together, wellFormed } from "./entries.js";
import { forgetVoices } from "./voices.js";

follow();

let held = false; // whether this page has known ticks to be kept

// ---- What is kept, and what of it counts. ----

/** How far a reader got in a quiz: entries about an earlier wording of a question do not count. */
export function standing({ marks }, record) {
  const counts = ([id, mark]) => isRecord(record) && isRecord(record[id]) && record[id].mark === mark;
  const entries = Object.entries(marks).map((one) => (counts(one) ? record[one[0]] : {}));
  return { of: entries.length, right: entries.filter(({ right }) => right === true).length,
    first: entries.filter(({ first }) => first === true).length };
}

/** The names of drills that are ticked, of those that exist. */
export const ticked = (drills, passed) => drills.map(({ name }) => name)
  .filter((name) => isRecord(passed) && Object.hasOwn(passed, name));

// ---- The page. ----

/** The parts, top to bottom, in a box. */
function partsOf(said, note) {
  const quizzes = el("tbody");
  const drills = el("ul", { class: "nn-drills" });
  const past = el("div", {});
  const damage = el("p", { class: "nn-muted" });
  const [out, into, erase] = ["Export", "Import", "Erase …"].map(button);
  const file = el("input", { type: "file", accept: ".json,application/json", hidden: true, tabindex: -1 });
  const question = sureOf("Erase all answers, cards, code, ticks, interviews and recordings of this book "
    + "from this browser?", "Erase everything", "Keep it");
  const cards = el("p", {});
  const heads = Array.from({ length: 3 }, () => el("span", {}));
  const columns = ["chapter", "right", "at the first try"];
  const box = el("div", { class: "nn-widget nn-progress", role: "group", "aria-label": "Progress" },
    said,
    folded(heads[0], el("table", { "aria-label": "Quizzes" },
      el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))), quizzes)),
    folded(heads[1], drills), folded(heads[2], past), cards, damage,
    el("div", { class: "nn-row" }, out, into, file, erase, note), question.node);
  return { box, heads, quizzes, drills, past, cards, damage, out, into, erase, file, question };
}

/** The names of this book under which something is kept. */
const ours = () => names().filter(isKnown);

/** All that is kept and can be read. */
const keptEntries = () => Object.fromEntries(ours().map((name) => [name, wellFormed(name, kept(name))])
  .filter(([, value]) => value !== undefined));

/** The interviews that were finished. */
function interviews() {
  return wellFormed("mocks", kept("mocks")) ?? [];
}

/** How much is kept. */
function totalsOf(get) {
  const all = get("quizzes").map((quiz) => standing(quiz, kept(`quiz:${quiz.name}`)));
  const sum = (field) => all.reduce((sofar, one) => sofar + one[field], 0);
  return { right: sum("right"), of: sum("of"), first: sum("first"),
    passed: ticked(get("drills"), get("passed")).length, drills: get("drills").length,
    mocks: interviews().length };
}

/** The same in a sentence. */
function totalOf(get) {
  const { right, of, first, passed, drills, mocks } = totalsOf(get);
  return `${right} of ${plural(of, "question")} right, ${first} at the first try; `
    + `${passed} of ${plural(drills, "drill")} passed; ${plural(mocks, "mock interview")}.`;
}

/** A box to tick for each drill; `say` hears what was done. */
function boxesOf({ get, on, change }, list, say) {
  return get("drills").map(({ name, title, minutes, page }) => {
    const input = el("input", { type: "checkbox" });
    on(input, "change", () => {
      const { [name]: _, ...others } = { ...get("passed"), ...wellFormed("drills", kept("drills")) };
      const today = new Date().toISOString().slice(0, 10);
      change({ passed: input.checked ? { ...others, [name]: today } : others });
      say(`${title}: ${input.checked ? "ticked" : "no longer ticked"}.`);
    });
    const link = () => [", ", el("a", { href: page, "aria-label": `Open ${title}` }, "open")];
    list.append(el("li", {}, el("label", { class: "nn-check" }, input, el("span", {}, title)),
      el("span", { class: "nn-muted" }, plural(minutes, "minute"), ...(inBook() ? link() : []))));
    return { name, input };
  });
}

/** How many cards of the deck are due, as the deck counts them, and where they are. */
function cardsDue(get) {
  const known = recordsOf(kept(BOXES));
  const ends = Object.keys(known).filter((id) => id.startsWith("card-said-")); // which nothing else takes up
  const cards = [...get("cards"), ...ends].map((id) => ({ id }));
  const { due, taken } = sorted(cards, known, dayOf(new Date()));
  return [pageLink("Cards", "questions.html", ""), `: ${due.length} due, ${taken.length} taken up`];
}

function show({ heads, quizzes, past, cards, damage }, get, boxes) {
  const { right, of, passed, drills, mocks: finished } = totalsOf(get);
  write(heads[0], `Quizzes: ${right} of ${of} right`);
  write(heads[1], `Drills that the judge has passed: ${passed} of ${drills}`);
  write(heads[2], `Mock interviews: ${finished}`);
  quizzes.replaceChildren(...get("quizzes").map((quiz) => {
    const { of, right, first } = standing(quiz, kept(`quiz:${quiz.name}`));
    return el("tr", {}, el("th", { scope: "row" }, pageLink(quiz.title, quiz.page, get("base"))),
      el("td", {}, `${right} of ${of}`), el("td", {}, `${first}`));
  }));
  const done = new Set(ticked(get("drills"), get("passed")));
  boxes.forEach(({ name, input }) => { input.checked = done.has(name); });
  const lineOf = ({ minutes, covered, points = covered, of, ...one }) => el("li", {},
    `${whenOf(one)}, session ${one.number}: ${halves(points)} of ${plural(of, "point")} `
    + `in ${plural(minutes, "minute")}`);
  const mocks = interviews();
  past.replaceChildren(mocks.length ? el("ul", {}, ...mocks.map(lineOf))
    : el("p", { class: "nn-muted" }, "None yet."));
  cards.replaceChildren(...cardsDue(get));
  const broken = ours().filter((name) => wellFormed(name, kept(name)) === undefined);
  write(damage, broken.length
    ? `What is kept as ${broken.join(", ")} cannot be read and counts as empty. `
      + "Nothing else is affected; it is replaced when you go on there." : "");
}

/** Take progress from a file, all of it or nothing; return what to say of it. */
async function imported(chosen) {
  if (chosen.size > 2e7) throw new Error("This file is too large to be exported progress.");
  const { entries, left } = entriesOf(await chosen.text());
  const before = Object.keys(entries).map((name) => [name, kept(name)]);
  const works = before.every(([name, here]) => keep(name, together(name, here, entries[name])));
  if (!works) {
    before.forEach(([name]) => keep(name)); // first of all, room for what was there
    before.forEach(([name, here]) => keep(name, here));
    throw new Error(names().length ? "There is no room for it in this browser."
      : "This browser keeps nothing for this page.");
  }
  follow(); // the file may be from before, too
  const rest = left ? `, left out ${left} that this book does not know` : "";
  return `Imported ${plural(before.length, "entry", "entries")}${rest}.`;
}

/** Forget everything; return what it was. */
async function erased() {
  // The ninety minutes before what they are ticked by: a tab that shows them must not keep them again.
  const entries = names().reverse();
  entries.forEach((name) => keep(name));
  const voices = new Set((await forgetVoices([]))?.map(([at, question]) => `${at} ${question}`));
  return `Everything is erased: ${plural(entries.length, "entry", "entries")} and `
    + `${plural(voices.size, "recording")}.`;
}

/** What the buttons do: files out and in, and a fresh start. */
function hear({ on }, { out, into, erase, file, question }, announce, fresh) {
  on(out, "click", () => {
    const all = keptEntries();
    save("nearest-neighbor-network-progress.json", fileOf(PROGRESS, { entries: all }), "application/json");
    announce(`Exported ${plural(Object.keys(all).length, "entry", "entries")} to a file.`);
  });
  on(into, "click", () => file.click());
  on(file, "change", async () => {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    try {
      fresh(await imported(chosen));
    } catch (error) {
      announce(`${error.message} Nothing has changed.`);
    }
  });
  const { node, sure, not } = question;
  const ask = (open) => {
    node.hidden = !open;
    (open ? not : erase).focus();
  };
  on(erase, "click", () => ask(true));
  on(not, "click", () => ask(false));
  on(sure, "click", async () => {
    ask(false);
    fresh(await erased());
  });
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, change, start } = page;
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  const parts = partsOf(said, note);
  const say = (words) => announce(words ? `${words} ${totalOf(get)}` : totalOf(get));
  const boxes = boxesOf(page, parts.drills, say);
  const draw = () => {
    held ||= kept("drills") !== undefined;
    show(parts, get, boxes);
  };
  const fresh = (words) => {
    change({ passed: isRecord(kept("drills")) ? kept("drills") : {} });
    draw();
    say(words);
  };
  hear(page, parts, announce, fresh);
  listen(model, ["passed"], () => {
    const passed = get("passed");
    tell(keep("drills", Object.keys(passed).length ? passed : undefined));
    draw();
  }, life);
  // Another tab may have gone on. A quiz in another notebook, too: what is kept here is shown and said by
  // whoever keeps it.
  onKept((name, elsewhere) => {
    // Of these, which a clock keeps every few seconds, nothing is shown: drawing takes the focus away.
    if (elsewhere && !/^(mock|ninety|derivation|pad|cell)\b/.test(name)) fresh();
    else if (name.startsWith("quiz:") || ["mocks", BOXES].includes(name)) {
      draw();
      say();
    }
  }, life);
  const read = () => {
    // Ticks that were erased while the page was left do not come back from what it remembers.
    if (held || isRecord(kept("drills"))) fresh();
    else {
      draw();
      say();
    }
  };
  return start(root, parts.box, { read }, () => {});
}

export default { render };
