"""`make lab` opens a notebook that runs, saves tidily, and keeps to itself."""

from __future__ import annotations

import socket
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import Lab, LabPage
from tests.samples import lesson

SELECT = """place => {
    const {content} = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = place;
    content.activeCell.node.focus();
}"""


def test_a_notebook_opens_runs_and_answers_a_click_without_any_pop_up(
    browser: Browser, lab: Lab, lab_page: LabPage
) -> None:
    lab_page.open(lab.write("lesson.ipynb", lesson()))
    before = lab_page.cells()
    lab_page.run_all()
    activity = lab_page.cell(2)
    activity.get_by_role("button", name="Press").click()
    expect(activity.get_by_text("Answered")).to_be_visible()
    assert lab_page.cells() == before
    expect(lab_page.page.locator(".Toastify__toast")).to_have_count(0)
    expect(lab_page.page.get_by_role("dialog")).to_have_count(0)
    drawn = browser.new_browser_cdp_session().send("Target.getTargets", {"filter": [{}]})
    assert "browser_ui" not in {each["type"] for each in drawn["targetInfos"]}


def test_a_key_pressed_by_mistake_changes_no_cell_of_the_course(lab_page: LabPage) -> None:
    lab_page.open("01_who_is_the_customer.ipynb")
    before = lab_page.cells()
    dialog = lab_page.page.get_by_role("dialog")
    lab_page.page.get_by_role("button", name="Show the code").click()
    for place in (0, 1, 3):  # a text, an import and an activity
        lab_page.page.evaluate(SELECT, place)
        for key in "xddr":  # cut, delete, and turn into raw text
            lab_page.page.keyboard.press(key)
        expect(dialog).to_contain_text("Cell is read-only")
        assert lab_page.cells() == before
        lab_page.page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)


def test_the_browser_is_sent_to_the_first_page_of_the_course(lab: Lab) -> None:
    (way,) = lab.home.glob("jupyter_runtime_dir/jpserver-file-to-run-*-open.html")
    assert f"{lab.url}/lab/tree/00_start_here.ipynb?token={lab.token}" in way.read_text("utf-8")


def test_the_server_listens_on_this_computer_only_and_asks_for_its_token(lab: Lab) -> None:
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{lab.url}/api/contents")  # noqa: S310  (our own server)
    port = urlsplit(lab.url).port
    socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(OSError, match="refused"):  # one that listens everywhere answers here too
        socket.create_connection(("127.0.0.2", port))
