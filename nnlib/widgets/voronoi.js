import {
  able, announcer, atEnd, begin, button, clamp, el, folded, format, listen, onFrame, pair, same, set,
  stateLink, write,
} from "./shared.js";
import { SHAPES, strengths, ticks } from "./drawing.js";

// ---- The layer, in IEEE double precision. ----
// The same operations in the same order as nnlib/widgets/voronoi.py: a test compares bit for bit.

const FIVE_U = 5 * 2 ** -53;
const TINY = 2 ** -1070;
const FAINT = -30; // exponents below this add nothing that eight bits of color could show

/** Mean and deviation of each feature, from the first row on, in a fixed order. */
function scaleOf(rows) {
  return [0, 1].map((j) => {
    let total = 0;
    for (const row of rows) total += row[j] - rows[0][j];
    const mean = rows[0][j] + total / rows.length;
    let squares = 0;
    for (const row of rows) squares += (row[j] - mean) * (row[j] - mean);
    return [mean, Math.sqrt(squares / rows.length) || 1];
  });
}

/** Layer 1 as the state asks for it: what it does to an input, its rows t and norms ‖t‖² (b = −‖t‖²). */
function layerOf({ templates, metric, scaled }) {
  const scale = scaled ? scaleOf(templates) : null;
  const input = (x, y) => {
    if (scale) {
      x = (x - scale[0][0]) / scale[0][1];
      y = (y - scale[1][0]) / scale[1][1];
    }
    if (metric === "cosine") {
      const largest = Math.max(Math.abs(x), Math.abs(y));
      x /= largest; // 0/0 at the origin: NaN, which wins against nobody
      y /= largest;
      const length = Math.sqrt(x * x + y * y);
      x /= length;
      y /= length;
    }
    return [x, y];
  };
  const n = templates.length;
  const [a, b, norm] = [0, 1, 2].map(() => new Float64Array(n));
  templates.forEach(([x, y], i) => {
    [a[i], b[i]] = input(x, y);
    norm[i] = 0 + a[i] * a[i] + b[i] * b[i];
  });
  return { n, a, b, norm, input, scale };
}

/** Everything that the page says about the query, from the traits alone. */
export function compute(state, layer = layerOf(state)) {
  const { labels, query, k, temperature, class_names: names } = state;
  const { n, a, b, norm } = layer;
  const x = layer.input(...query);
  const scores = [];
  const bounds = [];
  for (let i = 0; i < n; i++) {
    scores.push(2 * (0 + x[0] * a[i] + x[1] * b[i]) - norm[i]);
    const size = 2 * (Math.abs(x[0] * a[i]) + Math.abs(x[1] * b[i])) + (a[i] * a[i] + b[i] * b[i]);
    bounds.push(FIVE_U * size + TINY);
  }
  // Sorting is stable, so equal scores keep the order of the templates: the earliest is first.
  const order = scores.map((_, i) => i).sort((i, j) => scores[j] - scores[i]);
  const differ = (i, j) => a[i] !== a[j] || b[i] !== b[j];
  const runnerUp = order.find((j) => differ(j, order[0])) ?? -1;
  const near = order.slice(0, k);
  const close = near.some((i, place) => order.slice(place + 1)
    .some((j) => scores[i] - scores[j] <= bounds[i] + bounds[j] && differ(i, j)));
  const votes = names.map(() => 0);
  for (const i of near) votes[labels[i]] += 1;
  const most = Math.max(...votes);
  let label = labels[near.find((i) => votes[labels[i]] === most)];
  let probabilities = votes.map((count) => count / near.length);
  if (temperature > 0) {
    const parts = scores.map((s) => Math.exp((s - scores[order[0]]) / temperature));
    const sum = parts.reduce((total, part) => total + part, 0);
    probabilities = names.map(() => 0);
    parts.forEach((part, i) => { probabilities[labels[i]] += part / sum; });
    label = probabilities.indexOf(Math.max(...probabilities));
  }
  const margin = runnerUp < 0 ? Infinity : scores[order[0]] - scores[runnerUp];
  return { x, scores, bounds, order, runnerUp, margin, close, votes, label, probabilities };
}

/** An empty picture of `state`: for each pixel the winning row, the class, and if soft the probabilities. */
export function sheet(state, extent, width, height) {
  const soft = state.temperature > 0;
  return {
    state, extent, width, height, layer: layerOf(state), done: 0,
    rows: new Int16Array(width * height),
    classes: new Int8Array(width * height),
    soft: soft ? new Float32Array(width * height * state.class_names.length) : null,
  };
}

