"""What of a casebook's objectives is taught, practised and asked, and which misconceptions are on offer.

A cell says which objectives it teaches or practises in its metadata: ``{"objectives": [ids]}``.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.progress import QUESTIONS_PER_OBJECTIVE
from customer_casebook.course.records import Question
from customer_casebook.domain.facts import short_repr, what_to_write

QUESTIONS_PER_MISCONCEPTION = 6  # as many as a class needs to show whether it has one


@dataclass(frozen=True, slots=True)
class Coverage:
    """One objective, and what is there for it."""

    id: str
    text: str
    row: str | None  # of the commission
    passages: int  # that teach it
    activities: int  # that practise it
    questions: int  # that ask it
    misconceptions: tuple[str, ...]  # that a wrong answer to one of its questions can betray

    @property
    def holes(self) -> list[str]:
        """What is missing, in words."""
        missing = ["no passage teaches it"] if not self.passages else []
        missing += ["no activity practises it"] if not self.activities else []
        if self.questions < QUESTIONS_PER_OBJECTIVE:
            missing += [f"{self.questions} questions, where {QUESTIONS_PER_OBJECTIVE} are needed"]
        return missing


@dataclass(frozen=True, slots=True)
class Offer:
    """One misconception, and the questions to which a wrong answer can betray it."""

    id: str
    claim: str
    questions: int
    lessons: Mapping[str, int]  # that teach against it, each with such questions on its objectives

    @property
    def holes(self) -> list[str]:
        """What is missing, in words."""
        few = f"{self.questions} questions, where {QUESTIONS_PER_MISCONCEPTION} are needed"
        missing = [few] if self.questions < QUESTIONS_PER_MISCONCEPTION else []
        missing += [] if self.lessons else ["no lesson teaches against it"]
        return missing + [f"no question of {k} offers it" for k, n in self.lessons.items() if not n]


def _betrayable(book: Casebook, record: Question) -> frozenset[str]:
    item = item_of(book, book.prefix + record.id)
    return item.betrayable if item else frozenset()


def offers(book: Casebook) -> list[Offer]:
    """Where every misconception is on offer.

    A lesson teaches against a misconception if this names an objective of the lesson; what the
    lesson asks are the questions of its objectives.
    """
    betrayable = [(q.objectives, _betrayable(book, q)) for q in book.questions.values()]
    rows = []
    for known in book.misconceptions:
        asked = [objectives for objectives, ids in betrayable if known.id in ids]
        taught = [book.objectives[name].lesson or name for name in known.objectives]
        met = [
            {book.objectives[name].lesson or name for name in objectives} for objectives in asked
        ]
        lessons = {lesson: sum(lesson in one for one in met) for lesson in sorted(taught)}
        rows.append(Offer(known.id, known.claim, len(asked), lessons))
    return rows


def coverage(book: Casebook, notebooks: Path) -> list[Coverage]:
    """The coverage of every objective.

    Raises:
        ValueError: A cell names an objective that does not exist, or a file is no notebook.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for place, kind, name in cells(notebooks):
        if not isinstance(name, str) or name not in book.objectives:
            hint = what_to_write(str(name), book.objectives)
            raise ValueError(f"{place}: there is no objective {short_repr(name)}; {hint}")
        counts[name, kind] += 1
    rows = []
    for name, objective in book.objectives.items():
        questions = [record for record in book.questions.values() if name in record.objectives]
        betrayable = {it for record in questions for it in _betrayable(book, record)}
        made = (counts[name, "markdown"], counts[name, "code"], len(questions))
        rows.append(Coverage(name, objective.can, objective.row, *made, tuple(sorted(betrayable))))
    return rows


def cells(notebooks: Path) -> list[tuple[str, str, Any]]:
    """The objectives that cells name: where the cell stands, what kind it is, and the objective.

    Raises:
        ValueError: There is no notebook, or a file is none.
    """
    rows: list[tuple[str, str, Any]] = []
    if not (paths := sorted(notebooks.glob("*.ipynb"))):
        raise ValueError(f"there is no notebook in {notebooks}; name the folder they are in")
    for path in paths:
        try:
            for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"], 1):
                place, kind = f"{path.name}[{cell.get('id', number)}]", cell["cell_type"]
                rows += [(place, kind, name) for name in cell["metadata"].get("objectives", ())]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError(f"{path.name} is no notebook; save it anew from JupyterLab") from None
    return rows


def as_table(rows: Iterable[Coverage], offered: Iterable[Offer]) -> str:
    """A line for each objective and each misconception, and what is missing below it."""
    lines = [f"{'objective':30} row   passages  activities  questions  misconceptions"]
    for row in rows:
        numbers = f"{row.passages:8}  {row.activities:10}  {row.questions:9}"
        lines.append(f"{row.id:30} {row.row or '-':5} {numbers}  {len(row.misconceptions):14}")
        lines += [f"  missing: {hole}" for hole in row.holes]
    lines += ["", f"{'misconception':36} questions  in the lessons that teach against it"]
    for offer in offered:
        lessons = ", ".join(f"{lesson[:2]}: {n}" for lesson, n in offer.lessons.items())
        lines.append(f"{offer.id:36} {offer.questions:9}  {lessons}")
        lines += [f"  missing: {hole}" for hole in offer.holes]
    return "\n".join(lines)
