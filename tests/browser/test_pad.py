"""The code pad: Python in the page, whatever is typed into it, over http and from a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import RULES, found_by_axe
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect
from python_pages import fill, page_of
from visits import ask_for_all, serving, turn, watch

from nnlib.practice import drills
from rendering.python import pads

OPEN = Callable[..., Page]
KEY = "nearest-neighbor-network:pad:one_nn"
PATIENCE = 180_000  # ms; a machine that is busy with other tests starts Python in a minute
# What Pyodide says where the interpreter ends.
LAST_WORDS = re.compile("suffered a fatal error|cause of the fatal error|Maximum call stack size")
DRILLS = [drill.name for drill in drills()]
(ONE_NN,) = drills(["one_nn"])

RIGHT = """import numpy as np


def one_nn(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]
"""
WRONG = RIGHT.replace("argmin", "argmax")
NAMED = {"Backspace", "Enter", "Shift+Tab"}
# What an editor holds, with bars where the selection begins and ends, or one at the caret.
MARKED = """({ value, selectionStart: from, selectionEnd: to }) =>
  `${value.slice(0, from)}|${from === to ? "" : `${value.slice(from, to)}|`}${value.slice(to)}`"""


def answer(body: str) -> str:
    """Return an answer whose function does something else."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"import itertools\n\n\ndef one_nn(X_train, y_train, X_test):\n{lines}"


