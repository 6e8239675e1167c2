"""The arithmetic behind the charts: who books what, what a service level means, how a need gets lost.

Nothing here knows a number of the examples: they are content (figures.yaml) and come as arguments.
Money is in cents, whole hundredths of a crown; what does not come out even is rounded to the nearest
cent, a half to the even one. Percentages run from 0 to 100. What makes no sense is a `ValueError`.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

INTERNAL_RUNGS = ("none", "notional", "transfer")
EXTERNAL_RUNGS = ("none", "notional", "money", "in_kind")
MOST = 10**12  # no number of an example is larger
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # of the months of a common year


# What makes sense


def _within(least: float, most: float, *, whole: bool = False, **values: Any) -> None:
    """Refuses what is no number between these two, as NaN and the infinities never are."""
    for name, value in values.items():
        is_number = isinstance(value, int if whole else int | float)
        if not is_number or isinstance(value, bool) or not least <= value <= most:
            wanted = f"a {'whole ' * whole}number from {least:,} to {most:,}"
            raise ValueError(f"{name} is {value!r:.40}; it has to be {wanted}")


_amounts = partial(_within, 0, MOST, whole=True)
_hours = partial(_within, 0, MOST)
_percentages = partial(_within, 0, 100)
_parts = partial(_within, 0, 100, whole=True)  # percentages; so a part of a sum of money is exact


def _one_of(words: tuple[str, ...], name: str, value: str) -> None:
    if value not in words:
        raise ValueError(f"{name} is {value!r:.40}; it has to be one of {', '.join(words)}")


def _switch(name: str, value: bool) -> None:
    if value is not True and value is not False:
        raise ValueError(f"{name} is {value!r:.40}; it has to be True or False")


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
BOOKS = ("provider", "department", "client", "group")


class Line(NamedTuple):
    """One line of an entry, in cents; one of debit and credit is zero."""

    account: str
    debit: int
    credit: int


class Entry(NamedTuple):
    """What is written into one book at one time; its debits are its credits."""

    book: str
    what: str
    lines: tuple[Line, ...]


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
    """A year in the books of the provider, the department and the client firm, and of the group.

    The volumes are what is still taken once the department has seen a cost. ``shown`` is what a
    statement says by book, in cents, where a charge is notional: it is shown and never booked.
    The ``eliminations`` are entries of the group alone: it takes the sums of provider and
    department, and out of them what the two owe and charge each other.
    """

    internal_volume: int
    external_volume: int
    shown: Mapping[str, int]
    entries: tuple[Entry, ...]
    eliminations: tuple[Entry, ...]

    def balance(self, book: str) -> dict[str, int]:
        """The trial balance of a book: account to cents, debit positive and credit negative."""
        _one_of(BOOKS, "book", book)
        inside = ("provider", "department") if book == "group" else (book,)
        entries = [each for each in self.entries if each.book in inside]
        balance: dict[str, int] = defaultdict(int)
        for entry in (*entries, *self.eliminations) if book == "group" else entries:
            for line in entry.lines:
                balance[line.account] += line.debit - line.credit
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


def ledger(
    internal_rung: str,
    external_rung: str,
    internal_volume: int,
    external_volume: int,
    price: int,
    cut_back: int,
    *,
    variable_cost: int,
    fixed_cost: int,
) -> Ledger:
    """A year of one service for a department and for a client firm, on these rungs of the money ladder.

    ``price`` and ``variable_cost`` are cents a unit, ``fixed_cost`` is cents a year, the volumes
    are units a year. A department that sees a cost, shown or booked, takes ``cut_back`` percent
    less, to the nearest unit. Barter is revenue as well: what arrives is worth the agreed price.

    Raises `ValueError` for an unknown rung, or a number that is negative, not whole, or too large.
    """
    _one_of(INTERNAL_RUNGS, "internal_rung", internal_rung)
    _one_of(EXTERNAL_RUNGS, "external_rung", external_rung)
    _amounts(internal_volume=internal_volume, external_volume=external_volume, price=price)
    _amounts(variable_cost=variable_cost, fixed_cost=fixed_cost)
    _parts(cut_back=cut_back)
    kept = 100 if internal_rung == "none" else 100 - cut_back
    taken, sold = half_even(internal_volume * kept, 100), external_volume
    inside, outside = price * taken, price * sold
    cost = fixed_cost + variable_cost * (taken + sold)
    paid_in = GOODS if external_rung == "in_kind" else BANK
    paid_from = REVENUE if external_rung == "in_kind" else BANK  # the client, too, sells in barter
    entries = [_entry("provider", "Staff, machines and suppliers are paid", EXPENSE, BANK, cost)]
    eliminations = []
    if internal_rung == "transfer":
        charge = "The department is charged"
        entries += [
            _entry("provider", charge, OWED_TO_US, INTERNAL_INCOME, inside),
            _entry("department", charge, INTERNAL_EXPENSE, OWED_BY_US, inside),
        ]
        eliminations = [
            _entry("group", "Charges inside the group", INTERNAL_INCOME, INTERNAL_EXPENSE, inside),
            _entry("group", "Debts inside the group", OWED_BY_US, OWED_TO_US, inside),
        ]
    if external_rung in ("money", "in_kind"):
        pays = "The client firm pays" + (" in kind" if external_rung == "in_kind" else "")
        entries += [
            _entry("provider", pays, paid_in, REVENUE, outside),
            _entry("client", pays, EXPENSE, paid_from, outside),
        ]
    shown = {"department": inside} if internal_rung == "notional" else {}
    shown |= {"client": outside} if external_rung == "notional" else {}
    return Ledger(taken, sold, shown, tuple(entries), tuple(eliminations))


def _entry(book: str, what: str, debit: str, credit: str, amount: int) -> Entry:
    return Entry(book, what, (Line(debit, amount, 0), Line(credit, 0, amount)))


# Service levels


def achieved(service_time: float, downtime: float) -> float:
    """Availability in percent: (agreed service time - downtime) / agreed service time x 100.

    So ITIL v3 (Service Design, availability management) has it. Both times in the same unit.
    """
    _within(0.01, MOST, service_time=service_time)
    _within(0, service_time, downtime=downtime)
    return (service_time - downtime) / service_time * 100


def allowed(service_time: float, agreed: float) -> float:
    """The downtime that ``agreed`` percent leave, in the unit of the service time.

    Rounded to a millionth, so that 99.9 % of 1,000 hours leave 1 hour and not 0.99999999999994.
    """
    _within(0.01, MOST, service_time=service_time)
    _percentages(agreed=agreed)
    return round(service_time * (100 - agreed) / 100, 6)


def serial(*availabilities: float) -> float:
    """The availability of a service that needs all of these at once: their product, in percent."""
    for each in availabilities:
        _percentages(availability=each)
    return 100 * math.prod(each / 100 for each in availabilities)


def improved(availability: float, less: float) -> float:
    """An availability once ``less`` percent of its downtime are gone."""
    _percentages(availability=availability, less=less)
    return 100 - (100 - availability) * (100 - less) / 100


class Month(NamedTuple):
    """What one month came to: hours, percent, and the units that could not be served."""

    number: int
    service: float
    allowed: float
    downtime: float
    achieved: float
    missed: bool
    lost: int


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months of a service: what was agreed, what it usually achieves, what it did achieve."""

    agreed: float
    typical: float
    volume: int
    months: tuple[Month, ...]

    @property
    def misses(self) -> int:
        """The months below the agreed level."""
        return sum(month.missed for month in self.months)

    @property
    def lost(self) -> int:
        """The units that could not be served."""
        return sum(month.lost for month in self.months)


