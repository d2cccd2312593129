"""What a page may run: its own scripts, known by their sums, and none that gets in by text."""

import base64
import hashlib

import pytest

from rendering.policy import policy, with_policy

SCRIPT = "\n  document.documentElement.dataset.mode = 'auto';\n"
PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8" /><script data-cfasync="false">{SCRIPT}</script>
<script src="a.js"></script><script type="application/json">{{"a": 1}}</script>
<noscript><style>.b {{ display: none }}</style></noscript></head><body></body></html>"""


def directives(page):
    """The policy of a page, by directive."""
    parts = (one.split(" ") for one in policy(page).split("; "))
    return {name: values for name, *values in parts}


def digest(text):
    """The sum of a text, as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_page_runs_its_own_inline_script_and_no_other():
    found = directives(PAGE)
    assert found["script-src"] == ["'self'", "blob:", "'wasm-unsafe-eval'", digest(SCRIPT)]
    assert found["style-src-elem"] == ["'self'", digest(".b { display: none }")]
    assert digest(SCRIPT) not in policy(PAGE.replace("'auto'", "'dark'"))


def test_what_is_not_named_is_refused():
    found = directives(PAGE)
    assert found["default-src"] == ["'none'"]
    assert found["base-uri"] == ["'none'"]
    said = [value for name, values in found.items() if "script" in name for value in values]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:", "*"} & set(said)
    assert "http" not in policy(PAGE)


@pytest.mark.parametrize("page", [PAGE, PAGE.replace(' charset="utf-8" />', ' charset="utf-8">')])
def test_the_policy_comes_before_what_it_rules(page):
    text = with_policy(page)
    assert text.index("Content-Security-Policy") < text.index("<script")
    assert text.count("Content-Security-Policy") == 1
    assert policy(text) == policy(page)
    assert with_policy(text) == text
    other = text.replace("'auto'", "'dark'")
    assert with_policy(other).count("Content-Security-Policy") == 1
    assert policy(other) in with_policy(other)
