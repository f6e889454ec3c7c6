"""Rebuild data/asan_register from the list of real services with their sources.

    python scripts/build_register.py [--output FOLDER]

The same lists give the same bytes. A body that is neither in data/published nor below is refused.
The README page of the folder is written by hand and stays as it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from asan_analysis.data.names import fold
from asan_analysis.data.published import load_published
from asan_analysis.data.tables import read_cells, write_tables
from asan_analysis.errors import DataError
from asan_analysis.register.bodies import match_bodies

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDER = DATA / "asan_register"
RAW = FOLDER / "raw"
EDITION = 2023
DATASET_TOML = """\
id = "asan_register"
title_az = "Dövlət xidmətlərinin adları, açıq mənbələrdən"
title_en = "Names of public services, from public sources"
kind = "observed"
status = "final"
publisher = "ASAN Analysis"
licence = "CC BY 4.0"
citation = "ASAN Analysis contributors, names of public services read from public sources."
decimals = 2
places = 3
min_services = 1

[[categories]]
id = "central"
title_az = "Mərkəzi qurumlar"
title_en = "Central bodies"
order = 1

[[categories]]
id = "local"
title_az = "Yerli qurumlar"
title_en = "Local bodies"
order = 2

[[categories]]
id = "legal_entity"
title_az = "Hüquqi şəxslər"
title_en = "Legal entities"
order = 3
"""
RULES_TOML = """\
# A register holds names of services and no answers: nothing is scored, so nothing is set here.
"""
# Bodies named beside services that data/published does not list: by name as typed there.
BODIES = {
    "Xarici İşlər Nazirliyi": (
        "foreign_affairs_ministry", "central", "Ministry of Foreign Affairs", "XİN", ""),
    "Elm və Təhsil Nazirliyi": (
        "science_education_ministry", "central", "Ministry of Science and Education", "ETN", ""),
    "Səhiyyə Nazirliyi": ("health_ministry", "central", "Ministry of Health", "", ""),
    "Azərbaycan Yerüstü Nəqliyyat Agentliyi": (
        "land_transport_agency", "central", "Azerbaijan Land Transport Agency", "AYNA", ""),
    "Dövlət Şəhərsalma və Arxitektura Komitəsi": (
        "urban_planning_architecture_state_committee", "central",
        "State Committee for Urban Planning and Architecture", "", ""),
    "Qaçqınların və Məcburi Köçkünlərin İşləri üzrə Dövlət Komitəsi": (
        "refugees_displaced_persons_state_committee", "central",
        "State Committee for Affairs of Refugees and Internally Displaced Persons", "", ""),
    "Əmək və Əhalinin Sosial Müdafiəsi Nazirliyi yanında Dövlət Əmək Müfəttişliyi Xidməti": (
        "state_labour_inspectorate", "central",
        "State Labour Inspectorate Service under the Ministry of Labour and Social Protection of "
        "Population", "DƏMX",
        "a service under a ministry; kept apart from it because the source names it"),
    "Naxçıvan Muxtar Respublikası Dövlət Miqrasiya Xidməti": (
        "nakhchivan_state_migration_service", "local",
        "State Migration Service of the Nakhchivan Autonomous Republic", "",
        "a body of the autonomous republic; that it counts as local is assumed"),
    "Bakı şəhər rayon icra hakimiyyətləri (ümumi)": (
        "baku_district_executive_powers", "local", "Executive powers of the districts of Baku", "",
        "not one body: the source speaks of all of them together"),
}  # fmt: skip


def read_services() -> pd.DataFrame:
    """The raw list with the id of each body."""
    typed = read_cells(RAW / "services_sources.csv")
    known = load_published(DATA / "published").organisations
    names = pd.Series(typed["organisation_az"].unique())
    found = match_bodies(names[~names.isin(list(BODIES))], known)
    lost = found[found["organisation_id"].isna()]
    if len(lost):
        told = "; ".join(f"{row.text} ({row.how})" for row in lost.itertuples())
        raise DataError(f"services_sources.csv: no certain body for {told}; add it to BODIES")
    ids = dict(zip(found["text"], found["organisation_id"], strict=True))
    ids |= {name: body[0] for name, body in BODIES.items()}
    return typed.assign(organisation_id=typed["organisation_az"].map(ids))


def organisation_rows(services: pd.DataFrame) -> pd.DataFrame:
    """The bodies that give a service: as in data/published where they stand there."""
    known = load_published(DATA / "published").organisations
    known = known.set_index("organisation_id")[["category", "name_az", "name_en", "aliases"]]
    more = pd.DataFrame(
        [(body, kind, name, name_en, short, note)
         for name, (body, kind, name_en, short, note) in BODIES.items()],
        columns=["organisation_id", "category", "name_az", "name_en", "aliases", "note"],
    ).set_index("organisation_id")  # fmt: skip
    both = pd.concat([known, more])
    used = services.drop_duplicates("organisation_id").set_index("organisation_id")
    table = both.loc[used.index].assign(typed=used["organisation_az"]).reset_index()
    table["aliases"] = [
        _join_aliases(row.aliases, row.typed, row.name_az) for row in table.itertuples()
    ]
    table = table.assign(edition_year=EDITION, successors="").fillna({"note": ""})
    return table[["edition_year", "organisation_id", "category", "name_az", "name_en", "aliases",
                  "successors", "note"]]  # fmt: skip


def _join_aliases(aliases: object, typed: str, name: str) -> str:
    """The known aliases, and the name as typed beside services where it is another one."""
    known = str(aliases).split(";") if isinstance(aliases, str) and aliases else []
    told = {fold(one) for one in [*known, name]}
    return ";".join([*known, *([] if fold(typed) in told else [typed])])


def service_rows(services: pd.DataFrame) -> pd.DataFrame:
    """The services in the order of the list, which numbers them."""
    table = services.rename(columns={"service_name_az": "name_az", "service_name_en": "name_en"})
    ids = [f"S{number:03d}" for number in range(1, len(table) + 1)]
    table = table.assign(edition_year=EDITION, service_id=ids, family_id="")
    return table[["edition_year", "service_id", "organisation_id", "name_az", "name_en",
                  "family_id", "code", "source_url", "note"]]  # fmt: skip


def framework_rows() -> pd.DataFrame:
    """What is public of the method: seven parameters and the criteria that texts name."""
    parameters, criteria = read_cells(RAW / "parameters.csv"), read_cells(RAW / "criteria.csv")
    criteria = criteria[criteria["parameter_id"].isin(parameters["id"])]
    told = "the index is one figure; its formula is not public"
    root = pd.DataFrame(
        {"id": ["index"], "name_az": "Ümumi bal", "name_en": "Overall score", "certainty": told}
    )
    nodes = pd.concat([root, parameters.assign(parameter_id="index"), criteria])
    nodes = nodes.rename(columns={"id": "node_id", "parameter_id": "parent_id"}).fillna("")
    seen = nodes["certainty"].str.contains("seen in text") | (nodes["parent_id"] == "index")
    nodes["official"] = seen.map({True: "yes", False: "no"})
    nodes["source"] = nodes["source_url"].str.split(" | ", regex=False).str[0]
    return nodes[["node_id", "parent_id", "name_az", "name_en", "official", "source", "certainty"]]


def build(output: Path) -> None:
    """Write every derived file of the dataset into a folder."""
    output.mkdir(parents=True, exist_ok=True)
    services = read_services()
    editions = pd.DataFrame([{"edition_year": EDITION, "label_az": str(EDITION),
                              "label_en": str(EDITION), "order": 1, "framework": "framework.csv",
                              "rules": "rules.toml"}])  # fmt: skip
    write_tables({
        output / "editions.csv": editions,
        output / "framework.csv": framework_rows(),
        output / "organisations.csv": organisation_rows(services),
        output / "services.csv": service_rows(services),
    })  # fmt: skip
    (output / "dataset.toml").write_text(DATASET_TOML, encoding="utf-8", newline="\n")
    (output / "rules.toml").write_text(RULES_TOML, encoding="utf-8", newline="\n")


def main() -> None:
    """Read the command line and build the folder."""
    parser = argparse.ArgumentParser(description="Rebuild the register of real services.")
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write")
    build(parser.parse_args().output)


if __name__ == "__main__":
    main()
