// The debrief of a mock interview: what was asked, your words and your code beside the model answer,
// one habit to change, and how the items of the rubric went over the sessions.

import { announcer, begin, button, el, isRecord, listen } from "./shared.js";
import { kept, onKept } from "./keeping.js";
import { forgetVoices, heardIn, voicesOf } from "./voices.js";
import { SITTING, clock, fileOf, listing, pageLink, plural, prose, save } from "./words.js";
import { drawSession, halves, recordOf, sessionOf, sum, summaryOf, timesOf, whenOf } from "./sitting.js";

const SHOWN = 6; // sessions in the table of trends

const NONE = "No interview has ended yet: its debrief will stand here.";
const EARLIER = "Your interviews had earlier questions. They are kept: Export on the page Practice saves "
  + "them.";

/** The finished interviews that are kept, the last one first, and what to say where there is none. */
function finished(interview) {
  const found = kept("sittings");
  const past = Array.isArray(found) ? found : [];
  const sessions = past.map((one) => sessionOf(one, interview));
  const isEarlier = (one) => typeof one?.mark === "string" && one.mark !== interview.mark;
  return { sessions: sessions.filter((session) => session?.phase === "done").reverse(),
    none: past.some(isEarlier) ? EARLIER : NONE };
}

/** Past sessions that were rated by items of the rubric. */
export function trendOf(interview, records) {
  const good = (Array.isArray(records) ? records : []).filter((one) => isRecord(one) && isRecord(one.items));
  const last = good.slice(-SHOWN);
  const rows = Object.entries(interview.items).map(([item, { name }]) => ({ name,
    shares: last.map(({ items }) => (Number.isFinite(items[item]) ? items[item] : null)) }));
  return { last, rows: rows.filter(({ shares }) => shares.some((share) => share !== null)) };
}

/** A session as Markdown: every question with your words, beside the model answer. */
export function markdown(interview, session, titles) {
  const parts = drawSession(interview, session.number, session.screen);
  const { rows, all, scores, points, counts, habit } = summaryOf(interview, session);
  const quoted = (text) => text.trim().split("\n").map((line) => `> ${line}`);
  const block = (text) => ["```python", text.trimEnd(), "```", ""];
  const stepLines = ({ id, ask, bug, answer, probes, hints }) => {
    const own = session.steps[id];
    const probe = probes[own.probe];
    const rated = all.filter((line) => line.id === id);
    return [`### ${ask}`, "", `${gradeOf(own, scores[id])}.`, "", ...(bug ? block(bug) : []),
      ...(probe ? [`You said something else: ${probe.said}`, "", `And were asked: ${probe.ask}`, ""] : []),
      ...(own.notes.trim() ? ["Your words:", "", ...quoted(own.notes), ""] : []),
      ...(own.hints ? [`${plural(own.hints, "hint")} of ${hints.length}.`, ""] : []),
      "A model answer:", "", ...answer.map(({ say }) => `> ${say}`), "",
      ...rated.map(({ covers, status, chapter }) =>
        `- ${status}: ${covers} (${titles[chapter] ?? chapter})`), ""];
  };
  return [
    `# ${interview.title} ${session.number}`, "",
    `${whenOf(session)}, a screen of ${session.screen} minutes, ${clock(sum(session.spent))} taken. `
    + `${halves(points)} of ${plural(all.length, "point")}: `
    + `${counts.map(([status, count]) => `${count} ${status}`).join(", ")}.`, "",
    ...(habit ? [`One habit to change: ${habit}`, ""] : []),
    "| part | planned | taken | points |", "|---|--:|--:|--:|",
    ...rows.map(({ title, minutes, spent, points: got, of }) =>
      `| ${title} | ${minutes}:00 | ${clock(spent)} | ${halves(got)} of ${of} |`), "",
    ...parts.flatMap(({ title, steps }) => [`## ${title}`, "", ...steps.flatMap(stepLines)]),
    ...(session.work ? ["## Your code", "", ...block(session.work.code),
      ...(session.work.report ? [session.work.report, ""] : [])] : []),
  ].join("\n");
}

/** The file of a session: what was drawn, said and rated, and what came of it. */
export const exported = (interview, session, titles) => fileOf(SITTING, {
  session, record: recordOf(interview, session), summary: summaryOf(interview, session),
  questions: drawSession(interview, session.number, session.screen).map(({ title, steps }) =>
    ({ title, steps: steps.map(({ id, ask, probes }) =>
      ({ id, ask, probe: probes[session.steps[id].probe] })) })), titles });

const percent = (share) => (share === null ? "–" : `${Math.round(100 * share)} %`);

function trendTable(interview) {
  const { last, rows } = trendOf(interview, kept("mocks"));
  if (!last.length) return [];
  const scrolled = { class: "nn-scroll", tabindex: 0, role: "region", "aria-label": "Trend" };
  return [el("div", scrolled, el("table", {},
    el("caption", {}, "The items of the rubric, session by session"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "item"),
      ...last.map((one) => el("th", { scope: "col" }, `${whenOf(one)}, ${one.number}`)))),
    el("tbody", {}, ...rows.map(({ name, shares }) => el("tr", {}, el("th", { scope: "row" }, name),
      ...shares.map((share) => el("td", {}, percent(share))))))))];
}

