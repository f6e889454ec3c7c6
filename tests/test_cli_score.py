"""`asan-analysis score` from end to end: files in, S.csv out, one clear message otherwise."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from plain_road import random_answers, random_framework, score_plain

from asan_analysis.cli import main
from asan_analysis.index.rules import Rules

FRAMEWORK = "node_id,parent_id,weight\nT,,\ny,B,1\nA,T,3\nx,A,\nB,T,1\n"
VALUES = "unit_id,x,y\none,80,40\ntwo,NA,30\nthree,,\n"


class Score:
    """One folder with F.csv, V.csv and, where given, R.toml; run as a user does."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.output = folder / "S.csv"

    def __call__(
        self, values=VALUES, framework=FRAMEWORK, rules=None, steps_output=None, **at: Path
    ) -> int:
        options = ["--steps-output", str(steps_output)] if steps_output else []
        files = {"framework": ("F.csv", framework), "values": ("V.csv", values),
                 "rules": ("R.toml", rules)}  # fmt: skip
        for option, (name, content) in files.items():
            if content is None:
                continue
            path = self.folder / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            options += [f"--{option}", str(at.get(f"{option}_at", path))]
        self.output = at.get("output_at", self.folder / "S.csv")
        before = self.listing()
        code = main(["score", *options, "--output", str(self.output)])
        self.printed, self.told = self.capsys.readouterr()
        self.written = self.listing() - before
        return code

    def listing(self) -> set[Path]:
        return set(self.folder.rglob("*"))

    def rows(self) -> list[list[str]]:
        with self.output.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def refuses(self, *parts: str, **given) -> None:
        """Exit 1, one message that holds the parts, nothing on stdout, nothing written."""
        assert self(**given) == 1
        assert [part for part in parts if part not in self.told] == []
        assert self.told.startswith("asan-analysis: ")
        assert "Traceback" not in self.told
        assert (self.printed, self.written) == ("", set())


@pytest.fixture
def score(tmp_path, capsys):
    return Score(tmp_path, capsys)


def test_scores_stand_depth_first_with_a_rank_and_empty_cells(score):
    """(3 x 80 + 40) / 4 = 70; `two` has y alone, 30; `three` has nothing."""
    assert score() == 0
    assert score.output.read_bytes().decode() == (
        "unit_id,T,A,x,B,y,rank\n"
        "one,70.0,80.0,80.0,40.0,40.0,1\n"
        "two,30.0,,,30.0,30.0,2\n"
        "three,,,,,,\n"
    )


def test_only_the_output_is_written(score):
    assert score() == 0
    assert score.written == {score.folder / "S.csv"}


def test_the_counts_are_printed(score):
    score()
    assert "3 units, 2 items: 3 answered, 2 not answered, 1 not applicable" in score.printed


def test_na_is_read_as_the_rules_say(score):
    """`two` lacks x: not applicable is left out, not answered is a zero here: 30 / 4."""
    rules = 'not_answered = "zero"\n'
    assert score(rules=rules) == 0
    assert [row[1] for row in score.rows()[1:]] == ["70.0", "30.0", "0.0"]
    assert score(rules=rules + 'na = "not_answered"\n') == 0
    assert [row[1] for row in score.rows()[1:]] == ["70.0", "7.5", "0.0"]
    assert "3 answered, 3 not answered, 0 not applicable" in score.printed


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ("unit_id,x,y\na,1,NA\nb,2,3\n", True),
        ("unit_id,x,y\na,1,NA\nb,,3\n", False),
        ("unit_id,x,y\na,1,4\nb,2,3\n", False),
        ("unit_id,x,y\na,1,\nb,2,3\n", False),
    ],
)
def test_na_without_an_empty_cell_is_warned_about(score, values, warned):
    assert score(values) == 0
    assert ("V.csv writes NA and has no empty cell" in score.told) is warned
    assert warned or score.told == ""


def test_numbers_are_written_so_that_they_read_back_to_the_bit(score):
    rng = np.random.default_rng(2)
    numbers = [
        float(number) for number in rng.uniform(-1, 1, 200) * 10.0 ** rng.integers(-9, 9, 200)
    ]
    values = "unit_id,x,y\n" + "".join(f"u{n},{one!r},{one!r}\n" for n, one in enumerate(numbers))
    assert score(values) == 0
    for row, number in zip(score.rows()[1:], numbers, strict=True):
        assert [cell for cell in row[1:-1] if cell != repr(float(cell))] == []
        assert row[3] == row[5] == repr(number)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_lines_end_in_lf_only(score, line_end):
    assert score(VALUES.replace("\n", line_end), FRAMEWORK.replace("\n", line_end)) == 0
    content = score.output.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert len(content.splitlines()) == 4


