// What is kept of a reader's code: the code, the book's cell that it began from, and another
// version of it. Nothing that was written here or there is ever replaced unasked.

import { button, el, isRecord } from "../../nnlib/widgets/shared.js";
import { keep, keepingNote, kept } from "../../nnlib/widgets/keeping.js";
import { follow } from "../../nnlib/widgets/moved.js";

follow();

const CHANGED_CELL = "The book's cell has changed since you wrote this.";

/** What is kept under a name, if it can be code. */
function record(name) {
  const found = kept(name);
  const texts = isRecord(found) && [found.code, found.stub, found.other ?? ""];
  return texts && texts.every((text) => typeof text === "string") ? found : null;
}

/** Keeps code. `offer` hears of another version, with words that say where it comes from. */
export function keeper(name, stub, offer) {
  const { note, tell } = keepingNote();
  let known = record(name); // as this page last saw it
  let other = known?.other;
  const put = (code) => {
    const also = other === undefined ? {} : { other };
    known = code === stub && other === undefined ? null : { code, stub, ...also };
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
      if (known.stub !== stub && known.code !== known.stub) meet(stub, CHANGED_CELL);
      else if (other !== undefined) meet(other, "There is another version of this code.");
      return known.code === known.stub ? stub : known.code;
    },
    write(code) {
      const there = record(name)?.code ?? code;
      if (there !== known?.code && there !== code) meet(there, "Another tab has changed this code, too.");
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

/** Keeps nothing: a change lasts as long as the page. */
export const forgetful = (stub) => ({
  note: el("span", { class: "nn-muted" }, "This change lasts until you leave the page."),
  read: () => stub, write() {}, hear() {}, settle() {},
});

/** Offers another version beside the one in the editor. `edit` and `store` give those, once they exist. */
export function offering(edit, store, announce) {
  const box = el("div", { class: "nn-offer", hidden: true });
  const settle = (text) => {
    store().settle(text);
    box.hidden = true;
    edit().area.focus();
  };
  const offer = (version, words) => {
    const mine = button("Keep what is in the editor");
    const theirs = button("Take this one");
    mine.addEventListener("click", () => settle(edit().area.value));
    theirs.addEventListener("click", () => {
      edit().replace(version);
      settle(version);
    });
    const region = { tabindex: 0, role: "region", "aria-label": "The other version" };
    const shown = el("details", {}, el("summary", {}, "The other version"), el("pre", region, version));
    box.replaceChildren(el("p", {}, words), shown, el("div", { class: "nn-row" }, mine, theirs));
    box.hidden = false;
    announce(words);
  };
  return { box, offer };
}

const codeCell = (source, i) =>
  ({ cell_type: "code", id: `cell-${i}`, metadata: {}, source, outputs: [], execution_count: null });

/** A notebook of these cells. */
export const notebook = (sources) => JSON.stringify({
  cells: sources.map(codeCell),
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  nbformat: 4, nbformat_minor: 5,
}, null, 1);
