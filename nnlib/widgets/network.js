import {
  announcer, begin, button, clamp, el, format, listen, onFrame, same, set, stateLink, write,
} from "./shared.js";
import { classSums, shares, softmax } from "./readout.js";
import { marker } from "./drawing.js";
import { numpyOf } from "./numpy.js";
import { cellsOf, planeOf, squareOf, unitOf } from "./plane.js";

// ---- The network, in IEEE double precision. ----
// The same operations in the same order as nnlib/widgets/network.py: a test compares bit for bit.

const U = 2 ** -53;
const TINY = 2 ** -1070;

/** Everything that the page says about the query, from the traits alone. */
export function compute({ W, b, labels, query, class_names: names, temperature, norm, k = 1 }) {
  const squares = squareOf(query);
  const dots = [];
  const scores = [];
  const bounds = [];
  W.forEach((row, i) => {
    let dot = 0;
    let size = 0;
    for (let j = 0; j < query.length; j++) {
      dot += row[j] * query[j];
      size += Math.abs(row[j] * query[j]);
    }
    dots.push(dot);
    scores.push(norm ? dot + b[i] - squares : dot + b[i]);
    bounds.push((query.length + 3) * U * (size + Math.abs(b[i]) + (norm ? squares : 0)) + TINY);
  });
  // Sorting is stable, so equal scores keep the order of the units: the earliest is first.
  const order = scores.map((_, i) => i).sort((i, j) => scores[j] - scores[i]);
  const near = order.slice(0, k);
  const chosen = new Set(near);
  const weights = temperature ? softmax(scores, temperature).weights
    : scores.map((_, i) => (chosen.has(i) ? 1 / near.length : 0));
  const outputs = classSums(weights, labels, names.length);
  const most = Math.max(...outputs);
  // Of tied votes the class whose member comes first.
  const label = temperature ? outputs.indexOf(most) : labels[near.find((i) => outputs[labels[i]] === most)];
  return { squares, dots, scores, bounds, order, near, weights, outputs, label };
}

/** Where each unit wins on a map; see plane.js. */
export const regions = cellsOf;

/** Whether a unit's bias is minus the squared norm of half its row: a template's own. */
const isTemplate = (w, bias) => {
  const size = squareOf(w.map((v) => v / 2));
  return Math.abs(bias + size) <= 1e-12 * size;
};

// ---- The page. ----

const STATE = /** @type {const} */ (["W", "b", "labels", "class_names", "query", "feature_names",
  "extent", "temperature", "norm", "k"]);
const FEW = 8; // as many units as are all drawn in full
const BEST = 5; // of more than that, those with the largest scores
const LARGEST = 1e100;
const HEAD = 22; // the words above the columns
const MOST_K = 15;
const TAU = 121; // steps of the slider: 0, then 20 for each power of ten from 0.001 on

const low = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");
const tauOf = (step) => (step ? Number((10 ** (-3 + (step - 1) / 20)).toPrecision(3)) : 0);
/** A whole number in full, so that sums of them add up to the eye; of others four digits. */
const whole = (v) => format(v, Number.isInteger(v) && Math.abs(v) < 1e6 ? 6 : 4);
const listed = (values) => `(${values.map(whole).join(", ")})`;
const signed = (v) => `${v < 0 || Object.is(v, -0) ? "−" : "+"} ${whole(Math.abs(v))}`;
const bend = (x0, y0, x1, y1) => {
  const middle = (x0 + x1) / 2;
  const [from, to] = [y0.toFixed(1), y1.toFixed(1)];
  return `M${x0},${from}C${middle},${from} ${middle},${to} ${x1},${to}`;
};
/** A factor or a subtrahend: in parentheses if it is negative. */
const guarded = (v) => (v < 0 ? `(${whole(v)})` : whole(v));

