"""The temperature explorer as a reader meets it: a page from disk, no kernel."""

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

from nnlib import ThreeLayerNet, nearest
from nnlib.widgets import TemperatureExplorer
from nnlib.widgets.readout import readout
from nnlib.widgets.temperature import case, iris

# Patience for a machine that is busy; a page that answers at once is waited for no longer.
expect.set_options(timeout=30_000)
OPEN = Callable[..., Page]
U = 2.0**-53


@pytest.fixture
def show(tmp_path: Path, open_page: OPEN) -> Callable[..., Page]:
    """Open a page with the given widgets and wait until they run."""

    def show_widgets(
        *widgets: Widget, theme: str = "light", address: str = "", width: int = 820
    ) -> Page:
        path = tmp_path / "page.html"
        path.write_text(document(list(widgets), theme), encoding="utf-8")
        page = open_page(path.as_uri() + address, viewport={"width": width, "height": 2400})
        expect(page.locator(".widget-place[data-widget=running]")).to_have_count(len(widgets))
        # Drawings take the width they are given one frame after they learn it.
        page.evaluate("() => new Promise((d) => requestAnimationFrame(() => setTimeout(d, 50)))")
        return page

    return show_widgets


def said(page: Page | Locator) -> Locator:
    return page.locator(".nn-said").first


def slider(page: Page | Locator) -> Locator:
    return page.get_by_role("slider", name="Temperature").first


def cells(page: Page, row: int) -> list[str]:
    return page.locator("tbody tr").nth(row).locator("td").all_text_contents()


# The arithmetic. Doubles travel as hexadecimal, so that no bit and no NaN is lost on the way.

COMPUTE = """async ([source, states]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { compute } = await import(url);
  const hex = (value) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  };
  return JSON.stringify(JSON.parse(states).map((state) => {
    const { scores, weights, probabilities, entropy, effective, order, winners } = compute(state);
    return { scores: scores.map(hex), weights: weights.map(hex), order, winners,
      probabilities: probabilities.map(hex), entropy: hex(entropy), effective: hex(effective) };
  }));
}"""
CASES = """async ([source, given]) => {
  const [presets, dataset, names] = JSON.parse(given);
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { caseOf } = await import(url);
  return JSON.stringify(names.map((name) => {
    const found = caseOf(name, presets, dataset);
    return found && [found.templates, found.labels, found.class_names, found.query];
  }));
}"""


def double(digits: str) -> float:
    value: float = struct.unpack(">d", bytes.fromhex(digits))[0]
    return value


def bits(value: float) -> str:
    return struct.pack(">d", value).hex()


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


