"""What the printed scores leave of the rules, figure by figure, as a reader needs it."""

from __future__ import annotations

import pandas as pd

from asan_analysis.audit.consistency import (
    STATES,
    count_items,
    examine_printed,
    list_rules,
    summarise_printed,
)
from asan_analysis.data.published import Published

_KEYS = ["organisation_id", "printed_cycle", "score_percent"]


def examine_facts(facts: Published) -> pd.DataFrame:
    """Every rule of `list_rules` held against every printed score, from `summarise_printed`.

    The number of items of a service is the printed number of sub-criteria.
    """
    return summarise_printed(examine_printed(facts.results, list_rules(count_items(facts))))


def list_printed(summary: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """How many rules each printed score leaves.

    Parameters
    ----------
    summary : DataFrame
        From `summarise_printed`.
    results : DataFrame
        As in `examine_printed`, with source_url.

    Returns
    -------
    DataFrame
        Key organisation_id, printed_cycle, score_percent. Columns services (as printed, missing
        where no source prints it), rules, remains, excluded, undecided (counts of rules),
        source_url (of the row that prints the number of services, else the first).
    """
    marked = summary.assign(
        **{name: summary["state"] == word for name, word in STATES.items()}, rules=1
    )
    counts = marked.groupby(_KEYS, sort=False)[["rules", *STATES]].sum()
    printed = results[results["score_percent"].notna()].sort_values("services", kind="stable")
    first = printed.drop_duplicates(_KEYS).set_index(_KEYS)[["services", "source_url"]]
    table = counts.join(first, validate="one_to_one").reset_index()
    return table[[*_KEYS, "services", "rules", *STATES, "source_url"]]


def list_roundings(summary: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Which ways of rounding remain under each rule, where the number of services is printed.

    Parameters
    ----------
    summary : DataFrame
        From `summarise_printed`.
    results : DataFrame
        As in `list_printed`.

    Returns
    -------
    DataFrame
        Key organisation_id, printed_cycle, score_percent, all_apply (bool: every item applies to
        every service), round_service (digits; missing: services are not rounded). A column
        points_<steps> for each number of steps, with the roundings under which the rule gives the
        score, separated by `;`, `any` or `none`; then source_url.
    """
    known = summary[summary["services_printed"]].assign(
        left=summary["rounding"].where(summary["state"] == "remains"),
        all_apply=summary["applicable"] == "all",
    )
    group = [*_KEYS, "all_apply", "round_service", "steps"]
    told = known.groupby(group, sort=False, dropna=False)["left"].agg(_tell_roundings)
    wide = told.unstack("steps").add_prefix("points_").rename_axis(columns=None).reset_index()
    order = {False: 1, True: 0}
    wide = wide.sort_values(
        [*_KEYS, "all_apply", "round_service"], na_position="first", kind="stable",
        key=lambda column: column.map(order) if column.name == "all_apply" else column,
    )  # fmt: skip
    sources = list_printed(summary, results).set_index(_KEYS)["source_url"]
    return wide.join(sources, on=_KEYS, validate="many_to_one").reset_index(drop=True)


def _tell_roundings(left: pd.Series[str]) -> str:
    """The roundings that remain, as codes."""
    kept = left.dropna()
    return "any" if len(kept) == len(left) else ";".join(kept) or "none"
