"""The objection round: one body's answers out, decisions back, scores and places before, after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from planted_faults import fill_template

from asan_analysis.cli import main
from asan_analysis.data.datasets import Dataset, load_dataset
from asan_analysis.errors import DataError, ParameterError
from asan_analysis.forms.decisions import import_decisions
from asan_analysis.forms.export import COLUMNS, write_export
from asan_analysis.forms.importing import import_workbook

FIRST = 10


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Six services of three bodies; a place needs one service."""
    folder = tmp_path_factory.mktemp("base")
    book = fill_template(folder / "filled.xlsx")
    book["About"]["B12"] = 1
    book.save(folder / "filled.xlsx")
    import_workbook(folder / "filled.xlsx", folder / "weather")
    return load_dataset(str(folder / "weather"))


def answered(folder: Path, base: Dataset, change: Callable[[Any], None]) -> Path:
    """The export of the fog agency after somebody wrote into it."""
    path = folder / "fog.xlsx"
    write_export(base, 2023, "fog", path)
    book = load_workbook(path)
    change(book["Decisions"])
    book.save(path)
    return path


def place(page: Any, column: str, service: str, item: str) -> Any:
    """The cell of a column in the row of an answer."""
    for row in range(FIRST, page.max_row + 1):
        if (page.cell(row, 1).value, page.cell(row, 3).value) == (service, item):
            return page.cell(row, COLUMNS.index(column) + 1)
    raise LookupError(item)


def test_an_export_holds_the_answers_of_one_body(base, tmp_path):
    assert write_export(base, 2023, "fog", tmp_path / "fog.xlsx") == 8
    write_export(base, 2023, "fog", tmp_path / "again.xlsx")
    assert (tmp_path / "fog.xlsx").read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    page = load_workbook(tmp_path / "fog.xlsx")["Decisions"]
    assert page["C1"].value == "süni / synthetic; qaralama / draft"
    assert [page[f"C{row}"].value for row in (2, 3, 4)] == ["weather", "2023", "fog"]
    rows = list(page.iter_rows(min_row=FIRST, values_only=True))
    assert rows[2][:8] == ("S3", "Duman pasportu", "2.1", "Müraciət onlayndır",
                           "The application is online", None, "qiymətləndirilib", 0.75)  # fmt: skip
    assert {row[0] for row in rows} == {"S3", "S4"}
    assert page["C1"].font.bold and "süni / synthetic; qaralama / draft" in page.oddFooter.left.text
    assert page.print_title_rows == f"${FIRST - 1}:${FIRST - 1}"
    assert all(cell is None for row in rows for cell in row[10:])
    assert page.protection.sheet and not page.cell(FIRST, 14).protection.locked
    assert page.cell(FIRST, 8).protection.locked


def test_decisions_change_answers_scores_and_places(base, tmp_path):
    def decide(page: Any) -> None:
        place(page, "objection", "S3", "1.1").value = "Aiddir"
        place(page, "new_evidence", "S3", "1.1").value = "https://example.org/1"
        place(page, "decision", "S3", "1.1").value = "qəbul edilir"
        place(page, "new_status", "S3", "1.1").value = "Bəli"
        place(page, "new_value", "S4", "2.2").value = "0,5"
        place(page, "objection", "S4", "2.1").value = "Razı deyilik"
        place(page, "decision", "S4", "2.1").value = "rədd edilir"
        place(page, "new_value", "S3", "2.1").value = 0.75  # the same as before

    before = {path.name: path.read_bytes() for path in base.folder.iterdir()}
    done = import_decisions(answered(tmp_path, base, decide), base, 2023, tmp_path / "decided")
    after = load_dataset(str(tmp_path / "decided"))
    assert {path.name: path.read_bytes() for path in base.folder.iterdir()} == before
    answers = done.answers.astype(object).where(done.answers.notna(), None)
    assert answers.to_numpy().tolist() == [
        ["S3", "1.1", "not_applicable", None, "scored", 1.0, "qəbul edilir"],
        ["S4", "2.2", "scored", 6.0, "scored", 0.5, None],
    ]
    table = after.assessments.set_index(["service_id", "item_id"])
    assert table.loc[("S3", "1.1"), ["objection", "evidence", "decision"]].tolist() == [
        "Aiddir", "https://example.org/1", "qəbul edilir"]  # fmt: skip
    assert table.loc[("S4", "2.1"), "decision"] == "rədd edilir"
    assert after.about == {**base.about, "id": "decided"}
    old = base.assessments.set_index(["service_id", "item_id"])
    changed = [key for key in old.index if key not in {("S3", "1.1"), ("S4", "2.2")}]
    pd.testing.assert_frame_equal(old.loc[changed, ["status", "value"]],
                                  table.loc[changed, ["status", "value"]])  # fmt: skip
    # by hand, items 1.1, 1.2 (mean), 2.1, 2.2 (days, less is better, of 30), then the two means:
    # S3 not applicable, not answered; 0.75, 5 days -> S3 has P2 only: (75 + 83.333) / 2
    # S4 not answered, yes;           1.00, 6 days -> (100 + (100 + 80) / 2) / 2
    s3, s4 = (75 + 250 / 3) / 2, (100 + 90) / 2
    s3_after = (100 + (75 + 250 / 3) / 2) / 2
    s4_after = (100 + (100 + 100 * 29.5 / 30) / 2) / 2
    own = done.places.iloc[0]
    assert own["organisation_id"] == "fog"
    assert own["score_before"] == pytest.approx((s3 + s4) / 2, abs=1e-12)
    assert own["score_after"] == pytest.approx((s3_after + s4_after) / 2, abs=1e-12)
    written = pd.read_csv(tmp_path / "decided" / "decided_places.csv")
    assert written["score_after"].tolist() == done.places["score_after"].tolist()
    lines = done.tell()
    assert lines[0].endswith("decided: 2 changed answers of fog")
    assert lines[1] == "  data: synthetic, draft"
    assert "  S3 1.1: not_applicable -> 1" in lines


