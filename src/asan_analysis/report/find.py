"""The services that meet some words, told in one screen of text."""

from __future__ import annotations

import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.data.tables import each_row
from asan_analysis.report.explain import cut
from asan_analysis.report.words import Words

_SERVICE, _BODY, _SCORE = 54, 30, 5


def tell_services(
    found: pd.DataFrame, asked: str, data: Dataset, edition: Edition, words: Words, *, last: bool
) -> list[str]:
    """The kind of the data, the edition, and a line for each service that was found.

    A service shows the name that met the words, whatever the language of the rest.

    Parameters
    ----------
    found : DataFrame
        From `find_services`.
    asked : str
        The words of the query.
    data : Dataset
        One edition; its bodies and the number of its services are told.
    edition : Edition
        Its label is told.
    words : Words
        The language.
    last : bool
        Whether the edition was taken because none was asked for.

    Returns
    -------
    list of str
        Lines of at most 100 characters and the id.
    """
    label = edition.label_az if words.lang == "az" else edition.label_en
    head = [
        f"{words.say(f'kind.{data.kind}')}: {words.say(f'find.{data.kind}')}",
        words.say("find.last" if last else "find.edition", edition=label,
                  dataset=data.dataset_id, services=words.number(len(data.services))),
        "",
    ]  # fmt: skip
    if found.empty:
        return [*head, words.say("find.nothing", words=cut(asked, 60))]
    bodies = data.organisations.set_index("organisation_id")[f"name_{words.lang}"]
    service, body = words.column("service_id"), words.column("organisation_id")
    lines = [_line(words.say("find.score"), service, body, words.say("find.id"))]
    for row in each_row(found):
        name = row.name_az if row.lang == "az" else row.name_en
        body = str(bodies[row.organisation_id])
        lines.append(_line(words.number(row.score), str(name), body, row.service_id))
    return [*head, *lines]


def _line(score: str, service: str, body: str, identifier: str) -> str:
    short, owner = cut(service, _SERVICE), cut(body, _BODY)
    return f"{score:>{_SCORE}}  {short:<{_SERVICE}}  {owner:<{_BODY}}  {identifier}"
