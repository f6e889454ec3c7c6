"""Bad data files: one clear message with file, place, rule and remedy, or a documented reading.

`python tests/test_bad_input.py` prints every input with the message it gets.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from asan_analysis.cli import main
from asan_analysis.data.datasets import FOLDER_VARIABLE, load_dataset

ROOT = Path(__file__).resolve().parents[1]
Damage = Callable[[Path], None]


def load_fuzzer() -> Any:
    """The fuzz run of the loader; its small dataset serves here too."""
    path = ROOT / "benchmarks" / "fuzz_loader.py"
    spec = importlib.util.spec_from_file_location("fuzz_loader", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FUZZ = load_fuzzer()


class Bad(NamedTuple):
    """What is done to a file of a valid dataset, and what the message has to name."""

    file: str
    damage: Damage
    told: tuple[str, ...]


def edit(name: str, old: str, new: str, *told: str) -> Bad:
    """Replace the first place where a text stands."""

    def damage(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")

    return Bad(name, damage, told)


def recode(name: str, change: Callable[[str], bytes], *told: str) -> Bad:
    """Write the text of a file as other bytes."""

    def damage(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_text(encoding="utf-8")))

    return Bad(name, damage, told)


def answers(change: Callable[[dict[str, list[Any]]], dict[str, Any]], *told: str) -> Bad:
    """Write other columns of answers."""

    def damage(folder: Path) -> None:
        path = folder / "assessments.parquet"
        pq.write_table(pa.table(change(pq.read_table(path).to_pydict())), path)

    return Bad("assessments.parquet", damage, told)


def cell(column: str, value: Any, *told: str) -> Bad:
    """Another value in the first answer."""
    return answers(lambda one: {**one, column: [value, *one[column][1:]]}, *told)


def place(name: str, put: Callable[[Path], object], *told: str) -> Bad:
    """Something else in the place of a file."""

    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        put(folder / name)

    return Bad(name, damage, told)


def cut_answers(folder: Path) -> None:
    """Keep the first half of the answers' bytes."""
    path = folder / "assessments.parquet"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def copy_over(source: str) -> Callable[[Path], object]:
    """The bytes of another file of the dataset."""
    return lambda path: path.write_bytes((path.parent / source).read_bytes())


def many(rows: int, *told: str) -> Bad:
    """Answers of services that are not listed, each another one."""

    def damage(folder: Path) -> None:
        path = folder / "assessments.parquet"
        columns = {
            "edition_year": pa.array(np.full(rows, 2023)),
            "service_id": pa.array([f"x{number}" for number in range(rows)]),
            "item_id": pa.array(["new"] * rows).dictionary_encode(),
            "status": pa.array(["scored"] * rows).dictionary_encode(),
            "value": pa.array(np.full(rows, 0.5)),
        }
        added = pa.table(columns).cast(pq.read_schema(path))
        pq.write_table(pa.concat_tables([pq.read_table(path), added]), path)

    return Bad("assessments.parquet", damage, told)


def duplicate_column(folder: Path) -> None:
    path = folder / "assessments.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("value", table["value"]), path)


def wide(folder: Path) -> None:
    header = ",".join(f"c{number}" for number in range(10_000))
    (folder / "services.csv").write_text(f"{header}\n{'1,' * 9_999}1\n", encoding="utf-8")


