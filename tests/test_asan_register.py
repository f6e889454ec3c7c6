"""The register of real services: names and sources, nothing scored, rebuilt byte for byte."""

from pathlib import Path

import pandas as pd
import pytest
from build_scripts import ROOT, load_script

from asan_analysis.data.datasets import load_dataset
from asan_analysis.data.published import load_published
from asan_analysis.errors import DataError

FOLDER = ROOT / "data" / "asan_register"


@pytest.fixture(scope="module")
def data():
    return load_dataset(str(FOLDER))


def test_a_register_has_no_answers_and_no_figures(data):
    """Real bodies: no answer, score or place stands beside their names."""
    assert data.kind == "observed"
    assert data.assessments.empty and data.evaluations.empty and data.announced.empty
    names = {path.name for path in FOLDER.iterdir()}
    assert names == {"README.md", "dataset.toml", "editions.csv", "framework.csv", "rules.toml",
                     "organisations.csv", "services.csv", "raw"}  # fmt: skip
    for table in (data.organisations, data.services):
        numbers = set(table.select_dtypes("number").columns)
        assert numbers == {"edition_year"}


def test_every_service_of_the_list_is_there_with_its_source(data):
    raw = pd.read_csv(FOLDER / "raw" / "services_sources.csv", dtype=str)
    assert len(data.services) == len(raw) == 143
    assert data.services["name_az"].tolist() == raw["service_name_az"].tolist()
    assert data.services["source_url"].str.match(r"https?://\S+$").all()
    assert data.services["note"].notna().all()


def test_bodies_of_the_index_keep_their_ids_and_categories(data):
    known = load_published(ROOT / "data" / "published").organisations
    both = data.organisations.merge(known, on="organisation_id", validate="one_to_one")
    assert len(both) == 10 and len(data.organisations) == 19
    assert (both["category_x"] == both["category_y"]).all()
    assert (both["name_az_x"] == both["name_az_y"]).all()


def test_each_name_as_typed_stands_with_its_body(data):
    """Read by hand: the bodies whose names differ from those of the index."""
    raw = pd.read_csv(FOLDER / "raw" / "services_sources.csv", dtype=str)
    pairs = dict(zip(raw["organisation_az"], data.services["organisation_id"], strict=True))
    assert pairs["İqtisadiyyat Nazirliyi yanında Dövlət Vergi Xidməti"] == "state_tax_service"
    assert pairs["“Azərsu” ASC"] == "azersu" and pairs["“Azərişıq” ASC"] == "azerishig"
    assert pairs["Dövlət Miqrasiya Xidməti"] == "state_migration_service"
    nakhchivan = "Naxçıvan Muxtar Respublikası Dövlət Miqrasiya Xidməti"
    assert pairs[nakhchivan] == "nakhchivan_state_migration_service"


def test_the_framework_holds_what_is_public_and_no_weights(data):
    (tree,) = data.frameworks.values()
    assert len(tree) == 26 and (tree["weight"] == 1).all()
    assert "weight" not in pd.read_csv(FOLDER / "framework.csv", nrows=0)
    assert (tree["parent_id"] == "index").sum() == 7
    told = tree.set_index("node_id")["official"]
    assert told["P1"] == told["K-2.1"] == "yes" and told["index"] == told["K-2.4"] == "no"


def test_the_same_lists_give_the_same_bytes(tmp_path: Path):
    load_script("build_register").build(tmp_path)
    built = sorted(tmp_path.iterdir())
    assert len(built) == 6
    for path in built:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_a_body_that_nobody_knows_stops_the_script(monkeypatch):
    script = load_script("build_register")
    known = {name: body for name, body in script.BODIES.items() if name != "Səhiyyə Nazirliyi"}
    monkeypatch.setattr(script, "BODIES", known)
    with pytest.raises(DataError, match="no certain body for Səhiyyə Nazirliyi"):
        script.read_services()