/** Whether a state that came from an address is one that this widget can show. */
function valid(state, controls) {
  const list = (value, test) => Array.isArray(value) && value.every(test);
  const number = (v) => typeof v === "number" && Math.abs(v) <= LARGEST;
  const bias = (v) => typeof v === "number" && Math.abs(v) <= 1e205;
  const { W, b, labels, class_names: names, query, temperature: tau, norm, k } = state;
  const d = query?.length;
  return list(query, number) && d === state.feature_names.length
    && list(W, (row) => list(row, number) && row.length === d) && W.length > 0 && W.length <= 1000
    && list(b, bias) && b.length === W.length
    && list(labels, (c) => Number.isInteger(c) && c >= 0 && c < names.length) && labels.length === W.length
    && (!controls.includes("map") || W.length <= 16)
    && typeof tau === "number" && (tau === 0 || (tau >= 1e-3 && tau <= 1e3)) && typeof norm === "boolean"
    && Number.isInteger(k) && k >= 1 && k <= MOST_K;
}

/** The sum of one unit, term by term. */
function sumOf(now, { squares, scores }, i) {
  const { W, b, query, norm } = now;
  const w = W[i];
  const terms = w.map((v, j) => `${j ? signed(v) : whole(v)} · ${guarded(query[j])}`);
  const kind = `${norm ? " − ‖x‖²" : ""}`;
  return `s${low(i)} = w${low(i)}·x + b${low(i)}${kind} = ${terms.join(" ")} ${signed(b[i])}`
    + `${norm ? ` − ${whole(squares)}` : ""} = ${whole(scores[i])}`;
}

/** Where the numbers of one unit come from, and what its score says of the distance. */
function originOf({ W, b, norm }, { squares, scores }, i) {
  const row = `w${low(i)}`;
  if (!isTemplate(W[i], b[i])) return `${row} = ${listed(W[i])}, b${low(i)} = ${whole(b[i])}.`;
  const t = listed(W[i].map((v) => v / 2));
  const left = norm ? `−s${low(i)} = ${whole(-scores[i])}`
    : `‖x‖² − s${low(i)} = ${whole(squares)} − ${guarded(scores[i])} = ${whole(squares - scores[i])}`;
  return `${row} is twice the template ${t}, b${low(i)} minus its squared length. `
    + `Squared distance to the query: ${left}.`;
}

/** One number of the query: typed, stepped with the arrow keys, or dragged where it stands. */
function scrubber(page, j) {
  const field = el("input", { type: "number", step: "any", class: "nn-scrub" });
  const put = (value, send = true) => {
    if (!(Math.abs(value) <= LARGEST)) return;
    const query = [...page.get("query")];
    query[j] = value;
    page.change({ query }, send);
  };
  page.on(field, "change", () => {
    if (Number.isFinite(field.valueAsNumber)) put(field.valueAsNumber);
    else page.draw();
  });
  page.on(field, "keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    put(page.snap(page.get("query")[j] + way * page.get("step") * (event.shiftKey ? 10 : 1)));
  });
  let drag = null;
  page.on(field, "pointerdown", (event) => {
    if (!event.button) drag = { from: event.clientX, value: page.get("query")[j], id: event.pointerId };
  });
  page.on(field, "pointermove", (event) => {
    if (!event.buttons) drag = null; // released where the field heard nothing of it
    if (event.pointerId !== drag?.id) return;
    const steps = Math.trunc((event.clientX - drag.from) / 4);
    if (!steps && !drag.moved) return;
    if (!drag.moved) field.setPointerCapture(event.pointerId);
    drag.moved = true;
    put(page.snap(drag.value + steps * page.get("step")), false);
  });
  const end = (event) => {
    if (event.pointerId !== drag?.id) return;
    if (drag.moved) put(page.get("query")[j]);
    drag = null;
  };
  page.on(field, "pointerup", end);
  page.on(field, "pointercancel", end);
  return field;
}

