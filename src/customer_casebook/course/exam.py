"""The mock exam: a session as the journal's events describe it, and its result.

Forty questions, sixty minutes, 65% to pass, as at ITIL 4 Foundation; the questions are our own.
Nothing is stored but events, so a session survives the end of any kernel. Each event of an exam says
in "t" how many milliseconds of the exam had gone, so no wall clock decides what came first. The
events hold what was asked, in its own words: a result stays what it was, whatever the course becomes.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import Item, question_of
from customer_casebook.course.journal import (
    MAX_LINE_BYTES,
    Attempt,
    ExamEvent,
    History,
    iso_moment,
    journal,
)

EXAM_QUESTIONS, EXAM_MINUTES, PASS_PERCENT = 40, 60, 65
MAX_EXAM_MINUTES = 24 * 60

_MS = timedelta(milliseconds=1)
_AT_THE_END = {"finish": 1, "amend": 2}  # their order after all other events of a moment
_MAX_PAPER_BYTES = MAX_LINE_BYTES // 2  # the rest of its line is short


@dataclass(frozen=True, slots=True)
class ExamFormat:
    """What an exam of ITIL is like: how long it is, and which edition it asks; none means all of them."""

    name: str
    edition: str | None
    questions: int
    minutes: int

    def minutes_for(self, n: int, longer: float = 1) -> int:
        """The minutes for ``n`` questions, each with as long as here; ``longer`` is a factor."""
        return max(1, round(self.minutes * longer * n / self.questions))


# By the name of what a learner prepares for.
EXAM_FORMATS = {
    "": ExamFormat("All editions", None, EXAM_QUESTIONS, EXAM_MINUTES),
    "4": ExamFormat("ITIL 4 Foundation", "4", EXAM_QUESTIONS, EXAM_MINUTES),
    "5": ExamFormat("ITIL Foundation (Version 5)", "5", EXAM_QUESTIONS, EXAM_MINUTES),
    "bridge": ExamFormat("ITIL Foundation Bridge (Version 5)", "5", 20, 30),
}
EXTRA_TIME = 0.25  # for those who speak another language than that of the exam


def format_of(goal: str) -> ExamFormat:
    """The exam that a learner prepares for."""
    return EXAM_FORMATS.get(goal, EXAM_FORMATS[""])


_is_for_everybody = ContextVar("is_for_everybody", default=False)


@contextmanager
def for_everybody() -> Iterator[None]:
    """What is made in here is as for a learner who has chosen no edition: others will read it."""
    token = _is_for_everybody.set(True)
    try:
        yield
    finally:
        _is_for_everybody.reset(token)


def chosen_edition() -> str | None:
    """The edition of the exam that the learner prepares for; None for all of them."""
    return None if _is_for_everybody.get() else format_of(journal().goal()).edition


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as an exam asked it."""

    item: str  # the id of the item
    content: str  # its fingerprint
    prompt: str
    options: Mapping[str, str]  # option to what it says by itself
    right: tuple[str, ...]
    answer: str  # the right answer in words
    objective: str

    def asks_the_same(self, other: "Wording") -> bool:
        """Whether prompt, options and key are the same; the order of the options is not asked."""
        mine, its = (self.prompt, self.options), (other.prompt, other.options)
        return mine == its and {*self.right} == {*other.right}