def document(script: str = "pad.js") -> str:
    """Return a page that carries a pad as a drill's page does."""
    return page_of("Pad", pads.drill_place("one_nn"), script)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page that has a drill's pad, and one with that of the interview."""
    folder = fill(tmp_path_factory.mktemp("pads"), document())
    blank = pads.blank_place("mock", "the mock interview", ["one_nn", "nn_layer"])
    (folder / "blank.html").write_text(page_of("Mock", blank, "pad.js"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as url:
        yield url


# How many calls of an answer the judge has begun, where the page tells nobody.
COUNT_CALLS = """
window.calls = 0;
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => { if (data.call) window.calls += 1; });
  }
};
"""


@pytest.fixture(scope="module")
def running(browser: Browser, url: str) -> Iterator[Page]:
    """Return one page whose Python has started, for tests that leave it in order."""
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    complaints = watch(page)
    page.clock.install()
    page.add_init_script(COUNT_CALLS)
    page.goto(f"{url}/page.html")
    run(page, "print('ready')")
    expect(output(page)).to_have_text("ready\n", timeout=PATIENCE)
    yield page
    page.context.close()
    # Where the interpreter ends, Pyodide says so at length.
    assert [one for one in complaints if not LAST_WORDS.search(one)] == []


def editor(page: Page) -> Locator:
    return page.get_by_label("Your code")


def output(page: Page) -> Locator:
    return page.get_by_label("Output")


def result(page: Page) -> Locator:
    return page.locator(".nn-result")


def said(page: Page) -> Locator:
    return page.locator(".nn-pad > .nn-told > .nn-said")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def idle(page: Page) -> None:
    """Wait until the pad has nothing to do."""
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_have_attribute("aria-disabled", "true", timeout=PATIENCE)


def run(page: Page, code: str) -> None:
    editor(page).fill(code)
    press(page, "Run")


def judge(page: Page, code: str) -> None:
    editor(page).fill(code)
    press(page, "Judge")
    idle(page)


def kept(page: Page) -> Any:
    return json.loads(page.evaluate("(key) => localStorage.getItem(key)", KEY) or "null")


def asked(page: Page) -> list[str]:
    """Collect the names of the files that a page asks for from now on."""
    names: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("blob:", "data:")):
            names.append(request.url.rpartition("/")[2].partition("-")[0])

    page.on("request", note)
    return names


@pytest.mark.parametrize("way", ["http", "file"])
def test_from_the_first_click_to_a_passed_drill(
    way: str, folder: Path, url: str, open_page: OPEN
) -> None:
    page = open_page(f"{url if way == 'http' else folder.as_uri()}/page.html")
    requests = asked(page)
    page.reload()
    assert requests == ["page.html", "pad.css", "pad.js"]
    expect(editor(page)).to_have_value(ONE_NN.stub)
    expect(said(page)).to_contain_text("The first run or judging brings Python to this page")
    judge(page, WRONG)
    core = ["nnlib", "numpy", "stdlib", "wasm", "worker", *(["rest"] if way == "file" else [])]
    assert sorted(requests[3:]) == sorted(core)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: not passed")
    expect(result(page)).to_contain_text("why it matters")
    assert page.evaluate("localStorage.getItem('nearest-neighbor-network:drills')") is None
    judge(page, RIGHT)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    report = "JSON.parse(localStorage.getItem('nearest-neighbor-network:report:one_nn')).one_nn"
    assert page.evaluate(f"[{report}.passed, {report}.missed]") == [True, True]
    expect(said(page)).to_contain_text("The drill is ticked on the page Practice.")
    expect(said(page)).to_contain_text("Choose a twist under What is judged.")
    ticked = page.evaluate("JSON.parse(localStorage.getItem('nearest-neighbor-network:drills'))")
    assert list(ticked) == ["one_nn"]
    page.get_by_label("What is judged").select_option(f"twist: {ONE_NN.twists[0].title}")
    press(page, "Judge")
    idle(page)
    expect(result(page)).to_contain_text(ONE_NN.twists[0].title)
    assert sorted(requests[3:]) == sorted(core)


LATE = "import statistics\n" + RIGHT.replace("return y", "return statistics.mode([0]) or y")


LATE_IN_EACH_CALL = RIGHT.replace("    T,", "    import statistics\n\n    T,")
LATE_TWICE = """for _ in range(2):
    try:
        import email
    except ImportError as error:
        print("no", error.name)
"""


@pytest.mark.parametrize("way", ["http", "file"])
def test_an_answer_may_import_what_is_not_there_yet(
    way: str, folder: Path, url: str, open_page: OPEN
) -> None:
    page = open_page(f"{url if way == 'http' else folder.as_uri()}/page.html")
    run(page, "print('well')")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)
    requests = asked(page)
    judge(page, LATE)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    run(page, "import numpy as np\nabs(np.fft.fft([1, 1])).tolist()")
    expect(output(page)).to_have_text("[2.0, 0.0]\n")
    run(page, "while True:\n    pass")
    press(page, "Stop")
    idle(page)
    judge(page, LATE)  # in a fresh Python, which the page gives what has come
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    assert requests == (["rest"] if way == "http" else [])


def test_what_an_import_waits_for_is_told_and_can_be_stopped(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    run(page, "print('well')")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)
    page.route("**/rest-*.pack", lambda route: route.fulfill(status=503, body=""))
    run(page, "import email")
    idle(page)
    expect(result(page)).to_contain_text(
        "Line 1: ImportError: email could not be brought to this page (Error: rest.pack cannot be"
    )
    page.unroute("**/rest-*.pack")
    held = []
    page.route("**/rest-*.pack", lambda route: held.append(route))
    judge_it = page.get_by_role("button", name="Judge", exact=True)
    editor(page).fill(LATE)
    judge_it.click()
    expect(page.locator(".nn-loading")).to_contain_text("Python gets the rest of NumPy")
    expect(page.locator(".nn-loading")).to_contain_text(" MB")
    press(page, "Stop")
    idle(page)
    expect(said(page)).to_contain_text("Stopped. Your code is kept")
    page.unroute("**/rest-*.pack")
    press(page, "Judge")
    idle(page)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    assert len(held) == 1
    page.complaints.clear()  # type: ignore[attr-defined]


