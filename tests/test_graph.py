"""The walk on a graph: it finds what a search with heaps finds, and stops with reason."""

from heapq import heappop, heappush

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nearest
from nnlib.graph import link, trace

point = st.tuples(st.integers(0, 5), st.integers(0, 5))
graphs = st.lists(point, min_size=1, max_size=14)


def walk(T, links, x, ef, start):
    """Return what the chapter's walk on the graph finds, and how many rows it looks at."""
    first = float(((T[start] - x) ** 2).sum())
    seen, todo, best = {start}, [(first, start)], [(-first, -start)]
    while todo:
        d2, i = heappop(todo)
        if len(best) == ef and d2 > -best[0][0]:
            break
        new = [j for j in links[i] if j not in seen]
        seen.update(new)
        for d2, j in zip(((T[new] - x) ** 2).sum(axis=1).tolist(), new, strict=True):
            heappush(todo, (d2, j))
            heappush(best, (-d2, -j))
            if len(best) > ef:
                heappop(best)
    return -max(best)[1], seen


@given(graphs, point, st.integers(1, 3), st.integers(1, 4), st.data())
def test_it_finds_and_looks_at_what_the_chapters_walk_does(rows, x, M, ef, data):
    start = data.draw(st.integers(0, len(rows) - 1))
    links = link(rows, M)
    steps = trace(rows, links, x, ef, start)
    found, seen = walk(np.array(rows), links, np.array(x), ef, start)
    assert steps[-1].row == found
    assert {i for step in steps for i in step.new} == seen


@given(graphs, point, st.integers(1, 4))
def test_it_stops_where_no_row_that_waits_is_near_enough(rows, x, ef):
    *_, last = trace(rows, link(rows, 2), x, ef)
    far = ((np.array(rows) - x) ** 2).sum(axis=1)
    kept = far[list(last.best)]
    assert list(kept) == sorted(kept)
    assert all(far[i] > kept[-1] for i in last.waiting)


@given(graphs, point)
def test_with_room_for_all_rows_it_misses_none(rows, x):
    steps = trace(rows, link(rows, 1), x, len(rows))
    assert sorted(i for step in steps for i in step.new) == list(range(len(rows)))
    assert steps[-1].row == nearest(rows, [x])[0]


def test_a_link_that_is_told_twice_is_one():
    rows, once = [[4], [3], [7], [0]], [[1, 2], [0], [0, 3], [2]]
    twice = [[1, 1, 2], [0, 0], [0, 3], [2]]
    assert trace(rows, twice, [0], 3) == trace(rows, once, [0], 3)
    assert trace(rows, once, [0], 3)[-1].row == 3


def test_links_go_both_ways_to_the_nearest_so_far():
    assert link([[1, 1], [4, 2], [2, 5], [5, 4]], 2) == [[1, 2], [0, 2, 3], [1, 0, 3], [1, 2]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [1]}, r"x must be 2 numbers; its shape is \(1,\)"),
        ({"X_train": [[0.5, 1], [1, 2]]}, "X_train must be whole numbers"),
        ({"ef": 0}, "ef must be at least 1"),
        ({"start": 2}, "start must be between 0 and 1"),
        ({"links": [[2], []]}, "links must be a list of whole numbers from 0 to 1"),
        ({"links": [[0.5], []]}, "links must be a list of whole numbers from 0 to 1"),
        ({"links": [[]]}, "links must be a list for each of 2 rows"),
        ({"links": 7}, "links must be a list for each of 2 rows"),
        ({"X_train": np.ones((0, 2))}, "X_train has no rows"),
        ({"X_train": [[1e200, 1], [1, 2]]}, "X_train must be whole numbers within ±1000"),
        ({"ef": 1.5}, "ef must be a whole number; got 1.5"),
    ],
)
def test_bad_input_is_refused_by_name(given, message):
    right = {"X_train": [[1, 2], [3, 4]], "links": [[1], [0]], "x": [1, 2], "ef": 1}
    with pytest.raises(ValueError, match=message):
        trace(**{**right, **given})


def test_no_link_at_all_is_refused():
    with pytest.raises(ValueError, match="M must be at least 1"):
        link([[1, 2]], 0)
