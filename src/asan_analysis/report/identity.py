"""What a report says of itself: citation, digest of its sources, run.json, timings.json."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asan_analysis import __version__
from asan_analysis.data.datasets import TABLE_FILES, Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.data.files import digest_of, files_below, sha256_of
from asan_analysis.data.parts import FOLDER
from asan_analysis.report.cache import PACKAGES
from asan_analysis.report.words import Words, name_rows


@dataclass(frozen=True)
class Identity:
    """What every page says of itself: dataset, edition, version and digest of the sources.

    `organisation_id` is set where the report is the profile of one organisation.
    """

    data: Dataset
    edition: Edition
    digest: str
    organisation_id: str = ""  # of a profile

    def label(self, lang: str) -> str:
        """The printed label of the edition."""
        return self.edition.label_az if lang == "az" else self.edition.label_en

    def title(self, lang: str) -> str:
        """The heading of the first page."""
        words, label = Words(lang), self.label(lang)
        if self.organisation_id:
            return words.say("page.title.profile", body=self._body(lang), label=label)
        return words.say("page.title", label=label)

    def lead(self, lang: str) -> str:
        """What the first page holds, in one or two sentences."""
        what = "profile" if self.organisation_id else self.data.kind
        return Words(lang).say(
            f"page.lead.{what}", label=self.label(lang), dataset=self.data.title(lang)
        )

    def _body(self, lang: str) -> str:
        organisations = self.data.organisations
        here = organisations["edition_year"] == self.edition.edition_year
        return name_rows(organisations[here], "organisation_id", lang)[self.organisation_id]

    @property
    def _subject(self) -> str:
        """The dataset and, in a profile, the organisation, by their ids."""
        return ", ".join(filter(None, [self.data.dataset_id, self.organisation_id]))

    def citation(self, lang: str) -> str:
        """One line that names version, edition, dataset and sources of the report."""
        return Words(lang).say(
            "page.cite.text", version=__version__, label=self.label(lang),
            dataset=self._subject, digest=self.digest[:12],
        )  # fmt: skip

    def bibtex(self) -> str:
        """The same for a reference manager."""
        key = f"asan_analysis_{self.edition.edition_year}_{self._subject.replace(', ', '_')}"
        return (
            f"@misc{{{key},\n"
            f"  title = {{ASAN Analysis: report of edition {self.label('en')}, "
            f"dataset {self._subject}}},\n"
            f"  author = {{{{ASAN Analysis contributors}}}},\n"
            f"  note = {{Version {__version__}, source {self.digest[:12]}}}\n}}"
        )


def source_digest(root: Path, data: Dataset, notebooks: list[Path]) -> str:
    """sha256 over library, notebooks, lock and the data read.

    Names are relative to the library, the project or the dataset, so that the digest is the same
    wherever these folders lie.
    """
    library = Path(__file__).parents[1]
    project = [*notebooks, root / "requirements.lock", *_announced_files(root)]
    parts = [
        digest_of(files_below(library), root=library),
        digest_of([path for path in project if path.is_file()], root=root),
        digest_of(_dataset_files(data), root=data.folder),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def input_checksums(root: Path, data: Dataset, notebooks: list[Path]) -> dict[str, str]:
    """sha256 of every notebook, the lock and every data file, named below project or dataset."""
    lock = [path for path in [root / "requirements.lock"] if path.is_file()]
    project = [*notebooks, *lock, *_announced_files(root)]
    inputs = {path.relative_to(root).as_posix(): sha256_of(path) for path in project}
    own = {
        f"{data.dataset_id}/{path.relative_to(data.folder).as_posix()}": sha256_of(path)
        for path in _dataset_files(data)
    }
    return inputs | own


def write_run(
    folder: Path,
    identity: Identity,
    parameters: Mapping[str, Mapping[str, Any]],
    inputs: Mapping[str, str],
    shown: Mapping[str, Any],
) -> None:
    """Write `run.json`: what the report was made from, and every file of it, with checksums.

    `shown` tells the notebook, cell and sources of every figure and table.
    """
    data = identity.data
    _write_json(
        folder / "run.json",
        {
            "version": __version__,
            "source_digest": identity.digest,
            "edition": identity.edition._asdict(),
            "dataset": data.dataset_id,
            "organisation_id": identity.organisation_id,
            "kind": data.kind,
            "rules": data.rules[identity.edition.rules],
            "parameters": parameters,
            "packages": {name: version(name) for name in PACKAGES},
            "inputs": inputs,
            "shown": shown,
            "outputs": {
                path.relative_to(folder).as_posix(): sha256_of(path) for path in files_below(folder)
            },
        },
    )


def write_timings(folder: Path, seconds: Mapping[str, float], *, workers: int) -> None:
    """Write `timings.json`: what differs from run to run and from machine to machine."""
    _write_json(
        folder / "timings.json",
        {
            "seconds": {name: round(taken, 3) for name, taken in seconds.items()},
            "workers": workers,
            "platform": platform.platform(),
            "python": platform.python_version(),
        },
    )


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _announced_files(root: Path) -> list[Path]:
    """The announced facts and the dictionary of columns."""
    return [*files_below(root / "data" / "published"), root / "data" / "dictionary.csv"]


def _dataset_files(data: Dataset) -> list[Path]:
    """The files of the dataset contract; a folder may hold others, which are not read."""
    names = {"dataset.toml", *TABLE_FILES, *data.frameworks, *data.rules}
    files = [data.folder / name for name in sorted(names) if (data.folder / name).is_file()]
    return [*files, *files_below(data.folder / FOLDER)]
