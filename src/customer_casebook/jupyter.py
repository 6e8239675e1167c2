"""What a Jupyter server does when it saves a notebook: it leaves out widgets that would be dead on reopening.

The wheel carries the setting that loads this into every server of its environment.
"""

import json
import re
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
SAVED_VIEW = "customer_casebook"  # in an output's metadata, for labextension/static/reattach.js


def drop_widgets(notebook: dict[str, Any]) -> None:
    """Move, in place, each widget view that has a transcript beside it to the output's metadata.

    The state of widgets goes with them, except what a view that stays is drawn from.
    """
    needed = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data and WIDGET_VIEW in data:
                output.setdefault("metadata", {})[SAVED_VIEW] = data.pop(WIDGET_VIEW)
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


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add our hook to those of the server; one that the learner has set goes on working."""
    server.contents_manager.register_pre_save_hook(save_tidily)
