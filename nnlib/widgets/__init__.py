"""Interactive figures that run in JupyterLab and, with no kernel, in the rendered book."""

from nnlib.widgets.cancellation import CancellationExplorer
from nnlib.widgets.chooser import IndexChooser
from nnlib.widgets.clocked import ClockedStepper
from nnlib.widgets.descent import TreeStepper
from nnlib.widgets.envelope import EnvelopeExplorer
from nnlib.widgets.mock import MockInterview
from nnlib.widgets.network import NetworkDiagram
from nnlib.widgets.progress import Progress
from nnlib.widgets.quiz import Quiz
from nnlib.widgets.temperature import TemperatureExplorer
from nnlib.widgets.voronoi import VoronoiExplorer

__all__ = [
    "CancellationExplorer",
    "ClockedStepper",
    "EnvelopeExplorer",
    "IndexChooser",
    "MockInterview",
    "NetworkDiagram",
    "Progress",
    "Quiz",
    "TemperatureExplorer",
    "TreeStepper",
    "VoronoiExplorer",
]
