// The interviewer's sheet: a session with all that its questions lead to, for the one who asks. Drawn
// from the same number as the mock interview, so that two people sit before the same questions.

import { announcer, begin, button, clamp, el } from "./shared.js";
import { listing, pageLink, plural, prose } from "./words.js";
import { COST, MOST, drawSession, halves, lines, planned } from "./sitting.js";

function questionOf(get, titles, { ask, bug, listing: code, mended, answer, probes, hints }) {
  const boxes = () => el("span", { class: "nn-boxes" }, "☐ 0  ☐ ½  ☐ 1");
  return el("li", {},
    el("p", { class: "nn-ask" }, ...prose(ask)), ...listing(bug),
    el("ul", {}, ...answer.map(({ say, covers, chapter }) => el("li", {},
      ...(covers ? [el("strong", {}, ...prose(covers)), " ", boxes(), " ",
        pageLink(titles[chapter] ?? chapter, `${chapter}.html`, get("base")), el("br")] : []),
      ...prose(say)))),
    ...listing(code ?? mended),
    el("p", {}, el("em", {}, "If the answer is another:")),
    el("ul", {}, ...probes.slice(0, -1).map(({ said, ask: further }) =>
      el("li", {}, `“${said}” `, ...prose(further)))),
    el("p", {}, el("em", {}, "If the answer does not come:")),
    el("ol", {}, ...hints.map((hint) => el("li", {}, ...prose(hint)))));
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, change, start } = page;
  const [interview, titles] = [get("interview"), get("titles")];
  const { said, announce } = announcer(life);
  const field = el("input", { type: "number", min: 1, max: MOST, step: 1 });
  const screen = el("select", {}, ...interview.screens.map((minutes) =>
    el("option", { value: minutes }, `${minutes} minutes`)));
  const print = button("Print");
  const stage = el("div", { class: "nn-stage" });
  const bar = el("div", { class: "nn-row" }, el("label", {}, "Number of the session", field),
    el("label", {}, "How long?", screen), print);
  const named = { role: "group", "aria-label": "Interviewer's sheet" };
  const box = el("div", { class: "nn-widget nn-mock nn-sheet", ...named }, bar, said, stage);
  function draw() {
    const number = get("number");
    const minutes = get("screen");
    const parts = drawSession(interview, number, minutes);
    [field.value, screen.value] = [String(number), String(minutes)];
    stage.replaceChildren(...parts.flatMap(({ title, minutes: own, steps }) => [
      el("p", { class: "nn-head" }, el("strong", {}, `${title}, ${plural(own, "minute")}`)),
      el("ol", {}, ...steps.map((step) => questionOf(get, titles, step)))]));
    announce(`Session ${number}: ${plural(lines(parts).length, "point")} in ${planned(parts)} minutes; `
      + `a hint costs ${halves(COST)}.`);
  }
  on(field, "change", () => {
    if (Number.isInteger(field.valueAsNumber)) change({ number: clamp(field.valueAsNumber, 1, MOST) });
    draw();
  });
  on(screen, "change", () => {
    change({ screen: Number(screen.value) });
    draw();
  });
  on(print, "click", () => window.print());
  return start(root, box, { read: draw }, () => {});
}

export default { render };