/** What a question earned, and what hints took of it. */
function gradeOf({ marked }, { got, off, of }) {
  if (!marked) return "not reached";
  const earned = `${halves(got - off)} of ${plural(of, "point")}`;
  return off ? `${earned}: ${halves(got)}, less ${halves(off)} for hints` : earned;
}

/** One question: what was asked, your words, the model answer, and how its lines were rated. */
function questionOf(get, titles, session, { all, scores }, { id, ask, bug, hints, probes, answer }) {
  const own = session.steps[id];
  const rated = all.filter((line) => line.id === id);
  const probe = probes[own.probe];
  return el("details", { class: "nn-folded" },
    el("summary", {}, ...prose(ask), el("span", { class: "nn-grade" }, gradeOf(own, scores[id]))),
    ...listing(bug),
    ...(probe ? [el("p", {}, el("strong", {}, "You said something else. "), ...prose(probe.said)),
      el("p", {}, el("strong", {}, "And were asked. "), ...prose(probe.ask))] : []),
    ...(own.notes.trim() ? [el("p", {}, el("strong", {}, "Your words. "), own.notes)] : []),
    el("div", { "data-voice": id }),
    ...(own.hints ? [el("p", {}, `${plural(own.hints, "hint")} of ${hints.length} taken.`)] : []),
    el("div", { class: "nn-answer" }, ...answer.map(({ say }) => el("p", {}, ...prose(say)))),
    el("ul", {}, ...rated.map(({ covers, status, chapter }) => el("li", {}, el("strong", {}, `${status}: `),
      ...prose(covers), ", ", pageLink(titles[chapter] ?? chapter, `${chapter}.html`, get("base"))))));
}

function reportOf({ on, get }, interview, titles, session, announce) {
  const summary = summaryOf(interview, session);
  const { all, points, counts, habit } = summary;
  const parts = drawSession(interview, session.number, session.screen);
  const files = [
    { name: "Save as Markdown", end: "md", type: "text/markdown", text: markdown },
    { name: "Save as JSON", end: "json", type: "application/json", text: exported },
  ].map(({ name, end, type, text }) => {
    const it = button(name);
    on(it, "click", () => {
      save(`mock-interview-${session.number}.${end}`, text(interview, session, titles), type);
      announce("Saved as a file.");
    });
    return it;
  });
  const work = ({ code, report }) => [el("p", { class: "nn-head" }, el("strong", {}, "Your code")),
    ...listing(code),
    ...(report ? [el("p", {}, `The judge: ${report}.`)] : [])];
  return [
    el("p", {}, `${halves(points)} of ${plural(all.length, "point")} in ${clock(sum(session.spent))}: `
      + `${counts.map(([status, count]) => `${count} ${status}`).join(", ")}.`),
    ...(habit ? [el("p", {}, el("strong", {}, "One habit to change. "), ...prose(habit))] : []),
    ...parts.flatMap(({ title, steps }) => [el("p", { class: "nn-head" }, el("strong", {}, title)),
      ...steps.map((step) => questionOf(get, titles, session, summary, step))]),
    ...(session.work ? work(session.work) : []),
    el("div", { class: "nn-row" }, ...files)];
}

/** Put what was recorded beside what was noted, once the browser has found it. */
async function hearIn(stage, { on }, { at }) {
  const places = [...stage.querySelectorAll("[data-voice]")];
  const sounds = await voicesOf(at);
  for (const place of places) {
    const { voice } = place.dataset;
    if (sounds.has(voice)) place.replaceChildren(heardIn(on, voice, sounds.get(voice)));
  }
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, start } = page;
  const [interview, titles] = [get("interview"), get("titles")];
  const { said, announce } = announcer(life);
  const stage = el("div", { class: "nn-stage" });
  const trend = el("div", { class: "nn-stage" });
  const which = el("select");
  const choice = el("div", { class: "nn-row" }, el("label", {}, "Session", which));
  const box = el("div", { class: "nn-widget nn-mock nn-debrief", role: "group", "aria-label": "Debrief" },
    choice, said, stage, trend);
  let { sessions, none } = finished(interview);
  let shown = null; // what they were when they were drawn
  function draw() {
    const session = sessions[which.value];
    choice.hidden = !session;
    stage.replaceChildren(...(session ? reportOf(page, interview, titles, session, announce) : []));
    if (session) hearIn(stage, page, session);
    announce(session ? `The debrief of session ${session.number}.` : none);
  }
  function read() {
    ({ sessions, none } = finished(interview));
    // A recording stays as long as its session: the one under way, those past, the last of them last.
    if (Array.isArray(kept("sittings"))) forgetVoices(timesOf(kept("mock"), kept("sittings")));
    trend.replaceChildren(...trendTable(interview));
    const now = JSON.stringify([sessions, none]);
    if (now === shown) return;
    shown = now;
    which.replaceChildren(...sessions.map((one, i) => {
      const { all, points } = summaryOf(interview, one);
      return el("option", { value: i },
        `${one.number}, ${whenOf(one)}, ${one.screen} minutes, ${halves(points)} of ${all.length}`);
    }));
    draw();
  }
  on(which, "change", draw);
  onKept((name) => { if (["mocks", "sittings", ""].includes(name)) read(); }, life);
  listen(model, ["interview"], draw, life);
  return start(root, box, { read }, () => {});
}

export default { render };
