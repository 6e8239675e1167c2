"""Progress: what the answers say so far, with what to do next; and the review of what is due."""

from collections.abc import Mapping, Sequence
from itertools import count
from secrets import token_hex
from threading import RLock

import ipywidgets as widgets

from customer_casebook import document as doc
from customer_casebook.course.casebook import Casebook, course
from customer_casebook.course.exam import Result, format_of, past_results
from customer_casebook.course.items import lesson_link
from customer_casebook.course.journal import journal
from customer_casebook.course.progress import (
    Advice,
    Belief,
    Mastery,
    Progress,
    before_exam,
    summarize,
)
from customer_casebook.course.selection import MAX_PRACTICE_QUESTIONS
from customer_casebook.domain.facts import require_number
from customer_casebook.widgets.activity import Activity, Panel, error_html, report_errors
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.chart import Frame, Look, Scale, bar, chart
from customer_casebook.widgets.diagram import MONEY, SUPPLY
from customer_casebook.widgets.practice import deck, items_in_new_order, practice_deck

MAX_REVIEW_QUESTIONS = 10  # more would be a burden
MAX_EXAMS = 10  # that are listed
_NEXT = {"review": "Review now", "objective": "Practise this now"}
_LOOKS = Look(MONEY), Look(SUPPLY, hatch="////")  # right, and not


class Overview(Activity, widgets.VBox):
    """The learner's progress at this moment, and one press to what comes next."""

    transcript = (
        doc.Heading("Your progress"),
        doc.Paragraph(
            "What your answers say: by objective, by question, how far you may trust your own "
            "confidence, which misconceptions you still have, what is due for review, and what to do "
            "next. It is computed from the answers on your machine, and none of it is saved in "
            "this notebook."
        ),
    )

    def __init__(self, book: Casebook) -> None:
        self.book, self._lock = book, RLock()
        self.actions = Panel(buttons={}, press=self._press)
        self.work = widgets.VBox()
        self.details = Panel()
        super().__init__([self.actions, self.work, self.details])
        self.add_class("ccb-activity")
        self._show()

    def _failed(self, details: str) -> None:
        words = (
            "Your progress could not be calculated. It is not your fault, and no answer is lost."
        )
        self.actions.below = error_html(words, details)

    @report_errors(_failed)
    def _press(self, name: str) -> None:
        with self._lock:  # two messages may be heard at once
            if name == "again":
                self._show()
            # A deck stays until all of it is answered, so a second press makes no second deck.
            elif all(len(card.answers) == len(card.questions) for card in self.work.children):
                self.work.children = [self._next_deck()]
                self.actions.below = ""

    def _next_deck(self) -> Card:
        advice = self.progress.advice
        if advice and advice.what == "objective":
            card = practice_deck(self.book, [advice.objective])
        else:
            card = _review_deck(self.book, self.progress, MAX_REVIEW_QUESTIONS)
        card.at_end = self._at_end
        return card

    def _at_end(self) -> str:
        self._press("again")
        return doc.Paragraph(self.progress.summary).html()

    def _show(self) -> None:
        history = journal().read()
        now = journal().clock.now()
        self.progress = summarize(self.book, history.attempts, now, history.exam_day)
        results = past_results(self.book, history, now)
        summary = " ".join(filter(None, [_praise(results), self.progress.summary]))
        next_step = _NEXT.get(self.progress.advice.what) if self.progress.advice else None
        blocks: list[doc.Block] = [doc.Heading("Your progress"), doc.Paragraph(summary)]
        edition, passed = format_of(history.goal).edition, any(each.passed for each in results)
        lines = before_exam(self.book, self.progress, edition, passed=passed)
        blocks += [doc.BulletList(lines)] if lines else []
        blocks += _advice_text(self.book, self.progress.advice)
        blocks += map(doc.Paragraph, filter(None, [journal().notice, history.notice]))
        self.actions.text = doc.to_html(blocks)
        self.actions.buttons = {**({"next": next_step} if next_step else {}), "again": "Look again"}
        self.actions.live = summary
        parts: list[str] = [doc.to_html([_exam_table(results)])] if results else []
        parts += [_details(self.book, self.progress)] if self.progress.answered else []
        self.details.text = "".join(map(str, parts))
        self.actions.below = ""