def year(agreed: float, typical: float, volume: int, seed: int, *, hours_a_day: float) -> Year:
    """A year with that agreed and that typical availability; the same seed gives the same year.

    ``volume`` is units a year, evenly spread over the hours of service. Downtime is drawn month by
    month from an exponential distribution around the typical one: many good months, a few bad
    ones. It is the inverse transform of `random.Random.random`, which Python keeps the same for
    good: minus the logarithm of what ``random()`` leaves of 1, times the mean, but a month at most.
    So with the same seed a better typical availability is a better month, every month.

    Raises `ValueError` for percentages over 100, for what is negative, and for no hours at all.
    """
    _percentages(agreed=agreed, typical=typical)
    _amounts(volume=volume, seed=seed)
    _within(1, 24, hours_a_day=hours_a_day)
    luck = random.Random(seed)  # noqa: S311  (an illustration, no secret)
    whole, months = hours_a_day * sum(DAYS), []
    for number, days in enumerate(DAYS, 1):
        service = hours_a_day * days
        mean = service * (100 - typical) / 100
        downtime = min(service, -math.log1p(-luck.random()) * mean)
        months.append(_month(number, service, agreed, downtime, volume / whole))
    return Year(agreed, typical, volume, tuple(months))


def _month(number: int, service: float, agreed: float, downtime: float, an_hour: float) -> Month:
    """The one place where a promise is held against a month, whoever it was made to.

    Downtime counts in hundredths of an hour, so that the last digits of a logarithm decide nothing.
    """
    downtime, limit = min(service, round(downtime, 2)), allowed(service, agreed)
    reached, lost = achieved(service, downtime), round(an_hour * downtime)
    return Month(number, service, limit, downtime, reached, downtime > limit, lost)


