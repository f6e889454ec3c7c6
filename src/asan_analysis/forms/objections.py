"""The rows of an export that came back: objections, decisions, new answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.tables import each_row
from asan_analysis.forms.answers import SHARE, Answer, Scale, read_answer
from asan_analysis.forms.cells import Known, Raw, read_cell, show, suggest
from asan_analysis.forms.faults import Fault, Report
from asan_analysis.forms.grids import Grid
from asan_analysis.forms.headers import Header, find_header
from asan_analysis.forms.layout import DECISIONS

KEY = ["service_id", "item_id"]


def check_facts(grid: Grid, file: str, data: Dataset, year: int, report: Report) -> str:
    """Dataset and edition above the table are those given; the id of the body."""
    given = {"Dataset": data.dataset_id, "Edition": str(year)}
    body = ""
    for number, cells in grid.rows[:10]:
        name = show(cells.get(1)).rpartition(" / ")[2]
        cell, value = f"C{number}", show(cells.get(3)).strip()
        if name == "Body":
            body = value
        elif name in given and value != given[name]:
            rule = f"is not the {name.lower()} that is decided, which is {given[name]}"
            report.faults.append(Fault(file, grid.name, cell, value, rule,
                                       "give --dataset and --year of the export"))  # fmt: skip
    known = set(
        data.organisations.loc[data.organisations["edition_year"] == year, "organisation_id"]
    )
    if body not in known:
        report.faults.append(
            Fault(
                file,
                grid.name,
                "",
                body,
                "is no body of the edition",
                "keep the rows above the table",
                suggest(body, sorted(known)),
            )
        )
    return body


def read_rows(
    grid: Grid, file: str, one: Dataset, scales: Mapping[str, Scale], report: Report
) -> pd.DataFrame:
    """The answers of the export that have something new, checked against the dataset.

    Columns service_id, item_id, status, value (as they are), new_status, new_value (as decided;
    missing where the answer stays), objection, decision, new_evidence.
    """
    header = find_header(grid, DECISIONS, file, report, {})
    if header is None:
        return pd.DataFrame()
    missing = [field.name for field in DECISIONS.fields
               if field.needed and field.name not in header.columns.values()]  # fmt: skip
    for name in missing:
        report.faults.append(Fault(file, grid.name, f"A{header.last}", "", f"has no column {name}",
                                   "keep the columns of the export"))  # fmt: skip
    if missing:
        return pd.DataFrame()
    answers: dict[Any, Any] = {
        (row.service_id, row.item_id): {"status": row.status, "value": row.value}
        for row in each_row(one.assessments)
    }
    reader = _Reader(file, grid, header, answers, scales, report)
    rows = [row for number, cells in grid.rows if number > header.last
            if (row := reader.read(number, cells))]  # fmt: skip
    columns = [
        *KEY,
        "status",
        "value",
        "new_status",
        "new_value",
        "objection",
        "decision",
        "new_evidence",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"value": "float64", "new_value": "float64"})


class _Reader:
    """Reads the rows of one export; what it tells joins the report."""

    def __init__(
        self, file: str, grid: Grid, header: Header, answers: Mapping[Any, Mapping[str, Any]],
        scales: Mapping[str, Scale], report: Report,
    ) -> None:  # fmt: skip
        self.file, self.grid, self.answers = file, grid, answers
        self.scales, self.report = scales, report
        self.places = {name: number for number, name in header.columns.items()}
        self.seen: set[tuple[Any, Any]] = set()

    def tell(self, number: int, column: str, raw: Raw | None, rule: str, remedy: str,
             suggestion: str = "") -> None:  # fmt: skip
        """A fault of one cell."""
        cell = f"{get_column_letter(self.places[column])}{number}"
        self.report.faults.append(
            Fault(self.file, self.grid.name, cell, show(raw), rule, remedy, suggestion)
        )

    def read(self, number: int, cells: Mapping[int, Raw]) -> tuple[Any, ...] | None:
        """A row that has something new; none where it has not, or is at fault."""
        raw = {name: cells.get(place) for name, place in self.places.items()}
        if not any(raw.values()):
            return None
        texts = {}
        for name in (*KEY, "objection", "decision", "new_evidence"):
            read = read_cell(raw[name], "code" if name in KEY else "text", Known())
            if read.rule:
                self.tell(number, name, raw[name], read.rule, read.remedy)
            texts[name] = read.value
        key = (texts["service_id"], texts["item_id"])
        if not self._is_known(number, raw, key):
            return None
        scale = self.scales.get(key[1], SHARE)
        old = self.answers[key]
        shown = read_answer(raw["status"], raw["value"], scale, wide=False)
        if shown.faults or not _is_same(shown, old):
            has = say(old["status"], old["value"])
            self.tell(number, "status", raw["status"], f"is not what the dataset has: {has}",
                      "export the answers again, or undo the change in this cell")  # fmt: skip
            return None
        new = read_answer(raw["new_status"], raw["new_value"], scale, wide=False)
        for name, read in new.faults:
            self.tell(
                number, f"new_{name}", raw[f"new_{name}"], read.rule, read.remedy, read.suggestion
            )
        self._check_value(number, raw, new, scale)
        if (
            not any(texts[name] for name in ("objection", "decision", "new_evidence"))
            and new.status is None
        ):
            return None
        value = np.nan if new.value is None else new.value
        return (*key, old["status"], old["value"], new.status, value,
                texts["objection"], texts["decision"], texts["new_evidence"])  # fmt: skip

    def _check_value(
        self, number: int, raw: Mapping[str, Raw | None], new: Answer, scale: Scale
    ) -> None:
        """A new value fits its status and, at a share, lies from 0 to 1."""
        if new.status == "scored" and new.value is None:
            self.tell(number, "new_value", None, "new_value is empty although scored", "write it")
        elif new.status not in ("scored", None) and new.value is not None:
            self.tell(
                number, "new_value", raw["new_value"], "stands although not scored", "empty it"
            )
        elif scale.share and new.value is not None and not 0 <= new.value <= 1:
            self.tell(number, "new_value", raw["new_value"], "is outside 0 to 1", "write a share")

    def _is_known(self, number: int, raw: Mapping[str, Raw | None], key: tuple[Any, Any]) -> bool:
        if key in self.seen:
            self.tell(number, "item_id", raw["item_id"], "stands twice", "keep one row")
        elif key not in self.answers:
            known = sorted({one[0] for one in self.answers})
            hint = "" if key[0] in known else suggest(str(key[0]), known)
            self.tell(
                number,
                "service_id",
                raw["service_id"],
                f"has no answer to {key[1]} in the dataset",
                "keep the rows of the export",
                hint,
            )
        else:
            self.seen.add(key)
            return True
        return False


def _is_same(shown: Answer, old: Mapping[str, Any]) -> bool:
    value = np.nan if shown.value is None else shown.value
    return shown.status == old["status"] and bool(
        value == old["value"] or (np.isnan(value) and pd.isna(old["value"]))
    )


def say(status: object, value: Any) -> str:
    """An answer in one word: its value, or its status."""
    return str(status) if pd.isna(value) else f"{value:g}"
