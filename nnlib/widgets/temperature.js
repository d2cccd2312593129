import {
  announcer, begin, button, clamp, curve, el, folded, format, listen, onFrame, set, stateLink, write,
} from "./shared.js";
import { classSums, softmax } from "./readout.js";

// ---- The network, in IEEE double precision. ----
// Sums run over features, then over templates, from first to last: nnlib/widgets/readout.py does
// the same operations in the same order, and a test compares the two bit for bit.

/** s_i = 2x·t_i − ‖t_i‖² = ‖x‖² − ‖x − t_i‖²: layer 1. */
function scoresOf(templates, query) {
  return templates.map((t) => {
    let norm = 0;
    let dot = 0;
    for (let j = 0; j < query.length; j++) {
      norm += t[j] * t[j];
      dot += query[j] * t[j];
    }
    return 2 * dot - norm;
  });
}

/** Everything the page shows, from the traits alone. */
export function compute({ templates, labels, query, temperature, softmax: form, classes }) {
  const scores = scoresOf(templates, query);
  const { weights } = softmax(scores, temperature, form);
  const probabilities = classSums(weights, labels, classes);
  const entropy = 0 - weights.reduce((sum, w) => sum + (w === 0 ? 0 : w * Math.log(w)), 0);
  const top = Math.max(...probabilities); // NaN if one is: then nobody wins
  return {
    scores,
    weights,
    probabilities,
    entropy,
    effective: Math.exp(entropy),
    // Sorting is stable, so equal scores keep the order of the templates: the earliest is nearest.
    order: scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]),
    winners: probabilities.flatMap((p, c) => (p === top ? [c] : [])),
  };
}

