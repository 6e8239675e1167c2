"""What of the course's objectives is taught, practised and asked, counted from the notebooks and the content.

A cell says which objectives it teaches or practises in its metadata: ``{"objectives": [ids]}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from customer_casebook.course.casebook import bank, objectives
from customer_casebook.course.feedback import Item
from customer_casebook.course.items import item
from customer_casebook.domain.facts import short_repr, what_to_write

ASKED = 4  # questions that each objective needs


@dataclass(frozen=True, slots=True)
class Coverage:
    """One objective: how many passages teach it, activities practise it and questions ask it.

    ``misconceptions`` are those that a wrong answer to one of its questions can betray.
    """

    id: str
    text: str
    row: str | None
    passages: int
    activities: int
    questions: int
    misconceptions: tuple[str, ...]

    @property
    def holes(self) -> list[str]:
        """What is missing, in words."""
        missing = {
            "no passage teaches it": not self.passages,
            "no activity practises it": not self.activities,
            f"{self.questions} questions, where {ASKED} are needed": self.questions < ASKED,
        }
        return [words for words, so in missing.items() if so]


def coverage(notebooks: Path) -> list[Coverage]:
    """The coverage of every objective.

    Raises `ValueError` where a cell names an objective there is not, and for what is no notebook.
    """
    taught: dict[str, list[str]] = {each: [] for each in objectives()}
    for place, kind, ids in cells(notebooks):
        for each in ids:
            if each not in taught:
                hint = what_to_write(str(each), objectives())
                raise ValueError(f"{place}: there is no objective {short_repr(each)}; {hint}")
            taught[each].append(kind)
    asked = {
        each: [entry for entry in bank().values() if each in entry.objectives] for each in taught
    }
    return [
        Coverage(
            id=each.id,
            text=each.can,
            row=each.row,
            passages=taught[each.id].count("markdown"),
            activities=taught[each.id].count("code"),
            questions=len(asked[each.id]),
            misconceptions=tuple(
                sorted({name for entry in asked[each.id] for name in betrayed(item(entry))})
            ),
        )
        for each in objectives().values()
    ]


def cells(notebooks: Path) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Where each cell stands, what kind it is, and the objectives it names.

    Raises `ValueError` where there is no notebook, or what is none.
    """
    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise ValueError(f"there is no notebook in {notebooks}; name the folder they are in")
    for path in paths:
        try:
            found = [
                (
                    f"{path.name}[{cell['id']}]",
                    cell["cell_type"],
                    list(cell["metadata"].get("objectives", ())),
                )
                for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            ]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError(f"{path.name} is no notebook; save it anew from JupyterLab") from None
        yield from found


def betrayed(asked: Item) -> Iterator[str]:
    """The misconceptions that wrong answers to a question can betray, one changed choice at a time."""
    for option, chosen in product(asked.options, (True, False)):
        choice = asked.right | {option} if chosen else asked.right - {option}
        single = not asked.many and not asked.groups
        if wrong := asked.misconception({option} if single and chosen else choice):
            yield wrong.id


def as_json(rows: Iterable[Coverage]) -> str:
    return json.dumps({"objectives": [asdict(each) for each in rows]}, indent=2)


def as_table(rows: Iterable[Coverage]) -> str:
    """A line for each objective, and what is missing below it."""
    lines = [f"{'objective':30} row   passages  activities  questions  misconceptions"]
    for each in rows:
        lines.append(
            f"{each.id:30} {each.row or '-':5} {each.passages:8}  {each.activities:10}  "
            f"{each.questions:9}  {len(each.misconceptions):14}"
        )
        lines += [f"  missing: {hole}" for hole in each.holes]
    return "\n".join(lines)
