import { announcer, begin, button, clamp, el, listen, set, write } from "./shared.js";
import { isRecord, keep, keepingNote, kept } from "./keeping.js";
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
    && Array.isArray(spent) && spent.length === parts.length && spent.every((ms) => Number.isFinite(ms) && ms >= 0)
    && Array.isArray(ticks) && typeof began === "string" && /^\d{4}-\d\d-\d\d$/.test(began);
  const keys = new Set(items(parts).map(({ key }) => key));
  return fits ? { mark: interview.mark, number, part, step, phase, spent: [...spent], ticks: ticks.filter((key) => keys.has(key)), began } : null;
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
      return { title, minutes, spent: session.spent[p], covered: own.filter(({ ticked }) => ticked).length, of: own.length };
    }),
    all,
    covered: all.filter(({ ticked }) => ticked).length,
    reread: [...missed].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([chapter, count]) => ({ chapter, title: titles[chapter] ?? chapter, count })),
  };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

export function markdown(interview, session, titles) {
  const { rows, all, covered, reread } = summaryOf(interview, session, titles);
  return [
    `# ${interview.title} ${session.number}`, "",
    `${session.began}. ${covered} of ${all.length} points covered, in ${clock(sum(session.spent))} of ${sum(rows.map(({ minutes }) => minutes))}:00 minutes.`, "",
    "| part | planned | taken | points |", "|---|--:|--:|--:|",
    ...rows.map(({ title, minutes, spent, covered: got, of }) => `| ${title} | ${minutes}:00 | ${clock(spent)} | ${got} of ${of} |`), "",
    "## Points", "",
    ...all.map(({ ticked, text, chapter }) => `- [${ticked ? "x" : " "}] ${text} (${titles[chapter] ?? chapter})`), "",
    "## Chapters to reread", "",
    ...(reread.length ? reread.map(({ title, count }, i) => `${i + 1}. ${title}: ${plural(count, "point")} missed`) : ["None: every point was covered."]), "",
  ].join("\n");
}

// ---- The page. ----

