"""The former version of a method: which edition it is, and that the comparison is the library's."""

import pandas as pd
import pytest
from plain_road import node
from shipped import load_shipped
from small_dataset import FLAT, dataset, edition

from asan_analysis.audit.former import compare_former, find_former_method
from asan_analysis.audit.versions import compare_methods, summarise_methods
from asan_analysis.data.datasets import select_edition
from asan_analysis.data.editions import find_edition
from asan_analysis.index.method import find_method

ANSWERS = {"s": {"x": 0.6, "y": 0.2}, "t": {"x": 0.4, "y": 0.8}}
HEAVY = [node("T"), node("x", "T", weight=3), node("y", "T")]


def three(last):
    """Editions under F, F again under another name, and a third framework."""
    owners = {"s": "a", "t": "b"}
    years = [(2021, "F.csv"), (2022, "copy.csv"), (2023, "last.csv")]
    return dataset(
        *(edition(year, ANSWERS, owners, framework=name) for year, name in years),
        frameworks={"F.csv": FLAT, "copy.csv": FLAT, "last.csv": last},
    )


def test_a_copy_of_a_framework_is_the_same_method():
    data = three(HEAVY)
    now = find_edition(2023, data.editions)
    before = find_edition(2022, data.editions)
    assert find_former_method(data, now).edition_year == 2022
    assert find_former_method(data, before) is None
    assert compare_former(data, before).empty


def test_the_sample_changed_its_framework_once():
    data = load_shipped("asan_sample")
    found = {
        year: find_former_method(data, find_edition(year, data.editions))
        for year in data.editions["edition_year"]
    }
    years = {year: other.edition_year for year, other in found.items() if other}
    assert years == {2022: 2021, 2023: 2021, 2024: 2021}


def test_what_moved_is_what_the_two_methods_say():
    """Answers 0.6 and 0.2 are 40 as they stand and 50 with the first three times as heavy."""
    data = three(HEAVY)
    now = find_edition(2023, data.editions)
    table = compare_former(data, now)
    own, _ = select_edition(data, 2023)
    before = find_method(data, find_edition(2022, data.editions))
    plain = compare_methods(own, before, find_method(data, now))
    pd.testing.assert_frame_equal(table.drop(columns="baseline_year"), plain)
    assert table["baseline_year"].eq(2022).all()
    total = table[table["change"] == "total"].set_index("organisation_id")
    assert total["score_change"].tolist() == pytest.approx([10, -10])


def test_methods_that_share_no_item_are_not_compared():
    """The former items were never answered in this edition."""
    strange = [node("T"), node("u", "T"), node("v", "T")]
    data = dataset(
        edition(2022, {"s": {"u": 1.0, "v": 0.5}}, framework="old.csv"),
        edition(2023, {"s": {"x": 1.0, "y": 0.5}}),
        frameworks={"old.csv": strange, "F.csv": FLAT},
    )
    table = compare_former(data, find_edition(2023, data.editions))
    assert table.empty
    assert list(table.columns[:2]) == ["baseline_year", "organisation_id"]
    assert summarise_methods(table).empty