class Reviews(Activity, widgets.VBox):
    """What is due now as a deck, or a sentence on when the next review is."""

    transcript = (
        doc.Heading("Review"),
        doc.Paragraph(
            "What you answered wrong, or were not sure of, comes back here after 1, 3 and 7 days; "
            "what you were sure of and had wrong comes first. Before an exam whose day you have kept, "
            "it comes back sooner. What is due is found in the answers "
            "on your machine when this cell runs."
        ),
    )

    def __init__(self, book: Casebook, n: int) -> None:
        history, now = journal().read(), journal().clock.now()
        progress = summarize(book, history.attempts, now, history.exam_day)
        text = Panel(doc.to_html([doc.Heading("Review"), doc.Paragraph(progress.reviews)]))
        super().__init__([text, *([_review_deck(book, progress, n)] if progress.due else [])])
        self.add_class("ccb-activity")


def progress(*, book: Casebook | None = None) -> Overview:
    """What the learner's answers say so far, and what to do next; in a ``book``, or in the course."""
    return Overview(book or course())


def review(n: int = MAX_REVIEW_QUESTIONS, *, book: Casebook | None = None) -> Reviews:
    """The questions that are due now: those answered wrong or unsure, after 1, 3 and 7 days.

    They come sooner before the day that the learner has kept with `prepare_for`.

    Args:
        n: The most questions to ask. What was answered sure and wrong comes first.
        book: The casebook they are from; the course where none is named.

    Raises:
        InputError: ``n`` is no number of questions.
    """
    require_number("n", n, MAX_PRACTICE_QUESTIONS)
    return Reviews(book or course(), n)


def _review_deck(book: Casebook, progress: Progress, n: int) -> Card:
    item_ids = [review.item for review in progress.due[:n]]
    items = items_in_new_order(book, item_ids, token_hex())
    return deck(items, "Review", book=book, resumes=False)


def _advice_text(book: Casebook, advice: Advice | None) -> list[doc.Block]:
    """What to do next; nothing where there is nothing."""
    if not advice:
        return []
    if advice.what == "review":
        words = "the review. What you were sure of and had wrong comes first."
        return [doc.RunInHeading("Next:", words)]
    if advice.what == "exam":
        return [doc.RunInHeading("Next:", "the mock exam. Every objective is firm.")]
    if advice.what == "lesson":
        return [doc.RunInHeading("Begin here:", lesson_link(advice.lesson))]
    objective = book.objectives[advice.objective]
    lesson = (
        [doc.RunInHeading("To read:", lesson_link(objective.lesson))] if objective.lesson else []
    )
    return [doc.RunInHeading("Next:", objective.can), *lesson]


def _praise(results: Sequence[Result]) -> str:
    """A word on the last exam that was passed, for one exam alone makes few objectives firm."""
    passed = next((result for result in results if result.passed), None)
    return f"You have passed a mock exam with {passed.percent}%. Well done." if passed else ""


def _exam_table(results: Sequence[Result]) -> doc.Table:
    zone = journal().clock.now().tzinfo
    rows = []
    for result in results[:MAX_EXAMS]:
        day = result.session.started.astimezone(zone)
        score = f"{result.right} of {len(result.marks)}, {result.percent}%"
        verdict = "✓ passed" if result.passed else "not passed"
        rows.append((f"{day.day} {day:%B %Y}", score, verdict))
    return doc.Table("Your mock exams, the latest first", ("Day", "Right", "Result"), rows)


