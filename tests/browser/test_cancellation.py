"""The cancellation explorer as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from ipywidgets import Widget, jslink
from playwright.sync_api import Locator, Page, expect
from visits import document

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

# Patience for a machine that is busy; a page that answers at once is waited for no longer.
expect.set_options(timeout=30_000)
OPEN = Callable[..., Page]
SHOW = Callable[..., Page]


@pytest.fixture
def show(tmp_path: Path, open_page: OPEN) -> SHOW:
    """Open a page with the given widgets and wait until they run and the curves are complete."""

    def show_widgets(
        *widgets: Widget, theme: str = "light", address: str = "", width: int = 820, **options: Any
    ) -> Page:
        path = tmp_path / "page.html"
        path.write_text(document(list(widgets), theme), encoding="utf-8")
        viewport = {"width": width, "height": 2400 * len(widgets)}
        page = open_page(path.as_uri() + address, viewport=viewport, **options)
        expect(page.locator(".widget-place[data-widget=running]")).to_have_count(len(widgets))
        expect(page.locator("svg[data-complete=true]")).to_have_count(len(widgets))
        return page

    return show_widgets


def said(page: Page | Locator) -> Locator:
    return page.locator(".nn-said").first


def slider(page: Page | Locator) -> Locator:
    return page.get_by_role("slider", name="Offset from the origin").first


def choice(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("combobox", name=name).first


def digits(page: Page | Locator) -> list[str]:
    return [text.replace("\u2007", " ") for text in page.locator(".nn-digits").all_text_contents()]


# The arithmetic. Doubles travel as hexadecimal, so that no bit and no NaN is lost on the way.

HEX = """const hex = (value) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return Number.isNaN(value) ? "nan" : view.getBigUint64(0).toString(16).padStart(16, "0");
  };
  const load = (source) =>
    import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));"""
COMPUTE = f"""async ([source, states]) => {{
  {HEX}
  const {{ compute, exactOf, ulpsOf, FORMATS }} = await load(source);
  const all = (rows) => rows.map((row) => row.map(hex));
  return JSON.stringify(JSON.parse(states).map((state) => {{
    const found = compute(state);
    const {{ X, T, x, t, rows, nearest }} = found;
    const pairs = nearest && rows.map((row, k) => T.map((one, i) => {{
      const value = exactOf(X[k], one);
      const ulps = ulpsOf(row.expanded[i], value, FORMATS[state.precision]);
      return [String(value.n), value.q, hex(ulps)];
    }}));
    return {{ X: all(X), T: all(T), x: all(x), t: all(t), pairs, nearest, intended: found.intended,
      expanded: all(rows.map((row) => row.expanded)), direct: all(rows.map((row) => row.direct)),
      bound: all(rows.map((row) => row.bound)), trusted: rows.map((row) => row.trusted),
      chosen: rows.map((row) => row.chosen), chosenDirect: rows.map((row) => row.chosenDirect),
      flips: found.flips, flipsDirect: found.flipsDirect, moved: found.moved,
      negatives: found.negatives, overflows: found.overflows, distinct: found.distinct }};
  }}));
}}"""
ROUND = f"""async ([source, values]) => {{
  {HEX}
  const {{ round16 }} = await load(source);
  return JSON.stringify(values.map((digits) => {{
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt("0x" + digits));
    return hex(round16(view.getFloat64(0)));
  }}));
}}"""


def bits(value: float) -> str:
    return "nan" if math.isnan(value) else struct.pack(">d", value).hex()


def all_bits(array: np.ndarray[Any, Any]) -> list[list[str]]:
    return [[bits(value) for value in row] for row in array.astype(np.float64).tolist()]


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


def computed_by_page(open_page: OPEN, states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    page = open_page("about:blank")
    found = page.evaluate(COMPUTE, [CancellationExplorer._esm, json.dumps(states)])
    results: list[dict[str, Any]] = json.loads(found)
    return results


@pytest.mark.parametrize("precision", list(PRECISIONS))
def test_the_page_computes_what_python_computes(precision: str, open_page: OPEN) -> None:
    states = [{**state, "precision": precision} for state in random_states(230)]
    results = computed_by_page(open_page, states)
    finite = flipped = negative = 0
    for state, result in zip(states, results, strict=True):
        found: Forms = forms(**state)
        assert result["X"] == all_bits(found.X)
        assert result["T"] == all_bits(found.T)
        with np.errstate(all="ignore"):
            working = center(found.X, found.T) if state["centered"] else (found.X, found.T)
        assert [result["x"], result["t"]] == [all_bits(rows) for rows in working]
        assert result["expanded"] == all_bits(found.expanded)
        assert result["direct"] == all_bits(found.direct)
        assert result["bound"] == all_bits(found.bound)
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


def test_float16_is_rounded_as_numpy_rounds_it(open_page: OPEN) -> None:
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
    sent = [struct.pack(">d", value).hex() for value in given.tolist()]
    found = json.loads(open_page("about:blank").evaluate(ROUND, [CancellationExplorer._esm, sent]))
    assert found == [bits(value) for value in expected.tolist()]


def test_an_error_in_ulps_is_rounded_once(open_page: OPEN) -> None:
    # 2⁵² + ½ and a little more: cut to 64 bits first, it would be a tie, and go down.
    value = 2**100 + 2**47 + 1
    found = open_page("about:blank").evaluate(
        f"""async ([source, digits]) => {{
          {HEX}
          const {{ ulpsOf, FORMATS }} = await load(source);
          return hex(ulpsOf(0, {{ n: BigInt(digits), q: 0 }}, FORMATS.float64));
        }}""",
        [CancellationExplorer._esm, str(value)],
    )
    assert found == bits(error_in_ulps(0.0, Fraction(value), "float64")) == bits(2.0**52 + 1)


def test_the_slider_has_the_offsets_of_python(open_page: OPEN) -> None:
    page = open_page("about:blank")
    offsets = page.evaluate(
        f"async (source) => {{ {HEX} return (await load(source)).OFFSETS.map(hex); }}",
        CancellationExplorer._esm,
    )
    assert offsets == [bits(value) for value in OFFSETS]


ALIGN = f"""async ([source, values, precision]) => {{
  {HEX}
  const {{ align, exactOf, wrongFrom }} = await load(source);
  // The square root's square: integers and halves only, so that each value is exact.
  const numbers = values.map((value) => (value === "NaN" ? {{ word: "NaN" }}
    : {{ n: BigInt(value[0]), q: value[1] }}));
  const {{ lines, scale }} = align(numbers, precision);
  return [lines, scale, lines.map((line) => wrongFrom(line, lines[0]))];
}}"""


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
    open_page: OPEN,
) -> None:
    page = open_page("about:blank")
    found = page.evaluate(ALIGN, [CancellationExplorer._esm, values, precision])
    padded = [line.replace("\u2007", " ") for line in found[0]]
    width = max(len(line) for line in lines if line != "NaN")
    assert padded == [line if line == "NaN" else line.rjust(width) for line in lines]
    assert found[1:] == [scale, right]


# The reader's hand.


def test_the_beginning_is_what_python_says(show: SHOW) -> None:
    page = show(CancellationExplorer())
    expect(said(page)).to_have_attribute("aria-live", "polite")
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
    for _ in range(7):
        order.append(page.evaluate("document.activeElement.closest('label')?.innerText.split('\\n')[0]"
                                   " ?? document.activeElement.innerText"))  # fmt: skip
        page.keyboard.press("Tab")
    assert order == [
        "Precision", "Query", "Template", "Center first (in the same precision)",
        "Offset from the origin 1000",
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


def test_the_text_line_is_not_spammed_and_ends_on_the_last_state(show: SHOW) -> None:
    page = show(CancellationExplorer())
    said(page).evaluate(
        """(node) => {
            window.heard = 0;
            new MutationObserver(() => window.heard++).observe(node, { childList: true });
        }"""
    )
    slider(page).focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("offset 1e7.")
    assert 1 <= page.evaluate("window.heard") <= 20


def badges(page: Page) -> list[str]:
    return page.locator(".nn-badge").all_text_contents()


@pytest.mark.parametrize(
    ("precision", "offset", "acting"),
    [
        ("float32", 0.0, [False, False, False]),
        ("float32", 1e4, [False, False, True]),
        ("float32", 1e7, [True, False, True]),
        ("float32", 1e16, [True, False, False]),
        ("float16", 300.0, [True, True, False]),
        ("float16", 1e5, [True, True, False]),
        ("float64", 1e8, [False, False, True]),
        ("float64", 1e16, [True, False, True]),
    ],
)
def test_three_effects_are_told_apart(
    precision: str, offset: float, acting: list[bool], show: SHOW
) -> None:
    page = show(CancellationExplorer(precision=precision, offset=offset))
    assert badges(page) == ["● at work" if active else "○ quiet" for active in acting]


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


def test_a_link_restores_the_state(show: SHOW) -> None:
    page = show(CancellationExplorer(name="one"), CancellationExplorer(name="two"))
    first, second = (page.locator(".nn-cancellation").nth(i) for i in range(2))
    choice(first, "Precision").select_option("float16")
    choice(first, "Template").select_option("5")
    first.get_by_role("checkbox", name="Center first").check()
    slider(first).press("ArrowLeft")
    expect(said(first)).to_contain_text(
        "float16, offset 800, centered first. Query 0 to template 5"
    )
    first.get_by_role("link", name="Link to this state").click()
    expect(first.get_by_role("status")).not_to_be_empty()
    choice(second, "Query").select_option("7")
    expect(said(second)).to_contain_text("Query 7")
    second.get_by_role("link", name="Link to this state").click()
    address = page.evaluate("location.hash")
    page.close()
    again = show(
        CancellationExplorer(name="two"),
        CancellationExplorer(name="one"),
        CancellationExplorer(name="three"),
        address=address,
    )
    two, one, three = (again.locator(".nn-cancellation").nth(i) for i in range(3))
    expect(said(one)).to_contain_text("float16, offset 800, centered first. Query 0 to template 5")
    expect(said(two)).to_contain_text("float32, offset 1000. Query 7")
    expect(said(three)).to_contain_text("float32, offset 1000. Query 0")


@pytest.mark.parametrize(
    "address",
    [
        "#nn-cancellation=",
        "#nn-cancellation=7",
        "#nn-cancellation={",
        '#nn-cancellation={"offset":0.5,"precision":"float8","centered":1,"query":8,"template":24}',
        '#nn-cancellation={"offset":"9","precision":null,"query":-1,"template":-1}',
        '#nn-cancellation={"offset":1e17,"query":0.5,"template":"3"}',
        "#a-section-of-the-page",
    ],
)
def test_an_address_that_says_nothing_changes_nothing(address: str, show: SHOW) -> None:
    page = show(CancellationExplorer(query=2), address=address)
    expect(said(page)).to_contain_text("float32, offset 1000. Query 2 to template 23")
    expect(page.get_by_role("checkbox")).not_to_be_checked()


def test_two_on_a_page_do_not_disturb_each_other(show: SHOW) -> None:
    page = show(CancellationExplorer(), CancellationExplorer(precision="float64"))
    first, second = (page.locator(".nn-cancellation").nth(i) for i in range(2))
    before = second.inner_text()
    slider(first).press("End")
    choice(first, "Query").select_option("3")
    expect(said(first)).to_contain_text("float32, offset 1e16. Query 3")
    assert second.inner_text() == before


def test_two_can_be_linked_without_a_kernel(show: SHOW) -> None:
    one = CancellationExplorer()
    two = CancellationExplorer([[0.0], [1.0]], [[0.25]], precision="float64", name="two")
    links = [jslink((one, trait), (two, trait)) for trait in ("offset", "query", "template")]
    page = show(one, two)
    assert len(links) == 3
    first, second = (page.locator(".nn-cancellation").nth(i) for i in range(2))
    slider(first).press("End")
    expect(said(second)).to_contain_text("float64, offset 1e16. Query 0 to template 0")
    # The other has no query 5 and no template 20: it shows its last query, and the nearest.
    choice(first, "Query").select_option("5")
    choice(first, "Template").select_option("20")
    expect(said(first)).to_contain_text("Query 5 to template 20")
    expect(said(second)).to_contain_text("Query 0 to template 0")
    slider(second).press("Home")
    expect(said(first)).to_contain_text("float32, offset 0.")


def test_an_offset_between_two_positions_is_kept(show: SHOW) -> None:
    page = show(CancellationExplorer(offset=1100.5))
    expect(said(page)).to_contain_text("float32, offset 1100.5.")
    expect(slider(page)).to_have_attribute("aria-valuetext", "offset 1100.5")
    slider(page).press("ArrowRight")
    expect(said(page)).to_contain_text("float32, offset 1500.")


def test_leaving_ends_every_listener(open_page: OPEN) -> None:
    page = open_page("about:blank")
    count = page.evaluate(
        """async ([source, state]) => {
          const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const { render } = (await import(url)).default;
          const listeners = new Set();
          const open = new Set();
          const add = EventTarget.prototype.addEventListener;
          EventTarget.prototype.addEventListener = function (type, heard, options) {
            // What hangs on the window or on the document outlives the widget unless it is ended.
            if (this === window || this === document) {
              open.add(type);
              options?.signal?.addEventListener("abort", () => open.delete(type));
            }
            return add.call(this, type, heard, options);
          };
          const script = document.createElement("script");
          script.type = "application/vnd.jupyter.widget-state+json";
          document.head.append(script);
          const model = {
            get: (name) => state[name],
            set(name, value) {
              state[name] = value;
              for (const [event, heard] of [...listeners]) if (event === `change:${name}`) heard();
            },
            on: (event, heard) => listeners.add([event, heard]),
            off: (event, heard) => listeners.forEach((one) => {
              if (one[0] === event && one[1] === heard) listeners.delete(one);
            }),
            save_changes() {},
          };
          const el = document.createElement("div");
          document.body.append(el);
          const end = render({ model, el });
          await new Promise(requestAnimationFrame);
          const running = [listeners.size > 0, open.has("hashchange"), el.children.length];
          end();
          return [running, listeners.size, [...open], el.children.length];
        }""",
        [CancellationExplorer._esm, CancellationExplorer().get_state()],
    )
    assert count == [[True, True, 1], 0, [], 0]


def test_the_page_left_and_returned_to_still_works(show: SHOW) -> None:
    page = show(CancellationExplorer(), address='#nn-cancellation={"offset":20}')
    expect(said(page)).to_contain_text("float32, offset 20.")
    slider(page).press("Home")
    expect(said(page)).to_contain_text("float32, offset 0.")
    # What a browser does to a page that it keeps while the reader looks at another one.
    page.evaluate(
        """() => {
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(page.locator(".nn-cancellation")).to_have_count(1)
    expect(said(page)).to_contain_text("float32, offset 0.")
    slider(page).press("End")
    expect(said(page)).to_contain_text("float32, offset 1e16.")


# Reading it.


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme: str, show: SHOW) -> None:
    page = show(
        CancellationExplorer(offset=1e4),
        CancellationExplorer(precision="float16", offset=300),
        CancellationExplorer(offset=0),
        theme=theme,
    )
    report = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
    assert report.response["violations"] == []


