"""Make the page of all interview questions, which is the deck of cards, from their homes.

A card is a fold: its title is the front, what it hides is the back, and its id says what it comes
from, ``card-said-CHAPTER-…``, ``card-quiz-CHAPTER-ID``, ``card-mock-PART-ID`` or
``card-drill-NAME-…``. The interview answers are those that end the chapters; the rest comes from
the quizzes, the mock interview and the drills. The page is made by whoever needs it, like those of
the drills, and is not kept in git.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import refresh
from drill_pages import PAGES, write

from nnlib.practice import cards as practice_cards
from nnlib.practice import drills, mock, questions

CHAPTERS = PAGES.parent
SECTION = "## In the interview"
FOLD = re.compile(r"^:::\{admonition\} ([^\n]+)\n:class: dropdown\n\n(.*?)\n:::$", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
LINES = "".join(f"{line}\n" for line in ("```{code-block} text", ":class: front", ""))
HEAD = """\
# All interview questions

*Every question that the book asks as an interviewer would, by chapter; and a deck to keep them.*

Below stand the questions that end the chapters, those of the quizzes and of the mock interview, and
the follow-ups of the drills, each with its answer folded away. As a deck, they come one by one. A
card that you know comes back after 1 day, then after 3, 7 and 21; one that was hard, after the same
time again; one that you missed, in the same round: the boxes of Sebastian Leitner. Only cards that
you have taken up come back. What you missed in a quiz or in a mock interview, or what the judge did
not pass in a pad, is taken up by itself.

```{code-cell} ipython3
:tags: [remove-input]

from nnlib.practice import deck

deck()
```
"""
FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n"


def card(name: str, front: str, back: str) -> str:
    """Return a card; its fence is longer than any in it."""
    return f"::::::{{admonition}} {front}\n:class: dropdown\n:name: card-{name}\n\n{back}\n::::::"


def slug(text: str) -> str:
    """Return a name that follows the words and nothing else."""
    return questions.digest(text)


def moved(text: str, folder: str) -> str:
    """Return Markdown of the folder of chapters, or of practice, for a page in practice."""

    def link(found: re.Match[str]) -> str:
        return f"](../{found[1]})".replace("../practice/", "")

    return LINK.sub(link, text) if folder != "practice" else text


def said(chapter: str) -> Iterator[str]:
    """Yield the questions that end a chapter."""
    notebook = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and SECTION in cell.source:
            _, section = cell.source.split(SECTION)
            for front, back in FOLD.findall(section.split("\n## ")[0]):
                yield card(f"said-{chapter}-{slug(front)}", front, moved(back, "chapters"))


def listing(text: str) -> str:
    """Return a listing that belongs to the front of a card."""
    return f"{LINES}{text.rstrip()}\n```\n\n"


def asked(chapter: str) -> Iterator[str]:
    """Yield the questions of a chapter's quiz."""
    for question in questions.load(chapter)["questions"]:
        name = f"quiz-{chapter}-{question['id']}"
        front = listing(question["code"]) if "code" in question else ""
        if question["kind"] == "numeric":
            value = f"{question['answer']:g} {question.get('unit', '')}".strip()
            back = f"{value}. {question['why']}"
        elif question["kind"] == "order":
            lines = sorted(question["lines"], key=lambda line: str(line["text"]))
            front += listing("\n".join(line["text"] for line in lines))
            back = listing("\n".join(line["text"] for line in question["lines"])).replace(
                ":class: front\n", ""
            )
        elif question["kind"] == "wrong-line":
            front += listing("\n".join(line["text"] for line in question["lines"]))
            (wrong,) = (line for line in question["lines"] if line.get("wrong"))
            back = f"`{wrong['text'].strip()}`. {wrong['why']}"
        else:
            front += "".join(f"- {option['text']}\n" for option in question["options"])
            front = f"::::{{div}} front\n{front}\n::::\n\n"
            right = [option for option in question["options"] if option.get("right")]
            back = "\n\n".join(f"*{option['text']}* {option['why']}" for option in right)
            back = back or " ".join(option["why"] for option in question["options"])
        yield card(name, question["ask"], front + back)


def interviewed() -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of the mock interview with the questions that fit every scene."""
    for number, part in enumerate(mock.load()["parts"]):
        cards = []
        for step in mock.steps("mock.yaml", part):
            if not practice_cards.fits_every_scene(step):
                continue
            lines = [line if isinstance(line, str) else line["say"] for line in step["answer"]]
            front = listing(step["bug"]) if "bug" in step else ""
            cards.append(card(f"mock-{number}-{step['id']}", step["ask"], front + " ".join(lines)))
        yield part["title"], cards


def followed(drill: Any) -> Iterator[str]:
    """Yield the follow-ups of a drill."""
    for pair in drill.follow_ups:
        name = practice_cards.of_drill(drill.name, pair.question)
        yield card(name.removeprefix("card-"), pair.question, moved(pair.answer, "practice"))


def page() -> str:
    """Return the page."""
    parts = [FRONT + HEAD]
    known = questions.chapters()
    for path in refresh.notebooks():
        if path.stem in known:
            title = questions.load(path.stem)["title"]
            parts += [f"## {title}", *said(path.stem), *asked(path.stem)]
    for title, cards in interviewed():
        parts += [f"## The mock interview: {title}", *cards]
    for drill in drills():
        if drill.follow_ups:
            parts += [f"## Drill: {drill.title}", *followed(drill)]
    return "\n\n".join(parts) + "\n"


def make(pages: Path = PAGES) -> None:
    """Write the page if its content has changed."""
    write(pages / "questions.md", page())


if __name__ == "__main__":
    make()
