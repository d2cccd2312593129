import { clamp, el, format, set, write } from "./shared.js";
import { SHAPES, ticks } from "./drawing.js";
import { cellsOf, unitOf, viewOf } from "./plane.js";
import {
  drawRows, isLabeled, isWhole, knobOf, onPlane, relabeled, stepping,
} from "./stepper.js";

// ---- Learning the templates. ----
// The same steps as nnlib/learning.py: a test compares them; exp and log differ in the last digit.

/** (2 t·x − ‖t‖²) / τ of every template. */
const scoresOf = (x, T, tau) => T.map((t) => {
  let [product, norm] = [0, 0];
  x.forEach((v, j) => {
    product += v * t[j];
    norm += t[j] * t[j];
  });
  return (2 * product - norm) / tau;
});

/** The softmax over some entries, 0 elsewhere, and the log of the sum of their exp. */
function sharesOf(z, among) {
  const most = Math.max(...z.filter((_, k) => among(k)));
  const parts = z.map((v, k) => (among(k) ? Math.exp(v - most) : 0));
  const total = parts.reduce((a, b) => a + b, 0);
  return { weights: parts.map((part) => part / total), lse: most + Math.log(total) };
}

/** The gradient of the loss with respect to the templates, the loss, and how many rows are right. */
function gradientOf(X, y, T, code, tau) {
  const G = T.map((t) => t.map(() => 0));
  let [loss, right] = [0, 0];
  X.forEach((x, i) => {
    const z = scoresOf(x, T, tau);
    const all = sharesOf(z, () => true);
    const own = sharesOf(z, (k) => code[k] === y[i]);
    loss += all.lse - own.lse;
    right += Number(code[z.indexOf(Math.max(...z))] === y[i]);
    T.forEach((t, k) => {
      const weight = (2 * (all.weights[k] - own.weights[k])) / (X.length * tau);
      x.forEach((v, j) => { G[k][j] += weight * (v - t[j]); });
    });
  });
  return { G, loss: loss / X.length, right };
}

/** The templates before the first step and after each, with the loss of each. */
export function trace(X, y, start, code, { tau, rate, steps }) {
  let T = start;
  return Array.from({ length: steps + 1 }, () => {
    const { G, loss, right } = gradientOf(X, y, T, code, tau);
    const state = { templates: T, loss, right };
    T = T.map((t, k) => t.map((v, j) => v - rate * G[k][j]));
    return state;
  });
}

// ---- The page. ----

const MOST = 16;
const STEPS = 40;
const TAU = 2;
const MOST_RATE = 100; // tenths
const HEIGHT = 202;
const SIDE = { left: 34, right: 8, top: 30, bottom: 34 };

/** One step in words. */
function words({ templates, query, rate, class_names: names, code }, states, at) {
  const { templates: T, loss, right } = states[at];
  const scores = scoresOf(query, T, 1);
  const answer = scores.indexOf(Math.max(...scores));
  const sure = `loss ${format(loss, 3)} nats, ${right} of ${templates.length} rows right`;
  const here = `The cross gets ${names[code[answer]]}.`;
  if (!at) return `Before the first step, at rate ${format(rate / 10)}: ${sure}. ${here}`;
  const before = states[at - 1];
  const moved = T.map((t, k) =>
    Math.hypot(...t.map((v, j) => v - before.templates[k][j])));
  const most = moved.indexOf(Math.max(...moved));
  const way = loss <= before.loss ? "falls" : "rises";
  return `Step ${at}: the loss ${way}: ${sure}. Template t${most} moves most, by ${format(moved[most], 2)}. `
    + `${here}`;
}

