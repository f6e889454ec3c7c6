"""The sheets of a workbook and their columns: one description for the writer and the reader."""

from __future__ import annotations

from typing import NamedTuple

from asan_analysis.data import contracts
from asan_analysis.data.tables import Contract
from asan_analysis.forms.texts import SHEETS

ABOUT_KEYS = (
    "id", "title_az", "title_en", "kind", "status", "publisher", "licence", "citation",
    "decimals", "places", "min_services",
)  # fmt: skip
IGNORED = ("instructions", "lists", "faults", "decisions")
_READINGS = {
    **dict.fromkeys(
        (
            "organisation_id",
            "service_id",
            "item_id",
            "node_id",
            "parent_id",
            "file",
            "key",
            "id",
            "framework",
            "rules",
            "unit_id",
            "scope",
            "assumption_id",
            "evaluator_id",
            "aggregation",
            "normalisation",
            "denominator",
            "level",
            "unknown",
        ),
        "code",
    ),
    **dict.fromkeys(("order", "direction", "rank", "decimals"), "integer"),
    **dict.fromkeys(("weight", "lower", "upper", "score_percent"), "number"),
    **dict.fromkeys(("log", "cap", "active"), "yes_no"),
    "new_status": "status",
    "new_value": "answer",
    "edition_year": "edition",
    "category": "category",
    "status": "status",
    "value": "answer",
}
_WIDTHS = {
    "text": 34,
    "code": 20,
    "status": 20,
    "category": 20,
    "body": 25,
    "literal": 40,
    "edition": 18,
    "direction": 18,
    "meaning": 60,
}
_LISTS = {"category": "categories.id", "organisation_id": "bodies.organisation_id",
          "service_id": "services.service_id", "item_id": "framework.node_id",
          "status": "lists.status"}  # fmt: skip


class Field(NamedTuple):
    """A column of a sheet: how its cells are read, its width, the list its cells choose from.

    `reading` is one of text, code, integer, number, edition, category, body, yes_no,
    status, answer, literal. `choices` is `sheet.column` or empty. `filled` tells that every row
    has a value; a column may be needed and have empty cells.
    """

    name: str
    reading: str
    width: int
    needed: bool
    choices: str = ""
    filled: bool = False


class Plan(NamedTuple):
    """A sheet: the file of the dataset it stands for, the key of its rows, its columns."""

    key: str
    file: str
    unique: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        """The name of the sheet."""
        return SHEETS[self.key]["name"]

    def field(self, name: str) -> Field:
        """A column by name; one that is not described is carried along as text."""
        found = [one for one in self.fields if one.name == name]
        return found[0] if found else Field(name, "text", 22, False)


def _field(sheet: str, name: str, needed: bool, filled: bool) -> Field:
    reading = _READINGS.get(name, "text")
    if sheet in ("about", "rules") and name == "value":
        reading = "literal"
    elif (sheet, name) == ("services", "organisation_id"):
        reading = "body"
    elif sheet == "assumptions" and name in ("value", "key"):
        reading = "text"
    choices = _LISTS.get(name, "")
    if choices.partition(".")[0] == sheet:
        choices = ""
    width = _WIDTHS.get(name, _WIDTHS.get(reading, 13))
    return Field(name, reading, width, needed, choices, filled)


def _plan(
    sheet: str, file: str, columns: dict[str, bool], unique: tuple[str, ...],
    empty: frozenset[str] = frozenset(),
) -> Plan:  # fmt: skip
    fields = tuple(_field(sheet, name, needed, needed and name not in empty)
                   for name, needed in columns.items())  # fmt: skip
    return Plan(sheet, file, unique, fields)


def _of_contract(
    sheet: str, file: str, contract: Contract, *, first: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> Plan:  # fmt: skip
    columns = dict.fromkeys(first, True)
    columns |= {name: not column.optional for name, column in contract.columns.items()}
    columns |= dict.fromkeys(more, False)
    empty = frozenset(name for name, column in contract.columns.items() if column.empty)
    return _plan(sheet, file, columns, contract.key, empty)


_TITLES = ("id", "title_az", "title_en", "order")
PLANS = {
    plan.key: plan
    for plan in (
        _plan("about", "dataset.toml", {"key": True, "value": True, "meaning": False}, ("key",)),
        _plan("categories", "dataset.toml", dict.fromkeys(_TITLES, True), ("id",)),
        _of_contract("editions", "editions.csv", contracts.EDITIONS),
        _plan("rules", "rules", dict.fromkeys(("file", "key", "value"), True), ("file", "key")),
        _of_contract("framework", "framework", contracts.FRAMEWORK, first=("file",),
                     more=("name_az", "name_en", "guidance_az", "guidance_en")),
        _of_contract("bodies", "organisations.csv", contracts.ORGANISATIONS),
        _of_contract("services", "services.csv", contracts.SERVICES),
        _of_contract("answers", "assessments.parquet", contracts.ASSESSMENTS),
        _of_contract("announced", "announced.csv", contracts.ANNOUNCED),
        _of_contract("assumptions", "assumptions.csv", contracts.ASSUMPTIONS),
        _of_contract("evaluations", "evaluations.parquet", contracts.EVALUATIONS),
    )
}  # fmt: skip
_DECIDED = ("service_id", "item_id", "status", "value", "objection", "new_evidence", "decision",
            "new_status", "new_value")  # fmt: skip
_SHOWN = ("service_az", "item_az", "item_en", "guidance_az", "reason", "evidence")
DECISIONS = _plan("decisions", "", dict.fromkeys(_DECIDED, True) | dict.fromkeys(_SHOWN, False),
                  ("service_id", "item_id"))  # fmt: skip
NEEDED = ("about", "categories", "editions", "rules", "framework", "bodies", "services")
