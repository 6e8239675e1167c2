"""Decks of questions: practice, sorting parties, finding evidence, owning relationships; and the glossary."""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date
from threading import RLock
from typing import Any, ClassVar
from weakref import WeakSet

import ipywidgets as widgets
from markupsafe import Markup

from customer_casebook.course.bank import FindItem, SortItem, SpotItem, item_of
from customer_casebook.course.casebook import Casebook, capital, course, course_with, full_stop
from customer_casebook.course.exam import EXAM_FORMATS, chosen_edition, format_of
from customer_casebook.course.feedback import IN_OTHERS, split_by_edition
from customer_casebook.course.items import (
    CaseItem,
    Item,
    find_question,
    lesson_link,
    sort_question,
    story,
)
from customer_casebook.course.journal import journal
from customer_casebook.course.progress import MASTERY_SHARE, Mastery, day_in_words, summarize
from customer_casebook.course.selection import MAX_PRACTICE_QUESTIONS, practice_questions
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Paragraph,
    Table,
    to_html,
)
from customer_casebook.domain.facts import InputError, require_known
from customer_casebook.domain.rules import EDITIONS, GENERAL, IN_COURSE, LENSES
from customer_casebook.widgets.activity import (
    SEED_FIELD,
    Activity,
    Panel,
    error_html,
    number_in,
    report_errors,
    whole_number_field,
)
from customer_casebook.widgets.card import Card, as_text
from customer_casebook.widgets.diagram import Row, draw_rows
from customer_casebook.widgets.study import board_of, list_of


class Practice(Activity, widgets.VBox):
    """Practice that a learner sets: how many questions, on which objective, with which seed."""

    transcript = (
        Heading("Practice"),
        Paragraph(
            "Choose how many questions you want, and on which objective. Those that you have met "
            "least often come first."
        ),
    )

    def __init__(self, book: Casebook) -> None:
        self.book = book
        asked = {k for record in book.questions.values() for k in record.objectives}
        if not asked:
            raise InputError("this casebook has no question on anything")
        names = [(k, objective.can) for k, objective in book.objectives.items() if k in asked]
        choice = {"name": "objective", "label": "Objective", "start": ""}
        most = min(MAX_PRACTICE_QUESTIONS, len(book.questions))
        self.number = whole_number_field("n", "Questions", min(8, most), most)
        self.actions = Panel(
            to_html(self.transcript),
            self._press,
            buttons={"start": "Start"},
            fields=[self.number, {**choice, "options": [("", "All, mixed"), *names]}, SEED_FIELD],
        )
        self.work = widgets.VBox()
        super().__init__([self.actions, self.work])
        self.add_class("ccb-activity")

    def _failed(self, details: str) -> None:
        words = "The questions could not be drawn. It is not your fault. Press Start again."
        self.actions.below = error_html(words, details)

    @report_errors(_failed)
    def _press(self, _name: str) -> None:
        values = self.actions.values
        n = number_in(values, self.number) or int(self.number["start"])
        wanted = [k for k in self.book.objectives if k == values.get("objective")]
        card = practice_deck(self.book, wanted, n, number_in(values, SEED_FIELD))
        card.resumes = False  # the learner starts it
        self.work.children, self.actions.below = [card], ""


def goal_field(start: str) -> dict[str, Any]:
    """A field for the exam that a learner prepares for."""
    options = [(name, kind.name) for name, kind in EXAM_FORMATS.items()]
    return {"name": "goal", "label": "Exam", "options": options, "start": start}


DAY_FIELD = {
    "name": "day",
    "label": "Day of the exam",
    "kind": "date",
    "none": "No day",
    "help": "You may leave it out. With a day, reviews fit into the time that is left.",
}


