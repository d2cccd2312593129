"""A clocked network that picks the k nearest rows one after another, and a rival without clock.

Chen, Damper and Nixon (1997) published a layered, feed-forward, synchronous network that feeds
back to control the sequential selection of the k neighbors, has analog weights in its first
hidden layer only, O(n²) units for n rows, and is done within 2k − 1 clock cycles. That much is
in their abstract. The wiring here is **this library's reconstruction** of a net with these
properties, and not taken from their text:

    scores       s_i  = 2t_i·x − ‖t_i‖²                            n units, the analog weights
    comparators  h_ij = [s_i − s_j ≥ 0],  i < j                    n(n − 1)/2 units
    selectors    u_i  = [wins_i + Σ_j≠i r_j − n r_i ≥ n − 1]       n units
    latches      r_i  = 1 from the cycle after u_i fired           n units, the feedback
    vote         one counter a class, one comparator a pair of classes

wins_i is the number of rows that i beats: the firing h_ij and the silent h_ji. The comparators
order the rows by (distance, index). A row that p others beat has n − 1 − p wins, and in real
order exactly those p are taken when its turn comes: its sum reaches n − 1 then, not sooner.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.distances import check_norms
from nnlib.request import MEMORY_LIMIT
from nnlib.validation import (
    Array,
    as_labels,
    as_numbers,
    as_rows,
    as_training_rows,
    check_count,
    distinct_labels,
)


@dataclass(frozen=True)
class Cycle:
    """What one tick of the clock did.

    Attributes
    ----------
    number : int
        1, 2, 3, …
    phase : {"select", "feedback"}
        Odd cycles select, even ones feed back.
    unit : int
        The selector that fires, or the latch that is set.
    sums : ndarray, shape (n,)
        Each selector's sum less its threshold, wins_i + Σ_j≠i r_j − n r_i − (n − 1), with the
        latches as they stand after the cycle: ≥ 0 fires.
    taken : tuple of int
        The latched rows, in the order in which they were taken.
    """

    number: int
    phase: str
    unit: int
    sums: NDArray[np.intp]
    taken: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """The cycles of one query so far; printed, a table of them.

    Attributes
    ----------
    cycles : list of Cycle
    scores : ndarray, shape (n,)
        2t·x − ‖t‖², larger is nearer.
    codes : ndarray, shape (n,)
    classes : ndarray
    """

    scores: NDArray[np.float64]
    codes: Array
    classes: Array
    cycles: list[Cycle] = field(default_factory=list)

    @property
    def neighbors(self) -> list[int]:
        """The selected rows, nearest first."""
        return [cycle.unit for cycle in self.cycles if cycle.phase == "select"]

    @property
    def votes(self) -> NDArray[np.intp]:
        """What each class's counter holds, shape (n_classes,): latches, and the firing selector."""
        return np.bincount(self.codes[self.neighbors], minlength=len(self.classes))

    @property
    def label(self) -> object:
        """The class whose output fires: most votes, and of equals the one that came first.

        o_c fires if 2(v_c − v_e) + f_ce − f_ec ≥ 1 for every other class e, where v counts
        votes and f_ce = 1 if class c was there before class e.
        """
        if not self.cycles:
            raise ValueError("no neighbor is selected yet; step() first")
        arrived = list(dict.fromkeys(self.codes[self.neighbors].tolist()))
        place = np.full(len(self.classes), len(self.classes))
        place[arrived] = np.arange(len(arrived))
        before = (place[:, None] < place).astype(np.intp)
        lead = 2 * (self.votes[:, None] - self.votes) + before - before.T >= 1
        np.fill_diagonal(lead, True)
        return self.classes[lead.all(axis=1)].tolist()[0]

    def __repr__(self) -> str:
        lines = ["cycle  phase     unit  label  votes"]
        for end, cycle in enumerate(self.cycles, 1):
            votes = Trace(self.scores, self.codes, self.classes, self.cycles[:end]).votes
            label = str(self.classes[self.codes[cycle.unit]])
            counts = ", ".join(
                f"{name}: {count}" for name, count in zip(self.classes, votes, strict=True)
            )
            lines.append(
                f"{cycle.number:>5}  {cycle.phase:<8}  {cycle.unit:>4}  {label:<5}  {counts}"
            )
        return "\n".join(lines)


