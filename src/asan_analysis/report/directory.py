"""The page that lists the profiles of an edition, in each language."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis.data.datasets import select_edition
from asan_analysis.data.names import collation_key
from asan_analysis.data.tables import each_row
from asan_analysis.drivers.accounts import rank_edition
from asan_analysis.index.method import find_method
from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.parts import environment, kind_of, style, watermark
from asan_analysis.report.status import first_page, is_public
from asan_analysis.report.words import Words, list_languages, name_rows


def write_directory(folder: Path, identity: Identity) -> None:
    """Write the list of profiles in each language, by category and there by name.

    Place and score stand beside a name in a final report only; the pages of a draft have other
    names, see `first_page`, and those of the other status are removed.

    Parameters
    ----------
    folder : Path
        Folder of the profiles, each in a folder of its id.
    identity : Identity
        Dataset, edition and version.
    """
    about, edition = identity.data.about, identity.edition
    one, _ = select_edition(identity.data, edition.edition_year)
    ranks = rank_edition(one, *find_method(one, edition))
    for lang in LANGUAGES:
        words = Words(lang)
        page = environment().get_template("profiles.html.j2").render(
            words=words, title=words.say("profiles.title", label=identity.label(lang)),
            lead=words.say("profiles.lead", label=identity.label(lang),
                           dataset=identity.data.title(lang)),
            dataset=identity.data.title(lang), kind=kind_of("profile", identity.data.kind),
            style=style(), draft=not is_public(about), watermark=watermark(about),
            languages=list_languages(partial(first_page, about)),
            groups=_groups(identity, ranks, words),
            citation=identity.citation(lang),
        )  # fmt: skip
        aside = folder / f".{first_page(about, lang)}"
        aside.write_text(page, encoding="utf-8", newline="\n")
        aside.replace(folder / first_page(about, lang))
    for stem in ("index", "draft"):
        if not first_page(about).startswith(stem):
            for left in folder.glob(f"{stem}*.html"):
                left.unlink()


def _groups(identity: Identity, ranks: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    """Categories in their order with their bodies by name."""
    data, year = identity.data, identity.edition.edition_year
    here = data.organisations[data.organisations["edition_year"] == year]
    names = name_rows(here, "organisation_id", words.lang)
    titles = name_rows(data.categories, "id", words.lang)
    groups = []
    for category in data.categories.sort_values("order")["id"]:
        bodies = [_entry(row, names, identity, words)
                  for row in each_row(ranks[ranks["category"] == category])]  # fmt: skip
        bodies.sort(key=lambda body: collation_key(body["name"]))
        if bodies:
            groups.append({"title": titles[category], "bodies": bodies})
    return groups


def _entry(row: Any, names: dict[str, str], identity: Identity, words: Words) -> dict[str, str]:
    """A body with the link to its profile and, in a final report, its place and score."""
    about, body = identity.data.about, str(row.organisation_id)
    file = f"{body}/{first_page(about, words.lang)}"
    told = _tell_place(row, int(about["decimals"]), words) if is_public(about) else ""
    return {"name": names[body], "file": file, "told": told}


def _tell_place(row: Any, decimals: int, words: Words) -> str:
    """Place and score of a body, as far as it has them."""
    if pd.isna(row.score_percent):
        return words.say("profiles.no_score")
    score = words.number(row.score_percent, decimals)
    if pd.isna(row.rank):
        return words.say("profiles.no_place", score=score)
    rank, ranked = words.number(row.rank), words.number(row.ranked)
    return words.say("profiles.place", score=score, rank=rank, ranked=ranked)
