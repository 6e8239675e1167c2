"""The ledger: the money ladder for a department and for a client firm, in four books."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from customer_casebook.course.casebook import figures
from customer_casebook.course.document import Block, Details, Line, Table
from customer_casebook.course.feedback import join
from customer_casebook.simulators.economics import BOOKS, Entry, Ledger, Totals
from customer_casebook.simulators.economics import ledger as keep
from customer_casebook.simulators.simulator import Outcome, Simulator, crowns, sliders, toggle
from customer_casebook.widgets.chart import INK, MONEY, SUPPLY, Chart, legend, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES = dict(zip(BOOKS, ("Provider", "Marketing", "Halvorne", "Group"), strict=True))
_LINES = {
    "revenue": "Revenue",
    "internal_income": "Internal income",
    "expense": "Expense",
    "internal_expense": "Internal expense",
    "result": "Result",
}
_CHARGES = {"internal_rung": "Marketing is charged", "external_rung": "Halvorne is charged"}
_START = {"internal_rung": "transfer", "external_rung": "money"}
_STEPS = (25_000, 50_000, 100_000, 200_000, 400_000)  # crowns at the end of the scale


class LedgerBooks(Simulator):
    """How each is charged, how much they take, at which price: and what the books say."""

    def __init__(self) -> None:
        self.figures = figures()["ledger"]
        kept = keep(**self.figures.given() | _START)
        outside = kept.totals("client").expense
        inside = kept.totals("department").internal_expense
        amounts = {"both": inside + outside, "outside": outside, "inside": inside, "nothing": 0}
        revenue = kept.totals("group").revenue
        (right,) = (name for name, amount in amounts.items() if amount == revenue)
        rungs = {
            name: toggle(label, self.figures.choices[name], _START[name])
            for name, label in _CHARGES.items()
        }
        super().__init__(
            "ledger",
            right,
            rungs | sliders(self.figures),
            {name: crowns(amount) for name, amount in amounts.items()},
            self.figures,
        )

    @cached_property
    def _chart(self) -> Chart:
        return Chart(margins=(0.22, 0.16, 0.96, 0.84))

    def outcome(self) -> Outcome:
        given = self.given(self.figures)
        kept = keep(**given)
        totals = {book: kept.totals(book) for book in BOOKS}
        revenue, inside = totals["group"].revenue, totals["group"].internal_income
        point = f"Revenue of the group: {crowns(revenue)} crowns. Internal money in it: {crowns(inside)}."
        columns = ("", *_NAMES.values())
        rows = [
            (label, *(crowns(getattr(totals[book], name)) for book in BOOKS))
            for name, label in _LINES.items()
        ]
        notes: list[Block] = [
            Line(f"{_NAMES[book]} is shown {crowns(cents)} crowns on a statement. Nothing moves.")
            for book, cents in kept.shown.items()
        ]
        if kept.internal_volume < given["internal_volume"]:
            notes.append(
                Line(
                    f"Having seen the cost, Marketing takes {kept.internal_volume:,} thousand "
                    f"mailings instead of {given['internal_volume']:,} thousand."
                )
            )
        numbers = [
            Table("The year in four books, in crowns", columns, rows),
            *notes,
            Details("Every entry", [_entries(kept)]),
        ]
        words = " ".join(f"{_NAMES[book]}: {_in_words(totals[book])}." for book in BOOKS)
        return Outcome(self._chart.html(lambda axes: _draw(axes, totals), words), point, numbers)


def ledger() -> LedgerBooks:
    """The money ladder in the books: who books what, and what is left of it for the group.

    Charging, notional charging and the difference between a charge inside and revenue: v3, still in
    use. Revenue in kind is revenue.
    """
    return LedgerBooks()


def _entries(kept: Ledger) -> Table:
    def row(entry: Entry) -> tuple[str, str, str, str]:
        debit, credit = entry.lines
        return (
            f"{_NAMES[entry.book]}: {entry.what.lower()}",
            debit.account,
            credit.account,
            crowns(debit.debit),
        )

    return Table(
        "Every entry, in crowns; those of the group take internal money out",
        ("Book", "Debit", "Credit", "Amount"),
        [row(each) for each in (*kept.entries, *kept.eliminations)],
    )


def _in_words(totals: Totals) -> str:
    """What a book shows, without the lines that are zero."""
    lines = [
        f"{label.lower()} {crowns(amount)}"
        for name, label in _LINES.items()
        if (amount := getattr(totals, name))
    ]
    return join(lines) if lines else "nothing"


def _draw(axes: Axes, totals: dict[str, Totals]) -> None:
    """Income to the right, expense to the left; what stays inside the group is hatched."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch, Rectangle

    places = range(len(BOOKS), 0, -1)
    sides = [
        ("revenue", "internal_income", 1, MONEY),
        ("expense", "internal_expense", -1, SUPPLY),
    ]
    most, handles = 0.0, []
    for outside, inside, sign, colour in sides:
        solid: dict[str, Any] = {"color": colour}
        hatched: dict[str, Any] = {"facecolor": "none", "edgecolor": colour, "hatch": "////"}
        handles += [Patch(**solid, label=_LINES[outside]), Patch(**hatched, label=_LINES[inside])]
        for book, place in zip(BOOKS, places, strict=True):
            reach = 0.0
            for name, look in ((outside, solid), (inside, hatched)):
                long = sign * getattr(totals[book], name) / 100
                if long:
                    axes.add_artist(Rectangle((reach, place - 0.25), long, 0.5, **look))
                reach += long
            most = max(most, abs(reach))
    end = next(step for step in _STEPS if most <= step)
    axes.set(xlim=(-end, end), ylim=(0.4, len(BOOKS) + 0.6))
    ticks(axes.yaxis, places, [*_NAMES.values()])
    marks = [-end, -end // 2, 0, end // 2, end]
    ticks(axes.xaxis, marks, [f"{abs(each) / 1000:g}" for each in marks])
    axes.set_xlabel("← expense · thousand crowns · income →")
    axes.add_artist(Line2D((0, 0), axes.get_ylim(), color=INK, linewidth=1))
    legend(axes, handles, 0.38)  # the middle of the figure
