"""Rewrite `reports/checksums/`: the `run.json` of each shipped report, for anybody to compare."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from asan_analysis.data.datasets import load_dataset
from asan_analysis.data.files import project_root
from asan_analysis.report.build import build
from asan_analysis.report.tasks import plan_task
from asan_analysis.report.verify import checksums_file

SHIPPED = ((2023, "asan_sample"), (2023, "egov_benchmark_2023"))


def main() -> None:
    """Build each report without the cache and keep its run.json."""
    root = project_root()
    for year, dataset in SHIPPED:
        with tempfile.TemporaryDirectory(prefix="asan-checksums-") as folder:
            made = Path(folder, "report")
            task = plan_task(load_dataset(dataset), year, made, Path(folder, "cache"))
            build([task], workers=2)
            target = checksums_file(root, year, dataset)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made / "run.json", target)


if __name__ == "__main__":
    main()
