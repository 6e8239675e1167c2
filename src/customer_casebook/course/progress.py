"""What the attempts say: what is mastered, what was believed too firmly, what is due, what to do next.

Everything here is computed from the attempts and a moment; nothing is stored. An item that the
course no longer has counts in the number of answers and in the calibration, and nowhere else. An
answer to an older wording (another `fingerprint`) proves no mastery, but keeps the item's place in
the reviews: a slip is worth a second look, however it was put.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from customer_casebook.authoring.coverage import ASKED, betrayed, cells
from customer_casebook.course.casebook import bank, cases, lens_texts, misconceptions, objectives
from customer_casebook.course.feedback import Item
from customer_casebook.course.items import interleaved, item
from customer_casebook.course.journal import Attempt, fingerprint, many
from customer_casebook.course.records import Entry, Misconception
from customer_casebook.domain.rules import LENSES

INTERVALS = tuple(timedelta(days=days) for days in (1, 3, 7))  # of a review, one after the other
ENOUGH = 0.8  # share of right answers that mastery takes


@dataclass(frozen=True, slots=True)
class Mastery:
    """How the latest answers to the items of an objective or a lens stand: ``right`` of ``met``."""

    id: str
    label: str
    right: int
    met: int

    @property
    def share(self) -> float:
        """Of the items met, the share whose latest answer is right; 0 where none was met."""
        return self.right / self.met if self.met else 0.0

    @property
    def mastered(self) -> bool:
        """Four items right, and four in five of those met."""
        return self.right >= ASKED and self.share >= ENOUGH


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence against correctness, over every answer for which it was asked."""

    sure_right: int
    sure_wrong: int
    unsure_right: int
    unsure_wrong: int

    @property
    def sure(self) -> float | None:
        """The share of right answers among those given as sure; None where there is none."""
        return _share(self.sure_right, self.sure_wrong)

    @property
    def unsure(self) -> float | None:
        """The same among those that were not sure."""
        return _share(self.unsure_right, self.unsure_wrong)


@dataclass(frozen=True, slots=True)
class OpenMisconception:
    """A misconception that was betrayed ``times`` times, and not yet put right."""

    misconception: Misconception
    times: int