class Goal(Panel):
    """The exam that a learner prepares for, and its day: chosen once, and kept in the journal."""

    transcript = (
        Heading("Which exam do you prepare for?"),
        Paragraph(
            "Choose it once. Practice and the mock exam then ask only what holds in that edition. Feedback and "
            "definitions say first what that edition says. If you know the day of the exam, write it here: what "
            "you had wrong comes back before it. You can choose again at any time."
        ),
    )

    forms: ClassVar[WeakSet[Any]] = WeakSet()  # of exams, which start with what is chosen here

    def __init__(self) -> None:
        super().__init__(to_html(self.transcript), self._keep, buttons={"keep": "Keep it"})
        self.renew()
        self.forms.add(self)

    def renew(self) -> None:
        """Show in the fields what is kept."""
        history, today = journal().read(), journal().clock.now().date()
        day = history.exam_day
        start = str(day) if day and day >= today else ""
        self.fields = [goal_field(history.goal), {**DAY_FIELD, "start": start}]

    def _failed(self, details: str) -> None:
        self.below = error_html("This could not be kept. It is not your fault.", details)

    @report_errors(_failed)
    def _keep(self, _name: str) -> None:
        goal = str(self.values.get("goal"))
        goal = goal if goal in EXAM_FORMATS else ""
        said, day = self.values.get("day"), None
        with suppress(ValueError):
            day = date.fromisoformat(str(said))
        if said and not (day and day >= journal().clock.now().date()):
            self.live = (
                "Nothing is kept: this day is over, or is none. Write a day to come, or none."
            )
        else:
            is_kept = journal().choose_goal(goal, day)
            when = f". The exam is on {day_in_words(day)} {day.year}" if day else ""
            words = f"Kept: {EXAM_FORMATS[goal].name}{when}. The choice holds for what you open or start from now on."
            self.live = words if is_kept else f"Not saved yet. {journal().notice}"
            for form in [*self.forms]:
                form.renew()
        self.below = to_html([Paragraph(self.live)])


def prepare_for() -> Goal:
    """Let the learner choose an exam to prepare for, and its day. What is asked later keeps to its edition."""
    return Goal()


def practice(
    *objectives: str, n: int | None = None, seed: int | None = None, book: Casebook | None = None
) -> Card | Practice:
    """Questions of the bank, interleaved. At the end the card says where the learner stands.

    Without objectives, number and seed the learner chooses them.

    Args:
        *objectives: The ids of objectives to practise; all of them where none is named.
        n: The number of questions; 4 where none is named.
        seed: The same questions every time. Without it, those answered least often come first.
        book: The casebook with the bank; the course where none is named.

    Raises:
        InputError: An objective does not exist or has no question, or ``n`` is no number of them.
    """
    book = book or course()
    if not objectives and n is None and seed is None:
        return Practice(book)
    return practice_deck(book, objectives, 4 if n is None else n, seed)


def practice_deck(
    book: Casebook, objectives: Sequence[str], n: int = 4, seed: int | None = None
) -> Card:
    """Questions on these objectives as a card, as `practice` says."""
    for objective in objectives:
        require_known("objective", objective, book.objectives)
    key = secrets.randbelow(2**32) if seed is None else seed
    times = edition = None
    if seed is None:
        history = journal().read()
        times = Counter(attempt.item for attempt in history.attempts)
        edition = format_of(history.goal).edition
    item_ids = practice_questions(book, objectives, n, key, times, edition)
    if not item_ids:
        raise InputError(f"this casebook has no question on {', '.join(objectives) or 'anything'}")
    items = items_in_new_order(book, item_ids, key)
    card = deck(items, "Practice", book=book, objectives=objectives, resumes=seed is not None)
    if seed is None:
        about = (
            f"Questions ({'one' if n == 1 else n}) are drawn again each time this cell runs; "
            "those met least often come first."
        )
        card.transcript = [Heading("Practice"), Paragraph(about)]
    return card


def items_in_new_order(book: Casebook, item_ids: Sequence[str], seed: object) -> list[Item]:
    """The items of these ids, each with its options in an order that the seed decides."""
    return [item.shuffled(seed) for item_id in item_ids if (item := item_of(book, item_id))]


