"""The contrast of distances is that of its definition."""

import concentration
import numpy as np


def test_the_contrast_is_the_median_over_the_queries():
    T = np.array([[1.0], [2.0], [4.0]])
    X = np.array([[0.0], [5.0], [6.0]])  # farthest over nearest: 4, 4 and 5 / 2
    assert concentration.contrast(T, X) == 3
    assert concentration.contrast(T, X[2:]) == 1.5


def test_only_what_has_eight_dimensions_can_hold_a_cube_of_eight():
    plan = concentration.Plan(rows=20, queries=3, dimensions=(4, 8))
    found = concentration.measure(plan, print)
    kinds = ["uniform", "normal"]
    assert [(one["data"], one["d"]) for one in found] == [
        *((kind, 4) for kind in kinds),
        *((kind, 8) for kind in [*kinds, "uniform, intrinsic 8"]),
    ]
    assert all(one["contrast"] > 0 for one in found)
