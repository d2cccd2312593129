"""float32 stays float32."""
VERDICT = "refused"
BREAKS = "Return an array of the shape of `z`, float64"
DEMAND = "integers"

import numpy as np


def stable_softmax(z, temperature=1.0):
    if z.dtype.kind != "f":
        z = z.astype(float)
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return e / e.sum(axis=-1, keepdims=True)
