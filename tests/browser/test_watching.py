"""The watch over pages can fail: faults planted on purpose are found and end a test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import examine, leave_out

HERE = Path(__file__).parent
PAGE = '<!doctype html><html lang="en"><title>T</title><main><h1>T</h1>{}</main></html>'
PLANTED = '''
import pytest

PAGE = """{page}"""

@pytest.mark.parametrize("body", [
    "",
    "<script>console.error('planted')</script>",
    "<script>throw new Error('planted')</script>",
    "<img alt='' src='http://example.org/planted.png'>",
])
def test_planted(page, tmp_path, body):
    (tmp_path / "page.html").write_text(PAGE.replace("{{}}", body), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
'''


@pytest.fixture
def show(page, tmp_path):
    """Open a page with the given body."""

    def run(body: str):
        path = tmp_path / "page.html"
        path.write_text(PAGE.format(body), encoding="utf-8")
        page.goto(path.as_uri())
        return page

    return run


def test_a_good_page_has_no_trouble(show, troubles):
    broken, kept = examine(show("<p>words</p>"))
    assert (broken, troubles) == ([], [])
    assert kept > 5


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>console.error('planted')</script>", "console: planted"),
        ("<script>throw new Error('planted')</script>", "page: planted"),
        ("<img alt='' src='http://example.org/a.png'>", "request: http://example.org/a.png"),
        ("<script>fetch('https://example.org/a').catch(() => 0)</script>", "request: https://"),
        ("<script>new WebSocket('ws://example.org/a')</script>", "request: ws://example.org/a"),
        ("<img alt='' src='gone.png'>", "console: Failed to load resource"),
    ],
    ids=["console", "page", "picture", "fetch", "socket", "missing"],
)
def test_a_planted_fault_is_noted(show, troubles, body, told):
    page = show(body)
    page.wait_for_load_state("networkidle")
    found = [trouble for trouble in troubles if trouble.startswith(told)]
    troubles.clear()
    assert found


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>", "image-alt"),
        ("<p style='color: #aaa; background: #fff'>pale words</p>", "color-contrast"),
        ("<p id='a'>one</p><table><tr><th scope='x'>a</th></tr></table>", "scope-attr-valid"),
    ],
    ids=["picture", "contrast", "table"],
)
def test_a_planted_violation_is_found(show, body, rule):
    broken, _ = examine(show(body))
    assert [line for line in broken if line.startswith(f"{rule}: ")]


def run_planted(folder: Path, **env: str) -> subprocess.CompletedProcess:
    """The tests of `PLANTED` in a run of their own, with the fixtures of this folder."""
    shutil.copy(HERE / "conftest.py", folder)
    shutil.copy(HERE.parent / "conftest.py", folder / "ending.py")
    (folder / "test_planted.py").write_text(PLANTED.format(page=PAGE), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -q -p ending\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    kept.pop("REQUIRE_BROWSER", None)
    places = os.pathsep.join([str(folder), str(HERE.parent)])
    kept |= {"PYTHONPATH": places, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugin = ["-p", "pytest_playwright.pytest_playwright"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider"], cwd=folder,
        env={**kept, **env}, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip


def test_a_planted_fault_ends_the_test(browser, tmp_path):
    """Of four pages the first alone is good; each of the others fails after its test."""
    done = run_planted(tmp_path)
    assert "4 passed, 3 errors" in done.stdout, done.stdout
    for told in ("console: planted", "page: planted", "request: http://example.org/planted.png"):
        assert told in done.stdout


def test_without_a_browser_the_run_says_so_in_one_line(tmp_path):
    done = run_planted(tmp_path, CHROMIUM=str(tmp_path / "none"))
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if "Chromium" in line]
    assert len(lines) == 1
    assert lines[0].startswith("4 browser tests skipped: no Chromium; ")
    assert "4 skipped" in done.stdout


def test_a_browser_can_be_required(monkeypatch):
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        leave_out()
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        leave_out()
