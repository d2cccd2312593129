"""Every card refutes its claim: the values that the claim calls equal differ."""

import ast

import numpy as np
import pytest

from nnlib.practice import COUNTEREXAMPLES, break_it


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_the_claim_fails(name):
    values = [np.asarray(value) for value in COUNTEREXAMPLES[name].run().values()]
    assert any(not np.array_equal(values[0], value) for value in values[1:])


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_a_card_shows_its_claim_its_lines_and_its_values(name):
    card = break_it(name)
    shown = repr(card)
    assert card.claim in shown
    assert all(label in shown for label in card.run())
    values = shown.rsplit("\n\n", 1)[1]
    assert "np." not in values
    assert "return" not in card.source
    ast.parse(card.source)
    assert len(card.source.splitlines()) <= 10
    assert max(map(len, card.source.splitlines())) <= 68  # indented by four, as cells are wide


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_a_card_gives_the_same_every_time(name):
    assert repr(break_it(name)) == repr(break_it(name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("last_of_equals", [0, 2]),
        ("square_root_ties", [1, 0]),
        ("negative_distance", [1, -4]),
        ("flipped_neighbor", [1, 0]),
        ("forgotten_bias", [0, 1]),
        ("tie_at_zero_temperature", [[0.5, 0.5], [0.5, 0.5], [1, 0]]),
        ("outvoted_neighbor", ["B", "A"]),
        ("millimeters", [1, 0]),
        ("contradicting_twins", ["AB", "AA"]),
        ("half_a_jump", [0.0, 0.5, 0.5, 0.5]),
        ("clipped_to_a_tie", [1, 0]),
        ("own_neighbor", [0, 4]),
        ("direct_form_rounds", [1, 0]),
        ("decimals_are_rounded", [1, 0]),
        ("stuck_walk", [0, 2]),
    ],
)
def test_the_values_that_the_prose_names(name, expected):
    got = [np.asarray(value).tolist() for value in COUNTEREXAMPLES[name].run().values()]
    assert got == expected


@pytest.mark.parametrize("slope", [1.0, 1e3, 1e30, 1e300])
def test_no_slope_escapes_half_a_jump(slope):
    """The card's points are those of any slope: a steeper sigmoid is wrong nearer to the step."""
    x = np.array([-1, 1]) / (1000 * slope)
    assert (np.abs(1 / (1 + np.exp(-slope * x)) - [0, 1]) > 0.49).all()
    assert "x = np.array([-1, 1]) / (1000 * slope)" in COUNTEREXAMPLES["half_a_jump"].source


def test_an_unknown_card_is_refused_with_the_names():
    with pytest.raises(ValueError, match=r"no card 'nonsense'; there are .*flipped_neighbor"):
        break_it("nonsense")
