"""Damage a small dataset at random and look for anything but a clear refusal.

`python benchmarks/fuzz_loader.py --seconds 600 --seed 1` prints the number of cases and each
finding once, with the number of its case; `--case N` repeats one case and shows its traceback.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from asan_analysis.analysis.coverage import count_answers
from asan_analysis.analysis.trends import cover_editions, rank_editions, score_editions
from asan_analysis.data import datasets
from asan_analysis.data.datasets import Dataset, examine_dataset, select_edition
from asan_analysis.errors import AsanAnalysisError, DataError, describe, refuse
from asan_analysis.index.contributions import contribute_organisations
from asan_analysis.index.method import examine_methods, find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations
from asan_analysis.index.scoring import score_services

LONGEST_MESSAGE = 60_000

TEXTS = {
    "dataset.toml": """\
id = "tiny"
title_az = "Kiçik nümunə"
title_en = "Tiny sample"
kind = "synthetic"
status = "draft"
publisher = "Nobody"
licence = "CC0"
citation = "None"
decimals = 2
places = 3
min_services = 1

[[categories]]
id = "first"
title_az = "Birinci"
title_en = "First"
order = 1

[[categories]]
id = "second"
title_az = "İkinci"
title_en = "Second"
order = 2
""",
    "editions.csv": """\
edition_year,label_az,label_en,order,framework,rules
2022,2021-2022,2021-2022,1,framework_old.csv,rules_old.toml
2023,2023,2023,2,framework_new.csv,rules_new.toml
""",
    "framework_old.csv": """\
node_id,parent_id,weight,name_az,name_en,official,source,replaces
total,,,Cəmi,Total,no,,
old,total,1,Köhnə,Old,no,,
shared,total,3,Ortaq,Shared,no,,
""",
    "framework_new.csv": """\
node_id,parent_id,weight,aggregation,direction,normalisation,lower,upper,log,cap,name_az,name_en,official,source,replaces
total,,,geometric,,,,,,,Cəmi,Total,no,,
part,total,1,,,,,,,,Hissə,Part,no,,
new,part,1,,,,,,,,Yeni,New,no,,old
shared,part,0.5,,,,,,,,Ortaq,Shared,no,,
days,total,2,,-1,goalposts,0,30,no,yes,Günlər,Days,no,,
users,total,1,,,minmax,,,yes,no,İstifadəçilər,Users,no,,
""",
    "rules_old.toml": 'aggregation = "arithmetic"\nnot_answered = "zero"\n',
    "rules_new.toml": """\
aggregation = "arithmetic"
normalisation = "none"
range = [1, 100]
not_applicable = "exclude"
not_answered = "exclude"
min_coverage = 0.25
round = {0 = 2, 1 = 3}
rounding = "half_up"
ties = "min"
rank_on = "unrounded"
roll_up = "weighted"
roll_up_weight = "annual_users"
round_service = 4
round_organisation = 2
""",
    "organisations.csv": """\
edition_year,organisation_id,category,name_az,name_en,aliases,successors
2022,red,first,Qırmızı,Red,R;RR,
2022,blue,first,Mavi,Blue,,
2022,green,second,Yaşıl,Green,,
2023,red,first,Qırmızı,Red,R;RR,
2023,blue,first,Mavi,Blue,,
2023,green,second,Yaşıl,Green,,
""",
    "services.csv": """\
edition_year,service_id,organisation_id,name_az,name_en,family_id,annual_users
2022,r1,red,Xidmət 1,Service 1,F1,10
2022,r2,red,Xidmət 2,Service 2,F2,20
2022,b1,blue,Xidmət 3,Service 3,F1,5
2022,g1,green,Xidmət 4,Service 4,,0
2023,r1,red,Xidmət 1,Service 1,F1,11
2023,r2,red,Xidmət 2,Service 2,F2,22
2023,b1,blue,Xidmət 3,Service 3,F1,7
2023,g1,green,Xidmət 4,Service 4,,3
""",
    "announced.csv": """\
edition_year,level,unit_id,node_id,scope,score_percent,rank,decimals,source
2023,organisation,red,total,first,61.5,1,2,a page
2023,service,r1,total,all,60,2,1,a page
""",
    "assumptions.csv": """\
