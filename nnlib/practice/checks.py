"""Kinds of checks: what a check runs, and what it says when the answer falls short.

A check has a name, the tier that it belongs to, and the sentence why an interviewer cares. Its
inputs are made anew each time from a fixed seed, so that a verdict never changes.
"""

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnlib.practice.changes import snapshot
from nnlib.practice.compare import Agree, Form, same_values
from nnlib.practice.cost import EVENT_LIMIT, ROW_LOOP, Tally, counted, growth, line_of
from nnlib.practice.guard import Outcome, call
from nnlib.practice.show import arguments, shown, size

SEED = 20_201_122
TIERS = ("correct", "dtypes", "vectorized", "memory", "robust")
# What the guards find goes by these names, whichever check was running.
GUARDS = {
    "endless": "ends",
    "waits": "ends",
    "crash": "ends",
    "asks": "asks_nobody",
    "flood": "quiet",
    "mutated": "inputs_unmodified",
}
UNMODIFIED = "unmodified"
DEMANDS = {**dict.fromkeys(GUARDS, ""), "mutated": UNMODIFIED}
# Why a kind of complaint matters; of a wrong value or a cost the check itself says why.
REASONS = {
    "form": "Whoever calls the function relies on the type and the shape that the statement gives.",
    "raised": "The statement allows this input; an exception on it is an answer to nothing.",
    "endless": "An answer that hangs cannot be discussed; say what makes the loop end.",
    "waits": "An answer that waits for something cannot be discussed; nothing comes from outside.",
    "crash": "An answer that takes Python along with it cannot be discussed.",
    "asks": "Nobody sits there to answer; everything that the function needs are its arguments.",
    "flood": "Printing inside a loop hides the result; return it, and print outside.",
    "mutated": "The arrays are the caller's; writing into them is a bug that shows up far away.",
}
# Small inputs on which even a slow answer ends: what does not is endless.
CASE_LIMIT = 5 * EVENT_LIMIT
SHRINKING = 150  # calls at most to make a failing case smaller
QUADRATIC = 3.0  # times the steps for twice the rows, from which on the steps are the complaint
Args = tuple[Any, ...]
Answer = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One call: the arguments, and what should come of it.

    Attributes
    ----------
    args : tuple
    want : object
    smaller : callable, optional
        Gives, for the arguments, cases that are smaller and still of the same kind.
    facts : callable, optional
        Says, for the arguments, what decides, such as the exact distances.
    """

    args: Args
    want: Any
    smaller: "Callable[[Args], Iterable[Case]] | None" = None
    facts: Callable[[Args], str] | None = None

    def turned(self, into: Callable[[Args], Args], back: Callable[[Args], Args]) -> "Case":
        """Return the case with other arguments, and its smaller ones with them."""
        smaller, facts = self.smaller, self.facts
        return Case(
            into(self.args),
            self.want,
            smaller and (lambda args: (c.turned(into, back) for c in smaller(back(args)))),
            facts and (lambda args: facts(back(args))),
        )


@dataclass(frozen=True)
class Failure:
    """What a check found.

    Attributes
    ----------
    name, tier : str
        The check (or the guard) and its tier.
    line : str
        What is wrong, in one line.
    why : str
        Why an interviewer cares.
    demand : str
        The demand of the statement that is not met; "" where none is that the statement states.
    input, expected, got : str
        The smallest failing input, what should come of it, and what came; "" where the failure
        is one of cost.
    facts : str
        What decides on that input, such as the exact distances; "" where nothing is to be told.
    problem : str
        What the guard noticed (see `Outcome`), or "".
    untouched : bool
        Whether the answer raised NotImplementedError without a word, as a stub does.
    printed : str
        The first of what the answer printed.
    """

    name: str
    tier: str
    line: str
    why: str
    demand: str = ""
    input: str = ""
    expected: str = ""
    got: str = ""
    facts: str = ""
    problem: str = ""
    untouched: bool = False
    printed: str = ""


@dataclass(frozen=True)
class Check:
    """What all kinds share.

    Attributes
    ----------
    name : str
    why : str
        One sentence: why an interviewer cares.
    demand : str
        The demand of the statement that it tests.
    """

    name: str
    why: str
    demand: str = field(default="", kw_only=True)

    @property
    def tier(self) -> str:
        """One of `TIERS`."""
        return "correct"

    def run(self, answer: Answer, names: tuple[str, ...]) -> Failure | None:
        """Return what is wrong with the answer; None if nothing is."""
        raise NotImplementedError

    def failure(self, outcome: Outcome, line: str = "", **shown_as: str) -> Failure:
        """Return a failure of this check, or of the guard if the guard noticed something."""
        line = line or outcome.line
        kind = "form" if isinstance(line, Form) else outcome.problem
        return Failure(
            name=GUARDS.get(outcome.problem, self.name),
            demand=DEMANDS.get(outcome.problem, self.demand),
            tier=self.tier,
            line=line,
            why=self.reason(kind),
            problem=outcome.problem,
            untouched=isinstance(outcome.error, NotImplementedError) and not str(outcome.error),
            printed=outcome.printed,
            **shown_as,
        )

    def reason(self, kind: str) -> str:
        """Return why a kind of complaint matters: the check's own reason for a wrong value."""
        return REASONS.get(kind, self.why)


