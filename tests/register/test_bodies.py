"""Bodies by name: each road, what is never guessed, and the year."""

import pandas as pd
import pytest
from build_scripts import ROOT

from asan_analysis.data.published import load_published
from asan_analysis.errors import DataError, ParameterError, UnknownEditionError
from asan_analysis.register.bodies import COLUMNS, match_bodies

BODIES = pd.DataFrame(
    [
        ("labour", "Əmək və Əhalinin Sosial Müdafiəsi Nazirliyi", "Ministry of Labour", "SocMin"),
        ("internal", "Daxili İşlər Nazirliyi", "Ministry of Internal Affairs", ""),
        ("migration", "Dövlət Miqrasiya Xidməti", "State Migration Service", ""),
        ("tax", "İqtisadiyyat Nazirliyi yanında Dövlət Vergi Xidməti", "State Tax Service", ""),
        ("property", "Əmlak Məsələləri Dövlət Xidməti", "Property Service", ""),
        ("property_old", "Əmlak Məsələləri Dövlət Komitəsi", "Property Committee", ""),
        ("nesimi", "Nəsimi Rayon İcra Hakimiyyəti", "Nasimi District Executive Power", ""),
        ("nizami", "Nizami Rayon İcra Hakimiyyəti", "Nizami District Executive Power", ""),
        ("seki", "Şəki Rayon İcra Hakimiyyəti", "Sheki District Executive Power", ""),
        ("agdam", "Ağdam Rayon İcra Hakimiyyəti", "Aghdam District Executive Power", ""),
        ("azerisiq", "“Azərişıq” Açıq Səhmdar Cəmiyyəti", "Azerishig OJSC", "Azərişıq"),
        ("azeriqaz", "“Azəriqaz” İstehsalat Birliyi", "Azerigaz Production Union", ""),
    ],
    columns=["organisation_id", "name_az", "name_en", "aliases"],
)


def found(text, bodies=BODIES, **more):
    """Body, or the candidates in brackets, and how."""
    row = match_bodies([text], bodies, **more).iloc[0]
    if pd.isna(row["organisation_id"]):
        listed = "" if pd.isna(row["candidates"]) else row["candidates"]
        return f"({listed})", row["how"]
    return row["organisation_id"], row["how"]


@pytest.mark.parametrize(
    ("text", "body", "how"),
    [
        ("nesimi", "nesimi", "id"),
        ("DAXİLİ İŞLƏR NAZİRLİYİ", "internal", "name"),
        ("daxi\u0307li\u0307 i\u0307şlər nazi\u0307rli\u0307yi\u0307", "internal", "name"),
        ("ministry of labour", "labour", "name"),
        ("SOCMIN", "labour", "alias"),
        ("ƏƏSMN", "labour", "abbreviation"),
        ("ƏVƏSMN", "labour", "abbreviation"),
        ("Əmək və Əhalinin Sosial Müdafiəsi Naz. (ƏƏSMN)", "labour", "name"),
        ("Azərbaycan Respublikasının Daxili İşlər Nazirliyi", "internal", "name"),
        ("Dövlət Vergi Xidməti", "tax", "name"),
        ("Miqrasiya", "migration", "name"),
        ("Nəsimi RİH", "nesimi", "name"),
        ("Bakı şəhəri, Nizami rayonu İH", "nizami", "name"),
        ("Azəriqaz İB", "azeriqaz", "name"),
        ("Azerisiq ASC", "azerisiq", "name"),
        ("Xidməti Miqrasiya Dövlət", "migration", "name"),
        ("Nesmi Rayon İcra Hakimiyyəti", "nesimi", "near"),
        ("Nəsimi Ryaon İcar Hakimiyəti", "nesimi", "near"),
        ("Əmək və Əhalinnin Sosial Müdafəsi Nazirliyi", "labour", "near"),
        ("Azər işıq", "azerisiq", "near"),
        ("Əmlak Məsəlləri Dövlət Komitəsi", "property_old", "near"),
    ],
)
def test_a_text_finds_its_body(text, body, how):
    assert found(text) == (body, how)


@pytest.mark.parametrize(
    ("text", "listed", "how"),
    [
        ("Əmlak Məsələləri", "(property;property_old)", "uncertain"),  # two bodies of these words
        ("Xarici İşlər Nazirliyi", "()", "none"),  # another ministry
        ("Naxçıvan Muxtar Respublikası Dövlət Miqrasiya Xidməti", "(migration)", "uncertain"),
        ("Ağdaş Rayon İcra Hakimiyyəti", "()", "none"),  # a district nobody listed
        ("Ağdah Rayon İcra Hakimiyyəti", "(agdam)", "uncertain"),  # as near to Ağdaş
        ("Şəmkir RİH", "()", "none"),
        ("Şeki2", "(seki)", "uncertain"),
        ("susi", "()", "none"),
        ("Ağdan", "(agdam)", "uncertain"),  # five letters and no form
        ("Azərişıq QSC", "(azerisiq;azeriqaz)", "uncertain"),  # another legal form
        ("Miqrasiya Nazirliyi", "(migration)", "uncertain"),  # another form
        ("Daxili İşlər Nazirliyi yanında Miqrasiya", "(migration)", "uncertain"),
        ("", "()", "none"),
        (None, "()", "none"),
        ("…", "()", "none"),
    ],
)
def test_what_is_not_certain_is_listed(text, listed, how):
    assert found(text) == (listed, how)


