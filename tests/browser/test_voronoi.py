"""The Voronoi explorer as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from ipywidgets import Widget, jslink
from playwright.sync_api import Locator, Page, expect
from visits import document

from nnlib import k_nearest, nearest
from nnlib.widgets import VoronoiExplorer, voronoi

# Patience for a machine that is busy; a page that answers at once is waited for no longer.
expect.set_options(timeout=30_000)
OPEN = Callable[..., Page]
SHOW = Callable[..., Page]
ALL = voronoi.CONTROLS
U = 2.0**-53


@pytest.fixture
def show(tmp_path: Path, open_page: OPEN) -> SHOW:
    """Open a page with the given widgets and wait until they run and every pixel is drawn."""

    def show_widgets(
        *widgets: Widget, theme: str = "light", address: str = "", width: int = 820, **options: Any
    ) -> Page:
        path = tmp_path / "page.html"
        path.write_text(document(list(widgets), theme), encoding="utf-8")
        viewport = {"width": width, "height": 2400}
        page = open_page(path.as_uri() + address, viewport=viewport, **options)
        expect(page.locator(".widget-place[data-widget=running]")).to_have_count(len(widgets))
        settled(page, len(widgets))
        return page

    return show_widgets


def settled(page: Page, count: int = 1) -> None:
    expect(page.locator("canvas[data-drawn=fine]")).to_have_count(count)


def pen_and_paper(**traits: Any) -> VoronoiExplorer:
    return VoronoiExplorer(
        [[1, 1], [4, 2], [2, 5]],
        [0, 1, 1],
        [2, 2],
        ["A", "B"],
        **{"controls": ["points", "bars", "equation"], **traits},
    )


def said(page: Page | Locator) -> Locator:
    return page.locator(".nn-said").first


def query(page: Page | Locator) -> Locator:
    return page.get_by_role("button", name="Query: move with the arrow keys")


def chosen(page: Page | Locator) -> Locator:
    return page.get_by_role("button", name="Chosen row: move with the arrow keys")


def spot(page: Page, x: float, y: float, extent: list[float]) -> tuple[float, float]:
    """Return where a point of the map is on the screen."""
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    x0, x1, y0, y1 = extent
    across, down = (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0)
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


# The arithmetic. Doubles travel as hexadecimal, so that no bit is lost on the way.

LOAD = """const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { compute, sheet, nextLine, windowOf } = await import(url);"""
COMPUTE = f"""async ([source, states]) => {{
  {LOAD}
  const hex = (value) => {{
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  }};
  return JSON.stringify(JSON.parse(states).map((state) => {{
    const found = compute(state);
    return {{ ...found, scores: found.scores.map(hex), bounds: found.bounds.map(hex), x: null,
      margin: hex(found.margin), window: windowOf(state.templates).map(hex) }};
  }}));
}}"""
PICTURES = f"""async ([source, states, width, height]) => {{
  {LOAD}
  return JSON.stringify(JSON.parse(states).map((state) => {{
    const job = sheet(state, state.extent, width, height);
    while (job.done < height) nextLine(job);
    return [[...job.rows], [...job.classes], job.soft && [...job.soft]];
  }}));
}}"""


def bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states of many sizes and scales, one in four on integers, where ties are common."""
    rng = np.random.default_rng(20200613)
    states = []
    for i in range(count):
        n, classes = int(rng.integers(1, 160)), int(rng.integers(1, 8))
        metric = "cosine" if i % 3 == 1 else "sqeuclidean"
        if i % 4 == 0:
            # Odd numbers: ties and copies, and none at the origin, where cosine is undefined.
            data = 2.0 * rng.integers(-3, 4, (n + 1, 2)) + 1
        else:
            data = rng.normal(size=(n + 1, 2)) * 10.0 ** rng.uniform(-2, 2) + rng.normal()
        scaled = bool(i % 5 == 2)
        if i % 8 == 3:
            # A query as good as on the bisector of two rows: rounding decides.
            n, metric, scaled = 2, "sqeuclidean", False
            data = np.resize(data, (3, 2)) + np.array([[0.0], [0.0], [0.1]])
            across = data[1] - data[2]
            data[0] = (data[1] + data[2]) / 2 + 0.1 * np.array([across[1], -across[0]])
        states.append(
            {
                "templates": data[1:].tolist(),
                "labels": rng.integers(0, classes, n).tolist(),
                "class_names": [str(c) for c in range(classes)],
                "query": data[0].tolist(),
                "extent": voronoi.window(data.tolist()),
                "k": int(rng.integers(1, 16)),
                "metric": metric,
                "scaled": scaled,
                "temperature": float(10 ** rng.uniform(-3, 3)) if i % 6 == 5 else 0,
            }
        )
    return states


