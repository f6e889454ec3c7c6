"""The change between two editions told in one screen of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from asan_analysis.analysis.decomposition import PARTS
from asan_analysis.data.contracts import CATEGORY_ALL
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.tables import each_row
from asan_analysis.refusals import Overview
from asan_analysis.report.explain import cut
from asan_analysis.report.words import Words

_NAME = 34
_WIDTH = 11
_MOVES = 3


def tell_change(
    split: pd.DataFrame, firm: Overview, data: Dataset, words: Words, *, body: str | None = None
) -> list[str]:
    """The causes of a change by category, or by part for one body, and how firm the moves are.

    Parameters
    ----------
    split : DataFrame
        From `decompose_parts`.
    firm : Overview
        From `list_moves`.
    data : Dataset
        Its kind and decimals are told.
    words : Words
        The language and the names of the dataset.
    body : str, optional
        The organisation to tell of; the field and its categories where left out.

    Returns
    -------
    list of str
        Lines.
    """
    decimals = int(data.about["decimals"])
    root = split["node_id"].iloc[0]
    if body is None:
        rows = split[(split["node_id"] == root) & (split["level"] != "organisation")]
        names = [words.name(unit) for unit in rows["unit_id"]]
    else:
        rows = split[(split["level"] == "organisation") & (split["unit_id"] == body)]
        names = [words.say("explain.all") if node == root else words.short(node)
                 for node in rows["node_id"]]  # fmt: skip
    moved = _moves(firm, words, decimals, body)
    return [
        f"{words.say(f'kind.{data.kind}')}: {words.say(f'kind.{data.kind}.means')}",
        _head(rows.iloc[0], words, decimals, body),
        "",
        *_rows(rows, names, words, decimals),
        "",
        words.say("compare.means" if body is None else "compare.parts"),
        *(["", *moved] if moved else []),
    ]


def _head(row: pd.Series[Any], words: Words, decimals: int, body: str | None) -> str:
    """The score before and now, and the services."""
    return words.say(
        "compare.head", unit=words.name(CATEGORY_ALL if body is None else body),
        before=words.number(row["score_before"], decimals),
        after=words.number(row["score_after"], decimals),
        **{name: words.number(row[name]) for name in ("stayed", "entered", "left")},
    )  # fmt: skip


def _rows(rows: pd.DataFrame, names: Sequence[str], words: Words, decimals: int) -> list[str]:
    """The causes, a line for each unit or part; what has no parts says its state."""
    heads = [words.column(column) for column in ("change", *PARTS)]
    lines = [_line("", heads)]
    for name, row in zip(names, each_row(rows), strict=True):
        if pd.isna(row.improvement):
            lines.append(f"{cut(name, _NAME):<{_NAME}}  {words.name(row.state)}")
            continue
        lines.append(_line(name, [words.number(getattr(row, column), decimals, sign=True)
                                  for column in ("change", *PARTS)]))  # fmt: skip
    return lines


def _line(name: str, cells: Sequence[str]) -> str:
    told = "".join(f"{cell:>{max(_WIDTH, len(cell) + 1)}}" for cell in cells)
    return f"{cut(name, _NAME):<{_NAME}}{told}"


def _moves(firm: Overview, words: Words, decimals: int, body: str | None) -> list[str]:
    """The interval of the body, or of the bodies that moved most; nothing where none is known."""
    if firm.refused is not None:
        return [words.say("firm_moves.sentence.nothing",
                          reason=words.say(f"refused.{firm.refused.code}"))]  # fmt: skip
    known = firm.table[firm.table["low"].notna()].sort_values("change", ascending=False)
    if body is None:
        shown = pd.concat([known.head(_MOVES), known.tail(_MOVES)]).drop_duplicates()
    else:
        shown = known[known["organisation_id"] == body]
    lines = [words.say("compare.moves")] if len(shown) else []
    for row in each_row(shown):
        change, low, high = (words.number(one, decimals, sign=True)
                             for one in (row.change, row.low, row.high))  # fmt: skip
        firmly = words.say("compare.firm" if row.firm else "compare.loose")
        name = cut(words.name(row.organisation_id), _NAME + 8)
        lines.append(f"  {name:<{_NAME + 8}}{change:>8}  ({low} .. {high})  {firmly}")
    return lines