assumption_id,key,value,alternatives,active,why,unknown
means,aggregation,arithmetic,"[""geometric""]",yes,No source names it.,U5
""",
}
ITEMS = {2022: ("old", "shared"), 2023: ("new", "shared", "days", "users")}
SERVICES = ("r1", "r2", "b1", "g1")
NASTY = (
    "", " ", "0", "-1", "1.2", "1,5", "1e999", "-1e308", "1e308", "1e-320", "nan", "NaN", "inf",
    "NA",
    "None", "null", "20233", "2023.0", "2023.5", "0x10", "1_000", "٣", "²", "99999999999999999999",
    "../x", "..", "/etc/passwd", "=cmd|'/c calc'!A1", "<script>", "a b", "x\ny", '"', "'", ";", ",",
    "\t", "\\", "\0", "\ufeff", "\u200b", "\u202e", "ə", "e\u0301", "\u0130", "\U0001f600",
    "%s {0} {name}", "$x_1$", "total", "shared", "red", "r1", "rank", "unit_id", "all", "power:0.5",
    "power:", "power:1e5", "power:..", "power:-", "power:0", "scored", "not_answered",
    "not_applicable", "[]", "{}", "[1", "x" * 300, "yes", "no", "1", "2", "minmax", "zscore",
    "percentile_rank", "distance_to_max", "goalposts", "geometric", "harmonic", "power:-300",
    "power:300", "con", "-", "2022", "2023",
)  # fmt: skip
TOML_VALUES = (
    "1", "-1", "0", "1.5", "inf", "nan", "-inf", "true", '""', '"x"', '"../x"', "[]", "[0, 1]",
    "[1, 0]", "[nan, 1]", "[[1]]", "{}", "{a = 1}", "{0 = 16}", "{0 = true}", "1979-05-27",
    "07:32:00", "99999999999999999999999", '"zero"', '"weighted"', '"pooled"', '"name_en"',
    '"power:2"', '"power:1e9"', '"rounded"', '"dense"', '"average"', '["a", 1]', '"""', "1e400",
    '"goalposts"', '"zscore"', '"rank"', '"percentile_rank"', '"distance_to_max"', '"minmax"',
    "1" + "0" * 400, "9" * 5000, "[" * 2000,
    "1e-9", "0x1F", "'\\'", '"\\ud800"', "[0, 1e308]", "[-1e308, 1e308]", "15", "1_0",
)  # fmt: skip
TYPES: tuple[Callable[[Any], Any], ...] = (
    str, repr, lambda _: None, lambda cell: [cell], lambda cell: {"a": cell}, lambda _: True,
    lambda _: b"\xff\xfe", lambda _: 2**62, lambda _: float("nan"), lambda _: float("inf"),
    lambda _: np.datetime64("2023-01-01", "us").item(), lambda cell: str(cell).encode(),
    lambda cell: f" {cell} ", lambda _: 0, lambda _: 1, lambda _: -0.0, lambda _: 1e308,
    lambda _: 5e-324,
)  # fmt: skip


def write_dataset(folder: Path) -> None:
    """A valid dataset: 2 editions with a method each, 3 organisations, 4 services, 24 answers."""
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    answers = [
        {"edition_year": year, "service_id": service, "item_id": item, "status": "scored",
         "value": {"days": 12.0, "users": 10.0}.get(item, 0.25) * (1 + place % 3)}
        for year in ITEMS for place, service in enumerate(SERVICES) for item in ITEMS[year]
    ]  # fmt: skip
    answers[1] |= {"status": "not_answered", "value": None}
    answers[9] |= {"status": "not_applicable", "value": None}
    pq.write_table(pa.Table.from_pylist(answers), folder / "assessments.parquet")
    seen = [{**row, "evaluator_id": one} for row in answers[:6] for one in ("e1", "e2")]
    pq.write_table(pa.Table.from_pylist(seen), folder / "evaluations.parquet")


def damage(folder: Path, chance: random.Random) -> None:
    """Change between one and four things in one file of a dataset, or in any."""
    only = chance.choice(sorted(folder.iterdir())) if chance.random() < 0.5 else None
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        files = sorted(path for path in folder.iterdir() if path.is_file())
        path = only if only in files else chance.choice(files)
        kinds = {".csv": damage_csv, ".toml": damage_toml, ".parquet": damage_parquet}
        if chance.random() < 0.2:
            damage_bytes(path, files, chance)
        else:
            kinds[path.suffix](path, chance)