/** Evaluate the layer at every pixel of the next line: the argmax, the vote, or the softmax. */
export function nextLine(job) {
  const { state, width, height, rows, classes, soft } = job;
  const { labels, temperature, class_names: { length: C } } = state;
  const { n, a, b, norm, input } = job.layer;
  const [x0, x1, y0, y1] = job.extent;
  const k = Math.min(state.k, n);
  const y = y1 - (job.done + 0.5) * ((y1 - y0) / height);
  const best = new Float64Array(k);
  const who = new Int16Array(k);
  const votes = new Int16Array(C);
  const s = new Float64Array(soft ? n : 0);
  for (let column = 0, at = job.done * width; column < width; column++, at++) {
    const [p, q] = input(x0 + (column + 0.5) * ((x1 - x0) / width), y);
    rows[at] = classes[at] = -1;
    if (p !== p || q !== q) continue;
    if (k === 1 || soft) {
      // A later row must be strictly better: ties go to the earliest.
      let top = -Infinity;
      let winner = 0;
      for (let i = 0; i < n; i++) {
        const score = 2 * (p * a[i] + q * b[i]) - norm[i];
        if (soft) s[i] = score;
        if (score > top) {
          top = score;
          winner = i;
        }
      }
      rows[at] = winner;
      classes[at] = labels[winner];
      if (soft) {
        let sum = 0;
        const from = at * C;
        for (let i = 0; i < n; i++) {
          const z = (s[i] - top) / temperature;
          if (z < FAINT) continue;
          const part = Math.exp(z);
          soft[from + labels[i]] += part;
          sum += part;
        }
        let largest = -1;
        for (let c = 0; c < C; c++) {
          soft[from + c] /= sum;
          if (soft[from + c] > largest) {
            largest = soft[from + c];
            classes[at] = c;
          }
        }
      }
      continue;
    }
    best.fill(-Infinity);
    for (let i = 0; i < n; i++) {
      const score = 2 * (p * a[i] + q * b[i]) - norm[i];
      if (!(score > best[k - 1])) continue;
      let place = k - 1;
      for (; place && score > best[place - 1]; place--) {
        best[place] = best[place - 1];
        who[place] = who[place - 1];
      }
      best[place] = score;
      who[place] = i;
    }
    votes.fill(0);
    let most = 0;
    for (const i of who) most = Math.max(most, ++votes[labels[i]]);
    rows[at] = who[0];
    for (const i of who) {
      if (votes[labels[i]] === most) {
        classes[at] = labels[i];
        break;
      }
    }
  }
  job.done += 1;
}

/** The map's edges around these points: one scale on both axes, unless the data are very long. */
export function windowOf(points) {
  const low = [0, 1].map((j) => Math.min(...points.map((p) => p[j])));
  const high = [0, 1].map((j) => Math.max(...points.map((p) => p[j])));
  let [w, h] = [0, 1].map((j) => (high[j] - low[j]) * 1.16);
  [w, h] = [w || h || 2, h || w || 2];
  if (w <= 10 * h && h <= 10 * w) {
    h = Math.max(h, w / 1.8);
    w = Math.max(w, h * 1.1);
  }
  const [x, y] = [0, 1].map((j) => (low[j] + high[j]) / 2);
  return [x - w / 2, x + w / 2, y - h / 2, y + h / 2];
}

// ---- The page. ----

const STATE = /** @type {const} */ (["templates", "labels", "class_names", "axis_names", "query",
  "extent", "features", "k", "metric", "color_by", "temperature", "scaled", "bisectors"]);
