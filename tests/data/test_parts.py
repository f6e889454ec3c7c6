"""Parts that hold what they must not, services that stand twice, and parts read into memory."""

import numpy as np
import pandas as pd
import pytest
from parts_of import ROOT, write_parts

from asan_analysis.data import answers
from asan_analysis.data.blocks import read_blocks
from asan_analysis.data.datasets import load_dataset
from asan_analysis.data.files import files_read, sha256_of
from asan_analysis.data.parts import Layout, list_parts
from asan_analysis.data.spans import check_services
from asan_analysis.errors import DataError, describe

LAYOUT = Layout(2023, ("a", "b"), (True, False), ("one", "two"))
WIDE = pd.DataFrame(
    {
        "service_id": ["s1", "s2", "s3", "s4"],
        "organisation_id": ["two", "one", "two", "one"],
        "a": [0.5, -8.0, np.nan, 1.0],
        "b": [30.0, -9.0, 7.5, 0.0],
    }
)
LONG = pd.DataFrame(
    {
        "service_id": ["s1", "s1", "s2", "s3"],
        "organisation_id": ["two", "two", "one", "two"],
        "item_id": ["b", "a", "a", "b"],
        "status": ["scored", "scored", "not_applicable", "scored"],
        "value": [30.0, 0.5, np.nan, 7.5],
    }
)


def keep(tmp_path, frame, name="part-00000", **named):
    place = tmp_path / "assessments" / "edition_year=2023"
    place.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(place / f"{name}.parquet", index=False, **named)
    return place / f"{name}.parquet"


def refused(path, layout=LAYOUT):
    with pytest.raises(DataError) as caught:
        list(read_blocks(path, layout))
    return str(caught.value)


@pytest.mark.parametrize("frame", [WIDE.iloc[:3], LONG], ids=["wide", "long"])
def test_a_block_holds_the_services_of_a_body_side_by_side(tmp_path, frame):
    [block] = read_blocks(keep(tmp_path, frame), LAYOUT)
    assert (list(block.services), block.bodies.tolist()) == (["s2", "s1", "s3"], [0, 1])
    assert block.starts.tolist() == [0, 1]
    np.testing.assert_array_equal(block.values, [[np.nan, 0.5, np.nan], [np.nan, 30.0, 7.5]])
    assert block.not_applicable.tolist() == [[True, False, False], [False, False, False]]
    assert block.not_answered.tolist() == [[False, False, True], [True, False, False]]
    assert block.rows.tolist() == ([2, 1, 3] if frame is not LONG else [3, 1, 4])


def test_columns_of_other_number_types_are_read(tmp_path):
    frame = WIDE.assign(a=pd.array([1, -8, None, 0], dtype="Int16"), edition_year=2023)
    [block] = read_blocks(keep(tmp_path, frame), LAYOUT)
    np.testing.assert_array_equal(block.values[0], [np.nan, 0.0, 1.0, np.nan])


def test_weights_come_with_their_services(tmp_path):
    layout = Layout(2023, ("a", "b"), (True, False), ("one", "two"), weight="size")
    for frame in (WIDE.assign(size=[1, 2, 3, 4]), LONG.assign(size=[1, 1, 2, 3])):
        [block] = read_blocks(keep(tmp_path, frame), layout)
        sizes = dict(zip(block.services, block.weight, strict=True))
        assert {name: sizes[name] for name in ("s1", "s2", "s3")} == {"s1": 1, "s2": 2, "s3": 3}


