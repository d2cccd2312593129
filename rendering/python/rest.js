// The rest of Python: a pack of modules that no start imports. It comes while whoever imports one of
// them waits, so all here happens at once, and Python unpacks it: a browser's own way is a promise.

import { unpack } from "./archive.js";

const [PACKED, WHOLE] = ["/rest.gz", "/rest.zip"];

/**
 * Have Python find the modules in these files; `bring` gives the pack's bytes, as they travel.
 * Return what lays the pack out, if that has not happened yet.
 */
export function offerRest(python, site, files, bring) {
  const own = python.pyimport("nnlib.practice.rest");
  const folder = site.slice(0, site.lastIndexOf("/"));
  let isThere = false;
  const lay = () => {
    if (isThere) return;
    python.FS.writeFile(PACKED, bring());
    own.unpack(PACKED, WHOLE);
    unpack(python.FS.readFile(WHOLE).buffer, python.FS, folder);
    for (const path of [PACKED, WHOLE]) python.FS.unlink(path);
    isThere = true;
  };
  own.offer(python.toPy(files), folder, lay);
  return lay;
}
