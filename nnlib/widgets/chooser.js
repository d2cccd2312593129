import {
  announcer, begin, button, clamp, el, folded, listen, onFrame, set, stateLink, write,
} from "./shared.js";

// ---- The rules. ----
// nnlib/widgets/chooser.py does the same operations in the same order, and a test compares the two.
// Every constant and every verdict comes from there, in the trait `rules`.

const up = (a, b) => Math.ceil(a / b);

function scaled(x, units, unit) {
  let which = 0;
  while (x / unit >= 1000 && which + 1 < units.length) {
    unit *= 1000;
    which++;
  }
  const value = x / unit;
  const tenths = value >= 100 ? 1 : value >= 10 ? 10 : 100;
  return `${Math.floor(value * tenths + 0.5) / tenths}${units[which]}`;
}

/** A count with three digits: 790, 12,600, 5.21 million. */
export function amount(x) {
  if (x >= 1e6) return scaled(x, [" million", " billion", " trillion"], 1e6);
  let step = 1;
  while (x / step >= 1000) step *= 10;
  return String(Math.floor(x / step + 0.5) * step).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Bytes with three digits, in units of a thousand. */
export const size = (x) =>
  (x < 1000 ? `${Math.floor(x)} bytes` : scaled(x, [" kB", " MB", " GB", " TB"], 1e3));

const queries = (count) => (count === 1 ? "query" : `${amount(count)} queries`);

/** Everything the page shows, from the traits alone: one entry a candidate. */
export function compute({ n, d, intrinsic, memory, batch, recall, updates, spread }, rules) {
  const { direct, worth, names, words } = rules;
  const room = memory * 1e9;
  const e = Math.min(intrinsic || d, d);
  const kind = rules.structure.filter((last) => e > last).length;
  const guess = (counts) => counts[spread][rules.recalls.indexOf(recall) - 1][kind];
  const shared = Math.min(batch, rules.shared);
  const listsOf = (rows) => Math.floor(rules.lists * Math.sqrt(rows));
  const code = Math.min(up(d, rules.code), rules.longest);

  function measure(key, n, onDisk) {
    const lists = listsOf(n);
    const scanned = recall < 1 ? Math.min(n, up(guess(rules.probes) * n, lists)) : n;
    const centers = up(4 * d * lists, shared);
    let [row, more, rows, flops, read, disk, slow] = [0, 0, n, 0, 0, 0, 0];
    let wait = rules.balance;
    if (key === "brute") {
      row = 4 * d + 4;
      flops = rules.product * d * n;
      read = up(row * n, shared);
      if (onDisk) [disk, slow] = [4 * d * n, up(4 * d * n, batch)];
    } else if (key === "tree") {
      let leaves = 1;
      while (leaves * (rules.leaf + 1) <= n) leaves *= 2;
      leaves += Math.max(n - leaves * rules.leaf, 0);
      row = 8 * d + 8;
      more = rules.node * (2 * leaves - 1);
      if (e <= rules.tree.length) rows = Math.min(n, rules.tree[e - 1]);
      flops = direct * d * rows;
      read = row * rows;
      wait *= rules.jump;
    } else if (key === "ivf") {
      row = 4 * d + rules.id;
      more = 4 * d * lists;
      rows = lists + scanned;
      flops = rules.product * d * lists + direct * d * scanned;
      read = centers + 4 * d * scanned;
    } else if (key === "pq") {
      row = code + rules.id;
      more = 4 * d * (lists + rules.centroids);
      rows = lists + scanned + rules.reranked;
      flops = rules.product * d * lists + direct * d * rules.centroids + code * scanned
        + direct * d * rules.reranked;
      read = centers + code * scanned;
      disk = 4 * d * n;
      slow = rules.reranked * Math.max(4 * d, rules.page);
    } else {
      row = 4 * d + 8 * rules.links + rules.graph;
      more = Math.floor((4 * n * rules.links) / (rules.links - 1));
      const walk = recall < 1 ? guess(rules.visits) * (31 - Math.clz32(n)) : 0;
      rows = Math.min(n, up(walk, rules.doublings)) || n;
      flops = direct * d * rows;
      read = (4 * d + 8) * rows;
      wait *= rules.jump;
    }
    const work = Math.max(flops, wait * read, rules.balance * rules.disk * slow);
    return { bytes: n * row + more, row, more, disk, machines: 1, rows, flops, read, work };
  }

  function split(key) {
    let machines = Math.max(2, up(measure(key, n, false).bytes, room));
    let part;
    while ((part = measure(key, up(n, machines), false)).bytes > room) machines++;
    return { ...part, machines, disk: part.disk * machines, rows: part.rows * machines };
  }

  const inMemory = measure("brute", n, false).bytes <= room;
  const inner = recall === 1 ? "brute" : "pq";
  const single = Object.keys(names).filter((key) => key !== "shards");
  const facts = Object.fromEntries(single.map((key) => [key, measure(key, n, !inMemory)]));
  facts.shards = split(inner);
  const all = facts.brute.work;

  function outcome(key) {
    const { bytes, work } = facts[key];
    if (key === "brute") return inMemory ? "brute works" : "brute disk";
    if (recall === 1 && key !== "tree") return `${key} exact`;
    if (updates === "steady" && (key === "tree" || key === "hnsw")) return `${key} updates`;
    if (key === "hnsw" && !guess(rules.visits)) return "hnsw misses";
    if ((key === "ivf" || key === "pq") && n < rules.training * listsOf(n)) return `${key} train`;
    if (bytes > room) return "fit";
    return work * worth > all ? "gain" : `${key} works`;
  }
  const outcomes = Object.fromEntries(single.map((key) => [key, outcome(key)]));
  const working = single.filter((key) => outcomes[key] === `${key} works`);
  const whole = working.filter((key) => key !== "pq");
  let best = facts.shards.work * worth <= all ? "shards" : "brute";
  if (whole.length) best = whole.reduce((a, b) => (facts[b].work < facts[a].work ? b : a));
  else if (working.length) best = "pq";
  outcomes.shards = working.length ? "shards needless" : `shards ${inner}`;

  return Object.keys(names).map((key) => {
    const fact = facts[key];
    const values = {
      rows: amount(fact.rows),
      machines: amount(fact.machines),
      bytes: size(fact.bytes),
      disk: size(fact.disk),
      memory: size(room),
      shared: queries(shared),
      batch: queries(batch),
      e,
      probes: amount(recall < 1 ? Math.min(guess(rules.probes), listsOf(n)) : listsOf(n)),
      lists: amount(listsOf(n)),
      training: rules.training,
      code,
      reranked: rules.reranked,
      share: amount((100 * fact.work) / all),
    };
    const useful = working.includes(key) || key === "brute" || (key === "shards" && !working.length);
    return {
      key,
      name: names[key],
      ...fact,
      fits: fact.bytes <= room,
      verdict: key === best ? "best" : useful ? "works" : "no",
      reason: words[outcomes[key]].replace(/\{(\w+)\}/g, (_, name) => values[name]),
    };
  });
}

// ---- The page. ----

const STATE = /** @type {const} */ ([
  "n", "d", "intrinsic", "memory", "batch", "recall", "updates", "spread"]);
const WORDED = ["updates", "spread"]; // the choices that are no numbers
const ROWS = [3, 4, 5, 6, 7, 8].flatMap((e) => [1, 2, 5].map((step) => step * 10 ** e)).concat(1e9);
const STEPS = {
  n: ROWS,
  d: [2, 3, 4, 8, 16, 32, 64, 128, 256, 384, 512, 768, 1024, 1536],
  memory: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  batch: [1, 10, 100, 1000, 10000, 100000],
};
const WIDE = 1.5; // the memory bars end at so many times the memory
const LEAST = -8; // and those of the work at 10⁻⁸ and 10² of brute force
const MOST = 2;

const option = (value, text) => el("option", { value }, text);

/** What the reader sets: sliders in steps, and choices. */
function controlsOf(rules) {
  const sliders = Object.fromEntries(Object.keys(STEPS).map((name) => [name, {
    value: el("span", { class: "nn-number" }),
    input: el("input", { type: "range", min: 0, max: STEPS[name].length - 1, step: 1 }),
  }]));
  const other = option("", "");
  const selects = {
    intrinsic: el("select", {}, option(0, "all of them"),
      ...[2, 4, 8, 16, 32].map((e) => option(e, `about ${e}`)), other),
    recall: el("select", {}, ...rules.recalls.map((r) =>
      option(r, r === 1 ? "exact" : `recall ${r}`))),
    updates: el("select", {}, option("rare", "rare"), option("steady", "steady")),
    spread: el("select", {}, option("clusters", "in clusters"), option("even", "in one cloud")),
  };
  const slide = (name, title) => el("label", {},
    el("span", {}, `${title} `, sliders[name].value), sliders[name].input);
  const pick = (name, title) => el("label", {}, title, selects[name]);
  const node = el("div", { class: "nn-controls" },
    slide("n", "Rows"),
    slide("d", "Features"),
    slide("memory", "Memory"),
    slide("batch", "Queries at once"),
    pick("intrinsic", "Intrinsic dimensions"),
    pick("spread", "The rows lie"),
    pick("recall", "Answer wanted"),
    pick("updates", "Changes"));
  return { node, sliders, selects, other };
}

/** A candidate: its verdict, its memory and its work as bars; the reason and the sums when asked for. */
function cardOf([name, title]) {
  const span = (look) => el("span", { class: look });
  const meter = (look) => el("svg", { height: 14, "aria-hidden": "true" },
    el("rect", { class: "nn-track", y: 2, height: 10, width: "100%" }),
    el("rect", { class: look, y: 2, height: 10 }),
    el("line", { class: "nn-limit", y1: 0, y2: 14 }));
  const card = {
    name, badge: span("nn-badge"), reason: el("p", {}),
    memory: meter(), bytes: span(), sum: span("nn-muted"),
    work: meter("nn-work"), cost: span(), looked: span("nn-muted"),
  };
  card.box = el("li", {},
    folded(el("span", {}, el("span", { class: "nn-strong" }, title), card.badge), card.reason),
    el("div", {}, card.memory, el("p", { class: "nn-meter" }, card.bytes, " ", card.sum)),
    el("div", {}, card.work, el("p", { class: "nn-meter" }, card.cost, " ", card.looked)));
  return card;
}

/** A bar with its limit, as the cards have them. */
const barKey = (look, text) => el("span", { class: "nn-key" },
  el("svg", { width: 26, height: 14, "aria-hidden": "true" },
    el("path", { d: "M0,2H26V12H0Z", class: "nn-track" }),
    el("path", { d: "M0,2H12V12H0Z", class: look }),
    el("path", { d: "M18,0V14", class: "nn-limit" })), text);

/** The parts, top to bottom, in a box. */
function partsOf(rules, said, link) {
  const own = option("", "your own");
  const chosen = el("select", {}, ...rules.cases.map(({ title }, i) => option(i, title)), own);
  const note = el("p", { class: "nn-muted" });
  const controls = controlsOf(rules);
  const memoryKey = el("span", {});
  const cards = Object.entries(rules.names).map(cardOf);
  const reset = button("Reset");
  const counted = folded("How work is counted", el("p", { class: "nn-muted" },
    "Work is counted in operations, a byte fetched from memory as "
    + `${rules.balance} (${rules.balance * rules.jump} where a tree or a graph jumps to it) `
    + `and one from disk as ${rules.balance * rules.disk}. What an approximate index must look at is `
    + "a guess: measure the recall on your own data."));
  const box = el("div", { class: "nn-widget nn-chooser", role: "group", "aria-label": "Index chooser" },
    el("div", { class: "nn-row" }, el("label", {}, "Case", chosen), note),
    folded("Set your own case", controls.node),
    said,
    el("div", { class: "nn-legend" },
      barKey("nn-bar", memoryKey),
      barKey("nn-work", "work a query, logarithmic; line: brute force")),
    el("ul", {}, ...cards.map((card) => card.box)),
    el("div", { class: "nn-row" }, reset, ...link.controls, counted));
  return { box, own, chosen, note, ...controls, memoryKey, cards, reset };
}

/** What of an address can be shown. */
function valid(state, rules, { selects }) {
  const good = {};
  for (const [name, [low, high]] of Object.entries(rules.limits)) {
    const value = state[name];
    const whole = name === "memory" || Number.isInteger(value);
    if (Number.isFinite(value) && whole && value >= low && value <= high) good[name] = value;
  }
  if (rules.recalls.includes(state.recall)) good.recall = state.recall;
  for (const name of WORDED) {
    if ([...selects[name].options].some(({ value }) => value === state[name])) good[name] = state[name];
  }
  return good;
}

function hear({ get, on, change }, rules, { chosen, sliders, selects, reset }) {
  on(chosen, "change", () => {
    const { title, note: _, ...settings } = rules.cases[chosen.value];
    change(settings);
  });
  for (const [name, { input }] of Object.entries(sliders)) {
    on(input, "input", () => change({ [name]: STEPS[name][input.valueAsNumber] }));
  }
  for (const [name, select] of Object.entries(selects)) {
    on(select, "change", () =>
      change({ [name]: WORDED.includes(name) ? select.value : Number(select.value) }));
  }
  on(reset, "click", () => change(get("home")));
}

/** Show in each control what the model holds. */
function followControls({ own, chosen, note, sliders, selects, other, memoryKey }, state, rules) {
  const room = size(state.memory * 1e9);
  const shown = { n: amount(state.n), d: state.d, memory: room, batch: amount(state.batch) };
  const found = rules.cases.findIndex((one) => STATE.every((name) => one[name] === state[name]));
  own.hidden = own.disabled = found >= 0;
  chosen.value = found >= 0 ? found : "";
  write(note, found >= 0 ? rules.cases[found].note : "");
  for (const [name, { input, value }] of Object.entries(sliders)) {
    // A value between two steps, from Python or a link, shows as the step below it.
    const at = Math.max(STEPS[name].findLastIndex((step) => step <= state[name]), 0);
    if (input.valueAsNumber !== at) input.value = at;
    set(input, { "aria-valuetext": shown[name] });
    write(value, String(shown[name]));
  }
  const known = [...selects.intrinsic.options].some(({ value }) => value === String(state.intrinsic));
  if (!known) {
    other.value = state.intrinsic;
    write(other, `about ${state.intrinsic}`);
  }
  other.hidden = other.disabled = other.value !== String(state.intrinsic);
  for (const [name, select] of Object.entries(selects)) select.value = state[name];
  write(memoryKey, `memory; line: the ${room} of a machine`);
}

const times = (more, less, word) => {
  const x = more / less;
  return `${x < 10 ? Math.floor(x * 10 + 0.5) / 10 : amount(x)} times ${word} work`;
};
const against = ({ work }, all) => (work > all ? times(work, all, "more") : times(all, work, "less"));

/** Show in a card what the advice says of its candidate. */
function followCard(card, one, { n, memory }, all, rules) {
  const room = memory * 1e9;
  set(card.box, { class: `nn-${one.verdict}` });
  write(card.badge, { best: "▸ take this", works: "works", no: "✕ no" }[one.verdict]);
  write(card.reason, one.reason);
  const [, bar, limit] = card.memory.children;
  const full = `${100 * Math.min(one.bytes / room / WIDE, 1)}%`;
  set(bar, { width: full, class: one.fits ? "nn-bar" : "nn-bar nn-over" });
  set(limit, { x1: `${100 / WIDE}%`, x2: `${100 / WIDE}%` });
  const each = one.machines > 1 ? ` on each of ${amount(one.machines)}` : "";
  write(card.bytes, size(one.bytes) + each);
  const rows = amount(up(n, one.machines));
  const more = one.more ? ` +_${size(one.more)}` : "";
  // A line may break before the sum and before its second part, not within a number.
  write(card.sum, `${rules.sums[card.name]} =_${rows} ×_${one.row} B${more}`
    .replace(/_|(?<=\d) (?=[a-zB-Z])/g, "\u00a0"));
  const place = (share) => (100 * (clamp(Math.log10(share), LEAST, MOST) - LEAST)) / (MOST - LEAST);
  const [, done, brute] = card.work.children;
  set(done, { width: `${Math.max(place(one.work / all), 1)}%` });
  set(brute, { x1: `${place(1)}%`, x2: `${place(1)}%` });
  write(card.cost, card.name === "brute" ? `${amount(one.work)} operations` : against(one, all));
  write(card.looked, `${amount(one.rows)} rows looked at`);
}

function sentence({ n, d, memory, recall }, advice, all) {
  const best = advice.find(({ verdict }) => verdict === "best");
  const each = best.machines > 1 ? " on each machine" : "";
  const gain = best.key === "brute" ? "" : ` and ${against(best, all)} than brute force`;
  const wanted = recall === 1 ? "exact" : `recall ${recall}`;
  const needs = best.fits ? ` It needs ${size(best.bytes)} of memory${each}${gain}.` : "";
  return `${amount(n)} rows of ${d} features, ${size(memory * 1e9)}, ${wanted}. `
    + `Best: ${best.name}. ${best.reason}${needs}`;
}

function render({ model, el: root }) {
  const page = begin(model);
  const { life } = page;
  const rules = page.get("rules");
  const { said, announce } = announcer(life);
  const link = stateLink(model, (state) => page.change(valid(state, rules, parts)), life);
  const parts = partsOf(rules, said, link);
  hear(page, rules, parts);
  const draw = onFrame(() => {
    const state = page.those(STATE);
    const advice = compute(state, rules);
    const all = advice[0].work;
    followControls(parts, state, rules);
    parts.cards.forEach((card, i) => followCard(card, advice[i], state, all, rules));
    announce(sentence(state, advice, all));
    link.show(state);
  }, life);
  listen(model, STATE, draw, life);
  return page.start(root, parts.box, link, draw);
}

export default { render };
