"""The rules of scoring: what missing means, rounding, ties, how services make up a body."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from asan_analysis.data.contracts import AGGREGATIONS, NORMALISATIONS
from asan_analysis.errors import FrameworkError, Problem, refuse
from asan_analysis.index.framework import NEAREST_POWER


@dataclass(frozen=True)
class Rules:
    """Frozen rules with the defaults of `score`; see `docs/methodology.md` for each.

    `round` maps depth below the root to digits. `round_service` and `round_organisation` are
    digits or None. `range` is the scale of minmax, goalposts and shares. `steps` are the steps
    before scoring in order, each with its key `do` and its options; see `index.steps`.
    """

    aggregation: str = "arithmetic"
    normalisation: str = "none"
    range: tuple[float, float] = (0.0, 100.0)
    not_applicable: str = "exclude"
    not_answered: str = "exclude"
    na: str = "not_applicable"
    min_coverage: float = 0.0
    round: Mapping[int, int] = field(default_factory=dict)
    rounding: str = "half_up"
    ties: str = "min"
    rank_on: str = "unrounded"
    columns: tuple[str, ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()
    roll_up: str = "mean"
    roll_up_weight: str = ""
    round_service: int | None = None
    round_organisation: int | None = None
    name: str = field(default="rules", compare=False)  # what messages call the file


_ALLOWED = {
    "normalisation": NORMALISATIONS,
    "not_applicable": ("exclude", "zero"),
    "not_answered": ("exclude", "zero"),
    "na": ("not_applicable", "not_answered"),
    "rounding": ("half_up", "half_even", "truncate"),
    "ties": ("min", "average", "dense"),
    "rank_on": ("unrounded", "rounded"),
    "roll_up": ("mean", "weighted", "pooled"),
}


def check_rules(table: Mapping[str, Any], *, name: str = "rules.toml") -> Rules:
    """Turn the content of a rules file into rules.

    Parameters
    ----------
    table : mapping
        Keys of the rules contract; absent keys keep their defaults.
    name : str
        What messages call the file.

    Raises
    ------
    FrameworkError
        All faults at once: an unknown key, a value of the wrong type or outside the known ones, a
        step with an unknown `do`, an unknown or missing key or a wrong value. A fault of a step is
        named by its place, the first step being 1, as `steps[2].most`.
    """
    problems: list[Problem] = []
    given: dict[str, Any] = {}
    known = {one.name for one in fields(Rules)} - {"name"}
    for key, value in table.items():
        if key == "steps":
            faults = _check_steps(value, table.get("columns"), name)
            problems += faults
            given[key] = () if faults else tuple(dict(step) for step in value)
        elif key not in known:
            remedy = f"known: {', '.join(sorted(known))}"
            problems.append(Problem(name, None, key, "", "is not a rule", remedy))
        else:
            try:
                given[key] = _read(key, value)
            except ValueError as error:
                rule, _, remedy = str(error).partition("; ")
                problems.append(Problem(name, None, key, repr(value), rule, remedy))
    rules = Rules(**given, name=name)
    if rules.roll_up == "weighted" and not rules.roll_up_weight:
        problems.append(
            Problem(name, None, "roll_up_weight", "", "is empty although roll_up is weighted",
                    "name a column of services.csv")
        )  # fmt: skip
    refuse(FrameworkError, problems)
    return rules


def _read(key: str, value: Any) -> Any:
    """One value in the type of its rule; ValueError with "rule; remedy" when it does not fit."""
    if key in _ALLOWED:
        if value not in _ALLOWED[key]:
            raise ValueError(f"is not known; write one of {', '.join(_ALLOWED[key])}")
        return value
    return {
        "aggregation": _read_aggregation,
        "range": _read_range,
        "min_coverage": _read_share,
        "round": _read_round,
        "columns": _read_columns,
        "roll_up_weight": _read_text,
        "round_service": _read_digits,
        "round_organisation": _read_digits,
    }[key](value)


def _read_aggregation(value: Any) -> str:
    power = re.fullmatch(r"power:(-?(?:\d+\.?\d*|\.\d+))", str(value))
    if value in AGGREGATIONS or (power and abs(float(power[1])) >= NEAREST_POWER):
        return str(value)
    if power:
        raise ValueError("is the geometric mean or as good as; write geometric")
    raise ValueError(f"is not known; write one of {', '.join(AGGREGATIONS)}, power:<p>")


def _is_number(value: Any) -> bool:
    """Whether a value is a number that a float can hold; TOML's whole numbers have no end."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) <= sys.float_info.max


