"""The network diagram as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from doubles import answer, bits, double
from playwright.sync_api import Locator, Page, expect
from visits import drag, painted, said

from nnlib import NearestNeighborClassifier, ThreeLayerNet, k_nearest, nearest
from nnlib.widgets import NetworkDiagram, network
from nnlib.widgets.temperature import left_out

SHOW = Callable[..., Page]


def iris(**traits: Any) -> NetworkDiagram:
    """Return the published case: row 149 left out, temperature 1."""
    data = left_out(149)
    y = np.array(data.class_names)[data.labels]
    net = ThreeLayerNet.from_data(data.templates, y, temperature=1.0)
    return NetworkDiagram(net, data.query, controls=["temperature"], **traits)


def hand(page: Page, name: str = "Query") -> Locator:
    return page.get_by_role("button", name=f"{name}: move with the arrow keys")


def unit(page: Page, i: int) -> Locator:
    return page.locator(f".nn-unit[data-i='{i}']")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


# For each diagram, how many points of a line lie in the box of a number: of the winner's number on
# the map, points of the line to the query; of each weight, points of its own edge.
CROSSED = """() => [...document.querySelectorAll(".nn-network")].map((box) => {
    const on = (node, length, at) => Array.from({ length: 41 }, (_, i) => {
        const { x, y } = at(length * i / 40);
        return new DOMPoint(x, y).matrixTransform(node.getScreenCTM());
    });
    const within = (points, text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const [high, low] = [top + 3, bottom - 3];  // digits are less tall than their line
        return points.filter(({ x, y }) => left < x && x < right && high < y && y < low).length;
    };
    const reach = box.querySelector(".nn-reach");
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => reach[name].baseVal.value);
    const line = on(reach, 1, (t) => ({ x: x1 + t * (x2 - x1), y: y1 + t * (y2 - y1) }));
    const marks = [...box.querySelectorAll(".nn-map text.nn-halo")];
    const won = box.querySelector(".nn-unit.nn-lit").dataset.i;
    const outs = [...box.querySelectorAll(".nn-out")];
    const weights = [...box.querySelectorAll(".nn-net text.nn-halo")].map((text, i) =>
        within(on(outs[i], outs[i].getTotalLength(), (at) => outs[i].getPointAtLength(at)), text));
    return [within(line, marks[won]), ...weights];
})"""
QUERIES = [[2, 2], [0.2, 0.3], [3, 1], [1, 3], [5, 4.5], [2.2, 5.8], [2, 4], [3.4, 2]]


@pytest.mark.parametrize("width", [390, 1000])
def test_no_number_is_struck_through_by_its_own_line(width: int, show: SHOW) -> None:
    page = show(*(NetworkDiagram(query=query) for query in QUERIES), width=width)
    painted(page)
    assert page.evaluate(CROSSED) == [[0] * 4] * len(QUERIES)


# The same in NumPy.

LINES = "({ cellOf }, states) => states.map(cellOf)"


def test_the_copied_cell_makes_the_state_again(blank: Page) -> None:
    states = random_states(200)
    source = NetworkDiagram._esm.replace("const cellOf", "export const cellOf")
    found = answer(blank, source, LINES, states)
    computed = answer(blank, NetworkDiagram._esm, COMPUTE, states)
    voted = 0
    for state, cell, page in zip(states, found, computed, strict=True):
        made: dict[str, Any] = {"print": lambda *_: None}
        exec(cell, made)
        for name, given in (("W", "W"), ("b", "b"), ("x", "query")):
            assert made[name].tolist() == state[given]
        sizes = np.abs(made["W"]) @ np.abs(made["x"]) + np.abs(made["b"]) + made["x"] @ made["x"]
        scores = np.array([double(digits) for digits in page["scores"]])
        assert (abs(made["s"] - scores) <= 1e-13 * sizes).all()
        if (scores == np.sort(scores)[-1]).sum() == 1 and np.ptp(sizes) < 1e6 and state["k"] == 1:
            clear = np.sort(scores)[-1] - np.sort(scores)[-2:][0] > 1e-9 * sizes.max()
            assert not clear or state["temperature"] or made["w"].argmax() == page["order"][0]
        if state["k"] > 1 and not state["temperature"]:
            # Where rounding has not changed the order, so are the neighbors and their vote.
            if made["near"].tolist() == page["order"][: state["k"]]:
                assert made["label"] == state["class_names"][page["label"]]
                voted += 1
            else:
                assert (made["s"] != scores).any()
        outputs = [double(digits) for digits in page["outputs"]]
        if np.sort(outputs)[-2:][0] < np.max(outputs) - 1e-6 and state["temperature"]:
            assert made["label"] == state["class_names"][page["label"]]
    assert voted >= 50


def test_the_line_that_makes_a_number_lights_up_beside_it(show: SHOW) -> None:
    page = show(NetworkDiagram(), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="NumPy").click()
    code = page.locator(".nn-numpy code")
    expect(code).to_contain_text("W = np.array([[2, 2],")
    lit = page.locator(".nn-numpy .nn-lit")
    lines = unit(page, 1).locator(".nn-line")
    for place, text in (
        (lines.nth(0), "dots = W @ x"),
        (lines.nth(1), "b = np.array([-2, -20, -29]"),
    ):
        place.click()
        expect(lit).to_contain_text(text)
    unit(page, 0).focus()
    expect(lit).to_contain_text("s = dots + b")
    page.get_by_role("spinbutton").first.focus()
    expect(lit).to_contain_text("x = np.array([2, 2], float)")
    page.locator(".nn-output").first.hover()
    expect(lit).to_contain_text(["p = w @ np.eye(2)[[0, 1, 1]]", 'label = ["A", "B"][p.argmax()]'])
    # What one sees follows every change, and the copy is a cell that runs.
    hand(page).press("ArrowRight")
    expect(code).to_contain_text("x = np.array([2.5, 2], float)")
    page.get_by_role("button", name="Copy as a cell").click()
    expect(page.locator(".nn-numpy").get_by_role("status")).not_to_be_empty()


def test_a_large_network_is_copied_whole_and_shown_short(show: SHOW) -> None:
    page = show(iris())
    page.get_by_role("button", name="NumPy").click()
    text = page.locator(".nn-numpy code").inner_text()
    assert "…" in text
    assert len(text) < 900
    assert "w = np.exp((s - s.max()) / 1)" in text


# The arithmetic.

COMPUTE = """({ compute }, states) => states.map((state) => {
  const { dots, scores, bounds, order, weights, outputs, label } = compute(state);
  return { dots: hex(dots), scores: hex(scores), bounds: hex(bounds), order, label,
    weights: hex(weights), outputs: hex(outputs) };
})"""
CELLS = "({ regions }, states) => states.map((args) => hex(regions(...args)))"


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states of many sizes and scales, one in four on integers, where ties are common."""
    rng = np.random.default_rng(1967)
    states = []
    for i in range(count):
        n, d, classes = int(rng.integers(1, 40)), int(rng.integers(1, 9)), int(rng.integers(1, 8))
        if i % 4 == 0:
            data = rng.integers(-2, 3, (n + 1, d)).astype(float)
        else:
            data = rng.normal(size=(n + 1, d)) * 10.0 ** rng.uniform(-3, 3) + rng.normal()
        T, labels = data[1:], rng.integers(0, classes, n)
        states.append(
            {
                "W": (2 * T).tolist(),
                # Now and then a net that is no nearest neighbor's: other biases.
                "b": (rng.normal(size=n) if i % 7 == 0 else -(T**2).sum(axis=1)).tolist(),
                "labels": labels.tolist(),
                "class_names": list("ABCDEFG"[:classes]),
                "query": data[0].tolist(),
                "temperature": float(10 ** rng.uniform(-3, 3)) if i % 3 == 0 else 0.0,
                "norm": bool(i % 5 == 0),
                "k": int(rng.integers(2, 16)) if i % 8 < 4 else 1,
            }
        )
    return states


