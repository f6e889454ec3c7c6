"""What moved since an earlier edition: the tables are those of the functions asked, or a reason."""

import numpy as np
import pandas as pd
import pytest
from small_dataset import dataset, edition

from asan_analysis.analysis import convergence, decomposition, mobility, moves, overview
from asan_analysis.analysis.trends import cover_editions, rank_editions, score_editions
from asan_analysis.data.editions import find_edition

OWNERS = {f"s{number}": "abcdef"[number // 3] for number in range(18)}
KINDS = {body: "c" if body < "d" else "d" for body in "abcdef"}


def answers_of(seed: int) -> dict[str, dict[str, float]]:
    """Answers to x and y of every service."""
    shares = np.random.default_rng(seed).integers(0, 11, (len(OWNERS), 2)) / 10
    return {service: dict(zip("xy", map(float, row), strict=True))
            for service, row in zip(OWNERS, shares, strict=True)}  # fmt: skip


def make_case(*, later=None, owners=None, rules=None):
    """Editions 2021 and 2022 of six bodies with three services each; the later may differ."""
    after = edition(2022, later or answers_of(2), owners or OWNERS, categories=KINDS,
                    rules="R.toml" if rules is None else "S.toml")  # fmt: skip
    methods = {"R.toml": {}} | ({} if rules is None else {"S.toml": rules})
    data = dataset(edition(2021, answers_of(1), OWNERS, categories=KINDS), after, rules=methods)
    years = (find_edition(year, data.editions) for year in (2021, 2022))
    return data, cover_editions(data), *years


@pytest.fixture(scope="module")
def case():
    return make_case()


def test_each_table_is_that_of_the_function_asked(case):
    data, coverage, before, after = case
    causes, refused = overview.list_causes(data, before, after)
    assert refused is None
    pd.testing.assert_frame_equal(causes, decomposition.decompose_parts(data, before, after))
    ranks = rank_editions(data, score_editions(data))
    shifts, refused = overview.list_transitions(ranks, coverage, before, after)
    assert refused is None and len(shifts)
    pd.testing.assert_frame_equal(shifts, mobility.count_transitions(ranks, coverage, 2021, 2022))
    firm = overview.list_moves(data, coverage, before, after, rng=np.random.default_rng(3),
                               draws=30)  # fmt: skip
    measured = moves.measure_moves(data, before, after, rng=np.random.default_rng(3), draws=30)
    assert firm.refused is None
    pd.testing.assert_frame_equal(firm.table, measured)
    slopes, refused = overview.list_slopes(firm)
    assert refused is None
    pd.testing.assert_frame_equal(slopes, convergence.measure_convergence(measured))


def test_draws_are_passed_on(case):
    """Other draws give other intervals around the same changes."""
    few, many = (overview.list_moves(*case, rng=np.random.default_rng(3), draws=draws).table
                 for draws in (30, 90))  # fmt: skip
    assert few["change"].equals(many["change"]) and not few["low"].equals(many["low"])


def ask_all(data, coverage, before, after):
    """Every table that needs an earlier edition it can be compared with, with its columns."""
    ranks = rank_editions(data, score_editions(data))
    firm = overview.list_moves(data, coverage, before, after, rng=np.random.default_rng(1),
                               draws=10)  # fmt: skip
    return [
        (firm, moves.COLUMNS),
        (overview.list_slopes(firm), convergence.SLOPES),
        (overview.list_transitions(ranks, coverage, before, after), mobility.TRANSITIONS),
    ]


def check_refused(found, columns, code):
    """Nothing but the columns and the reason."""
    assert found.table.empty and list(found.table.columns) == list(columns)
    assert found.refused is not None and found.refused.code == code


def test_without_an_earlier_edition_all_are_refused(case):
    data, coverage, _, after = case
    asked = [(overview.list_causes(data, None, after), ["node_id", *decomposition.COLUMNS]),
             *ask_all(data, coverage, None, after)]  # fmt: skip
    for found, columns in asked:
        check_refused(found, columns, "one_edition")


def test_another_method_leaves_the_causes_and_nothing_else():
    """The causes have a part for the method; moves, transitions and slopes are not compared."""
    changed = make_case(rules={"aggregation": "geometric"})
    for found, columns in ask_all(*changed):
        check_refused(found, columns, "method_changed")
    data, _, before, after = changed
    causes = overview.list_causes(data, before, after)
    assert causes.refused is None and causes.table["method"].abs().max() > 0


def test_few_shared_services_are_refused_and_half_of_them_is_not():
    """Eight of the eighteen services stay under their names, then nine."""
    for stay, refused in ((8, True), (9, False)):
        names = {name: name if place < stay else f"n{name}" for place, name in enumerate(OWNERS)}
        later = {names[name]: cells for name, cells in answers_of(2).items()}
        owners = {names[name]: body for name, body in OWNERS.items()}
        for found, columns in ask_all(*make_case(later=later, owners=owners)):
            if refused:
                check_refused(found, columns, "few_services_shared")
            else:
                assert found.refused is None and len(found.table)


def test_scores_that_do_not_rest_on_services_are_refused():
    """The later rules average answers over services before there is a score."""
    data = dataset(
        *(edition(year, answers_of(year), OWNERS, categories=KINDS) for year in (2021, 2022)),
        rules={"R.toml": {"roll_up": "pooled"}},
    )
    before, after = (find_edition(year, data.editions) for year in (2021, 2022))
    causes = overview.list_causes(data, before, after)
    check_refused(causes, ["node_id", *decomposition.COLUMNS], "pooled_answers")
    firm = overview.list_moves(data, cover_editions(data), before, after,
                               rng=np.random.default_rng(1), draws=10)  # fmt: skip
    check_refused(firm, moves.COLUMNS, "pooled_answers")
    check_refused(overview.list_slopes(firm), convergence.SLOPES, "pooled_answers")


def test_rounded_scores_have_moves_but_no_causes():
    data, coverage, before, after = make_case(rules={"round_organisation": 1})
    causes = overview.list_causes(data, before, after)
    check_refused(causes, ["node_id", *decomposition.COLUMNS], "rounded_scores")
    code = ask_all(data, coverage, before, after)[0][0].refused.code
    assert code == "method_changed"
