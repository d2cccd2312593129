"""The judge's verdict on every answer of the catalog; any Python can run this."""

from nnlib.practice import drills
from nnlib.practice.verdict import judged


def told(task, answer):
    """Return what must be the same wherever the judge runs."""
    report = judged(task, answer)
    return {
        "task": task.name,
        "answer": answer.__name__,
        "verdict": report.verdict,
        "tiers": report.tiers,
        "found": [failure.name for failure in report.found],
    }


def catalog():
    """Return the verdicts on all right and all wrong answers, twists included."""
    tasks = [task for drill in drills() for task in (drill, *drill.twists)]
    return [told(task, given.answer) for task in tasks for given in (*task.right, *task.wrong)]
