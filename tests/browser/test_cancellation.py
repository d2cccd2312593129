"""The cancellation explorer as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from doubles import answer, bits
from playwright.sync_api import Locator, Page, expect
from visits import heard, painted, said

from nnlib.widgets import CancellationExplorer
from nnlib.widgets.cancellation import (
    OFFSETS,
    PRECISIONS,
    Forms,
    center,
    cloud,
    error_in_ulps,
    exact,
    forms,
)

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]


def slider(page: Page | Locator) -> Locator:
    return page.get_by_role("slider", name="Offset from the origin").first


def choice(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("combobox", name=name).first


def digits(page: Page | Locator) -> list[str]:
    painted(page)
    return [text.replace("\u2007", " ") for text in page.locator(".nn-digits").all_text_contents()]


# The arithmetic.

COMPUTE = """({ compute, exactOf, ulpsOf, FORMATS }, states) => states.map((state) => {
  const found = compute(state);
  const { X, T, x, t, rows, nearest } = found;
  const pairs = nearest && rows.map((row, k) => T.map((one, i) => {
    const value = exactOf(X[k], one);
    const ulps = ulpsOf(row.expanded[i], value, FORMATS[state.precision]);
    return [String(value.n), value.q, hex(ulps)];
  }));
  return { X: hex(X), T: hex(T), x: hex(x), t: hex(t), pairs, nearest, intended: found.intended,
    expanded: hex(rows.map((row) => row.expanded)), direct: hex(rows.map((row) => row.direct)),
    bound: hex(rows.map((row) => row.bound)), trusted: rows.map((row) => row.trusted),
    chosen: rows.map((row) => row.chosen), chosenDirect: rows.map((row) => row.chosenDirect),
    flips: found.flips, flipsDirect: found.flipsDirect, moved: found.moved,
    negatives: found.negatives, overflows: found.overflows, distinct: found.distinct };
})"""


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states of many sizes, scales and offsets; a third on integers, where ties abound."""
    rng = np.random.default_rng(20260101)
    states = []
    for i in range(count):
        n, m, d = int(rng.integers(1, 14)), int(rng.integers(1, 5)), int(rng.integers(1, 7))
        if i % 3 == 0:
            points = rng.integers(-2, 3, (n + m, d)).astype(float)
        else:
            points = np.clip(rng.normal(size=(n + m, d)) * 10.0 ** rng.uniform(-2, 2), -999, 999)
        # Near and far, so that every precision meets cancellation, and each its own end.
        top = [3.0, 16.0, 3.0, 5.2][i % 4]
        offset = float(10 ** rng.uniform(0, top)) if i % 11 else 0.0
        if i % 10 == 0:
            offset = OFFSETS[int(rng.integers(len(OFFSETS)))]
        states.append(
            {
                "templates": points[:n].tolist(),
                "queries": points[n:].tolist(),
                "offset": offset,
                "centered": bool(rng.integers(2)),
            }
        )
    # Products and points that are subnormal, or vanish.
    for tiny in (3e-5, 2e-8, 1e-23, 1e-45, 1e-155, 1e-162, 5e-324):
        points = (rng.integers(-4, 5, (6, 2)) * tiny).tolist()
        for centered in (False, True):
            state = {"templates": points[:4], "queries": points[4:], "offset": 0.0}
            states.append({**state, "centered": centered})
    # Ties in exact arithmetic that rounding breaks: the same coordinates in another order.
    for _ in range(12):
        triple = rng.normal(size=3)
        templates = [triple[list(order)].tolist() for order in ((2, 0, 1), (0, 1, 2), (1, 2, 0))]
        state = {"templates": templates, "queries": [[0.0] * 3], "offset": 0.0}
        states.append({**state, "centered": False})
    return states


@pytest.mark.parametrize("precision", list(PRECISIONS))
def test_the_page_computes_what_python_computes(precision: str, blank: Page) -> None:
    states = [{**state, "precision": precision} for state in random_states(230)]
    results = answer(blank, CancellationExplorer._esm, COMPUTE, states)
    finite = flipped = negative = 0
    for state, result in zip(states, results, strict=True):
        found: Forms = forms(**state)
        assert result["X"] == bits(found.X)
        assert result["T"] == bits(found.T)
        with np.errstate(all="ignore"):
            working = center(found.X, found.T) if state["centered"] else (found.X, found.T)
        assert [result["x"], result["t"]] == bits(working)
        assert result["expanded"] == bits(found.expanded)
        assert result["direct"] == bits(found.direct)
        assert result["bound"] == bits(found.bound)
        assert result["chosen"] == found.chosen
        assert result["chosenDirect"] == found.chosen_direct
        assert result["nearest"] == found.nearest
        assert result["intended"] == found.intended
        assert result["trusted"] == found.trusted
        assert [result["flips"], result["flipsDirect"]] == [found.flips(), found.flips("direct")]
        assert result["moved"] == found.moved
        assert result["negatives"] == found.negatives
        assert result["overflows"] == found.overflows
        assert result["distinct"] == found.distinct
        finite += found.nearest is not None
        flipped += found.flips() > 0
        negative += found.negatives > 0
        if found.nearest is None:
            assert result["pairs"] is None
            continue
        for k, row in enumerate(result["pairs"]):
            for i, (n, q, ulps) in enumerate(row):
                value = exact(found.X[k].tolist(), found.T[i].tolist())
                assert Fraction(int(n)) * Fraction(2) ** q == value
                error = error_in_ulps(float(found.expanded[k, i]), value, precision)
                assert ulps == bits(error)
    assert len(states) >= 250
    assert finite >= 100
    assert flipped >= 15
    assert negative >= 8


