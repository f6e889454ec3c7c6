"""Status and value of an answer from the cells of a person: words, numbers, percentages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.forms.cells import Known, Percent, Raw, Read, Word, read_cell

_SAME = {"yes": "scored", "no": "scored"}


class Scale(NamedTuple):
    """What yes and no are worth at an item; `share` says that values lie from 0 to 1."""

    no: float
    yes: float
    share: bool = True
    words: bool = True


class Answer(NamedTuple):
    """An answer, and what is told of its two cells: the column, and the reading."""

    status: str | None
    value: float | None
    told: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, Read], ...] = ()


SHARE = Scale(0.0, 1.0)


def list_scales(framework: pd.DataFrame, rules: Mapping[str, Any]) -> dict[str, Scale]:
    """What yes and no are worth at each item of a framework.

    An item without normalisation and bounds is a share: 0 and 1. A measured item with both bounds
    and direction 1 takes its bounds; any other measured item takes no word.
    """
    inner = set(framework["parent_id"].dropna())
    scales = {}
    for row in framework.to_dict("records"):
        if row["node_id"] in inner or not isinstance(row["node_id"], str):
            continue
        low, high = _number(row.get("lower")), _number(row.get("upper"))
        how = row.get("normalisation")
        how = how if isinstance(how, str) and how else str(rules.get("normalisation", "none"))
        if how == "none" and low is None and high is None:
            scales[row["node_id"]] = SHARE
        elif low is not None and high is not None and _number(row.get("direction")) in (1.0, None):
            scales[row["node_id"]] = Scale(low, high, share=False)
        else:
            scales[row["node_id"]] = Scale(0.0, 0.0, share=False, words=False)
    return scales


def _number(cell: Any) -> float | None:
    return None if cell is None or pd.isna(cell) else float(cell)


def read_answer(status: Raw | None, value: Raw | None, scale: Scale, *, wide: bool) -> Answer:
    """One answer from its two cells; in a wide sheet from the one cell that stands for both."""
    nothing = Known()
    first, second = read_cell(status, "status", nothing), read_cell(value, "answer", nothing)
    told = [(name, one.told) for name, one in (("status", first), ("value", second)) if one.told]
    wrong = [(name, one) for name, one in (("status", first), ("value", second)) if one.rule]
    if wrong:
        return Answer(None, None, (), tuple(wrong))
    state = first.value.word if isinstance(first.value, Word) else None
    got = second.value
    if isinstance(got, Percent):
        if not scale.share:
            rule = "is a percentage of a measured item"
            return _refuse("value", Read(rule=rule, remedy="write the number in its own unit"))
        got = got.share
    word = got.word if isinstance(got, Word) else None
    if state is None and got is None:
        return Answer(None, None, tuple(told))
    if state is None:
        state = word or "scored"
        if not wide:
            told.append(("status", "status_of_value"))
        got = None if word else got
    elif word is not None:
        same = state in (word, _SAME.get(word))
        if not same:
            return _contradiction(state)
        state, got = word, None
    if state not in ("yes", "no"):
        return Answer(state, got, tuple(told))
    if not scale.words:
        column = "status" if status is not None else "value"
        rule = "is a word and the item is measured"
        return _refuse(column, Read(rule=rule, remedy="write scored and the measured number"))
    worth = scale.yes if state == "yes" else scale.no
    if got is not None and got != worth:
        return _contradiction(state)
    if not scale.share:
        told.append(("status" if status is not None else "value", "yes_of_bounds"))
    return Answer("scored", worth, tuple(told))


def _refuse(column: str, read: Read) -> Answer:
    return Answer(None, None, (), ((column, read),))


def _contradiction(state: str) -> Answer:
    rule = f"contradicts the status, which says {state}"
    return _refuse("value", Read(rule=rule, remedy="correct one of the two cells"))
