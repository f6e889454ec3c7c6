"""JupyterLab as a user meets it: a chapter is opened, run from the menu, and ends without error."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page
from shared_reports import copy_project
from small_project import processes_of

CHAPTER = "09_register_review"
TOKEN = "of-the-test"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
}
ERROR = '[data-mime-type="application/vnd.jupyter.stderr"]'  # warnings too
ENDED = f"""() => {{
    const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
    const ran = prompts.length && prompts.every(one => /^\\[\\d+\\]:$/.test(one.textContent))
    const idle = document.querySelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    return (ran && idle) || document.querySelector('{ERROR}')
}}"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def own_folders(folder: Path, project: Path) -> dict[str, str]:
    """The environment of a user who has no settings but those of the test."""
    for name, content in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    own = {
        "HOME": "home", "IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }  # fmt: skip
    told = {name: str(folder / place) for name, place in own.items()}
    return {**os.environ, **told, "PYTHONPATH": str(project / "src"), "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """A project and the address of the JupyterLab that serves its notebooks, as `make lab` does."""
    project = copy_project(tmp_path_factory.mktemp("lab"))
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "notebooks", "--no-browser", "--allow-root",
         "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
         f"--IdentityProvider.token={TOKEN}",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        cwd=project, env=own_folders(tmp_path_factory.mktemp("user"), project),
        stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    said = []
    rest = threading.Thread(target=process.stderr.read)  # an unread pipe would stop it
    try:
        for line in process.stderr:
            said.append(line)
            if f":{port}/lab?token=" in line:
                break
        else:
            pytest.fail("".join(said))
        rest.start()
        yield project, f"127.0.0.1:{port}"
    finally:
        end(process, project)
        if rest.ident:
            rest.join()
        process.stderr.close()


def end(process: subprocess.Popen, project: Path) -> None:
    """End the server, which ends its kernels; kill what stays."""
    process.terminate()
    started = [psutil.Process(process.pid), *processes_of(project)]
    _, staying = psutil.wait_procs(started, timeout=10)
    for one in staying:
        one.kill()
    process.wait()


def says_idle(frame: str | bytes) -> bool:
    """Whether a message of the kernel says that it waits for work."""
    return re.search(rb'"execution_state": ?"idle"', frame if isinstance(frame, bytes)
                     else frame.encode()) is not None  # fmt: skip


@pytest.fixture
def server(lab) -> str:
    return lab[1]


def run_all(page: Page, address: str, name: str) -> list[str]:
    """Open a notebook, choose Run > Run All Cells, wait for its end; the errors it shows."""
    page.set_default_timeout(60_000)
    with page.expect_event("websocket", lambda socket: "/channels" in socket.url) as kernel:
        page.goto(f"http://{address}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}")
    kernel.value.wait_for_event("framereceived", says_idle)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    page.wait_for_function(ENDED)
    return page.locator(ERROR).all_inner_texts()


def test_a_chapter_runs_from_the_menu_to_its_end(lab, page):
    project, address = lab
    assert run_all(page, address, CHAPTER) == []
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    source = json.loads((project / "notebooks" / f"{CHAPTER}.ipynb").read_text("utf-8"))
    cells = [cell for cell in source["cells"] if cell["cell_type"] == "code"]
    assert prompts == [f"[{number}]:" for number in range(1, len(cells) + 1)]
    assert page.locator(".jp-OutputArea-output table").count() > 2
    tables = {path.stem for path in (project / "reports" / "scratch" / "tables").glob("*.csv")}
    assert "register_counts" in tables


def test_a_cell_that_fails_is_seen(lab, page):
    project, address = lab
    source = json.loads((project / "notebooks" / f"{CHAPTER}.ipynb").read_text("utf-8"))
    source["cells"] = source["cells"][:2]
    source["cells"][-1]["source"] = "1 / 0"
    (project / "notebooks" / "planted.ipynb").write_text(json.dumps(source), encoding="utf-8")
    assert "ZeroDivisionError" in "".join(run_all(page, address, "planted"))