/** Places of the columns: inputs, units, the choice among them, labels. */
function columnsOf(width, rows, terms, classes, norm) {
  const input = clamp(width * 0.24, 60, 96);
  const unit = clamp(width * 0.28, 84, 150);
  const output = clamp(width * 0.22, 56, 130);
  const gap = clamp((width - input - unit - output) * 0.34, 12, 110);
  const tall = norm ? 76 : 60;
  const height = HEAD + Math.max(rows * (tall + 8), terms * 44, classes * 46);
  const at = (count, size, space) => (i) =>
    HEAD + (height - HEAD - count * (size + space)) / 2 + i * (size + space) + space / 2;
  const left = input + gap;
  return {
    width, height, input, unit, output, tall, left,
    choice: left + unit + 6, end: width - output,
    inputAt: at(terms, 36, 8), unitAt: at(rows, tall, 8), outputAt: at(classes, 38, 8),
  };
}

/** The network as a part of the page: `node`, and `draw` for each frame. */
function diagramOf(page) {
  const inputs = el("div");
  const units = el("div", { role: "group", "aria-label": "Units: arrow keys move between them" });
  const outputs = el("div");
  const edges = el("g");
  const bars = el("g");
  const heads = el("g");
  const svg = el("svg", { "aria-hidden": "true" }, edges, bars, heads);
  const node = el("div", { class: "nn-net" }, svg, inputs, units, outputs);
  let shown = null;
  let looked = null; // the unit under the reader's eye; null: the winner
  const look = (event) => {
    const one = event.target.closest?.(".nn-unit");
    looked = one ? Number(one.dataset.i) : null;
    page.draw();
  };
  for (const type of ["focusin", "mouseover"]) page.on(units, type, look);
  for (const type of ["focusout", "mouseleave"]) page.on(units, type, () => { looked = null; page.draw(); });
  page.on(units, "keydown", (event) => {
    const way = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const all = [...units.children];
    all[clamp(all.indexOf(event.target) + way, 0, all.length - 1)].focus();
  });

  function layOut(key, width, now) {
    const { W, query, class_names: names, feature_names: features } = now;
    const rows = W.length <= FEW ? W.length : BEST;
    const withNorm = page.has("norm");
    const how = el("text", { y: 12, class: "nn-how" });
    shown = { key, rows, how, fields: query.map((_, j) => scrubber(page, j)),
      ...columnsOf(width, rows, query.length + 1, names.length, withNorm) };
    const { input, unit, output, tall, left, end, choice } = shown;
    const place = (x, y, w, h) => `left:${x}px;top:${y.toFixed(1)}px;width:${w}px;height:${h}px`;
    node.style.height = `${shown.height}px`;
    set(svg, { width, height: shown.height });
    const fields = shown.fields.map((field, j) => el("label", {
      class: "nn-input", style: place(0, shown.inputAt(j), input, 36) }, el("span", {}, features[j]), field));
    set(how, { x: choice + 4 });
    inputs.replaceChildren(...fields, el("div", {
      class: "nn-input nn-one", style: place(0, shown.inputAt(query.length), input, 36) }, "1"));
    const line = (name) => el("span", { class: "nn-line" }, el("span", {}, name), el("span"));
    units.replaceChildren(...Array.from({ length: rows }, (_, r) => el("button", {
      type: "button", class: "nn-unit", tabindex: r ? -1 : 0,
      style: place(left, shown.unitAt(r), unit, tall) },
    line("w·x"), line("b"), ...(withNorm ? [line("‖x‖²")] : []), line("s"))));
    outputs.replaceChildren(...names.map((name, c) => el("div", {
      class: "nn-output", style: place(end, shown.outputAt(c), output, 38) },
    marker(c), el("span", { class: "nn-name" }, name), el("span", { class: "nn-number" }))));
    const paths = (count, type) => Array.from({ length: count }, () => el("path", { class: type }));
    edges.replaceChildren(...paths(rows * (query.length + 1), "nn-edge"), ...paths(rows, "nn-out"));
    bars.replaceChildren(...Array.from({ length: rows }, () => el("g", {},
      el("rect", { class: "nn-slot", width: 8, height: 30 }), el("rect", { class: "nn-bar", width: 8 }),
      el("text", { class: "nn-halo" }))));
    heads.replaceChildren(
      el("text", { x: 0, y: 12 }, "x"),
      el("text", { x: left, y: 12 }, withNorm ? "s" : "s = Wx + b"),
      how,
      el("text", { x: width, y: 12, "text-anchor": "end" }, "label"));
  }

  /** Widths and signs of the edges into one unit: each term of its sum. */
  function drawEdges(now, best, most) {
    const { W, b, query } = now;
    const terms = query.length + 1;
    best.forEach((i, r) => {
      for (let j = 0; j < terms; j++) {
        const value = j < query.length ? W[i][j] * query[j] : b[i];
        const y = shown.unitAt(r) + (shown.tall * (j + 1)) / (terms + 1);
        set(edges.childNodes[r * terms + j], {
          d: bend(shown.input, shown.inputAt(j) + 18, shown.left, y),
          class: `nn-edge${value < 0 ? " nn-minus" : value > 0 ? "" : " nn-none"}`,
          "stroke-width": (0.75 + (6 * Math.abs(value)) / most).toFixed(2) });
      }
    });
  }
  function drawUnits(now, result, best) {
    const { labels, b, norm, temperature } = now;
    const votes = temperature ? 1 : result.near.length;
    best.forEach((i, r) => {
      const unit = units.childNodes[r];
      const won = result.near.slice(0, votes).includes(i);
      const rank = votes > 1 ? `, one of the ${votes} largest` : ", the largest";
      const fourth = page.has("norm") ? [-result.squares] : [];
      const numbers = [result.dots[i], b[i], ...fourth, result.scores[i]];
      unit.dataset.i = i;
      [...unit.children].forEach((line, k) => write(line.lastChild, whole(numbers[k])));
      write(unit.lastChild.firstChild, `s${low(i)}`);
      set(unit, {
        class: `nn-unit${won ? " nn-lit" : ""}`,
        "aria-label": `Unit ${i}${won ? rank : ""}: ${sumOf(now, result, i)}` });
      if (page.has("norm")) unit.children[2].classList.toggle("nn-dropped", !norm);
      const weight = result.weights[i];
      const c = labels[i];
      const middle = shown.unitAt(r) + shown.tall / 2;
      const [slot, bar, text] = bars.childNodes[r].childNodes;
      set(bars.childNodes[r], { transform: `translate(${shown.choice},${(middle - 15).toFixed(1)})` });
      set(bar, { y: 30 * (1 - weight), height: 30 * weight, class: `nn-bar nn-fill-${c}` });
      set(slot, { class: `nn-slot${won ? " nn-won" : ""}` });
      write(text, format(weight, 2));
      const to = shown.outputAt(c) + 19;
      set(text, { y: to < middle ? 42 : -4 }); // where its own edge does not strike it through
      set(edges.childNodes[shown.rows * (now.query.length + 1) + r], {
        d: bend(shown.choice + 8, middle, shown.end, to),
        class: `nn-out ${weight ? `nn-stroke-${c}` : "nn-none"}`,
        "stroke-width": (0.75 + 6 * weight).toFixed(2) });
    });
  }
  function draw(now, result) {
    const width = node.parentNode.clientWidth && node.clientWidth;
    const { W, query, class_names: names, feature_names: features, temperature } = now;
    const key = [width, W.length, query.length, names, features].join();
    if (shown?.key !== key) layOut(key, width, now);
    const best = W.length <= FEW ? W.map((_, i) => i) : result.order.slice(0, BEST);
    const terms = best.flatMap((i) => [now.b[i], ...W[i].map((w, j) => w * query[j])]);
    const most = Math.max(...terms.map(Math.abs)) || 1;
    drawEdges(now, best, most);
    drawUnits(now, result, best);
    shown.fields.forEach((field, j) => {
      if (field.valueAsNumber !== query[j]) field.value = Number(query[j].toPrecision(3));
    });
    [...outputs.children].forEach((one, c) => {
      set(one, { class: `nn-output nn-of-${c}${c === result.label ? " nn-lit" : ""}` });
      write(one.lastChild, format(result.outputs[c], 3));
    });
    write(shown.how, temperature ? "softmax" : now.k > 1 ? "top k" : "max");
    return looked !== null && best.includes(looked) ? looked : result.order[0];
  }
  return { node, draw };
}