function squaredDistance(a, b) {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

/** Rows and query in units of the rows' mean and deviation: StandardScaler, in a fixed order. */
export function standardize(rows, query) {
  const scale = query.map((_, j) => {
    // From the first row on, so that rounding cannot give a constant feature a deviation.
    const mean = rows[0][j] + rows.reduce((sum, row) => sum + (row[j] - rows[0][j]), 0) / rows.length;
    const squares = rows.reduce((sum, row) => sum + (row[j] - mean) * (row[j] - mean), 0);
    return [mean, Math.sqrt(squares / rows.length) || 1];
  });
  const scaled = (row) => row.map((x, j) => (x - scale[j][0]) / scale[j][1]);
  return [rows.map(scaled), scaled(query)];
}

/** The data a preset's name stands for, or null; "iris-7" is row 7 left out. */
export function caseOf(name, presets, dataset) {
  const number = /^iris-(0|[1-9]\d*)$/.exec(name);
  const preset = presets.find((entry) => entry.name === name)
    ?? (number && { row: Number(number[1]), standardize: true });
  if (!preset) return null;
  if (preset.templates) {
    const { templates, labels, class_names, query } = preset;
    return { templates, labels, class_names, query };
  }
  const { row } = preset;
  if (row >= dataset.rows.length) return null;
  const others = (list) => list.filter((_, i) => i !== row);
  let templates = others(dataset.rows);
  let query = dataset.rows[row];
  if (preset.standardize) [templates, query] = standardize(templates, query);
  return { templates, labels: others(dataset.labels), class_names: dataset.class_names, query, row };
}

// ---- The page. ----

const DATA = /** @type {const} */ (["templates", "labels", "class_names", "query"]);
const STATE = /** @type {const} */ (["preset", "temperature", "softmax"]);
const STEPS = 50; // slider steps a decade of τ
const WIDE = 30; // the nearest rows that get a wide bar
const HEIGHT = 150;

/** The slider's τ: four digits, so that it reads, links and repeats exactly. */
const onGrid = (step) => Number((10 ** (step / STEPS)).toPrecision(4));

const key = (name, c) => el("span", { class: "nn-key" },
  el("svg", { width: 26, height: 12, "aria-hidden": "true" }, curve(c, "M0,6H26")), name);

/** The parts, top to bottom, in a box. */
function partsOf({ presets, dataset }, said, link) {
  const preset = el("select", {},
    ...presets.map(({ name, title }) => el("option", { value: name }, title)),
    el("option", { value: "iris" }, "Any iris row, left out"),
    el("option", { value: "" }, "This cell’s own data"));
  const row = el("input", { type: "number", min: 0, max: dataset.rows.length - 1, step: 1 });
  const form = el("select", {},
    el("option", { value: "stable" }, "stable: s − max s"),
    el("option", { value: "naive" }, "naive: s as it is"));
  const note = el("p", { class: "nn-muted" });
  const legend = el("div", { class: "nn-legend" });
  const sweep = el("svg", { height: HEIGHT, "aria-hidden": "true" });
  const tau = el("span", { class: "nn-number" });
  const slider = el("input", { type: "range", min: -3 * STEPS, max: 3 * STEPS, step: 1 });
  const classes = el("div", { class: "nn-classes" });
  const [entropy, neighbors] = [el("p"), el("p")];
  const bars = el("svg", { "aria-hidden": "true" });
  const rank = el("input", { type: "range", min: 1, step: 1, value: 1 });
  const picked = el("p", { class: "nn-number nn-wrap" });
  const table = el("tbody");
  const reset = button("Reset");
  const columns = ["form", "exponent", "exp", "sum of exp", "share"];
  const box = el("div", {
    class: "nn-widget nn-temperature", role: "group", "aria-label": "Temperature explorer" },
  el("div", { class: "nn-row" },
    el("label", { class: "nn-grow" }, "Case", preset),
    el("label", {}, "Iris row", row),
    el("label", {}, "Softmax", form)),
  note,
  el("div", {},
    legend,
    sweep,
    el("label", { class: "nn-slider" }, el("span", {}, "Temperature ", tau), slider)),
  said,
  folded("Class probabilities and entropy", classes, entropy, neighbors),
  folded("Weights of the templates, nearest first", el("div", {},
    bars,
    el("label", {}, "Look at neighbor", rank),
    picked)),
  folded("The softmax, computed three ways", el("table", {},
    el("caption", {}, "The nearest template’s share"),
    el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
    table)),
  el("div", { class: "nn-row" }, reset, ...link.controls));
  return { box, preset, row, form, note, legend, sweep, tau, slider, classes, entropy, neighbors,
    bars, rank, picked, table, reset };
}

// -- From the reader to the model.

const presetIn = (get, name) => caseOf(name, get("presets"), get("dataset"));

function choose({ get, change }, name, rest = {}) {
  const found = presetIn(get, name);
  if (!found) return;
  const data = Object.fromEntries(DATA.map((trait) => [trait, found[trait]]));
  // The name comes last: whoever hears it finds the data in place.
  change({ ...rest, ...data, preset: name });
}

function restore(page, state) {
  const rest = {};
  const t = state.temperature;
  if (typeof t === "number" && t >= onGrid(-3 * STEPS) && t <= onGrid(3 * STEPS)) rest.temperature = t;
  if (["stable", "naive"].includes(state.softmax)) rest.softmax = state.softmax;
  if (typeof state.preset === "string" && presetIn(page.get, state.preset)) {
    choose(page, state.preset, rest);
  } else page.change(rest);
}

/** What the controls do; `again` draws all anew, `draw` what moves with τ. */
function hear(page, { preset, row, form, slider, rank, bars, reset }, view, { draw, again }) {
  const { get, on, change } = page;
  on(preset, "change", () => {
    if (preset.value === "iris") choose(page, `iris-${row.value || 0}`);
    else if (preset.value) choose(page, preset.value);
    else if (get("home").data) change({ ...get("home").data, preset: "" });
    else again();
  });
  on(row, "change", () =>
    choose(page, `iris-${clamp(Math.round(row.valueAsNumber || 0), 0, Number(row.max))}`));
  on(form, "change", () => change({ softmax: form.value }));
  on(slider, "input", () => change({ temperature: onGrid(slider.valueAsNumber) }));
  on(reset, "click", () => {
    const { data, ...rest } = get("home");
    if (data) change({ ...rest, ...data });
    else choose(page, rest.preset, rest);
  });
  on(rank, "input", () => draw());
  on(bars, "pointermove", (event) => {
    const x = event.clientX - bars.getBoundingClientRect().left;
    const at = view.shown?.places.findIndex(([left, width]) => x >= left && x < left + width);
    if (at >= 0) { rank.value = at + 1; draw(); }
  });
}

// -- What stays while τ moves: axes, the curves over all τ, one mark a row in its class's lane.

/** Name the case in its controls and words; return the preset that is shown, "" if the data left it. */
function layOutCase(get, { preset, row, note, legend, classes, rank }, state) {
  const { labels, class_names: names } = state;
  const [presets, home] = [get("presets"), get("home")];
  const found = presetIn(get, state.preset);
  // Linked or scripted data may have left the preset behind.
  const same = found && DATA.every((name) => JSON.stringify(found[name]) === JSON.stringify(state[name]));
  const shown = same ? state.preset : "";
  const entry = presets.find(({ name }) => name === shown);
  preset.value = entry || !shown ? shown : "iris";
  preset.lastChild.hidden = preset.lastChild.disabled = !!shown && !home.data;
  const left = same && found.row !== undefined;
  row.value = left ? found.row : "";
  write(note, [
    entry?.note ?? `${labels.length} templates, ${state.query.length} features.`,
    left ? `The query’s true class: ${names[get("dataset").labels[found.row]]}.` : "",
  ].join(" ").trim());
  rank.max = labels.length;
  legend.replaceChildren(
    el("span", { class: "nn-strong" }, "Class probability at every τ"), ...names.map(key));
  classes.replaceChildren(...names.map((name, c) => el("div", { class: "nn-class" },
    key(name, c),
    el("span", { class: "nn-tags" }),
    el("span", { class: "nn-number" }),
    el("svg", { class: "nn-meter", height: 12, "aria-hidden": "true" },
      el("rect", { height: 12, class: `nn-fill-${c}` })))));
  return shown;
}

/** Draw the probabilities at every τ; return what marks one τ. */
function layOutSweep(sweep, width, { templates, labels, query, softmax: kind, class_names: names }) {
  const left = 34;
  const right = width - 16;
  const base = HEIGHT - 34;
  const x = (step) => left + ((step + 3 * STEPS) / (6 * STEPS)) * (right - left);
  const y = (p) => base - p * (base - 8);
  const scores = scoresOf(templates, query);
  const curves = names.map(() => "");
  const broken = [];
  for (let step = -3 * STEPS; step <= 3 * STEPS; step++) {
    const { weights } = softmax(scores, onGrid(step), kind);
    classSums(weights, labels, names.length).forEach((p, c) => {
      // The naive form breaks down at small τ only, so a curve may begin late but has no gap.
      if (Number.isNaN(p)) broken[step + 3 * STEPS] = x(step);
      else curves[c] += `${curves[c] ? "L" : "M"}${x(step).toFixed(1)},${y(p).toFixed(1)}`;
    });
  }
  const text = (at, down, words, anchor = "middle") =>
    el("text", { x: at, y: down, "text-anchor": anchor }, words);
  const now = el("g", {}, el("line", { y1: 4, y2: base, class: "nn-now" }));
  set(sweep, { width });
  sweep.replaceChildren(
    ...[0, 0.5, 1].flatMap((p) => [
      el("line", { x1: left, x2: right, y1: y(p), y2: y(p), class: p ? "nn-grid" : "nn-axis" }),
      text(left - 6, y(p) + 4, p, "end")]),
    ...[-3, -2, -1, 0, 1, 2, 3].map((e) => text(x(e * STEPS), base + 16, onGrid(e * STEPS))),
    text((left + right) / 2, base + 31, "temperature τ (logarithmic)"),
    ...curves.map((d, c) => curve(c, d)),
    ...(broken.length ? [text((left + broken.at(-1)) / 2, y(0.75) + 4, "NaN")] : []),
    now);
  return (temperature) => {
    const at = x(Math.log10(temperature) * STEPS);
    set(now.firstChild, { x1: at, x2: at });
  };
}

/** Where the bars of the nearest rows stand, wide, and those of all others, thin. */
function placesOf(room, left, n) {
  const rest = Math.max(n - WIDE, 0);
  const wide = Math.min(((rest ? 0.7 : 1) * room) / (n - rest), 44);
  const gap = rest ? 8 : 0;
  const thin = rest ? Math.min((room - gap - wide * WIDE) / rest, wide) : 0;
  const places = Array.from({ length: n }, (_, k) => (k < WIDE
    ? [left + k * wide, wide, wide > 3 ? 1 : 0]
    : [left + gap + WIDE * wide + (k - WIDE) * thin, thin, 0]));
  return { rest, gap, places, end: left + WIDE * wide + gap / 2 };
}

/** Draw what stays of the bars; return what moves. */
function layOutBars(bars, width, { labels, class_names: names }, order) {
  const left = 10 + 7 * clamp(Math.max(...names.map((name) => name.length)), 4, 11);
  const room = Math.max(width - left - 4, 0); // none while they are folded away
  const { rest, gap, places, end } = placesOf(room, left, order.length);
  const base = HEIGHT - 10;
  const lane = (c) => base + 8 + 15 * c;
  const bottom = lane(names.length) + 18;
  const marks = names.map(() => "");
  order.forEach((i, k) => {
    const [at, w, space] = places[k];
    const [from, long] = [at.toFixed(2), (w - space).toFixed(2)];
    marks[labels[i]] += `M${from},${lane(labels[i])}h${long}v10h-${long}z`;
  });
  const shares = [0, 0.5, 1].map((share) => [share, base - share * (base - 12)]);
  const moving = {
    order, places, base,
    bars: names.map((_, c) => el("path", { class: `nn-fill-${c}` })),
    ticks: shares.map(([, at]) => el("text", { x: left - 6, y: at + 4, "text-anchor": "end" })),
    broken: el("text", { x: left + room / 2, y: base / 2, "text-anchor": "middle" }),
    pick: el("path", { class: "nn-pick" }),
  };
  const divide = `M${end},6V${lane(names.length)}`;
  const nameOf = (name) => (name.length > 11 ? `${name.slice(0, 10)}…` : name);
  set(bars, { width, height: bottom });
  bars.replaceChildren(
    ...shares.map(([share, at]) => el("path", {
      d: `M${left},${at}h${room}`, class: share ? "nn-grid" : "nn-axis" })),
    ...(rest ? [el("path", { d: divide, class: "nn-axis", "stroke-dasharray": "3 3" })] : []),
    ...moving.ticks,
    ...moving.bars,
    moving.broken,
    moving.pick,
    ...names.flatMap((name, c) => [
      el("text", { x: left - 6, y: lane(c) + 9, "text-anchor": "end" }, nameOf(name)),
      el("path", { d: marks[c], class: `nn-fill-${c}` })]),
    el("text", { x: left, y: bottom - 4 }, rest ? `nearest ${WIDE}` : "nearest first"),
    ...(rest ? [el("text", { x: end + gap / 2, y: bottom - 4 }, `other ${rest}`)] : []));
  return moving;
}

// -- What moves with τ.

function followSlider({ slider, form, tau }, { temperature, softmax: kind }) {
  const step = clamp(Math.round(Math.log10(temperature) * STEPS), -3 * STEPS, 3 * STEPS);
  if (slider.valueAsNumber !== step) slider.value = step;
  set(slider, { "aria-valuetext": `τ = ${format(temperature)}` });
  form.value = kind;
  write(tau, `τ = ${format(temperature)}, λ = 1/τ = ${format(1 / temperature)}`);
}

function sentence({ temperature, labels, class_names: names }, result) {
  const { probabilities, winners, effective, order } = result;
  const nearest = names[labels[order[0]]];
  const knob = `τ = ${format(temperature)}, λ = ${format(1 / temperature)}: `;
  const many = `exp(H) = ${format(effective)} effective neighbors. `;
  if (!winners.length) {
    const first = names[probabilities.findIndex(Number.isNaN)];
    return `${knob}the naive softmax breaks down: weights are NaN, so there is no answer (np.argmax would `
      + `return the first NaN, ${first}, in silence). The nearest neighbor says ${nearest}.`;
  }
  const winner = winners.map((c) => names[c]).join(" and ");
  const p = format(probabilities[winners[0]]);
  if (winners.length > 1) {
    return `${knob}an exact tie between ${winner}, ${p} each; ${many}`
      + `1NN takes the earliest of its nearest rows and says ${nearest}.`;
  }
  return `${knob}the softmax net says ${winner} with probability ${p}; ${many}`
    + `The nearest neighbor says ${nearest}: ${winner === nearest ? "the same" : "they differ"}.`;
}

function fillClasses({ classes, entropy, neighbors }, labels, result) {
  const { probabilities, winners, effective, order } = result;
  [...classes.children].forEach((line, c) => {
    const [, tags, number, meter] = line.children;
    const won = winners.includes(c) ? (winners.length > 1 ? "softmax: tie" : "softmax") : "";
    const found = [won, labels[order[0]] === c ? "1NN" : ""].filter(Boolean);
    write(number, format(probabilities[c]));
    write(tags, found.map((tag) => `◂ ${tag}`).join(" "));
    set(meter.firstChild, { width: `${100 * (probabilities[c] || 0)}%` });
  });
  write(entropy, `Entropy H = ${format(result.entropy)} nats`);
  write(neighbors, `exp(H) = ${format(effective)} effective neighbors`);
}

/** The bars as tall as the weights, and the one that the reader looks at. */
function drawWeights({ rank, picked }, shown, state, { weights, scores }) {
  const { labels, class_names: names, query, templates } = state;
  const { order, places, base } = shown;
  const most = Math.max(...weights);
  const top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((candidate) => most <= candidate) ?? 1;
  shown.ticks.forEach((tick, k) => write(tick, format((k * top) / 2)));
  const paths = names.map(() => "");
  const place = (k, grow) => {
    const [x, w, space] = places[k];
    const tall = ((weights[order[k]] || 0) / top) * (base - 12);
    const [from, up, over] = [x - grow, tall + grow, w - space + 2 * grow].map((v) => v.toFixed(2));
    return `M${from},${base}v-${up}h${over}V${base}z`;
  };
  order.forEach((i, k) => { paths[labels[i]] += place(k, 0); });
  paths.forEach((d, c) => set(shown.bars[c], { d }));

  const k = clamp(rank.valueAsNumber, 1, order.length) - 1;
  const i = order[k];
  const values = [["‖x − t‖²", squaredDistance(query, templates[i])], ["s", scores[i]], ["w", weights[i]]]
    .map(([name, value]) => `${name} = ${format(value)}`.replaceAll(" ", "\u00a0"));
  const text = `${k + 1} of ${order.length}: template ${i}, ${names[labels[i]]}, ${values.join(", ")}`;
  write(shown.broken, Number.isNaN(most) ? "NaN: no bar to draw" : "");
  set(shown.pick, { d: place(k, 1.5) });
  set(rank, { "aria-valuetext": text });
  write(picked, text);
}

function fillTable(table, { templates, query, temperature }, scores, nearest) {
  const minus = templates.map((t) => -squaredDistance(query, t));
  const forms = [
    ["naive exp(s/τ)", scores, "naive"],
    ["naive exp(−d²/τ)", minus, "naive"],
    ["stable exp((s − max s)/τ)", scores, "stable"],
  ];
  table.replaceChildren(...forms.map(([title, z, kind]) => {
    const { shift, sum, weights } = softmax(z, temperature, kind);
    const exponent = (z[nearest] - shift) / temperature;
    return el("tr", {},
      el("th", { scope: "row" }, title),
      ...[exponent, Math.exp(exponent), sum, weights[nearest]].map((value) =>
        el("td", { class: Number.isFinite(value) ? null : "nn-broken" }, format(value))));
  }));
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get } = page;
  const { said, announce } = announcer(life);
  const link = stateLink(model, (state) => restore(page, state), life);
  const parts = partsOf({ presets: get("presets"), dataset: get("dataset") }, said, link);
  const view = { shown: null }; // what follows from data, form and size alone

  function layOut(size, state) {
    const preset = layOutCase(get, parts, state);
    const mark = layOutSweep(parts.sweep, size.width, state);
    const { order } = compute(state);
    view.shown = { ...size, preset, mark, ...layOutBars(parts.bars, size.narrow, state, order) };
  }
  const draw = onFrame(() => {
    const width = parts.sweep.parentNode.clientWidth;
    if (!width) return; // not laid out yet: the size observer calls again
    const held = page.those([...DATA, ...STATE]);
    const state = { ...held, classes: held.class_names.length };
    const size = { width, narrow: parts.bars.parentNode.clientWidth, form: state.softmax };
    const differs = Object.keys(size).some((name) => view.shown?.[name] !== size[name]);
    if (differs) layOut(size, state);
    const { shown } = view;
    const result = compute(state);
    followSlider(parts, state);
    shown.mark(state.temperature);
    announce(sentence(state, result));
    fillClasses(parts, state.labels, result);
    drawWeights(parts, shown, state, result);
    fillTable(parts.table, state, result.scores, result.order[0]);
    const { temperature, softmax: form } = state;
    link.show({ preset: shown.preset, temperature, softmax: form });
  }, life);
  const again = () => { view.shown = null; draw(); };
  hear(page, parts, view, { draw, again });

  listen(model, ["temperature", "softmax"], draw, life);
  listen(model, DATA, again, life);
  // A preset that came alone, over a link between two widgets, brings its data along.
  listen(model, ["preset"], () => {
    const found = presetIn(get, get("preset"));
    if (found && JSON.stringify(found.query) !== JSON.stringify(get("query"))) choose(page, get("preset"));
    again();
  }, life);
  return page.start(root, parts.box, link, draw);
}

export default { render };
