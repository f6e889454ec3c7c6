"""A folder that is loaded again is read again, and checked again only where its bytes changed."""

from pathlib import Path

import pytest

from asan_analysis.data import files


@pytest.fixture
def loader(tmp_path, monkeypatch):
    """A loader of two files, the second may be missing; how often it loaded."""
    monkeypatch.setattr(files, "_READ", {})
    (tmp_path / "one").write_text("1")
    calls = []

    @files.kept_while_same
    def load(folder: Path) -> dict[str, str]:
        calls.append(folder)
        more = files.read_file(folder / "two").decode() if files.is_there(folder / "two") else ""
        return {"one": files.read_file(folder / "one").decode(), "two": more}

    return load, calls


def test_equal_bytes_are_loaded_once_and_recorded_each_time(loader, tmp_path):
    load, calls = loader
    first = load(tmp_path)
    reads = files.files_read()
    files.forget_reads()
    assert files.files_read() == {}
    assert load(tmp_path) == first == {"one": "1", "two": ""}
    assert files.files_read() == reads
    assert set(reads) == {tmp_path / "one", tmp_path / "two"}
    assert len(calls) == 1


def test_a_caller_that_changes_its_copy_changes_no_other(loader, tmp_path):
    load, _ = loader
    load(tmp_path)["one"] = "changed"
    assert load(tmp_path)["one"] == "1"


@pytest.mark.parametrize("change", ["other bytes", "new file", "gone", "a folder instead"])
def test_a_change_of_any_file_is_noticed(loader, tmp_path, change):
    """The bytes count, not the time: the same length in the same tick of the clock."""
    load, calls = loader
    load(tmp_path)
    if change == "other bytes":
        (tmp_path / "one").write_text("2")
    elif change == "new file":
        (tmp_path / "two").write_text("3")
    else:
        (tmp_path / "one").unlink()
    if change == "a folder instead":
        (tmp_path / "one").mkdir()
    if change in ("gone", "a folder instead"):
        with pytest.raises(OSError):
            load(tmp_path)
    else:
        told = {"other bytes": {"one": "2", "two": ""}, "new file": {"one": "1", "two": "3"}}
        assert load(tmp_path) == told[change]
    assert len(calls) == 2


def test_an_error_is_not_kept(loader, tmp_path):
    load, _ = loader
    (tmp_path / "one").unlink()
    with pytest.raises(FileNotFoundError):
        load(tmp_path)
    (tmp_path / "one").write_text("4")
    assert load(tmp_path)["one"] == "4"


def test_what_was_read_before_stays_recorded(loader, tmp_path):
    load, _ = loader
    (tmp_path / "other").write_text("5")
    files.read_file(tmp_path / "other")
    load(tmp_path)
    assert tmp_path / "other" in files.files_read()
