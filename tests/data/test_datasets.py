"""Datasets: a folder is read whole, its tables are held against each other, and a year is cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from asan_analysis.data.datasets import (
    DEFAULT_DATASET,
    FOLDER_VARIABLE,
    Dataset,
    dataset_folder,
    load_dataset,
    select_edition,
)
from asan_analysis.errors import (
    AsanAnalysisError,
    DataError,
    ParameterError,
    Problem,
    UnknownEditionError,
)

Answer = dict[str, Any]

ORGANISATIONS = {"red": "first", "blue": "first", "green": "second"}
SERVICES = {"r1": "red", "r2": "red", "b1": "blue", "b2": "blue", "g1": "green"}
ITEMS = {2022: ("old", "shared"), 2023: ("new", "shared", "days")}
FILES = {
    "dataset.toml": """\
id = "tiny"
title_az = "Kiçik nümunə"
title_en = "Tiny sample"
kind = "synthetic"
status = "draft"
publisher = "Nobody"
licence = "CC0"
citation = "None"
decimals = 2
places = 3
min_services = 1

[[categories]]
id = "second"
title_az = "İkinci"
title_en = "Second"
order = 2

[[categories]]
id = "first"
title_az = "Birinci"
title_en = "First"
order = 1
""",
    "editions.csv": (
        "edition_year,label_az,label_en,order,framework,rules\n"
        "2022,2021-2022,2021-2022,1,framework_old.csv,rules.toml\n"
        "2023,2023,2023,2,framework_new.csv,rules.toml\n"
    ),
    "framework_old.csv": "node_id,parent_id,weight\ntotal,,\nold,total,1\nshared,total,1\n",
    "framework_new.csv": (
        "node_id,parent_id,weight,normalisation,lower,upper\n"
        "total,,,,,\n"
        "part,total,1,,,\n"
        "new,part,1,,,\n"
        "shared,part,1,,,\n"
        "days,total,1,goalposts,0,30\n"
    ),
    "rules.toml": 'aggregation = "arithmetic"\n',
    "organisations.csv": (
        "edition_year,organisation_id,category,name_az,name_en,aliases,successors\n"
        + "".join(
            f"{year},{body},{category},Ad,Name,,\n"
            for year in ITEMS
            for body, category in ORGANISATIONS.items()
        )
    ),
    "services.csv": (
        "edition_year,service_id,organisation_id,name_az,name_en,family_id,audience\n"
        + "".join(
            f"{year},{service},{body},Xidmət,Service,,citizen\n"
            for year in ITEMS
            for service, body in SERVICES.items()
        )
    ),
}


def full_answers() -> list[Answer]:
    """Every service answers every item of its edition; days are counted, the rest are shares."""
    return [
        {"edition_year": year, "service_id": service, "item_id": item, "status": "scored",
         "value": 12.0 if item == "days" else 0.5}
        for year in ITEMS for service in SERVICES for item in ITEMS[year]
    ]  # fmt: skip


def write_answers(folder: Path, rows: list[Answer], name: str = "assessments") -> None:
    """Write answers as a parquet file of the folder."""
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A valid dataset: 2 categories, 3 organisations, 5 services, 2 editions, 2 frameworks."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_answers(folder, full_answers())
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first place where a text stands in a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_answer(folder: Path, row: int, **cells: Any) -> None:
    """Change one answer, rows counted from 1."""
    rows = full_answers()
    rows[row - 1].update(cells)
    write_answers(folder, rows)


def refusal(folder: Path) -> DataError:
    """The refusal of a dataset."""
    with pytest.raises(DataError) as refused:
        load_dataset(str(folder))
    return refused.value


# What is read


def test_a_valid_folder_loads_whole(tiny: Path) -> None:
    """All tables of all editions are read, categories in their order, attributes carried along."""
    data = load_dataset(str(tiny))
    assert (data.dataset_id, data.kind, data.folder) == ("tiny", "synthetic", tiny)
    assert (data.title("az"), data.title("en")) == ("Kiçik nümunə", "Tiny sample")
    assert data.categories["id"].tolist() == ["first", "second"]
    assert data.categories["title_az"].tolist() == ["Birinci", "İkinci"]
    sizes = [len(data.editions), len(data.organisations), len(data.services)]
    assert [*sizes, len(data.assessments)] == [2, 6, 10, 25]
    assert set(data.frameworks) == {"framework_old.csv", "framework_new.csv"}
    assert data.rules == {"rules.toml": {"aggregation": "arithmetic"}}
    assert data.services["audience"].unique().tolist() == ["citizen"]
    assert data.assessments.dtypes.astype(str).to_dict() == {
        "edition_year": "Int64", "service_id": "str", "item_id": "str", "status": "str",
        "value": "float64",
    }  # fmt: skip


def test_absent_optional_tables_are_empty_with_their_columns(tiny: Path) -> None:
    """Announced figures, assumptions and evaluations may be absent."""
    data = load_dataset(str(tiny))
    assert data.announced.empty and data.assumptions.empty and data.evaluations.empty
    assert "score_percent" in data.announced and "evaluator_id" in data.evaluations


def test_a_folder_without_assessments_is_a_register(tiny: Path) -> None:
    """A register loads, with an empty table of answers that still has its columns."""
    (tiny / "assessments.parquet").unlink()
    data = load_dataset(str(tiny))
    assert data.assessments.empty
    assert {"service_id", "item_id", "status", "value"} <= set(data.assessments)
    assert len(data.services) == 10


def test_the_three_kinds_of_missing_stay_apart(tiny: Path) -> None:
    """Not applicable, not answered and zero are three different things after reading."""
    rows = full_answers()
    rows[0].update(status="not_applicable", value=None)
    rows[1].update(status="not_answered", value=None)
    rows[2].update(value=0.0)
    write_answers(tiny, rows)
    answers = load_dataset(str(tiny)).assessments.head(3)
    assert answers["status"].tolist() == ["not_applicable", "not_answered", "scored"]
    assert answers["value"].isna().tolist() == [True, True, False]
    assert answers["value"][2] == 0.0


def test_evaluations_may_answer_one_item_twice(tiny: Path) -> None:
    """Two evaluators may score the same item; one evaluator may not score it twice."""
    rows = [{**row, "evaluator_id": name} for row in full_answers() for name in ("e1", "e2")]
    write_answers(tiny, rows, "evaluations")
    assert len(load_dataset(str(tiny)).evaluations) == 50
    write_answers(tiny, [*rows, rows[0]], "evaluations")
    (problem,) = refusal(tiny).problems
    assert (problem.file, problem.row) == ("evaluations.parquet", 51)
    assert problem.value == "2022 / r1 / old / e1"


@pytest.mark.parametrize("name", ["editions", "organisations", "services"])
def test_a_missing_required_file_is_named(name: str, tiny: Path) -> None:
    """The refusal names the file that is missing and says nothing against the others."""
    (tiny / f"{name}.csv").unlink()
    problems = [one for one in refusal(tiny).problems if one.file == f"{name}.csv"]
    expected = Problem(f"{name}.csv", None, "", "", "the file is missing", "add the file")
    assert problems == [expected]


def test_an_unreadable_table_is_not_held_against_the_others(tiny: Path) -> None:
    """Without organisations no service is called an orphan: one fault, one message."""
    (tiny / "organisations.csv").unlink()
    assert [one.file for one in refusal(tiny).problems] == ["organisations.csv"]


def test_nothing_is_written(tiny: Path) -> None:
    """Loading, whether it succeeds or is refused, changes no file and leaves none behind."""
    before = {path: path.read_bytes() for path in tiny.iterdir()}
    load_dataset(str(tiny))
    assert {path: path.read_bytes() for path in tiny.iterdir()} == before
    edit(tiny, "services.csv", "2022,r1,red", "2022,r1,")
    before = {path: path.read_bytes() for path in tiny.iterdir()}
    refusal(tiny)
    assert {path: path.read_bytes() for path in tiny.iterdir()} == before


# All failures at once


def test_failures_of_all_files_are_named_at_once(tiny: Path) -> None:
    """One planted fault in each of eight files: eight places in one refusal."""
    edit(tiny, "dataset.toml", '"draft"', '"done"')
    edit(tiny, "editions.csv", "2023,2023,2023,2", "2023,2023,2023,second")
    edit(tiny, "framework_old.csv", "old,total,1", "old,total,-1")
    edit(tiny, "framework_new.csv", "goalposts", "goalpost")
    edit(tiny, "organisations.csv", "2022,blue,first,Ad", "2022,blue,first,")
    edit(tiny, "services.csv", "2022,r2,red", "20x2,r2,red")
    edit_answer(tiny, 3, status="lost")
    (tiny / "rules.toml").write_text("aggregation = \n", encoding="utf-8")
    places = {(one.file, one.row, one.column) for one in refusal(tiny).problems}
    assert places >= {
        ("dataset.toml", None, "status"), ("editions.csv", 3, "order"),
        ("framework_old.csv", 3, "weight"), ("framework_new.csv", 6, "normalisation"),
        ("organisations.csv", 3, "name_az"), ("services.csv", 3, "edition_year"),
        ("assessments.parquet", 3, "status"), ("rules.toml", None, ""),
    }  # fmt: skip


def test_a_faulty_cell_does_not_hide_a_broken_link(tiny: Path) -> None:
    """A cell that breaks its contract and a row that points nowhere are named together."""
    edit(tiny, "services.csv", "2022,r1,red,Xidmət", "2022,r1,red,")
    edit(tiny, "organisations.csv", "2022,blue,first", "2022,blue,third")
    edit_answer(tiny, 1, value=1.2)
    places = {(one.file, one.row, one.column) for one in refusal(tiny).problems}
    assert places == {
        ("services.csv", 2, "name_az"), ("organisations.csv", 3, "category"),
        ("assessments.parquet", 1, "value"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column"),
    [({"status": "Scored"}, "status"), ({"status": None}, "status"), ({"value": "half"}, "value")],
)
def test_a_faulty_cell_of_an_answer_is_one_problem(cells: Answer, column: str, tiny: Path) -> None:
    """A misspelt status is not followed by advice to empty the value, nor a bad value by more."""
    rows = [{**row, "value": str(row["value"])} for row in full_answers()]
    rows[0].update(cells)
    write_answers(tiny, rows)
    places = [(one.file, one.row, one.column) for one in refusal(tiny).problems]
    assert places == [("assessments.parquet", 1, column)]


def test_the_message_groups_problems_by_file(tiny: Path) -> None:
    """Each file is headed by its name and its count, each problem stands on its own line."""
    edit(tiny, "organisations.csv", "2022,blue,first,Ad,Name", "2022,blue,first,,")
    edit(tiny, "services.csv", "2022,r2,red,Xidmət", "2022,r2,red,")
    assert str(refusal(tiny)).splitlines() == [
        "organisations.csv: 2 problems",
        "  row 3, name_az: is empty; fill the cell",
        "  row 3, name_en: is empty; fill the cell",
        "services.csv: 1 problem",
        "  row 3, name_az: is empty; fill the cell",
    ]


# Links


def test_a_category_that_the_dataset_does_not_name_is_refused(tiny: Path) -> None:
    """The refusal lists the categories of dataset.toml."""
    edit(tiny, "organisations.csv", "2023,green,second", "2023,green,third")
    remedy = "write one of first, second, or add it to dataset.toml"
    assert refusal(tiny).problems == [
        Problem("organisations.csv", 7, "category", "third", "is not a category of the dataset",
                remedy)
    ]  # fmt: skip


def test_a_service_of_an_unknown_organisation_is_refused(tiny: Path) -> None:
    """The organisation has to stand in the same edition."""
    edit(tiny, "services.csv", "2022,r2,red", "2022,r2,violet")
    (problem,) = refusal(tiny).problems
    assert problem[:4] == ("services.csv", 3, "organisation_id", "violet")
    assert problem.rule == "is not in organisations.csv for that edition"
    assert problem.remedy == "add it there or correct this row"


def test_an_organisation_of_another_edition_does_not_own_a_service(tiny: Path) -> None:
    """Owners are per edition: a body of 2022 owns nothing in 2023."""
    edit(tiny, "organisations.csv", "2023,green,second,Ad,Name,,\n", "")
    (problem,) = refusal(tiny).problems
    assert problem[:4] == ("services.csv", 11, "organisation_id", "green")


def test_an_answer_of_an_unknown_service_is_refused(tiny: Path) -> None:
    """Rows of a parquet file count from 1."""
    edit_answer(tiny, 4, service_id="nobody")
    (problem,) = refusal(tiny).problems
    assert problem[:4] == ("assessments.parquet", 4, "service_id", "nobody")
    assert problem.rule == "is not in services.csv for that edition"


def test_an_answer_of_a_service_of_another_edition_is_refused(tiny: Path) -> None:
    """Services are per edition too."""
    edit(tiny, "services.csv", "2022,g1,green,Xidmət,Service,,citizen\n", "")
    places = [(one.file, one.row, one.value) for one in refusal(tiny).problems]
    assert places == [("assessments.parquet", 9, "g1"), ("assessments.parquet", 10, "g1")]


@pytest.mark.parametrize(
    ("row", "item"), [(1, "new"), (1, "days"), (11, "old"), (11, "part"), (11, "total"), (1, "x")]
)
def test_an_item_outside_the_framework_of_its_edition_is_refused(
    row: int, item: str, tiny: Path
) -> None:
    """Items of the other edition, inner nodes and unknown ids are refused under either method."""
    edit_answer(tiny, row, item_id=item)
    (problem,) = refusal(tiny).problems
    method = "framework_old.csv" if row == 1 else "framework_new.csv"
    assert problem[:4] == ("assessments.parquet", row, "item_id", item)
    assert problem.rule == f"is not an item of {method}"


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"status": "not_answered"}, "stands although not scored"),
        ({"status": "not_applicable", "value": 0.0}, "stands although not scored"),
        ({"value": None}, "is empty although scored"),
        ({"value": float("nan")}, "is empty although scored"),
        ({"value": 1.2}, "is outside 0 to 1"),
        ({"value": -0.2}, "is outside 0 to 1"),
        ({"value": 50.0}, "is outside 0 to 1"),
    ],
)
def test_a_value_that_does_not_fit_its_status_or_scale_is_refused(
    cells: Answer, rule: str, tiny: Path
) -> None:
    """A value goes with `scored` alone, and a share lies between 0 and 1."""
    edit_answer(tiny, 2, **cells)
    (problem,) = refusal(tiny).problems
    assert (problem.file, problem.row, problem.column) == ("assessments.parquet", 2, "value")
    assert problem.rule == rule
    assert problem.remedy


def test_evaluations_are_held_against_the_same_links(tiny: Path) -> None:
    """Items, services and shares of evaluations are checked as those of assessments."""
    row = {**full_answers()[0], "evaluator_id": "e1"}
    rows = [{**row, "service_id": "nobody"}, {**row, "item_id": "new"}, {**row, "value": 1.2}]
    write_answers(tiny, rows, "evaluations")
    places = {(one.file, one.row, one.column) for one in refusal(tiny).problems}
    assert places == {
        ("evaluations.parquet", 1, "service_id"), ("evaluations.parquet", 2, "item_id"),
        ("evaluations.parquet", 3, "value"),
    }  # fmt: skip


def test_a_measured_quantity_with_bounds_is_not_held_to_a_share(tiny: Path) -> None:
    """Days are given in days, and may lie beyond their goalposts."""
    edit_answer(tiny, 13, value=45.0)
    assert load_dataset(str(tiny)).assessments["value"][12] == 45.0


def test_the_default_normalisation_of_the_rules_decides_what_a_share_is(tiny: Path) -> None:
    """Under rules that normalise by minmax an item without its own word is a quantity."""
    (tiny / "rules.toml").write_text('normalisation = "minmax"\n', encoding="utf-8")
    edit_answer(tiny, 1, value=1.2)
    assert load_dataset(str(tiny)).assessments["value"][0] == 1.2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("organisations.csv", "2022,red", "2015,red"),
        ("services.csv", "2022,r1", "2015,r1"),
        ("announced.csv", "2023,", "2015,"),
    ],
)
def test_a_row_of_an_unknown_edition_is_refused(name: str, old: str, new: str, tiny: Path) -> None:
    """An edition is known when the dataset's own editions.csv holds it."""
    write_announced(tiny, "2023,organisation,red,total,all,50.5,1,1,a page\n")
    edit(tiny, name, old, new)
    found = Problem(name, 2, "edition_year", "2015", "is not in editions.csv",
                    "add it there or correct this row")  # fmt: skip
    assert found in refusal(tiny).problems


