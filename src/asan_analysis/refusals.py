"""What a method says of data it cannot answer for: why, as a code and as a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.errors import ParameterError


class Refusal(ParameterError):
    """Data or rules that a method cannot answer for; the call itself is right.

    `code` names the reason: `refused.<code>` in `report/az.po` says it in both languages.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        """How another process is sent it: a plain copy would leave out the code."""
        return partial(type(self), code=self.code), self.args


class Overview(NamedTuple):
    """A table, and why it is empty where it is."""

    table: pd.DataFrame
    refused: Refusal | None


def ask(method: Callable[[], pd.DataFrame], columns: Iterable[str]) -> Overview:
    """The table of a method, without rows where there are none; a refusal says why."""
    try:
        return Overview(method(), None)
    except Refusal as refused:
        return Overview(no_rows(columns), refused)


def ask_table(method: Callable[[], pd.DataFrame], columns: Iterable[str]) -> Overview:
    """The table of a method; one that is refused or has no rows says why and keeps its columns."""
    found = ask(method, columns)
    if found.refused is None and found.table.empty:
        nothing = Refusal("nothing is scored; take an edition with answers", code="no_scores")
        return Overview(no_rows(columns), nothing)
    return found


def no_rows(columns: Iterable[str]) -> pd.DataFrame:
    """A table with columns and nothing in it."""
    return pd.DataFrame(columns=list(columns))
