"""The body is a single pass."""
VERDICT = "not attempted"

def one_nn(X_train, y_train, X_test):
    pass
