"""The rules of the advice: by hand, against the engines themselves, and their laws."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from nnlib import advice as rules
from nnlib import nearest
from nnlib.advice import RECALLS, advise
from nnlib.widgets import IndexChooser
from nnlib.widgets.chooser import DEFAULT, settings_of

# Settings on the steps of the page's sliders, and anywhere.
rows = st.one_of(
    st.builds(lambda e, step: min(step * 10**e, 10**9), st.integers(3, 9), st.integers(1, 9)),
    st.integers(1000, 10**9),
)
settings = st.fixed_dictionaries(
    {
        "n": rows,
        "d": st.one_of(st.sampled_from([2, 3, 64, 128, 768, 1536]), st.integers(2, 1536)),
        "intrinsic": st.one_of(st.just(0), st.integers(1, 40)),
        "memory": st.one_of(st.sampled_from([1.0, 4.0, 16.0, 64.0]), st.floats(0.1, 10_000)),
        "batch": st.one_of(st.sampled_from([1, 10, 1000, 100_000]), st.integers(1, 100_000)),
        "recall": st.sampled_from(RECALLS),
        "updates": st.sampled_from(["rare", "steady"]),
        "spread": st.sampled_from(["clusters", "even"]),
    }
)


def told(advice):
    return {one.key: one for one in advice}


def best_of(advice):
    (best,) = (one for one in advice if one.verdict == "best")
    return best


# By hand.


def test_ten_million_rows_of_128_features_by_hand():
    found = told(advise(10**7, 128, 16))
    assert found["brute"].bytes == 10**7 * (512 + 4)
    assert found["ivf"].bytes == 10**7 * (512 + 8) + 12_649 * 512
    assert found["pq"].bytes == 10**7 * (32 + 8) + (12_649 + 256) * 512
    assert found["pq"].disk == 10**7 * 512
    assert found["hnsw"].bytes == 10**7 * (512 + 128 + 12) + 10**7 * 64 // 15
    assert found["tree"].bytes == 10**7 * (1024 + 8) + 72 * (2 * 2**20 - 1)
    assert found["brute"].flops == 2 * 128 * 10**7
    assert found["brute"].read == 10**7 * 516 / 512  # 512 queries share what is read
    assert found["brute"].work == found["brute"].flops  # a product of many is bound by arithmetic
    alone = told(advise(10**7, 128, 16, batch=1))["brute"]
    assert alone.work == rules.BALANCE * 10**7 * 516  # and one query by memory


def test_a_nightly_batch_is_streamed_and_a_few_queries_want_machines():
    exact = settings_of("archive")
    few = advise(**{**exact, "batch": 10})
    many = best_of(advise(**exact))
    assert (many.key, many.fits, many.disk) == ("brute", False, 50_000_000 * 512)
    assert "all 25.6 GB are read for every 100,000 queries." in many.reason
    assert best_of(few).key == "shards"
    assert told(few)["shards"].machines == 2
    assert "2 machines search a part each by brute force" in best_of(few).reason


def test_what_fits_on_no_machine_is_sharded_as_codes():
    best = best_of(advise(10**9, 1536, 16))
    assert best.key == "shards"
    assert best.machines == math.ceil(10**9 * (64 + 8) / 16e9)
    assert best.bytes <= 16e9
    assert "by IVF-PQ" in best.reason


# The arithmetic against what the engines take.


@pytest.fixture(scope="module")
def cloud():
    """Return 20,000 rows and 300 queries of a Gaussian of eight dimensions, turned into 16."""
    rng = np.random.default_rng(7)
    frame = np.linalg.qr(rng.standard_normal((16, 8)))[0].T
    return [
        (rng.standard_normal((n, 8)) @ frame + 0.01 * rng.standard_normal((n, 16))).astype("f4")
        for n in (20_000, 300)
    ]


@pytest.fixture(scope="module")
def engines(cloud):
    """Yield the three indexes that the rules describe, of these rows."""
    import faiss

    templates, _ = cloud
    n, d = templates.shape
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # the same graph on every run
    lists = rules.lists_of(n)
    coarse = [faiss.IndexFlatL2(d) for _ in range(2)]
    ivf = faiss.IndexIVFFlat(coarse[0], d, lists)
    pq = faiss.IndexIVFPQ(coarse[1], d, lists, rules.code_of(d), 8)
    for index in (ivf, pq):
        index.cp.niter, index.cp.min_points_per_centroid = 5, 1
        if index is pq:
            index.pq.cp.niter = 5
        index.train(templates)
        index.add(templates)
    hnsw = faiss.IndexHNSWFlat(d, rules.LINKS)
    hnsw.hnsw.efConstruction = 64
    hnsw.add(templates)
    # The quantizers must live as long as the indexes that use them.
    yield {"ivf": ivf, "pq": pq, "hnsw": hnsw, "coarse": coarse}
    faiss.omp_set_num_threads(threads)


@pytest.mark.parametrize("key", ["ivf", "pq", "hnsw"])
def test_the_bytes_are_those_of_faiss(key, engines, cloud):
    import faiss

    n, d = cloud[0].shape
    taken = faiss.serialize_index(engines[key]).nbytes
    assert told(advise(n, d, 1))[key].bytes == pytest.approx(taken, rel=0.02)


@pytest.mark.parametrize("n", [1000, 4096, 4097, 30_000])
def test_the_nodes_are_those_of_scipy(n):
    from scipy.spatial import cKDTree

    tree = cKDTree(np.random.default_rng(n).random((n, 3)))
    assert tree.leafsize == rules.LEAF
    assert tree.size == rules.nodes_of(n)


@pytest.mark.parametrize("recall", RECALLS[1:])
def test_so_many_lists_reach_the_recall(recall, engines, cloud):
    templates, queries = cloud
    truth = nearest(templates, queries)
    engines["ivf"].nprobe = engines["pq"].nprobe = rules.guess(rules.PROBES, 8, recall, "even")
    found = engines["ivf"].search(queries, 1)[1][:, 0]
    assert np.mean(found == truth) >= recall - 0.02
    # Re-ranking finds the nearest row wherever it is among the candidates.
    candidates = engines["pq"].search(queries, rules.RERANKED)[1]
    assert np.mean((candidates == truth[:, None]).any(axis=1)) >= recall - 0.02


@pytest.mark.parametrize("recall", RECALLS[1:])
def test_so_many_rows_reach_the_recall(recall, engines, cloud):
    import faiss

    templates, queries = cloud
    truth = nearest(templates, queries)
    for width in (4, 6, 8, 12, 16, 24, 32):
        engines["hnsw"].hnsw.efSearch = width
        faiss.cvar.hnsw_stats.reset()
        found = engines["hnsw"].search(queries, 1)[1][:, 0]
        if np.mean(found == truth) >= recall - 0.01:
            break
    looked_at = faiss.cvar.hnsw_stats.ndis / len(queries)
    stated = told(advise(len(templates), 16, 1, recall=recall, intrinsic=8, spread="even"))[
        "hnsw"
    ].rows
    assert looked_at / 2 <= stated <= 2 * looked_at


@pytest.mark.parametrize("e", [1, 2, 4, 6, 8])
def test_the_bound_of_the_tree_holds(e):
    from sklearn.neighbors import KDTree

    rng = np.random.default_rng(e)
    tree = KDTree(rng.random((20_000, e)), leaf_size=16)
    tree.reset_n_calls()
    tree.query(rng.random((200, e)), 1)
    # Its leaves hold 16 to 32 rows.
    assert tree.get_n_calls() / 200 <= rules.tree_bound(e, 32)
    assert rules.TREE_ROWS[e - 1] == round(rules.tree_bound(e))


def test_the_bound_leaves_nothing_to_prune_beyond_sixteen_dimensions():
    assert sorted(rules.TREE_ROWS) == rules.TREE_ROWS
    assert len(rules.TREE_ROWS) == 16
    assert rules.TREE_ROWS[-1] < 10**9 < rules.tree_bound(17)
    assert told(advise(10**9, 17, 1))["tree"].rows == 10**9


@given(st.integers(1000, 10**9))
def test_so_many_lists_cost_least_where_sixteen_are_looked_at(n):
    lists = rules.lists_of(n)
    assert lists**2 <= 16 * n < (lists + 1) ** 2
    assert all(lists + 16 * n / lists <= k + 16 * n / k + 1 for k in (lists // 2, 2 * lists))


# Laws of the rules.


@given(settings)
def test_one_is_best_and_meets_the_demand(state):
    advice = advise(**state)
    assert [one.key for one in advice] == list(rules.NAMES)
    best = best_of(advice)
    assert best.fits or (best.key == "brute" and best.disk)
    assert state["recall"] < 1 or best.key in ("brute", "tree", "shards")
    assert state["updates"] == "rare" or best.key not in ("tree", "hnsw")
    for one in advice:
        assert one.bytes == math.ceil(state["n"] / one.machines) * one.row + one.more
        assert one.fits == (one.bytes <= state["memory"] * 1e9)
        jump = rules.JUMP if one.key in ("tree", "hnsw") else 1
        assert one.work >= max(one.flops, jump * rules.BALANCE * one.read) > 0
        assert one.machines == 1 or one.key == "shards"
        assert one.fits or one.verdict == "no" or one.key == "brute"
        assert re.fullmatch(r"[A-Z\d][^{}]+\.", one.reason)


@given(settings)
def test_nothing_simpler_is_passed_over_for_less_than_it_is_worth(state):
    advice = advise(**state)
    found, best = told(advice), best_of(advice)
    brute = found["brute"]
    if best is not brute:
        assert best.work * rules.WORTH <= brute.work
    whole = [found[key] for key in ("tree", "ivf", "hnsw") if found[key].verdict != "no"]
    if whole:
        assert best in whole
        assert best.work == min(one.work for one in whole)
    elif brute.fits:
        assert best is brute
    elif found["pq"].verdict != "no":
        assert best is found["pq"]
    elif best is brute:
        assert found["shards"].work * rules.WORTH > brute.work
    else:
        assert best is found["shards"]


@given(settings, st.integers(2, 10))
def test_more_rows_take_more_and_more_memory_holds_more(state, factor):
    more = {**state, "n": min(factor * state["n"], 10**9)}
    roomy = {**state, "memory": min(factor * state["memory"], 10_000)}
    for one, larger, other in zip(advise(**state), advise(**more), advise(**roomy), strict=True):
        if one.key != "shards":  # whose parts are as large as there is room
            assert one.bytes <= larger.bytes
            assert one.work <= larger.work
            assert one.bytes == other.bytes
            assert not one.fits or other.fits
        assert other.machines <= one.machines or one.key != "shards"


@given(settings)
def test_parts_hold_all_rows_and_one_machine_fewer_would_not_do(state):
    shards = told(advise(**state))["shards"]
    assert shards.machines >= 2
    assert shards.fits
    if shards.machines > 2:
        fewer = {name: state[name] for name in ("d", "batch", "recall", "spread")}
        key = "brute" if state["recall"] == 1 else "pq"
        e = min(state["intrinsic"] or state["d"], state["d"])
        rest = rules.measure(key, state["n"], e=e, disk=False, **fewer)
        part = rules.measure(
            key, rules.up(state["n"], shards.machines - 1), e=e, disk=False, **fewer
        )
        room = state["memory"] * 1e9
        assert part["bytes"] > room or shards.machines == rules.up(rest["bytes"], room)


# Words.


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0"),
        (26, "26"),
        (999, "999"),
        (12_649, "12,600"),
        (999_999, "1,000,000"),
        (5.21e6, "5.21 million"),
        (10**7, "10 million"),
        (2.5e12, "2.5 trillion"),
        (123e15, "123000 trillion"),
    ],
)
def test_amounts_have_three_digits(x, text):
    assert rules.amount(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (5.16e9, "5.16 GB"),
        (1.024e12, "1.02 TB"),
    ],
)
def test_sizes_have_three_digits(x, text):
    assert rules.size(x) == text


def test_every_sentence_can_be_said():
    seen = set()
    for n in (1000, 10**5, 10**7, 10**9):
        for d in (2, 128, 1536):
            for memory in (0.1, 1000):
                for recall in (1, 0.99, 0.9):
                    for updates in ("rare", "steady"):
                        for batch in (1, 100_000):
                            advice = advise(n, d, memory, recall, updates, batch)
                            seen |= {one.reason for one in advice}
    for sentence in rules.WORDS.values():
        pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(sentence))
        assert any(re.fullmatch(pattern, one) for one in seen), sentence


# What is refused.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recall": 0.5}, r"recall must be one of \(1.0, 0.99, 0.95, 0.9\); got 0.5"),
        ({"updates": "often"}, r"updates must be one of \('rare', 'steady'\); got 'often'"),
        ({"spread": "thin"}, r"spread must be one of \('clusters', 'even'\); got 'thin'"),
        ({"n": 1000.5}, "n must be a whole number; got 1,000.5"),
    ],
)
def test_advise_refuses_what_it_has_no_rule_for(change, message):
    with pytest.raises(ValueError, match=message):
        advise(**{**DEFAULT, **change})
    with pytest.raises(TraitError):
        IndexChooser(**change)


def test_advise_takes_whole_numbers_of_any_type():
    assert advise(1e7, np.int64(128), 16, recall=1) == advise(10**7, 128, 16.0, recall=1.0)