def test_an_answer_of_an_unknown_edition_is_refused(tiny: Path) -> None:
    """The answer's row and year are named."""
    edit_answer(tiny, 5, edition_year=2015)
    places = [one[:4] for one in refusal(tiny).problems]
    assert ("assessments.parquet", 5, "edition_year", "2015") in places


def write_announced(folder: Path, rows: str) -> None:
    """Write announced.csv with these rows."""
    header = "edition_year,level,unit_id,node_id,scope,score_percent,rank,decimals,source\n"
    (folder / "announced.csv").write_text(header + rows, encoding="utf-8")


@pytest.mark.parametrize("scope", ["all", "first"])
def test_an_announced_scope_is_all_or_a_category(scope: str, tiny: Path) -> None:
    """Announced figures are read with the field they were announced for."""
    write_announced(tiny, f"2023,organisation,red,total,{scope},50.5,1,1,a page\n")
    assert load_dataset(str(tiny)).announced["scope"].tolist() == [scope]


def test_an_announced_scope_that_is_no_category_is_refused(tiny: Path) -> None:
    """A misspelt field would be announced and never compared."""
    write_announced(tiny, "2023,organisation,red,total,fist,50.5,1,1,a page\n")
    (problem,) = refusal(tiny).problems
    assert problem[:4] == ("announced.csv", 2, "scope", "fist")


