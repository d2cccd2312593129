"""`make book` and `make test` on each Python that is installed here, each in a copy of the project.

A copy has an environment and a build of its own, in ``.pythons/VERSION``, and keeps them for the
next time; what was fetched is shared. A Python that is not installed is named and passed over, as
is one that does not start: a shim of a version manager may stand for none. CI tries them all.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from environment import NEWEST, OLDEST

ROOT = Path(__file__).resolve().parent.parent
COPIES = ROOT / ".pythons"
FETCHED = ".cache"
KEPT = {".venv", "_build", FETCHED}
TRIED = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
STARTS = "import ensurepip, sys, venv; print('{}.{}'.format(*sys.version_info))"


def installed(version: str) -> str | None:
    """Return the path of a Python of this version, None if none starts."""
    path = shutil.which(f"python{version}")
    if path is None:
        return None
    done = subprocess.run([path, "-c", STARTS], capture_output=True, text=True, check=False)
    return path if done.stdout.strip() == version else None


def sources() -> list[str]:
    """Return the project's files: those that Git tracks, and new ones that it does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def copy(folder: Path, names: list[str]) -> None:
    """Make a folder hold these files of the project, and what an earlier copy has built."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    # Who asks Git for files there shall hear of the copy's, not that the project ignores it.
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    (ROOT / FETCHED).mkdir(exist_ok=True)
    if not (folder / FETCHED).exists():
        (folder / FETCHED).symlink_to(ROOT / FETCHED, target_is_directory=True)


def main() -> int:
    """Try each version; return 1 if one fails or none is installed, else 0."""
    make = os.environ.get("MAKE", "make")
    results = {}
    for version in TRIED:
        python = installed(version)
        if python is None:
            results[version] = "not installed"
            continue
        print(f"── Python {version} ──", flush=True)
        folder = COPIES / version
        copy(folder, sources())
        code = subprocess.call([make, "book", "test", f"PYTHON={python}"], cwd=folder)
        results[version] = f"failed with code {code}" if code else "passed"
    for version, result in results.items():
        print(f"Python {version}: {result}")
    tried = [result for result in results.values() if result != "not installed"]
    return int(not tried or any(result != "passed" for result in tried))


if __name__ == "__main__":
    sys.exit(main())
