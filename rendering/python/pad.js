// The code pad: an editor, Python that runs and judges what is written there, and what came of it.
// Nothing is loaded and nothing runs before the reader asks.

import { announcer, button, el, set, write } from "../../nnlib/widgets/shared.js";
import { isRecord, keep, keepingNote, kept } from "../../nnlib/widgets/keeping.js";
import { save } from "../../nnlib/widgets/words.js";
import { editor } from "./editor.js";
import { Runner, Stopped } from "./runner.js";

const FILES = "FILES"; // written in when the book is built: the packs with their sizes, or null
const BASE = new URL("python/", document.currentScript.src).href;
const MEGABYTE = 1e6;
const life = new AbortController().signal; // a pad lives as long as its page
const runner = FILES && new Runner(BASE, FILES);

const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(1);

// ---- What is kept: the code, the book's cell that it began from, and another version of it. ----

/** What is kept under a name, if it can be a pad's. */
function record(name) {
  const found = kept(name);
  const texts = isRecord(found) && [found.code, found.stub, found.other ?? ""];
  return texts && texts.every((text) => typeof text === "string") ? found : null;
}

/**
 * Keeps a pad's code. `offer` hears of another version, with words that say where it comes from:
 * nothing that was written here or there is ever replaced unasked.
 */
function keeper(name, stub, offer) {
  const { note, tell } = keepingNote();
  let known = record(name); // as this page last saw it
  let other = known?.other;
  const put = (code) => {
    known = code === stub && other === undefined ? null : { code, stub, ...(other === undefined ? {} : { other }) };
    tell(keep(name, known ?? undefined));
  };
  const meet = (version, words) => {
    other = version;
    offer(version, words);
  };
  return {
    note,
    /** The code to begin with. */
    read() {
      if (!known) return stub;
      if (known.stub !== stub && known.code !== known.stub) meet(stub, "The book's cell has changed since you wrote this.");
      else if (other !== undefined) meet(other, "There is another version of this code.");
      return known.code === known.stub ? stub : known.code;
    },
    write(code) {
      const there = record(name);
      if (there && there.code !== known?.code && there.code !== code) meet(there.code, "Another tab has changed this code, too.");
      put(code);
    },
    /** Hear what other tabs keep. */
    hear(code) {
      const there = record(name);
      if (!there || there.code === known?.code) return;
      known = there;
      if (there.code !== code) meet(there.code, "Another tab has changed this code.");
    },
    /** Both versions are settled: this is the code. */
    settle(code) {
      other = undefined;
      put(code);
    },
  };
}

/** Tick a drill on the list of those that the judge has passed. */
function tick(drill) {
  const passed = kept("drills");
  keep("drills", { ...(isRecord(passed) ? passed : {}), [drill]: new Date().toISOString().slice(0, 10) });
}

// ---- What comes back. ----

const TAGS = new Set("SECTION P STRONG TABLE TBODY TR TH TD DETAILS SUMMARY DL DT DD SAMP BR UL LI".split(" "));
const ATTRIBUTES = ["scope", "open", "aria-label"];

/** A report as nodes, of words and structure only: code from anywhere may have had a hand in it. */
function sound(html) {
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const children = [...node.childNodes].map(copy);
    if (!TAGS.has(node.tagName)) return el("span", {}, ...children);
    const own = ATTRIBUTES.filter((name) => node.hasAttribute(name)).map((name) => [name, node.getAttribute(name)]);
    return el(node.tagName.toLowerCase(), Object.fromEntries(own), ...children);
  };
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return [...body.childNodes].filter(({ nodeType }) => nodeType <= Node.TEXT_NODE).map(copy);
}

const ENDED = "Python itself has ended: it ran out of stack, or of memory. Your code is kept, and the next run starts a fresh Python.";

/** A notebook of one cell. */
const notebook = (code) => JSON.stringify({
  cells: [{ cell_type: "code", id: "answer", metadata: {}, source: code, outputs: [], execution_count: null }],
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  nbformat: 4, nbformat_minor: 5,
}, null, 1);

// ---- The pad. ----

