"""Find a Chromium for the browser tests, or install one: ``python tests/browser/provision.py``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WITH_PLAYWRIGHT = [sys.executable, "-m", "playwright", "install", "chromium"]
WITH_APT = ["apt-get", "install", "-y", "chromium"]
ADVICE = (
    "No Chromium found. Install one with `sudo apt-get install chromium`, "
    "or with `python -m playwright install --with-deps chromium`, "
    "or name yours in the environment variable NN_CHROMIUM."
)


def find_chromium() -> str | None:
    """Look for a Chromium: NN_CHROMIUM, then the PATH, then Playwright's own.

    Returns
    -------
    str or None
        Its path, if there is one.
    """
    if named := os.environ.get("NN_CHROMIUM"):
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install_chromium() -> str | None:
    """Try the ways that need no answer from the user, and look again after each.

    Returns
    -------
    str or None
        The path of the new Chromium, if one of them worked.
    """
    attempts = [WITH_PLAYWRIGHT]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        attempts += [["apt-get", "update"], WITH_APT]
    for command in attempts:
        print("trying:", *command, flush=True)
        subprocess.run(command, check=False)
        if found := find_chromium():
            return found
    return None


def main() -> int:
    """Report the Chromium that the tests will use.

    Returns
    -------
    int
        0 if there is one.
    """
    found = find_chromium()
    if not found and (named := os.environ.get("NN_CHROMIUM")):
        # Whoever names one wants that one, not another that we might install.
        print(f"NN_CHROMIUM names {named!r}, which is no program.", file=sys.stderr)
        return 1
    found = found or install_chromium()
    if not found:
        print(ADVICE, file=sys.stderr)
        return 1
    print(f"Chromium for the browser tests: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
