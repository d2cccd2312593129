// One MathJax for the whole build. Reads requests as lines of JSON, answers each with one line of JSON.
//   argument 2  the folder of MathJax, argument 3  macros as a JSON object
//   request     {"tex": "x^2", "display": false}
//   answer      {"html": "<mjx-container …>"} or {"error": "what TeX objected to"}
//   The first answer, before any request, is {"css": "…"}: MathJax's style sheet.
"use strict";

const [folder, macros] = [process.argv[2], JSON.parse(process.argv[3])];
// Standard output carries answers and nothing else; MathJax reports components without a version on it.
const answer = (message) => process.stdout.write(JSON.stringify(message) + "\n");
console.log = console.info = console.warn = () => {};

const configuration = {
  loader: {
    paths: { mathjax: folder },
    load: ["input/tex-full", "output/svg", "a11y/assistive-mml", "adaptors/liteDOM"],
  },
  tex: {
    macros,
    // noerrors and noundefined would hide a misspelled command in the page instead of failing the build;
    // newcommand would let one formula change the meaning of every later one, in build order.
    packages: { "[-]": ["noerrors", "noundefined", "newcommand"] },
  },
  // The paths stay in each formula here; the build shares them per page afterwards.
  svg: { fontCache: "none" },
};

const reason = (node, adaptor) => {
  if (adaptor.kind(node) === "merror") return adaptor.getAttribute(node, "data-mjx-error");
  if (adaptor.getAttribute(node, "data-mml-node") === "merror") {
    return adaptor.getAttribute(node, "data-mjx-error");
  }
  for (const child of adaptor.childNodes(node)) {
    const found = adaptor.kind(child) !== "#text" && reason(child, adaptor);
    if (found) return found;
  }
  return null;
};

require(`${folder}/node-main.js`)
  .init(configuration)
  .then((MathJax) => {
    const { adaptor } = MathJax.startup;
    answer({ css: adaptor.textContent(MathJax.svgStylesheet()) });
    const lines = require("node:readline").createInterface({ input: process.stdin });
    lines.on("line", (line) => {
      try {
        const { tex, display } = JSON.parse(line);
        MathJax.texReset(); // labels of an earlier formula are not this one's
        const node = MathJax.tex2svg(tex, { display });
        const error = reason(node, adaptor);
        answer(error ? { error } : { html: adaptor.outerHTML(node) });
      } catch (error) {
        answer({ error: String(error.message ?? error) });
      }
    });
  })
  .catch((error) => {
    process.stderr.write(`MathJax did not start: ${error.stack ?? error}\n`);
    process.exitCode = 1;
  });
