"""The question card: a deck of questions beside their story, shown by our front end.

The card carries each option's feedback from the start and reveals it without asking the kernel. The
kernel judges and records every press by itself, and acknowledges it.
"""

import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from threading import RLock
from typing import Any, ClassVar
from uuid import uuid4
from weakref import WeakValueDictionary

import traitlets

from customer_casebook import document as doc
from customer_casebook.course.bank import ListItem, SpotItem, item_of
from customer_casebook.course.casebook import Casebook, course, full_stop, quote
from customer_casebook.course.exam import chosen_edition
from customer_casebook.course.feedback import by_edition, split_by_edition
from customer_casebook.course.items import Item
from customer_casebook.course.journal import Attempt, journal
from customer_casebook.course.selection import another_like
from customer_casebook.widgets.activity import View, lateness, report_errors

_CHANGED = {
    "state": "failed",
    "text": "The course has changed this question since, so the answer does not count. Answer it again.",
}
_SHORT = 45  # characters of an option that stand in one line of the narrowest card, or nearly


class Card(View):
    """A deck of questions.

    ``spec`` is what the page shows. The page says each press in a message, again and again until it
    is acknowledged. The kernel alone writes the rest, for all pages: ``answers``, the place of a
    question to ``{press, choice, sure, ms}``, where a choice lists places of options in the order
    shown; ``round``, which counts new starts; ``acknowledged``, press to ``{state, text}``; and
    ``note``, HTML that is shown once all questions are answered. Where ``offers`` says so, the page may
    ask for another question of the same kind, which is no part of the deck and counts all the same.
    Where it ``resumes``, a deck that was begun with another kernel shows what the journal has of it.
    """

    spec = traitlets.Dict().tag(sync=True)
    card_id = traitlets.Unicode().tag(sync=True)  # an id
    answers = traitlets.Dict().tag(sync=True)
    round = traitlets.Int().tag(sync=True)
    acknowledged = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    offers = traitlets.Bool().tag(sync=True)
    resumes = traitlets.Bool().tag(sync=True)

    # All of this kernel, and so of its notebook; a cell may make one while a message is heard.
    decks: ClassVar[WeakValueDictionary[str, "Card"]] = WeakValueDictionary()

    def __init__(
        self,
        questions: Sequence[Item],
        at_end: Callable[[], str] | None = None,
        book: Casebook | None = None,
        *,
        resumes: bool = True,
        **spec: Any,
    ) -> None:
        """A deck; with a ``book`` it offers more of the same kind out of that."""
        self.questions = tuple(questions)
        self.at_end, self.book = at_end, book
        self._lock = RLock()
        self._resumed = set[str]()  # presses of before
        spec["edition"] = edition = chosen_edition()
        spec["questions"] = [_on_card(question, edition) for question in self.questions]
        may = {"offers": book is not None, "resumes": resumes}
        super().__init__(part="card", spec=spec, card_id=uuid4().hex, **may)
        self.on_msg(self._hear)
        self.decks[self.card_id] = self

    def _failed(self, _details: str) -> None:
        self.note = "Something went wrong here. It is not your fault. You can go on."

    @report_errors(_failed)
    def _hear(self, _widget: object, message: object, _buffers: object) -> None:
        """A press on this card or on one in whose place it stands, or a new start."""
        with self._lock:  # two messages may be heard at once
            match message:
                case {"card": card, "round": int(number), "place": place, "answer": answer} if (
                    card == self.card_id
                ):
                    self._judge_one(place, answer, lateness(message))
                    self._acknowledge(str(answer["press"]))
                    if number >= self.round:
                        older = self.answers if number == self.round else {}
                        if older.get(place, {}).get("press") not in self._resumed:
                            answer = older.get(place, answer)
                        self._show(number, {**older, place: answer})
                case {"item": item, "content": content, "options": places, "answer": answer}:
                    question = self._known(item)
                    if question and question.fingerprint == content:
                        self._judge_one(question, {**answer, "choice": places}, lateness(message))
                        self._acknowledge(str(answer["press"]))
                    elif question:  # the course has changed it, so nobody can judge this press
                        self.send({"heard": str(answer["press"]), "state": _CHANGED})
                case {"kept": dict(presses), "seeking": str(seeking)}:
                    self._resume(presses)
                    self.send({"resumed": seeking})
                case {"another": str(item), "seen": [*seen], "ask": str(ask)} if self.book:
                    self.send({"ask": ask, "question": self._another(self.book, item, seen, ask)})
                case {"round": int(number), **more} if not more and number > self.round:
                    self._show(number, {})

    def _another(
        self, book: Casebook, item: str, seen: Iterable[object], ask: str
    ) -> dict[str, Any] | None:
        """Another question like that one, which this notebook does not ask, as the page shows it."""
        edition = chosen_edition()
        decks = filter(None, (deck() for deck in self.decks.valuerefs()))
        elsewhere = sorted(each.id for deck in decks for each in deck.questions)
        new = item_of(book, another_like(book, item, [*elsewhere, *map(str, seen)], edition) or "")
        return _on_card(new.shuffled(ask), edition) if new else None

    def _resume(self, presses: Mapping[str, object]) -> None:
        """Show the answers that these presses gave, as far as the journal has them; by place.

        A new start comes after them, and so does what is answered before they are shown.
        """
        if self.round or not presses.keys() - self.answers.keys():
            return
        attempts = {attempt.event: attempt for attempt in journal().read().attempts}
        answers = dict[str, Any]()
        for place, question in enumerate(self.questions):
            attempt = attempts.get(str(presses.get(str(place))))
            if attempt and (attempt.item, attempt.content) == (question.id, question.fingerprint):
                choice = places_of(question, attempt.choice)
                said = {"press": attempt.event, "choice": choice, "sure": attempt.sure}
                answers[str(place)] = {**said, "ms": attempt.ms}
        self._resumed |= {answer["press"] for answer in answers.values()}
        state = _state_of(saved=not journal().last_error)
        self.acknowledged = dict.fromkeys(self._resumed, state) | self.acknowledged
        self._show(self.round, answers | self.answers)

    def _acknowledge(self, press: str) -> None:
        self.send({"heard": press, "state": self.acknowledged[press]})

    def _show(self, number: int, answers: dict[str, Any]) -> None:
        with self.hold_sync():  # in one message, or a page takes old answers for new ones
            self.round, self.answers = number, answers

    def _known(self, item_id: str) -> Item | None:
        """The item of a press on another card, with sorted options."""
        book = self.book or getattr(self.questions[0], "book", None) or course()
        asked = (question for question in self.questions if question.id == item_id)
        item = next(asked, None) or item_of(book, item_id)
        if item is None:
            return None
        item = item.shuffled("")  # a copy, with the fingerprint of the order in which it is written
        item.options = dict(sorted(item.options.items()))
        return item

    @traitlets.observe("answers")
    @report_errors(_failed)
    def _judge(self, change: Mapping[str, Any]) -> None:
        with self._lock:  # two messages may be heard at once
            for place, answer in change["new"].items():
                self._judge_one(place, answer, timedelta())
            if self.at_end and len(change["new"]) == len(self.questions):
                self.note = self.at_end()

    @report_errors(_failed)
    def _judge_one(self, where: str | Item, answer: Mapping[str, Any], late: timedelta) -> None:
        press = str(answer.get("press"))
        match self.acknowledged.get(press, {}).get("state"):
            case None:
                state = self._record(where, press, answer, late)
            case "memory" if not journal().last_error:
                state = _state_of(saved=True)
            case _:
                return
        states = {**self.acknowledged, press: state}
        if state["state"] == "saved":  # the journal writes in order, so what waited is saved too
            waiting = [key for key, other in states.items() if other["state"] == "memory"]
            states |= dict.fromkeys(waiting, state)
        self.acknowledged = states

    def _record(
        self, where: str | Item, press: str, answer: Mapping[str, Any], late: timedelta
    ) -> dict[str, str]:
        """Judge one press and record it. The card says what fails, and stays usable."""
        try:
            question = where if isinstance(where, Item) else self.questions[int(where)]
            choice = frozenset(options_at(question, answer["choice"]))
            if not choice:
                raise ValueError(f"nothing is chosen in {question.id}")  # noqa: TRY301
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
                at=(datetime.now(UTC) - late).isoformat(timespec="microseconds"),
            )
            return _state_of(saved=journal().record(attempt))
        except Exception:  # noqa: BLE001  (whatever it is, the learner is told)
            text = "This answer could not be recorded. The feedback is right, and you can go on."
            return {"state": "failed", "text": text, "details": traceback.format_exc()}

    def chosen(self, place: int) -> frozenset[str] | None:
        """The options chosen in the answer to a question; None before it."""
        answer = self.answers.get(str(place))
        return frozenset(options_at(self.questions[place], answer["choice"])) if answer else None


