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
        place = ", ".join(
            part for part in (f"row {self.row}" if self.row else "", self.column) if part
        )
        found = f"{self.value} {self.rule}" if self.value else self.rule
        return f"{place}: {found}; {self.remedy}" if place else f"{found}; {self.remedy}"


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
    """A report that could not be built."""


_SHOWN = 50
_ROWS_SHOWN = 8


def describe(problems: list[Problem]) -> str:
    """All problems as text, grouped by file in the order met.

    The same fault in many rows is told once and counted; long lists are cut and counted.
    """
    lines: list[str] = []
    for file in dict.fromkeys(problem.file for problem in problems):
        own = [problem for problem in problems if problem.file == file]
        alike: dict[Problem, list[Problem]] = {}
        for problem in own:
            alike.setdefault(problem._replace(row=None), []).append(problem)
        lines.append(f"{file}: {len(own)} problem{'s' if len(own) > 1 else ''}")
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
