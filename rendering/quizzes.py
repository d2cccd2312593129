"""A quiz written out, for paper and for browsers that run no JavaScript."""

from __future__ import annotations

import re
from html import escape
from typing import Any

MARKUP = re.compile(r"`([^`]+)`|\*(\S(?:[^*]*\S)?)\*")  # as words.js has it


def prose(text: str) -> str:
    """Return a text of a quiz as HTML: code in backticks, stress in asterisks."""
    return MARKUP.sub(
        lambda found: f"<code>{found[1]}</code>" if found[1] else f"<em>{found[2]}</em>",
        escape(text, quote=False),
    )


def items(texts: list[str], tag: str = "ul") -> str:
    """Return a list in HTML."""
    return f"<{tag}>{''.join(f'<li>{text}</li>' for text in texts)}</{tag}>"


def code(text: str) -> str:
    """Return a listing, or a line of one, whose spaces count."""
    return f"<code>{escape(text, quote=False)}</code>"


def asked(question: dict[str, Any]) -> str:
    """Return what stands below a question: what may be chosen."""
    if "options" in question:
        return items([prose(option["text"]) for option in question["options"]])
    if "lines" in question:
        order = question.get("start", range(len(question["lines"])))
        return items([code(question["lines"][k]["text"]) for k in order], "ol")
    return ""


def answered(question: dict[str, Any]) -> str:
    """Return the answer to a question, and why it is that."""
    if question["kind"] == "numeric":
        unit = f" {question['unit']}" if "unit" in question else ""
        right = f"<strong>{question['answer']}{escape(unit)}.</strong> {prose(question['why'])}"
        near = [f"Not {one['value']}: {prose(one['why'])}" for one in question.get("near", [])]
        return f"<p>{right}</p>{items(near) if near else ''}"
    if question["kind"] == "order":
        return items([f"{code(o['text'])} {prose(o['why'])}" for o in question["lines"]], "ol")
    told = []
    for choice in question.get("options") or question["lines"]:
        hit = choice.get("right") or choice.get("wrong")
        text = prose(choice["text"]) if "options" in question else code(choice["text"].strip())
        fix = f" It should read {code(choice['fix'].strip())}." if "fix" in choice else ""
        told.append(f"{'✓' if hit else '✗'} {text} {prose(choice['why'])}{fix}")
    return items(told)


def written(state: dict[str, Any]) -> str:
    """Return a quiz in HTML: each question with its answer folded away.

    Parameters
    ----------
    state : dict
        The widget's: its title and its questions.
    """
    parts = [f"<p><strong>Quiz: {escape(state['title'])}</strong></p>"]
    for i, question in enumerate(state["questions"], 1):
        listing = f"<pre>{code(question['code'])}</pre>" if "code" in question else ""
        parts += [
            f"<p>{i}. {prose(question['ask'])}</p>{listing}{asked(question)}",
            f"<details><summary>Answer to question {i}</summary>{answered(question)}</details>",
        ]
    return "".join(parts)
