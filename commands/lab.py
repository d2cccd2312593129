"""Open JupyterLab on the reader's own copies of the chapters, in lab/.

A copy that the reader has not touched follows the book; one that they changed is never
overwritten: a newer version of the chapter is laid beside it.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cards_page
import drill_pages

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS, LAB = ROOT / "chapters", ROOT / "lab"
RECORD = ".copied.json"
COPIED = (".ipynb", ".mplstyle")


def digest(path: Path) -> str:
    """Return a digest of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def follow_names(source: Path, target: Path, record: dict[str, str]) -> None:
    """Rename copies made when names of chapters began with a number, and their entries.

    A copy stays as it is where the reader has one of the new name, too.
    """
    for path in sorted(target.glob("[0-9][0-9]_*.ipynb")):
        name = re.sub(r"^\d\d_", "", path.name)
        chapter = f"{name.split('.')[0]}.ipynb"  # of name.new.ipynb, too
        if (source / chapter).exists() and not (target / name).exists():
            path.rename(target / name)
            if path.name in record:
                record[name] = record.pop(path.name)


def copy_chapters(source: Path, target: Path) -> list[str]:
    """Bring the copies up to date without losing anything; return a line for each file kept.

    Parameters
    ----------
    source, target : Path
        The chapters, and the reader's folder.

    Returns
    -------
    kept : list of str
        One sentence for each changed copy whose chapter is newer.
    """
    target.mkdir(exist_ok=True)
    record_file = target / RECORD
    record = json.loads(record_file.read_text()) if record_file.exists() else {}
    follow_names(source, target, record)
    kept = []
    for original in sorted(p for p in source.rglob("*") if p.suffix in COPIED):
        if ".ipynb_checkpoints" in original.parts:
            continue
        name = original.relative_to(source).as_posix()
        copy, now = target / name, digest(original)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if copy.exists() and digest(copy) not in {record.get(name), now}:
            if record.get(name) != now:
                newer = copy.with_name(f"{copy.stem}.new{copy.suffix}")
                number = 2
                while newer.exists() and digest(newer) != now:
                    newer = copy.with_name(f"{copy.stem}.new{number}{copy.suffix}")
                    number += 1
                shutil.copyfile(original, newer)
                kept.append(f"lab/{name} has your changes and stays; see {newer.name} beside it")
        else:
            shutil.copyfile(original, copy)
        record[name] = now
    # Written beside and moved into place: an interruption leaves the old record or the new one.
    draft = record_file.with_suffix(".draft")
    draft.write_text(json.dumps(record, indent=1, sort_keys=True))
    draft.replace(record_file)
    return kept


if __name__ == "__main__":
    drill_pages.make()
    cards_page.make()
    for line in copy_chapters(CHAPTERS, LAB):
        print(line)
    print(
        "JupyterLab opens in your browser, on your own copies in lab/; the drills are in its\n"
        "folder practice. If no window opens, follow the address below. Ctrl+C, twice, ends it.",
        flush=True,
    )
    sys.exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(LAB)], cwd=ROOT))
