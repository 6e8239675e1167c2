"""The arithmetic behind the charts: it balances, it is reproducible, and it refuses nonsense."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_casebook.authoring.folder import read_file
from customer_casebook.figures import Figures, Number
from customer_casebook.simulators import economics
from customer_casebook.simulators.economics import (
    EXPENSE,
    INTERNAL_EXPENSE,
    INTERNAL_INCOME,
    RESULT,
    REVENUE,
    Book,
    Entry,
    ExternalRung,
    ExternalYear,
    InternalRung,
    InternalYear,
    Ledger,
    Percent,
    Year,
    achieved,
    allowed,
    external,
    gap,
    improved,
    internal,
    keep_books,
    serial,
    year,
)
from tests.course.books import BOOK

FIGURES = BOOK.figures
BOOKS, INTERNAL_RUNGS, EXTERNAL_RUNGS = map(get_args, (Book, InternalRung, ExternalRung))
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ledger": keep_books,
    "year": year,
    "internal": internal,
    "external": external,
    "gap": gap,
}

amounts = st.integers(0, 10**9)
percents = st.integers(0, 100)
availabilities = st.floats(0, 100) | st.sampled_from([95.0, 99.0, 99.5, 99.9, 100])
seeds = st.integers(0, 2**32)
internal_rungs = st.sampled_from(INTERNAL_RUNGS)
external_rungs = st.sampled_from(EXTERNAL_RUNGS)
states = {
    "internal_rung": internal_rungs,
    "external_rung": external_rungs,
    "internal_volume": amounts,
    "external_volume": amounts,
    "price": amounts,
    "cut_back": percents,
    "variable_cost": amounts,
    "fixed_cost": amounts,
}


def a_ledger(inside: Any = "none", outside: Any = "none", **moved: float) -> Ledger:
    return keep_books(inside, outside, **FIGURES["ledger"].arguments(**moved))


def eliminations(books: Ledger) -> list[Entry]:
    return [entry for entry in books.entries if entry.book == "group"]


def columns(totals: dict[str, int]) -> tuple[int, ...]:
    """What comes from outside the group and inside it, and what goes there."""
    return tuple(totals[name] for name in (REVENUE, INTERNAL_INCOME, EXPENSE, INTERNAL_EXPENSE))


def a_year(**moved: float) -> Year:
    return year(**FIGURES["year"].arguments(**moved))


def inside(year: Year, rehearse: bool = False, **moved: float) -> InternalYear:
    return internal(year, rehearse, **FIGURES["internal"].arguments(**moved))


def outside(year: Year, penalty_clause: bool = True, **moved: float) -> ExternalYear:
    return external(year, penalty_clause, **FIGURES["external"].arguments(**moved))


def a_final_gap(**moved: float) -> float:
    return gap(**FIGURES["gap"].arguments(**moved)).final


# The ledger


@given(st.fixed_dictionaries(states))
def test_every_entry_and_every_book_balances_to_the_cent(state: dict[str, Any]) -> None:
    books = keep_books(**state)
    for entry in books.entries:
        assert entry.amount >= 0
        assert entry.debit != entry.credit
    for book in BOOKS:
        assert sum(books.balance(book).values()) == 0


@given(st.fixed_dictionaries(states))
def test_internal_money_nets_to_zero_in_the_group(state: dict[str, Any]) -> None:
    books = keep_books(**state)
    provider, department = books.totals("provider"), books.totals("department")
    group, balance = books.totals("group"), books.balance("group")
    assert provider[INTERNAL_INCOME] == department[INTERNAL_EXPENSE]
    assert group[INTERNAL_INCOME] == group[INTERNAL_EXPENSE] == 0
    assert not any(cents for account, cents in balance.items() if "inside the group" in account)
    assert group[RESULT] == provider[RESULT] + department[RESULT]


@given(st.fixed_dictionaries(states))
def test_only_the_client_firm_brings_revenue_to_the_group(state: dict[str, Any]) -> None:
    books = keep_books(**state)
    group, client = books.totals("group"), books.totals("client")
    paid = state["external_rung"] in ("money", "in_kind")
    assert group[REVENUE] == paid * state["price"] * state["external_volume"] == client[EXPENSE]
    assert books.totals("department")[REVENUE] == client[INTERNAL_EXPENSE] == 0
    for rung in INTERNAL_RUNGS:
        assert (
            keep_books(**{**state, "internal_rung": rung}).totals("group")[REVENUE]
            == group[REVENUE]
        )


@given(st.fixed_dictionaries(states))
def test_what_is_shown_is_the_price_of_what_is_taken_and_is_not_booked(
    state: dict[str, Any],
) -> None:
    books = keep_books(**state)
    statements = {}
    if state["internal_rung"] == "notional":
        statements["department"] = state["price"] * books.internal_volume
    if state["external_rung"] == "notional":
        statements["client"] = state["price"] * state["external_volume"]
    assert books.statements == statements
    for book in statements:
        assert books.balance(book) == {}


@given(st.fixed_dictionaries(states), st.integers(0, 10**9))
def test_the_internal_price_never_changes_the_result_of_the_group(
    state: dict[str, Any], other: int
) -> None:
    state["external_rung"] = "none"
    moved = keep_books(**{**state, "price": other})
    assert keep_books(**state).totals("group") == moved.totals("group")


def test_a_department_that_sees_a_cost_takes_less_and_the_group_spends_less() -> None:
    assert a_ledger("none").internal_volume == 1200
    assert a_ledger("notional").internal_volume == a_ledger("transfer").internal_volume == 1020
    saved = (
        a_ledger("none").totals("group")[EXPENSE] - a_ledger("notional").totals("group")[EXPENSE]
    )
    assert saved == 180 * 600
    halves = [a_ledger("notional", internal_volume=each, cut_back=50) for each in (1, 3, 5)]
    assert [each.internal_volume for each in halves] == [0, 2, 2]


def test_the_ledger_by_hand() -> None:
    """38,400 crowns on each side; 18,000 and 6 for each of 2,400 thousands are spent."""
    books = a_ledger("transfer", "money", cut_back=0)
    assert columns(books.totals("provider")) == (3_840_000, 3_840_000, 3_240_000, 0)
    assert books.totals("provider")[RESULT] == 4_440_000
    assert columns(books.totals("department")) == (0, 0, 0, 3_840_000)
    assert columns(books.totals("client")) == (0, 0, 3_840_000, 0)
    assert columns(books.totals("group")) == (3_840_000, 0, 3_240_000, 0)
    assert books.totals("group")[RESULT] == 600_000
    accounts = [account for each in eliminations(books) for account in (each.debit, each.credit)]
    eliminated = Counter(accounts)
    assert eliminated[INTERNAL_INCOME] == eliminated[INTERNAL_EXPENSE] == 1


def test_payment_in_kind_is_revenue_on_both_sides() -> None:
    money, kind = a_ledger("none", "money"), a_ledger("none", "in_kind")
    assert money.totals("group") == kind.totals("group")
    assert kind.balance("group")["Goods received"] == 3_840_000
    assert columns(kind.totals("client")) == (3_840_000, 0, 3_840_000, 0)
    assert kind.totals("client")[RESULT] == 0


def test_a_book_that_nobody_keeps() -> None:
    with pytest.raises(ValueError, match="book is 'diary'; it has to be one of provider"):
        a_ledger().balance("diary")


# Service levels


def test_availability_as_anybody_can_check_it() -> None:
    """ITIL v3, Service Design: (agreed service time - downtime) / agreed service time x 100.

    99.9 % of a month of 30 days are all but 43.2 minutes of 43,200; 99 % of a year, all but 87.6
    hours of 8,760 (the usual table of "nines"). Two services of 99 % in a row reach 98.01 %.
    """
    assert allowed(30 * 24 * 60, 99.9) == 43.2
    assert allowed(365 * 24, 99) == 87.6
    assert allowed(1000, 99.9) == 1
    assert achieved(30 * 24 * 60, 43.2) == pytest.approx(99.9)
    assert achieved(100, 2) == 98
    assert serial(99, 99) == pytest.approx(98.01)
    assert serial() == serial(100, 100) == 100
    assert improved(98, 50) == 99


@given(st.lists(availabilities, max_size=5))
def test_a_chain_is_never_better_than_its_weakest_link(links: list[float]) -> None:
    assert 0 <= serial(*links) <= min([*links, 100]) + 1e-9
    assert serial(*links) == pytest.approx(serial(*reversed(links)))


@given(st.floats(0.01, 10**6), availabilities)
def test_whoever_uses_the_allowed_downtime_has_kept_the_agreed_level(
    service: float, agreed: float
) -> None:
    limit = min(allowed(service, agreed), service)
    assert achieved(service, limit) == pytest.approx(agreed, abs=1e-4 + 1e-4 / service)


@given(agreed=availabilities, typical=availabilities, seed=seeds, hours=st.floats(1, 24))
def test_a_year_stays_within_its_bounds(
    agreed: float, typical: float, seed: int, hours: float
) -> None:
    drawn = year(agreed, typical, 10**6, seed, hours_a_day=hours)
    assert [month.number for month in drawn.months] == list(range(1, 13))
    assert sum(month.service for month in drawn.months) == pytest.approx(365 * hours)
    for month in drawn.months:
        assert 0 <= month.downtime <= month.service
        assert 0 <= month.achieved <= 100
        assert month.missed == (month.downtime > month.allowed)
        if abs(month.achieved - agreed) > 1e-3:
            assert month.missed == (month.achieved < agreed)
    assert drawn.misses == sum(month.missed for month in drawn.months)
    assert 0 <= drawn.lost <= 10**6 + 12


@given(agreed=availabilities, one=availabilities, other=availabilities, seed=seeds)
def test_with_the_same_luck_a_better_service_has_no_worse_month(
    agreed: float, one: float, other: float, seed: int
) -> None:
    worse, better = (
        year(agreed, typical, 1000, seed, hours_a_day=18) for typical in sorted((one, other))
    )
    assert worse == year(agreed, min(one, other), 1000, seed, hours_a_day=18)
    for bad, good in zip(worse.months, better.months, strict=True):
        assert good.downtime <= bad.downtime
    assert better.misses <= worse.misses


def test_the_same_seed_gives_the_same_year_everywhere() -> None:
    drawn = year(99, 98.8, 1_200_000, 3, hours_a_day=18)
    downtime = [1.82, 4.75, 3.09, 6.0, 6.58, 0.44, 0.09, 12.17, 1.95, 1.79, 35.23, 4.25]
    assert [month.downtime for month in drawn.months] == downtime
    assert drawn != year(99, 98.8, 1_200_000, 4, hours_a_day=18)
    assert year(99, 100, 1_200_000, 3, hours_a_day=18).misses == 0
    total = year(0, 0, 1_200_000, 3, hours_a_day=18)
    assert total.misses == 0
    assert max(month.downtime / month.service for month in total.months) == 1


def test_over_many_years_downtime_is_what_is_typical() -> None:
    drawn = [a_year(seed=seed, typical=98) for seed in range(1000)]
    downtime = sum(month.downtime for each in drawn for month in each.months)
    service = sum(month.service for each in drawn for month in each.months)
    assert achieved(service, downtime) == pytest.approx(98, abs=0.1)


def test_the_agreed_level_is_the_same_promise_inside_and_outside() -> None:
    for seed in range(20):
        drawn = a_year(seed=seed)
        assert inside(drawn, plan_effect=0).year.months == drawn.months
        assert outside(drawn).year == drawn


# Inside


@given(agreed=availabilities, typical=availabilities, seed=seeds, rehearse=st.booleans())
def test_misses_lead_upstairs_and_then_to_a_plan(
    agreed: float, typical: float, seed: int, rehearse: bool
) -> None:
    drawn = a_year(agreed=agreed, typical=typical, seed=seed)
    result = inside(drawn, rehearse)
    assert result.target == (pytest.approx((agreed + 100) / 2) if rehearse else agreed)
    below, dependent_misses = 0, 0
    for raw, month in zip(drawn.months, result.year.months, strict=True):
        plan = bool(result.plan_from and month.number >= result.plan_from)
        assert plan == (below >= 3)
        below_target = month.downtime > allowed(month.service, result.target)
        assert below_target or not month.missed
        assert month.downtime <= raw.downtime
        assert plan or month == raw
        dependent = serial(month.achieved, 99.5)
        assert dependent == pytest.approx(month.achieved * 99.5 / 100)
        dependent_misses += round(dependent, 6) < 98.5
        below += below_target
    assert result.dependent_misses == dependent_misses
    assert result.budget == (900_000 if below >= 3 else 0)
    now_typical = pytest.approx(improved(typical, 60)) if below >= 3 else typical
    assert result.year.typical == now_typical
    assert result.escalation == 30_000 * result.year.misses


def test_what_stands_on_a_service_keeps_its_own_level_to_the_last_hundredth() -> None:
    perfect = a_year(typical=100)
    assert inside(perfect, own_availability=98.5).dependent_misses == 0
    assert inside(perfect, own_availability=98.49).dependent_misses == 12


@given(agreed=availabilities, typical=availabilities, seed=seeds)
def test_who_rehearses_has_the_plan_no_later_and_no_more_misses(
    agreed: float, typical: float, seed: int
) -> None:
    drawn = a_year(agreed=agreed, typical=typical, seed=seed)
    rehearsed, plain = inside(drawn, rehearse=True), inside(drawn)
    assert (rehearsed.plan_from or 13) <= (plain.plan_from or 13)
    assert rehearsed.year.misses <= plain.year.misses
    client = a_year(agreed=agreed, typical=rehearsed.year.typical, seed=seed)
    assert outside(client).cost <= outside(drawn).cost


def test_the_shipped_year_shows_what_a_rehearsal_is_good_for() -> None:
    drawn = a_year()
    plain, rehearsed = inside(drawn), inside(drawn, rehearse=True)
    assert rehearsed.plan_from
    assert not plain.plan_from  # two misses start no plan
    assert drawn.misses == plain.year.misses > rehearsed.year.misses > 0
    better = a_year(typical=rehearsed.year.typical)
    assert outside(better).cost + outside(better).serving_better < outside(drawn).cost


# Outside


def test_credits_by_hand() -> None:
    """A month's fee is 3,200 crowns: 5 % for each half point that is begun, 25 % at most."""
    expected = {0: 0, 5.4: 0, 5.41: 5, 8.1: 5, 8.11: 10, 10.8: 10, 17: 25, 540: 25}
    for downtime, percent in expected.items():
        month = economics._month(4, 540, 99, downtime)
        result = outside(Year(99, 99, 0, (month,)))
        assert result.credits == (320_000 * percent // 100,), downtime
        assert outside(Year(99, 99, 0, (month,)), penalty_clause=False).credits == (0,)


@given(agreed=availabilities, typical=availabilities, seed=seeds, clause=st.booleans())
def test_misses_cost_credits_trust_and_custom(
    agreed: float, typical: float, seed: int, clause: bool
) -> None:
    drawn = a_year(agreed=agreed, typical=typical, seed=seed)
    result = outside(drawn, clause)
    for month, credit in zip(drawn.months, result.credits, strict=True):
        assert 0 <= credit <= 80_000
        assert (credit > 0) == (clause and month.missed)
    assert result.trust == max(0, 100 - 8 * drawn.misses)
    assert result.churn == min(100, 3 + 5 * drawn.misses)
    loss = 3 * 3_840_000 + 1_500_000
    assert result.losing == round(Fraction(loss * (result.churn - 3), 100))
    assert result.prospects == round(Fraction(3_840_000 * 6 * 20 * (100 - result.trust), 10_000))
    assert result.cost == sum(result.credits) + result.losing + result.prospects
    assert outside(drawn, not clause).churn == result.churn
    assert outside(drawn, not clause).trust == result.trust
    assert outside(drawn, clause, trust_a_miss=60).trust == (100, 40, 0)[min(2, drawn.misses)]


# The expectation gap


def test_the_gap_by_hand() -> None:
    result = gap(2, 90, 1, 2, drift=10, closes=50, check_in_hours=4, hours_a_week=35)
    # 19 and a tenth of the other 81 are 27.1, and a check-in leaves half of it; then 86.45 are left.
    assert [week.gap for week in result.weeks] == pytest.approx([19, 13.55, 13.55 + 8.645])
    assert [week.built for week in result.weeks] == pytest.approx([81, 86.45, 86.45 - 8.645])
    assert [week.checked for week in result.weeks] == [False, True, False]
    assert result.final == pytest.approx(22.195)
    assert result.check_in_hours == 4
    assert result.rework_hours == pytest.approx(70 * 0.22195)
    assert result.hours == result.check_in_hours + result.rework_hours


gaps = {
    "people": st.integers(1, 20),
    "clarity": st.floats(0, 100),
    "weeks": st.integers(1, 30),
    "drift": st.floats(0, 100),
    "closes": st.floats(0, 100),
    "check_in_hours": st.floats(0, 100),
    "hours_a_week": st.floats(0, 100),
}


@given(st.fixed_dictionaries(gaps))
@example(
    {
        "people": 1,
        "clarity": 100,
        "weeks": 9,
        "drift": 2,
        "closes": 100,
        "check_in_hours": 4,
        "hours_a_week": 35,
    }
)
def test_more_check_ins_never_widen_the_gap_at_delivery(state: dict[str, Any]) -> None:
    result = [gap(check_every=every, **state) for every in (*range(1, state["weeks"] + 2), 0)]
    for often, rarely in pairwise(result):
        assert often.final <= rarely.final + 1e-9
        assert often.rework_hours <= rarely.rework_hours + 1e-6
        assert often.check_in_hours >= rarely.check_in_hours
    assert result[-1].check_in_hours == 0


@given(st.fixed_dictionaries(gaps), st.integers(0, 70))
def test_a_gap_is_a_share(state: dict[str, Any], every: int) -> None:
    result = gap(check_every=every, **state)
    assert [week.number for week in result.weeks] == list(range(state["weeks"] + 1))
    for week in result.weeks:
        assert -1e-9 <= week.gap <= 100 + 1e-9
        assert week.built + week.gap == pytest.approx(100)
    assert not result.weeks[0].checked
    assert not result.weeks[-1].checked
    checks = sum(week.checked for week in result.weeks)
    assert checks == ((state["weeks"] - 1) // every if every else 0)
    longer = gap(check_every=every, **{**state, "people": state["people"] + 1})
    assert longer.final >= result.final - 1e-9


def test_without_drift_and_with_perfect_hearing_there_is_no_gap() -> None:
    assert a_final_gap(clarity=100, drift=0) == 0
    assert a_final_gap(check_every=1) < a_final_gap(check_every=4) < a_final_gap(check_every=0)


# Nonsense

NONSENSE = (-1, math.nan, math.inf, -math.inf, True, "12", None, [1], 10**400, 1e300)
FIXED = {"ledger": ("none", "money"), "internal": (a_year(), False), "external": (a_year(), True)}


@pytest.mark.parametrize(
    ("function", "name"),
    [(name, each) for name, figures in FIGURES.items() for each in figures.arguments()],
)
def test_nonsense_is_refused_in_a_sentence_that_names_it(function: str, name: str) -> None:
    arguments = FIGURES[function].arguments()
    for value in NONSENSE:
        with pytest.raises(ValueError, match=rf"^{name} is .*; it has to be a (whole )?number"):
            FUNCTIONS[function](*FIXED.get(function, ()), **{**arguments, name: value})


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (name, each)
        for name, figures in FIGURES.items()
        for each, value in figures.arguments().items()
        if get_type_hints(FUNCTIONS[name], include_extras=True)[each] == Percent
    ],
)
def test_no_percentage_is_over_100(function: str, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} is 100.5; it has to be a number from 0 to 100"):
        FUNCTIONS[function](
            *FIXED.get(function, ()), **{**FIGURES[function].arguments(), name: 100.5}
        )


