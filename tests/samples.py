"""Small notebooks for the tests of everything that handles notebooks."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tools.notebooks import normalise

ACTIVITY = """\
import ipywidgets


class Activity(ipywidgets.VBox):
    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        picture = '<svg viewBox="0 0 1 1"><circle r="1"/></svg>'
        return bundle | {
            "text/plain": "A transcript.",
            "text/html": f"<p>A transcript.</p>{picture}",
            "image/svg+xml": picture,
        }


def study(case):
    press = ipywidgets.Button(description=case)
    answer = ipywidgets.Label("Not yet")
    press.on_click(lambda _: setattr(answer, "value", "Answered"))
    return Activity([press, answer])"""


def lesson() -> NotebookNode:
    """A lesson in little: text, silent code, printed and returned values, and an activity."""
    cells = [
        new_markdown_cell("# A lesson", id="title"),
        new_code_cell(ACTIVITY, id="define"),
        new_code_cell('study("Press")', id="activity"),
        new_code_cell('print("internal")\n{"answer": "external"}', id="values"),
    ]
    return normalise(NotebookNode(new_notebook(cells=cells)))
