"""The files that take longest begin first, so that no worker is left with one at the end."""

LONGEST = (
    "test_report.py", "test_faults.py", "test_hostile_names.py", "test_new_edition.py",
    "test_remedies.py", "test_versions.py", "test_sample.py", "test_egov_benchmark.py",
)  # fmt: skip


def pytest_collection_modifyitems(items) -> None:
    """Sort by file; the order inside a file and among the other files stays."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))
