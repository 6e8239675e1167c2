"""The expectation gap: a need that is passed on and built, and what comes of asking again."""

from functools import partial

from customer_casebook.course.casebook import course
from customer_casebook.document import Details, Table
from customer_casebook.figures import Figures
from customer_casebook.simulators.economics import Gap, gap
from customer_casebook.simulators.simulator import Simulator, arguments, controls_of
from customer_casebook.widgets.chart import Frame, Look, Note, Scale, Shape, chart, steps
from customer_casebook.widgets.controls import Outcome, Values
from customer_casebook.widgets.diagram import SERVICE, SUPPLY

_CLEARER_PERCENT, _CHECK_EVERY_WEEKS = 95, 3  # what the prediction offers
_PERCENT = Scale(0, 104, tuple((at, str(at)) for at in range(0, 101, 25)), "percent")
_NEEDED, _BUILT = Look(SERVICE, line="-", width=2), Look(SUPPLY, line="--", width=2)
_MISSING = Look(SUPPLY, hatch="///", width=0)
_CHECK_IN = Look(SUPPLY, line="none", width=2, dot="o")


def expectation_gap() -> Simulator:
    """How a need that is passed on and built drifts away from what was meant, and what check-ins do."""
    text, numbers = course().simulators["expectation_gap"], course().figures["gap"]
    start = numbers.arguments()
    offers = {
        "clearer": {"clarity": _CLEARER_PERCENT},
        "shorter": {"weeks": start["weeks"] // 2},
        "checks": {"check_every": _CHECK_EVERY_WEEKS},
    }
    left = {name: gap(**start | change).final for name, change in offers.items()}
    right = min(left, key=left.__getitem__)
    words = start | {"clearer": _CLEARER_PERCENT, "every": _CHECK_EVERY_WEEKS}
    words |= {f"{name}_gap": round(final) for name, final in left.items()}
    outcome = partial(gap_outcome, numbers)
    return Simulator(text, [numbers], controls_of(numbers), outcome, right, words)


def gap_outcome(numbers: Figures, values: Values, before: Values) -> Outcome:
    """What is missing at delivery, and what it takes."""
    state = arguments(numbers, values)
    result = gap(**state)
    start, final, weeks = result.weeks[0].gap, result.final, state["weeks"]
    hours = {
        "Check-ins": f"{result.check_in_hours:,.0f}",
        "Building again what does not fit": f"{result.rework_hours:,.0f}",
        "Together": f"{result.hours:,.0f}",
    }
    headline = f"At delivery {final:.0f}% of what is needed is missing."
    headline += f" Meetings and corrections take {hours['Together']} hours."
    intervals = range(int(numbers.sliders["check_every"].max) + 1)
    fewest = min(gap(**state | {"check_every": interval}).hours for interval in intervals)
    if state["check_every"] and result.hours == fewest:
        headline += " No other interval takes fewer."
    course = [
        (f"{week.number}{', check-in' * week.checked}", f"{week.built:.0f}", f"{week.gap:.0f}")
        for week in result.weeks
    ]
    checks = sum(week.checked for week in result.weeks)
    words = f"Over {weeks} weeks what is built moves away from what is needed: from {start:.0f}%"
    words += f" missing to {final:.0f}%, with {checks} check-ins."
    table = Table("Share of what is needed, in percent", ("Week", "Built", "Missing"), course)
    return Outcome(
        chart(words, *_plot_gap(numbers, result, gap(**arguments(numbers, before)))),
        headline,
        [
            Table("What it takes, in hours of work", ("", "Hours"), [*hours.items()]),
            Details("Week by week", [table]),
        ],
    )


def _course(numbers: Figures, result: Gap) -> list[tuple[float, float]]:
    """What is built, week by week."""
    closed = numbers.numbers["closes"].value / 100
    course: list[tuple[float, float]] = []
    for week in result.weeks:
        if week.checked:  # straight up, on the day they meet
            course.append((week.number, 100 - week.gap / (1 - closed) if closed < 1 else 0))
        course.append((week.number, week.built))
    return course


def _plot_gap(
    numbers: Figures, result: Gap, before: Gap
) -> tuple[Frame, list[Shape], list[Note], list[Shape]]:
    """What is needed, built and missing."""
    course, end = _course(numbers, result), result.weeks[-1].number
    shapes = {
        "what is needed": Shape([(0, 100), (end, 100)], _NEEDED),
        "what is being built": Shape(course, _BUILT),
        "what is missing": Shape([*course, (end, 100), (0, 100)], _MISSING),
    }
    if checks := [(week.number, week.built) for week in result.weeks if week.checked]:
        shapes["check-in"] = Shape(checks, _CHECK_IN)
    legend = tuple((label, shape.look) for label, shape in shapes.items())
    words, side = f"{result.final:.0f}% missing", "above" if result.final > 50 else "below"
    notes = [Note(end, 100 - result.final, words, side)]
    weeks = int(numbers.sliders["weeks"].max)
    x = Scale(0, weeks + 2, tuple((at, str(at)) for at in steps(0, weeks)), "week")
    was = [Shape(_course(numbers, before), _BUILT)]
    return Frame(x, _PERCENT, legend), [*shapes.values()], notes, was
