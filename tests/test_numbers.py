"""A measured number in prose stands in an output of its notebook, or is computed here.

The rule. A number in the text of a chapter is *measured* if a unit of time or memory, a per cent
sign, "times", "lines" or "words" follows it; if it has a decimal point; if it is one of a pair
"a of b"; or if it is 21 or more, in digits or in a word from thirteen on. What is left, the small
whole numbers, belongs to the mathematics and is exempt, as are formulas, code, links, years,
coordinates in brackets and reading times.

A measured number must stand in an output of its own notebook, rounded to as many places as the
prose gives. A number without a unit may stand in the notebook's code instead: then it was chosen
and not measured. For whatever else the prose says, `COMPUTED` has the expression that gives it,
and `GIVEN` the reason why there is nothing to compute.
"""

import json
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hostile import LIMITS
from sklearn.datasets import load_digits, load_iris

from nnlib import ThreeLayerNet
from nnlib.practice import drills, mock, ninety
from nnlib.request import MEMORY_LIMIT
from nnlib.widgets import CancellationExplorer

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))
# All interview questions stand elsewhere: that page is made of them.
WRITTEN = [path for path in sorted(CHAPTERS.rglob("*.md")) if path.stem != "questions"]
PAGES = [*NOTEBOOKS, *WRITTEN]
TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = "one two three four five six seven eight nine"
WORDS = {
    **{word: 13 + i for i, word in enumerate(TEENS.split())},
    **{word: 20 + 10 * i for i, word in enumerate(TENS.split())},
    **{
        f"{ten}-{one}": 20 + 10 * i + j
        for i, ten in enumerate(TENS.split())
        for j, one in enumerate(ONES.split(), 1)
    },
}
SPELLED = "|".join(sorted(WORDS, key=len, reverse=True))
UNITS = (
    r"[\s\u00a0-]?(?:%|(?:percent|ms|µs|seconds?|minutes?|hours?|bytes?|kB|[KMGT]i?B|terabytes?"
    r"|gigabytes?|times|lines|words)\b)"
)
DIGITS = r"(?<![\w.^/−–-])\d+(?:[,\u202f ]\d{3}(?!\d))*(?:\.\d+)?"
FOUND = re.compile(rf"(?P<number>{DIGITS}|\b(?:{SPELLED})\b(?!-))(?P<unit>{UNITS})?")
PAIR = re.compile(rf"({DIGITS}) of ({DIGITS})")


