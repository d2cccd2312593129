import { el, format, pair, set, write } from "./shared.js";
import { marker, strengths } from "./drawing.js";
import { cellsOf, unitOf, viewOf } from "./plane.js";
import {
  drawRows, isLabeled, isWhole, onPlane, relabeled, ringsOf, stepping, tenths,
} from "./stepper.js";

// ---- The loop over the rows. ----
// The same steps as nnlib/scan.py, in whole numbers: a test compares them.

const dot = (a, b) => a.reduce((sum, v, j) => sum + v * b[j], 0);

/** One step a row: the terms of its squared distance, and the best so far. */
export function trace(rows, x, expanded, turned) {
  const order = rows.map((_, i) => i);
  if (turned) order.reverse();
  let best = -1;
  let least = 0;
  return order.map((row) => {
    const t = rows[row];
    const terms = expanded ? [dot(x, x), 0 - 2 * dot(x, t), dot(t, t)] : x.map((v, j) => (v - t[j]) ** 2);
    const distance = terms.reduce((sum, v) => sum + v, 0);
    const against = distance < least ? "nearer" : distance === least ? "tie" : "farther";
    const verdict = best < 0 ? "first" : against;
    if (verdict === "first" || verdict === "nearer") [best, least] = [row, distance];
    return { row, terms, distance, verdict, best };
  });
}

// ---- The page. ----

const MOST = 6;
const LINE = 42; // of a row
const BAR = 5; // of a term

const shown = (v) => format(v / 100, 7); // in full: the sums that are shown add up
const sumOf = (terms) => terms.map((v, j) =>
  (j ? `${v < 0 ? "−" : "+"} ${shown(Math.abs(v))}` : shown(v))).join(" ");

/** What the end of the loop says of equally near rows. */
function tieOf({ labels }, steps) {
  const { best } = steps.at(-1);
  const least = steps.find(({ row }) => row === best).distance;
  const tied = steps.filter(({ distance }) => distance === least).map(({ row }) => row);
  if (tied.length === 1) return "";
  const what = tied.some((i) => labels[i] !== labels[best]) ? "the label" : "the row, not the label";
  return ` Rows ${tied.join(", ")} tie: their order decides ${what}.`;
}

/** One step in words. */
function words(now, steps, at) {
  const { labels, class_names: names, query } = now;
  if (!at) return `Query ${pair(query)}. Before the first step: ${steps.length} rows, none measured.`;
  const { row, terms, distance, verdict, best } = steps[at - 1];
  const before = steps[at - 2]?.best;
  const least = steps.find((step) => step.row === before)?.distance;
  const why = {
    first: "the first, so the best so far",
    nearer: `below ${shown(least)}: it displaces row ${before}`,
    tie: `equal, not below: row ${before} stays`,
    farther: `not below ${shown(least)}: row ${before} stays`,
  }[verdict];
  const done = ` Done: row ${best}, label ${names[labels[best]]}.${tieOf(now, steps)}`;
  const end = at === steps.length ? done : "";
  return `Step ${at}: row ${row} at ${sumOf(terms)} = ${shown(distance)}, ${why}.${end}`;
}

