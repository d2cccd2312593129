"""The bare product visits every pair, in whatever blocks."""

import numpy as np
import pytest
import roofline


@pytest.fixture
def visited(monkeypatch):
    """Return what lists the pairs of each product from here on."""
    pairs = []
    matmul = np.matmul

    def watched(x, t, out):
        pairs.append(out.size)
        return matmul(x, t, out=out)

    monkeypatch.setattr(np, "matmul", watched)
    return pairs


def test_the_fastest_blocks_visit_every_pair(visited):
    T, X = np.ones((5000, 2)), np.ones((1100, 2))
    run, block = roofline.product(T, X)
    visited.clear()
    run(X)
    assert sum(visited) == 5000 * 1100
    assert max(visited) <= block[0] * block[1]


@pytest.mark.parametrize("queries", [1, 300, 700])
def test_blocks_visit_every_pair(visited, queries):
    roofline.blocked(np.ones((9000, 2), np.float32), 512, 2048)(np.ones((queries, 2), np.float32))
    assert sum(visited) == 9000 * queries
    assert max(visited) <= 512 * 2048


def test_every_batch_is_measured_as_often():
    plan = roofline.Plan(seconds=0.0, fewest=2, rows=300, features=3, batches=(1, 4))
    found = roofline.measure(plan, print)
    assert [batch["queries"] for batch in found["batches"]] == [1, 4]
    assert all(len(b["seconds"]) == 2 and min(b["seconds"]) > 0 for b in found["batches"])
