"""The arithmetic behind the charts: who books what, what a service level means, how a need gets lost.

The numbers of the examples are content: figures.yaml gives each argument its label, its unit and
its value. Money comes in whole cents, rounded to the nearest one, a half to the even one. An argument
that is not of the type that is declared for it is a `ValueError`, in a sentence that names it.
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Literal, NamedTuple, ParamSpec, TypeVar, get_args, get_type_hints

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # of the months of a common year
MAX_NUMBER = 10**12  # no number of an example is larger

InternalRung = Literal["none", "notional", "transfer"]
ExternalRung = Literal["none", "notional", "money", "in_kind"]
Book = Literal["provider", "department", "client", "group"]
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
    if isinstance(kind, str):
        valid, wanted = value in (kind, *limits), f"one of {', '.join([kind, *limits])}"
    elif kind is bool:
        valid, wanted = isinstance(value, bool), "True or False"
    elif limits:
        least, most = limits
        is_number = type(value) in (int, kind)  # so True is none
        valid = is_number and least <= value <= most  # NaN is never between two numbers
        wanted = f"a {'whole ' * (kind is int)}number from {least:,} to {most:,}"
    else:
        return
    if not valid:
        raise ValueError(f"{name} is {value!r:.40}; it has to be {wanted}")


# Accounts, and what is left of the first four.
REVENUE, INTERNAL_INCOME = "Revenue", "Internal income"
EXPENSE, INTERNAL_EXPENSE = "Expense", "Internal expense"
RESULT = "Result"
BANK, GOODS = "Bank", "Goods received"
OWED_TO_US, OWED_BY_US = "Owed to us inside the group", "Owed by us inside the group"


class Entry(NamedTuple):
    """What is written into one book at one time: cents, from one account to another."""

    book: str
    what: str
    debit: str
    credit: str
    amount: int


class Ledger(NamedTuple):
    """A year in the books of the provider, the department and the client firm, and of the group."""

    internal_volume: int  # what is still taken once the department has seen a cost
    statements: Mapping[str, int]  # by book: cents of a notional charge, shown and never booked
    entries: tuple[Entry, ...]  # those of the group take out what its members owe and charge inside

    def balance(self, book: str) -> dict[str, int]:
        """The trial balance of a book: account to cents, debit positive and credit negative."""
        _require("book", book, Book)
        books = ("provider", "department", "group") if book == "group" else (book,)
        balance: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            if entry.book in books:
                balance[entry.debit] += entry.amount
                balance[entry.credit] -= entry.amount
        return dict(balance)

    def totals(self, book: str) -> dict[str, int]:
        """The cents that a book shows at the end of the year, from outside the group and inside it."""
        balance = self.balance(book)
        income = {name: -balance.get(name, 0) for name in (REVENUE, INTERNAL_INCOME)}
        expense = {name: balance.get(name, 0) for name in (EXPENSE, INTERNAL_EXPENSE)}
        return {**income, **expense, RESULT: sum(income.values()) - sum(expense.values())}


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

    Barter is revenue as well: what arrives is worth the agreed price.
    """
    percent = 100 if internal_rung == "none" else 100 - cut_back
    taken = round(Fraction(internal_volume * percent, 100))
    inside, outside = price * taken, price * external_volume
    cost = fixed_cost + variable_cost * (taken + external_volume)
    entries = [Entry("provider", "Staff, machines and suppliers are paid", EXPENSE, BANK, cost)]
    eliminations: list[Entry] = []
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
        pays, paid_in, paid_from = "The client firm pays", BANK, BANK
        if external_rung == "in_kind":  # the client, too, sells in barter
            pays, paid_in, paid_from = f"{pays} in kind", GOODS, REVENUE
        entries += [
            Entry("provider", pays, paid_in, REVENUE, outside),
            Entry("client", pays, EXPENSE, paid_from, outside),
        ]
    statements = {"department": inside} if internal_rung == "notional" else {}
    statements |= {"client": outside} if external_rung == "notional" else {}
    return Ledger(taken, statements, (*entries, *eliminations))


@checked
def achieved(service_time: ServiceTime, downtime: Time) -> float:
    """Availability in percent, as ITIL v3 has it (Service Design), for times in the same unit."""
    _require("downtime", downtime, Annotated[float, 0, service_time])
    return (service_time - downtime) / service_time * 100


@checked
def allowed(service_time: ServiceTime, agreed: Percent) -> float:
    """The downtime that ``agreed`` percent leave, in the unit of the service time."""
    # So that 99.9% of 1,000 hours leave 1 hour and not 0.99999999999994.
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
    downtime: float  # hours
    allowed: float  # hours of downtime
    achieved: float  # percent
    missed: bool


