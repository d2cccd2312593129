"""From a dot product to a distance: one head of attention, its key's norm taken in step by step.

With a share α of the bias, the score of a key k is 2 q·k − α ‖k‖², and its weight the softmax of
the scores over 2√d. At α = 0 that is softmax(q·k/√d), dot-product attention; at α = 1 it is
softmax(−‖q − k‖²/(2√d)), a soft nearest neighbor. Sums run from the first feature on.
"""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from nnlib.learning import shares
from nnlib.validation import check_count
from nnlib.watched import float_rows, one_point


@dataclass(frozen=True)
class Step:
    """The head with a share of the keys' norms.

    Attributes
    ----------
    share : float
        α, from 0 to 1.
    scores : tuple of float
        2 q·k − α ‖k‖² of every key.
    weights : tuple of float
        Their softmax at temperature 2√d.
    leader : int
        The key with the largest score, the earliest of equals.
    """

    share: float
    scores: tuple[float, ...]
    weights: tuple[float, ...]
    leader: int


def trace(K: ArrayLike, q: ArrayLike, steps: int = 10) -> list[Step]:
    """Return the head at α = 0, 1/steps, …, 1 for keys `K` (n, d) and one query `q` (d,).

    Raises
    ------
    ValueError
        Naming the argument, for keys that `nnlib.nearest` would refuse as rows or that have no
        feature, for a query that is not d finite numbers, for numbers beyond ±1e100, where
        squares overflow, and for `steps` below 1.
    """
    keys = float_rows("K", K, least=1)
    query = one_point("q", q, len(keys[0]))
    steps = check_count("steps", steps, 1, None, "steps")
    temperature = 2 * math.sqrt(len(query))
    products, norms = [], []
    for key in keys:
        product = norm = 0.0
        for v, w in zip(query, key, strict=True):
            product += v * w
            norm += w * w
        products.append(2 * product)
        norms.append(norm)
    found = []
    for step in range(steps + 1):
        share = step / steps
        scores = [p - share * norm for p, norm in zip(products, norms, strict=True)]
        weights, _ = shares([s / temperature for s in scores], range(len(keys)))
        leader = scores.index(max(scores))
        found.append(Step(share, tuple(scores), tuple(weights), leader))
    return found
