// Run a program in the Python that a page loads, from the very packs that it loads:
//
//   node packed.mjs FOLDER PROGRAM OUT
//
// FOLDER holds Pyodide with the packs in place of its own files, and the packs that are unpacked
// beside them. The program's last value, a text, is written to OUT: a pipe may take no more than a
// part.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { unpack } from "../rendering/python/archive.js";

const [folder, program, out] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: folder, stdin: () => null });
const site = python.runPython("import sys; next(p for p in sys.path if p.endswith('site-packages'))");
for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".zip") && one !== "python_stdlib.zip")) {
  unpack(new Uint8Array(fs.readFileSync(path.join(folder, name))).buffer, python.FS, site);
}
const libraries = python.FS.readdir(site).filter((name) => name.endsWith(".so"));
for (const name of libraries) await python._api.loadDynlib(`${site}/${name}`, true);
const text = python.runPython(fs.readFileSync(program, "utf8"));
fs.writeFileSync(out, text);
process.exit(0);