/** All units of a large network in the order of the data; marks have areas in proportion to the weights. */
function fieldOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const note = el("p", { class: "nn-muted" });
  const node = el("div", { class: "nn-field" }, svg, note);
  function draw({ labels, class_names: names, temperature, k }, { weights, order }) {
    const n = labels.length;
    node.hidden = n <= FEW;
    if (node.hidden) return;
    const cell = n > 400 ? 6 : 10;
    const across = Math.max(1, Math.floor(node.clientWidth / cell));
    set(svg, { width: across * cell, height: Math.ceil(n / across) * cell });
    if (svg.childNodes.length !== 2 * names.length) {
      svg.replaceChildren(...[...names, ...names].map((_, k) => el("path", {
        class: k < names.length ? `nn-dot nn-stroke-${k}` : `nn-fill-${k - names.length}` })));
    }
    const dots = names.map(() => "");
    const marks = names.map(() => "");
    const most = weights[order[0]];
    weights.forEach((weight, i) => {
      const [x, y] = [(i % across) * cell + cell / 2, Math.floor(i / across) * cell + cell / 2];
      dots[labels[i]] += `M${x - 0.5},${y}h1`;
      const side = cell * Math.sqrt(weight / most);
      const [left, top, long] = [x - side / 2, y - side / 2, side].map((v) => v.toFixed(1));
      if (side > 1) marks[labels[i]] += `M${left},${top}h${long}v${long}h-${long}z`;
    });
    names.forEach((_, c) => {
      set(svg.childNodes[c], { d: dots[c] });
      set(svg.childNodes[names.length + c], { d: marks[c] });
    });
    const area = temperature || k > 1 ? "; the area of a square is in proportion to the weight" : "";
    write(note, `All ${n} units, in the order of the data${area}. `
      + `Above, the ${BEST} with the largest scores.`);
  }
  return { node, draw };
}

