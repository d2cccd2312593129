"""Change the drills' reference solutions one place at a time, and list the changes that still pass.

A statement is only as good as its checks: a solution with a comparison turned, an axis, a type,
a tie rule or a constant changed should be refused. What lives is either equivalent to the
solution, and stands in `EQUIVALENT` with the reason, or a check is missing.

    .venv/bin/python commands/mutants.py            all drills, some minutes
    .venv/bin/python commands/mutants.py one_nn     one of them
"""

import ast
import copy
import linecache
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.practice import drills
from nnlib.practice.solutions import source_of
from nnlib.practice.task import Task
from nnlib.practice.verdict import judged

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
TURNED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
NEGATED = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
WORDS = {
    "float64": ("float32",),
    "argmin": ("argmax",),
    "argmax": ("argmin",),
    "min": ("max",),
    "max": ("min",),
    "stable": ("quicksort",),
    "exp": ("exp2",),
    "log": ("log2",),
    "log2": ("log",),
}
# Why a living mutant is the same answer: the reason, the task, and the line as it stands changed.
REASONS = {
    "the last axis, which is named, is the default": [
        ("knn_vote", "return np.asarray(reduced.argsort(kind='stable')[:, :k])"),
        ("entropy_of_neighbors", "near = y_train[reduced.argsort(kind='stable')[:, :k]]"),
        ("merge_shards", "order = np.lexsort((index, d2))[:, :k]"),
        (
            "merge_shards",
            "return (np.take_along_axis(d2, order), np.take_along_axis(index, order, axis=1))",
        ),
        (
            "merge_shards",
            "return (np.take_along_axis(d2, order, axis=1), np.take_along_axis(index, order))",
        ),
        ("merge_replicas", "order = np.lexsort((index, d2))"),
        ("merge_replicas", "keep = again.argsort(kind='stable')[:, :k]"),
    ],
    "which labels agree is a symmetric matrix": [
        ("knn_vote", "votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=1)"),
        ("entropy_of_neighbors", "same = (near[:, :, None] == near[:, None, :]).sum(axis=1)"),
    ],
    "both arrays of a pair have k columns": [
        ("merge_shards", "k = a[1].shape[1]"),
        ("merge_shards", "k = a[-1].shape[1]"),
        ("merge_replicas", "k = a[1].shape[1]"),
        ("merge_replicas", "k = a[-1].shape[1]"),
    ],
    "at most k of the 2k entries are copies, so that no copy is kept": [
        ("merge_replicas", "d2, index = (np.where(again, np.inf, d2), np.where(again, 1, index))"),
        ("merge_replicas", "d2, index = (np.where(again, np.inf, d2), np.where(again, -2, index))"),
        ("merge_replicas", "d2, index = (np.where(again, np.inf, d2), np.where(again, -0, index))"),
    ],
    "what fills up is already at distance ∞, whether it counts as a copy or not": [
        (
            "merge_replicas",
            "again[:, 1:] = (index[:, 1:] == index[:, :-1]) & (index[:, 1:] >= -1)",
        ),
    ],
    "zeros are divided by it": [
        ("masked", "return np.asarray(e / np.where(total > 0, total, 2.0))"),
    ],
    "a total is 0, or at least 1: the largest entry's exponential is 1": [
        ("masked", "return np.asarray(e / np.where(total > 1, total, 1.0))"),
    ],
    "an estimate of what a block costs; a little more or less stays within the grace": [
        ("one_nn_batched", "fixed = 9 * n_train"),
        ("one_nn_batched", "fixed = 7 * n_train"),
        ("one_nn_batched", "rows = max(1, (max_bytes + fixed) // (8 * (n_train + d + 1)))"),
        ("one_nn_batched", "rows = max(1, (max_bytes - fixed) // (9 * (n_train + d + 1)))"),
        ("one_nn_batched", "rows = max(1, (max_bytes - fixed) // (8 * (n_train + d - 1)))"),
        ("one_nn_batched", "rows = max(1, (max_bytes - fixed) // (8 * (n_train + d + 2)))"),
        ("one_nn_batched", "rows = max(1, (max_bytes - fixed) // (8 * (n_train + d + 0)))"),
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (9 * 4 * (d + 128))))"),
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (7 * 4 * (d + 128))))"),
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (8 * 5 * (d + 128))))"),
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (8 * 3 * (d + 128))))"),
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (8 * 4 * (d + 129))))"),
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (8 * 4 * (d + 127))))"),
    ],
    "the least budget has room for several rows": [
        ("one_nn_batched", "rows = max(2, (max_bytes - fixed) // (8 * (n_train + d + 1)))"),
        ("one_nn_batched", "rows = max(0, (max_bytes - fixed) // (8 * (n_train + d + 1)))"),
        ("float32_train", "rows = max(2, min(n_train, max_bytes // (8 * 4 * (d + 128))))"),
        ("float32_train", "rows = max(0, min(n_train, max_bytes // (8 * 4 * (d + 128))))"),
    ],
    "small blocks of training rows are right, and slow, which this twist allows": [
        ("float32_train", "rows = max(1, min(n_train, max_bytes // (8 * 4 * (d - 128))))"),
    ],
    "blocks that overlap by one row compute it twice": [
        ("float32_train", "for i in range(0, len(X_test), 127):"),
    ],
    "the queries are float32 already, and NumPy widens them where they meet float64": [
        ("float32_train", "X = X_test[i:i + 128].astype(np.float32)"),
    ],
    "other data on which the expansion fails": [
        ("break_the_expansion", "return (np.array([[1000000000.0 - 2], [1000000000.0 + 1]]), x)"),
        ("break_the_expansion", "return (np.array([[1000000000.0 + 2], [1000000000.0 - 1]]), x)"),
        ("break_the_expansion", "return (np.array([[1000000000.0 + 3], [1000000000.0 + 1]]), x)"),
        ("break_the_expansion", "return (np.array([[1000000000.0 + 2], [1000000000.0 + 0]]), x)"),
        (
            "expansion_in_float32",
            "return (np.array([[10011], [10005]], dtype=np.float32), "
            "np.array([10007], dtype=np.float32))",
        ),
        (
            "expansion_in_float32",
            "return (np.array([[10010], [10006]], dtype=np.float32), "
            "np.array([10007], dtype=np.float32))",
        ),
    ],
    "all weights grow alike": [
        ("weighted_vote", "weight = np.where(hit, d == 0, 2 / np.where(d == 0, 1, d))"),
    ],
    "where a distance is 0 the other branch is taken": [
        ("weighted_vote", "weight = np.where(hit, d == 0, 1 / np.where(d == 0, 2, d))"),
        ("weighted_vote", "weight = np.where(hit, d == 0, 1 / np.where(d == 0, 0, d))"),
        ("weighted_vote", "weight = np.where(hit, d == 0, 1 / np.where(d == 1, 1, d))"),
        ("weighted_vote", "weight = np.where(hit, d == 0, 1 / np.where(d == -1, 1, d))"),
    ],
    "the initial value counts for rows without features only": [
        ("huge_rows", "largest = np.abs(Z).max(axis=1, keepdims=True)"),
        ("huge_rows", "largest = np.abs(Z).max(axis=1, keepdims=True, initial=-1)"),
    ],
    "a side without labels has no share to divide": [
        ("information_gain", "p = counts / max(0, len(labels))"),
    ],
    "one bit more before and on either side cancels": [
        ("information_gain", "return float((p * np.log2(2 / p)).sum())"),
    ],
    "six digits are asked for, and float32 has seven": [
        ("temperature_gradient", "return np.float32(dz @ d2 / temperature ** 2)"),
    ],
}
EQUIVALENT = {key: reason for reason, keys in REASONS.items() for key in keys}
UNTOUCHED = ("annotation", "returns", "decorator_list")  # fields that say nothing of the values


