"""What a page offers as an answer is judged, and breaks only the demands that are named here."""

import ast
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from nnlib.practice import judge

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
# All interview questions stand elsewhere: that page is made of them.
WRITTEN = [path for path in CHAPTERS.rglob("*.md") if path.stem != "questions"]
PAGES = [*CHAPTERS.glob("*.ipynb"), *WRITTEN]
RANKING = {"argmin", "argmax", "argsort", "partition", "exp", "sorted"}


def prose(page):
    """Return what a page says, without the cells that it runs."""
    if page.suffix == ".md":
        return re.sub(r"^```\{code-cell\}.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    cells = nbformat.read(page, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def blocks(page):
    """Return the blocks of Python that a page shows and does not run."""
    return re.findall(r"^```python\n(.*?)^```", prose(page), flags=re.M | re.S)


def expressions(page):
    """Yield the code within sentences that does two things at least with rows or scores."""
    doing = (ast.BinOp, ast.Call, ast.Subscript, ast.Compare)
    for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose(page)):
        try:
            tree = ast.parse(code)
        except SyntaxError:
            continue
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        done = sum(isinstance(node, doing) for node in ast.walk(tree))
        if done >= 2 and names & {*"XTWDsx", "X_train", "X_test", "scores"}:
            yield code


def top_level(page):
    """Yield the imports and functions of a notebook, in its order."""
    for cell in nbformat.read(page, as_version=4).cells:
        if cell.cell_type == "code":
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom):
                    yield node


def ranking_functions(page):
    """Return the names of a notebook's functions that choose by size or take an exponential."""
    found = []
    for node in top_level(page):
        if isinstance(node, ast.FunctionDef):
            inner = list(ast.walk(node))
            used = {n.attr for n in inner if isinstance(n, ast.Attribute)}
            used |= {n.id for n in inner if isinstance(n, ast.Name)}
            if used & RANKING:
                found.append(node.name)
    return found


def names_of(page, last=None):
    """Return what a notebook defines up to and with the function `last`."""
    names = {"np": np}
    for node in top_level(page):
        exec(compile(ast.Module([node], []), page.name, "exec"), names)
        if isinstance(node, ast.FunctionDef) and node.name == last:
            break
    return names


# --- What is judged: where it stands, the drill, how it is called, the demands that it breaks ---

TYPES = {
    "dtypes"
}  # "Ties, edges and bad input" comes to small types; `one_nn` reports them and passes all the same
WIDE = {"dtypes", "no_cube"}
BLOCKS = {
    ("cheatsheet", 0): ("one_nn", "T, y, X", set()),
}
SENTENCES = {
    ("warmup", "((X[:, None, :] - T[None, :, :]) ** 2).sum(axis=2)"): (
        "one_nn",
        "lambda T, y, X: y[({}).argmin(axis=1)]",
        WIDE,
    ),
    ("expansion", "((X[:, None, :] - T[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)"): (
        "one_nn",
        "lambda T, y, X: y[{}]",
        WIDE,
    ),
    # The sentence speaks of one query, and its W and b stand above it.
    ("argmax", "y_train[s.argmax()]"): (
        "one_nn",
        "lambda T, y_train, X: np.array([{} for s in 2 * X @ T.T - (T**2).sum(1)], y_train.dtype)",
        {"dtypes", "no_loop"},
    ),
    # The weak answer returns indices where labels are asked for, and later has no bias.
    ("interview", "((X_test[:, None] - X_train) ** 2).sum(-1).argmin(1)"): (
        "one_nn",
        "lambda X_train, y, X_test: {}",
        {"nearest"},
    ),
    ("interview", "(W @ x).argmax()"): (
        "one_nn",
        "lambda W, y, X: y[np.array([{} for x in X], int)]",
        {"nearest"},
    ),
    # The borderline answer did not ask about dtypes.
    ("interview", "y_train[scores.argmax(1)]"): (
        "one_nn",
        "lambda T, y_train, X: (lambda scores: {})(X @ (2 * T).T - (T**2).sum(1))",
        TYPES,
    ),
}
FUNCTIONS = {
    ("nearest", "nearest_by_loop"): (
        "one_nn",
        "lambda T, y, X: y[np.array([nearest_by_loop(T.tolist(), x) for x in X.tolist()], int)]",
        {"no_loop"},
    ),
    ("expansion", "cube"): ("one_nn", "lambda T, y, X: y[cube(X, T)]", WIDE),
    ("expansion", "expanded"): (
        "one_nn",
        "lambda T, y, X: y[expanded(X, T).argmin(axis=1)]",
        TYPES,
    ),
    ("expansion", "reduced"): (
        "one_nn",
        "lambda T, y, X: y[reduced(X, T).argmin(axis=1)]",
        TYPES,
    ),
    ("expansion", "predict"): ("one_nn", "lambda T, y, X: predict(T, y, X)", TYPES),
    ("expansion", "nearest_in_batches"): (
        "one_nn",
        "lambda T, y, X: y[nearest_in_batches(T, X)]",
        TYPES,
    ),
    ("argmax", "layer"): ("one_nn", "lambda T, y, X: y[layer(X, T).argmax(axis=1)]", TYPES),
    ("temperature", "stable_softmax"): (
        "stable_softmax",
        "lambda z, temperature=1.0: stable_softmax(z, temperature)",
        set(),
    ),
    # "For τ > 0", says its chapter.
    ("iris", "three_layers"): (
        "three_layer_net",
        "lambda T, y, X, t: three_layers(T, (y[:, None] == np.unique(y)) * 1.0, t)(X)",
        {"zero", "earliest"},
    ),
    ("exact", "certified"): (
        "one_nn",
        "lambda T, y, X: y[np.array(certified(T, X)[0], int)]",
        {"dtypes", "no_loop"},
    ),
    ("neighbors", "votes_for_every_k"): ("knn_vote", "voted", set()),
    ("millions", "by_tree"): (
        "one_nn",
        "lambda T, y, X: y[np.array([by_tree(T, x[None])[0][0] for x in X], int)]",
        {"dtypes", "no_loop"},
    ),
    ("shards", "merge"): ("merge_shards", "merged", {"no_loop"}),
    # The slips are wrong, each in the way that its diagnosis says.
    ("slips", "case_5"): ("one_nn", "case_5", {"nearest"}),
    ("slips", "case_7"): ("one_nn", "case_7", {"nearest"}),
    ("slips", "case_8"): (
        "stable_softmax",
        "lambda z, temperature=1.0: case_8(np.eye(z.shape[-1]), z, temperature)",
        {"softmax"},
    ),
    ("slips", "case_9"): ("one_nn", "lambda T, y, X: y[case_9(T, X)]", TYPES),
    ("slips", "case_10"): (
        "one_nn",
        "lambda T, y, X: y[np.array([case_10(T, x, 3) for x in X], int)]",
        {"nearest"},
    ),
}
NO_ANSWER = {
    "shown for its shape": {"X[:, None, :] - T", "X[:, None] - T"},
    "a metric to try": {"((x - T) ** 2).sum(axis=1)"},
    "not about neighbors": {"X.tobytes().hex()"},
    "wrong on purpose, and its cell shows it": {"squeezed", "centered_in_place"},
    "a measurement": {"wrong_share", "suspects", "after", "filtered", "soft_right", "effective"},
    "part of one that is judged": {"k_smallest", "build", "descend", "first_maximum"},
    "prepares or prunes": {"ten_best", "terms_needed", "kept", "lse", "kernel", "agree"},
    "a loss, the slope that is lent to it, a test of others": {"hard_loss", "borrowed", "right_on"},
    "asserts its margin": {"by_templates"},
    "approximate by design": {"k_means", "probe", "reranked", "linked", "recall_of"},
}


