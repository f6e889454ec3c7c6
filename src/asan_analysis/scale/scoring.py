"""Score an edition part by part: plan, spread the parts, keep what is done, add up in order."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asan_analysis import __version__
from asan_analysis.data.blocks import Block, Names, cut_order, find_starts, read_blocks
from asan_analysis.data.datasets import Dataset, select_edition
from asan_analysis.data.parts import Layout, list_parts
from asan_analysis.data.spans import check_services
from asan_analysis.errors import DataError, FrameworkError, ParameterError, Problem, refuse
from asan_analysis.index.framework import Tree
from asan_analysis.index.method import find_method
from asan_analysis.index.normalise import list_methods
from asan_analysis.index.rollup import weigh_services
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import arrays_of_answers
from asan_analysis.processes import Spread
from asan_analysis.scale.tables import tabulate
from asan_analysis.scale.totals import MISSING, Plan, Totals, total_blocks

Arrays = dict[str, NDArray[Any]]

_OF_ALL = ("zscore", "rank", "percentile_rank", "distance_to_max")


def plan_scoring(data: Dataset, year: int, *, audit: bool = False) -> Plan:
    """How the parts of an edition are scored.

    Parameters
    ----------
    data : Dataset
        From `load_outline` or `load_dataset`.
    audit : bool
        Whether the nodes are described too, which takes about as long again.

    Raises
    ------
    FrameworkError
        The method has faults, or an item whose scale depends on all services at once.
    """
    one, edition = select_edition(data, year)
    tree, rules = find_method(one, edition)
    refuse(FrameworkError, _check_items(tree, rules))
    shares = tuple(method == "share" for method in list_methods(tree, rules, shares=True))
    bodies = tuple(sorted(str(body) for body in one.organisations["organisation_id"]))
    weight = rules.roll_up_weight if rules.roll_up == "weighted" else ""
    layout = Layout(year, tuple(tree.items), shares, bodies, weight, rules.columns)
    return Plan(tree, rules, layout, audit)


def _check_items(tree: Tree, rules: Rules) -> list[Problem]:
    """Items that no service can be scored on without all the others."""
    problems = []
    methods = list_methods(tree, rules, shares=True)
    for option, method in zip(tree.item_options, methods, strict=True):
        open_ends = [
            bound for bound in ("lower", "upper") if np.isnan(float(option.get(bound, np.nan)))
        ]
        observed = method in ("minmax", "goalposts") and open_ends
        if method in _OF_ALL or observed:
            found = f"{method} without {' and '.join(open_ends)}" if observed else method
            remedy = "give lower and upper with goalposts, or build a report"
            rule = "needs all services at once, and parts are scored one by one"
            problems.append(Problem(tree.name, int(option["file_row"]), "normalisation", found,
                                    rule, remedy))  # fmt: skip
    return problems


def score_parts(
    data: Dataset,
    plan: Plan,
    *,
    spread: Spread = map,
    kept: Path | None = None,
    progress: Callable[[int], object] = lambda services: None,
    tell: Callable[[str], object] = lambda line: None,
) -> dict[str, pd.DataFrame]:
    """Score all parts of an edition and tabulate them.

    Parameters
    ----------
    data : Dataset
        From `load_outline`.
    plan : Plan
        From `plan_scoring`.
    spread : callable
        Shaped like `map`; where the parts are scored. It changes no bit of a result.
    kept : Path, optional
        A folder for what is done, so that a run that was stopped goes on; deleted at the end.
    progress : callable
        Told the number of services of each part that is done, in part order.
    tell : callable
        Told in a line how many parts were done by an earlier run.

    Returns
    -------
    dict of DataFrame
        See `tabulate`.

    Raises
    ------
    DataError
        No parts; a part with faults; a service that stands in two parts.
    """
    parts = list_parts(data.folder, plan.layout.year)
    if not parts:
        rule, remedy = "has no part-*.parquet", "write parts, or use make report"
        place = f"assessments/edition_year={plan.layout.year}"
        refuse(DataError, [Problem(place, None, "", "", rule, remedy)])
    refuse(DataError, check_services(parts))
    totals = Totals(plan)
    for arrays in _run(parts, plan, spread, kept, tell):
        part = Totals.from_arrays(plan, arrays)
        totals.join(part)
        progress(int(part.answers[0].sum()))
    tables = _tabulate(totals, data)
    if kept is not None:
        shutil.rmtree(kept, ignore_errors=True)
    return tables


def _tabulate(totals: Totals, data: Dataset) -> dict[str, pd.DataFrame]:
    one, _ = select_edition(data, totals.plan.layout.year)
    return tabulate(
        totals, one.organisations, [str(category) for category in data.categories["id"]],
        decimals=int(data.about["decimals"]), min_services=int(data.about["min_services"]),
    )  # fmt: skip


def score_edition(data: Dataset, plan: Plan) -> dict[str, pd.DataFrame]:
    """`score_parts` of a dataset that is in memory; from `load_dataset`. Not one bit differs."""
    one, _ = select_edition(data, plan.layout.year)
    return _tabulate(total_blocks(_cut_edition(one, plan), plan), data)


def _cut_edition(one: Dataset, plan: Plan) -> Iterator[Block]:
    """Blocks of the services of an edition, as parts give them."""
    names, values, missing = arrays_of_answers(
        one.assessments, one.services, plan.tree, statuses=MISSING
    )
    place = {body: number for number, body in enumerate(plan.layout.bodies)}
    owner = one.services["organisation_id"].astype(str).map(place).to_numpy(dtype="int32")
    weight = weigh_services(one.services, names, plan.rules)
    rows = np.arange(1, len(names) + 1)
    for here in cut_order(np.argsort(owner, kind="stable")):
        yield Block(
            Names(names, here), rows[here], *find_starts(owner[here]), values[here].T.copy(),
            missing[0][here].T, missing[1][here].T, weight[here] if plan.layout.weight else None,
        )  # fmt: skip


def total_part(path: Path, plan: Plan) -> Arrays:
    """The totals of one part as arrays: the one function that is called wherever it runs.

    Raises
    ------
    DataError
        As `read_blocks`.
    ParameterError
        The plan comes from another version of the library.
    """
    if plan.version != __version__:
        raise ParameterError(
            f"a worker has asan-analysis {__version__} and the command {plan.version}; "
            "install the same version on every machine"
        )
    return total_blocks(read_blocks(path, plan.layout), plan).to_arrays()


def _run(
    parts: list[Path], plan: Plan, spread: Spread, kept: Path | None, tell: Callable[[str], object]
) -> Iterator[Arrays]:
    """The totals of every part in order, those that are kept from an earlier run first asked."""
    if kept is None:
        yield from spread(partial(total_part, plan=plan), parts)
        return
    kept.mkdir(parents=True, exist_ok=True)
    places = {path: kept / f"{path.stem}.{_digest(path, plan)}.npz" for path in parts}
    for left in set(kept.iterdir()) - set(places.values()):  # of another method or other data
        left.unlink()
    due = [path for path in parts if not places[path].is_file()]
    if len(due) < len(parts):
        tell(f"{len(parts) - len(due)} of {len(parts)} parts were done by an earlier run")
    results = iter(spread(partial(total_part, plan=plan), due))
    for path in parts:
        if path in due:
            arrays = next(results)
            _keep(arrays, places[path])
        else:
            with np.load(places[path], allow_pickle=False) as file:
                arrays = dict(file)
        yield arrays


def _keep(arrays: Mapping[str, NDArray[Any]], place: Path) -> None:
    """Write the totals of a part, whole or not at all."""
    aside = place.with_suffix(".tmp")
    with aside.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    aside.replace(place)


def _digest(path: Path, plan: Plan) -> str:
    """What the totals of a part rest on: the plan, and the part as it lies there."""
    about = path.stat()
    digest = hashlib.sha256(f"{about.st_size} {about.st_mtime_ns}".encode())
    digest.update(
        repr((plan.tree.nodes.to_csv(), plan.rules, plan.layout, plan.audit, plan.version)).encode()
    )
    return digest.hexdigest()[:16]
