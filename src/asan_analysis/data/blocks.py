"""Blocks of services as arrays, read from the parts of a dataset or cut from its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
from numpy.typing import NDArray

from asan_analysis.data.contracts import STATUSES
from asan_analysis.data.parts import (
    CODES,
    KEYS,
    LONG,
    MOST_TOLD,
    Floats,
    Layout,
    Rows,
    check_columns,
    check_keys,
    damaged,
    encode,
    is_long,
    name_part,
    open_part,
    read_numbers,
    read_weights,
)
from asan_analysis.errors import DataError, Problem, refuse

Mask = NDArray[np.bool_]

_READ = 8960  # rows of a wide part read at a time
KEPT = 896  # services of a block: their arrays stay in the processor's cache


class Names(Sequence[str]):
    """Ids of services, read from their column when a message needs one."""

    def __init__(self, column: Any, places: Rows) -> None:
        self.column, self.places = column, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Names(self.column, self.places[place])
        return str(self.column[int(self.places[place])])


@dataclass(frozen=True, eq=False)
class Block:
    """Some services, those of a body side by side.

    `values`, `not_applicable` and `not_answered` are items x services; values are NaN where there
    is none. Body `bodies[i]`, a place in `Layout.bodies`, owns the columns from `starts[i]` on.
    `weight` is None where all services count alike. `services` are their ids and `rows` where
    they stand (first) in their file.
    """

    services: Names
    rows: Rows
    bodies: NDArray[np.int64]
    starts: NDArray[np.int64]
    values: Floats
    not_applicable: Mask
    not_answered: Mask
    weight: Floats | None = None


def read_blocks(path: Path, layout: Layout) -> Iterator[Block]:
    """Read a part block by block; a long part is held whole.

    Raises
    ------
    DataError
        Columns that are missing or unknown; with rows: cells that are no numbers, shares outside
        0 to 1, answers that repeat, services without an id or an organisation, or with two.
    """
    with open_part(path) as file:
        names, name = file.schema_arrow.names, name_part(path)
        refuse(DataError, check_columns(names, name, layout))
        wanted = [*KEYS, *(["edition_year"] if "edition_year" in names else [])]
        wanted += [layout.weight] if layout.weight else []
        try:
            if is_long(names):
                yield from _read_long(file.read([*wanted, *LONG[2:]]), name, layout)
                return
            first = 1
            batches = file.iter_batches(_READ, columns=[*wanted, *layout.items], use_threads=False)
            for batch in batches:
                rows = np.arange(first, first + batch.num_rows)
                yield from _read_wide(batch, rows, name, layout)
                first += batch.num_rows
        except (arrow.ArrowException, OSError) as error:
            raise damaged(path, error) from None


def _read_wide(batch: arrow.RecordBatch, rows: Rows, name: str, layout: Layout) -> Iterator[Block]:
    """The blocks of some rows of a wide part."""
    refuse(DataError, check_keys(batch, rows, name, layout))
    owner = _find_bodies(batch.column("organisation_id"), rows, name, layout)
    order = np.argsort(owner, kind="stable")
    values = np.empty((len(layout.items), len(rows)))
    for own, item in zip(values, layout.items, strict=True):
        numbers = read_numbers(batch.column(item), rows, name, item)
        np.take(numbers, order, out=own, mode="clip")  # "raise" copies twice
    weight = read_weights(batch, rows, name, layout)
    for start, here in enumerate(cut_order(order)):
        own = values[:, start * KEPT : start * KEPT + len(here)]
        not_applicable = own == CODES["not_applicable"]
        not_answered = own == CODES["not_answered"]
        not_answered |= own != own
        gone = np.negative((not_applicable | not_answered).view("int8"), dtype="int64")
        own = np.bitwise_or(own.view("int64"), gone, out=gone).view("float64")  # all ones is NaN
        block = Block(
            Names(batch.column("service_id"), here), rows[here], *find_starts(owner[here]), own,
            not_applicable, not_answered, None if weight is None else weight[here],
        )  # fmt: skip
        refuse(DataError, _check_values(block, name, layout))
        yield block


def cut_order(order: Rows) -> Iterator[Rows]:
    """The services of each block in turn."""
    for start in range(0, len(order), KEPT):
        yield order[start : start + KEPT]


def find_starts(owner: NDArray[Any]) -> tuple[Rows, Rows]:
    """The bodies of services that stand body by body, and where each of them starts."""
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    return owner[starts].astype("int64"), starts


def _find_bodies(column: Any, rows: Rows, name: str, layout: Layout) -> NDArray[np.int32]:
    """The place of each row's organisation among those of the edition."""
    names, codes = encode(column)
    place = {body: number for number, body in enumerate(layout.bodies)}
    known = np.array([place.get(body, -1) for body in names], dtype="int32")
    owner = known[codes]
    rule, remedy = "is not in organisations.csv for that edition", "add it there or correct it"
    refuse(DataError, [
        Problem(name, int(rows[at]), "organisation_id", names[codes[at]], rule, remedy)
        for at in (np.flatnonzero(owner < 0)[:MOST_TOLD] if (known < 0).any() else ())
    ])  # fmt: skip
    return owner


