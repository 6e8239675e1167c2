"""A class at a hub: learners come within some minutes, answer every few seconds, and things are killed meanwhile.

Each learner is what their page would be: a session with a kernel, a card in it, and an outbox that says
an answer again until it is acknowledged. ``make bench hub`` runs it, and nothing else does.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

from tests.bench.builds import Build
from tests.bench.result import Result, p95
from tests.browser.hub import Hub

LEARNERS = int(os.environ.get("LEARNERS", "60"))
COMING = int(os.environ.get("COMING", "240"))  # seconds within which they come
STAYING = int(os.environ.get("STAYING", "120"))  # seconds that the last one stays
PAUSE = 5  # seconds from one answer to the next
AGAIN = 2  # seconds until an answer that nobody acknowledged is said again
TOKEN = "of-the-bench-alone"  # noqa: S105  (of a hub that nobody else reaches)

SERVICE = f"""
c.JupyterHub.services = [{{"name": "bench", "api_token": "{TOKEN}"}}]
c.JupyterHub.load_roles = [
    {{"name": "bench", "services": ["bench"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
"""
CELL = 'from customer_casebook import study\nstudy("marketing-campaign-hub", ["customer"])'


class Learner:
    """One learner's page."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.waiting: dict[str, tuple[float, int]] = {}  # press to its time and round
        self.seconds: list[float] = []  # from an answer to its acknowledgement
        self.said = 0
        self.kernel = ""
        self.card: dict[str, str] = {}

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        data = None if method == "GET" else json.dumps(body)
        url = f"{self.hub.url}{path}"
        request = HTTPRequest(url, method, headers, data, request_timeout=300)
        reply = await AsyncHTTPClient().fetch(request)
        return json.loads(reply.body or "null")

    async def come(self) -> None:
        """Log in, start a server and a kernel."""
        users = f"/hub/api/users/{self.name}"
        await self.ask("POST", users)
        with suppress(HTTPClientError):  # it is pending already
            await self.ask("POST", f"{users}/server", {})
        while not (await self.ask("GET", users))["servers"].get("", {}).get("ready"):
            await asyncio.sleep(1)
        kernel = {
            "path": "lesson.ipynb",
            "type": "notebook",
            "name": "",
            "kernel": {"name": "python3"},
        }
        session = await self.ask("POST", f"/user/{self.name}/api/sessions", kernel)
        self.kernel = session["kernel"]["id"]

    async def stay(self, until: float) -> None:
        """Answer until it is time to go and everything is acknowledged, whatever breaks meanwhile."""
        due = time.monotonic()
        while time.monotonic() < until or self.waiting:
            assert time.monotonic() < until + 120, (
                f"{self.name} waits for {len(self.waiting)} answers"
            )
            with suppress(OSError, HTTPClientError, WebSocketClosedError, TimeoutError):
                due = await self._converse(until, due)
            await asyncio.sleep(1)  # the connection is gone

    async def _converse(self, until: float, due: float) -> float:
        url = f"ws{self.hub.url[4:]}/user/{self.name}/api/kernels/{self.kernel}/channels"
        socket = await websocket_connect(
            HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}), ping_interval=10
        )
        try:
            self._send(socket, "execute_request", {"code": CELL, "silent": False})
            while time.monotonic() < until or self.waiting:
                now = time.monotonic()
                if self.card and due <= now < until:
                    self.said += 1
                    self.waiting[uuid4().hex] = (now, self.said)
                    due = now + PAUSE
                for press, (since, number) in self.waiting.items():
                    if self.card and (since == now or now - since > AGAIN):
                        self._answer(socket, press, number)
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(AGAIN, max(due - time.monotonic(), 0.05))):
                        self._hear(await socket.read_message())
        finally:
            self.card = {}
            socket.close()
        return due

    def _send(self, socket: Any, kind: str, content: object) -> None:
        header = {"msg_id": uuid4().hex, "msg_type": kind, "session": self.name}
        header |= {"username": self.name, "version": "5.3", "date": ""}
        message = {"channel": "shell", "header": header, "parent_header": {}}
        socket.write_message(json.dumps(message | {"metadata": {}, "content": content}))

    def _answer(self, socket: Any, press: str, number: int) -> None:
        answer = {"press": press, "choice": [0], "sure": True, "ms": 1000}
        content = {"card": self.card["id"], "round": number, "place": "0", "answer": answer}
        data = {"method": "custom", "content": content}
        self._send(socket, "comm_msg", {"comm_id": self.card["comm"], "data": data})

    def _hear(self, message: Any) -> None:
        if message is None:
            raise WebSocketClosedError
        match json.loads(message):
            case {
                "msg_type": "comm_open",
                "content": {"comm_id": comm, "data": {"state": {"card_id": card}}},
            }:
                self.card = {"comm": comm, "id": card}
            case {
                "msg_type": "comm_msg",
                "content": {"data": {"content": {"heard": press, "state": {"state": "saved"}}}},
            }:
                if press in self.waiting:
                    since, _ = self.waiting.pop(press)
                    self.seconds.append(time.monotonic() - since)
            case {"msg_type": "status", "content": {"execution_state": "restarting"}}:
                raise WebSocketClosedError  # the page runs its cells again


def hub(folder: Path, _: Sequence[Build]) -> list[Result]:
    """Learners at a hub whose parts are killed, each once."""
    (place := folder / "hub").mkdir()
    hub = Hub(place, SERVICE)
    try:
        return asyncio.run(_class(hub))
    finally:
        hub.stop()


async def _class(hub: Hub) -> list[Result]:
    learners = [Learner(hub, f"learner{number}") for number in range(LEARNERS)]
    begun = time.monotonic()
    end = begun + COMING + STAYING
    troubles = [(0.4, _kill_proxy), (0.6, _kill_kernel), (0.8, _kill_hub)]

    async def attend(place: int, learner: Learner) -> None:
        await asyncio.sleep(COMING * place / LEARNERS)
        await learner.come()
        await learner.stay(end)

    async def trouble(
        share: float, kill: Callable[[Hub, Sequence[Learner]], Awaitable[None]]
    ) -> None:
        await asyncio.sleep(COMING + STAYING * share)
        await kill(hub, learners)

    memory = asyncio.create_task(_memory(hub, begun + COMING + STAYING * 0.3))
    await asyncio.gather(
        *(attend(place, learner) for place, learner in enumerate(learners)),
        *(trouble(share, kill) for share, kill in troubles),
    )
    presses = sum(learner.said for learner in learners)
    kept = sum(len(hub.answers(learner.name)) for learner in learners)
    times = [1000 * each for learner in learners for each in learner.seconds]
    return [
        Result(f"{LEARNERS} learners at a hub, answers", presses, ""),
        Result("answers lost", presses - kept, "", aim=0),
        Result("answer to acknowledgement, median", median(times), "ms"),
        Result("answer to acknowledgement, p95", p95(times), "ms", aim=250),
        Result("own memory of a learner's server and kernel, median", await memory, "MiB"),
    ]


def _started_by(hub: Hub, word: str) -> list[psutil.Process]:
    """Processes that the hub started, whose command has a word."""
    children = psutil.Process(hub.process.pid).children()
    return [each for each in children if word in " ".join(each.cmdline())]


async def _memory(hub: Hub, when: float) -> float:
    await asyncio.sleep(when - time.monotonic())
    own = [
        sum(each.memory_full_info().uss for each in (server, *server.children(recursive=True)))
        for server in _started_by(hub, "jupyterhub.singleuser")
    ]
    return float(median(own)) / 2**20


async def _kill_proxy(hub: Hub, _: Sequence[Learner]) -> None:
    [proxy] = _started_by(hub, "configurable-http-proxy")
    proxy.kill()


async def _kill_kernel(hub: Hub, learners: Sequence[Learner]) -> None:
    servers = _started_by(hub, "jupyterhub.singleuser")
    kernels = (kernel for server in servers for kernel in server.children())
    next(each for each in kernels if learners[0].kernel in " ".join(each.cmdline())).kill()


async def _kill_hub(hub: Hub, _: Sequence[Learner]) -> None:
    hub.process.send_signal(signal.SIGKILL)
    hub.process.wait()
    await asyncio.to_thread(hub.start)


GROUPS = {"hub": hub}
