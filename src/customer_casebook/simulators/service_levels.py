"""The service levels: one promise and one year; and what follows from a miss, inside and outside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from customer_casebook.course.casebook import figures
from customer_casebook.course.document import Block, Details, Table
from customer_casebook.domain.facts import shorten
from customer_casebook.simulators.economics import (
    Inside,
    Month,
    Outside,
    Year,
    achieved,
    allowed,
    external,
    internal,
    year,
)
from customer_casebook.simulators.simulator import (
    Outcome,
    Simulator,
    crowns,
    sliders,
    switch,
    toggle,
)
from customer_casebook.widgets.chart import INK, MONEY, SERVICE, SUPPLY, Chart, legend, ticks

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_CUSTOMERS = {"internal": "Marketing, inside", "external": "a client firm, outside"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (5, 10, 20, 40, 80, 160, 320, 640, 1280)  # hours at the end of the scale

Rows = list[tuple[str, str]]


class Shown(NamedTuple):
    """The months as they went for a customer, the target they were held against, and what followed.

    ``plan`` is the month from which a plan for improvement worked, if there was one.
    """

    months: Sequence[Month]
    target: float
    point: str
    follows: Rows
    plan: int | None = None


class ServiceLevels(Simulator):
    """One promise, one year, and the customer it is kept for; and what follows from a miss."""

    def __init__(self, customer: str) -> None:
        if customer not in _CUSTOMERS:
            told = " or ".join(_CUSTOMERS)
            raise ValueError(f"there is no customer {shorten(customer)}; write {told}")
        self.figures = figures()
        rehearse = self.figures["internal"].switches["rehearse"]
        clause = self.figures["external"].switches["penalty_clause"]
        self.controls = {
            "customer": toggle("The customer", _CUSTOMERS, customer),
            "rehearse": switch(rehearse, on=False),
            "penalty_clause": switch(clause, on=True),
            **sliders(self.figures["year"]),
        }
        right, numbers = self._dearest() if customer == "external" else self._more_often()
        given = (self.figures[name] for name in ("year", "internal", "external"))
        super().__init__(f"service_levels_{customer}", right, self.controls, numbers, *given)

    def year(self, **better: float) -> Year:
        """The year as it is drawn, before anything follows from it."""
        return year(**self.given(self.figures["year"]) | better)

    def inside(self) -> Inside:
        """What follows from the year inside the house."""
        return internal(self.year(), **self.given(self.figures["internal"]))

    def outside(self) -> Outside:
        """What follows outside. What a rehearsal inside has taught is in place before the year begins."""
        rehearsed = self.controls["rehearse"].value
        learnt = {"typical": self.inside().typical} if rehearsed else {}
        return external(self.year(**learnt), **self.given(self.figures["external"]))

    def _more_often(self) -> tuple[str, dict[str, object]]:
        """To whom the promise is broken more often, before anything follows from it."""
        ours = self.year().misses
        theirs = sum(each.month.missed for each in self.outside().months)
        right = "same" if ours == theirs else "inside" if ours > theirs else "outside"
        return right, {"agreed": f"{self.controls['agreed'].value:g}"}

    def _dearest(self) -> tuple[str, dict[str, object]]:
        """The largest part of what the misses cost."""
        found = self.outside()
        parts = {"credits": found.credits, "losing": found.losing, "prospects": found.prospects}
        numbers = {name: crowns(cents) for name, cents in parts.items()}
        return max(parts, key=parts.__getitem__), {**numbers, "misses": self.year().misses}

    @cached_property
    def _chart(self) -> Chart:
        return Chart()

    def outcome(self) -> Outcome:
        inside = self.controls["customer"].value == "internal"
        # Inside there is no court, and so no clause to switch.
        self.controls["penalty_clause"].layout.display = "none" if inside else None
        agreed = float(self.controls["agreed"].value)
        shown = _inside(self.inside()) if inside else _outside(self.outside(), agreed)
        if not inside and self.controls["rehearse"].value:
            budget = crowns(self.inside().budget)
            shown.follows.append(("What the rehearsal's plan cost, in crowns", budget))
        misses = sum(month.missed for month in shown.months)
        lost = sum(month.lost for month in shown.months)
        hours = [
            sum(each) for each in zip(*((m.service, m.downtime) for m in shown.months), strict=True)
        ]
        follows = [
            ("Availability over the whole year", f"{achieved(*hours):.2f} %"),
            *shown.follows,
            ("Mailings or tickets lost in downtime", f"{lost:,}"),
        ]
        months = Table(
            "Hours of downtime, and availability in percent",
            ("Month", "Downtime", "Agreed level leaves", "Achieved", ""),
            [_row(month) for month in shown.months],
        )
        numbers: list[Block] = [
            Table("What follows from the year", ("", "Amount"), follows),
            Details("Month by month", [months]),
        ]
        missed = [_MONTHS[month.number - 1] for month in shown.months if month.missed]
        words = (
            f"Hours of downtime for each month of a year, against an agreed level of {agreed:g} %. "
            f"Missed: {', '.join(missed) or 'none'}."
        )
        drawn = self._chart.html(lambda axes: _draw(axes, shown, agreed), words)
        return Outcome(drawn, f"{misses} of 12 months missed. {shown.point}", numbers)


def service_levels(customer: str = "internal") -> ServiceLevels:
    """A year against an agreed level, first for a customer who is ``internal`` or ``external``.

    Availability as v3 has it, and the same for both: a service level agreement serves any customer
    (v3, 4 and 5). What follows differs, for only a binding contract makes a penalty enforceable.
    Raises `ValueError` for another customer.
    """
    return ServiceLevels(customer)


def _inside(found: Inside) -> Shown:
    months = [each.month for each in found.months]
    shop = sum(each.dependent_missed for each in found.months)
    escalations = sum(each.escalated for each in found.months)
    plan = f"from {_MONTHS[found.plan_from - 1]}" if found.plan_from else "none"
    follows = [
        ("Misses carried upstairs", f"{escalations}"),
        ("Time of managers, in crowns", crowns(found.escalation)),
        ("Plan for improvement", plan),
        ("Its budget, in crowns", crowns(found.budget)),
        ("Months the web shop, which depends on it, misses outside", f"{shop} of 12"),
    ]
    point = f"Outside, the web shop that depends on it misses {shop}."
    return Shown(months, found.target, point, follows, found.plan_from)


def _outside(found: Outside, agreed: float) -> Shown:
    months = [each.month for each in found.months]
    worse = found.cost > found.serving_better
    follows = [
        ("Penalties, in crowns", crowns(found.credits)),
        ("Chance that the customer leaves", f"{found.churn} %"),
        ("Losing the customer through the misses, in crowns", crowns(found.losing)),
        ("Trust among peers at the end", f"{found.trust} %"),
        ("Customers who never come, in crowns", crowns(found.prospects)),
        ("Together, in crowns", crowns(found.cost)),
        ("Serving better would cost, in crowns", crowns(found.serving_better)),
    ]
    costs = f"The damage is {crowns(found.cost)} crowns"
    better = f"{'more' if worse else 'not more'} than serving better would cost"
    return Shown(months, agreed, f"{costs}, {better}.", follows)


def _row(month: Month) -> tuple[str, ...]:
    return (
        _MONTHS[month.number - 1],
        f"{month.downtime:.2f}",
        f"{month.allowed:.2f}",
        f"{month.achieved:.2f}",
        "✗ missed" if month.missed else "✓ kept",
    )


def _draw(axes: Axes, shown: Shown, agreed: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch, Rectangle

    months = shown.months
    limits = [month.allowed for month in months]
    most = max(*limits, *(month.downtime for month in months))
    end = next(step for step in _STEPS if 1.12 * most <= step)
    kept: dict[str, Any] = {"facecolor": SERVICE, "edgecolor": SERVICE}
    missed: dict[str, Any] = {"facecolor": "none", "edgecolor": SUPPLY, "hatch": "////"}
    for month in months:
        look, left = missed if month.missed else kept, month.number - 0.33
        axes.add_artist(Rectangle((left, 0), 0.66, month.downtime, **look))
        if month.missed:
            axes.text(month.number, month.downtime + end / 80, "✗", ha="center", va="bottom")
    handles: list[Artist] = [Patch(**kept, label="kept"), Patch(**missed, label="missed ✗")]
    lines = [("agreed", "-", agreed)]
    lines += [("rehearsal", ":", shown.target)] if shown.target > agreed else []
    for name, style, level in lines:
        hours = [allowed(month.service, level) for month in months for _ in "  "]
        edges = [month.number + side for month in months for side in (-0.5, 0.5)]
        label = f"{name}: {level:g} %"
        ink: dict[str, Any] = {"color": INK, "linewidth": 1.6, "linestyle": style}
        handles.append(axes.add_artist(Line2D(edges, hours, **ink, label=label)))
    if shown.plan:
        ink = {"color": MONEY, "linewidth": 2, "linestyle": "--"}
        axes.add_artist(Line2D([shown.plan - 0.5] * 2, [0, end], **ink))
    below = "month; the plan begins at the dashes" if shown.plan else "month"
    axes.set(xlim=(0.4, 12.7), ylim=(0, end), xlabel=below, ylabel="hours of downtime")
    ticks(axes.xaxis, [month.number for month in months], [name[0] for name in _MONTHS])
    hours_at = range(0, end + 1, end // (4 if end % 20 == 0 else 5))
    ticks(axes.yaxis, hours_at, [str(each) for each in hours_at])
    legend(axes, handles)