def _state_of(*, saved: bool) -> dict[str, str]:
    text, state = ("Saved.", "saved") if saved else ("Not saved yet.", "memory")
    return {"state": state, "text": f"{text} {journal().notice}".strip()}


def options_at(question: Item, places: object) -> list[str]:
    """The options at these places in the order shown: the page knows options by place alone.

    Raises `ValueError` for what is no list of places.
    """
    offered = [*question.options]
    if not isinstance(places, list) or not all(
        type(place) is int and 0 <= place < len(offered) for place in places
    ):
        raise ValueError(f"{places!r} is no choice of {question.id}")
    return [offered[place] for place in places]


def places_of(question: Item, options: Iterable[str]) -> list[int]:
    """The places of options in the order shown."""
    chosen = {*options}
    return [place for place, option in enumerate(question.options) if option in chosen]


def question_spec(question: Item, edition: str | None = None) -> dict[str, Any]:
    """A question as the page needs it to ask it, without its key, for a learner of an edition."""
    words = question.asks_in(edition)
    groups = [
        {
            "label": group.label,
            "intro": doc.to_html(group.intro),
            "options": places_of(question, group.options),
        }
        for group in question.groups
    ]
    short = max(map(len, question.options.values())) <= _SHORT
    shape = "pills" if groups and short else "boxes"
    return {
        "topic": question.topic,
        "prompt": escape(f"{words}: {question.prompt}" if words else question.prompt),
        "intro": "" if isinstance(question, ListItem) else doc.to_html(question.intro),
        "list": doc.to_html(question.intro) if isinstance(question, ListItem) else "",
        "many": question.many,
        "groups": groups or None,
        "shape": "story" if isinstance(question, SpotItem) else shape,
        "options": [*question.options.values()],
    }


