// The host: runs the widgets of a static page, where no kernel answers.
//
// The page carries the state of its widgets (one JSON script) and a view per place. For each widget the
// host calls the module that JupyterLab would call, as the anywidget front-end module specification says:
// initialize once per model, render once per view, both with an AbortSignal that ends them. What would go
// to Python (save_changes, send) goes nowhere.
(() => {
  "use strict";

  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const NEAR = "600px"; // far enough ahead that a reader who scrolls finds the widget drawn

  // ── Models ─────────────────────────────────────────────────────────────────────────────────────

  // Equal as JSON is: a list with the same numbers is no change, as it is none in JupyterLab.
  const same = (a, b) => {
    if (Object.is(a, b)) return true;
    if (!a || !b || typeof a !== "object" || typeof b !== "object") return false;
    const kind = Object.getPrototypeOf(a);
    if (kind !== Object.getPrototypeOf(b)) return false;
    if (kind !== Object.prototype && kind !== Array.prototype) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
  };

  // Binary values travel beside the JSON, each with its path into the state.
  const decode = ({ state, buffers = [] }) => {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const holder = path.slice(0, -1).reduce((value, key) => value[key], state);
      holder[path.at(-1)] = new DataView(bytes.buffer);
    }
    return state;
  };

  class Model {
    listeners = [];
    changing = false;
    constructor(id, description) {
      this.id = id;
      this.name = description.model_name;
      this.state = decode(description);
    }
    fire(event, ...details) {
      for (const one of [...this.listeners]) {
        // A listener that an earlier one has removed is not called any more.
        if (one.event === event && this.listeners.includes(one)) one.callback(...details);
      }
    }
    set(key, value) {
      const changes = typeof key === "string" ? { [key]: value } : key;
      const changed = Object.keys(changes).filter((name) => !same(this.state[name], changes[name]));
      if (!changed.length) return;
      for (const name of changed) this.state[name] = changes[name];
      const outermost = !this.changing;
      this.changing = true;
      try {
        for (const name of changed) this.fire(`change:${name}`, this.facade, this.state[name]);
      } finally {
        if (outermost) this.changing = false;
      }
      // A listener may set more; "change" then comes once, when all has settled.
      if (outermost) this.fire("change", this.facade);
    }
    off(event, callback, owner) {
      this.listeners = this.listeners.filter(
        (one) =>
          (event && one.event !== event) || (callback && one.callback !== callback)
            || (owner && one.owner !== owner),
      );
    }
    // What a widget sees of a model. Each gets its own, so that off() never takes away the listeners
    // of another.
    seenBy(owner) {
      return {
        get: (key) => this.get(key, owner),
        set: (key, value) => this.set(key, value),
        on: (event, callback) => void this.listeners.push({ event, callback, owner }),
        off: (event, callback) => this.off(event, callback, owner),
        save_changes() {},
        send() {},
        widget_manager: { get_model: async (id) => find(id).seenBy(owner) },
      };
    }
    get(key, owner) {
      const value = this.state[key];
      // Jupyter hands out the layout as a model; other references stay text, and the widget asks for
      // their model.
      const isModel = key === "layout" && isReference(value);
      return isModel ? find(value.slice(REFERENCE.length)).seenBy(owner) : value;
    }
    facade = this.seenBy(this);
  }

  const REFERENCE = "IPY_MODEL_";
  const isReference = (value) => typeof value === "string" && value.startsWith(REFERENCE);
  const models = new Map();
  const find = (id) => {
    const model = models.get(id);
    if (!model) throw new Error(`this page holds no widget ${id}`);
    return model;
  };

  // jslink and jsdlink: two models, no view.
  const link = ({ name, state }) => {
    const ends = [state.source, state.target].map(([reference, trait]) => [
      find(reference.slice(REFERENCE.length)),
      trait,
    ]);
    let passing = false;
    const pass = (/** @type {any[]} */ [from, read], /** @type {any[]} */ [to, write]) => {
      if (passing) return; // the other direction's echo
      passing = true;
      try {
        to.set(write, from.get(read));
      } finally {
        passing = false;
      }
    };
    const watch = (from, to) =>
      from[0].listeners.push({ event: `change:${from[1]}`, callback: () => pass(from, to), owner: link });
    const [source, target] = ends;
    pass(source, target);
    watch(source, target);
    if (name === "LinkModel") watch(target, source);
  };

  // ── Modules ────────────────────────────────────────────────────────────────────────────────────

  const modules = new Map();
  const styles = new Set();

  // One import for all widgets of a class. A blob, because a page opened from a file may import nothing else.
  const load = (text) => {
    if (!modules.has(text)) {
      if (/^https?:/.test(text)) {
        throw new Error("the widget's code is on another host, which this page does not ask");
      }
      const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      modules.set(text, import(url).finally(() => URL.revokeObjectURL(url)));
    }
    return modules.get(text);
  };

  // A sheet without an element: the page's policy lets no script write a <style>.
  const dress = (text) => {
    if (!text || styles.has(text)) return;
    styles.add(text);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  };

  const experimental = {
    invoke: (name) =>
      Promise.reject(new Error(`no Python runs behind this page, so "${name}" cannot be invoked`)),
  };

  // ── Lives ──────────────────────────────────────────────────────────────────────────────────────

  // While the page is shown. Leaving the page ends it, and with it every widget; coming back begins another.
  let visit = null;

  const onceAborted = (signal, action) => {
    if (signal.aborted) action();
    else signal.addEventListener("abort", action, { once: true });
  };

  // A cleanup that fails must not keep the others from running.
  const clean = async (cleanup) => {
    try {
      if (typeof cleanup === "function") await cleanup();
    } catch (error) {
      console.error(error);
    }
  };

  // Initialize a model, once a visit, whichever view or parent asks first.
  const initialize = (model) => {
    const { signal, begun } = visit;
    if (!begun.has(model)) begun.set(model, begin(model, signal));
    return begun.get(model);
  };

  const begin = async (model, signal) => {
    if (!model.state._esm) throw new Error(`${model.name} is drawn by JupyterLab only`);
    dress(model.state._css);
    const { default: exported } = await load(model.state._esm);
    if (!exported) throw new Error("the widget's module has no default export");
    const widget = typeof exported === "function" ? await exported() : exported;
    const owner = {};
    onceAborted(signal, () => model.off(null, null, owner));
    const result = await widget.initialize?.({ model: model.seenBy(owner), signal, experimental });
    // A function cleans up; an object is what the widget offers to those that hold it.
    onceAborted(signal, () => clean(result));
    return { widget, exports: typeof result === "object" && result ? result : undefined };
  };

  const render = async (model, el, signal) => {
    const { widget } = await initialize(model);
    if (signal.aborted) return;
    const owner = {};
    onceAborted(signal, () => model.off(null, null, owner));
    const referred = (reference) => find(reference.replace(/^anywidget:/, ""));
    const host = {
      getModel: async (reference) => {
        const [child, context] = [referred(reference), {}];
        onceAborted(signal, () => child.off(null, null, context));
        return child.seenBy(context);
      },
      getWidget: async (reference) => {
        const child = referred(reference);
        const { exports } = await initialize(child);
        return { exports, render: ({ el, signal: own = signal }) => render(child, el, own) };
      },
    };
    const cleanup = await widget.render?.({ model: model.seenBy(owner), el, signal, host, experimental });
    onceAborted(signal, () => clean(cleanup));
  };

  // ── Places ─────────────────────────────────────────────────────────────────────────────────────

  const say = (place, words) => {
    const line = document.createElement("p");
    Object.assign(line, { className: "widget-words", textContent: words });
    line.setAttribute("role", "status");
    place.append(line);
  };

  // The layout that Python gave the widget: width, margin and the like.
  const lay = (el, reference) => {
    if (!isReference(reference)) return;
    for (const [key, value] of Object.entries(models.get(reference.slice(REFERENCE.length))?.state ?? {})) {
      if (value !== null && !key.startsWith("_")) el.style.setProperty(key.replaceAll("_", "-"), value);
    }
  };

  const viewOf = (place) => JSON.parse(place.querySelector(VIEW).textContent).model_id;

  const start = async (place) => {
    const { signal } = visit;
    const view = new AbortController(); // ends with the visit, or earlier if the widget cannot start
    const el = document.createElement("div");
    place.dataset.widget = "starting";
    place.append(el);
    onceAborted(signal, () => {
      view.abort();
      place.querySelectorAll(":scope > :not(script)").forEach((child) => child.remove());
      delete place.dataset.widget;
    });
    try {
      const model = find(viewOf(place));
      lay(el, model.state.layout);
      await render(model, el, view.signal);
      if (!signal.aborted) place.dataset.widget = "running";
    } catch (error) {
      if (signal.aborted) return;
      console.error(error);
      view.abort(); // what a half-started widget has set up must not disturb the others
      el.remove();
      place.dataset.widget = "failed";
      say(place, `This widget could not start (${error?.message ?? error}). `
        + "Where a figure stands beside it, the figure tells the same story.");
    }
  };

  const places = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".widget-place"))];

  const viewed = new Set(places.map(viewOf));

  const arrive = () => {
    const controller = new AbortController();
    visit = { signal: controller.signal, begun: new Map(), leave: () => controller.abort() };
    // Models without a view of their own live too (a widget may hold them), from the moment that any
    // widget does.
    const unseen = [...models.values()].filter((model) => model.state._esm && !viewed.has(model.id));
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          observer.unobserve(target);
          start(target);
          unseen.splice(0).forEach((model) => initialize(model).catch(console.error));
        }
      },
      { rootMargin: NEAR },
    );
    onceAborted(visit.signal, () => observer.disconnect());
    places.forEach((place) => {
      place.dataset.widget = "waiting";
      observer.observe(place);
    });
  };

  places.forEach((place) => place.querySelector(".widget-words")?.remove());
  try {
    const { state } = JSON.parse(document.querySelector(STATE).textContent);
    for (const [id, description] of Object.entries(state)) models.set(id, new Model(id, description));
    for (const model of models.values()) if (/^(Directional)?LinkModel$/.test(model.name)) link(model);
  } catch (error) {
    console.error(error); // each place will say that its widget is missing
  }
  arrive();

  addEventListener("pagehide", () => visit.leave());
  // The browser kept the page and shows it again, as it was left: values live in the models, so
  // nothing is lost.
  addEventListener("pageshow", (event) => event.persisted && arrive());
})();