def test_a_byte_order_mark_is_no_part_of_the_first_column(score):
    mark = b"\xef\xbb\xbf"
    assert score(mark + VALUES.encode(), mark + FRAMEWORK.encode()) == 0
    assert score.rows()[1][:2] == ["one", "70.0"]


def test_units_keep_their_names_and_their_order(score):
    names = ["Şəki, mərkəz", 'the "first"', "007", "1.0", "NA", "İ"]
    lines = [f'"{name.replace(chr(34), chr(34) * 2)}",1,2' for name in names]
    assert score("unit_id,x,y\n" + "\n".join(lines) + "\n") == 0
    assert [row[0] for row in score.rows()[1:]] == names


def test_columns_of_the_file_may_stand_in_any_order(score):
    assert score("y,unit_id,x\n40,one,80\n") == 0
    assert score.rows()[1] == ["one", "70.0", "80.0", "80.0", "40.0", "40.0", "1"]


def test_a_column_named_in_the_rules_is_carried_and_not_scored(score):
    values = "unit_id,x,population,y\none,80,lots,40\n"
    assert score(values, rules='columns = ["population"]') == 0
    assert score.rows()[1][1] == "70.0"
    score.refuses("V.csv", "population", "columns", values=values)


def test_ties_share_the_mean_place_when_asked(score):
    values = "unit_id,x,y\na,1,1\nb,1,1\nc,0,0\n"
    assert score(values, rules='ties = "average"') == 0
    assert [row[-1] for row in score.rows()] == ["rank", "1.5", "1.5", "3.0"]


def test_rounding_by_depth_reaches_the_file(score):
    assert score("unit_id,x,y\na,2.675,1\n", rules="round = {1 = 2}") == 0
    assert score.rows()[1] == ["a", repr((3 * 2.68 + 1) / 4), "2.68", "2.675", "1.0", "1.0", "1"]


@pytest.mark.parametrize("seed", range(4))
def test_a_random_file_agrees_with_plain_loops(score, seed):
    """The loops read their numbers from the text that was written, not from memory."""
    rng = np.random.default_rng([seed, 3])
    rows = random_framework(rng)
    answers = random_answers(rng, rows)
    columns = sorted({column for row in rows for column in row})
    framework = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    words = {"not_applicable": "NA", "not_answered": ""}
    items = list(answers["u0"])
    values = [["unit_id", *items]] + [
        [unit, *(words[own[item]] if isinstance(own[item], str) else repr(own[item])
                 for item in items)]
        for unit, own in answers.items()
    ]  # fmt: skip
    texts = ["".join(",".join(line) + "\n" for line in table) for table in (values, framework)]
    rules = 'aggregation = "harmonic"\nnormalisation = "minmax"\nnot_answered = "zero"\n'
    assert score(*texts, rules=rules) == 0
    plain = score_plain(
        rows, answers, Rules("harmonic", normalisation="minmax", not_answered="zero")
    )
    header, *found = score.rows()
    for row in found:
        for name, cell in zip(header[1:-1], row[1:-1], strict=True):
            expected = plain[row[0]][name].score
            expected = math.nan if expected is None else expected
            got = float(cell or "nan")
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


