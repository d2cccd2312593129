"""Sentences of the book that a program can settle, and that no cell of their page settles.

Each test names the page and a phrase of it, so that the sentence cannot change without its test;
what the phrase claims is computed.
"""

import json
import re
import tracemalloc
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import nbformat
import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.neighbors import KDTree

from nnlib import PerceptronNet, k_nearest, memory, nearest, validation
from nnlib.distances import squared_norms, with_bias, with_ones
from nnlib.practice import mock
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


def pictured(page):
    """Return what the captions of a notebook's figures say, and the words in place of them."""
    cells = nbformat.read(CHAPTERS / page, as_version=4).cells
    settings = [
        cell.metadata.mystnb for cell in cells if "figure" in cell.metadata.get("mystnb", {})
    ]
    return "\n".join(one.figure.caption + "\n" + one.image.alt for one in settings)


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
    says("clocked.ipynb", r"row 2 is nearest, by $6\cdot 10^{-18}$")
    rows, x = np.array([[0.3, 0.0], [0.3, 0.2], [0.2, 0.1]]), np.array([0.3, 0.1])
    first, second, third = (exact(x, t) for t in rows)
    # Squared distances, as everywhere; the distances differ by more.
    assert round(float(first - third) * 1e18) == round(float(second - third) * 1e18) == 6


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


# --- What a reader who did as told found otherwise ------------------------------------------------


def test_more_templates_a_species_learn_no_more():
    says("learning.ipynb", "No: 73 again. Three and five a species get one flower more")
    train, y, test, truth = FLOWERS[::2], SPECIES[::2], FLOWERS[1::2], SPECIES[1::2]
    right = {}
    for each in (2, 3, 5):
        first = np.concatenate([np.flatnonzero(y == c)[:each] for c in range(3)])
        T, code = train[first], y[first]
        for _ in range(500):
            scores = (2 * train @ T.T - (T * T).sum(axis=1)) / 0.5
            A = np.exp(scores - scores.max(axis=1, keepdims=True))
            R = A * (code == y[:, None])
            pull = A / A.sum(axis=1, keepdims=True) - R / R.sum(axis=1, keepdims=True)
            slope = 2 * (pull.T @ train - pull.sum(axis=0)[:, None] * T) / (75 * 0.5)
            T = T - 0.25 * slope
        d2 = ((test[:, None] - T) ** 2).sum(axis=2)
        right[each] = (code[d2.argmin(axis=1)] == truth).sum()
    assert right == {2: 73, 3: 74, 5: 74}


def test_more_than_half_of_the_questions_are_needed():
    """A third of them go on iris and a tenth on digits, before anything is pruned."""
    says("thresholds.ipynb", "## Not all of the questions are needed")
    for labels in (SPECIES, load_digits().target):
        every = PerceptronNet.count_units(labels, bisectors="all")[0]
        assert every / 2 < PerceptronNet.count_units(labels)[0] < every


def test_the_tie_rule_asks_for_equal_numbers_at_equal_distances():
    """Equal rows get equal numbers here, and yet another row is named."""
    says("nearest.ipynb", "keeps the tie rule, provided equal distances get equal numbers")
    rows = np.array([[0.5, 0.1, 0.2], [0.2, 0.1, 0.5]])
    assert exact(np.zeros(3), rows[0]) == exact(np.zeros(3), rows[1])
    squares = rows * rows
    d2 = squares[:, 0] + squares[:, 1] + squares[:, 2]  # as the chapter's loop adds
    assert d2.argmin() == 1
    assert nearest(rows, np.zeros((1, 3)))[0] == 0


def test_a_search_beside_a_product_says_beside_which():
    """The same search costs less than a product in float64."""
    says("millions.ipynb", "beside the float32 product in blocks")
    assert stored("scale")["search"]["dtype"] == "float32"
    assert "times that product" in printed("millions.ipynb")


def test_the_second_column_is_not_always_the_flower_itself():
    says("edges.ipynb", "where a duplicate comes first: then the second column may *be* the flower")
    assert "first column dropped   : 145 right, 25 used their own label" in printed("edges.ipynb")
    two, own = k_nearest(TENTHS[:, 2:], TENTHS[:, 2:], k=2), np.arange(150)
    after = two[:, 0] != own
    assert ((two[after, 1] == own[after]).sum(), after.sum()) == (25, 48)


