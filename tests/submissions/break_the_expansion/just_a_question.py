"""Raises with a question."""
VERDICT = "refused"
BREAKS = "Return a pair `(X_train, x)` of float64 arrays"
DEMAND = "form"

def break_the_expansion():
    raise NotImplementedError("how large is large?")
