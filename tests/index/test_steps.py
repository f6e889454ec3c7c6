"""Steps before scoring: known answers, plain loops on random tables, refusals."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, near, node, plain_list, tree_of, wide
from scipy import stats
from small_dataset import FLAT, dataset, edition

from asan_analysis.data.editions import find_edition
from asan_analysis.errors import DataError, FrameworkError
from asan_analysis.index.method import examine_methods, find_method
from asan_analysis.index.preparation import Table, impute_items, screen_units
from asan_analysis.index.rules import Rules, check_rules
from asan_analysis.index.scoring import score_table
from asan_analysis.index.steps import apply_steps, find_denominators
from asan_analysis.index.treatment import (
    has_outliers,
    measure_shape,
    take_logarithms,
    treat_items,
    winsorise_values,
)

DENOMINATE = {"do": "denominate"}


def run(answers, tree, *steps, columns=None, **rules):
    """Answers through the steps; `columns` by name, in the order of the units."""
    values, status = wide(answers, tree)
    extra = pd.DataFrame(columns or {}, index=values.index)
    known = check_rules({"columns": list(extra), "steps": list(steps), **rules}, name="R.toml")
    return apply_steps(values, status, extra, tree, known, name="V.csv")


def column_of(numbers, item="x"):
    return pd.DataFrame({item: np.array(numbers, dtype="float64")})


# Skewness and kurtosis


@pytest.mark.parametrize(
    ("numbers", "skewness", "kurtosis"),
    [
        # the examples of SKEW and KURT in the manual of Microsoft Excel
        ([3, 4, 5, 2, 3, 4, 5, 6, 4, 7], 0.359543071, -0.151799637),
        # by hand: m2 = 12.5, m3 = 45, m4 = 348.5, n = 4
        ([1, 2, 3, 10], 45 / 12.5**1.5 * math.sqrt(12) / 2, 1.5 * (5 * (348.5 / 156.25 - 3) + 6)),
    ],
)
def test_skewness_and_kurtosis_of_known_samples(numbers, skewness, kurtosis):
    assert measure_shape(np.array(numbers, dtype="float64")) == near([skewness, kurtosis])


@pytest.mark.parametrize("seed", range(5))
def test_skewness_and_kurtosis_agree_with_scipy(seed):
    rng = np.random.default_rng(seed)
    x = rng.lognormal(size=int(rng.integers(4, 40))) * 10.0 ** rng.integers(-6, 7)
    with_gaps = rng.permutation(np.append(x, [np.nan, np.nan]))
    expected = [stats.skew(x, bias=False), stats.kurtosis(x, bias=False)]
    assert measure_shape(with_gaps) == near(expected)


def test_the_shape_does_not_depend_on_order_or_unit():
    x = np.random.default_rng(1).lognormal(size=30)
    assert measure_shape(x[::-1]) == measure_shape(x)
    for factor in (1e-290, 1e290):
        assert measure_shape(x * factor) == near(measure_shape(x))


@pytest.mark.parametrize("numbers", [[], [1, 2, 9], [1, 2, 9, math.nan], [5, 5, 5, 5, 5]])
def test_too_few_values_and_no_spread_have_no_shape(numbers):
    assert measure_shape(np.array(numbers, dtype="float64")) == near([None, None])


# Winsorising and logarithms


def test_the_examples_of_coinr_are_treated_as_there():
    """The cases of COINr's own tests: one high value, one low, and two with one move allowed."""
    high, low = [*range(1, 11), 100], [*range(1, 11), -100]
    two = np.array([*range(1, 21), 100, 200], dtype="float64")
    assert winsorise_values(np.array(high, dtype="float64"), most=5).tolist() == [*high[:10], 10]
    assert winsorise_values(np.array(low, dtype="float64"), most=5).tolist() == [*low[:10], 1]
    assert has_outliers(winsorise_values(two, most=1))
    treated, table = treat_items(column_of(two), most=1)
    assert plain_list(treated["x"]) == near([math.log(x - 1 + 1.99) for x in two])
    assert table.loc[0, ["winsorised", "transform"]].tolist() == [0, "log"]


def test_the_k_most_extreme_values_become_the_next_one():
    """The sample of COINr's manual: 100 becomes 30, and that is enough."""
    treated, table = treat_items(column_of([*range(1, 11), 30, 100]), most=5)
    row = table.iloc[0]
    # as COINr prints them: skew 3.063241, kurt 9.741391
    assert [row.skewness_before, row.kurtosis_before] == pytest.approx([3.063241, 9.741391])
    assert row[["transform", "winsorised", "note"]].tolist() == ["winsorise", 1, ""]
    assert treated["x"].tolist() == [*range(1, 11), 30, 30]


