"""What the attempts say: what is mastered, how far to trust one's confidence, what is due, what comes next.

Everything is computed from the attempts and a moment; nothing is stored. An item that the book no
longer has counts in the number of answers and in the calibration, and nowhere else. An answer to an
older wording (another fingerprint) proves no mastery, but keeps the item's place in the reviews. An
answer to a twin is an answer to the item that it tells otherwise; a review asks for the next telling.
Reviews are due by the learner's calendar day: whoever comes a little earlier each evening finds them.
Where the learner has said on which day an exam is, they come closer together, until that day is over.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import product
from typing import Literal

from customer_casebook.course.bank import item_of, next_telling
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import Item, original_id, question_of
from customer_casebook.course.journal import Attempt, count_of
from customer_casebook.course.records import LensQuestion, Misconception
from customer_casebook.course.selection import exam_pool, holds_in, interleaved

# Misses come back after 1, 3 and 7 days; a uniform schedule would do as well (Latimier 2021).
REVIEW_INTERVALS = tuple(timedelta(days=days) for days in (1, 3, 7))
QUESTIONS_PER_OBJECTIVE = 4  # as many as an objective needs to be taught and mastered
MASTERY_SHARE = 0.8  # of right answers among those given
RECENCY = 0.7  # what a chance weighs against the next one, so that after two it weighs half
OPEN_LIKELIHOOD = 1 / 3  # two right answers close a fresh misconception; one may be a guess


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
        return self.sure_right / n if (n := self.sure_right + self.sure_wrong) else None

    @property
    def unsure(self) -> float | None:
        """The share of right answers among the unsure ones; None where there is none."""
        return self.unsure_right / n if (n := self.unsure_right + self.unsure_wrong) else None


@dataclass(frozen=True, slots=True)
class Belief:
    """What the answers say of one misconception: whether the learner took it, each time it was on offer."""

    misconception: Misconception
    chances: tuple[bool, ...]  # in the order of time

    @property
    def likelihood(self) -> float:
        """The share of chances that were taken, from 0 to 1; the later ones weigh more.

        A belief ends when somebody corrects it, so what was said before counts less and less. It is
        the next chances that make an answer old, and not the days: whoever is away learns nothing.
        """
        weights = [RECENCY**age for age in reversed(range(len(self.chances)))]
        taken = (weight for weight, chance in zip(weights, self.chances, strict=True) if chance)
        return sum(taken) / sum(weights)

    @property
    def is_open(self) -> bool:
        """Whether the learner may still have it."""
        return self.likelihood > OPEN_LIKELIHOOD


@dataclass(frozen=True, slots=True)
class Review:
    """An item that comes back."""

    item: str  # its id
    due: datetime
    step: int  # the place in REVIEW_INTERVALS that led to this moment
    confident: bool  # whether a sure answer was wrong


@dataclass(frozen=True, slots=True)
class Countdown:
    """How long it is to the learner's exam, and how many reviews come before it that are not due yet."""

    day: date
    days: int
    coming: int

    @property
    def words(self) -> str:
        """When the exam is, as a sentence."""
        later = f"in {self.days} days, on {day_in_words(self.day)}"
        when = {0: "today", 1: "tomorrow"}.get(self.days, later)
        return f"Your exam is {when}."


