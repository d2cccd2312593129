// The page's side of its Python: brings the packs once, starts a worker, gives it one job at a
// time, ends it, and starts a fresh one. Packs beyond the core come when a cell needs them.

import { statusError } from "./status.js";

const PATIENCE = 20000; // ms of silence after which a call of the judge counts as endless
const BY_FILE = location.protocol === "file:";
// A page from file:// cannot fetch the rest when a module is imported.
const CORE = ["worker", "wasm", "stdlib", "numpy", "nnlib", ...(BY_FILE ? ["rest"] : [])];
const GIVEN = CORE.filter((name) => name !== "worker"); // to the worker

const packs = {}; // what has come whole
const handed = {}; // by scripts, and not yet taken
const came = {}; // bytes of each so far
let hear = () => {};
let compiled = null; // WebAssembly's module, for every worker

const unpacked = (stream) => stream.pipeThrough(new DecompressionStream("gzip"));

/** Compile WebAssembly while it is still coming. */
async function compile(stream) {
  const headers = { "Content-Type": "application/wasm" };
  compiled = await WebAssembly.compileStreaming(new Response(unpacked(stream), { headers }));
  return true;
}

/** The bytes of a text in the encoding that gives each byte a character of its own. */
function decoded(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i); // modulo 256
  return bytes;
}

/** Bring a pack as a script: from file:// nothing else may be loaded. */
function byScript(address, name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(window, { nnPack: (given, text) => { handed[given] = decoded(text); } });
    script.charset = "x-user-defined";
    script.src = `${address}.js`;
    script.onload = () => {
      script.remove();
      if (handed[name]) resolve(handed[name]);
      else reject(new Error(`${script.src} came empty`));
      delete handed[name];
    };
    script.onerror = () => reject(new Error(`${script.src} cannot be loaded`));
    document.head.append(script);
  });
}

/** Fetch a pack, counting each piece that comes. Return its bytes, or true where all is compiled. */
async function byFetch(address, name, signal) {
  const answer = await fetch(`${address}.pack`, { signal });
  if (!answer.ok) throw statusError(name, answer.status);
  const counted = answer.body.pipeThrough(new TransformStream({
    transform(piece, to) {
      came[name] += piece.length;
      hear();
      to.enqueue(piece);
    },
  }));
  if (name === "wasm") return compile(counted);
  return new Uint8Array(await new Response(counted).arrayBuffer());
}

async function bring(base, name, { file, bytes }, { coming, signal }) {
  try {
    const pack = await (BY_FILE ? byScript(base + file, name) : byFetch(base + file, name, signal));
    came[name] = bytes;
    hear();
    // Only now is it here: who stops meanwhile and begins again must not find it without its module.
    packs[name] = name === "wasm" && BY_FILE ? await compile(new Blob([pack]).stream()) : pack;
  } catch (error) {
    delete packs[name];
    throw error;
  } finally {
    delete coming[name]; // whoever asks after a failure tries again
  }
}

const withCore = (extras) => [...new Set([...CORE, ...extras])];

const bytesOf = (files, names) => names.reduce((sum, name) => sum + files[name].bytes, 0);

/**
 * Bring the packs that are not here yet; `told` hears how many bytes have come. A visit holds what
 * is on its way, so that nothing is asked for twice, and the signal that breaks it off. Return for
 * each a promise that it is here.
 */
function bringAll(base, files, names, told, visit) {
  const missing = names.filter((name) => !packs[name]);
  const total = bytesOf(files, missing);
  const so = () => missing.reduce((sum, name) => sum + (came[name] ?? 0), 0);
  hear = () => told({ stage: "bytes", bytes: so(), total });
  for (const name of missing) if (!visit.coming[name]) came[name] = 0;
  if (missing.length) hear();
  const here = (name) => (packs[name] ? Promise.resolve()
    : (visit.coming[name] ??= bring(base, name, files[name], visit)));
  return Object.fromEntries(names.map((name) => [name, here(name)]));
}

async function newWorker() {
  const text = await new Response(unpacked(new Blob([packs.worker]).stream())).blob();
  const program = new Blob([text], { type: "text/javascript" });
  const address = URL.createObjectURL(program);
  const worker = new Worker(address);
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}

/** The reader has stopped Python. */
export class Stopped extends Error {}

/** An answer asked for modules that did not come, so there is no verdict on it. */
export class Lacking extends Error {}

/** The page's Python. `told` hears of stages, {stage, bytes, total, title}. */
export class Runner {
  constructor(base, files) {
    this.base = base;
    this.files = files;
    /** @type {(stage: any) => void} */
    this.told = () => {};
    /** @type {Worker | null} */
    this.worker = null;
    this.jobs = 0;
    this.starts = 0;
    this.has = new Set(); // the extra packs that Python has
    this.begin();
  }

  /** How many bytes the core and these packs have that are not here yet. */
  missing(extras = []) {
    return bytesOf(this.files, withCore(extras).filter((name) => !packs[name]));
  }

  begin() {
    this.stopping = new AbortController();
    this.visit = { coming: {}, signal: this.stopping.signal };
  }

