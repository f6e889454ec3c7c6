"""Profiles of all bodies: one call, one list of them; a draft shows nobody but the body itself."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from kinds import other_bodies, parse
from small_project import ROOT, bytes_of, make_project, run, write_profile

from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.data.files import files_below
from asan_analysis.report.directory import write_directory
from asan_analysis.report.identity import Identity
from asan_analysis.report.parts import TEMPLATES
from asan_analysis.report.plan import PROFILE

BODIES = ("buttons_committee", "crickets_committee", "deep_pockets_agency")
SAMPLE = ROOT / "data" / "asan_sample"
LONE, SILENT = BODIES[1:]  # with one service, the first of the category; without a score


def profiles(project, *more: str, dataset: str = "tiny", **env: str):
    return run(project, "profiles", "--year", "2023", "--dataset", dataset, *more, **env)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A project with two bodies and a notebook that fails for the body that `FAIL` names."""
    project = make_project(tmp_path_factory.mktemp("tiny") / "p", chapters=())
    write_profile(project, "import os\nassert organisation_id != os.environ.get('FAIL')")
    return project


def test_a_failure_names_the_body_and_the_next_call_goes_on_from_there(tiny):
    place = tiny / "reports" / "2023" / "tiny.profiles"
    done = profiles(tiny, "--workers", "1", FAIL="b")
    assert done.returncode == 1
    assert f"{PROFILE} of b failed in cell" in done.stderr
    assert [path.name for path in place.parent.glob("tiny.profiles.failed/*")] == [
        f"{PROFILE}.b.ipynb"
    ]
    assert not place.exists()

    done = profiles(tiny)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[0] == "profiles 2023, tiny: 2 organisations"
    assert re.fullmatch(rf"  {PROFILE} of b  [\d.]+ s  \(not built yet\)", told[1])
    assert re.fullmatch(r"reports/2023/tiny\.profiles/index\.html  [\d.]+ s", told[2])
    assert len(told) == 3 and not list(place.parent.glob("tiny.profiles.failed"))
    assert {path.name for path in place.iterdir()} == {"a", "b", "index.html", "index.az.html"}


def test_what_did_not_change_is_not_run_and_a_failure_leaves_it_as_it_was(tiny):
    place = tiny / "reports" / "2023" / "tiny.profiles"
    good = bytes_of(place)
    assert "b/index.az.html" in good
    done = profiles(tiny)
    assert done.stdout == "reports/2023/tiny.profiles/index.html  nothing changed\n"
    about = tiny / "data" / "tiny" / "dataset.toml"
    about.write_text(about.read_text("utf-8").replace("Nobody", "Somebody"), encoding="utf-8")
    assert profiles(tiny, "--workers", "1", FAIL="a").returncode == 1
    assert bytes_of(place) == good


def test_a_profile_that_cannot_be_written_leaves_all_as_they_were(tiny):
    """All are written aside first; `b` keeps a table with a column that nobody explained."""
    place = tiny / "reports" / "2023" / "tiny.profiles"
    good, notebook = bytes_of(place), tiny / "notebooks" / f"{PROFILE}.ipynb"
    before = notebook.read_text("utf-8")
    keep = "chapter.keep('more', data.services.assign(unheard=1))"
    write_profile(tiny, f"if organisation_id == 'b':\n    {keep}")
    try:
        done = profiles(tiny)
        assert done.returncode == 1
        assert "more.csv: unheard" in done.stderr
        assert bytes_of(place) == good
        assert not [path for path in place.iterdir() if path.name.startswith(".")]
    finally:
        notebook.write_text(before, encoding="utf-8")


def test_the_list_gives_place_and_score_by_category_in_the_order_of_the_alphabet(tiny):
    for lang, name in (("en", "index.html"), ("az", "index.az.html")):
        html = parse((tiny / "reports/2023/tiny.profiles" / name).read_text("utf-8"))
        assert html.html["lang"] == lang
        [section] = html("section")
        assert section["data-kind"] == "synthetic"
        assert [item.small.get_text() for item in section("li")] == {
            "en": ["100.00 points, place 1 of 2", "50.00 points, place 2 of 2"],
            "az": ["100,00 bal, yer 1/2", "50,00 bal, yer 2/2"],
        }[lang]
        assert [item.a["href"] for item in section("li")] == [f"a/{name}", f"b/{name}"]
        assert not html(class_="watermark")


