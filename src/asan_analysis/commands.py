"""The commands that score and examine tables: from files to files."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from asan_analysis.data.contracts import ASSUMPTIONS, CATEGORY_ALL, FRAMEWORK
from asan_analysis.data.datasets import Dataset, load_dataset, select_edition
from asan_analysis.data.tables import check_table, each_row, read_csv, read_toml, write_tables
from asan_analysis.data.values import load_values
from asan_analysis.errors import ParameterError
from asan_analysis.index.answers import Answers, arrange_edition, arrange_table
from asan_analysis.index.framework import Tree, build_tree
from asan_analysis.index.method import find_method
from asan_analysis.index.rules import Rules, check_rules
from asan_analysis.index.scoring import score_table
from asan_analysis.index.steps import Done, apply_steps, check_denominators
from asan_analysis.processes import Spread
from asan_analysis.refusals import Refusal

if TYPE_CHECKING:
    from asan_analysis.scale.totals import Plan

_LINES = 20  # of progress where there is no terminal
_STEP_TABLE = r"[0-9]+_(?:denominate|impute|treat|screen)\.csv"


def run_score(options: argparse.Namespace) -> None:
    """Score a table of values and write the scores."""
    table = _read_table(options)
    scores = score_table(table.values, table.status, table.tree, table.rules)
    _write_tables({options.output: scores.reset_index()}, table.done, options.steps_output)
    print(table.counts)
    for step in table.done:
        print(step.told)
    _warn(table.warning)


def run_score_dataset(
    options: argparse.Namespace, data: Dataset, year: int, *, spread: Spread
) -> None:
    """Score an edition, part by part where the dataset keeps parts, and write its tables."""
    from asan_analysis.data.answers import has_parts
    from asan_analysis.scale.scoring import plan_scoring, score_edition

    folder = options.output or Path(f"{data.dataset_id}_{year}_scores")
    if not folder.parent.is_dir():
        raise ParameterError(f"--output {folder}: there is no folder {folder.parent}; make it")
    plan = plan_scoring(data, year, audit=options.audit)
    if has_parts(data.folder):
        tables = _score_parts(data, plan, folder, spread)
    else:
        tables = score_edition(load_dataset(options.dataset), plan)
    _write_folder(tables, folder, [], None)
    total = tables["coverage"].set_index("category").loc[CATEGORY_ALL]
    scored = int(tables["ranks"]["score_percent"].notna().sum())
    services = total["services"]
    print(f"{data.dataset_id} {year}: {services:.0f} services of {scored} organisations scored")
    print(f"{folder}: {', '.join(f'{table}.csv' for table in tables)}")


def _score_parts(
    data: Dataset, plan: Plan, folder: Path, spread: Spread
) -> dict[str, pd.DataFrame]:
    """Score parts with a bar on a terminal, else some lines; what is done is kept on the way."""
    from asan_analysis.data.parts import list_parts
    from asan_analysis.scale.scoring import score_parts

    count = len(list_parts(data.folder, plan.layout.year))
    kept = folder.with_name(f".{folder.name}.parts")
    done = services = 0
    with tqdm(total=count, unit=" part", disable=None) as bar:

        def progress(more: int) -> None:
            nonlocal done, services
            done, services = done + 1, services + more
            bar.update()
            if bar.disable and (done == count or done % -(-count // _LINES) == 0):
                print(f"  {done} of {count} parts, {services} services", flush=True)

        try:
            return score_parts(
                data, plan, spread=spread, kept=kept, progress=progress, tell=tqdm.write
            )
        except BaseException:
            if kept.is_dir() and any(kept.iterdir()):
                _warn(f"parts that are done are kept in {kept}; run the same command to go on")
            raise


def run_explain(data: Dataset, year: int, organisation_id: str, against: str, lang: str) -> None:
    """Print why an organisation has its score, held against another, and what would raise it."""
    from asan_analysis.data.published import load_published
    from asan_analysis.drivers.accounts import explain_change, explain_rivals, rank_edition
    from asan_analysis.drivers.plans import plan_place
    from asan_analysis.drivers.rivals import find_rival
    from asan_analysis.report.explain import tell_gap, tell_plan, tell_refusal
    from asan_analysis.report.labels import labels_of
    from asan_analysis.report.words import Words

    one, edition = select_edition(data, year)
    tree, rules = find_method(one, edition)
    rng, ranks = np.random.default_rng(1), rank_edition(one, tree, rules)
    words = Words(lang, labels_of("profile", data, edition, load_published(), lang))
    try:
        if against == "previous":
            gap = explain_change(data, year, organisation_id, rng=rng)
        else:
            rival = find_rival(ranks, organisation_id, against)
            gap = explain_rivals(one, tree, rules, organisation_id, [rival], rng=rng)[0]
    except Refusal as refused:
        told = tell_refusal(refused, (organisation_id, against), ranks, words)
        raise ParameterError(told) from None
    plan = plan_place(one, tree, rules, organisation_id, ranks)
    print("\n".join([*tell_gap(gap, data, tree, words), "", *tell_plan(plan, data, words)]))


def run_register_find(
    data: Dataset, year: int, words: str, lang: str, *, most: int, last: bool
) -> None:
    """Print the services of an edition whose names meet some words."""
    from asan_analysis.register.search import find_services
    from asan_analysis.report.find import tell_services
    from asan_analysis.report.words import Words

    one, edition = select_edition(data, year)
    found = find_services(one.services, words, most=most)
    print("\n".join(tell_services(found, words, one, edition, Words(lang), last=last)))


def run_compare(data: Dataset, years: tuple[int, int], organisation_id: str, lang: str) -> None:
    """Print why scores moved between two editions: of all, or of one organisation."""
    from asan_analysis.analysis.overview import list_causes, list_moves
    from asan_analysis.analysis.trends import cover_editions
    from asan_analysis.data.editions import find_edition
    from asan_analysis.data.published import load_published
    from asan_analysis.report.compare import tell_change
    from asan_analysis.report.labels import labels_of
    from asan_analysis.report.words import Words

    before, after = (find_edition(year, data.editions) for year in years)
    if before.order >= after.order:
        raise ParameterError(f"--from {years[0]} is not before --to {years[1]}; swap the two")
    bodies = data.organisations[data.organisations["edition_year"].isin(years)]["organisation_id"]
    if organisation_id and organisation_id not in set(bodies):
        raise ParameterError(
            f"organisation {organisation_id!r} is in neither edition; "
            f"known: {', '.join(sorted(set(bodies)))}"
        )
    split = list_causes(data, before, after)
    if split.refused is not None:
        raise split.refused
    if organisation_id and organisation_id not in set(split.table["unit_id"]):
        raise ParameterError(
            f"organisation {organisation_id!r} has no score in either edition; choose another"
        )
    firm = list_moves(data, cover_editions(data), before, after, rng=np.random.default_rng(1))
    words = Words(lang, labels_of("trends", data, after, load_published(), lang))
    print("\n".join(tell_change(split.table, firm, data, words, body=organisation_id or None)))


class _Table(NamedTuple):
    """A table of values made ready: what it holds, and what there is to tell about it."""

    tree: Tree
    rules: Rules
    values: pd.DataFrame
    status: pd.DataFrame
    done: list[Done]
    counts: str
    warning: str


def _read_table(options: argparse.Namespace) -> _Table:
    """Framework, rules and values from their files, after the steps."""
    tree = build_tree(read_csv(options.framework, FRAMEWORK), name=options.framework.name)
    given = read_toml(options.rules) if options.rules else {}
    rules = check_rules(given, name=options.rules.name if options.rules else "defaults")
    if options.steps_output and not rules.steps:
        raise ParameterError(
            "--steps-output: the rules have no steps; leave it out or add [[steps]]"
        )
    values, status, extra, only_na = load_values(
        options.values, tree.items, columns=list(rules.columns), na=rules.na,
        numbers=check_denominators(tree, rules).values(),
    )  # fmt: skip
    name = options.values.name
    ready, state, done = apply_steps(values, status, extra, tree, rules, name=name)
    numbers = status.stack().value_counts()
    counts = (
        f"{len(values)} units, {len(tree.items)} items: {numbers.get('scored', 0)} answered, "
        f"{numbers.get('not_answered', 0)} not answered, "
        f"{numbers.get('not_applicable', 0)} not applicable"
    )
    warning = (
        f"warning: {name} writes NA and has no empty cell; NA was read as {rules.na}. "
        "If NA stands for every missing value, set na in the rules"
    )
    return _Table(tree, rules, ready, state, done, counts, warning if only_na else "")


def _warn(text: str) -> None:
    if text:
        print(text, file=sys.stderr)


def run_robustness(
    options: argparse.Namespace,
    edition: tuple[Dataset, int] | None,
    *,
    draws: int,
    seed: int,
    spread: Spread,
) -> None:
    """Examine the method of an edition or of a table and write every table of `examine_method`."""
    from asan_analysis.robustness.alternatives import read_factors
    from asan_analysis.robustness.examination import examine_method

    case = _read_case(options, edition)
    rows, name = case.assumptions, "assumptions.csv"
    if options.alternatives:
        rows, name = read_csv(options.alternatives, ASSUMPTIONS), options.alternatives.name
    factors = read_factors(rows, case.tree, case.rules, name=name, table=not case.answers.shares)
    with tqdm(unit=" draws", unit_scale=True, disable=None, leave=False) as bar:
        tables = examine_method(
            case.answers, case.tree, case.rules, factors, draws=draws, seed=seed,
            decimals=case.decimals, min_services=case.min_services, progress=bar.update,
            spread=spread,
        )  # fmt: skip
    _write_folder(tables, options.output, case.done, options.steps_output)
    told = ", ".join(factor.key for factor in factors) or "nothing; only services are resampled"
    print(f"{len(case.answers.bodies)} units, {draws} draws a source; varied: {told}")
    for line in _tell_firsts(tables["uncertainty"]):
        print(line)
    print(f"{options.output}: {', '.join(f'{table}.csv' for table in tables)}")
    for step in case.done:
        print(step.told)
    _warn(case.warning)


class _Case(NamedTuple):
    """What `robustness` examines: an edition of a dataset, or a table."""

    answers: Answers
    tree: Tree
    rules: Rules
    assumptions: pd.DataFrame
    decimals: int
    min_services: int
    done: list[Done]
    warning: str


def _read_case(options: argparse.Namespace, edition: tuple[Dataset, int] | None) -> _Case:
    files = options.framework, options.values
    if any(files) and (options.dataset or edition):
        raise ParameterError("give --dataset and --year, or --framework and --values; not both")
    if (any(files) or options.rules or options.steps_output) and not all(files):
        raise ParameterError("a table needs both --framework and --values")
    if edition is None:
        table = _read_table(options)
        answers = arrange_table(table.values, table.status, table.tree)
        nothing = check_table(pd.DataFrame(columns=list(ASSUMPTIONS.columns), dtype="str"),
                              ASSUMPTIONS, name="", first_row=2)  # fmt: skip
        return _Case(answers, table.tree, table.rules, nothing, 2, 1, table.done, table.warning)
    from asan_analysis.robustness.alternatives import select_assumptions

    data, year = edition
    one, found = select_edition(data, year)
    tree, rules = find_method(one, found)
    answers = arrange_edition(one, tree)
    return _Case(answers, tree, rules, select_assumptions(data, tree), int(data.about["decimals"]),
                 int(data.about["min_services"]), [], "")  # fmt: skip


def _tell_firsts(bodies: pd.DataFrame) -> list[str]:
    """Who is first in each category, and in which share of the draws of each source."""
    lines = []
    firsts = bodies[bodies["nominal_rank"] == 1].dropna(subset="p_first")
    for (category, unit), rows in firsts.groupby(["category", "unit_id"], sort=False):
        shares = [f"{row.source} {100 * row.p_first:.1f} %" for row in each_row(rows)]
        lines.append(f"{category}: {unit} is first; share of draws: {', '.join(shares)}")
    return lines


def _write_folder(
    tables: dict[str, pd.DataFrame], folder: Path, done: list[Done], steps: Path | None
) -> None:
    """Write tables into a folder, which is made where its parent exists: all of them or none."""
    new = not folder.exists() and folder.parent.is_dir()
    try:
        if new:
            folder.mkdir()
        _write_tables(
            {folder / f"{name}.csv": table for name, table in tables.items()}, done, steps
        )
    except OSError as error:
        raise ParameterError(
            f"--output {folder}: {error.strerror}; give a folder that takes files"
        ) from None
    finally:
        if new and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _write_tables(frames: dict[Path, pd.DataFrame], done: list[Done], folder: Path | None) -> None:
    """Write frames and, into a folder, the tables of the steps: all of them or none."""
    if folder is None:
        write_tables(frames)
        return
    tables = {folder / f"{step.name}.csv": step.table for step in done}
    for path in set(frames) & set(tables):
        raise ParameterError(f"--output {path} is the place of a table of the steps; move one")
    new = not folder.exists() and folder.parent.is_dir()
    try:
        if new:
            folder.mkdir()
        write_tables({**frames, **tables})
        for path in set(folder.glob("*.csv")) - set(tables):
            if re.fullmatch(_STEP_TABLE, path.name):
                path.unlink()  # of an earlier run with other steps
    except OSError as error:
        reason = f"{error.strerror}; give a folder that takes files"
        raise ParameterError(f"--steps-output {folder}: {reason}") from None
    finally:
        if new and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