def test_a_rest_that_does_not_come_is_no_verdict(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    run(page, "print('well')")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)
    requests = asked(page)
    ways: list[Callable[[Route], None]] = [
        lambda route: route.abort("internetdisconnected"),
        lambda route: route.fulfill(status=404, body=""),
        # A network that wants a reader to sign in answers so.
        lambda route: route.fulfill(status=200, body="<p>Sign in first.</p>"),
    ]
    page.route("**/rest-*.pack", lambda route: ways[0](route))
    for code in (LATE, LATE_IN_EACH_CALL, LATE):
        judge(page, code)
        expect(result(page)).to_contain_text(
            "An import needs the rest of NumPy and the standard library, which could not be brought"
        )
        expect(result(page)).to_contain_text("Your code is kept; you can try again.")
        expect(result(page)).not_to_contain_text("passed")
        if len(ways) == 2:
            expect(result(page)).to_contain_text("the book has a new edition: reload the page")
        if len(ways) > 1:
            ways.pop(0)
    assert page.evaluate("localStorage.getItem('nearest-neighbor-network:report:one_nn')") is None
    run(page, LATE_TWICE)
    idle(page)
    expect(output(page)).to_have_text("no email\nno email\n")
    assert requests == ["rest"] * 4  # a job asks once
    page.unroute("**/rest-*.pack")
    judge(page, LATE)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    page.complaints.clear()  # type: ignore[attr-defined]


def release(page: Page, held: list[Route]) -> None:
    """Let a request go on that is held, or is about to be."""
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()


def test_while_an_import_waits_the_judge_is_not_silent(url: str, open_page: OPEN) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.goto(f"{url}/page.html")
    run(page, "print('well')")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)
    held: list[Route] = []
    page.route("**/rest-*.pack", lambda route: held.append(route))
    editor(page).fill(LATE_IN_EACH_CALL)
    press(page, "Judge")
    expect(page.locator(".nn-loading")).to_contain_text("Python gets the rest of NumPy")
    page.clock.fast_forward("10:00")
    expect(page.locator(".nn-loading")).to_contain_text("Python gets the rest of NumPy")
    release(page, held)
    idle(page)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    assert len(held) == 1


def test_from_a_file_a_rest_that_comes_last_is_waited_for(folder: Path, open_page: OPEN) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/rest-*.js", lambda route: held.append(route))
    page.goto(f"{folder.as_uri()}/page.html")
    with page.expect_worker():
        run(page, "import statistics\nstatistics.mode([7])")
    # What has come is taken out.
    expect(page.locator("script[src*='/python/']")).to_have_count(1)
    expect(page.locator(".nn-loading")).to_contain_text("NumPy and nnlib start")
    release(page, held)
    expect(output(page)).to_have_text("7\n", timeout=PATIENCE)


HELD = """const compile = WebAssembly.compileStreaming;
window.compiles = new Promise((resolve) => {
  WebAssembly.compileStreaming = () => {
    WebAssembly.compileStreaming = compile;
    resolve();
    return new Promise(() => {});
  };
});"""


def test_from_a_file_one_can_stop_while_webassembly_compiles(folder: Path, open_page: OPEN) -> None:
    page = open_page("about:blank")
    page.add_init_script(HELD)
    page.goto(f"{folder.as_uri()}/page.html")
    run(page, "print('well')")
    page.evaluate("window.compiles")
    press(page, "Stop")
    idle(page)
    press(page, "Run")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)


FULL = """const set = Storage.prototype.setItem;
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
window.room = () => { Storage.prototype.setItem = set; };"""


def test_a_tick_is_told_only_if_it_is_kept(running: Page) -> None:
    running.evaluate(f"() => {{ {FULL} }}")
    judge(running, RIGHT)
    expect(said(running)).to_have_text("Verdict: passed. Choose a twist under What is judged.")
    running.evaluate("window.room()")
    press(running, "Judge")
    expect(said(running)).to_contain_text("The drill is ticked on the page Practice.")


