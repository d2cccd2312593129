"""What the judge says: a verdict for each tier, and for each failure what to look at and why."""

from dataclasses import dataclass, field
from html import escape

from nnlib.practice.checks import TIERS, Failure
from nnlib.practice.task import Drill, Task

WEIGHTS = ("essential", "actionable", "informative", "well done")
# What such a weight means to whoever asks whether the drill is passed.
MEANT = {
    "essential": "failed: {}",
    "actionable": "{}; not demanded, worth mending",
    "informative": "{}; not demanded, worth knowing",
}
# What was seen where a tier is reached, whatever the answer looks like inside.
OBSERVED = {
    "correct": "every value was the one that was wanted",
    "dtypes": "small types and wide ones gave the same labels",
    "vectorized": "no place in it ran once more for every further row",
    "memory": "at its peak it held what the statement allows",
    "robust": "bad input was refused, by the name of the argument",
}
MOST = 3  # failures told in full; the others are named
ALOUD = "Worth saying aloud, if it is how yours works:"
LEFT = ' style="text-align: left"'  # JupyterLab sets the cells of tables to the right


@dataclass(frozen=True)
class Report:
    """The verdict on one answer.

    Attributes
    ----------
    task : Task
        The drill or the twist.
    attempted : bool
        False for a stub that nobody has touched.
    tiers : dict
        Each of "correct", "dtypes", "vectorized", "memory", "robust" to True, False, or None
        where the tier is not looked at or was not reached.
    found : list of Failure
        Everything that a check found, whether its tier is demanded or only reported.
    """

    task: Task
    attempted: bool
    tiers: dict[str, bool | None] = field(default_factory=lambda: dict.fromkeys(TIERS))
    found: list[Failure] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every tier that the statement demands was reached."""
        return self.attempted and all(self.tiers[tier] for tier in self.task.demanded)

    @property
    def failures(self) -> list[str]:
        """The names of the checks that failed in demanded tiers."""
        return [f.name for f in self.found if f.tier in self.task.demanded]

    @property
    def weak(self) -> list[str]:
        """The names of the checks that failed in tiers that are only reported."""
        return [f.name for f in self.found if f.tier in self.task.reported]

    @property
    def verdict(self) -> str:
        """One of "passed", "passed, with remarks", "not passed", "not attempted"."""
        if not self.attempted:
            return "not attempted"
        if not self.passed:
            return "not passed"
        return "passed, with remarks" if self.found else "passed"

    def weight(self, failure: Failure) -> str:
        """Return how much a failure weighs: one of `WEIGHTS` but the last."""
        return self.task.reported.get(failure.tier, WEIGHTS[0])

    @property
    def aloud(self) -> list[str]:
        """What a candidate could say of the tiers that were reached, if it is true of theirs."""
        return [sentence for tier, sentence in self.task.aloud.items() if self.tiers[tier]]

    @property
    def next(self) -> str:
        """What there is to do after a drill is passed."""
        if not self.passed or not isinstance(self.task, Drill):
            return ""
        return f"Next, the twists: {', '.join(twist.name for twist in self.task.twists)}"

    def rows(self) -> list[tuple[str, str, str]]:
        """Return for each tier of the task its name, its verdict, and a sentence."""
        rows = []
        for tier in TIERS:
            if tier not in (*self.task.demanded, *self.task.reported):
                continue
            reached = self.tiers[tier]
            if reached is None:
                rows.append((tier, "not reached", "looked at when the values are right"))
            elif reached:
                rows.append((tier, WEIGHTS[-1], OBSERVED[tier]))
            else:
                failed = [f for f in self.found if f.tier == tier]
                weight = self.task.reported.get(tier, WEIGHTS[0])
                names = ", ".join(f.name for f in failed)
                rows.append((tier, weight, MEANT[weight].format(names)))
        return rows

    def details(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return for each failure told in full its heading and its labeled lines."""
        told = []
        for failure in sorted(self.found, key=lambda f: WEIGHTS.index(self.weight(f)))[:MOST]:
            lines = [("what", failure.line)]
            if failure.input:
                lines.append(("input", failure.input))
            if failure.facts:
                lines.append(("exactly", failure.facts))
            if failure.expected:
                lines.append(("expected", failure.expected))
            if failure.got and failure.got != failure.line:
                lines.append(("got", failure.got))
            if failure.printed:
                lines.append(("printed", " ".join(failure.printed.split())))
            asked = self.task.sentence(failure.demand)
            if asked:
                lines.append(("asked", asked))
            lines.append(("why it matters", failure.why))
            told.append((f"{failure.name} ({failure.tier}, {self.weight(failure)})", lines))
        return told

    def __str__(self) -> str:
        lines = [f"{self.task.name}, {self.task.title}: {self.verdict}"]
        if not self.attempted:
            lines.append("  Write the function, then run the judge again.")
            return "\n".join(lines)
        rows = self.rows()
        width = max(len(verdict) for _, verdict, _ in rows)
        for tier, verdict, sentence in rows:
            lines.append(f"  {tier:<10}  {verdict:<{width}}  {sentence}".rstrip())
        for heading, entries in self.details():
            lines += ["", heading]
            for label, text in entries:
                first, *more = text.splitlines()
                lines.append(f"  {label + ':':<15} {first}")
                lines += [f"  {'':<15} {line}" for line in more]
        if len(self.found) > MOST:
            lines += ["", "Also: " + ", ".join(f.name for f in self.found[MOST:])]
        if self.aloud:
            lines += ["", ALOUD, *(f"  “{sentence}”" for sentence in self.aloud)]
        if self.next:
            lines += ["", self.next]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """Return the report for a notebook: words and structure only, in the page's own colors."""
        head = f"<strong>{escape(self.task.name)}</strong>, {escape(self.task.title)}: "
        parts = [f'<section class="judge-report"><p>{head}<strong>{self.verdict}</strong></p>']
        if not self.attempted:
            parts.append("<p>Write the function, then run the judge again.</p></section>")
            return "\n".join(parts)
        parts.append('<table aria-label="Tiers"><tbody>')
        for tier, verdict, sentence in self.rows():
            parts.append(
                f'<tr><th scope="row"{LEFT}>{tier}</th><td{LEFT}>{escape(verdict)}</td>'
                f"<td{LEFT}>{escape(sentence)}</td></tr>"
            )
        parts.append("</tbody></table>")
        for heading, entries in self.details():
            parts.append(f"<details open><summary>{escape(heading)}</summary><dl>")
            for label, text in entries:
                shown = "<br>".join(map(escape, text.splitlines()))
                if label in ("input", "exactly", "expected", "got", "printed"):
                    shown = f"<samp>{shown}</samp>"
                parts.append(f"<dt>{label}</dt><dd>{shown}</dd>")
            parts.append("</dl></details>")
        if len(self.found) > MOST:
            parts.append(f"<p>Also: {', '.join(escape(f.name) for f in self.found[MOST:])}</p>")
        if self.aloud:
            items = "".join(f"<li>“{escape(sentence)}”</li>" for sentence in self.aloud)
            parts.append(f"<p>{ALOUD}</p><ul>{items}</ul>")
        if self.next:
            parts.append(f"<p>{escape(self.next)}</p>")
        parts.append("</section>")
        return "\n".join(parts)