@dataclass(frozen=True)
class Values(Check):
    """The right values for every case; the smallest case that fails is shown.

    Attributes
    ----------
    cases : callable
        Takes a seeded generator and gives cases.
    agree : callable
        Compares what came with what was wanted.
    expects : callable, optional
        Says what was wanted where the value itself would say little.
    among : str
        The tier.
    """

    cases: Callable[[np.random.Generator], Iterable[Case]]
    agree: Agree = same_values
    expects: Callable[[Any], str] = shown
    among: str = "correct"

    @property
    def tier(self) -> str:
        """The tier that was named."""
        return self.among

    def run(self, answer: Answer, names: tuple[str, ...]) -> Failure | None:
        """Run the cases, the smallest first, up to the first that fails."""
        cases = sorted(self.cases(np.random.default_rng(SEED)), key=lambda case: size(case.args))
        for case in cases:
            failure = self.try_case(answer, names, case)
            if failure is not None:
                return self.shrunk(answer, names, case, failure)
        return None

    def try_case(self, answer: Answer, names: tuple[str, ...], case: Case) -> Failure | None:
        """Return what is wrong with the answer in one case."""
        want = snapshot(case.want)  # which may share its memory with an argument
        outcome = call(answer, case.args, tally=Tally(CASE_LIMIT))
        complaint = outcome.line
        if not outcome.problem:
            try:
                complaint = self.agree(outcome.value, case.want)
            except Exception as error:  # a value so strange that comparing it raises
                complaint = f"the result cannot be compared: {type(error).__name__}"
            if not complaint:
                return None
        # Only what fails is put into words: of most answers hardly anything does.
        return self.failure(
            outcome,
            complaint,
            input=arguments(names, outcome.given),
            expected=self.expects(want),
            got=outcome.line or shown(outcome.value),
            facts=case.facts(outcome.given) if case.facts else "",
        )

    def shrunk(
        self, answer: Answer, names: tuple[str, ...], case: Case, failure: Failure
    ) -> Failure:
        """Return the failure on the smallest case that still fails in the same way."""
        tries = SHRINKING
        if failure.why not in (self.why, REASONS["raised"]):
            return failure  # of a wrong form, or of an answer that was stopped, one input says all
        while case.smaller is not None:
            for smaller in case.smaller(case.args):
                tries -= 1
                if tries < 0:
                    return failure
                found = self.try_case(answer, names, smaller)
                if found is not None and (found.name, found.why) == (failure.name, failure.why):
                    case, failure = smaller, found
                    break
            else:
                return failure
        return failure


