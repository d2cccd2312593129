import { clamp, el, format, onFrame, set, write } from "./shared.js";
import { SHAPES, strengths, ticks } from "./drawing.js";

// The map of a network with two features: where each unit wins, the templates, the query.

/** ‖t‖², summed from the first feature on. */
export const squareOf = (t) => t.reduce((sum, v) => sum + v * v, 0);

/** A row of W and its bias for the template t, as ThreeLayerNet.from_data writes them down. */
export const unitOf = (t) => ({ w: t.map((v) => 2 * v), bias: -squareOf(t) });

/** The part of a polygon where `lead`, linear and given at the corners, is ≥ 0; of equals, the first's. */
export function cut(corners, lead, first) {
  if (!lead.some((v) => v > 0)) return first && !lead.some(Boolean) ? corners : [];
  const kept = [];
  corners.forEach((here, place) => {
    const ahead = lead[place];
    const [before, behind] = [corners.at(place - 1), lead.at(place - 1)];
    if ((ahead > 0 && behind < 0) || (ahead < 0 && behind > 0)) {
      const share = behind / (behind - ahead);
      kept.push(before.map((p, j) => p + (here[j] - p) * share));
    }
    if (ahead >= 0) kept.push(here);
  });
  return kept;
}

/** For each unit the corners of the region where it wins; of two equal units the first wins. */
export function cellsOf(W, b, [x0, x1, y0, y1]) {
  return W.map((u, i) => {
    let corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
    W.forEach((v, j) => {
      if (i === j) return;
      const lead = corners.map(([x, y]) => (u[0] - v[0]) * x + (u[1] - v[1]) * y + (b[i] - b[j]));
      corners = cut(corners, lead, j > i);
    });
    return corners;
  });
}

