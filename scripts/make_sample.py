"""Make the sample: invented bodies in the shape of the index, with planted truth.

The model, on the probit scale, for service s of body b, item i of parameter p, edition t:

    latent = ability[b, t] + quality[s, t] + profile[b, p] + drivers[s, t] - difficulty[i] + noise

An item with k steps has k cut points; the answer is the share of cut points below the latent.
Ability is a random walk with a common drift, one shock and a ceiling. Noise follows AR(1) over the
editions, so an answer mostly stays what it was. All numbers of the model are fixed here, before
any analysis, and stand in `truth.json`. What a person wrote (frameworks, rules, dataset.toml, and
the words under `raw/`) is read; everything else in the folder is written by this script.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from asan_analysis.data.contracts import CATEGORIES, FRAMEWORK
from asan_analysis.data.published import Published, announced_coverage, load_published
from asan_analysis.data.tables import read_csv, write_csv

SEED = 262
FOLDER = Path(__file__).resolve().parents[1] / "data" / "asan_sample"
SMALLEST, LARGEST = 3, 30  # services of a body
NEW_METHOD = 2022  # first edition under the second framework

MODEL: dict[str, Any] = {
    "scale": "probit",
    "start_mean": {"central": -0.10, "local": -0.35, "legal_entity": 0.05},
    "start_sd": 0.45,
    "drift": 0.22,  # added to every body at every edition
    "late_start": 0.70,  # share of the drift so far that a body has when it enters later
    "walk_sd": 0.15,
    "shock": {"edition_year": 2020, "size": -0.40},  # on every body, and it stays
    "ceiling": 2.0,
    "quality_sd": 0.35,
    "improvement": {"chance": 0.06, "size": 0.45},  # of a service at an edition
    "profile_sd": 0.35,
    "difficulty_sd": 0.80,
    "difficulty_mean": {"P1": -0.40, "P2": -0.10, "P3": 0.00, "P4": 0.35, "P5": 0.10, "P6": 0.10,
                        "P7": 0.45},
    "extreme_items": {"count": 3, "difficulty": 4.5},  # hardly ever met, as many nearly always
    "noise_ar": 0.90,
    "cut_points": {"1": [0.0], "2": [-0.4, 0.4], "4": [-0.6, -0.2, 0.2, 0.6]},
    "drivers": {"channel": {"in_person": 0.0, "mixed": 0.15, "electronic": 0.35},
                "documents": -0.05},  # per document asked
    "no_drivers": ["fee", "audience", "term_days", "annual_users"],
    "repeats": {"online_application": "an answer above one half to the item it names"},
    "not_applicable": {"K-1.2": 0.30, "K-2.2": 0.30, "others": 0.065},
    "not_answered": {"shape": [1.5, 48.5]},  # beta distribution over bodies, mean 0.03
}  # fmt: skip
SERVICES: dict[str, Any] = {
    "size_sd": 0.45,  # of the logarithm
    "replaced": 0.05,  # share of a body's services that leave and are replaced at an edition
    "moved": 3,  # services that change owner inside their category at an edition
    "swaps": {2020: 1, 2022: 1, 2024: 1},  # central bodies that leave while another enters
    "duplicates": 0.09,  # chance that a new service repeats one that is there
    "family_hidden": 0.20,  # share of services whose family_id is left empty
}
AGREEMENT: dict[str, Any] = {
    "from_edition": 2021,
    "share_of_services": 0.15,
    "deviation": {"P5": 0.15, "others": 0.04},  # chance that an evaluator is one step off
    "unclear_item": {"first_item_of": "K-7.1", "deviation": 0.30},
    "severe_evaluator": {"evaluator_id": "E07", "chance": 0.12},  # one step lower
    "status_deviation": 0.01,  # "not applicable" where the decision is a score
    "evaluators": 12,
}
REPEATED_ITEM_OF = "K-2.1"  # online_application repeats the first item of this criterion
# One stream of chance for each part, so that a change of one leaves the draws of the others.
STREAMS = ("world", "attributes", "abilities", "items", "profiles", "noise", "applies", "answered",
           "silence", "evaluations", "families")  # fmt: skip


@dataclass
class Service:
    """One service over its life."""

    service_id: str
    family_id: str
    name_az: str
    name_en: str
    electronic: str
    owner: dict[int, str] = field(default_factory=dict)


@dataclass
class World:
    """Bodies and services over all editions, and what was planted among them."""

    rng: np.random.Generator
    words: dict[str, pd.DataFrame]
    bodies: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)
    mergers: list[dict[str, Any]] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)


# Coverage


def plan_coverage(facts: Published) -> pd.DataFrame:
    """Bodies and services by edition and category, and what each figure rests on.

    Published figures are taken as they are. A gap between two of them is interpolated, one after
    the last is carried forward, one before the first carried back. A category that the printed
    total leaves no room for was not evaluated and has no row.
    """
    printed = announced_coverage(facts).set_index(["edition_year", "category"])
    years = [int(year) for year in facts.editions["edition_year"]]
    rows = []
    for category in CATEGORIES:
        for figure in ("organisations", "services"):
            known = printed[figure].xs(category, level="category").reindex(years)
            filled = known.astype("Float64").interpolate(limit_area="inside").ffill().bfill()
            filled = np.floor(filled + 0.5)
            basis = {year: _basis(known, year) for year in years}
            rows += [
                (year, category, figure, int(filled[year]), basis[year])
                for year in years
                if not _has_no_room(printed["services"].get(year), category)
            ]
    columns = ["edition_year", "category", "figure", "value", "basis"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["edition_year", "category"], kind="stable", ignore_index=True
    )


def _basis(known: pd.Series, year: int) -> str:
    """What a figure of an edition rests on, from the figures that are printed."""
    if pd.notna(known[year]):
        return "published"
    if year < known.first_valid_index():
        return "carried back"
    return "carried forward" if year > known.last_valid_index() else "interpolated"


def _has_no_room(printed: pd.Series | None, category: str) -> bool:
    """Whether the printed categories of an edition add up to its total without this one."""
    if printed is None or "all" not in printed or pd.notna(printed.get(category)):
        return False
    return bool(printed.drop("all").sum() == printed["all"])


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Whole numbers near weights that add up to the total, each within the bounds of a body."""
    low, high = 0.0, total * LARGEST / weights.min()
    for _ in range(200):
        middle = (low + high) / 2
        bounded = np.clip(weights * middle, SMALLEST, LARGEST)
        low, high = (middle, high) if bounded.sum() < total else (low, middle)
    sizes = np.floor(bounded).astype(int)
    rest = np.argsort(-(bounded - sizes), kind="stable")
    while sizes.sum() != total:
        step = 1 if sizes.sum() < total else -1
        place = next(one for one in rest if SMALLEST <= sizes[one] + step <= LARGEST)
        sizes[place] += step
        rest = np.roll(rest, -1)
    return sizes


