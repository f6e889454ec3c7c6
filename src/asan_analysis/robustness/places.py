"""How firm each place is, one row a body: draws, rank sets and certificates side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from asan_analysis.index.answers import Answers
from asan_analysis.robustness.alternatives import Factor
from asan_analysis.robustness.league import TOP
from asan_analysis.robustness.uncertainty import SOURCES


def list_factors(factors: list[Factor], assumptions: pd.DataFrame) -> pd.DataFrame:
    """What is varied.

    Returns
    -------
    DataFrame
        Key factor. Columns nominal (the method's own choice; empty for weights), alternatives
        (labels separated by ;), spread (`relative` or `dirichlet` where drawn), size (its number),
        unknown (U-number of the assumption).
    """
    unknown = assumptions.dropna(subset="key").drop_duplicates("key").set_index("key")["unknown"]
    rows = [
        {
            "factor": factor.key,
            "nominal": factor.labels[0] if factor.labels else "",
            "alternatives": ";".join(factor.labels[1:]),
            "spread": factor.spread[0] if factor.spread else "",
            "size": factor.spread[1] if factor.spread else np.nan,
            "unknown": unknown.get(factor.key, ""),
        }
        for factor in factors
    ]
    columns = ["factor", "nominal", "alternatives", "spread", "size", "unknown"]
    return pd.DataFrame(rows, columns=columns)


def list_places(bodies: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """How firm each place is, one row a body.

    Parameters
    ----------
    bodies : DataFrame
        From `measure_uncertainty`.
    sets : DataFrame
        From `find_rank_sets`.

    Returns
    -------
    DataFrame
        Key organisation_id, by category, best first. Columns category, rank, method_low and
        method_high (5 % and 95 % of the draws of alternatives), set_low and set_high (rank set if
        the services stand for more than themselves), alike, band, and for each source
        share_first_* and share_top_* (share of draws on the first place and on the first three).
        Missing where a source has no draws or a body no place.
    """
    wide = bodies.pivot(index="unit_id", columns="source")
    first = bodies.drop_duplicates("unit_id").set_index("unit_id")
    table = first[["category", "nominal_rank"]].rename(columns={"nominal_rank": "rank"})
    for column, drawn in (("method_low", "rank_q05"), ("method_high", "rank_q95")):
        table[column] = _by_source(wide, drawn)["method"]
    named = sets.set_index("organisation_id")
    renamed = {"rank_low": "set_low", "rank_high": "set_high", "alike": "alike", "band": "band"}
    for column, name in renamed.items():
        table[name] = named[column].reindex(table.index)
    for column, name in (("p_first", "share_first"), ("p_top3", "share_top")):
        shares = _by_source(wide, column)
        for source in SOURCES:
            table[f"{name}_{source}"] = shares[source]
    whole = ["rank", "method_low", "method_high"]
    table[whole] = table[whole].round().astype("Int64")  # a tie of an average rule is no half place
    return table.rename_axis("organisation_id").reset_index()


def _by_source(wide: pd.DataFrame, column: str) -> pd.DataFrame:
    """One column of the draws, a column for each source; missing where it has no draws."""
    own = wide[column] if column in wide else pd.DataFrame(index=wide.index)
    return pd.DataFrame(own).reindex(columns=list(SOURCES))


def list_shares(ranks: pd.DataFrame, places: pd.DataFrame, source: str) -> pd.DataFrame:
    """Shares of draws by place for the bodies that have one, in the order of their places.

    Returns
    -------
    DataFrame
        Key organisation_id, rank. Columns category, share (0..1).
    """
    order = places.loc[places["rank"].notna(), ["organisation_id"]]
    own = ranks[ranks["source"] == source].rename(columns={"unit_id": "organisation_id"})
    table = order.merge(own, on="organisation_id", how="inner", validate="one_to_many")
    return table[["category", "organisation_id", "rank", "share"]]


def certify_tops(
    certificates: pd.DataFrame, categories: Sequence[str], *, places: int = TOP
) -> pd.DataFrame:
    """The certificates of the first places of each category.

    Parameters
    ----------
    certificates : DataFrame
        From `certify_level`.
    categories : sequence
        Categories in their order.

    Returns
    -------
    DataFrame
        Key organisation_id, by category, best first. Columns category, rank, status, margin,
        rival, holds_all, best_rank, worst_rank; see `certify_places`.
    """
    order = {category: place for place, category in enumerate(categories)}
    table = certificates[certificates["rank"] <= places].sort_values(
        ["category", "rank"],
        key=lambda column: column.map(order) if column.name == "category" else column,
        kind="stable",
    )
    columns = ["category", "organisation_id", "rank", "status", "margin", "rival", "holds_all",
               "best_rank", "worst_rank"]  # fmt: skip
    return table[columns].reset_index(drop=True)


def count_alike(sets: pd.DataFrame, answers: Answers) -> pd.DataFrame:
    """How much the rank sets of a category tell.

    Returns
    -------
    DataFrame
        Key category. Columns organisations, could_lead (whose set holds the first place), bands,
        mean_width (places in a set, mean), share_apart (pairs told apart). Categories without a
        set are left out.
    """
    rows: list[dict[str, Any]] = []
    for category in pd.unique(answers.category):
        own = sets[(sets["category"] == category) & sets["rank"].notna()]
        if own.empty:
            continue
        pairs = len(own) * (len(own) - 1)
        rows.append(
            {
                "category": category,
                "organisations": len(own),
                "could_lead": int((own["rank_low"] == 1).sum()),
                "bands": int(own["band"].max()) if own["band"].notna().any() else 0,
                "mean_width": float((own["rank_high"] - own["rank_low"] + 1).mean()),
                "share_apart": 1 - float(own["alike"].sum()) / pairs if pairs else np.nan,
            }
        )
    columns = ["category", "organisations", "could_lead", "bands", "mean_width", "share_apart"]
    return pd.DataFrame(rows, columns=columns)
