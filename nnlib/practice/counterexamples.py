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
    d = np.sqrt(d2)  # both round to 1: a tie, and argmin takes the first
    return {"argmin of d²": d2.argmin(), "argmin of d": d.argmin()}


@card("Two identical training rows get identical scores.")
def order_of_summation() -> Outcome:
    x = np.array([0.8, 3.0, 4.8], dtype=np.float32)
    t = np.array([4.2, 4.0, 0.3], dtype=np.float32)  # stored twice
    a, b, c = 2 * x * t
    norm = t[0] * t[0] + t[1] * t[1] + t[2] * t[2]
    first = ((a + b) + c) - norm  # as one routine of a BLAS may add
    second = (a + (b + c)) - norm  # as its routine for the last few columns may add
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
    assert same_winner  # but a softmax behind it sees twice the temperature:
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
    T = np.array([[1.0], [1.3], [1.4]])
    classes = np.array([[1, 0], [0, 1], [0, 1]])  # row 0 is an A, the others are B
    x = np.array([0.5])
    d2 = (x - T[:, 0]) ** 2  # row 0 is the nearest
    soft, hard = ((softmax(-lam * d2)[:, None] * classes).sum(axis=0) for lam in (1, 100))
    return {"λ = 1": "AB"[soft.argmax()], "λ = 100": "AB"[hard.argmax()]}


@card("The label of the nearest row does not depend on the unit of a feature.")
def millimeters() -> Outcome:
    T = np.array([[1.0, 3.0], [2.0, 1.0]])  # both features in centimeters
    x = np.array([1.0, 1.0])
    scale = np.array([10, 1])  # now the first one in millimeters
    return {
        "in centimeters": nearest(T, x[None, :])[0],
        "one in millimeters": nearest(T * scale, (x * scale)[None, :])[0],
    }
