"""What printed figures allow: by hand, by counting every case, and by plain sets."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import combinations_with_replacement, product
from pathlib import Path

import pandas as pd
import pytest

from asan_analysis.audit.consistency import (
    APPLICABLE,
    ROUNDINGS,
    count_figures,
    count_items,
    examine_printed,
    is_reachable,
    list_rules,
    summarise_printed,
)
from asan_analysis.audit.sums import Scale, find_total
from asan_analysis.data.published import load_published
from asan_analysis.errors import ParameterError

FOLDER = Path(__file__).parents[2] / "data" / "published"
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "truncate": ROUND_DOWN}
MINISTRY = dict(printed="97.77", services=14, items=143)


@pytest.fixture(scope="module")
def facts():
    return load_published(FOLDER)


@pytest.fixture(scope="module")
def examined(facts):
    """The whole table: every printed score under every rule."""
    return examine_printed(facts.results, list_rules(count_items(facts)))


def shown(value, digits, rounding):
    """An exact fraction as the text that would be printed."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=MODES[rounding]))


def rounded(value, digits, rounding):
    """A fraction brought to some digits, or left as it is."""
    return value if digits is None else Fraction(shown(value, digits, rounding))


def print_all(services, items, steps, applicable, digits, rounding, decimals):
    """Every figure that can be printed, by going through every set of services."""
    least = items if applicable == "all" else 1
    scores = {
        rounded(Fraction(100 * earned, number * steps), digits, rounding)
        for number in range(least, items + 1)
        for earned in range(number * steps + 1)
    }
    return {
        shown(sum(chosen) / services, decimals, rounding)
        for chosen in combinations_with_replacement(sorted(scores), services)
    }


def read_witness(witness, services, whole, digits, rounding, decimals):
    """The figure that the points of a witness print, worked out again."""
    if not witness.startswith("services:"):
        earned, possible = map(int, re.findall(r"(\d+) of (\d+) points", witness)[0])
        assert possible == whole * services
        return shown(Fraction(100 * earned, possible), decimals, rounding)
    found = re.findall(r"(\d+) with (\d+) of (\d+) points", witness)
    assert sum(int(count) for count, _, _ in found) == services
    assert all(0 <= int(earned) <= int(possible) <= whole for _, earned, possible in found)
    total = sum(
        int(count) * rounded(Fraction(100 * int(earned), int(possible)), digits, rounding)
        for count, earned, possible in found
    )
    return shown(total / services, decimals, rounding)


# By hand


def test_the_printed_figure_of_2024_by_hand():
    """1957 of 2002 answers print 97.75 and 1958 print 97.80; of half points only a cut 3915."""
    assert is_reachable(**MINISTRY) is None
    assert is_reachable(**MINISTRY | {"printed": "97.75"}) == "1957 of 2002 points, rounded half up"
    assert is_reachable(**MINISTRY | {"printed": "97.80"}) == "1958 of 2002 points, rounded half up"
    assert is_reachable(**MINISTRY, rounding="truncate") is None
    assert is_reachable(**MINISTRY, steps=2) is None
    assert is_reachable(**MINISTRY, steps=2, rounding="half_even") is None
    cut = is_reachable(**MINISTRY, steps=2, rounding="truncate")
    assert cut == "3915 of 4004 points, cut"
    assert is_reachable(**MINISTRY, steps=4, rounding="truncate") == "7830 of 8008 points, cut"
    assert is_reachable(**MINISTRY, applicable="some") is not None


@pytest.mark.parametrize(
    ("steps", "digits", "rounding"),
    [*product((1, 2, 4), (1, 2), ["half_up"]), (1, 1, "truncate"), (2, 2, "truncate")],
)
def test_rounded_services_of_2024_by_plain_sets(steps, digits, rounding):
    """14 services lack 31.22 points or so; sums of what services can lack, kept in a set.

    Yes or no over 143 items, rounded to one digit, lacks whole multiples of 0.7 that far up, so
    neither 31.1 nor 31.2 can be lacking and 97.77 stays out of reach; half points reach it.
    """
    scores = [rounded(Fraction(100 * earned, 143 * steps), digits, rounding)
              for earned in range(143 * steps + 1)]  # fmt: skip
    lacking = {100 - score for score in scores if score >= 68}
    unit = 10**digits
    sums, least = {0}, {int(one * unit) for one in lacking}
    for _ in range(14):
        sums = {total + one for total in sums for one in least if total + one <= 32 * unit}
    printed = {shown(100 - Fraction(total, 14 * unit), 2, rounding) for total in sums}
    found = is_reachable(**MINISTRY, steps=steps, round_service=digits, rounding=rounding)
    assert ("97.77" in printed) == (found is not None)
    assert (found is None) == ((steps, digits) in [(1, 1), (1, 2)] or
                               (steps, digits, rounding) == (2, 2, "half_up"))  # fmt: skip


