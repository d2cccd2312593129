import {
  announcer, begin, button, clamp, el, format, listen, onFrame, same, set, stateLink, write,
} from "./shared.js";

// ---- Floats around a sum. ----
// nnlib/widgets/floats.py does it in exact fractions: a test compares bit for bit. No step here rounds but
// those that are shown, and the last division of `true`, once.

const REACH = 6;
const BITS = { float64: 53, float32: 24 };
const SCALE = 2 ** 62; // makes every float that can occur a whole number

/** The greatest power of two that is no more than v. */
function powerOf(v) {
  let power = 1;
  while (power > v) power /= 2;
  while (2 * power <= v) power *= 2;
  return power;
}

/** Where the sum of first/parts and second/parts falls: see Line in floats.py. */
export function compute({ first, second, parts, precision }) {
  const kind = precision === "float32" ? Math.fround : (v) => v;
  const [a, b] = [first, second].map((n) => kind(n / parts));
  const meant = kind((first + second) / parts);
  const sum = a + b;
  const total = kind(sum);
  const gap = (v) => powerOf(v) * 2 ** (1 - BITS[precision]);
  const ulp = gap(meant);
  const floats = [meant];
  for (let i = 0; i < REACH; i++) {
    const low = floats[0];
    floats.unshift(low - gap(low) * (powerOf(low) === low ? 0.5 : 1));
    floats.push(floats.at(-1) + gap(floats.at(-1)));
  }
  // What the double sum has lost, without error (Knuth).
  const from = sum - a;
  const lost = (a - (sum - from)) + (b - from);
  const rest = BigInt(first + second) * BigInt(SCALE) - BigInt(parts) * BigInt(meant * SCALE);
  return {
    stored: [a, b], total, meant, ulp,
    floats: floats.map((v) => (v - meant) / ulp),
    exact: (sum - meant) / ulp + lost / ulp,
    true: Number(rest) / parts / SCALE / ulp,
    off: (total - meant) / ulp,
  };
}

// ---- The page. ----

const STATE = /** @type {const} */ (["first", "second", "parts", "precision"]);
const MOST = { first: 40, second: 40, parts: 16 };
const LETTER = 3.7; // half the width of one, in pixels
const SEEN = 3; // ulps to either side
const EDGE = 0.6; // of an ulp: room for the number of the last float
const TALL = 176;
const LINE = 84; // where the floats are
const AWAY = { meant: 36, sum: 132 };

const digits = (v, precision) => String(precision === "float32" ? Number(v.toPrecision(9)) : v);
const named = { first: "First", second: "Second", parts: "Denominator" };

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => Object.keys(MOST).every((name) =>
  Number.isInteger(now[name]) && now[name] >= 1 && now[name] <= MOST[name])
  && typeof now.precision === "string" && Object.hasOwn(BITS, now.precision);

/** The points halfway between neighboring floats, where rounding changes. */
const middlesOf = (floats) => floats.slice(1).map((v, i) => (v + floats[i]) / 2);

function words({ first, second, parts, precision }, result) {
  const { total, meant, ulp, floats, exact, true: real, off } = result;
  const sum = `${first}/${parts} + ${second}/${parts}`;
  const [got, wanted] = [total, meant].map((v) => digits(v, precision));
  const begin = `${precision}: ${sum} = ${got}, and ${first + second}/${parts} is stored as ${wanted}`;
  const side = off > 0 ? "above" : "below";
  // Of the fractions only the multiples of 1/16 are floats: the denominator is at most 16.
  const isStored = [first, second].every((n) => (16 * n) % parts === 0);
  const end = off ? `not equal: the sum is ${format(Math.abs(off))} ulp ${side}`
    : exact || real ? "equal, since both round to the same float"
      : isStored ? "equal, and nothing rounds"
        : "equal: the stored numbers are rounded, and their errors cancel";
  const tie = middlesOf(floats).includes(exact)
    ? " The stored numbers add up to halfway between two floats: that with last bit 0 wins." : "";
  const below = floats[REACH - 1] === -0.5 ? ", below this power of two half as far" : "";
  return `${begin}; ${end}.${tie} Floats are ${format(ulp)} apart here${below}.`;
}

