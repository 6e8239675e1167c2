"""The same case and questions three times, each as the cell of a notebook: ours and two others."""

from __future__ import annotations

from customer_casebook import study

_CASE, _LENSES = "marketing-campaign-hub", ("customer", "money", "agreement")
_CARD = study(_CASE, _LENSES).spec


def _asked() -> dict[str, tuple[str, dict[str, str]]]:
    """Each prompt with its answer and all its options, and what we tell whoever chooses them."""
    asked = {}
    for each in _CARD["questions"]:
        (right,) = each["answer"]
        told = {
            name: each["heads"]["right" if place == right else "wrong"]
            + each["parts"][place].get("chosen", "")
            + each["tail"]
            for place, name in enumerate(each["options"])
        }
        asked[each["prompt"]] = each["options"][right], told
    return asked


_GIVEN = f"""\
story = {_CARD["intro"]!r}
asked = {_asked()!r}
"""

CARD = f"""\
from customer_casebook import study

study({_CASE!r}, {_LENSES!r})"""

# What a good teacher writes without a library for it.
STOCK = f"""\
import ipywidgets as widgets

{_GIVEN}
def ask(prompt, told):
    options = widgets.RadioButtons(options=[*told], value=None)
    check, feedback = widgets.Button(description="Check"), widgets.HTML()
    def show(_):
        feedback.value = told.get(options.value, "Choose an answer first.")
    check.on_click(show)
    return widgets.VBox([widgets.HTML(prompt), options, check, feedback])

quiz = [ask(prompt, told) for prompt, (_, told) in asked.items()]
widgets.VBox([widgets.HTML(story), *quiz])"""

JUPYTERQUIZ = f"""\
from IPython.display import HTML, display
from jupyterquiz import display_quiz

{_GIVEN}
display(HTML(story))
display_quiz([
    {{"question": prompt, "type": "multiple_choice", "answers": [
        {{"answer": option, "correct": option == right, "feedback": feedback}}
        for option, feedback in told.items()
    ]}}
    for prompt, (right, told) in asked.items()
])"""
