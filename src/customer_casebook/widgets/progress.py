"""Progress: what the answers say so far, with what to do next; and the review of what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from customer_casebook.widgets.activity import Activity, Panel, report_errors, trouble
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.chart import MONEY, SUPPLY, Chart
from customer_casebook.widgets.practice import deck, practice, where_you_stand

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator

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
        self._lens_chart = Chart((4.8, 2.9), (0.26, 0.15, 0.97, 0.97))
        self._trust_chart = Chart((4.8, 1.5), (0.26, 0.29, 0.97, 0.95))
        self.actions = Panel(buttons={}, press=self._press)
        self.work = widgets.VBox()
        self.details = Panel()
        super().__init__([self.actions, self.work, self.details])
        self.add_class("ccb-activity")
        self.transcript = _ABOUT
        self.progress = self._show()

    def _failed(self, details: str) -> None:
        words = "Your progress could not be summed up, and it is not your doing. No answer is lost."
        self.actions.error = trouble(words, details)

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
        charts = [
            self._trust_chart.html(
                lambda axes: _draw_trust(axes, progress.calibration),
                _trust_in_words(progress.calibration),
            )
        ]
        if begun:
            lenses = self._lens_chart.html(
                lambda axes: _draw_lenses(axes, progress.lenses), _lenses_in_words(begun)
            )
            charts.insert(0, lenses)
        pictures = "".join(f'<div class="ccb-picture">{chart}</div>' for chart in charts)
        return (
            f'<div class="ccb-bench"><div>{pictures}</div>'
            f"<div>{to_html(_details(progress))}</div></div>"
        )


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


def _draw_lenses(axes: Axes, lenses: Sequence[Mastery]) -> None:
    """For each lens what is right, solid, and what is not, hatched."""
    right, wrong = [each.right for each in lenses], [each.met - each.right for each in lenses]
    _bars(axes, [each.label for each in lenses], right, wrong)
    axes.set_xlabel("questions: right, and ▨ not right")


def _draw_trust(axes: Axes, trust: Calibration) -> None:
    _bars(
        axes,
        ["I am sure", "I think so"],
        [trust.sure_right, trust.unsure_right],
        [trust.sure_wrong, trust.unsure_wrong],
    )
    axes.set_xlabel("answers: right, and ▨ wrong")


def _bars(axes: Axes, labels: Sequence[str], right: Sequence[int], wrong: Sequence[int]) -> None:
    places = range(len(labels), 0, -1)
    axes.barh(places, right, 0.6, color=MONEY)
    edges = [1.0 if each else 0.0 for each in wrong]  # what is none leaves no line
    hatched: dict[str, Any] = {"facecolor": "none", "edgecolor": SUPPLY, "hatch": "////"}
    axes.barh(places, wrong, 0.6, left=right, linewidth=edges, **hatched)
    axes.set_yticks(places, labels=labels)
    most = max(map(sum, zip(right, wrong, strict=True)))
    axes.set(xlim=(0, max(4, 1.05 * most)), ylim=(0.4, len(labels) + 0.6))
    axes.xaxis.set_major_locator(_whole())


def _whole() -> Locator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5, integer=True)