def wording_of(book: Casebook, item: Item) -> Wording:
    """What an exam keeps of an item."""
    record = question_of(book, item.id)
    return Wording(
        item.id,
        item.fingerprint,
        item.prompt,
        {option: item.wording(option) for option in item.options},
        tuple(sorted(item.right)),
        item.answer,
        next(iter(record.objectives), "") if record else "",
    )


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
    wordings: dict[int, Wording] = field(default_factory=dict)  # those that the journal keeps
    gone: set[int] = field(default_factory=set)  # places that the course lost while it ran
    attempts: dict[int, Attempt] = field(default_factory=dict)  # what was made of it, by place
    # Every wording it ever had, by place and fingerprint: two kernels may ask the same place in different words.
    heard: dict[tuple[int, str], Wording] = field(default_factory=dict, compare=False)
    # How much of the exam had gone at its last event, and when that was by the clock of then.
    spent: timedelta = field(default=timedelta(0), compare=False)
    last_at: datetime | None = field(default=None, compare=False)

    @property
    def limit(self) -> timedelta:
        """How long it may take."""
        return timedelta(minutes=self.minutes)

    @property
    def deadline(self) -> datetime:
        """When the time is up by the clock with which it began."""
        return self.started + self.limit

    @property
    def places(self) -> list[int]:
        """The places that count."""
        return [place for place in range(len(self.item_ids)) if place not in self.gone]

    def ask(self, place: int, wording: Wording | None) -> None:
        """Ask other words at a place, or nothing. What was answered to the old ones does not count."""
        (self.gone.discard if wording else self.gone.add)(place)
        if wording:
            self.wordings[place] = self.heard[place, wording.content] = wording
        for known in (self.answers, self.ms):
            known.pop(place, None)

    def handed_in(self) -> dict[str, Any]:
        """What the journal keeps of an exam at its end: what was chosen, and the wordings it was asked in."""
        choices = {str(place): [*choice] for place, choice in self.answers.items()}
        asked = {str(place): wording.content for place, wording in self.wordings.items()}
        return {"choices": choices, "asked": {**asked, **{str(place): None for place in self.gone}}}

    def elapsed(self, now: datetime) -> timedelta:
        """How much of the exam has gone; a moment before its last event takes nothing back."""
        since = max(timedelta(0), now - (self.last_at or self.started))
        return min(self.limit, self.spent + since)

    def item(self, book: Casebook, place: int) -> Item:
        """The item at a place, with its options in the order of this session."""
        if item := item_of(book, self.item_ids[place]):
            return item.shuffled(self.exam)
        raise KeyError(self.item_ids[place])

    def choice(self, item: Item | None, place: int) -> tuple[str, ...]:
        """What was chosen at a place. Older journals name some options by their places."""
        by_place = {number: option for option, number in item.places.items()} if item else {}
        chosen = self.answers.get(place, ())
        return chosen if place in self.wordings else tuple(by_place.get(k, k) for k in chosen)


def paper_data(wordings: Mapping[int, Wording | None]) -> Iterator[dict[str, Any]]:
    """The data of the events that keep what is asked; None for what an exam asks no longer."""
    questions: dict[str, Any] = {}
    size = 0
    for place, wording in wordings.items():
        row = asdict(wording) if wording else None
        size += (length := len(json.dumps(row)) + 10)
        if length > _MAX_PAPER_BYTES:  # as in a journal that keeps no wording
            continue
        if questions and size > _MAX_PAPER_BYTES:
            yield {"questions": questions}
            questions, size = {}, length
        questions[str(place)] = row
    if questions:
        yield {"questions": questions}


def exam_sessions(
    book: Casebook,
    events: Iterable[ExamEvent],
    attempts: Iterable[Attempt] = (),
    now: datetime | None = None,
) -> list[ExamSession]:
    """The exams of a book that the events describe, in the order in which they began.

    What makes no sense is passed over: no items, an answer after the end.

    Args:
        book: The casebook.
        events: In the order of time.
        attempts: Those made of older exams say what these came to, as their events do not.
        now: An exam that seems to begin later began first, as far as its order matters.
    """
    by_exam: dict[str, list[ExamEvent]] = {}
    for event in events:
        by_exam.setdefault(event.exam, []).append(event)
    sessions = {}
    for exam, own in by_exam.items():
        own.sort(key=lambda event: event.at)
        bank = None if any(event.what == "paper" for event in own) else book.questions.keys()
        begun = (_begun(book, event, bank) for event in own)
        if session := next(filter(None, begun), None):
            sessions[exam] = session
            for t, event in _in_turn(session, own):
                _apply(session, event, t)
    for attempt in attempts:
        exam, dash, place = attempt.event.rpartition("-")
        if dash and exam in sessions and place.isdecimal():
            sessions[exam].attempts[int(place)] = attempt
    latest = now or datetime.max.replace(tzinfo=UTC)
    return sorted(
        sessions.values(), key=lambda session: (session.started <= latest, session.started)
    )