def test_from_which_k_on_the_left_out_virginicas_lose():
    """The cliff comes before twice the size of a class; the flower is missing at every k."""
    assert "which decides many votes from k = 99 on." in pictured("neighbors.ipynb")
    lines = re.findall(
        r"^k = +(\d+): (\d+) right, (\d+) of", printed("neighbors.ipynb"), flags=re.M
    )
    right = {int(k): (int(all_of_them), int(virginicas)) for k, all_of_them, virginicas in lines}
    assert right[98] == (128, 36)
    assert right[99] == (79, 0)


def test_how_many_flowers_are_on_the_curve_of_last_crossings():
    """No answer turns beyond λ = ln(n) / gap; that of 146 flowers turns before."""
    for words in (
        "For 146 flowers, sorted, the inverse temperature",
        "A rising curve of 146 points",
    ):
        assert words in pictured("iris.ipynb")
    turning = 0
    for q in range(150):
        T, y = np.delete(FLOWERS, q, axis=0), np.delete(SPECIES, q)
        d2 = (((FLOWERS[q] - T) / T.std(axis=0)) ** 2).sum(axis=1)
        label = y[d2.argmin()]
        inverse = np.geomspace(1e-4, np.log(149) / (d2[y != label].min() - d2.min()), 500)
        votes = np.exp(-inverse[:, None] * (d2 - d2.min())) @ np.eye(3)[y]
        turning += (votes[:, label] <= np.delete(votes, label, axis=1).max(axis=1)).any()
    assert turning == 146


# --- What a candidate says aloud ------------------------------------------------------------------

PRACTICE = "../nnlib/practice"
MOCK = f"{PRACTICE}/mock.yaml"


def ranked(values, index):
    """Return these indices by (value, index)."""
    index = np.sort(index)
    return index[values[index].argsort(kind="stable")]


def test_the_last_seat_goes_to_the_earliest_by_partition_and_not_by_argpartition():
    """The model answer sorted what argpartition had kept, which had lost the earliest by then."""
    says(MOCK, "take all rows below it, fill up with the earliest equal to it")
    says(f"{PRACTICE}/catalog/knn_vote.py", "argpartition keeps arbitrary ones of those equals.")
    rng, k, lost = np.random.default_rng(0), 5, 0
    for _ in range(200):
        d2 = rng.integers(0, 5, 50)
        wanted = d2.argsort(kind="stable")[:k]
        kth = np.partition(d2, k - 1)[k - 1]
        below, equal = (np.flatnonzero(test) for test in (d2 < kth, d2 == kth))
        assert (ranked(d2, np.append(below, equal[: k - len(below)])) == wanted).all()
        lost += (ranked(d2, d2.argpartition(k - 1)[:k]) != wanted).any()
    assert lost > 0


def test_l1_is_a_layer_on_the_line_and_none_from_two_features_on():
    """The hint of the mock interview led to one feature, where the answer is yes."""
    says(MOCK, "No, for d ≥ 2: cells of affine scores are convex")
    says("cheatsheet.md", r"$L_1$ does not for $d \ge 2$")
    says("metric.ipynb", r"no W and b for $d\ge2$", r"prove that L1 has none for $d\ge2$")
    rng = np.random.default_rng(0)
    for _ in range(50):
        T, X = rng.integers(-20, 20, 7), rng.integers(-40, 40, 25)
        assert (
            abs(X[:, None] - T).argmin(axis=1) == (2 * X[:, None] * T - T * T).argmax(axis=1)
        ).all()
    for d in (2, 3):
        near, far, p, q = np.zeros((4, d))
        far[:2], p[:2], q[:2] = (8, 4), (1, 8), (5, 0)
        lead = [abs(x - far).sum() - abs(x - near).sum() for x in (p, q, (p + q) / 2)]
        assert [np.sign(one) for one in lead] == [1, 1, -1]  # a cell that is not convex


def reduced_scores(x, T):
    """Return 2x·t − ‖t‖² in the arithmetic of the arguments, feature by feature."""
    product, norms = x[0] * T[:, 0], T[:, 0] * T[:, 0]
    for a, column in zip(x[1:], T.T[1:], strict=True):
        product, norms = product + a * column, norms + column * column
    return 2 * product - norms


