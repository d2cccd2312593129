"""All drills, one file each: the file is a drill's only home, and its notebook is made from it."""

from collections.abc import Iterable
from importlib import import_module

from nnlib.practice.task import Drill

# In the order in which they are best met.
NAMES = (
    "one_nn",
    "nn_layer",
    "stable_softmax",
    "one_nn_batched",
    "one_nn_robust",
    "break_the_expansion",
    "three_layer_net",
    "knn_vote",
    "cosine_nn",
    "merge_shards",
    "entropy_and_1nn",
    "soft_nn_gradient",
    "tiny_backprop",
)


class Listing(tuple[Drill, ...]):
    """Drills that print as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(
            f"{d.name:<20} {d.minutes:>3} min  {d.difficulty:<7} {d.title}"
            for d in self
        )


def drill(name: str) -> Drill:
    """Return the drill of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists the names.
    """
    if name not in NAMES:
        raise ValueError(
            f"no drill {name!r}; there are {', '.join(NAMES)}"
        )
    found = import_module(f"nnlib.practice.catalog.{name}").DRILL
    assert isinstance(found, Drill)
    return found


def drills(names: Iterable[str] = NAMES) -> Listing:
    """Return all drills; printed, a line each."""
    return Listing(drill(name) for name in names)