def test_a_district_whose_name_is_known_goes_there():
    """One letter apart from another district, and exactly its own."""
    both = pd.concat([BODIES, pd.DataFrame([{"organisation_id": "agdas",
                      "name_az": "Ağdaş Rayon İcra Hakimiyyəti"}])])  # fmt: skip
    assert found("agdas rih", both) == ("agdas", "name")
    assert found("Ağdam RİH", both) == ("agdam", "name")
    assert found("Ağdah RİH", both)[1] == "uncertain"


def test_initials_of_two_bodies_are_not_certain():
    both = pd.concat([BODIES, pd.DataFrame([{"organisation_id": "other",
                      "name_az": "Dəniz İşləri Nazirliyi"}])])  # fmt: skip
    assert found("DİN") == ("internal", "abbreviation")
    assert found("DİN", both) == ("(internal;other)", "uncertain")


def test_rows_keep_their_order_and_their_texts():
    texts = ["Nizami RİH", "yoxdur", "Nizami RİH", None]
    table = match_bodies(texts, BODIES)
    assert list(table.columns) == list(COLUMNS)
    assert table["text"].tolist()[:3] == texts[:3] and pd.isna(table["text"].iloc[3])
    assert table["organisation_id"].isna().tolist() == [False, True, False, True]
    assert table["score"].between(0, 100).all()
    assert match_bodies([], BODIES).empty


YEARS = pd.DataFrame(
    [
        (2019, "committee", "Əmlak Komitəsi", "ghost"),
        (2019, "both", "Sərhəd Xidməti", "left;right"),
        (2019, "closed", "Balıq Nazirliyi", ""),
        (2021, "ghost", "Mülk Agentliyi", "service"),
        (2023, "service", "Əmlak Xidməti", ""),
        (2023, "left", "Sol Xidməti", ""),
        (2023, "right", "Sağ Xidməti", ""),
        (2023, "ring", "Halqa Xidməti", "ring"),
    ],
    columns=["edition_year", "organisation_id", "name_az", "successors"],
)


@pytest.mark.parametrize(
    ("text", "year", "told"),
    [
        ("Əmlak Komitəsi", 2019, ("committee", "name")),
        ("Əmlak Komitəsi", 2021, ("ghost", "successor")),
        ("Əmlak Komitəsi", 2023, ("service", "successor")),  # through two steps
        ("Əmlak", 2023, ("service", "name")),  # the only one of that word then
        ("Sərhəd Xidməti", 2023, ("(left;right)", "uncertain")),
        ("Balıq Nazirliyi", 2023, ("(closed)", "none")),
        ("Sol Xidməti", 2019, ("(left)", "none")),  # does not exist yet
        ("Halqa Xidməti", 2019, ("(ring)", "none")),
        ("left", 2021, ("(left)", "none")),
        ("Əmlak Komitəsi", None, ("committee", "name")),
    ],
)
def test_only_bodies_of_the_edition_are_an_answer(text, year, told):
    assert found(text, YEARS, edition_year=year) == told


def test_a_date_of_creation_is_read():
    bodies = load_published(ROOT / "data" / "published").organisations
    assert found("ƏƏSMN", bodies, edition_year=2017)[0] == "labour_social_protection_ministry"
    assert found("DMX", bodies, edition_year=2006) == ("(state_migration_service)", "none")
    assert found("Vergilər Nazirliyi", bodies)[0] == "taxes_ministry"


def test_each_announced_name_and_alias_finds_its_body():
    bodies = load_published(ROOT / "data" / "published").organisations
    for column in ("name_az", "name_en", "name_ru"):
        rows = bodies[bodies[column].notna()]
        told = match_bodies(rows[column], bodies)
        assert told["organisation_id"].tolist() == rows["organisation_id"].tolist()
    split = bodies.assign(alias=bodies["aliases"].str.split(";")).explode("alias").dropna(
        subset="alias")  # fmt: skip
    told = match_bodies(split["alias"], bodies)
    assert told["organisation_id"].tolist() == split["organisation_id"].tolist()


@pytest.mark.parametrize(
    ("change", "year", "kind", "message"),
    [
        (lambda frame: frame.drop(columns="name_az"), None, DataError, "no column name_az"),
        (lambda frame: frame, 2020, UnknownEditionError, "2020 has no organisations; known: 2019"),
        (lambda frame: frame.drop(columns="edition_year"), 2023, ParameterError, "edition_year"),
    ],
)
def test_refusals(change, year, kind, message):
    with pytest.raises(kind, match=message):
        match_bodies(["x"], change(YEARS), edition_year=year)
