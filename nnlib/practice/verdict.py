"""The judge: runs a task's checks on an answer, tier by tier, and reports.

It compares values, never printed text, and measures cost by counting, never by a clock. Whatever
the answer does, the judge returns a report; it raises only for a drill that does not exist.
"""

import dis
import inspect
from collections.abc import Callable
from typing import Any

from nnlib.practice.catalog import drill
from nnlib.practice.checks import TIERS, Failure
from nnlib.practice.guard import LINES
from nnlib.practice.report import Report
from nnlib.practice.task import Drill, Task

ENDED = tuple(LINES)  # problems that would come up in every check


def judge(name: str, answer: Callable[..., Any] | None, *, twist: str | None = None) -> Report:
    """Return the verdict on an answer to a drill.

    Parameters
    ----------
    name : str
        One of the names that `drills()` lists.
    answer : callable
        The function that you wrote.
    twist : str, optional
        Judge a twist of the drill in place of the drill.

    Returns
    -------
    report : Report
        `passed`, `tiers`, `attempted`, `failures`; printed, it explains itself.

    Raises
    ------
    ValueError
        If there is no such drill or twist; the message lists those that there are.
    """
    task = drill(name)
    return judged(task.twist(twist) if twist else task, answer)


def judged(task: Task, answer: Any) -> Report:
    """Return the verdict on an answer to a task."""
    if answer is None or answer is ... or _is_empty(answer):
        return Report(task, attempted=False)
    if not callable(answer):
        kind = type(answer).__name__
        line = f"pass the function itself, such as {task.solution.__name__}; this is a {kind}"
        why = "The judge calls your function on inputs of its own."
        failure = Failure("is_a_function", "correct", line, why)
        return Report(task, True, {**dict.fromkeys(TIERS), "correct": False}, [failure])
    other = _other_arguments(task, answer)
    if other:
        why = "Whoever calls your function relies on the signature that the statement gives."
        failure = Failure("takes_its_arguments", "correct", other, why)
        return Report(task, True, {**dict.fromkeys(TIERS), "correct": False}, [failure])
    report = Report(task, attempted=True)
    for check in sorted(task.checks, key=lambda check: TIERS.index(check.tier)):
        broken = check.run(answer, task.parameters)
        if broken is None:
            if report.tiers[check.tier] is None:
                report.tiers[check.tier] = True
            continue
        if broken.untouched and check is task.checks[0]:
            return Report(task, attempted=False)
        report.tiers[check.tier] = False
        if broken.name not in [known.name for known in report.found]:
            report.found.append(broken)
        if broken.problem in ENDED or check.demand == broken.demand == task.base:
            break  # every further check would say the same, or ask what a wrong answer costs
    return report


def answer_in(names: dict[str, Any], task: Task, chosen: Drill) -> tuple[Any, str]:
    """Return the answer to a task among the names that a source defines, or why there is none.

    A twist that keeps the signature may keep the name of the drill that was chosen.
    """
    wanted = dict.fromkeys([task.solution.__name__, chosen.solution.__name__])
    for name in wanted:
        if name in names:
            return names[name], ""
    return None, f"defines no {' and no '.join(wanted)}"


def _other_arguments(task: Task, answer: Callable[..., Any]) -> str:
    """Return a line if a function cannot be called as the statement says, "" if it can."""
    try:
        signature = inspect.signature(answer)
    except Exception:  # some of what is written in C has none, and the call will tell
        return ""
    wanted, taken = list(task.parameters), list(signature.parameters)
    try:
        signature.bind(*wanted)
    except TypeError:
        fits = False
    else:
        first = taken[: len(wanted)]
        fits = first == wanted or sorted(first) != sorted(wanted)  # other names are no matter
    call = f"{task.solution.__name__}({', '.join(wanted)})"
    return "" if fits else f"the judge calls {call}; your function takes ({', '.join(taken)})"


def _is_empty(answer: Any) -> bool:
    """Return whether a function has no body but a docstring, `pass` or `...`."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname != "RESUME"]
    names = [step.opname for step in steps]
    # Python 3.12 and 3.13 return a constant in one step, 3.15 knows None as a common one.
    loads = ("LOAD_CONST", "LOAD_COMMON_CONSTANT")
    returns = names == ["RETURN_CONST"] or names in [[load, "RETURN_VALUE"] for load in loads]
    return returns and steps[0].argval is None
