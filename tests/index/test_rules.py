"""The rules: defaults of the contract, accepted values, refusals with the key named."""

from __future__ import annotations

import tomllib

import pytest

from asan_analysis.errors import FrameworkError
from asan_analysis.index.rules import Rules, check_rules

CONTRACT = """
aggregation = "arithmetic"
normalisation = "none"
range = [0, 100]
not_applicable = "exclude"
not_answered = "exclude"
na = "not_applicable"
min_coverage = 0.0
round = {}
rounding = "half_up"
ties = "min"
rank_on = "unrounded"
columns = []
steps = []
roll_up = "mean"
roll_up_weight = ""
round_service = ""
round_organisation = ""
"""


def test_the_defaults_are_those_of_the_contract():
    assert check_rules(tomllib.loads(CONTRACT)) == Rules() == check_rules({})


ACCEPTED = {
    'aggregation = "power:0.5"': ("aggregation", "power:0.5"),
    'aggregation = "power:-2"': ("aggregation", "power:-2"),
    'aggregation = "geometric"': ("aggregation", "geometric"),
    'normalisation = "percentile_rank"': ("normalisation", "percentile_rank"),
    "range = [-1, 1.5]": ("range", (-1.0, 1.5)),
    'not_answered = "zero"': ("not_answered", "zero"),
    'na = "not_answered"': ("na", "not_answered"),
    "min_coverage = 1": ("min_coverage", 1.0),
    "round = {0 = 2, 1 = 3}": ("round", {0: 2, 1: 3}),
    'rounding = "truncate"': ("rounding", "truncate"),
    'ties = "dense"': ("ties", "dense"),
    'rank_on = "rounded"': ("rank_on", "rounded"),
    'columns = ["population", "group"]': ("columns", ("population", "group")),
    'roll_up = "pooled"': ("roll_up", "pooled"),
    "round_service = 0": ("round_service", 0),
    "round_organisation = 2": ("round_organisation", 2),
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_value_of_the_contract_is_taken(text):
    key, value = ACCEPTED[text]
    assert getattr(check_rules(tomllib.loads(text)), key) == value


REFUSED = [
    'aggregation = "median"', 'aggregation = "power:"', 'aggregation = "power:0"',
    'aggregation = "power:x"', "aggregation = 1", 'aggregation = ["arithmetic"]',
    'normalisation = "max"', "normalisation = 0",
    "range = [100, 0]", "range = [0, 0]", "range = [0]", "range = [0, inf]", "range = [0, nan]",
    'range = ["0", "1"]', "range = 100", "range = [false, true]",
    'not_applicable = "drop"', "not_applicable = true", 'not_answered = "half"',
    'na = "missing"', 'na = ["not_applicable"]',
    "min_coverage = 1.01", "min_coverage = -0.1", "min_coverage = nan", 'min_coverage = "0.5"',
    "min_coverage = true",
    "round = 2", "round = {0 = -1}", "round = {0 = 1.5}", "round = {-1 = 2}", "round = {a = 2}",
    "round = {0 = true}", "round = {0 = 16}", "round = [2, 2]",
    'rounding = "up"', 'ties = "max"', "ties = 1", 'rank_on = "score"',
    'columns = "population"', "columns = [1]",
    'roll_up = "sum"', "roll_up_weight = 1",
    "round_service = -1", "round_service = 2.0", 'round_organisation = "2"',
    "round_organisation = true",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_a_wrong_type_or_value_is_refused_with_its_key(text):
    key = text.split(" ")[0]
    with pytest.raises(FrameworkError, match=rf"R\.toml: 1 problem\n  {key}: ") as error:
        check_rules(tomllib.loads(text), name="R.toml")
    assert error.value.problems[0].remedy


@pytest.mark.parametrize("key", ["rouding", "Range", "seed", "denominator", "rounds"])
def test_an_unknown_key_is_refused_and_the_known_ones_listed(key):
    with pytest.raises(FrameworkError, match=f"{key}: is not a rule; known: .*min_coverage"):
        check_rules({key: 1})


STEPS = """
columns = ["population", "region"]
steps = [
    {do = "denominate"},
    {do = "impute", with = "median", group = "region"},
    {do = "impute", with = "mean"},
    {do = "treat", most = 5},
    {do = "screen", least = 0.65},
]
"""


def test_steps_are_kept_in_their_order():
    table = tomllib.loads(STEPS)
    assert check_rules(table).steps == tuple(table["steps"])
    assert [step["do"] for step in check_rules(table).steps][-2:] == ["treat", "screen"]


def test_the_rules_keep_their_steps_when_the_table_changes():
    table = tomllib.loads(STEPS)
    rules = check_rules(table)
    table["steps"][3]["most"] = 0
    assert rules.steps[3]["most"] == 5


WRONG_STEPS = {
    'steps = "impute"': ["steps"],
    "steps = {do = 'impute'}": ["steps"],
    "steps = [1]": ["steps[1].do"],
    "steps = [{}]": ["steps[1].do"],
    "steps = [{do = 1}]": ["steps[1].do"],
    "steps = [{do = ['treat']}]": ["steps[1].do"],
    "steps = [{do = 'Treat', most = 5}]": ["steps[1].do"],
    "steps = [{do = 'denominate', by = 'x'}]": ["steps[1].by"],
    "steps = [{do = 'denominate'}, {do = 'denominate'}]": ["steps[2].do"],
    "steps = [{do = 'impute'}]": ["steps[1].with"],
    "steps = [{do = 'impute', with = 'mode'}]": ["steps[1].with"],
    "steps = [{do = 'impute', with = ['mean']}]": ["steps[1].with"],
    "steps = [{do = 'impute', with = 'mean', group = 'r'}]": ["steps[1].group"],
    "steps = [{do = 'impute', with = 'mean', group = 1}]": ["steps[1].group"],
    "steps = [{do = 'impute', with = 'mean', group = ''}]": ["steps[1].group"],
    "columns = 'r'\nsteps = [{do = 'impute', with = 'mean', group = 'r'}]":
        ["columns", "steps[1].group"],
    "steps = [{do = 'treat'}]": ["steps[1].most"],
    "steps = [{do = 'treat', most = 0}]": ["steps[1].most"],
    "steps = [{do = 'treat', most = 5.0}]": ["steps[1].most"],
    "steps = [{do = 'treat', most = true}]": ["steps[1].most"],
    "steps = [{do = 'treat', most = '5'}]": ["steps[1].most"],
    "steps = [{do = 'treat', least = 5}]": ["steps[1].most", "steps[1].least"],
    "steps = [{do = 'screen'}]": ["steps[1].least"],
    "steps = [{do = 'screen', least = 1.1}]": ["steps[1].least"],
    "steps = [{do = 'screen', least = -0.1}]": ["steps[1].least"],
    "steps = [{do = 'screen', least = nan}]": ["steps[1].least"],
    "steps = [{do = 'screen', least = '1'}]": ["steps[1].least"],
    "steps = [{do = 'denominate'}, {do = 'treat', most = 0}, {do = 'drop'}]":
        ["steps[2].most", "steps[3].do"],
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG_STEPS)
def test_a_wrong_step_is_refused_with_its_place_and_key(text):
    with pytest.raises(FrameworkError, match=r"R\.toml") as error:
        check_rules(tomllib.loads(text), name="R.toml")
    assert [problem.column for problem in error.value.problems] == WRONG_STEPS[text]
    assert all(problem.remedy for problem in error.value.problems)


@pytest.mark.parametrize("least", [0, 1, 0.65])
def test_the_ends_of_a_share_are_taken(least):
    assert check_rules({"steps": [{"do": "screen", "least": least}]}).steps[0]["least"] == least


def test_a_depth_in_other_digits_is_refused_in_words_of_the_rules():
    """A superscript two counts as a digit for Python but is no number."""
    with pytest.raises(FrameworkError, match=r"round: .* is not a table of depths"):
        check_rules({"round": {"²": 2}})


def test_weighted_roll_up_needs_its_column():
    with pytest.raises(FrameworkError, match="roll_up_weight: is empty although roll_up is"):
        check_rules({"roll_up": "weighted"})
    assert check_rules({"roll_up": "weighted", "roll_up_weight": "users"}).roll_up == "weighted"


def test_all_faults_are_told_at_once():
    table = {"rouding": 1, "range": [1], "ties": "max", "min_coverage": 2, "steps": 1}
    with pytest.raises(FrameworkError, match="5 problems") as error:
        check_rules(table)
    assert [problem.column for problem in error.value.problems] == list(table)


def test_rules_are_frozen():
    with pytest.raises(AttributeError):
        Rules().ties = "dense"  # type: ignore[misc]
