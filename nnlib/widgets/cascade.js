import { clamp, el, format, pair, set, write } from "./shared.js";
import { ticks } from "./drawing.js";
import { distanceOf, drawRows, isWhole, knobOf, onPlane, ringsOf, stepping } from "./stepper.js";

// ---- The certified search. ----
// The same steps as nnlib/cascade.py: a test compares them, bit for bit.

const { fround } = Math;
const U = 2 ** -24;
const KAPPA = 2 ** -39;

function frameOf(center) {
  const n = (center.length + 16) * U;
  return { center, theta: n / (1 - n) };
}

/** A point seen from the center in float32, its squared norm, and the reach of that. */
function stored({ center, theta }, point) {
  const moved = point.map((v, j) => fround(v - center[j]));
  const square = moved.reduce((sum, v) => fround(sum + fround(v * v)), 0);
  return { moved, square, reach: (Math.sqrt(square * (1 + 2 * theta)) + KAPPA) * (1 + 8 * U) };
}

/** A lower and an upper bound on ‖t‖² − 2x·t, seen from the center. */
function boundsOf(frame, x, t) {
  const { theta } = frame;
  const { moved: query, reach: a } = stored(frame, x);
  const { moved: row, square, reach } = stored(frame, t);
  const g = fround(2 * theta * (1 + 2 * theta) * a);
  const c = fround(reach);
  let low = query.reduce((sum, v, j) => fround(sum + fround(v * fround(-2 * row[j]))), 0);
  low = fround(low + fround(square - 3 * theta * reach * reach));
  low = fround(low + fround(-g * c));
  const gap = fround(c * fround(fround(3 * g) + fround(8 * theta * c)));
  return [low, fround(low + gap)];
}

/** A computed squared distance beyond which a row is truly farther than one with `computed`. */
function cutoffOf(computed, d) {
  const n = 2 * d + 16;
  const factor = 1 + (n * 2 ** -53) / (1 - n * 2 ** -53);
  return computed * factor + 3 * d * Number.MIN_VALUE;
}

/** A number as a whole one over a power of two, at most 2 ** 1074, which a double cannot hold. */
function wholeOf(v) {
  let [whole, power] = [v, 0];
  for (; !Number.isInteger(whole); power++) whole *= 2;
  return { whole: BigInt(whole), power };
}

/** A whole number over a power of two, rounded once, also where the result is subnormal. */
function nearestTo(square, power) {
  const drop = Math.max(square.toString(2).length - 53, power - 1074, 0);
  const kept = square >> BigInt(drop);
  const rest = 2n * (square - (kept << BigInt(drop)));
  const half = 1n << BigInt(drop);
  const up = rest > half || (rest === half && kept & 1n) ? 1n : 0n;
  return Number(kept + up) * 2 ** (drop - power);
}

/** The squared distances of rows as integers, all over one power of two. */
function exactOf(x, rows) {
  const power = Math.max(...[x, ...rows].flat().map((v) => wholeOf(v).power));
  const integer = (v) => {
    const { whole, power: own } = wholeOf(v);
    return whole << BigInt(power - own);
  };
  const squares = rows.map((t) =>
    t.reduce((sum, v, j) => sum + (integer(v) - integer(x[j])) ** 2n, 0n));
  return { squares, value: (square) => nearestTo(square, 2 * power) };
}

