"""Editions of the index: their order, and finding one by its closing year."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.data.tables import each_row
from asan_analysis.errors import UnknownEditionError


class Edition(NamedTuple):
    """One edition, keyed by its closing year and placed by its order, never by the calendar."""

    edition_year: int
    label_az: str
    label_en: str
    order: int
    framework: str = ""
    rules: str = ""


def list_editions(editions: pd.DataFrame) -> list[Edition]:
    """The rows of an editions table as records, in their order."""
    columns = [column for column in Edition._fields if column in editions]
    rows = each_row(editions.sort_values("order")[columns])
    return [Edition(**{column: _plain(getattr(row, column)) for column in columns}) for row in rows]


def _plain(value: Any) -> Any:
    """A cell as an ordinary int or str."""
    return value if isinstance(value, str) else int(value)


def find_edition(year: int, editions: pd.DataFrame, *, of: str = "the dataset") -> Edition:
    """The edition that closed in `year`.

    Parameters
    ----------
    year : int
        Closing year: "2018-2019" is 2019.
    editions : DataFrame
        Columns edition_year, label_az, label_en, order and, in a dataset, framework and rules.
    of : str
        What holds the editions, for the message.

    Raises
    ------
    UnknownEditionError
        No edition closed in that year; the message lists those that did.
    """
    known = list_editions(editions)
    for edition in known:
        if edition.edition_year == year:
            return edition
    years = ", ".join(str(edition.edition_year) for edition in known)
    raise UnknownEditionError(f"edition {year} is not in {of}; known editions: {years}")


def previous_edition(edition: Edition, editions: pd.DataFrame) -> Edition | None:
    """The edition before this one in the order of the table; None before the first."""
    earlier = [other for other in list_editions(editions) if other.order < edition.order]
    return earlier[-1] if earlier else None


def find_baseline(edition: Edition, editions: pd.DataFrame, year: int) -> Edition | None:
    """The edition to compare with: that of `year`, or the one before where `year` is 0.

    Raises
    ------
    UnknownEditionError
        No edition closed in that year.
    """
    return find_edition(year, editions) if year else previous_edition(edition, editions)
