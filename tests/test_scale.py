"""A million rows: what is stored, what two chapters say of it, and how it is measured.

No test asserts a time. What the prose rests on is asserted of the stored file.
"""

import datetime
import json
import re
import statistics
from dataclasses import replace
from itertools import pairwise

import conditions
import pruning
import pytest
import scale

TEXT = scale.STORED.read_text(encoding="utf-8")
STORED = json.loads(TEXT)
SEARCH = STORED["search"]
ENGINES = {engine["label"]: engine for engine in SEARCH["engines"]}
RECALL, PRUNING = scale.FULL["search"], scale.FULL["pruning"]
TINY = {
    "search": replace(
        scale.QUICK["search"],
        rows=3000,
        features=8,
        queries=20,
        intrinsic=3,
        clusters=5,
        lists=8,
        codes=2,
        rerank=8,
        probes=(1, 8),
        widths=(8, 32),
        seconds=0.0,
    ),
    "pruning": replace(
        scale.QUICK["pruning"], rows=(100, 200, 300), queries=5, dimensions=(1, 4), inside=(2,)
    ),
    "contrast": replace(scale.QUICK["contrast"], rows=60),
    "roofline": replace(scale.QUICK["roofline"], rows=3000, batches=(1, 4), seconds=0.0),
}


def speed(point):
    """Return queries a second over those of the certified search, the median over the rounds."""
    exact = ENGINES["nearest, exact"]["points"][0]["seconds"]
    return statistics.median(a / b for a, b in zip(exact, point["seconds"], strict=True))


def leaves(tree, d, kind="uniform", rows=100_000, inside=None):
    (found,) = (
        p["leaves"]
        for p in STORED["pruning"][kind]
        if (p["tree"], p["d"], p["rows"], p.get("inside")) == (tree, d, rows, inside)
    )
    return found


# --- What is stored ---------------------------------------------------------------------------


def test_the_circumstances_are_told_and_nobodys_name_or_path():
    assert datetime.date.fromisoformat(STORED["date"])
    assert {"python", "faiss-cpu", "numpy", "scikit-learn"} <= set(STORED["versions"])
    assert STORED["machine"]["cores"] >= STORED["threads"]
    assert STORED["wait_policy"] == "PASSIVE"
    assert len(STORED["load"]) == 2
    assert not re.search(r'"/|/(home|root|tmp|usr|work)/|\.so\b|\\\\', TEXT)


def test_the_file_has_the_form_that_is_written():
    assert conditions.written(STORED) == TEXT
    assert max(map(len, TEXT.splitlines())) < 1000


def test_the_stored_run_is_the_full_plan():
    assert SEARCH["shape"] == [RECALL.queries, RECALL.rows, RECALL.features]
    assert (SEARCH["intrinsic"], SEARCH["clusters"]) == (RECALL.intrinsic, RECALL.clusters)
    rounds = {len(p["seconds"]) for e in SEARCH["engines"] for p in e["points"]}
    assert rounds == {len(SEARCH["product"])}
    assert min(rounds) >= RECALL.fewest
    for engine in SEARCH["engines"]:
        values = RECALL.values(engine["knob"])
        assert [point["value"] for point in engine["points"]] == list(values)
        assert all(0 <= point["recall"] <= 1 for point in engine["points"])
        assert all(min(point["seconds"]) > 0 for point in engine["points"])
        # A graph that takes longer than the patience holds fewer rows, and says how many.
        full = engine["rows"] == RECALL.rows
        assert full or (engine["label"] == "faiss HNSW" and engine["build"] > RECALL.patience)
    assert {b["queries"] for b in STORED["roofline"]["batches"]} == set(
        scale.FULL["roofline"].batches
    )


def test_the_engines_trade_recall_for_speed():
    """What the chapter says: recall grows with the parameter, speed falls; codes alone confuse."""
    assert set(ENGINES) == {
        "nearest, exact", "faiss Flat", "faiss IVF", "faiss IVF-PQ", "faiss IVF-PQ, re-ranked",
        "faiss HNSW",
    }  # fmt: skip
    assert ENGINES["nearest, exact"]["points"][0]["recall"] == 1
    assert ENGINES["faiss Flat"]["points"][0]["recall"] > 0.999
    for label in ("faiss IVF", "faiss IVF-PQ, re-ranked", "faiss HNSW"):
        points = ENGINES[label]["points"]
        recalls = [point["recall"] for point in points]
        assert all(a <= b + 0.005 for a, b in pairwise(recalls))
        assert recalls[-1] > 0.9
        assert speed(points[0]) > 2 * speed(points[-1])
    alone = max(point["recall"] for point in ENGINES["faiss IVF-PQ"]["points"])
    again = max(point["recall"] for point in ENGINES["faiss IVF-PQ, re-ranked"]["points"])
    assert alone < 0.8 < again