def reference(state: dict[str, Any]) -> voronoi.Answer:
    names = ("k", "metric", "scaled", "temperature")
    return voronoi.answer(
        state["templates"],
        state["labels"],
        state["query"],
        len(state["class_names"]),
        **{name: state[name] for name in names},
    )


def test_the_page_computes_what_python_computes_and_decides_as_nnlib(open_page: OPEN) -> None:
    states = random_states(400)
    page = open_page("about:blank")
    found = json.loads(page.evaluate(COMPUTE, [VoronoiExplorer._esm, json.dumps(states)]))
    decided = ranked = undecided = soft = 0
    for state, result in zip(states, found, strict=True):
        expected = reference(state)
        assert result["scores"] == [bits(s) for s in expected.scores]
        assert result["bounds"] == [bits(b) for b in expected.bounds]
        assert result["order"] == expected.order
        assert result["runnerUp"] == expected.runner_up
        assert result["margin"] == bits(expected.margin)
        assert result["close"] is expected.close
        assert result["votes"] == expected.votes
        assert result["window"] == [bits(v) for v in voronoi.window(state["templates"])]
        n = len(state["labels"])
        if state["temperature"]:
            soft += 1
            pairs = zip(result["probabilities"], expected.probabilities, strict=True)
            assert all(abs(a - b) <= (2 * n + 8) * 4 * U * max(a, b) + 2.0**-1022 for a, b in pairs)
            top = sorted(expected.probabilities, reverse=True)
            if len(top) == 1 or top[0] - top[1] > (4 * n + 16) * 2 * U:
                assert result["label"] == expected.label
        else:
            assert result["label"] == expected.label
        rows, x = voronoi.prepare(
            state["templates"], state["query"], state["metric"], state["scaled"]
        )
        T, X = np.array(rows), np.array([x])
        k = min(state["k"], n)
        first = expected.order[0]
        rival = expected.runner_up
        bound = expected.bounds[first] + expected.bounds[rival]
        if rival < 0 or expected.margin > bound:
            decided += not expected.close
        else:
            undecided += 1
            assert result["close"] is True  # what the page reports as too close to call
        if not result["close"]:
            assert result["order"][:k] == k_nearest(T, X, k)[0].tolist()
            assert result["order"][0] == nearest(T, X)[0]
            ranked += k > 1
    assert decided >= 200
    assert ranked >= 100
    assert undecided >= 40
    assert soft >= 50


def test_every_pixel_is_the_argmax_of_the_layer(open_page: OPEN) -> None:
    states = [{**state, "temperature": 0} for state in random_states(60)]
    page = open_page("about:blank")
    given = [VoronoiExplorer._esm, json.dumps(states), 37, 19]
    for state, picture in zip(states, json.loads(page.evaluate(PICTURES, given)), strict=True):
        names = ("k", "metric", "scaled")
        winners, classes = voronoi.regions(
            state["templates"],
            state["labels"],
            state["extent"],
            37,
            19,
            **{name: state[name] for name in names},
        )
        assert picture == [winners.ravel().tolist(), classes.ravel().tolist(), None]


