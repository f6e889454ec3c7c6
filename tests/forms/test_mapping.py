"""Workbooks of another layout: the first mapping that is written, and reading through one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from openpyxl import Workbook
from planted_faults import fill_template

from asan_analysis.cli import main
from asan_analysis.data.datasets import load_dataset
from asan_analysis.errors import DataError, ParameterError
from asan_analysis.forms.importing import import_workbook


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset that a foreign workbook belongs to."""
    folder = tmp_path_factory.mktemp("base")
    fill_template(folder / "filled.xlsx")
    import_workbook(folder / "filled.xlsx", folder / "weather")
    return folder / "weather"


def foreign(path: Path) -> Workbook:
    """A title, a blank row, headings of its own, names instead of ids, signs instead of words."""
    book = Workbook()
    page = book.active
    page.title = "Nəticələr"
    page.append(["Yoxlamanın nəticələri"])
    page.append([])
    page.append(["№", "Dövlət qurumu", "Xidmətin tam adı", "Qiymət dərc olunub?",
                 "Müddət dərc edilib", "Müraciət", "Gözləmə günləri", "Qeyd"])  # fmt: skip
    page.append([1, "Buludlar Nazirliyi", "BULUD PASPORTU", "+", "-", "0,5", 12, "baxılıb"])
    page.append([2, "BN", "Yağış pasportu", "-", "nr", 1, 7, None])
    page.append([3, "Duman Agentliyi", "Duman pasportu", "+", "+", "75 %", 30, None])
    book.save(path)
    return book


MAPPING = """dataset = "{base}"
year = 2023
sheet = "Nəticələr"
header_row = 3
service = "Xidmətin tam adı"
body = "B"
[items]
"1.1" = "D"
"1.2" = "Müddət dərc edilib"
"2.1" = "F"
"2.2" = "G"
[words]
"+" = "yes"
"-" = "no"
"""


def test_a_first_mapping_is_written_and_says_what_is_doubtful(base, tmp_path):
    foreign(tmp_path / "foreign.xlsx")
    with pytest.raises(ParameterError) as told:
        import_workbook(tmp_path / "foreign.xlsx", tmp_path / "out", dataset=str(base))
    target = tmp_path / "foreign.mapping.toml"
    assert f"--mapping {target}" in str(told.value)
    text = target.read_text(encoding="utf-8")
    found = tomllib.loads(text)
    assert (found["year"], found["sheet"], found["header_row"]) == (2023, "Nəticələr", 3)
    assert (found["service"], found["body"]) == ("C", "B")
    assert found["items"] == {"1.1": "D", "2.2": "G"}
    assert '# "?" = "E"  # Müddət dərc edilib; candidates: 1.2 (' in text
    assert '# "?" = "F"  # Müraciət; candidates: 2.1' in text
    words = text.partition("[words]\n")[2]
    assert words.splitlines()[:2] == ['# "+" = "?"  # in 3', '# "-" = "?"  # in 2']
    assert '"nr"' not in words  # known without being told
    target.write_text(text + "# mine\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="complete"):
        import_workbook(tmp_path / "foreign.xlsx", tmp_path / "out", dataset=str(base))
    assert target.read_text(encoding="utf-8").endswith("# mine\n")
    assert not (tmp_path / "out").exists()


def test_a_foreign_workbook_is_read_through_its_mapping(base, tmp_path):
    foreign(tmp_path / "foreign.xlsx")
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING.format(base=base), encoding="utf-8")
    (tmp_path / "to").mkdir()
    out = tmp_path / "to" / "weather"
    assert main(["import", str(tmp_path / "foreign.xlsx"), "--to", str(out),
                 "--mapping", str(mapping)]) == 0  # fmt: skip
    data = load_dataset(str(out))
    found = data.assessments[["service_id", "item_id", "status", "value"]].fillna(-1)
    assert [tuple(row) for row in found.to_numpy().tolist()] == [
        ("S1", "1.1", "scored", 1), ("S1", "1.2", "scored", 0), ("S1", "2.1", "scored", 0.5),
        ("S1", "2.2", "scored", 12), ("S2", "1.1", "scored", 0),
        ("S2", "1.2", "not_applicable", -1), ("S2", "2.1", "scored", 1),
        ("S2", "2.2", "scored", 7), ("S3", "1.1", "scored", 1), ("S3", "1.2", "scored", 1),
        ("S3", "2.1", "scored", 0.75), ("S3", "2.2", "scored", 30),
    ]  # fmt: skip
    assert len(data.services) == 6 and data.about == load_dataset(str(base)).about
    accepted = (out / "accepted.csv").read_text(encoding="utf-8")
    assert "foreign.xlsx,Nəticələr,C4,BULUD PASPORTU,S1,service_as_id" in accepted