def make_draft(project) -> None:
    """Three bodies of the sample: one with a peer above it, the peer, and one without services."""
    folder = project / "data" / "asan_draft"
    folder.mkdir()
    for path in [*SAMPLE.glob("framework_*.csv"), SAMPLE / "rules.toml"]:
        (folder / path.name).write_bytes(path.read_bytes())
    about = (SAMPLE / "dataset.toml").read_text("utf-8")
    for old, new in (("asan_sample", "asan_draft"), ('"final"', '"draft"'),
                     ("min_services = 3", "min_services = 1")):  # fmt: skip
        about = about.replace(old, new)
    (folder / "dataset.toml").write_text(about, encoding="utf-8")
    kept = {}
    for name in ("editions", "organisations", "services"):
        table = pd.read_csv(SAMPLE / f"{name}.csv", dtype=str, keep_default_na=False)
        table = table[table["edition_year"].isin(["2022", "2023"])]
        if name != "editions":
            table = table[table["organisation_id"].isin(BODIES)]
        kept[name] = table
    services = kept["services"]
    shared = services.loc[services["organisation_id"] == BODIES[0], "family_id"]
    lone = (services["organisation_id"] == LONE) & ~services["family_id"].isin(shared)
    silent = (services["organisation_id"] == SILENT) & (services["edition_year"] == "2023")
    kept["services"] = services[~lone & ~silent]
    for name, table in kept.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    answers = pd.read_parquet(SAMPLE / "assessments.parquet")
    owner = kept["services"].drop_duplicates("service_id").set_index("service_id")
    body = answers["service_id"].map(owner["organisation_id"])
    best = (body == LONE) & (answers["status"] == "scored")
    answers.loc[best, "value"] = 1.0
    listed = kept["services"][["edition_year", "service_id"]].astype({"edition_year": int})
    told = answers.merge(listed, validate="many_to_one")
    told.to_parquet(folder / "assessments.parquet", index=False)


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    """The profiles of a draft of three bodies."""
    project = make_project(tmp_path_factory.mktemp("draft") / "p", chapters=())
    source = ROOT / "notebooks" / f"{PROFILE}.ipynb"
    (project / "notebooks" / source.name).write_bytes(source.read_bytes())
    make_draft(project)
    done = profiles(project, dataset="asan_draft")
    assert done.returncode == 0, done.stderr
    return project


@pytest.mark.parametrize("body", BODIES)
def test_no_file_of_a_draft_names_another_body(draft, body):
    """`test_report` finds those of a final profile."""
    folder = draft / "reports/2023/asan_draft.profiles" / body
    assert len(files_below(folder)) > 10
    assert other_bodies(folder, SAMPLE, body) == {}


def test_a_draft_holds_a_body_against_the_mean_and_itself_only(draft):
    """Its own score, place and the number ranked stay; the list to the next place is refused."""
    folder = draft / "reports/2023/asan_draft.profiles" / BODIES[0]
    tables = {path.stem: pd.read_csv(path) for path in (folder / "tables").glob("*.csv")}
    assert set(tables["profile_gaps"]["against"]) == {"mean", "before"}
    assert tables["profile_gaps"]["rival"].isna().all()
    assert tables["profile_remedies"][["peers", "chosen"]].isna().all(axis=None)
    last = tables["profile_editions"].iloc[-1]
    assert (last["rank"], last["ranked"]) == (2, 2)
    text = parse((folder / "draft.html").read_text("utf-8")).get_text(" ")
    assert "a draft shows the other organisations only as" in text


def test_bodies_without_a_score_and_with_one_service_get_pages(draft):
    for body, told in ((LONE, "over 1 services"), (SILENT, "has no score in this edition")):
        folder = draft / "reports/2023/asan_draft.profiles" / body
        assert told in parse((folder / "draft.html").read_text("utf-8")).get_text(" ")


