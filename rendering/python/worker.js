// The worker: Python in a thread of its own, so that the page answers while it runs, and so that
// the page can end it whatever it does. Pyodide's own scripts stand before this one.
//
// The page sends {packs}, then {id, job, …}; the worker answers {ready}, {id, call}, {id, printed},
// {id, report}, and {id, broken} where Python itself has ended.

const LOCK = "LOCK"; // written in by packs.py: a lock that names no package
const TYPES = { "pyodide.asm.wasm": ["wasm", "application/wasm"], "python_stdlib.zip": ["stdlib", "application/zip"] };
const SITE = "/lib/python3.12/site-packages";
const PAGE = 65536; // bytes of WebAssembly's pages
const MOST = 1024 * 1024 * 1024; // what Python may hold, so that a hoard ends in a MemoryError and not in a dead tab

let judge = null;
let run = null;

const unpacked = (bytes) => new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));

function limitMemory() {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct: (target, [{ maximum, ...description }]) =>
      new target({ ...description, maximum: Math.min(maximum, MOST / PAGE) }),
  });
}

/** Start Python from the packs; nothing is ever fetched from anywhere. */
async function start(packs) {
  self.fetch = async (address) => {
    const name = String(address.url ?? address).split("/").pop();
    if (name === "pyodide-lock.json") return new Response(JSON.stringify(LOCK));
    if (!TYPES[name]) throw new TypeError(`this page fetches nothing, and so not ${name}`);
    const [pack, type] = TYPES[name];
    return new Response(unpacked(packs[pack]), { headers: { "Content-Type": type } });
  };
  limitMemory();
  const python = await loadPyodide({
    indexURL: "https://python.invalid/", // a name that leads nowhere; see fetch
    stdin: () => null,
  });
  for (const name of ["numpy", "nnlib"]) {
    python.unpackArchive(await new Response(unpacked(packs[name])).arrayBuffer(), "zip", { extractDir: SITE });
  }
  postMessage({ stage: "imports" });
  const page = python.runPython("import numpy; from nnlib.practice import page; page");
  judge = page.verdict;
  run = page.run;
  postMessage({ ready: true });
}

function answer({ id, job, source, drill, twist, lost, died }) {
  const text = job === "judge"
    ? judge(source, drill, twist, lost, died, (call) => postMessage({ id, call }))
    : run(source, (printed) => postMessage({ id, printed }));
  postMessage({ id, report: JSON.parse(text) });
}

self.onmessage = async ({ data }) => {
  try {
    if (data.packs) await start(data.packs);
    else answer(data);
  } catch (error) {
    postMessage({ id: data.id, broken: String(error?.message ?? error).slice(-400) });
  }
};