def test_what_is_counted_is_whole() -> None:
    for call in (
        lambda: a_year(volume=1.5),
        lambda: a_year(seed=1.0),
        lambda: a_final_gap(people=2.5),
        lambda: keep_books("none", "none", 1, 1, 1.5, 0, variable_cost=0, fixed_cost=0),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValueError, match="has to be a whole number from"):
            call()


def test_rungs_and_switches_are_what_they_can_be() -> None:
    for rungs in (("money", "none"), ("none", "transfer"), (None, "none"), ("none", ["money"])):
        with pytest.raises(ValueError, match="it has to be one of none, notional, "):
            keep_books(*rungs, **FIGURES["ledger"].arguments())
    for switch in (1, 0, None, "yes"):
        with pytest.raises(ValueError, match=r"rehearse is .*; it has to be True or False"):
            inside(a_year(), switch)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"penalty_clause is .*; it has to be True or False"):
            outside(a_year(), switch)  # type: ignore[arg-type]


def test_no_time_and_more_downtime_than_time() -> None:
    with pytest.raises(ValueError, match="service_time is 0"):
        achieved(0, 0)
    with pytest.raises(ValueError, match="downtime is 11; it has to be a number from 0 to 10"):
        achieved(10, 11)
    with pytest.raises(ValueError, match="agreed is 101"):
        allowed(10, 101)
    with pytest.raises(ValueError, match="availability is 101"):
        serial(99, 101)
    with pytest.raises(ValueError, match="less is -1"):
        improved(99, -1)