/** What shows how far Python has come on its way to the page. */
function loading() {
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

function pad(place, { drill, title, stub, twists, about, licenses }) {
  const { said, announce } = announcer(life);
  const run = button("Run");
  const judge = button("Judge");
  const stop = button("Stop");
  const reset = button("Reset");
  const download = button("Download");
  const which = el("select", {}, el("option", { value: "" }, "the drill"),
    ...twists.map(({ name, title: words }) => el("option", { value: name }, `twist: ${words}`)));
  const way = loading();
  const output = el("pre", { class: "nn-output", tabindex: 0, role: "region", "aria-label": "Output", hidden: true });
  const result = el("div", { class: "nn-result" });
  const offered = el("div", { class: "nn-offer", hidden: true });
  const code = () => edit.area.value;
  const edit = editor("Your code", () => store.write(code()), () => start("run"));
  const store = keeper(`pad:${drill}`, stub, offer);
  const box = el("div", { class: "nn-widget nn-pad", role: "group", "aria-label": `Code pad: ${title}` },
    offered, ...edit.parts,
    el("div", { class: "nn-row" }, run, judge, stop, el("label", {}, "What is judged", which), reset, download),
    said, way.box, output, result,
    el("details", {}, el("summary", {}, "What differs from a desktop"), el("p", {}, about),
      el("p", {}, "Licenses: ", ...Object.entries(licenses).flatMap(([name, file], i) => [i ? ", " : "", el("a", { href: BASE + file }, name)]), ".")),
    store.note);
  let busy = false;

  function offer(version, words) {
    const mine = button("Keep what is in the editor");
    const theirs = button("Take this one");
    mine.addEventListener("click", () => settle(code()));
    theirs.addEventListener("click", () => {
      edit.replace(version);
      settle(version);
    });
    offered.replaceChildren(el("p", {}, words), el("details", {}, el("summary", {}, "The other version"),
      el("pre", { tabindex: 0, role: "region", "aria-label": "The other version" }, version)), el("div", { class: "nn-row" }, mine, theirs));
    offered.hidden = false;
    announce(words);
  }
  function settle(text) {
    store.settle(text);
    offered.hidden = true;
    edit.area.focus();
  }

  const free = (now) => {
    busy = !now;
    set(run, { "aria-disabled": busy });
    set(judge, { "aria-disabled": busy });
    set(stop, { "aria-disabled": !busy });
  };
  const print = (text) => {
    output.hidden = false;
    output.append(text);
  };
  const told = ({ stage, bytes, total }) => {
    if (stage === "bytes") {
      if (!bytes) announce(`Python is on its way to this page: ${megabytes(total)} MB, once. You can go on writing.`);
      way.bytes(bytes, total);
    } else if (stage === "start") way.stage("Python starts");
    else if (stage === "imports") way.stage("NumPy and the judge start");
    else {
      way.end();
      announce({ run: "It runs.", judge: "The judge is at work.", again: "A call did not come back; the judge finds out which it was." }[stage]);
    }
  };

  function problem({ problem: words, line }) {
    const parts = [el("p", { class: "nn-problem" }, line ? `Line ${line}: ${words}` : words)];
    if (line) {
      const to = button(`Go to line ${line}`);
      to.addEventListener("click", () => edit.go(line));
      parts.push(to);
    }
    result.replaceChildren(...parts);
    announce(line ? `Line ${line}: ${words}` : words);
  }

  function judged(report, twist) {
    result.replaceChildren(...sound(report.html));
    result.querySelector("table")?.classList.add("nn-tiers");
    if (report.passed && !twist) tick(drill);
    announce(`Verdict: ${report.verdict}.${report.passed && !twist ? " The drill is ticked on the page Practice." : ""}`);
  }

  async function start(job) {
    if (busy) return;
    free(false);
    output.replaceChildren();
    output.hidden = true;
    result.replaceChildren();
    const twist = which.value;
    const source = code();
    runner.told = told;
    try {
      const report = job === "run" ? await runner.run(source, print) : await runner.judge(source, drill, twist);
      if (report.ended !== undefined) problem({ problem: ENDED, line: 0 });
      else if (report.problem) problem(report);
      else if (job === "judge") judged(report, twist);
      else announce(output.hidden ? "It ran to its end and printed nothing." : "It ran to its end.");
    } catch (error) {
      if (error instanceof Stopped) announce("Stopped. Your code is kept; the next run starts a fresh Python.");
      else problem({ problem: `Python could not be started (${error.message}). Your code is kept; you can try again.`, line: 0 });
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
    announce("The book's cell is back. Undo in the editor brings yours back.");
  });
  download.addEventListener("click", () => save(`${drill}.ipynb`, notebook(code()), "application/x-ipynb+json"));
  window.addEventListener("storage", () => store.hear(code()));
  free(true);
  edit.show(store.read());
  place.append(box);
  if (offered.hidden) announce(`The first run or judging brings Python to this page, ${megabytes(runner.total)} MB. Nothing leaves your machine.`);
}

/** Fold the notebook's own cells away, which the pad stands for. */
function fold(place) {
  const cells = [];
  for (let next = place.nextElementSibling; next?.matches(".cell"); next = next.nextElementSibling) cells.push(next);
  if (cells.length) place.after(el("details", { class: "pad-cells" }, el("summary", {}, "The cells of the notebook, for JupyterLab"), ...cells));
}

for (const place of document.querySelectorAll(".pad-place")) {
  place.querySelector(".pad-words")?.remove();
  if (FILES) {
    pad(place, JSON.parse(place.querySelector("script").textContent));
    fold(place);
  } else place.append(el("p", { class: "pad-words" }, "This book was built without Python, so its pages run nothing. JupyterLab does."));
}
