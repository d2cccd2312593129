"""Practice: the smallest counter-examples, each refuting one tempting claim."""

from nnlib.practice.counterexamples import COUNTEREXAMPLES, Counterexample, break_it

__all__ = ["COUNTEREXAMPLES", "Counterexample", "break_it"]
