"""What a method says of data it cannot answer for: why, as a code and as a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd

from asan_analysis.errors import ParameterError


class Refusal(ParameterError):
    """Data or rules that a method cannot answer for; the call itself is right.

    `code` names the reason: `refused.<code>` in `report/texts.toml` says it in both languages.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Overview(NamedTuple):
    """A table, and why it is empty where it is."""

    table: pd.DataFrame
    refused: Refusal | None


def ask_table(method: Callable[[], pd.DataFrame], columns: Iterable[str]) -> Overview:
    """The table of a method; one that is refused or has no rows says why and keeps its columns."""
    try:
        table = method()
        if table.empty:
            raise Refusal("nothing is scored; take an edition with answers", code="no_scores")
    except Refusal as refused:
        return Overview(no_rows(columns), refused)
    return Overview(table, None)


def no_rows(columns: Iterable[str]) -> pd.DataFrame:
    """A table with columns and nothing in it."""
    return pd.DataFrame(columns=list(columns))
