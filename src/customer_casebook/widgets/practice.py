"""Decks: sorting parties, finding evidence, owning relationships, and practice from the question bank."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle

import ipywidgets as widgets

from customer_casebook.course.casebook import bank, case, glossary, objectives
from customer_casebook.course.document import Block, Details, Heading, Line, Table
from customer_casebook.course.feedback import Item, Question, sentence
from customer_casebook.course.items import (
    Find,
    Sort,
    interleaved,
    item,
    relation,
    stable_shuffle_key,
    story,
)
from customer_casebook.course.journal import journal
from customer_casebook.course.progress import summary
from customer_casebook.course.records import Entry
from customer_casebook.domain.facts import require_known
from customer_casebook.domain.rules import EVERY, LENSES
from customer_casebook.widgets.activity import Activity, Panel, error_html, report_errors
from customer_casebook.widgets.card import Card, as_text
from customer_casebook.widgets.diagram import Row, draw_rows

_AFRESH = (
    "Questions ({n}) are drawn afresh whenever this cell runs; those met least often come first."
)


def practice(*wanted: str, n: int = 4, seed: int | None = None) -> Card:
    """Questions of the bank on these objectives, or on all, interleaved.

    Those met least often come first; with a seed it is the same choice every time. At the end it
    says where the learner stands. Raises `ValueError` for an objective that does not exist, and for
    less than one question.
    """
    for each in wanted:
        require_known("objective", each, objectives())
    if n < 1:
        raise ValueError(f"{n} questions are no practice; write n=1 or more")
    drawn = secrets.randbelow(2**32) if seed is None else seed
    met = Counter(each.item for each in journal().read().attempts if seed is None)
    every = sorted(objectives(), key=lambda each: stable_shuffle_key(drawn, each))
    chosen = choose(wanted or every, n, drawn, met)
    card = deck([item(each) for each in chosen], "Practice", at_end=where_you_stand)
    if seed is None:
        card.transcript = [Heading("Practice"), Line(_AFRESH.format(n="one" if n == 1 else n))]
    return card


def choose(
    wanted: Sequence[str], n: int, seed: int, met: Mapping[str, int] | None = None
) -> list[Entry]:
    """``n`` entries, the objectives taking turns, no entry twice, the kinds mixed and no blocks.

    Those ``met`` less often, by their ids, go before the others.
    """
    times = Counter(met)
    about = [each for each in bank().values() if {*wanted} & {*each.objectives}]
    left = sorted(about, key=lambda each: (times[each.id], stable_shuffle_key(seed, each.id)))
    chosen: list[Entry] = []
    turns = cycle(wanted)
    while left and len(chosen) < n:
        turn = next(turns)
        last = chosen[-1].kind if chosen else ""
        # Another kind than the last one, and of those a question that is about this above all.
        pile = [each for each in left if turn in each.objectives]
        if pile:
            least = [each for each in pile if times[each.id] == times[pile[0].id]]
            best = min(least, key=lambda each: (each.kind == last, each.objectives[0] != turn))
            chosen.append(best)
            left.remove(best)
    return interleaved(chosen)


def where_you_stand() -> str:
    """The learner's progress in two sentences."""
    return summary(journal().read().attempts, datetime.now(UTC)).line


def sort_parties(case_ids: Sequence[str], lens: str = "customer") -> Card:
    """Several parties to put into the classes of one lens.

    Raises `ValueError` for a case or a lens that does not exist, for fewer than two cases, and for
    a lens on which one party may have several answers.
    """
    require_known("lens", lens, LENSES)
    if LENSES[lens].many:
        raise ValueError(f"one party may have several answers on {lens}; sort by another lens")
    if len({case(each).id for each in case_ids}) < max(2, len(case_ids)):
        raise ValueError("there is nothing to sort; name two cases or more, each once")
    entry = Entry(f"sort/{lens}/{'+'.join(case_ids)}", "sort", (), cases=tuple(case_ids), lens=lens)
    return deck([Sort(entry)], "Sort the parties")


