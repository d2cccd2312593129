import { clamp, el } from "./shared.js";

// What drawings share: markers, tints, the numbers at an axis.

/** A marker for each class, the second cue beside its color. */
export const SHAPES = [
  "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0-8,0z", "M-3.6-3.6h7.2v7.2h-7.2z", "M0-5L4.6,3.4H-4.6z",
  "M0-5L5,0L0,5L-5,0z", "M0,5L4.6-3.4H-4.6z",
  "M-1.6-4.8h3.2v3.2h3.2v3.2h-3.2v3.2h-3.2v-3.2h-3.2v-3.2h3.2z",
  "M-4.4-4.4L0-1.8L4.4-4.4L1.8,0L4.4,4.4L0,1.8L-4.4,4.4L-1.8,0z",
];

/** How strongly each unit's cell is tinted: four steps in turn within a class. */
export function strengths(labels) {
  const seen = new Map();
  return labels.map((c) => {
    seen.set(c, (seen.get(c) ?? -1) + 1);
    return [0.3, 0.54, 0.42, 0.66][seen.get(c) % 4];
  });
}

/** A class's marker as a small drawing of its own. */
export const marker = (c) => el("svg", {
  width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" },
  el("path", { d: SHAPES[c], transform: "scale(1.4)", class: `nn-mark nn-fill-${c}` }));

/** Steps of 1, 2 or 5 times a power of ten within [from, to]. */
export function ticks(from, to, count) {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const first = Math.ceil(from / step);
  const many = Math.floor(to / step) - first + 1;
  const value = (i) => Number(((first + i) * step).toPrecision(12));
  return Array.from({ length: clamp(many || 0, 0, 20) }, (_, i) => value(i));
}
