"""The second road: scoring as the contract words it, in plain loops; and small tables for tests.

Nothing here uses numpy or pandas to compute. Weights and coverage are exact fractions of the
decimals in the file, so a coverage of 0.1 + 0.2 against 0.3 is decided as a reader would.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from asan_analysis.data.contracts import FRAMEWORK
from asan_analysis.data.tables import check_table
from asan_analysis.index.framework import Tree, build_tree
from asan_analysis.index.rules import Rules

Row = dict[str, str]
Answers = dict[str, dict[str, float | str]]

NA, NO_ANSWER = "not_applicable", "not_answered"
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "truncate": ROUND_DOWN}


# Small tables


def node(node_id: str, parent_id: str = "", **options: object) -> Row:
    """One row of F.csv as text."""
    given = {column: str(value) for column, value in options.items()}
    return {"node_id": node_id, "parent_id": parent_id, **given}


def framework_of(rows: Iterable[Row]) -> pd.DataFrame:
    """Rows of F.csv read under the contract."""
    cells = pd.DataFrame(list(rows), dtype="str").fillna("")
    return check_table(cells, FRAMEWORK, name="F.csv", first_row=2)


def tree_of(*rows: Row) -> Tree:
    """The package's tree of some rows."""
    return build_tree(framework_of(rows), name="F.csv")


def flat_tree(*items: str, **options: object) -> Tree:
    """A root T over items of weight 1; options belong to the root."""
    return tree_of(node("T", **options), *(node(item, "T") for item in items))


