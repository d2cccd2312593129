import { el, format, pair, set, write } from "./shared.js";
import { trace } from "./cycles.js";
import { marker } from "./drawing.js";
import { plural } from "./words.js";
import { drawRows, isWhole, onPlane, relabeled, stepping } from "./stepper.js";

export { trace };

// ---- The page. ----

const LINE = 34; // of a unit
const HEAD = 20;

const signed = (v) => (v < 0 ? `−${-v}` : String(v));

/** What one cycle did, in a sentence or two. */
function words({ query, labels, class_names: names }, { wins }, cycle) {
  const { number, phase, unit, taken, votes, label } = cycle;
  const n = labels.length;
  const tally = names.map((name, c) => `${name} ${votes[c]}`).join(", ");
  if (!number) {
    return `Query ${pair(query)}. Before the first cycle scores and comparators have settled: `
      + `wins ${wins.join(", ")}. A selector fires when wins and latches reach ${n - 1}.`;
  }
  const leads = `Votes ${tally}; label ${names[label]}.`;
  if (phase === "select") {
    const reached = `${plural(wins[unit], "win")} and ${plural(taken.length, "latched row")}`;
    return `Cycle ${number}, select: unit ${unit} fires, with ${reached}, and votes before its latch is set. `
      + `${leads}`;
  }
  return `Cycle ${number}, feedback: latch ${unit} is set. It counts as a win for all others, `
    + `and silences its own unit. ${leads}`;
}

const curved = (x0, y0, middle, x1, y1) => `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}`;

/** The network, one line for each unit: score, wins, selector, latch; at the right the vote. */
function unitsOf() {
  const svg = el("svg", { "aria-hidden": "true" });
  const node = el("div", { class: "nn-units" }, svg);
  let shown = null;

  function layOut(key, width, { templates, class_names: names }) {
    const n = templates.length;
    const at = {
      score: width * 0.23, wins: width * 0.37, select: width * 0.53, latch: width * 0.73, vote: width - 44 };
    const y = (i) => HEAD + LINE * i + LINE / 2;
    const votes = names.map((_, c) => HEAD + (n * LINE * (c + 0.5)) / names.length);
    set(svg, { width, height: HEAD + Math.max(n, names.length) * LINE + 6 });
    const head = (x, text, anchor = "middle") => el("text", { x, y: 12, "text-anchor": anchor }, text);
    const each = (count, make) => Array.from({ length: count }, (_, i) => make(i));
    const text = (x, anchor) => (i) => el("text", { x, y: y(i) + 4, "text-anchor": anchor });
    const drawn = {
      feedback: each(n, () => el("path", { class: "nn-feedback" })),
      forward: each(n, (i) => el("path", { d: `M${at.select + 14},${y(i)}H${at.latch - 10}` })),
      counts: each(n, () => el("path", { class: "nn-wire" })),
      marks: each(n, (i) => el("g", { transform: `translate(8,${y(i)})` })),
      scores: each(n, text(at.score, "end")),
      wins: each(n, text(at.wins, "end")),
      circles: each(n, (i) => el("circle", { cx: at.select, cy: y(i), r: 14, class: "nn-select" })),
      sums: each(n, text(at.select, "middle")),
      latches: each(n, (i) => el("rect", { x: at.latch - 10, y: y(i) - 10, width: 20, height: 20 })),
      bits: each(n, text(at.latch, "middle")),
      boxes: votes.map((v) => el("rect", { x: at.vote, y: v - 13, width: 42, height: 26, rx: 5 })),
      tallies: votes.map((v) => el("text", { x: at.vote + 21, y: v + 4, "text-anchor": "middle" })),
    };
    shown = { key, n, at, y, votes, ...drawn };
    svg.replaceChildren(
      head(0, "unit", "start"), head(at.score, "s", "end"), head(at.wins, "wins", "end"),
      head(at.select, "select"), head(at.latch, "latch"), head(at.vote + 21, "vote"),
      ...each(n, (i) => el("text", { x: 20, y: y(i) + 4 }, i)),
      ...Object.values(drawn).flat());
  }
  function draw(now, { scores, wins }, cycle) {
    const { labels, class_names: names } = now;
    const width = node.clientWidth;
    const key = [width, labels.length, names].join();
    if (shown?.key !== key) layOut(key, width, now);
    const { at, y, votes } = shown;
    const feeding = cycle.phase === "feedback";
    labels.forEach((c, i) => {
      const fires = cycle.phase === "select" && cycle.unit === i;
      const latched = cycle.taken.includes(i);
      const [x, right] = [at.latch + 10, at.vote - 12];
      const vote = curved(x, y(i), right, at.vote, votes[c]);
      // A selector that fires is counted at once: its wire passes over the latch, which is not yet set.
      const ahead = `M${at.select + 12},${y(i) - 8}L${at.latch - 12},${y(i) - 14}H${x}`
        + `C${right},${y(i) - 14} ${right},${votes[c]} ${at.vote},${votes[c]}`;
      if (shown.marks[i].dataset.c !== String(c)) shown.marks[i].replaceChildren(marker(c).firstChild);
      shown.marks[i].dataset.c = c;
      write(shown.scores[i], format(scores[i]));
      write(shown.wins[i], String(wins[i]));
      write(shown.sums[i], signed(cycle.sums[i]));
      set(shown.circles[i], { class: `nn-select${fires ? " nn-fires" : ""}` });
      set(shown.sums[i], { class: fires ? "nn-strong" : null });
      set(shown.latches[i], { class: `nn-latch${latched ? " nn-set" : ""}` });
      write(shown.bits[i], latched ? "1" : "0");
      set(shown.forward[i], { class: `nn-wire${feeding && cycle.unit === i ? " nn-live" : ""}` });
      set(shown.counts[i], {
        d: fires ? ahead : vote, class: `nn-wire${latched || fires ? " nn-live" : ""}` });
      // What the latch that was just set sends back: 1 to all others, −n to its own selector.
      set(shown.feedback[i], {
        d: feeding ? curved(at.latch - 10, y(cycle.unit) + 5, at.latch - 26, at.select + 13, y(i) + 5) : null,
        class: `nn-feedback${i === cycle.unit ? " nn-minus" : ""}` });
    });
    names.forEach((name, c) => {
      set(shown.boxes[c], { class: `nn-vote${cycle.label === c ? " nn-lit" : ""}` });
      write(shown.tallies[c], `${name.slice(0, 3)} ${cycle.votes[c]}`);
    });
  }
  return { node, draw };
}

/** Whether a state that came from an address is one that this widget can show. */
const valid = (now) => onPlane(now, 8)
  && Array.isArray(now.labels) && now.labels.length === now.templates.length
  && now.labels.every((c) => isWhole(c, now.class_names.length - 1))
  && isWhole(now.at, 2 * now.templates.length - 1);

/** The map and the network at the cycle that is shown. */
function pictureOf(plane) {
  const units = unitsOf();
  return {
    node: units.node,
    draw(now, show) {
      const found = trace(now);
      const cycle = found.cycles[show(found.cycles.length - 1, "Cycle")];
      const first = cycle.unit < 0 ? found.wins.indexOf(Math.max(...found.wins)) : cycle.unit;
      drawRows(plane, now, now.labels, { order: [first], cells: null });
      units.draw(now, found, cycle);
      return (number) => words(now, found, found.cycles[number]);
    },
  };
}

export default {
  render: stepping({
    style: "nn-clocked", label: "Clocked network", valid, whole: relabeled, pictureOf,
    traits: ["templates", "labels", "class_names", "query", "extent", "at"],
    linked: ["templates", "labels", "query", "at"],
  }),
};
