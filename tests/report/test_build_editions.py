"""All reports and profiles in one go: what is planned, built, told and left alone."""

import pickle
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from small_project import bytes_of, make_project, run, write_chapter, write_profile

from asan_analysis.errors import DataError, ParameterError, ReportError
from asan_analysis.report import editions
from asan_analysis.report.editions import Entry, build_editions, plan_editions
from asan_analysis.report.plan import CHAPTERS

TWO = CHAPTERS[0], CHAPTERS[-1]  # the chapters of a register
FAILS = "import os\nassert dataset != os.environ.get('FAIL')"
EDITIONS = "edition_year,label_az,label_en,order,framework,rules\n"
ROW = "{0},{0},{0},{1},framework.csv,rules.toml\n"


def copy_dataset(project, name: str, *, status: str = "final", answers: bool = True) -> None:
    folder = project / "data" / name
    shutil.copytree(project / "data" / "tiny", folder)
    about = (folder / "dataset.toml").read_text("utf-8").replace('"tiny"', f'"{name}"')
    (folder / "dataset.toml").write_text(about.replace("final", status), encoding="utf-8")
    if not answers:
        (folder / "assessments.parquet").unlink()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A draft, a register and a dataset whose two editions stand in the wrong order."""
    project = make_project(tmp_path_factory.mktemp("all") / "p", chapters=TWO)
    copy_dataset(project, "adraft", status="draft")
    copy_dataset(project, "list", answers=False)
    tiny = project / "data" / "tiny"
    text = EDITIONS + ROW.format(2023, 2) + ROW.format(2021, 1)
    (tiny / "editions.csv").write_text(text, encoding="utf-8")
    for name in ("organisations", "services"):
        table = pd.read_csv(tiny / f"{name}.csv", dtype=str, keep_default_na=False)
        both = pd.concat([table, table.assign(edition_year="2021")])
        both.to_csv(tiny / f"{name}.csv", index=False)
    write_chapter(project, TWO[0], FAILS)
    write_profile(project, FAILS)
    return project


PLAN = [
    Entry("adraft", "2023", "report"), Entry("list", "2023", "report"),
    Entry("tiny", "2021", "report"), Entry("tiny", "2023", "report"),
    Entry("adraft", "2023", "profiles"), Entry("tiny", "2023", "profiles"),
]  # fmt: skip
PAGES = ["2023/adraft/draft.html", "2023/list/index.html", "2021/tiny/index.html",
         "2023/tiny/index.html", "2023/adraft.profiles/draft.html",
         "2023/tiny.profiles/index.html"]  # fmt: skip


def test_the_plan_lists_editions_in_order_and_profiles_where_there_are_answers(
    project, monkeypatch
):
    """A register has no profiles, nor has an edition without answers; a draft has."""
    monkeypatch.chdir(project)
    monkeypatch.setattr("asan_analysis.data.datasets.load_dataset", None)  # none is loaded
    assert plan_editions() == PLAN == pickle.loads(pickle.dumps(PLAN))
    assert plan_editions("tiny") == [entry for entry in PLAN if entry.dataset == "tiny"]
    assert plan_editions("data/list") == [Entry("data/list", "2023", "report")]


def test_one_failure_stops_no_other_and_all_failures_are_told_at_the_end(project):
    done = run(project, "reports", FAIL="tiny")
    assert done.returncode == 1
    first, *more = done.stderr.splitlines()
    assert first == "asan-analysis: 3 of 6 could not be built; the others are there"
    told = [line for line in more if re.match(r"  \w", line)]
    failures = [line.partition(" failed in cell")[0] for line in told]
    assert failures[:2] == [f"  report {year}, tiny: 00_data_and_coverage" for year in (2021, 2023)]
    assert failures[2] in [
        f"  profiles 2023, tiny: 06_organisation_profile of {one}" for one in "ab"
    ]
    kept = {path.relative_to(project / "reports").as_posix()
            for path in project.glob("reports/*/*.failed/0*.ipynb")}  # fmt: skip
    assert {path for path in kept if "profiles" not in path} == {
        f"{year}/tiny.failed/00_data_and_coverage.ipynb" for year in (2021, 2023)
    }
    assert "2023/tiny.profiles.failed/06_organisation_profile.a.ipynb" in kept
    places = [project / "reports" / page for page in PAGES]
    assert [place.is_file() for place in places] == ["tiny" not in page for page in PAGES]


def test_what_is_there_is_left_alone_and_the_rest_is_built(project):
    done = run(project, "reports")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("reports/")]
    for line, page in zip(told, PAGES, strict=True):
        ended = r"[\d.]+ s" if "tiny" in page else "nothing changed"
        assert re.fullmatch(rf"reports/{re.escape(page)}  {ended}", line)
    assert not list(project.glob("reports/*/*.failed"))


def test_when_nothing_changed_no_dataset_is_loaded(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setattr("asan_analysis.data.datasets.load_dataset", None)
    monkeypatch.setattr(editions, "_build_apart", None)
    before = bytes_of(project / "reports")
    started = time.perf_counter()
    build_editions(plan_editions())
    assert time.perf_counter() - started < 0.5 * len(PLAN)
    told = capsys.readouterr().out.splitlines()
    assert told == [f"reports/{page}  nothing changed" for page in PAGES]
    assert bytes_of(project / "reports") == before


def test_datasets_do_not_lean_on_each_other(project, monkeypatch, capsys):
    """Built one after another in one process, a report rests on its own files alone."""
    monkeypatch.chdir(project)
    about = project / "data" / "adraft" / "dataset.toml"
    text = about.read_text("utf-8")
    about.write_text(text.replace("Nobody", "Somebody"), encoding="utf-8")
    found = [bool(editions.find_current(entry)) for entry in PLAN]
    about.write_text(text, encoding="utf-8")
    assert found == [entry.dataset != "adraft" for entry in PLAN]


@pytest.mark.parametrize("change", ["page", "list", "new", "gone"])
def test_profiles_that_are_not_as_they_were_made_are_built_again(
    project, monkeypatch, tmp_path, change
):
    monkeypatch.chdir(project)
    place = project / "reports" / "2023" / "tiny.profiles"
    shutil.copytree(place, tmp_path / "kept")
    if change == "gone":
        shutil.rmtree(place / "b")
    else:
        name = {"page": "a/index.html", "list": "index.az.html", "new": "a/more.html"}[change]
        with (place / name).open("a", encoding="utf-8") as file:
            file.write("x")
    current = [editions.find_current(entry) for entry in PLAN]
    shutil.rmtree(place)
    shutil.copytree(tmp_path / "kept", place)
    assert [bool(told) for told in current] == [True] * 5 + [False]
    assert editions.find_current(PLAN[-1])


def test_entries_can_be_built_by_anybody_who_has_a_map(project, monkeypatch):
    """Two threads, as a cluster's workers are: each entry in a process of its own, same bytes."""
    monkeypatch.chdir(project)
    before = bytes_of(project / "reports")
    dropped = [PLAN[1], PLAN[4]]
    for place in ("2023/list", "2023/adraft.profiles"):
        shutil.rmtree(project / "reports" / place)
        (project / ".cache" / "reports" / place / "record.json").unlink()
    real, built = editions._build_apart, []

    def apart(entry: Entry, workers: int) -> str:
        built.append(entry)
        return real(entry, workers)

    monkeypatch.setattr(editions, "_build_here", None)
    monkeypatch.setattr(editions, "_build_apart", apart)
    with ThreadPoolExecutor(2) as pool:
        build_editions([PLAN[0], *dropped], spread=pool.map)
    assert sorted(built) == sorted(dropped)  # the first is as it was
    assert bytes_of(project / "reports") == before
    assert all(editions.find_current(entry) for entry in PLAN)


def test_a_dataset_that_cannot_be_read_is_told_with_its_faults(project, monkeypatch, tmp_path):
    monkeypatch.chdir(project)
    copy_dataset(project, "broken")
    folder = project / "data" / "broken"
    (folder / "editions.csv").write_text("year\n2023\n", encoding="utf-8")
    try:
        assert plan_editions("broken") == [Entry("broken", "", "report")]
        with pytest.raises(DataError, match=r"editions\.csv: .*problem"):
            build_editions(plan_editions("broken"))
        with pytest.raises(ReportError, match=r"1 of 7 could not be built(?s:.*)broken: edit"):
            build_editions(plan_editions())
    finally:
        shutil.rmtree(folder)
    with pytest.raises(ParameterError, match="nowhere"):
        build_editions(plan_editions("nowhere"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="no project here"):
        plan_editions()
    (tmp_path / "data" / "published").mkdir(parents=True)
    with pytest.raises(ParameterError, match="no dataset under data/"):
        plan_editions()


def test_workers_are_a_number(project):
    done = run(project, "reports", "--workers", "0")
    assert done.returncode == 1 and "workers '0' is not a whole number from 1" in done.stderr
    assert done.stdout == ""
