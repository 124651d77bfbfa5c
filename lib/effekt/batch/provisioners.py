"""How a kernel's process is started and ended (jupyter_client kernel provisioners). Both kinds are known to their batch, which can end them all."""

from __future__ import annotations

import os
import signal
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from effekt import paths
from effekt.batch.kernels import end_process, wait_for_end


class PlainProvisioner(LocalProvisioner):
    """A new process for each kernel, as Jupyter starts it; its own stdout and stderr go to a log of the batch."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the process and make it known to the batch."""
        manager: Any = self.parent
        with open(manager.log_file, "ab") as log:
            info = await super().launch_kernel(cmd, **{**kwargs, "stdout": log, "stderr": log})
        if self.pid is not None:
            manager.kernels.started(self.pid)
        return info

    async def wait(self) -> int | None:
        """Wait for the process to end and let the batch forget it."""
        pid, code = self.pid, await wait_for_end(self.poll) if self.process else 0
        await super().wait()
        manager: Any = self.parent
        manager.kernels.pids.discard(pid)
        return code


class WarmProvisioner(LocalProvisioner):
    """A fork of the batch's server for each kernel."""

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and has not been waited for."""
        return self.pid is not None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Ask the server for a kernel with the arguments that follow the module in `cmd`."""
        manager: Any = self.parent
        start = {
            "arguments": cmd[cmd.index("ipykernel_launcher") + 1 :],
            "env": {name: str(value) for name, value in (kwargs.get("env") or os.environ).items()},
            "cwd": str(kwargs.get("cwd") or paths.REPOSITORY),
            "log": str(manager.log_file),
        }
        self.pid = self.pgid = int(manager.kernels.ask({"start": start})["pid"])
        self.cwd = start["cwd"]
        manager.kernels.started(self.pid)
        return self.connection_info

    async def poll(self) -> int | None:
        """The exit code, None while the kernel runs. A kernel whose server has died has died with it."""
        if self.pid is None:
            return 0
        manager: Any = self.parent
        try:
            return manager.kernels.ask({"poll": self.pid})["code"]
        except OSError:
            return 1

    async def wait(self) -> int | None:
        """Wait for the kernel to end."""
        if self.pid is None:
            return 0
        code = await wait_for_end(self.poll)
        manager: Any = self.parent
        manager.kernels.pids.discard(self.pid)
        self.pid = None
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and what it started."""
        if self.pid is not None:
            end_process(self.pid, signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)
