"""Progress: what the answers say so far, with what to do next; and the review of what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from secrets import token_hex

import ipywidgets as widgets

from customer_casebook.course.casebook import Casebook, course
from customer_casebook.course.journal import journal
from customer_casebook.course.progress import Calibration, Mastery, Progress, summarize
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Paragraph,
    Table,
    to_html,
)
from customer_casebook.domain.facts import require_number
from customer_casebook.widgets.activity import Activity, Panel, error_html, report_errors
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.chart import Frame, Look, Margins, Scale, bar, chart
from customer_casebook.widgets.diagram import MONEY, SUPPLY
from customer_casebook.widgets.practice import deck, items_in_new_order, practice

_NEXT = {"review": "Review now", "objective": "Practise this now"}
MAX_REVIEW_QUESTIONS = 10  # more would be a burden
_ABOUT: Sequence[Block] = (
    Heading("Your progress"),
    Paragraph(
        "What your answers say: by objective, by lens, how far you may trust your own confidence, "
        "which misconceptions still stand, what is due for review, and what to do next. It is "
        "computed from the answers on your machine, and none of it is saved in this notebook."
    ),
)

_REVIEW: Sequence[Block] = (
    Heading("Review"),
    Paragraph(
        "What you answered wrong, or were not sure of, comes back here after 1, 3 and 7 days; what "
        "you were sure of and had wrong comes first. What is due is found in the answers on your "
        "machine when this cell runs."
    ),
)


class Overview(Activity, widgets.VBox):
    """The learner's progress at this moment, and one press to what comes next."""

    def __init__(self, book: Casebook) -> None:
        self.book = book
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
        is_review = advice.what == "review"
        card = (
            _review_deck(self.book, self.progress, MAX_REVIEW_QUESTIONS)
            if is_review
            else practice(advice.objective, book=self.book)
        )
        card.at_end = self._at_end
        self.work.children = [card]
        self.actions.error = ""

    def _at_end(self) -> str:
        self._press("again")
        return self.progress.summary

    def _show(self) -> Progress:
        history = journal().read()
        progress = summarize(self.book, history.attempts, datetime.now(UTC))
        advice = _advice(self.book, progress)
        lines = filter(None, [progress.summary, advice, journal().notice, history.notice])
        self.actions.text = to_html([Heading("Your progress"), *map(Paragraph, lines)])
        step = _NEXT.get(progress.advice.what)
        self.actions.buttons = {**({"next": step} if step else {}), "again": "Look again"}
        self.actions.live = progress.summary
        self.details.text = _details(progress) if progress.answered else ""
        self.actions.error = ""
        return progress


class Reviews(Activity, widgets.VBox):
    """What is due now as a deck, or a sentence on when the next review is."""

    def __init__(self, book: Casebook, n: int) -> None:
        progress = summarize(book, journal().read().attempts, datetime.now(UTC))
        text = Panel(to_html([Heading("Review"), Paragraph(progress.reviews)]))
        super().__init__([text, *([_review_deck(book, progress, n)] if progress.due else [])])
        self.add_class("ccb-activity")
        self.transcript = _REVIEW


def progress(*, book: Casebook | None = None) -> Overview:
    """What the learner's answers say so far, and what to do next; in a ``book``, or in the course."""
    return Overview(book or course())


def review(n: int = MAX_REVIEW_QUESTIONS, *, book: Casebook | None = None) -> Reviews:
    """The questions that are due now: those answered wrong or unsure, after 1, 3 and 7 days.

    Args:
        n: The most questions to ask. What was answered sure and wrong comes first.
        book: The casebook they are from; the course where none is named.

    Raises:
        InputError: ``n`` is no number of questions.
    """
    require_number("n", n, 1000)
    return Reviews(book or course(), n)


def _review_deck(book: Casebook, progress: Progress, n: int) -> Card:
    item_ids = [review.item for review in progress.due[:n]]
    return deck(items_in_new_order(book, item_ids, token_hex()), "Review", book=book)


def _advice(book: Casebook, progress: Progress) -> str:
    """What to do next."""
    advice = progress.advice
    if advice.what == "review":
        return "Next: the review, firm beliefs that were wrong first."
    if advice.what == "exam":
        return "Next: the mock exam. Every objective is firm."
    objective = book.objectives[advice.objective]
    number, _, name = (objective.lesson or "").partition("_")
    lesson = f" Lesson {number}, “{name.replace('_', ' ')}”, teaches it." if number else ""
    return f"Next: {objective.can}{lesson}"


def _details(progress: Progress) -> str:
    """The charts, with the details beside them."""
    begun = [mastery for mastery in progress.lenses if mastery.answered]
    charts = [_lens_chart(progress.lenses, _lenses_in_words(begun))] if begun else []
    charts.append(_trust_chart(progress.calibration))
    pictures = "".join(f'<div class="ccb-picture">{chart}</div>' for chart in charts)
    claims = [misconception.claim for misconception in progress.open_misconceptions]
    misconceptions: list[Block] = [Paragraph("No misconception stands.", "ccb-head")]
    if claims:
        head = Paragraph("Misconceptions that still stand:", "ccb-head")
        misconceptions = [head, BulletList(claims)]
    trust = progress.calibration
    confidence = [
        ("I am sure", f"{trust.sure_right}", f"{trust.sure_wrong}"),
        ("I think so", f"{trust.unsure_right}", f"{trust.unsure_wrong}"),
    ]
    blocks = [
        *misconceptions,
        Table("How sure, and how right", ("You said", "Right", "Wrong"), confidence),
        Paragraph(_trust_in_words(trust)),
        Details("By objective", [_mastery_table("You can", progress.objectives)]),
        Details("By lens", [_mastery_table("Lens", progress.lenses)]),
    ]
    return f'<div class="ccb-bench"><div>{pictures}</div><div>{to_html(blocks)}</div></div>'


def _mastery_table(name: str, masteries: Sequence[Mastery]) -> Table:
    def state(mastery: Mastery) -> str:  # with spaces at which no line breaks
        answered = mastery.answered
        count = f"{mastery.right}\xa0of\xa0{answered}" if answered else "not met yet"
        return f"{count} ✓\xa0firm" if mastery.mastered else count

    rows = [(mastery.label, state(mastery)) for mastery in masteries]
    return Table("The latest answer to each question counts", (name, "Right"), rows)


def _lenses_in_words(lenses: Sequence[Mastery]) -> str:
    parts = [f"{lens.label} {lens.right} of {lens.answered}" for lens in lenses if lens.answered]
    return f"Right answers by lens: {', '.join(parts) or 'none yet'}."


def _trust_in_words(trust: Calibration) -> str:
    parts = [
        f"{words} right {share:.0%} of the time"
        for words, share in (("when sure,", trust.sure), ("when not sure,", trust.unsure))
        if share is not None
    ]
    return f"Confidence: {'; '.join(parts) or 'not asked yet'}."


def _lens_chart(lenses: Sequence[Mastery], words: str) -> str:
    """For each lens what is right, solid, and what is not, hatched."""
    bars = {lens.label: (lens.right, lens.answered - lens.right) for lens in lenses}
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
