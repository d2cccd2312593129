import { el, format, pair, set } from "./shared.js";
import { marker } from "./drawing.js";
import { plural } from "./words.js";
import { cut, viewOf } from "./plane.js";
import { drawRows, isLabeled, isWhole, onPlane, relabeled, stepping, tenths } from "./stepper.js";

// ---- Murphy's perceptrons. ----
// The same steps as nnlib/regions.py, in whole numbers: a test compares them.

/** The units: half-planes of pairs with different labels, the inputs of every AND, the classes. */
export function netOf(rows, labels) {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const planes = [];
  rows.forEach((t, i) => rows.forEach((u, j) => {
    if (j <= i || labels[i] === labels[j]) return;
    const norm = ([x, y]) => x * x + y * y;
    planes.push({ i, j, a: 2 * (t[0] - u[0]), b: 2 * (t[1] - u[1]), c: norm(u) - norm(t) });
  }));
  const faces = rows.map((_, cell) => [1, -1].flatMap((sign) => planes.flatMap(({ i, j, a, b, c }, plane) =>
    ((sign > 0 ? i : j) === cell
      ? [{ plane, a: sign * a, b: sign * b, c: sign * c, strict: sign < 0 }] : []))));
  return { planes, faces, classes };
}

const valueAt = ({ a, b, c }, [x, y]) => a * x + b * y + c;

/** The half-planes, at most two, from which a condition is proved to follow, or null. */
function proofOf(face, others) {
  if (!face.a && !face.b) return face.c > 0 || (face.c === 0 && !face.strict) ? [] : null;
  for (const one of others) {
    const along = face.a * one.a + face.b * one.b;
    if (face.a * one.b === face.b * one.a && along > 0) {
      const left = (one.a ** 2 + one.b ** 2) * face.c - along * one.c;
      if (left > 0 || (left === 0 && (one.strict || !face.strict))) return [one.plane];
    }
  }
  for (const [k, one] of others.entries()) {
    for (const two of others.slice(k + 1)) {
      const across = one.a * two.b - one.b * two.a;
      const sign = across > 0 ? 1 : -1;
      const first = sign * (face.a * two.b - face.b * two.a);
      const second = sign * (one.a * face.b - one.b * face.a);
      if (across === 0 || first <= 0 || second <= 0) continue;
      const left = Math.abs(across) * face.c - first * one.c - second * two.c;
      if (left > 0 || (left === 0 && (one.strict || two.strict || !face.strict))) {
        return [one.plane, two.plane];
      }
    }
  }
  return null;
}

/** For each condition of an AND, the farthest first, whether it goes or stays. */
function pruned(faces, center, cell) {
  const told = (face, proof) => ({
    kind: proof ? "cut" : "keep", unit: face.plane, cell, sum: 0, fires: false, proof: proof ?? [] });
  const never = faces.find(({ a, b, c, strict }) => !a && !b && !c && strict);
  if (never) return faces.map((face) => told(face, face === never ? null : [never.plane]));
  let alive = faces;
  return [...faces].sort((p, q) => valueAt(q, center) - valueAt(p, center)).map((face) => {
    const proof = proofOf(face, alive.filter((one) => one !== face && (one.a || one.b)));
    if (proof) alive = alive.filter((one) => one !== face);
    return told(face, proof);
  });
}

/** What each unit answers to the query, layer by layer, then the pruning. */
export function trace(rows, labels, x, net = netOf(rows, labels)) {
  const { planes, faces, classes } = net;
  const layer = (kind, sums) => sums.map((sum, unit) =>
    ({ kind, unit, cell: -1, sum, fires: sum >= 0, proof: [] }));
  const one = layer("plane", planes.map((plane) => valueAt(plane, x)));
  const right = ({ plane, strict }) => one[plane].fires !== strict;
  const two = layer("and", faces.map((some) => 0 - some.filter((face) => !right(face)).length));
  const three = layer("or", classes.map((c) =>
    two.filter(({ unit, fires }) => fires && labels[unit] === c).length - 1));
  const last = rows.flatMap((center, cell) => pruned(faces[cell], center, cell));
  return [...one, ...two, ...three, ...last];
}

// ---- The page. ----

const MOST = 7;
const TENTH = 10; // the units see tenths of the map
const TALL = 20; // of a half-plane's circle

const nameOf = ({ i, j }) => `h${i}${j}`;
const said = (fires) => (fires ? "fires" : "is silent");

