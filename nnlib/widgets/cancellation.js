import {
  announcer, begin, button, clamp, curve, el, folded, format, listen, onFrame, set, stateLink, write,
} from "./shared.js";

// ---- Arithmetic in three precisions. ----
// A sum, difference, product or quotient of two float16 or float32 numbers, rounded to double and
// then to their own format, is the correctly rounded one: 53 bits are more than 2·24 + 2 (Figueroa).
// nnlib/widgets/cancellation.py does the same in the same order, and a test compares bit for bit.

const double = new Float64Array(1);
const word = new BigUint64Array(double.buffer);
const halves = new Uint32Array(double.buffer);
const high = new Uint8Array(new Uint16Array([1]).buffer)[0]; // which half holds the exponent
const exponentOf = (value) => {
  double[0] = value;
  return ((halves[high] >>> 20) & 0x7ff) - 1023;
};

/** The nearest float16, ties to even. */
export function round16(value) {
  if (!(Math.abs(value) < 65520)) return Number.isNaN(value) ? value : Math.sign(value) * Infinity;
  // So large a number has no room for bits below the last one of a float16 at this exponent:
  // adding it rounds there, once and to even, and subtracting it is exact.
  const shift = 1.5 * 2 ** (Math.max(exponentOf(value), -14) + 42);
  return value + shift - shift || value * 0; // the sign of a zero is the value's
}

export const FORMATS = {
  float16: { bits: 11, low: -14, round: round16 },
  float32: { bits: 24, low: -126, round: Math.fround },
  float64: { bits: 53, low: -1022, round: (value) => value },
};
const NAMES = Object.keys(FORMATS);

/** What ‖x‖² − 2x·t + ‖t‖² is made of, every operation rounded: [‖x‖², 2x·t, ‖t‖²]. */
function termsOf(x, t, round) {
  let [a, b, c] = [0, 0, 0];
  for (let j = 0; j < x.length; j++) {
    a = round(a + round(x[j] * x[j]));
    b = round(b + round(x[j] * t[j]));
    c = round(c + round(t[j] * t[j]));
  }
  return [a, round(b + b), c];
}

function directOf(x, t, round) {
  let sum = 0;
  for (let j = 0; j < x.length; j++) {
    const difference = round(x[j] - t[j]);
    sum = round(sum + round(difference * difference));
  }
  return sum;
}

/** Both minus the mean of the templates, taken from the first row on, so that it cannot overflow. */
function center(X, T, round) {
  const mean = T[0].map((first, j) => {
    const sum = T.reduce((total, row) => round(total + round(row[j] - first)), 0);
    return round(first + round(sum / T.length));
  });
  return [X, T].map((rows) => rows.map((row) => row.map((value, j) => round(value - mean[j]))));
}

/** As np.argmin: the first smallest value, or the first NaN. */
function argmin(values) {
  let best = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return i;
    if (values[i] < values[best]) best = i;
  }
  return best;
}

// ---- Exact arithmetic: every float is an integer times a power of two, {n, q} for n·2^q. ----

function dyadic(value) {
  const exponent = exponentOf(value);
  const n = BigInt.asUintN(52, word[0]) | (exponent < -1022 ? 0n : 1n << 52n);
  return { n: value < 0 ? -n : n, q: Math.max(exponent, -1022) - 52 };
}

const at = ({ n, q }, low) => n << BigInt(q - low);
function minus(a, b) {
  const low = Math.min(a.q, b.q);
  return { n: at(a, low) - at(b, low), q: low };
}

/** ‖x − t‖² without any rounding. */
export function exactOf(x, t) {
  const parts = x.map((value, j) => minus(dyadic(value), dyadic(t[j])));
  const low = Math.min(...parts.map(({ q }) => q));
  return { n: parts.reduce((sum, part) => sum + at(part, low) ** 2n, 0n), q: 2 * low };
}

const size = (n) => (n < 0n ? -n : n);
const lengthOf = (n) => (n ? n.toString(2).length : 0);

/** n·2^q as the nearest double; n ≥ 0. */
function toNumber({ n, q }) {
  const spare = Math.max(lengthOf(n) - 64, 0);
  const kept = n >> BigInt(spare);
  // What is cut off only has to be seen by the one rounding that follows.
  return Number(kept << BigInt(spare) === n ? kept : kept | 1n) * 2 ** (q + spare);
}