def test_float16_is_rounded_as_numpy_rounds_it(blank: Page) -> None:
    rng = np.random.default_rng(16)
    every = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float64)
    every = every[np.isfinite(every)]
    positive = np.sort(every[every >= 0])
    middle = (positive[1:] + positive[:-1]) / 2  # every tie there is, subnormal ones too
    values = [
        every,
        middle,
        np.nextafter(middle, 0),
        np.nextafter(middle, np.inf),
        -middle,
        np.array([65519.99999999999, 65520.0, 65520.00000000001, 65535.0, 65536.0, 1e5, 1e300]),
        np.array([-65519.99999999999, -65520.0, -1e300, np.inf, -np.inf, np.nan, 0.0, -0.0]),
        np.array([2.0**-25, np.nextafter(2.0**-25, 1), -(2.0**-25), 5e-324, -5e-324, 1e-310]),
        np.ldexp(rng.uniform(-1, 1, 20_000), rng.integers(-30, 20, 20_000)),
        # Sums and products of two float16 numbers, exact in double.
        rng.choice(every, 20_000) + rng.choice(every, 20_000),
        rng.choice(every, 20_000) * rng.choice(every, 20_000),
    ]
    given = np.concatenate(values)
    with np.errstate(over="ignore"):
        expected = given.astype(np.float16).astype(np.float64)
    # NaN is the one that has no digits.
    sent = [None if text == "nan" else text for text in bits(given.tolist())]
    rounded = """({ round16 }, values) =>
      values.map((digits) => hex(round16(digits === null ? NaN : double(digits))))"""
    found = answer(blank, CancellationExplorer._esm, rounded, sent)
    assert found == bits(expected.tolist())


def test_an_error_in_ulps_is_rounded_once(blank: Page) -> None:
    # 2⁵² + ½ and a little more: cut to 64 bits first, it would be a tie, and go down.
    value = 2**100 + 2**47 + 1
    error = """({ ulpsOf, FORMATS }, digits) =>
      hex(ulpsOf(0, { n: BigInt(digits), q: 0 }, FORMATS.float64))"""
    found = answer(blank, CancellationExplorer._esm, error, str(value))
    assert found == bits(error_in_ulps(0.0, Fraction(value), "float64")) == bits(2.0**52 + 1)


def test_the_slider_has_the_offsets_of_python(blank: Page) -> None:
    offsets = answer(blank, CancellationExplorer._esm, "({ OFFSETS }) => hex(OFFSETS)")
    assert offsets == bits(OFFSETS)


ALIGN = """({ align, wrongFrom }, values, precision) => {
  const numbers = values.map((value) => (value === "NaN" ? { word: "NaN" }
    : { n: BigInt(value[0]), q: value[1] }));
  const { lines, scale } = align(numbers, precision);
  return [lines, scale, lines.map((line) => wrongFrom(line, lines[0]))];
}"""


@pytest.mark.parametrize(
    ("values", "precision", "lines", "scale", "right"),
    [
        ([[5, 0], [11, -1]], "float16", ["5.000", "5.500"], 0, [5, 2]),
        ([[5, 0], [16777216, 0]], "float32", ["       5.0000000", "16777216.0000000"], 0, [16, 0]),
        ([[1, 0], [-3, -1]], "float16", [" 1.000", "−1.500"], 0, [6, 0]),
        ([[1, -1], [1, -2]], "float64", ["0.5000000000000000", "0.2500000000000000"], 0, [18, 2]),
        ([[1, 0], "NaN"], "float16", ["1.000", "NaN"], 0, [5, 0]),
        ([[0, 0], [0, 0]], "float16", ["0.000", "0.000"], 0, [5, 5]),
        ([[1, -20], [3, -21]], "float16", ["9.537", "14.305"], 7, [6, 0]),
        ([[12345, 0], [12346, 0]], "float16", ["12345", "12346"], 0, [5, 4]),
    ],
)
def test_digits_stand_under_each_other(
    values: list[Any],
    precision: str,
    lines: list[str],
    scale: int,
    right: list[int],
    blank: Page,
) -> None:
    found = answer(blank, CancellationExplorer._esm, ALIGN, values, precision)
    padded = [line.replace("\u2007", " ") for line in found[0]]
    width = max(len(line) for line in lines if line != "NaN")
    assert padded == [line if line == "NaN" else line.rjust(width) for line in lines]
    assert found[1:] == [scale, right]