/** The whole layer as a table. */
function tableOf(page) {
  const heads = ["unit", "t", "W = 2t", "b = −‖t‖²", "s", "label"];
  const body = el("tbody");
  const node = el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), body);
  function draw({ W, b, labels, class_names: names }, { scores, order }) {
    if (body.children.length !== W.length) {
      body.replaceChildren(...W.map(() => el("tr", {},
        el("th", { scope: "row" }), ...heads.slice(1).map(() => el("td")))));
    }
    W.forEach((row, i) => {
      const t = listed(row.map((v) => v / 2));
      const cells = [i, t, listed(row), whole(b[i]), whole(scores[i]), names[labels[i]]];
      set(body.children[i], { class: i === order[0] ? "nn-first" : null });
      cells.forEach((text, k) => write(body.children[i].children[k], String(text)));
    });
  }
  return { node: page.has("table") ? node : null, draw };
}

/** The controls that were asked for. */
function knobsOf(page) {
  const slider = el("input", { type: "range", min: 0, max: TAU, step: 1 });
  const text = el("span", { class: "nn-number" });
  const norm = el("input", { type: "checkbox" });
  const votes = el("input", { type: "range", min: 1, max: MOST_K, step: 1 });
  const votesText = el("span", { class: "nn-number" });
  page.on(votes, "input", () => page.change({ k: votes.valueAsNumber }));
  page.on(slider, "input", () => page.change({ temperature: tauOf(slider.valueAsNumber) }));
  page.on(norm, "change", () => page.change({ norm: norm.checked }));
  const node = el("div", { class: "nn-row" },
    ...(page.has("k") ? [el("label", { class: "nn-knob" }, votesText, votes)] : []),
    ...(page.has("temperature") ? [el("label", { class: "nn-knob" }, text, slider)] : []),
    ...(page.has("norm") ? [el("label", { class: "nn-check" }, norm, "Put −‖x‖² back")] : []));
  function draw({ temperature: tau, norm: on, k }) {
    const step = tau ? clamp(Math.round((Math.log10(tau) + 3) * 20) + 1, 1, TAU) : 0;
    if (slider.valueAsNumber !== step) slider.value = step;
    const words = tau
      ? `Temperature τ = ${format(tau)}, λ = 1/τ = ${format(1 / tau)}`
      : "Temperature τ = 0: winner takes all";
    write(text, words);
    set(slider, { "aria-valuetext": words });
    write(votesText, `Neighbors that vote: k = ${k}`);
    set(votes, { "aria-valuetext": `k = ${k}` });
    if (votes.valueAsNumber !== k) votes.value = k;
    votes.disabled = Boolean(tau); // softmax weighs all units, whatever k is
    norm.checked = on;
  }
  return { node: node.childNodes.length ? node : null, draw };
}