@dataclass(frozen=True, slots=True)
class Advice:
    """The one thing to do next: begin with a lesson, review what is due, work on an objective, sit the exam."""

    what: Literal["lesson", "review", "objective", "exam"]
    objective: str = ""
    lesson: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the attempts say at one moment."""

    answered: int  # all answers
    objectives: tuple[Mastery, ...]
    lenses: tuple[Mastery, ...]
    calibration: Calibration
    beliefs: tuple[Belief, ...]  # every misconception that was on offer, the most likely first
    due: tuple[Review, ...]  # in the order to be asked
    next_due: datetime | None  # the next moment after now
    advice: Advice | None  # None where the book has nothing to ask
    exam: Countdown | None  # None where no day is known, or it is over

    @property
    def summary(self) -> str:
        """Where the learner stands, in a few sentences."""
        if not self.answered:
            return "No answers yet. Every question you answer will count here."
        begun = sum(mastery.answered > 0 for mastery in self.objectives)
        mastered = sum(mastery.mastered for mastery in self.objectives)
        answers = "1 answer" if self.answered == 1 else f"{self.answered:,} answers"
        objectives = f"{begun} of {len(self.objectives)} objectives begun, {mastered} of them firm."
        if not mastered:
            objectives = (
                f"{begun} of {len(self.objectives)} objectives begun. None is firm yet, as each "
                f"takes {QUESTIONS_PER_OBJECTIVE} questions that you have right."
            )
        return f"{answers} so far; {objectives} {self.reviews}"

    @property
    def reviews(self) -> str:
        """What is due, or on what day the next review is, in a sentence."""
        if due := len(self.due):
            return f"{count_of(due, 'question')} {'is' if due == 1 else 'are'} due for review."
        if self.next_due:
            return f"Nothing is due; the next review is on {day_in_words(self.next_due)}."
        return "Nothing waits for review."


def day_in_words(day: date) -> str:
    """``Friday 4 December``."""
    return f"{day:%A} {day.day} {day:%B}"


def summarize(
    book: Casebook, attempts: Sequence[Attempt], now: datetime, exam_day: date | None = None
) -> Progress:
    """What the attempts say at a moment.

    Args:
        book: The casebook. Attempts at items of another one are left out.
        attempts: In the order of time.
        now: The moment, in the learner's zone.
        exam_day: The day of the learner's exam. Once it is over, all is as without one.
    """
    exam_day = exam_day if exam_day and exam_day >= now.date() else None
    attempts = [attempt for attempt in attempts if book.owns(attempt.item)]
    item_ids = dict.fromkeys(attempt.item for attempt in attempts)
    items = {k: item for k in item_ids if (item := item_of(book, k))}
    histories: dict[str, list[Attempt]] = {}  # by the id of the first telling
    for attempt in attempts:
        if attempt.item in items:
            histories.setdefault(original_id(attempt.item), []).append(attempt)
    latest = {k: history[-1] for k, history in histories.items()}
    right = {k: last.right for k, last in latest.items() if _is_of(items[last.item], last)}
    reviews = [
        replace(review, item=next_telling(book, k, latest[k].item))
        for k in histories
        if (review := _review(k, histories[k], now.tzinfo, exam_day))
    ]
    due = [review for review in reviews if review.due <= now]
    later = [review.due for review in reviews if review.due > now]
    coming = sum(moment.date() < exam_day for moment in later) if exam_day else 0
    objectives, lenses = _masteries(book, right)
    counts = Counter((attempt.sure, attempt.right) for attempt in attempts)
    return Progress(
        answered=len(attempts),
        objectives=objectives,
        lenses=lenses,
        calibration=Calibration(*(counts[kind] for kind in product((True, False), (True, False)))),
        beliefs=_beliefs(book, items, attempts),
        due=_in_order(book, due),
        next_due=min(later, default=None),
        advice=Advice("review") if due else _advice(book, objectives, is_new=not attempts),
        exam=Countdown(exam_day, (exam_day - now.date()).days, coming) if exam_day else None,
    )


def _is_of(item: Item, attempt: Attempt) -> bool:
    """Whether it answers the item of today; one from before fingerprints counts as if it did."""
    return attempt.content in ("", item.fingerprint)


def _masteries(
    book: Casebook, right: Mapping[str, bool]
) -> tuple[tuple[Mastery, ...], tuple[Mastery, ...]]:
    """Every objective and every lens. A case of the lessons counts for its objectives as one item."""
    objectives: dict[str, list[bool]] = {k: [] for k in book.objectives}
    lenses: dict[str, list[bool]] = {k: [] for k in book.lens_texts}
    whole_cases: dict[str, bool] = {}  # right where all that was asked of the case is
    for item_id, is_right in right.items():
        record = question_of(book, item_id)
        for objective in record.objectives if record else ():
            objectives[objective].append(is_right)
        if lens := getattr(record, "lens", ""):
            lenses[lens].append(is_right)
        if isinstance(record, LensQuestion) and record.kind == "case" and not record.objectives:
            whole_cases[record.case] = whole_cases.get(record.case, True) and is_right
    for case_id, is_right in whole_cases.items():
        for objective in book.cases[case_id].objectives:
            objectives[objective].append(is_right)
    return (
        tuple(Mastery(k, book.objectives[k].can, sum(v), len(v)) for k, v in objectives.items()),
        tuple(Mastery(k, book.lens_texts[k].label, sum(v), len(v)) for k, v in lenses.items()),
    )


def _beliefs(
    book: Casebook, items: Mapping[str, Item], attempts: Sequence[Attempt]
) -> tuple[Belief, ...]:
    """Every misconception that was on offer, the most likely first.

    An answer is evidence of a misconception only where it had the chance: the learner took it, or was
    right where a wrong answer could have taken it. Whoever was wrong in another way may have both
    beliefs or one, so that counts for nothing; and so does whatever did not offer it. These are counts
    and no probabilities: nobody has the data to say how often one guesses or slips.
    """
    chances: dict[str, list[bool]] = {}  # whether it was taken, in the order of time
    for attempt in attempts:
        item = items.get(attempt.item)
        if item and attempt.right and _is_of(item, attempt):
            for name in item.betrayable:
                chances.setdefault(name, []).append(False)
        elif item and not attempt.right and attempt.misconception:
            chances.setdefault(attempt.misconception, []).append(True)
    met = [entry for entry in book.misconceptions if entry.id in chances]
    beliefs = [Belief(entry, tuple(chances[entry.id])) for entry in met]
    return tuple(sorted(beliefs, key=lambda belief: -belief.likelihood))


def _interval(step: int, day: date, exam_day: date | None) -> timedelta | None:
    """How long after a day a review is; None where there is none.

    Before an exam, the intervals that are left shrink into the days that are left, in their proportion,
    but each to a day at least. On the last day what is not known comes back at once, and once.
    """
    planned = REVIEW_INTERVALS[step:]
    whole = sum(planned, timedelta(0))
    if not planned or not exam_day or day >= exam_day:
        return next(iter(planned), None)
    left = exam_day - day - timedelta(days=1)
    if whole <= left:
        return planned[0]
    if not left:
        return left if step == 0 else None
    return max(timedelta(days=1), timedelta(days=(planned[0] * left.days // whole)))


def _review(
    item_id: str, history: Sequence[Attempt], zone: tzinfo | None, exam_day: date | None = None
) -> Review | None:
    """Where the history of an item leaves it in its reviews; None where it does not come back.

    A wrong or an unsure answer brings it back after the first interval, counted in days of a zone.
    Once it is due, a right and sure answer moves it on to the next interval, and after the last it is
    done. Before it is due, only a wrong answer changes anything. An answer without a confidence, as
    in an exam, does not count as unsure.
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
        day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        interval = _interval(step, day.date(), exam_day)
        due = None if interval is None else day + interval
        if wrong_or_unsure:
            confident = attempt.sure is True
    return Review(item_id, due, step, confident) if due else None


