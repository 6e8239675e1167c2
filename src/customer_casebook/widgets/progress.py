"""Progress: what the answers say so far, with what to do next; and the review of what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import ipywidgets as widgets

from customer_casebook.course.casebook import objectives
from customer_casebook.course.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Line,
    Table,
    to_html,
)
from customer_casebook.course.journal import journal
from customer_casebook.course.progress import Calibration, Mastery, Progress, asked, lesson, summary
from customer_casebook.widgets.activity import Activity, Panel, error_html, report_errors
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.chart import Frame, Look, Margins, Scale, bar, chart
from customer_casebook.widgets.diagram import MONEY, SUPPLY
from customer_casebook.widgets.practice import deck, practice, where_you_stand

_NEXT = {"review": "Review now", "objective": "Practise this now"}
_AT_ONCE = 10  # questions in a review; more would be a burden
_ABOUT: Sequence[Block] = (
    Heading("Your progress"),
    Line(
        "What your answers say: by objective, by lens, how far you may trust your own confidence, "
        "which misconceptions still stand, what is due for review, and what to do next. It is "
        "computed from the answers on your machine, and none of it is saved in this notebook."
    ),
)

_REVIEW: Sequence[Block] = (
    Heading("Review"),
    Line(
        "What you answered wrong, or were not sure of, comes back here after 1, 3 and 7 days; what "
        "you were sure of and had wrong comes first. What is due is found in the answers on your "
        "machine when this cell runs."
    ),
)


class Overview(Activity, widgets.VBox):
    """The learner's progress as it stands, and one press to what is next."""

    def __init__(self) -> None:
        self.actions = Panel(buttons={}, press=self._press)
        self.work = widgets.VBox()
        self.details = Panel()
        super().__init__([self.actions, self.work, self.details])
        self.add_class("ccb-activity")
        self.transcript = _ABOUT
        self.progress = self._show()

    def _failed(self, details: str) -> None:
        words = "Your progress could not be summed up, and it is not your doing. No answer is lost."
        self.actions.error = error_html(words, details)

    @report_errors(_failed)
    def _press(self, name: str) -> None:
        if name == "again":
            self.progress = self._show()
            return
        advice = self.progress.advice
        card = _due(self.progress) if advice.what == "review" else practice(advice.objective)
        card.at_end = self._at_end
        self.work.children = [card]
        self.actions.error = ""

    def _at_end(self) -> str:
        self._press("again")
        return self.progress.line

    def _show(self) -> Progress:
        reading = journal().read()
        progress = summary(reading.attempts, datetime.now(UTC))
        lines = [progress.line, _advice(progress), journal().notice, reading.notice]
        self.actions.text = to_html([Heading("Your progress"), *map(Line, filter(None, lines))])
        next_step = _NEXT.get(progress.advice.what)
        self.actions.buttons = {
            **({"next": next_step} if next_step else {}),
            "again": "Look again",
        }
        self.actions.live = progress.line
        self.details.text = self._bench(progress) if progress.answered else ""
        self.actions.error = ""
        return progress

    def _bench(self, progress: Progress) -> str:
        """The charts, with the details beside them."""
        begun = [lens for lens in progress.lenses if lens.met]
        charts = [_lens_chart(progress.lenses, _lenses_in_words(begun))] if begun else []
        charts.append(_trust_chart(progress.calibration))
        pictures = "".join(f'<div class="ccb-picture">{chart}</div>' for chart in charts)
        details = to_html(_details(progress))
        return f'<div class="ccb-bench"><div>{pictures}</div><div>{details}</div></div>'


class Reviews(Activity, widgets.VBox):
    """What is due now as a deck, or a word on when the next is."""

    def __init__(self, n: int) -> None:
        if n < 1:
            raise ValueError(f"{n} questions are no review; write n=1 or more")
        found = summary(journal().read().attempts, datetime.now(UTC))
        text = Panel(to_html([Heading("Review"), Line(found.reviews)]))
        super().__init__([text, *([_due(found, n)] if found.due else [])])
        self.add_class("ccb-activity")
        self.transcript = _REVIEW


def progress() -> Overview:
    """What the learner's answers say so far, and what to do next."""
    return Overview()


def review(n: int = _AT_ONCE) -> Reviews:
    """The questions that are due now, ``n`` at most: those answered wrong or unsure, after 1, 3 and 7 days.

    What was believed firmly and wrong comes first. Raises `ValueError` for less than one question.
    """
    return Reviews(n)


