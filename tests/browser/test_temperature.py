"""The temperature explorer as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from doubles import answer, bits, double
from playwright.sync_api import Locator, Page, expect
from visits import heard, painted, said

from nnlib import ThreeLayerNet, nearest
from nnlib.widgets import TemperatureExplorer
from nnlib.widgets.readout import readout
from nnlib.widgets.temperature import case, iris

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
U = 2.0**-53


def slider(page: Page | Locator) -> Locator:
    return page.get_by_role("slider", name="Temperature").first


def cells(page: Page, row: int) -> list[str]:
    painted(page)
    return page.locator("tbody tr").nth(row).locator("td").all_text_contents()


# The arithmetic.

COMPUTE = """({ compute }, states) => states.map((state) => {
  const { scores, weights, probabilities, entropy, effective, order, winners } = compute(state);
  return { scores: hex(scores), weights: hex(weights), order, winners,
    probabilities: hex(probabilities), entropy: hex(entropy), effective: hex(effective) };
})"""
CASES = """({ caseOf }, presets, dataset, names) => names.map((name) => {
  const found = caseOf(name, presets, dataset);
  return found && [found.templates, found.labels, found.class_names, found.query];
})"""


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states of many sizes and scales, one in four on integers, where ties are common."""
    rng = np.random.default_rng(20200613)
    states = []
    for i in range(count):
        n, d, classes = int(rng.integers(1, 160)), int(rng.integers(1, 9)), int(rng.integers(1, 8))
        if i % 4 == 0:
            data = rng.integers(-2, 3, (n + 1, d)).astype(float)
        else:
            data = rng.normal(size=(n + 1, d)) * 10.0 ** rng.uniform(-2, 2) + rng.normal()
        states.append(
            {
                "templates": data[1:].tolist(),
                "labels": rng.integers(0, classes, n).tolist(),
                "query": data[0].tolist(),
                "temperature": float(10 ** rng.uniform(-3, 3)),
                "softmax": "naive" if i % 5 == 0 else "stable",
                "classes": classes,
            }
        )
    return states


