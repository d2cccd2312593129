"""The guard: whatever an answer does, a report comes, and all is as the reader had it."""

import builtins
import faulthandler
import getpass
import heapq
import importlib
import io
import itertools
import pdb
import subprocess
import sys
import termios
import textwrap
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nnlib.practice import judge, stage
from nnlib.practice.__main__ import main
from nnlib.practice.cost import Tally
from nnlib.practice.guard import call


class Stream:
    """Rows that are handed out once, and an equality that says nothing."""

    def __init__(self, rows):
        self.rows = iter(rows)

    def __iter__(self):
        return self.rows


def zero(a, b=None):
    a[2, 0] = 0


def sort(a, b):
    b.sort()


def shorten(a, b):
    b["k"].pop()


def negative_zero(a, b):
    b *= -1


def object_entry(a, b):
    b[1] = "z"


@pytest.mark.parametrize(
    ("answer", "args", "line"),
    [
        (zero, (np.full((3, 2), 3.0), 1), "it changed a[2, 0] from 3.0 to 0.0"),
        (zero, (np.ones((3, 2), np.uint8),), "it changed a[2, 0] from 1 to 0"),
        (sort, (1, np.array(["b", "a"])), "it changed b[0] from 'b' to 'a'"),
        (sort, (1, [2, 1]), "it changed b[0] from 2 to 1"),
        (shorten, (1, {"k": [1, 2]}), "it changed the length of b['k'] from 2 to 1"),
        (negative_zero, (1, np.zeros(2)), "it changed b[0] from 0.0 to -0.0"),
        (object_entry, (1, np.array(["x", "y"], object)), "it changed b[1] from 'y' to 'z'"),
        (list.sort, ([2, 1],), "it changed self[0] from 2 to 1"),
        (lambda *a: a[1].clear(), (1, [1]), "it changed the length of argument 2 from 1 to 0"),
    ],
)
def test_what_was_changed_is_named(answer, args, line):
    outcome = call(answer, args, tally=None)
    assert (outcome.problem, outcome.line) == ("mutated", line)


@pytest.mark.parametrize(
    "make",
    [
        lambda: iter([1, 2]),
        lambda: (i for i in (1, 2)),
        lambda: Stream([1, 2]),
        lambda: np.array([object(), None, float("nan")], dtype=object),
        lambda: np.array([1.0, np.nan]),
    ],
)
def test_what_is_used_up_is_not_changed(make):
    outcome = call(lambda values: len(list(values)), (make(),), tally=None)
    assert outcome.problem == ""
    assert outcome.value in (2, 3)


RIGHT = """
def one_nn(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(1) - 2 * X @ T.T).argmin(1)]
"""
WAYS = {
    "dataclass": "@dataclass\nclass A:\n    a: int\n    b: ClassVar[int] = 1\n",
    "enum": "class A(enum.Enum):\n    X: int = 1\n",
    "named_tuple": "class A(NamedTuple):\n    a: int = 1\n",
    "pickle": "class A: pass\n\npickle.loads(pickle.dumps(A()))\n",
}
HEADER = (
    "from __future__ import annotations\nimport enum, pickle\n"
    "from dataclasses import dataclass\nfrom typing import ClassVar, NamedTuple\n"
)


@pytest.mark.parametrize("way", WAYS)
def test_a_file_may_define_whatever_a_module_may(way, tmp_path, capsys):
    path = tmp_path / f"{way}.py"
    path.write_text(HEADER + WAYS[way] + RIGHT)
    assert main(["one_nn", str(path)]) == 0
    assert "passed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["statistics.py", "numpy.py", "my answer.py", "nnlib.py"])
def test_any_name_of_a_file_will_do(name, tmp_path, capsys):
    path = tmp_path / name
    path.write_text("import statistics\n" + RIGHT)
    assert main(["one_nn", str(path)]) == 0
    assert "passed" in capsys.readouterr().out


def test_a_file_beside_it_is_found_at_once_or_later_and_forgotten(tmp_path, capsys):
    (tmp_path / "beside.py").write_text("A = 1\n")
    (tmp_path / "beside_too.py").write_text("B = 1\n")
    path = tmp_path / "answer.py"
    path.write_text("import beside\n" + RIGHT.replace("    T,", "    import beside_too\n    T,"))
    modules, places = set(sys.modules), list(sys.path)
    assert main(["one_nn", str(path)]) == 0
    assert "passed" in capsys.readouterr().out
    assert sys.path == places
    assert not {"beside", "beside_too", "answer"} & (set(sys.modules) - modules)


