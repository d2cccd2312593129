"""Settings for every test."""

import gc
import os

# scikit-learn skips some of its checks without this, and scipy reads it when first imported.
os.environ["SCIPY_ARRAY_API"] = "1"

import cards_page
import drill_pages
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import none
from longest import LONGEST, PLACES

# The same examples on every run and every machine. To look for new ones:
#   pytest --hypothesis-profile=explore
settings.register_profile(
    "deterministic",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("deterministic")


def pytest_configure(config):
    """Make the drills' pages as they are now, once: workers of a parallel run find them made."""
    if not hasattr(config, "workerinput"):
        drill_pages.make()
        cards_page.make()


def pytest_collection_modifyitems(items):
    """Put the files that take longest first; their tests, and other files, keep their order."""
    items.sort(key=lambda item: PLACES.get(item.path.name, len(LONGEST)))


def pytest_collection_finish():
    """Set aside what all test files have imported, hundreds of thousands of objects.

    Whoever measures memory collects garbage first, the judge several times for one answer, and
    would look through all of them each time. Hypothesis looks there for who holds its random
    numbers, once, and warns when it finds nobody.
    """
    given(none())(lambda _: None)()
    gc.collect()
    gc.freeze()


@pytest.fixture
def pyplot(monkeypatch):
    """Give Matplotlib's pyplot without a window, and close its figures."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt

    yield plt
    plt.close("all")