const MOST_ROWS = 1000;
const LARGEST = 1e100;
const UNITS = 10; // rows of the bar chart
const MOST_KNOBS = 4; // more controls than these appear when they are asked for
const IDLE = 120; // ms without a change before every pixel is drawn
const SLICE = 6; // ms of a frame that painting may take
const EDGE = { left: 40, right: 10, top: 20, bottom: 38 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const low = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
const taus = (step) => (step ? Number((10 ** (-3 + (step - 1) / 20)).toPrecision(3)) : 0);

/** Whether a state that came from an address is one that this widget can show. */
function valid(state, dataset) {
  const list = (value, test, least = 0) => Array.isArray(value) && value.length >= least && value.every(test);
  const number = (v) => typeof v === "number" && Math.abs(v) <= LARGEST;
  const whole = (from, to) => (v) => Number.isInteger(v) && v >= from && v <= to;
  const text = (v) => typeof v === "string";
  const two = (some) => some.length === 2 && new Set(some).size === 2;
  const { templates, labels, class_names: names, extent, features, temperature: tau } = state;
  return list(templates, (t) => list(t, number) && t.length === 2, 1) && templates.length <= MOST_ROWS
    && list(names, text, 1) && names.length <= SHAPES.length && new Set(names).size === names.length
    && list(labels, whole(0, names.length - 1)) && labels.length === templates.length
    && list(state.axis_names, text) && state.axis_names.length === 2
    && list(state.query, number) && state.query.length === 2
    && list(extent, number) && extent.length === 4 && extent[0] < extent[1] && extent[2] < extent[3]
    && list(features, whole(0, 3)) && (!features.length || (!!dataset.rows && two(features)))
    && whole(1, 15)(state.k) && ["sqeuclidean", "cosine"].includes(state.metric)
    && ["class", "row"].includes(state.color_by)
    && number(tau) && (tau === 0 || (tau >= 1e-3 && tau <= 1e3))
    && typeof state.scaled === "boolean" && typeof state.bisectors === "boolean";
}

const options = (entries) => entries.map(([value, text]) => el("option", { value }, text));
const labelled = (text, control, type) => el("label", { class: type }, text, control);

/** What a reader may set, of it what `has` allows. */
function controlsOf(has, columns = []) {
  const features = [["", "own points"], ...columns.map((name, j) => [j, name])];
  const axes = [0, 1].map(() => el("select", {}, ...options(features)));
  const color = el("select", {}, ...options([["class", "class"], ["row", "winning row"]]));
  const metric = el("select", {}, ...options([["sqeuclidean", "squared Euclidean"], ["cosine", "cosine"]]));
  const k = el("input", { type: "range", min: 1, max: 15, step: 1 });
  const tau = el("input", { type: "range", min: 0, max: 121, step: 1 });
  const [kText, tauText] = [0, 1].map(() => el("span", { class: "nn-number" }));
  const [scaled, bisectors] = [0, 1].map(() => el("input", { type: "checkbox" }));
  const controls = [
    has("features") && labelled("Across", axes[0]),
    has("features") && labelled("Up", axes[1]),
    has("metric") && labelled("Metric", metric),
    has("color") && labelled("Color by", color),
    has("k") && labelled(kText, k, "nn-knob"),
    has("temperature") && labelled(tauText, tau, "nn-knob"),
    has("scaled") && el("label", { class: "nn-check" }, scaled, "Standardize the features"),
    has("bisectors") && el("label", { class: "nn-check" }, bisectors, "Borders"),
  ].filter(Boolean);
  return { controls, axes, color, metric, k, tau, kText, tauText, scaled, bisectors };
}

/** The map: pixels behind, a drawing over them, and two handles for the keyboard. */
function plotOf(movable) {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const frame = el("g");
  const bisector = el("line", { class: "nn-bisector" });
  const reach = el("line", { class: "nn-reach" });
  const marks = el("g", { class: movable ? "nn-movable" : null });
  const cross = el("g", {}, el("path", { d: "M-7-7L7,7M7-7L-7,7", class: "nn-cross-halo" }),
    el("path", { d: "M-7-7L7,7M7-7L-7,7", class: "nn-cross" }));
  const ring = el("circle", { r: 10, class: "nn-ring" });
  const chosen = el("rect", { x: -9, y: -9, width: 18, height: 18, class: "nn-chosen" });
  const inside = el("svg", {}, bisector, marks, ring, reach, ...(movable ? [chosen] : []), cross);
  const overlay = el("svg", { "aria-hidden": "true" }, frame, inside);
  const handle = (name) => el("button", {
    type: "button", class: "nn-handle", "aria-label": `${name}: move with the arrow keys` });
  const [point, here] = ["Chosen row", "Query"].map(handle);
  const plot = el("div", { class: "nn-plot" }, canvas, overlay, ...(movable ? [point] : []), here);
  return { plot, canvas, overlay, inside, frame, bisector, reach, marks, cross, ring, chosen, point, here };
}

/** The parts, top to bottom, in a box. */
function partsOf(get, said, link) {
  const has = (name) => get("controls").includes(name);
  const movable = has("points");
  const { controls, ...knobs } = controlsOf(has, get("dataset").axis_names);
  const map = plotOf(movable);
  const legend = el("div", { class: "nn-legend" });
  const chart = el("svg", { "aria-hidden": "true" });
  const chartNote = el("p", { class: "nn-muted" });
  const lines = Array.from({ length: 6 }, () => el("p", { class: "nn-line" }));
  const scores = folded("Scores s = Wx + b, largest first", chart, chartNote);
  const equation = folded("Why it wins", el("div", { class: "nn-equation" }, ...lines));
  const [pick, kind] = [el("select"), el("select")];
  const [add, remove, reset] = ["Add at query", "Delete row", "Reset"].map(button);
  const rows = el("div", { class: "nn-row" },
    labelled("Row", pick), labelled("Class", kind), add, remove);
  const editing = movable ? [folded("Add, delete or relabel rows", rows)] : [];
  const knobRow = el("div", { class: "nn-row" }, ...controls);
  const many = controls.length > MOST_KNOBS;
  const asked = [...(many ? [folded("Settings", knobRow)] : []), ...(has("bars") ? [scores] : []),
    ...(has("equation") ? [equation] : []), ...editing];
  const box = el("div", { class: "nn-widget nn-voronoi", role: "group", "aria-label": "Voronoi explorer" },
    ...(controls.length && !many ? [knobRow] : []),
    legend,
    el("div", {}, map.plot),
    said,
    ...(asked.length ? [el("div", { class: "nn-row" }, ...asked)] : []),
    el("div", { class: "nn-row" }, reset, ...link.controls),
    el("p", { class: "nn-muted" }, `Drag the query${movable ? " and the rows" : ""}, `
      + "or focus and use the arrow keys (with Shift: finer)."));
  return { box, has, movable, ...knobs, ...map, legend, chart, chartNote, scores, lines,
    pick, kind, add, remove, reset };
}

// -- From the reader to the model. `view` is what this view alone holds: `shown`, which follows from
// size and extent, the `selected` row, and a `note`, said before what is shown.

/** What shows two features of iris: all rows, in a window of their own. */
function irisIn({ rows, labels, class_names, axis_names }, features) {
  if (!rows || !features.every((j) => axis_names[j])) return null;
  const templates = rows.map((row) => features.map((j) => row[j]));
  const query = [0, 1].map((j) => {
    const column = templates.map((t) => t[j]);
    return (Math.min(...column) + Math.max(...column)) / 2;
  });
  return { templates, labels, class_names, axis_names: features.map((j) => axis_names[j]), query,
    extent: windowOf(templates), features };
}

/** The state, made whole: over a link between two widgets, parts may come one after the other. */
function wholeOf(now) {
  const { length } = now.class_names;
  if (now.labels.length !== now.templates.length || now.labels.some((c) => c >= length)) {
    now.labels = now.templates.map((_, i) => Math.min(now.labels[i] ?? 0, length - 1));
  }
  return now;
}

/** What changes the state, and says why it may not. */
function changing({ get, those, change: pass }, view, draw) {
  const state = () => wholeOf(those(STATE));
  function change(values, send = true) {
    const next = { ...state(), ...values };
    const layer = layerOf(next);
    const numbers = [...layer.a, ...layer.b, ...layer.input(...next.query)];
    if (!numbers.every((v) => Math.abs(v) <= 1e150)) {
      view.note = "Not possible: a point at the origin has no direction, so cosine is undefined for it. ";
      draw();
      return;
    }
    pass(values, send);
    draw(); // a control that asked for what already is must show it again
  }
  function restore(given) {
    const names = STATE.filter((name) => name in given);
    const next = { ...get("home"), ...Object.fromEntries(names.map((name) => [name, given[name]])) };
    const iris = next.features?.length === 2 && !given.templates;
    const data = iris && irisIn(get("dataset"), next.features);
    if (data) Object.assign(next, data, given);
    if (valid(next, get("dataset"))) change(next);
  }
  /** Move the query (−1) or a row, within the map, to numbers short enough to read. */
  function move(which, [x, y], send = true) {
    const { extent, digits } = view.shown;
    const [x0, x1, y0, y1] = extent;
    const round = (value, from, to, places) => clamp(Number(value.toFixed(places)), from, to);
    const target = [round(x, x0, x1, digits[0]), round(y, y0, y1, digits[1])];
    view.note = "";
    if (which < 0) change({ query: target }, send);
    else {
      view.note = `Row ${which} is at ${pair(target)}. `;
      const templates = get("templates").map((t, i) => (i === which ? target : t));
      change({ templates, features: [], extent }, send);
    }
  }
  return { state, change, restore, move };
}

/** What the controls of the whole map do. */
function hearControls({ get, on }, parts, view, { change }, draw) {
  const { axes, color, metric, k, tau, scaled, bisectors, reset } = parts;
  axes.forEach((select, j) => on(select, "change", () => {
    if (select.value === "") {
      draw();
      return;
    }
    const before = get("features").length ? get("features") : [2, 3];
    const features = [...before];
    features[j] = Number(select.value);
    const other = before[j] === features[j] ? (features[j] + 1) % 4 : before[j];
    if (features[0] === features[1]) features[1 - j] = other;
    view.note = "";
    change(irisIn(get("dataset"), features));
  }));
  on(color, "change", () => change({ color_by: color.value }));
  on(metric, "change", () => change({ metric: metric.value }));
  on(k, "input", () => change({ k: k.valueAsNumber }));
  on(tau, "input", () => change({ temperature: taus(tau.valueAsNumber) }));
  on(scaled, "change", () => change({ scaled: scaled.checked }));
  on(bisectors, "change", () => change({ bisectors: bisectors.checked }));
  on(reset, "click", () => {
    view.note = "";
    view.selected = 0;
    change(get("home"));
  });
}

/** What the controls of the rows do. */
function hearRows({ get, on }, { pick, kind, add, remove }, view, { state, change }, draw) {
  on(pick, "change", () => { view.selected = Number(pick.value); draw(); });
  on(kind, "change", () => {
    const { selected } = view;
    const labels = get("labels").map((c, i) => (i === selected ? Number(kind.value) : c));
    view.note = `Row ${selected} is ${get("class_names")[labels[selected]]} now. `;
    change({ labels, features: [] });
  });
  on(add, "click", () => {
    const { templates, labels, query } = state();
    if (templates.length >= MOST_ROWS) return;
    view.note = `Row ${templates.length} added at ${pair(query)}. `;
    view.selected = templates.length;
    change({ templates: [...templates, [...query]], labels: [...labels, Number(kind.value)],
      features: [], extent: view.shown.extent });
  });
  on(remove, "click", () => {
    const { templates, labels } = state();
    if (templates.length < 2) return;
    const { selected, shown } = view;
    const others = (list) => list.filter((_, i) => i !== selected);
    view.note = `Row ${selected} deleted; the later rows move up by one. `;
    change({ templates: others(templates), labels: others(labels), features: [], extent: shown.extent });
  });
}

/** The arrow keys on the two handles. */
function hearKeys({ get, on }, { here, point }, view, { move }) {
  for (const [node, which] of [[here, () => -1], [point, () => view.selected]]) {
    on(node, "keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const from = which() < 0 ? get("query") : get("templates")[which()];
      const far = event.shiftKey ? 1 : 5;
      move(which(), from.map((v, j) => v + way[j] * far * 10 ** -view.shown.digits[j]));
    });
  }
}