/** What is said of the vote of k neighbors. */
function wordsOfVote({ labels, class_names: names, query }, { scores, bounds, order, near, label }) {
  const [last, next] = [near.at(-1), order[near.length]];
  const votes = names.map((name, c) => [name, near.filter((i) => labels[i] === c).length]);
  const most = votes[label][1];
  const whose = labels.length > FEW ? "The" : `Query ${listed(query)}: the`;
  const seat = next === undefined ? ""
    : scores[last] === scores[next] ? `; unit ${next} ties with the last of them and comes later`
      : scores[last] - scores[next] <= bounds[last] + bounds[next]
        ? `; unit ${next} is closer than rounding could tell apart` : "";
  const tied = votes.filter(([, count]) => count === most).length > 1
    ? ": a tied vote, which goes to the tied class whose member comes first" : "";
  const differ = label === labels[order[0]] ? "" : `, although the nearest is ${names[labels[order[0]]]}`;
  const counted = votes.map(([name, count]) => `${name} ${count}`).join(", ");
  return `${whose} ${near.length} largest scores are units ${near.join(", ")}${seat}. `
    + `Votes: ${counted}${tied}. Label ${names[label]}${differ}.`;
}

/** What is said of a state, in one or two sentences. */
function words(now, result) {
  const { scores, bounds, order, outputs, label } = result;
  const { labels, class_names: names, query, temperature, norm } = now;
  if (now.k > 1 && !temperature) return wordsOfVote(now, result);
  const [i, j] = order;
  const whose = labels.length > FEW ? "Unit" : `Query ${listed(query)}: unit`;
  const first = `${whose} ${i} wins with score ${whole(scores[i])}`;
  const next = j === undefined ? "" : scores[i] === scores[j]
    ? `; unit ${j} ties, and the first of equals is taken`
    : scores[i] - scores[j] <= bounds[i] + bounds[j]
      ? `; unit ${j} is closer than rounding could tell apart`
      : `; next is unit ${j} with ${whole(scores[j])}`;
  const back = norm ? " With −‖x‖² back, each score is minus a squared distance." : "";
  if (!temperature) return `${first}${next}. Label ${names[labels[i]]}.${back}`;
  const differ = label === labels[i] ? "" : `, although the nearest is ${names[labels[i]]}`;
  const soft = `Softmax at τ = ${format(temperature)}: ${shares(names, outputs)}; label ${names[label]}`;
  return `${first}${next}. ${soft}${differ}.${back}`;
}