def test_ties_are_decided_by_the_rounding():
    """One of 800 points is 0.125, three are 0.375; half up 0.13 and 0.38, half even 0.12, 0.38."""
    for points, printed in ((1, ("0.13", "0.12", "0.12")), (3, ("0.38", "0.38", "0.37"))):
        for rounding, own in zip(ROUNDINGS, printed, strict=True):
            found = is_reachable(own, 8, items=100, rounding=rounding)
            assert found.startswith(f"{points} of 800 points, ")
    assert is_reachable("0.12", 8, items=100) is None
    assert is_reachable("0.13", 8, items=100, rounding="half_even") is None


def test_trailing_zeros_count():
    """Two thirds print 66.7, never 66.70."""
    assert is_reachable("66.7", 1, items=3) == "2 of 3 points, rounded half up"
    assert is_reachable("66.70", 1, items=3) is None
    assert is_reachable("67", 1, items=3) == "2 of 3 points, rounded half up"


def test_both_ends_are_reachable_and_nothing_next_to_them():
    for applicable, digits in product(APPLICABLE, (None, 0, 2)):
        rule = dict(items=9, applicable=applicable, round_service=digits)
        assert is_reachable("0.00", 3, **rule) and is_reachable("100.00", 3, **rule)
        assert is_reachable("0.01", 3, **rule) is None
        assert is_reachable("99.99", 3, **rule) is None


# By counting every case


@pytest.mark.parametrize(("items", "steps", "services"), [(3, 1, 1), (3, 1, 3), (4, 2, 2),
                                                          (2, 4, 3), (1, 1, 4)])  # fmt: skip
@pytest.mark.parametrize("applicable", APPLICABLE)
@pytest.mark.parametrize("digits", [None, 0, 1])
def test_small_cases_agree_with_counting_every_case(items, steps, services, applicable, digits):
    """All figures from 0.0 to 100.0 that can be printed, and no other; witnesses hold."""
    for rounding in ROUNDINGS:
        rule = dict(items=items, steps=steps, applicable=applicable, round_service=digits,
                    rounding=rounding)  # fmt: skip
        figures = [f"{number // 10}.{number % 10}" for number in range(1001)]
        found = {one: is_reachable(one, services, **rule) for one in figures}
        expected = print_all(services, *rule.values(), 1)
        assert {one for one, witness in found.items() if witness} == expected
        for printed, witness in found.items():
            if witness:
                again = read_witness(witness, services, items * steps, digits, rounding, 1)
                assert again == printed


def test_more_leave_leaves_more():
    """Leaving items out, finer steps: what was possible stays possible."""
    for printed, services in product(("5.15", "64.40", "97.77"), (1, 2, 5, 11)):
        for digits, rounding in product((None, 1), ROUNDINGS):
            rule = dict(items=12, round_service=digits, rounding=rounding)
            states = [bool(is_reachable(printed, services, **rule, steps=steps, applicable=which))
                      for steps, which in ((1, "all"), (2, "all"), (2, "some"))]  # fmt: skip
            assert states == sorted(states)


def test_not_applicable_alone_does_not_make_one_service_free():
    """44 of 45 is 97.777...: cut it prints 97.77, rounded no share of up to 143 items does."""
    near = [(a, b) for b in range(1, 144) for a in range(b + 1)
            if shown(Fraction(100 * a, b), 2, "half_up") == "97.77"]  # fmt: skip
    assert near == [] and is_reachable("97.77", 1, items=143, applicable="some") is None
    cut = is_reachable("97.77", 1, items=143, applicable="some", rounding="truncate")
    assert read_witness(cut, 1, 143, None, "truncate", 2) == "97.77"


# Totals


def test_totals_of_long_scales_are_proved_found_or_left_open():
    """Two scores and totals at the ends are proved; five scores in the middle are left open."""
    far = 10**12
    scale = Scale((0, far, 3 * far + 1, 10 * far))
    assert find_total(scale, 2, 4 * far, 4 * far) == ((), True)
    assert find_total(scale, 2, 4 * far + 1, 4 * far + 1).scores == (far, 3 * far + 1)
    assert find_total(scale, 5, 2 * far + 1, 2 * far + 5) == ((), True)
    assert find_total(scale, 5, 50 * far - 5, 50 * far - 1) == ((), True)
    assert find_total(scale, 5, 22 * far + 1, 22 * far + 1) == ((), False)
    assert sum(find_total(scale, 5, 41 * far, 41 * far).scores) == 41 * far
    assert find_total(scale, 1, 2, 5) == find_total(scale, 3, 5, 4) == ((), True)


