"""Build a report: run the notebooks, make the pages, move the whole into place."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from asan_analysis.analysis.breakdown import select_organisation
from asan_analysis.data.datasets import FOLDER_VARIABLE, Dataset, select_edition
from asan_analysis.data.editions import Edition
from asan_analysis.data.provenance import project_root
from asan_analysis.data.published import Published, load_published
from asan_analysis.errors import FrameworkError, ParameterError, ReportError, refuse
from asan_analysis.index.method import examine_methods
from asan_analysis.report.identity import (
    Identity,
    input_checksums,
    source_digest,
    write_run,
    write_timings,
)
from asan_analysis.report.origins import describe_inputs, list_shown, locate_cells
from asan_analysis.report.outputs import OUTPUT_VARIABLE
from asan_analysis.report.pages import (
    chapter_title,
    write_codebook,
    write_index,
    write_notebook_page,
)
from asan_analysis.report.plan import Run, plan_profile, plan_report
from asan_analysis.report.workbook import write_workbook

_CELL_SECONDS = 600
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def build_report(data: Dataset, year: int, *, workers: int = 2) -> Path:
    """Build the report of one edition of a dataset under `reports/<year>/<dataset id>/`.

    The report is built aside and moved into place at the end; a failure leaves the last good
    report as it was and keeps the failed notebook under `reports/<year>/failed/`.

    Parameters
    ----------
    data : Dataset
        All editions, already checked.
    year : int
        Closing year of the edition.
    workers : int
        Notebooks run at the same time, each in its own process.

    Returns
    -------
    Path
        The folder of the report.

    Raises
    ------
    ReportError
        A notebook failed; the message names notebook, cell, line and reason.
    ParameterError
        The dataset's id belongs to another folder under `data/`.
    """
    root = project_root()
    one, edition = select_edition(data, year)
    register = one.assessments.empty
    runs = plan_report(root / "notebooks", year=year, dataset=data.dataset_id, register=register)
    place = root / "reports" / str(year) / data.dataset_id
    return _build(data, edition, runs, place, workers=workers)


def build_profile(data: Dataset, year: int, organisation_id: str) -> Path:
    """Build the profile of one organisation under `reports/<year>/<dataset id>.profiles/<id>/`.

    As `build_report`; the profiles lie beside the report, so that neither deletes the other.

    Raises
    ------
    ParameterError
        The edition has no such organisation, or no answers.
    """
    root = project_root()
    one, edition = select_edition(data, year)
    select_organisation(one, organisation_id)
    if one.assessments.empty:
        raise ParameterError(f"edition {year} of {data.dataset_id} has no answers to profile")
    runs = plan_profile(
        root / "notebooks", year=year, dataset=data.dataset_id, organisation_id=organisation_id
    )
    place = root / "reports" / str(year) / f"{data.dataset_id}.profiles" / organisation_id
    return _build(data, edition, runs, place, organisation_id=organisation_id)


def _build(
    data: Dataset,
    edition: Edition,
    runs: list[Run],
    place: Path,
    *,
    workers: int = 1,
    organisation_id: str = "",
) -> Path:
    """Run notebooks, make pages, tables and workbooks of them, move the whole into place."""
    started = time.perf_counter()
    root = project_root()
    _refuse_taken_id(data, root)
    facts = load_published()
    refuse(FrameworkError, examine_methods(data))
    notebooks = [run.notebook for run in runs]
    digest = source_digest(root, data, notebooks)
    identity = Identity(data, edition, digest, organisation_id)
    failed = root / "reports" / str(edition.edition_year) / "failed"
    told = f"profile of {organisation_id}" if organisation_id else "report"
    count = f"{len(runs)} notebook{'s' if len(runs) > 1 else ''}"
    print(f"{told} {edition.edition_year}, {data.dataset_id}: {count}", flush=True)
    with _built_aside(place) as folder:
        seconds = _run_notebooks(runs, folder, root, data.folder, workers, failed)
        inputs = input_checksums(root, data, notebooks)
        shown = _write_pages(folder, runs, root, identity, facts, inputs)
        write_run(folder, identity, {run.name: run.parameters for run in runs}, inputs, shown)
        seconds["report"] = time.perf_counter() - started
        write_timings(folder, seconds, workers=workers)
    print(f"{place.relative_to(root).as_posix()}/index.html  {seconds['report']:.1f} s", flush=True)
    return place


def _refuse_taken_id(data: Dataset, root: Path) -> None:
    """A folder elsewhere must not write over the reports of a dataset under `data/`."""
    own = root / "data" / data.dataset_id
    if own.is_dir() and own.resolve() != data.folder.resolve():
        raise ParameterError(
            f"dataset id {data.dataset_id} belongs to data/{data.dataset_id} already; "
            f"change the id in {data.folder / 'dataset.toml'}"
        )


@contextmanager
def _built_aside(place: Path) -> Iterator[Path]:
    """A new folder beside `place`, moved there when the block ends well, removed when not."""
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    aside.chmod(0o755)
    old = aside.with_name(f"{aside.name}.old")
    try:
        yield aside
        if place.exists():
            place.rename(old)
        aside.rename(place)
    finally:
        if old.exists() and not place.exists():
            old.rename(place)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _run_notebooks(
    runs: list[Run], folder: Path, root: Path, dataset: Path, workers: int, failed: Path
) -> dict[str, float]:
    """Run all notebooks, print one line each, and raise on the first that fails."""
    seconds: dict[str, float] = {}
    (folder / "notebooks").mkdir()
    shutil.rmtree(failed, ignore_errors=True)
    # spawned, not forked: papermill changes the working folder of its process
    with ProcessPoolExecutor(min(workers, len(runs)), mp_context=get_context("spawn")) as pool:
        jobs = {
            pool.submit(_run_notebook, run, folder, root / ".cache", dataset): run for run in runs
        }
        for job in as_completed(jobs):
            run = jobs[job]
            try:
                seconds[run.name] = job.result()
            except ReportError as error:
                pool.shutdown(wait=True, cancel_futures=True)
                kept = _keep_failed(folder, run, failed)
                raise ReportError(
                    f"{error}\n  kept: {kept.relative_to(root).as_posix()}\n"
                    "  the last good report, if there was one, is as it was"
                ) from None
            print(f"  {run.name}  {seconds[run.name]:.1f} s", flush=True)
    return seconds


def _keep_failed(folder: Path, run: Run, failed: Path) -> Path:
    failed.mkdir(parents=True, exist_ok=True)
    kept = failed / f"{run.name}.ipynb"
    output = folder / "notebooks" / kept.name
    shutil.copyfile(output if output.exists() else run.notebook, kept)
    return kept


def _run_notebook(run: Run, folder: Path, cache: Path, dataset: Path) -> float:
    """Run one notebook in this process's kernel; seconds taken. Runs in a worker process."""
    started = time.perf_counter()
    # nbformat validates through jsonschema, which imports rfc3987_syntax: a grammar that takes
    # over a second to compile and that no notebook needs. jsonschema does without it.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import papermill
    from papermill.exceptions import PapermillExecutionError

    output = folder / "notebooks" / f"{run.name}.ipynb"
    with tempfile.TemporaryDirectory(prefix="asan-") as private:
        os.environ.update(_kernel_environment(folder, cache, dataset, Path(private)))
        try:
            papermill.execute_notebook(
                str(run.notebook), str(output), parameters=run.parameters, kernel_name="python3",
                cwd=str(run.notebook.parent), progress_bar=False, execution_timeout=_CELL_SECONDS,
            )  # fmt: skip
        except PapermillExecutionError as error:
            raise ReportError(_describe_failure(run, error)) from None
        except Exception as error:  # whatever stops a kernel ends as one message
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise ReportError(f"{run.name} failed: {lines[-1]}") from None
    return time.perf_counter() - started


