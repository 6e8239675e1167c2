"""The whole course in JupyterLite against what one got without care: the wheel of 2026-11-28 among all defaults."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser, Error, Page, sync_playwright

from customer_casebook import start
from customer_casebook.__main__ import FINE, main
from customer_casebook.site import live, packages
from customer_casebook.site.packages import OURS, PRELOADED
from tests.bench.builds import Build, check_out_first, make_wheel
from tests.bench.result import Result, in_turn
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _NO_PYODIDE, _chromium, _has_pyodide

_TURNS = 5
_LESSON = f"live/notebooks/index.html?path={[*start.lessons()][1]}"
_FIRST_QUESTION = ".ccb-option input"
_MINUTES = 5 * 60_000
_AGAIN_MS = 1_000
_COMPILED = "pydantic-core"
_NEWER = ["platformdirs", "pydantic", _COMPILED, "pyyaml", "traitlets"]
_NEWER += ["typing-extensions", "typing-inspection"]
_FOR_PYODIDE = ["--implementation", "cp", "--platform", "pyemscripten_2026_0_wasm32"]
_TERMINAL = {"prompt-toolkit"}  # which IPython needs where it comes as it is
_NOT_IN_A_BROWSER = {"jupyterlab", "matplotlib", "nbclient", "nbformat"}


def _build(site: Path) -> None:
    if main(["site", str(site), "--live"]) != FINE:
        sys.exit("Nothing was measured: the course could not be built.")


class _FirstPackages(packages.Packages):
    """What the build of 2026-11-28 needs: it reads its content with pydantic and PyYAML, each newer than Pyodide's."""

    def __init__(self, lock: Mapping[str, Any], *places: Any) -> None:
        super().__init__(lock, *places)
        for name in _NEWER:
            self.official.pop(name, None)

    def _find(self, names: Iterable[str]) -> Iterable[tuple[str, Any]]:
        if _COMPILED in names:
            wanted = f"{_COMPILED}=={version(_COMPILED)}"
            _download(self.place, wanted, "--python-version", self.python, *_FOR_PYODIDE)
            yield self._entry(next(self.place.glob("pydantic_core-*")))
        yield from super()._find(name for name in names if name != _COMPILED)


def _download(place: Path, wanted: str, *target: str) -> None:
    pip = [sys.executable, "-m", "pip", "-q", "download", "--no-deps", "--only-binary", ":all:"]
    packages.run([*pip, *target, "-d", ".", wanted], place)


def _build_naive(site: Path) -> None:
    """All apps, source maps, jedi, nothing compiled; our wheel comes when it is imported."""
    first = check_out_first(site.parent)

    def own_wheel(place: Path) -> Path:
        return Path(shutil.copy(make_wheel(first, site.parent / "first wheels"), place))

    def with_jedi(place: Path, name: str) -> Path:
        _download(place, f"{name}==0.19.2")
        return next(place.glob("jedi-*"))

    def configure(work: Path, _: object) -> None:
        others = {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": PRELOADED[:-1]}}
        page = {"litePluginSettings": {f"{live._KERNEL}:kernel": others}}
        extensions = [str(live._extension(name)) for name in live._EXTENSIONS if name != OURS]
        build = {"contents": ["files"], "federated_extensions": extensions}
        files = {
            "jupyter-lite.json": {"jupyter-lite-schema-version": 0, "jupyter-config-data": page},
            "jupyter_lite_config.json": {"LiteBuildConfig": build | {"ignore_sys_prefix": True}},
        }
        for name, content in files.items():
            (work / name).write_text(json.dumps(content), "utf-8")

    with (
        patch.object(live, "Packages", _FirstPackages),
        patch.object(live, "_configure", configure),
        patch.object(live, "_compile", lambda *_: None),
        patch.object(packages, "_own_wheel", own_wheel),
        patch.object(packages, "_empty_wheel", with_jedi),
        patch.object(packages, "_NEEDLESS", (packages._NEEDLESS | _NOT_IN_A_BROWSER) - _TERMINAL),
        patch.object(packages, "_SOURCE_ONLY", packages._SOURCE_ONLY | {"pyyaml"}),
        patch.dict(os.environ, PYYAML_FORCE_LIBYAML="0"),
    ):
        notebooks = {path.name: path for path in (first / "notebooks").glob("*.ipynb")}
        live.live(site, notebooks, None, published=False)


class _Site:
    """A built site, served, and what it sends."""

    def __init__(self, folder: Path) -> None:
        self.sent: list[str] = []
        sent = self.sent

        class Counting(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def send_head(self) -> object:  # type: ignore[override]
                sent.append(self.translate_path(self.path))
                return super().send_head()

        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(Counting, directory=str(folder))
        )
        self.url = f"http://localhost:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def megabytes(self) -> float:
        """All files that were sent, as a server with gzip sends them."""
        files = [Path(name) for name in {*self.sent} if Path(name).is_file()]
        return sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) / 1e6


@contextmanager
def served(folder: Path) -> Iterator[_Site]:
    site = _Site(folder)
    yield site
    site.server.shutdown()
    site.server.server_close()


def _visits(browser: Browser, site: _Site, *presses: str) -> tuple[float, float]:
    """Seconds from the address to the first question of a lesson: on a first visit, and on a second one."""
    context = browser.new_context()
    context.set_default_timeout(_MINUTES)
    page = context.new_page()
    times = []
    for _ in range(2):
        begin = perf_counter()
        page.goto(site.url + _LESSON)
        if presses:
            _press(page, presses)
        page.locator(_FIRST_QUESTION).first.wait_for()
        times.append(perf_counter() - begin)
        page.goto("about:blank")
    context.close()
    return times[0], times[1]


def _press(page: Page, names: Sequence[str]) -> None:
    """Run all cells; again, where it was too early: then nothing runs, and nobody is told."""
    running = page.locator(".jp-InputPrompt").filter(has_text="*").first
    with suppress(Error):
        for name in names:
            page.get_by_role("menuitem", name=name, exact=True).click()
        return running.wait_for(timeout=_AGAIN_MS)
    return _press(page, names)


def visits(folder: Path, _: Sequence[Build]) -> list[Result]:
    """What a reader waits for and downloads, in Chromium, from this machine."""
    if not _has_pyodide():
        sys.exit(f"Nothing was measured: {_NO_PYODIDE}.")
    if not (chromium := _chromium()):
        sys.exit(f"Nothing was measured: {_NO_BROWSER}.")
    folders = folder / "with care", folder / "naive"
    for build, place in zip((_build, _build_naive), folders, strict=True):
        shutil.rmtree(place, ignore_errors=True)
        build(place)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_FLAGS) as browser,
        served(folders[0]) as ours,
        served(folders[1]) as theirs,
    ):
        naive = partial(_visits, browser, theirs, "Run", "Run All Cells")
        turns = in_turn(_TURNS, 0, partial(_visits, browser, ours), naive)
        (cold, warm), (cold_naive, warm_naive) = (
            [median(times) for times in zip(*each, strict=True)] for each in turns
        )
        return [
            Result("JupyterLite, first visit to first question", cold, "s", cold_naive, 0.6),
            Result("JupyterLite, later visit to first question", warm, "s", warm_naive, 0.5),
            Result(
                "JupyterLite, download with gzip", ours.megabytes(), "MB", theirs.megabytes(), 0.7
            ),
        ]


GROUPS = {"live": visits}
