"""The question card: a deck of questions beside their story, shown by our one front-end part.

The card carries each option's feedback from the start and reveals it without asking the kernel. The
kernel judges and records every press by itself, and acknowledges it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from typing import Any

import traitlets

from customer_casebook.course.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Line,
    RunInHeading,
    to_html,
)
from customer_casebook.course.feedback import Item, stop
from customer_casebook.course.items import Spot
from customer_casebook.course.journal import Attempt, fingerprint, journal
from customer_casebook.widgets.activity import View

_SHORT = 45  # characters of an option that stand in one line of the narrowest card, or nearly


class Card(View):
    """A deck of questions.

    ``spec`` is what the front end shows. ``given`` is written by the front end alone, question
    number to ``{press, choice, sure, ms}``; ``saved`` by the kernel alone, press to ``{state,
    text}``, and ``note``, the last word once all questions are answered.
    """

    spec = traitlets.Dict().tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, questions: Sequence[Item], at_end: Callable[[], str] | None = None, **spec: Any
    ) -> None:
        self.questions = tuple(questions)
        self.at_end = at_end
        super().__init__(
            part="card", spec={**spec, "questions": [_on_card(each) for each in self.questions]}
        )

    @traitlets.observe("given")
    def _judge(self, change: Mapping[str, Any]) -> None:
        for index, answer in change["new"].items():
            press = str(answer.get("press"))
            if press not in self.saved:
                told = self._record(index, press, answer)
                # The journal writes in order: once one attempt is saved, those that waited are.
                waited = [each for each, was in self.saved.items() if was["state"] == "memory"]
                self.saved = {
                    **self.saved,
                    **(dict.fromkeys(waited, told) if told["state"] == "saved" else {}),
                    press: told,
                }
        if self.at_end and len(change["new"]) == len(self.questions):
            self.note = self.at_end()

    def _record(self, index: str, press: str, answer: Mapping[str, Any]) -> dict[str, str]:
        """Judge one press and keep it; what fails is told on the card, which stays usable."""
        try:
            question = self.questions[int(index)]
            choice = _choice(question, answer["choice"])
            wrong = question.misconception(choice)
            attempt = Attempt(
                item=question.id,
                choice=tuple(sorted(choice)),
                sure=bool(answer["sure"]),
                right=choice == question.right,
                misconception=wrong.id if wrong else None,
                ms=int(answer["ms"]),
                content=fingerprint(question),
                event=press,
            )
            kept = journal().record(attempt)
        except Exception:  # noqa: BLE001  (whatever it is, the learner is told)
            text = "This answer could not be recorded. The feedback stands, and you can go on."
            return {"state": "failed", "text": text, "details": traceback.format_exc()}
        told, state = ("Saved.", "saved") if kept else ("Not saved yet.", "memory")
        return {"state": state, "text": f"{told} {journal().notice}".strip()}


def _choice(question: Item, given: Sequence[str]) -> frozenset[str]:
    """What was chosen. Raises `ValueError` for what the question does not offer."""
    choice = frozenset(given)
    if not choice or not choice <= question.options.keys():
        raise ValueError(f"{given!r} is no choice of {question.id}")
    return choice


def asked(question: Item) -> dict[str, Any]:
    """A question as the front end needs it to ask it."""
    groups = [{"label": label, "options": [*each]} for label, each in question.groups.items()]
    intro = to_html(question.intro)
    if len(question.intro) == len(groups):  # each group has its own
        intro = ""
        for group, block in zip(groups, question.intro, strict=True):
            group["intro"] = block.html()
    return {
        "id": question.id,
        "topic": question.topic,
        "prompt": escape(question.prompt),
        "intro": intro,
        "many": question.many,
        "groups": groups or None,
        "shape": _shape(question),
        "options": [{"id": option, "label": label} for option, label in question.options.items()],
    }


def _on_card(question: Item) -> dict[str, Any]:
    """A question with every feedback: a choice is a key, and the key picks a text."""
    options = question.options
    right = [option for option in options if option in question.right]
    answer = stop(question.answer)
    heads = f"Right: {answer}", f"Not quite. The answer: {answer}"
    if question.each_explained:  # too much for one line
        heads = "Right, all of it.", "Not all of it. One by one:"
    if question.groups:
        heads = "Right, all of it.", f"{{rows}} of {len(question.groups)} right. One by one:"
    return {
        **asked(question),
        "answer": right,
        "heads": {"+".join(right): _head("right", heads[0])},
        "otherwise": _head("wrong", heads[1]),
        "parts": {
            option: {when: each.html() for when, each in _told(question, option).items()}
            for option in options
        },
        "tail": "" if question.each_explained else to_html(question.explanation),
        "turning": list(question.telling),
        "counting": list(question.counting),
    }


def _shape(question: Item) -> str:
    """How options are laid out: each in a box, as the sentences of a story, or in rows of pills."""
    if isinstance(question, Spot):
        return "story"
    short = max(map(len, question.options.values())) <= _SHORT
    return "pills" if question.groups and short else "boxes"


def _head(tone: str, words: str) -> dict[str, str]:
    return {"tone": tone, "html": Line(words, "ccb-head").html()}


def _told(question: Item, option: str) -> dict[str, RunInHeading]:
    """What is told of one option: chosen (on) although wrong, or left out (off) although right."""
    name = question.name(option)
    if question.groups:
        wrong = RunInHeading(f"Not so for {name}.", question.why_not(option))
        return {} if option in question.right else {"on": wrong}
    if option not in question.right:
        why = question.why_not(option)
        told = {"on": RunInHeading(f"You chose “{name}”.", why)}
        return told | (
            {"off": RunInHeading(f"Rightly left: “{name}”.", why)}
            if question.each_explained
            else {}
        )
    if not question.many:
        return {}
    why = question.why_missed(option)
    told = {"off": RunInHeading(f"Missing: “{name}”.", why)}
    return {**told, "on": RunInHeading(f"Yes: “{name}”.", why)} if question.each_explained else told


def feedback(question: Item, choice: Collection[str]) -> list[Block]:
    """What is told of a choice, option by option, and why the answer is what it is."""
    parts = [
        _told(question, option).get("on" if option in choice else "off")
        for option in question.options
    ]
    return [*filter(None, parts), *([] if question.each_explained else question.explanation)]


def as_text(questions: Sequence[Item]) -> list[Block]:
    """The questions as text, each with its answer folded away."""
    blocks: list[Block] = []
    for number, question in enumerate(questions, 1):
        offered: list[Block] = [BulletList(list(dict.fromkeys(question.options.values())))]
        if question.groups:
            offered = [BulletList(list(question.groups)), Line("For each, one of:"), *offered]
        grounds = [Line(stop(question.answer)), *question.explanation]
        blocks += [
            Heading(f"{number}. {question.prompt}", level=4),
            *question.intro,
            *offered,
            Details("Answer", grounds),
        ]
    return blocks
