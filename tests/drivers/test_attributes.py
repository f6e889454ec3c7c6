"""Attributes listed and refused, and scores explained by them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from asan_analysis.drivers.attributes import add_body_attributes, list_attributes
from asan_analysis.drivers.explanation import explain_scores
from asan_analysis.errors import ParameterError

COLUMNS = ["model", "attribute", "level", "test", "reference", "unit", "n_services", "left_out",
           "clusters", "effect", "low", "high", "p", "p_adjusted", "method"]  # fmt: skip


def services_of(bodies, **columns):
    """Services s0, s1, ... of some bodies with attributes as text."""
    names = [f"s{place}" for place in range(len(bodies))]
    return pd.DataFrame(
        {"edition_year": 2023, "service_id": names, "organisation_id": bodies, "name_az": names,
         "name_en": names, "family_id": "f",
         **{name: [None if cell is None else str(cell) for cell in column]
            for name, column in columns.items()}}
    )  # fmt: skip


def answers_of(services, **items):
    """Answers of every service to some items; None is not applicable."""
    rows = [
        (service, item, "not_applicable" if cell is None else "scored",
         math.nan if cell is None else cell)
        for item, cells in items.items()
        for service, cell in zip(services["service_id"], cells, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["service_id", "item_id", "status", "value"])


def explain(services, score, used=None, **options):
    """Explained scores, by all columns that can."""
    listed = list_attributes(services, answers_of(services))
    scores = pd.DataFrame({"service_id": services["service_id"], "score_percent": score})
    if used:
        listed = listed.assign(used=listed["attribute"].isin(used))
    return explain_scores(scores, services, listed, rng=np.random.default_rng(1), **options)


def row(table, attribute, level="", model="every_service"):
    """One row of the explained scores."""
    here = (table["attribute"] == attribute) & (table["level"] == level)
    found = table[here & (table["model"] == model)]
    assert len(found) == 1
    return found.iloc[0]


def drawn(bodies=13, each=6, seed=1):
    """Bodies with a shared level, a channel that better bodies have more of, and a number."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(bodies), each)
    level = 10 * rng.standard_normal(bodies)
    channel = np.where(rng.random(len(codes)) < 0.5 + 0.03 * level[codes], "online", "desk")
    term = rng.integers(1, 30, len(codes))
    kind = rng.choice(["x", "y", "z"], len(codes), p=[0.5, 0.3, 0.2])
    size = (np.arange(bodies) % 2)[codes]
    services = services_of([f"b{code:02d}" for code in codes], channel=channel, term=term,
                           kind=kind, size=size)  # fmt: skip
    score = 50 + level[codes] + 6 * (channel == "online") + rng.standard_normal(len(codes))
    return services, score


# Listing


def test_each_column_is_used_or_refused_for_a_reason():
    n = 30
    services = services_of(
        ["b"] * n, number=range(n), channel=["a", "b", "c"] * 10, same=["x"] * n,
        name=[f"n{place}" for place in range(n)], free=[f"n{place // 2}" for place in range(n)],
        seldom=["x", "y"] * 10 + [None] * 10, gap=[1, 2] * 12 + [None] * 6, tax=["x", "y"] * 15,
    )  # fmt: skip
    table = list_attributes(services, answers_of(services), {"tax": ["1.1", "1.2"], "none": ["2"]})
    told = table.set_index("attribute").drop(columns=["levels", "agreement"])
    assert told.T.to_dict("list") == {
        "number": ["number", 0, True, "", ""],
        "channel": ["levels", 0, True, "", ""],
        "same": ["levels", 0, False, "one_value", ""],
        "name": ["levels", 0, False, "id_or_text", ""],
        "free": ["levels", 0, False, "id_or_text", ""],
        "seldom": ["levels", 10, False, "often_missing", ""],
        "gap": ["number", 6, True, "", ""],
        "tax": ["levels", 0, False, "computed_from_item", "1.1;1.2"],
    }
    assert table["agreement"].isna().all()
    assert table["levels"].tolist() == [30, 3, 1, 30, 15, 2, 2, 2]


@pytest.mark.parametrize(("wrong", "used"), [(5, False), (6, True)])
def test_a_column_that_agrees_with_an_item_in_95_percent_is_refused(wrong, used):
    """100 answers 0 and 1; a column says yes at 1, wrong in 5 or 6 services."""
    answers = [0, 1] * 50
    said = ["yes" if answer == (place >= wrong) else "no" for place, answer in enumerate(answers)]
    services = services_of(["b"] * 100, online=said)
    other = [1, 1, 0, 0] * 25
    table = list_attributes(services, answers_of(services, i=other, j=answers))
    assert table["used"].tolist() == [used]
    assert table[["why_unused", "repeats"]].to_numpy().tolist() == [
        ["", ""] if used else ["repeats_item", "j"]
    ]
    assert table["agreement"].tolist() == pytest.approx([math.nan if used else 0.95], nan_ok=True)


