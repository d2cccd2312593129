"""Practice: drills with a judge, and the smallest counter-examples, each refuting one claim."""

from nnlib.practice.catalog import drill, drills
from nnlib.practice.counterexamples import COUNTEREXAMPLES, Counterexample, break_it
from nnlib.practice.solutions import show_solution
from nnlib.practice.spoken import (
    debrief,
    deck,
    derivation,
    interviewer_sheet,
    mock_interview,
    ninety_minutes,
    progress,
    quiz,
)
from nnlib.practice.verdict import judge

__all__ = [
    "COUNTEREXAMPLES",
    "Counterexample",
    "break_it",
    "debrief",
    "deck",
    "derivation",
    "drill",
    "drills",
    "interviewer_sheet",
    "judge",
    "mock_interview",
    "ninety_minutes",
    "progress",
    "quiz",
    "show_solution",
]