def _due(found: Progress, n: int = _AT_ONCE) -> Card:
    items = [ready for each in found.due[:n] if (ready := asked(each.item))]
    return deck(items, "Review", at_end=where_you_stand)


def _advice(found: Progress) -> str:
    """What to do next."""
    advice = found.advice
    if advice.what == "review":
        return "Next: the review, firm beliefs that were wrong first."
    if advice.what == "exam":
        return "Next: the mock exam. Every objective is firm."
    where = lesson(advice.objective, Path.cwd())
    number, _, name = (where or "").removesuffix(".ipynb").partition("_")
    told = f" Lesson {number}, “{name.replace('_', ' ')}”, teaches it." if where else ""
    return f"Next: {objectives()[advice.objective].can}{told}"


def _details(found: Progress) -> list[Block]:
    claims = [each.misconception.claim for each in found.standing]
    standing: list[Block] = [
        Line("Misconceptions that still stand:", "ccb-head"),
        BulletList(claims),
    ]
    trust = found.calibration
    confidence = [
        ("I am sure", f"{trust.sure_right}", f"{trust.sure_wrong}"),
        ("I think so", f"{trust.unsure_right}", f"{trust.unsure_wrong}"),
    ]
    return [
        *(standing if claims else [Line("No misconception stands.", "ccb-head")]),
        Table("How sure, and how right", ("You said", "Right", "Wrong"), confidence),
        Line(_trust_in_words(trust)),
        Details("By objective", [_mastery("You can", found.objectives)]),
        Details("By lens", [_mastery("Lens", found.lenses)]),
    ]


def _mastery(name: str, listed: Sequence[Mastery]) -> Table:
    def state(each: Mastery) -> str:  # with spaces at which no line breaks
        told = f"{each.right}\xa0of\xa0{each.met}" if each.met else "not met yet"
        return f"{told} ✓\xa0firm" if each.mastered else told

    rows = [(each.label, state(each)) for each in listed]
    return Table("The latest answer to each question counts", (name, "Right"), rows)


def _lenses_in_words(lenses: Sequence[Mastery]) -> str:
    said = [f"{each.label} {each.right} of {each.met}" for each in lenses if each.met]
    return f"Right answers by lens: {', '.join(said) or 'none yet'}."


def _trust_in_words(trust: Calibration) -> str:
    said = [
        f"{words} right {share:.0%} of the time"
        for words, share in (("when sure,", trust.sure), ("when not sure,", trust.unsure))
        if share is not None
    ]
    return f"Confidence: {'; '.join(said) or 'not asked yet'}."


def _lens_chart(lenses: Sequence[Mastery], words: str) -> str:
    """For each lens what is right, solid, and what is not, hatched."""
    bars = {each.label: (each.right, each.met - each.right) for each in lenses}
    title = "questions: right, and ▨ not right"
    return _bars(words, bars, title, 2.9, (0.26, 0.15, 0.97, 0.97))


def _trust_chart(trust: Calibration) -> str:
    bars = {
        "I am sure": (trust.sure_right, trust.sure_wrong),
        "I think so": (trust.unsure_right, trust.unsure_wrong),
    }
    title = "answers: right, and ▨ wrong"
    return _bars(_trust_in_words(trust), bars, title, 1.5, (0.26, 0.29, 0.97, 0.95))


def _bars(
    words: str, bars: Mapping[str, tuple[int, int]], title: str, height: float, margins: Margins
) -> str:
    looks = Look(MONEY), Look(SUPPLY, hatch="////")
    shapes, places = [], tuple(zip(range(len(bars), 0, -1), bars, strict=True))
    for place, label in places:
        starts = (0, bars[label][0])
        shapes += [
            bar(start, place - 0.3, length, 0.6, look)
            for start, length, look in zip(starts, bars[label], looks, strict=True)
            if length  # what is none leaves no line
        ]
    end = max(4, 1.05 * max(map(sum, bars.values())))
    steps = (step * 10**zeros for zeros in count() for step in (1, 2, 5))
    step = next(step for step in steps if end < 6 * step)
    ticks = tuple((at, f"{at}") for at in range(0, int(end) + 1, step))
    frame = Frame(
        Scale(0, end, ticks, title),
        Scale(0.4, len(bars) + 0.6, places),
        size=(4.8, height),
        margins=margins,
    )
    return chart(words, frame, shapes)
