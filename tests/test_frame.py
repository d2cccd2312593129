"""The frame: options are read, the process is a fair one, and trying out stores nothing."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import conditions
import frame
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
STORED = Path(__file__).with_name("nothing.json")
MORE = {"--count": {"type": int, "default": 3}}


@pytest.fixture
def ran(monkeypatch):
    """Return the programs that are started once more, and end in 7."""
    started = []

    def run(command, env, check):
        started.append((command[1:], env))
        return SimpleNamespace(returncode=7)

    monkeypatch.setattr(conditions, "subprocess", SimpleNamespace(run=run))
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    return started


def made(answer=None, **options):
    """Return a program, and the list of what it was given."""
    given = []

    @frame.program(STORED, "What it is.\n\nMore.", **options)
    def main(options):
        given.append(options)
        return answer

    return main, given


def test_options_are_read_and_the_program_stays_where_it_is(ran):
    main, given = made(5, options=MORE)
    assert main(["--count", "4"]) == 5
    (options,) = given
    assert vars(options) == {"count": 4, "output": STORED, "quick": False, "threads": None}
    assert not ran


def test_a_program_that_returns_nothing_has_succeeded():
    assert made()[0]([]) == 0


@pytest.mark.parametrize("asked", [["--quick"], ["--threads", "2"]])
def test_an_option_that_a_program_does_not_have_is_refused(asked, capsys):
    with pytest.raises(SystemExit):
        made()[0](asked)
    assert "unrecognized" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("threads", "asked", "count"),
    [("for it", ["--threads", "1"], 1), ("for it", [], conditions.cores()), (3, [], 3)],
)
def test_a_program_with_threads_starts_once_more_where_it_is_fair(
    ran, monkeypatch, threads, asked, count
):
    main, given = made(threads=threads, quick="less")
    assert main([*asked, "--quick"]) == 7
    ((command, environment),) = ran
    assert command == [str(STORED.with_suffix(".py")), *asked, "--quick"]
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["OPENBLAS_NUM_THREADS"] == environment["OMP_NUM_THREADS"] == str(count)
    assert not given
    for name, value in conditions.passive(count).items():
        monkeypatch.setenv(name, value)
    assert main([*asked, "--quick"]) == 0
    assert [options.threads for options in given] == [count]
    assert len(ran) == 1


@pytest.mark.parametrize("name", ["algorithms", "guide", "hostile", "memmap", "peers", "scale"])
def test_what_is_started_once_more_is_the_program(ran, name):
    assert importlib.import_module(name).main(["--output", "nothing.json"]) == 7
    ((command, _),) = ran
    assert command == [str(ROOT / "benchmarks" / f"{name}.py"), "--output", "nothing.json"]


def test_what_is_tried_out_is_not_stored(tmp_path, capsys):
    main, given = made(quick="less")
    for arguments in ([], ["--quick"]):
        main([*arguments, "--output", str(tmp_path / f"{len(arguments)}.json")])
    for options in given:
        frame.store(options, {"a": [1, 2]}, "; done")
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()) == {"a": [1, 2]}
    assert file.read_text() == conditions.written({"a": [1, 2]})
    assert capsys.readouterr().out == "Stored in 0.json; done.\n"


def test_help_is_the_first_line_and_every_option(capsys):
    with pytest.raises(SystemExit):
        made(options=MORE, threads="for it", quick="less")[0](["--help"])
    told = capsys.readouterr().out
    assert "What it is." in told
    assert "More." not in told
    assert "less; nothing is stored" in told
    assert all(option in told for option in ("--threads", "--output", "--quick", "--count"))


def test_steps_are_counted_and_timed(monkeypatch):
    now = iter([10.0, 10.4, 12.0])
    monkeypatch.setattr(frame.time, "perf_counter", lambda: next(now))
    said = []
    tell = frame.steps(12, said.append)
    tell("first")
    tell("second")
    assert said == ["[ 1/12]    0 s  first …", "[ 2/12]    2 s  second …"]


def test_a_plan_has_its_rounds():
    plan = frame.Plan(seconds=0.0, fewest=3)
    assert plan.rounds({"a": lambda: 1.0, "b": lambda: 2.0}) == {"a": [1.0] * 3, "b": [2.0] * 3}


def test_searches_are_compared_round_by_round():
    answers = {"a": np.array([1, 2, 3]), "b": np.array([1, 0, 0])}
    order, clock = [], iter(range(99))

    def search(name):
        return lambda: order.append(name) or answers[name]

    found = conditions.compared({n: search(n) for n in "ab"}, 3, lambda: float(next(clock)))
    assert "".join(order) == "abbaab"
    assert found["wrong"] == {"a": 0, "b": 2}
    assert found["processor_seconds"] == {"a": [1.0] * 3, "b": [1.0] * 3}
    assert all(len(times) == 3 and min(times) > 0 for times in found["seconds"].values())
    assert conditions.ratio(found, "a", "b", "processor_seconds") == 1
