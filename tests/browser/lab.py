"""JupyterLab as `make lab` starts it, with Notebook 7 beside it, and Voila; a notebook in them, driven by a learner.

Everything waits for a condition, nothing for a time.
"""

from __future__ import annotations

import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

ROOT = Path(__file__).parents[2]

NOTEBOOK_7 = "notebooks"  # where the same server shows a notebook in Notebook 7

_ADDRESS = re.compile(r"(http://localhost:\d+)/\S*?(?:\?token=(\w+))?$")

# What JupyterLab reports as an error of its own when a kernel is restarted in mid-sentence.
_RESTARTED = "Canceled future for "

MAX_WAIT_MS = 20_000  # until what is expected is there, on a machine that does other things too

# What Notebook 7 reports as an error of its own, with any notebook: settings and menus of what it does not have.
_NOT_THERE = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)

# What JupyterLab reports where the extra `site` is installed: its extension of the kernel is made for JupyterLite.
_OF_JUPYTERLITE = "@jupyterlite/pyodide-kernel-extension"

_ICONS = re.compile(r"/@fortawesome/fontawesome-free@.*\.css$")

# What is logged when a page is closed while its kernel still speaks, or a kernel while it does, and when the kernels
# of two servers reach for one port, or one is listed in the moment in which it has started.
_HUNG_UP = (
    "WebSocketClosedError",
    "StreamClosedError",
    "Socket operation on non-socket",
    "Address already in use",
    "Event loop is closed",
    "has no attribute 'kernel_ws_protocol'",  # a socket that closes while it opens
    "The 'last_activity' trait of a ServerKernelManager",
)

# What the page then hears of its list of kernels.
_AS_ONE_STARTS = "the server responded with a status of 500"
_RECORD = re.compile(r"^(?=\[|Task exception)", re.MULTILINE)

_PANEL = "const panel = window.jupyterapp?.shell?.currentWidget;"
_READY = f"""(path) => {{
    {_PANEL}
    const session = panel?.sessionContext;
    const kernel = session?.session?.kernel;
    return panel?.context?.path === path && panel.context.isReady && session?.isReady
        && kernel?.connectionStatus === "connected" && kernel.status === "idle"
        && !["starting", undefined].includes(panel.node.dataset.ccb); // a lesson has run by itself
}}"""
_FOUND = f"""() => {{
    {_PANEL}
    const kernel = panel?.sessionContext?.session?.kernel;
    return {{
        path: panel?.context?.path, read: panel?.context?.isReady, session: panel?.sessionContext?.isReady,
        kernel: kernel?.status, connection: kernel?.connectionStatus, lesson: panel?.node.dataset.ccb,
        shown: document.body?.innerText.slice(0, 500),
    }};
}}"""  # what the words of _READY are then
_TURN = """async path => {
    const {commands, shell} = window.jupyterapp;
    const {context} = shell.currentWidget;
    await commands.execute("docmanager:save");
    while (context?.model.dirty) await context.save(); // what came meanwhile
    await commands.execute("application:close");
    await commands.execute("docmanager:open", {path});
}"""
_CODE_CELLS = "[...panel.content.model.cells].filter(cell => cell.type === 'code')"
_WATCH = f"""() => {{
    {_PANEL}
    const sent = {{}};
    const replies = window.casebookReplies = {{}};
    panel.sessionContext.session.kernel.anyMessage.connect((_, {{direction, msg}}) => {{
        const type = msg.header.msg_type;
        if (direction === "send" && type === "execute_request") {{
            sent[msg.header.msg_id] = msg.metadata.cellId;
        }} else if (direction === "recv" && type === "execute_reply") {{
            const {{status, ename, evalue, execution_count: count}} = msg.content;
            const told = status === "error" ? `${{ename}}: ${{evalue}}` : status;
            replies[sent[msg.parent_header.msg_id]] = {{told, count}};
        }}
    }});
}}"""
_ALL_RUN = f"""() => {{
    {_PANEL}
    const cells = {_CODE_CELLS}.filter(cell => cell.sharedModel.getSource().trim());
    const replies = window.casebookReplies;
    const failed = Object.values(replies).some(({{told}}) => told !== "ok");
    const ran = cell => cell.executionCount === replies[cell.id]?.count; // the page hears of it a little later
    return (failed || cells.every(ran))
        && panel.sessionContext.session.kernel.status === "idle";
}}"""


