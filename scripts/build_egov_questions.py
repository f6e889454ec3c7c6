"""Rebuild data/egov_questions_2023 from the workbook of data/egov_benchmark_2023.

    python scripts/build_egov_questions.py [--output FOLDER]

The web address is the service here, and the 24 questions are its items. Reading and cleaning of
cells is that of `build_egov_benchmark.py`; only what this folder adds stands here.
The README page of the folder is written by hand and stays as it is.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import build_egov_benchmark as sister
import pyarrow as pa
from build_egov_benchmark import (
    EDITION,
    FRAMEWORK_COLUMNS,
    LIFE_EVENTS,
    PAGE,
    QUESTIONS,
    SHEET_3A,
    SHEET_3B,
    CellError,
    Row,
    Sheet,
    Tally,
)

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = DATA / "egov_questions_2023"
RAW = DATA / "egov_benchmark_2023" / "raw"

DATASET_TOML = (
    sister.DATASET_TOML.replace('"egov_benchmark_2023"', '"egov_questions_2023"')
    .replace("müqayisəsi, 2023", "müqayisəsi, 2023: sualların cavabları")
    .replace('"eGovernment Benchmark 2023"', '"eGovernment Benchmark 2023: answers to questions"')
)
RULES_TOML = """\
# The formulas of the service indicators were recovered from sheets 3a and 3b; see README.md.
aggregation = "arithmetic"
normalisation = "none"  # an answer is 1 (yes) or 0 (no)
range = [0, 100]
not_applicable = "exclude"
not_answered = "exclude"
roll_up = "mean"  # a country is the plain mean of its web addresses
"""


class Question(NamedTuple):
    """One node of the tree; an item where there is guidance."""

    node_id: str
    parent_id: str
    weight: int
    name_az: str
    name_en: str
    guidance_az: str = ""
    guidance_en: str = ""


NODES = [
    Question("0", "", 1, "Suallara görə bal", "Score of the questions"),
    Question("1", "0", 1, "Onlayn əlçatanlıq", "Online availability"),
    Question("A1", "1", 1, "Məlumat onlayn əlçatandırmı?", "Information available online?",
             "Xidmət haqqında məlumat saytda var.",
             "The site holds information on the service."),
    Question("A2", "1", 2, "Xidmət onlayn əlçatandırmı?", "Service available online?",
             "Xidmətin özünü saytda almaq mümkündür.",
             "The service itself can be obtained on the site."),
    Question("A3", "1", 1, "Portal vasitəsilə tapılırmı?", "Available through portal?",
             "Xidmət və ya məlumat portaldan keçməklə tapılır.",
             "The service or the information on it is found by way of a portal."),
    Question("A4", "1", 0, "Başlıq məzmunu təsvir edirmi?", "Descriptive title?",
             "Səhifənin başlığı səhifədə nə olduğunu deyir. 2022-ci ildən verilir.",
             "The title of the page says what the page holds. Asked from 2022 on."),
    Question("A5", "1", 0, "Naviqasiya yolu göstərilirmi?", "Breadcrumbs?",
             "Səhifədə onun saytdakı yeri yol kimi göstərilir. 2022-ci ildən verilir.",
             "The page shows the path to its place on the site. Asked from 2022 on."),
    Question("2", "0", 1, "Xidmət göstərilməsinin şəffaflığı", "Transparency of service delivery"),
    Question("C1", "2", 1, "Tamamlanma barədə bildiriş verilirmi?", "Delivery notice completion?",
             "Müraciət tamamlananda istifadəçi bildiriş alır.",
             "The user gets a notice when the application is complete."),
    Question("C2", "2", 1, "Gedişat izlənilirmi?", "Is progress tracked?",
             "İstifadəçi müraciətin hansı mərhələdə olduğunu görür.",
             "The user sees at which stage the application stands."),
    Question("C3", "2", 1, "Qaralama kimi saxlamaq olurmu?", "Save as draft?",
             "Yarımçıq müraciəti saxlayıb sonra davam etdirmək mümkündür.",
             "An unfinished application can be saved and taken up again later."),
    Question("C4", "2", 1, "Prosesin müddəti əvvəlcədən deyilirmi?",
             "Expectations duration process?",
             "Müraciətin nə qədər vaxt aparacağı əvvəlcədən deyilir.",
             "It is said beforehand how long the process takes."),
    Question("C5", "2", 1, "Göstərilmə müddəti aydındırmı?", "Delivery timelines clear?",
             "Xidmətin nə vaxt göstəriləcəyi aydın yazılıb.",
             "It is clearly written when the service is delivered."),
    Question("C6", "2", 1, "Son müddət müəyyən edilibmi?", "Maximum time limit delivery?",
             "Xidmətin ən gec nə vaxt göstərilməli olduğu yazılıb.",
             "The longest time within which the service must be delivered is written."),
    Question("C7", "2", 1, "Xidmətin nəticələri barədə məlumat varmı?",
             "Service performance info avail?",
             "Xidmətin necə işlədiyi barədə göstəricilər açıqdır.",
             "Figures on how the service performs are open."),
    Question("C8", "2", 0, "Səhv barədə xəbərdarlıq verilirmi?", "Error messages?",
             "Forma səhv doldurulanda istifadəçi xəbərdar edilir. 2022-ci ildən verilir.",
             "The user is told of a mistake in the form. Asked from 2022 on."),
    Question("C9", "2", 0, "Əyani kömək və tövsiyələr varmı?", "Visual aid & suggestions",
             "Formada əyani kömək və tövsiyələr var. 2022-ci ildən verilir.",
             "The form offers visual aid and suggestions. Asked from 2022 on."),
    Question("3", "0", 1, "Əsas rəqəmsal vasitələr", "Key enablers"),
    Question("3.1", "3", 1, "Elektron identifikasiya", "eID"),
    Question("F1", "3.1", 0, "Kimliyin təsdiqi tələb olunurmu?", "Authentication required?",
             "Xidmət üçün kimliyi təsdiq etmək lazımdır. Sual F2-F5 suallarını açır.",
             "The service asks users to prove who they are. Opens questions F2 to F5."),
    Question("F2", "3.1", 1, "Kimliyi onlayn təsdiq etmək mümkündürmü?",
             "Online authentication possible?",
             "Kimliyi onlayn təsdiq etmək olur.",
             "Users can prove online who they are."),
    Question("F3", "3.1", 1, "Milli elektron identifikasiya işlədilirmi?",
             "Can you use national eID?",
             "Milli elektron identifikasiya ilə daxil olmaq olur.",
             "The national electronic identity is accepted."),
    Question("F4", "3.1", 1, "Yenidən daxil olmadan başqa xidmətə keçmək olurmu?",
             "Access another service without re-auth?",
             "Bir dəfə daxil olan istifadəçi başqa xidmətə də keçə bilir.",
             "A user who is logged in reaches another service without doing so again."),
    Question("F5", "3.1", 0, "Özəl elektron identifikasiya seçmək olurmu?",
             "Can decide using private eID?",
             "İstifadəçi özəl elektron identifikasiya seçə bilir.",
             "The user can choose a private electronic identity."),
    Question("3.2", "3", 1, "Elektron sənədlər", "eDocuments"),
    Question("F6", "3.2", 0, "Sənəd tələb olunurmu?", "Documentation required?",
             "Xidmət üçün sənəd lazımdır. Sual F7_1 və F7_2 suallarını açır.",
             "The service needs documents. Opens questions F7_1 and F7_2."),
    Question("F7_1", "3.2", 0, "Elektron sənəd təqdim etmək olurmu?",
             "Possible to submit eDoc?",
             "Sənədi elektron formada təqdim etmək olur.",
             "A document can be submitted in electronic form."),
    Question("F7_2", "3.2", 0, "Elektron sənəd almaq olurmu?", "Possible to obtain eDoc?",
             "Sənədi elektron formada almaq olur.",
             "A document can be obtained in electronic form."),
    Question("F7", "3.2", 1, "Elektron sənəd təqdim etmək və ya almaq olurmu?",
             "Possible to submit or obtain eDoc?",
             "F7_1 və F7_2 suallarından ən azı birinin cavabı bəlidir. Hesablanır, verilmir.",
             "At least one of F7_1 and F7_2 is yes. Computed, not asked."),
    Question("3.3", "3", 1, "Əvvəlcədən doldurulmuş formalar", "Pre-filled forms"),
    Question("F8", "3.3", 0, "Fərdi məlumat tələb olunurmu?", "Personal info required?",
             "Xidmət üçün fərdi məlumat lazımdır. Sual F9 sualını açır.",
             "The service needs personal information. Opens question F9."),
    Question("F9", "3.3", 1, "Fərdi məlumat əvvəlcədən doldurulubmu?",
             "Personal data pre-filled?",
             "Dövlətdə olan məlumat formaya əvvəlcədən yazılıb.",
             "Data the state already holds stand in the form beforehand."),
]  # fmt: skip
ITEMS = [node.node_id for node in NODES if node.guidance_en]
COMPUTED_ITEM = "F7"
OUR_NODES = {"0", COMPUTED_ITEM}  # what the publisher does not have

NOT_IN_2021 = ("A4", "A5", "C8", "C9")
GATES = {"F1": ("F2", "F3", "F4", "F5"), "F6": ("F7_1", "F7_2"), "F8": ("F9",)}
GATE_OF = {"3.1": "F1", "3.2": "F6", "3.3": "F8"}
# Node here: its column in sheet 3a.
INDICATORS = {
    "1": "online_availability",
    "2": "2.1",
    "3.1": "3.1",
    "3.2": "3.2",
    "3.3": "3.3",
}
# Node here: weights of the questions in its indicator.
FORMULAS = {
    "1": {"A1": 1, "A2": 2, "A3": 1},
    "2": {f"C{number}": 1 for number in range(1, 8)},
    "3.1": {"F2": 1, "F3": 1, "F4": 1},
    "3.2": {"F7": 1},
    "3.3": {"F9": 1},
}
TOLERANCE = 0.5
LEVELS = {"Central": "central", "Regional": "regional", "Local": "local", "": ""}
MANDATORY = {"Yes": "yes", "No": "no", "no": "no", "": "", 0: ""}
MOBILE = {100: "yes", 0: "no", ".": "", "": ""}
LEVELS_3B = {
    "Central": "Central", "central": "Central", "Regional": "Regional", "Local": "Local",
    "National": "National", ".": "", "": "",
}  # fmt: skip
HEADINGS_3B = {
    6: "Definition", 7: "Type", 9: "Government level", 10: "Year data collection",
    11: "Service Provider", 12: "Url", 37: "Mobile Friendliness",
}  # fmt: skip

# rule_id: sheet, what the rule does.
CLEANING = {
    **{rule: sister.CLEANING[rule] for rule in sister.CLEANING
       if rule.startswith("answer_") or rule.endswith("_3b")},
    "service_not_applicable": (
        SHEET_3B, "A row of a service that sheet 3a marks as not applicable is left out; "
        "counted in rows."),
    "level_3a": (SHEET_3B, "Where the government level differs from sheet 3a, that of 3a is kept."),
    "mandatory_case": (SHEET_3A, "Mandatory online written no is read as No; counted in services."),
    "mandatory_empty": (
        SHEET_3A, "Mandatory online empty or 0 is left empty; counted in services."),
    "mobile_empty": (SHEET_3B, "A full stop or an empty cell under Mobile Friendliness is left "
                     "empty."),
    "provider_spaces": (SHEET_3B, "Spaces at the ends of a provider go, and spaces and line breaks "
                        "within become one space."),
    "provider_mark": (SHEET_3B, "Proactive in place of a provider is left empty; the column "
                      "proactive says so."),
    "url_spaces": (SHEET_3B, "Spaces at the ends of a web address go, and spaces and line breaks "
                   "within become one space."),
    "url_mark": (SHEET_3B, "Proactive or a number in place of a web address is left empty."),
    "not_asked_2021": (SHEET_3B, "An empty answer of 2021 to A4, A5, C8 or C9 was never asked; "
                       "not_applicable."),
    "not_asked_informational": (
        SHEET_3B, "An empty answer of an informational service to a C or F question was never "
        "asked; not_applicable."),
    **{f"gate_{gate}": (SHEET_3B, f"Where {gate} is no or not relevant, {' and '.join(below)} are "
                        "not_applicable; not for proactive services.")
       for gate, below in GATES.items()},
    "f7_computed": (SHEET_3B, "Item F7 is yes where F7_1 or F7_2 is yes, no where neither is and "
                    "one is no; else it has the status of F7_1. Counted in items made."),
}  # fmt: skip

# key, value, alternatives, why.
ASSUMPTIONS: list[tuple[str, str, Any, str]] = [
    ("weight:1", "1", {"relative": 0.25},
     "The publisher weighs its dimensions (depth 1) alike; the questions reach three of four."),
    ("weight:A2", "2", {"relative": 0.25},
     "The service itself has 2 of 4 parts of online availability; recovered, not printed."),
    ("aggregation:0", "arithmetic", ["geometric"],
     "The published scores are arithmetic means; a geometric mean lets no strong part make up "
     "for a weak one."),
    ("not_applicable", "exclude", ["zero"],
     "The publisher leaves out a question that does not apply; zero would count it as failed."),
    ("not_answered", "exclude", ["zero"],
     "210 answers were left empty; zero would count them as failed."),
    ("roll_up", "mean", ["pooled"],
     "A country is the plain mean of its web addresses; the publisher first joins the addresses "
     "of a service."),
]  # fmt: skip

Status = tuple[str, int | None]
Answers = dict[str, Status]
NOT_APPLICABLE: Status = ("not_applicable", None)
CLOSED: tuple[Status, ...] = (NOT_APPLICABLE, ("scored", 0))  # answers of a gate
SCHEMA = pa.schema([*sister.ASSESSMENTS_SCHEMA, ("reason", pa.string()), ("evidence", pa.string())])


@dataclass(frozen=True)
class Address:
    """One web address: its row of services.csv, its answers as typed and as the rules leave them.

    `reasons` names the rule that changed an answer, by item.
    """

    row: Row
    typed: Answers
    final: Answers
    reasons: dict[str, str]


# Reading


def pick_optional(value: Any, accepted: Mapping[Any, str], cell: str) -> str:
    """What an accepted value is read as, where an empty cell may be accepted."""
    return sister.pick("" if value is None else value, accepted, cell)


def check_headings(sheet: Sheet) -> None:
    """Refuse a sheet 3b whose further columns or question texts moved."""
    sister.check_headings(sheet)
    wanted = dict(HEADINGS_3B)
    names = {node.node_id: node.name_en for node in NODES}
    for column, question in enumerate(QUESTIONS, start=13):
        wanted[column] = f"{question}: {names[question]}"
    wrong = [
        f"  {sheet.cell(6, column)}: {sheet.value(6, column)!r}; expected {text!r}"
        for column, text in wanted.items()
        if str(sheet.value(6, column)).strip().casefold() != text.casefold()
    ]
    if wrong:
        raise CellError("\n".join([f"{sheet.title}: {len(wrong)} headings differ", *wrong]))


def read_3a(sheet: Sheet, tally: Tally) -> dict[tuple[str, str], Row]:
    """Sheet 3a by life event of a country and title, with the columns this folder adds."""
    services = {}
    if sheet.value(7, 12) != "Mandatory online":
        raise CellError(f"{sheet.cell(7, 12)}: expected 'Mandatory online'")
    for row, service in enumerate(sister.read_services(sheet, Counter()), start=8):
        mandatory = sheet.value(row, 12)
        tally["mandatory_case"] += mandatory == "no"
        tally["mandatory_empty"] += mandatory in ("", None, 0)
        word = pick_optional(mandatory, MANDATORY, sheet.cell(row, 12))
        key = (service["service_id"], service["service"])
        services[key] = service | {"mandatory_online": word}
    return services


def family_id(service: Mapping[str, Any]) -> str:
    """The public service by its life event and the number before its title."""
    return f"{service['family_id']}_{str(service['service']).split()[0]}"


def read_rows(
    sheet: Sheet, services: Mapping[tuple[str, str], Row], tally: Tally
) -> list[tuple[Row, Answers]]:
    """The rows of sheet 3b that apply: attributes and cleaned answers."""
    check_headings(sheet)
    titles: dict[str, dict[str, str]] = defaultdict(dict)
    for key, title in services:
        titles[key][title] = title
    kept = []
    for row in range(7, len(sheet.rows) + 1):
        cells = sister.read_address(sheet, row, titles, tally)
        service = services[cells[0]["service_id"], cells[0]["service"]]
        compare_row(sheet, row, service, tally)
        if service["applicable"] == "No":
            tally["service_not_applicable"] += 1
            continue
        answers = {cell["question_id"]: (cell["status"], cell["value"]) for cell in cells}
        kept.append((read_attributes(sheet, row, service, tally), answers))
    count_addresses(row for row, _ in kept)
    return kept


def compare_row(sheet: Sheet, row: int, service: Row, tally: Tally) -> None:
    """Type and year must be those of sheet 3a; a differing level is counted."""
    for column, name in ((7, "type"), (10, "data_year")):
        sister.pick(sheet.value(row, column), {service[name]: ""}, sheet.cell(row, column))
    level = pick_optional(sheet.value(row, 9), LEVELS_3B, sheet.cell(row, 9))
    tally["level_3a"] += level != service["gov_level"]


def read_attributes(sheet: Sheet, row: int, service: Row, tally: Tally) -> Row:
    """One row of services.csv, without the number of addresses."""
    targets = {event.slug: event.target for event in LIFE_EVENTS}
    mobile = sheet.value(row, 37)
    tally["mobile_empty"] += mobile in (".", None)
    return {
        "edition_year": EDITION,
        "service_id": f"{service['organisation_id']}_{row:04d}",
        "organisation_id": service["organisation_id"],
        "name_az": service["service"],
        "name_en": service["service"],
        "family_id": family_id(service),
        "life_event": service["family_id"],
        "target": targets[service["family_id"]],
        "type": service["type"].lower(),
        "gov_level": LEVELS[service["gov_level"]],
        "provider": read_provider(sheet.value(row, 11), tally),
        "data_year": service["data_year"],
        "mandatory_online": service["mandatory_online"],
        "proactive": service["proactive"].lower(),
        "mobile_friendly": pick_optional(mobile, MOBILE, sheet.cell(row, 37)),
        "addresses": 0,
        "url": read_url(sheet.value(row, 12), tally),
    }


def read_provider(value: Any, tally: Tally) -> str:
    """A service provider as typed, on one line."""
    typed = "" if value is None else str(value)
    text = " ".join(typed.split())
    tally["provider_spaces"] += text != typed
    tally["provider_mark"] += text == "Proactive"
    return "" if text == "Proactive" else text


def read_url(value: Any, tally: Tally) -> str:
    """A web address as typed, on one line; some cells hold several."""
    typed = "" if value is None else str(value)
    text = " ".join(typed.split())
    mark = text == "Proactive" or isinstance(value, int)
    tally["url_spaces"] += text != typed
    tally["url_mark"] += mark
    return "" if mark else text


def count_addresses(rows: Iterable[Row]) -> None:
    """Write into each row how many addresses its service has in its country."""
    rows = list(rows)
    counts = Counter((row["organisation_id"], row["family_id"]) for row in rows)
    for row in rows:
        row["addresses"] = counts[row["organisation_id"], row["family_id"]]


# Answers


def apply_rules(row: Row, typed: Answers, tally: Tally) -> Address:
    """Mark what was never asked and what a gate closes, and add item F7."""
    final = dict(typed)
    reasons: dict[str, str] = {}

    def close(item: str, rule: str) -> None:
        final[item] = NOT_APPLICABLE
        reasons[item] = rule
        tally[rule] += 1

    for item in QUESTIONS:
        if typed[item][0] != "not_answered":
            continue
        if item in NOT_IN_2021 and row["data_year"] == 2021:
            close(item, "not_asked_2021")
        elif item[0] in "CF" and row["type"] == "informational":
            close(item, "not_asked_informational")
    for gate, below in GATES.items() if row["proactive"] == "no" else ():
        if final[gate] in CLOSED:
            for item in below:
                if final[item] != NOT_APPLICABLE:
                    close(item, f"gate_{gate}")
    final[COMPUTED_ITEM] = join_documents(final)
    if final[COMPUTED_ITEM] == NOT_APPLICABLE and "F7_1" in reasons:
        reasons[COMPUTED_ITEM] = reasons["F7_1"]
    tally["f7_computed"] += 1
    return Address(row, typed, final, reasons)


def join_documents(answers: Answers) -> Status:
    """Item F7: yes where a document can be submitted or obtained electronically."""
    values = [answers[item][1] or 0 for item in ("F7_1", "F7_2") if answers[item][0] == "scored"]
    return ("scored", max(values)) if values else answers["F7_1"]


# Agreement with sheet 3a


def score_indicator(answers: Answers, node_id: str) -> float | None:
    """An indicator, 0 to 100: the weighted mean of its questions that have an answer."""
    parts = [(w, answers[q][1]) for q, w in FORMULAS[node_id].items() if answers[q][0] == "scored"]
    if not parts:
        return None
    return 100 * sum(w * (value or 0) for w, value in parts) / sum(w for w, _ in parts)


def join_addresses(addresses: Sequence[Address]) -> Answers:
    """One set of answers for a service: yes where any address says yes, then gates and F7."""
    joined: Answers = {}
    for item in QUESTIONS:
        said = [a.typed[item][1] or 0 for a in addresses if a.typed[item][0] == "scored"]
        joined[item] = ("scored", max(said)) if said else NOT_APPLICABLE
    return apply_rules(addresses[0].row, joined, Counter()).final


def mean_of_addresses(addresses: Sequence[Address], node_id: str) -> float | None:
    """The mean over the addresses that have the indicator; missing answers are left out."""
    return mean([score_indicator(address.final, node_id) for address in addresses])


def mean_with_zero(addresses: Sequence[Address], node_id: str) -> float | None:
    """The mean where a missing answer counts as no, if another address answers that question.

    An address whose gate is closed is left out.
    """
    answered = {
        item
        for item in FORMULAS[node_id]
        if any(address.final[item][0] == "scored" for address in addresses)
    }
    scores = []
    for address in addresses:
        gate = GATE_OF.get(node_id)
        closed = gate is not None and address.final[gate] in CLOSED
        filled = {
            item: ("scored", address.final[item][1] or 0) if item in answered else NOT_APPLICABLE
            for item in FORMULAS[node_id]
        }
        scores.append(None if closed else score_indicator(filled, node_id))
    return mean(scores)


def mean(scores: Sequence[float | None]) -> float | None:
    """The mean of the scores that exist."""
    present = [score for score in scores if score is not None]
    return sum(present) / len(present) if present else None


def agrees(ours: float | None, published: float | None) -> bool:
    """Whether two scores lie within half a point; sheet 3a rounds some."""
    return ours is not None and published is not None and abs(ours - published) <= TOLERANCE


def compare_services(
    services: Mapping[tuple[str, str], Row], addresses: Sequence[Address]
) -> list[Row]:
    """One row per applicable service, indicator and rule: recomputed and published score."""
    groups: dict[tuple[str, str], list[Address]] = defaultdict(list)
    for address in addresses:
        groups[address.row["organisation_id"], address.row["family_id"]].append(address)
    published = {(s["organisation_id"], family_id(s)): s for s in services.values()}
    rows = []
    for (country, family), group in sorted(groups.items()):
        about = group[0].row
        for node_id, column in INDICATORS.items():
            known = {
                "organisation_id": country,
                "family_id": family,
                "gov_level": about["gov_level"] if about["proactive"] == "no" else "any",
                "proactive": about["proactive"],
                "node_id": node_id,
                "addresses": len(group),
            }
            for rule, ours in score_by_rules(group, node_id, known["gov_level"]).items():
                scores = {"recomputed": ours, "published": published[country, family][column]}
                rows.append(known | {"rule": rule} | scores)
    return rows


def score_by_rules(
    group: Sequence[Address], node_id: str, gov_level: str
) -> dict[str, float | None]:
    """The indicator of a service by each rule tried for its government level."""
    if gov_level in ("central", "any"):
        return {"any_address": score_indicator(join_addresses(group), node_id)}
    return {
        "mean_of_addresses": mean_of_addresses(group, node_id),
        "mean_with_zero": mean_with_zero(group, node_id),
    }


def agreement_rows(compared: Sequence[Row]) -> list[Row]:
    """Services that agree with sheet 3a, by proactive, level, indicator and rule."""
    keys = ("proactive", "gov_level", "node_id", "rule")
    counts: dict[tuple[str, ...], Row] = {}
    for row in compared:
        ours, published = row["recomputed"], row["published"]
        start = {"services": 0, "compared": 0, "agree": 0, "only_recomputed": 0,
                 "only_published": 0}  # fmt: skip
        count = counts.setdefault(tuple(row[key] for key in keys), start)
        count["services"] += 1
        count["compared"] += ours is not None and published is not None
        count["agree"] += agrees(ours, published)
        count["only_recomputed"] += ours is not None and published is None
        count["only_published"] += ours is None and published is not None
    return [dict(zip(keys, key, strict=True)) | counts[key] for key in sorted(counts)]


def disagreement_rows(compared: Sequence[Row]) -> list[Row]:
    """The services whose published indicator the stated rule does not give back."""
    names = ("organisation_id", "family_id", "node_id")
    zero = {
        tuple(row[name] for name in names): row["recomputed"]
        for row in compared
        if row["rule"] == "mean_with_zero"
    }
    rows = []
    for row in compared:
        ours, published = row["recomputed"], row["published"]
        both_missing = ours is None and published is None
        if row["rule"] == "mean_with_zero" or both_missing or agrees(ours, published):
            continue
        with_zero = zero.get(tuple(row[name] for name in names))
        rows.append(row | {"with_zero": with_zero, "reading": read_difference(row, with_zero)})
    return rows


def read_difference(row: Row, with_zero: float | None) -> str:
    """Why the published score differs, where that can be told."""
    if agrees(with_zero, row["published"]):
        return "missing_as_zero"
    if row["proactive"] == "yes" and row["published"] == 100:
        return "proactive_as_100"
    return "unexplained"


# Tables


def framework_rows() -> list[Row]:
    """The tree, depth first, with the weights of the recovered formulas."""
    return [
        {
            "node_id": node.node_id,
            "parent_id": node.parent_id,
            "weight": node.weight,
            "name_az": node.name_az,
            "name_en": node.name_en,
            "official": "no" if node.node_id in OUR_NODES else "yes",
            "source": PAGE,
            "guidance_az": node.guidance_az,
            "guidance_en": node.guidance_en,
        }
        for node in NODES
    ]


def assessment_rows(addresses: Sequence[Address]) -> list[Row]:
    """One row per web address and item; a closed answer keeps what was typed as evidence."""
    words = {1: "yes", 0: "no", None: None}
    rows = []
    for address in addresses:
        for item in ITEMS:
            status, value = address.final[item]
            reason = address.reasons.get(item)
            typed = address.typed.get(item, NOT_APPLICABLE)[1]
            rows.append(
                {
                    "edition_year": EDITION,
                    "service_id": address.row["service_id"],
                    "item_id": item,
                    "status": status,
                    "value": None if value is None else float(value),
                    "reason": reason,
                    "evidence": words[typed] if reason else None,
                }
            )
    return rows


def cleaning_rows(tally: Tally, services: int, rows: int, kept: int) -> list[Row]:
    """What each cleaning rule read and changed."""
    read = {rule: rows * len(QUESTIONS) for rule in CLEANING if rule.startswith("answer_")}
    read |= {rule: rows for rule in CLEANING if rule.endswith("_3b")}
    read |= {"service_not_applicable": rows, "level_3a": rows}
    read |= {"mandatory_case": services, "mandatory_empty": services}
    read |= {"not_asked_2021": kept * len(NOT_IN_2021)}
    read |= {"not_asked_informational": kept * (len(QUESTIONS) - 5)}
    read |= {f"gate_{gate}": kept * len(below) for gate, below in GATES.items()}
    return [
        {
            "rule_id": rule,
            "sheet": sheet,
            "what": what,
            "cells_read": read.get(rule, kept),
            "cells_changed": tally[rule],
        }
        for rule, (sheet, what) in CLEANING.items()
    ]


# Writing


def build(output: Path, raw: Path = RAW) -> None:
    """Write every derived file of the dataset into a folder."""
    sister.check_sha256(raw / sister.RESULTS, sister.SHA256[sister.RESULTS])
    tally: Tally = Counter()
    sheet_3a, sheet_3b = sister.load_sheets(raw / sister.RESULTS, [SHEET_3A, SHEET_3B])
    services = read_3a(sheet_3a, tally)
    rows = read_rows(sheet_3b, services, tally)
    addresses = [apply_rules(row, answers, tally) for row, answers in rows]
    addresses.sort(key=lambda address: address.row["service_id"])
    compared = compare_services(services, addresses)
    output.mkdir(parents=True, exist_ok=True)
    write_text_files(output)
    read = len(sheet_3b.rows) - 6
    tables = {
        "services": [address.row for address in addresses],
        "cleaning": cleaning_rows(tally, len(services), read, len(addresses)),
        "agreement": agreement_rows(compared),
        "disagreements": disagreement_rows(compared),
    }
    for name, table in tables.items():
        sister.write_csv(output / f"{name}.csv", table)
    sister.write_parquet(output / "assessments.parquet", assessment_rows(addresses), SCHEMA)


def write_text_files(output: Path) -> None:
    """Write the files that rest on this script alone."""
    (output / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8", newline="\n")
    (output / "rules.toml").write_text(RULES_TOML, encoding="utf-8", newline="\n")
    sister.write_csv(output / "editions.csv", sister.edition_rows())
    sister.write_csv(output / "framework.csv", framework_rows(), FRAMEWORK_COLUMNS)
    sister.write_csv(output / "organisations.csv", sister.organisation_rows())
    rows = sister.assumption_rows("EQ", ASSUMPTIONS)
    sister.write_csv(output / "assumptions.csv", rows)


def main() -> None:
    """Read the command line and build the folder."""
    parser = argparse.ArgumentParser(description="Rebuild the dataset of single answers.")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