# Methods


@pytest.mark.parametrize("column", ["framework", "rules"])
@pytest.mark.parametrize("name", ["../x.csv", "/etc/hostname", "sub/x.csv", ".."])
def test_a_file_outside_the_folder_is_refused(column: str, name: str, tiny: Path) -> None:
    """A dataset reads nothing outside its folder."""
    old = "framework_old.csv" if column == "framework" else "rules.toml"
    edit(tiny, "editions.csv", old, name)
    (tiny.parent / "x.csv").write_text(FILES["framework_old.csv"], encoding="utf-8")
    found = Problem("editions.csv", None, column, name, "is not a plain file name",
                    "put the file into the dataset's folder")  # fmt: skip
    assert found in refusal(tiny).problems


@pytest.mark.parametrize(
    ("old", "new"), [("framework_old.csv", "framework_none.csv"), ("rules.toml", "none.toml")]
)
def test_a_missing_method_file_is_named(old: str, new: str, tiny: Path) -> None:
    """A framework or rules file that an edition names has to be there."""
    edit(tiny, "editions.csv", old, new)
    assert refusal(tiny).problems == [
        Problem(new, None, "", "", "the file is missing", "add the file")
    ]


def test_faults_of_two_frameworks_are_named_by_their_files(tiny: Path) -> None:
    """Two methods are two files, each with its own problems."""
    edit(tiny, "framework_old.csv", "old,total,1", "old,total,one")
    edit(tiny, "framework_new.csv", "new,part,1", "shared,part,1")
    places = [(one.file, one.row, one.column) for one in refusal(tiny).problems]
    assert ("framework_old.csv", 3, "weight") in places
    assert ("framework_new.csv", 5, "node_id") in places


