"""The ledger: internal money is nothing to the group, wherever the controls stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from customer_casebook.course.casebook import Casebook
from customer_casebook.simulators import ledger as view
from customer_casebook.simulators.ledger import ledger
from tests.course.books import BOOK
from tests.simulators.samples import headline, put, settings, shared, tables, words

BOOKS = ("Provider", "Marketing", "Halvorne", "Group")
YEAR = "The year in four books, in crowns"
ZERO = "0"


def books(simulator: Any) -> dict[str, dict[str, str]]:
    """What each book shows, line by line."""
    rows = tables(simulator)[YEAR]
    return {
        book: {label: amounts[place] for label, *amounts in rows}
        for place, book in enumerate(BOOKS)
    }


def crowns(written: str) -> float:
    return float(written.replace(",", "").replace("\N{MINUS SIGN}", "-"))


@effort(max_examples=60)
@given(data=st.data())
def test_internal_money_is_exactly_nothing_to_the_group(data: st.DataObject) -> None:
    simulator = shared("ledger")
    at = data.draw(settings(simulator))
    shown = books(put(simulator, **at))
    group = shown["Group"]
    assert group["Internal income"] == group["Internal expense"] == ZERO
    assert headline(simulator).endswith("Internal money in it: 0.")
    assert headline(simulator).startswith(f"Revenue of the group: {group['Revenue']} crowns.")
    pays = at["external_rung"] in ("money", "in_kind")
    assert crowns(group["Revenue"]) == pays * at["external_volume"] * at["price"]
    assert shown["Provider"]["Internal income"] == shown["Marketing"]["Internal expense"]
    parts = [crowns(shown[book]["Result"]) for book in ("Provider", "Marketing")]
    assert crowns(group["Result"]) == sum(parts)


@effort(max_examples=30)
@given(data=st.data())
def test_the_picture_says_what_the_table_says(data: st.DataObject) -> None:
    simulator = shared("ledger")
    put(simulator, **data.draw(settings(simulator)))
    said = dict(each.split(": ", 1) for each in words(simulator).removesuffix(".").split(". "))
    assert list(said) == list(BOOKS)
    for book, lines in books(simulator).items():
        lines_said = [
            f"{label.lower()} {amount}" for label, amount in lines.items() if amount != ZERO
        ]
        assert said[book].replace(" and ", ", ") == (", ".join(lines_said) or "nothing")


def book_with_price(price: int) -> Casebook:
    figures = BOOK.figures
    sliders = figures["ledger"].sliders
    dear = replace(
        figures["ledger"], sliders={**sliders, "price": replace(sliders["price"], start=price)}
    )
    return replace(BOOK, figures={**figures, "ledger": dear})


@pytest.mark.parametrize("price", [10, 60])
def test_the_prediction_is_computed_from_the_figures(
    price: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "course", lambda: book_with_price(price))
    simulator = ledger()
    (asked,) = simulator.card.questions
    revenue = books(simulator)["Group"]["Revenue"]
    assert crowns(revenue) == 1200 * price
    assert asked.answer == f"{revenue} crowns"


def test_figures_that_leave_two_answers_right_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "course", lambda: book_with_price(0))
    with pytest.raises(ValueError, match="unpack"):
        ledger()


def test_what_is_only_shown_is_said_and_never_booked() -> None:
    simulator = ledger()
    put(simulator, internal_rung="notional", external_rung="notional")
    assert (
        "Marketing is shown 32,640 crowns on a statement. "
        "Halvorne is shown 38,400 crowns on a statement. Nothing moves."
        in simulator.bench.view["blocks"]
    )
    assert all(lines["Revenue"] == ZERO for lines in books(simulator).values())
    assert books(simulator)["Marketing"]["Internal expense"] == ZERO


def test_a_shown_cost_is_what_makes_marketing_take_less() -> None:
    simulator = ledger()
    less = "Marketing sees the cost, and takes 1,020 thousand mailings instead of 1,200 thousand"
    for rung in BOOK.figures["ledger"].choices["internal_rung"]:
        put(simulator, internal_rung=rung)
        assert (less in simulator.bench.view["blocks"]) == (rung != "none")
    put(simulator, cut_back=0)
    assert "sees the cost, and" not in simulator.bench.view["blocks"]


def test_every_entry_of_the_year_can_be_read() -> None:
    simulator = ledger()
    (entries,) = (
        rows for caption, rows in tables(simulator).items() if caption.startswith("Every entry")
    )
    taken_out = [row for row in entries if row[0].startswith("Group")]
    assert [row[1:3] for row in taken_out] == [
        ["Internal income", "Internal expense"],
        ["Owed by us inside the group", "Owed to us inside the group"],
    ]
    assert {row[3] for row in taken_out} == {"32,640"}
