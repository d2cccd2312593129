"""Interactive figures that run in JupyterLab and, with no kernel, in the rendered book."""

from nnlib.widgets.attention import AttentionStepper
from nnlib.widgets.cancellation import CancellationExplorer
from nnlib.widgets.cascade import CascadeStepper
from nnlib.widgets.chooser import IndexChooser
from nnlib.widgets.clocked import ClockedStepper
from nnlib.widgets.deck import Deck
from nnlib.widgets.descent import TreeStepper
from nnlib.widgets.envelope import EnvelopeExplorer
from nnlib.widgets.floats import FloatExplorer
from nnlib.widgets.graph import WalkStepper
from nnlib.widgets.learning import LearningStepper
from nnlib.widgets.maxnet import MaxnetStepper
from nnlib.widgets.mock import Debrief, InterviewerSheet, MockInterview
from nnlib.widgets.network import NetworkDiagram
from nnlib.widgets.ninety import Derivation, NinetyMinutes
from nnlib.widgets.progress import Progress
from nnlib.widgets.quiz import Quiz
from nnlib.widgets.regions import PerceptronStepper
from nnlib.widgets.scan import ScanStepper
from nnlib.widgets.shards import ShardStepper
from nnlib.widgets.temperature import TemperatureExplorer
from nnlib.widgets.voronoi import VoronoiExplorer

__all__ = [
    "AttentionStepper",
    "CancellationExplorer",
    "CascadeStepper",
    "ClockedStepper",
    "Debrief",
    "Deck",
    "Derivation",
    "EnvelopeExplorer",
    "FloatExplorer",
    "IndexChooser",
    "InterviewerSheet",
    "LearningStepper",
    "MaxnetStepper",
    "MockInterview",
    "NetworkDiagram",
    "NinetyMinutes",
    "PerceptronStepper",
    "Progress",
    "Quiz",
    "ScanStepper",
    "ShardStepper",
    "TemperatureExplorer",
    "TreeStepper",
    "VoronoiExplorer",
    "WalkStepper",
]