/**
 * Pointer: what lies under it moves with it. A finger that misses all points scrolls the page; its
 * tap calls the query.
 */
function dragging({ model, life, get, on }, parts, view, { move }, draw) {
  const { plot, canvas, here, point, movable } = parts;
  let drag = null;
  const spot = (event) => {
    const at = canvas.getBoundingClientRect();
    return [event.clientX - at.left, event.clientY - at.top];
  };
  /** @param {number[]} at */
  const valueAt = ([x, y]) => {
    const { extent: [x0, x1, y0, y1], width, height } = view.shown;
    return [x0 + (x / width) * (x1 - x0), y1 - (y / height) * (y1 - y0)];
  };
  /**
   * What lies under a pointer: the query (−1), a row, or null.
   * @param {number[]} at
   * @param {number} reach
   */
  function under([x, y], reach) {
    const away = (p) => (view.shown.x(p[0]) - x) ** 2 + (view.shown.y(p[1]) - y) ** 2;
    if (away(get("query")) <= reach) return -1;
    let [which, nearest] = [null, reach];
    if (movable) {
      get("templates").forEach((t, i) => {
        if (away(t) > nearest || (away(t) === nearest && which !== null)) return;
        nearest = away(t);
        which = i;
      });
    }
    return which;
  }
  const pull = onFrame(() => drag?.to && move(drag.which, valueAt(drag.to), drag.which < 0), life);
  on(plot, "pointerdown", (event) => {
    if (event.button || !view.shown) return;
    const at = spot(event);
    const which = under(at, (event.pointerType === "mouse" ? 11 : 20) ** 2);
    if (which >= 0 && which !== null) view.selected = which;
    drag = { which: which ?? -1, to: null, begun: which !== null, id: event.pointerId };
    if (which === null) {
      if (event.pointerType !== "mouse") return;
      drag.begun = true;
      drag.to = at;
      pull();
    }
    plot.setPointerCapture(event.pointerId);
    draw();
  });
  on(plot, "pointermove", (event) => {
    if (!drag?.begun || event.pointerId !== drag.id) return;
    drag.to = spot(event);
    pull();
  });
  on(plot, "pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (drag.begun ? drag.to : true) move(drag.which, valueAt(spot(event)));
    (drag.which < 0 ? here : point).focus({ preventScroll: true });
    drag = null;
  });
  on(plot, "pointercancel", () => {
    if (drag?.begun) model.save_changes();
    drag = null;
  });
  // A mouse that goes down on the map would take the focus to nowhere, after the handle got it.
  on(plot, "mousedown", (event) => { if (!event.target.closest("button")) event.preventDefault(); });
}

