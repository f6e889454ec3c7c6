"""Registers with planted duplicates and hard negatives: every other name is another service."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from register_names import (
    KINDS,
    Thing,
    capital,
    list_deeds,
    list_things,
    misspell,
    say,
    shorten,
    spell_plain,
    vary,
)

DISTRICTS = [
    "Nizami", "Nəsimi", "Binəqədi", "Sabunçu", "Suraxanı", "Yasamal", "Xəzər", "Xətai", "Ağdam",
    "Ağdaş", "Qax", "Qazax", "Quba", "Qusar", "Xızı", "Xaçmaz", "Şəki", "Şamaxı",
    "Şabran", "Salyan", "Samux", "Saatlı", "Sabirabad", "Lənkəran", "Lerik", "Laçın", "Kürdəmir",
    "Göyçay", "Göygöl", "Goranboy",
]  # fmt: skip

# Qualifiers of which one replaces the other: two services.
OTHERS = [
    ("hüquqi şəxslər üçün", "fiziki şəxslər üçün"),
    ("16 yaşınadək şəxslər üçün", "18 yaşınadək şəxslər üçün"),
    ("əhali qrupu üzrə", "qeyri-əhali qrupu üzrə"),
    ("daimi yaşayanlar üçün", "müvəqqəti yaşayanlar üçün"),
    ("vətəndaşlığı olan şəxslər üçün", "vətəndaşlığı olmayan şəxslər üçün"),
    ("əcnəbilər üçün", "məcburi köçkünlər üçün"),
]


def plant_register(
    rng: np.random.Generator, *, duplicates: int = 60, negatives: int = 320, fillers: int = 400
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A register and its labelled pairs.

    Parameters
    ----------
    duplicates : int
        Planted pairs of each of the six kinds.
    negatives : int
        Hard negatives of each of the five kinds.
    fillers : int
        Further services.

    Returns
    -------
    services : DataFrame
        service_id, organisation_id (one body), name_az.
    pairs : DataFrame
        service_id, other_id, kind, duplicate (bool).
    """
    things, deeds = list_things(), list_deeds()
    names: dict[str, str] = {}  # name: service_id
    pairs: list[tuple[str, str, str, bool]] = []

    def keep(name: str) -> str:
        return names.setdefault(name, f"S{len(names):05d}")

    def draw() -> tuple[str, Thing]:
        return deeds[rng.integers(len(deeds))], things[rng.integers(len(things))]

    for kind in KINDS:
        made = 0
        while made < duplicates:
            deed, thing = draw()
            name = say(deed, thing)
            other = vary(kind, deed, thing, rng)
            if name not in names and other not in names and other != name:
                pairs.append((keep(name), keep(other), kind, True))
                made += 1
    for kind, make in NEGATIVES.items():
        made = 0
        while made < negatives:
            one, other = make(deeds, things, rng)
            if one != other and (keep(one), keep(other)) not in {pair[:2] for pair in pairs[-400:]}:
                pairs.append((keep(one), keep(other), kind, False))
                made += 1
    for _ in range(fillers):
        keep(say(*draw()))
    services = pd.DataFrame({"service_id": names.values(), "organisation_id": "body",
                             "name_az": names.keys()})  # fmt: skip
    table = pd.DataFrame(pairs, columns=["service_id", "other_id", "kind", "duplicate"])
    return services, table


