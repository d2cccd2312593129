"""Recall and speed are measured together, at every value of every knob."""

import numpy as np
import recall

PLAN = recall.Plan(
    0.0,
    fewest=1,
    most=1,
    rows=1000,
    features=8,
    queries=9,
    intrinsic=3,
    clusters=4,
    lists=4,
    codes=2,
    rerank=8,
    probes=(1, 4),
    widths=(8, 32),
    patience=0.0,
)


def test_a_graph_that_stopped_early_is_judged_by_the_rows_that_it_has():
    found = recall.measure(PLAN, lambda line: None)
    graph = found["engines"][-1]
    assert graph["rows"] == 50
    assert graph["points"][-1]["recall"] > 0.8  # of a thousand rows it could name one in twenty
    assert {len(point["seconds"]) for one in found["engines"] for point in one["points"]} == {1}


def test_engines_without_a_knob_have_one_point():
    assert PLAN.values("") == (0,)
    assert PLAN.values("nprobe") == PLAN.probes
    assert PLAN.values("efSearch") == PLAN.widths
    T = np.random.default_rng(0).standard_normal((1000, 8), dtype=np.float32)
    built = recall.engines(T, PLAN, lambda line: None)
    assert [len(PLAN.values(engine.knob)) for engine in built.values()] == [1, 1, 2, 2, 2, 2]
