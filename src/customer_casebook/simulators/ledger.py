"""The ledger: the money ladder for a department and for a client firm, in four books."""

from __future__ import annotations

from collections.abc import Mapping

from customer_casebook.course.casebook import figures, simulators
from customer_casebook.course.document import Block, Details, Line, Table
from customer_casebook.course.feedback import join
from customer_casebook.course.records import Figures
from customer_casebook.simulators.economics import BOOKS, Ledger, Totals, keep_books
from customer_casebook.simulators.simulator import Simulator, arguments, crowns, ranges
from customer_casebook.widgets.chart import THEME_INK, Frame, Look, Scale, Shape, bar, chart
from customer_casebook.widgets.controls import Choice, Outcome, Values
from customer_casebook.widgets.diagram import MONEY, SUPPLY

_BOOK_NAMES = dict(zip(BOOKS, ("Provider", "Marketing", "Halvorne", "Group"), strict=True))
_TOTALS = {
    "revenue": "Revenue",
    "internal_income": "Internal income",
    "expense": "Expense",
    "internal_expense": "Internal expense",
    "result": "Result",
}
_CHARGES = {
    "internal_rung": ("Marketing is charged", "transfer"),
    "external_rung": ("Halvorne is charged", "money"),
}
_CROWNS_AT_END = (25_000, 50_000, 100_000, 200_000, 400_000)


def ledger() -> Simulator:
    """The money ladder in the books: who books what, and what is left of it for the group.

    Charging, notional charging and the difference between a charge inside and revenue: v3, still in
    use. Revenue in kind is revenue.
    """
    text, numbers = simulators()["ledger"], figures()["ledger"]
    charges = [
        Choice(name, label, numbers.choices[name], start)
        for name, (label, start) in _CHARGES.items()
    ]
    controls = [*charges, *ranges(numbers)]
    books = keep_books(**arguments(numbers, {each.name: each.start for each in controls}))
    outside = books.totals("client").expense
    inside = books.totals("department").internal_expense
    amounts = {"both": inside + outside, "outside": outside, "inside": inside, "nothing": 0}
    revenue = books.totals("group").revenue
    (right,) = (name for name, amount in amounts.items() if amount == revenue)
    said = {name: crowns(amount) for name, amount in amounts.items()}
    return Simulator(text, [numbers], controls, lambda v: ledger_outcome(numbers, v), right, said)


def ledger_outcome(numbers: Figures, values: Values) -> Outcome:
    """What the four books say."""
    books = keep_books(**arguments(numbers, values))
    totals = {book: books.totals(book) for book in BOOKS}
    revenue, internal = totals["group"].revenue, totals["group"].internal_income
    rows = [
        (label, *(crowns(getattr(totals[book], name)) for book in BOOKS))
        for name, label in _TOTALS.items()
    ]
    notes: list[Block] = [
        Line(f"{_BOOK_NAMES[book]} is shown {crowns(cents)} crowns on a statement. Nothing moves.")
        for book, cents in books.statements.items()
    ]
    if books.internal_volume < values["internal_volume"]:
        less = f"{books.internal_volume:,} thousand mailings instead of"
        more = f"{values['internal_volume']:,} thousand"
        notes.append(Line(f"Having seen the cost, Marketing takes {less} {more}."))
    words = " ".join(f"{_BOOK_NAMES[book]}: {_in_words(totals[book])}." for book in BOOKS)
    return Outcome(
        chart(words, *_plot_books(totals)),
        f"Revenue of the group: {crowns(revenue)} crowns. Internal money in it: {crowns(internal)}.",
        [
            Table("The year in four books, in crowns", ("", *_BOOK_NAMES.values()), rows),
            *notes,
            Details("Every entry", [_entry_table(books)]),
        ],
    )


def _entry_table(books: Ledger) -> Table:
    rows = [
        (f"{_BOOK_NAMES[book]}: {what.lower()}", debit, credit, crowns(amount))
        for book, what, debit, credit, amount in (*books.entries, *books.eliminations)
    ]
    caption = "Every entry, in crowns; those of the group take internal money out"
    return Table(caption, ("Book", "Debit", "Credit", "Amount"), rows)


def _in_words(totals: Totals) -> str:
    """What a book shows, without the lines that are zero."""
    amounts = {label: getattr(totals, name) for name, label in _TOTALS.items()}
    lines = [f"{label.lower()} {crowns(amount)}" for label, amount in amounts.items() if amount]
    return join(lines) if lines else "nothing"


def _plot_books(totals: Mapping[str, Totals]) -> tuple[Frame, list[Shape]]:
    """Income to the right, expense to the left; what stays inside the group is hatched."""
    shapes, legend, longest = [], [], 0.0
    places = [*zip(range(len(BOOKS), 0, -1), BOOKS, strict=True)]
    for name, sign, colour in (("revenue", 1, MONEY), ("expense", -1, SUPPLY)):
        inside = "internal_income" if name == "revenue" else "internal_expense"
        looks = {name: Look(colour), inside: Look(colour, hatch="////")}
        legend += [(_TOTALS[each], look) for each, look in looks.items()]
        for place, book in places:
            reach = 0.0
            for each, look in looks.items():
                length = sign * getattr(totals[book], each) / 100
                shapes += [bar(reach, place - 0.25, length, 0.5, look)] if length else []
                reach += length
            longest = max(longest, abs(reach))
    end = next(end for end in _CROWNS_AT_END if longest <= end)
    ticks = tuple((at, f"{abs(at) / 1000:g}") for at in (-end, -end // 2, 0, end // 2, end))
    x = Scale(-end, end, ticks, "← expense · thousand crowns · income →")
    y = Scale(0.4, 4.6, tuple((place, _BOOK_NAMES[book]) for place, book in places))
    shapes.append(Shape([(0, y.start), (0, y.end)], Look(THEME_INK, line="-")))
    return Frame(x, y, tuple(legend), margins=(0.22, 0.16, 0.96, 0.84)), shapes
