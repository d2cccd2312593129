"""How long a chapter takes, by a rule and not by guess.

Words at 220 a minute; three quarters of a minute for a code cell that is shown, half of one for a
displayed formula; three for a widget, a quiz included, and three for a *your turn*. The sum is
given to the next five minutes.
"""

import re
from typing import Any

WORDS = 220  # a minute
CELL = 0.75  # minutes
VIEW = "application/vnd.jupyter.widget-view+json"
FOLDED = {"hide-input", "remove-input"}
TIME = re.compile(r"\*\*About \d+ minutes\*\*")


def minutes(cells: list[Any]) -> int:
    """Return the minutes that these cells of a chapter take."""
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code"]
    shown = [cell for cell in code if not FOLDED & set(cell.metadata.get("tags", []))]
    widgets = [o for cell in code for o in cell.outputs if VIEW in o.get("data", {})]
    words = sum(len(text.split()) for text in prose)
    formulas = sum(text.count("$$") // 2 for text in prose)
    turns = sum(":class: your-turn" in text for text in prose)
    total = words / WORDS + CELL * len(shown) + 0.5 * formulas + 3 * (len(widgets) + turns)
    return max(5, 5 * round(total / 5))


def timed(cells: list[Any]) -> str:
    """Return the text of the first cell with the time that all of them take."""
    text: str = cells[0].source
    return TIME.sub(f"**About {minutes(cells)} minutes**", text)
