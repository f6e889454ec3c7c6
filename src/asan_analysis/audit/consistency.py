"""What printed figures allow: whether a rule of scoring can give a printed score at all."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from asan_analysis.audit.sums import Found, Scale, find_total
from asan_analysis.data.published import Published, pick_most_printed
from asan_analysis.errors import ParameterError

ROUNDINGS = ("half_up", "half_even", "truncate")
APPLICABLE = ("all", "some")
_FIGURE = ["organisation_id", "edition_year", "printed_cycle", "score_percent", "printed"]
_MOST_SERVICES = 1000
_WORDS = {"half_up": "rounded half up", "half_even": "rounded half even", "truncate": "cut"}
_UNDECIDED = "not decided"
STATES = {"remains": "remains", "excluded": "excluded", "undecided": _UNDECIDED}

Points = dict[int, tuple[int, int]]  # a score of a scale: the points that earn it, of how many


class Rule(NamedTuple):
    """One rule of scoring; see `is_reachable`."""

    items: int
    steps: int = 1
    applicable: str = "all"
    round_service: int | None = None
    rounding: str = "half_up"


RULE = list(Rule._fields)


def is_reachable(
    printed: str,
    services: int,
    *,
    items: int,
    steps: int = 1,
    applicable: str = "all",
    round_service: int | None = None,
    rounding: str = "half_up",
) -> str | None:
    """Whether a printed percent of a body can come from equally weighted items.

    A service earns 0 to `steps` points for each item that applies to it. Its score is 100 times
    the points it has over the points it can have; the body's score is the plain mean over its
    services, then brought to the digits printed. Everything is whole numbers and fractions.

    Reachable is not likely: the more services, the finer the steps, the more is reachable. Items
    of unequal weight, a weighted mean over services and points taken off are not covered; a figure
    that no rule here reaches has one of them, or an error in print.

    Parameters
    ----------
    printed : str
        Percent as printed, 0 to 100; its digits after the point count: "64.40" is not "64.4".
    services : int
        Number of services, 1 to 1000.
    items : int
        Number of items of a service.
    steps : int
        Points of an item: 1 is yes or no, 2 has half points, 4 has quarters.
    applicable : {"all", "some"}
        All items apply to every service; or a service may have any number of them, 1 to `items`.
    round_service : int or None
        Digits that the scores of services are brought to before the mean; None: they are not.
    rounding : {"half_up", "half_even", "truncate"}
        How both figures are brought to their digits.

    Returns
    -------
    str or None
        A witness: points of the services that give the figure. None: it is proved that there are
        none, every case was looked at.

    Raises
    ------
    ParameterError
        A value outside those above; a case that the search does not decide (possible only where
        not all items apply, with three services or more).
    """
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", printed) or Fraction(printed) > 100:
        raise ParameterError(f"printed {printed!r} is not a percent; write it as '97.77'")
    rule = Rule(items, steps, applicable, round_service, rounding)
    _check_rule(services, rule)
    possible, witness = _decide(printed, services, rule)
    if possible == _UNDECIDED:
        raise ParameterError(f"{printed} over {services} services is not decided; try fewer items")
    return witness or None


def _check_rule(services: int, rule: Rule) -> None:
    digits = rule.round_service
    for name, value, most in (
        ("services", services, _MOST_SERVICES),
        ("items", rule.items, 1000),
        ("steps", rule.steps, 100),
    ):
        if not 1 <= value <= most:
            raise ParameterError(f"{name} {value} is out of range; give 1 to {most}")
    if digits is not None and not 0 <= digits <= 4:
        raise ParameterError(f"round_service {digits} is out of range; give 0 to 4, or None")
    for name, word, known in (
        ("applicable", rule.applicable, APPLICABLE),
        ("rounding", rule.rounding, ROUNDINGS),
    ):
        if word not in known:
            raise ParameterError(f"{name} {word!r} is not known; give one of {', '.join(known)}")


def _decide(printed: str, services: int, rule: Rule) -> tuple[str, str]:
    """`yes` with a witness, `no`, or `not decided`."""
    if rule.applicable == "all" and rule.round_service is None:
        whole = services * rule.items * rule.steps
        low, high = _window(printed, rule.rounding, whole)
        witness = f"{low} of {whole} points, {_WORDS[rule.rounding]}"
        return ("yes", witness) if low <= high else ("no", "")
    scale, points = _list_scores(rule)
    low, high = _window(printed, rule.rounding, services * scale.top)
    found = find_total(scale, services, low, high)
    if found.scores:
        return "yes", _tell(found, points, rule)
    return ("no" if found.decided else _UNDECIDED), ""


def _window(printed: str, rounding: str, whole: int) -> tuple[int, int]:
    """The least and the greatest total, of `whole` that stands for 100, that print as wanted."""
    figure, step = Fraction(printed), Fraction(1, 10 ** len(printed.partition(".")[2]))
    if rounding == "truncate":
        low, high = figure, figure + step
    else:
        low, high = figure - step / 2, figure + step / 2
    ends = low * whole / 100, high * whole / 100
    even = rounding == "half_even" and figure / step % 2 == 0
    odd = rounding == "half_even" and not even
    first = math.floor(ends[0]) + 1 if odd else math.ceil(ends[0])
    last = math.floor(ends[1]) if even else math.ceil(ends[1]) - 1
    return max(first, 0), min(last, whole)


@lru_cache(maxsize=256)
def _list_scores(rule: Rule) -> tuple[Scale, Points]:
    """Scores that a service can have, in whole units, and points that earn each."""
    items, digits = rule.items, rule.round_service
    least = items if rule.applicable == "all" else 1
    whole = rule.steps * math.lcm(*range(1, items + 1))
    top = whole if digits is None else 100 * 10**digits
    points: Points = {}
    for applied in range(items, least - 1, -1):
        possible = applied * rule.steps
        for earned in range(possible + 1):
            score = _divide(top * earned, possible, rule.rounding)
            points.setdefault(score, (earned, possible))
    return Scale(tuple(sorted(points))), points


def _divide(number: int, by: int, rounding: str) -> int:
    """A quotient brought to a whole number."""
    below, rest = divmod(number, by)
    if rounding == "truncate" or 2 * rest < by:
        return below
    tie_down = 2 * rest == by and rounding == "half_even" and below % 2 == 0
    return below if tie_down else below + 1


def _tell(found: Found, points: Points, rule: Rule) -> str:
    """A witness as text, the most frequent score first."""
    counts = Counter(points[score] for score in found.scores).most_common()
    parts = [f"{count} with {earned} of {whole} points" for (earned, whole), count in counts]
    way, digits = _WORDS[rule.rounding], rule.round_service
    each = f"each {way} to {digits} digit{'s' * (digits != 1)}, " if digits is not None else ""
    return f"services: {'; '.join(parts)}; {each}mean {way}"


def count_items(facts: Published) -> int:
    """The number of items of a service as sources print it (sub-criteria)."""
    printed = facts.other_facts[facts.other_facts["fact"] == "sub-criteria"]
    return int(pick_most_printed(printed["value"]))


def list_rules(
    items: int | Iterable[int],
    *,
    steps: Sequence[int] = (1, 2, 4),
    applicable: Sequence[str] = APPLICABLE,
    round_service: Sequence[int | None] = (None, 0, 1, 2),
    rounding: Sequence[str] = ROUNDINGS,
) -> pd.DataFrame:
    """Every combination of the options of `is_reachable`.

    Returns
    -------
    DataFrame
        Key items, steps, applicable, round_service (missing: services are not rounded), rounding.
    """
    numbers = [items] if isinstance(items, int) else list(items)
    rules = [Rule(*way) for way in product(numbers, steps, applicable, round_service, rounding)]
    for rule in rules:
        _check_rule(1, rule)
    return pd.DataFrame(rules, columns=RULE).astype({"round_service": "Int64"})


def examine_printed(
    results: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    services: Sequence[int] = range(1, 41),
    decimals: int = 2,
) -> pd.DataFrame:
    """Whether each rule can give each printed score.

    Parameters
    ----------
    results : DataFrame
        `results` of `load_published`: organisation_id, edition_year, printed_cycle, score_percent,
        services. Rows without a score are left out, a score printed twice is taken once.
    rules : DataFrame
        From `list_rules`.
    services : sequence of int
        Numbers of services to try where none is printed.
    decimals : int
        Digits after the point that the scores are printed with.

    Returns
    -------
    DataFrame
        Key organisation_id, printed_cycle, printed (the score as text), services, then the rule's
        columns items, steps, applicable, round_service, rounding. Columns edition_year,
        score_percent, services_printed (bool: the source prints the number of services), possible
        (`yes`, `no`, `not decided`), witness (text, empty unless possible).

    Raises
    ------
    ParameterError
        As `is_reachable` for a rule or a number of services outside what it takes.
    """
    ways = [_read_rule(row) for row in rules[RULE].astype(object).itertuples(index=False)]
    rows: list[tuple[Any, ...]] = []
    for figure in _list_figures(results, decimals):
        named = [figure[column] for column in _FIGURE]
        known = not pd.isna(figure["services"])
        for number in [int(figure["services"])] if known else services:
            for rule in ways:
                _check_rule(number, rule)
                decided = _decide(figure["printed"], number, rule)
                rows.append((*named, number, known, *rule, *decided))
    columns = [*_FIGURE, "services", "services_printed", *RULE, "possible", "witness"]
    kinds = {"edition_year": "Int64", "services": "Int64", "round_service": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _read_rule(row: Sequence[Any]) -> Rule:
    """A row of `list_rules` as plain values."""
    rule = Rule(*row)
    digits = None if pd.isna(rule.round_service) else int(rule.round_service)
    return rule._replace(items=int(rule.items), steps=int(rule.steps), round_service=digits)


def _list_figures(results: pd.DataFrame, decimals: int) -> list[dict[str, Any]]:
    """Printed scores, each once, with their text as printed."""
    scored = results[results["score_percent"].notna()]
    keys = ["organisation_id", "printed_cycle", "score_percent"]
    printed = [f"{Decimal(repr(score)):.{decimals}f}" for score in scored["score_percent"].tolist()]
    table = scored.assign(printed=printed).sort_values("services", kind="stable")
    table = table.drop_duplicates(keys).sort_index()
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def summarise_printed(examined: pd.DataFrame) -> pd.DataFrame:
    """Which rules a printed score leaves, and with how many services.

    Returns
    -------
    DataFrame
        Key organisation_id, printed_cycle, printed and the rule's columns. Columns edition_year,
        score_percent, services_printed, state (`remains`: some number of services is possible;
        `excluded`: none is; `not decided`), numbers (count of numbers of services that are
        possible), services_possible (text such as "1-3, 7", empty where none is).
    """
    keys = [*_FIGURE, "services_printed", *RULE]
    rows = []
    for key, group in examined.groupby(keys, sort=False, dropna=False):
        possible = group.loc[group["possible"] == "yes", "services"].tolist()
        undecided = (group["possible"] == _UNDECIDED).any()
        state = "remains" if possible else _UNDECIDED if undecided else "excluded"
        rows.append((*key, state, len(possible), _tell_runs(possible)))
    table = pd.DataFrame(rows, columns=[*keys, "state", "numbers", "services_possible"])
    return table.astype({"edition_year": "Int64", "round_service": "Int64"})


def _tell_runs(numbers: Iterable[int]) -> str:
    """Whole numbers as text, runs joined: "1-3, 7"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def count_figures(summary: pd.DataFrame) -> pd.DataFrame:
    """For each rule how many printed scores it can give.

    A rule that cannot give one of them was not in force for all of them.

    Returns
    -------
    DataFrame
        The rule's columns. Columns figures, remains, excluded, undecided (counts of printed
        scores).
    """
    marked = summary.assign(**{name: summary["state"] == word for name, word in STATES.items()})
    grouped = marked.groupby(RULE, sort=False, dropna=False)
    table = grouped.agg(figures=("state", "size"), **{name: (name, "sum") for name in STATES})
    return table.reset_index()
