"""The casebook that ``customer-casebook new`` writes, for tests that change it."""

from __future__ import annotations

from pathlib import Path

from customer_casebook.authoring.folder import write_new


def new_casebook(around: Path) -> Path:
    """A new casebook in a folder."""
    assert write_new(around / "lantern") == ""
    return around / "lantern"


def edit(path: Path, old: str, new: str) -> None:
    """Change a text that a file has."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