def make_large(
    size: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A large register: districts that give the same services, central bodies with their own.

    Three in ten services are of 85 districts, drawn from one list of 400 names, a fiftieth of
    them misspelt. The others are of 300 central bodies, half of them for one of the districts or
    one group of people. 600 services of central bodies stand a second time: misspelt, with a word
    cut short, or without Azerbaijani letters.

    Returns
    -------
    services, organisations, pairs : DataFrame
    """
    things, deeds = list_things(), list_deeds()

    def draw() -> str:
        return say(deeds[rng.integers(len(deeds))], things[rng.integers(len(things))])

    districts = [f"{name} Rayon İcra Hakimiyyəti" for name in DISTRICTS]
    districts += [f"Mahal{place} Rayon İcra Hakimiyyəti" for place in range(85 - len(districts))]
    local, rows = [draw() for _ in range(400)], []
    for body in range(len(districts)):
        for place in rng.permutation(len(local))[: int(size * 0.3 / len(districts))]:
            name = misspell(local[place], rng) if rng.random() < 0.02 else local[place]
            rows.append((f"district_{body}", name))
    groups = [group for pair in OTHERS for group in pair] + [""] * 6
    copies = min(600, size // 20)
    while len(rows) < size - copies:
        place = f"{rng.choice(DISTRICTS)} rayonu üzrə" if rng.random() < 0.5 else ""
        parts = (place, groups[rng.integers(len(groups))], draw())
        rows.append((f"central_{rng.integers(300)}", capital(" ".join(filter(None, parts)))))
    services = pd.DataFrame(rows, columns=["organisation_id", "name_az"])
    services.insert(0, "service_id", [f"S{place:06d}" for place in range(len(services))])
    central = services[services["organisation_id"].str.startswith("central")]
    chosen = central.iloc[rng.permutation(len(central))[:copies]]
    kinds = rng.choice(["typo", "letters", "abbreviation"], len(chosen))
    again = [_copy(kind, name, rng) for kind, name in zip(kinds, chosen["name_az"], strict=True)]
    more = chosen.assign(name_az=again, service_id=[f"T{place:06d}" for place in range(copies)])
    pairs = pd.DataFrame({"service_id": more["service_id"].to_numpy(),
                          "other_id": chosen["service_id"].to_numpy(), "kind": kinds})  # fmt: skip
    bodies = services[["organisation_id"]].drop_duplicates().reset_index(drop=True)
    local_body = bodies["organisation_id"].str.startswith("district")
    bodies["category"] = np.where(local_body, "local", "central")
    names = [districts[int(body.removeprefix("district_"))] if body.startswith("district")
             else body.replace("_", " ").title() for body in bodies["organisation_id"]]  # fmt: skip
    return pd.concat([services, more], ignore_index=True), bodies.assign(name_az=names), pairs


def _copy(kind: str, name: str, rng: np.random.Generator) -> str:
    if kind == "letters":
        return spell_plain(name)
    return misspell(name, rng) if kind == "typo" else shorten(name, rng)


# Hard negatives


def _other_event(
    deeds: list[str], things: list[Thing], rng: np.random.Generator
) -> tuple[str, str]:
    """The same deed with another thing, half of them things that share a word."""
    deed, thing = deeds[rng.integers(len(deeds))], things[rng.integers(len(things))]
    like = [one for one in things if one is not thing
            and set(one.nom.split()) & set(thing.nom.split())]  # fmt: skip
    pool = like if like and rng.random() < 0.5 else [one for one in things if one is not thing]
    return say(deed, thing), say(deed, pool[rng.integers(len(pool))])


def _other_deed(deeds: list[str], things: list[Thing], rng: np.random.Generator) -> tuple[str, str]:
    """The same thing with another deed, half of them deeds that share most words."""
    thing, deed = things[rng.integers(len(things))], deeds[rng.integers(len(deeds))]
    like = [one for one in deeds if one != deed
            and len(set(one.split()) & set(deed.split())) > 1]  # fmt: skip
    pool = like if like and rng.random() < 0.5 else [one for one in deeds if one != deed]
    return say(deed, thing), say(pool[rng.integers(len(pool))], thing)


def _other_district(
    deeds: list[str], things: list[Thing], rng: np.random.Generator
) -> tuple[str, str]:
    """The same service for another district."""
    deed, thing = deeds[rng.integers(len(deeds))], things[rng.integers(len(things))]
    one, other = rng.choice(DISTRICTS, 2, replace=False)
    form = str(rng.choice(["{} rayonu üzrə {}", "{} rayonunda {}"]))
    name = deed.format(nom=thing.nom, gen=thing.gen)
    return form.format(one, name), form.format(other, name)


def _other_group(
    deeds: list[str], things: list[Thing], rng: np.random.Generator
) -> tuple[str, str]:
    """The same service for other people: natural or legal persons, another age."""
    deed, thing = deeds[rng.integers(len(deeds))], things[rng.integers(len(things))]
    one, other = OTHERS[rng.integers(len(OTHERS))]
    name = deed.format(nom=thing.nom, gen=thing.gen)
    return capital(f"{one} {name}"), capital(f"{other} {name}")


def _negation(deeds: list[str], things: list[Thing], rng: np.random.Generator) -> tuple[str, str]:
    """A fact and its absence, a deed and its refusal, a right and its loss."""
    thing = things[rng.integers(len(things))]
    one, other = [
        ("{gen} olması barədə arayışın verilməsi", "{gen} olmaması barədə arayışın verilməsi"),
        ("{gen} verilməsi haqqında qərarın surəti", "{gen} verilməməsi haqqında qərarın surəti"),
        ("{nom} üzrə hüququn tanınması", "{nom} üzrə hüququn tanınmaması"),
        ("{nom} üzrə rüsumun qaytarılması", "{nom} üzrə rüsumun qaytarılmaması barədə qərar"),
        ("{gen} qeydiyyatda olması faktı", "{gen} qeydiyyatda olmaması faktı"),
        ("{nom} üzrə möhlətin uzadılması", "{nom} üzrə möhlətin uzadılmamasına etiraz"),
        ("Borclu {nom} üzrə məlumat", "Borcsuz {nom} üzrə məlumat"),
        ("{nom} üzrə güzəştin verilməsi", "{nom} üzrə güzəştin ləğv edilməsi"),
    ][rng.integers(8)]  # fmt: skip
    return say(one, thing), say(other, thing)


Maker = Callable[[list[str], list[Thing], np.random.Generator], tuple[str, str]]
NEGATIVES: dict[str, Maker] = {
    "other_thing": _other_event, "other_deed": _other_deed, "other_district": _other_district,
    "other_group": _other_group, "negation": _negation,
}  # fmt: skip
