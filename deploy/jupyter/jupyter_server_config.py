"""What the launcher and a hub add to Jupyter's own settings: notebooks are saved tidily.

Found through JUPYTER_CONFIG_PATH. Everything else stays as Jupyter ships it: the server asks for
its token and listens on this computer only.
"""

from typing import Any

from customer_casebook.notebook import drop_widgets


def _save_tidily(model: dict[str, Any], **_: object) -> None:
    if model["type"] == "notebook" and model["content"]:
        drop_widgets(model["content"])


c = get_config()
c.ContentsManager.pre_save_hook = _save_tidily
