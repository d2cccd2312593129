// A textarea that is good enough to write Python in: it indents, closes brackets, is left by Escape
// and Tab, and is what screen readers and the keyboards of phones know. All edits go through the
// browser's own editing, so that its undo takes them back. It shows no colors and no matching
// brackets: an editor that does is many times as heavy as all else a page loads before its reader
// asks, and stands in for the textarea with one of its own making, which each browser's undo,
// spelling of keys and screen reader would have to be tried with anew.

import { el } from "../../nnlib/widgets/shared.js";

const INDENT = "    ";
const HINT = "Tab indents; Escape, then Tab leaves the editor. Shift+Enter or Ctrl+Enter runs.";
const PAIRS = { "(": ")", "[": "]", "{": "}" };
const CLOSING = Object.values(PAIRS);
let count = 0;

/** Put text in place of what is selected, as if it were typed. */
function type(area, text) {
  // Deprecated, and the one way to change a text so that undo knows of it.
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!done) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

/** The selected lines, whole: where they begin and end, and their text. */
function lines(area) {
  const { value, selectionStart, selectionEnd } = area;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const end = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart ? 1 : 0), from));
  const to = end < 0 ? value.length : end;
  return { from, to, text: value.slice(from, to) };
}

function shift(area, inward) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (inward && start === end) return type(area, INDENT.slice((start - lines(area).from) % INDENT.length));
  const { from, to, text } = lines(area);
  const shifted = text.replace(inward ? /^(?=.)/gm : /^ {1,4}/gm, inward ? INDENT : "");
  if (shifted === text) return null;
  area.setSelectionRange(from, to);
  type(area, shifted);
  const after = Math.max(end + shifted.length - text.length, from);
  area.setSelectionRange(start === end ? after : from, value.length ? after : 0);
  return null;
}

/** Whether a place lies in an empty pair of brackets. */
const inPair = (value, at) => at < value.length && PAIRS[value[at - 1]] === value[at];

/** A new line begins where the last one did, and further in after a colon or an open bracket. */
function newLine(area) {
  const { value, selectionStart, selectionEnd } = area;
  const before = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
  const own = /^ */.exec(before)[0];
  area.scrollLeft = 0; // a browser brings the caret into view, but not the beginning of its line
  type(area, `\n${own}${/[:([{]\s*(#.*)?$/.test(before) ? INDENT : ""}`);
  const caret = area.selectionStart;
  if (selectionStart !== selectionEnd || !inPair(value, selectionStart)) return;
  type(area, `\n${own}`); // what closes stands on a line of its own
  area.setSelectionRange(caret, caret);
}

/** Type a bracket with its other half, around what is selected; step over one that stands there. */
function bracket(area, key) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const next = value[end] ?? "\n";
  if (start === end && key === next) area.setSelectionRange(end + 1, end + 1);
  else if (!PAIRS[key] || (start === end && !/\s/.test(next) && !CLOSING.includes(next))) return false;
  else {
    type(area, key + value.slice(start, end) + PAIRS[key]);
    area.setSelectionRange(start + 1, end + 1);
  }
  return true;
}

/** Take away an empty pair of brackets, or a step of the indentation. */
function back(area) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const column = start - lines(area).from;
  const steps = (column - 1) % INDENT.length + 1;
  if (start !== end || !column) return false;
  if (inPair(value, start)) area.setSelectionRange(start - 1, start + 1);
  else if (value.slice(start - column, start).trim()) return false;
  else area.setSelectionRange(start - steps, start);
  type(area, "");
  return true;
}

/**
 * An editor of at least so many lines. `changed` hears of every edit, `run` of Shift+Enter and
 * Ctrl+Enter.
 */
export function editor(label, changed, run, least = 8) {
  const name = `nn-editor-${(count += 1)}`;
  const area = el("textarea", { id: name, rows: 12, wrap: "off", spellcheck: "false", autocapitalize: "off",
    autocomplete: "off", autocorrect: "off", "aria-describedby": `${name}-hint` });
  const hint = el("p", { id: `${name}-hint`, class: "nn-muted" }, HINT);
  const touch = (text, inward) => {
    const one = el("button", { type: "button", class: "nn-button nn-touch" }, text);
    // The keyboard on the screen stays.
    one.addEventListener("pointerdown", (event) => event.preventDefault());
    one.addEventListener("click", () => {
      area.focus();
      shift(area, inward);
    });
    return one;
  };
  let leaving = false;
  const fit = () => { area.rows = Math.min(Math.max(area.value.split("\n").length + 1, least), 28); };
  area.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
    if (key === "Enter" && !isComposing && (ctrlKey || metaKey || shiftKey)) {
      event.preventDefault();
      run();
    } else if (key === "Escape") leaving = true;
    else if (key === "Tab" && !leaving && !ctrlKey && !altKey && !metaKey) {
      event.preventDefault();
      shift(area, !shiftKey);
    } else if (key === "Enter" && !altKey && !isComposing) {
      event.preventDefault();
      newLine(area);
    // Both together type a bracket on some keyboards.
    } else if (!isComposing && !metaKey && ctrlKey <= altKey) {
      if (key === "Backspace" ? !altKey && back(area) : bracket(area, key)) event.preventDefault();
    }
    if (key !== "Escape" && key !== "Shift" && key !== "Tab") leaving = false;
    event.stopPropagation(); // the theme binds keys to moves of its own
  });
  area.addEventListener("blur", () => { leaving = false; });
  area.addEventListener("input", () => {
    fit();
    changed();
  });
  return {
    area,
    parts: [el("label", { for: name }, label), area,
      el("div", { class: "nn-row" }, hint, touch("Indent", true), touch("Outdent", false))],
    /** Show a text that the reader has not typed, with nothing to undo. */
    show(text) {
      area.value = text;
      fit();
    },
    /** Put a text in place of all; undo brings the other back. */
    replace(text) {
      area.focus();
      area.select();
      type(area, text);
    },
    /** Select a line, counted from 1. */
    go(line) {
      const all = area.value.split("\n");
      const from = all.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      area.focus();
      area.setSelectionRange(from, from + (all[line - 1] ?? "").length);
    },
  };
}
