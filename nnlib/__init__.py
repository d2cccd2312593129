"""The library of *The Nearest Neighbor Network*: its public names, nothing else.

The estimators, which need scikit-learn, and the networks are loaded when first asked for:
importing the search imports NumPy and the search.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nnlib.distances import squared_distances
from nnlib.search import k_nearest, nearest, predict_1nn, radius_neighbors

if TYPE_CHECKING:
    from nnlib.classifier import NearestNeighborClassifier, NearestNeighborRegressor
    from nnlib.clocked import ClockedKNN
    from nnlib.network import ThreeLayerNet, softmax
    from nnlib.threshold import PerceptronNet

__version__ = "0.1.0"

__all__ = [
    "ClockedKNN",
    "NearestNeighborClassifier",
    "NearestNeighborRegressor",
    "PerceptronNet",
    "ThreeLayerNet",
    "k_nearest",
    "nearest",
    "predict_1nn",
    "radius_neighbors",
    "softmax",
    "squared_distances",
]
# The module of each name that is loaded on demand.
LATER = {
    "ClockedKNN": "clocked",
    "NearestNeighborClassifier": "classifier",
    "NearestNeighborRegressor": "classifier",
    "PerceptronNet": "threshold",
    "ThreeLayerNet": "network",
    "softmax": "network",
}


def __getattr__(name: str) -> Any:
    if name in LATER:
        return getattr(import_module(f"nnlib.{LATER[name]}"), name)
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
