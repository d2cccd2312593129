import {
  able, announcer, begin, button, clamp, el, folded, format, listen, onFrame, set, stateLink, write,
} from "./shared.js";

// ---- The tangents, in IEEE double precision. ----
// nnlib/widgets/envelope.py does the same operations in the same order, and a test compares the
// two bit for bit.

const LOWEST = -4;
const HIGHEST = 4;
const MOST = 8;

/** s = 2tx − t²: the tangent of x² at t. */
const scoreOf = (t, x) => 2 * (t * x) - t * t;

/** How far rounding can have moved a score; nothing is rounded on the grid of 1/1024. */
function boundOf(t, x) {
  if (Number.isInteger(t * 1024) && Number.isInteger(x * 1024)) return 0;
  return 3 * 2 ** -53 * (2 * Math.abs(t * x) + t * t) + 2 ** -1070;
}

/** The stretch of the axis on which each template is the nearest; null where an earlier one equals it. */
function cellsOf(templates) {
  const cells = templates.map(() => null);
  const owners = [];
  // Sorting is stable: of equal templates the earliest comes first and gets the cell.
  for (const i of templates.map((_, k) => k).sort((a, b) => templates[a] - templates[b])) {
    if (!owners.length || templates[i] !== templates[owners.at(-1)]) owners.push(i);
  }
  let left = LOWEST;
  owners.forEach((i, k) => {
    const right = k + 1 < owners.length ? (templates[i] + templates[owners[k + 1]]) / 2 : HIGHEST;
    cells[i] = [left, right];
    left = right;
  });
  return cells;
}

/** Everything the page shows, from the traits alone. */
export function compute({ templates, query }) {
  const scores = templates.map((t) => scoreOf(t, query));
  const bounds = templates.map((t) => boundOf(t, query));
  const winner = scores.reduce((best, s, i) => (s > scores[best] ? i : best), 0);
  const certain = (i) => {
    const slack = bounds[winner] + bounds[i];
    return slack === 0 || templates[i] === templates[winner] || scores[winner] - scores[i] > slack;
  };
  const those = (wanted) => scores.flatMap((s, i) => (wanted(s, i) ? [i] : []));
  return {
    scores,
    gaps: scores.map((s) => query * query - s),
    distances: templates.map((t) => (query - t) * (query - t)),
    bounds,
    winner,
    tied: those((s, i) => s === scores[winner] && certain(i)),
    close: those((s, i) => !certain(i)),
    cells: cellsOf(templates),
  };
}

// ---- The page. ----

const STATE = /** @type {const} */ (["templates", "query"]);
const STEP = 0.25; // of a template; a query moves by half of it, so that it reaches every midpoint
const LEFT = 34;
const RIGHT = 16;
const TOP = 22; // above it is room for the label of the gap
const BASE = 290; // the lower edge of the plot
const END = BASE + 26; // and of the strip of cells
const LANE = 14; // how much lower a handle sits that would cover another
const BOTTOM = END + 96;