def test_the_bytes_are_those_of_the_formulas():
    d = RECALL.features
    row = {label: engine["bytes"] / engine["rows"] for label, engine in ENGINES.items()}
    assert row["nearest, exact"] == 4 * d
    assert row["faiss Flat"] == pytest.approx(4 * d, rel=0.01)
    assert row["faiss IVF"] == pytest.approx(4 * d + 8, rel=0.02)
    assert row["faiss IVF-PQ"] == pytest.approx(RECALL.codes + 8, rel=0.05)
    assert row["faiss HNSW"] == pytest.approx(4 * d + 8 * RECALL.links + 12, rel=0.05)


def test_pruning_fades_with_the_dimension():
    for tree in pruning.TREES:
        shares = [leaves(tree, d) for d in PRUNING.dimensions]
        assert all(a < b * 1.02 for a, b in pairwise(shares))
        assert leaves(tree, 2) < 0.01
        assert leaves(tree, 12) < 0.5
        assert leaves(tree, 24) > 0.9
        # More rows help, and by less and less.
        gains = [leaves(tree, d, rows=10_000) / leaves(tree, d, rows=1_000_000) for d in (4, 16)]
        assert gains[0] > 2 * gains[1] > 2


def test_what_counts_is_the_intrinsic_dimension():
    for inside in PRUNING.inside:
        turned = [d for d in (inside, 8, 16, 32, 64, 128) if d >= inside]
        balls, boxes = (
            [leaves(tree, d, "intrinsic", inside=inside) for d in dict.fromkeys(turned)]
            for tree in ("ball tree", "k-d tree")
        )
        assert max(balls) < 2 * min(balls)  # a ball hardly sees the turn
        assert boxes[-1] > boxes[0]  # a box does
        assert all(box < ball for box, ball in zip(boxes, balls, strict=True))
        assert boxes[-1] < 0.5 * leaves("k-d tree", 16)


def test_contrast_fades_but_not_with_the_ambient_dimension():
    found = {(c["data"], c["d"]): c["contrast"] for c in STORED["contrast"]}
    for kind in ("uniform", "normal"):
        values = [found[kind, 2**i] for i in range(11)]
        assert values == sorted(values, reverse=True)
        assert values[0] > 1000
        assert values[-1] < 0.3
    flat = [found["uniform, intrinsic 8", 2**i] for i in range(3, 11)]
    assert max(flat) < 1.5 * min(flat)


def test_batches_share_what_is_read():
    """A query in a batch of hundreds costs a small part of what it costs alone."""
    times = {b["queries"]: min(b["seconds"]) for b in STORED["roofline"]["batches"]}
    assert times[1] > 5 * times[512] / 512


# --- How it is measured -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny():
    said = []
    return scale.measure(TINY, 1, said.append), said


def test_everything_is_measured_in_the_stored_form(tiny):
    result, said = tiny
    assert set(result) == set(STORED)
    assert set(result["search"]) == set(SEARCH)
    assert [e["label"] for e in result["search"]["engines"]] == list(ENGINES)
    for engine in result["search"]["engines"]:
        assert set(engine) == set(SEARCH["engines"][0])
        assert set(engine["points"][0]) == set(SEARCH["engines"][0]["points"][0])
    for key in ("pruning", "roofline"):
        assert set(result[key]) == set(STORED[key])
    assert json.loads(conditions.written(result)) == result
    assert [line[:5] for line in said if line.startswith("[")] == [f"[{i}/4]" for i in (1, 2, 3, 4)]


def test_looking_everywhere_finds_everything(tiny):
    engines = {e["label"]: e["points"] for e in tiny[0]["search"]["engines"]}
    assert engines["nearest, exact"][0]["recall"] == 1
    assert engines["faiss Flat"][0]["recall"] > 0.9
    assert engines["faiss IVF"][-1]["recall"] == engines["faiss Flat"][0]["recall"]
    assert engines["faiss IVF-PQ, re-ranked"][-1]["recall"] >= engines["faiss IVF-PQ"][-1]["recall"]


def test_quick_stores_nothing(monkeypatch, tmp_path, capsys):
    output = tmp_path / "scale.json"
    monkeypatch.setattr(conditions, "passive", lambda threads: {})
    monkeypatch.setattr(scale, "QUICK", TINY)
    assert scale.main(["--quick", "--threads", "1", "--output", str(output)]) == 0
    assert not output.exists()
    assert "[4/4]" in capsys.readouterr().out
