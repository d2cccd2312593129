"""What a chapter weighs in the book, beside the same text in furo and in mkdocs-material.

All chapters are written once more as plain Markdown: prose, formulas, code and what it printed, and
built by both, with the MathJax that their documentation names. Then a headless Chromium opens each
page of each with nothing in its cache, over a server that compresses, and what travels is counted,
headers included. The peers have neither figures nor widgets; of the book's pages the figures, which
would be the same, are refused and not counted, widgets and the cells' scripts are. mkdocs-material
is counted without MathJax, too, and without the fonts that it takes from another host. The
result, with date and versions, goes to themes.json. Takes about three minutes, and needs PyPI and
npm, as the peers are installed anew.
Run: make book && python benchmarks/themes.py [--quick] [--output FILE]
"""

import json
import re
import shutil
import statistics
import sys
import tarfile
import tempfile
import venv
from argparse import Namespace
from pathlib import Path
from typing import Any

from conditions import circumstances
from frame import program, say, store
from playwright.sync_api import Browser
from sites import run

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / folder) for folder in ("tests/browser", "commands"))]

import npm  # noqa: E402
from visits import BOOK, chromium  # noqa: E402
from wire import Wire, serving  # noqa: E402

STORED = Path(__file__).with_name("themes.json")
VERSIONS = {
    "furo": "2025.12.19",
    "sphinx": "8.2.3",
    "myst-parser": "4.0.1",
    "mkdocs-material": "9.8.2",
}
MATHJAX = (
    "mathjax",
    "3.2.2",
    "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
)
OURS, FURO, MATERIAL, PLAIN = "book", "furo", "mkdocs-material", "mkdocs-material without MathJax"
LIMITS = {FURO: 0.6, MATERIAL: 1.5, PLAIN: 1.5}
"""How many times the bytes of a peer the book's may be, in the median over the chapters."""

DIRECTIVE = re.compile(r"^ *(?:`{3,}|:{3,})(?:\{.*)?\n|^:\w[\w-]*:.*\n", re.MULTILINE)
ROLE = re.compile(r"\{[\w:]+\}`([^`]*)`")
LABEL = re.compile(r"^(\$\$) \([\w-]+\)$", re.MULTILINE)
FURO_CONFIG = """project = "Chapters"
extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "amsmath"]
mathjax_path = "mathjax/tex-mml-chtml.js"
html_theme = "furo"
"""
# As its documentation has it.
MATERIAL_CONFIG = """site_name: Chapters
use_directory_urls: false
theme: {name: material, font: false}
markdown_extensions:
  - pymdownx.highlight
  - pymdownx.superfences
  - pymdownx.arithmatex: {generic: true}
extra_javascript: [javascripts/mathjax.js, mathjax/tex-mml-chtml.js]
"""
MATERIAL_MATH = r"""window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]], processEscapes: true,
    processEnvironments: true },
  options: { ignoreHtmlClass: ".*|", processHtmlClass: "arithmatex" },
};
document$.subscribe(() => {
  MathJax.startup.output.clearCache(); MathJax.typesetClear(); MathJax.texReset();
  MathJax.typesetPromise();
});
"""


