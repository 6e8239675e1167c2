"""The ledger: the money ladder for a department and for a client firm, in four books."""

from collections.abc import Mapping

from customer_casebook.course.casebook import course, join
from customer_casebook.course.figures import Figures
from customer_casebook.document import Details, Paragraph, Table
from customer_casebook.simulators import economics
from customer_casebook.simulators.simulator import Simulator, arguments, controls_of, crowns
from customer_casebook.widgets.chart import THEME_INK, Frame, Look, Scale, Shape, bar, chart
from customer_casebook.widgets.controls import Choice, Outcome, Values
from customer_casebook.widgets.diagram import MONEY, SUPPLY

_BOOKS = {"provider": "Provider", "department": "Marketing", "client": "Halvorne", "group": "Group"}
_SIDES = (
    ((economics.REVENUE, economics.INTERNAL_INCOME), 1, MONEY),
    ((economics.EXPENSE, economics.INTERNAL_EXPENSE), -1, SUPPLY),
)
_CROWNS_AT_END = (25_000, 50_000, 100_000, 200_000, 400_000)


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
    return Simulator(text, [numbers], controls, lambda v: ledger_outcome(numbers, v), right, words)


def ledger_outcome(numbers: Figures, values: Values) -> Outcome:
    """What the four books say."""
    books = economics.keep_books(**arguments(numbers, values))
    totals = {name: books.totals(book) for book, name in _BOOKS.items()}
    group = totals["Group"]
    rows = [(label, *(crowns(lines[label]) for lines in totals.values())) for label in group]
    notes = [
        f"{_BOOKS[book]} is shown {crowns(cents)} crowns on a statement. Nothing moves."
        for book, cents in books.statements.items()
    ]
    if books.internal_volume < values["internal_volume"]:
        less = f"{books.internal_volume:,} thousand mailings instead of"
        more = f"{values['internal_volume']:,} thousand"
        notes.append(f"Having seen the cost, Marketing takes {less} {more}.")
    entries = [
        (f"{_BOOKS[book]}: {what.lower()}", debit, credit, crowns(amount))
        for book, what, debit, credit, amount in books.entries
    ]
    caption = "Every entry, in crowns; those of the group take internal money out"
    every_entry = Table(caption, ("Book", "Debit", "Credit", "Amount"), entries)
    words = " ".join(f"{name}: {_in_words(lines)}." for name, lines in totals.items())
    revenue, internal = crowns(group[economics.REVENUE]), crowns(group[economics.INTERNAL_INCOME])
    return Outcome(
        chart(words, *_plot_books(totals)),
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


def _plot_books(totals: Mapping[str, Mapping[str, int]]) -> tuple[Frame, list[Shape]]:
    """Income to the right, expense to the left; what stays inside the group is hatched."""
    shapes, legend, longest = [], [], 0.0
    places = [*zip(range(len(totals), 0, -1), totals, strict=True)]
    for labels, sign, colour in _SIDES:
        looks = [*zip(labels, (Look(colour), Look(colour, hatch="////")), strict=True)]
        legend += looks
        for place, book in places:
            reach = 0.0
            for label, look in looks:
                length = sign * totals[book][label] / 100
                shapes += [bar(reach, place - 0.25, length, 0.5, look)] if length else []
                reach += length
            longest = max(longest, abs(reach))
    end = next(end for end in _CROWNS_AT_END if longest <= end)
    ticks = tuple((at, f"{abs(at) / 1000:g}") for at in (-end, -end // 2, 0, end // 2, end))
    x = Scale(-end, end, ticks, "← expense · thousand crowns · income →")
    y = Scale(0.4, 4.6, tuple(places))
    shapes.append(Shape([(0, y.start), (0, y.end)], Look(THEME_INK, line="-")))
    return Frame(x, y, tuple(legend), margins=(0.22, 0.16, 0.96, 0.84)), shapes