CELLS = {
    "text": ("unit_id,x,y\none,80,40\ntwo,good,30\n", ["row 3", "x", "'good'", "finite number"]),
    "decimal comma": ('unit_id,x,y\none,80,"4,5"\n', ["row 2", "y", "'4,5'", "with a point"]),
    "inf": ("unit_id,x,y\none,inf,40\n", ["row 2", "x", "'inf'"]),
    "-Infinity": ("unit_id,x,y\none,1,-Infinity\n", ["row 2", "y", "'-Infinity'"]),
    "too large": ("unit_id,x,y\none,1e999,4\n", ["row 2", "x", "'1e999'"]),
    "nan": ("unit_id,x,y\none,NaN,4\n", ["row 2", "x", "'NaN'"]),
    "n/a": ("unit_id,x,y\none,n/a,4\n", ["row 2", "x", "'n/a'"]),
    "hexadecimal": ("unit_id,x,y\none,0x10,4\n", ["row 2", "x", "'0x10'"]),
    "yes": ("unit_id,x,y\none,True,4\n", ["row 2", "x", "'True'"]),
    "percent sign": ("unit_id,x,y\none,80%,4\n", ["row 2", "x", "'80%'"]),
    "repeated unit": ("unit_id,x,y\none,1,2\none,1,2\n", ["row 3", "unit_id", "one", "twice"]),
    "unit without name": ("unit_id,x,y\n,1,2\n", ["row 2", "unit_id", "is empty"]),
    "empty line": ("unit_id,x,y\none,1,2\n\ntwo,1,2\n", ["row 3", "unit_id", "is empty"]),
    "missing item": ("unit_id,x\none,1\n", ["y", "without a column", "add the column"]),
    "no unit_id": ("unit,x,y\none,1,2\n", ["unit_id", "without a column"]),
    "unknown column": ("unit_id,x,y,z\none,1,2,3\n", ["z", "is not an item", "columns"]),
    "inner node": ("unit_id,x,y,A\none,1,2,3\n", ["A", "is not an item"]),
    "repeated column": ("unit_id,x,y,x\none,1,2,3\n", ["'x'", "name each column once"]),
    "empty file": ("", ["is empty"]),
    "header only": ("unit_id,x,y\n", ["has no rows"]),
    "too many cells": ("unit_id,x,y\none,80,4,5\n", ["row 2"]),
    "open quote": ('unit_id,x,y\n"one,1,2\n', ["cannot be read as CSV"]),
    "semicolons": ("unit_id;x;y\none;1;2\n", ["semicolons", "commas"]),
    "latin-1": ("unit_id,x,y\nmünchen,1,2\n".encode("latin-1"), ["not UTF-8", "save it as UTF-8"]),
    "utf-16": ("unit_id,x,y\none,1,2\n".encode("utf-16"), ["not UTF-8"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS)
def test_a_faulty_values_file_is_refused_with_its_place(score, case):
    values, parts = CELLS[case]
    score.refuses("V.csv", *parts, values=values)


def test_all_faults_of_the_values_are_told_at_once(score):
    values = 'unit_id,x,y\none,good,"4,5"\none,inf,1\n,1,2\n'
    score.refuses("V.csv: 5 problems", "'good'", "'4,5'", "'inf'", "twice", values=values)


def test_a_truncated_row_is_not_read_as_not_answered(score):
    """A row of two cells under three columns is a broken file; a longer row is refused too."""
    score.refuses("V.csv", values="unit_id,x,y\none,80,40\ntwo,30\n")


def test_a_faulty_framework_is_refused_with_its_place(score):
    framework = "node_id,parent_id,weight\nT,,\nx,T,-1\ny,T,1\ny,T,1\n"
    score.refuses("F.csv: 2 problems", "row 3", "weight", "row 5", "y", framework=framework)
    framework = "node_id,parent_id\nT,\nx,T\ny,Q\n"
    score.refuses("F.csv", "row 4", "parent_id", "Q is not a node", framework=framework)


@pytest.mark.parametrize(
    ("rules", "parts"),
    [
        ("rouding = 2\n", ["rouding", "rounding"]),
        ("[[steps]]\ndo = 'impute'\n", ["steps[1].with: is missing"]),
        ("ties = \n", ["not TOML", "line 1"]),
        (b'columns = ["\xfc"]\n', ["not UTF-8"]),
        ('rank_on = "rounded"\n', ["rank_on", "round"]),
    ],
    ids=["unknown key", "steps", "not TOML", "latin-1", "rounded without digits"],
)
def test_faulty_rules_are_refused_with_file_and_key(score, rules, parts):
    score.refuses("R.toml", *parts, rules=rules)


def test_values_that_the_framework_cannot_score_are_refused(score):
    framework = "node_id,parent_id,normalisation,log\nT,,,\nx,T,zscore,\ny,T,,yes\n"
    values = "unit_id,x,y\none,4,1\ntwo,4,2\n"
    score.refuses("F.csv", "row 3", "x", "zscore", values=values, framework=framework)
    values = "unit_id,x,y\none,4,1\ntwo,5,0\n"
    score.refuses("row 4", "y", "unit two", "logarithm", values=values, framework=framework)


@pytest.mark.parametrize("option", ["framework", "values", "rules"])
def test_a_missing_file_is_named(score, option):
    absent = score.folder / "absent.txt"
    score.refuses("absent.txt", "missing", rules="", **{f"{option}_at": absent})


@pytest.mark.parametrize("option", ["framework", "values", "rules"])
def test_a_folder_in_place_of_a_file_is_refused(score, option):
    folder = score.folder / "folder"
    folder.mkdir()
    score.refuses("folder", rules="", **{f"{option}_at": folder})


def test_an_output_folder_that_does_not_exist_is_refused(score):
    output = score.folder / "absent" / "S.csv"
    score.refuses("absent", "give a folder that exists", output_at=output)
    assert "None" not in score.told


def test_an_output_below_a_file_is_refused(score):
    (score.folder / "plain").write_text("")
    score.refuses("plain", output_at=score.folder / "plain" / "S.csv")


def test_an_output_that_is_a_folder_is_refused(score):
    (score.folder / "taken").mkdir()
    score.refuses("taken", output_at=score.folder / "taken")


def test_a_refused_run_leaves_an_older_output_alone(score):
    assert score() == 0
    before = score.output.read_bytes()
    assert score("unit_id,x,y\none,good,1\n") == 1
    assert score.output.read_bytes() == before


DIVIDED = "node_id,parent_id,denominator\nT,,\nx,T,people\ny,T,\n"
MEASURED = (
    "unit_id,x,y,people,region\n"
    "a,10,1,2,n\nb,30,2,10,n\nc,,3,4,n\nd,8,4,,s\ne,NA,,1,s\nf,9,100,3,s\n"
)
STEPS = """
columns = ["people", "region"]
[[steps]]
do = "denominate"
[[steps]]
do = "screen"
least = 0.5
[[steps]]
do = "impute"
with = "mean"
group = "region"
[[steps]]
do = "treat"
most = 1
"""


def test_steps_run_before_scoring_and_leave_their_tables(score):
    """By hand: x is 5, 3, none, none, -, 3 a head; e has nothing; c gets 4 and d 3; 100 gets 4."""
    folder = score.folder / "steps"
    assert score(MEASURED, DIVIDED, STEPS, steps_output=folder) == 0
    assert score.output.read_text("utf-8") == (
        "unit_id,T,x,y,rank\n"
        "a,3.0,5.0,1.0,4\nb,2.5,3.0,2.0,5\nc,3.5,4.0,3.0,1\nd,3.5,3.0,4.0,1\nf,3.5,3.0,4.0,1\n"
    )
    tables = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}
    assert list(tables) == ["1_denominate.csv", "2_screen.csv", "3_impute.csv", "4_treat.csv"]
    assert tables["1_denominate.csv"] == "item_id,denominator,divided,made_missing\nx,people,3,1\n"
    assert tables["2_screen.csv"] == (
        "unit_id,available,share,kept\na,2,1.0,yes\nb,2,1.0,yes\nc,1,0.5,yes\nd,1,0.5,yes\n"
        "e,0,0.0,no\nf,2,1.0,yes\n"
    )
    assert tables["3_impute.csv"] == "unit_id,item_id,group,value\nc,x,n,4.0\nd,x,s,3.0\n"
    header, x, y = [line.split(",") for line in tables["4_treat.csv"].splitlines()]
    assert (header[3:5], x[3:5], y[3:5]) == (
        ["winsorised", "transform"], ["0", "none"], ["1", "winsorise"],
    )  # fmt: skip
    assert score.printed.splitlines() == [
        "6 units, 2 items: 9 answered, 2 not answered, 1 not applicable",
        "step 1, denominate: items divided 1, values without a denominator made missing 1",
        "step 2, screen: units dropped 1 of 6: e",
        "step 3, impute: cells imputed 2, left missing 0",
        "step 4, treat: items Winsorised 1 (values 1), to logarithms 0, with outliers still 0, "
        "left alone for too few values or no spread 0",
    ]


def test_steps_without_a_folder_write_the_scores_only(score):
    assert score(MEASURED, DIVIDED, STEPS) == 0
    assert score.written == {score.folder / "S.csv"}


def test_tables_of_an_earlier_run_with_other_steps_go(score):
    folder = score.folder / "steps"
    assert score(MEASURED, DIVIDED, STEPS, steps_output=folder) == 0
    (folder / "mine.csv").write_text("kept")
    shorter = STEPS.partition('[[steps]]\ndo = "screen"')[0]
    assert score(MEASURED, DIVIDED, shorter, steps_output=folder) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["1_denominate.csv", "mine.csv"]


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ((",2,n", ",0,n"), ["V.csv", "row 2, people: 0 is no denominator"]),
        ((",2,n", ",-2,n"), ["V.csv", "row 2, people: -2 is no denominator"]),
        ((",2,n", ",two,n"), ["V.csv", "row 2, people: 'two' is not a finite number"]),
        ((",2,n", ",inf,n"), ["V.csv", "row 2, people: 'inf' is not a finite number"]),
        ((",2,n", ",2,"), ["V.csv", "row 2, region: is empty"]),
        (("people", "heads"), ["V.csv: 2 problems", "people: is needed", "heads: is not an item"]),
    ],
    ids=["zero", "negative", "text", "infinite", "no group", "no column"],
)
def test_a_table_that_the_steps_cannot_take_is_refused(score, change, parts):
    folder = score.folder / "steps"
    values = MEASURED.replace(*change, 1)
    score.refuses(*parts, values=values, framework=DIVIDED, rules=STEPS, steps_output=folder)