class InsideMonth(NamedTuple):
    """A month inside the house: what it came to, what followed, and what it did further out.

    ``dependent`` is the availability, in percent, of the external service that stands on this one,
    and ``dependent_missed`` whether that is below its own level.
    """

    month: Month
    below_target: bool
    escalated: bool
    plan: bool
    dependent: float
    dependent_missed: bool


@dataclass(frozen=True, slots=True)
class Inside:
    """What misses lead to inside the house, in cents a year.

    ``target`` is what the house aims at, and ``year`` and ``typical`` are the year and the typical
    availability once the plan has worked. ``plan_from`` is the first month in which it works, and
    there is none in a year without it, or when December brings the budget.
    """

    target: float
    year: Year
    typical: float
    months: tuple[InsideMonth, ...]
    plan_from: int | None
    budget: int
    escalation: int

    @property
    def cost(self) -> int:
        """Everything together, in cents a year."""
        return self.budget + self.escalation


def internal(
    year: Year,
    rehearse: bool,
    *,
    stretch: float,
    plan_after: int,
    plan_budget: int,
    plan_effect: float,
    escalation_cost: int,
    own_availability: float,
    dependent_agreed: float,
) -> Inside:
    """What follows from a year when the customer is internal: management, not law.

    Every month below the agreed level is escalated, at ``escalation_cost`` cents of managers' time.
    After ``plan_after`` months below the target there is a ``plan_budget`` (cents), and from the
    next month on ``plan_effect`` percent of the downtime are gone. The target is the agreed level.
    Who rehearses aims higher, and leaves ``stretch`` percent of the downtime that was agreed; a
    month between the two breaks no promise and is not escalated, but counts towards the plan.

    The external service has ``own_availability`` percent by itself and needs this one: `serial`.

    Raises `ValueError` for percentages over 100 and for what is negative.
    """
    _switch("rehearse", rehearse)
    _percentages(stretch=stretch, plan_effect=plan_effect)
    _percentages(own_availability=own_availability, dependent_agreed=dependent_agreed)
    _amounts(plan_budget=plan_budget, escalation_cost=escalation_cost)
    _within(1, 12, whole=True, plan_after=plan_after)
    target = improved(year.agreed, 100 - stretch) if rehearse else year.agreed
    an_hour = year.volume / sum(month.service for month in year.months)
    months: list[InsideMonth] = []
    below = 0
    for drawn in year.months:
        plan = below >= plan_after
        downtime = drawn.downtime * (100 - plan_effect) / 100 if plan else drawn.downtime
        month = _month(drawn.number, drawn.service, year.agreed, downtime, an_hour)
        below_target = month.downtime > allowed(month.service, target)
        below += below_target
        dependent = serial(month.achieved, own_availability)
        fails = round(dependent, 6) < dependent_agreed
        months.append(InsideMonth(month, below_target, month.missed, plan, dependent, fails))
    planned = below >= plan_after
    return Inside(
        target=target,
        year=replace(year, months=tuple(each.month for each in months)),
        typical=improved(year.typical, plan_effect) if planned else year.typical,
        months=tuple(months),
        plan_from=next((each.month.number for each in months if each.plan), None),
        budget=plan_budget if planned else 0,
        escalation=escalation_cost * sum(each.escalated for each in months),
    )


class OutsideMonth(NamedTuple):
    """A month outside: what it came to, the credit in cents, and the trust left in percent."""

    month: Month
    credit: int
    trust: int


@dataclass(frozen=True, slots=True)
class Outside:
    """What misses lead to with an external customer, in cents a year.

    ``churn`` is the chance in percent that the customer leaves at the end of the year, and ``loss``
    what it costs if it does. ``losing`` is what the misses cost on average by what they add to that
    chance, and ``prospects`` by the talk among peers.
    """

    months: tuple[OutsideMonth, ...]
    credits: int
    churn: int
    trust: int
    loss: int
    losing: int
    prospects: int
    serving_better: int

    @property
    def cost(self) -> int:
        """What the misses cost together, in cents a year: credits, losing and prospects."""
        return self.credits + self.losing + self.prospects


