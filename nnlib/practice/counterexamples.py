"""Break it: the smallest runnable counter-examples, two or three rows each.

A card names a claim that sounds right and runs the few lines that refute it. The cards are
kept here once; chapters show them, tests hold them, and drills use them unchanged. They use
elementwise arithmetic in a fixed order, or matrix products of small integers, which are exact,
so that every machine prints the same numbers.
"""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.network import softmax
from nnlib.search import nearest

Outcome = dict[str, Any]
COUNTEREXAMPLES: dict[str, "Counterexample"] = {}


@dataclass(frozen=True)
class Counterexample:
    """A claim and the lines that refute it; printed, it shows both and what they give.

    Attributes
    ----------
    name : str
    claim : str
        The sentence that sounds right.
    run : callable
        Returns a dict of label to value; the claim says that the values are equal.
    """

    name: str
    claim: str
    run: Callable[[], Outcome]

    @property
    def source(self) -> str:
        """The lines of the card, without its signature and its return statement."""
        body = inspect.getsource(self.run).split(":\n", 1)[1]
        return textwrap.dedent(body).split("\nreturn ", 1)[0]

    def __repr__(self) -> str:
        outcome = self.run()
        width = max(map(len, outcome))
        lines = [f"Claim: {self.claim}", "", textwrap.indent(self.source, "    "), ""]
        for label, value in outcome.items():
            lines.append(f"{label:>{width}}: {np.asarray(value).tolist()}")
        return "\n".join(lines)


def card(claim: str) -> Callable[[Callable[[], Outcome]], Callable[[], Outcome]]:
    """Register the decorated function as the counter-example to `claim`."""

    def register(run: Callable[[], Outcome]) -> Callable[[], Outcome]:
        COUNTEREXAMPLES[run.__name__] = Counterexample(run.__name__, claim, run)
        return run

    return register


def break_it(name: str) -> Counterexample:
    """Return the card of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists the names.
    """
    if name not in COUNTEREXAMPLES:
        raise ValueError(f"no card {name!r}; there are {', '.join(sorted(COUNTEREXAMPLES))}")
    return COUNTEREXAMPLES[name]


@card("“≤ the best so far” and “< the best so far” find the same row.")
def last_of_equals() -> Outcome:
    d2 = [1, 5, 1]  # rows 0 and 2 tie
    first = last = 0
    for i in range(1, 3):
        if d2[i] < d2[first]:
            first = i
        if d2[i] <= d2[last]:
            last = i
    return {"with <": first, "with ≤": last}


@card("The square root changes no neighbor, since it is monotone.")
def square_root_ties() -> Outcome:
    X_train = np.array([[1.0, 2.0**-26], [1.0, 0.0]])
    x = np.array([0.0, 0.0])
    d2 = ((X_train - x) ** 2).sum(axis=1)  # 1 + 2⁻⁵² and 1: different
    d = np.sqrt(d2)  # both round to 1, and argmin takes the first
    return {"argmin of d²": d2.argmin(), "argmin of d": d.argmin()}


@card("Two identical training rows get identical scores.")
def order_of_summation() -> Outcome:
    x = np.array([0.8, 3.0, 4.8], dtype=np.float32)
    t = np.array([4.2, 4.0, 0.3], dtype=np.float32)  # stored twice
    a, b, c = 2 * x * t
    norm = t[0] * t[0] + t[1] * t[1] + t[2] * t[2]
    first = ((a + b) + c) - norm  # as one routine of a BLAS may add
    second = (a + (b + c)) - norm  # as it may add in the last columns
    return {"first copy's score": round(float(first), 7), "second's": round(float(second), 7)}


@card("A squared distance is never negative.")
def negative_distance() -> Outcome:
    x, t = np.array([5794, 5795], dtype=np.float32)
    direct = (x - t) * (x - t)
    expanded = t * t - 2 * x * t + x * x
    return {"direct": direct, "expanded": expanded}


