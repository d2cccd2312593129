"""Sentences of the book that a program can settle, and that no cell of their page settles.

Each test names the page and a phrase of it, so that the sentence cannot change without its test;
what the phrase claims is computed.
"""

import json
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.neighbors import KDTree

from nnlib import k_nearest, nearest
from nnlib.distances import squared_norms, with_bias, with_ones
from nnlib.widgets import TemperatureExplorer

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
BENCHMARKS = CHAPTERS.parent / "benchmarks"
FLOWERS, SPECIES = load_iris(return_X_y=True)
TENTHS = np.rint(10 * FLOWERS).astype(int)
U = 2.0**-53


def says(page, *phrases):
    """Assert that a page says each of these, and return nothing."""
    path = CHAPTERS / page
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells)
    for phrase in phrases:
        assert phrase in text, phrase


def printed(page):
    """Return what the cells of a notebook print."""
    cells = nbformat.read(CHAPTERS / page, as_version=4).cells
    return "".join(o.get("text", "") for c in cells for o in c.get("outputs", []))


# --- Rounding -------------------------------------------------------------------------------------


def gamma(m):
    return m * U / (1 - m * U)


def exact(x, t):
    pairs = zip(map(Fraction, x.tolist()), map(Fraction, t.tolist()), strict=True)
    return sum(((a - b) ** 2 for a, b in pairs), Fraction())


def bounded(computed, x, t, roundings):
    """Return whether a computed distance is as near as so many roundings allow."""
    sizes = sum(
        (abs(Fraction(a)) + abs(Fraction(b))) ** 2
        for a, b in zip(x.tolist(), t.tolist(), strict=True)
    )
    return abs(Fraction(float(computed)) - exact(x, t)) <= Fraction(gamma(roundings)) * sizes


@pytest.mark.parametrize("d", [1, 2, 3, 7, 40])
def test_three_terms_take_d_plus_2_roundings_and_the_folded_product_2d_plus_1(d):
    r"""The bounds of the chapter on cancellation, of the cheat sheet and of `squared_distances`."""
    says("cancellation.ipynb", r"(d+2)\,u \cdot (\lVert x\rVert + \lVert t\rVert)^2")
    says("cancellation.ipynb", r"E = (2d+1)\,u\,(\lVert x\rVert + \lVert t\rVert)^2")
    says("cancellation.ipynb", r"\gamma_{d+2} \sum_j")
    says("cheatsheet.md", r"(d+2)\,u\,(\lVert x\rVert + \lVert t\rVert)^2")
    rng = np.random.default_rng(d)
    for offset in (0.0, 10.0, 1e5):
        X, T = (rng.standard_normal((12, d)) + offset for _ in range(2))
        norms = squared_norms(T)
        three = squared_norms(X)[:, None] - 2 * (X @ T.T) + norms
        folded = with_ones(X) @ with_bias(-2 * T, norms).T + squared_norms(X)[:, None]
        for i, x in enumerate(X):
            for j, t in enumerate(T):
                assert bounded(three[i, j], x, t, d + 2)
                assert bounded(folded[i, j], x, t, 2 * d + 1)


def test_no_page_states_another_bound():
    """(2d + 4)u stood in three places where (d + 2)u stood in one."""
    for page in [*CHAPTERS.glob("*.ipynb"), *CHAPTERS.rglob("*.md")]:
        text = page.read_text("utf-8").replace(" ", "")
        assert not re.search(r"2d\+4|2\*d\+4|shape\[1\]\+4\)\*2", text), page.name


def wrong_share(offset, dtype):
    """Return the share of wrong neighbors in the chapter on cancellation, by a fixed order."""
    moved = (np.random.default_rng(0).permutation(FLOWERS) + offset).astype(dtype)
    T, X = moved[:75], moved[75:]
    found = []
    for x in X:
        q, p, n = x[0] * x[0], x[0] * T[:, 0], T[:, 0] * T[:, 0]
        for j in range(1, 4):
            q, p, n = q + x[j] * x[j], p + x[j] * T[:, j], n + T[:, j] * T[:, j]
        found.append((q - 2 * p + n).argmin())
    return (np.array(found) != nearest(T, X)).mean()


