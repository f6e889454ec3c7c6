"""A project that reports in seconds: the real library, a tiny dataset, notebooks of three cells."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil

from asan_analysis.data.files import files_below, sha256_of
from asan_analysis.report.plan import CHAPTERS, LONGEST, PROFILE

ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = 'year: int = 2023  # edition\ndataset: str = "tiny"  # id'
OPEN = """from asan_analysis.data.datasets import load_dataset, select_edition
from asan_analysis.data.published import load_published
from asan_analysis.report.outputs import open_chapter
data, edition = select_edition(load_dataset(dataset), year)
chapter = open_chapter("{name}", data, edition, load_published())"""
SHOW = 'chapter.table("data", "{table}", data.organisations[["organisation_id", "category"]])'
SAVE = "names = chapter.save()"
FILES = {
    "dataset.toml": """id = "tiny"
title_az = "Sınaq"
title_en = "Trial"
kind = "synthetic"
status = "final"
publisher = "Nobody"
licence = "CC0"
citation = "Trial."
decimals = 2
places = 3
min_services = 1
[[categories]]
id = "x"
title_az = "İks"
title_en = "Ex"
order = 1
""",
    "rules.toml": "",
    "editions.csv": "edition_year,label_az,label_en,order,framework,rules\n"
    "2023,2023,2023,1,framework.csv,rules.toml\n",
    "framework.csv": "node_id,parent_id,weight,name_az,name_en\n"
    "root,,1,Kök,Root\ni,root,1,Bir,One\n",
    "organisations.csv": "edition_year,organisation_id,category,name_az,name_en,"
    "aliases,successors\n"
    "2023,a,x,Bulud,Cloud,,\n2023,b,x,Duman,Fog,,\n",
    "services.csv": "edition_year,service_id,organisation_id,name_az,name_en,family_id\n"
    "2023,s,a,Yağış,Rain,\n2023,t,b,Şeh,Dew,\n",
}
TABLES = (  # one a chapter
    "coverage_by_category", "answers_by_item", "category_spread", "editions_shared",
    "gaps_to_mean", "convergence", "nodes_audited", "tested", "abilities",
)  # fmt: skip
FEW = (CHAPTERS[0], CHAPTERS[1], LONGEST[0])  # enough for an order, a failure and one that waits
MAIN = """import sys
from asan_analysis.cli import main
from asan_analysis.report import plan
plan.CHAPTERS = {chapters}
sys.exit(main(sys.argv[1:]))
"""


def notebook(name: str, table: str, extra: str = "") -> str:
    """A chapter that shows and saves one table; `extra` is a cell before it saves."""
    sources = [PARAMETERS, OPEN.format(name=name), SHOW.format(table=table), extra, SAVE]
    cells = [{"cell_type": "markdown", "id": "t", "metadata": {}, "source": f"# {name}?"},
             {"cell_type": "markdown", "id": "s", "metadata": {"tags": ["section:data"]},
              "source": "## Data"}]  # fmt: skip
    for number, source in enumerate(sources):
        tags = {"tags": ["parameters"]} if number == 0 else {}
        cells.append({"cell_type": "code", "id": f"c{number}", "metadata": tags, "outputs": [],
                      "execution_count": None, "source": source})  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4,
               "nbformat_minor": 5}  # fmt: skip
    return json.dumps(content)


def make_project(folder: Path, *, chapters: tuple = CHAPTERS) -> Path:
    """A project with the dataset `tiny`.

    With fewer chapters the command is told that a report has no others: see `start`.
    """
    (folder / "notebooks").mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "published", folder / "data" / "published")
    shutil.copy(ROOT / "data" / "dictionary.csv", folder / "data")
    shutil.copy(ROOT / "requirements.lock", folder)
    fonts = ROOT / ".cache" / "matplotlib"
    if fonts.is_dir():  # else every project lists the fonts of the machine anew
        shutil.copytree(fonts, folder / ".cache" / "matplotlib")
    tiny = folder / "data" / "tiny"
    tiny.mkdir()
    for name, text in FILES.items():
        (tiny / name).write_text(text, encoding="utf-8")
    answers = {"edition_year": 2023, "service_id": ["s", "t"], "item_id": "i",
               "status": "scored", "value": [1.0, 0.5]}  # fmt: skip
    pd.DataFrame(answers).to_parquet(tiny / "assessments.parquet")
    for name in chapters:
        write_chapter(folder, name)
    return folder


def write_chapter(project: Path, name: str, extra: str = "") -> None:
    path = project / "notebooks" / f"{name}.ipynb"
    table = TABLES[CHAPTERS.index(name)]
    path.write_text(notebook(name, table, extra), encoding="utf-8")


def write_profile(project: Path, extra: str = "") -> None:
    """The notebook of a profile, in the manner of `write_chapter`."""
    text = notebook(PROFILE, "organisation_scores", extra)
    given = 'dataset: str = \\"tiny\\"  # id'
    more = given + '\\norganisation_id: str = \\"a\\"  # whose'
    assert given in text
    path = project / "notebooks" / f"{PROFILE}.ipynb"
    path.write_text(text.replace(given, more), encoding="utf-8")


def draw_little(notebooks: Path) -> None:
    """Copied chapters take few draws: their numbers are tested on the functions that draw."""
    for path in notebooks.glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        text = text.replace("draws: int = 10_000", "draws: int = 200")
        text = text.replace("draws: int = 999", "draws: int = 99")
        text = text.replace("draws: int = 2000", "draws: int = 200")
        text = text.replace("resamples: int = 999", "resamples: int = 99")
        text = text.replace("resamples: int = 4000", "resamples: int = 100")
        path.write_text(text, encoding="utf-8")


def start(project: Path, *arguments: str, **env: str) -> subprocess.Popen:
    """The command in a session of its own, its output to be read line by line.

    A kernel takes seconds to start, so a project of few chapters is built from those alone.
    """
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **env}
    chapters = tuple(
        name for name in CHAPTERS if (project / "notebooks" / f"{name}.ipynb").exists()
    )
    few = ["-c", MAIN.format(chapters=chapters)]
    module = ["-m", "asan_analysis"] if chapters == CHAPTERS else few
    return subprocess.Popen(
        [sys.executable, *module, *arguments], cwd=project, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        start_new_session=True, preexec_fn=_listen,
    )  # fmt: skip


def _listen() -> None:
    """Ctrl-C counts, also where the tests run in the background and were started without it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(project: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess:
    process = start(project, *arguments, **env)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def report(project: Path, *more: str, **env: str) -> subprocess.CompletedProcess:
    return run(project, "report", "--year", "2023", "--dataset", "tiny", *more, **env)


def place_of(project: Path) -> Path:
    return project / "reports" / "2023" / "tiny"


def bytes_of(folder: Path) -> dict[str, str]:
    """Checksum of every file of a report inside the byte promise."""
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in files_below(folder)
        if path.name != "timings.json"
    }