def test_soft_pixels_are_the_softmax_of_the_layer(open_page: OPEN) -> None:
    states = [{**state, "temperature": 0.5} for state in random_states(12)]
    page = open_page("about:blank")
    given = [VoronoiExplorer._esm, json.dumps(states), 13, 7]
    for state, picture in zip(states, json.loads(page.evaluate(PICTURES, given)), strict=True):
        across, down = voronoi.centers(state["extent"], 13, 7)
        shares = np.array(picture[2]).reshape(7, 13, -1)
        for line in range(7):
            for column in range(13):
                at = [float(across[column]), float(down[line])]
                expected = reference({**state, "query": at})
                # The picture leaves out weights below e⁻³⁰ and keeps single precision.
                np.testing.assert_allclose(
                    shares[line, column], expected.probabilities, atol=1e-6, rtol=0
                )


def test_pixels_on_bisectors_go_to_the_earliest_row(open_page: OPEN) -> None:
    state = {
        "templates": [[6.5, 2.5], [2.5, 2.5], [2.5, 2.5], [4.5, 90.5]],
        "labels": [0, 1, 0, 0],
        "class_names": ["A", "B"],
        "query": [0, 0],
        "extent": [0, 9, 0, 5],
        "metric": "sqeuclidean",
        "scaled": False,
        "temperature": 0,
    }
    states = [{**state, "k": 1}, {**state, "k": 2}, {**state, "metric": "cosine", "k": 1}]
    states[2]["extent"] = [-4.5, 4.5, -2.5, 2.5]
    page = open_page("about:blank")
    given = [VoronoiExplorer._esm, json.dumps(states), 9, 5]
    one, two, polar = json.loads(page.evaluate(PICTURES, given))
    assert one[0] == [1, 1, 1, 1, 0, 0, 0, 0, 0] * 5
    assert one[1] == [1, 1, 1, 1, 0, 0, 0, 0, 0] * 5
    # Two vote: rows 1 and 2 disagree and the nearer, the earlier, decides; on the bisector row 0.
    assert two[1] == [1, 1, 1, 1, 0, 0, 0, 0, 0] * 5
    assert polar[0][22] == polar[1][22] == -1


SAMPLE = """(canvas) => {
  const { width, height } = canvas;
  const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  return { width, height, colors: Array.from({ length: width * height }, (_, at) =>
    [0, 1, 2].map((j) => data[4 * at + j])) };
}"""


