import {
  able, announcer, atEnd, begin, button, clamp, el, listen, onFrame, same, set, stateLink, write,
} from "./shared.js";
import { planeOf, unitOf } from "./plane.js";
/** @import { View } from "./plane.js" */

// One frame for every algorithm that a page steps through: a map with the rows and the query in the reader's
// hand, a picture of the algorithm, and back, play, step, scrub. The steps are a list that the page has
// computed, and the number of the step that is shown is a trait like any other.

const PACE = 1100; // ms between two steps that play by themselves
const LONGEST = 8; // sentences, of which one takes most lines, whatever the width

/**
 * The controls as a part of the page: `node`, and `draw(last, name)` for each frame, with the last step's
 * number and what a step is called. `page.get("at")` is the step that is shown, `page.change({ at })` shows
 * another.
 */
function stepperOf(page) {
  const back = button("Back");
  const play = button("Play");
  const step = button("Step");
  const text = el("span", { class: "nn-number" });
  const scrub = el("input", { type: "range", min: 0, max: 1, step: 1 });
  const knob = el("label", { class: "nn-knob" }, text, scrub);
  const node = el("div", { class: "nn-row nn-steps" }, back, play, step, knob);
  let last = 0;
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    write(play, "Play");
  };
  const go = (at) => page.change({ at: clamp(at, 0, last) });
  const shown = () => Math.min(page.get("at"), last); // fewer steps than before may lead to the end
  const by = (way) => () => {
    const to = clamp(shown() + way, 0, last);
    if (to === shown()) return;
    stop();
    go(to);
  };
  page.on(back, "click", by(-1));
  page.on(step, "click", by(1));
  page.on(scrub, "input", () => {
    stop();
    go(scrub.valueAsNumber);
  });
  page.on(play, "click", () => {
    if (timer) {
      stop();
      return;
    }
    if (shown() === last) go(0);
    write(play, "Pause");
    timer = setInterval(() => {
      go(shown() + 1);
      if (shown() === last) stop();
    }, PACE);
  });
  atEnd(page.life, stop);
  // Nothing plays by itself for a reader who has asked for less motion: the other three remain.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const heed = () => {
    play.hidden = calm.matches;
    if (calm.matches) stop();
  };
  page.on(calm, "change", heed);
  heed();
  function draw(most, name) {
    last = most;
    const at = shown();
    set(scrub, { max: last, "aria-valuetext": `${name} ${at} of ${last}` });
    if (scrub.valueAsNumber !== at) scrub.value = at;
    write(text, `${name} ${at} of ${last}`);
    able(back, at > 0);
    able(step, at < last);
    return at;
  }
  return { node, draw };
}

/**
 * A slider of one whole number beside the steps: its `node`, and `draw(value, most)` for each frame. `say`
 * is the value in words.
 */
export function knobOf(page, trait, [least, most, step = 1], say) {
  const text = el("span", { class: "nn-number" });
  const input = el("input", { type: "range", min: least, max: most, step });
  page.on(input, "input", () => page.change({ [trait]: input.valueAsNumber }));
  const node = el("label", { class: "nn-knob nn-beside" }, text, input);
  function draw(value, end = most) {
    set(input, { max: end, "aria-valuetext": say(value) });
    if (input.valueAsNumber !== value) input.value = value;
    write(text, say(value));
  }
  return { node, draw };
}

const isNumber = (v) => typeof v === "number" && Math.abs(v) <= 1e100;
const isPoint = (p) => Array.isArray(p) && p.length === 2 && p.every(isNumber);

/** Whether what came from an address is a whole number from 0 to `most`. */
export const isWhole = (v, most) => Number.isInteger(v) && v >= 0 && v <= most;

/** Whether rows and a query that came from an address can be shown. */
export const onPlane = ({ templates, query }, most) => Array.isArray(templates) && templates.length > 0
  && templates.length <= most && templates.every(isPoint) && isPoint(query);

/** ‖x − t‖², summed from the first feature on. */
export const distanceOf = (x, t) => x.reduce((sum, v, j) => sum + (v - t[j]) * (v - t[j]), 0);

/** A point of the map in tenths, whole numbers, which do not round; of two the even one, as in NumPy. */
export const tenths = (p) => p.map((v) => {
  const up = Math.round(10 * v);
  return up - 10 * v === 0.5 && up % 2 ? up - 1 : up;
});

/** Whether rows and query are within ±100 and each row has a label that has a name. */
export const isLabeled = ({ templates, query, labels, class_names: names }) =>
  [query, ...templates].flat().every((v) => Math.abs(v) <= 100)
  && Array.isArray(labels) && labels.length === templates.length
  && labels.every((c) => isWhole(c, names.length - 1));

/** The state, its labels made whole: over a link between two widgets, parts may come one after the other. */
export function relabeled(now) {
  const most = now.class_names.length - 1;
  return { ...now, labels: now.templates.map((_, i) => Math.min(now.labels[i] ?? 0, most)) };
}

