"""How all programs here measure: threads that sleep while they wait, rounds that take turns, and
the machine, the date and the versions stored beside the times.
"""

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from contenders import CONTENDERS, missing
from numpy.typing import NDArray
from threadpoolctl import threadpool_info


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """Return the model of the processor, in the words of the system."""
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        if names:
            return names[0]
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return platform.processor() or platform.machine()


def circumstances(threads: int, *wanted: str) -> dict[str, Any]:
    """Return machine, date, versions and thread pools, or of these what is wanted.

    Without a name or a path of anybody's.
    """
    packages = sorted({contender.package for contender in CONTENDERS.values()} - set(missing()))
    kept = ("user_api", "internal_api", "version", "architecture", "threading_layer", "num_threads")
    pools = [{key: pool[key] for key in kept if pool.get(key)} for pool in threadpool_info()]
    found = {
        "date": datetime.date.today().isoformat(),
        "machine": {
            "processor": processor(),
            "cores": cores(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {"python": platform.python_version()}
        | {package: metadata.version(package) for package in packages},
        "threads": threads,
        "wait_policy": os.environ.get("OMP_WAIT_POLICY", ""),
        "pools": sorted(pools, key=str),
    }
    return {key: found[key] for key in wanted or found}


def load() -> float | None:
    """Return how many processes wanted to run, in the mean over the last minute, if it is told."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def passive(threads: int) -> dict[str, str]:
    """Return the environment in which measuring is fair."""
    count = str(threads)
    pools = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **dict.fromkeys(pools, count)}


def afresh(program: str, arguments: list[str], threads: int) -> int | None:
    """Run the program again where measuring is fair; return its exit code, None if it is here."""
    environment = passive(threads)
    if all(os.environ.get(key) == value for key, value in environment.items()):
        return None
    command = [sys.executable, str(Path(program).resolve()), *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def clock(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def processor_seconds(call: Callable[[], object]) -> float:
    """Return the processor's seconds that a call takes, those of all threads together."""
    start = time.process_time()
    call()
    return time.process_time() - start


def interleaved(
    calls: dict[str, Callable[[], float]],
    seconds: float,
    fewest: int,
    most: int,
    rest: float = 0.0,
) -> dict[str, list[float]]:
    """Return what each call measures, round by round, in as many rounds as the time allows.

    The order turns by one from round to round, so that nobody always follows the same one, and
    there are `rest` seconds before each call, for the threads of the last one to come to rest.
    """
    names = list(calls)
    found: dict[str, list[float]] = {name: [] for name in names}
    start, done = time.perf_counter(), 0
    while done < fewest or (
        done < most and (time.perf_counter() - start) * (done + 1) / done < seconds
    ):
        for name in names[done % len(names) :] + names[: done % len(names)]:
            time.sleep(rest)
            found[name].append(float(f"{calls[name]():.4g}"))
        done += 1
    return found


def compared(
    searches: dict[str, Callable[[], NDArray[np.intp]]],
    rounds: int,
    processor: Callable[[], float] = time.process_time,
) -> dict[str, dict[str, Any]]:
    """Return the seconds of searches for the same neighbors, and the processor's, round by round.

    And of how many queries each names another row than the first search did, in its worst round.
    """
    spent: dict[str, list[float]] = {name: [] for name in searches}
    wrong = dict.fromkeys(searches, 0)
    first: dict[str, NDArray[np.intp]] = {}

    def timed(name: str) -> Callable[[], float]:
        def call() -> float:
            before = processor()
            start = time.perf_counter()
            found = searches[name]()
            seconds = time.perf_counter() - start
            spent[name].append(float(f"{processor() - before:.4g}"))
            expected = first.setdefault("answer", found)
            wrong[name] = max(wrong[name], int((found != expected).sum()))
            return seconds

        return call

    seconds = interleaved({name: timed(name) for name in searches}, 0.0, rounds, rounds)
    return {"seconds": seconds, "processor_seconds": spent, "wrong": wrong}


def ratio(case: dict[str, Any], name: str, over: str, of: str = "seconds") -> float:
    """Return the median over the rounds of one time over another's in the same round."""
    return statistics.median(a / b for a, b in zip(case[of][name], case[of][over], strict=True))


def written(result: dict[str, Any]) -> str:
    """Return the JSON text: one line for each list of numbers and each small thing."""

    def lines(value: Any, indent: str) -> str:
        flat = json.dumps(value, ensure_ascii=False)
        if len(flat) + len(indent) <= 100 or not isinstance(value, dict | list) or not value:
            return flat
        deeper = indent + "  "
        if isinstance(value, dict):
            inner = [f"{json.dumps(k)}: {lines(v, deeper)}" for k, v in value.items()]
            opening, closing = "{", "}"
        else:
            inner = [lines(v, deeper) for v in value]
            opening, closing = "[", "]"
            if all(isinstance(v, int | float) for v in value):
                return flat
        return f"{opening}\n{deeper}" + f",\n{deeper}".join(inner) + f"\n{indent}{closing}"

    return lines(result, "") + "\n"
