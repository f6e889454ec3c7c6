"""The command line: one thin function a command; libraries are imported where they are used."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from asan_analysis.arguments import build_parser
from asan_analysis.errors import AsanAnalysisError, ParameterError

if TYPE_CHECKING:
    from asan_analysis.data.datasets import Dataset
    from asan_analysis.processes import Spread


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 with one clear message otherwise."""
    options = build_parser().parse_args(arguments)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    try:
        COMMANDS[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:  # as under `| head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except AsanAnalysisError as error:
        print(f"asan-analysis: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("asan-analysis: stopped; nothing was changed", file=sys.stderr)
        return 130
    return 0


def _whole_number(text: str, *, name: str, low: int, high: int, known: str = "") -> int:
    """A number given on the command line: digits and nothing else."""
    if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
        return int(text)
    hint = f"; {known}" if known else ""
    raise ParameterError(f"{name} {text!r} is not a whole number from {low} to {high}{hint}")


def _report(options: argparse.Namespace) -> None:
    workers = _workers(options)
    if not _begin(options, "report"):
        return
    from asan_analysis.report.build import build_report

    data, year = _load_edition(options)
    build_report(data, year, workers=workers)


def _reports(options: argparse.Namespace) -> None:
    from asan_analysis.report.editions import build_editions, build_entry, plan_editions

    entries = plan_editions(options.dataset)
    build = partial(build_entry, workers=_workers(options))
    if not options.scheduler:
        build_editions(entries, build=build)
        return
    with _open_spread(options) as spread:
        build_editions(entries, build=build, spread=spread)


def _profile(options: argparse.Namespace) -> None:
    if not _begin(options, "profile"):
        return
    from asan_analysis.report.build import build_profile

    data, year = _load_edition(options)
    build_profile(data, year, options.organisation)


def _profiles(options: argparse.Namespace) -> None:
    workers = _workers(options)
    if not _begin(options, "profiles"):
        return
    from asan_analysis.report.build import build_profiles

    data, year = _load_edition(options)
    build_profiles(data, year, workers=workers)


def _verify(options: argparse.Namespace) -> None:
    from asan_analysis.data.files import DEFAULT_DATASET
    from asan_analysis.report.editions import begin

    begin(options.dataset or DEFAULT_DATASET, "report")
    from asan_analysis.report.verify import verify_report

    data, year = _load_edition(options)
    verify_report(data, year, workers=_workers(options))


def _begin(options: argparse.Namespace, what: str) -> bool:
    """Say so where what is asked for is built and nothing changed; else let processes begin."""
    from asan_analysis.data.files import DEFAULT_DATASET
    from asan_analysis.report.cache import is_current, tell_page
    from asan_analysis.report.editions import Entry, begin, find_current

    dataset, organisation = options.dataset or DEFAULT_DATASET, getattr(options, "organisation", "")
    if organisation:
        page = is_current(dataset, options.year, organisation)
        told = tell_page(page) if page else ""
    else:
        told = find_current(Entry(dataset, options.year, what))
    if told:
        print(told)
    else:
        begin(dataset, what)
    return not told


def _load_edition(options: argparse.Namespace) -> tuple[Dataset, int]:
    """The dataset and the year of an edition that it holds."""
    from asan_analysis.data.datasets import DEFAULT_DATASET, load_dataset

    data = load_dataset(options.dataset or DEFAULT_DATASET)
    return data, _read_year(options.year, data)


def _read_year(text: str, data: Dataset) -> int:
    """The year of an edition that the dataset holds."""
    from asan_analysis.data.editions import find_edition

    years = ", ".join(str(year) for year in data.editions["edition_year"])
    known = f"known editions of {data.dataset_id}: {years}"
    year = _whole_number(text, name="year", low=1900, high=2200, known=known)
    find_edition(year, data.editions, of=f"dataset {data.dataset_id}")
    return year


def _workers(options: argparse.Namespace) -> int:
    return _whole_number(options.workers, name="workers", low=1, high=16)


def _check(options: argparse.Namespace) -> None:
    from asan_analysis.data.datasets import examine_dataset
    from asan_analysis.errors import DataError, refuse
    from asan_analysis.index.method import examine_methods
    from asan_analysis.robustness.alternatives import examine_assumptions

    data, problems = examine_dataset(options.dataset)
    refuse(DataError, [*problems, *examine_methods(data)])
    refuse(DataError, examine_assumptions(data))
    print(
        f"{data.dataset_id}: {data.kind}, {data.about['status']}; {len(data.editions)} edition(s), "
        f"{data.organisations['organisation_id'].nunique()} organisations, "
        f"{data.services['service_id'].nunique()} services, "
        f"{len(data.assessments)} answers; no problems"
    )


def _score(options: argparse.Namespace) -> None:
    from asan_analysis.commands import run_score

    run_score(options)


def _score_dataset(options: argparse.Namespace) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported; it decides last bits
    if options.scheduler:
        _refuse_one_file(options.dataset)
    with _open_spread(options, "asan_analysis.scale.scoring") as spread:
        from asan_analysis.commands import run_score_dataset  # while the others import
        from asan_analysis.data.datasets import load_outline

        data = load_outline(options.dataset)
        last = str(data.editions.sort_values("order")["edition_year"].iloc[-1])
        year = _read_year(last if options.year is None else options.year, data)
        run_score_dataset(options, data, year, spread=spread)


def _refuse_one_file(dataset: str) -> None:
    """A dataset without parts gives a cluster nothing to share."""
    from asan_analysis.data.answers import has_parts
    from asan_analysis.data.datasets import dataset_folder

    if not has_parts(dataset_folder(dataset)):
        raise ParameterError(
            f"--scheduler: {dataset} keeps its answers in one file, which one machine scores; "
            "leave it out, or write parts (docs/adding_a_dataset.md)"
        )


@contextmanager
def _open_spread(options: argparse.Namespace, *modules: str) -> Iterator[Spread]:
    """A `map` over processes that begin to import some modules, or over a cluster."""
    workers = _workers(options)
    if options.scheduler:
        from asan_analysis.scale.cluster import open_cluster

        with open_cluster(options.scheduler, tell=lambda line: print(line, flush=True)) as spread:
            yield spread
    else:
        from asan_analysis.processes import spread_over

        yield spread_over(workers, preload=modules)


def _robustness(options: argparse.Namespace) -> None:
    draws = _whole_number(options.draws, name="draws", low=1, high=1_000_000)
    seed = _whole_number(options.seed, name="seed", low=0, high=999_999_999)
    if not options.year and not options.framework and not options.values:
        raise ParameterError("give --year of an edition, or --framework and --values of a table")
    with _open_spread(options, "asan_analysis.robustness.examination") as spread:
        from asan_analysis.commands import run_robustness  # while the others import

        edition = _load_edition(options) if options.year else None
        run_robustness(options, edition, draws=draws, seed=seed, spread=spread)


def _compare(options: argparse.Namespace) -> None:
    from asan_analysis.commands import run_compare
    from asan_analysis.data.editions import find_edition

    data, year = _load_edition(options)
    baseline = _whole_number(options.baseline, name="--from", low=1900, high=2200)
    find_edition(baseline, data.editions, of=f"dataset {data.dataset_id}")
    run_compare(data, (baseline, year), options.organisation, options.lang)


def _explain(options: argparse.Namespace) -> None:
    from asan_analysis.commands import run_explain

    run_explain(*_load_edition(options), options.organisation, options.against, options.lang)


def _register_find(options: argparse.Namespace) -> None:
    from asan_analysis.commands import run_register_find
    from asan_analysis.data.datasets import default_register, load_dataset

    most = _whole_number(options.most, name="--most", low=1, high=1000)
    data = load_dataset(default_register() if options.dataset is None else options.dataset)
    last = str(data.editions.sort_values("order")["edition_year"].iloc[-1])
    year = _read_year(last if options.year is None else options.year, data)
    run_register_find(
        data, year, " ".join(options.words), options.lang, most=most, last=options.year is None
    )


def _template(options: argparse.Namespace) -> None:
    from asan_analysis.forms.template import write_template

    write_template(options.output, framework=options.framework, wide=options.wide)
    print(options.output)


def _import(options: argparse.Namespace) -> None:
    from asan_analysis.data.datasets import DEFAULT_DATASET
    from asan_analysis.forms.importing import import_workbook

    if options.decisions:
        _decide(options)
        return
    if options.year:
        raise ParameterError("--year belongs to --decisions; a workbook names its own editions")
    dataset = options.dataset or DEFAULT_DATASET
    done = import_workbook(options.source, options.to, mapping=options.mapping, dataset=dataset)
    print("\n".join(done.tell()))


def _decide(options: argparse.Namespace) -> None:
    from asan_analysis.forms.decisions import import_decisions

    if not options.dataset or not options.year or options.mapping:
        raise ParameterError("--decisions needs --dataset and --year, and takes no --mapping")
    data, year = _load_edition(options)
    print("\n".join(import_decisions(options.source, data, year, options.to).tell()))


def _export(options: argparse.Namespace) -> None:
    from asan_analysis.data.datasets import DEFAULT_DATASET, load_dataset
    from asan_analysis.forms.export import write_export
    from asan_analysis.forms.template import write_workbook

    if options.year:
        data, year = _load_edition(options)
    else:
        data = load_dataset(options.dataset or DEFAULT_DATASET)
        year = int(data.editions.sort_values("order")["edition_year"].iloc[-1])
    if options.organisation:
        count = write_export(data, year, options.organisation, options.output)
        print(f"{options.output}: {count} answers of {options.organisation} in {year}")
    elif options.year:
        raise ParameterError("--year belongs to --organisation; a dataset is written whole")
    else:
        write_workbook(data, options.output)
        print(f"{options.output}: {data.dataset_id}, all editions")


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "report": _report,
    "reports": _reports,
    "profile": _profile,
    "profiles": _profiles,
    "verify": _verify,
    "check": _check,
    "score": _score,
    "score_dataset": _score_dataset,
    "robustness": _robustness,
    "explain": _explain,
    "compare": _compare,
    "register_find": _register_find,
    "template": _template,
    "import": _import,
    "export": _export,
}
