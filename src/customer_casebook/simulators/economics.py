"""The arithmetic behind the charts: who books what, what a service level means, how a need gets lost.

Nothing here knows a number of the examples: they are content (figures.yaml) and come as arguments.
Money is in cents, whole hundredths of a crown; what does not come out even is rounded to the nearest
cent, a half to the even one. Percentages run from 0 to 100. An argument that is not of the type that
is declared for it is a `ValueError`, in a sentence that names it.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Literal, NamedTuple, ParamSpec, TypeVar, get_args, get_type_hints

InternalRung = Literal["none", "notional", "transfer"]
ExternalRung = Literal["none", "notional", "money", "in_kind"]
INTERNAL_RUNGS: tuple[str, ...] = get_args(InternalRung)
EXTERNAL_RUNGS: tuple[str, ...] = get_args(ExternalRung)
MAX_NUMBER = 10**12  # no number of an example is larger
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # of the months of a common year


# What an argument can be

Amount = Annotated[int, 0, MAX_NUMBER]
Time = Annotated[float, 0, MAX_NUMBER]
ServiceTime = Annotated[float, 0.01, MAX_NUMBER]
Percent = Annotated[float, 0, 100]
WholePercent = Annotated[int, 0, 100]  # so a part of a sum of money is exact

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which now refuses arguments that are not of the types it declares."""
    types, arguments = get_type_hints(function, include_extras=True), signature(function)

    @wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in arguments.bind(*args, **kwargs).arguments.items():
            _require(name, value, types[name])
        return function(*args, **kwargs)

    return checking


def _require(name: str, value: Any, declared: Any) -> None:
    kind, *limits = get_args(declared) or [declared]
    wanted, valid = "", True
    if isinstance(kind, str):
        valid = value in (kind, *limits)
        wanted = f"one of {', '.join([kind, *limits])}"
    elif limits:
        least, most = limits
        is_number = isinstance(value, int if kind is int else int | float)
        # NaN and the infinities are never between two numbers.
        valid = is_number and not isinstance(value, bool) and least <= value <= most
        wanted = f"a {'whole ' * (kind is int)}number from {least:,} to {most:,}"
    elif kind is bool:
        valid, wanted = isinstance(value, bool), "True or False"
    if not valid:
        raise ValueError(f"{name} is {value!r:.40}; it has to be {wanted}")


def half_even(amount: int, parts: int) -> int:
    """An amount divided into parts, to the nearest whole number, a half to the even one; exact."""
    whole, rest = divmod(amount, parts)
    return whole + (2 * rest > parts or (2 * rest == parts and whole % 2))


# The ledger

# Accounts, and what a book shows of them in its totals.
REVENUE, INTERNAL_INCOME = "Revenue", "Internal income"
EXPENSE, INTERNAL_EXPENSE = "Expense", "Internal expense"
BANK, GOODS = "Bank", "Goods received"
OWED_TO_US, OWED_BY_US = "Owed to us inside the group", "Owed by us inside the group"

Book = Literal["provider", "department", "client", "group"]
BOOKS: tuple[str, ...] = get_args(Book)


class Entry(NamedTuple):
    """What is written into one book at one time: cents, from one account to another."""

    book: str
    what: str
    debit: str
    credit: str
    amount: int


class Totals(NamedTuple):
    """What a book says at the end of the year, in cents.

    ``revenue`` comes from outside the group and ``expense`` goes there; the internal ones do not.
    """

    revenue: int
    internal_income: int
    expense: int
    internal_expense: int

    @property
    def result(self) -> int:
        """What is left: all income less all expense."""
        return self.revenue + self.internal_income - self.expense - self.internal_expense


@dataclass(frozen=True, slots=True)
class Ledger:
    """A year in the books of the provider, the department and the client firm, and of the group."""

    internal_volume: int  # what is still taken once the department has seen a cost
    external_volume: int
    statements: Mapping[str, int]  # by book: cents of a notional charge, shown and never booked
    entries: tuple[Entry, ...]
    # Of the group alone: it takes the sums of provider and department, less what the two owe and charge each other.
    eliminations: tuple[Entry, ...]

    def balance(self, book: str) -> dict[str, int]:
        """The trial balance of a book: account to cents, debit positive and credit negative."""
        _require("book", book, Book)
        books = ("provider", "department") if book == "group" else (book,)
        balance: dict[str, int] = defaultdict(int)
        for entry in (*self.entries, *self.eliminations):
            if entry.book in (*books, book):
                balance[entry.debit] += entry.amount
                balance[entry.credit] -= entry.amount
        return dict(balance)

    def totals(self, book: str) -> Totals:
        """What a book says at the end of the year."""
        accounts = self.balance(book).get
        return Totals(
            revenue=-accounts(REVENUE, 0),
            internal_income=-accounts(INTERNAL_INCOME, 0),
            expense=accounts(EXPENSE, 0),
            internal_expense=accounts(INTERNAL_EXPENSE, 0),
        )