# Bodies and services


def make_world(coverage: pd.DataFrame, words: dict[str, pd.DataFrame], rng: Any) -> World:
    """Let bodies and services enter, merge, move and leave, edition by edition."""
    world = World(rng, words)
    draws = rng.standard_normal(len(words["bodies"]))
    size = pd.Series(np.exp(SERVICES["size_sd"] * draws), words["bodies"]["organisation_id"])
    target = coverage.pivot(index=["edition_year", "category"], columns="figure", values="value")
    years = [int(year) for year in coverage["edition_year"].unique()]
    waiting = {
        str(category): rows["organisation_id"].iloc[rng.permutation(len(rows))].tolist()
        for category, rows in words["bodies"].groupby("category")
    }
    for place, year in enumerate(years):
        before = years[place - 1] if place else None
        world.bodies[year] = {}
        for category in CATEGORIES:
            if (year, category) not in target.index:
                continue
            wanted = target.loc[(year, category)]
            bodies = _next_bodies(
                world, year, before, category, int(wanted["organisations"]), waiting[category]
            )
            world.bodies[year][category] = bodies
            sizes = apportion(int(wanted["services"]), size[bodies].to_numpy())
            _next_services(
                world, year, before, category, dict(zip(bodies, sizes.tolist(), strict=True))
            )
    return world


