"""`asan-analysis check`: one clear message for every fault of a dataset, and nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from asan_analysis.cli import main
from asan_analysis.data.datasets import FOLDER_VARIABLE

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "data" / "egov_benchmark_2023"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the eGovernment Benchmark that a test may damage; the user stands beside it."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "benchmark"
    ignored = shutil.ignore_patterns("raw", "*.md", "answers.parquet", "*_indicators.csv")
    shutil.copytree(SOURCE, folder, ignore=ignored)
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first place where a text stands in a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_answers(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Rewrite the assessments."""
    path = folder / "assessments.parquet"
    table = pa.Table.from_pandas(change(pq.read_table(path).to_pandas()))
    pq.write_table(table, path)


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of a refusal: exit 1, all on the error stream, no traceback, nothing written."""
    before = content(folder.parent)
    assert main(["check", str(folder)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("asan-analysis: ")
    assert "Traceback" not in err
    assert content(folder.parent) == before
    return err.removeprefix("asan-analysis: ").splitlines()


def test_a_valid_dataset_is_summed_up_in_one_line(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names id, kind, status and sizes; the exit code is 0 and nothing is written."""
    before = content(copy.parent)
    assert main(["check", str(copy)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out == (
        "egov_benchmark_2023: observed, final; 1 edition(s), 35 organisations, 315 services, "
        "4410 answers; no problems\n"
    )
    assert content(copy.parent) == before


def test_a_dataset_is_checked_by_its_id(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a folder of the project the id is enough."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(ROOT / "notebooks")
    assert main(["check", "egov_benchmark_2023"]) == 0
    assert capsys.readouterr().out.startswith("egov_benchmark_2023: observed, final")


def test_bodies_of_two_editions_are_not_counted_twice(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """35 countries in two editions are 35 organisations, as 315 services stay 315."""
    edit(copy, "editions.csv", "2023,2023,2023,1,", "2021,2021,2021,1,")
    text = (copy / "editions.csv").read_text(encoding="utf-8").rstrip()
    last = text.splitlines()[-1].replace("2021,2021,2021,1,", "2023,2023,2023,2,")
    (copy / "editions.csv").write_text(f"{text}\n{last}\n", encoding="utf-8")
    for name in ("organisations.csv", "services.csv"):
        header, *rows = (copy / name).read_text(encoding="utf-8").splitlines()
        again = ["2021" + row.removeprefix("2023") for row in rows]
        (copy / name).write_text("\n".join([header, *rows, *again, ""]), encoding="utf-8")
    assert main(["check", str(copy)]) == 0
    assert "2 edition(s), 35 organisations, 315 services" in capsys.readouterr().out


def test_three_planted_faults_in_three_files_are_all_named(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, row, column, value, rule and remedy of a fault in each of three tables."""
    edit(copy, "organisations.csv", "2023,AT,eu27", "20x3,AT,eu27")
    edit(copy, "framework.csv", "0,,1", "0,,heavy")
    edit_answers(copy, lambda rows: rows.assign(status=["lost", *rows["status"][1:]]))
    lines = refused(copy, capsys)
    assert "organisations.csv: 1 problem" in lines
    assert "  row 3, edition_year: 20x3 is not a whole number; write it as 12" in lines
    assert "framework.csv: 1 problem" in lines
    remedy = "write it with a point, as 12.5"
    assert f"  row 2, weight: heavy is not a finite number; {remedy}" in lines
    words = "scored, not_applicable, not_answered"
    assert f"  row 1, status: lost is not known; write one of {words}" in lines


def test_faults_of_every_depth_are_named_at_once(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad cell, a row that points nowhere, a broken tree and an unknown rule: one refusal."""
    edit(copy, "services.csv", "2023,AL_career,AL,Karyera", "2023,AL_career,AL,")
    edit(copy, "organisations.csv", "2023,AT,eu27", "2023,AT,eu28")
    edit(copy, "framework.csv", "1.1,1,6", "1.1,nowhere,6")
    edit(copy, "rules.toml", '"arithmetic"', '"median"')
    text = "\n".join(refused(copy, capsys))
    assert "row 3, name_az: is empty; fill the cell" in text
    assert "row 3, category: eu28 is not a category of the dataset; write one of eu27" in text
    assert "row 4, parent_id: nowhere is not a node; add that node or correct the id" in text
    assert "aggregation: 'median' is not known; write one of arithmetic" in text


def test_a_description_in_ruins_does_not_hide_the_tables(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """dataset.toml that cannot be read and a bad cell of a table are told together."""
    (copy / "dataset.toml").write_text("id = \n", encoding="utf-8")
    edit(copy, "services.csv", "2023,AL_career,AL,Karyera", "2023,AL_career,AL,")
    lines = refused(copy, capsys)
    assert lines[0] == "dataset.toml: 1 problem"
    assert lines[2:] == ["services.csv: 1 problem", "  row 3, name_az: is empty; fill the cell"]


def test_a_thousand_faults_are_counted(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A few problems of a file are listed and the rest is counted: the message stays readable."""
    edit_answers(copy, lambda rows: rows.assign(item_id=""))
    head, first, *others = refused(copy, capsys)
    assert head == "assessments.parquet: 4410 problems"
    assert first.startswith("  row 1, item_id: is empty; fill the cell")
    assert len(others) <= 50
    assert "more" in (others or [first])[-1]


def damage_parquet(folder: Path) -> None:
    """Cut the assessments short."""
    whole = (folder / "assessments.parquet").read_bytes()
    (folder / "assessments.parquet").write_bytes(whole[: len(whole) // 2])


def put_folder(folder: Path) -> None:
    """Put a folder in the place of a table."""
    (folder / "services.csv").unlink()
    (folder / "services.csv").mkdir()


def write_words_as_index(folder: Path) -> None:
    """A faulty status in a frame that was saved with words as its index."""
    edit_answers(
        folder,
        lambda rows: rows.assign(status=["lost", *rows["status"][1:]]).set_index(
            "a" + rows.index.astype(str)
        ),
    )


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (damage_parquet, "assessments.parquet"),
        (put_folder, "services.csv"),
        (write_words_as_index, "row 1, status: lost is not known"),
        (lambda folder: (folder / "organisations.csv").write_bytes(b""), "organisations.csv"),
        (lambda folder: (folder / "rules.toml").unlink(), "rules.toml"),
        (lambda folder: edit(folder, "rules.toml", '"none"', '["none"]'), "normalisation"),
        (lambda folder: edit(folder, "rules.toml", '"none"', "3"), "normalisation"),
        (lambda folder: edit(folder, "editions.csv", "framework.csv", ".."), "framework: .."),
        (lambda folder: edit(folder, "services.csv", "\n2023", "\n" + "9" * 20), "row 2"),
        (lambda folder: edit(folder, "dataset.toml", "order = 1", 'order = "x"'), "order"),
        (lambda folder: edit(folder, "framework.csv", "1.1,1,", "1.1,1.1,"), "row 4"),
        (lambda folder: edit(folder, "framework.csv", "\n1,0,", "\nrank,0,"), "rank"),
    ],
    ids=["cut parquet", "folder", "index", "empty", "no rules", "list", "number", "up",
         "huge year", "order", "circle", "reserved"],
)  # fmt: skip
def test_damage_is_one_message_and_never_a_traceback(
    damage: Callable[[Path], None], named: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with the files, the user reads where."""
    damage(copy)
    assert any(named in line for line in refused(copy, capsys))


@pytest.mark.parametrize("dataset", ["nowhere", "./nowhere", ""])
def test_an_unknown_dataset_is_refused(
    dataset: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No such dataset is exit 1; an unknown id lists the known ones."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(ROOT)
    assert main(["check", dataset]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("asan-analysis: ") and "Traceback" not in err
    if dataset == "nowhere":
        assert "known: " in err and "egov_benchmark_2023" in err


def test_an_id_outside_a_project_says_where_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a project there are no ids."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "egov_benchmark_2023"]) == 1
    assert "run from the folder that holds data/" in capsys.readouterr().err


def test_check_needs_a_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    """The command without a dataset is a wrong command line, exit 2."""
    with pytest.raises(SystemExit) as left:
        main(["check"])
    assert left.value.code == 2
    assert "DATASET" in capsys.readouterr().err