@dataclass(frozen=True, slots=True)
class Review:
    """An item that comes back: when, after which of the `INTERVALS`, and whether a firm belief was wrong."""

    item: str
    due: datetime
    step: int
    confident: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """The one thing to do next: review what is due, work on an objective, or sit the exam."""

    what: Literal["review", "objective", "exam"]
    objective: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the attempts say at one moment. ``due`` is in the order to be asked, ``next_due`` the next moment after."""

    answered: int
    objectives: tuple[Mastery, ...]
    lenses: tuple[Mastery, ...]
    calibration: Calibration
    standing: tuple[OpenMisconception, ...]
    due: tuple[Review, ...]
    next_due: datetime | None
    advice: Advice

    @property
    def line(self) -> str:
        """Where the learner stands, in two sentences; times are those of this machine."""
        if not self.answered:
            return "No answers yet. Every question you answer will count here."
        begun = sum(each.met > 0 for each in self.objectives)
        firm = sum(each.mastered for each in self.objectives)
        answers = "1 answer" if self.answered == 1 else f"{self.answered:,} answers"
        told = f"{answers} so far; {begun} of {len(self.objectives)} objectives begun, {firm} of them firm."
        return f"{told} {self.reviews}"

    @property
    def reviews(self) -> str:
        """What is due, or when the next is, in a sentence."""
        if due := len(self.due):
            return f"{many(due, 'question')} {'is' if due == 1 else 'are'} due for review."
        if self.next_due:
            local = self.next_due.astimezone()
            return f"Nothing is due; the next review is on {local:%A} {local.day} {local:%B}, {local:%H:%M}."
        return "Nothing waits for review."


def summary(attempts: Sequence[Attempt], now: datetime) -> Progress:
    """What the attempts, which are in the order of time, say at a moment (with its time zone)."""
    histories: dict[str, list[Attempt]] = {}
    for each in attempts:
        histories.setdefault(each.item, []).append(each)
    known = {name: told for name, told in histories.items() if asked(name)}
    right = {name: told[-1].right for name, told in known.items() if _current(told[-1])}
    coming = [found for name, told in known.items() if (found := _review(name, told))]
    due = [each for each in coming if each.due <= now]
    met = right | _cases_right(right)
    by_objective = tuple(
        _mastery(each.id, each.can, met, _on_objective()[each.id]) for each in objectives().values()
    )
    return Progress(
        answered=len(attempts),
        objectives=by_objective,
        lenses=tuple(
            _mastery(lens, text.label, right, [name for name in right if _lens(name) == lens])
            for lens, text in lens_texts().items()
        ),
        calibration=_calibration(attempts),
        standing=_standing(attempts),
        due=tuple(_in_turn(due)),
        next_due=min((each.due for each in coming if each.due > now), default=None),
        advice=_advice(by_objective, reviews=bool(due)),
    )


def lesson(objective: str, notebooks: Path) -> str | None:
    """The notebook of a folder that says most about an objective; None where none does, or there is none."""
    try:
        told = Counter(
            place.partition("[")[0]
            for place, kind, ids in cells(notebooks)
            if kind == "markdown" and objective in ids
        )
    except (OSError, ValueError):
        return None
    return max(sorted(told), key=told.__getitem__, default=None)


# The items of attempts.


@cache
def entry(name: str) -> Entry | None:
    """The entry of the bank that an attempt was at, or one for what a lesson asks by itself; None where it is gone."""
    if name in bank():
        return bank()[name]
    match name.split("/"):
        case ["sort", lens, told]:
            ids = tuple(told.split("+"))
            if lens in LENSES and not LENSES[lens].many and cases().keys() >= {*ids}:
                return Entry(name, "sort", (), cases=ids, lens=lens)
        case ["find", told, lens] if told in cases() and lens in LENSES:
            return Entry(name, "find", (), case=told, lens=lens)
        case [told, lens] if told in cases() and lens in LENSES:
            return Entry(name, "case", (), case=told, lens=lens)
    return None


@cache
def asked(name: str) -> Item | None:
    """The item that an attempt was at, ready to be asked again; None where the course no longer has it."""
    found = entry(name)
    ready = item(found) if found else None
    return ready if ready and ready.right else None


@cache
def _content(name: str) -> str:
    found = asked(name)
    return fingerprint(found) if found else ""


def _current(attempt: Attempt) -> bool:
    """Whether an attempt was at its item as it is now, as far as the journal knows."""
    return attempt.content in ("", _content(attempt.item))


def _lens(name: str) -> str:
    found = entry(name)
    return found.lens if found else ""


@cache
def _on_objective() -> dict[str, list[str]]:
    """What practises each objective: the questions of the bank, and the cases of the lessons, each as one."""
    return {
        each: [
            *(name for name, entry in bank().items() if each in entry.objectives),
            *(_whole(told.id) for told in cases().values() if each in told.objectives),
        ]
        for each in objectives()
    }


def _whole(case_id: str) -> str:
    """The name that a case as a whole goes by, among the items."""
    return f"{case_id}/*"


def _cases_right(right: dict[str, bool]) -> dict[str, bool]:
    """The cases met in lessons: right where all that was asked of them is."""
    found: dict[str, bool] = {}
    for name, each in right.items():
        about = entry(name)
        if about and about.kind == "case" and name not in bank():
            found[_whole(about.case)] = found.get(_whole(about.case), True) and each
    return found


@cache
def _betrayed(name: str) -> frozenset[str]:
    found = asked(name)
    return frozenset(betrayed(found) if found else ())


# What they say.


def _share(right: int, wrong: int) -> float | None:
    return right / (right + wrong) if right + wrong else None


def _mastery(id_: str, label: str, right: dict[str, bool], names: Iterable[str]) -> Mastery:
    met = [right[name] for name in names if name in right]
    return Mastery(id_, label, sum(met), len(met))


def _calibration(attempts: Iterable[Attempt]) -> Calibration:
    counted = Counter((each.sure, each.right) for each in attempts)
    return Calibration(*(counted[sure, right] for sure in (True, False) for right in (True, False)))


def _standing(attempts: Iterable[Attempt]) -> tuple[OpenMisconception, ...]:
    """The misconceptions betrayed with no right answer since to an item that could betray them."""
    times: Counter[str] = Counter()
    slipped: dict[str, int] = {}
    mended: dict[str, int] = {}
    for place, each in enumerate(attempts):
        if each.right:
            mended[each.item] = place
        elif each.misconception:
            times[each.misconception] += 1
            slipped[each.misconception] = place
    return tuple(
        OpenMisconception(each, times[each.id])
        for each in misconceptions()
        if each.id in slipped
        and not any(
            place > slipped[each.id] and each.id in _betrayed(name)
            for name, place in mended.items()
        )
    )


def _review(name: str, told: Iterable[Attempt]) -> Review | None:
    """Where the history of an item leaves it in its reviews; None where it does not come back.

    A wrong or an unsure answer brings it back after the first of the `INTERVALS`. Once it is due, a
    right and sure answer moves it on to the next, and after the last it is done. Before it is due,
    only a wrong answer changes anything. An answer whose confidence nobody asked, as in an exam,
    is not taken for unsure.
    """
    step, due, confident = 0, None, False
    for each in told:
        shaky = not each.right or each.sure is False
        if due is None and not shaky:
            continue
        at = datetime.fromisoformat(each.at)
        if due and at < due and each.right:
            continue
        step = 0 if shaky else step + 1
        due = at + INTERVALS[step] if step < len(INTERVALS) else None
        if shaky:
            confident = each.sure is True
    return Review(name, due, step, confident) if due else None


def _in_turn(due: Iterable[Review]) -> list[Review]:
    """What is due, firm beliefs that were wrong first, then the longest due, without blocks."""
    first = sorted(due, key=lambda each: (not each.confident, each.due, each.item))
    reviews = {each.item: each for each in first}
    return [reviews[each.id] for each in interleaved(filter(None, map(entry, reviews)))]


def _advice(by_objective: Sequence[Mastery], *, reviews: bool) -> Advice:
    """Reviews first, then the weakest objective of those met, then the first that was not met."""
    if reviews:
        return Advice("review")
    unfinished = [each for each in by_objective if not each.mastered]
    if not unfinished:
        return Advice("exam")
    weakest = min(unfinished, key=lambda each: (not each.met, each.share))
    return Advice("objective", weakest.id)
