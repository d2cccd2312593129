// Ninety minutes: a clock that runs on over the pages, a bar that says where one should be, and ticks
// for what the browser knows to be done.

import { announcer, begin, button, el, isRecord, same, set, write } from "./shared.js";
import { keepingNote, kept, onKept } from "./keeping.js";
import { followed } from "./tabs.js";
import { clock, plural, prose, sureOf } from "./words.js";

const KEY = "ninety";
const READ = 60000; // ms that a page was open before it counts as read

/** A state that is well formed, or the one before the start. */
export function stateOf(value, steps) {
  const none = { spent: 0, since: null, opened: {}, done: [], before: {} };
  if (!isRecord(value)) return none;
  const { spent, since, opened, done, before } = value;
  const known = (id) => steps.some((step) => step.id === id);
  const when = Object.entries(isRecord(opened) ? opened : {}).filter(([id, at]) => known(id)
    && Number.isFinite(at));
  return { spent: Number.isFinite(spent) && spent >= 0 ? spent : 0,
    since: Number.isFinite(since) ? since : null, opened: Object.fromEntries(when),
    done: Array.isArray(done) ? done.filter(known) : [],
    before: isRecord(before) ? before : {} };
}

/** The milliseconds that the clock has run; a clock set back takes nothing away. */
export const elapsed = ({ spent, since }, now) => spent + (since === null ? 0 : Math.max(now - since, 0));

/** The step at which one should be after so many milliseconds; the last one, once all are over. */
export function due(steps, ms) {
  let end = 0;
  const i = steps.findIndex(({ minutes }) => (end += minutes * 60000) > ms);
  return i < 0 ? steps.length - 1 : i;
}

const counts = (value) => (Array.isArray(value) ? value.length : 0);
const cardsSeen = () =>
  Object.entries(isRecord(kept("cards")) ? kept("cards") : {}).map((one) => JSON.stringify(one));

/** What there was when the clock was started, against which a step is done. */
const snapshot = () => ({ cards: cardsSeen(), mocks: counts(kept("mocks")) });

/** Whether a step that is not a page to read is done. */
export function finished(step, before, blanks) {
  if (step.done === "drill") return isRecord(kept("drills")) && Object.hasOwn(kept("drills"), step.drill);
  if (step.done === "mock") return counts(kept("mocks")) > (before.mocks ?? 0);
  if (step.done === "cards") {
    const old = new Set(Array.isArray(before.cards) ? before.cards : []);
    return cardsSeen().filter((one) => !old.has(one)).length >= step.cards;
  }
  const given = kept("derivation");
  return step.done === "blanks" && isRecord(given)
    && Object.entries(blanks).every(([id, text]) => given[id] === text);
}

/** The list of steps: a tick, what to do and where, and the minutes. */
function rowsOf(steps, { on }, opens, ticks) {
  return steps.map((step) => {
    const box = el("input", { type: "checkbox" });
    const link = el("a", { href: step.page }, step.title);
    on(link, "click", () => opens(step));
    on(link, "auxclick", ({ button: which }) => which === 1 && opens(step)); // in a new tab
    on(box, "change", () => ticks(step, box.checked));
    const label = el("label", { class: "nn-check" }, box, el("span", {}, "done"));
    const minutes = plural(step.minutes, "minute").replace(" ", "\u00a0");
    const row = el("li", {}, el("div", { class: "nn-step" }, el("span", {}, link, ": ", ...prose(step.say),
      ". ", el("span", { class: "nn-muted" }, minutes)), label));
    set(label, { "aria-label": `${step.title}: done` });
    return { step, box, row };
  });
}