def _begun(book: Casebook, event: ExamEvent, bank: Collection[str] | None) -> ExamSession | None:
    """The exam that an event begins, if it does. Without a paper, it asks the ``bank`` of today."""
    match event.what, event.data:
        case "start", {"items": [*ids], "minutes": int(minutes), "seed": int() | None as seed}:
            is_owned = ids and all(isinstance(each, str) and book.owns(each) for each in ids)
            if is_owned and 0 < minutes <= MAX_EXAM_MINUTES:
                at, names = (
                    datetime.fromisoformat(event.at),
                    [k.removeprefix(book.prefix) for k in ids],
                )
                if bank is None or not {*names}.isdisjoint(bank):
                    return ExamSession(event.exam, tuple(ids), seed, at, minutes, last_at=at)
    return None


def _in_turn(
    session: ExamSession, events: Iterable[ExamEvent]
) -> list[tuple[timedelta, ExamEvent]]:
    """The events with the time of the exam that had gone. Those of older journals have a moment only."""
    turns = []
    for event in events:
        match event.data:
            case {"t": int(ms)} if not isinstance(ms, bool) and 0 <= ms < 10**15:
                t = ms * _MS
            case _:
                t = datetime.fromisoformat(event.at) - session.started
                if t < timedelta(0):  # the clock has jumped back: an end after a start is an end
                    t = session.limit if event.what == "finish" else timedelta(0)
        turns.append((t, event))

    def order(turn: tuple[timedelta, ExamEvent]) -> tuple[timedelta, int, int]:
        """Of one moment the end comes last. Where two kernels found the time up, who knew more answers was right."""
        t, event = turn
        choices = event.data.get("choices")
        known = len(choices) if isinstance(choices, dict) else 0
        last = -known if event.what == "finish" else t // _MS
        return min(t, session.limit), _AT_THE_END.get(event.what, 0), last

    return sorted(turns, key=order)


def _finish(session: ExamSession, event: ExamEvent, t: timedelta) -> None:
    at = datetime.fromisoformat(event.at)
    session.finished = at if "t" in event.data else max(session.started, at)
    session.spent = min(t, session.limit)
    if t >= session.limit:
        session.finished = session.deadline
    _hand_in(session, event)


def _hand_in(session: ExamSession, event: ExamEvent) -> None:
    # What was handed in stays that, also where another machine's answers or wordings come to light later.
    places = range(len(session.item_ids))
    if isinstance(asked := event.data.get("asked"), dict):
        for place in places:
            content = asked.get(str(place), "")
            wording = session.heard.get((place, str(content)))
            is_other = place in session.gone or wording != session.wordings.get(place)
            if content is None or (wording and is_other):
                session.ask(place, wording)
    if isinstance(choices := event.data.get("choices"), dict):
        handed_in = {place: choices.get(str(place)) for place in places}
        session.answers = {
            place: tuple(map(str, choice))
            for place, choice in handed_in.items()
            if isinstance(choice, list)
        }
        session.ms = {place: session.ms.get(place, 0) for place in session.answers}


def _apply(session: ExamSession, event: ExamEvent, t: timedelta) -> None:
    at, places = datetime.fromisoformat(event.at), range(len(session.item_ids))
    if session.finished and event.what == "amend":  # chosen in time, heard after the end
        _hand_in(session, event)
    if session.finished or event.what == "start":
        return
    if event.what == "finish":
        _finish(session, event, t)
        return
    if t >= session.limit:
        return
    session.spent, session.last_at = t, at
    match event.what, event.data:
        case "answer", {"place": int(place), "choice": [*choice], "ms": int(ms)} if place in places:
            session.answers[place], session.ms[place] = tuple(map(str, choice)), ms
        case "flag", {"place": int(place), "on": bool(on)} if place in places:
            (session.flags.add if on else session.flags.discard)(place)
        case "paper", {"questions": dict(questions)}:
            for name, row in questions.items():
                wording = _wording_in(row)
                if name.isdecimal() and int(name) in places and (wording or row is None):
                    session.ask(int(name), wording)


