"""The test files that take longest, the longest first: in a parallel run they begin first.

Each file is run by one worker, so that what its tests share is made once. A long one that began
last would leave the other worker with nothing to do.
"""

LONGEST = (
    "test_every_widget.py",
    "test_pages.py",
    "test_mock.py",
    "test_submissions.py",
    "test_storage.py",
    "test_commands.py",
    "test_packed_cells.py",
    "test_pdf.py",
    "test_classifier.py",
    "test_pad.py",
    "test_drills.py",
    "test_packed_search.py",
    "test_benchmarks.py",
    "test_voronoi.py",
    "test_practice_widgets.py",
    "test_progress.py",
    "test_cells.py",
    "test_reach.py",
    "test_steppers.py",
    "test_host.py",
    "test_deck.py",
    "test_exact.py",
    "test_rendering.py",
    "test_distributed.py",
    "test_judge.py",
)
PLACES = {name: place for place, name in enumerate(LONGEST)}
