// The rest of Python: a pack of modules that no start imports. It comes while whoever imports one of
// them waits, so all here happens at once, and Python unpacks it: a browser's own way is a promise.

import { unpack } from "./archive.js";

const [PACKED, WHOLE] = ["/rest.gz", "/rest.zip"];

/**
 * Have Python find the modules in these files; `bring` gives the pack's bytes, as they travel, to
 * what it is handed, which lays them out or throws. Return what has that done, if it has not been yet.
 */
export function offerRest(python, site, files, bring) {
  const own = python.pyimport("nnlib.practice.rest");
  const folder = site.slice(0, site.lastIndexOf("/"));
  let isThere = false;
  const lay = (pack) => {
    try {
      python.FS.writeFile(PACKED, pack);
      const problem = own.unpack(PACKED, WHOLE);
      if (problem) throw new Error(problem);
      unpack(python.FS.readFile(WHOLE).buffer, python.FS, folder);
      isThere = true;
    } finally {
      for (const path of [PACKED, WHOLE]) if (python.FS.analyzePath(path).exists) python.FS.unlink(path);
    }
  };
  const bringOnce = () => { if (!isThere) bring(lay); };
  own.offer(python.toPy(files), folder, bringOnce);
  return bringOnce;
}