def _next_bodies(
    world: World, year: int, before: int | None, category: str, wanted: int, waiting: list[str]
) -> list[str]:
    """The bodies of a category at an edition; half of those that leave merge into others."""
    bodies = list(world.bodies.get(before or 0, {}).get(category, []))
    swaps = SERVICES["swaps"].get(year, 0) if category == "central" else 0
    leaving = [
        bodies[place]
        for place in world.rng.permutation(len(bodies))[: max(len(bodies) - wanted, 0) + swaps]
    ]
    staying = [body for body in bodies if body not in leaving]
    for number, body in enumerate(leaving):
        if number % 2 == 0:
            successor = staying[int(world.rng.integers(len(staying)))]
            world.mergers.append(
                {"organisation_id": body, "successor": successor, "last_edition": before,
                 "first_edition_merged": year}
            )  # fmt: skip
    entering = [waiting.pop(0) for _ in range(wanted - len(staying))]
    return staying + entering


def _next_services(
    world: World, year: int, before: int | None, category: str, sizes: dict[str, int]
) -> None:
    """The services of a category at an edition: merged, moved, dropped, replaced, added."""
    rng = world.rng
    merged = {
        row["organisation_id"]: row["successor"]
        for row in world.mergers
        if row["first_edition_merged"] == year
    }
    held: dict[str, list[Service]] = {body: [] for body in sizes}
    for service in world.services:
        owner = service.owner.get(before or 0)
        owner = merged.get(owner, owner) if owner else None
        if owner in held:
            held[owner].append(service)
    if before:
        _move_services(held, rng)
    for body, size in sizes.items():
        own = held[body]
        leave = max(len(own) - size, 0) + int(rng.binomial(size, SERVICES["replaced"]))
        keep = sorted(rng.permutation(len(own))[leave:].tolist())
        for place in keep:
            own[place].owner[year] = body
    for body, size in sizes.items():
        present = sum(service.owner.get(year) == body for service in world.services)
        for _ in range(size - present):
            _add_service(world, year, body, category)


def _move_services(held: dict[str, list[Service]], rng: Any) -> None:
    """A few services change their owner, each to a body that does not give its like yet."""
    for _ in range(SERVICES["moved"]):
        bodies = sorted(body for body in held if len(held[body]) > SMALLEST)
        giver = bodies[int(rng.integers(len(bodies)))] if bodies else ""
        takers = sorted(set(held) - {giver})
        if not giver or not takers:
            return
        taker = takers[int(rng.integers(len(takers)))]
        own, given = held[giver], {service.name_en for service in held[taker]}
        start = int(rng.integers(len(own)))
        free = [one for one in own[start:] + own[:start] if one.name_en not in given]
        if free:
            own.remove(free[0])
            held[taker].append(free[0])


def _add_service(world: World, year: int, body: str, category: str) -> None:
    """A new service of a body: one more kind it does not give yet, or a planted duplicate."""
    number = f"S{len(world.services) + 1:04d}"
    there = [service for service in world.services if year in service.owner]
    if there and world.rng.random() < SERVICES["duplicates"]:
        service = _duplicate(world, number, year, body, category, there)
        if service:
            world.services.append(service)
            return
    taken = {service.name_en for service in there if service.owner[year] == body}
    options = [row for row in _options(world, body, category) if row["name_en"] not in taken]
    former = {service.name_en for service in world.services if body in service.owner.values()}
    fresh = [row for row in options if row["name_en"] not in former] or options
    row = fresh[int(world.rng.integers(len(fresh)))]
    world.services.append(
        Service(number, row["family_id"], row["name_az"], row["name_en"], row["electronic"],
                {year: body})
    )  # fmt: skip


def _options(world: World, body: str, category: str) -> list[dict[str, str]]:
    """Every service a body could give, with its rewording."""
    actions = world.words["actions"]
    if category == "local":
        return actions[actions["scope"] == "local"].to_dict("records")
    objects = world.words["objects"]
    rows = []
    for thing in objects[objects["organisation_id"] == body].to_dict("records"):
        for action in actions[actions["scope"] == "body"].to_dict("records"):
            az = {"nom": thing["object_az"], "gen": thing["object_gen_az"]}
            rows.append(
                {
                    **action,
                    "name_az": _capital(action["name_az"].format(**az)),
                    "reworded_az": _capital(action["reworded_az"].format(**az)),
                    "name_en": action["name_en"].format(object=thing["object_en"]),
                    "reworded_en": action["reworded_en"].format(object=thing["object_en"]),
                }
            )
    return rows


def _capital(text: str) -> str:
    """The first letter as a capital, in Azerbaijani spelling."""
    return {"i": "İ", "ı": "I"}.get(text[0], text[0].upper()) + text[1:]


