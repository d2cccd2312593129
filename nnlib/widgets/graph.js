import { el, format, pair, set, write } from "./shared.js";
import { distanceOf, drawRows, isWhole, knobOf, onPlane, ringsOf, stepping, tenths } from "./stepper.js";

// ---- A walk on a navigable graph. ----
// The same steps as nnlib/graph.py, in whole numbers: a test compares them.

/** For every row the rows that it is linked to: each to the M nearest so far, both ways. */
export function link(rows, M) {
  const links = rows.map(() => []);
  rows.forEach((t, i) => {
    const far = rows.slice(0, i).map((u) => distanceOf(t, u));
    const near = far.map((_, j) => j).sort((a, b) => far[a] - far[b] || a - b);
    for (const j of near.slice(0, M)) {
      links[i].push(j);
      links[j].push(i);
    }
  });
  return links;
}

/** The steps of the walk from row `start`: what is left, what is seen for the first time, what is kept. */
export function trace(rows, links, x, ef, start = 0) {
  const far = rows.map((t) => distanceOf(x, t));
  const sorted = (some) => some.sort((a, b) => far[a] - far[b] || a - b);
  const seen = new Set([start]);
  let [waiting, best] = [[start], [start]];
  const steps = [{ kind: "start", row: start, new: [start], waiting, best }];
  while (waiting.length && (best.length < ef || far[waiting[0]] <= far[best.at(-1)])) {
    const [row, ...rest] = waiting;
    const fresh = links[row].filter((j) => !seen.has(j));
    for (const j of fresh) seen.add(j);
    waiting = sorted([...rest, ...fresh]);
    best = sorted([...best, ...fresh]).slice(0, ef);
    steps.push({ kind: "leave", row, new: fresh, waiting, best });
  }
  steps.push({ kind: "stop", row: best[0], new: [], waiting, best });
  return steps;
}

// ---- The page. ----

const MOST = 16;
const MOST_EF = 4;
const M = 2;
const LINE = 17; // of a row
const SIDE = { left: 26, right: 88 };

const apart = (far, row) => format(far[row] / 100);

/** One step in words. */
function words({ query, ef }, far, steps, at) {
  if (!at) {
    return `Query ${pair(query)}, ef = ${ef}. Before the first step: ${far.length} rows, none looked at.`;
  }
  const { kind, row, new: fresh, best } = steps[at - 1];
  const looked = steps.slice(0, at).flatMap((step) => step.new).length;
  if (kind === "start") return `Step ${at}: begin at row ${row}, squared distance ${apart(far, row)}.`;
  if (kind === "leave") {
    const found = fresh.length ? `look at ${fresh.length > 1 ? "rows" : "row"} ${fresh.join(", ")}`
      : "all its neighbors have been looked at";
    return `Step ${at}: leave row ${row} at ${apart(far, row)}; ${found}. Best so far: row ${best[0]}.`;
  }
  const nearest = far.indexOf(Math.min(...far));
  const missed = `and misses row ${nearest} at ${apart(far, nearest)}`;
  const end = far[row] === far[nearest] ? "which is nearest" : missed;
  return `Step ${at}: stop, no row that waits is near enough. It finds row ${row} at ${apart(far, row)}, `
    + `${end}. It has looked at ${looked} of ${far.length} rows.`;
}

/** What has become of every row up to a step. */
function fatesOf(count, steps, at) {
  const fates = Array.from({ length: count }, () => "unseen");
  const { waiting = [], best = [] } = steps[at - 1] ?? {};
  for (const step of steps.slice(0, at)) {
    for (const i of step.new) fates[i] = "done";
  }
  for (const i of waiting) fates[i] = "waits";
  return fates.map((fate, i) => ({ fate, kept: best.includes(i) }));
}