def test_a_denominator_that_is_not_known_may_be_written_na(score):
    values = MEASURED.replace("d,8,4,,s", "d,8,4,NA,s")
    assert score(values, DIVIDED, STEPS) == 0
    assert "made missing 1" in score.printed


def test_a_framework_with_denominators_needs_the_step(score):
    rules = 'columns = ["people", "region"]\n'
    parts = ["F.csv", "row 3, denominator: people", 'add [[steps]] with do = "denominate"']
    score.refuses(*parts, values=MEASURED, framework=DIVIDED, rules=rules)


def test_an_error_after_the_steps_leaves_no_table(score):
    """The item y has no spread among the units that are kept, so it cannot be scored."""
    framework = "node_id,parent_id,denominator,normalisation\nT,,,\nx,T,people,\ny,T,,zscore\n"
    values = "unit_id,x,y,people,region\na,1,5,1,n\nb,2,5,1,n\n"
    folder = score.folder / "steps"
    score.refuses("F.csv", "zscore", values=values, framework=framework, rules=STEPS,
                  steps_output=folder)  # fmt: skip


@pytest.mark.parametrize("taken", ["S.csv", "steps/4_treat.csv"])
def test_scores_and_tables_are_written_all_or_none(score, taken):
    """A folder stands in the place of one of the files."""
    (score.folder / taken).mkdir(parents=True)
    score.refuses(taken.rpartition("/")[2], values=MEASURED, framework=DIVIDED, rules=STEPS,
                  steps_output=score.folder / "steps")  # fmt: skip