/** |computed − exact| in units in the last place of the exact value. */
export function ulpsOf(computed, exact, { bits, low }) {
  if (!Number.isFinite(computed)) return Infinity;
  const { n, q } = minus(dyadic(computed), exact);
  const place = exact.n ? Math.max(lengthOf(exact.n) - 1 + exact.q, low) : low;
  return toNumber({ n: size(n), q: q - (place - bits + 1) });
}

/** The nearest template of each query, the earliest at a tie; null if there is no distance. */
export function nearestOf(X, T) {
  if (![...X, ...T].flat().every(Number.isFinite)) return null;
  return X.map((x) => {
    const near = T.map((t) => directOf(x, t, FORMATS.float64.round));
    // The direct form in double is off by less than 20·2⁻⁵³ of itself, unless it underflows.
    const most = Math.min(...near) * (1 + 1e-14) + 1e-300;
    let best = -1;
    let least = null;
    for (let i = 0; i < T.length; i++) {
      if (near[i] > most) continue;
      const value = exactOf(x, T[i]);
      if (best < 0 || minus(value, least).n < 0n) [best, least] = [i, value];
    }
    return best;
  });
}

// ---- The whole cloud at one offset. ----

/** Both forms, the exact answers and the bound that tells which ones to trust. */
export function compute(state, intended = nearestOf(state.queries, state.templates)) {
  const { templates, queries, offset, precision, centered } = state;
  const { bits, low, round } = FORMATS[precision];
  const store = (rows) => rows.map((row) => row.map((value) => round(value + offset)));
  const [X, T] = [store(queries), store(templates)];
  const [x, t] = centered ? center(X, T, round) : [X, T];
  const d = T[0].length;
  // |computed − exact| ≤ (d + c)·u·Σ(|x| + |t|)² + 4d·η: derived in cancellation.py.
  const factor = (d + (centered ? 8 : 4)) * 2 ** -bits;
  const floor = 4 * d * 2 ** (low - bits + 1);
  const rows = x.map((query) => {
    const parts = t.map((row) => termsOf(query, row, round));
    const expanded = parts.map(([a, b, c]) => round(round(a - b) + c));
    const bound = t.map((row, i) => {
      if (!Number.isFinite(expanded[i])) return Infinity;
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const reach = Math.abs(query[j]) + Math.abs(row[j]);
        sum += reach * reach;
      }
      return factor * sum + floor;
    });
    const direct = t.map((row) => directOf(query, row, round));
    const chosen = argmin(expanded);
    // Rounding is monotone: a rounded difference above a rounded sum is so without rounding.
    const trusted = Number.isFinite(bound[chosen]) && t.every((_, i) =>
      expanded[i] - expanded[chosen] > bound[i] + bound[chosen] || T[i].every((v, j) => v === T[chosen][j]));
    return { expanded, direct, bound, chosen, trusted, chosenDirect: argmin(direct) };
  });
  const nearest = nearestOf(X, T);
  const count = (wrong) => rows.filter((row, k) => wrong(row, nearest?.[k] ?? -1, k)).length;
  const all = rows.flatMap((row) => row.expanded);
  return {
    X, T, x, t, rows, nearest, intended,
    flips: count(({ chosen, expanded }, right) => chosen !== right || !Number.isFinite(expanded[chosen])),
    flipsDirect: count(({ chosenDirect: chosen, direct }, right) =>
      chosen !== right || !Number.isFinite(direct[chosen])),
    moved: count((row, right, k) => right !== intended[k]),
    negatives: all.filter((value) => value < 0 && value > -Infinity).length,
    overflows: all.filter((value) => !Number.isFinite(value)).length,
    distinct: new Set(T.map(String)).size,
  };
}

// ---- Digits. ----

const DIGITS = { float16: 4, float32: 8, float64: 16 };

/** n·2^q·10^places, rounded to an integer: its digits, with a point and a sign. */
function decimal({ n, q }, places, point) {
  let value = size(n) * 10n ** BigInt(places);
  value = q >= 0 ? value << BigInt(q) : (value + (1n << BigInt(-q - 1))) >> BigInt(-q);
  const digits = String(value).padStart(point + 1, "0");
  const whole = digits.slice(0, digits.length - point);
  return `${n < 0n && value ? "−" : ""}${whole}${point ? `.${digits.slice(-point)}` : ""}`;
}