ID = "is not a code; use ascii letters"
BYTES = b"\x00\xff"
BAD: dict[str, Bad] = {
    # text files
    "cp1251": recode("organisations.csv", lambda text: text.encode("cp1251", "replace") + b"\xe0",
                     "the file is not UTF-8 (byte", "save it as UTF-8"),
    "utf-16": recode("organisations.csv", lambda text: text.encode("utf-16"),
                     "the file is not UTF-8 (byte 0)"),
    "utf-16 without a mark": recode(
        "editions.csv", lambda text: text.encode("utf-16-le"),
        r"the file holds the control character '\x00' in line 1; remove it"),
    "lone surrogate": recode(
        "organisations.csv",
        lambda text: text.replace("Red", "\ud800").encode("utf-8", "surrogatepass"),
        "the file is not UTF-8 (byte"),
    "NUL byte": edit("organisations.csv", "Red", "Re\0d",
                     r"the file holds the control character '\x00' in line 2; remove it"),
    "escape letter": edit("organisations.csv", "Blue", "\x1b[31mBlue", r"'\x1b' in line 3"),
    "semicolons": recode("services.csv", lambda text: text.replace(",", ";").encode(),
                         "the file uses semicolons; save it with commas between cells"),
    "tabs": recode("services.csv", lambda text: text.replace(",", "\t").encode(),
                   "the file uses tabs; save it with commas between cells"),
    "decimal comma": edit("framework_new.csv", "shared,part,0.5", 'shared,part,"0,5"',
                          "row 5, weight: 0,5 is not a finite number; write it with a point"),
    "decimal comma, not quoted": edit("framework_new.csv", "shared,part,0.5", "shared,part,0,5",
                                      "row 5: has 16 cells and the header 15; complete the row"),
    "empty file": place("services.csv", lambda path: path.write_bytes(b""),
                        "the file is empty; write a header line and rows"),
    "blank file": place("services.csv", lambda path: path.write_bytes(b"\n \n"),
                        "the file is empty; write a header line and rows"),
    "header only": recode("editions.csv", lambda text: text.splitlines()[0].encode(),
                          "editions.csv: 1 problem\n  the file has no rows; add the rows"),
    "missing column": edit("services.csv", "family_id", "family",
                           "family_id: has no such column; add family_id; found edition_year"),
    "repeated column": edit("services.csv", "family_id", "name_az",
                            "the file repeats the column 'name_az'; name each column once"),
    "ragged row": edit("services.csv", "2022,r2,red,", "2022,r2,",
                       "row 3: has 6 cells and the header 7; complete the row"),
    "unclosed quote": edit("services.csv", "Service 2", '"Service 2',
                           "the quotes", "close the quotes, or double those inside"),
    "10,000 columns": Bad("services.csv", wide, ("edition_year: has no such column",
                                                 "found c0, c1, c2")),
    "cell of 1 MB": edit("services.csv", "Service 2", "x" * 1_000_000,
                         "row 3: cannot be read as CSV: field larger than field limit (131072)"),
    "cell of 100,000 letters": edit("services.csv", "2022,r2", f"2022,{'ə' * 100_000}",
                                    "row 3, service_id: əəə", "… (100000 characters)", ID),
    "missing file": place("services.csv", lambda path: None, "the file is missing; add the file"),
    "folder": place("services.csv", lambda path: path.mkdir(),
                    "the file cannot be read: it is not a file; put a readable file there"),
    "device": place("services.csv", os.mkfifo, "the file cannot be read: it is not a file"),
    "circle of links": place("services.csv", lambda path: path.symlink_to(path.name),
                             "the file cannot be read: Too many levels of symbolic links"),
    "link to nowhere": place("assessments.parquet", lambda path: path.symlink_to("gone"),
                             "the file is missing; add the file"),
    # cells
    "repeated key": edit("services.csv", "2022,r2,red", "2022,r1,red",
                         "row 3, edition_year, service_id: 2022 / r1 stands twice; keep one row"),
    "unknown organisation": edit("services.csv", "2022,r2,red", "2022,r2,violet",
                                 "row 3, organisation_id: violet is not in organisations.csv"),
    "unknown category": edit("organisations.csv", "2022,red,first", "2022,red,third",
                             "row 2, category: third is not a category of the dataset; write one "
                             "of first, second, or add it to dataset.toml"),
    "unknown edition": edit("organisations.csv", "2022,red,", "2021,red,",
                            "row 2, edition_year: 2021 is not in editions.csv; add it there"),
    "year 20233": edit("editions.csv", "2023,2023", "20233,2023",
                       "row 3, edition_year: 20233 is not a year; write the closing year"),
    "wrong year beside an empty one": edit(
        "services.csv", "2022,r1,red,Xidmət 1,Service 1,F1,10\n2022,r2",
        "20233,r1,red,Xidmət 1,Service 1,F1,10\n,r2",
        "row 2, edition_year: 20233 is not a year", "row 3, edition_year: is empty"),
    "1e999": edit("framework_new.csv", "total,2,,", "total,1e999,,",
                  "framework_new.csv: 1 problem\n",
                  "row 6, weight: 1e999 is not a finite number"),
    "negative weight": edit("framework_new.csv", "total,2,,", "total,-2,,",
                            "row 6, weight: -2 is below 0; correct the figure"),
    "script as id": edit("organisations.csv", "2022,red,", "2022,<script>,",
                         f"row 2, organisation_id: <script> {ID}"),
    "path as id": edit("organisations.csv", "2022,red,", "2022,../../x,",
                       f"row 2, organisation_id: ../../x {ID}"),
    "formula as id": edit("organisations.csv", "2022,red,", "2022,=cmd,",
                          f"row 2, organisation_id: =cmd {ID}"),
    "look-alike letter in an id": edit("services.csv", "2022,r2,red", "2022,r2,rеd",
                                       f"row 3, organisation_id: rеd {ID}"),
    "reversed writing in an id": edit("services.csv", "2022,r2,red", "2022,r2,\u202ered",
                                      rf"row 3, organisation_id: \u202ered {ID}"),
    "line break in an id": edit("services.csv", "2022,r2,red", '2022,r2,"re\nd"',
                                rf"row 3, organisation_id: re\nd {ID}"),
    "deep JSON": edit("assumptions.csv", '"[""geometric""]"', "[" * 50_000,
                      "row 2, alternatives: [[[", "is not a JSON list or table"),
    # answers
    "share 1.2": cell("value", 1.2, "row 1, value: 1.2 is outside 0 to 1; write a share"),
    "negative share": cell("value", -0.2, "row 1, value: -0.2 is outside 0 to 1"),
    "infinite value": cell("value", float("inf"), "row 1, value: inf is not a finite number"),
    "NaN that is scored": cell("value", float("nan"),
                               "row 1, value: is empty although scored; write the value"),
    "words for missing": answers(
        lambda one: {**one, "value": ["NaN"] + [str(value or "") for value in one["value"][1:]]},
        "row 1, value: NaN is not a finite number; write it with a point, as 12.5"),
    "unknown item": cell("item_id", "9.9",
                         "row 1, item_id: 9.9 is not an item of framework_old.csv"),
    "unknown service": cell("service_id", "r9",
                            "row 1, service_id: r9 is not in services.csv for that edition"),
    "unknown status": cell("status", "maybe", "row 1, status: maybe is not known; write one of "
                           "scored, not_applicable, not_answered"),
    "repeated answer": answers(
        lambda one: {name: [*cells, cells[0]] for name, cells in one.items()},
        "row 25, edition_year, service_id, item_id: 2022 / r1 / old stands twice"),
    "lists for values": answers(lambda one: {**one, "value": [[0.5]] * len(one["value"])},
                                "row 1, value: [0.5] is not a finite number"),
    "tables for statuses": answers(
        lambda one: {**one, "status": [{"is": "scored"}] * len(one["status"])},
        "row 1, status: {'is': 'scored'} is not known"),
    "moments for years": answers(
        lambda one: {**one, "edition_year": [datetime(2023, 1, 1)] * len(one["status"])},
        "row 1, edition_year: 2023-01-01", "is not a whole number"),
    "bytes for names": answers(lambda one: {**one, "service_id": [BYTES] * len(one["status"])},
                               "row 1, service_id:", ID),
    "a column twice": Bad("assessments.parquet", duplicate_column,
                          ("the file repeats the column 'value'",)),
    "truncated parquet": Bad("assessments.parquet", cut_answers,
                             ("the file is not a parquet file:", "write it again")),
    "CSV called parquet": place("assessments.parquet", copy_over("services.csv"),
                                "the file is not a parquet file:"),
    "parquet called CSV": place("services.csv", copy_over("assessments.parquet"),
                                "the file is not UTF-8 (byte"),
    "folder of parquet": place("assessments.parquet", lambda path: path.mkdir(),
                               "the file cannot be read: it is not a file"),
    "1,000 unknown services": many(1_000, "assessments.parquet: 1000 problems",
                                   "is not in services.csv for that edition"),
    # dataset.toml, rules, framework
    "bad TOML": edit("dataset.toml", "decimals = 2", "decimals = ", "the file is not TOML:",
                     "(at line 9, column 12)"),
    "deep TOML": edit("dataset.toml", "decimals = 2", "decimals = " + "[" * 5_000,
                      "the file is nested too deeply"),
    "number without end": edit("dataset.toml", "decimals = 2", "decimals = " + "9" * 5_000,
                               "the file holds a number without end; correct it"),
    "escaped NUL": edit("dataset.toml", "Nobody", r"No\u0000body",
                        r"publisher: holds the control character '\x00'; remove it"),
    "wrong types": edit("dataset.toml", "decimals = 2", 'decimals = "two"',
                        "decimals: two has the wrong type; write a whole number"),
    "a list for a title": edit("dataset.toml", '"Tiny sample"', "[1]",
                               "title_en: [1] has the wrong type; write text"),
    "path as the dataset's id": edit("dataset.toml", '"tiny"', '"../x"',
                                     "id: ../x is not a name; use ascii letters, digits"),
    "script as a category": edit("dataset.toml", 'id = "first"', 'id = "<script>"',
                                 "categories.id: <script> is not a code"),
    "framework outside": edit("editions.csv", "framework_new.csv", "../framework.csv",
                              "framework: ../framework.csv is not a plain file name; put the file"),
    "file name of 300 letters": edit(
        "editions.csv", "rules_new.toml", "x" * 300,
        "x… (300 characters): 1 problem", "the file cannot be read: File name too long",
    )._replace(file="x" * 80),
    "circle": edit("framework_new.csv", "part,total,", "part,new,",
                   "row 3, parent_id: new is part of a circle that the root does not reach"),
    "two roots": edit("framework_new.csv", "part,total,", "part,,",
                      "row 3, parent_id: part is a second root beside total; name its parent"),
    "unknown rule": edit("rules_new.toml", "rounding", "ruonding",
                         "ruonding: is not a rule; known: aggregation, columns"),
    "range without end": edit("rules_new.toml", "[1, 100]", "[1, 1" + "0" * 400 + "]",
                              "range: [1, 1000", "is not a range; write two numbers"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A valid small dataset; the user stands beside it."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "small"
    made.mkdir()
    FUZZ.write_dataset(made)
    return made


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


def run(*command: str) -> tuple[int, str, str]:
    """Exit code, output and error output of a command run in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(command))
    return code, out.getvalue(), err.getvalue()


def refused(command: list[str], folder: Path) -> str:
    """The message of a refusal: exit 1, no traceback, readable, nothing written."""
    before = content(folder.parent)
    code, out, err = run(*command)
    assert (code, out) == (1, ""), err
    assert err.startswith("asan-analysis: ") and "Traceback" not in err
    assert all(line.isprintable() for line in err.splitlines())
    assert max(map(len, err.splitlines())) < 1_000
    assert content(folder.parent) == before
    return err


def test_the_small_dataset_is_valid(folder: Path) -> None:
    assert run("check", str(folder))[:2] == (
        0, "tiny: synthetic, draft; 2 edition(s), 3 organisations, 4 services, 24 answers; "
        "no problems\n")  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_input_is_one_clear_message(name: str, folder: Path) -> None:
    """File, place, rule and remedy; never a traceback and never a half result."""
    bad = BAD[name]
    bad.damage(folder)
    message = refused(["check", str(folder)], folder)
    for part in (bad.file, *bad.told):
        assert part in message


@pytest.mark.parametrize("name", ["cp1251", "share 1.2", "bad TOML", "truncated parquet",
                                  "circle of links", "path as id"])  # fmt: skip
def test_a_report_refuses_before_it_starts(name: str, folder: Path) -> None:
    """No notebook runs and no folder appears."""
    bad = BAD[name]
    bad.damage(folder)
    message = refused(["report", "--year", "2023", "--dataset", str(folder)], folder)
    for part in (bad.file, *bad.told):
        assert part in message


def test_many_rows_of_unknown_services_are_counted(folder: Path) -> None:
    """One short message with a count, in seconds: time that grew with the square would be hours."""
    many(200_000).damage(folder)
    started = time.process_time()
    message = refused(["check", str(folder)], folder)
    assert time.process_time() - started < 10
    assert "assessments.parquet: 200000 problems" in message
    assert "service_id: x0 is not in services.csv for that edition; add it there" in message
    assert len(message) < 10_000


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_byte_order_mark_and_either_form_of_letters_read_alike(form: str, folder: Path) -> None:
    """Letters are read composed, whichever form a file has; a mark at the start is no letter."""
    plain = load_dataset(str(folder))
    for path in [*folder.glob("*.csv"), *folder.glob("*.toml")]:
        text = unicodedata.normalize(form, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8-sig")
    again = load_dataset(str(folder))
    assert again.about == plain.about
    for table in ("organisations", "services", "categories", "editions"):
        assert getattr(again, table).equals(getattr(plain, table))


def test_names_in_both_forms_match(folder: Path) -> None:
    """An item whose id is composed in the framework and not in the answers is the same item."""
    framework = (folder / "framework_old.csv").read_text(encoding="utf-8")
    composed = unicodedata.normalize("NFC", "sürət")
    framework = framework.replace("old,total", f"{composed},total")
    (folder / "framework_old.csv").write_text(framework, encoding="utf-8")
    answers(
        lambda one: {
            **one,
            "item_id": [
                unicodedata.normalize("NFD", "sürət") if item == "old" else item
                for item in one["item_id"]
            ],
        }
    ).damage(folder)
    (folder / "evaluations.parquet").unlink()
    assert run("check", str(folder))[0] == 0
    assert composed in set(load_dataset(str(folder)).assessments["item_id"])


def test_a_file_name_is_shown_legibly(folder: Path) -> None:
    """A name that reverses the writing direction stands in the message as its code."""
    bad = edit("editions.csv", "rules_new.toml", "r\u202e.toml")
    bad.damage(folder)
    told = refused(["check", str(folder)], folder)
    assert "r\\u202e.toml: 1 problem\n  the file is missing; add the file" in told


@pytest.mark.parametrize("given", ["x" * 5_000, "./" + "x" * 5_000, "./circle", "a\nb", "\u202e"])
def test_a_strange_name_of_a_dataset_is_refused(given: str, folder: Path) -> None:
    (folder.parent / "circle").symlink_to("circle")
    (folder.parent / "data" / "published").mkdir(parents=True)
    assert "dataset '" in refused(["check", given], folder)


def print_table() -> None:
    """Every bad input with the lines of its message."""
    for name, bad in [*BAD.items(), ("1,000,000 unknown services", many(1_000_000))]:
        with tempfile.TemporaryDirectory() as place:
            made = Path(place, "small")
            made.mkdir()
            FUZZ.write_dataset(made)
            bad.damage(made)
            lines = run("check", str(made))[2].removeprefix("asan-analysis: ").splitlines()
            told = " | ".join(line.strip() for line in lines)
            print(f"{name}: {told[:230]}{'…' if len(told) > 230 else ''}")


if __name__ == "__main__":
    sys.exit(print_table())
