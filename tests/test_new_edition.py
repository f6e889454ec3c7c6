"""The drill of docs/adding_a_method_version.md: a new edition under a changed method, as data."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup
from small_project import draw_little

from asan_analysis.analysis.trends import match_items
from asan_analysis.data.contracts import FRAMEWORK
from asan_analysis.data.tables import read_csv
from asan_analysis.index.framework import build_tree

ROOT = Path(__file__).resolve().parents[1]
NEW_CRITERION = ["K-8.1", "P8", "1", "Könüllü yoxlama", "Trial by volunteers"]
RULES = """
aggregation = "arithmetic"
not_applicable = "exclude"
not_answered = "zero"
roll_up = "weighted"
roll_up_weight = "annual_users"
round_organisation = 1
"""


def text_cells(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def change_framework(folder: Path) -> None:
    """An eighth parameter, a renamed item, a dropped one, moved weights, another mean."""
    nodes = text_cells(folder / "framework_2022.csv")
    nodes = nodes[nodes["node_id"] != "1.1.1"]
    nodes.loc[nodes["node_id"] == "1.1.2", ["node_id", "replaces"]] = ["1.1.20", "1.1.2"]
    nodes.loc[nodes["node_id"] == "P4", "weight"] = "20"
    nodes["aggregation"] = np.where(nodes["node_id"] == "K-6.3", "geometric", "")
    head = list(nodes.columns[:5])
    new = [
        ["P8", "index", "5", "Sınaqdan keçirmə", "Trying the service"],
        NEW_CRITERION,
        ["8.1.1", "K-8.1", "1", "Xidmət sınaqdan keçirilir", "The service is tried out"],
        ["8.1.2", "K-8.1", "1", "Sınağın nəticəsi açıqlanır", "The result of the trial is told"],
    ]
    assert head[:3] == ["node_id", "parent_id", "weight"]
    rows = pd.DataFrame(new, columns=head).assign(official="no")
    nodes = pd.concat([nodes, rows]).fillna("")
    nodes.to_csv(folder / "framework_2026.csv", index=False, lineterminator="\n")


def add_edition(folder: Path) -> None:
    """Rows of 2026 in the tables: the bodies and services of 2024 under the new items.

    Five bodies of each category are kept, with all their services: charts of few rows.
    """
    keep = {"2023", "2024"}
    bodies = text_cells(folder / "organisations.csv").query("edition_year == '2024'")
    bodies = bodies.groupby("category").head(5)["organisation_id"]
    for name in ("editions", "organisations", "services"):
        path = folder / f"{name}.csv"
        table = text_cells(path)
        table = table[table["edition_year"].isin(keep)]
        if name != "editions":
            table = table[table["organisation_id"].isin(bodies)]
        new = table[table["edition_year"] == "2024"].replace({"edition_year": {"2024": "2026"}})
        if name == "editions":
            new = new.assign(label_az="2026", label_en="2026", order="9", rules="rules_2026.toml",
                             framework="framework_2026.csv", coverage_basis="")  # fmt: skip
        pd.concat([table, new]).to_csv(path, index=False, lineterminator="\n")
    answers = pd.read_parquet(folder / "assessments.parquet")
    kept = text_cells(folder / "services.csv")[["edition_year", "service_id"]]
    answers = answers.merge(kept.astype({"edition_year": np.int16}))
    last = answers[answers["edition_year"] == 2024].assign(edition_year=np.int16(2026))
    last = last[last["item_id"] != "1.1.1"].replace({"item_id": {"1.1.2": "1.1.20"}})
    tried = last[last["item_id"] == "1.1.3"]
    added = [tried.assign(item_id=item) for item in ("8.1.1", "8.1.2")]
    table = pa.Table.from_pandas(pd.concat([answers, last, *added]), preserve_index=False)
    pq.write_table(table, folder / "assessments.parquet")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose library is the installed one, and a dataset with the edition 2026."""
    project = tmp_path_factory.mktemp("drill")
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    draw_little(project / "notebooks")
    shutil.copytree(ROOT / "data" / "published", project / "data" / "published")
    shutil.copy(ROOT / "data" / "dictionary.csv", project / "data")
    shutil.copy(ROOT / "requirements.lock", project)
    folder = project / "data" / "drill"
    ignore = shutil.ignore_patterns("raw", "evaluations.parquet", "truth.json")
    shutil.copytree(ROOT / "data" / "asan_sample", folder, ignore=ignore)
    about = (folder / "dataset.toml").read_text("utf-8").replace('"asan_sample"', '"drill"')
    (folder / "dataset.toml").write_text(about, encoding="utf-8")
    (folder / "rules_2026.toml").write_text(RULES, encoding="utf-8")
    change_framework(folder)
    add_edition(folder)
    return project


def run(project: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "asan_analysis", *arguments], cwd=project,
                          capture_output=True, text=True, encoding="utf-8")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_new_edition_passes_the_check(project):
    assert "3 edition(s)" in run(project, "check", "drill")


def test_the_change_of_items_is_told(project):
    """144 items: one renamed, one dropped, two added; the rest ask the same."""
    folder = project / "data" / "drill"
    trees = [
        build_tree(read_csv(folder / f"framework_{year}.csv", FRAMEWORK)) for year in (2022, 2026)
    ]
    states = match_items(*trees)["state"].value_counts().to_dict()
    assert states == {"same": 141, "added": 2, "renamed": 1, "dropped": 1}


def test_a_report_of_the_new_edition_builds_under_its_own_method(project):
    run(project, "report", "--year", "2026", "--dataset", "drill")
    folder = project / "reports" / "2026" / "drill"
    html = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    text = html.get_text(" ")
    assert "items renamed 1, joined from several 0, split off 0, new 2, dropped 1" in text
    assert "The method changed before: 2026" in text
    ranks = pd.read_csv(folder / "tables" / "organisation_scores.csv")
    assert len(ranks) == 15
    assert (ranks["score_percent"] == ranks["score_percent"].round(1)).all()
    shown = pd.read_csv(folder / "tables" / "category_parts.csv")["node_id"]
    assert NEW_CRITERION[0] in set(shown)
    announced = html.find(id="announced").get_text(" ")
    assert "Nothing to show for this edition" in announced
