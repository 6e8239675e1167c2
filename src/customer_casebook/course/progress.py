"""What the attempts say: what is mastered, how far to trust one's confidence, what is due, what comes next.

Everything is computed from the attempts and a moment; nothing is stored. An item that the book no
longer has counts in the number of answers and in the calibration, and nowhere else. An answer to an
older wording (another fingerprint) proves no mastery, but keeps the item's place in the reviews.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import Item, question_of
from customer_casebook.course.journal import Attempt, count_of
from customer_casebook.course.records import LensQuestion, Misconception
from customer_casebook.course.selection import interleaved

# Misses come back after 1, 3 and 7 days; a uniform schedule would do as well (Latimier 2021).
REVIEW_INTERVALS = tuple(timedelta(days=days) for days in (1, 3, 7))
QUESTIONS_PER_OBJECTIVE = 4  # as many as an objective needs to be taught and mastered
MASTERY_SHARE = 0.8  # of right answers among those given


@dataclass(frozen=True, slots=True)
class Mastery:
    """How the latest answers to the items of an objective or a lens are: ``right`` of ``answered``."""

    id: str
    label: str
    right: int
    answered: int

    @property
    def share(self) -> float:
        """The share of items whose latest answer is right; 0 where none was answered."""
        return self.right / self.answered if self.answered else 0.0

    @property
    def mastered(self) -> bool:
        """Four items right, and four in five of those answered."""
        return self.right >= QUESTIONS_PER_OBJECTIVE and self.share >= MASTERY_SHARE


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence against correctness: counts of the answers for which confidence was asked."""

    sure_right: int
    sure_wrong: int
    unsure_right: int
    unsure_wrong: int

    @property
    def sure(self) -> float | None:
        """The share of right answers among the sure ones; None where there is none."""
        return _share(self.sure_right, self.sure_wrong)

    @property
    def unsure(self) -> float | None:
        """The share of right answers among the unsure ones; None where there is none."""
        return _share(self.unsure_right, self.unsure_wrong)


@dataclass(frozen=True, slots=True)
class OpenMisconception:
    """A misconception that was betrayed ``times`` times, and not corrected since."""

    misconception: Misconception
    times: int


@dataclass(frozen=True, slots=True)
class Review:
    """An item that comes back."""

    item: str  # its id
    due: datetime
    step: int  # the place in REVIEW_INTERVALS that led to this moment
    confident: bool  # whether a sure answer was wrong