def damage_bytes(path: Path, files: list[Path], chance: random.Random) -> None:
    """Flip, cut, insert or repeat bytes; put another file, nothing or a folder in the place."""
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content) + 1)
    way = chance.randrange(8)
    if way == 0:
        for _ in range(chance.choice((1, 2, 8))):
            place = chance.randrange(max(len(content), 1))
            content[place : place + 1] = bytes([chance.randrange(256)])
    elif way == 1:
        del content[at:]
    elif way == 2:
        content[at:at] = chance.randbytes(chance.choice((1, 4, 64)))
    elif way == 3:
        content[at:at] = chance.choice(NASTY).encode("utf-8", "surrogatepass")
    elif way == 4:
        content += content[at:]
    elif way == 5:
        content = bytearray(chance.choice(files).read_bytes())
    elif way == 6:
        codec = chance.choice(("utf-16", "cp1251", "utf-8-sig", "latin-1"))
        content = bytearray(bytes(content).decode("latin-1").encode(codec, "replace"))
    else:
        del content[at : at + chance.choice((1, 3, 40))]
    if chance.random() < 0.03:
        path.unlink()
        if chance.random() < 0.5:
            path.mkdir()
        return
    path.write_bytes(content)


def damage_csv(path: Path, chance: random.Random) -> None:
    """Swap or replace cells; cut, repeat or move rows and columns; rename a column."""
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = [line.split(",") for line in text.splitlines()] or [[""]]
    row = chance.choice(rows[1:] or rows)
    place = chance.randrange(len(row))
    way = chance.randrange(9)
    if way <= 2:
        value = chance.choice(NASTY)
        row[place] = f'"{value}"' if chance.random() < 0.3 else value
    elif way == 3:
        other = chance.choice(rows)
        there = chance.randrange(len(other))
        row[place], other[there] = other[there], row[place]
    elif way == 4:
        rows.remove(row)
    elif way == 5:
        rows.insert(chance.randrange(len(rows) + 1), list(row))
    elif way == 6:
        rows[0][chance.randrange(len(rows[0]))] = chance.choice((*NASTY, *rows[0]))
    elif way == 7:
        for one in rows:
            del one[place : place + 1]
    else:
        column = chance.randrange(len(rows[0]))
        value = chance.choice(NASTY)
        for one in rows[1:]:
            one[column : column + 1] = [value]
    glue = "," if chance.random() < 0.97 else chance.choice((";", "\t"))
    end = chance.choice(("\n", "\n", "\n", "\r\n", "\r"))
    lines = [glue.join(one) for one in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(end.join(lines) + end)


def damage_toml(path: Path, chance: random.Random) -> None:
    """Cut, repeat, move or rename a line; give a key another value."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    place = chance.randrange(len(lines))
    key, _, value = lines[place].partition(" = ")
    way = chance.randrange(7)
    if way <= 2:
        lines[place] = f"{key} = {chance.choice(TOML_VALUES)}"
    elif way == 3:
        del lines[place]
    elif way == 4:
        lines.insert(chance.randrange(len(lines)), lines[place])
    elif way == 5:
        lines[place] = f"{chance.choice(('x', 'steps', 'na', 'round', 'columns', 'id'))} = {value}"
    else:
        lines.append(f"{chance.choice(('extra', 'na', 'columns', 'steps'))} = "
                     f"{chance.choice(TOML_VALUES)}")  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def damage_parquet(path: Path, chance: random.Random) -> None:
    """Change cells, types, rows or columns of a parquet file."""
    try:
        table = pq.read_table(io.BytesIO(path.read_bytes()))
        columns = {name: table[place].to_pylist() for place, name in enumerate(table.column_names)}
    except Exception:  # damaged before
        damage_bytes(path, [path], chance)
        return
    if not columns or not table.num_rows:
        return
    name = chance.choice(list(columns))
    row = chance.randrange(table.num_rows)
    way = chance.randrange(9)
    if way <= 1:
        columns[name][row] = chance.choice((*NASTY, 0.5, 1.0, 0, None))
        columns[name] = _one_type(columns[name], chance)
    elif way == 2:
        change = chance.choice(TYPES)
        columns[name] = [change(cell) for cell in columns[name]]
    elif way == 3:
        del columns[name]
    elif way == 4:
        columns[chance.choice((*NASTY, *columns))] = columns.pop(name)
    elif way == 5:
        for cells in columns.values():
            del cells[row:]
    elif way == 6:
        for cells in columns.values():
            cells.append(cells[row])
    elif way == 7:
        value = chance.choice((*NASTY, 0.0, 1.0, 0.5, 7, True))
        columns[name] = [value] * table.num_rows
    try:
        made = pa.table(columns)
        if way == 8:
            made = made.append_column(chance.choice(list(columns)), made[name])
        pq.write_table(made, path)
    except (pa.ArrowException, ValueError, TypeError, UnicodeError, OverflowError):
        return


def _one_type(cells: list[Any], chance: random.Random) -> list[Any]:
    """Cells that arrow takes as one column: all text, or numbers where all are."""
    if len({type(cell) for cell in cells if cell is not None}) <= 1 and chance.random() < 0.5:
        return cells
    return [None if cell is None else str(cell) for cell in cells]


def run_case(folder: Path) -> str:
    """`refused`, `scored` or `not scored`; anything but a refusal is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            data, problems = examine_dataset(str(folder))
            problems = [*problems, *examine_methods(data)]
            refuse(DataError, problems)
        except AsanAnalysisError as error:
            assert len(str(error)) < LONGEST_MESSAGE, "a message without end"
            assert all(map(str.isprintable, str(error).split("\n"))), (
                "a message with control letters"
            )
            return "refused"
        assert not describe(problems)
        try:
            score_all(data)
        except AsanAnalysisError:
            return "not scored"
    return "scored"


def score_all(data: Dataset) -> None:
    """Score every edition of a dataset in every way that a report does."""
    for year in data.editions["edition_year"]:
        one, edition = select_edition(data, int(year))
        if one.assessments.empty:
            continue
        tree, rules = find_method(one, edition)
        answers = (one.assessments, one.services, tree, rules)
        services = score_services(*answers)
        scores = score_organisations(*answers)
        categories = score_categories(scores, one.organisations)
        for frame in (services, scores, categories):
            assert not np.isinf(frame["score_percent"]).any(), "an infinite score"
        rank_organisations(scores, one.organisations, tree, rules, decimals=data.about["decimals"],
                           min_services=data.about["min_services"])  # fmt: skip
        contribute_organisations(*answers)
        count_answers(one, tree)
    if not data.assessments.empty:
        cover_editions(data)
        rank_editions(data, score_editions(data))


def remember_tables() -> None:
    """Read the tables that no case has damaged once; reading them takes most of the time."""
    plain = datasets._read_table
    kept: dict[tuple[str, bytes], Any] = {}

    def read(path: Path, contract: Any, problems: list[Any], *, required: bool) -> Any:
        key = (path.name, path.read_bytes()) if os.path.isfile(path) else ("", b"")
        if key in kept:
            return kept[key]
        table = plain(path, contract, problems, required=required)
        if filling:
            kept[key] = table
        return table

    datasets._read_table = read
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        filling = True
        write_dataset(Path(place))
        assert run_case(Path(place)) == "scored"
        filling = False


def make_case(seed: int, number: int, folder: Path) -> None:
    """The damaged dataset of a case."""
    write_dataset(folder)
    damage(folder, random.Random(f"{seed}/{number}"))


def place_of(error: BaseException) -> str:
    """Type, message and the innermost line of the library."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if "asan_analysis" in one.filename or "fuzz" in one.filename]
    lines = str(error).splitlines() or [""]
    at = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
    return f"{type(error).__name__} at {at}: {lines[0][:120]}"


def fuzz(seconds: float, seed: int) -> int:
    """Run cases for a while; the number of distinct findings."""
    counts: dict[str, int] = {"refused": 0, "scored": 0, "not scored": 0}
    findings: dict[str, int] = {}
    remember_tables()
    end, number = monotonic() + seconds, 0
    while monotonic() < end:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
            make_case(seed, number, Path(place))
            try:
                counts[run_case(Path(place))] += 1
            except Exception as error:
                told = place_of(error)
                if told.partition(": ")[0] not in {one.partition(": ")[0] for one in findings}:
                    print(f"case {number}: {told}", flush=True)
                findings.setdefault(told, number)
        number += 1
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"seed {seed}: {number} cases in {seconds:g} s; {told}; "
          f"{len(findings)} findings")  # fmt: skip
    return len(findings)


def main() -> int:
    """Run for a while, or repeat one case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="repeat this case of the seed")
    options = parser.parse_args()
    if options.case is None:
        return 1 if fuzz(options.seconds, options.seed) else 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        make_case(options.seed, options.case, Path(place))
        print(run_case(Path(place)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
