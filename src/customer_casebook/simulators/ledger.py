"""The ledger: the money ladder for a department and for a client firm, in four books."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from customer_casebook.course.casebook import course, join
from customer_casebook.document import Details, Paragraph, Table
from customer_casebook.figures import Figures
from customer_casebook.simulators import economics
from customer_casebook.simulators.simulator import Simulator, arguments, controls_of, crowns
from customer_casebook.widgets.chart import (
    THEME_INK,
    Frame,
    Look,
    Note,
    Scale,
    Shape,
    bar,
    chart,
    steps,
)
from customer_casebook.widgets.controls import Choice, Outcome, Values
from customer_casebook.widgets.diagram import MONEY, SUPPLY

_BOOKS = {"provider": "Provider", "department": "Marketing", "client": "Halvorne", "group": "Group"}
_SIDES = (
    ((economics.REVENUE, economics.INTERNAL_INCOME), 1, MONEY),
    ((economics.EXPENSE, economics.INTERNAL_EXPENSE), -1, SUPPLY),
)
_LABEL_CROWNS = 28_000  # what the number beside a bar takes of the axis

Totals = Mapping[str, Mapping[str, int]]  # cents, by the name of a book
Reach = tuple[float, float]  # crowns: the longest bar to the left, and to the right


def ledger() -> Simulator:
    """The money ladder in the books: who books what, and what is left of it for the group.

    Charging, notional charging and the difference between a charge inside and revenue: v3, still in
    use. Revenue in kind is revenue.
    """
    text, numbers = course().simulators["ledger"], course().figures["ledger"]
    inside, outside = (numbers.choices[name] for name in ("internal_rung", "external_rung"))
    controls = [
        Choice("internal_rung", "Marketing is charged", inside, "transfer"),
        Choice("external_rung", "Halvorne is charged", outside, "money"),
        *controls_of(numbers),
    ]
    start = {control.name: control.start for control in controls}
    books = economics.keep_books(**arguments(numbers, start))
    fee = books.totals("client")[economics.EXPENSE]
    charge = books.totals("department")[economics.INTERNAL_EXPENSE]
    amounts = {"both": charge + fee, "outside": fee, "inside": charge, "nothing": 0}
    revenue = books.totals("group")[economics.REVENUE]
    (right,) = (name for name, amount in amounts.items() if amount == revenue)
    words = {name: crowns(amount) for name, amount in amounts.items()}
    reach = longest_bars(numbers)
    outcome = partial(ledger_outcome, numbers, reach)
    return Simulator(text, [numbers], controls, outcome, right, words)


def longest_bars(numbers: Figures) -> Reach:
    """How far the bars reach with all that can be taken, at the highest price, and nothing cut back."""
    most: dict[str, Any] = {name: slider.max for name, slider in numbers.sliders.items()}
    most["cut_back"] = numbers.sliders["cut_back"].min
    books: list[Mapping[str, int]] = []
    for rungs in product(*numbers.choices.values()):
        most |= zip(numbers.choices, rungs, strict=True)
        books += _totals(numbers, most).values()
    income, expense = (
        max(sum(book[label] for label in labels) for book in books) / 100 for labels, *_ in _SIDES
    )
    return expense, income


def _totals(numbers: Figures, values: Values) -> Totals:
    return _totals_of(economics.keep_books(**arguments(numbers, values)))


def _totals_of(books: economics.Ledger) -> Totals:
    return {name: books.totals(book) for book, name in _BOOKS.items()}


def ledger_outcome(numbers: Figures, reach: Reach, values: Values, before: Values) -> Outcome:
    """What the four books say."""
    books = economics.keep_books(**arguments(numbers, values))
    totals = _totals_of(books)
    group = totals["Group"]
    rows = [(label, *(crowns(lines[label]) for lines in totals.values())) for label in group]
    notes = [
        f"{_BOOKS[book]} is shown {crowns(cents)} crowns on a statement."
        for book, cents in books.statements.items()
    ]
    notes = [f"{' '.join(notes)} Nothing moves."] if notes else []
    if books.internal_volume < values["internal_volume"]:
        less = f"{books.internal_volume:,} thousand mailings instead of"
        more = f"{values['internal_volume']:,} thousand"
        notes.append(f"Marketing sees the cost, and takes {less} {more}.")
    entries = [
        (f"{_BOOKS[book]}: {what.lower()}", debit, credit, crowns(amount))
        for book, what, debit, credit, amount in books.entries
    ]
    caption = "Every entry, in crowns; those of the group take internal money out"
    every_entry = Table(caption, ("Book", "Debit", "Credit", "Amount"), entries)
    words = " ".join(f"{name}: {_in_words(lines)}." for name, lines in totals.items())
    revenue, internal = crowns(group[economics.REVENUE]), crowns(group[economics.INTERNAL_INCOME])
    return Outcome(
        chart(words, *_plot_books(totals, _totals(numbers, before), reach)),
        f"Revenue of the group: {revenue} crowns. Internal money in it: {internal}.",
        [
            Table("The year in four books, in crowns", ("", *totals), rows),
            *map(Paragraph, notes),
            Details("Every entry", [every_entry]),
        ],
    )


def _in_words(totals: Mapping[str, int]) -> str:
    """What a book shows, without the lines that are zero."""
    lines = [f"{label.lower()} {crowns(amount)}" for label, amount in totals.items() if amount]
    return join(lines) if lines else "nothing"


def _plot_books(
    totals: Totals, before: Totals, reach: Reach
) -> tuple[Frame, list[Shape], list[Note], list[Shape]]:
    """Income to the right, expense to the left; what stays inside the group is hatched."""
    ticks = tuple((at, f"{abs(at) / 1000:g}") for at in steps(-reach[0], reach[1]))
    ends = -reach[0] - _LABEL_CROWNS, reach[1] + _LABEL_CROWNS
    x = Scale(*ends, ticks, "← expense · thousand crowns · income →")
    y = Scale(0.4, 4.6, tuple(zip(range(len(totals), 0, -1), totals, strict=True)))
    looks = [each for labels, _, colour in _SIDES for each in _looks(labels, colour)]
    was = _bars_of(before)[0]
    shapes, notes = _bars_of(totals, was)
    axis = Shape([(0, y.start), (0, y.end)], Look(THEME_INK, line="-"))
    frame = Frame(x, y, tuple(looks), margins=(0.22, 0.15, 0.98, 0.79))
    return frame, [*shapes, axis], notes, was


def _looks(labels: Sequence[str], colour: str) -> list[tuple[str, Look]]:
    return [*zip(labels, (Look(colour), Look(colour, hatch="////")), strict=True)]


def _bars_of(totals: Totals, was: Sequence[Shape] = ()) -> tuple[list[Shape], list[Note]]:
    """What each book shows on both sides, in crowns, and how much that is together.

    The number stands beside its bar, where no end of a bar of before goes through it.
    """
    edges = {(x, y) for each in was for x, y in each.points}
    bars, notes = [], []
    for labels, sign, colour in _SIDES:
        for place, lines in zip(range(len(totals), 0, -1), totals.values(), strict=True):
            reach = 0.0
            for label, look in _looks(labels, colour):
                length = sign * lines[label] / 100
                bars += [bar(reach, place - 0.25, length, 0.5, look)] if length else []
                reach += length
            words = f"{abs(reach) / 1000:,.1f}".removesuffix(".0")
            at = reach
            for length in sorted(sign * x for x, y in edges if y == place - 0.25):
                at = sign * length if sign * at < length <= sign * at + _LABEL_CROWNS else at
            beside = at + sign * _LABEL_CROWNS / 8
            notes += [Note(beside, place, words, "left" if sign < 0 else "right")] if reach else []
    return bars, notes
