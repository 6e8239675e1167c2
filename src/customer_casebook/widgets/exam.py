"""The mock exam as a widget: its paper, and the review that follows."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any
from uuid import uuid4

import ipywidgets as widgets
import traitlets

from customer_casebook import document as doc
from customer_casebook.course import exam as course_exam
from customer_casebook.course.casebook import Casebook, course, full_stop
from customer_casebook.course.items import Item
from customer_casebook.course.journal import Attempt, ExamEvent, History, journal
from customer_casebook.course.selection import exam_pool, exam_questions
from customer_casebook.domain.facts import InputError, require_number, short_repr
from customer_casebook.widgets.activity import (
    Activity,
    Panel,
    View,
    error_html,
    lateness,
    report_errors,
)
from customer_casebook.widgets.card import feedback, material, options_at, places_of, question_spec
from customer_casebook.widgets.practice import deck

_LOOK = {"look": "Look at your last exam again"}


class Paper(View):
    """The questions and the clock.

    While an exam runs, the page says each answer, ``{choice, ms, flag, seq}``, until it is
    acknowledged; of one place the highest ``seq`` counts. ``answers``, by place, and all else is
    written by the kernel. ``deadline`` is in milliseconds since 1970. The kernel answers whatever the
    page says with its own time, so the page knows that it was heard. The questions carry no key.
    """

    title = traitlets.Unicode("Mock exam").tag(sync=True)
    intro = traitlets.Unicode().tag(sync=True)
    phase = traitlets.Unicode("ready").tag(sync=True)
    questions: traitlets.List[Any] = traitlets.List().tag(sync=True)
    exam = traitlets.Unicode().tag(sync=True)  # its id in the journal
    deadline = traitlets.Float().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Unicode().tag(sync=True)


class Exam(Activity, widgets.VBox):
    """An exam, from the start of its clock to its review. It goes on where the journal says it was.

    The phase of the paper says what may happen: an exam is ``ready``, then ``running``, then ``done``.
    """

    session: course_exam.ExamSession  # the latest, once it is running

    def __init__(self, book: Casebook, seed: int | None, n: int, minutes: int) -> None:
        self.book = book
        self.seed, self.n, self.minutes = seed, n, minutes
        self._lock = RLock()
        self.items: list[Item] = []  # the questions of the session
        self.result: course_exam.Result | None = None  # of the last exam of this kind
        self.transcript = _about(n, minutes)
        self.paper = Paper(part="exam", intro=doc.to_html(self.transcript))
        self.actions = Panel(buttons={}, press=self._press)
        self.practice = widgets.VBox()
        self.review = Panel(look="ccb-review")
        self.paper.on_msg(self._hear)
        self.paper.observe(self._take_answers, "answers")
        super().__init__([self.paper, self.actions, self.practice, self.review])
        self.add_class("ccb-activity")
        self._resume()

    def _failed(self, details: str) -> None:
        words = (
            "Something went wrong here, and it is not your doing. Run this cell again and go on."
        )
        self.actions.error = error_html(words, details)

    def _resume(self) -> list[course_exam.ExamSession]:
        """Take up the last exam of this kind, if it was not handed in; all exams of the journal."""
        history = journal().read()
        sessions = course_exam.exam_sessions(self.book, history.exams)
        kind = self.seed, self.n, self.minutes
        alike = [
            session
            for session in sessions
            if (session.seed, len(session.item_ids), session.minutes) == kind
        ]
        if last := next((session for session in reversed(alike) if session.finished), None):
            self._count(last, history)  # its kernel may have ended in the middle of it
            self.actions.buttons = _LOOK
        if alike and not alike[-1].finished:
            moments = [event.at for event in history.exams if event.exam == alike[-1].exam]
            self._last_choice = datetime.fromisoformat(max(moments))
            self._run(alike[-1])
        return sessions

    @report_errors(_failed)
    def _hear(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        """The page asks for something, if only for the time."""
        self._say_time()
        with self._lock:  # two messages may be heard at once
            match message.get("what"), self.paper.phase:
                case "start", "ready":
                    self._start()
                case "answer", "running" | "done" if message["exam"] == self.paper.exam:
                    self._take_said(message)
                case "finish", "running" if message.get("exam", self.paper.exam) == self.paper.exam:
                    for each in message.get("first", ()):
                        self._take_said(each)
                    # Where Python is busy the changes wait, and this overtakes them.
                    self._take(message.get("answers", {}))
                    self._finish()

    def _take_said(self, message: Mapping[str, Any]) -> None:
        """Keep one answer, unless a later one came first, and acknowledge it in any case."""
        place, answer, seq = message["place"], message["answer"], message["seq"]
        if seq > self.paper.answers.get(place, {}).get("seq", 0):
            # What was chosen in time counts; what was chosen later comes later in the journal too.
            after = self._last_choice + timedelta(microseconds=1)
            self._last_choice = at = max(datetime.now(UTC) - lateness(message), after)
            deadline = self.session.deadline
            if at < min(self.session.finished or deadline, deadline):
                self._take_one(place, answer, at)
            self.paper.answers = {**self.paper.answers, place: answer}
            if self.paper.phase == "done":
                self._grade()
        self.paper.send({"heard": message["id"], "seq": seq})

    def _say_time(self) -> None:
        self.paper.send({"now": 1000 * datetime.now(UTC).timestamp()})

    @report_errors(_failed)
    def _press(self, name: str) -> None:
        """One of the buttons below the questions was pressed."""
        with self._lock:
            match name, self.paper.phase, self.result:
                case "new", "done", _:
                    self.paper.phase = "ready"  # takes the focus, before its button goes
                    self.actions.buttons = _LOOK
                    self.review.text = self.actions.live = ""
                    self.practice.children = ()
                case "look", "ready", course_exam.Result() as result:
                    self._show(result)
                case "practise", "done", course_exam.Result() as result:
                    # A second press before the first answer makes no second deck.
                    if all(card.answers for card in self.practice.children):
                        self.practice.children = [deck(result.missed, "What you missed")]

    def _start(self) -> None:
        sessions = self._resume()  # another kernel may have begun it meanwhile
        if self.paper.phase != "ready":
            return
        times = Counter(item_id for session in sessions for item_id in session.item_ids)
        item_ids = exam_questions(self.book, self.n, self.seed, times)
        data = {"items": item_ids, "seed": self.seed, "minutes": self.minutes}
        start = ExamEvent(uuid4().hex, "start", data)
        self._record(start)
        self._last_choice = at = datetime.fromisoformat(start.at)
        self._run(course_exam.ExamSession(start.exam, tuple(item_ids), self.seed, at, self.minutes))

    def _run(self, session: course_exam.ExamSession) -> None:
        self.session, self.paper.exam = session, session.exam
        self.items = [session.item(self.book, place) for place in range(len(session.item_ids))]
        if session.over(datetime.now(UTC)):
            self._finish()
            return
        self.actions.buttons = {}
        self.paper.questions = [question_spec(question) for question in self.items]
        self.paper.deadline = 1000 * session.deadline.timestamp()
        self.paper.answers = {
            str(place): {
                "choice": places_of(self.items[place], session.answers.get(place, ())),
                "ms": session.ms.get(place, 0),
                "flag": place in session.flags,
            }
            for place in {*session.answers, *session.flags}
        }
        self.paper.phase = "running"

    @report_errors(_failed)
    def _take_answers(self, change: Mapping[str, Any]) -> None:
        self._say_time()
        with self._lock:
            self._take(change["new"])
            if self.paper.phase == "running":  # two pages may not know of each other's answers yet
                self.paper.answers = {**change["old"], **self.paper.answers}

    def _take(self, answers: Mapping[str, Any]) -> None:
        """Keep every answer and every flag that is new, and in time."""
        if self.paper.phase == "running" and not self.session.over(datetime.now(UTC)):
            for place, answer in answers.items():
                self._take_one(place, answer)

    @report_errors(_failed)
    def _take_one(self, name: str, answer: Mapping[str, Any], at: datetime | None = None) -> None:
        session, place, ms = self.session, int(name), int(answer["ms"])
        choice = options_at(dict(enumerate(self.items))[place], answer["choice"])
        if {*choice} != {*session.answers.get(place, ())}:
            session.answers[place], session.ms[place] = tuple(choice), ms
            self._record_event("answer", at, place=place, choice=choice, ms=ms)
        if (flag := answer["flag"] is True) != (place in session.flags):
            (session.flags.add if flag else session.flags.discard)(place)
            self._record_event("flag", at, place=place, on=flag)

    def _record_event(self, what: str, at: datetime | None = None, **data: Any) -> None:
        moment = {"at": at.isoformat(timespec="microseconds")} if at else {}
        self._record(ExamEvent(self.session.exam, what, data, **moment))

    def _record(self, event: Attempt | ExamEvent) -> None:
        saved = journal().record(event)
        self.paper.note = "" if saved else f"Not saved yet. {journal().notice}"

    def _finish(self) -> None:
        """Close an exam. The journal says what it came to: another kernel may have had a part in it."""
        self.session.finished = datetime.now(UTC)
        self._record_event("finish")
        self._grade()

    def _grade(self) -> None:
        history = journal().read()
        sessions = {
            session.exam: session for session in course_exam.exam_sessions(self.book, history.exams)
        }
        self._show(self._count(sessions.get(self.session.exam, self.session), history))

    def _count(self, session: course_exam.ExamSession, history: History) -> course_exam.Result:
        """Grade an exam. Keep every answer as an attempt, once, so that misses come back for review."""
        self.result = course_exam.grade(self.book, session)
        known = {attempt.event for attempt in history.attempts}
        for attempt in course_exam.exam_attempts(self.result):
            if attempt.event not in known:
                self._record(attempt)
        return self.result

    def _show(self, result: course_exam.Result) -> None:
        needed = course_exam.PASS_PERCENT
        passed = "Passed" if result.passed else "Not passed this time"
        score = f"{result.right} of {len(result.marks)} right: {result.percent}%."
        self.paper.verdict = self.actions.live = f"{score} {passed}; {needed}% are needed."
        self.actions.error = ""
        self.paper.phase = "done"  # takes the focus, before the button that had it goes
        self.review.text = doc.to_html(_review_blocks(self.book, result))
        practise = {"practise": "Practise these now"} if result.missed else {}
        self.actions.buttons = {**practise, "new": "Another exam"}


def exam(
    seed: int | None = None,
    n: int | None = None,
    minutes: int = course_exam.EXAM_MINUTES,
    *,
    book: Casebook | None = None,
) -> Exam:
    """A mock exam in the format of ITIL 4 Foundation: 40 questions, 60 minutes, 65 % to pass.

    An exam that was begun goes on where it was, its clock included.

    Args:
        seed: The same questions for everybody, as for a class; without it no two exams are alike.
        n: The number of questions; 40, or as many as the book has.
        minutes: The time.
        book: The casebook with the questions; the course where none is named.

    Raises:
        InputError: A number is no number of questions or of minutes, or no seed; or the book has
            no question for an exam.
    """
    book = book or course()
    most = len(exam_pool(book))
    if not most:
        raise InputError("this casebook has no question for an exam")
    n = min(course_exam.EXAM_QUESTIONS, most) if n is None else n
    require_number("n", n, most)
    require_number("minutes", minutes, course_exam.MAX_EXAM_MINUTES)
    if seed is not None and type(seed) is not int:  # the journal keeps no other seeds
        raise InputError(f"seed is {short_repr(seed)}; write a whole number, or leave it out")
    return Exam(book, seed, n, minutes)


def _about(n: int, minutes: int) -> list[doc.Block]:
    return [
        doc.Heading("Mock exam"),
        doc.Paragraph(
            f"{n} questions over the whole course, {minutes} minutes, {course_exam.PASS_PERCENT}% to pass. There is "
            "no feedback until you hand in; then every question is explained, the weak spots first."
        ),
        doc.BulletList(
            [
                "Move about as you like. Flag what you want to come back to.",
                "The clock does not stop, whatever happens to this page or this computer. It can be hidden.",
                "If you close the notebook, run this cell again: the exam goes on where it was.",
                "Keys: the digits choose, N is next, P is previous, F flags.",
            ]
        ),
    ]


def _review_blocks(book: Casebook, result: course_exam.Result) -> list[doc.Block]:
    """The objectives with the weakest first, and every question with its explanation."""
    groups = {book.objectives[k].can: marks for k, marks in result.by_objective.items()}
    rows = [
        (can, f"{sum(mark.right for mark in marks)} of {len(marks)}")
        for can, marks in groups.items()
    ]
    unanswered = sum(not mark.choice for mark in result.marks)
    blocks: list[doc.Block] = [
        *([doc.Paragraph(f"{unanswered} not answered.")] if unanswered else []),
        doc.Table("By objective, the weakest first", ("You can", "Right"), rows),
    ]
    for can, marks in groups.items():
        blocks.append(doc.Heading(can, level=4))
        blocks += [_explained(mark) for mark in sorted(marks, key=lambda mark: mark.right)]
    return blocks


def _explained(mark: course_exam.Mark) -> doc.Details:
    item = mark.item
    rows = {option: f"{group.label}: " for group in item.groups for option in group.options}
    chosen = [rows.get(k, "") + label for k, label in item.options.items() if k in mark.choice]
    blocks = [
        *material(item),
        doc.RunInHeading("You:", "; ".join(chosen) or "no answer."),
        doc.RunInHeading("The answer:", full_stop(item.answer)),
        *feedback(item, mark.choice),
    ]
    return doc.Details(f"{'✓' if mark.right else '✗'} {mark.place + 1}. {item.prompt}", blocks)