def said(page):
    """Return the prose of a page without what the rule exempts."""
    if page.suffix == ".ipynb":
        cells = nbformat.read(page, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = re.sub(r"\A---\n.*?^---$", " ", page.read_text("utf-8"), flags=re.M | re.S)
        text = re.sub(r"^```.*?^```", " ", text, flags=re.M | re.S)
    for pattern in (
        r"^\*\*About [^\n]*$",  # reading time
        r"\$\$.*?\$\$( \([\w-]+\))?",
        r"\$[^$]+\$",
        r"`+[^`]+`+",
        r"\{[\w:-]+\}",
        r"(?<=\])\([^)]*\)",  # where a link leads
        r"\((?:[−-]?\d+(?:[./]\d+)?(?:, |\) − \()?)+\)",  # coordinates and shapes
        r"IEEE 754",
    ):
        text = re.sub(pattern, " ", text, flags=re.M | re.S)
    return text


def value(number):
    """Return what a number in prose says."""
    digits = re.sub(r"[,\s\u202f]", "", number)
    return WORDS[number] if number in WORDS else float(digits)


def measured(page):
    """Yield the measured numbers of a page as (text, value, places, unit)."""
    text = said(page)
    pairs = {match.start(group) for match in PAIR.finditer(text) for group in (1, 2)}
    for match in FOUND.finditer(text):
        number, unit = match["number"], match["unit"] or ""
        places = len(number.split(".")[1]) if "." in number else 0
        x = value(number)
        small = x <= 20 and number not in WORDS and match.start() not in pairs
        year = 1900 <= x <= 2030 and "," not in number
        if unit or places or not (small or year):
            yield number + unit, x, places, unit.strip("\u00a0 -")


@cache
def numbers(page, kind):
    """Return the numbers in a notebook's outputs, or in its code."""
    texts = []
    for cell in nbformat.read(page, as_version=4).cells:
        if cell.cell_type == "code" and kind == "code":
            texts.append(cell.source.replace("_", ""))
        elif cell.cell_type == "code":
            for output in cell.outputs:
                texts += [output.get("text", ""), str(output.get("data", {}).get("text/plain", ""))]
    pattern = r"(?<!\w)\d+(?:[,\u202f]\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?"
    found = re.findall(pattern, "\n".join(texts))
    return {float(re.sub(r"[,\u202f]", "", number)) for number in found}


def stands(page, x, places, unit):
    """Return whether an output of the page rounds to x, or its code holds a number without unit."""
    half = 0.5000001 * 10.0**-places
    shown = numbers(page, "output")
    if unit == "%" and any(abs(100 * y - x) <= half for y in shown):
        return True
    chosen = numbers(page, "code") if not unit else set()
    return x in chosen or any(abs(y - x) <= half for y in shown)


# --- What no output of the page says, and how it comes out ----------------------------------------


def crossing_in_centimeters():
    """λ from which on the chapter's net on iris says virginica for row 149 in centimeters."""
    iris, keep = load_iris(), np.arange(150) != 149
    low, high = 0.01, 1.0
    for _ in range(50):
        lam = (low + high) / 2
        net = ThreeLayerNet.from_data(iris.data[keep], iris.target[keep], temperature=1 / lam)
        low, high = (low, lam) if net.predict(iris.data[[149]])[0] == 2 else (lam, high)
    return high


def wrapped(a, b):
    return int((np.array([a], np.uint8) - np.array([b], np.uint8))[0])


def stored(name):
    return json.loads((CHAPTERS.parent / "benchmarks" / f"{name}.json").read_text("utf-8"))


def waits():
    """Return the days after which a card of the deck comes back, box by box."""
    text = CHAPTERS.parent.joinpath("nnlib", "widgets", "boxes.js").read_text("utf-8")
    return json.loads(re.findall(r"const DAYS = (\[.+\]);", text)[0])


def kept_sittings():
    """Return how many interviews the page keeps whole."""
    text = CHAPTERS.parent.joinpath("nnlib", "widgets", "mock.js").read_text("utf-8")
    return int(re.findall(r'append\("sittings", .+, (\d+)\)', text)[0])


HALF = float(np.finfo(np.float16).max)
GB = 1e9
COMPUTED = {
    ("floats", "65504"): lambda: HALF,
    ("floats", "100"): lambda: 10 * 10,
    ("nearest", "50"): lambda: (load_iris().target == 0).sum(),
    ("nearest", "96%"): lambda: 100 * 144 / 150,
    ("expansion", "1797"): lambda: len(load_digits().data),
    ("expansion", "279"): lambda: MEMORY_LIMIT // (60_000 * 4),
    ("expansion", "240 000 bytes"): lambda: 60_000 * 4,
    ("nearest", "149"): lambda: 150 - 1,
    ("expansion", "64 MiB"): lambda: MEMORY_LIMIT / 2**20,
    ("edges", "65504"): lambda: HALF,
    ("edges", "50"): lambda: 250 - 200,
    ("edges", "62500"): lambda: 250**2,
    ("edges", "2500"): lambda: 50**2,
    ("temperature", "709"): lambda: np.floor(np.log(np.finfo(np.float64).max)),
    ("temperature", "88"): lambda: np.floor(np.log(float(np.finfo(np.float32).max))),
    ("scale", "thirteen"): lambda: 144 - 131,
    ("iris", "4.68"): lambda: 1 / crossing_in_centimeters(),
    ("cancellation", "192"): lambda: (
        len(CancellationExplorer().templates) * len(CancellationExplorer().queries)
    ),
    ("cancellation", "65504"): lambda: HALF,
    ("cancellation", "4.9"): lambda: 4.9,
    ("cancellation", "4.8"): lambda: 4.8,
    ("cancellation", "sixteen"): lambda: np.ceil(53 * np.log10(2)),
    ("exact", "1797"): lambda: len(load_digits().data),
    ("exact", "7.5"): lambda: 9 - 1.5,
    # θ ≤ 0.0201/1.0201 = 0.0197, with θ = mu/(1 − mu), m = d + 16 and u = 2⁻²⁴.
    ("exact", "300,000"): lambda: round(0.0197 / 1.0197 * 2**24, -5),
    # Of two values, each off by at most (d + 2)u.
    ("exact", "fifteen"): lambda: np.floor(-np.log10(2 * (1 + 2) * 2.0**-53)),
    ("approximate", "forty"): lambda: 10**6 / 100 / 250,
    ("approximate", "31 GB"): lambda: round(10**7 * 768 * 4 / GB),
    ("approximate", "32 GB"): lambda: round(10**7 * (4 * 768 + 8 * 16) / GB),
    ("approximate", "96 bytes"): lambda: 768 / 8,
    ("approximate", "0.3 seconds"): lambda: round(31 / 100, 1),
    ("shards", "256 MiB"): lambda: stored("memmap")["limit"] / 2**20,
    ("shards", "40 GB"): lambda: 4 * 10,
    ("shards", "10 GB"): lambda: 40 / 4,
    ("learning", "25"): lambda: 75 / 3,
    ("interview", "1.9 terabytes"): lambda: round(10_000 * 60_000 * 784 * 4 / 1e12, 1),
    ("interview", "400 MB"): lambda: 10_000**2 * 4 / 1e6,
    ("interview", "150 GB"): lambda: round(50e6 * 768 * 4 / GB, -1),
    ("benchmarks", "sixty"): lambda: max(LIMITS.values()),
    ("practice", "ninety minutes"): lambda: sum(step["minutes"] for step in ninety.STEPS),
    ("practice", "25"): lambda: mock.load()["screens"][1],
    ("practice", "45"): lambda: mock.load()["screens"][2],
    ("practice", "60 minutes"): lambda: mock.load()["screens"][3],
    ("practice", "21"): lambda: waits()[-1],
    ("debrief", "twenty"): lambda: kept_sittings(),
    ("mock", "45 minutes"): lambda: mock.load()["screens"][2],
    ("intro", "thirteen"): lambda: len(drills()),
    ("drills", "172 minutes"): lambda: sum(drill.minutes for drill in drills()),
}
GIVEN = {
    "an example of what a library may do": {("floats", "32")},
    "a question's own": {
        ("expansion", "10 000"), ("expansion", "60 000"), ("shards", "0.3"),
        ("shards", "100"), ("cancellation", "0.1"),
        ("interview", "10,000"), ("interview", "60,000"), ("interview", "784"),
        ("interview", "50"), ("interview", "768"),
    },
    "a heading over what test_benchmarks.py holds": {
        ("benchmarks", "20\u202f000"), ("benchmarks", "64"), ("benchmarks", "784"),
        ("benchmarks", "10\u202f000"), ("benchmarks", "100\u202f000"), ("benchmarks", "128"),
    },
    "a plan for the reader": {("intro", "90 minutes")},
    "the default integers of NumPy 1 to 2 and of WebAssembly": {
        ("edges", "64"), ("intro", "32"), ("checked", "32"),
    },
    "in the source that is cited": {
        ("cancellation", "2.5"), ("cancellation", "9354"), ("millions", "40 GB"),
        ("millions", "76 000"),
    },
}  # fmt: skip
EXEMPT = set().union(*GIVEN.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_measured_number_stands_somewhere(page):
    """In an output, in the code if it was chosen, or in the table of what is computed here."""
    for text, x, places, unit in measured(page):
        place = (page.stem, text)
        if place in COMPUTED:
            assert abs(float(COMPUTED[place]()) - x) <= 0.5000001 * 10.0**-places, place
        elif place not in EXEMPT:
            assert page.suffix == ".ipynb", place
            assert stands(page, x, places, unit), place


def test_the_tables_hold_nothing_that_no_page_says():
    everywhere = {(page.stem, text) for page in PAGES for text, *_ in measured(page)}
    assert set(COMPUTED) | EXEMPT <= everywhere


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It took 12 ms, 3.5 times as long, on 97 % of 4 000 rows.", 4),
        ("Three of 1500 labels, 3 of 1500 labels.", 3),
        ("In $n = 75$ rows of `t[31]` at (45, 63), in 2020, k = 7 and 2⁵³.", 0),
        ("A search in twenty lines, thirteen answers, two rows, twenty-seven.", 3),
    ],
)
def test_the_rule_finds_what_it_says(tmp_path, text, found):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert len(list(measured(page))) == found


def test_a_wrong_number_is_found(tmp_path):
    """Most measured numbers of a chapter, changed in their last digit, stand nowhere."""
    page = CHAPTERS / "temperature.ipynb"
    texts = {text: (x, places, unit) for text, x, places, unit in measured(page) if places}
    assert len(texts) >= 4
    lost = [
        text
        for text, (x, places, unit) in texts.items()
        if not stands(page, x + 3 * 10.0**-places, places, unit)
    ]
    assert len(lost) >= len(texts) / 2
