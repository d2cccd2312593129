import { el, format, pair, set, write } from "./shared.js";
import { trace } from "./cycles.js";
import { distanceOf, drawRows, isWhole, onPlane, stepping } from "./stepper.js";

// ---- The MAXNET. ----
// The same steps as `lateral_inhibition` in nnlib/clocked.py: a test compares them, bit for bit.

const active = (x) => x.filter(Boolean).length;

/** All units before the first step and after each, until one is left, or for `most` steps. */
export function inhibit(inputs, most) {
  const epsilon = 1 / (inputs.length + 1);
  const history = [inputs];
  while (active(history.at(-1)) > 1 && history.length <= most) {
    const x = history.at(-1);
    const total = x.reduce((a, b) => a + b);
    history.push(x.map((v) => Math.max(0, v - epsilon * (total - v))));
  }
  return history;
}

/** What the units begin with: how much nearer than the farthest each row is. */
export function inputsOf(rows, x) {
  const far = rows.map((t) => distanceOf(x, t));
  const most = Math.max(...far);
  return far.map((d) => most - d);
}

// ---- The page. ----

const MOST = 8;
const TICKS = 60;
const LINE = 28; // of a unit

const listed = (rows) => `${rows.length > 1 ? "units" : "unit"} ${rows.join(", ")}`;

/** One tick in words. */
function words({ query }, history, cycles, at, last) {
  const left = history[Math.min(at, history.length - 1)].flatMap((v, i) => (v ? [i] : []));
  if (!at) {
    return `Query ${pair(query)}. Before the first tick: ${listed(left) || "no unit"} of the MAXNET active, `
      + "no row selected by the clock.";
  }
  const cycle = cycles[Math.min(at, cycles.length - 1)];
  const done = at >= history.length - 1 && left.length < 2;
  const fight = left.length === 0 ? "all its units are silent"
    : done ? `unit ${left[0]} won at tick ${history.length - 1}`
      : at === last ? `${listed(left)} are still equal, and stay so for ever` : `${listed(left)} active`;
  const named = cycles.slice(1, at + 1).filter(({ phase }) => phase === "select").map(({ unit }) => unit);
  const order = cycle.number === at ? `cycle ${at}` : "done";
  return `Tick ${at}. MAXNET: ${fight}. Clocked network, ${order}: nearest ${named[0]}, in order `
    + `${named.join(", ")}.`;
}

/** Each unit of the MAXNET as a share of the whole; beside it, when the clock selected the row. */
function fightOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-fight" }, svg);
  let lines = [];

  function fill(count) {
    lines = Array.from({ length: count }, (_, i) => {
      const y = 36 + LINE * i;
      const [room, bar] = [0, 1].map(() => el("rect", { x: 20, y: y - 8, height: 16 }));
      const parts = { name: el("text", { x: 2, y: y + 4 }, i), room, bar,
        value: el("text", { x: 26, y: y + 4, class: "nn-halo" }),
        box: el("rect", { y: y - 10, width: 26, height: 20, rx: 4 }),
        place: el("text", { y: y + 4, "text-anchor": "middle" }) };
      return { ...parts, node: el("g", {}, ...Object.values(parts)) };
    });
    svg.replaceChildren(...lines.map((line) => line.node));
  }
  const heads = ["MAXNET: share of the total", "clocked"].map((text) => el("text", { y: 14 }, text));
  function draw(x, named, firing) {
    const width = node.clientWidth;
    if (lines.length !== x.length) {
      fill(x.length);
      svg.prepend(...heads);
    }
    const total = x.reduce((a, b) => a + b, 0) || 1;
    const room = width - 20 - 62;
    set(svg, { width, height: 26 + LINE * x.length });
    set(heads[0], { x: 2 });
    set(heads[1], { x: width - 2, "text-anchor": "end" });
    lines.forEach(({ room: whole, bar, value, box, place }, i) => {
      set(whole, { width: room, class: "nn-room" });
      set(bar, { width: (x[i] / total) * room, class: `nn-share${x[i] ? "" : " nn-silent"}` });
      write(value, x[i] ? format(x[i] / total, 3) : "silent");
      const fires = firing === i ? " nn-fires" : "";
      set(box, { x: width - 40, class: `nn-place${named.includes(i) ? " nn-set" : ""}${fires}` });
      set(place, { x: width - 27 });
      write(place, named.includes(i) ? `${1 + named.indexOf(i)}` : "");
    });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, MOST) && isWhole(now.at, TICKS)
  && [now.query, ...now.templates].flat().every((v) => Math.abs(v) <= 1e6);

/** The map, and both networks at the tick that is shown. */
function pictureOf(plane) {
  const fight = fightOf();
  return {
    node: fight.node,
    draw(now, show) {
      const labels = now.templates.map(() => 0);
      const { cycles } = trace({ ...now, labels, class_names: [""] });
      const history = inhibit(inputsOf(now.templates, now.query), TICKS);
      const last = Math.max(history.length - 1, cycles.length - 1);
      const at = show(last, "Tick");
      const x = history[Math.min(at, history.length - 1)];
      const named = cycles.slice(1, at + 1).filter(({ phase }) => phase === "select").map(({ unit }) => unit);
      const cycle = cycles[at];
      drawRows(plane, now, labels, { order: named.slice(0, 1) });
      fight.draw(x, named, cycle?.phase === "select" ? cycle.unit : -1);
      return (tick) => words(now, history, cycles, tick, last);
    },
  };
}

const STATE = ["templates", "query", "at"];

export default {
  render: stepping({
    style: "nn-maxnet", label: "MAXNET beside the clocked network", valid, pictureOf,
    traits: [...STATE, "extent"], linked: STATE,
  }),
};