@checked
def keep_books(
    internal_rung: InternalRung,
    external_rung: ExternalRung,
    internal_volume: Amount,
    external_volume: Amount,
    price: Amount,
    cut_back: WholePercent,
    *,
    variable_cost: Amount,
    fixed_cost: Amount,
) -> Ledger:
    """A year of one service for a department and for a client firm, on these rungs of the money ladder.

    ``price`` and ``variable_cost`` are cents a unit, ``fixed_cost`` is cents a year, the volumes
    are units a year. A department that sees a cost, shown or booked, takes ``cut_back`` percent
    less, to the nearest unit. Barter is revenue as well: what arrives is worth the agreed price.
    """
    percent = 100 if internal_rung == "none" else 100 - cut_back
    taken, sold = half_even(internal_volume * percent, 100), external_volume
    inside, outside = price * taken, price * sold
    cost = fixed_cost + variable_cost * (taken + sold)
    paid_in = GOODS if external_rung == "in_kind" else BANK
    paid_from = REVENUE if external_rung == "in_kind" else BANK  # the client, too, sells in barter
    entries = [Entry("provider", "Staff, machines and suppliers are paid", EXPENSE, BANK, cost)]
    eliminations = []
    if internal_rung == "transfer":
        charge = "The department is charged"
        entries += [
            Entry("provider", charge, OWED_TO_US, INTERNAL_INCOME, inside),
            Entry("department", charge, INTERNAL_EXPENSE, OWED_BY_US, inside),
        ]
        eliminations = [
            Entry("group", "Charges inside the group", INTERNAL_INCOME, INTERNAL_EXPENSE, inside),
            Entry("group", "Debts inside the group", OWED_BY_US, OWED_TO_US, inside),
        ]
    if external_rung in ("money", "in_kind"):
        pays = "The client firm pays" + (" in kind" if external_rung == "in_kind" else "")
        entries += [
            Entry("provider", pays, paid_in, REVENUE, outside),
            Entry("client", pays, EXPENSE, paid_from, outside),
        ]
    statements = {"department": inside} if internal_rung == "notional" else {}
    statements |= {"client": outside} if external_rung == "notional" else {}
    return Ledger(taken, sold, statements, tuple(entries), tuple(eliminations))


# Service levels


@checked
def achieved(service_time: ServiceTime, downtime: Time) -> float:
    """Availability in percent: (agreed service time - downtime) / agreed service time x 100.

    So ITIL v3 (Service Design, availability management) has it. Both times in the same unit.
    """
    _require("downtime", downtime, Annotated[float, 0, service_time])
    return (service_time - downtime) / service_time * 100


@checked
def allowed(service_time: ServiceTime, agreed: Percent) -> float:
    """The downtime that ``agreed`` percent leave, in the unit of the service time.

    Rounded to a millionth, so that 99.9 % of 1,000 hours leave 1 hour and not 0.99999999999994.
    """
    return round(service_time * (100 - agreed) / 100, 6)


def serial(*availabilities: Percent) -> float:
    """The availability of a service that needs all of these at once: their product, in percent."""
    for each in availabilities:
        _require("availability", each, Percent)
    return 100 * math.prod(each / 100 for each in availabilities)


@checked
def improved(availability: Percent, less: Percent) -> float:
    """An availability once ``less`` percent of its downtime are gone."""
    return 100 - (100 - availability) * (100 - less) / 100