@pytest.mark.parametrize("value", ["3", '["none"]', "{a = 1}"])
def test_a_normalisation_of_the_wrong_type_is_no_accident(value: str, tiny: Path) -> None:
    """Loading takes the rules as they stand or refuses them; it does not fail on their type."""
    (tiny / "rules.toml").write_text(f"normalisation = {value}\n", encoding="utf-8")
    try:
        load_dataset(str(tiny))
    except AsanAnalysisError as error:
        assert "normalisation" in str(error)


def test_two_editions_in_the_same_place_are_refused(tiny: Path) -> None:
    """The order places an edition; two in one place have no previous edition."""
    edit(tiny, "editions.csv", "2023,2023,2023,2", "2023,2023,2023,1")
    problems = refusal(tiny).problems
    assert ("editions.csv", "order") in [(one.file, one.column) for one in problems]


# dataset.toml


@pytest.mark.parametrize(
    ("old", "new", "column", "rule"),
    [
        ('id = "tiny"\n', "", "id", "is missing"),
        ('publisher = "Nobody"\n', "", "publisher", "is missing"),
        ('"synthetic"', '"published"', "kind", "is not known"),
        ('"synthetic"', '["synthetic"]', "kind", "has the wrong type"),
        ('"draft"', '"done"', "status", "is not known"),
        ("decimals = 2", 'decimals = "2"', "decimals", "has the wrong type"),
        ("decimals = 2", "decimals = 2.5", "decimals", "has the wrong type"),
        ("decimals = 2", "decimals = true", "decimals", "has the wrong type"),
        ('title_en = "Tiny sample"', "title_en = 1", "title_en", "has the wrong type"),
        ('"tiny"', '"ti ny"', "id", "is not a name"),
        ('"tiny"', '"kiçik"', "id", "is not a name"),
        ('"tiny"', '"../tiny"', "id", "is not a name"),
        ('"tiny"', '""', "id", "is not a name"),
        ('"tiny"', "5", "id", "has the wrong type"),
    ],
)
def test_a_fault_of_the_description_is_named(
    old: str, new: str, column: str, rule: str, tiny: Path
) -> None:
    """The refusal names the key of dataset.toml, the rule and the remedy."""
    edit(tiny, "dataset.toml", old, new)
    (problem, *_) = refusal(tiny).problems
    assert (problem.file, problem.column, problem.rule) == ("dataset.toml", column, rule)
    assert problem.remedy


