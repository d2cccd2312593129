import { announcer, begin, button, clamp, el, isRecord, listen, set, write } from "./shared.js";
import { keep, keepingNote, kept } from "./keeping.js";
import { pageLink, plural, prose, save } from "./words.js";

// ---- A session: drawn from its number, so that the number is enough to draw it again. ----

const MOST = 9999;

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

/** The parts of one session: one scene, and of every `one_of` one step. */
export function drawSession({ scenes, parts }, number) {
  const pick = chance(number);
  const scene = scenes[pick(scenes.length)];
  const fill = (text) => text.replace(/\{([a-z_]+)\}/g, (_, word) => scene[word]);
  return parts.map(({ title, minutes, steps }) => ({
    title,
    minutes,
    steps: steps.map((entry) => {
      const step = entry.one_of ? entry.one_of[pick(entry.one_of.length)] : entry;
      return { ...step, ask: fill(step.ask), answer: fill(step.answer),
        covers: step.covers.map(({ text, chapter }) => ({ text: fill(text), chapter: fill(chapter) })) };
    }),
  }));
}

/** Every item of the rubric, with the key under which it is ticked. */
export const items = (parts) => parts.flatMap(({ steps }, p) => steps.flatMap(({ covers }, s) =>
  covers.map((item, k) => ({ ...item, key: `${p}.${s}.${k}`, part: p, step: s }))));

/** A stored session, if it can be one of this interview; else none. */
export function sessionOf(value, interview) {
  if (!isRecord(value) || ![interview.mark, ...(interview.formerly ?? [])].includes(value.mark)) return null;
  const { number, part, step, phase, spent, ticks, began } = value;
  if (!Number.isInteger(number) || number < 1 || number > MOST) return null;
  const parts = drawSession(interview, number);
  const fits = Number.isInteger(part) && Number.isInteger(step) && Boolean(parts[part]?.steps[step])
    && ["asking", "marking", "done"].includes(phase)
    && Array.isArray(spent) && spent.length === parts.length
    && spent.every((ms) => Number.isFinite(ms) && ms >= 0)
    && Array.isArray(ticks) && typeof began === "string" && /^\d{4}-\d\d-\d\d$/.test(began);
  const keys = new Set(items(parts).map(({ key }) => key));
  if (!fits) return null;
  const known = ticks.filter((key) => keys.has(key));
  return { mark: interview.mark, number, part, step, phase, spent: [...spent], ticks: known, began };
}

export const clock = (ms) => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** What is told at the end, and saved. */
export function summaryOf(interview, session, titles) {
  const parts = drawSession(interview, session.number);
  const all = items(parts).map((item) => ({ ...item, ticked: session.ticks.includes(item.key) }));
  const missed = new Map();
  for (const { ticked, chapter } of all) if (!ticked) missed.set(chapter, (missed.get(chapter) ?? 0) + 1);
  return {
    rows: parts.map(({ title, minutes }, p) => {
      const own = all.filter((item) => item.part === p);
      const covered = own.filter(({ ticked }) => ticked).length;
      return { title, minutes, spent: session.spent[p], covered, of: own.length };
    }),
    all,
    covered: all.filter(({ ticked }) => ticked).length,
    reread: [...missed].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([chapter, count]) => ({ chapter, title: titles[chapter] ?? chapter, count })),
  };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const planned = (parts) => sum(parts.map(({ minutes }) => minutes));

export function markdown(interview, session, titles) {
  const { rows, all, covered, reread } = summaryOf(interview, session, titles);
  const times = `${clock(sum(session.spent))} of ${planned(rows)}:00 minutes`;
  const missed = (count) => `${plural(count, "point")} missed`;
  const chapters = reread.map(({ title, count }, i) => `${i + 1}. ${title}: ${missed(count)}`);
  return [
    `# ${interview.title} ${session.number}`, "",
    `${session.began}. ${covered} of ${all.length} points covered, in ${times}.`, "",
    "| part | planned | taken | points |", "|---|--:|--:|--:|",
    ...rows.map(({ title, minutes, spent, covered: got, of }) =>
      `| ${title} | ${minutes}:00 | ${clock(spent)} | ${got} of ${of} |`), "",
    "## Points", "",
    ...all.map(({ ticked, text, chapter }) =>
      `- [${ticked ? "x" : " "}] ${text} (${titles[chapter] ?? chapter})`), "",
    "## Chapters to reread", "",
    ...(chapters.length ? chapters : ["None: every point was covered."]), "",
  ].join("\n");
}

