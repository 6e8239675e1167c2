"""The mock exam as a widget: its paper, and the review that follows."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple
from uuid import uuid4

import ipywidgets as widgets
import traitlets
from markupsafe import Markup

from customer_casebook import document as doc
from customer_casebook.course import exam as course_exam
from customer_casebook.course.bank import ListItem, item_of
from customer_casebook.course.casebook import Casebook, course, join
from customer_casebook.course.items import Item, lesson_link
from customer_casebook.course.journal import Attempt, ExamEvent, History, iso_moment, journal
from customer_casebook.course.selection import exam_pool, exam_questions
from customer_casebook.domain.facts import InputError, require_number, short_repr
from customer_casebook.widgets.activity import (
    SEED_FIELD,
    Activity,
    Panel,
    View,
    error_html,
    lateness,
    number_in,
    report_errors,
    whole_number_field,
)
from customer_casebook.widgets.card import feedback, material, options_at, places_of, question_spec
from customer_casebook.widgets.practice import Goal, deck, goal_field

_TIMES = [("", "As in the exam"), ("more", "25% more, as for those with another first language")]
_LOOK = {"look": "Look at your last exam again"}
_MIN_JUMP_TO_TELL_SECONDS = 30

_HANDED_IN_ELSEWHERE = (
    "This exam was handed in elsewhere, in another page or kernel. It is closed here, and what was "
    "chosen here after that does not count."
)
_CLOCK_WAS_SET = (
    "The clock of this computer was set to another time. The exam counts its own time, so none is "
    "won or lost."
)
_EARLY_START = (
    "This exam seems to have begun in the future, so a clock was or is wrong. Its time goes on "
    "from your last answer."
)


class _Timer:
    """How much of an exam has gone, for all that shows it in this kernel, whatever the wall clock does."""

    def __init__(self, elapsed: timedelta, spent: timedelta) -> None:
        self.start = journal().clock.steady() - elapsed.total_seconds()
        self.is_over = False  # the exam was handed in
        self._last_ms = spent // timedelta(milliseconds=1)  # at the last event of other kernels

    @property
    def elapsed(self) -> timedelta:
        return timedelta(seconds=journal().clock.steady() - self.start)

    def tick(self, elapsed: timedelta | None = None) -> int:
        """The milliseconds that have gone, or had, more at each call, so that events have an order."""
        gone = self.elapsed if elapsed is None else elapsed
        self._last_ms = max(self._last_ms + 1, round(gone / timedelta(milliseconds=1)))
        return self._last_ms


_timers: dict[str, _Timer] = {}  # by exam


class Paper(View):
    """The questions and the clock.

    While an exam runs, the page says each answer, ``{choice, ms, flag, seq}``, until it is
    acknowledged; of one question the highest ``seq`` counts. All else, such as ``answers`` by place,
    is written by the kernel. ``deadline`` is in milliseconds of the exam's own time, with which the
    kernel answers whatever the page says. The questions carry no key.
    """

    title = traitlets.Unicode("Mock exam").tag(sync=True)
    intro = traitlets.Unicode().tag(sync=True)
    fields: traitlets.List[Any] = traitlets.List().tag(sync=True)
    phase = traitlets.Unicode("ready").tag(sync=True)
    questions: traitlets.List[Any] = traitlets.List().tag(sync=True)
    exam = traitlets.Unicode().tag(sync=True)  # its id in the journal
    deadline = traitlets.Float().tag(sync=True)
    minutes = traitlets.Float().tag(sync=True)  # how long it may take in all
    answers = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Unicode().tag(sync=True)


class Exam(Activity, widgets.VBox):
    """An exam, from the start of its clock to its review. It goes on where the journal says it was.

    The phase of the paper says what may happen: an exam is ``ready``, then ``running``, then ``done``.
    """

    session: course_exam.ExamSession  # the latest, once it is running
    end: timedelta  # of that exam: what was chosen before it counts

    def __init__(
        self, book: Casebook, seed: int | None, n: int, minutes: int, *, is_open: bool = False
    ) -> None:
        """An exam of that kind; one that ``is_open`` is of the kind that the learner chooses."""
        self.book = book
        self.seed, self.n, self.minutes, self.is_open = seed, n, minutes, is_open
        self.edition: str | None = None
        self._lock = RLock()
        self.items: list[Item] = []  # the questions of the session that count
        self.notes: list[str] = []  # what else a learner must know of it
        self.others: frozenset[tuple[Path, int]] = (
            frozenset()
        )  # shards of other kernels, as last seen
        self.time_offset = self.ahead = journal().clock.ahead()
        self.result: course_exam.Result | None = None  # of the last exam of this kind
        self.transcript = _about(n, minutes, is_open=is_open)
        self.fields: dict[str, dict[str, Any]] = {}
        self.paper = Paper(part="exam", intro=doc.to_html(self.transcript))
        if is_open:
            self.renew()
            Goal.forms.add(self)
        self.actions = Panel(buttons={}, press=self._press)
        self.practice = widgets.VBox()
        self.review = Panel(look="ccb-review")
        self.paper.on_msg(self._hear)
        super().__init__([self.paper, self.actions, self.practice, self.review])
        self.add_class("ccb-activity")
        self._resume()

    def renew(self) -> None:
        """Offer first the exam that the learner now prepares for."""
        self.fields = _fields(self.book)
        self.paper.fields = [*self.fields.values()]

    def _failed(self, details: str) -> None:
        words = "Something went wrong here. It is not your fault. Run this cell again and go on."
        self.actions.below = error_html(words, details)

    def _resume(self) -> list[course_exam.ExamSession]:
        """Take up the last exam of this kind that runs, or was the last of all; all exams of the journal."""
        history = journal().read()
        sessions = self._sessions(history)
        kind = self.seed, self.n, self.minutes
        alike = [
            session
            for session in sessions
            if self.is_open or (session.seed, len(session.item_ids), session.minutes) == kind
        ]
        running, now = [], journal().clock.now()
        for session in alike:
            if session.finished:
                continue
            if session is alike[-1] or session.elapsed(now) < session.limit:
                running.append(session)
            else:
                self._count(session, history)  # it was left alone, and its answers count
        if last := next((session for session in reversed(alike) if session.finished), None):
            self._count(last, history)  # its kernel may have ended in the middle of it
            self.actions.buttons = _LOOK
        if running:
            self._run(running[-1])
        return sessions

    def _sessions(self, history: History) -> list[course_exam.ExamSession]:
        now = journal().clock.now()
        return course_exam.exam_sessions(self.book, history.exams, history.attempts, now)

    def _tell(self, note: str) -> None:
        """Say what else has happened, for as long as the exam is shown."""
        if note not in self.notes:
            self.notes.append(note)
            self.actions.text = doc.to_html([*map(doc.Paragraph, self.notes)])
            self.actions.live = note

    @report_errors(_failed)
    def _hear(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        """The page asks for something, if only for the time."""
        self._say_time()
        with self._lock:  # two messages may be heard at once
            self._look_elsewhere()
            match message.get("what"), self.paper.phase:
                case "start", "ready":
                    self._choose(message.get("values"))
                    self._start()
                case "answer", "running" | "done" if message["exam"] == self.paper.exam:
                    self._take(message)
                case "finish", "running" if message["exam"] == self.paper.exam:
                    for each in message.get("first", ()):
                        self._take(each)
                    self._finish()

    def _take(self, message: Mapping[str, Any]) -> None:
        """Keep an answer that was chosen in time, if its question is asked; acknowledge any."""
        asked, elapsed = [*map(_asks, self.items)], self.timer.elapsed - lateness(message)
        if message["asks"] in asked and elapsed < self.end:
            self._take_one(asked.index(message["asks"]), message["answer"], elapsed)
        state = "memory" if journal().last_error else "saved"
        about = {"heard": message["id"], "seq": message["seq"]}
        self.paper.send({**about, "state": {"state": state}})

    def _say_time(self) -> None:
        clock = journal().clock
        self.paper.send({"now": 1000 * (clock.steady() + self.time_offset)})
        before, self.ahead = self.ahead, clock.ahead()
        if abs(self.ahead - before) >= _MIN_JUMP_TO_TELL_SECONDS and self.paper.phase == "running":
            self._tell(_CLOCK_WAS_SET)

    def _look_elsewhere(self) -> None:
        """Close the exam where it was handed in by another widget or another kernel."""
        if self.paper.phase != "running":
            return
        others = journal().others()
        if others == self.others and not self.timer.is_over:
            return
        self.others, history = others, journal().read()
        for session in self._sessions(history):
            if session.exam != self.session.exam or not session.finished:
                continue
            # A kernel with another clock may have found that its time is up.
            if session.finished != session.deadline or self.timer.elapsed >= session.limit:
                self.session = session
                self.end = min(self.end, session.spent, self.timer.elapsed)
                self._tell(_HANDED_IN_ELSEWHERE)
                self._show(self._count(session, history))

    @report_errors(_failed)
    def _press(self, name: str) -> None:
        """One of the buttons below the questions was pressed."""
        with self._lock:
            match name, self.paper.phase, self.result:
                case "new", "done", _:
                    self.paper.phase = "ready"  # takes the focus, before its button goes
                    self.actions.buttons = _LOOK
                    self.review.text = self.actions.live = self.actions.text = ""
                    self.notes = []
                    self.practice.children = ()
                case "look", "ready", course_exam.Result() as result:
                    self._show(result)
                case "practise", "done", course_exam.Result() as result:
                    # A second press before the first answer makes no second deck.
                    if all(card.answers for card in self.practice.children):
                        self.practice.children = [
                            deck(result.missed, "What you missed", resumes=False)
                        ]

    def _choose(self, values: object) -> None:
        """Take over what the learner has chosen; what makes no sense stays as it was."""
        if not self.is_open or not isinstance(values, dict):
            return
        kind = course_exam.format_of(str(values.get("goal")))
        wanted = {k: number_in(values, self.fields[k]) for k in ("n", "minutes", "seed")}
        self.seed = wanted["seed"]
        pool = exam_pool(self.book, kind.edition)
        self.edition = kind.edition if pool else None
        self.n = min(wanted["n"] or kind.questions, len(pool or exam_pool(self.book)))
        longer = 1 + course_exam.EXTRA_TIME * (values.get("time") == "more")
        self.minutes = wanted["minutes"] or kind.minutes_for(self.n, longer)

    def _start(self) -> None:
        sessions = self._resume()  # another kernel may have begun it meanwhile
        if self.paper.phase != "ready":
            return
        times = Counter(item_id for session in sessions for item_id in session.item_ids)
        at = journal().clock.now()
        midnight = iso_moment(at.replace(hour=0, minute=0, second=0, microsecond=0))
        today = [each.item for each in journal().read().attempts if each.at >= midnight]
        item_ids = exam_questions(self.book, self.n, self.seed, times, self.edition, today)
        data = {"items": item_ids, "seed": self.seed, "minutes": self.minutes}
        start = ExamEvent(uuid4().hex, "start", data, at=iso_moment(at))
        self._record(start)
        session = course_exam.ExamSession(
            start.exam, tuple(item_ids), self.seed, at, self.minutes, last_at=at
        )
        items = {place: session.item(self.book, place) for place in session.places}
        self.session, self.timer = (
            session,
            _timers.setdefault(start.exam, _Timer(timedelta(0), timedelta(0))),
        )
        self._keep({place: course_exam.wording_of(self.book, k) for place, k in items.items()})
        self._run(session)

    def _run(self, session: course_exam.ExamSession) -> None:
        clock = journal().clock
        self.session, self.end, self.paper.exam = session, session.limit, session.exam
        self.timer = _timers.setdefault(
            session.exam, _Timer(session.elapsed(clock.now()), session.spent)
        )
        self.others = journal().others()
        asked = [place for place in session.places if item_of(self.book, session.item_ids[place])]
        self.places = asked
        self.items = [session.item(self.book, place) for place in asked]
        if self.timer.elapsed >= session.limit:
            self._finish()
            return
        if session.started > clock.now():
            self._tell(_EARLY_START)
        self._ask_changes()
        self.places = session.places
        if not self.places:
            self._finish()
            return
        self.items = [session.item(self.book, place) for place in self.places]
        for place, item in zip(self.places, self.items, strict=True):
            if place in session.answers:
                session.answers[place] = session.choice(item, place)
        self.actions.buttons = {}
        self.paper.questions = [{**question_spec(k), "asks": _asks(k)} for k in self.items]
        self.paper.minutes = session.minutes
        end = self.timer.start + session.limit.total_seconds()
        self.paper.deadline = 1000 * (end + self.time_offset)
        self.paper.answers = {
            str(number): {
                "choice": places_of(self.items[number], session.answers.get(place, ())),
                "ms": session.ms.get(place, 0),
                "flag": place in session.flags,
            }
            for number, place in enumerate(self.places)
            if place in {*session.answers, *session.flags}
        }
        self.paper.phase = "running"

    def _ask_changes(self) -> None:
        """Ask what the course has changed since the exam began in its new words, and tell the learner."""
        changes: dict[int, course_exam.Wording | None] = {}
        for place in self.session.places:
            item = item_of(self.book, self.session.item_ids[place])
            kept = self.session.wordings.get(place)
            today = course_exam.wording_of(self.book, item) if item else None
            if not today or (kept and not kept.asks_the_same(today)):
                changes[place] = today
        self._keep(changes)
        if again := [place for place, wording in changes.items() if wording]:
            names = join(str(self.session.places.index(place) + 1) for place in again)
            new = f"Question {names} is new: answer it again"
            if len(again) > 1:
                new = f"Questions {names} are new: answer them again"
            self._tell(
                f"The course has changed since this exam began. {new}. All else is as you left it."
            )
        if gone := len(changes) - len(again):
            what = "A question is" if gone == 1 else f"{gone} questions are"
            self._tell(f"{what} no longer in the course, and no longer counted in this exam.")

    def _keep(self, wordings: Mapping[int, course_exam.Wording | None]) -> None:
        """Keep in the journal what the exam asks from now on."""
        for data in course_exam.paper_data(wordings):
            self._record_event("paper", **data)
        for place, wording in wordings.items():
            self.session.ask(place, wording)

    @report_errors(_failed)
    def _take_one(self, number: int, answer: Mapping[str, Any], elapsed: timedelta) -> None:
        """Keep what is new in an answer, unless a later one came first."""
        if answer["seq"] <= self.paper.answers.get(str(number), {}).get("seq", 0):
            return
        session, place, ms = self.session, self.places[number], int(answer["ms"])
        choice = options_at(self.items[number], answer["choice"])
        if {*choice} != {*session.answers.get(place, ())}:
            session.answers[place], session.ms[place] = tuple(choice), ms
            self._record_event("answer", elapsed, place=place, choice=choice, ms=ms)
        if (flag := answer["flag"] is True) != (place in session.flags):
            (session.flags.add if flag else session.flags.discard)(place)
            self._record_event("flag", elapsed, place=place, on=flag)
        self.paper.answers = {**self.paper.answers, str(number): answer}
        if self.paper.phase == "done":
            self._record_event("amend", **session.handed_in())
            self._grade()

    def _record_event(self, what: str, elapsed: timedelta | None = None, **data: Any) -> None:
        data["t"] = self.timer.tick(elapsed)
        at = iso_moment(journal().clock.now())
        self._record(ExamEvent(self.session.exam, what, data, at=at))

    def _record(self, event: Attempt | ExamEvent) -> None:
        saved = journal().record(event)
        self.paper.note = "" if saved else f"Not saved yet. {journal().notice}"

    def _finish(self) -> None:
        """Close an exam. The journal says what it came to: another kernel may have had a part in it."""
        is_late = self.timer.elapsed >= self.session.limit
        self.session.finished = self.session.deadline if is_late else journal().clock.now()
        sessions = {each.exam: each for each in self._sessions(journal().read())}
        handed_in = sessions.get(self.session.exam, self.session)
        self.session.answers = dict(handed_in.answers)
        self.end = min(self.end, self.timer.elapsed)
        self._record_event("finish", **handed_in.handed_in())
        self.timer.is_over = True
        self._grade()

    def _grade(self) -> None:
        """Show what the journal says the exam came to."""
        history = journal().read()
        sessions = {each.exam: each for each in self._sessions(history)}
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
        is_up = result.session.finished == result.session.deadline
        verdict = f"{score} {passed}; {needed}% are needed.{' Time is up.' if is_up else ''}"
        self.paper.verdict = self.actions.live = verdict
        self.actions.below = ""
        self.paper.phase = "done"  # takes the focus, before the button that had it goes
        self.review.text = doc.to_html(_review_blocks(self.book, result))
        practise = {"practise": "Practise these now"} if result.missed else {}
        self.actions.buttons = {**practise, "new": "Another exam"}


def exam(
    seed: int | None = None,
    n: int | None = None,
    minutes: int | None = None,
    *,
    book: Casebook | None = None,
) -> Exam:
    """A mock exam in the format of a Foundation exam: 40 questions, 60 minutes, 65% to pass.

    An exam that was begun goes on where it was, its clock included. Without seed, number and
    minutes the learner chooses them, and the exam that is prepared for: see `EXAM_FORMATS`.

    Args:
        seed: The same questions for everybody, as for a class; without it no two exams are alike.
        n: The number of questions; 40, or as many as the book has.
        minutes: The time; a minute and a half for each question.
        book: The casebook with the questions; the course where none is named.

    Raises:
        InputError: A number is no number of questions or of minutes, or no seed; or the book has
            no question for an exam.
    """
    book = book or course()
    most = len(exam_pool(book))
    if not most:
        raise InputError("this casebook has no question for an exam")
    is_open = seed is None and n is None and minutes is None
    usual = course_exam.format_of("")
    n = min(usual.questions, most) if n is None else n
    require_number("n", n, most)
    minutes = usual.minutes_for(n) if minutes is None else minutes
    require_number("minutes", minutes, course_exam.MAX_EXAM_MINUTES)
    if seed is not None and type(seed) is not int:  # the journal keeps no other seeds
        raise InputError(f"seed is {short_repr(seed)}; write a whole number, or leave it out")
    return Exam(book, seed, n, minutes, is_open=is_open)


def _fields(book: Casebook) -> dict[str, dict[str, Any]]:
    """What a learner may choose of an exam, by name."""
    own = {"start": "", "help": "Leave it empty, and it is as in that exam."}
    pace = {"start": "", "help": "Leave it empty, and each question has as long as in that exam."}
    most = course_exam.MAX_EXAM_MINUTES
    return {
        "goal": goal_field(journal().goal()),
        "time": {"name": "time", "label": "Time", "options": _TIMES, "start": ""},
        "n": whole_number_field("n", "Questions", 1, len(exam_pool(book))) | own,
        "minutes": whole_number_field("minutes", "Minutes", 1, most) | pace,
        "seed": SEED_FIELD,
    }


def _asks(item: Item) -> str:
    """A short hash of a question as it is shown: a page says it with an answer."""
    words = [item.id, item.prompt, *map(item.wording, item.options)]  # a twin has the same words
    return sha256(json.dumps(words).encode()).hexdigest()[:12]


def _about(n: int, minutes: int, *, is_open: bool) -> list[doc.Block]:
    kinds = [kind for kind in course_exam.EXAM_FORMATS.values() if kind.edition]
    rows = [(kind.name, str(kind.questions), str(kind.minutes)) for kind in kinds]
    length = "" if is_open else f"{n} questions over the whole course, {minutes} minutes. "
    return [
        doc.Heading("Mock exam"),
        doc.Paragraph(
            f"{length}{course_exam.PASS_PERCENT}% to pass. There is no feedback until you hand in. Then every "
            "question is explained, what you had wrong first."
        ),
        *(
            [doc.Table("As long as the real one", ("Exam", "Questions", "Minutes"), rows)]
            if is_open
            else []
        ),
        doc.Paragraph(
            "It asks about the subject of this course, customers and services. It does not ask about the whole "
            "syllabus of an ITIL exam. No lesson has asked any of it in the same words. It is only for you: "
            "nobody gives marks for it."
        ),
        doc.BulletList(
            [
                "You may move between questions. Flag those that you want to see again.",
                "The clock does not stop, even if this page or this computer does. You can hide it.",
                "When you come back, choose Kernel, then Restart Kernel and Run All Cells. The exam goes on.",
                "Keys: a digit chooses an answer, N is next, P is previous, F flags.",
            ]
        ),
    ]


class _ScoreBar(NamedTuple):
    """The share that is right as a bar, with a line where an exam is passed."""

    percent: int

    def html(self) -> Markup:
        needed = course_exam.PASS_PERCENT
        tone = "right" if self.percent >= needed else "wrong"
        return Markup(
            '<div class="ccb-score-bar" role="img" aria-label="{0}" data-tone="{1}">'
            '<div style="width: {2}%"></div><p style="left: {3}%">{3}% to pass</p></div>'
        ).format(self.text(), tone, self.percent, needed)

    def text(self) -> str:
        return f"A bar to {self.percent}%, with a line at the {course_exam.PASS_PERCENT}% that are needed."


def _review_blocks(book: Casebook, result: course_exam.Result) -> list[doc.Block]:
    """The score, the objectives with the weakest first, what was wrong, and what was right in a fold."""
    rows = []
    for k, marks in result.by_objective.items():
        objective = book.objectives.get(k)
        can = objective.can if objective else "What the course no longer has"
        lesson = lesson_link(objective.lesson) if objective and objective.lesson else ""
        rows.append((can, f"{sum(mark.right for mark in marks)} of {len(marks)}", lesson))
    unanswered = sum(not mark.choice for mark in result.marks)
    wrong = [mark for mark in result.weakest_first if not mark.right]
    right = [mark for mark in result.weakest_first if mark.right]
    return [
        _ScoreBar(result.percent),
        *([doc.Paragraph(f"{unanswered} not answered.")] if unanswered else []),
        *(block for mark in wrong for block in _explained(book, mark)),
        *_folded(f"What you had right ({len(right)})", (_explained(book, mark) for mark in right)),
        doc.Table("By objective, the weakest first", ("You can", "Right", "Lesson"), rows),
    ]


def _folded(summary: str, groups: Iterable[Sequence[doc.Block]]) -> list[doc.Block]:
    blocks = [block for group in groups for block in group]
    return [doc.Details(summary, blocks)] if blocks else []


def _explained(book: Casebook, mark: course_exam.Mark) -> list[doc.Block]:
    """A question with all that its feedback speaks of."""
    item, wording = mark.item, mark.wording
    prompt, blocks = "A question that the course has changed since", list[doc.Block]()
    if wording:
        prompt = wording.prompt
        if not mark.choice:
            blocks.append(doc.Paragraph("You gave no answer."))
    else:
        was = "right" if mark.right else "not right"
        note = f"Your answer was {was}. The exam is from before exams kept their questions."
        blocks.append(doc.Paragraph(note))
    if item and item.groups:
        blocks.append(_rows(item, mark.choice))
    elif item:
        blocks += material(item) if isinstance(item, ListItem) else []
        blocks.append(_all_options(item.options, item.right, mark.choice))
    elif wording:
        since = "The course has changed this question since, or has it no longer. It was asked so:"
        blocks += [doc.Paragraph(since), _all_options(wording.options, wording.right, mark.choice)]
    if item:
        blocks += feedback(item, mark.choice)
        slips = {*mark.choice} ^ item.right if mark.choice and item.many else ()
        marks = [item.evidence_on(option) for option in slips or ("",)]
        telling = {clue for each in marks for clues in each.values() for clue in clues}
        read = [each for each in material(item) if isinstance(each, doc.EvidenceBlock)]
        blocks += [each for each in read if each.id in telling]
        is_read = item.groups or isinstance(item, ListItem)
        blocks += _folded("The story", [] if is_read else [material(item)])
    objective = book.objectives.get(mark.objective)
    if objective and objective.lesson and not mark.right:
        blocks.append(doc.RunInHeading("To repeat:", lesson_link(objective.lesson)))
    number = f"{'✓' if mark.right else '✗'} {mark.place + 1}. "
    return [doc.Heading(number + prompt, level=4), *blocks]


def _all_options(
    options: Mapping[str, str], right: Collection[str], choice: Collection[str]
) -> doc.BulletList:
    """All options: which are right, and which were chosen."""
    lines = []
    for option, label in options.items():
        chosen = f" (your answer, {'right' if option in right else 'wrong'})"
        missed = " (the right answer)" if option in right else ""
        sign = "✓ " if option in right else "✗ " if option in choice else ""
        lines.append(f"{sign}{label}{chosen if option in choice else missed}")
    return doc.BulletList(lines)


def _rows(item: Item, choice: Collection[str]) -> doc.Table:
    """What was chosen in each row of a sort or a match, and what was right."""

    def said(options: Iterable[str]) -> str:
        labels = (
            item.wording(each).removeprefix(f"{item.short_label(each)}: ") for each in options
        )
        return next(labels, "no answer")

    rows = []
    for group in item.groups:
        [answer] = item.right & {*group.options}
        chosen = [option for option in group.options if option in choice]
        sign = "✓" if answer in chosen else "✗"
        rows.append((f"{sign} {item.short_label(answer)}", said(chosen), said([answer])))
    return doc.Table("Row by row", ("", "Your answer", "The answer"), rows)
