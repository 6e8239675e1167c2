"""The mock exam as a widget: its paper, and the review that follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import uuid4

import ipywidgets as widgets
import traitlets

from customer_casebook.course.casebook import bank, objectives
from customer_casebook.course.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Line,
    RunInHeading,
    Table,
    to_html,
)
from customer_casebook.course.exam import (
    LONGEST,
    MINUTES,
    PASS,
    QUESTIONS,
    ExamSession,
    Mark,
    Result,
    attempts,
    exam_sessions,
    marked,
    paper,
)
from customer_casebook.course.feedback import stop
from customer_casebook.course.items import item
from customer_casebook.course.journal import Attempt, ExamEvent, Reading, journal
from customer_casebook.widgets.activity import (
    Activity,
    Guard,
    box,
    html,
    View,
    report_errors,
    trouble,
)
from customer_casebook.widgets.card import asked, feedback
from customer_casebook.widgets.practice import deck


class Paper(View):
    """The questions and the clock.

    While an exam runs, ``given`` is written by the front end alone, place to ``{choice, ms, flag}``,
    and all else by the kernel; ``deadline`` is in milliseconds since 1970. Whatever the front end
    says is answered with the kernel's time, so that it knows it was heard.
    """

    title = traitlets.Unicode("Mock exam").tag(sync=True)
    intro = traitlets.Unicode().tag(sync=True)
    phase = traitlets.Unicode("ready").tag(sync=True)
    questions: traitlets.List[Any] = traitlets.List().tag(sync=True)
    deadline = traitlets.Float().tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    saved = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Unicode().tag(sync=True)


class Exam(Activity, widgets.VBox):
    """A sitting, from the start of its clock to its review. It goes on where the journal says it was."""

    def __init__(self, seed: int | None, n: int, minutes: int) -> None:
        paper(n, seed)  # what cannot be set is told at once
        if not 1 <= minutes <= LONGEST:
            raise ValueError(f"{minutes} minutes are no exam; write 1 to {LONGEST}")
        self.seed, self.n, self.minutes = seed, n, minutes
        self._lock = Lock()
        self.sitting: ExamSession | None = None
        self.result: Result | None = None
        self.last: ExamSession | None = None
        about = _about(n, minutes)
        self.paper = Paper(part="exam", intro=to_html(about))
        self.review, self.error = html(), html()
        self.review.add_class("ccb-review")
        self.again = widgets.Button(description="Practise these now")
        self.again.on_click(self._practise)
        self.new = widgets.Button(description="Another exam")
        self.new.on_click(self._anew)
        self.look = widgets.Button(description="Look at your last exam again")
        self.look.on_click(self._look_back)
        self.ways = box([], "ccb-row")
        self.practice = widgets.VBox()
        self.guard = Guard()
        self.paper.on_msg(self._told)
        self.paper.observe(self._noted, "given")
        super().__init__(
            [self.paper, self.error, self.ways, self.practice, self.review, self.guard]
        )
        self.add_class("ccb-activity")
        self.transcript = about
        self._resume()

    def _failed(self, details: str) -> None:
        words = (
            "Something went wrong here, and it is not your doing. Run this cell again and go on."
        )
        self.error.value = trouble(words, details)

    def _resume(self) -> Reading:
        """Take up the last exam of this kind that was begun and not handed in; what the journal says."""
        same = self.seed, self.n, self.minutes
        reading = journal().read()
        alike = [
            each
            for each in exam_sessions(reading.exams)
            if (each.seed, len(each.items), each.minutes) == same
        ]
        self.last = next((each for each in reversed(alike) if each.finished), None)
        if self.last:  # whose kernel may have ended in the middle of it
            self._count(marked(self.last), reading)
        self.ways.children = [self.look] if self.last else []
        if alike and not alike[-1].finished:
            self._sit(alike[-1])
        return reading

    @report_errors(_failed)
    def _told(self, _widget: object, said: Mapping[str, Any], _buffers: object) -> None:
        """The front end asks for something, if only for the time."""
        self._heard()
        with self._lock:  # two presses may be heard at once
            match said.get("what"):
                case "start" if not self.sitting:
                    self._start()
                case "finish" if self.sitting and not self.result:
                    # Where Python is busy the changes wait, and this overtakes them.
                    self._take(said.get("given", {}))
                    self._finish(self.sitting)

    def _heard(self) -> None:
        self.paper.send({"now": _milliseconds(datetime.now(UTC))})

    @report_errors(_failed)
    def _anew(self, _button: object) -> None:
        self.sitting = self.result = None
        self.paper.phase = "ready"  # takes the focus, before its button goes
        self.ways.children = [self.look]
        self.review.value = self.guard.live = ""
        self.practice.children = ()

    def _start(self) -> None:
        reading = self._resume()  # another kernel may have begun it meanwhile
        if self.sitting:
            return
        met = [name for each in exam_sessions(reading.exams) for name in each.items]
        items = paper(self.n, self.seed, met)
        data = {"items": items, "seed": self.seed, "minutes": self.minutes}
        begun = ExamEvent(uuid4().hex, "start", data)
        self._keep(begun)
        at = datetime.fromisoformat(begun.at)
        self._sit(ExamSession(begun.exam, tuple(items), self.seed, at, self.minutes))

    def _sit(self, sitting: ExamSession) -> None:
        self.sitting = sitting
        if sitting.over(datetime.now(UTC)):
            self._finish(sitting)
            return
        self.ways.children = []
        self.paper.questions = [asked(item(bank()[name])) for name in sitting.items]
        self.paper.deadline = _milliseconds(sitting.deadline)
        self.paper.given = {
            str(place): {
                "choice": list(sitting.answers.get(place, ())),
                "ms": sitting.ms.get(place, 0),
                "flag": place in sitting.flags,
            }
            for place in {*sitting.answers, *sitting.flags}
        }
        self.paper.phase = "running"

    def _noted(self, change: Mapping[str, Any]) -> None:
        self._heard()
        self._take(change["new"])

    def _take(self, given: Mapping[str, Any]) -> None:
        """Keep every answer and every flag that is new, and in time."""
        sitting = self.sitting
        if sitting and not self.result and not sitting.over(datetime.now(UTC)):
            for place, now in given.items():
                self._note(sitting, place, now)

    @report_errors(_failed)
    def _note(self, sitting: ExamSession, name: str, now: Mapping[str, Any]) -> None:
        place, choice, ms, flag = int(name), now["choice"], int(now["ms"]), now["flag"] is True
        offered = item(bank()[dict(enumerate(sitting.items))[place]]).options
        if not isinstance(choice, list) or not {*choice} <= offered.keys():
            raise ValueError(f"{choice!r} is no choice of question {place + 1}")
        if tuple(choice) != sitting.answers.get(place, ()):
            sitting.answers[place], sitting.ms[place] = tuple(choice), ms
            self._keep(_of(sitting, "answer", place=place, choice=choice, ms=ms))
        if flag != (place in sitting.flags):
            (sitting.flags.add if flag else sitting.flags.discard)(place)
            self._keep(_of(sitting, "flag", place=place, on=flag))

    def _keep(self, event: Attempt | ExamEvent) -> None:
        kept = journal().record(event)
        self.paper.saved = "" if kept else f"Not saved yet. {journal().notice}"

    def _finish(self, sitting: ExamSession) -> None:
        """Close a sitting. What it came to is what the journal says: another kernel may have had a part in it."""
        sitting.finished = datetime.now(UTC)
        self._keep(_of(sitting, "finish"))
        reading = journal().read()
        told = (each for each in exam_sessions(reading.exams) if each.exam == sitting.exam)
        result = marked(next(told, sitting))
        self._count(result, reading)
        self._show(result)

    def _count(self, result: Result, reading: Reading) -> None:
        """Keep every answer as an attempt, once, so that misses come back for review."""
        known = {each.event for each in reading.attempts}
        for attempt in attempts(result):
            if attempt.event not in known:
                self._keep(attempt)

    @report_errors(_failed)
    def _look_back(self, _button: object) -> None:
        if self.last:
            self._show(marked(self.last))

    def _show(self, result: Result) -> None:
        self.result, self.last = result, result.sitting
        self.error.value = ""
        self.paper.verdict = self.guard.live = _verdict(result)
        self.paper.phase = "done"  # takes the focus, before the button that had it goes
        self.review.value = to_html(_review(result))
        self.ways.children = [*([self.again] if result.missed else []), self.new]

    @report_errors(_failed)
    def _practise(self, _button: object) -> None:
        if self.result:
            self.practice.children = [deck(self.result.missed, "What you missed")]


def exam(seed: int | None = None, n: int = QUESTIONS, minutes: int = MINUTES) -> Exam:
    """A mock exam in the format of ITIL 4 Foundation: 40 questions, 60 minutes, 65 % to pass.

    With a seed it is the same paper for everybody, as for a class; without one no two are alike.
    An exam that was begun goes on where it was, its clock included. Raises `ValueError` for a
    number of questions or minutes that makes no exam.
    """
    return Exam(seed, n, minutes)


def _of(sitting: ExamSession, what: str, **data: Any) -> ExamEvent:
    return ExamEvent(sitting.exam, what, data)


def _milliseconds(moment: datetime) -> float:
    return 1000 * moment.timestamp()


def _about(n: int, minutes: int) -> list[Block]:
    return [
        Heading("Mock exam"),
        Line(
            f"{n} questions over the whole course, {minutes} minutes, {PASS:.0%} to pass. There is "
            "no feedback until you hand in; then every question is explained, the weak spots first."
        ),
        BulletList(
            [
                "Move about as you like. Flag what you want to come back to.",
                "The clock does not stop, whatever happens to this page or this computer. It can be hidden.",
                "If you close the notebook, run this cell again: the exam goes on where it was.",
                "Keys: the digits choose, N is next, P is previous, F flags.",
            ]
        ),
    ]


def _verdict(result: Result) -> str:
    passed = "Passed" if result.passed else "Not passed this time"
    return f"{result.right} of {len(result.marks)} right: {result.share:.0%}. {passed}; {PASS:.0%} are needed."


def _review(result: Result) -> list[Block]:
    """The objectives with the weakest first, and every question with its explanation."""
    groups = result.by_objective
    can = {each: objectives()[each].can for each in groups}
    rows = [
        (can[each], f"{sum(mark.right for mark in marks)} of {len(marks)}")
        for each, marks in groups.items()
    ]
    answered = sum(bool(mark.choice) for mark in result.marks)
    open_ = len(result.marks) - answered
    blocks: list[Block] = [
        *([Line(f"{open_} not answered.")] if open_ else []),
        Table("By objective, the weakest first", ("You can", "Right"), rows),
    ]
    for each, marks in groups.items():
        blocks.append(Heading(can[each], level=4))
        blocks += [_explained(mark) for mark in sorted(marks, key=lambda mark: mark.right)]
    return blocks


def _explained(mark: Mark) -> Details:
    item = mark.item
    of = {each: f"{group}: " for group, offered in item.groups.items() for each in offered}
    chosen = [of.get(each, "") + item.options[each] for each in item.options if each in mark.choice]
    told = [
        *item.intro,
        RunInHeading("You:", "; ".join(chosen) or "no answer."),
        RunInHeading("The answer:", stop(item.answer)),
        *feedback(item, mark.choice),
    ]
    return Details(f"{'✓' if mark.right else '✗'} {mark.place + 1}. {item.prompt}", told)