def _on_card(question: Item, edition: str | None) -> dict[str, Any]:
    """A question with its key and every feedback, for a learner of an edition."""
    # The statements of a list stand above it, each with its letter.
    labels = (label for option, label in question.options.items() if option in question.right)
    answer = full_stop(next(labels) if isinstance(question, ListItem) else question.answer)
    home = question.home(edition)
    heads = {
        "right": f"Right{home}: {answer}",
        "wrong": f"Not quite. The answer{home}: {answer}",
    }
    if question.explains_every_option or question.groups:  # too much for one line
        score = f"{{rows}} of {len(question.groups)} right. Each row says why."
        heads = {
            "right": "Right, all of it.",
            "wrong": score if question.groups else "Not quite. {ticks}",
        }
    elif question.many:
        heads["wrong"] = f"Not quite. {{ticks}} The answer{home}: {answer}"
    return question_spec(question, edition) | {
        "item": question.id,
        "content": question.fingerprint,
        # The place of each option in sorted order: the card that says a press again may have another order.
        "order": [sorted(question.options).index(option) for option in question.options],
        "answer": places_of(question, question.right),
        "heads": {tone: doc.Paragraph(head, "ccb-head").html() for tone, head in heads.items()},
        "parts": [
            {when: doc.to_html(b) for when, b in _feedback_on(question, option, edition).items()}
            for option in question.options
        ],
        "rules": [doc.to_html(by_edition(edition, group.rule)) for group in question.groups],
        "tail": {
            "right": doc.to_html(_tail(question, edition, right=True)),
            "wrong": doc.to_html(_tail(question, edition, right=False)),
        },
        "evidence": question.evidence_on(),
        "slips": [question.evidence_on(k) for k in question.options] if question.many else [],
    }


