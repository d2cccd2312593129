"""The stub with a remark as its message."""
VERDICT = "refused"
BREAKS = "Return a pair `(W, b)`"
DEMAND = "layer"

def nn_layer(X_train):
    """Return W and b: argmax(W @ x + b) is the row nearest to x."""
    raise NotImplementedError("is b negative?")