def test_equal_values_move_together_or_not_at_all():
    numbers = [*range(1, 41), 500.0, 500.0, 500.0]
    assert has_outliers(np.array(numbers))
    assert winsorise_values(np.array(numbers), most=2).tolist() == numbers
    assert winsorise_values(np.array(numbers), most=3).tolist() == [*numbers[:40], 40, 40, 40]


def test_a_long_tail_without_weight_is_no_outlier():
    """Both limits have to be passed; here the skewness is 2.06 and the kurtosis 3.15."""
    tail = np.array([0.0] * 12 + [4.0, 7.0, 9.0])
    skewness, kurtosis = measure_shape(tail)
    assert (skewness > 2, kurtosis > 3.5) == (True, False)
    assert not has_outliers(tail)
    assert winsorise_values(tail, most=5).tolist() == tail.tolist()


def test_an_item_of_two_values_keeps_its_spread_and_says_that_it_has_outliers():
    treated, table = treat_items(column_of([0.0] * 20 + [1.0]), most=5)
    assert table.loc[0, ["transform", "note"]].tolist() == ["log", "still has outliers"]
    assert sorted(set(treated["x"])) == near([math.log(0.01), math.log(1.01)])


def test_an_item_skewed_low_beyond_repair_is_made_worse_and_told():
    low = [-(2.0**power) for power in range(30)]
    _, table = treat_items(column_of(low), most=1)
    row = table.iloc[0]
    assert row[["transform", "note"]].tolist() == ["log", "still has outliers"]
    assert row.skewness_before < -2
    assert row.skewness_after < row.skewness_before


@pytest.mark.parametrize(
    ("numbers", "note"),
    [([1, 2, 900, math.nan], "fewer than 4 values"), ([], "fewer than 4 values"),
     ([7.0] * 9, "no spread")],
)  # fmt: skip
def test_an_item_that_has_no_shape_is_left_alone_and_told(numbers, note):
    treated, table = treat_items(column_of(numbers), most=5)
    assert plain_list(treated["x"]) == near(numbers)
    assert table.loc[0, ["winsorised", "transform", "note"]].tolist() == [0, "none", note]
    assert plain_list(table.loc[0, ["skewness_before", "kurtosis_after"]]) == near([None, None])


def shape_plain(x):
    n, mean = len(x), math.fsum(x) / len(x)
    m2, m3, m4 = (math.fsum((v - mean) ** power for v in x) / n for power in (2, 3, 4))
    skewness = m3 / m2**1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    return skewness, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)


def fails_plain(x):
    skewness, kurtosis = shape_plain(x)
    return abs(skewness) > 2 and kurtosis > 3.5


def treat_plain(cells, most):
    """As COINr goes about it: the whole set of highest or lowest values to the next value."""
    start = [x for x in cells if x is not None]
    if len(start) < 4 or min(start) == max(start) or not fails_plain(start):
        return cells, "none", set()
    x, sides, moved = list(start), set(), {"high": 0, "low": 0}
    while fails_plain(x):
        side = "low" if shape_plain(x)[0] < 0 else "high"
        end = min(x) if side == "low" else max(x)
        others = [one for one in x if one != end]
        moved[side] = len(x) - len(others)
        if sum(moved.values()) > most or len(set(others)) < 2:
            break
        x = [(min if side == "low" else max)(others) if one == end else one for one in x]
        sides.add(side)
    if fails_plain(x):
        low, high = min(start), max(start)
        x = [math.log(one - low + 0.01 * (high - low)) for one in start]
        return refill(cells, x), "log", set()
    return refill(cells, x), "winsorise", sides


def refill(cells, x):
    left = iter(x)
    return [None if cell is None else next(left) for cell in cells]


def random_column(rng):
    """Numbers with a few far ones on one side or both, ties and gaps."""
    x = [float(value) for value in rng.integers(0, 20, int(rng.integers(3, 30)))]
    for _ in range(int(rng.integers(0, 6))):
        x[rng.integers(len(x))] = float(rng.choice([-300, 90, 90, 250, 1000]))
    if rng.random() < 0.3:
        x = [float(value) for value in rng.lognormal(sigma=2.5, size=len(x))]
    return [None if rng.random() < 0.1 else one for one in x]


