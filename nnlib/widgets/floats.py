"""A line of floats: where a sum of two fractions falls between its neighbors, and where it rounds.

Both fractions are stored rounded, their sum is rounded once more, and the fraction that was meant
is rounded on its own: the two may end on different floats. All offsets are exact, in units of the
spacing at the number that was meant. This module holds the widget and, in exact fractions,
everything that its page computes.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Enum, Int, TraitError, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGEST = 40
MOST_PARTS = 16
REACH = 6
"""So many floats on either side of the one that was meant."""
PRECISIONS: dict[str, type[np.floating[Any]]] = {"float64": np.float64, "float32": np.float32}
STATE = ("first", "second", "parts", "precision")


@dataclass(frozen=True)
class Line:
    """What becomes of a/m + b/m beside (a + b)/m.

    Attributes
    ----------
    stored : list of float
        a/m and b/m, each rounded to the nearest float.
    total : float
        Their floating-point sum.
    meant : float
        (a + b)/m, rounded once.
    ulp : float
        From `meant` to the next larger float.
    floats : list of float
        `meant` and its neighbors in order, as offsets from `meant` in units of `ulp`.
    exact : float
        The offset of the sum of the two stored numbers before it is rounded.
    true : float
        The offset of (a + b)/m before it is rounded.
    """

    stored: list[float]
    total: float
    meant: float
    ulp: float
    floats: list[float]
    exact: float
    true: float

    @property
    def off(self) -> float:
        """Return how far the sum lies from what was meant, in units of `ulp`."""
        return (self.total - self.meant) / self.ulp


def read(first: int, second: int, parts: int, precision: str = "float64") -> Line:
    """Return where the sum of first/parts and second/parts falls."""
    kind = PRECISIONS[precision]
    stored = [kind(n / parts) for n in (first, second)]
    total, meant = stored[0] + stored[1], kind((first + second) / parts)
    ulp = np.spacing(meant)
    below, above = [meant], [meant]
    for _ in range(REACH):
        below.insert(0, np.nextafter(below[0], kind(0)))
        above.append(np.nextafter(above[-1], kind(np.inf)))

    def offset(value: Fraction) -> float:
        return float((value - Fraction(float(meant))) / Fraction(float(ulp)))

    return Line(
        stored=[float(v) for v in stored],
        total=float(total),
        meant=float(meant),
        ulp=float(ulp),
        floats=[offset(Fraction(float(v))) for v in below + above[1:]],
        exact=offset(sum((Fraction(float(v)) for v in stored), Fraction(0))),
        true=offset(Fraction(first + second, parts)),
    )


class FloatExplorer(Widget):
    """The floats around a sum of two fractions, and where it lands between them.

    Parameters
    ----------
    first, second : int
        The numerators, from 1 to 40.
    parts : int
        The denominator of both, from 1 to 16.
    precision : {"float64", "float32"}
        The format of the stored numbers and of their sum.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for values out of range. Nothing is changed then.
    """

    _esm = module("floats.js")
    _css = stylesheet("floats.css")
    _shown: ClassVar[tuple[str, ...]] = STATE
    _restored: ClassVar[tuple[str, ...]] = STATE

    first = Int(1).tag(sync=True)
    second = Int(2).tag(sync=True)
    parts = Int(10).tag(sync=True)
    precision = Enum(list(PRECISIONS), "float64").tag(sync=True)
    name = Unicode("floats").tag(sync=True)

    def __init__(self, first: int = 1, second: int = 2, parts: int = 10, **traits: Any) -> None:
        super().__init__(first=first, second=second, parts=parts, **traits)

    def read(self) -> Line:
        """Return what the page shows, bit for bit."""
        return read(self.first, self.second, self.parts, self.precision)

    def figure(self) -> "Figure":
        """Draw the floats as ticks, what was meant above, and the sum before and after below."""
        from matplotlib import pyplot as plt

        line = self.read()
        figure, axis = plt.subplots(figsize=(6.4, 2.2), layout="constrained")
        figure.patch.set_alpha(0)
        axis.patch.set_alpha(0)
        axis.axhline(0, color="black", lw=1)
        axis.plot(line.floats, [0] * len(line.floats), "|", color="black", ms=26)
        for y, start, end, color, text in (
            (0.6, line.true, 0.0, "#0072B2", f"{self.first + self.second}/{self.parts}"),
            (-0.6, line.exact, line.off, "#D55E00", "stored numbers, added"),
        ):
            axis.plot(start, y, "o", color=color, ms=8, mec="black")
            axis.annotate("", (end, 0), (start, y), arrowprops={"arrowstyle": "->", "color": color})
            axis.annotate(text, (start, y), xytext=(8, 0), va="center", textcoords="offset points")
        axis.set(xlim=(-3, 3), ylim=(-1, 1), yticks=[], xlabel="ulps from what was meant")
        for side in ("left", "right", "top"):
            axis.spines[side].set_visible(False)
        return figure

    @validate("first", "second", "parts")
    def _check_range(self, proposal: dict[str, Any]) -> int:
        name, value = proposal["trait"].name, int(proposal["value"])
        most = MOST_PARTS if name == "parts" else LARGEST
        if not 1 <= value <= most:
            raise TraitError(f"{name} must be from 1 to {most}; got {value}")
        return value