/**
 * Draw the map with these rows: `view` is what it shows of cells (null: where each unit wins, with a `share`
 * of its bias), and where the query's line leads.
 * @param {{ draw: (state: Record<string, any>, view: View) => void }} plane
 * @param {Record<string, any>} now
 * @param {number[]} labels
 * @param {Partial<View> & { share?: number }} [view]
 */
export function drawRows(plane, now, labels, { share = 1, ...view } = {}) {
  const units = now.templates.map((t) => unitOf(t));
  const net = { W: units.map(({ w }) => w), b: units.map(({ bias }) => share * bias), labels };
  plane.draw({ feature_names: ["x₁", "x₂"], ...now, ...net }, { order: [], cells: [], ...view });
}

/** Rings around some rows of a map: what it returns draws them, each of the class that `lit` names. */
export function ringsOf(plane) {
  const rings = el("g");
  plane.over.append(rings);
  return (templates, lit) => {
    const { x, y } = plane.scale();
    if (rings.childNodes.length !== templates.length) {
      rings.replaceChildren(...templates.map(() => el("circle", { r: 11 })));
    }
    templates.forEach((t, i) => set(rings.childNodes[i], {
      cx: x(t[0]), cy: y(t[1]), class: `nn-ring ${lit[i] || ""}`, display: lit[i] ? null : "none" }));
  };
}

/** What the reader's hand does to the rows and the query, in steps of a tenth. */
function handOf({ get, change }, view) {
  const snap = (value) => Number(value.toFixed(1));
  const move = (which, point, send = true) => {
    const [x0, x1, y0, y1] = view();
    const to = [clamp(snap(point[0]), x0, x1), clamp(snap(point[1]), y0, y1)];
    if (which < 0) change({ query: to }, send);
    else {
      const templates = get("templates").map((t, i) => (i === which ? to : t));
      change({ extent: view(), templates }, send);
    }
  };
  return {
    move,
    nudge(which, way, steps) {
      const from = which < 0 ? get("query") : get("templates")[which];
      move(which, from.map((v, j) => v + way[j] * steps * 0.1));
    },
  };
}

/** Room for the longest of the sentences that may be said, so that a step moves nothing below them. */
function roomOf(said) {
  const room = el("div", { class: "nn-tallest", "aria-hidden": "true" });
  said.classList.add("nn-steady");
  said.append(room);
  return (sentences) => {
    const longest = [...sentences].sort((a, b) => b.length - a.length).slice(0, LONGEST);
    room.replaceChildren(...longest.map((text) => el("span", {}, text)));
  };
}

/**
 * The `render` of a stepper. It names its `style` and `label`, all its `traits`, those `linked` in the
 * address, and whether a state from there is `valid`; it makes a state `whole`; its `noun` is what its rows
 * are called, if not templates. `pictureOf(plane, page)` gives the picture's `node`, its own `controls` if it
 * has any, and its `draw(now, show)`, which asks `show(last, name)` for the step that is shown, draws it, and
 * returns what says any step in words.
 */
export function stepping(kind) {
  const { style, label, noun = "Row", traits, linked, valid, whole = (now) => now, pictureOf } = kind;
  return ({ model, el: root }) => {
    const { life, get, those, on, change: pass, start } = begin(model);
    const { said, announce } = announcer(life);
    const reset = button("Reset");
    const link = stateLink(model, restore, life);
    const change = (values, send = true) => {
      pass(values, send);
      draw();
    };
    const page = { noun, get, on, life, change, has: (name) => name === "templates" };
    Object.assign(page, handOf(page, () => plane.window()));
    function restore(given) {
      const next = { ...get("home") };
      for (const name of linked) if (name in given) next[name] = given[name];
      if (valid(next)) change(next);
    }
    on(reset, "click", () => change(get("home")));

    const plane = planeOf(page);
    const picture = pictureOf(plane, page);
    const stepper = stepperOf(page);
    stepper.node.append(...(picture.controls ?? []));
    const room = { class: `nn-widget nn-plane ${style}`, role: "group", "aria-label": label };
    const box = el("div", room,
      stepper.node,
      el("div", { class: "nn-sides" }, plane.node, picture.node),
      said,
      el("div", { class: "nn-row" }, reset, ...link.controls,
        el("span", { class: "nn-muted nn-hint" },
          `Drag, or use the arrow keys; Page Down: next ${noun.toLowerCase()}.`)));
    const reserve = roomOf(said);
    let reserved = "";
    const draw = onFrame(() => {
      if (!box.clientWidth) return; // not laid out yet: the size observer calls again
      const now = whole(those(traits));
      let [at, last] = [0, 0];
      const show = (most, name) => {
        [at, last] = [stepper.draw(most, name), most];
        return at;
      };
      const words = picture.draw(now, show);
      announce(words(at));
      const steps = JSON.stringify({ ...now, at: 0 });
      if (steps !== reserved) reserve(Array.from({ length: last + 1 }, (_, i) => words(i)));
      reserved = steps;
      const home = get("home");
      const rest = {};
      for (const name of linked) if (!same(now[name], home[name])) rest[name] = now[name];
      link.show(rest);
    }, life);
    listen(model, traits, draw, life);
    return start(root, box, link, draw);
  };
}
