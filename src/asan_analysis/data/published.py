"""Announced facts about the index: tables with a source per row, conflicts, the rule that picks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis.data import tables
from asan_analysis.data.contracts import CATEGORIES, PUBLISHED
from asan_analysis.data.files import kept_while_same, project_root
from asan_analysis.errors import DataError, Problem, refuse


@dataclass(frozen=True)
class Published:
    """The tables of `data/published`; their columns stand in `data.contracts.PUBLISHED`."""

    editions: pd.DataFrame
    coverage: pd.DataFrame
    results: pd.DataFrame
    organisations: pd.DataFrame
    other_facts: pd.DataFrame
    assumptions: pd.DataFrame
    handbook_steps: pd.DataFrame


def load_published(folder: Path | None = None) -> Published:
    """Read the announced facts, `data/published` of the project unless a folder is given.

    Raises
    ------
    DataError
        Every failure of every table at once.
    """
    return _load_folder(folder or project_root() / "data" / "published")


@kept_while_same
def _load_folder(folder: Path) -> Published:
    problems: list[Problem] = []
    read: dict[str, pd.DataFrame] = {}
    for name, contract in PUBLISHED.items():
        try:
            read[name] = tables.read_csv(
                folder / f"{name}.csv", contract, name=f"published/{name}.csv"
            )
        except DataError as error:
            problems += error.problems
    refuse(DataError, problems)
    facts = Published(**read)
    refuse(DataError, _check_links(facts))
    return facts


def _check_links(facts: Published) -> list[Problem]:
    """Rows that name an edition, an organisation or an unknown the tables do not hold."""
    years, bodies = set(facts.editions["edition_year"]), set(facts.organisations["organisation_id"])
    known = ", ".join(map(str, sorted(years)))
    problems = []
    for name in ("coverage", "results", "other_facts"):
        column = getattr(facts, name)["edition_year"]
        for row in column.index[column.notna() & ~column.isin(years)]:
            rule, remedy = "is not an edition", f"known: {known}"
            value = str(column[row])
            problems.append(
                Problem(f"published/{name}.csv", row + 2, "edition_year", value, rule, remedy)
            )
    candidates = facts.results["possible_editions"].dropna()
    for row, text in candidates.items():
        if not set(str(text).split(";")) <= set(map(str, years)):
            rule, remedy = "names an edition that is none", f"known: {known}"
            at = int(str(row)) + 2
            problems.append(
                Problem("published/results.csv", at, "possible_editions", text, rule, remedy)
            )
    names = facts.results["organisation_id"]
    for row in names.index[~names.isin(bodies)]:
        rule, remedy = "is not in organisations.csv", "add it there or correct this row"
        problems.append(
            Problem("published/results.csv", row + 2, "organisation_id", names[row], rule, remedy)
        )
    unknowns = set(facts.assumptions["unknown"].dropna())
    for row, text in facts.handbook_steps["unknown"].dropna().items():
        if not set(str(text).split(";")) <= unknowns:
            rule, remedy = "is not in assumptions.csv", "add it there or correct this row"
            at = int(str(row)) + 2
            problems.append(
                Problem("published/handbook_steps.csv", at, "unknown", text, rule, remedy)
            )
    return problems


def pick_most_printed(values: pd.Series[Any]) -> Any:
    """The value that most sources print; the first one met when two are printed equally often.

    This is the one rule that picks among sources that disagree. Missing values do not vote.
    Sources that copy each other count each, so the rule can prefer a repeated mistake; every
    conflict is therefore shown beside the pick (`find_conflicts`).
    """
    votes = values.dropna()
    if votes.empty:
        return pd.NA
    return votes.value_counts(sort=False).sort_values(ascending=False, kind="stable").index[0]


def announced_coverage(facts: Published) -> pd.DataFrame:
    """Organisations and services per edition and category, one row each, conflicts resolved.

    Returns
    -------
    DataFrame
        Key edition_year, category (`all` is the printed total). Columns organisations, services
        (Int64, missing where no source prints them), sources (count), conflict (bool: sources
        disagree), source_url (of the first row that prints the picked number of services).
    """
    rows = []
    for (year, category), group in facts.coverage.groupby(["edition_year", "category"], sort=False):
        services = pick_most_printed(group["services"])
        chosen = group[(group["services"] == services).fillna(False)]
        source = (chosen if len(chosen) else group)["source_url"].iloc[0]
        rows.append(
            {
                "edition_year": year,
                "category": category,
                "organisations": pick_most_printed(group["organisations"]),
                "services": services,
                "sources": group["source_url"].nunique(),
                "conflict": bool(
                    group["services"].nunique() > 1 or group["organisations"].nunique() > 1
                ),
                "source_url": source,
            }
        )
    columns = ["edition_year", "category", "organisations", "services", "sources", "conflict",
               "source_url"]  # fmt: skip
    counts = {"edition_year": "Int64", "organisations": "Int64", "services": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype({**counts, "conflict": "bool"})


def announced_places(facts: Published, year: int) -> pd.DataFrame:
    """The places announced for an edition, one row per organisation.

    Returns
    -------
    DataFrame
        Key category, organisation_id, by category and rank. Columns rank and score_percent (what
        most sources print; the score missing where none does), source_url (of the place),
        score_source_url. Empty when nothing was announced.
    """
    rows = facts.results[(facts.results["edition_year"] == year) & facts.results["rank"].notna()]
    places = []
    for (category, body), group in rows.groupby(["category", "organisation_id"], sort=False):
        rank = pick_most_printed(group["rank"])
        placed = group[group["rank"] == rank].sort_values("score_percent", na_position="first")
        scored = group[group["score_percent"].notna()]
        places.append(
            {
                "category": category,
                "rank": rank,
                "organisation_id": body,
                "score_percent": pick_most_printed(scored["score_percent"]),
                "source_url": placed["source_url"].iloc[0],
                "score_source_url": scored["source_url"].iloc[0] if len(scored) else pd.NA,
            }
        )
    columns = ["category", "rank", "organisation_id", "score_percent", "source_url"]
    frame = pd.DataFrame(places, columns=[*columns, "score_source_url"])
    frame["score_percent"] = frame["score_percent"].astype("Float64").astype("float64")
    order = pd.Categorical(frame["category"], categories=list(CATEGORIES))
    return frame.assign(order=order).sort_values(["order", "rank"], ignore_index=True)[
        frame.columns.tolist()
    ]


def announced_scores(facts: Published) -> pd.DataFrame:
    """Every printed score of an organisation, placed in its edition where the source allows.

    Returns
    -------
    DataFrame
        Key organisation_id, edition_year (missing for a score whose edition is not certain; then
        `possible_editions` names the candidates). Columns category, score_percent, rank,
        printed_cycle, possible_editions, source_url.
    """
    rows = facts.results[facts.results["score_percent"].notna()]
    keys = ["organisation_id", "printed_cycle"]
    picked = rows.groupby(keys)["score_percent"].transform(pick_most_printed)
    kept = rows[rows["score_percent"] == picked].drop_duplicates(keys)
    columns = ["organisation_id", "edition_year", "category", "score_percent", "rank",
               "printed_cycle", "possible_editions", "source_url"]  # fmt: skip
    return kept[columns].sort_values(["organisation_id", "printed_cycle"], ignore_index=True)


def find_conflicts(facts: Published) -> pd.DataFrame:
    """Facts for which public sources print different values, one row per value and source.

    Returns
    -------
    DataFrame
        Columns printed_cycle, what (`services`, `organisations`, `place`, `score`, `rank_scope`,
        `edition`, or the name of another fact), about (a category or an organisation_id), value,
        source_url, picked (bool: the value this project uses; missing where none is used).
    """
    labels = facts.editions.set_index("edition_year")["label_en"]
    coverage = facts.coverage.assign(
        printed_cycle=facts.coverage["edition_year"].map(labels), about=facts.coverage["category"]
    )
    results = facts.results.assign(about=facts.results["organisation_id"])
    ranked = results[results["rank"].notna()]
    unplaced = results[results["edition_year"].isna()]
    other = facts.other_facts.assign(about="", what=facts.other_facts["fact"])
    picked = [
        _disagreeing(coverage.assign(what=what, value=coverage[what]))
        for what in ("services", "organisations")
    ] + [
        _disagreeing(results.assign(what=what, value=results[column]))
        for what, column in (("place", "rank"), ("score", "score_percent"))
    ]
    shown = [
        _disagreeing(ranked.assign(what="rank_scope", value=ranked["scope_printed"])),
        unplaced.assign(what="edition", value=unplaced["possible_editions"]),
        _disagreeing(other),
    ]
    columns = ["printed_cycle", "what", "about", "value", "source_url", "picked"]
    tables = [*picked, *(table.assign(picked="") for table in shown)]
    found = [table.reindex(columns=columns).astype(object) for table in tables if len(table)]
    if not found:
        return pd.DataFrame(columns=columns, dtype=object)
    table = pd.concat(found, ignore_index=True)
    return table.assign(picked=table["picked"].replace({"": pd.NA}))


def _disagreeing(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each fact that has more than one value, with the value that is picked."""
    keys = ["printed_cycle", "what", "about"]
    rows = rows[rows["value"].notna()]
    many = rows.groupby(keys)["value"].transform("nunique") > 1
    rows = rows[many]
    if rows.empty:
        return rows
    picked = rows.groupby(keys)["value"].transform(pick_most_printed)
    return rows.assign(picked=(rows["value"] == picked).astype(object))
