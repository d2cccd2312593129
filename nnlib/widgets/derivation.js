// A derivation whose blanks are filled by choosing; each choice is answered with its reason.

import { announcer, begin, button, el, folded, isRecord, listen, same, set, write } from "./shared.js";
import { keepingNote, kept } from "./keeping.js";
import { followed } from "./tabs.js";
import { plural, prose } from "./words.js";

const KEY = "derivation";

/** The blanks of all lines, by name; options stand in an order that follows their words. */
export function blanksOf({ lines }) {
  return lines.flatMap(({ blanks }) => Object.entries(blanks).map(([id, { name, options }]) =>
    ({ id, name, options: options.toSorted((a, b) => (a.text < b.text ? -1 : 1)) })));
}

/** What was given, of what there is to give. */
export function givenOf(value, blanks) {
  const entries = Object.entries(isRecord(value) ? value : {}).filter(([id, text]) =>
    blanks.some((blank) => blank.id === id && blank.options.some((option) => option.text === text)));
  return Object.fromEntries(entries);
}

/** The names of the blanks that are filled rightly. */
export const right = (given, blanks) => blanks.filter(({ id, options }) =>
  options.some(({ text, right: yes }) => yes && text === given[id])).map(({ id }) => id);

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, on, change, start } = page;
  const { lines, title } = get("derivation");
  const blanks = blanksOf(get("derivation"));
  const { said, announce } = announcer(life);
  const { note, tell } = keepingNote();
  const empty = button("Empty the blanks");
  let given = {};
  const there = followed(KEY, take, life);
  const places = new Map(blanks.map(({ id, name, options }) => {
    const select = el("select", { "aria-label": name }, el("option", { value: "" }, "…"),
      ...options.map(({ text }) => el("option", { value: text }, text)));
    const mark = el("span", { class: "nn-mark", "aria-hidden": "true" });
    on(select, "change", () => choose(id, select.value));
    return [id, { select, mark, node: el("span", { class: "nn-blank" }, select, mark) }];
  }));
  const whys = el("div", { class: "nn-why" });
  const reasons = folded("The reasons so far", whys);
  const list = el("ol", {}, ...lines.map(({ text }) => el("li", {},
    el("p", {}, ...text.split(/\{([a-z_]+)\}/).flatMap((part, k) =>
      (k % 2 ? [places.get(part).node] : prose(part)))))));
  const box = el("div", { class: "nn-widget nn-ninety", role: "group", "aria-label": title },
    list, said, reasons, el("div", { class: "nn-row" }, empty, note));

  function draw() {
    const good = right(given, blanks);
    for (const [id, { select, mark }] of places) {
      select.value = given[id] ?? "";
      const state = given[id] === undefined ? "" : good.includes(id) ? "✓" : "✗";
      write(mark, state);
      set(select, { "aria-invalid": state === "✗" ? "true" : null });
    }
    whys.replaceChildren(...blanks.flatMap(({ id }) => {
      const option = optionOf(id);
      return option ? [el("p", {}, el("strong", {}, option.text), " ", ...prose(wordsOf(option)))] : [];
    }));
    reasons.hidden = !whys.hasChildNodes();
  }
  const optionOf = (id) => blanks.find((blank) => blank.id === id).options
    .find(({ text }) => text === given[id]);
  const wordsOf = ({ right: yes, why }) => `${yes ? "Right" : "Not so"}: ${why}`;
  const total = () => `${right(given, blanks).length} of ${plural(blanks.length, "blank")} filled rightly.`;
  function take(value) {
    given = givenOf(value, blanks);
    change({ given });
    draw();
    announce(total());
  }
  function choose(id, text) {
    there.look(); // what another tab has filled in stays
    const { [id]: _, ...others } = given;
    given = text ? { ...others, [id]: text } : others;
    tell(there.put(given));
    change({ given });
    draw();
    const option = optionOf(id);
    announce(`${option ? wordsOf(option) : ""} ${total()}`.trim());
  }
  on(empty, "click", () => {
    there.look();
    tell(there.put());
    take({});
  });
  listen(model, ["given"], () => {
    if (same(get("given"), given)) return;
    given = givenOf(get("given"), blanks);
    draw();
  }, life);
  const read = () => take(there.erased || isRecord(kept(KEY)) ? kept(KEY) : get("given"));
  return start(root, box, { read }, () => {});
}

export default { render };
