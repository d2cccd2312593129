"""The library's tests on the lowest or the newest versions that pyproject.toml allows.

`make test` runs on the pins, which lie between. Here an environment of its own is made anew, from
the ranges alone, and each module of the library runs its tests there. The book is not built.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = "widgets,progress,distributed,test"
# lowest-direct: the lowest of what we ask for; what these ask for in turn is theirs to choose.
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}


def module_tests() -> list[str]:
    """Return the test files that are named like a module of the library."""
    modules = {path.stem for path in (ROOT / "nnlib").glob("*.py")}
    found = sorted((ROOT / "tests").glob("test_*.py"))
    return [f"tests/{path.name}" for path in found if path.stem.removeprefix("test_") in modules]


def commands(which: str) -> list[list[str]]:
    """Return the commands that make the environment and run the tests in it."""
    folder = ROOT / f".venv-{which}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [sys.executable, "-m", "uv", "pip", "install", "--python", str(python)]
    return [
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [*install, "--resolution", RESOLUTIONS[which], f".[{EXTRAS}]"],
        [str(python), "-m", "pytest", "-n", "2", "--dist", "worksteal", *module_tests()],
    ]


def main(which: str) -> int:
    """Run the commands; return the exit code of the first that fails, else 0."""
    subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "uv"], cwd=ROOT)
    for command in commands(which):
        print("+ " + " ".join(command), flush=True)
        if code := subprocess.call(command, cwd=ROOT):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