def test_treating_agrees_with_plain_loops():
    """The random columns meet every way and both sides, else the loops would prove little."""
    rng, met = np.random.default_rng(5), set()
    for _ in range(300):
        cells, most = random_column(rng), int(rng.integers(1, 7))
        expected, way, sides = treat_plain(cells, most)
        treated, table = treat_items(column_of(cells), most=most)
        assert plain_list(treated["x"]) == near(expected)
        row = table.iloc[0]
        assert row["transform"] == way
        pairs = list(zip(cells, expected, strict=True))
        assert row["winsorised"] == (way == "winsorise") * sum(a != b for a, b in pairs)
        assert row["winsorised"] <= most
        met |= {way, *sides, f"sides {len(sides)}"}
    assert met >= {"none", "log", "winsorise", "high", "low", "sides 2"}


def test_treating_keeps_the_order_of_units_and_the_tables_it_is_given():
    rng = np.random.default_rng(8)
    before = pd.DataFrame(rng.lognormal(sigma=2, size=(40, 6)), columns=list("abcdef"))
    copy = before.copy()
    after, table = treat_items(before, most=2)
    pd.testing.assert_frame_equal(before, copy)
    assert {"log", "winsorise"} & set(table["transform"]) == {"log", "winsorise"}
    for item in before:
        ordered = after[item].to_numpy()[np.argsort(before[item].to_numpy())]
        assert all(low <= high for low, high in pairwise(ordered))


def test_the_logarithm_of_the_contract():
    """ln(x - min + 0.01 (max - min)) for 0, 1 and 100."""
    found = take_logarithms(np.array([0.0, 1.0, np.nan, 100.0]))
    assert found.tolist() == near([0.0, math.log(2), None, math.log(101)])


# Denominate


PER_HEAD = [node("T"), node("x", "T", denominator="people"), node("y", "T")]


def test_an_item_is_divided_by_its_column():
    """10 by 4 people; `b` has no people, `c` no value, `d` is not applicable."""
    answers = {"a": {"x": 10.0, "y": 1.0}, "b": {"x": 8.0, "y": 2.0}, "c": {"y": 3.0},
               "d": {"x": NA, "y": 4.0}}  # fmt: skip
    values, status, done = run(answers, tree_of(*PER_HEAD), DENOMINATE,
                               columns={"people": [4.0, math.nan, 5.0, math.nan]})  # fmt: skip
    assert plain_list(values["x"]) == near([2.5, None, None, None])
    assert values["y"].tolist() == [1, 2, 3, 4]
    assert status["x"].tolist() == ["scored", NO_ANSWER, NO_ANSWER, NA]
    assert done[0].name == "1_denominate"
    assert done[0].table.to_dict("records") == [
        {"item_id": "x", "denominator": "people", "divided": 1, "made_missing": 1}
    ]
    assert done[0].told.startswith("step 1, denominate: items divided 1, values without a")


def test_every_zero_and_negative_denominator_is_told_at_once():
    answers = {unit: {"x": 1.0, "y": 1.0} for unit in "abcd"}
    with pytest.raises(DataError, match=r"V\.csv: 2 problems") as error:
        run(answers, tree_of(*PER_HEAD), DENOMINATE, columns={"people": [1.0, 0.0, 2.0, -3.0]})
    assert [(one.row, one.column, one.value) for one in error.value.problems] == [
        (3, "people", "0"), (5, "people", "-3"),
    ]  # fmt: skip


def test_rows_are_those_of_the_file_after_units_were_dropped():
    answers = {"a": {}, "b": {"x": 1.0, "y": 1.0}, "c": {"x": 1.0, "y": 1.0}}
    steps = [{"do": "screen", "least": 0.5}, DENOMINATE]
    with pytest.raises(DataError, match="row 4, people: -1 is no denominator"):
        run(answers, tree_of(*PER_HEAD), *steps, columns={"people": [0.0, 1.0, -1.0]})


def test_a_quotient_without_end_is_refused_with_its_step():
    answers = {"a": {"x": 1e300, "y": 1.0}, "b": {"x": 1.0, "y": 1.0}}
    with pytest.raises(DataError, match="row 2, x: becomes infinite in step 1, denominate"):
        run(answers, tree_of(*PER_HEAD), DENOMINATE, columns={"people": [1e-300, 1.0]})


