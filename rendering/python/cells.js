// The code cells of a chapter, which run in the page: Run on a cell runs first what stands above it
// and has not run yet, in one namespace; Edit makes an editor of it. What was stored stays.
// Nothing is loaded and nothing runs before the reader asks.

import { able, announcer, button, el, set } from "../../nnlib/widgets/shared.js";
import { plural, save } from "../../nnlib/widgets/words.js";
import { editor } from "./editor.js";
import { differences, loading, outcome, teller } from "./frame.js";
import { WITHOUT, extrasFor, life, megabytes, runner, titleOf } from "./here.js";
import { forgetful, keeper, notebook, offering } from "./store.js";

const cells = []; // those that can run, in the order of the page
let turns = 0; // how many runs there were
let busy = null; // the one whose Run was pressed, while it or one above it runs

/** The text of a cell's stored output. */
const stored = (holder) => [...holder.querySelectorAll(".cell_output .output:is(.stream, .text_plain) pre")]
  .map(({ textContent }) => textContent).join("").trimEnd();

/**
 * What stands under a cell's code: its buttons, and what is said of a run.
 * @returns {any}
 */
function bar(number, announce, said) {
  const named = (name) => {
    const one = button(name);
    set(one, { "aria-label": `${name} cell ${number}` });
    return one;
  };
  const names = ["Run", "Edit", "Reset", "Stop"];
  const buttons = Object.fromEntries(names.map((name) => [name, named(name)]));
  const way = loading();
  for (const name of ["Reset", "Stop"]) buttons[name].hidden = true;
  const row = el("div", { class: "nn-row" }, ...Object.values(buttons), said);
  const described = { class: "nn-widget nn-pad nn-cell", role: "group", "aria-label": `Cell ${number}` };
  const box = el("div", described, row, way.box);
  return { box, row, way, ...buttons };
}

/** The editor of a cell, in place of its code, once it is asked for. */
function writing({ stub, name, input, face, announce, run }) {
  const { box: offered, offer } = offering(() => edit, () => store, announce);
  const edit = editor("Your code", () => store.write(edit.area.value), run, 3);
  const store = name ? keeper(name, stub, offer) : forgetful(stub);
  face.Edit.hidden = true;
  face.Reset.hidden = false;
  face.Reset.addEventListener("click", () => {
    edit.replace(stub);
    announce("The book's cell is back. Undo in the editor brings yours back.");
  });
  window.addEventListener("storage", () => store.hear(edit.area.value));
  input.classList.add("nn-replaced");
  face.box.classList.add("nn-open");
  face.box.prepend(offered, ...edit.parts);
  face.box.append(store.note);
  edit.show(store.read());
  return edit;
}

function cell(place, input, index) {
  const holder = place.closest(".cell");
  const stub = input.querySelector("pre").textContent.replace(/\n$/, "");
  const { said, announce } = announcer(life);
  const face = bar(index + 1, announce, said);
  const came = outcome(() => edit, announce);
  const name = `cell ${index + 1}`;
  const described = { class: "nn-widget nn-pad nn-came", role: "group", "aria-label": `Your run of ${name}` };
  const title = el("p", { class: "nn-muted" }, "Your run");
  const results = el("div", { ...described, hidden: true }, title, ...came.parts);
  let edit = null;
  let ran = null; // the code that ran, in which Python, and as which of all runs
  const self = {
    index, face, came, announce,
    code: () => (edit ? edit.area.value : stub),
    changed: () => self.code() !== stub,
    waits: () => !(runner.ready && ran?.start === runner.starts && ran.code === self.code()),
    turn: () => ran?.turn,
    same: () => !self.changed() && Boolean(came.printed()) && came.printed() === stored(holder),
    /** Run, and show what is printed and drawn, unless it is muted; return the report. */
    async execute(extras, muted) {
      const source = self.code();
      came.clear();
      results.hidden = true;
      ran = null; // whether it stops on its way, or ends Python
      const report = await runner.cell(source, name, muted, extras, ({ printed, figure }) => {
        results.hidden = false;
        if (figure) came.draw(figure, "What this run drew");
        else came.print(printed);
      });
      if (came.failed(report)) self.reveal();
      else ran = { start: runner.starts, code: source, turn: (turns += 1) };
      return report;
    },
    /** Report what is no Python here. */
    check() {
      came.clear();
      results.hidden = true;
      return runner.check(self.code(), name);
    },
    reveal() { results.hidden = false; },
    open() {
      edit ??= writing({ stub, name: place.dataset.kept, input, face, announce, run: () => start(self) });
    },
  };
  input.after(face.box);
  (holder.querySelector(".cell_output") ?? face.box).after(results);
  face.Run.addEventListener("click", () => start(self));
  face.Stop.addEventListener("click", () => busy === self && runner.stop());
  face.Edit.addEventListener("click", () => {
    self.open();
    edit.area.focus();
  });
  return self;
}

