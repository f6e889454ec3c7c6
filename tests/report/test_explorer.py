"""The explorer as a file: its data, kinds and size, nothing from outside, hostile names."""

import base64
import hashlib
import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from kinds import announced_names, kinds_of, mixed_kinds, named_in, parse
from plain_road import node
from shipped import load_shipped
from small_dataset import edition
from small_explorer import (
    HOSTILE,
    ROOT,
    hostile,
    identity_of,
    last_editions,
    published,
    small,
    write_page,
)

from asan_analysis.data.datasets import select_edition
from asan_analysis.data.names import collation_key
from asan_analysis.index import rollup
from asan_analysis.index.method import find_method
from asan_analysis.report.explorer import (
    EXPLORER_FILE,
    SCRIPTS,
    VIEWS,
    embed,
    has_explorer,
    write_explorer,
)
from asan_analysis.report.explorer_data import collect
from asan_analysis.report.texts import texts_below

PARTS = ROOT / "src" / "asan_analysis" / "report" / "templates" / "explorer"
DEEP = [node("T"), node("p", "T", weight="3"), node("x", "T"), node("q", "p"), node("y", "q"),
        node("z", "p")]  # fmt: skip


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Folder, page and dataset of the sample of 2023."""
    folder = tmp_path_factory.mktemp("sample")
    data = last_editions(load_shipped("asan_sample"), 2023)
    return folder, write_page(folder, data, 2023).read_text("utf-8"), data


@pytest.fixture(scope="module")
def egov(tmp_path_factory):
    folder = tmp_path_factory.mktemp("egov")
    data = load_shipped("egov_benchmark_2023")
    return folder, write_page(folder, data, 2023).read_text("utf-8"), data


def model_of(page):
    return json.loads(parse(page).find(id="data").string)


def folder_model(folder, data, year=1):
    return model_of(write_page(folder, data, year).read_text("utf-8"))


def test_the_figures_are_those_of_the_tables(sample):
    folder, page, _ = sample
    model = model_of(page)
    ranks = pd.read_csv(folder / "tables" / "organisation_scores.csv")
    told = [(body["id"], body["score"], body["rank"], body["services"]) for body in model["bodies"]]
    columns = ["organisation_id", "score_percent", "rank", "services"]
    assert told == list(ranks[columns].itertuples(index=False, name=None))
    nodes = pd.read_csv(folder / "tables" / "contributions.csv").query("node_id == 'P3'")
    points = dict(zip(nodes["organisation_id"], nodes["contribution"], strict=True))
    assert all(body["parts"][2][1] == points[body["id"]] for body in model["bodies"])
    sums = [sum(points for _, points in body["parts"]) for body in model["bodies"]]
    assert sums == pytest.approx([body["score"] for body in model["bodies"]], abs=1e-9)


def test_the_parts_of_a_service_are_the_children_of_the_root(sample):
    """Under either rule on what is not applicable, as `score_organisations` averages them."""
    _, page, data = sample
    model = model_of(page)
    one, edition_now = select_edition(data, 2023)
    tree, rules = find_method(one, edition_now)
    assert model["scores"]["choices"] == ["exclude", "zero"]
    for choice, rows in zip(model["scores"]["choices"], model["scores"]["services"], strict=True):
        scores = rollup.score_organisations(
            one.assessments, one.services, tree, replace(rules, not_applicable=choice)
        )
        own = scores[scores["node_id"] == "P5"].set_index("organisation_id")["score_percent"]
        table = pd.DataFrame({"body": model["services"]["body"],
                              "score": [row[4] for row in rows]}, dtype="float64")  # fmt: skip
        means = table.groupby("body")["score"].mean()
        bodies = [body["id"] for body in model["bodies"]]
        assert means.tolist() == pytest.approx(own[bodies].tolist(), abs=1e-9)


@pytest.mark.parametrize(("name", "kind"), [("sample", "synthetic"), ("egov", "observed")])
def test_every_view_has_the_kind_of_the_dataset(name, kind, request):
    page = request.getfixturevalue(name)[1]
    assert kinds_of(page) == [kind] * len(VIEWS)
    assert mixed_kinds(page, announced_names()) == []
    for section in parse(page)("section"):
        assert section.find(class_="kind").b.get_text() == texts_below("kind.")[kind][1]


def test_the_page_of_invented_bodies_names_no_announced_one(sample):
    """Anywhere in the file, not in its sections alone; planted, such a name is found."""
    _, page, _ = sample
    names = announced_names()
    assert named_in(page, names) == []
    assert named_in(page.replace('"id":"laughter', '"id":"Ədliyyə Nazirliyi"'), names) != []
    assert not any("announced" in body for body in model_of(page)["bodies"])


def test_announced_places_stand_for_observed_bodies_alone(egov, tmp_path):
    _, page, data = egov
    bodies = model_of(page)["bodies"]
    assert all(body["announced"] == body["rank"] for body in bodies)
    invented = replace(data, about={**data.about, "kind": "synthetic"})
    model = folder_model(tmp_path, invented, 2023)
    assert not any("announced" in body for body in model["bodies"])


def test_an_announced_order_with_a_gap_is_not_used(egov, tmp_path):
    data = egov[2]
    without = data.announced[data.announced["unit_id"] != "MT"]
    model = folder_model(tmp_path, replace(data, announced=without), 2023)
    told = {body["category"] for body in model["bodies"] if "announced" in body}
    assert told == {1}


@pytest.mark.parametrize("name", ["sample", "egov"])
def test_the_file_is_small_and_asks_for_nothing(name, request):
    page = request.getfixturevalue(name)[1]
    assert len(page.encode("utf-8")) < 1_500_000
    assert not re.search(r"(?:https?:)?//[\w.-]+\.\w|@import|url\(|src=|<link", page)
    soup = parse(page)
    assert {"default-src 'none'"} <= {part.strip() for part in soup.meta.find_next("meta")[
        "content"].split(";")}  # fmt: skip


def test_names_in_both_languages_stand_in_the_order_of_the_alphabet(sample):
    model = model_of(sample[1])
    for place, order in enumerate(model["orders"]):
        names = [model["bodies"][at]["name"] for at in order]
        names = [name if isinstance(name, str) else name[place] for name in names]
        assert names == sorted(names, key=collation_key)
        assert sorted(order) == list(range(len(model["bodies"])))


def test_no_name_breaks_out_of_the_data(tmp_path):
    page = write_page(tmp_path, hostile(), 1).read_text("utf-8")
    soup = parse(page)
    assert len(soup("script")) == 2
    assert not soup("img")
    assert sorted(body["name"] for body in model_of(page)["bodies"]) == sorted(HOSTILE)
    assert soup.h1.get_text().startswith(HOSTILE[0])


def test_embedded_json_opens_no_element():
    assert "<" not in embed({"a": "</script><!--"})
    assert json.loads(embed({"a": "</script><!--"})) == {"a": "</script><!--"}
    with pytest.raises(ValueError, match="JSON"):
        embed({"a": float("nan")})


def test_missing_scores_and_few_services_are_told_as_missing(tmp_path):
    answers = {"s": {"x": 1.0, "y": 0.5}, "t": {}, "u": {"x": 0.2}}
    data = small(edition(1, answers, {"t": "b", "u": "c"}, categories={"d": "d"}))
    model = folder_model(tmp_path, data)
    told = {body["id"]: (body["score"], body["rank"]) for body in model["bodies"]}
    assert told == {"a": (75, 1), "c": (20, 2), "b": (None, None), "d": (None, None)}
    assert model["scores"]["services"][0] == [[100, 50], [None, None], [20, None]]


def test_one_body_and_branches_of_unequal_depth_are_enough(tmp_path):
    answers = {"s": {"x": 1.0, "y": 0.5, "z": 0.0}}
    model = folder_model(tmp_path, small(edition(1, answers), frameworks={"F.csv": DEEP}))
    assert [part["weight"] for part in model["parts"]] == [3, 1]
    assert model["scores"]["services"] == [[[25, 100]]]
    assert model["method"]["refused"] == ""


@pytest.mark.parametrize(
    ("rows", "rules", "answer", "refused"),
    [
        ([node("T"), node("x", "T")], {}, {"x": 1.0}, "few"),
        ([node("T")], {}, {"T": 1.0}, "few"),
        ([node("T"), node("p", "T"), node("q", "T"), node("x", "p"), node("y", "q")],
         {"range": [-1, 1]}, {"x": 0.5, "y": 1.0}, ""),
    ],
)  # fmt: skip
def test_a_method_whose_weights_cannot_be_moved_says_why(tmp_path, rows, rules, answer, refused):
    data = small(edition(1, {"s": answer}), frameworks={"F.csv": rows}, rules={"R.toml": rules})
    assert folder_model(tmp_path, data)["method"]["refused"] == refused
    assert all(f"weights.refused.{reason}" in texts_below("explorer.")
               for reason in ("few", "below"))  # fmt: skip


def test_pooled_answers_are_shipped_by_body(tmp_path):
    answers = {"s": {"x": 1.0, "y": 0.0}, "t": {"x": 0.0}}
    data = small(edition(1, answers), rules={"R.toml": {"roll_up": "pooled"}})
    assert folder_model(tmp_path, data)["scores"]["pooled"] == [[[50, 0]]]


@pytest.mark.parametrize("change", ["draft", "register", "profile"])
def test_drafts_registers_and_profiles_get_none(sample, tmp_path, change):
    folder, _, data = sample
    identity = identity_of(data, 2023)
    assert has_explorer(folder, identity)
    if change == "draft":
        identity = replace(identity, data=replace(data, about={**data.about, "status": "draft"}))
    if change == "profile":
        identity = replace(identity, organisation_id="buttons_committee")
    if change != "register":
        shutil.copytree(folder / "tables", tmp_path / "tables")
    write_explorer(tmp_path, identity, published())
    assert not (tmp_path / EXPLORER_FILE).exists()


def test_the_same_tables_make_the_same_bytes(sample):
    folder, page, data = sample
    identity = identity_of(data, 2023)
    assert collect(folder, identity, published()) == collect(folder, identity, published())
    write_explorer(folder, identity, published())
    assert (folder / EXPLORER_FILE).read_text("utf-8") == page


def test_every_part_of_the_script_is_shipped_once():
    assert sorted(SCRIPTS) == sorted(part.stem for part in PARTS.glob("*.js"))


def test_the_policy_allows_the_script_as_a_browser_reads_it(sample):
    script = parse(sample[1])("script")[-1].string
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    assert f"script-src 'sha256-{base64.b64encode(digest).decode()}'" in sample[1]


def test_every_text_that_the_page_asks_for_is_shipped():
    """Keys written out in the scripts and the template stand in the catalogue."""
    script = "".join((PARTS / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    page = (PARTS / "page.html.j2").read_text("utf-8")
    asked = set(re.findall(r'\b(?:say|soft|block)\("([\w.]+)"', script))
    asked |= set(re.findall(r'"([a-z_]+\.[\w.]+)"', script))
    asked |= set(re.findall(r'data-(?:text|label)="explorer\.([\w.]+)"', page))
    assert len(asked) > 60
    assert asked - set(texts_below("explorer.")) == set()
