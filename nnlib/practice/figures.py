"""Figures in a web page: a backend of matplotlib that hands each figure on as a picture.

A backend is where matplotlib draws to. This one draws as Agg does; ``plt.show()`` hands the pixels
to `Figures.draw`, in the order in which the figures were made, and closes them, as a notebook does.
"""

import base64
import io

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureCanvasBase, FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nnlib.practice.cells import Figures


def png(canvas: FigureCanvasBase) -> str:
    """Return a figure without empty margins, as a notebook stores it, in base64."""
    content = io.BytesIO()
    canvas.figure.savefig(content, format="png", bbox_inches="tight")
    return base64.b64encode(content.getvalue()).decode()


class FigureManager(FigureManagerBase):
    """Shows figures by handing them on."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Hand on all figures that are open, and close them."""
        for manager in Gcf.get_all_fig_managers():
            if Figures.draw is not None:
                Figures.draw(png(manager.canvas))
        Gcf.destroy_all()


class FigureCanvas(FigureCanvasAgg):
    """Agg's canvas, with that manager."""

    manager_class = FigureManager
