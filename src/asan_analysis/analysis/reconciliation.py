"""Scores recomputed here against figures announced by the publisher, figure by figure."""

from __future__ import annotations

import pandas as pd

_TOLERANCE = 1e-9


def reconcile(
    announced: pd.DataFrame,
    services: pd.DataFrame,
    organisations: pd.DataFrame,
    categories: pd.DataFrame,
    ranks: pd.DataFrame,
    *,
    root: str,
) -> pd.DataFrame:
    """Hold every announced figure against the one computed here.

    A score agrees when it lies within half a unit of the announced last decimal; a rank when it is
    the same place. A figure announced and not computed does not agree.

    Parameters
    ----------
    announced : DataFrame
        Rows of one edition: level, unit_id, node_id, scope, score_percent, rank, decimals.
    services, organisations, categories : DataFrame
        From `score_services`, `score_organisations`, `score_categories`.
    ranks : DataFrame
        From `rank_organisations`.
    root : str
        Id of the root; ranks are announced there.

    Returns
    -------
    DataFrame
        One row per announced figure: level, unit_id, node_id, scope, figure (`score` or `rank`),
        announced, computed, difference (computed less announced), agrees (bool).
    """
    computed = pd.concat(
        [
            _scores("service", services, "service_id"),
            _scores("organisation", organisations, "organisation_id"),
            _scores("category", categories, "category"),
            _ranks(ranks, "rank_all", root).assign(scope="all"),
            _ranks(ranks, "rank", root).assign(scope=ranks["category"]),
        ],
        ignore_index=True,
    )
    keys = ["level", "unit_id", "node_id", "figure"]
    given = pd.concat(
        [_announced(announced, "score_percent", "score"), _announced(announced, "rank", "rank")],
        ignore_index=True,
    )
    scores = given[given["figure"] == "score"].merge(
        computed[computed["figure"] == "score"].drop(columns="scope"),
        on=keys, how="left", validate="many_to_one",
    )  # fmt: skip
    places = given[given["figure"] == "rank"].merge(
        computed[computed["figure"] == "rank"], on=[*keys, "scope"], how="left",
        validate="many_to_one",
    )  # fmt: skip
    table = pd.concat([scores, places], ignore_index=True)
    table["difference"] = table["computed"] - table["announced"]
    allowed = (0.5 * 10.0 ** -table["decimals"]).where(table["figure"] == "score", 0.0)
    table["agrees"] = table["difference"].abs() <= allowed + _TOLERANCE
    columns = ["level", "unit_id", "node_id", "scope", "figure",
               "announced", "computed", "difference", "agrees"]  # fmt: skip
    return table[columns]


def summarise_reconciliation(table: pd.DataFrame) -> pd.DataFrame:
    """Figures that agree, by level and kind of figure.

    Returns
    -------
    DataFrame
        Key level, figure. Columns figures (number announced), agreeing, not_computed,
        largest_difference (absolute, in points or places).
    """
    grouped = table.assign(size=table["difference"].abs()).groupby(["level", "figure"], sort=False)
    summary = grouped.agg(
        figures=("announced", "count"), agreeing=("agrees", "sum"),
        not_computed=("computed", lambda computed: int(computed.isna().sum())),
        largest_difference=("size", "max"),
    )  # fmt: skip
    return summary.reset_index()


def _scores(level: str, scores: pd.DataFrame, unit: str) -> pd.DataFrame:
    columns = {unit: "unit_id", "score_percent": "computed"}
    table = scores[[unit, "node_id", "score_percent"]].rename(columns=columns)
    return table.assign(level=level, figure="score", scope="")


def _ranks(ranks: pd.DataFrame, column: str, root: str) -> pd.DataFrame:
    columns = {"organisation_id": "unit_id", column: "computed"}
    table = ranks[["organisation_id", column]].rename(columns=columns)
    table["computed"] = table["computed"].astype("Float64").astype("float64")
    return table.assign(level="organisation", node_id=root, figure="rank")


def _announced(announced: pd.DataFrame, column: str, figure: str) -> pd.DataFrame:
    rows = announced[announced[column].notna()]
    table = rows[["level", "unit_id", "node_id", "scope", "decimals"]].assign(figure=figure)
    table["decimals"] = table["decimals"].astype("float64")
    table["announced"] = rows[column].astype("Float64").astype("float64")
    return table