const snap = (value, step) => clamp(Math.round(value / step) * step, LOWEST, HIGHEST) + 0; // + 0: no −0
const isPosition = (value) => Number.isFinite(value) && value >= LOWEST && value <= HIGHEST;
/** Eight digits: what quarters and eighths make is then shown in full. */
const show = (value) => format(value, 8);
const short = (value) => format(value, 5);
const list = (numbers) => `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;

/** The parts, top to bottom, in a box. */
function partsOf(said, link) {
  const key = (name, d, look, dash) => el("span", { class: "nn-key" },
    el("svg", { width: 26, height: 14, "aria-hidden": "true" },
      el("path", { d, class: look, "stroke-dasharray": dash })),
    name);
  const legend = el("div", { class: "nn-legend" },
    key("parabola x²", "M1,2Q13,22 25,2", "nn-parabola"),
    key("tangent at a template", "M0,7H26", "nn-tangent nn-stroke-0", "5 4"),
    key("highest tangent", "M0,7H26", "nn-highest nn-stroke-0"),
    key("gap at the query", "M8,1.5H18M13,1.5V12.5M8,12.5H18", "nn-gap"));
  const plot = el("svg", { class: "nn-plot", height: BOTTOM, "aria-hidden": "true" });
  const knob = (step) => ({
    slider: el("input", { type: "range", min: LOWEST, max: HIGHEST, step }),
    value: el("span", { class: "nn-number" }),
  });
  const [x, t] = [knob(STEP / 2), knob(STEP)];
  const select = el("select", {});
  const [add, remove, reset] = ["Add at the query", "Delete", "Reset"].map(button);
  const table = el("tbody");
  const slide = (name, { slider, value }) => el("label", { class: "nn-slide" },
    el("span", {}, name, value), slider);
  const editing = folded("Move, add or delete templates",
    el("div", { class: "nn-row" }, el("label", { class: "nn-grow" }, "Template", select), add, remove),
    slide("Position of template ", t));
  const columns = ["template", "t", "s = 2tx − t²", "gap x² − s", "cell"];
  const box = el("div", { class: "nn-widget nn-envelope", role: "group", "aria-label": "Envelope explorer" },
    legend,
    el("div", {}, plot, slide("Query ", x)),
    said,
    editing,
    folded("All tangents in numbers, and in two dimensions",
      el("table", {},
        el("caption", {}, "All tangents at the query"),
        el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
        table),
      el("p", { class: "nn-muted" },
        "In two dimensions the same happens with planes: 2t·x − ‖t‖² is the tangent plane of the bowl ‖x‖² "
        + "at t, the gap to it is ‖x − t‖², and the shadow of the highest planes is the Voronoi map.")),
    el("div", { class: "nn-row" }, reset, ...link.controls));
  return { box, plot, x, t, editing, select, add, remove, reset, table };
}

// -- From the reader to the model.

function restore({ change }, { templates, query }) {
  const good = Array.isArray(templates) && templates.length >= 1 && templates.length <= MOST;
  if (good && templates.every(isPosition)) change({ templates });
  if (isPosition(query)) change({ query });
}

const put = ({ get, change }, i, at) =>
  change({ templates: get("templates").map((other, k) => (k === i ? at : other)) });

/** What the controls do; `hand.chosen` is the template that they are about. */
function hear(page, { x, t, select, add, remove, reset }, hand, draw) {
  const { get, on, change } = page;
  on(x.slider, "input", () => change({ query: x.slider.valueAsNumber }));
  on(t.slider, "input", () => put(page, hand.chosen, t.slider.valueAsNumber));
  on(select, "change", () => {
    hand.chosen = select.selectedIndex;
    draw();
  });
  on(add, "click", () => {
    const templates = get("templates");
    if (templates.length >= MOST) return;
    hand.chosen = templates.length;
    change({ templates: [...templates, get("query")] });
  });
  on(remove, "click", () => {
    const templates = get("templates");
    if (templates.length > 1) change({ templates: templates.filter((_, i) => i !== hand.chosen) });
  });
  on(reset, "click", () => {
    hand.chosen = 0;
    change(get("home"));
    draw();
  });
}

/**
 * A pointer takes the handle it meets, and elsewhere the query. It keeps its distance to a handle,
 * so that a mere click moves nothing.
 */
function dragging(page, { plot, x, t, editing }, hand, draw) {
  const { get, on, change } = page;
  let held = null;
  const across = (event) => {
    const { left, width } = plot.getBoundingClientRect();
    return LOWEST + ((event.clientX - left - LEFT) / (width - LEFT - RIGHT)) * (HIGHEST - LOWEST);
  };
  const drag = (event) => {
    const at = across(event) - held.off;
    if (held.i < 0) change({ query: snap(at, STEP / 2) });
    else put(page, held.i, snap(at, STEP));
  };
  on(plot, "mousedown", (event) => event.preventDefault()); // it would take the focus away again
  on(plot, "pointerdown", (event) => {
    if (event.button || held) return;
    const i = Number(event.target.closest("[data-i]")?.dataset.i ?? -1);
    held = { i, id: event.pointerId, off: i < 0 ? 0 : across(event) - get("templates")[i] };
    plot.setPointerCapture(event.pointerId);
    if (i >= 0) editing.open = true; // who takes a template in hand can go on with the keyboard
    (i < 0 ? x : t).slider.focus({ preventScroll: true });
    if (i < 0) drag(event);
    else {
      hand.chosen = i;
      draw();
    }
  });
  on(plot, "pointermove", (event) => {
    if (held?.id !== event.pointerId) return;
    // Templates may have gone meanwhile, over a link or from Python.
    if (held.i < get("templates").length) drag(event);
  });
  on(plot, "lostpointercapture", () => { held = null; });
}

// -- From the model to the page.

const WHOLE = [-4, -3, -2, -1, 0, 1, 2, 3, 4];

/** Where things are in the picture. The window holds every tangent point, and the winner's gap. */
function scaleOf(width, { templates, query }, best) {
  const px = (v) => LEFT + ((v - LOWEST) / (HIGHEST - LOWEST)) * (width - LEFT - RIGHT);
  const high = Math.max(6.5, 1.07 * Math.max(query * query, ...templates.map((at) => at * at)));
  const low = -clamp(1.2 - best, 0.45 * high, high);
  const py = (v) => BASE - ((v - low) / (high - low)) * (BASE - TOP);
  const p = (v, height) => `${px(v).toFixed(2)},${py(height).toFixed(2)}`;
  return { width, px, py, p, low, high };
}

const textAt = (at, down, content, more) =>
  el("text", { x: at, y: down, "text-anchor": "middle", ...more }, content);

/** Lines and numbers of both axes, and the numbers under the handles. */
function axesOf({ width, px, py, low, high }) {
  const ticks = [];
  for (let v = Math.ceil(low / 5) * 5; v < high; v += 5) ticks.push(v);
  const lines = [
    ...WHOLE.map((v) => el("path", {
      d: `M${px(v)},${TOP}V${BASE}M${px(v)},${BOTTOM - 38}v4`, class: v ? "nn-grid" : "nn-axis" })),
    ...ticks.flatMap((v) => [
      el("path", { d: `M${LEFT},${py(v)}H${width - RIGHT}`, class: v ? "nn-grid" : "nn-axis" }),
      textAt(LEFT - 6, clamp(py(v) + 4, TOP + 9, BASE), format(v), { "text-anchor": "end" })]),
  ];
  const words = [
    ...WHOLE.map((v) => textAt(px(v), BOTTOM - 20, format(v))),
    textAt((px(LOWEST) + px(HIGHEST)) / 2, BOTTOM - 4, "query x (diamond), templates t (disks)"),
  ];
  return { lines, words };
}

/** The parabola, the tangents, the envelope with its shadow, the gap at the query. */
function curvesOf({ width, px, p }, { templates, query }, { scores, winner, distances }, own) {
  const steps = [...Array(65).keys()].map((k) => LOWEST + k / 8);
  const stretch = (at, from, to) => `M${p(from, scoreOf(at, from))}L${p(to, scoreOf(at, to))}`;
  const gap = `M${p(query, query * query)}m-5,0h10m-5,0L${p(query, scores[winner])}m-5,0h10`;
  const left = query < 0;
  return [
    // The shadow: from each kink of the envelope straight down to the border of two cells.
    ...own.filter(([cell]) => cell[1] < HIGHEST).map(([cell, i]) => el("path", {
      d: `M${p(cell[1], scoreOf(templates[i], cell[1]))}V${END}`, class: "nn-border",
      "stroke-dasharray": "2 3" })),
    el("path", { d: `M${px(query)},${TOP - 4}V${END}`, class: "nn-query", "stroke-dasharray": "7 4" }),
    // An svg of its own cuts off what leaves the plot.
    el("svg", { y: TOP, width, height: BASE - TOP, viewBox: `0 ${TOP} ${width} ${BASE - TOP}` },
      el("path", { d: `M${steps.map((v) => p(v, v * v)).join("L")}`, class: "nn-parabola" }),
      ...templates.map((at, i) => el("path", {
        d: stretch(at, LOWEST, HIGHEST), class: `nn-tangent nn-stroke-${i}`, "stroke-dasharray": "5 4" }))
        .reverse(),
      ...own.map(([cell, i]) => el("path", {
        d: stretch(templates[i], ...cell), class: `nn-highest nn-stroke-${i}` })),
      el("path", { d: gap, class: "nn-gap" })),
    textAt(LEFT - 14, 14, "s", { "text-anchor": "end" }),
    textAt(px(query) + (left ? -5 : 5), 14, `gap (x − t)² = ${show(distances[winner])}`, {
      "text-anchor": left ? "start" : "end", class: "nn-strong" }),
  ];
}

/** The strip of cells under the axis. */
function stripOf({ px }, { winner }, own) {
  const cells = own.flatMap(([[from, to], i]) => {
    const wide = Math.max(px(to) - px(from), 0);
    const name = wide > 10
      && textAt((px(from) + px(to)) / 2, BASE + 15, i, { class: i === winner ? "nn-strong" : null });
    return [
      el("rect", { x: px(from), y: BASE, width: wide, height: END - BASE,
        class: `nn-${i === winner ? "own" : "cell"} nn-fill-${i}` }),
      el("rect", { x: px(from), y: END - 5, width: wide, height: 5, class: `nn-fill-${i}` }),
      name];
  });
  return [...cells, ...own.filter(([cell]) => cell[1] < HIGHEST).map(([cell]) =>
    el("path", { d: `M${px(cell[1])},${BASE}V${END}`, class: "nn-edge" }))];
}

/** A handle under the axis and a disk at the point of contact; the earliest on top of its equals. */
function handlesOf({ px, py }, templates, chosen) {
  const lanes = [];
  templates.forEach((at) => {
    const free = (lane) => !templates.slice(0, lanes.length).some((other, k) =>
      lanes[k] === lane && Math.abs(px(other) - px(at)) < 22);
    lanes.push([0, 1, 2].find(free) ?? 2);
  });
  const disk = (i, at, down, size) => [
    el("circle", { cx: at, cy: down, r: size, class: `nn-disk nn-stroke-${i}` }),
    textAt(at, down + 4, i, {})];
  return templates.flatMap((t, i) => {
    const [at, down] = [px(t), END + 17 + LANE * lanes[i]];
    return [
      el("g", { "data-i": i, class: "nn-handle" },
        el("circle", { cx: at, cy: down, r: 15, class: "nn-reach" }),
        el("path", { d: `M${at},${END}V${down}`, class: `nn-tangent nn-stroke-${i}` }),
        i === chosen && el("circle", { cx: at, cy: down, r: 13.5, class: "nn-chosen" }),
        ...disk(i, at, down, 10)),
      el("g", { "data-i": i, class: "nn-handle" }, ...disk(i, at, py(t ** 2), 8)),
    ];
  }).reverse();
}

/** The whole picture, from back to front. */
function pictureOf(width, state, result, chosen) {
  const scale = scaleOf(width, state, result.scores[result.winner]);
  const own = result.cells.map((cell, i) => [cell, i]).filter(([cell]) => cell);
  const { lines, words } = axesOf(scale);
  const here = `M${scale.px(state.query)},${BASE - 23}l8,11l-8,11l-8,-11z`;
  return [
    ...lines, ...curvesOf(scale, state, result, own), ...stripOf(scale, result, own),
    ...handlesOf(scale, state.templates, chosen), el("path", { d: here, class: "nn-here" }), ...words,
  ].filter(Boolean);
}

/** Show in each control what the model holds. */
function follow({ x, t, select, add, remove }, { templates, query }, chosen) {
  while (select.length > templates.length) select.lastChild.remove();
  templates.forEach((at, i) => {
    if (!select[i]) select.append(el("option", {}));
    write(select[i], `${i} at ${show(at)}`);
  });
  select.selectedIndex = chosen;
  const at = templates[chosen];
  for (const [part, name, now] of [[x, "x", query], [t, `t, template ${chosen},`, at]]) {
    part.slider.value = now;
    set(part.slider, { "aria-valuetext": `${name} = ${show(now)}` });
  }
  write(x.value, `x = ${show(query)}`);
  write(t.value, `${chosen}: t = ${show(at)}`);
  able(add, templates.length < MOST);
  able(remove, templates.length > 1);
}

function sentence({ templates, query }, { scores, gaps, distances, winner, tied, close, cells }) {
  const [gap, square] = [show(gaps[winner]), show(distances[winner])];
  const words = [`x = ${show(query)}: `];
  if (close.length) {
    words.push("too close to call. Rounding alone can change the order of templates "
      + `${list([winner, ...close].sort())}; as computed, template ${winner} wins`);
  } else if (tied.length > 1) {
    words.push(`an exact tie of templates ${list(tied)}, score ${show(scores[winner])} each. `
      + `The first maximum counts, so template ${winner} wins`);
  } else words.push(`template ${winner} wins, t = ${show(templates[winner])}: its tangent is the highest`);
  const score = tied.length > 1 ? "" : `, score ${show(scores[winner])}`;
  words.push(`${score}. The gap up to the parabola is ${gap}`);
  words.push(gap === square ? " = (x − t)², the squared distance."
    : `, but (x − t)² = ${square}: the difference is rounding.`);
  const empty = cells.flatMap((cell, i) => (cell ? [] : [i]));
  if (empty.length > 1) {
    words.push(` Templates ${list(empty)} equal earlier ones: they never win, their cells are empty.`);
  } else if (empty.length) {
    const first = templates.indexOf(templates[empty[0]]);
    words.push(` Template ${empty[0]} equals template ${first}: it never wins, its cell is empty.`);
  }
  return words.join("");
}

function fill(table, { templates }, { scores, gaps, winner, tied, cells }) {
  table.replaceChildren(...templates.map((at, i) => {
    const mark = i === winner ? " ◂ wins" : tied.includes(i) ? " ◂ tie" : "";
    const cell = cells[i] ? cells[i].map(short).join(" to ") : "empty";
    return el("tr", { class: i === winner ? "nn-won" : null },
      el("th", { scope: "row" }, el("span", { class: `nn-swatch nn-back-${i}` }), `${i}${mark}`),
      ...[short(at), show(scores[i]), show(gaps[i]), cell].map((entry) => el("td", {}, entry)));
  }));
}

function render({ model, el: root }) {
  const page = begin(model);
  const { said, announce } = announcer(page.life);
  const link = stateLink(model, (state) => restore(page, state), page.life);
  const parts = partsOf(said, link);
  const hand = { chosen: 0 };
  const draw = onFrame(() => {
    const width = parts.plot.parentNode.clientWidth;
    if (!width) return; // not laid out yet: the size observer calls again
    const state = page.those(STATE);
    const result = compute(state);
    hand.chosen = clamp(hand.chosen, 0, state.templates.length - 1);
    set(parts.plot, { width });
    parts.plot.replaceChildren(...pictureOf(width, state, result, hand.chosen));
    follow(parts, state, hand.chosen);
    announce(sentence(state, result));
    fill(parts.table, state, result);
    link.show(state);
  }, page.life);
  hear(page, parts, hand, draw);
  dragging(page, parts, hand, draw);
  listen(model, STATE, draw, page.life);
  return page.start(root, parts.box, link, draw);
}

export default { render };
