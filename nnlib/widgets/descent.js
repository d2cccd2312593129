import { clamp, el, format, pair, set } from "./shared.js";
import { distanceOf, drawRows, isWhole, onPlane, stepping } from "./stepper.js";

// ---- The k-d tree. ----
// The same steps as nnlib/kdtree.py: a test compares them, distances bit for bit.

/** The nodes of a tree over the rows, each before its halves, the root first. */
export function build(rows, leaf) {
  const nodes = [];
  const grow = (inside) => {
    const edge = (choose) => rows[0].map((_, j) => choose(...inside.map((i) => rows[i][j])));
    const [low, high] = [edge(Math.min), edge(Math.max)];
    const node = { low, high, rows: inside, halves: [] };
    const place = nodes.push(node) - 1;
    if (inside.length > leaf) {
      const sides = low.map((v, j) => high[j] - v);
      const longest = sides.indexOf(Math.max(...sides));
      const ordered = [...inside].sort((a, b) => rows[a][longest] - rows[b][longest]);
      const half = Math.floor(inside.length / 2);
      const parts = [ordered.slice(0, half), ordered.slice(half)];
      node.halves = parts.map((part) => grow(part.sort((a, b) => a - b)));
    }
    return place;
  };
  grow(rows.map((_, i) => i));
  return nodes;
}

/** The squared distance from x to a box: 0 inside it. */
function boundOf(x, { low, high }) {
  return x.reduce((sum, v, j) => {
    const outside = Math.max(low[j] - v, v - high[j], 0);
    return sum + outside * outside;
  }, 0);
}

/** The steps of the search for the row nearest to x: boxes opened or left out, rows compared. */
export function trace(rows, x, leaf, nodes = build(rows, leaf)) {
  const steps = [];
  let [best, least] = [-1, Infinity];
  const note = (kind, node, row, value) => steps.push({ kind, node, row, value, best, least });
  const visit = (place) => {
    const { rows: inside, halves } = nodes[place];
    const value = boundOf(x, nodes[place]);
    // Not ≥: a row at the same distance may have an earlier index.
    if (value > least) {
      note("skip", place, -1, value);
      return;
    }
    note("open", place, -1, value);
    if (!halves.length) {
      for (const row of inside) {
        const d = distanceOf(x, rows[row]);
        if (best < 0 || d < least || (d === least && row < best)) [best, least] = [row, d];
        note("compare", place, row, d);
      }
    }
    [...halves].sort((a, b) => boundOf(x, nodes[a]) - boundOf(x, nodes[b])).forEach(visit);
  };
  visit(0);
  return steps;
}

// ---- The page. ----

const LEAF = 2;

/** What has become of every node up to a step: "open", "skip" (with all below it), or nothing yet. */
function fatesOf(nodes, steps, at) {
  const fates = nodes.map(() => "");
  const spare = (place) => {
    fates[place] = "skip";
    nodes[place].halves.forEach(spare);
  };
  for (const { kind, node } of steps.slice(0, at)) {
    if (kind === "open") fates[node] = "open";
    if (kind === "skip") spare(node);
  }
  return fates;
}

/** One step in words. */
function words({ templates, query }, nodes, steps, at) {
  if (!at) {
    const size = `${nodes.length} boxes over ${templates.length} rows`;
    return `Query ${pair(query)}. Before the first step: ${size}, none of them opened.`;
  }
  const { kind, node, row, value, best, least } = steps[at - 1];
  const rows = nodes[node].rows.length;
  const many = `${rows} row${rows === 1 ? "" : "s"}`;
  const far = `squared distance ${format(value)}`;
  const compared = steps.slice(0, at).filter((step) => step.kind === "compare").length;
  const end = at === steps.length
    ? ` Done: row ${best} is nearest, after comparing ${compared} of ${templates.length} rows.` : "";
  if (kind === "open") return `Step ${at}: open the box of ${many} at ${far}.`;
  if (kind === "skip") {
    return `Step ${at}: leave out a box of ${many}. It begins at ${far}, and row ${best} is nearer: `
      + `${format(least)}.${end}`;
  }
  const which = best === row ? "The best" : `Row ${best} stays the best`;
  return `Step ${at}: compare row ${row}, ${far}. ${which} so far.${end}`;
}