def _check_values(block: Block, name: str, layout: Layout) -> list[Problem]:
    """Shares outside 0 to 1 and numbers without end."""
    share = np.array(layout.shares, dtype="bool")
    x = block.values
    fits = ((x >= 0) & (x <= 1)) if share.all() else _fits(x, share)
    fits |= block.not_applicable | block.not_answered
    if np.count_nonzero(fits) == fits.size:
        return []
    remedy = (
        f"write a share, {CODES['not_applicable']:g} for not applicable, "
        f"{CODES['not_answered']:g} for not answered, or give the item a normalisation"
    )
    problems = []
    for place, at in np.argwhere(~fits)[:MOST_TOLD].tolist():
        rule = "is outside 0 to 1" if share[place] else "is not a finite number"
        row, value = int(block.rows[at]), f"{x[place, at]:g}"
        problems.append(Problem(name, row, layout.items[place], value, rule, remedy))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _fits(values: Floats, share: Mask) -> Mask:
    """Shares from 0 to 1, and finite numbers where they are no shares."""
    within = (values >= 0) & (values <= 1)
    return np.where(share[:, None], within, np.isfinite(values))


def _read_long(table: arrow.Table, name: str, layout: Layout) -> Iterator[Block]:
    """The blocks of a long part, services of a body in order of appearance."""
    rows = np.arange(1, table.num_rows + 1)
    refuse(DataError, check_keys(table, rows, name, layout))
    names, service = encode(table.column("service_id"))
    first = np.full(len(names), table.num_rows, dtype="int64")
    np.minimum.at(first, service, np.arange(table.num_rows))
    owner = _find_bodies(table.column("organisation_id"), rows, name, layout)
    weight = read_weights(table, rows, name, layout)
    values, missing, problems = _spread_answers(table, service, len(names), name, layout)
    rule, remedy = "differs from another row of the service", "give each service one"
    for what, cells in (("organisation_id", owner), (layout.weight, weight)):
        if cells is not None:
            for at in np.flatnonzero(cells != cells[first[service]])[:MOST_TOLD].tolist():
                problems.append(Problem(name, at + 1, what, names[service[at]], rule, remedy))
    refuse(DataError, sorted(problems, key=lambda problem: problem.row or 0))
    order = np.argsort(owner[first], kind="stable")
    for here in cut_order(order):
        block = Block(
            Names(names, here), first[here] + 1, *find_starts(owner[first[here]]), values[:, here],
            missing[0][:, here], missing[1][:, here],
            None if weight is None else weight[first[here]],
        )  # fmt: skip
        refuse(DataError, _check_values(block, name, layout))
        yield block


def _spread_answers(
    table: arrow.Table, service: NDArray[np.int32], count: int, name: str, layout: Layout
) -> tuple[Floats, tuple[Mask, Mask], list[Problem]]:
    """Long answers as arrays items x services, and what is wrong with them."""
    problems: list[Problem] = []

    def add(wrong: Mask, column: str, rule: str, remedy: str) -> None:
        for at in np.flatnonzero(wrong)[:MOST_TOLD].tolist():
            value = table.column(column)[at].as_py()
            shown = "" if value is None else str(value)
            problems.append(Problem(name, at + 1, column, shown, rule, remedy))

    places = []
    remedies = ("correct it", f"write one of {', '.join(STATUSES)}")
    for column, known, remedy in zip(("item_id", "status"), (layout.items, STATUSES), remedies,
                                     strict=True):  # fmt: skip
        found, codes = encode(compute.fill_null(compute.cast(table.column(column), "string"), ""))
        number = {text: place for place, text in enumerate(known)}
        places.append(np.array([number.get(text, -1) for text in found], dtype="int64")[codes])
        add(places[-1] < 0, column, "is not known", remedy)
    item, status = places
    value = read_numbers(table.column("value"), np.array([1]), name, "value")
    there = value == value
    add((status == 0) & ~there, "value", "is empty although scored", "write the value")
    add((status > 0) & there, "value", "stands although not scored", "empty it")
    cell = np.maximum(item, 0) * count + service
    seen = np.bincount(cell[item >= 0], minlength=len(layout.items) * count)
    twice = (item >= 0) & (seen[cell] > 1)
    add(twice, "item_id", "stands twice for the service", "keep one row for each answer")
    values = np.full((len(layout.items), count), np.nan)
    state = np.full(values.shape, STATUSES.index("not_answered"), dtype="int8")
    values.ravel()[cell], state.ravel()[cell] = value, status
    return values, (state == STATUSES.index("not_applicable"),
                    state == STATUSES.index("not_answered")), problems  # fmt: skip
