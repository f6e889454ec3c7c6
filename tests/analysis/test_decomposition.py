"""Changes split by cause: by hand, by plain loops, by another decomposition, on planted truth."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, node
from shipped import load_shipped
from small_dataset import FLAT, dataset, edition, records

from asan_analysis.analysis.decomposition import (
    PARTS,
    decompose_change,
    decompose_parts,
    list_service_parts,
)
from asan_analysis.analysis.pairs import list_pairs
from asan_analysis.analysis.trends import find_alike_items, rename_answers
from asan_analysis.data.datasets import select_edition
from asan_analysis.data.editions import find_edition
from asan_analysis.errors import ParameterError
from asan_analysis.index.framework import keep_items
from asan_analysis.index.method import find_method
from asan_analysis.index.scoring import score_services

SAMPLE = load_shipped("asan_sample")
YEARS = [2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024]
SUCCESSIVE = list(pairwise(YEARS))
TRUTH = json.loads((SAMPLE.folder / "truth.json").read_text(encoding="utf-8"))
SKEW = [node("T"), node("x", "T", weight=3), node("y", "T")]
USERS = {"R.toml": {"roll_up": "weighted", "roll_up_weight": "annual_users"}}
COUNTS = ("stayed", "entered", "left", "moved_in", "moved_out")


def pair(data, before=2021, after=2022):
    return find_edition(before, data.editions), find_edition(after, data.editions)


def flat(**scores):
    """Answers that give each service its score in percent under any weights."""
    return {service: {"x": score / 100, "y": score / 100} for service, score in scores.items()}


def split(data, unit="all", *, node_id=None):
    """The row of a unit as a dict."""
    table = decompose_change(data, *pair(data), node_id=node_id)
    return table.set_index("unit_id").loc[unit].to_dict()


def parts_of(row):
    """The parts that are not zero, without the last digits."""
    return {part: round(row[part], 9) for part in PARTS if abs(row[part]) > 1e-12}


def adds_up(table):
    """The largest distance of the sum of the parts from the change, where there are parts."""
    both = table[table["state"] == "both"]
    assert len(both)
    return (both[list(PARTS)].sum(axis=1, skipna=False) - both["change"]).abs().max()


@cache
def sample(before, after):
    return decompose_change(SAMPLE, *pair(SAMPLE, before, after))


@cache
def sample_services(before, after):
    return list_service_parts(SAMPLE, *pair(SAMPLE, before, after))


# One cause at a time


def users(**numbers):
    return {"annual_users": numbers}


ONE_CAUSE = {
    "improvement": (
        dataset(edition(2021, flat(s1=40, s2=70)), edition(2022, flat(s1=60, s2=70))), 10,
    ),
    "reweighting": (
        dataset(
            edition(2021, flat(s1=20, s2=80), columns=users(s1=1, s2=1)),
            edition(2022, flat(s1=20, s2=80), columns=users(s1=1, s2=3)),
            rules=USERS,
        ), 15,
    ),
    "entry": (
        dataset(edition(2021, flat(s1=50)), edition(2022, flat(s1=50, s2=80))), 15,
    ),
    "exit": (
        dataset(edition(2021, flat(s1=50, s2=80)), edition(2022, flat(s1=50))), -15,
    ),
    "method": (
        dataset(
            edition(2021, {"s1": {"x": 0.4, "y": 0.8}}),
            edition(2022, {"s1": {"x": 0.4, "y": 0.8}}, framework="G.csv"),
            frameworks={"F.csv": FLAT, "G.csv": SKEW},
        ), -10,
    ),
}  # fmt: skip


@pytest.mark.parametrize("cause", PARTS)
def test_one_cause_gives_one_part(cause):
    """One body, so the body, its category and the field have the same parts."""
    data, points = ONE_CAUSE[cause]
    table = decompose_change(data, *pair(data))
    assert table["level"].tolist() == ["field", "category", "organisation"]
    for _, row in table.iterrows():
        assert parts_of(row) == {cause: points}
        assert row["change"] == pytest.approx(points)


ALL_CAUSES = dataset(
    edition(2021, {"s1": {"x": 0.4, "y": 0.8}} | flat(s2=20, s3=60),
            {"s1": "a", "s2": "a", "s3": "b"}),
    edition(2022, {"s1": {"x": 0.6, "y": 0.8}} | flat(s3=60, s4=100),
            {"s1": "a", "s3": "b", "s4": "b"}, framework="G.csv"),
    frameworks={"F.csv": FLAT, "G.csv": SKEW},
)  # fmt: skip


def test_all_causes_at_once_by_hand():
    """Under the later weights s1 is 50, then 65; s2 20, s3 60, s4 100.

    Weights before s1, s2, s3: 1/4, 1/4, 1/2; after s1, s3, s4: 1/2, 1/4, 1/4. Those that stay:
    s1 and s3, 1/3 and 2/3, then 2/3 and 1/3; their means 170/3 and 190/3. The method of 2021 gives
    50, the later one 47.5.
    """
    row = split(ALL_CAUSES)
    assert (row["score_before"], row["score_after"]) == (50, 72.5)
    assert parts_of(row) == pytest.approx(
        {"improvement": 7.5, "reweighting": (57.5 - 60) / 3, "entry": (100 - 190 / 3) / 4,
         "exit": (170 / 3 - 20) / 4, "method": -2.5}
    )  # fmt: skip
    assert [row[name] for name in COUNTS] == [2, 1, 1, 0, 0]
    assert adds_up(decompose_change(ALL_CAUSES, *pair(ALL_CAUSES))) < 1e-12


def test_parts_of_services_by_hand():
    table = list_service_parts(ALL_CAUSES, *pair(ALL_CAUSES))
    field = table[table["level"] == "field"]
    columns = ("service_id", "state", "score_before", "score_after", "weight_before",
               "weight_after")  # fmt: skip
    assert records(field, *columns) == [
        ("s1", "stayed", 50, 65, 0.25, 0.5), ("s2", "left", 20, None, 0.25, 0),
        ("s3", "stayed", 60, 60, 0.5, 0.25), ("s4", "entered", None, 100, 0, 0.25),
    ]  # fmt: skip
    assert field["improvement"].tolist() == pytest.approx([7.5, 0, 0, 0])
    assert field["reweighting"].tolist() == pytest.approx([-2.5 / 3, 0, 0, 0])


# Another decomposition as a second road


def foster(table):
    """Within, between, cross, entry, exit of Foster, Haltiwanger and Krizan, by plain loops."""
    columns = ["score_before", "score_after", "weight_before", "weight_after"]
    rows = table[columns].to_numpy().tolist()
    level = sum(s0 * w0 for s0, _, w0, _ in rows if not math.isnan(s0))
    found = dict.fromkeys(("within", "between", "cross", "entry", "exit"), 0.0)
    for s0, s1, w0, w1 in rows:
        if math.isnan(s0):
            found["entry"] += w1 * (s1 - level)
        elif math.isnan(s1):
            found["exit"] -= w0 * (s0 - level)
        else:
            found["within"] += w0 * (s1 - s0)
            found["between"] += (w1 - w0) * (s0 - level)
            found["cross"] += (w1 - w0) * (s1 - s0)
    return found


def test_foster_haltiwanger_krizan_by_hand():
    """Against 47.5: within 15/4; between (2.5 - 12.5)/4; entry 52.5/4; exit 27.5/4."""
    table = list_service_parts(ALL_CAUSES, *pair(ALL_CAUSES))
    assert foster(table[table["level"] == "field"]) == pytest.approx(
        {"within": 3.75, "between": -2.5, "cross": 3.75, "entry": 13.125, "exit": 6.875}
    )


@pytest.mark.parametrize("years", [(2018, 2019), (2021, 2023)])
def test_both_decompositions_have_one_total(years):
    services = sample_services(*years)
    groups = dict(list(services.groupby(["level", "unit_id"])))
    table = sample(*years)
    both = table[table["state"] == "both"]
    assert len(both) > 40
    for row in both.itertuples():
        total = sum(foster(groups[row.level, row.unit_id]).values())
        assert total == pytest.approx(row.change - row.method, abs=1e-9)


def test_a_common_rise_is_no_entry():
    """All rise by 20 and the newcomer is like the others; the older way calls 10 of it entry."""
    data = dataset(edition(2021, flat(s1=50)), edition(2022, flat(s1=70, s2=70)))
    assert parts_of(split(data)) == {"improvement": 20}
    services = list_service_parts(data, *pair(data))
    assert foster(services[services["level"] == "field"])["entry"] == 10


def test_weights_that_stand_still_give_no_reweighting():
    """s2 of weight 3/4 rises by 40; the covariance of Olley and Pakes moves by 10."""
    weights = users(s1=1, s2=3)
    data = dataset(
        edition(2021, flat(s1=20, s2=20), columns=weights),
        edition(2022, flat(s1=20, s2=60), columns=weights), rules=USERS,
    )  # fmt: skip
    row = split(data)
    assert parts_of(row) == {"improvement": 30}
    plain_means = np.array([20, 20]).mean(), np.array([20, 60]).mean()
    covariance = (row["score_after"] - plain_means[1]) - (row["score_before"] - plain_means[0])
    assert covariance == 10


# Services that move, bodies that merge


def test_a_merger_without_new_answers_is_reweighting_only():
    """Field and category from (20 + 80) / 2 to (20 + 80 + 80) / 3; at the successor it is entry."""
    answers = flat(s1=20, s2=80, s3=80)
    data = dataset(
        edition(2021, answers, {"s2": "gone", "s3": "gone"}, successors={"gone": "a"}),
        edition(2022, answers),
    )
    for unit in ("all", "c"):
        row = split(data, unit)
        assert parts_of(row) == {"reweighting": 10}
        assert [row[name] for name in COUNTS] == [3, 0, 0, 0, 0]
    successor = split(data, "a")
    assert parts_of(successor) == {"entry": 40}
    assert [successor[name] for name in COUNTS] == [1, 0, 0, 2, 0]
    gone = split(data, "gone")
    assert gone["state"] == "merged"
    assert np.isnan([gone[part] for part in PARTS]).all()
    assert [gone[name] for name in COUNTS] == [0, 0, 0, 0, 2]


def test_a_moved_service_stays_in_the_field_and_moves_between_categories():
    """s2 moves from a in c to b in d; s3 is new in b and s4 has left it."""
    data = dataset(
        edition(2021, flat(s1=50, s2=50, s4=10, s5=50), {"s4": "b", "s5": "b"},
                categories={"b": "d"}),
        edition(2022, flat(s1=50, s2=50, s3=90, s5=50), {"s2": "b", "s3": "b", "s5": "b"},
                categories={"b": "d"}),
    )  # fmt: skip
    table = decompose_change(data, *pair(data)).set_index("unit_id")
    counts = table[list(COUNTS)].T.to_dict("list")
    assert counts["a"] == counts["c"] == [1, 0, 0, 0, 1]
    assert counts["b"] == counts["d"] == [1, 1, 1, 1, 0]
    assert counts["all"] == [3, 1, 1, 0, 0]
    # before a 50, b 30; after a 50, b (50 + 90 + 50) / 3; all that stay are at 50
    assert parts_of(table.loc["all"]) == pytest.approx({"entry": 40 / 6, "exit": 40 / 4})


def test_a_body_that_changes_its_category_stands_under_the_later_one():
    data = dataset(
        edition(2021, flat(s1=50), categories={"a": "d"}), edition(2022, flat(s1=60))
    )  # fmt: skip
    table = decompose_change(data, *pair(data))
    assert records(table, "level", "unit_id", "category", "state") == [
        ("field", "all", "all", "both"), ("category", "c", "c", "entered"),
        ("category", "d", "d", "left"), ("organisation", "a", "c", "both"),
    ]  # fmt: skip
    assert split(data, "c")["moved_in"] == split(data, "d")["moved_out"] == 1


def test_a_service_without_a_score_or_weight_is_not_there():
    """s2 has no answer that applies, then 90; s3 weighs nothing, then as much as the others."""
    data = dataset(
        edition(2021, flat(s1=50, s3=90) | {"s2": {"x": NA, "y": NA}},
                columns=users(s1=1, s2=1, s3=0)),
        edition(2022, flat(s1=50, s2=90, s3=90), columns=users(s1=1, s2=1, s3=1)),
        rules=USERS,
    )  # fmt: skip
    row = split(data)
    assert parts_of(row) == pytest.approx({"entry": 80 / 3})
    assert (row["stayed"], row["entered"]) == (1, 2)


# What cannot be told


def test_nothing_stayed_leaves_the_method_only():
    data = dataset(
        edition(2021, {"s1": {"x": 0.4, "y": 0.8}}),
        edition(2022, flat(s2=70), framework="G.csv"),
        frameworks={"F.csv": FLAT, "G.csv": SKEW},
    )
    row = split(data)
    assert (row["state"], row["stayed"], row["entered"], row["left"]) == ("nothing_stayed", 0, 1, 1)
    assert row["change"] == pytest.approx(10)
    assert row["method"] == pytest.approx(-10)
    assert np.isnan([row[part] for part in PARTS[:4]]).all()


def test_nothing_alike_gives_no_parts():
    data = dataset(
        edition(2021, flat(s1=50)),
        edition(2022, {"s1": {"z": 0.7}}, framework="G.csv"),
        frameworks={"F.csv": FLAT, "G.csv": [node("T"), node("z", "T")]},
    )
    table = decompose_change(data, *pair(data))
    assert set(table["state"]) == {"nothing_alike"}
    assert table["change"].tolist() == pytest.approx([20] * 3)
    assert table[[*PARTS, *COUNTS]].isna().all(axis=None)
    assert set(table[list(COUNTS)].dtypes.astype(str)) == {"Int64"}
    assert list_service_parts(data, *pair(data)).empty


def test_a_unit_in_one_edition_has_no_parts():
    data = dataset(
        edition(2021, flat(s1=50, s2=60), {"s2": "b"}),
        edition(2022, flat(s1=50, s3=60), {"s3": "new"}),
    )
    states = decompose_change(data, *pair(data)).set_index("unit_id")["state"]
    assert states[["all", "a", "b", "new"]].tolist() == ["both", "both", "left", "entered"]
    row = split(data, "new")
    assert np.isnan([row[name] for name in (*PARTS, "score_before", "change")]).all()
    assert [row[name] for name in COUNTS] == [0, 1, 0, 0, 0]


def test_no_rows_without_two_editions_that_have_answers():
    data = dataset(edition(2021, {}, {"s1": "a"}), edition(2022, flat(s1=50)))
    first, second = pair(data)
    full = decompose_change(SAMPLE, *pair(SAMPLE, 2023, 2024))
    for before in (None, first):
        table = decompose_change(data, before, second)
        assert table.empty
        assert table.columns.equals(full.columns)
        assert decompose_parts(data, before, second).columns.tolist() == ["node_id", *full.columns]
        assert list_service_parts(data, before, second).empty


@pytest.mark.parametrize("rules", [{"roll_up": "pooled"}, {"round_organisation": 1}])
def test_later_rules_that_cannot_be_split_are_refused(rules):
    """As earlier rules they are part of the method."""
    answers = {"s1": {"x": 0.333, "y": NA}, "s2": {"x": 0.5, "y": 0.9}}
    both = {"R.toml": rules, "S.toml": {}}
    forth = dataset(edition(2021, answers), edition(2022, answers, rules="S.toml"), rules=both)
    back = dataset(edition(2021, answers, rules="S.toml"), edition(2022, answers), rules=both)
    with pytest.raises(ParameterError, match=f"R.toml: {next(iter(rules))}.*split the change"):
        decompose_change(back, *pair(back))
    row = split(forth)
    assert list(parts_of(row)) == ["method"]
    assert row["method"] == pytest.approx(row["change"])


# Nodes

DEEP = [node("T"), node("P", "T"), node("Q", "T"), node("x", "P"), node("y", "P"), node("z", "Q")]
LATER = [
    node("R"), node("P", "R"), node("N", "R"), node("x2", "P", replaces="x"),
    node("y", "P", weight=3), node("w", "N"),
]  # fmt: skip
NODES = dataset(
    edition(2021, {"s1": {"x": 0.2, "y": 0.6, "z": 0.9}}),
    edition(2022, {"s1": {"x2": 0.4, "y": 0.6, "w": 0.1}}, framework="G.csv"),
    frameworks={"F.csv": DEEP, "G.csv": LATER},
)


def test_every_node_is_split_in_points_of_its_own_score():
    """P from 40 to 55, of which 10 are the weights: under the later ones it was 50.

    The root is named anew and goes from (40 + 90) / 2 to (55 + 10) / 2; what both ask is P alone.
    """
    table = decompose_parts(NODES, *pair(NODES))
    field = table[table["level"] == "field"].set_index("node_id")
    assert field.index.tolist() == ["R", "P", "N"]
    assert field["score_before"].dropna().to_dict() == pytest.approx({"R": 65, "P": 40})
    assert field["score_after"].to_dict() == pytest.approx({"R": 32.5, "P": 55, "N": 10})
    assert parts_of(field.loc["P"]) == pytest.approx({"improvement": 5, "method": 10})
    assert parts_of(field.loc["R"]) == pytest.approx({"improvement": 5, "method": -37.5})
    assert field["state"].tolist() == ["both", "both", "new_node"]
    assert field.loc["N", list(PARTS)].isna().all()


def test_a_renamed_item_is_split_too():
    assert parts_of(split(NODES, node_id="x2")) == {"improvement": 20}
    assert split(NODES, node_id="w")["state"] == "new_node"


def test_one_node_is_the_node_among_the_parts():
    whole = decompose_parts(NODES, *pair(NODES))
    one = decompose_change(NODES, *pair(NODES), node_id="P")
    same = whole[whole["node_id"] == "P"].drop(columns="node_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(one, same)


def test_an_unknown_node_is_refused():
    with pytest.raises(ParameterError, match=r"node_id 'Q' is not in G.csv; .* R, P, N"):
        split(NODES, node_id="Q")


# The sample


def parts_plain(before, after, item_cut):
    """Parts of the field and the categories by plain loops from scores of services."""
    sides = []
    method = find_method(SAMPLE, find_edition(after, SAMPLE.editions))
    for year in (before, after):
        one, _ = select_edition(SAMPLE, year)
        answers = one.assessments
        if item_cut:
            former, _ = find_method(SAMPLE, find_edition(before, SAMPLE.editions))
            items = find_alike_items(former, method[0])
            answers = rename_answers(answers, items) if year == before else answers
            tree = keep_items(method[0], list(items.values()))
        else:
            tree = method[0]
        scores = score_services(answers, one.services, tree, method[1])
        root = scores[scores["node_id"] == tree.root].set_index("service_id")["score_percent"]
        category = dict(
            zip(one.organisations["organisation_id"], one.organisations["category"], strict=True)
        )
        owned = defaultdict(list)
        for service, owner in zip(one.services["service_id"], one.services["organisation_id"],
                                  strict=True):  # fmt: skip
            owned[owner].append(service)
        unit = defaultdict(dict)
        for name in ("all", *set(category.values())):
            bodies = [body for body in owned if name in ("all", category[body])]
            for body in bodies:
                for service in owned[body]:
                    unit[name][service] = (root[service], 1 / len(owned[body]) / len(bodies))
        sides.append(unit)
    return {name: dynamic_plain(sides[0][name], sides[1][name]) for name in sides[1]}


def dynamic_plain(old, new):
    """Improvement, reweighting, entry, exit from score and weight by service, by groups."""
    stays = sorted(set(old) & set(new))
    share = [sum(side[one][1] for one in stays) for side in (old, new)]
    mean = [
        sum(side[one][0] * side[one][1] for one in stays) / whole
        for side, whole in zip((old, new), share, strict=True)
    ]
    improvement = sum(
        (old[one][1] / share[0] + new[one][1] / share[1]) / 2 * (new[one][0] - old[one][0])
        for one in stays
    )
    came = [new[one] for one in set(new) - set(old)]
    went = [old[one] for one in set(old) - set(new)]
    entry, leave = 0.0, 0.0
    if came:
        weight = sum(w for _, w in came)
        entry = weight * (sum(s * w for s, w in came) / weight - mean[1])
    if went:
        weight = sum(w for _, w in went)
        leave = weight * (mean[0] - sum(s * w for s, w in went) / weight)
    return [improvement, mean[1] - mean[0] - improvement, entry, leave]


@pytest.mark.parametrize("years", [(2018, 2019), (2021, 2023)])
def test_plain_loops_find_the_same_parts(years):
    table = sample(*years).set_index("unit_id")
    found = parts_plain(*years, item_cut=years == (2021, 2023))
    assert len(found) == 4
    for name, parts in found.items():
        assert table.loc[name, list(PARTS[:4])].tolist() == pytest.approx(parts, abs=1e-9)


@pytest.mark.parametrize("years", list(combinations(YEARS, 2)))
def test_parts_add_up_and_only_a_new_method_is_a_method(years):
    """At every unit of every pair; no common answers are lacking in the sample."""
    table = sample(*years)
    assert adds_up(table) < 1e-9
    both = table[table["state"] == "both"]
    if years[0] < 2022 <= years[1]:
        assert (both.loc[both["level"] != "organisation", "method"].abs() > 0.01).all()
    else:
        assert (both["method"] == 0).all()
    assert "nothing_alike" not in set(table["state"])


@pytest.mark.parametrize("years", [(2018, 2019), (2021, 2022), (2017, 2024)])
def test_parts_add_up_at_every_part(years):
    table = decompose_parts(SAMPLE, *pair(SAMPLE, *years))
    assert table["node_id"].unique().tolist() == ["index", *(f"P{n}" for n in range(1, 8))]
    assert adds_up(table) < 1e-9
    root = table[table["node_id"] == "index"].drop(columns="node_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(root, sample(*years))


def test_back_in_time_the_parts_turn_round():
    """Entry becomes exit with the other sign; only under one method, the later one rules."""
    forth = sample(2018, 2019).set_index("unit_id")
    back = decompose_change(SAMPLE, *pair(SAMPLE, 2019, 2018)).set_index("unit_id")
    units = forth.index[forth["state"] == "both"]
    turned = -back.loc[units, ["improvement", "reweighting", "exit", "entry"]]
    for part, other in zip(PARTS, turned, strict=False):
        assert turned[other].tolist() == pytest.approx(forth.loc[units, part].tolist(), abs=1e-9)


def test_planted_improvements_are_found_in_the_services():
    """The plan gives every edition its improved services; they rise more than others that stay."""
    planted = {(one["edition_year"], one["service_id"]) for one in TRUTH["improvements"]}
    changes = {True: [], False: []}
    for before, after in SUCCESSIVE:
        table = sample_services(before, after)
        stayed = table[(table["level"] == "field") & (table["state"] == "stayed")]
        for row in stayed.itertuples():
            changes[(after, row.service_id) in planted].append(row.score_after - row.score_before)
    found, others = (np.array(changes[which]) for which in (True, False))
    error = np.sqrt(found.var(ddof=1) / len(found) + others.var(ddof=1) / len(others))
    assert len(found) > 100
    assert found.mean() - others.mean() > 5 * error


def test_planted_ability_is_found_in_the_improvement_of_bodies():
    ability = TRUTH["ability"]
    pairs = []
    for before, after in SUCCESSIVE:
        table = sample(before, after)
        bodies = table[(table["level"] == "organisation") & (table["state"] == "both")]
        for row in bodies.itertuples():
            own = ability[row.unit_id]
            pairs.append((own[str(after)] - own[str(before)], row.improvement))
    gained, improvement = np.array(pairs).T
    assert len(pairs) > 200
    assert np.corrcoef(gained, improvement)[0, 1] > 0.8


def test_planted_mergers_are_told_and_bring_services():
    for one in TRUTH["mergers"]:
        table = sample(one["last_edition"], one["first_edition_merged"]).set_index("unit_id")
        assert table.loc[one["organisation_id"], "state"] == "merged"
        assert table.loc[one["organisation_id"], "moved_out"] > 0
        assert table.loc[one["successor"], "moved_in"] > 0


def shuffled(data):
    """The same dataset with the rows of its tables in another order."""
    tables = ("assessments", "services", "organisations")
    mixed = {name: getattr(data, name).sample(frac=1, random_state=7) for name in tables}
    return replace(data, **{name: frame.reset_index(drop=True) for name, frame in mixed.items()})


def test_the_order_of_rows_changes_no_bit():
    years = pair(SAMPLE, 2021, 2023)
    pd.testing.assert_frame_equal(
        decompose_change(shuffled(SAMPLE), *years), sample(2021, 2023), check_exact=True
    )


def test_parts_follow_the_scale_of_scores_and_not_that_of_weights():
    """A scale to 1 gives a hundredth; services and nodes of sevenfold weight the same."""

    def build(times, top):
        numbers = ({"s1": 1, "s2": 2, "s3": 3}, {"s1": 2, "s3": 3, "s4": 4})
        weights = [
            users(**{name: times * number for name, number in one.items()}) for one in numbers
        ]
        tree = [node("T"), node("x", "T", weight=2 * times), node("y", "T", weight=times)]
        return dataset(
            edition(2021, flat(s1=20, s2=40, s3=60), columns=weights[0]),
            edition(2022, flat(s1=30, s3=80, s4=10), columns=weights[1], framework="G.csv"),
            frameworks={"F.csv": FLAT, "G.csv": tree},
            rules={"R.toml": USERS["R.toml"] | {"range": [0, top]}},
        )  # fmt: skip

    plain, heavy, small = (split(build(*how)) for how in ((1, 100), (7, 100), (1, 1)))
    for part in (*PARTS, "change"):
        assert heavy[part] == pytest.approx(plain[part], abs=1e-12)
        assert small[part] == pytest.approx(plain[part] / 100, abs=1e-12)
    assert min(abs(plain[part]) for part in PARTS[:4]) > 0.1


def test_a_geometric_tree_is_split_exactly_by_plain_loops():
    """Whatever means the tree has, a body is a mean of its services: sqrt(xy) of each."""
    old = {"s1": {"x": 0.1, "y": 0.9}, "s2": {"x": 0.4, "y": 0.4}}
    new = {"s1": {"x": 0.4, "y": 0.9}, "s3": {"x": 1.0, "y": 0.25}}
    data = dataset(
        edition(2021, old), edition(2022, new), rules={"R.toml": {"aggregation": "geometric"}}
    )
    parts = dynamic_plain({"s1": (30, 0.5), "s2": (40, 0.5)}, {"s1": (60, 0.5), "s3": (50, 0.5)})
    assert [split(data)[part] for part in PARTS[:4]] == pytest.approx(parts)
    assert parts == pytest.approx([30, 0, -5, -5])


def test_pairs_of_editions():
    """2020 has no answers. 2021 and 2023 share one of two services, 2022 and 2023 none."""
    data = dataset(
        edition(2020, {}, {"s1": "a"}),
        edition(2021, flat(s1=50, s2=50)),
        edition(2022, flat(s2=50, s3=50)),
        edition(2023, flat(s1=50, s4=50)),
        edition(2024, flat(s1=50, s4=50), rules="S.toml"),
        rules={"R.toml": {}, "S.toml": {}},
    )
    columns = ("before_year", "after_year", "same_method", "services_shared", "comparable",
               "successive", "widest")  # fmt: skip
    assert records(list_pairs(data), *columns) == [
        (2021, 2022, True, 1, True, True, False), (2021, 2023, True, 1, True, False, True),
        (2021, 2024, False, 1, False, False, False), (2022, 2023, True, 0, False, True, False),
        (2022, 2024, False, 0, False, False, False), (2023, 2024, False, 2, False, True, False),
    ]  # fmt: skip
    apart = dataset(edition(2021, flat(s1=50)), edition(2022, flat(s2=50)))
    assert not list_pairs(apart)["widest"].any()
    assert list_pairs(dataset(edition(2021, flat(s1=50)))).empty