/** The tree, drawn: a node opened, left out, or not yet met. */
function treeOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-tree" }, svg);
  let shown = null;

  function layOut(key, width, nodes) {
    const leaves = nodes.filter(({ halves }) => !halves.length).length;
    const places = [];
    let next = 0;
    let deepest = 0;
    const lay = (place, depth) => {
      deepest = Math.max(deepest, depth);
      const xs = nodes[place].halves.map((half) => lay(half, depth + 1));
      const x = xs.length ? (xs[0] + xs[1]) / 2 : ((next++ + 0.5) / leaves) * width;
      places[place] = [x, 16 + 46 * depth];
      return x;
    };
    lay(0, 0);
    const edges = [];
    nodes.forEach(({ halves }, place) => halves.forEach((half) => {
      const [[x1, y1], [x2, y2]] = [places[place], places[half]];
      edges[half] = el("line", { x1, y1: y1 + 11, x2, y2: y2 - 11 });
    }));
    const text = (i) => (nodes[i].halves.length ? nodes[i].rows.length : nodes[i].rows.join(" "));
    const wide = clamp(width / leaves - 3, 16, 44);
    const boxes = nodes.map(({ halves }, i) => {
      const size = halves.length ? 24 : wide;
      const [x, y] = places[i];
      return el("g", {}, el("rect", { x: x - size / 2, y: y - 11, width: size, height: 22, rx: 4 }),
        el("text", { x, y: y + 4, "text-anchor": "middle" }, text(i)));
    });
    shown = { key, edges, boxes };
    set(svg, { width, height: 32 + 46 * deepest });
    svg.replaceChildren(...edges.filter(Boolean), ...boxes);
  }
  function draw(nodes, fates, current) {
    const width = node.clientWidth;
    const key = [width, ...nodes.map(({ rows }) => rows)].join(";");
    if (shown?.key !== key) layOut(key, width, nodes);
    nodes.forEach((_, i) => {
      const fate = fates[i] ? ` nn-${fates[i]}` : "";
      set(shown.boxes[i], { class: `nn-box${fate}${i === current ? " nn-current" : ""}` });
      if (shown.edges[i]) set(shown.edges[i], { class: `nn-branch${fate}` });
    });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, 16) && isWhole(now.at, 4 * now.templates.length);

/** The map and the tree at the step that is shown. */
function pictureOf(plane) {
  const tree = treeOf();
  const ball = el("circle", { class: "nn-ball" });
  plane.over.append(ball);

  /** The map: boxes of the leaves, the row in hand, and the ball that the best row leaves open. */
  function drawMap(now, nodes, fates, step) {
    const cells = nodes.filter(({ halves }) => !halves.length).map(({ low, high }) => ({
      corners: [low, [high[0], low[1]], high, [low[0], high[1]]] }));
    const leaves = nodes.flatMap(({ halves }, i) => (halves.length ? [] : [i]));
    cells.forEach((cell, k) => {
      const fate = fates[leaves[k]];
      Object.assign(cell, { style: fate ? `nn-${fate}` : "nn-unmet", strength: 0.5 });
    });
    const best = step?.best ?? -1;
    const order = step?.row >= 0 ? [step.row] : best >= 0 ? [best] : [];
    drawRows(plane, now, now.templates.map(() => 0), { cells, order });
    const { x, y, extent, width } = plane.scale();
    const r = best < 0 ? 0 : (Math.sqrt(step.least) * width) / (extent[1] - extent[0]);
    set(ball, { cx: x(now.query[0]), cy: y(now.query[1]), r });
  }
  return {
    node: tree.node,
    draw(now, show) {
      const nodes = build(now.templates, LEAF);
      const steps = trace(now.templates, now.query, LEAF, nodes);
      const at = show(steps.length, "Step");
      const fates = fatesOf(nodes, steps, at);
      drawMap(now, nodes, fates, steps[at - 1]);
      tree.draw(nodes, fates, at ? steps[at - 1].node : -1);
      return (step) => words(now, nodes, steps, step);
    },
  };
}

export default {
  render: stepping({
    style: "nn-descent", label: "A k-d tree, step by step", valid, pictureOf,
    traits: ["templates", "query", "extent", "at"],
    linked: ["templates", "query", "at"],
  }),
};
