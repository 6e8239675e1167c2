"""One command: the lessons are in the learner's folder, and the first question is on the screen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import NOTEBOOK_7, LabPage, serving

CONFIG = """
c.ServerApp.allow_root = True  # containers run as root
c.LabApp.expose_app_in_browser = True
c.JupyterNotebookApp.expose_app_in_browser = True
"""


@pytest.mark.parametrize(("flags", "view"), [([], "lab/tree"), (["--notebook"], NOTEBOOK_7)])
def test_start_leads_to_the_first_question(
    browser: Browser, tmp_path: Path, flags: list[str], view: str
) -> None:
    folder, home = tmp_path / "my lessons", tmp_path / "home"
    config = home / "jupyter_config_dir" / "jupyter_config.py"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG, "utf-8")
    command = [
        sys.executable,
        "-m",
        "customer_casebook",
        "start",
        "--no-browser",
        *flags,
        str(folder),
    ]
    with serving(command, folder, home, view) as lab:
        page = LabPage(browser.new_context().new_page(), lab)
        page.open("00_start_here.ipynb")
        question = page.page.get_by_role("group", name="Is Obadele Finchlow a customer of Group IT")
        expect(question.get_by_role("radio").first).to_be_enabled(timeout=60_000)
        page.page.goto(lab.said)  # what one copies from the terminal leads there, too
        expect(question.get_by_role("radio").first).to_be_enabled(timeout=60_000)
        page.page.context.close()
        lab.stop()
    assert not [
        *config.parent.rglob("*.jupyterlab-workspace")
    ]  # nor were tabs of the last time opened
    page.check()