def test_a_fault_in_a_file_beside_it_is_not_blamed_on_a_line_of_the_answer(tmp_path, capsys):
    (tmp_path / "beside.py").write_text("def f(:\n")
    path = tmp_path / "answer.py"
    path.write_text("import beside\n" + RIGHT)
    assert main(["one_nn", str(path)]) == 2
    assert "answer.py could not be run: it raised SyntaxError" in capsys.readouterr().err


def test_judge_and_the_terminal_say_the_same(tmp_path, capsys):
    path = tmp_path / "answer.py"
    path.write_text(HEADER + WAYS["dataclass"] + RIGHT)
    names = {"__name__": "__main__"}
    exec(compile(path.read_bytes(), str(path), "exec"), names)
    main(["one_nn", str(path)])
    assert capsys.readouterr().out == f"{judge('one_nn', names['one_nn'])}\n"


def forever():
    while True:
        pass


def stubborn():
    caught = 0
    while True:
        try:
            forever()
        except BaseException:
            caught += 1


def loops_in_a_pool():
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: forever(), range(2)))


def leaves_a_loop_behind():
    threading.Thread(target=forever).start()
    return 5


def loops_inside_a_library():
    deque(heapq.merge(itertools.repeat(1), itertools.repeat(2)), maxlen=0)


def recurses():
    sys.setrecursionlimit(10**9)

    def deeper(n):
        return deeper(n + 1)

    return deeper(0)


def recurses_through_c():
    sys.setrecursionlimit(10**9)

    def deeper(n):
        return max([n], key=lambda m: deeper(m + 1))

    return deeper(0)


def waits_for_a_lock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def waits_for_a_thread_that_waits():
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    thread.join()


def one_after_the_other():
    for _ in range(40):
        thread = threading.Thread(target=sum, args=(range(4_000_000),))
        thread.start()
        thread.join()


def asks_by_another_name():
    from getpass import getpass

    getpass()


def prints():
    while True:
        print("something")


def writes_bytes():
    while True:
        sys.stdout.buffer.write(b"something")


ENDLESS = "it did not end; look for a loop whose condition never becomes false"
DEEP = "it raised RecursionError: it calls itself without end"
WAITS = "it waits for something that does not come, such as a lock, a thread or a sleep"
ASKS = "it asks for input; take out input() and breakpoint()"
FLOOD = "it printed more than 20,000 characters and was stopped"
ENDED = {
    forever: ("endless", ENDLESS),
    stubborn: ("endless", ENDLESS),
    loops_in_a_pool: ("endless", ENDLESS),
    leaves_a_loop_behind: ("endless", ENDLESS),
    loops_inside_a_library: ("endless", ENDLESS),
    one_after_the_other: ("endless", ENDLESS),
    recurses: ("raised", DEEP),
    recurses_through_c: ("raised", DEEP),
    waits_for_a_lock: ("waits", WAITS),
    waits_for_a_thread_that_waits: ("waits", WAITS),
    lambda: time.sleep(100): ("waits", WAITS),
    input: ("asks", ASKS),
    lambda: input("a number: "): ("asks", ASKS),
    breakpoint: ("asks", ASKS),
    lambda: pdb.Pdb(nosigint=True).set_trace(): ("asks", ASKS),
    lambda: getpass.getpass(): ("asks", ASKS),
    asks_by_another_name: ("asks", ASKS),
    lambda: sys.stdin.readline(): ("asks", ASKS),
    lambda: next(sys.stdin): ("asks", ASKS),
    lambda: sys.stdin.buffer.read(): ("asks", ASKS),
    prints: ("flood", FLOOD),
    writes_bytes: ("flood", FLOOD),
}


def surroundings():
    return (
        sys.stdin,
        sys.stdout,
        sys.stderr,
        builtins.input,
        termios.tcgetattr,
        builtins.__import__,
        importlib.import_module,
        sys.breakpointhook,
        sys.setrecursionlimit,
        sys.getrecursionlimit(),
        sys.gettrace(),
        sys.getprofile(),
        threading.Thread.start,
        threading.stack_size(),
        faulthandler.is_enabled(),
    )


