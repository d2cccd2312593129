"""The widget in JupyterLab, with a kernel: Python sets traits, the page's reader sets them too."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import Page, expect

# Patience for a machine that is busy; a page that answers at once is waited for no longer.
expect.set_options(timeout=30_000)
ROOT = Path(__file__).parents[2]
CELLS = [
    "from nnlib.widgets import TemperatureExplorer\n"
    "explorer = TemperatureExplorer.published_case()\nexplorer",
    "explorer.temperature = 0.5",
    "print('Python reads', explorer.temperature, explorer.preset, len(explorer.templates))",
]

OTHERS = [
    "from nnlib.widgets import CancellationExplorer, EnvelopeExplorer, VoronoiExplorer\n"
    "map = VoronoiExplorer(preset='map')\nmap",
    "map.query = [6.0, 2.5]",
    "envelope = EnvelopeExplorer()\nenvelope",
    "envelope.query = 1.25",
    "cancellation = CancellationExplorer()\ncancellation",
    "cancellation.offset = 1e4",
    "print('Python reads', map.query[0] > 6, envelope.query, cancellation.offset > 1e4)",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a JupyterLab of its own on localhost, with no token, no settings and no plugins."""
    tmp_path = tmp_path_factory.mktemp("lab")
    (tmp_path / "work").mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": ""}
    for name, sources in (("explorer", CELLS), ("others", OTHERS)):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, tmp_path / "work" / f"{name}.ipynb")
    settings = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = [f"--port={port}", "--port-retries=0", "--IdentityProvider.token="]
    log = tmp_path / "lab.log"
    url = f"http://127.0.0.1:{port}"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, *options, f"--ServerApp.root_dir={tmp_path / 'work'}"],
            env=environment,
            stdout=output,
            stderr=output,
        ) as server,
    ):
        try:
            deadline = time.monotonic() + 60
            while not answers(f"{url}/api"):
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, ConnectionError):
        return False


def run_cell(page: Page, number: int) -> None:
    page.locator(".jp-CodeCell").nth(number).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").nth(number)).to_have_text(
        f"[{number + 1}]:"
    )


def test_python_and_the_page_set_each_others_traits(lab: str, open_page: Callable) -> None:
    page = open_page(
        f"{lab}/lab/tree/explorer.ipynb?reset", viewport={"width": 1280, "height": 2000}
    )
    page.set_default_timeout(30_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    run_cell(page, 0)
    widget = page.locator(".nn-temperature")
    said = widget.locator(".nn-said")
    expect(said).to_contain_text("τ = 1, λ = 1: the softmax net says versicolor")
    # A notebook application owns its address.
    expect(widget.get_by_role("link")).to_have_count(0)

    run_cell(page, 1)
    expect(said).to_contain_text("τ = 0.5, λ = 2: the softmax net says virginica")

    slider = widget.get_by_role("slider", name="Temperature")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 20, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(said).to_contain_text("τ = 1000, λ = 0.001")
    widget.get_by_role("combobox", name="Case").select_option("tie")
    expect(said).to_contain_text("τ = 1000, λ = 0.001: the softmax net says B")
    run_cell(page, 2)
    expect(page.get_by_text("Python reads 1000.0 tie 3")).to_be_visible(timeout=30_000)


def test_every_other_widget_too(lab: str, open_page: Callable) -> None:
    # Tall, so that JupyterLab keeps all cells in the page.
    page = open_page(f"{lab}/lab/tree/others.ipynb?reset", viewport={"width": 1280, "height": 4500})
    page.set_default_timeout(30_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    for cell, widget, before, after in (
        (0, "voronoi", "Query (2.9, 1.4): row 2 wins", "Query (6, 2.5): row 6 wins"),
        (2, "envelope", "x = 0: template 1 wins", "x = 1.25"),
        (4, "cancellation", "float32, offset 1000.", "float32, offset 10000."),
    ):
        said = page.locator(f".nn-{widget} .nn-said")
        run_cell(page, cell)
        expect(said).to_contain_text(before)
        run_cell(page, cell + 1)
        expect(said).to_contain_text(after)
    page.get_by_role("button", name="Query: move with the arrow keys").press("ArrowRight")
    page.locator(".nn-envelope").get_by_role("slider", name="Query").press("ArrowRight")
    page.get_by_role("slider", name="Offset from the origin").press("ArrowRight")
    expect(page.locator(".nn-envelope .nn-said")).to_contain_text("x = 1.375")
    run_cell(page, 6)
    expect(page.get_by_text("Python reads True 1.375 True")).to_be_visible()