def test_the_page_computes_what_python_computes(blank: Page) -> None:
    states = random_states(300)
    hard = soft = 0
    for state, result in zip(
        states, answer(blank, NetworkDiagram._esm, COMPUTE, states), strict=True
    ):
        args = (state["W"], state["b"], state["labels"], state["query"], len(state["class_names"]))
        tau = state["temperature"]
        expected = network.read(*args, temperature=tau, norm=state["norm"], k=state["k"])
        for name in ("dots", "scores", "bounds"):
            assert result[name] == bits(getattr(expected, name)), name
        assert result["order"] == expected.order
        if tau:
            slack = (2 * len(state["b"]) + 8) * 2.0**-52
            for name in ("weights", "outputs"):
                for one, two in zip(result[name], getattr(expected, name), strict=True):
                    assert abs(double(one) - two) <= slack * two + 2.0**-1022
            soft += 1
        else:
            assert result["weights"] == bits(expected.weights)
            assert result["outputs"] == bits(expected.outputs)
            assert result["label"] == expected.label
            hard += 1
    assert hard >= 200
    assert soft >= 80


LABELS = "({ compute }, states) => states.map((s) => [compute(s).near, compute(s).label])"


def test_the_vote_is_the_librarys(blank: Page) -> None:
    """On whole numbers, where nothing rounds and ties are common: the same rows, the same label."""
    rng, states = np.random.default_rng(1951), []
    for _ in range(250):
        n, d, classes = int(rng.integers(1, 30)), int(rng.integers(1, 5)), int(rng.integers(1, 5))
        T, x = rng.integers(-2, 3, (n, d)), rng.integers(-2, 3, d)
        net = ThreeLayerNet.from_data(T, np.array(list("ABCD"))[rng.integers(0, classes, n)])
        states.append({**network.arrays_of(net, x.tolist()), "k": int(rng.integers(2, 16))})
    tied = 0
    for state, (near, label) in zip(
        states, answer(blank, NetworkDiagram._esm, LABELS, states), strict=True
    ):
        T, x, k = np.array(state["W"]) / 2, state["query"], min(state["k"], len(state["W"]))
        assert near == k_nearest(T, [x], k)[0].tolist()
        names = np.array(state["class_names"])[state["labels"]]
        model = NearestNeighborClassifier(n_neighbors=k).fit(T, names)
        assert state["class_names"][label] == model.predict([x])[0]
        votes = np.bincount(np.array(state["labels"])[near])
        tied += int((votes == votes.max()).sum() > 1)
    assert tied >= 30


