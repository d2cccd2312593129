"""Practice: drills with a judge, and the smallest counter-examples, each refuting one claim."""

from nnlib.practice.catalog import drill, drills
from nnlib.practice.counterexamples import COUNTEREXAMPLES, Counterexample, break_it
from nnlib.practice.solutions import show_solution
from nnlib.practice.spoken import debrief, deck, interviewer_sheet, mock_interview, progress, quiz
from nnlib.practice.verdict import judge

__all__ = [
    "COUNTEREXAMPLES",
    "Counterexample",
    "break_it",
    "debrief",
    "deck",
    "drill",
    "drills",
    "interviewer_sheet",
    "judge",
    "mock_interview",
    "progress",
    "quiz",
    "show_solution",
]
