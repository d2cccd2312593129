"""The engines of faiss say the truth of what they hold, and find what they can find."""

import engines
import numpy as np
import pytest
from contenders import CONTENDERS

from nnlib import nearest

RNG = np.random.default_rng(0)
T = RNG.standard_normal((3000, 8), dtype=np.float32)
X = RNG.standard_normal((20, 8), dtype=np.float32)


def test_a_graph_that_takes_too_long_says_how_many_rows_it_has():
    said = []
    hasty = engines.graph(T[:400], 16, 64, 0.0, said.append)
    assert hasty.rows == 20
    assert (hasty(T[:20]) < 20).all()
    assert len(said) == 1


def test_a_graph_without_haste_has_all_rows():
    patient = engines.graph(T[:405], 16, 64)
    assert patient.rows == 405
    patient.turn(200)
    assert (patient(T[:405]) == np.arange(405)).all()


def test_a_true_neighbor_survives_reranking():
    """With all rows among the candidates the codes decide nothing."""
    codes = engines.quantized(T, 8, 2)
    again = engines.reranked(codes, T, len(T))
    again.turn(8)
    assert (again(X) == nearest(T, X)).all()
    assert (codes(X) != nearest(T, X)).any()
    assert again.size == codes.size + T.nbytes
    assert again.settings == {"nlist": 8, "bytes a code": 2, "candidates": len(T)}


def test_a_knob_trades_recall_for_speed():
    lists = engines.inverted(T, 64)
    found = {}
    for value in (1, 64):
        lists.turn(value)
        found[value] = (lists(X) == nearest(T, X)).mean()
    assert found[1] < found[64] == 1
    assert (lists.knob, lists.settings) == ("nprobe", {"nlist": 64})


def test_a_contender_is_an_engine():
    """Beside the peers and at scale it is the same exhaustive search, and nothing to turn."""
    flat = CONTENDERS["faiss"].prepare(T.astype(np.float64), 1)
    assert isinstance(flat, engines.Engine)
    flat.turn(7)
    assert (flat(X) == nearest(T, X)).all()
    assert flat.rows == len(T)
    assert flat.size == pytest.approx(T.nbytes, rel=0.01)
    exact = engines.Engine(CONTENDERS["exact"].prepare(T, 1), len(T), beside=T.nbytes)
    assert (exact(X) == nearest(T, X)).all()
    assert exact.size == T.nbytes