def test_many_services_do_not_nest_too_deep():
    """900 services of 7 yes-or-no items, each rounded to whole percents."""
    witness = is_reachable("37.123", 900, items=7, round_service=0)
    assert (witness is None) or read_witness(witness, 900, 7, 0, "half_up", 3) == "37.123"
    assert is_reachable("0.001", 900, items=7, round_service=0) is None


# Tables


def test_the_sources_print_the_number_of_items(facts):
    assert count_items(facts) == 143


def test_every_witness_of_the_table_prints_its_figure(examined):
    """One in seven of the witnesses, worked out again from their text."""
    possible = examined[examined["possible"] == "yes"].iloc[::7]
    assert len(possible) > 1500
    for row in possible.itertuples():
        digits = None if pd.isna(row.round_service) else int(row.round_service)
        whole = row.items * row.steps
        assert (
            read_witness(row.witness, row.services, whole, digits, row.rounding, 2) == row.printed
        )


def test_the_table_has_each_printed_score_once(facts, examined):
    """Eight scores, one of them from two sources; one with its services, seven tried with 1-40."""
    figures = examined[["organisation_id", "printed_cycle", "printed"]].drop_duplicates()
    assert sorted(figures["printed"]) == ["5.15", "64.40", "79.65", "83.81", "88.48", "92.38",
                                          "92.78", "97.77"]  # fmt: skip
    known = examined[examined["services_printed"]]
    assert set(known["printed"]) == {"97.77"} and set(known["services"]) == {14}
    assert len(examined) == (7 * 40 + 1) * 72
    assert set(examined["possible"]) == {"yes", "no"}
    assert (examined["witness"] != "").eq(examined["possible"] == "yes").all()


def test_what_the_figure_of_2024_excludes(examined):
    """All items apply and yes or no: excluded however rounded; whole percents: always excluded."""
    table = summarise_printed(examined)
    last = table[table["printed"] == "97.77"]
    plain = (last["steps"] == 1) & (last["applicable"] == "all")
    whole = last["round_service"].eq(0).fillna(False)
    half = (last["steps"] == 2) & (last["applicable"] == "all") & (last["rounding"] != "truncate")
    unrounded = last["round_service"].isna()
    finest = last["round_service"].eq(2).fillna(False)
    assert (last.loc[plain | whole, "state"] == "excluded").all()
    assert (last.loc[half & (unrounded | finest), "state"] == "excluded").all()
    free = (last["applicable"] == "some") & ~whole
    assert (last.loc[free, ["state", "services_possible"]] == ["remains", "14"]).all(axis=None)


def test_numbers_of_services_are_told_as_runs(examined):
    """64.40 of whole percents is a mean of fifths; rounding to whole percents leaves those."""
    table = summarise_printed(examined).query("printed == '64.40' and rounding == 'half_up'")
    whole = table[table["round_service"].eq(0).fillna(False)]
    assert set(whole["services_possible"]) == {"5, 10, 15, 20, 25, 30, 35, 40"}
    plain = table.query("steps == 1 and applicable == 'all'")
    plain = plain[plain["round_service"].isna()]
    assert plain["services_possible"].tolist() == ["11, 21-23, 31-35"]
    assert plain["numbers"].tolist() == [9]


def test_figures_are_counted_by_rule(examined):
    table = count_figures(summarise_printed(examined))
    assert len(table) == 72 and (table["figures"] == 8).all()
    assert (table["remains"] + table["excluded"] + table["undecided"] == 8).all()
    plain = table.query("steps == 1 and applicable == 'all'")
    assert (plain["excluded"] == 1).all()


def test_inputs_stay_untouched_and_empty_results_give_an_empty_table(facts):
    results, rules = facts.results.copy(), list_rules(9, steps=[1], rounding=["half_up"])
    nothing = examine_printed(results.head(0), rules)
    assert nothing.empty and summarise_printed(nothing).empty
    examine_printed(results, rules, services=[2])
    pd.testing.assert_frame_equal(results, facts.results)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"printed": "97,77"}, "not a percent"),
        ({"printed": "100.01"}, "not a percent"),
        ({"services": 0}, "services 0 is out of range"),
        ({"items": 0}, "items 0 is out of range"),
        ({"steps": 0}, "steps 0 is out of range"),
        ({"round_service": 5}, "round_service 5"),
        ({"applicable": "none"}, "one of all, some"),
        ({"rounding": "up"}, "one of half_up"),
    ],
)
def test_values_out_of_range_are_refused(options, match):
    with pytest.raises(ParameterError, match=match):
        is_reachable(**MINISTRY | options)


def test_a_case_that_is_not_decided_says_so():
    """Three services of up to 23 items: shares of so few lie on 50 or well off it."""
    with pytest.raises(ParameterError, match="not decided"):
        is_reachable("50.001", 3, items=23, applicable="some")