// -- From the model to the page.

/** Lay out the map for a size and an extent; return where things are in it. */
function layOut({ canvas, overlay, inside, frame, has }, key, room, extent, names) {
  const [x0, x1, y0, y1] = extent;
  const ratio = (y1 - y0) / (x1 - x0);
  const shape = ratio >= 0.25 && ratio <= 1 ? ratio : 0.5;
  const width = Math.round(Math.min(room - EDGE.left - EDGE.right, (has("bars") ? 380 : 340) / shape));
  const height = Math.round(width * shape);
  const shown = {
    key, extent, width, height,
    x: (value) => ((value - x0) / (x1 - x0)) * width,
    y: (value) => ((y1 - value) / (y1 - y0)) * height,
    digits: [x1 - x0, y1 - y0].map((span) => clamp(-Math.floor(Math.log10(span / 100)), 0, 100)),
  };
  const { left, top } = EDGE;
  set(overlay, { width: width + left + EDGE.right, height: height + top + EDGE.bottom });
  set(inside, { x: left, y: top, width, height });
  const sharp = Math.min(devicePixelRatio, 2);
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  canvas.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
  frame.replaceChildren(...frameOf(shown, names));
  return shown;
}

/** The map's frame, the numbers at its axes, and their names. */
function frameOf({ extent: [x0, x1, y0, y1], width, height, x, y }, names) {
  const { left, top } = EDGE;
  const base = top + height;
  const line = (from, to, down, up) => el("line", { x1: from, x2: to, y1: down, y2: up, class: "nn-axis" });
  const text = (at, down, words, anchor) => el("text", { x: at, y: down, "text-anchor": anchor }, words);
  return [
    el("rect", { x: left - 0.5, y: top - 0.5, width: width + 1, height: height + 1, class: "nn-frame" }),
    ...ticks(x0, x1, width / 70).flatMap((v) => [
      line(left + x(v), left + x(v), base, base + 4),
      text(left + x(v), base + 16, format(v), "middle")]),
    ...ticks(y0, y1, height / 45).flatMap((v) => [
      line(left - 4, left, top + y(v), top + y(v)),
      text(left - 6, top + y(v) + 4, format(v), "end")]),
    text(left + width, base + 32, `${names[0]} →`, "end"),
    text(2, 12, `↑ ${names[1]}`),
  ];
}

/** A mark for each row, rewritten only where it has changed. */
function placeMarks({ marks }, at, { templates, labels }) {
  const few = templates.length <= 20;
  while (marks.childNodes.length > templates.length) marks.lastChild.remove();
  templates.forEach((t, i) => {
    const mark = marks.childNodes[i] ?? marks.appendChild(el("g", {}, el("path")));
    const look = [at(t), labels[i], few].join();
    if (mark.look === look) return;
    mark.look = look;
    const type = `nn-mark nn-fill-${labels[i]}`;
    set(mark, { transform: at(t) });
    set(mark.firstChild, { d: SHAPES[labels[i]], class: type, transform: `scale(${few ? 1.5 : 0.8})` });
    const named = mark.lastChild.matches("text");
    if (few && !named) mark.append(el("text", { x: 9, y: -6, class: "nn-halo" }, i));
    if (!few && named) mark.lastChild.remove();
  });
}

/** The line on which two units are equal, cut by the map's edges: 2(t − t′)·x = ‖t‖² − ‖t′‖². */
function borderOf({ extent: [x0, x1, y0, y1] }, layer, metric, i, j) {
  // In the map's own units; unit vectors have equal norms.
  let [a, b] = [2 * (layer.a[i] - layer.a[j]), 2 * (layer.b[i] - layer.b[j])];
  let c = metric === "cosine" ? 0 : layer.norm[i] - layer.norm[j];
  if (layer.scale) {
    const [[m, s], [n, t]] = layer.scale;
    [a, b] = [a / s, b / t];
    c += a * m + b * n;
  }
  return Math.abs(a) * (x1 - x0) < Math.abs(b) * (y1 - y0)
    ? [[x0, (c - a * x0) / b], [x1, (c - a * x1) / b]]
    : [[(c - b * y0) / a, y0], [(c - b * y1) / a, y1]];
}

/** Markers, query, winner and the bisector between winner and runner-up. */
function place(parts, view, now, { order, runnerUp }, layer) {
  const { ring, reach, cross, here, point, chosen, bisector } = parts;
  const { shown, selected } = view;
  const { templates, query } = now;
  const at = ([x, y]) => `translate(${shown.x(x).toFixed(2)},${shown.y(y).toFixed(2)})`;
  placeMarks(parts, at, now);
  const best = templates[order[0]];
  set(ring, { transform: at(best) });
  set(reach, { x1: shown.x(query[0]), y1: shown.y(query[1]), x2: shown.x(best[0]), y2: shown.y(best[1]) });
  set(cross, { transform: at(query) });
  const put = (node, [x, y]) => {
    node.style.left = `${EDGE.left + shown.x(x)}px`;
    node.style.top = `${EDGE.top + shown.y(y)}px`;
  };
  put(here, query);
  put(point, templates[selected]);
  set(chosen, { transform: at(templates[selected]) });
  const hard = now.bisectors && now.k === 1 && !now.temperature && runnerUp >= 0;
  set(bisector, { visibility: hard ? null : "hidden" });
  if (hard) {
    const ends = borderOf(shown, layer, now.metric, order[0], runnerUp);
    const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [shown.x(x), shown.y(y)]);
    set(bisector, { x1, y1, x2, y2 });
  }
}