def test_a_blank_pad_is_judged_as_the_drill_that_is_chosen(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/blank.html")
    expect(editor(page)).to_have_value("")
    judge(page, WRONG)
    judge(page, RIGHT)
    expect(result(page)).to_contain_text("one_nn, 1-nearest neighbor, vectorized: passed")
    # A miss is kept for the deck where a new interview does not clear it.
    entry = "(name) => JSON.parse(localStorage.getItem('nearest-neighbor-network:report:' + name))"
    assert page.evaluate(entry, "mock")["one_nn"]["passed"] is True
    assert page.evaluate(entry, "one_nn") == {"one_nn": {"missed": True}}
    page.get_by_label("What is judged").select_option("nn_layer")
    press(page, "Judge")
    idle(page)
    expect(result(page)).to_contain_text("Your code defines no nn_layer")
    page.reload()
    expect(editor(page)).to_have_value(RIGHT)
    assert page.evaluate("(key) => localStorage.getItem(key)", KEY) is None  # that of the drill
    press(page, "Reset")
    expect(editor(page)).to_have_value("")
    expect(said(page)).to_contain_text("The pad is blank again.")


@pytest.mark.parametrize(
    ("code", "printed", "words"),
    [
        ("print('a')\n1 / 0", "a\n", "Line 2: ZeroDivisionError: division by zero"),
        ("x = 6\nx * 7", "42\n", ""),
        ("def f(:\n    pass", "", "Line 1: SyntaxError: invalid syntax"),
        ("\nname = input('?')", "?", "Line 2: nobody can type here"),
        ("while True:\n    print('x' * 99)", "x" * 99, "it printed more than 20,000 characters"),
        ("x = [0] * 10**9", "", "Line 1: MemoryError: more than this page's Python has."),
        ("x = []\nwhile True:\n    x.append(bytes(10**7))", "", "Line 3: MemoryError"),
        ("def f():\n    return f()\nf()", "", "Line 2: RecursionError: it calls itself without"),
        ("import scipy", "", "Line 1: there is no scipy here: this page's Python has NumPy"),
        ("raise SystemExit", "", "Line 1: SystemExit"),
    ],
    ids=[
        "raises",
        "value",
        "syntax",
        "input",
        "flood",
        "large",
        "hoard",
        "recursion",
        "absent",
        "exit",
    ],
)
def test_whatever_runs_ends_in_a_sentence(
    running: Page, code: str, printed: str, words: str
) -> None:
    run(running, code)
    idle(running)
    expect(output(running) if printed else result(running)).to_contain_text(printed or words)
    expect(result(running)).to_contain_text(words)
    expect(editor(running)).to_have_value(code)
    if words.startswith("Line 2"):
        press(running, "Go to line 2")
        selected = running.evaluate("getSelection().toString()")
        assert selected == code.splitlines()[1]
    run(running, "print('well')")
    expect(output(running)).to_have_text("well\n", timeout=PATIENCE)


def test_a_loop_without_end_is_stopped_and_nothing_typed_is_lost(running: Page) -> None:
    code = "print('begins')\nwhile True:\n    pass"
    run(running, code)
    expect(output(running)).to_have_text("begins\n")
    running.get_by_role("button", name="Stop").focus()
    running.keyboard.press("Enter")
    idle(running)
    expect(said(running)).to_contain_text("Stopped. Your code is kept")
    expect(editor(running)).to_have_value(code)
    assert kept(running)["code"] == code
    run(running, "print('well')")
    expect(output(running)).to_have_text("well\n", timeout=PATIENCE)


def test_an_interpreter_that_ends_is_a_sentence_and_a_fresh_start(running: Page) -> None:
    run(running, "def f(n):\n    return sorted([2, 1], key=lambda _: f(n + 1))\nf(0)")
    idle(running)
    expect(result(running)).to_contain_text("Python itself has ended")
    run(running, "print('well')")
    expect(output(running)).to_have_text("well\n", timeout=PATIENCE)


SILENT = answer("return sum(itertools.count())")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (answer("while True:\n    pass"), "it did not end; look for a loop"),
        (SILENT, "it did not end; look for a loop"),
        (answer("while True:\n    print(1)"), "it printed more than 20,000 characters"),
        (
            answer("return sorted([2, 1], key=lambda _: one_nn(X_train, y_train, X_test))"),
            "Python itself ended; look for a recursion without end",
        ),
        (answer("return one_nn(X_train, y_train, X_test)"), "RecursionError"),
        (answer("x = [0] * 10**9"), "MemoryError"),
        ("while True:\n    pass", "it did not end"),
        ("def two_nn():\n    pass", "Your code defines no one_nn"),
        ("def one_nn(:", "Line 1: SyntaxError: invalid syntax"),
    ],
    ids=["loop", "silent", "flood", "died", "recursion", "hoard", "outside", "nameless", "syntax"],
)
def test_the_judge_comes_back_whatever_the_answer_does(
    running: Page, code: str, words: str
) -> None:
    begun = running.evaluate("calls")
    judge(running, code)
    if code == SILENT:
        running.wait_for_function("begun => calls > begun", arg=begun, timeout=PATIENCE)
        running.clock.fast_forward("00:20")  # all the patience that there is
    expect(result(running)).to_contain_text(words)
    expect(editor(running)).to_have_value(code)