def test_the_map_is_cut_as_python_cuts_it(blank: Page) -> None:
    rng = np.random.default_rng(11)
    states = []
    for i in range(200):
        n = int(rng.integers(1, 9))
        T = rng.integers(-3, 4, (n, 2)).astype(float) if i % 2 else rng.normal(size=(n, 2)) * 3
        states.append([(2 * T).tolist(), (-(T**2).sum(axis=1)).tolist(), [-5.0, 5.0, -4.0, 4.0]])
    found = answer(blank, NetworkDiagram._esm, CELLS, states)
    assert found == [bits(network.cells(*args)) for args in states]
    assert sum(corners == [] for cells in found for corners in cells) > 20


# What is drawn. A model is given states one after the other, and the page is read after each.
DRAW = """async ([source, state, states]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const heard = [];
  const model = {
    get: (name) => state[name],
    set() {},
    on: (event, one) => heard.push(one),
    off() {},
    save_changes() {},
  };
  const el = document.createElement("div");
  el.style.width = "700px";
  document.body.append(el);
  const end = render({ model, el });
  const frames = () => new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)));
  const all = (selector, seen) => [...el.querySelectorAll(selector)].map(seen);
  const text = (e) => e.textContent;
  const texts = (selector) => all(selector, text);
  const found = [];
  for (const next of states) {
    Object.assign(state, next);
    heard.forEach((one) => one());
    await frames();
    found.push({
      units: all(".nn-unit", (e) => [...e.children].map((line) => text(line.lastChild))),
      table: all("tbody tr", (e) => [...e.children].map(text)),
      outputs: texts(".nn-output .nn-number"),
      lit: texts(".nn-output.nn-lit .nn-name"),
      won: all(".nn-unit.nn-lit", (e) => Number(e.dataset.i)),
      first: texts("tr.nn-first th"),
    });
  }
  end();
  el.remove();
  return found;
}"""


