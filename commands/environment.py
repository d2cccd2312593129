"""The environment: .venv with exactly the pinned packages, and nnlib installed in place.

Run by the Python that the reader has, before anything is installed, so this file uses the
standard library only and must at least parse on the Pythons it refuses.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
# Tried are the Pythons from the oldest to the newest; what is newer may well work.
OLDEST, NEWEST = (3, 11), (3, 15)


def check_version(version):
    """Return a refusal of a Python that is too old, or None."""
    if tuple(version[:2]) >= OLDEST:
        return None
    return (
        "The book needs Python {0}.{1} to {2}.{3}; this is Python {4}.{5}. "
        "Name another one, for example:  make book PYTHON=python{2}.{3}".format(
            *(OLDEST + NEWEST + tuple(version[:2]))
        )
    )


def doubt(version):
    """Return a warning of a Python that is newer than the newest tried, or None."""
    if tuple(version[:2]) <= NEWEST:
        return None
    return "This is Python {}.{}; the newest that the book was tried on is {}.{}. Going on.".format(
        *(tuple(version[:2]) + NEWEST)
    )


def python_of(venv):
    """Return the path of the interpreter inside a virtual environment."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(venv, folder, name)


def run(*command):
    """Run a command in the project's folder; stop with its exit code if it fails."""
    print("+ " + " ".join(command[1:] if command[0] == sys.executable else command), flush=True)
    code = subprocess.call(command, cwd=ROOT)
    if code:
        sys.exit(code)


def main():
    """Make .venv, install the pins and nnlib, then leave the mark that Make looks for."""
    refusal = check_version(sys.version_info)
    if refusal:
        sys.exit(refusal)
    warning = doubt(sys.version_info)
    if warning:
        sys.stderr.write(warning + "\n")
    ready = os.path.join(VENV, "ready")
    if os.path.exists(ready):
        os.remove(ready)
    if not os.path.exists(python_of(VENV)):
        run(sys.executable, "-m", "venv", VENV)
    pip = [python_of(VENV), "-m", "pip", "install"]
    run(*pip, "-r", "requirements.txt")
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    with open(ready, "w") as mark:
        mark.write("installed from requirements.txt\n")


if __name__ == "__main__":
    main()
