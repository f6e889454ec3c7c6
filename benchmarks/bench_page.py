"""The page of `bench.py`: medians over the runs, goals met or missed, how to repeat."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from bench_goals import GOALS, Goal
from bench_growth import ABOVE, MEMORY, fit_slope, fixed_cost

KEY = ["group", "name", "peer"]
BUSY = 0.5  # cores that others may keep busy before a run
SLOPE = "slope"

ABOUT = {
    "Scoring": "A tree of 7 parameters, 24 criteria and 143 items; a tenth of the cells is missing."
    " The floor multiplies matrices level by level and checks nothing.",
    "Uncertainty": "438 services of 47 bodies. a: weights of the seven parameters; b: weights at"
    " two levels, means, rules, roll-up and normalisation, from the method, the services and both.",
    "Certificates": "The 47 bodies of the sample. The peer solves a linear programme for every"
    " pair and two mixed integer programmes for every body; both give the same margins and ranks.",
    "Duplicates": "A register with planted duplicates. The peers compare letters alone; they know"
    " no families, no districts and no words that make another service.",
    "Explorer": "The page of the sample in Chromium: all bodies placed under other weights. The"
    " floor has the services in an array and gives scores and places only.",
    "Millions of services": "Random shares in parquet parts of 100,000 services, 47 bodies, two"
    " threads. Means by body: polars gives the mean of every node and nothing else. All tables:"
    " also services with a score, weight left out and answers by status, as ours holds in both.",
    "Report": "The sample's edition of 2023, two workers. The floor runs the cells of the notebooks"
    " as plain scripts.",
    "Largest size of a process": "Scoring of editions in parts, the whole process with imports.",
}

REPEAT = """## How to repeat

`make bench` measures everything {runs} and writes this page, its charts and its figures anew; the parts of the largest edition take 1.3 GB under `.cache/bench/`.
`make bench RUNS=5` changes the number of runs, `.venv/bin/python benchmarks/bench.py --only scale` measures one script and keeps the other figures, and `--quick --output FOLDER` tries everything on tiny sizes.
The figures of every run stand in `performance.csv`, date and load of the runs in `performance_runs.csv`.
What each line measures is told in [benchmarks/README.md](../benchmarks/README.md).
"""  # noqa: E501


def summarise(figures: pd.DataFrame) -> pd.DataFrame:
    """Medians and ranges over the runs, one row a line in the order measured, slopes at the end.

    Columns group, name, unit, peer, axis, size, ours, ours_low, ours_high, floor, ratio (of the
    medians), ratio_low, ratio_high, runs.
    """
    figures = figures.assign(peer=figures["peer"].fillna(""), axis=figures["axis"].fillna(""))
    figures = figures.astype({"floor": "float64", "size": "float64"})
    figures["ratio"] = figures["ours"] / figures["floor"].where(figures["floor"] > 0)
    memory = figures["axis"] == "seconds"  # points in time differ between runs: the first is kept
    figures = figures[~memory | (figures["run"] == figures["run"].min())]
    by = figures.groupby([*KEY, "unit", "axis", "size"], sort=False, dropna=False)
    table = by.agg(
        ours=("ours", "median"), ours_low=("ours", "min"), ours_high=("ours", "max"),
        floor=("floor", "median"), ratio_low=("ratio", "min"), ratio_high=("ratio", "max"),
        runs=("run", "nunique"),
    ).reset_index()  # fmt: skip
    table["ratio"] = table["ours"] / table["floor"].where(table["floor"] > 0)
    return pd.concat([table, summarise_slopes(figures, table)], ignore_index=True)


def summarise_slopes(figures: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The slope of each curve: of the medians, and the range of those of the runs."""
    rows = []
    for group in list_curves(table):
        own = figures[figures["group"] == group]
        slopes = [slope_of(one)[0] for _, one in own.groupby("run")]
        rows.append({"group": group, "name": SLOPE, "unit": "", "peer": "", "axis": "",
                     "ours": slope_of(table[table["group"] == group])[0], "ours_low": min(slopes),
                     "ours_high": max(slopes), "runs": len(slopes)})  # fmt: skip
    return pd.DataFrame(rows, columns=table.columns).astype(table.dtypes)


