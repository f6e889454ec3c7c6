"""Dataset, workbook, dataset: nothing is lost, and the same data give the same bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small_dataset import FLAT, dataset, edition, node

from asan_analysis.data.datasets import Dataset, load_dataset
from asan_analysis.errors import ParameterError
from asan_analysis.forms.importing import import_workbook
from asan_analysis.forms.template import write_template, write_workbook

ROOT = Path(__file__).parents[2]
FRAMES = ("categories", "editions", "organisations", "services", "assessments", "announced",
          "assumptions", "evaluations")  # fmt: skip
ABOUT = {
    "id": "small", "title_az": "Ə  b", "title_en": "2023", "status": "draft", "publisher": "true",
    "licence": '"x"', "citation": "a\nb", "url": "=1", "more": {"a": [1, 2.0]}, "nothing": "",
    "categories": [
        {"id": "c", "title_az": "c", "title_en": "c", "order": 1, "note": 2.0},
        {"id": "d", "title_az": "d", "title_en": "d", "order": 2},
    ],
}  # fmt: skip


def awkward() -> Dataset:
    """Two editions under two frameworks and rules, with texts and numbers that are easily lost."""
    notes = {"note": {"s": "a  b x005F_ _x0041_", "t": "=1+1"}}
    codes = {"note": {"s": "007", "t": "1,5"}}
    data = dataset(
        edition(2022, {"s": {"x": 0.1 + 0.2, "y": 1 / 3}, "t": {"x": "not_applicable"}},
                {"t": "b"}, categories={"b": "d"}, columns=notes),
        edition(2023, {"s": {"x": 1e-17, "y": 5.000000000000001}, "t": {"y": "not_answered"}},
                {"t": "b"}, successors={"a": "b"}, framework="G.csv", rules="S.toml",
                columns=codes),
        frameworks={
            "F.csv": FLAT,
            "G.csv": [node("T"), node("x", "T"),
                      node("y", "T", lower="0", upper="10", normalisation="goalposts",
                           name_ru="nümunə / example", guidance_az="\"a\"\nb")],
        },
        rules={"R.toml": {}, "S.toml": {"min_coverage": 0.0, "round": {"0": 2}, "range": [0, 100],
                                        "roll_up_weight": "", "ties": "min"}},
    )  # fmt: skip
    answers = data.assessments.assign(
        reason=None, evidence="007", seen=[1, 2, 3, 4, 5, 6][: len(data.assessments)]
    )
    answers["reason"] = pd.Series([None, "x"] + [None] * (len(answers) - 2), dtype="str")
    extra = {
        "announced": [(2023, "organisation", "a", "T", "c", 33.333333333333336, 1, 2, "x"),
                      (2023, "organisation", "b", "T", "all", None, None, 2, "y")],
        "assumptions": [("A1", "aggregation:0", "1", '["geometric"]', "yes", "why", "U7"),
                        ("A2", None, None, None, "no", "why", None)],
        "evaluations": [(2023, "s", "x", "scored", 0.7, "E1"),
                        (2023, "s", "x", "not_answered", None, "E2")],
    }  # fmt: skip
    frames = {
        name: pd.DataFrame(rows, columns=list(getattr(data, name).columns)).astype(
            getattr(data, name).dtypes.to_dict()
        )
        for name, rows in extra.items()
    }
    return replace(data, about={**data.about, **ABOUT}, assessments=answers,
                   categories=pd.DataFrame(ABOUT["categories"]), **frames)  # fmt: skip


def assert_same(one: Dataset, other: Dataset) -> None:
    """Every value of two datasets, exactly; columns may stand in another order."""
    assert one.about == other.about
    assert one.rules == other.rules
    pairs = [(getattr(one, name), getattr(other, name)) for name in FRAMES]
    assert one.frameworks.keys() == other.frameworks.keys()
    pairs += [(one.frameworks[name], other.frameworks[name]) for name in one.frameworks]
    for left, right in pairs:
        right = right[[column for column in left if column in right]]
        pd.testing.assert_frame_equal(left[right.columns], right, check_exact=True,
                                      check_dtype=False)  # fmt: skip
        assert set(left.columns) - set(right.columns) <= {"note"}


def test_an_awkward_dataset_comes_back_whole(tmp_path):
    data = awkward()
    write_workbook(data, tmp_path / "small.xlsx")
    done = import_workbook(tmp_path / "small.xlsx", tmp_path / "small")
    back = load_dataset(str(tmp_path / "small"))
    assert done.accepted == []
    assert done.counts == {"editions": 2, "bodies": 2, "services": 2,
                           "answers": len(data.assessments)}  # fmt: skip
    assert_same(data, back)
    assert back.assessments["seen"].tolist() == data.assessments["seen"].tolist()
    assert not (tmp_path / "small" / "accepted.csv").exists()
    write_workbook(back, tmp_path / "again.xlsx")
    (tmp_path / "other").mkdir()
    import_workbook(tmp_path / "again.xlsx", tmp_path / "other" / "small")
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
                     for name in ("small", "other/small"))  # fmt: skip
    assert first == second


def test_a_cut_of_the_sample_comes_back_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    data = load_dataset("asan_sample")
    years = data.editions["edition_year"].isin([2021, 2022])
    kept = data.services[data.services["service_id"].isin(data.services["service_id"].unique()[:9])]
    cut = {
        name: frame[frame["edition_year"].isin([2021, 2022])
                    & frame["service_id"].isin(kept["service_id"])].reset_index(drop=True)
        for name, frame in (("services", data.services), ("assessments", data.assessments),
                            ("evaluations", data.evaluations))
    }  # fmt: skip
    bodies = data.organisations["edition_year"].isin([2021, 2022])
    data = replace(
        data,
        editions=data.editions[years].reset_index(drop=True),
        organisations=data.organisations[bodies].reset_index(drop=True),
        **cut,
    )
    write_workbook(data, tmp_path / "sample.xlsx")
    done = import_workbook(tmp_path / "sample.xlsx", tmp_path / "sample")
    assert len(data.frameworks) == 2 and len(cut["assessments"]) > 1000
    assert len(cut["evaluations"]) > 100
    assert done.accepted == []
    assert_same(data, load_dataset(str(tmp_path / "sample")))


def test_the_same_data_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(awkward(), tmp_path / name)
        write_template(tmp_path / f"t{name}")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "ta.xlsx").read_bytes() == (tmp_path / "tb.xlsx").read_bytes()


def test_what_a_workbook_does_not_take_is_refused(tmp_path):
    data = awkward()
    long = data.services.assign(name_az="x" * 40000)
    with pytest.raises(ParameterError, match="more than 32767 letters"):
        write_workbook(replace(data, services=long), tmp_path / "long.xlsx")
    with pytest.raises(ParameterError, match=r"ends in \.xlsx"):
        write_workbook(data, tmp_path / "data.csv")
    with pytest.raises(ParameterError, match="there is no folder"):
        write_workbook(data, tmp_path / "none" / "data.xlsx")
    assert list(tmp_path.iterdir()) == []
