"""An export that comes back with decisions: what changes, and a new dataset."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.data.contracts import CODE
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.tables import each_row, write_csv
from asan_analysis.drivers.accounts import rank_edition
from asan_analysis.errors import ParameterError
from asan_analysis.forms.answers import list_scales
from asan_analysis.forms.bases import tables_of
from asan_analysis.forms.checking import examine_tables
from asan_analysis.forms.faults import Report
from asan_analysis.forms.folders import check_target, write_whole
from asan_analysis.forms.grids import Grid, read_grids
from asan_analysis.forms.headers import find_plan
from asan_analysis.forms.importing import refuse_workbooks
from asan_analysis.forms.layout import DECISIONS
from asan_analysis.forms.objections import KEY as _KEY
from asan_analysis.forms.objections import check_facts, read_rows, say
from asan_analysis.index.method import find_method

CHANGES, PLACES = "decided_answers.csv", "decided_places.csv"
_SHOWN = 20


class Decided(NamedTuple):
    """What the decisions of one body change.

    `answers`: service_id, item_id, status_before, value_before, status_after, value_after,
    decision; the changed ones only. `places`: organisation_id, category, score_before,
    score_after, rank_before, rank_after, rank_all_before, rank_all_after of the body and of every
    body whose score or place changes. `kind`: kind and state of the data, as `synthetic, draft`.
    """

    folder: Path
    organisation_id: str
    answers: pd.DataFrame
    places: pd.DataFrame
    kind: str

    def tell(self) -> list[str]:
        """The result as text, a line each."""
        lines = [f"{self.folder}: {len(self.answers)} changed answers of {self.organisation_id}",
                 f"  data: {self.kind}"]  # fmt: skip
        for row in list(each_row(self.answers))[:_SHOWN]:
            before = say(row.status_before, row.value_before)
            after = say(row.status_after, row.value_after)
            lines.append(f"  {row.service_id} {row.item_id}: {before} -> {after}")
        if len(self.answers) > _SHOWN:
            lines.append(f"  and {len(self.answers) - _SHOWN} more in {CHANGES}")
        for row in each_row(self.places):
            lines.append(
                f"  {row.organisation_id} ({row.category}): score {_digits(row.score_before)} -> "
                f"{_digits(row.score_after)}, place {_place(row.rank_before)} -> "
                f"{_place(row.rank_after)}, of all {_place(row.rank_all_before)} -> "
                f"{_place(row.rank_all_after)}"
            )
        return lines


def _digits(score: Any) -> str:
    return "none" if pd.isna(score) else f"{score:.4f}"


def _place(rank: Any) -> str:
    return "none" if pd.isna(rank) else f"{rank:g}"


def import_decisions(source: Path, data: Dataset, year: int, to: Path) -> Decided:
    """Take the decisions of an export into a new dataset; the old one stays as it is.

    A row with a new status or a new value is a changed answer. Objection, decision and new
    evidence are kept with their answer; new evidence is added behind the evidence there is. The
    new dataset has the name of its folder as its id, and holds `decided_answers.csv` and
    `decided_places.csv`.

    Parameters
    ----------
    source : Path
        A workbook of `write_export`, filled.
    data : Dataset
        The dataset that the export was written from, all editions.
    year : int
        The edition of the export.
    to : Path
        The folder to make; its name is a code.

    Raises
    ------
    DataError
        Any fault: an answer that the dataset does not have or that is another one than the export
        shows, words and numbers that cannot be read, an export of another dataset or edition.
    ParameterError
        The folder exists or its name is no code; the workbook is no export.
    """
    check_target(to)
    if not re.fullmatch(CODE, to.name) or "." in to.name:
        raise ParameterError(f"--to {to}: the name becomes the id of the dataset; "
                             "use ascii letters, digits, '_' and '-'")  # fmt: skip
    grid = _find_grid(read_grids(source), source)
    report = Report()
    one, edition = select_edition(data, year)
    body = check_facts(grid, source.name, data, year, report)
    scales = list_scales(one.frameworks[edition.framework], data.rules[edition.rules])
    rows = read_rows(grid, source.name, one, scales, report)
    if report.faults:
        raise refuse_workbooks(source, [source], report.unique())
    after = _apply(data, year, rows)
    after = replace(after, about={**data.about, "id": to.name})
    answers = _list_changes(rows)
    places = compare_places(one, select_edition(after, year)[0], edition, body)

    def write(aside: Path) -> bool:
        if examine_tables(aside, tables_of(after), report) is None:
            return False
        write_csv(answers, aside / CHANGES)
        write_csv(places, aside / PLACES)
        return True

    if not write_whole(to, write):
        raise refuse_workbooks(source, [source], report.unique())
    return Decided(to, body, answers, places, f"{data.kind}, {data.about['status']}")


def _find_grid(grids: Sequence[Grid], source: Path) -> Grid:
    for grid in grids:
        if find_plan(grid, source.name, Report()) == "decisions":
            return grid
    raise ParameterError(f"{source.name}: has no sheet {DECISIONS.name}; `export` writes one")


def _apply(data: Dataset, year: int, rows: pd.DataFrame) -> Dataset:
    """The dataset with the decided answers, and with what was written about them."""
    table = data.assessments.reset_index(drop=True)
    place = pd.MultiIndex.from_frame(table[["edition_year", *_KEY]].astype(object))
    keys = pd.MultiIndex.from_arrays([[year] * len(rows), rows["service_id"], rows["item_id"]])
    at = place.get_indexer(keys)
    changed = rows["new_status"].notna().to_numpy()
    columns: dict[str, list[str | None]] = {
        name: [one if isinstance(one, str) else None for one in table[name]]
        if name in table else [None] * len(table)
        for name in ("objection", "decision", "evidence")
    }  # fmt: skip
    status = table["status"].astype(object).to_numpy().copy()
    value = table["value"].to_numpy(dtype="float64").copy()
    status[at[changed]] = rows.loc[changed, "new_status"]
    value[at[changed]] = rows.loc[changed, "new_value"]
    for row, number in zip(each_row(rows), at.tolist(), strict=True):
        for name in ("objection", "decision"):
            columns[name][number] = getattr(row, name) or columns[name][number]
        if row.new_evidence:
            there = columns["evidence"][number]
            columns["evidence"][number] = (
                f"{there}; {row.new_evidence}" if there else row.new_evidence
            )
    told = {name: pd.Series(one, dtype="str") for name, one in columns.items()
            if name in table or any(text is not None for text in one)}  # fmt: skip
    return replace(data, assessments=table.assign(
        status=pd.Series(status, dtype="str"), value=value, **told))  # fmt: skip


def _list_changes(rows: pd.DataFrame) -> pd.DataFrame:
    """The answers that are others than before."""
    same = (rows["new_status"] == rows["status"]) & (
        (rows["new_value"] == rows["value"]) | (rows["new_value"].isna() & rows["value"].isna())
    )
    table = rows[rows["new_status"].notna() & ~same].rename(columns={
        "status": "status_before", "value": "value_before",
        "new_status": "status_after", "new_value": "value_after"})  # fmt: skip
    columns = [*_KEY, "status_before", "value_before", "status_after", "value_after", "decision"]
    return table[columns].reset_index(drop=True)


def compare_places(before: Dataset, after: Dataset, edition: Any, body: str) -> pd.DataFrame:
    """Scores and places before and after, of a body and of all whose score or place changes.

    Parameters
    ----------
    before, after : Dataset
        One edition under one method.

    Returns
    -------
    DataFrame
        The body first, then the others by place. Columns as `Decided.places`; scores in percent at
        full precision.
    """
    tree, rules = find_method(before, edition)
    columns = {"score_percent": "score", "rank": "rank", "rank_all": "rank_all"}
    sides = [
        rank_edition(one, tree, rules)[["organisation_id", "category", *columns]].rename(
            columns={old: f"{new}_{when}" for old, new in columns.items()}
        )
        for one, when in ((before, "before"), (after, "after"))
    ]
    table = sides[0].merge(sides[1], on=["organisation_id", "category"], validate="one_to_one")
    moved = pd.Series(False, index=table.index)
    for name in columns.values():
        old, new = (table[f"{name}_{when}"].astype("float64") for when in ("before", "after"))
        moved |= (old != new) & ~(old.isna() & new.isna())
    own = table["organisation_id"] == body
    order = [f"{name}_{when}" for name in columns.values() for when in ("before", "after")]
    table = pd.concat([table[own], table[moved & ~own].sort_values("rank_all_after")])
    return table[["organisation_id", "category", *order]].reset_index(drop=True)
