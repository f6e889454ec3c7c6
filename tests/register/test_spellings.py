"""Names as typed: what is joined, what is not, and what is listed."""

import pandas as pd
import pytest
from build_scripts import ROOT

from asan_analysis.errors import ParameterError
from asan_analysis.register.spellings import group_names


def joined(*names):
    """Groups of names of one place, each sorted, and the doubtful pairs."""
    typed = pd.Series(list(names), dtype="str")
    told = group_names(typed, pd.Series("X", index=typed.index))
    groups = told.names.groupby("group")["name"].apply(sorted).tolist()
    pairs = [tuple(sorted(pair)) for pair in told.doubtful[["name", "other"]].to_numpy()]
    return sorted(groups), pairs


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("City of Tartu", "city of  Tartu", "same"),
        ("City of Ustí", "City of Üstí", "same"),
        ("The Ministry of Health", "Ministry for Health", "form"),
        ("Elron s.r.o.", "Elron", "form"),
        ("“Azərsu” ASC", "Azərsu", "form"),
        ("Social Security Institute (SSI)", "Social Security Institute", "form"),
        ("Durres Municipality", "Municipality of Durres", "form"),
        ("University of Fankfurt", "University of Frankfurt", "near"),
        ("CzechTrade", "Czech Trade", "near"),
    ],
)
def test_spellings_of_one_name_are_joined(one, other, how):
    typed = pd.Series([one, one, other])
    told = group_names(typed, pd.Series("X", index=typed.index)).names.set_index("name")
    assert told["group"].to_dict() == {one: one, other: one}, "called by the most used"
    assert told["how"][other] == how and pd.isna(told["how"][one])
    assert told["uses"].to_dict() == {one: 2, other: 1}


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (("Office, District 1", "Office, District 2"), False),
        (("City of Varna", "City of Varta"), True),  # five letters say too little
        (("Roma City Council", "Parma City Council"), False),
        (("Estonian Court", "Estonian Courts"), True),  # plural
        (("Stadt Linköping", "Stadt Jönköping", "Linköping", "Jönköping"), True),
        (("Tax Office", "Tax Office (Ministry of Finance)", "Ministry of Finance"), True),
        (("Social Security Board", "Social Security Board SSB"), True),
    ],
)
def test_other_names_are_not_joined(names, listed):
    groups, pairs = joined(*names)
    assert all(len(group) == 1 for group in groups)
    assert bool(pairs) == listed


def test_two_known_words_are_not_misspellings_of_each_other():
    groups, pairs = joined("Ministry of Labor", "Ministry of Labour", "Labor Board", "Labour Fund")
    assert len(groups) == 4
    assert pairs == [("Ministry of Labor", "Ministry of Labour")]


def test_places_are_not_mixed_and_missing_names_are_left_out():
    names = pd.Series(["Gov", "GOV", "gov", None])
    told = group_names(names, pd.Series(["A", "A", "B", "B"])).names
    assert told[["within", "name", "group"]].to_numpy().tolist() == [
        ["A", "GOV", "GOV"], ["A", "Gov", "GOV"], ["B", "gov", "gov"]]  # fmt: skip
    empty = group_names(names.iloc[3:], pd.Series(["B"], index=[3]))
    assert empty.names.empty and empty.doubtful.empty


def test_series_of_different_rows_are_refused():
    with pytest.raises(ParameterError, match="one index"):
        group_names(pd.Series(["a"]), pd.Series(["A"], index=[5]))


READ = {  # joined as misspelt in the eGovernment Benchmark, each read by a person
    ("DE", "Knapschaft", "Knappschaft"),
    ("DE", "University of Fankfurt", "University of Frankfurt"),
    ("DK", "Municipality of Fredriksberg", "Frederiksberg Municipality"),
    ("EL", "Minsitry of Digital Governance", "Ministry of Digital Governance"),
    ("FI", "Tax Admistration", "Tax Administration"),
    ("IE", "Revenue Commisionars", "Revenue Commissioners"),
}


@pytest.fixture(scope="module")
def providers():
    path = ROOT / "data" / "egov_questions_2023" / "services.csv"
    services = pd.read_csv(path, dtype=str)
    return group_names(services["provider"], services["organisation_id"])


def test_the_providers_of_the_benchmark(providers):
    names = providers.names
    assert len(names) == 2912
    assert names.groupby(["within", "group"]).ngroups == 2724
    assert names["how"].value_counts().to_dict() == {"same": 88, "form": 69, "near": 31}
    rows = names[names["how"] == "near"][["within", "name", "group"]]
    assert set(rows.itertuples(index=False, name=None)) >= READ


def test_cities_of_like_names_stay_apart(providers):
    group = providers.names.set_index(["within", "name"])["group"]
    assert group["SE", "City of Linköping"] != group["SE", "City of Jonkoping"]
    assert group["PL", "Warsaw Municipal Office"] != group["PL", "Wroclaw Municipal Office"]
    ministries = ("Ministerul Afacerilor Externe", "Ministerul Afacerilor Interne")
    assert len({group["RO", name] for name in ministries}) == 2