def sort_parties(
    case_ids: Sequence[str], lens: str = "customer", *, book: Casebook | None = None
) -> Card:
    """Several parties to put into the classes of one lens.

    Args:
        case_ids: The cases, two or more.
        lens: A lens with one answer for each party.
        book: The casebook that has the cases; the course where none is named.

    Raises:
        InputError: A case or the lens does not exist, or there is nothing to sort.
    """
    case_ids = list_of(case_ids)
    book = book or course_with(*case_ids)
    require_known("lens", lens, LENSES)
    if LENSES[lens].many:
        raise InputError(f"one party may have several answers on {lens}; sort by another lens")
    cases = [book.case(case_id) for case_id in case_ids]
    if len({case.id for case in cases}) < max(2, len(cases)):
        raise InputError("there is nothing to sort; name two cases or more, each once")
    item = SortItem(book, sort_question([case.id for case in cases], lens))
    return deck([item], "Sort the parties")


def find_evidence(case_id: str, lens: str = "customer", *, book: Casebook | None = None) -> Card:
    """Mark the evidence on which an answer turns.

    Args:
        case_id: The case, or a ``spot`` question, which brings its own story and lens.
        lens: The lens of the answer.
        book: The casebook that has the case; the course where none is named.

    Raises:
        InputError: The case or the lens does not exist, or no single piece of evidence decides.
    """
    book = book or course_with(case_id)
    question = book.questions.get(str(case_id))
    if question and question.kind == "spot":
        return deck([SpotItem(book, question)], "Spot the sentence")
    require_known("lens", lens, LENSES)
    case = book.case(case_id)
    item = FindItem(book, case, find_question(case.id, lens))
    if len(item.right) != 1:
        raise InputError(f"the answer on {lens} in {case_id} turns on no single piece of evidence")
    return deck([item], "Find the evidence")


def deck(
    items: Sequence[Item],
    title: str,
    *,
    book: Casebook | None = None,
    objectives: Collection[str] = (),
    resumes: bool = True,
) -> Card:
    """A card for items that bring their own story; with a ``book`` it ends with the progress in it.

    Of ``objectives`` it says at the end which ones are learnt, and which ones are to be repeated. Where
    the questions are chosen for one time, it never ``resumes``.
    """

    def summary() -> str:
        history = journal().read()
        now, day = journal().clock.now(), history.exam_day
        progress = summarize(book or course(), history.attempts, now, day)
        begun = [each for each in progress.objectives if each.id in objectives and each.answered]
        return to_html([*_learnt(book or course(), begun), Paragraph(progress.summary)])

    rows = [((item.prompt, full_stop(item.answer)), [place]) for place, item in enumerate(items)]
    board = board_of("What was asked", ("Question", "The answer"), rows) if len(rows) > 1 else None
    only = items if len(items) == 1 else []
    closing = to_html(Paragraph(item.takeaway) for item in only if item.takeaway)
    ends = {"intro": "", "board": board, "closed": "Done", "close": "Finish", "closing": closing}
    note = summary if book else None
    card = Card(items, note, book, resumes=resumes, layout="deck", title=title, **ends)
    card.transcript = [Heading(title), *as_text(items)]
    return card


def _learnt(book: Casebook, begun: Sequence[Mastery]) -> list[Block]:
    """Two lists of objectives, each where it has one: what is learnt, and what to repeat in which lesson."""
    learnt, repeat = list[str](), list[str]()
    for mastery in begun:
        can, lesson = full_stop(mastery.label), book.objectives[mastery.id].lesson
        if mastery.share >= MASTERY_SHARE:
            learnt.append(can)
        else:
            link = lesson_link(lesson) if lesson else ""
            words = Markup("{} {} of {} right. {}")
            repeat.append(words.format(can, mastery.right, mastery.answered, link))
    lists = {"What you have learnt:": learnt, "What to repeat:": repeat}
    return [
        block
        for head, lines in lists.items()
        if lines
        for block in (Paragraph(head, "ccb-head"), BulletList(lines))
    ]


