"""One thread for linear algebra, and the files that take longest begin first.

The workers fill the machine already: with more threads they wait for each other in small products,
and a fit takes up to eight times as long. The libraries read the setting when numpy is imported.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

LONGEST = (
    "test_report.py", "test_foreign_dataset.py", "test_faults.py", "test_bad_input.py",
    "test_scoring.py", "test_datasets.py", "test_remedies.py", "test_trends.py",
    "test_decomposition.py", "test_mobility.py", "test_sample.py",
)  # fmt: skip


def pytest_collection_modifyitems(items) -> None:
    """Sort by file, so that no worker is left with a long one at the end.

    The order inside a file and among the other files stays.
    """
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


def pytest_terminal_summary(terminalreporter, config) -> None:
    """One line for the browser tests left out; with `-s` what axe-core found on each page."""
    told = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    without = [reason.removeprefix("Skipped: ") for reason in told if "no Chromium" in reason]
    if without:
        count = f"{len(without)} browser test{'s' if len(without) > 1 else ''}"
        terminalreporter.write_line(f"{count} skipped: {without[0]}")
    examined = [
        value
        for report in terminalreporter.stats.get("passed", [])
        + terminalreporter.stats.get("failed", [])
        for name, value in report.user_properties
        if name == "axe"
    ]
    if examined and config.getoption("capture") == "no":
        terminalreporter.section("axe-core")
        for line in [("page", "scheme", "violations", "passes"), *sorted(examined)]:
            terminalreporter.write_line("{:<56} {:<6} {:>10} {:>6}".format(*line))
