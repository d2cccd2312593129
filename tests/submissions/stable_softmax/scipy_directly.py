"""SciPy's softmax of z / temperature, which overflows before SciPy can shift."""
VERDICT = "refused"
BREAKS = "No overflow, no 0/0, no NaN, whatever the size of `z` and however small the temperature"
DEMAND = "large"

from scipy.special import softmax


def stable_softmax(z, temperature=1.0):
    return softmax(z / temperature, axis=-1)