def computed_by_page(open_page: OPEN, states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    page = open_page("about:blank")
    found = page.evaluate(COMPUTE, [TemperatureExplorer._esm, json.dumps(states)])
    results: list[dict[str, Any]] = json.loads(found)
    return results


def close(a: float, b: float, n: int, atol: float = 0.0) -> bool:
    """Tell whether a page's number is within the stated bound of Python's; NaN only at NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    # Below the smallest normal double there is no relative accuracy left to compare.
    return abs(a - b) <= (2 * n + 8) * 2 * U * max(abs(a), abs(b)) + atol + 2.0**-1022


def test_the_page_computes_what_python_computes(open_page: OPEN) -> None:
    states = random_states(300)
    results = computed_by_page(open_page, states)
    decided = undecided = broken = 0
    for state, result in zip(states, results, strict=True):
        n = len(state["labels"])
        form = state["softmax"]
        args = (state["templates"], state["labels"], state["query"], state["temperature"])
        expected = readout(*args, state["classes"], form)
        assert result["scores"] == [bits(s) for s in expected.scores]
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


def test_the_page_decides_as_nnlib_does(open_page: OPEN) -> None:
    states = [{**s, "softmax": "stable"} for s in random_states(240)]
    results = computed_by_page(open_page, states)
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


def test_the_page_prepares_every_case_as_python_does(open_page: OPEN) -> None:
    presets = TemperatureExplorer().presets
    names = [entry["name"] for entry in presets] + [f"iris-{i}" for i in range(150)]
    given = json.dumps([presets, iris(), [*names, "iris-150", "iris-01", "x"]])
    page = open_page("about:blank")
    found = json.loads(page.evaluate(CASES, [TemperatureExplorer._esm, given]))
    for name, data in zip(names, found, strict=False):
        expected = case(name)
        assert expected is not None
        assert data == list(expected), name
    assert found[len(names) :] == [None, None, None]


# The reader's hand.


def test_the_published_case_and_the_turn_of_the_knob(show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer.published_case())
    expect(said(page)).to_contain_text("the softmax net says versicolor with probability 0.5038")
    expect(said(page)).to_contain_text("The nearest neighbor says virginica: they differ.")
    expect(said(page)).to_have_attribute("aria-live", "polite")
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


def test_the_text_line_is_not_spammed_and_ends_on_the_last_state(
    show: Callable[..., Page],
) -> None:
    page = show(TemperatureExplorer())
    said(page).evaluate(
        """(node) => {
            window.heard = 0;
            new MutationObserver(() => window.heard++).observe(node, { childList: true });
        }"""
    )
    slider(page).focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("τ = 10, λ = 0.1")
    assert 1 <= page.evaluate("window.heard") <= 25


def test_every_case_can_be_chosen(show: Callable[..., Page]) -> None:
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


def test_the_naive_softmax_breaks_down_in_sight(show: Callable[..., Page]) -> None:
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


def test_each_neighbor_can_be_read_by_keyboard_and_pointer(show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer(preset="paper"))
    rank = page.get_by_role("slider", name="Look at neighbor")
    expect(page.get_by_text("1 of 3: template 0, A, ‖x − t‖² = 2, s = 6")).to_be_visible()
    rank.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 of 3: template 1, B, ‖x − t‖² = 4, s = 4")).to_be_visible()
    bars = page.locator(".nn-columns svg[aria-hidden]").last
    box = bars.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 38 + 2.5 * 44, box["y"] + 60)
    expect(page.get_by_text("3 of 3: template 2, B, ‖x − t‖² = 9, s = −1")).to_be_visible()


def test_reset_returns_to_the_beginning(show: Callable[..., Page]) -> None:
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


def test_a_link_restores_the_state(show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer(name="one"), TemperatureExplorer(name="two"))
    first, second = (page.locator(".nn-temperature").nth(i) for i in range(2))
    first.get_by_role("combobox", name="Case").select_option("tie")
    slider(first).press("ArrowLeft")
    expect(said(first)).to_contain_text("τ = 0.955")
    first.get_by_role("link", name="Link to this state").click()
    expect(first.get_by_role("status")).not_to_be_empty()
    slider(second).press("End")
    expect(said(second)).to_contain_text("τ = 1000")
    second.get_by_role("link", name="Link to this state").click()
    address = page.evaluate("location.hash")
    page.close()
    again = show(
        TemperatureExplorer(name="two"),
        TemperatureExplorer(name="one"),
        TemperatureExplorer(name="three"),
        address=address,
    )
    two, one, three = (again.locator(".nn-temperature").nth(i) for i in range(3))
    expect(said(one)).to_contain_text("τ = 0.955")
    expect(one.get_by_role("combobox", name="Case")).to_have_value("tie")
    expect(said(two)).to_contain_text("τ = 1000")
    expect(two.get_by_role("combobox", name="Case")).to_have_value("published")
    expect(said(three)).to_contain_text("τ = 1,")


@pytest.mark.parametrize(
    "address",
    [
        "#nn-temperature=",
        "#nn-temperature=7",
        "#nn-temperature=null",
        "#nn-temperature={",
        '#nn-temperature={"temperature":1e9,"preset":"nobody","softmax":"x"}',
        '#nn-temperature={"temperature":"0.5","preset":["tie"],"softmax":null}',
        '#nn-temperature={"preset":"iris-150"}',
        "#a-section-of-the-page",
    ],
)
def test_an_address_that_says_nothing_changes_nothing(
    address: str, show: Callable[..., Page]
) -> None:
    page = show(TemperatureExplorer(), address=address)
    expect(said(page)).to_contain_text("τ = 1, λ = 1: the softmax net says versicolor")
    expect(page.get_by_role("combobox", name="Case")).to_have_value("published")


def test_two_on_a_page_do_not_disturb_each_other(show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer(), TemperatureExplorer(preset="tie"))
    first, second = (page.locator(".nn-temperature").nth(i) for i in range(2))
    before = second.inner_text()
    slider(first).press("End")
    first.get_by_role("combobox", name="Case").select_option("raw")
    expect(said(first)).to_contain_text("τ = 1000")
    assert second.inner_text() == before


def test_two_can_be_linked_without_a_kernel(show: Callable[..., Page]) -> None:
    one, two = TemperatureExplorer(), TemperatureExplorer(preset="tie", name="two")
    links = [jslink((one, trait), (two, trait)) for trait in ("temperature", "preset")]
    page = show(one, two)
    assert len(links) == 2
    first, second = (page.locator(".nn-temperature").nth(i) for i in range(2))
    slider(first).press("End")
    expect(said(second)).to_contain_text("τ = 1000")
    first.get_by_role("combobox", name="Case").select_option("paper")
    expect(second.get_by_role("combobox", name="Case")).to_have_value("paper")
    expect(second.locator("tbody tr").nth(2)).to_contain_text(cells(page, 2)[3])
    slider(second).press("Home")
    expect(said(first)).to_contain_text("τ = 0.001")
    assert said(first).inner_text() == said(second).inner_text()


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
          const key = (event, heard) => [event, heard];
          const model = {
            get: (name) => state[name],
            set(name, value) {
              state[name] = value;
              for (const [event, heard] of [...listeners]) if (event === `change:${name}`) heard();
            },
            on: (event, heard) => listeners.add(key(event, heard)),
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
        [TemperatureExplorer._esm, TemperatureExplorer().get_state()],
    )
    assert count == [[True, True, 1], 0, [], 0]


def test_the_page_left_and_returned_to_still_works(show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer(), address='#nn-temperature={"temperature":10}')
    expect(said(page)).to_contain_text("τ = 10,")
    slider(page).press("Home")
    expect(said(page)).to_contain_text("τ = 0.001")
    # What a browser does to a page that it keeps while the reader looks at another one.
    page.evaluate(
        """() => {
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(page.locator(".nn-temperature")).to_have_count(1)
    expect(said(page)).to_contain_text("τ = 0.001")
    slider(page).press("End")
    expect(said(page)).to_contain_text("τ = 1000")


# Reading it.


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("softmax", ["stable", "naive"])
def test_axe_finds_nothing(theme: str, softmax: str, show: Callable[..., Page]) -> None:
    page = show(
        TemperatureExplorer(preset="raw", temperature=0.05, softmax=softmax),
        TemperatureExplorer(),
        theme=theme,
    )
    report = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
    assert report.response["violations"] == []


# axe looks at text only. Shapes that carry meaning need a contrast of 3:1 (WCAG 1.4.11).
CONTRAST = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (color) => parse(color)
    .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = light(getComputedStyle(document.querySelector(".nn-temperature")).backgroundColor);
  const of = (color) => {
    const [a, b] = [ground, light(color)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  return [...document.querySelectorAll(".nn-legend path")]
    .map((path) => of(getComputedStyle(path).stroke));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_class_colors_stand_out(theme: str, show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer(), theme=theme)
    ratios = page.evaluate(CONTRAST)
    assert len(ratios) == 3
    assert min(ratios) >= 3


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_overflows(width: int, show: Callable[..., Page]) -> None:
    names = ["a class with quite a long name", "b"]
    page = show(
        TemperatureExplorer(preset="raw", temperature=1e-3, softmax="naive"),
        TemperatureExplorer([[1e100], [2e100]], [0, 1], [1e100], names),
        width=width,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    spilled = page.evaluate(
        """() => [...document.querySelectorAll(".nn-temperature")].flatMap((box) => {
            const edge = box.getBoundingClientRect().right + 0.5;
            return [...box.querySelectorAll("*")]
              .filter((e) => e.tagName !== "OPTION" && e.getBoundingClientRect().right > edge)
              .map((e) => e.outerHTML.slice(0, 90));
        })"""
    )
    assert spilled == []


def test_the_slider_stands_under_its_line(show: Callable[..., Page]) -> None:
    page = show(TemperatureExplorer(temperature=1e-3))
    for key, temperature in [("Home", "τ = 0.001"), ("End", "τ = 1000")]:
        slider(page).press(key)
        expect(said(page)).to_contain_text(temperature)
        box = slider(page).bounding_box()
        line = page.locator(".nn-now").bounding_box()
        assert box is not None
        assert line is not None
        end = box["x"] + 8 if key == "Home" else box["x"] + box["width"] - 8
        assert abs(end - line["x"]) < 3