function render({ model, el: root }) {
  const { life, get, on, change, start } = begin(model);
  const interview = get("interview");
  const titles = get("titles");
  const planned = sum(interview.parts.map(({ minutes }) => minutes));
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  let session = null;
  let parts = [];
  let running = false;
  let before = 0; // when the clock was last read
  let ours = "";

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

  // -- The clock. It runs while a question is open, and stands while answers are compared.
  const ticking = () => running && session?.phase === "asking";
  function read() {
    const now = performance.now();
    const passed = now - before;
    before = now;
    if (!ticking()) return;
    const had = sum(session.spent);
    const hadOwn = session.spent[session.part];
    session.spent[session.part] += Math.max(passed, 0);
    const { title, minutes } = parts[session.part];
    const crossed = (from, by, minute) => from < minute * 60000 && from + by >= minute * 60000;
    if (crossed(hadOwn, passed, minutes)) announce(`${title}: the ${plural(minutes, "minute")} planned for it are over.`);
    for (const left of [10, 5, 1, 0]) {
      if (crossed(had, passed, planned - left)) announce(left ? `${plural(left, "minute")} left.` : "Time is up. Finish your sentence, then look at the summary.");
    }
  }
  function face() {
    if (!session) return;
    const all = sum(session.spent);
    write(total, `${clock(all)} of ${planned}:00`);
    write(own, `${parts[session.part].title}: ${clock(session.spent[session.part])} of ${parts[session.part].minutes}:00`);
    set(time, { "data-over": String(all > planned * 60000) });
  }
  let seconds = 0;
  const timer = setInterval(() => {
    read();
    face();
    if (ticking() && (seconds += 1) % 5 === 0) keep("mock", session);
  }, 1000);
  life.addEventListener("abort", () => {
    read();
    clearInterval(timer);
    if (session) keep("mock", session);
  });

  /** Send what has changed, keep it, and show it. */
  function commit() {
    send();
    draw();
  }
  function send() {
    const value = session ? { ...session, spent: session.spent.map(Math.round), ticks: [...session.ticks] } : {};
    ours = JSON.stringify(value);
    change({ session: value });
    tell(keep("mock", session ? value : undefined));
  }

  // -- What the reader does.
  function begins(number) {
    parts = drawSession(interview, number);
    session = { mark: interview.mark, number, part: 0, step: 0, phase: "asking",
      spent: parts.map(() => 0), ticks: [], began: new Date().toISOString().slice(0, 10) };
    before = performance.now();
    running = true;
    commit();
    focusStage();
    announce(`Session ${number}. ${parts[0].title}, ${parts[0].minutes} minutes. The clock runs.`);
  }
  function next() {
    read();
    const more = session.step + 1 < parts[session.part].steps.length;
    if (!more && session.part + 1 === parts.length) return finish();
    Object.assign(session, more ? { step: session.step + 1 } : { part: session.part + 1, step: 0 }, { phase: "asking" });
    running = true;
    commit();
    focusStage();
    const { title, minutes } = parts[session.part];
    announce(more ? "The next question. The clock runs." : `${title}, ${minutes} minutes. The clock runs.`);
    return undefined;
  }
  function finish() {
    read();
    session.phase = "done";
    running = false;
    const { covered, all } = summaryOf(interview, session, titles);
    const past = kept("mocks");
    const record = { number: session.number, date: session.began, minutes: Math.round(sum(session.spent) / 60000), covered, of: all.length };
    keep("mocks", [...(Array.isArray(past) ? past : []), record].slice(-50));
    commit();
    focusStage();
    announce(`Done: ${covered} of ${plural(all.length, "point")} covered, in ${clock(sum(session.spent))}.`);
  }
  on(hold, "click", () => {
    read();
    if (session?.phase !== "asking") return;
    running = !running;
    commit();
    announce(running ? "The clock runs." : "Paused.");
  });
  on(leave, "click", () => { if (session && session.phase !== "done") finish(); });
  const focusStage = () => stage.querySelector("[tabindex]")?.focus({ preventScroll: true });

  // -- What is shown.
  function draw() {
    bar.hidden = list.hidden = !session || session.phase === "done";
    leave.hidden = bar.hidden;
    if (!session) return opening();
    face();
    write(hold, running ? "Pause" : "Resume");
    set(hold, { "aria-disabled": String(session.phase !== "asking") });
    list.replaceChildren(...parts.map(({ title, minutes }, p) => el("li", {
      "aria-current": p === session.part ? "step" : null, class: p < session.part ? "nn-muted" : null }, `${title}, ${minutes} min`)));
    return session.phase === "done" ? closing() : asking();
  }

  function opening() {
    const field = el("input", { type: "number", min: 1, max: MOST, step: 1, placeholder: "drawn" });
    const go = button("Start the clock");
    on(go, "click", () => {
      const typed = field.valueAsNumber;
      begins(Number.isInteger(typed) ? clamp(typed, 1, MOST) : 1 + Math.floor(Math.random() * MOST));
    });
    stage.replaceChildren(
      el("p", { tabindex: -1 }, `${planned} minutes in ${interview.parts.length} parts: `,
        interview.parts.map(({ title, minutes }) => `${title} (${minutes})`).join(", "), ". Questions appear one at a time. Answer aloud; then unfold "
        + "the model answer and tick what you covered. The clock stands while you compare, and you can pause it."),
      el("div", { class: "nn-row" }, el("label", {}, "Number of the session", field), go));
    announce("No interview is running. A number draws the same questions again.");
  }

  function asking() {
    const { part, step, phase } = session;
    const { ask, code, answer, listing, covers } = parts[part].steps[step];
    const listed = (text) => (text ? [el("pre", { tabindex: 0 }, el("code", {}, text.trimEnd()))] : []);
    const last = part + 1 === parts.length && step + 1 === parts[part].steps.length;
    const go = button(phase === "asking" ? "Show the model answer" : last ? "To the summary" : "Next question");
    on(go, "click", () => {
      if (phase === "marking") return next();
      read();
      session.phase = "marking";
      commit();
      focusStage();
      return announce("The clock stands. Compare, and tick what you covered.");
    });
    const boxes = covers.map(({ text, chapter }, k) => {
      const key = `${part}.${step}.${k}`;
      const input = el("input", { type: "checkbox" });
      input.checked = session.ticks.includes(key);
      on(input, "change", () => {
        session.ticks = session.ticks.filter((other) => other !== key).concat(input.checked ? [key] : []);
        send();
      });
      return el("div", { class: "nn-item" }, el("label", { class: "nn-check" }, input, el("span", {}, ...prose(text))),
        el("span", { class: "nn-muted" }, pageLink(titles[chapter] ?? chapter, `${chapter}.html`, get("base"))));
    });
    stage.replaceChildren(
      el("p", { class: "nn-muted" }, `${parts[part].title}, question ${step + 1} of ${parts[part].steps.length}`),
      el("p", { class: "nn-ask", tabindex: -1 }, ...prose(ask)),
      ...listed(code),
      ...(phase === "marking"
        ? [el("div", { class: "nn-answer" }, el("p", {}, el("strong", {}, "A model answer. "), ...prose(answer)), ...listed(listing)),
          el("fieldset", { class: "nn-rubric" }, el("legend", {}, "What did you cover?"), ...boxes)]
        : []),
      el("div", { class: "nn-row" }, go));
  }

  function closing() {
    const { rows, all, covered, reread } = summaryOf(interview, session, titles);
    const file = button("Save as Markdown");
    const anew = button("New interview");
    on(file, "click", () => {
      save(`mock-interview-${session.number}.md`, markdown(interview, session, titles), "text/markdown");
      announce("Saved as a file.");
    });
    on(anew, "click", () => {
      session = null;
      commit();
      focusStage();
    });
    const missed = all.filter(({ ticked }) => !ticked);
    stage.replaceChildren(
      el("table", {},
        el("caption", { tabindex: -1 }, `Session ${session.number}: ${covered} of ${all.length} points, ${clock(sum(session.spent))} of ${planned}:00`),
        el("thead", {}, el("tr", {}, ...["part", "planned", "taken", "points"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...rows.map(({ title, minutes, spent, covered: got, of }) => el("tr", {},
          el("th", { scope: "row" }, title), ...[`${minutes}:00`, clock(spent), `${got} of ${of}`].map((text) => el("td", {}, text)))))),
      ...(missed.length ? [el("p", {}, el("strong", {}, "Not covered")), el("ul", {}, ...missed.map(({ text }) => el("li", {}, ...prose(text)))),
        el("p", {}, el("strong", {}, "Chapters to reread")), el("ol", {}, ...reread.map(({ chapter, title, count }) =>
          el("li", {}, pageLink(title, `${chapter}.html`, get("base")), `: ${plural(count, "point")}`)))]
        : [el("p", {}, "Every point was covered.")]),
      el("div", { class: "nn-row" }, file, anew));
  }

  function take(value) {
    session = sessionOf(value, interview);
    parts = session ? drawSession(interview, session.number) : [];
    running = false;
    ours = JSON.stringify(get("session"));
    draw();
    if (session && session.phase !== "done") announce("An interview was under way. The clock stands; press Resume to go on.");
    else if (session) announce("The summary of your last interview.");
  }
  listen(model, ["session"], () => { if (JSON.stringify(get("session")) !== ours) take(get("session")); }, life);
  const link = { read: () => take(Object.keys(get("session")).length ? get("session") : kept("mock")) };
  return start(root, box, link, () => {});
}

export default { render };
