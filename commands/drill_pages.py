"""Make the pages of the drills from the drills: a notebook each, and the list.

A drill's home is its file in nnlib/practice/catalog. Its notebook is made from it by whoever needs
one, `make book`, `make lab` and the tests, outputs included, and is not kept in git. The outputs
are computed here, without a kernel; that a kernel's are the same, nbval holds.
"""

import ast
import os
from pathlib import Path
from typing import Any

import nbformat
import refresh

from nnlib.practice import drills
from nnlib.practice.questions import load as chapter
from nnlib.practice.task import Drill, Question

PAGES = Path(__file__).resolve().parent.parent / "chapters" / "practice"


def folded(summary: str, text: str) -> str:
    """Return text behind a line that opens it, in the page and in JupyterLab alike."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def questions(pairs: tuple[Question, ...]) -> str:
    """Return questions, each with its answer folded away."""
    return "\n\n".join(folded(pair.question, pair.answer) for pair in pairs)


def notebook(drill: Drill) -> Any:
    """Return the notebook of a drill, with its outputs."""
    name, function = drill.name, drill.solution.__name__
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    title = chapter(drill.chapter)["title"]
    cells = [
        text(
            f"# {drill.title}\n\n**Drill `{name}`** · about {drill.minutes} minutes · "
            f"{drill.difficulty} · explained in [{title}](../{drill.chapter}.ipynb)"
            f"\n\n*{drill.origin}*"
        ),
        text(f"## The question\n\n{drill.statement}"),
        text(
            "## Ask first\n\nWhat would you ask before you write? Think of three questions, then "
            f"compare.\n\n{questions(drill.clarifying)}"
        ),
        text(
            "## Your answer\n\nIn the page of the book, write in the pad below, then press "
            "*Judge*. In JupyterLab the judge runs on your own Python: start `make lab` in a "
            f"terminal, in the folder of the book, and open `practice/{name}.ipynb` in the list "
            "on the left: a copy of your own, which no update overwrites. There, replace the "
            "last line of the first cell, run it with Shift+Enter, then run the second cell: the"
            " judge."
        ),
        code(drill.stub.rstrip("\n")),
        code(f'from nnlib.practice import judge\n\njudge("{name}", {function})'),
        text(
            "## Hints\n\n"
            + "\n\n".join(
                folded(f"Hint {number} of {len(drill.hints)}", hint)
                for number, hint in enumerate(drill.hints, 1)
            )
        ),
        text("## The solution\n\nThe source that the tests run."),
        code(
            f'from nnlib.practice import show_solution\n\nshow_solution("{name}")',
            metadata={"tags": ["remove-input"]},
        ),
        text(
            "## What a strong answer covers\n\nCount what you said aloud or wrote down.\n\n"
            + "\n".join(f"- {line}" for line in drill.rubric)
        ),
        text(f"## Follow-ups\n\n{questions(drill.follow_ups)}"),
        text(
            "## Twists\n\nTo meet after passing. In the pad above, choose the twist beside "
            "*Judge*; in JupyterLab, write your function above the judge, in the same cell, and "
            "put its name in place of the dots. A pass in the pad ticks the drill on *Practice*,"
            " a page of the book; what passed elsewhere you can tick there yourself."
        ),
    ]
    for twist in drill.twists:
        cells.append(text(f"### Twist: {twist.title}\n\n{twist.statement}"))
        line = f'judge("{name}", ..., twist="{twist.name}")'
        cells.append(code(f"# Your function, then its name in place of the dots.\n{line}"))
        shown = f'show_solution("{name}", twist="{twist.name}")'
        cells.append(code(shown, metadata={"tags": ["remove-input"]}))
    run([cell for cell in cells if cell.cell_type == "code"])
    return refresh.canonical(nbformat.v4.new_notebook(cells=cells))


def run(cells: list[Any]) -> None:
    """Give code cells the outputs of a kernel: what the last line of each shows, if anything."""
    names: dict[str, Any] = {}
    for cell in cells:
        tree = ast.parse(cell.source)
        shown = isinstance(tree.body[-1], ast.Expr) and tree.body.pop()
        exec(compile(tree, "<cell>", "exec"), names)
        if isinstance(shown, ast.Expr):
            value = eval(compile(ast.Expression(shown.value), "<cell>", "eval"), names)
            data = {"text/plain": repr(value), "text/html": value._repr_html_()}
            cell.outputs = [nbformat.v4.new_output("execute_result", data)]


def listing() -> str:
    """Return the page that lists the drills."""
    lines = [
        "# Drills",
        "",
        "Each drill is a question as an interviewer would put it, a stub to fill, and a judge that "
        "says what is wrong and why it matters. It compares values and counts work; it never looks "
        "at a clock.",
        "",
        "Each page has a pad to write in: the judge runs there, in the page, with nothing to "
        "install, and no code leaves your machine. In JupyterLab it runs on your own Python: start "
        "`make lab` in a terminal, in the folder of the book, and open a notebook of the folder "
        "`practice` in the list on the left: a copy of your own, which no update overwrites. Or "
        "write a file with any editor, and ask the judge in the terminal:",
        "",
        "```sh",
        ".venv/bin/python -m nnlib.practice one_nn answer.py",
        "```",
        "",
        "A drill demands up to five things, and the verdict takes them one by one. *Correct*: "
        "right values, on ties and empty batches, too. *Dtypes*: small types such as uint8 change "
        "nothing. *Vectorized*: no Python loop over rows. *Memory*: no more at a time than the "
        "statement allows. *Robust*: bad input is refused, and the message names the argument. "
        "Each remark has a weight: *essential* where a demand is not met, *actionable* or "
        "*informative* where a drill may be passed all the same, *well done* for what was seen.",
        "",
        "| drill | minutes | difficulty | demanded |",
        "|---|--:|---|---|",
    ]
    for drill in drills():
        lines.append(
            f"| [{drill.title}]({drill.name}.ipynb)<br>`{drill.name}` | {drill.minutes} "
            f"| {drill.difficulty} | {', '.join(drill.demanded)} |"
        )
    total = sum(drill.minutes for drill in drills())
    lines += ["", f"Together about {total} minutes, twists not counted.", ""]
    return "\n".join(lines)


def make(pages: Path = PAGES) -> None:
    """Write every page whose content has changed; a reader's own copies are elsewhere."""
    pages.mkdir(parents=True, exist_ok=True)
    contents = {f"{d.name}.ipynb": refresh.written(notebook(d)) for d in drills()}
    for name, text in {**contents, "drills.md": listing()}.items():
        write(pages / name, text)


def write(path: Path, text: str) -> None:
    """Write a page if its content has changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        # Written beside and moved into place: nobody else reads half of it.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)


if __name__ == "__main__":
    make()
