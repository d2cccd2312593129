"""The search over local Dask workers beside one process with as many threads, and a lost worker.

Writes training rows to .npy files of uneven length in a temporary directory: random, tied on a
lattice, and duplicated. In each round one process searches them as one array in memory, with as
many threads as there are workers; then the workers, a thread each, search the files. All indices
must agree. Then a worker is killed in the middle of a search. Last, rows in clusters and ten times
the queries: the workers by lists, which they make in the search, beside themselves by all rows. The
result, with machine and date, goes to shards.json. On more workers than cores both sides share the
cores.
Takes about three minutes and half a gigabyte of disk.
Run: python benchmarks/shards.py [--rows N] [--queries N] [--rounds N] [--output FILE]
"""

import logging
import os
import signal
import sys
import tempfile
import time
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from conditions import circumstances, compared, cores, ratio
from distributed import Client, LocalCluster
from frame import program, say, store
from threadpoolctl import threadpool_limits

from nnlib import distributed, nearest

STORED = Path(__file__).with_name("shards.json")
WORKERS = (2, 4)
FILES = 9


def made(name: str, n_train: int, n_test: int) -> tuple[np.ndarray, np.ndarray]:
    """Return training rows and queries in float32; tied and duplicated ones are a fifth as many."""
    rng = np.random.default_rng(0)
    if name == "random":
        shape = (n_train, 64), (n_test, 64)
        rows, queries = (rng.standard_normal(s, np.float32) for s in shape)
    elif name == "tied":
        shape = (n_train // 5, 6), (n_test, 6)
        rows, queries = (rng.integers(0, 5, s).astype(np.float32) / 10 for s in shape)
    else:
        few = rng.standard_normal((max(1, n_train // 500), 64), np.float32)
        rows = few[rng.integers(0, len(few), n_train // 5)]
        queries = few[rng.integers(0, len(few), n_test)]
        queries = queries + rng.standard_normal(queries.shape, np.float32) / 8
    return rows, queries


def clustered(n_train: int, n_test: int) -> list[np.ndarray]:
    """Return rows and queries in clusters, each of 8 directions, one for each thousand rows."""
    rng = np.random.default_rng(0)
    count = max(1, n_train // 1000)
    centers = rng.standard_normal((count, 64), np.float32)
    axes = rng.standard_normal((count, 8, 64), np.float32) / 10
    sides = []
    for n in (n_train, n_test):
        which = np.sort(rng.integers(0, count, n))
        made = centers[which]
        for number, part in enumerate(np.split(made, np.searchsorted(which, range(1, count)))):
            part += rng.standard_normal((len(part), 8), np.float32) @ axes[number]
        rng.shuffle(made)
        sides.append(made)
    return sides


def saved(rows: np.ndarray, folder: Path) -> list[Path]:
    """Write the rows to files, the last of them empty, the others of uneven length."""
    share = np.sqrt(np.arange(FILES) / (FILES - 1))
    ends = (share * len(rows)).astype(int)
    paths = []
    for i, (start, end) in enumerate(zip(ends, [*ends[1:], len(rows)], strict=True)):
        paths.append(folder / f"{i}.npy")
        np.save(paths[-1], rows[start:end])
    return paths


def cluster_of(workers: int) -> LocalCluster:
    """Start so many processes with a thread each."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )


def spent(client: Client) -> float:
    """Return the seconds of processor time that the workers and this process have taken."""
    return time.process_time() + sum(client.run(time.process_time).values())


def compare(client: Client, workers: int, name: str, options: Any, folder: Path) -> dict[str, Any]:
    """Time one process and the workers in turn; count the queries on which they differ."""
    rows, queries = made(name, options.rows, options.queries)
    paths = saved(rows, folder)
    searches = {
        "one process": lambda: nearest(rows, queries, algorithm="brute"),
        "workers": lambda: distributed.nearest(paths, queries, client=client),
    }
    distributed.nearest(paths, queries[:1], client=client)  # files into the cache, nnlib imported
    with threadpool_limits(workers):
        found = compared(searches, options.rounds, lambda: spent(client))
    wrong = sum(found.pop("wrong").values())
    return {
        "data": name,
        "workers": workers,
        "shape": [len(queries), *rows.shape],
        "files": len(paths),
        **found,
        "overhead": overhead(found, "seconds"),
        "processor_overhead": overhead(found, "processor_seconds"),
        "wrong": wrong,
    }


def overhead(case: dict[str, Any], of: str) -> float:
    """Return the median over the rounds of workers over one process."""
    return round(ratio(case, "workers", "one process", of), 3)


def by_lists(client: Client, workers: int, options: Any, folder: Path) -> dict[str, Any]:
    """Time the workers by all rows and by lists in turn, and count where they differ."""
    rows, queries = clustered(options.rows, 10 * options.queries)
    paths = saved(rows, folder)
    ask = partial(distributed.nearest, paths, queries, client=client)
    searches = {
        "all rows": partial(ask, algorithm="brute"),
        "lists": partial(ask, algorithm="partition"),
    }
    found = compared(searches, options.rounds, lambda: spent(client))
    wrong = sum(found.pop("wrong").values())
    share = round(ratio(found, "lists", "all rows"), 3)
    shape = [len(queries), *rows.shape]
    return {"workers": workers, "shape": shape, **found, "ratio": share, "wrong": wrong}


def at_work(client: Client) -> tuple[int, str | None, int]:
    """Return how many shards have been searched, and a worker with tasks, and how many."""

    def look(dask_scheduler: Any) -> tuple[int, str | None, int]:
        done = sum(
            state.prefix.name == "search_shard" and state.state in ("memory", "released")
            for state in dask_scheduler.tasks.values()
        )
        busy = [w for w in dask_scheduler.workers.values() if w.processing and w.has_what]
        return done, busy[0].address if busy else None, len(busy[0].processing) if busy else 0

    found: tuple[int, str | None, int] = client.run_on_scheduler(look)
    return found


def kill(client: Client, options: Any, folder: Path) -> dict[str, Any]:
    """Kill a worker at its work, after some shards are done; compare with one process."""
    rows, queries = made("random", options.rows, options.queries)
    paths = saved(rows, folder)
    expected = nearest(rows, queries, algorithm="brute")
    pids = client.run(os.getpid)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(distributed.nearest, paths, queries, client=client)
        done, worker, interrupted = at_work(client)
        while not running.done() and (done < 2 or worker is None):
            done, worker, interrupted = at_work(client)
        on_the_way = not running.done()
        assert worker is not None, "the search was over too soon: ask for more --queries"
        os.kill(pids[worker], signal.SIGKILL)
        found = running.result()
    alive = pids[worker] in client.run(os.getpid).values()
    return {
        "workers": len(pids),
        "searched_before": done,
        "interrupted": interrupted,
        "on_the_way": on_the_way,
        "dead": not alive,
        "wrong": int((found != expected).sum()),
    }


OPTIONS: dict[str, dict[str, Any]] = {
    "--rows": {"type": int, "default": 1_000_000},
    "--queries": {"type": int, "default": 1000},
    "--rounds": {"type": int, "default": 5},
}


@program(STORED, __doc__, OPTIONS)
def main(options: Namespace) -> int:
    """Measure, store and print; return whether anything was wrong."""
    cases, killed, lists = [], {}, []
    with tempfile.TemporaryDirectory() as folder:
        for workers in WORKERS:
            with cluster_of(workers) as cluster, Client(cluster) as client:
                for name in ("random", "tied", "duplicated"):
                    cases.append(compare(client, workers, name, options, Path(folder)))
                    say(
                        f"{workers} workers, {name}: {cases[-1]['overhead']} times one process, "
                        f"{cases[-1]['processor_overhead']} of its processor time, "
                        f"{cases[-1]['wrong']} wrong"
                    )
                if workers == WORKERS[0]:
                    killed = kill(client, options, Path(folder))
                    say(f"a worker killed: {killed}")
                lists.append(by_lists(client, workers, options, Path(folder)))
                say(f"{workers} workers: by lists {lists[-1]['ratio']} times by all rows")
    about = circumstances(cores(), "date", "machine")
    store(options, about | {"cases": cases, "killed": killed, "lists": lists})
    return int(any(case["wrong"] for case in [*cases, *lists, killed]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
