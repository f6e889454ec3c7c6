"""The deed told in other words inside a family: known answer, what is not one, and the sample."""

import json

import pandas as pd

from asan_analysis.data.datasets import load_dataset
from asan_analysis.register.reworded import find_reworded

NAMES = [
    "Buludun vurduğu zərərin kompensasiyası", "Ulduzun vurduğu zərərin kompensasiyası",
    "Küləyin vurduğu zərərin kompensasiyası", "Bulud səbəbindən dəymiş ziyanın ödənilməsi",
    "Yağış buludunun vurduğu zərərin kompensasiyası", "Yolun vurduğu zərərin kompensasiyası",
    "Dənizin vurduğu zərərin kompensasiyası",
]  # fmt: skip


def register(family="F12", body="clouds"):
    return pd.DataFrame(
        {"service_id": [f"S{place}" for place in range(len(NAMES))], "organisation_id": body,
         "name_az": NAMES, "family_id": family}
    )  # fmt: skip


def test_the_same_thing_in_other_words_is_found_and_other_things_are_not():
    row = find_reworded(register()).iloc[0]
    assert len(find_reworded(register())) == 1
    assert (row["service_id"], row["other_id"], row["shares"]) == ("S0", "S3", "bulud")
    assert row["form_words"] == "kompens;vurduq;zerer"
    assert "ziya" in row["other_words"]


def test_the_order_of_rows_does_not_matter():
    table = find_reworded(register())
    pd.testing.assert_frame_equal(find_reworded(register()[::-1]), table)


def test_other_bodies_and_services_without_a_family_are_not_looked_at():
    assert find_reworded(register(family="")).empty
    assert find_reworded(register(body=list("abcdefg"))).empty
    assert find_reworded(register().iloc[:0]).empty


def test_all_pairs_found_in_the_sample_are_planted_and_most_of_those_with_a_family_are_found():
    """9 of the 14 reworded pairs; of the others 3 have a family_id on one side alone."""
    data = load_dataset("asan_sample")
    truth = json.loads((data.folder / "truth.json").read_text(encoding="utf-8"))["duplicates"]
    kinds = {frozenset((row["service_id"], row["of"])): row["kind"] for row in truth}
    table = find_reworded(data.services, data.organisations)
    found = {frozenset(key) for key in table[["service_id", "other_id"]].to_numpy()}
    assert found <= set(kinds)
    assert sum(kinds[key] == "reworded" for key in found) == 9