def _in_order(book: Casebook, due: Iterable[Review]) -> tuple[Review, ...]:
    """What is due: sure answers that were wrong come first, then the longest due, without blocks."""
    order = sorted(due, key=lambda review: (not review.confident, review.due, review.item))
    reviews = {review.item: review for review in order}
    return tuple(reviews[item_id] for item_id in interleaved(book, reviews))


def _advice(book: Casebook, masteries: Iterable[Mastery], *, is_new: bool) -> Advice | None:
    """The weakest objective of those begun, then the first that was not begun, then the exam, if any."""
    lessons = sorted(k.lesson for k in book.objectives.values() if k.lesson)
    first = next((lesson for lesson in lessons if not lesson.startswith("00")), "")
    if is_new and first and not book.name:  # another book may have the course's objectives
        return Advice("lesson", lesson=first)
    unfinished = _unfinished(book, masteries)
    if not unfinished:
        return Advice("exam") if exam_pool(book) else None
    return Advice("objective", unfinished[0].id)


def _unfinished(
    book: Casebook, masteries: Iterable[Mastery], edition: str | None = None
) -> list[Mastery]:
    """What can be practised in an edition and is not firm: the weakest of those begun first, then the others."""
    records = [q for q in book.questions.values() if holds_in(book, q, edition)]
    practised = {objective for record in records for objective in record.objectives}
    unfinished = [m for m in masteries if m.id in practised and not m.mastered]
    return sorted(unfinished, key=lambda mastery: (not mastery.answered, mastery.share))


def before_exam(
    book: Casebook, progress: Progress, edition: str | None, *, passed: bool
) -> list[str]:
    """What is still worth doing before the learner's exam, in three lines at most; none without a day.

    Args:
        book: The casebook.
        progress: What the answers say.
        edition: Only what is asked in this edition is worth it.
        passed: Whether a mock exam was passed.
    """
    if not (exam := progress.exam):
        return []
    due, lines = len(progress.due), list[str]()
    parts = [f"{count_of(due, 'question')} now"] if due else []
    if exam.coming:
        parts.append(f"{count_of(exam.coming, 'question')} until then, on the days they come back")
    if parts:
        lines.append(f"Review {' and '.join(parts)}.")
    if unfinished := _unfinished(book, progress.objectives, edition):
        line = f"Practise what is not firm yet: {count_of(len(unfinished), 'objective')}."
        is_next = progress.advice == Advice("objective", unfinished[0].id)  # and said as that
        lines.append(line if is_next else f"{line} Begin here: {unfinished[0].label}")
    if not passed:
        lines.append("Sit a mock exam and pass it.")
    first, *rest = lines or ["All is firm. Get some rest."]
    return [f"{exam.words} {first}", *rest]
