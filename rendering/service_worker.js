// The service worker: what a reader has opened opens again without a network.
//
// It fetches nothing by itself. It keeps what pages ask for, and hands that out when the network does not
// answer. Whatever has the sum of its content in its address never changes, and is taken from what is kept;
// all else is asked for anew, so that no earlier edition is shown while there is a network.
(() => {
  "use strict";
  const worker = /** @type {any} */ (self);
  const SCOPE = worker.registration.scope;
  const NAME = `book ${new URL(SCOPE).pathname}`; // two books may share a host; offline.js says it, too
  const PATIENCE = 4000; // ms; a train's network may take minutes to fail
  const LASTING = /[?&](v|digest)=|\/_images\/|\.pack$/;

  /** The address under which a request is kept: a page's has nothing behind its path. */
  const keyOf = (address) => {
    const url = new URL(address);
    url.hash = "";
    if (url.pathname.endsWith("/")) url.pathname += "index.html";
    if (!/\.[^/]+$/.test(url.pathname)) url.pathname += ".html"; // which some hosts drop
    if (url.pathname.endsWith(".html")) url.search = "";
    return url.href;
  };

  /** Keep a copy of an answer; a browser that has no room keeps none. */
  const keep = async (cache, { mode }, key, response) => {
    if (response.status !== 200) return;
    // The search reads pages, too; one that nobody opened would come without its files.
    if (key.endsWith(".html") && mode !== "navigate") return;
    const { headers } = response;
    // A page may not be opened with an answer that was redirected.
    const copy = response.redirected ? new Response(await response.blob(), { headers }) : response;
    await cache.put(key, copy);
  };

  const soon = (promise) => Promise.race([promise, new Promise((_, reject) => {
    setTimeout(() => reject(new Error("the network takes too long")), PATIENCE);
  })]);

  const absent = () => new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Not kept</title>
<h1>This page is not kept</h1><p>There is no network, and this page of the book was not opened before, nor was
the whole book kept. <a href="${SCOPE}">The first page</a> may be there.</p>`,
    { status: 503, headers: { "Content-Type": "text/html" } },
  );

  const answer = async (event) => {
    const { request } = event;
    const key = keyOf(request.url);
    const cache = await caches.open(NAME);
    const kept = await cache.match(key);
    if (kept && LASTING.test(key)) return kept;
    const asked = fetch(request);
    event.waitUntil(asked.then((response) => keep(cache, request, key, response.clone())).catch(() => {}));
    try {
      const response = await (kept ? soon(asked) : asked);
      return kept && response.status >= 500 ? kept : response;
    } catch {
      const other = (await cache.matchAll(key, { ignoreSearch: true })).at(-1); // the newest
      return kept ?? other ?? (request.mode === "navigate" ? absent() : Response.error());
    }
  };

  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
  worker.addEventListener("fetch", (event) => {
    const { headers, method, url } = event.request;
    // What offline.js keeps must come from the network: an earlier script would stay under a new address.
    if (method !== "GET" || !url.startsWith(SCOPE) || headers.has("X-Keep")) return;
    event.respondWith(answer(event).catch(() => fetch(event.request))); // where nothing can be kept
  });
})();