/** The rows' sums, each as a walk along its terms; a dashed line is the best so far. */
function sumsOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-sums" }, svg);
  const title = el("text", { x: 0, y: 11 });
  const least = el("line", { class: "nn-least" });
  const zero = el("line", { class: "nn-axis" });
  let lines = [];

  function fill(count) {
    lines = Array.from({ length: count }, () => {
      const mark = el("g");
      const text = el("text", { x: 20 });
      const terms = [0, 1, 2].map((j) => el("rect", { height: BAR, class: `nn-term nn-fill-${j}` }));
      const end = el("line", { class: "nn-end" });
      return { mark, text, terms, end, node: el("g", {}, mark, ...terms, end, text) };
    });
    svg.replaceChildren(title, zero, least, ...lines.map((line) => line.node));
  }
  /** Where a squared distance stands, if all walks are to fit. */
  function scaleOf(steps, width) {
    const stops = steps.flatMap(({ terms }) => terms.map((_, j) => dot(terms.slice(0, j + 1), [1, 1, 1])));
    const [low, high] = [Math.min(0, ...stops), Math.max(1, ...stops)];
    return (v) => 2 + ((v - low) / (high - low)) * (width - 4);
  }
  function draw({ labels, expanded }, steps, at) {
    const width = node.clientWidth;
    if (lines.length !== labels.length) fill(labels.length);
    const x = scaleOf(steps, width);
    const height = 18 + LINE * labels.length;
    set(svg, { width, height });
    write(title, `${expanded ? "‖x‖² − 2 x·t + ‖t‖²" : "(x₁ − t₁)² + (x₂ − t₂)²"} = squared distance`);
    set(zero, { x1: x(0), x2: x(0), y1: 18, y2: height });
    const best = at ? steps[at - 1].best : -1;
    const reached = steps.find(({ row }) => row === best)?.distance ?? 0;
    set(least, { x1: x(reached), x2: x(reached), y1: 18, y2: height, display: at ? null : "none" });
    steps.forEach(({ row, terms, distance }, k) => {
      const { mark, text, terms: bars, end, node: line } = lines[row];
      const y = 18 + LINE * row;
      const measured = k < at;
      set(mark, { transform: `translate(8,${y + 10})` });
      mark.replaceChildren(marker(labels[row]).firstChild);
      set(text, { y: y + 14, textLength: null });
      write(text, measured ? `${row}: ${sumOf(terms)} = ${shown(distance)}` : String(row));
      const room = width - 22;
      const isLong = text.getComputedTextLength() > room; // then set narrower
      set(text, { textLength: isLong ? room : null, lengthAdjust: "spacingAndGlyphs" });
      let from = 0;
      bars.forEach((bar, j) => {
        const to = from + (terms[j] ?? 0);
        const [left, right] = [x(Math.min(from, to)), x(Math.max(from, to))];
        const isThere = measured && j < terms.length;
        const top = y + 20 + j * (BAR + 1);
        set(bar, { x: left, width: right - left, y: top, display: isThere ? null : "none" });
        from = to;
      });
      set(end, { x1: x(distance), x2: x(distance), y1: y + 18, y2: y + LINE - 2,
        display: measured ? null : "none" });
      set(line, { class: `${row === best ? "nn-best" : ""}${k === at - 1 ? " nn-current" : ""}` });
    });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isLabeled(now) && isWhole(now.at, 20)
  && typeof now.expanded === "boolean" && typeof now.turned === "boolean";

/** Who would win where, if the rows are measured in this order. */
function cellsIn({ templates, labels, query, extent, turned }, best) {
  const units = templates.map((t) => unitOf(t));
  if (turned) units.reverse();
  const view = viewOf(extent, [...templates, query]);
  const cells = cellsOf(units.map(({ w }) => w), units.map(({ bias }) => bias), view);
  if (turned) cells.reverse();
  const tints = strengths(labels);
  return cells.map((corners, i) => ({
    corners, style: `nn-fill-${labels[i]}${i === best ? " nn-won" : ""}`, strength: tints[i] }));
}

/** The map and the sums at the step that is shown. */
function pictureOf(plane, page) {
  const sums = sumsOf();
  const rings = ringsOf(plane);
  const boxes = Object.entries({ expanded: "Three terms", turned: "Last row first" })
    .filter(([trait]) => page.get("controls").includes(trait))
    .map(([trait, name]) => {
      const box = el("input", { type: "checkbox" });
      page.on(box, "change", () => page.change({ [trait]: box.checked }));
      return { trait, box, node: el("label", { class: "nn-check" }, box, name) };
    });
  return {
    node: sums.node,
    controls: boxes.map((one) => one.node),
    draw(now, show) {
      const steps = trace(now.templates.map(tenths), tenths(now.query), now.expanded, now.turned);
      const at = show(steps.length, "Step");
      for (const { trait, box } of boxes) box.checked = now[trait];
      const current = steps[at - 1];
      const best = current?.best ?? -1;
      drawRows(plane, now, now.labels, { order: at ? [best] : [], cells: cellsIn(now, best) });
      rings(now.templates, now.templates.map((_, i) => i === current?.row && "nn-now"));
      sums.draw(now, steps, at);
      return (step) => words(now, steps, step);
    },
  };
}

const STATE = ["templates", "labels", "query", "expanded", "turned", "at"];

export default {
  render: stepping({
    style: "nn-scan", label: "The loop over the rows, step by step", valid, whole: relabeled, pictureOf,
    traits: [...STATE, "class_names", "extent"], linked: STATE,
  }),
};
