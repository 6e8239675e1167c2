"""The question card: a deck of questions beside their story, shown by our front end.

The card carries each option's feedback from the start and reveals it without asking the kernel. The
kernel judges and records every press by itself, and acknowledges it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from html import escape
from threading import RLock
from typing import Any

import traitlets

from customer_casebook.course.bank import SpotItem
from customer_casebook.course.casebook import full_stop
from customer_casebook.course.items import Item
from customer_casebook.course.journal import Attempt, journal
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Paragraph,
    RunInHeading,
    to_html,
)
from customer_casebook.widgets.activity import View, report_errors

_SHORT = 45  # characters of an option that stand in one line of the narrowest card, or nearly


class Card(View):
    """A deck of questions.

    ``spec`` is what the page shows. The page alone writes ``answers``: the place of a question to
    ``{press, choice, sure, ms}``, where a choice lists places of options in the order shown. The
    kernel alone writes ``acknowledged``, press to ``{state, text}``, and ``note``, which is shown
    once all questions are answered.
    """

    spec = traitlets.Dict().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)
    acknowledged = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, questions: Sequence[Item], at_end: Callable[[], str] | None = None, **spec: Any
    ) -> None:
        self.questions = tuple(questions)
        self.at_end = at_end
        self._lock = RLock()
        spec["questions"] = [_on_card(question) for question in self.questions]
        super().__init__(part="card", spec=spec)

    def _failed(self, _details: str) -> None:
        self.note = "Something went wrong here, and it is not your doing. You can go on."

    @traitlets.observe("answers")
    @report_errors(_failed)
    def _judge(self, change: Mapping[str, Any]) -> None:
        with self._lock:  # two messages may be heard at once
            for place, answer in change["new"].items():
                press = str(answer.get("press"))
                if press not in self.acknowledged:
                    state = self._record(place, press, answer)
                    # The journal writes in order: once one attempt is saved, those that waited are.
                    waiting = [
                        other
                        for other, earlier in self.acknowledged.items()
                        if earlier["state"] == "memory" and state["state"] == "saved"
                    ]
                    saved = dict.fromkeys(waiting, state)
                    self.acknowledged = {**self.acknowledged, **saved, press: state}
            if self.at_end and len(change["new"]) == len(self.questions):
                self.note = self.at_end()

    def chosen(self, place: int) -> frozenset[str] | None:
        """The options chosen in the answer to a question; None before it."""
        answer = self.answers.get(str(place))
        return frozenset(options_at(self.questions[place], answer["choice"])) if answer else None

    def _record(self, place: str, press: str, answer: Mapping[str, Any]) -> dict[str, str]:
        """Judge one press and record it. The card says what fails, and stays usable."""
        try:
            question = self.questions[int(place)]
            choice = _choice(question, answer["choice"])
            wrong = question.misconception(choice)
            attempt = Attempt(
                item=question.id,
                choice=tuple(sorted(choice)),
                sure=bool(answer["sure"]),
                right=choice == question.right,
                misconception=wrong.id if wrong else None,
                ms=int(answer["ms"]),
                content=question.fingerprint,
                event=press,
            )
            saved = journal().record(attempt)
        except Exception:  # noqa: BLE001  (whatever it is, the learner is told)
            text = "This answer could not be recorded. The feedback stands, and you can go on."
            return {"state": "failed", "text": text, "details": traceback.format_exc()}
        text, state = ("Saved.", "saved") if saved else ("Not saved yet.", "memory")
        return {"state": state, "text": f"{text} {journal().notice}".strip()}


def _choice(question: Item, places: Sequence[int]) -> frozenset[str]:
    """What was chosen. Raises `ValueError` for nothing, and for what the question does not offer."""
    if not places:
        raise ValueError(f"nothing is chosen in {question.id}")
    return frozenset(options_at(question, places))


def options_at(question: Item, places: Sequence[int]) -> list[str]:
    """The options at these places in the order shown: the page knows options by place alone.

    Raises `ValueError` for what is no list of places.
    """
    offered = dict(enumerate(question.options))
    if not isinstance(places, list) or not all(type(place) is int for place in places):
        raise ValueError(f"{places!r} is no choice of {question.id}")
    if not {*places} <= offered.keys():
        raise ValueError(f"{places!r} is no choice of {question.id}")
    return [offered[place] for place in places]


def places_of(question: Item, options: Iterable[str]) -> list[int]:
    """The places of options in the order shown."""
    offered = {option: place for place, option in enumerate(question.options)}
    return sorted(offered[option] for option in options if option in offered)


def question_spec(question: Item) -> dict[str, Any]:
    """A question as the page needs it to ask it, without its key."""
    groups = [
        {
            "label": group.label,
            "intro": to_html(group.intro),
            "options": places_of(question, group.options),
        }
        for group in question.groups
    ]
    return {
        "topic": question.topic,
        "prompt": escape(question.prompt),
        "intro": to_html(question.intro),
        "many": question.many,
        "groups": groups or None,
        "shape": _shape(question),
        "options": [*question.options.values()],
    }


def _on_card(question: Item) -> dict[str, Any]:
    """A question with its key and every feedback."""
    answer = full_stop(question.answer)
    right, wrong = f"Right: {answer}", f"Not quite. The answer: {answer}"
    if question.explains_every_option:  # too much for one line
        right, wrong = "Right, all of it.", "Not all of it. One by one:"
    if question.groups:
        right = "Right, all of it."
        wrong = f"{{rows}} of {len(question.groups)} right. One by one:"
    return {
        **question_spec(question),
        "answer": places_of(question, question.right),
        "heads": {"right": _head(right), "wrong": _head(wrong)},
        "parts": [
            {when: block.html() for when, block in _feedback_on(question, option).items()}
            for option in question.options
        ],
        "tail": "" if question.explains_every_option else to_html(question.explanation),
        "decisive": list(question.decisive_evidence),
        "supporting": list(question.supporting_evidence),
    }


def _shape(question: Item) -> str:
    """How options are laid out: each in a box, as the sentences of a story, or in rows of pills."""
    if isinstance(question, SpotItem):
        return "story"
    short = max(map(len, question.options.values())) <= _SHORT
    return "pills" if question.groups and short else "boxes"


def _head(words: str) -> str:
    return Paragraph(words, "ccb-head").html()


def _feedback_on(question: Item, option: str) -> dict[str, RunInHeading]:
    """The feedback on one option: ``chosen`` although it is wrong, or ``left`` although it is right."""
    name = question.short_label(option)
    if question.groups:
        wrong = RunInHeading(f"Not so for {name}.", question.why_not(option))
        return {} if option in question.right else {"chosen": wrong}
    if option not in question.right:
        why = question.why_not(option)
        parts = {"chosen": RunInHeading(f"You chose “{name}”.", why)}
        if question.explains_every_option:
            parts["left"] = RunInHeading(f"Rightly left: “{name}”.", why)
        return parts
    if not question.many:
        return {}
    why = question.why_missed(option)
    parts = {"left": RunInHeading(f"Missing: “{name}”.", why)}
    if question.explains_every_option:
        parts["chosen"] = RunInHeading(f"Yes: “{name}”.", why)
    return parts


def feedback(question: Item, choice: Collection[str]) -> list[Block]:
    """The feedback on a choice, option by option, and why the answer is what it is."""
    parts = [
        _feedback_on(question, option).get("chosen" if option in choice else "left")
        for option in question.options
    ]
    return [*filter(None, parts), *([] if question.explains_every_option else question.explanation)]


def as_text(questions: Sequence[Item]) -> list[Block]:
    """The questions as text, each with its answer folded away."""
    blocks: list[Block] = []
    for number, question in enumerate(questions, 1):
        offered: list[Block] = [BulletList(list(dict.fromkeys(question.options.values())))]
        if question.groups:
            offered = [
                BulletList([group.label for group in question.groups]),
                Paragraph("For each, one of:"),
                *offered,
            ]
        grounds = [Paragraph(full_stop(question.answer)), *question.explanation]
        blocks += [
            Heading(f"{number}. {question.prompt}", level=4),
            *question.intro,
            *(block for group in question.groups for block in group.intro),
            *offered,
            Details("Answer", grounds),
        ]
    return blocks