function render({ model, el: root }) {
  const { life, get, those, on, change: pass, start } = begin(model);
  const { said, announce } = announcer(life);
  const sum = el("p", { class: "nn-number nn-sum" });
  const origin = el("p", { class: "nn-muted nn-sum" });
  const reset = button("Reset");
  const link = stateLink(model, restore, life);

  /** The state, made whole: over a link between two widgets, parts may come one after the other. */
  function state() {
    const now = those(STATE);
    const d = now.query.length;
    if (now.W.some((row) => row.length !== d)) {
      now.W = now.W.map((row) => now.query.map((_, j) => row[j] ?? 0));
    }
    if (now.b.length !== now.W.length) now.b = now.W.map((row) => unitOf(row.map((v) => v / 2)).bias);
    const most = now.class_names.length - 1;
    if (now.labels.length !== now.W.length || now.labels.some((c) => c > most)) {
      now.labels = now.W.map((_, i) => Math.min(now.labels[i] ?? 0, most));
    }
    if (now.feature_names.length !== d) now.feature_names = now.query.map((_, j) => `x${low(j + 1)}`);
    return now;
  }
  const page = {
    get, on, life,
    has: (name) => get("controls").includes(name),
    draw: () => draw(),
    change(values, send = true) {
      pass(values, send);
      draw();
    },
    /** To a whole number of steps, with no digits that would only be noise. */
    snap(value) {
      const step = get("step");
      return Number((Math.round(value / step) * step).toFixed(clamp(Math.ceil(-Math.log10(step)), 0, 100)));
    },
    /** Move the query (−1) or a template to a point of the map. */
    move(which, point, send = true) {
      const [x0, x1, y0, y1] = plane.window();
      const to = [clamp(page.snap(point[0]), x0, x1), clamp(page.snap(point[1]), y0, y1)];
      if (which < 0) page.change({ query: to }, send);
      else {
        const { W, b } = state();
        const { w, bias } = unitOf(to);
        page.change({
          extent: plane.window(),
          W: W.map((row, i) => (i === which ? w : row)),
          b: b.map((v, i) => (i === which ? bias : v)) }, send);
      }
    },
    nudge(which, way, steps) {
      const from = which < 0 ? get("query") : get("W")[which].map((v) => v / 2);
      page.move(which, from.map((v, j) => v + way[j] * steps * get("step")));
    },
  };
  function restore(given) {
    const home = get("home");
    const next = { ...home };
    for (const name of STATE) if (name in given) next[name] = given[name];
    // What an address cannot change: how many features there are, and what things are called.
    for (const name of ["class_names", "feature_names", "extent"]) next[name] = home[name];
    if (valid(next, get("controls"))) page.change(next);
  }
  on(reset, "click", () => page.change(get("home")));

  const plane = page.has("map") ? planeOf(page) : null;
  const diagram = diagramOf(page);
  const field = fieldOf();
  const table = tableOf(page);
  const knobs = knobsOf(page);
  const numpy = numpyOf(page, diagram.node);
  const points = plane ? `the cross${page.has("templates") ? ", a template" : ""} or ` : "";
  const next = plane && page.has("templates") ? " Page Down: next template." : "";
  const room = { class: "nn-widget nn-plane nn-network", role: "group", "aria-label": "Network diagram" };
  const box = el("div", room,
    ...[knobs.node].filter(Boolean),
    el("div", { class: "nn-sides" }, ...(plane ? [plane.node] : []), diagram.node),
    field.node, sum, origin, said,
    ...[table.node].filter(Boolean),
    el("div", { class: "nn-row" }, reset, ...link.controls, numpy.toggle,
      el("span", { class: "nn-muted nn-hint" },
        `Drag ${points}a number of x, or use the arrow keys.${next}`)),
    numpy.node);

  // Whether a trait is not as it was at home, asked again only when it has changed: W may be long.
  const known = new Map();
  function differs(name, value) {
    if (known.get(name)?.value !== value) known.set(name, { value, answer: !same(value, get("home")[name]) });
    return known.get(name).answer;
  }
  const draw = onFrame(() => {
    if (!box.clientWidth) return; // not laid out yet: the size observer calls again
    const now = state();
    const result = compute(now);
    plane?.draw(now, result);
    const looked = diagram.draw(now, result);
    write(sum, sumOf(now, result, looked));
    origin.hidden = now.W.length > FEW;
    write(origin, originOf(now, result, looked));
    field.draw(now, result);
    if (table.node) table.draw(now, result);
    knobs.draw(now);
    numpy.draw(now);
    announce(words(now, result));
    const rest = {};
    for (const name of STATE) if (name !== "extent" && differs(name, now[name])) rest[name] = now[name];
    link.show(rest);
  }, life);

  listen(model, STATE, draw, life);
  return start(root, box, link, draw);
}

export default { render };