def test_what_is_drawn_are_the_numbers_of_the_real_network(blank: Page) -> None:
    rng = np.random.default_rng(3)
    widget = NetworkDiagram()
    nets, queries, states = [], [], []
    for _ in range(200):
        T = rng.integers(-4, 5, (3, 2))
        net = ThreeLayerNet.from_data(T, np.array(["A", "B", "B"]))
        nets.append(net)
        queries.append(rng.integers(-4, 5, 2))
        arrays = {"W": net.W1.tolist(), "b": net.b1.tolist(), "query": queries[-1].tolist()}
        states.append(arrays)
    found = blank.evaluate(DRAW, [NetworkDiagram._esm, widget.get_state(), states])
    ties = 0
    for net, x, page in zip(nets, queries, found, strict=True):
        (scores,) = net.scores([x]).tolist()
        winner = int(np.argmax(scores))
        ties += scores.count(max(scores)) > 1
        dots = (net.W1 @ x).tolist()
        drawn_units = [[number(text) for text in row] for row in page["units"]]
        assert drawn_units == [list(row) for row in zip(dots, net.b1, scores, strict=True)]
        for i, row in enumerate(page["table"]):
            t, w = (re.findall(r"−?\d+", text) for text in row[1:3])
            assert [number(v) for v in w] == net.W1[i].tolist()
            assert [2 * number(v) for v in t] == net.W1[i].tolist()
            assert [number(row[3]), number(row[4])] == [net.b1[i], scores[i]]
        assert [number(v) for v in page["outputs"]] == net.forward([x])[0].tolist()
        assert page["lit"] == [net.predict([x])[0]]
        assert page["won"] == [winner] == [int(v) for v in page["first"]]
    assert ties >= 5


# The reader's hand.


def place(page: Page, node: Locator) -> tuple[float, float]:
    box = node.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def shown(page: Page) -> dict[str, Any]:
    """Return what picture, diagram and table say of the templates, the query and the scores."""
    painted(page)
    return page.evaluate(
        """() => {
            const number = (text) => Number(text.replaceAll("−", "-"));
            const numbers = (text) => text.match(/[-−]?[\\d.]+/g).map(number);
            const frame = document.querySelector(".nn-frame").getBoundingClientRect();
            const middle = (node) => {
              const box = node.getBoundingClientRect();
              return [(box.x + box.width / 2 - frame.x - 0.5) / (frame.width - 1) * 6,
                6 - (box.y + box.height / 2 - frame.y - 0.5) / (frame.height - 1) * 6];
            };
            const rows = [...document.querySelectorAll("tbody tr")];
            return {
              handles: Object.fromEntries([...document.querySelectorAll(".nn-handle")]
                .map((node) => [node.dataset.i, middle(node)])),
              units: [...document.querySelectorAll(".nn-unit")].map((node) =>
                [...node.children].map((line) => number(line.lastChild.textContent))),
              x: [...document.querySelectorAll(".nn-scrub")].map((field) => field.valueAsNumber),
              t: rows.map((row) => numbers(row.children[1].textContent)),
              W: rows.map((row) => numbers(row.children[2].textContent)),
              b: rows.map((row) => number(row.children[3].textContent)),
              s: rows.map((row) => number(row.children[4].textContent)),
              won: document.querySelector(".nn-unit.nn-lit").dataset.i,
              region: [...document.querySelectorAll(".nn-region")]
                .findIndex((node) => node.matches(".nn-won")),
              first: document.querySelector("tr.nn-first th").textContent,
              sum: document.querySelector(".nn-sum").textContent,
            };
        }"""
    )


