"""A drill: one question with all that belongs to it, from the statement to the wrong answers."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nnlib.practice.checks import TIERS, Check

DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Question:
    """Something asked, by the candidate or the interviewer, and a good answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Wrong:
    """An answer that is wrong, and the name of the check (or guard) that must catch it."""

    answer: Callable[..., Any]
    caught_by: str


@dataclass(frozen=True)
class Task:
    """What the judge judges: checks, the tiers they belong to, and answers to try them on.

    Attributes
    ----------
    name, title, statement : str
    solution : callable
        The reference; its parameters are the signature.
    checks : tuple of Check
        The first is the one by which an untouched stub is known.
    wrong : tuple of Wrong
    aloud : mapping of str to str
        For each tier the sentence that a candidate who reached it could say.
    reported : tuple of str
        Tiers that are measured and told, but not demanded.
    """

    name: str
    title: str
    statement: str
    solution: Callable[..., Any]
    checks: tuple[Check, ...]
    wrong: tuple[Wrong, ...]
    aloud: Mapping[str, str]
    reported: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(inspect.signature(self.solution).parameters)

    @property
    def demanded(self) -> tuple[str, ...]:
        """The tiers that an answer must reach to pass."""
        present = {check.tier for check in self.checks}
        return tuple(tier for tier in TIERS if tier in present and tier not in self.reported)


@dataclass(frozen=True)
class Drill(Task):
    """A task with everything that a reader meets around it.

    Attributes
    ----------
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
    alternatives : tuple of callable
        Right answers written differently.
    rubric : tuple of str
        What a strong answer covers.
    follow_ups : tuple of Question
    twists : tuple of Task
        To meet after passing; judged like the drill.
    chapter : str
        The chapter that explains it, for the link: its file's stem.
    """

    minutes: int = 10
    difficulty: str = "medium"
    origin: str = ""
    clarifying: tuple[Question, ...] = ()
    hints: tuple[str, ...] = ()
    stub: str = ""
    alternatives: tuple[Callable[..., Any], ...] = ()
    rubric: tuple[str, ...] = ()
    follow_ups: tuple[Question, ...] = ()
    twists: tuple[Task, ...] = ()
    chapter: str = ""

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
