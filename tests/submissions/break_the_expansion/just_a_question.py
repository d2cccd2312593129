"""Raises with a question."""
VERDICT = "not attempted"

def break_the_expansion():
    raise NotImplementedError("how large is large?")
