"""The static widget host, on a small book of its own, opened from a file and from a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect
from sample_book import build, write_notebook
from visits import serving, settle

PAGES_LAST = True  # see open_page
OPEN = Callable[..., Page]

CLASSES = r'''
import anywidget
import ipywidgets
import traitlets


class Slider(anywidget.AnyWidget):
    """A number that the reader moves, and everything that the host told the module, in order."""

    _esm = """
    globalThis.imports = (globalThis.imports ?? 0) + 1;
    globalThis.told = [];
    export default () => {
      let initialized = 0; // shared by the views of one widget, not by widgets
      return {
        initialize({ model, signal, experimental }) {
          initialized += 1;
          globalThis.told.push("initialize " + model.get("name"));
          signal.addEventListener("abort", () => globalThis.told.push("signal"));
          globalThis.invoke = experimental.invoke;
          return () => globalThis.told.push("initialize cleaned");
        },
        async render({ model, el, signal }) {
          await null;
          const input = Object.assign(document.createElement("input"), { type: "range", max: 100 });
          input.setAttribute("aria-label", model.get("name"));
          const text = document.createElement("output");
          const draw = () => {
            input.value = model.get("value");
            text.textContent = `${model.get("value")} of ${initialized}`;
          };
          input.addEventListener("input", () => {
            model.set("value", Number(input.value));
            model.save_changes();
          });
          model.on("change:value", (_, value) => globalThis.told.push("value " + value));
          model.on("change:value", draw);
          el.classList.add("slider", model.get("name"));
          el.append(input, text);
          draw();
          return () => globalThis.told.push("render cleaned");
        },
      };
    };
    """
    _css = ".slider output { font-weight: 700 }"
    name = traitlets.Unicode().tag(sync=True)
    value = traitlets.Int(3).tag(sync=True)
    data = traitlets.Bytes(b"").tag(sync=True)


class Broken(anywidget.AnyWidget):
    """A widget that listens, then throws."""

    _esm = """
    export default {
      render({ model, el }) {
        el.textContent = "half a widget";
        throw new Error("out of ink");
      },
    };
    """


class Parent(anywidget.AnyWidget):
    """A widget that shows another one inside itself."""

    _esm = """
    export default {
      async render({ model, el, host }) {
        const child = await host.getWidget(model.get("child"));
        const box = document.createElement("div");
        box.textContent = child.exports.greeting + " ";
        el.className = "parent";
        el.append(box);
        await child.render({ el: box });
        const view = await host.getModel(model.get("child"));
        box.append(" " + view.get("word"));
      },
    };
    """
    child = traitlets.Unicode().tag(sync=True)


class Child(anywidget.AnyWidget):
    """A widget that offers something to its parent."""

    _esm = """
    export default {
      initialize() { return { greeting: "hello" }; },
      render({ el }) { el.append(document.createElement("hr")); },
    };
    """
    word = traitlets.Unicode("bye").tag(sync=True)
'''

PAGES = {
    "plain": ["'no widget here'"],
    "two": [
        CLASSES,
        "a = Slider(name='a', value=3, layout={'width': '300px'})\na",
        "b = Slider(name='b', value=7, data=b'\\x01\\x02')\nb",
    ],
    "linked": [
        CLASSES,
        "a = Slider(name='a', value=3)\na",
        "b = Slider(name='b', value=7)\nb",
        "c = Slider(name='c', value=9)\nc",
        "both = ipywidgets.jslink((a, 'value'), (b, 'value'))\n"
        "one = ipywidgets.jsdlink((b, 'value'), (c, 'value'))",
    ],
    "broken": [CLASSES, "Broken()", "Slider(name='a')", "ipywidgets.IntSlider()"],
    "parent": [
        CLASSES,
        "child = Child()\nparent = Parent(child='anywidget:' + child.model_id)\nparent",
    ],
    "far": [CLASSES, "Slider(name='a')"],
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    for name, sources in PAGES.items():
        space = "Scroll.\n\n" * 200 if name == "far" else ""
        write_notebook(folder, name, f"# {name}\n\n{space}", sources)
    result = build(folder, list(PAGES))
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def sample_url(sample: Path) -> Iterator[str]:
    with serving(sample) as url:
        yield url


def running(page: Page, count: int) -> None:
    settle(page)
    expect(page.locator('.widget-place[data-widget="running"]')).to_have_count(count)


def texts(page: Page) -> list[str]:
    return page.locator(".slider output").all_inner_texts()


def test_pages_without_widgets_do_not_load_the_host(sample: Path) -> None:
    loads = {
        name: "host.js" in (sample / f"{name}.html").read_text(encoding="utf-8") for name in PAGES
    }
    assert loads == {name: name != "plain" for name in PAGES}


def test_words_stand_in_the_page_without_javascript(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "two.html").as_uri(), java_script_enabled=False)
    expect(page.locator(".widget-place .widget-words")).to_have_count(2)
    expect(page.get_by_text("This widget needs JavaScript").first).to_be_visible()
    # The browser has no use for the scripts that the theme asks it to load early.
    assert all(".js" in complaint for complaint in page.complaints)  # type: ignore[attr-defined]
    page.complaints.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", ["file", "http"])
def test_two_widgets_of_a_class_share_code_and_nothing_else(
    way: str, sample: Path, sample_url: str, open_page: OPEN
) -> None:
    page = open_page(f"{sample.as_uri() if way == 'file' else sample_url}/two.html")
    running(page, 2)
    assert page.locator(".widget-words").count() == 0
    assert texts(page) == ["3 of 1", "7 of 1"]
    page.get_by_role("slider", name="a").press("ArrowRight")
    assert texts(page) == ["4 of 1", "7 of 1"]
    assert page.evaluate("globalThis.imports") == 1
    styles = page.evaluate(
        "document.adoptedStyleSheets.map((e) => [...e.cssRules].map((rule) => rule.cssText).join())"
    )
    assert sum(".slider output" in style for style in styles) == 1
    assert page.locator(".slider.a").evaluate("e => e.style.width") == "300px"


def test_links_between_models(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "linked.html").as_uri())
    running(page, 3)
    assert texts(page) == ["3 of 1", "3 of 1", "3 of 1"]  # as a link starts: from its source
    page.get_by_role("slider", name="b").press("ArrowRight")
    assert texts(page) == ["4 of 1", "4 of 1", "4 of 1"]
    page.get_by_role("slider", name="a").press("ArrowRight")
    assert texts(page) == ["5 of 1", "5 of 1", "5 of 1"]
    page.get_by_role("slider", name="c").press("ArrowRight")
    assert texts(page) == ["5 of 1", "5 of 1", "6 of 1"]  # jsdlink leads one way


def test_a_widget_that_throws_says_so_and_disturbs_no_other(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "broken.html").as_uri())
    running(page, 1)
    failed = page.locator('.widget-place[data-widget="failed"]')
    expect(failed).to_have_count(2)
    expect(failed.first.locator(".widget-words")).to_have_text(
        "This widget could not start (out of ink). "
        "Where a figure stands beside it, the figure tells the same story."
    )
    expect(failed.last).to_contain_text("IntSliderModel is drawn by JupyterLab only")
    assert texts(page) == ["3 of 1"]
    # The reasons are in the console as well, for whoever repairs it.
    told = [page.complaints.pop() for _ in range(2)]  # type: ignore[attr-defined]
    assert any("out of ink" in complaint for complaint in told)


def test_a_widget_may_hold_another(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "parent.html").as_uri())
    running(page, 1)
    expect(page.locator(".parent")).to_have_text("hello bye")
    assert page.locator(".parent hr").count() == 1


def test_starts_when_scrolled_near(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "far.html").as_uri())
    place = page.locator(".widget-place")
    expect(place).to_have_attribute("data-widget", "waiting")
    assert page.evaluate("globalThis.imports") is None
    place.scroll_into_view_if_needed()
    running(page, 1)


def test_invoking_python_is_refused_in_words(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "two.html").as_uri())
    running(page, 2)
    said = page.evaluate("globalThis.invoke('fit').catch((error) => error.message)")
    assert said == 'no Python runs behind this page, so "fit" cannot be invoked'


def leave(page: Page, event: str) -> None:
    page.evaluate(f"dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")


def test_leaving_ends_everything_and_returning_goes_on(sample: Path, open_page: OPEN) -> None:
    page = open_page((sample / "two.html").as_uri())
    running(page, 2)
    page.get_by_role("slider", name="a").press("ArrowRight")
    page.evaluate("globalThis.told.length = 0")
    leave(page, "pagehide")
    page.wait_for_function("() => globalThis.told.length === 6")
    told = page.evaluate("globalThis.told.splice(0)")
    assert sorted(told) == ["initialize cleaned"] * 2 + ["render cleaned"] * 2 + ["signal"] * 2
    assert page.locator(".slider").count() == 0
    leave(page, "pageshow")
    running(page, 2)
    assert texts(page) == ["4 of 1", "7 of 1"]  # the value that the reader had set
    page.evaluate("globalThis.told.length = 0")
    page.get_by_role("slider", name="a").press("ArrowRight")
    assert page.evaluate("globalThis.told") == ["value 5"]  # once: no listener is left over


def test_going_to_another_page_and_back(sample_url: str, open_page: OPEN) -> None:
    page = open_page(f"{sample_url}/two.html")
    running(page, 2)
    page.goto(f"{sample_url}/plain.html")
    page.go_back()
    running(page, 2)


def test_the_state_keeps_binary_values(sample: Path, open_page: OPEN) -> None:
    script = BeautifulSoup((sample / "two.html").read_text(encoding="utf-8"), "html.parser").find(
        "script", type="application/vnd.jupyter.widget-state+json"
    )
    assert script is not None
    buffers = [
        buffer
        for model in json.loads(script.text)["state"].values()
        for buffer in model.get("buffers", [])
    ]
    assert any(buffer["data"] == "AQI=" for buffer in buffers)
