"""Where numbers came from: the project's folder and checksums."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from asan_analysis.data.files import digest_of, files_below, project_root, sha256_of
from asan_analysis.errors import ParameterError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that looks like a copy of the project, with a few files."""
    root = tmp_path / "project"
    (root / "data" / "published").mkdir(parents=True)
    (root / "notebooks" / "deep").mkdir(parents=True)
    for name in ("b.csv", "a.csv", "data/c.csv"):
        (root / name).write_text(f"content of {name}\n", encoding="utf-8")
    return root


@pytest.mark.parametrize("below", [".", "data", "data/published", "notebooks/deep"])
def test_the_root_is_found_from_a_folder_below(
    below: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest folder above that holds data/published is the project."""
    monkeypatch.chdir(project / below)
    assert project_root() == project


def test_the_nearest_project_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy inside a copy is its own project."""
    inner = project / "notebooks" / "copy"
    (inner / "data" / "published").mkdir(parents=True)
    monkeypatch.chdir(inner / "data")
    assert project_root() == inner


def test_a_folder_elsewhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a copy of the project the message says where to run."""
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    with pytest.raises(ParameterError, match="run from the folder that holds data/"):
        project_root()


def test_a_file_called_like_the_facts_is_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """data/published has to be a folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "published").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError):
        project_root()


def test_sha256_of_known_content(tmp_path: Path) -> None:
    """The checksum of "abc" is the one printed in FIPS 180-2, appendix B.1."""
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == known


def test_sha256_is_of_the_bytes(tmp_path: Path) -> None:
    """Line ends count: nothing is read as text."""
    (tmp_path / "dos").write_bytes(b"a\r\n\x00\xff")
    assert sha256_of(tmp_path / "dos") == hashlib.sha256(b"a\r\n\x00\xff").hexdigest()


def test_a_digest_does_not_depend_on_the_order(project: Path) -> None:
    """The same files in any order, from a list or a generator, have one digest."""
    paths = files_below(project)
    assert len(paths) == 3
    digest = digest_of(paths, root=project)
    assert digest_of(reversed(paths), root=project) == digest
    assert digest_of((path for path in paths), root=project) == digest


def test_a_digest_does_not_depend_on_where_the_project_lies(project: Path) -> None:
    """Paths count from the root."""
    before = digest_of(files_below(project), root=project)
    moved = project.rename(project.with_name("moved"))
    assert digest_of(files_below(moved), root=moved) == before


def test_a_digest_sees_content_names_and_missing_files(project: Path) -> None:
    """A changed byte, a swapped pair of files, a new name or a file less is another digest."""
    a, b, c = project / "a.csv", project / "b.csv", project / "data" / "c.csv"
    seen = [digest_of([a, b, c], root=project), digest_of([a, b], root=project)]
    one, other = a.read_bytes(), b.read_bytes()
    a.write_bytes(other)
    b.write_bytes(one)
    seen.append(digest_of([a, b, c], root=project))
    a.write_bytes(one + b" ")
    seen.append(digest_of([a, b, c], root=project))
    seen.append(digest_of([a, b, c.rename(project / "c.csv")], root=project))
    assert len(set(seen)) == len(seen)


def test_files_below_leaves_out_caches_and_hidden_files(project: Path) -> None:
    """What a run leaves behind does not count."""
    for name in ("__pycache__/a.csv", ".cache/a.csv", "data/.hidden.csv"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).touch()
    (project / "data" / "d.toml").touch()
    names = [path.relative_to(project).as_posix() for path in files_below(project, "*.csv")]
    assert names == ["a.csv", "b.csv", "data/c.csv"]