def test_from_which_power_of_ten_on_more_than_half_are_wrong():
    says("cancellation.ipynb", "10³ for float32, 10¹ for float16, 10⁸ for float64")
    for dtype, first in ((np.float16, 1), (np.float32, 3), (np.float64, 8)):
        shares = [wrong_share(10.0**exponent, dtype) for exponent in range(first + 1)]
        assert [share > 0.5 for share in shares] == [False] * first + [True]


def test_where_a_weight_becomes_zero():
    says("temperature.ipynb", "below $2^{-1075}$, about $10^{-324}$, it is zero")
    says(
        "learning.ipynb",
        "a weight below $2^{-1075}$, about $10^{-324}$, which is stored as zero",
    )
    assert np.exp(-1074 * np.log(2)) > 0  # far below 1e-308, and not zero
    assert np.exp(-1076 * np.log(2)) == 0
    assert -324 < -1075 * np.log10(2) < -323


def test_decimals_of_chapter_9_are_stored_as_a_little_more():
    says("exact.ipynb", "`4.9` is stored as the nearest binary fraction, which is a little more")
    assert Fraction(4.9) > Fraction(49, 10)
    assert Fraction(4.7) > Fraction(47, 10)


def test_the_silent_perceptrons_third_row_is_nearest_by_a_hair():
    says("clocked.ipynb", r"row 2 is nearest, by $3\cdot 10^{-17}$")
    rows, x = np.array([[0.3, 0.0], [0.3, 0.2], [0.2, 0.1]]), np.array([0.3, 0.1])
    first, second, third = (exact(x, t) for t in rows)
    assert 0 < first - third < Fraction(1, 10**17)
    assert 0 < second - third < Fraction(1, 10**17)
    # Of the distances, both about 0.1: (a² − b²) / (a + b).
    assert round(float((first - third) / Fraction(2, 10)) * 1e17) == 3


# --- Flowers and trees ----------------------------------------------------------------------------


def left_out(rows):
    two = k_nearest(rows, rows, k=2)
    return np.where(two[:, 0] == np.arange(len(rows)), two[:, 1], two[:, 0])


def test_sepal_length_in_millimeters_changes_thirteen_answers():
    says("scale.ipynb", "and with sepal length thirteen answers")
    before, after = (SPECIES[left_out(TENTHS * np.array([c, 1, 1, 1]))] for c in (1, 10))
    assert (before != after).sum() == 13


def test_both_copies_of_the_opening_puzzle_get_fewer_right():
    """The question asked which one does better; neither does."""
    says("scale.ipynb", "Does it get more than 144 right, as many, or fewer?")
    says("scale.ipynb", "So both copies do worse than the plain 144")
    lines = printed("scale.ipynb")
    assert "one unit for all: 144 right" in lines
    assert "sepal length × 10: 131 right" in lines
    assert "one unit: 142 right" in lines


def test_three_of_the_six_slips_pass_both_tests():
    says("slips.ipynb", "Three of the six would have passed both")
    assert "both: [5, 9, 10]\n" in printed("slips.ipynb")


def test_centering_mends_a_sixth_of_the_wrong_rows():
    says("cancellation.ipynb", "It goes down, by about a sixth, and does not vanish")
    flips = []
    for centered in (False, True):
        rng, count = np.random.default_rng(2), 0
        for _ in range(20):
            order = rng.permutation(150)
            T, X = FLOWERS[order[:75]], FLOWERS[order[75:]]
            shift = T.mean(axis=0) if centered else 0.0
            A, B = T - shift, X - shift
            norms, product = np.zeros(75), np.zeros((75, 75))
            for a, b in zip(A.T, B.T, strict=True):
                norms, product = norms + a * a, product + b[:, None] * a
            count += int(((norms - 2 * product).argmin(axis=1) != nearest(T, X)).sum())
        flips.append(count)
    assert flips[0] == 69
    assert 1 / 7 < 1 - flips[1] / flips[0] < 1 / 5