def _wording_in(row: object) -> Wording | None:
    match row:
        case {
            "item": str(item), "content": str(content), "prompt": str(prompt),
            "options": dict(options), "right": [*right], "answer": str(answer),
            "objective": str(objective),
        }:  # fmt: skip
            texts = {str(option): str(text) for option, text in options.items()}
            key = tuple(map(str, right))
            return Wording(item, content, prompt, texts, key, answer, objective)
    return None


@dataclass(frozen=True, slots=True)
class Mark:
    """One question of an exam, what was chosen, and its objective."""

    place: int
    item: Item | None  # None where the course asks it no longer, or in other words
    choice: frozenset[str]
    objective: str  # empty where it is not known
    right: bool  # whether the choice is all of the right answer
    wording: Wording | None = None  # None where an older journal does not keep it


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
        """The share of right answers, rounded down: 64.7% is not the 65% that are needed."""
        return 100 * self.right // max(1, len(self.marks))

    @property
    def passed(self) -> bool:
        """Whether the share of right answers is enough."""
        return self.percent >= PASS_PERCENT

    @property
    def weakest_first(self) -> list[Mark]:
        """All marks, those of the weakest objective first."""
        return [mark for group in self.by_objective.values() for mark in group]

    @property
    def missed(self) -> list[Item]:
        """What is worth practising, the weakest objective first."""
        return [mark.item for mark in self.weakest_first if mark.item and not mark.right]


def grade(book: Casebook, session: ExamSession) -> Result:
    """The result of a session. What was not answered is not right."""
    marks = [_mark(book, session, place) for place in session.places]
    order = [*book.objectives]
    order += sorted({mark.objective for mark in marks} - {*order})
    groups = {k: [mark for mark in marks if mark.objective == k] for k in order}
    asked = [k for k, group in groups.items() if group]
    asked.sort(key=lambda k: sum(mark.right for mark in groups[k]) / len(groups[k]))
    return Result(session, tuple(marks), {k: groups[k] for k in asked})


def past_results(book: Casebook, history: History, now: datetime) -> list[Result]:
    """The results of the exams that are over, the latest first."""
    sessions = exam_sessions(book, history.exams, history.attempts, now)
    over = [each for each in sessions if each.finished or each.elapsed(now) >= each.limit]
    return [grade(book, session) for session in reversed(over)]


def _mark(book: Casebook, session: ExamSession, place: int) -> Mark:
    """A mark by what the exam kept. An older one is known by its attempts, or asks the course of today."""
    known = item_of(book, session.item_ids[place])
    item = known.shuffled(session.exam) if known else None
    today = wording_of(book, item) if item else None
    choice = frozenset(session.choice(item, place))
    if wording := session.wordings.get(place):
        same = today is not None and wording.asks_the_same(today)
        right = choice == {*wording.right}
        return Mark(place, item if same else None, choice, wording.objective, right, wording)
    objective = today.objective if today else ""
    attempt = session.attempts.get(place)
    if attempt and not (today and attempt.content in ("", today.content)):
        return Mark(place, None, frozenset(attempt.choice), objective, attempt.right)
    right = attempt.right if attempt else item is not None and choice == item.right
    return Mark(place, item, choice, objective, right, today)


def exam_attempts(result: Result) -> list[Attempt]:
    """The answers of an exam as attempts, for reviews and progress; always the same for one session."""
    attempts, session = [], result.session
    at = iso_moment(session.finished or session.deadline)
    for mark in result.marks:
        if mark.choice and mark.wording and mark.place in session.ms:
            wrong = None if mark.right or not mark.item else mark.item.misconception(mark.choice)
            attempts.append(
                Attempt(
                    item=mark.wording.item,
                    choice=tuple(sorted(mark.choice)),
                    sure=None,  # an exam does not ask
                    right=mark.right,
                    misconception=wrong.id if wrong else None,
                    ms=session.ms[mark.place],
                    content=mark.wording.content,
                    event=f"{session.exam}-{mark.place}",
                    at=at,
                )
            )
    return attempts
