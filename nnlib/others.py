"""Neighbors of the training rows without themselves: query i is row i, and is left out.

Who asks for the k nearest of the other rows asks for the k + 1 nearest of all. Among these, row i
is left out by its index, never an equal row; where it is not among them, crowded out by equal rows
before it, the last one goes. What is left is the first k of all others in the same order,
whichever form of distance gave it.
"""

import numpy as np

from nnlib.tiles import Indices, Winners
from nnlib.validation import Array


def without_itself(distances: Array, indices: Indices) -> Winners:
    """Return (distances, indices), both (n, k), of (n, k + 1): query i without row i."""
    own = indices == np.arange(len(indices))[:, None]
    own[~own.any(axis=1), -1] = True
    shape = len(indices), indices.shape[1] - 1
    return distances[~own].reshape(shape), indices[~own].reshape(shape)