/** The lines under each other: same place, same column. Numbers that are not finite stay words. */
export function align(values, precision) {
  const finite = values.filter(({ n }) => n !== undefined);
  const leading = finite.find(({ n }) => n) ?? { n: 0n, q: 0 };
  const exponentOf10 = ({ n, q }) => Number(toNumber({ n: size(n), q }).toExponential().split("e")[1]);
  const first = exponentOf10(leading);
  const widest = Math.max(...finite.map(exponentOf10), 0);
  const places = Math.max(Math.min(DIGITS[precision] - 1 - first, first < -4 ? Infinity : 26 - widest), 0);
  const scale = first < -4 ? -first : 0; // tiny values are shown as multiples of a power of ten
  const digitsOf = (value) => decimal(value, places, places - scale);
  const texts = values.map((value) => (value.n === undefined ? value.word : digitsOf(value)));
  const width = Math.max(...texts.map((text, i) => (values[i].n === undefined ? 0 : text.length)));
  const padded = (text) => text.padStart(width, "\u2007");
  return { lines: texts.map((text, i) => (values[i].n === undefined ? text : padded(text))), scale };
}

/** Where `text` begins to differ from `right`; its length if it does not. */
export function wrongFrom(text, right) {
  // A padding space stands for a zero that nobody writes; the first digit in its place is wrong.
  let i = 0;
  while (i < text.length && text[i] === right[i]) i++;
  return i;
}

// ---- The page. ----

const DATA = /** @type {const} */ (["templates", "queries"]);
const STATE = /** @type {const} */ (["offset", "precision", "centered", "query", "template"]);
const HEIGHT = 170;
const OFFSETS = [0];
const DECADE = ["1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8"];
for (let e = 0; e < 16; e++) OFFSETS.push(...DECADE.map((step) => Number(`${step}e${e}`)));
OFFSETS.push(1e16);
export { OFFSETS };