def plain(notebook: dict[str, Any]) -> str:
    """Return a notebook as Markdown that both peers read: no directives, no roles, no figures."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(LABEL.sub(r"\1", ROLE.sub(r"\1", DIRECTIVE.sub("", source))))
            continue
        parts.append(f"```python\n{source}\n```")
        printed = "".join("".join(one.get("text", "")) for one in cell["outputs"])
        if printed:
            parts.append(f"```text\n{printed.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def texts(folder: Path) -> dict[str, str]:
    """Return the chapters of a folder as Markdown, by name."""
    found = sorted(folder.glob("*.ipynb"))
    return {path.stem: plain(json.loads(path.read_text(encoding="utf-8"))) for path in found}


def write(folder: Path, chapters: dict[str, str], index: str) -> None:
    """Write the chapters, and a page that leads to them, into a new folder."""
    folder.mkdir(parents=True)
    for name, text in {**chapters, "index": index}.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def build(place: Path, chapters: dict[str, str]) -> dict[str, Path]:
    """Install both peers in a folder, build the chapters by each, and return where they are."""
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wanted = (f"{name}=={version}" for name, version in VERSIONS.items())
    run(python, "-m", "pip", "--disable-pip-version-check", "install", *wanted)
    with tarfile.open(npm.package(*MATHJAX)) as archive:
        archive.extractall(place, filter="data")
    mathjax = place / "package" / "es5"
    names = "\n".join(chapters)
    made = {FURO: place / "furo-site", MATERIAL: place / "material" / "site"}

    write(place / "furo", chapters, f"# Chapters\n\n```{{toctree}}\n{names}\n```\n")
    (place / "furo" / "conf.py").write_text(FURO_CONFIG, encoding="utf-8")
    run(python, "-m", "sphinx", "-q", place / "furo", made[FURO])
    shutil.copytree(mathjax, made[FURO] / "_static" / "mathjax")

    docs = place / "material" / "docs"
    write(docs, chapters, "# Chapters\n")
    (docs / "javascripts").mkdir()
    (docs / "javascripts" / "mathjax.js").write_text(MATERIAL_MATH, encoding="utf-8")
    (place / "material" / "mkdocs.yml").write_text(MATERIAL_CONFIG, encoding="utf-8")
    run(python, "-m", "mkdocs", "build", "--quiet", cwd=place / "material")
    shutil.copytree(mathjax, made[MATERIAL] / "mathjax")
    return made


def travels(browser: Browser, folder: Path, name: str, refused: str) -> int:
    """Return the bytes that a page has a server send to a browser that knows nothing yet."""
    wire = Wire(compresses=True)
    with serving(folder, wire) as url:
        page = browser.new_page()
        # Not by `route`: where Playwright routes requests, the browser's memory is off.
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setBlockedURLs", {"urls": [f"*{refused}*"] if refused else []})
        page.goto(f"{url}/{name}.html", wait_until="networkidle")
        set_formulas = page.locator("mjx-container").count()
        page.close()
    if not set_formulas and refused != "/mathjax/":
        raise SystemExit(f"{name} in {folder.name} shows no formula: its weight says nothing")
    return wire.sent


def measure(browser: Browser, sites: dict[str, Path], names: list[str]) -> dict[str, Any]:
    """Return the bytes of each chapter in each site, and the book's over each peer's."""
    asked = {
        OURS: (BOOK, "chapters/", "/_images/"),
        FURO: (sites[FURO], "", ""),
        MATERIAL: (sites[MATERIAL], "", ""),
        PLAIN: (sites[MATERIAL], "", "/mathjax/"),
    }
    sent: dict[str, dict[str, int]] = {}
    for name in names:
        sent[name] = {
            who: travels(browser, place, f"{folder}{name}", refused)
            for who, (place, folder, refused) in asked.items()
        }
        say(f"{name}: {sent[name]}")
    return {
        "bytes": sent,
        "median bytes": {
            who: statistics.median(one[who] for one in sent.values()) for who in asked
        },
        "median ratio": {
            who: round(statistics.median(one[OURS] / one[who] for one in sent.values()), 3)
            for who in LIMITS
        },
    }


@program(STORED, __doc__, quick="measures two chapters")
def main(options: Namespace) -> int:
    """Build, measure and store; fail if a limit is missed."""
    chapters = texts(ROOT / "chapters")
    names = ["nearest", "temperature"] if options.quick else list(chapters)
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        say("Installing and building the peers …")
        result = measure(browser, build(Path(place), chapters), names)
        result["browser"] = f"Chromium {browser.version}"
    result["versions"] = {**VERSIONS, MATHJAX[0]: MATHJAX[1]}
    result |= circumstances(1, "date")
    missed = [who for who, most in LIMITS.items() if result["median ratio"][who] > most]
    for who, ratio in result["median ratio"].items():
        say(f"The book over {who}: {ratio} (at most {LIMITS[who]})")
    store(options, result)
    return len(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
