import { button, el, set, write } from "./shared.js";

// What a network diagram shows, as lines of NumPy: beside it the line that makes the number in hand is lit,
// and copied they are a cell that makes the whole state again.

const SHOWN = 8; // rows of a matrix that are written out on the page; a copy has all

const vector = (values) => `[${values.join(", ")}]`;
const matrix = (rows) => `[${rows.map(vector).join(",\n              ")}]`;

/** The lines, each with the number that it makes. With `whole` false a long matrix is cut short. */
export function linesOf({ W, b, labels, class_names: names, query, temperature, norm, k }, whole = true) {
  const short = !whole && W.length > SHOWN;
  const rows = short ? `[${vector(W[0])}, …` : matrix(W);
  const some = (values) => (short ? `[${values[0]}, …` : vector(values));
  const voting = k > 1 && !temperature;
  const choice = temperature ? [`w = np.exp((s - s.max()) / ${temperature})`, "w = w / w.sum()"]
    : voting ? [`near = np.argsort(-s, kind="stable")[:${k}]`,
      "w = np.bincount(near, minlength=len(s)) / len(near)"]
      : ["w = np.eye(len(s))[s.argmax()]"];
  const quoted = vector(names.map((name) => JSON.stringify(name)));
  // Counted in whole numbers, and nearest first: so argmax keeps the rule of a tied vote.
  const label = voting
    ? ["votes = np.bincount(y[near])[y[near]]", `label = ${quoted}[y[near[votes.argmax()]]]`]
    : [`label = ${quoted}[p.argmax()]`];
  return [
    ["x", `x = np.array(${vector(query)}, float)`],
    ["W", `W = np.array(${rows}, float)`],
    ["b", `b = np.array(${some(b)}, float)`],
    ["dots", "dots = W @ x"],
    ["s", norm ? "s = dots + b - x @ x" : "s = dots + b"],
    ...choice.map((line) => ["w", line]),
    ...(voting ? [["y", `y = np.array(${some(labels)})`]] : []),
    ["y", `p = w @ np.eye(${names.length})[${voting ? "y" : some(labels)}]`],
    ...label.map((line) => ["y", line]),
  ];
}

/** The cell that makes a state again. */
export const cellOf = (now) => `import numpy as np\n\n${linesOf(now).map(([, line]) => line).join("\n")}\n`
  + "print(s, label)\n";

/** What a part of the diagram shows, by its place: the name of the line that makes it. */
function madeBy(part) {
  const unit = part.closest(".nn-unit");
  if (unit) {
    const line = [...unit.children].indexOf(part.closest(".nn-line"));
    return ["dots", "b"][line] ?? "s";
  }
  if (part.closest(".nn-input")) return "x";
  if (part.closest(".nn-output")) return "y";
  return part.closest(".nn-slot, .nn-bar") ? "w" : "";
}

/** The lines, shown when asked for: `toggle`, `node`, and `draw(now)` a frame; the numbers are in `room`. */
export function numpyOf(page, room) {
  const code = el("code");
  const said = el("span", { role: "status", class: "nn-muted" });
  const copy = button("Copy as a cell");
  const toggle = button("NumPy");
  const node = el("div", { class: "nn-numpy" },
    el("pre", { tabindex: 0, "aria-label": "The same in NumPy", role: "region" }, code),
    el("div", { class: "nn-row" }, copy, said));
  let now = null;
  let lit = "";
  const light = () => {
    for (const line of code.children) set(line, { class: line.dataset.part === lit ? "nn-lit" : null });
  };
  for (const type of ["click", "focusin", "mouseover"]) {
    page.on(room, type, ({ target }) => {
      lit = madeBy(target);
      light();
    });
  }
  page.on(copy, "click", async () => {
    try {
      await navigator.clipboard.writeText(cellOf(now));
      write(said, "Copied.");
    } catch {
      write(said, "This page may not copy: select the lines instead.");
    }
  });
  const open = (yes) => {
    node.hidden = !yes;
    set(toggle, { "aria-expanded": yes ? "true" : "false" });
  };
  open(false);
  page.on(toggle, "click", () => {
    open(node.hidden);
    draw(now);
  });
  function draw(state) {
    now = state;
    if (node.hidden) return;
    const lines = linesOf(now, false);
    if (code.children.length !== lines.length) {
      code.replaceChildren(...lines.map(() => el("span")));
      write(said, "");
    }
    lines.forEach(([part, text], k) => {
      set(code.children[k], { "data-part": part });
      write(code.children[k], `${text}\n`);
    });
    light();
  }
  return { toggle, node, draw };
}