/** The steps under the bar of time, each as long as its minutes. */
const marksOf = (steps) => el("div", { class: "nn-steps", "aria-hidden": "true" },
  ...steps.map(({ minutes }, i) => el("span", { style: `flex: ${minutes} 0 0` }, String(i + 1))));

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, start } = page;
  const [steps, blanks] = [get("steps"), get("blanks")];
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  const whole = steps.reduce((sofar, { minutes }) => sofar + minutes, 0);
  const [go, anew] = ["Start the clock", "Begin again"].map(button);
  const time = el("strong", { class: "nn-number", role: "timer", "aria-label": "Time" });
  const bar = el("progress", { max: whole * 60000, "aria-label": "Time gone" });
  const question = sureOf("Take back the time and all ticks?", "Begin at 0:00", "Keep them");
  let state = stateOf(null, steps);
  let told = -1; // the step that was said last; after all of them, their number
  const now = () => Date.now();
  const there = followed(KEY, take, life);
  const running = () => state.since !== null;
  const begun = () => running() || state.spent > 0;
  const rows = rowsOf(steps, page, (step) => {
    there.look();
    if (step.done === "read" && begun()) commit({ opened: { [step.id]: now(), ...state.opened } });
  }, (step, yes) => {
    there.look();
    const others = state.done.filter((id) => id !== step.id);
    commit({ done: yes ? [...others, step.id] : others });
    say();
  });
  const list = el("ol", {}, ...rows.map(({ row }) => row));
  const box = el("div", { class: "nn-widget nn-ninety", role: "group", "aria-label": "Ninety minutes" },
    el("div", { class: "nn-row" }, time, go, anew), question.node,
    el("div", {}, bar, marksOf(steps)), list, said, note);

  /** Take the state that is kept: one clock runs for all tabs. */
  function take(value) {
    state = stateOf(value, steps);
    draw();
    say();
  }
  /** Change the state that was kept last, here or in another tab. */
  function commit(change) {
    state = { ...state, ...change };
    tell(there.put(state));
    draw();
  }
  /** Tick what was done elsewhere; who is `back` from a page that was open a while has read it. */
  function look(back = false) {
    there.look();
    if (!begun()) return;
    const isRead = ({ id }) => back && now() - state.opened[id] >= READ;
    const more = steps.filter((step) => !state.done.includes(step.id)
      && (finished(step, state.before, blanks) || isRead(step)));
    // Whoever is back early opens the page anew.
    const opened = back ? {} : state.opened;
    if (!more.length && same(opened, state.opened)) return;
    commit({ done: [...state.done, ...more.map(({ id }) => id)], opened });
    if (more.length) say();
  }
  /** Blanks that were emptied are there to be filled again. */
  function emptied() {
    const done = state.done.filter((id) => steps.find((step) => step.id === id).done !== "blanks");
    if (kept("derivation") !== undefined || same(done, state.done)) return;
    commit({ done });
    say();
  }
  function say() {
    if (!begun()) {
      announce(`${whole} minutes in ${plural(steps.length, "step")}. Start the clock when you begin: before `
        + "that, nothing is ticked by itself.");
      return;
    }
    told = reached();
    const over = told === steps.length ? "Time is up." : `By now: ${steps[told].title}.`;
    const next = steps.find(({ id }) => !state.done.includes(id));
    announce(`${over} ${state.done.length} of ${plural(steps.length, "step")} done.`
      + `${running() ? "" : " The clock stands."}${next ? ` Next: ${next.title}.` : ""}`);
  }
  /** The step at which one should be; after the last one, their number. */
  function reached() {
    const ms = elapsed(state, now());
    return ms >= whole * 60000 ? steps.length : due(steps, ms);
  }
  function draw() {
    const ms = elapsed(state, now());
    const place = due(steps, ms);
    write(time, `${clock(ms)} of ${whole}:00`);
    bar.value = Math.min(ms, whole * 60000);
    write(go, running() ? "Pause" : begun() ? "Resume" : "Start the clock");
    anew.hidden = !begun();
    question.node.hidden ||= !begun(); // another tab has begun again
    rows.forEach(({ step, box: tick, row }, i) => {
      tick.checked = state.done.includes(step.id);
      set(row, { "aria-current": begun() && i === place ? "step" : null });
    });
  }
  on(go, "click", () => {
    if (there.look()) return; // another tab has pressed it
    if (running()) commit({ spent: elapsed(state, now()), since: null });
    else commit({ since: now(), ...(begun() ? {} : { before: snapshot() }) });
    say();
    look(); // what was done before is done
  });
  const ask = (open) => {
    question.node.hidden = !open;
    (open ? question.not : begun() ? anew : go).focus();
  };
  on(anew, "click", () => ask(true));
  on(question.not, "click", () => ask(false));
  on(question.sure, "click", () => {
    there.look();
    tell(there.put());
    take(null);
    ask(false);
  });
  const timer = setInterval(() => {
    if (!running()) return;
    draw();
    if (reached() !== told) say();
  }, 1000);
  life.addEventListener("abort", () => clearInterval(timer));
  const read = () => {
    take(kept(KEY));
    look(true);
  };
  onKept((name) => {
    if (name === "derivation") emptied();
    if (name !== KEY) look();
  }, life);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look(true);
  }, { signal: life });
  return start(root, box, { read }, () => {});
}

export default { render };
