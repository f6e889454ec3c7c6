"""The workbook read back by another library: kinds, formats, links, hostile text, equal bytes."""

import datetime
import re
import time
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from asan_analysis.data.contracts import DICTIONARY
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.data.provenance import KINDS
from asan_analysis.data.tables import read_csv, write_csv
from asan_analysis.errors import ReportError
from asan_analysis.report import columns, sheets
from asan_analysis.report.identity import Identity
from asan_analysis.report.pages import write_codebook
from asan_analysis.report.parts import TEMPLATES
from asan_analysis.report.workbook import COVER, sheet_names, write_workbook

HOSTILE = "=cmd|'/c calc'!A1"
SCORE = 86.40000000000002
LONG = "Kənd " * 60
LATER = datetime.datetime(2031, 7, 1, 12)
HEADER = columns.HEADER_ROW + 1
CHAPTERS = [{"name": "01_x", "title": "Who came first?"}]
WORDS = read_csv(Path(__file__).resolve().parents[2] / "data" / "dictionary.csv", DICTIONARY)
EDITION = Edition(2023, "2022-2023", "2022-2023", 1, "framework.csv", "rules.toml")
SCORES = pd.DataFrame({
    "organisation_id": ["b1", "b2", "b3"], "edition_year": [2023, 2023, 2022],
    "category": ["x", "x", "x"], "score_percent": [SCORE, None, 0.0], "rank": [1, None, 1200],
    "share_scored": [0.9858906525573192, 1.0, None], "conflict": [True, False, None],
    "objection": [HOSTILE, LONG, "two\nlines"], "node_id": ["1.1", "1.1", "1.1"],
    "announced": [3.0, 86.41, -2.8e-14],
}).astype({"rank": "Int64"})  # fmt: skip
PLACES = pd.DataFrame({
    "category": ["central"], "rank": [1], "organisation_id": ["m1"], "score_percent": [None],
    "source_url": ["https://example.org/a"],
})  # fmt: skip