def test_faults_of_a_foreign_workbook_name_their_cells(base, tmp_path):
    book = foreign(tmp_path / "foreign.xlsx")
    page = book.active
    page["D4"], page["F5"], page["C6"] = "++", "1,234", "Duman pasprtu"
    book.save(tmp_path / "foreign.xlsx")
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING.format(base=base), encoding="utf-8")
    with pytest.raises(DataError) as told:
        import_workbook(tmp_path / "foreign.xlsx", tmp_path / "out", mapping=mapping)
    lines = str(told.value).splitlines()
    assert lines[1].startswith("Nəticələr!D4: '++' is none of bəli")
    assert lines[2] == "Nəticələr!F5: '1,234' can be read in two ways; write 1234 or 1.234"
    told = "Nəticələr!C6: 'Duman pasprtu' is no service of the dataset; did you mean 'S3'?"
    assert lines[3] == told
    assert not (tmp_path / "out").exists()


def test_new_services_are_added_with_their_body_and_name(base, tmp_path):
    book = Workbook()
    page = book.active
    page.append(["kod", "ad", "qurum", "item", "cavab"])
    page.append(["S1", "Bulud", "clouds", "1.1", "yes"])
    page.append(["S9", "Sis pasportu", "Duman Agentliyi", "1.1", "no"])
    page.append(["S9", "Sis pasportu", "Duman Agentliyi", 2.2, 4])
    book.save(tmp_path / "long.xlsx")
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        f'dataset = "{base}"\nyear = 2023\nsheet = "Sheet"\nheader_row = 1\nservice = "A"\n'
        'service_az = "B"\nbody = "C"\nitem = "D"\nvalue = "E"\n', encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "to").mkdir()
    import_workbook(tmp_path / "long.xlsx", tmp_path / "to" / "weather", mapping=mapping)
    data = load_dataset(str(tmp_path / "to" / "weather"))
    row = data.services.set_index("service_id").loc["S9"]
    assert (row["organisation_id"], row["name_az"], len(data.services)) == (
        "fog",
        "Sis pasportu",
        7,
    )
    assert data.assessments["value"].tolist() == [1, 0, 4]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"1.1" = "D"', '"1.11" = "D"', "'1.11' is no item of the framework; did you mean"),
        ('body = "B"', 'body = "Dövlət qurum"', "did you mean 'Dövlət qurumu'"),
        ('sheet = "Nəticələr"', 'sheet = "x"', "there is no sheet 'x'; found Nəticələr"),
        ("header_row = 3", "", "missing header_row"),
        ("header_row = 3", "header_row = 3\ncolour = 1", "unknown colour"),
        ('"+" = "yes"', '"+" = "perhaps"', "gives perhaps"),
        ("year = 2023", "year = 1999", "known editions: 2023"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(base, tmp_path, old, new, told):
    foreign(tmp_path / "foreign.xlsx")
    text = MAPPING.format(base=base)
    assert old in text
    (tmp_path / "m.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(Exception, match=told) as error:
        import_workbook(tmp_path / "foreign.xlsx", tmp_path / "out", mapping=tmp_path / "m.toml")
    assert type(error.value).__module__ == "asan_analysis.errors"
    assert not (tmp_path / "out").exists()