/** The line of floats: what was meant comes down from above, the sum of what is stored from below. */
function lineOf() {
  const ticks = el("g");
  const axis = el("path", { class: "nn-line" });
  const names = el("g");
  const part = (style) => {
    const arrow = el("path", { class: `nn-arrow ${style}` });
    const dot = style === "nn-meant" ? el("circle", { r: 5, class: "nn-dot nn-meant" })
      : el("rect", { x: -5, y: -5, width: 10, height: 10, class: "nn-dot nn-sum" });
    const text = el("text", { class: "nn-strong", "text-anchor": "middle" });
    return { arrow, dot, text, node: el("g", {}, arrow, dot, text) };
  };
  const [meant, sum] = ["nn-meant", "nn-sum"].map(part);
  const svg = el("svg", { "aria-hidden": "true" }, ticks, axis, names, meant.node, sum.node);
  const node = el("div", {}, svg);

  function draw({ first, second, parts }, result) {
    const width = node.clientWidth;
    const x = (offset) => (width / 2) * (1 + offset / (SEEN + EDGE));
    set(svg, { width, height: TALL });
    set(axis, { d: `M0,${LINE}H${width}` });
    const seen = result.floats.filter((v) => Math.abs(v) <= SEEN);
    const middles = middlesOf(result.floats).filter((v) => Math.abs(v) <= SEEN);
    ticks.replaceChildren(
      ...seen.map((v) => el("path", { d: `M${x(v)},${LINE - 15}v30`, class: "nn-float" })),
      ...middles.map((v) => el("path", { d: `M${x(v)},${LINE - 6}v12`, class: "nn-middle" })));
    names.replaceChildren(...seen.filter(Number.isInteger).map((v) => el("text",
      { x: x(v) + 7, y: LINE + 26, class: "nn-halo" }, v ? `${v > 0 ? "+" : "−"}${Math.abs(v)}` : "0 ulp")));
    const put = ({ arrow, dot, text }, from, to, y, label) => {
      const [left, right] = [x(from), x(to)];
      const tip = y < LINE ? LINE - 16 : LINE + 16;
      const way = y < LINE ? -6 : 6;
      set(arrow, { d: `M${left},${y}L${right},${tip}m-4,${way}l4,${-way}l4,${way}` });
      set(dot, { transform: `translate(${left},${y})` });
      const half = LETTER * label.length;
      set(text, { x: clamp(left, half, width - half), y: y + (y < LINE ? -12 : 22) });
      write(text, label);
    };
    put(meant, result.true, 0, AWAY.meant, `${first + second}/${parts}`);
    put(sum, result.exact, result.off, AWAY.sum, `stored ${first}/${parts} + stored ${second}/${parts}`);
  }
  return { node, draw };
}

function render({ model, el: root }) {
  const { life, get, those, on, change: pass, start } = begin(model);
  const { said, announce } = announcer(life);
  const link = stateLink(model, restore, life);
  const reset = button("Reset");
  const line = lineOf();
  const change = (values) => {
    pass(values);
    draw();
  };
  function restore(given) {
    const next = { ...get("home") };
    for (const name of STATE) if (name in given) next[name] = given[name];
    if (valid(next)) change(next);
  }
  const knobs = Object.entries(MOST).map(([name, max]) => {
    const text = el("span", { class: "nn-number" });
    const input = el("input", { type: "range", min: 1, max, step: 1 });
    on(input, "input", () => change({ [name]: input.valueAsNumber }));
    return { name, text, input, node: el("label", { class: "nn-knob" }, text, input) };
  });
  const precision = el("select", {}, ...Object.keys(BITS).map((name) => el("option", { value: name }, name)));
  on(precision, "change", () => change({ precision: precision.value }));
  on(reset, "click", () => change(get("home")));
  const box = el("div", { class: "nn-widget nn-floats", role: "group", "aria-label": "A sum between floats" },
    el("div", { class: "nn-row" }, ...knobs.map((one) => one.node), el("label", {}, "Format", precision)),
    line.node, said,
    el("div", { class: "nn-row" }, reset, ...link.controls,
      el("span", { class: "nn-muted" }, "Long ticks are floats; short ones, where rounding changes.")));
  const draw = onFrame(() => {
    if (!box.clientWidth) return; // not laid out yet: the size observer calls again
    const now = those(STATE);
    const result = compute(now);
    for (const { name, text, input } of knobs) {
      const value = name === "parts" ? now.parts : `${now[name]}/${now.parts}`;
      write(text, `${named[name]}: ${value}`);
      set(input, { "aria-valuetext": `${value}` });
      if (input.valueAsNumber !== now[name]) input.value = now[name];
    }
    precision.value = now.precision;
    line.draw(now, result);
    announce(words(now, result));
    const rest = {};
    for (const name of STATE) if (!same(now[name], get("home")[name])) rest[name] = now[name];
    link.show(rest);
  }, life);
  listen(model, STATE, draw, life);
  return start(root, box, link, draw);
}

export default { render };