// ---- The page. ----

/** The parts, top to bottom, in a box. */
function partsOf(interview, said, note) {
  const total = el("strong", { class: "nn-number" });
  const own = el("span", { class: "nn-number" });
  const hold = button("Pause");
  const time = el("div", { class: "nn-row nn-time", role: "timer", "aria-label": "Time" }, total, own);
  const bar = el("div", { class: "nn-row" }, time, hold);
  const list = el("ol", { class: "nn-parts" });
  const stage = el("div", { class: "nn-stage" });
  const leave = button("End here");
  const box = el("div", { class: "nn-widget nn-mock", role: "group", "aria-label": interview.title },
    bar, list, stage, said, el("div", { class: "nn-row" }, leave, note));
  return { box, bar, time, total, own, hold, list, stage, leave };
}

/** A sitting: the session under way, and its clock, which stands while answers are compared. */
function sittingOf(interview, announce) {
  const minutesOfAll = planned(interview.parts);
  const sitting = { session: null, parts: [], running: false, minutes: minutesOfAll, ticking, read, restart };
  let before = 0; // when the clock was last read
  function ticking() {
    return sitting.running && sitting.session?.phase === "asking";
  }
  function restart() {
    before = performance.now();
    sitting.running = true;
  }
  function read() {
    const now = performance.now();
    const passed = now - before;
    before = now;
    if (!ticking()) return;
    const { session } = sitting;
    const had = sum(session.spent);
    const hadOwn = session.spent[session.part];
    session.spent[session.part] += Math.max(passed, 0);
    const { title, minutes } = sitting.parts[session.part];
    const crossed = (from, minute) => from < minute * 60000 && from + passed >= minute * 60000;
    if (crossed(hadOwn, minutes)) {
      announce(`${title}: the ${plural(minutes, "minute")} planned for it are over.`);
    }
    for (const left of [10, 5, 1, 0]) {
      if (crossed(had, minutesOfAll - left)) {
        announce(left ? `${plural(left, "minute")} left.`
          : "Time is up. Finish your sentence, then look at the summary.");
      }
    }
  }
  return sitting;
}

/** Show the clock's face. */
function face({ time, total, own }, { session, parts, minutes }) {
  if (!session) return;
  const all = sum(session.spent);
  const part = parts[session.part];
  write(total, `${clock(all)} of ${minutes}:00`);
  write(own, `${part.title}: ${clock(session.spent[session.part])} of ${part.minutes}:00`);
  set(time, { "data-over": String(all > minutes * 60000) });
}

/** Show the clock every second, and keep the session every five, until `life` ends. */
function tick(page, parts, sitting) {
  let seconds = 0;
  const timer = setInterval(() => {
    sitting.read();
    face(parts, sitting);
    if (sitting.ticking() && (seconds += 1) % 5 === 0) keep("mock", sitting.session);
  }, 1000);
  page.life.addEventListener("abort", () => {
    sitting.read();
    clearInterval(timer);
    if (sitting.session) keep("mock", sitting.session);
  });
}

