"""The answers of one body as a workbook, with places for objections and decisions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter import Workbook

from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.editions import Edition
from asan_analysis.errors import ParameterError
from asan_analysis.forms.layout import DECISIONS
from asan_analysis.forms.template import check_place
from asan_analysis.forms.texts import KINDS, SHEETS, WORDS, heading
from asan_analysis.forms.writing import CREATED, STATUS_WORDS, Exact, height_of, lines_of, set_print

COLUMNS = (
    "service_id", "service_az", "item_id", "item_az", "item_en", "guidance_az", "status", "value",
    "reason", "evidence", "objection", "new_evidence", "decision", "new_status", "new_value",
)  # fmt: skip
OPEN = ("objection", "new_evidence", "decision", "new_status", "new_value")
_WIDTHS = {"service_id": 12, "item_id": 10, "status": 18, "value": 9, "new_status": 18,
           "new_value": 9, "service_az": 26}  # fmt: skip
_LONG = ("service_az", "item_az", "item_en", "guidance_az", "status", "reason", "evidence")
_NOTE = (
    "Qurum “Etiraz” və “Yeni sübut” sütunlarını, qiymətləndirici “Qərar”, “Yeni cavab” və "
    "“Yeni qiymət” sütunlarını doldurur. Dəyişməyən cavab üçün yeni cavab boş qalır.",
    "The body fills Objection and New evidence, the evaluator Decision, New status and New value. "
    "An answer that stays has no new status.",
)


def write_export(data: Dataset, year: int, organisation_id: str, path: Path) -> int:
    """Write a body's own answers of one edition; the same answers give the same bytes.

    A row for each answer: service, item with its names and what counts, status, value, reason,
    evidence, and empty columns for objection, new evidence, decision, new status and new value.
    Only the empty columns are unlocked; the lock has no password. Kind and state of the data stand
    above the table.

    Returns
    -------
    int
        Number of answers.

    Raises
    ------
    ParameterError
        The body is not in the edition or has no answers there; a place that takes no file.
    UnknownEditionError
        No such edition.
    """
    check_place(path)
    one, edition = select_edition(data, year)
    bodies = {row["organisation_id"]: row for row in one.organisations.to_dict("records")}
    if organisation_id not in bodies:
        known = ", ".join(sorted(bodies))
        raise ParameterError(f"organisation {organisation_id!r} is not in {year}; known: {known}")
    rows = list_answers(one, edition, organisation_id)
    if rows.empty:
        raise ParameterError(f"organisation {organisation_id!r} has no answers in {year}")
    facts = _facts(data, edition, organisation_id, bodies[organisation_id])
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with Workbook(str(aside), {"in_memory": True, "strings_to_urls": False}) as book:
            book.set_properties({"title": f"{organisation_id} {year}", "created": CREATED})
            _write(book, facts, rows)
        aside.replace(path)
    except OSError as error:
        raise ParameterError(f"{path}: {error.strerror}; give a place that takes a file") from None
    finally:
        aside.unlink(missing_ok=True)
    return len(rows)


def list_answers(one: Dataset, edition: Edition, organisation_id: str) -> pd.DataFrame:
    """A body's answers in one edition with the names of services and items, columns `COLUMNS`.

    The status is the word that a person chooses from, as `qiymətləndirilib`.
    """
    own = one.services.loc[one.services["organisation_id"] == organisation_id]
    rows = one.assessments[one.assessments["service_id"].isin(own["service_id"])]
    nodes = one.frameworks[edition.framework]
    names = {"name_az": "item_az", "name_en": "item_en", "guidance_az": "guidance_az"}
    nodes = nodes.reindex(columns=["node_id", *names]).rename(columns=names)
    table = rows.merge(
        own[["service_id", "name_az"]].rename(columns={"name_az": "service_az"}),
        on="service_id",
        how="left",
        validate="many_to_one",
    ).merge(nodes, left_on="item_id", right_on="node_id", how="left", validate="many_to_one")
    table["status"] = table["status"].map(lambda one: WORDS[one][0])
    return table.drop(columns=list(OPEN), errors="ignore").reindex(columns=list(COLUMNS))


def _facts(
    data: Dataset, edition: Edition, organisation_id: str, body: Mapping[Any, Any]
) -> list[tuple[str, str]]:
    """What stands above the table: kind and state of the data first."""
    kind, state = str(data.kind), str(data.about["status"])
    return [
        ("Məlumatın növü / Kind", f"{KINDS[kind][1]} / {kind}; {KINDS[state][1]} / {state}"),
        ("Məlumat toplusu / Dataset", data.dataset_id),
        ("Mərhələ / Edition", str(edition.edition_year)),
        ("Qurum / Body", organisation_id),
        ("Ad / Name", f"{body['name_az']} / {body['name_en']}; {edition.label_az}"),
    ]


def _write(book: Any, facts: list[tuple[str, str]], rows: pd.DataFrame) -> None:
    plain = {"font_size": 10, "valign": "top", "text_wrap": True}
    head = book.add_format({**plain, "bold": True, "bg_color": "#e3edf5", "bottom": 2})
    fill = book.add_format({**plain, "bold": True, "bg_color": "#fdf0c8", "bottom": 2})
    bold = book.add_format({"bold": True, "font_size": 10})
    note = book.add_format({"font_size": 10})
    kind = book.add_format({"bold": True, "font_size": 12, "font_color": "#9c2b00"})
    shut, open_ = book.add_format(plain), book.add_format({**plain, "locked": False})
    page = book.add_worksheet(SHEETS["decisions"]["name"])
    for row, (name, text) in enumerate(facts):
        page.write_string(row, 0, name, bold)
        page.write_string(row, 2, text, note if row else kind)
    for row, text in enumerate(_NOTE, len(facts)):
        page.write_string(row, 0, text, note)
    top = len(facts) + len(_NOTE) + 1
    described = {field.name for field in DECISIONS.fields}
    for place, column in enumerate(COLUMNS):
        page.set_column(place, place, _WIDTHS.get(column, 30))
        page.write_string(top, place, heading(column, extra=column not in described),
                          fill if column in OPEN else head)  # fmt: skip
        look = open_ if column in OPEN else shut
        for row, value in enumerate(rows[column].tolist(), top + 1):
            if isinstance(value, str):
                page.write_string(row, place, value, look)
            elif value is not None and value == value:
                page.write_number(row, place, Exact(value), look)
            else:
                page.write_blank(row, place, None, look)
    headings = [(heading(one), _WIDTHS.get(one, 30)) for one in COLUMNS]
    page.set_row(top, height_of(headings))
    for row, texts in enumerate(zip(*(rows[one] for one in _LONG), strict=True), top + 1):
        told = {one: text for one, text in zip(_LONG, texts, strict=True) if isinstance(text, str)}
        count = max(lines_of(text, _WIDTHS.get(one, 30)) for one, text in told.items())
        if count > 1:
            page.set_row(row, min(13.5 * count + 2, 400))
    last = top + len(rows)
    choice = COLUMNS.index("new_status")
    page.data_validation(top + 1, choice, last, choice,
                         {"validate": "list", "source": STATUS_WORDS[:5] + STATUS_WORDS[6:9:2],
                          "error_type": "warning"})  # fmt: skip
    page.freeze_panes(top + 1, 1)
    page.repeat_rows(top)
    set_print(page, "; ".join(text for _, text in facts[:4]))
    page.autofilter(top, 0, last, len(COLUMNS) - 1)
    page.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    page.ignore_errors({"number_stored_as_text": f"A1:O{last + 1}"})
