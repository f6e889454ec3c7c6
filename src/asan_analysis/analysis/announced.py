"""Announced facts laid out over all editions, gaps kept as gaps."""

from __future__ import annotations

import pandas as pd

from asan_analysis.data.contracts import CATEGORIES, CATEGORY_ALL
from asan_analysis.data.published import (
    Published,
    announced_coverage,
    announced_places,
    announced_scores,
    find_conflicts,
)


def coverage_by_edition(facts: Published) -> pd.DataFrame:
    """Announced services by edition and category, a row for every pair.

    Returns
    -------
    DataFrame
        Key edition_year (in order), category (without `all`). Columns services (missing where
        nothing is published), total (printed, missing likewise), conflict (bool: sources disagree
        on any figure of the edition), source_url.
    """
    coverage = announced_coverage(facts)
    years = facts.editions.sort_values("order")["edition_year"]
    pairs = pd.MultiIndex.from_product([years, CATEGORIES], names=["edition_year", "category"])
    printed = coverage.set_index(["edition_year", "category"])[["services", "source_url"]]
    total = printed["services"].xs(CATEGORY_ALL, level="category")
    conflict = coverage.groupby("edition_year")["conflict"].any()
    table = printed.reindex(pairs).reset_index()
    table["total"] = table["edition_year"].map(total)
    table["conflict"] = table["edition_year"].map(conflict).astype("boolean").fillna(False)
    return table


def scores_by_edition(facts: Published) -> pd.DataFrame:
    """Printed scores with the order of their edition, and a row for each edition without one.

    Returns
    -------
    DataFrame
        Columns organisation_id, order (missing where the edition is not certain), edition_year,
        score_percent, rank, possible_editions, source_url.
    """
    order = facts.editions[["edition_year", "order"]]
    scores = announced_scores(facts).merge(
        order, on="edition_year", how="outer", validate="many_to_one"
    )
    columns = ["organisation_id", "order", "edition_year", "score_percent", "rank",
               "possible_editions", "source_url"]  # fmt: skip
    return scores[columns].sort_values(["organisation_id", "order"], ignore_index=True)


def list_series(facts: Published) -> pd.DataFrame:
    """Everything announced that runs over editions: services evaluated, places, scores.

    Returns
    -------
    DataFrame
        Key row, edition_year; a row for each pair, and one without edition_year for a score whose
        edition is not certain. `row` is a category, `all` or an organisation. Columns category (of
        the organisation; the row itself for coverage), order, services (of a category), rank,
        score_percent (of an organisation), possible_editions, conflict (bool: sources disagree on
        a figure of the row and edition), source_url; missing where nothing is published.
    """
    years = facts.editions.sort_values("order")[["edition_year", "order", "label_en"]]
    coverage = announced_coverage(facts).rename(columns={"category": "row"})
    coverage = coverage[["row", "edition_year", "services", "source_url"]]
    bodies = _list_bodies(facts, years["edition_year"])
    owners = {name: name for name in (*CATEGORIES, CATEGORY_ALL)}
    owners |= dict(zip(bodies["row"], bodies["category"], strict=True))
    pairs = pd.MultiIndex.from_product([owners, years["edition_year"]],
                                       names=["row", "edition_year"])  # fmt: skip
    table = pairs.to_frame(index=False).merge(
        pd.concat([coverage, bodies.drop(columns="category")]),
        on=["row", "edition_year"], how="outer", validate="one_to_one",
    ).merge(years, on="edition_year", how="left", validate="many_to_one")  # fmt: skip
    disputed = find_conflicts(facts)
    cells = set(zip(disputed["about"], disputed["printed_cycle"], strict=True))
    marked = [pair in cells for pair in zip(table["row"], table["label_en"], strict=True)]
    at = pd.Categorical(table["row"], categories=list(owners))
    table = table.assign(category=table["row"].map(owners), conflict=marked, at=at)
    columns = ["row", "category", "edition_year", "order", "services", "rank", "score_percent",
               "possible_editions", "conflict", "source_url"]  # fmt: skip
    return table.sort_values(["at", "order"], ignore_index=True)[columns]


def _list_bodies(facts: Published, years: pd.Series[int]) -> pd.DataFrame:
    """Places and scores of organisations by edition, by category and best place."""
    scores = announced_scores(facts)
    found = pd.concat(
        [
            *(announced_places(facts, year).assign(edition_year=year) for year in years),
            scores[scores["edition_year"].isna()],
        ]
    ).rename(columns={"organisation_id": "row"})
    best = found.groupby("row")["rank"].transform("min")
    order = pd.Categorical(found["category"], categories=list(CATEGORIES))
    found = found.assign(order=order, best=best).sort_values(["order", "best"], kind="stable")
    columns = ["row", "category", "edition_year", "rank", "score_percent", "possible_editions"]
    return found[[*columns, "source_url"]]


def list_unknowns(facts: Published) -> pd.DataFrame:
    """What is not published about the method: unknown, value (what is used here), why, why_az."""
    table = facts.assumptions[["unknown", "value", "why", "why_az"]]
    return table[table["unknown"].notna()].reset_index(drop=True)


def list_steps(facts: Published) -> pd.DataFrame:
    """The ten steps of the handbook: what is published, what is checked here, the verdict.

    Returns
    -------
    DataFrame
        Key step. Columns topic, question, published, source_url, unknown (numbers of unknowns),
        check, checked_on (kinds of data), verdict, disclosure, certainty. Topic, question,
        published, check and verdict are English; each has a twin that ends in `_az`.
    """
    names = {"step_en": "topic", "step_az": "topic_az"}
    for name in ("question", "published", "check", "verdict"):
        names[f"{name}_en"] = name
    table = facts.handbook_steps.rename(columns=names)
    order = ["topic", "question", "published", "source_url", "unknown", "check", "checked_on",
             "verdict", "disclosure", "certainty"]  # fmt: skip
    twins = [twin for name in order for twin in (name, f"{name}_az")]
    return table[["step", *(twin for twin in twins if twin in table)]]


def announced_numbers(facts: Published, year: int) -> dict[str, int]:
    """Headline counts of an announced edition by text key; what no source prints is left out.

    The number of bodies is the sum of the categories where every category of the edition prints
    one, since no source prints their total.
    """
    coverage = announced_coverage(facts)
    of_year = coverage[coverage["edition_year"] == year].set_index("category")
    categories = of_year.drop(index=CATEGORY_ALL, errors="ignore")
    places = announced_places(facts, year)
    bodies = categories["organisations"].sum() if categories["organisations"].notna().all() else 0
    counts = {
        "announced.facts.services": of_year["services"].get(CATEGORY_ALL),
        "announced.facts.organisations": bodies,
        "announced.facts.categories": len(categories),
        "announced.facts.places": int((places["rank"] <= 3).sum()),
    }
    return {key: int(count) for key, count in counts.items() if pd.notna(count) and count > 0}