def _details(book: Casebook, progress: Progress) -> str:
    """The charts, with the details beside them."""
    charts, trust = [], progress.calibration
    by_question = sum(lens.answered for lens in progress.lenses)
    if begun := [lens for lens in progress.lenses if lens.answered]:
        parts = [f"{lens.label} {lens.right} of {lens.answered}" for lens in begun]
        bars = {lens.label: (lens.right, lens.answered - lens.right) for lens in progress.lenses}
        words = f"Right answers by question: {', '.join(parts)}."
        charts = [_bars(words, "questions: right, and ▨ not right", bars)]
    shares = {"when sure,": trust.sure, "when not sure,": trust.unsure}
    parts = [
        f"{k} right {share:.0%} of the time" for k, share in shares.items() if share is not None
    ]
    words = f"Confidence: {'; '.join(parts) or 'not asked yet'}."
    bars = {
        "I am sure": (trust.sure_right, trust.sure_wrong),
        "I think so": (trust.unsure_right, trust.unsure_wrong),
    }
    charts.append(_bars(words, "answers: right, and ▨ wrong", bars))
    claims = [_chosen(belief) for belief in progress.beliefs if belief.is_open]
    some = (
        f"The chart by question counts {by_question} of your {progress.answered} answers: the latest answer to each "
        "question about a case. Other questions, and guesses in a simulator, are not in it."
    )
    head = "Wrong claims that you may believe, the most likely first:"
    head = head if claims else "There is no wrong claim that you seem to believe."
    confidence = [(said, *map(str, counts)) for said, counts in bars.items()]
    blocks: list[doc.Block] = [
        doc.Paragraph(head, "ccb-head"),
        *([doc.BulletList(claims)] if claims else []),
        *([doc.Paragraph(some)] if 0 < by_question < progress.answered else []),
        doc.Table("How sure, and how right", ("You said", "Right", "Wrong"), confidence),
        doc.Paragraph(words),
        doc.Details("By objective", [_mastery_table("You can", progress.objectives, book)]),
        doc.Details("By lens", [_mastery_table("Question", progress.lenses)]),
    ]
    pictures = "".join(f'<div class="ccb-picture">{chart}</div>' for chart in charts)
    return f'<div class="ccb-bench"><div>{pictures}</div><div>{doc.to_html(blocks)}</div></div>'


def _chosen(belief: Belief) -> str:
    """A misconception, and how often it was chosen where it was on offer."""
    taken, offered = sum(belief.chances), len(belief.chances)
    if offered == 1:
        return f"{belief.misconception.claim} One question offered it, and you chose it."
    return (
        f"{belief.misconception.claim} You chose it {taken} of the {offered} times it was on offer."
    )


def _mastery_table(
    name: str, masteries: Sequence[Mastery], book: Casebook | None = None
) -> doc.Table:
    """How many are right; with a ``book``, the lesson of each objective beside it."""
    rows = []
    for mastery in masteries:  # with spaces at which no line breaks
        count = (
            f"{mastery.right}\xa0of\xa0{mastery.answered}" if mastery.answered else "not met yet"
        )
        row = [mastery.label, f"{count} ✓\xa0firm" if mastery.mastered else count]
        if book:
            lesson = book.objectives[mastery.id].lesson
            row.append(lesson_link(lesson) if lesson else "")
        rows.append(row)
    columns = (name, "Right", "Lesson") if book else (name, "Right")
    return doc.Table("The latest answer to each question counts", columns, rows)


def _bars(words: str, title: str, bars: Mapping[str, tuple[int, int]]) -> str:
    """For each name what is right, solid, and what is not, hatched."""
    places = tuple(zip(range(len(bars), 0, -1), bars, strict=True))
    shapes = []
    for place, label in places:
        start = 0
        for length, look in zip(bars[label], _LOOKS, strict=True):
            if length:  # what is none leaves no line
                shapes.append(bar(start, place - 0.3, length, 0.6, look))
            start += length
    end = max(4, 1.05 * max(map(sum, bars.values())))
    steps = (step * 10**zeros for zeros in count() for step in (1, 2, 5))
    step = next(step for step in steps if end < 6 * step)
    ticks = tuple((at, f"{at}") for at in range(0, int(end) + 1, step))
    x, y = Scale(0, end, ticks, title), Scale(0.4, len(bars) + 0.6, places)
    height = 1.1 + 0.2 * len(bars)  # inches
    margins = (0.26, 0.435 / height, 0.97, 1 - 0.08 / height)
    return chart(words, Frame(x, y, size=(4.8, height), margins=margins), shapes)
