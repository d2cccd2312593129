"""The floats around a sum of two fractions, in Python's own floating-point arithmetic."""

import json
from fractions import Fraction

import numpy as np
import pytest
from traitlets import TraitError

from nnlib.widgets import FloatExplorer
from nnlib.widgets.floats import LARGEST, MOST_PARTS, PRECISIONS, STATE, read

RANGE = range(1, LARGEST + 1)


def test_the_default_is_the_sum_that_everybody_has_heard_of():
    line = FloatExplorer().read()
    assert (line.stored, line.total, line.meant) == ([0.1, 0.2], 0.1 + 0.2, 0.3)
    assert line.off == 1
    assert FloatExplorer(1, 3).read().off == 0


@pytest.mark.parametrize("precision", PRECISIONS)
def test_no_sum_is_more_than_two_floats_off_and_a_power_of_two_rounds_nothing(precision):
    kind = PRECISIONS[precision]
    for parts in (1, 3, 8, 10, 16):
        for first in RANGE:
            second = (7 * first) % LARGEST + 1
            line = read(first, second, parts, precision)
            assert line.total == float(kind(first / parts) + kind(second / parts))
            assert line.ulp == float(np.spacing(kind(line.meant)))
            assert line.off in line.floats
            assert abs(line.off) <= 2
            assert abs(line.true) <= 0.5
            assert line.floats == sorted(line.floats)
            if parts in (1, 8, 16):
                assert line.exact == line.true == line.off == 0


def test_sixteen_of_a_hundred_tenths_are_not_what_they_should_be():
    lines = [read(i, j, 10) for i in range(1, 11) for j in range(1, 11)]
    assert sum(line.off != 0 for line in lines) == 16


def test_offsets_are_exact():
    line = read(1, 2, 10)
    spacing = Fraction(line.ulp)
    assert Fraction(line.exact) * spacing == Fraction(0.1) + Fraction(0.2) - Fraction(0.3)
    assert line.true == float((Fraction(3, 10) - Fraction(0.3)) / spacing)


def test_of_these_fractions_the_multiples_of_a_sixteenth_are_floats():
    """So the page knows where nothing rounds, and where two errors cancel."""
    for parts in range(1, MOST_PARTS + 1):
        for n in RANGE:
            is_multiple = (16 * n) % parts == 0
            for kind in PRECISIONS.values():
                assert (Fraction(float(kind(n / parts))) == Fraction(n, parts)) == is_multiple
    cancelling = read(4, 6, 10)
    assert cancelling.exact == cancelling.true == cancelling.off == 0


def test_halfway_between_two_floats_the_even_one_is_taken():
    """So the default sum: the last bit of 0.30000000000000004 is 0, that of 0.3 is 1."""
    assert FloatExplorer().read().exact == 0.5
    assert [int(v.hex().split("p")[0][-1], 16) % 2 for v in (0.1 + 0.2, 0.3)] == [0, 1]


def test_below_a_power_of_two_floats_lie_twice_as_close():
    above = [1, 2, 3, 4, 5, 6]
    assert read(1, 3, 8).floats == [-3, -2.5, -2, -1.5, -1, -0.5, 0, *above]
    assert read(1, 2, 8).floats == [-6, -5, -4, -3, -2, -1, 0, *above]


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"first": 0}, "first must be from 1 to 40; got 0"),
        ({"second": 41}, "second must be from 1 to 40; got 41"),
        ({"parts": 0}, "parts must be from 1 to 16; got 0"),
        ({"parts": MOST_PARTS + 1}, "parts must be from 1 to 16; got 17"),
        ({"precision": "float16"}, "precision"),
    ],
)
def test_bad_traits_are_refused_by_name_and_nothing_changes(traits, message):
    with pytest.raises(TraitError, match=message):
        FloatExplorer(**traits)
    widget = FloatExplorer()
    before = widget.get_state()
    with pytest.raises(TraitError, match=message):
        widget._set_together(traits)
    assert widget.get_state() == before


def test_reset_returns_and_the_state_is_plain_json():
    widget = FloatExplorer(3, 4, 7, precision="float32")
    widget.first, widget.precision = 9, "float64"
    widget.reset()
    assert repr(widget) == "FloatExplorer(first=3, second=4, parts=7, precision='float32')"
    state = {key: widget.get_state()[key] for key in (*STATE, "home")}
    assert json.loads(json.dumps(state, allow_nan=False)) == state


def test_the_figure_shows_where_both_arrive(pyplot):
    (axis,) = FloatExplorer().figure().axes
    assert axis.lines[1].get_xdata().tolist() == [float(v) for v in range(-6, 7)]
    arrows = [text.xy for text in axis.texts if text.arrow_patch]
    assert arrows == [(0, 0), (1, 0)]
