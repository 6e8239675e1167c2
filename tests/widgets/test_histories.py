"""Random histories of two machines: answers, exams, clocks that jump, content that changes, shards that merge.

The suite tries a few; ``HISTORIES=500 pytest tests/widgets/test_histories.py`` tries as many as it says.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import customer_casebook.course.journal as course_journal
import customer_casebook.widgets.exam as module
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.exam import ExamSession, exam_sessions, grade
from customer_casebook.course.journal import Attempt, Journal, iso_moment
from customer_casebook.course.progress import _review, summarize
from customer_casebook.course.records import ConceptQuestion, Question
from customer_casebook.course.selection import exam_pool, exam_questions
from customer_casebook.widgets.card import places_of
from customer_casebook.widgets.exam import Exam, exam
from tests.course.books import BOOK
from tests.course.clocks import MONDAY, HandClock

HISTORIES = int(os.environ.get("HISTORIES", "12"))
N, MINUTES = 3, 20
YEAR = timedelta(days=365)
DAY = timedelta(days=1)

CONCEPTS: list[ConceptQuestion] = [
    record for record in exam_pool(BOOK) if isinstance(record, ConceptQuestion)
][:6]
LAST = "the last word of a kernel"  # an item that no book has

Marks = tuple[tuple[str, bool, tuple[str, ...]], ...]  # prompt, right, what was chosen in words


def small(*records: Question) -> Casebook:
    """The course with these questions only."""
    return replace(BOOK, questions={record.id: record for record in records}, items={})


def with_words(record: ConceptQuestion, words: str) -> ConceptQuestion:
    return replace(record, prompt=f"{record.prompt} {words}", options=record.options[::-1])


BOOKS = [
    small(*CONCEPTS),
    small(*(replace(record, options=record.options[::-1]) for record in CONCEPTS)),
    small(with_words(CONCEPTS[0], "Now?"), *CONCEPTS[1:4], with_words(CONCEPTS[4], "Then?")),
    small(*CONCEPTS[2:]),
]


@dataclass
class Machine:
    """A computer with a folder, a clock, and at most one kernel and one exam in it."""

    folder: Path
    clock: HandClock
    journal: Journal
    sat: Exam | None = None
    is_heard: bool = True  # the journal has an event since the clock was moved
    book: Casebook = BOOKS[0]


def marks_of(session: ExamSession, book: Casebook) -> Marks:
    """What a learner sees of a result."""
    marks = []
    for mark in grade(book, session).marks:
        assert mark.wording
        chosen = tuple(sorted(mark.wording.options[k] for k in mark.choice))
        marks.append((mark.wording.prompt, mark.right, chosen))
    return tuple(marks)


class Histories(RuleBasedStateMachine):
    """Whatever happens, results stay, reviews are due when they should be, and no exam blocks another."""

    machines: list[Machine]

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.machines = []
        for name in "ab":
            clock = HandClock(MONDAY)
            folder = self.home / name
            self.machines.append(Machine(folder, clock, Journal(folder, clock=clock)))
        self.truth: dict[str, Attempt] = {}  # event to attempt with its true moment
        self.handed_in: dict[str, dict[int, Marks]] = {}  # exam to the results by machine
        self.patch = pytest.MonkeyPatch()
        self.numbers = count(1)  # the same history has the same ids, and so the same exams
        for place in (module, course_journal):
            self.patch.setattr(place, "uuid4", lambda: UUID(int=next(self.numbers)))

        def questions(
            book: Casebook, n: int, _: None, times: Counter[str], edition: str | None, __: object
        ) -> list[str]:
            return exam_questions(book, n, next(self.numbers), times, edition)

        self.patch.setattr(module, "exam_questions", questions)

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.put_all_right()
            self.check_reviews()
            for number in (0, 1):
                self.check_exams_block_nothing(number)
            self.patch.undo()
            shutil.rmtree(self.home)

    @property
    def now(self) -> datetime:
        return self.machines[0].clock.right

    def on(self, machine: Machine, act: Callable[[], Any]) -> Any:
        """Let a kernel of this machine act."""
        self.patch.setattr(module, "journal", lambda: machine.journal)
        self.patch.setattr(module, "_timers", machine.clock.__dict__.setdefault("timers", {}))
        return act()

    # What learners do.

    @rule(seconds=st.sampled_from([20, 600, 3600, 86_400, 300_000]))
    def wait(self, seconds: int) -> None:
        for machine in self.machines:
            machine.clock.wait(seconds=seconds)

    @rule(
        number=st.integers(0, 1),
        place=st.integers(0, 5),
        right=st.booleans(),
        sure=st.booleans(),
    )
    def answer(self, number: int, place: int, right: bool, sure: bool) -> None:
        machine = self.machines[number]
        book = machine.book
        names = [*book.questions]
        item = item_of(book, names[place % len(names)])
        assert item
        choice = item.right if right else [next(k for k in item.options if k not in item.right)]
        self._record(
            machine, item.id, tuple(choice), sure=sure, right=right, content=item.fingerprint
        )

    def _record(self, machine: Machine, item: str, choice: tuple[str, ...], **more: Any) -> None:
        for each in self.machines:
            each.clock.wait(seconds=1)
        event = f"{next(self.numbers)}"
        moments = [iso_moment(moment) for moment in (machine.clock.now(), machine.clock.right)]
        shown, true = (
            Attempt(item, choice, misconception=None, ms=900, event=event, at=at, **more)
            for at in moments
        )
        assert machine.journal.record(shown)
        machine.is_heard = True
        self.truth[event] = true

    @rule(number=st.integers(0, 1))
    def sit(self, number: int) -> None:
        """Run the cell of the exam, and start it where none runs."""
        machine = self.machines[number]

        def act() -> None:
            machine.sat = exam(n=N, minutes=MINUTES, book=machine.book)
            if machine.sat.paper.phase == "done":
                self._note(number, machine.sat)
                machine.sat._press("new")
            machine.sat._hear(None, {"what": "start"}, None)
            assert machine.sat.actions.below == ""
            if machine.sat.paper.phase != "running":  # an older one, whose time is up
                self._note(number, machine.sat)

        self.on(machine, act)
        machine.is_heard = True

    @precondition(lambda self: any(machine.sat for machine in self.machines))
    @rule(number=st.integers(0, 1), place=st.integers(0, N - 1), right=st.booleans())
    def answer_in_exam(self, number: int, place: int, right: bool) -> None:
        machine = self.machines[number]
        sat = machine.sat
        if not sat or sat.paper.phase != "running" or place >= len(sat.items):
            return
        for each in self.machines:
            each.clock.wait(seconds=1)
        item = sat.items[place]
        choice = item.right if right else {next(k for k in item.options if k not in item.right)}
        seq = sat.paper.answers.get(str(place), {}).get("seq", 0) + 1
        given = {"choice": places_of(item, choice), "ms": 900, "flag": False, "seq": seq}
        about = {"what": "answer", "exam": sat.paper.exam, "asks": module._asks(item)}
        message = {**about, "id": "x", "answer": given, "seq": seq}
        self.on(machine, lambda: sat._hear(None, message, None))
        machine.is_heard = True
        assert sat.actions.below == ""
        if sat.paper.phase == "running":
            kept = sat.session.answers.get(sat.places[place], ())
            assert sat.timer.elapsed >= sat.session.limit or {*kept} == {*choice}

    @precondition(lambda self: any(machine.sat for machine in self.machines))
    @rule(number=st.integers(0, 1))
    def hand_in(self, number: int) -> None:
        machine = self.machines[number]
        sat = machine.sat
        if not sat or sat.paper.phase != "running":
            return
        self.on(machine, lambda: sat._hear(None, {"what": "finish", "exam": sat.paper.exam}, None))
        assert (sat.paper.phase, sat.actions.below) == ("done", "")
        machine.is_heard = True
        self._note(number, sat)

    def _note(self, number: int, sat: Exam) -> None:
        """Remember a result as its learner has seen it."""
        assert sat.result
        marks = marks_of(sat.result.session, self.machines[number].book)
        self.handed_in.setdefault(sat.result.session.exam, {}).setdefault(number, marks)

    # What happens to machines.

    @rule(
        number=st.integers(0, 1),
        by=st.sampled_from([timedelta(minutes=2), timedelta(hours=8), DAY, 20 * DAY, YEAR]),
        sign=st.sampled_from([-1, 1]),
    )
    def jump(self, number: int, by: timedelta, sign: int) -> None:
        clock = self.machines[number].clock
        if abs(clock.wrong + sign * by) <= YEAR:
            clock.wrong += sign * by
            self.machines[number].is_heard = False

    @rule(number=st.integers(0, 1))
    def put_right(self, number: int) -> None:
        """The clock is set right, and the kernel hears one more answer."""
        machine = self.machines[number]
        machine.clock.wrong = timedelta(0)
        self._record(machine, LAST, ("x",), sure=True, right=True, content="")

    @rule(number=st.integers(0, 1), version=st.integers(0, len(BOOKS) - 1))
    def restart(self, number: int, version: int) -> None:
        """A new kernel, perhaps with other content. It ends with a clock that was set right."""
        machine = self.machines[number]
        if machine.clock.wrong or not machine.is_heard:
            self.put_right(number)
        machine.journal, machine.sat = Journal(machine.folder, clock=machine.clock), None
        machine.clock.__dict__.pop("timers", None)
        machine.book = BOOKS[version]

    @rule(is_copy=st.booleans())
    def merge(self, is_copy: bool) -> None:
        """What one machine has goes to the other, perhaps as copies beside what is there."""
        here, there = (machine.folder for machine in self.machines)
        here.mkdir(exist_ok=True)
        for source, target in ((here, there), (there, here)):
            target.mkdir(exist_ok=True)
            for shard in sorted(source.glob("*.jsonl")):
                other = target / shard.name
                if is_copy and "copy" in shard.stem:
                    continue  # the name of a copy of a copy of a copy would become too long
                if other.exists() and other.stat().st_size >= shard.stat().st_size:
                    continue
                name = f"{shard.stem} (conflicted copy).jsonl" if is_copy else shard.name
                shutil.copy(shard, target / name)

    # What must hold.

    @invariant()
    def results_stay(self) -> None:
        if not getattr(self, "machines", None):
            return
        for number, machine in enumerate(self.machines):
            history = machine.journal.read()
            sessions = {
                session.exam: session
                for session in exam_sessions(
                    machine.book, history.exams, history.attempts, machine.clock.now()
                )
            }
            for exam_id, seen in self.handed_in.items():
                if number in seen:
                    marks = marks_of(sessions[exam_id], machine.book)
                    # Of an exam handed in on two machines that knew nothing of each other, one stays.
                    assert marks in seen.values()

    def put_all_right(self) -> None:
        for number in (0, 1):
            self.put_right(number)
        self.merge(is_copy=False)

    def check_reviews(self) -> None:
        for machine in self.machines:
            attempts = machine.journal.read().attempts
            ours = [each for each in attempts if each.event in self.truth]
            assert len(ours) == len(self.truth)
            shown = reviews(machine.book, ours, self.now)
            true = sorted(self.truth.values(), key=lambda each: each.at)
            for item, due in reviews(machine.book, true, self.now).items():
                assert abs(shown.pop(item) - due) <= DAY
            assert shown == {}

    def check_exams_block_nothing(self, number: int) -> None:
        """Whatever exams there are, all can be handed in, and another one can be sat after."""
        machine = self.machines[number]
        self.restart(number, BOOKS.index(machine.book))
        for _ in range(len(self.handed_in) + 20):
            self.sit(number)
            assert machine.sat
            if machine.sat.paper.phase != "running":
                continue
            is_new = not machine.sat.session.answers and machine.sat.session.started == self.now
            self.hand_in(number)
            if is_new:
                return
        pytest.fail("an exam blocks another")


def reviews(book: Casebook, attempts: list[Attempt], now: datetime) -> dict[str, datetime]:
    """The day on which each item comes back."""
    by_item: dict[str, list[Attempt]] = {}
    for each in attempts:
        by_item.setdefault(each.item, []).append(each)
    assert summarize(book, attempts, now).answered == len(attempts)
    found = {k: _review(k, known, now.tzinfo) for k, known in by_item.items()}
    return {k: review.due for k, review in found.items() if review}


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)
