"""What the figures are held against."""

from __future__ import annotations

from typing import NamedTuple


class Goal(NamedTuple):
    """The most that `what` of a line, `ours` or `ratio`, may be; `below`: it has to stay below."""

    group: str
    name: str
    what: str
    most: float
    unit: str = ""
    below: bool = False


GOALS = (
    Goal("Report", "notebooks", "ratio", 1.2, "x"),
    Goal("Report", "47 profiles, notebooks", "ratio", 1.2, "x"),
    Goal("Report", "47 profiles", "ours", 90, "s", below=True),
    Goal("Report", "nothing changed", "ours", 0.5, "s", below=True),
    Goal("Uncertainty", "a, 10,000 draws", "ratio", 1.5, "x"),
    Goal("Uncertainty", "b, 10,000 draws", "ratio", 1.5, "x"),
    Goal("Uncertainty", "a, 100,000 draws", "ratio", 1.5, "x"),
    Goal("Uncertainty", "b, 100,000 draws", "ratio", 1.5, "x"),
    Goal("Millions of services", "1,000,000 x 143: means by body", "ratio", 1.2, "x"),
    Goal("Millions of services", "1,000,000 x 143: all tables", "ratio", 1.2, "x"),
    Goal("Largest size of a process", "10,000,000 x 143", "ours", 500, "MB", below=True),
    Goal("Scoring, by services", "slope", "ours", 1.05),
)
