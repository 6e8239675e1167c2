"""The mock exam: a session as the journal's events describe it, and its result.

Forty questions, sixty minutes, 65 % to pass, as at ITIL 4 Foundation; the questions are our own.
Nothing is stored but events, so a session survives the end of any kernel.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import Item
from customer_casebook.course.journal import Attempt, ExamEvent

EXAM_QUESTIONS, EXAM_MINUTES, PASS_PERCENT = 40, 60, 65
MAX_EXAM_MINUTES = 24 * 60


@dataclass(slots=True)
class ExamSession:
    """One exam: the items it asks, and what the learner has done so far."""

    exam: str  # its id in the journal
    item_ids: tuple[str, ...]
    seed: int | None
    started: datetime
    minutes: int
    answers: dict[int, tuple[str, ...]] = field(default_factory=dict)  # place to options
    ms: dict[int, int] = field(default_factory=dict)  # place to milliseconds spent on it
    flags: set[int] = field(default_factory=set)  # places to come back to
    finished: datetime | None = None  # handed in, or its time was up

    @property
    def deadline(self) -> datetime:
        """When the time is up, whether or not anybody looks."""
        return self.started + timedelta(minutes=self.minutes)

    def over(self, now: datetime) -> bool:
        """Whether it has been handed in, or its time is up."""
        return self.finished is not None or now >= self.deadline

    def item(self, book: Casebook, place: int) -> Item:
        """The item at a place, with its options in the order of this session."""
        if item := item_of(book, self.item_ids[place]):
            return item.shuffled(self.exam)
        raise KeyError(self.item_ids[place])


def exam_sessions(book: Casebook, events: Iterable[ExamEvent]) -> list[ExamSession]:
    """The exams of a book that the events describe, in the order in which they began.

    What makes no sense is passed over: an item that is gone, an answer after the end.
    """
    sessions: dict[str, ExamSession] = {}
    # Exams ask the bank. What a lesson asks by itself has no objective, or no right answer.
    bank = [book.prefix + question_id for question_id in book.questions]
    # Some clocks tick seldom: of one moment the start comes first and the end last.
    for event in sorted(events, key=lambda e: (e.at, e.what != "start", e.what == "finish")):
        at = datetime.fromisoformat(event.at)
        session = sessions.get(event.exam)
        match event.what, event.data:
            case "start", {"items": [*ids], "minutes": int(minutes), "seed": int() | None as seed}:
                is_sound = ids and all(k in bank for k in ids) and 0 < minutes <= MAX_EXAM_MINUTES
                if is_sound and not session:
                    sessions[event.exam] = ExamSession(event.exam, tuple(ids), seed, at, minutes)
            case "finish", _ if session and not session.finished:
                session.finished = min(at, session.deadline)
            case _ if session and not session.over(at):
                _apply(session, event)
    return list(sessions.values())


def _apply(session: ExamSession, event: ExamEvent) -> None:
    places = range(len(session.item_ids))
    match event.what, event.data:
        case "answer", {"place": int(place), "choice": [*choice], "ms": int(ms)} if place in places:
            session.answers[place], session.ms[place] = tuple(map(str, choice)), ms
        case "flag", {"place": int(place), "on": bool(on)} if place in places:
            (session.flags.add if on else session.flags.discard)(place)


@dataclass(frozen=True, slots=True)
class Mark:
    """One question of an exam, what was chosen, and its objective."""

    place: int
    item: Item
    choice: frozenset[str]
    objective: str

    @property
    def right(self) -> bool:
        """Whether the choice is all of the right answer."""
        return self.choice == self.item.right


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a session."""

    session: ExamSession
    marks: tuple[Mark, ...]
    by_objective: dict[str, list[Mark]]  # the objectives asked, the weakest first

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(mark.right for mark in self.marks)

    @property
    def percent(self) -> int:
        """The share of right answers, rounded down: 64.7 % is not the 65 % that are needed."""
        return 100 * self.right // len(self.marks)

    @property
    def passed(self) -> bool:
        """Whether the share of right answers is enough."""
        return self.percent >= PASS_PERCENT

    @property
    def missed(self) -> list[Item]:
        """What is worth practising, the weakest objective first."""
        marks = [mark for group in self.by_objective.values() for mark in group]
        return [mark.item for mark in marks if not mark.right]


def grade(book: Casebook, session: ExamSession) -> Result:
    """The result of a session. What was not answered is not right."""
    marks = []
    for place, item_id in enumerate(session.item_ids):
        choice = frozenset(session.answers.get(place, ()))
        objective = book.questions[item_id.removeprefix(book.prefix)].objectives[0]
        marks.append(Mark(place, session.item(book, place), choice, objective))
    groups = {k: [mark for mark in marks if mark.objective == k] for k in book.objectives}
    asked = [k for k, group in groups.items() if group]
    asked.sort(key=lambda k: sum(mark.right for mark in groups[k]) / len(groups[k]))
    return Result(session, tuple(marks), {k: groups[k] for k in asked})


def exam_attempts(result: Result) -> list[Attempt]:
    """The answers of an exam as attempts, for reviews and progress; always the same for one session."""
    attempts, session = [], result.session
    at = (session.finished or session.deadline).isoformat(timespec="microseconds")
    for mark in result.marks:
        if mark.choice:
            misconception = None if mark.right else mark.item.misconception(mark.choice)
            attempts.append(
                Attempt(
                    item=mark.item.id,
                    choice=tuple(sorted(mark.choice)),
                    sure=None,  # an exam does not ask
                    right=mark.right,
                    misconception=misconception.id if misconception else None,
                    ms=session.ms[mark.place],
                    content=mark.item.fingerprint,
                    event=f"{session.exam}-{mark.place}",
                    at=at,
                )
            )
    return attempts