# The figures


def test_every_argument_has_its_figure_and_no_figure_is_left_over() -> None:
    assert set(FIGURES) == set(FUNCTIONS)
    for name, figures in FIGURES.items():
        wanted = set(inspect.signature(FUNCTIONS[name]).parameters) - {"year"}
        assert wanted == {*figures.arguments(), *figures.choices, *figures.switches}
        assert len(figures.sliders) + len(figures.numbers) == len(figures.arguments())


def test_the_rungs_have_their_labels() -> None:
    choices = FIGURES["ledger"].choices
    assert tuple(choices["internal_rung"]) == INTERNAL_RUNGS
    assert tuple(choices["external_rung"]) == EXTERNAL_RUNGS


def test_wherever_a_slider_stands_the_arithmetic_takes_it() -> None:
    for name, figures in FIGURES.items():
        for argument, slider in figures.sliders.items():
            steps = (slider.max - slider.min) / slider.step
            assert steps == pytest.approx(round(steps)), argument
            assert slider.min < slider.max
            assert slider.min <= slider.start <= slider.max
            start = (slider.start - slider.min) / slider.step
            assert start == pytest.approx(round(start)), argument
            for end in (slider.min, slider.max):
                FUNCTIONS[name](*FIXED.get(name, ()), **figures.arguments(**{argument: end}))


