"""A tab in each of three browsers, driven in the same few words."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.request import Request, urlopen

import psutil
from playwright.sync_api import Browser, Error
from websockets.sync.client import connect

from tests.browser.at_spi import program
from tests.browser.lab import free_port

BROWSERS = ("Chromium", "Firefox", "WebKit")
PATIENCE = 120  # seconds, on a machine that does other things too


class Tab:
    """A tab of some browser: it opens addresses, runs functions, and can be killed."""

    def open(self, url: str) -> None:
        raise NotImplementedError

    def run(self, function: str) -> Any:
        """What a JavaScript function without arguments returns."""
        raise NotImplementedError

    def kill(self) -> None:
        """Let the process of the page die, or at least its tab, and go on in another one."""
        raise NotImplementedError

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        frame = "new Promise((resolve) => setTimeout(resolve, 20))"
        self.run(f"async () => {{ while (!({condition})) await {frame}; return true }}")


class ChromiumTab(Tab):
    """By Playwright."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context()
        self.page = self.context.new_page()

    def open(self, url: str) -> None:
        self.page.goto(url)

    def run(self, function: str) -> Any:
        return self.page.evaluate(function)

    def kill(self) -> None:
        with self.page.expect_event("crash"), suppress(Error):
            self.page.goto("chrome://crash")
        self.page.close()
        self.page = self.context.new_page()


class FirefoxTab(Tab):
    """By WebDriver BiDi, which Firefox itself speaks."""

    def __init__(self, address: str, firefox: int, stack: ExitStack) -> None:
        self._firefox = psutil.Process(firefox)
        self._socket = stack.enter_context(connect(f"{address}/session", max_size=None))
        self._call("session.new", capabilities={})
        self._context = self._new()

    def _new(self) -> str:
        made: str = self._call("browsingContext.create", type="tab")["context"]
        return made

    def _call(self, method: str, **params: Any) -> Any:
        self._socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while (reply := json.loads(self._socket.recv(timeout=PATIENCE))).get("id") != 1:
            pass
        assert reply["type"] == "success", reply
        return reply["result"]

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, function: str) -> Any:
        said = self._call(
            "script.evaluate",
            expression=f"Promise.resolve(({function})()).then(JSON.stringify)",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert said["type"] == "success", said
        return json.loads(said["result"].get("value", "null"))

    def kill(self) -> None:
        for process in self._firefox.children(recursive=True):
            with suppress(psutil.Error):  # another one that has ended by itself
                if process.cmdline()[-1:] == ["tab"]:
                    process.kill()
        self._context = self._new()


class WebKitTab(Tab):
    """By WebKitGTK's own WebDriver."""

    def __init__(self, address: str) -> None:
        self._address = address
        browser = {
            "binary": program("/usr/lib/*/webkit2gtk-4.1/MiniBrowser"),
            "args": ["--automation"],
        }
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": browser}}
        self._session = self._call("", capabilities=wanted)["sessionId"]
        self._call("/timeouts", script=PATIENCE * 1000)

    def _call(self, path: str, method: str = "POST", **body: Any) -> Any:
        start = f"/{self._session}" if hasattr(self, "_session") else ""
        url, data = f"{self._address}/session{start}{path}", json.dumps(body).encode()
        request = Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        with urlopen(request, timeout=2 * PATIENCE) as reply:  # noqa: S310
            return json.loads(reply.read())["value"]

    def open(self, url: str) -> None:
        self._call("/url", url=url)

    def run(self, function: str) -> Any:
        script = f"const done = arguments[0]; Promise.resolve(({function})()).then(done)"
        return self._call("/execute/async", script=script, args=[])

    def kill(self) -> None:
        # A page that dies ends the driver's session, and with it this browser's storage. So the tab is closed.
        other = self._call("/window/new", type="tab")["handle"]
        self._call("/window", "DELETE")
        self._call("/window", handle=other)


@contextmanager
def _firefox(home: Path) -> Iterator[Tab]:
    flags = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(home)]
    with ExitStack() as stack:
        firefox = stack.enter_context(_started("firefox-esr", *flags, stderr=subprocess.PIPE))
        lines = (re.search(r"listening on (ws://\S+)", line) for line in firefox.stderr or ())
        yield FirefoxTab(next(filter(None, lines))[1], firefox.pid, stack)


@contextmanager
def _webkit(home: Path) -> Iterator[Tab]:
    port = free_port()
    with ExitStack() as stack:
        size = ["-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
        screen = stack.enter_context(
            _started("Xvfb", "-displayfd", "1", *size, stdout=subprocess.PIPE)
        )
        assert screen.stdout
        own = {"DISPLAY": f":{screen.stdout.readline().strip()}", "HOME": str(home)}
        own |= {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}  # containers run as root
        driver = _started("WebKitWebDriver", f"--port={port}", env=os.environ | own)
        process, is_up = stack.enter_context(driver), False
        while not is_up:
            assert process.poll() is None
            with suppress(ConnectionRefusedError):
                create_connection(("127.0.0.1", port)).close()
                is_up = True
        yield WebKitTab(f"http://127.0.0.1:{port}")


@contextmanager
def _started(name: str, *flags: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
    with subprocess.Popen([program(name) or name, *flags], text=True, **options) as process:
        try:
            yield process
        finally:
            for each in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    each.kill()
            process.kill()


@contextmanager
def opened_tab(name: str, browser: Browser, home: Path) -> Iterator[Tab]:
    """A tab of one of `BROWSERS`, which keeps its files in a folder; Chromium is the one that runs already."""
    if name == "Chromium":
        tab = ChromiumTab(browser)
        yield tab
        tab.context.close()
    else:
        home.mkdir()
        with {"Firefox": _firefox, "WebKit": _webkit}[name](home) as other:
            yield other
