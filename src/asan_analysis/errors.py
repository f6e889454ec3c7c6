"""The errors a user can meet: one base, five kinds, and the list of problems behind a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One fault in one place: where it is, what was found, which rule it breaks, what to do."""

    file: str
    row: int | None
    column: str
    value: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        column, value = legible(self.column), legible(self.value)
        rule, remedy = legible(self.rule, 300), legible(self.remedy, 500)
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", column) if part)
        found = f"{value} {rule}" if value else rule
        return f"{place}: {found}; {remedy}" if place else f"{found}; {remedy}"


def legible(text: str, most: int = 80) -> str:
    """A text on one line for a message: cut where it is long, unprintable letters as codes."""
    cut = f"{text[:most]}… ({len(text)} characters)" if len(text) > most else text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in cut
    )


class AsanAnalysisError(Exception):
    """Base of every error this package raises on purpose."""

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


class DataError(AsanAnalysisError, ValueError):
    """A data file breaks its contract."""


class FrameworkError(AsanAnalysisError, ValueError):
    """A framework, a set of rules, or values that cannot be scored under them."""


class UnknownEditionError(AsanAnalysisError, LookupError):
    """An edition that the dataset does not hold."""


class ParameterError(AsanAnalysisError, ValueError):
    """A parameter that a command or a notebook does not take, or a value it refuses."""


class ReportError(AsanAnalysisError, RuntimeError):
    """A report or another result that could not be made."""


_SHOWN = 50
_ROWS_SHOWN = 8


def describe(problems: list[Problem]) -> str:
    """All problems as text, grouped by file in the order met.

    The same fault in many rows is told once and counted; long lists are cut and counted.
    """
    lines: list[str] = []
    files: dict[str, list[Problem]] = {}
    for problem in problems:
        files.setdefault(problem.file, []).append(problem)
    for file, own in files.items():
        alike: dict[tuple[str, ...], list[Problem]] = {}
        for problem in own:
            alike.setdefault(problem[2:], []).append(problem)
        lines.append(f"{legible(file)}: {len(own)} problem{'s' if len(own) > 1 else ''}")
        for group in list(alike.values())[:_SHOWN]:
            lines.append(f"  {_tell(group)}")
        if len(alike) > _SHOWN:
            lines.append(f"  and {len(alike) - _SHOWN} more kinds of problems")
    return "\n".join(lines)


def _tell(group: list[Problem]) -> str:
    """One fault with the rows it stands in; the first rows by number, the rest counted."""
    others = [str(problem.row) for problem in group[1:]]
    if not others:
        return str(group[0])
    hidden = len(others) - _ROWS_SHOWN
    more = f" and {hidden} more" if hidden > 0 else ""
    return f"{group[0]} (also row {', '.join(others[:_ROWS_SHOWN])}{more})"


def refuse(kind: type[AsanAnalysisError], problems: list[Problem]) -> None:
    """Raise one error of the given kind for all problems; nothing happens when there are none."""
    if problems:
        raise kind(describe(problems), problems)


def check_level(level: float) -> None:
    """Refuse a level of confidence that is not between 0 and 1."""
    if not 0 < level < 1:
        raise ParameterError(f"level {level!r} is not between 0 and 1; write 0.9 for 90 %")
