"""The expectation gap: a need that is passed on and built, and what comes of asking again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from customer_casebook.course.casebook import figures
from customer_casebook.course.document import Details, Table
from customer_casebook.simulators.economics import Gap, gap
from customer_casebook.simulators.simulator import Outcome, Simulator, sliders
from customer_casebook.widgets.chart import SERVICE, SUPPLY, Chart, legend, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CLEARER, _EVERY = 95, 3  # what the prediction offers: percent, and weeks
_PERCENT = range(0, 101, 25)
_WEEKS = 12  # as many have room for their numbers


class ExpectationGap(Simulator):
    """Who passes it on, how well, and how often they meet: and what is missing at delivery."""

    def __init__(self) -> None:
        self.figures = figures()["gap"]
        start = self.figures.given()
        offers = {
            "clearer": {"clarity": _CLEARER},
            "shorter": {"weeks": start["weeks"] // 2},
            "checks": {"check_every": _EVERY},
        }
        left = {name: gap(**start | changed).final for name, changed in offers.items()}
        numbers = start | {"clearer": _CLEARER, "every": _EVERY}
        numbers |= {f"{name}_gap": round(final) for name, final in left.items()}
        right = min(left, key=left.__getitem__)
        controls = sliders(self.figures)
        super().__init__("expectation_gap", right, controls, numbers, self.figures)

    @cached_property
    def _chart(self) -> Chart:
        return Chart()

    def outcome(self) -> Outcome:
        given = self.given(self.figures)
        found = gap(**given)
        point = (
            f"At delivery {found.final:.0f} % of what is needed is missing. Talking and mending take "
            f"{found.hours:,.0f} hours."
        )
        intervals = range(self.controls["check_every"].max + 1)
        fewest = min(gap(**given | {"check_every": each}).hours for each in intervals)
        if given["check_every"] and found.hours == fewest:
            point += " No other interval takes fewer."
        hours = Table(
            "What it takes, in hours of work",
            ("", "Hours"),
            [
                ("Check-ins", f"{found.check_in_hours:,.0f}"),
                ("Building again what does not fit", f"{found.rework_hours:,.0f}"),
                ("Together", f"{found.hours:,.0f}"),
            ],
        )
        weeks = Table(
            "Share of what is needed, in percent",
            ("Week", "Built", "Missing"),
            [
                (
                    f"{week.number}{', check-in' * week.checked}",
                    f"{week.built:.0f}",
                    f"{week.gap:.0f}",
                )
                for week in found.weeks
            ],
        )
        checks = sum(week.checked for week in found.weeks)
        words = (
            f"Over {len(found.weeks) - 1} weeks what is built falls behind what is needed: from "
            f"{found.weeks[0].gap:.0f} % missing to {found.final:.0f} %, with {checks} check-ins."
        )
        closed = given["closes"] / 100
        drawn = self._chart.html(lambda axes: _draw(axes, found, closed), words)
        return Outcome(drawn, point, [hours, Details("Week by week", [weeks])])


def expectation_gap() -> ExpectationGap:
    """How a need that is passed on and built drifts away from what was meant, and what check-ins do."""
    return ExpectationGap()


def _draw(axes: Axes, found: Gap, closed: float) -> None:
    """What is needed, what is being built, and what is missing; a check-in has ``closed`` a share of the gap."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    course: list[tuple[int, float]] = []
    for week in found.weeks:
        if week.checked:  # straight up, on the day they meet
            course.append((week.number, 100 - week.gap / (1 - closed) if closed < 1 else 0))
        course.append((week.number, week.built))
    end = found.weeks[-1].number
    hatched: dict[str, Any] = {"facecolor": "none", "edgecolor": SUPPLY, "hatch": "///", "lw": 0}
    thick: dict[str, Any] = {"linewidth": 2, "color": SUPPLY}
    checked = [week for week in found.weeks if week.checked]
    numbers = [week.number for week in checked]
    dots = Line2D(numbers, [week.built for week in checked], **thick, linestyle="none", marker="o")
    dots.set_label("check-in")
    handles = [
        Line2D((0, end), (100, 100), color=SERVICE, linewidth=2, label="what is needed"),
        Line2D(*zip(*course, strict=True), **thick, linestyle="--", label="what is being built"),
        Polygon([*course, (end, 100), (0, 100)], **hatched, label="what is missing"),
        *([dots] if checked else []),
    ]
    for each in handles:
        axes.add_artist(each)
    axes.set(xlim=(0, end), ylim=(0, 104), xlabel="week", ylabel="percent")
    weeks = range(0, end + 1, 1 if end <= _WEEKS else 2)
    ticks(axes.xaxis, weeks, [str(each) for each in weeks])
    ticks(axes.yaxis, _PERCENT, [str(each) for each in _PERCENT])
    legend(axes, handles)