def test_the_drawn_pixels_are_the_layer_ties_included(show: SHOW) -> None:
    widget = pen_and_paper(bisectors=False, controls=["points"])
    page = show(widget)
    size = page.locator("canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    page.close()
    width, height = size
    # One unit a pixel, and two rows the same way from the center of a column of pixels.
    middle, level = width // 2 + 0.5, height // 2 + 0.5
    rows = [[middle + 64, level], [middle - 64, level], [middle - 64, level]]
    tied = pen_and_paper(
        bisectors=False, controls=["points"], extent=[0, width, 0, height], color_by="row"
    )
    tied.templates = rows
    tied.query = [middle, level]
    page = show(tied)
    drawn = page.locator("canvas").evaluate(SAMPLE)
    assert [drawn["width"], drawn["height"]] == size
    colors = np.array(drawn["colors"]).reshape(height, width, 3)
    winners, _ = voronoi.regions(rows, [0, 1, 1], [0, width, 0, height], width, height)
    left, right = colors[0, 0], colors[0, -1]
    assert (left != right).any()
    assert (winners[:, width // 2] == 0).all()
    expected = np.where((winners == 0)[..., None], right, left)
    assert (colors == expected).all()
    expect(said(page)).to_contain_text("row 0 wins")
    expect(said(page)).to_contain_text("too close to call: row 1 is within the rounding bound")
    expect(said(page)).to_contain_text("with equal computed scores, and the earliest is taken")


def test_the_map_of_iris_is_drawn_as_python_computes_it(show: SHOW) -> None:
    widget = VoronoiExplorer(preset="neighbors", bisectors=False)
    page = show(widget)
    drawn = page.locator("canvas").evaluate(SAMPLE)
    _, classes = widget.regions(drawn["width"], drawn["height"])
    colors = np.array(drawn["colors"])
    palette = [colors[np.flatnonzero(classes.ravel() == c)[0]] for c in range(3)]
    assert len({tuple(color.tolist()) for color in palette}) == 3
    assert (colors == np.array(palette)[classes.ravel()]).all()


# The reader's hand.


def test_the_pen_and_paper_case_by_keyboard(show: SHOW) -> None:
    page = show(pen_and_paper())
    expect(said(page)).to_have_attribute("aria-live", "polite")
    expect(said(page)).to_contain_text("Query (2, 2): row 0 wins with score 6, class A")
    expect(said(page)).to_contain_text("margin to the runner-up, row 1: 2.")
    equation = page.locator(".nn-equation")
    expect(equation).to_contain_text("w₀ = 2t₀ = (2, 2), b₀ = −‖t₀‖² = −2")
    expect(equation).to_contain_text("s₀ = w₀·x + b₀ = 2 · 2 + 2 · 2 − 2 = 6")
    expect(equation).to_contain_text("s₁ = w₁·x + b₁ = 8 · 2 + 4 · 2 − 20 = 4")
    expect(equation).to_contain_text("−6 · x₁ − 2 · x₂ > −18: here −16 > −18")
    bars = page.locator(".nn-sides svg[aria-hidden]").last
    assert [text for text in bars.locator("text").all_text_contents() if "row" in text] == [
        "row 0",
        "row 1",
        "row 2",
    ]
    query(page).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("Query (2.2, 2)")
    page.keyboard.press("Shift+ArrowUp")
    expect(said(page)).to_contain_text("Query (2.2, 2.01)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("Query (2.15, 1.96)")
    for _ in range(400):
        page.keyboard.press("ArrowLeft")
    left = voronoi.window([[1, 1], [4, 2], [2, 5]])[0]
    expect(said(page)).to_contain_text(f"Query ({left:.4g}".replace("-", "−"))
    expect(query(page)).to_be_focused()


def test_rows_are_moved_added_relabelled_and_deleted_by_keyboard(show: SHOW) -> None:
    page = show(pen_and_paper())
    rows = page.get_by_role("combobox", name="Row")
    rows.select_option("1")
    chosen(page).focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("Row 1 is at (3, 2). Query (2, 2): row 1 wins")
    page.get_by_role("combobox", name="Class").select_option("0")
    expect(said(page)).to_contain_text("Row 1 is A now.")
    page.get_by_role("button", name="Add at query").focus()
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text("Row 3 added at (2, 2). Query (2, 2): row 3 wins")
    expect(rows).to_have_value("3")
    assert page.locator("g > path.nn-mark").count() >= 4
    for left in (3, 2, 1):
        page.get_by_role("button", name="Delete row").focus()
        page.keyboard.press("Enter")
        expect(rows.locator("option")).to_have_count(left)
    expect(page.get_by_role("button", name="Delete row")).to_be_disabled()
    expect(said(page)).to_contain_text("There is no other row to beat.")


def test_every_switch_by_keyboard(show: SHOW) -> None:
    page = show(VoronoiExplorer(preset="argmax", controls=ALL))
    page.get_by_role("combobox", name="Metric").focus()
    page.keyboard.press("ArrowDown")
    expect(said(page)).to_contain_text("wins with score 1,")
    page.keyboard.press("ArrowUp")
    expect(said(page)).to_contain_text("wins with score 27.72")
    page.get_by_role("slider", name="Neighbors that vote").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("The 7 nearest vote")
    page.keyboard.press("End")
    expect(page.get_by_text("Neighbors that vote: k = 15")).to_be_visible()
    page.get_by_role("slider", name="Shading").focus()
    page.keyboard.press("End")
    expect(said(page)).to_contain_text("Softmax at τ = 1000")
    page.keyboard.press("Home")
    expect(said(page)).to_contain_text("The 15 nearest vote")
    page.get_by_role("checkbox", name="Standardize the features").focus()
    page.keyboard.press("Space")
    expect(page.locator(".nn-equation")).to_contain_text("standardized")
    settled(page)
    before = page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_role("checkbox", name="Borders").focus()
    page.keyboard.press("Space")
    page.get_by_role("combobox", name="Color by").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("combobox", name="Color by")).to_have_value("row")
    settled(page)
    assert page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()") != before
    across, up = (page.get_by_role("combobox", name=name) for name in ("Across", "Up"))
    across.select_option("0")
    expect(page.get_by_text("sepal length (cm) →")).to_be_visible()
    # The same feature twice is no plane: the other axis takes what this one had.
    across.select_option("3")
    expect(up).to_have_value("0")


@pytest.mark.parametrize("preset", voronoi.PRESETS)
def test_a_preset_shows_its_controls_and_no_others(preset: str, show: SHOW) -> None:
    widget = VoronoiExplorer(preset=preset)
    page = show(widget)
    parts = {
        "points": chosen(page),
        "features": page.get_by_role("combobox", name="Across"),
        "color": page.get_by_role("combobox", name="Color by"),
        "bisectors": page.get_by_role("checkbox", name="Borders"),
        "metric": page.get_by_role("combobox", name="Metric"),
        "k": page.get_by_role("slider", name="Neighbors that vote"),
        "temperature": page.get_by_role("slider", name="Shading"),
        "scaled": page.get_by_role("checkbox", name="Standardize the features"),
        "bars": page.get_by_text("Scores s = Wx + b, largest first"),
        "equation": page.locator(".nn-equation"),
    }
    assert set(parts) == set(ALL)
    for name, part in parts.items():
        expect(part).to_have_count(int(name in widget.controls))
    expect(query(page)).to_have_count(1)


def test_query_and_rows_follow_the_pointer(show: SHOW) -> None:
    widget = pen_and_paper()
    page = show(widget)

    def at(x: float, y: float) -> tuple[float, float]:
        return spot(page, x, y, widget.extent)

    drag(page, at(2, 2), at(3.5, 2.5))
    expect(said(page)).to_contain_text("Query (3.5, 2.5): row 1 wins")
    expect(query(page)).to_be_focused()
    drag(page, at(1, 1), at(3.4, 2.7))
    expect(said(page)).to_contain_text("Query (3.5, 2.5): row 0 wins")
    expect(page.get_by_role("combobox", name="Row")).to_have_value("0")
    expect(chosen(page)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("Row 0 is at (3.45, 2.7).")
    # A press on the map calls the query; outside of it, the query stops at the edge.
    page.mouse.click(*at(2, 4))
    expect(said(page)).to_contain_text("Query (2, 4): row 2 wins")
    start, (x, y) = at(2, 4), at(2, 4)
    drag(page, start, (x, y + 2000))
    expect(said(page)).to_contain_text(f"Query (2, {widget.extent[2]:.4g}".replace("-", "−"))
    settled(page)


def test_a_finger_taps_the_query_and_drags_a_row(show: SHOW) -> None:
    widget = pen_and_paper()
    page = show(widget, width=390, has_touch=True)
    page.touchscreen.tap(*spot(page, 3, 4, widget.extent))
    expect(said(page)).to_contain_text("row 2 wins")
    # A touch that begins on the bare map may scroll the page; on a point it moves the point.
    behaviors = page.evaluate(
        """() => [".nn-plot", ".nn-handle", ".nn-movable"]
            .map((name) => getComputedStyle(document.querySelector(name)).touchAction)"""
    )
    assert behaviors == ["auto", "none", "none"]


def test_without_points_rows_stay_where_they_are(show: SHOW) -> None:
    widget = VoronoiExplorer(preset="cosine")
    page = show(widget)
    row = widget.templates[3]
    drag(
        page,
        spot(page, *row, widget.extent),
        spot(page, 2.0, 0.5, widget.extent),
    )
    expect(said(page)).to_contain_text("Query (2, 0.5)")
    page.get_by_role("link", name="Link to this state").click()
    assert "templates" not in page.evaluate("decodeURIComponent(location.hash)")


def test_cosine_refuses_the_origin_in_words(show: SHOW) -> None:
    widget = VoronoiExplorer(
        [[1, 1], [3, 0], [0, 0]], [0, 1, 0], [2, 1], controls=["metric", "points"]
    )
    page = show(widget)
    page.get_by_role("combobox", name="Metric").select_option("cosine")
    expect(said(page)).to_contain_text("Not possible: a point at the origin has no direction")
    expect(page.get_by_role("combobox", name="Metric")).to_have_value("sqeuclidean")
    page.get_by_role("combobox", name="Row").select_option("2")
    page.get_by_role("button", name="Delete row").click()
    page.get_by_role("combobox", name="Metric").select_option("cosine")
    expect(said(page)).to_contain_text("wins with score")
    expect(page.get_by_role("combobox", name="Metric")).to_have_value("cosine")


def test_a_coarse_picture_while_moving_and_a_fine_one_at_rest(show: SHOW) -> None:
    page = show(VoronoiExplorer(preset="argmax"))
    states = page.evaluate(
        """async () => {
            const canvas = document.querySelector("canvas");
            const seen = [];
            new MutationObserver(() => seen.push(canvas.dataset.drawn))
              .observe(canvas, { attributes: true, attributeFilter: ["data-drawn"] });
            const handle = document.querySelector(".nn-handle");
            for (let i = 0; i < 5; i++) {
              handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
              await new Promise(requestAnimationFrame);
            }
            await new Promise((done) => setTimeout(done, 50));
            while (canvas.dataset.drawn !== "fine") await new Promise(requestAnimationFrame);
            return seen;
        }"""
    )
    assert states[-1] == "fine"
    assert states.count("fine") == 1
    assert states.count("coarse") >= 3


def test_the_text_line_is_not_spammed_and_ends_on_the_last_state(show: SHOW) -> None:
    page = show(VoronoiExplorer(preset="map"))
    said(page).evaluate(
        """(node) => {
            window.heard = 0;
            new MutationObserver(() => window.heard++).observe(node, { childList: true });
        }"""
    )
    query(page).focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("Query (4.9, 1.4)")
    assert 1 <= page.evaluate("window.heard") <= 25


def test_reset_returns_to_the_beginning(show: SHOW) -> None:
    page = show(VoronoiExplorer(preset="neighbors"))
    beginning = said(page).inner_text()
    page.get_by_role("combobox", name="Across").select_option("0")
    page.get_by_role("button", name="Delete row").click()
    page.get_by_role("slider", name="Neighbors that vote").press("Home")
    expect(said(page)).not_to_contain_text("nearest vote")
    page.get_by_role("button", name="Reset").click()
    expect(said(page)).to_have_text(beginning)
    expect(page.get_by_role("combobox", name="Across")).to_have_value("2")
    expect(page.get_by_role("combobox", name="Row").locator("option")).to_have_count(150)


def test_a_link_restores_the_state(show: SHOW) -> None:
    page = show(pen_and_paper(name="one"), VoronoiExplorer(preset="neighbors", name="two"))
    one, two = (page.locator(".nn-voronoi").nth(i) for i in range(2))
    chosen(one).press("ArrowRight")
    one.get_by_role("button", name="Add at query").click()
    expect(said(one)).to_contain_text("Row 3 added")
    one.get_by_role("link", name="Link to this state").click()
    expect(one.get_by_role("status")).not_to_be_empty()
    two.get_by_role("combobox", name="Up").select_option("1")
    two.get_by_role("slider", name="Neighbors that vote").press("End")
    query(two).press("ArrowUp")
    expect(said(two)).to_contain_text("The 15 nearest")
    expect(said(two)).to_contain_text("Query (3.95, 3.25)")
    two.get_by_role("link", name="Link to this state").click()
    words = said(two).inner_text()
    address = page.evaluate("location.hash")
    assert len(address) < 1000  # features stand for their 150 rows
    page.close()
    again = show(
        VoronoiExplorer(preset="neighbors", name="two"),
        pen_and_paper(name="one"),
        pen_and_paper(name="three"),
        address=address,
    )
    two, one, three = (again.locator(".nn-voronoi").nth(i) for i in range(3))
    expect(said(two)).to_have_text(words)
    expect(one.get_by_role("combobox", name="Row").locator("option")).to_have_count(4)
    expect(said(one)).to_contain_text("row 3 wins")
    expect(three.get_by_role("combobox", name="Row").locator("option")).to_have_count(3)


@pytest.mark.parametrize(
    "state",
    [
        "",
        "7",
        "{",
        '{"templates":[[1,2]]}',
        '{"templates":[],"labels":[]}',
        '{"templates":[[1,2],[3]],"labels":[0,0]}',
        '{"labels":[0,1,2]}',
        '{"labels":[0,1,"1"]}',
        '{"query":[1,1e999]}',
        '{"query":"12"}',
        '{"query":[1,2,3]}',
        '{"extent":[1,0,0,1]}',
        '{"features":[2,3]}',
        '{"features":[2,2]}',
        '{"k":0}',
        '{"k":2.5}',
        '{"metric":"x"}',
        '{"color_by":1}',
        '{"temperature":1e-9}',
        '{"scaled":"no"}',
        '{"class_names":["A","A"]}',
        '{"axis_names":[1,2]}',
    ],
)
def test_an_address_that_says_nothing_changes_nothing(state: str, show: SHOW) -> None:
    page = show(pen_and_paper(), address=f"#nn-voronoi={state}")
    expect(said(page)).to_contain_text("Query (2, 2): row 0 wins with score 6, class A")
    expect(page.get_by_role("combobox", name="Row").locator("option")).to_have_count(3)


def test_two_on_a_page_do_not_disturb_each_other(show: SHOW) -> None:
    page = show(pen_and_paper(), pen_and_paper(name="two"))
    one, two = (page.locator(".nn-voronoi").nth(i) for i in range(2))
    before = two.inner_text(), two.locator("canvas").evaluate("(c) => c.toDataURL()")
    chosen(one).press("ArrowRight")
    one.get_by_role("button", name="Add at query").click()
    expect(said(one)).to_contain_text("Row 3 added")
    settled(page, 2)
    assert (two.inner_text(), two.locator("canvas").evaluate("(c) => c.toDataURL()")) == before


def test_two_can_be_linked_without_a_kernel(show: SHOW) -> None:
    one = VoronoiExplorer(preset="neighbors")
    two = VoronoiExplorer(preset="neighbors", k=1, name="two")
    links = [jslink((one, trait), (two, trait)) for trait in ("query", "features", "templates")]
    page = show(one, two)
    assert len(links) == 3
    first, second = (page.locator(".nn-voronoi").nth(i) for i in range(2))
    query(first).press("ArrowRight")
    expect(said(second)).to_contain_text("Query (5.25, 1.62)")
    second.get_by_role("combobox", name="Across").select_option("0")
    expect(first.get_by_text("sepal length (cm) →")).to_be_visible()
    # Rows that come without their labels do not break the other one.
    first.get_by_role("button", name="Delete row").click()
    expect(second.get_by_role("combobox", name="Row").locator("option")).to_have_count(149)


def test_leaving_ends_every_listener(open_page: OPEN) -> None:
    page = open_page("about:blank")
    count = page.evaluate(
        """async ([source, state]) => {
          const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const { render } = (await import(url)).default;
          const listeners = new Set();
          const open = new Set();
          const watching = new Set();
          const add = EventTarget.prototype.addEventListener;
          EventTarget.prototype.addEventListener = function (type, heard, options) {
            // What hangs on the window or on the document outlives the widget unless it is ended.
            if (this === window || this === document) {
              open.add(type);
              options?.signal?.addEventListener("abort", () => open.delete(type));
            }
            return add.call(this, type, heard, options);
          };
          for (const kind of [MutationObserver, ResizeObserver]) {
            const { observe, disconnect } = kind.prototype;
            kind.prototype.observe = function (...args) {
              watching.add(this);
              return observe.apply(this, args);
            };
            kind.prototype.disconnect = function () {
              watching.delete(this);
              return disconnect.call(this);
            };
          }
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
          const frame = () => new Promise(requestAnimationFrame);
          await frame();
          const canvas = el.querySelector("canvas");
          const running = [listeners.size > 0, open.has("hashchange"), watching.size,
            el.children.length];
          end();
          const left = canvas.dataset.drawn;
          for (let i = 0; i < 30; i++) await frame(); // the fine picture would come now
          const late = [left, canvas.dataset.drawn];
          return [running, listeners.size, [...open], watching.size, el.children.length, late];
        }""",
        [VoronoiExplorer._esm, VoronoiExplorer().get_state()],
    )
    assert count == [[True, True, 2, 1], 0, [], 0, 0, ["coarse", "coarse"]]


def test_the_page_left_and_returned_to_still_works(show: SHOW) -> None:
    page = show(pen_and_paper(), address='#nn-voronoi={"query":[4,1]}')
    expect(said(page)).to_contain_text("Query (4, 1)")
    query(page).press("ArrowRight")
    expect(said(page)).to_contain_text("Query (4.05, 1)")
    # What a browser does to a page that it keeps while the reader looks at another one.
    page.evaluate(
        """() => {
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(page.locator(".nn-voronoi")).to_have_count(1)
    expect(said(page)).to_contain_text("Query (4.05, 1)")
    query(page).press("ArrowRight")
    expect(said(page)).to_contain_text("Query (4.1, 1)")


# Reading it.


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme: str, show: SHOW) -> None:
    page = show(
        VoronoiExplorer(preset="argmax", controls=ALL),
        VoronoiExplorer(preset="map", name="two"),
        VoronoiExplorer(preset="soft", name="three"),
        theme=theme,
    )
    report = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
    assert report.response["violations"] == []


# axe looks at text on plain grounds. What lies on the map has to stand out from every tint of it:
# 4.5:1 for the ink of numbers and query, 3:1 for outlines (WCAG 1.4.11), which are the same ink.
INK = """(box) => {
  const light = (color) => color
    .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ink = light(getComputedStyle(box).color.match(/[\\d.]+/g).slice(0, 3).map(Number));
  const canvas = box.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Map();
  for (let at = 0; at < data.length; at += 4) seen.set(data.slice(at, at + 3).join(), 0);
  return [...seen.keys()].map((key) => {
    const [a, b] = [ink, light(key.split(",").map(Number))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("preset", ["map", "neighbors", "soft"])
def test_ink_stands_out_from_every_tint(theme: str, preset: str, show: SHOW) -> None:
    page = show(VoronoiExplorer(preset=preset, bisectors=False), theme=theme)
    ratios = page.locator(".nn-voronoi").evaluate(INK)
    assert len(ratios) >= 3
    assert min(ratios) >= 4.5


def test_the_map_follows_the_theme(show: SHOW) -> None:
    page = show(VoronoiExplorer(preset="map"))
    before = page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")
    page.evaluate(
        """() => {
            document.documentElement.style.setProperty("--pst-color-background", "#14181e");
            document.documentElement.dataset.theme = "dark";
        }"""
    )
    expect(page.locator("canvas[data-drawn=coarse]")).to_have_count(1)
    settled(page)
    assert page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()") != before


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_overflows(width: int, show: SHOW) -> None:
    page = show(
        VoronoiExplorer(preset="argmax", controls=ALL),
        VoronoiExplorer(
            [[1e90, 2e90], [3e90, 1e89]],
            [0, 1],
            class_names=["a class with quite a long name", "b"],
            name="two",
        ),
        VoronoiExplorer(preset="map", name="three"),
        width=width,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    spilled = page.evaluate(
        """() => [...document.querySelectorAll(".nn-voronoi")].flatMap((box) => {
            const edge = box.getBoundingClientRect().right + 0.5;
            return [...box.querySelectorAll("*")]
              .filter((e) => e.tagName !== "OPTION" && !e.closest("svg svg")
                && e.getBoundingClientRect().right > edge)
              .map((e) => e.outerHTML.slice(0, 90));
        })"""
    )
    assert spilled == []


def test_one_scale_on_both_axes(show: SHOW) -> None:
    widget = VoronoiExplorer(preset="map")
    page = show(widget)
    box = page.locator("canvas").bounding_box()
    assert box is not None
    x0, x1, y0, y1 = widget.extent
    assert math.isclose(box["width"] / (x1 - x0), box["height"] / (y1 - y0), rel_tol=0.01)