FAULTS = {
    "a share above one": (WIDE.assign(a=[0.5, 1.2, 0, 0]),
                          "row 2, a: 1.2 is outside 0 to 1; write a share, -8 for not applicable"),
    "a number without end": (WIDE.assign(b=[np.inf, 0, 0, 0]),
                             "row 1, b: inf is not a finite number"),
    "no id": (WIDE.assign(service_id=["s1", None, "s3", ""]),
              "row 2, service_id: is empty; fill it (also row 4)"),
    "an organisation nobody knows": (WIDE.assign(organisation_id=["one", "two", "six", "one"]),
                                     "row 3, organisation_id: six is not in organisations.csv"),
    "another year": (WIDE.assign(edition_year=[2023, 2023, 2021, 2023]),
                     "row 3, edition_year: 2021 is not the year of the folder"),
    "an item without a column": (WIDE.drop(columns="b"), "b: has no such column; add it"),
    "a column nobody knows": (WIDE.assign(c=1.0), "c: is not an item; add it to the framework"),
    "text for numbers": (WIDE.assign(a=["x", "y", "z", "w"]),
                         "row 1, a: holds"),
    "an unknown item": (LONG.assign(item_id=["b", "a", "q", "b"]),
                        "row 3, item_id: q is not known; correct it"),
    "an unknown status": (LONG.assign(status=["scored", "scored", "n/a", "scored"]),
                          "row 3, status: n/a is not known; write one of scored"),
    "scored without a value": (LONG.assign(value=[30.0, np.nan, np.nan, 7.5]),
                               "row 2, value: is empty although scored"),
    "a value not scored": (LONG.assign(value=[30.0, 0.5, 0.5, 7.5]),
                           "row 3, value: 0.5 stands although not scored"),
    "an answer twice": (pd.concat([LONG, LONG.iloc[[1]]]),
                        "row 2, item_id: a stands twice for the service"),
    "two organisations": (LONG.assign(organisation_id=["two", "one", "one", "two"]),
                          "row 2, organisation_id: s1 differs from another row of the service"),
    "a share above one, long": (LONG.assign(value=[30.0, 1.5, np.nan, 7.5]), "is outside 0 to 1"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_row_and_remedy(tmp_path, fault):
    frame, expected = FAULTS[fault]
    told = refused(keep(tmp_path, frame))
    assert told.startswith("assessments/edition_year=2023/part-00000.parquet: ")
    assert expected in told


def test_a_weight_below_zero_is_told(tmp_path):
    layout = Layout(2023, ("a", "b"), (True, False), ("one", "two"), weight="size")
    told = refused(keep(tmp_path, WIDE.assign(size=[1, -2, 3, 4])), layout)
    assert "row 2, size: has no weight of zero or more" in told


@pytest.mark.parametrize("frame", [WIDE, LONG], ids=["wide", "long"])
def test_a_part_without_rows_has_no_blocks(tmp_path, frame):
    assert list(read_blocks(keep(tmp_path, frame.iloc[:0]), LAYOUT)) == []


def test_rows_are_counted_over_the_blocks_of_a_part(tmp_path):
    """A fault far down a wide part, in a block that was sorted, is told with its own row."""
    rows = 20_000
    many = pd.DataFrame(
        {
            "service_id": [f"s{row:05d}" for row in range(rows)],
            "organisation_id": np.where(np.arange(rows) % 3, "two", "one"),
            "a": 0.5,
            "b": 1.0,
        }
    )
    many.loc[17_001, "a"] = 7.0
    assert "row 17002, a: 7 is outside" in refused(keep(tmp_path, many))


def test_a_file_that_is_no_parquet_is_told(tmp_path):
    path = keep(tmp_path, WIDE)
    path.write_bytes(b"PAR1 nothing PAR1")
    assert "part-00000.parquet: the file cannot be read" in refused(path)


def parts_with(tmp_path, *lots, **named):
    for number, ids in enumerate(lots):
        frame = WIDE.iloc[[0] * len(ids)].assign(service_id=ids)
        keep(tmp_path, frame, f"part-{number:05d}", **named)
    return list_parts(tmp_path, 2023)


def test_services_that_stand_twice_are_found(tmp_path):
    """In one part, in two whose ids mix, and in two that lie apart but for the shared end."""
    parts = parts_with(tmp_path, ["a1", "a5", "a5"], ["b1", "b9"], ["b3", "b9"], ["b9", "c1"])
    told = describe(check_services(parts))
    assert "part-00000.parquet: 1 problem\n  row 3, service_id: a5 stands twice" in told
    assert told.count("stands in assessments/edition_year=2023/part-00001.parquet too") == 2


def test_footers_without_ends_are_no_reason_to_trust(tmp_path):
    parts = parts_with(tmp_path, ["a1"], ["z1", "a1"], write_statistics=False)
    assert "a1 stands in" in describe(check_services(parts))


def test_services_that_stand_once_are_left_alone(tmp_path):
    assert check_services(parts_with(tmp_path, ["a1", "c1"], ["b1", "d1"], ["e1"])) == []
    keep(tmp_path, LONG)
    assert check_services(list_parts(tmp_path, 2023)[:1]) == []


@pytest.mark.parametrize("long", [False, True])
def test_parts_in_memory_are_the_table_that_was_cut(tmp_path, long):
    """`load_dataset` reads either shape; rows are those of the one file, in another order."""
    folder = write_parts(tmp_path / "parts", cuts=4, long=long, shuffle=1)
    found = load_dataset(str(folder)).assessments
    whole = load_dataset(str(ROOT / "data" / "asan_sample")).assessments
    whole = whole[whole["edition_year"] == 2023]
    keys = ["service_id", "item_id"]
    columns = ["edition_year", *keys, "status", "value"]
    pd.testing.assert_frame_equal(
        found[columns].sort_values(keys, ignore_index=True),
        whole[columns].sort_values(keys, ignore_index=True),
    )


def spoil(folder, change):
    path = next(iter(sorted(folder.glob("assessments/*/*.parquet"))))
    change(pd.read_parquet(path)).to_parquet(path, index=False)


SPOILED = {
    "a share above one": (lambda part: part.assign(**{part.columns[3]: 1.5}), "is outside 0 to 1"),
    "an item left out": (lambda part: part.drop(columns=part.columns[3]), "has no such column"),
    "another owner": (lambda part: part.assign(organisation_id=part["organisation_id"].iloc[::-1]
                                               .to_numpy()),
                      "is not the organisation that services.csv names"),
    "text for a number": (lambda part: part.astype({part.columns[3]: "str"}).assign(
        **{part.columns[3]: "x"}), "is not a finite number"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED)
def test_faults_of_parts_in_memory_name_part_and_row(tmp_path, fault):
    folder = write_parts(tmp_path / "parts")
    change, expected = SPOILED[fault]
    spoil(folder, change)
    with pytest.raises(DataError) as caught:
        load_dataset(str(folder))
    told = str(caught.value)
    assert "assessments/edition_year=2023/part-00000.parquet" in told and expected in told


def test_a_part_more_is_noticed_by_whatever_is_kept(tmp_path):
    """The folder of parts is recorded as the names in it, as files are by their bytes."""
    folder = write_parts(tmp_path / "parts", cuts=2)
    place = folder / "assessments"
    before = load_dataset(str(folder))
    assert files_read()[place] == sha256_of(place)
    _, second = sorted(place.glob("*/*"))
    kept = second.read_bytes()
    second.unlink()
    assert files_read()[place] != sha256_of(place)
    assert len(load_dataset(str(folder)).assessments) < len(before.assessments)
    second.with_name("part-00009.parquet").write_bytes(kept)
    pd.testing.assert_frame_equal(load_dataset(str(folder)).assessments, before.assessments)


def test_folders_that_cannot_be_meant_are_refused(tmp_path):
    folder = write_parts(tmp_path / "parts")
    (folder / "assessments.parquet").write_bytes(b"")
    (folder / "assessments" / "edition_year=1999").mkdir()
    with pytest.raises(DataError) as caught:
        load_dataset(str(folder))
    assert "stands beside the folder assessments/; keep one of the two" in str(caught.value)
    assert "edition_year=1999 is no edition of editions.csv" in str(caught.value)


def test_a_service_in_two_parts_is_refused_in_memory(tmp_path):
    folder = write_parts(tmp_path / "parts", cuts=2)
    first, second = sorted(folder.glob("assessments/*/*.parquet"))
    both = pd.concat([pd.read_parquet(second), pd.read_parquet(first).iloc[:1]])
    both.to_parquet(second, index=False)
    with pytest.raises(DataError, match="stands in another part too"):
        load_dataset(str(folder))


def test_more_answers_than_memory_takes_are_refused(tmp_path, monkeypatch):
    folder = write_parts(tmp_path / "parts")
    monkeypatch.setattr(answers, "MOST_ANSWERS", 1000)
    with pytest.raises(DataError, match=r"a report reads 1000 at most; score them with"):
        load_dataset(str(folder))