def test_what_is_money_is_said_in_the_data() -> None:
    for group in FIGURES.values():
        for labelled in (*group.sliders.values(), *group.numbers.values()):
            assert labelled.money == ("crowns" in labelled.unit.split())
    dear = Number(label="Price", unit="Crowns (thousands)", value=12, money=True)
    cheap = Number(label="Crowns on the roof", unit="crowns", value=12)
    figures = Figures(assumes=("It is so.",), numbers={"dear": dear, "cheap": cheap})
    assert figures.arguments() == {"dear": 1200, "cheap": 12}


def test_crowns_reach_the_arithmetic_as_cents() -> None:
    assert FIGURES["ledger"].arguments()["price"] == 3200
    assert FIGURES["ledger"].arguments(price=12.5, cut_back=10)["price"] == 1250
    assert FIGURES["ledger"].arguments(cut_back=10)["cut_back"] == 10
    assert FIGURES["external"].arguments()["fee"] == 3_840_000
    assert FIGURES["external"].arguments()["credit"] == 5
    with pytest.raises(TypeError, match="prize"):
        a_ledger(prize=3)


def test_the_start_is_what_the_cases_say() -> None:
    """3,200 crowns a month from Marketing, and 9,600 a quarter from Halvorne."""
    books = a_ledger("transfer", "money", cut_back=0)
    assert books.totals("department")[INTERNAL_EXPENSE] == 12 * 320_000
    assert books.totals("group")[REVENUE] == 4 * 960_000 == FIGURES["external"].arguments()["fee"]
    cases = (("marketing-campaign-hub", "3,200 crowns"), ("ferries-ticket-shop", "9,600 crowns"))
    for name, price in cases:
        assert any(price in each.text for each in BOOK.case(name).evidence)


