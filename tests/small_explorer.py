"""The explorer of a dataset without its chapters: the tables it reads, written by their functions.

Draws and answers to the next place are made up around the scores: the page only shows them.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from small_dataset import dataset, edition

from asan_analysis.analysis import trends
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.published import Published, load_published
from asan_analysis.data.tables import write_csv
from asan_analysis.drivers.overview import list_lowest_services
from asan_analysis.index import contributions, ranking, rollup
from asan_analysis.index.method import find_method
from asan_analysis.report.explorer import EXPLORER_FILE, write_explorer
from asan_analysis.report.identity import Identity

HOSTILE = ("</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!--<script>",
           "{{ 7*'7' }} ${HOME} {n}", "ab\u202edc\u200b \u2028 \\u003c",
           "&lt;b&gt; ]]>")  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]
ABOUT = {"title_az": "Sınaq", "title_en": "Trial", "status": "final", "publisher": "Nobody",
         "licence": "CC0", "citation": "Trial."}  # fmt: skip


@cache
def published() -> Published:
    return load_published(ROOT / "data" / "published")


def identity_of(data: Dataset, year: int) -> Identity:
    return Identity(data, select_edition(data, year)[1], "0" * 64)


def last_editions(data: Dataset, year: int, *, before: int = 2) -> Dataset:
    """The dataset with an edition and a few before it."""
    own = data.editions[data.editions["edition_year"] <= year].nlargest(before + 1, "order")
    return replace(data, editions=own.sort_values("order"))


def small(*editions: dict[str, Any], kind: str = "observed", **options: Any) -> Dataset:
    """A small dataset with what a page says of it; a node is named by its id."""
    data = dataset(*editions, **options)
    named = {
        name: frame.assign(name_az=frame["node_id"], name_en=frame["node_id"])
        for name, frame in data.frameworks.items()
    }
    return replace(data, about={**data.about, "kind": kind, **ABOUT}, frameworks=named)


def hostile() -> Dataset:
    """Six bodies with a service each, all with names that try to be markup."""
    services = {f"s{at}": {"x": at / 5, "y": 1.0} for at in range(len(HOSTILE))}
    owners = {f"s{at}": f"b{at}" for at in range(len(HOSTILE))}
    data = small(edition(1, services, owners))
    names = list(HOSTILE)
    return replace(
        data,
        about={**data.about, "title_az": HOSTILE[0], "title_en": HOSTILE[0]},
        organisations=data.organisations.assign(name_az=names, name_en=names),
        services=data.services.assign(name_az=names, name_en=names),
    )


def write_tables(folder: Path, data: Dataset, year: int) -> None:
    """What the explorer reads, under `tables/`."""
    one, edition = select_edition(data, year)
    method = find_method(one, edition)
    answers = (one.assessments, one.services, *method)
    scores = rollup.score_organisations(*answers)
    ranks = rank(scores, one, *method)
    history = trends.score_editions(data)
    tables = {
        "organisation_scores": ranks,
        "organisation_node_scores": scores,
        "contributions": contributions.contribute_organisations(*answers),
        "category_scores": rollup.score_categories(scores, one.organisations),
        "lowest_ten": list_lowest_services(one, *method).table,
        "editions_shared": trends.cover_editions(data),
        "category_editions": trends.average_editions(data, history),
        "organisation_editions": trends.rank_editions(data, history),
        "uncertainty": make_draws(ranks),
    }
    if len(ranks) > 1:
        tables["next_places"] = make_plans(ranks)
        tables["first_items"] = make_items(ranks, method[0].items)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_csv(table, folder / "tables" / f"{name}.csv")


def rank(scores: pd.DataFrame, one: Dataset, tree: Any, rules: Any) -> pd.DataFrame:
    return ranking.rank_organisations(
        scores, one.organisations, tree, rules,
        decimals=int(one.about["decimals"]), min_services=int(one.about["min_services"]),
    )  # fmt: skip


def make_draws(ranks: pd.DataFrame) -> pd.DataFrame:
    """Places up to two away under the method, up to five away under both."""
    placed = ranks[ranks["rank"].notna()]
    parts = [
        placed[["organisation_id", "category"]].assign(
            source=source,
            rank_q05=(placed["rank"] - away).clip(lower=1),
            rank_q95=(placed["rank"] + away).clip(upper=placed["ranked"]),
            score_q05=placed["score_percent"] - away,
            score_q95=placed["score_percent"] + away,
        )
        for source, away in (("method", 2), ("both", 5))
    ]
    return pd.concat(parts, ignore_index=True)


def make_plans(ranks: pd.DataFrame) -> pd.DataFrame:
    below = ranks[ranks["rank"].gt(1).fillna(False)]
    return below[["organisation_id", "category", "rank"]].assign(
        rival=str(ranks["organisation_id"].iloc[0]), needed=1.25, answers=3, gain=1.5,
        rank_after=1, left_out=0, outcome="proved",
    )  # fmt: skip


def make_items(ranks: pd.DataFrame, items: list[str]) -> pd.DataFrame:
    bodies = ranks[["organisation_id"]]
    return bodies.assign(item_id=items[0], services=2, gain=0.75, exact="sum")


def write_page(folder: Path, data: Dataset, year: int) -> Path:
    """The page and the tables below a folder."""
    write_tables(folder, data, year)
    write_explorer(folder, identity_of(data, year), published())
    return folder / EXPLORER_FILE