def wide(answers: Answers, tree: Tree) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values and status as `load_values` hands them over."""
    index = pd.Index(list(answers), name="unit_id")
    cells = [[own.get(item, NO_ANSWER) for item in tree.items] for own in answers.values()]
    values = [[math.nan if isinstance(cell, str) else cell for cell in row] for row in cells]
    status = [[cell if isinstance(cell, str) else "scored" for cell in row] for row in cells]
    return (
        pd.DataFrame(values, index=index, columns=tree.items, dtype="float64"),
        pd.DataFrame(status, index=index, columns=tree.items, dtype="str"),
    )


def long(answers: Answers) -> pd.DataFrame:
    """Rows of assessments, one per answer given."""
    rows = [
        (unit, item, cell if isinstance(cell, str) else "scored",
         math.nan if isinstance(cell, str) else cell)
        for unit, own in answers.items()
        for item, cell in own.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["service_id", "item_id", "status", "value"])
    return frame.astype({"value": "float64"})


# Random tables


def random_framework(
    rng: np.random.Generator, *, means: bool = True, options: bool = True, depth: int = 4
) -> list[Row]:
    """A tree of uneven depth in shuffled file order.

    `means` mixes all aggregations, and then items stay above zero; `options` gives the items
    normalisations, bounds, logarithms, directions and caps.
    """
    rows = [node("T")]

    def grow(parent: str, level: int) -> None:
        number = int(rng.integers(2 if level == 1 else 1, 5))
        weights = [str(rng.choice(["", "1", "2", "0", "0.1", "0.2", "0.3", "2.5"]))
                   for _ in range(number)]  # fmt: skip
        if all(weight == "0" for weight in weights):
            weights[0] = "1"
        for weight in weights:
            child = node(f"N{len(rows)}", parent, weight=weight)
            rows.append(child)
            if level < depth and rng.random() < 0.45:
                grow(child["node_id"], level + 1)

    grow("T", 1)
    inner = {row["parent_id"] for row in rows}
    for row in rows:
        if row["node_id"] in inner and means:
            some = ["", "", "arithmetic", "geometric", "harmonic", "power:2", "power:-0.5"]
            row["aggregation"] = str(rng.choice(some))
        elif row["node_id"] not in inner and options:
            row.update(_random_options(rng, means))
    return [rows[place] for place in rng.permutation(len(rows))]


def _random_options(rng: np.random.Generator, means: bool) -> Row:
    """Options of one item for values from 1 to 50."""
    signed = ["none", "zscore"] if not means else []
    method = str(rng.choice(["", "minmax", "goalposts", "rank", "percentile_rank",
                             "distance_to_max", *signed]))  # fmt: skip
    row: Row = {"normalisation": method}
    bounded = method in ("minmax", "goalposts")
    if bounded:
        # Bounds inside the data, outside it, or one of them left to the data.
        pairs = [("5", "40"), ("0.5", "60"), ("", "60"), ("0.5", ""), ("", "")]
        row["lower"], row["upper"] = pairs[rng.integers(len(pairs))]
        row["cap"] = "yes" if means else str(rng.choice(["yes", "no", ""]))
    if bounded or method in signed or method not in ("", "none"):
        row["log"] = str(rng.choice(["yes", "no", ""]))
        row["direction"] = str(rng.choice(["1", "-1", ""]))
    return row


def random_rules(rng: np.random.Generator, *, means: bool = True) -> Rules:
    """Rules drawn from every value the contract allows."""
    ranges = [(0.0, 100.0), (0.0, 1.0), (1.0, 10.0)] + ([] if means else [(-1.0, 1.0)])
    averages = ["arithmetic", "geometric", "harmonic", "power:3"] if means else ["arithmetic"]
    depths = [depth for depth in range(5) if rng.random() < 0.3]
    rank_on = "rounded" if 0 in depths and rng.random() < 0.5 else "unrounded"
    return Rules(
        aggregation=str(rng.choice(averages)),
        normalisation=str(rng.choice(["none", "minmax", "distance_to_max"])),
        range=ranges[rng.integers(len(ranges))],
        not_applicable=str(rng.choice(["exclude", "zero"])),
        not_answered=str(rng.choice(["exclude", "zero"])),
        min_coverage=float(rng.choice([0, 0, 0.25, 0.3, 0.5, 0.6, 1])),
        round={depth: int(rng.integers(1, 5)) for depth in depths},
        rounding=str(rng.choice(list(MODES))),
        ties=str(rng.choice(["min", "average", "dense"])),
        rank_on=rank_on,
    )


def random_answers(
    rng: np.random.Generator, rows: list[Row], *, units: int = 9, shares: bool = False
) -> Answers:
    """Answers with gaps; the first three units answer all, the last one nothing."""
    inner = {row["parent_id"] for row in rows}
    items = [row["node_id"] for row in rows if row["node_id"] not in inner]
    answers: Answers = {}
    for unit in range(units):
        gap = 0.0 if unit < 3 else 1.0 if unit == units - 1 else 0.35
        own = answers.setdefault(f"u{unit}", {})
        for item in items:
            value = float(rng.uniform(0, 1)) if shares else float(rng.uniform(1, 50))
            missing = str(rng.choice([NA, NO_ANSWER]))
            own[item] = missing if rng.random() < gap else value
    return answers


# The plain loops


@dataclass
class Plain:
    """One node of one unit: as shown, before its own rounding, child and item weight."""

    score: float | None
    raw: float | None
    coverage: Fraction
    left_out: Fraction


def round_plain(x: float, digits: int, rounding: str) -> float:
    """Rounded on the shortest decimal text of x."""
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(x)).quantize(step, rounding=MODES[rounding]))


def round_score(x: float, digits: int, rounding: str) -> float:
    """A computed score rounded on its decimal value, free of the noise of float sums."""
    return round_plain(float(f"{x:.12g}"), digits, rounding)


def depth_first(rows: list[Row]) -> list[tuple[str, int]]:
    """Ids and depths, each node before its children, children in file order."""
    (root,) = [row["node_id"] for row in rows if not row["parent_id"]]
    found: list[tuple[str, int]] = []

    def visit(node_id: str, depth: int) -> None:
        found.append((node_id, depth))
        for row in rows:
            if row["parent_id"] == node_id:
                visit(row["node_id"], depth + 1)

    visit(root, 0)
    return found


def method_of(row: Row, rules: Rules, shares: bool) -> str:
    method = row.get("normalisation") or rules.normalisation
    return "share" if shares and method == "none" else method


def normalise_plain(
    column: dict[str, float], row: Row, rules: Rules, *, shares: bool = False
) -> dict[str, float]:
    """One item over the units that have a value."""
    method = method_of(row, rules, shares)
    low, high = (float(row[name]) if row.get(name) else None for name in ("lower", "upper"))
    if method == "share":
        low, high = 0.0, 1.0
    x = dict(column)
    if row.get("log") == "yes":
        x = {unit: math.log(value) for unit, value in x.items()}
        low, high = (None if bound is None else math.log(bound) for bound in (low, high))
    if row.get("direction") == "-1":
        x = {unit: -value for unit, value in x.items()}
        low, high = (None if bound is None else -bound for bound in (high, low))
    low = min(x.values()) if low is None else low
    high = max(x.values()) if high is None else high
    if row.get("cap") == "yes":
        x = {unit: min(max(value, low), high) for unit, value in x.items()}
    if method in ("minmax", "goalposts", "share"):
        a, b = rules.range
        return {unit: a + (b - a) * ((value - low) / (high - low)) for unit, value in x.items()}
    if method == "zscore":
        mean = math.fsum(x.values()) / len(x)
        spread = math.sqrt(math.fsum((v - mean) ** 2 for v in x.values()) / (len(x) - 1))
        return {unit: (value - mean) / spread for unit, value in x.items()}
    place = {unit: 1.0 + sum(other < value for other in x.values()) for unit, value in x.items()}
    if method == "rank":
        return place
    if method == "percentile_rank":
        return {unit: (value - 1) / (len(x) - 1) for unit, value in place.items()}
    if method == "distance_to_max":
        top, bottom = max(x.values()), min(x.values())
        return {unit: 1 - (top - value) / (top - bottom) for unit, value in x.items()}
    return x


def mean_plain(pairs: list[tuple[float, float]], aggregation: str) -> float:
    """Weighted mean of (weight, value); weights above zero."""
    total = 0.0
    for weight, _ in pairs:
        total += weight
    if aggregation == "arithmetic":
        added = 0.0
        for weight, value in pairs:
            added += weight * value
        return added / total
    p = {"geometric": 0.0, "harmonic": -1.0}.get(aggregation)
    p = float(aggregation.removeprefix("power:")) if p is None else p
    if p <= 0 and any(value == 0 for _, value in pairs):
        return 0.0
    if p == 0:
        return math.prod(value ** (weight / total) for weight, value in pairs)
    return float((sum(weight * value**p for weight, value in pairs) / total) ** (1 / p))


def score_plain(
    rows: list[Row], answers: Answers, rules: Rules, *, shares: bool = False
) -> dict[str, dict[str, Plain]]:
    """Every unit at every node."""
    inner = {row["parent_id"] for row in rows}
    scaled: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["node_id"] in inner:
            continue
        column = {unit: own[row["node_id"]] for unit, own in answers.items()}
        known = {unit: cell for unit, cell in column.items() if not isinstance(cell, str)}
        done = normalise_plain(known, row, rules, shares=shares) if known else {}
        bounded = method_of(row, rules, shares) in ("minmax", "goalposts", "share")
        for unit, cell in column.items():
            if isinstance(cell, str) and getattr(rules, cell) == "zero":
                done[unit] = rules.range[0] if bounded else 0.0
        scaled[row["node_id"]] = done
    return {
        unit: climb_plain(rows, {item: own.get(unit) for item, own in scaled.items()}, rules)
        for unit in answers
    }


def climb_plain(rows: list[Row], items: dict[str, float | None], rules: Rules) -> dict[str, Plain]:
    """From one unit's normalised items to every node."""
    found: dict[str, Plain] = {}
    exact = {row["node_id"]: Fraction(row.get("weight") or "1") for row in rows}
    own = {row["node_id"]: row for row in rows}
    for name, depth in reversed(depth_first(rows)):
        below = [row["node_id"] for row in rows if row["parent_id"] == name]
        if not below:
            raw = items[name]
            coverage, left_out = Fraction(raw is not None), Fraction(raw is None)
        else:
            whole = sum((exact[child] for child in below), Fraction(0))
            pairs = [(float(exact[child]), found[child].score) for child in below
                     if exact[child] > 0 and found[child].score is not None]  # fmt: skip
            coverage = sum((exact[child] for child in below if found[child].score is not None),
                           Fraction(0)) / whole  # fmt: skip
            raw, left_out = None, Fraction(1)
            if pairs and coverage >= Fraction(repr(rules.min_coverage)):
                raw = mean_plain(pairs, own[name].get("aggregation") or rules.aggregation)
                carried = (exact[child] * found[child].left_out for child in below)
                left_out = sum(carried, Fraction(0)) / whole
        score = raw
        if raw is not None and depth in rules.round:
            score = round_score(raw, rules.round[depth], rules.rounding)
        found[name] = Plain(score, raw, coverage, left_out)
    return found