class ClockedKNN:
    """k-nearest-neighbor classification by a clocked network: k neighbors in 2k − 1 cycles.

    Made by `from_data`. `start` shows it a query, `step` ticks the clock once, `run` does both
    for a given k; k is nowhere in the network, only in how long the clock runs.

    Attributes
    ----------
    W : ndarray, shape (n_train, d)
        2T, the analog weights.
    b : ndarray, shape (n_train,)
        −‖t‖².
    codes : ndarray, shape (n_train,)
        Which counter each latch feeds.
    classes : ndarray
        The distinct labels in sorted order.
    trace : Trace
        The cycles since `start`.

    Notes
    -----
    Scores are summed in float64, feature by feature, so that every machine computes the same
    bits and equal rows score alike. Each comparator sees two of *n computed numbers*, so that
    their answers never contradict each other, whatever rounding did; the order is that of
    (computed score, index). It is the true order where nothing rounds, as for integers v with
    d (2 max|v|)² ≤ 2⁵³.

    References
    ----------
    Y. Q. Chen, R. I. Damper and M. S. Nixon, "On neural-network implementations of k-nearest
    neighbor pattern classifiers", IEEE Transactions on Circuits and Systems I 44(7), 622–629,
    1997, doi 10.1109/81.596943: abstract only; see the module's first lines for what is whose.
    """

    def __init__(self, W: Array, b: Array, codes: Array, classes: Array) -> None:
        self.W, self.b = W, b
        self.codes, self.classes = codes, classes
        self._trace: Trace | None = None
        self._wins = np.empty(0, np.intp)
        self._latches = np.empty(0, np.bool_)

    @staticmethod
    def count_units(n_train: int, n_classes: int) -> dict[str, int]:
        """Return how many units of each kind the network has: O(n²), from the comparators."""
        n = check_count("n_train", n_train, 1, None, "training rows")
        c = check_count("n_classes", n_classes, 1, n, f"n_train = {n}")
        return {
            "scores": n,
            "comparators": n * (n - 1) // 2,
            "selectors": n,
            "latches": n,
            "vote counters": c,
            "vote comparators": c * (c - 1) // 2,
            "arrival latches": c * (c - 1) // 2,
            "outputs": c,
        }

    @classmethod
    def from_data(
        cls, X_train: ArrayLike, y_train: ArrayLike, *, memory_limit: int = MEMORY_LIMIT
    ) -> "ClockedKNN":
        """Write the network's weights down from the training rows.

        Parameters
        ----------
        X_train : array_like, shape (n_train, d)
        y_train : array_like, shape (n_train,)
        memory_limit : int
            Bytes that the weights and the comparators' answers to one query may take.

        Raises
        ------
        ValueError
            Naming the argument, for input that `nnlib.nearest` would refuse, for a `y_train` of
            another length, and, before anything is made, for too many comparators.
        """
        rows = as_training_rows("X_train", X_train)
        labels = as_labels("y_train", y_train, len(rows), "X_train")
        if labels.ndim != 1:
            raise ValueError(f"y_train must be one label a row; its shape is {labels.shape}")
        classes, codes = distinct_labels("y_train", labels)
        memory_limit = check_count("memory_limit", memory_limit, 1, None, "bytes")
        n, d = rows.shape
        needed = 6 * n * n + 8 * n * (d + 1)  # scores' comparisons, as flags, and their halves
        if needed > memory_limit:
            raise ValueError(
                f"the network would have {cls.count_units(n, len(classes))['comparators']:,} "
                f"comparators for {n:,} rows and take {needed:,} bytes; memory_limit is "
                f"{memory_limit:,}. Take fewer rows or raise it"
            )
        T = rows.astype(np.float64)
        norms = np.zeros(n)
        with np.errstate(all="ignore"):
            for t_f in T.T:
                norms += t_f * t_f
        check_norms(np.zeros(1), norms)
        return cls(2 * T, -norms, codes, classes)

    @property
    def units(self) -> dict[str, int]:
        """The number of units of each kind."""
        return self.count_units(len(self.W), len(self.classes))

    def __repr__(self) -> str:
        n, d = self.W.shape
        return (
            f"ClockedKNN of {sum(self.units.values()):,} units for {n:,} rows of {d} features: "
            f"{n:,} scores, {self.units['comparators']:,} comparators, {n:,} selectors with a "
            f"latch each, a vote of {len(self.classes):,} classes"
        )

    @property
    def trace(self) -> Trace:
        """The cycles since `start`."""
        if self._trace is None:
            raise ValueError("the network has seen no query; start(x) first")
        return self._trace

    def start(self, x: ArrayLike) -> "ClockedKNN":
        """Show the query `x` (d,) to the network, clear its latches, and return the network.

        Scores and comparators settle before the first cycle: they do not depend on the clock.

        Raises
        ------
        ValueError
            For a query that is not d finite numbers, or whose square overflows.
        """
        query = as_numbers("x", x)
        if query.shape != self.W.shape[1:]:
            raise ValueError(
                f"x must be one query of {self.W.shape[1]} features; its shape is {query.shape}"
            )
        query = query.astype(np.float64)
        with np.errstate(all="ignore"):
            check_norms(np.array([(query * query).sum()]), -self.b)
        scores = np.zeros(len(self.W))
        for x_f, w_f in zip(query, self.W.T, strict=True):
            scores += x_f * w_f
        scores += self.b
        beats = np.triu(scores[:, None] >= scores, 1) | np.tril(scores[:, None] > scores, -1)
        self._wins = beats.sum(axis=1)
        self._latches = np.zeros(len(scores), np.bool_)
        self._trace = Trace(scores, self.codes, self.classes)
        return self

    def _sums(self) -> NDArray[np.intp]:
        n, latched = len(self._wins), self._latches.astype(np.intp)
        return np.asarray(self._wins + latched.sum() - latched - n * latched - (n - 1))

    def step(self) -> Cycle:
        """Tick the clock once, and return what happened.

        An odd cycle selects: one selector fires. An even cycle feeds back: its latch is set,
        which counts as a win for all others and inhibits its own selector for good.

        Raises
        ------
        ValueError
            Before `start`, or if every row has been selected.
        """
        cycles = self.trace.cycles
        select = len(cycles) % 2 == 0
        if not select:
            unit = cycles[-1].unit
            if len(self.trace.neighbors) == len(self._wins):
                raise ValueError(f"all {len(self._wins)} rows are selected; nothing is left")
            self._latches[unit] = True
        sums = self._sums()
        if select:
            (unit,) = np.flatnonzero(sums >= 0).tolist()
        taken = cycles[-1].taken if cycles else ()
        cycle = Cycle(
            number=len(cycles) + 1,
            phase="select" if select else "feedback",
            unit=unit,
            sums=sums,
            taken=taken if select else (*taken, unit),
        )
        cycles.append(cycle)
        return cycle

    def run(self, x: ArrayLike, k: int) -> Trace:
        """Show the query `x` (d,) and let the clock run for k selections: 2k − 1 cycles.

        Raises
        ------
        ValueError
            As `start`, and for a k that is not from 1 to n_train.
        """
        k = check_count("k", k, 1, len(self.W), f"X_train has {len(self.W)} rows")
        self.start(x)
        for _ in range(2 * k - 1):
            self.step()
        return self.trace

    def k_nearest(self, X: ArrayLike, k: int) -> NDArray[np.intp]:
        """Return the k selected rows of every query, nearest first, shape (n_test, k)."""
        k = check_count("k", k, 1, len(self.W), f"X_train has {len(self.W)} rows")
        found = [self.run(x, k).neighbors for x in as_rows("X", X)]
        return np.array(found, dtype=np.intp).reshape(-1, k)

    def predict(self, X: ArrayLike, k: int) -> Array:
        """Return the vote's label for every query, shape (n_test,)."""
        k = check_count("k", k, 1, len(self.W), f"X_train has {len(self.W)} rows")
        found = [self.run(x, k).label for x in as_rows("X", X)]
        return np.array(found, dtype=self.classes.dtype)


