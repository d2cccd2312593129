"""The comparison with another commit: the same twice over, and a changed bit is seen."""

import parent
import pytest

import nnlib


@pytest.fixture(scope="module")
def here():
    return list(parent.answers(60, 0))


def test_the_same_library_gives_the_same_answers(here, capsys):
    again = list(parent.answers(60, 0))
    counts = parent.compared(here, again)
    assert counts["searches"] == len(here) == 60 * parent.WAYS
    assert counts["differences"] == 0
    assert capsys.readouterr().out == ""
    assert list(parent.answers(60, 1)) != here


def test_a_changed_bit_is_seen_and_shown(here, capsys, monkeypatch):
    k_nearest = nnlib.k_nearest

    def changed(T, X, k, **options):
        found = k_nearest(T, X, k, **options)
        return tuple(part * 1.0 for part in found) if isinstance(found, tuple) else found

    monkeypatch.setattr(nnlib, "k_nearest", changed)
    counts = parent.compared(here, list(parent.answers(60, 0)))
    assert counts["differences"] > 5
    assert counts["errors"] < counts["searches"] / 2
    assert "there" in capsys.readouterr().out


def test_algorithms_are_those_that_both_know(tmp_path):
    assert parent.known(parent.ROOT) == parent.ALGORITHMS
    (tmp_path / "nnlib").mkdir()
    (tmp_path / "nnlib" / "search.py").write_text('ALGORITHMS = "auto", "brute", "tree"')
    assert parent.known(parent.ROOT, tmp_path) == ("auto", "auto", "brute", "tree")