def close(a: float, b: float, n: int, atol: float = 0.0) -> bool:
    """Tell whether a page's number is within the stated bound of Python's; NaN only at NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    # Below the smallest normal double there is no relative accuracy left to compare.
    return abs(a - b) <= (2 * n + 8) * 2 * U * max(abs(a), abs(b)) + atol + 2.0**-1022


def test_the_page_computes_what_python_computes(blank: Page) -> None:
    states = random_states(300)
    results = answer(blank, TemperatureExplorer._esm, COMPUTE, states)
    decided = undecided = broken = 0
    for state, result in zip(states, results, strict=True):
        n = len(state["labels"])
        form = state["softmax"]
        args = (state["templates"], state["labels"], state["query"], state["temperature"])
        expected = readout(*args, state["classes"], form)
        assert result["scores"] == bits(expected.scores)
        assert result["order"][0] == expected.nearest
        assert result["order"] == sorted(range(n), key=lambda i: (-expected.scores[i], i))
        for name in ("weights", "probabilities"):
            pairs = zip(result[name], getattr(expected, name), strict=True)
            assert all(close(double(a), b, n) for a, b in pairs)
        # −Σ w ln w: what is relative in w is absolute in ln w, and H may be near 0.
        slack = (2 * n + 8) * 2 * U * (1 + math.log(n))
        assert close(double(result["entropy"]), expected.entropy, n, slack)
        assert close(double(result["effective"]), expected.effective, n, slack * 2 * n)
        if any(math.isnan(p) for p in expected.probabilities):
            assert result["winners"] == expected.winners == []
            broken += 1
            continue
        top, *rest = sorted(expected.probabilities, reverse=True)
        if not rest or top - rest[0] > (4 * n + 16) * 2 * U * top:
            assert result["winners"] == expected.winners
            decided += 1
        else:
            undecided += 1
    assert decided >= 200
    assert broken >= 5
    assert decided + undecided + broken == 300


def test_the_page_decides_as_nnlib_does(blank: Page) -> None:
    states = [{**s, "softmax": "stable"} for s in random_states(240)]
    results = answer(blank, TemperatureExplorer._esm, COMPUTE, states)
    same_nearest = same_class = 0
    for state, result in zip(states, results, strict=True):
        T, x = np.array(state["templates"]), np.array([state["query"]])
        n, d = T.shape
        size = float(((np.abs(T) + np.abs(x)) ** 2).sum(axis=1).max())
        scores = sorted((double(s) for s in result["scores"]), reverse=True)
        integers = bool((np.round(T) == T).all())
        if integers or n == 1 or scores[0] - scores[1] > 4 * (d + 2) * U * size:
            assert result["order"][0] == nearest(T, x)[0]
            same_nearest += 1
        net = ThreeLayerNet.from_data(T, np.array(state["labels"]), state["temperature"])
        expected = net.forward(x)[0]
        # An error δ in a score is a factor exp(±2δ/τ) in its share.
        error = 4 * (d + 2) * U * size / state["temperature"] + (4 * n + 16) * U
        classes = sorted(set(state["labels"]))
        got = [double(result["probabilities"][c]) for c in classes]
        if error < 1e-3:
            np.testing.assert_allclose(got, expected, rtol=4 * error, atol=1e-300)
        top = sorted(expected, reverse=True)
        if error < 1e-3 and (len(top) == 1 or top[0] - top[1] > 8 * error):
            assert result["winners"] == [classes[int(np.argmax(expected))]]
            same_class += 1
    assert same_nearest >= 200
    assert same_class >= 150


def test_the_page_prepares_every_case_as_python_does(blank: Page) -> None:
    presets = TemperatureExplorer().presets
    names = [entry["name"] for entry in presets] + [f"iris-{i}" for i in range(150)]
    given = [*names, "iris-150", "iris-01", "x"]
    found = answer(blank, TemperatureExplorer._esm, CASES, presets, iris(), given)
    for name, data in zip(names, found, strict=False):
        expected = case(name)
        assert expected is not None
        assert data == list(expected), name
    assert found[len(names) :] == [None, None, None]


# The reader's hand.


def test_the_published_case_and_the_turn_of_the_knob(show: SHOW) -> None:
    page = show(TemperatureExplorer.published_case())
    expect(said(page)).to_contain_text("the softmax net says versicolor with probability 0.5038")
    expect(said(page)).to_contain_text("The nearest neighbor says virginica: they differ.")
    expect(heard(page)).to_have_attribute("aria-live", "polite")
    slider(page).focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("τ = 0.912, λ = 1.096: the softmax net says versicolor")
    page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("τ = 0.871, λ = 1.148: the softmax net says virginica")
    expect(said(page)).to_contain_text("the same")
    page.keyboard.press("Home")
    expect(said(page)).to_contain_text("τ = 0.001, λ = 1000")
    page.keyboard.press("End")
    expect(said(page)).to_contain_text("τ = 1000, λ = 0.001")
    expect(page.locator(".nn-class").nth(1)).to_contain_text("softmax")
    expect(page.locator(".nn-class").nth(2)).to_contain_text("1NN")


def test_every_case_can_be_chosen(show: SHOW) -> None:
    page = show(TemperatureExplorer())
    choice = page.get_by_role("combobox", name="Case")
    row = page.get_by_role("spinbutton", name="Iris row")
    choice.select_option("paper")
    expect(said(page)).to_contain_text("says A with probability 0.8801")
    expect(row).to_have_value("")
    choice.select_option("tie")
    expect(said(page)).to_contain_text("says B with probability 0.5017")
    slider(page).focus()
    page.keyboard.press("Home")
    expect(said(page)).to_contain_text("an exact tie between A and B, 0.5 each")
    expect(said(page)).to_contain_text("1NN takes the earliest of its nearest rows and says A.")
    choice.select_option("iris")
    expect(row).to_have_value("0")
    expect(said(page)).to_contain_text("the softmax net says setosa")
    row.fill("70")
    row.press("Enter")
    expect(page.get_by_text("The query’s true class: versicolor.")).to_be_visible()
    row.fill("9999")
    row.press("Enter")
    expect(row).to_have_value("149")
    expect(choice).to_have_value("iris")
    choice.select_option("border")
    expect(row).to_have_value("70")


def test_the_naive_softmax_breaks_down_in_sight(show: SHOW) -> None:
    page = show(TemperatureExplorer(preset="raw", temperature=0.05))
    expect(said(page)).to_contain_text("says virginica")
    assert cells(page, 0)[1:] == ["Infinity", "Infinity", "NaN"]
    assert cells(page, 2)[:2] == ["0", "1"]
    page.get_by_role("combobox", name="Softmax").select_option("naive")
    expect(said(page)).to_contain_text("weights are NaN")
    expect(said(page)).to_contain_text("np.argmax would return the first NaN, setosa")
    expect(page.get_by_text("NaN: no bar to draw")).to_be_visible()
    page.get_by_role("combobox", name="Case").select_option("paper")
    expect(said(page)).to_contain_text("says A")
    slider(page).focus()
    page.keyboard.press("Home")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("−2000")
    assert cells(page, 1) == ["−2000", "0", "0", "NaN"]


def test_each_neighbor_can_be_read_by_keyboard_and_pointer(show: SHOW) -> None:
    page = show(TemperatureExplorer(preset="paper"))
    rank = page.get_by_role("slider", name="Look at neighbor")
    expect(page.get_by_text("1 of 3: template 0, A, ‖x − t‖² = 2, s = 6")).to_be_visible()
    rank.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 of 3: template 1, B, ‖x − t‖² = 4, s = 4")).to_be_visible()
    bars = page.locator(".nn-folded svg[aria-hidden]").last
    box = bars.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 38 + 2.5 * 44, box["y"] + 60)
    expect(page.get_by_text("3 of 3: template 2, B, ‖x − t‖² = 9, s = −1")).to_be_visible()


def test_reset_returns_to_the_beginning(show: SHOW) -> None:
    page = show(
        TemperatureExplorer(preset="border", temperature=0.3),
        TemperatureExplorer([[0.0], [1.0]], [0, 1], [0.25], ["near", "far"]),
    )
    for place, beginning in enumerate(["τ = 0.3, λ = 3.333", "says near with probability 0.6225"]):
        widget = page.locator(".nn-temperature").nth(place)
        expect(said(widget)).to_contain_text(beginning)
        widget.get_by_role("combobox", name="Case").select_option("tie")
        widget.get_by_role("combobox", name="Softmax").select_option("naive")
        slider(widget).press("End")
        expect(said(widget)).to_contain_text("τ = 1000")
        widget.get_by_role("button", name="Reset").click()
        expect(said(widget)).to_contain_text(beginning)
        expect(widget.get_by_role("combobox", name="Softmax")).to_have_value("stable")