@dataclass(frozen=True)
class Lab:
    """A running server; it serves ``folder``, each notebook below ``view``, and keeps its own files in ``home``."""

    url: str
    token: str
    folder: Path
    home: Path
    process: subprocess.Popen[str]
    view: str = "lab/tree"
    said: str = ""  # the address that it prints
    log: object = ""  # as a text, all that it has printed

    def write(self, name: str, notebook: NotebookNode) -> str:
        """Put a notebook into the folder; its name, to open it by."""
        nbformat.write(notebook, self.folder / name)
        return name

    def read(self, name: str) -> dict[str, Any]:
        """A notebook as it now lies on disk."""
        content: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return content

    def stop(self) -> None:
        """Ask the server to stop, as its File menu does."""
        self._ask("POST", "shutdown")
        self.process.wait(timeout=60)

    def end_kernels(self) -> None:
        """End the kernels, which stay when a page is closed."""
        kernels = json.loads(self._ask("GET", "kernels"))
        with ThreadPoolExecutor() as threads:
            [*threads.map(lambda each: self._ask("DELETE", f"kernels/{each['id']}"), kernels)]

    def _ask(self, method: str, path: str) -> bytes:
        request = Request(f"{self.url}/api/{path}", method=method)  # noqa: S310  (our own server)
        request.add_header("Authorization", f"token {self.token}")
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content


@contextmanager
def run_lab(folder: Path, home: Path, port: int | None = None) -> Iterator[Lab]:
    """`make lab` on the notebooks in ``folder``, with all its other files under ``home``."""
    flags = "--no-browser --LabApp.expose_app_in_browser=True"
    flags += " --JupyterNotebookApp.expose_app_in_browser=True"  # which it serves too
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags += " --allow-root"  # containers run as root
    venv = os.path.relpath(sys.prefix, ROOT)  # make cannot have spaces in a target
    command = ["make", "--no-print-directory", "lab", f"VENV={venv}", f"NOTEBOOKS={folder}"]
    command += [f"LAB_FLAGS={flags} --port={port or free_port()}"]
    command += [f"--assume-old={venv}/lab.stamp"]  # tests install nothing
    with serving(command, folder, home, "lab/tree") as lab:
        yield lab
        lab.stop()


@contextmanager
def run_voila(folder: Path, home: Path) -> Iterator[Lab]:
    """Voila on the notebooks in ``folder``: pages that run as they open, without any cell to be seen."""
    command = [sys.executable, "-m", "voila", str(folder), "--no-browser"]
    # Of Notebook 7 and of JupyterLite; Voila cannot load them.
    others = ["@jupyter-notebook/lab-extension", "@jupyterlite/pyodide-kernel-extension"]
    command += [f"--VoilaConfiguration.extension_denylist={others}"]
    with serving([*command, f"--port={free_port()}"], folder, home, "voila/render") as lab:
        yield lab
        lab.process.terminate()
        lab.process.wait(timeout=60)


@contextmanager
def serving(command: list[str], folder: Path, home: Path, view: str) -> Iterator[Lab]:
    own = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"]
    own += ["CUSTOMER_CASEBOOK_DATA", "IPYTHONDIR"]
    environment = os.environ | {name: str(home / name.lower()) for name in own}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        log = _Log(process.stdout)
        try:
            url, token, said = log.address()
            yield Lab(url, token, folder, home, process, view, said, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)
            log.thread.join(timeout=10)
    assert process.returncode == 0, f"{command} ended with {process.returncode}:\n{log}"
    stumbles = [
        record
        for record in _RECORD.split(str(log))
        if "Traceback" in record and not any(each in record for each in _HUNG_UP)
    ]
    assert not stumbles, f"The server stumbled:\n{log}"