/** What the reader may do; each ends in `commit`, which shows it with the focus on what is new. */
function actsOf(interview, titles, sitting, { commit, announce }) {
  function begins(number) {
    const parts = sitting.parts = drawSession(interview, number);
    sitting.session = { mark: interview.mark, number, part: 0, step: 0, phase: "asking",
      spent: parts.map(() => 0), ticks: [], began: new Date().toISOString().slice(0, 10) };
    sitting.restart();
    commit();
    announce(`Session ${number}. ${parts[0].title}, ${parts[0].minutes} minutes. The clock runs.`);
  }
  function compare() {
    sitting.read();
    sitting.session.phase = "marking";
    commit();
    announce("The clock stands. Compare, and tick what you covered.");
  }
  function next() {
    const { session, parts } = sitting;
    sitting.read();
    const more = session.step + 1 < parts[session.part].steps.length;
    if (!more && session.part + 1 === parts.length) {
      finish();
      return;
    }
    const place = more ? { step: session.step + 1 } : { part: session.part + 1, step: 0 };
    Object.assign(session, place, { phase: "asking" });
    sitting.running = true;
    commit();
    const { title, minutes } = parts[session.part];
    announce(more ? "The next question. The clock runs." : `${title}, ${minutes} minutes. The clock runs.`);
  }
  function finish() {
    const { session } = sitting;
    sitting.read();
    session.phase = "done";
    sitting.running = false;
    const { covered, all } = summaryOf(interview, session, titles);
    const past = kept("mocks");
    const record = { number: session.number, date: session.began,
      minutes: Math.round(sum(session.spent) / 60000), covered, of: all.length };
    keep("mocks", [...(Array.isArray(past) ? past : []), record].slice(-50));
    commit();
    announce(`Done: ${covered} of ${plural(all.length, "point")} covered, in ${clock(sum(session.spent))}.`);
  }
  function anew() {
    sitting.session = null;
    commit();
  }
  return { begins, compare, next, finish, anew };
}

// -- What is on the stage: before the session, a question, the summary.

function openingOf(on, { parts }, minutes, { begins }) {
  const field = el("input", { type: "number", min: 1, max: MOST, step: 1, placeholder: "drawn" });
  const go = button("Start the clock");
  on(go, "click", () => {
    const typed = field.valueAsNumber;
    const drawn = () => 1 + Math.floor(Math.random() * MOST);
    begins(Number.isInteger(typed) ? clamp(typed, 1, MOST) : drawn());
  });
  return [
    el("p", { tabindex: -1 }, `${minutes} minutes in ${parts.length} parts: `,
      parts.map((part) => `${part.title} (${part.minutes})`).join(", "),
      ". Questions appear one at a time. Answer aloud; then unfold the model answer and tick what you "
      + "covered. The clock stands while you compare, and you can pause it."),
    el("div", { class: "nn-row" }, el("label", {}, "Number of the session", field), go),
  ];
}

function askingOf({ on, get }, titles, { session, parts }, { compare, next, ticked }) {
  const { part, step, phase } = session;
  const { title, steps } = parts[part];
  const { ask, code, answer, listing, covers } = steps[step];
  const listed = (text) => (text ? [el("pre", { tabindex: 0 }, el("code", {}, text.trimEnd()))] : []);
  const last = part + 1 === parts.length && step + 1 === steps.length;
  const go = button(phase === "asking" ? "Show the model answer" : last ? "To the summary" : "Next question");
  on(go, "click", () => (phase === "marking" ? next() : compare()));
  const boxes = covers.map(({ text, chapter }, k) => {
    const key = `${part}.${step}.${k}`;
    const input = el("input", { type: "checkbox" });
    input.checked = session.ticks.includes(key);
    on(input, "change", () => ticked(key, input.checked));
    return el("div", { class: "nn-item" },
      el("label", { class: "nn-check" }, input, el("span", {}, ...prose(text))),
      el("span", { class: "nn-muted" },
        pageLink(titles[chapter] ?? chapter, `${chapter}.html`, get("base"))));
  });
  const model = () => [
    el("div", { class: "nn-answer" },
      el("p", {}, el("strong", {}, "A model answer. "), ...prose(answer)), ...listed(listing)),
    el("fieldset", { class: "nn-rubric" }, el("legend", {}, "What did you cover?"), ...boxes)];
  return [
    el("p", { class: "nn-muted" }, `${title}, question ${step + 1} of ${steps.length}`),
    el("p", { class: "nn-ask", tabindex: -1 }, ...prose(ask)),
    ...listed(code),
    ...(phase === "marking" ? model() : []),
    el("div", { class: "nn-row" }, go),
  ];
}

