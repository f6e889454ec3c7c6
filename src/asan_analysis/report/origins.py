"""Where figures and tables come from: the cell that made them, the input files, the sources."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asan_analysis.data.contracts import PUBLISHED
from asan_analysis.data.provenance import load_manifest
from asan_analysis.data.tables import each_row
from asan_analysis.report.identity import Identity
from asan_analysis.report.parts import is_published
from asan_analysis.report.words import Words

ANNOUNCED, DATASET, PROJECT = "announced", "dataset", "project"
_NONE = "\u2013"
_SHOWN = {"figure": "figures", "table": "tables", "places": "tables"}


@dataclass(frozen=True)
class InputFile:
    """One input of a report: its name in `run.json`, whose it is, what stands in the manifest."""

    path: str
    sha256: str
    group: str
    kind: str = ""
    publisher: str = ""
    url: str = ""


def locate_cells(
    records: list[dict[str, Any]], notebooks: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The records, each with the id of the notebook cell that made it.

    A record carries the source of its cell, which the executed notebook turns into an id. A record
    made outside a kernel has none, and gets an empty id.
    """
    cells = {
        (name, cell["source"].rstrip("\n")): str(cell["id"])
        for name, notebook in notebooks.items()
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    }
    return [
        {**record, "cell": cells.get((record["chapter"], record.get("source")), "")}
        for record in records
    ]


def cell_number(cell: str) -> int:
    """The number of a cell as a reader counts: `cell-07` is the seventh."""
    return int(cell.removeprefix("cell-"))


