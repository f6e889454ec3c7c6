"""The sample has the shape it promises, and what was planted is found again by another road.

The data are committed, so every figure here is fixed. A statistical test allows three standard
errors unless it says otherwise; each standard error is derived beside it.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet as pq
import pytest
from build_scripts import load_script
from scipy.special import ndtr, ndtri

from asan_analysis.data.published import announced_coverage, load_published

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "asan_sample"
PUBLISHED = ROOT / "data" / "published"
YEARS = range(2017, 2025)
STEPS = list(pairwise(YEARS))
KEY = ["edition_year", "service_id", "item_id"]
TEXTS = ["editions.csv", "organisations.csv", "services.csv", "assumptions.csv", "truth.json"]
PARQUET = ["assessments.parquet", "evaluations.parquet"]


def read_table(name):
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def load_truth(folder=FOLDER):
    text = (folder / "truth.json").read_text(encoding="utf-8")
    return json.loads(text, parse_constant=refuse_constant)


@pytest.fixture(scope="module")
def truth():
    return load_truth()


@pytest.fixture(scope="module")
def frameworks():
    """Both frameworks by the first edition that uses them."""
    return {year: read_table(f"framework_{year}.csv").set_index("node_id") for year in (2017, 2022)}


@pytest.fixture(scope="module")
def bodies():
    return read_table("organisations.csv").astype({"edition_year": int})


@pytest.fixture(scope="module")
def services(bodies, truth):
    """Services of every edition with category, planted quality and planted base.

    Quality at an edition is that at entry and the size of each improvement since. The base is all
    of the latent that belongs to the service: ability, quality, channel, documents.
    """
    numbers = dict.fromkeys(["edition_year", "documents", "term_days", "annual_users"], int)
    rows = read_table("services.csv").astype(numbers)
    rows = rows.merge(
        bodies[["edition_year", "organisation_id", "category"]],
        on=["edition_year", "organisation_id"],
        validate="many_to_one",
    )
    model = truth["model"]
    done = pd.DataFrame(truth["improvements"]).assign(improved=1)
    rows = rows.merge(done, on=["edition_year", "service_id"], how="left", validate="one_to_one")
    rows = rows.sort_values(["edition_year", "service_id"], ignore_index=True)
    improvements = rows["improved"].fillna(0).groupby(rows["service_id"]).cumsum()
    quality = rows["service_id"].map(truth["quality_at_entry"])
    ability = [
        truth["ability"][body][str(year)]
        for year, body in zip(rows["edition_year"], rows["organisation_id"], strict=True)
    ]
    drivers = model["drivers"]
    moved = rows["channel"].map(drivers["channel"]) + drivers["documents"] * rows["documents"]
    quality += model["improvement"]["size"] * improvements
    return rows.assign(
        improvements=improvements, quality=quality, ability=ability, base=ability + quality + moved
    )


@pytest.fixture(scope="module")
def items(frameworks, truth):
    """Items of both frameworks: the id under which the truth knows them, and what was planted."""
    both = pd.concat(frameworks.values()).reset_index().drop_duplicates("node_id")
    rows = both.loc[both["steps"] != "", ["node_id", "replaces", "steps"]]
    known = rows["replaces"].where(rows["replaces"] != "", rows["node_id"])
    planted = pd.DataFrame(truth["items"]).T.loc[known]
    return pd.DataFrame(
        {
            "known_as": known.to_numpy(),
            "steps": rows["steps"].astype(int).to_numpy(),
            "parameter": planted["parameter"].to_numpy(),
            "difficulty": planted["difficulty"].astype(float).to_numpy(),
            "chance_not_applicable": planted["not_applicable"].astype(float).to_numpy(),
        },
        index=rows["node_id"],
    )


@pytest.fixture(scope="module")
def answers(services, items, truth):
    """Every answer with its item and service, and `offset`, the latent apart from the base."""
    rows = pq.read_table(FOLDER / "assessments.parquet").to_pandas()
    rows["row"] = pd.MultiIndex.from_frame(services[["edition_year", "service_id"]]).get_indexer(
        pd.MultiIndex.from_frame(rows[["edition_year", "service_id"]])
    )
    assert (rows["row"] >= 0).all()
    own = items.loc[rows["item_id"]]
    profile = pd.DataFrame(truth["profile"]).T
    body = profile.index.get_indexer(services["organisation_id"])[rows["row"]]
    offset = profile.to_numpy()[body, profile.columns.get_indexer(own["parameter"])]
    columns = {name: own[name].to_numpy() for name in items.columns}
    return rows.assign(**columns, offset=offset - columns["difficulty"])


@pytest.fixture(scope="module")
def cuts(answers, truth):
    """Scored answers, a row for each cut point: service, offset less the cut, share of a point."""
    scored = answers[answers["status"] == "scored"]
    points = {int(steps): cut for steps, cut in truth["model"]["cut_points"].items()}
    parts = []
    for steps, own in scored.groupby("steps"):
        for number, cut in enumerate(points[steps], 1):
            parts.append(
                pd.DataFrame(
                    {"answer": own.index, "row": own["row"], "offset": own["offset"] - cut,
                     "share": 1 / steps, "square": (2 * number - 1) / steps**2}
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def expected(answers, services, cuts):
    """Mean and variance of every scored answer under the planted model.

    The chance to pass a cut point is that of standard normal noise above it. For the mean each
    passed cut adds 1/k; for the mean of the square the j-th adds (j^2 - (j-1)^2) / k^2.
    """
    chance = ndtr(services["base"].to_numpy()[cuts["row"]] + cuts["offset"])
    first = (chance * cuts["share"]).groupby(cuts["answer"]).sum()
    second = (chance * cuts["square"]).groupby(cuts["answer"]).sum()
    rows = answers.loc[first.index]
    return rows.assign(mean=first, variance=second - first**2)


@pytest.fixture(scope="module")
def estimated(answers, services, cuts):
    """The base of every service as its scored answers tell it, on the probit scale.

    Difficulties and profiles are taken as planted; the base is the one number under which the
    expected sum of the answers is the sum that was given (Newton's method).
    """
    rows, offset, share = (cuts[name].to_numpy() for name in ("row", "offset", "share"))
    given = answers["value"].fillna(0.0).groupby(answers["row"]).sum().to_numpy()
    base = np.zeros(len(services))
    for _ in range(12):
        latent = base[rows] + offset
        total = np.bincount(rows, share * ndtr(latent))
        slope = np.bincount(rows, share * np.exp(-(latent**2) / 2) / np.sqrt(2 * np.pi))
        base += (given - total) / slope
    assert np.abs(given - total).max() < 1e-8
    return pd.Series(base, index=services.index)


@pytest.fixture(scope="module")
def scores(answers):
    """Scores of services from 0 to 1: every item the same weight, no answer counts as zero."""
    counted = answers[answers["status"] != "not_applicable"]
    return counted["value"].fillna(0.0).groupby(counted["row"]).mean()


def score_table(scores, services):
    """Scores with a row for each service and a column for each edition."""
    return services.assign(score=scores).pivot(
        index="service_id", columns="edition_year", values="score"
    )


def standard_error(values):
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


# Rebuilding


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """The script, a folder it built anew, and one it built from another seed."""
    script = load_script("make_sample")
    again, other = tmp_path_factory.mktemp("again"), tmp_path_factory.mktemp("other")
    script.build(again)
    script.build(other, seed=script.SEED + 1)
    return script, again, other


def test_rebuilding_writes_the_generated_files_and_no_others(rebuilt):
    """What a person wrote is not written again: dataset.toml, rules, frameworks, raw."""
    _, again, _ = rebuilt
    assert sorted(path.name for path in again.iterdir()) == sorted(TEXTS + PARQUET)


@pytest.mark.parametrize("name", TEXTS)
def test_rebuilding_gives_the_same_text_byte_for_byte(rebuilt, name):
    _, again, _ = rebuilt
    assert (again / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", PARQUET)
def test_rebuilding_gives_the_same_parquet_table_without_pandas_metadata(rebuilt, name):
    _, again, _ = rebuilt
    kept = pq.read_table(FOLDER / name)
    assert pq.read_table(again / name).equals(kept)
    assert kept.schema.metadata is None


@pytest.mark.parametrize("name", PARQUET)
def test_rebuilding_gives_the_same_parquet_bytes_under_the_locked_pyarrow(rebuilt, name):
    _, again, _ = rebuilt
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.search(r"^pyarrow==(\S+)", lock, re.MULTILINE)[1]
    if pyarrow.__version__ != locked:
        pytest.skip(f"pyarrow {pyarrow.__version__}, locked {locked}: values compared only")
    assert (again / name).read_bytes() == (FOLDER / name).read_bytes()


def test_another_seed_gives_other_bodies_and_answers_of_the_same_size(rebuilt, truth):
    """The seed reaches bodies, abilities and answers; coverage does not hang on it."""
    script, _, other = rebuilt
    theirs = load_truth(other)
    assert (truth["seed"], theirs["seed"]) == (script.SEED, script.SEED + 1)
    assert theirs["coverage"] == truth["coverage"]
    assert theirs["ability"] != truth["ability"] and theirs["duplicates"] != truth["duplicates"]
    kept, new = (pq.read_table(folder / PARQUET[0]).to_pandas() for folder in (FOLDER, other))
    assert len(kept) == len(new)
    assert (kept["value"] != new["value"]).mean() > 0.2


# Frameworks

PARAMETERS = {  # decree items 2.4.1 to 2.4.7
    "P1": "Informing about the service",
    "P2": "Possibilities of applying for the service",
    "P3": "Time taken to render the service",
    "P4": "Electronisation of the information resources used for the service and integration with"
    " other bodies' information systems",
    "P5": "Training of staff in organising services",
    "P6": "Complaint and control mechanisms",
    "P7": "Mechanisms for measuring citizens' satisfaction",
}
CRITERIA = {  # seen in the text of the decree as elements of a parameter
    "K-1.1": "Informing about the documents required for the service",
    "K-1.2": "Informing about service fees",
    "K-1.3": "Speed of answers to enquiries sent to the enquiry service",
    "K-2.1": "Possibility to apply electronically",
    "K-2.2": "Possibility to apply by post",
    "K-2.3": "Possibility to apply in person",
    "K-4.1": "Electronisation of the information resources",
    "K-4.2": "Integration with other state bodies' information systems",
    "K-5.1": "Training of employees connected with organising services",
    "K-6.3": "Control mechanisms",
}
IN_AZERBAIJANI = {  # the wording of the decree, or of a ministry that quotes it
    "P1": "Xidmət barədə məlumatlandırma",
    "P2": "Xidmətə müraciət imkanları",
    "P3": "Xidmətin göstərilmə müddəti",
    "K-1.1": "Xidmət üçün tələb olunan sənədlər barədə məlumatlandırma",
    "K-2.2": "Poçt vasitəsilə müraciət imkanı",
}


@pytest.mark.parametrize("year", [2017, 2022])
def test_a_framework_has_7_parameters_24_criteria_and_143_items(frameworks, year):
    """Ids are unique, parameters hang on the root, criteria on parameters, items on criteria."""
    nodes = frameworks[year]
    assert nodes.index.is_unique
    levels = [["index"]]
    while len(levels[-1]):
        levels.append(nodes.index[nodes["parent_id"].isin(levels[-1])].tolist())
    assert [len(level) for level in levels] == [1, 7, 24, 143, 0]
    assert nodes.index[nodes["steps"] != ""].tolist() == levels[3]
    assert set(nodes.loc[levels[3], "steps"]) == {"1", "2", "4"}
    assert (nodes.loc[levels[3], ["guidance_az", "guidance_en"]] != "").all(axis=None)


@pytest.mark.parametrize("year", [2017, 2022])
def test_only_what_the_decree_shows_is_called_official_and_has_a_source(frameworks, year):
    nodes = frameworks[year]
    official = nodes[nodes["official"] == "yes"]
    assert official["name_en"].to_dict() == PARAMETERS | CRITERIA
    assert {node: official["name_az"][node] for node in IN_AZERBAIJANI} == IN_AZERBAIJANI
    assert official["source"].str.startswith("https://").all()
    assert set(nodes["official"]) == {"yes", "no"}


def root_weights(nodes):
    """The weight of every node in the root: the product of its shares up the tree."""
    weight = nodes["weight"].astype(float)
    share = weight / weight.groupby(nodes["parent_id"]).transform("sum")
    total = pd.Series({"index": 1.0})
    for node, parent in nodes["parent_id"].iloc[1:].items():
        total[node] = total[parent] * share[node]
    return total


def test_the_first_framework_weighs_every_item_the_same(frameworks):
    nodes = frameworks[2017]
    weights = root_weights(nodes)[nodes["steps"] != ""]
    assert np.allclose(weights, 1 / 143, rtol=1e-12)


def test_the_second_framework_weighs_the_parameters_15_10_15_25_10_15_10(frameworks, truth):
    """The truth tells the weights of both frameworks."""
    weights = root_weights(frameworks[2022])
    assert np.allclose(weights[list(PARAMETERS)] * 100, [15, 10, 15, 25, 10, 15, 10], rtol=1e-12)
    for year, name in ((2017, "weights_before"), (2022, "weights_after")):
        told = frameworks[year].loc[list(PARAMETERS), "weight"].astype(float)
        assert truth["method_change"][name] == told.to_dict()


def test_items_are_renamed_dropped_and_added_as_the_truth_says(frameworks, truth):
    """A kept item is the same in every column; a renamed one has other words for the same thing."""
    old, new = (nodes[nodes["steps"] != ""] for nodes in frameworks.values())
    change = truth["method_change"]
    assert change["first_edition"] == 2022
    renamed = change["renamed"]
    assert renamed == {row.replaces: node for node, row in new.iterrows() if row.replaces}
    assert set(old.index) - set(new.index) == set(renamed) | set(change["dropped"])
    assert set(new.index) - set(old.index) == set(renamed.values()) | set(change["added"])
    assert min(map(len, (renamed, change["dropped"], change["added"]))) > 5
    assert (old["replaces"] == "").all()
    kept = old.index.intersection(new.index)
    assert old.loc[kept].equals(new.loc[kept])
    before, after = old.loc[list(renamed)], new.loc[list(renamed.values())]
    same = ["parent_id", "steps", "guidance_az", "guidance_en"]
    assert (before[same].to_numpy() == after[same].to_numpy()).all()
    names = ["name_az", "name_en"]
    assert (before[names].to_numpy() != after[names].to_numpy()).all()


# Coverage


@pytest.fixture(scope="module")
def coverage(bodies, services):
    """Bodies and services counted in the tables: {(year, category): (bodies, services)}."""
    keys = ["edition_year", "category"]
    counts = pd.concat([table.groupby(keys).size() for table in (bodies, services)], axis=1)
    return {key: tuple(row) for key, row in zip(counts.index, counts.to_numpy(int), strict=True)}


def test_2023_holds_exactly_the_announced_bodies_and_services(coverage):
    assert coverage[2023, "central"] == (23, 208)
    assert coverage[2023, "local"] == (15, 170)
    assert coverage[2023, "legal_entity"] == (9, 60)


def test_every_announced_figure_is_met(coverage):
    """Totals too; a category that nobody announced for 2017 is not there."""
    met = 0
    for row in announced_coverage(load_published(PUBLISHED)).itertuples():
        found = [coverage[key] for key in coverage if key[0] == row.edition_year]
        if row.category != "all":
            found = [coverage[row.edition_year, row.category]]
        for place, figure in enumerate((row.organisations, row.services)):
            if pd.notna(figure):
                assert sum(one[place] for one in found) == figure, row
                met += 1
    assert met == 32
    assert (2017, "legal_entity") not in coverage


def test_a_figure_nobody_announced_comes_from_its_neighbours(coverage):
    """Means rounded half up in 2020 and 2022, 2023 again in 2024, districts of 2018 in 2017."""
    for year in (2020, 2022):
        for category in ("central", "local", "legal_entity"):
            pairs = zip(coverage[year - 1, category], coverage[year + 1, category], strict=True)
            assert coverage[year, category] == tuple((a + b + 1) // 2 for a, b in pairs)
    assert coverage[2020, "central"] == (25, 282)
    assert coverage[2022, "legal_entity"] == (7, 54)
    assert all(coverage[2024, one] == coverage[2023, one] for one in ("central", "local"))
    assert coverage[2024, "legal_entity"] == coverage[2023, "legal_entity"]
    assert coverage[2017, "local"][0] == coverage[2018, "local"][0]


def test_the_truth_and_the_editions_say_what_each_figure_rests_on(coverage, truth):
    told = pd.DataFrame(truth["coverage"])
    for row in told.itertuples():
        place = ["organisations", "services"].index(row.figure)
        assert coverage[row.edition_year, row.category][place] == row.value
    assert len(told) == 2 * len(coverage)
    printed = announced_coverage(load_published(PUBLISHED)).set_index(["edition_year", "category"])
    for row in told.itertuples():
        key = (row.edition_year, row.category)
        known = key in printed.index and pd.notna(printed.loc[key, row.figure])
        assert (row.basis == "published") == known, row
    rest = told[told["basis"] != "published"].groupby("edition_year")["basis"].unique()
    assert {year: list(one) for year, one in rest.items()} == {
        2017: ["carried back"],
        2020: ["interpolated"],
        2022: ["interpolated"],
        2024: ["carried forward"],
    }
    shown = read_table("editions.csv").astype({"edition_year": int}).set_index("edition_year")
    assert shown.index.tolist() == list(YEARS)
    for year, basis in shown["coverage_basis"].items():
        assert set(basis.split("; ")) == set(told.loc[told["edition_year"] == year, "basis"])
    newer = shown.index >= 2022
    assert (shown["framework"] == np.where(newer, "framework_2022.csv", "framework_2017.csv")).all()


def test_every_body_holds_3_to_30_services(bodies, services):
    """The means of 2023 are 9.0, 11.3 and 6.7."""
    sizes = services.groupby(["edition_year", "organisation_id"]).size()
    keys = pd.MultiIndex.from_frame(bodies[["edition_year", "organisation_id"]])
    assert set(sizes.index) == set(keys)
    assert sizes.min() >= 3 and sizes.max() <= 30
    mean = sizes[2023].groupby(bodies.set_index(keys).loc[2023, "category"]).mean()
    assert mean.round(1).to_dict() == {"central": 9.0, "local": 11.3, "legal_entity": 6.7}


# Statuses and values


def test_every_service_has_every_item_of_its_framework_once(answers, services, frameworks):
    assert not answers.duplicated(KEY).any()
    assert len(answers) == 143 * len(services)
    for year, rows in answers.groupby("edition_year"):
        nodes = frameworks[2022 if year >= 2022 else 2017]
        assert set(rows["item_id"]) == set(nodes.index[nodes["steps"] != ""])


def test_about_8_percent_do_not_apply_and_3_percent_are_not_answered(answers):
    """Shares of all answers; 8.3 and 2.75 percent were planted on average."""
    share = answers["status"].value_counts(normalize=True)
    assert share["not_applicable"] == pytest.approx(0.083, abs=0.005)
    assert share["not_answered"] / (1 - share["not_applicable"]) == pytest.approx(0.03, abs=0.005)
    assert set(share.index) == {"scored", "not_applicable", "not_answered"}


def test_a_value_is_a_whole_number_of_its_items_steps(answers):
    """And is there exactly where the answer is scored; every step of every scale occurs."""
    assert (answers["value"].notna() == (answers["status"] == "scored")).all()
    scored = answers[answers["status"] == "scored"]
    steps = scored["value"] * scored["steps"]
    assert (steps == steps.round()).all()
    assert scored["value"].between(0, 1).all()
    found = steps.groupby(scored["steps"]).unique()
    assert {scale: set(values) for scale, values in found.items()} == {
        scale: set(range(scale + 1)) for scale in (1, 2, 4)
    }


def test_what_does_not_apply_never_applies_under_its_new_name_too(answers, items):
    """By service and item over the editions; the shares are the planted chances.

    The chance is drawn once for a service and an item, so the error of the sum is that of
    independent draws, one for each pair.
    """
    never = answers["status"] == "not_applicable"
    pairs = never.groupby([answers["service_id"], answers["known_as"]]).agg(["min", "max"])
    assert (pairs["min"] == pairs["max"]).all()
    known = items.drop_duplicates("known_as").set_index("known_as")
    assert len(known) < len(items)
    chance = known["chance_not_applicable"].reindex(pairs.index.get_level_values("known_as"))
    for one in (0.065, 0.30):
        drawn = pairs["max"].to_numpy()[chance == one]
        assert abs(drawn.mean() - one) < 3 * np.sqrt(one * (1 - one) / len(drawn))


def test_answers_go_missing_at_the_planted_rate_of_the_body(answers, services, truth):
    """Squared deviations over all bodies add up like chi-squared: mean n, variance 2n."""
    asked = answers[answers["status"] != "not_applicable"]
    body = services["organisation_id"].to_numpy()[asked["row"]]
    missing = (asked["status"] == "not_answered").groupby(body).agg(["sum", "size"])
    rate = pd.Series(truth["not_answered"]).loc[missing.index]
    off = (missing["sum"] - rate * missing["size"]) ** 2 / (missing["size"] * rate * (1 - rate))
    assert abs(off.sum() - len(off)) < 3 * np.sqrt(2 * len(off))
    assert rate.max() > 3 * rate.min()


# Bodies and services over time


def test_a_merged_body_is_gone_and_its_services_are_with_its_successor(bodies, services, truth):
    """At the next edition most of its services that are still there belong to the successor."""
    owner = services.pivot(index="service_id", columns="edition_year", values="organisation_id")
    told = {}
    for merger in truth["mergers"]:
        body, successor = merger["organisation_id"], merger["successor"]
        last, after = merger["last_edition"], merger["first_edition_merged"]
        assert after == last + 1
        told[last, body] = successor
        rows = bodies[bodies["organisation_id"] == body]
        assert rows["edition_year"].max() == last
        assert ((bodies["edition_year"] == after) & (bodies["organisation_id"] == successor)).any()
        survivors = owner.loc[owner[last] == body, after].dropna()
        assert len(survivors) > 0
        assert (survivors == successor).mean() > 0.5
    shown = bodies[bodies["successors"] != ""]
    keys = zip(shown["edition_year"], shown["organisation_id"], strict=True)
    assert dict(zip(keys, shown["successors"], strict=True)) == told
    assert len(told) == 8


def test_services_enter_leave_and_move_at_every_step(services, truth):
    """A move is a change of owner that no merger explains; it stays inside a category."""
    owner = services.pivot(index="service_id", columns="edition_year", values="organisation_id")
    category = services.drop_duplicates("organisation_id").set_index("organisation_id")["category"]
    merged = {
        (row["first_edition_merged"], row["organisation_id"]): row["successor"]
        for row in truth["mergers"]
    }
    for before, after in STEPS:
        there = owner[before].notna() & owner[after].notna()
        pairs = owner.loc[there & (owner[before] != owner[after]), [before, after]].to_numpy()
        moved = [(old, new) for old, new in pairs if merged.get((after, old)) != new]
        assert 0 < len(moved) <= 3 * truth["services"]["moved"]
        assert all(category[old] == category[new] for old, new in moved)
        assert (owner[before].isna() & owner[after].notna()).sum() > 0
        assert (owner[before].notna() & owner[after].isna()).sum() > 0


def test_bodies_enter_and_leave_and_no_body_or_service_comes_back(bodies, services):
    for table, column in ((bodies, "organisation_id"), (services, "service_id")):
        life = table.groupby(column)["edition_year"].agg(["min", "max", "size"])
        assert (life["max"] - life["min"] + 1 == life["size"]).all()
        assert (life["min"] > 2017).any() and (life["max"] < 2024).any()


def test_a_service_changes_its_channel_only_when_it_improves_and_one_step_up(services, truth):
    """About half of the improvements below the top do so; 6 percent of services improve."""
    level = services["channel"].map({"in_person": 0, "mixed": 1, "electronic": 2})
    step = level.groupby(services["service_id"]).diff()
    improved = services["improved"] == 1
    assert set(step[improved].dropna()) == {0, 1}
    assert (step[~improved].dropna() == 0).all()
    assert step[improved].notna().all() and improved.sum() == len(truth["improvements"])
    share = improved[step.notna()]
    error = np.sqrt(0.06 * 0.94 / len(share))
    assert abs(share.mean() - truth["model"]["improvement"]["chance"]) < 3 * error
    below = step[improved & (level - step < 2)]
    assert abs(below.mean() - 0.5) < 3 * 0.5 / np.sqrt(len(below))


# Names


def fold(text):
    """Words in small letters; the four letters I, İ, ı and i are one, however they were written."""
    return " ".join(re.findall(r"\w+", re.sub("[Iİı]", "i", text).lower()))


def find_announced(texts, known):
    """Texts that hold an announced name as whole words."""
    names = [f" {fold(name)} " for name in known]
    return [text for text in texts if any(name in f" {fold(text)} " for name in names)]


@pytest.fixture(scope="module")
def announced():
    """Every name and alias of the bodies that are known, in three languages."""
    table = load_published(PUBLISHED).organisations.fillna("")
    names = table[["name_az", "name_en", "name_ru"]].to_numpy().ravel().tolist()
    aliases = [alias for text in table["aliases"] for alias in text.split(";")]
    return sorted({name.strip() for name in names + aliases} - {""})


def test_the_search_for_announced_names_finds_a_planted_one(announced):
    """In any case and amid other words, in both languages; a longer word is another word."""
    planted = [
        "Ədliyyə Nazirliyi",
        "İQTİSADİYYAT NAZİRLİYİ üzrə məlumat",
        "iqtisadiyyat nazirliyi",
        "Complaint about the MINISTRY OF INTERNAL AFFAIRS (copy)",
        "“azərişıq” asc üçün rüsum",
        "Extract from dgk",
    ]
    assert find_announced(planted, announced) == planted
    assert find_announced(["Ministry of Justices", "Buludlar Nazirliyi"], announced) == []


def test_nothing_of_the_sample_carries_the_name_of_an_announced_body(
    announced, bodies, services, frameworks
):
    """Bodies, aliases, services, nodes and guidance, in both languages."""
    texts = set(bodies[["name_az", "name_en"]].to_numpy().ravel())
    texts |= {alias for text in bodies["aliases"] for alias in text.split(";")}
    texts |= set(services[["name_az", "name_en"]].to_numpy().ravel())
    for nodes in frameworks.values():
        columns = ["name_az", "name_en", "short_az", "short_en", "guidance_az", "guidance_en"]
        texts |= set(nodes[columns].to_numpy().ravel())
    assert len(texts) > 1500 and len(announced) > 50
    assert find_announced(texts, announced) == []
    ids = set(load_published(PUBLISHED).organisations["organisation_id"])
    assert not ids & set(bodies["organisation_id"])


def test_names_and_aliases_of_the_bodies_are_unique(bodies):
    """After folding, over both languages; a body keeps its names over the editions."""
    rows = bodies.drop_duplicates(["organisation_id", "name_az", "name_en", "aliases", "category"])
    assert rows["organisation_id"].is_unique
    names = [
        fold(name)
        for row in rows.itertuples()
        for name in (row.name_az, row.name_en, *row.aliases.split(";"))
    ]
    assert all(names)
    assert len(names) == len(set(names))


# The planted model


def test_the_answers_of_every_edition_and_parameter_add_up_as_the_model_expects(expected):
    """56 sums, each against its planted mean in units of its planted error; four errors allowed."""
    sums = expected.groupby(["edition_year", "parameter"])[["value", "mean", "variance"]].sum()
    off = (sums["value"] - sums["mean"]) / np.sqrt(sums["variance"])
    assert len(off) == 56
    assert off.abs().max() < 4


def test_the_answers_to_every_item_add_up_as_the_model_expects(expected):
    """In one edition items are independent: squared deviations add up to n, variance 2n."""
    for year in (2017, 2023):
        rows = expected[expected["edition_year"] == year]
        sums = rows.groupby("item_id")[["value", "mean", "variance"]].sum()
        usual = sums[sums["variance"] > 1]
        off = (usual["value"] - usual["mean"]) ** 2 / usual["variance"]
        assert len(off) > 130
        assert abs(off.sum() - len(off)) < 3 * np.sqrt(2 * len(off))


def test_an_answer_mostly_stays_what_it_was(expected, services, truth):
    """Yes and no items that change between editions, against drawn noise with the planted memory.

    Both shares carry the error of as many independent pairs.
    """
    rows = expected[expected["steps"] == 1]
    rows = rows.assign(latent=services["base"].to_numpy()[rows["row"]] + rows["offset"])
    keys = ["service_id", "known_as"]
    memory = truth["model"]["noise_ar"]
    rng = np.random.default_rng(0)
    for before, after in ((2018, 2019), (2021, 2022), (2023, 2024)):
        first, second = (rows[rows["edition_year"] == year] for year in (before, after))
        pairs = first.merge(second, on=keys, validate="one_to_one")
        noise = rng.standard_normal((2, len(pairs)))
        noise[1] = memory * noise[0] + np.sqrt(1 - memory**2) * noise[1]
        drawn = (pairs["latent_x"] + noise[0] > 0) != (pairs["latent_y"] + noise[1] > 0)
        found = pairs["value_x"] != pairs["value_y"]
        error = np.sqrt(2 * found.mean() * (1 - found.mean()) / len(pairs))
        assert found.mean() < 0.15
        assert abs(found.mean() - drawn.mean()) < 3 * error


def test_the_difficulty_of_items_is_recovered(answers):
    """By the probit of their means in an edition; three items are hardly ever met, three always."""
    scored = answers[answers["status"] == "scored"]
    for _, rows in scored.groupby("edition_year"):
        by_item = rows.groupby("item_id").agg(
            mean=("value", "mean"), count=("value", "size"), difficulty=("difficulty", "first")
        )
        least = 0.5 / by_item["count"]
        easiness = ndtri(by_item["mean"].clip(least, 1 - least))
        assert np.corrcoef(-easiness, by_item["difficulty"])[0, 1] > 0.9
        extreme = by_item[by_item["difficulty"].abs() == 4.5]
        assert (extreme["mean"].between(0.02, 0.98)).sum() == 0
    assert len({*scored.loc[scored["difficulty"].abs() == 4.5, "known_as"]}) == 6


def test_the_ability_of_bodies_is_recovered_within_every_edition(scores, services):
    """By plain means of the scores of their services."""
    rows = services.assign(score=scores)
    for _, own in rows.groupby("edition_year"):
        by_body = own.groupby("organisation_id")[["score", "ability"]].mean()
        assert np.corrcoef(by_body["score"], by_body["ability"])[0, 1] > 0.85


def regress(outcome, table, services):
    """Slopes inside every body and edition, and their errors clustered by service.

    Means of each body and edition are taken out, so ability, profile and coverage cannot speak.
    A service repeats over editions and keeps its quality: residuals are added up by service.
    """
    group = [services["edition_year"], services["organisation_id"]]
    x = (table - table.groupby(group).transform("mean")).to_numpy(float)
    y = (outcome - outcome.groupby(group).transform("mean")).to_numpy(float)
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    sums = pd.DataFrame(x * (y - x @ slopes)[:, None]).groupby(services["service_id"]).sum()
    bread = np.linalg.inv(x.T @ x)
    clusters = len(sums)
    covariance = bread @ (sums.T.to_numpy() @ sums.to_numpy()) @ bread * clusters / (clusters - 1)
    return pd.DataFrame(
        {"slope": slopes, "error": np.sqrt(np.diag(covariance))}, index=table.columns
    )


def attributes(services):
    return pd.DataFrame(
        {
            "mixed": services["channel"] == "mixed",
            "electronic": services["channel"] == "electronic",
            "documents": services["documents"],
            "fee": services["fee"] == "yes",
            "citizen": services["audience"] == "citizen",
            "business": services["audience"] == "business",
            "term_days": services["term_days"],
            "log_users": np.log(services["annual_users"]),
        }
    ).astype(float)


NOTHING = ["fee", "citizen", "business", "term_days", "log_users"]


def test_scores_follow_the_planted_drivers_and_nothing_else(scores, services):
    """Order and signs, each at least three errors from zero; the others stay within three."""
    found = regress(scores, attributes(services), services)
    distance = found["slope"] / found["error"]
    assert found["slope"]["electronic"] > found["slope"]["mixed"] > 0 > found["slope"]["documents"]
    assert (distance[["mixed", "electronic", "documents"]].abs() > 3).all()
    assert (distance[NOTHING].abs() < 3).all()


def test_the_size_of_the_drivers_is_recovered_on_the_probit_scale(estimated, services, truth):
    """From the base that the answers tell; improvements are held, since they raise channels too."""
    table = attributes(services).assign(improvements=services["improvements"])
    found = regress(estimated, table, services)
    drivers = truth["model"]["drivers"]
    planted = {
        "mixed": drivers["channel"]["mixed"],
        "electronic": drivers["channel"]["electronic"],
        "documents": drivers["documents"],
        "improvements": truth["model"]["improvement"]["size"],
    }
    off = (found["slope"] - pd.Series(planted).reindex(found.index).fillna(0.0)) / found["error"]
    assert (off.abs() < 3).all()
    assert (found["error"] < [0.05, 0.05, 0.02, 0.05, 0.05, 0.05, 0.01, 0.02, 0.10]).all()


@pytest.fixture(scope="module")
def steps_of_ability(truth):
    """Changes of ability from one edition to the next, by body."""
    rows = [
        (int(year), body, values[str(int(year) - 1)], values[year])
        for body, values in truth["ability"].items()
        for year in values
        if str(int(year) - 1) in values
    ]
    table = pd.DataFrame(rows, columns=["edition_year", "organisation_id", "before", "after"])
    return table.assign(change=table["after"] - table["before"])


def test_the_walk_has_the_planted_drift_and_spread(steps_of_ability, truth):
    """Without the edition of the shock and where the ceiling is within four spreads of the drift.

    The error of a mean of n is spread / sqrt(n), that of a spread is spread / sqrt(2n).
    """
    model = truth["model"]
    room = model["ceiling"] - model["drift"] - 4 * model["walk_sd"]
    free = steps_of_ability[
        (steps_of_ability["edition_year"] != 2020) & (steps_of_ability["before"] < room)
    ]
    count, spread = len(free), model["walk_sd"]
    assert count > 200
    assert abs(free["change"].mean() - model["drift"]) < 3 * spread / np.sqrt(count)
    assert abs(free["change"].std() - spread) < 3 * spread / np.sqrt(2 * count)


def test_no_ability_is_above_the_ceiling_and_some_reach_it(truth):
    values = [value for own in truth["ability"].values() for value in own.values()]
    assert max(values) == truth["model"]["ceiling"] == 2.0


def test_abilities_at_entry_have_the_planted_mean_and_spread(truth, bodies):
    """Later ones carry a share of the drift so far, and the shock from 2020 on."""
    model = truth["model"]
    category = bodies.drop_duplicates("organisation_id").set_index("organisation_id")["category"]
    off = []
    for body, values in truth["ability"].items():
        year = min(map(int, values))
        mean = model["start_mean"][category[body]]
        mean += model["late_start"] * model["drift"] * (year - 2017)
        mean += model["shock"]["size"] if year >= model["shock"]["edition_year"] else 0.0
        off.append(values[str(year)] - mean)
    spread = model["start_sd"]
    assert abs(np.mean(off)) < 3 * spread / np.sqrt(len(off))
    assert abs(np.std(off) - spread) < 3 * spread / np.sqrt(2 * len(off))


def test_quality_difficulty_and_profiles_have_the_planted_spread(truth, services):
    """Each spread within three of its errors, spread / sqrt(2n)."""
    model = truth["model"]
    mean = model["difficulty_mean"]
    drawn = [
        one["difficulty"] - mean[one["parameter"]]
        for one in truth["items"].values()
        if abs(one["difficulty"]) != model["extreme_items"]["difficulty"]
    ]
    profiles = pd.DataFrame(truth["profile"]).to_numpy().ravel()
    first = services.drop_duplicates("service_id")
    entered = first.loc[first["improvements"] == 0, "quality"]
    assert len(entered) == len(first)
    for name, values in (
        ("difficulty_sd", drawn),
        ("profile_sd", profiles),
        ("quality_sd", entered),
    ):
        assert abs(np.std(values) - model[name]) < 3 * model[name] / np.sqrt(2 * len(values)), name
        assert abs(np.mean(values)) < 3 * model[name] / np.sqrt(len(values)), name


def test_the_shock_stands_in_the_abilities(steps_of_ability, truth):
    """Between 2019 and 2020 the mean change is drift and shock, within spread / sqrt(n)."""
    model = truth["model"]
    change = steps_of_ability.loc[steps_of_ability["edition_year"] == 2020, "change"]
    error = model["walk_sd"] / np.sqrt(len(change))
    assert len(change) > 35
    assert abs(change.mean() - (model["drift"] + model["shock"]["size"])) < 3 * error


def test_the_shock_is_seen_in_the_scores_of_the_same_services(scores, services):
    """Their mean falls from 2019 to 2020 by more than three errors and rises at other steps."""
    table = score_table(scores, services)
    for before, after in STEPS:
        if (before, after) == (2021, 2022):
            continue  # another framework
        change = (table[after] - table[before]).dropna()
        distance = change.mean() / standard_error(change)
        assert (distance < -3) if after == 2020 else (distance > 3), (before, after)


def test_the_size_of_the_shock_is_seen_in_the_answers(estimated, services, truth):
    """Mean change of the base of the services that stay with their body, averaged over bodies.

    Drift, shock and what the services gained by planted improvements; the error is that of the
    mean over bodies.
    """
    model = truth["model"]
    rows = services.assign(estimated=estimated, gain=services["base"] - services["ability"])
    first, second = (rows[rows["edition_year"] == year] for year in (2019, 2020))
    pairs = first.merge(second, on=["service_id", "organisation_id"], validate="one_to_one")
    change = pairs["estimated_y"] - pairs["estimated_x"] - (pairs["gain_y"] - pairs["gain_x"])
    by_body = change.groupby(pairs["organisation_id"]).mean()
    expected = model["drift"] + model["shock"]["size"]
    assert len(by_body) > 35
    assert abs(by_body.mean() - expected) < 3 * standard_error(by_body)


# Agreement


@pytest.fixture(scope="module")
def readings(answers, truth):
    """Pairs of readings of one answer beside the decision, and the planted chance to deviate."""
    table = pq.read_table(FOLDER / "evaluations.parquet").to_pandas()
    assert table.equals(table.sort_values([*KEY, "evaluator_id"], ignore_index=True))
    first, second = table.iloc[::2], table.iloc[1::2]
    pairs = first.reset_index(drop=True).merge(
        second.reset_index(drop=True), on=KEY, suffixes=("_1", "_2"), validate="one_to_one"
    )
    assert 2 * len(pairs) == len(table)
    columns = [*KEY, "status", "value", "steps", "parameter"]
    pairs = pairs.merge(answers[columns], on=KEY, validate="one_to_one")
    planted = truth["agreement"]
    chance = pairs["parameter"].map(planted["deviation"]).fillna(planted["deviation"]["others"])
    unclear = pairs["item_id"].isin(planted["unclear_items"])
    chance = chance.mask(unclear, planted["unclear_item"]["deviation"])
    return pairs.assign(chance=chance, unclear=unclear)


def outcome_chances(value, steps, chance, severe, status):
    """Chances of the readings 0, 1/k, ..., 1 and "not applicable" of an answer.

    A deviation goes one step up or down alike, at the ends only inwards; then a severe evaluator
    may go one step down, not below 0; then the status may be read otherwise.
    """
    place = round(value * steps)
    scale = np.zeros(steps + 2)
    scale[place] = 1 - chance
    ways = [way for way in (place - 1, place + 1) if 0 <= way <= steps]
    scale[ways] += chance / len(ways)
    lower = np.append(scale[1:-1], [0.0, 0.0])
    lower[0] += scale[0]
    scale = (1 - severe) * scale + severe * lower
    scale *= 1 - status
    scale[-1] = status
    return scale


def test_chances_of_a_reading_are_those_worked_by_hand():
    """A half on two steps: up or down at 0.1 each; severity takes half of each a step lower."""
    assert outcome_chances(0.5, 2, 0.2, 0.0, 0.0) == pytest.approx([0.1, 0.8, 0.1, 0.0])
    assert outcome_chances(0.5, 2, 0.2, 0.5, 0.0) == pytest.approx([0.5, 0.45, 0.05, 0.0])
    assert outcome_chances(1.0, 1, 0.2, 0.0, 0.5) == pytest.approx([0.1, 0.4, 0.5])
    assert outcome_chances(0.0, 1, 0.2, 1.0, 0.0) == pytest.approx([1.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def disagreement(readings, truth):
    """Scored answers read twice: whether the readings differ, and the planted chance that they do.

    Two readings are independent, so they agree with the sum over outcomes of the product of their
    chances. `lower` is the planted mean of the first or second reading less the decision, given
    that it is a score.
    """
    planted = truth["agreement"]
    severe = planted["severe_evaluator"]
    rows = readings[readings["status"] == "scored"]
    differ = (rows["status_1"] != rows["status_2"]) | (
        rows["value_1"].fillna(-1) != rows["value_2"].fillna(-1)
    )
    strict = [
        np.where(rows[f"evaluator_id_{who}"] == severe["evaluator_id"], severe["chance"], 0.0)
        for who in (1, 2)
    ]
    known = {}
    chances = []
    for kind in zip(rows["value"], rows["steps"], rows["chance"], *strict, strict=True):
        if kind not in known:
            one, two = (
                outcome_chances(*kind[:3], severity, planted["status_deviation"])
                for severity in kind[3:]
            )
            known[kind] = 1 - float(one @ two)
        chances.append(known[kind])
    return rows.assign(differ=differ, expected=chances)


def test_two_evaluators_read_every_item_of_some_services(readings, answers, truth):
    """A share of the services of every edition since 2021, within its error; never one alone."""
    planted = truth["agreement"]
    assert not readings.duplicated(KEY).any()
    assert (readings["evaluator_id_1"] != readings["evaluator_id_2"]).all()
    pairs = readings.groupby(["edition_year", "service_id"])
    assert (pairs.size() == 143).all()
    assert (pairs[["evaluator_id_1", "evaluator_id_2"]].nunique() == 1).all(axis=None)
    people = {*readings["evaluator_id_1"], *readings["evaluator_id_2"]}
    assert people == {f"E{number:02d}" for number in range(1, planted["evaluators"] + 1)}
    assert set(readings["edition_year"]) == set(range(planted["from_edition"], 2025))
    recent = answers[answers["edition_year"] >= planted["from_edition"]]
    services = recent.groupby(["edition_year", "service_id"]).ngroups
    share = planted["share_of_services"]
    error = np.sqrt(share * (1 - share) / services)
    assert abs(pairs.ngroups / services - share) < 3 * error


def test_an_answer_that_is_no_score_is_read_as_it_is(readings):
    rest = readings[readings["status"] != "scored"]
    for who in (1, 2):
        assert (rest[f"status_{who}"] == rest["status"]).all()
        assert rest[f"value_{who}"].isna().all()


def test_the_planted_disagreement_is_found_in_every_parameter(disagreement):
    """Readings that differ, counted; the error of the count is sqrt(sum of p (1 - p))."""
    rows = disagreement.assign(variance=disagreement["expected"] * (1 - disagreement["expected"]))
    sums = rows.groupby("parameter")[["differ", "expected", "variance"]].sum()
    off = (sums["differ"] - sums["expected"]) / np.sqrt(sums["variance"])
    assert len(off) == 7
    assert off.abs().max() < 3


def test_training_divides_the_evaluators_and_the_unclear_item_most(disagreement, frameworks):
    """P5 differs twice as often as any other parameter without that item; the item is in K-7.1."""
    usual = disagreement[~disagreement["unclear"]].groupby("parameter")["differ"].mean()
    assert usual["P5"] > 2 * usual.drop("P5").max()
    by_item = disagreement.groupby("item_id")["differ"].mean()
    unclear = set(disagreement.loc[disagreement["unclear"], "item_id"])
    assert by_item.idxmax() in unclear
    assert unclear == {
        nodes.index[nodes["parent_id"] == "K-7.1"][0] for nodes in frameworks.values()
    }


def test_one_evaluator_is_severe(disagreement, truth):
    """E07 reads lower than the decision by more than anybody else, and by what was planted.

    The planted mean comes from the chances of each reading; its error from their variances.
    """
    severe = truth["agreement"]["severe_evaluator"]
    columns = ["value", "steps", "chance"]
    parts = [
        disagreement[[*columns, f"evaluator_id_{who}", f"value_{who}"]].set_axis(
            [*columns, "evaluator_id", "reading"], axis=1
        )
        for who in (1, 2)
    ]
    rows = pd.concat(parts).dropna()
    off = (rows["reading"] - rows["value"]).groupby(rows["evaluator_id"]).mean()
    assert off.idxmin() == severe["evaluator_id"] == "E07"
    assert off["E07"] < off.drop("E07").min() - 0.02
    own = rows[rows["evaluator_id"] == "E07"]
    moments = []
    for value, steps, chance in own[columns].itertuples(index=False):
        scale = outcome_chances(value, steps, chance, severe["chance"], 0.0)[:-1]
        away = np.arange(steps + 1) / steps - value
        moments.append((scale @ away, scale @ away**2))
    mean, square = np.array(moments).T
    error = np.sqrt((square - mean**2).sum()) / len(own)
    assert abs(off["E07"] - mean.mean()) < 3 * error


# Duplicates and families


def edits(one, two):
    """Whether two texts differ by one lost letter or by two neighbours that changed places."""
    start = next(
        place for place, pair in enumerate(zip(one, two, strict=False)) if len(set(pair)) > 1
    )
    one, two = one[start:], two[start:]
    swapped = len(one) > 1 and one[1::-1] + one[2:] == two
    return one[1:] == two or swapped


SMALL = {"a", "of", "the", "for", "in", "to", "that", "üzrə", "üçün", "ilə", "barədə", "haqqında"}


def test_the_count_of_edits_is_right_on_words_worked_by_hand():
    assert edits("passport", "passoprt") and edits("passport", "pasport")
    assert edits("kite", "kiet") and edits("ab c", "b c")
    assert not edits("kite", "tike") and not edits("kite", "mite")
    assert not edits("kite", "kit es") and not edits("passport", "pasprt")


def test_planted_duplicates_are_what_they_are_called(services, truth):
    """Both stand together at first; the kinds differ in a slip, in words, or in the body.

    A reworded name shares at most one word besides small words and those of its object.
    """
    by_key = services.set_index(["edition_year", "service_id"])
    names = ["name_az", "name_en"]
    kinds = dict.fromkeys(["misspelt", "reworded", "other_body"], 0)
    things = read_table("raw/objects.csv")
    for pair in truth["duplicates"]:
        year = pair["first_edition"]
        copy, first = (by_key.loc[(year, pair[one])] for one in ("service_id", "of"))
        assert (year - 1, pair["service_id"]) not in by_key.index
        assert (copy["organisation_id"] != first["organisation_id"]) == (
            pair["kind"] == "other_body"
        )
        assert copy["category"] == first["category"]
        kinds[pair["kind"]] += 1
        if pair["kind"] == "other_body":
            assert copy[names].tolist() == first[names].tolist()
        elif pair["kind"] == "misspelt":
            assert all(edits(first[name], copy[name]) for name in names)
        else:
            about = things[[f" {one} " in f" {first['name_en']} " for one in things["object_en"]]]
            thing = set(fold(" ".join(about.to_numpy().ravel())).split()) | SMALL
            for name in names:
                shared = set(fold(first[name]).split()) & set(fold(copy[name]).split())
                assert len(shared - thing) <= 1, (first[name], copy[name])
                assert len(shared) < len(fold(first[name]).split()) - 1
    assert min(kinds.values()) >= 10


def test_no_duplicate_stands_that_was_not_planted(services, truth):
    """Equal names in an edition are planted; districts give the same services, each one once."""
    group = {}
    for pair in truth["duplicates"]:
        group[pair["service_id"]] = group.get(pair["of"], pair["of"])
    known = services["service_id"].map(group).fillna(services["service_id"])
    for name in ("name_az", "name_en"):
        folded = services[name].map(fold)
        own = [services["edition_year"], services["organisation_id"], folded]
        assert services.groupby(own)["service_id"].size().max() == 1
        others = services["category"] != "local"
        alike = known[others].groupby([services["edition_year"], folded]).nunique()
        assert alike.max() == 1


def test_families_are_told_for_four_services_of_five(services, truth):
    """A family is the true one or empty, the same at every edition; duplicates share theirs."""
    told = services.drop_duplicates(["service_id", "family_id"]).set_index("service_id")[
        "family_id"
    ]
    assert told.index.is_unique
    true = pd.Series(truth["families"]).loc[told.index]
    assert ((told == true) | (told == "")).all()
    share = truth["services"]["family_hidden"]
    error = np.sqrt(share * (1 - share) / len(told))
    assert abs((told == "").mean() - share) < 3 * error
    assert all(true[pair["service_id"]] == true[pair["of"]] for pair in truth["duplicates"])


# What repeats an item, and the truth itself


def test_online_application_repeats_item_2_1_1(services, answers):
    """Yes where it is scored above one half, no where it is scored below, else empty."""
    item = answers[answers["item_id"] == "2.1.1"].set_index("row").sort_index()
    assert len(item) == len(services)
    for row in services.assign(status=item["status"], value=item["value"]).itertuples():
        told = ("yes" if row.value > 0.5 else "no") if row.status == "scored" else ""
        assert row.online_application == told
    assert set(services["online_application"]) == {"yes", "no", ""}


def test_the_truth_is_strict_json_and_says_that_the_bodies_are_invented(truth):
    with pytest.raises(ValueError, match="NaN is not JSON"):
        json.loads('{"value": NaN}', parse_constant=refuse_constant)
    assert truth["note"].startswith("Invented bodies")


def test_the_truth_tells_the_numbers_that_were_fixed(truth):
    """The script's numbers and no others; JSON turns keys into text and tuples into lists."""
    script = load_script("make_sample")
    for told, fixed in (
        (truth["model"], script.MODEL),
        (truth["services"], script.SERVICES),
        (
            {**truth["agreement"], "unclear_items": None},
            {**script.AGREEMENT, "unclear_items": None},
        ),
    ):
        assert told == json.loads(json.dumps(fixed))


def test_every_id_in_the_truth_exists(truth, bodies, services, items, frameworks):
    years = bodies.groupby("organisation_id")["edition_year"].unique()
    known = set(years.index)
    for body, values in truth["ability"].items():
        assert sorted(map(int, values)) == sorted(years[body])
    assert set(truth["ability"]) == set(truth["profile"]) == set(truth["not_answered"]) == known
    assert all(set(own) == set(PARAMETERS) for own in truth["profile"].values())
    assert {
        row[one] for row in truth["mergers"] for one in ("organisation_id", "successor")
    } <= known
    ids = set(services["service_id"])
    assert set(truth["families"]) == set(truth["quality_at_entry"]) == ids
    assert {row[one] for row in truth["duplicates"] for one in ("service_id", "of")} <= ids
    there = set(zip(services["edition_year"], services["service_id"], strict=True))
    assert {(row["edition_year"], row["service_id"]) for row in truth["improvements"]} <= there
    assert set(truth["items"]) == set(items["known_as"])
    assert set(truth["agreement"]["unclear_items"]) <= set(items.index)
    for nodes in frameworks.values():
        for item, planted in truth["items"].items():
            if item in nodes.index:
                criterion = nodes["parent_id"][item]
                assert planted["criterion"] == criterion
                assert planted["parameter"] == nodes["parent_id"][criterion]
                assert planted["steps"] == int(nodes["steps"][item])
