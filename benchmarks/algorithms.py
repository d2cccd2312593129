"""The search by all rows and by a tree, over a grid of sizes, and the costs that tell them apart.

For `algorithm="auto"`. Each case of the grid is measured three ways, interleaved: all rows, the
building of the tree, and the search with a tree that stands. What counts is processor time on one
thread, which other work on the machine disturbs least, and of it the best round. (The tree has one
thread anyway, and with few features the matrix product is the smaller part of the other.)

The costs in `nnlib.choice` are a least-squares fit, in relative error and with no negative cost, to
the clouds spread evenly over a cube: what the rows' intrinsic dimension is, no size tells. How
much the choice by these costs loses, on even and on clustered clouds, is stored beside them; so is
(2000, 20000, 4) against the bare tree.

The result, with machine and date, goes to algorithms.json. Takes about ten minutes.
Run: python benchmarks/algorithms.py [--output FILE] [--quick] [--fit]
(--fit measures nothing: it fits the costs to the stored times again).
"""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import frame
import numpy as np
from conditions import circumstances, load, processor_seconds, ratio
from frame import Say, program, say, store
from hostile import JUDGED, judge
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.spatial import cKDTree

from nnlib import nearest
from nnlib.choice import COSTS, FEW_NUMBERS, Costs, brute_terms, build_terms, tree_terms
from nnlib.exact import SMALL_WORK
from nnlib.memory import search
from nnlib.request import Request
from nnlib.settle import filled
from nnlib.training import TrainingSet
from nnlib.tree import Tree

STORED = Path(__file__).with_name("algorithms.json")
Rows = NDArray[np.floating[Any]]
Case = dict[str, Any]


@dataclass(frozen=True)
class Plan(frame.Plan):
    """What to measure: queries and rows, features, k, the clouds."""

    seconds: float = 0.6
    most: int = 25
    shapes: tuple[tuple[int, int], ...] = (
        (200, 2000), (2000, 2000), (200, 20_000), (2000, 20_000), (200, 200_000),
        (1, 20_000), (8, 20_000), (1, 200_000), (8, 200_000),
    )  # fmt: skip
    features: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 10, 12, 16, 32)
    many: tuple[tuple[int, int, int, int], ...] = (  # with k, on the even cloud
        (200, 20_000, 3, 300), (200, 20_000, 3, 3000), (200, 10_000, 8, 2600),
        (200, 20_000, 6, 2000), (100, 100_000, 3, 5000), (100, 200_000, 2, 5000),
        (100, 200_000, 4, 1000), (100, 10_000, 8, 9000),
    )  # fmt: skip
    target: tuple[int, int, int] = (2000, 20_000, 4)


QUICK = Plan(0.01, 2, 2, 0.0, ((20, 200), (40, 300)), (1, 3), ((20, 300, 2, 90),), (20, 300, 4))


def even(rng: np.random.Generator, n: int, d: int) -> Rows:
    """Return rows spread evenly over a cube."""
    return rng.random((n, d))


def clustered(rng: np.random.Generator, n: int, d: int) -> Rows:
    """Return rows in twenty flat clusters: three directions each, whatever d."""
    fixed = np.random.default_rng(7)  # rows and queries from the same clusters
    centers, axes = fixed.random((20, d)), fixed.standard_normal((20, min(d, 3), d))
    which = rng.integers(0, 20, n)
    steps = 0.05 * rng.standard_normal((n, min(d, 3), 1))
    return centers[which] + (steps * axes[which]).sum(axis=1)


CLOUDS: dict[str, Callable[[np.random.Generator, int, int], Rows]] = {
    "even": even,
    "clustered": clustered,
}


def case(cloud: str, n_test: int, n_train: int, d: int, k: int, plan: Plan) -> Case:
    """Return the seconds of all rows, of building the tree, and of searching with it."""
    rng = np.random.default_rng(0)
    T, X = CLOUDS[cloud](rng, n_train, d), CLOUDS[cloud](rng, n_test, d)
    training, planted = TrainingSet(T), TrainingSet(T)
    brute, tree = Request(k, algorithm="brute"), Request(k, algorithm="tree", memory_limit=2**28)
    search(planted, X, tree)
    calls = {
        "brute": lambda: processor_seconds(lambda: filled(T, *search(training, X, brute))),
        "build": lambda: processor_seconds(lambda: Tree(T)),
        "tree": lambda: processor_seconds(lambda: filled(T, *search(planted, X, tree))),
    }
    seconds = plan.rounds(calls)
    return {"cloud": cloud, "shape": [n_test, n_train, d], "k": k, "seconds": seconds}


def best(case: Case, name: str) -> float:
    """Return the time of the best round."""
    return float(min(case["seconds"][name]))


def fitted(terms: list[list[float]], seconds: list[float]) -> tuple[list[float], float]:
    """Return the costs, none negative, that fit best in relative error, and that error's square."""
    rows = np.array(terms) / np.array(seconds)[:, None]
    scale = rows.max(axis=0) + (rows == 0).all(axis=0)  # what no case pays for costs nothing
    costs, residual = nnls(rows / scale, np.ones(len(rows)))
    return [float(f"{c:.3g}") for c in costs / scale], float(residual**2)


