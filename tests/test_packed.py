"""The page's Python, from the packs that a page loads, run by Node: same verdicts as here."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
# The verdicts, whichever way pytest imports this file.
sys.path[:0] = [str(HERE), str(HERE.parent)]

from all_verdicts import catalog  # noqa: E402
from in_node import start, unpacked  # noqa: E402

from nnlib.practice import page  # noqa: E402

SUBMISSIONS = sorted((HERE / "submissions").rglob("*.py"))
KEYS = ("passed", "verdict", "tiers", "failures", "line")


@pytest.fixture(scope="module")
def pages_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Callable[[], Any]]:
    """Return what starts a program in the page's Python, and gives what waits for its JSON."""
    return partial(start, unpacked(tmp_path_factory.mktemp("packed")))


def test_every_answer_of_the_catalog_gets_the_same_verdict(pages_python: Any) -> None:
    source = (HERE / "all_verdicts.py").read_text(encoding="utf-8")
    there = pages_python(f"{source}\nimport json\njson.dumps(catalog())\n")
    here = json.loads(json.dumps(catalog()))  # meanwhile
    assert len(here) > 200
    assert [pair for pair in zip(here, there(), strict=True) if pair[0] != pair[1]] == []


# What a page's Python does not have, and so tells otherwise: these libraries, and threads.
ABSENT = re.compile(r"\b(scipy|sklearn|pandas|ThreadPoolExecutor)\b")

# Refused in both Pythons, but on the way there something differs, on some machines.
STATED = {
    "partition_unsorted": "the order that np.partition leaves depends on the processor",
    "two_loops_pure_python": "lists of numbers take half the memory where pointers have 32 bits",
}


def test_every_submission_gets_the_same_verdict(pages_python: Any) -> None:
    given = []
    for path in SUBMISSIONS:
        name, *twist, _ = path.relative_to(HERE / "submissions").parts
        given.append((path.read_text(encoding="utf-8"), name, "".join(twist)))
    program = f"""
import json
from nnlib.practice import page

json.dumps([page.verdict(*each, 0, False, lambda call: None) for each in {given!r}])
"""
    there = pages_python(program)
    texts = [page.verdict(*each, 0, False, lambda call: None) for each in given]  # meanwhile
    differing = []
    for path, (source, *_), here, other in zip(SUBMISSIONS, given, texts, there(), strict=True):
        one, two = json.loads(here), json.loads(other)
        if ABSENT.search(source):
            assert not two.get("passed"), path
        elif [one.get(key) for key in KEYS] != [two.get(key) for key in KEYS]:
            assert one["verdict"] == two["verdict"], (path, other)
            differing.append(path.stem)
    assert set(differing) <= set(STATED)
