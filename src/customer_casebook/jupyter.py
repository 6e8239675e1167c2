"""What a Jupyter server does when it saves a notebook: it leaves out widgets that would be dead on reopening."""

from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def drop_widgets(notebook: dict[str, Any]) -> None:
    """Remove, in place, each widget view that has a transcript beside it; nothing replaces another."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "text/html" in (data := output.get("data", {})):
                data.pop(WIDGET_VIEW, None)
    notebook["metadata"].pop("widgets", None)


def save_tidily(model: dict[str, Any], **_: object) -> None:
    """A pre-save hook for Jupyter's contents manager, which passes the file as ``model``."""
    if model["type"] == "notebook" and model["content"]:
        drop_widgets(model["content"])