/** One step in words. */
function words({ query, templates, class_names: names }, { planes, faces, classes }, steps, at) {
  if (!at) {
    const counts = `${templates.length} ANDs, ${classes.length} ORs`;
    return `Query ${pair(query)}. Before the first step: ${planes.length} half-planes between rows of `
      + `different classes, ${counts}.`;
  }
  const { kind, unit, cell, sum, fires, proof } = steps[at - 1];
  if (kind === "plane") {
    const { i, j } = planes[unit];
    return `Step ${at}, half-plane ${nameOf(planes[unit])}: is row ${i} at least as near as row ${j}? `
      + `The sum is ${format(sum / TENTH ** 2)}: it ${said(fires)}.`;
  }
  if (kind === "and") {
    const wrong = sum ? `${-sum} of its ${faces[unit].length} inputs wrong` : "no input wrong";
    return `Step ${at}, AND of row ${unit}: ${wrong}, so it ${said(fires)}.`;
  }
  if (kind === "or") {
    const name = names[classes[unit]];
    return `Step ${at}, OR of class ${name}: ${sum + 1} of its ANDs fire, so it ${said(fires)}.`;
  }
  const gone = steps.slice(0, at).filter((step) => step.kind === "cut").length;
  const total = `${plural(gone, "input")} cut so far.`;
  const which = `Step ${at}, pruning the AND of row ${cell}: ${nameOf(planes[unit])}`;
  if (kind === "keep") return `${which} stays, as it does not follow from two others. ${total}`;
  const why = proof.length ? `it follows from ${proof.map((p) => nameOf(planes[p])).join(" and ")}`
    : "it always holds";
  return `${which} goes: ${why}. ${total}`;
}

/** What is shown at a step: which units have answered, which inputs are left, whose cell is lit. */
function shownAt({ faces, classes }, labels, steps, at) {
  const seen = steps.slice(0, at);
  const { kind, unit, cell } = seen.at(-1) ?? {};
  const cutOff = seen.filter((step) => step.kind === "cut").map((step) => `${step.cell}/${step.unit}`);
  const focus = kind === "and" ? unit : cell >= 0 ? cell : -1;
  const lit = focus >= 0 ? [focus] : [];
  if (kind === "or") lit.push(...labels.flatMap((c, i) => (c === classes[unit] ? [i] : [])));
  const kept = (i) => faces[i].filter(({ plane }) => !cutOff.includes(`${i}/${plane}`));
  return { seen, kind, unit, focus, lit, kept };
}