def _duplicate(
    world: World, number: str, year: int, body: str, category: str, there: list[Service]
) -> Service | None:
    """A service that repeats another: in other words, with a slip, or at another body."""
    own = [service for service in there if service.owner[year] == body]
    kind = ("reworded", "misspelt", "other_body")[int(world.rng.integers(3))]
    others = [
        service for service in there
        if service not in own and service.owner[year] in world.bodies[year].get(category, [])
    ]  # fmt: skip
    pool = others if kind == "other_body" else own
    pool = [one for one in pool if one.family_id.startswith("F")]
    if not pool:
        return None
    first = pool[int(world.rng.integers(len(pool)))]
    az, en = first.name_az, first.name_en
    if kind == "reworded":
        rows = [row for row in _options(world, body, category) if row["name_en"] == en]
        if not rows:
            return None
        az, en = rows[0]["reworded_az"], rows[0]["reworded_en"]
    if kind == "misspelt":
        az, en = _misspell(az, world.rng), _misspell(en, world.rng)
    if en in {service.name_en for service in own}:
        return None
    world.duplicates.append(
        {"service_id": number, "of": first.service_id, "kind": kind, "first_edition": year}
    )
    return Service(number, first.family_id, az, en, first.electronic, {year: body})


def _misspell(text: str, rng: Any) -> str:
    """Two neighbouring letters inside a word change places, or one is lost."""
    inside = [
        place for place in range(1, len(text) - 2)
        if text[place - 1 : place + 2].isalpha() and text[place] != text[place + 1]
    ]  # fmt: skip
    place = inside[int(rng.integers(len(inside)))]
    if rng.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


# Attributes, abilities, answers


def draw_attributes(world: World, years: list[int], rng: Any) -> pd.DataFrame:
    """Attributes of every service at every edition it is in, and its quality.

    An improvement raises quality, and every second one moves the service one channel up.
    """
    channels = ("in_person", "mixed", "electronic")
    start = {"low": (0.60, 0.90), "medium": (0.35, 0.75), "high": (0.15, 0.50)}
    step = MODEL["improvement"]
    rows = []
    for service in world.services:
        low, high = start[service.electronic]
        draw = rng.random()
        channel = int(draw > low) + int(draw > high)
        quality = round(MODEL["quality_sd"] * float(rng.standard_normal()), 6)
        documents = int(min(rng.poisson(3.0), 9))
        fee = "yes" if rng.random() < 0.45 else "no"
        audience = ("citizen", "business", "both")[int(rng.integers(3))]
        term = int((1, 3, 5, 10, 15, 20, 30)[int(rng.integers(7))])
        users = float(np.exp(6.0 + 1.4 * rng.standard_normal()))
        for year in years:
            improved = bool(rng.random() < step["chance"]) and min(service.owner) < year
            up = bool(rng.random() < 0.5)
            growth = float(np.exp(0.1 * rng.standard_normal()))
            users *= growth
            if improved:
                quality = round(quality + step["size"], 6)
                channel = min(channel + int(up), 2)
            if year in service.owner:
                rows.append(
                    {"edition_year": year, "service_id": service.service_id,
                     "organisation_id": service.owner[year], "name_az": service.name_az,
                     "name_en": service.name_en, "family_id": service.family_id,
                     "channel": channels[channel], "documents": documents, "fee": fee,
                     "audience": audience, "term_days": term,
                     "annual_users": max(int(users), 1), "quality": quality,
                     "improved": improved}
                )  # fmt: skip
    table = pd.DataFrame(rows)
    return table.sort_values(["edition_year", "service_id"], ignore_index=True)


def draw_abilities(world: World, years: list[int], rng: Any) -> pd.DataFrame:
    """Ability of every body at every edition it is in: edition_year, organisation_id, ability."""
    rows = []
    last: dict[str, float] = {}
    for place, year in enumerate(years):
        shock = MODEL["shock"]["size"] if year == MODEL["shock"]["edition_year"] else 0.0
        shock_so_far = MODEL["shock"]["size"] if year >= MODEL["shock"]["edition_year"] else 0.0
        for category, bodies in world.bodies[year].items():
            for body in bodies:
                if body in last:
                    ability = last[body] + MODEL["drift"] + shock
                    ability += MODEL["walk_sd"] * float(rng.standard_normal())
                else:
                    ability = MODEL["start_mean"][category] + shock_so_far
                    ability += MODEL["late_start"] * MODEL["drift"] * place
                    ability += MODEL["start_sd"] * float(rng.standard_normal())
                last[body] = round(min(ability, MODEL["ceiling"]), 6)
                rows.append((year, body, last[body]))
    return pd.DataFrame(rows, columns=["edition_year", "organisation_id", "ability"])