@dataclass(frozen=True)
class Inhibition:
    """How a winner-take-all by lateral inhibition went.

    Attributes
    ----------
    activations : ndarray, shape (n_steps + 1, n)
        The inputs, then all units after each step.
    inhibition : float
        ε, what every unit takes from every other.
    """

    activations: NDArray[np.float64]
    inhibition: float

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.activations) - 1

    @property
    def winner(self) -> int | None:
        """The only unit left active, or None while there are several, or none at all."""
        (active,) = np.nonzero(self.activations[-1])
        return int(active[0]) if len(active) == 1 else None

    def __repr__(self) -> str:
        active = int(np.count_nonzero(self.activations[-1]))
        if self.winner is None:
            return f"Inhibition: no winner after {self.steps:,} steps, {active} units active"
        return f"Inhibition: unit {self.winner} wins after {self.steps:,} steps"


def lateral_inhibition(
    inputs: ArrayLike, inhibition: float | None = None, max_steps: int = 1000
) -> Inhibition:
    """Let units inhibit each other until one is left: the MAXNET, a net without selection logic.

    x_i ← max(0, x_i − ε Σ_j≠i x_j), all units at once.

    While i and j are both active, x_i − x_j grows by the factor 1 + ε a step. So with ε < 1/n
    the order never changes, and a unique largest input is left alone in the end; two equal
    largest inputs stay equal for ever.

    Parameters
    ----------
    inputs : array_like, shape (n,)
        Not negative. Only ratios matter: the steps are the same for c · inputs, c > 0, but not
        for inputs + c.
    inhibition : float, optional
        ε > 0; default 1 / (n + 1). From 1 / (n − 1) on, all units may fall silent at once.
    max_steps : int
        When to give up.

    Raises
    ------
    ValueError
        For inputs that are negative, not finite, of an infinite sum, or not one axis of at least
        one number.

    References
    ----------
    R. P. Lippmann, "An introduction to computing with neural nets", IEEE ASSP Magazine 4(2),
    4–22, 1987, doi 10.1109/MASSP.1987.1165576.
    """
    start = as_numbers("inputs", inputs)
    if start.ndim != 1 or not len(start) or start.min() < 0:
        raise ValueError(
            f"inputs must be at least one number and none negative; shape {start.shape}"
        )
    max_steps = check_count("max_steps", max_steps, 0, None, "steps")
    epsilon = 1 / (len(start) + 1) if inhibition is None else inhibition
    value = as_numbers("inhibition", epsilon)
    if value.ndim or value <= 0:
        raise ValueError(f"inhibition must be one number > 0; got {inhibition!r}")
    history = [start.astype(np.float64)]
    # What overflows is minus infinity: a unit falls silent, as where what is left underflows.
    with np.errstate(over="ignore", under="ignore"):
        if not np.isfinite(history[0].cumsum()[-1]):
            raise ValueError(f"inputs must have a finite sum; the largest is {start.max():g}")
        while np.count_nonzero(history[-1]) > 1 and len(history) <= max_steps:
            x = history[-1]
            total = x.cumsum()[-1]  # one after another: the same bits on every machine
            history.append(np.maximum(0.0, x - float(value) * (total - x)))
    return Inhibition(np.array(history), float(value))
