"""Services from edition to edition: links by hand, sums that hold, planted names and ids."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from small_dataset import dataset, edition, records

from asan_analysis.data.datasets import load_dataset
from asan_analysis.data.editions import list_editions
from asan_analysis.errors import ParameterError
from asan_analysis.register.changes import LINKED, count_changes, follow_pair, follow_services
from asan_analysis.register.unlinked import list_unlinked


def register(*editions, successors=None, categories=None):
    """A dataset of editions given as {service: (body, name)}; successors by place of edition."""
    parts = [
        edition(2020 + place, {}, {key: body for key, (body, _) in own.items()},
                successors=(successors or {}).get(place), categories=categories)
        for place, own in enumerate(editions)
    ]  # fmt: skip
    data = dataset(*parts)
    names = [name for own in editions for _, name in own.values()]
    return replace(data, services=data.services.assign(name_az=names, name_en=names))


def states(data):
    return records(follow_services(data), "service_id", "previous_id", "state", "how")


def test_ids_come_first():
    before = {"1": ("a", "Birth"), "2": ("a", "Death"), "3": ("a", "Tax"), "4": ("a", "Road")}
    after = {"1": ("a", "Birth"), "2": ("a", "Passing"), "3": ("b", "Tax"), "4": ("b", "Street")}
    assert states(register(before, after)) == [
        ("1", "1", "kept", "id"), ("2", "2", "renamed", "id"), ("3", "3", "moved", "id"),
        ("4", "4", "moved_renamed", "id"),
    ]  # fmt: skip


def test_names_link_inside_a_body_first_and_across_only_where_nobody_else_has_them():
    """Birth is b's and a's: each stays with its own. Road is c's alone; Tax is two bodies'."""
    before = {"1": ("a", "Birth"), "2": ("b", "Birth"), "3": ("a", "Road"), "4": ("a", "Tax"),
              "5": ("b", "Tax")}  # fmt: skip
    after = {"6": ("b", "Birth"), "7": ("a", "Birth"), "8": ("c", "Road"), "9": ("c", "Tax")}
    assert states(register(before, after)) == [
        ("6", "2", "kept", "name"), ("7", "1", "kept", "name"), ("8", "3", "moved", "name"),
        ("9", None, "entered", None), (None, "4", "left", None), (None, "5", "left", None),
    ]  # fmt: skip


def test_a_name_that_a_third_service_keeps_is_no_link_across_bodies():
    before = {"1": ("a", "Permit"), "2": ("b", "Permit")}
    after = {"2": ("b", "Permit"), "3": ("c", "Permit")}
    assert [state for *_, state, _ in states(register(before, after))] == [
        "kept", "entered", "left",
    ]  # fmt: skip


def test_two_services_of_a_body_with_one_name_are_not_guessed():
    before = {"1": ("a", "Copy"), "2": ("a", "Copy")}
    after = {"3": ("a", "Copy"), "4": ("a", "Copy")}
    assert [state for *_, state, _ in states(register(before, after))] == [
        "entered", "entered", "left", "left",
    ]  # fmt: skip


def test_case_quotes_and_spaces_are_no_new_name():
    before = {"1": ("a", "“Azərişıq” arayışı"), "2": ("a", "İcazə")}
    after = {"1": ("a", "AZƏRİŞIQ  Arayışı"), "3": ("a", "icazə")}
    assert states(register(before, after)) == [
        ("1", "1", "kept", "id"), ("3", "2", "kept", "name"),
    ]  # fmt: skip


def test_successors_are_no_move_and_neither_are_theirs():
    before = {"1": ("a", "Birth"), "2": ("a", "Death"), "3": ("b", "Tax")}
    after = {"1": ("c", "Birth"), "4": ("c", "Death"), "3": ("a", "Tax")}
    found = states(register(before, after, successors={0: {"a": "b; c"}}))
    assert [state for *_, state, _ in found] == ["kept", "kept", "moved"]
    chain = register({"1": ("a", "Birth"), "2": ("b", "Tax")}, {"1": ("c", "Birth")},
                     successors={0: {"a": "b", "b": "c"}})  # fmt: skip
    assert states(chain)[0] == ("1", "1", "kept", "id")


def test_successors_of_editions_between_count():
    data = register({"1": ("a", "X")}, {"2": ("a", "Y")}, {"1": ("b", "X")},
                    successors={1: {"a": "b"}})  # fmt: skip
    first, _, last = list_editions(data.editions)
    assert follow_pair(data, first, last)["state"].tolist() == ["kept"]
    assert states(data)[-2:] == [("1", None, "entered", None), (None, "2", "left", None)]


def test_counts_by_category_add_up_and_tell_who_crossed():
    before = {"1": ("a", "A"), "2": ("a", "B"), "3": ("d", "C")}
    after = {"1": ("a", "A"), "2": ("d", "B"), "4": ("d", "new")}
    data = register(before, after, categories={"a": "c", "d": "d"})
    table = count_changes(follow_services(data), data.organisations)
    assert records(table, "category", "before", "kept", "moved", "went", "left", "entered", "came",
                   "after") == [
        ("c", 2, 1, 0, 1, 0, 0, 0, 1), ("d", 1, 0, 0, 0, 1, 1, 1, 2),
        ("all", 3, 1, 1, 0, 1, 1, 0, 3),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def sample():
    data = load_dataset("asan_sample")
    return data, follow_services(data)


def check_sums(data, changes):
    table = count_changes(changes, data.organisations)
    linked = table[list(LINKED)].sum(axis=1)
    assert (table["before"] == linked + table["went"] + table["left"]).all()
    assert (table["after"] == linked + table["came"] + table["entered"]).all()
    every = table[table["category"] == "all"]
    sizes = data.services.groupby("edition_year").size()
    assert every["before"].tolist() == sizes.loc[every["baseline_year"]].tolist()
    assert every["after"].tolist() == sizes.loc[every["edition_year"]].tolist()
    assert len(every) == len(sizes) - 1


@pytest.mark.parametrize("name", ["asan_sample", "egov_life_events", "egov_questions_2023"])
def test_the_sums_hold_on_every_dataset(name, sample):
    data = sample[0] if name == "asan_sample" else load_dataset(name)
    changes = sample[1] if name == "asan_sample" else follow_services(data)
    check_sums(data, changes)
    keys = changes[changes["state"] != "left"]
    assert not keys.duplicated(["edition_year", "service_id"]).any()


def test_the_sample_moves_what_the_truth_does_not_merge(sample):
    """Second road: services whose owner changes though no planted merger explains it."""
    data, changes = sample
    truth = json.loads((data.folder / "truth.json").read_text(encoding="utf-8"))
    merged = {(one["organisation_id"], one["successor"], one["first_edition_merged"])
              for one in truth["mergers"]}  # fmt: skip
    owner = data.services.set_index(["edition_year", "service_id"])["organisation_id"]
    moved, absorbed = set(), set()
    for (year, service), body in owner.items():
        before = owner.get((year - 1, service))
        if before is not None and before != body:
            (absorbed if (before, body, year) in merged else moved).add((year, service))
    found = changes[changes["state"] == "moved"]
    assert set(zip(found["edition_year"], found["service_id"], strict=True)) == moved
    assert len(moved) == 51
    kept = changes[changes["state"] == "kept"]
    assert absorbed <= set(zip(kept["edition_year"], kept["service_id"], strict=True))
    assert len(absorbed) > 30


def test_the_sizes_are_those_of_the_truth(sample):
    data, changes = sample
    truth = pd.DataFrame(json.loads((data.folder / "truth.json").read_text("utf-8"))["coverage"])
    planted = truth[truth["figure"] == "services"].groupby("edition_year")["value"].sum()
    table = count_changes(changes, data.organisations)
    every = table[table["category"] == "all"].set_index("edition_year")["after"]
    assert (every == planted.loc[every.index]).all()


def replant(data, services):
    """Two editions with the given services; what became of them."""
    first, last = (one for one in list_editions(data.editions) if one.edition_year in (2022, 2023))
    return follow_pair(replace(data, services=services), first, last)


def test_planted_names_and_ids_are_told_apart(sample):
    """30 services get another name, 30 others another id: all found, nothing else renamed."""
    data, changes = sample
    services = data.services.copy()
    alone = ~services.duplicated(["edition_year", "organisation_id", "name_az"], keep=False)
    kept = changes[(changes["edition_year"] == 2023) & (changes["state"] == "kept")]
    there = (services["edition_year"] == 2023) & services["service_id"].isin(kept["service_id"])
    rows = services[there & alone].sample(60, random_state=4).index
    services.loc[rows[:30], "name_az"] += " (yeni qayda)"
    services.loc[rows[30:], "service_id"] = [f"N{number}" for number in range(30)]
    found = replant(data, services)
    assert set(found.loc[found["state"] == "renamed", "service_id"]) == set(
        services.loc[rows[:30], "service_id"]
    )
    again = found[found["service_id"].isin(services.loc[rows[30:], "service_id"])]
    assert again["state"].tolist() == ["kept"] * 30
    assert dict(zip(again["service_id"], again["previous_id"], strict=True)) == dict(
        zip(services.loc[rows[30:], "service_id"], data.services.loc[rows[30:], "service_id"],
            strict=True)
    )  # fmt: skip


def test_a_slip_in_the_name_of_a_new_id_is_a_candidate_and_no_link(sample):
    data, changes = sample
    services = data.services.copy()
    kept = changes[(changes["edition_year"] == 2023) & (changes["state"] == "kept")]
    there = (services["edition_year"] == 2023) & services["service_id"].isin(kept["service_id"])
    rows = services[there].sample(40, random_state=2).index
    former = services.loc[rows, "service_id"].tolist()
    services.loc[rows, "service_id"] = new = [f"N{number}" for number in range(40)]
    services.loc[rows, "name_az"] = services.loc[rows, "name_az"].map(lambda name: name[1:])
    found = replant(data, services)
    assert found.loc[found["service_id"].isin(new), "state"].eq("entered").all()
    listed = list_unlinked(found)
    listed = listed[listed["state"] == "left"].set_index("service_id")
    right = listed.loc[former, "candidate_id"] == pd.Series(new, index=former)
    assert right.mean() > 0.95


def test_candidates_by_hand():
    """Registratiom shares 11 of 12 letters: 22 / 24. Nothing is like Road; the own body leads."""
    before = {"1": ("a", "Registration"), "2": ("a", "Road")}
    after = {"3": ("b", "Registrations"), "4": ("a", "Registratiom")}
    table = list_unlinked(follow_services(register(before, after)), least=75)
    assert records(table, "state", "service_id", "candidate_id", "candidate_organisation") == [
        ("left", "1", "4", "a"), ("left", "2", None, None), ("entered", "3", "1", "a"),
        ("entered", "4", "1", "a"),
    ]  # fmt: skip
    scores = table["score"].tolist()
    assert scores[0] == pytest.approx(100 * 22 / 24) and pd.isna(scores[1])
    assert scores[2] == pytest.approx(100 * 24 / 25)
    high = list_unlinked(follow_services(register(before, after)), least=95)
    assert high["candidate_id"].notna().sum() == 2


def test_what_is_empty_and_what_is_refused():
    data = register({"1": ("a", "Birth")})
    changes = follow_services(data)
    assert changes.empty and "likeness" in changes
    assert count_changes(changes, data.organisations).empty
    assert list_unlinked(changes).empty
    with pytest.raises(ParameterError, match="least 101"):
        list_unlinked(changes, least=101)