def rank_plain(scores: Iterable[float | None], ties: str) -> list[float | None]:
    """Places by counting who is better; scores closer than float noise are equal."""
    scores = [None if score is None or math.isnan(score) else score for score in scores]
    known = [score for score in scores if score is not None]
    noise = 1e-11 * max((abs(score) for score in known), default=0.0)
    places: list[float | None] = []
    for score in scores:
        if score is None:
            places.append(None)
            continue
        better = [other for other in known if other > score + noise]
        equal = [other for other in known if abs(other - score) <= noise]
        if ties == "min":
            places.append(len(better) + 1.0)
        elif ties == "average":
            places.append(len(better) + (len(equal) + 1) / 2)
        else:
            places.append(len(set(better)) + 1.0)
    return places


def plain_list(column: Iterable[Any]) -> list[float]:
    """A column of a result as floats, missing as NaN."""
    return [math.nan if pd.isna(value) else float(value) for value in column]


def near(expected: Any) -> Any:
    """Equal to 1e-9; None stands for missing and equals only NaN."""
    if isinstance(expected, dict):
        filled: Any = {key: math.nan if one is None else one for key, one in expected.items()}
    else:
        filled = [math.nan if one is None else one for one in expected]
    return pytest.approx(filled, rel=1e-9, abs=1e-9, nan_ok=True)
