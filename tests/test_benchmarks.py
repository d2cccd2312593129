"""The measurements beside the peers: what is stored, what the page says, and how it is measured.

No test asserts a time. Those that measure do so on tiny shapes, with the peers that are installed.
"""

import datetime
import importlib.util
import json
import re
import statistics
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import conditions
import contenders
import hostile
import lists
import nbformat
import numpy as np
import peers
import pytest
from contenders import CONTENDERS
from hostile import COSTLY, LIMITS, WRONG, judge
from hypothesis import given
from nbclient import NotebookClient
from strategies import oracle_distance, oracle_distances, problems

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "chapters" / "benchmarks.md"
TEXT = peers.STORED.read_text(encoding="utf-8")
STORED = json.loads(TEXT)
SHAPES = [(2000, 20_000, 4), (2000, 20_000, 64), (2000, 20_000, 784), (10_000, 100_000, 128)]
DTYPES = ("float32", "float64")
READ = ["peers.json", "hostile.json", "lists.json", "python_in_page.json"]  # by the page
INSTALLED = [name for name, c in CONTENDERS.items() if c.package not in contenders.missing()]
TINY = peers.Plan(
    shapes=((6, 40, 3),),
    hostile_shapes=((5, 24, 5),),
    memory_shape=(20, 300, 4),
    seeds=1,
    seconds=0.0,
    fewest=2,
    most=2,
    sides=((20, 3), (21, 3)),
)


BLOCKED = {"product32", "product64"}


# --- What is stored ---------------------------------------------------------------------------


def test_every_search_was_timed_at_every_shape_or_left_out_for_a_reason():
    assert {(tuple(c["shape"]), c["dtype"]) for c in STORED["times"]} == {
        (shape, dtype) for shape in SHAPES for dtype in DTYPES
    }
    assert len(STORED["times"]) == len(SHAPES) * len(DTYPES)
    for case in STORED["times"]:
        timed, left_out = set(case["seconds"]), case["left_out"]
        assert not timed & set(left_out)
        assert timed | set(left_out) == {*CONTENDERS, *peers.PRODUCTS}
        assert all(len(reason) > 10 for reason in left_out.values())
        assert {"exact", "expanded", "sklearn brute", "faiss", "torch", *BLOCKED} <= timed
        n_test, n_train, _ = case["shape"]
        for bits in (32, 64):  # one product wherever its result fits
            fits = n_test * n_train * bits // 8 <= peers.ONE_RESULT
            assert (f"gemm{bits}" in timed) == fits
        (rounds,) = {len(values) for values in case["seconds"].values()}
        assert rounds >= 3
        assert all(value > 0 for values in case["seconds"].values() for value in values)
        for name, queries in case["queries"].items():
            assert CONTENDERS[name].linear
            assert 0 < queries < case["shape"][0]
        assert set(case["blocks"]) == BLOCKED


def test_the_contenders_are_those_that_were_promised():
    assert set(CONTENDERS) >= {
        "exact", "expanded", "direct", "sklearn brute", "sklearn kd_tree", "sklearn argmin",
        "faiss", "scipy cdist", "scipy cKDTree", "torch",
    }  # fmt: skip


def test_neighbors_were_counted_for_every_search_on_every_data_set():
    assert [w["data"] for w in STORED["wrong"]] == list(WRONG)
    for w in STORED["wrong"]:
        assert len(w["seeds"]) >= 5
        assert set(w["shares"]) == set(CONTENDERS)
        for shares in w["shares"].values():
            assert {len(each) for each in shares.values()} == {len(w["seeds"])}
            assert ("labels" in shares) == w["data"].startswith("iris")
            for other, farther, excess in zip(
                shares["other"], shares["farther"], shares["excess"], strict=True
            ):
                assert 0 <= farther <= other <= 1
                assert (farther > 0) == (excess > 0)