def list_curves(table: pd.DataFrame) -> list[str]:
    """Groups whose lines are points of a curve of cost."""
    return list(dict.fromkeys(table.loc[~table["axis"].isin(["", "seconds"]), "group"]))


def points_of(rows: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """The points of a curve in order, and the cost of its start."""
    rows = rows[rows["size"].notna()]
    start = rows.loc[rows["size"] == 0, "ours"]
    return rows[rows["size"] > 0].sort_values("size"), float(start.iloc[0]) if len(start) else 0.0


def slope_of(rows: pd.DataFrame) -> tuple[float, float, int]:
    """`fit_slope` of the points of a curve."""
    points, start = points_of(rows)
    return fit_slope(points["size"].tolist(), points["ours"].tolist(), start)


# Figures and words


def number(value: float) -> str:
    """Three digits that count, never more than three decimals."""
    if pd.isna(value):
        return ""
    size = abs(value)
    return f"{value:,.{0 if size >= 99.5 else 1 if size >= 9.95 else 2 if size >= 0.995 else 3}f}"


def two(value: float) -> str:
    """Two decimals, and no minus before nil."""
    return f"{round(value, 2) + 0.0:.2f}"


def spread(row: pd.Series, what: str) -> str:
    """The range over the runs of `ours` or `ratio`; nothing where there was one run."""
    ends = row[f"{what}_low"], row[f"{what}_high"]
    if row["runs"] < 2 or pd.isna(ends[0]):
        return ""
    plain = what == "ratio" or not row["unit"]
    low, high = (two(one) if plain else number(one) for one in ends)
    return f"{low} to {high}"


def find_goal(row: pd.Series) -> Goal | None:
    """The goal of a line."""
    keys = ((goal, (goal.group, goal.name)) for goal in GOALS)
    return next((goal for goal, key in keys if key == (row["group"], row["name"])), None)


def judge(row: pd.Series) -> str:
    """What a line is held against, and whether it holds."""
    goal = find_goal(row)
    if goal is None:
        return ""
    figure = row[goal.what]
    told = f"{'below' if goal.below else 'at most'} {goal.most:g} {goal.unit}".rstrip()
    if pd.isna(figure):
        return f"{told}: not measured"
    met = figure < goal.most if goal.below else figure <= goal.most
    return f"{told}: {'met' if met else 'missed'}"


def write_table(rows: pd.DataFrame) -> list[str]:
    """Lines of a group as a table of Markdown."""
    columns = ["line", "unit", "ours", "range", "floor or peer", "what that is", "ratio",
               "range of the ratio", "goal"]  # fmt: skip
    cells = [
        [row["name"], row["unit"], number(row["ours"]) if row["unit"] else two(row["ours"]),
         spread(row, "ours"), number(row["floor"]), row["peer"],
         "" if pd.isna(row["ratio"]) else two(row["ratio"]), spread(row, "ratio"), judge(row)]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    kept = [at for at, name in enumerate(columns) if name in ("line", "ours")
            or any(row[at] for row in cells)]  # fmt: skip
    lines = [columns, ["---"] * len(columns), *cells]
    return ["| " + " | ".join(line[at] for at in kept) + " |" for line in lines]


def tell_curve(rows: pd.DataFrame) -> str:
    """On which points a slope rests."""
    (points, start), (_, _, first) = points_of(rows), slope_of(rows)
    fixed = fixed_cost(points["size"].tolist(), points["ours"].tolist(), start)
    used = "all points" if first == 0 else f"the points from {points['name'].iloc[first]} on"
    return (
        f"The slope is that of least squares through the logs of {used}. The fixed cost is"
        f" {number(fixed)} s: what the two smallest sizes give for size 0, or the start, the same"
        f" on next to nothing, where that takes longer. Points count from {ABOVE:g} times the"
        " fixed cost on; all do where fewer than two are left."
    )


def write_groups(table: pd.DataFrame) -> list[str]:
    """A heading, a sentence and a table for each group."""
    curves, lines = list_curves(table), []
    for group, rows in table[table["axis"] != "seconds"].groupby("group", sort=False):
        about = tell_curve(rows) if group in curves else ABOUT.get(str(group), "")
        lines += [f"## {group}", "", *([about, ""] if about else []), *write_table(rows), ""]
    return lines


def write_goals(table: pd.DataFrame) -> list[str]:
    """Every goal with its figure, also those whose line was not measured."""
    lines = ["## Goals", "", "| line | goal | figure | result |", "| --- | --- | --- | --- |"]
    nothing = {"unit": "", "ours": float("nan"), "ratio": float("nan")}
    for goal in GOALS:
        own = table[(table["group"] == goal.group) & (table["name"] == goal.name)]
        key = {"group": goal.group, "name": goal.name}
        row = own.iloc[0] if len(own) else pd.Series({**key, **nothing})
        told, _, result = judge(row).partition(": ")
        figure = show(row[goal.what], goal.unit)
        lines.append(f"| {goal.group}: {goal.name} | {told} | {figure} | {result} |")
    return [*lines, ""]


def show(figure: float, unit: str) -> str:
    """A figure with its unit; ratios and slopes with two decimals."""
    if pd.isna(figure):
        return ""
    return f"{two(figure)} {unit}".rstrip() if unit in ("", "x") else f"{number(figure)} {unit}"


def warn(runs: pd.DataFrame) -> list[str]:
    """A plain warning for runs that shared the machine with other work."""
    first = runs.sort_values("date", kind="stable").iloc[0]
    found = []
    if first["load"] > BUSY:
        found.append(f"The load was {first['load']:.2f} before the first run.")
    shared = runs[runs["busy"] > BUSY]
    if len(shared):
        found.append(f"Other work kept up to {shared['busy'].max():.1f} cores busy before"
                     f" {len(shared)} of {len(runs)} runs.")  # fmt: skip
    if not found:
        return []
    return ["**Warning: the machine was not quiet. " + " ".join(found)
            + " Times are too long and ratios uncertain; measure again before quoting them.**",
            ""]  # fmt: skip


def write_runs(runs: pd.DataFrame) -> list[str]:
    """When and under which load each script ran."""
    lines = ["## Runs", "",
             "Busy: cores that other work used in the two seconds before a run. The load before a"
             " run also counts the run before it.", "",
             "| script | date (UTC) | load before each run | busy before each run |",
             "| --- | --- | --- | --- |"]  # fmt: skip
    for script, own in runs.groupby("script", sort=False):
        busy = ", ".join("not told" if pd.isna(one) else f"{one:.2f}" for one in own["busy"])
        load = ", ".join(f"{one:.2f}" for one in own["load"])
        lines.append(f"| {script} | {own['date'].min()} to {own['date'].max()} | {load} | {busy} |")
    return [*lines, ""]


def write_page(file: Path, table: pd.DataFrame, runs: pd.DataFrame, pictures: list[str]) -> None:
    """The whole page."""
    machines = list(dict.fromkeys(runs["machine"]))
    count = runs.groupby("script")["run"].nunique()
    told = "once" if count.max() == 1 else f"{count.max()} times"
    days = sorted({date[:10] for date in runs["date"]})
    where = [f"Machine: {one}." for one in machines]
    if len(machines) > 1:
        where.append("The scripts ran on different machines; see `performance_runs.csv`.")
    once = "" if count.max() > 1 else " One run: no ranges."
    lines = ["# Performance", "", "Written by `make bench`; do not edit.", "",
             f"Measured {' and '.join(dict.fromkeys((days[0], days[-1])))} (UTC), each script"
             f" {told}, in fresh processes. Figures are medians over the runs, line by line."
             f" The ratio is ours over the floor or peer; below 1 ours is less.{once}",
             "", *where, "", *warn(runs), *write_goals(table), *pictures,
             *write_groups(table), *write_runs(runs),
             REPEAT.format(runs=told)]  # fmt: skip
    if MEMORY in set(table["group"]):
        lines.append("The chart of memory shows the first run.\n")
    file.write_text("\n".join(lines), encoding="utf-8")
