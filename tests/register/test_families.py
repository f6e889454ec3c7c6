"""Families: given, found from three bodies of a category on, and their summary."""

import pandas as pd

from asan_analysis.register.families import find_families

BODIES = pd.DataFrame(
    [
        ("mars", "local", "Mars Rayon İcra Hakimiyyəti", "Mars RİH"),
        ("venus", "local", "Venera Rayon İcra Hakimiyyəti", ""),
        ("titan", "local", "Titan Rayon İcra Hakimiyyəti", None),
        ("clouds", "central", "Buludlar Nazirliyi", "BuludNaz"),
    ],
    columns=["organisation_id", "category", "name_az", "aliases"],
)


def register(*rows):
    columns = ["service_id", "organisation_id", "name_az", "family_id"]
    return pd.DataFrame([(f"S{n}", *row) for n, row in enumerate(rows)], columns=columns)


def test_the_same_name_of_three_bodies_is_a_family_without_their_places():
    services = register(
        ("mars", "Mənzil növbəsinə alınma", ""),
        ("venus", "Venera rayonunda mənzil növbəsinə alınma", ""),
        ("titan", "Titan Rayon İcra Hakimiyyəti tərəfindən mənzil növbəsinə alınma", None),
        ("clouds", "Mənzil növbəsinə alınma", ""),
    )
    families = find_families(services, BODIES)
    assert families["service_id"].tolist() == ["S0", "S1", "S2"]
    assert families["family"].nunique() == 1
    assert set(families["how"]) == {"found"}
    assert set(families["name"]) == {"Mənzil növbəsinə alınma"}


def test_two_bodies_are_no_family_nor_are_three_categories_apart():
    rows = [("mars", "Park yeri", ""), ("venus", "Park yeri", ""), ("clouds", "Park yeri", "")]
    assert find_families(register(*rows), BODIES).empty
    assert len(find_families(register(*rows))) == 3  # without organisations all are alike


def test_another_place_in_the_name_of_a_central_body_stays():
    rows = [("clouds", f"{place} rayonunda yağış", "") for place in ("Mars", "Venera", "Titan")]
    assert find_families(register(*rows), BODIES).empty


def test_a_given_family_is_kept_and_lends_its_id_to_the_same_name():
    services = register(
        ("mars", "Park yeri", "L05"), ("venus", "Park yeri", ""), ("titan", "Park yeri", "L05"),
        ("clouds", "Bulud", "F01"),
    )  # fmt: skip
    families = find_families(services, BODIES).set_index("service_id")
    assert families["family"].to_dict() == {"S0": "L05", "S1": "L05", "S2": "L05", "S3": "F01"}
    assert families["how"].tolist() == ["given", "found", "given", "given"]


def test_an_empty_register_has_no_families():
    empty = find_families(register(), BODIES)
    assert list(empty) == ["service_id", "family", "name", "how"]
    assert empty.empty