@card("Rounding can change a distance a little, but not the nearest row.")
def flipped_neighbor() -> Outcome:
    X_train = np.array([10010, 10005], dtype=np.float32)
    x = np.array(10007, dtype=np.float32)
    direct = (X_train - x) * (X_train - x)  # 9 and 4
    expanded = X_train * X_train - 2 * x * X_train + x * x  # 0 and 8
    return {"direct": direct.argmin(), "expanded": expanded.argmin()}


@card("The bias is a detail: the largest dot product already finds the nearest row.")
def forgotten_bias() -> Outcome:
    T = np.array([[1, 1], [4, 2]])
    x = np.array([1, 1])  # it coincides with row 0
    s = 2 * T @ x - (T * T).sum(axis=1)
    return {"argmax of 2x·t − ‖t‖²": s.argmax(), "argmax of x·t": (T @ x).argmax()}


@card("W = T, b = −½‖t‖² gives the same network as W = 2T, b = −‖t‖².")
def half_the_scores() -> Outcome:
    T = np.array([[1.0, 1.0], [4.0, 2.0]])
    x = np.array([2.0, 2.0])
    s = 2 * T @ x - (T * T).sum(axis=1)
    same_winner = s.argmax() == (s / 2).argmax()
    assert same_winner  # but a softmax sees twice the temperature:
    return {"softmax(s)": softmax(s).round(3), "softmax(s/2)": softmax(s / 2).round(3)}


@card("softmax(z) = exp(z) / Σ exp(z), so that is how to compute it.")
def overflowing_softmax() -> Outcome:
    z = np.array([1000.0, 999.0])
    by_hand = 1 / (1 + np.exp(-1.0))  # divide both terms by exp(1000)
    with np.errstate(over="ignore", invalid="ignore"):
        naive = np.exp(z) / np.exp(z).sum()  # ∞ / ∞
    return {
        "by hand": by_hand.round(3),
        "shifted": softmax(z)[0].round(3),
        "by definition": naive[0],
    }


@card("exp(−λd²) cannot overflow, so no shift is needed.")
def underflowing_softmax() -> Outcome:
    d2, lam = np.array([1.0, 2.0]), 1000.0
    e = np.exp(-lam * d2)  # both underflow to 0
    with np.errstate(invalid="ignore"):
        naive = e / e.sum()  # 0 / 0
    return {"naive": naive, "shifted": softmax(-lam * d2)}


@card("As τ → 0 the softmax readout becomes the 1-nearest-neighbor rule.")
def tie_at_zero_temperature() -> Outcome:
    T = np.array([[1.0, 1.0], [4.0, 2.0]])
    x = np.array([3.0, 0.0])  # at squared distance 5 from both
    s = 2 * T @ x - (T * T).sum(axis=1)
    rule = np.zeros(2)
    rule[nearest(T, x[None, :])] = 1
    return {"τ = 10⁻⁶": softmax(s, 1e-6), "τ = 0": softmax(s, 0), "1NN": rule}


@card("With λ = 1 the soft network and 1NN agree; λ “large” is a detail.")
def outvoted_neighbor() -> Outcome:
    T = np.array([[1.0], [1.3], [1.4]])  # labels A, B, B
    x = np.array([0.5])
    d2 = (x - T[:, 0]) ** 2  # row 0 is the nearest
    weights = [softmax(-lam * d2) for lam in (1, 100)]
    soft, hard = ([p[0], p[1] + p[2]] for p in weights)  # of A, of B
    return {"λ = 1": "AB"[np.argmax(soft)], "λ = 100": "AB"[np.argmax(hard)]}


@card("The label of the nearest row does not depend on the unit of a feature.")
def millimeters() -> Outcome:
    T = np.array([[1.0, 3.0], [2.0, 1.0]])  # both in centimeters
    x = np.array([1.0, 1.0])
    scale = np.array([10, 1])  # now the first one in millimeters
    return {
        "in centimeters": nearest(T, x[None, :])[0],
        "one in millimeters": nearest(T * scale, (x * scale)[None, :])[0],
    }