/** What is said of a run that came to its end. */
function told(own, above, { widget }) {
  const changed = above.filter((one) => one.changed()).length;
  const yours = changed ? ` (${changed} with your changes)` : "";
  const before = above.length ? ` after ${plural(above.length, "cell")} above${yours}` : "";
  let end = "";
  if (widget) end = "The widget stands in the page, alive.";
  else if (own.came.nothing()) end = "It printed nothing.";
  else if (own.same()) end = "It printed what is stored.";
  return `Ran${before}. ${end}`;
}

/** The cells that must run before one: all from the first that has not run as it stands and in turn. */
function needed(own) {
  const above = cells.slice(0, own.index);
  const late = (one, i) => one.waits() || (i > 0 && above[i - 1].turn() > one.turn());
  const first = above.findIndex(late);
  return first < 0 ? [] : above.slice(first);
}

/** Run a cell, and first those that it needs, unless it is no Python. */
async function start(own) {
  if (busy) return;
  const above = needed(own);
  const chain = [...above, own];
  const { way, Stop, Run } = own.face;
  busy = own;
  Stop.hidden = false;
  for (const { face } of cells) able(face.Run, false);
  runner.told = teller(way, own.announce, {});
  own.announce("");
  try {
    if (above.length && own.changed() && own.came.failed(await own.check())) {
      own.reveal();
      return;
    }
    const extras = extrasFor(chain.map((one) => one.code()));
    for (const one of chain) {
      if (runner.ready) own.announce(one === own ? "It runs." : `Runs what it needs: cell ${one.index + 1}.`);
      const report = await one.execute(extras, one !== own && !one.changed());
      if (report.ended !== undefined || report.problem) {
        if (one !== own) own.announce(`Cell ${one.index + 1}, which this needs, did not come to its end.`);
        return;
      }
      if (one === own) own.announce(told(own, above, report));
    }
  } catch (error) {
    if (own.came.thrown(error)) own.reveal();
  } finally {
    way.end();
    busy = null;
    if (document.activeElement === Stop) Run.focus();
    Stop.hidden = true;
    for (const { face } of cells) able(face.Run, true);
  }
}

/** What a reader should know before the first click. */
function notice({ about, licenses }) {
  const used = extrasFor(cells.map((one) => one.code()));
  const sizeOf = (name) => runner.missing([name]) - runner.missing();
  const extras = used.filter((name) => titleOf(name) && sizeOf(name));
  const core = runner.missing(used.filter((name) => !titleOf(name)));
  const more = extras.map((name) => `${titleOf(name)}, ${megabytes(sizeOf(name))} MB`);
  const also = more.length ? `; cells that need more bring ${more.join("; ")}` : "";
  const download = button("Download the code of this page");
  download.addEventListener("click", () => {
    const page = location.pathname.split("/").pop().replace(/\.html$/, "");
    save(`${page}.ipynb`, notebook(cells.map((one) => one.code())), "application/x-ipynb+json");
  });
  return el("div", { class: "nn-widget nn-pad nn-notice" },
    el("p", {}, `The code of this page runs here. The first Run brings Python, ${megabytes(core)} MB${also}.`
      + " Nothing leaves your machine."),
    download, differences(about, licenses));
}

/** Fold away what the book's own cell prints, so that one can predict it; a widget stays. */
function fold(holder) {
  const output = holder.querySelector(".cell_output:not(:has(.widget-place))");
  if (!output) return;
  const folded = el("details", { class: "nn-stored" }, el("summary", {}, "What the book's cell prints"));
  output.replaceWith(folded);
  folded.append(output);
}

function wake(places) {
  for (const place of places) {
    const input = place.closest(".cell").querySelector(".cell_input");
    const { refused, kept } = place.dataset;
    if (!runner) {
      if (kept) input.after(el("p", { class: "pad-words" }, WITHOUT));
    } else if (refused) input.after(el("p", { class: "pad-words" }, refused));
    else {
      const made = cell(place, input, cells.length);
      cells.push(made);
      if (kept) {
        made.open();
        fold(place.closest(".cell"));
      }
    }
  }
  if (cells.length) {
    const description = document.querySelector("script.cells-about").textContent;
    places[0].closest(".cell").before(notice(JSON.parse(description)));
  }
}

wake([...document.querySelectorAll(".cell-place")]);
