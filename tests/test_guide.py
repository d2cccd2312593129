"""The measurement behind the decision guide, and whether the guide's words and numbers are its."""

import json

import conditions
import guide
import pytest
import scale

from nnlib import advice
from nnlib.advice import RECALLS, SPREADS, advise

STORED = json.loads(guide.STORED.read_text(encoding="utf-8"))
ENGINES = json.loads(scale.STORED.read_text(encoding="utf-8"))["search"]
POINTS = {engine["label"]: engine["points"] for engine in ENGINES["engines"]}
LABELS = {"brute": "nearest, exact", "ivf": "faiss IVF", "hnsw": "faiss HNSW"}


def test_the_constants_are_the_measured_ones():
    measured = guide.tables(STORED)
    assert measured["probes"] == advice.PROBES
    assert measured["visits"] == advice.VISITS
    assert measured["jump"] == advice.JUMP
    assert tuple(advice.PROBES) == tuple(guide.CLOUDS) == SPREADS
    assert (*advice.STRUCTURE, STORED["features"]) == guide.Plan().intrinsic
    assert STORED["rows"].bit_length() - 1 == advice.DOUBLINGS


def test_more_is_looked_at_for_more_recall_and_more_dimensions():
    for counts in (advice.PROBES, advice.VISITS):
        for spread in SPREADS:
            strict, middle, lax = (
                [count or float("inf") for count in row] for row in counts[spread]
            )
            assert all(a >= b >= c for a, b, c in zip(strict, middle, lax, strict=True))


def seconds(key, recall):
    """Return the least median time of an engine with at least this recall, over exact search."""
    base = POINTS[LABELS["brute"]][0]["seconds"]
    times = [
        sorted(a / b for a, b in zip(point["seconds"], base, strict=True))[len(base) // 2]
        for point in POINTS[LABELS[key]]
        if point["recall"] >= recall
    ]
    return min(times, default=float("inf"))


@pytest.mark.parametrize("recall", RECALLS[1:])
def test_the_guide_agrees_with_the_engines(recall):
    """On a million rows in clusters: who is first, who is second, and by how much about."""
    queries, n, d = ENGINES["shape"]
    found = {
        one.key: one
        for one in advise(n, d, 16, recall, batch=queries, intrinsic=ENGINES["intrinsic"])
    }
    measured = {key: seconds(key, recall) for key in LABELS}
    works = [key for key in LABELS if found[key].verdict != "no"]
    assert [measured[key] for key in LABELS if key not in works] in ([], [float("inf")])
    assert sorted(works, key=lambda key: found[key].work) == sorted(works, key=measured.get)
    for key in works:
        predicted = found[key].work / found["brute"].work
        assert predicted / 3 <= measured[key] <= 3 * predicted
    (best,) = (one.key for one in found.values() if one.verdict == "best")
    assert best == min(works, key=measured.get)


def test_quick_stores_nothing(monkeypatch, tmp_path, capsys):
    output = tmp_path / "guide.json"
    monkeypatch.setattr(conditions, "passive", lambda threads: {})
    assert guide.main(["--quick", "--threads", "1", "--output", str(output)]) == 0
    assert not output.exists()
    assert "jump = " in capsys.readouterr().out
