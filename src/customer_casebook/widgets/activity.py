"""What activities share: a transcript for wherever widgets do not live, callbacks that never fail in silence,
and stock widgets that are safe to use in a notebook.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from customer_casebook.course.document import Block, Line, to_html, to_text

FRONT = Path(__file__).parent / "front"


def front(name: str) -> str:
    """A front end of ours: its script, after what all of them share. A widget's script cannot import another."""
    return "".join((FRONT / each).read_text(encoding="utf-8") for each in ("parts.js", name))


START = "The transcript of an activity. To do it yourself, choose Run, then Run All Cells."


class Activity:
    """A mix-in for widgets: shown live they are themselves, elsewhere they are their transcript."""

    transcript: Sequence[Block] = ()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # ipywidgets' own text is a repr cut at 110 characters, so a change in what is taught would go unseen.
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        blocks = (Line(START), *self.transcript)
        return {**data, "text/html": to_html(blocks), "text/plain": to_text(blocks)}, metadata


class Guard(anywidget.AnyWidget):
    """Keeps JupyterLab's command keys out of the stock widgets around it, names them, and says ``live``.

    When their Python is gone, it closes them and says what to do.
    """

    _esm = front("guard.js")
    _css = FRONT / "style.css"

    live = traitlets.Unicode().tag(sync=True)


def html(value: str = "") -> widgets.HTML:
    html = widgets.HTML(value)
    html.add_class("ccb-html")
    return html


def box(children: Sequence[widgets.Widget], name: str) -> widgets.VBox:
    box = widgets.VBox(list(children))
    box.add_class(name)
    return box


def report_errors(
    report: Callable[[Any, str], None],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Wrap a callback so that what fails in it reaches ``report``: on its own it would vanish unseen."""

    def wrapping(callback: Callable[..., None]) -> Callable[..., None]:
        @wraps(callback)
        def wrapped(self: Any, *args: Any) -> None:
            try:
                callback(self, *args)
            except Exception:  # noqa: BLE001  (whatever it is, the learner is told)
                report(self, traceback.format_exc())

        return wrapped

    return wrapping


def trouble(words: str, details: str) -> str:
    """A failure as a learner is told of it, with its details folded away."""
    folded = f"<summary>For whoever looks after this</summary><pre>{escape(details)}</pre>"
    return f"<p>{words}</p><details>{folded}</details>"