def named(code: str, codes: list[str], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({code: codes, "name_az": [f"{n} az" for n in names], "name_en": names})


def small_dataset(kind: str = "synthetic", status: str = "final") -> Dataset:
    none = pd.DataFrame()
    about = {
        "kind": kind, "status": status, "title_en": "Try", "title_az": "Sınaq", "decimals": 2,
        "publisher": "Nobody", "licence": "CC0", "citation": "Try, 2023.",
    }  # fmt: skip
    categories = pd.DataFrame({"id": ["x"], "title_en": ["Ex"], "title_az": ["İks"]})
    years = {"edition_year": [2022, 2023], "label_az": ["2022", "2022-2023"]}
    editions = pd.DataFrame({**years, "label_en": years["label_az"]})
    bodies = named("organisation_id", ["b1", "b2", "b3"], ["Body 1", "Body 2", "Body 3"])
    bodies, services = (
        frame.assign(edition_year=2023) for frame in (bodies, named("service_id", [], []))
    )
    return Dataset(
        "try", Path("try"), about, categories, editions, bodies,
        services, none, none, none, none,
        {"framework.csv": named("node_id", ["1.1"], ["Item"]).assign(parent_id=None)},
    )  # fmt: skip


def small_facts() -> SimpleNamespace:
    bodies = named("organisation_id", ["m1", "b1"], ["Ministry", "Real body"])
    editions = pd.DataFrame({"edition_year": [2023], "label_az": ["2023"], "label_en": ["2023"]})
    return SimpleNamespace(organisations=bodies, editions=editions)


def record(section: str, name: str, kind: str, what: str = "table", rows: int = 1) -> dict:
    texts = {"title": f"Title of {name}", "caption": f"Caption of {name}.", "rows": [[]] * rows}
    return {"section": section, "name": name, "kind": kind, "what": what, "chapter": "01_x",
            "decimals": 2, "texts": {"en": texts, "az": texts}}  # fmt: skip


RECORDS = [
    record("results", "scores", "synthetic"),
    record("results", "sentence", "synthetic", what="sentence"),
    record("announced", "places", "published", what="places"),
    record("results", "nothing", "synthetic", rows=0),
]


def write(folder: Path, records=RECORDS, status: str = "final", scores=SCORES) -> Path:
    """The workbook of three shown tables and one that is kept."""
    (folder / "tables").mkdir(parents=True)
    tables = {"scores": scores, "places": PLACES, "kept": SCORES, "nothing": SCORES[:0]}
    for name, frame in tables.items():
        write_csv(frame, folder / "tables" / f"{name}.csv")
    write_codebook(folder, WORDS)
    identity = Identity(small_dataset(status=status), EDITION, "0" * 64)
    write_workbook(folder, records, CHAPTERS, identity, small_facts())
    return folder / "tables" / "report.xlsx"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write(tmp_path_factory.mktemp("workbook") / "report")


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def azerbaijani(path):
    return openpyxl.load_workbook(path.with_name("report.az.xlsx"))


def cells_below(page, heading: str) -> list:
    """The cells of a column found by its heading."""
    place = [cell.value for cell in page[HEADER]].index(heading) + 1
    return [page.cell(row, place) for row in range(HEADER + 1, page.max_row + 1)]


def values_below(page, heading: str) -> list:
    return [cell.value for cell in cells_below(page, heading)]


def test_each_table_shown_has_a_sheet_and_nothing_else_has(book):
    assert book.sheetnames == [COVER, "places", "scores", "nothing"]


def test_each_sheet_says_its_kind_in_a_cell_a_name_and_a_colour(book):
    for page, kind in zip(book.worksheets[1:], ["published", "synthetic", "synthetic"],
                          strict=True):  # fmt: skip
        assert kind in KINDS
        assert page["A2"].value.startswith(f"{kind.capitalize()}: ")
        assert page.defined_names["kind"].value == f'"{kind}"'
        colour = sheets.KIND_COLOURS[kind].lstrip("#").upper()
        assert page.sheet_properties.tabColor.rgb == f"FF{colour}"
        assert page["A2"].fill.fgColor.rgb == f"FF{colour}"
        assert page.oddFooter.left.text == kind.capitalize()
    assert "kind" not in book[COVER].defined_names


def test_the_colours_are_those_of_the_pages():
    style = (TEMPLATES / "style.css").read_text("utf-8").partition("prefers-color-scheme: dark")[0]
    assert dict(re.findall(r"--(published|observed|synthetic): (#\w+);", style)) == (
        sheets.KIND_COLOURS
    )


def test_a_sheet_begins_with_title_kind_caption_and_source(book, azerbaijani):
    page = book["scores"]
    assert page["A1"].value == "Title of scores"
    assert page["A3"].value == (
        "Caption of scores. Source: Nobody, Try. All 3 rows are here; the report shows 1."
    )
    assert "Source: example.org." in book["places"]["A3"].value
    assert azerbaijani["scores"]["A2"].value.startswith("Süni: ")
    assert "Nothing to show" in book["nothing"]["A3"].value


def test_header_and_first_column_stay_in_sight_and_columns_are_filtered(book):
    for page in book.worksheets[1:]:
        assert page.freeze_panes == f"B{HEADER + 1}"
        last = page.cell(HEADER, page.max_column).coordinate
        assert page.auto_filter.ref.startswith(f"A{HEADER}:")
        assert page.auto_filter.ref.split(":")[1].rstrip("0123456789") == last.rstrip("0123456789")
        assert page.print_title_rows == f"${HEADER}:${HEADER}"


def test_a_key_stands_as_name_and_code(book, azerbaijani):
    page = book["scores"]
    assert values_below(page, "Organisation") == ["Body 1", "Body 2", "Body 3"]
    assert values_below(page, "Organisation: code") == ["b1", "b2", "b3"]
    assert values_below(page, "Part") == ["Item"] * 3
    assert values_below(page, "Part: code") == ["1.1"] * 3
    assert values_below(page, "Edition") == ["2022-2023", "2022-2023", "2022"]
    assert values_below(page, "Edition: code") == [2023, 2023, 2022]
    assert values_below(page, "Category") == ["Ex"] * 3
    assert values_below(azerbaijani["scores"], "Qurum") == ["Body 1 az", "Body 2 az", "Body 3 az"]


def test_an_announced_sheet_takes_names_from_published_facts_only(book):
    assert values_below(book["places"], "Organisation") == ["Ministry"]
    assert values_below(book["places"], "Category") == ["Central executive bodies"]
    assert "Real body" not in str(list(book["scores"].values))


def test_numbers_keep_every_digit_below_their_formats(book):
    page = book["scores"]
    assert values_below(page, "Score") == [SCORE, None, 0]
    formats = {
        "Score": "0.00", "Place": "0", "Edition: code": "0", "Share scored": "0.0%",
    }  # fmt: skip
    for heading, told in formats.items():
        assert cells_below(page, heading)[0].number_format == told
    assert values_below(page, "Share scored") == [0.9858906525573192, 1, None]
    assert [cell.number_format for cell in cells_below(page, "Announced")] == [
        "0", "0.00", "0.0E+00",
    ]  # fmt: skip
    assert values_below(page, "Announced")[2] == -2.8e-14


def test_missing_cells_are_empty_and_yes_and_no_are_words(book, azerbaijani):
    assert values_below(book["scores"], "Place") == [1, None, 1200]
    assert values_below(book["scores"], "Sources disagree") == ["yes", "no", None]
    assert values_below(azerbaijani["scores"], "Mənbələr fərqlənir") == ["bəli", "xeyr", None]


def test_text_from_data_stays_text(book):
    """No cell of the workbook is a formula, and every link leads to a sheet of it."""
    cell = cells_below(book["scores"], "objection")[0]
    assert (cell.value, cell.data_type) == (HOSTILE, "s")
    assert cell.quotePrefix
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if cell.hyperlink:
                    name = re.fullmatch(r"'(.+)'!A1", cell.hyperlink.location)[1]
                    assert name in book.sheetnames


def test_columns_are_wide_enough_to_read_and_none_is_huge(book):
    page = book["scores"]
    for column in page.column_dimensions.values():
        assert 8 <= column.width <= 71
    long = cells_below(page, "objection")[1]
    assert long.alignment.wrap_text
    assert page.row_dimensions[long.row].height > 40
    source = cells_below(book["places"], "Source")[0]
    assert book["places"].row_dimensions[source.row].height < 20


def test_the_first_sheet_lists_the_sheets_and_the_files(book, azerbaijani):
    for one in (book, azerbaijani):
        page = one[COVER]
        links = [row[0] for row in page.iter_rows() if row[0].hyperlink]
        assert [cell.value for cell in links] == one.sheetnames[1:]
        assert [page.cell(cell.row, 4).value for cell in links] == [1, 3, 0]
        first = [row[0].value for row in page.iter_rows()]
        assert "kept.csv" in first
        assert "scores.csv" not in first
        assert page.cell(first.index("kept.csv") + 1, 3).value == 3
    texts = [cell.value for row in book[COVER].iter_rows() for cell in row]
    assert "ASAN service index 2022-2023" in texts
    assert "Who came first?" in texts
    assert "Licence of the data: CC0." in texts
    assert "Observed" not in texts


def test_the_first_sheet_and_every_note_say_that_a_draft_is_one(tmp_path):
    book = openpyxl.load_workbook(write(tmp_path / "r", status="draft"))
    assert book[COVER]["A3"].value == "Draft: not for publication"
    assert "Draft: not for publication." in book["scores"]["A3"].value


class AnyDatetime(type):
    """A class that every datetime is an instance of."""

    def __instancecheck__(cls, value):
        return isinstance(value, datetime.datetime)


class Clock(metaclass=AnyDatetime):
    """A clock that stands at another time."""

    @staticmethod
    def now(tz=None):
        return LATER


@pytest.mark.parametrize("zone", ["UTC", "Asia/Baku", "America/New_York"])
def test_bytes_repeat_at_another_time_in_another_place(path, tmp_path, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: LATER.timestamp())

    monkeypatch.setattr("xlsxwriter.core.datetime", Clock)
    again = write(tmp_path / "again")
    monkeypatch.undo()
    time.tzset()
    for name in ("report.xlsx", "report.az.xlsx"):
        assert again.with_name(name).read_bytes() == path.with_name(name).read_bytes()
    created = openpyxl.load_workbook(again).properties.created
    assert created == datetime.datetime(1980, 1, 1)


def test_a_text_beyond_the_limit_is_cut_and_says_so(tmp_path):
    scores = SCORES.assign(objection=["ə" * 40_000, "\U0001f600" * 20_000, "=" * 32_767])
    page = openpyxl.load_workbook(write(tmp_path / "r", scores=scores))["scores"]
    cut, wide, whole = values_below(page, "objection")
    assert len(cut) == columns.MOST_CHARACTERS
    assert cut.endswith("[cut here; the whole text is in scores.csv]")
    assert len(wide.encode("utf-16-le")) // 2 <= columns.MOST_CHARACTERS
    assert whole == "=" * 32_767


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(columns, "MOST_ROWS", HEADER + 2)
    with pytest.raises(ReportError, match=r"scores\.csv has 3 rows and a sheet of Excel holds 2"):
        write(tmp_path / "r")


def test_what_is_no_finite_number_stands_as_text(tmp_path):
    scores = SCORES.assign(score_percent=[float("inf"), float("nan"), "1e999"])
    page = openpyxl.load_workbook(write(tmp_path / "r", scores=scores))["scores"]
    assert values_below(page, "Score") == ["inf", None, "1e999"]


def test_a_table_of_two_kinds_is_refused(tmp_path):
    twice = [*RECORDS, record("announced", "scores", "published")]
    with pytest.raises(ReportError, match="scores is shown as published"):
        write(tmp_path / "r", records=twice)


def test_names_of_sheets_are_short_plain_and_unlike():
    long = "a" * 40
    names = sheet_names(["scores", "Scores", COVER, long, f"{long}b", "a/b:c[d]*'?", "history"])
    told = list(names.values())
    assert told[:3] == ["scores", "Scores~2", f"{COVER}~2"]
    assert len({name.lower() for name in told}) == len(told)
    assert max(map(len, told)) == 31
    assert not re.search(r"[\[\]:*?/\\']", "".join(told))
    assert names["history"] == "history~2"


def test_a_change_shows_its_sign(tmp_path):
    changes = SCORES.assign(change=[1.25, -3.0, 0.0], places=[2, None, -1])
    book = openpyxl.load_workbook(write(tmp_path / "report", scores=changes))
    for heading, look in (("Change", "+0.00;-0.00;0.00"), ("Places climbed", "+0;-0;0")):
        cells = [cell for cell in cells_below(book["scores"], heading) if cell.value is not None]
        assert {cell.number_format for cell in cells} == {look}