# The reader's hand.


def test_the_beginning_is_what_python_says(show: SHOW) -> None:
    page = show(CancellationExplorer())
    expect(heard(page)).to_have_attribute("aria-live", "polite")
    expect(said(page)).to_contain_text("float32, offset 1000. Query 0 to template 12: exact 0.863")
    expect(said(page)).to_contain_text("wrong for 2 of 8 nearest neighbors, the direct form for 0")
    expect(said(page)).to_contain_text("1 of 192 squared distances are negative")
    expect(said(page)).to_contain_text("The bound trusts 0 of 8 answers.")
    found = CancellationExplorer().forms()
    for k, row in enumerate(page.locator("tbody tr").all()):
        cells = row.locator("td").all_text_contents()
        assert found.nearest is not None
        assert int(cells[0]) == found.nearest[k]
        assert int(cells[1].removesuffix(" ≠")) == found.chosen[k]
        assert cells[1].endswith("≠") == (found.chosen[k] != found.nearest[k])
        assert cells[4] == "✗ not trusted"


def test_every_control_by_keyboard(show: SHOW) -> None:
    page = show(CancellationExplorer())
    # In the order of the page, from the first control on.
    choice(page, "Precision").focus()
    order = []
    for _ in range(10):
        order.append(page.evaluate("document.activeElement.closest('label')?.innerText.split('\\n')[0]"
                                   " ?? document.activeElement.innerText"))  # fmt: skip
        page.keyboard.press("Tab")
    assert order == [
        "Precision", "Query", "Template", "Center first (in the same precision)",
        "Offset from the origin 1000",
        "One pair, digit by digit, and the cloud as it is stored", "Three effects, told apart",
        "What the bound proves, query by query",
        "Reset", "Link to this state",
    ]  # fmt: skip
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("float32, offset 1200.")
    expect(slider(page)).to_have_attribute("aria-valuetext", "offset 1200")
    page.keyboard.press("Home")
    expect(said(page)).to_contain_text("float32, offset 0.")
    expect(said(page)).to_contain_text("The bound trusts 8 of 8 answers.")
    page.keyboard.press("End")
    expect(said(page)).to_contain_text("float32, offset 1e16.")
    expect(said(page)).to_contain_text("The bound trusts 8 of 8 answers.")
    expect(said(page)).to_contain_text("Rounding the input alone has changed 8 of 8 nearest")
    choice(page, "Precision").focus()
    page.keyboard.press("ArrowDown")
    expect(said(page)).to_contain_text("float64, offset 1e16.")
    expect(said(page)).to_contain_text("89 of 192 squared distances are negative")
    page.get_by_role("checkbox", name="Center first").focus()
    page.keyboard.press("Space")
    expect(said(page)).to_contain_text("float64, offset 1e16, centered first.")
    expect(said(page)).to_contain_text("The expanded form is wrong for 0 of 8")
    choice(page, "Query").focus()
    page.keyboard.press("ArrowDown")
    expect(said(page)).to_contain_text("Query 1 to template 8")
    choice(page, "Template").focus()
    page.keyboard.press("ArrowDown")
    expect(said(page)).to_contain_text("Query 1 to template 0")


def test_three_effects_are_told_apart(show: SHOW) -> None:
    page = show(CancellationExplorer())
    for precision, offset, acting in (
        ("float32", "0", [False, False, False]),
        ("float32", "10000", [False, False, True]),
        ("float32", "1e7", [True, False, True]),
        ("float32", "1e16", [True, False, False]),
        ("float16", "300", [True, True, False]),
        ("float16", "1e5", [True, True, False]),
        ("float64", "1e8", [False, False, True]),
        ("float64", "1e16", [True, False, True]),
    ):
        state = json.dumps({"precision": precision, "offset": float(offset)})
        page.evaluate(
            "(state) => { location.hash = `nn-cancellation=${encodeURIComponent(state)}`; }", state
        )
        expect(choice(page, "Precision")).to_have_value(precision)
        expect(slider(page)).to_have_attribute("aria-valuetext", f"offset {offset}")
        words = ["● at work" if active else "○ quiet" for active in acting]
        painted(page)
        assert page.locator(".nn-badge").all_text_contents() == words, (precision, offset)