/** The steps of the certified search for the row nearest to x. */
export function trace(rows, x, center) {
  const steps = [];
  const frame = frameOf(center);
  const note = (kind, row, low, high, left) => steps.push({ kind, row, low, high, left });
  let left = rows.map((_, i) => i);
  const found = rows.map((t) => boundsOf(frame, x, t));
  found.forEach(([low, high], i) => note("bound", i, low, high, left));
  const least = Math.min(...found.map(([, high]) => high));
  left = left.filter((i) => found[i][0] <= least);
  note("filter", -1, least, least, left);
  if (left.length > 1) {
    const direct = rows.map((t) => distanceOf(x, t));
    for (const i of left) note("direct", i, direct[i], direct[i], left);
    const limit = cutoffOf(Math.min(...left.map((i) => direct[i])), x.length);
    left = left.filter((i) => direct[i] <= limit);
    note("cutoff", -1, limit, limit, left);
  }
  let apart = Infinity;
  if (left.length > 1) {
    const { squares, value } = exactOf(x, left.map((i) => rows[i]));
    left.forEach((i, k) => note("exact", i, value(squares[k]), value(squares[k]), left));
    const order = left.map((_, k) => k).sort((a, b) =>
      (squares[a] < squares[b] ? -1 : squares[a] > squares[b] ? 1 : a - b));
    const by = squares[order[1]] - squares[order[0]];
    apart = value(by) || (by ? Number.MIN_VALUE : 0);
    left = order.map((k) => left[k]);
  }
  note("answer", left[0], apart, apart, left.slice(0, 1));
  return steps;
}

// ---- The page. ----

const LINE = 30; // of a row
const SIDE = { left: 26, right: 78 };
const MOST = 8;
const FARTHEST = 1e6;

const named = (rows) => `${rows.length === 1 ? "row" : "rows"} ${rows.join(", ")}`;
const stay = (rows) => (rows.length === 1 ? `only row ${rows[0]} is in` : `${named(rows)} are in`);

/** One step in words; `base` is what the reduced distance lacks of the squared one. */
function words({ query, offset, centered, templates }, steps, at, base) {
  if (!at) {
    const moved = offset ? `, all coordinates moved by ${offset}` : "";
    return `Query ${pair(query)}${moved}${centered ? ", centered again" : ""}. Before the first step: `
      + `${templates.length} rows, each of which may be the nearest.`;
  }
  const { kind, row, low, high, left } = steps[at - 1];
  const gone = (steps[at - 2]?.left ?? []).filter((i) => !left.includes(i));
  const out = gone.length ? `${named(gone)} ${gone.length === 1 ? "is" : "are"} out` : "none is out";
  if (kind === "bound") {
    return `Step ${at}, float32: the squared distance of row ${row} is between ${format(low + base)} and `
      + `${format(high + base)}.`;
  }
  if (kind === "filter") {
    return `Step ${at}, float32: no nearest row is beyond the least upper bound, ${format(low + base)}: `
      + `${out}, ${stay(left)}.`;
  }
  if (kind === "direct") return `Step ${at}, direct form in float64: row ${row} at ${format(low)}.`;
  if (kind === "cutoff") {
    return `Step ${at}, direct form: what differs by more than its rounding is proved: ${out}, `
      + `${stay(left)}.`;
  }
  if (kind === "exact") {
    return `Step ${at}, integers: row ${row} at ${format(low)}, and nothing was rounded before it was `
      + "compared.";
  }
  const why = apart(high);
  return `Step ${at}: row ${row} is the nearest, ${why}.`;
}

function apart(by) {
  if (by === Infinity) return "proved, as all others are out";
  return by ? `by ${format(by, 3)} in integers` : "the earliest of an exact tie";
}

/** What is known of every row up to a step: its bounds, its squared distance, and whether it is out. */
function knownOf(count, steps, at, base) {
  /** @type {{ out: boolean, low?: number, high?: number, value?: number, last?: string }[]} */
  const rows = Array.from({ length: count }, () => ({ out: false }));
  for (const { kind, row, low, high, left } of steps.slice(0, at)) {
    if (kind === "bound") Object.assign(rows[row], { low: low + base, high: high + base, last: "float32" });
    if (kind === "direct") Object.assign(rows[row], { value: low, last: "float64" });
    if (kind === "exact") Object.assign(rows[row], { value: low, last: "integers" });
    rows.forEach((one, i) => { one.out = !left.includes(i); });
  }
  return rows;
}

