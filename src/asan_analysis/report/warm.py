"""Kernels that start warm: forked from a process that has imported the libraries already.

Linux alone; elsewhere a fork is missing or not safe, and kernels start as ever. The standard
library's fork server imports `report.preload`: it is the preloading process of a run. Each notebook
gets a process forked from it, the worker. Before a worker does anything else it forks the kernel
(`fork_kernel`), which waits for its command. So workers and kernels share nothing but what was
loaded before, and each is the parent of the next: the system ends the preloading process with the
run, a worker with the preloading process and a kernel with its worker, however they end.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import runpy
import signal
import sys
from contextlib import suppress
from importlib.metadata import EntryPoint
from multiprocessing.connection import Connection, Pipe
from typing import Any

# nbformat validates through jsonschema, which imports rfc3987_syntax: a grammar that takes
# over a second to compile and that no notebook needs. jsonschema does without it.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs a report's kernel
import numpy as np  # noqa: E402
from jupyter_client.provisioning.factory import KernelProvisionerFactory  # noqa: E402
from jupyter_client.provisioning.local_provisioner import LocalProvisioner  # noqa: E402

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """The system kills this process when the one that forked it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def fork_kernel() -> None:
    """Fork the kernel that this process starts next; to be called while it has one thread."""
    theirs, ours = Pipe(duplex=False)
    pid = os.fork()
    if pid == 0:
        ours.close()
        _be_kernel(theirs)
    theirs.close()
    Provisioner.waiting = Forked(pid, ours)
    entry = EntryPoint("warm", f"{__name__}:Provisioner", KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.provisioners["warm"] = entry
    KernelProvisionerFactory.instance(default_provisioner_name="warm")


def _be_kernel(given: Connection) -> None:
    """Wait for a command `python -m module ...` and run it as if started anew; never returns."""
    code: Any = 1
    try:
        end_with_parent()
        os.setsid()
        command, environment, folder = given.recv()
        given.close()
        os.environ.clear()
        os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))
        os.chdir(folder)
        if not sys.flags.safe_path:
            sys.path[0] = folder  # as `python -m` does
        np.random.seed()  # the module `random` does so by itself
        gc.freeze()
        sys.argv = command[1:2] + command[3:]
        runpy.run_module(command[2], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(Exception):
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


class Provisioner(LocalProvisioner):
    """Starts kernels for jupyter_client: the one that waits, else ordinary ones."""

    waiting: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Give the command to the kernel that waits; how to connect to it."""
        kernel, Provisioner.waiting = Provisioner.waiting, None
        folder = str(kwargs.get("cwd") or os.getcwd())
        if kernel is not None and cmd[:2] == [sys.executable, "-m"]:
            with suppress(BrokenPipeError):  # it is gone
                kernel.orders.send((cmd, kwargs["env"], folder))
                self.process, self.cwd = kernel, folder
                self.pid = self.pgid = kernel.pid
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


class Forked:
    """What `LocalProvisioner` asks of a child process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, orders: Connection) -> None:
        self.pid, self.orders = pid, orders
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, once there is one."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    wait = poll  # asked once `poll` has told

    def send_signal(self, number: int) -> None:
        """Asked when there is no group of that number."""
        if self.poll() is None:
            os.kill(self.pid, number)
