"""Families, gaps and suggestions: counted by hand on four bodies, and on the sample."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_dataset import records

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.errors import ParameterError
from asan_analysis.refusals import Refusal
from asan_analysis.register.cover import (
    arrange_cover,
    cover_families,
    given_families,
    measure_likeness,
    tabulate_cover,
)
from asan_analysis.register.gaps import count_gaps, list_gaps, list_unplaced, suggest_services

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import register_gaps as bench

# a gives X twice and Y, b gives X Y Z, c gives X Z, d gives Y; e has no family, f no service
GIVEN = {"a": "XXY", "b": "XYZ", "c": "XZ", "d": "Y", "e": " ", "g": "XW"}
CATEGORY = {"a": "k", "b": "k", "c": "k", "d": "k", "e": "k", "f": "k", "g": "l"}


def register(given: dict[str, str] = GIVEN):
    rows = [(f"{body}{number}", body, family.strip() or None)
            for body, own in given.items() for number, family in enumerate(own)]  # fmt: skip
    services = pd.DataFrame(rows, columns=["service_id", "organisation_id", "family_id"])
    services = services.assign(edition_year=2023, name_az="ad " + services["service_id"],
                               name_en="name " + services["service_id"])  # fmt: skip
    bodies = pd.DataFrame({"organisation_id": list(CATEGORY), "category": list(CATEGORY.values())})
    return services, bodies, given_families(services)


def test_cover_by_hand():
    table = cover_families(*register())
    assert records(table, "category", "family", "giving", "bodies", "services", "complete") == [
        ("k", "X", 3, 4, 4, False), ("k", "Y", 3, 4, 3, False), ("k", "Z", 2, 4, 2, False),
        ("l", "X", 1, 1, 1, True), ("l", "W", 1, 1, 1, True),
    ]  # fmt: skip
    assert table["share"].tolist() == [0.75, 0.75, 0.5, 1.0, 1.0]


def test_a_family_goes_by_its_commonest_name_signs_and_case_aside():
    services, bodies, _ = register({"a": "X", "b": "X", "c": "X"})
    services["name_az"] = ["Başqa ad", "Arayış", "ARAYIŞ  "]
    families = given_families(services)
    assert families["name"].unique().tolist() == ["Arayış"]
    assert cover_families(services, bodies, families)["name_en"].tolist() == ["name b0"]


def test_likeness_is_jaccards_index_and_nobody_is_a_peer_of_its_own():
    given = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 1], [0, 0, 0]], dtype=bool)
    third, half = 1 / 3, 2 / 3
    expected = [[0, half, third, 0], [half, 0, half, 0], [third, half, 0, 0], [0, 0, 0, 0]]
    assert measure_likeness(given) == pytest.approx(np.array(expected))


def test_gaps_by_hand():
    """A (X Y) lacks Z: b and c of b, c, d give it; b (2/3 alike) stands before c (1/3)."""
    table = list_gaps(*register(), least=0.6)
    assert records(table, "organisation_id", "family", "giving", "others", "peers") == [
        ("a", "Z", 2, 3, "b;c"), ("c", "Y", 3, 3, "b;a;d"), ("d", "X", 3, 3, "a;b;c"),
        ("d", "Z", 2, 3, "b;c"),
    ]  # fmt: skip
    alike = (2 / 3 + 1 / 3) / (2 / 3 + 1 / 3 + 1 / 2)
    assert table["share_alike"].iloc[0] == pytest.approx(alike)
    assert table["share"].iloc[0] == pytest.approx(2 / 3)


def test_the_bar_includes_its_own_share_and_the_count_follows_it():
    counts = count_gaps(*register(), levels=(0.5, 2 / 3, 1.0)).set_index(["category", "least"])
    assert counts.loc["all", "gaps"].tolist() == [4, 4, 2]
    assert counts.loc["k", "bodies"].tolist() == [3, 3, 2]
    assert counts.loc["l", "gaps"].tolist() == [0, 0, 0]


def test_bodies_of_which_nothing_is_known_lack_nothing():
    services, bodies, families = register()
    table = list_unplaced(services, bodies, families)
    assert records(table, "organisation_id", "services", "reason") == [
        ("e", 1, "no_family"), ("f", 0, "no_service"),
    ]  # fmt: skip
    listed = set(list_gaps(services, bodies, families, least=0.01)["organisation_id"])
    assert listed == {"a", "c", "d"}


def test_services_without_a_family_stand_beside_the_gap():
    services, bodies, families = register({**GIVEN, "a": "XY "})
    table = list_gaps(services, bodies, families).set_index("organisation_id")
    assert table.loc["a", "unplaced"] == 1 and table.loc[["d"], "unplaced"].eq(0).all()


def test_suggestions_follow_alike_bodies():
    """P is given by two of the unlike kind, Q by one that is just like a: Q comes first."""
    given = {"a": "12", "b": "12Q", "c": "34P", "d": "34P", "e": "3"}
    services, bodies, families = register(given)
    table = suggest_services(services, bodies, families, most=2)
    own = table[table["organisation_id"] == "a"]
    assert records(own, "place", "family", "share", "share_alike") == [
        (1, "Q", 0.25, 1.0), (2, "3", 0.75, 0.0),
    ]  # fmt: skip
    assert own["peers"].tolist() == ["b", "c;d;e"]


def test_where_nobody_is_alike_the_plain_share_leads():
    services, bodies, families = register({"a": "1", "b": "XY", "c": "X", "d": "Z"})
    table = suggest_services(services, bodies, families, most=1).set_index("organisation_id")
    assert table.loc["a", "family"] == "X" and table.loc["a", "share_alike"] == 0


def test_the_order_of_rows_does_not_matter():
    services, bodies, families = register()
    mixed = families.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        list_gaps(services, bodies, families), list_gaps(services, bodies, mixed)
    )


def test_the_matrix_holds_every_cell_and_the_families_of_at_least_two_bodies():
    table = tabulate_cover(*register())
    assert set(table["category"]) == {"k"}
    wide = table.pivot(index="family", columns="organisation_id", values="services")
    assert wide.loc[["X", "Y", "Z"], ["a", "b", "c", "d"]].to_numpy().tolist() == [
        [2, 1, 1, 0], [1, 1, 0, 1], [0, 1, 1, 0],
    ]  # fmt: skip
    assert list(table["family"].unique()) == ["X", "Y", "Z"]
    assert list(table["organisation_id"].unique()) == ["b", "a", "c", "d"]
    assert len(tabulate_cover(*register(), least_bodies=1, complete=False)) == 12


def test_what_is_refused():
    services, bodies, families = register()
    with pytest.raises(ParameterError, match="least 50 is not above 0 to 1"):
        list_gaps(services, bodies, families, least=50)
    with pytest.raises(ParameterError, match="below 1"):
        suggest_services(services, bodies, families, most=0)
    with pytest.raises(ParameterError, match="families: service_id a0 stands twice"):
        cover_families(services, bodies, pd.concat([families, families]))
    with pytest.raises(Refusal) as refused:
        cover_families(services, bodies, families.iloc[:0])
    assert refused.value.code == "no_families"


@pytest.fixture(scope="module")
def sample():
    one, _ = select_edition(load_dataset("asan_sample"), 2023)
    truth = json.loads((one.folder / "truth.json").read_text(encoding="utf-8"))["families"]
    return one, pd.Series(truth)


def test_the_gaps_of_the_sample_are_those_of_a_plain_loop(sample):
    one, truth = sample
    ids = one.services["service_id"]
    families = pd.DataFrame({"service_id": ids, "family": ids.map(truth)})
    category = dict(zip(one.organisations["organisation_id"], one.organisations["category"],
                        strict=True))  # fmt: skip
    own: dict[str, set[str]] = {}
    for body, family in zip(one.services["organisation_id"], families["family"], strict=True):
        own.setdefault(body, set()).add(family)
    expected = set()
    for body in own:
        others = [own[one] for one in own if one != body and category[one] == category[body]]
        for family in set().union(*others) - own[body]:
            if sum(family in other for other in others) >= 0.5 * len(others):
                expected.add((body, family))
    table = list_gaps(one.services, one.organisations, families)
    assert set(zip(table["organisation_id"], table["family"], strict=True)) == expected
    assert len(expected) == 80


def test_hidden_families_make_few_false_gaps_in_the_sample(sample):
    """A fifth of the families is hidden: 3 of 36 gaps are services that the body does give."""
    one, truth = sample
    gaps = list_gaps(one.services, one.organisations, given_families(one.services))
    given = set(zip(one.services["organisation_id"], one.services["service_id"].map(truth),
                    strict=True))  # fmt: skip
    false = gaps[[pair in given for pair in zip(gaps["organisation_id"], gaps["family"],
                                                strict=True)]]  # fmt: skip
    assert (len(gaps), len(false)) == (36, 3)
    assert (false["unplaced"] > 0).all()


def test_chances_share_the_places_of_equals():
    """One is better and three tie: the first place is out of reach, 4 of the first 5 are not."""
    score = np.array([9.0, 5, 5, 5, 1])
    chances = bench.find_chances(score, 2, np.ones(5, dtype=bool))
    assert chances.tolist() == [0, 1, 1]
    alone = bench.find_chances(score, 2, np.array([False, True, True, False, True]))
    assert alone.tolist() == [0.5, 1, 1]


def test_likeness_finds_what_popularity_cannot_where_bodies_are_of_two_kinds():
    row = bench.judge_planted(seeds=1).iloc[0]
    assert row["alike 5"] > 2 * row["share 5"]
    assert row["gain"] > 3 * row["gain se"]


def test_hiding_reports_every_family_of_a_dataset_once():
    services = select_edition(load_dataset("asan_sample"), 2023)[0]
    covers = arrange_cover(services.services, services.organisations,
                           given_families(services.services))  # fmt: skip
    table = bench.judge_dataset("asan_sample", [2023])
    assert table["hidden"].tolist()[-1] == sum((one.counts > 0).sum() for one in covers)
    shares = table[[f"{way} {k}" for way in bench.WAYS for k in bench.FIRST]]
    assert shares.ge(0).all(axis=None) and shares.le(100).all(axis=None)
