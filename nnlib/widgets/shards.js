import { el, format, pair, set } from "./shared.js";
import { marker } from "./drawing.js";
import {
  distanceOf, drawRows, isLabeled, isWhole, knobOf, onPlane, relabeled, ringsOf, stepping, tenths,
} from "./stepper.js";

// ---- The merge of shards. ----
// The same steps as nnlib/shards.py, in whole numbers: a test compares them.

/** The two sides of every merge over so many shards, each side a shard or a merge. */
export function treeOf(count) {
  const merges = [];
  let level = Array.from({ length: count }, (_, i) => i);
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      above.push(count + merges.length);
      merges.push([level[i], level[i + 1]]);
    }
    level = [...above, ...level.slice(level.length - (level.length % 2))];
  }
  return merges;
}

/** The steps of the search for the k nearest of all rows: the shards', then the merges'. */
export function trace(rows, shard, x, k, arrival) {
  const far = rows.map((t) => distanceOf(x, t));
  const before = (a, b) => far[a] - far[b] || a - b;
  const lists = arrival.map((one) =>
    rows.flatMap((_, i) => (shard[i] === one ? [i] : [])).sort(before).slice(0, k));
  const steps = lists.map((kept, node) => ({ kind: "search", node, row: -1, tie: false, kept }));
  treeOf(arrival.length).forEach(([first, second], m) => {
    const sides = [[...lists[first]], [...lists[second]]];
    const kept = [];
    while (kept.length < k && sides.some((side) => side.length)) {
      const heads = sides.flatMap((side) => side.slice(0, 1));
      const row = [...heads].sort(before)[0];
      const tie = heads.length === 2 && far[heads[0]] === far[heads[1]];
      sides.find((side) => side[0] === row).shift();
      kept.push(row);
      steps.push({ kind: "take", node: arrival.length + m, row, tie, kept: [...kept] });
    }
    lists.push(kept);
  });
  return steps;
}

// ---- The page. ----

const MOST = 12;
const MOST_K = 3;
const LINE = 15; // of an entry

const arrivalOf = ({ class_names: names, turned }) => {
  const order = names.map((_, s) => s);
  return turned ? order.reverse() : order;
};
const apart = (far, row) => format(far[row] / 100);
const listed = (rows) => (rows.length ? `${rows.length > 1 ? "rows" : "row"} ${rows.join(", ")}` : "no row");

/** One step in words. */
function words({ query, k, class_names: names, templates }, arrival, far, steps, at) {
  if (!at) {
    return `Query ${pair(query)}. Before the first step: ${templates.length} rows in ${names.length} shards; `
      + `wanted are the ${k} nearest of all.`;
  }
  const { kind, node, row, tie, kept } = steps[at - 1];
  if (kind === "search") {
    return `Step ${at}: shard ${names[arrival[node]]} finds ${listed(kept)} among its own rows.`;
  }
  const end = at === steps.length ? ` Done: the nearest of all are ${listed(kept)}.` : "";
  const why = tie ? ", of two equally near the one with the smaller index" : "";
  return `Step ${at}: the merge takes row ${row} at ${apart(far, row)}${why}.${end}`;
}

/** The tree of merges from left to right, in each node the rows that it holds. */
function mergesOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-merges" }, svg);

  /** Where each node stands: its column, and the middle of its sides. */
  function places(count, merges, width, tall) {
    const at = Array.from({ length: count }, (_, i) => ({ column: 0, y: 22 + tall * (i + 0.5) }));
    for (const [a, b] of merges) {
      at.push({ column: 1 + Math.max(at[a].column, at[b].column), y: (at[a].y + at[b].y) / 2 });
    }
    const columns = at.at(-1).column + 1;
    const wide = Math.min(118, (width - 4 - 14 * (columns - 1)) / columns);
    const gap = columns > 1 ? (width - 4 - wide * columns) / (columns - 1) : 0;
    return at.map(({ column, y }) => ({ x: 2 + column * (wide + gap), y, wide }));
  }
  function boxOf({ x, y, wide }, k, name, list, labels, far, current, tie) {
    const height = k * LINE + 6;
    const top = y - height / 2;
    const entry = (row, line) => {
      const mark = el("g", { transform: `translate(${x + 10},${top + 10.5 + line * LINE})` });
      mark.append(marker(labels[row]).firstChild);
      return el("g", {}, mark,
        el("text", { x: x + 20, y: top + 14.5 + line * LINE }, row),
        el("text", { x: x + wide - 5, y: top + 14.5 + line * LINE, "text-anchor": "end" }, apart(far, row)));
    };
    const type = `nn-box${current ? " nn-current" : ""}${current && tie ? " nn-tie" : ""}`;
    return [el("rect", { x, y: top, width: wide, height, rx: 4, class: type }),
      el("text", { x, y: top - 5 }, name), ...list.map(entry)];
  }
  function draw({ labels, k, class_names: names }, arrival, far, steps, at) {
    const width = node.clientWidth;
    const merges = treeOf(arrival.length);
    const tall = k * LINE + 26;
    const where = places(arrival.length, merges, width, tall);
    const kept = where.map(() => []);
    for (const step of steps.slice(0, at)) kept[step.node] = step.kept;
    const current = at ? steps[at - 1] : null;
    const wires = merges.flatMap((sides, m) => sides.map((side) => {
      const [from, to] = [where[side], where[arrival.length + m]];
      const here = current?.node === arrival.length + m ? " nn-live" : "";
      return el("path", { d: `M${from.x + from.wide},${from.y}L${to.x},${to.y}`, class: `nn-wire${here}` });
    }));
    const boxes = where.flatMap((place, i) => boxOf(place, k,
      i < arrival.length ? `shard ${names[arrival[i]]}` : "merge", kept[i], labels, far,
      current?.node === i, current?.tie));
    set(svg, { width, height: 22 + tall * arrival.length });
    svg.replaceChildren(...wires, ...boxes);
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isLabeled(now) && isWhole(now.at, 20)
  && isWhole(now.k, MOST_K) && now.k > 0 && typeof now.turned === "boolean";

/** The map and the tree of merges at the step that is shown. */
function pictureOf(plane, page) {
  const merges = mergesOf();
  const rings = ringsOf(plane);
  const wanted = knobOf(page, "k", [1, MOST_K], (k) => `k = ${k}`);
  const box = el("input", { type: "checkbox" });
  page.on(box, "change", () => page.change({ turned: box.checked }));
  return {
    node: merges.node,
    controls: [wanted.node, el("label", { class: "nn-check" }, box, "Last first")],
    draw(now, show) {
      const rows = now.templates.map(tenths);
      const query = tenths(now.query);
      const arrival = arrivalOf(now);
      const k = Math.min(now.k, rows.length);
      const steps = trace(rows, now.labels, query, k, arrival);
      const far = rows.map((t) => distanceOf(query, t));
      const at = show(steps.length, "Step");
      wanted.draw(now.k);
      box.checked = now.turned;
      const current = steps[at - 1];
      drawRows(plane, now, now.labels, { order: current?.row >= 0 ? [current.row] : [] });
      rings(now.templates, rows.map((_, i) => current?.kept.includes(i) && "nn-kept"));
      merges.draw({ ...now, k }, arrival, far, steps, at);
      return (step) => words({ ...now, k }, arrival, far, steps, step);
    },
  };
}

const STATE = ["templates", "labels", "query", "k", "turned", "at"];

export default {
  render: stepping({
    style: "nn-shards", label: "The merge of shards, step by step", valid, whole: relabeled, pictureOf,
    traits: [...STATE, "class_names", "extent"], linked: STATE,
  }),
};
