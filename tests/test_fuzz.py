"""The fuzz program runs, finds nothing in a few searches, and finds what is wrong."""

import json

import families
import fuzz
import numpy as np
import pytest


def test_a_few_searches_of_every_family_are_right(capsys):
    assert fuzz.main(["--quick", "--seed", "0"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["searches"]) == {*families.BLIND, *families.AIMED}
    assert not told["findings"]


@pytest.mark.parametrize("change", ["indices", "distance", "raises"])
def test_what_is_wrong_is_found(monkeypatch, change):
    T, X = np.array([[0.0], [3.0], [3.0]]), np.array([[2.0]])
    way = fuzz.Way("with distances", "brute", 2, None)

    def answer(T, X, way):
        if change == "raises":
            raise IndexError("none")
        indices = [[2, 1]] if change == "indices" else [[1, 2]]
        return np.array(indices), np.array([[1.0, 1.0 + 1e-9 * (change == "distance")]])

    truth = fuzz.Truth(T, X)
    assert fuzz.verdict(T, X, way, truth, {}) == ""
    monkeypatch.setitem(fuzz.ENTRIES, "with distances", (answer, 1))
    told = {"indices": "wrong indices", "distance": "wrong distance"}
    assert fuzz.verdict(T, X, way, truth, {}) == told.get(change, "raised IndexError: none")
