"""The same case and questions three times, each as the cell of a notebook: ours and two others."""

from __future__ import annotations

import json

from customer_casebook import study

_CASE, _LENSES = "marketing-campaign-hub", ("customer", "money", "agreement")
_CARD = json.loads(json.dumps(study(_CASE, _LENSES).spec))  # plain strings, as the page gets them


def _questions() -> dict[str, tuple[str, dict[str, str]]]:
    """Each prompt with its answer, and all its options with the feedback on them."""
    questions = {}
    for question in _CARD["questions"]:
        (right,) = question["answer"]
        feedback = {
            label: question["heads"][tone := "right" if place == right else "wrong"]
            + question["parts"][place].get("chosen", "")
            + question["tail"][tone]
            for place, label in enumerate(question["options"])
        }
        questions[question["prompt"]] = question["options"][right], feedback
    return questions


_CONTENT = f"""\
story = {_CARD["intro"]!r}
questions = {_questions()!r}
"""

CARD = f"""\
from customer_casebook import study

study({_CASE!r}, {_LENSES!r})"""

# What a good teacher writes without a library for it.
STOCK = f"""\
import ipywidgets as widgets

{_CONTENT}
def ask(prompt, texts):
    options = widgets.RadioButtons(options=[*texts], value=None)
    check, feedback = widgets.Button(description="Check"), widgets.HTML()
    def show(_):
        feedback.value = texts.get(options.value, "Choose an answer first.")
    check.on_click(show)
    return widgets.VBox([widgets.HTML(prompt), options, check, feedback])

quiz = [ask(prompt, texts) for prompt, (_, texts) in questions.items()]
widgets.VBox([widgets.HTML(story), *quiz])"""

JUPYTERQUIZ = f"""\
from IPython.display import HTML, display
from jupyterquiz import display_quiz

{_CONTENT}
display(HTML(story))
display_quiz([
    {{"question": prompt, "type": "multiple_choice", "answers": [
        {{"answer": option, "correct": option == right, "feedback": feedback}}
        for option, feedback in texts.items()
    ]}}
    for prompt, (right, texts) in questions.items()
])"""