class Month(NamedTuple):
    """What one month came to."""

    number: int
    service: float  # hours
    allowed: float  # hours of downtime
    downtime: float  # hours
    achieved: float  # percent
    missed: bool
    lost: int  # units that could not be served


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months of a service."""

    agreed: float  # percent
    typical: float  # percent that it usually achieves
    volume: int  # units
    months: tuple[Month, ...]

    @property
    def misses(self) -> int:
        """The months below the agreed level."""
        return sum(month.missed for month in self.months)

    @property
    def lost(self) -> int:
        """The units that could not be served."""
        return sum(month.lost for month in self.months)


@checked
def year(
    agreed: Percent,
    typical: Percent,
    volume: Amount,
    seed: Amount,
    *,
    hours_a_day: Annotated[float, 1, 24],
) -> Year:
    """A year with that agreed and that typical availability; the same seed gives the same year.

    ``volume`` is units a year, evenly spread over the hours of service. Downtime is drawn month by
    month from an exponential distribution around the typical one: many good months, a few bad
    ones. It is the inverse transform of `random.Random.random`, which Python keeps the same for
    good: minus the logarithm of what ``random()`` leaves of 1, times the mean, but a month at most.
    So with the same seed a better typical availability is a better month, every month.
    """
    luck = random.Random(seed)  # noqa: S311  (an illustration, no secret)
    months = []
    for number, days in enumerate(DAYS, 1):
        service = hours_a_day * days
        mean = service * (100 - typical) / 100
        downtime = min(service, -math.log1p(-luck.random()) * mean)
        an_hour = volume / (hours_a_day * sum(DAYS))
        months.append(_month(number, service, agreed, downtime, an_hour))
    return Year(agreed, typical, volume, tuple(months))


def _month(number: int, service: float, agreed: float, downtime: float, an_hour: float) -> Month:
    """The one place where a promise is held against a month, whoever it was made to.

    Downtime counts in hundredths of an hour, so that the last digits of a logarithm decide nothing.
    """
    downtime, limit = min(service, round(downtime, 2)), allowed(service, agreed)
    percent, lost = achieved(service, downtime), round(an_hour * downtime)
    return Month(number, service, limit, downtime, percent, downtime > limit, lost)


@dataclass(frozen=True, slots=True)
class InternalYear:
    """What misses lead to with an internal customer."""

    year: Year  # with the plan at work; its typical availability is what is typical from then on
    target: float  # percent that the provider aims at
    plan_from: int | None  # the first month in which the plan works; none if December brings it
    budget: int  # cents a year
    escalation: int  # cents a year
    dependent_misses: int  # months below its own level of the service that needs this one


@checked
def internal(
    year: Year,
    rehearse: bool,
    *,
    stretch: Percent,
    plan_after: Annotated[int, 1, 12],
    plan_budget: Amount,
    plan_effect: Percent,
    escalation_cost: Amount,
    own_availability: Percent,
    dependent_agreed: Percent,
) -> InternalYear:
    """What follows from a year when the customer is internal: management, not law.

    Every month below the agreed level is escalated, at ``escalation_cost`` cents of managers' time.
    After ``plan_after`` months below the target there is a ``plan_budget`` (cents), and from the
    next month on ``plan_effect`` percent of the downtime are gone. The target is the agreed level.
    Who rehearses aims higher, and leaves ``stretch`` percent of the downtime that was agreed; a
    month between the two breaks no promise and is not escalated, but counts towards the plan.

    The external service has ``own_availability`` percent by itself and needs this one: `serial`.
    """
    target = improved(year.agreed, 100 - stretch) if rehearse else year.agreed
    an_hour = year.volume / sum(month.service for month in year.months)
    months: list[Month] = []
    below, plan_from = 0, None
    for raw in year.months:
        downtime = raw.downtime
        if below >= plan_after:
            plan_from = plan_from or raw.number
            downtime = raw.downtime * (100 - plan_effect) / 100
        months.append(_month(raw.number, raw.service, year.agreed, downtime, an_hour))
        below += months[-1].downtime > allowed(raw.service, target)
    planned = below >= plan_after
    typical = improved(year.typical, plan_effect) if planned else year.typical
    year = replace(year, typical=typical, months=tuple(months))
    dependent = [serial(month.achieved, own_availability) for month in months]
    return InternalYear(
        year=year,
        target=target,
        plan_from=plan_from,
        budget=plan_budget if planned else 0,
        escalation=escalation_cost * year.misses,
        dependent_misses=sum(round(each, 6) < dependent_agreed for each in dependent),
    )


@dataclass(frozen=True, slots=True)
class ExternalYear:
    """What misses lead to with an external customer."""

    year: Year
    credits: tuple[int, ...]  # cents, by month
    churn: int  # chance in percent that the customer leaves at the end of the year
    trust: int  # percent that is left
    loss: int  # cents that it costs if the customer leaves
    losing: int  # cents, on average, by what the misses add to the chance
    prospects: int  # cents, on average, by the talk among peers
    serving_better: int  # cents a year

    @property
    def cost(self) -> int:
        """What the misses cost together, in cents a year: credits, losing and prospects."""
        return sum(self.credits) + self.losing + self.prospects


@checked
def external(
    year: Year,
    penalty_clause: bool,
    *,
    fee: Amount,
    band: Annotated[float, 0.01, 100],
    credit: WholePercent,
    credit_limit: WholePercent,
    churn_at_best: WholePercent,
    churn_a_miss: WholePercent,
    trust_a_miss: WholePercent,
    years_ahead: Amount,
    replacing: Amount,
    peers: Amount,
    peers_won: WholePercent,
    serving_better: Amount,
) -> ExternalYear:
    """What follows from a year when the customer is external.

    With a penalty clause every ``band`` percentage points, or part of them, below the agreed level
    cost ``credit`` percent of the month's fee, at most ``credit_limit`` percent. ``fee`` is cents a
    year. Without the clause there are no credits; the rest is the same.

    The chance to lose the customer is ``churn_at_best`` percent and ``churn_a_miss`` more for every
    miss, 100 at most; that loses the fees of ``years_ahead`` and ``replacing`` cents for winning
    another. Every miss costs ``trust_a_miss`` percentage points of trust. Of ``peers`` who ask the
    customer, ``peers_won`` percent would sign for such a fee if trust were whole, and so many fewer
    as trust is less. ``serving_better`` is what a better service would cost, in cents a year.
    """
    percents = []
    for month in year.months:
        bands = math.ceil(round((year.agreed - month.achieved) / band, 6)) if month.missed else 0
        percents.append(min(credit_limit, credit * bands) if penalty_clause else 0)
    trust = max(0, 100 - trust_a_miss * year.misses)
    more = min(100 - churn_at_best, churn_a_miss * year.misses)
    loss = fee * years_ahead + replacing
    return ExternalYear(
        year=year,
        credits=tuple(half_even(fee * percent, 12 * 100) for percent in percents),
        churn=churn_at_best + more,
        trust=trust,
        loss=loss,
        losing=half_even(loss * more, 100),
        prospects=half_even(fee * peers * peers_won * (100 - trust), 100 * 100),
        serving_better=serving_better,
    )


# The expectation gap


class Week(NamedTuple):
    """The end of a week, or the start for week 0."""

    number: int
    built: float  # percent of what is meant by then
    gap: float  # what is missing to 100
    checked: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A need on its way to a service: week by week, and in hours of work."""

    weeks: tuple[Week, ...]
    check_in_hours: float
    rework_hours: float

    @property
    def final(self) -> float:
        """The gap at delivery, in percent."""
        return self.weeks[-1].gap

    @property
    def hours(self) -> float:
        """What talking and mending take together."""
        return self.check_in_hours + self.rework_hours