def _read_range(value: Any) -> tuple[float, float]:
    if isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)):
        low, high = map(float, value)
        if low < high:
            return low, high
    raise ValueError("is not a range; write two numbers, the lower first, as [0, 100]")


def _read_share(value: Any) -> float:
    if _is_number(value) and 0 <= value <= 1:
        return float(value)
    raise ValueError("is not a share; write a number from 0 to 1")


def _read_digits(value: Any) -> int | None:
    if value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 15:
        return value
    raise ValueError("is not a number of digits; write 0 to 15, or leave it out")


def _read_round(value: Any) -> dict[int, int]:
    if not isinstance(value, dict) or not all(
        re.fullmatch(r"[0-9]{1,3}", str(depth)) for depth in value
    ):
        raise ValueError("is not a table of depths; write digits by depth, as {0 = 2, 1 = 2}")
    digits = {int(depth): _read_digits(number) for depth, number in value.items()}
    return {depth: number for depth, number in digits.items() if number is not None}


def _read_columns(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(column, str) for column in value):
        return tuple(value)
    raise ValueError('is not a list of columns; write names, as ["population"]')


def _read_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("is not text; write the name of a column")


def _check_steps(steps: Any, columns: Any, name: str) -> list[Problem]:
    """Every fault of the steps."""
    if not isinstance(steps, list):
        rule, remedy = "is not a list of steps", 'write [[steps]] and, below it, do = "impute"'
        return [Problem(name, None, "steps", "", rule, remedy)]
    problems = []
    for number, step in enumerate(steps, start=1):
        problems += _check_step(step, f"steps[{number}]", columns, name)
    divided = [place for place, step in enumerate(steps) if _kind(step) == "denominate"]
    for place in divided[1:]:
        rule, remedy = "divides a second time", "keep one denominate"
        problems.append(Problem(name, None, f"steps[{place + 1}].do", "denominate", rule, remedy))
    return problems


def _kind(step: Any) -> Any:
    """What a step does, or None."""
    return step.get("do") if isinstance(step, dict) else None


def _check_step(step: Any, path: str, columns: Any, name: str) -> list[Problem]:
    """The faults of one step, each with its key."""
    do = _kind(step)
    if not isinstance(do, str) or do not in _STEPS:
        value = "" if do is None else repr(do)
        remedy = f"write one of {', '.join(_STEPS)}"
        return [Problem(name, None, f"{path}.do", value, "is not a step", remedy)]
    readers, optional = _STEPS[do]
    problems = []
    for key in sorted(set(readers) - set(step) - optional):
        rule, remedy = f"is missing; {do} needs it", f"add {key} = {_EXAMPLES[key]}"
        problems.append(Problem(name, None, f"{path}.{key}", "", rule, remedy))
    for key, value in step.items():
        if key == "do":
            continue
        if key not in readers:
            remedy = f"known: {', '.join(['do', *readers])}"
            rule = f"is not an option of {do}"
            problems.append(Problem(name, None, f"{path}.{key}", "", rule, remedy))
            continue
        try:
            readers[key](value, columns)
        except ValueError as error:
            rule, _, remedy = str(error).partition("; ")
            problems.append(Problem(name, None, f"{path}.{key}", repr(value), rule, remedy))
    return problems


def _refuse_with(value: Any, _: Any) -> None:
    if value not in ("mean", "median"):
        raise ValueError("is not known; write mean or median")


def _refuse_group(value: Any, columns: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError("is not a column; write its name, or leave it out for one group")
    if not isinstance(columns, list) or value not in columns:
        raise ValueError("is not one of `columns`; add it to columns = [...] in the rules")


def _refuse_most(value: Any, _: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("is not a number of values; write a whole number from 1")


def _refuse_least(value: Any, _: Any) -> None:
    _read_share(value)


# what each step takes: its keys with their checks, and the keys that may be left out
_STEPS: dict[str, tuple[dict[str, Callable[[Any, Any], None]], set[str]]] = {
    "denominate": ({}, set()),
    "impute": ({"with": _refuse_with, "group": _refuse_group}, {"group"}),
    "treat": ({"most": _refuse_most}, set()),
    "screen": ({"least": _refuse_least}, set()),
}
_EXAMPLES = {"with": '"median"', "most": "5", "least": "0.65"}