@pytest.mark.parametrize("line", ["decimals = -2", "decimals = 400"])
def test_decimals_that_cannot_be_printed_are_refused(line: str, tiny: Path) -> None:
    """Digits after the point lie in the range that announced figures use."""
    edit(tiny, "dataset.toml", "decimals = 2", line)
    assert "decimals" in [one.column for one in refusal(tiny).problems]


@pytest.mark.parametrize("line", ["places = -3", "min_services = -1"])
def test_negative_counts_of_the_description_are_refused(line: str, tiny: Path) -> None:
    """A category has no negative number of places, a place no negative number of services."""
    key = line.split()[0]
    old = {"places": "places = 3", "min_services": "min_services = 1"}[key]
    edit(tiny, "dataset.toml", old, line)
    assert key in [one.column for one in refusal(tiny).problems]


def test_a_description_that_is_not_toml_is_refused(tiny: Path) -> None:
    """The line is named, and no fault is invented in the other files."""
    edit(tiny, "dataset.toml", "places = 3", "places =")
    (problem,) = refusal(tiny).problems
    assert problem.file == "dataset.toml"
    assert "is not TOML" in problem.rule and "line 10" in problem.rule


def test_an_empty_description_misses_every_key(tiny: Path) -> None:
    """All twelve keys are named at once."""
    (tiny / "dataset.toml").write_text("", encoding="utf-8")
    missing = [one.column for one in refusal(tiny).problems if one.rule == "is missing"]
    assert len(missing) == 12
    assert {"id", "title_az", "kind", "status", "decimals", "categories"} <= set(missing)


