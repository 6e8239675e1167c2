"""The service levels: one promise and one year; and what follows from a miss, inside and outside."""

from __future__ import annotations

from collections.abc import Mapping

from customer_casebook.course.casebook import figures, simulators
from customer_casebook.course.document import Details, Table
from customer_casebook.course.records import Figures
from customer_casebook.domain.facts import shorten
from customer_casebook.simulators.economics import (
    ExternalYear,
    InternalYear,
    Month,
    Year,
    achieved,
    allowed,
    external,
    internal,
    year,
)
from customer_casebook.simulators.simulator import Simulator, arguments, crowns, ranges, switch
from customer_casebook.widgets.chart import THEME_INK, Frame, Look, Note, Scale, Shape, bar, chart
from customer_casebook.widgets.controls import Choice, Outcome, Values
from customer_casebook.widgets.diagram import MONEY, SERVICE, SUPPLY

Numbers = Mapping[str, Figures]

_CUSTOMERS = {"internal": "Marketing, inside", "external": "a client firm, outside"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOURS_AT_END = (5, 10, 20, 40, 80, 160, 320, 640, 1280)
_KEPT, _MISSED = Look(SERVICE), Look(SUPPLY, hatch="////")
_AGREED, _REHEARSAL = Look(THEME_INK, line="-", width=1.6), Look(THEME_INK, line=":", width=1.6)
_PLAN = Look(MONEY, line="--", width=2)


def service_levels(customer: str = "internal") -> Simulator:
    """A year against an agreed level, first for a customer who is ``internal`` or ``external``.

    Availability as v3 has it, and the same for both: a service level agreement serves any customer
    (v3, 4 and 5). What follows differs, for only a binding contract makes a penalty enforceable.
    Raises `ValueError` for another customer.
    """
    if customer not in _CUSTOMERS:
        offered = " or ".join(_CUSTOMERS)
        raise ValueError(f"there is no customer {shorten(customer)}; write {offered}")
    text, numbers = simulators()[f"service_levels_{customer}"], figures()
    controls = [
        Choice("customer", "The customer", _CUSTOMERS, customer),
        switch("rehearse", numbers["internal"].switches["rehearse"], "no"),
        switch("penalty_clause", numbers["external"].switches["penalty_clause"], "yes"),
        *ranges(numbers["year"]),
    ]
    start = {control.name: control.start for control in controls}
    right, said = (_dearest if customer == "external" else _more_often)(numbers, start)
    assumed = [numbers[name] for name in ("year", "internal", "external")]
    return Simulator(text, assumed, controls, lambda v: levels_outcome(numbers, v), right, said)


def draw_year(numbers: Numbers, values: Values) -> Year:
    """The year as it is drawn, before anything follows from it."""
    return year(**arguments(numbers["year"], values))


def internal_year(numbers: Numbers, values: Values) -> InternalYear:
    """What follows from the year inside the house."""
    return internal(draw_year(numbers, values), **arguments(numbers["internal"], values))


def external_year(numbers: Numbers, values: Values) -> ExternalYear:
    """What follows outside. What a rehearsal inside has taught is in place before the year begins."""
    if values["rehearse"] == "yes":
        values = {**values, "typical": internal_year(numbers, values).year.typical}
    return external(draw_year(numbers, values), **arguments(numbers["external"], values))


def _more_often(numbers: Numbers, start: Values) -> tuple[str, dict[str, object]]:
    """To whom the promise is broken more often, before anything follows from it."""
    ours, theirs = draw_year(numbers, start).misses, external_year(numbers, start).year.misses
    right = "same" if ours == theirs else "inside" if ours > theirs else "outside"
    return right, {"agreed": f"{start['agreed']:g}"}


def _dearest(numbers: Numbers, start: Values) -> tuple[str, dict[str, object]]:
    """The largest part of what the misses cost."""
    result = external_year(numbers, start)
    parts = {"credits": sum(result.credits), "losing": result.losing, "prospects": result.prospects}
    texts = {name: crowns(cents) for name, cents in parts.items()}
    return max(parts, key=parts.__getitem__), {**texts, "misses": draw_year(numbers, start).misses}


def levels_outcome(numbers: Numbers, values: Values) -> Outcome:
    """What the year comes to for the customer."""
    inside = internal_year(numbers, values)
    if values["customer"] == "internal":
        result, target, plan_from = inside.year, inside.target, inside.plan_from
        point, follows = _inside(inside)
    else:
        outside = external_year(numbers, values)
        result, target, plan_from = outside.year, outside.year.agreed, None
        point, follows = _outside(outside)
        if values["rehearse"] == "yes":
            follows["What the rehearsal's plan cost, in crowns"] = crowns(inside.budget)
    months = result.months
    hours = sum(month.service for month in months), sum(month.downtime for month in months)
    rows = {
        "Availability over the whole year": f"{achieved(*hours):.2f} %",
        **follows,
        "Mailings or tickets lost in downtime": f"{result.lost:,}",
    }
    table = Table(
        "Hours of downtime, and availability in percent",
        ("Month", "Downtime", "Agreed level leaves", "Achieved", ""),
        [_row(month) for month in months],
    )
    missed = [_MONTHS[month.number - 1] for month in months if month.missed]
    words = (
        f"Hours of downtime for each month of a year, against an agreed level of "
        f"{result.agreed:g} %. Missed: {', '.join(missed) or 'none'}."
    )
    return Outcome(
        chart(words, *_plot_year(result, target, plan_from)),
        f"{len(missed)} of 12 months missed. {point}",
        [
            Table("What follows from the year", ("", "Amount"), [*rows.items()]),
            Details("Month by month", [table]),
        ],
        # Inside there is no court, and so no clause to switch.
        hidden=frozenset({"penalty_clause"} if values["customer"] == "internal" else ()),
    )


def _inside(result: InternalYear) -> tuple[str, dict[str, str]]:
    """The point of it, and what follows."""
    plan = f"from {_MONTHS[result.plan_from - 1]}" if result.plan_from else "none"
    misses = result.dependent_misses
    return f"Outside, the web shop that depends on it misses {misses}.", {
        "Misses carried upstairs": f"{result.year.misses}",
        "Time of managers, in crowns": crowns(result.escalation),
        "Plan for improvement": plan,
        "Its budget, in crowns": crowns(result.budget),
        "Months the web shop, which depends on it, misses outside": f"{misses} of 12",
    }


def _outside(result: ExternalYear) -> tuple[str, dict[str, str]]:
    """The point of it, and what follows."""
    more = "more" if result.cost > result.serving_better else "not more"
    damage = f"The damage is {crowns(result.cost)} crowns"
    return f"{damage}, {more} than serving better would cost.", {
        "Penalties, in crowns": crowns(sum(result.credits)),
        "Chance that the customer leaves": f"{result.churn} %",
        "Losing the customer through the misses, in crowns": crowns(result.losing),
        "Trust among peers at the end": f"{result.trust} %",
        "Customers who never come, in crowns": crowns(result.prospects),
        "Together, in crowns": crowns(result.cost),
        "Serving better would cost, in crowns": crowns(result.serving_better),
    }


def _row(month: Month) -> tuple[str, ...]:
    numbers = [f"{each:.2f}" for each in (month.downtime, month.allowed, month.achieved)]
    return _MONTHS[month.number - 1], *numbers, "✗ missed" if month.missed else "✓ kept"


def _plot_year(
    year: Year, target: float, plan_from: int | None
) -> tuple[Frame, list[Shape], list[Note]]:
    """The downtime of each month, and how much of it a level leaves."""
    months = year.months
    most = max(max(month.allowed, month.downtime) for month in months)
    end = next(end for end in _HOURS_AT_END if 1.12 * most <= end)
    shapes = [
        bar(month.number - 0.33, 0, 0.66, month.downtime, _MISSED if month.missed else _KEPT)
        for month in months
    ]
    notes = [Note(each.number, each.downtime + end / 80, "✗") for each in months if each.missed]
    legend = [("kept", _KEPT), ("missed ✗", _MISSED)]
    for name, look, level in (("agreed", _AGREED, year.agreed), ("rehearsal", _REHEARSAL, target)):
        if name == "agreed" or target > year.agreed:
            limits = [(month.number, allowed(month.service, level)) for month in months]
            steps = [(number + side, limit) for number, limit in limits for side in (-0.5, 0.5)]
            shapes.append(Shape(steps, look))
            legend.append((f"{name}: {level:g} %", look))
    title = "month"
    if plan_from:
        shapes.append(Shape([(plan_from - 0.5, 0), (plan_from - 0.5, end)], _PLAN))
        title = "month; the plan begins at the dashes"
    x = Scale(0.4, 12.7, tuple((at, name[0]) for at, name in enumerate(_MONTHS, 1)), title)
    ticks = range(0, end + 1, end // (4 if end % 20 == 0 else 5))
    y = Scale(0, end, tuple((at, str(at)) for at in ticks), "hours of downtime")
    return Frame(x, y, tuple(legend)), shapes, notes
