"""The environment: .venv with exactly the pinned packages, and nnlib installed in place.

Run by the Python that the reader has, before anything is installed, so this file uses the
standard library only and must at least parse on the Pythons it refuses.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
OLDEST, NEWEST = (3, 11), (3, 13)


def check_version(version):
    """Return a refusal for an unsupported Python version, or None."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return None
    return (
        "The book needs Python {}.{} to {}.{}; this is Python {}.{}.\n"
        "Name another one, for example:  make book PYTHON=python3.12".format(
            *OLDEST, *NEWEST, *version[:2]
        )
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