function closingOf({ on, get }, interview, titles, { session, minutes: whole }, { announce, anew }) {
  const { rows, all, covered, reread } = summaryOf(interview, session, titles);
  const file = button("Save as Markdown");
  const again = button("New interview");
  on(file, "click", () => {
    save(`mock-interview-${session.number}.md`, markdown(interview, session, titles), "text/markdown");
    announce("Saved as a file.");
  });
  on(again, "click", anew);
  const taken = clock(sum(session.spent));
  const table = el("table", {},
    el("caption", { tabindex: -1 },
      `Session ${session.number}: ${covered} of ${all.length} points, ${taken} of ${whole}:00`),
    el("thead", {}, el("tr", {},
      ...["part", "planned", "taken", "points"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map(({ title, minutes, spent, covered: got, of }) => el("tr", {},
      el("th", { scope: "row" }, title),
      ...[`${minutes}:00`, clock(spent), `${got} of ${of}`].map((text) => el("td", {}, text))))));
  const missed = all.filter(({ ticked }) => !ticked);
  const chapters = () => reread.map(({ chapter, title, count }) => el("li", {},
    pageLink(title, `${chapter}.html`, get("base")), `: ${plural(count, "point")}`));
  const advice = () => [
    el("p", {}, el("strong", {}, "Not covered")),
    el("ul", {}, ...missed.map(({ text }) => el("li", {}, ...prose(text)))),
    el("p", {}, el("strong", {}, "Chapters to reread")),
    el("ol", {}, ...chapters())];
  return [table, ...(missed.length ? advice() : [el("p", {}, "Every point was covered.")]),
    el("div", { class: "nn-row" }, file, again)];
}

/** The parts of the interview, the one under way marked. */
const partNames = ({ session, parts }) => parts.map(({ title, minutes }, p) => el("li", {
  "aria-current": p === session.part ? "step" : null,
  class: p < session.part ? "nn-muted" : null }, `${title}, ${minutes} min`));

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, change, start } = page;
  const interview = get("interview");
  const titles = get("titles");
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  const parts = partsOf(interview, said, note);
  const sitting = sittingOf(interview, announce);
  let ours = ""; // the session as this view last sent it
  tick(page, parts, sitting);

  function send() {
    const { session } = sitting;
    const whole = () => ({ ...session, spent: session.spent.map(Math.round), ticks: [...session.ticks] });
    const value = session ? whole() : {};
    ours = JSON.stringify(value);
    change({ session: value });
    tell(keep("mock", session ? value : undefined));
  }
  const show = () => { send(); draw(); };
  function commit() {
    show();
    parts.stage.querySelector("[tabindex]")?.focus({ preventScroll: true });
  }
  function ticked(key, yes) {
    const others = sitting.session.ticks.filter((other) => other !== key);
    sitting.session.ticks = others.concat(yes ? [key] : []);
    send();
  }
  const acts = { ...actsOf(interview, titles, sitting, { commit, announce }), announce, ticked };

  function draw() {
    const { session, running } = sitting;
    const { bar, list, leave, hold, stage } = parts;
    bar.hidden = list.hidden = leave.hidden = !session || session.phase === "done";
    if (!session) {
      stage.replaceChildren(...openingOf(on, interview, sitting.minutes, acts));
      announce("No interview is running. A number draws the same questions again.");
      return;
    }
    face(parts, sitting);
    write(hold, running ? "Pause" : "Resume");
    set(hold, { "aria-disabled": String(session.phase !== "asking") });
    list.replaceChildren(...partNames(sitting));
    stage.replaceChildren(...(session.phase === "done"
      ? closingOf(page, interview, titles, sitting, acts)
      : askingOf(page, titles, sitting, acts)));
  }

  on(parts.hold, "click", () => {
    sitting.read();
    if (sitting.session?.phase !== "asking") return;
    sitting.running = !sitting.running;
    show();
    announce(sitting.running ? "The clock runs." : "Paused.");
  });
  on(parts.leave, "click", () => {
    if (sitting.session && sitting.session.phase !== "done") acts.finish();
  });

  function take(value) {
    const session = sitting.session = sessionOf(value, interview);
    sitting.parts = session ? drawSession(interview, session.number) : [];
    sitting.running = false;
    ours = JSON.stringify(get("session"));
    draw();
    if (session && session.phase !== "done") {
      announce("An interview was under way. The clock stands; press Resume to go on.");
    } else if (session) announce("The summary of your last interview.");
  }
  listen(model, ["session"], () => {
    if (JSON.stringify(get("session")) !== ours) take(get("session"));
  }, life);
  const stored = () => (Object.keys(get("session")).length ? get("session") : kept("mock"));
  return start(root, parts.box, { read: () => take(stored()) }, () => {});
}

export default { render };
