"""A headless Chromium without network, asked over its DevTools socket: what a page requests, what it complains of, what it shows."""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websocket import WebSocket, WebSocketTimeoutException, create_connection

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
PATIENCE = 30


class Page:
    """One tab. `requests` are the addresses it asked for, `complaints` its console errors, warnings and exceptions, since `open`."""

    def __init__(self, socket: WebSocket, *, offline: bool = True) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._loaded = False
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")
        self.ask("Network.emulateNetworkConditions", offline=offline, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def open(self, path: Path, width: int = 1280, height: int = 900) -> Page:
        """Load a file in a window of this size and wait until it and what it asks for are there."""
        return self.go(path.resolve().as_uri(), width, height)

    def go(self, address: str, width: int = 1280, height: int = 900) -> Page:
        """The same for an address."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.requests, self.complaints, self._loaded = [], [], False
        self.ask("Page.navigate", url=address)
        end = time.monotonic() + PATIENCE
        while not self._loaded and time.monotonic() < end:
            self._read(0.2)
        assert self._loaded, f"{address.rsplit('/', 1)[-1]} did not load"
        self._read(0.1)
        return self

    def value(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One DevTools command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self._read(PATIENCE)
            if message is not None and message.get("id") == number:
                assert "error" not in message, message["error"]
                return message["result"]
        raise TimeoutError(method)

    def _read(self, seconds: float) -> dict[str, Any] | None:
        self._socket.settimeout(seconds)
        try:
            message = json.loads(self._socket.recv())
        except WebSocketTimeoutException:
            return None
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, about: dict[str, Any]) -> None:
        if event == "Page.loadEventFired":
            self._loaded = True
        elif event == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif event == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.complaints.append(about["entry"]["text"])
        elif event == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(about["args"]))
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(about["exceptionDetails"]["text"])


@contextmanager
def chromium(program: str, *, only: str = "") -> Iterator[Page]:
    """Start the browser with a fresh profile; it is ended with what it started. only : the one host that it may reach, by its number; "" = none."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        hosts = "--host-resolver-rules=MAP * ~NOTFOUND" + (f" , EXCLUDE {only}" if only else "")
        command = [program, *FLAGS, hosts, f"--user-data-dir={profile}", "about:blank"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            told = Path(profile) / "DevToolsActivePort"
            end = time.monotonic() + PATIENCE
            while not (told.exists() and len(told.read_text().splitlines()) == 2):
                assert browser.poll() is None and time.monotonic() < end, "Chromium did not start"
                time.sleep(0.05)
            port = told.read_text().splitlines()[0]
            socket = create_connection(_first_tab(port))
            yield Page(socket, offline=not only)
            socket.close()
        finally:
            browser.terminate()
            try:
                browser.wait(10)
            except subprocess.TimeoutExpired:
                browser.kill()
                browser.wait()


def _first_tab(port: str) -> str:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE)
    connection.request("GET", "/json")
    tabs = json.loads(connection.getresponse().read())
    connection.close()
    return next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