@dataclass(frozen=True, slots=True)
class Advice:
    """The one thing to do next: review what is due, work on an objective, or sit the exam."""

    what: Literal["review", "objective", "exam"]
    objective: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the attempts say at one moment."""

    answered: int  # all answers
    objectives: tuple[Mastery, ...]
    lenses: tuple[Mastery, ...]
    calibration: Calibration
    open_misconceptions: tuple[OpenMisconception, ...]
    due: tuple[Review, ...]  # in the order to be asked
    next_due: datetime | None  # the next moment after now
    advice: Advice

    @property
    def summary(self) -> str:
        """Where the learner stands, in two sentences."""
        if not self.answered:
            return "No answers yet. Every question you answer will count here."
        begun = sum(mastery.answered > 0 for mastery in self.objectives)
        mastered = sum(mastery.mastered for mastery in self.objectives)
        answers = "1 answer" if self.answered == 1 else f"{self.answered:,} answers"
        objectives = f"{begun} of {len(self.objectives)} objectives begun, {mastered} of them firm."
        return f"{answers} so far; {objectives} {self.reviews}"

    @property
    def reviews(self) -> str:
        """What is due, or when the next review is, in a sentence; times are those of this machine."""
        if due := len(self.due):
            return f"{count_of(due, 'question')} {'is' if due == 1 else 'are'} due for review."
        if self.next_due:
            at = self.next_due.astimezone()
            moment = f"{at:%A} {at.day} {at:%B}, {at:%H:%M}"
            return f"Nothing is due; the next review is on {moment}."
        return "Nothing waits for review."


def summarize(book: Casebook, attempts: Sequence[Attempt], now: datetime) -> Progress:
    """What the attempts say at a moment.

    Args:
        book: The casebook whose items the attempts answer; others are counted only.
        attempts: In the order of time.
        now: The moment, with its time zone.
    """
    histories: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        histories.setdefault(attempt.item, []).append(attempt)
    items = {k: item for k in histories if (item := item_of(book, k))}
    latest = {k: histories[k][-1] for k in items}
    # An answer from before fingerprints counts as one to the item of today.
    right = {
        k: attempt.right
        for k, attempt in latest.items()
        if attempt.content in ("", items[k].fingerprint)
    }
    reviews = [review for k in items if (review := _review(k, histories[k]))]
    due = [review for review in reviews if review.due <= now]
    masteries = _by_objective(book, right)
    practised = {objective for q in book.questions.values() for objective in q.objectives}
    return Progress(
        answered=len(attempts),
        objectives=masteries,
        lenses=_by_lens(book, right),
        calibration=_calibration(attempts),
        open_misconceptions=_open_misconceptions(book, items, attempts),
        due=_in_order(book, due),
        next_due=min((review.due for review in reviews if review.due > now), default=None),
        advice=_advice(
            [mastery for mastery in masteries if mastery.id in practised], reviews_due=bool(due)
        ),
    )


def _share(right: int, wrong: int) -> float | None:
    return right / (right + wrong) if right + wrong else None


def _by_objective(book: Casebook, right: Mapping[str, bool]) -> tuple[Mastery, ...]:
    """Every objective with its questions of the bank, and the cases of the lessons, each as one item."""
    groups: dict[str, list[bool]] = {objective: [] for objective in book.objectives}
    whole_cases: dict[str, bool] = {}  # right where all that was asked of the case is
    for item_id, is_right in right.items():
        record = question_of(book, item_id)
        if record and record.id in book.questions:
            for objective in record.objectives:
                groups[objective].append(is_right)
        elif isinstance(record, LensQuestion) and record.kind == "case":
            whole_cases[record.case] = whole_cases.get(record.case, True) and is_right
    for case_id, is_right in whole_cases.items():
        for objective in book.cases[case_id].objectives:
            groups[objective].append(is_right)
    return tuple(
        Mastery(k, book.objectives[k].can, sum(group), len(group)) for k, group in groups.items()
    )


def _by_lens(book: Casebook, right: Mapping[str, bool]) -> tuple[Mastery, ...]:
    groups: dict[str, list[bool]] = {lens: [] for lens in book.lens_texts}
    for item_id, is_right in right.items():
        if lens := getattr(question_of(book, item_id), "lens", ""):
            groups[lens].append(is_right)
    return tuple(
        Mastery(lens, book.lens_texts[lens].label, sum(group), len(group))
        for lens, group in groups.items()
    )


def _calibration(attempts: Iterable[Attempt]) -> Calibration:
    counts = Counter((attempt.sure, attempt.right) for attempt in attempts)
    return Calibration(*(counts[sure, right] for sure in (True, False) for right in (True, False)))


def _open_misconceptions(
    book: Casebook, items: Mapping[str, Item], attempts: Iterable[Attempt]
) -> tuple[OpenMisconception, ...]:
    """The misconceptions betrayed with no right answer since to an item that could betray them."""
    times: Counter[str] = Counter()
    betrayed_at: dict[str, int] = {}  # misconception to the place of the latest attempt
    corrected_at: dict[str, int] = {}  # item to the place of the latest right attempt
    for place, attempt in enumerate(attempts):
        if attempt.item not in items:
            continue
        if attempt.right:
            corrected_at[attempt.item] = place
        elif attempt.misconception:
            times[attempt.misconception] += 1
            betrayed_at[attempt.misconception] = place

    def corrected(misconception: Misconception) -> bool:
        return any(
            place > betrayed_at[misconception.id] and misconception.id in items[item_id].betrayable
            for item_id, place in corrected_at.items()
        )

    return tuple(
        OpenMisconception(misconception, times[misconception.id])
        for misconception in book.misconceptions
        if misconception.id in betrayed_at and not corrected(misconception)
    )


def _review(item_id: str, history: Sequence[Attempt]) -> Review | None:
    """Where the history of an item leaves it in its reviews; None where it does not come back.

    A wrong or an unsure answer brings it back after the first interval. Once it is due, a right and
    sure answer moves it on to the next interval, and after the last it is done. Before it is due,
    only a wrong answer changes anything. An answer without a confidence, as in an exam, does not
    count as unsure.
    """
    step, due, confident = 0, None, False
    # A wrong answer begins the reviews anew, whatever came before it.
    last_wrong = next((k for k in reversed(range(len(history))) if not history[k].right), 0)
    for attempt in history[last_wrong:]:
        wrong_or_unsure = not attempt.right or attempt.sure is False
        if due is None and not wrong_or_unsure:
            continue
        at = datetime.fromisoformat(attempt.at)
        if due and at < due and attempt.right:
            continue
        step = 0 if wrong_or_unsure else step + 1
        due = at + REVIEW_INTERVALS[step] if step < len(REVIEW_INTERVALS) else None
        if wrong_or_unsure:
            confident = attempt.sure is True
    return Review(item_id, due, step, confident) if due else None


def _in_order(book: Casebook, due: Iterable[Review]) -> tuple[Review, ...]:
    """What is due: sure answers that were wrong come first, then the longest due, without blocks."""
    order = sorted(due, key=lambda review: (not review.confident, review.due, review.item))
    reviews = {review.item: review for review in order}
    return tuple(reviews[item_id] for item_id in interleaved(book, reviews))


def _advice(masteries: Sequence[Mastery], *, reviews_due: bool) -> Advice:
    """Reviews first, then the weakest objective of those begun, then the first that was not begun."""
    if reviews_due:
        return Advice("review")
    unfinished = [mastery for mastery in masteries if not mastery.mastered]
    if not unfinished:
        return Advice("exam")
    weakest = min(unfinished, key=lambda mastery: (not mastery.answered, mastery.share))
    return Advice("objective", weakest.id)
