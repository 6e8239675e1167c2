"""In three browsers the site loses no answer: by reloads, where a tab is killed, and where its storage is full."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Error

from tests.browser.tabs import BROWSERS, Tab, opened_tab
from tests.browser.test_site import (
    FILL,
    LESSON,
    LESSONS,
    LINES,
    OPEN,
    RELOADS,
    SAVED,
    Server,
)
from tests.browser.test_site import PRESS_AND_RELOAD as PRESS_THEN_RELOAD

KILLS = 20
PRESS = PRESS_THEN_RELOAD.replace("location.reload();", "")
PRESS_AND_RELOAD = PRESS_THEN_RELOAD.replace(
    "location.reload()", "setTimeout(() => location.reload())"
)
FULL = "Not saved: the storage of this browser is full."
TOLD = (
    """() => [...document.querySelectorAll("casebook-card")].map((each) => each.innerText).join()"""
)
TIMES_SAVED = f"({TOLD})().split({SAVED!r}).length"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of the site."""
    server = Server(tmp_path / "www")
    yield server.url
    server.stop()


@pytest.fixture(params=BROWSERS)
def tab(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Tab]:
    with opened_tab(request.param, browser, tmp_path / "home") as tab:
        yield tab


def answer_again_and_again(tab: Tab, url: str, times: int, press: Callable[[], None]) -> None:
    """Answer whatever is open, in one lesson after the other; each answer has to be there at once, and at the end."""
    lessons = iter(LESSONS)
    tab.open(url + next(lessons))
    for done in range(times):
        while not tab.run(f"() => Boolean({OPEN})"):
            tab.open(url + next(lessons))
        press()
        tab.wait(f"{LINES}.length === {done + 1}")
    tab.open(url)
    assert tab.run(f"() => {LINES}.length") == times


def test_no_answer_is_lost_by_reloads(tab: Tab, site: str) -> None:
    def press() -> None:
        tab.run("() => { window.isOld = true }")
        tab.run(PRESS_AND_RELOAD)
        is_new = False
        while not is_new:
            with suppress(Error, AssertionError, HTTPError):  # the page goes while one asks
                is_new = tab.run("() => !window.isOld && document.readyState === 'complete'")

    answer_again_and_again(tab, site, RELOADS, press)


def test_no_answer_is_lost_when_a_tab_is_killed(tab: Tab, site: str) -> None:
    def press() -> None:
        where = tab.run("() => location.href")
        before = tab.run(f"() => {TIMES_SAVED}")
        tab.run(PRESS)
        tab.wait(f"{TIMES_SAVED} > {before}")
        tab.kill()
        tab.open(where)

    answer_again_and_again(tab, site, KILLS, press)


def test_a_full_storage_is_told_and_feedback_goes_on(tab: Tab, site: str) -> None:
    tab.open(site + LESSON)
    tab.run(FILL)
    tab.run(PRESS)
    tab.wait(f"({TOLD})().includes({FULL!r})")
    assert "The answer" in tab.run(TOLD)
