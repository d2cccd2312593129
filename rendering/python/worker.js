// The worker: Python in a thread of its own, so that the page answers while it runs, and so that
// the page can end it whatever it does. Pyodide's own scripts stand before this one.
//
// The page sends {start, address, rest}, each pack as {name, given}, then {id, job, …}; the worker answers
// {ready}, {id, call}, {id, printed}, {id, figure}, {id, report}, and {id, broken} where Python itself has
// ended. In the midst of a job it says {stage: "rest"} when it asks for the rest, and then {rest} once that
// is laid out, or {rest: null, why}.

import { unpack } from "./archive.js";
import { statusError } from "./status.js";
import { offerRest } from "./rest.js";

const LOCK = "LOCK"; // written in by packs.py: a lock that names no package
/** @type {any} Written in by packs.py: the files of the rest. */
const REST = "REST";
const PAGE = 65536; // bytes of WebAssembly's pages
// What Python may hold, so that a hoard ends in a MemoryError and not in a dead tab.
const MOST = 1024 * 1024 * 1024;

// What is there from the start stays: nothing looks for garbage among it, neither now nor before
// each measurement of memory.
const START = "import gc; gc.disable(); import numpy; from nnlib.practice import page; "
  + "gc.freeze(); gc.enable(); page";

let python = null;
let site = ""; // where packages lie
let page = null;
let cells = null;
let address = ""; // of the pack with the rest
/** @type {Uint8Array | null} That pack, if the page has it. */
let rest = null;
let layRest = () => {};
let lost = null; // why the rest could not be had: a job asks once
const { XMLHttpRequest } = self; // what is run here has none; it can wait, as an import must
/** @type {Record<string, (pack: any) => void>} */
const take = {};
const awaited = (name) => new Promise((resolve) => { take[name] = resolve; });
const [wasm, stdlib, numpy, nnlib] = ["wasm", "stdlib", "numpy", "nnlib"].map(awaited);
take.rest = (pack) => { rest = pack; };

const unpacked = (bytes) => new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));

function limitMemory() {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct: (target, [{ maximum, ...description }]) =>
      new target({ ...description, maximum: Math.min(maximum, MOST / PAGE) }),
  });
}

/** Get the pack with the rest from where the book is. */
function fetchRest() {
  postMessage({ stage: "rest" });
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw statusError("rest", request.status);
  return new Uint8Array(request.response);
}

/** Lay out the pack with the rest: the page's, or a new one. What cannot be laid out is not kept. */
function bringRest(lay) {
  if (lost) throw lost;
  try {
    const pack = rest ?? fetchRest();
    lay(pack);
    postMessage({ rest: pack });
  } catch (error) {
    rest = null;
    lost = error;
    postMessage({ rest: null, why: String(error?.message ?? error) });
    throw error;
  }
}

/** Start Python from the packs; nothing is ever fetched from anywhere but the rest. */
async function start() {
  const archives = [numpy, nnlib].map(async (pack) => new Response(unpacked(await pack)).arrayBuffer());
  self.fetch = async (/** @type {any} */ address) => {
    const name = String(address.url ?? address).split("/").pop();
    if (name === "pyodide-lock.json") return new Response(JSON.stringify(LOCK));
    if (name === "python_stdlib.zip") return new Response(unpacked(await stdlib));
    if (name === "pyodide.asm.wasm") return new Response(); // see below
    throw new TypeError(`this page fetches nothing, and so not ${name}`);
  };
  WebAssembly.instantiateStreaming = async (_, imports) => {
    const module = await wasm; // compiled by the page
    const instance = /** @type {any} */ (await WebAssembly.instantiate(module, imports));
    return { module, instance };
  };
  // The other ways to the network. Pyodide knows a worker by importScripts, and has nothing to import.
  const importScripts = () => { throw new TypeError("this page imports nothing"); };
  Object.assign(self, { importScripts });
  for (const name of ["XMLHttpRequest", "WebSocket", "EventSource"]) self[name] = undefined;
  limitMemory();
  python = await /** @type {any} */ (self).loadPyodide({
    indexURL: "https://python.invalid/", // a name that leads nowhere; see fetch
    stdin: () => null,
  });
  site = python.runPython("import sys; next(p for p in sys.path if p.endswith('site-packages'))");
  for (const archive of archives) unpack(await archive, python.FS, site);
  postMessage({ stage: "imports" });
  page = python.runPython(START);
  layRest = offerRest(python, site, REST, bringRest);
  postMessage({ ready: true });
}

/** Unpack what a cell needs. A library that others need stands at the top, and is loaded for all. */
async function add(name, pack) {
  if (name === "rest") {
    rest = pack;
    layRest();
    return "{}";
  }
  unpack(await new Response(unpacked(pack)).arrayBuffer(), python.FS, site);
  const libraries = python.FS.readdir(site).filter((name) => name.endsWith(".so"));
  for (const name of libraries) await python._api.loadDynlib(`${site}/${name}`, true);
  python.pyimport("nnlib.practice.rest").look_anew();
  return "{}";
}

const ofCells = () => (cells ??= python.runPython("from nnlib.practice import cells; cells"));

function runCell({ id, source, name, muted }) {
  const send = (printed) => postMessage({ id, printed });
  return ofCells().run(source, name, muted, send, (figure) => postMessage({ id, figure }));
}

const JOBS = {
  judge: ({ id, source, drill, twist, lost, died }) =>
    page.verdict(source, drill, twist, lost, died, (call) => postMessage({ id, call })),
  run: ({ id, source }) => page.run(source, (printed) => postMessage({ id, printed })),
  cell: runCell,
  check: ({ source, name }) => ofCells().check(source, name),
  add: ({ name, pack }) => add(name, pack),
};

self.onmessage = async ({ data }) => {
  try {
    if (data.given) take[data.name](data.given);
    else if (data.start) {
      ({ address, rest } = data);
      await start();
    }
    else {
      lost = null;
      postMessage({ id: data.id, report: JSON.parse(await JOBS[data.job](data)) });
    }
  } catch (error) {
    postMessage({ id: data.id, broken: String(error?.message ?? error).slice(-400) });
  }
};