@pytest.mark.parametrize(
    ("rows", "rules", "told"),
    [
        (PER_HEAD, {"columns": ["people"]}, 'row 3, denominator: people .* do = "denominate"'),
        (PER_HEAD, {"steps": [DENOMINATE]}, "row 3, denominator: people .* add it to columns"),
        ([*FLAT[:2], node("y", "T", denominator="x")], {"steps": [DENOMINATE]}, "x is an item"),
        (FLAT, {"steps": [{"do": "treat", "most": 1}, DENOMINATE]}, r"steps\[2\]\.do: .* no item"),
    ],
    ids=["no step", "not in columns", "an item", "nothing to divide"],
)
def test_denominators_and_steps_that_do_not_fit_are_refused(rows, rules, told):
    values, status = wide({"a": {"x": 1.0, "y": 1.0}}, tree_of(*rows))
    with pytest.raises(FrameworkError, match=told):
        apply_steps(values, status, values[[]], tree_of(*rows), check_rules(rules))


def test_a_column_that_the_table_lacks_is_refused():
    values, status = wide({"a": {"x": 1.0, "y": 1.0}}, tree_of(*PER_HEAD))
    rules = check_rules({"columns": ["people"], "steps": [DENOMINATE]})
    with pytest.raises(DataError, match="people: is needed without a column"):
        apply_steps(values, status, values[[]], tree_of(*PER_HEAD), rules)


# Impute


def test_cells_are_imputed_from_their_group():
    """The mean of 1 and 3 in the north, the median in one group of all, nothing in the west."""
    answers = {"a": {"x": 1.0, "y": 1.0}, "b": {"x": 3.0, "y": 1.0}, "c": {"y": 1.0},
               "d": {"x": 50.0, "y": 1.0}, "e": {"y": 1.0}, "f": {"x": NA, "y": 1.0}}  # fmt: skip
    regions = {"region": ["north", "north", "north", "south", "west", "north"]}
    tree = tree_of(*FLAT)
    step = {"do": "impute", "with": "mean", "group": "region"}
    values, status, done = run(answers, tree, step, columns=regions)
    assert plain_list(values["x"]) == near([1, 3, 2, 50, None, None])
    assert status["x"].tolist() == ["scored"] * 2 + ["imputed", "scored", NO_ANSWER, NA]
    assert done[0].table.columns.tolist() == ["unit_id", "item_id", "group", "value"]
    assert done[0].table.iloc[0].tolist() == ["c", "x", "north", 2.0]
    assert done[0].table.iloc[1].tolist() == [
        "e",
        "x",
        "west",
        pytest.approx(math.nan, nan_ok=True),
    ]
    assert done[0].told == "step 1, impute: cells imputed 1, left missing 1"
    values, _, _ = run(answers, tree, {"do": "impute", "with": "median"})
    assert plain_list(values["x"]) == near([1, 3, 3, 50, 3, None])


def test_a_second_impute_rests_on_answers_only():
    """First c gets 2 from the north, then e the mean of 1, 3 and 50, without that 2."""
    answers = {"a": {"x": 1.0, "y": 1.0}, "b": {"x": 3.0, "y": 1.0}, "c": {"y": 1.0},
               "d": {"x": 50.0, "y": 1.0}, "e": {"y": 1.0}}  # fmt: skip
    steps = [{"do": "impute", "with": "mean", "group": "region"}, {"do": "impute", "with": "mean"}]
    values, _, done = run(answers, tree_of(*FLAT), *steps,
                          columns={"region": ["n", "n", "n", "s", "w"]})  # fmt: skip
    assert plain_list(values["x"]) == near([1, 3, 2, 50, 18])
    assert [one.name for one in done] == ["1_impute", "2_impute"]
    assert done[1].table["unit_id"].tolist() == ["e"]


def test_a_mean_of_equal_values_is_that_value():
    answers = {**{unit: {"x": 0.1} for unit in "abc"}, "d": {}}
    values, _, _ = run(answers, tree_of(*FLAT[:2]), {"do": "impute", "with": "mean"})
    assert values["x"].tolist() == [0.1] * 4


def test_an_imputed_cell_is_scored_although_missing_answers_are_zero():
    answers = {"a": {"x": 4.0, "y": 2.0}, "b": {"y": 2.0}}
    tree = tree_of(*FLAT)
    values, status, _ = run(answers, tree, {"do": "impute", "with": "mean"})
    scores = score_table(values, status, tree, Rules(not_answered="zero"))
    assert scores["T"].tolist() == [3, 3]