@dataclass(frozen=True)
class Named:
    """What the message of a refusal must hold, and what it must not.

    Attributes
    ----------
    argument : str
        The argument at fault.
    more : str
        Further words that must be there, such as "row 11".
    free : tuple of str
        Arguments that may be named as well, such as the one that this one does not fit.
    """

    argument: str
    more: str = ""
    free: tuple[str, ...] = ()

    def complaint(self, message: str, names: tuple[str, ...]) -> str:
        """Return what is wrong with a message, "" if nothing is."""
        for wanted in filter(None, (self.argument, self.more)):
            if not _holds(message, wanted):
                return f"the message does not name {wanted}"
        for name in names:
            if name not in (self.argument, *self.free) and _holds(message, name):
                return f"the message names {name}, which has nothing to do with it"
        return ""

    def __str__(self) -> str:
        more = f" and {self.more}" if self.more else ""
        return f"a ValueError whose message names {self.argument}{more}, and nothing else"


def _holds(message: str, words: str) -> bool:
    """Return whether words occur as words: row 1 does not occur in row 11."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", message) is not None


@dataclass(frozen=True)
class Refusals(Check):
    """Bad input is refused by a ValueError that names the argument.

    Attributes
    ----------
    cases : callable
        As for `Values`; what is wanted is a `Named`.
    """

    cases: Callable[[np.random.Generator], Iterable[Case]]

    @property
    def tier(self) -> str:
        """Always "robust"."""
        return "robust"

    def run(self, answer: Answer, names: tuple[str, ...]) -> Failure | None:
        """Run the cases up to the first that is not refused."""
        for case in self.cases(np.random.default_rng(SEED)):
            outcome = call(answer, case.args, tally=Tally())
            line = outcome.line
            if isinstance(outcome.error, ValueError):
                line = case.want.complaint(str(outcome.error), names)
                if not line:
                    continue
            elif not outcome.problem:
                line = "it returned a value for input that has no answer"
            return self.failure(
                outcome,
                line,
                input=arguments(names, case.args),
                expected=str(case.want),
                got=outcome.line or shown(outcome.value),
            )
        return None


@dataclass(frozen=True)
class Loops(Check):
    """No loop over rows: counts of rounds do not grow as the rows do.

    Attributes
    ----------
    inputs : tuple of callable
        Each takes a number of rows and gives arguments that have that many rows of one kind.
    rows : int
        The smaller number; the larger is twice as many.
    what : str
        What is looped over, for the message.
    limit : float
        Rounds a row from which a loop counts as one over rows.
    """

    inputs: tuple[Callable[[int], Args], ...]
    rows: int = 256
    what: str = "row"
    limit: float = ROW_LOOP

    @property
    def tier(self) -> str:
        """Always "vectorized"."""
        return "vectorized"

    def run(self, answer: Answer, names: tuple[str, ...]) -> Failure | None:
        """Count on two sizes of each input; fail on the first that grows row by row."""
        for make in self.inputs:
            for wrap in (_as_is, counted):
                failure, outcome = self._counted(answer, names, make, wrap, self.rows)
                if outcome.problem == "endless":  # or slow: fewer rows will tell
                    slow, less = self._counted(answer, names, make, wrap, self.rows // 8)
                    failure = slow if slow is not None and not less.problem else failure
                if failure is not None and (wrap is _as_is or not outcome.problem):
                    return failure  # what refuses a subclass of ndarray has run without it
        return None

    def _counted(
        self,
        answer: Answer,
        names: tuple[str, ...],
        make: Callable[[int], Args],
        wrap: Callable[[Any], Any],
        rows: int,
    ) -> tuple[Failure | None, Outcome]:
        """Count on `rows` and on twice as many; return what is wrong, and the last outcome."""
        tallies = Tally(), Tally()
        for tally, n in zip(tallies, (rows, 2 * rows), strict=True):
            args = tuple(map(wrap, make(n)))
            outcome = call(answer, args, tally=tally)
            if outcome.problem:
                what = arguments(names, args)
                return self.failure(outcome, input=what, got=outcome.line), outcome
        rounds, place = growth(*tallies, rows)
        if rounds < self.limit:
            return None, outcome
        what = arguments(names, make(2 * rows))
        times = tallies[1].total / max(1, tallies[0].total)
        if times >= QUADRATIC:
            return self._too_steep(times, [tally.total for tally in tallies], rows, what), outcome
        return self._too_many(rounds, line_of(tallies[1], place), what), outcome

    def _too_steep(self, times: float, steps: list[int], rows: int, what: str) -> Failure:
        words = {3: "three", 4: "four", 8: "eight"}
        many = words.get(round(times), f"{times:.0f}")
        return Failure(
            name=self.name,
            demand=self.demand,
            tier=self.tier,
            line=f"it takes {many} times the steps for twice the {self.what}s",
            why=self.why,
            input=what,
            expected=f"at most one round for {round(1 / self.limit)} rows (blocks are welcome)",
            got=f"{steps[0]:,} steps for {rows} {self.what}s, {steps[1]:,} for {2 * rows}",
        )

    def _too_many(self, rounds: float, where: str, what: str) -> Failure:
        many = f"{rounds:.0f} times" if round(rounds) > 1 else "about once"
        few = round(1 / rounds)
        further = f"{few} further {self.what}s" if few > 1 else f"further {self.what}"
        got = f"{rounds:.2f} rounds for every {self.what}"
        return Failure(
            name=self.name,
            demand=self.demand,
            tier=self.tier,
            line=f"it loops: with every {further}, one place in it runs {many} more",
            why=self.why,
            input=what,
            expected=f"at most one round for {round(1 / self.limit)} rows (blocks are welcome)",
            got=f"{got}, in {where}" if where else got,
        )


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Cube(Check):
    """No (n, m, d) intermediate: what memory grows by with d does not itself grow as n·m.

    Attributes
    ----------
    make : callable
        Takes n, m, d and gives the arguments.
    """

    make: Callable[[int, int, int], Args]

    @property
    def tier(self) -> str:
        """Always "memory"."""
        return "memory"

    def run(self, answer: Answer, names: tuple[str, ...]) -> Failure | None:
        """Measure peaks at two n and two d; a cube shows in their mixed difference."""
        m, small, large = 64, 8, 24
        peaks = {}
        for n in (256, 512):
            for d in (small, large):
                outcome = call(answer, self.make(n, m, d), tally=None, measure_memory=True)
                if outcome.problem:
                    args = arguments(names, self.make(n, m, d))
                    return self.failure(outcome, input=args, got=outcome.line)
                peaks[n, d] = outcome.peak
        mixed = peaks[512, large] - peaks[512, small] - peaks[256, large] + peaks[256, small]
        cells = (512 - 256) * m * (large - small)
        # A cube of float32 takes 4 bytes a cell; copies of the inputs take 8/m bytes each.
        if mixed < 2 * cells:
            return None
        return Failure(
            name=self.name,
            demand=self.demand,
            tier=self.tier,
            line="an intermediate array grows as n_test × n_train × d",
            why=self.why,
            input=arguments(names, self.make(512, m, large)),
            expected="memory that grows as n_test × n_train at most",
            got=f"{mixed / cells:.1f} bytes for every further cell of n_test × n_train × d",
        )


@dataclass(frozen=True)
class Budget(Check):
    """Memory within a limit that the case names.

    Attributes
    ----------
    cases : callable
        As for `Values`; what is wanted is the number of bytes allowed.
    """

    cases: Callable[[np.random.Generator], Iterable[Case]]

    @property
    def tier(self) -> str:
        """Always "memory"."""
        return "memory"

    def run(self, answer: Answer, names: tuple[str, ...]) -> Failure | None:
        """Measure the peak of each case."""
        for case in self.cases(np.random.default_rng(SEED)):
            outcome = call(answer, case.args, tally=None, measure_memory=True)
            what = functools.partial(arguments, names, case.args)
            if outcome.problem:
                return self.failure(outcome, input=what(), got=outcome.line)
            if outcome.peak > case.want:
                return Failure(
                    name=self.name,
                    demand=self.demand,
                    tier=self.tier,
                    line=f"it held more than the {case.want:,} bytes allowed",
                    why=self.why,
                    input=what(),
                    expected=f"at most {case.want:,} bytes at a time",
                    # Rounded, since the last digits are Python's own small objects.
                    got=f"about {outcome.peak / case.want:.1f} times as much",
                )
        return None
