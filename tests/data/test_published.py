"""The announced facts: every figure has a public source, conflicts stay, one named rule picks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest

from asan_analysis.data.published import (
    Published,
    announced_coverage,
    announced_places,
    announced_scores,
    find_conflicts,
    load_published,
    pick_most_printed,
)
from asan_analysis.errors import DataError

FOLDER = Path(__file__).parents[2] / "data" / "published"
MINISTRY, MIGRATION = "labour_social_protection_ministry", "state_migration_service"
PARTS = ["central", "local", "legal_entity"]
SOURCED = ["editions", "coverage", "results", "other_facts", "handbook_steps"]


@pytest.fixture(scope="module")
def facts() -> Published:
    """The announced facts of the project."""
    return load_published(FOLDER)


def edit_copy(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the published folder in which one text is replaced."""
    copy = folder / "published"
    if not copy.exists():
        shutil.copytree(FOLDER, copy)
    text = (copy / name).read_text(encoding="utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def empty(facts: Published, *names: str) -> Published:
    """The facts with some tables left without rows."""
    return replace(facts, **{name: getattr(facts, name).head(0) for name in names})


def with_result(facts: Published, **cells: Any) -> Published:
    """The facts and one more source on the ministry's score of 2023, with some cells changed."""
    rows = facts.results
    row = rows[(rows["organisation_id"] == MINISTRY) & rows["score_percent"].eq(92.38)]
    extra = row.assign(source_url="https://example.org/other", **cells)
    return replace(facts, results=pd.concat([rows, extra], ignore_index=True))


# The tables as they stand


@pytest.mark.parametrize("table", SOURCED)
def test_every_row_has_a_public_address(table: str, facts: Published) -> None:
    """Each figure cites a page on a public host, none a file of ours."""
    for address in getattr(facts, table)["source_url"]:
        parts = urlsplit(address)
        assert parts.scheme in ("http", "https")
        assert "." in parts.netloc
        assert not parts.path.endswith(".txt")


def test_every_scored_body_is_named_by_a_source(facts: Published) -> None:
    """A body stands in a sourced result, or its note cites the page it was seen on."""
    bodies = facts.organisations[facts.organisations["category"].isin(PARTS)]
    seen = bodies["organisation_id"].isin(facts.results["organisation_id"])
    cited = bodies["note"].str.contains("http", na=False)
    assert bodies.loc[~seen & ~cited, "organisation_id"].tolist() == []


def test_the_eight_editions_are_keyed_by_their_closing_year(facts: Published) -> None:
    """2016-2017 is 2017; no edition is called 2021-2022; 2022 follows 2020-2021."""
    editions = facts.editions.sort_values("order")
    labels = ["2016-2017", "2017-2018", "2018-2019", "2019-2020", "2020-2021", "2022", "2023",
              "2024"]  # fmt: skip
    assert editions["label_en"].tolist() == labels
    assert editions["label_az"].tolist() == labels
    assert editions["edition_year"].tolist() == [int(label[-4:]) for label in labels]
    assert editions["order"].tolist() == list(range(1, 9))


def test_a_printed_cycle_agrees_with_its_edition(facts: Published) -> None:
    """Results placed in an edition carry that edition's printed label."""
    labels = facts.editions.set_index("edition_year")["label_en"]
    placed = facts.results[facts.results["edition_year"].notna()]
    assert placed["printed_cycle"].tolist() == placed["edition_year"].map(labels).tolist()


def test_a_result_holds_the_figure_its_fact_promises(facts: Published) -> None:
    """A score has a score, a place has a rank, a count has services; the rest has no figure."""
    rows = facts.results
    figures = {"score": "score_percent", "place": "rank", "services": "services"}
    for fact, column in figures.items():
        assert rows.loc[rows["fact"] == fact, column].notna().all()
    bare = rows[rows["fact"].isin(["mention", "participation"])]
    assert bare[list(figures.values())].isna().all(axis=None)


def test_the_score_without_an_edition_names_its_candidates(facts: Published) -> None:
    """5.15 is printed for 2018 alone, so it has no edition and two candidates that both exist."""
    unplaced = facts.results[facts.results["edition_year"].isna()]
    (row,) = unplaced.to_dict("records")
    assert (row["organisation_id"], row["score_percent"], row["rank"]) == (MINISTRY, 5.15, 20)
    assert row["printed_cycle"] == "2018"
    assert row["possible_editions"] == "2018;2019"
    assert {2018, 2019} <= set(facts.editions["edition_year"])


def test_placed_results_name_no_other_candidates(facts: Published) -> None:
    """Candidates stand only where the edition is open."""
    placed = facts.results[facts.results["edition_year"].notna()]
    assert placed["possible_editions"].isna().all()


def test_successors_are_bodies_of_the_table(facts: Published) -> None:
    """A body's successors stand in the same table and in its category."""
    bodies = facts.organisations.set_index("organisation_id")
    for body, successors in bodies["successors"].dropna().items():
        for successor in successors.split(";"):
            assert bodies["category"][successor] == bodies["category"][body]


def test_results_file_a_body_under_its_own_category(facts: Published) -> None:
    """Results and the list of bodies agree on the category."""
    own = facts.organisations.set_index("organisation_id")["category"]
    assert facts.results["organisation_id"].map(own).tolist() == facts.results["category"].tolist()


def test_the_utilities_of_2019_sum_to_the_printed_count(facts: Published) -> None:
    """Three, 14, 20 and 10 services of four utilities are the 47 printed for legal entities."""
    rows = facts.results[facts.results["services"].notna() & facts.results["edition_year"].eq(2019)]
    assert sorted(rows["services"]) == [3, 10, 14, 20]
    coverage = announced_coverage(facts).set_index(["edition_year", "category"])
    assert rows["services"].sum() == coverage.loc[(2019, "legal_entity"), "services"]


def test_the_ten_steps_of_the_handbook_stand_in_order(facts: Published) -> None:
    """OECD/JRC (2008), table 1: ten steps; none of them is disclosed in full."""
    steps = facts.handbook_steps
    assert steps["step"].tolist() == list(range(1, 11))
    assert steps["disclosure"].value_counts().to_dict() == {
        "partly_disclosed": 4, "not_disclosed": 6,
    }  # fmt: skip
    assert steps.loc[steps["certainty"] == "nothing", "disclosure"].eq("not_disclosed").all()
    assert steps.loc[steps["checked_on"] == "none", "step"].tolist() == [9]


def test_the_steps_are_told_in_two_languages(facts: Published) -> None:
    """Every text has an Azerbaijani and an English form, each a sentence with an end."""
    steps = facts.handbook_steps
    azerbaijani = steps.filter(regex="_az$")
    assert azerbaijani.apply("".join).str.contains("[əğışçöü]").all()
    for name in ("published", "check", "verdict"):
        for language in ("en", "az"):
            assert steps[f"{name}_{language}"].str.endswith(".").all()
    assert steps[["question_en", "question_az"]].map(lambda text: text.endswith("?")).all(axis=None)
    assert not steps.map(str).map(lambda text: "\u2014" in text or "  " in text).any(axis=None)


# The rule that picks


@pytest.mark.parametrize(
    ("values", "picked"),
    [
        ([412, 412, 411], 412),
        ([411, 412, 412], 412),
        ([1, 2], 1),
        ([2, 1], 2),
        ([3, 1, 2, 2, 1], 1),
        ([pd.NA, pd.NA, 7], 7),
        ([7], 7),
        (["b", "a", "b"], "b"),
    ],
)
def test_the_value_most_sources_print_is_picked(values: list[Any], picked: object) -> None:
    """The majority wins; of values printed equally often the first one met; missing has no vote."""
    assert pick_most_printed(pd.Series(values, dtype=object)) == picked


@pytest.mark.parametrize("values", [[], [pd.NA], [None, float("nan")]])
def test_nothing_is_picked_from_nothing(values: list[Any]) -> None:
    """Where no source prints a value the pick is missing, not zero."""
    assert pick_most_printed(pd.Series(values, dtype=object)) is pd.NA


# Coverage


def test_coverage_of_2023_is_what_was_announced(facts: Published) -> None:
    """23 bodies and 208 services, 15 and 170, 9 and 60; 438 services and no printed bodies."""
    rows = announced_coverage(facts).query("edition_year == 2023").set_index("category")
    assert rows.index.tolist() == [*PARTS, "all"]
    assert rows.loc[PARTS, "organisations"].tolist() == [23, 15, 9]
    assert rows.loc[PARTS, "services"].tolist() == [208, 170, 60]
    assert rows.loc["all", "services"] == 438
    assert pd.isna(rows.loc["all", "organisations"])
    assert not rows["conflict"].any()


def test_categories_sum_to_the_printed_total(facts: Published) -> None:
    """Wherever all three categories and the total are printed they agree: four editions."""
    wide = announced_coverage(facts).pivot(index="edition_year", columns="category")["services"]
    whole = wide.dropna()
    assert whole.index.tolist() == [2018, 2019, 2021, 2023]
    assert whole[PARTS].sum(axis=1).tolist() == whole["all"].tolist() == [634, 617, 399, 438]


def test_412_against_411_is_a_conflict_and_412_is_picked(facts: Published) -> None:
    """The total of 2016-2017 is printed as 412 twice and as 411 once."""
    rows = announced_coverage(facts).set_index(["edition_year", "category"])
    total = rows.loc[(2017, "all")]
    assert (total["services"], total["sources"], bool(total["conflict"])) == (412, 3, True)
    assert "digital.gov.az" in total["source_url"]
    assert rows.index[rows["conflict"]].tolist() == [(2017, "all")]


def test_sources_that_agree_are_no_conflict(facts: Published) -> None:
    """Ten central bodies of 2016-2017 are printed by several pages, 178 services by one."""
    rows = announced_coverage(facts).set_index(["edition_year", "category"])
    central = rows.loc[(2017, "central")]
    assert (central["organisations"], central["services"], central["sources"]) == (10, 178, 4)
    assert not central["conflict"]


def test_coverage_has_one_row_per_edition_and_category(facts: Published) -> None:
    """The key is unique and nothing is filled in: four editions print no coverage."""
    rows = announced_coverage(facts)
    assert not rows.duplicated(["edition_year", "category"]).any()
    assert sorted(rows["edition_year"].unique()) == [2017, 2018, 2019, 2021, 2023]
    assert rows[["organisations", "services"]].isna().any(axis=None)
    assert not rows[["organisations", "services"]].eq(0).any(axis=None)


def test_the_order_of_sources_changes_no_picked_figure(facts: Published) -> None:
    """Today no pick hangs on a tie: the table read backwards gives the same figures."""
    key = ["edition_year", "category"]
    columns = [*key, "organisations", "services", "sources", "conflict"]
    there = announced_coverage(facts).sort_values(key, ignore_index=True)[columns]
    turned = replace(facts, coverage=facts.coverage.iloc[::-1].reset_index(drop=True))
    back = announced_coverage(turned).sort_values(key, ignore_index=True)[columns]
    pd.testing.assert_frame_equal(there, back)


def test_coverage_without_rows_is_an_empty_frame(facts: Published) -> None:
    """Facts without any coverage give the columns and no rows."""
    rows = announced_coverage(empty(facts, "coverage"))
    assert rows.empty
    assert {"edition_year", "category", "organisations", "services", "conflict"} <= set(rows)


# Places and scores


def test_the_nine_places_of_2023(facts: Published) -> None:
    """Three bodies in each of three categories, in order; 92.38 is the only score printed."""
    places = announced_places(facts, 2023)
    assert places["category"].tolist() == [part for part in PARTS for _ in range(3)]
    assert places["rank"].tolist() == [1, 2, 3] * 3
    assert places["organisation_id"].tolist() == [
        MINISTRY, MIGRATION, "justice_ministry",
        "pirallahi_district_executive_power", "binagadi_district_executive_power",
        "yasamal_district_executive_power",
        "azerishig", "azersu", "azerigaz",
    ]  # fmt: skip
    assert places["score_percent"][0] == 92.38
    assert places["score_percent"][1:].isna().all()
    assert places["source_url"].str.contains("xalqqazeti.az").all()
    assert "sosial.gov.az" in places["score_source_url"][0]
    assert places["score_source_url"][1:].isna().all()


@pytest.mark.parametrize("year", [2016, 2017, 2025])
def test_places_of_a_year_without_announcements(year: int, facts: Published) -> None:
    """The frame has the columns of any other year and no rows."""
    places = announced_places(facts, year)
    assert places.empty
    assert places.columns.tolist() == announced_places(facts, 2023).columns.tolist()


def test_a_place_printed_by_two_sources_is_one_row(facts: Published) -> None:
    """First place of 2018-2019 has one row with its score and both addresses."""
    (row,) = announced_places(facts, 2019).to_dict("records")
    assert (row["organisation_id"], row["rank"], row["score_percent"]) == (MIGRATION, 1, 83.81)
    assert "aktor.az" in row["source_url"] and "metbuat.az" in row["score_source_url"]


def test_the_unplaced_score_is_in_no_edition(facts: Published) -> None:
    """Neither 2018 nor 2019 shows the ministry's 20th place."""
    for year in (2018, 2019):
        assert announced_places(facts, year)["organisation_id"].tolist() == [MIGRATION]


def test_all_printed_scores_stand_once(facts: Published) -> None:
    """Two bodies have printed scores: six and two; the one without an edition keeps candidates."""
    scores = announced_scores(facts)
    assert not scores.duplicated(["organisation_id", "printed_cycle"]).any()
    found = {body: rows["score_percent"].tolist() for body, rows in
             scores.groupby("organisation_id")}  # fmt: skip
    assert found == {
        MINISTRY: [5.15, 64.40, 79.65, 88.48, 92.38, 97.77], MIGRATION: [83.81, 92.78],
    }  # fmt: skip
    unplaced = scores[scores["edition_year"].isna()]
    assert unplaced["possible_editions"].tolist() == ["2018;2019"]


@pytest.mark.parametrize(
    "read",
    [announced_scores, lambda facts: announced_places(facts, 2023), find_conflicts],
    ids=["scores", "places", "conflicts"],
)
def test_facts_without_results_give_no_results(
    read: Callable[[Published], pd.DataFrame], facts: Published
) -> None:
    """An empty table of results is not an error."""
    shown = read(empty(facts, "results"))
    assert MINISTRY not in shown.astype(str).to_numpy()


# Conflicts


def test_every_value_and_source_of_a_conflict_is_kept(facts: Published) -> None:
    """All three sources of the total of 2016-2017 stand, and the picked value is marked."""
    rows = find_conflicts(facts)
    rows = rows[rows["what"] == "services"]
    assert set(rows["printed_cycle"]) == {"2016-2017"} and set(rows["about"]) == {"all"}
    assert rows["value"].tolist() == [412, 412, 411]
    assert rows["picked"].tolist() == [True, True, False]
    hosts = [urlsplit(address).netloc for address in rows["source_url"]]
    assert hosts == ["www.digital.gov.az", "migration.gov.az", "asan.gov.az"]


def test_conflicts_without_a_pick_say_so(facts: Published) -> None:
    """The field of a first place and the edition of 5.15 are open: nothing is picked."""
    rows = find_conflicts(facts)
    fields_of = rows[rows["what"] == "rank_scope"]
    assert set(fields_of["about"]) == {MIGRATION}
    values = fields_of.groupby("printed_cycle")["value"].agg(set).to_dict()
    assert values == {
        "2018-2019": {"central", "central and local"}, "2020-2021": {"central", "state bodies"},
    }  # fmt: skip
    (edition,) = rows[rows["what"] == "edition"].to_dict("records")
    assert (edition["about"], edition["value"]) == (MINISTRY, "2018;2019")
    assert rows.loc[rows["what"] != "services", "picked"].isna().all()


def test_other_facts_that_disagree_are_conflicts(facts: Published) -> None:
    """Three pages plan the first announcement for three dates; all stand."""
    rows = find_conflicts(facts)
    planned = rows[rows["what"] == "planned announcement of results"]
    assert sorted(planned["value"]) == ["September", "end of September", "mid-2017"]
    assert "parameters" not in set(rows["what"])


def test_every_conflict_has_two_values_or_is_open(facts: Published) -> None:
    """No fact on which all sources agree is called a conflict, and each row has a source."""
    rows = find_conflicts(facts)
    counts = rows[rows["what"] != "edition"].groupby(["printed_cycle", "what", "about"])["value"]
    assert (counts.nunique() > 1).all()
    assert rows["source_url"].str.startswith("http").all()


def test_facts_without_conflicts_give_an_empty_frame(facts: Published) -> None:
    """Sources that all agree leave nothing to show, and the columns stay."""
    rows = find_conflicts(empty(facts, "coverage", "results", "other_facts"))
    assert rows.empty
    assert rows.columns.tolist() == find_conflicts(facts).columns.tolist()


def test_a_score_printed_differently_is_a_conflict(facts: Published) -> None:
    """A second source with 92.40 for 2023 is shown beside 92.38, not dropped in silence."""
    rows = find_conflicts(with_result(facts, score_percent=92.40))
    values = rows.loc[(rows["about"] == MINISTRY) & (rows["printed_cycle"] == "2023"), "value"]
    assert {92.38, 92.40} <= set(values)


def test_a_place_printed_differently_is_a_conflict(facts: Published) -> None:
    """A second source with the second place for 2023 is shown beside the first place."""
    rows = find_conflicts(with_result(facts, score_percent=float("nan"), rank=2))
    values = rows.loc[(rows["about"] == MINISTRY) & (rows["printed_cycle"] == "2023"), "value"]
    assert {1, 2} <= set(values)


def test_a_place_printed_differently_is_one_row_of_places(facts: Published) -> None:
    """One body does not stand at two places of a category; the picked place is shown."""
    places = announced_places(with_result(facts, score_percent=float("nan"), rank=2), 2023)
    assert places.loc[places["organisation_id"] == MINISTRY, "rank"].tolist() == [1]


# Reading


def test_all_tables_are_read_and_left_untouched(facts: Published) -> None:
    """No function changes the facts it is given."""
    before = {one.name: getattr(facts, one.name).copy() for one in fields(facts)}
    announced_coverage(facts), announced_scores(facts), find_conflicts(facts)
    announced_places(facts, 2023)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(facts, name), frame)