def fit(cases: list[Case]) -> Costs:
    """Return the costs that explain the best rounds on the even clouds."""
    even = [c for c in cases if c["cloud"] == "even"]
    sizes = [(*c["shape"], c["k"]) for c in even]
    brute, build, asked = ([best(c, name) for c in even] for name in ("brute", "build", "tree"))
    trials = [
        (*fitted([tree_terms(*s, spread) for s in sizes], asked), spread)
        for spread in np.arange(0.2, 1.55, 0.05).round(2).tolist()
    ]
    tree, _, spread = min(trials, key=lambda trial: trial[1])
    alone, _ = fitted([brute_terms(*s) for s in sizes], brute)
    made, _ = fitted([build_terms(*s[1:3]) for s in sizes], build)
    return Costs(*alone, *made, *tree, spread)


def chosen(costs: Costs, shape: list[int], k: int, built: bool) -> str:
    """Return which of the two the costs call faster."""
    tree = costs.tree_seconds(*shape, k, built)
    return "tree" if tree < costs.brute_seconds(*shape, k) else "brute"


def loss(costs: Costs, case: Case, built: bool) -> float:
    """Return the time of the chosen one over that of the better one."""
    times = {"brute": best(case, "brute"), "tree": best(case, "tree")}
    if not built:
        times["tree"] += best(case, "build")
    return times[chosen(costs, case["shape"], case["k"], built)] / min(times.values())


def losses(costs: Costs, cases: list[Case]) -> dict[str, dict[str, float]]:
    """Return for each cloud the greatest loss with a new tree, with a standing one, and the mean.

    Only of cases in which there is a choice: of small work there is none before a tree stands.
    """
    found = {}
    for cloud in CLOUDS:
        some = [c for c in cases if c["cloud"] == cloud]
        new = [loss(costs, c, False) for c in some if prod(c["shape"]) > SMALL_WORK]
        standing = [
            loss(costs, c, True)
            for c in some
            if prod(c["shape"]) > SMALL_WORK or prod(c["shape"][1:]) >= FEW_NUMBERS
        ]
        if new:
            values = max(new), max(standing), float(np.exp(np.mean(np.log(new + standing))))
            names = ("new", "standing", "mean")
            found[cloud] = {n: round(v, 2) for n, v in zip(names, values, strict=True)}
    return found


def target(plan: Plan) -> list[Case]:
    """Return `nearest` beside the bare tree, and its wrong neighbors on lattices."""
    n_test, n_train, d = plan.target
    found = []
    for dtype in ("float64", "float32"):
        rng = np.random.default_rng(1)
        T, X = (even(rng, n, d).astype(dtype) for n in (n_train, n_test))
        calls = {
            "auto": lambda T=T, X=X: processor_seconds(lambda: nearest(T, X)),
            "bare tree": lambda T=T, X=X: processor_seconds(lambda: cKDTree(T).query(X)),
        }
        seconds = replace(plan, seconds=20 * plan.seconds, most=4 * plan.most).rounds(calls)
        made = {"dtype": dtype, "shape": [n_test, n_train, d], "seconds": seconds}
        made["ratio"] = round(ratio(made, "auto", "bare tree"), 2)
        made["wrong"] = {}
        for name, step in (("integer lattice", 1.0), ("0.1 lattice", 0.1)):
            T, X = ((rng.integers(0, 12, (n, d)) * step).astype(dtype) for n in (n_train, n_test))
            answers = {"auto": nearest(T, X), "bare tree": cKDTree(T).query(X)[1]}
            judged = judge(T, X, answers)
            made["wrong"][name] = {who: judged[who][0] for who in answers}
        found.append(made)
    return found


def measure(plan: Plan, say: Say) -> dict[str, Any]:
    """Measure everything in the plan and return it in the form that is stored."""
    result = circumstances(1) | {"load": load(), "judged": JUDGED}
    say("(2000, 20000, 4) beside the bare tree …")
    result["target"] = target(plan)
    say(f"    {[t['ratio'] for t in result['target']]}, wrong {result['target'][0]['wrong']}")
    result["cases"] = []
    for cloud in CLOUDS:
        for shape in plan.shapes:
            for d in plan.features:
                result["cases"].append(case(cloud, *shape, d, 1, plan))
            say(f"{cloud} cloud, {shape} …")
    for more in plan.many:
        result["cases"].append(case("even", *more, plan))
        say(f"even cloud, {more} …")
    return conclude(result)


def conclude(result: dict[str, Any]) -> dict[str, Any]:
    """Add costs and losses to what was measured."""
    costs = fit(result["cases"])
    return result | {"costs": costs._asdict(), "losses": losses(costs, result["cases"])}


FIT = {"--fit": {"action": "store_true", "help": "fit again to the stored times"}}


@program(STORED, __doc__, FIT, threads=1, quick="tiny sizes")
def main(options: Namespace) -> None:
    """Measure in a fresh process with sleeping threads; store what came out."""
    if options.fit:
        result = conclude(json.loads(options.output.read_text(encoding="utf-8")))
    else:
        result = measure(QUICK if options.quick else Plan(), say)
    print(f"losses: {result['losses']}")
    store(options, result)
    if not options.quick and result["costs"] != COSTS._asdict():
        print("These are not the costs of nnlib/choice.py; put there what a test will ask for:")
        print("".join(f"    {name}: float = {value}\n" for name, value in result["costs"].items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