def category(name: object, order: object) -> str:
    """One entry of the categories in TOML."""
    words = {"id": name, "title_az": "a", "title_en": "b", "order": order}
    return "{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in words.items()) + "}"


@pytest.mark.parametrize(
    "categories",
    [
        "[]",
        "[1, 2]",
        '["first", "second"]',
        '"first"',
        '[{id = "first"}, {id = "second"}]',
        f"[{category('first', 1)}, {category('second', 2)}, {category(3, 3)}]",
        f"[{category('first', 'one')}, {category('second', 2)}]",
        f"[{category('first', 1)}, {category('second', 2)}, {category('first', 3)}]",
    ],
    ids=["none", "numbers", "texts", "text", "bare", "id", "order", "twice"],
)
def test_faulty_categories_are_refused(categories: str, tiny: Path) -> None:
    """No categories, categories of a wrong type and one id twice are faults of dataset.toml."""
    about = FILES["dataset.toml"].partition("\n[[")[0]
    (tiny / "dataset.toml").write_text(f"{about}categories = {categories}\n", encoding="utf-8")
    problems = refusal(tiny).problems
    assert any(
        one.file == "dataset.toml" and one.column.startswith("categories") for one in problems
    )


# Finding a dataset


@pytest.fixture
def project(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that holds the tiny dataset under data/, as the working folder."""
    root = tiny.parent / "project"
    (root / "data" / "published").mkdir(parents=True)
    tiny.rename(root / "data" / "tiny")
    monkeypatch.chdir(root)
    return root


def test_a_dataset_is_found_by_its_id_from_any_folder_below(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id stands for a folder under data/ of the project."""
    assert load_dataset("tiny").folder == project / "data" / "tiny"
    (project / "notebooks").mkdir()
    monkeypatch.chdir(project / "notebooks")
    assert load_dataset("tiny").dataset_id == "tiny"


def test_a_folder_is_taken_relative_to_the_users_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path is read from where the user stands."""
    monkeypatch.chdir(project / "data")
    assert load_dataset("./tiny").dataset_id == "tiny"
    assert load_dataset("tiny").folder == project / "data" / "tiny"


def test_an_unknown_dataset_lists_the_known_ones(project: Path) -> None:
    """The refusal names what was asked for and every id under data/."""
    (project / "data" / "another").mkdir()
    (project / "data" / "another" / "dataset.toml").touch()
    with pytest.raises(ParameterError, match=r"'asan_smaple' .*known: another, tiny"):
        load_dataset("asan_smaple")


@pytest.mark.parametrize("dataset", ["", "   ", "./nowhere", "published/../../nowhere"])
def test_no_dataset_and_no_folder_are_refused(dataset: str, project: Path) -> None:
    """An empty id and a folder that is not there are faults of the parameter."""
    with pytest.raises(ParameterError):
        load_dataset(dataset)


def test_the_environment_says_where_a_dataset_lies(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notebooks pass ids; the folder of that one id reaches them by the environment."""
    elsewhere = project / "elsewhere"
    (project / "data" / "tiny").rename(elsewhere)
    edit(elsewhere, "dataset.toml", '"tiny"', '"other"')
    monkeypatch.setenv(FOLDER_VARIABLE, str(elsewhere))
    assert dataset_folder("other") == elsewhere
    with pytest.raises(ParameterError, match="'tiny'"):
        dataset_folder("tiny")


def test_the_same_id_from_two_folders_is_refused(project: Path) -> None:
    """Two folders with one id would write their reports over each other (contract, section 1)."""
    copy = project / "data" / "tiny_copy"
    copy.mkdir()
    for path in (project / "data" / "tiny").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    with pytest.raises(AsanAnalysisError, match="tiny"):
        load_dataset("tiny_copy")


# One edition


def test_an_edition_is_cut_out_of_every_table(tiny: Path) -> None:
    """One year's rows remain, numbered anew; the whole dataset stays as it was."""
    write_announced(
        tiny,
        "2022,organisation,red,total,all,50,1,1,a page\n2023,category,first,total,all,50,,1,a\n",
    )
    rows = [{**row, "evaluator_id": "e1"} for row in full_answers()]
    write_answers(tiny, rows, "evaluations")
    data = load_dataset(str(tiny))
    one, edition = select_edition(data, 2023)
    assert (edition.edition_year, edition.label_en, edition.order) == (2023, "2023", 2)
    assert (edition.framework, edition.rules) == ("framework_new.csv", "rules.toml")
    sizes = {"organisations": 3, "services": 5, "assessments": 15, "evaluations": 15,
             "announced": 1}  # fmt: skip
    for name, size in sizes.items():
        frame = getattr(one, name)
        assert frame["edition_year"].tolist() == [2023] * size
        assert frame.index.tolist() == list(range(size))
    assert one.editions is data.editions
    assert len(data.assessments) == 25


def test_an_unknown_edition_lists_the_known_ones(tiny: Path) -> None:
    """A year without an edition is a lookup error that names the dataset and its editions."""
    data = load_dataset(str(tiny))
    message = "edition 2015 is not in dataset tiny; known editions: 2022, 2023"
    with pytest.raises(UnknownEditionError, match=message) as refused:
        select_edition(data, 2015)
    assert isinstance(refused.value, LookupError)


def test_a_register_is_cut_to_an_edition_too(tiny: Path) -> None:
    """A register has editions and services of each."""
    (tiny / "assessments.parquet").unlink()
    one, _ = select_edition(load_dataset(str(tiny)), 2022)
    assert len(one.services) == 5 and one.assessments.empty


@pytest.mark.parametrize("read", [lambda data: data.organisations, lambda data: data.assessments])
def test_the_order_of_rows_does_not_matter(read: Callable[[Dataset], Any], tiny: Path) -> None:
    """Files with their rows in another order hold the same dataset."""
    before = read(load_dataset(str(tiny)))
    write_answers(tiny, full_answers()[::-1])
    header, *rows = FILES["organisations.csv"].splitlines()
    (tiny / "organisations.csv").write_text("\n".join([header, *rows[::-1]]), encoding="utf-8")
    after = read(load_dataset(str(tiny)))
    assert sorted(map(tuple, after.to_numpy().tolist()), key=str) == sorted(
        map(tuple, before.to_numpy().tolist()), key=str
    )


def test_the_shipped_dataset_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The datasets load: the sample by default; 35 countries with nine life events each."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(Path(__file__).parents[2])
    data = load_dataset(DEFAULT_DATASET)
    assert (data.dataset_id, data.kind, len(data.editions)) == ("asan_sample", "synthetic", 8)
    data = load_dataset("egov_benchmark_2023")
    assert (data.kind, len(data.organisations), len(data.services)) == ("observed", 35, 315)
    assert data.editions["edition_year"].tolist() == [2023]


def test_a_folder_beside_is_found_by_its_name_where_no_project_is(tmp_path, monkeypatch):
    """Whoever imports a workbook far from the project asks for the new folder by its name."""
    (tmp_path / "weather").mkdir()
    (tmp_path / "weather" / "dataset.toml").write_text('id = "weather"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert dataset_folder("weather") == (tmp_path / "weather").resolve()
    with pytest.raises(ParameterError, match="no project here"):
        dataset_folder("snow")