@checked
def gap(
    people: Annotated[int, 1, 100],
    clarity: Percent,
    check_every: Amount,
    weeks: Annotated[int, 1, 1000],
    *,
    drift: Percent,
    closes: Percent,
    check_in_hours: Time,
    hours_a_week: Time,
) -> Gap:
    """A need that is handed on by word of mouth and then built, and how far the result is from it.

    ``people`` hear it one from the other, and the last of them builds; each keeps ``clarity``
    percent of what was meant. Every week ``drift`` percent of what still fits ceases to fit,
    because needs change. A check-in closes ``closes`` percent of the gap and takes
    ``check_in_hours``. Mending takes the share of all the hours of building that the gap is.

    Check-ins are counted back from delivery, every ``check_every`` weeks; delivery itself is none.
    (So the last one, and each before it, comes later the more of them there are, and more of them
    never widen the gap.) With 0, nobody ever checks.
    """
    now = 100 * (1 - (clarity / 100) ** people)
    course = [Week(0, 100 - now, now, False)]
    for number in range(1, weeks + 1):
        now += (100 - now) * drift / 100
        left = weeks - number
        check_in = bool(check_every and left) and left % check_every == 0
        now *= 1 - closes / 100 * check_in
        course.append(Week(number, 100 - now, now, check_in))
    return Gap(
        weeks=tuple(course),
        check_in_hours=check_in_hours * sum(week.checked for week in course),
        rework_hours=hours_a_week * weeks * now / 100,
    )