/** What the marks mean. */
function explainMarks({ legend }, names) {
  const symbol = (shape, name) => el("span", { class: "nn-key" },
    el("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, shape), name);
  legend.replaceChildren(
    ...names.map((name, c) => symbol(
      el("path", { d: SHAPES[c], transform: "scale(1.4)", class: `nn-mark nn-fill-${c}` }), name)),
    symbol(el("path", { d: "M-6-6L6,6M6-6L-6,6", class: "nn-cross" }), "query"),
    symbol(el("circle", { r: 6.5, class: "nn-ring" }), "winner"));
}

/** The best units: a bar for each score, ending short of ‖x‖² by the squared distance. */
function drawBars({ scores: fold, chart, chartNote }, { labels }, { scores, order, x }) {
  const width = fold.clientWidth;
  const best = order.slice(0, UNITS);
  const ceiling = x[0] * x[0] + x[1] * x[1];
  const floor = scores[best.at(-1)];
  const span = ceiling - floor || 1;
  const [left, right, tall] = [74, 62, 21];
  const long = (s) => Math.max(1, ((s - floor + 0.06 * span) / (1.06 * span)) * (width - left - right));
  const end = left + long(ceiling);
  const digits = clamp(1 - Math.floor(Math.log10(span)), 0, 6);
  const text = (s) => (Math.abs(s) < 1e5 ? s.toFixed(digits).replace("-", "−") : format(s, 2));
  set(chart, { width, height: best.length * tall + 20 });
  while (chart.childNodes.length > best.length + 2) chart.lastChild.remove();
  if (!chart.firstChild) {
    chart.append(el("line", { class: "nn-bisector" }), el("text", { "text-anchor": "end" }, "‖x‖²"));
  }
  const [line, caption] = chart.childNodes;
  set(line, { x1: end, x2: end, y1: 0, y2: best.length * tall + 2 });
  set(caption, { x: end + 10, y: best.length * tall + 15 });
  const rowAt = (at) => el("g", { transform: `translate(0,${at * tall})` },
    el("path", { transform: "translate(9,10)" }), el("text", { x: left - 5, y: 14, "text-anchor": "end" }),
    el("rect", { x: left, y: 3, height: tall - 7 }), el("text", { y: 14 }));
  best.forEach((i, at) => {
    const row = chart.childNodes[at + 2] ?? chart.appendChild(rowAt(at));
    const [mark, name, bar, value] = row.childNodes;
    set(row, { class: at ? null : "nn-first" });
    set(mark, { d: SHAPES[labels[i]], class: `nn-mark nn-fill-${labels[i]}` });
    write(name, `row ${i}`);
    set(bar, { width: long(scores[i]), class: `nn-fill-${labels[i]}` });
    set(value, { x: width - right + 6 });
    write(value, text(scores[i]));
  });
  write(chartNote, `The dashed line is ‖x‖² = ${text(ceiling)}; `
    + "a bar falls short of it by ‖x\u00a0−\u00a0t‖². Bars do not start at 0.");
}

/** W and b of the winning unit, and the inequality that wins. */
function explain(lines, now, { x, scores, order, runnerUp: j, close }, { a, b, norm }) {
  const i = order[0];
  const hat = now.metric === "cosine" ? ", normalized" : "";
  const sign = (v) => `${v < 0 || Object.is(v, -0) ? "−" : "+"} ${format(Math.abs(v))}`;
  const unit = (r) => `w${low(r)} = 2t${low(r)} = ${pair([2 * a[r], 2 * b[r]])}, `
    + `b${low(r)} = −‖t${low(r)}‖² = ${format(-norm[r])}`;
  const sum = (r) => `s${low(r)} = w${low(r)}·x + b${low(r)} = ${format(2 * a[r])} · ${format(x[0])} `
    + `${sign(2 * b[r])} · ${format(x[1])} ${sign(-norm[r])} = ${format(scores[r], 6)}`;
  const text = [`x = ${pair(x)}${now.scaled ? ", standardized" : ""}${hat}`, `${unit(i)}`, sum(i)];
  if (j < 0) text.push("No other unit has a different template.");
  else {
    const [u, v, c] = [2 * (a[i] - a[j]), 2 * (b[i] - b[j]), norm[i] - norm[j]];
    const holds = close && now.k === 1 ? "≈" : ">";
    text.push(`runner-up ${unit(j)}`, sum(j), `s${low(i)} ${holds} s${low(j)}, that is `
      + `${format(u)} · x₁ ${sign(v)} · x₂ ${holds} ${format(c)}: here `
      + `${format(u * x[0] + v * x[1])} ${holds} ${format(c)}`);
  }
  lines.forEach((line, at) => write(line, text[at] ?? ""));
}

/** Show in each control what the model holds. */
function follow(parts, view, now) {
  const { axes, color, metric, k, kText, tau, tauText, scaled, bisectors } = parts;
  const { templates, features, temperature } = now;
  axes.forEach((select, j) => {
    select.value = features.length ? features[j] : "";
    select.firstChild.disabled = select.firstChild.hidden = features.length > 0;
  });
  color.value = now.color_by;
  metric.value = now.metric;
  if (k.valueAsNumber !== now.k) k.value = now.k;
  write(kText, `Neighbors that vote: k = ${Math.min(now.k, templates.length)}`);
  const step = temperature ? clamp(Math.round((Math.log10(temperature) + 3) * 20) + 1, 1, 121) : 0;
  if (tau.valueAsNumber !== step) tau.value = step;
  const text = temperature ? `soft: temperature τ = ${format(temperature)}` : "hard: the winner takes all";
  write(tauText, `Shading, ${text}`);
  set(tau, { "aria-valuetext": text });
  scaled.checked = now.scaled;
  bisectors.checked = now.bisectors;
  followRows(parts, view, now);
}

function followRows({ movable, pick, kind, add, remove }, view, { templates, labels, class_names: names }) {
  const list = labels.join() + names.join("\n");
  if (movable && view.shown.list !== list) {
    view.shown.list = list;
    pick.replaceChildren(...options(labels.map((c, i) => [i, `${i} (${names[c]})`])));
    kind.replaceChildren(...options(names.map((name, c) => [c, name])));
  }
  pick.value = view.selected;
  kind.value = labels[view.selected];
  able(remove, templates.length > 1);
  able(add, templates.length < MOST_ROWS);
}

/** What differs from home, for the link; what features bring along is known by them. */
function differing(now, home) {
  const data = ["templates", "labels", "class_names", "axis_names"];
  const known = now.features.length ? data : [];
  const names = STATE.filter((name) => !same(now[name], home[name]) && !known.includes(name));
  return Object.fromEntries(names.map((name) => [name, now[name]]));
}

function sentence(note, now, result) {
  const { scores, bounds, order, runnerUp, margin, close, votes, label, probabilities } = result;
  const { templates, labels, class_names: names, query } = now;
  const i = order[0];
  const equal = (j) => scores[j] === scores[i] && j !== i && same(templates[i], templates[j]);
  const twins = order.filter(equal).length;
  const parts = [`${note}Query ${pair(query)}: row ${i} wins with score ${format(scores[i], 5)}, `
    + `class ${names[labels[i]]}`];
  if (twins) parts.push(`, the earliest of ${twins + 1} equal rows`);
  if (runnerUp < 0) parts.push(". There is no other row to beat.");
  else if (margin <= bounds[i] + bounds[runnerUp]) {
    const bound = format(bounds[i] + bounds[runnerUp], 2);
    parts.push(`; too close to call: row ${runnerUp} is within the rounding bound ${bound}`
      + `${margin ? "" : ", with equal computed scores, and the earliest is taken"}.`);
  } else parts.push(`; margin to the runner-up, row ${runnerUp}: ${format(margin)}.`);
  if (now.temperature) {
    const sure = format(probabilities[label]);
    parts.push(` Softmax at τ = ${format(now.temperature)}: ${names[label]} with probability ${sure}.`);
  } else if (now.k > 1) {
    const most = Math.max(...votes);
    const counts = names.map((name, c) => [name, votes[c]]).filter(([, count]) => count);
    const tally = counts.map((entry) => entry.join(" ")).join(", ");
    const tied = votes.filter((count) => count === most).length > 1;
    parts.push(` The ${Math.min(now.k, labels.length)} nearest vote ${tally}: ${names[label]}`
      + `${tied ? ", by the nearest member of the tied classes" : ""}.`
      + `${close ? " Their order is too close to call." : ""}`);
  }
  return parts.join("");
}

// -- The picture: a coarse one at once, every pixel when nothing has moved for a while.

/** The colors of a state, as the theme has them. */
function tintsOf(rgb, now) {
  const ground = rgb("ground");
  const ink = rgb("text");
  // On a dark ground less of the color: the ink on it must keep its contrast of 4.5:1.
  const depth = ground[1] < 128 ? 0.68 : 1;
  const mix = (color, share) => color.map((v, j) => depth * share * v + (1 - depth * share) * ground[j]);
  const colors = now.class_names.map((_, c) => rgb(`class-${c}`));
  const tints = strengths(now.labels);
  return {
    ground, ink, colors, depth,
    classes: colors.map((value) => mix(value, 0.42)),
    rows: now.labels.map((c, i) => mix(colors[c], tints[i])),
  };
}

/** Turn the lines of a sheet from `first` on into pixels. */
function develop(job, { ground, ink, colors, depth, ...tint }, bordered, image, first = 0) {
  const { state: now, width, done, rows, classes, soft } = job;
  const C = colors.length;
  const byRow = now.color_by === "row" && !soft;
  const everyRow = !soft && (byRow || now.k === 1);
  const differ = (at, by) => (classes[at] !== classes[by] ? 2 : Number(everyRow && rows[at] !== rows[by]));
  for (let at = first * width, to = 4 * at; at < done * width; at++, to += 4) {
    const who = rows[at];
    let value = who < 0 ? ground : byRow ? tint.rows[who] : tint.classes[classes[at]];
    if (soft && who >= 0) {
      // Each class by its probability; an undecided pixel is pale.
      const sure = C > 1 ? (soft[at * C + classes[at]] - 1 / C) / (1 - 1 / C) : 1;
      const share = depth * (0.12 + 0.5 * sure);
      value = [0, 1, 2].map((j) => (1 - share) * ground[j]);
      for (let c = 0; c < C; c++) {
        for (let j = 0; j < 3; j++) value[j] += share * soft[at * C + c] * colors[c][j];
      }
    }
    // 1 where the nearest row changes, 2 where the class does.
    let edge = 0;
    if (bordered && at % width) edge = differ(at, at - 1);
    if (bordered && at >= width) edge = Math.max(edge, differ(at, at - width));
    const share = !edge ? 0 : byRow || edge > 1 ? 0.75 : 0.3;
    for (let j = 0; j < 3; j++) image.data[to + j] = share * ink[j] + (1 - share) * value[j];
    image.data[to + 3] = 255;
  }
  return image;
}

/** What paints a state on the canvas. */
function painter(life, box, canvas) {
  const picture = canvas.getContext("2d");
  const copy = el("canvas");
  let painted = "";
  let timer = 0;
  let later = 0;
  let pace = 20000; // additions a ms, as measured while painting
  const stop = () => { clearTimeout(timer); cancelAnimationFrame(later); };
  atEnd(life, stop);

  function rgb(name) {
    picture.fillStyle = getComputedStyle(box).getPropertyValue(`--nn-${name}`).trim();
    return [1, 3, 5].map((from) => parseInt(picture.fillStyle.slice(from, from + 2), 16));
  }
  function timed(job, until) {
    const begun = performance.now();
    const from = job.done;
    while (job.done < job.height && performance.now() < until) nextLine(job);
    const spent = performance.now() - begun;
    const work = (job.done - from) * job.width * job.layer.n;
    if (spent > 1) pace += 0.3 * (work / spent - pace);
  }
  function paintCoarse(now, extent, tints) {
    const { width, height } = canvas;
    const work = width * height * now.templates.length;
    const cell = clamp(Math.ceil(Math.sqrt(work / (pace * SLICE))), 1, 16);
    const job = sheet(now, extent, Math.ceil(width / cell), Math.ceil(height / cell));
    timed(job, Infinity);
    copy.width = job.width;
    copy.height = job.height;
    const draft = new ImageData(job.width, job.height);
    copy.getContext("2d").putImageData(develop(job, tints, now.bisectors && cell < 3, draft), 0, 0);
    picture.imageSmoothingEnabled = false;
    picture.drawImage(copy, 0, 0, width, height);
    canvas.dataset.drawn = "coarse";
  }
  /** The fine picture replaces the coarse one at once: nothing sweeps over the page. */
  function paintFine(now, extent, tints) {
    const fine = sheet(now, extent, canvas.width, canvas.height);
    const image = new ImageData(canvas.width, canvas.height);
    const more = () => {
      const from = fine.done;
      timed(fine, performance.now() + SLICE);
      develop(fine, tints, now.bisectors, image, from);
      if (fine.done < canvas.height) later = requestAnimationFrame(more);
      else {
        picture.putImageData(image, 0, 0);
        canvas.dataset.drawn = "fine";
      }
    };
    timer = setTimeout(() => { later = requestAnimationFrame(more); }, IDLE);
  }
  return (now, extent) => {
    const theme = ["ground", "class-0"].map(rgb).join();
    const key = JSON.stringify([now.templates, now.labels, now.class_names.length, extent, now.k, now.metric,
      now.color_by, now.temperature, now.scaled, now.bisectors, canvas.width, canvas.height, theme]);
    if (key === painted) return;
    painted = key;
    stop();
    const tints = tintsOf(rgb, now);
    paintCoarse(now, extent, tints);
    paintFine(now, extent, tints);
  };
}

/** The map's edges: those of the state, unless a point lies outside. */
function extentOf({ templates, query, extent: [x0, x1, y0, y1] }) {
  const points = [...templates, query];
  const inside = points.every(([x, y]) => x0 <= x && x <= x1 && y0 <= y && y <= y1);
  return inside ? [x0, x1, y0, y1] : windowOf(points);
}

function render({ model, el: root }) {
  const page = { model, ...begin(model) };
  const { life, get } = page;
  const { said, announce } = announcer(life);
  const view = { shown: null, selected: 0, note: "" };
  const draw = onFrame(() => show(), life);
  const acts = changing(page, view, draw);
  const link = stateLink(model, acts.restore, life);
  const parts = partsOf(get, said, link);
  const paint = painter(life, parts.box, parts.canvas);

  function show() {
    const room = parts.plot.parentNode.clientWidth;
    if (!room) return; // not laid out yet: the size observer calls again
    const now = acts.state();
    const { axis_names: axes, class_names: names } = now;
    const extent = extentOf(now);
    const key = [room, devicePixelRatio, extent, axes].join();
    if (view.shown?.key !== key) view.shown = layOut(parts, key, room, extent, axes);
    view.selected = Math.min(view.selected, now.templates.length - 1);
    const layer = layerOf(now);
    const result = compute(now, layer);
    place(parts, view, now, result, layer);
    if (view.shown.names !== names.join("\n")) {
      view.shown.names = names.join("\n");
      explainMarks(parts, names);
    }
    if (parts.has("bars")) drawBars(parts, now, result);
    if (parts.has("equation")) explain(parts.lines, now, result, layer);
    follow(parts, view, now);
    link.show(differing(now, get("home")));
    announce(sentence(view.note, now, result));
    paint(now, view.shown.extent);
  }

  hearControls(page, parts, view, acts, draw);
  hearRows(page, parts, view, acts, draw);
  hearKeys(page, parts, view, acts);
  dragging(page, parts, view, acts, draw);
  listen(model, STATE, draw, life);
  // Features that came alone, over a link between two widgets, bring their data along.
  listen(model, ["features"], () => {
    const features = get("features");
    const data = features.length === 2 && irisIn(get("dataset"), features);
    if (data && ["templates", "axis_names"].some((name) => !same(data[name], get(name)))) acts.change(data);
  }, life);
  const theme = new MutationObserver(draw);
  for (const node of [document.documentElement, document.body]) {
    theme.observe(node, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light"] });
  }
  atEnd(life, () => theme.disconnect());
  return page.start(root, parts.box, link, draw);
}

export default { render };