def list_shown(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Notebook, cell and sources of every figure and table, by `figures/<name>`; for `run.json`."""
    return {
        f"{_SHOWN[record['what']]}/{record['name']}": {
            "notebook": record["chapter"],
            "cell": cell_number(record["cell"]) if record["cell"] else None,
            "inputs": group_of(record["section"]),
            "sources": record.get("sources", []),
        }
        for record in records
        if record["what"] in _SHOWN
    }


def group_of(section: str) -> str:
    """The input files a section rests on: the announced facts, or those of the dataset."""
    return ANNOUNCED if is_published(section) else DATASET


def describe_inputs(
    inputs: Mapping[str, str], identity: Identity, root: Path
) -> dict[str, list[InputFile]]:
    """The input files by group, as `data/manifest.csv` knows them.

    Parameters
    ----------
    inputs : mapping of str to str
        sha256 by name, as in `run.json`.
    identity : Identity
        Its dataset describes the files that the manifest does not list, such as those of a folder
        elsewhere.
    root : Path
        The project.

    Returns
    -------
    dict of str to list of InputFile
        `announced`, `dataset`, `project`; each sorted by name.
    """
    listed = _manifest_rows(root / "data")
    data = identity.data
    own = (root / "data" / data.dataset_id).resolve() == data.folder.resolve()
    groups: dict[str, list[InputFile]] = {ANNOUNCED: [], DATASET: [], PROJECT: []}
    for path, sha256 in sorted(inputs.items()):
        group = _group_of_file(path)
        row = None
        if group != DATASET or own:
            row = listed.get(path if group == DATASET else path.removeprefix("data/"))
        if row is not None:
            url = _text(row.url)
            file = InputFile(path, sha256, group, str(row.kind), str(row.publisher), url)
        elif group == DATASET:
            publisher = str(data.about["publisher"])
            url = str(data.about.get("url", ""))
            file = InputFile(path, sha256, group, data.kind, publisher, url)
        else:
            kind = "published" if group == ANNOUNCED else ""
            file = InputFile(path, sha256, group, kind)
        groups[group].append(file)
    return groups


def _manifest_rows(folder: Path) -> dict[str, Any]:
    """The rows of a data folder's manifest by path; none where there is no manifest."""
    if not (folder / "manifest.csv").exists():
        return {}
    return {str(row.path): row for row in each_row(load_manifest(folder))}


def _group_of_file(path: str) -> str:
    """Whose a file is, by its name in `run.json`."""
    if path.startswith("data/published/"):
        return ANNOUNCED
    project = path in ("data/dictionary.csv", "requirements.lock") or path.endswith(".ipynb")
    return PROJECT if project else DATASET


def _text(value: object) -> str:
    """A cell as text; a missing one is empty."""
    return value if isinstance(value, str) else ""


def tell_inputs(
    groups: Mapping[str, list[InputFile]], identity: Identity, words: Words
) -> list[dict[str, Any]]:
    """The groups as the page shows them: heading, and rows whose equal cells are joined.

    Each row is a file; `span` is the number of rows that its kind, publisher and source stand for,
    0 where they stand above already.
    """
    told = []
    for group, files in groups.items():
        rows: list[dict[str, Any]] = []
        described = [(_describe(file, identity, words), file) for file in files]
        for about, run in itertools.groupby(described, key=lambda pair: pair[0]):
            block = [asdict(file) for _, file in run]
            spans = [len(block), *[0] * (len(block) - 1)]
            kind, publisher, source = about
            rows += [
                {**file, "span": span, "kind": kind, "publisher": publisher, "source": source}
                for file, span in zip(block, spans, strict=True)
            ]
        title = words.say(f"page.inputs.{group}", dataset=identity.data.title(words.lang))
        told.append({"id": f"inputs-{group}", "title": title, "rows": rows})
    return told


def _describe(file: InputFile, identity: Identity, words: Words) -> tuple[str, str, str]:
    """Kind, publisher and public source of a file as a reader sees them."""
    kind = words.say(f"kind.{file.kind}") if file.kind else _NONE
    if file.group == DATASET:
        source = file.url or made_by(identity, words)
    elif file.group == ANNOUNCED:
        contract = PUBLISHED.get(Path(file.path).stem)
        sourced = contract is not None and "source_url" in contract.columns
        source = words.say("page.inputs.rows" if sourced else "workbook.own_list")
    else:
        source = file.url or _NONE
    return kind, file.publisher or _NONE, source


def made_by(identity: Identity, words: Words) -> str:
    """The script that the citation of a dataset names; the citation where it names none.

    This stands in the place of the public address of a dataset that has none.
    """
    citation = str(identity.data.about["citation"])
    script = re.search(r"\b[\w/-]+\.py\b", citation)
    return words.say("page.inputs.script", script=script[0]) if script else citation


def trace_record(
    record: Mapping[str, Any],
    groups: Mapping[str, list[InputFile]],
    chapters: Mapping[str, str],
    identity: Identity,
    words: Words,
) -> dict[str, Any]:
    """The line below a figure or table: the cell, the input files, the public sources.

    `made` and `inputs` are a link and its text; `sources` pairs each address, empty for a source
    that has none, with its text.
    """
    chapter, cell = str(record["chapter"]), str(record["cell"])
    page = f"notebooks/{chapter}.html"
    made = (page, chapter)
    if cell:
        told = words.say("page.origin.cell", notebook=chapter, cell=cell_number(cell))
        made = (f"{page}#{cell}", told)
    group = group_of(str(record["section"]))
    files = words.say("page.origin.files", n=len(groups[group]))
    return {
        "made": made,
        "title": chapters.get(chapter, ""),
        "inputs": (f"#inputs-{group}", files),
        "names": ", ".join(Path(file.path).name for file in groups[group]),
        "sources": _sources(record, groups[group], identity, words),
    }


def _sources(
    record: Mapping[str, Any], files: list[InputFile], identity: Identity, words: Words
) -> list[tuple[str, str]]:
    """Public addresses of a record and the texts of their links."""
    if is_published(str(record["section"])):
        own = [("", words.say("page.origin.own_list"))] if record.get("own_list") else []
        return own + name_addresses(record.get("sources", []))
    addresses = [str(identity.data.about.get("url", "")), *(file.url for file in files)]
    return (
        name_addresses(filter(None, addresses[:1]))
        or name_addresses(set(addresses))
        or [("", made_by(identity, words))]
    )


def name_addresses(urls: Iterable[str]) -> list[tuple[str, str]]:
    """Each public address with its host; the later ones of a host are numbered."""
    named, seen = [], dict[str, int]()
    for url in sorted(filter(is_address, urls), key=lambda url: (urlsplit(url).netloc, url)):
        host = urlsplit(url).netloc
        seen[host] = seen.get(host, 0) + 1
        named.append((url, host if seen[host] == 1 else str(seen[host])))
    return named


def is_address(text: str) -> bool:
    """Whether a text is a public address; nothing else becomes a link."""
    return re.fullmatch(r"https?://\S+", text) is not None
