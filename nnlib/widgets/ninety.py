"""Ninety minutes with a clock: what to do, where one should be, and what is done.

The clock runs on while the reader is on the pages that the steps lead to: the browser keeps it.
"""

from typing import Any, ClassVar

from traitlets import Dict, List, TraitError, validate

from nnlib.widgets.base import Widget, module, stylesheet


class NinetyMinutes(Widget):
    """The steps of ninety minutes, a clock and a bar.

    Parameters
    ----------
    steps : list of dict
        As `nnlib.practice.ninety.STEPS`.
    blanks : dict of str to str
        The right option of each blank of the derivation.

    Raises
    ------
    traitlets.TraitError
        If a step lacks a field.
    """

    _esm = module("ninety.js")
    _css = stylesheet("ninety.css")

    steps = List(Dict()).tag(sync=True)
    blanks = Dict().tag(sync=True)

    def __init__(self, steps: list[dict[str, Any]], blanks: dict[str, str], **traits: Any) -> None:
        super().__init__(steps=steps, blanks=blanks, **traits)

    @validate("steps")
    def _check_steps(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = proposal["value"]
        for i, step in enumerate(steps):
            for field in ("id", "minutes", "title", "say", "page", "done"):
                if not step.get(field):
                    raise TraitError(f"steps[{i}] has no {field!r}")
        return steps


class Derivation(Widget):
    """A derivation with blanks to fill, each choice with its reason.

    Parameters
    ----------
    derivation : dict
        As `nnlib.practice.ninety.derivation` returns it.

    Attributes
    ----------
    given : dict of str to int
        For each blank that was filled, the place of the option chosen.

    Raises
    ------
    traitlets.TraitError
        If `derivation` has no title or no lines.
    """

    _esm = module("derivation.js")
    _css = stylesheet("ninety.css")
    _restored: ClassVar[tuple[str, ...]] = ("given",)

    derivation = Dict().tag(sync=True)
    given = Dict().tag(sync=True)

    def __init__(self, derivation: dict[str, Any], **traits: Any) -> None:
        super().__init__(derivation=derivation, **traits)

    @validate("derivation")
    def _check_derivation(self, proposal: dict[str, Any]) -> dict[str, Any]:
        derivation: dict[str, Any] = proposal["value"]
        for field in ("title", "lines"):
            if not derivation.get(field):
                raise TraitError(f"derivation has no {field!r}")
        return derivation