def assert_agree(page: Page) -> dict[str, Any]:
    """Assert that the three tell one story, and that it is the network's."""
    now = shown(page)
    T, x = np.array(now["t"]), np.array(now["x"])
    net = ThreeLayerNet.from_data(T, ["A", "B", "B"])
    (scores,) = net.scores([x])
    assert np.allclose(now["handles"]["-1"], x, atol=0.02)
    for i in range(3):
        assert np.allclose(now["handles"][str(i)], T[i], atol=0.02)
    assert now["W"] == net.W1.tolist()
    rounded = {"rtol": 6e-4, "atol": 1e-9}  # four digits are shown
    assert np.allclose(now["b"], net.b1, **rounded)
    assert np.allclose(now["s"], scores, **rounded)
    expected = np.column_stack([net.W1 @ x, net.b1, scores])
    assert np.allclose(now["units"], expected, **rounded)
    winner = int(nearest(T, [x])[0])
    assert [int(now["won"]), now["region"], int(now["first"])] == [winner] * 3
    assert now["sum"].startswith(f"s{'₀₁₂'[winner]} = ")
    return now


def test_picture_diagram_and_table_agree_after_any_drag(show: SHOW) -> None:
    page = show(NetworkDiagram())
    begin = assert_agree(page)
    frame = page.locator(".nn-frame").bounding_box()
    assert frame is not None

    def at(x: float, y: float) -> tuple[float, float]:
        wide, tall = frame["width"], frame["height"]
        return frame["x"] + x / 6 * wide, frame["y"] + (6 - y) / 6 * tall

    rng = np.random.default_rng(8)
    names = ["Query", "Template 0", "Template 1", "Template 2"]
    for turn in range(12):
        name = names[turn % 4]
        drag(page, place(page, hand(page, name)), at(*rng.uniform(0.3, 5.7, 2)))
        now = assert_agree(page)
        expect(said(page)).to_contain_text(f"unit {now['won']} wins")
    assert now["W"] != begin["W"]
    # In the middle of a drag, too: what one sees follows the hand.
    page.mouse.move(*place(page, hand(page)))
    page.mouse.down()
    for x, y in [(1.0, 5.0), (5.0, 5.0), (5.0, 0.5)]:
        page.mouse.move(*at(x, y), steps=3)
        now = assert_agree(page)
        assert np.allclose(now["x"], [x, y], atol=0.06)
    page.mouse.up()
    # A click anywhere on the map calls the query.
    page.mouse.click(*at(0.5, 3.0))
    assert np.allclose(assert_agree(page)["x"], [0.5, 3.0], atol=0.06)
    page.get_by_role("button", name="Reset").click()
    assert assert_agree(page) == begin


def test_numbers_of_the_query_are_typed_stepped_and_dragged(show: SHOW) -> None:
    page = show(NetworkDiagram())
    first, second = (page.get_by_role("spinbutton", name=f"x{j}") for j in "₁₂")
    first.fill("3.25")
    first.press("Enter")
    expect(said(page)).to_contain_text("Query (3.25, 2): unit 1 wins with score 14")
    first.press("ArrowUp")
    expect(first).to_have_value("3.4")  # a whole number of steps
    first.press("Shift+ArrowDown")
    expect(first).to_have_value("2.4")
    x, y = place(page, second)
    drag(page, (x, y), (x + 80, y))
    expect(second).to_have_value("4")
    expect(said(page)).to_contain_text("Query (2.4, 4): unit 2 wins")
    page.mouse.move(0, 0)  # from over a unit, which it would explain
    second.fill("")
    second.press("Enter")
    expect(second).to_have_value("4")
    assert_agree(page)


