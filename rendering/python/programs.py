"""Pyodide's own programs, of which one loop is made shorter.

After each library that Python loads, of which NumPy alone has thirteen, Pyodide looks for symbols
that are still open among all of some thousand. Here it remembers which are open.
"""

from __future__ import annotations

from pathlib import Path

LOADER = "pyodide.asm.js"
OPEN = {
    "GOT[symName]||=new": "GOT[symName]||openSymbols.add(symName);GOT[symName]||=new",
    "rtn=GOT[symName]=new": "openSymbols.add(symName);rtn=GOT[symName]=new",
    "var reportUndefinedSymbols=()=>{for(var[symName,entry]of Object.entries(GOT)){": (
        "var openSymbols=new Set,reportUndefinedSymbols=()=>{"
        "for(var symName of openSymbols){var entry=GOT[symName];"
    ),
    # The end of that loop: where it did not go on before, the symbol has a value.
    """throw new Error(`bad export type for '${symName}': ${typeof value}`)}}}}""": (
        """throw new Error(`bad export type for '${symName}': ${typeof value}`)}}"""
        "openSymbols.delete(symName)}}"
    ),
}


def shortened(text: str) -> str:
    """Return the loader with the shorter loop.

    Raises
    ------
    ValueError
        If it is not the loader that is known.
    """
    for old, new in OPEN.items():
        if text.count(old) != 1:
            raise ValueError(f"{LOADER} does not have once, as this version had: {old}")
        text = text.replace(old, new)
    return text


def program(folder: Path, name: str) -> str:
    """Return a program out of the folder where Pyodide is."""
    text = (folder / name).read_text(encoding="utf-8")
    return shortened(text) if name == LOADER else text
