"""The register of one edition as a whole: counts by hand, refusals, the choice of a category."""

import pandas as pd
import pytest

from asan_analysis.register import cover, duplicates, gaps, overview

BODIES = pd.DataFrame(
    [("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"), ("e", "y")],
    columns=["organisation_id", "category"],
).assign(name_az="", aliases="")
SERVICES = pd.DataFrame(
    [("s1", "a", "Doğum", "F"), ("s2", "b", "DOĞUM", "F"), ("s3", "c", "Ölüm", "G"),
     ("s4", "d", "“Doğum”", ""), ("s5", "a", "Nikah", "G")],
    columns=["service_id", "organisation_id", "name_az", "family_id"],
).assign(name_en=lambda frame: frame["name_az"])  # fmt: skip
FAMILIES = pd.DataFrame({"service_id": ["s1", "s2", "s3", "s5"], "family": ["F", "F", "G", "G"]})
NONE = FAMILIES.head(0)


def test_the_register_is_counted_by_hand():
    """One name of two categories counts once in all; body e gives nothing."""
    table = overview.count_register(SERVICES, BODIES, FAMILIES)
    assert list(table.columns) == list(overview.COUNTS)
    assert table.to_numpy().tolist() == [
        ["x", 3, 0, 4, 3, 2, 4], ["y", 2, 1, 1, 1, 0, 0], ["all", 5, 1, 5, 3, 2, 4],
    ]  # fmt: skip


def test_pairs_are_counted_at_and_above_a_threshold():
    pairs = pd.DataFrame(
        [("inside", "duplicate", 0.5), ("across", "duplicate", 0.7), ("across", "family", 1.0)],
        columns=["scope", "kind", "score"],
    )
    table = overview.count_pairs(pairs, (0.5, 0.7, 0.9))
    assert table.to_numpy().tolist() == [[0.5, 1, 1, 1], [0.7, 0, 1, 1], [0.9, 0, 0, 1]]
    assert overview.count_pairs(pairs.head(0)).empty


def test_the_threshold_in_use_is_one_of_those_counted():
    assert duplicates.THRESHOLD in overview.LEVELS


@pytest.mark.parametrize("name", ["list_cover", "list_missing", "list_suggestions"])
def test_without_a_family_there_is_a_reason_and_the_same_columns(name):
    empty, refused = getattr(overview, name)(SERVICES, BODIES, NONE)
    full, _ = getattr(overview, name)(SERVICES, BODIES, FAMILIES)
    assert refused.code == "no_families"
    assert list(empty.columns) == list(full.columns)
    assert len(empty) == 0 < len(full)
    assert overview.map_cover(SERVICES, BODIES, NONE).empty
    assert overview.count_missing(SERVICES, BODIES, NONE).empty


def test_tables_are_those_of_the_rooms():
    given = (SERVICES, BODIES, FAMILIES)
    table = overview.list_cover(*given).table
    assert table["example_id"].tolist() == ["s1", "s3"]
    known = overview.drop_names(cover.cover_families(*given))
    pd.testing.assert_frame_equal(table.drop(columns="example_id"), known)
    assert not {"name_az", "name_en"} & set(known)
    pd.testing.assert_frame_equal(overview.count_missing(*given), gaps.count_gaps(*given))
    assert list(overview.map_cover(*given).columns) == list(overview.CELLS)


def test_the_nearest_are_the_first_three_peers():
    names = list("abcdef")
    services = pd.DataFrame(
        {"service_id": names, "organisation_id": names, "name_az": "Doğum", "name_en": "Birth"}
    )
    services.loc[len(services)] = ["t", "f", "Ölüm", "Death"]
    bodies = pd.DataFrame({"organisation_id": names, "category": "x"})
    families = pd.DataFrame({"service_id": services["service_id"], "family": ["F"] * 5 + ["G"] * 2})
    table = overview.list_missing(services, bodies, families).table
    row = table[table["organisation_id"] == "f"].iloc[0]
    assert row["peers"] == "a;b;c;d;e"
    assert row["nearest"] == "a;b;c"


def test_the_category_with_most_families_is_drawn_unless_one_is_asked_for():
    cells = pd.DataFrame({"category": ["x", "y", "y"], "family": ["F", "G", "H"]})
    assert set(overview.choose_category(cells)["category"]) == {"y"}
    assert set(overview.choose_category(cells, "x")["family"]) == {"F"}
    assert overview.choose_category(cells, "z").empty
    assert overview.choose_category(cells.head(0)).empty


def test_the_strongest_gaps_are_marked_in_any_order():
    missing = pd.DataFrame({"share_alike": [0.2, 0.9, 0.9, 0.5]})
    assert overview.mark_strongest(missing, 2).tolist() == [False, True, True, False]
    assert overview.mark_strongest(missing, 1).tolist() == [False, True, False, False]
