"""Which printed text is in columns, and so is not broken on a phone."""

import pytest

from rendering.outputs import has_columns


@pytest.mark.parametrize(
    "text",
    [
        "n    seconds\n10       0.1\n100      2.0",
        "[[1 2]\n [3 4]]",
        "array([[1, 2],\n       [3, 4]])",
    ],
)
def test_columns_stay_columns(text):
    assert has_columns(text)


@pytest.mark.parametrize(
    "text",
    [
        "one line  with a gap",
        "a sentence.\nAnother one.",
        "    x = 1  # why\n    y = 2  # why not",
        "",
        "  naive: nan\nshifted: 1.0",
    ],
)
def test_words_and_code_may_break(text):
    assert not has_columns(text)