def test_a_lead_of_one_error_may_flip_and_of_two_may_not():
    """Both scores move: the caveat said that the lead must exceed what one of them can."""
    says("argmax.ipynb", "exceeds twice the rounding error of a score or distance")
    says("cheatsheet.md", "wherever the margin exceeds twice the rounding bound")
    says("practice/interview.md", "wherever the margin exceeds twice the rounding bound")
    says(MOCK, "leads by more than twice what rounding can do to a score or a distance")
    says(MOCK, "floats only where the margin exceeds twice the bound")
    says(f"{PRACTICE}/questions/argmax.yaml", "what rounding can do to a score or a distance")
    x, T = np.array([3733, 5609]), np.array([[3726, 5605], [3727, 5615]])
    true = reduced_scores(x, T)
    computed = reduced_scores(x.astype(np.float32), T.astype(np.float32)).astype(int)
    assert abs(computed - true).max() < true[0] - true[1] < 2 * abs(computed - true).max()
    assert computed.argmax() != true.argmax()
    rng, flips = np.random.default_rng(0), 0
    for _ in range(2000):
        x = rng.integers(3000, 4000, 2)
        T = x + rng.integers(-6, 7, (2, 2))
        true = reduced_scores(x, T)
        computed = reduced_scores(x.astype(np.float32), T.astype(np.float32)).astype(int)
        if (computed - computed[::-1])[true.argmax()] <= 0 and true[0] != true[1]:
            flips += 1
            assert abs(true[0] - true[1]) <= 2 * abs(computed - true).max()
    assert flips > 0


def test_distances_may_round_where_scores_do_not():
    """The lead was to exceed what rounding does to a score, which is nothing here."""
    x, T = np.array([1e9, 0.0]), np.array([[0.0, 1.5], [0.0, 1.0]])
    scores = reduced_scores(x, T)
    assert scores.tolist() == [-2.25, -1.0]  # exact, and the second row is nearer
    assert ((x * x).sum() - scores).argmin() == 0


def test_a_wrong_bias_can_keep_the_top_row_and_turn_the_vote():
    """The layers were called right because the row on top was."""
    says("iris.ipynb", "suspect first that the temperature is too high for these data")
    says(f"{PRACTICE}/questions/iris.yaml", "It can move the shares and leave the top row")
    T, species, x = np.array([0.0, 1.0, 1.2]), np.array([2, 1, 1]), 0.2
    tops, votes = [], []
    for bias in (1.0, 0.9):
        e = np.exp(2 * x * T - bias * T**2)
        tops.append(e.argmax())
        votes.append(np.bincount(species, e).argmax())
    assert tops == [0, 0]
    assert votes == [2, 1]


def test_the_index_buys_commutativity_and_not_associativity():
    """To keep the first on a tie, the mistake that the chapter warns of, is associative."""
    says(f"{PRACTICE}/catalog/merge_shards.py", "Keeping the first on a tie is only associative.")
    records = list(product((0, 1), range(3)))  # (distance, row)

    def first(a, b):
        return a if a[0] <= b[0] else b

    for merge, commutes in ((first, False), (min, True)):
        for a, b, c in product(records, repeat=3):
            assert merge(merge(a, b), c) == merge(a, merge(b, c))
        swaps = [merge(a, b) == merge(b, a) for a, b in product(records, repeat=2)]
        assert all(swaps) == commutes


def test_a_tree_prunes_by_the_intrinsic_dimension():
    """In 784 dimensions a tree was said to open nearly all its leaves."""
    says(MOCK, "What counts is the intrinsic dimension, which may be far below 784")
    says("practice/interview.md", "How each shard searches depends on the intrinsic d.")
    says("millions.ipynb", "Then the intrinsic $d$: small, a tree")
    rng, n, d = np.random.default_rng(0), 5000, 64
    sheet = rng.random((n + 20, 4)) @ rng.standard_normal((4, d))
    shares = []
    for rows in (sheet, rng.random((n + 20, d))):
        tree = KDTree(rows[:n], leaf_size=32)
        tree.reset_n_calls()
        tree.query(rows[n:])
        shares.append(tree.get_n_calls() / (20 * n))
    assert shares[0] < 0.1
    assert shares[1] > 0.9


def test_two_hours_in_seconds_outweigh_an_image_and_midnight_is_a_step():
    """A time of day cannot differ by a day."""
    says(MOCK, "a difference of two hours, squared, exceeds all 784 pixels together")
    says(MOCK, "The time wraps at midnight, so put it on a circle, by sine and cosine")
    assert 3600**2 < 784 * 255**2 < 7200**2

    def apart(a, b):
        a, b = (2 * np.pi * second / 86_400 for second in (a, b))
        return np.hypot(np.cos(a) - np.cos(b), np.sin(a) - np.sin(b))

    assert 86_340 - 60 > 86_000  # from 23:59 to 00:01 in seconds of the day
    assert np.isclose(apart(86_340, 60), apart(43_140, 43_260))  # as from 11:59 to 12:01