def number_items(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Items of both frameworks: item (id under the first, or the new id), parameter, criterion."""
    rows = {}
    for frame in (first, second):
        parent = frame.set_index("node_id")["parent_id"]
        for row in frame[frame["steps"] != ""].to_dict("records"):
            item = row["replaces"] or row["node_id"]
            criterion = row["parent_id"]
            rows.setdefault(item, (item, parent[criterion], criterion, int(row["steps"])))
    return pd.DataFrame(rows.values(), columns=["item", "parameter", "criterion", "steps"])


def draw_items(items: pd.DataFrame, rng: Any) -> pd.DataFrame:
    """Difficulty of every item and the chance that it does not apply to a service."""
    mean = items["parameter"].map(MODEL["difficulty_mean"]).to_numpy()
    difficulty = mean + MODEL["difficulty_sd"] * rng.standard_normal(len(items))
    extreme = MODEL["extreme_items"]
    yes_no = np.flatnonzero(items["steps"].to_numpy() == 1)
    chosen = rng.permutation(yes_no)[: 2 * extreme["count"]]
    difficulty[chosen[: extreme["count"]]] = extreme["difficulty"]
    difficulty[chosen[extreme["count"] :]] = -extreme["difficulty"]
    chances = MODEL["not_applicable"]
    chance = [chances.get(criterion, chances["others"]) for criterion in items["criterion"]]
    return items.assign(difficulty=np.round(difficulty, 6), not_applicable=chance)


def draw_profiles(world: World, rng: Any) -> pd.DataFrame:
    """How much better or worse each body is at each parameter than its ability says."""
    bodies = world.words["bodies"]["organisation_id"]
    parameters = list(MODEL["difficulty_mean"])
    draws = MODEL["profile_sd"] * rng.standard_normal((len(bodies), len(parameters)))
    return pd.DataFrame(np.round(draws, 6), index=bodies, columns=parameters)


def draw_silence(profiles: pd.DataFrame, rng: Any) -> pd.Series:
    """The chance that an item is not answered, by body."""
    alpha, beta = MODEL["not_answered"]["shape"]
    return pd.Series(np.round(rng.beta(alpha, beta, len(profiles)), 6), index=profiles.index)


def draw_answers(
    world: World,
    services: pd.DataFrame,
    abilities: pd.DataFrame,
    profiles: pd.DataFrame,
    silence: pd.Series,
    items: pd.DataFrame,
    rng: dict[str, np.random.Generator],
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Status and value of every service (rows) and item (columns) by edition."""
    ids = [service.service_id for service in world.services]
    place = {service: row for row, service in enumerate(ids)}
    shape = (len(ids), len(items))
    applies = rng["applies"].random(shape) >= items["not_applicable"].to_numpy()
    noise = rng["noise"].standard_normal(shape)
    memory = MODEL["noise_ar"]
    drivers = MODEL["drivers"]
    found = {}
    for year, rows in services.groupby("edition_year"):
        fresh = rng["noise"].standard_normal(shape)
        noise = memory * noise + np.sqrt(1 - memory**2) * fresh
        unanswered = rng["answered"].random(shape)
        at = [place[service] for service in rows["service_id"]]
        ability = abilities[abilities["edition_year"] == year].set_index("organisation_id")
        bodies = rows["organisation_id"]
        base = (
            ability["ability"].reindex(bodies).to_numpy()
            + rows["quality"].to_numpy()
            + rows["channel"].map(drivers["channel"]).to_numpy()
            + drivers["documents"] * rows["documents"].to_numpy()
        )
        profile = profiles.loc[bodies, items["parameter"]].to_numpy()
        latent = base[:, None] + profile - items["difficulty"].to_numpy() + noise[at]
        value = np.zeros_like(latent)
        for steps, cuts in MODEL["cut_points"].items():
            own = items["steps"].to_numpy() == int(steps)
            met = (latent[:, own, None] > np.array(cuts)).sum(axis=2)
            value[:, own] = met / int(steps)
        status = np.where(applies[at], "scored", "not_applicable")
        silent = unanswered[at] < bodies.map(silence).to_numpy()[:, None]
        status[(status == "scored") & silent] = "not_answered"
        found[int(year)] = (status, value)
    return found


# Tables


ANSWER = [("edition_year", pa.int16()), ("service_id", pa.string()), ("item_id", pa.string())]
RESULT = [("status", pa.string()), ("value", pa.float64())]
ASSESSMENTS = pa.schema([*ANSWER, *RESULT])
EVALUATIONS = pa.schema([*ANSWER, ("evaluator_id", pa.string()), *RESULT])


def item_columns(framework: pd.DataFrame, items: pd.DataFrame) -> tuple[list[str], list[int]]:
    """Ids of a framework's items in file order, and their columns in the drawn answers."""
    own = framework[framework["steps"] != ""]
    place = {item: column for column, item in enumerate(items["item"])}
    columns = [place[row.replaces or row.node_id] for row in own.itertuples()]
    return own["node_id"].tolist(), columns


def long_answers(
    services: pd.DataFrame,
    answers: dict[int, tuple[np.ndarray, np.ndarray]],
    frameworks: dict[int, pd.DataFrame],
    items: pd.DataFrame,
) -> pd.DataFrame:
    """The answers of all editions, a row for each service and item of its framework."""
    parts = []
    for year, rows in services.groupby("edition_year"):
        names, columns = item_columns(frameworks[int(year)], items)
        status, value = (table[:, columns] for table in answers[int(year)])
        parts.append(
            pd.DataFrame(
                {
                    "edition_year": int(year),
                    "service_id": np.repeat(rows["service_id"].to_numpy(), len(names)),
                    "item_id": np.tile(names, len(rows)),
                    "status": status.ravel(),
                    "value": np.where(status == "scored", value, np.nan).ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def draw_evaluations(
    assessments: pd.DataFrame, steps: dict[str, int], parameter: dict[str, str], unclear: set[str],
    rng: Any,
) -> pd.DataFrame:  # fmt: skip
    """Two independent readings of some services, each off the decision by a step at times."""
    recent = assessments[assessments["edition_year"] >= AGREEMENT["from_edition"]]
    pairs = recent[["edition_year", "service_id"]].drop_duplicates()
    pairs = pairs[rng.random(len(pairs)) < AGREEMENT["share_of_services"]]
    people = [f"E{number:02d}" for number in range(1, AGREEMENT["evaluators"] + 1)]
    first = rng.integers(len(people), size=len(pairs))
    second = (first + rng.integers(1, len(people), size=len(pairs))) % len(people)
    double = recent.merge(
        pairs.assign(first=first, second=second), on=["edition_year", "service_id"],
        validate="many_to_one",
    )  # fmt: skip
    readings = [
        _read_again(double, np.array(people)[double[who]], steps, parameter, unclear, rng)
        for who in ("first", "second")
    ]
    table = pd.concat(readings, ignore_index=True)
    return table.sort_values(
        ["edition_year", "service_id", "item_id", "evaluator_id"], ignore_index=True
    )


def _read_again(
    rows: pd.DataFrame, evaluator: np.ndarray, steps: dict[str, int], parameter: dict[str, str],
    unclear: set[str], rng: Any,
) -> pd.DataFrame:  # fmt: skip
    """One evaluator's reading of each row."""
    chances = AGREEMENT["deviation"]
    chance = rows["item_id"].map(parameter).map(lambda one: chances.get(one, chances["others"]))
    chance = chance.mask(rows["item_id"].isin(unclear), AGREEMENT["unclear_item"]["deviation"])
    step = (1 / rows["item_id"].map(steps)).to_numpy()
    value = rows["value"].to_numpy()
    off = rng.random(len(rows)) < chance.to_numpy()
    up = rng.random(len(rows)) < 0.5
    up = np.where(value == 0, True, np.where(value == 1, False, up))
    value = value + np.where(off, np.where(up, step, -step), 0.0)
    severe = AGREEMENT["severe_evaluator"]
    strict = (evaluator == severe["evaluator_id"]) & (rng.random(len(rows)) < severe["chance"])
    value = np.clip(value - np.where(strict, step, 0.0), 0.0, 1.0)
    status = rows["status"].to_numpy()
    other = (status == "scored") & (rng.random(len(rows)) < AGREEMENT["status_deviation"])
    status = np.where(other, "not_applicable", status)
    keys = rows[["edition_year", "service_id", "item_id"]]
    return keys.assign(
        evaluator_id=evaluator, status=status, value=np.where(status == "scored", value, np.nan)
    )


def organisation_rows(world: World) -> pd.DataFrame:
    """The bodies of every edition; the last row of a merged body names its successor."""
    words = world.words["bodies"].set_index("organisation_id")
    merged = {(row["organisation_id"], row["last_edition"]): row["successor"]
              for row in world.mergers}  # fmt: skip
    rows = [
        {"edition_year": year, "organisation_id": body, "category": category,
         "name_az": words.loc[body, "name_az"], "name_en": words.loc[body, "name_en"],
         "aliases": words.loc[body, "aliases"], "successors": merged.get((body, year), "")}
        for year, categories in world.bodies.items()
        for category, bodies in categories.items()
        for body in sorted(bodies)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def service_rows(services: pd.DataFrame, assessments: pd.DataFrame, rng: Any, items: Any) -> Any:
    """The services of every edition with their attributes; some families are left out."""
    ids = services["service_id"].unique()
    hidden = ids[rng.random(len(ids)) < SERVICES["family_hidden"]]
    told = services["family_id"].mask(services["service_id"].isin(hidden), "")
    repeated = assessments[assessments["item_id"].isin(items)]
    above = repeated.assign(yes=np.where(repeated["value"] > 0.5, "yes", "no"))
    above = above[above["status"] == "scored"].set_index(["edition_year", "service_id"])["yes"]
    keys = pd.MultiIndex.from_frame(services[["edition_year", "service_id"]])
    online = above.reindex(keys).fillna("").to_numpy()
    columns = ["edition_year", "service_id", "organisation_id", "name_az", "name_en", "family_id",
               "channel", "documents", "fee", "audience", "term_days", "annual_users"]  # fmt: skip
    return services.assign(family_id=told)[columns].assign(online_application=online)


def edition_rows(facts: Published, coverage: pd.DataFrame) -> pd.DataFrame:
    """The editions with their method; `coverage_basis` says where their size comes from."""
    basis = coverage.groupby("edition_year")["basis"].agg(
        lambda found: "; ".join(dict.fromkeys(found))
    )
    table = facts.editions[["edition_year", "label_az", "label_en", "order"]].copy()
    newer = table["edition_year"] >= NEW_METHOD
    table["framework"] = np.where(newer, "framework_2022.csv", "framework_2017.csv")
    return table.assign(rules="rules.toml", coverage_basis=table["edition_year"].map(basis))


def assumption_rows(facts: Published) -> pd.DataFrame:
    """The unknowns of the method that set a rule or a weight of the sample."""
    table = facts.assumptions
    return table[table["key"].notna()]


def write_parquet(path: Path, frame: pd.DataFrame, schema: pa.Schema) -> None:
    """A frame under a fixed schema, without pandas metadata."""
    columns = {}
    for name in schema.names:
        values = frame[name].to_numpy()
        missing = np.isnan(values) if values.dtype.kind == "f" else None
        columns[name] = pa.array(values, type=schema.field(name).type, mask=missing)
    pq.write_table(pa.table(columns, schema=schema), path, compression="zstd", store_schema=False)


def tell_truth(
    world: World, coverage: pd.DataFrame, services: pd.DataFrame, abilities: pd.DataFrame,
    profiles: pd.DataFrame, silence: pd.Series, items: pd.DataFrame, change: dict[str, Any],
    unclear: list[str],
) -> dict[str, Any]:  # fmt: skip
    """Everything planted, as one table of contents for tests and readers."""
    improved = services[services["improved"]]
    by_year = abilities.pivot(index="organisation_id", columns="edition_year", values="ability")
    quality = services.groupby("service_id")["quality"].first()
    return {
        "note": "Invented bodies, services and scores. Nothing here is about a real body.",
        "model": MODEL,
        "services": SERVICES,
        "coverage": coverage.to_dict("records"),
        "ability": {
            str(body): {str(year): value for year, value in row.dropna().items()}
            for body, row in by_year.iterrows()
        },
        "profile": profiles.loc[by_year.index].to_dict("index"),
        "not_answered": silence.loc[by_year.index].to_dict(),
        "items": items.set_index("item").to_dict("index"),
        "quality_at_entry": quality.to_dict(),
        "improvements": improved[["edition_year", "service_id"]].to_dict("records"),
        "mergers": world.mergers,
        "families": {one.service_id: one.family_id for one in world.services},
        "duplicates": world.duplicates,
        "method_change": change,
        "agreement": {**AGREEMENT, "unclear_items": unclear},
    }


def compare_frameworks(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Any]:
    """Items renamed, dropped and added between two frameworks, and the weights that moved."""
    old = first.loc[first["steps"] != "", "node_id"]
    new = second[second["steps"] != ""]
    renamed = new[new["replaces"] != ""]
    kept = set(new["node_id"]) | set(renamed["replaces"])
    added = new[(new["replaces"] == "") & ~new["node_id"].isin(old)]
    weights = [
        frame[frame["parent_id"] == "index"].set_index("node_id")["weight"].to_dict()
        for frame in (first, second)
    ]
    return {
        "first_edition": NEW_METHOD,
        "renamed": dict(zip(renamed["replaces"], renamed["node_id"], strict=True)),
        "dropped": [item for item in old if item not in kept],
        "added": added["node_id"].tolist(),
        "weights_before": weights[0],
        "weights_after": weights[1],
    }


def first_items(frameworks: dict[int, pd.DataFrame], criterion: str) -> list[str]:
    """The first item of a criterion under each framework."""
    return list(
        dict.fromkeys(
            frame.loc[frame["parent_id"] == criterion, "node_id"].iloc[0]
            for frame in frameworks.values()
        )
    )


def load_framework(path: Path) -> pd.DataFrame:
    """A framework with empty cells as empty text."""
    frame = read_csv(path, FRAMEWORK)
    texts = ["steps", "replaces", "parent_id"]
    return frame.assign(**{column: frame[column].fillna("") for column in texts})


def build(output: Path, *, seed: int = SEED) -> None:
    """Write every generated file of the sample into a folder."""
    facts = load_published(FOLDER.parent / "published")
    words = {
        name: pd.read_csv(FOLDER / "raw" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("bodies", "objects", "actions")
    }
    first, second = (load_framework(FOLDER / f"framework_{year}.csv") for year in (2017, 2022))
    seeds = np.random.SeedSequence(seed).spawn(len(STREAMS))
    rng = {name: np.random.default_rng(one) for name, one in zip(STREAMS, seeds, strict=True)}
    coverage = plan_coverage(facts)
    years = [int(year) for year in facts.editions["edition_year"]]
    frameworks = {year: second if year >= NEW_METHOD else first for year in years}
    world = make_world(coverage, words, rng["world"])
    services = draw_attributes(world, years, rng["attributes"])
    abilities = draw_abilities(world, years, rng["abilities"])
    items = draw_items(number_items(first, second), rng["items"])
    profiles = draw_profiles(world, rng["profiles"])
    silence = draw_silence(profiles, rng["silence"])
    answers = draw_answers(world, services, abilities, profiles, silence, items, rng)
    assessments = long_answers(services, answers, frameworks, items)
    both = pd.concat([first, second]).drop_duplicates("node_id").set_index("node_id")
    leaves = both[both["steps"] != ""]
    parameter = leaves["parent_id"].map(both["parent_id"]).to_dict()
    unclear = first_items(frameworks, AGREEMENT["unclear_item"]["first_item_of"])
    evaluations = draw_evaluations(
        assessments,
        leaves["steps"].astype(int).to_dict(),
        parameter,
        set(unclear),
        rng["evaluations"],
    )
    repeated = first_items(frameworks, REPEATED_ITEM_OF)
    change = compare_frameworks(first, second)
    truth = tell_truth(
        world, coverage, services, abilities, profiles, silence, items, change, unclear
    )
    output.mkdir(parents=True, exist_ok=True)
    write_csv(edition_rows(facts, coverage), output / "editions.csv")
    write_csv(organisation_rows(world), output / "organisations.csv")
    write_csv(
        service_rows(services, assessments, rng["families"], repeated), output / "services.csv"
    )
    write_csv(assumption_rows(facts), output / "assumptions.csv")
    write_parquet(output / "assessments.parquet", assessments, ASSESSMENTS)
    write_parquet(output / "evaluations.parquet", evaluations, EVALUATIONS)
    text = json.dumps(
        {"seed": seed, **truth}, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False
    )
    (output / "truth.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Read the command line and build the folder."""
    parser = argparse.ArgumentParser(description="Make the sample dataset.")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
