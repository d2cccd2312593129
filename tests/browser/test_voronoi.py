"""The Voronoi explorer as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from contrast import RATIO
from doubles import answer, bits
from playwright.sync_api import Locator, Page, expect
from visits import THEMES, drag, drawn, heard, painted, said, turn

from nnlib import k_nearest, nearest
from nnlib.widgets import VoronoiExplorer, voronoi

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
ALL = voronoi.CONTROLS
U = 2.0**-53


def pen_and_paper(**traits: Any) -> VoronoiExplorer:
    return VoronoiExplorer(
        [[1, 1], [4, 2], [2, 5]],
        [0, 1, 1],
        [2, 2],
        ["A", "B"],
        **{"controls": ["points", "bars", "equation"], **traits},
    )


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


# The arithmetic.

COMPUTE = """({ compute, windowOf }, states) => states.map((state) => {
  const found = compute(state);
  return { ...found, scores: hex(found.scores), bounds: hex(found.bounds), x: null,
    margin: hex(found.margin), window: hex(windowOf(state.templates)) };
})"""
PICTURES = """({ sheet, nextLine }, states, width, height) => states.map((state) => {
  const job = sheet(state, state.extent, width, height);
  while (job.done < height) nextLine(job);
  return [[...job.rows], [...job.classes], job.soft && [...job.soft]];
})"""


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


def test_the_page_computes_what_python_computes_and_decides_as_nnlib(blank: Page) -> None:
    states = random_states(400)
    found = answer(blank, VoronoiExplorer._esm, COMPUTE, states)
    decided = ranked = undecided = soft = 0
    for state, result in zip(states, found, strict=True):
        expected = reference(state)
        assert result["scores"] == bits(expected.scores)
        assert result["bounds"] == bits(expected.bounds)
        assert result["order"] == expected.order
        assert result["runnerUp"] == expected.runner_up
        assert result["margin"] == bits(expected.margin)
        assert result["close"] is expected.close
        assert result["votes"] == expected.votes
        assert result["window"] == bits(voronoi.window(state["templates"]))
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


def test_every_pixel_is_the_argmax_of_the_layer(blank: Page) -> None:
    states = [{**state, "temperature": 0} for state in random_states(60)]
    pictures = answer(blank, VoronoiExplorer._esm, PICTURES, states, 37, 19)
    for state, picture in zip(states, pictures, strict=True):
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


def test_soft_pixels_are_the_softmax_of_the_layer(blank: Page) -> None:
    states = [{**state, "temperature": 0.5} for state in random_states(12)]
    pictures = answer(blank, VoronoiExplorer._esm, PICTURES, states, 13, 7)
    for state, picture in zip(states, pictures, strict=True):
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


def test_pixels_on_bisectors_go_to_the_earliest_row(blank: Page) -> None:
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
    one, two, polar = answer(blank, VoronoiExplorer._esm, PICTURES, states, 9, 5)
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
    page = show(widget, width=320)  # not too many pixels for Python to compute
    size = page.locator("canvas").evaluate("(canvas) => [canvas.width, canvas.height]")
    width, height = size
    # One unit a pixel, and two rows the same way from the center of a column of pixels.
    middle, level = width // 2 + 0.5, height // 2 + 0.5
    rows = [[middle + 64, level], [middle - 64, level], [middle - 64, level]]
    tied = pen_and_paper(
        bisectors=False, controls=["points"], extent=[0, width, 0, height], color_by="row"
    )
    tied.templates = rows
    tied.query = [middle, level]
    page = show(tied, width=320, instead_of=page)
    sample = page.locator("canvas").evaluate(SAMPLE)
    assert [sample["width"], sample["height"]] == size
    colors = np.array(sample["colors"]).reshape(height, width, 3)
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
    page = show(widget, width=320)
    sample = page.locator("canvas").evaluate(SAMPLE)
    _, classes = widget.regions(sample["width"], sample["height"])
    colors = np.array(sample["colors"])
    palette = [colors[np.flatnonzero(classes.ravel() == c)[0]] for c in range(3)]
    assert len({tuple(color.tolist()) for color in palette}) == 3
    assert (colors == np.array(palette)[classes.ravel()]).all()


# The reader's hand.


def test_the_pen_and_paper_case_by_keyboard(show: SHOW) -> None:
    page = show(pen_and_paper())
    expect(heard(page)).to_have_attribute("aria-live", "polite")
    expect(said(page)).to_contain_text("Query (2, 2): row 0 wins with score 6, class A")
    expect(said(page)).to_contain_text("margin to the runner-up, row 1: 2.")
    equation = page.locator(".nn-equation")
    expect(equation).to_contain_text("w₀ = 2t₀ = (2, 2), b₀ = −‖t₀‖² = −2")
    expect(equation).to_contain_text("s₀ = w₀·x + b₀ = 2 · 2 + 2 · 2 − 2 = 6")
    expect(equation).to_contain_text("s₁ = w₁·x + b₁ = 8 · 2 + 4 · 2 − 20 = 4")
    expect(equation).to_contain_text("−6 · x₁ − 2 · x₂ > −18: here −16 > −18")
    bars = page.locator(".nn-folded svg[aria-hidden]")
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
    delete = page.get_by_role("button", name="Delete row")
    delete.focus()
    for left in (3, 2, 1):
        page.keyboard.press("Enter")
        expect(rows.locator("option")).to_have_count(left)
    expect(delete).to_be_disabled()
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    painted(page)
    expect(rows.locator("option")).to_have_count(1)
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
    drawn(page)
    before = page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_role("checkbox", name="Borders").focus()
    page.keyboard.press("Space")
    page.get_by_role("combobox", name="Color by").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("combobox", name="Color by")).to_have_value("row")
    drawn(page)
    assert page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()") != before
    across, up = (page.get_by_role("combobox", name=name) for name in ("Across", "Up"))
    across.select_option("0")
    expect(page.get_by_text("sepal length (cm) →")).to_be_visible()
    # The same feature twice is no plane: the other axis takes what this one had.
    across.select_option("3")
    expect(up).to_have_value("0")


def test_a_preset_shows_its_controls_and_no_others(show: SHOW) -> None:
    widgets = [VoronoiExplorer(preset=preset, name=preset) for preset in voronoi.PRESETS]
    page = show(*widgets)
    for widget, box in zip(widgets, page.locator(".nn-voronoi").all(), strict=True):
        parts = parts_of(box)
        assert set(parts) == set(ALL)
        shown = {name for name, part in parts.items() if part.count()}
        assert shown == set(widget.controls), widget.preset
        assert all(parts[name].count() == 1 for name in shown)
        expect(query(box)).to_have_count(1)


def parts_of(page: Locator) -> dict[str, Locator]:
    return {
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
    drawn(page)


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


# Reading it.


# axe looks at text on plain grounds. What lies on the map has to stand out from every tint of it:
# 4.5:1 for the ink of numbers and query, 3:1 for outlines (WCAG 1.4.11), which are the same ink.
INK = f"""(box) => {{
  {RATIO}
  const ink = parse(getComputedStyle(box).color);
  const canvas = box.querySelector("canvas");
  const {{ width, height }} = canvas;
  // Read from a copy: the browser warns where the same canvas is read twice.
  const copy = new OffscreenCanvas(width, height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const {{ data }} = copy.getImageData(0, 0, width, height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) seen.add(data.slice(at, at + 3).join());
  return [...seen].map((key) => ratio(ink, key.split(",").map(Number)));
}}"""


def test_ink_stands_out_from_every_tint(show: SHOW) -> None:
    presets = ["map", "neighbors", "soft"]
    page = show(*(VoronoiExplorer(preset=name, bisectors=False, name=name) for name in presets))
    for theme in THEMES:
        turn(page, theme)
        for preset, box in zip(presets, page.locator(".nn-voronoi").all(), strict=True):
            ratios = box.evaluate(INK)
            assert len(ratios) >= 3, preset
            assert min(ratios) >= 4.5, (preset, theme)


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
    drawn(page)
    assert page.locator("canvas").evaluate("(canvas) => canvas.toDataURL()") != before


def test_one_scale_on_both_axes(show: SHOW) -> None:
    widget = VoronoiExplorer(preset="map")
    page = show(widget)
    box = page.locator("canvas").bounding_box()
    assert box is not None
    x0, x1, y0, y1 = widget.extent
    assert math.isclose(box["width"] / (x1 - x0), box["height"] / (y1 - y0), rel_tol=0.01)