def test_the_listing_holds_its_matrix_twice_in_float64():
    says(MOCK, "the matrix, here in float64, and at the peak twice")
    steps = [step for part in mock.load()["parts"] for step in mock.steps("mock.yaml", part)]
    (listing,) = (step["listing"] for step in steps if "listing" in step)
    names = {}
    exec(listing, names)
    T, X = (np.ones((n, 2), np.float32) for n in (2000, 1000))
    tracemalloc.start()
    names["one_nn"](T, np.zeros(2000), X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 2 < peak / (1000 * 2000 * 8) < 2.1


def test_far_queries_exchange_rows_by_the_rounding_of_the_product():
    """The error was said to go with ‖t‖² alone."""
    says(f"{PRACTICE}/catalog/nn_layer.py", "less than the rounding of 2x·t and of ‖t‖²")
    rng, exchanged = np.random.default_rng(0), 0
    for _ in range(300):
        x, t = rng.uniform(1e8, 1e9, 2), rng.random(2)
        way = (x - t) / np.linalg.norm(x - t)
        a = rng.uniform(0.1, 0.3)
        step = a * np.array([-way[1], way[0]]) + a * a / (2 * np.linalg.norm(x - t)) * way
        T = np.array([t, t + step])
        near, far = sorted((0, 1), key=lambda i: exact(x, T[i]))
        scores = reduced_scores(x, T)
        if scores[far] >= scores[near]:
            gap = float(exact(x, T[far]) - exact(x, T[near]))
            size = np.linalg.norm(x) * np.linalg.norm(T, axis=1).max()
            assert gap <= 2 * gamma(4) * (2 * size + (T * T).sum(axis=1).max())
            exchanged += gap > 100 * np.spacing((T * T).sum(axis=1).max())
    assert exchanged > 50


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_halving_all_scores_rounds_nothing(dtype):
    """Ties were promised in real arithmetic only."""
    says(MOCK, "the same argmax, ties included, since halving rounds nothing")
    rng = np.random.default_rng(0)
    for _ in range(100):
        T, x = rng.standard_normal((9, 3)).astype(dtype), rng.standard_normal(3).astype(dtype)
        dots, norms = (x * T).sum(axis=1), (T * T).sum(axis=1)
        whole = (x * (2 * T)).sum(axis=1) - norms
        assert (2 * (dots - norms / 2) == whole).all()


def test_a_batch_that_writes_its_distances_may_never_wait_for_arithmetic():
    says(f"{PRACTICE}/questions/millions.yaml", "which writes no distances to memory")
    n, d, q = 10**7, 16, 10.0 ** np.arange(7)
    assert (2 * q * n * d / (4 * n * d + 4 * q * n) < 10).all()  # operations a byte, F/B = 10
    assert (2 * 20 * n * d) / (4 * n * d) == 10


def test_places_a_few_centimeters_apart_mostly_share_one():
    says(MOCK, "places that close mostly share one before any formula is applied")
    rng = np.random.default_rng(0)
    place, way = rng.uniform(4.2e6, 5e6, (2000, 2)), rng.uniform(0, 2 * np.pi, 2000)
    other = place + 0.03 * np.column_stack([np.cos(way), np.sin(way)])
    differ = (place.astype(np.float32) != other.astype(np.float32)).any(axis=1).mean()
    assert 0.01 < differ < 0.2


def test_without_the_bias_a_long_template_wins_only_where_it_points():
    """Long templates were said to win, whichever way they point."""
    says(f"{PRACTICE}/derivation.yaml", "without it long templates can win", "templates could win.")
    says(MOCK, "It lacks the bias −‖t‖², so long keys gain", "of its product, so short rows gain")
    says("attention.ipynb", "long keys can win where they are not the nearest")
    T, x = np.array([[1.0], [-10.0]]), np.array([1.0])
    assert (T @ x).argmax() == 0  # the short one
    assert (T @ -x).argmax() == 1
    assert nearest(T, -x[None])[0] == 0
    # Half of the product is too little, and yet a long row wins here.
    long, short = np.array([[3.0], [-1.5]])
    halves = [(t * t).sum() - 2.0 * t.sum() for t in (long, short)]  # of the query 2
    assert halves[0] < halves[1]


def test_images_without_a_common_pixel_are_infinitely_far():
    """The count of common pixels is then zero, and 0/0 would be the minimum."""
    says(MOCK, "the number of pixels in common (∞ if there are none)")
    apart, common = np.array([4.0, 0.0]), np.array([2, 0])
    with np.errstate(invalid="ignore"):
        assert (apart / common).argmin() == 1
    assert np.divide(apart, common, out=np.full(2, np.inf), where=common > 0).argmin() == 0


def test_square_matrices_fit_in_any_order():
    says(MOCK, "where the shapes differ, no other order fits")
    for shapes, fitting in (((2, 3, 4), 1), ((3, 3, 3), 8)):
        n, d, h = shapes
        X, G = np.ones((n, d)), np.ones((n, h))
        pairs = product((X, X.T), (G, G.T))
        ordered = [pair for a, b in pairs for pair in ((a, b), (b, a))]
        fits = [(a, b) for a, b in ordered if a.shape[1] == b.shape[0]]
        assert sum((a @ b).shape == (d, h) for a, b in fits) == fitting


def test_a_nan_in_a_query_answers_that_query_alone():
    says(f"{PRACTICE}/questions/edges.yaml", "That is the answer to a *query* that holds a NaN")
    T, X = np.array([[0.0], [5.0], [9.0]]), np.array([[np.nan], [8.0]])
    assert ((X - T.T) ** 2).argmin(axis=1).tolist() == [0, 2]


def test_a_shared_root_errs_only_if_the_farther_row_is_the_earlier():
    says(f"{PRACTICE}/questions/nearest.yaml", "the tie rule may then pick an earlier, farther row")
    d2 = np.array([1 + 2.0**-52, 1.0])
    for order, right in ((d2, False), (d2[::-1], True)):
        assert (np.sqrt(order).argmin() == order.argmin()) == right


def test_condensing_keeps_its_first_row_however_far_from_a_border():
    """What is kept was said to lie near the borders."""
    says(f"{PRACTICE}/catalog/nn_layer.py", "Condensing keeps rows that classify the others")
    T, y, store = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([0, 0, 0, 1]), [0]
    for _ in T:
        for i, t in enumerate(T):
            if y[store][nearest(T[store], t[None])[0]] != y[i]:
                store.append(i)
    assert store == [0, 3]  # and not 2, the nearest to the border


def test_standardizing_each_axis_changes_who_is_near_on_a_map():
    """A map would be stretched; it would not bend."""
    says(MOCK, "Standardizing each axis by itself would stretch the map")
    T, x = np.array([[3.0, 0.0], [0.0, 2.0]]), np.array([[0.0, 0.0]])
    scale = np.array([10.0, 1.0])  # a map that is wider than high
    assert (nearest(T, x)[0], nearest(T / scale, x)[0]) == (1, 0)
    middle = (T[0] + T[1]) / 2
    assert np.allclose(middle / scale, (T[0] / scale + T[1] / scale) / 2)  # lines stay lines


# --- What a bound, a pass or a stored figure says otherwise ---------------------------------------


def test_equally_near_rows_need_equal_numbers_for_the_second_rule_too():
    """The loop gives equal rows equal numbers; that is not what the rule asks for."""
    says("nearest.ipynb", "For rule 2, equal distances must get equal numbers")
    says("argmax.ipynb", "only if equally near rows get equal scores")
    says(f"{PRACTICE}/questions/nearest.yaml", "that equal distances are computed equal is another")
    rows = np.array([[0.5, 0.1, 0.2], [0.2, 0.1, 0.5], [0.5, 0.1, 0.2]])
    squares = (rows**2).T
    d2 = squares[0] + squares[1] + squares[2]  # as a loop adds; `sum` compensates since Python 3.12
    assert d2[0] == d2[2] > d2[1]
    assert len({exact(np.zeros(3), row) for row in rows}) == 1


def test_the_room_of_the_error_column_is_a_fiftieth():
    """A hundredth would end at 166,095 features."""
    says("exact.ipynb", r"and a fiftieth part of $2\theta ac$ by the factor 1.01 below")
    says("exact.ipynb", "(enough up to some 300,000 features)", " * 1.01 for rows in (X, T))")
    m = (300_000 + 16) * 2.0**-24
    theta, grown = m / (1 - m), 1.01**2
    # What the column pays, less its own rounding of at most θ of it, in units of 2θac.
    assert grown * (1 - theta) >= 1
    assert 1 / 100 < grown * theta < 1 / 50 < grown - 1


def test_the_direct_form_tells_apart_twelve_to_fifteen_digits():
    """Two values are told apart when they differ by both errors together."""
    says("exact.ipynb", "tells apart whatever differs in the first twelve to fifteen digits")
    digits = [np.floor(-np.log10(2 * gamma(d + 2))) for d in (1, 4, 64, 784, 1536)]
    assert (digits[0], digits[-2], digits[-1]) == (15, 12, 12)


class OncePassed(np.ndarray):
    """An array whose minimum and maximum, each another pass, are not to be taken."""

    def min(self, *_):
        raise AssertionError

    max = min


def test_finite_numbers_are_known_as_such_after_one_pass(monkeypatch):
    says("edges.ipynb", "The check costs one pass over the data")
    read, vecdot = [], np.vecdot
    monkeypatch.setattr(np, "vecdot", lambda a, b: read.append(a.size) or vecdot(a, b))
    rows = np.ones((validation.STRETCH, 4)).view(OncePassed)
    assert validation.all_finite(rows)
    assert read == [rows.size]


def test_small_types_are_widened_and_large_integers_decided_without_rounding(monkeypatch):
    """Not to float64, and not before a subtraction: the digits go through a float32 product."""
    says("edges.ipynb", "widens small types before the first operation, and never lets")
    used, computed = [], memory.compute
    monkeypatch.setattr(memory, "compute", lambda *a: used.append(a[2:4]) or computed(*a))
    digits = load_digits().data.astype(np.uint8)
    nearest(digits[:1000], digits[1000:])
    assert set(used) == {("expanded", np.float32)}
    moments = np.array([[2**60], [2**60 + 3]])
    assert len(set(moments.astype(float).ravel())) == 1
    assert nearest(moments, moments[1:] - 1)[0] == 1
    # Whole numbers too far apart to be moved into float64 together.
    apart = np.array([[0], [2**60 + 3], [2**60 + 1]])
    assert nearest(apart, np.array([[2**60]]))[0] == 2


def test_most_disputed_labels_are_no_duplicates():
    """Two of six flowers, and 32 of 79 points of the grid, are disputed in one place."""
    says("edges.ipynb", "Duplicates with contradictory labels are only one case")
    petals = TENTHS[:, 2:]
    d2 = ((petals[:, None] - petals) ** 2).sum(axis=2)
    np.fill_diagonal(d2, d2.max() + 1)
    disputed, in_one_place = 0, 0
    for row in d2:
        tied = np.flatnonzero(row == row.min())
        if len(set(SPECIES[tied])) > 1:
            disputed += 1
            both = {(*petals[i], SPECIES[i]) for i in tied}
            in_one_place += len({place[:2] for place in both}) < len(both)
    assert (disputed, in_one_place) == (6, 2)


def test_standardizing_the_queries_by_themselves_leaks():
    """Change one query, and the answers for others change."""
    says("slips.ipynb", "It leaks (each answer depends on the other queries), and nothing fits")
    says(f"{PRACTICE}/questions/slips.yaml", "It leaks (each answer depends on the other queries)")
    T, X, other = np.array([0.0, 2, 10]), np.array([10.0, 10, 13]), np.array([10.0, 10, 7])

    def answers(X, by):
        A, B = (T - T.mean()) / T.std(), (X - by.mean()) / by.std()
        return ((B[:, None] - A) ** 2).argmin(axis=1)[:2].tolist()

    assert (answers(X, by=X), answers(other, by=other)) == ([0, 0], [2, 2])
    assert answers(X, by=T) == answers(other, by=T)


def test_the_expanded_form_is_not_called_the_fastest():
    assert "fastest" not in k_nearest.__doc__ + nearest.__doc__
    for case in stored("peers")["times"]:
        pairs = zip(case["seconds"]["exact"], case["seconds"]["expanded"], strict=True)
        assert np.median([a / b for a, b in pairs]) < 1


def test_a_float32_product_takes_about_half_the_time():
    """It is as much work."""
    says("exact.ipynb", "even where the data are float64, which takes about half the time")
    for case in stored("peers")["times"]:
        pairs = zip(case["seconds"]["product32"], case["seconds"]["product64"], strict=True)
        assert 0.4 < np.median([a / b for a, b in pairs]) < 0.65


def test_a_server_that_compresses_helps_the_book_least():
    """JupyterLite was said to gain most, which it does in bytes and not in percent."""
    says("benchmarks.md", "A server that compresses helps the book least")
    sent = stored("python_in_page")["bytes"]
    plain, packed = sent["plain"], sent["compressed"]
    assert min(packed, key=lambda name: plain[name] - packed[name]) == "book"
    assert max(packed, key=lambda name: packed[name] / plain[name]) == "book"
