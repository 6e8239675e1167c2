"""`make pictures`: the README's pictures, taken of the real thing in both themes, so that they never go stale."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.activities import opened
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _chromium
from tests.browser.lab import ROOT, run_lab

PICTURES = ROOT / "notebooks" / "pictures"
LESSON = "07_marketing_and_the_client_firm.ipynb"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def main() -> None:
    """Answer the lesson's first study wrong, and take a picture of what that looks like."""
    chromium = _chromium()
    if not chromium:
        raise SystemExit(f"The pictures cannot be taken: {_NO_BROWSER}.")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        notebooks = shutil.copytree(ROOT / "notebooks", Path(home) / "notebooks")
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        with run_lab(notebooks, Path(home)) as lab:
            for name, theme in THEMES.items():
                with opened(browser, lab, LESSON) as page:
                    change = (
                        "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
                    )
                    page.page.evaluate(change, theme)
                    card = page.page.locator(".ccb-study").first
                    card.scroll_into_view_if_needed()
                    card.get_by_role("radio").nth(1).focus()
                    page.page.keyboard.press("2")
                    page.page.keyboard.press("s")
                    card.get_by_text("Saved.", exact=True).wait_for()
                    card.evaluate("node => node.closest('.jp-Cell').scrollIntoView()")
                    page.page.screenshot(path=PICTURES / f"lesson-{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