/** The rows as bars from the lower to the upper bound, over one axis of squared distances. */
function barsOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-bars" }, svg);
  const axis = el("g");
  const limit = el("path", { class: "nn-limit" });
  let lines = [];

  function fill(n) {
    lines = Array.from({ length: n }, (_, i) => {
      const parts = { name: el("text", { x: 2 }, i), bar: el("path"), dot: el("circle", { r: 4.5 }),
        state: el("text", { "text-anchor": "end" }) };
      return { ...parts, node: el("g", { transform: `translate(0,${LINE * i + LINE / 2 + 4})` },
        ...Object.values(parts)) };
    });
    svg.replaceChildren(axis, ...lines.map((line) => line.node), limit);
  }
  function draw(all, known, least, row) {
    const width = node.clientWidth;
    if (lines.length !== all.length) fill(all.length);
    const base = LINE * all.length + 8;
    const [from, to] = [Math.min(0, ...all.map(([low]) => low)), Math.max(...all.map(([, high]) => high))];
    const room = width - SIDE.left - SIDE.right;
    const x = (v) => SIDE.left + (to > from ? clamp((v - from) / (to - from), 0, 1) : 0.5) * room;
    set(svg, { width, height: base + 34 });
    axis.replaceChildren(
      el("path", { d: `M${SIDE.left},${base}h${room}`, class: "nn-axis" }),
      ...ticks(from, to, room / 48).map((v) => el("text",
        { x: x(v), y: base + 15, "text-anchor": "middle" }, format(v))),
      el("text", { x: width, y: base + 30, "text-anchor": "end" }, "squared distance →"));
    known.forEach(({ low, high, value, out, last }, i) => {
      const line = lines[i];
      const left = low === undefined ? 0 : x(low);
      const span = low === undefined ? 0 : Math.max(x(high) - left, 1);
      set(line.node, { class: `nn-line${out ? " nn-out" : ""}${row === i ? " nn-current" : ""}` });
      const bar = `M${left},-7v14M${left},0h${span}m0,-7v14`;
      set(line.bar, { d: low === undefined ? null : bar, class: "nn-bar" });
      set(line.dot, { cx: value === undefined ? null : x(value), class: "nn-value",
        display: value === undefined ? "none" : null });
      set(line.state, { x: width - 2, y: 4 });
      set(line.name, { y: 4 });
      write(line.state, out ? `out: ${last}` : last ? `in: ${last}` : "");
    });
    set(limit, { d: least < Infinity ? `M${x(least)},2V${base}` : null });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isWhole(now.at, 3 * MOST + 3) && isWhole(now.offset, 1000)
  && typeof now.centered === "boolean"
  && [now.query, ...now.templates].flat().every((v) => Math.abs(v) <= FARTHEST);

/** The map and the bars at the step that is shown. */
function pictureOf(plane, page) {
  const bars = barsOf();
  const rings = ringsOf(plane);
  const away = knobOf(page, "offset", [0, 1000, 50], (v) => `Offset ${v}`);
  const box = el("input", { type: "checkbox" });
  page.on(box, "change", () => page.change({ centered: box.checked }));

  return {
    node: bars.node,
    controls: [away.node, el("label", { class: "nn-check" }, box, "Center")],
    draw(now, show) {
      const { offset, centered } = now;
      const moved = (p) => p.map((v) => v + offset);
      const center = [0, 0].map(() => (centered ? offset : 0));
      const rows = now.templates.map(moved);
      const x = moved(now.query);
      const steps = trace(rows, x, center);
      const base = x.reduce((sum, v, j) => sum + fround(v - center[j]) ** 2, 0);
      const at = show(steps.length, "Step");
      const known = knownOf(rows.length, steps, at, base);
      const current = steps[at - 1];
      const least = Math.min(...known.map(({ high = Infinity }) => high));
      const all = steps.slice(0, rows.length).map(({ low, high }) => [low + base, high + base]);
      away.draw(offset);
      box.checked = centered;
      drawRows(plane, now, rows.map(() => 0), { order: current?.kind === "answer" ? [current.row] : [] });
      rings(now.templates, known.map(({ out }) => !out && "nn-in"));
      bars.draw(all, known, least, current?.row ?? -1);
      return (step) => words(now, steps, step, base);
    },
  };
}

const STATE = ["templates", "query", "offset", "centered", "at"];

export default {
  render: stepping({
    style: "nn-cascade", label: "The certified search, step by step", valid, pictureOf,
    traits: [...STATE, "extent"], linked: STATE,
  }),
};