def _kernel_environment(folder: Path, cache: Path, dataset: Path, private: Path) -> dict[str, str]:
    """What a kernel gets from outside: where data and output are, one thread, no user settings."""
    (cache / "matplotlib").mkdir(parents=True, exist_ok=True)
    profile = private / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    # a kernel warns of TCP; it talks over the loopback address only, in signed messages
    quiet = "get_config().IPKernelApp.log_level = 40\n"
    (profile / "ipython_kernel_config.py").write_text(quiet, encoding="utf-8")
    return {
        OUTPUT_VARIABLE: str(folder),
        FOLDER_VARIABLE: str(dataset),
        **dict.fromkeys(_THREADS, "1"),
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "MPLBACKEND": "agg",
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_CONFIG_DIR": str(private / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": "",
    }


def _describe_failure(run: Run, error: Any) -> str:
    """Notebook, cell, line and reason of a failed cell, in at most eight lines."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    arrow = re.search(r"^-+> \d+ (.+)$", text, flags=re.MULTILINE)
    first = str(error.source).strip().splitlines()[0] if error.source else ""
    reason = str(error.evalue).strip().splitlines() or [""]
    lines = [
        f"{run.name} failed in cell {error.cell_index + 1}",
        f"  line: {(arrow[1] if arrow else first).strip()}",
        f"  {error.ename}: {reason[0]}",
        *(f"  {line}" for line in reason[1:4]),
    ]
    return "\n".join(lines)


def clean_notebook(notebook: Any) -> Any:
    """An executed notebook without what differs from run to run: times, ids, machine."""
    notebook["metadata"].pop("papermill", None)
    language = notebook["metadata"].get("language_info", {})
    notebook["metadata"]["language_info"] = {"name": language.get("name", "python")}
    for number, cell in enumerate(notebook["cells"], start=1):
        cell["id"] = f"cell-{number:02d}"
        for key in ("papermill", "execution"):
            cell["metadata"].pop(key, None)
    return notebook


def _write_pages(
    folder: Path,
    runs: list[Run],
    root: Path,
    identity: Identity,
    facts: Published,
    inputs: dict[str, str],
) -> dict[str, Any]:
    """Write every page, table and workbook; what stands on the pages, as `list_shown` tells it."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see _run_notebook
    import nbformat

    paths = {run.name: folder / "notebooks" / f"{run.name}.ipynb" for run in runs}
    notebooks = {
        name: clean_notebook(nbformat.read(path, as_version=4))  # type: ignore[no-untyped-call]
        for name, path in paths.items()
    }
    chapters = [
        {"name": name, "title": chapter_title(notebook)} for name, notebook in notebooks.items()
    ]
    for name, notebook in notebooks.items():
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        paths[name].write_text(f"{text}\n", encoding="utf-8", newline="\n")
        write_notebook_page(notebook, name, folder / "notebooks", chapters, identity)
    records = [
        record
        for run in runs
        for record in json.loads((folder / "records" / f"{run.name}.json").read_text("utf-8"))
    ]
    records = locate_cells(records, notebooks)
    shutil.rmtree(folder / "records")
    write_codebook(folder, root / "data" / "dictionary.csv")
    write_workbook(folder, records, chapters, identity, facts)
    write_index(folder, records, chapters, identity, describe_inputs(inputs, identity, root))
    return list_shown(records)
