"""What a Jupyter server does when it saves a notebook: it leaves out widgets that would be dead on reopening."""

import json
import re
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


def drop_widgets(notebook: dict[str, Any]) -> None:
    """Remove, in place, each widget view that has a transcript beside it; nothing replaces another.

    The saved state goes too, but for the models that a view of somebody else's still needs.
    """
    wanted = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "text/html" in (data := output.get("data", {})):
                data.pop(WIDGET_VIEW, None)
            elif WIDGET_VIEW in data:
                wanted.append(data[WIDGET_VIEW].get("model_id"))
    saved = notebook["metadata"].pop("widgets", {}).get(WIDGET_STATE, {})
    needed: dict[str, Any] = {}
    while wanted:
        name = wanted.pop()
        if name in saved.get("state", {}) and name not in needed:
            needed[name] = saved["state"][name]
            wanted += re.findall(r"IPY_MODEL_(\w+)", json.dumps(needed[name]))
    if needed:
        notebook["metadata"]["widgets"] = {WIDGET_STATE: {**saved, "state": needed}}


def save_tidily(model: dict[str, Any], **_: object) -> None:
    """A pre-save hook for Jupyter's contents manager, which passes the file as ``model``."""
    if model["type"] == "notebook" and model["content"]:
        drop_widgets(model["content"])