def test_a_unit_under_the_eye_shows_its_sum_term_by_term(show: SHOW) -> None:
    page = show(NetworkDiagram())
    sums = page.locator(".nn-sum")
    expect(sums.first).to_have_text("s₀ = w₀·x + b₀ = 2 · 2 + 2 · 2 − 2 = 6")
    unit(page, 0).focus()
    page.keyboard.press("ArrowDown")
    expect(sums.first).to_have_text("s₁ = w₁·x + b₁ = 8 · 2 + 4 · 2 − 20 = 4")
    expect(unit(page, 1)).to_be_focused()
    name = "Unit 1: s₁ = w₁·x + b₁ = 8 · 2 + 4 · 2 − 20 = 4"
    expect(unit(page, 1)).to_have_attribute("aria-label", name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(sums.first).to_have_text("s₂ = w₂·x + b₂ = 4 · 2 + 10 · 2 − 29 = −1")
    expect(sums.nth(1)).to_contain_text("twice the template (2, 5)")
    expect(sums.nth(1)).to_contain_text("‖x‖² − s₂ = 8 − (−1) = 9")
    page.keyboard.press("Tab")
    expect(sums.first).to_contain_text("s₀")
    unit(page, 1).hover()
    expect(sums.first).to_contain_text("s₁ = w₁·x")


def test_the_dropped_norm_is_crossed_out_and_comes_back(show: SHOW) -> None:
    page = show(NetworkDiagram(controls=["norm"]))
    dropped = unit(page, 1).locator(".nn-line").nth(2)
    assert dropped.evaluate("(e) => getComputedStyle(e).textDecorationLine") == "line-through"
    expect(dropped).to_have_text("‖x‖²−8")
    page.get_by_role("checkbox", name="Put −‖x‖² back").check()
    expect(dropped).not_to_have_class(re.compile("nn-dropped"))
    expect(unit(page, 1).locator(".nn-line").last).to_have_text("s₁−4")
    expect(page.locator(".nn-sum").first).to_have_text(
        "s₀ = w₀·x + b₀ − ‖x‖² = 2 · 2 + 2 · 2 − 2 − 8 = −2"
    )
    expect(page.locator(".nn-sum").nth(1)).to_contain_text("−s₀ = 2")
    expect(said(page)).to_contain_text("unit 0 wins with score −2; next is unit 1 with −4")


def test_the_published_mistake_is_mended_by_a_lower_temperature(show: SHOW) -> None:
    page = show(iris())
    expect(said(page)).to_contain_text("label versicolor, although the nearest is virginica")
    expect(page.locator(".nn-unit")).to_have_count(5)
    expect(page.get_by_text("All 149 units")).to_be_visible()
    slider = page.get_by_role("slider")
    for _ in range(3):
        slider.press("ArrowLeft")
    expect(said(page)).to_contain_text("label virginica.")
    slider.press("Home")
    expect(said(page)).to_contain_text("Label virginica.")
    expect(page.locator(".nn-output.nn-lit .nn-name")).to_have_text("virginica")


def test_ties_and_near_ties_are_named(show: SHOW) -> None:
    net = ThreeLayerNet.from_data([[1, 1], [3, 1], [1, 1]], ["A", "B", "B"])
    page = show(
        NetworkDiagram(net, [2, 7]),
        NetworkDiagram(net, [2 + 2.0**-50, 7]),
        NetworkDiagram(ThreeLayerNet.from_data([[1, 1]], ["A"]), [2, 2]),
    )
    lines = page.locator(".nn-said")
    expect(lines.nth(0)).to_contain_text("unit 0 wins with score 16; unit 1 ties, and the first")
    expect(lines.nth(1)).to_contain_text("unit 0 is closer than rounding could tell apart")
    expect(lines.nth(2)).to_have_text("Query (2, 2): unit 0 wins with score 6. Label A.")


def test_neighbors_vote_and_a_tied_vote_goes_to_the_nearest(show: SHOW) -> None:
    net = ThreeLayerNet.from_data([[1], [3], [-4], [5], [-6]], list("ABBAC"))
    page = show(NetworkDiagram(net, [0], controls=["k"]))
    slider = page.get_by_role("slider", name="Neighbors that vote")
    expect(said(page)).to_have_text(
        "Query (0): unit 0 wins with score −1; next is unit 1 with −9. Label A."
    )
    lit = page.locator(".nn-unit.nn-lit")
    for units, words in (
        ("0, 1", "Votes: A 1, B 1, C 0: a tied vote, which goes to the tied class whose member"),
        ("0, 1, 2", "Votes: A 1, B 2, C 0. Label B, although the nearest is A."),
        ("0, 1, 2, 3", "Votes: A 2, B 2, C 0: a tied vote"),
        ("0, 1, 2, 3, 4", "Votes: A 2, B 2, C 1: a tied vote"),
    ):
        slider.press("ArrowRight")
        expect(said(page)).to_contain_text(f"largest scores are units {units}. ")
        expect(said(page)).to_contain_text(words)
        expect(lit).to_have_count(len(units.split(", ")))
    shares = page.locator(".nn-output .nn-number")
    expect(shares).to_have_text(["0.4", "0.4", "0.2"])
    expect(page.locator(".nn-output.nn-lit .nn-name")).to_have_text("A")
    slider.press("End")  # of all, if there are fewer
    expect(said(page)).to_contain_text("the 5 largest scores")
    page.get_by_role("button", name="NumPy").click()
    line = 'near = np.argsort(-s, kind="stable")[:15]'
    expect(page.locator(".nn-numpy code")).to_contain_text(line)
    # The last seat is tied: the earlier of two equal units has it.
    net = ThreeLayerNet.from_data([[1], [3], [-3]], list("AAB"))
    page = show(NetworkDiagram(net, [0], controls=["k"], k=2))
    expect(said(page)).to_contain_text("units 0, 1; unit 2 ties with the last of them")


def test_whole_numbers_stand_in_full_and_add_up(show: SHOW) -> None:
    net = ThreeLayerNet.from_data([[62, 28, 48, 18], [1, 1, 1, 1]], ["A", "B"])
    page = show(NetworkDiagram(net, [63, 28, 51, 15]))
    expect(page.locator(".nn-unit").first.locator(".nn-line span:last-child")).to_have_text(
        ["14816", "−7256", "7560"]
    )
    expect(said(page)).to_contain_text("unit 0 wins with score 7560;")
    expect(page.locator("p.nn-number.nn-sum")).to_contain_text("− 7256 = 7560")


def test_at_a_temperature_the_number_of_neighbors_is_idle(show: SHOW) -> None:
    page = show(NetworkDiagram(query=[2, 2], k=2, controls=["k", "temperature"]))
    votes = page.get_by_role("slider", name="Neighbors that vote")
    expect(votes).to_be_enabled()
    page.get_by_role("slider", name="Temperature").press("End")
    expect(votes).to_be_disabled()


# Size.


@pytest.mark.parametrize(("width", "most"), [(760, 700), (390, 844)])
def test_it_fits_one_screen(width: int, most: int, show: SHOW) -> None:
    page = show(
        NetworkDiagram(),
        NetworkDiagram(controls=["norm"], name="two"),
        iris(name="three"),
        width=width,
    )
    heights = page.locator(".nn-network").evaluate_all("all => all.map((e) => e.offsetHeight)")
    assert max(heights) <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_finger_taps_the_query_to_a_place(show: SHOW) -> None:
    page = show(NetworkDiagram(), width=390, has_touch=True)
    frame = page.locator(".nn-frame").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] * 0.9, frame["y"] + frame["height"] * 0.9
    page.touchscreen.tap(x, y)
    expect(said(page)).to_contain_text("unit 1 wins")