def test_a_share_of_zero_is_no_recovery(show: SHOW) -> None:
    page = show(CancellationExplorer(offset=6e7), CancellationExplorer(offset=1e9, name="two"))
    before, after = page.locator(".nn-cancellation").all()
    expect(said(before)).to_contain_text("wrong for 8 of 8 nearest neighbors")
    expect(said(before)).not_to_contain_text("nothing is left")
    expect(said(after)).to_contain_text("wrong for 0 of 8 nearest neighbors")
    expect(said(after)).to_contain_text(
        "All 24 templates are stored as one point: nothing is left to confuse."
    )


def test_wrong_digits_are_marked_from_the_first_one_on(show: SHOW) -> None:
    page = show(CancellationExplorer(offset=1e3))
    given, stored, direct, expanded = digits(page)
    assert (given, stored, expanded) == ("0.86276000", "0.86276490", "0.87500000")
    assert page.locator(".nn-digits .nn-shifted").all_text_contents() == ["490"]
    assert page.locator(".nn-digits .nn-wrong").all_text_contents() == [direct[-1], "7500000"]
    mark = page.locator(".nn-digits .nn-wrong").last
    assert "underline" in mark.evaluate("(node) => getComputedStyle(node).textDecorationLine")
    expect(page.get_by_text("1998516.875 − 3998061.75 + 1999545.75")).to_be_visible()
    choice(page, "Query").select_option("3")
    for _ in range(33):
        slider(page).press("ArrowRight")
    # Whole numbers in full: these are the floats themselves.
    expect(said(page)).to_contain_text("float32, offset 2e6. Query 3 to template 18")
    expect(page.get_by_text("8000004685824 − 16000007274496 + 8000002588672")).to_be_visible()


def test_overflow_shows_no_digits(show: SHOW) -> None:
    page = show(CancellationExplorer(precision="float16", offset=300))
    assert digits(page)[1:] == ["0.8125", "0.8125", "NaN"]
    expect(said(page)).to_contain_text("direct 0.813, expanded NaN.")
    expect(page.get_by_text("Infinity − Infinity + Infinity")).to_be_visible()
    expect(
        page.get_by_text("192 of 192 expanded values are infinite or NaN, although")
    ).to_be_visible()
    slider(page).press("End")
    expect(said(page)).to_contain_text("no exact distance, the stored points are infinite")
    expect(page.get_by_text("infinite: nothing to draw")).to_be_visible()


def test_the_curves_are_those_of_python(show: SHOW) -> None:
    page = show(CancellationExplorer())
    for c, precision in enumerate(PRECISIONS):
        path = page.locator(f"svg[data-complete] .nn-stroke-{c}").get_attribute("d")
        assert path is not None
        heights = [float(point.split(",")[1]) for point in path[1:].split("L")]
        found = [forms(*cloud(), at, precision) for at in OFFSETS]
        expected = [one.flips() / 8 for one in found if one.nearest is not None]
        low, high = 136.0, 8.0  # the lines of 0 % and 100 %
        assert [(low - y) / (low - high) for y in heights] == pytest.approx(expected, abs=1e-3)


def test_reset_returns_to_the_beginning(show: SHOW) -> None:
    own = CancellationExplorer(
        [[1.0], [2.0]], [[1.25], [1.75]], offset=8, precision="float16", centered=True, query=1
    )
    page = show(CancellationExplorer(offset=50), own)
    for place, beginning in enumerate(
        ["float32, offset 50. Query 0", "float16, offset 8, centered first. Query 1 to template 1"]
    ):
        widget = page.locator(".nn-cancellation").nth(place)
        expect(said(widget)).to_contain_text(beginning)
        choice(widget, "Precision").select_option("float64")
        choice(widget, "Query").select_option("0")
        choice(widget, "Template").select_option("0")
        widget.get_by_role("checkbox", name="Center first").click()
        slider(widget).press("End")
        expect(said(widget)).to_contain_text("float64, offset 1e16")
        widget.get_by_role("button", name="Reset").click()
        expect(said(widget)).to_contain_text(beginning)
        expect(choice(widget, "Template")).to_have_value("")


def test_an_offset_between_two_positions_is_kept(show: SHOW) -> None:
    page = show(CancellationExplorer(offset=1100.5))
    expect(said(page)).to_contain_text("float32, offset 1100.5.")
    expect(slider(page)).to_have_attribute("aria-valuetext", "offset 1100.5")
    slider(page).press("ArrowRight")
    expect(said(page)).to_contain_text("float32, offset 1500.")
