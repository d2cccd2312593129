"""What holds for every widget of the book: a page from disk, no kernel, alone and among others."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from axe import RULES, found_by_axe
from contrast import contrasts
from heights import too_tall
from ipywidgets import Widget, jslink
from playwright.sync_api import Locator, Page, expect
from visits import THEMES, ask_for_all, drag, drawn, heard, painted, said, turn

from nnlib import ThreeLayerNet
from nnlib.widgets import (
    AttentionStepper,
    CancellationExplorer,
    CascadeStepper,
    ClockedStepper,
    EnvelopeExplorer,
    FloatExplorer,
    IndexChooser,
    LearningStepper,
    MaxnetStepper,
    NetworkDiagram,
    PerceptronStepper,
    ScanStepper,
    ShardStepper,
    TemperatureExplorer,
    TreeStepper,
    VoronoiExplorer,
    WalkStepper,
    network,
    voronoi,
)
from nnlib.widgets.cancellation import PRECISIONS
from nnlib.widgets.stepper import Stepper

PAGES_LAST = True  # see open_page
OPEN = Callable[..., Page]
SHOW = Callable[..., Page]


def option(widget: Locator, name: str) -> Locator:
    return widget.get_by_role("combobox", name=name).first


def press(widget: Locator, name: str) -> None:
    widget.get_by_role("button", name=name).click()


# What an address may hold that is no state of any widget.
NO_STATE = ("", "7", "null", "[]", "{")


class Kind(ABC):
    """What these tests have to know of a class of widgets."""

    name: str  # as in the page's class nn-NAME
    knob: str  # the slider that the arrow keys move
    hears: tuple[str, ...]  # traits whose changes it listens to
    watchers = 1  # observers of the page while it runs
    beginning: str  # what make() says
    presses: tuple[str, int, str, int]  # a key, how often, what is said then, in how many steps
    address: tuple[str, str]  # a state for the address, and what is said of it
    moves: tuple[tuple[str, str], ...]  # keys for the hand, each with what is said then
    nonsense: tuple[str, ...]  # states that an address may hold and a widget must not take
    shapes: tuple[tuple[str, str], ...] = ()  # selectors and properties of what carries meaning
    texts: tuple[tuple[str, str], ...] = ()  # the same of words in color
    many: tuple[int, int]  # how many shapes and words there are at least
    clipped = "svg svg *"  # what a drawing cuts off by itself
    loose = ":not(*)"  # what may stick out to the left

    def __repr__(self) -> str:
        return self.name

    @abstractmethod
    def make(self, **traits: Any) -> Widget:
        """Return one that has not been touched."""

    def other(self, **traits: Any) -> Widget:
        """Return one for `move`."""
        return self.make(**traits)

    def full(self, **traits: Any) -> Widget:
        """Return one that shows all it has: controls, colors, words."""
        return self.make(**traits)

    def fitting(self) -> list[Widget]:
        """Return what must fit on a screen."""
        return [self.make(), self.full(name="full")]

    @abstractmethod
    def telling(self) -> list[Widget]:
        """Return what must be readable in both themes."""

    @abstractmethod
    def long(self) -> list[Widget]:
        """Return those with the longest words and numbers."""

    def lengthen(self, page: Page) -> list[Callable[[], None]]:
        """Return what else to do to the long ones, at each width."""
        return []

    @abstractmethod
    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        """Return two widgets and the traits to link."""

    @abstractmethod
    def follow(self, first: Locator, second: Locator) -> None:
        """Use one of two linked widgets, and see it in the other."""

    def hand(self, widget: Locator) -> Locator:
        """Return what the arrow keys move."""
        return widget.get_by_role("slider", name=self.knob).first

    @abstractmethod
    def alter(self, widget: Locator) -> None:
        """Change more than one trait of what `make` returned."""

    @abstractmethod
    def altered(self, widget: Locator) -> None:
        """See that `alter` was."""

    def move(self, widget: Locator) -> None:
        """Change what `other` returned."""
        self.hand(widget).press("End")

    @abstractmethod
    def moved(self, widget: Locator) -> None:
        """See that `move` was."""

    def untouched(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text(self.beginning)

    def disturb(self, widget: Locator) -> None:
        self.alter(widget)
        self.altered(widget)

    def use_again(self, widget: Locator) -> None:
        """Use the hand, on a page that was left and returned to."""
        key, text = self.moves[1]
        self.hand(widget).press(key)
        expect(said(widget)).to_contain_text(text)


class Temperature(Kind):
    knob = "Temperature"
    name = "temperature"
    hears = ("class_names", "labels", "preset", "query", "softmax", "temperature", "templates")
    beginning = "τ = 1, λ = 1: the softmax net says versicolor"
    presses = ("ArrowRight", 50, "τ = 10, λ = 0.1", 25)
    address = ('{"temperature":10}', "τ = 10,")
    moves = (("Home", "τ = 0.001"), ("End", "τ = 1000"))
    nonsense = (
        *NO_STATE,
        '{"temperature":1e9,"preset":"nobody","softmax":"x"}',
        '{"temperature":"0.5","preset":["tie"],"softmax":null}',
        '{"preset":"iris-150"}',
    )
    shapes = ((".nn-legend path", "stroke"),)
    many = (3 * 3, 3 * 20)

    def make(self, **traits: Any) -> Widget:
        return TemperatureExplorer(**traits)

    def full(self, **traits: Any) -> Widget:
        rows = np.arange(7.0)[:, None].tolist()
        return TemperatureExplorer(rows, list(range(7)), [2.5], list("ABCDEFG"), **traits)

    def telling(self) -> list[Widget]:
        raw = {"preset": "raw", "temperature": 0.05}
        forms = [TemperatureExplorer(**raw, softmax=softmax) for softmax in ("stable", "naive")]
        return [*forms, TemperatureExplorer()]

    def long(self) -> list[Widget]:
        names = ["a class with quite a long name", "b"]
        return [
            TemperatureExplorer(preset="raw", temperature=1e-3, softmax="naive"),
            TemperatureExplorer([[1e100], [2e100]], [0, 1], [1e100], names),
        ]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        two = TemperatureExplorer(preset="tie", name="two")
        return TemperatureExplorer(), two, ("temperature", "preset")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("End")
        expect(said(second)).to_contain_text("τ = 1000")
        option(first, "Case").select_option("paper")
        expect(option(second, "Case")).to_have_value("paper")
        last = "tbody tr:nth-child(3)"
        expect(second.locator(last)).to_have_text(
            first.locator(last).inner_text(), use_inner_text=True
        )
        self.hand(second).press("Home")
        expect(said(second)).to_contain_text("τ = 0.001")
        expect(said(first)).to_have_text(said(second).inner_text())

    def alter(self, widget: Locator) -> None:
        option(widget, "Case").select_option("tie")
        self.hand(widget).press("ArrowLeft")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("τ = 0.955")
        expect(option(widget, "Case")).to_have_value("tie")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("τ = 1000")
        expect(option(widget, "Case")).to_have_value("published")

    def untouched(self, widget: Locator) -> None:
        super().untouched(widget)
        expect(option(widget, "Case")).to_have_value("published")


class Envelope(Kind):
    knob = "Query"
    name = "envelope"
    hears = ("query", "templates")
    beginning = "x = 0: template 1 wins, t = 0.5"
    presses = ("ArrowLeft", 30, "x = −3.75:", 15)
    address = ('{"query":2}', "x = 2: template 2 wins")
    moves = (("Home", "x = −4"), ("End", "x = 4: template 2 wins"))
    nonsense = (
        *NO_STATE,
        '{"templates":[],"query":5}',
        '{"templates":[0,0,0,0,0,0,0,0,0]}',
        '{"templates":[4.25],"query":"1"}',
        '{"templates":"12","query":null}',
        '{"templates":[1,"2"],"query":-1e9}',
        '{"templates":{"length":1,"0":1}}',
    )
    shapes = ((".nn-plot .nn-tangent, .nn-gap, .nn-parabola, .nn-edge, .nn-disk", "stroke"),)
    many = (8 * 4, 3 * 10)
    eight = (-4.0, -2.5, -1.0, 0.5, 0.5, 1.75, 3.0, 4.0)

    def make(self, **traits: Any) -> Widget:
        return EnvelopeExplorer(**traits)

    def full(self, **traits: Any) -> Widget:
        return EnvelopeExplorer([-4, -3, -2, -1, 0, 1, 2, 3], 2.5, **traits)

    def telling(self) -> list[Widget]:
        return [EnvelopeExplorer(self.eight, 2.5), EnvelopeExplorer([1.0]), self.full()]

    def long(self) -> list[Widget]:
        return [
            EnvelopeExplorer(self.eight, 2.5),
            EnvelopeExplorer([-10 / 3, np.pi, 1 / 3, np.e, -1.1e-7], -3.9999999, name="two"),
        ]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        return EnvelopeExplorer(), EnvelopeExplorer(query=1, name="two"), ("templates", "query")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("End")
        expect(said(second)).to_contain_text("x = 4: template 2 wins")
        option(second, "Template").select_option(index=2)
        press(second, "Delete")
        expect(said(first)).to_contain_text("x = 4: template 1 wins")
        body = "tbody"
        assert first.locator(body).inner_text() == second.locator(body).inner_text()
        self.hand(second).press("Home")
        expect(said(first)).to_contain_text("x = −4: template 0 wins")

    def alter(self, widget: Locator) -> None:
        self.hand(widget).press("Home")
        press(widget, "Add at the query")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("x = −4: template 3 wins, t = −4")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("x = 4: template 2 wins")

    def untouched(self, widget: Locator) -> None:
        super().untouched(widget)
        options = option(widget, "Template").locator("option")
        expect(options).to_have_text(["0 at −2", "1 at 0.5", "2 at 2"])

    def disturb(self, widget: Locator) -> None:
        super().disturb(widget)
        press(widget, "Delete")
        expect(said(widget)).to_contain_text("x = −4: template 0 wins")
        drawn(widget.page)  # the words come first
        box = widget.locator('[data-i="0"] .nn-reach').bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        drag(widget.page, (x, y), (x + 2000, y))
        expect(option(widget, "Template")).to_have_value("0 at 4")

    def use_again(self, widget: Locator) -> None:
        box = widget.locator(".nn-plot").bounding_box()
        assert box is not None
        widget.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 120)
        expect(said(widget)).to_contain_text("x = 4: template 2 wins")


class Cancellation(Kind):
    knob = "Offset from the origin"
    name = "cancellation"
    hears = ("centered", "offset", "precision", "queries", "query", "template", "templates")
    beginning = "float32, offset 1000. Query 0 to template 12"
    presses = ("ArrowRight", 40, "offset 1e7.", 20)
    address = ('{"offset":20}', "float32, offset 20.")
    moves = (("Home", "float32, offset 0."), ("End", "float32, offset 1e16."))
    nonsense = (
        "",
        "7",
        "{",
        '{"offset":0.5,"precision":"float8","centered":1,"query":8,"template":24}',
        '{"offset":"9","precision":null,"query":-1,"template":-1}',
        '{"offset":1e17,"query":0.5,"template":"3"}',
    )
    shapes = (
        (".nn-curve, .nn-query, .nn-true, .nn-false, .nn-lost", "stroke"),
        ("circle", "fill"),
    )
    texts = ((".nn-wrong, .nn-no, .nn-yes", "color"),)
    many = (4 * 25, 4 * 20)
    clipped = "svg *"

    def make(self, **traits: Any) -> Widget:
        return CancellationExplorer(**traits)

    def telling(self) -> list[Widget]:
        return [
            CancellationExplorer(offset=1e4),
            CancellationExplorer(precision="float16", offset=300),
            CancellationExplorer(offset=0),
            CancellationExplorer(),
        ]

    def long(self) -> list[Widget]:
        return [
            CancellationExplorer(offset=1e16, precision="float64"),
            CancellationExplorer(offset=1e9, centered=True, query=6),
            CancellationExplorer([[1.1e-9, 0.0], [0.1, 3e-9]], [[2.3e-9, 1e-9]], offset=0),
            CancellationExplorer(np.full((3, 9), 999.0), np.full((1, 9), -999.0), offset=1e16),
            CancellationExplorer(precision="float16", offset=5000),
        ]

    def lengthen(self, page: Page) -> list[Callable[[], None]]:
        def choose(precision: str) -> None:
            for widget in page.locator(".nn-cancellation").all():
                option(widget, "Precision").select_option(precision)
            for widget in page.locator(".nn-cancellation").all():
                expect(said(widget)).to_contain_text(precision)

        return [lambda name=precision: choose(name) for precision in PRECISIONS]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        two = CancellationExplorer([[0.0], [1.0]], [[0.25]], precision="float64", name="two")
        return CancellationExplorer(), two, ("offset", "query", "template")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("End")
        expect(said(second)).to_contain_text("float64, offset 1e16. Query 0 to template 0")
        # The other has no query 5 and no template 20: it shows its last query, and the nearest.
        option(first, "Query").select_option("5")
        option(first, "Template").select_option("20")
        expect(said(first)).to_contain_text("Query 5 to template 20")
        expect(said(second)).to_contain_text("Query 0 to template 0")
        self.hand(second).press("Home")
        expect(said(first)).to_contain_text("float32, offset 0.")

    def alter(self, widget: Locator) -> None:
        option(widget, "Precision").select_option("float16")
        option(widget, "Template").select_option("5")
        widget.get_by_role("checkbox", name="Center first").check()
        self.hand(widget).press("ArrowLeft")

    def altered(self, widget: Locator) -> None:
        words = "float16, offset 800, centered first. Query 0 to template 5"
        expect(said(widget)).to_contain_text(words)

    def move(self, widget: Locator) -> None:
        option(widget, "Query").select_option("7")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("float32, offset 1000. Query 7")

    def untouched(self, widget: Locator) -> None:
        super().untouched(widget)
        expect(widget.get_by_role("checkbox")).not_to_be_checked()


class Voronoi(Kind):
    name = "voronoi"
    hears = (
        *("axis_names", "bisectors", "class_names", "color_by", "extent", "features", "features"),
        *("k", "labels", "metric", "query", "scaled", "temperature", "templates"),
    )
    watchers = 2
    beginning = "Query (2, 2): row 0 wins with score 6, class A"
    presses = ("ArrowRight", 40, "Query (4, 2)", 25)
    address = ('{"query":[4,1]}', "Query (4, 1)")
    moves = (("ArrowRight", "Query (4.05, 1)"), ("ArrowRight", "Query (4.1, 1)"))
    nonsense = (
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
    )
    shapes = ((".nn-cross, .nn-ring, .nn-bisector, .nn-reach, .nn-mark", "stroke"),)
    many = (3 * 8, 3 * 10)
    loose = "svg *"  # a number such as 5.000e90 has no room before the axis

    def make(self, **traits: Any) -> Widget:
        controls = ["points", "bars", "equation"]
        rows = [[1, 1], [4, 2], [2, 5]]
        return VoronoiExplorer(rows, [0, 1, 1], [2, 2], ["A", "B"], controls=controls, **traits)

    def other(self, **traits: Any) -> Widget:
        return VoronoiExplorer(preset="neighbors", **traits)

    def full(self, **traits: Any) -> Widget:
        return VoronoiExplorer(preset="argmax", controls=voronoi.CONTROLS, **traits)

    def telling(self) -> list[Widget]:
        others = (VoronoiExplorer(preset=preset, name=preset) for preset in ("map", "soft"))
        return [self.full(), *others]

    def long(self) -> list[Widget]:
        names = ["a class with quite a long name", "b"]
        far = [[1e90, 2e90], [3e90, 1e89]]
        return [
            self.full(),
            VoronoiExplorer(far, [0, 1], class_names=names, name="two"),
            VoronoiExplorer(preset="map", name="three"),
        ]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        two = VoronoiExplorer(preset="neighbors", k=1, name="two")
        return self.other(), two, ("query", "features", "templates")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("ArrowRight")
        expect(said(second)).to_contain_text("Query (5.25, 1.62)")
        option(second, "Across").select_option("0")
        expect(first.get_by_text("sepal length (cm) →")).to_be_visible()
        # Rows that come without their labels do not break the other one.
        press(first, "Delete row")
        expect(self.rows(second)).to_have_count(149)

    def rows(self, widget: Locator) -> Locator:
        return option(widget, "Row").locator("option")

    def hand(self, widget: Locator) -> Locator:
        return widget.get_by_role("button", name="Query: move with the arrow keys")

    def alter(self, widget: Locator) -> None:
        chosen = widget.get_by_role("button", name="Chosen row: move with the arrow keys")
        chosen.press("ArrowRight")
        press(widget, "Add at query")
        expect(said(widget)).to_contain_text("Row 3 added")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("row 3 wins")
        expect(self.rows(widget)).to_have_count(4)

    def move(self, widget: Locator) -> None:
        option(widget, "Up").select_option("1")
        widget.get_by_role("slider", name="Neighbors that vote").press("End")
        self.hand(widget).press("ArrowUp")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("The 15 nearest")
        expect(said(widget)).to_contain_text("Query (3.95, 3.25)")

    def untouched(self, widget: Locator) -> None:
        super().untouched(widget)
        expect(self.rows(widget)).to_have_count(3)


class Chooser(Kind):
    knob = "Rows"
    name = "chooser"
    hears = ("batch", "d", "intrinsic", "memory", "n", "recall", "spread", "updates")
    beginning = "10 million rows of 128 features, 16 GB, recall 0.95. Best: IVF-Flat."
    presses = ("ArrowRight", 20, "1 billion rows", 10)
    address = ('{"memory":4}', "4 GB, recall 0.95. Best: IVF-PQ, re-ranked.")
    moves = (("Home", "1,000 rows"), ("End", "1 billion rows"))
    nonsense = (
        *NO_STATE,
        '{"n":999,"d":1,"intrinsic":-1,"memory":0,"batch":0}',
        '{"n":1e10,"d":1537,"intrinsic":2000,"memory":1e5,"batch":1e6}',
        '{"n":"1000","d":null,"intrinsic":[2],"memory":"4","batch":true}',
        '{"n":1000.5,"d":2.5,"intrinsic":0.5,"batch":1.5,"memory":1e999}',
        '{"recall":0.5,"updates":"often","spread":"thin"}',
        '{"recall":"exact","updates":1,"spread":null,"rules":{}}',
    )
    shapes = ((".nn-bar, .nn-over, .nn-work", "fill"), (".nn-limit", "stroke"))
    texts = ((".nn-badge, .nn-muted, p", "color"),)
    many = (3 * 26, 3 * 30)

    def make(self, **traits: Any) -> Widget:
        return IndexChooser(**traits)

    def full(self, **traits: Any) -> Widget:
        return IndexChooser("laptop", **traits)

    def telling(self) -> list[Widget]:
        return [self.full(), IndexChooser("exact"), IndexChooser("billion", memory=16.0)]

    def long(self) -> list[Widget]:
        return [
            IndexChooser(n=123_456_789, d=1535, intrinsic=63, memory=0.1, batch=99_999),
            IndexChooser("archive", n=10**9, d=1536, memory=1.0, name="two"),
            IndexChooser("laptop", name="three"),
        ]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        return IndexChooser(), IndexChooser("map", name="two"), ("n", "memory", "recall")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("End")
        expect(said(second)).to_contain_text("1 billion rows of 2 features, 16 GB")
        option(second, "Answer wanted").select_option("0.9")
        expect(said(first)).to_contain_text("1 billion rows of 128 features, 16 GB, recall 0.9.")
        second.get_by_role("slider", name="Memory").press("End")
        expect(said(first)).to_contain_text("1.02 TB, recall 0.9. Best: HNSW.")

    def alter(self, widget: Locator) -> None:
        option(widget, "The rows lie").select_option("even")
        self.hand(widget).press("ArrowLeft")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("5 million rows")
        expect(said(widget)).to_contain_text("Best: HNSW.")

    def move(self, widget: Locator) -> None:
        option(widget, "Case").select_option("Points on a map")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("10 million rows of 2 features, 16 GB, exact.")
        expect(said(widget)).to_contain_text("Best: k-d tree.")


class Network(Kind):
    name = "network"
    hears = (
        *("W", "b", "class_names", "extent", "feature_names", "k", "labels", "norm", "query"),
        "temperature",
    )
    beginning = "Query (2, 2): unit 0 wins with score 6; next is unit 1 with 4. Label A."
    presses = ("ArrowRight", 40, "Query (6, 2)", 25)
    address = ('{"query":[4,1]}', "Query (4, 1): unit 1 wins")
    moves = (("ArrowRight", "Query (4.5, 1)"), ("ArrowRight", "Query (5, 1)"))
    nonsense = (
        *NO_STATE,
        '{"W":[[1,2]]}',
        '{"W":[],"b":[],"labels":[]}',
        '{"W":[[1],[2],[3]]}',
        '{"W":[[1,2],[3,4],[5,"6"]]}',
        '{"b":"123"}',
        '{"b":[1,2,1e999]}',
        '{"labels":[0,1,2]}',
        '{"labels":[0,1,"1"]}',
        '{"query":[1,1e999]}',
        '{"query":"12"}',
        '{"query":[1,2,3]}',
        '{"query":null}',
        '{"temperature":1e-9}',
        '{"norm":1}',
        '{"k":0}',
        '{"k":2.5}',
        '{"k":"3"}',
        '{"class_names":["A"],"feature_names":["x"],"extent":[1,0,0,1]}',
    )
    shapes = (
        (".nn-edge, .nn-out, .nn-reach, .nn-cross, .nn-region, .nn-mark, .nn-frame", "stroke"),
        (".nn-dot", "stroke"),
    )
    texts = ((".nn-unit span, .nn-output span, .nn-muted, .nn-sum, td", "color"),)
    many = (60, 150)
    loose = "svg *"  # a number such as −1.000e90 has no room before the axis

    def make(self, **traits: Any) -> Widget:
        return NetworkDiagram(**traits)

    def full(self, **traits: Any) -> Widget:
        return NetworkDiagram(controls=network.CONTROLS, **traits)

    def fitting(self) -> list[Widget]:
        return [self.make()]  # no page asks for all parts at once

    def large(self, classes: int = 7, **traits: Any) -> Widget:
        rows = np.random.default_rng(7).normal(size=(60, 4))
        names = np.array(["a class with quite a long name", *"bcdefg"])[np.arange(60) % classes]
        return NetworkDiagram(ThreeLayerNet.from_data(rows, names, 1.0), rows[0] / 3, **traits)

    def telling(self) -> list[Widget]:
        return [self.full(), self.full(norm=True, temperature=1.0, name="two"), self.large(3)]

    def long(self) -> list[Widget]:
        far = ThreeLayerNet.from_data([[1e90, 2e90], [-3e90, 1.2345e89]], ["far", "b"])
        return [
            self.full(),
            NetworkDiagram(far, [-1.2345e90, 1e90], controls=network.CONTROLS, name="two"),
            self.large(controls=["temperature", "norm"], name="three"),
        ]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        return self.make(), self.make(query=[5, 5], name="two"), ("query", "W", "b", "norm")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("ArrowRight")
        expect(said(second)).to_contain_text("Query (2.5, 2)")
        second.get_by_role("button", name="Template 0").press("ArrowUp")
        table = "tbody"
        expect(first.locator(table)).to_contain_text("(1, 1.5)")
        assert first.locator(table).inner_text() == second.locator(table).inner_text()

    def hand(self, widget: Locator) -> Locator:
        return widget.get_by_role("button", name="Query: move with the arrow keys")

    def alter(self, widget: Locator) -> None:
        widget.get_by_role("button", name="Template 0").press("ArrowRight")
        self.hand(widget).press("ArrowUp")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("Query (2, 2.5): unit 0 wins with score 7.75")

    def move(self, widget: Locator) -> None:
        self.hand(widget).press("ArrowLeft")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("Query (1.5, 2)")


class Floats(Kind):
    knob = "First"
    name = "floats"
    hears = ("first", "parts", "precision", "second")
    beginning = "float64: 1/10 + 2/10 = 0.30000000000000004, and 3/10 is stored as 0.3; not equal"
    presses = ("ArrowRight", 50, "float64: 40/10 + 2/10 = 4.2", 25)
    address = ('{"parts":8}', "float64: 1/8 + 2/8 = 0.375")
    moves = (("End", "float64: 40/"), ("Home", "float64: 1/"))
    nonsense = (
        *NO_STATE,
        '{"first":0,"second":3}',
        '{"second":41}',
        '{"second":2.5}',
        '{"parts":0}',
        '{"parts":17}',
        '{"parts":"8"}',
        '{"precision":"float16"}',
        '{"precision":"toString"}',
        '{"precision":1}',
    )
    shapes = ((".nn-line, .nn-float, .nn-middle, .nn-arrow, .nn-dot", "stroke"),)
    texts = ((".nn-muted, p", "color"),)
    many = (40, 20)

    def make(self, **traits: Any) -> Widget:
        return FloatExplorer(**traits)

    def telling(self) -> list[Widget]:
        odd = FloatExplorer(3, 5, 7, precision="float32")
        return [self.make(), odd, FloatExplorer(1, 3, 8)]

    def long(self) -> list[Widget]:
        return [FloatExplorer(*case) for case in ((39, 40, 13), (37, 38, 11), (1, 1, 16))]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        return self.make(), self.make(name="two"), ("first", "parts", "precision")

    def follow(self, first: Locator, second: Locator) -> None:
        self.hand(first).press("ArrowRight")
        expect(said(second)).to_contain_text("float64: 2/10 + 2/10 = 0.4")
        option(second, "Format").select_option("float32")
        expect(said(first)).to_contain_text("float32: 2/10 + 2/10")

    def alter(self, widget: Locator) -> None:
        self.hand(widget).press("ArrowRight")
        option(widget, "Format").select_option("float32")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("float32: 2/10 + 2/10")

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("float64: 40/10 + 2/10 = 4.2")


class Stepped(Kind):
    """What the steppers have in common: two steps forward, all the way to the end."""

    stepper: type[Stepper]
    knob = "Step"
    late = 20  # a step near the end
    hears = ("at", "extent", "query", "templates")
    second: str  # what is said of the second step
    last: str  # and of the last
    nudged: str  # and at the second step, when the query has moved to the right
    texts = ((".nn-muted, p", "color"),)
    loose = "svg *"
    clipped = "svg svg, svg svg *"  # what the map cuts off
    nonsense = (
        *NO_STATE,
        '{"at":101}',
        '{"at":-1}',
        '{"at":1.5}',
        '{"at":"1"}',
        '{"templates":[]}',
        '{"templates":[[1,2],[3]]}',
        '{"templates":[[1,"2"]]}',
        '{"query":[1,1e999]}',
        '{"query":[1e101,1]}',
        '{"query":"12"}',
        '{"query":null}',
        '{"extent":[1,0,0,1]}',
    )

    @property
    def presses(self) -> tuple[str, int, str, int]:  # type: ignore[override]
        return "ArrowRight", 60, self.last, 35

    @property
    def address(self) -> tuple[str, str]:  # type: ignore[override]
        return '{"at":2}', self.second

    @property
    def moves(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        return ("Home", self.beginning), ("End", self.last)

    def make(self, **traits: Any) -> Widget:
        return self.stepper(**traits)

    def telling(self) -> list[Widget]:
        return [self.make(at=at, name=f"at{at}") for at in (0, 3, self.late)]

    def long(self) -> list[Widget]:
        far = np.array([[99.9, -99.9], [-98.7, 97.6], [99.9, -99.9]])
        own = {} if "labels" not in self.hears else {"labels": [0, 0, 0]}
        return [self.make(at=7), self.stepper(far, query=[-99.9, 99.9], name="two", at=6, **own)]

    def pair(self) -> tuple[Widget, Widget, tuple[str, ...]]:
        return self.make(), self.make(at=3, name="two"), ("at", "query", "templates")

    def follow(self, first: Locator, second: Locator) -> None:
        press(first, "Step")
        press(first, "Step")
        expect(said(second)).to_contain_text(self.second)
        second.get_by_role("button", name="Query").press("ArrowRight")
        expect(said(first)).to_contain_text(self.nudged)

    def alter(self, widget: Locator) -> None:
        widget.get_by_role("button", name="Query").press("ArrowRight")
        press(widget, "Step")
        press(widget, "Step")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text(self.nudged)

    def moved(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text(self.last)


class Clocked(Stepped):
    name, stepper = "clocked", ClockedStepper
    knob = "Cycle"
    hears = ("at", "class_names", "extent", "labels", "query", "templates")
    beginning = "Query (2, 2). Before the first cycle scores and comparators have settled: wins 3"
    second = "Cycle 2, feedback: latch 0 is set"
    last = "Cycle 7, select: unit 3 fires"
    nudged = "Cycle 2, feedback: latch 1 is set"
    nonsense = (
        *NO_STATE,
        '{"at":8}',
        '{"at":-1}',
        '{"at":1.5}',
        '{"at":"1"}',
        '{"templates":[[1,2]]}',
        '{"templates":[],"labels":[]}',
        '{"templates":[[1,2],[3]],"labels":[0,0]}',
        '{"labels":[0,1,2,0]}',
        '{"labels":[0,1,"1",0]}',
        '{"query":[1,1e999]}',
        '{"query":"12"}',
        '{"query":null}',
        '{"class_names":["A","A"],"extent":[1,0,0,1]}',
    )
    shapes = ((".nn-wire, .nn-feedback, .nn-select, .nn-latch, .nn-vote, .nn-mark", "stroke"),)
    many = (60, 80)

    def eight(self, **traits: Any) -> Widget:
        rows = np.random.default_rng(2).integers(0, 7, (8, 2))
        names = ["a long name", "b", "c", "d"]
        return ClockedStepper(rows, [0, 1, 2, 3] * 2, [3, 3], class_names=names, **traits)

    def telling(self) -> list[Widget]:
        return [self.make(at=4), self.eight(at=15, name="two"), self.eight(at=6, name="three")]

    def long(self) -> list[Widget]:
        far = [[1e90, 2e90], [-3e90, 1.2345e89]]
        return [self.eight(at=6), ClockedStepper(far, [0, 1], [1e90, -1e90], name="two", at=2)]

    def alter(self, widget: Locator) -> None:
        widget.get_by_role("button", name="Row 0").press("ArrowRight")
        press(widget, "Step")
        press(widget, "Step")

    def altered(self, widget: Locator) -> None:
        expect(said(widget)).to_contain_text("Cycle 2, feedback: latch 0 is set")
        scores = widget.locator(".nn-units text")
        expect(scores.filter(has_text="6.75")).to_have_count(1)  # (1.5, 1) at (2, 2)


class Descent(Stepped):
    name, stepper = "descent", TreeStepper
    late = 60
    beginning = "Query (2.9, 2.2). Before the first step: 15 boxes over 16 rows"
    second = "Step 2: open the box of 8 rows at squared distance 0."
    last = "Done: row 11 is nearest, after comparing 4 of 16 rows."
    nudged = "Query (3.4, 2.2). Before the first step"
    nonsense = (*Stepped.nonsense, '{"at":65}')
    shapes = (
        (
            ".nn-box rect, .nn-branch, .nn-region, .nn-ball, .nn-cross, .nn-mark, .nn-reach",
            "stroke",
        ),
    )
    many = (100, 100)

    def long(self) -> list[Widget]:
        far = [[1e90, 2e90], [-3e90, 1.2345e89], [1e90, 2e90]]
        return [self.make(at=15), TreeStepper(far, [1e90, -1e90], name="two", at=6)]

    def follow(self, first: Locator, second: Locator) -> None:
        press(first, "Step")
        expect(said(second)).to_contain_text("Step 1: open the box of 16 rows")
        second.get_by_role("button", name="Query").press("ArrowRight")
        press(second, "Back")
        expect(said(first)).to_contain_text(self.nudged)

    def alter(self, widget: Locator) -> None:
        widget.get_by_role("button", name="Query").press("ArrowRight")
        press(widget, "Step")
        press(widget, "Back")


class Cascade(Stepped):
    name, stepper = "cascade", CascadeStepper
    hears = ("at", "centered", "extent", "offset", "query", "templates")
    beginning = "Query (2.3, 1.9), all coordinates moved by 300. Before the first step: 6 rows"
    second = "Step 2, float32: the squared distance of row 1 is between 1.905 and 4.655"
    last = "row 0 is the nearest, the earliest of an exact tie"
    nudged = "Step 2, float32: the squared distance of row 1 is between"
    nonsense = (
        *Stepped.nonsense,
        '{"offset":1001}',
        '{"offset":"9"}',
        '{"centered":1}',
    )
    shapes = ((".nn-bar, .nn-value, .nn-limit, .nn-ring, .nn-cross, .nn-mark", "stroke"),)
    many = (60, 60)


class Regions(Stepped):
    name, stepper = "regions", PerceptronStepper
    hears = ("at", "class_names", "extent", "labels", "query", "templates")
    beginning = "Query (2, 2). Before the first step: 9 half-planes between rows of different"
    second = "Step 2, half-plane h02: is row 0 at least as near as row 2? The sum is 7: it fires"
    last = "pruning the AND of row 5"
    nudged = "Step 2, half-plane h02: is row 0 at least as near as row 2? The sum is 6: it fires"
    nonsense = (*Stepped.nonsense, '{"labels":[0]}', '{"labels":[0,1,"1",0,0,1]}')
    shapes = ((".nn-unit, .nn-wire, .nn-line, .nn-cross, .nn-mark", "stroke"),)
    many = (100, 80)


class Shards(Stepped):
    name, stepper = "shards", ShardStepper
    hears = ("at", "class_names", "extent", "k", "labels", "query", "templates", "turned")
    beginning = "Query (2.5, 1.5). Before the first step: 8 rows in 4 shards; wanted are the 2"
    second = "Step 2: shard b finds rows 2, 3 among its own rows."
    last = "Done: the nearest of all are rows 0, 1."
    nudged = "Step 2: shard b finds rows 3, 2"
    nonsense = (
        *Stepped.nonsense,
        '{"labels":[0]}',
        '{"k":0}',
        '{"k":4}',
        '{"turned":"no"}',
    )
    shapes = ((".nn-box, .nn-wire, .nn-ring, .nn-cross, .nn-mark", "stroke"),)
    many = (60, 60)


class Scan(Stepped):
    name, stepper = "scan", ScanStepper
    hears = ("at", "class_names", "expanded", "extent", "labels", "query", "templates", "turned")
    late = 5
    beginning = "Query (2, 2). Before the first step: 5 rows, none measured."
    second = "Step 2: row 1 at 4 + 0 = 4, not below 2: row 0 stays."
    last = "Step 5: row 4 at 9 + 4 = 13, not below 2: row 0 stays. Done: row 0, label A."
    nudged = "Step 2: row 1 at 2.25 + 0 = 2.25, below 3.25: it displaces row 0."
    nonsense = (
        *Stepped.nonsense,
        '{"at":21}',
        '{"labels":[0]}',
        '{"labels":[0,1,"1",0,0]}',
        '{"expanded":1}',
        '{"turned":"no"}',
    )
    shapes = ((".nn-term, .nn-end, .nn-least, .nn-ring, .nn-cross, .nn-mark, .nn-reach", "stroke"),)
    many = (60, 60)

    def telling(self) -> list[Widget]:
        return [*super().telling(), self.make(expanded=True, at=5, name="three")]

    def long(self) -> list[Widget]:
        far = [[99.9, -99.9], [-98.7, 97.6], [99.9, -99.9]]
        ends = {"query": [-99.9, 99.9], "labels": [0, 1, 1], "at": 3}
        forms = (False, True)
        return [ScanStepper(far, expanded=form, name=f"far{form}", **ends) for form in forms]


class Graph(Stepped):
    name, stepper = "graph", WalkStepper
    late = 18
    hears = ("at", "ef", "extent", "query", "templates")
    beginning = "Query (3.5, 3.6), ef = 1. Before the first step: 14 rows, none looked at."
    second = "Step 2: leave row 0 at 13.01; look at rows"
    last = "It finds row 3 at 2.41, and misses row 7 at 1.7."
    nudged = "Step 2: leave row 0 at 15.76; look at rows"
    nonsense = (*Stepped.nonsense, '{"ef":0}', '{"ef":5}')
    shapes = ((".nn-edge, .nn-ring, .nn-line rect, .nn-cross, .nn-mark", "stroke"),)
    many = (100, 90)


class Learning(Stepped):
    name, stepper = "learning", LearningStepper
    hears = (
        *("at", "class_names", "code", "extent", "labels", "query", "rate", "start"),
        "templates",
    )
    beginning = "Before the first step, at rate 1: loss 0.486 nats, 9 of 12 rows right."
    second = "Step 2: the loss falls: loss"
    last = "Step 40: the loss falls: loss 0.0286 nats, 12 of 12 rows right."
    nudged = "Step 2: the loss falls: loss"
    nonsense = (*Stepped.nonsense, '{"rate":0}', '{"rate":101}', '{"labels":[0]}')
    shapes = ((".nn-all, .nn-made, .nn-dot, .nn-way, .nn-template, .nn-cross", "stroke"),)
    many = (20, 60)

    def altered(self, widget: Locator) -> None:
        super().altered(widget)
        expect(said(widget)).to_contain_text("The cross gets B.")

    def alter(self, widget: Locator) -> None:
        super().alter(widget)
        widget.get_by_role("button", name="Query").press("ArrowRight")


class Attention(Stepped):
    name, stepper = "attention", AttentionStepper
    late = 10
    knob = "Tenth"
    beginning = "Dot product, query (3, 3): key 2 leads with weight 0.81, though key 3 is nearest"
    second = "A share of 0.2 of ‖k‖², query (3, 3): key 2 leads with weight 0.67"
    last = "Distance, query (3, 3): key 3 leads with weight 0.58, the nearest key."
    nudged = "A share of 0.2 of ‖k‖², query (3.5, 3): key 2 leads"
    shapes = ((".nn-all, .nn-weight, .nn-cross, .nn-region, .nn-mark", "stroke"),)
    many = (40, 60)


class Maxnet(Stepped):
    name, stepper = "maxnet", MaxnetStepper
    knob = "Tick"
    beginning = "Query (2.5, 1.5). Before the first tick: units 0, 1, 3 of the MAXNET active"
    second = "Tick 2. MAXNET: units 0, 1 active. Clocked network, cycle 2: nearest 0"
    last = "Tick 60. MAXNET: units 0, 1 are still equal, and stay so for ever."
    nudged = "Clocked network, cycle 2: nearest 1"
    shapes = ((".nn-room, .nn-share, .nn-place, .nn-cross, .nn-mark", "stroke"),)
    many = (40, 50)


TEMPERATURE, CANCELLATION, VORONOI = Temperature(), Cancellation(), Voronoi()
KINDS = (
    *(TEMPERATURE, Envelope(), CANCELLATION, VORONOI, Chooser(), Network(), Clocked(), Descent()),
    *(Floats(), Cascade(), Regions(), Scan(), Shards(), Graph(), Learning(), Attention(), Maxnet()),
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=repr)


def widgets(page: Page, kind: Kind) -> list[Locator]:
    return page.locator(f".nn-{kind.name}").all()


# Everything that a reader could see of a widget: words, drawings, what controls hold, pixels. Its
# link names what the others show, too.
LOOK = """(box) => [box.outerHTML.replaceAll(/ href="[^"]*"/g, ""),
  ...[...box.querySelectorAll("input, select")].map((e) => `${e.value} ${e.checked}`),
  ...[...box.querySelectorAll("canvas")].map((e) => e.toDataURL())]"""


# Which widgets of a kind look otherwise than its first one.
UNLIKE = f"""(boxes) => boxes.map((box) => JSON.stringify(({LOOK})(box)))
  .map((look, i, looks) => look !== looks[0])"""


# The reader's hand.


@every_kind
def test_it_says_what_it_shows_and_no_more_often_than_can_be_heard(kind: Kind, show: SHOW) -> None:
    page = show(kind.make())
    (widget,) = widgets(page, kind)
    kind.untouched(widget)
    # What is seen is hidden from a screen reader, and what it hears from us: none meets both.
    expect(said(widget)).to_have_attribute("aria-hidden", "true")
    expect(heard(widget)).to_have_attribute("aria-live", "polite")
    assert heard(widget).evaluate("(node) => [node.offsetWidth, node.offsetHeight]") == [1, 1]
    widget.evaluate(
        """(box) => {
            window.counts = { seen: 0, heard: 0 };
            const count = (name, place) => new MutationObserver(() => counts[name]++).observe(
                box.querySelector(place), { childList: true });
            count("seen", ".nn-said");
            count("heard", ".nn-heard");
        }"""
    )
    key, times, last, most = kind.presses
    kind.hand(widget).focus()
    for _ in range(times):
        page.keyboard.press(key)
    expect(heard(widget)).to_contain_text(last)
    expect(heard(widget)).to_have_text(said(widget).inner_text())
    counts = page.evaluate("counts")
    assert 1 <= counts["heard"] <= most
    assert counts["heard"] <= counts["seen"]
    # Nothing moves by itself, whether or not the reader has asked for less motion.
    assert page.evaluate("document.getAnimations().length") == 0
    moving = widget.evaluate(
        """(box) => [box, ...box.querySelectorAll("*")].filter((node) => {
            const style = getComputedStyle(node);
            return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0
    assert not re.search(r"transition|animation|@keyframes", kind.make()._css)


# All words and drawings but the copy that is announced; pixels may become finer.
SEEN = """(box) => {
  const copy = box.cloneNode(true);
  copy.querySelectorAll(".nn-heard, canvas").forEach((node) => node.remove());
  return [copy.outerHTML, ...[...box.querySelectorAll("input, select")].map((e) => e.value)];
}"""


@every_kind
def test_what_is_seen_follows_at_once_and_only_the_announcement_waits(
    kind: Kind, show: SHOW
) -> None:
    page = show(kind.full())
    (widget,) = widgets(page, kind)
    key, *_ = kind.presses
    kind.hand(widget).focus()
    looks = []
    for _ in range(4):
        page.keyboard.press(key)
        painted(page)
        looks.append(widget.evaluate(SEEN))
    assert all(one != two for one, two in pairwise(looks))
    # When all has been said, nothing else has changed.
    expect(heard(widget)).to_have_text(said(widget).inner_text())
    assert widget.evaluate(SEEN) == looks[-1]


@every_kind
def test_a_link_restores_the_state(kind: Kind, show: SHOW) -> None:
    page = show(kind.make(name="one"), kind.other(name="two"))
    first, second = widgets(page, kind)
    kind.alter(first)
    kind.altered(first)
    press_link(first)
    expect(first.get_by_role("status")).not_to_be_empty()
    kind.move(second)
    kind.moved(second)
    press_link(second)
    words = said(second).inner_text()
    address = page.evaluate("location.hash")
    assert len(address) < 1000  # what is known by name stands for its data
    # The order on the page does not matter, nor does a widget that the link does not name.
    others = kind.other(name="two"), kind.make(name="one"), kind.make(name="three")
    again = show(*others, address=address, instead_of=page)
    two, one, three = widgets(again, kind)
    kind.altered(one)
    kind.moved(two)
    expect(said(two)).to_have_text(words)
    kind.untouched(three)


def press_link(widget: Locator) -> None:
    widget.get_by_role("link", name="Link to this state").click()


@every_kind
def test_an_address_that_says_nothing_changes_nothing(kind: Kind, show: SHOW) -> None:
    # A widget for each state, and one that is told something, to see that the address is read.
    state, words = kind.address
    told = [*kind.nonsense, state]
    address = "&".join(f"nn-w{i}={text}" for i, text in enumerate(told))
    page = show(*(kind.make(name=f"w{i}") for i in range(len(told))), address=f"#{address}")
    *same, last = widgets(page, kind)
    expect(said(last)).to_contain_text(words)
    # They look alike, so that the first one speaks for all.
    kind.untouched(same[0])
    unlike = page.locator(f".nn-{kind.name}").evaluate_all(UNLIKE)
    assert [text for text, one in zip(told, unlike, strict=True) if one] == [state]
    # The page's own anchors say nothing either.
    before = [widget.evaluate(LOOK) for widget in (same[0], last)]
    page.evaluate(
        """() => {
            location.hash = "a-section-of-the-page";
            return new Promise((d) => requestAnimationFrame(() => setTimeout(d, 50)));
        }"""
    )
    assert [widget.evaluate(LOOK) for widget in (same[0], last)] == before
    page.evaluate("(state) => { location.hash = `nn-w0=${state}`; }", state)
    expect(said(same[0])).to_contain_text(words)


@every_kind
def test_two_on_a_page_do_not_disturb_each_other(kind: Kind, show: SHOW) -> None:
    page = show(kind.make(), kind.make(name="two"))
    first, second = widgets(page, kind)
    before = second.evaluate(LOOK)
    kind.disturb(first)
    drawn(page)
    assert second.evaluate(LOOK) == before


@every_kind
def test_two_can_be_linked_without_a_kernel(kind: Kind, show: SHOW) -> None:
    one, two, traits = kind.pair()
    links = [jslink((one, trait), (two, trait)) for trait in traits]
    page = show(one, two)
    assert len(links) == len(traits)
    kind.follow(*widgets(page, kind))


# What hangs on a part of the widget goes with it; anything else must have been ended, and nothing
# may still be drawing what nobody sees.
LEAVE = """async ([source, state]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const Watch = MutationObserver;
  const { observe: watch } = Watch.prototype;
  const listeners = new Set();
  const open = new Set();
  const watching = new Set();
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, heard, options) {
    if (!(this instanceof AbortSignal)) {
      const entry = [this, type];
      open.add(entry);
      if (options?.signal) add.call(options.signal, "abort", () => open.delete(entry));
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
  const box = el.firstChild;
  const drawing = () => box.querySelector("canvas")?.dataset.drawn ?? null;
  const types = new Set([...open].map(([, type]) => type));
  const running = [[...listeners].map(([event]) => event).sort(), types.has("hashchange"),
    watching.size, el.children.length, drawing()];
  end();
  let changes = 0;
  const late = new Watch((records) => { changes += records.length; });
  watch.call(late, box, { subtree: true, childList: true, attributes: true, characterData: true });
  // A fine picture, the next piece of a curve would come now.
  for (let i = 0; i < 30; i++) await frame();
  const left = [...open].filter(([it]) => !(it instanceof Node) || it.isConnected);
  return [running, [listeners.size, left.map(([, type]) => type), watching.size, el.children.length,
    drawing(), changes]];
}"""


@every_kind
def test_leaving_ends_every_listener(kind: Kind, open_page: OPEN) -> None:
    widget = kind.make()
    page = open_page("about:blank")
    running, left = page.evaluate(LEAVE, [widget._esm, widget.get_state()])
    picture = "coarse" if kind is VORONOI else None
    assert running == [[f"change:{name}" for name in kind.hears], True, kind.watchers, 1, picture]
    assert left == [0, [], 0, 0, picture, 0]


@every_kind
def test_the_page_left_and_returned_to_still_works(kind: Kind, show: SHOW) -> None:
    state, words = kind.address
    page = show(kind.make(), address=f"#nn-{kind.name}={state}")
    widget = page.locator(f".nn-{kind.name}")
    expect(said(widget)).to_contain_text(words)
    key, text = kind.moves[0]
    kind.hand(widget).press(key)
    expect(said(widget)).to_contain_text(text)
    # What a browser does to a page that it keeps while the reader looks at another one.
    page.evaluate(
        """() => {
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(widget).to_have_count(1)
    ask_for_all(page)
    expect(said(widget)).to_contain_text(text)
    kind.use_again(widget)


# Reading it.


@pytest.fixture(scope="module")
def judged() -> set[str]:
    """Return the looks of text, in all widgets so far, of which axe says that they stand out."""
    return set()


@every_kind
def test_axe_finds_nothing_and_drawings_stand_out(kind: Kind, judged: set[str], show: SHOW) -> None:
    page = show(*kind.telling())
    for theme in THEMES:
        turn(page, theme)
        assert found_by_axe(page, *RULES[theme], judged=judged) == [], theme
        boxes = widgets(page, kind)
        shapes = [ratio for box in boxes for ratio in contrasts(box, *kind.shapes)]
        texts = [
            ratio for box in boxes for ratio in contrasts(box, ("svg text", "fill"), *kind.texts)
        ]
        assert len(shapes) >= kind.many[0]
        assert len(texts) >= kind.many[1]
        assert min(shapes) >= 3, theme
        assert min(texts) >= 4.5, theme


SPILLED = """([name, clipped, loose]) => {
  const boxes = [...document.querySelectorAll(`.nn-${name}`)];
  return boxes.flatMap((box) => {
    const { left, right } = box.getBoundingClientRect();
    return [...box.querySelectorAll("*")]
      .filter((e) => {
        if (e.tagName === "OPTION" || e.matches(clipped)) return false;
        const edge = e.getBoundingClientRect();
        const out = edge.right > right + 0.5 || edge.left < left - 0.5 && !e.matches(loose);
        return edge.width && out
          || e.matches(".nn-digits, p, td") && e.scrollWidth > e.clientWidth + 1;
      })
      .map((e) => e.outerHTML.slice(0, 90));
  });
}"""


@every_kind
def test_nothing_overflows(kind: Kind, show: SHOW) -> None:
    page = show(*kind.long(), width=320)
    height = page.viewport_size["height"]
    # From narrow to wide, as it is opened, and back again, as a window is made smaller.
    for width in (320, 390, 1280, 320):
        page.set_viewport_size({"width": width, "height": height})
        drawn(page)
        for lengthen in kind.lengthen(page) or [lambda: None]:
            lengthen()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(SPILLED, [kind.name, kind.clipped, kind.loose]) == [], width


@pytest.mark.parametrize(("width", "window"), [(820, 1280), (390, 390)])
@every_kind
def test_it_fits_on_a_screen(kind: Kind, width: int, window: int, show: SHOW) -> None:
    page = show(*kind.fitting(), width=width, unfolded=False)
    assert too_tall(page, window) == []
    widget, *_ = widgets(page, kind)
    # What is asked for is drawn when it comes.
    for part in widget.locator(".nn-folded").all():
        part.locator("summary").first.press("Enter")
        expect(part).to_have_attribute("open", "")
        drawn(page)
        shown = "(e) => [...e.children].every((one) => one.getBoundingClientRect().height > 10)"
        assert part.evaluate(shown)


@pytest.mark.parametrize("kind", [TEMPERATURE, CANCELLATION], ids=repr)
def test_the_slider_stands_under_its_line(kind: Kind, show: SHOW) -> None:
    page = show(kind.make())
    widget = page.locator(f".nn-{kind.name}")
    for key, text in kind.moves:
        kind.hand(widget).press(key)
        expect(said(widget)).to_contain_text(text)
        box = kind.hand(widget).bounding_box()
        line = widget.locator(".nn-now").bounding_box()
        assert box is not None
        assert line is not None
        end = box["x"] + 8 if key == "Home" else box["x"] + box["width"] - 8
        assert abs(end - line["x"]) < 3


# Among others.

COLORS = ["color", "background-color", "fill", "stroke"]
PARTS = ["itself", *COLORS, "display", "min-width", "flex", "font-weight"]
# As text, which comes over much faster than as many small lists.
STYLE = """(box, [, ...properties]) => {
  const parts = [box, ...box.querySelectorAll("*")].map((node) => {
    const style = getComputedStyle(node);
    return [`<${node.tagName} ${node.getAttribute("class")}>`,
      ...properties.map((name) => style.getPropertyValue(name))];
  });
  return JSON.stringify(parts);
}"""
PICTURE = '(box) => [...box.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL())'


def styles(page: Page, kinds: tuple[Kind, ...]) -> dict[tuple[str, str], tuple[list[Any], Any]]:
    """Return, for each theme and widget, the style of every part, and what pixels it has drawn."""
    found = {}
    for theme in THEMES:
        turn(page, theme)
        for kind in kinds:
            (box,) = widgets(page, kind)
            found[theme, kind.name] = json.loads(box.evaluate(STYLE, PARTS)), box.evaluate(PICTURE)
    return found


def test_each_looks_among_the_others_as_it_does_alone_and_answers(show: SHOW) -> None:
    alone, page = {}, None
    for kind in KINDS:
        page = show(kind.full(), instead_of=page)
        alone.update(styles(page, (kind,)))
    assert len(alone) == 2 * len(KINDS)
    for order in (KINDS, KINDS[::-1]):
        page = show(*(kind.full() for kind in order), instead_of=page)
        together = styles(page, order)
        changed = []
        for place, (parts, _) in alone.items():
            there, _ = together[place]
            assert len(parts) == len(there) > 40
            for one, two in zip(parts, there, strict=True):
                pairs = zip(PARTS, one, two, strict=True)
                changed += [(*place, one[0], name, a, b) for name, a, b in pairs if a != b]
        assert changed == []
        assert together == alone  # and the drawn pixels
        # Each still has its reader's ear, and the first of its sliders in the reader's hand.
        for kind in order:
            (widget,) = widgets(page, kind)
            before = said(widget).inner_text()
            assert before
            widget.get_by_role("slider").first.press("ArrowRight")
            expect(said(widget)).not_to_have_text(before)


def test_the_themes_differ(show: SHOW) -> None:
    page = show(*(kind.full() for kind in KINDS))
    found = styles(page, KINDS)
    for kind in KINDS:
        light, dark = (found[theme, kind.name] for theme in THEMES)
        assert [a != b for a, b in zip(light, dark, strict=True)] == [True, kind is VORONOI]