def test_neighbors_were_counted_on_the_data_that_were_timed():
    assert [(tuple(c["shape"]), c["dtype"]) for c in STORED["there"]] == [
        (tuple(c["shape"]), c["dtype"]) for c in STORED["times"]
    ]
    for found in STORED["there"]:
        assert set(found["shares"]) == set(CONTENDERS)
        assert found["judged"] == hostile.JUDGED
        assert found["shares"]["exact"] == {"other": 0, "farther": 0, "excess": 0}
        for s in found["shares"].values():  # normal data around zero: hardly anybody is wrong
            assert 0 <= s["farther"] <= s["other"] < 0.01
            assert s["excess"] < 1e-5 * found["least"]


def test_on_iris_the_error_is_rounding():
    shares = STORED["wrong"][0]["shares"]
    assert STORED["wrong"][0]["data"] == "iris"
    assert max(max(s["excess"]) for name, s in shares.items() if name != "faiss") < 1e-15
    assert max(shares["faiss"]["excess"]) < 1e-5  # float32 inside
    answers = 75 * len(STORED["wrong"][0]["seeds"])
    assert max(sum(s["labels"]) for s in shares.values()) < 0.01 * answers


def test_faiss_changes_its_formula_at_as_many_numbers_as_is_said():
    assert [(s["queries"], s["features"]) for s in STORED["switch"]] == peers.SIDES
    for below, above in zip(STORED["switch"][::2], STORED["switch"][1::2], strict=True):
        assert below["queries"] + 1 == above["queries"]
        assert above["queries"] * above["features"] == peers.SWITCH
        assert below["other"] < 0.01 < 0.9 < above["other"]
    assert STORED["counted"]["versions"]["faiss-cpu"] == STORED["versions"]["faiss-cpu"]


def test_exact_was_never_wrong():
    for w in STORED["wrong"]:
        assert set(w["shares"]["exact"]["other"]) == {0.0}
    assert [h["wrong"] for h in STORED["hostile"]] == [0.0] * len(STORED["hostile"])


def test_hostile_costs_small_work_and_memory_are_there():
    shapes = peers.Plan().hostile_shapes
    assert {(h["data"], tuple(h["shape"])) for h in STORED["hostile"]} == {
        (name, shape) for name in COSTLY for shape in shapes
    }
    for h in STORED["hostile"]:
        assert h["limit"] == LIMITS[h["data"]]
        assert set(h["seconds"]) == {"exact", "direct"}
        assert h["judged"] > 0
    assert STORED["small"]["shape"] == [75, 75, 4]
    assert set(STORED["small"]["seconds"]) == set(CONTENDERS)
    assert [(tuple(m["shape"]), m["dtype"]) for m in STORED["memory"]] == [
        (peers.BIG, dtype) for dtype in DTYPES
    ]
    for m in STORED["memory"]:
        assert m["limit"] == 64 * 2**20
        assert 0 < m["peak"] <= m["limit"] + m["constant"]


def test_the_limits_stored_are_the_limits_set():
    assert STORED["targets"] == [
        {"shape": list(shape), "dtype": dtype, "over": over, "limit": limit}
        for shape, dtype, over, limit in peers.TARGETS
    ]
    assert STORED["small"]["limit"] == peers.SMALL_LIMIT


def test_the_circumstances_are_told_and_nobodys_name_or_path():
    assert datetime.date.fromisoformat(STORED["date"])
    assert set(STORED["machine"]) == {"processor", "cores", "system"}
    assert STORED["machine"]["processor"]
    assert STORED["machine"]["cores"] >= STORED["threads"]
    assert {"python", *(c.package for c in CONTENDERS.values())} == set(STORED["versions"])
    assert STORED["wait_policy"] == "PASSIVE"
    assert {pool["num_threads"] for pool in STORED["pools"]} == {STORED["threads"]}
    assert not re.search(r'"/|/(home|root|tmp|usr|work)/|\.so\b|\\\\', TEXT)


def test_the_file_has_the_form_that_is_written():
    assert conditions.written(STORED) == TEXT
    assert max(map(len, TEXT.splitlines())) < 1000


def test_the_labels_are_those_of_the_contenders():
    expected = {name: contender.label for name, contender in CONTENDERS.items()} | peers.PRODUCTS
    assert STORED["labels"] == expected
    assert len(set(expected.values())) == len(expected)