def test_facts_are_found_from_a_folder_below(
    facts: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder the project's own facts are read."""
    monkeypatch.chdir(FOLDER)
    pd.testing.assert_frame_equal(load_published().coverage, facts.coverage)


def test_faults_of_all_tables_are_named_at_once(tmp_path: Path) -> None:
    """A faulty cell in each of three tables is named with its table, row and value."""
    edit_copy(tmp_path, "coverage.csv", "2023,central,23,208", "2023,central,23,many")
    edit_copy(tmp_path, "results.csv", ",92.38,", ",192.38,")
    folder = edit_copy(tmp_path, "editions.csv", "2024,2024,2024,8", "2024,2024,2024,0")
    with pytest.raises(DataError) as refused:
        load_published(folder)
    found = {(one.file, one.column, one.value) for one in refused.value.problems}
    assert found == {
        ("published/coverage.csv", "services", "many"),
        ("published/results.csv", "score_percent", "192.38"),
        ("published/editions.csv", "order", "0"),
    }  # fmt: skip
    assert all(one.row and one.rule and one.remedy for one in refused.value.problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "column", "value"),
    [
        ("coverage.csv", "2017,central,,178", "2016,central,,178", "edition_year", "2016"),
        ("results.csv", "2017,2016-2017", "2016,2016-2017", "edition_year", "2016"),
        ("results.csv", "central,taxes_ministry", "central,taxes_minstry", "organisation_id",
         "taxes_minstry"),
        ("handbook_steps.csv", "U1;U2;U20", "U1;U2;U99", "unknown", "U1;U2;U99;U21"),
    ],
)  # fmt: skip
def test_a_row_that_points_nowhere_is_refused(
    name: str, old: str, new: str, column: str, value: str, tmp_path: Path
) -> None:
    """An unknown edition and an unknown body are named with their row; the header is row 1."""
    with pytest.raises(DataError) as refused:
        load_published(edit_copy(tmp_path, name, old, new))
    (problem,) = refused.value.problems
    assert problem[:4] == (f"published/{name}", 2, column, value)
    assert problem.remedy


def test_candidates_have_to_be_editions(tmp_path: Path) -> None:
    """A candidate that is no edition is a fault like an unknown edition."""
    folder = edit_copy(tmp_path, "results.csv", "2018;2019", "2018;2091")
    with pytest.raises(DataError, match="possible_editions"):
        load_published(folder)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A table that is not there is named with its folder."""
    folder = tmp_path / "published"
    shutil.copytree(FOLDER, folder)
    (folder / "results.csv").unlink()
    with pytest.raises(DataError, match=r"published/results\.csv: 1 problem\n.*is missing"):
        load_published(folder)
