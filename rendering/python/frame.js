// What a drill's pad and a chapter's cell have in common: how far Python has come, what a run
// printed and drew, and what went wrong, with its line.

import { button, el, set, write } from "../../nnlib/widgets/shared.js";
import { BASE, megabytes } from "./here.js";
import { Lacking, Stopped } from "./runner.js";

const ENDED = "Python itself has ended: it ran out of stack, or of memory. "
  + "Your code is kept, and the next run starts a fresh Python.";
const STOPPED = "Stopped. Your code is kept; the next run starts a fresh Python.";

/** What shows how far Python has come on its way to the page. */
export function loading() {
  const bar = el("progress", { "aria-label": "Python on its way", max: 1, value: 0 });
  const words = el("span", {});
  const box = el("div", { class: "nn-row nn-loading", hidden: true }, bar, words);
  return {
    box,
    bytes(sum, total) {
      box.hidden = false;
      set(bar, { max: total, value: sum });
      write(words, `${megabytes(sum)} of ${megabytes(total)} MB`);
    },
    /** A stage whose length nobody knows. */
    stage(text) {
      box.hidden = false;
      set(bar, { value: null });
      write(words, text);
    },
    end() { box.hidden = true; },
  };
}

/** What hears of the runner's stages; `own` are the words for those that are the caller's. */
export const teller = (way, announce, own) => ({ stage, bytes, total, title }) => {
  if (stage === "bytes") {
    const words = `Python is on its way to this page: ${megabytes(total)} MB, once.`;
    if (!bytes) announce(`${words} You can go on writing.`);
    way.bytes(bytes, total);
  } else if (stage === "start") way.stage("Python starts");
  else if (stage === "imports") way.stage("NumPy and nnlib start");
  else if (stage === "adds") way.stage(`Python gets ${title}${bytes ? `, ${megabytes(bytes)} MB` : ""}`);
  else {
    way.end();
    if (own[stage]) announce(own[stage]);
  }
};

/** What came of a run. `edit` gives the editor, which can go to a line, if there is one. */
export function outcome(edit, announce) {
  const region = { tabindex: 0, role: "region", "aria-label": "Output" };
  const output = el("pre", { class: "nn-output", ...region, hidden: true });
  const figures = el("div", { class: "nn-figures" });
  const result = el("div", { class: "nn-result" });
  return {
    parts: [output, figures, result],
    result,
    printed: () => output.textContent.trimEnd(),
    nothing: () => output.hidden && !figures.childElementCount,
    clear() {
      output.replaceChildren();
      output.hidden = true;
      figures.replaceChildren();
      result.replaceChildren();
    },
    print(text) {
      output.hidden = false;
      output.append(text);
    },
    draw(png, alt) {
      figures.append(el("img", { src: `data:image/png;base64,${png}`, alt }));
    },
    problem({ problem, line }) {
      const words = line ? `Line ${line}: ${problem}` : problem;
      const to = button(`Go to line ${line}`);
      to.addEventListener("click", () => edit().go(line));
      result.replaceChildren(el("p", { class: "nn-problem" }, words), ...(line && edit() ? [to] : []));
      announce(words);
    },
    /** Tell an error of the page or of Python itself; return whether the report is one. */
    failed(report) {
      if (report.ended !== undefined) this.problem({ problem: ENDED, line: 0 });
      else if (report.problem) this.problem(report);
      return report.ended !== undefined || Boolean(report.problem);
    },
    /** Tell what kept Python from running; return whether it is more than the reader's Stop. */
    thrown(error) {
      const why = error instanceof Lacking ? error.message : `Python could not be started (${error.message})`;
      const problem = `${why}. Your code is kept; you can try again.`;
      if (error instanceof Stopped) announce(STOPPED);
      else this.problem({ problem, line: 0 });
      return !(error instanceof Stopped);
    },
  };
}

/** What differs from a desktop, with the licenses. */
export function differences(about, licenses) {
  const link = ([name, file], i) => [i ? ", " : "", el("a", { href: BASE + file }, name)];
  return el("details", {}, el("summary", {}, "What differs from a desktop"), el("p", {}, about),
    el("p", {}, "Licenses: ", ...Object.entries(licenses).flatMap(link), "."));
}