def test_a_column_with_nearly_one_value_repeats_no_item():
    services = services_of(["b"] * 100, online=["no"] * 3 + ["yes"] * 97)
    table = list_attributes(services, answers_of(services, i=[1, 0] * 50, j=[1] * 98 + [0] * 2))
    assert table["used"].all()


def test_a_number_that_follows_an_item_is_refused():
    """An item of 100 values; minutes are its square, seconds fall with it, users do not follow."""
    rng = np.random.default_rng(1)
    item = rng.permutation(100) / 100
    services = services_of(["b"] * 100, minutes=item**2, seconds=-item, users=rng.random(100),
                           half=np.where(item > 0.5, "yes", "no"))  # fmt: skip
    table = list_attributes(services, answers_of(services, i=item)).set_index("attribute")
    assert table["used"].to_dict() == {"minutes": False, "seconds": False, "users": True,
                                       "half": False}  # fmt: skip


def test_the_body_gives_its_category_and_its_number_of_services():
    services = services_of(["a", "b", "a"])
    organisations = pd.DataFrame({"organisation_id": ["a", "b"], "category": ["c", "d"]})
    table = add_body_attributes(services, organisations)
    assert table["category"].tolist() == ["c", "d", "c"]
    assert table["body_services"].tolist() == [2, 1, 2]
    assert "category" not in services


# Explaining


def test_the_effect_of_one_level_is_a_difference_of_means():
    """x: 10, 20, 30, 40; y: 50, 70, 90: 70 less 25. The middle half of term 1 to 7 is 3 wide."""
    services = services_of([*"abcd", *"abc"], kind=[*"xxxx", *"yyy"], term=[1, 2, 3, 4, 5, 6, 7])
    score = [10, 20, 30, 40, 50, 70, 90]
    found = row(explain(services, score, used=["kind"]), "kind", "y")
    assert found["effect"] == pytest.approx(45)
    assert found["reference"] == "x"
    assert found[["n_services", "clusters", "left_out"]].tolist() == [3, 4, 0]
    table = explain(services, score, used=["term"])
    assert row(table, "term")["unit"] == "3"
    assert row(table, "term")["effect"] == pytest.approx(3 * np.polyfit(range(7), score, 1)[0])


def test_both_models_are_those_of_statsmodels():
    """All columns at once; within, a constant for each body."""
    services, score = drawn()
    table = explain(services, score)
    assert table.columns.tolist() == COLUMNS
    dummies = [services["channel"] == "desk", services["kind"] == "y", services["kind"] == "z"]
    first = services["channel"].value_counts().idxmax()
    dummies[0] = services["channel"] != first
    term = services["term"].astype(float)
    step = np.subtract(*np.quantile(term, [0.75, 0.25]))
    x = np.column_stack([*dummies, term / step]).astype(float)
    bodies = pd.get_dummies(services["organisation_id"]).to_numpy(dtype=float)
    size = services["size"].astype(float).to_numpy()[:, None]
    pooled = sm.OLS(score, np.column_stack([x, size, np.ones(len(x))])).fit().params
    within = sm.OLS(score, np.column_stack([x, bodies])).fit().params
    other = ({"desk", "online"} - {first}).pop()
    keys = [("channel", other), ("kind", "y"), ("kind", "z"), ("term", "")]
    for model, theirs in (("every_service", pooled), ("inside_body", within)):
        ours = [row(table, *key, model=model)["effect"] for key in keys]
        assert ours == pytest.approx(theirs[:4], abs=1e-9)
    assert row(table, "size")["effect"] == pytest.approx(pooled[4])
    alone = row(table, "size", model="inside_body")
    assert alone["method"] == "not tested: one value in each body"
    assert math.isnan(alone["effect"])


def test_differences_between_bodies_do_not_pose_as_a_channel_effect():
    """Planted: 6 points. Better bodies are online more often; only within bodies is it 6."""
    services, score = drawn(bodies=30, each=10)
    table = explain(services, score, used=["channel"])
    level = ({"desk", "online"} - {services["channel"].value_counts().idxmax()}).pop()
    sign = 1 if level == "online" else -1
    pooled, within = (
        row(table, "channel", level, model) for model in ("every_service", "inside_body")
    )
    assert sign * pooled["effect"] > 8
    assert within["effect"] == pytest.approx(sign * 6, abs=0.5)
    assert within["low"] < sign * 6 < within["high"]