def test_bodies_that_are_overtaken_are_listed(base, tmp_path):
    def lower(page: Any) -> None:
        for service in ("S3", "S4"):
            for item in ("1.1", "1.2", "2.1"):
                place(page, "new_status", service, item).value = "xeyr"

    done = import_decisions(answered(tmp_path, base, lower), base, 2023, tmp_path / "decided")
    places = done.places.set_index("organisation_id")
    assert places.loc["fog", ["rank_before", "rank_after"]].tolist() == [1, 2]
    assert places.loc["clouds", ["rank_before", "rank_after"]].tolist() == [2, 1]
    assert places.loc["clouds", "score_before"] == places.loc["clouds", "score_after"]
    assert any(line.startswith("  clouds (central): score") for line in done.tell())


def test_an_export_without_decisions_changes_nothing(base, tmp_path):
    done = import_decisions(answered(tmp_path, base, lambda page: None), base, 2023,
                            tmp_path / "decided")  # fmt: skip
    assert done.answers.empty and done.places["organisation_id"].tolist() == ["fog"]
    after = load_dataset(str(tmp_path / "decided"))
    pd.testing.assert_frame_equal(after.assessments[base.assessments.columns], base.assessments)


FAULTS = [
    ("S3", "1.1", "new_status", "bəlli", "N10: 'bəlli' is none of bəli, xeyr, tətbiq olunmur"),
    ("S3", "1.2", "new_value", "1,234", "O11: '1,234' can be read in two ways"),
    ("S3", "2.1", "new_value", 7, "O12: '7' is outside 0 to 1; write a share"),
    ("S3", "2.2", "new_status", "scored", "O13: new_value is empty although scored"),
    ("S4", "1.1", "status", "bəli", "G14: 'bəli' is not what the dataset has: not_answered"),
    ("S4", "1.2", "item_id", "9.9", "A15: 'S4' has no answer to 9.9 in the dataset"),
    ("S4", "2.1", "item_id", "1.1", "C16: '1.1' stands twice; keep one row"),
    ("S4", "2.2", "service_id", "S33", "A17: 'S33' has no answer to 2.2 in the dataset; did you"),
]


def test_faults_of_decisions_name_their_cells(base, tmp_path):
    def change(page: Any) -> None:
        for service, item, column, value, _ in FAULTS:
            place(page, column, service, item).value = value

    with pytest.raises(DataError) as error:
        import_decisions(answered(tmp_path, base, change), base, 2023, tmp_path / "decided")
    lines = str(error.value).splitlines()[1:]
    for line, (*_, told) in zip(lines, FAULTS, strict=False):
        assert line.startswith(f"Decisions!{told}")
    assert len(lines) == len(FAULTS) + 2
    assert (tmp_path / "fog.marked.xlsx").exists()
    assert not (tmp_path / "decided").exists()


def test_an_export_of_another_dataset_is_refused(base, tmp_path):
    def change(page: Any) -> None:
        page["C2"] = "snow"

    with pytest.raises(DataError, match="Decisions!C2: 'snow' is not the dataset that is decided"):
        import_decisions(answered(tmp_path, base, change), base, 2023, tmp_path / "decided")


def test_the_commands(base, tmp_path, capsys):
    data, out = str(base.folder), str(tmp_path / "fog.xlsx")
    assert main(["export", "--organisation", "fog", "--dataset", data, "--output", out]) == 0
    assert "8 answers of fog in 2023" in capsys.readouterr().out
    to = str(tmp_path / "decided")
    assert main(["import", out, "--to", to]) == 1
    assert "add --decisions" in capsys.readouterr().err
    assert main(["import", out, "--to", to, "--decisions"]) == 1
    told = ["--decisions", "--dataset", data, "--year", "2023"]
    assert main(["import", out, "--to", str(tmp_path / "a b"), *told]) == 1
    assert main(["import", out, "--to", to, *told]) == 0
    assert main(["import", out, "--to", to, *told]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["check", to]) == 0
    filled = Path(out).read_bytes()
    assert main(["export", "--organisation", "fog", "--dataset", data, "--output", out]) == 1
    assert "exists already and may be filled" in capsys.readouterr().err
    assert Path(out).read_bytes() == filled
    out = str(tmp_path / "snow.xlsx")
    assert main(["export", "--organisation", "snow", "--dataset", data, "--output", out]) == 1
    assert "known: clouds, dew, fog" in capsys.readouterr().err
    whole = str(tmp_path / "whole.xlsx")
    assert main(["export", "--dataset", data, "--output", whole, "--year", "2023"]) == 1
    assert main(["export", "--dataset", data, "--output", whole]) == 0
    (tmp_path / "beside").mkdir()
    assert main(["import", whole, "--to", str(tmp_path / "beside" / "weather")]) == 0


def test_a_body_without_answers_is_refused(tmp_path):
    from small_dataset import dataset, edition

    data = dataset(edition(2023, {"s": {"x": 1.0}}, categories={"b": "d"}))
    with pytest.raises(ParameterError, match="has no answers in 2023"):
        write_export(data, 2023, "b", tmp_path / "b.xlsx")
    assert not list(tmp_path.iterdir())
