"""Kernels for the batch: one process a run, forked from a warm server where the system can fork, else started anew."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from types import TracebackType
from typing import Any

from effekt import paths
from effekt.batch import files

SERVER = Path(__file__).with_name("forkserver.py")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
PREFIX = "effekt-kernels-"
WARM, PLAIN = "effekt-warm", "effekt-plain"


class Kernels:
    """What the kernels of one batch share: an environment, a private folder for sockets and logs, and the fork server.

    A context manager: when it is left, every kernel and the server are ended and the folder is removed.

    Parameters
    ----------
    preload : modules that the fork server imports; names that cannot be imported are passed over.
    plain : start each kernel as a new process.
    """

    def __init__(self, preload: Sequence[str] = (), *, plain: bool = False) -> None:
        self.preload = tuple(preload)
        self.plain = plain or not hasattr(os, "fork")
        self._folder = files.private_folder(PREFIX)
        self.folder = self._folder.__enter__()
        self.environment = environment(self.folder)
        self.pids: set[int] = set()
        self._server: subprocess.Popen[str] | None = None
        self._asking = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Kernels:
        if not self.plain:
            with open(self.folder / "server.log", "wb") as log:
                self._server = subprocess.Popen(
                    [sys.executable, str(SERVER), "ipykernel.kernelapp", "IPython.core.completer", *self.preload],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=self.environment,
                    cwd=self.folder,
                    start_new_session=True,
                )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        if self._server is not None and self._server.stdin is not None:
            self._server.stdin.close()
            try:
                self._server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._folder.__exit__(kind, error, trace)

    @property
    def server_pid(self) -> int | None:
        """The process id of the fork server, None where kernels are plain."""
        return self._server.pid if self._server is not None else None

    @property
    def provisioner(self) -> str:
        """Name of the kernel provisioner to use now; a fork server that has died is not asked again."""
        return WARM if self._server is not None and self._server.poll() is None else PLAIN

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One question to the fork server. Raises OSError where it has died."""
        server = self._server
        if server is None or server.stdin is None or server.stdout is None:
            raise OSError("there is no fork server")
        with self._asking:
            server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
            line = server.stdout.readline()
        if not line:
            raise OSError("the fork server has ended")
        return json.loads(line)

    def started(self, pid: int) -> None:
        """Know a kernel by its process; one that was started while the batch was stopping is ended at once."""
        self.pids.add(pid)
        if self._stopped:
            self.kill_all()

    def stop(self) -> None:
        """End every kernel and those that are about to start."""
        self._stopped = True
        self.kill_all()

    def kill_all(self) -> None:
        """End every kernel at once, with what it started."""
        for pid in tuple(self.pids):
            end_process(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    def manager(self, number: int) -> Any:
        """A kernel manager for one run: its own connection file and, where the platform has them, sockets that no other user can open."""
        if self._stopped:
            raise RuntimeError("the batch is stopping")
        from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager
        from jupyter_client.provisioning import KernelProvisionerFactory

        factory = KernelProvisionerFactory.instance()
        for name, kind in ((WARM, "WarmProvisioner"), (PLAIN, "PlainProvisioner")):
            factory.provisioners[name] = EntryPoint(name, f"effekt.batch.provisioners:{kind}", factory.GROUP_NAME)
        spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3 (ipykernel)",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": self.provisioner, "config": {}}},
        )

        class ThisPython(KernelSpecManager):
            def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
                return spec

        class Manager(AsyncKernelManager):
            kernels = self
            log_file = self.folder / f"k{number}.log"

        place = {"transport": "ipc"} if os.name != "nt" else {}
        return Manager(kernel_name="python3", kernel_spec_manager=ThisPython(), connection_file=str(self.folder / f"k{number}.json"), **place)


def environment(folder: Path) -> dict[str, str]:
    """The variables of every kernel: this library on the path, one thread for linear algebra, no start-up files of the user."""
    of_another_session = ("JPY_PARENT_PID", "JPY_SESSION_NAME", "MPLBACKEND", "PYTHONSTARTUP")
    inherited = {name: value for name, value in os.environ.items() if name not in of_another_session}
    fixed = {"PYTHONHASHSEED": "0", "IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {**library_path(inherited), **fixed, **dict.fromkeys(ONE_THREAD, "1")}


def library_path(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment with this library on Python's path, whether or not it is installed."""
    inherited = dict(os.environ if variables is None else variables)
    path = [str(paths.LIBRARY.parent), *filter(None, [inherited.get("PYTHONPATH")])]
    return {**inherited, "PYTHONPATH": os.pathsep.join(path)}


def end_process(pid: int, signum: int) -> None:
    """Send a signal to the process group of a kernel, or to the process alone where there are no groups."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(pid, signum)
        else:
            os.kill(pid, signum)
    except OSError:
        pass


async def wait_for_end(poll: Any) -> int | None:
    """Ask `poll` (a coroutine function) every few hundredths of a second until it tells an exit code."""
    while (code := await poll()) is None:
        await asyncio.sleep(0.02)
    return code