def test_methods_by_number_of_bodies():
    methods = {}
    for bodies in (4, 11, 13, 49, 50):
        services, score = drawn(bodies=bodies)
        table = explain(services, score, used=["channel"], resamples=99)
        methods[bodies] = table["method"].tolist()
    wild = "wild cluster bootstrap, CR1, "
    assert methods == {
        4: [f"{wild}Webb, all 1296"] * 2,
        11: [f"{wild}Webb, 99 draws"] * 2,
        13: [f"{wild}Rademacher, 99 draws"] * 2,
        49: [f"{wild}Rademacher, 99 draws"] * 2,
        50: ["CR3, t(49)"] * 2,
    }


def test_holm_over_the_attributes_and_levels_no_lower_than_their_attribute():
    services, score = drawn()
    table = explain(services, score, few_clusters=0)
    own = table[table["model"] == "inside_body"]
    whole = own[(own["test"] == "attribute") & own["p"].notna()].sort_values("p")
    assert len(whole) == 3
    steps, highest = [], 0.0
    for place, p in enumerate(whole["p"]):
        highest = max(highest, min(1.0, p * (3 - place)))
        steps.append(highest)
    assert whole["p_adjusted"].tolist() == pytest.approx(steps)
    joint = row(table, "kind", model="inside_body")
    assert math.isnan(joint["effect"])
    levels = own[own["test"] == "level"]
    assert levels["level"].tolist() == ["y", "z"]
    assert (levels["p_adjusted"] >= joint["p_adjusted"]).all()
    assert (levels["p_adjusted"] >= levels["p"]).all()


def test_a_level_of_two_bodies_is_named_and_not_tested():
    services, score = drawn()
    rare = services["organisation_id"].isin(["b00", "b01"]).to_numpy()
    kind = np.where(rare & (np.arange(len(rare)) % 2 == 0), "rare", services["kind"])
    services = services.assign(kind=kind, few=np.where(rare, "yes", "no"))
    table = explain(services, score, used=["kind", "channel"])
    found = row(table, "kind", "rare")
    assert found["method"] == "not tested: varies in 2 bodies only"
    assert math.isfinite(found["effect"])
    assert math.isnan(found["p"])
    assert math.isnan(found["p_adjusted"])
    assert row(table, "kind")["p"] > 0
    assert row(explain(services, score, used=["few"]), "few", "yes")["method"] == (
        "not tested: varies in 2 bodies only"
    )


def test_an_attribute_that_follows_from_others_is_out():
    services, score = drawn()
    double = 3 * services["term"].astype(int) + 1
    table = explain(services.assign(double=double.astype("str")), score, used=["term", "double"])
    assert row(table, "double")["method"] == "not tested: follows from the other attributes"
    single = explain(services, score, used=["term"])
    assert row(table, "term")["effect"] == pytest.approx(row(single, "term")["effect"])


def test_services_without_a_score_are_left_out_and_counted():
    services, score = drawn()
    services.loc[:1, "term"] = None
    score[[5, 6]] = np.nan
    table = explain(services, score, used=["term"])
    keep = ~(np.isnan(score) | services["term"].isna())
    again = explain(services[keep], score[keep], used=["term"])
    assert table["left_out"].tolist() == [4, 4]
    pd.testing.assert_frame_equal(table.drop(columns="left_out"), again.drop(columns="left_out"))


def test_a_service_alone_in_its_body_says_nothing_within():
    services, score = drawn()
    services.loc[0, "organisation_id"] = "alone"
    table = explain(services, score, used=["term"])
    assert table["clusters"].tolist() == [14, 13]
    assert table["left_out"].tolist() == [0, 1]
    assert table["n_services"].tolist() == [78, 77]


def test_the_order_of_rows_changes_nothing():
    services, score = drawn(bodies=40)
    order = np.random.default_rng(5).permutation(len(score))
    table, other = explain(services, score), explain(services.iloc[order], score[order])
    pd.testing.assert_frame_equal(table, other, rtol=1e-8)


def test_refusals():
    services, score = drawn()
    with pytest.raises(ParameterError, match="no attribute is used"):
        explain(services, score, used=["nothing"])
    with pytest.raises(ParameterError, match="fewer than 3 bodies"):
        explain(services[:12], score[:12], used=["term"])
    with pytest.raises(ParameterError, match="fewer than 3 bodies"):
        explain(services, np.full(len(score), np.nan), used=["term"])
    listed = list_attributes(services, answers_of(services))
    scores = pd.DataFrame({"service_id": ["s0", "s0"], "score_percent": [1.0, 2.0]})
    with pytest.raises(ParameterError, match="rows of one node"):
        explain_scores(scores, services, listed, rng=np.random.default_rng(1))