def test_a_folder_of_tables_that_cannot_be_made_is_refused(score):
    (score.folder / "plain").write_text("")
    given = {"values": MEASURED, "framework": DIVIDED, "rules": STEPS}
    score.refuses("plain", steps_output=score.folder / "plain", **given)
    score.refuses("none", steps_output=score.folder / "none" / "steps", **given)


def test_an_output_for_tables_without_steps_is_refused(score):
    score.refuses("--steps-output: the rules have no steps", steps_output=score.folder / "steps")


def test_scores_in_the_place_of_a_table_are_refused(score):
    folder = score.folder / "steps"
    score.refuses("move one", values=MEASURED, framework=DIVIDED, rules=STEPS, steps_output=folder,
                  output_at=folder / "1_denominate.csv")  # fmt: skip


def test_many_dropped_units_are_counted(score):
    values = "unit_id,x,y\nkept,1,2\n" + "".join(f"u{number},,\n" for number in range(10))
    assert score(values, rules="steps = [{do = 'screen', least = 0.5}]\n") == 0
    assert score.printed.splitlines()[1] == (
        "step 1, screen: units dropped 10 of 11: u0, u1, u2, u3, u4, u5, u6, u7 and 2 more"
    )


@pytest.mark.parametrize("absent", ["--framework", "--values", "--output"])
def test_a_missing_option_is_told_with_the_usage(capsys, absent):
    given = {"--framework": "F.csv", "--values": "V.csv", "--output": "S.csv"}
    del given[absent]
    with pytest.raises(SystemExit) as stop:
        main(["score", *(part for pair in given.items() for part in pair)])
    assert stop.value.code != 0
    assert absent in capsys.readouterr().err


def test_the_command_runs_in_a_process_of_its_own(tmp_path):
    """Relative paths are those of the user's folder; the second run gives the same bytes."""
    (tmp_path / "F.csv").write_text(FRAMEWORK, encoding="utf-8")
    (tmp_path / "V.csv").write_text(VALUES, encoding="utf-8")
    outputs = []
    for name in ("S.csv", "S2.csv"):
        command = [sys.executable, "-m", "asan_analysis", "score", "--framework", "F.csv",
                   "--values", "V.csv", "--output", name]  # fmt: skip
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, "")
        outputs.append((tmp_path / name).read_bytes())
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith(b"unit_id,T,A,x,B,y,rank\none,70.0,")
