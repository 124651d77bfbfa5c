"""A real PostgreSQL server of the test's own: made in a temporary folder, on a free port of this machine, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWNER, READER, PASSWORD = "owner", "reader", "CANARY-password"
NOT_AS_ROOT = ("postgres", "nobody")


@dataclass(frozen=True)
class Server:
    """Where it listens, and who may come in."""

    port: int

    def address(self, user: str = READER, password: str = PASSWORD) -> str:
        """The address that a driver takes."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/postgres"


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where there is no server on this machine."""
    named = shutil.which("initdb")
    places = [Path(os.path.realpath(named)).parent] if named else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """Start a server; the owner's password is the reader's. PostgreSQL refuses to run as root: then it runs as a user without rights."""
    folder = Path(tempfile.mkdtemp(prefix="effekt-postgres-"))
    who = _unprivileged()
    try:
        if who:
            shutil.chown(folder, who)
        secret = folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        data, port = folder / "data", _free_port()
        run = {"user": who, "cwd": folder, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        options = ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"]
        _run([programs / "initdb", "-D", data, "-U", OWNER, f"--pwfile={secret}", *options], run)
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
        _run([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"], run)
        try:
            yield Server(port)
        finally:
            _run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[object], options: dict[str, Any]) -> None:
    subprocess.run([str(part) for part in command], **options)


def _unprivileged() -> str | None:
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in NOT_AS_ROOT if name in names)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
