"""The library of *The Nearest Neighbor Network*: its public names, nothing else.

The estimators are loaded when first asked for, so that importing the search and the
networks does not also import scikit-learn.
"""

from typing import TYPE_CHECKING, Any

from nnlib.distances import squared_distances
from nnlib.network import ThreeLayerNet, softmax
from nnlib.search import k_nearest, nearest, predict_1nn

if TYPE_CHECKING:
    from nnlib.classifier import NearestNeighborClassifier, NearestNeighborRegressor

__all__ = [
    "NearestNeighborClassifier",
    "NearestNeighborRegressor",
    "ThreeLayerNet",
    "k_nearest",
    "nearest",
    "predict_1nn",
    "softmax",
    "squared_distances",
]


def __getattr__(name: str) -> Any:
    if name in {"NearestNeighborClassifier", "NearestNeighborRegressor"}:
        from nnlib import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
