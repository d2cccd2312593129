"""The leaves that a tree opens are counted, in a tree whose leaves are known."""

import numpy as np
import pruning
import pytest


@pytest.mark.parametrize("tree", pruning.TREES.values())
def test_leaves_are_counted(tree):
    rng = np.random.default_rng(0)
    T = rng.uniform(size=(256, 1))
    assert pruning.leaves_opened(tree, T, T[:50], 300) == 1  # a single leaf
    share = pruning.leaves_opened(tree, T, T[:50], 8)
    assert 1 / 32 <= share < 4 / 32
