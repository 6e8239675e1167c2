"""The expectation gap: what is built falls behind, and check-ins bring it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from customer_casebook.simulators import expectation_gap as view
from customer_casebook.simulators.expectation_gap import expectation_gap
from tests.course.books import BOOK
from tests.simulators.samples import headline, put, settings, shared, tables, texts, words

WEEKS = "Share of what is needed, in percent"


@effort(max_examples=40)
@given(data=st.data())
def test_the_picture_says_what_the_table_says(data: st.DataObject) -> None:
    simulator = shared("expectation_gap")
    at = data.draw(settings(simulator))
    put(simulator, **at)
    weeks = tables(simulator)[WEEKS]
    assert len(weeks) == at["weeks"] + 1
    first, last = weeks[0][2], weeks[-1][2]
    checks = sum(row[0].endswith(", check-in") for row in weeks)
    assert words(simulator) == (
        f"Over {at['weeks']} weeks what is built moves away from what is needed: "
        f"from {first}% missing to {last}%, with {checks} check-ins."
    )
    assert headline(simulator).startswith(f"At delivery {last}% of what is needed is missing.")
    assert ("check-in" in texts(simulator)) == bool(checks)
    assert all(int(built) + int(missing) == 100 for _, built, missing in weeks)


def changed(monkeypatch: pytest.MonkeyPatch, **numbers: float) -> Any:
    """The simulator with other numbers behind it."""
    figures = BOOK.figures
    before = figures["gap"].numbers
    after = {name: replace(before[name], value=value) for name, value in numbers.items()}
    gap = replace(figures["gap"], numbers={**before, **after})
    book = replace(BOOK, figures={**figures, "gap": gap})
    monkeypatch.setattr(view, "course", lambda: book)
    return expectation_gap()


@pytest.mark.parametrize(
    ("numbers", "right"),
    [({}, "checks"), ({"closes": 0}, "clearer"), ({"closes": 0, "drift": 20}, "shorter")],
)
def test_the_prediction_is_computed_from_the_figures(
    numbers: dict[str, float], right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = changed(monkeypatch, **numbers)
    (asked,) = simulator.card.questions
    assert asked.right == {right}
    moves = {"clearer": {"clarity": 95}, "shorter": {"weeks": 6}, "checks": {"check_every": 3}}
    for option, moved in moves.items():
        put(simulator, **simulator.bench.start | moved)
        left = headline(simulator).split()[2]
        assert left in asked.why_not(option)


def test_check_ins_cost_hours_and_save_more() -> None:
    def hours() -> list[int]:
        rows = tables(simulator)["What it takes, in hours of work"]
        return [int(amount.replace(",", "")) for _, amount in rows]

    simulator = expectation_gap()
    assert hours()[0] == 0
    alone = hours()[2]
    put(simulator, check_every=3)
    assert hours()[0] > 0
    assert hours()[2] < alone