# axe looks at text only, and not inside drawings. Text needs 4.5:1, shapes that carry meaning 3:1.
CONTRAST = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (color) => parse(color)
    .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const box = document.querySelector(".nn-cancellation");
  const ground = light(getComputedStyle(box).backgroundColor);
  const of = (color) => {
    const [a, b] = [ground, light(color)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const all = (where, property) =>
    [...box.querySelectorAll(where)].map((node) => of(getComputedStyle(node)[property]));
  return [all("svg text", "fill").concat(all(".nn-wrong, .nn-no, .nn-yes", "color")),
    all(".nn-curve, .nn-query, .nn-true, .nn-false, .nn-lost", "stroke")
      .concat(all("circle", "fill"))];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_shapes_stand_out(theme: str, show: SHOW) -> None:
    texts, shapes = show(CancellationExplorer(), theme=theme).evaluate(CONTRAST)
    assert len(texts) > 20
    assert len(shapes) > 30
    assert min(texts) >= 4.5
    assert min(shapes) >= 3


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_overflows(width: int, show: SHOW) -> None:
    page = show(
        CancellationExplorer(offset=1e16, precision="float64"),
        CancellationExplorer(offset=1e9, centered=True, query=6),
        CancellationExplorer([[1.1e-9, 0.0], [0.1, 3e-9]], [[2.3e-9, 1e-9]], offset=0),
        CancellationExplorer(np.full((3, 9), 999.0), np.full((1, 9), -999.0), offset=1e16),
        CancellationExplorer(precision="float16", offset=5000),
        width=width,
    )
    for precision in PRECISIONS:
        for widget in page.locator(".nn-cancellation").all():
            choice(widget, "Precision").select_option(precision)
            expect(said(widget)).to_contain_text(precision)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        spilled = page.evaluate(
            """() => [...document.querySelectorAll(".nn-cancellation")].flatMap((box) => {
                const edge = box.getBoundingClientRect().right + 0.5;
                return [...box.querySelectorAll(":not(svg *)")]
                  .filter((e) => e.tagName !== "OPTION" && e.getBoundingClientRect().right > edge
                    || e.matches(".nn-digits, p, td") && e.scrollWidth > e.clientWidth + 1)
                  .map((e) => e.outerHTML.slice(0, 90));
            })"""
        )
        assert spilled == []


def test_the_slider_stands_under_its_line(show: SHOW) -> None:
    page = show(CancellationExplorer())
    for key, offset in [("Home", "offset 0."), ("End", "offset 1e16.")]:
        slider(page).press(key)
        expect(said(page)).to_contain_text(offset)
        box = slider(page).bounding_box()
        line = page.locator(".nn-now").bounding_box()
        assert box is not None
        assert line is not None
        end = box["x"] + 8 if key == "Home" else box["x"] + box["width"] - 8
        assert abs(end - line["x"]) < 3


def test_nothing_moves_by_itself(show: SHOW) -> None:
    page = show(CancellationExplorer(), reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll(".nn-cancellation, .nn-cancellation *")]
            .filter((node) => {
                const style = getComputedStyle(node);
                return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
            }).length"""
    )
    assert moving == 0
