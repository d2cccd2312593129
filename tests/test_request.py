"""What is asked: refused as a whole if any of it makes no sense."""

import pickle

import numpy as np
import pytest

from nnlib.request import ALGORITHMS, METHODS, Request

SINGLE, DOUBLE = np.zeros((1, 2), np.float32), np.zeros((1, 2))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("method", METHODS)
def test_only_an_exact_search_may_ask_for_a_tree_or_lists(method, algorithm):
    if algorithm in ("tree", "partition") and method != "exact":
        with pytest.raises(ValueError, match=f"'{algorithm}' needs .* got method='{method}'"):
            Request(1, method, algorithm)
    else:
        request = Request(1, method, algorithm)
        assert (request.exact, request.expanded) == (method == "exact", method == "expanded")


@pytest.mark.parametrize("k", [0, 4, 1.0, True, None, "1"])
def test_k_is_a_whole_number_no_larger_than_there_are_rows(k):
    with pytest.raises(ValueError, match="k must be"):
        Request(k).among(3)
    assert Request(np.int8(3)).among(3).k == Request(3).among(None).k == 3
    if k == 4:
        assert Request(k).among(None).k == 4


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, None])
def test_a_limit_is_a_whole_number_of_bytes(limit):
    with pytest.raises(ValueError, match="memory_limit must be"):
        Request(1, memory_limit=limit).among(3)


def test_what_is_not_asked_for_anew_stays():
    asked = Request(2, "direct", "brute", 1000, True)
    assert vars(asked.among(5)) == vars(asked)
    part = asked.of_part(1, 500)
    assert (part.k, part.method, part.memory_limit, part.progress) == (1, "direct", 500, False)
    asked = Request(2, algorithm="tree")
    assert asked.of_part(2, 500).algorithm == "brute"
    assert asked.of_part(2, 500, asked.algorithm).algorithm == "tree"
    assert vars(pickle.loads(pickle.dumps(asked))) == vars(asked)


@pytest.mark.parametrize("method", METHODS)
def test_distances_are_in_float64_unless_computed_in_float32(method):
    request = Request(1, method)
    assert request.dtype(DOUBLE, SINGLE) is np.float64
    assert request.dtype(SINGLE, SINGLE) is (np.float64 if method == "exact" else np.float32)
    far = np.array([[np.inf]])
    if method == "exact":
        request.check_told_apart(far)
    else:
        with pytest.raises(ValueError, match="overflow float64"):
            request.check_told_apart(far)
    request.check_told_apart(far[:0])
