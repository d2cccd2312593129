"""Interactive figures that run in JupyterLab and, with no kernel, in the rendered book."""

from nnlib.widgets.temperature import TemperatureExplorer

__all__ = ["TemperatureExplorer"]
