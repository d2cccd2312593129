"""The program that judges each kind of search by fractions: a few problems, and what is wrong."""

from fractions import Fraction

import kinds
import numpy as np
import pytest


def test_a_few_problems_of_each_kind_are_right(capsys):
    assert kinds.main(["--problems", "6", "--seed", "0"]) == 0
    told = capsys.readouterr().out
    for kind in kinds.KINDS:
        assert f"{kind}: 6 problems" in told
    assert told.count("0 wrong") == 4


@pytest.mark.parametrize("name", ["k_nearest", "radius_neighbors"])
def test_what_is_wrong_is_found(monkeypatch, capsys, name):
    ask = getattr(kinds.nnlib, name)

    def last_first(*arguments, **options):
        return [row[::-1] for row in ask(*arguments, **options)]

    monkeypatch.setattr(kinds.nnlib, name, last_first)
    assert kinds.main(["--problems", "6", "--seed", "0"]) == 1
    assert "6 problems" in capsys.readouterr().out


def test_the_truth_is_that_of_the_definitions():
    T, X = np.array([[0.5, 0.0], [3.0, 4.0]]), np.array([[1.0, 0.0]])
    assert kinds.squares(T, X) == [[Fraction(1, 4), 20]]
    assert kinds.products(T, X) == [[Fraction(-1, 2), -3]]
    assert kinds.cosines(T, X) == [[-1, Fraction(-9, 25)]]
    assert kinds.ordered([[2, 1, 1]]) == [[1, 2, 0]]
    rng = np.random.default_rng(0)
    drawn = {kinds.at_border(rng, [Fraction(25)]) for _ in range(100)}
    assert 5.0 in drawn
    assert drawn & {np.nextafter(5.0, 0), np.nextafter(5.0, 9)}