@card("A row with a missing value is nobody's nearest neighbor.")
def nan_is_nearest() -> Outcome:
    T = np.array([[1.0, 1.0], [4.0, np.nan], [2.0, 5.0]])
    x = np.array([2.0, 2.0])
    d2 = ((T - x) ** 2).sum(axis=1)  # 2, nan and 9
    return {"first by argmin": d2.argmin(), "first by argsort": d2.argsort()[0]}


@card("If the shapes did not fit, NumPy would say so.")
def stretched_column() -> Outcome:
    T = np.array([[1, 1], [4, 2], [2, 5]])
    X = np.array([[4]])  # the second feature was forgotten
    d2 = ((X - T) ** 2).sum(axis=1)  # computed as if it were (4, 4)
    complete = ((np.array([[4, 2]]) - T) ** 2).sum(axis=1)
    return {"with one feature": d2, "with both, (4, 2)": complete}


@card("Pixels are whole numbers, so their distances are exact.")
def wrapped_square() -> Outcome:
    T = np.array([[16, 0], [2, 0]], dtype=np.uint8)
    x = np.array([0, 0], dtype=np.uint8)
    d2 = ((T - x) ** 2).sum(axis=1)  # 16² = 256 is 0 in eight bits
    return {"argmin": d2.argmin(), "nearest": nearest(T, x[None, :])[0]}


@card("Rows in the same direction have the same cosine.")
def parallel_rows() -> Outcome:
    T = np.array([[1.0, 1.0], [3.0, 3.0]])
    norms = np.sqrt(T[:, 0] * T[:, 0] + T[:, 1] * T[:, 1])
    cosine = T[:, 0] / norms  # with x = (1, 0); both √½ on paper
    return {"earliest index": 0, "argmax": cosine.argmax()}


@card("For every metric there are W and b whose largest score is the nearest row.")
def bent_bisector() -> Outcome:
    T = np.array([[0, 0], [8, 4]])
    p, q = np.array([1, 8]), np.array([5, 0])
    halfway = (p + q) // 2  # here an affine s₀ − s₁ has the mean
    d = [np.abs(x - T).sum(axis=1) for x in (p, q, halfway)]  # L1
    return {"nearest at p": d[0].argmin(), "at q": d[1].argmin(), "halfway": d[2].argmin()}


@card("With an odd k there are no ties, so nobody needs a rule for them.")
def three_way_vote() -> Outcome:
    neighbors = ["C", "A", "B"]  # the nearest first, k = 3
    votes = {label: neighbors.count(label) for label in "ABC"}
    smallest = max("ABC", key=lambda label: votes[label])
    first = max(neighbors, key=lambda label: votes[label])
    return {"ties to the smallest label": smallest, "to the nearest member": first}


