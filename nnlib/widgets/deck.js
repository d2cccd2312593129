// The deck: cards that stand as folds in this page, shown one by one when they are due. A card that was
// known comes back after 1 day, then after 3, 7 and 21 (Leitner's boxes); nothing leaves the browser.

import { announcer, begin, button, el } from "./shared.js";
import { keep, keepingNote, kept, onKept } from "./keeping.js";
import { plural } from "./words.js";
import { BOXES, dayOf, drillOf, graded, recordsOf, sorted, untried } from "./boxes.js";

const MORE = 10; // new cards at a time
const CHOSEN = /^#nn-deck=([a-z]+)$/; // a set, in an address

// ---- The page. ----

/** The cards of this page, each with the part of the question to which its chapter belongs. */
function cardsOf(get) {
  return [...document.querySelectorAll("details[id^='card-']")].map((node) => {
    const [, kind, which] = node.id.split("-");
    const drill = Object.keys(get("drills")).find((name) => name.replaceAll("_", "-") === drillOf(node.id));
    const chapter = kind === "drill" ? get("drills")[drill] : which;
    const part = kind === "mock" ? Number(which) : get("chapters")[chapter];
    const title = node.closest("section")?.querySelector("h2")?.firstChild?.textContent ?? "";
    return { id: node.id, node, part, chapter, title };
  });
}

/** The cards of a set, the first of each chapter, then the second of each, and so on. */
function inTurn(cards, chapters) {
  const own = chapters.map((name) => cards.filter(({ chapter }) => chapter === name));
  const most = Math.max(...own.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => own.flatMap((some) => some.slice(i, i + 1))).flat();
}

/**
 * A copy for the stage, of an element or of text; an id stands once in a page, and what a button does is
 * not copied with it.
 */
function copy(node) {
  const made = el("div", {}, node.cloneNode(true));
  for (const one of made.querySelectorAll("button")) one.remove();
  for (const one of made.querySelectorAll("[id]")) one.removeAttribute("id");
  return made.firstChild;
}

const isFront = (node) => node.nodeType === 1 && (node.matches(".front") || node.querySelector(".front"));

/** The two sides of a card. */
function sidesOf({ node }) {
  const [line, ...rest] = [...node.children];
  const title = el("p", { class: "nn-ask", tabindex: -1 }, ...[...line.childNodes].map(copy));
  return { front: [title, ...rest.filter(isFront).map(copy)],
    back: rest.filter((one) => !isFront(one)).map(copy) };
}

/**
 * One round: cards one by one; what was missed comes again at its end. `without` leaves out what another
 * tab has answered.
 */
function roundOf(page, cards, { grade, ended, announce }) {
  const stage = el("div", { class: "nn-stage" });
  let left = [...cards];
  let open = false;
  const act = (name, done) => {
    const press = button(name);
    page.on(press, "click", done);
    return press;
  };
  function judge(how) {
    const card = left.shift();
    if (how === "missed") left.push(card);
    const due = grade(card, how);
    open = false;
    const words = how === "missed" ? "It comes again in this round." : `It comes back on ${due}.`;
    const rest = left.length ? `${plural(left.length, "card")} left.` : "That was the last one.";
    announce(`${words} ${rest}`);
    draw();
  }
  function show() {
    open = true;
    draw();
    announce("The answer. Did you know it?");
  }
  function draw() {
    const [card] = left;
    if (!card) {
      ended();
      return;
    }
    const { front, back } = sidesOf(card);
    const grades = [["Missed", "missed"], ["Hard", "hard"], ["Good", "good"]];
    stage.replaceChildren(
      el("p", { class: "nn-muted" }, `${card.title}; ${plural(left.length, "card")} left`), ...front,
      ...(open ? [el("div", { class: "nn-answer" }, ...back)] : []),
      el("div", { class: "nn-row" }, ...(open ? grades.map(([name, how]) => act(name, () => judge(how)))
        : [act("Show the answer", show)]), act("Stop", ended)));
    stage.querySelector("[tabindex]").focus({ preventScroll: true });
  }
  function without(answered) {
    const rest = left.filter((card) => !answered(card));
    if (rest.length === left.length) return;
    open &&= rest[0] === left[0];
    left = rest;
    announce(`Another tab has answered some of these cards. ${plural(left.length, "card")} left.`);
    draw();
  }
  draw();
  return { stage, without };
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, start } = page;
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  const part = el("select", {}, el("option", { value: "" }, "all parts"),
    ...get("parts").map((title, i) => el("option", { value: i }, title)),
    ...get("sets").map(({ name, title }) => el("option", { value: name }, title)));
  const review = button("Review what is due");
  const more = button(`Take up ${MORE} new cards`);
  const choice = el("div", { class: "nn-row" }, el("label", {}, "Part of the question", part), review, more);
  const stage = el("div", { class: "nn-stage" });
  const box = el("div", { class: "nn-widget nn-deck", role: "group", "aria-label": "Deck of cards" },
    choice, said, stage, note);
  const today = () => dayOf(new Date());
  let unkept = {}; // what the browser would not keep lasts as long as the page
  let round = null;
  const records = () => ({ ...recordsOf(kept(BOXES)), ...unkept });
  function chosen() {
    const all = cardsOf(get);
    const some = get("sets").find(({ name }) => name === part.value);
    if (some) return inTurn(all, some.chapters);
    return all.filter((card) => part.value === "" || card.part === Number(part.value));
  }

  const now = () => sorted(chosen(), records(), today());
  function say() {
    if (!cardsOf(get).length) {
      announce("The cards stand on the page All interview questions of the book.");
      return;
    }
    const { taken, due, fresh } = now();
    const all = taken.length + fresh.length;
    announce(`${plural(all, "card")}: ${due.length} due, ${taken.length} taken up.`
      + `${taken.length ? "" : " Whoever answers a card takes it up: it comes back on its day."}`);
  }
  function grade({ id }, how) {
    const known = records();
    const next = graded(known[id] ?? untried(today()), how, today());
    const works = keep(BOXES, { ...known, [id]: next });
    unkept = works ? {} : { ...unkept, [id]: next };
    tell(works);
    return next.due;
  }
  function ended() {
    stage.replaceChildren();
    choice.hidden = false;
    say();
    review.focus();
  }
  function play(some, none) {
    if (!some.length) {
      announce(none);
      return;
    }
    round = roundOf(page, some, { grade, ended, announce });
    choice.hidden = true; // a card that could not be shown has thrown before
    stage.replaceChildren(round.stage);
    announce(`${plural(some.length, "card")}. Answer aloud before you look.`);
    stage.querySelector("[tabindex]").focus({ preventScroll: true });
  }
  on(review, "click", () => play(now().due, "No card is due: take up some, or come back another day."));
  on(more, "click", () => play(now().fresh.slice(0, MORE), "Every card is taken up."));
  on(part, "change", say);
  onKept((name, elsewhere) => {
    if (choice.hidden) round.without(({ id }) => elsewhere && records()[id]?.due > today());
    else if (elsewhere || name !== BOXES) say();
  }, life);
  /** An address may choose: one comes from the page that asks for some cards. */
  function read() {
    const [, name] = CHOSEN.exec(location.hash) ?? [];
    if (get("sets").some((one) => one.name === name)) part.value = name;
    say();
  }
  addEventListener("hashchange", () => choice.hidden || read(), { signal: life });
  return start(root, box, { read }, () => {});
}

export default { render };