def test_units_without_a_group_are_refused():
    columns = {"region": ["n", None, "s", None]}
    with pytest.raises(DataError, match=r"row 3, region: is empty; .* \(also row 5\)"):
        run({unit: {} for unit in "abcd"}, tree_of(*FLAT),
            {"do": "impute", "with": "mean", "group": "region"}, columns=columns)  # fmt: skip


@pytest.mark.parametrize("by", ["mean", "median"])
@pytest.mark.parametrize("grouped", [True, False])
def test_imputing_agrees_with_plain_loops(by, grouped):
    rng = np.random.default_rng([len(by), grouped])
    tree = tree_of(node("T"), *(node(item, "T") for item in "abcde"))
    answers = {
        f"u{unit}": {item: float(rng.lognormal()) if rng.random() < 0.5
                     else str(rng.choice([NA, NO_ANSWER])) for item in "abcde"}
        for unit in range(40)
    }  # fmt: skip
    groups = dict(zip(answers, rng.choice(list("nsew"), 40), strict=True))
    groups["u7"] = "alone"
    values, status = wide(answers, tree)
    extra = pd.DataFrame({"region": pd.Series(groups)})
    table = Table(values, status, extra, "V.csv")
    filled, state, made = impute_items(table, by=by, group="region" if grouped else "")
    expected = []
    for unit, own in answers.items():
        for item, cell in own.items():
            others = [answers[one][item] for one in answers
                      if not grouped or groups[one] == groups[unit]]  # fmt: skip
            known = [other for other in others if not isinstance(other, str)]
            value = None if isinstance(cell, str) else cell
            if cell == NO_ANSWER:
                value = getattr(statistics, by)(known) if known else None
                expected.append((unit, item, groups[unit] if grouped else "", value))
            assert plain_list([filled.loc[unit, item]]) == near([value])
            imputed = cell == NO_ANSWER and value is not None
            kept = cell if isinstance(cell, str) else "scored"
            assert state.loc[unit, item] == ("imputed" if imputed else kept)
    assert made[["unit_id", "item_id", "group"]].apply(tuple, axis=1).tolist() == [
        row[:3] for row in expected
    ]
    assert plain_list(made["value"]) == near([row[3] for row in expected])
    assert any(row[3] is None for row in expected) is grouped


# Screen


def test_units_with_too_little_data_are_dropped_and_listed():
    """0.65 of 20 items are 13; a value that is not applicable is no data."""
    tree = tree_of(node("T"), *(node(f"i{n}", "T") for n in range(20)))
    answers = {
        "a": {f"i{n}": 1.0 for n in range(13)},
        "b": {f"i{n}": 1.0 for n in range(12)} | {"i12": NA},
        "c": {f"i{n}": 1.0 for n in range(20)},
    }
    values, status, done = run(answers, tree, {"do": "screen", "least": 0.65})
    assert values.index.tolist() == status.index.tolist() == ["a", "c"]
    assert done[0].table.to_dict("list") == {
        "unit_id": ["a", "b", "c"], "available": [13, 12, 20],
        "share": near([0.65, 0.6, 1.0]), "kept": ["yes", "no", "yes"],
    }  # fmt: skip
    assert done[0].told == "step 1, screen: units dropped 1 of 3: b"


def test_a_share_is_compared_as_the_decimals_say():
    """As floats, 0.7 + 0.1 and 0.30000000000000004 are limits that 8 of 10 and 3 of 10 miss."""
    values = pd.DataFrame([[1.0] * have + [np.nan] * (10 - have) for have in (8, 3)])
    assert screen_units(values, least=0.8 + 1e-13)["kept"].tolist() == ["yes", "no"]
    assert screen_units(values, least=0.1 + 0.2)["kept"].tolist() == ["yes", "yes"]
    assert screen_units(values, least=0.3 + 1e-9)["kept"].tolist() == ["yes", "no"]


def test_screening_agrees_with_plain_counting():
    rng = np.random.default_rng(3)
    values = pd.DataFrame(np.where(rng.random((60, 7)) < 0.4, np.nan, 1.0))
    for least in (0.0, 2 / 7, 0.5, 1.0):
        made = screen_units(values, least=least)
        for row, have in zip(values.to_numpy().tolist(), made["available"], strict=True):
            assert have == sum(not math.isnan(cell) for cell in row)
        expected = ["yes" if 7 * least - 1e-9 <= have else "no" for have in made["available"]]
        assert made["kept"].tolist() == expected
        assert set(expected) == ({"yes"} if least == 0 else {"yes", "no"})


