"""The mock exam: its paper, a sitting as the journal tells it, and what it came to.

Forty questions, sixty minutes, 65 % to pass, as at ITIL 4 Foundation; the questions are our own.
Nothing is kept but events: a sitting is whatever they say, so it survives whatever ends a kernel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from customer_casebook.course.casebook import bank, objectives
from customer_casebook.course.feedback import Item
from customer_casebook.course.items import interleaved, item, stable_shuffle_key
from customer_casebook.course.journal import Attempt, ExamEvent, fingerprint
from customer_casebook.course.records import Entry

QUESTIONS, MINUTES, PASS = 40, 60, 0.65
LONGEST = 24 * 60  # minutes


@dataclass(slots=True)
class ExamSession:
    """One exam: the items it asks, and what the learner has done so far. ``answers`` and ``flags`` are by place."""

    exam: str
    items: tuple[str, ...]
    seed: int | None
    started: datetime
    minutes: int
    answers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    ms: dict[int, int] = field(default_factory=dict)  # spent on each question
    flags: set[int] = field(default_factory=set)
    finished: datetime | None = None  # handed in, or its time was up

    @property
    def deadline(self) -> datetime:
        """When the time is up, whoever looks at the clock, and whether or not anybody does."""
        return self.started + timedelta(minutes=self.minutes)

    def over(self, now: datetime) -> bool:
        """Whether it has been handed in, or its time is up."""
        return self.finished is not None or now >= self.deadline


def exam_sessions(events: Iterable[ExamEvent]) -> list[ExamSession]:
    """The exams that the events tell of, in the order in which they were begun.

    What makes no sense in them is passed over: an item that is gone, an answer after the end.
    """
    found: dict[str, ExamSession] = {}
    # Some clocks tick seldom: of one moment the start comes first and the end last.
    in_turn = sorted(
        events, key=lambda each: (each.at, each.what != "start", each.what == "finish")
    )
    for each in in_turn:
        at = datetime.fromisoformat(each.at)
        if each.what == "start" and each.exam not in found:
            if begun := _begun(each, at):
                found[each.exam] = begun
        elif (sitting := found.get(each.exam)) and not sitting.finished:
            if each.what == "finish":
                sitting.finished = min(at, sitting.deadline)
            elif not sitting.over(at):
                _happened(sitting, each)
    return list(found.values())


def _begun(event: ExamEvent, at: datetime) -> ExamSession | None:
    match event.data:
        case {"items": [*items], "minutes": int(minutes), "seed": int() | None as seed}:
            known = all(isinstance(each, str) and each in bank() for each in items)
            if items and known and 0 < minutes <= LONGEST:
                return ExamSession(event.exam, tuple(items), seed, at, minutes)
    return None


def _happened(sitting: ExamSession, event: ExamEvent) -> None:
    places = range(len(sitting.items))
    match event.what, event.data:
        case "answer", {"place": int(place), "choice": [*choice], "ms": int(ms)} if place in places:
            sitting.answers[place], sitting.ms[place] = tuple(map(str, choice)), ms
        case "flag", {"place": int(place), "on": bool(on)} if place in places:
            (sitting.flags.add if on else sitting.flags.discard)(place)


def paper(n: int, seed: int | None, met: Iterable[str] = ()) -> list[str]:
    """The items of an exam, over the objectives by weight, without blocks of one answer, kind or objective.

    With a seed it is the same paper for everybody. Without, no two are alike: of each objective
    those come first that the learner has ``met`` least often in exams. Raises `ValueError` for
    fewer questions than 1, or more than there are.
    """
    pool = _pool()
    if not 1 <= n <= len(pool):
        raise ValueError(f"an exam of {n} questions cannot be set; write n from 1 to {len(pool)}")
    times = Counter(met if seed is None else ())
    drum = token_hex() if seed is None else seed
    drawn = sorted(pool, key=lambda each: stable_shuffle_key(drum, each.id))
    fresh = sorted(drawn, key=lambda each: times[each.id])
    chosen = {
        each.id
        for objective, share in _shares(n).items()
        for each in [each for each in fresh if each.objectives[0] == objective][:share]
    }
    return [each.id for each in interleaved(each for each in drawn if each.id in chosen)]


def _pool() -> list[Entry]:
    """What an exam may ask. To sort is left to practice: it takes four stories or five, and an hour is short."""
    return [each for each in bank().values() if each.kind != "sort"]


def _shares(n: int) -> dict[str, int]:
    """How many questions each objective gets: by weight, as far as it has that many."""
    have = Counter(each.objectives[0] for each in _pool())
    weights = {each.id: 1 + each.core for each in objectives().values() if have[each.id]}
    shares = dict.fromkeys(weights, 0)
    for _ in range(n):
        # The one that is furthest behind its weight is next (d'Hondt), so that shares are whole.
        open_ = [each for each in weights if shares[each] < have[each]]
        shares[max(open_, key=lambda each: weights[each] / (shares[each] + 1))] += 1
    return shares


@dataclass(frozen=True, slots=True)
class Mark:
    """One question of an exam, what was chosen, and whether that is all of the right answer."""

    place: int
    item: Item
    choice: frozenset[str]

    @property
    def right(self) -> bool:
        return self.choice == self.item.right


@dataclass(frozen=True, slots=True)
class Result:
    """What a sitting came to."""

    sitting: ExamSession
    marks: tuple[Mark, ...]

    @property
    def right(self) -> int:
        return _right(self.marks)

    @property
    def share(self) -> float:
        return self.right / len(self.marks)

    @property
    def passed(self) -> bool:
        return self.share >= PASS

    @property
    def missed(self) -> list[Item]:
        """What is worth practising, the weakest objective first."""
        groups = self.by_objective.values()
        return [mark.item for marks in groups for mark in marks if not mark.right]

    @property
    def by_objective(self) -> dict[str, list[Mark]]:
        """The questions of each objective that was asked, the weakest first."""
        found: dict[str, list[Mark]] = {each: [] for each in objectives()}
        for mark in self.marks:
            found[bank()[mark.item.id].objectives[0]].append(mark)
        asked = [each for each in found if found[each]]
        asked.sort(key=lambda each: _right(found[each]) / len(found[each]))
        return {each: found[each] for each in asked}


def _right(marks: Iterable[Mark]) -> int:
    return sum(mark.right for mark in marks)


def marked(sitting: ExamSession) -> Result:
    """The result of a sitting. What was not answered is not right."""
    return Result(
        sitting,
        tuple(
            Mark(place, item(bank()[name]), frozenset(sitting.answers.get(place, ())))
            for place, name in enumerate(sitting.items)
        ),
    )


def attempts(result: Result) -> list[Attempt]:
    """The answers of an exam as attempts, for reviews and progress; the same however often they are asked for."""
    made, sitting = [], result.sitting
    at = (sitting.finished or sitting.deadline).isoformat(timespec="microseconds")
    for each in result.marks:
        if each.choice:
            wrong = None if each.right else each.item.misconception(each.choice)
            made.append(
                Attempt(
                    item=each.item.id,
                    choice=tuple(sorted(each.choice)),
                    sure=None,  # an exam does not ask
                    right=each.right,
                    misconception=wrong.id if wrong else None,
                    ms=sitting.ms[each.place],
                    content=fingerprint(each.item),
                    event=f"{sitting.exam}-{each.place}",
                    at=at,
                )
            )
    return made
