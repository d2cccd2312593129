"""A million rows: approximate engines beside exact search, and how pruning fades with d.

Four measurements, stored together in scale.json, from which chapters of the book draw their
figures: recall against speed, leaves opened by trees, the concentration of distances, and the
roofline, each described in its module. The middle two are counts and ratios of distances: they
are the same on every run. The others are rates of one machine, stored round by round, so that
their spread shows how quiet it was. Takes about fifteen minutes on two cores.
Needs the extra `scale`.
Run: python benchmarks/scale.py [--threads N] [--output FILE] [--quick]
"""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import concentration
import pruning
import recall
import roofline
from conditions import circumstances, load, ratio
from frame import Say, program, say, steps, store

STORED = Path(__file__).with_name("scale.json")
PARTS = {"search": recall, "pruning": pruning, "contrast": concentration, "roofline": roofline}
FULL = {name: part.Plan() for name, part in PARTS.items()}
QUICK = {name: part.QUICK for name, part in PARTS.items()}


def measure(plans: dict[str, Any], threads: int, say: Say) -> dict[str, Any]:
    """Measure everything in the plans and return it in the form that is stored."""
    tell = steps(len(PARTS), say)
    result = circumstances(threads) | {"load": [load()]}
    for name, part in PARTS.items():
        tell(part.__name__)
        result[name] = part.measure(plans[name], say)
    result["load"].append(load())
    exact = result["search"]["engines"][0]["points"][0]["seconds"]
    times = {"exact": exact, "product": result["search"]["product"]}
    over = ratio({"seconds": times}, "exact", "product")
    say(f"{'':13}exact over the bare product {over:.2f}")
    return result


@program(STORED, __doc__, threads="for every engine", quick="tiny sizes")
def main(options: Namespace) -> None:
    """Measure in a fresh process with sleeping threads; store what came out."""
    result = measure(QUICK if options.quick else FULL, options.threads, say)
    store(options, result, "; `make refresh` draws the chapter anew")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