@pytest.mark.parametrize("answer", ENDED, ids=lambda answer: answer.__name__)
def test_whatever_does_not_end_is_ended_and_all_is_as_it_was(answer):
    before = surroundings()
    outcome = call(answer, (), tally=Tally(), cpu_limit=1.0, wait_limit=0.5)
    assert (outcome.problem, outcome.line) == ENDED[answer]
    assert outcome.value is None
    assert surroundings() == before


def test_stacks_have_their_usual_size_after_a_call_inside_a_call(monkeypatch):
    """Even if the inner one begins before the outer has set the size back, and ends after that."""
    begin, inside, started = threading.Thread.start, threading.Event(), []

    def start(thread):
        started.append(thread)
        first = len(started) == 1
        begin(thread)
        if first:
            assert inside.wait(10)
            return
        inside.set()
        while threading.stack_size() != 2**20:
            time.sleep(0.001)

    monkeypatch.setattr(threading.Thread, "start", start)
    before = threading.stack_size(2**20)
    try:
        outcome = call(lambda: call(lambda: 5, (), tally=Tally()).value, (), tally=Tally())
        assert threading.stack_size() == 2**20
    finally:
        threading.stack_size(before)
    assert outcome.value == 5
    assert len(started) == 2


def test_the_reader_can_be_asked_afterwards(monkeypatch):
    call(input, (), tally=Tally())
    monkeypatch.setattr(sys, "stdin", io.StringIO("five\n"))
    assert input() == "five"


def test_another_thread_may_ask_meanwhile(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("five\n"))
    began, answered, heard = threading.Event(), threading.Event(), []

    def reader():
        began.wait()
        heard.append(input())
        answered.set()

    def answer():
        began.set()
        return answered.wait(10)

    other = threading.Thread(target=reader)
    other.start()
    assert call(answer, (), tally=Tally()).value is True
    other.join()
    assert heard == ["five"]


def test_a_file_whose_import_asks_is_told(tmp_path, capsys):
    (tmp_path / "beside.py").write_text("a = input()\n")
    path = tmp_path / "answer.py"
    path.write_text("try:\n    import beside\nexcept EOFError:\n    pass\n" + RIGHT)
    assert main(["one_nn", str(path)]) == 2
    assert ASKS in capsys.readouterr().err


def test_without_clocks_of_threads_the_process_counts_from_now_on(monkeypatch):
    monkeypatch.delattr(time, "pthread_getcpuclockid")
    spent = time.process_time()
    assert spent > 0.2
    outcome = call(lambda: time.sleep(0.3), (), tally=Tally(), cpu_limit=0.2)
    assert outcome.problem == ""
    assert call(one_after_the_other, (), tally=Tally(), cpu_limit=1.0).problem == "endless"
    assert stage.cpu_clock(first=False)() == 0.0