/** The three layers in columns, wires from the half-planes to the AND in focus, and on to the ORs. */
function layersOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-layers" }, svg);
  let shown = null;

  function layOut(key, width, { planes, classes }, { labels, class_names: names }) {
    const height = Math.max(planes.length * TALL, labels.length * 30) + 26;
    const spread = (count) => (k) => 22 + ((height - 26) * (k + 0.5)) / count;
    const x = [62, width * 0.56, width - 62];
    const y = [planes.length, labels.length, classes.length].map(spread);
    const text = (at, up, words, anchor) => el("text", { x: at, y: up, "text-anchor": anchor }, words);
    const unit = (layer, r) => (_, k) => el("circle", { cx: x[layer], cy: y[layer](k), r });
    const ones = planes.map(unit(0, 7));
    const twos = labels.map(unit(1, 10));
    const threes = classes.map(unit(2, 12));
    const wires = el("g");
    set(svg, { width, height });
    svg.replaceChildren(
      ...["half-planes", "ANDs", "ORs"].map((name, layer) => text(x[layer], 12, name, "middle")),
      wires, ...ones, ...twos, ...threes,
      ...planes.map((plane, p) => text(x[0] - 12, y[0](p) + 4, nameOf(plane), "end")),
      ...labels.map((c, i) => {
        const mark = el("g", { transform: `translate(${x[1] + 22},${y[1](i)})` });
        mark.append(marker(c).firstChild);
        return el("g", {}, mark, text(x[1], y[1](i) + 4, i, "middle"));
      }),
      ...classes.map((c, k) => text(x[2] + 18, y[2](k) + 4, names[c].slice(0, 6), "start")));
    shown = { key, x, y, units: { plane: ones, and: twos, or: threes }, wires };
  }
  function draw(now, net, view) {
    const width = node.clientWidth;
    const key = [width, now.labels, now.class_names].join(";");
    if (shown?.key !== key) layOut(key, width, net, now);
    const { x, y, units, wires } = shown;
    for (const [kind, circles] of Object.entries(units)) {
      circles.forEach((circle, k) => {
        const step = view.seen.find((one) => one.kind === kind && one.unit === k);
        const here = view.kind === kind && view.unit === k;
        set(circle, { class: `nn-unit${step?.fires ? " nn-fires" : step ? " nn-silent" : ""}`
          + `${here || (kind === "and" && view.focus === k) ? " nn-current" : ""}` });
      });
    }
    const wire = (layer, from, to, type) => el("path", {
      d: `M${x[layer] + 8},${y[layer](from)}L${x[layer + 1] - 11},${y[layer + 1](to)}`,
      class: `nn-wire${type}` });
    const voted = (c) => (view.kind === "or" && net.classes[view.unit] === c ? " nn-near" : "");
    const fires = (face) => view.seen[face.plane]?.fires !== face.strict;
    wires.replaceChildren(
      ...now.labels.flatMap((_, i) => view.kept(i).map((face) => {
        const near = view.focus === i ? ` nn-near${fires(face) ? "" : " nn-wrong"}` : "";
        return wire(0, face.plane, i, near);
      })),
      ...now.labels.map((c, i) => wire(1, i, net.classes.indexOf(c), voted(c))));
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isLabeled(now) && isWhole(now.at, 100);

/** The map and the layers at the step that is shown. */
function pictureOf(plane) {
  const layers = layersOf();
  const lines = el("g");
  plane.over.append(lines);

  function lineOf({ i, j, a, b }, rows, type) {
    const { x, y, width, height } = plane.scale();
    const [u, v] = [[0, 1].map((k) => (rows[i][k] + rows[j][k]) / 2), [-b, a]];
    const ends = [-1, 1].map((way) => [x(u[0] + way * v[0]), y(u[1] + way * v[1])]);
    const span = [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]];
    const far = (2 * (width + height)) / (Math.hypot(...span) || 1);
    const middle = [x(u[0]), y(u[1])];
    const at = [-far, far].map((way) => middle.map((m, k) => m + way * span[k]).join());
    return el("path", { d: `M${at[0]}L${at[1]}`, class: `nn-line${type}` });
  }
  /** The map: the lit ANDs' cells, or the side on which one half-plane fires, and the lines they have. */
  function drawMap(now, net, view) {
    const inside = (faces) => {
      const [x0, x1, y0, y1] = viewOf(now.extent, [...now.templates, now.query]);
      const box = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
      return faces.reduce((corners, face) =>
        cut(corners, corners.map((p) => valueAt(face, p.map((v) => TENTH * v))), !face.strict), box);
    };
    const { planes, faces } = net;
    const cells = view.lit.map((i) => ({
      corners: inside(faces[i]), style: `nn-fill-${now.labels[i]}`, strength: 0.5 }));
    if (view.kind === "plane") {
      const here = { ...planes[view.unit], strict: false };
      const style = `nn-fill-${now.labels[here.i]}`;
      cells.push({ corners: inside([here]), style, strength: 0.35 });
    }
    drawRows(plane, now, now.labels, { cells });
    const focus = view.focus < 0 ? [] : faces[view.focus].map(({ plane: p }) => p);
    const kept = view.focus < 0 ? [] : view.kept(view.focus).map(({ plane: p }) => p);
    const drawn = focus.map((p) => lineOf(planes[p], now.templates, kept.includes(p) ? "" : " nn-cut"));
    if (["plane", "cut", "keep"].includes(view.kind)) {
      const type = view.kind === "cut" ? " nn-cut nn-now" : " nn-now";
      drawn.push(lineOf(planes[view.unit], now.templates, type));
    }
    lines.replaceChildren(...drawn);
  }
  return {
    node: layers.node,
    draw(now, show) {
      const rows = now.templates.map(tenths);
      const net = netOf(rows, now.labels);
      const steps = trace(rows, now.labels, tenths(now.query), net);
      const at = show(steps.length, "Step");
      const view = shownAt(net, now.labels, steps, at);
      drawMap(now, net, view);
      layers.draw(now, net, view);
      return (step) => words(now, net, steps, step);
    },
  };
}

export default {
  render: stepping({
    style: "nn-regions", label: "Murphy's perceptrons, step by step", valid, whole: relabeled, pictureOf,
    traits: ["templates", "labels", "class_names", "query", "extent", "at"],
    linked: ["templates", "labels", "query", "at"],
  }),
};