def voted(names):
    """Return the vote of the chapter on k neighbors as an answer to `knn_vote`."""

    def answer(T, y, X, k):
        classes, code = np.unique(y, return_inverse=True)
        near = names["k_smallest"](((X[:, None] - T) ** 2).sum(axis=2), k)
        return classes[names["votes_for_every_k"](code[near], len(classes))[0][:, -1]]

    return answer


def merged(names):
    """Return the merge of a list of pairs as an answer to `merge_shards`."""

    def answer(a, b):
        k, both = a[0].shape[1], []
        for rows in zip(*a, *b, strict=True):
            one, other = list(zip(*rows[:2], strict=True)), list(zip(*rows[2:], strict=True))
            best = names["merge"]([p for p in one if p[1] >= 0], [p for p in other if p[1] >= 0], k)
            both.append(best + [(np.inf, -1)] * (k - len(best)))
        return (
            np.array([[d2 for d2, _ in row] for row in both]).reshape(-1, k),
            np.array([[i for _, i in row] for row in both], np.intp).reshape(-1, k),
        )

    return answer


def broken(drill, answer):
    """Return the demands that an answer breaks, those that are only reported included."""
    report = judge(drill, answer)
    assert report.attempted
    return {failure.demand for failure in report.found}


def ids(table):
    return [f"{place[0]}-{number}" for number, place in enumerate(table)]


@pytest.mark.parametrize("place", BLOCKS, ids=ids(BLOCKS))
def test_a_block_is_judged(place):
    drill, parameters, demands = BLOCKS[place]
    (page,) = (page for page in PAGES if page.stem == place[0])
    tree = ast.parse(blocks(page)[place[1]])
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    tree.body[-1] = ast.copy_location(ast.Return(last.value), last)
    (function,) = ast.parse(f"def answer({parameters}): pass").body
    function.body = tree.body
    names = {"np": np}
    exec(compile(ast.fix_missing_locations(ast.Module([function], [])), page.name, "exec"), names)
    assert broken(drill, names["answer"]) == demands


@pytest.mark.parametrize("place", SENTENCES, ids=ids(SENTENCES))
def test_code_in_a_sentence_is_judged(place):
    drill, call, demands = SENTENCES[place]
    assert broken(drill, eval(call.format(place[1]), {"np": np})) == demands


@pytest.mark.parametrize("place", FUNCTIONS, ids=ids(FUNCTIONS))
def test_a_function_of_a_chapter_is_judged(place):
    drill, call, demands = FUNCTIONS[place]
    names = names_of(CHAPTERS / f"{place[0]}.ipynb", place[1])
    wrap = {"voted": voted, "merged": merged}.get(call)
    assert broken(drill, wrap(names) if wrap else eval(call, names)) == demands


def test_nothing_that_a_page_offers_is_forgotten():
    """A block, a sentence's code, a function that chooses: judged, or with a reason not to be."""
    spared = set().union(*NO_ANSWER.values())
    for page in PAGES:
        if page.stem not in {"drills", "practice", "mock", "debrief", "sheet"}:
            numbered = [(page.stem, number) for number, _ in enumerate(blocks(page))]
            assert set(numbered) == {place for place in BLOCKS if place[0] == page.stem}
        for code in expressions(page):
            assert (page.stem, code) in SENTENCES or code in spared, (page.stem, code)
        if page.suffix == ".ipynb":
            for name in ranking_functions(page):
                assert (page.stem, name) in FUNCTIONS or name in spared, (page.stem, name)
    said = {(page.stem, code) for page in PAGES for code in expressions(page)}
    assert set(SENTENCES) <= said
