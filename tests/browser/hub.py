"""A JupyterHub as `deploy/hub` configures it, in a folder of its own, which can be killed and started again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest

from tests.browser.lab import ROOT, free_port

# What JupyterLab needs in a test: it runs in containers as root, and lets the test look at it.
IN_A_TEST = """
c.ServerApp.allow_root = True
c.LabApp.expose_app_in_browser = True
"""
CONFIG = """
load_subconfig({ours!r})
c.JupyterHub.authenticator_class = "dummy"  # takes any name
c.JupyterHub.spawner_class = "simple"  # and needs no accounts
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.JupyterHub.cleanup_servers = True  # when the test ends
c.Spawner.environment["JUPYTER_CONFIG_PATH"] += {more!r}
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
"""
PROXY = "configurable-http-proxy"
BIN = ROOT / "build" / "node" / "node_modules" / ".bin"  # where .ci/run puts it


def proxy() -> str | None:
    """Where the hub's proxy is."""
    return shutil.which(PROXY, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")


class Hub:
    """A hub in a folder of its own, which can be killed and started again."""

    def __init__(self, folder: Path, more_config: str = "") -> None:
        self.folder, self.homes = folder, folder / "homes"
        self.homes.mkdir()
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        ours = str(ROOT / "deploy" / "hub" / "jupyterhub_config.py")
        (more := folder / "more").mkdir()
        (more / "jupyter_config.py").write_text(IN_A_TEST, "utf-8")
        ports = {"port": port, "hub_port": free_port(), "proxy_port": free_port()}
        config = CONFIG.format(
            ours=ours, homes=str(self.homes), more=f"{os.pathsep}{more}", **ports
        )
        (folder / "jupyterhub_config.py").write_text(config + more_config, "utf-8")
        self.log: list[str] = []
        self._runs: Queue[str] = Queue()
        reader, self._writer = (
            os.pipe()
        )  # one for all that is started, for servers outlive their hub
        self._reading = Thread(target=self._read, args=[reader], daemon=True)
        self._reading.start()
        self.start()

    def _read(self, reader: int) -> None:
        with os.fdopen(reader, encoding="utf-8") as lines:
            for line in lines:
                self.log.append(line)
                if "JupyterHub is now running" in line:
                    self._runs.put(line)

    def start(self) -> None:
        """Start the hub, and wait until it says that it runs."""
        path = f"{BIN}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub"],
            cwd=self.folder,
            env=os.environ | {"PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=self._writer,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            self._runs.get(timeout=60)
        except Empty:
            pytest.fail("".join(self.log))

    def stop(self) -> None:
        """Stop the hub with its proxy and its servers."""
        self.process.terminate()
        self.process.wait(timeout=60)
        os.close(self._writer)
        self._reading.join(timeout=30)

    def answers(self, name: str) -> list[str]:
        """What a learner has answered, item by item."""
        shards = (self.homes / name).rglob("*.jsonl")
        lines = [
            json.loads(line) for each in shards for line in each.read_text("utf-8").splitlines()
        ]
        return [line["item"] for line in lines if "item" in line]