def last_of_equals(values: Any, name: str, axis: int = -1) -> Any:
    """Return what argmin or argmax would, but the last of equal places."""
    back = getattr(np.flip(values, axis=axis), name)(axis=axis)
    return values.shape[axis] - 1 - back


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a node may be changed into."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for table in (COMPARISONS, TURNED, NEGATED):
            other = table.get(type(node.ops[0]))  # type: ignore[call-overload]
            if other is not None:
                yield with_field(node, "ops", [other()])
    elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        yield with_field(node, "op", SIGNS[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from (with_field(node, "value", value) for value in constants(node.value))
    elif isinstance(node, ast.Attribute):
        yield from (with_field(node, "attr", word) for word in WORDS.get(node.attr, ()))
    elif isinstance(node, ast.Name) and node.id == "float":
        yield ast.parse("np.float32", mode="eval").body
    elif isinstance(node, ast.Call):
        yield from of_call(node)


def constants(value: object) -> tuple[object, ...]:
    """Return what a constant may be changed into."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, float):
        return (value * 2,)
    return WORDS.get(value, ()) if isinstance(value, str) else ()


def of_call(node: ast.Call) -> Iterator[ast.AST]:
    """Give calls with another tie rule, or without one of their keywords."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("argmin", "argmax"):
        given = [node.func.value, ast.Constant(node.func.attr), *node.args]
        yield ast.Call(ast.Name("last_of_equals", ast.Load()), given, node.keywords)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims", "kind", "initial"):
            yield with_field(node, "keywords", node.keywords[:i] + node.keywords[i + 1 :])


def with_field(node: ast.AST, name: str, value: object) -> ast.AST:
    """Return a copy of a node with one field replaced."""
    changed = copy.copy(node)
    setattr(changed, name, value)
    return changed


def mutants(source: str, elsewhere: str) -> Iterator[tuple[str, str]]:
    """Give the changed sources, each with the line that was changed.

    What stands in `elsewhere` as well is changed there.
    """
    tree, known = ast.parse(source), {ast.dump(node) for node in ast.parse(elsewhere).body}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    worded = {id(node) for text in texts for node in ast.walk(text)}
    places = [
        (parent, field, index)
        for own in tree.body
        if ast.dump(own) not in known
        for parent in ast.walk(own)
        if not isinstance(parent, ast.arguments)
        for field, value in ast.iter_fields(parent)
        if field not in UNTOUCHED and id(parent) not in worded
        if not (isinstance(parent, ast.keyword) and parent.arg == "strict")
        for index in (range(len(value)) if isinstance(value, list) else (None,))
    ]
    before = ast.unparse(tree).splitlines()
    for parent, field, index in places:
        value = getattr(parent, field)
        node = value if index is None else value[index]
        if not isinstance(node, ast.AST) or is_docstring(node):
            continue
        for changed in changes(node):
            put(parent, field, index, ast.fix_missing_locations(ast.copy_location(changed, node)))
            text = ast.unparse(tree)
            put(parent, field, index, node)
            after = text.splitlines()
            if after != before:
                yield text, next(a for a, b in zip(after, before, strict=False) if a != b).strip()


def is_docstring(node: ast.AST) -> bool:
    """Return whether a node is a text that stands by itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    """Put a node in a place of its parent."""
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def lives(task: Task, text: str) -> bool:
    """Return whether a changed solution still passes, without a remark."""
    names: dict[str, Any] = {"last_of_equals": last_of_equals}
    linecache.cache["<mutant>"] = (len(text), None, text.splitlines(keepends=True), "<mutant>")
    try:
        exec(compile(text, "<mutant>", "exec"), names)
    except Exception:  # a default value that cannot be computed, and the like
        return False
    answer: Callable[..., Any] = names[task.solution.__name__]
    return not judged(task, answer).found


def main(names: list[str]) -> int:
    """Print the living mutants; return 1 if one of them is not known to be equivalent."""
    tried = alive = 0
    unknown = []
    known = set()
    for drill in drills(names) if names else drills():
        for task in (drill, *drill.twists):
            elsewhere = "" if task is drill else source_of(drill.solution)
            for text, line in mutants(source_of(task.solution), elsewhere):
                tried += 1
                if not lives(task, text):
                    continue
                alive += 1
                reason = EQUIVALENT.get((task.name, line))
                known.add((task.name, line))
                if reason is None:
                    unknown.append((task.name, line))
                print(f"{task.name}: {line}\n    {reason or 'lives, and no reason is known'}")
    print(f"{tried} mutants, {alive} alive, {len(unknown)} of them without a reason")
    stale = [key for key in EQUIVALENT if not names and key not in known]
    for name, line in stale:
        print(f"{name}: {line}\n    a reason for a mutant that does not live")
    return 1 if unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