def find_evidence(case_id: str, lens: str = "customer") -> Card:
    """Mark the evidence on which an answer turns.

    The id may be that of a ``spot`` question too, which brings its story and its lens. Raises
    `ValueError` for a case or lens that does not exist, or an answer that turns on no evidence.
    """
    if case_id in bank() and bank()[case_id].kind == "spot":
        return deck([item(bank()[case_id])], "Spot the sentence")
    require_known("lens", lens, LENSES)
    found = Find(Entry(f"find/{case_id}/{lens}", "find", (), case=case(case_id).id, lens=lens))
    if len(found.right) != 1:
        raise ValueError(f"the answer on {lens} in {case_id} turns on no single piece of evidence")
    return deck([found], "Find the evidence")


def deck(items: Sequence[Item], title: str, *, at_end: Callable[[], str] | None = None) -> Card:
    """A card for questions that bring their own story; ``at_end`` has the last word."""
    ends = {"closed": "Done", "close": "Finish", "closing": ""}
    card = Card(items, at_end, layout="deck", title=title, intro="", board=None, **ends)
    card.transcript = [Heading(title), *as_text(items)]
    return card


class OwnerMap(Activity, widgets.VBox):
    """Who looks after which relationship: a question for each, and a map that fills as they are answered."""

    def __init__(self, case_ids: Sequence[str]) -> None:
        told = [case(each) for each in case_ids]
        if not told:
            raise ValueError("there is no relationship to own; name one case or more")
        self.questions = [
            Question(each, "owner", intro=[Details(relation(each), story(each))]) for each in told
        ]
        self.card = deck(self.questions, "Who owns the relationship?")
        self.map = Panel(look="ccb-picture")
        self.card.observe(self._draw, "answers")
        side_by_side = widgets.VBox([self.card, self.map])
        side_by_side.add_class("ccb-owners")
        super().__init__([side_by_side])
        self.add_class("ccb-activity")
        known = Table(
            "The map, filled",
            ("Relationship", "Looked after by"),
            [(relation(each.case), each.answer) for each in self.questions],
        )
        self.transcript = [*self.card.transcript, Details("The map", [known])]
        self._draw()

    def _failed(self, details: str) -> None:
        words = "The map could not be drawn. Your answers count all the same, and you can go on."
        self.map.text = error_html(words, details)

    def _owner(self, place: int, question: Question) -> str:
        """The owner, once the question is answered, and whether the learner had it right."""
        choice = self.card.chosen(place)
        if choice is None:
            return "?"
        return f"{'✓' if question.right == choice else '✗'} {question.answer}"

    @report_errors(_failed)
    def _draw(self, _change: object = None) -> None:
        rows = [
            Row(
                sentence("{provider}", each.case),
                self._owner(place, each),
                sentence("{party}", each.case),
                each.case.facts.supplies == "yes",
            )
            for place, each in enumerate(self.questions)
        ]
        self.map.text = draw_rows(rows)


def own_the_relationship(case_ids: Sequence[str]) -> OwnerMap:
    """Who owns which relationship. Raises `ValueError` for a case that does not exist, and for none."""
    return OwnerMap(case_ids)


class Terms(Panel):
    """Words of the field, by edition, to be opened when wanted."""

    def __init__(self, ids: Sequence[str]) -> None:
        for each in ids:
            require_known("term", each, glossary())
        tables = {glossary()[each].term: _definitions(each) for each in ids}
        folds = [Details(f"{each}: what it means in each edition", tables[each]) for each in tables]
        super().__init__("".join(fold.html() for fold in folds))
        self.transcript = [block for blocks in tables.values() for block in blocks]


def term(*ids: str) -> Terms:
    """Glossary entries on demand. Raises `ValueError` for a term that does not exist."""
    return Terms(ids)


def _definitions(id_: str) -> list[Block]:
    entry = glossary()[id_]
    definitions = {str(edition): text for edition, text in entry.definitions.items()}
    none = "No entry of its own."
    rows = [(f"ITIL {edition}", definitions.get(edition, none)) for edition in EVERY]
    note: list[Block] = [Line(entry.note)] if entry.note else []
    return [Table(entry.term, ("Edition", "Meaning"), rows), *note]
