"""What a Jupyter server does when it saves a notebook: it leaves out widgets that would be dead on reopening."""

from __future__ import annotations

from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def drop_widgets(notebook: dict[str, Any]) -> None:
    """Remove, in place, each widget view that has a transcript beside it.

    A saved widget view without its kernel shows an error in place of the transcript. A view without
    a transcript stays: there is nothing better to show.
    """
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop(WIDGET_VIEW, None)
    notebook["metadata"].pop("widgets", None)


def save_tidily(model: dict[str, Any], **_: object) -> None:
    """A pre-save hook for Jupyter's contents manager, which passes the file as ``model``."""
    if model["type"] == "notebook" and model["content"]:
        drop_widgets(model["content"])
