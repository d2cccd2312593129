"""Murphy's perceptrons to watch: the net's own answers, and its own pruning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import predict_1nn
from nnlib.regions import faces_of, net_of, proof_of, trace

point = st.tuples(st.integers(0, 6), st.integers(0, 6))
nets = st.lists(st.tuples(point, st.integers(0, 2)), min_size=1, max_size=7)


@given(nets, point)
def test_the_units_answer_as_the_net_does(labeled, x):
    rows, labels = [t for t, _ in labeled], [c for _, c in labeled]
    net, steps = net_of(rows, labels), trace(rows, labels, x)
    fires = {
        kind: [step.fires for step in steps if step.kind == kind] for kind in ("plane", "and", "or")
    }
    assert fires["plane"] == net.half_planes([x])[0].tolist()
    assert fires["and"] == net.ands([x])[0].tolist()
    assert fires["or"] == net.forward([x])[0].tolist()
    assert net.classes[fires["or"].index(True)] == predict_1nn(rows, labels, [x])[0]


@given(nets)
def test_what_is_kept_is_what_the_net_keeps_when_it_is_pruned(labeled):
    rows, labels = [t for t, _ in labeled], [c for _, c in labeled]
    net, cut = net_of(rows, labels), net_of(rows, labels).pruned()
    kept = {(s.cell, *net.pairs[s.unit]) for s in trace(rows, labels, [0, 0]) if s.kind == "keep"}
    assert kept == {(c, *cut.pairs[p]) for c, p in zip(cut.cell, cut.plane, strict=True)}


@given(nets)
def test_a_cell_of_the_kept_conditions_is_the_cell(labeled):
    rows, labels = [t for t, _ in labeled], [c for _, c in labeled]
    net = net_of(rows, labels)
    kept = {(s.cell, s.unit) for s in trace(rows, labels, [0, 0]) if s.kind == "keep"}
    grid = np.stack(np.meshgrid(np.arange(-2, 9), np.arange(-2, 9)), axis=-1).reshape(-1, 2)
    ands = net.ands(grid)
    for cell in range(len(rows)):
        inside = np.ones(len(grid), np.bool_)
        for face in faces_of(net, cell):
            if (cell, face.plane) in kept:
                value = grid @ [face.a, face.b] + face.c
                inside &= value > 0 if face.strict else value >= 0
        assert (inside == ands[:, cell]).all()


def test_the_small_example_and_a_condition_that_follows_from_two():
    steps = trace([[1, 1], [4, 2], [2, 5]], [0, 1, 1], [2, 2])
    assert [(s.kind, s.unit, s.sum) for s in steps[:7]] == [
        *(("plane", 0, 2), ("plane", 1, 7)),
        *(("and", 0, 0), ("and", 1, -1), ("and", 2, -1)),
        *(("or", 0, 0), ("or", 1, -1)),
    ]
    far = trace([[0, 0], [4, 0], [0, 4], [9, 9]], [0, 1, 1, 1], [0, 0])
    (cut,) = (s for s in far if s.kind == "cut" and s.cell == 0)
    assert (cut.unit, cut.proof) == (2, (0, 1))
    faces = faces_of(net_of([[0, 0], [4, 0], [0, 4], [9, 9]], [0, 1, 1, 1]), 0)
    assert proof_of(faces[0], faces[1:]) is None


def test_a_row_in_the_place_of_an_earlier_one_keeps_what_silences_it():
    steps = trace([[1, 1], [1, 1], [5, 5]], [0, 1, 0], [1, 1])
    assert [(s.kind, s.unit) for s in steps if s.cell == 1] == [("cut", 1), ("keep", 0)]


@pytest.mark.parametrize(
    ("rows", "x", "message"),
    [
        ([[1, 2, 3]], [1, 2], "X_train must be rows of 2 numbers; got 3"),
        ([[1, 2]], [1, 2, 3], r"x must be 2 numbers; its shape is \(3,\)"),
        ([[1, 0.5]], [1, 2], "X_train must be whole numbers within ±1000"),
        ([[1, 2]], [1, 2000], "x must be whole numbers within ±1000"),
        ([[1, 2]], [1, np.nan], "x must be finite"),
    ],
)
def test_bad_input_is_refused_by_name(rows, x, message):
    with pytest.raises(ValueError, match=message):
        trace(rows, [0] * len(rows), x)
