"""Shares of the differences between bodies and inside them: known answers and a plain road."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from plain_road import near, node, tree_of
from shipped import load_shipped

from asan_analysis.audit.description import widen_scores
from asan_analysis.data.datasets import select_edition
from asan_analysis.drivers.variance import share_variance
from asan_analysis.errors import ParameterError
from asan_analysis.index.contributions import contribute_services
from asan_analysis.index.method import find_method

TREE = tree_of(node("T"), node("x", "T"), node("A", "T"), node("y", "A"), node("z", "A"))


def table(rows):
    """Points of x, y and z by service as a table of all nodes, and the owners."""
    frame = pd.DataFrame(rows, columns=["owner", "x", "y", "z"])
    frame.index = pd.Index([f"s{place}" for place in range(len(frame))], name="service_id")
    parts = frame[["x", "y", "z"]].assign(A=frame["y"] + frame["z"])
    return parts.assign(T=parts["x"] + parts["A"])[TREE.node_ids], frame["owner"]


def random_rows(seed=3, bodies=8):
    """Services of bodies in mixed order, one body with a single service."""
    rng = np.random.default_rng(seed)
    sizes = [1, *rng.integers(2, 9, bodies - 1)]
    level = rng.normal(0, 2, (bodies, 3))
    rows = [(f"b{b}", *level[b] + rng.normal(0, 1, 3)) for b in range(bodies)
            for _ in range(sizes[b])]  # fmt: skip
    rng.shuffle(rows)
    return table(rows)


def test_x_makes_the_bodies_differ_and_y_the_services():
    """Means 0 and 4 by x; inside both bodies y is 0 or 2 and x stays: all of each level is one."""
    found = share_variance(*table([("a", 0, 0, 1), ("a", 0, 2, 1), ("b", 4, 0, 1), ("b", 4, 2, 1)]),
                           TREE).set_index(["level", "node_id"])  # fmt: skip
    share = found["covariance_share"]
    assert share["between"].to_dict() == near({"T": 1, "x": 1, "A": 0, "y": 0, "z": 0})
    assert share["within"].to_dict() == near({"T": 1, "x": 0, "A": 1, "y": 1, "z": 0})
    level = found["level_share"]["between"]
    assert level.drop("z").to_dict() == near({"T": 0.8, "x": 1, "A": 0, "y": 0})
    assert math.isnan(level["z"])
    assert found["n"].groupby(level=0).first().to_dict() == {"between": 2, "within": 4}


def plain_share(part, root):
    mean = statistics.fmean(root)
    product = sum(p * (r - mean) for p, r in zip(part, root, strict=True))
    return product / sum((r - mean) ** 2 for r in root)


def test_both_levels_repeat_plain_loops():
    parts, owner = random_rows()
    found = share_variance(parts, owner, TREE).set_index(["level", "node_id"])
    members = {body: [s for s in parts.index if owner[s] == body] for body in owner.unique()}
    for name in TREE.node_ids:
        mean = {body: statistics.fmean(parts.loc[one, name]) for body, one in members.items()}
        top = {body: statistics.fmean(parts.loc[one, "T"]) for body, one in members.items()}
        between = plain_share(list(mean.values()), list(top.values()))
        several = [s for s in parts.index if len(members[owner[s]]) > 1]
        within = plain_share(
            [parts.at[s, name] - mean[owner[s]] for s in several],
            [parts.at[s, "T"] - top[owner[s]] for s in several],
        )
        inside = sum((parts.at[s, name] - mean[owner[s]]) ** 2 for s in parts.index)
        total = sum((x - statistics.fmean(parts[name])) ** 2 for x in parts[name])
        assert found.at[("between", name), "covariance_share"] == pytest.approx(between)
        assert found.at[("within", name), "covariance_share"] == pytest.approx(within)
        assert found.at[("within", name), "level_share"] == pytest.approx(inside / total)
        assert found.at[("between", name), "level_share"] == pytest.approx(1 - inside / total)
    assert found.at[("within", "T"), "n"] == len(parts) - 1
    assert found.at[("within", "T"), "left_out"] == 1


def test_a_service_without_a_score_is_left_out_and_counted():
    parts, owner = random_rows()
    extra = pd.DataFrame(math.nan, index=["none"], columns=parts.columns)
    more = share_variance(
        pd.concat([extra, parts]), pd.concat([pd.Series({"none": "b2"}), owner]), TREE
    )
    plain = share_variance(parts, owner, TREE)
    pd.testing.assert_frame_equal(more.drop(columns="left_out"), plain.drop(columns="left_out"))
    assert (more["left_out"] - plain["left_out"]).tolist() == [1] * len(more)


def test_the_order_of_the_services_changes_nothing():
    parts, owner = random_rows()
    turned = share_variance(parts[::-1], owner, TREE)
    pd.testing.assert_frame_equal(turned, share_variance(parts, owner, TREE))


def test_the_shares_of_a_cut_add_up_on_the_sample():
    data, edition = select_edition(load_shipped("asan_sample"), 2023)
    tree, rules = find_method(data, edition)
    split = contribute_services(data.assessments, data.services, tree, rules)
    parts = widen_scores(split, tree, column="contribution")
    keep = tree.cut(10)
    owner = data.services.set_index("service_id")["organisation_id"]
    found = share_variance(parts, owner, tree)
    assert len(keep) > 1
    for nodes in (keep, tree.items):
        cut = found[found["node_id"].isin(nodes)]
        assert cut.groupby("level")["covariance_share"].sum().to_list() == near([1, 1])
    assert found.groupby("node_id")["level_share"].sum().to_list() == near([1] * len(parts.columns))


def test_a_service_without_an_owner_is_refused():
    parts, owner = random_rows()
    with pytest.raises(ParameterError, match="'s3' has no owner"):
        share_variance(parts, owner.drop("s3"), TREE)