class _Log:
    """What the server prints, read as it comes so that it never waits for us."""

    def __init__(self, stream: IO[str] | None) -> None:
        assert stream
        self._stream = stream
        self._lines: list[str] = []
        self._found: queue.Queue[tuple[str, str, str] | None] = queue.Queue()
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        for line in self._stream:
            self._lines.append(line)
            if found := _ADDRESS.search(line):
                self._found.put((found[1], found[2], found[0]))
        self._found.put(None)

    def address(self) -> tuple[str, str, str]:
        """The server's address and token, once it answers: it names them just before it listens, all in one word."""
        found = self._found.get(timeout=90)
        while found and self.thread.is_alive():
            try:
                socket.create_connection(("localhost", urlsplit(found[0]).port)).close()
            except ConnectionRefusedError:
                self.thread.join(timeout=0.02)
            else:
                return found
        raise AssertionError(f"The server did not start:\n{self}")

    def __str__(self) -> str:
        return "".join(self._lines)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LabPage:
    """One notebook, open in JupyterLab, and everything its page asked for and complained about."""

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.lab = lab
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._path = ""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._note(str(error)))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not (
            _AS_ONE_STARTS in said.text and "/api/kernels?" in said.location["url"]
        ):
            self._note(said.text)

    def _note(self, error: str) -> None:
        own = _RESTARTED in error or _OF_JUPYTERLITE in error
        own |= error in _NOT_THERE and self.lab.view == NOTEBOOK_7
        if not own:
            self.errors.append(error)

    def open(self, name: str) -> None:
        """Open a notebook of the lab's folder in a clean workspace, its kernel ready."""
        self._path = name
        self.page.goto(f"{self.lab.url}/{self.lab.view}/{name}?token={self.lab.token}&reset")
        self._wait_ready()

    def reload(self) -> None:
        """Load the page again, as F5 does."""
        self.page.reload()
        self._wait_ready()

    def turn_to(self, name: str) -> None:
        """Save and close the open notebook, and open another in the same JupyterLab, which takes less time."""
        if not self._path:
            self.open(name)
            return
        self._path = name
        self.page.evaluate(_TURN, name)
        self._wait_ready()

    def _wait_ready(self) -> None:
        try:
            self.page.wait_for_function(_READY, arg=self._path, timeout=60_000)
        except Error as error:
            found = self.page.evaluate(_FOUND)
            message = f"{self._path} is not ready: {found}\n{self.errors}\n{self.lab.log}"
            raise AssertionError(message) from error

    def run_all(self, *, by_keyboard: bool = False) -> None:
        """Run > Run All Cells, or the same from the palette, to the end; a cell that fails fails the test."""
        self.page.evaluate(_WATCH)
        if by_keyboard:
            self.page.keyboard.press("Control+Shift+c")
            self.page.keyboard.type("run all cells")
            expect(self.page.locator(".lm-CommandPalette-item.lm-mod-active")).to_have_text(
                re.compile("^Run All Cells")
            )
            self.page.keyboard.press("Enter")
        else:
            menu = self.page.get_by_role("menuitem")
            menu.filter(has_text=re.compile("^Run$")).click()
            menu.filter(has_text=re.compile("^Run All Cells$")).click()
        self.page.wait_for_function(_ALL_RUN, timeout=120_000)
        replies = self.page.evaluate("window.casebookReplies")
        assert {each["told"] for each in replies.values()} <= {"ok"}, replies

    def cell(self, index: int) -> Locator:
        """A cell's node on the page, scrolled into view."""
        self.page.evaluate(
            f"index => {{ {_PANEL} return panel.content.scrollToItem(index) }}", index
        )
        return self.page.locator(f'.jp-Notebook [data-windowed-list-index="{index}"]')

    def cells(self) -> list[dict[str, Any]]:
        """Id, type and source of every cell as the notebook's model has them now."""
        cells: list[dict[str, Any]] = self.page.evaluate(
            f"""() => {{ {_PANEL} return [...panel.content.model.cells].map(cell => (
                {{id: cell.id, type: cell.type, source: cell.sharedModel.getSource()}})) }}"""
        )
        return cells

    def save(self) -> dict[str, Any]:
        """Save the notebook; what then lies on disk."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        return self.lab.read(self._path)

    def restart_kernel(self) -> None:
        """A new kernel for the same notebook, ready."""
        self.page.evaluate(f"() => {{ {_PANEL} return panel.sessionContext.restartKernel() }}")
        self._wait_ready()

    def check(self) -> None:
        """The page asked nobody but its own server, and nothing on it went wrong."""
        own = urlsplit(self.lab.url).netloc
        strangers = [
            url
            for url in self.requests
            if (parts := urlsplit(url)).scheme not in {"data", "blob"} and parts.netloc != own
        ]
        assert not strangers, f"The page asked other hosts: {strangers}"
        assert not self.errors, f"The page complained: {self.errors}"


class VoilaPage(LabPage):
    """One notebook as a page of Voila, which runs as it opens."""

    def __init__(self, page: Page, lab: Lab) -> None:
        super().__init__(page, lab)
        # Voila itself, not what is ours, asks another host for a font of icons.
        page.route(_ICONS, lambda route: route.fulfill(body="", content_type="text/css"))

    def open(self, name: str) -> None:
        """Open a notebook, run to its end."""
        self.page.goto(f"{self.lab.url}/{self.lab.view}/{name}")
        self.page.locator("#rendered_cells").wait_for(timeout=120_000)

    def cell(self, index: int) -> Locator:
        return self.page.locator(f'[cell-index="{index + 1}"]')

    def check(self) -> None:
        self.requests = [each for each in self.requests if not _ICONS.search(each)]
        super().check()
