// The code pad: an editor, Python that runs and judges what is written there, and what
// came of it. Nothing is loaded and nothing runs before the reader asks.

import { able, announcer, button, el, isRecord } from "../../nnlib/widgets/shared.js";
import { keep, kept } from "../../nnlib/widgets/keeping.js";
import { isMiss } from "../../nnlib/widgets/boxes.js";
import { save } from "../../nnlib/widgets/words.js";
import { editor } from "./editor.js";
import { differences, loading, outcome, teller } from "./frame.js";
import { WITHOUT, life, megabytes, runner } from "./here.js";
import { keeper, notebook, offering } from "./store.js";

/** Tick a drill on the list of those that the judge has passed; return whether that is kept. */
function tick(drill) {
  const passed = kept("drills");
  const today = new Date().toISOString().slice(0, 10);
  return keep("drills", { ...(isRecord(passed) ? passed : {}), [drill]: today });
}

// ---- What comes back. ----

const NAMES = "SECTION P STRONG TABLE TBODY TR TH TD DETAILS SUMMARY DL DT DD SAMP BR UL LI";
const TAGS = new Set(NAMES.split(" "));
const ATTRIBUTES = ["scope", "open", "aria-label"];

/** A report as nodes, of words and structure only: code from anywhere may have had a hand in it. */
function sound(html) {
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const children = [...node.childNodes].map(copy);
    if (!TAGS.has(node.tagName)) return el("span", {}, ...children);
    const own = ATTRIBUTES.filter((name) => node.hasAttribute(name));
    const attributes = Object.fromEntries(own.map((name) => [name, node.getAttribute(name)]));
    return el(node.tagName.toLowerCase(), attributes, ...children);
  };
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return [...body.childNodes].filter(({ nodeType }) => nodeType <= Node.TEXT_NODE).map(copy);
}

// ---- The pad. ----

/** Keep what the judge said last of a pad's code, for the debrief of an interview. */
function recall(name, drill, report) {
  const reports = kept(`report:${name}`);
  keep(`report:${name}`, { ...(isRecord(reports) ? reports : {}), [drill]: report });
}

/**
 * Keep for the deck that a drill was once not passed, in whichever pad: with what the drill's own pad
 * keeps, which a new interview does not clear.
 */
function miss(drill) {
  const own = kept(`report:${drill}`);
  recall(drill, drill, { ...(isRecord(own) ? own[drill] : {}), missed: true });
}

const STAGES = {
  run: "It runs.",
  judge: "The judge is at work.",
  again: "A call did not come back; the judge finds out which it was.",
};

function pad(place, { name, title, stub, tasks, about, licenses }) {
  const { said, announce } = announcer(life);
  const [run, judge, stop, reset, download] = ["Run", "Judge", "Stop", "Reset", "Download"].map(button);
  const which = el("select", {}, ...tasks.map((task, i) => el("option", { value: i }, task.title)));
  const way = loading();
  const came = outcome(() => edit, announce);
  const { box: offered, offer } = offering(() => edit, () => store, announce);
  const code = () => edit.area.value;
  const edit = editor("Your code", () => store.write(code()), () => start("run"));
  const store = keeper(`pad:${name}`, stub, offer);
  const described = { class: "nn-widget nn-pad", role: "group", "aria-label": `Code pad: ${title}` };
  const box = el("div", described, offered, ...edit.parts,
    el("div", { class: "nn-row" },
      run, judge, stop, el("label", {}, "What is judged", which), reset, download),
    said, way.box, ...came.parts, differences(about, licenses), store.note);
  let busy = false;
  const free = (now) => {
    busy = !now;
    for (const one of [run, judge]) able(one, now);
    able(stop, busy);
  };

  function judged(report, { drill, twist }, source) {
    came.result.replaceChildren(...sound(report.html));
    came.result.querySelector("table")?.classList.add("nn-tiers");
    const passed = report.passed && !twist;
    const ticked = passed && tick(drill) ? " The drill is ticked on the page Practice." : "";
    if (!twist) {
      const before = kept(`report:${name}`)?.[drill];
      recall(name, drill, { code: source, words: report.verdict, passed: report.passed });
      if (isMiss(before) || isMiss(kept(`report:${name}`)?.[drill])) miss(drill);
    }
    const next = passed && tasks.some((one) => one.twist) ? " Choose a twist under What is judged." : "";
    announce(`Verdict: ${report.verdict}.${ticked}${next}`);
  }

  async function start(job) {
    if (busy) return;
    free(false);
    came.clear();
    const task = tasks[which.value];
    const source = code();
    runner.told = teller(way, announce, STAGES);
    try {
      const asked = job === "run"
        ? runner.run(source, came.print) : runner.judge(source, task.drill, task.twist);
      const report = await asked;
      if (came.failed(report)) return;
      if (job === "judge") judged(report, task, source);
      else announce(came.nothing() ? "It ran to its end and printed nothing." : "It ran to its end.");
    } catch (error) {
      came.thrown(error);
    } finally {
      way.end();
      free(true);
    }
  }

  run.addEventListener("click", () => start("run"));
  judge.addEventListener("click", () => start("judge"));
  stop.addEventListener("click", () => busy && runner.stop());
  reset.addEventListener("click", () => {
    edit.replace(stub);
    announce(`The ${stub ? "book's cell is back" : "pad is blank again"}. `
      + "Undo in the editor brings yours back.");
  });
  download.addEventListener("click", () => {
    save(`${name}.ipynb`, notebook([code()]), "application/x-ipynb+json");
  });
  window.addEventListener("storage", () => store.hear(code()));
  free(true);
  edit.show(store.read());
  place.append(box);
  const first = `The first run or judging brings Python to this page, ${megabytes(runner.missing())} MB.`;
  if (offered.hidden) announce(`${first} Nothing leaves your machine.`);
}

/** Fold the notebook's own cells away, which the pad stands for. */
function fold(place) {
  const cells = [];
  for (let next = place.nextElementSibling; next?.matches(".cell"); next = next.nextElementSibling) {
    cells.push(next);
  }
  const summary = el("summary", {}, "The cells of the notebook, for JupyterLab");
  if (cells.length) place.after(el("details", { class: "pad-cells" }, summary, ...cells));
}

for (const place of document.querySelectorAll(".pad-place")) {
  place.querySelector(".pad-words")?.remove();
  if (runner) {
    pad(place, JSON.parse(place.querySelector("script").textContent));
    fold(place);
  } else place.append(el("p", { class: "pad-words" }, WITHOUT));
}
