"""What a Jupyter server does when it saves a notebook: it leaves out widgets that would be dead on reopening."""

import json
import re
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def drop_widgets(notebook: dict[str, Any]) -> None:
    """Remove, in place, each widget view that has a transcript beside it; nothing replaces another.

    The state of widgets goes with them, except what a view that stays is drawn from.
    """
    needed = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "text/html" in (data := output.get("data", {})):
                data.pop(WIDGET_VIEW, None)
            needed.append(data.get(WIDGET_VIEW, {}).get("model_id"))
    states = notebook["metadata"].pop("widgets", {}).get(WIDGET_STATE, {})
    kept: dict[str, Any] = {}
    for model in needed:  # which grows by what a kept model names
        if model in states.get("state", {}) and model not in kept:
            kept[model] = states["state"][model]
            needed += re.findall(r'(?:IPY_MODEL_|"model_id": ")([^"]+)', json.dumps(kept[model]))
    if kept:
        notebook["metadata"]["widgets"] = {WIDGET_STATE: {**states, "state": kept}}


def save_tidily(model: dict[str, Any], **_: object) -> None:
    """A pre-save hook for Jupyter's contents manager, which passes the file as ``model``."""
    if model["type"] == "notebook" and model["content"]:
        drop_widgets(model["content"])