class Year(NamedTuple):
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
        """The units that could not be served, for they are evenly spread over the hours of service."""
        an_hour = self.volume / sum(month.service for month in self.months)
        return sum(round(an_hour * month.downtime) for month in self.months)


@checked
def year(
    agreed: Percent,
    typical: Percent,
    volume: Amount,
    seed: Amount,
    *,
    hours_a_day: Annotated[float, 1, 24],
) -> Year:
    """A year with that agreed and that typical availability, and ``volume`` units of work.

    Downtime is exponentially distributed: many good months, a few bad ones. The draw is the inverse
    transform of `random.Random.random`, which Python keeps the same for good. So the same seed gives
    the same year, and a better typical availability then makes no month worse.
    """
    luck = random.Random(seed)  # noqa: S311  (an illustration, no secret)
    months = []
    for number, days in enumerate(DAYS, 1):
        service = hours_a_day * days
        mean = service * (100 - typical) / 100
        months.append(_month(number, service, agreed, -math.log1p(-luck.random()) * mean))
    return Year(agreed, typical, volume, tuple(months))


def _month(number: int, service: float, agreed: float, downtime: float) -> Month:
    """The one place where a promise is held against a month, whoever it was made to.

    Downtime counts in hundredths of an hour, so that the last digits of a logarithm decide nothing.
    """
    downtime, limit = min(service, round(downtime, 2)), allowed(service, agreed)
    return Month(number, service, downtime, limit, achieved(service, downtime), downtime > limit)


class InternalYear(NamedTuple):
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

    A month that only misses the target of a rehearsal breaks no promise, but counts towards the plan.
    """
    target = improved(year.agreed, 100 - stretch) if rehearse else year.agreed
    months: list[Month] = []
    below, plan_from = 0, None
    for number, service, downtime, *_ in year.months:
        if below >= plan_after and not plan_from:
            plan_from = number
        left = 100 - plan_effect if plan_from else 100
        months.append(_month(number, service, year.agreed, downtime * left / 100))
        below += months[-1].downtime > allowed(service, target)
    planned = below >= plan_after
    typical = improved(year.typical, plan_effect) if planned else year.typical
    year = year._replace(typical=typical, months=tuple(months))
    dependent = [serial(month.achieved, own_availability) for month in months]
    misses = sum(round(percent, 6) < dependent_agreed for percent in dependent)
    budget, escalation = plan_budget * planned, escalation_cost * year.misses
    return InternalYear(year, target, plan_from, budget, escalation, misses)


class ExternalYear(NamedTuple):
    """What misses lead to with an external customer."""

    year: Year
    credits: tuple[int, ...]  # cents, by month
    churn: int  # chance in percent that the customer leaves at the end of the year
    trust: int  # percent that is left
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
    """What follows from a year when the customer is external: money, trust, and who stays or comes."""
    percents = []
    for month in year.months:
        bands = math.ceil(round((year.agreed - month.achieved) / band, 6)) if month.missed else 0
        percents.append(min(credit_limit, credit * bands) if penalty_clause else 0)
    trust = max(0, 100 - trust_a_miss * year.misses)
    more = min(100 - churn_at_best, churn_a_miss * year.misses)
    return ExternalYear(
        year=year,
        credits=tuple(round(Fraction(fee * percent, 12 * 100)) for percent in percents),
        churn=churn_at_best + more,
        trust=trust,
        losing=round(Fraction((fee * years_ahead + replacing) * more, 100)),
        prospects=round(Fraction(fee * peers * peers_won * (100 - trust), 100 * 100)),
        serving_better=serving_better,
    )


class Week(NamedTuple):
    """The end of a week, or the start for week 0."""

    number: int
    built: float  # percent of what is meant by then
    gap: float  # what is missing to 100
    checked: bool


class Gap(NamedTuple):
    """A need on its way to a service: week by week, and in hours of work."""

    weeks: tuple[Week, ...]
    final: float  # the gap at delivery, in percent
    check_in_hours: float
    rework_hours: float

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

    Check-ins are counted back from delivery, so more of them never widen the gap. Delivery is none.
    """
    now = 100 * (1 - (clarity / 100) ** people)
    course = [Week(0, 100 - now, now, False)]
    for number in range(1, weeks + 1):
        now += (100 - now) * drift / 100
        left = weeks - number
        check_in = bool(check_every and left) and left % check_every == 0
        now *= 1 - closes / 100 * check_in
        course.append(Week(number, 100 - now, now, check_in))
    talking = check_in_hours * sum(week.checked for week in course)
    return Gap(tuple(course), now, talking, hours_a_week * weeks * now / 100)
