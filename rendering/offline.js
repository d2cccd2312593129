// The line at the foot of a page that says what is available offline, and keeps the whole book when asked.
//
// What a page has loaded is kept by service_worker.js, and, on the first visit, which no service worker has
// seen, from here. A page opened from a file is there anyway, and has no such line.
(async () => {
  "use strict";
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const foot = document.querySelector(".bd-footer-content__inner");
  if (!foot || !/^http/.test(location.protocol) || !navigator.serviceWorker || !window.caches) return;

  const BASE = new URL("..", script.src).href;
  const NAME = `book ${new URL(BASE).pathname}`;
  const MARK = `${BASE}offline-edition`; // what is kept under this address is the name of an edition
  const { edition } = script.dataset;
  const [bytes, python] = [script.dataset.bytes, script.dataset.python].map(Number);
  const megabytes = (count) => `${(count / 1e6).toFixed(1)} MB`;
  const LASTING = /[?&](v|digest)=|\/_images\/|\.pack$/; // as service_worker.js has it

  const said = document.createElement("p");
  const row = document.createElement("div");
  row.className = "offline";
  said.setAttribute("role", "status");
  said.tabIndex = -1; // takes the focus of a button that goes
  row.append(said);

  const button = (words, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", textContent: words });
    made.addEventListener("click", act);
    return made;
  };
  const say = (words, ...controls) => {
    const had = row.contains(document.activeElement);
    said.textContent = words;
    row.replaceChildren(said, ...controls);
    if (had) said.focus();
  };

  /** What a host does not have; the network and the room in the browser are another matter. */
  class Missing extends Error {}

  /** Fetch a file past the service worker, which would answer with an earlier one. */
  const fetched = async (address, how) => {
    const response = await fetch(address, { cache: how, headers: { "X-Keep": "1" } });
    const { status } = response;
    if (status !== 200) throw new Missing(`${address} cannot be loaded (status ${status})`);
    return response;
  };
  const keep = async (cache, address, how) => {
    const response = await fetched(address, how);
    await cache.put(address, new Response(await response.blob(), { headers: response.headers }));
  };

  /** Keep what this page has loaded; all of it lies in the browser's own memory. */
  const keepThis = async (cache) => {
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name.split("#")[0])
      .filter((name) => !new URL(name).pathname.endsWith(".html")); // the search reads pages
    const path = location.pathname.replace(/\/$/, "/index.html");
    // As service_worker.js has it.
    const here = location.origin + path + (/\.[^/]+$/.test(path) ? "" : ".html");
    for (const address of new Set([here, ...loaded])) {
      const isBooks = address.startsWith(BASE) && !address.endsWith("/service_worker.js");
      try {
        if (isBooks && !(await cache.match(address))) await keep(cache, address, "force-cache");
      } catch {
        // One file that is missing leaves the others, and the line, as they are.
      }
    }
  };

  /** Keep every file of this edition, and none of an earlier one. */
  const keepAll = async () => {
    const bar = document.createElement("progress");
    Object.assign(bar, { max: bytes, value: 0, ariaLabel: "Kept so far" });
    const size = megabytes(bytes);
    say(`The book is being kept, ${size}. Leaving this page ends that; what has come stays.`, bar);
    try {
      const cache = await caches.open(NAME);
      // The book may have a newer edition than this page.
      const { edition: brought, files } = await (await fetched(`${BASE}offline.json`, "no-cache")).json();
      let missing = null;
      for (const [path, length] of files) {
        const address = BASE + path;
        const isThere = LASTING.test(address) && (await cache.match(address));
        try {
          if (!isThere) await keep(cache, address, "no-cache");
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
          missing ??= error; // the others come all the same
        }
        bar.value += length;
      }
      if (missing) throw missing;
      const wanted = new Set(files.map(([path]) => BASE + path));
      for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
      await cache.put(MARK, new Response(brought));
      await tell(brought);
    } catch (error) {
      const why = error?.message ?? error;
      say(`The book could not be kept whole (${why}). What has come stays.`, offer("Go on"));
    }
  };

  const offer = (words) => {
    const part = python ? `, ${megabytes(python)} of it Python` : "";
    return button(`${words}: ${megabytes(bytes)}${part}`, keepAll);
  };

  const forget = async () => {
    await caches.delete(NAME);
    const again = offer("Keep the whole book offline");
    say("Nothing is kept any more. Pages that you open are kept again.", again);
  };

  const tell = async (brought = edition) => {
    const cache = await caches.open(NAME);
    const whole = await (await cache.match(MARK))?.text();
    const remove = button("Remove it", forget);
    if (whole === brought) {
      say(`Available offline: the whole book${python ? ", with its Python" : ""}.`, remove);
    } else if (whole) {
      const update = offer("Bring this edition, at most");
      say("Available offline: the whole book, in an earlier edition.", update, remove);
    } else {
      const whole = offer("Keep the whole book offline");
      say("Available offline: this page, as far as you have read it.", whole, remove);
    }
  };

  try {
    await new Promise((done) => {
      if (document.readyState === "complete") done();
      else addEventListener("load", done, { once: true });
    });
    await navigator.serviceWorker.register(`${BASE}service_worker.js`);
    await navigator.serviceWorker.ready;
    await keepThis(await caches.open(NAME));
    await tell();
    foot.append(row);
  } catch {
    // A browser that keeps nothing, such as one in private mode, or no network: there is nothing to say.
  }
})();