def _feedback_on(question: Item, option: str, edition: str | None) -> dict[str, list[doc.Block]]:
    """The feedback on one option, by whether it is ``chosen`` or ``left``."""
    name, scope = quote(question.short_label(option)), question.scope(option)
    if option not in question.right and not (question.many or question.groups):
        instead = question.instead(edition)
        return {"chosen": by_edition(edition, *question.reply(option), instead=instead)}
    if option not in question.right:
        mistake, why = "chosen", question.why_not(option)
        if question.groups:  # it stands in its row
            return {"chosen": by_edition(edition, [doc.Paragraph(why, editions=scope)])}
        heads = {"chosen": f"Not {name}", "left": f"Right to leave out: {name}"}
    elif question.many:
        mistake, why = "left", question.why_missed(option)
        heads = {"left": f"Missing: {name}", "chosen": f"Yes: {name}"}
    else:
        return {}
    shown = heads if question.explains_every_option else [mistake]
    told = {when: doc.RunInHeading(full_stop(heads[when]), why, scope) for when in shown}
    return {when: split_by_edition([block], edition)[0] for when, block in told.items()}


def _tail(question: Item, edition: str | None, *, right: bool) -> list[doc.Block]:
    """The feedback on a choice as a whole: what follows that on its options. Rows have their rules."""
    if question.groups or not (right or question.many):
        return []
    short, more, aside = question.explanation, question.more, list[doc.Block]()
    if question.many:  # what other editions say of the options stands here, in one fold
        for option, label in question.options.items():
            why = question.why_missed if option in question.right else question.why_not
            aside.append(doc.RunInHeading(full_stop(label), why(option), question.scope(option)))
    if question.explains_every_option:
        short, more = [], []
    elif not right:
        short, more = [], [*short, *more]
    _, aside = split_by_edition(aside, edition)
    return by_edition(edition, short, more, aside, question.instead(edition))


def feedback(question: Item, choice: Collection[str]) -> list[doc.Block]:
    """The feedback on a choice, option by option, and why the answer is what it is."""
    parts, edition = list[doc.Block](), chosen_edition()
    if question.groups:
        return by_edition(edition, question.more, instead=question.instead(edition))
    for option in question.options:
        when = "chosen" if option in choice else "left"
        parts += _feedback_on(question, option, edition).get(when, [])
    right = not choice or question.right == {*choice}
    return [*parts, *_tail(question, edition, right=right)]


def material(question: Item) -> list[doc.Block]:
    """What is read before the answer."""
    rows = [(doc.Paragraph(row.label), *row.intro) for row in question.groups if row.intro]
    return [*question.intro, *(block for row in rows for block in row)]


def as_text(questions: Sequence[Item]) -> list[doc.Block]:
    """The questions as text, each with its answer folded away."""
    blocks: list[doc.Block] = []
    for number, question in enumerate(questions, 1):
        blocks += [doc.Heading(f"{number}. {question.prompt}", level=4), *material(question)]
        if question.groups:
            if terms := [group.label for group in question.groups if not group.intro]:
                blocks.append(doc.BulletList(terms))
            blocks.append(doc.Paragraph("For each, one of:"))
        blocks.append(doc.BulletList([*dict.fromkeys(question.options.values())]))
        grounds = [
            doc.Paragraph(full_stop(question.answer)),
            *question.explanation,
            *question.more,
        ]
        blocks.append(doc.Details("Answer", grounds))
    return blocks
