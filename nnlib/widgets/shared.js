// What every widget needs and none should write twice. `nnlib.widgets.base` puts this text in
// front of a widget's own, so that a widget is one module that imports nothing.

const SVG = new Set(["svg", "g", "path", "line", "rect", "circle", "text"]);

/** Make an HTML or SVG element; an attribute that is null or false is left out. */
export function el(tag, attributes = {}, ...children) {
  const node = SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  set(node, attributes);
  node.append(...children);
  return node;
}

export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value);
  }
}

/** Write text only where it changed: a screen reader may announce a rewrite of equal text. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const button = (name) => el("button", { type: "button", class: "nn-button" }, name);

/** Say whether a button can act: one that cannot keeps the focus, rather than drop a keyboard user out. */
export const able = (node, can) => set(node, { "aria-disabled": String(!can) });

const DASHES = [null, "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2"];

/** Parts that appear when they are asked for. */
export const folded = (title, ...parts) =>
  el("details", { class: "nn-folded" }, el("summary", {}, title), ...parts);

/** The curve of class c: a color (in the style sheet) and a dash, its second cue. */
export const curve = (c, d) => el("path", {
  d, class: `nn-curve nn-stroke-${c}`, "stroke-dasharray": DASHES[c] });

/**
 * A number for reading: four digits, a true minus sign; NaN and Infinity stay what they are.
 * @param {number} value
 * @returns {string}
 */
export function format(value, digits = 4) {
  if (!Number.isFinite(value) || value === 0) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4
    ? value.toExponential(digits - 1)
    : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−").replace("e+", "e");
}

/** A point or a row of weights, for reading. */
export const pair = (values) => `(${values.map((v) => format(v)).join(", ")})`;

/** Whether a value is an object of JSON. */
export const isRecord = (value) => Boolean(value) && typeof value === "object" && !Array.isArray(value);

/** Whether two values of traits are equal. */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export const atEnd = (life, act) => life.addEventListener("abort", act);

/** Call `draw` once in the next frame, however often it is asked for before that; `now`, at once. */
export function onFrame(draw, life) {
  let frame = 0;
  const now = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    draw();
  };
  atEnd(life, () => cancelAnimationFrame(frame));
  return Object.assign(() => { frame ||= requestAnimationFrame(now); }, { now });
}

/**
 * A widget's traits, as the anywidget front-end module specification hands them to `render`.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, heard: () => void) => void} on
 * @property {(event: string, heard: () => void) => void} off
 */

/**
 * What every widget begins with. Whatever hears or watches ends with `life`, an AbortSignal.
 * @param {Model} model
 */
export function begin(model) {
  const closing = new AbortController();
  const life = closing.signal;
  const get = (name) => model.get(name);
  const on = (node, type, heard) => node.addEventListener(type, heard, { signal: life });
  return {
    life,
    get,
    on,
    /**
     * The state: what these traits hold.
     * @template {string} Name
     * @param {readonly Name[]} names
     * @returns {Record<Name, any>}
     */
    those(names) {
      const state = /** @type {Record<Name, any>} */ ({});
      for (const name of names) state[name] = get(name);
      return state;
    },
    change(values, send = true) {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      if (send) model.save_changes();
    },
    /** Show the box, drawn at every size that it takes; return what takes it away. */
    start(root, box, link, draw) {
      root.append(box);
      // Plain keys stay inside. JupyterLab and the theme bind arrows to their own moves, and
      // JupyterLab even prevents what a focused slider would do with them.
      on(box, "keydown", (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
      });
      const size = new ResizeObserver(draw);
      size.observe(box);
      atEnd(life, () => size.disconnect());
      const end = () => {
        closing.abort();
        box.remove();
      };
      try {
        link.read();
        (draw.now ?? draw)(); // else a frame may be painted before the first picture
      } catch (error) {
        end();
        throw error;
      }
      return end;
    },
  };
}

/**
 * Hear changes of the named traits until `life` ends.
 * @param {Model} model
 * @param {readonly string[]} names
 * @param {() => void} heard
 * @param {AbortSignal} life
 */
export function listen(model, names, heard, life) {
  for (const name of names) {
    const event = `change:${name}`;
    model.on(event, heard);
    atEnd(life, () => model.off(event, heard));
  }
}

/**
 * A sentence that follows what is shown, by `announce(text)`, and beside it, out of sight, its copy
 * in a polite live region: that speaks at once, then at most every `pause` ms, ending on the last
 * text. Only the copy is there for a screen reader, so that nothing is read twice.
 */
export function announcer(life, pause = 600) {
  const shown = el("p", { class: "nn-said", "aria-hidden": "true" });
  const heard = el("div", { class: "nn-heard", "aria-live": "polite" });
  const said = el("div", { class: "nn-told" }, shown, heard);
  let timer = 0;
  let next = null;
  const speak = () => {
    timer = 0;
    if (next === null) return;
    write(heard, next);
    next = null;
    timer = setTimeout(speak, pause);
  };
  atEnd(life, () => clearTimeout(timer));
  const announce = (text) => {
    write(shown, text);
    next = text;
    if (!timer) speak();
  };
  return { said, announce };
}

/**
 * A link that holds the widget's state in the address, as #nn-NAME=JSON, and restores it from there.
 * Each widget reads and replaces its own key only. A notebook application owns its address, so the
 * link exists only where the page itself carries the widgets' state. `restore` gets parsed but
 * untrusted values and must check them.
 */
export function stateLink(model, restore, life) {
  const key = `nn-${model.get("name")}`;
  const entries = () => new URLSearchParams(/^#nn-/.test(location.hash) ? location.hash.slice(1) : "");
  const link = el("a", { class: "nn-button" }, "Link to this state");
  const said = el("span", { role: "status", class: "nn-muted" });
  const read = () => {
    // Once an address: a page returned to shows what the reader left, not what the link began with.
    if (model.get("_address") === location.hash) return;
    model.set("_address", location.hash);
    try {
      const state = JSON.parse(entries().get(key));
      if (state && typeof state === "object") restore(state);
    } catch {
      // A link someone mistyped: the page shows what it would show without it.
    }
  };
  link.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.href);
      write(said, "Copied.");
    } catch {
      write(said, "The address bar now holds the link.");
    }
  });
  const inPage = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
  const controls = inPage ? [link, said] : [];
  if (inPage) window.addEventListener("hashchange", read, { signal: life });
  let shown = "";
  return {
    controls,
    read: inPage ? read : () => {},
    show(state) {
      const all = entries();
      const text = JSON.stringify(state);
      all.set(key, text);
      set(link, { href: `#${all}` });
      if (text !== shown) write(said, ""); // else what the link said of itself may stand
      shown = text;
    },
  };
}