class OwnerMap(Activity, widgets.VBox):
    """Who looks after which relationship: a question for each, and a map that fills with the answers."""

    def __init__(self, book: Casebook, case_ids: Sequence[str]) -> None:
        cases = [book.case(case_id) for case_id in list_of(case_ids)]
        if not cases:
            raise InputError("there is no relationship to own; name one case or more")
        self.items = [
            CaseItem(book, case, "owner", intro=[Details(book.relation(case), story(case))])
            for case in cases
        ]
        self._lock = RLock()
        self.card = deck(self.items, "Who owns the relationship?")
        self.map = Panel(look="ccb-picture")
        self.card.observe(self._draw, "answers")
        side_by_side = widgets.VBox([self.card, self.map])
        side_by_side.add_class("ccb-owners")
        super().__init__([side_by_side])
        self.add_class("ccb-activity")
        answers = [(book.relation(item.case), item.answer) for item in self.items]
        table = Table("The map, filled", ("Relationship", "Looked after by"), answers)
        self.transcript = [*self.card.transcript, Details("The map", [table])]
        self._draw()

    def _failed(self, details: str) -> None:
        words = "The map could not be drawn. Your answers still count, and you can go on."
        self.map.text = error_html(words, details)

    @report_errors(_failed)
    def _draw(self, _change: object = None) -> None:
        """Draw each owner, once its question is answered, and whether the answer was right."""
        with self._lock:  # or an older map may be the last
            chosen = map(self.card.chosen, range(len(self.items)))
            self.map.text = draw_rows([*map(owner_row, self.items, chosen)])


def owner_row(item: CaseItem, choice: frozenset[str] | None) -> Row:
    """A relationship on the map, after this choice of its owner."""
    owner = f"✓ {item.answer}" if choice == item.right else f"{item.answer}, you missed this"
    provider, party = (item.book.sentence(f"{{{k}}}", item.case) for k in ("provider", "party"))
    return Row(provider, "?" if choice is None else owner, party, item.facts.supplies == "yes")


def own_the_relationship(case_ids: Sequence[str], *, book: Casebook | None = None) -> OwnerMap:
    """Who owns which relationship: a question for each case, and a map.

    Args:
        case_ids: The cases, one or more.
        book: The casebook that has them; the course where none is named.

    Raises:
        InputError: A case does not exist, or there is none.
    """
    case_ids = list_of(case_ids)
    return OwnerMap(book or course_with(*case_ids), case_ids)


def term(*ids: str, book: Casebook | None = None) -> Panel:
    """Words of the field by edition, each to be opened when wanted; general ones as those of this course.

    For a learner who prepares for an exam, the other editions than its own are folded away.

    Args:
        *ids: The ids of glossary entries, one or more.
        book: The casebook with the glossary; the course where none is named.

    Raises:
        InputError: A term does not exist, or none is named.
    """
    book = book or course()
    if not ids:
        raise InputError(f"there is no term to show; name some of {', '.join(book.glossary)}")
    for id_ in ids:
        require_known("term", id_, book.glossary)
    panel = Panel(to_html(_entries(book, ids, chosen_edition())))
    everything = _entries(book, ids, None)
    panel.transcript = [block for details in everything for block in details.blocks]
    return panel


def _entries(book: Casebook, ids: Sequence[str], edition: str | None) -> list[Details]:
    """What `term` shows to a learner of an edition."""
    entries: list[Details] = []
    for id_ in ids:
        entry = book.glossary[id_]
        rows = [(f"ITIL {k}", entry.definitions.get(k, "No entry of its own.")) for k in EDITIONS]
        if GENERAL in entry.definitions:  # never under an edition's name
            rows = [row for row in rows if row[0].removeprefix("ITIL ") in entry.definitions]
            rows.insert(0, (capital(IN_COURSE), entry.definitions[GENERAL]))
        own = [row for row in rows if row[0] in (f"ITIL {edition}", capital(IN_COURSE))]
        asked = edition if own else None
        others = [row for row in rows if asked and row not in own]
        columns, notes = ("Edition", "Meaning"), [Paragraph(entry.note)] if entry.note else []
        note, aside = split_by_edition(notes, asked)
        aside[:0] = [Table(entry.term, columns, others)] if others else []
        blocks = [Table(entry.term, columns, own if others else rows), *note]
        blocks += [Details(IN_OTHERS, aside)] if aside else []
        entries.append(Details(f"{entry.term}: what it means in each edition", blocks))
    return entries
