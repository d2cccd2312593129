"""The judge's verdict on every answer of the catalog; any Python can run this."""

from nnlib.practice import drills
from nnlib.practice.verdict import judged


def told(task, answer, report):
    """Return what must be the same wherever the judge runs."""
    return {
        "task": task.name,
        "answer": answer.__name__,
        "verdict": report.verdict,
        "tiers": report.tiers,
        "found": [failure.name for failure in report.found],
    }


def catalog(judge=judged):
    """Return the verdicts on all right and all wrong answers, twists included."""
    tasks = [task for drill in drills() for task in (drill, *drill.twists)]
    pairs = [(task, given.answer) for task in tasks for given in (*task.right, *task.wrong)]
    return [told(task, answer, judge(task, answer)) for task, answer in pairs]
