// Run a program in the Python that a page loads:
//
//   node run.mjs FOLDER PROGRAM OUT
//
// FOLDER holds Pyodide with a pack in place of its standard library, packs that are unpacked beside
// it, and rest.gz, if modules may come late, with the names of its files in rest.json. The program's
// last value, a text, is written to OUT: a pipe may take no more than a part.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { unpack } from "./archive.js";
import { offerRest } from "./rest.js";

const [folder, program, out] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: folder, stdin: () => null });
const site = python.runPython("import sys; next(p for p in sys.path if p.endswith('site-packages'))");
for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".zip") && one !== "python_stdlib.zip")) {
  unpack(new Uint8Array(fs.readFileSync(path.join(folder, name))).buffer, python.FS, site);
}
const libraries = python.FS.readdir(site).filter((name) => name.endsWith(".so"));
for (const name of libraries) await python._api.loadDynlib(`${site}/${name}`, true);
const rest = path.join(folder, "rest.gz");
if (fs.existsSync(rest)) {
  const files = JSON.parse(fs.readFileSync(path.join(folder, "rest.json"), "utf8"));
  offerRest(python, site, files, (lay) => lay(new Uint8Array(fs.readFileSync(rest))));
}
const text = python.runPython(fs.readFileSync(program, "utf8"));
fs.writeFileSync(out, text);
process.exit(0);