@card("Votes of 1/d need no special case: a distance of zero counts most by itself.")
def infinite_vote() -> Outcome:
    d = np.array([0.0, 1.0, 2.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        votes = 1 / d
        shares = votes / votes.sum()  # ∞/∞ and 1/∞
    return {"naive share of the coincident row": shares[0], "as d → 0": 1.0}


@card("For keys of equal norm, dividing q·k by √d is the temperature λ = 1/√d.")
def half_of_one_over_root_d() -> Outcome:
    keys = np.array([[1, 1, 1, 1], [2, 0, 0, 0]])  # of norm 2
    q = np.array([1, 0, 0, 0])
    d2 = ((q - keys) ** 2).sum(axis=1)  # 3 and 1
    return {
        "softmax(q·k/√d)": softmax(keys @ q / 2).round(3),
        "λ = 1/√d": softmax(-d2 / 2).round(3),
        "λ = 1/(2√d)": softmax(-d2 / 4).round(3),
    }


@card("A query lies in one cell, so one unit of the perceptron fires.")
def silent_perceptron() -> Outcome:
    T = np.array([[0.3, 0.0], [0.3, 0.2], [0.2, 0.1]])  # three classes
    x = np.array([0.3, 0.1])  # on paper at 0.1 from each
    norm = T[:, 0] * T[:, 0] + T[:, 1] * T[:, 1]
    later = [1, 2, 0]  # the pairs 0 − 1, 1 − 2, 2 − 0
    W, b = 2 * (T - T[later]), norm[later] - norm
    sums = W[:, 0] * x[0] + W[:, 1] * x[1] + b
    h01, h12, h02 = sums[0] >= 0, sums[1] >= 0, sums[2] <= 0
    fires = [h01 and h02, h12 and not h01, not h02 and not h12]
    return {"cells that hold x": 1, "cells that fire": sum(fires)}


@card("Closed half-planes on both sides of a bisector: a tie does no harm.")
def closed_on_both_sides() -> Outcome:
    t, x = np.array([1, 4]), 2.5  # row 0 is an A, row 1 a B, x halfway
    s = 2 * t * x - t * t
    a_closed, b_closed, b_open = s[0] >= s[1], s[1] >= s[0], s[1] > s[0]
    return {
        "A fires, B fires, ≥ for the earlier row": [int(a_closed), int(b_open)],
        "A fires, B fires, ≥ for both": [int(a_closed), int(b_closed)],
    }


@card("Lateral inhibition leaves one winner.")
def tied_inhibition() -> Outcome:
    active = []
    for x in (np.array([3.0, 2.0, 1.0]), np.array([3.0, 3.0, 1.0])):
        for _ in range(100):
            total = x[0] + x[1] + x[2]
            x = np.maximum(0, x - 0.25 * (total - x))
        active.append(int((x > 0).sum()))
    return {"units left from 3, 2, 1": active[0], "units left from 3, 3, 1": active[1]}


@card("The stronger the inhibition, the sooner the winner stands alone.")
def strong_inhibition() -> Outcome:
    left = []
    for epsilon in (0.2, 0.7):
        x = np.array([5.0, 4.0, 4.0])
        while (x > 0).sum() > 1:
            x = np.maximum(0, x - epsilon * (x[0] + x[1] + x[2] - x))
        left.append((x > 0).sum())
    return {"units left, ε = 0.2": left[0], "units left, ε = 0.7": left[1]}


@card("‖x − t‖² = Σ (x_j − t_j²)², so the first layer holds t_j².")
def squared_too_early() -> Outcome:
    x, t = np.array([2, 3]), np.array([2, 3])  # the same point
    by_definition = ((x - t) ** 2).sum()
    squared_first = ((x - t**2) ** 2).sum()
    return {"‖x − t‖²": by_definition, "Σ (x_j − t_j²)²": squared_first}


@card("−2·x_j·t_j does not depend on j, so it can leave the sum.")
def loose_term() -> Outcome:
    x, t = np.array([2, 2]), np.array([4, 2])
    squares = (x * x + t * t).sum()
    inside = squares - sum(2 * x[j] * t[j] for j in range(2))
    j = 1  # the last feature, or whichever the loop left behind
    outside = squares - 2 * x[j] * t[j]
    return {"inside the sum": inside, "outside": outside}


@card("b = ‖x‖² + ‖t‖² is the bias of a fixed layer.")
def query_in_the_bias() -> Outcome:
    T = np.array([[1, 1], [4, 2], [2, 5]])
    first, second = np.array([2, 2]), np.array([3, 4])
    b = (first * first).sum() + (T * T).sum(axis=1)  # of the first one
    layer = b - 2 * T @ second
    return {"the layer says": layer, "‖x − t‖²": ((second - T) ** 2).sum(axis=1)}


@card("The distance matrix is square, so it does not matter which axis argmin takes.")
def wrong_axis() -> Outcome:
    T, X = np.array([[0], [5], [6]]), np.array([[1], [4], [0]])
    D = (X - T.T) ** 2  # queries down, templates across
    return {"nearest template of each query": D.argmin(axis=1), "axis 0": D.argmin(axis=0)}


@card("X − T has as many rows as there are queries, so its row sums are their distances.")
def paired_rows() -> Outcome:
    T, X = np.array([[1, 1], [4, 2]]), np.array([[4, 2], [1, 1]])
    paired = ((X - T) ** 2).sum(axis=1)  # query i with template i only
    nearest_ones = ((X[:, None] - T) ** 2).sum(axis=2).min(axis=1)
    return {"row sums of (X − T)²": paired, "distance to the nearest": nearest_ones}


@card("The weights sum to one, so the softmax is right, whichever axis it ran along.")
def softmax_over_queries() -> Outcome:
    T, X = np.array([[0.0], [1.0]]), np.array([[0.4], [0.2]])
    s = 2 * X @ T.T - T[:, 0] ** 2
    right, wrong = softmax(s, 0.1, axis=1), softmax(s, 0.1, axis=0)
    return {"over templates": right.argmax(axis=1), "over queries": wrong.argmax(axis=1)}


@card("A negative squared distance is noise: clip it at 0, and nothing is lost.")
def clipped_to_a_tie() -> Outcome:
    T = np.array([5793, 5794], dtype=np.float32)
    x = np.array(5795, dtype=np.float32)  # row 1 is nearer: 1 against 4
    d2 = T * T - 2 * x * T + x * x  # 0 and −4
    return {"argmin": d2.argmin(), "argmin after clipping": np.maximum(d2, 0).argmin()}


@card("1NN makes no error on its own training set, so it will make few on new data.")
def own_neighbor() -> Outcome:
    T, y = np.arange(4.0)[:, None], np.array([0, 1, 0, 1])
    D = (T - T.T) ** 2
    errors = (y[D.argmin(axis=1)] != y).sum()  # every row finds itself
    np.fill_diagonal(D, np.inf)
    left_out = (y[D.argmin(axis=1)] != y).sum()
    return {"errors": errors, "errors, each row left out": left_out}


@card("Standardize the training and the test set, each by its own mean and deviation.")
def standardized_apart() -> Outcome:
    T, X = np.array([0.0, 2.0, 10.0]), np.array([10.0, 10.0, 13.0])
    together = (X - T.mean()) / T.std(), (T - T.mean()) / T.std()
    apart = (X - X.mean()) / X.std(), (T - T.mean()) / T.std()
    d2 = [(x[:, None] - t) ** 2 for x, t in (together, apart)]
    same, own = (D.argmin(axis=1) for D in d2)
    return {"by the training set": same, "each by its own": own}


@card("The argmin of a block is the index of the nearest row.")
def index_in_the_block() -> Outcome:
    T, x = np.array([9, 7, 2, 4]), 3
    best, index = np.inf, -1
    for start in (0, 2):  # two blocks of two rows
        d2 = (T[start : start + 2] - x) ** 2
        if d2.min() < best:
            best, index = d2.min(), int(d2.argmin())  # start is missing
    return {"argmin of all": ((T - x) ** 2).argmin(), "by blocks": index}


@card("∂s/∂t = 2x: the score 2x·t − ‖t‖² is linear in the template.")
def gradient_without_bias() -> Outcome:
    x, t, h = 3.0, 1.0, 2.0**-10
    above, below = (2 * x * u - u * u for u in (t + h, t - h))
    slope = (above - below) / (2 * h)
    return {"central difference": slope, "2x": 2 * x, "2(x − t)": 2 * (x - t)}


@card("A steep enough sigmoid comes as close to a step as you like.")
def half_a_jump() -> Outcome:
    step = np.array([0.0, 1.0])  # on the left and on the right of 0
    found: Outcome = {"as close as you like": 0.0}
    for slope in (1e3, 1e6, 1e9):  # the points move in with it
        x = np.array([-1, 1]) / (1000 * slope)
        error = np.abs(1 / (1 + np.exp(-slope * x)) - step)
        found[f"worst error at slope {slope:g}"] = error.max().round(3)
    return found


@card("A condensed store classifies every training row rightly.")
def contradicting_twins() -> Outcome:
    X = np.array([[4, 2], [4, 2]])  # the same measurements twice
    y, store = "AB", [0]
    if y[store[nearest(X[store], X[1:])[0]]] != y[1]:
        store.append(1)  # misclassified, so it is kept, too
    kept = nearest(X[store], X)  # a tie: the earliest
    found = "".join(y[store[i]] for i in kept)
    return {"labels": y, "labels by the store": found}


@card("The direct form has no cancellation, so it finds every tie.")
def direct_form_rounds() -> Outcome:
    T = np.array([[0.5, 0.1, 0.2], [0.2, 0.1, 0.5]])  # same numbers
    x = np.zeros(3)
    squares = (T - x) ** 2
    d2 = squares[:, 0] + squares[:, 1] + squares[:, 2]
    return {"argmin": d2.argmin(), "earliest of the tied rows": nearest(T, x[None, :])[0]}


@card("Exact on the numbers in memory is exact on the numbers that were measured.")
def decimals_are_rounded() -> Outcome:
    T, x = np.array([[4.9], [4.7]]), np.array([[4.8]])
    stored = nearest(T, x)[0]
    measured = nearest(np.rint(10 * T), np.rint(10 * x))[0]  # a tie
    return {"as stored": stored, "as measured": measured}


@card("The cell of a k-d tree that holds the query holds its nearest row.")
def across_the_cut() -> Outcome:
    left = np.array([[0, 0], [2, 4]])
    right = np.array([[5, 0], [9, 4]])  # cut at x₀ = 3.5
    x = np.array([[3, 0]])  # left of the cut
    own = left[nearest(left, x)[0]]
    everywhere = np.concatenate([left, right])
    return {"nearest in its cell": own, "nearest": everywhere[nearest(everywhere, x)[0]]}


@card("The row with the nearest centroid is the nearest row.")
def wrong_cell() -> Outcome:
    cells = [np.array([[0], [6]]), np.array([[9], [11]])]
    centroids = np.array([cell.mean(axis=0) for cell in cells])
    x = np.array([[7]])
    own = cells[nearest(centroids, x)[0]]
    rows = np.concatenate(cells)
    return {"in the nearest cell": own[nearest(own, x)[0]], "nearest": rows[nearest(rows, x)[0]]}


@card("A walk that goes on to ever nearer rows ends at the nearest row.")
def stuck_walk() -> Outcome:
    T, links = np.array([[1, 1], [4, 2], [2, 5]]), [[1], [0, 2], [1]]
    x, at = np.array([1, 4]), 0
    d2 = ((T - x) ** 2).sum(axis=1)  # 9, 13 and 2
    while d2[links[at]].min() < d2[at]:
        at = min(links[at], key=lambda j: d2[j])
    return {"the walk ends at": at, "nearest": nearest(T, x[None])[0]}


@card("Each machine sends the index and the distance of its best; the smallest distance wins.")
def distances_travel_alone() -> Outcome:
    T = np.array([[0.5, 0.1, 0.2], [0.2, 0.1, 0.5]])  # equally far
    x = np.zeros(3)
    sent = []
    for i, t in enumerate(T):
        squares = (t - x) ** 2
        sent.append((squares[0] + squares[1] + squares[2], i))
    return {"smallest distance": min(sent)[1], "earliest of the tied rows": nearest(T, x[None])[0]}