const short = (value) => format(value, 3);
const plain = (value) => (value < 1e5 ? String(value) : value.toExponential().replace("e+", "e"));
const power = (n) => `2⁻${[...String(n)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
const whole = (value, end) => Number.isInteger(value) && value >= 0 && value < end;

/** What the numbers on the page are made of: one pair, digit by digit, and three effects told apart. */
function sumsOf() {
  const line = (title) => [
    el("dt", {}, title), el("dd", { class: "nn-number" }), el("dd", { class: "nn-digits" })];
  const names = ["Given points, exact", "Stored points, exact", "Direct form", "Expanded form"];
  const lines = names.map(line);
  const pair = el("span", {});
  const terms = el("p", { class: "nn-terms" });
  const node = el("div", { class: "nn-sums" },
    el("p", { class: "nn-strong" }, "Squared distance, ", pair),
    el("dl", {}, ...lines.flat()),
    terms);
  return { node, lines, pair, terms };
}

function effectOf(title) {
  const [badge, text] = [el("span", { class: "nn-badge" }), el("p", {})];
  const box = el("li", {}, el("p", {}, badge, " ", el("span", { class: "nn-strong" }, title)), text);
  return { badge, text, box };
}

/** The parts, top to bottom, in a box. */
function partsOf(said, link) {
  const precision = el("select", {}, ...NAMES.map((name) => el("option", { value: name }, name)));
  const centered = el("input", { type: "checkbox" });
  const [query, template] = [el("select", {}), el("select", {})];
  const key = (name, c) => el("span", { class: "nn-key" },
    el("svg", { width: 26, height: 12, "aria-hidden": "true" }, curve(c, "M0,6H26")), name);
  const inputKey = el("span", {});
  const chart = el("svg", { height: HEIGHT, "aria-hidden": "true" });
  const where = el("span", { class: "nn-number" });
  const slider = el("input", { type: "range", min: 0, max: OFFSETS.length - 1, step: 1 });
  const sums = sumsOf();
  const input = effectOf("The input on the grid of floats");
  const overflow = effectOf("Overflow");
  const cancellation = effectOf("Cancellation");
  const map = el("svg", { "aria-hidden": "true" });
  const mapNote = el("p", { class: "nn-muted" });
  const body = el("tbody");
  const caption = el("caption", {});
  const rule = el("p", { class: "nn-muted" });
  const reset = button("Reset");
  const columns = ["query", "nearest", "chosen", "its d²", "bound ±", "verdict"];
  const box = el("div", {
    class: "nn-widget nn-cancellation", role: "group", "aria-label": "Cancellation explorer" },
  el("div", { class: "nn-row" },
    el("label", {}, "Precision", precision),
    el("label", {}, "Query", query),
    el("label", {}, "Template", template),
    el("label", { class: "nn-check" }, centered, "Center first (in the same precision)")),
  el("div", {},
    el("div", { class: "nn-legend" },
      el("span", { class: "nn-strong" }, "Wrong neighbors at every offset"),
      ...NAMES.map(key),
      inputKey),
    chart,
    el("label", { class: "nn-slider" }, el("span", {}, "Offset from the origin ", where), slider)),
  said,
  folded("One pair, digit by digit, and the cloud as it is stored", el("div", { class: "nn-columns" },
    sums.node,
    el("div", {},
      el("p", { class: "nn-strong" }, "The cloud as it is stored"),
      map,
      mapNote))),
  folded("Three effects, told apart",
    el("ul", { class: "nn-effects" }, input.box, overflow.box, cancellation.box)),
  folded("What the bound proves, query by query",
    el("table", {}, caption,
      el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
      body),
    rule),
  el("div", { class: "nn-row" }, reset, ...link.controls));
  return { box, precision, centered, query, template, inputKey, chart, where, slider, sums,
    input, overflow, cancellation, map, mapNote, body, caption, rule, reset };
}

// -- From the reader to the model.

function restore({ get, change }, state) {
  const rest = {};
  const { offset, query: q, template: t } = state;
  const isOffset = typeof offset === "number" && (offset === 0 || (offset >= 1 && offset <= 1e16));
  if (isOffset) rest.offset = offset;
  if (NAMES.includes(state.precision)) rest.precision = state.precision;
  if (typeof state.centered === "boolean") rest.centered = state.centered;
  if (whole(q, get("queries").length)) rest.query = q;
  if (t === null || whole(t, get("templates").length)) rest.template = t;
  change(rest);
}

function hear({ get, on, change }, { slider, precision, centered, query, template, reset }) {
  on(slider, "input", () => change({ offset: OFFSETS[slider.valueAsNumber] }));
  on(precision, "change", () => change({ precision: precision.value }));
  on(centered, "change", () => change({ centered: centered.checked }));
  on(query, "change", () => change({ query: Number(query.value) }));
  on(template, "change", () => {
    change({ template: template.value === "" ? null : Number(template.value) });
  });
  on(reset, "click", () => change(get("home")));
}

// -- What stays while the offset moves.

function layOutChoices({ query, template, body }, { templates, queries }) {
  const options = (rows) => rows.map((_, i) => el("option", { value: i }, i));
  query.replaceChildren(...options(queries));
  template.replaceChildren(el("option", { value: "" }, "nearest"), ...options(templates));
  body.replaceChildren(...queries.map((_, k) => el("tr", {},
    el("th", { scope: "row" }, k), ...Array.from({ length: 5 }, () => el("td", {})))));
}

/** Draw the axes of the chart; return where things are in it, and the curves, which are to grow. */
function layOutChart(chart, width) {
  const left = 38;
  const end = width - 16;
  const base = HEIGHT - 34;
  const x = (step) => left + (step / (OFFSETS.length - 1)) * (end - left);
  const y = (share) => base - share * (base - 8);
  const curves = NAMES.map((_, c) => curve(c));
  const lost = el("path", { class: "nn-lost" });
  const now = el("line", { y1: 4, y2: base, class: "nn-now" });
  const decades = width < 500 ? 4 : 2;
  const powers = Array.from({ length: 16 / decades }, (_, k) => (k + 1) * decades);
  const text = (at, down, words, anchor = "middle") =>
    el("text", { x: at, y: down, "text-anchor": anchor }, words);
  set(chart, { width });
  chart.replaceChildren(
    lost,
    ...[0, 0.5, 1].flatMap((share) => [
      el("line", { x1: left, x2: end, y1: y(share), y2: y(share), class: share ? "nn-grid" : "nn-axis" }),
      text(left - 6, y(share) + 4, `${100 * share}%`, "end")]),
    text(x(0), base + 16, "0"),
    ...powers.map((e) => text(x(1 + 10 * e), base + 16, `1e${e}`)),
    text((left + end) / 2, base + 31, "offset (logarithmic)"),
    ...curves,
    now);
  return { x, y, curves, lost, now, step: 0, found: NAMES.map(() => []) };
}

/** The curves, a few milliseconds long, so that a large cloud does not hold up the page. */
function grow(chart, shown, cloud) {
  const { x, y, found } = shown;
  const until = performance.now() + 6;
  while (shown.step < OFFSETS.length && performance.now() < until) {
    const offset = OFFSETS[shown.step++];
    NAMES.forEach((precision, c) => {
      const state = { ...cloud, offset, precision, centered: shown.centered };
      const { flips, moved, nearest } = compute(state, shown.intended);
      // Beyond the largest number of a format there are no points left to compare.
      if (nearest) found[c].push([flips / nearest.length, moved / nearest.length]);
    });
  }
  const lineOf = ([share], k) => `${k ? "L" : "M"}${x(k).toFixed(1)},${y(share).toFixed(1)}`;
  shown.curves.forEach((node, c) => set(node, { d: found[c].map(lineOf).join("") }));
  set(chart, { "data-complete": shown.step === OFFSETS.length });
}

/** How many neighbors are lost before any form is computed: an area behind the curves. */
function paintLost({ x, y, found, lost }, precision) {
  const shares = found[NAMES.indexOf(precision)];
  const line = shares.map((share, k) => `L${x(k).toFixed(1)},${y(share[1]).toFixed(1)}`).join("");
  set(lost, { d: shares.length ? `M${x(0)},${y(0)}${line}V${y(0)}Z` : "" });
}

// -- What moves with the offset.

/** What several parts tell: the chosen pair, its exact and its computed distances, the floats there. */
function measure(state, result, intendedNearest) {
  const { offset, precision: name, queries, templates } = state;
  const fmt = FORMATS[name];
  const k = state.query;
  const i = state.template ?? intendedNearest[k];
  const row = result.rows[k];
  const intended = exactOf(queries[k], templates[i]);
  const finite = [...result.X[k], ...result.T[i]].every(Number.isFinite);
  const exact = finite ? exactOf(result.X[k], result.T[i]) : { word: "none (infinite)" };
  const computed = [row.direct[i], row.expanded[i]];
  const largest = Math.max(...[...result.X, ...result.T].flat().map(Math.abs));
  return {
    name, fmt, k, i, row, intended, finite, exact, computed, offset,
    m: queries.length,
    all: queries.length * templates.length,
    ulps: computed.map((value) => (finite ? ulpsOf(value, exact, fmt) : Infinity)),
    terms: termsOf(result.x[k], result.t[i], fmt.round),
    spacing: 2 ** (Math.max(exponentOf(largest), fmt.low) - fmt.bits + 1),
    sure: result.rows.filter(({ trusted }) => trusted).length,
  };
}

/** Controls and the curves' mark. */
function followControls(parts, shown, { offset, precision: name, centered, query, template }) {
  const { slider, where, inputKey } = parts;
  const later = OFFSETS.findIndex((value) => value >= offset);
  const before = Math.max(later - 1, 0);
  const low = Math.log(OFFSETS[before] || 0.8);
  const part = later ? (Math.log(offset) - low) / (Math.log(OFFSETS[later]) - low) : 0;
  const step = Math.round(before + part);
  if (slider.valueAsNumber !== step) slider.value = step;
  set(slider, { "aria-valuetext": `offset ${plain(offset)}` });
  write(where, plain(offset));
  set(shown.now, { x1: shown.x(before + part), x2: shown.x(before + part) });
  parts.precision.value = name;
  parts.centered.checked = centered;
  parts.query.value = query;
  parts.template.value = template ?? "";
  inputKey.replaceChildren(el("span", { class: "nn-key" },
    el("span", { class: "nn-swatch", "aria-hidden": "true" }), `lost by rounding the input, ${name}`));
  paintLost(shown, name);
}

/** Every digit of a whole number; otherwise as many as tell the float from its neighbors. */
function full(value, precision) {
  const size = Math.abs(value);
  if (!(size >= 1 && size < 1e16)) return format(value, DIGITS[precision] + 1);
  const text = Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS[precision] + 2));
  return String(text).replace("-", "−");
}

function changeOf(exact, intended) {
  if (!minus(exact, intended).n) return "unchanged";
  if (!intended.n) return "was 0";
  const change = 100 * (toNumber(exact) / toNumber(intended) - 1);
  return `${change > 0 ? "+" : ""}${format(change, 2)} %`;
}

/** Write a line of digits, marked from where it differs from a reference. */
function showLine([, note, digits], text, reference, mark, words) {
  const from = mark === "" ? text.length : wrongFrom(text, reference);
  const rest = from < text.length ? [el("span", { class: mark }, text.slice(from))] : [];
  digits.replaceChildren(text.slice(0, from), ...rest);
  write(note, words);
}

/** One pair, digit by digit. */
function showSums({ lines: nodes, pair, terms }, seen, centered) {
  const { name, k, i, intended, exact, finite, computed, ulps, terms: [a, b, c] } = seen;
  const asDyadic = (value) => (Number.isFinite(value) ? dyadic(value) : { word: format(value) });
  const { lines, scale } = align([intended, exact, ...computed.map(asDyadic)], name);
  const [given, right, ...forms] = nodes;
  write(pair, `query ${k} to template ${i}${scale ? `, in units of 1e−${scale}` : ""}`);
  showLine(given, lines[0], lines[0], "", "");
  showLine(right, lines[1], lines[0], "nn-shifted", finite ? changeOf(exact, intended) : "");
  const noteOf = (value, f) => {
    if (!Number.isFinite(value)) return "no number";
    if (exact.n === 0n) return value === 0 ? "0 ulp" : "exact is 0";
    return `${short(ulps[f])} ulp`;
  };
  forms.forEach((node, f) => {
    const reference = finite && Number.isFinite(computed[f]) ? lines[1] : "";
    showLine(node, lines[2 + f], reference, "nn-wrong", noteOf(computed[f], f));
  });
  write(terms, `‖x‖² − 2x·t + ‖t‖²${centered ? " of the centered points" : ""} = `
    + `${full(a, name)} − ${full(b, name)} + ${full(c, name)}`);
}

function tell({ badge, text, box }, active, words) {
  write(badge, active ? "● at work" : "○ quiet");
  set(box, { class: active ? "nn-active" : null });
  write(text, words);
}

/** Three effects told apart. */
function tellEffects({ input, overflow, cancellation }, { templates }, result, seen) {
  const { name, fmt, i, row, intended, finite, exact, m, all, spacing, terms: [a, b, c] } = seen;
  const { nearest } = result;
  const top = format((2 - 2 ** (1 - fmt.bits)) * 2 ** (1 - fmt.low), 5); // the largest number
  const merged = templates.length - result.distinct;
  const drift = finite && intended.n ? Math.abs(toNumber(exact) / toNumber(intended) - 1) : 0;
  tell(input, !nearest || merged > 0 || result.moved > 0 || drift > 0.01, !nearest
    ? `A coordinate is beyond the largest ${name}: no point is left to measure from.`
    : `Floats near here are ${short(spacing)} apart. `
      + `${result.distinct} of ${templates.length} templates are still different; `
      + `${result.moved} of ${m} queries have another nearest template than the given points.`);
  const cause = nearest ? ", although every point is stored" : ", as the input is";
  tell(overflow, result.overflows > 0, result.overflows
    ? `${result.overflows} of ${all} expanded values are infinite or NaN${cause}. `
      + `The largest ${name} is ${top}.`
    : `Every term fits below the largest ${name}, ${top}.`);

  const ratio = finite && exact.n ? (a + Math.abs(b) + c) / toNumber(exact) : NaN;
  const gone = Math.max(Math.log10(ratio), 0);
  const isWrong = (one, at) => Number.isFinite(one.expanded[one.chosen]) && one.chosen !== nearest?.[at];
  const wrong = result.rows.filter(isWrong).length;
  const usable = Number.isFinite(row.expanded[i]) && finite;
  const error = usable ? Math.abs(row.expanded[i] / toNumber(exact) - 1) : 0;
  const cancels = () => {
    if (!Number.isFinite(a + b + c)) return "The terms are not finite, so nothing is left that could cancel.";
    if (!Number.isFinite(ratio)) return "The two points are stored as one: all digits of the terms cancel.";
    const digits = (fmt.bits * Math.log10(2)).toFixed(1);
    return `The terms are ${short(ratio)} times the distance: ${gone.toFixed(1)} digits cancel, `
      + `and a ${name} has about ${digits}. ${result.negatives} of ${all} squared distances are negative.`;
  };
  tell(cancellation, result.negatives > 0 || wrong > 0 || error > 0.01, cancels());
}

/** Which answers the bound proves, a line a query. */
function fillTable({ caption, rule, body }, { centered, templates }, { rows, nearest }, { fmt, m, k, sure }) {
  write(caption, `Which answers the bound proves: ${sure} of ${m}`);
  write(rule, `Bound on the error: (d + ${centered ? 8 : 4})·u·Σ(|x| + |t|)² + 4d·η, here with `
    + `d = ${templates[0].length}, u = ${power(fmt.bits)}, η = ${power(fmt.bits - 1 - fmt.low)}`
    + `${centered ? ", for the centered points" : ""}. Trusted: every other stored template is farther by `
    + "more than both bounds together, or is the same point.");
  rows.forEach((one, at) => {
    const j = one.chosen;
    const value = one.expanded[j];
    const finite = Number.isFinite(value);
    const flipped = j !== nearest?.[at] || !finite;
    const cells = [nearest ? nearest[at] : "none", `${j}${flipped ? " ≠" : ""}`, short(value),
      finite ? short(one.bound[j]) : "none", one.trusted ? "✓ trusted" : "✗ not trusted"];
    const line = body.children[at];
    set(line, { class: at === k ? "nn-current" : null });
    cells.forEach((text, column) => write(line.children[column + 1], String(text)));
    set(line.children[2], { class: flipped ? "nn-wrong" : null });
    set(line.children[3], { class: value < 0 || !finite ? "nn-wrong" : null });
    set(line.children[5], { class: one.trusted ? "nn-yes" : "nn-no" });
  });
}

function sentence({ centered, templates }, result, seen) {
  const { name, offset, k, i, finite, exact, computed, ulps, m, all, sure } = seen;
  const off = finite && exact.n && Number.isFinite(computed[1]) ? ` (off by ${short(ulps[1])} ulp)` : "";
  // Where the share of wrong neighbors falls back to 0, the reader should not take it for a recovery.
  const merged = result.nearest && templates.length > 1 && result.distinct === 1;
  return `${name}, offset ${plain(offset)}${centered ? ", centered first" : ""}. `
    + `Query ${k} to template ${i}: `
    + (finite ? `exact ${short(toNumber(exact))}, ` : "no exact distance, the stored points are infinite, ")
    + `direct ${short(computed[0])}, expanded ${short(computed[1])}${off}. `
    + `The expanded form is wrong for ${result.flips} of ${m} nearest neighbors, `
    + `the direct form for ${result.flipsDirect}; `
    + `${result.negatives} of ${all} squared distances are negative. `
    + `The bound trusts ${sure} of ${m} answers.`
    + (result.moved
      ? ` Rounding the input alone has changed ${result.moved} of ${m} nearest neighbors.` : "")
    + (merged
      ? ` All ${templates.length} templates are stored as one point: nothing is left to confuse.` : "");
}

// -- The map.

/** The lines of the floats' grid, where they are far enough apart to be seen. */
function gridOf({ width, height, px, py, scale }, offset, spacing, flat) {
  if (spacing * scale < 5) return "";
  let grid = "";
  const span = width / 2 / scale;
  const first = Math.ceil((offset - span) / spacing) * spacing - offset;
  for (let v = first; v <= span; v += spacing) {
    grid += `M${px(v)},0V${height}`;
    if (Math.abs(v) <= height / 2 / scale && !flat) grid += `M0,${py(v)}H${width}`;
  }
  return grid;
}

/** How many points share a place, where several do. */
function crowdsOf({ width, px, py }, places) {
  const crowd = new Map();
  for (const [a, b] of places) {
    const at = `${px(a)},${py(b)}`;
    crowd.set(at, (crowd.get(at) ?? 0) + 1);
  }
  return [...crowd].filter(([, n]) => n > 1).map(([at, n]) => {
    const [a, b] = at.split(",").map(Number);
    return el("text", { x: a + 7 > width - 28 ? a - 30 : a + 7, y: Math.max(b - 6, 12) }, `×${n}`);
  });
}

function drawMap({ map, mapNote }, { templates, queries, offset }, { X, T, rows, nearest }, { k, spacing }) {
  const width = Math.min(map.parentNode.clientWidth, 420);
  if (!width) return; // folded away: the size observer calls again
  const height = Math.round(width * 0.62);
  set(map, { width, height });
  if (!nearest) {
    const words = "infinite: nothing to draw";
    map.replaceChildren(el("text", { x: width / 2, y: height / 2, "text-anchor": "middle" }, words));
    write(mapNote, "The coordinates have overflowed.");
    return;
  }
  // Seen from the offset; differences this small are exact in double.
  const place = (row) => [row[0] - offset, row.length > 1 ? row[1] - offset : 0];
  const [dots, crosses] = [T.map(place), X.map(place)];
  const given = [...templates, ...queries].map((p) => Math.max(Math.abs(p[0]), Math.abs(p[1] ?? 0)));
  const reach = Math.max(...given, ...[...dots, ...crosses].flat().map(Math.abs)) * 1.12 || 1;
  const scale = (height / 2 - 4) / reach;
  const px = (v) => (width / 2 + v * scale).toFixed(1);
  const py = (v) => (height / 2 - v * scale).toFixed(1);
  const view = { width, height, px, py, scale };
  const at = ([a, b]) => `${px(a)},${py(b)}`;
  const { chosen } = rows[k];
  const agrees = chosen === nearest[k];
  const lineTo = (i) => `M${at(crosses[k])}L${at(dots[i])}`;
  const grid = gridOf(view, offset, spacing, templates[0].length < 2);
  map.replaceChildren(
    el("path", { d: grid, class: "nn-grid" }),
    el("path", { d: lineTo(nearest[k]), class: "nn-true" }),
    ...(agrees ? [] : [el("path", { d: lineTo(chosen), class: "nn-false", "stroke-dasharray": "5 4" })]),
    ...dots.map(([a, b]) => el("circle", { cx: px(a), cy: py(b), r: 4, class: "nn-fill-0" })),
    ...crosses.map((p, q) => el("path", {
      d: `M${at(p)}m-5,-5l10,10m0,-10l-10,10`, class: q === k ? "nn-query nn-picked" : "nn-query" })),
    ...crowdsOf(view, dots));
  const some = templates[0].length > 2 ? ", first two features" : "";
  write(mapNote, `Dots are templates, crosses queries${some}. `
    + `Query ${k}: solid line to the nearest template, ${nearest[k]}`
    + (agrees ? "; the expanded form agrees." : `; dashed to ${chosen}, the expanded form’s choice.`)
    + (grid ? " Thin lines: the floats there are." : ""));
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life, get, those } = page;
  const { said, announce } = announcer(life);
  const link = stateLink(model, (state) => restore(page, state), life);
  const parts = partsOf(said, link);
  hear(page, parts);
  let shown = null; // what follows from data, centering and size

  const growing = onFrame(() => {
    if (!shown) return;
    grow(parts.chart, shown, those(DATA));
    paintLost(shown, get("precision"));
    if (shown.step < OFFSETS.length) growing();
  }, life);
  function layOut(width, state) {
    const { centered, queries, templates } = state;
    layOutChoices(parts, state);
    shown = { width, centered, intended: nearestOf(queries, templates), ...layOutChart(parts.chart, width) };
    growing();
  }
  const draw = onFrame(() => {
    const width = parts.chart.parentNode.clientWidth;
    if (!width) return; // not laid out yet: the size observer calls again
    const state = those([...DATA, ...STATE]);
    // A link may bring the number of a row that this widget does not have.
    state.query = clamp(state.query, 0, state.queries.length - 1);
    if (!whole(state.template, state.templates.length)) state.template = null;
    if (shown?.width !== width || shown.centered !== state.centered) layOut(width, state);
    const result = compute(state, shown.intended);
    const seen = measure(state, result, shown.intended);
    followControls(parts, shown, state);
    showSums(parts.sums, seen, state.centered);
    tellEffects(parts, state, result, seen);
    drawMap(parts, state, result, seen);
    fillTable(parts, state, result, seen);
    announce(sentence(state, result, seen));
    link.show(Object.fromEntries(STATE.map((name) => [name, state[name]])));
  }, life);
  const again = () => { shown = null; draw(); };

  listen(model, STATE, draw, life);
  listen(model, DATA, again, life);
  return page.start(root, parts.box, link, draw);
}

export default { render };