def test_no_unit_left_is_refused():
    with pytest.raises(DataError, match=r"has no unit with 0\.5 of its items; lower `least`"):
        run({"a": {}, "b": {}}, tree_of(*FLAT), {"do": "screen", "least": 0.5})


# All together


def test_steps_run_in_their_order():
    """Dropping b first or last changes what is imputed into a: 1 alone or with b's 5."""
    answers = {"a": {"y": 1.0}, "b": {"x": 5.0}, "c": {"x": 1.0, "y": 1.0}}
    tree = tree_of(node("T"), *(node(item, "T", weight=1) for item in "xyz"))
    answers = {unit: {**own, "z": 1.0} if unit != "b" else own for unit, own in answers.items()}
    screen, impute = {"do": "screen", "least": 0.6}, {"do": "impute", "with": "mean"}
    values, _, done = run(answers, tree, screen, impute)
    assert (values.index.tolist(), values.loc["a", "x"]) == (["a", "c"], 1)
    assert [one.name for one in done] == ["1_screen", "2_impute"]
    values, _, done = run(answers, tree, impute, screen)
    assert (values.index.tolist(), values.loc["a", "x"]) == (["a", "b", "c"], 3)


def test_no_steps_hand_back_what_they_were_given():
    values, status = wide({"a": {"x": 1.0, "y": 1.0}}, tree_of(*FLAT))
    ready, state, done = apply_steps(values, status, values[[]], tree_of(*FLAT), Rules())
    assert (ready is values, state is status, done) == (True, True, [])


def test_inputs_are_untouched():
    answers = {f"u{n}": {"x": 2.0**n, "y": 1.0 if n else NO_ANSWER} for n in range(14)}
    tree = tree_of(*PER_HEAD)
    values, status = wide(answers, tree)
    extra = pd.DataFrame({"people": 1.0 + np.arange(14)}, index=values.index)
    kept = [frame.copy() for frame in (values, status, extra)]
    steps = [DENOMINATE, {"do": "impute", "with": "mean"}, {"do": "treat", "most": 1},
             {"do": "screen", "least": 1}]  # fmt: skip
    ready, _, done = apply_steps(
        values, status, extra, tree, check_rules({"columns": ["people"], "steps": steps})
    )
    assert len(done) == 4
    assert not ready.equals(values)
    for frame, copy in zip((values, status, extra), kept, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


@pytest.mark.parametrize("option", [{"lower": 0}, {"upper": 9000}, {"log": "yes"}])
def test_options_in_the_units_of_before_are_refused_after_a_logarithm(option):
    answers = {f"u{n}": {"x": 2.0**n} for n in range(30)}
    step = {"do": "treat", "most": 1}
    tree = tree_of(node("T"), node("x", "T", normalisation="minmax", **option))
    with pytest.raises(FrameworkError, match=f"row 3, {next(iter(option))}: .* `treat` takes"):
        run(answers, tree, step)
    values, _, done = run(answers, tree, {"do": "treat", "most": 9})
    assert done[0].table["transform"].tolist() == ["winsorise"]
    assert len(values) == 30


def test_denominators_are_found_by_item():
    assert find_denominators(tree_of(*PER_HEAD)) == {"x": "people"}
    assert find_denominators(tree_of(*FLAT)) == {}


# Datasets


def test_a_dataset_refuses_steps_and_denominators():
    answers = {"s": {"x": 1.0, "y": 1.0}}
    steps = {"steps": [{"do": "treat", "most": 5}]}
    data = dataset(edition(2023, answers), frameworks={"F.csv": FLAT}, rules={"R.toml": steps})
    with pytest.raises(FrameworkError, match=r"R\.toml.*\n.*steps: .*belong to `score` and `rob"):
        find_method(data, find_edition(2023, data.editions))
    assert [problem.column for problem in examine_methods(data)] == ["steps"]
    data = dataset(edition(2023, answers), frameworks={"F.csv": PER_HEAD})
    with pytest.raises(FrameworkError, match=r"row 3, denominator: people .* on a table"):
        find_method(data, find_edition(2023, data.editions))
    assert [problem.value for problem in examine_methods(data)] == ["people"]