def test_every_page_of_a_draft_bears_the_word_and_none_is_an_index(draft):
    """The word lies over the page and is not read out; links lead to pages that are there."""
    place = draft / "reports/2023/asan_draft.profiles"
    pages = [path for path in files_below(place) if path.suffix == ".html"]
    assert len(pages) == 2 + 3 * 3
    assert {path.name for path in pages} == {"draft.html", "draft.az.html", f"{PROFILE}.html"}
    for path in pages:
        html = parse(path.read_text("utf-8"))
        [mark] = html.select("body > .watermark")
        assert [word.get_text() for word in mark("span")] == ["DRAFT", "LAYİHƏ"]
        assert mark["aria-hidden"] == "true"
        assert html.select_one("body > .draft")
        for link in html("a", href=True):
            file = link["href"].partition("#")[0]
            assert re.match("https?:", file) or (path.parent / file).exists(), (path.name, file)


def test_the_list_of_a_draft_gives_names_alone(draft):
    html = parse((draft / "reports/2023/asan_draft.profiles/draft.html").read_text("utf-8"))
    assert [item.get_text() for item in html.section("li")] == [
        "National Agency for Deep Pockets", "State Committee for Buttons",
        "State Committee for Crickets",
    ]  # fmt: skip


def test_a_profile_of_a_draft_is_known_to_be_current_by_its_page(draft):
    done = run(draft, "profile", "--year", "2023", "--organisation", LONE, "--dataset",
               "asan_draft")  # fmt: skip
    page = f"reports/2023/asan_draft.profiles/{LONE}/draft.html"
    assert done.stdout.splitlines() == [f"{page}  nothing changed"]


def test_a_draft_that_becomes_final_has_one_list_with_places(draft, tmp_path):
    data = load_dataset(str(draft / "data" / "asan_draft"))
    _, edition = select_edition(data, 2023)
    for status in ("draft", "final"):
        final = replace(data, about={**data.about, "status": status})
        write_directory(tmp_path, Identity(final, edition, "0" * 64))
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", "index.az.html"}
    told = [
        item.get_text() for item in parse((tmp_path / "index.html").read_text("utf-8"))("small")
    ]
    assert told[0] == "no score"
    assert re.fullmatch(r"[\d.]+ points, place 2 of 2", told[1])


def mix(colour: str, over: str, share: float) -> list[float]:
    """A colour with another laid over it, as three shares of light."""
    parts = [[int(text[at : at + 2], 16) for at in (1, 3, 5)] for text in (colour, over)]
    return [(1 - share) * below + share * above for below, above in zip(*parts, strict=True)]


def luminance(colour: list[float]) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    ]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(text: str, ground: str, over: str, share: float) -> float:
    """Contrast of a text below a watermark: the text or only its ground is covered."""
    below, above = luminance(mix(ground, over, share)), luminance(mix(ground, over, 0))
    covered, free = luminance(mix(text, over, share)), luminance(mix(text, over, 0))
    pairs = [(covered, below), (free, above), (free, below), (covered, above)]
    return min((max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairs)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_below_the_watermark_keeps_the_contrast_of_aa(scheme):
    """4.5 to 1 for every text of a page on every ground it stands on, in either scheme."""
    assert contrast("#000000", "#ffffff", "#ffffff", 0) == pytest.approx(21)
    mark = (TEMPLATES / "watermark.css").read_text("utf-8")
    over = re.findall(r"color: (#\w{6});", mark)[scheme]
    share = float(re.search(r"opacity: ([.\d]+);", mark)[1])
    css = (TEMPLATES / "style.css").read_text("utf-8")
    roots = [dict(re.findall(r"--([\w-]+): (#\w{6});", text))
             for text in re.findall(r":root \{(.*?)\}", css, flags=re.DOTALL)]  # fmt: skip
    assert len(roots) == 2
    named = {**roots[0], **roots[scheme]}
    kinds = [named[kind] for kind in ("published", "observed", "synthetic")]
    texts = [named["ink"], named["soft"], named["link"], *kinds]
    pairs = [(text, ground) for text in texts for ground in (named["paper"], named["wash"])]
    pairs += [(named["on-kind"], kind) for kind in kinds] + [("#ffffff", "#b3261e")]
    assert {pair for pair in pairs if contrast(*pair, over, share) < 4.5} == set()