/** The loss over all steps, bold as far as they are made. */
function curveOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-losses" }, svg);
  const axes = el("g");
  const [all, made] = ["nn-all", "nn-made"].map((type) => el("path", { class: type }));
  const dot = el("circle", { r: 5, class: "nn-dot" });
  const text = el("text", { class: "nn-halo" });
  svg.append(axes, all, made, dot, text);

  function draw(losses, at) {
    const width = node.clientWidth;
    const [wide, tall] = [width - SIDE.left - SIDE.right, HEIGHT - SIDE.top - SIDE.bottom];
    const most = Math.min(Math.max(...losses), 3 * losses[0]) || 1; // what rises beyond leaves the picture
    const x = (step) => SIDE.left + (step / (losses.length - 1)) * wide;
    const y = (loss) => SIDE.top + (1 - clamp(loss / most, 0, 1.05)) * tall;
    const spot = (loss, step) => [x(step), y(loss)].map((v) => v.toFixed(1)).join();
    const path = (part) => `M${part.map(spot).join("L")}`;
    set(svg, { width, height: HEIGHT });
    axes.replaceChildren(
      el("path", { d: `M${SIDE.left},${SIDE.top}v${tall}h${wide}`, class: "nn-frame" }),
      ...ticks(0, most, 3).map((v) => el("text",
        { x: SIDE.left - 5, y: y(v) + 4, "text-anchor": "end" }, format(v))),
      ...ticks(0, losses.length - 1, 4).map((v) => el("text",
        { x: x(v), y: HEIGHT - SIDE.bottom + 15, "text-anchor": "middle" }, v)),
      el("text", { x: 0, y: 11 }, "↑ loss (nats)"),
      el("text", { x: width - SIDE.right, y: HEIGHT - 3, "text-anchor": "end" }, "step →"));
    set(all, { d: path(losses) });
    set(made, { d: path(losses.slice(0, at + 1)) });
    set(dot, { cx: x(at), cy: y(losses[at]) });
    const late = at > losses.length / 2;
    set(text, { x: x(at) + (late ? -9 : 9), y: y(losses[at]) - 8, "text-anchor": late ? "end" : "start" });
    write(text, format(losses[at], 3));
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isLabeled(now) && now.labels.every((c) => now.code.includes(c))
  && isWhole(now.at, STEPS) && isWhole(now.rate, MOST_RATE) && now.rate > 0;

/** The state, made whole: a row whose label no template has gets that of the first. */
function whole(now) {
  const { labels, ...rest } = relabeled(now);
  return { ...rest, labels: labels.map((c) => (now.code.includes(c) ? c : now.code[0])) };
}

/** The map with the rows, the templates and their ways; the curve of the loss. */
function pictureOf(plane, page) {
  const curve = curveOf();
  const rate = knobOf(page, "rate", [1, MOST_RATE], (tenth) => `Rate ${format(tenth / 10)}`);
  const ways = el("g");
  plane.over.append(ways);

  function drawWays(states, at, code) {
    const { x, y } = plane.scale();
    const spot = ([a, b]) => [x(a), y(b)].map((v) => clamp(v, -1e4, 1e4).toFixed(1)).join();
    ways.replaceChildren(...code.flatMap((c, k) => {
      const way = states.slice(0, at + 1).map(({ templates }) => spot(templates[k]));
      return [
        el("path", { d: `M${way.join("L")}`, class: "nn-way" }),
        el("g", { transform: `translate(${way.at(-1)})` },
          el("path", { d: SHAPES[c], transform: "scale(2.9)", class: `nn-template nn-fill-${c}` }),
          el("text", { x: 13, y: -9, class: "nn-halo" }, `t${k}`)),
      ];
    }));
  }
  return {
    node: curve.node,
    controls: [rate.node],
    draw(now, show) {
      const given = { tau: TAU, rate: now.rate / 10, steps: STEPS };
      const states = trace(now.templates, now.labels, now.start, now.code, given);
      const at = show(STEPS, "Step");
      const T = states[at].templates;
      rate.draw(now.rate);
      const units = T.map((t) => unitOf(t));
      const view = viewOf(now.extent, [...now.templates, now.query]);
      const [W, b] = [units.map(({ w }) => w), units.map(({ bias }) => bias)];
      const cells = cellsOf(W, b, view).map((corners, k) => ({
        corners, style: `nn-fill-${now.code[k]}`, strength: 0.35 }));
      drawRows(plane, now, now.labels, { cells });
      drawWays(states, at, now.code);
      curve.draw(states.map(({ loss }) => loss), at);
      return (step) => words(now, states, step);
    },
  };
}

const STATE = ["templates", "labels", "query", "rate", "at"];

export default {
  render: stepping({
    style: "nn-learning", label: "Learning the templates, step by step", valid, whole, pictureOf,
    traits: [...STATE, "start", "code", "class_names", "extent"], linked: STATE,
  }),
};
