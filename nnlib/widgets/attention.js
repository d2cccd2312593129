import { el, format, pair, set, write } from "./shared.js";
import { squareOf } from "./plane.js";
import { distanceOf, drawRows, isWhole, onPlane, stepping } from "./stepper.js";

// ---- From a dot product to a distance. ----
// The same steps as nnlib/attention.py: a test compares them, scores bit for bit.

/** 2 q·k, summed from the first feature on. */
const productOf = (key, query) => 2 * key.reduce((sum, v, j) => sum + query[j] * v, 0);

/** The head with a share of the keys' norms, from none to all. */
export function trace(keys, query, steps = 10) {
  const temperature = 2 * Math.sqrt(query.length);
  const products = keys.map((key) => productOf(key, query));
  const norms = keys.map((key) => squareOf(key));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    const scores = products.map((p, i) => p - share * norms[i]);
    const most = Math.max(...scores.map((s) => s / temperature));
    const parts = scores.map((s) => Math.exp(s / temperature - most));
    const total = parts.reduce((a, b) => a + b, 0);
    const weights = parts.map((part) => part / total);
    return { share, scores, weights, leader: scores.indexOf(Math.max(...scores)) };
  });
}

// ---- The page. ----

const MOST = 6;
const STEPS = 10;
const LINE = 44; // of a key

/** One step in words. */
function words({ query, templates }, { share, weights, leader }) {
  const far = templates.map((t) => distanceOf(query, t));
  const nearest = far.indexOf(Math.min(...far));
  const part = `A share of ${format(share)} of ‖k‖²`;
  const kind = share === 0 ? "Dot product" : share === 1 ? "Distance" : part;
  const near = leader === nearest || far[leader] === far[nearest] ? "the nearest key"
    : `though key ${nearest} is nearest and has ${format(weights[nearest], 2)}`;
  const leads = `key ${leader} leads with weight ${format(weights[leader], 2)}`;
  return `${kind}, query ${pair(query)}: ${leads}, ${near}.`;
}

/** The keys' scores as two terms, and the weights as bars. */
function headOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-head" }, svg);
  let lines = [];

  function fill(count) {
    lines = Array.from({ length: count }, (_, i) => {
      const y = 24 + LINE * i;
      const parts = { name: el("text", { x: 0, y: y + 4, class: "nn-strong" }, `key ${i}`),
        sum: el("text", { x: 44, y: y + 4 }), all: el("rect", { x: 44, y: y + 9, height: 11 }),
        bar: el("rect", { x: 44, y: y + 9, height: 11, class: `nn-weight nn-fill-${i}` }),
        weight: el("text", { y: y + 19, "text-anchor": "end" }) };
      return { ...parts, node: el("g", {}, ...Object.values(parts)) };
    });
    svg.replaceChildren(el("text", { x: 44, y: 11 }, "2 q·k − α‖k‖² = score; weight"),
      ...lines.map((line) => line.node));
  }
  function draw({ templates, query }, { share, scores, weights, leader }) {
    const width = node.clientWidth;
    if (lines.length !== templates.length) fill(templates.length);
    set(svg, { width, height: 10 + LINE * templates.length });
    templates.forEach((key, i) => {
      const { sum, bar, all, weight, node: line } = lines[i];
      const [product, norm] = [productOf(key, query), squareOf(key)];
      const room = Math.max(width - 44 - 58, 1);
      write(sum, `${format(product)} − ${format(share)}·${format(norm)} = ${format(scores[i])}`);
      set(all, { width: room, class: "nn-all" });
      set(bar, { width: weights[i] * room });
      set(weight, { x: width - 2 });
      write(weight, format(weights[i], 2));
      set(line, { class: i === leader ? "nn-leads" : null });
    });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isWhole(now.at, STEPS)
  && [now.query, ...now.templates].flat().every((v) => Math.abs(v) <= 100);

/** The map of who leads, and the head, at the share that is shown. */
function pictureOf(plane) {
  const head = headOf();
  return {
    node: head.node,
    draw(now, show) {
      const steps = trace(now.templates, now.query, STEPS);
      const step = steps[show(STEPS, "Tenth of ‖k‖²")];
      const view = { share: step.share, order: [step.leader], cells: null };
      drawRows(plane, { ...now, feature_names: ["q₁", "q₂"] }, now.templates.map((_, i) => i), view);
      head.draw(now, step);
      return (tenth) => words(now, steps[tenth]);
    },
  };
}

const STATE = ["templates", "query", "at"];

export default {
  render: stepping({
    style: "nn-attention", label: "From a dot product to a distance", noun: "Key", valid, pictureOf,
    traits: [...STATE, "extent"], linked: STATE,
  }),
};