def test_a_file_may_leave_processes_running_and_the_search_path_changed(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(
        "import multiprocessing, sys, time\ndel sys.path[0]\n"
        "context = multiprocessing.get_context('fork')\n"
        "context.Process(target=time.sleep, args=(1000,)).start()\n" + RIGHT
    )
    command = [sys.executable, "-W", "ignore", "-m", "nnlib.practice", "one_nn", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    assert "passed" in done.stdout


def test_the_interpreter_ends_whatever_an_answer_left_behind():
    code = """
        import threading, time
        from concurrent.futures import ThreadPoolExecutor
        from nnlib.practice.cost import Tally
        from nnlib.practice.guard import call

        def forever(*_):
            while True:
                pass

        def pool():
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(forever, range(2)))

        def waits():
            ThreadPoolExecutor(1).submit(threading.Event().wait).result()

        def left():
            ThreadPoolExecutor(1).submit(time.sleep, 1000)
            threading.Thread(target=threading.Event().wait).start()

        for answer in (pool, waits, left, forever):
            print(call(answer, (), tally=Tally(), wait_limit=0.5).problem)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stdout.split("\n") == ["endless", "waits", "", "endless", ""]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("depth", "through_c"), [(3000, False), (400, True)])
def test_a_deep_recursion_has_the_room_that_it_asks_for(depth, through_c):
    def deep(n):
        sys.setrecursionlimit(10**6)

        def down(n):
            return n and 1 + down(n - 1)

        def down_through_c(n):  # of which Python 3.12 allows a fixed number
            return n and 1 + max([n - 1], key=lambda m: down_through_c(m) and 0)

        return down_through_c(n) if through_c else down(n)

    assert call(deep, (depth,), tally=Tally()).value == depth


def test_what_stands_in_for_the_terminal_is_a_text_stream():
    def answer():
        faulthandler.enable()
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True)
            assert stream.encoding == "utf-8"
            assert stream.errors
            assert not stream.isatty()
            assert stream.writable()
            assert stream.fileno() > 2
            stream.buffer.write(b"bytes ")
            stream.write("\u00e4 \udc80")
            stream.writelines(["a", "b\n"])
            stream.flush()
        return sys.stdin.isatty(), sys.stdin.encoding

    outcome = call(answer, (), tally=Tally())
    assert outcome.value == (False, "utf-8")
    assert outcome.printed == "bytes \u00e4 ?ab\nbytes \u00e4 \\udc80ab\n"


def test_a_thread_that_comes_back_is_part_of_the_answer():
    def answer():
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(lambda n: sum(1 for _ in range(n)), (1000, 2000)))

    tally = Tally()
    outcome = call(answer, (), tally=tally)
    assert (outcome.value, outcome.problem) == (3000, "")
    assert tally.total > 3000


SLOW = """
for i in range({rounds}):
    pass
print("x" * {printed})
{last}
done = True
"""


@pytest.mark.parametrize("how", ["statement", "importlib"])
def test_an_import_is_not_the_answers_work(how, tmp_path, monkeypatch):
    (tmp_path / "library_of_mine.py").write_text(SLOW.format(rounds=10**6, printed=1, last=""))
    monkeypatch.syspath_prepend(tmp_path)

    def answer():
        if how == "importlib":
            return importlib.import_module("library_of_mine").done
        import library_of_mine

        return library_of_mine.done

    tally = Tally()
    outcome = call(answer, (), tally=tally)
    assert (outcome.value, outcome.problem) == (True, "")
    assert tally.total < 10
    del sys.modules["library_of_mine"]


def test_nothing_ends_an_import_half_done(tmp_path, monkeypatch):
    (tmp_path / "library_of_mine.py").write_text(SLOW.format(rounds=1, printed=10**5, last=""))
    monkeypatch.syspath_prepend(tmp_path)

    def answer():
        import library_of_mine

        return library_of_mine.done

    assert call(answer, (), tally=Tally()).problem == "flood"
    assert sys.modules.pop("library_of_mine").done


def test_an_import_that_asks_is_told_that_nobody_answers(tmp_path, monkeypatch):
    (tmp_path / "library_of_mine.py").write_text(
        SLOW.format(rounds=1, printed=1, last="input('a number: ')")
    )
    monkeypatch.syspath_prepend(tmp_path)
    outcome = call(lambda: importlib.import_module("library_of_mine"), (), tally=Tally())
    assert outcome.problem == "asks"
    assert "library_of_mine" not in sys.modules


@pytest.mark.parametrize("where", ["no threads", "none can be started"])
@pytest.mark.parametrize("answer", [forever, recurses, input, prints], ids=lambda f: f.__name__)
def test_where_there_is_no_thread_it_is_ended_in_place(answer, where, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    if where == "no threads":
        monkeypatch.setattr(stage, "THREADS", False)
    else:
        monkeypatch.setattr(threading.Thread, "start", refuse)
    before = surroundings()
    outcome = call(answer, (), tally=Tally())
    assert (outcome.problem, outcome.line) == ENDED[answer]
    assert surroundings() == before
    assert call(lambda n: n + 1, (4,), tally=None).value == 5


def test_a_page_is_told_of_every_call_and_says_which_never_came_back(monkeypatch):
    told = []
    monkeypatch.setattr(stage, "THREADS", False)
    monkeypatch.setattr(stage.Page, "calls", 0)
    monkeypatch.setattr(stage.Page, "tell", told.append)
    assert [call(abs, (-n,), tally=None).value for n in range(3)] == [0, 1, 2]
    assert told == [1, 2, 3]
    for died, problem in ((False, "endless"), (True, "crash")):
        monkeypatch.setattr(stage.Page, "calls", 0)
        monkeypatch.setattr(stage.Page, "stalled", 2)
        monkeypatch.setattr(stage.Page, "died", died)
        outcomes = [call(abs, (-n,), tally=None) for n in range(3)]
        assert [outcome.value for outcome in outcomes] == [0, None, 2]
        assert [outcome.problem for outcome in outcomes] == ["", problem, ""]
