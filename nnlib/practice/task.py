"""A drill: one question with all that belongs to it, from the statement to the wrong answers.

A statement is a contract. A task lists what it demands, each demand a name and a sentence; what
the reader sees is composed of these sentences, every check names the demand that it tests, and
every demand has a wrong answer that breaks it alone and a right one that only just keeps it.

A drill's file reads from top to bottom: `Draft` takes the statement and what surrounds it, then
decorators hand in the answers, `tests` the checks, and `twist` opens the next block.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from nnlib.practice.checks import TIERS, Check

DIFFICULTIES = ("easy", "medium", "hard")
Answer = Callable[..., Any]
Function = TypeVar("Function", bound=Answer)


@dataclass(frozen=True)
class Question:
    """Something asked, by the candidate or the interviewer, and a good answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Demand:
    """One thing that a statement demands: a name for it, and the sentence that says it."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Right:
    """An answer that is right, and the demands that it only just keeps."""

    answer: Answer
    keeps: tuple[str, ...]


@dataclass(frozen=True)
class Wrong:
    """An answer that breaks one demand, and no other."""

    answer: Answer
    breaks: str


@dataclass(frozen=True)
class Task:
    """What the judge judges: demands, the checks that test them, and answers to try them on.

    Attributes
    ----------
    name, title : str
    opening : str
        How the statement begins: what to write.
    demands : tuple of Demand
        The first is what all others presume: where it is broken, nothing else is looked at.
    solution : callable
        The reference; its parameters are the signature.
    checks : tuple of Check
        The first is the one by which an untouched stub is known.
    right : tuple of Right
        The reference among them.
    wrong : tuple of Wrong
    aloud : mapping of str to str
        For each tier a sentence that a candidate who reached it could say.
    given : tuple of str
        Sentences on the arguments.
    remark : str
        What the statement adds on how it is judged.
    reported : mapping of str to str
        Tiers that are measured and told, but not demanded, each with the weight of a remark on
        it: "actionable" or "informative".
    """

    name: str
    title: str
    opening: str
    demands: tuple[Demand, ...]
    solution: Answer
    checks: tuple[Check, ...]
    right: tuple[Right, ...]
    wrong: tuple[Wrong, ...]
    aloud: Mapping[str, str]
    given: tuple[str, ...] = ()
    remark: str = ""
    reported: Mapping[str, str] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """What the reader sees: the opening, the arguments, and every demand's sentence."""
        sentences = [demand.sentence for demand in self.demands]
        return " ".join(filter(None, [self.opening, *self.given, *sentences, self.remark]))

    @property
    def base(self) -> str:
        """The demand that all others presume."""
        return self.demands[0].name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(inspect.signature(self.solution).parameters)

    @property
    def demanded(self) -> tuple[str, ...]:
        """The tiers that an answer must reach to pass."""
        present = {check.tier for check in self.checks}
        return tuple(tier for tier in TIERS if tier in present and tier not in self.reported)

    def sentence(self, demand: str) -> str:
        """Return what the statement says of a demand; "" if that is no demand of its own."""
        return next((d.sentence for d in self.demands if d.name == demand), "")


@dataclass(frozen=True)
class Drill(Task):
    """A task with everything that a reader meets around it.

    Attributes
    ----------
    example : str
        Code with its results, to show in the statement; "" where it would be the answer.
    minutes : int
    difficulty : {"easy", "medium", "hard"}
    origin : str
        Where the question comes from.
    clarifying : tuple of Question
        What to ask before writing.
    hints : tuple of str
        Three, each giving away more.
    stub : str
        The source that the reader starts from.
    rubric : tuple of str
        What a strong answer covers.
    follow_ups : tuple of Question
    twists : tuple of Task
        To meet after passing; judged like the drill.
    chapter : str
        The chapter that explains it, for the link: its file's stem.
    """

    example: str = ""
    minutes: int = 10
    difficulty: str = "medium"
    origin: str = ""
    clarifying: tuple[Question, ...] = ()
    hints: tuple[str, ...] = ()
    stub: str = ""
    rubric: tuple[str, ...] = ()
    follow_ups: tuple[Question, ...] = ()
    twists: tuple[Task, ...] = ()
    chapter: str = ""

    @property
    def statement(self) -> str:
        """What the reader sees: the opening, a list of the sentences, an example, the tiers."""
        sentences = [*self.given, *(demand.sentence for demand in self.demands)]
        parts = [self.opening, "\n".join(f"- {sentence}" for sentence in sentences)]
        if self.example:
            parts += ["For example:", f"```python\n{self.example.strip()}\n```"]
        tiers = f"Demanded tiers: {', '.join(self.demanded)}."
        if self.reported:
            tiers += f" Reported: {', '.join(self.reported)}."
        return "\n\n".join([*parts, f"{tiers} {self.remark}".strip()])

    def twist(self, name: str) -> Task:
        """Return the twist of that name.

        Raises
        ------
        ValueError
            If there is none; the message lists the names.
        """
        for task in self.twists:
            if task.name == name:
                return task
        names = ", ".join(task.name for task in self.twists)
        raise ValueError(f"no twist {name!r} of {self.name}; there are {names}")


class Draft:
    """A task that is being written down, block by block.

    Parameters
    ----------
    name, title, opening : str
    demands : mapping of str to str
        Names to sentences, in the order of the statement.
    **rest
        Further attributes of `Task`, or, of a drill, of `Drill`.
    """

    def __init__(
        self, name: str, title: str, opening: str, demands: Mapping[str, str], **rest: Any
    ) -> None:
        self._fields = {"name": name, "title": title, "opening": opening, **rest}
        self._demands = tuple(Demand(key, sentence) for key, sentence in demands.items())
        self._solution: Answer | None = None
        self._right: list[Right] = []
        self._wrong: list[Wrong] = []
        self._checks: tuple[Check, ...] = ()
        self._twists: list[Draft] = []

    def solution(self, *keeps: str) -> Callable[[Function], Function]:
        """Hand in the reference, and the demands that it only just keeps."""

        def take(function: Function) -> Function:
            self._solution = function
            return self.right(*keeps)(function)

        return take

    def right(self, *keeps: str) -> Callable[[Function], Function]:
        """Hand in a right answer, and the demands that it only just keeps."""

        def take(function: Function) -> Function:
            self._right.append(Right(function, keeps))
            return function

        return take

    def wrong(self, breaks: str) -> Callable[[Function], Function]:
        """Hand in a wrong answer, and the one demand that it breaks."""

        def take(function: Function) -> Function:
            self._wrong.append(Wrong(function, breaks))
            return function

        return take

    def tests(self, *checks: Check) -> None:
        """Hand in the checks."""
        self._checks = checks

    def twist(
        self, name: str, title: str, opening: str, demands: Mapping[str, str], **rest: Any
    ) -> "Draft":
        """Open the block of a twist."""
        block = Draft(name, title, opening, demands, **rest)
        self._twists.append(block)
        return block

    def _parts(self) -> dict[str, Any]:
        assert self._solution is not None, f"{self._fields['name']} has no solution"
        return {
            **self._fields,
            "demands": self._demands,
            "solution": self._solution,
            "checks": self._checks,
            "right": tuple(self._right),
            "wrong": tuple(self._wrong),
        }

    def drill(self) -> Drill:
        """Return the drill, with its twists."""
        twists = tuple(Task(**block._parts()) for block in self._twists)
        return Drill(**self._parts(), twists=twists)