def processes_of(project: Path) -> list[psutil.Process]:
    """Workers and kernels that belong to a project, by their working folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and Path(process.cwd()).is_relative_to(project):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def cut_sample(folder: Path, *, bodies: int = 7, editions: int = 3) -> None:
    """Keep the first bodies of each category of the last edition, and the last editions.

    A chapter of 21 bodies has every table and figure of one of 47 and takes less time.
    """
    tables = {
        name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("editions", "organisations", "services")
    }
    years = sorted(tables["editions"]["edition_year"])[-editions:]
    last = tables["organisations"].query("edition_year == @years[-1]")
    kept = set(last.groupby("category").head(bodies)["organisation_id"])
    for name, table in tables.items():
        told = table["edition_year"].isin(years)
        if name != "editions":
            told &= table["organisation_id"].isin(kept)
        tables[name] = table[told]
        tables[name].to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    for name in ("assessments", "evaluations"):
        answers = pd.read_parquet(folder / f"{name}.parquet")
        services = set(zip(tables["services"]["edition_year"].astype(int),
                           tables["services"]["service_id"], strict=True))  # fmt: skip
        told = [key in services for key in zip(answers["edition_year"], answers["service_id"],
                                               strict=True)]  # fmt: skip
        answers[told].to_parquet(folder / f"{name}.parquet", index=False)
