"""What the command line takes: commands and their options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from asan_analysis import __version__


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` names the function of `cli` that runs one."""
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
    reports = commands.add_parser("reports", help="build all reports and profiles")
    profile = commands.add_parser("profile", help="build the profile of one organisation")
    profiles = commands.add_parser("profiles", help="build the profiles of all organisations")
    verify = commands.add_parser("verify", help="rebuild a report and compare every file")
    for one in (report, profile, profiles, verify):
        one.add_argument("--year", required=True, help="closing year of the edition, as 2023")
    for one in (report, profile, profiles, verify):
        one.add_argument("--dataset", help="id under data/ or a folder")
    reports.add_argument("--dataset", help="id under data/ or a folder; all where left out")
    for one in (report, reports, profiles, verify):
        one.add_argument("--workers", default="2", help="notebooks run at the same time (1 to 16)")
    profile.add_argument("--organisation", required=True, metavar="ID", help="id in the edition")
    _add_scheduler(reports)
    report.set_defaults(command="report")
    reports.set_defaults(command="reports")
    profile.set_defaults(command="profile")
    profiles.set_defaults(command="profiles")
    verify.set_defaults(command="verify")

    check = commands.add_parser("check", help="hold a dataset against its contract")
    check.add_argument("dataset", metavar="DATASET", help="id under data/ or a folder")
    check.set_defaults(command="check")


def _add_tables(commands: Any) -> None:
    """The commands from files to files."""
    score = commands.add_parser("score", help="score any table with any tree")
    score.add_argument("--framework", required=True, type=Path, metavar="F.csv")
    score.add_argument("--values", required=True, type=Path, metavar="V.csv")
    score.add_argument("--rules", type=Path, metavar="R.toml")
    score.add_argument("--output", required=True, type=Path, metavar="S.csv")
    score.add_argument("--steps-output", type=Path, metavar="DIR",
                       help="folder for a table of each step before scoring")  # fmt: skip
    score.set_defaults(command="score")

    many = commands.add_parser("score-dataset", help="score an edition with millions of services")
    many.add_argument("dataset", metavar="DATASET", help="id under data/ or a folder")
    many.add_argument("--year", help="closing year of the edition; the last one where left out")
    many.add_argument("--output", type=Path, metavar="DIR",
                      help="folder for the tables; DATASET_YEAR_scores where left out")  # fmt: skip
    many.add_argument("--audit", action="store_true", help="describe every node and item too")
    many.add_argument("--workers", default="2", help="parts scored at the same time (1 to 16)")
    _add_scheduler(many)
    many.set_defaults(command="score_dataset")

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
    robustness.add_argument("--workers", default="2", help="processes that draw (1 to 16)")
    _add_scheduler(robustness)
    robustness.add_argument("--output", required=True, type=Path, metavar="DIR")
    robustness.set_defaults(command="robustness")


def _add_scheduler(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scheduler", metavar="tcp://HOST:PORT", default="",
                         help="of a dask cluster that does the work (extra scale)")  # fmt: skip


def _add_questions(commands: Any) -> None:
    """The commands that answer in one screen of text."""
    explain = commands.add_parser("explain", help="say why an organisation has its score")
    explain.add_argument("--year", required=True, help="closing year of the edition, as 2023")
    explain.add_argument("--dataset", help="id under data/ or a folder")
    explain.add_argument("--organisation", required=True, metavar="ID", help="id in the edition")
    explain.add_argument("--against", default="mean", metavar="WHOM",
                         help="mean, leader, next, previous (edition) or an id")  # fmt: skip
    explain.add_argument("--lang", default="en", choices=("az", "en"))
    explain.set_defaults(command="explain")

    compare = commands.add_parser("compare", help="say why scores moved between two editions")
    compare.add_argument("--from", dest="baseline", required=True, metavar="YEAR",
                         help="closing year of the earlier edition, as 2021")  # fmt: skip
    compare.add_argument("--to", dest="year", required=True, metavar="YEAR",
                         help="closing year of the later edition, as 2023")  # fmt: skip
    compare.add_argument("--dataset", help="id under data/ or a folder")
    compare.add_argument("--organisation", default="", metavar="ID", help="all where left out")
    compare.add_argument("--lang", default="en", choices=("az", "en"))
    compare.set_defaults(command="compare")


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
    find.set_defaults(command="register_find")


def _add_forms(commands: Any) -> None:
    """The commands that write and read workbooks that people fill."""
    template = commands.add_parser("template", help="write a workbook to fill")
    template.add_argument("--framework", type=Path, metavar="F.csv", help="fills in its nodes")
    template.add_argument("--wide", action="store_true", help="answers with a column per item")
    template.add_argument("--output", type=Path, default=Path("asan_template.xlsx"),
                          metavar="FILE.xlsx")  # fmt: skip
    template.set_defaults(command="template")

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
    read.set_defaults(command="import")

    export = commands.add_parser("export", help="write a body's answers with places for objections")
    export.add_argument(
        "--organisation",
        metavar="ID",
        help="id in the edition; where left out, the whole dataset is written",
    )
    export.add_argument("--dataset", help="id under data/ or a folder")
    export.add_argument("--year", help="closing year of the edition; the last one where left out")
    export.add_argument("--output", required=True, type=Path, metavar="FILE.xlsx")
    export.set_defaults(command="export")
