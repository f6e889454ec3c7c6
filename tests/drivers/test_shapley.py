"""Owen values against all orders of the items, and where they are sampled."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from plain_road import climb_plain, near, node, tree_of

from asan_analysis.drivers.shapley import is_linear, split_moves
from asan_analysis.index.aggregation import aggregate
from asan_analysis.index.rules import check_rules

ROWS = [node("T", aggregation="geometric"), node("A", "T", weight=2, aggregation="harmonic"),
        node("a1", "A"), node("a2", "A", weight=3), node("B", "T"), node("C", "B", weight=0.5),
        node("c1", "C"), node("c2", "C"), node("b", "B"), node("d", "T")]  # fmt: skip
ITEMS = ["a1", "a2", "c1", "c2", "b", "d"]
REFERENCE = [50.0, 40.0, 30.0, 80.0, 60.0, 20.0]
OWN = {
    "all": [90.0, 40.0, 10.0, 70.0, 100.0, 35.0],
    "lacks": [90.0, None, 10.0, 70.0, None, 35.0],
    "empty node": [20.0, 55.0, None, None, 60.0, 5.0],
    "zero": [0.0, 55.0, 20.0, 30.0, 60.0, 5.0],
}


def split(rows, own, reference, table=None, seed=0):
    """Moves of the items of some units, units x items, and the sampled nodes."""
    tree, rules = tree_of(*rows), check_rules(table or {})
    values = np.array(own, dtype="float64").T
    scored = aggregate(values, tree, rules, ["unit"] * values.shape[1])
    start = aggregate(np.array(reference, dtype="float64")[:, None], tree, rules, ["reference"])
    rng = np.random.default_rng(seed)
    moves, sampled = split_moves(scored, start, tree, rules, rng=rng)
    assert moves.sum(axis=0) == near(scored.score[0] - start.score[0])
    return moves.T, dict(zip(tree.node_ids, sampled.tolist(), strict=True))


def orders_below(rows, name):
    """All orders of the items below a node that keep the items of every node together."""
    below = [row["node_id"] for row in rows if row["parent_id"] == name]
    if not below:
        return [[name]]
    return [
        [item for part in parts for item in part]
        for order in permutations(below)
        for parts in product(*(orders_below(rows, child) for child in order))
    ]


def split_plain(rows, items, own, reference, rules):
    """The mean move of the root at the turn of each item, over all such orders, in plain loops."""
    moves = dict.fromkeys(items, 0.0)
    orders = orders_below(rows, "T")
    for order in orders:
        state = dict(zip(items, reference, strict=True))
        score = climb_plain(rows, state, rules)["T"].score
        for item in order:
            state[item] = own[items.index(item)]
            now = climb_plain(rows, state, rules)["T"].score
            moves[item] += (now - score) / len(orders)
            score = now
    return list(moves.values())


@pytest.mark.parametrize("unit", OWN)
@pytest.mark.parametrize(
    "table", [{}, {"round": {"0": 1, "1": 0}}, {"min_coverage": 0.3}, {"aggregation": "power:3"}]
)
def test_the_values_are_the_mean_over_all_orders(unit, table):
    rows = [dict(row) for row in ROWS]
    moves, sampled = split(rows, [OWN[unit]], REFERENCE, table)
    plain = split_plain(rows, ITEMS, OWN[unit], REFERENCE, check_rules(table))
    assert moves[0] == near(plain)
    assert not any(sampled.values())


def test_two_items_share_what_they_do_together():
    """sqrt(x y) from (1, 1) to (4, 9): x 1 -> 2 and 3 -> 6, y 1 -> 3 and 2 -> 6."""
    rows = [node("T", aggregation="geometric"), node("x", "T"), node("y", "T")]
    moves, _ = split(rows, [[4.0, 9.0]], [1.0, 1.0])
    assert moves[0] == near([2.0, 3.0])


def test_a_node_of_one_game_has_the_shapley_value_of_its_quotient():
    """The items below a node add up to what the node does as one player (Owen 1977)."""
    moves, _ = split(ROWS, [OWN["all"]], REFERENCE)
    climbed = [climb_plain(ROWS, dict(zip(ITEMS, one, strict=True)), check_rules({}))
               for one in (OWN["all"], REFERENCE)]  # fmt: skip
    flat = [node("T", aggregation="geometric"), node("A", "T", weight=2), node("B", "T"),
            node("d", "T")]  # fmt: skip
    sides = [[one[name].score for name in ("A", "B", "d")] for one in climbed]
    quotient, _ = split(flat, [sides[0]], sides[1])
    own = [moves[0][:2].sum(), moves[0][2:5].sum(), moves[0][5]]
    assert own == near(quotient[0].tolist())


def test_units_do_not_change_each_other():
    together, _ = split(ROWS, list(OWN.values()), REFERENCE)
    for row, own in zip(together, OWN.values(), strict=True):
        assert row == near(split(ROWS, [own], REFERENCE)[0][0].tolist())


def wide_rows(number):
    """Two parts, one of many items that have the same weight."""
    return [node("T", aggregation="geometric"), node("A", "T"), node("B", "T"), node("b", "B"),
            *(node(f"a{place}", "A", aggregation="") for place in range(number))]  # fmt: skip


def test_more_than_twelve_children_are_sampled_and_add_up():
    rng = np.random.default_rng(3)
    own, reference = rng.uniform(10, 90, (2, 14))
    rows = wide_rows(13)
    moves, sampled = split(rows, [own], reference, {"aggregation": "power:4"})
    again, _ = split(rows, [own], reference, {"aggregation": "power:4"})
    other, _ = split(rows, [own], reference, {"aggregation": "power:4"}, seed=1)
    assert {name for name, one in sampled.items() if one} == {f"a{place}" for place in range(13)}
    assert (moves == again).all()
    assert np.abs(moves - other).max() > 1e-9
    assert moves == pytest.approx(other, abs=0.3)
    # items depth first: a0 .. a12, b. The part as a whole is exact whatever the orders.
    assert [moves[0, :13].sum()] == near([other[0, :13].sum()])
    assert not any(split(wide_rows(12), [own[:13]], reference[:13])[1].values())


def test_orders_of_a_deep_tree_are_sampled_whole():
    """Ten levels of four children are too many to count."""
    chain = [node("T")]
    for level in range(10):
        parent = f"n{level - 1}" if level else "T"
        chain += [node(f"n{level}", parent), *(node(f"i{level}{k}", parent) for k in range(3))]
    items = tree_of(*chain).items
    own, reference = np.random.default_rng(5).uniform(10, 90, (2, len(items)))
    _, sampled = split(chain, [own], reference, {"aggregation": "geometric"})
    assert [name for name, one in sampled.items() if not one] == ["T"]
    # a small step under a geometric mean moves the root by root x weight x relative step
    near_by = reference * (1 + 1e-7)
    small, _ = split(chain, [near_by], reference, {"aggregation": "geometric"})
    tree = tree_of(*chain)
    share = aggregate(np.eye(len(items)), tree, check_rules({}), items).score[0]
    root = float(np.exp(np.log(reference) @ share))
    assert small[0] == pytest.approx(root * share * 1e-7, rel=1e-3)


def test_what_is_linear():
    plain = [node("T"), node("x", "T")]
    assert is_linear(tree_of(*plain), check_rules({"round_service": 1}))
    assert not is_linear(tree_of(*plain), check_rules({"round": {"0": 1}}))
    assert not is_linear(tree_of(*plain), check_rules({"aggregation": "geometric"}))
    assert not is_linear(tree_of(*ROWS), check_rules({}))