def test_every_assumption_is_a_sentence() -> None:
    for figures in FIGURES.values():
        assert len(figures.assumes) >= 4
        for each in figures.assumes:
            assert each[0].isupper()
            assert each.endswith(".")
        for labelled in (*figures.sliders.values(), *figures.numbers.values()):
            assert labelled.unit
            assert len(labelled.label) < 60


def test_what_the_assumptions_say_in_figures_is_what_is_calculated() -> None:
    given = {name: figures.arguments() for name, figures in FIGURES.items()}
    said = {name: " ".join(figures.assumes) for name, figures in FIGURES.items()}
    assert given["year"]["hours_a_day"] == 18
    assert "from six to midnight" in said["year"]
    assert given["internal"]["plan_after"] == 3
    assert "After three months" in said["internal"]
    assert given["internal"]["stretch"] == 50
    assert "half the downtime" in said["internal"]
    credit = given["external"]
    assert (credit["credit"], credit["band"], credit["credit_limit"]) == (5, 0.5, 25)
    assert "5 percent of the month's fee for every half point" in said["external"]
    assert "25 percent at most" in said["external"]
    assert credit["serving_better"] == given["internal"]["plan_budget"]


def test_a_figure_that_is_no_number_is_told() -> None:
    text = b"""figures:
  gap:
    assumes: [Nothing.]
    numbers:
      drift: {label: Drift, unit: percent, value: ten}
      closes: {label: Closes, unit: percent, value: .inf}
      weeks: {label: Weeks, unit: weeks, value: [1]}
"""
    assert [(fault.line, fault.message) for fault in read_file(text).faults] == [
        (5, "'ten' is no number; write the number"),
        (6, "'.inf' is no number; write the number"),
        (7, "['1'] is no number; write the number"),
    ]