def test_row_70_changes_its_answer_twice_on_the_way_to_cold():
    says("temperature.ipynb", "Twice: virginica, then versicolor between τ = 2.21 and τ = 0.42")
    explorer, said = TemperatureExplorer(preset="border"), []
    for tau in np.logspace(3, -3, 301):
        explorer.temperature = float(tau)
        said.append(explorer.class_names[explorer.readout().winners[0]])
    changes = [b for a, b in pairwise(said) if a != b]
    assert [said[0], *changes] == ["virginica", "versicolor", "virginica"]


def test_how_many_cuts_a_tree_makes():
    """log₂(10⁵/32) is 11.6: eleven cuts, and not the twelve that rounding makes of it."""
    says("millions.ipynb", r"$\lfloor\log_2(n/32)\rfloor$ cuts", "about two thousand leaves")
    assert "100,000 rows: 11 cuts" in printed("millions.ipynb")
    tree = KDTree(np.random.default_rng(0).random((100_000, 2)), leaf_size=32)
    nodes = tree.get_arrays()[2]
    sizes = (nodes["idx_end"] - nodes["idx_start"])[nodes["is_leaf"] == 1]
    assert len(sizes) == 2**11
    assert 32 <= sizes.min() <= sizes.max() < 64


def test_eighths_add_up_exactly():
    says("floats.ipynb", "With 8 as the divisor none")
    grid = range(1, 11)
    assert all(i / 8 + j / 8 == (i + j) / 8 for i in grid for j in grid)


# --- What was measured ----------------------------------------------------------------------------


def stored(name):
    return json.loads((BENCHMARKS / f"{name}.json").read_text("utf-8"))


def test_a_time_on_more_workers_than_cores_is_not_told():
    """One process with four threads on two cores waits for itself; 0.12 of that says nothing."""
    cases, cores = stored("shards")["cases"], stored("shards")["machine"]["cores"]
    lines = re.findall(r"^(\d) workers,.*$", printed("shards.ipynb"), flags=re.M)
    assert len(lines) == len(cases)
    for workers, line in re.findall(r"^((\d) workers,.*)$", printed("shards.ipynb"), re.M):
        assert ("× the time of one process" in workers) == (int(line) <= cores)


def test_copies_score_differently_with_some_routine_and_not_with_another():
    says("floats.ipynb", "only the routine differs, and OpenBLAS chooses it by the processor")
    counts = stored("copies")["kernels"]
    assert len({tuple(c.values()) for c in counts.values()}) > 1
    assert any(c["queries"] > 0 for c in counts.values())


def test_exact_costs_less_than_a_float64_product_from_64_features_on():
    says("exact.ipynb", "From 64 features on the whole search costs less than a bare product")
    for case in stored("peers")["times"]:
        if case["shape"][2] >= 64:
            pairs = zip(case["seconds"]["exact"], case["seconds"]["product64"], strict=True)
            assert np.median([a / b for a, b in pairs]) < 1


def test_the_theorem_is_told_with_its_units():
    says("argmax.ipynb", "In its best-known form, for sigmoidal units", "{cite}`leshno1993`")
    says("universal.ipynb", "Let $\\sigma$ be continuous and not a polynomial")


def test_who_can_undo_a_safe_lead_is_said():
    says("cancellation.ipynb", "which no other way of computing whose scores are off by at most")


def test_a_gap_between_one_bound_and_two_proves_nothing():
    """Each of the two scores may be off by the bound, toward each other."""
    says("practice/break_the_expansion.ipynb", "with twice a bound on the rounding error of each")
    says("cancellation.ipynb", "If the second exceeds the first by more than twice the bound")
    truth, bound = np.array([1.0, 0.0]), 0.9
    computed = truth + np.array([-bound, bound])
    assert computed.argmin() != truth.argmin()
    assert bound / 2 < abs(computed[0] - computed[1]) < 2 * bound
