"""The service levels: one year and one arithmetic for both customers, and what follows for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from customer_casebook.simulators import economics
from customer_casebook.simulators import service_levels as view
from customer_casebook.simulators.service_levels import service_levels
from tests.course.books import BOOK
from tests.simulators.samples import headline, picture, put, settings, shared, tables, texts, words

FOLLOWS = "What follows from the year"
MONTHS = "Hours of downtime, and availability in percent"
each_customer = pytest.mark.parametrize("customer", ["internal", "external"])


def follows(simulator: Any) -> dict[str, str]:
    return {row[0]: row[1] for row in tables(simulator)[FOLLOWS]}


def missed(simulator: Any) -> list[str]:
    return [row[0] for row in tables(simulator)[MONTHS] if row[4] == "✗ missed"]


@effort(max_examples=40)
@given(data=st.data())
def test_the_picture_says_what_the_table_says(data: st.DataObject) -> None:
    simulator = shared("service_levels_internal")
    at = data.draw(settings(simulator))
    put(simulator, **at)
    rows = tables(simulator)[MONTHS]
    assert len(rows) == 12
    end = f"agreed level of {at['agreed']:g}%. Missed: {', '.join(missed(simulator)) or 'none'}."
    assert words(simulator).endswith(end)
    assert headline(simulator).startswith(f"{len(missed(simulator))} of 12 months missed.")
    assert texts(simulator).count("✗") == len(missed(simulator))
    for _, downtime, leaves, achieved, kept_or_not in rows:
        if abs(float(downtime) - float(leaves)) >= 0.01:  # else the table is too short to tell
            assert (float(downtime) > float(leaves)) == (kept_or_not == "✗ missed")
        assert 0 <= float(achieved) <= 100


@each_customer
def test_the_promise_is_the_same_for_both_before_anything_follows(customer: str) -> None:
    simulator = service_levels(customer)
    numbers = BOOK.figures
    year = view.draw_years(numbers, simulator.bench.values)[0]
    downtime = [f"{month.downtime:.2f}" for month in year.months]
    for each in ("internal", "external"):
        put(simulator, customer=each)
        assert view.draw_years(numbers, simulator.bench.values)[0] == year
        assert [row[1] for row in tables(simulator)[MONTHS]] == downtime
    assert view.draw_years(numbers, simulator.bench.values)[2].year == year


def test_to_whom_it_is_broken_more_often_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    (asked,) = service_levels("internal").card.questions
    assert asked.right == {"same"}
    assert "promises 99% to Marketing and 99% to a client firm." in asked.prompt
    start = service_levels("internal").bench.start
    *_, result = view.draw_years(BOOK.figures, start)
    months = tuple(month._replace(missed=False) for month in result.year.months)
    better = result._replace(year=result.year._replace(months=months))
    monkeypatch.setattr(economics, "external", lambda *_, **__: better)
    (asked,) = service_levels("internal").card.questions
    assert asked.right == {"inside"}


@pytest.mark.parametrize(
    ("numbers", "right"),
    [
        ({}, "losing"),
        ({"churn_at_best": 0, "churn_a_miss": 0}, "prospects"),
        ({"churn_at_best": 0, "churn_a_miss": 0, "trust_a_miss": 0}, "credits"),
    ],
)
def test_the_dearest_part_is_computed_from_the_figures(
    numbers: dict[str, int], right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = BOOK.figures
    before = figures["external"].numbers
    after = {name: replace(before[name], value=value) for name, value in numbers.items()}
    outside = replace(figures["external"], numbers={**before, **after})
    book = replace(BOOK, figures={**figures, "external": outside})
    monkeypatch.setattr(view, "course", lambda: book)
    simulator = service_levels("external")
    (asked,) = simulator.card.questions
    assert asked.right == {right}
    rows = {
        "credits": "Penalties, in crowns",
        "losing": "Losing the customer through the misses, in crowns",
        "prospects": "Customers who never come, in crowns",
    }
    for option, label in rows.items():
        assert f"{follows(simulator)[label]} crowns" in asked.why_not(option)
    assert f"its target in {len(missed(simulator))} of twelve months" in asked.prompt


def test_inside_there_is_no_clause_to_switch() -> None:
    simulator = service_levels()
    assert simulator.bench.view["hidden"] == ["penalty_clause"]
    put(simulator, customer="external")
    assert simulator.bench.view["hidden"] == []
    assert "Penalties, in crowns" in follows(simulator)
    put(simulator, customer="internal")
    assert simulator.bench.view["hidden"] == ["penalty_clause"]
    assert not any("Penalties" in label for label in follows(simulator))


def test_without_a_clause_only_the_penalties_are_gone() -> None:
    simulator = service_levels("external")
    before, drawn = follows(simulator), picture(simulator)
    put(simulator, penalty_clause="no")
    after = follows(simulator)
    changed = {label for label in before if before[label] != after[label]}
    assert changed == {"Penalties, in crowns", "Together, in crowns"}
    assert after["Penalties, in crowns"] == "0"
    assert picture(simulator) == drawn


def test_who_rehearses_inside_is_better_when_the_client_comes() -> None:
    simulator = service_levels("external")
    before = missed(simulator)
    put(simulator, rehearse="yes")
    assert set(missed(simulator)) < set(before)
    put(simulator, customer="internal")
    assert "rehearsal: 99.5%" in texts(simulator)
    assert float(tables(simulator)[MONTHS][0][2]) == pytest.approx(5.58)  # still the agreed level


def test_no_volume_is_nothing_lost() -> None:
    simulator = put(service_levels("external"), volume=0)
    assert follows(simulator)["Mailings or tickets lost in downtime"] == "0"
    assert missed(simulator)
