"""How a kernel is reached, so that kernels started at the same time do not meet."""

import sys

import pytest
from small_project import CHAPTERS, make_project, report, write_chapter

from asan_analysis.report.execute import _kernel_settings

posix = pytest.mark.skipif(sys.platform == "win32", reason="local sockets of POSIX")


@posix
def test_kernels_are_reached_through_sockets_in_a_private_folder(tmp_path):
    settings = _kernel_settings(tmp_path)["KernelManager"]
    assert settings == {"transport": "ipc", "ip": str(tmp_path / "kernel")}


def test_a_path_too_long_for_a_socket_and_windows_use_ports(tmp_path, monkeypatch):
    assert _kernel_settings(tmp_path / ("x" * 100))["KernelManager"] == {"transport": "tcp"}
    monkeypatch.setattr(sys, "platform", "win32")
    assert _kernel_settings(tmp_path)["KernelManager"] == {"transport": "tcp"}


@posix
def test_a_chapter_runs_over_a_socket_of_its_own(tmp_path):
    """The kernel tells how it is reached; nothing is left in the project."""
    project = make_project(tmp_path / "p", chapters=CHAPTERS[:1])
    told = (
        "import json\nfrom pathlib import Path\nfrom ipykernel.connect import get_connection_info\n"
        "found = json.loads(get_connection_info())\n"
        "assert found['transport'] == 'ipc', found\n"
        "assert Path(found['ip']).parent.name.startswith('asan-'), found"
    )
    write_chapter(project, CHAPTERS[0], told)
    done = report(project)
    assert done.returncode == 0, done.stderr
    assert not list(project.rglob("kernel-*"))
