"""The mutation run: what it changes, and that a living mutant has its reason."""

import mutants
import pytest


def changed(source):
    return {line for _, line in mutants.mutants(source, "")}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x < y", {"x <= y", "x > y"}),
        ("x == y", {"x != y"}),
        ("x.sum(axis=1)", {"x.sum(axis=2)", "x.sum(axis=0)", "x.sum()"}),
        ("x.astype(float)", {"x.astype(np.float32)"}),
        ("a - b", {"a + b"}),
        (
            "d.argmin(1)",
            {"d.argmax(1)", "d.argmin(2)", "d.argmin(0)", "last_of_equals(d, 'argmin', 1)"},
        ),
        ("raise ValueError(f'{x[0]} rows')", set()),
        ("def f(x: int) -> int:\n    'Say 1.'\n    return x", set()),
    ],
)
def test_each_place_is_changed_by_itself(source, lines):
    assert changed(source) == lines


def test_what_is_at_home_elsewhere_is_changed_there():
    helper = "def half(x):\n    return x / 2\n"
    assert changed(helper)
    assert list(mutants.mutants(helper, helper)) == []


def test_a_drill_has_no_living_mutant_without_a_reason(capsys):
    assert mutants.main(["nn_layer"]) == 0
    assert capsys.readouterr().out.endswith("0 of them without a reason\n")
