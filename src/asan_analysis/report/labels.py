"""Names for the codes of a section: those of the published facts, or those of a dataset."""

from __future__ import annotations

import pandas as pd

from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.data.published import Published
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.parts import is_published
from asan_analysis.report.texts import CATEGORY_NAMES, texts_below
from asan_analysis.report.words import Words, name_rows

_GROUPS = (
    "level", "figure", "status", "status_of_level", "state", "basis", "covered", "flag", "relation",
    "remark", "scheme", "change", "model", "against",
)  # fmt: skip


def labels_of(
    section: str, data: Dataset, edition: Edition, facts: Published, lang: str
) -> dict[str, str]:
    """Labels by code for one section in one language.

    Parameters
    ----------
    section : str
        `announced` and `method` speak with the names of the published facts, every other one with
        the dataset's, so that a code of one kind of data never shows the name of another.
    data : Dataset
        Categories, services, organisations and editions that may be named.
    edition : Edition
        Its framework names the nodes.
    facts : Published
        Announced bodies and editions.
    lang : str
        `en` or `az`.

    Returns
    -------
    dict of str to str
        Code to label.
    """
    if is_published(section):
        return _published_names(facts, lang)
    own = _dataset_names(data, edition, lang)
    names = {**own, **_other_names(data, own, lang)}
    if section == "drivers":
        return {**names, **_driver_names(data, lang), **own}
    if section == "register":
        fields = {str(name): Words(lang).column(str(name)) for name in data.services}
        return {
            **names,
            **fields,
            **_texts_below("scope.", lang),
            **_texts_below("pair.", lang),
            **own,
        }
    if section == "forecast":
        for group in ("rule_of", "verdict", "basis_of"):
            names |= _texts_below(f"{group}.", lang)
    return names


def _driver_names(data: Dataset, lang: str) -> dict[str, str]:
    """Names of attributes and their values, of components, states of a list and refusals."""
    columns = ("category", "body_services", *map(str, data.services.columns))
    names = {column: Words(lang).column(column) for column in columns}
    for group in ("component", "value", "attribute_type", "attribute_test", "attribute_reason",
                  "plan", "refused"):  # fmt: skip
        names |= _texts_below(f"{group}.", lang)
    return names


def _published_names(facts: Published, lang: str) -> dict[str, str]:
    names = name_rows(facts.organisations, "organisation_id", lang)
    names |= name_rows(facts.editions, "edition_year", lang)
    groups: dict[str, str] = {}
    for group in ("choice", "fact", "kind", "disclosure"):
        groups |= _texts_below(f"{group}.", lang)
    return {**_words_of_categories(lang), **groups, **names}


def _words_of_categories(lang: str) -> dict[str, str]:
    return {code: names[LANGUAGES.index(lang)] for code, names in CATEGORY_NAMES.items()}


def _dataset_names(data: Dataset, edition: Edition, lang: str) -> dict[str, str]:
    """Names over all editions the dataset holds; those of the edition itself come last and win."""
    names = name_rows(data.categories, "id", lang)
    for file in [*data.frameworks, edition.framework]:
        framework = data.frameworks[file]
        names |= name_rows(framework, "node_id", lang)
        if f"short_{lang}" in framework:
            short = framework[framework[f"short_{lang}"].fillna("") != ""]
            names |= dict(zip(short["node_id"] + ".short", short[f"short_{lang}"], strict=True))
    for table, code in ((data.services, "service_id"), (data.organisations, "organisation_id")):
        now = table["edition_year"] == edition.edition_year
        names |= name_rows(table[~now], code, lang) | name_rows(table[now], code, lang)
    names |= _tell_apart(data.services[data.services["edition_year"] == edition.edition_year], lang)
    return names | name_rows(data.editions, "edition_year", lang)


def _other_names(data: Dataset, own: dict[str, str], lang: str) -> dict[str, str]:
    """Names of codes that are not the dataset's: choices, states, rules and what they vary."""
    names = {CATEGORY_ALL: Words(lang).column("all")}
    names |= {code: text for code, text in _texts_below("choice.", lang).items() if code not in own}
    names |= _factor_names(data, own, lang)
    for group in _GROUPS:
        names |= _texts_below(f"{group}.", lang)
    for key in list(_texts_below("rule.", lang)):
        names[f"rules.{key}"] = Words(lang).say(f"rule.{key}")
    return names


def _tell_apart(services: pd.DataFrame, lang: str) -> dict[str, str]:
    """Names with their id for the services of one organisation that share a name."""
    alike = services[services.duplicated(["organisation_id", f"name_{lang}"], keep=False)]
    named = name_rows(alike, "service_id", lang)
    return {code: f"{name} ({code})" for code, name in named.items()}


def _factor_names(data: Dataset, names: dict[str, str], lang: str) -> dict[str, str]:
    """Names of what an assumption can vary: rules, weights and means of nodes and of levels."""
    words = Words(lang, names)
    found = _texts_below("rule.", lang)
    for node in {str(node) for frame in data.frameworks.values() for node in frame["node_id"]}:
        found[f"weight:{node}"] = words.say("factor.weight", node=words.short(node))
        found[f"aggregation:{node}"] = words.say("factor.mean", node=words.short(node))
    for frame in data.frameworks.values():
        root = frame.loc[frame["parent_id"].isna(), "node_id"]
        for level in range(1, 10):
            found[f"weight:{level}"] = words.say("factor.weights", level=level)
            found[f"aggregation:{level}"] = words.say("factor.means", level=level)
        for node in root:
            found["aggregation:0"] = words.say("factor.mean", node=words.short(node))
    return found


def _texts_below(prefix: str, lang: str) -> dict[str, str]:
    return {key: text[LANGUAGES.index(lang)] for key, text in texts_below(prefix).items()}
