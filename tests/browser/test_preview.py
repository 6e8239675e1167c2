"""One command shows a casebook while it is written: what is saved is on the screen at once."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from customer_casebook.authoring.folder import write_new
from tests.browser.lab import LabPage, serving
from tests.browser.test_start import CONFIG


def test_what_is_saved_is_shown_and_what_is_wrong_stands_in_its_place(
    browser: Browser, tmp_path: Path
) -> None:
    folder, home = tmp_path / "my casebook", tmp_path / "home"
    config = home / "jupyter_config_dir" / "jupyter_config.py"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG, "utf-8")
    assert write_new(folder) == ""
    case = folder / "cases" / "reading-room-seats.yaml"
    text = case.read_text("utf-8")
    command = [sys.executable, "-m", "customer_casebook", "preview", "--no-browser", str(folder)]
    with serving(command, folder, home, "lab/tree") as lab:
        shown = LabPage(
            browser.new_context(viewport={"width": 1280, "height": 900}).new_page(), lab
        )
        shown.open("preview.ipynb")
        shown.run_all()
        page = shown.page
        expect(page.get_by_text("Nothing is wrong.").first).to_be_visible()
        assert lab.said.startswith(f"{lab.url}/lab/tree/preview.ipynb?token=")
        expect(page.get_by_role("heading", name="Forty chairs for one dragon")).to_be_visible()

        case.write_text(text.replace("A chair for the man", "Two chairs for the man"), "utf-8")
        expect(page.get_by_role("heading", name="Two chairs for the man")).to_be_visible()

        case.write_text(text.replace("service: seat-finder", "service: seat-findr"), "utf-8")
        wrong = page.get_by_role("listitem").filter(has_text="cases/reading-room-seats.yaml:8: ")
        expect(wrong).to_contain_text("service: there is no 'seat-findr'; write seat-finder")
        expect(page.get_by_role("heading", name="Two chairs for the man")).to_have_count(0)

        menu = page.get_by_label("Case, or file of questions")
        menu.focus()
        page.keyboard.press("ArrowUp")  # by keyboard alone
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Forty chairs for one dragon")).to_be_visible()
        expect(
            page.get_by_role("radio").first
        ).to_be_focused()  # the first question can be answered
        expect(wrong).to_have_count(1)  # it is still said

        case.write_text(text.replace("He needs", "The user needs"), "utf-8")
        story = page.get_by_role("heading", name="A chair for the man")
        advice = page.get_by_role("heading", name="No fault, but look at it")
        expect(story).to_be_visible()
        boxes = [each.bounding_box() for each in (story, advice)]
        assert boxes[0]
        assert boxes[1]
        assert boxes[0]["y"] < boxes[1]["y"]  # what is played comes first

        case.write_text(text, "utf-8")
        expect(advice).to_have_count(0)
        expect(page.get_by_role("heading", name="A chair for the man")).to_be_visible()
        expect(wrong).to_have_count(0)
        page.context.close()
        lab.stop()
    shown.check()
