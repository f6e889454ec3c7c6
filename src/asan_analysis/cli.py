"""The command line: one thin function a command; libraries are imported where they are used."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asan_analysis import __version__
from asan_analysis.errors import AsanAnalysisError, ParameterError

if TYPE_CHECKING:
    from asan_analysis.data.datasets import Dataset


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 with one clear message otherwise."""
    options = _parser().parse_args(arguments)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    try:
        options.command(options)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="asan-analysis", description="Reproducible analysis of the ASAN service index."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_reports(commands)
    _add_tables(commands)
    _add_questions(commands)
    _add_register(commands)
    _add_forms(commands)
    return parser


def _add_reports(commands: Any) -> None:
    """The commands that build and verify reports and check a dataset."""
    report = commands.add_parser("report", help="build the report of one edition")
    reports = commands.add_parser("reports", help="build the reports of all editions")
    profile = commands.add_parser("profile", help="build the profile of one organisation")
    profiles = commands.add_parser("profiles", help="build the profiles of all organisations")
    verify = commands.add_parser("verify", help="rebuild a report and compare every file")
    for one in (report, profile, profiles, verify):
        one.add_argument("--year", required=True, help="closing year of the edition, as 2023")
    for one in (report, reports, profile, profiles, verify):
        one.add_argument("--dataset", help="id under data/ or a folder")
    for one in (report, reports, profiles, verify):
        one.add_argument("--workers", default="2", help="notebooks run at the same time (1 to 16)")
    profile.add_argument("--organisation", required=True, metavar="ID", help="id in the edition")
    report.set_defaults(command=_report)
    reports.set_defaults(command=_reports)
    profile.set_defaults(command=_profile)
    profiles.set_defaults(command=_profiles)
    verify.set_defaults(command=_verify)

    check = commands.add_parser("check", help="hold a dataset against its contract")
    check.add_argument("dataset", metavar="DATASET", help="id under data/ or a folder")
    check.set_defaults(command=_check)


def _add_tables(commands: Any) -> None:
    """The commands from files to files."""
    score = commands.add_parser("score", help="score any table with any tree")
    score.add_argument("--framework", required=True, type=Path, metavar="F.csv")
    score.add_argument("--values", required=True, type=Path, metavar="V.csv")
    score.add_argument("--rules", type=Path, metavar="R.toml")
    score.add_argument("--output", required=True, type=Path, metavar="S.csv")
    score.add_argument("--steps-output", type=Path, metavar="DIR",
                       help="folder for a table of each step before scoring")  # fmt: skip
    score.set_defaults(command=_score)

    robustness = commands.add_parser("robustness", help="examine how firm the places are")
    robustness.add_argument("--dataset", help="id under data/ or a folder")
    robustness.add_argument("--year", help="closing year of the edition, as 2023")
    robustness.add_argument("--framework", type=Path, metavar="F.csv", help="instead of a dataset")
    robustness.add_argument("--values", type=Path, metavar="V.csv")
    robustness.add_argument("--rules", type=Path, metavar="R.toml")
    robustness.add_argument("--steps-output", type=Path, metavar="DIR")
    robustness.add_argument("--alternatives", type=Path, metavar="A.csv",
                            help="rows like those of assumptions.csv")  # fmt: skip
    robustness.add_argument("--draws", default="10000", metavar="N", help="1 to 1000000")
    robustness.add_argument("--seed", default="1", metavar="S", help="0 to 999999999")
    robustness.add_argument("--output", required=True, type=Path, metavar="DIR")
    robustness.set_defaults(command=_robustness)


def _add_questions(commands: Any) -> None:
    """The commands that answer in one screen of text."""
    explain = commands.add_parser("explain", help="say why an organisation has its score")
    explain.add_argument("--year", required=True, help="closing year of the edition, as 2023")
    explain.add_argument("--dataset", help="id under data/ or a folder")
    explain.add_argument("--organisation", required=True, metavar="ID", help="id in the edition")
    explain.add_argument("--against", default="mean", metavar="WHOM",
                         help="mean, leader, next, previous (edition) or an id")  # fmt: skip
    explain.add_argument("--lang", default="en", choices=("az", "en"))
    explain.set_defaults(command=_explain)

    compare = commands.add_parser("compare", help="say why scores moved between two editions")
    compare.add_argument("--from", dest="baseline", required=True, metavar="YEAR",
                         help="closing year of the earlier edition, as 2021")  # fmt: skip
    compare.add_argument("--to", dest="year", required=True, metavar="YEAR",
                         help="closing year of the later edition, as 2023")  # fmt: skip
    compare.add_argument("--dataset", help="id under data/ or a folder")
    compare.add_argument("--organisation", default="", metavar="ID", help="all where left out")
    compare.add_argument("--lang", default="en", choices=("az", "en"))
    compare.set_defaults(command=_compare)


def _add_register(commands: Any) -> None:
    """The commands about what services there are."""
    register = commands.add_parser("register", help="ask the register of services")
    questions = register.add_subparsers(required=True, metavar="QUESTION")
    find = questions.add_parser("find", help="find services by words, without exact spelling")
    find.add_argument("words", nargs="+", metavar="WORDS", help="of the service's name")
    find.add_argument("--dataset", help="id under data/ or a folder; asan_register where it is "
                      "there and none is given, else asan_sample")  # fmt: skip
    find.add_argument("--year", help="closing year of the edition; the last one where left out")
    find.add_argument("--most", default="10", metavar="N", help="services listed, 1 to 1000")
    find.add_argument("--lang", default="en", choices=("az", "en"))
    find.set_defaults(command=_register_find)