/** The map's edges: `extent` if it holds all points, else a square around them. */
export function viewOf(extent, points) {
  const [x0, x1, y0, y1] = extent;
  if (extent.length && points.every(([x, y]) => x0 <= x && x <= x1 && y0 <= y && y <= y1)) return extent;
  const low = [0, 1].map((j) => Math.min(...points.map((p) => p[j])));
  const high = [0, 1].map((j) => Math.max(...points.map((p) => p[j])));
  const half = 0.65 * Math.max(high[0] - low[0], high[1] - low[1]) || 1;
  const [x, y] = [0, 1].map((j) => (low[j] + high[j]) / 2);
  return [x - half, x + half, y - half, y + half];
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const plain = ({ ctrlKey, metaKey, altKey }) => !(ctrlKey || metaKey || altKey);
const TURNS = { PageDown: 1, PageUp: -1 };
const EDGE = { left: 30, right: 8, top: 20, bottom: 32 };
const SIDES = [[9, -6], [9, 16], [-9, -6], [-9, 16]]; // px from a row's mark: where its number may stand
const TALLEST = { phone: 236, beside: 330 }; // beside: where the network has room there

/**
 * The frame of a map: axes, their numbers, the names of the features.
 * @param {{ width: number, height: number, extent: number[], x: (value: number) => number,
 *   y: (value: number) => number, key: string }} shown
 * @param {string[]} names
 */
function axesOf({ width, height, extent: [x0, x1, y0, y1], x, y }, names) {
  const { left, top } = EDGE;
  const base = top + height;
  return [
    el("rect", { x: left - 0.5, y: top - 0.5, width: width + 1, height: height + 1, class: "nn-frame" }),
    ...ticks(x0, x1, width / 50).map((v) => el("text",
      { x: left + x(v), y: base + 15, "text-anchor": "middle" }, format(v))),
    ...ticks(y0, y1, height / 45).map((v) => el("text",
      { x: left - 5, y: top + y(v) + 4, "text-anchor": "end" }, format(v))),
    el("text", { x: left + width, y: base + 30, "text-anchor": "end" }, `${names[0]} →`),
    el("text", { x: 2, y: 12 }, `↑ ${names[1]}`),
  ];
}

/** The buttons of the templates that can be moved, in order. */
const movable = (plot) => [...plot.querySelectorAll("[data-i]:not([data-i='-1'])")];

/** What the reader's hand does to the map: it moves the query (−1), or a template if these are movable. */
function handsOf(page, plot, shown) {
  const { on } = page;
  const spot = (event) => {
    const at = plot.getBoundingClientRect();
    const { extent: [x0, x1, y0, y1], width, height } = shown();
    return [x0 + ((event.clientX - at.left - EDGE.left) / width) * (x1 - x0),
      y1 - ((event.clientY - at.top - EDGE.top) / height) * (y1 - y0)];
  };
  let drag = null;
  const pull = onFrame(() => drag && page.move(drag.which, drag.to, false), page.life);
  const take = (event, which) => {
    if (event.button) return;
    drag = { which, to: spot(event), id: event.pointerId };
    plot.setPointerCapture(event.pointerId);
  };
  const drop = (event) => {
    if (event.pointerId !== drag?.id) return;
    page.move(drag.which, drag.to);
    drag = null;
  };
  on(plot, "pointerdown", (event) => {
    const which = event.target.closest("button")?.dataset.i;
    if (which !== undefined) take(event, Number(which));
    else if (event.pointerType === "mouse") {
      take(event, -1);
      pull();
    }
  });
  on(plot, "pointermove", (event) => {
    if (event.pointerId !== drag?.id) return;
    drag.to = spot(event);
    pull();
  });
  on(plot, "pointerup", drop);
  on(plot, "pointercancel", drop);
  // A finger that meets no point scrolls the page; its tap calls the query.
  on(plot, "click", (event) => {
    if (event.pointerType !== "mouse" && !event.target.closest("button")) page.move(-1, spot(event));
  });
  // All templates are one stop of the Tab key: the one in hand, and from there on page by page.
  on(plot, "focusin", ({ target }) => {
    if (!(target.dataset.i >= 0)) return;
    for (const one of movable(plot)) one.tabIndex = one === target ? 0 : -1;
  });
  on(plot, "keydown", (event) => {
    const turn = TURNS[event.key];
    const all = movable(plot);
    if (!turn || !all.length || !plain(event)) return;
    event.preventDefault();
    const from = all.indexOf(event.target); // -1: of the query
    all.at(from < 0 ? (turn > 0 ? 0 : -1) : (from + turn) % all.length).focus();
  });
  on(plot, "keydown", (event) => {
    const way = ARROWS[event.key];
    const which = event.target.dataset.i;
    if (!way || which === undefined || !plain(event)) return;
    event.preventDefault();
    page.nudge(Number(which), way, event.shiftKey ? 1 : 5);
  });
}

/**
 * What a frame shows in the map besides rows and query.
 * @typedef {object} View
 * @property {number[]} order  the units, the winner first; empty while none has won
 * @property {{ corners: number[][], style: string, strength: number }[] | null} [cells]
 */

/**
 * The map as a part of the page: `node`, and `draw` for each frame. It shows the templates W/2 and where each
 * unit wins; or, if a frame brings `cells`, these: for each { corners, style, strength }.
 */
export function planeOf(page) {
  const inHand = page.has("templates");
  const regions = el("g");
  const marks = el("g");
  const frame = el("g");
  const reach = el("line", { class: "nn-reach" });
  const cross = el("g", {}, ...["nn-cross-halo", "nn-cross"].map((type) =>
    el("path", { d: "M-7-7L7,7M7-7L-7,7", class: type })));
  const over = el("g");
  const inside = el("svg", {}, regions, over, marks, reach, cross);
  const overlay = el("svg", { "aria-hidden": "true" }, frame, inside);
  const handle = (name, i, more = "") => el("button", {
    type: "button", class: "nn-handle", "data-i": i, tabindex: i > 0 ? -1 : 0,
    "aria-label": `${name}: move with the arrow keys${more}` });
  const plot = el("div", { class: "nn-plot" }, overlay, handle("Query", -1));
  const node = el("div", { class: "nn-map" }, plot);
  let shown = null;
  handsOf(page, plot, () => shown);

  function layOut(room, extent, names) {
    const [x0, x1, y0, y1] = extent;
    const tallest = node.parentNode.clientWidth < 560 ? TALLEST.phone : TALLEST.beside;
    const side = Math.min(room - EDGE.left - EDGE.right, tallest - EDGE.top - EDGE.bottom);
    const ratio = clamp((y1 - y0) / (x1 - x0), 0.25, 1);
    const [width, height] = [Math.round(side), Math.round(side * ratio)];
    shown = {
      key: [room, extent, names].join(), extent, width, height,
      x: (value) => ((value - x0) / (x1 - x0)) * width,
      y: (value) => ((y1 - value) / (y1 - y0)) * height,
    };
    set(overlay, { width: width + EDGE.left + EDGE.right, height: height + EDGE.top + EDGE.bottom });
    set(inside, { x: EDGE.left, y: EDGE.top, width, height });
    frame.replaceChildren(...axesOf(shown, names));
  }
  function fill(n) {
    marks.replaceChildren(...Array.from({ length: n }, (_, i) =>
      el("g", {}, el("path"), el("text", { class: "nn-halo" }, i))));
    for (const old of movable(plot)) old.remove();
    if (!inHand) return;
    const noun = page.noun ?? "Template";
    const more = n > 1 ? "; Page Down and Page Up reach the others" : "";
    overlay.after(...Array.from({ length: n }, (_, i) => handle(`${noun} ${i}`, i, more)));
  }
  /** Where a row's number stands: nothing cuts it off, nor does the line `to` a query cross it. */
  function sideOf(t, long, to) {
    const [x, y] = [shown.x(t[0]), shown.y(t[1])];
    const [dx, dy] = to ? [shown.x(to[0]) - x, shown.y(to[1]) - y] : [0, 0];
    const fits = SIDES.filter(([across, down]) => (across < 0 ? x >= long : x <= shown.width - long)
      && (down < 0 ? y >= 18 : y <= shown.height - 18));
    return fits.find(([across, down]) => across * dx <= 0 || down * dy <= 0) ?? fits[0] ?? SIDES[0];
  }
  function drawCells(cells, at) {
    if (regions.childNodes.length !== cells.length) regions.replaceChildren(...cells.map(() => el("path")));
    cells.forEach(({ corners, style, strength }, i) => set(regions.childNodes[i], {
      d: corners.length ? `M${corners.map(at).join("L")}Z` : null,
      class: `nn-region ${style}`, "fill-opacity": strength }));
  }
  /**
   * @param {Record<string, any>} state
   * @param {View} view
   */
  function draw({ W, b, labels, query, extent, feature_names: names }, { order, cells }) {
    const room = node.clientWidth;
    const templates = W.map((row) => row.map((v) => v / 2));
    const wide = viewOf(extent, [...templates, query]);
    if (shown?.key !== [room, wide, names].join()) layOut(room, wide, names);
    if (marks.childNodes.length !== W.length) fill(W.length);
    const at = ([x, y]) => [shown.x(x), shown.y(y)].map((v) => v.toFixed(2)).join();
    const tints = strengths(labels);
    drawCells(cells ?? cellsOf(W, b, wide).map((corners, i) => ({
      corners, style: `nn-fill-${labels[i]}${order[0] === i ? " nn-won" : ""}`, strength: tints[i] })), at);
    const put = (i, [x, y]) => {
      const hold = plot.querySelector(`[data-i="${i}"]`);
      if (!hold) return;
      hold.style.left = `${EDGE.left + shown.x(x)}px`;
      hold.style.top = `${EDGE.top + shown.y(y)}px`;
    };
    templates.forEach((t, i) => {
      const [shape, text] = marks.childNodes[i].childNodes;
      set(marks.childNodes[i], { transform: `translate(${at(t)})` });
      set(shape, { d: SHAPES[labels[i]], class: `nn-mark nn-fill-${labels[i]}`, transform: "scale(1.5)" });
      write(text, String(i));
      const [across, down] = sideOf(t, 10 + 9 * String(i).length, order[0] === i && query);
      set(text, { x: across, y: down, "text-anchor": across < 0 ? "end" : null });
      put(i, t);
    });
    put(-1, query);
    const [x1, y1] = at(query).split(",");
    const [x2, y2] = order.length ? at(templates[order[0]]).split(",") : [x1, y1];
    set(reach, { x1, y1, x2, y2 });
    set(cross, { transform: `translate(${at(query)})` });
  }
  return { node, draw, over, window: () => shown.extent, scale: () => shown };
}
