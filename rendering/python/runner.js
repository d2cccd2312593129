// The page's side of its Python: brings the packs once, starts a worker, gives it one job at a
// time, ends it, and starts a fresh one.

const NAMES = ["worker", "wasm", "stdlib", "numpy", "nnlib"];
const PATIENCE = 20000; // ms of silence after which a call of the judge counts as endless

const packs = {};
let bringing = null;

/** Bring a pack as a script: from file:// nothing else may be loaded. */
function byScript(base, name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    window.nnPack = (given, text) => { packs[given] = decoded(text); };
    script.src = `${base}${name}.js`;
    script.onload = () => (packs[name] ? resolve() : reject(new Error(`${name} came empty`)));
    script.onerror = () => reject(new Error(`${script.src} cannot be loaded`));
    document.head.append(script);
    script.addEventListener("load", () => script.remove());
  });
}

function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Fetch a pack, telling of each piece that comes. */
async function byFetch(base, name, came) {
  const answer = await fetch(`${base}${name}.pack`);
  if (!answer.ok) throw new Error(`${name}.pack cannot be loaded (status ${answer.status})`);
  const pieces = [];
  const reader = answer.body.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    pieces.push(value);
    came(value.length);
  }
  packs[name] = new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Bring all packs, once a page; `told` hears how many bytes have come. */
function bring(base, sizes, told) {
  let sum = 0;
  const came = (bytes) => told((sum += bytes));
  const one = async (name) => {
    if (packs[name]) return came(sizes[name]);
    if (location.protocol !== "file:") return byFetch(base, name, came);
    await byScript(base, name);
    return came(sizes[name]);
  };
  bringing ??= Promise.all(NAMES.map(one)).catch((error) => {
    bringing = null; // the next click tries again
    throw error;
  });
  return bringing;
}

async function newWorker() {
  const stream = new Blob([packs.worker]).stream().pipeThrough(new DecompressionStream("gzip"));
  const program = new Blob([await new Response(stream).blob()], { type: "text/javascript" });
  const address = URL.createObjectURL(program);
  const worker = new Worker(address);
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}

/** The page's Python. `told` hears of stages, {stage, bytes}; `patience` is for tests. */
export class Runner {
  constructor(base, sizes, told, patience = PATIENCE) {
    Object.assign(this, { base, sizes, told, patience, worker: null, jobs: 0, ended: 0 });
  }
  /** Resolve once Python answers; reject if it cannot be started or is stopped meanwhile. */
  async start() {
    if (this.ready) return;
    const ended = this.ended;
    const total = NAMES.reduce((sum, name) => sum + this.sizes[name], 0);
    if (!NAMES.every((name) => packs[name])) this.told({ stage: "bytes", bytes: 0, total });
    await bring(this.base, this.sizes, (bytes) => {
      if (ended === this.ended) this.told({ stage: "bytes", bytes, total });
    });
    if (ended !== this.ended) throw new Stopped();
    this.told({ stage: "start" });
    const worker = await newWorker();
    if (ended !== this.ended) {
      worker.terminate();
      throw new Stopped();
    }
    this.worker = worker;
    await new Promise((resolve, reject) => {
      this.fail = reject;
      worker.onerror = ({ message }) => reject(new Error(message || "its thread did not start"));
      worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        else if (data.broken) reject(new Error(data.broken));
        else this.told(data);
      };
      worker.postMessage({ packs });
    });
    this.ready = true;
  }
  /** End Python, whatever it does. */
  stop() {
    this.ended += 1;
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
    this.fail?.(new Stopped());
  }
  /** Give the worker a job; resolve to {report}, {broken, call} or {silent, call}. */
  do(job, heard, patience) {
    const id = (this.jobs += 1);
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
      this.fail = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.worker.onerror = (event) => {
        event.preventDefault();
        end({ broken: event.message, call });
      };
      this.worker.onmessage = ({ data }) => {
        if (data.id !== id) return;
        if (data.report) end({ report: data.report });
        else if (data.broken) end({ broken: data.broken, call });
        else {
          call = data.call ?? call;
          heard?.(data);
          wait();
        }
      };
      wait();
      this.worker.postMessage({ id, ...job });
    });
  }
  /** Run a program; resolve to {problem, line}, or {} if it came to its end. */
  async run(source, printed) {
    await this.start();
    const { report, broken } = await this.do({ job: "run", source }, (data) => printed(data.printed), 0);
    if (report) return report;
    this.stop();
    return { ended: broken };
  }
  /** Judge a source; a call that never comes back is judged again, in a fresh Python, as lost. */
  async judge(source, drill, twist, { lost = 0, died = false } = {}) {
    await this.start();
    const job = { job: "judge", source, drill, twist, lost, died };
    const outcome = await this.do(job, null, this.patience);
    if (outcome.report) return outcome.report;
    this.stop();
    if (lost >= outcome.call) return { ended: outcome.broken ?? "it did not answer" };
    this.told({ stage: "again" });
    return this.judge(source, drill, twist, { lost: outcome.call, died: !outcome.silent });
  }
}

/** The reader has stopped Python. */
export class Stopped extends Error {}