def test_code_is_kept_and_never_runs_by_itself(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    editor(page).fill(RIGHT)
    assert kept(page) == {"code": RIGHT, "stub": ONE_NN.stub}
    requests = asked(page)
    page.reload()
    expect(editor(page)).to_have_value(RIGHT)
    assert requests == ["page.html", "pad.css", "pad.js"]
    press(page, "Reset")
    expect(editor(page)).to_have_value(ONE_NN.stub)
    assert kept(page) is None
    editor(page).press("Control+z")
    expect(editor(page)).to_have_value(RIGHT)
    with page.expect_download() as download:
        press(page, "Download")
    assert download.value.suggested_filename == "one_nn.ipynb"
    cells = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["cells"]
    assert [cell["source"] for cell in cells] == [RIGHT]


def put(page: Page, value: dict[str, str]) -> None:
    page.evaluate("([k, v]) => localStorage.setItem(k, v)", [KEY, json.dumps(value)])
    page.reload()


def test_a_new_line_shows_where_it_begins(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    editor(page).fill("a" * 300)
    editor(page).press("End")
    assert editor(page).evaluate("(area) => area.scrollLeft") > 0
    editor(page).press("Enter")
    page.keyboard.type("b")
    assert editor(page).evaluate("(area) => area.scrollLeft") == 0


def test_where_the_books_cell_has_changed_both_versions_are_offered(
    url: str, open_page: OPEN
) -> None:
    page = open_page(f"{url}/page.html")
    put(page, {"code": "mine", "stub": "old"})
    expect(editor(page)).to_have_value("mine")
    expect(
        page.get_by_text("The book's cell has changed since you wrote this.").first
    ).to_be_visible()
    press(page, "Take this one")
    expect(editor(page)).to_have_value(ONE_NN.stub)
    assert kept(page) is None
    editor(page).press("Control+z")
    expect(editor(page)).to_have_value("mine")

    put(page, {"code": "mine", "stub": "old"})
    press(page, "Keep what is in the editor")
    expect(page.locator(".nn-offer")).to_be_hidden()
    page.reload()
    expect(editor(page)).to_have_value("mine")
    expect(page.locator(".nn-offer")).to_be_hidden()

    put(page, {"code": "old", "stub": "old"})  # nobody has touched it
    expect(editor(page)).to_have_value(ONE_NN.stub)
    expect(page.locator(".nn-offer")).to_be_hidden()


def test_two_tabs_lose_nothing(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    other = page.context.new_page()
    other.goto(page.url)
    editor(page).fill("mine")
    expect(other.get_by_text("Another tab has changed this code.").first).to_be_visible()
    editor(other).fill("theirs")
    expect(page.locator(".nn-offer pre")).to_have_text("theirs")
    expect(editor(page)).to_have_value("mine")
    editor(page).press("End")
    editor(page).press("x")
    assert kept(page) == {"code": "minex", "stub": ONE_NN.stub, "other": "theirs"}
    page.reload()  # even if the reader leaves before a choice
    expect(page.get_by_text("There is another version of this code.").first).to_be_visible()
    press(page, "Take this one")
    expect(editor(page)).to_have_value("theirs")
    assert kept(page) == {"code": "theirs", "stub": ONE_NN.stub}
    other.close()


@pytest.mark.parametrize("value", ["{", "[]", '{"code": 1, "stub": 2}', "null"])
def test_what_cannot_be_read_counts_as_nothing(value: str, url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    page.evaluate("([k, v]) => localStorage.setItem(k, v)", [KEY, value])
    page.reload()
    expect(editor(page)).to_have_value(ONE_NN.stub)
    expect(page.locator(".nn-offer")).to_be_hidden()


def test_a_pack_that_does_not_come_is_told_and_asked_for_again(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    page.route("**/wasm-*.pack", lambda route: route.fulfill(status=503, body=""))
    run(page, "print('well')")
    idle(page)
    expect(result(page)).to_contain_text("Python could not be started (wasm.pack cannot be loaded")
    page.unroute("**/wasm-*.pack")
    page.route("**/wasm-*.pack", lambda route: route.fulfill(status=404, body=""))
    press(page, "Run")
    expect(result(page)).to_contain_text("the book has a new edition: reload the page")
    page.unroute("**/wasm-*.pack")
    press(page, "Run")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)
    page.complaints.clear()  # type: ignore[attr-defined]


def test_while_python_comes_one_writes_on_and_can_stop(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    held = []
    page.route("**/numpy-*.pack", lambda route: held.append(route))
    run(page, "print('well')")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".nn-loading")).to_contain_text(" MB")
    editor(page).press("Control+End")
    editor(page).press_sequentially("  # on")
    assert kept(page)["code"] == "print('well')  # on"
    press(page, "Stop")
    idle(page)
    expect(said(page)).to_contain_text("Stopped.")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    page.unroute("**/numpy-*.pack")
    assert len(held) == 1
    press(page, "Run")
    expect(output(page)).to_have_text("well\n", timeout=PATIENCE)
    page.complaints.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("", ["print(1)"], "print(1)|"),
        ("", ["f(a[0], {}"], "f(a[0], {}|)"),
        ("|x", ["("], "(|x"),
        ("f(|)", [")"], "f()|"),
        ("f(|)", ["Backspace"], "f|"),
        ("f(|", ["Backspace"], "f|"),
        ("f|", ["Backspace"], "|"),
        ("a = |1, 2|", ["["], "a = [|1, 2|]"),
        ("if x:\n      |y", ["Backspace"], "if x:\n    |y"),
        ("    |y", ["Backspace"], "|y"),
        ("a\n|b", ["Backspace"], "a|b"),
        ("|", ["Backspace"], "|"),
        ("  a = f(|)", ["Enter"], "  a = f(\n      |\n  )"),
        ("f(|a)", ["Enter"], "f(\n    |a)"),
        (
            "for i in a:  # each|",
            ["Enter", "b", "Enter", "Shift+Tab"],
            "for i in a:  # each\n    b\n|",
        ),
    ],
)
def test_the_editor_indents_and_closes_brackets_and_undo_takes_it_back(
    running: Page, before: str, keys: list[str], after: str
) -> None:
    """Bars stand for the caret, or the ends of what is selected."""
    area, text = editor(running), before.replace("|", "")
    area.fill(text)
    marks = [i - n for n, i in enumerate(i for i, one in enumerate(before) if one == "|")]
    area.evaluate("(one, at) => one.setSelectionRange(at.at(0) ?? 0, at.at(-1) ?? 0)", marks)
    area.focus()
    for key in keys:
        (running.keyboard.press if key in NAMED else running.keyboard.type)(key)
    assert area.evaluate(MARKED) == after
    for _ in range(12):
        if area.input_value() != text:
            running.keyboard.press("Control+z")
    expect(area).to_have_value(text)


def test_by_keyboard_alone(running: Page) -> None:
    running.reload()
    running.evaluate("localStorage.clear()")
    running.reload()
    running.keyboard.press("Tab")
    expect(editor(running)).to_be_focused()
    running.keyboard.press("Control+a")
    running.keyboard.type("def f():\nreturn 7\n")
    running.keyboard.press("Shift+Tab")
    running.keyboard.type("f()")
    expect(editor(running)).to_have_value("def f():\n    return 7\nf()")
    running.keyboard.press("Control+a")
    running.keyboard.press("Tab")
    expect(editor(running)).to_have_value("    def f():\n        return 7\n    f()")
    running.keyboard.press("Control+z")
    expect(editor(running)).to_have_value("def f():\n    return 7\nf()")
    running.keyboard.press("Escape")
    running.keyboard.press("Tab")
    expect(running.get_by_role("button", name="Run", exact=True)).to_be_focused()
    running.keyboard.press("Enter")
    expect(output(running)).to_have_text("7\n", timeout=PATIENCE)
    expect(running.get_by_role("button", name="Run", exact=True)).to_be_focused()
    editor(running).focus()
    running.keyboard.press("Control+Enter")
    idle(running)
    expect(output(running)).to_have_text("7\n")


def test_axe_finds_nothing_and_nothing_overflows_in_any_state(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html", viewport={"width": 390, "height": 844})

    def check(state: str) -> None:
        for theme in ("dark", "light"):  # and light it stays
            turn(page, theme)
            assert found_by_axe(page, *RULES[theme]) == [], (state, theme)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        page.set_viewport_size({"width": 390, "height": 844})

    check("fresh")
    put(page, {"code": "mine " + "x" * 300, "stub": "old"})
    page.get_by_text("The other version").click()
    check("two versions")
    run(page, "while True:\n    pass")
    expect(page.get_by_role("progressbar")).to_be_visible()
    check("loading")
    press(page, "Stop")
    run(page, "print('y' * 2000)\nraise ValueError('z' * 190)")
    idle(page)
    check("problem")
    judge(page, WRONG)
    check("report")


@pytest.mark.parametrize("name", DRILLS)
def test_every_drill_of_the_book_has_its_pad(name: str, book: Path, open_page: OPEN) -> None:
    page = open_page((book / "chapters" / "practice" / f"{name}.html").as_uri())
    (drill,) = drills([name])
    expect(editor(page)).to_have_value(drill.stub)
    cells = page.locator(".pad-cells")
    expect(cells.locator(".cell")).to_have_count(2)
    expect(cells.locator(".cell").first).to_be_hidden()
    cells.locator("summary").first.click()
    expect(cells.locator(".cell").first).to_be_visible()


def test_in_the_book_a_drill_is_passed(book_url: str, open_page: OPEN) -> None:
    page = open_page(f"{book_url}/chapters/practice/one_nn.html")
    judge(page, RIGHT)
    expect(result(page)).to_contain_text("1-nearest neighbor, vectorized: passed")
    page.goto(f"{book_url}/chapters/practice/practice.html")
    ask_for_all(page)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)


def test_a_book_without_python_says_so(folder: Path, open_page: OPEN) -> None:
    script = (folder / "_static" / "pad.js").read_text(encoding="utf-8")
    bare = re.sub("const FILES = .*;", "const FILES = null;", script, count=1)
    (folder / "_static" / "bare.js").write_text(bare, encoding="utf-8")
    (folder / "bare.html").write_text(document("bare.js"), encoding="utf-8")
    page = open_page((folder / "bare.html").as_uri())
    expect(page.get_by_text("This book was built without Python")).to_be_visible()
    expect(page.locator(".nn-pad")).to_have_count(0)
