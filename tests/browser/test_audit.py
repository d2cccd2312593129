"""The table of all pages: what it sums up, and that a page that moves by itself is found out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import audit
import pytest
from playwright.sync_api import Page
from shifts import shift
from visits import server_of


def test_the_table_begins_with_the_median_the_worst_and_the_sum() -> None:
    rows = {
        name: {"kB": value, "shift": value / 10}
        for name, value in zip("abc", (1, 2, 6), strict=True)
    }
    lines = audit.table(rows).splitlines()
    assert lines[0] == "| page | kB | shift |"
    assert lines[2:6] == [
        "| **median** | 2 | 0.200 |",
        "| **worst** | 6 | 0.600 |",
        "| **sum** | 9 | 0.900 |",
        "| a | 1 | 0.100 |",
    ]


def test_lighthouse_that_fails_says_so_and_leaves_no_earlier_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / f"lighthouse-{audit.LIGHTHOUSE}"
    program = place / "node_modules" / "lighthouse" / "cli" / "index.js"
    program.parent.mkdir(parents=True)
    program.write_text("process.exit(3);", encoding="utf-8")
    earlier = place / "report.json"
    earlier.write_text('{"categories": {"a": {"score": 1}}}', encoding="utf-8")
    monkeypatch.setattr(audit.npm, "CACHE", tmp_path)
    with pytest.raises(SystemExit, match=r"could not measure .*intro\.html.* code 3"):
        audit.scores("http://127.0.0.1", "chromium")
    assert not earlier.exists()


# Something comes late, and pushes away what stands below; or its place is kept.
LATE = """<!doctype html><title>Late</title><style>#it {{ min-height: {kept}px }}</style>
<div id="it"></div><p>{words}</p><script>
const late = "<div style='height: 300px'>";
setTimeout(() => {{ document.querySelector("#it").innerHTML = late; }}, 50);
</script>"""


@pytest.mark.parametrize(("kept", "moves"), [(0, True), (300, False)])
def test_what_moves_by_itself_is_found(
    kept: int, moves: bool, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    (tmp_path / "late.html").write_text(LATE.format(kept=kept, words="words " * 900), "utf-8")
    page = open_page((tmp_path / "late.html").as_uri())
    page.wait_for_function("() => document.querySelector('#it').children.length")
    assert (shift(page) > 0.1) == moves


def test_text_travels_with_gzip(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(["a"] * 99), encoding="utf-8")
    (tmp_path / "b.png").write_bytes(b"png")
    with server_of(tmp_path, by=audit.PackingHandler) as server:
        place = f"http://127.0.0.1:{server.server_port}"
        with urlopen(f"{place}/a.json") as answer:
            assert json.loads(gzip.decompress(answer.read())) == ["a"] * 99
        with urlopen(f"{place}/b.png") as answer:
            assert answer.read() == b"png"
