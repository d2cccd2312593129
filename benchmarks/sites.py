"""The two sites that the book's pages are measured beside, made from the bytes that the book uses.

One is a page that starts the stock Pyodide with its stock files, the other JupyterLite, of the
series that goes with that Pyodide. Both are kept in the cache. Nothing in them asks another host.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from rendering.python.obtain import BYTES, CACHE, FILES, LOCK, MissingError, from_source, is_sound

JUPYTERLITE = {"jupyterlite-core": "0.6.4", "jupyterlite-pyodide-kernel": "0.6.1"}
"""The kernel's series for Pyodide 0.27, and the core that it was made for."""

COMM = "comm==0.2.2"  # the only wheel that the kernel asks for and neither brings nor finds there
CORE = ("pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
# What the kernel loads before its first cell, and what that cell imports.
WANTED = ("micropip", "ssl", "sqlite3", "ipython", "jedi", "numpy")
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
ANSWER = "1021021"  # what both sites print; it stands nowhere in the source
SOURCE = "import numpy; print(numpy.arange(7).sum() * 48620 + 1)"
STOCK_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stock Pyodide</title>
<link rel="icon" href="data:,"></head><body><button>Run</button><pre></pre>
<script>
document.querySelector("button").addEventListener("click", () => {{
  const script = document.createElement("script");
  script.src = "pyodide/pyodide.js";
  script.onload = async () => {{
    const python = await loadPyodide();
    python.setStdout({{ batched: (text) => {{ document.querySelector("pre").append(text); }} }});
    await python.loadPackage("numpy");
    python.runPython({json.dumps(SOURCE)});
  }};
  document.head.append(script);
}});
</script></body></html>
"""


def needed(lock: dict[str, Any]) -> set[str]:
    """Return the files of the wanted packages and of all that these depend on."""
    found: set[str] = set()

    def add(name: str) -> None:
        entry = lock["packages"][name.lower().replace("_", "-")]
        if entry["file_name"] not in found:
            found.add(entry["file_name"])
            for other in entry["depends"]:
                add(other)

    for name in WANTED:
        add(name)
    return found


def write_pyodide(folder: Path) -> None:
    """Write the stock files: from where the book has its own, with the sums of their lock.

    Raises
    ------
    MissingError
        If a file is not to be had, or has another sum.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        fetch = from_source(Path(place))
        text = fetch(LOCK)
        lock = json.loads(text)
        sums = {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
        for name in (*CORE, *sorted(needed(lock))):
            content = fetch(name)
            known = is_sound(content, name) if name in FILES else False
            if not known and hashlib.sha256(content).hexdigest() != sums.get(name):
                raise MissingError(f"{name} has another sum than its lock says")
            (folder / name).write_bytes(content)
    (folder / LOCK).write_bytes(text)


def run(*command: object, **options: Any) -> None:
    """Run a command that says something only if it fails."""
    done = subprocess.run(
        [*map(str, command)], check=False, capture_output=True, text=True, **options
    )
    if done.returncode:
        raise SystemExit(f"{Path(str(command[0])).name} failed:\n{done.stdout}{done.stderr}")


def write_jupyterlite(folder: Path, pyodide: Path) -> None:
    """Build JupyterLite with a console only, its kernel's files and wheels beside it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        lite = place / "lite"
        shutil.copytree(pyodide, lite / "static" / "pyodide")
        settings = {KERNEL: {"disablePyPIFallback": True}}
        config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {}}
        config["jupyter-config-data"] = {"litePluginSettings": settings}
        (lite / "jupyter-lite.json").write_text(json.dumps(config), encoding="utf-8")
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        run(*pip, "install", *(f"{name}=={version}" for name, version in JUPYTERLITE.items()))
        run(*pip, "download", "--no-deps", COMM, "--dest", lite / "pypi")
        run(
            *(python, "-m", "jupyterlite_core", "build", "--lite-dir", lite),
            *("--output-dir", folder, "--apps", "repl", "--no-sourcemaps"),
            "--no-unused-shared-packages",
            cwd=place,
        )


def sites() -> Path:
    """Return the folder that holds both: from the cache, or made now."""
    kept = CACHE / f"sites-{BYTES['version']}-{JUPYTERLITE['jupyterlite-pyodide-kernel']}"
    if (kept / "jupyterlite" / "repl" / "index.html").is_file():
        return kept
    print("Getting the stock Pyodide and building JupyterLite beside it …", flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        made = Path(name, kept.name)
        write_pyodide(made / "stock" / "pyodide")
        (made / "stock" / "index.html").write_text(STOCK_PAGE, encoding="utf-8")
        write_jupyterlite(made / "jupyterlite", made / "stock" / "pyodide")
        shutil.rmtree(kept, ignore_errors=True)
        made.rename(kept)
    return kept
