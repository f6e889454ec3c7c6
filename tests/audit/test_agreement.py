"""Agreement of evaluators: published figures, the package `krippendorff`, and what was planted."""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from plain_road import NA, NO_ANSWER, flat_tree, node, tree_of
from shipped import load_shipped

from asan_analysis.audit.agreement import find_interval, measure_agreement
from asan_analysis.audit.evaluators import compare_evaluators
from asan_analysis.data.datasets import select_edition
from asan_analysis.errors import ParameterError
from asan_analysis.index.method import find_method

NAN = math.nan
COLUMNS = ["edition_year", "service_id", "item_id", "evaluator_id", "status", "value"]


def rng():
    return np.random.default_rng(0)


def readings(rows):
    """Evaluations of 2023 from (service, item, evaluator, cell)."""
    table = [
        (2023, *row[:3], row[3] if isinstance(row[3], str) else "scored",
         NAN if isinstance(row[3], str) else row[3])
        for row in rows
    ]  # fmt: skip
    return pd.DataFrame(table, columns=COLUMNS)


# Krippendorff (2011), four coders and twelve units: the reliability data of his example
CODERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


def test_the_published_example_of_krippendorff():
    """Nominal 0.743, ordinal 0.815, interval 0.849, ratio 0.797; the interval one is ours too."""
    for measure, expected in (("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849),
                              ("ratio", 0.797)):  # fmt: skip
        found = krippendorff.alpha(CODERS, level_of_measurement=measure)
        assert found == pytest.approx(expected, abs=5e-4)
    rows = [(f"s{unit:02d}", "x", f"E{coder}", float(value))
            for coder, own in enumerate(CODERS) for unit, value in enumerate(own)
            if not math.isnan(value)]  # fmt: skip
    table = measure_agreement(readings(rows), flat_tree("x"), rng=rng(), resamples=5)
    assert table["alpha"].tolist() == pytest.approx([0.849, 0.849], abs=5e-4)
    assert table["services"].tolist() == [11, 11]  # unit 12 has one reading


STATUS = {"scored": 0.0, NA: 1.0, NO_ANSWER: 2.0}


def random_readings(seed, services=12):
    """Two or three evaluators of every service, two items, some statuses; values in quarters."""
    gen = np.random.default_rng(seed)
    rows = []
    for service in range(services):
        for item in ("x", "y"):
            level = gen.uniform(0, 1)
            for who in range(int(gen.integers(1, 4))):
                value = float(np.clip(np.rint(4 * (level + gen.normal(0, 0.2))) / 4, 0, 1))
                cell = str(gen.choice([NA, NO_ANSWER])) if gen.random() < 0.2 else value
                rows.append((f"s{service}", item, f"E{who}", cell))
    return readings(rows)


def matrix(rows, values):
    """Evaluators x answers for the package."""
    wide = rows.assign(cell=values).pivot(index="evaluator_id", columns=["service_id", "item_id"],
                                          values="cell")  # fmt: skip
    return wide.to_numpy(dtype="float64")


@pytest.mark.parametrize("seed", range(4))
def test_points_against_the_package_and_by_loops(seed):
    evaluations = random_readings(seed)
    table = measure_agreement(evaluations, flat_tree("x", "y"), rng=rng(), resamples=5)
    table = table.set_index("node_id")
    for name in ("T", "x", "y"):
        rows = evaluations if name == "T" else evaluations[evaluations["item_id"] == name]
        values, status = matrix(rows, rows["value"]), matrix(rows, rows["status"].map(STATUS))
        assert table.loc[name, "alpha"] == pytest.approx(
            krippendorff.alpha(values, level_of_measurement="interval")
        )
        assert table.loc[name, "status_alpha"] == pytest.approx(
            krippendorff.alpha(status, level_of_measurement="nominal")
        )
        pairs = [
            pair
            for _, own in rows.groupby(["service_id", "item_id"])
            for pair in combinations(zip(own["status"], own["value"], strict=True), 2)
        ]
        same = [a[0] == b[0] and (a[0] != "scored" or a[1] == b[1]) for a, b in pairs]
        assert table.loc[name, "pairs"] == len(pairs)
        assert table.loc[name, "agreement"] == pytest.approx(sum(same) / len(same))
        assert table.loc[name, "status_agreement"] == pytest.approx(
            sum(a[0] == b[0] for a, b in pairs) / len(pairs)
        )
        assert table.loc[name, "scored_pairs"] == sum(a[0] == b[0] == "scored" for a, b in pairs)


def test_intervals_are_those_of_tables_with_services_drawn_again():
    """The same draws by loops: services repeated under new names, the package on each table."""
    evaluations = random_readings(9, services=10)
    level, draws = 0.8, 30
    table = measure_agreement(evaluations, flat_tree("x", "y"), rng=rng(), resamples=draws,
                              level=level)  # fmt: skip
    double = evaluations[evaluations.duplicated(["service_id", "item_id"], keep=False)]
    groups = [own for _, own in double.groupby("service_id", sort=True)]
    alphas = []
    for count in rng().multinomial(len(groups), [1 / len(groups)] * len(groups), draws):
        parts = [groups[place].assign(service_id=f"{place}-{time}")
                 for place, times in enumerate(count) for time in range(times)]  # fmt: skip
        rows = pd.concat(parts)
        alphas.append(krippendorff.alpha(matrix(rows, rows["value"]),
                                         level_of_measurement="interval"))  # fmt: skip
    low, high = find_interval(np.array(alphas)[:, None], np.array([len(groups)]), level)
    assert table.loc[0, ["alpha_low", "alpha_high"]].tolist() == pytest.approx([low[0], high[0]])
    assert low[0] < table.loc[0, "alpha"] < high[0]


def test_the_expanded_interval_of_a_mean_is_nearly_the_t_interval():
    """Hesterberg (2015): for 8 values percentiles alone are 0.78 of the t interval, expanded 1."""
    values = np.random.default_rng(3).normal(size=8)
    draws = rng().multinomial(8, [1 / 8] * 8, 20000) @ values[:, None] / 8
    low, high = find_interval(draws, np.array([8]), 0.95)
    t_width = 2 * 2.3646 * values.std(ddof=1) / math.sqrt(8)
    assert (high - low)[0] / t_width == pytest.approx(1, abs=0.1)
    plain = np.subtract(*np.quantile(draws, [0.975, 0.025]))
    assert plain / t_width < 0.85


def test_values_that_never_differ_agree_and_have_no_alpha():
    rows = [(f"s{place}", "x", who, 1.0) for place in range(5) for who in ("E1", "E2")]
    row = measure_agreement(readings(rows), flat_tree("x"), rng=rng(), resamples=20).loc[1]
    assert row[["agreement", "agreement_low", "agreement_high"]].tolist() == [1, 1, 1]
    assert row[["alpha", "alpha_low", "alpha_high"]].isna().all()


def test_without_a_second_reading_agreement_is_not_known():
    single = readings([("s1", "x", "E1", 1.0), ("s2", "x", "E2", 0.0)])
    for rows in (single, single.iloc[:0]):
        table = measure_agreement(rows, flat_tree("x"), rng=rng())
        assert table.empty
        assert {"node_id", "pairs", "agreement_low", "alpha_high"} <= set(table)
        people = compare_evaluators(rows, rng=rng())
        assert people.empty
        assert {"evaluator_id", "difference", "adjusted_low", "flag"} <= set(people)


def test_nodes_without_a_pair_are_left_out_and_editions_are_kept_apart():
    rows = readings([("s1", "x", "E1", 1.0), ("s1", "x", "E2", 1.0), ("s1", "y", "E1", 0.5)])
    later = rows.assign(edition_year=2024)
    table = measure_agreement(pd.concat([rows, later]), flat_tree("x", "y"), rng=rng())
    assert table["node_id"].tolist() == ["T", "x"]
    assert table["services"].tolist() == [2, 2]


@pytest.mark.parametrize("wrong", [{"resamples": 0}, {"level": 1.0}])
def test_numbers_that_make_no_interval_are_refused(wrong):
    with pytest.raises(ParameterError, match="make no interval; draw at least once"):
        measure_agreement(readings([]), flat_tree("x"), rng=rng(), **wrong)
    with pytest.raises(ParameterError, match="make no interval"):
        compare_evaluators(readings([]), rng=rng(), **wrong)


def test_evaluators_by_hand():
    """E1 beside E2 on s1 (-0.5, -0.5) and beside E3 on s2 (0.0); E3 beside E2 on s3 (-0.5).

    E1 -1/3, E2 (0.5 + 0.5 + 0.5) / 3, E3 -0.5 / 2. Every difference fits the levels -0.5, 0 and
    -0.5, and the median is set to 0.
    """
    rows = [("s1", "x", "E1", 0.0), ("s1", "x", "E2", 0.5), ("s1", "y", "E1", 0.5),
            ("s1", "y", "E2", 1.0), ("s2", "x", "E1", 1.0), ("s2", "x", "E3", 1.0),
            ("s3", "x", "E3", 0.5), ("s3", "x", "E2", 1.0), ("s3", "y", "E3", NA),
            ("s3", "y", "E2", 1.0)]  # fmt: skip
    table = compare_evaluators(readings(rows), rng=rng(), resamples=50).set_index("evaluator_id")
    assert table.index.tolist() == ["E1", "E3", "E2"]
    assert table["difference"].tolist() == pytest.approx([-1 / 3, -0.25, 0.5])
    assert table["adjusted"].tolist() == pytest.approx([0, 0, 0.5])
    assert table["pairs"].tolist() == [3, 2, 3]
    assert table["services"].tolist() == [2, 2, 2]
    assert table["partners"].tolist() == [2, 2, 2]


@cache
def whole_sample():
    return load_shipped("asan_sample")


@cache
def sample(year=2023):
    data, found = select_edition(whole_sample(), year)
    return data.evaluations, find_method(data, found)[0]


def test_the_parameter_and_the_item_that_divide_the_evaluators_are_found():
    """P5 was planted at 0.15 against 0.04, the first item of K-7.1 at 0.30."""
    evaluations, tree = sample()
    table = measure_agreement(evaluations, tree, rng=rng(), resamples=200).set_index("node_id")
    parameters = table.loc[tree.below(tree.root)]
    others = parameters.drop("P5")
    assert parameters.loc["P5", "agreement_high"] < others["agreement_low"].min()
    assert parameters.loc["P5", "alpha_high"] < others["alpha_low"].min()
    assert table.loc[tree.items, "agreement"].idxmin() == tree.below("K-7.1")[0]
    assert (table["agreement_low"] <= table["agreement"]).all()
    assert (table["agreement"] <= table["agreement_high"]).all()


def test_the_same_seed_gives_the_same_intervals_in_any_order_of_rows():
    evaluations, tree = sample()
    one = measure_agreement(evaluations, tree, rng=rng(), resamples=20)
    other = measure_agreement(evaluations.iloc[::-1], tree, rng=rng(), resamples=20)
    pd.testing.assert_frame_equal(one, other)
    people = [compare_evaluators(rows, rng=rng(), resamples=50)
              for rows in (evaluations, evaluations.iloc[::-1])]  # fmt: skip
    pd.testing.assert_frame_equal(*people)


def test_the_severe_evaluator_of_the_sample_is_found():
    """E07 reads lower by a step at 0.12 and everybody else does not; so in both editions."""
    for year in (2021, 2023):
        table = compare_evaluators(sample(year)[0], rng=rng()).set_index("evaluator_id")
        assert table["difference"].idxmin() == table["adjusted"].idxmin() == "E07"
        assert table.loc["E07", "flag"] == "severe"
        assert table["flag"].drop("E07").eq("").all()
        assert table.loc["E07", "difference_high"] < -0.02


def test_a_table_of_one_parent_and_its_items_pools_them():
    tree = tree_of(node("T"), node("A", "T"), node("x", "A"), node("y", "A"))
    table = measure_agreement(random_readings(2), tree, rng=rng(), resamples=5)
    table = table.set_index("node_id")
    assert table.loc["A", "pairs"] == table.loc[["x", "y"], "pairs"].sum()
    assert table.loc["A", "alpha"] == table.loc["T", "alpha"]