/** All rows by their distance to the query, each a bar: unseen, waiting or done with; or kept. */
function ranksOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-ranks" }, svg);
  let lines = [];

  function fill(count) {
    lines = Array.from({ length: count }, (_, i) => {
      const y = 26 + LINE * i;
      const parts = { name: el("text", { x: SIDE.left - 6, y: y + 4, "text-anchor": "end" }),
        bar: el("rect", { x: SIDE.left, y: y - 6, height: 11 }), state: el("text", { y: y + 4 }) };
      return { ...parts, node: el("g", {}, ...Object.values(parts)) };
    });
    svg.replaceChildren(el("text", { x: 0, y: 12 }, "row, squared distance"),
      ...lines.map((line) => line.node));
  }
  function draw(far, fates, current) {
    const width = node.clientWidth;
    if (lines.length !== far.length) fill(far.length);
    set(svg, { width, height: LINE * far.length + 20 });
    const order = far.map((_, i) => i).sort((a, b) => far[a] - far[b] || a - b);
    const most = Math.max(...far) || 1;
    order.forEach((row, k) => {
      const { fate, kept } = fates[row];
      const { name, bar, state, node: line } = lines[k];
      const long = 2 + (far[row] / most) * (width - SIDE.left - SIDE.right);
      const type = `nn-line nn-${fate}${kept ? " nn-kept" : ""}`;
      set(line, { class: `${type}${row === current ? " nn-current" : ""}` });
      set(bar, { width: long });
      set(state, { x: SIDE.left + long + 6 });
      write(name, String(row));
      write(state, `${apart(far, row)}${fate === "unseen" ? "" : kept ? `, ${fate}, kept` : `, ${fate}`}`);
    });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isWhole(now.at, MOST + 2)
  && [now.query, ...now.templates].flat().every((v) => Math.abs(v) <= 100)
  && isWhole(now.ef, MOST_EF) && now.ef > 0;

/** The map with its links and the rows by distance, at the step that is shown. */
function pictureOf(plane, page) {
  const edges = el("g");
  plane.over.append(edges);
  const rings = ringsOf(plane);
  const ranks = ranksOf();
  const kept = knobOf(page, "ef", [1, MOST_EF], (ef) => (ef === 1 ? "ef = 1: greedy" : `ef = ${ef}`));

  function drawLinks(rows, links, fates, current) {
    const { x, y } = plane.scale();
    const at = (i) => [x(rows[i][0]), y(rows[i][1])].map((v) => v.toFixed(1)).join();
    edges.replaceChildren(...links.flatMap((some, i) => some.filter((j) => j < i).map((j) => {
      const used = [i, j].some((k) => fates[k].fate === "done");
      const here = current?.kind === "leave" && [i, j].includes(current.row)
        && current.new.includes(i === current.row ? j : i);
      const type = `nn-edge${used ? " nn-used" : ""}${here ? " nn-current" : ""}`;
      return el("path", { d: `M${at(i)}L${at(j)}`, class: type });
    })));
  }
  return {
    node: ranks.node,
    controls: [kept.node],
    draw(now, show) {
      const rows = now.templates.map(tenths);
      const query = tenths(now.query);
      const links = link(rows, M);
      const steps = trace(rows, links, query, now.ef);
      const far = rows.map((t) => distanceOf(query, t));
      const at = show(steps.length, "Step");
      const current = steps[at - 1];
      const fates = fatesOf(rows.length, steps, at);
      kept.draw(now.ef);
      drawRows(plane, now, rows.map(() => 0), { order: current ? [current.row] : [] });
      drawLinks(now.templates, links, fates, current);
      rings(now.templates, fates.map(({ fate, kept: one }) =>
        fate !== "unseen" && `nn-${fate}${one ? " nn-kept" : ""}`));
      ranks.draw(far, fates, current?.row);
      return (step) => words(now, far, steps, step);
    },
  };
}

const STATE = ["templates", "query", "ef", "at"];

export default {
  render: stepping({
    style: "nn-graph", label: "A walk on a graph, step by step", valid, pictureOf,
    traits: [...STATE, "extent"], linked: STATE,
  }),
};