def _add_forms(commands: Any) -> None:
    """The commands that write and read workbooks that people fill."""
    template = commands.add_parser("template", help="write a workbook to fill")
    template.add_argument("--framework", type=Path, metavar="F.csv", help="fills in its nodes")
    template.add_argument("--wide", action="store_true", help="answers with a column per item")
    template.add_argument("--output", type=Path, default=Path("asan_template.xlsx"),
                          metavar="FILE.xlsx")  # fmt: skip
    template.set_defaults(command=_template)

    read = commands.add_parser("import", help="turn filled workbooks into a dataset")
    read.add_argument("source", type=Path, metavar="FILE.xlsx|FOLDER")
    read.add_argument("--to", required=True, type=Path, metavar="FOLDER", help="a new folder")
    read.add_argument("--mapping", type=Path, metavar="M.toml", help="for another layout")
    read.add_argument("--dataset", help="whose items a first mapping names; with --decisions, "
                                        "whose answers are decided")  # fmt: skip
    read.add_argument(
        "--decisions",
        action="store_true",
        help="the file is an export with decisions on --dataset and --year",
    )
    read.add_argument("--year", help="closing year of the edition that is decided")
    read.set_defaults(command=_import)

    export = commands.add_parser("export", help="write a body's answers with places for objections")
    export.add_argument(
        "--organisation",
        metavar="ID",
        help="id in the edition; where left out, the whole dataset is written",
    )
    export.add_argument("--dataset", help="id under data/ or a folder")
    export.add_argument("--year", help="closing year of the edition; the last one where left out")
    export.add_argument("--output", required=True, type=Path, metavar="FILE.xlsx")
    export.set_defaults(command=_export)


def _whole_number(text: str, *, name: str, low: int, high: int, known: str = "") -> int:
    """A number given on the command line: digits and nothing else."""
    if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
        return int(text)
    hint = f"; {known}" if known else ""
    raise ParameterError(f"{name} {text!r} is not a whole number from {low} to {high}{hint}")


def _report(options: argparse.Namespace) -> None:
    workers = _workers(options)
    if _is_current(options):
        return
    _begin(options)
    from asan_analysis.report.build import build_report

    data, year = _load_edition(options)
    build_report(data, year, workers=workers)


def _reports(options: argparse.Namespace) -> None:
    _begin(options)
    from asan_analysis.data.datasets import DEFAULT_DATASET, load_dataset
    from asan_analysis.report.build import build_report

    workers = _workers(options)
    data = load_dataset(options.dataset or DEFAULT_DATASET)
    for year in data.editions.sort_values("order")["edition_year"]:
        build_report(data, int(year), workers=workers)


def _profile(options: argparse.Namespace) -> None:
    if _is_current(options):
        return
    _begin(options)
    from asan_analysis.report.build import build_profile

    data, year = _load_edition(options)
    build_profile(data, year, options.organisation)


def _profiles(options: argparse.Namespace) -> None:
    _begin(options)
    from asan_analysis.report.build import build_profiles

    workers = _workers(options)
    data, year = _load_edition(options)
    build_profiles(data, year, workers=workers)


def _verify(options: argparse.Namespace) -> None:
    _begin(options)
    from asan_analysis.report.verify import verify_report

    data, year = _load_edition(options)
    verify_report(data, year, workers=_workers(options))


def _begin(options: argparse.Namespace) -> None:
    """Let the process that notebooks are forked from begin, while libraries are imported here."""
    from asan_analysis.data.files import DEFAULT_DATASET, project_root
    from asan_analysis.report import cache, plan, pool

    names = [plan.PROFILE] if "profile" in options.command.__name__ else plan.CHAPTERS
    with suppress(ParameterError, OSError):  # what is wrong is said by who needs it
        root = project_root()
        folder = cache.folder_of(options.dataset or DEFAULT_DATASET, root)
        pool.begin(root, folder, [root / "notebooks" / f"{name}.ipynb" for name in names])


def _is_current(options: argparse.Namespace) -> bool:
    """Whether the report is built and nothing it rests on has changed; says so."""
    from asan_analysis.data.files import DEFAULT_DATASET
    from asan_analysis.report.cache import is_current

    organisation = getattr(options, "organisation", "")
    page = is_current(options.dataset or DEFAULT_DATASET, options.year, organisation)
    if page:
        told = page.relative_to(page.parents[3 + bool(organisation)]).as_posix()
        print(f"{told}  nothing changed")
    return bool(page)


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


def _robustness(options: argparse.Namespace) -> None:
    from asan_analysis.commands import run_robustness

    draws = _whole_number(options.draws, name="draws", low=1, high=1_000_000)
    seed = _whole_number(options.seed, name="seed", low=0, high=999_999_999)
    if not options.year and not options.framework and not options.values:
        raise ParameterError("give --year of an edition, or --framework and --values of a table")
    edition = _load_edition(options) if options.year else None
    run_robustness(options, edition, draws=draws, seed=seed)


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
