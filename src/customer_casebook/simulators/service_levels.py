"""The service levels: one promise and one year; and what follows from a miss, inside and outside."""

from collections.abc import Mapping, Sequence
from functools import partial

from customer_casebook.course.casebook import course
from customer_casebook.document import Details, Table
from customer_casebook.domain.facts import require_known
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
from customer_casebook.widgets.diagram import MONEY, SERVICE, SUPPLY

Numbers = Mapping[str, Figures]
Years = tuple[economics.Year, economics.InternalYear, economics.ExternalYear]
Guess = tuple[str, dict[str, object]]  # the right option, and the numbers in its words

_CUSTOMERS = {"internal": "Marketing, inside", "external": "a client firm, outside"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WITHIN, _BELOW = Look(SERVICE), Look(SUPPLY, hatch="////")
_AGREED, _REHEARSAL = Look(THEME_INK, line="-", width=1.6), Look(THEME_INK, line="-.", width=1.6)
_PLAN = Look(MONEY, line="--", width=2)


def service_levels(customer: str = "internal") -> Simulator:
    """A year against an agreed level, first for a customer who is ``internal`` or ``external``.

    Availability as v3 has it, and the same for both: a service level agreement serves any customer
    (v3, 4 and 5). What follows differs, for only a binding contract makes a penalty enforceable.
    Raises `InputError` for another customer.
    """
    require_known("customer", customer, _CUSTOMERS)
    text, numbers = course().simulators[f"service_levels_{customer}"], course().figures
    controls = [
        Choice("customer", "The customer", _CUSTOMERS, customer),
        *controls_of(numbers["internal"], rehearse="no"),
        *controls_of(numbers["year"]),
        *controls_of(numbers["external"], penalty_clause="yes"),  # last: it comes and goes
    ]
    year, _, outside = draw_years(numbers, {control.name: control.start for control in controls})
    right, words = (_dearest if customer == "external" else _more_often)(year, outside)
    assumed = [numbers[name] for name in ("year", "internal", "external")]
    outcome = partial(levels_outcome, numbers, longest_downtime(numbers["year"]))
    return Simulator(text, assumed, controls, outcome, right, words)


def longest_downtime(numbers: Figures) -> float:
    """The most hours that a month has in any year that can be drawn, or that any level leaves."""
    worst = {name: slider.min for name, slider in numbers.sliders.items()}
    seeds = range(int(worst["seed"]), int(numbers.sliders["seed"].max) + 1)
    years = (economics.year(**numbers.arguments(**{**worst, "seed": seed})) for seed in seeds)
    return max(max(month.allowed, month.downtime) for year in years for month in year.months)


def draw_years(numbers: Numbers, values: Values) -> Years:
    """The year as it is drawn, and what follows inside and outside.

    What a rehearsal inside has taught is in place before the year outside begins.
    """
    year = economics.year(**arguments(numbers["year"], values))
    inside = economics.internal(year, **arguments(numbers["internal"], values))
    typical = inside.year.typical if values["rehearse"] == "yes" else year.typical
    better = economics.year(**arguments(numbers["year"], {**values, "typical": typical}))
    return year, inside, economics.external(better, **arguments(numbers["external"], values))


def _more_often(year: economics.Year, outside: economics.ExternalYear) -> Guess:
    """To whom the promise is broken more often, before anything follows from it."""
    ours, theirs = year.misses, outside.year.misses
    right = "same" if ours == theirs else "inside" if ours > theirs else "outside"
    return right, {"agreed": f"{year.agreed:g}"}


def _dearest(year: economics.Year, outside: economics.ExternalYear) -> Guess:
    """The largest part of what the misses cost."""
    losses = {"losing": outside.losing, "prospects": outside.prospects}
    parts = {"credits": sum(outside.credits), **losses}
    amounts = {name: crowns(cents) for name, cents in parts.items()}
    return max(parts, key=parts.__getitem__), {**amounts, "misses": year.misses}


def _year_shown(numbers: Numbers, values: Values) -> economics.Year:
    """The year of the customer who is chosen."""
    _, inside, outside = draw_years(numbers, values)
    return inside.year if values["customer"] == "internal" else outside.year


def levels_outcome(numbers: Numbers, longest: float, values: Values, before: Values) -> Outcome:
    """What the year comes to for the customer."""
    _, inside, outside = draw_years(numbers, values)
    if values["customer"] == "internal":
        year, target, plan_from = inside.year, inside.target, inside.plan_from
        point, follows = _internal_follows(inside)
    else:
        year, target, plan_from = outside.year, outside.year.agreed, None
        point, follows = _outside(outside)
        if values["rehearse"] == "yes":
            follows["What the rehearsal's plan cost, in crowns"] = crowns(inside.budget)
    months = year.months
    hours = sum(month.service for month in months), sum(month.downtime for month in months)
    rows = {
        "Availability over the whole year": f"{economics.achieved(*hours):.2f}%",
        **follows,
        "Mailings or tickets lost in downtime": f"{year.lost:,}",
    }
    by_month = []
    for number, _, *amounts, missed in months:
        verdict = "✗ missed" if missed else "✓ kept"
        by_month.append((_MONTHS[number - 1], *(f"{each:.2f}" for each in amounts), verdict))
    columns = ("Month", "Downtime", "Agreed level leaves", "Achieved", "")
    table = Table("Hours of downtime, and availability in percent", columns, by_month)
    misses = [name for name, month in zip(_MONTHS, months, strict=True) if month.missed]
    words = "Hours of downtime for each month of a year, against an agreed level of"
    words += f" {year.agreed:g}%. Missed: {', '.join(misses) or 'none'}."
    return Outcome(
        chart(words, *_plot_year(year, _year_shown(numbers, before), longest, target, plan_from)),
        f"{len(misses)} of 12 months missed. {point}",
        [
            Table("What follows from the year", ("", "Amount"), [*rows.items()]),
            Details("Month by month", [table]),
        ],
        # Inside there is no court, and so no clause to switch.
        hidden=frozenset({"penalty_clause"} if values["customer"] == "internal" else ()),
    )


def _internal_follows(result: economics.InternalYear) -> tuple[str, dict[str, str]]:
    """The point of it, and what follows."""
    misses = result.dependent_misses
    return f"Outside, the web shop that depends on it misses {misses}.", {
        "Misses escalated to management": f"{result.year.misses}",
        "Time of managers, in crowns": crowns(result.escalation),
        "Plan for improvement": (
            f"from {_MONTHS[result.plan_from - 1]}" if result.plan_from else "none"
        ),
        "Its budget, in crowns": crowns(result.budget),
        "Months the web shop, which depends on it, misses outside": f"{misses} of 12",
    }


def _outside(result: economics.ExternalYear) -> tuple[str, dict[str, str]]:
    """The point of it, and what follows."""
    more = "more" if result.cost > result.serving_better else "not more"
    damage = f"The damage is {crowns(result.cost)} crowns"
    return f"{damage}, {more} than serving better would cost.", {
        "Penalties, in crowns": crowns(sum(result.credits)),
        "Chance that the customer leaves": f"{result.churn}%",
        "Losing the customer through the misses, in crowns": crowns(result.losing),
        "Trust among peers at the end": f"{result.trust}%",
        "Customers who never come, in crowns": crowns(result.prospects),
        "Together, in crowns": crowns(result.cost),
        "Serving better would cost, in crowns": crowns(result.serving_better),
    }


def _plot_year(
    year: economics.Year,
    before: economics.Year,
    longest: float,
    target: float,
    plan_from: int | None,
) -> tuple[Frame, list[Shape], list[Note], list[Shape]]:
    """The downtime of each month, and how much of it a level leaves."""
    end = 1.18 * longest  # above the longest bar there is room for its number and its mark
    shapes = [_bar_of(month) for month in year.months]
    legend = [("kept", _WITHIN), ("missed ✗", _BELOW)]
    levels = [("agreed", _AGREED, year.agreed), ("rehearsal", _REHEARSAL, target)]
    for name, look, level in levels if target > year.agreed else levels[:1]:
        limits = [(month.number, economics.allowed(month.service, level)) for month in year.months]
        points = [(number + side, limit) for number, limit in limits for side in (-0.5, 0.5)]
        shapes.append(Shape(points, look))
        legend.append((f"{name}: {level:g}%", look))
    if plan_from:
        shapes.append(Shape([(plan_from - 0.5, 0), (plan_from - 0.5, end)], _PLAN))
        legend.append(("the plan begins", _PLAN))
    notes: list[Note] = []
    for was, month in zip(before.months, year.months, strict=True):
        lines = economics.allowed(month.service, target), month.allowed, was.downtime
        notes += _notes_above(month, end, sorted(lines))
    x = Scale(0.4, 12.6, tuple((at, name[0]) for at, name in enumerate(_MONTHS, 1)), "month")
    y = Scale(0, end, tuple((at, str(at)) for at in steps(0, longest)), "hours of downtime")
    return Frame(x, y, tuple(legend)), shapes, notes, [_bar_of(month) for month in before.months]


def _bar_of(month: economics.Month) -> Shape:
    look = _BELOW if month.missed else _WITHIN
    return bar(month.number - 0.33, 0, 0.66, month.downtime, look)


def _notes_above(month: economics.Month, end: float, lines: Sequence[float]) -> list[Note]:
    """The hours of a month, and its mark, above its bar and where no line goes through them."""
    at, line_height = month.downtime, end / 14
    for line in lines:
        if at < line <= at + line_height * (1 + month.missed):
            at = line
    hours = f"{month.downtime:.{0 if month.downtime >= 9.95 else 1}f}"
    notes = [Note(month.number, at + end / 90, hours)]
    return [*notes, Note(month.number, at + line_height, "✗")] if month.missed else notes