def external(
    year: Year,
    penalty_clause: bool,
    *,
    fee: int,
    band: float,
    credit: int,
    credit_limit: int,
    churn_at_best: int,
    churn_a_miss: int,
    trust_a_miss: int,
    years_ahead: int,
    replacing: int,
    peers: int,
    peers_won: int,
    serving_better: int,
) -> Outside:
    """What follows from a year when the customer is external.

    With a penalty clause every ``band`` percentage points, or part of them, below the agreed level
    cost ``credit`` percent of the month's fee, at most ``credit_limit`` percent. ``fee`` is cents a
    year. Without the clause there are no credits; the rest is the same.

    The chance to lose the customer is ``churn_at_best`` percent and ``churn_a_miss`` more for every
    miss, 100 at most; that loses the fees of ``years_ahead`` and ``replacing`` cents for winning
    another. Every miss costs ``trust_a_miss`` percentage points of trust. Of ``peers`` who ask the
    customer, ``peers_won`` percent would sign for such a fee if trust were whole, and so many fewer
    as trust is less. ``serving_better`` is what a better service would cost, in cents a year.

    Raises `ValueError` for percentages over 100 and for what is negative.
    """
    _switch("penalty_clause", penalty_clause)
    _within(0.01, 100, band=band)
    _parts(credit=credit, credit_limit=credit_limit, trust_a_miss=trust_a_miss)
    _parts(churn_at_best=churn_at_best, churn_a_miss=churn_a_miss, peers_won=peers_won)
    _amounts(fee=fee, years_ahead=years_ahead, replacing=replacing, peers=peers)
    _amounts(serving_better=serving_better)
    months: list[OutsideMonth] = []
    trust, clause = 100, credit_limit if penalty_clause else 0
    for month in year.months:
        trust = max(0, trust - trust_a_miss * month.missed)
        bands = math.ceil(round((year.agreed - month.achieved) / band, 6)) if month.missed else 0
        due = min(clause, credit * bands)
        months.append(OutsideMonth(month, half_even(fee * due, 12 * 100), trust))
    more = min(100 - churn_at_best, churn_a_miss * year.misses)
    loss = fee * years_ahead + replacing
    return Outside(
        months=tuple(months),
        credits=sum(each.credit for each in months),
        churn=churn_at_best + more,
        trust=trust,
        loss=loss,
        losing=half_even(loss * more, 100),
        prospects=half_even(fee * peers * peers_won * (100 - trust), 100 * 100),
        serving_better=serving_better,
    )


# The expectation gap


class Week(NamedTuple):
    """The end of a week, or the start for week 0: how much of what is meant is in what is built.

    Percent of what is meant by then, and what is missing to 100.
    """

    number: int
    built: float
    gap: float
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


def gap(
    people: int,
    clarity: float,
    check_every: int,
    weeks: int,
    *,
    drift: float,
    closes: float,
    check_in_hours: float,
    hours_a_week: float,
) -> Gap:
    """A need that is handed on by word of mouth and then built, and how far the result is from it.

    ``people`` hear it one from the other, and the last of them builds; each keeps ``clarity``
    percent of what was meant. Every week ``drift`` percent of what still fits ceases to fit,
    because needs change. A check-in closes ``closes`` percent of the gap and takes
    ``check_in_hours``. Mending takes the share of all the hours of building that the gap is.

    Check-ins are counted back from delivery, every ``check_every`` weeks; delivery itself is none.
    (So the last one, and each before it, comes later the more of them there are, and more of them
    never widen the gap.) With 0, nobody ever checks.

    Raises `ValueError` for percentages over 100 and for what is negative.
    """
    _within(1, 100, whole=True, people=people)
    _within(1, 1000, whole=True, weeks=weeks)
    _amounts(check_every=check_every)
    _percentages(clarity=clarity, drift=drift, closes=closes)
    _hours(check_in_hours=check_in_hours, hours_a_week=hours_a_week)
    now = 100 * (1 - (clarity / 100) ** people)
    course = [Week(0, 100 - now, now, False)]
    for number in range(1, weeks + 1):
        now += (100 - now) * drift / 100
        left = weeks - number
        checked = bool(check_every and left) and left % check_every == 0
        now *= 1 - closes / 100 * checked
        course.append(Week(number, 100 - now, now, checked))
    return Gap(
        weeks=tuple(course),
        check_in_hours=check_in_hours * sum(week.checked for week in course),
        rework_hours=hours_a_week * weeks * now / 100,
    )