# --- What the page says -----------------------------------------------------------------------


def page_outputs(folder, files):
    """Execute the page beside the stored files and return all it shows, without its prose."""
    (folder / "chapters").mkdir(parents=True)
    (folder / "benchmarks").mkdir()
    for name, stored in files.items():
        (folder / "benchmarks" / name).write_text(json.dumps(stored), encoding="utf-8")
    style = "book.mplstyle"
    (folder / "chapters" / style).write_bytes((PAGE.parent / style).read_bytes())
    page = PAGE.read_text(encoding="utf-8")
    cells = re.findall(r"```\{code-cell\} ipython3\n---\n.*?\n---\n(.*?)```", page, re.DOTALL)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    where = {"metadata": {"path": str(folder / "chapters")}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert all(output.output_type != "stream" for output in outputs)
    texts = [output.data["text/markdown"] for output in outputs if "text/markdown" in output.data]
    assert sum("image/png" in output.data for output in outputs) == 2
    return "\n\n".join(texts)


def shown(value):
    return f"| {value:.{(value < 100) + (value < 10)}f}\u00a0("


def ratios(stored):
    """Return every ratio that the tables of the limits and of the hostile data must show."""
    found = [
        conditions.ratio(case, "exact", target["over"])
        for target in stored["targets"]
        for case in stored["times"]
        if (case["shape"], case["dtype"]) == (target["shape"], target["dtype"])
    ]
    assert len(found) == len(stored["targets"])
    return found + [conditions.ratio(h, "exact", "direct") for h in stored["hostile"]]


def test_the_page_follows_the_stored_file(tmp_path):
    files = {name: json.loads((peers.STORED.parent / name).read_text("utf-8")) for name in READ}
    true = page_outputs(tmp_path / "true", files)
    assert all(shown(ratio) in true for ratio in ratios(STORED))
    for file in files.values():
        where = re.escape(file["machine"]["processor"])
        assert re.search(rf"Measured on {file['date']}[:,] {where}", true)
    for label in STORED["labels"].values():
        assert true.count(f"| {label} |") >= len(SHAPES)
    perfect = {
        name
        for name in CONTENDERS
        if not any(sum(w["shares"][name]["other"]) for w in STORED["wrong"])
    }
    assert f"({len(perfect)} of {len(CONTENDERS)})" in true
    met = sum(
        ratio <= target["limit"]
        for target, ratio in zip(STORED["targets"], ratios(STORED), strict=False)
    )
    assert f"{met} of {len(STORED['targets'])} limits met" in true

    for day, file in enumerate(files.values(), 1):
        file["date"] = f"1990-01-{day:02}"
    forged = files["peers.json"]
    forged["memory"][0]["peak"] = 123 * 2**20
    for case in [*forged["times"], *forged["hostile"]]:
        case["seconds"]["exact"] = [1000 * value for value in case["seconds"]["exact"]]
    for w in forged["wrong"]:
        w["shares"]["exact"]["other"] = [0.5 for _ in w["seeds"]]
    del forged["times"][0]["seconds"]["torch"]
    forged["times"][0]["left_out"]["torch"] = "for a reason"
    false = page_outputs(tmp_path / "false", files)
    assert all(shown(ratio) in false for ratio in ratios(forged))
    assert all(file["date"] in false for file in files.values())
    assert STORED["date"] not in false
    assert "123.0 MiB" in false
    assert f"0 of {len(STORED['targets'])} limits met" in false
    assert f"| {STORED['labels']['exact']} | 50\u00a0·\u00a00 |" in false
    assert "Left out in float32: torch.cdist, argmin, for a reason." in false
    nobody = len(perfect - {"exact"})
    assert f"({nobody} of {len(CONTENDERS)})" in false


def test_the_page_names_the_files_that_its_numbers_come_from():
    page = PAGE.read_text(encoding="utf-8")
    (told,) = re.findall(r"Every number on it comes from (.+), each written", page)
    assert re.findall(r"\w+\.json", told) == READ
    assert re.findall(r"\.\./benchmarks/(\w+\.json)", page) == READ


def test_the_prose_of_the_page_states_no_measured_number():
    prose = re.sub(r"```\{code-cell\}.*?```", "", PAGE.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"\d\.\d|\d\s?%|\d\s?(ms|seconds|µs|MiB)\b|times (as|faster)", prose)


def test_the_causes_that_the_prose_names_are_those_that_were_measured():
    """The expansion names farther rows far from zero; direct form and trees hardly ever do."""
    shares = {w["data"]: w["shares"] for w in STORED["wrong"]}
    for name in ("expanded", "three terms"):
        for data in ("iris + 1e8", "cloud at 1e4"):
            assert min(shares[data][name]["farther"]) > 0.5
    for name in ("direct", "scipy cdist", "sklearn kd_tree", "scipy cKDTree"):
        assert all(statistics.mean(s[name]["farther"]) < 0.02 for s in shares.values())
    for name in ("sklearn kd_tree", "scipy cKDTree"):
        assert min(shares["integer lattice"][name]["other"]) > 0
        assert max(shares["integer lattice"][name]["farther"]) == 0
    assert "eleven" in PAGE.read_text(encoding="utf-8")
    assert (len(CONTENDERS), len(WRONG)) == (11, 5)


def test_blocks_are_faster_with_few_features_and_one_call_with_many():
    for c in STORED["times"]:
        for bits in (32, 64):
            if f"gemm{bits}" in c["seconds"]:
                over = conditions.ratio(c, f"gemm{bits}", f"product{bits}")
                assert (over > 1) == (c["shape"][2] < 500)


def test_every_figure_of_the_page_has_a_caption_and_an_alternative_text():
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("plt.show()") == 2
    assert len(re.findall(r"^    alt: .{40,}$", page, re.M)) == 2
    assert len(re.findall(r"^    caption: .{20,}$", page, re.M)) == 2


# --- The truth --------------------------------------------------------------------------------


@given(problems())
def test_the_judge_agrees_with_fractions(problem):
    T, X = problem.T.astype(np.float64), problem.X.astype(np.float64)
    if not len(X):
        return
    distances = oracle_distances(X, T)
    last = len(T) - 1
    answers = {"last": np.full(len(X), last), "first": np.zeros(len(X), np.intp)}
    found = judge(T, X, answers)
    for name, answer in answers.items():
        pairs = list(zip(distances, answer.tolist(), strict=True))
        other = [row.index(min(row)) != i for row, i in pairs]
        farther = [row[i] != min(row) for row, i in pairs]
        excess = min(max(row[i] - min(row) for row, i in pairs), hostile.LARGEST)
        assert found[name] == (statistics.mean(other), statistics.mean(farther), float(excess))


def test_the_judge_uses_64_bits_only_where_nothing_overflows():
    (small,) = hostile.whole(np.array([[1.5, -0.25]]))
    assert (small.dtype, small.tolist()) == (np.int64, [[6, -1]])
    (large,) = hostile.whole(np.array([[2.0**31, 0.5]]))
    assert (large.dtype, large.tolist()) == (object, [[2**32, 1]])


def test_the_judge_stops_after_as_many_queries_as_it_is_told():
    T, X = np.array([[0.0], [1.0]]), np.array([[0.0], [0.0], [1.0]])
    answer = {"zero": np.zeros(3, np.intp)}
    assert judge(T, X, answer)["zero"] == (1 / 3, 1 / 3, 1)
    assert judge(T, X, answer, most=2)["zero"] == (0, 0, 0)


@pytest.mark.parametrize("step", [0.1, 1.0])
def test_the_judge_of_large_data_says_what_the_judge_says(step):
    """On a lattice full of ties and near-ties, for answers that are right, near and far."""
    T, X = hostile.lattice(3, step)
    T, X = T[:300], X[:60]
    order = ((X[:, None] - T) ** 2).sum(axis=2).argsort(axis=1)
    answers = {f"place {i}": order[:, i] for i in (0, 1, 5, 299)}
    expected = judge(T, X, answers)
    assert len({verdict.farther for verdict in expected.values()}) > 2
    for name, verdict in hostile.judge_apart(T, X, answers).items():
        assert verdict == pytest.approx(expected[name], rel=1e-12)


@pytest.mark.parametrize("name", hostile.CASES)
def test_hostile_cases_are_measured_every_way_and_answered_right(name):
    case = hostile.CASES[name].small()
    found = hostile.measured(name, case, 0.0)
    assert set(found["seconds"]) >= {"auto", "brute", "direct"}
    assert ("tree" in found["seconds"]) == case.tree
    assert found["wrong"] == 0
    assert hostile.over_direct(found) > 0
    assert hostile.over_better(found) > 0


def test_what_is_stored_of_the_cases_keeps_their_limits():
    stored = json.loads(hostile.STORED.read_text(encoding="utf-8"))
    assert [found["data"] for found in stored["cases"]] == list(hostile.CASES)
    assert set(stored["before"]) == set(hostile.CASES)
    assert [found["data"] for found in stored["busy"]] == hostile.BUSY
    for found in [*stored["cases"], *stored["busy"]]:
        case = hostile.CASES[found["data"]]
        assert (tuple(found["shape"]), found["k"], found["limit"]) == case[1:4]
        assert found["wrong"] == 0
        assert hostile.over_direct(found) <= case.limit
    assert all(hostile.over_better(found) <= hostile.CHOICE for found in stored["cases"])
    assert tuple(stored["single"]["shape"]) == hostile.SINGLE
    for method in ("predict", "kneighbors"):
        found = stored["single"][method]
        assert conditions.ratio(found, "exact", "scikit-learn") <= hostile.SINGLE_LIMIT


def test_estimators_are_asked_one_query_a_call_and_beside_loops():
    with hostile.loops_beside(1):
        found = hostile.one_by_one((3, 300, 2), 0.0)
    for method in ("predict", "kneighbors"):
        assert set(found[method]["seconds"]) == {"exact", "scikit-learn"}


@pytest.mark.parametrize("name", WRONG)
def test_hostile_data_come_from_their_seed(name):
    first, again, other = WRONG[name](1), WRONG[name](1), WRONG[name](2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert first[0].dtype == first[1].dtype == ("float32" if name == "cloud at 1e4" else "float64")
    assert first[0].shape[1] == first[1].shape[1]


def test_costly_data_are_what_they_are_called():
    shape = (6, 60, 5)
    made = {name: COSTLY[name](shape) for name in COSTLY}
    for T, X in made.values():
        assert (X.shape, T.shape) == ((6, 5), (60, 5))
    distinct = {name: len(np.unique(T, axis=0)) for name, (T, _) in made.items()}
    assert distinct["all rows equal"] == 1
    assert distinct["each row 20 times"] == 3
    T, X = made["permutations, queries on the diagonal"]
    assert distinct["permutations, queries on the diagonal"] == 60
    assert all(len({oracle_distance(x, t) for t in T}) == 1 for x in X)
    T, _ = made["mass near-ties"]
    assert distinct["mass near-ties"] > 50
    assert (np.abs(T - T[0]) <= 8 * np.spacing(np.abs(T[0]))).all()
    T, _ = made["0.1 lattice"]
    assert Fraction(0.1 * 3) in {Fraction(v) for v in T.ravel().tolist()}
    for size in ("1e6", "1e200"):
        T, _ = made[f"one outlier at {size}"]
        assert (np.abs(T) > 100).all(axis=1).sum() == 1
        assert T.max() == float(size)
    with pytest.raises(ValueError, match="permutations"):
        COSTLY["permutations, queries on the diagonal"]((1, 7, 3))


# --- Measuring --------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", INSTALLED)
def test_every_contender_searches(name, dtype):
    """On integers, where nothing rounds and every query is a row of its own."""
    rng = np.random.default_rng(0)
    T = np.unique(rng.integers(0, 50, (400, 3)), axis=0).astype(dtype)
    T = rng.permutation(T)
    before = T.copy()
    chosen = rng.integers(0, len(T), 90)
    found = CONTENDERS[name].prepare(T, 1)(T[chosen])
    assert found.dtype.kind == "i"
    assert found.tolist() == chosen.tolist()
    assert np.array_equal(T, before)


def test_blocks_of_queries_cover_all_of_them(monkeypatch):
    monkeypatch.setattr(contenders, "BLOCK_BYTES", 8 * 10 * 4)
    T = np.arange(10.0)[:, None]
    seen = []
    search = contenders.in_blocks(lambda X: seen.append(len(X)) or np.abs(X - T.T), len(T), 8)
    assert search(T).tolist() == list(range(10))
    assert seen == [4, 4, 2]


def test_rounds_are_interleaved_and_turn():
    order = []

    def call(name):
        return lambda: order.append(name) or 0.123456

    found = conditions.interleaved({name: call(name) for name in "ABC"}, 0.0, 3, 9)
    assert "".join(order) == "ABCBCACAB"
    assert found == {name: [0.1235] * 3 for name in "ABC"}
    found = conditions.interleaved({"A": call("A")}, 60.0, 3, 9)
    assert len(found["A"]) == 9


def test_times_cover_all_and_tell_what_was_scaled():
    names = [name for name in INSTALLED if name != "sklearn argmin"]
    found = peers.times((70, 40, 3), "float32", TINY, 1, names)
    assert set(found["seconds"]) == {*names, *peers.PRODUCTS}
    assert all(len(v) == 2 and min(v) > 0 for v in found["seconds"].values())
    assert found["queries"] == {}
    hasty = replace(TINY, patience=0.0)
    found = peers.times((70, 40, 3), "float64", hasty, 1, names)
    assert found["queries"] == {name: 32 for name in names if CONTENDERS[name].linear}


def test_a_part_of_the_queries_stands_for_all(monkeypatch):
    """Seconds of the search are scaled, those of the preparation are not."""
    now = [0.0]

    def prepare(T, threads):
        now[0] += 5

        def search(X):
            now[0] += len(X)

        return search

    slow = contenders.Contender("slow", prepare, linear=True)
    monkeypatch.setitem(CONTENDERS, "slow", slow)
    monkeypatch.setattr(peers.time, "perf_counter", lambda: now[0])
    found = peers.times((640, 4, 1), "float64", replace(TINY, patience=120.0), 1, ["slow"])
    assert found["queries"] == {"slow": 40}
    assert found["seconds"]["slow"] == [645.0, 645.0]


def test_a_wrong_answer_is_counted(monkeypatch):
    last = contenders.Contender("last", lambda T, threads: lambda X: np.full(len(X), len(T) - 1))
    monkeypatch.setitem(CONTENDERS, "last", last)
    found = peers.wrong("iris", replace(TINY, seeds=2), 1, ["exact", "last"])
    assert found["shares"]["exact"] == {
        "other": [0.0, 0.0], "farther": [0.0, 0.0], "excess": [0.0, 0.0], "labels": [0, 0],
    }  # fmt: skip
    assert min(found["shares"]["last"]["farther"]) > 0.9
    assert min(found["shares"]["last"]["labels"]) > 75 / 3
    assert (found["seeds"], found["judged"], found["shape"]) == ([0, 1], 75, [75, 75, 4])


def test_everything_is_measured_in_the_stored_form(monkeypatch):
    monkeypatch.setattr(peers, "WRONG", {"iris": WRONG["iris"]})
    said = []
    result = peers.measure(TINY, 1, said.append)
    assert set(result) == set(STORED)
    for key in ("wrong", "there", "switch", "hostile", "times", "memory"):
        assert all(set(entry) == set(STORED[key][0]) for entry in result[key])
    assert set(result["small"]) == set(STORED["small"])
    assert [h["data"] for h in result["hostile"]] == list(COSTLY)
    assert all(h["wrong"] == 0 for h in result["hostile"])
    assert all(m["peak"] > 0 for m in result["memory"])
    assert json.loads(conditions.written(result)) == result
    steps = [line for line in said if line.startswith("[")]
    assert steps[-1].startswith(f"[{len(steps)}/{len(steps)}]")


def test_lists_are_measured_in_the_stored_form():
    pytest.importorskip("faiss")
    stored = json.loads(lists.STORED.read_text(encoding="utf-8"))
    names = ("clusters", "wide", "even")
    clouds = {name: lists.CLOUDS[name].scaled(0.0005) for name in names}
    said = []
    result = lists.measure(clouds, clouds["clusters"], 1, 1, said.append)
    assert set(result) == set(stored)
    for key in ("cases", "targets", "far away"):
        assert all(set(entry) == set(stored[key][0]) for entry in result[key])
    assert [found["cloud"] for found in result["cases"]] == ["clusters", "wide", "wide", "even"]
    assert not any(sum(found["wrong"].values()) for found in result["cases"] + stored["cases"])
    assert set(stored["cases"][0]["chosen"]) == {"faiss IVF", "faiss HNSW"}
    assert json.loads(conditions.written(result)) == result
    assert not any(found["wrong"] for found in result["far away"] + stored["far away"])
    assert [found["shape"][0] for found in stored["far away"]] == list(lists.FAR_AWAY)
    assert max(found["ratio"] for found in stored["far away"]) <= 1.1
    held = {(t["cloud"], t["k"], t["search"], t["over"], t["limit"]) for t in stored["targets"]}
    assert held == set(lists.TARGETS)


def test_clusters_are_as_wide_as_they_are_said_to_be():
    cloud = lists.CLOUDS["overlapping"].scaled(0.01)
    T, X = cloud.drawn()
    assert (X.shape, T.shape, T.dtype) == ((100, 64), (10_000, 64), np.float32)
    assert (T**2).sum(axis=1).mean() == pytest.approx(2 * 64, rel=0.2)  # a center, and as far again


def test_memory_sees_what_a_search_holds(monkeypatch):
    held = 3 * 2**20
    monkeypatch.setattr(peers, "nearest", lambda T, X: np.ones(held if len(T) > 10 else 1, np.int8))
    assert held <= peers.memory((4, 20, 2), "float64")["peak"] < held + 2**14


def test_a_missing_peer_stops_the_command_with_what_to_type(monkeypatch, capsys, tmp_path):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in {"faiss", "torch"} else find(name)
    )
    monkeypatch.setattr(conditions, "passive", lambda threads: {})
    output = tmp_path / "peers.json"
    assert peers.main(["--output", str(output)]) == 1
    said = capsys.readouterr().out
    assert "faiss-cpu, torch" in said
    assert contenders.INSTALL in said
    assert not output.exists()


# --- The extra --------------------------------------------------------------------------------


def test_readers_do_not_install_the_peers():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["bench"], *extras["scale"]]
    named = {re.split(r"[<>=!~]", line)[0] for line in declared}
    assert {c.package for c in CONTENDERS.values()} <= named
    pinned = (ROOT / "requirements.txt").read_text()
    assert not re.search(r"^(torch|nvidia)", pinned, re.M)
    pins = re.search(r"^pins:.*?\n\n", (ROOT / "Makefile").read_text(), re.M | re.S)[0]
    assert "--all-extras" not in pins
    # The extra `book` names those that the chapters use.
    within = {"widgets", "progress", "distributed", "scale"}
    assert set(re.findall(r"--extra (\w+)", pins)) == set(extras) - {"bench"} - within
    assert "nnlib[widgets,progress,distributed,scale]" in extras["book"]


def test_make_bench_installs_the_peers_under_the_pins_and_runs_every_measurement():
    makefile = (ROOT / "Makefile").read_text()
    recipe = re.search(r"^bench: \$\(VENV\)/peers .*?\n\n", makefile, re.M | re.S)[0]
    programs = {p.name for p in (ROOT / "benchmarks").glob("*.py") if "__main__" in p.read_text()}
    assert set(re.findall(r"benchmarks/(\w+\.py)", recipe)) == programs
    assert "--constraint requirements.txt" in makefile
    assert '".[bench]"' in makefile
