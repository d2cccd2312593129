"""Find browsers for the tests, or install them: ``python tests/browser/provision.py [NAME …]``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright


class Kind(NamedTuple):
    """A browser that tests need."""

    title: str
    variable: str
    """The environment variable that names one."""

    names: tuple[str, ...]
    """What its program is called."""

    package: str
    """The package of Debian that holds it."""

    by_playwright: bool
    """Whether the one that Playwright downloads will do."""

    bare: str = ""
    """The package, and the program, that is the same engine with no window around it."""

    @property
    def advice(self) -> str:
        """Say how to get one."""
        playwright = f"with `python -m playwright install --with-deps {self.package}`, "
        return (
            f"No {self.title} found. Install one with `sudo apt-get install {self.package}`, "
            f"{playwright if self.by_playwright else ''}"
            f"or name yours in the environment variable {self.variable}."
        )


# What draws and runs a page is the same in both; tests in the bare one take a quarter less time.
BARE = "chromium-headless-shell"
CHROMIUM = Kind(
    title="Chromium",
    variable="NN_CHROMIUM",
    names=("chromium", "chromium-browser", "google-chrome"),
    package="chromium",
    by_playwright=True,
    bare=BARE,
)
# Playwright's Firefox is a make of its own; what readers have is the other.
FIREFOX = Kind("Firefox", "NN_FIREFOX", ("firefox-esr", "firefox"), "firefox-esr", False)
KINDS = {"chromium": CHROMIUM, "firefox": FIREFOX}


def find(kind: Kind, *, bare: bool = False) -> str | None:
    """Look for a browser: in its variable, on the PATH, then Playwright's own, then the bare one.

    Parameters
    ----------
    kind : Kind
        Which one.
    bare : bool
        Prefer the bare one, as tests do; what is measured or printed is so by the usual one, if
        there is one.

    Returns
    -------
    str or None
        Its path, if there is one.
    """
    if named := os.environ.get(kind.variable):
        return shutil.which(named)
    for name in (kind.bare, *kind.names) if bare else kind.names:  # none is called ""
        if found := shutil.which(name):
            return found
    if kind.by_playwright:
        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
        if Path(own).exists():
            return own
    return shutil.which(kind.bare)


def install(kind: Kind) -> str | None:
    """Try the ways that need no answer from the user, and look again after each.

    Parameters
    ----------
    kind : Kind
        Which browser.

    Returns
    -------
    str or None
        The path of the new browser, if one of them worked.
    """
    attempts = []
    if kind.by_playwright:
        attempts += [[sys.executable, "-m", "playwright", "install", kind.package]]
    if may_install():
        attempts += [["apt-get", "update"], ["apt-get", "install", "-y", kind.package]]
    for command in attempts:
        attempt(command)
        if found := find(kind):
            return found
    return None


def may_install() -> bool:
    """Return whether Debian's packages can be installed without a question."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def attempt(command: list[str]) -> bool:
    """Say that a command is tried, and return whether it did its work."""
    print("trying:", *command, flush=True)
    return subprocess.run(command, check=False).returncode == 0


def install_bare(kind: Kind) -> None:
    """Install the bare browser where tests run for nobody at the screen, if that can be done.

    Parameters
    ----------
    kind : Kind
        Which browser; the usual one does where the bare one cannot be had.
    """
    wanted = kind.bare and kind.variable not in os.environ and not shutil.which(kind.bare)
    if wanted and os.environ.get("CI") and may_install() and attempt(["apt-get", "update"]):
        attempt(["apt-get", "install", "-y", "--no-install-recommends", kind.bare])


def provide(kind: Kind, *, bare: bool = False) -> bool:
    """Report the browser that will be used; return whether there is one."""
    if bare:
        install_bare(kind)
    found = find(kind, bare=bare)
    if not found and (named := os.environ.get(kind.variable)):
        # Whoever names one wants that one, not another that we might install.
        print(f"{kind.variable} names {named!r}, which is no program.", file=sys.stderr)
        return False
    found = found or install(kind)
    if not found:
        print(kind.advice, file=sys.stderr)
        return False
    print(f"{kind.title}: {found}")
    return True


def main() -> int:
    """Provide the browsers that are named, or all for the tests.

    Returns
    -------
    int
        0 if they are there.
    """
    # Each is tried, so that whoever lacks two is told of both.
    named = sys.argv[1:]
    provided = [provide(KINDS[name], bare=not named) for name in named or KINDS]
    return 0 if all(provided) else 1


if __name__ == "__main__":
    sys.exit(main())