  /** Resolve once Python answers and has the extra packs; reject if that fails or is stopped. */
  async start(extras = []) {
    const { visit } = this;
    const { signal } = visit;
    const orStopped = (promise) => Promise.race([promise, new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Stopped()));
    })]);
    const here = bringAll(this.base, this.files, withCore(extras), (stage) => this.told(stage), visit);
    const all = Promise.all(Object.values(here));
    all.catch(() => {}); // heard below, if not before
    if (!this.ready) await this.begun(here, signal, orStopped);
    await orStopped(all);
    for (const name of extras.filter((one) => !this.has.has(one))) {
      this.told({ stage: "adds", title: this.files[name].title });
      const { broken } = await this.do({ job: "add", name, pack: packs[name] }, () => {}, 0);
      if (broken) {
        delete packs[name]; // and is brought anew, into a fresh Python
        this.stop();
        throw new Error(broken);
      }
      this.has.add(name);
    }
  }

  /** Start a worker as soon as its program is here, and give it each pack of the core that comes. */
  async begun(here, signal, orStopped) {
    await orStopped(here.worker);
    const worker = await newWorker();
    if (signal.aborted) {
      worker.terminate();
      throw new Stopped();
    }
    this.worker = worker;
    const started = new Promise((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message || "its thread did not start"));
      worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        else if (data.broken) reject(new Error(data.broken));
        else this.told(data);
      };
      const address = `${this.base + this.files.rest.file}.pack`;
      worker.postMessage({ start: true, address, rest: packs.rest ?? null });
      const given = GIVEN.map(async (name) => {
        await here[name];
        worker.postMessage({ name, given: name === "wasm" ? compiled : packs[name] });
      });
      Promise.all(given).then(() => this.worker === worker && this.told({ stage: "start" }), reject);
    });
    try {
      await orStopped(started);
    } catch (error) {
      worker.terminate();
      if (this.worker === worker) this.worker = null;
      throw error;
    }
    this.ready = true;
    this.starts += 1;
  }

  /** End Python, whatever it does. */
  stop() {
    this.stopping.abort();
    this.begin();
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
    this.has.clear();
  }

  /**
   * Give the worker a job; resolve to {report}, {broken, call} or {silent, call}. A judging that
   * lacks the rest is at its end: whatever the answer made of that would count against it.
   */
  do(job, heard, patience) {
    const id = (this.jobs += 1);
    const { worker } = this;
    return new Promise((resolve, reject) => {
      let call = 0;
      let timer = 0;
      const end = (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const wait = () => {
        clearTimeout(timer);
        if (patience) timer = setTimeout(() => end({ silent: true, call }), patience);
      };
      this.stopping.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Stopped());
      });
      worker.onerror = (event) => {
        event.preventDefault();
        end({ broken: event.message, call });
      };
      worker.onmessage = ({ data }) => {
        if (data.stage === "rest") { // how long that takes is not the answer's fault
          clearTimeout(timer);
          this.told({ stage: "adds", ...this.files.rest });
        } else if (data.rest !== undefined) {
          if (data.rest) packs.rest = data.rest;
          else delete packs.rest;
          this.told({ stage: "added" });
          wait();
          if (!data.rest && job.job === "judge") {
            const { title } = this.files.rest;
            reject(new Lacking(`An import needs ${title}, which could not be brought here (${data.why})`));
            this.stop();
          }
        }
        if (data.id !== id) return;
        if (data.report) end({ report: data.report });
        else if (data.broken) end({ broken: data.broken, call });
        else {
          call = data.call ?? call;
          heard(data);
          wait();
        }
      };
      wait();
      worker.postMessage({ id, ...job });
    });
  }

  /** Run a program; resolve to {problem, line}, to {} if it came to its end, or to {ended}. */
  async run(source, printed) {
    await this.start();
    this.told({ stage: "run" });
    return this.finished({ job: "run", source }, (data) => printed(data.printed));
  }

  /**
   * Run a cell in the namespace of the page, with these packs; `heard` takes {printed} and {figure}.
   * Resolve as `run`, to {widget} where the value is one.
   */
  async cell(source, name, muted, extras, heard) {
    await this.start(extras);
    this.told({ stage: "cell" });
    return this.finished({ job: "cell", source, name, muted }, heard);
  }

  /** Resolve to {problem, line} if this is no Python, else to {}. */
  async check(source, name) {
    await this.start();
    return this.finished({ job: "check", source, name }, () => {});
  }

  /** Give the worker a job that may take as long as it will; resolve to its report or {ended}. */
  async finished(job, heard) {
    const { report, broken } = await this.do(job, heard, 0);
    if (report) return report;
    this.stop();
    return { ended: broken };
  }

  /** Judge a source; a call that never comes back is judged again, in a fresh Python, as lost. */
  async judge(source, drill, twist, { lost = 0, died = false } = {}) {
    await this.start();
    this.told({ stage: lost ? "again" : "judge" });
    const job = { job: "judge", source, drill, twist, lost, died };
    const outcome = await this.do(job, () => {}, PATIENCE);
    if (outcome.report) return outcome.report;
    this.stop();
    if (lost >= outcome.call) return { ended: outcome.broken ?? "it did not answer" };
    return this.judge(source, drill, twist, { lost: outcome.call, died: !outcome.silent });
  }
}
