"""The shipped threshold against pairs of real names that were labelled by hand.

`labelled_pairs.csv` holds names published by the bodies themselves (`real`) and such names beside
the same or another service as another clerk would write it (`reworded`). The labels were given
by reading. Utilities that give the same service in their own words are labelled family; that is
beyond names, and so are synonyms.
"""

from pathlib import Path

import pandas as pd
import pytest

from asan_analysis.register.duplicates import find_pairs

PAIRS = Path(__file__).with_name("labelled_pairs.csv")


def category(name):
    if "Rayon İcra" in name:
        return "local"
    return "legal_entity" if name.startswith("“") else "central"


@pytest.fixture(scope="module")
def judged():
    """The labelled pairs with the kind found: duplicate, family, or different if no pair is."""
    pairs = pd.read_csv(PAIRS)
    own = pairs[["name", "organisation"]]
    other = pairs[["other_name", "other_organisation"]].set_axis(own.columns, axis=1)
    services = pd.concat([own, other]).drop_duplicates(ignore_index=True)
    services = services.set_axis(["name_az", "organisation_id"], axis=1)
    services["service_id"] = [f"S{place:03d}" for place in range(len(services))]
    bodies = services[["organisation_id"]].drop_duplicates()
    bodies = bodies.assign(
        name_az=bodies["organisation_id"], category=bodies["organisation_id"].map(category)
    )
    found = find_pairs(services, bodies)
    kinds = {
        frozenset(key): kind
        for *key, kind in found[["service_id", "other_id", "kind"]].itertuples(index=False)
    }
    ids = services.set_index(["name_az", "organisation_id"])["service_id"]
    keys = zip(ids.loc[list(own.itertuples(index=False, name=None))],
               ids.loc[list(other.itertuples(index=False, name=None))], strict=True)  # fmt: skip
    return pairs.assign(kind=[kinds.get(frozenset(key), "different") for key in keys])


def test_there_are_enough_pairs_of_each_label(judged):
    assert judged["label"].value_counts().to_dict() == {
        "different": 171, "duplicate": 44, "family": 15,
    }  # fmt: skip
    assert (judged["origin"] == "real").sum() >= 150
    assert judged["why"].notna().all()
    names = ["name", "organisation", "other_name", "other_organisation"]
    assert not judged.duplicated(names).any()


def test_every_duplicate_reported_is_one_and_nine_in_ten_are_reported(judged):
    """40 of 40 reported are duplicates, and 40 of 44 duplicates are reported."""
    reported, true = judged["kind"] == "duplicate", judged["label"] == "duplicate"
    assert (reported & true).sum() == 40
    assert reported.sum() == 40
    missed = judged[true & ~reported]
    assert missed["why"].tolist() == [
        "temporary residence permit, short and in full",
        "members and make-up of a family: one certificate",
        "the certificate that there is none is the same paper",
        "duplicate and second copy",
    ]


def test_families_of_districts_are_found_and_those_of_other_words_are_not(judged):
    families = judged[judged["label"] == "family"]
    found = pd.crosstab(families["origin"], families["kind"])
    assert found.loc["reworded"].to_dict() == {"different": 0, "family": 6}
    assert found.loc["real"].to_dict() == {"different": 9, "family": 0}


def test_no_two_services_that_differ_are_reported(judged):
    different = judged[judged["label"] == "different"]
    assert set(different["kind"]) == {"different"}
