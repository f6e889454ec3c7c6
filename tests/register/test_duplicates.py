"""Pairs and clusters of services: known answers, order, families, small and large registers."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from asan_analysis.errors import ParameterError
from asan_analysis.register.districts import DISTRICTS
from asan_analysis.register.duplicates import THRESHOLD, cluster_pairs, find_pairs

BODIES = pd.DataFrame(
    [("mars", "local", "Mars Rayon İH"), ("venus", "local", "Venera Rayon İH"),
     ("titan", "local", "Titan Rayon İH"), ("clouds", "central", "Buludlar Nazirliyi")],
    columns=["organisation_id", "category", "name_az"],
)  # fmt: skip


def register(*rows, **more):
    columns = ["organisation_id", "name_az"]
    table = pd.DataFrame(rows, columns=columns).assign(**more)
    return table.assign(service_id=[f"S{place:02d}" for place in range(len(rows))])


def pairs_of(table):
    return list(zip(table["service_id"], table["other_id"], strict=True))


def test_known_pairs_inside_and_across():
    services = register(
        ("clouds", "Doğumun qeydə alınması"), ("clouds", "Ölümün qeydə alınması"),
        ("clouds", "Doğumun qeydiyyatı xidməti"), ("mars", "Doğumun qeydə alnması"),
        ("venus", "Diplom haqqında arayış"),
    )  # fmt: skip
    table = find_pairs(services, BODIES)
    assert pairs_of(table) == [("S00", "S02"), ("S00", "S03"), ("S02", "S03")]
    assert table["scope"].tolist() == ["inside", "across", "across"]
    assert set(table["kind"]) == {"duplicate"}
    assert table["score"].tolist() == [1.0, 1.0, 1.0]
    assert table["words_agree"].tolist() == ["dogum;qeyd"] * 3


def test_fields_that_agree_and_differ_are_named_and_empty_ones_are_not():
    services = register(
        ("clouds", "Nikahın qeydə alınması"), ("clouds", "Nikhaın qeydə alınması"),
        fee=["yes", "yes"], term_days=[3, 5], channel=["", "mixed"], result=[None, "arayış"],
    )  # fmt: skip
    row = find_pairs(services).iloc[0]
    assert (row["words_agree"], row["fields_agree"]) == ("qeyd", "fee")
    assert (row["words_differ"], row["fields_differ"]) == ("nikahin~nikhain", "term_days")


def test_the_order_of_rows_and_words_does_not_matter():
    names = ["Adın və soyadın dəyişdirilməsi", "Soyadın və adın dəyişdirilməsi", "Adın təsdiqi",
             "Soyadın dəyşdirilməsi", "Soyadın dəyişdirilməsi"]  # fmt: skip
    services = register(*(("clouds", name) for name in names), fee=list("ababa"))
    table = find_pairs(services)
    assert pairs_of(table)[0] == ("S00", "S01")
    for seed in range(3):
        shuffled = services.sample(frac=1, random_state=seed)
        assert_frame_equal(find_pairs(shuffled), table)


def test_a_family_of_districts_is_not_duplicates():
    name = "Park yerinin bronlanması"
    services = register(
        ("mars", name), ("venus", name), ("titan", f"Titan rayonunda {name}"),
        ("titan", "Park yerinin bronlanmsı"),
    )  # fmt: skip
    table = find_pairs(services, BODIES)
    inside = table[table["scope"] == "inside"]
    assert pairs_of(inside) == [("S02", "S03")]
    assert inside["kind"].tolist() == ["duplicate"]
    assert set(table.loc[table["scope"] == "across", "kind"]) == {"family"}
    assert table["same_bodies"].max() == 3


def test_a_given_family_makes_pairs_across_bodies_its_own_and_none_inside():
    services = register(
        ("mars", "Park yeri"), ("venus", "Park yeri"), ("mars", "Parkın yerləri"),
        family_id=["L1", "L1", "L1"],
    )  # fmt: skip
    kinds = find_pairs(services, BODIES).set_index(["service_id", "other_id"])["kind"]
    assert kinds.to_dict() == {("S00", "S01"): "family", ("S00", "S02"): "duplicate",
                               ("S01", "S02"): "family"}  # fmt: skip


def test_two_bodies_with_one_name_are_duplicates():
    services = register(("mars", "Park yeri"), ("clouds", "Park yeri"))
    table = find_pairs(services, BODIES)
    assert table["kind"].tolist() == ["duplicate"]
    assert table["same_bodies"].tolist() == [1]


def test_a_service_in_two_editions_is_no_pair():
    services = pd.concat(
        [register(("mars", "Park yeri"), ("mars", "Park yeri")).assign(edition_year=year)
         for year in (2022, 2023)]
    )  # fmt: skip
    table = find_pairs(services, BODIES)
    assert table["edition_year"].tolist() == [2022, 2023]
    assert pairs_of(table) == [("S00", "S01")] * 2


@pytest.mark.parametrize("rows", [[], [("mars", "Park yeri")], [("mars", ""), ("venus", None)]])
def test_registers_too_small_for_a_pair(rows):
    table = find_pairs(register(*rows), BODIES)
    assert table.empty
    assert {"service_id", "other_id", "kind", "score", "words_agree"} <= set(table)
    assert list(cluster_pairs(table)) == ["cluster", "service_id", "size"]


def test_names_of_one_word():
    services = register(("mars", "Park"), ("mars", "Parkın"), ("mars", "Pərk"), ("mars", "Qala"))
    assert pairs_of(find_pairs(services)) == [("S00", "S01")]


def test_a_family_of_a_thousand_grows_no_square_of_pairs():
    rows = [(f"body{n % 250}", "Mənzil növbəsinə alınma") for n in range(1000)]
    services = register(*rows).assign(service_id=[f"S{n:04d}" for n in range(1000)])
    table = find_pairs(services)
    assert len(table) == 999
    assert (table["kind"] == "family").sum() == 249
    assert cluster_pairs(table)["size"].unique().tolist() == [1000]
    inside = cluster_pairs(table[table["kind"] == "duplicate"])
    assert inside["size"].value_counts().to_dict() == {4: 1000}


def test_clusters_are_chains_of_pairs():
    pairs = pd.DataFrame({"service_id": list("adb"), "other_id": list("bec")})
    table = cluster_pairs(pairs)
    assert table["service_id"].tolist() == list("abcde")
    assert table["cluster"].tolist() == [1, 1, 1, 2, 2]
    assert table["size"].tolist() == [3, 3, 3, 2, 2]


@pytest.mark.parametrize("threshold", [0, 1.01, -1, np.nan])
def test_a_threshold_outside_its_range_is_refused(threshold):
    with pytest.raises(ParameterError, match=f"write {THRESHOLD}"):
        find_pairs(register(), threshold=threshold)


def test_no_two_districts_are_one_misspelt():
    """Of one service for each district and city no two are a pair, however near the names."""
    names = [f"{name} rayonu üzrə torpaq arayışı" for name in dict.fromkeys(DISTRICTS)]
    services = pd.DataFrame({"service_id": [f"s{place:03d}" for place in range(len(names))],
                             "organisation_id": "land", "name_az": names})  # fmt: skip
    assert find_pairs(services).empty
